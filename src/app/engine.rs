//! The engine: an actor without a screen. Sweeps what is due, tries again to place what could not be placed, and sleeps
//! until there is something to do. Several may run: each stage fires once, whoever comes second finds nothing due.

use crate::{
    app::{App, Command, Failure, tier::evaluate::last_quarter},
    domain::{
        actor::Actor,
        id::{LeadId, PartnerId},
        tier::{Quarter, Trailing, evaluation::AuditKind, rules::Audits},
        time::{Instant, MICROS_PER_HOUR, Span},
    },
};
use chrono::NaiveDate;
use futures::future::BoxFuture;
use std::{collections::BTreeSet, time::Duration};
use tokio::sync::watch;

/// How many leads one transaction sweeps: enough to be fast, few enough that other writers wait little.
const BATCH: u32 = 1_000;
/// While late sales keep coming in, whoever sold them is audited anew this often, and not for every part of a file.
const ANEW_EVERY: Span = Span::hours(1);
/// A sale bears the moment at which it began to be written: an audit of shortly after may not have seen it.
const WRITING: Span = Span::minutes(1);
/// How many partners one transaction audits.
const AUDITED: u32 = 500;
/// The same of registrations when more are due than that: each that ends takes a dozen random keys along, and the more end at
/// once, the more of them share a page that is written once.
const BACKLOG: u32 = 5_000;
/// The engine looks at the clock at least this often, whatever it was told.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// What one round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    pub swept: usize,
    pub placed: usize,
    /// Registrations and conflicts of which something was due.
    pub deals: usize,
    /// Conflicts that were found.
    pub conflicts: usize,
    /// Funds, requests and claims of which something was due.
    pub mdf: usize,
    /// Partners whose tier changed or who were audited.
    pub tiers: usize,
}

/// What the rarer work of the engine was last done under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settled {
    /// The version of the program and of the directory under which leads were placed.
    placed: Option<(i64, i64)>,
    /// The same with the day on which conflicts were looked for.
    found: Option<(i64, i64, i64)>,
    /// The quarter whose audit is done, with the version of the program and of the directory.
    audited: Option<(Quarter, i64, i64)>,
    /// The quarter of which late sales were looked for, with the last sale that there was, and when that was.
    restated: Option<(Quarter, i64, Instant)>,
}

/// Works until `stop` says so. A failure is logged and tried again: the engine never gives up on a lost database.
pub fn run(app: App, mut stop: watch::Receiver<bool>) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        let mut changes = app.db().changes();
        let mut settled = Settled::default();
        while !*stop.borrow() {
            let wait = match round(&app, &mut settled).await {
                Ok((done, next)) => {
                    if done != Round::default() {
                        tracing::info!(
                            swept = done.swept,
                            placed = done.placed,
                            deals = done.deals,
                            conflicts = done.conflicts,
                            mdf = done.mdf,
                            tiers = done.tiers,
                            "engine round"
                        );
                    }
                    until(next, app.now())
                }
                Err(error) => {
                    tracing::warn!(%error, "engine round failed; trying again");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = changes.changed() => {}
                _ = stop.changed() => {}
            }
        }
    })
}

/// Everything that is due now, in batches; gives what was done and when the next thing is due.
pub fn round<'a>(app: &'a App, settled: &'a mut Settled) -> BoxFuture<'a, Result<(Round, Option<Instant>), Failure>> {
    Box::pin(async move {
        let engine = Actor::engine().id;
        let mut done = Round::default();
        loop {
            let outcome = app.execute(engine, app.request(Command::Sweep { limit: BATCH })).await?;
            done.swept += outcome.items.len();
            if outcome.items.len() < BATCH as usize {
                break;
            }
        }
        done.deals += sweep_deals(app).await?;
        loop {
            let outcome = app.execute(engine, app.request(Command::SweepMdf { limit: BATCH })).await?;
            done.mdf += outcome.mdf.len();
            if outcome.mdf.len() < BATCH as usize {
                break;
            }
        }
        done.tiers += sweep_tiers(app).await?;
        let (leads, deals, mdf, tiers, heads) = {
            let mut session = app.db().read().await?;
            (
                session.lead_next_due().await?,
                session.deal_next_due().await?,
                session.mdf_next_due().await?,
                session.tier_next_due().await?,
                session.heads().await?,
            )
        };
        let next = leads.into_iter().chain(deals).chain(mdf).chain(tiers).min();
        // Only a new program or a change of the directory can place what could not be placed before.
        let under = (heads.program, heads.partners);
        if settled.placed != Some(under) {
            done.placed += place(app).await?;
            settled.placed = Some(under);
        }
        // A submission finds its conflicts by itself. What only shows later (a merged directory, another matching policy, a case
        // that was closed) is looked for when those change, and once a day.
        let day = app.now().micros().div_euclid(24 * MICROS_PER_HOUR);
        if settled.found != Some((under.0, under.1, day)) {
            done.conflicts += find(app).await?;
            settled.found = Some((under.0, under.1, day));
        }
        done.tiers += audit(app, settled, under).await?;
        Ok((done, next))
    })
}

/// Puts changes of tier into force, and audits again whose remediation plan is over.
pub fn sweep_tiers(app: &App) -> BoxFuture<'_, Result<usize, Failure>> {
    Box::pin(async move {
        let engine = Actor::engine().id;
        let mut swept = 0;
        loop {
            let outcome = app.execute(engine, app.request(Command::SweepTiers { limit: AUDITED })).await?;
            swept += outcome.tiers.len();
            if outcome.tiers.len() < AUDITED as usize {
                return Ok(swept);
            }
        }
    })
}

