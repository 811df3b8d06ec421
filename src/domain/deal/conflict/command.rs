//! What can be asked of a conflict case.

use crate::domain::{
    actor::Permission,
    deal::{ContentHash, conflict::Verdict},
    escalation::Severity,
    id::{DealId, OperatorId},
    text::Text,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum CaseCommand {
    /// Ask the parties for evidence; the engine does it by itself.
    Open,
    /// One more registration takes part.
    Join {
        deal: DealId,
    },
    /// Enough evidence: begin the review before the window ends.
    CloseEvidence,
    TakeReview,
    Reassign {
        reviewer: OperatorId,
    },
    /// `seen` is the hash of the evidence that was on the screen: a decision about another set is refused.
    Decide {
        verdict: Verdict,
        seen: ContentHash,
    },
    /// Tell the parties; the engine does it by itself.
    Notify,
    /// A party does not accept the decision.
    Appeal {
        by: DealId,
        grounds: Text,
    },
    /// The decision stands.
    Uphold {
        seen: ContentHash,
    },
    /// Another decision instead.
    Overturn {
        verdict: Verdict,
        seen: ContentHash,
    },
    /// After the appeal; the engine does it by itself.
    Close,
    Note {
        text: Text,
    },
    Escalate {
        severity: Severity,
        reason: Text,
    },
    /// The escalation is settled.
    Settle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseVerb {
    Open,
    Join,
    CloseEvidence,
    TakeReview,
    Reassign,
    Decide,
    Notify,
    Appeal,
    Uphold,
    Overturn,
    Close,
    Note,
    Escalate,
    Settle,
}

impl CaseCommand {
    pub const fn verb(&self) -> CaseVerb {
        match self {
            Self::Open => CaseVerb::Open,
            Self::Join { .. } => CaseVerb::Join,
            Self::CloseEvidence => CaseVerb::CloseEvidence,
            Self::TakeReview => CaseVerb::TakeReview,
            Self::Reassign { .. } => CaseVerb::Reassign,
            Self::Decide { .. } => CaseVerb::Decide,
            Self::Notify => CaseVerb::Notify,
            Self::Appeal { .. } => CaseVerb::Appeal,
            Self::Uphold { .. } => CaseVerb::Uphold,
            Self::Overturn { .. } => CaseVerb::Overturn,
            Self::Close => CaseVerb::Close,
            Self::Note { .. } => CaseVerb::Note,
            Self::Escalate { .. } => CaseVerb::Escalate,
            Self::Settle => CaseVerb::Settle,
        }
    }
}

impl CaseVerb {
    pub const ALL: [Self; 14] = [
        Self::Open,
        Self::Join,
        Self::CloseEvidence,
        Self::TakeReview,
        Self::Reassign,
        Self::Decide,
        Self::Notify,
        Self::Appeal,
        Self::Uphold,
        Self::Overturn,
        Self::Close,
        Self::Note,
        Self::Escalate,
        Self::Settle,
    ];

    pub const fn permission(self) -> Permission {
        match self {
            Self::TakeReview | Self::Decide | Self::Uphold | Self::Overturn => Permission::DealDecide,
            _ => Permission::DealWork,
        }
    }

    /// The verb as it stands in a sentence: "cannot {doc}".
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Open => "ask for evidence",
            Self::Join => "join the conflict",
            Self::CloseEvidence => "begin the review",
            Self::TakeReview => "take for review",
            Self::Reassign => "reassign the review",
            Self::Decide => "decide the conflict",
            Self::Notify => "notify the parties",
            Self::Appeal => "appeal",
            Self::Uphold => "uphold the decision",
            Self::Overturn => "overturn the decision",
            Self::Close => "close the conflict",
            Self::Note => "add a note",
            Self::Escalate => "escalate",
            Self::Settle => "settle the escalation",
        }
    }
}
