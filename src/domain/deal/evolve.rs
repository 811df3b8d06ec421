//! Applies what happened to a registration. The only code that changes a [`Registration`]; deterministic, so a replay
//! gives the same.

use crate::domain::{
    aggregate::Aggregate,
    deal::{
        Approval, Clock, DealEvent, DealField, DealState, Dispute, DisputePhase, Exhibit, FieldChange, Hold, HoldReason, Overruled,
        Protection, Registration, RejectReason, SharedWith, event::Restored,
    },
    escalation::{Escalation, EscalationCause},
    event::{Entity, Event},
    id::{ConflictId, DealId},
    person::Person,
    text::Text,
    time::{Instant, Span},
};
use std::collections::BTreeSet;

impl Aggregate for Registration {
    type Id = DealId;
    type Event = DealEvent;
    const ENTITY: fn(DealId) -> Entity = Entity::Deal;

    fn id(&self) -> DealId {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    /// When the engine has to look at it next: a warning, a breach, the end of the protection.
    fn next_at(&self) -> Option<Instant> {
        if self.waiting_since.is_some() {
            return None;
        }
        match &self.state {
            DealState::Approved { approval } => Some(approval.protection.until.plus(Span::from_micros(1))),
            _ => self.clock.as_ref().and_then(|clock| clock.next),
        }
    }

    fn source_key(&self) -> Option<&Text> {
        Some(&self.details.source_key).filter(|key| !key.is_empty())
    }

    fn event(event: &Event) -> Option<&DealEvent> {
        if let Event::Deal(event) = event { Some(event) } else { None }
    }

    /// The registration that a [`DealEvent::Drafted`] begins.
    fn begin(id: DealId, event: &DealEvent, at: Instant) -> Option<Self> {
        let DealEvent::Drafted { partner, details, account, source_lead, by } = event else { return None };
        Some(Self {
            id,
            version: 1,
            created_at: at,
            updated_at: at,
            partner: *partner,
            details: (**details).clone(),
            source_says: Vec::new(),
            contact_is_ours: false,
            account: *account,
            source_lead: source_lead.clone(),
            state: DealState::Draft,
            submitted_at: None,
            place: None,
            clock: None,
            clocks: 0,
            hold: None,
            waiting_since: None,
            waited: Span::ZERO,
            dispute: None,
            documents: Vec::new(),
            requesters: by.iter().copied().collect(),
            escalation: None,
            breaches: 0,
            erased: false,
        })
    }

    fn apply(&mut self, event: &DealEvent, at: Instant) {
        self.version += 1;
        self.updated_at = at;
        match event {
            // The draft begins a registration and stands nowhere else.
            DealEvent::Drafted { .. } | DealEvent::Noted { .. } => {}
            DealEvent::Edited { changes, before, from_source } => {
                for change in changes {
                    self.details.set(change);
                }
                self.departs(before, *from_source);
            }
            DealEvent::ContactChanged { contact, from_source } => {
                self.details.contact = contact.clone();
                self.contact_is_ours = !from_source && !self.details.source_key.is_empty();
            }
            DealEvent::Matched { account, .. } => self.account = *account,
            DealEvent::Submitted { by, place, clock, .. } => {
                self.requesters.extend(by);
                self.state = DealState::Submitted;
                self.submitted_at = Some(at);
                self.place = *place;
                self.run(clock);
            }
            DealEvent::ReviewTaken { reviewer, .. } => match &mut self.state {
                DealState::PendingApproval { reviewer: own } | DealState::ActionRequired { asked_by: own, .. } => *own = *reviewer,
                state => *state = DealState::UnderReview { reviewer: *reviewer },
            },
            DealEvent::InfoRequested { fields, asked_by, keeps_place, clock } => {
                self.state = DealState::ActionRequired { fields: fields.clone(), asked_by: *asked_by, asked_at: at };
                self.place = self.place.filter(|_| *keeps_place);
                self.clock.clone_from(clock);
                self.waits(at);
            }
            DealEvent::Resubmitted { by, place, clock, waited, .. } => {
                self.requesters.extend(by);
                self.state = DealState::Submitted;
                self.place = *place;
                self.clock.clone_from(clock);
                self.waited_for(*waited);
            }
            DealEvent::SentForApproval { reviewer } => {
                self.requesters.insert(*reviewer);
                self.state = DealState::PendingApproval { reviewer: *reviewer };
            }
            DealEvent::Approved { protection, .. } => {
                let approval = Approval { at, protection: protection.clone(), share: None };
                self.decided(DealState::Approved { approval });
            }
            DealEvent::Rejected { reason, of, .. } => {
                self.decided(DealState::Rejected { at, reason: *reason, of: *of, overruled: None });
            }
            DealEvent::Withdrawn { .. } => {
                let approval = self.state.approval().cloned();
                self.decided(DealState::Withdrawn { at, approval });
            }
            DealEvent::Extended { protection, .. } => self.protect(protection),
            DealEvent::Expired { .. } => self.close(|approval| DealState::Expired { approval, at }),
            DealEvent::Won { on, value, .. } => self.close(|approval| DealState::Won { approval, at, on: *on, value: *value }),
            DealEvent::Lost { reason, .. } => self.close(|approval| DealState::Lost { approval, at, reason: *reason }),
            DealEvent::Held { reason, clock, protection } => self.held(*reason, clock.as_ref(), protection.as_ref(), at),
            DealEvent::Released { clock, protection, waited, .. } => self.released(clock.as_ref(), protection.as_ref(), *waited),
            DealEvent::Disputed { case, phase } => self.dispute = phase.map(|phase| Dispute { case: *case, phase }),
            DealEvent::Awarded { protection, share, .. } => self.awarded(protection.as_ref(), *share, at),
            DealEvent::Overruled { case, reason, of, .. } => self.overruled(*case, *reason, *of, at),
            DealEvent::Attached { no, document } => {
                self.documents.push(Exhibit { no: *no, attached_at: at, document: document.clone() });
            }
            DealEvent::Escalated { severity, cause } => Escalation::raise(&mut self.escalation, Some(*severity), cause.clone(), at),
            DealEvent::Settled { .. } => self.escalation = None,
            DealEvent::Warned { clock, .. } | DealEvent::ClockRecomputed { clock, .. } => self.clock = Some(clock.clone()),
            DealEvent::Breached { clock, escalation } => {
                self.clock = Some(clock.clone());
                self.breaches += 1;
                Escalation::raise(&mut self.escalation, *escalation, EscalationCause::Breach, at);
            }
            DealEvent::Undone { restored, .. } => self.restore(restored),
            DealEvent::Erased => {
                self.details.contact = Person::default();
                self.erased = true;
            }
        }
    }
}

impl Registration {
    /// Fields that had these values have others now. The first value that the desk departs from is what the source said.
    fn departs(&mut self, before: &[FieldChange], from_source: bool) {
        if self.details.source_key.is_empty() {
            return;
        }
        for was in before {
            let known = self.source_says.iter().position(|said| said.field() == was.field());
            match (known, from_source) {
                (Some(at), true) => drop(self.source_says.remove(at)),
                (None, false) => self.source_says.push(was.clone()),
                _ => {}
            }
        }
    }

