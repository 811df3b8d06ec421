//! Everything that can happen, in one type: what the audit chain keeps.

use crate::domain::{
    account::AccountEvent,
    actor::Roles,
    contact::ContactEvent,
    deal::{DealEvent, conflict::CaseEvent},
    fx::RatesRecorded,
    id::{
        AccountId, BatchId, ClaimId, CommandId, ConflictId, ContactId, CorrectionId, DealId, EvaluationId, FundId, LeadId, OperatorId,
        PartnerId, ProgramVersion, RequestId, StandingId,
    },
    lead::LeadEvent,
    mdf::{approval::AuthorityEvent, batch::BatchEvent, claim::ClaimEvent, fund::FundEvent, request::RequestEvent},
    partner::PartnerEvent,
    person::Personal,
    pos::{CorrectionEvent, Sold},
    text::Text,
    tier::{evaluation::EvaluationEvent, standing::StandingEvent},
    time::Instant,
};
use serde::{Deserialize, Serialize};

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    Lead(LeadId),
    Deal(DealId),
    Conflict(ConflictId),
    Fund(FundId),
    Request(RequestId),
    Claim(ClaimId),
    Batch(BatchId),
    Evaluation(EvaluationId),
    Standing(StandingId),
    Correction(CorrectionId),
    Partner(PartnerId),
    Contact(ContactId),
    Account(AccountId),
    Operator(OperatorId),
    Program(ProgramVersion),
}

impl Entity {
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Lead(_) => "lead",
            Self::Deal(_) => "deal",
            Self::Conflict(_) => "conflict",
            Self::Fund(_) => "fund",
            Self::Request(_) => "request",
            Self::Claim(_) => "claim",
            Self::Batch(_) => "batch",
            Self::Evaluation(_) => "evaluation",
            Self::Standing(_) => "standing",
            Self::Correction(_) => "correction",
            Self::Partner(_) => "partner",
            Self::Contact(_) => "contact",
            Self::Account(_) => "account",
            Self::Operator(_) => "operator",
            Self::Program(_) => "program",
        }
    }

    pub const fn id(self) -> i64 {
        match self {
            Self::Lead(LeadId(id))
            | Self::Deal(DealId(id))
            | Self::Conflict(ConflictId(id))
            | Self::Fund(FundId(id))
            | Self::Request(RequestId(id))
            | Self::Claim(ClaimId(id))
            | Self::Batch(BatchId(id))
            | Self::Evaluation(EvaluationId(id))
            | Self::Standing(StandingId(id))
            | Self::Correction(CorrectionId(id))
            | Self::Partner(PartnerId(id))
            | Self::Contact(ContactId(id))
            | Self::Account(AccountId(id))
            | Self::Operator(OperatorId(id))
            | Self::Program(ProgramVersion(id)) => id,
        }
    }

    pub fn from_parts(kind: &str, id: i64) -> Option<Self> {
        Some(match kind {
            "lead" => Self::Lead(LeadId(id)),
            "deal" => Self::Deal(DealId(id)),
            "conflict" => Self::Conflict(ConflictId(id)),
            "fund" => Self::Fund(FundId(id)),
            "request" => Self::Request(RequestId(id)),
            "claim" => Self::Claim(ClaimId(id)),
            "batch" => Self::Batch(BatchId(id)),
            "evaluation" => Self::Evaluation(EvaluationId(id)),
            "standing" => Self::Standing(StandingId(id)),
            "correction" => Self::Correction(CorrectionId(id)),
            "partner" => Self::Partner(PartnerId(id)),
            "contact" => Self::Contact(ContactId(id)),
            "account" => Self::Account(AccountId(id)),
            "operator" => Self::Operator(OperatorId(id)),
            "program" => Self::Program(ProgramVersion(id)),
            _ => return None,
        })
    }
}

impl std::fmt::Display for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lead(id) => id.fmt(f),
            Self::Deal(id) => id.fmt(f),
            Self::Conflict(id) => id.fmt(f),
            Self::Fund(id) => id.fmt(f),
            Self::Request(id) => id.fmt(f),
            Self::Claim(id) => id.fmt(f),
            Self::Batch(id) => id.fmt(f),
            Self::Evaluation(id) => id.fmt(f),
            Self::Standing(id) => id.fmt(f),
            Self::Correction(id) => id.fmt(f),
            Self::Partner(id) => id.fmt(f),
            Self::Contact(id) => id.fmt(f),
            Self::Account(id) => id.fmt(f),
            Self::Operator(id) => id.fmt(f),
            Self::Program(id) => id.fmt(f),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Event {
    Lead(LeadEvent),
    Deal(DealEvent),
    Case(CaseEvent),
    Fund(FundEvent),
    Request(RequestEvent),
    Claim(ClaimEvent),
    Batch(BatchEvent),
    Authority(AuthorityEvent),
    Evaluation(EvaluationEvent),
    Standing(StandingEvent),
    Sold(Sold),
    Correction(CorrectionEvent),
    Rates(RatesRecorded),
    Partner(PartnerEvent),
    Contact(ContactEvent),
    Account(AccountEvent),
    Operator(OperatorEvent),
    Program(ProgramEvent),
    Suppressed(Suppressed),
    Denied(Denied),
    Recounted(Recounted),
}

