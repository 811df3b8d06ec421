//! Points and lengths of time in a filter, and the instants that they stand for.

use super::{Op, Room, eval::Context};
use crate::domain::{
    day,
    time::{Instant, MICROS_PER_HOUR, MICROS_PER_MINUTE, Span},
};
use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use std::fmt;

const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;
/// A hundred years; a longer length of time is a slip.
const LENGTH_MAX: i64 = 36_525 * MICROS_PER_DAY;

/// What a time field is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Clock time from now on, or for a past field its age.
    Length(Span),
    Period(Period),
}

/// An interval of local time, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Yesterday,
    Today,
    Tomorrow,
    /// The calendar week, from Monday on.
    Week,
    Month,
    Minute(NaiveDateTime),
    Day(NaiveDate),
    MonthOf(NaiveDate),
    YearOf(NaiveDate),
}

/// The periods that are written as a word.
pub const NAMED: &[(&str, Period, &str)] = &[
    ("today", Period::Today, "this calendar day"),
    ("yesterday", Period::Yesterday, "the calendar day before"),
    ("tomorrow", Period::Tomorrow, "the next calendar day"),
    ("week", Period::Week, "this calendar week, from Monday on"),
    ("month", Period::Month, "this calendar month"),
];

impl When {
    /// Reads `2h`, `-30m`, `7d`, `1w`, `today`, `2026`, `2026-03`, `2026-03-01` or `2026-03-01T14:00`.
    /// The error says what is wrong and how to write it.
    pub fn read(text: &str) -> Result<Self, (String, String)> {
        if let Some((_, period, _)) = NAMED.iter().find(|(name, ..)| name.eq_ignore_ascii_case(text)) {
            return Ok(Self::Period(*period));
        }
        if let Some(period) = Period::read(text) {
            return Ok(Self::Period(period));
        }
        let shape = || "write a length (30m, 2h, 7d, 1w), a day (today, 2026-03-01), a month (2026-03) or a year (2026)".to_owned();
        let split = text.find(|c: char| !(c.is_ascii_digit() || c == '-' || c == '+')).unwrap_or(text.len());
        let (digits, unit) = text.split_at(split);
        if digits.is_empty() || !digits.ends_with(|c: char| c.is_ascii_digit()) {
            return Err(("is not a time".to_owned(), shape()));
        }
        if unit.is_empty() && digits.bytes().all(|c| c.is_ascii_digit()) {
            return Err(("has no unit".to_owned(), format!("write {digits}m, {digits}h or {digits}d")));
        }
        let unit = match unit.to_ascii_lowercase().as_str() {
            "m" | "min" | "mins" => MICROS_PER_MINUTE,
            "h" | "hour" | "hours" => MICROS_PER_HOUR,
            "d" | "day" | "days" => MICROS_PER_DAY,
            "w" | "week" | "weeks" => 7 * MICROS_PER_DAY,
            _ => return Err(("is not a time".to_owned(), shape())),
        };
        let count: i64 = digits.parse().map_err(|_| ("is not a time".to_owned(), shape()))?;
        match count.checked_mul(unit) {
            Some(micros) if (-LENGTH_MAX..=LENGTH_MAX).contains(&micros) => Ok(Self::Length(Span::from_micros(micros))),
            _ => Err(("is longer than a hundred years".to_owned(), "write a date instead".to_owned())),
        }
    }

    /// The half-open interval `[from, until)` in which `instant op self` holds; a missing end is open.
    /// `past` says that a length is an age. Every comparison of times, in memory and in SQL, is this interval.
    pub fn interval<R: Room>(self, op: Op, past: bool, context: &Context<'_, R>) -> (Option<Instant>, Option<Instant>) {
        let (start, end, op) = match self {
            Self::Length(length) => {
                let micros = if past { Span::ZERO.minus(length) } else { length };
                let at = context.now.plus(micros);
                (at, at.plus(Span::from_micros(1)), if past { mirrored(op) } else { op })
            }
            Self::Period(period) => {
                let (start, end) = period.interval(context);
                (start, end, op)
            }
        };
        match op {
            Op::Eq => (Some(start), Some(end)),
            Op::Lt => (None, Some(start)),
            Op::Le => (None, Some(end)),
            Op::Gt => (Some(end), None),
            Op::Ge => (Some(start), None),
        }
    }
}

