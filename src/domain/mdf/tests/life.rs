use super::*;
use crate::domain::mdf::{claim::ClaimState, fund::FundState, request::RequestState};

/// A request of 4,000 that is approved, on the last day on which it may be asked for.
fn approved(world: &mut World) -> RequestId {
    let id = world.ask(1, plan("Road show", "4000")).unwrap();
    world.approve_request(3, id).unwrap();
    id
}

#[test]
fn from_the_allocation_to_a_paid_claim() {
    let mut world = World::new("10000");
    let request = approved(&mut world);
    assert_eq!(world.balances(), [1_000_000, 600_000, 400_000, 0, 0, 0]);
    world.now = at("2026-02-20T10:00:00Z");
    let claim = world.claim(2, request, content("A-1", "3000")).unwrap();
    assert_eq!(world.balances(), [1_000_000, 600_000, 100_000, 300_000, 0, 0]);
    assert!(world.claims[&claim].findings.iter().all(|finding| !finding.is_failed()), "{:?}", world.claims[&claim].findings);
    world.approve(4, claim).unwrap();
    world.pay(6, claim, "pay-1").unwrap();
    assert!(matches!(world.claims[&claim].state, ClaimState::Closed { .. }));
    assert_eq!(world.balances(), [1_000_000, 600_000, 100_000, 0, 300_000, 0]);
    world.request(1, request, &RequestCommand::Complete).unwrap();
    assert_eq!(world.requests[&request].state.name(), "completed");
    assert_eq!(world.balances(), [1_000_000, 700_000, 0, 0, 300_000, 0]);
    world.now = at("2026-03-31T22:00:00Z");
    world.sweep();
    assert!(matches!(world.fund.state, FundState::Settled { .. }), "midnight in Berlin has passed");
    assert_eq!(world.balances(), [1_000_000, 0, 0, 0, 300_000, 700_000]);
}

#[test]
fn the_period_ends_with_its_last_microsecond_in_the_programs_zone() {
    let mut world = World::new("10");
    world.now = at("2026-03-31T21:59:59.999999Z");
    world.sweep();
    assert!(world.fund.is_open());
    world.now = at("2026-03-31T22:00:00Z");
    assert_eq!(world.fund.next_at(), Some(world.now), "the engine is called at the first moment after it");
    world.sweep();
    assert!(!world.fund.is_open());
}

#[test]
fn a_request_comes_early_enough_or_not_at_all() {
    let mut world = World::new("10000");
    world.now = at("2026-01-27T12:00:00Z");
    assert!(world.ask(1, plan("Road show", "100")).is_ok(), "exactly 14 days before");
    world.now = at("2026-01-27T23:00:00Z");
    let refusal = world.ask(1, plan("Road show", "100")).unwrap_err().to_string();
    assert_eq!(
        refusal,
        "cannot submit: the activity begins on 2026-02-10, and handed in today it begins on 2026-02-11 at the earliest (14 days)"
    );
    let mut wrong = plan("", "100");
    wrong.ends_on = date("2026-04-01");
    wrong.asked = eur("100.01");
    world.now = at("2026-01-05T12:00:00Z");
    let refusal = world.ask(1, wrong).unwrap_err().to_string();
    for part in ["no title", "does not lie in the fund's period, 2026-01-01 to 2026-03-31", "the fund's share of the cost is EUR 100.00"] {
        assert!(refusal.contains(part), "{refusal}");
    }
}

#[test]
fn nobody_overspends_a_fund() {
    let mut world = World::new("5000");
    let first = world.ask(1, plan("One", "3000")).unwrap();
    let second = world.ask(1, plan("Two", "3000")).unwrap();
    world.approve_request(3, first).unwrap();
    let refusal = world.approve_request(4, second).unwrap_err();
    assert_eq!(refusal.to_string(), "F-1 is short of EUR 1,000.00: EUR 3,000.00 needed, EUR 2,000.00 available");
    let seen = world.requests[&second].pin();
    world.request(4, second, &RequestCommand::Approve { amount: Some(eur("2000")), seen, on_behalf_of: None }).unwrap();
    assert_eq!(world.balances(), [500_000, 0, 500_000, 0, 0, 0], "the last euro is committed, in part");
    let refusal = world.fund(6, &FundCommand::Reduce { amount: eur("0.01"), reason: Text::clean("cut") }).unwrap_err();
    assert_eq!(refusal.to_string(), "F-1 is short of EUR 0.01: EUR 0.01 needed, EUR 0.00 available");
    world.request(1, first, &RequestCommand::Withdraw).unwrap();
    assert_eq!(world.balances(), [500_000, 300_000, 200_000, 0, 0, 0]);
}

