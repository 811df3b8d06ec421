//! The same people on the two real databases, at the same time: each on a task of their own, in two processes' worth of
//! connections, with transactions given up half way, commands repeated and the clock moving. The chain is then read back
//! and compared with the tables.

mod deal;

use super::{
    cast::{self, Bank, OPERATORS, deal::DealBank},
    chance::Chance,
    hazard::{Hazard, lost},
    number, script,
    shadow::Shadow,
};
use crate::support::{
    databases::{self, Fresh},
    postgres::Server,
};
use pilothouse::{
    app::{App, Command, Failure, LeadTarget, Mode, OperatorSpec, Request, handle},
    domain::{
        id::{AuditSeq, CommandId, LeadId, OperatorId},
        lead::Lead,
        text::Text,
        time::Span,
    },
    store::{Error, Session, Sql, unit::Past},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

const ENGINE: OperatorId = OperatorId(1);
const ADA: OperatorId = OperatorId(2);
const PAGE: u32 = 1_000;

/// What the players share.
struct Stage {
    /// Two consoles' worth of connections to the same database.
    apps: [App; 2],
    bank: Mutex<Bank>,
    deal_bank: Mutex<DealBank>,
    leads: AtomicI64,
    deals: AtomicI64,
    cases: AtomicI64,
    steps_left: AtomicI64,
    repeated: AtomicU64,
    given_up: AtomicU64,
    /// What was told to be saved, with its last event.
    told: Mutex<Vec<(CommandId, AuditSeq)>>,
    hazard: Option<Hazard>,
}

fn steps() -> i64 {
    let usual = if std::env::var_os("CI").is_some() { 5_000 } else { 600 };
    number("PILOTHOUSE_SIM_STORE_STEPS").unwrap_or(usual).cast_signed()
}

async fn simulate(fresh: Fresh, hazard: Option<Hazard>) {
    let seed = number("PILOTHOUSE_SIM_SEED").unwrap_or(1);
    let mut chance = Chance::new(seed);
    let stage = Arc::new(Stage {
        apps: [App::new(fresh.db.clone()), App::new(fresh.opened_again().await)],
        bank: Mutex::new(Bank::new(&mut chance)),
        deal_bank: Mutex::default(),
        leads: AtomicI64::new(0),
        deals: AtomicI64::new(0),
        cases: AtomicI64::new(0),
        steps_left: AtomicI64::new(steps()),
        repeated: AtomicU64::new(0),
        given_up: AtomicU64::new(0),
        told: Mutex::default(),
        hazard,
    });
    open(&stage, &mut chance).await;
    let mut players = tokio::task::JoinSet::new();
    let actors = [ENGINE, ENGINE].into_iter().chain((2..).take(OPERATORS.len()).map(OperatorId));
    for (index, actor) in actors.enumerate() {
        players.spawn(play(Arc::clone(&stage), actor, index, Chance::new(chance.next())));
    }
    while let Some(played) = players.join_next().await {
        if let Err(error) = played {
            std::panic::resume_unwind(error.into_panic());
        }
    }
    let events = agree(&fresh).await.unwrap_or_else(|why| panic!("{} with seed {seed}: {why}", fresh.name));
    kept(&fresh, &stage).await.unwrap_or_else(|why| panic!("{} with seed {seed}: {why}", fresh.name));
    let (cut, outages) = match &stage.hazard {
        Some(hazard) => (hazard.cut.load(Ordering::Relaxed), hazard.calm().await),
        None => (0, 0),
    };
    eprintln!(
        "{}: {} steps, {events} events, {} leads, {} registrations, {} conflicts, {} repeated, {} given up half way, {cut} connections cut, {outages} outages",
        fresh.name,
        steps(),
        stage.leads.load(Ordering::Relaxed),
        stage.deals.load(Ordering::Relaxed),
        stage.cases.load(Ordering::Relaxed),
        stage.repeated.load(Ordering::Relaxed),
        stage.given_up.load(Ordering::Relaxed),
    );
}

async fn open(stage: &Stage, chance: &mut Chance) {
    let app = &stage.apps[0];
    let first = Command::FirstOperator { name: Text::clean(OPERATORS[0].0), login: None };
    let mut commands = vec![(ENGINE, first)];
    for (name, role) in &OPERATORS[1..] {
        let spec = OperatorSpec { name: Text::clean(name), login: None, roles: cast::roles(*role), active: true };
        commands.push((ADA, Command::Operator(spec)));
    }
    let profiles = (1..=cast::PARTNERS).map(|number| cast::profile(number, chance, app.now())).collect();
    commands.push((ADA, Command::Partners(profiles)));
    commands.push((ADA, Command::Accounts(cast::deal::accounts())));
    commands.push((ADA, Command::Program { toml: cast::program(0), note: Text::default() }));
    for (actor, command) in commands {
        app.execute(actor, app.request(command)).await.expect("the first day goes well");
    }
}

/// One player's day.
async fn play(stage: Arc<Stage>, actor: OperatorId, index: usize, mut chance: Chance) {
    let app = stage.apps[index % 2].clone();
    let mut last: Option<Request> = None;
    loop {
        let left = stage.steps_left.fetch_sub(1, Ordering::Relaxed);
        if left <= 0 {
            return;
        }
        if let Some(hazard) = &stage.hazard {
            hazard.strike(left, steps(), &mut chance).await;
        }
        pass_time(&app, &mut chance);
        let request = match last.take() {
            Some(request) => request,
            None => match invent(&stage, &app, actor, &mut chance).await {
                Ok(command) => Request::new(CommandId(chance.uuid()), command),
                Err(failure) => {
                    again_after(&stage, &failure, "looks").await;
                    continue;
                }
            },
        };
        if chance.per_mille(30) {
            if let Err(failure) = give_up_half_way(&app, actor, &request).await {
                again_after(&stage, &failure, "begins").await;
            }
            stage.given_up.fetch_add(1, Ordering::Relaxed);
            last = Some(request);
            continue;
        }
        match app.execute(actor, request.clone()).await {
            Ok(outcome) => {
                stage.repeated.fetch_add(u64::from(outcome.repeated), Ordering::Relaxed);
                stage.told.lock().unwrap_or_else(PoisonError::into_inner).extend(outcome.seq.map(|seq| (request.id, seq)));
                for lead in outcome.items.iter().map(|item| item.lead) {
                    // A lead that was named and is not there has a number far above the others.
                    let known = outcome.items.iter().any(|item| item.lead == lead && item.result.is_ok());
                    stage.leads.fetch_max(if known { lead.0 } else { 0 }, Ordering::Relaxed);
                }
                deal::remember(&stage, &outcome);
                // The answer was lost on the way.
                if chance.per_mille(40) {
                    last = Some(request);
                }
            }
            Err(Failure::Denied(_) | Failure::Refused(_) | Failure::Deal(_) | Failure::Mdf(_) | Failure::Program(_)) => {}
            // Given up after many collisions is an answer; everything else is a mistake of ours.
            Err(Failure::Store(Error::Conflict(_) | Error::Busy(_))) => {}
            // Nobody knows whether it is saved. It is sent again, as it is.
            Err(failure @ Failure::Store(_)) => {
                again_after(&stage, &failure, request.command.name()).await;
                last = Some(request);
            }
        }
    }
}

/// A lost connection on a bad day is no mistake of ours: the step does not count, and there is another try when the server is
/// back. Everything else is.
async fn again_after(stage: &Stage, failure: &Failure, doing: &str) {
    match &stage.hazard {
        Some(hazard) if lost(failure) => {
            hazard.calm().await;
        }
        _ => panic!("{doing}: {failure}"),
    }
    stage.steps_left.fetch_add(1, Ordering::Relaxed);
}

fn pass_time(app: &App, chance: &mut Chance) {
    let by = match chance.below(500) {
        0 => Span::hours(chance.between(20, 80)),
        1..=20 => Span::minutes(chance.between(30, 300)),
        21..=23 => Span::minutes(-chance.between(1, 60)),
        _ => Span::from_micros(chance.between(0, 40_000_000)),
    };
    app.db().options().clock.set(app.now().plus(by));
}

async fn invent(stage: &Stage, app: &App, actor: OperatorId, chance: &mut Chance) -> Result<Command, Failure> {
    if chance.per_mille(500) {
        return deal::invent(stage, app, actor == ENGINE, chance).await;
    }
    if actor == ENGINE {
        let limit = 1 + u32::try_from(chance.below(40)).unwrap_or(0);
        return Ok(if chance.per_mille(900) { Command::Sweep { limit } } else { Command::RouteUnplaced { after: LeadId(0), limit } });
    }
    let count = stage.leads.load(Ordering::Relaxed);
    if count == 0 || chance.per_mille(120) {
        let mut bank = stage.bank.lock().unwrap_or_else(PoisonError::into_inner);
        return Ok(script::around(&mut bank, app.now(), chance));
    }
    // Everybody works on the same few leads, so that they meet.
    let ids: Vec<LeadId> = (0..=chance.below(4)).map(|_| LeadId(chance.between((count - 12).max(1), count))).collect();
    let leads = app.db().read().await?.leads(&ids).await?;
    let Some(lead) = leads.first() else { return Ok(Command::Sweep { limit: 1 }) };
    let verb = script::verb(lead, chance);
    let command = script::with_objects(verb, lead, count, app.now(), chance);
    let marked = if chance.per_mille(150) { leads.len() } else { 1 };
    let targets: Vec<LeadTarget> = leads[..marked].iter().map(|lead| script::target(lead, chance)).collect();
    Ok(Command::Leads { targets, command })
}

/// The process dies between its last statement and the commit.
async fn give_up_half_way(app: &App, actor: OperatorId, request: &Request) -> Result<(), Failure> {
    let rules = app.rules().await?;
    let mut tx = app.db().begin().await?;
    // Whatever came of it, nobody will ever know.
    let _ = handle(&mut tx, &rules, actor, request, Mode::Carry, app.now()).await;
    drop(tx);
    Ok(())
}

/// What somebody was told to be saved is saved.
async fn kept(fresh: &Fresh, stage: &Stage) -> Result<(), String> {
    let told = std::mem::take(&mut *stage.told.lock().unwrap_or_else(PoisonError::into_inner));
    let mut session = fresh.db.read().await.map_err(|error| error.to_string())?;
    for (command, seq) in told {
        let found = session.command_done(command).await.map_err(|error| error.to_string())?;
        if found != Some(seq) {
            return Err(format!("{command:?} was said to end with event {seq:?}; it is {found:?}"));
        }
    }
    Ok(())
}

/// The chain and the tables tell the same story; gives the number of events.
async fn agree(fresh: &Fresh) -> Result<usize, String> {
    let mut session = fresh.db.snapshot().await.map_err(|error| error.to_string())?;
    let mut past: Vec<Past> = Vec::new();
    loop {
        let after = past.last().map_or(AuditSeq(0), |past| past.seq);
        let page = session.audit_since(after, PAGE).await.map_err(|error| error.to_string())?;
        let is_last = page.len() < PAGE as usize;
        past.extend(page);
        if is_last {
            break;
        }
    }
    let mut shadow = Shadow::default();
    for commit in past.chunk_by(|one, next| one.record.command == next.record.command) {
        shadow.follow(commit, AuditSeq(0))?;
    }
    let leads = every_lead(&mut session, shadow.leads.len()).await?;
    for lead in &leads {
        shadow.compare(lead)?;
    }
    deal::agree(&mut session, &shadow.desk).await?;
    figures(&mut session, &shadow).await?;
    drop(session);
    let verdict = fresh.db.audit_verify(|_| {}).await.map_err(|error| error.to_string())?;
    match verdict.broken {
        None => Ok(past.len()),
        Some(broken) => Err(format!("the chain is broken: {broken:?}")),
    }
}

async fn every_lead(session: &mut Session, count: usize) -> Result<Vec<Lead>, String> {
    let ids: Vec<LeadId> = (1..).take(count + 1).map(LeadId).collect();
    let leads = session.leads(&ids).await.map_err(|error| error.to_string())?;
    if leads.len() == count { Ok(leads) } else { Err(format!("{} leads in the table, {count} in the chain", leads.len())) }
}

/// Loads, rotations, counters and fired stages, counted anew.
async fn figures(session: &mut Session, shadow: &Shadow) -> Result<(), String> {
    let scopes: Vec<Text> = shadow.turns.keys().cloned().collect();
    let desk = session.desk(&scopes).await.map_err(|error| error.to_string())?;
    let loads: BTreeMap<_, _> = desk.loads.iter().filter(|(_, load)| **load > 0).map(|(partner, load)| (*partner, *load)).collect();
    if loads != shadow.loads() {
        return Err(format!("loads {loads:?}, counted anew {:?}", shadow.loads()));
    }
    for (scope, turns) in &shadow.turns {
        let found = desk.rotations.get(scope).map_or(0, |rotation| rotation.turns);
        if found != *turns {
            return Err(format!("{scope} says {found} turns, the chain {turns}"));
        }
    }
    let sql = Sql::new("select day, measure, bucket, value from stat where value <> 0 order by day, measure, bucket");
    let stats: Vec<(i64, String, i64, i64)> = session.all(sql).await.map_err(|error| error.to_string())?;
    let mut counted: Vec<_> = shadow
        .counters
        .iter()
        .filter(|(_, value)| **value != 0)
        .map(|(counted, value)| (counted.day, counted.measure.name().to_owned(), counted.bucket, *value))
        .chain(deal::counted(&shadow.desk))
        .collect();
    counted.sort();
    if stats != counted {
        return Err(format!("the figures differ: {stats:?}, counted anew {counted:?}"));
    }
    let fired: (i64,) = session.one(Sql::new("select count(*) from clock_fired")).await.map_err(|error| error.to_string())?;
    if fired.0 == shadow.fired_count() { Ok(()) } else { Err(format!("{} stages fired, {} in the chain", fired.0, shadow.fired_count())) }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_people_at_once_keep_every_invariant_on_both_databases() {
    databases::on_both(|fresh| simulate(fresh, None)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_people_on_a_failing_postgresql_lose_nothing_and_double_nothing() {
    let Some(server) = tokio::task::spawn_blocking(Server::own).await.expect("the server starts").map(Arc::new) else { return };
    let fresh = databases::postgres_on(&server).await;
    simulate(fresh, Some(Hazard::new(server))).await;
}
