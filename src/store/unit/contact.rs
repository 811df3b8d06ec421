//! What the use cases of contacts read and write within a unit of work.

use crate::{
    domain::{
        contact::Contact,
        id::{ContactId, PartnerId},
    },
    store::error::Result,
};
use std::future::Future;

/// A contact after the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactChange {
    pub contact: Contact,
    /// The version it must still have; 0 = it is new.
    pub expected: i64,
}

pub trait ContactUnit: Send {
    /// In the order asked for, locked until the end of the unit; unknown ones are left out.
    fn contacts(&mut self, ids: &[ContactId]) -> impl Future<Output = Result<Vec<Contact>>> + Send;
    /// All that a partner ever had, those who left and the erased among them.
    fn contacts_of(&mut self, partner: PartnerId) -> impl Future<Output = Result<Vec<ContactId>>> + Send;
    /// Reserves `count` numbers and gives the first. Whoever records contacts at the same time waits here, and so sees what we
    /// write.
    fn contact_numbers(&mut self, count: u32) -> impl Future<Output = Result<ContactId>> + Send;
}
