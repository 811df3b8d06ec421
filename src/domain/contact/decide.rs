//! What may be done to a contact, as events.

use super::{Card, Contact, ContactEvent, ContactState, mailbox};
use crate::domain::{
    actor::Permission,
    event::in_words,
    id::{ContactId, PartnerId},
    lead::{Consent, ConsentBasis},
    time::Instant,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactCommand {
    Change(Card),
    /// On what ground they may be contacted. A mailbox that asked never to be contacted gets a wider one only `despite` that.
    Consent {
        consent: Consent,
        despite: bool,
    },
    /// They are no longer at the partner.
    Leave,
    /// They are there again.
    Return,
    /// Destroy the personal fields for good.
    Erase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContactVerb {
    Change,
    Consent,
    Leave,
    Return,
    Erase,
}

impl ContactCommand {
    pub const fn verb(&self) -> ContactVerb {
        match self {
            Self::Change(_) => ContactVerb::Change,
            Self::Consent { .. } => ContactVerb::Consent,
            Self::Leave => ContactVerb::Leave,
            Self::Return => ContactVerb::Return,
            Self::Erase => ContactVerb::Erase,
        }
    }
}

impl ContactVerb {
    pub const fn permission(self) -> Permission {
        match self {
            Self::Erase => Permission::Erase,
            _ => Permission::TierWork,
        }
    }

    /// The verb as a denial keeps it.
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Change => "change a contact",
            Self::Consent => "record the consent of a contact",
            Self::Leave => "mark a contact as gone",
            Self::Return => "mark a contact as back",
            Self::Erase => "erase a contact",
        }
    }
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("a contact needs a name or a mailbox")]
    Nobody,
    #[error("`{0}` is no mailbox: write it as name@firm.example")]
    NoMailbox(String),
    #[error("{0} has this mailbox at the same partner already: change that one")]
    SameMailbox(ContactId),
    #[error("this mailbox asked never to be contacted: a consent that came after that has to say so")]
    Suppressed,
    #[error("there is no contact {0}")]
    Unknown(ContactId),
    #[error("there is no partner {0}")]
    NoPartner(PartnerId),
    #[error("{0} is erased, and nothing more can be done to it")]
    Erased(ContactId),
    #[error("{0} has left already")]
    HasLeft(ContactId),
    #[error("{0} is still there")]
    IsThere(ContactId),
    /// Somebody else changed it since it was on the screen.
    #[error("{by} was faster: {contact} {} at {at}", in_words(event))]
    Overtaken { contact: ContactId, by: String, event: String, at: Instant },
}

/// A new contact at a partner that has these.
pub fn recorded(
    partner: PartnerId,
    card: &Card,
    consent: &Consent,
    others: &[Contact],
    suppressed: Suppression,
) -> Result<ContactEvent, Refusal> {
    check(card, others.iter())?;
    let despite = agree(consent, suppressed)?;
    Ok(ContactEvent::Recorded { partner, card: card.clone(), consent: consent.clone(), despite })
}

/// Whether a mailbox asked never to be contacted, and whether a consent says that it was given all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Suppression {
    pub suppressed: bool,
    pub despite: bool,
}

