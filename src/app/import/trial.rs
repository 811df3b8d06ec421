//! An import on trial: the same use case on a scratch database that looks through to the real one.
//!
//! What the file would bring is written to the scratch database; what is there already is read from the real one, which is
//! never written. So a plan finds the same known records, links and reviews as the import will, however long the file is.

mod contact;
mod mdf;
mod partner;
mod pos;
mod tier;

use crate::{
    app::{App, Command, Failure, Mode, Outcome, Request, Rules, handle},
    domain::{
        account::Account,
        actor::Actor,
        deal::{
            Registration,
            conflict::{CandidateKey, ConflictCase, Glance, ProtectionKey},
            dossier::Precedent,
        },
        event::Entity,
        fx::RateDay,
        id::{AccountId, AuditSeq, CommandId, ConflictId, DealId, LeadId, Number, OperatorId, PartnerId, ProgramVersion},
        lead::{Lead, routing::Desk},
        partner::Partner,
        text::Text,
        time::Instant,
    },
    store::{
        Address, Db, Options, Result, Session, Tx, Unit,
        unit::{Changes, Heads, OperatorRow, Past, ProgramRow, contact::ContactUnit, mdf::MdfUnit, pos::PosUnit},
    },
};
use futures::future::BoxFuture;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Records of the desks in the scratch database have numbers from here on, which no real one reaches.
const FIRST: i64 = u32::MAX as i64 + 1;

pub struct Trial {
    scratch: App,
    real: App,
    rules: Arc<Rules>,
    changed: Arc<Mutex<mdf::Changed>>,
    contacts: Arc<Mutex<contact::Changed>>,
    /// Removed when the trial is over.
    _folder: tempfile::TempDir,
}

impl Trial {
    pub fn new(real: &App) -> BoxFuture<'_, Result<Self, Failure>> {
        Box::pin(async move {
            let folder = tempfile::tempdir().map_err(|error| crate::store::Error::Internal(format!("no temporary folder: {error}")))?;
            let options = Options { read_only: false, ..real.db().options().clone() };
            let scratch = Db::open(Address::Sqlite(folder.path().join("trial.db")), options).await?;
            let mut tx = scratch.begin().await?;
            tx.mdf_walls_down().await?;
            tx.lead_numbers(u32::MAX).await?;
            tx.deal_numbers(u32::MAX).await?;
            tx.case_numbers(u32::MAX).await?;
            tx.fund_numbers(u32::MAX).await?;
            tx.request_numbers(u32::MAX).await?;
            tx.claim_numbers(u32::MAX).await?;
            tx.batch_numbers(u32::MAX).await?;
            tx.sale_numbers(u32::MAX).await?;
            tx.correction_numbers(u32::MAX).await?;
            tx.contact_numbers(u32::MAX).await?;
            Unit::commit(tx).await?;
            let rules = real.rules().await?;
            Ok(Self {
                scratch: App::new(scratch),
                real: real.clone(),
                rules,
                changed: Arc::default(),
                contacts: Arc::default(),
                _folder: folder,
            })
        })
    }

    pub(super) async fn overlay(&self) -> Result<Overlay, Failure> {
        let (changed, contacts) = (Arc::clone(&self.changed), Arc::clone(&self.contacts));
        Ok(Overlay { scratch: self.scratch.db().begin().await?, real: self.real.db().read().await?, changed, contacts })
    }

    pub fn execute(&self, actor: OperatorId, command: Command) -> BoxFuture<'_, Result<Outcome, Failure>> {
        Box::pin(async move { self.carry(actor, &self.scratch.request(command)).await })
    }

    pub fn carry<'a>(&'a self, actor: OperatorId, request: &'a Request) -> BoxFuture<'a, Result<Outcome, Failure>> {
        Box::pin(async move {
            let mut unit = self.overlay().await?;
            let outcome = handle(&mut unit, &self.rules, actor, request, Mode::Carry, self.real.now()).await?;
            unit.commit().await?;
            Ok(outcome)
        })
    }
}

/// Writes to one database, reads from both.
pub(super) struct Overlay {
    scratch: Tx,
    real: Session,
    changed: Arc<Mutex<mdf::Changed>>,
    contacts: Arc<Mutex<contact::Changed>>,
}

