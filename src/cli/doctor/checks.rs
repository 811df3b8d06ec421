//! What can be wrong with the configuration and the database.

use super::{Call, Finding};
use crate::{
    domain::{actor::Actor, time::Instant},
    error::Error,
    store::{self, Address, Backend, Db, SCHEMA_VERSION},
    tui::{keymap, theme},
};

/// What to do when what is stored contradicts itself.
const DAMAGED: &str = "keep a copy of the database and report this: nothing that Pilothouse does leads here";

pub fn configuration(call: &Call<'_>) -> Vec<Finding> {
    let folder = &call.config.folders.config;
    let file = match &call.config.file {
        Some(path) => Finding::good("configuration", path.display().to_string()),
        None => Finding::good("configuration", format!("the defaults; {} would change them", folder.join("config.toml").display())),
    };
    let mut findings = vec![file];
    let keymaps = keymap::library(Some(folder.clone()));
    findings.push(named("keymap", &call.config.keymap, &keymaps.names()));
    if let Some(theme) = &call.config.theme {
        findings.push(named("theme", theme, &theme::library(Some(folder.clone())).names()));
    }
    findings
}

fn named(about: &'static str, name: &str, known: &[String]) -> Finding {
    if known.iter().any(|one| one == name) {
        return Finding::good(about, name);
    }
    Finding::bad(about, format!("there is no `{name}`"), format!("choose one of {}", known.join(", ")))
}

pub async fn database(call: &Call<'_>) -> Vec<Finding> {
    let address = call.config.database.clone();
    if let Address::Sqlite(path) = &address
        && !path.exists()
    {
        let advice = "it is made when Pilothouse first works on it; if it should be there, check the path";
        return vec![Finding::weak("database", format!("{address} is not there yet"), advice)];
    }
    let db = match call.db().await {
        Ok(db) => db,
        Err(Error::Expected(why)) => return vec![Finding::bad("database", format!("{address}: {why}"), advice(&address))],
        Err(Error::Internal(error)) => return vec![Finding::bad("database", format!("{address}: {error}"), advice(&address))],
        Err(Error::Closed) => return Vec::new(),
    };
    let kind = match db.backend() {
        Backend::Sqlite => "SQLite",
        Backend::Postgres => "PostgreSQL",
    };
    let mut findings = vec![Finding::good("database", format!("{address} ({kind}, schema {SCHEMA_VERSION})"))];
    findings.extend(rights(&db).await.unwrap_or_else(|error| vec![unreadable("rights", &error)]));
    findings.push(chain(&db).await);
    findings.push(operators(&db, call).await.unwrap_or_else(|error| unreadable("operators", &error)));
    findings.push(program(&db).await.unwrap_or_else(|error| unreadable("program", &error)));
    findings.extend(tables(&db).await.unwrap_or_else(|error| vec![unreadable("tables", &error)]));
    findings.push(engine(&db, call).await.unwrap_or_else(|error| unreadable("engine", &error)));
    findings
}

fn advice(address: &Address) -> String {
    match address {
        Address::Sqlite(_) => "if that is not the file that you meant, name another with --database".to_owned(),
        Address::Postgres(_) => {
            "check the host, the name and the login, and that the server runs; `psql` with the same address shows more".to_owned()
        }
    }
}

fn unreadable(about: &'static str, error: &store::Error) -> Finding {
    Finding::bad(about, error.to_string(), "read what the log says, and try again")
}

async fn chain(db: &Db) -> Finding {
    match db.audit_verify(|_| {}).await {
        Ok(verdict) => match verdict.broken {
            None => Finding::good("audit chain", format!("whole, {} events", verdict.events)),
            Some(broken) => Finding::bad(
                "audit chain",
                format!("broken at event {}: {}", broken.seq, broken.why),
                "somebody changed the database past Pilothouse: keep a copy, compare it with a backup, and find out who",
            ),
        },
        Err(error) => unreadable("audit chain", &error),
    }
}

