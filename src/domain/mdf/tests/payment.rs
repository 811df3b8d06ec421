use super::*;
use crate::domain::{
    id::BatchId,
    mdf::{
        approval::Part,
        batch::{self, Answer, BatchFile, BatchState},
        claim::ClaimState,
    },
};

fn payable() -> (World, ClaimId) {
    let mut world = World::new("10000");
    let request = world.ask(1, plan("Road show", "4000")).unwrap();
    world.approve_request(3, request).unwrap();
    world.now = at("2026-02-20T10:00:00Z");
    let claim = world.claim(1, request, content("A-1", "3000")).unwrap();
    world.approve(3, claim).unwrap();
    (world, claim)
}

fn pay(key: &str, amount: &str) -> ClaimCommand {
    ClaimCommand::Pay { key: Text::clean(key), amount: Some(eur(amount)) }
}

#[test]
fn a_payment_happens_at_most_once() {
    let (mut world, claim) = payable();
    world.decide(6, claim, &pay("k-1", "2000")).unwrap();
    let again = world.decide(6, claim, &pay("k-1", "1000")).unwrap_err();
    assert_eq!(again.to_string(), "cannot pay: k-1 is payment 1 of M-1 already, over EUR 2,000.00");
    let more = world.decide(7, claim, &pay("k-2", "1000.01")).unwrap_err();
    assert_eq!(more.to_string(), "cannot pay: EUR 1,000.00 is payable of M-1, and EUR 1,000.01 is more");
    let confirm = ClaimCommand::ConfirmPayment { no: 1, reference: Text::clean("bank") };
    let early = world.decide(6, claim, &confirm).unwrap_err();
    assert_eq!(early.to_string(), "cannot confirm a payment: payment 1 of M-1 is in no batch yet");
    world.export(claim, 1);
    world.decide(6, claim, &confirm).unwrap();
    assert!(world.decide(6, claim, &confirm).is_err(), "confirmed once");
    assert_eq!(world.balances()[3..5], [100_000, 200_000]);
    world.pay(7, claim, "k-2").unwrap();
    assert!(matches!(world.claims[&claim].state, ClaimState::Closed { .. }));
    assert_eq!(world.balances()[3..5], [0, 300_000]);
}

#[test]
fn a_failed_payment_may_be_ordered_anew() {
    let (mut world, claim) = payable();
    world.decide(6, claim, &pay("k-1", "3000")).unwrap();
    world.export(claim, 1);
    world.decide(6, claim, &ClaimCommand::FailPayment { no: 1, reason: Text::clean("no such account") }).unwrap();
    assert_eq!(world.claims[&claim].payable(), eur("3000"));
    assert!(world.decide(6, claim, &pay("k-1", "3000")).is_err(), "but never under the same key");
    world.pay(6, claim, "k-2").unwrap();
    assert_eq!(world.balances()[4], 300_000);
}

#[test]
fn who_ordered_a_payment_does_not_change_what_is_asked_for() {
    let (mut world, claim) = payable();
    world.decide(9, claim, &pay("k-1", "3000")).unwrap();
    world.export(claim, 1);
    world.decide(9, claim, &ClaimCommand::FailPayment { no: 1, reason: Text::clean("no such account") }).unwrap();
    let edit = ClaimCommand::Edit { content: Box::new(content("A-2", "2500")) };
    let refused = world.decide(9, claim, &edit).unwrap_err();
    assert!(refused.to_string().ends_with("and somebody else changes M-1"), "{refused}");
    world.decide(1, claim, &edit).unwrap();
}

#[test]
fn who_asked_or_approved_does_not_pay() {
    let (mut world, claim) = payable();
    let mut both = |part| {
        world.claims.get_mut(&claim).unwrap().desk.parts.add(OperatorId(9), part);
        world.decide(9, claim, &pay("k-9", "1")).unwrap_err().to_string()
    };
    assert_eq!(both(Part::Approved), "Op 9 approved it, and somebody else pays M-1");
    assert_eq!(both(Part::Asked), "Op 9 asked for it, and somebody else pays M-1");
    assert!(world.decide(3, claim, &pay("k-3", "1")).unwrap_err().to_string().contains("may not pay claims"));
}

