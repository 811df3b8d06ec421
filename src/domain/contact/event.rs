//! What happened to a contact. The personal part is kept apart and sealed under the contact's key.

use super::Card;
use crate::domain::{id::PartnerId, lead::Consent, person::Personal};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ContactEvent {
    Recorded {
        partner: PartnerId,
        card: Card,
        consent: Consent,
        /// The consent came after the mailbox asked never to be contacted.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        despite: bool,
    },
    Changed {
        card: Card,
    },
    ConsentRecorded {
        consent: Consent,
        before: Consent,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        despite: bool,
    },
    Left,
    Returned,
    Erased,
}

impl ContactEvent {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Recorded { .. } => "contact.recorded",
            Self::Changed { .. } => "contact.changed",
            Self::ConsentRecorded { .. } => "contact.consent_recorded",
            Self::Left => "contact.left",
            Self::Returned => "contact.returned",
            Self::Erased => "contact.erased",
        }
    }

    /// Whether a contact begins with it.
    pub const fn begins(&self) -> bool {
        matches!(self, Self::Recorded { .. })
    }

    /// The personal part, to be sealed; `None` when the event holds nothing personal.
    pub fn personal(&self) -> Option<Personal> {
        match self {
            Self::Recorded { card, .. } | Self::Changed { card } if !card.person.is_empty() => {
                Some(Personal { person: Some(card.person.clone()), note: None })
            }
            _ => None,
        }
    }

    pub fn is_personal(&self) -> bool {
        self.personal().is_some()
    }

    /// Puts the opened personal part back; what was erased stays empty.
    pub fn set_personal(&mut self, personal: Personal) {
        if let Self::Recorded { card, .. } | Self::Changed { card } = self {
            card.person = personal.person.unwrap_or_default();
        }
    }
}
