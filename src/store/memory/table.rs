//! The records of one kind in memory.

use crate::{
    domain::{aggregate::Aggregate, event::Entity, id::Number, text::Text, time::Instant},
    store::error::{Error, Result},
};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::Deref,
};

/// By number, from 1 without gaps.
pub struct Table<R: Aggregate> {
    rows: Vec<R>,
    due: BTreeSet<(Instant, R::Id)>,
    sources: HashMap<Text, R::Id>,
}

impl<R: Aggregate> Default for Table<R> {
    fn default() -> Self {
        Self { rows: Vec::new(), due: BTreeSet::new(), sources: HashMap::new() }
    }
}

impl<R: Aggregate> Deref for Table<R> {
    type Target = [R];

    fn deref(&self) -> &[R] {
        &self.rows
    }
}

fn place(id: impl Number) -> Option<usize> {
    usize::try_from(id.number()).ok()?.checked_sub(1)
}

impl<R: Aggregate> Table<R> {
    pub fn find(&self, id: R::Id) -> Option<&R> {
        self.rows.get(place(id)?)
    }

    /// In the order asked for; unknown ones are left out.
    pub(super) fn copies<'i>(&self, ids: impl IntoIterator<Item = &'i R::Id>) -> Vec<R> {
        ids.into_iter().filter_map(|id| self.find(*id)).cloned().collect()
    }

    pub(super) fn due(&self, now: Instant, limit: u32) -> Vec<R> {
        self.copies(self.due.range(..=(now, R::Id::of(i64::MAX))).take(limit as usize).map(|(_, id)| id))
    }

    pub(super) fn by_source(&self, key: &Text) -> Option<R::Id> {
        self.sources.get(key).copied()
    }

    /// Whether these may be written, each with the version expected of it, 0 of a new one; what moved on since it was read,
    /// with the version expected and found.
    pub(super) fn check<'r>(&self, changes: impl Iterator<Item = (&'r R, i64)>) -> Result<Option<(Entity, i64, i64)>>
    where
        R: 'r,
    {
        let mut next = self.rows.len();
        let mut sources = HashSet::new();
        for (record, expected) in changes {
            let id = record.id();
            if expected > 0 {
                let found = self.find(id).map_or(0, R::version);
                if found != expected {
                    return Ok(Some((R::ENTITY(id), expected, found)));
                }
                continue;
            }
            next += 1;
            if i64::try_from(next) != Ok(id.number()) {
                return Err(Error::Exists(format!("{id} is not the next number")));
            }
            if let Some(key) = record.source_key()
                && (self.by_source(key).is_some() || !sources.insert(key))
            {
                return Err(Error::Exists(key.to_string()));
            }
        }
        Ok(None)
    }

    /// Writes one that was checked.
    pub(super) fn put(&mut self, record: R) {
        let id = record.id();
        if let Some(at) = self.find(id).and_then(R::next_at) {
            self.due.remove(&(at, id));
        }
        record.next_at().map(|at| self.due.insert((at, id)));
        record.source_key().map(|key| self.sources.insert(key.clone(), id));
        match place(id).and_then(|place| self.rows.get_mut(place)) {
            Some(held) => *held = record,
            None => self.rows.push(record),
        }
    }
}
