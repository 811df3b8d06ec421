//! Exchange rates: what one currency was worth in another on a day. A rate is pinned by whoever converts with it: value,
//! day and source are kept beside the amount, so that the same sum can be done again years later.

mod day;

pub use day::{RateDay, RatesRecorded, Restated};

use crate::domain::{
    money::{Currency, Money, MoneyError},
    problem::quoted,
    text::Text,
};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Daily reference rates of one source, each in units of a currency for one unit of `base`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    /// The euro in the reference rates of the European Central Bank.
    pub base: Currency,
    /// Who publishes them, unless a day says otherwise.
    pub source: Text,
    days: BTreeMap<NaiveDate, RateDay>,
}

/// A rate as it was used. Never changes: another rate is another pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinnedRate {
    pub from: Currency,
    pub to: Currency,
    /// Units of `to` for one unit of `from`, to [`DIGITS`] significant digits.
    pub rate: Decimal,
    /// The day for which it was asked.
    pub wanted_on: NaiveDate,
    /// The day of which it is: the wanted one, or the last before it that has a rate.
    pub on: NaiveDate,
    pub source: Text,
}

/// Significant digits of a pinned rate; published ones have six, a cross rate is cut here.
pub const DIGITS: u32 = 15;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum FxError {
    #[error("there is no rate from {from} to {to} on {on} nor in the {days} days before")]
    NoRate { from: Currency, to: Currency, on: NaiveDate, days: u32 },
    #[error("{text} is not an exchange rate: write a number above zero, or N/A")]
    NotARate { text: String },
    #[error("a rate from {from} to {to} converts no amount in {given}")]
    OtherCurrency { from: Currency, to: Currency, given: Currency },
    #[error("the amount in {0} is too large")]
    TooLarge(Currency),
}

/// Reads one cell of a table of rates: `N/A` (and an empty one) is a missing rate, not a mistake.
pub fn quoted_rate(text: &str) -> Result<Option<Decimal>, FxError> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("n/a") {
        return Ok(None);
    }
    let wrong = || FxError::NotARate { text: quoted(text) };
    let rate: Decimal = text.parse().map_err(|_| wrong())?;
    if rate > Decimal::ZERO { Ok(Some(rate)) } else { Err(wrong()) }
}

impl Rates {
    /// No rate at all: amounts stay in their own currency.
    pub fn none() -> Self {
        Self::new(Currency::euro(), Text::default())
    }

    pub const fn new(base: Currency, source: Text) -> Self {
        Self { base, source, days: BTreeMap::new() }
    }

    /// Keeps one rate; the same day and currency again replaces it.
    pub fn record(&mut self, on: NaiveDate, currency: Currency, rate: Decimal) -> Result<(), FxError> {
        if rate <= Decimal::ZERO {
            return Err(FxError::NotARate { text: quoted(&rate.to_string()) });
        }
        let day = self.days.entry(on).or_insert_with(|| RateDay { on, source: self.source.clone(), rates: BTreeMap::new() });
        day.rates.insert(currency, rate);
        Ok(())
    }

    /// Takes a day in as it was kept; it replaces what was known of it.
    pub fn take(&mut self, day: RateDay) {
        self.days.insert(day.on, day);
    }

    /// The rate of the wanted day, or of the last earlier one (at most `max_age_days` back) on which both currencies have
    /// a rate: a cross rate is never made of two days.
    pub fn pin(&self, from: Currency, to: Currency, wanted_on: NaiveDate, max_age_days: u32) -> Result<PinnedRate, FxError> {
        if from == to {
            return Ok(PinnedRate::same(from, wanted_on));
        }
        let missing = || FxError::NoRate { from, to, on: wanted_on, days: max_age_days };
        let oldest = wanted_on.checked_sub_days(chrono::Days::new(max_age_days.into())).unwrap_or(NaiveDate::MIN);
        let days = self.days.range(oldest..=wanted_on).rev();
        let found = days.into_iter().find_map(|(_, day)| {
            let rate = |currency| if currency == self.base { Some(Decimal::ONE) } else { day.rates.get(&currency).copied() };
            Some((day, rate(to)?.checked_div(rate(from)?)?))
        });
        let (day, exact) = found.ok_or_else(missing)?;
        let rate = exact.round_sf(DIGITS).unwrap_or(exact).normalize();
        Ok(PinnedRate { from, to, rate, wanted_on, on: day.on, source: day.source.clone() })
    }
}

