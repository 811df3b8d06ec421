//! A unit of work on the world in memory.

use super::{Pace, State, World};
use crate::{
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
        id::{AccountId, AuditSeq, CommandId, ConflictId, DealId, LeadId, OperatorId, PartnerId, ProgramVersion},
        lead::{Lead, routing::Desk},
        matching::MatchingPolicy,
        partner::Partner,
        text::Text,
        time::Instant,
    },
    store::{
        error::Result,
        unit::{Changes, Heads, OperatorRow, Past, ProgramRow, Unit},
    },
};
use std::{collections::HashMap, future::poll_fn, sync::MutexGuard, task::Poll};

/// Dropping it forgets what it staged and releases what it held.
pub struct MemoryUnit {
    world: World,
    number: u64,
    staged: Option<(CommandId, Changes)>,
    /// Places in the order of submissions that this unit reserved.
    submissions: i64,
    /// Numbers of cases that this unit reserved: one command may open several, each as it is found.
    cases: i64,
    /// Numbers of evaluations that this unit reserved: one sweep makes those of several days.
    pub(super) evaluations: i64,
}

impl MemoryUnit {
    pub(super) const fn new(world: World, number: u64) -> Self {
        Self { world, number, staged: None, submissions: 0, cases: 0, evaluations: 0 }
    }

