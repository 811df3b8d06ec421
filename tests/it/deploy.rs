//! A team's PostgreSQL, set up word by word as the README says, with no right more than it gives.

use crate::{
    cli::Home,
    support::{
        databases::readme_sql,
        postgres::{self, Server},
    },
};
use pilothouse::{
    ambient::{Clock, Entropy},
    app::{App, Command, LeadTarget},
    domain::{
        id::{LeadId, OperatorId},
        lead::LeadCommand,
    },
    store::{Address, Db, Options},
};
use sqlx::{Connection, Executor, PgConnection};

const PARTNERS: &str = "Code,Name,Kind,Status,Tier,Country,City,Capacity,Countries\nN1,Nordlicht,Reseller,Active,gold,DE,Kiel,50,DE\n";
const LEADS: &str = "Id,Company,Country,Name,Email,Consent\n1,Harbour Lights Ltd,DE,Ann Lee,ann@harbour.example,yes\n";

async fn run(server: &Server, login: &str, database: &str, statements: &[String]) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(&server.url_as(login, database)).await?;
    for sql in statements {
        connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql.as_str()))).await?;
    }
    connection.close().await
}

/// One team on one server, called by the logins of the README.
struct Team {
    server: &'static Server,
    home: Home,
}

impl Team {
    fn call(&self, login: &str, arguments: &[&str]) -> crate::cli::Ran {
        let url = self.server.url_as(login, "channel");
        self.home.run(&[&["--database", &url], arguments].concat())
    }

    /// A right that the login lacks.
    async fn refuses(&self, login: &str, sql: &str) {
        self.stops(login, sql, "42501").await;
    }