/// Days as they were kept: of euros, each by its own source.
impl FromIterator<RateDay> for Rates {
    fn from_iter<I: IntoIterator<Item = RateDay>>(days: I) -> Self {
        let mut rates = Self::none();
        days.into_iter().for_each(|day| rates.take(day));
        rates
    }
}

impl PinnedRate {
    /// One for one: no conversion.
    pub fn same(currency: Currency, on: NaiveDate) -> Self {
        Self { from: currency, to: currency, rate: Decimal::ONE, wanted_on: on, on, source: Text::default() }
    }

    /// Rounded once, to the minor unit of the target, halves away from zero ([`Money::round`]).
    pub fn convert(&self, amount: Money) -> Result<Money, FxError> {
        if amount.currency != self.from {
            return Err(FxError::OtherCurrency { from: self.from, to: self.to, given: amount.currency });
        }
        if self.from == self.to {
            return Ok(amount);
        }
        let exact = amount.amount().checked_mul(self.rate).ok_or(FxError::TooLarge(self.to))?;
        Money::round(exact, self.to).map_err(|_: MoneyError| FxError::TooLarge(self.to))
    }

    /// The wanted day has no rate, and an earlier one counts.
    pub fn is_of_earlier_day(&self) -> bool {
        self.on < self.wanted_on
    }
}

