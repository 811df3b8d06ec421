//! Replaying the events from nothing gives the same tables.

use super::{ANNA, BEN, ENGINE, House, intake, text};
use crate::support::databases::{on_both, sqlite};
use pilothouse::{
    app::{Command, replay::replay},
    domain::{
        event::Entity,
        lead::{DeclineReason, DisqualifyReason, LeadCommand, Severity},
        time::Span,
    },
    store::{Db, Sql},
};

/// Everything that a table holds, in order, as text. A load or a count of nothing may stand there or not.
const TABLES: [(&str, &str); 14] = [
    (
        "lead",
        "select id || '|' || version || '|' || state || '|' || due_key || '|' || coalesce(next_at, 0) || '|' || search || '|' || coalesce(partner, 0) || '|' || coalesce(desk, 0) from lead order by id",
    ),
    ("lead_body", "select id || body || coalesce(person, '') from lead_body order by id"),
    ("partner", "select id || body from partner order by id"),
    ("account", "select id || body from account order by id"),
    ("operator", "select id || name || roles || version from operator order by id"),
    ("program", "select version || toml from program order by version"),
    ("rotation", "select scope || body from rotation order by scope"),
    ("partner_load", "select partner_id || '|' || open from partner_load where open <> 0 order by partner_id"),
    ("stat", "select day || measure || '|' || bucket || '|' || value from stat where value <> 0 order by day, measure, bucket"),
    ("clock_fired", "select entity_no || '|' || clock_no || '|' || stage from clock_fired order by entity_no, clock_no, stage"),
    ("lead_key", "select key || '|' || lead_id from lead_key order by key, lead_id"),
    ("lead_key_new", "select key || '|' || lead_id from lead_key_new order by key, lead_id"),
    ("counter", "select name || '|' || value from counter order by name"),
    (
        "audit",
        "select seq || '|' || at || kind || body || version from (select seq, at, kind, body, entity_version as version from audit) as a order by seq",
    ),
];

pub async fn dump(db: &Db) -> Vec<(&'static str, Vec<String>)> {
    let mut session = db.read().await.unwrap();
    let mut out = Vec::new();
    for (name, sql) in TABLES {
        let rows = session.all::<(String,)>(Sql::new(sql)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        out.push((name, rows.into_iter().map(|(row,)| row).collect()));
    }
    out
}

#[tokio::test]
async fn replay_gives_the_same_tables() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let leads =
            house.receive((1..=12).map(|n| intake(n, &format!("Firma {} {}", ["Ost", "West", "Nord"][n % 3], n * 37))).collect()).await;
        let ids: Vec<_> = leads.iter().map(|lead| lead.id).collect();
        house.verb(BEN, ids[0], LeadCommand::Accept { offer: 1 }).await.unwrap();
        house.verb(BEN, ids[0], LeadCommand::Touch).await.unwrap();
        house.verb(BEN, ids[1], LeadCommand::Decline { offer: 1, reason: DeclineReason::NoCapacity }).await.unwrap();
        house.verb(BEN, ids[2], LeadCommand::Disqualify { reason: DisqualifyReason::NoBudget }).await.unwrap();
        house.verb(BEN, ids[2], LeadCommand::Undo).await.unwrap();
        house.verb(ANNA, ids[3], LeadCommand::Merge { into: ids[4] }).await.unwrap();
        house.verb(ANNA, ids[5], LeadCommand::Note { text: text("bitte zurückrufen") }).await.unwrap();
        house.verb(ANNA, ids[6], LeadCommand::Erase).await.unwrap();
        let mut session = fresh.db.read().await.unwrap();
        for (id, is_erased) in [(ids[5], false), (ids[6], true)] {
            let receipt = session.history(Entity::Lead(id), 0).await.unwrap().remove(0);
            assert_eq!(receipt.record.event.personal().is_none(), is_erased, "{id} on {}: what was sealed", fresh.name);
        }
        drop(session);
        house
            .verb(ANNA, ids[7], LeadCommand::Escalate { severity: Severity::High, reason: "the customer calls again".into() })
            .await
            .unwrap();
        for _ in 0..40 {
            house.pass(Span::hours(4));
            house.run(ENGINE, Command::Sweep { limit: 100 }).await;
        }
        let copy = sqlite().await;
        let events = replay(&fresh.db, &copy.db).await.unwrap();
        assert!(events > 60, "{events}");
        for ((name, before), (_, after)) in dump(&fresh.db).await.into_iter().zip(dump(&copy.db).await) {
            assert!(!before.is_empty() || ["account", "lead_key"].contains(&name), "{name} is empty: the test compares nothing");
            assert_eq!(before, after, "{name} on {}", fresh.name);
        }
    })
    .await;
}
