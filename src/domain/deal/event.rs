//! What happened to a registration. An event carries all that a replay needs; its personal part is kept apart (see
//! [`DealEvent::personal`]) and sealed under the person's key.

use crate::domain::{
    deal::{
        AccountLink, Clock, ContentHash, DealField, DealState, Details, Dispute, DisputePhase, Document, FieldChange, FieldProblem, Hold,
        HoldReason, LossReason, Place, Protection, Registration, RejectReason, SharedWith, SourceLead, stats::Counted,
    },
    escalation::{Escalation, EscalationCause, Severity},
    id::{ConflictId, DealId, OperatorId, PartnerId},
    money::Money,
    person::{Person, Personal},
    text::Text,
    time::{Instant, Span},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum DealEvent {
    /// `by` is the operator who wrote it for the partner; nobody when it was imported.
    Drafted {
        partner: PartnerId,
        details: Box<Details>,
        account: Option<AccountLink>,
        source_lead: Option<SourceLead>,
        by: Option<OperatorId>,
    },
    Edited {
        changes: Vec<FieldChange>,
        before: Vec<FieldChange>,
        /// The system that the record comes from says so, not somebody at the desk.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        from_source: bool,
    },
    ContactChanged {
        /// Personal: sealed.
        #[serde(skip)]
        contact: Person,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        from_source: bool,
    },
    Matched {
        account: Option<AccountLink>,
        before: Option<AccountLink>,
    },
    /// Handed in. With a place when it was complete, else with what it lacks.
    Submitted {
        by: Option<OperatorId>,
        place: Option<Place>,
        missing: Vec<FieldProblem>,
        clock: Clock,
    },
    ReviewTaken {
        reviewer: OperatorId,
        before: Option<OperatorId>,
    },
    /// Returned to the partner; the clock stands still.
    InfoRequested {
        fields: BTreeSet<DealField>,
        asked_by: OperatorId,
        keeps_place: bool,
        clock: Option<Clock>,
    },
    /// `waited` is the business time for which it had waited, when it waits no more.
    Resubmitted {
        by: Option<OperatorId>,
        place: Option<Place>,
        missing: Vec<FieldProblem>,
        clock: Option<Clock>,
        waited: Option<Span>,
    },
    SentForApproval {
        reviewer: OperatorId,
    },
    /// `took` is the business time since the submission without the time that it waited for others.
    Approved {
        protection: Protection,
        took: Span,
        in_time: bool,
    },
    Rejected {
        reason: RejectReason,
        of: Option<DealId>,
        took: Span,
        in_time: bool,
        from: DealState,
    },
    Withdrawn {
        from: DealState,
    },
    /// On these documents.
    Extended {
        protection: Protection,
        before: Instant,
        evidence: Vec<ContentHash>,
    },
    /// `until` was the end of the protection.
    Expired {
        until: Instant,
        cohort: i64,
    },
    Won {
        on: NaiveDate,
        value: Option<Money>,
        cohort: i64,
    },
    Lost {
        reason: LossReason,
        cohort: i64,
    },
    Held {
        reason: HoldReason,
        clock: Option<Clock>,
        protection: Option<Protection>,
    },
    Released {
        reason: HoldReason,
        clock: Option<Clock>,
        protection: Option<Protection>,
        waited: Option<Span>,
    },
    /// Became a party of a conflict, or the conflict went on; out of it when `phase` is `None`.
    Disputed {
        case: ConflictId,
        phase: Option<DisputePhase>,
    },
    /// A conflict gave it the deal, or a share of it.
    Awarded {
        case: ConflictId,
        protection: Option<Protection>,
        share: Option<SharedWith>,
        /// It was not approved before.
        newly: bool,
        /// Where the award decided about it as well: how long that took.
        took: Option<Span>,
        in_time: bool,
        /// Where it had been overruled: what it counts for again, and the rejection that it counts for no more.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        again: Vec<Counted>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        no_more: Vec<Counted>,
    },
    /// A conflict gave the deal to another.
    Overruled {
        case: ConflictId,
        reason: RejectReason,
        of: Option<DealId>,
        took: Option<Span>,
        in_time: bool,
        /// The approval and the order that it counts for no more: one deal is won once.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        no_more: Vec<Counted>,
    },
    Attached {
        no: u32,
        document: Document,
    },
    Noted {
        /// Personal: sealed.
        #[serde(skip)]
        text: Text,
    },
    Escalated {
        severity: Severity,
        cause: EscalationCause,
    },
    Settled {
        by_itself: bool,
    },
    Warned {
        clock: Clock,
        percent: u8,
    },
    Breached {
        clock: Clock,
        escalation: Option<Severity>,
    },
    ClockRecomputed {
        clock: Clock,
        before: Clock,
    },
    /// `what` names the events taken back; `restored` is the registration as it is from now on; `counted` is what the
    /// taken-back events had added to the figures.
    Undone {
        what: Vec<String>,
        restored: Box<Restored>,
        counted: Vec<Counted>,
    },
    Erased,
}

/// The part of a registration that an undo restores; personal fields, documents and history stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    pub state: DealState,
    pub details: Details,
    pub account: Option<AccountLink>,
    pub submitted_at: Option<Instant>,
    pub place: Option<Place>,
    pub clock: Option<Clock>,
    pub hold: Option<Hold>,
    pub waiting_since: Option<Instant>,
    pub waited: Span,
    pub dispute: Option<Dispute>,
    pub escalation: Option<Escalation>,
    pub breaches: u32,
}

