//! A command of the deal desk being worked out: events go in, the changes of all tables come out.

use crate::{
    app::{Failure, Scene, journal::Journal},
    domain::{
        aggregate::Aggregate,
        day::{day_number, local_date},
        deal::{
            DealEvent, DealState, Registration,
            conflict::{
                CaseEvent, ConflictCase, Glance, ProtectionKey, candidate_keys, candidate_keys_of, deal_keys, features, protection_keys,
            },
        },
        event::{Denied, Entity, Event, Record},
        id::{ConflictId, DealId},
        matching::{Features, MatchingPolicy},
    },
    store::{
        Unit,
        unit::{CaseChange, Changes, DealChange, Member, NOT_SETTLED},
    },
};
use chrono::NaiveDate;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Follows every registration and case through the events of one command.
pub(in crate::app) struct DealDraft<'a> {
    pub scene: Scene<'a>,
    pub policy: MatchingPolicy,
    journal: Journal<'a>,
    deals: HashMap<DealId, Touched>,
    cases: HashMap<ConflictId, (ConflictCase, i64)>,
    /// In the order of their first change.
    changed: Vec<DealId>,
    changed_cases: Vec<ConflictId>,
    /// Who protects what, of the keys that were asked for: in the database, and after the events so far.
    protections: HashMap<ProtectionKey, DealId>,
    looked_up: HashSet<ProtectionKey>,
    /// The customers as the matcher spells them, of those that were asked for: the costly part of keys and comparisons.
    spellings: HashMap<DealId, Arc<Features>>,
}

struct Touched {
    deal: Registration,
    expected: i64,
    /// As it was before its first change; `None` while it is unchanged, and of a new one.
    before: Option<Box<Registration>>,
}

impl<'a> DealDraft<'a> {
    pub fn new(scene: Scene<'a>) -> Self {
        let program = scene.rules.program();
        Self {
            scene,
            policy: program.matching.policy(),
            journal: Journal::new(scene),
            deals: HashMap::new(),
            cases: HashMap::new(),
            changed: Vec::new(),
            changed_cases: Vec::new(),
            protections: HashMap::new(),
            looked_up: HashSet::new(),
            spellings: HashMap::new(),
        }
    }

    /// The day in the program's zone.
    pub fn today(&self) -> NaiveDate {
        local_date(self.scene.now, self.scene.rules.program().zone)
    }

    /// Takes in a registration as it stands in the database; one that is known already stays as it is here.
    pub fn know(&mut self, deal: Registration) {
        self.deals.entry(deal.id).or_insert_with(|| Touched { expected: deal.version, deal, before: None });
    }

    pub fn know_case(&mut self, case: ConflictCase) {
        self.cases.entry(case.id).or_insert_with(|| {
            let version = case.version;
            (case, version)
        });
    }

    /// The registration as it is after the events so far.
    pub fn deal(&self, id: DealId) -> Option<&Registration> {
        self.deals.get(&id).map(|touched| &touched.deal)
    }

    /// How the matcher spells its customer after the events so far.
    pub fn spelling(&mut self, id: DealId) -> Option<Arc<Features>> {
        let Self { deals, spellings, policy, .. } = self;
        let deal = &deals.get(&id)?.deal;
        Some(Arc::clone(spellings.entry(id).or_insert_with(|| Arc::new(features(&deal.details, policy)))))
    }

    pub fn case(&self, id: ConflictId) -> Option<&ConflictCase> {
        self.cases.get(&id).map(|(case, _)| case)
    }

