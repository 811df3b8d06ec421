//! Contacts in memory.

use super::unit::MemoryUnit;
use crate::{
    domain::{
        contact::Contact,
        id::{ContactId, PartnerId},
    },
    store::{error::Result, unit::contact::ContactUnit},
};

impl ContactUnit for MemoryUnit {
    async fn contacts(&mut self, ids: &[ContactId]) -> Result<Vec<Contact>> {
        Ok(self.look().await.contacts.copies(ids))
    }

    async fn contacts_of(&mut self, partner: PartnerId) -> Result<Vec<ContactId>> {
        Ok(self.look().await.contacts.iter().filter(|one| one.partner == partner).map(|one| one.id).collect())
    }

    async fn contact_numbers(&mut self, _count: u32) -> Result<ContactId> {
        Ok(ContactId(self.next_number(|state| &mut state.claiming, |state| state.contacts.len()).await))
    }
}
