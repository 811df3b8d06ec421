//! The table of leads: its columns and cells.

use crate::{
    domain::{
        lead::queue::{LeadRow, Queue},
        time::Instant,
    },
    tui::{
        furniture::words::{age, flag, used},
        theme::Role,
        widgets::{
            countdown::{self, Standing},
            table::{Cell, Column},
        },
    },
};

/// In the order in which they stand; the first ones are the cursor.
pub const COLUMNS: [Column; 12] = [
    Column::new("LEAD", 9).pointer(),
    Column::new("COMPANY", 20).grow(2).pointer(),
    Column::new("", 1).priority(2),
    Column::new("DUE", 13),
    Column::new("STAGE", 12),
    Column::new("PARTNER", 12).grow(2).priority(1),
    Column::new("SCORE", 5).right().priority(2),
    Column::new("CC", 2).priority(3),
    Column::new("PRODUCT", 12).grow(1).priority(5),
    Column::new("CONTACT", 16).grow(2).priority(7),
    Column::new("DESK", 8).grow(1).priority(4),
    Column::new("AGE", 7).right().priority(6),
];

/// In the queues of what waits for the desk: there is no clock and no partner, so their place is that of the reason.
pub const WAITING: [Column; 10] = [
    Column::new("LEAD", 9).pointer(),
    Column::new("COMPANY", 20).grow(2).pointer(),
    Column::new("", 1).priority(2),
    Column::new("WAITS", 5).right(),
    Column::new("BECAUSE", 22).grow(3),
    Column::new("SCORE", 5).right().priority(1),
    Column::new("CC", 2).priority(2),
    Column::new("PRODUCT", 12).grow(1).priority(4),
    Column::new("CONTACT", 16).grow(2).priority(5),
    Column::new("DESK", 8).grow(1).priority(3),
];

/// Whether all leads of a queue wait for the desk.
pub const fn waits(queue: Queue) -> bool {
    matches!(queue, Queue::Unassigned | Queue::Review | Queue::Quarantine)
}

/// How the clock of a row stands at `now`.
pub fn standing(row: &LeadRow, now: Instant) -> Standing {
    if row.paused {
        return if row.clock.is_some() { Standing::Paused { left: row.left } } else { Standing::None };
    }
    match (row.due, row.clock_started) {
        (Some(due), _) if due < now => Standing::Breached { late: now.since(due) },
        (Some(due), started) => Standing::Running { left: due.since(now), used_percent: used(started.unwrap_or(now), due, now) },
        _ if row.state == "qualified" => Standing::Met,
        _ => Standing::None,
    }
}

pub fn cells(row: &LeadRow, now: Instant) -> Vec<Cell<'_>> {
    let (due, due_role) = due(row, now);
    let (stage, stage_role) = stage(row);
    let (flag, flag_role) = flag(row.escalated);
    // Who has it, or why nobody does.
    let (partner, partner_role) = match (&row.partner, &row.waiting) {
        (None, Some(waiting)) => (waiting.cause.words(), Role::Warn),
        (partner, _) => (partner.as_ref().map_or_else(String::new, |(_, name)| name.to_string()), Role::Text),
    };
    vec![
        Cell::new(row.id.to_string(), Role::Dim),
        Cell::new(called(row), Role::Text),
        Cell::new(flag, flag_role),
        Cell::new(due, due_role),
        Cell::new(stage, stage_role),
        Cell::new(partner, partner_role),
        score(row),
        Cell::new(row.country.map_or_else(String::new, |country| country.to_string()), Role::Dim),
        Cell::new(row.product.as_str(), Role::Dim),
        Cell::new(row.person.as_str(), Role::Dim),
        Cell::new(row.desk.as_ref().map_or("", |(_, name)| name.as_str()), Role::Text),
        Cell::new(age(row.received_at, now), Role::Dim),
    ]
}

/// The cells of [`WAITING`].
pub fn waiting_cells(row: &LeadRow, now: Instant) -> Vec<Cell<'_>> {
    let (flag, flag_role) = flag(row.escalated);
    let paused = if row.paused { "paused, " } else { "" };
    let (since, because) = match &row.waiting {
        Some(waiting) => (age(waiting.since, now), format!("{paused}{}", waiting.cause.words())),
        // It has just left the queue.
        None => (String::new(), row.state.to_owned()),
    };
    vec![
        Cell::new(row.id.to_string(), Role::Dim),
        Cell::new(called(row), Role::Text),
        Cell::new(flag, flag_role),
        Cell::new(since, Role::Text),
        Cell::new(because, if row.waiting.is_some() { Role::Warn } else { Role::Dim }),
        score(row),
        Cell::new(row.country.map_or_else(String::new, |country| country.to_string()), Role::Dim),
        Cell::new(row.product.as_str(), Role::Dim),
        Cell::new(row.person.as_str(), Role::Dim),
        Cell::new(row.desk.as_ref().map_or("", |(_, name)| name.as_str()), Role::Text),
    ]
}

/// The clock, or how long a lead without one has been waiting for the desk.
fn due(row: &LeadRow, now: Instant) -> (String, Role) {
    match &row.waiting {
        Some(waiting) if !row.paused => (format!("waits {}", age(waiting.since, now)), Role::Text),
        _ => countdown::show(standing(row, now)),
    }
}

fn called(row: &LeadRow) -> &str {
    if row.company.is_empty() { row.person.as_str() } else { row.company.as_str() }
}

fn score(row: &LeadRow) -> Cell<'_> {
    Cell::new(row.score.to_string(), if row.score >= 80 { Role::Strong } else { Role::Dim })
}

/// The stage, with the number of the offer from the second on.
fn stage(row: &LeadRow) -> (String, Role) {
    let role = match row.state {
        "offered" => Role::Info,
        "unassigned" | "review" | "quarantined" => Role::Warn,
        "qualified" => Role::Good,
        "disqualified" | "merged" => Role::Dim,
        _ => Role::Text,
    };
    let again = row.state == "offered" && row.offers > 1;
    (if again { format!("{} #{}", row.state, row.offers) } else { row.state.to_owned() }, role)
}
