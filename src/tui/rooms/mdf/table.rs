//! The table of funds, requests and claims: its columns and cells.

use super::words;
use crate::{
    domain::{
        mdf::{item::ItemKind, queue::ItemRow},
        time::{Instant, Span},
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
pub const COLUMNS: [Column; 14] = [
    Column::new("ITEM", 7).pointer(),
    Column::new("ACTIVITY", 14).wanted(18).grow(2).pointer(),
    Column::new("", 2),
    Column::new("DUE", 13),
    Column::new("STAGE", 10),
    Column::new("PARTNER", 8).wanted(14).grow(2).priority(2),
    Column::new("ASKED", 11).right().priority(1),
    Column::new("CHECKS", 6).priority(3),
    Column::new("APPROVED", 11).right().priority(6),
    Column::new("DATES", 13).priority(7),
    Column::new("SHARE", 5).right().priority(9),
    Column::new("FUND", 10).grow(1).priority(8),
    Column::new("DESK", 9).grow(1).priority(10),
    Column::new("AGE", 5).right().priority(4),
];

/// The queue of funds has nobody who asks: the same cells hold what is left of what was allocated.
pub const FUND_COLUMNS: [Column; 14] = {
    let mut columns = COLUMNS;
    columns[1].title = "FUND";
    columns[1].wanted = 24;
    columns[3].width = 9;
    columns[3].wanted = 9;
    columns[4].width = 6;
    columns[4].wanted = 6;
    columns[5].title = "HOLDER";
    columns[6].title = "LEFT";
    columns[8].title = "ALLOCATED";
    columns[11].title = "PROGRAM";
    columns[13].priority = 7;
    let (mut at, without) = (0, [2, 7, 10, 12]);
    while at < without.len() {
        columns[without[at]].absent = true;
        at += 1;
    }
    columns
};

/// How the clock of a row stands at `now`: that of the decision or the payment, the last day to claim, or the end of a period.
pub fn standing(row: &ItemRow, now: Instant) -> Standing {
    let days = row.id.kind() == ItemKind::Fund || (row.id.kind() == ItemKind::Request && row.state == "approved");
    match row.due {
        Some(due) if due < now => Standing::Breached { late: now.since(due) },
        Some(due) if days => Standing::Running { left: due.since(now), used_percent: urgency(due.since(now)) },
        Some(due) => Standing::Running { left: due.since(now), used_percent: used(row.clock_started.unwrap_or(now), due, now) },
        None if matches!(row.state, "info_requested" | "suspect") => Standing::Paused { left: row.left },
        None => Standing::None,
    }
}

/// A period has no budget of time that is used up: what matters is how many days are left to claim.
fn urgency(left: Span) -> u8 {
    match left.seconds_floor() / 86_400 {
        ..7 => 95,
        7..14 => 80,
        14..30 => 50,
        _ => 0,
    }
}

pub fn cells(row: &ItemRow, now: Instant) -> Vec<Cell<'_>> {
    let (due, due_role) = countdown::show(standing(row, now));
    let (flags, flags_role) = flags(row);
    let (stage, stage_role) = words::stage(row);
    let (checks, checks_role) = checks(row);
    let holder = row.partner.as_ref().map_or_else(|| row.region.as_deref().unwrap_or_default(), |(_, name)| name.as_str());
    vec![
        Cell::new(row.id.to_string(), Role::Dim),
        Cell::new(row.title.as_str(), Role::Text),
        Cell::new(flags, flags_role),
        Cell::new(due, due_role),
        Cell::new(stage, stage_role),
        Cell::new(holder, Role::Text),
        Cell::new(words::short_money(row.asked), Role::Strong),
        Cell::new(checks, checks_role),
        Cell::new(row.approved.map_or_else(String::new, words::short_money), Role::Text),
        Cell::new(words::short_dates(row.dates), Role::Dim),
        Cell::new(row.share.map_or_else(String::new, |share| share.to_string()), Role::Dim),
        Cell::new(if row.id.kind() == ItemKind::Fund { row.category.as_str() } else { row.fund.1.as_str() }, Role::Dim),
        Cell::new(row.assignee.as_ref().map_or("", |(_, name)| name.as_str()), Role::Text),
        Cell::new(age(row.received_at, now), Role::Dim),
    ]
}

/// What the checks found, the worst alone: `✗ 2` failed, `! 1` for a person, `✓ 13`.
fn checks(row: &ItemRow) -> (String, Role) {
    match row.checks {
        None => (String::new(), Role::Text),
        Some(tally) if tally.failed > 0 => (format!("✗ {}", tally.failed), Role::Bad),
        Some(tally) if tally.person > 0 => (format!("! {}", tally.person), Role::Warn),
        Some(tally) => (format!("✓ {}", tally.passed), Role::Good),
    }
}

/// An escalation, a suspicion, and that the partner had it back once: `↺`.
fn flags(row: &ItemRow) -> (String, Role) {
    let (raised, role) = flag(row.escalated);
    if row.frozen_by.is_some() {
        return (format!("{raised}⚑"), Role::Bad);
    }
    let returned = if row.returned { "↺" } else { "" };
    (format!("{raised}{returned}"), if raised.is_empty() { Role::Dim } else { role })
}
