//! An offer of a lead to one partner. Each offer has its own accept clock.

use crate::domain::{id::PartnerId, lead::DeclineReason, time::Instant};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// From 1, per lead.
    pub no: u32,
    pub partner: PartnerId,
    pub offered_at: Instant,
    /// By when the partner was to answer, as last derived; exactly at it is in time.
    pub due: Instant,
    /// Chosen by an operator, not by the routing rules.
    pub by_hand: bool,
    pub outcome: Option<OfferOutcome>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum OfferOutcome {
    Accepted {
        at: Instant,
        in_time: bool,
    },
    Declined {
        at: Instant,
        reason: DeclineReason,
    },
    TimedOut {
        at: Instant,
    },
    /// Taken back by the desk, merged away or disqualified before an answer.
    Withdrawn {
        at: Instant,
    },
}

impl OfferOutcome {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Declined { .. } => "declined",
            Self::TimedOut { .. } => "timed_out",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    pub const fn at(&self) -> Instant {
        match self {
            Self::Accepted { at, .. } | Self::Declined { at, .. } | Self::TimedOut { at } | Self::Withdrawn { at } => *at,
        }
    }
}