    fn run(&mut self, clock: &Clock) {
        self.clocks = self.clocks.max(clock.no);
        self.clock = Some(clock.clone());
    }

    fn waits(&mut self, at: Instant) {
        self.waiting_since = self.waiting_since.or(Some(at));
    }

    /// Nothing: it still waits for something else.
    fn waited_for(&mut self, waited: Option<Span>) {
        if let Some(waited) = waited {
            self.waiting_since = None;
            self.waited = self.waited.plus(waited);
        }
    }

    /// A state in which no decision is awaited: no clock, nothing holds it.
    fn decided(&mut self, state: DealState) {
        self.state = state;
        self.clock = None;
        self.hold = None;
        self.waiting_since = None;
    }

    fn protect(&mut self, protection: &Protection) {
        if let DealState::Approved { approval } = &mut self.state {
            approval.protection = protection.clone();
        }
    }

    /// Ends an approval.
    fn close(&mut self, end: impl FnOnce(Approval) -> DealState) {
        if let Some(approval) = self.state.approval().cloned() {
            self.decided(end(approval));
        }
    }

    fn held(&mut self, reason: HoldReason, clock: Option<&Clock>, protection: Option<&Protection>, at: Instant) {
        let asked = |hold: &Hold| match hold.reason {
            HoldReason::AwaitingCustomer | HoldReason::AwaitingPartner | HoldReason::AwaitingInternal => Some(hold.reason),
            // An appeal holds what the conflict held.
            HoldReason::Conflict => hold.earlier,
            HoldReason::PartnerSuspended => None,
        };
        let earlier = self.hold.as_ref().filter(|_| reason == HoldReason::Conflict).and_then(asked);
        self.hold = Some(Hold { reason, since: at, earlier });
        self.clock = clock.cloned();
        if let Some(protection) = protection {
            self.protect(protection);
        }
        self.waits(at);
    }

