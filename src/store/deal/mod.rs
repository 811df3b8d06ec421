//! Registrations: the narrow row that lists and sweeps look at, and beside it the aggregate as JSON; their conflicts, the
//! protections that the database keeps unique, and our point-of-sale data.

pub mod columns;
pub mod conflict;
pub mod filter;
mod keys;
pub mod page;
mod sale;
mod stats;

use super::{
    Session, Sql, Tx,
    error::{Error, Result},
    lead::LIST_MAX,
    unit::DealChange,
};
use crate::domain::{deal::Registration, id::DealId, person::Person, text::Text, time::Instant};
use std::collections::HashMap;

/// The kind of a registration in the audit chain.
const DEAL: &str = "deal";

#[derive(sqlx::FromRow)]
struct BodyRow {
    id: i64,
    body: String,
    person: Option<String>,
}

impl BodyRow {
    fn into_deal(self) -> Result<Registration> {
        let broken = |error| Error::corrupt(format!("registration {}: {error}", DealId(self.id)));
        let mut deal: Registration = serde_json::from_str(&self.body).map_err(broken)?;
        deal.details.contact = match &self.person {
            Some(person) => serde_json::from_str(person).map_err(broken)?,
            None => Person::default(),
        };
        Ok(deal)
    }
}

const DUE: &str = "select deal_body.id, deal_body.body, deal_body.person from deal join deal_body on deal_body.id = deal.id \
    where deal.next_at <= $1 order by deal.next_at, deal.id limit $2";
const CLAIMING: &str = "select id from deal where id > $1 and phase = '' and state in ('submitted', 'under_review', 'action_required', \
    'pending_approval', 'approved', 'won') order by id limit $2";
pub const STATEMENTS: &[&str] = &[DUE, CLAIMING];

impl Session {
    /// The registrations in the order asked for; unknown ones are left out.
    pub async fn deals(&mut self, ids: &[DealId]) -> Result<Vec<Registration>> {
        self.deals_with(ids, "").await
    }

    async fn deals_with(&mut self, ids: &[DealId], lock: &'static str) -> Result<Vec<Registration>> {
        // In rising order, so that two writers who lock the same ones never wait for each other in a ring.
        let mut wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut found = HashMap::with_capacity(wanted.len());
        for part in wanted.chunks(LIST_MAX) {
            let mut sql = Sql::new("select id, body, person from deal_body where id in ");
            sql.push_list(part.iter().copied()).push(" order by id").push(lock);
            for row in self.all::<BodyRow>(sql).await? {
                found.insert(DealId(row.id), row.into_deal()?);
            }
        }
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// Registrations that claim a deal and are a party of no conflict, after `after` by number.
    pub async fn deals_claiming(&mut self, after: DealId, limit: u32) -> Result<Vec<DealId>> {
        let rows = self.all::<(i64,)>(Sql::new(CLAIMING).bind(after).bind(limit)).await?;
        Ok(rows.into_iter().map(|(id,)| DealId(id)).collect())
    }

    /// For each key of a record the registration that came with it.
    pub async fn deals_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<DealId>>> {
        let mut found: HashMap<String, DealId> = HashMap::with_capacity(keys.len());
        for part in keys.chunks(LIST_MAX) {
            let mut sql = Sql::new("select source_key, id from deal where source_key <> '' and source_key in ");
            sql.push_list(part);
            found.extend(self.all::<(String, i64)>(sql).await?.into_iter().map(|(key, id)| (key, DealId(id))));
        }
        Ok(keys.iter().map(|key| found.get(key.as_str()).copied()).collect())
    }
}

impl Tx {
    /// The registrations in the order asked for, locked until the end of this write.
    pub async fn deals_locked(&mut self, ids: &[DealId]) -> Result<Vec<Registration>> {
        let lock = self.lock(" for update");
        self.deals_with(ids, lock).await
    }

    /// Registrations that the engine has to look at, the earliest first, locked. Those that another engine has locked are
    /// left to it.
    pub async fn deals_due(&mut self, now: Instant, limit: u32) -> Result<Vec<Registration>> {
        let lock = self.lock(" for update of deal_body skip locked");
        let mut sql = Sql::new(DUE).bind(now).bind(limit);
        sql.push(lock);
        self.all::<BodyRow>(sql).await?.into_iter().map(BodyRow::into_deal).collect()
    }

    /// Writes registrations as they are now. Each must still have the version that its change expects.
    pub(super) async fn deals_save(&mut self, changes: &[DealChange]) -> Result<()> {
        let known = changes.iter().filter(|change| change.expected > 0).map(|change| (change.deal.id.0, change.expected));
        if let Some((id, version)) = self.moved("select id, version from deal where id in ", known.collect()).await? {
            return Err(self.conflict(DEAL, id, DealId(id).to_string(), version).await);
        }
        let (new, known): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.expected == 0);
        for (changes, deal_tail, body_tail) in [(new, "", ""), (known, columns::UPDATE, columns::UPDATE_BODY)] {
            let rows = changes.iter().map(|change| columns::row(&change.deal));
            self.execute_each(Sql::bulk(columns::INSERT, columns::COUNT, rows, deal_tail)).await?;
            let bodies = changes.iter().map(|change| columns::body(&change.deal));
            self.execute_each(Sql::bulk_try(columns::INSERT_BODY, 3, bodies, body_tail)).await?;
        }
        self.deal_keys_save(changes).await?;
        self.protections_save(changes).await
    }

    /// Locks rows that are to be changed, and gives the first that moved on from the version expected of it.
    async fn moved(&mut self, head: &'static str, mut expected: Vec<(i64, i64)>) -> Result<Option<(i64, i64)>> {
        expected.sort_unstable();
        let lock = self.lock(" for update");
        for part in expected.chunks(LIST_MAX) {
            let mut sql = Sql::new(head);
            sql.push_list(part.iter().map(|(id, _)| *id)).push(" order by id").push(lock);
            let found: HashMap<i64, i64> = self.all::<(i64, i64)>(sql).await?.into_iter().collect();
            if let Some(moved) = part.iter().find(|(id, version)| found.get(id) != Some(version)) {
                return Ok(Some(*moved));
            }
        }
        Ok(None)
    }
}
