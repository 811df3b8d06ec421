//! The people at partners as the chain tells them: nobody is written to against their word, and of who was erased nothing is left.

use crate::simulation::{chance::Chance, crew::START, shadow::ensure};
use pilothouse::{
    app::{Command, NewContact, StatedContact},
    domain::{
        aggregate::Aggregate as _,
        contact::{Against, Card, Contact, ContactCommand, ContactEvent, ContactRole, ContactState, decide::widens, stated::Stated},
        event::{Entity, Event, Suppressed},
        id::{ContactId, PartnerId},
        lead::{Consent, ConsentBasis},
        person::Person,
        text::Text,
        time::{Instant, Span},
    },
    store::{memory::World, unit::Past},
};
use std::collections::BTreeMap;

/// Mailboxes that people are given; a suppression is of the first so many, so that its count says which.
const MAILBOXES: usize = 8;
/// Contacts that somebody may ask for by number.
const CONTACTS: i64 = 40;
/// What a consent says of where it comes from: only the first kind may count against a suppression.
const DESPITE: &str = "they wrote to us again";
const FILE: &str = "a file";

#[derive(Default)]
pub struct People {
    contacts: BTreeMap<ContactId, Contact>,
    suppressed: usize,
    pub recorded: u64,
    pub overridden: u64,
    pub silenced: u64,
    pub erased: u64,
}

fn mailbox(number: usize) -> Text {
    Text::clean(&format!("m{number}@firm.example"))
}

fn person(chance: &mut Chance) -> Person {
    let name = Text::clean(&format!("Person {}", chance.below(20)));
    let email = if chance.per_mille(850) { mailbox(chance.below(MAILBOXES)) } else { Text::default() };
    Person { name, email, ..Person::default() }
}

fn card(chance: &mut Chance) -> Card {
    Card { role: ContactRole::ALL[chance.below(ContactRole::ALL.len())], person: person(chance) }
}

fn consent(chance: &mut Chance, source: &str) -> Consent {
    let at = START.plus(Span::hours(chance.between(-2_000, 2_000)));
    Consent { basis: ConsentBasis::ALL[chance.below(4)], text_version: Text::clean(source), at: Some(at) }
}

/// What somebody does about the people at partners, of whom there are so many.
pub fn invent(partners: i64, chance: &mut Chance) -> Command {
    let partner = PartnerId(chance.between(1, partners));
    let despite = chance.per_mille(300);
    let source = if despite { DESPITE } else { "a form" };
    match chance.below(12) {
        0 => Command::Suppress { mailboxes: (0..=chance.below(MAILBOXES)).map(mailbox).collect() },
        1..4 => Command::Contacts(vec![NewContact { partner, card: card(chance), consent: consent(chance, source), despite }]),
        4 | 5 => {
            let mut stated = || {
                let role = chance.per_mille(500).then_some(ContactRole::Legal);
                let consent = chance.per_mille(700).then(|| consent(chance, FILE));
                StatedContact { partner, stated: Stated { person: person(chance), role, consent } }
            };
            Command::StateContacts((0..3).map(|_| stated()).collect())
        }
        other => {
            let command = match other {
                6 | 7 => ContactCommand::Change(card(chance)),
                8 | 9 => ContactCommand::Consent { consent: consent(chance, source), despite },
                10 if chance.per_mille(500) => ContactCommand::Leave,
                10 => ContactCommand::Return,
                _ => ContactCommand::Erase,
            };
            let seen = chance.per_mille(300).then(|| chance.between(1, 4));
            Command::Contact { id: ContactId(chance.between(1, CONTACTS)), seen, command }
        }
    }
}

impl People {
    /// Follows one event of the chain.
    pub fn take(&mut self, past: &Past) -> Result<(), String> {
        let record = &past.record;
        match (record.entity, &record.event) {
            (_, Event::Suppressed(Suppressed { mailboxes })) => self.suppressed = self.suppressed.max(*mailboxes),
            (Entity::Contact(id), Event::Contact(event)) => self.contact(id, event, record.version, record.at)?,
            _ => {}
        }
        Ok(())
    }

    fn is_suppressed(&self, one: &Contact) -> bool {
        (0..self.suppressed).any(|number| one.mailbox() == *mailbox(number))
    }

    fn contact(&mut self, id: ContactId, event: &ContactEvent, version: i64, at: Instant) -> Result<(), String> {
        let known = self.contacts.remove(&id);
        ensure!(version == known.as_ref().map_or(0, |one| one.version) + 1, "{id} is at {version} all at once");
        ensure!(known.as_ref().is_none_or(|one| !matches!(one.state, ContactState::Erased { .. })), "{id} was erased: {event:?}");
        let after = match known {
            Some(mut one) => {
                let was_there = one.state == ContactState::Active;
                ensure!(*event != ContactEvent::Left || was_there, "{id} left twice");
                ensure!(*event != ContactEvent::Returned || !was_there, "{id} came back and was there");
                one.apply(event, at);
                one
            }
            None => Contact::begin(id, event, at).ok_or("it does not begin with its beginning")?,
        };
        match event {
            ContactEvent::Recorded { consent, despite, .. } | ContactEvent::ConsentRecorded { consent, despite, .. } if *despite => {
                self.overridden += 1;
                ensure!(consent.text_version.as_str() == DESPITE, "{id}: nobody said that it came later: {consent:?}");
                ensure!(widens(consent.basis) && self.is_suppressed(&after), "{id} needs no such word: {consent:?}");
            }
            ContactEvent::Erased => self.erased += 1,
            _ => {}
        }
        self.recorded += u64::from(event.begins());
        self.contacts.insert(id, after);
        Ok(())
    }

    /// Compares what the chain says with the tables.
    pub fn compare(&mut self, world: &World) -> Result<(), String> {
        let state = world.look();
        let held = state.contacts.len();
        ensure!(held == self.contacts.len(), "{held} contacts, and {} by the chain", self.contacts.len());
        let mut held: BTreeMap<(PartnerId, String), ContactId> = BTreeMap::new();
        for (id, expected) in &self.contacts {
            ensure!(state.contacts.find(*id) == Some(expected), "{id} differs from its replay");
            let other = if expected.mailbox().is_empty() { None } else { held.insert((expected.partner, expected.mailbox()), *id) };
            ensure!(other.is_none(), "{id} and {other:?} have one mailbox");
            let suppressed = self.is_suppressed(expected);
            let is_silent = expected.why_silent(Against { requires: false, suppressed }).is_some();
            ensure!(!suppressed || expected.despite || is_silent, "{id} asked for silence and may be mailed");
            self.silenced += u64::from(suppressed && is_silent);
            if matches!(expected.state, ContactState::Erased { .. }) {
                ensure!(expected.card.person.is_empty(), "{id} was erased, and a name is left");
            }
        }
        for past in &state.audit {
            if let (Entity::Contact(id), Event::Contact(event)) = (past.record.entity, &past.record.event) {
                let is_erased = self.contacts.get(&id).is_some_and(|one| matches!(one.state, ContactState::Erased { .. }));
                ensure!(!is_erased || !event.is_personal(), "{id} was erased, and {} tells of them", past.seq);
            }
        }
        Ok(())
    }
}