/// One verb on a contact of a partner that has `others` beside it. Nothing happens where nothing differs.
pub fn decide(contact: &Contact, command: &ContactCommand, others: &[Contact], suppressed: bool) -> Result<Vec<ContactEvent>, Refusal> {
    if matches!(contact.state, ContactState::Erased { .. }) {
        return Err(Refusal::Erased(contact.id));
    }
    Ok(match command {
        ContactCommand::Change(card) => {
            check(card, others.iter().filter(|one| one.id != contact.id))?;
            // A consent belongs to the mailbox for which it was given; who asked for silence asked for it wherever they are.
            let moved = mailbox(&card.person.email) != contact.mailbox() && widens(contact.consent.basis);
            let change = (*card != contact.card).then(|| ContactEvent::Changed { card: card.clone() });
            let before = || contact.consent.clone();
            let lapsed = moved.then(|| ContactEvent::ConsentRecorded { consent: Consent::default(), before: before(), despite: false });
            change.into_iter().chain(lapsed).collect()
        }
        ContactCommand::Consent { consent, despite } => {
            let despite = agree(consent, Suppression { suppressed, despite: *despite })?;
            let event = || ContactEvent::ConsentRecorded { consent: consent.clone(), before: contact.consent.clone(), despite };
            ((consent, despite) != (&contact.consent, contact.despite)).then(event).into_iter().collect()
        }
        ContactCommand::Leave if contact.state != ContactState::Active => return Err(Refusal::HasLeft(contact.id)),
        ContactCommand::Leave => vec![ContactEvent::Left],
        ContactCommand::Return if contact.state == ContactState::Active => return Err(Refusal::IsThere(contact.id)),
        ContactCommand::Return => vec![ContactEvent::Returned],
        ContactCommand::Erase => vec![ContactEvent::Erased],
    })
}

fn check<'a>(card: &Card, mut others: impl Iterator<Item = &'a Contact>) -> Result<(), Refusal> {
    let email = mailbox(&card.person.email);
    if email.is_empty() {
        return if card.person.name.is_empty() { Err(Refusal::Nobody) } else { Ok(()) };
    }
    let is_mailbox = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'));
    if !is_mailbox || email.contains(char::is_whitespace) {
        return Err(Refusal::NoMailbox(email));
    }
    others.find(|one| one.mailbox() == email).map_or(Ok(()), |same| Err(Refusal::SameMailbox(same.id)))
}

/// Whether somebody may be written to on this ground who may not without one.
pub const fn widens(basis: ConsentBasis) -> bool {
    matches!(basis, ConsentBasis::OptIn | ConsentBasis::LegitimateInterest)
}

