//! Events, refusals and moments in words.

pub use crate::domain::told::{basis, percent};

use crate::{
    domain::{
        lead::{LeadEvent, LeadState, Refusal},
        time::Instant,
        told::{self, Names, Weight},
    },
    tui::theme::Role,
};
use chrono::Datelike;
use chrono_tz::Tz;

/// Lines of a note are kept in one text, which holds no control character; this mark stands between them.
const LINE_MARK: char = '¶';

pub fn note_from_lines(typed: &str) -> String {
    typed.trim().replace('\n', &format!(" {LINE_MARK} "))
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

/// Why not, as the desk reads it: with local times.
pub fn refusal(refusal: &Refusal, now: Instant, zone: Tz) -> String {
    match refusal {
        Refusal::Overtaken { lead, by, event, at } => {
            format!("{by} was faster: {lead} {} {}", happened_to(event), moment_with_at(*at, now, zone))
        }
        other => other.to_string(),
    }
}

fn moment_with_at(at: Instant, now: Instant, zone: Tz) -> String {
    format!("at {}, {}", moment(at, now, zone), ago(at, now))
}

/// "was accepted" from `lead.accepted`.
pub fn happened_to(event: &str) -> String {
    match event.trim_start_matches("lead.") {
        "fell_back" => "fell back into the queue".to_owned(),
        "timed_out" => "timed out".to_owned(),
        "absorbed" => "took another lead in".to_owned(),
        "parted" => "gave a lead back".to_owned(),
        "consent_recorded" => "got its consent recorded".to_owned(),
        "clock_recomputed" => "had its clock recomputed".to_owned(),
        "answered_late" => "was answered late".to_owned(),
        other => format!("was {}", other.replace('_', " ")),
    }
}

/// What a command did to a lead, in a few words: the last event that matters to the person.
pub fn outcome(events: &[LeadEvent], names: &Names) -> String {
    let mut told: Vec<String> = Vec::new();
    for event in events {
        if matches!(event, LeadEvent::Settled { by_itself: true } | LeadEvent::Resumed { .. }) && events.len() > 1 {
            continue;
        }
        told.push(sentence(event, names).0);
    }
    if told.is_empty() { "no change".to_owned() } else { told.join(", then ") }
}

/// One event as a fragment without its subject, with a role for its weight.
pub fn sentence(event: &LeadEvent, names: &Names) -> (String, Role) {
    let (text, weight) = told::lead(event, names);
    let role = match weight {
        Weight::Plain => Role::Text,
        Weight::Good => Role::Good,
        Weight::Warning => Role::Warn,
        Weight::Bad => Role::Bad,
    };
    (text, role)
}

/// The state in words, with what it is about.
pub fn state(state: &LeadState, names: &Names) -> (String, Role) {
    match state {
        LeadState::Quarantined { reason } => (format!("quarantined: {}", reason.doc()), Role::Warn),
        LeadState::InReview { candidates } => {
            (format!("in review: resembles {}", told::leads(candidates.iter().map(|one| one.lead))), Role::Warn)
        }
        LeadState::Unassigned { why } => (format!("unassigned: {}", why.doc()), Role::Warn),
        LeadState::Offered { partner } => (format!("offered to {}", names.partner(*partner)), Role::Strong),
        LeadState::Accepted { partner } => (format!("accepted by {}, first touch awaited", names.partner(*partner)), Role::Strong),
        LeadState::Working { partner } => (format!("{} is in contact, qualification awaited", names.partner(*partner)), Role::Strong),
        LeadState::Qualified { partner } => (format!("qualified with {}", names.partner(*partner)), Role::Good),
        LeadState::Disqualified { reason, .. } => (format!("disqualified: {}", reason.doc()), Role::Dim),
        LeadState::Merged { into, .. } => (format!("merged into {into}"), Role::Dim),
    }
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
