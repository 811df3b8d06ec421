//! [`Unit`] on both databases: the reads of a use case, and its one write.

use super::{
    Sql, Tx,
    error::{Conflict, Error, Result},
    lead,
    session::Backend,
    unit::{Changes, Heads, OperatorRow, Parts, Past, ProgramRow, Unit, gathered},
};
use crate::domain::{
    account::Account,
    actor::Actor,
    deal::{
        Registration,
        conflict::{CandidateKey, ConflictCase, Glance, ProtectionKey},
        dossier::Precedent,
    },
    event::Entity,
    fx::RateDay,
    id::{AccountId, AuditSeq, CommandId, ConflictId, DealId, LeadId, OperatorId, PartnerId, ProgramVersion},
    lead::{Lead, routing::Desk},
    partner::Partner,
    text::Text,
    time::Instant,
};
use chrono::NaiveDate;
use futures::future;
use std::collections::{BTreeMap, HashMap};

impl Unit for Tx {
    async fn heads(&mut self) -> Result<Heads> {
        (**self).heads().await
    }

    async fn programs(&mut self, from: ProgramVersion) -> Result<Vec<ProgramRow>> {
        (**self).programs(from).await
    }

    async fn partners(&mut self) -> Result<Vec<Partner>> {
        (**self).partners().await
    }

    async fn actor(&mut self, id: OperatorId) -> Result<Option<Actor>> {
        (**self).actor(id).await
    }

    async fn operators(&mut self) -> Result<Vec<OperatorRow>> {
        (**self).operators().await
    }

    async fn command_done(&mut self, id: CommandId) -> Result<Option<AuditSeq>> {
        (**self).command_done(id).await
    }

    async fn leads(&mut self, ids: &[LeadId]) -> Result<Vec<Lead>> {
        self.records_locked(ids).await
    }

    async fn leads_due(&mut self, now: Instant, limit: u32) -> Result<Vec<Lead>> {
        self.records_due(now, limit).await
    }

    async fn leads_unplaced(&mut self, after: LeadId, limit: u32) -> Result<Vec<Lead>> {
        self.records_free(Sql::new(lead::UNPLACED).bind(after).bind(limit)).await
    }

    async fn leads_at(&mut self, partner: PartnerId) -> Result<Vec<LeadId>> {
        (**self).leads_at(partner).await
    }

    async fn lead_numbers(&mut self, count: u32) -> Result<LeadId> {
        Ok(LeadId(self.numbers("lead", count).await?))
    }

    async fn leads_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<LeadId>>> {
        (**self).leads_by_source(keys).await
    }

    async fn leads_by_key(&mut self, keys: &[i64], crowd: u32) -> Result<Vec<(i64, LeadId)>> {
        (**self).leads_by_key(keys, crowd).await
    }

    async fn suppressed(&mut self, mailboxes: &[Text]) -> Result<Vec<bool>> {
        (**self).suppressed(mailboxes).await
    }

    async fn deals(&mut self, ids: &[DealId]) -> Result<Vec<Registration>> {
        self.records_locked(ids).await
    }

    async fn deals_due(&mut self, now: Instant, limit: u32) -> Result<Vec<Registration>> {
        self.records_due(now, limit).await
    }

    async fn deals_open_of(&mut self, partner: PartnerId) -> Result<Vec<DealId>> {
        (**self).deals_open_of(partner).await
    }

    async fn deal_numbers(&mut self, count: u32) -> Result<DealId> {
        Ok(DealId(self.numbers("deal", count).await?))
    }

    async fn submission_numbers(&mut self, count: u32) -> Result<i64> {
        self.numbers("submission", count).await
    }

    async fn deals_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<DealId>>> {
        (**self).deals_by_source(keys).await
    }

    async fn deals_by_key(&mut self, keys: &[CandidateKey], since_day: i64) -> Result<Vec<(i64, DealId)>> {
        (**self).deals_by_key(keys, since_day).await
    }

