//! What happened to a claim. An event carries all that a replay needs.

use crate::domain::{
    escalation::{EscalationCause, Severity},
    fx::PinnedRate,
    id::{BatchId, FundId, OperatorId, PartnerId, RequestId},
    mdf::{
        approval::Signature,
        check::{CheckKind, Finding},
        claim::{Approval, ClaimState, Content, Freeze, Payment, Restored},
        desk::Clock,
        request::RejectReason,
        stats::Counted,
    },
    money::{Currency, Money},
    person::Personal,
    text::Text,
    time::Span,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ClaimEvent {
    /// `by` is the operator who wrote it for the partner; nobody when it was imported.
    Drafted {
        fund: FundId,
        /// Of the fund.
        currency: Currency,
        request: RequestId,
        partner: PartnerId,
        content: Box<Content>,
        by: Option<OperatorId>,
    },
    /// Another revision of the content; approvals of the one before are void, and an approved claim is undecided again.
    Edited {
        content: Box<Content>,
        before: Box<Content>,
        by: OperatorId,
        /// The new clock of the decision, where it was approved.
        clock: Option<Clock>,
    },
    /// Handed in; so much of the commitment is set aside for it.
    Submitted {
        by: Option<OperatorId>,
        reserved: Money,
        clock: Clock,
    },
    Checked {
        findings: Vec<Finding>,
    },
    Waived {
        check: CheckKind,
        reason: Text,
        by: OperatorId,
    },
    /// Returned to the partner; the clock stands still.
    InfoRequested {
        asked_by: OperatorId,
        clock: Option<Clock>,
    },
    Resubmitted {
        by: OperatorId,
        clock: Option<Clock>,
        waited: Span,
    },
    /// One step of the approval, not the last. The rate is pinned by the first.
    Signed {
        signature: Signature,
        rate: PinnedRate,
    },
    /// The last step.
    Approved {
        signature: Signature,
        approval: Box<Approval>,
        /// It never went back to the partner.
        first_pass: bool,
        took: Span,
        in_time: bool,
        /// Of the payment.
        clock: Clock,
    },
    Rejected {
        reason: RejectReason,
        from: ClaimState,
        took: Span,
        in_time: bool,
    },
    Withdrawn {
        from: ClaimState,
    },
    Flagged {
        freeze: Freeze,
        by: OperatorId,
        clock: Option<Clock>,
    },
    Cleared {
        clock: Option<Clock>,
        /// Nothing: it still waits for an answer of the partner.
        waited: Option<Span>,
    },
    PaymentOrdered {
        payment: Payment,
    },
    PaymentExported {
        no: u32,
        batch: BatchId,
    },
    PaymentConfirmed {
        no: u32,
        amount: Money,
        reference: Text,
    },
    PaymentFailed {
        no: u32,
        reason: Text,
    },
    /// Money came back; the payment is a negative one.
    ClawedBack {
        payment: Payment,
    },
    /// Nothing more is paid.
    Closed {
        /// What was approved and not paid.
        unpaid: Money,
        /// From the first submission; of elapsed, not of business time.
        took: Span,
        in_time: bool,
    },
    Assigned {
        to: Option<OperatorId>,
        before: Option<OperatorId>,
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
        clock: Clock,
        percent: u8,
    },
    Breached {
        clock: Clock,
        escalation: Option<Severity>,
    },
    /// What these events did is taken back.
    Undone {
        what: Vec<String>,
        restored: Box<Restored>,
        counted: Vec<Counted>,
    },
}

impl ClaimEvent {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Drafted { .. } => "claim.drafted",
            Self::Edited { .. } => "claim.edited",
            Self::Submitted { .. } => "claim.submitted",
            Self::Checked { .. } => "claim.checked",
            Self::Waived { .. } => "claim.waived",
            Self::InfoRequested { .. } => "claim.info_requested",
            Self::Resubmitted { .. } => "claim.resubmitted",
            Self::Signed { .. } => "claim.signed",
            Self::Approved { .. } => "claim.approved",
            Self::Rejected { .. } => "claim.rejected",
            Self::Withdrawn { .. } => "claim.withdrawn",
            Self::Flagged { .. } => "claim.flagged",
            Self::Cleared { .. } => "claim.cleared",
            Self::PaymentOrdered { .. } => "claim.payment_ordered",
            Self::PaymentExported { .. } => "claim.payment_exported",
            Self::PaymentConfirmed { .. } => "claim.payment_confirmed",
            Self::PaymentFailed { .. } => "claim.payment_failed",
            Self::ClawedBack { .. } => "claim.clawed_back",
            Self::Closed { .. } => "claim.closed",
            Self::Assigned { .. } => "claim.assigned",
            Self::Noted { .. } => "claim.noted",
            Self::Escalated { .. } => "claim.escalated",
            Self::Settled { .. } => "claim.settled",
            Self::Warned { .. } => "claim.warned",
            Self::Breached { .. } => "claim.breached",
            Self::Undone { .. } => "claim.undone",
        }
    }

    pub fn personal(&self) -> Option<Personal> {
        match self {
            Self::Noted { text } if !text.is_empty() => Some(Personal { note: Some(text.clone()), ..Personal::default() }),
            _ => None,
        }
    }

    pub const fn is_personal(&self) -> bool {
        matches!(self, Self::Noted { .. })
    }

    pub fn set_personal(&mut self, personal: Personal) {
        if let Self::Noted { text } = self {
            *text = personal.note.unwrap_or_default();
        }
    }
}
