//! Applies what happened to a request. The only code that changes a [`Request`]; deterministic, so a replay gives the same.

use super::{Request, RequestEvent, RequestState, Restored};
use crate::domain::{
    aggregate::Aggregate,
    event::{Entity, Event},
    id::{ClaimId, RequestId},
    mdf::{approval::Part, desk::Desk},
    money::Money,
    text::Text,
    time::{Instant, Span},
};

impl Aggregate for Request {
    type Id = RequestId;
    type Event = RequestEvent;
    const ENTITY: fn(RequestId) -> Entity = Entity::Request;

    fn id(&self) -> RequestId {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    /// A warning or breach; the claim deadline of an approved one, unless a claim is still under way.
    fn next_at(&self) -> Option<Instant> {
        match &self.state {
            RequestState::Approved { commitment } if commitment.open.is_empty() => Some(commitment.claim_by.plus(Span::from_micros(1))),
            RequestState::Approved { .. } => None,
            _ => self.desk.next_at(),
        }
    }

    fn source_key(&self) -> Option<&Text> {
        Some(&self.plan.source_key).filter(|key| !key.is_empty())
    }

    fn event(event: &Event) -> Option<&RequestEvent> {
        if let Event::Request(event) = event { Some(event) } else { None }
    }

    fn begin(id: RequestId, event: &RequestEvent, at: Instant) -> Option<Self> {
        let RequestEvent::Drafted { fund, partner, plan, by } = event else { return None };
        Some(Self {
            id,
            version: 1,
            created_at: at,
            updated_at: at,
            fund: *fund,
            partner: *partner,
            plan: (**plan).clone(),
            state: RequestState::Draft,
            desk: Desk::new(by.iter().map(|who| (*who, Part::Asked)).collect()),
            rate: None,
            returned: false,
        })
    }

    fn apply(&mut self, event: &RequestEvent, at: Instant) {
        self.version += 1;
        self.updated_at = at;
        match event {
            // The draft begins a request and stands nowhere else.
            RequestEvent::Drafted { .. } | RequestEvent::Noted { .. } => {}
            RequestEvent::Edited { plan, by, .. } => {
                self.plan = (**plan).clone();
                self.desk.revision += 1;
                self.desk.parts.add(*by, Part::Asked);
            }
            RequestEvent::Submitted { by, clock } => {
                self.state = RequestState::Submitted;
                self.desk.submitted_at = Some(at);
                self.desk.parts.extend(by.iter().map(|who| (*who, Part::Asked)));
                self.desk.run(clock);
            }
            RequestEvent::InfoRequested { asked_by, clock } => {
                self.state = RequestState::InfoRequested { asked_by: *asked_by, asked_at: at };
                self.returned = true;
                self.desk.returned(clock.as_ref(), at);
            }
            RequestEvent::Resubmitted { by, clock, waited } => {
                self.state = RequestState::Submitted;
                self.desk.parts.add(*by, Part::Asked);
                self.desk.runs_on(clock.as_ref(), *waited);
            }
            RequestEvent::Signed { signature, rate } => {
                self.rate = Some(rate.clone());
                self.desk.signed(signature);
            }
            RequestEvent::Approved { signature, commitment, .. } => {
                self.desk.signed(signature);
                self.rate = Some(commitment.rate.clone());
                self.ends(RequestState::Approved { commitment: commitment.clone() });
            }
            RequestEvent::Rejected { reason, .. } => self.ends(RequestState::Rejected { at, reason: *reason }),
            RequestEvent::Withdrawn { .. } => self.ends(RequestState::Withdrawn { at }),
            RequestEvent::Expired { .. } => self.ends(RequestState::Expired { at }),
            RequestEvent::Completed { .. } => {
                if let RequestState::Approved { commitment } = &self.state {
                    self.ends(RequestState::Completed { at, commitment: commitment.clone() });
                }
            }
            RequestEvent::Drawn { claim, change, open } => self.drawn(*claim, *change, *open),
            RequestEvent::Assigned { to, .. } => self.desk.assignee = *to,
            RequestEvent::Escalated { severity, cause } => self.desk.escalated(*severity, cause, at),
            RequestEvent::Settled { .. } => self.desk.escalation = None,
            RequestEvent::Warned { clock, .. } => self.desk.clock = Some(clock.clone()),
            RequestEvent::Breached { clock, escalation } => self.desk.breached(clock, *escalation, at),
            RequestEvent::Undone { restored, .. } => self.restore(restored),
        }
    }
}

impl Request {
    fn ends(&mut self, state: RequestState) {
        self.state = state;
        self.desk.rests();
    }

    fn drawn(&mut self, claim: ClaimId, change: Money, open: bool) {
        let RequestState::Approved { commitment } = &mut self.state else { return };
        commitment.used.minor = commitment.used.minor.saturating_add(change.minor);
        if open {
            commitment.open.insert(claim);
        } else {
            commitment.open.remove(&claim);
        }
    }

    fn restore(&mut self, restored: &Restored) {
        self.state = restored.state.clone();
        self.desk.clock.clone_from(&restored.clock);
        self.desk.waiting_since = restored.waiting_since;
        self.desk.waited = restored.waited;
        self.desk.assignee = restored.assignee;
        self.desk.signatures.clone_from(&restored.signatures);
        self.rate.clone_from(&restored.rate);
        self.desk.escalation.clone_from(&restored.escalation);
        self.returned = restored.returned;
    }
}
