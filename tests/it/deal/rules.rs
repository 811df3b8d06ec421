//! What the program asks of a registration, and who may do what.

use super::{ACME, MONDAY, PROGRAM, World, at, date, details, eur, operator, parsed};
use pilothouse::domain::{
    actor::{Actor, Role},
    aggregate::Aggregate,
    deal::{
        AccountLink, DealCommand, DealEvent, DealField, DealState, Details, FieldChange, FieldProblem, Place, Refusal, RejectReason, Scope,
        completeness,
        decide::{Facts, from_lead, may_come_first, register},
        stats::{cohort, cohort_start},
        undo::{LastCommand, undo},
    },
    id::{AccountId, DealId, OperatorId},
    time::Span,
};
use std::collections::BTreeSet;

fn sentences(details: &Details) -> Vec<String> {
    completeness(details, &parsed(PROGRAM), at(MONDAY)).iter().map(FieldProblem::sentence).collect()
}

#[test]
fn what_is_missing_is_said_field_by_field() {
    assert_eq!(sentences(&details()), Vec::<String>::new());
    assert_eq!(
        sentences(&Details::default()),
        [
            "the end customer's name is missing",
            "the end customer's country is missing",
            "the list of product lines is missing",
            "the value with its currency is missing",
            "the expected close date is missing",
        ]
    );
    let wrong = Details {
        scope: Scope::new(["Switching".into(), "Swiching".into()]),
        value: Some(eur("0")),
        close_on: Some(date("2026-03-22")),
        ..details()
    };
    assert_eq!(
        sentences(&wrong),
        [
            "the list of product lines: the program has no \"Swiching\"",
            "the value with its currency is not more than nothing",
            "the expected close date lies in the past",
        ]
    );
}

#[test]
fn the_decision_is_due_in_two_business_days() {
    let mut world = World::new();
    let id = world.submitted(1, details(), None);
    // Submitted at 08:00, the desk opens at 09:00: all of Monday and Tuesday, to 17:00 on the wall.
    assert_eq!(world.deal(id).due(), Some(at("2026-03-24T16:00:00Z")));
    let ada = operator(2, Role::Triager);
    let ask = DealCommand::RequestInfo { fields: BTreeSet::from([DealField::Value]), text: "which year?".into() };
    world.now = at("2026-03-23T12:00:00Z");
    world.act(id, &ada, &ask).unwrap();
    assert_eq!(world.deal(id).due(), None, "it waits for the partner");
    // Four hours were used up to 13:00 on the wall; on Thursday at 10:00 twelve are left: 7 that day, 5 on Friday.
    world.now = at("2026-03-26T09:00:00Z");
    world.act(id, &ada, &DealCommand::Resubmit).unwrap();
    assert_eq!(world.deal(id).due(), Some(at("2026-03-27T13:00:00Z")));
    world.now = at("2026-03-26T11:00:00Z");
    let events = world.act(id, &operator(3, Role::Approver), &DealCommand::Approve).unwrap();
    let took =
        events.iter().find_map(|event| if let DealEvent::Approved { took, in_time, .. } = event { Some((*took, *in_time)) } else { None });
    assert_eq!(took, Some((Span::hours(6), true)), "four hours on Monday and two on Thursday");
}

#[test]
fn an_overdue_decision_is_warned_of_and_breached_once() {
    let mut world = World::new();
    let id = world.submitted(1, details(), None);
    let due = world.deal(id).due().unwrap();
    world.now = due;
    assert!(matches!(world.swept(id).as_slice(), [DealEvent::Warned { percent: 90, .. }]), "exactly at the due instant is in time");
    world.now = due.plus(Span::from_micros(1));
    assert!(matches!(world.swept(id).as_slice(), [DealEvent::Breached { .. }]));
    assert!(world.swept(id).is_empty());
    assert!(world.deal(id).escalation.is_some());
    world.act(id, &operator(3, Role::Approver), &DealCommand::Reject { reason: RejectReason::Ineligible, of: None }).unwrap();
    assert_eq!(world.deal(id).escalation, None, "an escalation ends with its cause");
}

