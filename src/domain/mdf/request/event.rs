//! What happened to a request. An event carries all that a replay needs.

use crate::domain::{
    escalation::{EscalationCause, Severity},
    fx::PinnedRate,
    id::{ClaimId, FundId, OperatorId, PartnerId},
    mdf::{
        approval::Signature,
        desk::Clock,
        request::{Commitment, Plan, RejectReason, RequestState, Restored},
        stats::Counted,
    },
    money::Money,
    person::Personal,
    text::Text,
    time::Span,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RequestEvent {
    /// `by` is the operator who wrote it for the partner; nobody when it was imported.
    Drafted {
        fund: FundId,
        partner: PartnerId,
        plan: Box<Plan>,
        by: Option<OperatorId>,
    },
    /// Another revision of the plan; approvals of the one before are void.
    Edited {
        plan: Box<Plan>,
        before: Box<Plan>,
        by: OperatorId,
    },
    Submitted {
        by: Option<OperatorId>,
        clock: Clock,
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
    /// The last step: the money is committed.
    Approved {
        signature: Signature,
        commitment: Box<Commitment>,
        took: Span,
        in_time: bool,
    },
    Rejected {
        reason: RejectReason,
        took: Span,
        in_time: bool,
    },
    Withdrawn {
        from: RequestState,
    },
    /// A claim drew on the commitment, or gave back; `open` as long as it is neither paid nor refused.
    Drawn {
        claim: ClaimId,
        /// Negative for what it gave back.
        change: Money,
        open: bool,
    },
    /// No further claim is expected; what was not used is released.
    Completed {
        released: Money,
    },
    /// Nothing was claimed in time.
    Expired {
        released: Money,
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

impl RequestEvent {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Drafted { .. } => "request.drafted",
            Self::Edited { .. } => "request.edited",
            Self::Submitted { .. } => "request.submitted",
            Self::InfoRequested { .. } => "request.info_requested",
            Self::Resubmitted { .. } => "request.resubmitted",
            Self::Signed { .. } => "request.signed",
            Self::Approved { .. } => "request.approved",
            Self::Rejected { .. } => "request.rejected",
            Self::Withdrawn { .. } => "request.withdrawn",
            Self::Drawn { .. } => "request.drawn",
            Self::Completed { .. } => "request.completed",
            Self::Expired { .. } => "request.expired",
            Self::Assigned { .. } => "request.assigned",
            Self::Noted { .. } => "request.noted",
            Self::Escalated { .. } => "request.escalated",
            Self::Settled { .. } => "request.settled",
            Self::Warned { .. } => "request.warned",
            Self::Breached { .. } => "request.breached",
            Self::Undone { .. } => "request.undone",
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
