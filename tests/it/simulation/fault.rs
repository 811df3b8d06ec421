//! Faults put in on purpose, to prove that the checks would find them in the real thing.

mod contact;
mod mdf;
mod partner;
mod pos;
mod tier;

use pilothouse::{
    domain::{
        account::Account,
        actor::Actor,
        deal::{
            ContentHash, Registration,
            conflict::{CandidateKey, CaseEvent, ConflictCase, Glance, ProtectionKey},
            dossier::Precedent,
        },
        event::{Entity, Event, Record},
        fx::RateDay,
        id::{AccountId, AuditSeq, CommandId, ConflictId, DealId, LeadId, OperatorId, PartnerId, ProgramVersion},
        lead::{Lead, LeadEvent, routing::Desk},
        mdf::request::RequestEvent,
        partner::Partner,
        text::Text,
        time::{Instant, Span},
    },
    store::{
        Result, Unit,
        unit::{Changes, Heads, OperatorRow, Past, ProgramRow},
    },
};
use std::collections::HashMap;

/// What a broken store would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Writes a lead whatever its version is by now.
    NoVersionGuard,
    /// Takes a turn of the rotation whatever turns were taken meanwhile.
    NoRotationGuard,
    /// Places leads among partners as they were, whatever was decided about them meanwhile.
    NoPartnerGuard,
    /// Carries a command out again when it is repeated.
    NoCommandMemory,
    /// Tells each warning twice.
    FiresTwice,
    /// Gives a clock an hour back with each warning.
    GivesTimeBack,
    /// Forgets now and then who gave a lead up, so that the loads are wrong.
    LostLoad,
    /// Forgets a record of the chain.
    LostRecord,
    /// Does not count.
    LostCount,
    /// Does not count at the deal desk.
    LostDealCount,
    /// Lets two protect the same customer and product.
    NoProtectionGuard,
    /// Writes a conflict whatever its version is by now: two people decide it.
    NoCaseGuard,
    /// Puts evidence under a decision that was made before it came in.
    ChangedEvidence,
    /// Does not keep what the last party was told.
    LostNotice,
    /// Writes a fund, a request or a claim whatever its version is by now: two people commit the same money.
    NoMoneyGuard,
    /// Forgets that a claim drew on its request.
    LostDraw,
    /// Does not keep who signed.
    LostSignature,
    /// Forgets who asked.
    ForgottenPart,
    /// Reads the program with far higher amounts up to which one approves alone.
    SkippedStep,
    /// Reads limits ten times as high as they are.
    OverLimit,
    /// Takes in the same answer of the bank twice.
    PaidTwice,
    /// Lets approvals stand when what they were for is edited.
    KeptSignature,
    /// Lets whoever gave one step give another after an edit.
    ForgottenStep,
    /// Lets somebody stand in after their time.
    EndlessDelegation,
    /// Writes how a partner stands whatever its version is by now: two people decide the same change.
    NoStandingGuard,
    /// Lets a change of tier come into force, and leaves the partner as it is.
    LostTier,
    /// Erases somebody, and keeps what the chain says of them.
    KeptPerson,
}

impl Fault {
    /// Those that only the MDF desk can show, with a part of the sentence that tells them.
    pub const MDF: [(Self, &'static str); 10] = [
        (Self::NoMoneyGuard, ""),
        (Self::LostDraw, ""),
        (Self::LostSignature, ""),
        (Self::ForgottenPart, ""),
        (Self::SkippedStep, " approvals, and was approved=true by "),
        (Self::OverLimit, " with the limit of "),
        (Self::PaidTwice, " is Paid, and becomes Paid"),
        (Self::KeptSignature, " was given, and the first approval is due"),
        (Self::ForgottenStep, ", and once gave "),
        (Self::EndlessDelegation, ", which was delegated until "),
    ];

    /// Those that only the tier desk can show.
    pub const TIER: [Self; 3] = [Self::NoStandingGuard, Self::LostTier, Self::KeptPerson];

    pub const ALL: [Self; 14] = [
        Self::NoVersionGuard,
        Self::NoRotationGuard,
        Self::NoPartnerGuard,
        Self::NoCommandMemory,
        Self::FiresTwice,
        Self::GivesTimeBack,
        Self::LostLoad,
        Self::LostRecord,
        Self::LostCount,
        Self::LostDealCount,
        Self::NoProtectionGuard,
        Self::NoCaseGuard,
        Self::ChangedEvidence,
        Self::LostNotice,
    ];
}

/// A unit with a fault.
pub struct Faulty<U> {
    inner: U,
    fault: Fault,
    /// Different for each unit.
    number: u64,
}

impl<U: Unit> Faulty<U> {
    pub const fn new(inner: U, fault: Fault, number: u64) -> Self {
        Self { inner, fault, number }
    }