#[test]
fn first_is_who_was_complete_first() {
    let mut world = World::new();
    let early = world.submitted(1, Details { value: None, ..details() }, None);
    world.pass(1);
    let late = world.submitted(2, details(), None);
    assert_eq!(world.deal(early).place, None);
    assert_eq!(world.deal(late).place, Some(Place { complete_at: world.now, sequence: 2 }));
    let approve = world.act(early, &operator(3, Role::Approver), &DealCommand::Approve).unwrap_err();
    assert_eq!(approve.to_string(), "cannot approve: the value with its currency is missing");
    let same = Place { complete_at: world.now, sequence: 3 };
    assert!(world.deal(late).place.unwrap() < same, "in the same microsecond the database's order decides");
    world.pass(1);
    let ada = operator(2, Role::Triager);
    world.act(early, &ada, &DealCommand::RequestInfo { fields: BTreeSet::from([DealField::Value]), text: "".into() }).unwrap();
    world.act(early, &ada, &DealCommand::Edit { changes: vec![FieldChange::Value(Some(eur("9000")))] }).unwrap();
    world.act(early, &ada, &DealCommand::Resubmit).unwrap();
    assert!(world.deal(early).place > world.deal(late).place);
}

#[test]
fn only_a_duplicate_is_rejected_in_favour_of_another() {
    let mut world = World::new();
    let (first, second) = (world.submitted(1, details(), None), world.submitted(1, details(), None));
    let approver = operator(3, Role::Approver);
    let reject = |reason| DealCommand::Reject { reason, of: Some(first) };
    assert_eq!(
        world.act(second, &approver, &reject(RejectReason::Incomplete)).unwrap_err().to_string(),
        "D-1 is named only where it comes first, not because it is not complete"
    );
    world.act(second, &approver, &reject(RejectReason::Duplicate)).unwrap();
}

#[test]
fn who_comes_first_has_a_product_in_common_and_the_same_customer() {
    let mut world = World::new();
    let other = AccountLink { account: AccountId(8), family: AccountId(8) };
    let sister = AccountLink { account: AccountId(9), family: ACME.family };
    let id = world.submitted(1, details(), Some(ACME));
    let same = world.submitted(2, details(), Some(sister));
    let unknown = world.submitted(2, details(), None);
    let stranger = world.submitted(2, details(), Some(other));
    let video = world.submitted(2, Details { scope: Scope::new(["Video".into()]), ..details() }, Some(ACME));
    let may = |first: DealId| may_come_first(world.deal(id), world.deal(first)).map_err(|refusal| refusal.to_string());
    assert_eq!((may(same), may(unknown)), (Ok(()), Ok(())));
    assert_eq!(may(stranger).unwrap_err(), "D-4 is for another customer than D-1: name the one that comes first, or none");
    assert_eq!(may(video).unwrap_err(), "D-5 has no product in common with D-1: name the one that comes first, or none");
}

#[test]
fn an_order_is_no_older_than_the_submission_in_the_zone_of_the_program() {
    let mut world = World::new();
    // Half past midnight in Berlin: there it is Monday already, in London it is not.
    world.now = at("2026-03-22T23:30:00Z");
    let id = world.submitted(1, details(), None);
    let approver = operator(3, Role::Approver);
    world.act(id, &approver, &DealCommand::Approve).unwrap();
    let won = |on: &str| DealCommand::Win { on: date(on), value: None };
    assert_eq!(
        world.act(id, &approver, &won("2026-03-22")).unwrap_err().to_string(),
        "an order of 2026-03-22 is older than D-1, which was submitted on 2026-03-23: name a day from then on"
    );
    assert_eq!(world.act(id, &approver, &won("2026-03-24")).unwrap_err().to_string(), "an order of 2026-03-24 lies in the future");
    world.act(id, &approver, &won("2026-03-23")).unwrap();
}

