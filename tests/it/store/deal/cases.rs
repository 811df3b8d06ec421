//! The conflicts of registrations: their clocks, in whose order the parties stand, and their numbers in a filter.

use super::{clock, room, some_deals};
use crate::{
    store::room::{ME, context, minutes, request, saved},
    support::databases::{BACK_TO_20, Fresh, START, on_both},
};
use pilothouse::{
    domain::{
        deal::{
            DisputePhase, Registration,
            conflict::{CaseClockKind, CaseParty, CaseResult, CaseState, ConflictCase},
            fields::Deals,
            queue::{DealRow, Queue, Sort, decision_due},
        },
        escalation::{Escalation, EscalationCause, Severity},
        filter,
        id::{ConflictId, DealId},
        text::Text,
    },
    store::{
        Db, Sql,
        unit::{CaseChange, Changes},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// The conflict of a registration: a few share each, and all that do are in the same phase.
pub fn number(deal: i64, phase: DisputePhase) -> ConflictId {
    let phase = DisputePhase::ALL.iter().position(|one| *one == phase).expect("a phase");
    ConflictId(1 + i64::try_from(phase).expect("small") + 3 * (deal % 11))
}

/// Of every conflict that these are in, with some clocks equal and some not begun.
pub fn of(deals: &[Registration]) -> Vec<ConflictCase> {
    let mut parties: BTreeMap<ConflictId, (DisputePhase, Vec<CaseParty>)> = BTreeMap::new();
    for deal in deals {
        let Some(dispute) = deal.dispute else { continue };
        let party = CaseParty { deal: deal.id, partner: deal.partner, joined_at: START, place: None };
        parties.entry(dispute.case).or_insert((dispute.phase, Vec::new())).1.push(party);
    }
    parties.into_iter().map(|(id, (phase, parties))| case(id, phase, parties)).collect()
}

fn case(id: ConflictId, phase: DisputePhase, parties: Vec<CaseParty>) -> ConflictCase {
    let first = parties[0].deal;
    let (state, kind) = match phase {
        DisputePhase::Open if id.0 % 5 == 0 => (CaseState::Flagged, None),
        DisputePhase::Open if id.0 % 2 == 0 => (CaseState::Evidence, Some(CaseClockKind::Evidence)),
        DisputePhase::Open => (CaseState::Review { reviewer: Some(ME) }, Some(CaseClockKind::Review)),
        DisputePhase::Decided => (CaseState::Notified, Some(CaseClockKind::AppealWindow)),
        DisputePhase::Appealed => {
            (CaseState::Appealed { by: first, grounds: Text::clean("ours"), reviewer: None }, Some(CaseClockKind::Appeal))
        }
    };
    ConflictCase {
        id,
        version: 1,
        opened_at: minutes(-id.0),
        updated_at: START,
        findings: Vec::new(),
        parties,
        state,
        clock: kind.map(|kind| clock(kind, minutes(id.0 * 7 % 20 * 30 - 200), false)),
        clocks: 1,
        decisions: Vec::new(),
        notices: Vec::new(),
        escalation: None,
        breaches: 0,
    }
}

/// The conflict that somebody has to decide about for this registration to go on.
pub fn pending<'c>(cases: &'c [ConflictCase], deal: &Registration) -> Option<&'c ConflictCase> {
    let dispute = deal.dispute.filter(|dispute| dispute.phase != DisputePhase::Decided)?;
    cases.iter().find(|case| case.id == dispute.case)
}

pub const fn new(case: ConflictCase) -> CaseChange {
    CaseChange { case, expected: 0 }
}

