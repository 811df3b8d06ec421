//! Somebody senior has to look: how urgently, and why.

use crate::domain::{text::Text, time::Instant, vocabulary::words};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Low,
    High,
    Critical,
}

/// Somebody senior has to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    pub severity: Severity,
    pub cause: EscalationCause,
    pub since: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationCause {
    /// An operator asked for it, and said why. Not sealed: the form asks to leave the person's data out of it.
    Raised { reason: Text },
    /// A lead fell into the fallback queue.
    NoPartner,
    /// Something is overdue.
    Breach,
}

words! {
    Severity {
        Low => "low", "low: look at it today";
        High => "high", "high: look at it within the hour";
        Critical => "critical", "critical: look at it now";
    }
}

impl EscalationCause {
    /// An operator asks for it; nothing where no reason is given.
    pub fn raised(reason: &Text) -> Option<Self> {
        let reason = Text::clean(reason.trim());
        (!reason.is_empty()).then_some(Self::Raised { reason })
    }

    /// The words for a person: those of whoever raised it, or what happened.
    pub fn doc(&self) -> &str {
        match self {
            Self::Raised { reason } => reason,
            Self::NoPartner => "no partner took it",
            Self::Breach => "a clock was breached",
        }
    }
}

impl Escalation {
    /// A worse one replaces a milder one; a milder one changes nothing, unless a person asked for it.
    pub fn raise(held: &mut Option<Self>, severity: Option<Severity>, cause: EscalationCause, since: Instant) {
        let Some(severity) = severity else { return };
        let is_raised = matches!(cause, EscalationCause::Raised { .. });
        let escalation = Self { severity, cause, since };
        if is_raised || escalation.is_worse_than(held.as_ref()) {
            *held = Some(escalation);
        }
    }

    /// Whether this one is to be shown rather than another. Of two alike the one that is there stays.
    pub fn is_worse_than(&self, other: Option<&Self>) -> bool {
        other.is_none_or(|other| other.severity < self.severity)
    }
}