#[test]
fn nobody_recommends_what_nobody_could_approve() {
    let mut world = World::new();
    let (manager, approver) = (operator(7, Role::ChannelManager), operator(3, Role::Approver));
    let small = world.submitted(1, Details { value: Some(eur("100")), ..details() }, None);
    let bare = world.submitted(1, Details { close_on: None, ..details() }, None);
    for id in [small, bare] {
        let refused = world.act(id, &approver, &DealCommand::Approve).unwrap_err().to_string();
        let sent = world.act(id, &manager, &DealCommand::SendForApproval).unwrap_err().to_string();
        assert_eq!(sent.strip_prefix("cannot send for approval: "), refused.strip_prefix("cannot approve: "), "{sent}");
    }
}

#[test]
fn a_customer_that_is_matched_so_is_not_matched_again() {
    let mut world = World::new();
    let ada = operator(2, Role::Triager);
    let id = world.submitted(1, details(), None);
    let matched = |account| DealCommand::Match { account };
    assert_eq!(
        world.act(id, &ada, &matched(None)).unwrap_err().to_string(),
        "cannot match with a customer: D-1 is matched with no account; choose the one that its customer is"
    );
    world.act(id, &ada, &matched(Some(ACME))).unwrap();
    let again = world.act(id, &ada, &matched(Some(ACME))).unwrap_err().to_string();
    assert_eq!(again, format!("cannot match with a customer: D-1 is matched with {} already; choose another account", ACME.account));
    world.act(id, &ada, &matched(None)).unwrap();
}

#[test]
fn a_currency_without_a_least_value_is_told_where_others_have_one() {
    let program = parsed(PROGRAM);
    let in_currency = |code: &str| pilothouse::domain::money::Money::parse("1", code.parse().unwrap()).ok();
    assert_eq!(program.deals.without_minimum(in_currency("PLN")).map(|currency| currency.to_string()).as_deref(), Some("PLN"));
    assert_eq!((program.deals.without_minimum(in_currency("EUR")), program.deals.without_minimum(None)), (None, None));
    let none = parsed(&PROGRAM.replace("minimum = { EUR = 5000, JPY = 800000 }\n", ""));
    assert_eq!(none.deals.without_minimum(in_currency("PLN")), None, "it states none at all");
}

#[test]
fn a_returned_registration_keeps_its_place_only_if_the_program_says_so() {
    for (keeps, expected) in [("false", "2026-03-23T09:00:00Z"), ("true", "2026-03-23T07:00:00Z")] {
        let text = PROGRAM.replace("[deals]\n", &format!("[deals]\nreturned_keeps_place = {keeps}\n"));
        let mut world = World::with(parsed(&text));
        let id = world.submitted(1, details(), None);
        let ada = operator(2, Role::Triager);
        world.pass(1);
        world.act(id, &ada, &DealCommand::RequestInfo { fields: BTreeSet::from([DealField::City]), text: "".into() }).unwrap();
        world.pass(1);
        world.act(id, &ada, &DealCommand::Resubmit).unwrap();
        assert_eq!(world.deal(id).place.unwrap().complete_at, at(expected), "keeps {keeps}");
    }
}

#[test]
fn only_what_was_asked_for_can_be_changed() {
    let mut world = World::new();
    let id = world.submitted(1, details(), None);
    let ada = operator(2, Role::Triager);
    let edit = |changes: Vec<FieldChange>| DealCommand::Edit { changes };
    assert_eq!(
        world.act(id, &ada, &edit(vec![FieldChange::City("Bonn".into())])).unwrap_err().to_string(),
        "cannot edit: D-1 is submitted; request information to have it changed"
    );
    let ask = DealCommand::RequestInfo { fields: BTreeSet::from([DealField::Customer, DealField::City]), text: "".into() };
    assert_eq!(
        world.act(id, &ada, &ask).unwrap_err().to_string(),
        "cannot request information: the end customer's name can't be changed while it is action required"
    );
    let ask = DealCommand::RequestInfo { fields: BTreeSet::from([DealField::City]), text: "".into() };
    world.act(id, &ada, &ask).unwrap();
    let all = edit(vec![
        FieldChange::City("Bonn".into()),
        FieldChange::Value(Some(eur("1"))),
        FieldChange::Products(Scope::new(["Video".into()])),
    ]);
    assert_eq!(
        world.act(id, &ada, &all).unwrap_err().to_string(),
        "cannot edit: the list of product lines can't be changed while it is action required; the value with its currency was not asked for"
    );
    assert_eq!(world.deal(id).details.customer.city.as_str(), "Ulm", "all or nothing");
    world.act(id, &ada, &edit(vec![FieldChange::City("Bonn".into())])).unwrap();
    assert_eq!(world.deal(id).details.customer.city.as_str(), "Bonn");
}