    async fn stops(&self, login: &str, sql: &str, with: &str) {
        let refused = run(self.server, login, "channel", &[sql.to_owned()]).await.expect_err(sql);
        let code = refused.as_database_error().and_then(sqlx::error::DatabaseError::code).expect("the database says why").into_owned();
        assert_eq!(code, with, "{login}: {sql}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_is_set_up_as_the_readme_says() {
    let Some(server) = tokio::task::spawn_blocking(postgres::server).await.expect("the server starts") else { return };
    let team = Team { server, home: Home::new() };
    team.home.write("partners.csv", PARTNERS);
    team.home.write("leads.csv", LEADS);
    run(server, "pilothouse", "postgres", &readme_sql(0)).await.expect("a superuser may do that");

    let early = team.call("ben", &["print", "leads"]).failed(1);
    assert!(early.contains("the database has no tables yet; its owner, channel_owner, has to start pilothouse once"), "{early}");
    team.call("channel_owner", &["operator", "list"]).ok();
    run(server, "channel_owner", "channel", &readme_sql(1)).await.expect("the owner may do that");
    let early = team.call("ben", &["print", "leads"]).failed(1);
    assert!(early.contains("no operators yet; its owner, channel_owner, has to sign in first and becomes the admin"), "{early}");
    team.call("channel_owner", &["print", "leads"]).ok();

    people_are_who_their_login_is(&team);
    each_may_do_their_work(&team).await;
    nobody_rewrites_what_happened(&team).await;
    the_doctor_knows_the_rights(&team).await;
}

fn people_are_who_their_login_is(team: &Team) {
    team.call("channel_owner", &["operator", "add", "anna", "--login", "anna", "--role", "admin", "--role", "triager"]).ok();
    team.call("anna", &["operator", "add", "Ben Okafor", "--login", "ben", "--role", "triager", "--role", "channel_manager"]).ok();
    team.call("anna", &["operator", "add", "vera", "--login", "vera", "--role", "viewer"]).ok();
    let taken = team.call("anna", &["operator", "add", "Vera Novak", "--login", "vera", "--role", "viewer"]).failed(1);
    assert!(taken.contains("the database login `vera` is vera already"), "{taken}");
    let refused = team.call("ben", &["--as", "anna", "print", "leads"]).failed(1);
    assert!(refused.contains("on PostgreSQL you are who your database login is, ben; leave --as away"), "{refused}");
    let refused = team.call("ben", &["operator", "add", "ben", "--role", "admin"]).failed(1);
    assert!(refused.contains("Ben Okafor may not manage operators"), "{refused}");
    let stranger = team.call("channel_engine", &["print", "leads"]).failed(1);
    assert!(stranger.contains("the database login channel_engine is no operator here"), "{stranger}");
}

async fn each_may_do_their_work(team: &Team) {
    team.call("ben", &["import", "partners", "partners.csv"]).ok();
    assert!(team.call("ben", &["import", "leads", "leads.csv"]).ok().contains("created 1"));
    let program = team.call("ben", &["program", "show"]).ok();
    // The built-in program names partners who are not here; without its named accounts it needs none.
    team.home.write("program.toml", &without_partners(&program));
    team.call("ben", &["program", "apply", "program.toml", "--note", "first"]).ok();
    assert!(team.call("channel_engine", &["engine", "--once"]).ok().contains("0 leads swept"));
    for verb in [&["print", "leads"][..], &["audit", "verify"], &["audit", "show", "L-1"], &["export", "leads"], &["doctor"]] {
        team.call("vera", verb).ok();
    }
    // She may not even write that she was refused, and is told why all the same.
    let refused = team.call("vera", &["import", "partners", "partners.csv"]).failed(1);
    assert!(refused.contains("vera may not import data"), "{refused}");
    team.home.write("rates.csv", "Date,USD\n2026-03-20,1.08\n");
    team.call("anna", &["import", "fx", "rates.csv"]).ok();
    // What deletes: the keys of an erased person.
    let db = Db::open(Address::Postgres(team.server.url_as("anna", "channel")), Options::new(Clock::System, Entropy::System));
    let app = App::new(db.await.expect("Anna may work"));
    let erase = Command::Leads { targets: vec![LeadTarget::from(LeadId(1))], command: LeadCommand::Erase };
    let erased = app.execute(OperatorId(3), app.request(erase)).await.expect("an admin may erase").items.remove(0);
    assert!(erased.result.is_ok(), "{:?}", erased.result);
    app.db().close().await;
}

fn without_partners(program: &str) -> String {
    let sections = program.split("\n[[").enumerate();
    let kept = sections.filter(|(n, section)| *n == 0 || !(section.starts_with("routing.") && section.contains("partner")));
    kept.map(|(n, section)| if n == 0 { section.to_owned() } else { format!("\n[[{section}") }).collect()
}

async fn nobody_rewrites_what_happened(team: &Team) {
    for login in ["ben", "anna", "channel_engine", "vera"] {
        for sql in [
            "update audit set body = '{}'",
            "delete from audit",
            "truncate audit",
            "drop table audit",
            "alter table audit disable trigger all",
            "update program set toml = ''",
            "delete from program",
            "delete from command_done",
            "update schema_version set version = 1",
            "create table mine (id bigint)",
            "update fund_entry set minor = 1",
            "delete from fund_entry",
            "update fund_balance set paid = 0",
            "insert into fund_balance select * from fund_balance",
            "delete from mdf_part",
            "delete from mdf_signature",
            "delete from payment",
        ] {
            team.refuses(login, sql).await;
        }
    }
    nobody_is_somebody_else_at_the_mdf_desk(team).await;
    for sql in [
        "update operator set roles = '[\"admin\"]'",
        "insert into operator select * from operator",
        "insert into approval_limit select * from approval_limit",
        "insert into fx_day select * from fx_day",
        "update fx_day set rates = '{}'",
    ] {
        team.refuses("ben", sql).await;
    }
    team.refuses("vera", "update lead set score = 100").await;
    assert!(team.call("vera", &["audit", "verify"]).ok().contains("the chain is whole"));
}

/// Ben is a channel manager and no finance; a fund, a claim and a payment that he makes up get him nowhere (the rest of the list
/// is in `store::mdf`).
async fn nobody_is_somebody_else_at_the_mdf_desk(team: &Team) {
    let made_up = [
        "insert into fund (id, version, updated_at, state, next_at, name_words, program, partner, region, currency, from_day, to_day, \
         source_key) values (1, 1, 0, 'open', null, ' q', 'launch', 1, null, 'EUR', 1, 2, '')",
        "insert into claim (id, version, updated_at, state, next_at, fund, request, partner, is_pending, revision, hash, approved_minor, \
         submitted_at, performed_from, performed_to, source_key) \
         values (1, 3, 0, 'submitted', null, 1, 1, 1, 1, 1, '\\x07', null, 0, 1, 1, '')",
        "insert into claim_body values (1, '{\"content\":{\"asked\":{\"minor\":100,\"currency\":\"EUR\"}}}')",
        "insert into mdf_part values (5, (select id from operator where login = 'ben'), 'asked')",
    ];
    run(team.server, "ben", "channel", &made_up.map(str::to_owned)).await.expect("who is to say that nobody claimed that");
    for sql in [
        "insert into mdf_signature values (5, 4, 'first', (select id from operator where login = 'ben'), null, 0, 100, 'EUR', 1, '\\x07', null)",
        "insert into mdf_signature values (5, 4, 'first', (select id from operator where login = 'anna'), null, 0, 100, 'EUR', 1, '\\x07', null)",
        "update claim set approved_minor = 100, state = 'approved'",
        "insert into payment values (1, 1, 'k', 100, 'EUR', (select id from operator where login = 'anna'), 0, 'ordered', null, '', null)",
        "insert into payment values (1, 1, 'k', 100, 'EUR', (select id from operator where login = 'ben'), 0, 'confirmed', 1, 'x', 1)",
        "insert into fund_entry values (1, 1, 'allocate', 'fund', 1, 'allocated', 'available', 1000, 'EUR', null, 0, '')",
        "insert into fund_entry values (1, 1, 'pay', 'claim', 1, 'claimed', 'paid', 100, 'EUR', null, 0, '')",
    ] {
        for login in ["ben", "channel_engine"] {
            team.stops(login, sql, "23514").await;
        }
    }
    // What no event tells of is found.
    let said = team.call("ben", &["doctor"]).out();
    assert!(said.contains("2 funds, requests or claims are not what their events say"), "{said}");
    let gone = ["delete from claim_body", "delete from claim", "delete from fund"].map(str::to_owned);
    run(team.server, "channel_owner", "channel", &gone).await.expect("the owner can");
}

async fn the_doctor_knows_the_rights(team: &Team) {
    let said = team.call("ben", &["doctor"]).ok();
    assert!(said.contains("ben can't change the audit chain"), "{said}");
    let said = team.call("channel_owner", &["doctor"]).ok();
    assert!(said.contains("channel_owner owns the database and so could change the audit chain past Pilothouse"), "{said}");
    let said = team.call("channel_engine", &["doctor"]).ok();
    assert!(said.contains("but none with the database login channel_engine") && !said.contains("--as"), "{said}");
    // A newer version brought a table, and nobody was given rights to it.
    run(team.server, "channel_owner", "channel", &["create table tier (id bigint)".to_owned()]).await.expect("it is the owner");
    let said = team.call("ben", &["doctor"]);
    let (out, _) = (said.out(), said.failed(1));
    assert!(out.contains("ben may not read tier") && out.contains("the owner, channel_owner, has to run the grants"), "{out}");
    // A newer version that was not started by the owner yet.
    let older = "delete from schema_version where version > 1".to_owned();
    run(team.server, "channel_owner", "channel", &[older]).await.expect("it is the owner");
    let early = team.call("ben", &["print", "leads"]).failed(1);
    assert!(early.contains("the database has schema version 1, and this pilothouse works with version"), "{early}");
}
