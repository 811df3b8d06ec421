//! Words and marks that every room uses: moments, notes with their lines, ages, escalations.

use crate::{
    domain::{escalation::Severity, time::Instant, told::Weight},
    tui::theme::Role,
};
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use std::fmt::Display;

/// Lines of a note are kept in one text, which holds no control character; this mark stands between them.
const LINE_MARK: char = '¶';

pub fn note_from_lines(typed: &str) -> String {
    typed.trim().replace('\n', &format!(" {LINE_MARK} "))
}

/// A day as it is typed; nothing for nothing.
pub fn date(text: &str) -> Result<Option<NaiveDate>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| format!("`{text}` is not a day: write 2026-03-31"))
}

pub fn note_to_lines(kept: &str) -> String {
    kept.split(LINE_MARK).map(str::trim).collect::<Vec<_>>().join("\n")
}

/// A moment as short as it can be told without being mistaken: the time today, the weekday this week, else the date.
pub fn moment(at: Instant, now: Instant, zone: Tz) -> String {
    let (at, now) = (at.to_utc().with_timezone(&zone), now.to_utc().with_timezone(&zone));
    let days = (at.date_naive() - now.date_naive()).num_days();
    match days {
        0 => at.format("%H:%M").to_string(),
        -6..=6 => at.format("%a %H:%M").to_string(),
        _ if at.year() == now.year() => at.format("%-d %b %H:%M").to_string(),
        _ => at.format("%Y-%m-%d %H:%M").to_string(),
    }
}

/// How long ago, in one unit or two.
pub fn ago(at: Instant, now: Instant) -> String {
    let past = now.since(at);
    if past.minutes_floor() < 1 { "just now".to_owned() } else { format!("{} ago", past.to_words_in_minutes()) }
}

/// `at 12:00, 3m ago`.
pub fn moment_with_ago(at: Instant, now: Instant, zone: Tz) -> String {
    format!("at {}, {}", moment(at, now, zone), ago(at, now))
}

/// Why a verb is refused, where the verb and the record stand beside it.
pub fn without_name(why: &str, id: impl Display) -> String {
    why.strip_prefix(&id.to_string()).map_or(why, |rest| rest.trim_start_matches(':').trim_start()).to_owned()
}

/// How the weight of an event looks.
pub const fn role(weight: Weight) -> Role {
    match weight {
        Weight::Plain => Role::Text,
        Weight::Good => Role::Good,
        Weight::Warning => Role::Warn,
        Weight::Bad => Role::Bad,
    }
}

/// The mark of an escalation.
pub const fn flag(escalated: Option<Severity>) -> (&'static str, Role) {
    match escalated {
        None => ("", Role::Text),
        Some(Severity::Low) => ("△", Role::Warn),
        Some(Severity::High) => ("▲", Role::Warn),
        Some(Severity::Critical) => ("▲", Role::Bad),
    }
}

/// How long ago, in one unit, so that it changes seldom.
pub fn age(at: Instant, now: Instant) -> String {
    let minutes = now.since(at).minutes_floor().max(0);
    match minutes {
        0..=59 => format!("{minutes}m"),
        60..=2_879 => format!("{}h", minutes / 60),
        _ => format!("{}d", minutes / 1_440),
    }
}

/// The share of the way from `start` to `due` that lies behind, in percent.
pub fn used(start: Instant, due: Instant, now: Instant) -> u8 {
    let (whole, gone) = (due.since(start).micros().max(1), now.since(start).micros().max(0));
    u8::try_from((i128::from(gone) * 100 / i128::from(whole)).clamp(0, 100)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Span;

    #[test]
    fn a_moment_is_as_short_as_it_can_be() {
        let zone = chrono_tz::Europe::Berlin;
        let now = Instant::from_micros(1_772_442_000_000_000);
        let told = [0, 7_200, 86_400, -3 * 86_400, 20 * 86_400, 400 * 86_400]
            .map(|seconds| moment(now.plus(Span::from_micros(seconds * 1_000_000)), now, zone));
        assert_eq!(told, ["10:00", "12:00", "Tue 10:00", "Fri 10:00", "22 Mar 10:00", "2027-04-06 11:00"]);
    }

    #[test]
    fn a_note_keeps_its_lines() {
        let kept = note_from_lines("first\nsecond\n");
        assert_eq!(kept, "first ¶ second");
        assert_eq!(note_to_lines(&kept), "first\nsecond");
    }
}
