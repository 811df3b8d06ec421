//! Events, refusals and moments in words.

pub use crate::domain::told::{basis, percent};
pub use crate::tui::furniture::words::{ago, moment, note_from_lines, note_to_lines};

use crate::{
    domain::{
        lead::{Lead, LeadEvent, LeadState, Refusal},
        time::Instant,
        told::{self, Names},
    },
    tui::{
        furniture::words::{moment_with_ago, role},
        theme::Role,
    },
};
use chrono_tz::Tz;

/// Why not, as the desk reads it: with local times.
pub fn refusal(refusal: &Refusal, now: Instant, zone: Tz) -> String {
    match refusal {
        Refusal::Overtaken { lead, by, event, at } => {
            format!("{by} was faster: {lead} {} {}", happened_to(event), moment_with_ago(*at, now, zone))
        }
        other => other.to_string(),
    }
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
    (text, role(weight))
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
        LeadState::Working { partner } => (format!("working with {}, qualification awaited", names.partner(*partner)), Role::Strong),
        LeadState::Qualified { partner } => (format!("qualified with {}", names.partner(*partner)), Role::Good),
        LeadState::Disqualified { reason, .. } => (format!("disqualified: {}", reason.doc()), Role::Dim),
        LeadState::Merged { into, .. } => (format!("merged into {into}"), Role::Dim),
    }
}

/// `L-36 Acme GmbH, Germany, offered to Nordwind carries on, with the stricter consent of the two.`
pub fn carries_on(lead: &Lead, names: &Names) -> String {
    let country = lead.intake.country.map_or_else(String::new, |country| format!(", {}", country.name()));
    let partner = lead.state.partner().map_or_else(String::new, |partner| format!(" at {}", names.partner(partner)));
    let (called, stage) = (lead.called(), lead.state.name());
    format!("{} {called}{country}, {stage}{partner}: it carries on, with the stricter consent of the two.", lead.id)
}
