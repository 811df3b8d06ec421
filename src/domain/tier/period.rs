//! Over which days a partner is measured. Every range is half-open: it holds its first day and not the last.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Days from `from` up to, not including, `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    pub from: NaiveDate,
    pub until: NaiveDate,
}

/// The twelve months up to an audit day and the twelve before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trailing {
    pub now: Period,
    pub before: Period,
}

/// A quarter of a fiscal year. The year bears the number of the calendar year in which it ends, so that a year which
/// begins in January is the calendar's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Quarter {
    pub year: i32,
    /// 1 to 4.
    pub number: u32,
}

/// The day after; the last day that a calendar has stays itself.
pub fn day_after(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

fn months_before(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN)
}

impl Period {
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.from <= day && day < self.until
    }
}

impl Trailing {
    /// The audit day is the last one of the first range. It begins on the same day of the month a year earlier; where that
    /// month is too short (29 February) on its last day.
    pub fn to(day: NaiveDate) -> Self {
        let until = day_after(day);
        let (middle, from) = (months_before(until, 12), months_before(until, 24));
        Self { now: Period { from: middle, until }, before: Period { from, until: middle } }
    }

    /// The audit day.
    pub fn last_day(&self) -> NaiveDate {
        self.now.until.pred_opt().unwrap_or(self.now.until)
    }

    /// Both years.
    pub const fn both(&self) -> Period {
        Period { from: self.before.from, until: self.now.until }
    }
}

impl Quarter {
    /// The quarter that holds a day, of fiscal years that begin on the first of month `starts` (1 to 12).
    pub fn of(day: NaiveDate, starts: u32) -> Self {
        let starts = starts.clamp(1, 12);
        // Months since the year began.
        let month = (day.month() + 12 - starts) % 12;
        let begun = if day.month() >= starts { day.year() } else { day.year() - 1 };
        Self { year: if starts == 1 { begun } else { begun + 1 }, number: month / 3 + 1 }
    }

    pub fn period(self, starts: u32) -> Period {
        let starts = starts.clamp(1, 12);
        let begun = if starts == 1 { self.year } else { self.year - 1 };
        let from = first_of(begun, starts - 1 + (self.number.clamp(1, 4) - 1) * 3);
        Period { from, until: from.checked_add_months(Months::new(3)).unwrap_or(from) }
    }

    /// The day on which it is audited.
    pub fn last_day(self, starts: u32) -> NaiveDate {
        let until = self.period(starts).until;
        until.pred_opt().unwrap_or(until)
    }

    #[must_use]
    pub const fn next(self) -> Self {
        if self.number >= 4 { Self { year: self.year + 1, number: 1 } } else { Self { number: self.number + 1, ..self } }
    }

    #[must_use]
    pub const fn previous(self) -> Self {
        if self.number <= 1 { Self { year: self.year - 1, number: 4 } } else { Self { number: self.number - 1, ..self } }
    }
}

/// The first of the month that lies so many months after January of a year.
fn first_of(year: i32, months: u32) -> NaiveDate {
    let january = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    january.checked_add_months(Months::new(months)).unwrap_or(january)
}

/// `2026-04-01 to 2027-03-31`, both included, as people say it.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.from, self.until.pred_opt().unwrap_or(self.until))
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} Q{}", self.year, self.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn twelve_months_end_with_the_audit_day() {
        for (audit, now, before) in [
            ("2026-03-31", "2025-04-01 to 2026-03-31", "2024-04-01 to 2025-03-31"),
            ("2026-12-31", "2026-01-01 to 2026-12-31", "2025-01-01 to 2025-12-31"),
            ("2024-02-29", "2023-03-01 to 2024-02-29", "2022-03-01 to 2023-02-28"),
            ("2024-02-28", "2023-02-28 to 2024-02-28", "2022-02-28 to 2023-02-27"),
        ] {
            let trailing = Trailing::to(day(audit));
            assert_eq!((trailing.now.to_string(), trailing.before.to_string()), (now.into(), before.into()), "{audit}");
            assert!(trailing.now.holds(day(audit)) && !trailing.now.holds(day_after(day(audit))));
            assert_eq!(trailing.before.until, trailing.now.from, "no day counts twice, none is left out");
        }
    }

    #[test]
    fn a_fiscal_year_is_cut_at_its_own_month() {
        for (on, starts, quarter, last) in [
            ("2026-02-10", 1, "2026 Q1", "2026-03-31"),
            ("2026-12-31", 1, "2026 Q4", "2026-12-31"),
            ("2026-02-10", 4, "2026 Q4", "2026-03-31"),
            ("2026-04-01", 4, "2027 Q1", "2026-06-30"),
            ("2025-10-01", 10, "2026 Q1", "2025-12-31"),
            ("2026-09-30", 10, "2026 Q4", "2026-09-30"),
            ("2024-02-29", 2, "2025 Q1", "2024-04-30"),
            ("2026-01-31", 2, "2026 Q4", "2026-01-31"),
            ("2026-01-31", 12, "2026 Q1", "2026-02-28"),
        ] {
            let found = Quarter::of(day(on), starts);
            assert_eq!((found.to_string(), found.last_day(starts)), (quarter.into(), day(last)), "{on}, year from month {starts}");
            assert!(found.period(starts).holds(day(on)));
            assert_eq!(found.next().previous(), found);
            assert_eq!(found.next().period(starts).from, found.period(starts).until);
        }
    }
}
