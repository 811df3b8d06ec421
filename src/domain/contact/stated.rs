//! What a file states of somebody at a partner, beside those whom we know there.

use super::{
    Card, Contact, ContactCommand, ContactEvent, ContactRole, ContactState,
    decide::{Refusal, Suppression, decide, recorded, widens},
    mailbox,
};
use crate::domain::{
    aggregate::Aggregate,
    id::{ContactId, PartnerId},
    lead::{Consent, ConsentBasis},
    person::Person,
    text::Text,
    time::Instant,
};

/// What is empty is not said, and stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stated {
    pub person: Person,
    pub role: Option<ContactRole>,
    pub consent: Option<Consent>,
}

/// What of a statement was not taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aside {
    /// The consent: the mailbox asked never to be contacted, and a file is no word that came after that.
    Suppressed,
    /// The consent: what we know is newer.
    Older,
    /// Everything: several people there have this name, and no mailbox says which of them it is.
    Namesakes,
}

/// Whom a statement is about, and what it means for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    New(ContactEvent),
    /// Nothing happens where nothing differs.
    Known {
        id: ContactId,
        events: Vec<ContactEvent>,
    },
}

/// Whom of the partner's contacts a statement is about.
enum Who {
    One(usize),
    Nobody,
    Several,
}

/// Takes a statement over, beside the `known` contacts of the partner; `now` is when what follows happens.
pub fn take(
    partner: PartnerId,
    stated: &Stated,
    known: &[Contact],
    suppressed: bool,
    now: Instant,
) -> Result<(Taken, Option<Aside>), Refusal> {
    let is_unheard = |consent: &Consent| suppressed && widens(consent.basis);
    match who(&stated.person, known) {
        Who::Several => {
            let id = known.iter().find(|one| is_called(one, &stated.person.name)).map_or(ContactId(0), |one| one.id);
            Ok((Taken::Known { id, events: Vec::new() }, Some(Aside::Namesakes)))
        }
        Who::Nobody => {
            let aside = stated.consent.as_ref().is_some_and(is_unheard).then_some(Aside::Suppressed);
            let consent = stated.consent.as_ref().filter(|_| aside.is_none()).map(|consent| dated(consent, now)).unwrap_or_default();
            let card = Card { role: stated.role.unwrap_or_default(), person: stated.person.clone() };
            let event = recorded(partner, &card, &consent, known, Suppression { suppressed, despite: false })?;
            Ok((Taken::New(event), aside))
        }
        Who::One(at) => changed(&known[at], stated, known, suppressed, now),
    }
}

fn changed(
    before: &Contact,
    stated: &Stated,
    known: &[Contact],
    suppressed: bool,
    now: Instant,
) -> Result<(Taken, Option<Aside>), Refusal> {
    let card = merged(&before.card, stated);
    let mut events = decide(before, &ContactCommand::Change(card), known, suppressed)?;
    let mut after = before.clone();
    for event in &events {
        after.apply(event, now);
    }
    let mut aside = None;
    // That somebody asks for silence who did so before, and when nobody says, is nothing new.
    let is_known = |consent: &&Consent| {
        **consent == after.consent
            || consent.basis == ConsentBasis::Refused && consent.at.is_none() && after.consent.basis == ConsentBasis::Refused
    };
    if let Some(consent) = stated.consent.as_ref().filter(|consent| !is_known(consent)) {
        if suppressed && widens(consent.basis) {
            aside = Some(Aside::Suppressed);
        } else if is_heard(consent, &after.consent) {
            let command = ContactCommand::Consent { consent: dated(consent, now), despite: false };
            events.extend(decide(&after, &command, known, suppressed)?);
        } else {
            aside = Some(Aside::Older);
        }
    }
    Ok((Taken::Known { id: before.id, events }, aside))
}

/// Whether a stated consent counts against the one that is known: where nothing is known, where it is newer, and where somebody asks
/// for silence and nobody knows when.
fn is_heard(stated: &Consent, known: &Consent) -> bool {
    let is_silence = stated.basis == ConsentBasis::Refused && stated.at.is_none() && known.basis != ConsentBasis::Refused;
    // Whoever is silent since nobody knows when is not told to be open by a file: a person has to say that it came after.
    let is_newer = stated.at > known.at && (known.at.is_some() || known.basis != ConsentBasis::Refused);
    known.basis == ConsentBasis::Unknown || is_newer || is_silence
}

