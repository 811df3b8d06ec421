//! A unit of work: what a use case reads and writes within one transaction.
//!
//! The use cases in `app` are generic over it, so that the same code runs on SQLite and PostgreSQL ([`super::Tx`]) and on
//! `memory::World`, which the simulation drives a million times a minute. Everything works in bulk: one command
//! is one transaction, whether it touches one lead or ten thousand.

pub mod contact;
pub mod mdf;
pub mod partner;
pub mod pos;
pub mod tier;

use super::error::{Error, Result};
use crate::domain::{
    account::Account,
    actor::Actor,
    deal::{
        self, Registration,
        conflict::{CandidateKey, ConflictCase, Glance, ProtectionKey},
        dossier::Precedent,
    },
    event::{Entity, Event, Record},
    fx::RateDay,
    id::{AccountId, AuditSeq, CommandId, ConflictId, DealId, LeadId, OperatorId, PartnerId, ProgramVersion},
    lead::{
        Lead,
        routing::{Desk, Turn},
        stats::Counted,
    },
    partner::{Partner, PartnerEvent},
    text::Text,
    time::Instant,
};
use std::{collections::HashMap, future::Future};

/// The cursors that tell whether what the app has cached is still in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heads {
    /// The program version in force; 0 before the first.
    pub program: i64,
    /// Counts changes of the partner directory.
    pub partners: i64,
}

impl Changes {
    /// Whether anything in it follows from who is shut out: a partner is given a lead, a registration goes on or stands still.
    pub(in crate::store) fn depends_on_partners(&self) -> bool {
        let follows = |deal: &Registration| deal.goes_on() || deal.is_held_for_partner();
        self.leads.iter().any(LeadChange::gives) || self.deals.iter().any(|change| follows(&change.deal))
    }

    /// Whom the desk lets in again: nothing of theirs may stand still any more for having been shut out.
    pub(in crate::store) fn back(&self) -> impl Iterator<Item = &Partner> {
        let is_back = |id| {
            self.records.iter().any(|record| {
                let status = matches!(&record.event, Event::Partner(PartnerEvent::StatusChanged { from, .. }) if from.is_shut_out());
                status && record.entity == Entity::Partner(id)
            })
        };
        self.partners.iter().filter(move |partner| !partner.shuts_out() && is_back(partner.id))
    }
}

/// A record of the audit chain as it is read back: with its place, its personal part opened (empty where erased).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub seq: AuditSeq,
    pub record: Record,
}

/// Everything that one command changes, written by [`Unit::save`] in one go: the tables first, the audit rows last.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    pub leads: Vec<LeadChange>,
    /// In the order in which they were taken; several of one scope follow one another.
    pub turns: Vec<Turned>,
    /// How much each counter moves, negative for what an undo takes away.
    pub counted: Vec<(Counted, i64)>,
    pub deals: Vec<DealChange>,
    pub cases: Vec<CaseChange>,
    pub pos: pos::PosChanges,
    /// Days of exchange rates, each as it is from now on.
    pub rates: Vec<RateDay>,
    /// The same for the counters of the deal desk.
    pub deals_counted: Vec<(deal::stats::Counted, i64)>,
    pub mdf: mdf::MdfChanges,
    pub tiers: tier::TierChanges,
    pub contacts: Vec<contact::ContactChange>,
    pub partners: Vec<Partner>,
    /// The state of the partner directory under which leads were placed and registrations go on: whoever wrote after it may have
    /// suspended the partner. Nothing where that is known to hold.
    pub placed_under: Option<i64>,
    pub accounts: Vec<Account>,
    pub operators: Vec<OperatorRow>,
    pub programs: Vec<ProgramRow>,
    /// Mailboxes that may not be contacted again; kept as keyed hashes, so that they survive an erasure.
    pub suppress: Vec<Text>,
    /// Whose personal key is destroyed.
    pub forget: Vec<Entity>,
    /// (clock number, stage) that fire; unique for what the clock is of.
    pub fired: Vec<(Entity, u32, u8)>,
    pub records: Vec<Record>,
}

/// A lead after the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadChange {
    pub lead: Lead,
    /// The version it must still have; 0 = it is new.
    pub expected: i64,
    /// Whose capacity it took up before.
    pub loaded: Option<PartnerId>,
    /// Blocking keys to add: all of a new lead's.
    pub keys: Vec<i64>,
    /// Blocking keys to take away: those that were made of erased fields.
    pub keys_gone: Vec<i64>,
}

