//! What happened to a lead. An event carries all that a replay needs; its personal part is kept apart (see
//! [`LeadEvent::take_personal`]) and sealed under the person's key.

use crate::domain::{
    id::{LeadId, OperatorId, PartnerId},
    lead::{
        Clock, Consent, DeclineReason, DisqualifyReason, Escalation, EscalationCause, Intake, Lead, LeadState, PauseReason,
        QuarantineReason, Resemblance, Severity, UnassignedReason,
        routing::{Rule, Turn, Why},
        stats::Counted,
    },
    partner::PartnerStatus,
    person::Personal,
    text::Text,
    time::{Instant, Span},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum LeadEvent {
    Received {
        intake: Box<Intake>,
        arrival: Arrival,
    },
    /// Placed with a partner, by the rules or by hand; the accept clock starts. `before` is who held it until now.
    Offered {
        partner: PartnerId,
        before: Option<PartnerId>,
        by_hand: bool,
        clock: Clock,
        why: Box<Why>,
        turn: Option<Turn>,
    },
    /// Nobody to offer it to: it waits in the fallback queue, escalated when the program's offers are used up.
    FellBack {
        reason: UnassignedReason,
        why: Box<Why>,
        turn: Option<Turn>,
        escalation: Option<Severity>,
    },
    /// `offer` is which of the lead's offers it was, from 1; not known of acceptances of before it was kept.
    Accepted {
        partner: PartnerId,
        in_time: bool,
        clock: Clock,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offer: Option<u32>,
    },
    /// An answer to an offer that had ended before: kept as evidence.
    AnsweredLate {
        offer: u32,
        accepted: bool,
    },
    Declined {
        partner: PartnerId,
        reason: DeclineReason,
    },
    /// Nobody answered in time; `due` is when the answer was to come.
    TimedOut {
        partner: PartnerId,
        due: Instant,
    },
    Warned {
        clock: Clock,
        percent: u8,
    },
    /// First touch or qualification ran out; the partner keeps the lead, the desk is told.
    Breached {
        clock: Clock,
        escalation: Option<Severity>,
    },
    /// `response` is the business time from receipt to this touch.
    Touched {
        in_time: bool,
        response: Span,
        clock: Clock,
    },
    Qualified {
        in_time: bool,
    },
    Disqualified {
        reason: DisqualifyReason,
        from: LeadState,
    },
    Paused {
        reason: PauseReason,
        until: Option<Instant>,
        clock: Option<Clock>,
    },
    Resumed {
        clock: Option<Clock>,
    },
    Merged {
        into: LeadId,
        score_bp: Option<u16>,
        clock: Option<Clock>,
    },
    /// The other side of a merge: the survivor takes over the stricter consent and the worse escalation.
    Absorbed {
        lead: LeadId,
        consent: Consent,
        escalation: Option<Escalation>,
    },
    Unmerged {
        clock: Option<Clock>,
    },
    /// The other side of an unmerge.
    Parted {
        lead: LeadId,
    },
    Separated,
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
    Released {
        from: LeadState,
    },
    /// Its partner gets none any more; an open offer ends as withdrawn.
    TakenAway {
        partner: PartnerId,
        status: PartnerStatus,
    },
    Taken {
        desk: Option<OperatorId>,
        before: Option<OperatorId>,
    },
    ConsentRecorded {
        consent: Consent,
        before: Consent,
    },
    Rescored {
        score: u8,
        before: u8,
        clock: Option<Clock>,
    },
    ClockRecomputed {
        clock: Clock,
        before: Clock,
    },
    /// `what` names the events taken back; `restored` is the lead as it is from now on; `counted` is what the taken-back events had added to the figures.
    Undone {
        what: Vec<String>,
        restored: Box<Restored>,
        counted: Vec<Counted>,
    },
    Erased,
}

/// What became of a lead on arrival.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "arrival", rename_all = "snake_case")]
pub enum Arrival {
    /// To be placed; an offer or the fallback queue follows in the same transaction.
    ToRoute,
    Quarantined {
        reason: QuarantineReason,
    },
    Review {
        candidates: Vec<Resemblance>,
    },
    /// The same as a lead that we have.
    Linked {
        into: LeadId,
        score_bp: u16,
    },
}

/// The part of a lead that an undo restores; personal fields and history stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    pub state: LeadState,
    pub clock: Option<Clock>,
    pub pause: Option<crate::domain::lead::Pause>,
    pub desk: Option<OperatorId>,
    pub score: u8,
    pub consent: Consent,
    pub offers: Vec<crate::domain::lead::Offer>,
    pub settled_offers: u32,
    pub escalation: Option<Escalation>,
    pub breaches: u32,
}

