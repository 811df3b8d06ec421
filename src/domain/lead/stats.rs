//! What an event adds to the figures of the desk: daily counters, from which every KPI is a sum.

use crate::domain::{
    day,
    lead::{LeadEvent, event::Arrival},
};
use serde::{Deserialize, Serialize};

/// One more of a measure of the lead room on a day.
pub type Counted = day::Counted<Measure>;

/// One kind of thing that is counted by day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Arrived,
    Linked,
    Quarantined,
    InReview,
    Offered,
    AcceptedInTime,
    AcceptedLate,
    /// Acceptances, by how many offers the lead had had by then (the bucket).
    AcceptedAtOffer,
    Declined,
    TimedOut,
    /// A first touch or qualification that ran out.
    Breached,
    FellBack,
    /// First touches, by the business minutes since receipt (the bucket).
    Touched,
    Qualified,
    Disqualified,
}

impl Measure {
    pub const ALL: [Self; 15] = [
        Self::Arrived,
        Self::Linked,
        Self::Quarantined,
        Self::InReview,
        Self::Offered,
        Self::AcceptedInTime,
        Self::AcceptedLate,
        Self::AcceptedAtOffer,
        Self::Declined,
        Self::TimedOut,
        Self::Breached,
        Self::FellBack,
        Self::Touched,
        Self::Qualified,
        Self::Disqualified,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Linked => "linked",
            Self::Quarantined => "quarantined",
            Self::InReview => "in_review",
            Self::Offered => "offered",
            Self::AcceptedInTime => "accepted_in_time",
            Self::AcceptedLate => "accepted_late",
            Self::AcceptedAtOffer => "accepted_at_offer",
            Self::Declined => "declined",
            Self::TimedOut => "timed_out",
            Self::Breached => "breached",
            Self::FellBack => "fell_back",
            Self::Touched => "touched",
            Self::Qualified => "qualified",
            Self::Disqualified => "disqualified",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// What one event adds, on `day`. An undo takes away what it names; see [`taken_away`].
pub fn counted(event: &LeadEvent, day: i64) -> Vec<Counted> {
    let one = |measure| vec![Counted { day, measure, bucket: 0 }];
    match event {
        LeadEvent::Received { arrival, .. } => {
            let mut out = one(Measure::Arrived);
            match arrival {
                Arrival::ToRoute => {}
                Arrival::Quarantined { .. } => out.extend(one(Measure::Quarantined)),
                Arrival::Review { .. } => out.extend(one(Measure::InReview)),
                Arrival::Linked { .. } => out.extend(one(Measure::Linked)),
            }
            out
        }
        LeadEvent::Offered { .. } => one(Measure::Offered),
        LeadEvent::Accepted { in_time, offer, .. } => {
            let mut out = one(if *in_time { Measure::AcceptedInTime } else { Measure::AcceptedLate });
            out.extend(offer.map(|offer| Counted { day, measure: Measure::AcceptedAtOffer, bucket: offer.into() }));
            out
        }
        LeadEvent::Declined { .. } => one(Measure::Declined),
        LeadEvent::TimedOut { .. } => one(Measure::TimedOut),
        LeadEvent::Breached { .. } => one(Measure::Breached),
        LeadEvent::FellBack { .. } => one(Measure::FellBack),
        LeadEvent::Touched { response, .. } => vec![Counted { day, measure: Measure::Touched, bucket: response.minutes_floor() }],
        LeadEvent::Qualified { .. } => one(Measure::Qualified),
        LeadEvent::Disqualified { .. } => one(Measure::Disqualified),
        _ => Vec::new(),
    }
}

/// What an undo takes away again.
pub fn taken_away(event: &LeadEvent) -> &[Counted] {
    match event {
        LeadEvent::Undone { counted, .. } => counted,
        _ => &[],
    }
}
