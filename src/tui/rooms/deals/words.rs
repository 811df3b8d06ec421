//! Events, refusals and states of the deal desk in words.

pub use crate::tui::furniture::words::{ago, moment, note_from_lines, note_to_lines};

use super::Happening;
use crate::{
    domain::{
        deal::{DealEvent, DealState, FieldProblem, Refusal, conflict::CaseEvent},
        money::Money,
        time::Instant,
        told::{self, Names},
    },
    tui::{furniture::words as common, theme::Role},
};
use chrono_tz::Tz;

/// Why not, as the desk reads it: with local times.
pub fn refusal(refusal: &Refusal, now: Instant, zone: Tz) -> String {
    let happened = |event: &str| event.rsplit('.').next().unwrap_or_default().replace('_', " ");
    match refusal {
        Refusal::Overtaken { deal, by, event, at } => {
            format!("{by} was faster: {deal} was {} {}", happened(event), common::moment_with_ago(*at, now, zone))
        }
        Refusal::CaseOvertaken { case, by, event, at } => {
            format!("{by} was faster: {case} was {} {}", happened(event), common::moment_with_ago(*at, now, zone))
        }
        // The verb stands before it.
        Refusal::NotNow { why, .. } | Refusal::CaseNotNow { why, .. } => why.clone(),
        Refusal::Fields { problems, .. } => problems.iter().map(FieldProblem::sentence).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
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
    let told: Vec<String> = events.iter().filter(is_told).map(|event| sentence(event, names).0).collect();
    if told.is_empty() { "no change".to_owned() } else { told.join(", then ") }
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

/// An amount without its cents, in at most eleven columns: `EUR 12,345`, `EUR 1.2M`.
pub fn short_money(money: Money) -> String {
    let whole = money.amount().trunc();
    let number: u64 = whole.abs().to_string().parse().unwrap_or(u64::MAX);
    let sign = if money.minor < 0 { "-" } else { "" };
    let short = match number {
        0..=999_999 => crate::tui::widgets::chart::grouped(number),
        1_000_000..=999_949_999 => format!("{}.{}M", number / 1_000_000, number % 1_000_000 / 100_000),
        _ => format!("{}M", crate::tui::widgets::chart::grouped(number / 1_000_000)),
    };
    format!("{} {sign}{short}", money.currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_stay_short() {
        let told = ["0.99", "12345.60", "999999.99", "1250000", "987654321", "12000000000"]
            .map(|amount| short_money(Money::parse(amount, "EUR".parse().expect("a currency")).expect("an amount")));
        assert_eq!(told, ["EUR 0", "EUR 12,345", "EUR 999,999", "EUR 1.2M", "EUR 987.6M", "EUR 12,000M"]);
        assert!(told.iter().all(|one| one.len() <= 11));
    }

    #[test]
    fn every_stage_fits_its_column() {
        assert!(DealState::NAMES.iter().all(|name| stage(name).len() <= 10));
    }
}
