//! Contacts of partners: recorded, changed, with their consent; one command is one transaction.

mod stated;

pub use stated::StatedContact;
pub(super) use stated::take_in;

use super::{
    Failure, Outcome, Rules, Scene,
    history::{Faster, overtaken},
    journal::Journal,
};
use crate::{
    app::App,
    domain::{
        aggregate::Aggregate,
        contact::{
            Against, Card, Contact, ContactCommand, ContactEvent, ContactState, Refusal,
            decide::{Suppression, decide, recorded},
            stated::Aside,
        },
        event::{Entity, Event},
        id::{ContactId, PartnerId},
        lead::Consent,
        partner::Partner,
        text::Text,
    },
    store::{
        self, Unit,
        unit::{Past, contact::ContactChange},
    },
};
use futures::future::BoxFuture;

/// A person at a partner as somebody enters them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContact {
    pub partner: PartnerId,
    pub card: Card,
    pub consent: Consent,
    /// Whether the consent came after the mailbox asked never to be contacted.
    pub despite: bool,
}

/// What became of a contact.
#[derive(Debug, Clone)]
pub struct ContactItem {
    pub result: Result<ContactDone, Refusal>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactDone {
    pub contact: Contact,
    pub events: Vec<ContactEvent>,
    /// What of a statement was not taken over.
    pub aside: Option<Aside>,
}

/// A contact with what stands against writing to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownContact {
    pub contact: Contact,
    pub against: Against,
}

impl KnownContact {
    /// Why nobody may write to them by mail; nothing where somebody may.
    pub fn why_silent(&self) -> Option<&'static str> {
        self.contact.why_silent(self.against)
    }
}

/// Records new contacts, one answer each.
pub(super) async fn record<U: Unit>(unit: &mut U, scene: Scene<'_>, entered: &[NewContact]) -> Result<Outcome, Failure> {
    let mut journal = Journal::new(scene);
    let mut changed: Vec<ContactChange> = Vec::new();
    let mut items = Vec::with_capacity(entered.len());
    // Whoever records contacts beside us waits until we are done, and so no mailbox is recorded twice.
    let ContactId(first) = unit.contact_numbers(0).await?;
    let mut number = first;
    for new in entered {
        let suppressed = is_suppressed(unit, &new.card).await?;
        let mut others = of_partner(unit, new.partner).await?;
        others.extend(changed.iter().map(|change| change.contact.clone()).filter(|one| one.partner == new.partner));
        let suppression = Suppression { suppressed, despite: new.despite };
        let event = match scene.rules.directory().get(new.partner) {
            None => Err(Refusal::NoPartner(new.partner)),
            Some(_) => recorded(new.partner, &new.card, &new.consent, &others, suppression),
        };
        items.push(match event {
            Err(refusal) => ContactItem { result: Err(refusal) },
            Ok(event) => {
                let id = ContactId(number);
                number += 1;
                let contact = begin(id, &event, scene)?;
                journal.note(Entity::Contact(id), 1, Event::Contact(event.clone()));
                changed.push(ContactChange { contact: contact.clone(), expected: 0 });
                ContactItem { result: Ok(ContactDone { contact, events: vec![event], aside: None }) }
            }
        });
    }
    unit.contact_numbers(u32::try_from(changed.len()).unwrap_or(u32::MAX)).await?;
    save(unit, scene, journal, changed, items).await
}

/// One verb on one contact, of which version `seen` was read.
pub(super) async fn carry_out<U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    id: ContactId,
    seen: Option<i64>,
    command: &ContactCommand,
) -> Result<Outcome, Failure> {
    let mut journal = Journal::new(scene);
    // Two who give the same mailbox to two contacts wait for each other; before any contact is locked, as whoever records them does.
    unit.contact_numbers(0).await?;
    let Some(before) = unit.contacts(&[id]).await?.pop() else { return Ok(refused(Refusal::Unknown(id))) };
    if let Some(Faster { by, event, at }) = overtaken(unit, scene, &before, seen).await? {
        return Ok(refused(Refusal::Overtaken { contact: id, by, event, at }));
    }
    let others = of_partner(unit, before.partner).await?;
    let suppressed = is_suppressed(unit, &before.card).await?;
    let events = match decide(&before, command, &others, suppressed) {
        Ok(events) => events,
        Err(refusal) => return Ok(refused(refusal)),
    };
    let mut contact = before.clone();
    for event in &events {
        contact.apply(event, scene.now);
        journal.note(Entity::Contact(id), contact.version, Event::Contact(event.clone()));
    }
    let is_changed = !events.is_empty();
    let changed = is_changed.then(|| ContactChange { contact: contact.clone(), expected: before.version });
    let item = ContactItem { result: Ok(ContactDone { contact, events, aside: None }) };
    save(unit, scene, journal, changed.into_iter().collect(), vec![item]).await
}