    async fn glances_of(&mut self, ids: &[DealId]) -> Result<HashMap<DealId, Glance>> {
        (**self).glances_of(ids).await
    }

    async fn protected_by(&mut self, keys: &[ProtectionKey]) -> Result<Vec<Option<DealId>>> {
        (**self).protected_by(keys).await
    }

    async fn is_any_protected(&mut self) -> Result<bool> {
        (**self).is_any_protected().await
    }

    async fn cases(&mut self, ids: &[ConflictId]) -> Result<Vec<ConflictCase>> {
        self.records_locked(ids).await
    }

    async fn cases_due(&mut self, now: Instant, limit: u32) -> Result<Vec<ConflictCase>> {
        self.records_due(now, limit).await
    }

    async fn case_numbers(&mut self, count: u32) -> Result<ConflictId> {
        Ok(ConflictId(self.numbers("conflict", count).await?))
    }

    async fn cases_of(&mut self, deals: &[DealId]) -> Result<Vec<(DealId, ConflictId)>> {
        (**self).cases_of(deals).await
    }

    async fn precedents(&mut self, codes: &[String], limit: u32) -> Result<Vec<Precedent>> {
        (**self).precedents(codes, limit).await
    }

    async fn rate_days(&mut self, from: NaiveDate, to: NaiveDate) -> Result<Vec<RateDay>> {
        (**self).rate_days(from, to).await
    }

    async fn accounts_by_id(&mut self, ids: &[AccountId]) -> Result<Vec<Account>> {
        (**self).accounts_by_id(ids).await
    }

    async fn desk(&mut self, scopes: &[Text]) -> Result<Desk> {
        self.desk_locked(scopes).await
    }

    async fn history(&mut self, entity: Entity, after_version: i64) -> Result<Vec<Past>> {
        (**self).history(entity, after_version).await
    }

    async fn partner_number(&mut self) -> Result<i64> {
        self.counter_add("partner", 0).await
    }

    async fn account_number(&mut self) -> Result<i64> {
        self.counter_add("account", 0).await
    }

    async fn accounts_by_code(&mut self, codes: &[Text]) -> Result<Vec<Option<Account>>> {
        (**self).accounts_by_code(codes).await
    }

    async fn save(&mut self, command: CommandId, changes: Changes) -> Result<AuditSeq> {
        let last = self.write(changes).await?;
        self.command_record(command, last).await?;
        Ok(last)
    }

    /// On SQLite, which has one writer, each part is written while the next is decided. On PostgreSQL the parts are written
    /// as one, so that locks are taken in the order of the tables.
    async fn save_parts<P: Parts>(&mut self, command: CommandId, parts: &mut P) -> std::result::Result<Option<AuditSeq>, P::Failure> {
        if self.backend() == Backend::Postgres {
            let changes = gathered(parts).await?;
            return Ok(if changes.records.is_empty() { None } else { Some(self.save(command, changes).await?) });
        }
        let mut last = None;
        let mut next = parts.next().await?;
        while let Some(changes) = next {
            let is_change = !changes.records.is_empty();
            let write = async { if is_change { self.write(changes).await.map(Some) } else { Ok(None) } };
            let (written, following) = future::join(write, parts.next()).await;
            last = written?.or(last);
            next = following?;
        }
        if let Some(last) = last {
            self.command_record(command, last).await?;
        }
        Ok(last)
    }

    async fn commit(self) -> Result<()> {
        Tx::commit(self).await.map(|_| ())
    }
}

/// What has to hold still when everything is written.
struct Placed {
    /// The state of the partner directory, where leads are given to partners or registrations go on.
    under: Option<i64>,
    /// Who is shut out, and may have no lead any more, and no registration whose time runs.
    shut: Vec<(PartnerId, i64)>,
    /// Whom the desk lets in again, and of whom nothing may stand still for that any more.
    back: Vec<(PartnerId, i64)>,
}

