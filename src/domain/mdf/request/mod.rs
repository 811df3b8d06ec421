//! A request: money of a fund for an activity, asked for before it takes place.
//!
//! draft -> submitted <-> info requested; submitted -> approved (the money is committed, maybe a part of what was asked
//! for) | rejected | withdrawn. approved -> completed (what was not used is released) | withdrawn | expired (nothing was
//! claimed in time).

pub mod command;
pub mod decide;
pub mod event;
pub mod evolve;
pub mod plan;
pub mod undo;

pub use command::{RequestCommand, RequestVerb};
pub use decide::{decide, draft, possible, sweep};
pub use event::RequestEvent;
pub use plan::{Plan, PlanFault};

use crate::domain::{
    escalation::Escalation,
    fx::PinnedRate,
    id::{ClaimId, FundId, OperatorId, PartnerId, RequestId},
    mdf::{
        approval::{Pin, Signature},
        desk::{Clock, Desk},
    },
    money::Money,
    time::{Instant, Span},
    vocabulary::words,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub id: RequestId,
    /// The number of events applied; a write is guarded by it.
    pub version: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub fund: FundId,
    pub partner: PartnerId,
    pub plan: Plan,
    pub state: RequestState,
    pub desk: Desk,
    /// The rate of the approval that is under way.
    pub rate: Option<PinnedRate>,
    /// It was returned to the partner at least once.
    pub returned: bool,
}

/// Where a request stands. Each variant holds what that state has, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RequestState {
    Draft,
    Submitted,
    InfoRequested { asked_by: OperatorId, asked_at: Instant },
    Approved { commitment: Box<Commitment> },
    Rejected { at: Instant, reason: RejectReason },
    Withdrawn { at: Instant },
    Expired { at: Instant },
    Completed { at: Instant, commitment: Box<Commitment> },
}

/// What was promised to a request, and how much of it was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    pub at: Instant,
    /// In the fund's currency.
    pub amount: Money,
    /// What was approved in the currency of the plan.
    pub granted: Money,
    pub rate: PinnedRate,
    /// The last microsecond at which a claim is in time.
    pub claim_by: Instant,
    /// What claims have drawn, be it paid or not; in the fund's currency.
    pub used: Money,
    /// Claims that are neither paid nor refused.
    pub open: BTreeSet<ClaimId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    OutOfPolicy,
    NoBudget,
    Incomplete,
    Duplicate,
    NotPerformed,
    Late,
    Other,
}

words! {
    RejectReason {
        OutOfPolicy => "out_of_policy", "the program does not pay for it";
        NoBudget => "no_budget", "no budget is left";
        Incomplete => "incomplete", "proof is missing";
        Duplicate => "duplicate", "it was claimed before";
        NotPerformed => "not_performed", "the activity did not take place";
        Late => "late", "it came too late";
        Other => "other", "another reason";
    }
}

/// What an undo puts back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    pub state: RequestState,
    pub clock: Option<Clock>,
    pub waiting_since: Option<Instant>,
    pub waited: Span,
    pub assignee: Option<OperatorId>,
    pub signatures: Vec<Signature>,
    pub rate: Option<PinnedRate>,
    pub escalation: Option<Escalation>,
    pub returned: bool,
}

impl Commitment {
    /// What may still be claimed.
    pub const fn remaining(&self) -> Money {
        Money::new(self.amount.minor.saturating_sub(self.used.minor), self.amount.currency)
    }
}

impl RequestState {
    pub const NAMES: [&str; 8] = ["draft", "submitted", "info_requested", "approved", "rejected", "withdrawn", "expired", "completed"];

    /// The stable name in files, filters, tables and JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::InfoRequested { .. } => "info_requested",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Expired { .. } => "expired",
            Self::Completed { .. } => "completed",
        }
    }

    /// The state as it stands in a sentence.
    pub fn words(&self) -> String {
        self.name().replace('_', " ")
    }

    pub const fn is_undecided(&self) -> bool {
        matches!(self, Self::Submitted | Self::InfoRequested { .. })
    }

    /// It is approved, or was until it came to its end.
    pub const fn was_approved(&self) -> bool {
        matches!(self, Self::Approved { .. } | Self::Completed { .. } | Self::Expired { .. })
    }

    pub const fn is_open(&self) -> bool {
        self.is_undecided() || matches!(self, Self::Draft | Self::Approved { .. })
    }
}

impl Request {
    /// What it is promised now.
    pub const fn commitment(&self) -> Option<&Commitment> {
        match &self.state {
            RequestState::Approved { commitment } => Some(commitment),
            _ => None,
        }
    }

    /// What an approval is bound to.
    pub fn pin(&self) -> Pin {
        self.desk.pin(&self.plan)
    }

    /// The approvals that hold for the plan as it is.
    pub fn signatures(&self) -> impl Iterator<Item = &Signature> {
        let pin = self.pin();
        self.desk.signatures.iter().filter(move |signature| signature.pin == pin)
    }

    /// When the decision is due, or the last claim; nothing while it waits for others.
    pub fn due(&self) -> Option<Instant> {
        match &self.state {
            // A claim has come: nothing of it is late any more, and the rest ends with the claim.
            RequestState::Approved { commitment } if !commitment.open.is_empty() => None,
            RequestState::Approved { commitment } => Some(commitment.claim_by),
            state if state.is_undecided() => self.desk.due(),
            _ => None,
        }
    }
}