#[test]
fn several_claims_share_what_was_approved() {
    let mut world = World::new("10000");
    let request = approved(&mut world);
    world.now = at("2026-02-20T10:00:00Z");
    let first = world.claim(1, request, content("A-1", "3000")).unwrap();
    let second = world.claim(1, request, content("A-2", "3000")).unwrap();
    assert_eq!(world.balances()[2..4], [0, 400_000], "no more is set aside than was approved");
    let refusal = world.approve(3, second).unwrap_err().to_string();
    assert!(refusal.contains("EUR 3,000.00 asked for, EUR 1,000.00 of the approved amount left"), "{refusal}");
    world.decide(3, first, &ClaimCommand::Reject { reason: request::RejectReason::NotPerformed }).unwrap();
    world.approve(3, second).unwrap();
    assert_eq!(world.balances()[2..4], [100_000, 300_000], "what the first gave back, the second got");
    world.decide(6, second, &ClaimCommand::Close).unwrap();
    assert_eq!(world.balances()[2..4], [400_000, 0], "closed unpaid, all of it goes back to the request");
}

#[test]
fn an_edit_voids_every_approval_and_reopens_an_approved_claim() {
    let mut world = World::new("60000");
    let request = world.ask(1, plan("Fair", "20000")).unwrap();
    world.approve_request(3, request).unwrap();
    let seen = world.requests[&request].pin();
    world.request(2, request, &RequestCommand::Edit { plan: Box::new(plan("Fair", "19000")) }).unwrap();
    let stale = RequestCommand::Approve { amount: None, seen, on_behalf_of: None };
    let refusal = world.request(4, request, &stale).unwrap_err().to_string();
    assert_eq!(refusal, "cannot approve: it was changed since it was on the screen (revision 1 then, 2 now): look at it again");
    world.approve_request(4, request).unwrap();
    assert_eq!(world.requests[&request].state, RequestState::Submitted, "the first approval was void, so two are needed again");
    let again = world.approve_request(3, request).unwrap_err().to_string();
    assert_eq!(again, "cannot approve: O-3 gave the first approval already, and the second approval is another person's");
    world.approve_request(9, request).unwrap();
    world.now = at("2026-02-20T10:00:00Z");
    let claim = world.claim(1, request, content("A-1", "4000")).unwrap();
    world.approve(3, claim).unwrap();
    let mut other = content("A-1", "4000");
    other.asked = eur("3999");
    world.decide(2, claim, &ClaimCommand::Edit { content: Box::new(other) }).unwrap();
    assert_eq!(world.claims[&claim].state, ClaimState::Submitted);
    assert!(world.decide(6, claim, &ClaimCommand::Pay { key: Text::clean("k"), amount: None }).is_err());
    assert!(world.approve(2, claim).is_err(), "whoever edited it does not approve it");
    world.approve(4, claim).unwrap();
    assert_eq!(world.claims[&claim].reserved, eur("3999"));
}

#[test]
fn what_is_not_claimed_in_time_is_released() {
    let mut world = World::new("10000");
    let request = approved(&mut world);
    // 45 days after the 12th of February: the end of the 29th of March, when Berlin has summer time.
    assert_eq!(world.requests[&request].due(), Some(at("2026-03-29T21:59:59.999999Z")));
    world.now = at("2026-03-29T21:59:59.999999Z");
    world.sweep();
    assert_eq!(world.requests[&request].state.name(), "approved");
    world.now = at("2026-03-29T22:00:00Z");
    world.sweep();
    assert_eq!(world.requests[&request].state.name(), "expired");
    assert_eq!(world.balances(), [1_000_000, 1_000_000, 0, 0, 0, 0]);
    let refusal = world.claim(1, request, content("A-1", "100")).unwrap_err();
    assert_eq!(refusal.to_string(), "cannot draft a claim: R-1 is expired");
}

