//! Where the demo acts: in the past, in memory at instants of its choosing, or now, like everybody else. Either way it goes
//! through the use cases, and so leaves the traces that people and engines leave. The past moves into the database in one go.

use crate::{
    app::{App, Command, Failure, Mode, Outcome, Rules, handle},
    domain::{
        deal::{Registration, conflict::ConflictCase},
        id::{AuditSeq, ConflictId, OperatorId},
        time::Instant,
    },
    store::{
        Unit,
        memory::World,
        unit::{Past, contact::ContactUnit as _, mdf::MdfUnit as _, pos::PosUnit as _, tier::TierUnit as _},
    },
};
use std::sync::Arc;

pub enum Stage<'a> {
    Past { app: &'a App, world: World, rules: Option<Arc<Rules>>, now: Instant },
    Now(&'a App),
}

impl Stage<'_> {
    pub fn now(&self) -> Instant {
        match self {
            Self::Past { now, .. } => *now,
            Self::Now(app) => app.now(),
        }
    }

    /// Moves the past on; it never goes back, and the present moves by itself.
    pub fn at(&mut self, instant: Instant) {
        if let Self::Past { now, .. } = self {
            *now = instant.max(*now);
        }
    }

    pub async fn carry(&mut self, actor: OperatorId, command: Command) -> Result<Outcome, Failure> {
        match self {
            Self::Past { app, world, rules, now } => {
                let mut unit = world.begin();
                let current = Rules::refreshed(rules.take(), &mut unit).await?;
                let outcome = handle(&mut unit, &current, actor, &app.request(command), Mode::Carry, *now).await?;
                unit.commit().await?;
                *rules = Some(current);
                Ok(outcome)
            }
            Self::Now(app) => app.execute(actor, app.request(command)).await,
        }
    }

    pub async fn rules(&mut self) -> Result<Arc<Rules>, Failure> {
        match self {
            Self::Past { world, rules, .. } => {
                let current = Rules::refreshed(rules.take(), &mut world.begin()).await?;
                *rules = Some(Arc::clone(&current));
                Ok(current)
            }
            Self::Now(app) => app.rules().await,
        }
    }

    /// A conflict with its parties.
    pub async fn case(&mut self, id: ConflictId) -> Result<Option<(ConflictCase, Vec<Registration>)>, Failure> {
        let parties = |case: &ConflictCase| case.parties.iter().map(|party| party.deal).collect::<Vec<_>>();
        Ok(match self {
            Self::Past { world, .. } => {
                let state = world.look();
                let found = state.desk.cases.find(id).cloned();
                found.map(|case| {
                    let deals = parties(&case).into_iter().filter_map(|id| state.desk.deals.find(id)).cloned().collect();
                    (case, deals)
                })
            }
            Self::Now(app) => {
                let mut session = app.db().read().await?;
                match session.cases(&[id]).await?.pop() {
                    Some(case) => {
                        let deals = session.deals(&parties(&case)).await?;
                        Some((case, deals))
                    }
                    None => None,
                }
            }
        })
    }

    /// What happened after `seq`.
    pub async fn since(&mut self, seq: AuditSeq) -> Result<Vec<Past>, Failure> {
        const PAGE: u32 = 2_000;
        Ok(match self {
            Self::Past { world, .. } => {
                let seen = usize::try_from(seq.0).unwrap_or(0);
                world.look().audit.iter().skip(seen).take(PAGE as usize).cloned().collect()
            }
            Self::Now(app) => app.db().read().await?.audit_since(seq, PAGE).await?,
        })
    }

    /// Writes the past to the database, which has to be empty.
    pub async fn settle(self) -> Result<(), Failure> {
        let Self::Past { app, world, .. } = self else { return Ok(()) };
        let (changes, submissions, partners_changed) = {
            let state = world.look();
            (state.to_changes(), state.desk.submissions, state.partners_changed)
        };
        let mut tx = app.db().begin().await?;
        if !tx.operators().await?.is_empty() {
            return Err(Failure::refused("the demo needs an empty database"));
        }
        let count = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
        tx.lead_numbers(count(changes.leads.len())).await?;
        // A counter that nobody raised has no row, as where the past was lived through in the database.
        if !changes.deals.is_empty() {
            tx.deal_numbers(count(changes.deals.len())).await?;
            tx.submission_numbers(u32::try_from(submissions).unwrap_or(u32::MAX)).await?;
        }
        if !changes.cases.is_empty() {
            tx.case_numbers(count(changes.cases.len())).await?;
        }
        if !changes.pos.lines.is_empty() {
            tx.sale_numbers(count(changes.pos.lines.len())).await?;
        }
        if !changes.pos.corrections.is_empty() {
            tx.correction_numbers(count(changes.pos.corrections.len())).await?;
        }
        if !changes.mdf.funds.is_empty() {
            tx.fund_numbers(count(changes.mdf.funds.len())).await?;
            tx.request_numbers(count(changes.mdf.requests.len())).await?;
            tx.claim_numbers(count(changes.mdf.claims.len())).await?;
            tx.batch_numbers(count(changes.mdf.batches.len())).await?;
        }
        if !changes.tiers.evaluations.is_empty() {
            tx.evaluation_numbers(count(changes.tiers.evaluations.len())).await?;
        }
        if !changes.tiers.standings.is_empty() {
            tx.standing_numbers(count(changes.tiers.standings.len())).await?;
        }
        if !changes.contacts.is_empty() {
            tx.contact_numbers(count(changes.contacts.len())).await?;
        }
        // Once they are written here.
        tx.partners_changed(partners_changed - 1).await?;
        let last = changes.records.last().map_or_else(|| app.request(Command::Receive(Vec::new())).id, |record| record.command);
        // What was ordered, sent and confirmed on many days is written at one go: no step is there to be compared.
        tx.mdf_walls_down().await?;
        Unit::save(&mut tx, last, changes).await?;
        tx.mdf_walls_up().await?;
        Ok(Unit::commit(tx).await?)
    }
}
