//! The plan of an activity: what is asked for before it takes place, and what can be wrong with it.

use crate::domain::{
    country::Country,
    mdf::{CostShare, fund::Fund},
    money::{Currency, Money},
    program::Mdf,
    text::Text,
};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Identifies it in the system that it comes from; the same key again changes nothing. May be empty.
    pub source_key: Text,
    pub title: Text,
    /// A category of the channel program.
    pub category: Text,
    pub country: Option<Country>,
    /// The first and the last day of the activity; both belong to it.
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    /// What the activity costs in all.
    pub cost: Money,
    pub share: CostShare,
    /// What the fund is to pay, in the currency of the cost.
    pub asked: Money,
}

/// What speaks against a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum PlanFault {
    NoTitle,
    Category {
        name: Text,
    },
    Dates {
        starts_on: NaiveDate,
        ends_on: NaiveDate,
    },
    /// It does not lie within the fund's period.
    Period {
        from: NaiveDate,
        to: NaiveDate,
    },
    /// It begins too soon.
    Notice {
        starts_on: NaiveDate,
        earliest: NaiveDate,
        days: u32,
    },
    Cost {
        cost: Money,
    },
    Currencies {
        asked: Currency,
        cost: Currency,
    },
    /// The maker would bear more than the program allows.
    Share {
        share: CostShare,
        most: CostShare,
    },
    /// More, or not more than nothing.
    Asked {
        asked: Money,
        most: Money,
    },
}

impl Plan {
    /// Everything that speaks against handing it in on `today`; empty = sound.
    pub fn faults(&self, fund: &Fund, rules: &Mdf, today: NaiveDate) -> Vec<PlanFault> {
        let mut faults = Vec::new();
        if self.title.trim().is_empty() {
            faults.push(PlanFault::NoTitle);
        }
        if !rules.categories.is_empty() && rules.category(&self.category).is_none() {
            faults.push(PlanFault::Category { name: self.category.clone() });
        }
        if self.ends_on < self.starts_on {
            faults.push(PlanFault::Dates { starts_on: self.starts_on, ends_on: self.ends_on });
        } else if !fund.holds(self.starts_on) || !fund.holds(self.ends_on) {
            faults.push(PlanFault::Period { from: fund.terms.from, to: fund.terms.to });
        }
        let earliest = today.checked_add_days(Days::new(rules.notice_days.into())).unwrap_or(NaiveDate::MAX);
        if self.starts_on < earliest {
            faults.push(PlanFault::Notice { starts_on: self.starts_on, earliest, days: rules.notice_days });
        }
        faults.extend(self.amount_faults(rules));
        faults
    }

    fn amount_faults(&self, rules: &Mdf) -> Option<PlanFault> {
        let (cost, asked) = (self.cost, self.asked);
        if cost.minor <= 0 {
            return Some(PlanFault::Cost { cost });
        }
        if cost.currency != asked.currency {
            return Some(PlanFault::Currencies { asked: asked.currency, cost: cost.currency });
        }
        let most = rules.most_share(&self.category);
        if !self.share.is_sound() || !self.share.is_within(most) {
            return Some(PlanFault::Share { share: self.share, most });
        }
        // Both were checked: the cost is above zero and somebody bears it.
        let ours = self.share.split(cost).map_or(Money::zero(cost.currency), |split| split.maker);
        (asked.minor <= 0 || asked.minor > ours.minor).then_some(PlanFault::Asked { asked, most: ours })
    }
}

impl fmt::Display for PlanFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTitle => f.write_str("the activity has no title"),
            Self::Category { name } if name.is_empty() => f.write_str("the activity has no category"),
            Self::Category { name } => write!(f, "the program has no category {name}"),
            Self::Dates { starts_on, ends_on } => write!(f, "the activity ends on {ends_on}, before it begins on {starts_on}"),
            Self::Period { from, to } => write!(f, "the activity does not lie in the fund's period, {from} to {to}"),
            Self::Notice { starts_on, earliest, days } => {
                write!(f, "the activity begins on {starts_on}, and handed in today it begins on {earliest} at the earliest ({days} days)")
            }
            Self::Cost { cost } => write!(f, "the activity costs {cost}"),
            Self::Currencies { asked, cost } => write!(f, "{asked} is asked for a cost in {cost}"),
            Self::Share { share, most } => write!(f, "a share of {share} is more than the program allows, {most}"),
            Self::Asked { asked, most } => write!(f, "{asked} is asked for, and the fund's share of the cost is {most}"),
        }
    }
}
