//! How point-of-sale lines are taken.

use serde::Serialize;

/// The section `[sales]`. Rates of other currencies may be as old as `rate_max_age_days` of
/// `[scorecard]` allows: it is asked of the same sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sales {
    /// A calendar quarter is closed so many days after its end: a line of it that comes later restates the quarter.
    pub closes_after_days: u32,
    /// How long after a sale goods may come back without anybody naming the sale.
    pub return_days: u32,
}

impl Default for Sales {
    fn default() -> Self {
        Self { closes_after_days: 15, return_days: 365 }
    }
}
