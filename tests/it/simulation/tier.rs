//! The tier desk in any order: eight people whose roles change propose, decide, plan, rate and audit, the program changes under
//! them, certificates end, and two engines put into force what is due. After each commit the standings are compared with what
//! the chain says, and nobody has another tier than was approved. The people at partners are recorded, asked and erased beside that. `PILOTHOUSE_SIM_TIER_STEPS` sets how many steps are taken.

mod people;

use super::{
    chance::Chance,
    crew::{self, PEOPLE, Play, START, STEPS_A_WORLD, spec},
    fault::Fault,
    script,
    shadow::ensure,
};
use chrono::{Days, NaiveDate};
use people::People;
use pilothouse::{
    app::{Command, Outcome, Target},
    domain::{
        aggregate::Aggregate as _,
        event::{Entity, Event},
        id::{CommandId, OperatorId, PartnerId, StandingId},
        partner::{Certification, PartnerEvent, PartnerStatus, Profile, Step, StepCommand},
        text::Text,
        tier::{
            Quarter,
            evaluation::{AuditKind, EvaluationEvent},
            standing::{ProposalState, Rated, Standing, StandingCommand, StandingEvent},
        },
        time::{Instant, Span},
    },
    store::{memory::World, unit::Past},
};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

const PARTNERS: i64 = 6;
const TIERS: [&str; 3] = ["gold", "silver", "registered"];

fn program(gold: u32, score: u32) -> Command {
    let toml = format!(
        r#"
[program]
name = "Tiers"
zone = "Europe/Berlin"
calendar = "always"

[calendars.always]
zone = "UTC"
hours = {{ mon-sun = ["00:00-24:00"] }}

[regions]
DACH = ["DE", "AT", "CH"]

[tiers.gold]
rank = 1
lead_weight = 2
certifications = {gold}
score = {score}

[tiers.silver]
rank = 2
lead_weight = 1
certifications = 1

[tiers.registered]
rank = 3
lead_weight = 1

[scorecard]
remediation_days = 30
effective = "next_month"

[[scorecard.criterion]]
name = "training"
weight = 60
target = 100

[[scorecard.criterion]]
name = "compliance"
weight = 40
target = 100
"#
    );
    Command::Program { toml, note: Text::default() }
}

/// The desk as it is played, with its standings kept from the chain.
#[derive(Default)]
struct Ranking {
    seq: i64,
    standings: BTreeMap<StandingId, Standing>,
    tiers: BTreeMap<PartnerId, Text>,
    keys: BTreeSet<Text>,
    /// Who put a change into force, by command: the partner's own event follows.
    enforced: Option<(CommandId, PartnerId, Text)>,
    approved: u64,
    came_into_force: u64,
    planned: u64,
    closed: u64,
    undone: u64,
    statuses: BTreeMap<PartnerId, PartnerStatus>,
    restated: u64,
    people: People,
    /// What is ticked of an onboarding.
    ticked: BTreeMap<PartnerId, BTreeSet<Step>>,
    stepped: u64,
}

impl Play for Ranking {
    fn first_day(chance: &mut Chance) -> Vec<Command> {
        let mut commands: Vec<Command> = (3..=PEOPLE + 1).map(|number| Command::Operator(spec(number, chance))).collect();
        let certificate = |n: i64, days: i64| Certification {
            name: Text::clean(&format!("C{n}")),
            until: (days > 0).then(|| START.plus(Span::hours(24 * days))),
        };
        let partner = |n: i64| Profile {
            code: Text::clean(&format!("P{n}")),
            name: Text::clean(&format!("Partner {n}")),
            tier: Text::clean(TIERS[usize::try_from(n).unwrap_or(0) % 3]),
            country: "DE".parse().ok(),
            parent: (n == PARTNERS).then_some(PartnerId(1)),
            // From one certificate to three, some of which end within the year.
            certifications: (0..=n % 3).map(|at| certificate(at, 90 * (n - at))).collect(),
            ..Profile::default()
        };
        commands.push(Command::Partners((1..=PARTNERS).map(partner).collect()));
        commands.push(program(2, 50));
        commands
    }

    fn new() -> Self {
        Self::default()
    }

    fn sweep(chance: &mut Chance) -> Command {
        Command::SweepTiers { limit: 1 + u32::try_from(chance.below(20)).unwrap_or(0) }
    }