async fn rows(db: &Db, queue: Queue, filter: Option<&str>) -> Vec<DealRow> {
    let filter = filter.map(|text| filter::parse::<Deals>(text).expect("a filter"));
    let request = request::<Deals>(queue, Sort::Due, filter, 500);
    let page = db.read().await.expect("open").page(&request, &context::<Deals>(&[])).await.expect("a page");
    page.rows.into_iter().map(|(_, row)| row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parties_follow_the_clock_of_their_conflict_that_moves_without_them() {
    on_both(|fresh: Fresh| async move {
        let deals = some_deals(60);
        room(&fresh.db, &deals).await;
        let last = rows(&fresh.db, Queue::Conflicts, None).await.pop().expect("a conflict");
        let (id, _) = last.dispute.expect("a conflict");
        assert_eq!(last.case.expect("it waits").due, None, "nobody is asked yet");
        let mut case = of(&deals).into_iter().find(|case| case.id == id).expect("the conflict");
        case.version = 2;
        case.state = CaseState::Review { reviewer: Some(ME) };
        case.clock = Some(clock(CaseClockKind::Review, minutes(-5_000), true));
        case.escalation = Some(Escalation { severity: Severity::High, cause: EscalationCause::Breach, since: START });
        let change = CaseChange { case: case.clone(), expected: 1 };
        saved(&fresh.db, 2, Changes { cases: vec![change], ..Changes::default() }).await.expect("saved");
        let first = rows(&fresh.db, Queue::Conflicts, None).await.remove(0);
        assert_eq!(first.dispute.map(|(case, _)| case), Some(id), "{}: it is due before all others", fresh.name);
        let seen = first.case.expect("it waits");
        assert_eq!((seen.awaits, seen.due), (Some(CaseClockKind::Review), Some(minutes(-5_000))), "{}", fresh.name);
        assert_eq!(seen.reviewer.map(|(id, name)| (id, name.to_string())), Some((ME, "Anna Berg".to_owned())));
        assert_eq!(seen.escalated, Some(Severity::High));
        let parties: Vec<DealId> = case.parties.iter().map(|party| party.deal).collect();
        let late = rows(&fresh.db, Queue::All, Some("is:breached")).await;
        assert!(parties.iter().all(|party| late.iter().any(|row| row.id == *party)), "{}", fresh.name);
        // What is decided waits for nobody.
        case.version = 3;
        (case.state, case.clock) = (CaseState::Decided, None);
        let change = CaseChange { case, expected: 2 };
        saved(&fresh.db, 3, Changes { cases: vec![change], ..Changes::default() }).await.expect("saved");
        let first = rows(&fresh.db, Queue::Conflicts, None).await.remove(0);
        assert_ne!(first.dispute.map(|(case, _)| case), Some(id), "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_soon_holds_whoever_is_in_a_conflict_that_is() {
    on_both(|fresh: Fresh| async move {
        let deals = some_deals(60);
        room(&fresh.db, &deals).await;
        let mut case = of(&deals).into_iter().find(|case| case.state == CaseState::Flagged).expect("one that nobody was asked about");
        let parties: Vec<DealId> = case.parties.iter().map(|party| party.deal).collect();
        let soon = async || {
            let rows = rows(&fresh.db, Queue::DueSoon, None).await;
            let count = fresh.db.read().await.expect("open").count::<Deals>(Queue::DueSoon, None, &context(&[]), 500).await;
            assert_eq!(rows.len() as u64, count.expect("counted").n, "{}", fresh.name);
            rows
        };
        let before = soon().await;
        assert!(before.iter().any(|row| row.case_in(Queue::DueSoon).is_none()), "some for themselves");
        let stands = |rows: &[DealRow], id: DealId| rows.iter().position(|row| row.id == id && row.case_in(Queue::DueSoon).is_some());
        assert!(parties.iter().all(|id| stands(&before, *id).is_none()), "{}", fresh.name);
        for (version, due, is_soon) in [(2, minutes(8 * 60 + 1), false), (3, minutes(8 * 60), true), (4, minutes(-9_000), true)] {
            case.version = version;
            (case.state, case.clock) = (CaseState::Evidence, Some(clock(CaseClockKind::Evidence, due, false)));
            let change = CaseChange { case: case.clone(), expected: version - 1 };
            saved(&fresh.db, version.unsigned_abs().into(), Changes { cases: vec![change], ..Changes::default() }).await.expect("saved");
            let rows = soon().await;
            for id in &parties {
                let own = deals.iter().find(|deal| deal.id == *id).and_then(|deal| decision_due(deal, None));
                let is_earlier = own.is_none_or(|own| due < own);
                assert_eq!(stands(&rows, *id).is_some(), is_soon && is_earlier, "{}: {id} in a conflict due at {due}", fresh.name);
            }
        }
        let first: BTreeSet<DealId> = soon().await.iter().take(parties.len()).map(|row| row.id).collect();
        assert_eq!(first, parties.iter().copied().collect(), "{}: they are due before all others", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_on_a_closed_conflict_moves_nobody_who_is_in_another() {
    on_both(|fresh: Fresh| async move {
        let deals = some_deals(60);
        room(&fresh.db, &deals).await;
        let before = rows(&fresh.db, Queue::Conflicts, None).await;
        let parties = before.iter().map(|row| CaseParty { deal: row.id, partner: row.partner.0, joined_at: START, place: None });
        let closed = ConflictCase {
            state: CaseState::Closed { result: CaseResult::Final },
            clock: None,
            ..case(ConflictId(900), DisputePhase::Decided, parties.collect())
        };
        saved(&fresh.db, 2, Changes { cases: vec![new(closed)], ..Changes::default() }).await.expect("saved");
        assert_eq!(rows(&fresh.db, Queue::Conflicts, None).await, before, "{}", fresh.name);
        let found = rows(&fresh.db, Queue::All, Some("C-900")).await;
        assert_eq!(found.len(), before.len(), "{}: whoever was a party of it is found by its number", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conflicts_that_were_there_before_keep_their_clocks() {
    on_both(|fresh: Fresh| async move {
        room(&fresh.db, &some_deals(120)).await;
        let due = async |db: &Db| {
            let sql = Sql::new("select id, case_due from deal order by id");
            db.read().await.expect("open").all::<(i64, i64)>(sql).await.expect("rows")
        };
        let before = due(&fresh.db).await;
        assert!(before.iter().any(|(_, due)| *due < 1 << 62), "{}", fresh.name);
        let mut tx = fresh.db.begin().await.expect("open");
        for text in BACK_TO_20 {
            tx.execute(Sql::new(text)).await.expect(text);
        }
        tx.commit().await.expect("saved");
        assert_eq!(due(&fresh.opened_again().await).await, before, "{}", fresh.name);
    })
    .await;
}
