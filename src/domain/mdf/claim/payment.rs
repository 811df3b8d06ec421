//! Payments of a claim. Each has a key under which it happens at most once; money that comes back is a negative one.

use crate::domain::{
    id::{BatchId, OperatorId},
    money::Money,
    text::Text,
    time::Instant,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// From 1, per claim.
    pub no: u32,
    /// Chosen by whoever asks for it. The same key again is the same payment, and is not made twice.
    pub key: Text,
    /// In the fund's currency; negative for a clawback.
    pub amount: Money,
    pub by: OperatorId,
    pub at: Instant,
    pub state: PaymentState,
}

/// Where a payment stands. Each variant holds what that state has, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PaymentState {
    /// To be put into a batch.
    Ordered,
    /// In a batch that the bank has.
    Exported { batch: BatchId },
    /// The bank has paid (or the partner has paid back).
    Confirmed { at: Instant, reference: Text },
    /// It was not paid, and may be ordered anew under another key.
    Failed { at: Instant, reason: Text },
}

impl PaymentState {
    pub const NAMES: [&str; 4] = ["ordered", "exported", "confirmed", "failed"];

    /// The stable name in files, filters, tables and JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Exported { .. } => "exported",
            Self::Confirmed { .. } => "confirmed",
            Self::Failed { .. } => "failed",
        }
    }

    /// Neither paid nor failed.
    pub const fn is_under_way(&self) -> bool {
        matches!(self, Self::Ordered | Self::Exported { .. })
    }

    pub const fn is_confirmed(&self) -> bool {
        matches!(self, Self::Confirmed { .. })
    }
}
