//! End customers.

use crate::domain::{country::Country, id::AccountId, text::Text, time::Instant};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    pub version: i64,
    pub updated_at: Instant,
    pub profile: AccountProfile,
}

/// What is known of an end customer, as imported.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AccountProfile {
    /// The customer's number in the source system; unique.
    pub code: Text,
    pub name: Text,
    pub country: Option<Country>,
    pub city: Text,
    pub postal_code: Text,
    pub website: Text,
    pub vertical: Text,
    pub parent: Option<AccountId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AccountEvent {
    Recorded { profile: Box<AccountProfile> },
    Changed { profile: Box<AccountProfile>, before: Box<AccountProfile> },
}

impl AccountEvent {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Recorded { .. } => "account.recorded",
            Self::Changed { .. } => "account.changed",
        }
    }

    pub const fn profile(&self) -> &AccountProfile {
        match self {
            Self::Recorded { profile } | Self::Changed { profile, .. } => profile,
        }
    }
}
