//! Random lives of a registration, one decision after the other.

use super::{ACME, World, date, details, document, eur, operator};
use crate::simulation::chance::Chance;
use pilothouse::domain::{
    actor::{Actor, Role},
    aggregate::Aggregate,
    deal::{
        DealCommand, DealEvent, DealField, DealState, DealVerb, Details, DocumentKind, FieldChange, HoldReason, LossReason, Refusal,
        Registration, RejectReason,
        conflict::protection_keys,
        decide::possible,
        queue::{Cohort, DealRow, Queue},
        stats::{Counted, counted, taken_away},
        undo::{LastCommand, irreversible, undo},
    },
    escalation::Severity,
    filter::{self, Room},
    id::{DealId, OperatorId},
    matching::MatchingPolicy,
    person::Person,
    time::{Instant, Span},
};
use pilothouse::tui::{
    action::{ACTIONS, Danger},
    rooms::deals::DealTrade,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const ID: DealId = DealId(1);

/// The states that may follow each by one command or sweep.
fn next(state: &str) -> &'static [&'static str] {
    match state {
        "draft" => &["submitted", "withdrawn"],
        "submitted" => &["under_review", "action_required", "pending_approval", "approved", "rejected", "withdrawn"],
        "under_review" => &["action_required", "pending_approval", "approved", "rejected", "withdrawn"],
        "action_required" => &["submitted", "rejected", "withdrawn"],
        "pending_approval" => &["action_required", "approved", "rejected", "withdrawn"],
        "approved" => &["won", "lost", "expired", "withdrawn"],
        _ => &[],
    }
}

fn fields(chance: &mut Chance) -> BTreeSet<DealField> {
    (0..=chance.below(2)).map(|_| *chance.pick(DealField::ALL)).collect()
}

fn changes(chance: &mut Chance) -> Vec<FieldChange> {
    let all = [
        FieldChange::City((*chance.pick(&["Ulm", "Bonn"])).into()),
        FieldChange::Value(Some(eur(["0", "6000", "40000"][chance.below(3)]))),
        FieldChange::Contact(Person { name: "Anna".into(), ..Person::default() }),
        FieldChange::CloseDate(Some(date(["2026-05-01", "2020-01-01"][chance.below(2)]))),
    ];
    let first = chance.below(all.len());
    all[first..].iter().take(1 + chance.below(2)).cloned().collect()
}

fn command(chance: &mut Chance, verb: DealVerb) -> Option<DealCommand> {
    Some(match verb {
        DealVerb::Register | DealVerb::Undo => return None,
        DealVerb::Submit => DealCommand::Submit,
        DealVerb::Edit => DealCommand::Edit { changes: changes(chance) },
        DealVerb::Match => DealCommand::Match { account: chance.per_mille(700).then_some(ACME) },
        DealVerb::TakeReview => DealCommand::TakeReview,
        DealVerb::Reassign => DealCommand::Reassign { reviewer: OperatorId(chance.between(2, 5)) },
        DealVerb::RequestInfo => DealCommand::RequestInfo { fields: fields(chance), text: "please".into() },
        DealVerb::Resubmit => DealCommand::Resubmit,
        DealVerb::SendForApproval => DealCommand::SendForApproval,
        DealVerb::Approve => DealCommand::Approve,
        DealVerb::Reject => DealCommand::Reject { reason: *chance.pick(RejectReason::ALL), of: None },
        DealVerb::Withdraw => DealCommand::Withdraw,
        DealVerb::Extend => DealCommand::Extend { evidence: (1..=u32::try_from(chance.below(3)).unwrap()).collect() },
        DealVerb::Expire => DealCommand::Expire,
        DealVerb::Win => DealCommand::Win { on: date("2026-03-23"), value: None },
        DealVerb::Lose => DealCommand::Lose { reason: LossReason::Price },
        DealVerb::Hold => DealCommand::Hold { reason: *chance.pick(HoldReason::ALL) },
        DealVerb::Release => DealCommand::Release,
        DealVerb::Attach => {
            let kind = *chance.pick(&[DocumentKind::Quote, DocumentKind::Touch, DocumentKind::PosLine]);
            DealCommand::Attach { document: document(kind, &format!("paper {}", chance.below(8))) }
        }
        DealVerb::Note => DealCommand::Note { text: (*chance.pick(&["seen", " "])).into() },
        DealVerb::Escalate => DealCommand::Escalate { severity: Severity::High, reason: "look".into() },
        DealVerb::Settle => DealCommand::Settle,
        DealVerb::RecomputeClock => DealCommand::RecomputeClock,
        DealVerb::Erase => DealCommand::Erase,
    })
}

