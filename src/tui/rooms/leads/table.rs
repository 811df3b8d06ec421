//! The table of leads: its columns and cells.

use crate::{
    domain::{lead::queue::LeadRow, time::Instant},
    tui::{
        furniture::words::{age, flag, used},
        rooms::leads::words,
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
    let (due, due_role) = countdown::show(standing(row, now));
    let (stage, stage_role) = stage(row);
    let (flag, flag_role) = flag(row.escalated);
    let partner = row.partner.as_ref().map_or("", |(_, name)| name.as_str());
    let contact = if row.person.is_empty() { "" } else { row.person.as_str() };
    vec![
        Cell::new(row.id.to_string(), Role::Dim),
        Cell::new(if row.company.is_empty() { contact } else { row.company.as_str() }, Role::Text),
        Cell::new(flag, flag_role),
        Cell::new(due, due_role),
        Cell::new(stage, stage_role),
        Cell::new(partner, Role::Text),
        Cell::new(row.score.to_string(), if row.score >= 80 { Role::Strong } else { Role::Dim }),
        Cell::new(row.country.map_or_else(String::new, |country| country.to_string()), Role::Dim),
        Cell::new(row.product.as_str(), Role::Dim),
        Cell::new(contact, Role::Dim),
        Cell::new(row.desk.as_ref().map_or("", |(_, name)| name.as_str()), Role::Text),
        Cell::new(age(row.received_at, now), Role::Dim),
    ]
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
    let name = words::stage(row.state);
    (if again { format!("{name} #{}", row.offers) } else { name.to_owned() }, role)
}
