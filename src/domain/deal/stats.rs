//! What an event adds to the figures of the deal desk: daily counters, from which every KPI is a sum.

use crate::domain::{
    day::{self, date_of_day, day_of, local_date},
    deal::{DealEvent, DealState, conflict::CaseEvent},
    time::{Instant, Span},
    vocabulary::words,
};
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// One more of a measure of the deal desk on a day.
pub type Counted = day::Counted<Measure>;

/// One kind of thing that is counted by day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Submitted,
    /// Approved or rejected, by the business minutes that it took (the bucket).
    Decided,
    DecidedLate,
    /// By the month of the approval (the bucket), as the next three.
    Approved,
    Won,
    Lost,
    Expired,
    Rejected,
    Withdrawn,
    Extended,
    Breached,
    ConflictOpened,
    ConflictDecided,
    Appealed,
    Overturned,
    ConflictBreached,
}

words! {
    Measure {
        Submitted => "deal_submitted", "registrations submitted";
        Decided => "deal_decided", "decisions";
        DecidedLate => "deal_decided_late", "decisions after their time";
        Approved => "deal_approved", "approvals";
        Won => "deal_won", "deals won";
        Lost => "deal_lost", "deals lost";
        Expired => "deal_expired", "protections expired";
        Rejected => "deal_rejected", "rejections";
        Withdrawn => "deal_withdrawn", "withdrawals";
        Extended => "deal_extended", "extensions";
        Breached => "deal_breached", "decisions overdue";
        ConflictOpened => "conflict_opened", "conflicts opened";
        ConflictDecided => "conflict_decided", "conflicts decided";
        Appealed => "conflict_appealed", "appeals";
        Overturned => "conflict_overturned", "decisions overturned";
        ConflictBreached => "conflict_breached", "decisions about conflicts overdue";
    }
}

/// Months since January 1970: the cohort of a day.
pub fn cohort(date: NaiveDate) -> i64 {
    i64::from(date.year() - 1970) * 12 + i64::from(date.month0())
}

/// The first day of a cohort.
pub fn cohort_start(cohort: i64) -> NaiveDate {
    let month = u32::try_from(cohort.rem_euclid(12)).unwrap_or(0) + 1;
    i32::try_from(1970 + cohort.div_euclid(12)).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, 1)).unwrap_or_default()
}

/// What one event adds, on `day`. An undo takes away what it names; see [`taken_away`].
pub fn counted(event: &DealEvent, day: i64) -> Vec<Counted> {
    let counted = |measure, bucket| Counted { day, measure, bucket };
    let one = |measure| vec![counted(measure, 0)];
    let decided = |took: Span, in_time: bool| {
        let late = (!in_time).then(|| counted(Measure::DecidedLate, 0));
        std::iter::once(counted(Measure::Decided, took.minutes_floor())).chain(late).collect::<Vec<_>>()
    };
    match event {
        DealEvent::Submitted { .. } => one(Measure::Submitted),
        DealEvent::Approved { took, in_time, .. } => {
            let mut all = decided(*took, *in_time);
            all.push(counted(Measure::Approved, cohort(date_of_day(day))));
            all
        }
        DealEvent::Awarded { took, in_time, newly, again, .. } => {
            let mut all = took.map(|took| decided(took, *in_time)).unwrap_or_default();
            all.extend(again);
            if *newly {
                all.push(counted(Measure::Approved, cohort(date_of_day(day))));
            }
            all
        }
        DealEvent::Rejected { took, in_time, .. } => {
            let mut all = decided(*took, *in_time);
            all.push(counted(Measure::Rejected, 0));
            all
        }
        DealEvent::Overruled { took, in_time, .. } => {
            let mut all = took.map(|took| decided(took, *in_time)).unwrap_or_default();
            all.push(counted(Measure::Rejected, 0));
            all
        }
        DealEvent::Withdrawn { .. } => one(Measure::Withdrawn),
        DealEvent::Extended { .. } => one(Measure::Extended),
        DealEvent::Expired { cohort, .. } => vec![counted(Measure::Expired, *cohort)],
        DealEvent::Won { cohort, .. } => vec![counted(Measure::Won, *cohort)],
        DealEvent::Lost { cohort, .. } => vec![counted(Measure::Lost, *cohort)],
        DealEvent::Breached { .. } => one(Measure::Breached),
        _ => Vec::new(),
    }
}

/// What an event of a conflict case adds, on `day`.
pub fn counted_case(event: &CaseEvent, day: i64) -> Vec<Counted> {
    let one = |measure| vec![Counted { day, measure, bucket: 0 }];
    match event {
        CaseEvent::Flagged { .. } => one(Measure::ConflictOpened),
        CaseEvent::Decided { .. } => one(Measure::ConflictDecided),
        CaseEvent::Appealed { .. } => one(Measure::Appealed),
        CaseEvent::Overturned { .. } => one(Measure::Overturned),
        CaseEvent::Breached { .. } => one(Measure::ConflictBreached),
        _ => Vec::new(),
    }
}

/// What a registration in this state counts for, as it was counted when it came there: nothing before it was approved.
pub fn standing(state: &DealState, zone: Tz) -> Vec<Counted> {
    let Some(approval) = state.approval() else { return Vec::new() };
    let bucket = cohort(local_date(approval.at, zone));
    let counted = |at, measure| Counted { day: day_of(at, zone), measure, bucket };
    let won = if let DealState::Won { at, .. } = state { Some(counted(*at, Measure::Won)) } else { None };
    std::iter::once(counted(approval.at, Measure::Approved)).chain(won).collect()
}

/// The rejection of one that a conflict overruled at `at`.
pub fn rejection(at: Instant, zone: Tz) -> Counted {
    Counted { day: day_of(at, zone), measure: Measure::Rejected, bucket: 0 }
}

/// What an undo takes away again, and a decision about a conflict.
pub fn taken_away(event: &DealEvent) -> &[Counted] {
    match event {
        DealEvent::Undone { counted, .. } => counted,
        DealEvent::Overruled { no_more, .. } | DealEvent::Awarded { no_more, .. } => no_more,
        _ => &[],
    }
}