/// Verbs that end a life are rare, so that lives are long.
fn verb(chance: &mut Chance) -> DealVerb {
    let verb = *chance.pick(&DealVerb::ALL);
    let ends = matches!(verb, DealVerb::Withdraw | DealVerb::Reject | DealVerb::Win | DealVerb::Lose | DealVerb::Erase);
    if ends && chance.per_mille(800) { *chance.pick(&DealVerb::ALL) } else { verb }
}

/// What holds for every registration.
fn sound(deal: &Registration, now: Instant) -> Result<(), TestCaseError> {
    let waits = deal.is_held() || matches!(deal.state, DealState::ActionRequired { .. });
    prop_assert_eq!(deal.waiting_since.is_some(), waits, "{:?}", deal.state);
    prop_assert_eq!(deal.clock.is_some(), deal.state.is_undecided());
    prop_assert!(!(waits && deal.due().is_some()), "what waits is not due");
    prop_assert!(deal.waited >= Span::ZERO && deal.waiting_since.is_none_or(|since| since <= now));
    if let Some(clock) = &deal.clock {
        prop_assert!(clock.left >= Span::ZERO && clock.left <= clock.budget);
        prop_assert!(clock.no <= deal.clocks);
    }
    let keys = protection_keys(deal, &MatchingPolicy::default());
    prop_assert_eq!(keys.is_empty(), !matches!(deal.state, DealState::Approved { .. }));
    let holds = |queue: Queue| queue.holds(deal, None, now);
    prop_assert!(holds(Queue::All));
    prop_assert!(!holds(Queue::Expiring) || holds(Queue::Protected));
    prop_assert!(!holds(Queue::DueSoon) || holds(Queue::ToDecide));
    prop_assert!(Queue::DueSoon.holds(deal, Some(now), now), "whatever it waits for itself");
    prop_assert!(!(holds(Queue::ToDecide) && holds(Queue::ActionRequired)));
    let row = DealRow::of(deal, |_| "partner".into(), |_| "reviewer".into());
    prop_assert_eq!((row.due, row.state), (deal.due(), deal.state.name()));
    prop_assert!(DealState::NAMES.contains(&row.state));
    Ok(())
}

