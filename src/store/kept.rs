//! Records that are kept whole: a narrow row, which lists and sweeps look at, and beside it the aggregate as JSON. What is
//! personal of it stands apart from the JSON.

use super::{
    Session, Sql, Tx,
    error::{Error, Result},
    session::Backend,
    sql::{Arg, args},
};
use crate::domain::{aggregate::Aggregate, id::Number, person::Person, time::Instant};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::HashMap;

/// The tables of one kind of record, and what stands in them.
pub trait Kept: Aggregate + Serialize + DeserializeOwned + Send + Sync {
    /// Bodies by number: a select of `id, body, person` that ends with `in`.
    const BODIES: &'static str;
    /// Bodies, here called `kept`, of those that the engine has to look at by `$1`, the earliest first, `$2` at most.
    /// Empty where the engine asks otherwise, or never.
    const DUE: &'static str = "";
    /// A select of `id, version` from the narrow rows that ends with `in`.
    const VERSIONS: &'static str;
    /// How a narrow row is written, with the number of its columns.
    const INSERT: (&'static str, usize);
    /// What of it can change.
    const UPDATE: &'static str;
    /// What of it changes with its state alone: setting a column writes every index again that has it.
    const UPDATE_STATE: &'static str = Self::UPDATE;
    const INSERT_BODY: (&'static str, usize);
    const UPDATE_BODY: &'static str;

    /// The values of the narrow row.
    fn row(&self) -> impl IntoIterator<Item = Arg>;
    /// The personal part, where such records have one.
    fn person(&self) -> Option<&Person> {
        None
    }
    fn set_person(&mut self, _: Person) {}
}

/// A record as it is to be kept.
pub(super) struct Saving<'a, R> {
    pub record: &'a R,
    /// The version that it must still have; 0 of a new one.
    pub expected: i64,
    /// What was said of it has changed, and not only where it stands.
    pub restated: bool,
}

/// In rising order, so that two writers who lock the same records never wait for each other in a ring.
const IN_ORDER: &str = " order by id";
const IN_ORDER_LOCKED: &str = " order by id for update";

#[derive(sqlx::FromRow)]
struct BodyRow {
    id: i64,
    body: String,
    person: Option<String>,
}

impl BodyRow {
    fn into_record<R: Kept>(self) -> Result<R> {
        let broken = |error| Error::corrupt(format!("{}: {error}", R::Id::of(self.id)));
        let mut record: R = serde_json::from_str(&self.body).map_err(broken)?;
        if let Some(person) = &self.person {
            record.set_person(serde_json::from_str(person).map_err(broken)?);
        }
        Ok(record)
    }
}

fn body<R: Kept>(record: &R) -> Result<impl Iterator<Item = Arg>> {
    let json = |error: serde_json::Error| Error::Internal(format!("{}: {error}", record.id()));
    let person = match record.person() {
        Some(person) if !person.is_empty() => Some(Some(serde_json::to_string(person).map_err(json)?)),
        person => person.map(|_| None),
    };
    let body = serde_json::to_string(record).map_err(json)?;
    Ok([record.id().number().into(), body.into()].into_iter().chain(person.map(Arg::Text)))
}

impl Session {
    /// The records in the order asked for; unknown ones are left out.
    pub(super) async fn records<R: Kept>(&mut self, ids: &[R::Id]) -> Result<Vec<R>> {
        self.records_with(ids, IN_ORDER).await
    }

