//! The deal desk in memory: registrations, conflicts, protections, sales.

use super::table::Table;
use crate::{
    domain::{
        deal::{
            Registration,
            conflict::{CandidateKey, ConflictCase, ProtectionKey},
            dossier::{Precedent, precedent::code},
            stats::Counted,
        },
        event::Entity,
        id::{ConflictId, DealId},
        matching::{MEMBERS_MAX, MatchingPolicy},
    },
    store::{
        error::{Error, Result},
        unit::{CaseChange, Changes, DealChange, FAMILY_MAX},
    },
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The tables. Public for tests that compare them with a recount.
#[derive(Default)]
pub struct DealDesk {
    pub deals: Table<Registration>,
    pub cases: Table<ConflictCase>,
    pub counters: BTreeMap<Counted, i64>,
    pub protections: BTreeMap<ProtectionKey, DealId>,
    /// By key: (day of the order, registration).
    pub members: HashMap<i64, BTreeSet<(i64, DealId)>>,
    /// Places in the order of submissions that were given so far.
    pub submissions: i64,
    /// By registration.
    parties: BTreeSet<(DealId, ConflictId)>,
}

impl DealDesk {
    /// Whether these changes may be written now; what moved on since it was read, with the version expected and found.
    pub(super) fn check(&self, changes: &Changes) -> Result<Option<(Entity, i64, i64)>> {
        let moved = match self.deals.check(changes.deals.iter().map(|change| (&change.deal, change.expected)))? {
            None => self.cases.check(changes.cases.iter().map(|change| (&change.case, change.expected)))?,
            moved => moved,
        };
        if moved.is_some() {
            return Ok(moved);
        }
        self.check_protections(&changes.deals)?;
        Ok(None)
    }

    /// What is given up in the same write may be taken in it.
    fn check_protections(&self, changes: &[DealChange]) -> Result<()> {
        let changed: HashSet<DealId> = changes.iter().filter(|change| change.protects.is_some()).map(|change| change.deal.id).collect();
        let mut taken = HashSet::new();
        for change in changes {
            for key in change.protects.iter().flatten() {
                let held = self.protections.get(key).is_some_and(|holder| !changed.contains(holder));
                if held || !taken.insert(key) {
                    return Err(Error::Exists(format!("protection {key}")));
                }
            }
        }
        Ok(())
    }

    /// Writes changes that were checked.
    pub(super) fn apply(&mut self, changes: &mut Changes) {
        let deals = std::mem::take(&mut changes.deals);
        for change in deals.iter().filter(|change| change.protects.is_some()) {
            self.protections.retain(|_, holder| *holder != change.deal.id);
        }
        for change in deals {
            self.apply_deal(change);
        }
        for CaseChange { case, .. } in std::mem::take(&mut changes.cases) {
            self.parties.extend(case.parties.iter().map(|party| (party.deal, case.id)));
            self.cases.put(case);
        }
        for (counted, by) in std::mem::take(&mut changes.deals_counted) {
            *self.counters.entry(counted).or_default() += by;
        }
    }

    fn apply_deal(&mut self, change: DealChange) {
        let DealChange { deal, keys, keys_gone, protects, .. } = change;
        let id = deal.id;
        for member in keys_gone {
            self.members.entry(member.key).or_default().remove(&(member.settled_day, id));
        }
        for member in keys {
            self.members.entry(member.key).or_default().insert((member.settled_day, id));
        }
        self.protections.extend(protects.into_iter().flatten().map(|key| (key, id)));
        self.deals.put(deal);
    }

    pub(super) fn by_key(&self, keys: &[CandidateKey], since_day: i64) -> Vec<(i64, DealId)> {
        let mut out = Vec::new();
        let mut seen = HashSet::new();
        for key in keys.iter().filter(|key| seen.insert(key.key)) {
            let live = self.members.get(&key.key).into_iter().flatten().rev().take_while(|(day, _)| *day >= since_day);
            let live: Vec<DealId> = live.take(FAMILY_MAX).map(|(_, id)| *id).collect();
            if key.is_family || live.len() <= MEMBERS_MAX {
                out.extend(live.into_iter().map(|id| (key.key, id)));
            }
        }
        out
    }

    pub(super) fn cases_of(&self, deals: &[DealId]) -> Vec<(DealId, ConflictId)> {
        let of = |deal: &DealId| self.parties.range((*deal, ConflictId(0))..=(*deal, ConflictId(i64::MAX))).copied().collect::<Vec<_>>();
        let mut found: Vec<(DealId, ConflictId)> = deals.iter().flat_map(of).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    pub(super) fn precedents(&self, codes: &[String], limit: u32) -> Vec<Precedent> {
        let mut found: Vec<Precedent> =
            self.cases.iter().filter_map(Precedent::of).filter(|one| codes.contains(&code(&one.standings))).collect();
        found.sort_by_key(|one| (std::cmp::Reverse(one.decided_at), std::cmp::Reverse(one.case)));
        found.truncate(limit as usize);
        found
    }

    /// Everything, as changes to an empty database.
    pub(super) fn add_to(&self, changes: &mut Changes) {
        let mut members: HashMap<DealId, Vec<crate::store::unit::Member>> = HashMap::new();
        for (key, list) in &self.members {
            for (settled_day, id) in list {
                members.entry(*id).or_default().push(crate::store::unit::Member { key: *key, settled_day: *settled_day });
            }
        }
        let mut protects: HashMap<DealId, Vec<ProtectionKey>> = HashMap::new();
        for (key, id) in &self.protections {
            protects.entry(*id).or_default().push(key.clone());
        }
        let policy = MatchingPolicy::default();
        let mut deal = |deal: &Registration| {
            let mut keys = members.remove(&deal.id).unwrap_or_default();
            keys.sort_unstable();
            DealChange {
                deal: deal.clone(),
                expected: 0,
                restated: true,
                keys,
                keys_gone: Vec::new(),
                glance: Some(deal.glance(&policy)),
                protects: protects.remove(&deal.id),
            }
        };
        changes.deals = self.deals.iter().map(&mut deal).collect();
        changes.cases = self.cases.iter().map(|case| CaseChange { case: case.clone(), expected: 0 }).collect();
        changes.deals_counted = self.counters.iter().map(|(counted, value)| (*counted, *value)).collect();
    }
}