/// A life, with what happened in it.
struct Life {
    world: World,
    chance: Chance,
    events: Vec<(DealEvent, Instant)>,
    sums: BTreeMap<Counted, i64>,
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let mut world = World::new();
        let contact = Person { name: "Bo".into(), email: "bo@acme.example".into(), ..Person::default() };
        let mut facts = Details { contact, ..details() };
        if chance.per_mille(300) {
            facts.value = None;
        }
        let engine = Actor::engine();
        let partner = super::partner(1);
        let context = world.context(&engine);
        let placed = pilothouse::domain::deal::decide::Facts { partner: &partner, holder: None, sequence: 1 };
        let submit = chance.per_mille(700);
        let (deal, events) = pilothouse::domain::deal::decide::register(ID, facts, None, submit, context, placed).unwrap();
        world.deals.insert(ID, deal);
        let events = events.into_iter().map(|event| (event, world.now)).collect();
        Self { world, chance, events, sums: BTreeMap::new() }
    }

    fn took(&mut self, events: &[DealEvent]) {
        for event in events {
            for one in counted(event, 7) {
                *self.sums.entry(one).or_default() += 1;
            }
            for one in taken_away(event) {
                *self.sums.entry(*one).or_default() -= 1;
            }
        }
        self.events.extend(events.iter().map(|event| (event.clone(), self.world.now)));
    }

    fn step(&mut self) -> Result<Option<LastCommand>, TestCaseError> {
        Ok(self.step_of()?.map(|(_, last)| last))
    }

    /// The verb that was carried out, if any, with what it did.
    fn step_of(&mut self) -> Result<Option<(DealVerb, LastCommand)>, TestCaseError> {
        let months = self.chance.per_mille(30);
        self.world.pass(if months { 24 * 100 } else { self.chance.between(0, 20) });
        if self.chance.per_mille(200) {
            let before = self.world.deal(ID).clone();
            let events = self.world.swept(ID);
            self.took(&events);
            self.moved(&before)?;
        }
        let mut verb = verb(&mut self.chance);
        if matches!(self.world.deal(ID).state, DealState::Approved { .. }) && self.chance.per_mille(200) {
            verb = *self.chance.pick(&[DealVerb::Extend, DealVerb::Extend, DealVerb::Win]);
        }
        let Some(command) = command(&mut self.chance, verb) else { return Ok(None) };
        let actor = operator(self.chance.between(2, 5), Role::Admin);
        let before = self.world.deal(ID).clone();
        let decided = self.world.act(ID, &actor, &command);
        match (possible(&before, verb), decided) {
            (Err(dimmed), Err(refused)) => prop_assert_eq!(dimmed.to_string(), refused.to_string()),
            (Err(dimmed), Ok(_)) => prop_assert!(false, "{:?} is dimmed ({dimmed}) and was carried out", verb),
            (Ok(()), Err(refusal)) => {
                prop_assert!(refusal.to_string().len() > 15, "{refusal}");
                if let Refusal::Fields { problems, .. } = &refusal {
                    prop_assert!(!problems.is_empty());
                }
            }
            (Ok(()), Ok(events)) => {
                prop_assert!(!events.is_empty(), "{:?} was carried out and did nothing", verb);
                if verb == DealVerb::Approve {
                    prop_assert!(!before.requesters.contains(&actor.id), "approved by who asked for it");
                }
                self.took(&events);
                self.moved(&before)?;
                return Ok(Some((verb, LastCommand { actor: actor.id, at: self.world.now, day: 7, events, before })));
            }
        }
        Ok(None)
    }

    fn moved(&self, before: &Registration) -> Result<(), TestCaseError> {
        let deal = self.world.deal(ID);
        let (from, to) = (before.state.name(), deal.state.name());
        prop_assert!(from == to || next(from).contains(&to), "{from} to {to}");
        prop_assert!(deal.version > before.version || deal == before);
        prop_assert!(deal.clocks >= before.clocks && deal.documents.len() >= before.documents.len());
        if let (Some(is), Some(was)) = (&deal.clock, &before.clock) {
            prop_assert!(is.no > was.no || is.left <= was.left && is.as_of >= was.as_of && is.stage >= was.stage, "a clock ran backwards");
        }
        if let (Some(is), Some(was)) = (deal.protection(), before.protection()) {
            prop_assert!(is.until >= was.until && is.granted <= 180);
        }
        sound(deal, self.world.now)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_sequence_of_commands_leaves_the_lifecycle(seed: u64) {
        let mut life = Life::new(seed);
        for _ in 0..50 {
            life.step()?;
        }
        // The chain gives the same again, personal parts put back.
        let (first, began) = life.events[0].clone();
        let mut again = Registration::begin(ID, &first, began).unwrap();
        for (event, at) in &life.events[1..] {
            let body = serde_json::to_string(event).unwrap();
            prop_assert!(!body.contains("Anna") && !body.contains("bo@acme.example"), "a person in the open: {}", body);
            let mut read: DealEvent = serde_json::from_str(&body).unwrap();
            if let Some(personal) = event.personal() {
                read.set_personal(personal);
            }
            prop_assert_eq!(read.name(), event.name());
            prop_assert_eq!(event.is_personal(), event.personal().is_some());
            again.apply(&read, *at);
        }
        prop_assert_eq!(&again, life.world.deal(ID));
    }

    #[test]
    fn undo_restores(seed: u64, steps in 1_usize..25) {
        let mut life = Life::new(seed);
        let mut last = None;
        for _ in 0..steps {
            last = life.step()?;
        }
        let Some(last) = last else { return Ok(()) };
        let sums = life.sums.clone();
        life.world.pass(5);
        let actor = operator(2, Role::Admin);
        let undone = undo(life.world.deal(ID), &last, life.world.context(&actor));
        if last.events.iter().any(|event| irreversible(event).is_some()) {
            prop_assert!(undone.is_err());
            return Ok(());
        }
        let undone = undone.unwrap();
        let mut expected = sums;
        for one in last.events.iter().flat_map(|event| counted(event, 7)) {
            *expected.entry(one).or_default() -= 1;
        }
        life.world.apply(ID, &undone);
        life.took(&undone);
        prop_assert_eq!(&life.sums, &expected, "the figures are as they were");
        let (is, was) = (life.world.deal(ID), &last.before);
        prop_assert_eq!((&is.state, &is.details, &is.hold, is.place), (&was.state, &was.details, &was.hold, was.place));
        prop_assert_eq!((&is.escalation, is.account, is.waiting_since), (&was.escalation, was.account, was.waiting_since));
        if let (Some(is), Some(was)) = (&is.clock, &was.clock) {
            prop_assert!(is.left <= was.left, "the clock gave time back");
        }
        sound(is, life.world.now)?;
    }
}

