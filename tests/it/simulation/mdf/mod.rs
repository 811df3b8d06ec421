//! The MDF desk in any order: eight people whose roles change, and two engines, on a few funds that are too small for all of
//! them. Processes die between any two steps, answers are lost, commands are repeated, content is edited after it was
//! approved; after each commit the books are compared with what the chain says.

mod books;
mod script;

use super::{
    chance::Chance,
    desk::{Answer, Cache, attempt, finish},
    shadow::ensure,
};
use books::Books;
use pilothouse::{
    app::{App, AuthorityCommand, Command, Failure, Mode, OperatorSpec, Request},
    domain::{
        actor::{Role, Roles},
        id::{AuditSeq, CommandId, OperatorId},
        mdf::approval::Limit,
        partner::Profile,
        text::Text,
        time::{Instant, Span},
    },
    store::{
        Error, Unit,
        memory::{Pace, World},
        unit::{Changes, OperatorRow},
    },
};
use script::{Pool, eur};
use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

/// 2026-03-23T07:00:00Z, a Monday.
const START: Instant = Instant::from_micros(1_774_249_200_000_000);
const PEOPLE: i64 = 8;
const STEPS_A_WORLD: u64 = 5_000;
const ATTEMPTS: u32 = 24;

const PROGRAM: &str = r#"
[program]
name = "MDF"
zone = "Europe/Berlin"
calendar = "always"

[calendars.always]
zone = "UTC"
hours = { mon-sun = ["00:00-24:00"] }

[regions]
DACH = ["DE", "AT", "CH"]

[tiers.gold]
rank = 1
lead_weight = 1
"#;

struct Working {
    request: Arc<Request>,
    attempt: u32,
    future: Pin<Box<dyn Future<Output = Answer>>>,
}

struct Player {
    id: OperatorId,
    working: Option<Working>,
    again: Option<(Arc<Request>, u32)>,
}

/// What happened in a run, to see that it was worth running.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    steps: u64,
    events: u64,
    refused: u64,
    denied: u64,
    collided: u64,
    killed: u64,
    approved: u64,
    paid: u64,
}

struct Run {
    world: World,
    books: Books,
    chance: Chance,
    cache: Cache,
    players: Vec<Player>,
    past: Vec<Arc<Request>>,
    now: Instant,
    tally: Tally,
}

/// What somebody holds: any set of roles.
fn roles(chance: &mut Chance) -> Roles {
    let some = [Role::Triager, Role::ChannelManager, Role::Approver, Role::Finance, Role::Admin];
    Roles(some.into_iter().filter(|_| chance.per_mille(450)).collect())
}

fn spec(number: i64, chance: &mut Chance) -> OperatorSpec {
    OperatorSpec { name: Text::clean(&format!("Person {number}")), login: None, roles: roles(chance), active: true }
}

/// The first day, as commands of the admin.
fn first_day(chance: &mut Chance) -> Vec<Command> {
    let mut commands: Vec<Command> = (3..=PEOPLE + 1).map(|number| Command::Operator(spec(number, chance))).collect();
    let partner = |n: i64| Profile {
        code: Text::clean(&format!("P{n}")),
        name: Text::clean(&format!("Partner {n}")),
        tier: Text::clean("gold"),
        country: "DE".parse().ok(),
        ..Profile::default()
    };
    commands.push(Command::Partners((1..=3).map(partner).collect()));
    commands.push(Command::Program { toml: PROGRAM.to_owned(), note: Text::default() });
    let day = START.to_utc().date_naive();
    let limit = |n| AuthorityCommand::SetLimit(Limit { operator: OperatorId(n), amount: eur(10_000 * n), from: day, until: None });
    commands.push(Command::Authority((2..=PEOPLE + 1).map(limit).collect()));
    commands.push(script::open_funds());
    commands.extend(script::allocate());
    commands
}

