//! How partners answer offers, kept beside the leads on both databases: counted for tiers, found by reports.

use super::{ANNA, BEN, ENGINE, House, intake, text};
use crate::support::databases::{BACK_TO_20, Fresh, START, on_both};
use pilothouse::{
    app::Command,
    domain::{
        id::{LeadId, PartnerId},
        lead::{DeclineReason, DisqualifyReason, LeadCommand, OfferOutcome},
        program,
        tier::{Criterion, evaluation::AuditKind},
        time::{Instant, Span},
    },
    store::{Sql, unit::tier::Answered},
};
use std::collections::{BTreeMap, BTreeSet};

const ALL: [PartnerId; 4] = [PartnerId(1), PartnerId(2), PartnerId(3), PartnerId(4)];
const EVER: (Instant, Instant) = (Instant::from_micros(0), Instant::from_micros(i64::MAX));

async fn answered(house: &House, between: (Instant, Instant)) -> BTreeMap<PartnerId, Answered> {
    house.app.db().read().await.unwrap().answered(&ALL, between).await.unwrap().into_iter().collect()
}

async fn rows(house: &House) -> Vec<String> {
    house.app.db().read().await.unwrap().dump("lead_answer").await.unwrap()
}

/// Nine leads in a morning and what becomes of each. Three partners in Germany take turns by the weights of their tiers.
async fn morning(house: &House) -> Vec<LeadId> {
    let companies = ["Adler", "Bussard", "Condor", "Dohle", "Elster", "Falke", "Gimpel", "Habicht", "Ibis"];
    let intakes = companies.iter().enumerate().map(|(n, name)| intake(n + 1, &format!("{name} Pumpen GmbH")));
    let leads: Vec<LeadId> = house.receive(intakes.collect()).await.into_iter().map(|lead| lead.id).collect();
    house.pass(Span::hours(1));
    for id in &leads[..3] {
        house.verb(BEN, *id, LeadCommand::Accept { offer: 1 }).await.unwrap();
    }
    house.verb(BEN, leads[3], LeadCommand::Decline { offer: 1, reason: DeclineReason::NoCapacity }).await.unwrap();
    house.verb(BEN, leads[4], LeadCommand::Disqualify { reason: DisqualifyReason::Spam }).await.unwrap();
    leads
}

/// The same, from what the leads themselves say.
async fn recount(house: &House, leads: &[LeadId]) -> BTreeMap<PartnerId, Answered> {
    let mut found: BTreeMap<PartnerId, Answered> = BTreeMap::new();
    for id in leads {
        for offer in house.lead(*id).await.offers {
            let is_in_time = match offer.outcome {
                Some(OfferOutcome::Accepted { in_time, .. }) => in_time,
                Some(OfferOutcome::Declined { .. } | OfferOutcome::TimedOut { .. }) => false,
                Some(OfferOutcome::Withdrawn { .. }) | None => continue,
            };
            let one = found.entry(offer.partner).or_default();
            one.all += 1;
            one.in_time += i64::from(is_in_time);
        }
    }
    found
}

fn sum(found: &BTreeMap<PartnerId, Answered>) -> (i64, i64) {
    (found.values().map(|one| one.in_time).sum(), found.values().map(|one| one.all).sum())
}

#[tokio::test]
async fn each_answer_counts_once_for_whoever_gave_it() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let leads = morning(&house).await;
        let found = answered(&house, EVER).await;
        assert_eq!(sum(&found), (3, 4), "{}: three in time and one declined; what the desk took back says nothing", fresh.name);
        assert_eq!(found, recount(&house, &leads).await, "{}", fresh.name);
        // Whoever lets the rest run out, and the one that was declined to its second partner, is late: 4 + 1.
        house.pass(Span::hours(72));
        house.sweep().await;
        let found = answered(&house, EVER).await;
        assert_eq!(sum(&found), (3, 9), "{}", fresh.name);
        assert_eq!(found, recount(&house, &leads).await, "{}", fresh.name);
        house.replays().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_undone_counts_no_more() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let leads = morning(&house).await;
        house.verb(BEN, leads[0], LeadCommand::Undo).await.unwrap();
        house.verb(BEN, leads[3], LeadCommand::Undo).await.unwrap();
        let found = answered(&house, EVER).await;
        assert_eq!(sum(&found), (2, 2), "{}", fresh.name);
        house.verb(BEN, leads[0], LeadCommand::Decline { offer: 1, reason: DeclineReason::NoCapacity }).await.unwrap();
        let found = answered(&house, EVER).await;
        assert_eq!((sum(&found), &found), ((2, 3), &recount(&house, &leads).await), "{}: answered otherwise", fresh.name);
        house.replays().await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_counts_at_its_own_moment() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        morning(&house).await;
        let at = START.plus(Span::hours(1));
        let one = Span::from_micros(1);
        assert_eq!(sum(&answered(&house, (at, at.plus(one))).await), (3, 4), "{}: the first instant belongs to it", fresh.name);
        assert_eq!(sum(&answered(&house, (START, at)).await), (0, 0), "{}: the last does not", fresh.name);
    })
    .await;
}

