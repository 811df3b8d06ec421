//! What happened to the people at partners, in words. Names stay out of it: they may be erased.

use super::{Weight, basis};
use crate::domain::{contact::ContactEvent, lead::ConsentBasis};

pub fn contact(event: &ContactEvent) -> (String, Weight) {
    let text = match event {
        ContactEvent::Recorded { card, consent, .. } => {
            format!("contact recorded: {}, consent {}", card.role.doc(), basis(consent.basis))
        }
        ContactEvent::Changed { .. } => "contact changed".to_owned(),
        ContactEvent::ConsentRecorded { consent, .. } => {
            let weight = if consent.basis == ConsentBasis::Refused { Weight::Warning } else { Weight::Plain };
            return (format!("consent of a contact recorded: {}", basis(consent.basis)), weight);
        }
        ContactEvent::Left => "contact left".to_owned(),
        ContactEvent::Returned => "contact is there again".to_owned(),
        ContactEvent::Erased => "personal data of a contact erased".to_owned(),
    };
    (text, Weight::Plain)
}
