//! Random lives of a lead, one decision after the other: what dims a key refuses the command, undo restores, a merge can
//! be taken back, and no sequence leads out of the states that there are.

use crate::simulation::{
    cast::{self, Bank},
    chance::Chance,
    script,
    shadow::sound,
};
use pilothouse::domain::{
    actor::{Actor, Role, Roles},
    aggregate::Aggregate,
    id::{LeadId, OperatorId, PartnerId, ProgramVersion},
    lead::{
        EscalationCause, Lead, LeadCommand, LeadEvent, LeadState, LeadVerb, Refusal, Severity,
        decide::{Context, Programs, Verdict, decide, merge, possible, receive, sweep, unmerge},
        routing::{Desk, Router},
        undo::{LastCommand, irreversible, undo},
    },
    partner::{Directory, Partner},
    program,
    text::Text,
    time::{Instant, Span},
};
use pilothouse::tui::{
    action::{ACTIONS, Danger},
    rooms::leads::LeadTrade,
};
use proptest::prelude::*;
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

const START: Instant = Instant::from_micros(1_774_249_200_000_000);

static PROGRAM: LazyLock<Arc<program::Program>> =
    LazyLock::new(|| Arc::new(program::parse("test", &cast::program(0)).expect("a sound program")));

/// One lead, and everything around it.
struct Life {
    chance: Chance,
    actor: Actor,
    engine: Actor,
    programs: Programs,
    router: Router,
    desk: Desk,
    now: Instant,
    bank: Bank,
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let partners = (1..).zip(1..=cast::PARTNERS).map(|(id, number)| Partner {
            id: PartnerId(id),
            version: 1,
            updated_at: START,
            profile: cast::profile(number, &mut chance, START),
            since: None,
            steps: Vec::new(),
        });
        let directory = Arc::new(Directory::new(partners.collect()));
        let roles = Roles(vec![Role::Admin]);
        Self {
            bank: Bank::new(&mut chance),
            chance,
            actor: Actor { id: OperatorId(2), name: Text::clean("Ada"), roles },
            engine: Actor::engine(),
            programs: Programs::new(ProgramVersion(1), Arc::clone(&PROGRAM)),
            router: Router::new(Arc::clone(&PROGRAM), directory),
            desk: Desk::default(),
            now: START,
        }
    }

    fn born(&mut self, number: i64) -> Lead {
        let intake = self.bank.next(&mut self.chance).intake;
        let context = Context { actor: &self.engine, now: self.now, programs: &self.programs };
        receive(LeadId(number), intake, Verdict::New, false, context, &mut self.router, &self.desk).expect("a receipt is not refused").0
    }

    fn decide(&mut self, lead: &Lead, command: &LeadCommand) -> Result<Vec<LeadEvent>, Refusal> {
        let context = Context { actor: &self.actor, now: self.now, programs: &self.programs };
        decide(lead, command, context, &mut self.router, &self.desk)
    }

    fn apply(&mut self, lead: &mut Lead, events: &[LeadEvent]) {
        for event in events {
            let before = lead.state.loads();
            lead.apply(event, self.now);
            self.desk.moved(before, lead.state.loads());
            if let LeadEvent::Offered { turn: Some(turn), .. } = event {
                self.desk.turned(turn);
            }
        }
    }

    fn sweep(&mut self, lead: &mut Lead) {
        let context = Context { actor: &self.engine, now: self.now, programs: &self.programs };
        let events = sweep(lead, context, &mut self.router, &self.desk).expect("the engine may sweep");
        self.apply(lead, &events);
    }

    fn pass(&mut self) {
        let minutes = if self.chance.per_mille(100) { 3_000 } else { 200 };
        self.now = self.now.plus(Span::minutes(self.chance.between(0, minutes)));
    }

    /// A lead after so many random commands, and the last one with what was before it.
    fn lived(&mut self, number: i64, steps: usize) -> Result<(Lead, Option<LastCommand>), TestCaseError> {
        let mut lead = self.born(number);
        let mut last = None;
        for _ in 0..steps {
            self.pass();
            if self.chance.per_mille(300) {
                self.sweep(&mut lead);
                last = None;
            }
            let verb = script::verb(&lead, &mut self.chance);
            let command = script::with_objects(verb, &lead, 3, self.now, &mut self.chance);
            if matches!(verb, LeadVerb::Merge | LeadVerb::Unmerge | LeadVerb::Undo) {
                continue;
            }
            let decided = self.decide(&lead, &command);
            agrees(&lead, verb, &decided)?;
            if let Ok(events) = decided {
                let before = lead.clone();
                self.apply(&mut lead, &events);
                last = Some(LastCommand { actor: self.actor.id, at: self.now, day: 0, events, before });
            }
            sound(&lead).map_err(TestCaseError::fail)?;
        }
        Ok((lead, last))
    }
}

