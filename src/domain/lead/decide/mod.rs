//! Decisions about one lead: (state, command, context) -> events or a refusal. Pure.

mod arrival;
mod desk;
mod merge;
mod sweep;

pub use crate::domain::decision::{Context, Programs};
pub use arrival::{Verdict, absorbed, receive};
pub use merge::{merge, unmerge};
pub use sweep::{route_again, sweep};

use crate::domain::{
    aggregate::Aggregate,
    calendar::CompiledCalendar,
    clock::ClockTerms,
    id::PartnerId,
    lead::{
        Clock, ClockKind, EscalationCause, Lead, LeadCommand, LeadEvent, LeadState, LeadVerb, Refusal, Severity, UnassignedReason,
        routing::{DecidedBy, Desk, Router, Why},
    },
    partner::Partner,
    program::Program,
};
use std::sync::Arc;

/// Decides one command on one lead, merges apart (see [`merge()`]). `desk` is not changed; the caller follows the events.
pub fn decide(
    lead: &Lead,
    command: &LeadCommand,
    context: Context<'_>,
    router: &mut Router,
    desk: &Desk,
) -> Result<Vec<LeadEvent>, Refusal> {
    let verb = command.verb();
    context.actor.may(verb.permission()).map_err(|why| Refusal::NotAllowed { why })?;
    possible(lead, verb)?;
    let mut work = Work::new(lead, context);
    work.carry_out(command, router, desk)?;
    Ok(work.events)
}

/// What becomes of a lead whose partner is not active any more: it goes to the next one by the rules, or waits for somebody.
/// Follows from the decision about the partner, and so asks for no permission of its own.
pub fn take_away(lead: &Lead, context: Context<'_>, router: &mut Router, desk: &Desk) -> Vec<LeadEvent> {
    let mut work = Work::new(lead, context);
    work.take_away(router, desk);
    work.events
}

/// Whether a verb makes sense for this lead now, and if not, why: what dims a key and what refuses a command.
pub fn possible(lead: &Lead, verb: LeadVerb) -> Result<(), Refusal> {
    let state = &lead.state;
    let no = |why: &str| Err(Refusal::not_now(verb, format!("{} {why}", lead.id)));
    let is_merged = matches!(state, LeadState::Merged { .. });
    match verb {
        LeadVerb::Note | LeadVerb::Undo => Ok(()),
        LeadVerb::Erase if lead.erased => no("is erased already"),
        LeadVerb::Erase => Ok(()),
        LeadVerb::Unmerge if !is_merged => no("is not merged into another lead"),
        LeadVerb::Unmerge => Ok(()),
        _ if is_merged => no("is merged into another lead; unmerge it first"),
        LeadVerb::RecordConsent => Ok(()),
        LeadVerb::Settle if lead.escalation.is_none() => no("is not escalated"),
        LeadVerb::Settle => Ok(()),
        LeadVerb::Merge => Ok(()),
        _ if !state.is_open() => no(&format!("is {}", state.name())),
        _ => possible_while_open(lead, verb),
    }
}

fn possible_while_open(lead: &Lead, verb: LeadVerb) -> Result<(), Refusal> {
    use LeadState::{Accepted, InReview, Offered, Quarantined, Unassigned, Working};
    let state = &lead.state;
    let no = |why: &str| Err(Refusal::not_now(verb, format!("{} {why}", lead.id)));
    match (verb, state) {
        (LeadVerb::Accept | LeadVerb::Decline, Offered { .. }) => Ok(()),
        // The answer may have crossed with a timeout: the command says which offer it answers, and is kept as evidence.
        (LeadVerb::Accept | LeadVerb::Decline, _) if !lead.offers.is_empty() => Ok(()),
        (LeadVerb::Accept | LeadVerb::Decline, _) => no("was never offered to a partner"),
        (LeadVerb::Touch, Accepted { .. }) => Ok(()),
        (LeadVerb::Touch, Working { .. }) => no("has had its first touch"),
        (LeadVerb::Touch, _) => no("is not accepted by a partner yet"),
        (LeadVerb::Qualify, Accepted { .. } | Working { .. }) => Ok(()),
        (LeadVerb::Qualify, _) => no("is not accepted by a partner yet"),
        (LeadVerb::Assign | LeadVerb::Route, Quarantined { .. }) => no("is in quarantine; release it first"),
        (LeadVerb::Assign | LeadVerb::Route, InReview { .. }) => no("is in review; merge it or keep it as a lead of its own first"),
        (LeadVerb::Route, Unassigned { .. }) => Ok(()),
        (LeadVerb::Route, _) => no("is with a partner; reassign it instead"),
        (LeadVerb::Reassign, Offered { .. } | Accepted { .. } | Working { .. }) => Ok(()),
        (LeadVerb::Reassign, _) => no("is with no partner; route or assign it"),
        (LeadVerb::Release, Quarantined { .. } | Offered { .. } | Accepted { .. } | Working { .. }) => Ok(()),
        (LeadVerb::Release, _) => no("is neither in quarantine nor with a partner"),
        (LeadVerb::Separate, InReview { .. }) => Ok(()),
        (LeadVerb::Separate, _) => no("is not in review"),
        (LeadVerb::Pause, _) if lead.pause.is_some() => no("is paused already"),
        (LeadVerb::Pause, Quarantined { .. } | InReview { .. }) => no("has no clock to pause"),
        (LeadVerb::Resume, _) if lead.pause.is_none() => no("is not paused"),
        (LeadVerb::RecomputeClock, _) if lead.clock.is_none() => no("has no running clock"),
        _ => Ok(()),
    }
}

