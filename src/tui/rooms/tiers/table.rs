//! The table of partners: its columns and cells.

use super::words;
use crate::{
    domain::{partner::PartnerStatus, tier::queue::TierLine, time::Instant},
    tui::{
        furniture::words::age,
        theme::Role,
        widgets::{
            countdown::{self, Standing},
            table::{Cell, Column},
        },
    },
};

/// In the order in which they stand; the first ones are the cursor.
pub const COLUMNS: [Column; 11] = [
    Column::new("PARTNER", 7).pointer(),
    Column::new("NAME", 16).wanted(24).grow(2).pointer(),
    Column::new("TIER", 10),
    Column::new("AUDIT", 11),
    Column::new("SCORE", 6).right(),
    Column::new("UNDER WAY", 16).wanted(18).grow(1).priority(1),
    Column::new("NEXT", 13).priority(2),
    Column::new("EARNED", 10).priority(3),
    Column::new("STATUS", 10).priority(7),
    Column::new("COUNTRY", 7).priority(6),
    Column::new("CHANGED", 7).right().priority(5),
];

/// A change comes into force, a plan ends, or the partner falls below its line: days are what matters.
pub fn standing(row: &TierLine, now: Instant) -> Standing {
    match row.standing.as_deref().and_then(crate::domain::tier::standing::Standing::due) {
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

pub fn cells(row: &TierLine, now: Instant) -> Vec<Cell<'_>> {
    let (next, next_role) = countdown::show(standing(row, now));
    let (found, found_role) = words::found(row.outcome());
    let (under_way, under_way_role) = words::under_way(row);
    let latest = row.standing.as_deref().and_then(|standing| standing.latest.as_ref());
    let score = latest.and_then(|latest| latest.score).map_or_else(String::new, |score| score.to_string());
    let earned = latest.map_or("", |latest| latest.computed.as_str());
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
