//! Calendar days in a zone: which one an instant lies in, when one begins and ends, and what is counted by day.

use crate::domain::time::{Instant, Span};
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// The date on the calendar on the wall in `zone`.
pub fn local_date(at: Instant, zone: Tz) -> NaiveDate {
    zone.from_utc_datetime(&at.to_utc().naive_utc()).date_naive()
}

/// The day of an instant in a zone, as days since 1970-01-01.
pub fn day_of(at: Instant, zone: Tz) -> i64 {
    day_number(local_date(at, zone))
}

/// A date as days since 1970-01-01.
pub fn day_number(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}

/// The date of a day number; one that no calendar has is 1970-01-01.
pub fn date_of_day(day: i64) -> NaiveDate {
    TimeDelta::try_days(day).and_then(|days| NaiveDate::default().checked_add_signed(days)).unwrap_or_default()
}

/// The first instant of a date in `zone`; where a change of the clocks swallows midnight, the first moment after it.
pub fn start_of_day(date: NaiveDate, zone: Tz) -> Instant {
    local_instant(date.and_time(NaiveTime::MIN), zone)
}

/// The last instant (to the microsecond) that bears this date or an earlier one in `zone`. What is valid to the end of a
/// day is valid at this instant and no longer.
pub fn end_of_day(date: NaiveDate, zone: Tz) -> Instant {
    let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
    start_of_day(next, zone).plus(Span::from_micros(-1))
}

/// The instant of a local time. In the hour that happens twice it is the first; one that a change of clocks skips is the
/// first moment after the gap (a whole day was skipped in Samoa in 2011, no gap was longer).
pub fn local_instant(local: NaiveDateTime, zone: Tz) -> Instant {
    (0..=100)
        .filter_map(|quarters| local.checked_add_signed(TimeDelta::minutes(15 * quarters)))
        .find_map(|at| zone.from_local_datetime(&at).earliest())
        .map_or_else(|| local.and_utc().into(), |at| at.to_utc().into())
}

/// One more (or, in an undo, one less) of a measure on a day. `M` names the measures of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Counted<M> {
    /// Days since 1970-01-01 in the program's zone.
    pub day: i64,
    pub measure: M,
    /// A number that tells finer, 0 where there is none.
    pub bucket: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(date: &str, zone: Tz) -> String {
        end_of_day(date.parse().unwrap(), zone).plus(Span::from_micros(1)).to_string()
    }

    /// Worked out by hand from the tz database's rules.
    #[test]
    fn a_day_ends_where_the_next_begins_on_the_wall() {
        assert_eq!(end("2026-03-29", Tz::Europe__Berlin), "2026-03-29T22:00:00Z", "23 hours: summer time since 02:00");
        assert_eq!(end("2026-10-25", Tz::Europe__Berlin), "2026-10-25T23:00:00Z", "25 hours: winter time since 03:00");
        assert_eq!(end("2026-07-01", Tz::Asia__Kolkata), "2026-07-01T18:30:00Z");
        assert_eq!(
            end("2018-11-03", Tz::America__Sao_Paulo),
            "2018-11-04T03:00:00Z",
            "midnight was skipped: the day ends at 00:00 = 01:00"
        );
        assert_eq!(end("2018-02-17", Tz::America__Sao_Paulo), "2018-02-18T03:00:00Z", "23:00 to 24:00 happened twice");
        assert_eq!(end("2011-12-29", Tz::Pacific__Apia), "2011-12-30T10:00:00Z", "the 30th did not happen there");
        assert_eq!(end("2026-10-31", Tz::America__Havana), "2026-11-01T04:00:00Z", "midnight to 01:00 happens twice: the first midnight");
    }

    #[test]
    fn an_instant_bears_the_date_on_the_wall() {
        let at: Instant = "2026-03-31T22:30:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap().into();
        assert_eq!(local_date(at, Tz::Europe__Berlin).to_string(), "2026-04-01");
        assert_eq!(local_date(at, Tz::UTC).to_string(), "2026-03-31");
        assert_eq!(day_of(Instant::from_micros(0), Tz::UTC), 0);
        assert_eq!(day_of(Instant::from_micros(-1), Tz::UTC), -1);
    }

    #[test]
    fn a_day_is_a_number_and_back() {
        for (text, number) in [("1970-01-01", 0), ("1969-12-31", -1), ("2026-03-02", 20_514)] {
            let date: NaiveDate = text.parse().unwrap();
            assert_eq!(day_number(date), number, "{text}");
            assert_eq!(date_of_day(number), date);
        }
    }
}
