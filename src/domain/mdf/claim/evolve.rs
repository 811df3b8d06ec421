//! Applies what happened to a claim. The only code that changes a [`Claim`]; deterministic, so a replay gives the same.

use super::{Claim, ClaimEvent, ClaimState, Freeze, Payment, PaymentState, Restored, Waiver};
use crate::domain::{
    aggregate::Aggregate,
    event::{Entity, Event},
    id::ClaimId,
    mdf::{
        approval::Part,
        desk::{Clock, Desk},
    },
    money::Money,
    text::Text,
    time::Instant,
};
use std::collections::BTreeMap;

impl Aggregate for Claim {
    type Id = ClaimId;
    type Event = ClaimEvent;
    const ENTITY: fn(ClaimId) -> Entity = Entity::Claim;

    fn id(&self) -> ClaimId {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    /// A warning or a breach of the decision or the payment.
    fn next_at(&self) -> Option<Instant> {
        self.desk.next_at()
    }

    fn source_key(&self) -> Option<&Text> {
        Some(&self.content.source_key).filter(|key| !key.is_empty())
    }

    fn event(event: &Event) -> Option<&ClaimEvent> {
        if let Event::Claim(event) = event { Some(event) } else { None }
    }

    fn begin(id: ClaimId, event: &ClaimEvent, at: Instant) -> Option<Self> {
        let ClaimEvent::Drafted { fund, currency, request, partner, content, by } = event else { return None };
        Some(Self {
            id,
            version: 1,
            created_at: at,
            updated_at: at,
            fund: *fund,
            request: *request,
            partner: *partner,
            content: (**content).clone(),
            state: ClaimState::Draft,
            desk: Desk::new(by.iter().map(|who| (*who, Part::Asked)).collect()),
            reserved: Money::zero(*currency),
            rate: None,
            findings: Vec::new(),
            waivers: BTreeMap::new(),
            payments: Vec::new(),
            returned: false,
        })
    }

    fn apply(&mut self, event: &ClaimEvent, at: Instant) {
        self.version += 1;
        self.updated_at = at;
        match event {
            // The draft begins a claim and stands nowhere else.
            ClaimEvent::Drafted { .. } | ClaimEvent::Noted { .. } => {}
            ClaimEvent::Edited { content, by, clock, .. } => {
                self.content = (**content).clone();
                self.desk.revision += 1;
                self.desk.parts.add(*by, Part::Asked);
                if let Some(clock) = clock {
                    self.state = ClaimState::Submitted;
                    self.desk.run(clock);
                }
            }
            ClaimEvent::Submitted { by, reserved, clock } => {
                self.state = ClaimState::Submitted;
                self.desk.submitted_at = Some(at);
                self.desk.parts.extend(by.iter().map(|who| (*who, Part::Asked)));
                self.reserved = *reserved;
                self.desk.run(clock);
            }
            ClaimEvent::InfoRequested { asked_by, clock } => {
                self.state = ClaimState::InfoRequested { asked_by: *asked_by, asked_at: at };
                self.returned = true;
                self.desk.returned(clock.as_ref(), at);
            }
            ClaimEvent::Resubmitted { by, clock, waited } => {
                self.state = ClaimState::Submitted;
                self.desk.parts.add(*by, Part::Asked);
                self.desk.runs_on(clock.as_ref(), *waited);
            }
            ClaimEvent::Signed { signature, rate } => {
                self.rate = Some(rate.clone());
                self.desk.signed(signature);
            }
            ClaimEvent::Approved { signature, approval, clock, .. } => {
                self.desk.signed(signature);
                self.rate = Some(approval.rate.clone());
                self.reserved = approval.amount;
                self.state = ClaimState::Approved { approval: approval.clone() };
                self.desk.run(clock);
            }
            ClaimEvent::Rejected { reason, .. } => self.ends(ClaimState::Rejected { at, reason: *reason }),
            ClaimEvent::Withdrawn { .. } => self.ends(ClaimState::Withdrawn { at }),
            ClaimEvent::Flagged { freeze, clock, .. } => self.freeze(freeze, clock.as_ref(), at),
            ClaimEvent::Cleared { clock, waited } => {
                self.state = self.state.thawed().clone();
                self.desk.clock.clone_from(clock);
                if let Some(waited) = waited {
                    self.desk.runs_on(clock.as_ref(), *waited);
                }
            }
            ClaimEvent::PaymentOrdered { payment } => self.paid_by(payment),
            ClaimEvent::PaymentExported { no, batch } => self.pays(*no, PaymentState::Exported { batch: *batch }),
            ClaimEvent::PaymentConfirmed { no, amount, reference } => {
                self.reserved.minor = self.reserved.minor.saturating_sub(amount.minor);
                self.pays(*no, PaymentState::Confirmed { at, reference: reference.clone() });
            }
            ClaimEvent::PaymentFailed { no, reason } => self.pays(*no, PaymentState::Failed { at, reason: reason.clone() }),
            ClaimEvent::ClawedBack { payment } => self.paid_by(payment),
            ClaimEvent::Closed { .. } => {
                if let Some(approval) = self.state.approval().cloned() {
                    self.ends(ClaimState::Closed { at, approval: Box::new(approval) });
                }
            }
            event => self.apply_rest(event, at),
        }
    }
}

impl Claim {
    /// What is found out about it, and what happens to it on our desk alone.
    fn apply_rest(&mut self, event: &ClaimEvent, at: Instant) {
        let desk = &mut self.desk;
        match event {
            ClaimEvent::Checked { findings } => self.findings.clone_from(findings),
            ClaimEvent::Waived { check, reason, by } => {
                self.waivers.insert(*check, Waiver { by: *by, reason: reason.clone(), revision: desk.revision });
            }
            ClaimEvent::Assigned { to, .. } => desk.assignee = *to,
            ClaimEvent::Escalated { severity, cause } => desk.escalated(*severity, cause, at),
            ClaimEvent::Settled { .. } => desk.escalation = None,
            ClaimEvent::Warned { clock, .. } => desk.clock = Some(clock.clone()),
            ClaimEvent::Breached { clock, escalation } => desk.breached(clock, *escalation, at),
            ClaimEvent::Undone { restored, .. } => self.restore(restored),
            _ => {}
        }
    }

    /// Nothing lies there for it any more.
    fn ends(&mut self, state: ClaimState) {
        self.state = state;
        self.reserved.minor = 0;
        self.desk.rests();
    }

    fn freeze(&mut self, freeze: &Freeze, clock: Option<&Clock>, at: Instant) {
        let before = Box::new(self.state.thawed().clone());
        self.state = ClaimState::Suspect { freeze: freeze.clone(), before };
        self.desk.waits(clock, at);
    }

    fn paid_by(&mut self, payment: &Payment) {
        self.desk.parts.add(payment.by, Part::Paid);
        self.payments.push(payment.clone());
    }

    fn pays(&mut self, no: u32, state: PaymentState) {
        if let Some(payment) = self.payments.iter_mut().find(|payment| payment.no == no) {
            payment.state = state;
        }
    }

    fn restore(&mut self, restored: &Restored) {
        self.state = restored.state.clone();
        self.desk.clock.clone_from(&restored.clock);
        self.desk.waiting_since = restored.waiting_since;
        self.desk.waited = restored.waited;
        self.desk.assignee = restored.assignee;
        self.desk.signatures.clone_from(&restored.signatures);
        self.desk.escalation.clone_from(&restored.escalation);
        self.rate.clone_from(&restored.rate);
        self.reserved = restored.reserved;
        self.waivers.clone_from(&restored.waivers);
        self.returned = restored.returned;
    }
}