/// `1 USD = 0.92 EUR (ECB, 2026-03-20, the last before 2026-03-22)`.
impl std::fmt::Display for PinnedRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.from == self.to {
            return write!(f, "{} as it is", self.from);
        }
        write!(f, "1 {} = {} {} ({}, {}", self.from, self.rate, self.to, self.source, self.on)?;
        if self.is_of_earlier_day() {
            write!(f, ", the last before {}", self.wanted_on)?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cur(code: &str) -> Currency {
        code.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn ecb() -> Rates {
        let mut rates = Rates::new(cur("EUR"), Text::clean("ECB"));
        for (on, code, rate) in [
            ("2026-03-19", "USD", "1.0850"),
            ("2026-03-19", "JPY", "161.25"),
            ("2026-03-19", "KWD", "0.3340"),
            ("2026-03-20", "USD", "1.0800"),
            ("2026-03-20", "JPY", "N/A"),
            ("2026-03-20", "KWD", "0.3333"),
        ] {
            if let Some(rate) = quoted_rate(rate).unwrap() {
                rates.record(day(on), cur(code), rate).unwrap();
            }
        }
        rates
    }

    fn money(text: &str, code: &str) -> Money {
        Money::parse(text, cur(code)).unwrap()
    }

    /// Worked out by hand: the exact product beside each row.
    #[test]
    fn converts_to_the_minor_unit_of_the_target() {
        for (from, amount, to, on, result) in [
            ("USD", "100.00", "EUR", "2026-03-20", "92.59"),  // 92.5925...
            ("EUR", "100.00", "USD", "2026-03-20", "108.00"), // 108
            ("EUR", "0.01", "JPY", "2026-03-19", "2"),        // 1.6125
            ("JPY", "1000", "EUR", "2026-03-19", "6.20"),     // 6.2015...
            ("JPY", "10000", "KWD", "2026-03-19", "20.713"),  // 20.71317...
            ("KWD", "1.000", "JPY", "2026-03-19", "483"),     // 482.78...
            ("EUR", "-1.00", "KWD", "2026-03-20", "-0.333"),  // -0.3333
            ("EUR", "1.50", "KWD", "2026-03-19", "0.501"),    // 0.501
            ("EUR", "0.50", "JPY", "2026-03-19", "81"),       // 80.625
        ] {
            let pinned = ecb().pin(cur(from), cur(to), day(on), 7).unwrap();
            assert_eq!(pinned.convert(money(amount, from)).unwrap(), money(result, to), "{amount} {from} to {to}: {pinned}");
        }
    }

    #[test]
    fn a_half_goes_away_from_zero() {
        let pinned = PinnedRate { rate: "0.5".parse().unwrap(), ..ecb().pin(cur("USD"), cur("EUR"), day("2026-03-20"), 7).unwrap() };
        let cents = |text: &str| pinned.convert(money(text, "USD")).unwrap().minor;
        assert_eq!([cents("0.01"), cents("-0.01"), cents("0.03"), cents("0.05")], [1, -1, 2, 3]);
    }

    #[test]
    fn the_last_earlier_day_counts_and_says_so() {
        let sunday = ecb().pin(cur("USD"), cur("EUR"), day("2026-03-22"), 7).unwrap();
        assert!(sunday.is_of_earlier_day());
        assert_eq!(sunday.to_string(), "1 USD = 0.925925925925926 EUR (ECB, 2026-03-20, the last before 2026-03-22)");
        let missing = ecb().pin(cur("EUR"), cur("JPY"), day("2026-03-20"), 7).unwrap();
        assert_eq!(
            (missing.on, missing.to_string()),
            (day("2026-03-19"), "1 EUR = 161.25 JPY (ECB, 2026-03-19, the last before 2026-03-20)".into())
        );
        let crossed = ecb().pin(cur("USD"), cur("JPY"), day("2026-03-20"), 7).unwrap();
        assert_eq!(crossed.on, day("2026-03-19"), "both sides of a cross rate are of one day");
    }

    #[test]
    fn a_rate_that_is_too_old_or_not_there_is_refused() {
        let too_old = ecb().pin(cur("JPY"), cur("EUR"), day("2026-03-27"), 7).unwrap_err();
        assert_eq!(too_old.to_string(), "there is no rate from JPY to EUR on 2026-03-27 nor in the 7 days before");
        assert!(ecb().pin(cur("JPY"), cur("EUR"), day("2026-03-26"), 7).is_ok(), "exactly seven days old");
        assert!(ecb().pin(cur("USD"), cur("EUR"), day("2026-03-18"), 7).is_err(), "a later rate never counts");
        assert!(ecb().pin(cur("CHF"), cur("EUR"), day("2026-03-20"), 7).is_err());
        for wrong in ["0", "-1", "abc", "1,08"] {
            assert!(quoted_rate(wrong).is_err(), "{wrong}");
        }
        assert_eq!(quoted_rate(" N/A "), Ok(None));
        let pinned = ecb().pin(cur("USD"), cur("EUR"), day("2026-03-20"), 7).unwrap();
        assert!(pinned.convert(money("1", "CHF")).is_err());
    }

    #[test]
    fn no_conversion_needs_no_rate() {
        let none = Rates::new(cur("EUR"), Text::clean("ECB"));
        let pinned = none.pin(cur("CHF"), cur("CHF"), day("2026-03-20"), 0).unwrap();
        assert_eq!(pinned.convert(Money::new(i64::MAX, cur("CHF"))).unwrap().minor, i64::MAX);
    }

    proptest! {
        #[test]
        fn there_and_back_is_off_by_no_more_than_the_rounding(cents in -1_000_000_000_i64..1_000_000_000) {
            let amount = Money::new(cents, cur("EUR"));
            let there = ecb().pin(cur("EUR"), cur("USD"), day("2026-03-20"), 7).unwrap();
            let back = ecb().pin(cur("USD"), cur("EUR"), day("2026-03-20"), 7).unwrap();
            let again = back.convert(there.convert(amount).unwrap()).unwrap();
            prop_assert!((again.minor - cents).abs() <= 1, "{} became {}", amount, again);
            prop_assert_eq!(there.convert(Money::new(-cents, cur("EUR"))).unwrap().minor, -there.convert(amount).unwrap().minor);
        }
    }
}
