//! What happened to a conflict case.

use crate::domain::{
    deal::conflict::{CaseClock, CaseParty, CaseResult, Decision, Finding, Notice},
    escalation::{EscalationCause, Severity},
    id::{DealId, OperatorId},
    person::Personal,
    text::Text,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum CaseEvent {
    Flagged {
        parties: Vec<CaseParty>,
        findings: Vec<Finding>,
    },
    Joined {
        party: CaseParty,
        findings: Vec<Finding>,
        notices: Vec<Notice>,
    },
    EvidenceOpened {
        clock: CaseClock,
        notices: Vec<Notice>,
    },
    /// By hand before its time, or when the evidence window ended.
    ReviewStarted {
        early: bool,
        clock: CaseClock,
    },
    ReviewTaken {
        reviewer: OperatorId,
        before: Option<OperatorId>,
    },
    Decided {
        decision: Box<Decision>,
        in_time: bool,
    },
    /// The parties were told; the appeal window begins.
    Notified {
        notices: Vec<Notice>,
        clock: CaseClock,
    },
    Appealed {
        by: DealId,
        grounds: Text,
        notices: Vec<Notice>,
        clock: CaseClock,
    },
    Upheld {
        decision: Box<Decision>,
        notices: Vec<Notice>,
        in_time: bool,
    },
    Overturned {
        decision: Box<Decision>,
        notices: Vec<Notice>,
        in_time: bool,
    },
    Closed {
        result: CaseResult,
        /// Of one that ends by itself.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        notices: Vec<Notice>,
    },
    Noted {
        /// Personal: sealed.
        #[serde(skip)]
        text: Text,
    },
    Escalated {
        severity: Severity,
        cause: EscalationCause,
    },
    Settled {
        by_itself: bool,
    },
    Warned {
        clock: CaseClock,
        percent: u8,
    },
    Breached {
        clock: CaseClock,
        escalation: Option<Severity>,
    },
}

impl CaseEvent {
    /// The stable name of its kind, as stored beside the event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Flagged { .. } => "conflict.flagged",
            Self::Joined { .. } => "conflict.joined",
            Self::EvidenceOpened { .. } => "conflict.evidence_opened",
            Self::ReviewStarted { .. } => "conflict.review_started",
            Self::ReviewTaken { .. } => "conflict.review_taken",
            Self::Decided { .. } => "conflict.decided",
            Self::Notified { .. } => "conflict.notified",
            Self::Appealed { .. } => "conflict.appealed",
            Self::Upheld { .. } => "conflict.upheld",
            Self::Overturned { .. } => "conflict.overturned",
            Self::Closed { .. } => "conflict.closed",
            Self::Noted { .. } => "conflict.noted",
            Self::Escalated { .. } => "conflict.escalated",
            Self::Settled { .. } => "conflict.settled",
            Self::Warned { .. } => "conflict.warned",
            Self::Breached { .. } => "conflict.breached",
        }
    }

    /// The personal part, to be sealed; `None` when the event holds nothing personal.
    pub fn personal(&self) -> Option<Personal> {
        match self {
            Self::Noted { text } => Some(Personal { person: None, note: Some(text.clone()) }),
            _ => None,
        }
    }

    /// Whether it has a personal part.
    pub const fn is_personal(&self) -> bool {
        matches!(self, Self::Noted { .. })
    }

    /// Puts the opened personal part back; what was erased stays empty.
    pub fn set_personal(&mut self, personal: Personal) {
        if let Self::Noted { text } = self {
            *text = personal.note.unwrap_or_default();
        }
    }

    /// What the parties were told with it.
    pub fn notices(&self) -> &[Notice] {
        match self {
            Self::Joined { notices, .. }
            | Self::EvidenceOpened { notices, .. }
            | Self::Notified { notices, .. }
            | Self::Appealed { notices, .. }
            | Self::Upheld { notices, .. }
            | Self::Overturned { notices, .. }
            | Self::Closed { notices, .. } => notices,
            _ => &[],
        }
    }
}