fn admin() -> OperatorRow {
    let roles = Roles(vec![Role::Admin, Role::Finance]);
    OperatorRow { id: OperatorId(2), version: 1, name: Text::clean("Person 2"), login: None, roles, active: true }
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let players =
            [1, 1].into_iter().chain(2..=PEOPLE + 1).map(|id| Player { id: OperatorId(id), working: None, again: None }).collect();
        let commands = first_day(&mut chance);
        let mut run = Self {
            world: World::new(Pace::Stepped),
            books: Books::default(),
            chance,
            cache: Cache::default(),
            players,
            past: Vec::new(),
            now: START,
            tally: Tally::default(),
        };
        let (mut unit, id) = (run.world.begin(), CommandId(run.chance.uuid()));
        finish(Box::pin(async move {
            unit.save(id, Changes { operators: vec![admin()], ..Changes::default() }).await?;
            unit.commit().await?;
            Ok(pilothouse::app::Outcome::default())
        }))
        .expect("an empty world takes its first operator");
        for command in commands {
            run.alone(OperatorId(2), command).expect("the first day goes well");
        }
        run
    }

    fn alone(&mut self, who: OperatorId, command: Command) -> Result<usize, String> {
        let request = Arc::new(Request { id: CommandId(self.chance.uuid()), command });
        let future = attempt(self.world.begin(), Arc::clone(&self.cache), who, request, Mode::Carry, self.now);
        let outcome = finish(Box::pin(future)).map_err(|failure| failure.to_string())?;
        self.check()?;
        Ok(outcome.mdf.len())
    }

    fn step(&mut self) -> Result<(), String> {
        self.now = self.now.plus(match self.chance.below(1_000) {
            0 => Span::hours(self.chance.between(24, 200)),
            1..=60 => Span::minutes(self.chance.between(1, 600)),
            _ => Span::from_micros(self.chance.between(0, 30_000_000)),
        });
        let index = self.chance.below(self.players.len());
        if self.players[index].working.is_none() {
            self.tally.steps += 1;
            let (request, attempt_no) = match self.players[index].again.take() {
                Some(again) => again,
                None => (self.invent(index), 1),
            };
            let (unit, cache, who) = (self.world.begin(), Arc::clone(&self.cache), self.players[index].id);
            let future = Box::pin(attempt(unit, cache, who, Arc::clone(&request), Mode::Carry, self.now));
            self.players[index].working = Some(Working { request, attempt: attempt_no, future });
        }
        let polls = if self.chance.per_mille(600) { 64 } else { 1 + self.chance.below(6) };
        self.work_on(index, polls)
    }

    /// A new command, or now and then one that was sent before.
    fn invent(&mut self, index: usize) -> Arc<Request> {
        if !self.past.is_empty() && self.chance.per_mille(20) {
            return Arc::clone(&self.past[self.chance.below(self.past.len())]);
        }
        let state = self.world.look();
        let pool = Pool { funds: &state.mdf.funds, requests: &state.mdf.requests, claims: &state.mdf.claims, batches: &state.mdf.batches };
        let command = match index {
            0 | 1 => Command::SweepMdf { limit: 1 + u32::try_from(self.chance.below(20)).unwrap_or(0) },
            2 if self.chance.per_mille(60) => Command::Operator(spec(self.chance.between(3, PEOPLE + 1), &mut self.chance)),
            _ => script::command(&pool, self.players[index].id, self.now, &mut self.chance),
        };
        drop(state);
        let request = Arc::new(Request { id: CommandId(self.chance.uuid()), command });
        if self.past.len() == 200 {
            self.past.remove(0);
        }
        self.past.push(Arc::clone(&request));
        request
    }

    fn work_on(&mut self, index: usize, polls: usize) -> Result<(), String> {
        for _ in 0..polls {
            let Some(working) = &mut self.players[index].working else { return Ok(()) };
            let answer = working.future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            self.check()?;
            if let Poll::Ready(answer) = answer
                && let Some(working) = self.players[index].working.take()
            {
                return self.answered(index, working, answer);
            }
            // The process dies in the middle of its transaction; mostly somebody tries the same again.
            if self.chance.per_mille(4) {
                self.tally.killed += 1;
                let killed = self.players[index].working.take();
                let again = killed.filter(|_| self.chance.per_mille(700));
                self.players[index].again = again.map(|working| (working.request, working.attempt));
                return Ok(());
            }
        }
        Ok(())
    }

    fn answered(&mut self, index: usize, working: Working, answer: Answer) -> Result<(), String> {
        let Working { request, attempt, .. } = working;
        match answer {
            Ok(outcome) => {
                self.tally.refused += outcome.mdf.iter().filter(|item| item.result.is_err()).count() as u64;
                for refusal in outcome.mdf.iter().filter_map(|item| item.result.as_ref().err()) {
                    let text = refusal.to_string();
                    ensure!(text.len() > 8 && text.contains(' ') && !text.contains("Some("), "not a sentence: `{text}`");
                }
                // The commit went through, and the line was cut before the answer arrived.
                if self.chance.per_mille(20) {
                    self.players[index].again = Some((request, 1));
                }
            }
            Err(Failure::Store(Error::Conflict(_) | Error::Exists(_) | Error::Busy(_))) => {
                self.tally.collided += 1;
                ensure!(attempt < ATTEMPTS, "{} gave up after {attempt} attempts", request.command.name());
                self.players[index].again = Some((request, attempt + 1));
            }
            Err(Failure::Denied(_) | Failure::Mdf(_)) => self.tally.denied += 1,
            // What the walls of the database refuse was decided wrongly before.
            Err(failure) => return Err(format!("{}: {failure}", request.command.name())),
        }
        Ok(())
    }

    /// Follows the chain, and compares what it says with the tables.
    fn check(&mut self) -> Result<(), String> {
        let state = self.world.look();
        let known = usize::try_from(self.books.seq).unwrap_or(0);
        if state.audit.len() == known {
            return Ok(());
        }
        for past in &state.audit[known..] {
            self.books.take(past).map_err(|why| format!("{} ({}): {why}", past.seq, past.record.event.name()))?;
        }
        self.books.balanced()?;
        for (id, fund) in &self.books.funds {
            ensure!(state.mdf.funds.find(*id) == Some(fund), "{id} differs from its replay");
        }
        for past in &state.audit[known..] {
            self.books.same(past.record.entity, &state.mdf)?;
        }
        self.tally.events += (state.audit.len() - known) as u64;
        (self.tally.approved, self.tally.paid) = (self.books.approved, self.books.paid);
        Ok(())
    }

    /// Everybody stops; then the engine, alone, brings everything that is due to an end.
    fn close(&mut self) -> Result<(), String> {
        self.players.iter_mut().for_each(|player| player.working = None);
        self.now = self.now.plus(Span::hours(24 * 900));
        for _ in 0..1_000 {
            if self.alone(OperatorId(1), Command::SweepMdf { limit: 50 })? == 0 {
                let state = self.world.look();
                let open = state.mdf.funds.iter().find(|fund| fund.is_open());
                ensure!(open.is_none(), "{open:?} is open after its period");
                return Ok(());
            }
        }
        Err("the engine never comes to an end".to_owned())
    }
}

