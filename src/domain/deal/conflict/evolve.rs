//! Applies what happened to a conflict case. The only code that changes a [`ConflictCase`].

use crate::domain::{
    aggregate::Aggregate,
    deal::conflict::{CaseClock, CaseEvent, CaseState, ConflictCase},
    escalation::{Escalation, EscalationCause},
    event::{Entity, Event},
    id::ConflictId,
    time::Instant,
};

impl Aggregate for ConflictCase {
    type Id = ConflictId;
    type Event = CaseEvent;
    const ENTITY: fn(ConflictId) -> Entity = Entity::Conflict;

    fn id(&self) -> ConflictId {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    /// When the engine has to look at it next; at once where the next step takes no time.
    fn next_at(&self) -> Option<Instant> {
        match self.state {
            CaseState::Flagged | CaseState::Decided | CaseState::Upheld | CaseState::Overturned => Some(self.updated_at),
            CaseState::Closed { .. } => None,
            _ => self.clock.as_ref().and_then(|clock| clock.next),
        }
    }

    fn event(event: &Event) -> Option<&CaseEvent> {
        if let Event::Case(event) = event { Some(event) } else { None }
    }

    /// The case that a [`CaseEvent::Flagged`] begins.
    fn begin(id: ConflictId, event: &CaseEvent, at: Instant) -> Option<Self> {
        let CaseEvent::Flagged { parties, findings } = event else { return None };
        Some(Self {
            id,
            version: 1,
            opened_at: at,
            updated_at: at,
            findings: findings.clone(),
            parties: parties.clone(),
            state: CaseState::Flagged,
            clock: None,
            clocks: 0,
            decisions: Vec::new(),
            notices: Vec::new(),
            escalation: None,
            breaches: 0,
        })
    }

    fn apply(&mut self, event: &CaseEvent, at: Instant) {
        self.version += 1;
        self.updated_at = at;
        self.notices.extend_from_slice(event.notices());
        match event {
            // It begins a case and stands nowhere else.
            CaseEvent::Flagged { .. } | CaseEvent::Noted { .. } => {}
            CaseEvent::Joined { party, findings, .. } => {
                self.parties.push(*party);
                self.findings.extend_from_slice(findings);
            }
            CaseEvent::EvidenceOpened { clock, .. } => self.enter(CaseState::Evidence, Some(clock)),
            CaseEvent::ReviewStarted { clock, .. } => self.enter(CaseState::Review { reviewer: None }, Some(clock)),
            CaseEvent::ReviewTaken { reviewer, .. } => {
                if let CaseState::Review { reviewer: own } | CaseState::Appealed { reviewer: own, .. } = &mut self.state {
                    *own = Some(*reviewer);
                }
            }
            CaseEvent::Decided { decision, .. } => {
                self.decisions.push((**decision).clone());
                self.enter(CaseState::Decided, None);
            }
            CaseEvent::Notified { clock, .. } => self.enter(CaseState::Notified, Some(clock)),
            CaseEvent::Appealed { by, grounds, clock, .. } => {
                self.enter(CaseState::Appealed { by: *by, grounds: grounds.clone(), reviewer: None }, Some(clock));
            }
            CaseEvent::Upheld { decision, .. } => {
                self.decisions.push((**decision).clone());
                self.enter(CaseState::Upheld, None);
            }
            CaseEvent::Overturned { decision, .. } => {
                self.decisions.push((**decision).clone());
                self.enter(CaseState::Overturned, None);
            }
            CaseEvent::Closed { result, .. } => self.enter(CaseState::Closed { result: *result }, None),
            CaseEvent::Escalated { severity, cause } => Escalation::raise(&mut self.escalation, Some(*severity), cause.clone(), at),
            CaseEvent::Settled { .. } => self.escalation = None,
            CaseEvent::Warned { clock, .. } => self.clock = Some(clock.clone()),
            CaseEvent::Breached { clock, escalation } => {
                self.clock = Some(clock.clone());
                self.breaches += 1;
                Escalation::raise(&mut self.escalation, *escalation, EscalationCause::Breach, at);
            }
        }
    }
}

impl ConflictCase {
    fn enter(&mut self, state: CaseState, clock: Option<&CaseClock>) {
        self.state = state;
        self.clock = clock.cloned();
        if let Some(clock) = clock {
            self.clocks = self.clocks.max(clock.no);
        }
    }
}