async fn operators(db: &Db, call: &Call<'_>) -> store::Result<Finding> {
    let operators = db.read().await?.operators().await?;
    let people: Vec<_> = operators.iter().filter(|one| one.active && one.id != Actor::engine().id).collect();
    if people.is_empty() {
        return Ok(Finding::weak("operators", "none yet", "whoever opens the console first becomes the admin"));
    }
    let found = format!("{} who may sign in", people.len());
    let login = db.read().await?.rights().await?.map(|rights| rights.login);
    let is_known = match (&login, &call.config.operator) {
        (Some(login), _) => people.iter().any(|one| one.login.as_deref() == Some(login)),
        (None, Some(named)) => people.iter().any(|one| one.name.to_lowercase() == named.value.to_lowercase()),
        (None, None) => people.iter().any(|one| one.name.to_lowercase() == call.config.user.to_lowercase()),
    };
    if is_known {
        return Ok(Finding::good("operators", found));
    }
    if let Some(login) = login {
        let advice = format!(
            "a service such as the engine needs no more; a person is added with `pilothouse operator add NAME --login {login} --role triager`"
        );
        return Ok(Finding::weak("operators", format!("{found}, but none with the database login {login}"), advice));
    }
    let you = call.config.operator.as_ref().map_or(&call.config.user, |named| &named.value);
    let names: Vec<_> = people.iter().map(|one| one.name.as_str()).collect();
    Ok(Finding::weak(
        "operators",
        format!("{found}, but not {you}"),
        format!("sign in with --as as one of {}, or be added", names.join(", ")),
    ))
}

/// What the login may do on PostgreSQL: enough for its work, and no more.
async fn rights(db: &Db) -> store::Result<Vec<Finding>> {
    let Some(rights) = db.read().await?.rights().await? else { return Ok(Vec::new()) };
    let again = format!("the owner, {}, has to run the grants of the README again, as after each update that brings tables", rights.owner);
    let mut findings = Vec::new();
    for (tables, lack) in [(&rights.unreadable, "read"), (&rights.unwritable, "write")] {
        if !tables.is_empty() {
            findings.push(Finding::bad("rights", format!("{} may not {lack} {}", rights.login, tables.join(", ")), again.clone()));
        }
    }
    if rights.may_rewrite {
        let who = if rights.is_owner { "owns the database and so" } else { "" };
        let found = format!("{} {who} could change the audit chain past Pilothouse", rights.login).replace("  ", " ");
        findings.push(Finding::weak("rights", found, "work with a login that may only add to it; the README has the grants"));
    }
    if findings.is_empty() {
        findings.push(Finding::good("rights", format!("{} can't change the audit chain", rights.login)));
    }
    Ok(findings)
}

async fn program(db: &Db) -> store::Result<Finding> {
    let version = db.read().await?.heads().await?.program;
    Ok(match version {
        0 => Finding::weak(
            "program",
            "none was applied; the built-in one decides",
            "import your partners, write `pilothouse program show > program.toml`, name yours in it, and `pilothouse program apply program.toml`",
        ),
        version => Finding::good("program", format!("v-{version} is in force")),
    })
}

async fn tables(db: &Db) -> store::Result<Vec<Finding>> {
    let health = db.snapshot().await?.health().await?;
    let rules = [
        ("leads", health.gaps, "are numbered without gaps", "lead numbers are missing"),
        ("leads", health.bodies, "are stored whole", "leads have lost their content"),
        ("history", health.versions, "has an event for each change", "leads do not have the version that their events say"),
        ("loads", health.loads, "are what a recount gives", "partners have another load than the leads that they hold"),
        ("clocks", health.clocks, "run for open leads only", "closed leads still have something due"),
        ("deals", health.deals, "are what their events say", "registrations or conflicts are not what their events say"),
        ("funding", health.funding, "is what its events say", "funds, requests or claims are not what their events say"),
        ("ledger", health.ledger, "comes to what each fund holds", "funds hold something else than their ledger comes to"),
        ("payments", health.paid, "come to what each fund has paid", "funds have paid something else than their confirmed payments"),
    ];
    let finding = |(about, count, good, bad): (&'static str, i64, &str, &str)| match count {
        0 => Finding::good(about, good),
        count => Finding::bad(about, format!("{count} {bad}"), DAMAGED),
    };
    Ok(rules.into_iter().map(finding).collect())
}

/// When the engine has to look at something next, in any room.
async fn next_due(db: &Db) -> store::Result<Option<Instant>> {
    let mut session = db.read().await?;
    let next =
        [session.lead_next_due().await?, session.deal_next_due().await?, session.mdf_next_due().await?, session.tier_next_due().await?];
    Ok(next.into_iter().flatten().min())
}

/// What has been due for longer than any engine sleeps was seen by none.
async fn engine(db: &Db, call: &Call<'_>) -> store::Result<Finding> {
    let Some(next) = next_due(db).await? else { return Ok(Finding::good("engine", "nothing is due")) };
    let late = call.clock.now().since(next).minutes_floor();
    if late < 2 {
        return Ok(Finding::good("engine", format!("next due at {next}")));
    }
    Ok(Finding::weak("engine", format!("something has been due for {late} minutes"), "no engine seems to run: start `pilothouse engine`"))
}