/// An age is greater when the instant is earlier.
const fn mirrored(op: Op) -> Op {
    match op {
        Op::Eq => Op::Eq,
        Op::Lt => Op::Gt,
        Op::Le => Op::Ge,
        Op::Gt => Op::Lt,
        Op::Ge => Op::Le,
    }
}

impl Period {
    fn read(text: &str) -> Option<Self> {
        let digits = |range: std::ops::Range<usize>| {
            let part = text.get(range)?;
            part.bytes().all(|c| c.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten()
        };
        let year = i32::try_from(digits(0..4)?).ok().filter(|year| *year > 0)?;
        let dash = |at: usize| text.as_bytes().get(at) == Some(&b'-');
        match text.len() {
            4 => NaiveDate::from_ymd_opt(year, 1, 1).map(Self::YearOf),
            7 if dash(4) => NaiveDate::from_ymd_opt(year, digits(5..7)?, 1).map(Self::MonthOf),
            10 if dash(4) && dash(7) => NaiveDate::from_ymd_opt(year, digits(5..7)?, digits(8..10)?).map(Self::Day),
            16 if dash(4) && dash(7) && matches!(text.as_bytes()[10], b'T' | b't') && text.as_bytes()[13] == b':' => {
                let day = NaiveDate::from_ymd_opt(year, digits(5..7)?, digits(8..10)?)?;
                day.and_hms_opt(digits(11..13)?, digits(14..16)?, 0).map(Self::Minute)
            }
            _ => None,
        }
    }

    fn interval<R: Room>(self, context: &Context<'_, R>) -> (Instant, Instant) {
        let today = day::local_date(context.now, context.zone);
        let days = |from: NaiveDate, count: u64| (midnight(from), midnight(from.checked_add_days(Days::new(count)).unwrap_or(from)));
        let months = |from: NaiveDate, count: u32| (midnight(from), midnight(from.checked_add_months(Months::new(count)).unwrap_or(from)));
        let (start, end) = match self {
            Self::Yesterday => days(today.pred_opt().unwrap_or(today), 1),
            Self::Today => days(today, 1),
            Self::Tomorrow => days(today.succ_opt().unwrap_or(today), 1),
            Self::Week => days(today.week(chrono::Weekday::Mon).checked_first_day().unwrap_or(today), 7),
            Self::Month => months(today.with_day(1).unwrap_or(today), 1),
            Self::Day(day) => days(day, 1),
            Self::MonthOf(first) => months(first, 1),
            Self::YearOf(first) => months(first, 12),
            Self::Minute(at) => (at, at.checked_add_signed(TimeDelta::minutes(1)).unwrap_or(at)),
        };
        (day::local_instant(start, context.zone), day::local_instant(end, context.zone))
    }
}

const fn midnight(day: NaiveDate) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN)
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = match self {
            Self::Period(period) => return period.fmt(f),
            Self::Length(length) => length.micros(),
        };
        let (unit, letter) = [(MICROS_PER_DAY, 'd'), (MICROS_PER_HOUR, 'h')]
            .into_iter()
            .find(|(unit, _)| length != 0 && length % unit == 0)
            .unwrap_or((MICROS_PER_MINUTE, 'm'));
        write!(f, "{}{letter}", length / unit)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{}", day.format("%Y-%m-%d")),
            Self::MonthOf(day) => write!(f, "{}", day.format("%Y-%m")),
            Self::YearOf(day) => write!(f, "{}", day.format("%Y")),
            Self::Minute(at) => write!(f, "{}", at.format("%Y-%m-%dT%H:%M")),
            named => f.write_str(NAMED.iter().find(|(_, period, _)| period == named).map_or("", |(name, ..)| name)),
        }
    }
}
