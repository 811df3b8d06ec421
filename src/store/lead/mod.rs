//! Leads: the narrow row that lists and sweeps look at, and beside it the aggregate as JSON.

mod answers;
mod columns;
mod filter;
pub mod keys;
mod page;

use super::{
    Session, Sql, Tx,
    error::Result,
    kept::{Kept, Saving},
    unit::LeadChange,
};
use crate::domain::{
    id::{LeadId, PartnerId},
    lead::Lead,
    text::Text,
    time::Instant,
};

/// Those after `$1` by number that no partner has.
pub(super) const UNPLACED: &str = "select kept.id, kept.body, kept.person from lead join lead_body as kept on kept.id = lead.id \
    where lead.state = 'unassigned' and lead.id > $1 order by lead.id limit $2";
const OPEN: &str = "select kept.id, kept.body, kept.person from lead join lead_body as kept on kept.id = lead.id \
    where lead.is_open = 1 and lead.id > $1 order by lead.id limit $2";
/// In the order in which they came.
const RECEIVED: &str = "select kept.id, kept.body, kept.person from lead join lead_body as kept on kept.id = lead.id \
    where (lead.received_at, lead.id) > ($1, $2) order by lead.received_at, lead.id limit $3";
/// Who has a lead takes up room for it: a qualified one has a partner too, and is not open.
const AT: &str = "select id from lead where partner = $1 and is_open = 1 order by id";
pub const STATEMENTS: &[&str] = &[AT, OPEN, Lead::DUE, UNPLACED, RECEIVED];

impl Session {
    /// The leads in the order asked for; unknown ones are left out.
    pub async fn leads(&mut self, ids: &[LeadId]) -> Result<Vec<Lead>> {
        self.records(ids).await
    }

    /// Leads that are still to be worked, after `after` by number.
    pub async fn leads_open_after(&mut self, after: LeadId, limit: u32) -> Result<Vec<Lead>> {
        self.records_of(Sql::new(OPEN).bind(after).bind(limit)).await
    }

    /// Leads in the order in which they came, after this place in it.
    pub async fn leads_received_after(&mut self, (at, id): (Instant, LeadId), limit: u32) -> Result<Vec<Lead>> {
        self.records_of(Sql::new(RECEIVED).bind(at).bind(id).bind(limit)).await
    }

    /// The open leads that a partner has, by number.
    pub async fn leads_at(&mut self, partner: PartnerId) -> Result<Vec<LeadId>> {
        let rows = self.all::<(i64,)>(Sql::new(AT).bind(partner)).await?;
        Ok(rows.into_iter().map(|(id,)| LeadId(id)).collect())
    }

    /// For each key of a record the lead that came with it.
    pub async fn leads_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<LeadId>>> {
        let head = "select source_key, id from lead where source_key <> '' and source_key in ";
        self.numbers_by(head, keys.iter().map(Text::as_str).collect()).await
    }
}

impl Tx {
    /// Writes leads as they are now. Each must still have the version that its change expects.
    pub(super) async fn leads_save(&mut self, changes: &[LeadChange]) -> Result<()> {
        let saving = changes.iter().map(|change| Saving { record: &change.lead, expected: change.expected, restated: true });
        self.records_save(saving.collect()).await?;
        self.lead_answers_of(changes).await?;
        self.lead_keys_drop(changes).await?;
        self.lead_keys_add(changes).await
    }
}
