//! The table of partners: its columns and cells.

use super::words;
use crate::{
    domain::{
        partner::PartnerStatus,
        tier::{board::expiry, queue::TierLine},
        time::{Instant, Span},
    },
    tui::{
        furniture::words::age,
        theme::Role,
        widgets::{
            countdown::{self, Standing},
            table::{Cell, Column},
        },
    },
};
use chrono_tz::Tz;

/// Seconds.
const DAY: i64 = 86_400;

/// In the order in which they stand; the first ones are the cursor.
pub const COLUMNS: [Column; 15] = [
    Column::new("PARTNER", 7).pointer(),
    Column::new("NAME", 16).wanted(24).grow(2).pointer(),
    Column::new("TIER", 10),
    Column { absent: true, ..Column::new("ENDS", 13) },
    Column { absent: true, ..Column::new("CERTIFICATE", 12) },
    Column { absent: true, ..Column::new("CLOSE TO", 26) },
    Column { absent: true, ..Column::new("FALLS", 14) },
    Column::new("AUDIT", 11),
    Column::new("SCORE", 6).right(),
    Column::new("UNDER WAY", 16).wanted(18).grow(1).priority(1),
    Column::new("NEXT", 13).priority(2),
    Column::new("EARNED", 10).priority(3),
    Column::new("STATUS", 10).priority(7),
    Column::new("COUNTRY", 7).priority(6),
    Column::new("CHANGED", 7).right().priority(5),
];

/// The same where certificates end: these stand before what the audit found.
pub const EXPIRING: [Column; 15] = {
    let mut columns = COLUMNS;
    columns[ENDS] = Column::new("ENDS", 13);
    columns[ENDS + 1] = Column::new("CERTIFICATE", 12).wanted(28).grow(1);
    columns[AUDIT] = columns[AUDIT].priority(1);
    columns[SCORE] = columns[SCORE].priority(4);
    columns[UNDER_WAY] = columns[UNDER_WAY].priority(6);
    columns[UNDER_WAY + 1] = columns[UNDER_WAY + 1].priority(7);
    columns
};
/// The same of those near a line: which, by how much and in what.
pub const NEAR: [Column; 15] = {
    let mut columns = COLUMNS;
    columns[CLOSE_TO] = Column::new("CLOSE TO", 28).wanted(32).grow(1);
    columns[AUDIT] = columns[AUDIT].priority(3);
    columns[UNDER_WAY] = columns[UNDER_WAY].priority(4);
    columns[UNDER_WAY + 1] = columns[UNDER_WAY + 1].priority(5);
    columns
};

/// The same of those that fall soon: on which day and by what.
pub const FALLING: [Column; 15] = {
    let mut columns = COLUMNS;
    columns[FALLS] = Column::new("FALLS", 20);
    columns[UNDER_WAY] = columns[UNDER_WAY].priority(2);
    columns
};

/// Where these columns stand.
const ENDS: usize = 3;
const CLOSE_TO: usize = 5;
const FALLS: usize = 6;
const AUDIT: usize = 7;
const SCORE: usize = 8;
const UNDER_WAY: usize = 9;

/// A change comes into force, a plan ends, or the partner falls below its line: days are what matters.
pub fn standing(row: &TierLine, now: Instant) -> Standing {
    match row.standing.as_deref().and_then(|standing| standing.due_at(now)) {
        Some(due) if due < now => Standing::Breached { late: now.since(due) },
        Some(due) => {
            let days = due.since(now).seconds_floor() / 86_400;
            let used_percent = match days {
                ..7 => 95,
                7..30 => 80,
                30..60 => 50,
                _ => 0,
            };
            Standing::Running { left: due.since(now), used_percent }
        }
        None => Standing::None,
    }
}

/// The certificate that ends first and how long that is; one that has ended lately says when. Nothing where none ends soon.
fn ending(row: &TierLine, now: Instant) -> (&str, String, Role) {
    // Whether it stands in the queue depends on the day in the program's zone; the time that is left does not.
    let Some((name, until)) = row.next_end(now, Tz::UTC).filter(|(_, until)| *until < expiry(now, Tz::UTC).end.plus(Span::hours(24)))
    else {
        return ("", String::new(), Role::Text);
    };
    if *until <= now {
        return (name.as_str(), format!("! ended {}d", now.since(*until).seconds_floor() / DAY), Role::SlaBreached);
    }
    let left = until.since(now);
    let used_percent = match left.seconds_floor() / DAY {
        ..14 => 95,
        14..30 => 80,
        30..60 => 50,
        _ => 0,
    };
    let (told, role) = countdown::show(Standing::Running { left, used_percent });
    (name.as_str(), told, role)
}

pub fn cells(row: &TierLine, now: Instant) -> Vec<Cell<'_>> {
    let (next, next_role) = countdown::show(standing(row, now));
    let (certificate, ends, ends_role) = ending(row, now);
    let (falls, falls_role) = words::falls(row, now);
    let (found, found_role) = words::found(row);
    let (under_way, under_way_role) = words::under_way(row, now);
    let latest = row.standing.as_deref().and_then(|standing| standing.latest.as_ref());
    let score = latest.and_then(|latest| latest.score).map_or_else(String::new, |score| score.to_string());
    let judged = row.standing.as_ref().and_then(|standing| standing.judged());
    let earned = judged.map_or("", |audited| audited.computed.as_str());
    let earned_role = if earned.eq_ignore_ascii_case(&row.tier) { Role::Dim } else { Role::Strong };
    let status_role = match row.status {
        PartnerStatus::Active => Role::Dim,
        PartnerStatus::Onboarding => Role::Info,
        PartnerStatus::Suspended | PartnerStatus::Offboarded => Role::Warn,
    };
    let changed = row.standing.as_deref().map_or_else(String::new, |standing| age(standing.updated_at, now));
    vec![
        Cell::new(row.id.to_string(), Role::Dim),
        Cell::new(row.name.as_str(), Role::Text),
        Cell::new(row.tier.as_str(), Role::Strong),
        Cell::new(ends, ends_role),
        Cell::new(certificate, Role::Text),
        Cell::new(words::close_to(row), Role::Text),
        Cell::new(falls, falls_role),
        Cell::new(found, found_role),
        Cell::new(score, Role::Strong),
        Cell::new(under_way, under_way_role),
        Cell::new(next, next_role),
        Cell::new(earned, earned_role),
        Cell::new(row.status.name(), status_role),
        Cell::new(row.country.map_or_else(String::new, |country| country.code().to_owned()), Role::Dim),
        Cell::new(changed, Role::Dim),
    ]
}
