//! Dates and times as exports write them.

use crate::domain::time::Instant;
use chrono::{
    DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
    format::{Item, Parsed, StrftimeItems, parse},
};
use chrono_tz::Tz;

/// One way to write an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateFormat {
    /// ISO 8601: `2026-03-01`, `2026-03-01 14:00`, `2026-03-01T14:00:05.123Z`, with or without an offset.
    Iso,
    /// `1/3/2026`, `01.03.2026 14:00`, `1-3-2026 2:00 pm`: the first of March.
    DayFirst,
    /// `3/1/2026`: the first of March.
    MonthFirst,
    /// Seconds or milliseconds since 1970.
    EpochSeconds,
    EpochMillis,
    /// A pattern of `strftime`.
    Pattern(String),
}

pub const NAMED: [(&str, DateFormat); 5] = [
    ("iso", DateFormat::Iso),
    ("day first", DateFormat::DayFirst),
    ("month first", DateFormat::MonthFirst),
    ("epoch seconds", DateFormat::EpochSeconds),
    ("epoch milliseconds", DateFormat::EpochMillis),
];

impl DateFormat {
    /// Reads a format of a mapping: a name of [`NAMED`] or a pattern that holds at least a day.
    pub fn read(text: &str) -> Option<Self> {
        if let Some((_, format)) = NAMED.iter().find(|(name, _)| *name == text) {
            return Some(format.clone());
        }
        let is_pattern = text.contains('%') && !StrftimeItems::new(text).any(|item| matches!(item, Item::Error));
        is_pattern.then(|| Self::Pattern(text.to_owned()))
    }

    /// The instant that `text` stands for; local times are those of `zone`. An hour that happens twice is the first one,
    /// an hour that is skipped moves forward with the clocks.
    pub fn instant(&self, text: &str, zone: Tz) -> Option<Instant> {
        match self {
            Self::Iso => iso(text, zone),
            Self::DayFirst => numbered(text, zone, false),
            Self::MonthFirst => numbered(text, zone, true),
            Self::EpochSeconds => text.parse::<i64>().ok()?.checked_mul(1_000_000).map(Instant::from_micros),
            Self::EpochMillis => text.parse::<i64>().ok()?.checked_mul(1_000).map(Instant::from_micros),
            Self::Pattern(pattern) => patterned(text, pattern, zone),
        }
        .filter(|at| is_plausible(*at))
    }
}

/// A date outside 1900 to 2199 is a slip, and chrono's own limits stay far away.
fn is_plausible(at: Instant) -> bool {
    const FROM: i64 = -2_208_988_800_000_000;
    const UNTIL: i64 = 7_258_118_400_000_000;
    (FROM..UNTIL).contains(&at.micros())
}

fn iso(text: &str, zone: Tz) -> Option<Instant> {
    let (date, rest) = text.split_at_checked(10)?;
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
    if rest.is_empty() {
        return local(date.and_time(NaiveTime::MIN), zone);
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ','))).unwrap_or(rest.len());
    let (time, offset) = rest.split_at(end);
    let at = date.and_time(clock(time)?);
    match offset.trim() {
        "" => local(at, zone),
        "Z" | "z" | "UTC" => Some(at.and_utc().into()),
        offset => {
            let text = format!("{} {offset}", at.format("%Y-%m-%d %H:%M:%S%.f"));
            ["%Y-%m-%d %H:%M:%S%.f %:z", "%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M:%S%.f %#z"]
                .iter()
                .find_map(|pattern| DateTime::parse_from_str(&text, pattern).ok())
                .map(|at| at.to_utc().into())
        }
    }
}

/// Day, month and year by number, in two orders; then perhaps a time, perhaps with am or pm.
fn numbered(text: &str, zone: Tz, month_first: bool) -> Option<Instant> {
    let (date, time) = text.split_once(' ').map_or((text, ""), |(date, time)| (date, time.trim()));
    let separator = date.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '/' | '.' | '-'))?;
    let mut parts = date.trim_end_matches(',').split(separator);
    let mut number = || parts.next().filter(|part| (1..=4).contains(&part.len())).and_then(|part| part.parse::<u32>().ok());
    let (first, second, year) = (number()?, number()?, number()?);
    if parts.next().is_some() {
        return None;
    }
    let (day, month) = if month_first { (second, first) } else { (first, second) };
    // Two digits are of this century, as spreadsheets read them until 69.
    let year = if year < 100 { year + if year < 70 { 2000 } else { 1900 } } else { year };
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    if time.is_empty() {
        return local(date.and_time(NaiveTime::MIN), zone);
    }
    let lower = time.to_ascii_lowercase();
    let (time, half) = match lower.trim_end_matches('.') {
        time if time.ends_with("am") || time.ends_with("a.m") => (time.split('a').next().unwrap_or(time), Some(false)),
        time if time.ends_with("pm") || time.ends_with("p.m") => (time.split('p').next().unwrap_or(time), Some(true)),
        time => (time, None),
    };
    let time = clock(time.trim())?;
    let shift = match (half, chrono::Timelike::hour(&time)) {
        (None, _) | (Some(false), 1..=11) | (Some(true), 12) => 0,
        (Some(true), 1..=11) => 12,
        (Some(false), 12) => -12,
        _ => return None,
    };
    local(date.and_time(time).checked_add_signed(TimeDelta::hours(shift))?, zone)
}