impl Placed {
    fn by(changes: &Changes) -> Self {
        let own = i64::from(!changes.partners.is_empty());
        let depends = changes.depends_on_partners();
        let shut = changes.partners.iter().filter(|partner| partner.shuts_out());
        Self {
            under: changes.placed_under.filter(|_| depends).map(|seen| seen + own),
            shut: shut.map(|partner| (partner.id, partner.version)).collect(),
            back: changes.back().map(|partner| (partner.id, partner.version)).collect(),
        }
    }
}

/// What changed twice in one write, as by two rows of a file, is in the table as it was left: the chain has each change.
fn last_of<T, K: Ord>(all: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    all.into_iter().map(|one| (key(&one), one)).collect::<BTreeMap<_, _>>().into_values().collect()
}

impl Tx {
    /// The order of the tables is the same in every write, so that two writers never wait for each other in a ring.
    async fn write(&mut self, mut changes: Changes) -> Result<AuditSeq> {
        changes.partners = last_of(changes.partners, |partner| partner.id);
        changes.accounts = last_of(changes.accounts, |account| account.id);
        changes.operators = last_of(changes.operators, |operator| operator.id);
        let placed = Placed::by(&changes);
        self.leads_save(&changes.leads).await?;
        self.deals_save(&changes.deals).await?;
        self.cases_save(&changes.cases).await?;
        self.pos_save(&changes.pos).await?;
        self.mdf_save(&changes.mdf).await?;
        self.tiers_save(&changes.tiers).await?;
        self.contacts_save(&changes.contacts).await?;
        self.rates_save(&changes.rates).await?;
        self.clocks_fire(&changes.fired).await?;
        self.rotations_turn(&changes.turns).await?;
        self.loads_move(&changes.leads).await?;
        self.partners_save(&changes.partners).await?;
        self.accounts_save(&changes.accounts).await?;
        self.operators_save(&changes.operators).await?;
        self.programs_save(&changes.programs).await?;
        self.suppress(&changes.suppress).await?;
        self.stats_add(&changes).await?;
        let last = self.audit_append(changes.records).await?;
        self.still_placed(placed).await?;
        // After the events: what they hold is sealed with a key, which is then destroyed.
        for entity in changes.forget {
            self.person_forget(entity).await?;
        }
        Ok(last)
    }

    /// Two who place leads and suspend partners at the same time would not see each other's rows. Whoever is second in the
    /// chain sees what the first has written, and begins again. SQLite has one writer.
    async fn still_placed(&mut self, placed: Placed) -> Result<()> {
        if self.backend() != Backend::Postgres {
            return Ok(());
        }
        if let Some(seen) = placed.under {
            let found = (**self).heads().await?.partners;
            if found != seen {
                let conflict = Conflict { entity: "the partner directory".to_owned(), expected: seen, found, by: None };
                return Err(Error::Conflict(Box::new(conflict)));
            }
        }
        for (partner, version) in placed.shut {
            if !(**self).leads_at(partner).await?.is_empty() || (**self).is_any_deal_going_on(partner).await? {
                return Err(self.conflict(Entity::Partner(partner), version - 1).await);
            }
        }
        let back: Vec<PartnerId> = placed.back.iter().map(|(partner, _)| *partner).collect();
        if let Some(held) = (**self).partner_with_held_deals(&back).await? {
            let version = placed.back.iter().find(|(partner, _)| *partner == held).map_or(1, |(_, version)| *version);
            return Err(self.conflict(Entity::Partner(held), version - 1).await);
        }
        Ok(())
    }

    /// Reserves `count` numbers of a kind and gives the first. Whoever asks for the same kind waits until this write ends.
    /// Asking for none takes none, and gives the number that would be the next.
    pub(super) async fn numbers(&mut self, kind: &'static str, count: u32) -> Result<i64> {
        let last = self.counter_add(kind, count.into()).await?;
        Ok(last - i64::from(count) + 1)
    }
}
