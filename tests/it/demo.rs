//! The demo: the same channel from the same seed, with something in every queue, in order by every rule of the house.

use crate::{
    app::replay::dump,
    support::databases::{START, options, sqlite},
};
use pilothouse::{
    ambient::Clock,
    app::{App, demo},
    domain::{
        actor::{Actor, Role, Roles},
        deal::{
            DealState,
            conflict::{CaseState, ConflictKind, Verdict},
            queue::Queue as DealQueue,
        },
        id::{ClaimId, ConflictId, DealId, FundId, OperatorId, RequestId},
        lead::queue::Queue,
        mdf::{
            check::CheckKind,
            queue::{Item, Queue as MdfQueue, Turn, Viewer},
        },
        text::Text,
        time::Span,
    },
    store::{Db, Health},
};
use std::collections::BTreeSet;

/// Monday afternoon in Europe.
async fn made(seed: u64, days: i64) -> (App, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(START.plus(Span::hours(5)));
    let address = pilothouse::store::Address::Sqlite(folder.path().join("demo.db"));
    let app = App::new(Db::open(address, options(&clock)).await.unwrap());
    demo::make_days(&app, seed, days, &mut |_| ()).await.unwrap();
    (app, folder)
}

#[tokio::test]
async fn a_channel_in_full_swing() {
    let (app, _folder) = made(1, 4).await;
    let mut session = app.db().snapshot().await.unwrap();
    assert_eq!(session.health().await.unwrap(), Health::default());
    let verdict = session.audit_verify(|_| {}).await.unwrap();
    assert!(verdict.broken.is_none() && verdict.events > 1_000, "{verdict:?}");
    let leads = session.leads_open_after(pilothouse::domain::id::LeadId(0), 5_000).await.unwrap();
    for queue in Queue::ALL {
        // Some promises are broken within the first minutes.
        let then = if queue == Queue::Breached { app.now().plus(Span::minutes(10)) } else { app.now() };
        let held = leads.iter().filter(|lead| queue.holds(lead, OperatorId(2), then)).count();
        assert!(held > 0, "nothing is in the queue {}", queue.title());
    }
    let soon = leads.iter().filter(|lead| lead.due().is_some_and(|due| due > app.now() && due < app.now().plus(Span::minutes(12)))).count();
    assert!(soon >= 4, "only {soon} run out while one watches");
    let countries: std::collections::BTreeSet<_> = leads.iter().filter_map(|lead| lead.intake.country).collect();
    assert!(countries.len() > 20, "{countries:?}");
    let kpis = session.lead_kpis(START.micros() / 86_400_000_000).await.unwrap();
    assert!(kpis.acceptance_bp.is_some() && kpis.speed_to_lead_minutes.is_some(), "{kpis:?}");
}

#[tokio::test]
async fn a_deal_room_with_something_in_every_queue() {
    for seed in [1, 2] {
        let (app, _folder) = made(seed, 2).await;
        let mut session = app.db().snapshot().await.unwrap();
        let deals = session.deals(&(1..2_000).map(DealId).collect::<Vec<_>>()).await.unwrap();
        for queue in DealQueue::ALL {
            let held = deals.iter().filter(|deal| queue.holds(deal, None, app.now())).count();
            assert!(held >= 2, "seed {seed}: {held} are in the queue {}", queue.title());
        }
        for state in DealState::NAMES {
            assert!(deals.iter().any(|deal| deal.state.name() == state), "seed {seed}: none is {state}");
        }
        let cases = session.cases(&(1..500).map(ConflictId).collect::<Vec<_>>()).await.unwrap();
        let (live, over): (Vec<_>, Vec<_>) = cases.iter().partition(|case| !matches!(case.state, CaseState::Closed { .. }));
        for kind in ConflictKind::ALL {
            let open = live.iter().filter(|case| case.state.is_open() && case.kind() == *kind).count();
            assert!(open >= 1, "seed {seed}: no conflict of the kind {} waits for a decision", kind.name());
        }
        assert!(live.len() >= 12 && over.len() >= 3, "seed {seed}: {} live, {} closed", live.len(), over.len());
        for state in ["evidence", "review", "notified", "appealed"] {
            assert!(live.iter().any(|case| case.state.name() == state), "seed {seed}: none is {state}");
        }
        assert!(cases.iter().flat_map(|case| &case.decisions).any(|decision| matches!(decision.verdict, Verdict::Split { .. })));
        let kpis = session.deal_kpis(app.now().to_utc().date_naive()).await.unwrap();
        assert!(kpis.decision_p50_minutes.is_some() && kpis.conflict_bp.is_some() && kpis.expiry_bp.is_some(), "{kpis:?}");
        assert!(kpis.cohorts.iter().any(|cohort| cohort.won > 0), "{kpis:?}");
    }
}

