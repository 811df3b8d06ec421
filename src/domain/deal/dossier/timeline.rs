//! Everything that happened on either side, on one line of time.

use super::PartyFacts;
use crate::domain::{
    deal::{DealState, DocumentKind, LossReason},
    id::DealId,
    money::Money,
    text::Text,
    time::{Instant, MICROS_PER_SECOND},
};
use chrono::NaiveDate;

/// One moment of one party.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// What is known by its day stands at 00:00 UTC of it.
    pub at: Instant,
    pub is_day: bool,
    pub deal: DealId,
    pub what: Moment,
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
}

pub(super) fn timeline(parties: &[PartyFacts<'_>]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = parties.iter().flat_map(of).collect();
    entries.sort();
    entries
}

fn of(party: &PartyFacts<'_>) -> Vec<Entry> {
    let deal = party.claim.registration;
    let id = deal.id;
    let mut entries = Vec::new();
    let mut moment = |at: Instant, what| entries.push(Entry { at, is_day: false, deal: id, what });
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
    if let Some(approval) = deal.state.approval() {
        moment(approval.at, Moment::Approved);
        moment(approval.protection.until, Moment::ProtectedUntil);
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
    if let DealState::Won { on, .. } = deal.state {
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
    Entry { at: Instant::from_micros(seconds.saturating_mul(MICROS_PER_SECOND)), is_day: true, deal, what }
}