/// Mailboxes were put on the list of those never to be contacted; the mailboxes themselves are kept as keyed hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppressed {
    pub mailboxes: usize,
}

/// An operator was added or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorEvent {
    pub name: Text,
    /// The database login that is this operator (PostgreSQL).
    pub login: Option<Text>,
    pub roles: Roles,
    pub active: bool,
}

/// A version of the channel program came into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramEvent {
    /// The whole document.
    pub toml: String,
    pub note: Text,
}

/// Somebody asked for what they may not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denied {
    /// The command by its stable name.
    pub asked: String,
    pub why: String,
}

/// What the same command did took place before, and was only written down then: `by` somebody who imports data and manages
/// operators, `at` that time. The command's other events have the time at which they took place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recounted {
    pub by: OperatorId,
    pub at: Instant,
}

impl Event {
    /// The stable name of its kind, as stored beside the event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Lead(event) => event.name(),
            Self::Deal(event) => event.name(),
            Self::Case(event) => event.name(),
            Self::Fund(event) => event.name(),
            Self::Request(event) => event.name(),
            Self::Claim(event) => event.name(),
            Self::Batch(event) => event.name(),
            Self::Authority(event) => event.name(),
            Self::Evaluation(event) => event.name(),
            Self::Standing(event) => event.name(),
            Self::Sold(_) => "sales.recorded",
            Self::Correction(event) => event.name(),
            Self::Rates(_) => "rates.recorded",
            Self::Partner(event) => event.name(),
            Self::Contact(event) => event.name(),
            Self::Account(event) => event.name(),
            Self::Operator(_) => "operator.recorded",
            Self::Program(_) => "program.applied",
            Self::Suppressed(_) => "suppressed",
            Self::Denied(_) => "denied",
            Self::Recounted(_) => "recounted",
        }
    }

    /// The text of a note, empty where it was erased.
    pub const fn note(&self) -> Option<&Text> {
        match self {
            Self::Lead(LeadEvent::Noted { text })
            | Self::Deal(DealEvent::Noted { text })
            | Self::Case(CaseEvent::Noted { text })
            | Self::Fund(FundEvent::Noted { text })
            | Self::Request(RequestEvent::Noted { text })
            | Self::Claim(ClaimEvent::Noted { text }) => Some(text),
            _ => None,
        }
    }

    /// A note changes nothing, and nothing is undone about it.
    pub const fn is_note(&self) -> bool {
        self.note().is_some()
    }

    /// Takes an earlier command back.
    pub const fn is_undo(&self) -> bool {
        matches!(
            self,
            Self::Lead(LeadEvent::Undone { .. })
                | Self::Deal(DealEvent::Undone { .. })
                | Self::Request(RequestEvent::Undone { .. })
                | Self::Claim(ClaimEvent::Undone { .. })
                | Self::Standing(StandingEvent::Undone { .. })
                | Self::Correction(CorrectionEvent::Undone)
        )
    }

    /// Destroys what is personal.
    pub const fn is_erasure(&self) -> bool {
        matches!(self, Self::Lead(LeadEvent::Erased) | Self::Deal(DealEvent::Erased) | Self::Contact(ContactEvent::Erased))
    }

    /// The stage of a clock that it fires: (clock number, stage), once for its entity.
    pub const fn fires(&self) -> Option<(u32, u8)> {
        match self {
            Self::Lead(LeadEvent::Warned { clock, .. } | LeadEvent::Breached { clock, .. }) => Some(clock.fired()),
            Self::Deal(DealEvent::Warned { clock, .. } | DealEvent::Breached { clock, .. }) => Some(clock.fired()),
            Self::Case(CaseEvent::Warned { clock, .. } | CaseEvent::Breached { clock, .. }) => Some(clock.fired()),
            Self::Request(RequestEvent::Warned { clock, .. } | RequestEvent::Breached { clock, .. }) => Some(clock.fired()),
            Self::Claim(ClaimEvent::Warned { clock, .. } | ClaimEvent::Breached { clock, .. }) => Some(clock.fired()),
            _ => None,
        }
    }

    /// Whether it changes what a decision rests on: a warning, a note or what is only kept as evidence does not.
    pub const fn matters(&self) -> bool {
        !self.is_note()
            && !matches!(
                self,
                Self::Lead(LeadEvent::Warned { .. } | LeadEvent::AnsweredLate { .. })
                    | Self::Deal(DealEvent::Warned { .. } | DealEvent::Attached { .. })
                    | Self::Case(CaseEvent::Warned { .. })
                    | Self::Request(RequestEvent::Warned { .. })
                    | Self::Claim(ClaimEvent::Warned { .. })
            )
    }

    pub fn personal(&self) -> Option<Personal> {
        match self {
            Self::Lead(event) => event.personal(),
            Self::Deal(event) => event.personal(),
            Self::Case(event) => event.personal(),
            Self::Fund(event) => event.personal(),
            Self::Request(event) => event.personal(),
            Self::Claim(event) => event.personal(),
            Self::Contact(event) => event.personal(),
            _ => None,
        }
    }

    /// Puts the opened personal part back; what was erased stays empty.
    pub fn set_personal(&mut self, personal: Personal) {
        match self {
            Self::Lead(event) => event.set_personal(personal),
            Self::Deal(event) => event.set_personal(personal),
            Self::Case(event) => event.set_personal(personal),
            Self::Fund(event) => event.set_personal(personal),
            Self::Request(event) => event.set_personal(personal),
            Self::Claim(event) => event.set_personal(personal),
            Self::Contact(event) => event.set_personal(personal),
            _ => {}
        }
    }

    /// Whether it has a personal part.
    pub fn is_personal(&self) -> bool {
        match self {
            Self::Lead(event) => event.is_personal(),
            Self::Deal(event) => event.is_personal(),
            Self::Case(event) => event.is_personal(),
            Self::Fund(event) => event.is_personal(),
            Self::Request(event) => event.is_personal(),
            Self::Claim(event) => event.is_personal(),
            Self::Contact(event) => event.is_personal(),
            _ => false,
        }
    }

    /// The open part as JSON, as hashed and stored.
    pub fn to_body(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Lead(event) => serde_json::to_string(event),
            Self::Deal(event) => serde_json::to_string(event),
            Self::Case(event) => serde_json::to_string(event),
            Self::Fund(event) => serde_json::to_string(event),
            Self::Request(event) => serde_json::to_string(event),
            Self::Claim(event) => serde_json::to_string(event),
            Self::Batch(event) => serde_json::to_string(event),
            Self::Authority(event) => serde_json::to_string(event),
            Self::Evaluation(event) => serde_json::to_string(event),
            Self::Standing(event) => serde_json::to_string(event),
            Self::Sold(event) => serde_json::to_string(event),
            Self::Correction(event) => serde_json::to_string(event),
            Self::Rates(event) => serde_json::to_string(event),
            Self::Partner(event) => serde_json::to_string(event),
            Self::Contact(event) => serde_json::to_string(event),
            Self::Account(event) => serde_json::to_string(event),
            Self::Operator(event) => serde_json::to_string(event),
            Self::Program(event) => serde_json::to_string(event),
            Self::Suppressed(event) => serde_json::to_string(event),
            Self::Denied(event) => serde_json::to_string(event),
            Self::Recounted(event) => serde_json::to_string(event),
        }
    }

    /// Reads back what [`Event::to_body`] and [`Event::name`] gave; the personal part is put in by the caller.
    pub fn from_body(name: &str, body: &str) -> Result<Self, serde_json::Error> {
        Ok(match name.split('.').next().unwrap_or_default() {
            "lead" => Self::Lead(serde_json::from_str(body)?),
            "deal" => Self::Deal(serde_json::from_str(body)?),
            "conflict" => Self::Case(serde_json::from_str(body)?),
            "fund" => Self::Fund(serde_json::from_str(body)?),
            "request" => Self::Request(serde_json::from_str(body)?),
            "claim" => Self::Claim(serde_json::from_str(body)?),
            "batch" => Self::Batch(serde_json::from_str(body)?),
            "authority" => Self::Authority(serde_json::from_str(body)?),
            "evaluation" => Self::Evaluation(serde_json::from_str(body)?),
            "standing" => Self::Standing(serde_json::from_str(body)?),
            "sales" => Self::Sold(serde_json::from_str(body)?),
            "correction" => Self::Correction(serde_json::from_str(body)?),
            "rates" => Self::Rates(serde_json::from_str(body)?),
            "partner" => Self::Partner(serde_json::from_str(body)?),
            "contact" => Self::Contact(serde_json::from_str(body)?),
            "account" => Self::Account(serde_json::from_str(body)?),
            "operator" => Self::Operator(serde_json::from_str(body)?),
            "program" => Self::Program(serde_json::from_str(body)?),
            "suppressed" => Self::Suppressed(serde_json::from_str(body)?),
            "recounted" => Self::Recounted(serde_json::from_str(body)?),
            _ => Self::Denied(serde_json::from_str(body)?),
        })
    }
}

/// The stable name of an event's kind in words, without what it happens to: `first touch` of `lead.first_touch`.
pub fn in_words(name: &str) -> String {
    name.rsplit('.').next().unwrap_or_default().replace('_', " ")
}

/// An event with its circumstances: one row of the audit chain, before it gets its place and hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub at: Instant,
    pub actor: OperatorId,
    pub command: CommandId,
    /// The version of the channel program that decided.
    pub program: ProgramVersion,
    pub entity: Entity,
    /// The entity's version after this event.
    pub version: i64,
    pub event: Event,
}