fn run(seed: u64, steps: u64) -> Result<Tally, (u64, String)> {
    let mut run = Run::new(seed);
    while run.tally.steps < steps {
        run.step().map_err(|why| (run.tally.steps, why))?;
    }
    run.close().map_err(|why| (run.tally.steps, why))?;
    Ok(run.tally)
}

#[test]
fn any_order_of_funds_requests_claims_and_payments_keeps_the_books() {
    let steps = super::number("PILOTHOUSE_SIM_STEPS").unwrap_or_else(super::usual_steps) / 4;
    let seeds: Vec<u64> = match super::number("PILOTHOUSE_SIM_SEED") {
        Some(seed) => vec![seed],
        None => (1..=steps.div_ceil(STEPS_A_WORLD)).collect(),
    };
    let mut all = Tally::default();
    for seed in seeds {
        let tally = run(seed, STEPS_A_WORLD).unwrap_or_else(|(step, why)| {
            panic!("step {step} of the world with seed {seed}: {why}\n\nreplay it with: PILOTHOUSE_SIM_SEED={seed} cargo test --test it simulation::mdf")
        });
        all.steps += tally.steps;
        all.events += tally.events;
        all.refused += tally.refused;
        all.denied += tally.denied;
        all.collided += tally.collided;
        all.killed += tally.killed;
        all.approved += tally.approved;
        all.paid += tally.paid;
    }
    eprintln!("{all:?}");
    assert!(all.approved > 100 && all.paid > 20, "too little happened to prove anything: {all:?}");
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let [once, again] = [3, 3].map(|seed| run(seed, 1_000).expect("sound"));
    assert_eq!(format!("{once:?}"), format!("{again:?}"));
}

