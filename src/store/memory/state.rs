//! What is committed, and how changes are checked and applied.

use super::{deal::DealDesk, mdf::MdfDesk, table::Table, tier::TierDesk};
use crate::{
    domain::{
        account::Account,
        actor::Actor,
        contact::Contact,
        deal::Registration,
        event::{Entity, Record},
        fx::RateDay,
        id::{AuditSeq, CommandId, DealId, LeadId, OperatorId, PartnerId},
        lead::{Lead, LeadState, routing::Rotation, stats::Counted},
        mdf::claim::PaperKey,
        partner::Partner,
        person::Personal,
        text::Text,
    },
    store::{
        error::{Conflict, ConflictBy, Error, Result},
        unit::{Changes, LeadChange, OperatorRow, Past, ProgramRow},
    },
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The tables. Public for tests that compare them with a recount.
#[derive(Default)]
pub struct State {
    pub leads: Table<Lead>,
    pub partners: Vec<Partner>,
    pub accounts: Vec<Account>,
    pub operators: Vec<OperatorRow>,
    pub programs: Vec<ProgramRow>,
    pub partners_changed: i64,
    pub audit: Vec<Past>,
    pub loads: HashMap<PartnerId, u32>,
    pub rotations: HashMap<Text, Rotation>,
    pub rates: BTreeMap<NaiveDate, RateDay>,
    pub counters: BTreeMap<Counted, i64>,
    pub fired: HashSet<(Entity, u32, u8)>,
    pub desk: DealDesk,
    pub mdf: MdfDesk,
    pub tiers: TierDesk,
    pub contacts: Table<Contact>,
    pub pos: super::PosDesk,
    pub done: HashMap<CommandId, AuditSeq>,
    pub(super) unplaced: BTreeSet<LeadId>,
    pub(super) keys: HashMap<i64, Vec<LeadId>>,
    pub(super) suppressed: HashSet<String>,
    by_entity: HashMap<Entity, Vec<usize>>,
    /// The unit that numbers leads, and the one that has saved and not yet ended.
    pub(super) numbering: Option<u64>,
    pub(super) saving: Option<u64>,
    /// The unit that submits registrations or looks for conflicts.
    pub(super) claiming: Option<u64>,
    units: u64,
}

impl State {
    pub(super) fn new() -> Self {
        let engine = Actor::engine();
        let row = OperatorRow { id: engine.id, version: 1, name: engine.name, login: None, roles: engine.roles, active: true };
        Self { operators: vec![row], ..Self::default() }
    }

    pub(super) fn numbered(&mut self) -> u64 {
        self.units += 1;
        self.units
    }

    pub fn operator(&self, id: OperatorId) -> Option<&OperatorRow> {
        self.operators.iter().find(|row| row.id == id)
    }

    /// The open leads that a partner has.
    pub fn leads_at(&self, partner: PartnerId) -> Vec<LeadId> {
        self.leads.iter().filter(|lead| lead.state.loads() == Some(partner)).map(|lead| lead.id).collect()
    }

    /// The records of an entity in order.
    pub fn history(&self, entity: Entity) -> impl DoubleEndedIterator<Item = &Past> {
        self.by_entity.get(&entity).into_iter().flatten().map(|&index| &self.audit[index])
    }

    /// Whether these changes may be written now; the first reason why not.
    pub(super) fn check(&self, command: CommandId, changes: &Changes) -> Result<()> {
        if self.done.contains_key(&command) {
            return Err(Error::Exists(format!("command {}", command.0)));
        }
        let moved = match self.leads.check(changes.leads.iter().map(|change| (&change.lead, change.expected)))? {
            None => self.desk.check(changes)?,
            moved => moved,
        };
        let moved = match moved {
            None => match self.mdf.check(&changes.mdf)? {
                None => self.tiers.check(&changes.tiers)?,
                moved => moved,
            },
            moved => moved,
        };
        let moved = match moved {
            None => match self.pos.check(&changes.pos)? {
                None => self.contacts.check(changes.contacts.iter().map(|change| (&change.contact, change.expected)))?,
                moved => moved,
            },
            moved => moved,
        };
        if let Some((entity, expected, found)) = moved {
            return Err(conflict(entity.to_string(), expected, found, self.last_by(entity)));
        }
        let mut turns: HashMap<&Text, i64> = HashMap::new();
        for turned in &changes.turns {
            let scope = &turned.turn.scope;
            let found = *turns.entry(scope).or_insert_with(|| self.rotations.get(scope).map_or(0, |rotation| rotation.turns));
            if found != turned.expected {
                return Err(conflict(format!("rotation {scope}"), turned.expected, found, None));
            }
            turns.insert(scope, turned.turn.turns);
        }
        let mut fired = HashSet::new();
        for stage in &changes.fired {
            if self.fired.contains(stage) || !fired.insert(stage) {
                return Err(Error::Exists(format!("clock {} of {} has fired stage {}", stage.1, stage.0, stage.2)));
            }
        }
        self.check_others(changes)
    }

    fn check_others(&self, changes: &Changes) -> Result<()> {
        let next = |name: &str, found: Option<i64>, version: i64| match (found.unwrap_or(0) + 1 == version, found) {
            (true, _) => Ok(()),
            (false, None) => Err(Error::Internal(format!("{name} begins with version {version}"))),
            (false, Some(found)) => Err(conflict(name.to_owned(), version - 1, found, None)),
        };
        for partner in &changes.partners {
            let same_code = self.partners.iter().find(|one| one.profile.code == partner.profile.code);
            let same_id = self.partners.iter().find(|one| one.id == partner.id);
            if same_code.map(|one| one.id) != same_id.map(|one| one.id) {
                return Err(Error::Exists(format!("partner {}", partner.profile.code)));
            }
            next(&partner.id.to_string(), same_id.map(|one| one.version), partner.version)?;
        }
        self.check_placed(changes)?;
        for account in &changes.accounts {
            let same_code = self.accounts.iter().find(|one| one.profile.code == account.profile.code);
            let same_id = self.accounts.iter().find(|one| one.id == account.id);
            if same_code.map(|one| one.id) != same_id.map(|one| one.id) {
                return Err(Error::Exists(format!("account {}", account.profile.code)));
            }
            next(&account.id.to_string(), same_id.map(|one| one.version), account.version)?;
        }
        for row in &changes.operators {
            next(&row.id.to_string(), self.operator(row.id).map(|one| one.version), row.version)?;
        }
        for (index, row) in changes.programs.iter().enumerate() {
            if i64::try_from(self.programs.len() + index + 1) != Ok(row.version.0) {
                return Err(Error::Exists(format!("program {}", row.version)));
            }
        }
        Ok(())
    }

    /// Nobody is given a lead, or keeps one, who was suspended meanwhile, and nothing that they registered goes on.
    fn check_placed(&self, changes: &Changes) -> Result<()> {
        let depends = changes.depends_on_partners();
        if let Some(seen) = changes.placed_under.filter(|seen| depends && *seen != self.partners_changed) {
            return Err(conflict("partners".to_owned(), seen, self.partners_changed, None));
        }
        for partner in changes.back() {
            let let_go: HashSet<DealId> = changes.deals.iter().map(|change| change.deal.id).collect();
            let stands = |deal: &Registration| deal.partner == partner.id && deal.is_held_for_partner() && !let_go.contains(&deal.id);
            if self.desk.deals.iter().any(stands) {
                return Err(conflict(partner.id.to_string(), partner.version - 1, partner.version - 1, None));
            }
        }
        for partner in changes.partners.iter().filter(|partner| partner.shuts_out()) {
            let moved: HashSet<LeadId> = changes.leads.iter().map(|change| change.lead.id).collect();
            let held: HashSet<DealId> = changes.deals.iter().map(|change| change.deal.id).collect();
            let goes_on = |deal: &Registration| deal.partner == partner.id && deal.goes_on() && !held.contains(&deal.id);
            if self.leads_at(partner.id).iter().any(|id| !moved.contains(id)) || self.desk.deals.iter().any(goes_on) {
                return Err(conflict(partner.id.to_string(), partner.version - 1, partner.version - 1, None));
            }
        }
        Ok(())
    }

    fn last_by(&self, entity: Entity) -> Option<ConflictBy> {
        let last = self.history(entity).next_back()?;
        let actor = self.operator(last.record.actor).map_or_else(|| Text::clean(&last.record.actor.to_string()), |row| row.name.clone());
        Some(ConflictBy { seq: last.seq, at: last.record.at, actor, kind: last.record.event.name().to_owned() })
    }

    /// Writes changes that were checked.
    pub(super) fn apply(&mut self, command: CommandId, mut changes: Changes) {
        let documents = |deal: &Registration| {
            let entity = Entity::Deal(deal.id);
            deal.documents.iter().map(move |one| (PaperKey::of_file(one.document.hash), entity)).collect::<Vec<_>>()
        };
        self.mdf.papers.extend(changes.deals.iter().flat_map(|change| documents(&change.deal)));
        self.desk.apply(&mut changes);
        self.mdf.apply(std::mem::take(&mut changes.mdf));
        self.tiers.apply(std::mem::take(&mut changes.tiers));
        self.pos.apply(std::mem::take(&mut changes.pos));
        changes.contacts.drain(..).for_each(|change| self.contacts.put(change.contact));
        for change in changes.leads {
            self.apply_lead(change);
        }
        for turned in &changes.turns {
            self.rotations.entry(turned.turn.scope.clone()).or_default().apply(&turned.turn);
        }
        for (counted, by) in changes.counted {
            *self.counters.entry(counted).or_default() += by;
        }
        self.partners_changed += i64::from(!changes.partners.is_empty());
        for partner in changes.partners {
            put(&mut self.partners, partner, |one| one.id);
        }
        for account in changes.accounts {
            put(&mut self.accounts, account, |one| one.id);
        }
        for row in changes.operators {
            put(&mut self.operators, row, |one| one.id);
        }
        self.programs.extend(changes.programs);
        self.rates.extend(changes.rates.into_iter().map(|day| (day.on, day)));
        self.suppressed.extend(changes.suppress.iter().map(|mailbox| mailbox.to_lowercase()));
        self.fired.extend(changes.fired);
        for record in changes.records {
            self.append(record);
        }
        for entity in changes.forget {
            self.forget(entity);
        }
        self.done.insert(command, self.last_seq());
    }

    fn apply_lead(&mut self, change: LeadChange) {
        let LeadChange { lead, loaded, keys, keys_gone, .. } = change;
        let id = lead.id;
        if let Some(load) = loaded.and_then(|partner| self.loads.get_mut(&partner)) {
            *load = load.saturating_sub(1);
        }
        if let Some(partner) = lead.state.loads() {
            *self.loads.entry(partner).or_default() += 1;
        }
        if matches!(lead.state, LeadState::Unassigned { .. }) {
            self.unplaced.insert(id);
        } else {
            self.unplaced.remove(&id);
        }
        for key in keys_gone {
            self.keys.entry(key).or_default().retain(|one| *one != id);
        }
        for key in keys {
            self.keys.entry(key).or_default().push(id);
        }
        self.leads.put(lead);
    }

    fn append(&mut self, record: Record) {
        self.by_entity.entry(record.entity).or_default().push(self.audit.len());
        let seq = AuditSeq(self.last_seq().0 + 1);
        self.audit.push(Past { seq, record });
    }

    /// Destroys what is personal in the records so far, as destroying the key does.
    fn forget(&mut self, entity: Entity) {
        for &index in self.by_entity.get(&entity).into_iter().flatten() {
            self.audit[index].record.event.set_personal(Personal::default());
        }
    }

    pub fn last_seq(&self) -> AuditSeq {
        AuditSeq(i64::try_from(self.audit.len()).unwrap_or(i64::MAX))
    }
}

fn put<T, Id: PartialEq>(rows: &mut Vec<T>, row: T, id: impl Fn(&T) -> Id) {
    match rows.iter_mut().find(|one| id(one) == id(&row)) {
        Some(held) => *held = row,
        None => rows.push(row),
    }
}

fn conflict(entity: String, expected: i64, found: i64, by: Option<ConflictBy>) -> Error {
    Error::Conflict(Box::new(Conflict { entity, expected, found, by }))
}