/// What the screen dims is what the command refuses, with the same sentence.
fn agrees(lead: &Lead, verb: LeadVerb, decided: &Result<Vec<LeadEvent>, Refusal>) -> Result<(), TestCaseError> {
    match (possible(lead, verb), decided) {
        (Err(dimmed), Err(refused)) => prop_assert_eq!(dimmed.to_string(), refused.to_string()),
        (Err(dimmed), Ok(_)) => prop_assert!(false, "{:?} is dimmed ({dimmed}) and was carried out", verb),
        (Ok(()), Ok(events)) => prop_assert!(!events.is_empty(), "{:?} was carried out and did nothing", verb),
        // The object may be wrong where the verb is right.
        (Ok(()), Err(Refusal::Invalid { .. })) => {}
        (Ok(()), Err(refusal)) => {
            let looks_at_its_object = matches!(verb, LeadVerb::Assign | LeadVerb::Release | LeadVerb::Take);
            prop_assert!(looks_at_its_object, "{:?} was possible and refused: {refusal}", verb);
        }
    }
    Ok(())
}

/// All but the history, and what runs by the clock.
fn same_but_for_time(is: &Lead, was: &Lead) -> Result<(), TestCaseError> {
    prop_assert_eq!(&is.state, &was.state);
    prop_assert_eq!((&is.pause, is.desk, is.settled_offers, is.breaches), (&was.pause, was.desk, was.settled_offers, was.breaches));
    prop_assert_eq!((&is.intake, &is.absorbed, is.account), (&was.intake, &was.absorbed, was.account));
    prop_assert_eq!(is.clock.is_some(), was.clock.is_some());
    for (is, was) in is.offers.iter().zip(&was.offers) {
        prop_assert_eq!((is.no, is.partner, &is.outcome), (was.no, was.partner, &was.outcome));
    }
    prop_assert!(is.offers.len() >= was.offers.len());
    if let (Some(is), Some(was)) = (&is.clock, &was.clock) {
        prop_assert_eq!((is.no, is.kind, is.budget, is.stage, is.breached), (was.no, was.kind, was.budget, was.stage, was.breached));
        prop_assert!(is.left <= was.left, "the clock gave time back");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_sequence_of_commands_leaves_the_states_that_there_are(seed: u64) {
        Life::new(seed).lived(1, 40)?;
    }

    /// The state as it was; the clock runs on from now with what was left when the command was given.
    #[test]
    fn undo_restores(seed: u64, steps in 1_usize..25) {
        let mut life = Life::new(seed);
        let (lead, last) = life.lived(1, steps)?;
        let Some(last) = last.filter(|last| last.events.iter().all(|event| !matches!(event, LeadEvent::Erased))) else { return Ok(()) };
        life.pass();
        let context = Context { actor: &life.actor, now: life.now, programs: &life.programs };
        match undo(&lead, &last, context) {
            Err(refusal) => prop_assert!(last.events.iter().any(|event| irreversible(event).is_some()), "{refusal}"),
            Ok(events) => {
                let mut restored = lead.clone();
                life.apply(&mut restored, &events);
                same_but_for_time(&restored, &last.before)?;
                prop_assert_eq!(&restored.escalation, &last.before.escalation);
                sound(&restored).map_err(TestCaseError::fail)?;
                if let (Some(is), Some(was), None) = (&restored.clock, &last.before.clock, &restored.pause) {
                    let calendar = life.programs.calendar(was);
                    prop_assert_eq!(is.left, was.left_at(calendar, last.at));
                }
            }
        }
    }

    #[test]
    fn a_merge_can_be_taken_back(seed: u64, steps in 0_usize..15) {
        let mut life = Life::new(seed);
        let (lead, _) = life.lived(1, steps)?;
        let (survivor, _) = life.lived(2, steps)?;
        life.pass();
        let context = Context { actor: &life.actor, now: life.now, programs: &life.programs };
        let Ok((own, other)) = merge(&lead, &survivor, context) else { return Ok(()) };
        let (mut merged, mut holder) = (lead.clone(), survivor.clone());
        life.apply(&mut merged, &own);
        life.apply(&mut holder, &other);
        sound(&merged).map_err(TestCaseError::fail)?;
        let severity = |lead: &Lead| lead.escalation.as_ref().map(|held| (held.severity, held.cause.clone()));
        let brought = severity(&lead).filter(|(_, cause)| survivor.state.partner().is_none() || *cause != EscalationCause::NoPartner);
        let worse = if brought.as_ref().map(|one| one.0) > severity(&survivor).map(|one| one.0) { brought } else { severity(&survivor) };
        prop_assert_eq!(severity(&holder), worse, "the worse escalation holds");
        let is_merged = matches!(merged.state, LeadState::Merged { into, .. } if into == survivor.id);
        prop_assert!(is_merged, "it is {:?}", merged.state);
        prop_assert_eq!(holder.consent().basis, lead.consent().basis.min(survivor.consent().basis), "the strictest consent holds");
        life.pass();
        let context = Context { actor: &life.actor, now: life.now, programs: &life.programs };
        let (own, other) = unmerge(&merged, &holder, context, &mut life.router, &life.desk).expect("a merge can be taken back");
        life.apply(&mut merged, &own);
        life.apply(&mut holder, &other);
        same_but_for_time(&merged, &lead)?;
        sound(&merged).map_err(TestCaseError::fail)?;
        prop_assert_eq!(holder.consent(), survivor.consent());
        prop_assert_eq!((&merged.escalation, &holder.escalation), (&lead.escalation, &survivor.escalation));
        prop_assert_eq!((&holder.state, &holder.absorbed, &holder.offers), (&survivor.state, &survivor.absorbed, &survivor.offers));
    }
}

/// What the table of actions says of a verb is what an undo would do with what it brought about.
#[test]
fn actions_are_as_final_as_what_they_do() {
    // These are about two leads. Undo refuses to take a merge back, in favour of its opposite.
    let two = [LeadVerb::Merge, LeadVerb::Unmerge].map(|verb| (verb, false));
    let mut reversible = BTreeMap::from(two);
    reversible.insert(LeadVerb::Separate, irreversible(&LeadEvent::Separated).is_none());
    for seed in 0..400 {
        let mut life = Life::new(seed);
        let mut lead = life.born(1);
        for _ in 0..40 {
            life.pass();
            let verb = script::verb(&lead, &mut life.chance);
            let command = script::with_objects(verb, &lead, 3, life.now, &mut life.chance);
            if matches!(verb, LeadVerb::Merge | LeadVerb::Unmerge | LeadVerb::Undo) {
                continue;
            }
            if let Ok(events) = life.decide(&lead, &command) {
                *reversible.entry(verb).or_default() |= events.iter().all(|event| irreversible(event).is_none());
                life.apply(&mut lead, &events);
            }
        }
    }
    for (action, verb) in ACTIONS.iter().filter_map(|action| Some((action, LeadTrade::verb(action.id)?))) {
        if verb != LeadVerb::Undo {
            assert_eq!(reversible.get(&verb), Some(&(action.danger == Danger::Undoable)), "{}", action.name);
        }
    }
}

/// What a lead shows as its escalation.
fn shown(lead: &Lead) -> Option<(Severity, &str)> {
    lead.escalation.as_ref().map(|held| (held.severity, held.cause.doc()))
}

impl Life {
    /// A lead that consent does not hold back.
    fn welcome(&mut self, number: i64) -> Lead {
        let born = std::iter::repeat_with(|| self.born(number));
        born.take(100).find(|lead| !matches!(lead.state, LeadState::Quarantined { .. })).expect("one of a hundred came with consent")
    }

    fn escalate(&mut self, lead: &mut Lead, severity: Severity, reason: &str) {
        let events = self.decide(lead, &LeadCommand::Escalate { severity, reason: reason.into() }).expect("an open lead can be escalated");
        self.apply(lead, &events);
    }

    fn merge(&mut self, lead: &mut Lead, survivor: &mut Lead) {
        let context = Context { actor: &self.actor, now: self.now, programs: &self.programs };
        let (own, other) = merge(lead, survivor, context).expect("they can be merged");
        self.apply(lead, &own);
        self.apply(survivor, &other);
    }

    fn unmerge(&mut self, lead: &mut Lead, survivor: &mut Lead) {
        let context = Context { actor: &self.actor, now: self.now, programs: &self.programs };
        let (own, other) = unmerge(lead, survivor, context, &mut self.router, &self.desk).expect("a merge can be taken back");
        self.apply(lead, &own);
        self.apply(survivor, &other);
    }
}

#[test]
fn an_escalation_says_why() {
    let mut life = Life::new(7);
    let mut lead = life.welcome(1);
    let without = life.decide(&lead, &LeadCommand::Escalate { severity: Severity::High, reason: "   ".into() });
    assert_eq!(without.unwrap_err().to_string(), "an escalation needs a reason");
    life.escalate(&mut lead, Severity::High, "  the board decides on Friday ");
    assert_eq!(shown(&lead), Some((Severity::High, "the board decides on Friday")));
    // Whoever raises it again may find it milder, and says why.
    life.escalate(&mut lead, Severity::Low, "it was put off");
    assert_eq!(shown(&lead), Some((Severity::Low, "it was put off")));
}

#[test]
fn a_merge_keeps_the_worse_escalation_and_an_unmerge_gives_each_lead_its_own_again() {
    let mut life = Life::new(7);
    let [mut survivor, mut mild, mut bad, mut worst] = [1, 2, 3, 4].map(|number| life.welcome(number));
    life.escalate(&mut survivor, Severity::Low, "asks again");
    life.escalate(&mut mild, Severity::Low, "asks as well");
    life.escalate(&mut bad, Severity::High, "complained");
    life.escalate(&mut worst, Severity::Critical, "goes to court");
    for lead in [&mut mild, &mut bad, &mut worst] {
        life.pass();
        life.merge(lead, &mut survivor);
        assert_eq!(shown(lead), None, "a merged lead waits for nobody");
    }
    assert_eq!(shown(&survivor), Some((Severity::Critical, "goes to court")));
    // In another order than they came: what lay beneath the worst one goes, and does not come back with it.
    life.unmerge(&mut bad, &mut survivor);
    assert_eq!((shown(&bad), shown(&survivor)), (Some((Severity::High, "complained")), Some((Severity::Critical, "goes to court"))));
    life.unmerge(&mut worst, &mut survivor);
    assert_eq!((shown(&worst), shown(&survivor)), (Some((Severity::Critical, "goes to court")), Some((Severity::Low, "asks again"))));
    life.unmerge(&mut mild, &mut survivor);
    assert_eq!((shown(&mild), shown(&survivor)), (Some((Severity::Low, "asks as well")), Some((Severity::Low, "asks again"))));
}

#[test]
fn what_was_settled_on_the_survivor_stays_settled_there() {
    let mut life = Life::new(7);
    let [mut survivor, mut lead] = [1, 2].map(|number| life.welcome(number));
    life.escalate(&mut lead, Severity::High, "complained");
    life.merge(&mut lead, &mut survivor);
    let settled = life.decide(&survivor, &LeadCommand::Settle).expect("it is escalated");
    life.apply(&mut survivor, &settled);
    life.unmerge(&mut lead, &mut survivor);
    assert_eq!((shown(&lead), shown(&survivor)), (Some((Severity::High, "complained")), None));
}