#[test]
fn money_comes_back_as_a_negative_payment_and_never_more_than_was_paid() {
    let (mut world, claim) = payable();
    world.pay(6, claim, "k-1").unwrap();
    let back = |key: &str, amount: &str| ClaimCommand::ClawBack {
        key: Text::clean(key),
        amount: eur(amount),
        reference: Text::clean("credit note"),
    };
    assert!(world.decide(6, claim, &back("c-1", "3000.01")).is_err());
    world.decide(6, claim, &back("c-1", "1000")).unwrap();
    assert!(world.decide(6, claim, &back("c-1", "1000")).is_err(), "the same key again");
    assert_eq!((world.claims[&claim].paid(), world.claims[&claim].payments[1].amount), (eur("2000"), eur("-1000")));
    assert_eq!(world.balances(), [1_000_000, 700_000, 100_000, 0, 200_000, 0]);
    assert!(world.decide(6, claim, &back("c-2", "2000.01")).is_err());
}

#[test]
fn a_batch_is_exported_once_and_settled_payment_by_payment() {
    let (mut world, claim) = payable();
    world.decide(6, claim, &pay("k-1", "2000")).unwrap();
    world.decide(6, claim, &pay("k-2", "1000")).unwrap();
    let finance = actor(7);
    let context = Context { actor: &finance, now: world.now, programs: &world.programs };
    let file = || BatchFile { name: Text::clean("batch.xml"), hash: ContentHash::of(b"bytes") };
    let one = &world.claims[&claim];
    assert!(batch::export(BatchId(1), &[], file(), context).is_err());
    assert!(batch::export(BatchId(1), &[(one, 1), (one, 1)], file(), context).is_err(), "twice in one batch");
    let (mut exported, events) = batch::export(BatchId(1), &[(one, 1), (one, 2)], file(), context).unwrap();
    assert_eq!((exported.total(), exported.item(" M-1/2 ").map(|item| item.no)), (eur("3000"), Some(2)));
    let mut after = one.clone();
    for (_, event) in &events.claims {
        after.apply(event, world.now);
    }
    let again = batch::export(BatchId(2), &[(&after, 1)], file(), context).unwrap_err();
    assert_eq!(again.to_string(), "cannot export a payment: payment 1 of M-1 is exported already");
    let confirmed = || Answer::Confirmed { reference: Text::clean("bank") };
    for no in [1, 2] {
        assert_eq!(exported.state, BatchState::Exported);
        let event = batch::answer(&exported, claim, no, confirmed(), context).unwrap();
        exported.apply(&event, world.now);
    }
    assert_eq!(exported.state.name(), "settled");
    assert!(batch::answer(&exported, claim, 1, confirmed(), context).is_err(), "answered once");
    assert!(batch::answer(&exported, claim, 9, confirmed(), context).is_err());
}

/// It stood still only because another claim did, and the bank paid it meanwhile.
#[test]
fn a_claim_that_is_paid_in_full_closes_though_another_is_under_suspicion() {
    let (mut world, paid) = payable();
    world.decide(6, paid, &ClaimCommand::Pay { key: Text::clean("k-1"), amount: None }).unwrap();
    world.export(paid, 1);
    let suspect = world.claim(1, RequestId(1), content("A-2", "500")).unwrap();
    world.decide(1, suspect, &ClaimCommand::Flag { reason: Text::clean("a photo of another fair") }).unwrap();
    assert!(matches!(world.claims[&paid].state, ClaimState::Suspect { .. }));
    world.decide(6, paid, &ClaimCommand::ConfirmPayment { no: 1, reference: Text::clean("bank") }).unwrap();
    assert!(matches!(world.claims[&paid].state, ClaimState::Closed { .. }), "{:?}", world.claims[&paid].state);
    assert!(world.claims[&paid].due().is_none(), "no clock runs on");
    // Its own suspicion is another matter: that has to be decided first.
    world.decide(3, suspect, &ClaimCommand::Clear).unwrap();
    assert!(world.requests[&RequestId(1)].commitment().unwrap().open == [suspect].into());
}
