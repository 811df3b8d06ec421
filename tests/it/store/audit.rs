use super::room::saved;
use crate::support::databases::{Fresh, START, on_both};
use pilothouse::{
    domain::{
        event::{Entity, Event, Record},
        id::{AuditSeq, CommandId, LeadId, OperatorId, PartnerId, ProgramVersion},
        lead::{LeadEvent, Severity},
        partner::{Partner, PartnerEvent, Profile},
        person::Personal,
        text::Text,
        time::Instant,
    },
    store::{
        Db, Error, Sql,
        audit::verify::Why,
        unit::{Changes, Past},
    },
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

/// An event about lead `1 + n % 7`, every third with a personal part.
pub fn note(n: i64) -> Record {
    let event = if n % 3 == 0 {
        LeadEvent::Noted { text: Text::clean(&format!("Anna {n}")) }
    } else {
        LeadEvent::Escalated { severity: Severity::High, cause: pilothouse::domain::lead::EscalationCause::Breach }
    };
    Record {
        at: Instant::from_micros(1_772_442_000_000_000 + n),
        actor: OperatorId(1),
        command: CommandId(uuid::Uuid::from_u128(u128::from(n.unsigned_abs()))),
        entity: Entity::Lead(LeadId(1 + n % 7)),
        version: 1 + n / 7,
        program: ProgramVersion(1),
        event: Event::Lead(event),
    }
}

/// The personal part as it was read.
fn personal(past: &Past) -> Option<Personal> {
    past.record.event.personal()
}

async fn fill(db: &Db, events: i64) {
    for from in (0..events).step_by(1_000) {
        let mut tx = db.begin().await.expect("free");
        tx.audit_append((from..events.min(from + 1_000)).map(note).collect()).await.expect("appended");
        tx.commit().await.expect("saved");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_as_written_is_whole() {
    on_both(|fresh: Fresh| async move {
        assert_eq!(fresh.db.audit_verify(|_| {}).await.expect("read").broken, None, "an empty one as well");
        fill(&fresh.db, 12_345).await;
        let verdict = fresh.db.audit_verify(|_| {}).await.expect("read");
        assert_eq!((verdict.broken, verdict.events, verdict.head.seq), (None, 12_345, AuditSeq(12_345)), "{}", fresh.name);
    })
    .await;
}

/// One way to tamper with a table; what it changes is chosen by `seq` and `other`.
#[derive(Debug, Clone)]
enum Mutation {
    Set(&'static str),
    Delete,
    DeleteLast,
    Insert,
    InsertAfterEnd,
    InsertBeforeStart,
    Swap,
    /// Takes the last event out and moves the head back to a number without its hash.
    TruncateWithHead,
    HeadHash,
}

/// Each sets one column to something else, whatever is there.
const SETS: &[&str] = &[
    "update audit set at = at + 1 where seq = $1",
    "update audit set actor = actor + 1 where seq = $1",
    "update audit set command_id = hash where seq = $1",
    "update audit set entity_kind = entity_kind || 'x' where seq = $1",
    "update audit set entity_id = entity_id + 1 where seq = $1",
    "update audit set entity_version = entity_version - 1 where seq = $1",
    "update audit set kind = '' where seq = $1",
    "update audit set kind = kind || body, body = '' where seq = $1",
    "update audit set program_version = 0 where seq = $1",
    "update audit set body = body || ' ' where seq = $1",
    "update audit set sealed = case when sealed is null then hash else null end where seq = $1",
    "update audit set hash = command_id where seq = $1",
    "update audit set seq = seq + 100000 where seq = $1",
    "update audit set seq = -seq where seq = $1",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        6 => proptest::sample::select(SETS).prop_map(Mutation::Set),
        1 => Just(Mutation::Delete),
        1 => Just(Mutation::DeleteLast),
        1 => Just(Mutation::Insert),
        1 => Just(Mutation::InsertAfterEnd),
        1 => Just(Mutation::InsertBeforeStart),
        1 => Just(Mutation::Swap),
        1 => Just(Mutation::TruncateWithHead),
        1 => Just(Mutation::HeadHash),
    ]
}

const COPY: &str = "insert into audit (seq, at, actor, command_id, entity_kind, entity_id, entity_version, kind, program_version, body, \
    sealed, hash) select $2, at, actor, command_id, entity_kind, entity_id, entity_version, kind, program_version, body, sealed, hash \
    from audit where seq = $1";

impl Mutation {
    fn statements(&self, seq: i64, other: i64) -> Vec<Sql> {
        let one = |text| vec![Sql::new(text).bind(seq)];
        match self {
            Self::Set(text) => one(text),
            Self::Delete => one("delete from audit where seq = $1"),
            Self::DeleteLast => vec![Sql::new("delete from audit where seq = (select max(seq) from audit)")],
            Self::Insert => vec![
                Sql::new("update audit set seq = -seq where seq > $1").bind(seq),
                Sql::new("update audit set seq = 1 - seq where seq < 0"),
                Sql::new(COPY).bind(seq).bind(seq + 1),
                Sql::new("update audit_head set seq = seq + 1"),
            ],
            Self::InsertAfterEnd => vec![Sql::new(COPY).bind(seq).bind(100_000 + other)],
            Self::InsertBeforeStart => vec![Sql::new(COPY).bind(seq).bind(-other)],
            Self::Swap => vec![
                Sql::new("update audit set seq = -1 where seq = $1").bind(seq),
                Sql::new("update audit set seq = $1 where seq = $2").bind(seq).bind(other),
                Sql::new("update audit set seq = $1 where seq = -1").bind(other),
            ],
            Self::TruncateWithHead => {
                vec![Sql::new("delete from audit where seq >= $1").bind(seq), Sql::new("update audit_head set seq = $1").bind(seq - 1)]
            }
            Self::HeadHash => vec![Sql::new("update audit_head set hash = (select hash from audit where seq = $1)").bind(other)],
        }
    }
}

/// Each of 1,000 mutations of a chain of 100 events is found, at the right place where there is one.
#[tokio::test(flavor = "multi_thread")]
async fn every_mutation_is_found() {
    const EVENTS: i64 = 100;
    on_both(|fresh: Fresh| async move {
        fill(&fresh.db, EVENTS).await;
        let mut runner = TestRunner::deterministic();
        for round in 0..1_000 {
            let (mutation, seq, other) = (mutation(), 1..=EVENTS, 1..EVENTS).new_tree(&mut runner).expect("a strategy").current();
            // The other one is never the same, and never the last.
            let other = if other == seq { EVENTS - seq + 1 } else { other };
            let case = format!("{} round {round}: {mutation:?} of {seq}, {other}", fresh.name);
            let mut tx = fresh.db.begin().await.expect("free");
            for sql in mutation.statements(seq, other) {
                let text = sql.text().to_owned();
                tx.execute(sql).await.unwrap_or_else(|error| panic!("{case}: {text}: {error}"));
            }
            let verdict = tx.audit_verify(|_| {}).await.expect("read");
            let broken = verdict.broken.unwrap_or_else(|| panic!("{case}: not found"));
            if let (Mutation::Set(text), true) = (&mutation, !matches!(broken.why, Why::Missing | Why::Beyond)) {
                assert_eq!(broken.seq, seq, "{case}: {text}");
            }
            tx.rollback().await.expect("undone");
        }
        assert_eq!(fresh.db.audit_verify(|_| {}).await.expect("read").broken, None, "everything was undone");
    })
    .await;
}

/// A long chain is read by two connections in turn, which must find what one finds.
#[tokio::test(flavor = "multi_thread")]
async fn two_readers_find_what_one_finds() {
    const EVENTS: i64 = 60;
    let mut runner = TestRunner::deterministic();
    for round in 0..16 {
        let fresh = crate::support::databases::sqlite().await;
        fill(&fresh.db, EVENTS).await;
        let (mutation, seq, other) = (mutation(), 1..=EVENTS, 1..EVENTS).new_tree(&mut runner).expect("a strategy").current();
        let other = if other == seq { EVENTS - seq + 1 } else { other };
        if round > 0 {
            let mut tx = fresh.db.begin().await.expect("free");
            for sql in mutation.statements(seq, other) {
                tx.execute(sql).await.expect("changed");
            }
            tx.commit().await.expect("saved");
        }
        let one = fresh.db.snapshot().await.expect("open").audit_verify(|_| {}).await.expect("read");
        let two = fresh.db.audit_verify_by(7, |_| {}).await.expect("read");
        assert_eq!(two.broken, one.broken, "round {round}: {mutation:?} of {seq}, {other}");
        assert_eq!(one.broken.is_none(), round == 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_read_is_named() {
    let fresh = crate::support::databases::sqlite().await;
    fill(&fresh.db, 50).await;
    let mut tx = fresh.db.begin().await.expect("free");
    tx.execute(Sql::new("update audit set at = 'yesterday' where seq = 33")).await.expect("SQLite lets us");
    tx.commit().await.expect("saved");
    let broken = fresh.db.audit_verify(|_| {}).await.expect("read").broken.expect("found");
    assert_eq!((broken.seq, broken.why), (33, Why::Unreadable));
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_a_person_leaves_the_chain_valid() {
    on_both(|fresh: Fresh| async move {
        fill(&fresh.db, 30).await;
        let mut session = fresh.db.read().await.expect("open");
        let before = session.audit_timeline(Entity::Lead(LeadId(1)), AuditSeq(i64::MAX), 100).await.expect("read");
        let anna = |n: i64| Some(Personal { person: None, note: Some(Text::clean(&format!("Anna {n}"))) });
        assert_eq!(before.iter().map(personal).collect::<Vec<_>>(), [None, anna(21), None, None, anna(0)]);
        assert!(before.windows(2).all(|pair| pair[0].seq > pair[1].seq), "newest first");

        let mut tx = fresh.db.begin().await.expect("free");
        assert!(tx.person_forget(Entity::Lead(LeadId(1))).await.expect("destroyed"));
        // What is sealed later has a new key.
        tx.audit_append(vec![note(21)]).await.expect("appended");
        tx.commit().await.expect("saved");

        let after = session.audit_timeline(Entity::Lead(LeadId(1)), AuditSeq(i64::MAX), 100).await.expect("read");
        let erased = Some(Personal { person: None, note: Some(Text::default()) });
        assert_eq!(after.iter().map(personal).collect::<Vec<_>>(), [anna(21), None, erased.clone(), None, None, erased]);
        assert_eq!(fresh.db.audit_verify(|_| {}).await.expect("read").broken, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_at_once_make_one_chain() {
    on_both(|fresh: Fresh| async move {
        let writers = (0..8).map(|writer| {
            let db = fresh.db.clone();
            tokio::spawn(async move {
                for n in 0..25 {
                    let mut tx = db.begin().await.expect("free");
                    tx.audit_append(vec![note(writer * 100 + n), note(writer)]).await.expect("appended");
                    if n % 5 == 4 {
                        tx.rollback().await.expect("undone");
                    } else {
                        tx.commit().await.expect("saved");
                    }
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.expect("no panic");
        }
        let verdict = fresh.db.audit_verify(|_| {}).await.expect("read");
        assert_eq!((verdict.broken, verdict.events), (None, 8 * 20 * 2), "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_names_who_was_faster() {
    on_both(|fresh: Fresh| async move {
        fill(&fresh.db, 10).await;
        let mut session = fresh.db.read().await.expect("open");
        let error = session.conflict(Entity::Lead(LeadId(2)), 1).await;
        let Error::Conflict(conflict) = &error else { panic!("{error:?}") };
        assert_eq!((conflict.expected, conflict.found), (1, 2));
        assert_eq!(conflict.by.as_ref().expect("somebody").seq, AuditSeq(9));
        assert!(error.to_string().contains("lead escalated"), "{error}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_partners_the_one_that_moved_is_named() {
    on_both(|fresh: Fresh| async move {
        let save = async |n: u128, partners: &[(i64, i64)]| {
            let mut changes = Changes::default();
            for &(id, version) in partners {
                let profile = Profile { code: Text::clean(&format!("p{id}")), ..Profile::default() };
                let event = Event::Partner(PartnerEvent::Recorded { profile: Box::new(profile.clone()) });
                changes.records.push(Record { entity: Entity::Partner(PartnerId(id)), version, event, ..note(1) });
                changes.partners.push(Partner { id: PartnerId(id), version, updated_at: START, profile, since: None, steps: Vec::new() });
            }
            saved(&fresh.db, n, changes).await
        };
        save(1, &[(1, 1), (2, 1)]).await.expect("saved");
        save(2, &[(2, 2)]).await.expect("saved");
        let error = save(3, &[(1, 2), (2, 2)]).await.expect_err("too late");
        let Error::Conflict(conflict) = &error else { panic!("{}: {error:?}", fresh.name) };
        assert_eq!((conflict.entity.as_str(), conflict.expected, conflict.found), ("P-2", 1, 2), "{}", fresh.name);
    })
    .await;
}
