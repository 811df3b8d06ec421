//! Our own point-of-sale data: who sold what to whom. Incumbency is read from it.

use crate::domain::{deal::AccountLink, id::PartnerId, money::Money, text::Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One line of a point-of-sale report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleLine {
    /// Identifies the line, beginning with the system that it comes from; the same key again changes nothing. May be empty.
    pub source_key: Text,
    pub partner: PartnerId,
    pub customer: AccountLink,
    /// The day of the sale.
    pub on: NaiveDate,
    /// Negative for what was returned.
    pub amount: Money,
}
