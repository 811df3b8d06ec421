//! What can be asked of a registration.

use crate::domain::{
    actor::Permission,
    deal::{AccountLink, DealField, Document, FieldChange, HoldReason, LossReason, RejectReason},
    escalation::Severity,
    id::{DealId, OperatorId},
    money::Money,
    text::Text,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One verb on one registration. A bulk command is many of these in one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum DealCommand {
    /// Hand a draft in; complete or not, but never without a customer and products.
    Submit,
    /// Change fields. In a draft any; afterwards those that the program allows in that state.
    Edit {
        changes: Vec<FieldChange>,
    },
    /// Say which end customer it is; nobody known when `None`.
    Match {
        account: Option<AccountLink>,
    },
    /// Look at it oneself.
    TakeReview,
    /// Somebody else looks at it.
    Reassign {
        reviewer: OperatorId,
    },
    /// Return it to the partner, who answers for these fields.
    RequestInfo {
        fields: BTreeSet<DealField>,
        text: Text,
    },
    /// The partner has answered.
    Resubmit,
    /// Reviewed and recommended; somebody else approves.
    SendForApproval,
    Approve,
    Reject {
        reason: RejectReason,
        /// Which comes first; only of a duplicate.
        of: Option<DealId>,
    },
    /// The partner takes it back.
    Withdraw,
    /// Protect it longer, on these documents (numbers of exhibits) that show progress.
    Extend {
        evidence: BTreeSet<u32>,
    },
    /// End a protection that has run out; the engine does it by itself.
    Expire,
    Win {
        /// The day of the order.
        on: NaiveDate,
        value: Option<Money>,
    },
    Lose {
        reason: LossReason,
    },
    /// Stop its clocks; conflicts hold by themselves.
    Hold {
        reason: HoldReason,
    },
    /// Its clocks run on.
    Release,
    Attach {
        document: Document,
    },
    Note {
        text: Text,
    },
    /// Somebody senior has to look, for this reason.
    Escalate {
        severity: Severity,
        reason: Text,
    },
    /// The escalation is settled.
    Settle,
    /// Derive the running clock anew under the program version in force (after a calendar edit).
    RecomputeClock,
    /// Take back the last thing that was done to it.
    Undo,
    /// Destroy the personal fields.
    Erase,
}

/// The verbs without their objects: what a key stands for, what can be possible or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DealVerb {
    Register,
    Submit,
    Edit,
    Match,
    TakeReview,
    Reassign,
    RequestInfo,
    Resubmit,
    SendForApproval,
    Approve,
    Reject,
    Withdraw,
    Extend,
    Expire,
    Win,
    Lose,
    Hold,
    Release,
    Attach,
    Note,
    Escalate,
    Settle,
    RecomputeClock,
    Undo,
    Erase,
}

impl DealCommand {
    pub const fn verb(&self) -> DealVerb {
        match self {
            Self::Submit => DealVerb::Submit,
            Self::Edit { .. } => DealVerb::Edit,
            Self::Match { .. } => DealVerb::Match,
            Self::TakeReview => DealVerb::TakeReview,
            Self::Reassign { .. } => DealVerb::Reassign,
            Self::RequestInfo { .. } => DealVerb::RequestInfo,
            Self::Resubmit => DealVerb::Resubmit,
            Self::SendForApproval => DealVerb::SendForApproval,
            Self::Approve => DealVerb::Approve,
            Self::Reject { .. } => DealVerb::Reject,
            Self::Withdraw => DealVerb::Withdraw,
            Self::Extend { .. } => DealVerb::Extend,
            Self::Expire => DealVerb::Expire,
            Self::Win { .. } => DealVerb::Win,
            Self::Lose { .. } => DealVerb::Lose,
            Self::Hold { .. } => DealVerb::Hold,
            Self::Release => DealVerb::Release,
            Self::Attach { .. } => DealVerb::Attach,
            Self::Note { .. } => DealVerb::Note,
            Self::Escalate { .. } => DealVerb::Escalate,
            Self::Settle => DealVerb::Settle,
            Self::RecomputeClock => DealVerb::RecomputeClock,
            Self::Undo => DealVerb::Undo,
            Self::Erase => DealVerb::Erase,
        }
    }
}

impl DealVerb {
    pub const ALL: [Self; 25] = [
        Self::Register,
        Self::Submit,
        Self::Edit,
        Self::Match,
        Self::TakeReview,
        Self::Reassign,
        Self::RequestInfo,
        Self::Resubmit,
        Self::SendForApproval,
        Self::Approve,
        Self::Reject,
        Self::Withdraw,
        Self::Extend,
        Self::Expire,
        Self::Win,
        Self::Lose,
        Self::Hold,
        Self::Release,
        Self::Attach,
        Self::Note,
        Self::Escalate,
        Self::Settle,
        Self::RecomputeClock,
        Self::Undo,
        Self::Erase,
    ];

    pub const fn permission(self) -> Permission {
        match self {
            Self::Erase => Permission::Erase,
            Self::Approve | Self::Reject | Self::Extend => Permission::DealDecide,
            _ => Permission::DealWork,
        }
    }

    /// The verb as it stands in a sentence: "cannot {doc}".
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Register => "register from a lead",
            Self::Submit => "submit",
            Self::Edit => "edit",
            Self::Match => "match with a customer",
            Self::TakeReview => "take for review",
            Self::Reassign => "reassign the review",
            Self::RequestInfo => "request information",
            Self::Resubmit => "resubmit",
            Self::SendForApproval => "send for approval",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Withdraw => "withdraw",
            Self::Extend => "extend the protection",
            Self::Expire => "expire",
            Self::Win => "record as won",
            Self::Lose => "record as lost",
            Self::Hold => "hold",
            Self::Release => "release",
            Self::Attach => "attach a document",
            Self::Note => "add a note",
            Self::Escalate => "escalate",
            Self::Settle => "settle the escalation",
            Self::RecomputeClock => "recompute the clock",
            Self::Undo => "undo",
            Self::Erase => "erase personal data",
        }
    }
}
