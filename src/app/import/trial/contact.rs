//! Contacts on trial.

use super::{Overlay, is_scratch, parted};
use crate::{
    domain::{
        contact::Contact,
        id::{ContactId, PartnerId},
    },
    store::{
        Result,
        unit::contact::{ContactChange, ContactUnit},
    },
};
use std::{
    collections::HashMap,
    sync::{MutexGuard, PoisonError},
};

/// Contacts of the real database as the trial would leave them: a later row may say the same again.
#[derive(Default)]
pub(super) struct Changed(HashMap<ContactId, Contact>);

impl Changed {
    /// Takes what would happen to contacts of the real database out of the changes, and keeps it here.
    pub(super) fn take(&mut self, changes: &mut Vec<ContactChange>) {
        for change in changes.extract_if(.., |change| !is_scratch(change.contact.id)) {
            self.0.insert(change.contact.id, change.contact);
        }
    }
}

impl Overlay {
    pub(super) fn changed_contacts(&self) -> MutexGuard<'_, Changed> {
        self.contacts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ContactUnit for Overlay {
    async fn contacts(&mut self, ids: &[ContactId]) -> Result<Vec<Contact>> {
        let (ours, theirs) = parted(ids);
        let mut contacts = ContactUnit::contacts(&mut self.scratch, &ours).await?;
        let real = self.real.contacts(&theirs).await?;
        let changed = self.changed_contacts();
        contacts.extend(real.into_iter().map(|contact| changed.0.get(&contact.id).cloned().unwrap_or(contact)));
        drop(changed);
        Ok(contacts)
    }

    async fn contacts_of(&mut self, partner: PartnerId) -> Result<Vec<ContactId>> {
        let mut found = self.real.contacts_of(partner).await?;
        found.extend(ContactUnit::contacts_of(&mut self.scratch, partner).await?);
        Ok(found)
    }

    async fn contact_numbers(&mut self, count: u32) -> Result<ContactId> {
        self.scratch.contact_numbers(count).await
    }
}
