//! Market development funds: from the allocation of money to a paid claim.
//!
//! The money of a [`fund`] lies in a [`ledger`]: double entry, and no entry is ever changed. A [`request`] asks for some of
//! it before an activity, a [`claim`] asks for what the activity has cost. [`check`] says what speaks for and against a
//! claim, [`approval`] who may sign it; a [`batch`] takes its payments to the bank. All of it is decided by pure functions
//! that give [`Effects`]: what happens to the claim, the request and the fund together, or nothing at all.

pub mod approval;
pub mod batch;
pub mod check;
pub mod claim;
pub mod desk;
pub mod fields;
pub mod fund;
pub mod inbox;
pub mod item;
pub mod ledger;
pub mod queue;
pub mod refusal;
pub mod request;
pub mod row;
pub mod share;
pub mod stats;

pub use approval::Step;
pub use refusal::{MdfVerb, Refusal};
pub use share::{CostShare, Sharer, Split};

#[cfg(test)]
mod tests;

use crate::domain::id::ClaimId;
use claim::ClaimEvent;
use fund::FundEvent;
use request::RequestEvent;

/// What one command does: to a fund, a request of it, and a claim on that; and to other claims of the same partner.
/// Written in one transaction, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {
    pub fund: Vec<FundEvent>,
    pub request: Vec<RequestEvent>,
    pub claim: Vec<ClaimEvent>,
    pub others: Vec<(ClaimId, Vec<ClaimEvent>)>,
}