impl LeadChange {
    /// A partner has it who did not before.
    pub fn gives(&self) -> bool {
        self.lead.state.loads().is_some_and(|partner| self.loaded != Some(partner))
    }
}

/// A registration after the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DealChange {
    pub deal: Registration,
    /// The version it must still have; 0 = it is new.
    pub expected: i64,
    /// Its details, its account or its submission changed, and not only where it stands.
    pub restated: bool,
    /// Candidate keys to add, and to take away: only live claims have any.
    pub keys: Vec<Member>,
    pub keys_gone: Vec<Member>,
    /// What it looks like from now on; of a new one, and when it is restated.
    pub glance: Option<Glance>,
    /// Exactly what it protects from now on, if that may have changed. The database refuses a key that another has.
    pub protects: Option<Vec<ProtectionKey>>,
}

/// A registration's place under a candidate key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member {
    pub key: i64,
    /// The day of the order (days since 1970-01-01) of a deal that was won; [`NOT_SETTLED`] of any other.
    pub settled_day: i64,
}

/// The day of what is not settled: after all days.
pub const NOT_SETTLED: i64 = i32::MAX as i64;

/// A conflict case after the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseChange {
    pub case: ConflictCase,
    /// The version it must still have; 0 = it is new.
    pub expected: i64,
}

