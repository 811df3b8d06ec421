//! How long each step of a lead may take, in business time.

use crate::domain::{text::Text, time::Span};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a clock measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlaKind {
    /// From the offer until the partner accepts or declines.
    Accept,
    /// From the acceptance until the partner first speaks with the customer.
    FirstTouch,
    /// From the acceptance until the lead is qualified or disqualified.
    Qualify,
}

impl SlaKind {
    pub const ALL: [Self; 3] = [Self::Accept, Self::FirstTouch, Self::Qualify];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::FirstTouch => "first_touch",
            Self::Qualify => "qualify",
        }
    }
}

impl fmt::Display for SlaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name().replace('_', " "))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sla {
    pub accept: AcceptSla,
    pub first_touch: FirstTouchSla,
    pub qualify: QualifySla,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AcceptSla {
    /// When no row of `when` fits.
    pub time: Span,
    /// Percent of the time used at which a warning fires; ascending, each from 1 to 99.
    pub warn: Vec<u8>,
    /// The first row that fits decides.
    pub when: Vec<AcceptRow>,
}

/// A row fits when every condition that it states holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AcceptRow {
    pub tier: Option<Text>,
    /// The least score, 0 to 100.
    pub score_min: Option<u8>,
    pub time: Span,
}

impl AcceptRow {
    pub fn fits(&self, tier: &str, score: u8) -> bool {
        self.tier.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(tier)) && self.score_min.is_none_or(|least| score >= least)
    }

    /// Whether this row fits whatever `other` fits.
    pub fn fits_all_of(&self, other: &Self) -> bool {
        let tier = match (&self.tier, &other.tier) {
            (None, _) => true,
            (Some(mine), Some(theirs)) => mine.eq_ignore_ascii_case(theirs),
            (Some(_), None) => false,
        };
        tier && self.score_min.unwrap_or(0) <= other.score_min.unwrap_or(0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FirstTouchSla {
    pub time: Span,
    pub warn: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QualifySla {
    /// Business days; how long one is, the calendar says: see [`crate::domain::calendar::Calendar::business_day`].
    pub days: u32,
    pub warn: Vec<u8>,
}
