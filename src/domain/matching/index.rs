//! Keys to records, in memory: what the evaluation and the simulation use in place of the table of keys.

use super::{keys::MEMBERS_MAX, words::FnvMap};

/// Which records carry a key.
#[derive(Debug, Clone)]
pub struct Index<Id> {
    members: FnvMap<i64, Vec<Id>>,
    members_max: usize,
}

impl<Id: Copy + Ord> Default for Index<Id> {
    fn default() -> Self {
        Self::with_members_max(MEMBERS_MAX)
    }
}

impl<Id: Copy + Ord> Index<Id> {
    pub fn with_members_max(members_max: usize) -> Self {
        Self { members: FnvMap::default(), members_max }
    }

    pub fn insert(&mut self, id: Id, keys: &[i64]) {
        for key in keys {
            let members = self.members.entry(*key).or_default();
            if members.len() <= self.members_max && !members.contains(&id) {
                members.push(id);
            }
        }
    }

    /// The records that share a key worth following, in order of their ids.
    pub fn candidates(&self, keys: &[i64]) -> Vec<Id> {
        let mut found: Vec<Id> = Vec::new();
        for members in keys.iter().filter_map(|key| self.members.get(key)).filter(|members| members.len() <= self.members_max) {
            found.extend(members);
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
