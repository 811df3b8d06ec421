//! What can be asked of a request.

use crate::domain::{
    actor::Permission,
    escalation::Severity,
    id::OperatorId,
    mdf::{
        approval::Pin,
        request::{Plan, RejectReason},
    },
    money::Money,
    text::Text,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum RequestCommand {
    Edit {
        plan: Box<Plan>,
    },
    Submit,
    /// Return it to the partner.
    RequestInfo {
        text: Text,
    },
    /// The partner has answered.
    Resubmit,
    /// The step of the approval that is due. Part of what was asked for where `amount` says so.
    Approve {
        /// In the currency of the plan; all that was asked for when nothing.
        amount: Option<Money>,
        /// What was on the screen.
        seen: Pin,
        on_behalf_of: Option<OperatorId>,
    },
    Reject {
        reason: RejectReason,
    },
    /// The partner takes it back; an approved one as long as nothing was claimed.
    Withdraw,
    /// No further claim is expected.
    Complete,
    Assign {
        to: Option<OperatorId>,
    },
    Note {
        text: Text,
    },
    Escalate {
        severity: Severity,
        reason: Text,
    },
    Settle,
    /// Take the last command back; decided by a function of its own.
    Undo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestVerb {
    Draft,
    Edit,
    Submit,
    RequestInfo,
    Resubmit,
    Approve,
    Reject,
    Withdraw,
    Complete,
    Assign,
    Note,
    Escalate,
    Settle,
    Undo,
}

impl RequestCommand {
    pub const fn verb(&self) -> RequestVerb {
        match self {
            Self::Edit { .. } => RequestVerb::Edit,
            Self::Submit => RequestVerb::Submit,
            Self::RequestInfo { .. } => RequestVerb::RequestInfo,
            Self::Resubmit => RequestVerb::Resubmit,
            Self::Approve { .. } => RequestVerb::Approve,
            Self::Reject { .. } => RequestVerb::Reject,
            Self::Withdraw => RequestVerb::Withdraw,
            Self::Complete => RequestVerb::Complete,
            Self::Assign { .. } => RequestVerb::Assign,
            Self::Note { .. } => RequestVerb::Note,
            Self::Escalate { .. } => RequestVerb::Escalate,
            Self::Settle => RequestVerb::Settle,
            Self::Undo => RequestVerb::Undo,
        }
    }
}

impl RequestVerb {
    pub const ALL: [Self; 14] = [
        Self::Draft,
        Self::Edit,
        Self::Submit,
        Self::RequestInfo,
        Self::Resubmit,
        Self::Approve,
        Self::Reject,
        Self::Withdraw,
        Self::Complete,
        Self::Assign,
        Self::Note,
        Self::Escalate,
        Self::Settle,
        Self::Undo,
    ];

    pub const fn permission(self) -> Permission {
        match self {
            Self::Approve | Self::Reject => Permission::MdfDecide,
            _ => Permission::MdfWork,
        }
    }

    /// The verb as it stands in a sentence: "cannot {doc}".
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Draft => "draft a request",
            Self::Edit => "edit",
            Self::Submit => "submit",
            Self::RequestInfo => "request information",
            Self::Resubmit => "resubmit",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Withdraw => "withdraw",
            Self::Complete => "complete",
            Self::Assign => "assign",
            Self::Note => "add a note",
            Self::Escalate => "escalate",
            Self::Settle => "settle the escalation",
            Self::Undo => "undo",
        }
    }
}
