//! What an event adds to the figures of the MDF desk: daily counters, from which every KPI is a sum.

use crate::domain::{
    day,
    mdf::{claim::ClaimEvent, request::RequestEvent},
    time::Span,
    vocabulary::words,
};
use serde::{Deserialize, Serialize};

/// One more of a measure of the MDF desk on a day.
pub type Counted = day::Counted<Measure>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    RequestSubmitted,
    /// Approved or rejected, by the business minutes that it took (the bucket).
    RequestDecided,
    RequestDecidedLate,
    RequestApproved,
    ClaimSubmitted,
    /// Approved or rejected, by the business minutes that it took (the bucket).
    ClaimDecided,
    ClaimDecidedLate,
    ClaimApproved,
    /// Approved without ever having been returned to the partner.
    FirstPass,
    ClaimRejected,
    Flagged,
    /// Paid in full, by the minutes since its submission (the bucket): elapsed, as the partner sees them.
    Paid,
    PaidLate,
    Breached,
}

words! {
    Measure {
        RequestSubmitted => "request_submitted", "requests submitted";
        RequestDecided => "request_decided", "decisions about requests";
        RequestDecidedLate => "request_decided_late", "decisions about requests after their time";
        RequestApproved => "request_approved", "requests approved";
        ClaimSubmitted => "claim_submitted", "claims submitted";
        ClaimDecided => "claim_decided", "decisions about claims";
        ClaimDecidedLate => "claim_decided_late", "decisions about claims after their time";
        ClaimApproved => "claim_approved", "claims approved";
        FirstPass => "claim_first_pass", "claims approved at the first pass";
        ClaimRejected => "claim_rejected", "claims rejected";
        Flagged => "claim_flagged", "claims under suspicion";
        Paid => "claim_paid", "claims paid";
        PaidLate => "claim_paid_late", "claims paid after their time";
        Breached => "mdf_breached", "decisions and payments overdue";
    }
}

/// What one event of a request adds, on `day`.
pub fn counted_request(event: &RequestEvent, day: i64) -> Vec<Counted> {
    let one = |measure| vec![Counted { day, measure, bucket: 0 }];
    match event {
        RequestEvent::Submitted { .. } => one(Measure::RequestSubmitted),
        RequestEvent::Approved { took, in_time, .. } => {
            let mut all = decided(day, *took, *in_time, Measure::RequestDecided, Measure::RequestDecidedLate);
            all.extend(one(Measure::RequestApproved));
            all
        }
        RequestEvent::Rejected { took, in_time, .. } => decided(day, *took, *in_time, Measure::RequestDecided, Measure::RequestDecidedLate),
        RequestEvent::Breached { .. } => one(Measure::Breached),
        _ => Vec::new(),
    }
}

/// What one event of a claim adds, on `day`.
pub fn counted_claim(event: &ClaimEvent, day: i64) -> Vec<Counted> {
    let one = |measure| vec![Counted { day, measure, bucket: 0 }];
    match event {
        ClaimEvent::Submitted { .. } => one(Measure::ClaimSubmitted),
        ClaimEvent::Approved { took, in_time, first_pass, .. } => {
            let mut all = decided(day, *took, *in_time, Measure::ClaimDecided, Measure::ClaimDecidedLate);
            all.extend(one(Measure::ClaimApproved));
            all.extend(first_pass.then(|| one(Measure::FirstPass)).into_iter().flatten());
            all
        }
        ClaimEvent::Rejected { took, in_time, .. } => {
            let mut all = decided(day, *took, *in_time, Measure::ClaimDecided, Measure::ClaimDecidedLate);
            all.extend(one(Measure::ClaimRejected));
            all
        }
        ClaimEvent::Closed { unpaid, took, in_time } if unpaid.minor == 0 => {
            decided(day, *took, *in_time, Measure::Paid, Measure::PaidLate)
        }
        ClaimEvent::Flagged { .. } => one(Measure::Flagged),
        ClaimEvent::Breached { .. } => one(Measure::Breached),
        _ => Vec::new(),
    }
}

/// What an undo of a request takes away again.
pub fn taken_away_request(event: &RequestEvent) -> &[Counted] {
    if let RequestEvent::Undone { counted, .. } = event { counted } else { &[] }
}

/// What an undo of a claim takes away again.
pub fn taken_away_claim(event: &ClaimEvent) -> &[Counted] {
    if let ClaimEvent::Undone { counted, .. } = event { counted } else { &[] }
}

fn decided(day: i64, took: Span, in_time: bool, measure: Measure, late: Measure) -> Vec<Counted> {
    let mut all = vec![Counted { day, measure, bucket: took.minutes_floor() }];
    all.extend((!in_time).then_some(Counted { day, measure: late, bucket: 0 }));
    all
}
