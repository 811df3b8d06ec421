//! Applies what happened to a lead. The only code that changes a [`Lead`]; deterministic, so a replay gives the same.

use crate::domain::{
    aggregate::Aggregate,
    event::{Entity, Event},
    id::{LeadId, PartnerId},
    lead::{
        Absorbed, Clock, Consent, Escalation, EscalationCause, Intake, Lead, LeadEvent, LeadState, Offer, OfferOutcome, Pause, Person,
        Prior, Severity, UnassignedReason,
        event::{Arrival, Restored},
    },
    text::Text,
    time::Instant,
};

impl Aggregate for Lead {
    type Id = LeadId;
    type Event = LeadEvent;
    const ENTITY: fn(LeadId) -> Entity = Entity::Lead;

    fn id(&self) -> LeadId {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    /// When the engine has to look at it next: a warning, a breach or the end of a pause.
    fn next_at(&self) -> Option<Instant> {
        match &self.pause {
            Some(pause) => pause.until,
            None => self.clock.as_ref().and_then(|clock| clock.next),
        }
    }

    fn source_key(&self) -> Option<&Text> {
        Some(&self.intake.source_key).filter(|key| !key.is_empty())
    }

    fn event(event: &Event) -> Option<&LeadEvent> {
        if let Event::Lead(event) = event { Some(event) } else { None }
    }

    /// The lead that a [`LeadEvent::Received`] begins: a history starts with the receipt.
    fn begin(id: LeadId, event: &LeadEvent, at: Instant) -> Option<Self> {
        let LeadEvent::Received { intake, arrival } = event else { return None };
        let mut lead = Self {
            id,
            version: 1,
            received_at: at,
            updated_at: at,
            intake: Intake::clone(intake),
            account: None,
            desk: None,
            state: LeadState::Unassigned { why: UnassignedReason::New },
            clock: None,
            clocks: 0,
            pause: None,
            offers: Vec::new(),
            escalation: None,
            breaches: 0,
            settled_offers: 0,
            absorbed: Vec::new(),
            erased: false,
        };
        lead.state = match arrival {
            Arrival::ToRoute => lead.state,
            Arrival::Quarantined { reason } => LeadState::Quarantined { reason: *reason },
            Arrival::Review { candidates } => LeadState::InReview { candidates: candidates.clone() },
            Arrival::Linked { into, .. } => {
                let prior = Prior { state: lead.state, offer: None, clock: None, pause: None, escalation: None };
                LeadState::Merged { into: *into, prior: Box::new(prior) }
            }
        };
        Some(lead)
    }

    fn apply(&mut self, event: &LeadEvent, at: Instant) {
        self.version += 1;
        self.updated_at = at;
        match event {
            // The receipt begins a lead and stands nowhere else.
            LeadEvent::Received { .. } | LeadEvent::AnsweredLate { .. } | LeadEvent::Noted { .. } => {}
            LeadEvent::Offered { partner, by_hand, clock, .. } => self.offered(*partner, *by_hand, clock, at),
            LeadEvent::FellBack { reason, escalation, .. } => self.fell_back(*reason, *escalation, at),
            LeadEvent::Accepted { partner, in_time, clock, .. } => {
                self.close_offer(OfferOutcome::Accepted { at, in_time: *in_time });
                self.state = LeadState::Accepted { partner: *partner };
                self.run(clock);
            }
            LeadEvent::Declined { reason, .. } => self.unplaced(OfferOutcome::Declined { at, reason: *reason }),
            LeadEvent::TimedOut { .. } => {
                self.breaches += 1;
                self.unplaced(OfferOutcome::TimedOut { at });
            }
            LeadEvent::Warned { clock, .. } => self.clock = Some(clock.clone()),
            LeadEvent::ClockRecomputed { clock, .. } => {
                self.clock = Some(clock.clone());
                self.follow_due();
            }
            LeadEvent::Breached { clock, escalation } => {
                self.clock = Some(clock.clone());
                self.breaches += 1;
                Escalation::raise(&mut self.escalation, *escalation, EscalationCause::Breach, at);
            }
            LeadEvent::Touched { clock, .. } => {
                if let Some(partner) = self.state.partner() {
                    self.state = LeadState::Working { partner };
                }
                self.run(clock);
            }
            LeadEvent::Qualified { .. } => {
                if let Some(partner) = self.state.partner() {
                    self.end(LeadState::Qualified { partner }, at);
                }
            }
            LeadEvent::Disqualified { reason, .. } => {
                self.end(LeadState::Disqualified { reason: *reason, partner: self.state.loads() }, at);
            }
            LeadEvent::Paused { reason, until, clock } => {
                self.pause = Some(Pause { reason: *reason, since: at, until: *until });
                self.clock.clone_from(clock);
            }
            LeadEvent::Resumed { clock } => self.resumed(clock.as_ref()),
            LeadEvent::Merged { into, clock, .. } => self.merged(*into, clock.clone(), at),
            LeadEvent::Absorbed { lead, consent, escalation } => self.absorbed(*lead, consent, escalation.as_ref()),
            LeadEvent::Unmerged { clock } => self.unmerged(clock.clone()),
            LeadEvent::Parted { lead } => self.parted(*lead),
            LeadEvent::Separated => self.state = LeadState::Unassigned { why: UnassignedReason::New },
            LeadEvent::Escalated { severity, cause } => Escalation::raise(&mut self.escalation, Some(*severity), cause.clone(), at),
            LeadEvent::Settled { .. } => self.escalation = None,
            LeadEvent::Released { .. } | LeadEvent::TakenAway { .. } => {
                self.unplaced(OfferOutcome::Withdrawn { at });
                self.state = LeadState::Unassigned { why: UnassignedReason::Released };
                self.settled_offers = self.offer_count();
            }
            LeadEvent::Taken { desk, .. } => self.desk = *desk,
            LeadEvent::ConsentRecorded { consent, .. } => self.intake.consent = consent.clone(),
            LeadEvent::Rescored { score, clock, .. } => {
                self.intake.score = *score;
                if clock.is_some() {
                    self.clock.clone_from(clock);
                    self.follow_due();
                }
            }
            LeadEvent::Undone { restored, .. } => self.restore(restored),
            LeadEvent::Erased => self.erase(),
        }
    }
}

impl Lead {
    fn offered(&mut self, partner: PartnerId, by_hand: bool, clock: &Clock, at: Instant) {
        self.close_offer(OfferOutcome::Withdrawn { at });
        let no = self.offer_count() + 1;
        self.offers.push(Offer { no, partner, offered_at: at, due: clock.due, by_hand, outcome: None });
        self.state = LeadState::Offered { partner };
        self.pause = None;
        self.run(clock);
    }