impl From<&Registration> for Restored {
    fn from(deal: &Registration) -> Self {
        Self {
            state: deal.state.clone(),
            details: deal.details.clone(),
            account: deal.account,
            submitted_at: deal.submitted_at,
            place: deal.place,
            clock: deal.clock.clone(),
            hold: deal.hold.clone(),
            waiting_since: deal.waiting_since,
            waited: deal.waited,
            dispute: deal.dispute,
            escalation: deal.escalation.clone(),
            breaches: deal.breaches,
        }
    }
}

impl DealEvent {
    /// The stable name of its kind, as stored beside the event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Drafted { .. } => "deal.drafted",
            Self::Edited { .. } => "deal.edited",
            Self::ContactChanged { .. } => "deal.contact_changed",
            Self::Matched { .. } => "deal.matched",
            Self::Submitted { .. } => "deal.submitted",
            Self::ReviewTaken { .. } => "deal.review_taken",
            Self::InfoRequested { .. } => "deal.info_requested",
            Self::Resubmitted { .. } => "deal.resubmitted",
            Self::SentForApproval { .. } => "deal.sent_for_approval",
            Self::Approved { .. } => "deal.approved",
            Self::Rejected { .. } => "deal.rejected",
            Self::Withdrawn { .. } => "deal.withdrawn",
            Self::Extended { .. } => "deal.extended",
            Self::Expired { .. } => "deal.expired",
            Self::Won { .. } => "deal.won",
            Self::Lost { .. } => "deal.lost",
            Self::Held { .. } => "deal.held",
            Self::Released { .. } => "deal.released",
            Self::Disputed { .. } => "deal.disputed",
            Self::Awarded { .. } => "deal.awarded",
            Self::Overruled { .. } => "deal.overruled",
            Self::Attached { .. } => "deal.attached",
            Self::Noted { .. } => "deal.noted",
            Self::Escalated { .. } => "deal.escalated",
            Self::Settled { .. } => "deal.settled",
            Self::Warned { .. } => "deal.warned",
            Self::Breached { .. } => "deal.breached",
            Self::ClockRecomputed { .. } => "deal.clock_recomputed",
            Self::Undone { .. } => "deal.undone",
            Self::Erased => "deal.erased",
        }
    }

    /// The personal part, to be sealed; `None` when the event holds nothing personal.
    pub fn personal(&self) -> Option<Personal> {
        let person = |person: &Person| Personal { person: Some(person.clone()), note: None };
        match self {
            Self::Drafted { details, .. } if !details.contact.is_empty() => Some(person(&details.contact)),
            Self::ContactChanged { contact, .. } => Some(person(contact)),
            Self::Noted { text } => Some(Personal { person: None, note: Some(text.clone()) }),
            _ => None,
        }
    }

    /// Whether it has a personal part.
    pub fn is_personal(&self) -> bool {
        match self {
            Self::Drafted { details, .. } => !details.contact.is_empty(),
            Self::ContactChanged { .. } | Self::Noted { .. } => true,
            _ => false,
        }
    }

    /// Puts the opened personal part back; what was erased stays empty.
    pub fn set_personal(&mut self, personal: Personal) {
        match self {
            Self::Drafted { details, .. } => details.contact = personal.person.unwrap_or_default(),
            Self::ContactChanged { contact, .. } => *contact = personal.person.unwrap_or_default(),
            Self::Noted { text } => *text = personal.note.unwrap_or_default(),
            _ => {}
        }
    }
}