    fn invent(&mut self, _world: &World, _who: OperatorId, now: Instant, chance: &mut Chance) -> Command {
        match chance.below(100) {
            0 => program(1 + u32::try_from(chance.below(3)).unwrap_or(0), 40 + u32::try_from(chance.below(5)).unwrap_or(0) * 10),
            1..16 => audit(now, chance),
            30..46 => people::invent(PARTNERS, chance),
            26..30 => Command::PartnerStep {
                partners: (1..=PARTNERS).filter(|_| chance.per_mille(600)).map(PartnerId).collect(),
                command: step(chance),
            },
            16..26 => Command::PartnerStatus { partners: vec![PartnerId(chance.between(1, PARTNERS))], command: script::status(chance) },
            _ => {
                let some = 1 + chance.below(2);
                let targets = (0..some).map(|_| Target { id: PartnerId(chance.between(1, PARTNERS)), seen: None }).collect();
                Command::Tiers { targets, command: verb(now, chance) }
            }
        }
    }

    fn leap(chance: &mut Chance) -> Span {
        Span::hours(chance.between(24, 24 * 45))
    }

    fn check(&mut self, world: &World) -> Result<u64, String> {
        let state = world.look();
        let known = usize::try_from(self.seq).unwrap_or(0);
        for past in &state.audit[known..] {
            self.take(past).map_err(|why| format!("{} ({}): {why}", past.seq, past.record.event.name()))?;
        }
        for past in &state.audit[known..] {
            if let Entity::Standing(id) = past.record.entity {
                ensure!(state.tiers.standings.find(id) == self.standings.get(&id), "{id} differs from its replay");
            }
        }
        let is_of_people = |past: &Past| matches!(past.record.event, Event::Contact(_) | Event::Suppressed(_));
        let fresh = state.audit.len() - known;
        if state.audit[known..].iter().any(is_of_people) {
            drop(state);
            self.people.compare(world)?;
        }
        ensure!(self.enforced.is_none(), "a change came into force, and the partner kept its tier");
        Ok(fresh as u64)
    }

    fn refusals(&mut self, outcome: &Outcome) -> Vec<String> {
        let people = outcome.contacts.iter().filter_map(|item| item.result.as_ref().err()).map(ToString::to_string);
        let tiers = outcome.tiers.iter().filter_map(|item| item.result.as_ref().err()).map(ToString::to_string);
        let statuses = outcome.statuses.iter().filter_map(|item| item.result.as_ref().err()).map(ToString::to_string);
        let steps = outcome.steps.iter().filter_map(|item| item.result.as_ref().err()).map(ToString::to_string);
        tiers.chain(statuses).chain(steps).chain(people).collect()
    }

    fn swept(outcome: &Outcome) -> usize {
        outcome.tiers.len()
    }

    fn over(&self, world: &World) -> Result<(), String> {
        let state = world.look();
        let at = state.audit.last().map_or(START, |past| past.record.at);
        let due = self.standings.values().find(|standing| standing.next_at().is_some_and(|next| next <= at));
        ensure!(due.is_none(), "{due:?} is due and was left");
        Ok(())
    }
}

impl Ranking {
    fn take(&mut self, past: &Past) -> Result<(), String> {
        ensure!(past.seq.0 == self.seq + 1, "{} follows {}", past.seq, self.seq);
        self.seq = past.seq.0;
        self.people.take(past)?;
        let record = &past.record;
        match (record.entity, &record.event) {
            (Entity::Evaluation(_), Event::Evaluation(EvaluationEvent::Made { made })) => {
                ensure!(self.keys.insert(made.key.clone()), "the same facts were evaluated twice");
                let is_over = made.card.day < record.at.to_utc().date_naive().succ_opt().unwrap_or(NaiveDate::MAX);
                ensure!(is_over, "{} was audited before it began", made.card.day);
            }
            (Entity::Standing(id), Event::Standing(event)) => self.standing(id, event, past)?,
            (Entity::Partner(id), Event::Partner(event)) => self.partner(id, event, past)?,
            _ => {}
        }
        Ok(())
    }

    fn partner(&mut self, id: PartnerId, event: &PartnerEvent, past: &Past) -> Result<(), String> {
        let (PartnerEvent::Recorded { profile } | PartnerEvent::Changed { profile, .. }) = event else {
            return match event {
                PartnerEvent::StatusChanged { .. } => self.status(id, event, past),
                _ => self.step(id, event, past),
            };
        };
        let tier = profile.tier.clone();
        match (event, self.enforced.take()) {
            (PartnerEvent::Recorded { .. }, None) => {}
            (PartnerEvent::Changed { .. }, Some((command, partner, to))) => {
                ensure!(command == past.record.command && partner == id && to == tier, "{id} is {tier} and not {to}");
            }
            (_, enforced) => return Err(format!("{id} is {tier} all at once ({enforced:?})")),
        }
        self.tiers.insert(id, tier);
        Ok(())
    }