    fn fell_back(&mut self, reason: UnassignedReason, escalation: Option<Severity>, at: Instant) {
        self.unplaced(OfferOutcome::Withdrawn { at });
        self.state = LeadState::Unassigned { why: reason };
        self.settled_offers = self.offer_count();
        Escalation::raise(&mut self.escalation, escalation, EscalationCause::NoPartner, at);
    }

    fn offer_count(&self) -> u32 {
        u32::try_from(self.offers.len()).unwrap_or(u32::MAX)
    }

    /// The offer ends and nobody has the lead; what follows in the same transaction places it.
    fn unplaced(&mut self, outcome: OfferOutcome) {
        self.close_offer(outcome);
        self.state = LeadState::Unassigned { why: UnassignedReason::New };
        self.clock = None;
        self.pause = None;
    }

    fn close_offer(&mut self, outcome: OfferOutcome) {
        if let Some(offer) = self.offers.iter_mut().rev().find(|offer| offer.outcome.is_none()) {
            offer.outcome = Some(outcome);
        }
    }

    fn run(&mut self, clock: &Clock) {
        self.clocks = self.clocks.max(clock.no);
        self.clock = Some(clock.clone());
    }

    /// An end state: no clock, no pause, nothing awaited.
    fn end(&mut self, state: LeadState, at: Instant) {
        self.close_offer(OfferOutcome::Withdrawn { at });
        self.state = state;
        self.clock = None;
        self.pause = None;
    }

    fn resumed(&mut self, clock: Option<&Clock>) {
        self.pause = None;
        self.clock = clock.cloned();
        self.follow_due();
    }

    /// An accept clock that was resumed, rebudgeted or recomputed has another due instant; the open offer says so.
    fn follow_due(&mut self) {
        if let (LeadState::Offered { .. }, Some(due)) = (&self.state, self.clock.as_ref().map(|clock| clock.due))
            && let Some(offer) = self.offers.iter_mut().rev().find(|offer| offer.outcome.is_none())
        {
            offer.due = due;
        }
    }

    /// `clock` is the running clock as stopped at the merge. An open offer is withdrawn, and open again after an unmerge.
    fn merged(&mut self, into: LeadId, clock: Option<Clock>, at: Instant) {
        let offer = self.open_offer().map(|offer| offer.no);
        let escalation = self.escalation.take();
        let prior = Prior { state: self.state.clone(), offer, clock, pause: self.pause.clone(), escalation };
        self.end(LeadState::Merged { into, prior: Box::new(prior) }, at);
    }

    fn unmerged(&mut self, clock: Option<Clock>) {
        let LeadState::Merged { prior, .. } = &self.state else { return };
        let prior = Prior::clone(prior);
        if let Some(offer) = self.offers.iter_mut().find(|offer| Some(offer.no) == prior.offer) {
            offer.outcome = None;
        }
        self.state = prior.state;
        self.pause = prior.pause;
        self.escalation = prior.escalation;
        self.clock = clock;
        self.follow_due();
    }

    fn absorbed(&mut self, lead: LeadId, consent: &Consent, escalation: Option<&Escalation>) {
        let held = self.escalation.clone();
        if let Some(brought) = escalation.filter(|brought| brought.is_worse_than(held.as_ref())) {
            self.escalation = Some(brought.clone());
        }
        self.absorbed.push(Absorbed { lead, consent: consent.clone(), escalation: escalation.cloned(), held });
    }

    /// What the lead brought goes with it, unless it was settled or replaced meanwhile. One that was taken in later may
    /// have covered it: beneath that one lies now what lay beneath this one.
    fn parted(&mut self, lead: LeadId) {
        let Some(at) = self.absorbed.iter().position(|one| one.lead == lead) else { return };
        let Absorbed { escalation: brought, held, .. } = self.absorbed.remove(at);
        if brought.is_none() {
            return;
        }
        let covered = self.absorbed.iter_mut().skip(at).map(|later| &mut later.held);
        for shown in covered.chain(std::iter::once(&mut self.escalation)) {
            if *shown == brought {
                shown.clone_from(&held);
            }
        }
    }

    fn restore(&mut self, restored: &Restored) {
        self.state = restored.state.clone();
        self.clock.clone_from(&restored.clock);
        self.pause.clone_from(&restored.pause);
        self.desk = restored.desk;
        self.intake.score = restored.score;
        self.intake.consent = restored.consent.clone();
        self.offers.clone_from(&restored.offers);
        self.settled_offers = restored.settled_offers;
        self.escalation.clone_from(&restored.escalation);
        self.breaches = restored.breaches;
    }

    fn erase(&mut self) {
        self.intake.person = Person::default();
        self.erased = true;
    }
}
