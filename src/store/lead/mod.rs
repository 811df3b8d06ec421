//! Leads: the narrow row that lists and sweeps look at, and beside it the aggregate as JSON.

pub mod columns;
pub mod filter;
pub mod keys;
pub mod page;

use super::{
    Session, Sql, Tx,
    error::{Error, Result},
    session::Backend,
    unit::LeadChange,
};
use crate::domain::{
    id::LeadId,
    lead::{Lead, Person},
    text::Text,
    time::Instant,
};
use std::collections::HashMap;

/// How many ids are asked for in one list.
pub(super) const LIST_MAX: usize = 512;

#[derive(sqlx::FromRow)]
struct BodyRow {
    id: i64,
    body: String,
    person: Option<String>,
}

impl BodyRow {
    fn into_lead(self) -> Result<Lead> {
        let broken = |error| Error::corrupt(format!("lead {}: {error}", LeadId(self.id)));
        let mut lead: Lead = serde_json::from_str(&self.body).map_err(broken)?;
        lead.intake.person = match &self.person {
            Some(person) => serde_json::from_str(person).map_err(broken)?,
            None => Person::default(),
        };
        Ok(lead)
    }
}

const DUE: &str = "select lead_body.id, lead_body.body, lead_body.person from lead join lead_body on lead_body.id = lead.id \
    where lead.next_at <= $1 order by lead.next_at, lead.id limit $2";
const UNPLACED: &str = "select lead_body.id, lead_body.body, lead_body.person from lead join lead_body on lead_body.id = lead.id \
    where lead.state = 'unassigned' and lead.id > $1 order by lead.id limit $2";
const OPEN: &str = "select lead_body.id, lead_body.body, lead_body.person from lead join lead_body on lead_body.id = lead.id \
    where lead.is_open = 1 and lead.id > $1 order by lead.id limit $2";
pub const STATEMENTS: &[&str] = &[OPEN, DUE, UNPLACED];

impl Session {
    /// The leads in the order asked for; unknown ones are left out.
    pub async fn leads(&mut self, ids: &[LeadId]) -> Result<Vec<Lead>> {
        self.leads_with(ids, "").await
    }

    async fn leads_with(&mut self, ids: &[LeadId], lock: &'static str) -> Result<Vec<Lead>> {
        // In rising order, so that two writers who lock the same leads never wait for each other in a ring.
        let mut wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut found = HashMap::with_capacity(wanted.len());
        for part in wanted.chunks(LIST_MAX) {
            let mut sql = Sql::new("select id, body, person from lead_body where id in ");
            sql.push_list(part.iter().copied()).push(" order by id").push(lock);
            for row in self.all::<BodyRow>(sql).await? {
                found.insert(LeadId(row.id), row.into_lead()?);
            }
        }
        let mut last = HashMap::with_capacity(ids.len());
        for (at, id) in ids.iter().enumerate() {
            last.insert(*id, at);
        }
        // A lead that is asked for twice is copied for all but the last time.
        let taken = ids.iter().enumerate().filter_map(|(at, id)| if last[id] == at { found.remove(id) } else { found.get(id).cloned() });
        Ok(taken.collect())
    }

    /// Leads that are still to be worked, after `after` by number.
    pub async fn leads_open_after(&mut self, after: LeadId, limit: u32) -> Result<Vec<Lead>> {
        let rows = self.all::<BodyRow>(Sql::new(OPEN).bind(after).bind(limit)).await?;
        rows.into_iter().map(BodyRow::into_lead).collect()
    }

    /// For each key of a record the lead that came with it.
    pub async fn leads_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<LeadId>>> {
        let mut found: HashMap<String, LeadId> = HashMap::with_capacity(keys.len());
        for part in keys.chunks(LIST_MAX) {
            let mut sql = Sql::new("select source_key, id from lead where source_key <> '' and source_key in ");
            sql.push_list(part);
            found.extend(self.all::<(String, i64)>(sql).await?.into_iter().map(|(key, id)| (key, LeadId(id))));
        }
        Ok(keys.iter().map(|key| found.get(key.as_str()).copied()).collect())
    }
}

impl Tx {
    /// Words that lock the rows a `select` finds; SQLite has one writer and needs none.
    pub(super) fn lock(&self, words: &'static str) -> &'static str {
        if self.backend() == Backend::Postgres { words } else { "" }
    }

    /// The leads in the order asked for, locked until the end of this write.
    pub async fn leads_locked(&mut self, ids: &[LeadId]) -> Result<Vec<Lead>> {
        let lock = self.lock(" for update");
        self.leads_with(ids, lock).await
    }

    /// Leads that the engine has to look at, the earliest first, locked. Those that another engine has locked are left to it.
    pub async fn leads_due(&mut self, now: Instant, limit: u32) -> Result<Vec<Lead>> {
        let lock = self.lock(" for update of lead_body skip locked");
        let mut sql = Sql::new(DUE).bind(now).bind(limit);
        sql.push(lock);
        self.all::<BodyRow>(sql).await?.into_iter().map(BodyRow::into_lead).collect()
    }

    /// Unassigned leads after `after` by number, locked in the same way.
    pub async fn leads_unassigned(&mut self, after: LeadId, limit: u32) -> Result<Vec<Lead>> {
        let lock = self.lock(" for update of lead_body skip locked");
        let mut sql = Sql::new(UNPLACED).bind(after).bind(limit);
        sql.push(lock);
        self.all::<BodyRow>(sql).await?.into_iter().map(BodyRow::into_lead).collect()
    }

    /// Writes leads as they are now. Each must still have the version that its change expects.
    pub(super) async fn leads_save(&mut self, changes: &[LeadChange]) -> Result<()> {
        self.leads_unmoved(changes).await?;
        let (new, known): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.expected == 0);
        for (changes, lead_tail, body_tail) in [(new, "", ""), (known, columns::UPDATE, columns::UPDATE_BODY)] {
            let rows = changes.iter().map(|change| columns::row(&change.lead));
            self.execute_each(Sql::bulk(columns::INSERT, columns::COUNT, rows, lead_tail)).await?;
            let bodies = changes.iter().map(|change| columns::body(&change.lead));
            self.execute_each(Sql::bulk_try(columns::INSERT_BODY, 3, bodies, body_tail)).await?;
        }
        self.lead_keys_drop(changes).await?;
        self.lead_keys_add(changes).await
    }

    /// Locks the leads that are to be changed, and finds the first that moved on since it was read.
    async fn leads_unmoved(&mut self, changes: &[LeadChange]) -> Result<()> {
        let mut expected: Vec<(i64, i64)> =
            changes.iter().filter(|change| change.expected > 0).map(|change| (change.lead.id.0, change.expected)).collect();
        expected.sort_unstable();
        let lock = self.lock(" for update");
        for part in expected.chunks(LIST_MAX) {
            let mut sql = Sql::new("select id, version from lead where id in ");
            sql.push_list(part.iter().map(|(id, _)| *id)).push(" order by id").push(lock);
            let found: HashMap<i64, i64> = self.all::<(i64, i64)>(sql).await?.into_iter().collect();
            if let Some((id, version)) = part.iter().find(|(id, version)| found.get(id) != Some(version)) {
                return Err(self.conflict(super::audit::LEAD, *id, LeadId(*id).to_string(), *version).await);
            }
        }
        Ok(())
    }
}
