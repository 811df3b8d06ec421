//! Contacts pass through as they are.

use super::Faulty;
use pilothouse::{
    domain::{
        contact::Contact,
        id::{ContactId, PartnerId},
    },
    store::{Result, Unit, unit::contact::ContactUnit},
};

impl<U: Unit> ContactUnit for Faulty<U> {
    async fn contacts(&mut self, ids: &[ContactId]) -> Result<Vec<Contact>> {
        self.inner.contacts(ids).await
    }

    async fn contacts_of(&mut self, partner: PartnerId) -> Result<Vec<ContactId>> {
        self.inner.contacts_of(partner).await
    }

    async fn contact_numbers(&mut self, count: u32) -> Result<ContactId> {
        self.inner.contact_numbers(count).await
    }
}
