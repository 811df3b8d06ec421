//! Who may approve how much, and who stands in for whom: both by date.

use crate::domain::{
    id::OperatorId,
    money::{Currency, Money},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The most that an operator approves at once in a currency. Both days are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    pub operator: OperatorId,
    pub amount: Money,
    pub from: NaiveDate,
    /// Without end when nothing.
    pub until: Option<NaiveDate>,
}

/// `to` approves for `from`, with the limits of `from`. Both days are included. It is not passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    pub from: OperatorId,
    pub to: OperatorId,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Authority {
    pub limits: Vec<Limit>,
    pub delegations: Vec<Delegation>,
}

/// What happened to somebody's authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AuthorityEvent {
    /// From a day on; one that began on the same day is replaced.
    LimitSet { limit: Limit },
    /// One that began on the same day is replaced; one that ends before it begins holds on no day.
    Delegated { delegation: Delegation },
}

impl AuthorityEvent {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LimitSet { .. } => "authority.limit_set",
            Self::Delegated { .. } => "authority.delegated",
        }
    }

    /// Whose authority it is.
    pub const fn of(&self) -> OperatorId {
        match self {
            Self::LimitSet { limit } => limit.operator,
            Self::Delegated { delegation } => delegation.from,
        }
    }
}

impl Authority {
    /// The limit of a day; of several that hold then the one that began last, and of those the lowest.
    pub fn limit(&self, operator: OperatorId, currency: Currency, on: NaiveDate) -> Option<Money> {
        let holds = |limit: &&Limit| {
            let in_time = limit.from <= on && limit.until.is_none_or(|until| on <= until);
            limit.operator == operator && limit.amount.currency == currency && in_time
        };
        let last = self.limits.iter().filter(holds).max_by_key(|limit| (limit.from, std::cmp::Reverse(limit.amount.minor)));
        last.map(|limit| limit.amount)
    }

    pub fn delegates(&self, from: OperatorId, to: OperatorId, on: NaiveDate) -> bool {
        self.delegations.iter().any(|one| one.from == from && one.to == to && one.starts_on <= on && on <= one.ends_on)
    }

    /// For whom somebody may stand in on a day.
    pub fn principals(&self, of: OperatorId, on: NaiveDate) -> impl Iterator<Item = OperatorId> {
        let holds = move |one: &&Delegation| one.to == of && one.starts_on <= on && on <= one.ends_on;
        self.delegations.iter().filter(holds).map(|one| one.from)
    }
}
