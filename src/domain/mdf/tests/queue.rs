use super::*;
use crate::domain::{
    day::Counted,
    figures::Figures,
    mdf::{
        queue::{Item, Kpis, Queue, Viewer, roi_bp},
        stats::{Measure, counted_claim},
    },
};

/// The queues that hold an item for somebody.
fn held(world: &World, item: Item<'_>, who: i64) -> Vec<&'static str> {
    let actor = actor(who);
    let viewer = Viewer { actor: &actor, now: world.now };
    Queue::ALL.into_iter().filter(|queue| queue.holds(item, viewer)).map(Queue::title).collect()
}

#[test]
fn a_claim_moves_from_queue_to_queue() {
    let mut world = World::new("100000");
    let request = world.ask(1, plan("Fair", "26000")).unwrap();
    let of_request = |world: &World, who| held(world, Item::Request(&world.requests[&request]), who);
    assert_eq!(of_request(&world, 3), ["Waiting for me", "All"]);
    assert_eq!((of_request(&world, 1), of_request(&world, 6)), (vec!["All"], vec!["All"]), "who asked does not approve, finance not yet");
    world.approve_request(3, request).unwrap();
    assert_eq!(
        (of_request(&world, 3), of_request(&world, 4)),
        (vec!["Second approval", "All"], vec!["Waiting for me", "Second approval", "All"])
    );
    world.approve_request(4, request).unwrap();
    assert_eq!(of_request(&world, 6), ["Waiting for me", "Finance", "All"]);
    world.approve_request(6, request).unwrap();
    world.now = at("2026-02-20T10:00:00Z");
    let id = world.claim(1, request, content("A-1", "3000")).unwrap();
    let of_claim = |world: &World, who| held(world, Item::Claim(&world.claims[&id]), who);
    world.decide(3, id, &ClaimCommand::RequestInfo { text: Text::default() }).unwrap();
    assert_eq!(of_claim(&world, 3), ["Info requested", "All"]);
    world.decide(1, id, &ClaimCommand::Resubmit).unwrap();
    world.pass(4 * 24);
    assert_eq!(of_claim(&world, 3), ["Waiting for me", "Due soon", "All"], "exactly a day is left");
    world.decide(3, id, &ClaimCommand::Flag { reason: Text::clean("odd") }).unwrap();
    assert_eq!(of_claim(&world, 3), ["Suspect", "All"]);
    world.decide(4, id, &ClaimCommand::Clear).unwrap();
    world.approve(4, id).unwrap();
    assert_eq!(of_claim(&world, 7), ["Waiting for me", "Finance", "All"], "to be paid");
    world.decide(7, id, &ClaimCommand::Assign { to: Some(OperatorId(1)) }).unwrap();
    assert_eq!(of_claim(&world, 1), ["Finance", "All"], "whom it is handed to decides nothing by that");
    world.decide(7, id, &ClaimCommand::Pay { key: Text::clean("k"), amount: None }).unwrap();
    assert_eq!(of_claim(&world, 7), ["Waiting for me", "All"], "to be brought to the bank and back");
    world.export(id, 1);
    assert_eq!((of_claim(&world, 6), of_claim(&world, 3)), (vec!["Waiting for me", "All"], vec!["All"]));
    world.decide(6, id, &ClaimCommand::ConfirmPayment { no: 1, reference: Text::clean("bank") }).unwrap();
    assert_eq!(of_claim(&world, 6), ["All"]);
}

#[test]
fn funds_with_money_left_are_shown_thirty_days_before_their_end() {
    let mut world = World::new("100");
    let of_fund = |world: &World| held(world, Item::Fund(&world.fund), 6);
    world.now = at("2026-03-01T21:59:59.999998Z");
    assert_eq!(of_fund(&world), ["Funds"]);
    world.now = at("2026-03-01T21:59:59.999999Z");
    assert_eq!(of_fund(&world), ["Expiring funds", "Funds"]);
    world.fund(6, &FundCommand::Reduce { amount: eur("100"), reason: Text::clean("cut") }).unwrap();
    assert_eq!(of_fund(&world), ["Funds"], "nothing is left to expire");
}

#[test]
fn the_figures_of_one_paid_claim() {
    let mut world = World::new("10000");
    let request = world.ask(1, plan("Road show", "4000")).unwrap();
    world.approve_request(3, request).unwrap();
    world.now = at("2026-02-20T10:00:00Z");
    let id = world.claim(1, request, content("A-1", "3000")).unwrap();
    let mut events = world.approve(3, id).unwrap().claim;
    world.decide(6, id, &ClaimCommand::Pay { key: Text::clean("k"), amount: None }).unwrap();
    world.export(id, 1);
    world.now = at("2026-03-02T10:30:00Z");
    let confirm = ClaimCommand::ConfirmPayment { no: 1, reference: Text::clean("bank") };
    events.extend(world.decide(6, id, &confirm).unwrap().claim);
    let counted: Vec<(Counted<Measure>, u64)> = events.iter().flat_map(|event| counted_claim(event, 7)).map(|one| (one, 1)).collect();
    let kpis = Kpis::of([&world.fund], &Figures(counted), 0..=10, world.now);
    let expected = Kpis {
        utilisation_bp: Some(3_000),
        first_pass_bp: Some(10_000),
        time_to_pay_p50_minutes: Some(10 * 24 * 60 + 30),
        time_to_pay_p90_minutes: Some(10 * 24 * 60 + 30),
        expiring: Some(eur("6000")),
    };
    assert_eq!(kpis, expected);
    assert_eq!(
        (roi_bp(eur("4500"), eur("3000")), roi_bp(eur("1500"), eur("3000")), roi_bp(eur("1"), eur("0"))),
        (Some(5_000), Some(-5_000), None)
    );
}