/// The same people on the two databases, several at once; afterwards the chain is followed, and replayed.
#[tokio::test(flavor = "multi_thread")]
async fn the_databases_keep_the_books_as_well() {
    crate::support::databases::on_both(|fresh| async move {
        let mut chance = Chance::new(7);
        let clock = fresh.db.options().clock.clone();
        clock.set(START);
        let mut tx = fresh.db.begin().await.expect("free");
        let engine = OperatorRow { id: OperatorId(1), name: Text::clean("engine"), roles: Roles(vec![Role::Engine]), ..admin() };
        let note = crate::store::audit::note(1);
        let changes = Changes { operators: vec![engine, admin()], records: vec![note], ..Changes::default() };
        Unit::save(&mut tx, CommandId(chance.uuid()), changes).await.expect("saved");
        Unit::commit(tx).await.expect("saved");
        let apps = [App::new(fresh.db.clone()), App::new(fresh.opened_again().await)];
        for command in first_day(&mut chance) {
            apps[0].execute(OperatorId(2), apps[0].request(command)).await.expect("the first day goes well");
        }
        let steps = super::number("PILOTHOUSE_SIM_STEPS").unwrap_or_else(super::usual_steps) / 500;
        let mut people = tokio::task::JoinSet::new();
        for who in 1..=PEOPLE + 1 {
            let (app, clock) = (apps[usize::try_from(who % 2).expect("small")].clone(), clock.clone());
            let mut chance = Chance::new(1_000 + who.unsigned_abs());
            people.spawn(async move {
                for _ in 0..steps / 9 {
                    let tables = script::tables(&app).await;
                    let command = if who == 1 {
                        clock.set(app.now().plus(Span::minutes(chance.between(0, 40))));
                        Command::SweepMdf { limit: 20 }
                    } else {
                        script::command(&tables.pool(), OperatorId(who), app.now(), &mut chance)
                    };
                    match app.execute(OperatorId(who), app.request(command)).await {
                        Ok(_) | Err(Failure::Denied(_) | Failure::Mdf(_) | Failure::Store(Error::Conflict(_) | Error::Busy(_))) => {}
                        Err(failure) => panic!("{failure}"),
                    }
                }
            });
        }
        people.join_all().await;
        let (mut books, mut session) = (Books::default(), fresh.db.read().await.expect("open"));
        loop {
            let part = session.audit_since(AuditSeq(books.seq), 500).await.expect("read");
            for past in &part {
                books.take(past).unwrap_or_else(|why| panic!("{}: {} ({}): {why}", fresh.name, past.seq, past.record.event.name()));
            }
            if part.len() < 500 {
                break;
            }
        }
        books.balanced().unwrap_or_else(|why| panic!("{}: {why}", fresh.name));
        let ids: Vec<_> = books.funds.keys().copied().collect();
        assert_eq!(session.funds(&ids).await.expect("read"), books.funds.values().cloned().collect::<Vec<_>>(), "{}", fresh.name);
        let lines = session.fund_lines(chrono::NaiveDate::default()).await.expect("read");
        assert!(lines.iter().all(|line| line.balances == line.fund.balances), "{}: the ledger is that of the funds", fresh.name);
        let ids: Vec<_> = books.claims.keys().copied().collect();
        assert_eq!(session.claims(&ids).await.expect("read"), books.claims.values().cloned().collect::<Vec<_>>(), "{}", fresh.name);
        eprintln!("{}: {} events, {} approved, {} paid", fresh.name, books.seq, books.approved, books.paid);
    })
    .await;
}
