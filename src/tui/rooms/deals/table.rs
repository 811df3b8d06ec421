//! The table of registrations: its columns and cells.

use super::words;
use crate::{
    domain::{
        deal::{DisputePhase, queue::DealRow},
        time::{Instant, Span},
    },
    tui::{
        furniture::{
            amounts::short_money,
            words::{age, flag, used},
        },
        theme::Role,
        widgets::{
            countdown::{self, Standing},
            table::{Cell, Column},
        },
    },
};

/// In the order in which they stand; the first ones are the cursor.
pub const COLUMNS: [Column; 12] = [
    Column::new("DEAL", 7).pointer(),
    Column::new("CUSTOMER", 14).wanted(16).grow(2).pointer(),
    Column::new("", 2),
    Column::new("DUE", 13),
    Column::new("STAGE", 10),
    Column::new("PARTNER", 8).wanted(14).grow(2).priority(2),
    Column::new("VALUE", 11).right().priority(1),
    Column::new("PRODUCTS", 12).grow(2).priority(3),
    Column::new("REVIEWER", 9).grow(1).priority(4),
    Column::new("SHARE", 7).right().priority(7),
    Column::new("CC", 2).priority(6),
    Column::new("AGE", 5).right().priority(5),
];

/// How the clock of a row stands at `now`: that of the decision, or the protection.
pub fn standing(row: &DealRow, now: Instant) -> Standing {
    match (row.state, row.due) {
        ("approved", Some(until)) if until < now => Standing::Breached { late: now.since(until) },
        ("approved", Some(until)) => protected(until.since(now)),
        (_, Some(due)) if due < now => Standing::Breached { late: now.since(due) },
        (_, Some(due)) => Standing::Running { left: due.since(now), used_percent: used(row.clock_started.unwrap_or(now), due, now) },
        ("submitted" | "under_review" | "action_required" | "pending_approval", None) => Standing::Paused { left: row.left },
        _ => Standing::None,
    }
}

/// A protection has no budget that is used up: what matters is how many days are left to renew or to win.
fn protected(left: Span) -> Standing {
    let used_percent = match left.seconds_floor() / 86_400 {
        ..3 => 95,
        3..14 => 80,
        14..30 => 50,
        _ => 0,
    };
    Standing::Running { left, used_percent }
}

pub fn cells(row: &DealRow, now: Instant) -> Vec<Cell<'_>> {
    let (due, due_role) = if row.state == "approved" && row.due.is_none() {
        ("‖ held".to_owned(), Role::SlaPaused)
    } else {
        countdown::show(standing(row, now))
    };
    let (flags, flags_role) = flags(row);
    let stage = words::stage(row.state);
    let stage_role =
        if row.dispute.is_some_and(|(_, phase)| phase != DisputePhase::Decided) { Role::Warn } else { words::stage_role(row.state) };
    vec![
        Cell::new(row.id.to_string(), Role::Dim),
        Cell::new(row.customer.as_str(), Role::Text),
        Cell::new(flags, flags_role),
        Cell::new(due, due_role),
        Cell::new(stage, stage_role),
        Cell::new(row.partner.1.as_str(), Role::Text),
        Cell::new(row.value.map_or_else(|| "–".to_owned(), short_money), Role::Strong),
        Cell::new(row.products.to_string(), Role::Dim),
        Cell::new(row.reviewer.as_ref().map_or("", |(_, name)| name.as_str()), Role::Text),
        Cell::new(row.share_bp.map_or_else(String::new, words::share), Role::Dim),
        Cell::new(row.country.map_or_else(String::new, |country| country.to_string()), Role::Dim),
        Cell::new(age(row.received_at, now), Role::Dim),
    ]
}

/// An escalation, and a conflict: `≠` is not decided yet, `?` appealed, `=` decided.
fn flags(row: &DealRow) -> (String, Role) {
    let (raised, role) = flag(row.escalated);
    let (conflict, conflict_role) = match row.dispute.map(|(_, phase)| phase) {
        None => ("", role),
        Some(DisputePhase::Open) => ("≠", Role::Warn),
        Some(DisputePhase::Appealed) => ("?", Role::Warn),
        Some(DisputePhase::Decided) => ("=", Role::Dim),
    };
    (format!("{raised}{conflict}"), if raised.is_empty() { conflict_role } else { role })
}