/// A turn of a rotation, with the number of turns that the scope must still have had before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turned {
    pub turn: Turn,
    pub expected: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorRow {
    pub id: OperatorId,
    pub version: i64,
    pub name: Text,
    pub login: Option<Text>,
    pub roles: crate::domain::actor::Roles,
    pub active: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramRow {
    pub version: ProgramVersion,
    pub applied_at: Instant,
    pub actor: OperatorId,
    pub toml: String,
    pub note: Text,
}

impl Changes {
    /// Takes in what the same command changes after this.
    pub fn append(&mut self, mut after: Self) {
        let place: HashMap<LeadId, usize> = self.leads.iter().enumerate().map(|(place, change)| (change.lead.id, place)).collect();
        for change in after.leads {
            let Some(known) = place.get(&change.lead.id).map(|place| &mut self.leads[*place]) else {
                self.leads.push(change);
                continue;
            };
            known.lead = change.lead;
            known.keys.extend(change.keys);
            known.keys_gone.extend(change.keys_gone);
        }
        self.append_deals(after.deals);
        let place: HashMap<ConflictId, usize> = self.cases.iter().enumerate().map(|(place, change)| (change.case.id, place)).collect();
        for change in after.cases {
            match place.get(&change.case.id) {
                Some(place) => self.cases[*place].case = change.case,
                None => self.cases.push(change),
            }
        }
        self.pos.append(after.pos);
        self.rates.append(&mut after.rates);
        self.deals_counted.append(&mut after.deals_counted);
        self.turns.append(&mut after.turns);
        self.counted.append(&mut after.counted);
        self.mdf.append(after.mdf);
        self.tiers.append(after.tiers);
        self.contacts.append(&mut after.contacts);
        self.partners.append(&mut after.partners);
        self.placed_under = self.placed_under.or(after.placed_under);
        self.accounts.append(&mut after.accounts);
        self.operators.append(&mut after.operators);
        self.programs.append(&mut after.programs);
        self.suppress.append(&mut after.suppress);
        self.forget.append(&mut after.forget);
        self.fired.append(&mut after.fired);
        self.records.append(&mut after.records);
    }

    fn append_deals(&mut self, after: Vec<DealChange>) {
        let place: HashMap<DealId, usize> = self.deals.iter().enumerate().map(|(place, change)| (change.deal.id, place)).collect();
        for change in after {
            let Some(known) = place.get(&change.deal.id).map(|place| &mut self.deals[*place]) else {
                self.deals.push(change);
                continue;
            };
            known.deal = change.deal;
            known.restated |= change.restated;
            known.glance = change.glance.or(known.glance);
            known.protects = change.protects.or_else(|| known.protects.take());
            // What comes and goes again does neither.
            known.keys.retain(|key| !change.keys_gone.contains(key));
            known.keys_gone.retain(|key| !change.keys.contains(key));
            known.keys.extend(change.keys);
            known.keys_gone.extend(change.keys_gone);
        }
    }
}

/// What one command changes, decided part by part: one part can be written while the next is decided.
pub trait Parts: Send {
    type Failure: From<Error> + Send;
    /// The next part; `None` after the last. Gives way now and then, so that the writing goes on beside it.
    fn next(&mut self) -> impl Future<Output = std::result::Result<Option<Changes>, Self::Failure>> + Send;
}

/// All parts as one.
pub async fn gathered<P: Parts>(parts: &mut P) -> std::result::Result<Changes, P::Failure> {
    let mut all = Changes::default();
    while let Some(changes) = parts.next().await? {
        all.append(changes);
    }
    Ok(all)
}

/// How many members of a key that is made from a customer's family are looked at.
pub const FAMILY_MAX: usize = 256;

/// The reads and the one write of a use case. Dropping a unit without [`Unit::commit`] undoes it.
pub trait Unit: contact::ContactUnit + mdf::MdfUnit + partner::StepSource + pos::PosUnit + tier::TierUnit {
    fn heads(&mut self) -> impl Future<Output = Result<Heads>> + Send;
    /// Every version from `from` on, oldest first.
    fn programs(&mut self, from: ProgramVersion) -> impl Future<Output = Result<Vec<ProgramRow>>> + Send;
    fn partners(&mut self) -> impl Future<Output = Result<Vec<Partner>>> + Send;

    /// The operator with the roles held now; `None` when unknown or no longer active.
    fn actor(&mut self, id: OperatorId) -> impl Future<Output = Result<Option<Actor>>> + Send;
    fn operators(&mut self) -> impl Future<Output = Result<Vec<OperatorRow>>> + Send;

    /// Whether this command was carried out before, and the last sequence that it wrote.
    fn command_done(&mut self, id: CommandId) -> impl Future<Output = Result<Option<AuditSeq>>> + Send;

    /// The leads in the order asked for; unknown ones are left out.
    fn leads(&mut self, ids: &[LeadId]) -> impl Future<Output = Result<Vec<Lead>>> + Send;
    /// Leads whose `next_at` is at or before `now`, the earliest first.
    fn leads_due(&mut self, now: Instant, limit: u32) -> impl Future<Output = Result<Vec<Lead>>> + Send;
    /// Unassigned leads for which no partner was found, oldest first: what a new partner or program may place.
    fn leads_unplaced(&mut self, after: LeadId, limit: u32) -> impl Future<Output = Result<Vec<Lead>>> + Send;
    /// The open leads that a partner has, by number.
    fn leads_at(&mut self, partner: PartnerId) -> impl Future<Output = Result<Vec<LeadId>>> + Send;
    /// Reserves `count` lead numbers and gives the first. Whoever makes leads at the same time waits here.
    fn lead_numbers(&mut self, count: u32) -> impl Future<Output = Result<LeadId>> + Send;
    /// For each key of a record the lead that came with it, in order.
    fn leads_by_source(&mut self, keys: &[Text]) -> impl Future<Output = Result<Vec<Option<LeadId>>>> + Send;
    /// Leads that share a blocking key, as (key, lead), whatever has become of them; keys with more than `crowd` give none.
    fn leads_by_key(&mut self, keys: &[i64], crowd: u32) -> impl Future<Output = Result<Vec<(i64, LeadId)>>> + Send;
    /// Which of these mailboxes are suppressed, in order; compared by keyed hash, without regard to case.
    fn suppressed(&mut self, mailboxes: &[Text]) -> impl Future<Output = Result<Vec<bool>>> + Send;

    /// The registrations in the order asked for; unknown ones are left out.
    fn deals(&mut self, ids: &[DealId]) -> impl Future<Output = Result<Vec<Registration>>> + Send;
    /// Registrations whose `next_at` is at or before `now`, the earliest first.
    fn deals_due(&mut self, now: Instant, limit: u32) -> impl Future<Output = Result<Vec<Registration>>> + Send;
    /// The open registrations of a partner, drafts among them, by number.
    fn deals_open_of(&mut self, partner: PartnerId) -> impl Future<Output = Result<Vec<DealId>>> + Send;
    /// Reserves `count` registration numbers and gives the first. Whoever makes registrations at the same time waits here.
    /// For 0 none is reserved, and the next is given; so for all numbers of the deal desk.
    fn deal_numbers(&mut self, count: u32) -> impl Future<Output = Result<DealId>> + Send;
    /// Reserves `count` places in the order of submissions and gives the first. Whoever submits, or looks for conflicts, at
    /// the same time waits here, and so sees what we write; none are reserved for 0.
    fn submission_numbers(&mut self, count: u32) -> impl Future<Output = Result<i64>> + Send;
    /// For each key of a record the registration that came with it, in order.
    fn deals_by_source(&mut self, keys: &[Text]) -> impl Future<Output = Result<Vec<Option<DealId>>>> + Send;
    /// Live claims that share a key, as (key, registration), those won before `since_day` left out. A key with more than
    /// [`crate::domain::matching::MEMBERS_MAX`] members gives none; one of a customer family gives the newest
    /// [`FAMILY_MAX`].
    fn deals_by_key(&mut self, keys: &[CandidateKey], since_day: i64) -> impl Future<Output = Result<Vec<(i64, DealId)>>> + Send;
    /// What these registrations look like at a glance; nothing of those that were kept before there were glances.
    fn glances_of(&mut self, ids: &[DealId]) -> impl Future<Output = Result<HashMap<DealId, Glance>>> + Send;
    /// Who protects each of these keys, in order.
    fn protected_by(&mut self, keys: &[ProtectionKey]) -> impl Future<Output = Result<Vec<Option<DealId>>>> + Send;
    /// Whether anything is protected at all.
    fn is_any_protected(&mut self) -> impl Future<Output = Result<bool>> + Send;
    /// The cases in the order asked for; unknown ones are left out.
    fn cases(&mut self, ids: &[ConflictId]) -> impl Future<Output = Result<Vec<ConflictCase>>> + Send;
    fn cases_due(&mut self, now: Instant, limit: u32) -> impl Future<Output = Result<Vec<ConflictCase>>> + Send;
    fn case_numbers(&mut self, count: u32) -> impl Future<Output = Result<ConflictId>> + Send;
    /// The cases that these registrations are or were a party of.
    fn cases_of(&mut self, deals: &[DealId]) -> impl Future<Output = Result<Vec<(DealId, ConflictId)>>> + Send;
    /// The newest decisions whose clauses stood in one of these ways, `limit` at most.
    fn precedents(&mut self, codes: &[String], limit: u32) -> impl Future<Output = Result<Vec<Precedent>>> + Send;
    /// The days from one to another that have exchange rates, in order; both belong to it.
    fn rate_days(&mut self, from: chrono::NaiveDate, to: chrono::NaiveDate) -> impl Future<Output = Result<Vec<RateDay>>> + Send;

    /// The loads of all partners and the cursors of these scopes.
    fn desk(&mut self, scopes: &[Text]) -> impl Future<Output = Result<Desk>> + Send;
    /// The events of an entity after a version, oldest first.
    fn history(&mut self, entity: Entity, after_version: i64) -> impl Future<Output = Result<Vec<Past>>> + Send;

    /// The partners, accounts or operators numbered so far: the next is one higher.
    fn partner_number(&mut self) -> impl Future<Output = Result<i64>> + Send;
    fn account_number(&mut self) -> impl Future<Output = Result<i64>> + Send;
    /// In the order asked for; unknown ones are left out.
    fn accounts_by_id(&mut self, ids: &[AccountId]) -> impl Future<Output = Result<Vec<Account>>> + Send;
    fn accounts_by_code(&mut self, codes: &[Text]) -> impl Future<Output = Result<Vec<Option<Account>>>> + Send;

    /// Writes everything, the audit rows last. A lead whose version moved on, or a scope that turned meanwhile, is a
    /// [`super::Error::Conflict`]; nothing is written then.
    fn save(&mut self, command: CommandId, changes: Changes) -> impl Future<Output = Result<AuditSeq>> + Send;
    /// The same for changes that come in parts; `None` when there are none.
    fn save_parts<P: Parts>(
        &mut self,
        command: CommandId,
        parts: &mut P,
    ) -> impl Future<Output = std::result::Result<Option<AuditSeq>, P::Failure>> + Send {
        async move {
            let changes = gathered(parts).await?;
            if changes.records.is_empty() {
                return Ok(None);
            }
            Ok(Some(self.save(command, changes).await?))
        }
    }
    fn commit(self) -> impl Future<Output = Result<()>> + Send;
}