/// `14:00`, `14:00:05` or `14:00:05.123`.
fn clock(text: &str) -> Option<NaiveTime> {
    let text = text.replace(',', ".");
    ["%H:%M", "%H:%M:%S%.f"].iter().find_map(|pattern| NaiveTime::parse_from_str(&text, pattern).ok())
}

fn patterned(text: &str, pattern: &str, zone: Tz) -> Option<Instant> {
    let mut parsed = Parsed::new();
    parse(&mut parsed, text, StrftimeItems::new(pattern)).ok()?;
    if let Ok(at) = parsed.to_datetime() {
        return Some(at.to_utc().into());
    }
    let date = parsed.to_naive_date().ok()?;
    local(date.and_time(parsed.to_naive_time().unwrap_or(NaiveTime::MIN)), zone)
}

fn local(at: NaiveDateTime, zone: Tz) -> Option<Instant> {
    (0..=100)
        .filter_map(|quarters| at.checked_add_signed(TimeDelta::minutes(15 * quarters)))
        .find_map(|at| zone.from_local_datetime(&at).earliest())
        .map(|at| at.to_utc().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_exports_write() {
        let berlin = Tz::Europe__Berlin;
        for (format, text, instant) in [
            ("iso", "2026-03-01", "2026-02-28T23:00:00Z"),
            ("iso", "2026-07-01 14:00", "2026-07-01T12:00:00Z"),
            ("iso", "2018-02-26 19:58:54", "2018-02-26T18:58:54Z"),
            ("iso", "2019-10-22T10:11:12.000+0000", "2019-10-22T10:11:12Z"),
            ("iso", "2019-10-22T10:11:12.5Z", "2019-10-22T10:11:12Z"),
            ("iso", "2019-10-22T10:11:12+05:30", "2019-10-22T04:41:12Z"),
            ("iso", "2010-12-29 00:00:00.000", "2010-12-28T23:00:00Z"),
            ("day first", "29/2/2016 01:16", "2016-02-29T00:16:00Z"),
            ("day first", "5.3.26", "2026-03-04T23:00:00Z"),
            ("month first", "3/5/2026, 2:30 PM", "2026-03-05T13:30:00Z"),
            ("month first", "12/31/1999 12:00 am", "1999-12-30T23:00:00Z"),
            ("epoch seconds", "1767225600", "2026-01-01T00:00:00Z"),
            ("epoch milliseconds", "1767225600123", "2026-01-01T00:00:00Z"),
            ("%d %b %Y", "05 Mar 2026", "2026-03-04T23:00:00Z"),
            ("%Y%m%d%H%M%S%z", "20260305120000+0200", "2026-03-05T10:00:00Z"),
            // The hour from two to three did not happen; the one in autumn happened twice.
            ("iso", "2026-03-29 02:30", "2026-03-29T01:00:00Z"),
            ("iso", "2026-10-25 02:30", "2026-10-25T00:30:00Z"),
        ] {
            let at = DateFormat::read(format).unwrap().instant(text, berlin).map(|at| at.to_string());
            assert_eq!(at.as_deref(), Some(instant), "{format}: {text}");
        }
        for (format, text) in [
            ("iso", "2026-02-30"),
            ("iso", "29/2/2016"),
            ("iso", "0001-01-01"),
            ("iso", ""),
            ("iso", "2026-03-01x"),
            ("iso", "ééééééé"),
            ("day first", "2/29/2016"),
            ("day first", "31/4/2026"),
            ("day first", "1/2"),
            ("month first", "29/2/2016"),
            ("month first", "1/2/2026 13:00 pm"),
            ("epoch seconds", "9223372036854775807"),
            ("%d %b %Y", "5 of March"),
        ] {
            assert_eq!(DateFormat::read(format).unwrap().instant(text, berlin), None, "{format}: {text}");
        }
        assert_eq!(DateFormat::read("%Q"), None);
        assert_eq!(DateFormat::read("whenever"), None);
    }
}