#[tokio::test]
async fn a_funding_desk_with_something_in_every_queue() {
    for seed in [1, 2] {
        let (app, _folder) = made(seed, 2).await;
        let mut session = app.db().snapshot().await.unwrap();
        assert_eq!(session.health().await.unwrap(), Health::default());
        let claims = session.claims(&(1..500).map(ClaimId).collect::<Vec<_>>()).await.unwrap();
        let requests = session.requests(&(1..500).map(RequestId).collect::<Vec<_>>()).await.unwrap();
        let funds = session.funds(&(1..50).map(FundId).collect::<Vec<_>>()).await.unwrap();
        let mara = Actor { id: OperatorId(2), name: Text::clean("mara"), roles: Roles(vec![Role::Admin]) };
        let viewer = Viewer { actor: &mara, now: app.now() };
        for queue in MdfQueue::ALL {
            let all = funds.iter().map(Item::Fund).chain(requests.iter().map(Item::Request)).chain(claims.iter().map(Item::Claim));
            let held = all.filter(|item| queue.holds(*item, viewer)).count();
            assert!(held >= 2, "seed {seed}: {held} are in the queue {}", queue.title());
        }
        let states: BTreeSet<&str> = claims.iter().map(|claim| claim.state.name()).collect();
        for state in ["draft", "submitted", "info_requested", "suspect", "approved", "rejected", "closed"] {
            assert!(states.contains(state), "seed {seed}: no claim is {state}: {states:?}");
        }
        let states: BTreeSet<&str> = requests.iter().map(|request| request.state.name()).collect();
        for state in ["draft", "submitted", "info_requested", "approved", "rejected", "withdrawn"] {
            assert!(states.contains(state), "seed {seed}: no request is {state}: {states:?}");
        }
        let turns: Vec<_> = claims.iter().filter_map(|claim| Item::Claim(claim).turn()).collect();
        for turn in Turn::ALL {
            assert!(turns.contains(turn), "seed {seed}: no claim waits for {}", turn.doc());
        }
        let failing: BTreeSet<CheckKind> =
            claims.iter().flat_map(|claim| &claim.findings).filter(|finding| finding.is_failed()).map(|finding| finding.kind).collect();
        assert!(failing.contains(&CheckKind::Duplicate) && failing.contains(&CheckKind::Proofs), "seed {seed}: {failing:?}");
        let currencies: BTreeSet<String> = funds.iter().map(|fund| fund.terms.currency.to_string()).collect();
        assert!(currencies.len() >= 4, "{currencies:?}");
        let batches = app.mdf_batches(50).await.unwrap();
        assert!(batches.iter().any(|batch| batch.items.iter().all(|item| item.answer.is_none())), "one is with the bank");
        assert!(batches.iter().any(|batch| batch.items.iter().all(|item| item.answer.is_some())));
        assert!(claims.iter().any(|claim| claim.payments.iter().any(|payment| payment.amount.minor < 0)), "something came back");
        let kpis = app.mdf_kpis(app.now()).await.unwrap();
        assert!(kpis.iter().any(|(_, one)| one.utilisation_bp.is_some_and(|bp| bp > 1_000)), "{kpis:?}");
    }
}

#[tokio::test]
async fn the_same_seed_makes_the_same_channel() {
    let (one, _a) = made(7, 1).await;
    let (two, _b) = made(7, 1).await;
    let (other, _c) = made(8, 1).await;
    let mut heads = Vec::new();
    for app in [&one, &two, &other] {
        heads.push(app.db().read().await.unwrap().audit_head().await.unwrap());
    }
    assert_eq!(heads[0], heads[1]);
    assert_ne!(heads[0], heads[2]);
}

#[tokio::test]
async fn the_past_that_was_written_at_one_go_is_what_its_events_make() {
    let (app, _folder) = made(3, 2).await;
    let copy = sqlite().await;
    pilothouse::app::replay::replay(app.db(), &copy.db).await.unwrap();
    for ((name, made), (_, replayed)) in dump(app.db()).await.into_iter().zip(dump(&copy.db).await) {
        assert!(!made.is_empty() || ["account", "lead_key"].contains(&name), "{name} is empty: the test compares nothing");
        assert_eq!(made, replayed, "{name}");
    }
}

#[tokio::test]
async fn the_demo_is_for_an_empty_database_only() {
    let fresh = sqlite().await;
    let app = App::new(fresh.db.clone());
    demo::make_days(&app, 1, 1, &mut |_| ()).await.unwrap();
    assert!(demo::make_days(&app, 1, 1, &mut |_| ()).await.is_err());
}

/// Some may be written to, and of those who may not each kind is there.
#[tokio::test]
async fn people_at_partners_with_every_kind_of_consent() {
    let (app, _folder) = made(1, 1).await;
    let rules = app.rules().await.unwrap();
    let (mut why, mut nobody, mut most) = (BTreeSet::new(), 0, 0);
    for partner in rules.directory().all() {
        let contacts = app.contacts_of(partner.id).await.unwrap();
        nobody += usize::from(contacts.is_empty());
        most = contacts.len().max(most);
        why.extend(contacts.iter().map(|known| known.why_silent().unwrap_or("may be mailed")));
    }
    let expected = [
        "asked never to be contacted: may not be mailed",
        "left",
        "may be mailed",
        "no consent: may not be mailed",
        "refused: may not be mailed",
    ];
    assert_eq!(why.into_iter().collect::<Vec<_>>(), expected);
    assert!(nobody >= 3 && most >= 6, "{nobody} partners have nobody, and none has more than {most}");
}
