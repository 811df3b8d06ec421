//! The table of registrations: its columns and cells.

use super::words;
use crate::{
    domain::{
        deal::{
            DisputePhase,
            conflict::CaseClockKind,
            queue::{CaseStanding, DealRow, Queue},
        },
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

/// The same where a row stands for its conflict.
const COLUMNS_OF_CASES: [Column; 12] = {
    let mut columns = COLUMNS;
    columns[9] = Column::new("CONFLICT", 12).wanted(16).priority(2);
    columns
};

/// The same where one row may stand for its conflict and the next for itself; none has a share yet.
const COLUMNS_OF_DUE: [Column; 12] = {
    let mut columns = COLUMNS;
    columns[9] = Column::new("CONFLICT", 12).priority(7);
    columns
};

pub const fn columns(queue: Queue) -> &'static [Column] {
    match queue {
        Queue::DueSoon => &COLUMNS_OF_DUE,
        queue if queue.is_of_cases() => &COLUMNS_OF_CASES,
        _ => &COLUMNS,
    }
}

/// How the clock of a row in a queue stands at `now`.
pub fn standing_in(queue: Queue, row: &DealRow, now: Instant) -> Standing {
    row.case_in(queue).map_or_else(|| standing(row, now), |case| standing_of_case(case, now))
}

/// Before the parties are asked for evidence no clock runs.
pub fn standing_of_case(case: &CaseStanding, now: Instant) -> Standing {
    match case.due {
        Some(due) if due < now => Standing::Breached { late: now.since(due) },
        Some(due) => Standing::Running { left: due.since(now), used_percent: used(case.clock_started.unwrap_or(now), due, now) },
        None => Standing::None,
    }
}

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

pub fn cells(queue: Queue, row: &DealRow, now: Instant) -> Vec<Cell<'_>> {
    let case = row.case_in(queue);
    let (due, due_role) = if case.is_none() && row.state == "approved" && row.due.is_none() {
        ("‖ held".to_owned(), Role::SlaPaused)
    } else {
        countdown::show(standing_in(queue, row, now))
    };
    let (flags, flags_role) = flags(row, case);
    let reviewer = case.map_or(&row.reviewer, |case| &case.reviewer);
    let share_or_case = match (case, row.dispute) {
        (Some(case), Some((id, _))) => format!("{id} {}", awaits(case)),
        _ => row.share_bp.map_or_else(String::new, words::share),
    };
    // The clock beside it is not that of the registration, and what waits is another decision.
    let stage = match case {
        Some(case) if queue == Queue::DueSoon => {
            if case.awaits == Some(CaseClockKind::Appeal) {
                "appeal"
            } else {
                "conflict"
            }
        }
        _ => words::stage(row.state),
    };
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
        Cell::new(reviewer.as_ref().map_or("", |(_, name)| name.as_str()), Role::Text),
        Cell::new(share_or_case, Role::Dim),
        Cell::new(row.country.map_or_else(String::new, |country| country.to_string()), Role::Dim),
        Cell::new(age(row.received_at, now), Role::Dim),
    ]
}

/// What the clock of a conflict runs for.
fn awaits(case: &CaseStanding) -> &'static str {
    case.awaits.map_or("new", CaseClockKind::doc)
}

/// An escalation, of the registration or of the conflict that the row stands for, and a conflict: `≠` is not decided yet, `?`
/// appealed, `=` decided.
fn flags(row: &DealRow, case: Option<&CaseStanding>) -> (String, Role) {
    let (raised, role) = flag(row.escalated.max(case.and_then(|case| case.escalated)));
    let (conflict, conflict_role) = match row.dispute.map(|(_, phase)| phase) {
        None => ("", role),
        Some(DisputePhase::Open) => ("≠", Role::Warn),
        Some(DisputePhase::Appealed) => ("?", Role::Warn),
        Some(DisputePhase::Decided) => ("=", Role::Dim),
    };
    (format!("{raised}{conflict}"), if raised.is_empty() { conflict_role } else { role })
}
