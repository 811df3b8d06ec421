//! What happened to the standing of a partner.

use super::{Audited, Plan, Progress, Proposal, Rated};
use crate::domain::{
    id::{EvaluationId, OperatorId, PartnerId},
    text::Text,
    time::Instant,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum StandingEvent {
    Begun {
        partner: PartnerId,
    },
    Audited {
        audited: Box<Audited>,
    },
    Proposed {
        proposal: Box<Proposal>,
    },
    Approved {
        by: OperatorId,
        /// The first day on which the new tier holds, and its first moment.
        on: NaiveDate,
        due: Instant,
    },
    Rejected {
        reason: Text,
    },
    Deferred {
        by: OperatorId,
        until: NaiveDate,
        reason: Text,
    },
    /// A later audit no longer bears it, or the tier was changed meanwhile.
    Withdrawn {
        why: Text,
    },
    /// The partner has the tier from now on.
    Enforced {
        from: Text,
        to: Text,
    },
    PlanOpened {
        plan: Box<Plan>,
    },
    PlanAssigned {
        owner: OperatorId,
    },
    PlanAdvanced {
        progress: Progress,
    },
    PlanClosed {
        passed: bool,
        evaluation: Option<EvaluationId>,
        reason: Text,
    },
    Rated {
        rated: Rated,
    },
    Acquired {
        on: Option<NaiveDate>,
    },
    Undone {
        what: Vec<String>,
        restored: Box<Restored>,
    },
}

/// What an undo puts back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    pub proposal: Option<Proposal>,
    pub plan: Option<Plan>,
    pub rated: Rated,
    pub acquired_on: Option<NaiveDate>,
}

impl StandingEvent {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Begun { .. } => "standing.begun",
            Self::Audited { .. } => "standing.audited",
            Self::Proposed { .. } => "standing.proposed",
            Self::Approved { .. } => "standing.approved",
            Self::Rejected { .. } => "standing.rejected",
            Self::Deferred { .. } => "standing.deferred",
            Self::Withdrawn { .. } => "standing.withdrawn",
            Self::Enforced { .. } => "standing.enforced",
            Self::PlanOpened { .. } => "standing.plan_opened",
            Self::PlanAssigned { .. } => "standing.plan_assigned",
            Self::PlanAdvanced { .. } => "standing.plan_advanced",
            Self::PlanClosed { .. } => "standing.plan_closed",
            Self::Rated { .. } => "standing.rated",
            Self::Acquired { .. } => "standing.acquired",
            Self::Undone { .. } => "standing.undone",
        }
    }
}
