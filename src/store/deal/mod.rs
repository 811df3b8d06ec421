//! Registrations: the narrow row that lists and sweeps look at, and beside it the aggregate as JSON; their conflicts, and the
//! protections that the database keeps unique.

mod columns;
pub mod conflict;
mod filter;
pub mod glance;
pub mod keys;
mod page;
pub mod stats;

use super::{
    Session, Sql, Tx,
    error::Result,
    kept::{Kept, Saving},
    sql::args,
    unit::DealChange,
};
use crate::domain::{
    deal::{Details, Registration},
    event::Entity,
    id::{DealId, LeadId, PartnerId},
    mdf::claim::PaperKey,
    text::Text,
};
use std::collections::HashMap;

const GOING_ON: &str = "select id from deal where partner = $1 and is_open = 1 and is_held = 0 and state <> 'draft' limit 1";
const OPEN_OF: &str = "select id from deal where partner = $1 and is_open = 1 order by id";
pub const STATEMENTS: &[&str] = &[OPEN_OF, GOING_ON, Registration::DUE];

impl Session {
    /// The registrations in the order asked for; unknown ones are left out.
    pub async fn deals(&mut self, ids: &[DealId]) -> Result<Vec<Registration>> {
        self.records(ids).await
    }

    /// The open registrations of a partner, drafts among them, by number.
    pub async fn deals_open_of(&mut self, partner: PartnerId) -> Result<Vec<DealId>> {
        let rows = self.all::<(i64,)>(Sql::new(OPEN_OF).bind(partner)).await?;
        Ok(rows.into_iter().map(|(id,)| DealId(id)).collect())
    }

    /// Whether the time of a registration of this partner runs; [`Registration::goes_on`] as SQL.
    pub(in crate::store) async fn is_any_deal_going_on(&mut self, partner: PartnerId) -> Result<bool> {
        Ok(self.optional::<(i64,)>(Sql::new(GOING_ON).bind(partner)).await?.is_some())
    }

    /// One of these partners of whom a registration stands still as if the desk had shut it out, if any.
    pub(in crate::store) async fn partner_with_held_deals(&mut self, partners: &[PartnerId]) -> Result<Option<PartnerId>> {
        let held: Vec<(i64,)> = self
            .all_in("select id from deal where partner in ", args(partners.iter().copied()), " and is_open = 1 and is_held = 1")
            .await?;
        let held: Vec<DealId> = held.into_iter().map(|(id,)| DealId(id)).collect();
        let held: Vec<Registration> = self.records(&held).await?;
        Ok(held.iter().find(|deal| deal.is_held_for_partner()).map(|deal| deal.partner))
    }

    /// For each key of a record the registration that came with it.
    pub async fn deals_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<DealId>>> {
        let head = "select source_key, id from deal where source_key <> '' and source_key in ";
        self.numbers_by(head, keys.iter().map(Text::as_str).collect()).await
    }

    /// The registrations that were made of these leads, by lead.
    pub async fn deals_of_leads(&mut self, leads: impl IntoIterator<Item = LeadId>) -> Result<HashMap<LeadId, DealId>> {
        let leads: Vec<LeadId> = leads.into_iter().collect();
        let keys: Vec<Text> = leads.iter().map(|lead| Details::source_key_of(*lead)).collect();
        let deals = self.deals_by_source(&keys).await?;
        Ok(leads.into_iter().zip(deals).filter_map(|(lead, deal)| Some((lead, deal?))).collect())
    }
}

impl Tx {
    /// Writes registrations as they are now. Each must still have the version that its change expects.
    pub(super) async fn deals_save(&mut self, changes: &[DealChange]) -> Result<()> {
        let saving = changes.iter().map(|change| Saving { record: &change.deal, expected: change.expected, restated: change.restated });
        self.records_save(saving.collect()).await?;
        self.deal_papers_save(changes).await?;
        self.deal_keys_save(changes).await?;
        self.glances_save(changes).await?;
        self.protections_save(changes).await
    }

    /// A document may prove a deal or a claim of money, and whoever looks at the second finds the first.
    async fn deal_papers_save(&mut self, changes: &[DealChange]) -> Result<()> {
        let papers = |change: &DealChange| {
            let entity = Entity::Deal(change.deal.id);
            change.deal.documents.iter().map(move |one| (PaperKey::of_file(one.document.hash), entity)).collect::<Vec<_>>()
        };
        let mut papers: Vec<_> = changes.iter().flat_map(papers).collect();
        papers.sort_unstable();
        self.papers_save(papers).await
    }
}
