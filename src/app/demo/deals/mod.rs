//! The deal desk of the demo: a quarter of registrations with their decisions, and conflicts of every kind in every phase.
//! What lies ahead of now stays on the agenda, and happens while somebody watches.

mod fate;
mod paper;
mod rivals;

use super::{agenda::Agenda, chance::Chance, people::People, staff::Staff, stage::Stage};
use crate::{
    app::{Command, DealTarget, Failure, Outcome, Registering, Rules, pos::Incoming},
    domain::{
        deal::{
            DealCommand, EvidencePin, Registration,
            conflict::{CaseCommand, ConflictCase, Shares, Verdict},
        },
        id::{ConflictId, DealId, OperatorId},
        text::Text,
        time::{Instant, Span},
    },
};
use fate::Fate;
pub use rivals::accounts;

/// How far back the desk's past goes: longer than the longest protection, so that some have run out.
pub const DAYS: i64 = 125;
/// So often the engine looks while nothing else happens.
const LOOK: Span = Span::hours(8);
/// Registrations of the past, and of the last days.
const PAST: usize = 150;
const FRESH: usize = 34;

/// Minutes from now at which decisions are due that nobody has made: what is overdue, and what runs out while one watches.
const DUE: [i64; 8] = [-1_500, -290, -45, 12, 50, 130, 240, 400];

/// What somebody is going to do at the deal desk.
enum Step {
    Sell(Box<Incoming>),
    Register(Box<Registering>, Fate),
    Deal(OperatorId, DealId, DealCommand),
    Case(OperatorId, ConflictId, Ruling),
}

/// What is done about a conflict; what exactly is settled when it is time.
#[derive(Debug, Clone, Copy)]
enum Ruling {
    Take,
    /// For the first complete submission.
    First,
    /// For the last one.
    Last,
    Shared,
    Nobody,
    NoConflict,
    /// Whoever did not get it does not accept that.
    Appeal,
    Uphold,
}

pub struct Deals {
    chance: Chance,
    people: People,
    staff: Staff,
    agenda: Agenda<Step>,
}

impl Deals {
    /// Everything that is planned up to `now`.
    pub fn planned(seed: u64, people: People, staff: Staff, rules: &Rules, now: Instant) -> Self {
        let agenda = Agenda::new(now.plus(Span::hours(-24 * DAYS)), LOOK, Command::SweepDeals { limit: 500 });
        let mut deals = Self { chance: Chance::seeded(seed ^ 0xdea1), people, staff, agenda };
        for _ in 0..PAST {
            let at = now.plus(Span::ZERO.minus(deals.chance.between(Span::hours(24 * 4), Span::hours(24 * (DAYS - 5)))));
            deals.registration(rules, at, now, Fate::settled);
        }
        for _ in 0..FRESH {
            let at = now.plus(Span::ZERO.minus(deals.chance.between(Span::minutes(10), Span::hours(24 * 4))));
            deals.registration(rules, at, now, Fate::fresh);
        }
        for minutes in DUE {
            let fate = |chance: &mut Chance| *chance.pick(&[Fate::Waits, Fate::Reviewed, Fate::SentOn]);
            deals.registration(rules, submitted(rules, now.plus(Span::minutes(minutes))), now, fate);
        }
        deals.conflicts(rules, now);
        deals
    }

    fn registration(&mut self, rules: &Rules, at: Instant, now: Instant, fate: fn(&mut Chance) -> Fate) {
        let at = open(rules, at);
        let fate = fate(&mut self.chance);
        let lead = self.people.arrival(&mut self.chance, at, super::Wish::default());
        let details = paper::details(&mut self.chance, &lead, at, !matches!(fate, Fate::Incomplete));
        let eligible = paper::sellers(rules, &details, at);
        if eligible.is_empty() || at >= now {
            return;
        }
        let partner = *self.chance.pick(&eligible);
        let submit = !matches!(fate, Fate::Draft);
        self.later(at, Step::Register(Box::new(Registering { partner, details, account: None, submit }), fate));
    }

    /// When somebody acts next.
    pub fn next(&self) -> Option<Instant> {
        self.agenda.next()
    }

    /// Does what was planned up to `until`, in time. What is no longer possible is left, as people leave it.
    pub async fn act(&mut self, stage: &mut Stage<'_>, until: Instant) -> Result<(), Failure> {
        while let Some(step) = self.agenda.due(stage, until).await? {
            self.take(stage, step).await?;
        }
        Ok(())
    }

