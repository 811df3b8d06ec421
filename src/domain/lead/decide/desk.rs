//! The verbs of the desk.

use super::Work;
use crate::domain::{
    id::PartnerId,
    lead::{
        Clock, ClockKind, Consent, ConsentBasis, EscalationCause, LeadCommand, LeadEvent, LeadState, LeadVerb, QuarantineReason, Refusal,
        routing::{Desk, Router},
    },
    partner::Partner,
    text::Text,
    time::Span,
};

impl Work<'_> {
    pub(super) fn carry_out(&mut self, command: &LeadCommand, router: &mut Router, desk: &Desk) -> Result<(), Refusal> {
        match command {
            LeadCommand::Assign { partner } => return self.assign(*partner, router, desk),
            LeadCommand::Route => self.place(router, desk),
            LeadCommand::Reassign => self.reassign(router, desk),
            LeadCommand::Accept { offer } => return self.accept(*offer, router),
            LeadCommand::Decline { offer, reason } => {
                if self.is_stale(*offer)? {
                    self.push(LeadEvent::AnsweredLate { offer: *offer, accepted: false });
                } else if let Some(partner) = self.lead.state.partner() {
                    self.push(LeadEvent::Declined { partner, reason: *reason });
                    self.place(router, desk);
                }
            }
            LeadCommand::Pause { reason, until } => {
                if until.is_some_and(|until| until <= self.context.now) {
                    return Err(Refusal::invalid("the end of a pause must lie in the future"));
                }
                let clock = self.stopped_clock();
                self.push(LeadEvent::Paused { reason: *reason, until: *until, clock });
            }
            LeadCommand::Resume => self.resume(),
            LeadCommand::Touch => self.touch(router)?,
            LeadCommand::Qualify => self.qualify(router)?,
            LeadCommand::Disqualify { reason } => {
                self.push(LeadEvent::Disqualified { reason: *reason, from: self.lead.state.clone() });
                self.settle_any();
            }
            LeadCommand::Separate => {
                self.push(LeadEvent::Separated);
                self.place(router, desk);
            }
            LeadCommand::Note { text } => {
                if text.trim().is_empty() {
                    return Err(Refusal::invalid("a note needs some text"));
                }
                self.push(LeadEvent::Noted { text: text.clone() });
            }
            LeadCommand::Escalate { severity, reason } => {
                let cause = EscalationCause::raised(reason).ok_or_else(|| Refusal::invalid("an escalation needs a reason"))?;
                self.push(LeadEvent::Escalated { severity: *severity, cause });
            }
            LeadCommand::Settle => self.push(LeadEvent::Settled { by_itself: false }),
            LeadCommand::Release => self.release(router, desk)?,
            LeadCommand::Take { desk } => self.take(*desk)?,
            LeadCommand::RecordConsent { consent } => {
                self.push(LeadEvent::ConsentRecorded { consent: consent.clone(), before: self.lead.intake.consent.clone() });
            }
            LeadCommand::Rescore { score } => self.rescore(*score, router)?,
            LeadCommand::RecomputeClock => self.recompute(router),
            LeadCommand::Erase => self.push(LeadEvent::Erased),
            LeadCommand::Merge { .. } | LeadCommand::Unmerge | LeadCommand::Undo => {
                return Err(Refusal::invalid("this command needs the other side; it is decided by a function of its own"));
            }
        }
        Ok(())
    }

    fn reassign(&mut self, router: &mut Router, desk: &Desk) {
        // A round of its own: the desk wants another partner, whatever the number of offers so far; whoever had it before
        // does not get it again by the rules.
        self.push(LeadEvent::Released { from: self.lead.state.clone() });
        self.place(router, desk);
    }

    /// Takes it from whoever gets none any more, and places it with the next by the rules: a round of its own, as a reassignment.
    pub(super) fn take_away(&mut self, router: &mut Router, desk: &Desk) {
        let Some(partner) = self.lead.state.loads() else { return };
        let Some(status) = router.directory.get(partner).map(|found| found.profile.status) else { return };
        self.push(LeadEvent::TakenAway { partner, status });
        self.place(router, desk);
    }

    /// Whether the answer belongs to an offer that has ended; an offer that never was is refused.
    fn is_stale(&self, offer: u32) -> Result<bool, Refusal> {
        if offer == 0 || usize::try_from(offer).is_ok_and(|no| no > self.lead.offers.len()) {
            return Err(Refusal::invalid(format!("{} has no offer {offer}", self.lead.id)));
        }
        let open = matches!(self.lead.state, LeadState::Offered { .. }) && self.lead.open_offer().is_some_and(|open| open.no == offer);
        Ok(!open)
    }

    fn accept(&mut self, offer: u32, router: &Router) -> Result<(), Refusal> {
        if self.is_stale(offer)? {
            self.push(LeadEvent::AnsweredLate { offer, accepted: true });
            return Ok(());
        }
        let partner = self.partner(router)?;
        let budget = self.program().first_touch_sla();
        let clock = self.start_clock(ClockKind::FirstTouch, partner, |_| budget);
        let in_time = self.in_time();
        self.unpause();
        self.push(LeadEvent::Accepted { partner: partner.id, in_time, clock, offer: Some(offer) });
        Ok(())
    }

    /// A verb that moves a paused lead on ends the pause first; the clock that stood still is being ended anyway.
    fn unpause(&mut self) {
        if self.lead.pause.is_some() {
            let clock = self.lead.clock.clone();
            self.push(LeadEvent::Resumed { clock });
        }
    }

    fn resume(&mut self) {
        let clock = self.lead.clock.as_ref().map(|clock| self.resumed_clock(clock));
        self.push(LeadEvent::Resumed { clock });
    }

    fn touch(&mut self, router: &Router) -> Result<(), Refusal> {
        let partner = self.partner(router)?;
        let program = self.program();
        let clock = self.start_clock(ClockKind::Qualify, partner, |calendar| program.qualify_sla(calendar));
        let (in_time, response) = (self.in_time(), self.response(partner));
        self.unpause();
        self.push(LeadEvent::Touched { in_time, response, clock });
        self.settle_if(&EscalationCause::Breach);
        Ok(())
    }

    /// Business time from receipt until now, by the partner's calendar: speed-to-lead.
    fn response(&self, partner: &Partner) -> Span {
        let own = (!partner.profile.calendar.is_empty()).then_some(&*partner.profile.calendar);
        self.program().calendar_for(partner.profile.country, own).elapsed(self.lead.received_at, self.context.now)
    }

    /// A lead that is qualified straight from acceptance has had its first touch at the same moment.
    fn qualify(&mut self, router: &Router) -> Result<(), Refusal> {
        if matches!(self.lead.state, LeadState::Accepted { .. }) {
            self.touch(router)?;
        }
        let in_time = self.in_time();
        self.push(LeadEvent::Qualified { in_time });
        self.settle_any();
        Ok(())
    }

    fn release(&mut self, router: &mut Router, desk: &Desk) -> Result<(), Refusal> {
        if let LeadState::Quarantined { reason } = self.lead.state {
            self.may_leave_quarantine(reason)?;
            self.push(LeadEvent::Released { from: self.lead.state.clone() });
            self.place(router, desk);
        } else {
            self.push(LeadEvent::Released { from: self.lead.state.clone() });
        }
        Ok(())
    }

    fn may_leave_quarantine(&self, reason: QuarantineReason) -> Result<(), Refusal> {
        let consent = self.lead.consent();
        match reason {
            QuarantineReason::ConsentMissing if !consent.is_explicit() => {
                Err(Refusal::not_now(LeadVerb::Release, format!("{} needs the person's consent; record it first", self.lead.id)))
            }
            QuarantineReason::Suppressed if consent.basis != ConsentBasis::OptIn => {
                Err(Refusal::not_now(LeadVerb::Release, format!("{} belongs to a person who asked not to be contacted", self.lead.id)))
            }
            _ => Ok(()),
        }
    }

    fn take(&mut self, desk: Option<crate::domain::id::OperatorId>) -> Result<(), Refusal> {
        if self.lead.desk == desk {
            let who = if desk.is_some() { "is looked after by that operator already" } else { "is looked after by nobody already" };
            return Err(Refusal::not_now(LeadVerb::Take, format!("{} {who}", self.lead.id)));
        }
        self.push(LeadEvent::Taken { desk, before: self.lead.desk });
        Ok(())
    }

    /// A higher score may shorten the accept clock, a lower one lengthen it; what was used stays used.
    fn rescore(&mut self, score: u8, router: &Router) -> Result<(), Refusal> {
        if score > 100 {
            return Err(Refusal::invalid(format!("a score goes from 0 to 100, not {score}")));
        }
        let before = self.lead.intake.score;
        let clock = match (&self.lead.clock, self.lead.pause.is_none(), self.lead.state.loads().and_then(|id| router.directory.get(id))) {
            (Some(clock), running, Some(partner)) if clock.kind == ClockKind::Accept && !clock.breached => {
                let programs = self.context.programs;
                let budget = programs.get(clock.program).accept_sla(&partner.profile.tier, score);
                Some(self.rebudgeted(clock, budget, running))
            }
            _ => None,
        };
        self.push(LeadEvent::Rescored { score, before, clock });
        Ok(())
    }

    fn rebudgeted(&self, clock: &Clock, budget: Span, running: bool) -> Clock {
        let at = if running { self.context.now } else { clock.as_of };
        clock.rebudgeted(self.context.programs.calendar(clock), at, budget)
    }

    /// Re-derives the due instant by the calendar of the program in force; the business time left so far is by the old one.
    fn recompute(&mut self, router: &Router) {
        let Some(before) = self.lead.clock.clone() else { return };
        let mut clock = self.stopped_clock().unwrap_or_else(|| before.clone());
        clock.program = self.context.programs.version();
        if let Some(partner) = self.lead.state.loads().and_then(|id| router.directory.get(id)) {
            let own = (!partner.profile.calendar.is_empty()).then_some(&*partner.profile.calendar);
            clock.calendar = self.program().calendar_for(partner.profile.country, own).calendar.name.clone();
        }
        if self.lead.pause.is_none() {
            clock = self.resumed_clock(&clock);
        }
        self.push(LeadEvent::ClockRecomputed { clock, before });
    }

    fn partner<'r>(&self, router: &'r Router) -> Result<&'r Partner, Refusal> {
        let id = self.lead.state.partner().unwrap_or(PartnerId(0));
        router.directory.get(id).ok_or_else(|| Refusal::invalid(format!("there is no partner {id}")))
    }
}

/// Consent that an operator recorded by hand, now.
impl Consent {
    pub fn opt_in(text_version: Text, at: crate::domain::time::Instant) -> Self {
        Self { basis: ConsentBasis::OptIn, text_version, at: Some(at) }
    }
}