/// A lead being worked on: each event is applied as it is decided, so that the next step sees the result.
struct Work<'a> {
    lead: Lead,
    events: Vec<LeadEvent>,
    context: Context<'a>,
}

impl<'a> Work<'a> {
    fn new(lead: &Lead, context: Context<'a>) -> Self {
        Self { lead: lead.clone(), events: Vec::new(), context }
    }

    fn push(&mut self, event: LeadEvent) {
        self.lead.apply(&event, self.context.now);
        self.events.push(event);
    }

    fn program(&self) -> &'a Arc<Program> {
        self.context.programs.current()
    }

    /// Places the lead by the rules: an offer, or the fallback queue.
    fn place(&mut self, router: &mut Router, desk: &Desk) {
        let offers = u32::try_from(self.lead.offers.len()).unwrap_or(u32::MAX) - self.lead.settled_offers;
        let before = self.lead.state.loads();
        if offers >= self.program().routing.max_offers {
            let why = Why {
                decided_by: DecidedBy::OffersExhausted { offers },
                scope: Router::scope(&self.lead),
                outside: 0,
                passed: 0,
                failed: Vec::new(),
                candidates: Vec::new(),
                runner_up: None,
            };
            let reason = UnassignedReason::OffersExhausted;
            self.push(LeadEvent::FellBack { reason, why: Box::new(why), turn: None, escalation: Some(Severity::High) });
            return;
        }
        let route = router.route(&self.lead, desk, self.context.now);
        if let Some(partner) = route.partner.and_then(|id| router.directory.get(id)) {
            let clock = self.accept_clock(partner);
            let (partner, why) = (partner.id, Box::new(route.why));
            self.push(LeadEvent::Offered { partner, before, by_hand: false, clock, why, turn: route.turn });
            self.settle_if(&EscalationCause::NoPartner);
        } else {
            let reason = route.why.nobody();
            self.push(LeadEvent::FellBack { reason, why: Box::new(route.why), turn: None, escalation: None });
        }
    }

    /// Offers it to one partner by hand.
    fn assign(&mut self, partner: PartnerId, router: &mut Router, desk: &Desk) -> Result<(), Refusal> {
        let directory = Arc::clone(&router.directory);
        let found = directory.get(partner).ok_or_else(|| Refusal::invalid(format!("there is no partner {partner}")))?;
        if self.lead.state.loads() == Some(partner) {
            return Err(Refusal::not_now(LeadVerb::Assign, format!("{} is with {} already", self.lead.id, found.profile.name)));
        }
        if let Some(why) = router.objection(&self.lead, found) {
            return Err(Refusal::not_now(LeadVerb::Assign, why));
        }
        let why = Box::new(router.by_hand(&self.lead, found, desk, self.context.now));
        let (clock, before) = (self.accept_clock(found), self.lead.state.loads());
        self.push(LeadEvent::Offered { partner, before, by_hand: true, clock, why, turn: None });
        self.settle_if(&EscalationCause::NoPartner);
        Ok(())
    }

    fn accept_clock(&self, partner: &Partner) -> Clock {
        let budget = self.program().accept_sla(&partner.profile.tier, self.lead.intake.score);
        self.start_clock(ClockKind::Accept, partner, |_| budget)
    }

    /// Starts a clock of the partner's calendar under the program in force.
    fn start_clock(&self, kind: ClockKind, partner: &Partner, budget: impl Fn(&CompiledCalendar) -> crate::domain::time::Span) -> Clock {
        let program = self.program();
        let own = (!partner.profile.calendar.is_empty()).then_some(&*partner.profile.calendar);
        let calendar = program.calendar_for(partner.profile.country, own);
        let terms = ClockTerms {
            no: self.lead.clocks + 1,
            kind,
            calendar: calendar.calendar.name.clone(),
            program: self.context.programs.version(),
            budget: budget(calendar),
            warn: program.warn(kind).to_vec(),
        };
        Clock::start(terms, calendar, self.context.now)
    }

    /// The running clock as it stands now; a paused one stands still already.
    fn stopped_clock(&self) -> Option<Clock> {
        let clock = self.lead.clock.as_ref()?;
        if self.lead.pause.is_some() {
            return Some(clock.clone());
        }
        Some(clock.stopped(self.context.programs.calendar(clock), self.context.now))
    }

    fn resumed_clock(&self, clock: &Clock) -> Clock {
        clock.resumed(self.context.programs.calendar(clock), self.context.now)
    }

    /// Whether an end now is in time: by the running clock, or by what was left when it was paused.
    fn in_time(&self) -> bool {
        self.lead
            .clock
            .as_ref()
            .is_none_or(|clock| if self.lead.pause.is_some() { !clock.breached } else { clock.is_in_time(self.context.now) })
    }

    /// An escalation whose cause has gone settles by itself, and says so.
    fn settle_if(&mut self, cause: &EscalationCause) {
        if self.lead.escalation.as_ref().is_some_and(|held| held.cause == *cause) {
            self.push(LeadEvent::Settled { by_itself: true });
        }
    }

    fn settle_any(&mut self) {
        if self.lead.escalation.is_some() {
            self.push(LeadEvent::Settled { by_itself: true });
        }
    }
}