#[test]
fn eligibility_and_the_least_value_are_by_the_program() {
    let mut world = World::new();
    let approver = operator(3, Role::Approver);
    let mut refused = |partner: i64, details: Details| {
        let id = world.submitted(partner, details, None);
        world.act(id, &approver, &DealCommand::Approve).map_err(|refusal| refusal.to_string().split_once(": ").unwrap().1.to_owned()).err()
    };
    let of = |product: &str, value: &str, number: &str| Details {
        scope: Scope::new([product.into()]),
        value: Some(eur(value)),
        customer: pilothouse::domain::deal::Customer { name: number.into(), ..details().customer },
        ..details()
    };
    assert_eq!(refused(1, of("Firewall", "5000", "a")), None, "exactly the least value");
    assert_eq!(
        refused(1, of("Firewall", "4999.99", "b")).unwrap(),
        "D-2 is not eligible: EUR 4,999.99 is less than the least value of EUR 5,000.00"
    );
    assert_eq!(refused(3, of("Firewall", "9000", "c")).unwrap(), "D-3 is not eligible: Firewall needs a valid Security");
    assert_eq!(
        refused(3, of("Video", "9000", "d")).unwrap(),
        "D-4 is not eligible: Video is for partners of tier platinum or gold, and this one has registered"
    );
    let usd = Details { value: Some(pilothouse::domain::money::Money::new(1, "USD".parse().unwrap())), ..of("Switching", "1", "e") };
    assert_eq!(refused(1, usd), None, "a currency without a least value has none");
}

#[test]
fn one_customer_and_product_is_protected_once() {
    let mut world = World::new();
    let approver = operator(3, Role::Approver);
    let (first, second) = (world.submitted(1, details(), None), world.submitted(2, details(), None));
    world.act(first, &approver, &DealCommand::Approve).unwrap();
    assert_eq!(
        world.act(second, &approver, &DealCommand::Approve).unwrap_err().to_string(),
        "cannot approve: D-1 is protected for this customer and a product of D-2; open a conflict"
    );
}

#[test]
fn nobody_approves_what_they_asked_for() {
    let mut world = World::new();
    let manager = operator(7, Role::ChannelManager);
    let id = world.submitted(1, details(), None);
    world.act(id, &manager, &DealCommand::SendForApproval).unwrap();
    assert_eq!(
        world.act(id, &manager, &DealCommand::Approve).unwrap_err(),
        Refusal::NotAllowed { why: "Op 7 asked for D-1, and somebody else approves it".to_owned() }
    );
    let triager = operator(8, Role::Triager);
    assert!(matches!(world.act(id, &triager, &DealCommand::Approve), Err(Refusal::NotAllowed { .. })), "the role does not approve");
    world.act(id, &operator(9, Role::Approver), &DealCommand::Approve).unwrap();

    let mut two = World::with(parsed(&PROGRAM.replace("[deals]\n", "[deals]\ntwo_people = true\n")));
    let id = two.submitted(1, details(), None);
    assert_eq!(
        two.act(id, &manager, &DealCommand::Approve).unwrap_err().to_string(),
        "cannot approve: the program asks for two people: send D-1 for approval first"
    );
}

