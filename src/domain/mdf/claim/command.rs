//! What can be asked of a claim.

use crate::domain::{
    actor::Permission,
    escalation::Severity,
    id::OperatorId,
    mdf::{
        approval::Pin,
        check::CheckKind,
        claim::{Content, Proof},
        request::RejectReason,
    },
    money::Money,
    text::Text,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum ClaimCommand {
    /// Another revision of the content. Whatever was approved is void.
    Edit {
        content: Box<Content>,
    },
    Attach {
        document: Proof,
    },
    Submit,
    /// Return it to the partner.
    RequestInfo {
        text: Text,
    },
    /// The partner has answered.
    Resubmit,
    /// Look again at what the checks look at.
    Check,
    /// Let a failed check pass.
    Waive {
        check: CheckKind,
        reason: Text,
    },
    /// The step of the approval that is due. Part of what was asked for where `amount` says so.
    Approve {
        /// In the currency of the claim; all that was asked for when nothing.
        amount: Option<Money>,
        /// What was on the screen.
        seen: Pin,
        on_behalf_of: Option<OperatorId>,
    },
    Reject {
        reason: RejectReason,
    },
    Withdraw,
    /// Flag it as suspect: all that the partner has pending stands still.
    Flag {
        reason: Text,
    },
    /// The suspicion is gone.
    Clear,
    /// Order a payment, all that is payable when no amount is given.
    Pay {
        key: Text,
        amount: Option<Money>,
    },
    /// The bank has paid.
    ConfirmPayment {
        no: u32,
        reference: Text,
    },
    /// It was not paid.
    FailPayment {
        no: u32,
        reason: Text,
    },
    /// Money came back from the partner.
    ClawBack {
        key: Text,
        amount: Money,
        reference: Text,
    },
    /// Nothing more is paid; what is left goes back to the request.
    Close,
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
pub enum ClaimVerb {
    Draft,
    Edit,
    Attach,
    Submit,
    RequestInfo,
    Resubmit,
    Check,
    Waive,
    Approve,
    Reject,
    Withdraw,
    Flag,
    Clear,
    Pay,
    Export,
    ConfirmPayment,
    FailPayment,
    ClawBack,
    Close,
    Assign,
    Note,
    Escalate,
    Settle,
    Undo,
}

impl ClaimCommand {
    pub const fn verb(&self) -> ClaimVerb {
        match self {
            Self::Edit { .. } => ClaimVerb::Edit,
            Self::Attach { .. } => ClaimVerb::Attach,
            Self::Submit => ClaimVerb::Submit,
            Self::RequestInfo { .. } => ClaimVerb::RequestInfo,
            Self::Resubmit => ClaimVerb::Resubmit,
            Self::Check => ClaimVerb::Check,
            Self::Waive { .. } => ClaimVerb::Waive,
            Self::Approve { .. } => ClaimVerb::Approve,
            Self::Reject { .. } => ClaimVerb::Reject,
            Self::Withdraw => ClaimVerb::Withdraw,
            Self::Flag { .. } => ClaimVerb::Flag,
            Self::Clear => ClaimVerb::Clear,
            Self::Pay { .. } => ClaimVerb::Pay,
            Self::ConfirmPayment { .. } => ClaimVerb::ConfirmPayment,
            Self::FailPayment { .. } => ClaimVerb::FailPayment,
            Self::ClawBack { .. } => ClaimVerb::ClawBack,
            Self::Close => ClaimVerb::Close,
            Self::Assign { .. } => ClaimVerb::Assign,
            Self::Note { .. } => ClaimVerb::Note,
            Self::Escalate { .. } => ClaimVerb::Escalate,
            Self::Settle => ClaimVerb::Settle,
            Self::Undo => ClaimVerb::Undo,
        }
    }
}

impl ClaimVerb {
    pub const ALL: [Self; 24] = [
        Self::Draft,
        Self::Edit,
        Self::Attach,
        Self::Submit,
        Self::RequestInfo,
        Self::Resubmit,
        Self::Check,
        Self::Waive,
        Self::Approve,
        Self::Reject,
        Self::Withdraw,
        Self::Flag,
        Self::Clear,
        Self::Pay,
        Self::Export,
        Self::ConfirmPayment,
        Self::FailPayment,
        Self::ClawBack,
        Self::Close,
        Self::Assign,
        Self::Note,
        Self::Escalate,
        Self::Settle,
        Self::Undo,
    ];

    pub const fn permission(self) -> Permission {
        match self {
            Self::Waive | Self::Approve | Self::Reject | Self::Clear => Permission::MdfDecide,
            Self::Pay | Self::Export | Self::ConfirmPayment | Self::FailPayment | Self::ClawBack | Self::Close => Permission::MdfPay,
            _ => Permission::MdfWork,
        }
    }

    /// The verb as it stands in a sentence: "cannot {doc}".
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Draft => "draft a claim",
            Self::Edit => "edit",
            Self::Attach => "attach a document",
            Self::Submit => "submit",
            Self::RequestInfo => "request information",
            Self::Resubmit => "resubmit",
            Self::Check => "check again",
            Self::Waive => "waive a check",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Withdraw => "withdraw",
            Self::Flag => "flag as suspect",
            Self::Clear => "clear the suspicion",
            Self::Pay => "pay",
            Self::Export => "export a payment",
            Self::ConfirmPayment => "confirm a payment",
            Self::FailPayment => "record a failed payment",
            Self::ClawBack => "claw back",
            Self::Close => "close",
            Self::Assign => "assign",
            Self::Note => "add a note",
            Self::Escalate => "escalate",
            Self::Settle => "settle the escalation",
            Self::Undo => "undo",
        }
    }
}