impl Overlay {
    fn changed(&self) -> MutexGuard<'_, mdf::Changed> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_scratch(id: impl Number) -> bool {
    id.number() >= FIRST
}

/// Those of the scratch database, and those of the real one.
fn parted<I: Number>(ids: &[I]) -> (Vec<I>, Vec<I>) {
    ids.iter().partition(|id| is_scratch(**id))
}

/// What the real database has goes before what the scratch one has.
fn either<T>(real: Vec<Option<T>>, scratch: Vec<Option<T>>) -> Vec<Option<T>> {
    real.into_iter().zip(scratch).map(|(real, scratch)| real.or(scratch)).collect()
}

impl Unit for Overlay {
    async fn heads(&mut self) -> Result<Heads> {
        self.real.heads().await
    }

    async fn programs(&mut self, from: ProgramVersion) -> Result<Vec<ProgramRow>> {
        self.real.programs(from).await
    }

    async fn partners(&mut self) -> Result<Vec<Partner>> {
        self.real.partners().await
    }

    async fn actor(&mut self, id: OperatorId) -> Result<Option<Actor>> {
        self.real.actor(id).await
    }

    async fn operators(&mut self) -> Result<Vec<OperatorRow>> {
        self.real.operators().await
    }

    async fn command_done(&mut self, _: CommandId) -> Result<Option<AuditSeq>> {
        Ok(None)
    }

    async fn leads(&mut self, ids: &[LeadId]) -> Result<Vec<Lead>> {
        let (ours, theirs) = parted(ids);
        let mut leads = self.scratch.leads(&ours).await?;
        leads.extend(self.real.leads(&theirs).await?);
        Ok(leads)
    }

    async fn leads_due(&mut self, now: Instant, limit: u32) -> Result<Vec<Lead>> {
        Unit::leads_due(&mut self.scratch, now, limit).await
    }

    async fn leads_unplaced(&mut self, after: LeadId, limit: u32) -> Result<Vec<Lead>> {
        self.scratch.leads_unplaced(after, limit).await
    }

    async fn leads_at(&mut self, partner: PartnerId) -> Result<Vec<LeadId>> {
        let mut found = self.real.leads_at(partner).await?;
        found.extend(Unit::leads_at(&mut self.scratch, partner).await?);
        Ok(found)
    }

    async fn lead_numbers(&mut self, count: u32) -> Result<LeadId> {
        self.scratch.lead_numbers(count).await
    }

    async fn leads_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<LeadId>>> {
        Ok(either(self.real.leads_by_source(keys).await?, self.scratch.leads_by_source(keys).await?))
    }

    async fn leads_by_key(&mut self, keys: &[i64], crowd: u32) -> Result<Vec<(i64, LeadId)>> {
        let mut found = self.real.leads_by_key(keys, crowd).await?;
        found.extend(self.scratch.leads_by_key(keys, crowd).await?);
        // A key that is crowded in both together says nothing either.
        let mut members: HashMap<i64, u32> = HashMap::new();
        for (key, _) in &found {
            *members.entry(*key).or_default() += 1;
        }
        found.retain(|(key, _)| members[key] <= crowd);
        Ok(found)
    }

    async fn deals(&mut self, ids: &[DealId]) -> Result<Vec<Registration>> {
        let (ours, theirs) = parted(ids);
        let mut deals = self.scratch.deals(&ours).await?;
        deals.extend(self.real.deals(&theirs).await?);
        Ok(deals)
    }

    async fn deals_due(&mut self, now: Instant, limit: u32) -> Result<Vec<Registration>> {
        Unit::deals_due(&mut self.scratch, now, limit).await
    }

    async fn deals_open_of(&mut self, partner: PartnerId) -> Result<Vec<DealId>> {
        let mut found = self.real.deals_open_of(partner).await?;
        found.extend(Unit::deals_open_of(&mut self.scratch, partner).await?);
        Ok(found)
    }

    async fn deal_numbers(&mut self, count: u32) -> Result<DealId> {
        self.scratch.deal_numbers(count).await
    }

    async fn submission_numbers(&mut self, count: u32) -> Result<i64> {
        self.scratch.submission_numbers(count).await
    }

    async fn deals_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<DealId>>> {
        Ok(either(self.real.deals_by_source(keys).await?, self.scratch.deals_by_source(keys).await?))
    }

