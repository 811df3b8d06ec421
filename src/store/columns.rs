//! What the narrow rows of all rooms have alike.

use crate::domain::{country::Country, money::Money, time::Instant};
use chrono::{NaiveDate, NaiveTime};

/// After every instant that a clock can be due at.
pub const NOT_DUE: i64 = 1 << 62;

/// The place of a record in the order of due instants: without one after all others, by receipt.
pub fn due_key(due: Option<Instant>, received_at: Instant) -> i64 {
    due.map_or_else(|| NOT_DUE.saturating_add(received_at.micros().max(0)), |due| due.micros().min(NOT_DUE - 1))
}

/// The value of a record that states none: below every other.
pub const NO_VALUE: i64 = i64::MIN;
/// A whole unit of any currency; no currency has more than four digits after the point.
pub const UNIT: i64 = 10_000;

/// The place of a record in the order of values, whatever the currency: ten-thousandths of a whole unit.
pub fn value_key(value: Option<Money>) -> i64 {
    value.map_or(NO_VALUE, |value| {
        let scale = 10_i64.pow(4_u32.saturating_sub(value.currency.exponent()));
        value.minor.saturating_mul(scale).max(NO_VALUE + 1)
    })
}

/// Noon UTC of a day, which bears that date in every zone from Hawaii to Australia.
pub fn noon(on: NaiveDate) -> Instant {
    const NOON: NaiveTime = match NaiveTime::from_hms_opt(12, 0, 0) {
        Some(noon) => noon,
        None => NaiveTime::MIN,
    };
    on.and_time(NOON).and_utc().into()
}

/// What the text index holds: the words that people search for, and the country.
pub fn searched(mut words: String, country: Option<Country>) -> String {
    if let Some(country) = country {
        words.push(' ');
        words.push_str(&country_word(country.code()));
    }
    words
}

/// The word that stands for a country in the text index, beside those that people search for; none of these begins so.
pub fn country_word(country: &str) -> String {
    format!("\u{a7}{}", country.to_ascii_lowercase())
}
