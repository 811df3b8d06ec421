//! Instants: UTC, cut to microseconds, because PostgreSQL and the audit chain keep no more.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

pub const MICROS_PER_MILLISECOND: i64 = 1_000;
pub const MICROS_PER_SECOND: i64 = 1_000_000;
pub const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;
pub const MICROS_PER_HOUR: i64 = 60 * MICROS_PER_MINUTE;

/// Microseconds since 1970-01-01T00:00:00Z. A bigint in both databases: it sorts, fits 8 bytes and needs no zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The same instant as chrono knows it; instants outside chrono's range (±262,000 years) become its ends.
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(if self.0 < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC })
    }

    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// `self - earlier`; negative when `earlier` is later.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

/// A length of time in microseconds, signed. What kind of time (elapsed or business) the name of the field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(i64);

impl Span {
    pub const ZERO: Self = Self(0);

    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn minutes(minutes: i64) -> Self {
        Self(minutes * MICROS_PER_MINUTE)
    }

    pub const fn hours(hours: i64) -> Self {
        Self(hours * MICROS_PER_HOUR)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    pub const fn seconds_floor(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// As a person says it: seconds only in the last quarter of an hour, minutes only within a day.
    pub fn to_words(self) -> String {
        let seconds = self.seconds_floor().max(0);
        let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
        match seconds {
            0..=59 => format!("{seconds}s"),
            60..=899 => format!("{minutes}m {:02}s", seconds % 60),
            900..=3_599 => format!("{minutes}m"),
            3_600..=86_399 => format!("{hours}h {:02}m", minutes % 60),
            _ => format!("{days}d {:02}h", hours % 24),
        }
    }

    /// To the minute: a screen that shows it needs no second hand.
    pub fn to_words_in_minutes(self) -> String {
        let minutes = self.minutes_floor().max(0);
        if minutes < 60 { format!("{minutes}m") } else { Self::minutes(minutes).to_words() }
    }

    /// Business time, to the minute and in no more than hours: a day of it is as long as its calendar says, and not 24 hours.
    pub fn to_business_words(self) -> String {
        let minutes = self.minutes_floor().max(0);
        match (minutes / 60, minutes % 60) {
            (0, minutes) => format!("{minutes}m"),
            (hours, 0) => format!("{hours}h"),
            (hours, minutes) => format!("{hours}h {minutes:02}m"),
        }
    }

    pub const fn minutes_floor(self) -> i64 {
        self.0.div_euclid(MICROS_PER_MINUTE)
    }

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn business_time_knows_no_days() {
        let told = [0, 45, 60, 495, 3_000].map(|minutes| Span::minutes(minutes).to_business_words());
        assert_eq!(told, ["0m", "45m", "1h", "8h 15m", "50h"]);
        assert_eq!(Span::minutes(-5).to_business_words(), "0m");
    }
}