    async fn take(&mut self, stage: &mut Stage<'_>, step: Step) -> Result<(), Failure> {
        match step {
            Step::Sell(line) => drop(stage.carry(self.staff.portal, Command::Sales(vec![*line])).await?),
            Step::Register(record, fate) => {
                let outcome = stage.carry(self.staff.portal, Command::Register(vec![*record])).await?;
                let rules = stage.rules().await?;
                self.follow(&rules, stage.now(), &outcome, fate);
            }
            Step::Deal(who, deal, command) => {
                stage.carry(who, Command::Deals { targets: vec![DealTarget::from(deal)], command }).await?;
            }
            Step::Case(who, id, ruling) => {
                let Some((case, deals)) = stage.case(id).await? else { return Ok(()) };
                if let Some(command) = ruled(ruling, &case, &deals) {
                    stage.carry(who, Command::Case { id, command, seen: None }).await?;
                }
            }
        }
        Ok(())
    }

    /// Plans what becomes of a registration that has just come in, and of the conflict that it brought.
    fn follow(&mut self, rules: &Rules, at: Instant, outcome: &Outcome, fate: Fate) {
        if let (Fate::Rival(course), Some(case)) = (fate, outcome.cases.first()) {
            let parties = case.result.as_ref().map(|done| done.case.parties.iter().map(|party| party.deal).collect());
            self.dispute(rules, case.case, &parties.unwrap_or_else(|_| Vec::new()), course, at);
            return;
        }
        for deal in outcome.deals.iter().filter(|item| item.result.is_ok()).map(|item| item.deal) {
            self.decide(rules, deal, fate, at);
        }
    }

    fn later(&mut self, at: Instant, step: Step) {
        self.agenda.later(at, step);
    }

    fn deal(&mut self, at: Instant, who: OperatorId, deal: DealId, command: DealCommand) {
        self.later(at, Step::Deal(who, deal, command));
    }

    /// After so much business time of the desk, up to a third more.
    fn after(&mut self, rules: &Rules, at: Instant, hours: i64) -> Instant {
        let work = self.chance.between(Span::hours(hours), Span::minutes(hours * 80));
        rules.program().default_calendar().add(at, work).unwrap_or(at)
    }
}

/// When something was handed in whose decision is due about then.
fn submitted(rules: &Rules, due: Instant) -> Instant {
    let calendar = rules.program().default_calendar();
    let granted = rules.program().decision_sla(calendar);
    let is_early = |at: &Instant| calendar.add(*at, granted).is_ok_and(|then| then <= due);
    (0..1_000).map(|quarters| due.plus(Span::minutes(-15 * quarters))).find(is_early).unwrap_or(due)
}

/// The desk's next open minute: partners work in the daytime as well.
fn open(rules: &Rules, at: Instant) -> Instant {
    rules.program().default_calendar().next_open(at).unwrap_or(at)
}

/// The ruling as a command on the case as it is by then.
fn ruled(ruling: Ruling, case: &ConflictCase, deals: &[Registration]) -> Option<CaseCommand> {
    let mut order: Vec<&Registration> = deals.iter().collect();
    order.sort_by_key(|deal| (deal.place.is_none(), deal.place, deal.id));
    let (first, last) = (order.first()?.id, order.last()?.id);
    let seen = EvidencePin::of(deals.iter().flat_map(|deal| &deal.documents)).hash;
    let decide = |verdict| CaseCommand::Decide { verdict, seen };
    Some(match ruling {
        Ruling::Take => CaseCommand::TakeReview,
        Ruling::First => decide(Verdict::Award { winner: first }),
        Ruling::Last if case.decision().is_some() => CaseCommand::Overturn { verdict: Verdict::Award { winner: last }, seen },
        Ruling::Last => decide(Verdict::Award { winner: last }),
        Ruling::Shared => decide(Verdict::Split { shares: Shares::new([(first, 6_000), (last, 4_000)]).ok()? }),
        Ruling::Nobody => decide(Verdict::RejectAll { reason: crate::domain::deal::RejectReason::Ineligible }),
        Ruling::NoConflict => decide(Verdict::Void),
        Ruling::Uphold => CaseCommand::Uphold { seen },
        Ruling::Appeal => {
            let winner = case.decision()?.verdict.principal();
            let by = order.iter().find(|deal| Some(deal.id) != winner)?.id;
            CaseCommand::Appeal { by, grounds: Text::clean(paper::grounds(case.id)) }
        }
    })
}