/// Whether the consent counts against what the mailbox asked for.
fn agree(consent: &Consent, Suppression { suppressed, despite }: Suppression) -> Result<bool, Refusal> {
    let widens = widens(consent.basis);
    if widens && suppressed && !despite { Err(Refusal::Suppressed) } else { Ok(widens && suppressed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        aggregate::Aggregate,
        contact::{Against, ContactRole},
        person::Person,
        text::Text,
    };
    use proptest::prelude::*;

    const NOW: Instant = Instant::from_micros(1_772_442_000_000_000);

    fn card(name: &str, email: &str) -> Card {
        Card { role: ContactRole::Sales, person: Person { name: Text::clean(name), email: Text::clean(email), ..Person::default() } }
    }

    fn opted_in() -> Consent {
        Consent { basis: ConsentBasis::OptIn, text_version: Text::clean("2026-01"), at: Some(NOW) }
    }

    fn contact(id: i64, name: &str, email: &str) -> Contact {
        let event = recorded(PartnerId(1), &card(name, email), &Consent::default(), &[], Suppression::default()).expect("it is new");
        Contact::begin(ContactId(id), &event, NOW).expect("it begins")
    }

    #[test]
    fn who_cannot_be_told_from_nobody_or_another_is_refused() {
        let known = [contact(7, "Eva", "eva@firm.example")];
        let record = |card: &Card| recorded(PartnerId(1), card, &Consent::default(), &known, Suppression::default());
        assert_eq!(record(&card("", "")), Err(Refusal::Nobody));
        assert_eq!(record(&card("Otto", " EVA@firm.example")), Err(Refusal::SameMailbox(ContactId(7))));
        assert_eq!(record(&card("Otto", "otto at firm")), Err(Refusal::NoMailbox("otto at firm".to_owned())));
        assert!(record(&card("Eva", "")).is_ok(), "a name alone will do");
        assert_eq!(decide(&known[0], &ContactCommand::Change(card("Eva", "eva@firm.example")), &known, false), Ok(Vec::new()));
    }

    #[test]
    fn a_mailbox_that_asked_for_silence_is_written_to_only_if_somebody_says_why() {
        let one = contact(1, "Eva", "eva@firm.example");
        let consent = |despite| ContactCommand::Consent { consent: opted_in(), despite };
        assert_eq!(decide(&one, &consent(false), &[], true), Err(Refusal::Suppressed));
        let silent = |one: &Contact| one.why_silent(Against { requires: true, suppressed: true });
        assert!(silent(&one).is_some_and(|why| why.starts_with("asked never")));
        let mut later = one.clone();
        for event in decide(&one, &consent(true), &[], true).expect("it came later") {
            later.apply(&event, NOW);
        }
        assert_eq!(silent(&later), None);
        let mut earlier = one.clone();
        for event in decide(&one, &consent(true), &[], false).expect("nobody asked yet") {
            earlier.apply(&event, NOW);
        }
        assert!(silent(&earlier).is_some(), "who asks after that is heard");
        assert_eq!(decide(&earlier, &consent(true), &[], true).map(|events| events.len()), Ok(1), "the same consent, given once more");
        let refused = Consent { basis: ConsentBasis::Refused, ..Consent::default() };
        assert!(decide(&one, &ContactCommand::Consent { consent: refused, despite: false }, &[], true).is_ok());
    }

    #[test]
    fn consent_stays_with_the_mailbox_that_it_was_given_for() {
        let mut one = contact(1, "Eva", "eva@firm.example");
        one.apply(&ContactEvent::ConsentRecorded { consent: opted_in(), before: Consent::default(), despite: false }, NOW);
        let silent = |one: &Contact, requires| one.why_silent(Against { requires, suppressed: false });
        assert_eq!(silent(&one, true), None);
        for event in decide(&one, &ContactCommand::Change(card("Eva", "eva@other.example")), &[], false).expect("changed") {
            one.apply(&event, NOW);
        }
        assert_eq!((silent(&one, true), silent(&one, false)), (Some("no consent: may not be mailed"), None));
    }

    #[test]
    fn who_asked_for_silence_keeps_it_under_another_mailbox() {
        let mut one = contact(1, "Otto", "otto@frim.example");
        let refused = Consent { basis: ConsentBasis::Refused, ..Consent::default() };
        one.apply(&ContactEvent::ConsentRecorded { consent: refused, before: Consent::default(), despite: false }, NOW);
        for event in decide(&one, &ContactCommand::Change(card("Otto", "otto@firm.example")), &[], false).expect("changed") {
            one.apply(&event, NOW);
        }
        assert_eq!((one.mailbox().as_str(), one.consent.basis), ("otto@firm.example", ConsentBasis::Refused));
        assert!(one.why_silent(Against { requires: false, suppressed: false }).is_some());
    }

    fn any_command() -> impl Strategy<Value = ContactCommand> {
        prop_oneof![
            ("[a-c]{0,1}", "([a-c]@[a-c]\\.example)?").prop_map(|(name, email)| ContactCommand::Change(card(&name, &email))),
            any::<bool>().prop_map(|despite| ContactCommand::Consent { consent: opted_in(), despite }),
            Just(ContactCommand::Leave),
            Just(ContactCommand::Return),
            Just(ContactCommand::Erase),
        ]
    }

    proptest! {
        #[test]
        fn whatever_is_done_who_is_erased_stays_so_and_nobody_is_nobody(
            commands in prop::collection::vec((any_command(), any::<bool>()), 0..12)
        ) {
            let mut one = contact(1, "Eva", "eva@firm.example");
            for (command, suppressed) in commands {
                let before = one.clone();
                let Ok(events) = decide(&one, &command, &[], suppressed) else { continue };
                let was_erased = matches!(before.state, ContactState::Erased { .. });
                prop_assert!(!was_erased);
                for event in &events {
                    one.apply(event, NOW);
                }
                prop_assert_eq!(one.version, before.version + i64::try_from(events.len()).unwrap_or(0));
                let is_erased = matches!(one.state, ContactState::Erased { .. });
                prop_assert_eq!(one.card.person.is_empty(), is_erased);
                prop_assert!(is_erased || !one.card.person.name.is_empty() || !one.mailbox().is_empty());
            }
        }
    }
}