    /// Bends the changes so that the guard of the store does not see what it should.
    async fn bend(&mut self, command: CommandId, changes: &mut Changes) -> Result<CommandId> {
        match self.fault {
            Fault::None => {}
            Fault::NoCommandMemory => return Ok(CommandId(uuid::Uuid::from_u64_pair(0, self.number))),
            Fault::NoVersionGuard => {
                for change in changes.leads.iter_mut().filter(|change| change.expected > 0) {
                    change.expected = self.inner.leads(&[change.lead.id]).await?.first().map_or(0, |lead| lead.version);
                }
            }
            Fault::NoRotationGuard => {
                let scopes: Vec<Text> = changes.turns.iter().map(|turned| turned.turn.scope.clone()).collect();
                let mut desk = self.inner.desk(&scopes).await?;
                for turned in &mut changes.turns {
                    turned.expected = desk.rotations.get(&turned.turn.scope).map_or(0, |rotation| rotation.turns);
                    desk.turned(&turned.turn);
                }
            }
            Fault::NoPartnerGuard => changes.placed_under = None,
            Fault::FiresTwice => fire_twice(changes),
            Fault::GivesTimeBack => give_time_back(changes),
            Fault::LostLoad => {
                if let Some(change) = changes.leads.iter_mut().find(|change| change.loaded.is_some()) {
                    change.loaded = None;
                }
            }
            Fault::LostRecord => {
                if changes.records.len() > 2 {
                    changes.records.remove(1);
                }
            }
            Fault::LostCount => changes.counted.clear(),
            Fault::LostDealCount => changes.deals_counted.clear(),
            Fault::NoProtectionGuard => {
                // What is given up in the same write may be taken in it.
                let ours: Vec<DealId> = changes.deals.iter().map(|change| change.deal.id).collect();
                for change in &mut changes.deals {
                    let Some(keys) = &mut change.protects else { continue };
                    let held = self.inner.protected_by(keys).await?;
                    let mut others = held.into_iter().map(|holder| holder.is_some_and(|holder| !ours.contains(&holder)));
                    keys.retain(|_| !others.next().unwrap_or(false));
                }
            }
            Fault::NoCaseGuard => {
                for change in changes.cases.iter_mut().filter(|change| change.expected > 0) {
                    change.expected = self.inner.cases(&[change.case.id]).await?.first().map_or(0, |case| case.version);
                }
                for change in changes.deals.iter_mut().filter(|change| change.expected > 0 && change.deal.dispute.is_some()) {
                    change.expected = self.inner.deals(&[change.deal.id]).await?.first().map_or(0, |deal| deal.version);
                }
            }
            Fault::ChangedEvidence => change_evidence(changes),
            Fault::LostNotice => lose_notices(changes),
            Fault::NoMoneyGuard => self.unguard_money(changes).await?,
            Fault::LostDraw => changes.records.retain(|record| !matches!(record.event, Event::Request(RequestEvent::Drawn { .. }))),
            Fault::LostSignature => changes.mdf.claims.iter_mut().for_each(|change| change.hands.signed.clear()),
            Fault::ForgottenPart => mdf::forget_parts(changes),
            Fault::PaidTwice => mdf::pay_twice(changes),
            Fault::KeptSignature => self.unpin(changes).await?,
            Fault::ForgottenStep => self.remember_steps(changes).await?,
            // These read what is not so.
            Fault::SkippedStep | Fault::OverLimit | Fault::EndlessDelegation => {}
            Fault::NoStandingGuard => self.unguard_standings(changes).await?,
            Fault::LostTier => tier::lose_tiers(changes),
            Fault::KeptPerson => changes.forget.clear(),
        }
        Ok(command)
    }
}

/// A warning that is the last thing that happens to its lead happens once more, with everything that belongs to it.
fn fire_twice(changes: &mut Changes) {
    for change in &mut changes.leads {
        let own = |record: &&Record| record.entity == Entity::Lead(change.lead.id);
        if let Some(last) = changes.records.iter().rev().find(own).cloned()
            && let Event::Lead(LeadEvent::Warned { .. }) = last.event
        {
            change.lead.version += 1;
            changes.records.push(Record { version: last.version + 1, ..last });
        }
    }
}

fn give_time_back(changes: &mut Changes) {
    for record in &mut changes.records {
        let Event::Lead(LeadEvent::Warned { clock, .. }) = &mut record.event else { continue };
        let own = changes.leads.iter_mut().find(|change| record.entity == Entity::Lead(change.lead.id));
        clock.left = clock.left.plus(Span::hours(1));
        if let Some(held) = own.and_then(|change| change.lead.clock.as_mut()) {
            held.left = clock.left;
        }
    }
}

/// What came in later stands under an earlier decision.
fn change_evidence(changes: &mut Changes) {
    for change in &mut changes.cases {
        let id = Entity::Conflict(change.case.id);
        let decided_now =
            changes.records.iter().any(|record| record.entity == id && matches!(record.event, Event::Case(CaseEvent::Decided { .. })));
        for decision in change.case.decisions.iter_mut().filter(|_| !decided_now) {
            decision.evidence.documents.push(ContentHash::of(b"later"));
        }
    }
}

fn lose_notices(changes: &mut Changes) {
    for record in &mut changes.records {
        let Event::Case(CaseEvent::Notified { notices, .. }) = &mut record.event else { continue };
        notices.pop();
        if let Some(change) = changes.cases.iter_mut().find(|change| record.entity == Entity::Conflict(change.case.id)) {
            change.case.notices.pop();
        }
    }
}

impl<U: Unit> Unit for Faulty<U> {
    async fn heads(&mut self) -> Result<Heads> {
        self.inner.heads().await
    }
    async fn programs(&mut self, from: ProgramVersion) -> Result<Vec<ProgramRow>> {
        let mut programs = self.inner.programs(from).await?;
        if self.fault == Fault::SkippedStep {
            for program in &mut programs {
                program.toml.push_str(mdf::ONE_ALONE);
            }
        }
        Ok(programs)
    }
    async fn partners(&mut self) -> Result<Vec<Partner>> {
        self.inner.partners().await
    }
    async fn actor(&mut self, id: OperatorId) -> Result<Option<Actor>> {
        self.inner.actor(id).await
    }
    async fn operators(&mut self) -> Result<Vec<OperatorRow>> {
        self.inner.operators().await
    }
    async fn command_done(&mut self, id: CommandId) -> Result<Option<AuditSeq>> {
        if self.fault == Fault::NoCommandMemory {
            return Ok(None);
        }
        self.inner.command_done(id).await
    }
    async fn leads(&mut self, ids: &[LeadId]) -> Result<Vec<Lead>> {
        self.inner.leads(ids).await
    }
    async fn leads_due(&mut self, now: Instant, limit: u32) -> Result<Vec<Lead>> {
        self.inner.leads_due(now, limit).await
    }
    async fn leads_unplaced(&mut self, after: LeadId, limit: u32) -> Result<Vec<Lead>> {
        self.inner.leads_unplaced(after, limit).await
    }
    async fn leads_at(&mut self, partner: PartnerId) -> Result<Vec<LeadId>> {
        self.inner.leads_at(partner).await
    }
    async fn deals_open_of(&mut self, partner: PartnerId) -> Result<Vec<DealId>> {
        self.inner.deals_open_of(partner).await
    }
    async fn lead_numbers(&mut self, count: u32) -> Result<LeadId> {
        self.inner.lead_numbers(count).await
    }
    async fn leads_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<LeadId>>> {
        self.inner.leads_by_source(keys).await
    }
    async fn leads_by_key(&mut self, keys: &[i64], crowd: u32) -> Result<Vec<(i64, LeadId)>> {
        self.inner.leads_by_key(keys, crowd).await
    }
    async fn deals(&mut self, ids: &[DealId]) -> Result<Vec<Registration>> {
        self.inner.deals(ids).await
    }