#[test]
fn late_claims_are_taken_after_the_period_and_what_they_leave_expires() {
    let mut world = World::new("10000");
    let mut late = plan("Late fair", "4000");
    (late.starts_on, late.ends_on) = (date("2026-03-30"), date("2026-03-31"));
    let request = world.ask(1, late).unwrap();
    world.approve_request(3, request).unwrap();
    world.now = at("2026-04-10T10:00:00Z");
    world.sweep();
    assert_eq!((world.fund.state.name(), world.balances()), ("closed", [1_000_000, 0, 400_000, 0, 0, 600_000]));
    let mut late = content("A-1", "3000");
    (late.performed_from, late.performed_to) = (date("2026-03-30"), date("2026-03-31"));
    let claim = world.claim(1, request, late).unwrap();
    world.approve(3, claim).unwrap();
    world.pay(6, claim, "k").unwrap();
    world.now = at("2026-05-16T10:00:00Z");
    world.sweep();
    assert_eq!(world.requests[&request].state.name(), "completed");
    assert_eq!((world.fund.state.name(), world.balances()), ("settled", [1_000_000, 0, 0, 0, 300_000, 700_000]));
}

#[test]
fn a_question_stops_the_clock_and_costs_the_first_pass() {
    let mut world = World::new("10000");
    let request = approved(&mut world);
    world.now = at("2026-02-20T10:00:00Z");
    let claim = world.claim(1, request, content("A-1", "3000")).unwrap();
    world.pass(24);
    world.decide(3, claim, &ClaimCommand::RequestInfo { text: Text::clean("which hall?") }).unwrap();
    assert_eq!(world.claims[&claim].due(), None);
    world.pass(24 * 20);
    world.sweep();
    assert!(!world.claims[&claim].desk.is_breached(), "it does not wait for us");
    world.decide(1, claim, &ClaimCommand::Resubmit).unwrap();
    assert_eq!(world.claims[&claim].due(), Some(world.now.plus(Span::hours(4 * 24))), "four of five days are left");
    let effects = world.approve(3, claim).unwrap();
    let approved = effects.claim.iter().find_map(|event| match event {
        claim::ClaimEvent::Approved { first_pass, took, .. } => Some((*first_pass, *took)),
        _ => None,
    });
    assert_eq!(approved, Some((false, Span::hours(24))));
}

#[test]
fn a_suspicion_freezes_all_that_the_partner_has_pending() {
    let mut world = World::new("10000");
    let request = approved(&mut world);
    world.now = at("2026-02-20T10:00:00Z");
    let claims = ["A-1", "A-2", "A-3"].map(|number| world.claim(1, request, content(number, "1000")).unwrap());
    world.approve(3, claims[1]).unwrap();
    world.decide(4, claims[0], &ClaimCommand::Flag { reason: Text::clean("the photo is old") }).unwrap();
    assert!(claims.iter().all(|id| world.claims[id].state.name() == "suspect"));
    for (who, id, command) in [
        (6, claims[1], ClaimCommand::Pay { key: Text::clean("k"), amount: None }),
        (3, claims[2], ClaimCommand::Close),
        (1, claims[2], ClaimCommand::Withdraw),
    ] {
        assert!(world.decide(who, id, &command).is_err(), "{command:?}");
    }
    assert!(world.approve(3, claims[2]).unwrap_err().to_string().contains("stands still under suspicion"));
    assert!(world.decide(9, claims[0], &ClaimCommand::Clear).is_ok());
    assert_eq!(claims.map(|id| world.claims[&id].state.name()), ["submitted", "approved", "submitted"]);
    world.pay(6, claims[1], "k").unwrap();
}

