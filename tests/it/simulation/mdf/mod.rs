//! The MDF desk in any order: eight people whose roles change, and two engines, on a few funds that are too small for all of
//! them. Processes die between any two steps, answers are lost, commands are repeated, content is edited after it was
//! approved; after each commit the books are compared with what the chain says. `PILOTHOUSE_SIM_MDF_STEPS` sets how many steps
//! are taken in memory.

mod books;
mod script;
mod stores;

use super::{
    chance::Chance,
    desk::{Answer, Cache, attempt, finish},
    fault::{Fault, Faulty},
    shadow::ensure,
};
use books::Books;
use pilothouse::{
    app::{AuthorityCommand, Command, Failure, Mode, OperatorSpec, Request},
    domain::{
        actor::{Role, Roles},
        id::{CommandId, OperatorId},
        mdf::{Refusal, approval::Limit, ledger::LedgerRefusal},
        partner::Profile,
        text::Text,
        time::{Instant, Span},
    },
    store::{
        Error, Unit,
        memory::{MemoryUnit, Pace, World},
        unit::{Changes, OperatorRow},
    },
};
use script::{Pool, eur};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
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
    repeated: u64,
    /// The money of a fund did not suffice.
    short: u64,
    approved: u64,
    reopened: u64,
    paid: u64,
}

impl Tally {
    const fn plus(self, other: Self) -> Self {
        Self {
            steps: self.steps + other.steps,
            events: self.events + other.events,
            refused: self.refused + other.refused,
            denied: self.denied + other.denied,
            collided: self.collided + other.collided,
            killed: self.killed + other.killed,
            repeated: self.repeated + other.repeated,
            short: self.short + other.short,
            approved: self.approved + other.approved,
            reopened: self.reopened + other.reopened,
            paid: self.paid + other.paid,
        }
    }
}

struct Run {
    world: World,
    books: Books,
    chance: Chance,
    cache: Cache,
    players: Vec<Player>,
    past: Vec<Arc<Request>>,
    now: Instant,
    fault: Fault,
    units: u64,
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
    let day = START.to_utc().date_naive();
    let limit = |n| AuthorityCommand::SetLimit(Limit { operator: OperatorId(n), amount: eur(10_000 * n), from: day, until: None });
    // One's own only as long as nobody else could set it.
    let mut commands = vec![Command::Authority(vec![limit(2)])];
    commands.extend((3..=PEOPLE + 1).map(|number| Command::Operator(spec(number, chance))));
    let partner = |n: i64| Profile {
        code: Text::clean(&format!("P{n}")),
        name: Text::clean(&format!("Partner {n}")),
        tier: Text::clean("gold"),
        country: "DE".parse().ok(),
        ..Profile::default()
    };
    commands.push(Command::Partners((1..=3).map(partner).collect()));
    commands.push(Command::Program { toml: PROGRAM.to_owned(), note: Text::default() });
    commands.push(Command::Authority((3..=PEOPLE + 1).map(limit).collect()));
    commands.push(script::open_funds());
    commands.extend(script::allocate());
    commands
}

fn admin() -> OperatorRow {
    let roles = Roles(vec![Role::Admin, Role::Finance]);
    OperatorRow { id: OperatorId(2), version: 1, name: Text::clean("Person 2"), login: None, roles, active: true }
}

impl Run {
    fn new(seed: u64, fault: Fault) -> Self {
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
            fault: Fault::None,
            units: 0,
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
        run.fault = fault;
        run
    }

    fn begin(&mut self) -> Faulty<MemoryUnit> {
        self.units += 1;
        Faulty::new(self.world.begin(), self.fault, self.units)
    }

    fn alone(&mut self, who: OperatorId, command: Command) -> Result<usize, String> {
        let request = Arc::new(Request::new(CommandId(self.chance.uuid()), command));
        let future = attempt(self.begin(), Arc::clone(&self.cache), who, request, Mode::Carry, self.now);
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
            let (unit, cache, who) = (self.begin(), Arc::clone(&self.cache), self.players[index].id);
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
        let request = Arc::new(Request::new(CommandId(self.chance.uuid()), command));
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
                self.tally.repeated += u64::from(outcome.repeated);
                self.tally.refused += outcome.mdf.iter().filter(|item| item.result.is_err()).count() as u64;
                for refusal in outcome.mdf.iter().filter_map(|item| item.result.as_ref().err()) {
                    self.tally.short += u64::from(matches!(refusal, Refusal::Ledger { refusal: LedgerRefusal::Short { .. } }));
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
        (self.tally.approved, self.tally.paid, self.tally.reopened) = (self.books.approved, self.books.paid, self.books.reopened);
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
                return self.books.recounted();
            }
        }
        Err("the engine never comes to an end".to_owned())
    }
}

fn run(seed: u64, fault: Fault, steps: u64) -> Result<Tally, (u64, String)> {
    let mut run = Run::new(seed, fault);
    while run.tally.steps < steps {
        run.step().map_err(|why| (run.tally.steps, why))?;
    }
    run.close().map_err(|why| (run.tally.steps, why))?;
    Ok(run.tally)
}

#[test]
fn any_order_of_funds_requests_claims_and_payments_keeps_the_books() {
    let began = std::time::Instant::now();
    let steps = super::number("PILOTHOUSE_SIM_MDF_STEPS").unwrap_or_else(|| super::usual_steps() / 4);
    let seeds: Vec<u64> = match super::number("PILOTHOUSE_SIM_SEED") {
        Some(seed) => vec![seed],
        None => (1..=steps.div_ceil(STEPS_A_WORLD)).collect(),
    };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut all = Tally::default();
        while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
            let tally = run(*seed, Fault::None, STEPS_A_WORLD).unwrap_or_else(|(step, why)| {
                panic!("step {step} of the world with seed {seed}: {why}\n\nreplay it with: PILOTHOUSE_SIM_SEED={seed} cargo test --test it simulation::mdf")
            });
            all = all.plus(tally);
        }
        all
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let all = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let tallies = hands.into_iter().map(|hand| hand.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        tallies.fold(Tally::default(), Tally::plus)
    });
    eprintln!("{all:?} in {:?}", began.elapsed());
    let happened = [all.approved / 100, all.paid / 20, all.reopened, all.short, all.repeated, all.killed];
    assert!(happened.iter().all(|count| *count > 0), "too little happened to prove anything: {all:?}");
}

/// A harness that can't fail proves nothing.
#[test]
fn each_fault_put_in_on_purpose_is_found() {
    for fault in Fault::MDF {
        let found = (1..=3).find_map(|seed| run(seed, fault, STEPS_A_WORLD).err());
        let (step, why) = found.unwrap_or_else(|| panic!("nothing was found wrong with {fault:?}"));
        eprintln!("{fault:?} found at step {step}: {}", why.lines().next().unwrap_or_default());
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let [once, again] = [3, 3].map(|seed| run(seed, Fault::None, 1_000).expect("sound"));
    assert_eq!(format!("{once:?}"), format!("{again:?}"));
}