    async fn deals_due(&mut self, now: Instant, limit: u32) -> Result<Vec<Registration>> {
        self.inner.deals_due(now, limit).await
    }

    async fn deal_numbers(&mut self, count: u32) -> Result<DealId> {
        self.inner.deal_numbers(count).await
    }

    async fn submission_numbers(&mut self, count: u32) -> Result<i64> {
        self.inner.submission_numbers(count).await
    }

    async fn deals_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<DealId>>> {
        self.inner.deals_by_source(keys).await
    }

    async fn deals_by_key(&mut self, keys: &[CandidateKey], since_day: i64) -> Result<Vec<(i64, DealId)>> {
        self.inner.deals_by_key(keys, since_day).await
    }

    async fn glances_of(&mut self, ids: &[DealId]) -> Result<HashMap<DealId, Glance>> {
        self.inner.glances_of(ids).await
    }

    async fn protected_by(&mut self, keys: &[ProtectionKey]) -> Result<Vec<Option<DealId>>> {
        if self.fault == Fault::NoProtectionGuard {
            return Ok(vec![None; keys.len()]);
        }
        self.inner.protected_by(keys).await
    }

    async fn is_any_protected(&mut self) -> Result<bool> {
        self.inner.is_any_protected().await
    }

    async fn cases(&mut self, ids: &[ConflictId]) -> Result<Vec<ConflictCase>> {
        self.inner.cases(ids).await
    }

