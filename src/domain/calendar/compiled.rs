//! The compiled calendar: every open interval in UTC, year by year, so that a question costs a binary search.
//!
//! A year is laid out when it is first asked for and kept: a desk with two intervals a day takes 8 KB a year. Years from
//! 1970 to 2105 are known (their seconds fit 32 bits); outside of them the desk is closed.

use super::{Calendar, Hours, holidays::Holidays};
use crate::domain::time::{Instant, MICROS_PER_SECOND, Span};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use std::{fmt, sync::OnceLock};

const FIRST_YEAR: i32 = 1970;
const YEARS: usize = 136;
/// A search for the next open hour ends after so many years.
const SEARCH_YEARS: usize = 10;

/// A [`Calendar`] that answers in well under a microsecond. Share it by `Arc`; it never changes.
pub struct CompiledCalendar {
    pub calendar: Calendar,
    holidays: OnceLock<Holidays>,
    years: Box<[OnceLock<Year>]>,
}

/// The work would not be done within the years that the calendar knows, or no hour is open for ten years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the calendar has no open hour within {SEARCH_YEARS} years")]
pub struct NoOpenHour;

/// The open intervals of a UTC year in seconds since the epoch. `open_before[i]` is the open time of the year before
/// interval `i`; one entry more than intervals, so that the last is the total.
struct Year {
    starts: Box<[u32]>,
    open_before: Box<[u32]>,
}

impl CompiledCalendar {
    pub fn new(calendar: Calendar) -> Self {
        Self { calendar, holidays: OnceLock::new(), years: (0..YEARS).map(|_| OnceLock::new()).collect() }
    }

    /// Business time in `[from, to)`; negative when `to` is earlier.
    pub fn elapsed(&self, from: Instant, to: Instant) -> Span {
        if to < from {
            return Span::ZERO.minus(self.elapsed(to, from));
        }
        let (first, last) = (year_index(from), year_index(to));
        if first == last {
            let year = self.year(first);
            return year.worked(to).minus(year.worked(from));
        }
        let whole_years = (first..last).map(|index| self.year(index).total()).fold(Span::ZERO, Span::plus);
        whole_years.minus(self.year(first).worked(from)).plus(self.year(last).worked(to))
    }

    /// The earliest instant at which `work` of business time after `from` is done. No work, or less, is done at `from`.
    /// Work that ends with the last minute of a day is done at the closing, not at the next opening.
    pub fn add(&self, from: Instant, work: Span) -> Result<Instant, NoOpenHour> {
        if work <= Span::ZERO {
            return Ok(from);
        }
        let first = year_index(from);
        let mut left = work.plus(self.year(first).worked(from));
        let mut closed_years = 0;
        for index in first..YEARS {
            let year = self.year(index);
            if left <= year.total() {
                return Ok(year.done(left));
            }
            left = left.minus(year.total());
            closed_years = if year.total() == Span::ZERO { closed_years + 1 } else { 0 };
            if closed_years > SEARCH_YEARS {
                break;
            }
        }
        Err(NoOpenHour)
    }

    pub fn is_open(&self, at: Instant) -> bool {
        self.next_open(at) == Ok(at)
    }

    /// `at` itself when the desk is open then, else the next opening.
    pub fn next_open(&self, at: Instant) -> Result<Instant, NoOpenHour> {
        let first = year_index(at);
        for index in first..YEARS.min(first + SEARCH_YEARS + 1) {
            if let Some(found) = self.year(index).next_open(at) {
                return Ok(found);
            }
        }
        Err(NoOpenHour)
    }

    /// The name of the public holiday on `date`, if it is one here.
    pub fn holiday(&self, date: NaiveDate) -> Option<&str> {
        self.holidays.get_or_init(|| Holidays::of(&self.calendar.holidays)).name(date)
    }

    fn year(&self, index: usize) -> &Year {
        self.years[index].get_or_init(|| self.lay_out(index))
    }

    /// The open intervals between two new years, UTC.
    fn lay_out(&self, index: usize) -> Year {
        let (start, end) = (new_year(index), new_year(index + 1));
        let mut open = Vec::new();
        let mut at = start;
        while at < end {
            let (stretch_end, offset) = self.same_offset(at, end);
            self.open_by_the_wall(at, stretch_end, offset, &mut open);
            if stretch_end < end {
                self.open_inside_gap(stretch_end, offset, self.offset(stretch_end), &mut open);
            }
            at = stretch_end;
        }
        for interval in &mut open {
            *interval = (interval.0.clamp(start, end), interval.1.clamp(start, end));
        }
        Year::new(open)
    }

    /// The end (at most `end`) of the stretch from `at` in which the zone keeps its offset, and that offset.
    fn same_offset(&self, at: i64, end: i64) -> (i64, i64) {
        const DAY: i64 = 86_400;
        let offset = self.offset(at);
        let mut known = at;
        loop {
            let next = (known + DAY).min(end);
            if self.offset(next.min(end - 1)) != offset {
                return (self.change_between(known, next.min(end - 1), offset), offset);
            }
            if next == end {
                return (end, offset);
            }
            known = next;
        }
    }