#[test]
fn a_rejection_is_taken_back_with_its_money() {
    let mut world = World::new("10000");
    let request = approved(&mut world);
    world.now = at("2026-02-20T10:00:00Z");
    let id = world.claim(1, request, content("A-1", "3000")).unwrap();
    let before = world.claims[&id].clone();
    let effects = world.decide(3, id, &ClaimCommand::Reject { reason: request::RejectReason::Other }).unwrap();
    assert_eq!(world.balances()[2..4], [400_000, 0]);
    let last = claim::undo::LastCommand { actor: OperatorId(3), at: world.now, day: 0, events: effects.claim, before };
    let undo = |world: &World| {
        let (actor, pending, known) = (actor(3), world.pending(), world.known());
        let context = Context { actor: &actor, now: world.now, programs: &world.programs };
        claim::undo::undo(&world.claims[&id], &last, context, world.claim_facts(request, &known, &pending))
    };
    let effects = undo(&world).unwrap();
    world.apply(Some(request), Some(id), effects);
    assert_eq!((world.claims[&id].state.name(), world.balances()[2..4].to_vec()), ("submitted", vec![100_000, 300_000]));
    world.decide(3, id, &ClaimCommand::Reject { reason: request::RejectReason::Other }).unwrap();
    world.claim(1, request, content("A-2", "2000")).unwrap();
    assert!(undo(&world).unwrap_err().to_string().contains("used for something else since"));
}

/// A claim is due 45 days after the activity; approved later than that, the money would only go back again.
#[test]
fn a_request_is_not_approved_once_no_claim_could_come() {
    let mut world = World::new("10000");
    world.fund.terms.to = date("2026-12-31");
    world.fund.state = FundState::Open { until: at("2026-12-31T22:59:59.999999Z") };
    let request = world.ask(1, plan("Road show", "4000")).unwrap();
    world.now = at("2026-03-29T22:00:00Z");
    let refusal = world.approve_request(3, request).unwrap_err();
    assert_eq!(refusal.to_string(), "cannot approve: claims on R-1 were to come until 2026-03-29, and none could any more");
    world.now = at("2026-03-29T21:59:59.999999Z");
    world.approve_request(3, request).unwrap();
}

/// Who asked for the money decides nothing about it, nor takes back what others decided.
#[test]
fn a_decision_is_taken_back_by_somebody_who_did_not_ask() {
    let mut world = World::new("10000");
    let request = approved(&mut world);
    world.now = at("2026-02-20T10:00:00Z");
    let id = world.claim(9, request, content("A-1", "3000")).unwrap();
    let before = world.claims[&id].clone();
    let effects = world.decide(3, id, &ClaimCommand::Reject { reason: request::RejectReason::Other }).unwrap();
    let last = claim::undo::LastCommand { actor: OperatorId(3), at: world.now, day: 0, events: effects.claim, before };
    let undo = |who| {
        let (actor, pending, known) = (actor(who), world.pending(), world.known());
        let context = Context { actor: &actor, now: world.now, programs: &world.programs };
        claim::undo::undo(&world.claims[&id], &last, context, world.claim_facts(request, &known, &pending)).map(drop)
    };
    assert_eq!(undo(9).unwrap_err().to_string(), "Op 9 asked for M-1, and somebody else decides that");
    undo(4).unwrap();

    let mut world = World::new("10000");
    let id = world.ask(9, plan("Road show", "4000")).unwrap();
    let before = world.requests[&id].clone();
    let effects = world.request(3, id, &RequestCommand::Reject { reason: request::RejectReason::Other }).unwrap();
    let last = request::undo::LastCommand { actor: OperatorId(3), at: world.now, day: 0, events: effects.request, before };
    let undo = |who| {
        let actor = actor(who);
        let context = Context { actor: &actor, now: world.now, programs: &world.programs };
        request::undo::undo(&world.requests[&id], &last, context).map(drop)
    };
    assert_eq!(undo(9).unwrap_err().to_string(), "Op 9 asked for R-1, and somebody else decides that");
    undo(4).unwrap();
}

/// Nobody brings an approval of somebody else back to life.
#[test]
fn what_took_approvals_back_is_not_undone() {
    let mut world = World::new("60000");
    let id = world.ask(1, plan("Fair", "20000")).unwrap();
    world.approve_request(3, id).unwrap();
    let before = world.requests[&id].clone();
    let effects = world.request(1, id, &RequestCommand::RequestInfo { text: Text::default() }).unwrap();
    let last = request::undo::LastCommand { actor: OperatorId(1), at: world.now, day: 0, events: effects.request, before };
    let actor = actor(1);
    let context = Context { actor: &actor, now: world.now, programs: &world.programs };
    let refusal = request::undo::undo(&world.requests[&id], &last, context).unwrap_err();
    assert!(refusal.to_string().contains("approvals were taken back with it"), "{refusal}");
}