    async fn records_with<R: Kept>(&mut self, ids: &[R::Id], tail: &'static str) -> Result<Vec<R>> {
        let mut wanted: Vec<i64> = ids.iter().map(|id| id.number()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut found = HashMap::with_capacity(wanted.len());
        for row in self.all_in::<BodyRow>(R::BODIES, args(wanted), tail).await? {
            found.insert(R::Id::of(row.id), row.into_record::<R>()?);
        }
        let last: HashMap<R::Id, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        // A record that is asked for twice is copied for all but the last time.
        let taken = ids.iter().enumerate().filter_map(|(at, id)| if last[id] == at { found.remove(id) } else { found.get(id).cloned() });
        Ok(taken.collect())
    }

    /// The records whose bodies a statement finds.
    pub(super) async fn records_of<R: Kept>(&mut self, sql: Sql) -> Result<Vec<R>> {
        self.all::<BodyRow>(sql).await?.into_iter().map(BodyRow::into_record).collect()
    }

    /// For each key the number that goes with it. `head` is a select of keys and numbers that ends with `in`.
    pub(super) async fn numbers_by<I: Number>(&mut self, head: &'static str, keys: Vec<&str>) -> Result<Vec<Option<I>>> {
        let found: HashMap<String, i64> = self.all_in(head, args(keys.iter().copied()), "").await?.into_iter().collect();
        Ok(keys.into_iter().map(|key| found.get(key).map(|id| I::of(*id))).collect())
    }
}

impl Tx {
    /// Words that lock the rows a `select` finds; SQLite has one writer and needs none.
    pub(super) fn lock(&self, words: &'static str) -> &'static str {
        if self.backend() == Backend::Postgres { words } else { "" }
    }

    fn in_order_locked(&self) -> &'static str {
        if self.backend() == Backend::Postgres { IN_ORDER_LOCKED } else { IN_ORDER }
    }

    /// The records in the order asked for, locked until the end of this write.
    pub(super) async fn records_locked<R: Kept>(&mut self, ids: &[R::Id]) -> Result<Vec<R>> {
        let tail = self.in_order_locked();
        self.records_with(ids, tail).await
    }

    /// The records whose bodies, here called `kept`, a statement finds, locked. Those that another engine has locked are left
    /// to it.
    pub(super) async fn records_free<R: Kept>(&mut self, mut sql: Sql) -> Result<Vec<R>> {
        sql.push(self.lock(" for update of kept skip locked"));
        self.records_of(sql).await
    }

    /// Records that the engine has to look at, the earliest first.
    pub(super) async fn records_due<R: Kept>(&mut self, now: Instant, limit: u32) -> Result<Vec<R>> {
        self.records_free(Sql::new(R::DUE).bind(now).bind(limit)).await
    }

    /// Writes records as they are now.
    pub(super) async fn records_save<R: Kept>(&mut self, changes: Vec<Saving<'_, R>>) -> Result<()> {
        let (new, known): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| change.expected == 0);
        self.unmoved(&known).await?;
        let (restated, moved): (Vec<_>, Vec<_>) = known.into_iter().partition(|change| change.restated);
        for (changes, tail, body_tail) in [(new, "", ""), (restated, R::UPDATE, R::UPDATE_BODY), (moved, R::UPDATE_STATE, R::UPDATE_BODY)] {
            let (head, columns) = R::INSERT;
            self.execute_each(Sql::bulk(head, columns, changes.iter().map(|change| change.record.row()), tail)).await?;
            let (head, columns) = R::INSERT_BODY;
            self.execute_each(Sql::bulk_try(head, columns, changes.iter().map(|change| body(change.record)), body_tail)).await?;
        }
        Ok(())
    }

    /// Locks the records that are to be changed, and finds the first that moved on since it was read.
    async fn unmoved<R: Kept>(&mut self, known: &[Saving<'_, R>]) -> Result<()> {
        let mut expected: Vec<(i64, i64)> = known.iter().map(|change| (change.record.id().number(), change.expected)).collect();
        expected.sort_unstable();
        let tail = self.in_order_locked();
        let ids = args(expected.iter().map(|(id, _)| *id));
        let found: HashMap<i64, i64> = self.all_in(R::VERSIONS, ids, tail).await?.into_iter().collect();
        match expected.into_iter().find(|(id, version)| found.get(id) != Some(version)) {
            Some((id, version)) => Err(self.conflict(R::ENTITY(R::Id::of(id)), version).await),
            None => Ok(()),
        }
    }
}