    /// The status goes only where the desk may send it, from where it was, with a reason where one is asked for.
    fn status(&mut self, id: PartnerId, event: &PartnerEvent, past: &Past) -> Result<(), String> {
        use PartnerStatus::{Active, Offboarded, Onboarding, Suspended};
        let PartnerEvent::StatusChanged { from, to, by, reason } = event else { return Err(format!("{id}: {event:?}")) };
        let was = self.statuses.insert(id, *to).unwrap_or(Active);
        ensure!(was == *from && *by == past.record.actor, "{id} was {was:?}: {event:?}");
        let known = matches!(
            (from, to),
            (Onboarding | Suspended, Active)
                | (Active, Suspended)
                | (Onboarding | Active | Suspended, Offboarded)
                | (Offboarded, Onboarding)
        );
        ensure!(known, "{id}: {event:?}");
        ensure!(matches!(to, Active | Onboarding) || !reason.is_empty(), "{id} without a reason: {event:?}");
        self.restated += 1;
        let ticked = self.ticked.entry(id).or_default();
        if (*from, *to) == (Onboarding, Active) && reason.is_empty() {
            let by_hand = [Step::Agreement, Step::Compliance, Step::Access];
            ensure!(by_hand.iter().all(|step| ticked.contains(step)), "{id} is active with {ticked:?} and no reason");
        }
        if *to == Onboarding {
            ticked.clear();
        }
        Ok(())
    }

    /// A step is ticked once while the partner comes on board, and only what is ticked is reopened.
    fn step(&mut self, id: PartnerId, event: &PartnerEvent, past: &Past) -> Result<(), String> {
        let ticked = self.ticked.entry(id).or_default();
        let (is_new, by) = match event {
            PartnerEvent::StepTicked { step, by, note } => {
                ensure!(!step.is_known_by_itself() || !note.is_empty(), "{id}: {step:?} by hand without a note");
                (ticked.insert(*step), by)
            }
            PartnerEvent::StepReopened { step, by, .. } => (ticked.remove(step), by),
            _ => return Err(format!("{id}: {event:?}")),
        };
        ensure!(is_new && *by == past.record.actor, "{id}: {event:?}");
        ensure!(self.statuses.get(&id) == Some(&PartnerStatus::Onboarding), "{id} does not come on board: {event:?}");
        self.stepped += 1;
        Ok(())
    }

    fn standing(&mut self, id: StandingId, event: &StandingEvent, past: &Past) -> Result<(), String> {
        let (record, known) = (&past.record, self.standings.get(&id));
        let version = known.map_or(0, |standing| standing.version);
        ensure!(record.version == version + 1, "{id} goes from version {version} to {}", record.version);
        let proposal = known.and_then(|standing| standing.proposal.as_ref());
        let plan = known.and_then(|standing| standing.plan.as_ref());
        match event {
            StandingEvent::Approved { by, .. } => {
                self.approved += 1;
                let proposal = proposal.ok_or("nothing was proposed")?;
                ensure!(proposal.by != Some(*by), "{by} approved what they proposed");
                ensure!(*by == record.actor, "{by} approved by the hand of {}", record.actor);
            }
            StandingEvent::Enforced { from, to } => {
                self.came_into_force += 1;
                let proposal = proposal.ok_or("nothing was approved")?;
                let due = if let ProposalState::Approved { due, .. } = proposal.state { Some(due) } else { None };
                ensure!(due.is_some_and(|due| due <= record.at), "{to} came into force before its day");
                let partner = known.map(|standing| standing.partner).ok_or("of nobody")?;
                ensure!(self.tiers.get(&partner) == Some(from) && proposal.to == *to, "{partner} went from {from} to {to}");
                self.enforced = Some((record.command, partner, to.clone()));
            }
            StandingEvent::PlanOpened { .. } => {
                self.planned += 1;
                ensure!(plan.is_none(), "a second plan");
                let failed = known.and_then(|standing| standing.latest.as_ref()).is_some_and(|latest| latest.outcome.has_failed());
                let audited = known.is_some_and(|standing| standing.audits.iter().any(|(_, failed)| *failed));
                ensure!(failed || audited, "a plan for who failed nothing");
            }
            StandingEvent::PlanClosed { .. } => {
                self.closed += 1;
                ensure!(plan.is_some(), "a plan that was not there is closed");
            }
            StandingEvent::PlanAssigned { .. } | StandingEvent::PlanAdvanced { .. } => ensure!(plan.is_some(), "there is no plan"),
            StandingEvent::Proposed { .. } => ensure!(proposal.is_none(), "a second proposal"),
            StandingEvent::Undone { .. } => self.undone += 1,
            _ => {}
        }
        if let Some(standing) = self.standings.get_mut(&id) {
            standing.apply(event, record.at);
        } else {
            let begun = Standing::begin(id, event, record.at).ok_or("it does not begin with its beginning")?;
            self.standings.insert(id, begun);
        }
        Ok(())
    }
}

