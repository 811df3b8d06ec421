//! The rates of one day, and what changes when they are published again.

use crate::domain::{money::Currency, text::Text};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one euro was worth on a day, in units of each currency that was quoted. A missing rate is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateDay {
    pub on: NaiveDate,
    /// Who published them.
    pub source: Text,
    pub rates: BTreeMap<Currency, Decimal>,
}

/// Rates were recorded: each day as it is afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatesRecorded {
    pub days: Vec<RateDay>,
}

/// What a day is to what we had of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restated {
    New(RateDay),
    Changed(RateDay),
    Known,
}

impl RateDay {
    /// Compares it with what was known. A source that no longer quotes a currency does not take its rate away; another
    /// source replaces the day, because rates of two sources never stand together.
    pub fn over(self, known: Option<&Self>) -> Restated {
        let Some(known) = known else { return Restated::New(self) };
        let mut after = self;
        if after.source == known.source {
            for (currency, rate) in &known.rates {
                after.rates.entry(*currency).or_insert(*rate);
            }
        }
        if after == *known { Restated::Known } else { Restated::Changed(after) }
    }
}

impl Restated {
    /// The day as it is to be kept; nothing where nothing changes.
    pub fn into_day(self) -> Option<RateDay> {
        match self {
            Self::New(day) | Self::Changed(day) => Some(day),
            Self::Known => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(source: &str, rates: &[(&str, &str)]) -> RateDay {
        let rates = rates.iter().map(|(code, rate)| (code.parse().unwrap(), rate.parse().unwrap())).collect();
        RateDay { on: "2026-03-20".parse().unwrap(), source: Text::clean(source), rates }
    }

    #[test]
    fn a_day_that_comes_again_keeps_what_it_does_not_state() {
        let known = day("ECB", &[("USD", "1.08"), ("JPY", "161")]);
        assert_eq!(known.clone().over(None), Restated::New(known.clone()));
        assert_eq!(known.clone().over(Some(&known)), Restated::Known);
        assert_eq!(day("ECB", &[("USD", "1.080")]).over(Some(&known)), Restated::Known, "a missing rate takes none away");
        let corrected = day("ECB", &[("USD", "1.09"), ("JPY", "161")]);
        assert_eq!(day("ECB", &[("USD", "1.09")]).over(Some(&known)), Restated::Changed(corrected));
        let ours = day("Treasury", &[("USD", "1.08")]);
        assert_eq!(ours.clone().over(Some(&known)), Restated::Changed(ours), "two sources never stand together");
    }
}
