//! Decisions about one registration: (state, command, context) -> events or a refusal. Pure.

mod arrival;
mod desk;
mod partner;
mod restate;
mod review;
mod sweep;

pub use crate::domain::decision::{Context, Programs};
pub use arrival::{from_lead, register};
pub use desk::{possible_extension, possible_match, possible_order, progress};
pub use partner::{hold_for_partner, release_for_partner, stand_with_partner};
pub use restate::{Restatement, restate};
pub use review::may_come_first;
pub use sweep::sweep;

use crate::domain::{
    aggregate::Aggregate,
    clock::ClockTerms,
    day::local_date,
    deal::{Clock, ClockKind, DealCommand, DealEvent, DealState, DealVerb, Protection, Refusal, Registration},
    escalation::EscalationCause,
    id::{ConflictId, DealId},
    partner::Partner,
    program::Program,
    time::Span,
};
use chrono::NaiveDate;
use std::sync::Arc;

/// What a decision about a registration needs to know beside it.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Whose registration it is.
    pub partner: &'a Partner,
    /// Another registration that is protected now for the same customer and a product in common.
    pub holder: Option<Holder>,
    /// The database's number of this submission: of two complete ones in the same microsecond the lower is the first.
    pub sequence: i64,
}

/// Who protects what a registration is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    pub deal: DealId,
    /// Its conflict that is not closed yet: until then it is a party of no other.
    pub case: Option<ConflictId>,
}

impl Holder {
    pub fn of(deal: &Registration) -> Self {
        Self { deal: deal.id, case: deal.dispute.map(|dispute| dispute.case) }
    }

    /// Why `deal` can't be protected, and what to do about it.
    pub fn in_the_way(self, deal: DealId) -> String {
        let Self { deal: holder, case } = self;
        let instead = case.map_or_else(|| "open a conflict".to_owned(), |case| format!("a conflict can be opened when {case} is closed"));
        format!("{holder} is protected for this customer and a product of {deal}; {instead}")
    }
}

/// Decides one command on one registration. What a conflict does to it is decided in [`super::conflict`].
pub fn decide(deal: &Registration, command: &DealCommand, context: Context<'_>, facts: Facts<'_>) -> Result<Vec<DealEvent>, Refusal> {
    let verb = command.verb();
    context.actor.may(verb.permission()).map_err(Refusal::not_allowed)?;
    possible(deal, verb)?;
    let mut work = Work::new(deal, context);
    work.carry_out(command, facts)?;
    work.hold_for(facts.partner);
    Ok(work.events)
}

/// Whether the registration is in a state for a verb: what dims a key. [`decide`] asks it first, so the two never differ.
pub fn possible(deal: &Registration, verb: DealVerb) -> Result<(), Refusal> {
    let state = &deal.state;
    let no = |why: &str| Err(Refusal::not_now(verb, format!("{} {why}", deal.id)));
    match verb {
        DealVerb::Note | DealVerb::Attach | DealVerb::Undo => Ok(()),
        DealVerb::Register => no("is a registration already"),
        DealVerb::Erase if deal.erased => no("is erased already"),
        DealVerb::Erase => Ok(()),
        DealVerb::Settle if deal.escalation.is_none() => no("is not escalated"),
        DealVerb::Settle => Ok(()),
        DealVerb::Release => match &deal.hold {
            None => no("is not held"),
            Some(hold) => hold.reason.decided_by().map_or(Ok(()), no),
        },
        _ if !state.is_open() => no(&format!("is {}", words(state))),
        DealVerb::Approve
        | DealVerb::Reject
        | DealVerb::SendForApproval
        | DealVerb::Extend
        | DealVerb::Expire
        | DealVerb::Win
        | DealVerb::Lose
            if deal.is_held() =>
        {
            no(&format!("is held: {}", deal.hold.as_ref().map_or("", |hold| hold.reason.doc())))
        }
        _ => possible_while_open(deal, verb),
    }
}