#[test]
fn queues_hold_what_they_say() {
    let mut world = World::new();
    let id = world.submitted(1, details(), None);
    let queues = |world: &World| -> Vec<&str> {
        Queue::ALL.iter().filter(|queue| queue.holds(world.deal(id), None, world.now)).map(|queue| queue.title()).collect()
    };
    assert_eq!(queues(&world), ["To decide", "All"]);
    // Due on Tuesday at 16:00 UTC.
    world.now = world.deal(id).due().unwrap().plus(Span::hours(-8));
    assert_eq!(queues(&world), ["To decide", "Due soon", "All"]);
    let approver = operator(3, Role::Approver);
    let ask = DealCommand::RequestInfo { fields: BTreeSet::from([DealField::City]), text: "".into() };
    world.act(id, &approver, &ask).unwrap();
    assert_eq!(queues(&world), ["Action required", "All"]);
    world.act(id, &operator(2, Role::Triager), &DealCommand::Resubmit).unwrap();
    world.act(id, &approver, &DealCommand::Approve).unwrap();
    assert_eq!(queues(&world), ["Protected", "All"]);
    world.now = world.deal(id).due().unwrap().plus(Span::hours(-14 * 24));
    assert_eq!(queues(&world), ["Expiring in 14 days", "Protected", "All"]);
}

#[test]
fn a_cohort_converts_what_was_won_of_it() {
    assert_eq!(Cohort { month: 0, approved: 8, won: 3 }.conversion_bp(), Some(3_750));
}

#[test]
fn the_desks_words_are_whole_and_their_examples_parse() {
    use pilothouse::domain::deal::fields::Deals;
    let mut names: Vec<_> = Deals::FIELDS.iter().flat_map(filter::Spec::names).chain(["is", "and", "or", "not"]).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a name stands for one field");
    for spec in Deals::FIELDS {
        assert_eq!(Deals::spec(spec.field).name, spec.name);
        for example in spec.examples {
            let tree = filter::parse::<Deals>(example).unwrap_or_else(|error| panic!("{example}: {error}"));
            assert_eq!(filter::parse::<Deals>(&tree.to_string()).as_ref(), Ok(&tree), "{example}");
        }
    }
    for flag in Deals::FLAGS {
        assert_eq!(Deals::find_flag(flag.name), Some(flag.flag));
        assert_eq!(Deals::flag_spec(flag.flag).name, flag.name);
    }
    let sales: Vec<&str> = pilothouse::domain::deal::SalesStage::ALL.iter().map(|stage| stage.name()).collect();
    let filter::Kind::Choice(choices) = Deals::find("sales").unwrap().kind else { panic!("sales is a choice") };
    assert_eq!(choices, sales.as_slice());
    assert!(filter::parse::<Deals>("score>70").is_err(), "a lead's field is none of the deal's");
}

/// What the table of actions says of a verb is what an undo would do with what it brought about.
#[test]
fn actions_are_as_final_as_what_they_do() {
    // The sweep of the random lives comes before anybody.
    let expired = DealEvent::Expired { until: Instant::from_micros(0), cohort: 0 };
    let mut reversible = BTreeMap::from([(DealVerb::Expire, irreversible(&expired).is_none())]);
    for seed in 0..300 {
        let mut life = Life::new(seed);
        for _ in 0..50 {
            let Some((verb, last)) = life.step_of().unwrap() else { continue };
            let is_note = |event: &&DealEvent| matches!(event, DealEvent::Noted { .. });
            let told: Vec<&DealEvent> = last.events.iter().filter(|event| verb == DealVerb::Note || !is_note(event)).collect();
            *reversible.entry(verb).or_default() |= told.iter().all(|event| irreversible(event).is_none());
        }
    }
    for (action, verb) in ACTIONS.iter().filter_map(|action| Some((action, DealTrade::verb(action.id)?))) {
        if verb != DealVerb::Undo {
            assert_eq!(reversible.get(&verb), Some(&(action.danger == Danger::Undoable)), "{}", action.name);
        }
    }
}

/// The random lives above would prove little if they never got anywhere.
#[test]
fn lives_come_to_everything_that_happens_without_a_conflict() {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 0..500 {
        let mut life = Life::new(seed);
        for _ in 0..50 {
            life.step().unwrap();
        }
        for (event, _) in &life.events {
            *seen.entry(event.name()).or_default() += 1;
        }
    }
    let names: BTreeSet<&str> = seen.keys().copied().collect();
    let rare: Vec<_> = seen.iter().filter(|(_, count)| **count < 5).collect();
    assert!(rare.is_empty(), "{rare:?}");
    assert_eq!(names.len(), 30 - 4, "all but undone, disputed, awarded and overruled: {names:?}");
}