/// A program whose partners are scored by nothing but how they answer.
fn by_answers() -> String {
    let (head, criteria) = program::DEMO.split_once("[[scorecard.criterion]]").expect("criteria");
    let (_, rest) = criteria.split_once("# --- Promises").expect("what follows");
    format!("{head}[[scorecard.criterion]]\nname = \"service_sla\"\nweight = 100\ntarget = 100\n# --- Promises{rest}")
}

#[tokio::test]
async fn an_audit_scores_how_a_partner_answers() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        house.run(ANNA, Command::Program { toml: by_answers(), note: text("by answers") }).await;
        let leads = morning(&house).await;
        house.pass(Span::hours(72));
        house.sweep().await;
        let expected = recount(&house, &leads).await;
        house.pass(Span::hours(60 * 24));
        let day = "2026-04-30".parse().unwrap();
        let outcome = house.run(ANNA, Command::EvaluateTiers { partners: ALL.into(), day, kind: AuditKind::OnDemand }).await;
        for item in &outcome.tiers {
            let made = &item.result.as_ref().unwrap().evaluation.as_ref().unwrap().made;
            let share = made.facts.accepted;
            let known = expected.get(&made.partner);
            assert_eq!(share.map(|share| (share.part, share.whole)), known.map(|one| (one.in_time, one.all)), "{}", fresh.name);
            let scored = made.card.criteria.iter().find(|one| one.criterion == Criterion::ServiceSla).unwrap();
            assert_eq!(scored.value.is_some(), known.is_some(), "{}: nobody asked Paris", fresh.name);
        }
        assert_eq!((expected.len(), outcome.tiers.len()), (3, 4));
    })
    .await;
}

#[tokio::test]
async fn reports_find_every_lead_that_was_offered_to_a_partner() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let leads = morning(&house).await;
        house.pass(Span::hours(72));
        house.sweep().await;
        for partner in ALL {
            let mut had = BTreeSet::new();
            for id in &leads {
                let lead = house.lead(*id).await;
                had.extend(lead.offers.iter().any(|offer| offer.partner == partner).then_some(lead.id));
            }
            let found = house.app.db().read().await.unwrap().leads_offered_to(partner, START).await.unwrap();
            assert_eq!(found, had.into_iter().collect::<Vec<_>>(), "{} {partner}", fresh.name);
        }
    })
    .await;
}

/// The database of the version before knew the answers in the leads only.
pub async fn forget(fresh: &Fresh) {
    let mut tx = fresh.db.begin().await.unwrap();
    for text in BACK_TO_20.iter().chain(&["delete from schema_version where version > 19", "drop table lead_answer"]).copied() {
        tx.execute(Sql::new(text)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn an_older_database_knows_at_once_who_answered() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let leads = morning(&house).await;
        house.pass(Span::hours(72));
        house.run(ENGINE, Command::Sweep { limit: 3 }).await;
        let accept = LeadCommand::Accept { offer: 1 };
        house.verb(BEN, leads[8], accept).await.unwrap();
        let before = rows(&house).await;
        let seen: BTreeSet<&str> = ["in_time", "late", "declined", "timed_out", "withdrawn"].into();
        let kinds = |kind: &&&str| before.iter().any(|row| row.contains(**kind));
        assert_eq!(seen.iter().filter(kinds).count(), 5, "{}: {before:?}", fresh.name);
        forget(&fresh).await;
        let db = fresh.opened_again().await;
        assert_eq!(db.read().await.unwrap().dump("lead_answer").await.unwrap(), before, "{}", fresh.name);
    })
    .await;
}