    async fn deals_by_key(&mut self, keys: &[CandidateKey], since_day: i64) -> Result<Vec<(i64, DealId)>> {
        let mut found = self.real.deals_by_key(keys, since_day).await?;
        found.extend(self.scratch.deals_by_key(keys, since_day).await?);
        Ok(found)
    }

    async fn glances_of(&mut self, ids: &[DealId]) -> Result<HashMap<DealId, Glance>> {
        let (ours, theirs) = parted(ids);
        let mut glances = self.scratch.glances_of(&ours).await?;
        glances.extend(self.real.glances_of(&theirs).await?);
        Ok(glances)
    }

    async fn protected_by(&mut self, keys: &[ProtectionKey]) -> Result<Vec<Option<DealId>>> {
        Ok(either(self.real.protected_by(keys).await?, self.scratch.protected_by(keys).await?))
    }

    async fn is_any_protected(&mut self) -> Result<bool> {
        self.real.is_any_protected().await
    }

    async fn cases(&mut self, ids: &[ConflictId]) -> Result<Vec<ConflictCase>> {
        let (ours, theirs) = parted(ids);
        let mut cases = self.scratch.cases(&ours).await?;
        cases.extend(self.real.cases(&theirs).await?);
        Ok(cases)
    }

    async fn cases_due(&mut self, now: Instant, limit: u32) -> Result<Vec<ConflictCase>> {
        Unit::cases_due(&mut self.scratch, now, limit).await
    }

    async fn case_numbers(&mut self, count: u32) -> Result<ConflictId> {
        self.scratch.case_numbers(count).await
    }

    async fn cases_of(&mut self, deals: &[DealId]) -> Result<Vec<(DealId, ConflictId)>> {
        let mut found = self.real.cases_of(deals).await?;
        found.extend(self.scratch.cases_of(deals).await?);
        Ok(found)
    }

    async fn precedents(&mut self, codes: &[String], limit: u32) -> Result<Vec<Precedent>> {
        self.real.precedents(codes, limit).await
    }

    async fn rate_days(&mut self, from: chrono::NaiveDate, to: chrono::NaiveDate) -> Result<Vec<RateDay>> {
        self.real.rate_days(from, to).await
    }

    async fn accounts_by_id(&mut self, ids: &[AccountId]) -> Result<Vec<Account>> {
        self.real.accounts_by_id(ids).await
    }

    async fn suppressed(&mut self, mailboxes: &[Text]) -> Result<Vec<bool>> {
        self.real.suppressed(mailboxes).await
    }

    async fn desk(&mut self, scopes: &[Text]) -> Result<Desk> {
        self.scratch.desk(scopes).await
    }

    async fn history(&mut self, entity: Entity, after_version: i64) -> Result<Vec<Past>> {
        self.scratch.history(entity, after_version).await
    }

    async fn partner_number(&mut self) -> Result<i64> {
        self.scratch.partner_number().await
    }

    async fn account_number(&mut self) -> Result<i64> {
        self.scratch.account_number().await
    }

    async fn accounts_by_code(&mut self, codes: &[Text]) -> Result<Vec<Option<Account>>> {
        self.real.accounts_by_code(codes).await
    }

    /// What would happen to a record of the real database is left out; it would not change what becomes of another row.
    async fn save(&mut self, command: CommandId, mut changes: Changes) -> Result<AuditSeq> {
        changes.leads.retain(|change| is_scratch(change.lead.id));
        changes.deals.retain(|change| is_scratch(change.deal.id));
        changes.cases.retain(|change| is_scratch(change.case.id));
        changes.pos.corrections.retain(|change| is_scratch(change.correction.id));
        self.changed().take(&mut changes.mdf);
        self.changed_contacts().take(&mut changes.contacts);
        let is_real = |entity: Entity| {
            entity.id() < FIRST && !matches!(entity, Entity::Operator(_) | Entity::Program(_) | Entity::Partner(_) | Entity::Account(_))
        };
        changes.records.retain(|record| !is_real(record.entity));
        changes.fired.retain(|(entity, ..)| !is_real(*entity));
        self.scratch.save(command, changes).await
    }

    async fn commit(self) -> Result<()> {
        Unit::commit(self.scratch).await
    }
}