/// A wish for silence that bears no day counts from the day on which it was heard, so that an older consent does not undo it.
fn dated(consent: &Consent, now: Instant) -> Consent {
    let at = consent.at.or_else(|| (consent.basis == ConsentBasis::Refused).then_some(now));
    Consent { at, ..consent.clone() }
}

/// By the mailbox; else by the name, where one of the two has no mailbox.
fn who(person: &Person, known: &[Contact]) -> Who {
    let email = mailbox(&person.email);
    if let Some(at) = known.iter().position(|one| !email.is_empty() && one.mailbox() == email) {
        return Who::One(at);
    }
    let is_alike = |one: &Contact| is_called(one, &person.name) && (email.is_empty() || one.mailbox().is_empty());
    let mut alike = known.iter().enumerate().filter(|(_, one)| is_alike(one)).map(|(at, _)| at);
    match (alike.next(), alike.next()) {
        (None, _) => Who::Nobody,
        (Some(at), None) => Who::One(at),
        (Some(_), Some(_)) => Who::Several,
    }
}

fn is_called(one: &Contact, name: &Text) -> bool {
    let is_there = !matches!(one.state, ContactState::Erased { .. });
    is_there && !name.is_empty() && one.card.person.name.trim().to_lowercase() == name.trim().to_lowercase()
}

