//! The people at partners: how they are reached, and whether they may be written to.
//!
//! active -> left (and back), and erased: the person's fields are destroyed, the record of what happened stays. What is
//! personal is sealed in the audit chain as that of a lead is.

pub mod decide;
pub mod event;
pub mod stated;

pub use decide::{ContactCommand, ContactVerb, Refusal, decide, recorded};
pub use event::ContactEvent;

use crate::domain::{
    aggregate::Aggregate,
    event::{Entity, Event},
    id::{ContactId, PartnerId},
    lead::{Consent, ConsentBasis},
    person::Person,
    time::Instant,
    vocabulary::words,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub id: ContactId,
    /// The number of events applied; a write is guarded by it.
    pub version: i64,
    pub recorded_at: Instant,
    pub updated_at: Instant,
    pub partner: PartnerId,
    pub card: Card,
    pub consent: Consent,
    /// That consent came after the mailbox asked never to be contacted: it counts all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub despite: bool,
    pub state: ContactState,
}

/// What stands against writing to somebody, whatever they agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Against {
    /// The partner's country asks for an explicit consent.
    pub requires: bool,
    /// The mailbox asked never to be contacted.
    pub suppressed: bool,
}

/// Who it is and what they do there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Card {
    pub role: ContactRole,
    /// Name, mailbox and telephone. Personal: sealed in the audit chain, never in its open part.
    #[serde(skip)]
    pub person: Person,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ContactState {
    Active,
    /// No longer there.
    Left {
        at: Instant,
    },
    /// The personal fields were destroyed on request.
    Erased {
        at: Instant,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactRole {
    Owner,
    Sales,
    Marketing,
    Technical,
    Finance,
    Legal,
    #[default]
    Other,
}

words! {
    ContactRole {
        Owner => "owner", "owner";
        Sales => "sales", "sales";
        Marketing => "marketing", "marketing";
        Technical => "technical", "technical";
        Finance => "finance", "finance";
        Legal => "legal", "legal";
        Other => "other", "other";
    }
}

impl ContactState {
    /// The stable name in files, tables and JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Left { .. } => "left",
            Self::Erased { .. } => "erased",
        }
    }
}

impl Contact {
    /// The mailbox as it is compared: spelling and spaces around it make no other one.
    pub fn mailbox(&self) -> String {
        mailbox(&self.card.person.email)
    }

    /// Why nobody may write to them by mail; nothing where somebody may.
    pub fn why_silent(&self, against: Against) -> Option<&'static str> {
        match (self.state, self.consent.basis) {
            (ContactState::Erased { .. }, _) => Some("erased"),
            (ContactState::Left { .. }, _) => Some("left"),
            _ if self.card.person.email.is_empty() => Some("no mailbox"),
            (_, ConsentBasis::Refused) => Some("refused: may not be mailed"),
            _ if against.suppressed && !self.despite => Some("asked never to be contacted: may not be mailed"),
            (_, basis) if against.requires && basis != ConsentBasis::OptIn => Some("no consent: may not be mailed"),
            _ => None,
        }
    }
}

pub fn mailbox(email: &str) -> String {
    email.trim().to_lowercase()
}

impl Aggregate for Contact {
    type Id = ContactId;
    type Event = ContactEvent;
    const ENTITY: fn(ContactId) -> Entity = Entity::Contact;

    fn id(&self) -> ContactId {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn next_at(&self) -> Option<Instant> {
        None
    }

    fn event(event: &Event) -> Option<&ContactEvent> {
        if let Event::Contact(event) = event { Some(event) } else { None }
    }

    fn begin(id: ContactId, event: &ContactEvent, at: Instant) -> Option<Self> {
        let ContactEvent::Recorded { partner, card, consent, despite } = event else { return None };
        Some(Self {
            id,
            version: 1,
            recorded_at: at,
            updated_at: at,
            partner: *partner,
            card: card.clone(),
            consent: consent.clone(),
            despite: *despite,
            state: ContactState::Active,
        })
    }

    fn apply(&mut self, event: &ContactEvent, at: Instant) {
        self.version += 1;
        self.updated_at = at;
        match event {
            // It begins a contact and stands nowhere else.
            ContactEvent::Recorded { .. } => {}
            ContactEvent::Changed { card } => self.card = card.clone(),
            ContactEvent::ConsentRecorded { consent, despite, .. } => (self.consent, self.despite) = (consent.clone(), *despite),
            ContactEvent::Left => self.state = ContactState::Left { at },
            ContactEvent::Returned => self.state = ContactState::Active,
            ContactEvent::Erased => {
                self.state = ContactState::Erased { at };
                self.card.person = Person::default();
            }
        }
    }
}