fn audit(now: Instant, chance: &mut Chance) -> Command {
    let today = now.to_utc().date_naive();
    let partners = (1..=PARTNERS).filter(|_| chance.per_mille(500)).map(PartnerId).collect();
    if chance.per_mille(300) {
        let day = today.checked_sub_days(Days::new(chance.between(0, 3).unsigned_abs())).unwrap_or(today);
        return Command::EvaluateTiers { partners, day, kind: AuditKind::OnDemand };
    }
    // The quarter before this one, or the one before that.
    let mut quarter = Quarter::of(today, 1).previous();
    if chance.per_mille(200) {
        quarter = quarter.previous();
    }
    Command::EvaluateTiers { partners, day: quarter.last_day(1), kind: AuditKind::Quarter(quarter) }
}

fn step(chance: &mut Chance) -> StepCommand {
    let step = Step::ALL[chance.below(Step::ALL.len())];
    let note = Text::clean(if chance.per_mille(200) { " " } else { "seen" });
    if chance.per_mille(200) { StepCommand::Reopen { step, note } } else { StepCommand::Tick { step, note } }
}

fn verb(now: Instant, chance: &mut Chance) -> StandingCommand {
    let today = now.to_utc().date_naive();
    let day = |chance: &mut Chance| today.checked_add_days(Days::new(chance.between(0, 40).unsigned_abs())).unwrap_or(today);
    let reason = |chance: &mut Chance| Text::clean(if chance.per_mille(50) { " " } else { "so it is" });
    let person = |chance: &mut Chance| OperatorId(chance.between(2, PEOPLE + 1));
    match chance.below(22) {
        0..4 => StandingCommand::Propose {
            to: Text::clean(["gold", "silver", "registered", "diamond"][chance.below(4)]),
            reason: reason(chance),
        },
        4..9 => StandingCommand::Approve { on: chance.per_mille(500).then(|| day(chance)) },
        9 => StandingCommand::Reject { reason: reason(chance) },
        10 => StandingCommand::Defer { until: day(chance), reason: reason(chance) },
        11 | 12 => StandingCommand::OpenPlan { owner: chance.per_mille(700).then(|| person(chance)) },
        13 => StandingCommand::Assign { owner: person(chance) },
        14 => StandingCommand::Advance { percent: u8::try_from(chance.between(0, 120)).unwrap_or(0), text: reason(chance) },
        15 => StandingCommand::ClosePlan { reason: reason(chance) },
        16..19 => {
            let mut of = || chance.per_mille(800).then(|| Decimal::from(chance.between(20, 104)));
            StandingCommand::Rate { rated: Rated { satisfaction: of(), compliance: of(), training: of() } }
        }
        19 => StandingCommand::Acquire { on: chance.per_mille(500).then(|| day(chance)) },
        _ => StandingCommand::Undo,
    }
}

#[test]
fn any_order_of_audits_decisions_and_plans_keeps_the_tiers() {
    let steps = super::number("PILOTHOUSE_SIM_TIER_STEPS").unwrap_or_else(|| super::usual_steps() / 4);
    let (tally, plays) = crew::run_all::<Ranking>(steps, "tier");
    let sum = |of: fn(&Ranking) -> u64| plays.iter().map(of).sum::<u64>();
    let happened = [
        sum(|play| play.approved) / 10,
        sum(|play| play.came_into_force) / 5,
        sum(|play| play.planned) / 10,
        sum(|play| play.closed) / 10,
        sum(|play| play.undone) / 10,
        sum(|play| play.restated) / 10,
        sum(|play| play.people.recorded) / 10,
        sum(|play| play.people.overridden) / 5,
        sum(|play| play.people.silenced) / 10,
        sum(|play| play.people.erased) / 5,
        sum(|play| play.stepped) / 5,
        tally.collided,
        tally.repeated,
        tally.killed,
    ];
    eprintln!("{happened:?}");
    assert!(happened.iter().all(|count| *count > 0), "too little happened to prove anything: {happened:?} {tally:?}");
}

/// A harness that can't fail proves nothing.
#[test]
fn each_fault_put_in_on_purpose_is_found() {
    Fault::TIER.into_iter().for_each(crew::is_found::<Ranking>);
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let [once, again] = [3, 3].map(|seed| crew::run::<Ranking>(seed, Fault::None, STEPS_A_WORLD / 5).expect("sound").0);
    assert_eq!(once, again);
}
