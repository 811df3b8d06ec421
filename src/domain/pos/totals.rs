//! Sums of booked lines by partner, calendar month and product line. They are kept beside the lines, in whole minor units, so
//! that a year of ten million lines is read from a few hundred thousand rows.

use super::Posted;
use crate::domain::{
    id::PartnerId,
    money::{Currency, Money},
    text::Text,
    time::Instant,
};
use chrono::{Datelike, Months, NaiveDate};
use std::collections::BTreeMap;

/// A calendar month: twelve times the year and the months of it before this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i64);

impl Month {
    pub fn of(day: NaiveDate) -> Self {
        Self(i64::from(day.year()) * 12 + i64::from(day.month0()))
    }

    pub fn first_day(self) -> NaiveDate {
        let year = i32::try_from(self.0.div_euclid(12)).unwrap_or(i32::MAX);
        let month = u32::try_from(self.0.rem_euclid(12)).unwrap_or(0) + 1;
        NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(NaiveDate::MAX)
    }

    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Days from `from` up to but not including `to`, as whole months and the days beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// From this month up to but not including that one; empty where both are the same.
    pub months: (Month, Month),
    /// Half-open runs of days that are no whole month.
    pub days: Vec<(NaiveDate, NaiveDate)>,
}

/// Cuts a half-open range of days at the months.
pub fn split(from: NaiveDate, to: NaiveDate) -> Split {
    if from >= to {
        return Split { months: (Month::of(from), Month::of(from)), days: Vec::new() };
    }
    let first = if from.day() == 1 { Month::of(from) } else { Month::of(from).next() };
    let last = Month::of(to);
    if first > last {
        return Split { months: (last, last), days: vec![(from, to)] };
    }
    let edges = [(from, first.first_day()), (last.first_day(), to)];
    Split { months: (first, last), days: edges.into_iter().filter(|(from, to)| from < to).collect() }
}

/// The first day of the calendar quarter after the one of a day.
pub fn quarter_end(day: NaiveDate) -> NaiveDate {
    Month::of(day).first_day().checked_add_months(Months::new(3 - day.month0() % 3)).unwrap_or(NaiveDate::MAX)
}

/// Whether a line that is recorded `today` comes too late for its quarter, which stays open for so many days after its end.
pub fn is_late(on: NaiveDate, today: NaiveDate, closes_after_days: u32) -> bool {
    let closed = quarter_end(on).checked_add_days(chrono::Days::new(closes_after_days.into()));
    closed.is_some_and(|closed| today >= closed)
}

/// What a total is of. In the order of the table: the months of many partners stand together, as lines come by the day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TotalKey {
    pub month: Month,
    pub partner: PartnerId,
    pub line: Text,
    pub currency: Currency,
}

/// What lines add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Total {
    /// Minor units of the currency that they are booked in.
    pub minor: i64,
    /// Thousandths.
    pub quantity: i64,
    /// How many lines stand: a reversed one and its reversal are none.
    pub lines: i64,
}

impl Total {
    pub const fn add(&mut self, other: Self) {
        self.minor = self.minor.saturating_add(other.minor);
        self.quantity = self.quantity.saturating_add(other.quantity);
        self.lines = self.lines.saturating_add(other.lines);
    }

    /// What one line adds.
    pub fn of(posted: &Posted, booked: Money) -> Self {
        let lines = if posted.is_reversal() { -1 } else { 1 };
        Self { minor: booked.minor, quantity: posted.line.quantity.map_or(0, |quantity| quantity.0), lines }
    }
}