fn begin(id: ContactId, event: &ContactEvent, scene: Scene<'_>) -> Result<Contact, Failure> {
    let begun = Contact::begin(id, event, scene.now);
    Ok(begun.ok_or_else(|| store::Error::Corrupt(format!("{id} does not begin with its beginning")))?)
}

fn refused(refusal: Refusal) -> Outcome {
    Outcome { contacts: vec![ContactItem { result: Err(refusal) }], ..Outcome::default() }
}

async fn save<U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    mut journal: Journal<'_>,
    changed: Vec<ContactChange>,
    contacts: Vec<ContactItem>,
) -> Result<Outcome, Failure> {
    let mut changes = journal.take();
    changes.contacts = changed;
    let seq = scene.save(unit, changes).await?;
    Ok(Outcome { seq, contacts, ..Outcome::default() })
}

async fn of_partner<U: Unit>(unit: &mut U, partner: PartnerId) -> Result<Vec<Contact>, Failure> {
    let ids = unit.contacts_of(partner).await?;
    Ok(unit.contacts(&ids).await?)
}

async fn is_suppressed<U: Unit>(unit: &mut U, card: &Card) -> Result<bool, Failure> {
    let mailbox: &Text = &card.person.email;
    Ok(!mailbox.is_empty() && unit.suppressed(std::slice::from_ref(mailbox)).await?.contains(&true))
}

/// Whether an event is of a contact.
pub(super) const fn is_ours(event: &Event) -> bool {
    matches!(event, Event::Contact(_))
}

/// Writes what the events of one command say.
pub(super) async fn replay<U: Unit>(unit: &mut U, scene: Scene<'_>, past: Vec<Past>) -> Result<(), Failure> {
    let mut journal = Journal::new(scene);
    let mut changed: Vec<ContactChange> = Vec::new();
    let begun = past.iter().filter(|past| matches!(past.record.event, Event::Contact(ContactEvent::Recorded { .. }))).count();
    let ids: Vec<ContactId> = past.iter().filter_map(|past| Contact::number_of(past.record.entity)).collect();
    unit.contact_numbers(u32::try_from(begun).unwrap_or(u32::MAX)).await?;
    for contact in unit.contacts(&ids).await? {
        let expected = contact.version;
        changed.push(ContactChange { contact, expected });
    }
    for Past { record, .. } in past {
        match (record.entity, &record.event) {
            (Entity::Contact(id), Event::Contact(event)) => {
                match changed.iter_mut().find(|change| change.contact.id == id) {
                    Some(change) => change.contact.apply(event, scene.now),
                    None => changed.push(ContactChange { contact: begin(id, event, scene)?, expected: 0 }),
                }
                journal.note(record.entity, record.version, record.event);
            }
            _ => drop(journal.other(record)),
        }
    }
    let mut changes = journal.take();
    changes.contacts = changed;
    Unit::save(unit, scene.request.id, changes).await?;
    Ok(())
}

impl App {
    /// The contacts of a partner, those who are there first, by name; who was erased is left out.
    pub fn contacts_of(&self, partner: PartnerId) -> BoxFuture<'_, Result<Vec<KnownContact>, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let Some(partner) = rules.directory().get(partner) else { return Ok(Vec::new()) };
            let mut session = self.db().snapshot().await?;
            Ok(listed(&mut session, &rules, partner).await?)
        })
    }

    pub fn contact(&self, id: ContactId) -> BoxFuture<'_, Result<Option<KnownContact>, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().read().await?;
            let Some(contact) = session.contacts(&[id]).await?.pop() else { return Ok(None) };
            let Some(partner) = rules.directory().get(contact.partner) else { return Ok(None) };
            Ok(known(&mut session, &rules, partner, vec![contact]).await?.pop())
        })
    }
}

/// The contacts of a partner as they are listed.
pub(super) async fn listed(session: &mut store::Session, rules: &Rules, partner: &Partner) -> store::Result<Vec<KnownContact>> {
    let ids = session.contacts_of(partner.id).await?;
    let mut all = session.contacts(&ids).await?;
    all.retain(|one| !matches!(one.state, ContactState::Erased { .. }));
    all.sort_by_cached_key(|one| (one.state != ContactState::Active, one.card.role, one.card.person.name.clone(), one.id));
    known(session, rules, partner, all).await
}

async fn known(session: &mut store::Session, rules: &Rules, partner: &Partner, contacts: Vec<Contact>) -> store::Result<Vec<KnownContact>> {
    let requires = partner.profile.country.is_some_and(|country| rules.program().requires_consent(country));
    let mailboxes: Vec<Text> = contacts.iter().map(|one| one.card.person.email.clone()).collect();
    let suppressed = session.suppressed(&mailboxes).await?;
    let known = contacts.into_iter().zip(suppressed);
    Ok(known.map(|(contact, suppressed)| KnownContact { contact, against: Against { requires, suppressed } }).collect())
}