    async fn cases_due(&mut self, now: Instant, limit: u32) -> Result<Vec<ConflictCase>> {
        self.inner.cases_due(now, limit).await
    }

    async fn case_numbers(&mut self, count: u32) -> Result<ConflictId> {
        self.inner.case_numbers(count).await
    }

    async fn cases_of(&mut self, deals: &[DealId]) -> Result<Vec<(DealId, ConflictId)>> {
        self.inner.cases_of(deals).await
    }

    async fn precedents(&mut self, codes: &[String], limit: u32) -> Result<Vec<Precedent>> {
        self.inner.precedents(codes, limit).await
    }

    async fn rate_days(&mut self, from: chrono::NaiveDate, to: chrono::NaiveDate) -> Result<Vec<RateDay>> {
        self.inner.rate_days(from, to).await
    }

    async fn accounts_by_id(&mut self, ids: &[AccountId]) -> Result<Vec<Account>> {
        self.inner.accounts_by_id(ids).await
    }

    async fn suppressed(&mut self, mailboxes: &[Text]) -> Result<Vec<bool>> {
        self.inner.suppressed(mailboxes).await
    }
    async fn desk(&mut self, scopes: &[Text]) -> Result<Desk> {
        self.inner.desk(scopes).await
    }
    async fn history(&mut self, entity: Entity, after_version: i64) -> Result<Vec<Past>> {
        self.inner.history(entity, after_version).await
    }
    async fn partner_number(&mut self) -> Result<i64> {
        self.inner.partner_number().await
    }
    async fn account_number(&mut self) -> Result<i64> {
        self.inner.account_number().await
    }
    async fn accounts_by_code(&mut self, codes: &[Text]) -> Result<Vec<Option<Account>>> {
        self.inner.accounts_by_code(codes).await
    }
    async fn save(&mut self, command: CommandId, mut changes: Changes) -> Result<AuditSeq> {
        let command = self.bend(command, &mut changes).await?;
        self.inner.save(command, changes).await
    }
    async fn commit(self) -> Result<()> {
        self.inner.commit().await
    }
}