/// What lines add to the totals, each with the instant at which the last of them was recorded; lines without a booking add
/// nothing.
pub fn added_at<'a>(lines: impl IntoIterator<Item = (Instant, &'a Posted)>) -> BTreeMap<TotalKey, (Total, Instant)> {
    let mut sums: BTreeMap<TotalKey, (Total, Instant)> = BTreeMap::new();
    for (at, posted) in lines {
        let Some(booked) = posted.booked else { continue };
        let line = &posted.line;
        let key = TotalKey { month: Month::of(line.on), partner: line.partner, line: line.line.clone(), currency: booked.currency };
        let sum = sums.entry(key).or_insert((Total::default(), at));
        sum.0.add(Total::of(posted, booked));
        sum.1 = at;
    }
    sums
}

/// What is asked of the lines of our partners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Only what is booked in it.
    pub currency: Currency,
    /// Only these partners; all without.
    pub partners: Option<Vec<PartnerId>>,
    /// From the beginning of this day ...
    pub from: NaiveDate,
    /// ... up to the beginning of that one.
    pub to: NaiveDate,
}

impl Asked {
    pub fn wants(&self, partner: PartnerId) -> bool {
        self.partners.as_ref().is_none_or(|partners| partners.contains(&partner))
    }
}

/// The booked sum of a partner in one product line, to the minor unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revenue {
    pub partner: PartnerId,
    /// Empty for what belongs to no product line.
    pub line: Text,
    /// Minor units of the currency that was asked for.
    pub minor: i64,
    /// Thousandths.
    pub quantity: i64,
    /// How many lines stand.
    pub lines: i64,
}

/// Sums by partner and product line as rows in that order; sums of nothing are left out.
pub fn revenue(sums: BTreeMap<(PartnerId, Text), Total>) -> Vec<Revenue> {
    let row = |((partner, line), Total { minor, quantity, lines })| Revenue { partner, line, minor, quantity, lines };
    sums.into_iter().filter(|(_, total)| *total != Total::default()).map(row).collect()
}

/// What was recorded of a partner in months, and when the last of it was: an evaluation that is older than that was restated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restated {
    pub partner: PartnerId,
    pub month: Month,
    pub at: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_quarter_closes_some_days_after_its_end() {
        assert_eq!(quarter_end(day("2026-01-01")), day("2026-04-01"));
        assert_eq!(quarter_end(day("2026-12-31")), day("2027-01-01"));
        assert!(!is_late(day("2026-03-31"), day("2026-04-15"), 15));
        assert!(is_late(day("2026-03-31"), day("2026-04-16"), 15), "on the fifteenth day after 1 April");
        assert!(is_late(day("2026-03-31"), day("2026-04-01"), 0));
    }

    #[test]
    fn months_are_whole_or_cut() {
        let cut = |from: &str, to: &str| {
            let Split { months, days } = split(day(from), day(to));
            let months = months.1.0 - months.0.0;
            (months, days.into_iter().map(|(from, to)| (to - from).num_days()).collect::<Vec<_>>())
        };
        assert_eq!(cut("2026-01-01", "2027-01-01"), (12, vec![]));
        assert_eq!(cut("2025-12-31", "2026-02-02"), (1, vec![1, 1]));
        assert_eq!(cut("2026-01-02", "2026-02-01"), (0, vec![30]));
        assert_eq!(cut("2026-01-02", "2026-01-05"), (0, vec![3]));
        assert_eq!(cut("2026-01-05", "2026-01-05"), (0, vec![]));
        assert_eq!(cut("2026-01-05", "2026-01-01"), (0, vec![]));
    }

    proptest! {
        /// Every day of the range once.
        #[test]
        fn a_range_is_its_parts(from in 0_i64..2_000, length in 0_i64..900) {
            let at = |day: i64| crate::domain::day::date_of_day(20_000 + day);
            let Split { months, days } = split(at(from), at(from + length));
            let mut covered = 0;
            let mut parts = days;
            if months.0 < months.1 {
                parts.push((months.0.first_day(), months.1.first_day()));
            }
            for (a, b) in &parts {
                prop_assert!(*a >= at(from) && *b <= at(from + length) && a < b);
                covered += (*b - *a).num_days();
            }
            prop_assert_eq!(covered, length);
        }
    }
}