    /// Which of these are not known yet.
    pub fn unknown(&self, ids: impl IntoIterator<Item = DealId>) -> Vec<DealId> {
        let mut ids: Vec<DealId> = ids.into_iter().filter(|id| !self.deals.contains_key(id)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Loads those that are not known yet.
    pub async fn load<U: Unit>(&mut self, unit: &mut U, ids: impl IntoIterator<Item = DealId>) -> Result<(), Failure> {
        let unknown = self.unknown(ids);
        if !unknown.is_empty() {
            unit.deals(&unknown).await?.into_iter().for_each(|deal| self.know(deal));
        }
        Ok(())
    }

    pub async fn load_cases<U: Unit>(&mut self, unit: &mut U, ids: impl IntoIterator<Item = ConflictId>) -> Result<(), Failure> {
        let mut unknown: Vec<ConflictId> = ids.into_iter().filter(|id| !self.cases.contains_key(id)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        if !unknown.is_empty() {
            unit.cases(&unknown).await?.into_iter().for_each(|case| self.know_case(case));
        }
        Ok(())
    }

    /// Finds out who protects what these registrations are about.
    pub async fn load_protections<U: Unit>(&mut self, unit: &mut U, ids: &[DealId]) -> Result<(), Failure> {
        let keys: Vec<ProtectionKey> = ids.iter().filter_map(|id| self.deal(*id)).flat_map(|deal| deal_keys(deal, &self.policy)).collect();
        self.look_up(unit, keys).await
    }

    /// The same of registrations as they are not yet here.
    pub async fn load_keys<U: Unit>(&mut self, unit: &mut U, deals: &[&Registration]) -> Result<(), Failure> {
        let keys: Vec<ProtectionKey> = deals.iter().flat_map(|deal| deal_keys(deal, &self.policy)).collect();
        self.look_up(unit, keys).await
    }

    /// Whoever gave a key up in this command holds it no more, whatever the database still says.
    async fn look_up<U: Unit>(&mut self, unit: &mut U, mut keys: Vec<ProtectionKey>) -> Result<(), Failure> {
        keys.retain(|key| !self.looked_up.contains(key));
        keys.sort_unstable();
        keys.dedup();
        let found = unit.protected_by(&keys).await?;
        self.looked_up.extend(keys.iter().cloned());
        for (key, holder) in keys.into_iter().zip(found) {
            let Some(holder) = holder.filter(|holder| self.deals.get(holder).is_none_or(|touched| touched.before.is_none())) else {
                continue;
            };
            self.protections.entry(key).or_insert(holder);
        }
        Ok(())
    }

    /// Another registration that protects something of what this one is about, as far as protections were loaded.
    pub fn holder(&self, deal: &Registration) -> Option<DealId> {
        let holders = deal_keys(deal, &self.policy).into_iter().filter_map(|key| self.protections.get(&key).copied());
        holders.filter(|holder| *holder != deal.id).min()
    }

    /// A new registration with the events that brought it to where it is; the first is its draft.
    pub fn begin(&mut self, deal: Registration, events: &[DealEvent]) {
        let id = deal.id;
        for (version, event) in (1..).zip(events) {
            self.note(id, version, event);
        }
        self.deals.insert(id, Touched { deal, expected: 0, before: None });
        self.changed.push(id);
    }

    /// Applies events to a registration that is known.
    pub fn happened(&mut self, id: DealId, events: &[DealEvent]) {
        let Some(touched) = self.deals.get_mut(&id).filter(|_| !events.is_empty()) else { return };
        let held = touched.deal.holds_protection();
        if touched.before.is_none() && touched.expected > 0 {
            touched.before = Some(Box::new(touched.deal.clone()));
            self.changed.push(id);
        }
        // What a conflict does to its parties leaves the customer as it is.
        if !events.iter().all(|event| matches!(event, DealEvent::Held { .. } | DealEvent::Released { .. } | DealEvent::Disputed { .. })) {
            self.spellings.remove(&id);
        }
        let mut versions = Vec::with_capacity(events.len());
        for event in events {
            touched.deal.apply(event, self.scene.now);
            versions.push(touched.deal.version);
        }
        if held || touched.deal.holds_protection() {
            self.protections.retain(|_, holder| *holder != id);
            self.protections.extend(protection_keys(&touched.deal, &self.policy).into_iter().map(|key| (key, id)));
        }
        for (version, event) in versions.into_iter().zip(events) {
            self.note(id, version, event);
        }
    }

    fn note(&mut self, id: DealId, version: i64, event: &DealEvent) {
        self.journal.note(Entity::Deal(id), version, Event::Deal(event.clone()));
    }

    /// A new case with its first events.
    pub fn begin_case(&mut self, case: ConflictCase, events: &[CaseEvent]) {
        let id = case.id;
        for (version, event) in (1..).zip(events) {
            self.note_case(id, version, event);
        }
        self.cases.insert(id, (case, 0));
        self.changed_cases.push(id);
    }

    pub fn case_happened(&mut self, id: ConflictId, events: &[CaseEvent]) {
        let Some((case, _)) = self.cases.get_mut(&id).filter(|_| !events.is_empty()) else { return };
        let mut versions = Vec::with_capacity(events.len());
        for event in events {
            case.apply(event, self.scene.now);
            versions.push(case.version);
        }
        if !self.changed_cases.contains(&id) {
            self.changed_cases.push(id);
        }
        for (version, event) in versions.into_iter().zip(events) {
            self.note_case(id, version, event);
        }
    }

    fn note_case(&mut self, id: ConflictId, version: i64, event: &CaseEvent) {
        self.journal.note(Entity::Conflict(id), version, Event::Case(event.clone()));
    }

    /// Keeps in the chain that somebody asked for what they may not do to this one.
    pub fn denied(&mut self, asked: String, why: &str) {
        let denied = Denied { asked, why: why.to_owned() };
        self.journal.note(Entity::Operator(self.scene.actor.id), 0, Event::Denied(denied));
    }

    /// Keeps the record of an event that is neither a registration's nor a case's, and gives the changes to put its row into.
    pub fn other(&mut self, record: Record) -> &mut Changes {
        self.journal.other(record)
    }

    pub fn into_changes(mut self) -> Changes {
        let mut changes = self.journal.take();
        for id in std::mem::take(&mut self.changed) {
            let Some(touched) = self.deals.remove(&id) else { continue };
            changes.deals.push(changed(touched, self.spellings.remove(&id), &self.policy));
        }
        for id in std::mem::take(&mut self.changed_cases) {
            if let Some((case, expected)) = self.cases.remove(&id) {
                changes.cases.push(CaseChange { case, expected });
            }
        }
        changes.placed_under = Some(self.scene.rules.heads.partners);
        changes
    }
}

/// What is to be written of a registration. Its customer is spelt out, which costs most of this, as often as it has another,
/// and where nobody has spelt it yet.
fn changed(touched: Touched, spelling: Option<Arc<Features>>, policy: &MatchingPolicy) -> DealChange {
    let Touched { deal, expected, before } = touched;
    let before = before.as_deref();
    let restated = before.is_none_or(|was| is_restated(was, &deal));
    if !restated && let Some(was) = before {
        let (from, to) = (settled_day(was), settled_day(&deal));
        let own = if from == to { Vec::new() } else { candidate_keys(&deal, policy) };
        let on = |day: Option<i64>| day.map(|day| own.iter().map(|key| Member { key: key.key, settled_day: day }).collect());
        let (keys, keys_gone) = (on(to).unwrap_or_default(), on(from).unwrap_or_default());
        let protects = (was.holds_protection() != deal.holds_protection()).then(|| protection_keys(&deal, policy));
        return DealChange { deal, expected, restated, keys, keys_gone, glance: None, protects };
    }
    let spelling = spelling.unwrap_or_else(|| Arc::new(features(&deal.details, policy)));
    let members_before = before.map(|deal| members(deal, &features(&deal.details, policy))).unwrap_or_default();
    let members = members(&deal, &spelling);
    let protected_before = before.map(|deal| protection_keys(deal, policy)).unwrap_or_default();
    let protected = protection_keys(&deal, policy);
    let keys = members.iter().filter(|key| !members_before.contains(key)).copied().collect();
    let keys_gone = members_before.iter().filter(|key| !members.contains(key)).copied().collect();
    let protects = (protected != protected_before).then_some(protected);
    let glance = Some(Glance::of(&deal, &spelling));
    DealChange { deal, expected, restated, keys, keys_gone, glance, protects }
}

/// Whether more changed than where it stands.
pub(super) fn is_restated(was: &Registration, now: &Registration) -> bool {
    (&was.details, was.account, was.submitted_at, was.place) != (&now.details, now.account, now.submitted_at, now.place)
}

/// The day under which it stands in the index of keys; nothing unless it claims a deal.
fn settled_day(deal: &Registration) -> Option<i64> {
    match &deal.state {
        DealState::Won { on, .. } => Some(day_number(*on)),
        state => state.is_claim().then_some(NOT_SETTLED),
    }
}

/// A registration's places under its candidate keys: none unless it claims a deal.
fn members(deal: &Registration, spelling: &Features) -> Vec<Member> {
    let Some(settled_day) = settled_day(deal) else { return Vec::new() };
    candidate_keys_of(deal, spelling).into_iter().map(|key| Member { key: key.key, settled_day }).collect()
}