    fn released(&mut self, clock: Option<&Clock>, protection: Option<&Protection>, waited: Option<Span>) {
        self.hold = None;
        self.clock = clock.cloned();
        if let Some(protection) = protection {
            self.protect(protection);
        }
        self.waited_for(waited);
    }

    /// A won deal stays won; what claims it gets a share, or nothing changes.
    fn awarded(&mut self, protection: Option<&Protection>, share: Option<SharedWith>, at: Instant) {
        match (&mut self.state, protection) {
            (DealState::Won { approval, .. }, _) => {
                approval.share = share;
                self.hold = None;
                self.waiting_since = None;
            }
            (DealState::Approved { approval }, Some(protection)) => {
                let approval = Approval { at: approval.at, protection: protection.clone(), share };
                self.decided(DealState::Approved { approval });
            }
            (DealState::Rejected { overruled: Some(Overruled { state, .. }), .. }, protection) => {
                let mut before = (**state).clone();
                let at = before.approval().map_or(at, |approval| approval.at);
                match (&mut before, protection) {
                    (DealState::Won { approval, .. }, _) => approval.share = share,
                    (state, Some(protection)) => {
                        *state = DealState::Approved { approval: Approval { at, protection: protection.clone(), share } };
                    }
                    (_, None) => {}
                }
                self.decided(before);
            }
            (_, Some(protection)) => {
                self.decided(DealState::Approved { approval: Approval { at, protection: protection.clone(), share } });
            }
            (_, None) => {}
        }
    }

    fn overruled(&mut self, case: ConflictId, reason: RejectReason, of: Option<DealId>, at: Instant) {
        let state = Box::new(self.state.clone());
        self.decided(DealState::Rejected { at, reason, of, overruled: Some(Overruled { case, state }) });
    }

    fn restore(&mut self, restored: &Restored) {
        let contact = std::mem::take(&mut self.details.contact);
        let before = std::mem::replace(&mut self.details, restored.details.clone());
        self.details.contact = contact;
        let open = DealField::ALL.iter().filter(|field| **field != DealField::Contact);
        let taken_back: Vec<FieldChange> =
            open.map(|field| before.get(*field)).filter(|was| self.details.get(was.field()) != *was).collect();
        self.departs(&taken_back, false);
        self.state = restored.state.clone();
        self.account = restored.account;
        self.submitted_at = restored.submitted_at;
        self.place = restored.place;
        self.clock.clone_from(&restored.clock);
        self.hold.clone_from(&restored.hold);
        self.waiting_since = restored.waiting_since;
        self.waited = restored.waited;
        self.dispute = restored.dispute;
        self.escalation.clone_from(&restored.escalation);
        self.breaches = restored.breaches;
    }
}

impl Registration {
    /// Every operator who took part in asking for it.
    pub const fn requesters(&self) -> &BTreeSet<crate::domain::id::OperatorId> {
        &self.requesters
    }

    pub fn is_in_phase(&self, phase: DisputePhase) -> bool {
        self.dispute.is_some_and(|dispute| dispute.phase == phase)
    }
}