    /// The first second in `(before, after]` whose offset is not `offset`.
    fn change_between(&self, mut before: i64, mut after: i64, offset: i64) -> i64 {
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if self.offset(middle) == offset {
                before = middle;
            } else {
                after = middle;
            }
        }
        after
    }

    /// Seconds that the zone's wall clock is ahead of UTC.
    fn offset(&self, at: i64) -> i64 {
        let utc = DateTime::from_timestamp(at, 0).unwrap_or_default().naive_utc();
        i64::from(self.calendar.zone.offset_from_utc_datetime(&utc).fix().local_minus_utc())
    }

    /// What is open from `from` to `to` by the clock on the wall, which is `offset` ahead all along. An overlap appears
    /// in two stretches and so counts twice; the hours of a gap appear in none.
    fn open_by_the_wall(&self, from: i64, to: i64, offset: i64, open: &mut Vec<(i64, i64)>) {
        let (wall_from, wall_to) = (from + offset, to + offset);
        let mut date = wall(wall_from).date();
        while midnight(date) < wall_to {
            for (opens, closes) in self.seconds_on(date) {
                let (opens, closes) = (opens.max(wall_from), closes.min(wall_to));
                if opens < closes {
                    open.push((opens - offset, closes - offset));
                }
            }
            let Some(next) = date.checked_add_days(Days::new(1)) else { return };
            date = next;
        }
    }

    /// Hours that a change of the clock swallows whole move forward by the length of the gap, so that no desk loses its
    /// day. (Hours that it swallows in part begin or end with the gap.) A skipped day, as at the date line, stays skipped.
    fn open_inside_gap(&self, change: i64, before: i64, after: i64, open: &mut Vec<(i64, i64)>) {
        const LONGEST: i64 = 12 * 3_600;
        let (gap_from, gap_to) = (change + before, change + after);
        if gap_to <= gap_from || gap_to - gap_from > LONGEST {
            return;
        }
        for date in [wall(gap_from).date(), wall(gap_to).date()] {
            let swallowed = self.seconds_on(date).filter(|(opens, closes)| *opens >= gap_from && *closes <= gap_to);
            open.extend(swallowed.map(|(opens, closes)| (opens - before, closes - before)));
        }
    }

    /// The hours of a local date as seconds on the wall clock's own line.
    fn seconds_on(&self, date: NaiveDate) -> impl Iterator<Item = (i64, i64)> {
        let hours = self.calendar.hours_on(date, self.holiday(date).is_some());
        hours.iter().map(move |Hours { from, to }| {
            let end = if *to == NaiveTime::MIN { date.checked_add_days(Days::new(1)).unwrap_or(date) } else { date };
            (date.and_time(*from).and_utc().timestamp(), end.and_time(*to).and_utc().timestamp())
        })
    }
}

impl Year {
    fn new(mut open: Vec<(i64, i64)>) -> Self {
        open.sort_unstable();
        open.dedup_by(|next, last| {
            let touches = next.0 <= last.1;
            if touches {
                last.1 = last.1.max(next.1);
            }
            touches
        });
        open.retain(|(from, to)| from < to);
        let mut total = 0;
        let mut open_before = Vec::with_capacity(open.len() + 1);
        for (from, to) in &open {
            open_before.push(seconds(total));
            total += to - from;
        }
        open_before.push(seconds(total));
        Self { starts: open.iter().map(|(from, _)| seconds(*from)).collect(), open_before: open_before.into() }
    }

    fn total(&self) -> Span {
        self.open_before.last().map_or(Span::ZERO, |total| span(*total))
    }

    fn length(&self, interval: usize) -> Span {
        span(self.open_before[interval + 1] - self.open_before[interval])
    }

    /// Open time from the new year until `at`.
    fn worked(&self, at: Instant) -> Span {
        let begun = self.starts.partition_point(|start| instant(*start) <= at);
        let Some(last) = begun.checked_sub(1) else { return Span::ZERO };
        let inside = at.since(instant(self.starts[last])).min(self.length(last));
        span(self.open_before[last]).plus(inside)
    }

    /// When `work` of this year's open time is done; `work` is more than nothing and at most the total.
    fn done(&self, work: Span) -> Instant {
        let interval = self.open_before.partition_point(|before| span(*before) < work) - 1;
        instant(self.starts[interval]).plus(work.minus(span(self.open_before[interval])))
    }

    fn next_open(&self, at: Instant) -> Option<Instant> {
        let begun = self.starts.partition_point(|start| instant(*start) <= at);
        if let Some(last) = begun.checked_sub(1)
            && at < instant(self.starts[last]).plus(self.length(last))
        {
            return Some(at);
        }
        self.starts.get(begun).map(|start| instant(*start))
    }
}

fn year_index(at: Instant) -> usize {
    let year = at.to_utc().year().clamp(FIRST_YEAR, FIRST_YEAR + 135);
    usize::try_from(year - FIRST_YEAR).unwrap_or(0)
}

/// The first second of a year.
fn new_year(index: usize) -> i64 {
    let year = FIRST_YEAR + i32::try_from(index).unwrap_or(0);
    NaiveDate::from_ymd_opt(year, 1, 1).map_or(0, midnight)
}

fn midnight(date: NaiveDate) -> i64 {
    date.and_time(NaiveTime::MIN).and_utc().timestamp()
}

fn wall(seconds: i64) -> NaiveDateTime {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().naive_utc()
}

/// Seconds of the known years fit: the last is 2105-12-31.
fn seconds(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn instant(seconds: u32) -> Instant {
    Instant::from_micros(i64::from(seconds) * MICROS_PER_SECOND)
}

fn span(seconds: u32) -> Span {
    Span::from_micros(i64::from(seconds) * MICROS_PER_SECOND)
}

impl fmt::Debug for CompiledCalendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.calendar.fmt(f)
    }
}

impl PartialEq for CompiledCalendar {
    fn eq(&self, other: &Self) -> bool {
        self.calendar == other.calendar
    }
}

impl serde::Serialize for CompiledCalendar {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.calendar.serialize(serializer)
    }
}