    /// Gives way to other units if the world is stepped.
    async fn step(&self) {
        let mut waited = self.world.pace == Pace::Straight;
        poll_fn(|context| {
            if waited {
                return Poll::Ready(());
            }
            waited = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    pub(super) async fn look(&self) -> MutexGuard<'_, State> {
        self.step().await;
        self.world.look()
    }

    /// Waits until nobody else holds this lock, and takes it until the end of the unit.
    async fn lock(&self, held_by: fn(&mut State) -> &mut Option<u64>) {
        poll_fn(|context| {
            let mut state = self.world.look();
            let holder = held_by(&mut state);
            if holder.is_some_and(|holder| holder != self.number) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            *holder = Some(self.number);
            Poll::Ready(())
        })
        .await;
    }

    /// The number after all there are, once nobody else makes any.
    pub(super) async fn next_number(&self, held_by: fn(&mut State) -> &mut Option<u64>, count: fn(&State) -> usize) -> i64 {
        self.step().await;
        self.lock(held_by).await;
        i64::try_from(count(&self.world.look()) + 1).unwrap_or(i64::MAX)
    }
}

impl Drop for MemoryUnit {
    fn drop(&mut self) {
        let mut state = self.world.look();
        let State { numbering, saving, claiming, .. } = &mut *state;
        for holder in [numbering, saving, claiming] {
            if *holder == Some(self.number) {
                *holder = None;
            }
        }
    }
}

impl Unit for MemoryUnit {
    async fn heads(&mut self) -> Result<Heads> {
        let state = self.look().await;
        Ok(Heads { program: i64::try_from(state.programs.len()).unwrap_or(i64::MAX), partners: state.partners_changed })
    }

    async fn programs(&mut self, from: ProgramVersion) -> Result<Vec<ProgramRow>> {
        Ok(self.look().await.programs.iter().filter(|row| row.version >= from).cloned().collect())
    }

    async fn partners(&mut self) -> Result<Vec<Partner>> {
        Ok(self.look().await.partners.clone())
    }

    async fn actor(&mut self, id: OperatorId) -> Result<Option<Actor>> {
        let state = self.look().await;
        let active = state.operator(id).filter(|row| row.active);
        Ok(active.map(|row| Actor { id: row.id, name: row.name.clone(), roles: row.roles.clone() }))
    }

    async fn operators(&mut self) -> Result<Vec<OperatorRow>> {
        Ok(self.look().await.operators.clone())
    }

    async fn command_done(&mut self, id: CommandId) -> Result<Option<AuditSeq>> {
        Ok(self.look().await.done.get(&id).copied())
    }

    async fn leads(&mut self, ids: &[LeadId]) -> Result<Vec<Lead>> {
        Ok(self.look().await.leads.copies(ids))
    }

    async fn leads_due(&mut self, now: Instant, limit: u32) -> Result<Vec<Lead>> {
        Ok(self.look().await.leads.due(now, limit))
    }

    async fn leads_unplaced(&mut self, after: LeadId, limit: u32) -> Result<Vec<Lead>> {
        let state = self.look().await;
        Ok(state.leads.copies(state.unplaced.range(LeadId(after.0.saturating_add(1))..).take(limit as usize)))
    }

    async fn leads_at(&mut self, partner: PartnerId) -> Result<Vec<LeadId>> {
        Ok(self.look().await.leads_at(partner))
    }

    async fn lead_numbers(&mut self, _count: u32) -> Result<LeadId> {
        Ok(LeadId(self.next_number(|state| &mut state.numbering, |state| state.leads.len()).await))
    }

    async fn leads_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<LeadId>>> {
        let state = self.look().await;
        Ok(keys.iter().map(|key| state.leads.by_source(key)).collect())
    }

    async fn leads_by_key(&mut self, keys: &[i64], crowd: u32) -> Result<Vec<(i64, LeadId)>> {
        let state = self.look().await;
        let mut found = Vec::new();
        for key in keys {
            let Some(leads) = state.keys.get(key).filter(|leads| leads.len() <= crowd as usize) else { continue };
            found.extend(leads.iter().map(|id| (*key, *id)));
        }
        Ok(found)
    }

    async fn suppressed(&mut self, mailboxes: &[Text]) -> Result<Vec<bool>> {
        let state = self.look().await;
        Ok(mailboxes.iter().map(|mailbox| state.suppressed.contains(&mailbox.to_lowercase())).collect())
    }

    async fn deals(&mut self, ids: &[DealId]) -> Result<Vec<Registration>> {
        Ok(self.look().await.desk.deals.copies(ids))
    }

    async fn deals_due(&mut self, now: Instant, limit: u32) -> Result<Vec<Registration>> {
        Ok(self.look().await.desk.deals.due(now, limit))
    }

    async fn deals_open_of(&mut self, partner: PartnerId) -> Result<Vec<DealId>> {
        let state = self.look().await;
        Ok(state.desk.deals.iter().filter(|deal| deal.partner == partner && deal.state.is_open()).map(|deal| deal.id).collect())
    }

    async fn deal_numbers(&mut self, _count: u32) -> Result<DealId> {
        Ok(DealId(self.next_number(|state| &mut state.claiming, |state| state.desk.deals.len()).await))
    }

    async fn submission_numbers(&mut self, count: u32) -> Result<i64> {
        self.step().await;
        self.lock(|state| &mut state.claiming).await;
        let first = self.world.look().desk.submissions + self.submissions + 1;
        self.submissions += i64::from(count);
        Ok(first)
    }

    async fn deals_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<DealId>>> {
        let state = self.look().await;
        Ok(keys.iter().map(|key| state.desk.deals.by_source(key)).collect())
    }

    async fn deals_by_key(&mut self, keys: &[CandidateKey], since_day: i64) -> Result<Vec<(i64, DealId)>> {
        Ok(self.look().await.desk.by_key(keys, since_day))
    }

    async fn glances_of(&mut self, ids: &[DealId]) -> Result<HashMap<DealId, Glance>> {
        let state = self.look().await;
        // Nothing that a glance shows depends on the policy.
        let policy = MatchingPolicy::default();
        Ok(ids.iter().filter_map(|id| Some((*id, state.desk.deals.find(*id)?.glance(&policy)))).collect())
    }

    async fn protected_by(&mut self, keys: &[ProtectionKey]) -> Result<Vec<Option<DealId>>> {
        let state = self.look().await;
        Ok(keys.iter().map(|key| state.desk.protections.get(key).copied()).collect())
    }

    async fn is_any_protected(&mut self) -> Result<bool> {
        Ok(!self.look().await.desk.protections.is_empty())
    }

    async fn cases(&mut self, ids: &[ConflictId]) -> Result<Vec<ConflictCase>> {
        Ok(self.look().await.desk.cases.copies(ids))
    }

    async fn cases_due(&mut self, now: Instant, limit: u32) -> Result<Vec<ConflictCase>> {
        Ok(self.look().await.desk.cases.due(now, limit))
    }

    async fn case_numbers(&mut self, count: u32) -> Result<ConflictId> {
        let next = self.next_number(|state| &mut state.claiming, |state| state.desk.cases.len()).await;
        let first = next + self.cases;
        self.cases += i64::from(count);
        Ok(ConflictId(first))
    }

    async fn cases_of(&mut self, deals: &[DealId]) -> Result<Vec<(DealId, ConflictId)>> {
        Ok(self.look().await.desk.cases_of(deals))
    }

    async fn precedents(&mut self, codes: &[String], limit: u32) -> Result<Vec<Precedent>> {
        Ok(self.look().await.desk.precedents(codes, limit))
    }

    async fn rate_days(&mut self, from: chrono::NaiveDate, to: chrono::NaiveDate) -> Result<Vec<RateDay>> {
        Ok(self.look().await.rates.range(from..=to).map(|(_, day)| day.clone()).collect())
    }

    async fn accounts_by_id(&mut self, ids: &[AccountId]) -> Result<Vec<Account>> {
        let state = self.look().await;
        Ok(ids.iter().filter_map(|id| state.accounts.iter().find(|one| one.id == *id)).cloned().collect())
    }

    async fn desk(&mut self, scopes: &[Text]) -> Result<Desk> {
        let state = self.look().await;
        let rotations = scopes.iter().filter_map(|scope| Some((scope.clone(), state.rotations.get(scope)?.clone()))).collect();
        Ok(Desk { loads: state.loads.clone(), rotations, ..Desk::default() })
    }

    async fn history(&mut self, entity: Entity, after_version: i64) -> Result<Vec<Past>> {
        let state = self.look().await;
        Ok(state.history(entity).filter(|past| past.record.version > after_version).cloned().collect())
    }

    async fn partner_number(&mut self) -> Result<i64> {
        Ok(self.look().await.partners.iter().map(|one| one.id.0).max().unwrap_or(0))
    }

    async fn account_number(&mut self) -> Result<i64> {
        Ok(self.look().await.accounts.iter().map(|one| one.id.0).max().unwrap_or(0))
    }

    async fn accounts_by_code(&mut self, codes: &[Text]) -> Result<Vec<Option<Account>>> {
        let state = self.look().await;
        Ok(codes.iter().map(|code| state.accounts.iter().find(|one| one.profile.code == *code).cloned()).collect())
    }

    async fn save(&mut self, command: CommandId, changes: Changes) -> Result<AuditSeq> {
        self.step().await;
        self.lock(|state| &mut state.saving).await;
        let state = self.world.look();
        state.check(command, &changes)?;
        let seq = AuditSeq(state.last_seq().0 + i64::try_from(changes.records.len()).unwrap_or(i64::MAX));
        drop(state);
        self.staged = Some((command, changes));
        Ok(seq)
    }

    async fn commit(mut self) -> Result<()> {
        self.step().await;
        let mut state = self.world.look();
        state.desk.submissions += self.submissions;
        if let Some((command, changes)) = self.staged.take() {
            state.apply(command, changes);
        }
        drop(state);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;

    fn done<T>(future: impl Future<Output = T>) -> T {
        let mut future = Box::pin(future);
        match future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("a straight world waits for nothing"),
        }
    }

    /// One submission may open a conflict, the next of the same command another.
    #[test]
    fn numbers_of_conflicts_move_on_within_a_unit() {
        let world = World::new(Pace::Straight);
        let mut unit = world.begin();
        let numbers = [0, 1, 0, 1].map(|count| done(unit.case_numbers(count)).expect("no database").0);
        assert_eq!(numbers, [1, 1, 2, 2]);
        drop(unit);
        assert_eq!(done(world.begin().case_numbers(0)).expect("no database").0, 1, "what was not committed was not taken");
    }
}