/// Audits all partners for the quarter that ended last, where the program leaves that to the engine. Each is audited once for
/// a quarter, whoever comes second finds it done; and anew when sales come in that the audit had counted.
pub fn audit<'a>(app: &'a App, settled: &'a mut Settled, under: (i64, i64)) -> BoxFuture<'a, Result<usize, Failure>> {
    Box::pin(async move {
        let rules = app.rules().await?;
        let (quarter, day) = last_quarter(rules.program(), app.today().await?);
        let done = Some((quarter, under.0, under.1));
        if rules.program().scorecard.audits == Audits::OnDemand {
            return Ok(0);
        }
        let kind = AuditKind::Quarter(quarter);
        let mut audited = 0;
        while settled.audited != done {
            let partners = app.db().read().await?.partners_unaudited(&kind.code(), AUDITED).await?;
            if partners.is_empty() {
                settled.audited = done;
                break;
            }
            let Some(count) = evaluate(app, partners, quarter, day).await? else { return Ok(audited) };
            audited += count;
        }
        Ok(audited + audit_anew(app, settled, quarter, day).await?)
    })
}

/// Makes the audits of a quarter; gives how many were kept, and nothing where it can't be audited.
async fn evaluate(app: &App, partners: Vec<PartnerId>, quarter: Quarter, day: NaiveDate) -> Result<Option<usize>, Failure> {
    let kind = AuditKind::Quarter(quarter);
    match app.execute(Actor::engine().id, app.request(Command::EvaluateTiers { partners, day, kind })).await {
        Ok(outcome) => Ok(Some(outcome.tiers.len())),
        // A rate is missing, say: the rest of the engine's work goes on, and a person is told by the log.
        Err(Failure::Refused(why)) => {
            tracing::warn!(%why, %quarter, "the quarter can't be audited");
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// Audits those anew whose sales were restated since their audit of the quarter was made. The same facts are kept once, so that
/// whoever looks too often does no harm.
async fn audit_anew(app: &App, settled: &mut Settled, quarter: Quarter, day: NaiveDate) -> Result<usize, Failure> {
    let (now, rules) = (app.now(), app.rules().await?);
    let mut session = app.db().read().await?;
    let last = session.last_sale().await?;
    let is_settled = |(of, sale, at): (Quarter, i64, Instant)| of == quarter && (sale == last || now < at.plus(ANEW_EVERY));
    if settled.restated.is_some_and(is_settled) {
        return Ok(0);
    }
    let made = session.audited_at(&AuditKind::Quarter(quarter).code()).await?;
    let Some(first) = made.values().min() else { return Ok(0) };
    let counted = Trailing::to(day);
    let since = first.plus(Span::ZERO.minus(WRITING));
    let restated = session.restated(counted.before.from, counted.now.until, since).await?;
    let acquired: BTreeSet<PartnerId> = session.acquired().await?.into_iter().map(|(partner, _)| partner).collect();
    drop(session);
    let audited = |id: &PartnerId| rules.directory().get(*id).filter(|partner| partner.profile.is_audited());
    let mut anew = BTreeSet::new();
    for one in restated {
        // What a part of another partner sells counts for that one as well.
        let whole = rules.directory().get(one.partner).filter(|_| acquired.contains(&one.partner)).and_then(|part| part.profile.parent);
        let measured = [Some(one.partner), whole].into_iter().flatten();
        anew.extend(measured.filter(|id| audited(id).is_some() && made.get(id).is_some_and(|at| *at <= one.at.plus(WRITING))));
    }
    let anew: Vec<PartnerId> = anew.into_iter().collect();
    let mut count = 0;
    for part in anew.chunks(AUDITED as usize) {
        let Some(kept) = evaluate(app, part.to_vec(), quarter, day).await? else { return Ok(count) };
        count += kept;
    }
    settled.restated = Some((quarter, last, now));
    Ok(count)
}

/// Fires what is due at the deal desk; gives on how many registrations and cases.
pub fn sweep_deals(app: &App) -> BoxFuture<'_, Result<usize, Failure>> {
    Box::pin(async move {
        let engine = Actor::engine().id;
        let (mut swept, mut limit) = (0, BATCH);
        loop {
            let outcome = app.execute(engine, app.request(Command::SweepDeals { limit })).await?;
            swept += outcome.deals.len() + outcome.cases.len();
            if outcome.deals.len() < limit as usize && outcome.cases.is_empty() {
                return Ok(swept);
            }
            limit = BACKLOG;
        }
    })
}

/// Looks all live claims over for conflicts; gives how many cases were opened or joined.
pub fn find(app: &App) -> BoxFuture<'_, Result<usize, Failure>> {
    Box::pin(async move {
        let engine = Actor::engine().id;
        let mut found = 0;
        app.settle_deal_keys().await?;
        // Nearly all is told apart by reading alone; a write waits for nobody but those who may conflict.
        for deals in app.deal_suspects().await?.chunks(BATCH as usize) {
            let outcome = app.execute(engine, app.request(Command::SweepConflicts { deals: deals.to_vec() })).await?;
            found += outcome.cases.len();
        }
        Ok(found)
    })
}

async fn place(app: &App) -> Result<usize, Failure> {
    let engine = Actor::engine().id;
    let (mut placed, mut after) = (0, LeadId(0));
    loop {
        let ids = app.db().read().await?.leads_unplaced_ids(after, BATCH).await?;
        let Some(last) = ids.last().copied() else { return Ok(placed) };
        let outcome = app.execute(engine, app.request(Command::RouteUnplaced { after, limit: BATCH })).await?;
        placed += outcome.items.len();
        after = last;
    }
}

fn until(next: Option<Instant>, now: Instant) -> Duration {
    let Some(next) = next else { return LONGEST_SLEEP };
    let wait = next.since(now).max(Span::ZERO);
    Duration::from_micros(wait.micros().unsigned_abs()).min(LONGEST_SLEEP)
}