#[test]
fn an_incomplete_draft_without_customer_or_products_is_not_even_submitted() {
    let world = World::new();
    let engine = Actor::engine();
    let partner = super::partner(1);
    let facts = Facts { partner: &partner, holder: None, sequence: 1 };
    let refused = register(DealId(1), Details::default(), None, true, world.context(&engine), facts).unwrap_err();
    assert_eq!(refused.to_string(), "cannot submit: the end customer's name is missing; the list of product lines is missing");
    let (draft, events) = register(DealId(1), Details::default(), None, false, world.context(&engine), facts).unwrap();
    assert_eq!((draft.state.name(), events.len(), draft.version), ("draft", 1, 1));
}

#[test]
fn a_qualified_lead_becomes_a_draft_with_its_history() {
    use pilothouse::domain::lead::{Intake, Lead, LeadEvent, LeadState, event::Arrival};
    let world = World::new();
    let intake = Intake {
        company: "Acme Werke GmbH".into(),
        country: Some("DE".parse().unwrap()),
        product: "Switching".into(),
        person: pilothouse::domain::person::Person { name: "Anna".into(), message: "call me".into(), ..Default::default() },
        ..Intake::default()
    };
    let event = LeadEvent::Received { intake: Box::new(intake), arrival: Arrival::ToRoute };
    let mut lead = Lead::begin(pilothouse::domain::id::LeadId(4), &event, at("2026-03-01T10:00:00Z")).unwrap();
    let manager = operator(7, Role::ChannelManager);
    let partner = super::partner(1);
    let facts = Facts { partner: &partner, holder: None, sequence: 1 };
    let refused = from_lead(DealId(1), &lead, None, world.context(&manager), facts).unwrap_err();
    assert_eq!(refused.to_string(), "cannot register from a lead: L-4 is unassigned, and only a qualified lead becomes a registration");
    lead.state = LeadState::Qualified { partner: partner.id };
    let (deal, events) = from_lead(DealId(1), &lead, None, world.context(&manager), facts).unwrap();
    assert_eq!(deal.source_lead.as_ref().unwrap().received_at, at("2026-03-01T10:00:00Z"));
    assert_eq!((deal.details.contact.name.as_str(), deal.details.source_key.as_str()), ("Anna", "lead:L-4"));
    assert!(deal.requesters.contains(&OperatorId(7)));
    let body = serde_json::to_string(&events[0]).unwrap();
    assert!(!body.contains("Anna") && !body.contains("call me"), "the person is sealed: {body}");
}

#[test]
fn undo_takes_an_approval_back_and_its_figures() {
    let mut world = World::new();
    let approver = operator(3, Role::Approver);
    let id = world.submitted(1, details(), None);
    world.now = at("2026-03-23T09:00:00Z");
    let before = world.deal(id).clone();
    let events = world.act(id, &approver, &DealCommand::Approve).unwrap();
    let last = LastCommand { actor: approver.id, at: world.now, day: 20_535, events, before };
    world.pass(1);
    let refused = undo(world.deal(id), &last, world.context(&operator(2, Role::Triager))).unwrap_err().to_string();
    assert!(refused.contains("may not decide deals"), "{refused}");
    let undone = undo(world.deal(id), &last, world.context(&approver)).unwrap();
    world.apply(id, &undone);
    assert_eq!(world.deal(id).state, DealState::Submitted);
    // One hour was used at the approval, and none since: 15 are left at 11:00 on the wall.
    assert_eq!(world.deal(id).due(), Some(at("2026-03-25T09:00:00Z")));
    assert!(matches!(&undone[0], DealEvent::Undone { counted, .. } if counted.len() == 2));
    let events = world.act(id, &approver, &DealCommand::Approve).unwrap();
    assert!(events.iter().any(|event| matches!(event, DealEvent::Approved { took, .. } if *took == Span::hours(1))), "{events:?}");
}

#[test]
fn months_are_cohorts() {
    assert_eq!(cohort(date("1970-01-31")), 0);
    assert_eq!(cohort(date("2026-03-23")), 56 * 12 + 2);
    assert_eq!(cohort_start(cohort(date("2026-12-31"))), date("2026-12-01"));
}
