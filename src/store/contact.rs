//! Contacts of partners: the narrow row by which those of a partner are found, and beside it the aggregate as JSON.

use super::{
    Session, Sql, Tx,
    error::Result,
    kept::{Kept, Saving},
    sql::Arg,
    unit::contact::{ContactChange, ContactUnit},
};
use crate::domain::{
    contact::Contact,
    id::{ContactId, PartnerId},
    person::Person,
};

const OF_PARTNER: &str = "select id from contact where partner = $1 order by id";
pub const STATEMENTS: &[&str] = &[OF_PARTNER];

impl Kept for Contact {
    const BODIES: &'static str = "select id, body, person from contact_body where id in ";
    const VERSIONS: &'static str = "select id, version from contact where id in ";
    const INSERT: (&'static str, usize) = ("insert into contact (id, version, updated_at, partner, state, role)", 6);
    const UPDATE: &'static str = "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, \
        state = excluded.state, role = excluded.role";
    const INSERT_BODY: (&'static str, usize) = ("insert into contact_body (id, body, person)", 3);
    const UPDATE_BODY: &'static str = "on conflict (id) do update set body = excluded.body, person = excluded.person";

    fn row(&self) -> impl IntoIterator<Item = Arg> {
        [
            self.id.into(),
            self.version.into(),
            self.updated_at.into(),
            self.partner.into(),
            self.state.name().into(),
            self.card.role.name().into(),
        ]
    }

    fn person(&self) -> Option<&Person> {
        Some(&self.card.person)
    }

    fn set_person(&mut self, person: Person) {
        self.card.person = person;
    }
}

impl Session {
    /// The contacts in the order asked for; unknown ones are left out.
    pub async fn contacts(&mut self, ids: &[ContactId]) -> Result<Vec<Contact>> {
        self.records(ids).await
    }

    /// All that a partner ever had, those who left and the erased among them.
    pub async fn contacts_of(&mut self, partner: PartnerId) -> Result<Vec<ContactId>> {
        let found = self.all::<(i64,)>(Sql::new(OF_PARTNER).bind(partner)).await?;
        Ok(found.into_iter().map(|(id,)| ContactId(id)).collect())
    }
}

impl Tx {
    /// Writes contacts as they are now. Each must still have the version that its change expects.
    pub(super) async fn contacts_save(&mut self, changes: &[ContactChange]) -> Result<()> {
        let saving = changes.iter().map(|change| Saving { record: &change.contact, expected: change.expected, restated: true });
        self.records_save(saving.collect()).await
    }
}

impl ContactUnit for Tx {
    async fn contacts(&mut self, ids: &[ContactId]) -> Result<Vec<Contact>> {
        self.records_locked(ids).await
    }

    async fn contacts_of(&mut self, partner: PartnerId) -> Result<Vec<ContactId>> {
        (**self).contacts_of(partner).await
    }

    async fn contact_numbers(&mut self, count: u32) -> Result<ContactId> {
        Ok(ContactId(self.numbers("contact", count).await?))
    }
}
