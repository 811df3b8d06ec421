//! Business time: when the channel desk is open, and how much of an interval was open.

mod compiled;
mod holidays;
mod place;

pub use compiled::{CompiledCalendar, NoOpenHour};
pub use holidays::Holidays;
pub use place::Place;

use crate::domain::{text::Text, time::Span};
use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
use chrono_tz::Tz;
use serde::{Serialize, Serializer};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// An interval of local time in a day, from the opening to the closing minute, half-open. `to` = 00:00 means the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Hours {
    pub from: NaiveTime,
    pub to: NaiveTime,
}

/// A calendar as the program states it. All times are local to `zone`; the compiled form answers questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Calendar {
    pub name: Text,
    #[serde(serialize_with = "zone_name")]
    pub zone: Tz,
    /// Monday first. The intervals of a day are sorted and do not touch.
    pub week: [Vec<Hours>; 7],
    /// Whose public holidays are closed days.
    pub holidays: Vec<Place>,
    /// Further closed days.
    pub closed: BTreeSet<NaiveDate>,
    /// Days with their own hours; they beat holidays and `closed`.
    pub open: BTreeMap<NaiveDate, Vec<Hours>>,
}

pub fn zone_name<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

impl Calendar {
    /// The mean opening time of a weekday that has any, from the weekly hours alone: holidays and exceptions do not
    /// shorten it, so that a promise in days means the same all year. Monday to Thursday 8 h and Friday 6 h give 7 h 36 min.
    pub fn business_day(&self) -> Span {
        let open = || self.week.iter().filter(|hours| !hours.is_empty());
        let days = i64::try_from(open().count()).unwrap_or(7).max(1);
        let total: i64 = open().flatten().map(|hours| hours.length().micros()).sum();
        Span::from_micros(total / days)
    }

    /// The hours by the clock on the wall on `date`, before any change of the clock. Its own hours beat a closed day,
    /// a closed day and a holiday beat the week.
    pub fn hours_on(&self, date: NaiveDate, is_holiday: bool) -> &[Hours] {
        if let Some(own) = self.open.get(&date) {
            own
        } else if is_holiday || self.closed.contains(&date) {
            &[]
        } else {
            &self.week[date.weekday().num_days_from_monday() as usize]
        }
    }
}

impl Hours {
    pub fn length(&self) -> Span {
        let end_minute = if self.to == NaiveTime::MIN { 24 * 60 } else { minute_of(self.to) };
        Span::minutes(end_minute - minute_of(self.from))
    }
}

fn minute_of(time: NaiveTime) -> i64 {
    i64::from(time.hour() * 60 + time.minute())
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.to == NaiveTime::MIN { "24:00".into() } else { self.to.format("%H:%M").to_string() };
        write!(f, "{}-{end}", self.from.format("%H:%M"))
    }
}
