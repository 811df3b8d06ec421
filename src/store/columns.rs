//! What the narrow rows of all rooms have alike.

use crate::domain::{country::Country, time::Instant};

/// After every instant that a clock can be due at.
pub const NOT_DUE: i64 = 1 << 62;

/// The place of a record in the order of due instants: without one after all others, by receipt.
pub fn due_key(due: Option<Instant>, received_at: Instant) -> i64 {
    due.map_or_else(|| NOT_DUE.saturating_add(received_at.micros().max(0)), |due| due.micros().min(NOT_DUE - 1))
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
