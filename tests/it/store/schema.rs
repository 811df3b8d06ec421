use crate::support::{
    databases::{self, on_both, options},
    postgres,
};
use pilothouse::{
    ambient::Clock,
    domain::id::LeadId,
    store::{Address, Db, Error, SCHEMA_VERSION, Sql},
};

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_is_understood_by_both() {
    on_both(|fresh| async move {
        let mut session = fresh.db.read().await.expect("open");
        for text in pilothouse::store::statements() {
            session.prepare(text).await.unwrap_or_else(|error| panic!("{}: {text}: {error}", fresh.name));
        }
    })
    .await;
}

async fn eight_starts(address: Address) {
    let clock = Clock::manual(databases::START);
    let starts = (0..8).map(|_| tokio::spawn(Db::open(address.clone(), options(&clock))));
    for start in starts.collect::<Vec<_>>() {
        let db = start.await.expect("no panic").expect("every start succeeds");
        let (versions,): (i64,) =
            db.read().await.expect("open").one(Sql::new("select max(version) from schema_version")).await.expect("migrated");
        assert_eq!(versions, SCHEMA_VERSION, "every step ran, and none twice: their numbers are a key");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_starts_at_once_make_one_schema() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    eight_starts(Address::Sqlite(folder.path().join("new/folder/channel.db"))).await;
    if let Some(server) = tokio::task::spawn_blocking(postgres::server).await.expect("no panic") {
        eight_starts(Address::Postgres(databases::create(server).await)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_refused_with_both_versions() {
    on_both(|fresh| async move {
        let mut tx = fresh.db.begin().await.expect("open");
        tx.execute(Sql::new("insert into schema_version (version) values ($1)").bind(99_i64)).await.expect("a row");
        tx.commit().await.expect("saved");
        let refused = Db::open(fresh.db.address().clone(), fresh.db.options().clone()).await.err().expect("refused");
        assert!(matches!(refused, Error::NewerSchema { found: 99, known: SCHEMA_VERSION }), "{refused:?}");
        assert!(refused.to_string().contains("99") && refused.to_string().contains(&SCHEMA_VERSION.to_string()), "{refused}");
    })
    .await;
}

/// Takes everything back that came after version 2.
const NEWER: &[&str] = &[
    "delete from schema_version where version > 2",
    "drop table tier_line",
    "drop table tier_evaluation",
    "drop table tier_evaluation_body",
    "drop table tier_standing",
    "drop table tier_standing_body",
    "drop table mdf_item",
    "drop table fund_entry",
    "drop table fund",
    "drop table fund_body",
    "drop table fund_balance",
    "drop table request",
    "drop table request_body",
    "drop table claim",
    "drop table claim_body",
    "drop table paper",
    "drop table mdf_part",
    "drop table mdf_signature",
    "drop table payment",
    "drop table payment_batch",
    "drop table payment_batch_body",
    "drop table approval_limit",
    "drop table approval_delegation",
    "drop table deal",
    "drop table deal_body",
    "drop table deal_key",
    "drop table deal_key_gone",
    "drop table deal_key_new",
    "drop table deal_glance",
    "drop table protection",
    "drop table conflict",
    "drop table conflict_body",
    "drop table conflict_party",
    "drop table sale",
    "drop table sale_total",
    "drop table correction",
    "drop table correction_body",
    "drop table fx_day",
    "drop table contact",
    "drop table contact_body",
    "drop table tier_certificate",
    "drop table lead_answer",
    "drop index stat_measure",
    "drop index lead_partner_state",
    "alter table person_key rename column entity_no to lead_id",
    "alter table clock_fired rename column entity_no to lead_id",
    "drop index lead_source_key",
    "drop table lead_key_new",
    "create unique index lead_source on lead (source, source_key) where source_key <> ''",
];

/// What version 2 held: a record once for each name of its source.
#[tokio::test(flavor = "multi_thread")]
async fn records_that_came_under_two_sources_survive_the_migration() {
    on_both(|fresh| async move {
        let mut tx = fresh.db.begin().await.expect("open");
        if fresh.name == "sqlite" {
            tx.execute(Sql::new("drop table deal_text")).await.expect("a table of version 5");
            tx.execute(Sql::new("drop table mdf_item_text")).await.expect("a table of version 7");
            tx.execute(Sql::new("drop table tier_line_text")).await.expect("a table of the tier desk");
        }
        for text in NEWER {
            tx.execute(Sql::new(text)).await.expect(text);
        }
        let rows = [(1, "Webinar", "crm:1"), (2, "Webinar 2026", "crm:1"), (3, "Webinar", "crm:2"), (4, "Webinar", ""), (5, "Fair", "")];
        for (id, source, key) in rows {
            let sql = Sql::new(
                "insert into lead (id, version, received_at, updated_at, state, is_open, is_paused, is_escalated, due_key, score, offers, \
                 company_words, city_words, source_code, product_code, vertical_code, search, source, source_key) \
                 values ($1, 1, 0, 0, 'new', 1, 0, 0, 0, 0, 0, '', '', '', '', '', '', $2, $3)",
            );
            tx.execute(sql.bind(id).bind(source).bind(key)).await.expect("a lead");
        }
        tx.commit().await.expect("saved");
        let db = fresh.opened_again().await;
        let keys = ["crm:1", "crm:2"].map(pilothouse::domain::text::Text::clean);
        let found = db.read().await.expect("open").leads_by_source(&keys).await.expect("read");
        assert_eq!(found, [Some(LeadId(1)), Some(LeadId(3))], "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_database_refuses_writes() {
    on_both(|fresh| async move {
        let read_only = pilothouse::store::Options { read_only: true, ..fresh.db.options().clone() };
        let db = Db::open(fresh.db.address().clone(), read_only).await.expect("reading is allowed");
        assert!(matches!(db.begin().await.err(), Some(Error::ReadOnly)));
        let mut session = db.read().await.expect("open");
        let written = session.execute(Sql::new("insert into counter (name, value) values ('x', 1)")).await;
        assert!(matches!(written, Err(Error::ReadOnly)), "{}: {written:?}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_write_is_rolled_back_and_leaves_the_next_one_free() {
    on_both(|fresh| async move {
        for round in 0..20_i64 {
            let mut tx = fresh.db.begin().await.expect("free");
            tx.execute(Sql::new("insert into counter (name, value) values ($1, 1)").bind(round.to_string())).await.expect("a row");
            drop(tx);
            // Also a begin that is dropped before it is done.
            drop(tokio::time::timeout(std::time::Duration::from_micros(50), fresh.db.begin()).await);
        }
        let tx = fresh.db.begin().await.expect("free");
        tx.commit().await.expect("saved");
        let (rows,): (i64,) = fresh.db.read().await.expect("open").one(Sql::new("select count(*) from counter")).await.expect("a count");
        assert_eq!(rows, 0, "{}", fresh.name);
    })
    .await;
}

#[test]
fn an_address_that_is_none_is_refused() {
    for text in ["", "sqlite:", "mysql://host/x", "sqlite::memory:"] {
        assert!(text.parse::<Address>().is_err(), "{text}");
    }
    assert_eq!(
        "postgres://anna:secret@db:5432/channel?sslmode=require".parse::<Address>().expect("good").to_string(),
        "postgres://db:5432/channel"
    );
}
