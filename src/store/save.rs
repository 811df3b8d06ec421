//! [`Unit`] on both databases: the reads of a use case, and its one write.

use super::{
    Tx,
    error::Result,
    session::Backend,
    unit::{Changes, Heads, OperatorRow, Parts, Past, ProgramRow, Unit, gathered},
};
use crate::domain::{
    account::Account,
    actor::Actor,
    event::Entity,
    id::{AuditSeq, CommandId, LeadId, OperatorId, ProgramVersion},
    lead::{Lead, routing::Desk},
    partner::Partner,
    text::Text,
    time::Instant,
};
use futures::future;

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
        self.leads_locked(ids).await
    }

    async fn leads_due(&mut self, now: Instant, limit: u32) -> Result<Vec<Lead>> {
        Tx::leads_due(self, now, limit).await
    }

    async fn leads_unplaced(&mut self, after: LeadId, limit: u32) -> Result<Vec<Lead>> {
        self.leads_unassigned(after, limit).await
    }

    async fn lead_numbers(&mut self, count: u32) -> Result<LeadId> {
        let last = self.counter_add("lead", count.into()).await?;
        Ok(LeadId(last - i64::from(count) + 1))
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

impl Tx {
    /// The order of the tables is the same in every write, so that two writers never wait for each other in a ring.
    async fn write(&mut self, changes: Changes) -> Result<AuditSeq> {
        self.leads_save(&changes.leads).await?;
        self.clocks_fire(&changes.fired).await?;
        self.rotations_turn(&changes.turns).await?;
        self.loads_move(&changes.leads).await?;
        self.partners_save(&changes.partners).await?;
        self.accounts_save(&changes.accounts).await?;
        self.operators_save(&changes.operators).await?;
        self.programs_save(&changes.programs).await?;
        self.suppress(&changes.suppress).await?;
        self.stats_add(&changes.counted).await?;
        let last = self.audit_append(changes.records).await?;
        // After the events: what they hold is sealed with a key, which is then destroyed.
        for lead in changes.forget {
            self.person_forget(lead).await?;
        }
        Ok(last)
    }
}
