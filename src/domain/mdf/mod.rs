//! Market development funds: from the allocation of money to a paid claim.
//!
//! The money of a fund lies in a [`ledger`]: double entry, and no entry is ever changed.

pub mod ledger;
pub mod share;

pub use share::{CostShare, Sharer, Split};
