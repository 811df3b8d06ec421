//! Events, refusals and moments in words.

use crate::{
    app::lead::view::Names,
    domain::{
        id::LeadId,
        lead::{ConsentBasis, Escalation, LeadEvent, LeadState, Refusal, event::Arrival},
        time::{Instant, Span},
    },
    tui::{theme::Role, widgets::countdown},
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
    if past.minutes_floor() < 1 { "just now".to_owned() } else { format!("{} ago", length(past)) }
}

/// A length of time to the minute: a screen that shows it needs no second hand.
pub fn length(span: Span) -> String {
    let minutes = span.minutes_floor().max(0);
    match minutes {
        0..=59 => format!("{minutes}m"),
        _ => countdown::span(Span::minutes(minutes)),
    }
}

pub fn percent(bp: u16) -> String {
    format!("{}.{} %", bp / 100, bp % 100 / 10)
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
    let text = match event {
        LeadEvent::Received { intake, arrival } => return (received(&intake.source, arrival), Role::Text),
        LeadEvent::Offered { partner, by_hand: true, .. } => format!("offered to {} by hand", names.partner(*partner)),
        LeadEvent::Offered { partner, .. } => format!("offered to {}", names.partner(*partner)),
        LeadEvent::FellBack { reason, .. } => return (format!("to the fallback queue: {}", reason.doc()), Role::Warn),
        LeadEvent::Accepted { partner, in_time: true, .. } => {
            return (format!("accepted by {} in time", names.partner(*partner)), Role::Good);
        }
        LeadEvent::Accepted { partner, .. } => return (format!("accepted by {}, late", names.partner(*partner)), Role::Warn),
        LeadEvent::AnsweredLate { offer, accepted } => {
            let answer = if *accepted { "accepted" } else { "declined" };
            return (format!("offer {offer} was {answer} after it had ended: kept as evidence"), Role::Warn);
        }
        LeadEvent::Declined { partner, reason } => {
            return (format!("declined by {}: {}", names.partner(*partner), reason.doc()), Role::Warn);
        }
        LeadEvent::TimedOut { partner, .. } => return (format!("{} did not answer in time", names.partner(*partner)), Role::Bad),
        LeadEvent::Warned { clock, percent } => return (format!("{percent} % of the time for {} used", clock.kind), Role::Warn),
        LeadEvent::Breached { clock, .. } => return (format!("the time for {} ran out", clock.kind), Role::Bad),
        LeadEvent::Touched { response, in_time, .. } => {
            let when = if *in_time { "" } else { ", late" };
            return (format!("first touch after {} of business time{when}", length(*response)), Role::Good);
        }
        LeadEvent::Qualified { in_time } => {
            return (format!("qualified{}", if *in_time { "" } else { ", late" }), Role::Good);
        }
        LeadEvent::Disqualified { reason, .. } => format!("disqualified: {}", reason.doc()),
        LeadEvent::Paused { reason, .. } => format!("paused: {}", reason.doc()),
        LeadEvent::Resumed { .. } => "resumed".to_owned(),
        LeadEvent::Merged { into, .. } => format!("merged into {into}"),
        LeadEvent::Absorbed { lead, escalation: Some(Escalation { severity, cause, .. }), .. } => {
            return (format!("took {lead} in, escalated, {}: {}", severity.name(), cause.doc()), Role::Warn);
        }
        LeadEvent::Absorbed { lead, .. } => format!("took {lead} in"),
        LeadEvent::Unmerged { .. } => "taken out of its merge".to_owned(),
        LeadEvent::Parted { lead } => format!("{lead} was taken out again"),
        LeadEvent::Separated => "kept as a lead of its own".to_owned(),
        LeadEvent::Noted { .. } => "note".to_owned(),
        LeadEvent::Escalated { severity, cause } => return (format!("escalated, {}: {}", severity.name(), cause.doc()), Role::Warn),
        LeadEvent::Settled { by_itself: true } => "escalation settled by itself".to_owned(),
        LeadEvent::Settled { .. } => "escalation settled".to_owned(),
        LeadEvent::Released { from } => format!("released {}", released_from(from)),
        LeadEvent::Taken { desk: Some(desk), .. } => format!("{} looks after it", names.operator(*desk)),
        LeadEvent::Taken { desk: None, .. } => "nobody looks after it now".to_owned(),
        LeadEvent::ConsentRecorded { consent, .. } => format!("consent recorded: {}", basis(consent.basis)),
        LeadEvent::Rescored { score, before, .. } => format!("score {before} to {score}"),
        LeadEvent::ClockRecomputed { clock, .. } => format!("clock for {} recomputed", clock.kind),
        LeadEvent::Undone { what, .. } => {
            let what: Vec<String> = what.iter().map(|name| name.trim_start_matches("lead.").replace('_', " ")).collect();
            format!("taken back: {}", what.join(", "))
        }
        LeadEvent::Erased => "personal data erased".to_owned(),
    };
    (text, Role::Text)
}

fn received(source: &str, arrival: &Arrival) -> String {
    let source = if source.is_empty() { "received".to_owned() } else { format!("received from {source}") };
    match arrival {
        Arrival::ToRoute => source,
        Arrival::Quarantined { reason } => format!("{source}, held back: {}", reason.doc()),
        Arrival::Review { candidates } => format!("{source}, resembles {}", leads(candidates.iter().map(|one| one.lead))),
        Arrival::Linked { into, score_bp } => format!("{source}, the same as {into} ({})", percent(*score_bp)),
    }
}

fn released_from(state: &LeadState) -> &'static str {
    if matches!(state, LeadState::Quarantined { .. }) { "from quarantine" } else { "by its partner" }
}

fn leads(ids: impl Iterator<Item = LeadId>) -> String {
    ids.map(|id| id.to_string()).collect::<Vec<_>>().join(", ")
}

pub const fn basis(basis: ConsentBasis) -> &'static str {
    match basis {
        ConsentBasis::Refused => "refused",
        ConsentBasis::Unknown => "unknown",
        ConsentBasis::LegitimateInterest => "legitimate interest",
        ConsentBasis::OptIn => "opted in",
    }
}

/// The state in words, with what it is about.
pub fn state(state: &LeadState, names: &Names) -> (String, Role) {
    match state {
        LeadState::Quarantined { reason } => (format!("quarantined: {}", reason.doc()), Role::Warn),
        LeadState::InReview { candidates } => {
            (format!("in review: resembles {}", leads(candidates.iter().map(|one| one.lead))), Role::Warn)
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