fn merged(card: &Card, stated: &Stated) -> Card {
    let said = |said: &Text, before: &Text| if said.is_empty() { before.clone() } else { said.clone() };
    let (before, now) = (&card.person, &stated.person);
    // Another spelling of the mailbox is no other mailbox.
    let is_same = mailbox(&before.email) == mailbox(&now.email);
    let person = Person {
        name: said(&now.name, &before.name),
        title: said(&now.title, &before.title),
        email: if is_same { before.email.clone() } else { said(&now.email, &before.email) },
        phone: said(&now.phone, &before.phone),
        message: before.message.clone(),
    };
    Card { role: stated.role.unwrap_or(card.role), person }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contact::Against;

    const NOW: Instant = Instant::from_micros(1_772_442_000_000_000);
    const BEFORE: Instant = Instant::from_micros(1_672_442_000_000_000);

    fn person(name: &str, email: &str) -> Person {
        Person { name: Text::clean(name), email: Text::clean(email), ..Person::default() }
    }

    fn agreed(at: Option<Instant>) -> Consent {
        Consent { basis: ConsentBasis::OptIn, text_version: Text::default(), at }
    }

    fn stated(name: &str, email: &str, consent: Option<Consent>) -> Stated {
        Stated { person: person(name, email), role: None, consent }
    }

    fn known(id: i64, name: &str, email: &str) -> Contact {
        let card = Card { role: ContactRole::Sales, person: person(name, email) };
        let event = ContactEvent::Recorded { partner: PartnerId(1), card, consent: Consent::default(), despite: false };
        Contact::begin(ContactId(id), &event, NOW).expect("it begins")
    }

    fn taken(stated: &Stated, known: &[Contact], suppressed: bool) -> (Taken, Option<Aside>) {
        take(PartnerId(1), stated, known, suppressed, NOW).expect("it can be taken over")
    }

    fn events(taken: &Taken) -> Vec<&'static str> {
        match taken {
            Taken::New(event) => vec![event.name()],
            Taken::Known { events, .. } => events.iter().map(ContactEvent::name).collect(),
        }
    }

    #[test]
    fn somebody_is_known_by_the_mailbox_and_by_the_name_where_there_is_none() {
        let all = [known(1, "Eva Lang", "eva@firm.example"), known(2, "Otto Baum", "")];
        for (name, email, expected) in [
            ("Eva L.", "EVA@firm.example", Taken::Known { id: ContactId(1), events: Vec::new() }),
            ("eva lang", "", Taken::Known { id: ContactId(1), events: Vec::new() }),
            ("Otto Baum", "otto@firm.example", Taken::Known { id: ContactId(2), events: Vec::new() }),
        ] {
            let (found, _) = taken(&stated(name, email, None), &all, false);
            let (Taken::Known { id, .. }, Taken::Known { id: expected, .. }) = (&found, &expected) else { panic!("{found:?}") };
            assert_eq!(id, expected, "{name} {email}");
        }
        assert!(matches!(taken(&stated("Eva Lang", "lang@firm.example", None), &all, false).0, Taken::New(_)), "another mailbox");
        let twins = [known(1, "Eva Lang", "a@firm.example"), known(2, "Eva Lang", "b@firm.example")];
        assert_eq!(taken(&stated("Eva Lang", "", None), &twins, false).1, Some(Aside::Namesakes));
        assert_eq!(take(PartnerId(1), &Stated::default(), &all, false, NOW), Err(Refusal::Nobody));
    }

    #[test]
    fn what_is_not_said_stays_and_the_same_again_is_nothing() {
        let one = known(1, "Eva Lang", "eva@firm.example");
        let said = Stated { role: Some(ContactRole::Legal), ..stated("", "eva@firm.example", Some(agreed(None))) };
        let (first, _) = taken(&said, std::slice::from_ref(&one), false);
        assert_eq!(events(&first), ["contact.changed", "contact.consent_recorded"]);
        let Taken::Known { events: happened, .. } = first else { panic!("she is known") };
        let mut after = one;
        for event in &happened {
            after.apply(event, NOW);
        }
        assert_eq!((after.card.person.name.as_str(), after.card.role), ("Eva Lang", ContactRole::Legal));
        assert_eq!(events(&taken(&said, &[after], false).0), Vec::<&str>::new());
    }

    #[test]
    fn a_file_never_speaks_against_a_suppression_nor_against_what_came_later() {
        let one = known(1, "Eva Lang", "eva@firm.example");
        let says = |consent: Consent| stated("Eva Lang", "eva@firm.example", Some(consent));
        assert_eq!(taken(&says(agreed(Some(NOW))), std::slice::from_ref(&one), true).1, Some(Aside::Suppressed));
        let (new, aside) = taken(&says(agreed(Some(NOW))), &[], true);
        let Taken::New(event) = new else { panic!("nobody is known") };
        let new = Contact::begin(ContactId(3), &event, NOW).expect("it begins");
        assert_eq!(aside, Some(Aside::Suppressed));
        assert!(new.why_silent(Against { requires: false, suppressed: true }).is_some());

        let mut withdrawn = one;
        withdrawn.consent = Consent { basis: ConsentBasis::Refused, at: Some(NOW), ..Consent::default() };
        for old in [agreed(Some(BEFORE)), agreed(Some(NOW)), agreed(None)] {
            assert_eq!(taken(&says(old), std::slice::from_ref(&withdrawn), false).1, Some(Aside::Older));
        }
        let mut agreeing = withdrawn;
        agreeing.consent = agreed(Some(NOW));
        let refused = |at| Consent { basis: ConsentBasis::Refused, at, ..Consent::default() };
        assert_eq!(taken(&says(refused(Some(BEFORE))), std::slice::from_ref(&agreeing), false).1, Some(Aside::Older));
        assert_eq!(events(&taken(&says(refused(None)), &[agreeing], false).0), ["contact.consent_recorded"], "silence is heard");
    }

    #[test]
    fn an_undated_wish_for_silence_outlasts_an_older_yes() {
        let refused = Consent { basis: ConsentBasis::Refused, ..Consent::default() };
        let mut one = known(1, "Otto", "otto@firm.example");
        let apply = |one: &mut Contact, consent: Consent| {
            let (taken, aside) = taken(&stated("Otto", "otto@firm.example", Some(consent)), std::slice::from_ref(one), false);
            let Taken::Known { events, .. } = taken else { panic!("he is known") };
            for event in &events {
                one.apply(event, NOW);
            }
            (events.len(), aside)
        };
        assert_eq!(apply(&mut one, refused.clone()), (1, None));
        assert_eq!(one.consent.at, Some(NOW), "heard now");
        assert_eq!(apply(&mut one, agreed(Some(BEFORE))), (0, Some(Aside::Older)));
        assert_eq!(apply(&mut one, refused), (0, None), "the same file again changes nothing");
        let later = Instant::from_micros(NOW.micros() + 1);
        assert_eq!(apply(&mut one, agreed(Some(later))), (1, None), "a yes that came after it counts");
    }
}