impl From<&Lead> for Restored {
    fn from(lead: &Lead) -> Self {
        Self {
            state: lead.state.clone(),
            clock: lead.clock.clone(),
            pause: lead.pause.clone(),
            desk: lead.desk,
            score: lead.intake.score,
            consent: lead.intake.consent.clone(),
            offers: lead.offers.clone(),
            settled_offers: lead.settled_offers,
            escalation: lead.escalation.clone(),
            breaches: lead.breaches,
        }
    }
}

impl LeadEvent {
    /// The rule that would have kept the partner of an assignment by hand from the lead, and the compared values.
    pub fn against_the_rules(&self) -> Option<(Rule, String)> {
        match self {
            Self::Offered { why, .. } => why.against_the_rules(),
            _ => None,
        }
    }

    /// The stable name of its kind, as stored beside the event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Received { .. } => "lead.received",
            Self::Offered { .. } => "lead.offered",
            Self::FellBack { .. } => "lead.fell_back",
            Self::Accepted { .. } => "lead.accepted",
            Self::AnsweredLate { .. } => "lead.answered_late",
            Self::Declined { .. } => "lead.declined",
            Self::TimedOut { .. } => "lead.timed_out",
            Self::Warned { .. } => "lead.warned",
            Self::Breached { .. } => "lead.breached",
            Self::Touched { .. } => "lead.touched",
            Self::Qualified { .. } => "lead.qualified",
            Self::Disqualified { .. } => "lead.disqualified",
            Self::Paused { .. } => "lead.paused",
            Self::Resumed { .. } => "lead.resumed",
            Self::Merged { .. } => "lead.merged",
            Self::Absorbed { .. } => "lead.absorbed",
            Self::Unmerged { .. } => "lead.unmerged",
            Self::Parted { .. } => "lead.parted",
            Self::Separated => "lead.separated",
            Self::Noted { .. } => "lead.noted",
            Self::Escalated { .. } => "lead.escalated",
            Self::Settled { .. } => "lead.settled",
            Self::Released { .. } => "lead.released",
            Self::TakenAway { .. } => "lead.taken_away",
            Self::Taken { .. } => "lead.taken",
            Self::ConsentRecorded { .. } => "lead.consent_recorded",
            Self::Rescored { .. } => "lead.rescored",
            Self::ClockRecomputed { .. } => "lead.clock_recomputed",
            Self::Undone { .. } => "lead.undone",
            Self::Erased => "lead.erased",
        }
    }

    /// The personal part, to be sealed; `None` when the event holds nothing personal.
    pub fn personal(&self) -> Option<Personal> {
        match self {
            Self::Received { intake, .. } if !intake.person.is_empty() => {
                Some(Personal { person: Some(intake.person.clone()), note: None })
            }
            Self::Noted { text } => Some(Personal { person: None, note: Some(text.clone()) }),
            _ => None,
        }
    }

    pub fn is_personal(&self) -> bool {
        match self {
            Self::Received { intake, .. } => !intake.person.is_empty(),
            Self::Noted { .. } => true,
            _ => false,
        }
    }

    /// Puts the opened personal part back; what was erased stays empty.
    pub fn set_personal(&mut self, personal: Personal) {
        match self {
            Self::Received { intake, .. } => intake.person = personal.person.unwrap_or_default(),
            Self::Noted { text } => *text = personal.note.unwrap_or_default(),
            _ => {}
        }
    }
}
