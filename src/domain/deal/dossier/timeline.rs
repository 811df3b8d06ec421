//! Everything that happened on either side, on one line of time.

use super::PartyFacts;
use crate::domain::{
    deal::{
        DealState, DocumentKind, HoldReason, LossReason, Overruled,
        conflict::{ConflictCase, Notice, NoticeKind},
    },
    id::DealId,
    money::Money,
    text::Text,
    time::{Instant, MICROS_PER_SECOND},
};
use chrono::NaiveDate;
use std::{cmp::Ordering, collections::BTreeSet};

/// One moment of one party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What is known by its day stands at 00:00 UTC of it.
    pub at: Instant,
    pub is_day: bool,
    /// Nothing where it happened to the conflict as a whole.
    pub deal: Option<DealId>,
    pub what: Moment,
}

impl Entry {
    /// The conflict follows what its parties did at the same moment.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let key = |entry: &Self| (entry.at, entry.is_day, entry.deal.is_none(), entry.deal);
        key(self).cmp(&key(other)).then_with(|| self.what.cmp(&other.what))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    LeadReceived,
    LeadOffered,
    Sale {
        amount: Text,
    },
    Touch {
        name: Text,
    },
    Letter {
        name: Text,
    },
    Drafted,
    Submitted,
    /// Complete: its place in the order.
    Completed {
        sequence: i64,
    },
    Attached {
        no: u32,
        kind: DocumentKind,
    },
    Approved,
    ProtectedUntil,
    Won,
    Lost {
        reason: LossReason,
    },
    Ended {
        state: &'static str,
    },
    /// Returned to the partner, whose answer is awaited.
    InfoRequested,
    Held {
        reason: HoldReason,
    },
    Joined,
    Opened,
    EvidenceAsked,
    /// What was decided, the first time or on appeal.
    Decided {
        no: u32,
        verdict: Text,
    },
    Told,
    Appealed,
}

pub(super) fn timeline(parties: &[PartyFacts<'_>]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = parties.iter().flat_map(of).collect();
    entries.sort_by(Entry::order);
    entries
}

/// What happened to the conflict itself.
pub(super) fn of_case(case: &ConflictCase) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut moment = |at: Instant, deal, what| entries.push(Entry { at, is_day: false, deal, what });
    moment(case.opened_at, None, Moment::Opened);
    for party in case.parties.iter().filter(|party| party.joined_at > case.opened_at) {
        moment(party.joined_at, Some(party.deal), Moment::Joined);
    }
    for decision in &case.decisions {
        moment(
            decision.at,
            None,
            Moment::Decided { no: decision.no, verdict: Text::clean(&decision.verdict.sentence(&|deal| deal.to_string())) },
        );
    }
    let told = |notice: &Notice| match notice.kind {
        NoticeKind::EvidenceWanted => Some(Moment::EvidenceAsked),
        NoticeKind::Appealed => Some(Moment::Appealed),
        // Stands with the decision.
        NoticeKind::Upheld => None,
        _ => Some(Moment::Told),
    };
    let told: BTreeSet<(Instant, Moment)> = case.notices.iter().filter_map(|notice| Some((notice.at, told(notice)?))).collect();
    for (at, what) in told {
        moment(at, None, what);
    }
    entries
}

fn of(party: &PartyFacts<'_>) -> Vec<Entry> {
    let deal = party.claim.registration;
    let id = deal.id;
    let mut entries = Vec::new();
    let mut moment = |at: Instant, what| entries.push(Entry { at, is_day: false, deal: Some(id), what });
    if let Some(lead) = &deal.source_lead {
        moment(lead.received_at, Moment::LeadReceived);
        if let Some(at) = lead.offered_at {
            moment(at, Moment::LeadOffered);
        }
    }
    moment(deal.created_at, Moment::Drafted);
    if let Some(at) = deal.submitted_at {
        moment(at, Moment::Submitted);
    }
    if let Some(place) = deal.place {
        moment(place.complete_at, Moment::Completed { sequence: place.sequence });
    }
    // What a decision took away happened all the same.
    let before = match &deal.state {
        DealState::Rejected { overruled: Some(Overruled { state, .. }), .. } => state.as_ref(),
        state => state,
    };
    if let Some(approval) = before.approval() {
        moment(approval.at, Moment::Approved);
        // One that stands still has no end yet, and that of an order, or of who gave up, ended with it.
        if approval.protection.paused_on.is_none() && matches!(before, DealState::Approved { .. } | DealState::Expired { .. }) {
            moment(approval.protection.until, Moment::ProtectedUntil);
        }
    }
    if let DealState::ActionRequired { asked_at, .. } = deal.state {
        moment(asked_at, Moment::InfoRequested);
    }
    if let Some(hold) = deal.hold.as_ref().filter(|hold| hold.reason != HoldReason::Conflict) {
        moment(hold.since, Moment::Held { reason: hold.reason });
    }
    match &deal.state {
        DealState::Lost { at, reason, .. } => moment(*at, Moment::Lost { reason: *reason }),
        DealState::Expired { at, .. } | DealState::Withdrawn { at, .. } | DealState::Rejected { at, .. } => {
            moment(*at, Moment::Ended { state: deal.state.name() });
        }
        _ => {}
    }
    for exhibit in &deal.documents {
        moment(exhibit.attached_at, Moment::Attached { no: exhibit.no, kind: exhibit.document.kind });
    }
    if let DealState::Won { on, .. } = *before {
        entries.push(day(id, on, Moment::Won));
    }
    entries.extend(party.sales.iter().map(|sale| day(id, sale.on, sold(sale.amount))));
    for exhibit in &deal.documents {
        let document = &exhibit.document;
        let what = match document.kind {
            DocumentKind::Touch => Moment::Touch { name: document.name.clone() },
            DocumentKind::CustomerLetter => Moment::Letter { name: document.name.clone() },
            _ => continue,
        };
        entries.extend(document.dated.map(|on| day(id, on, what)));
    }
    entries
}

fn sold(amount: Money) -> Moment {
    Moment::Sale { amount: Text::clean(&amount.to_string()) }
}

fn day(deal: DealId, on: NaiveDate, what: Moment) -> Entry {
    let seconds = on.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
    Entry { at: Instant::from_micros(seconds.saturating_mul(MICROS_PER_SECOND)), is_day: true, deal: Some(deal), what }
}
