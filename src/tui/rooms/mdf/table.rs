//! The table of funds, requests and claims: its columns and cells.

use super::words;
use crate::{
    domain::{
        mdf::{
            item::ItemKind,
            queue::{ItemRow, Queue},
        },
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

/// In the order in which they stand; the first ones are the cursor. What a decision rests on folds away last: what is asked,
/// what the checks found, who bears which share.
pub const COLUMNS: [Column; 14] = [
    Column::new("ITEM", 7).pointer(),
    Column::new("ACTIVITY", 11).wanted(18).grow(2).pointer(),
    Column::new("DUE", 10).wanted(13),
    Column::new("STEP", 4),
    Column::new("STAGE", 10),
    Column::new("PARTNER", 8).wanted(14).grow(2).priority(2),
    Column::new("ASKED", 11).right().priority(1),
    Column::new("CHECKS", 6).priority(2),
    Column::new("APPROVED", 11).right().priority(4),
    Column::new("DATES", 13).priority(5),
    Column::new("SHARE", 5).right().priority(3),
    Column::new("FUND", 10).grow(1).priority(8),
    Column::new("DESK", 9).grow(1).priority(10),
    Column::new("AGE", 4).right().priority(4),
];

/// Where approvals and payments wait: the step that is due says what is left to do, in four columns.
pub const STEP_COLUMNS: [Column; 14] = without(COLUMNS, &[4]);

/// Elsewhere the stage says where it stands.
pub const STAGE_COLUMNS: [Column; 14] = without(COLUMNS, &[3]);

/// What finance pays is what was approved: the share and the checks were looked at before.
pub const FINANCE_COLUMNS: [Column; 14] = {
    let mut columns = STEP_COLUMNS;
    columns[8].priority = 2;
    columns[7].priority = 3;
    columns[10].priority = 4;
    columns
};

/// The queue of funds has nobody who asks: the same cells hold what is left of what was allocated.
pub const FUND_COLUMNS: [Column; 14] = {
    let mut columns = without(COLUMNS, &[3, 7, 10, 12]);
    columns[1].title = "FUND";
    columns[1].width = 14;
    columns[1].wanted = 24;
    columns[2].width = 9;
    columns[2].wanted = 9;
    columns[4].width = 6;
    columns[4].wanted = 6;
    columns[5].title = "HOLDER";
    columns[6].title = "LEFT";
    columns[8].title = "ALLOCATED";
    columns[8].priority = 6;
    columns[9].priority = 7;
    columns[11].title = "PROGRAM";
    columns[13].priority = 7;
    columns
};

const fn without(mut columns: [Column; 14], absent: &[usize]) -> [Column; 14] {
    let mut at = 0;
    while at < absent.len() {
        columns[absent[at]].absent = true;
        at += 1;
    }
    columns
}

pub const fn columns(queue: Queue) -> &'static [Column] {
    match queue {
        Queue::Mine | Queue::Second | Queue::DueSoon => &STEP_COLUMNS,
        Queue::Finance => &FINANCE_COLUMNS,
        Queue::InfoRequested | Queue::Suspect | Queue::All => &STAGE_COLUMNS,
        Queue::ExpiringFunds | Queue::Funds => &FUND_COLUMNS,
    }
}

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
    let (step, step_role) = words::step(row);
    let (stage, stage_role) = words::stage(row);
    let (checks, checks_role) = checks(row);
    let holder = row.partner.as_ref().map_or_else(|| row.region.as_deref().unwrap_or_default(), |(_, name)| name.as_str());
    vec![
        Cell::new(row.id.to_string(), Role::Dim),
        Cell::new(row.title.as_str(), Role::Text),
        Cell::new(due, due_role),
        Cell::new(step, step_role),
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

/// What the checks found, the worst alone: `✗2` failed, `!1` for a person, `✓13`. After it whatever else asks for a look: an
/// escalation, a suspicion `⚑`, and that the partner had it back once, `↺`.
fn checks(row: &ItemRow) -> (String, Role) {
    let (found, role) = match row.checks {
        None => (String::new(), Role::Text),
        Some(tally) if tally.failed > 0 => (format!("✗{}", tally.failed), Role::Bad),
        Some(tally) if tally.person > 0 => (format!("!{}", tally.person), Role::Warn),
        Some(tally) => (format!("✓{}", tally.passed), Role::Good),
    };
    let (flags, flags_role) = flags(row);
    if flags.is_empty() {
        return (found, role);
    }
    // The colour is that of what weighs more.
    let role = if role == Role::Bad || matches!(flags_role, Role::Dim) { role } else { flags_role };
    (format!("{found:<3} {flags}").trim_start().to_owned(), role)
}

/// An escalation, a suspicion, and that the partner had it back once.
fn flags(row: &ItemRow) -> (String, Role) {
    let (raised, role) = flag(row.escalated);
    if row.frozen_by.is_some() {
        return (format!("{raised}⚑"), Role::Bad);
    }
    let returned = if row.returned { "↺" } else { "" };
    (format!("{raised}{returned}"), if raised.is_empty() { Role::Dim } else { role })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::table::fit;

    fn shown(queue: Queue, width: u16) -> String {
        let columns = columns(queue);
        let shown = columns.iter().zip(fit(columns, width)).filter(|(_, place)| place.is_some());
        shown.map(|(column, _)| column.title).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_a_decision_rests_on_is_in_the_row_at_every_width() {
        assert_eq!(shown(Queue::Mine, 80), "ITEM ACTIVITY DUE STEP PARTNER ASKED CHECKS SHARE");
        assert_eq!(shown(Queue::Finance, 80), "ITEM ACTIVITY DUE STEP PARTNER ASKED APPROVED");
        assert_eq!(shown(Queue::All, 80), "ITEM ACTIVITY DUE STAGE PARTNER ASKED CHECKS");
        for queue in [Queue::Mine, Queue::Second, Queue::Finance, Queue::DueSoon] {
            assert_eq!(shown(queue, 120), "ITEM ACTIVITY DUE STEP PARTNER ASKED CHECKS APPROVED DATES SHARE AGE", "{queue:?}");
            assert_eq!(shown(queue, 200), "ITEM ACTIVITY DUE STEP PARTNER ASKED CHECKS APPROVED DATES SHARE FUND DESK AGE", "{queue:?}");
        }
        assert_eq!(shown(Queue::All, 120), "ITEM ACTIVITY DUE STAGE PARTNER ASKED CHECKS APPROVED DATES SHARE AGE");
        assert_eq!(shown(Queue::ExpiringFunds, 80), shown(Queue::Funds, 80), "funds are shown as funds in both");
    }
}
