//! Contacts on trial. No file brings any, so that all there is to read is what the real database has.

use super::Overlay;
use crate::{
    domain::{
        contact::Contact,
        id::{ContactId, PartnerId},
    },
    store::{Result, unit::contact::ContactUnit},
};

impl ContactUnit for Overlay {
    async fn contacts(&mut self, ids: &[ContactId]) -> Result<Vec<Contact>> {
        self.real.contacts(ids).await
    }

    async fn contacts_of(&mut self, partner: PartnerId) -> Result<Vec<ContactId>> {
        self.real.contacts_of(partner).await
    }

    async fn contact_numbers(&mut self, count: u32) -> Result<ContactId> {
        self.scratch.contact_numbers(count).await
    }
}
