//! Contacts as a file states them: recorded where nobody knows them, changed where they differ.

use super::{ContactDone, ContactItem, begin, save};
use crate::{
    app::{Failure, Outcome, Scene, journal::Journal},
    domain::{
        aggregate::Aggregate,
        contact::{
            Contact, Refusal,
            stated::{Stated, Taken, take},
        },
        event::{Entity, Event},
        id::{ContactId, PartnerId},
        text::Text,
    },
    store::{Unit, unit::contact::ContactChange},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Somebody at a partner as a file states them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedContact {
    pub partner: PartnerId,
    pub stated: Stated,
}

/// The contacts of the partners that are spoken of, as they stand after each statement.
struct People {
    of: HashMap<PartnerId, Vec<Contact>>,
    /// Those that were there before, with their version then; new ones have none.
    versions: HashMap<ContactId, i64>,
    touched: BTreeSet<(PartnerId, ContactId)>,
    next: i64,
}

impl People {
    async fn load<U: Unit>(unit: &mut U, stated: &[StatedContact]) -> Result<Self, Failure> {
        // Whoever records contacts beside us waits until we are done; before any contact is locked, as they do.
        let ContactId(next) = unit.contact_numbers(0).await?;
        let partners: BTreeSet<PartnerId> = stated.iter().map(|one| one.partner).collect();
        let mut ids = Vec::new();
        for partner in &partners {
            ids.extend(unit.contacts_of(*partner).await?);
        }
        ids.sort_unstable();
        let mut of: HashMap<PartnerId, Vec<Contact>> = HashMap::new();
        let mut versions = HashMap::new();
        for contact in unit.contacts(&ids).await? {
            versions.insert(contact.id, contact.version);
            of.entry(contact.partner).or_default().push(contact);
        }
        Ok(Self { of, versions, touched: BTreeSet::new(), next })
    }

    /// How many are new.
    fn begun(&self) -> u32 {
        let begun = self.touched.iter().filter(|(_, id)| !self.versions.contains_key(id)).count();
        u32::try_from(begun).unwrap_or(u32::MAX)
    }

    fn changes(mut self) -> Vec<ContactChange> {
        let mut touched: BTreeMap<ContactId, PartnerId> = self.touched.iter().map(|(partner, id)| (*id, *partner)).collect();
        let mut out = Vec::with_capacity(touched.len());
        for (_, all) in self.of.drain() {
            let changed = all.into_iter().filter(|one| touched.remove(&one.id).is_some());
            out.extend(changed.map(|contact| ContactChange { expected: self.versions.get(&contact.id).copied().unwrap_or(0), contact }));
        }
        out.sort_unstable_by_key(|change| change.contact.id);
        out
    }
}

/// Takes the statements over, one answer each; a contact of whom nothing differs has no events.
pub async fn take_in<U: Unit>(unit: &mut U, scene: Scene<'_>, stated: &[StatedContact]) -> Result<Outcome, Failure> {
    let mut journal = Journal::new(scene);
    let mut people = People::load(unit, stated).await?;
    let mailboxes: Vec<Text> = stated.iter().map(|one| one.stated.person.email.clone()).collect();
    let suppressed = unit.suppressed(&mailboxes).await?;
    let mut items = Vec::with_capacity(stated.len());
    for (one, suppressed) in stated.iter().zip(suppressed) {
        if scene.rules.directory().get(one.partner).is_none() {
            items.push(ContactItem { result: Err(Refusal::NoPartner(one.partner)) });
            continue;
        }
        let known = people.of.entry(one.partner).or_default();
        let result = match take(one.partner, &one.stated, known, suppressed, scene.now) {
            Err(refusal) => Err(refusal),
            Ok((Taken::New(event), aside)) => {
                let id = ContactId(people.next);
                people.next += 1;
                let contact = begin(id, &event, scene)?;
                journal.note(Entity::Contact(id), contact.version, Event::Contact(event.clone()));
                known.push(contact.clone());
                people.touched.insert((one.partner, id));
                Ok(ContactDone { contact, events: vec![event], aside })
            }
            Ok((Taken::Known { id, events }, aside)) => {
                let Some(contact) = known.iter_mut().find(|known| known.id == id) else { continue };
                for event in &events {
                    contact.apply(event, scene.now);
                    journal.note(Entity::Contact(id), contact.version, Event::Contact(event.clone()));
                }
                if !events.is_empty() {
                    people.touched.insert((one.partner, id));
                }
                Ok(ContactDone { contact: contact.clone(), events, aside })
            }
        };
        items.push(ContactItem { result });
    }
    unit.contact_numbers(people.begun()).await?;
    save(unit, scene, journal, people.changes(), items).await
}