fn possible_while_open(deal: &Registration, verb: DealVerb) -> Result<(), Refusal> {
    use DealState::{ActionRequired, Approved, Draft, PendingApproval, Submitted, UnderReview};
    let state = &deal.state;
    let no = |why: &str| Err(Refusal::not_now(verb, format!("{} {why}", deal.id)));
    match (verb, state) {
        (DealVerb::Submit, Draft) => Ok(()),
        (DealVerb::Submit, ActionRequired { .. }) => no("was submitted before; resubmit it"),
        (DealVerb::Submit, _) => no("is submitted already"),
        (DealVerb::Edit, Draft | ActionRequired { .. } | Approved { .. }) => Ok(()),
        (DealVerb::Edit, _) => no(&format!("is {}; request information to have it changed", words(state))),
        (DealVerb::Resubmit, ActionRequired { .. }) => Ok(()),
        (DealVerb::Resubmit, _) => no("was not asked for information"),
        (DealVerb::Extend | DealVerb::Expire | DealVerb::Win | DealVerb::Lose, Approved { .. }) => Ok(()),
        (DealVerb::Extend | DealVerb::Expire | DealVerb::Win | DealVerb::Lose, _) => no("is not approved yet"),
        (DealVerb::TakeReview | DealVerb::SendForApproval | DealVerb::RequestInfo | DealVerb::Approve | DealVerb::Reject, Draft) => {
            no("is a draft; submit it first")
        }
        (
            DealVerb::TakeReview
            | DealVerb::Reassign
            | DealVerb::SendForApproval
            | DealVerb::RequestInfo
            | DealVerb::Approve
            | DealVerb::Reject,
            Approved { .. },
        ) => no("is approved already"),
        (DealVerb::TakeReview | DealVerb::Reassign, Submitted | UnderReview { .. }) => Ok(()),
        (DealVerb::Reassign, ActionRequired { .. }) => Ok(()),
        (DealVerb::TakeReview, ActionRequired { .. }) => no("awaits the partner's answer"),
        (DealVerb::TakeReview | DealVerb::Reassign, PendingApproval { .. }) => no("is reviewed already, and awaits approval"),
        (DealVerb::Reassign, Draft) => no("is a draft, and nobody reviews it"),
        (DealVerb::SendForApproval, Submitted | UnderReview { .. }) => Ok(()),
        (DealVerb::SendForApproval, PendingApproval { .. }) => no("awaits approval already"),
        (DealVerb::RequestInfo, ActionRequired { .. }) => no("awaits the partner's answer already"),
        (DealVerb::SendForApproval | DealVerb::Approve, ActionRequired { .. }) => no("awaits the partner's answer"),
        (DealVerb::Hold, _) if deal.is_held() => no("is held already"),
        (DealVerb::Hold, Draft | Approved { .. }) => no("has no clock to stop"),
        (DealVerb::RecomputeClock, _) if deal.clock.is_none() => no("has no running clock"),
        _ => Ok(()),
    }
}

/// The state as it stands in a sentence.
pub(super) fn words(state: &DealState) -> String {
    state.name().replace('_', " ")
}

/// A registration being worked on: each event is applied as it is decided, so that the next step sees the result.
pub(super) struct Work<'a> {
    pub deal: Registration,
    pub events: Vec<DealEvent>,
    pub context: Context<'a>,
}

impl<'a> Work<'a> {
    pub fn new(deal: &Registration, context: Context<'a>) -> Self {
        Self { deal: deal.clone(), events: Vec::new(), context }
    }

    pub fn push(&mut self, event: DealEvent) {
        self.deal.apply(&event, self.context.now);
        self.events.push(event);
    }

    pub fn program(&self) -> &'a Arc<Program> {
        self.context.programs.current()
    }

    pub fn today(&self) -> NaiveDate {
        local_date(self.context.now, self.program().zone)
    }

    pub fn start_clock(&self) -> Clock {
        let program = self.program();
        let calendar = program.default_calendar();
        let terms = ClockTerms {
            no: self.deal.clocks + 1,
            kind: ClockKind::Decide,
            calendar: calendar.calendar.name.clone(),
            program: self.context.programs.version(),
            budget: program.decision_sla(calendar),
            warn: program.deals.warn.clone(),
        };
        Clock::start(terms, calendar, self.context.now)
    }

    /// The clock as it stands now; one that stands still already is unchanged.
    pub fn stopped_clock(&self) -> Option<Clock> {
        let clock = self.deal.clock.as_ref()?;
        if self.deal.waiting_since.is_some() {
            return Some(clock.clone());
        }
        Some(clock.stopped(self.context.programs.calendar(clock), self.context.now))
    }

    /// The clock running on from now, and for how long it had waited.
    pub fn resumed_clock(&self) -> (Option<Clock>, Span) {
        let programs = self.context.programs;
        let clock = self.deal.clock.as_ref().map(|clock| clock.resumed(programs.calendar(clock), self.context.now));
        (clock, self.waiting())
    }

    /// Business time of the present wait.
    fn waiting(&self) -> Span {
        let Some(since) = self.deal.waiting_since else { return Span::ZERO };
        let calendar = match &self.deal.clock {
            Some(clock) => self.context.programs.calendar(clock),
            None => self.program().default_calendar(),
        };
        calendar.elapsed(since, self.context.now).max(Span::ZERO)
    }

    /// Business time from the submission until now, without the time in which it waited for others.
    pub fn took(&self) -> Span {
        let Some(submitted) = self.deal.submitted_at else { return Span::ZERO };
        let calendar = match &self.deal.clock {
            Some(clock) => self.context.programs.calendar(clock),
            None => self.program().default_calendar(),
        };
        calendar.elapsed(submitted, self.context.now).minus(self.deal.waited).minus(self.waiting()).max(Span::ZERO)
    }

    /// Whether a decision now is in time: by the running clock, or by what was left when it was stopped.
    pub fn in_time(&self) -> bool {
        let waits = self.deal.waiting_since.is_some();
        self.deal.clock.as_ref().is_none_or(|clock| if waits { !clock.breached } else { clock.is_in_time(self.context.now) })
    }

    pub fn grant(&self, partner: &Partner) -> Protection {
        let program = self.program();
        Protection::grant(self.context.now, program.deals.protection_days(&partner.profile.tier), program.zone)
    }

    /// An escalation whose cause has gone settles by itself, and says so.
    pub fn settle_if(&mut self, cause: &EscalationCause) {
        if self.deal.escalation.as_ref().is_some_and(|held| held.cause == *cause) {
            self.push(DealEvent::Settled { by_itself: true });
        }
    }

    pub fn settle_any(&mut self) {
        if self.deal.escalation.is_some() {
            self.push(DealEvent::Settled { by_itself: true });
        }
    }
}
