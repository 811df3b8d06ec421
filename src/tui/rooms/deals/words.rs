//! Events, refusals and states of the deal desk in words.

pub use crate::tui::furniture::words::{ago, moment, note_from_lines, note_to_lines};

use super::Happening;
use crate::{
    domain::{
        deal::{DealEvent, DealState, FieldProblem, HoldReason, Refusal, conflict::CaseEvent},
        time::Instant,
        told::{self, Names},
    },
    tui::{furniture::words as common, theme::Role},
};
use chrono_tz::Tz;

/// Why not, as the desk reads it: with local times.
pub fn refusal(refusal: &Refusal, now: Instant, zone: Tz) -> String {
    match refusal {
        Refusal::Overtaken { deal, by, event, at } => {
            format!("{by} was faster: {deal} {} {}", happened_to(event), common::moment_with_ago(*at, now, zone))
        }
        Refusal::CaseOvertaken { case, by, event, at } => {
            format!("{by} was faster: {case} {} {}", happened_to(event), common::moment_with_ago(*at, now, zone))
        }
        // The verb stands before it.
        Refusal::NotNow { why, .. } | Refusal::CaseNotNow { why, .. } => why.clone(),
        Refusal::Fields { problems, .. } => problems.iter().map(FieldProblem::sentence).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

/// "was taken for review" from `deal.review_taken`, for registrations and conflicts.
pub fn happened_to(event: &str) -> String {
    let told = match event {
        "deal.contact_changed" => "got another contact",
        "deal.review_taken" | "conflict.review_taken" => "was taken for review",
        "deal.info_requested" => "was returned to the partner",
        "deal.disputed" => "went on in its conflict",
        "deal.awarded" => "was given the deal",
        "deal.overruled" => "lost the deal to a decision",
        "deal.expired" => "expired",
        "deal.attached" => "got a document",
        "deal.noted" | "conflict.noted" => "got a note",
        "deal.settled" | "conflict.settled" => "had its escalation settled",
        "deal.warned" | "conflict.warned" => "came near its time limit",
        "deal.breached" | "conflict.breached" => "ran out of time",
        "deal.clock_recomputed" => "had its clock recomputed",
        "deal.undone" => "had its last change taken back",
        "deal.erased" => "had its personal data erased",
        "conflict.flagged" => "was opened",
        "conflict.joined" => "got another party",
        "conflict.evidence_opened" => "went to the parties for evidence",
        "conflict.review_started" => "went into review",
        "conflict.notified" => "was told to its parties",
        other => return format!("was {}", other.rsplit('.').next().unwrap_or_default().replace('_', " ")),
    };
    told.to_owned()
}

/// What a command did, in a few words: what follows from it by itself is left out.
pub fn outcome(events: &[Happening], names: &Names) -> String {
    let minor = |event: &&Happening| {
        matches!(
            event,
            Happening::Deal(DealEvent::Settled { by_itself: true } | DealEvent::Held { .. } | DealEvent::Released { .. })
                | Happening::Case(CaseEvent::Settled { by_itself: true })
        )
    };
    // What a conflict meant for a registration is told of it, and not what happened in the conflict.
    let is_deal = |event: &&Happening| matches!(event, Happening::Deal(_)) && !minor(event);
    let of_deal = events.iter().any(|event| is_deal(&event));
    // That the conflict goes on goes without saying where it says what it meant.
    let says_more = |event: &&Happening| is_deal(event) && !matches!(event, Happening::Deal(DealEvent::Disputed { .. }));
    let meant = events.iter().any(|event| says_more(&event));
    let is_told = |event: &&Happening| match (of_deal, meant) {
        _ if events.len() == 1 => true,
        (true, true) => says_more(event),
        (true, false) => is_deal(event),
        (false, _) => !minor(event),
    };
    // Where all that the decision means is that it goes on, that is what is told.
    let goes_on = events.iter().find_map(|event| if let Happening::Deal(event) = event { goes_on(event) } else { None });
    if let Some(told) = goes_on.filter(|_| of_deal && !meant) {
        return told.to_owned();
    }
    let told: Vec<String> = events.iter().filter(is_told).map(|event| sentence(event, names).0).collect();
    if told.is_empty() { "no change".to_owned() } else { told.join(", then ") }
}

/// That a conflict lets a registration go, with what runs again.
const fn goes_on(event: &DealEvent) -> Option<&'static str> {
    match event {
        DealEvent::Released { reason: HoldReason::Conflict, protection: Some(_), .. } => Some("goes on, its protection runs again"),
        DealEvent::Released { reason: HoldReason::Conflict, waited: Some(_), .. } => Some("goes on, its clock runs again"),
        DealEvent::Released { reason: HoldReason::Conflict, .. } => Some("goes on"),
        _ => None,
    }
}

/// One event as a fragment without its subject, with a role for its weight.
pub fn sentence(event: &Happening, names: &Names) -> (String, Role) {
    let (text, weight) = match event {
        Happening::Deal(event) => told::deal::deal(event, names),
        Happening::Case(event) => told::deal::case(event, names),
    };
    (text, common::role(weight))
}

/// The stage as a column shows it.
pub const fn stage(state: &str) -> &str {
    match state.as_bytes() {
        b"under_review" => "in review",
        b"action_required" => "returned",
        b"pending_approval" => "to approve",
        b"approved" => "protected",
        _ => state,
    }
}

pub fn stage_role(state: &str) -> Role {
    match state {
        "submitted" | "under_review" => Role::Info,
        "action_required" | "pending_approval" => Role::Warn,
        "approved" | "won" => Role::Good,
        "lost" | "expired" | "withdrawn" | "rejected" => Role::Dim,
        _ => Role::Text,
    }
}

/// The state in words, with what it is about.
pub fn state(state: &DealState, names: &Names) -> (String, Role) {
    let name = stage(state.name()).to_owned();
    match state {
        DealState::Draft => ("draft, not handed in".to_owned(), Role::Text),
        DealState::Submitted => ("submitted, nobody looks at it".to_owned(), Role::Info),
        DealState::UnderReview { reviewer } => (format!("in review by {}", names.operator(*reviewer)), Role::Info),
        DealState::ActionRequired { asked_by, .. } => (format!("returned to the partner by {}", names.operator(*asked_by)), Role::Warn),
        DealState::PendingApproval { reviewer } => {
            (format!("recommended by {}; somebody else approves", names.operator(*reviewer)), Role::Warn)
        }
        DealState::Approved { .. } => (name, Role::Good),
        DealState::Won { on, value, .. } => {
            (format!("won on {on}{}", value.map_or_else(String::new, |value| format!(", {value}"))), Role::Good)
        }
        DealState::Lost { reason, .. } => (format!("lost: {}", reason.doc()), Role::Dim),
        DealState::Expired { .. } => ("expired: the protection ended without an order".to_owned(), Role::Dim),
        DealState::Withdrawn { .. } => ("withdrawn by the partner".to_owned(), Role::Dim),
        DealState::Rejected { reason, of, .. } => {
            let of = of.map_or_else(String::new, |of| format!(" ({of})"));
            (format!("rejected: {}{of}", reason.doc()), Role::Bad)
        }
    }
}

/// `33.34 %`.
pub fn share(bp: u16) -> String {
    format!("{}.{:02} %", bp / 100, bp % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_faster_is_told_in_a_sentence() {
        let told = ["deal.review_taken", "deal.sent_for_approval", "deal.rejected", "deal.won", "conflict.notified", "conflict.upheld"]
            .map(happened_to);
        let expected =
            ["was taken for review", "was sent for approval", "was rejected", "was won", "was told to its parties", "was upheld"];
        assert_eq!(told, expected);
    }

    #[test]
    fn every_stage_fits_its_column() {
        assert!(DealState::NAMES.iter().all(|name| stage(name).len() <= 10));
    }
}
