//! People and two engines at one desk, in memory: their transactions interleave at every await, processes die between any two
//! steps, answers are lost on the way, and commands are sent again. What they do and what has to hold is the play's.

use super::{
    chance::Chance,
    desk::{Answer, Cache, attempt, finish},
    fault::{Fault, Faulty},
    shadow::ensure,
};
use pilothouse::{
    app::{Command, Failure, Mode, OperatorSpec, Outcome, Request},
    domain::{
        actor::{Role, Roles},
        id::{CommandId, OperatorId},
        text::Text,
        time::{Instant, Span},
    },
    store::{
        Error, Unit,
        memory::{MemoryUnit, Pace, World},
        unit::{Changes, OperatorRow},
    },
};
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
pub const START: Instant = Instant::from_micros(1_774_249_200_000_000);
/// Numbered from 2: the first is the admin.
pub const PEOPLE: i64 = 8;
pub const ADMIN: OperatorId = OperatorId(2);
pub const STEPS_A_WORLD: u64 = 5_000;
const ATTEMPTS: u32 = 24;

/// What is played.
pub trait Play: Sized {
    /// How the world is made, as commands of the admin.
    fn first_day(chance: &mut Chance) -> Vec<Command>;
    /// A fresh play.
    fn new() -> Self;
    /// What the engines do.
    fn sweep(chance: &mut Chance) -> Command;
    /// What one of the people does next.
    fn invent(&mut self, world: &World, who: OperatorId, now: Instant, chance: &mut Chance) -> Command;
    /// How long passes, now and then.
    fn leap(chance: &mut Chance) -> Span;
    /// What comes into the chain next is of a transaction that began when the chain was so long.
    fn acting_since(&mut self, _records: usize) {}
    /// Follows the chain, and compares what it says with the tables; how many events are new.
    fn check(&mut self, world: &World) -> Result<u64, String>;
    /// The refusals of an outcome, as sentences.
    fn refusals(&mut self, outcome: &Outcome) -> Vec<String>;
    /// How much a sweep has done.
    fn swept(outcome: &Outcome) -> usize;
    /// Everybody has stopped, and the engine has brought everything that is due to an end.
    fn over(&self, world: &World) -> Result<(), String>;
}

struct Working {
    request: Arc<Request>,
    attempt: u32,
    /// How long the chain was when it began.
    began: usize,
    future: Pin<Box<dyn Future<Output = Answer>>>,
}

struct Player {
    id: OperatorId,
    working: Option<Working>,
    again: Option<(Arc<Request>, u32)>,
}

/// What happened in a run, to see that it was worth running.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub steps: u64,
    pub events: u64,
    pub refused: u64,
    pub denied: u64,
    pub collided: u64,
    pub killed: u64,
    pub repeated: u64,
}

impl Tally {
    pub const fn plus(self, other: Self) -> Self {
        Self {
            steps: self.steps + other.steps,
            events: self.events + other.events,
            refused: self.refused + other.refused,
            denied: self.denied + other.denied,
            collided: self.collided + other.collided,
            killed: self.killed + other.killed,
            repeated: self.repeated + other.repeated,
        }
    }
}

struct Crew<P> {
    play: P,
    world: World,
    chance: Chance,
    cache: Cache,
    players: Vec<Player>,
    past: Vec<Arc<Request>>,
    now: Instant,
    fault: Fault,
    units: u64,
    tally: Tally,
}

/// Somebody with any set of roles.
pub fn spec(number: i64, chance: &mut Chance) -> OperatorSpec {
    let some = [Role::Triager, Role::ChannelManager, Role::Approver, Role::Finance, Role::Admin];
    let roles = Roles(some.into_iter().filter(|_| chance.per_mille(450)).collect());
    OperatorSpec { name: Text::clean(&format!("Person {number}")), login: None, roles, active: true }
}

/// The admin, who is there before anybody.
pub fn admin() -> OperatorRow {
    let roles = Roles(vec![Role::Admin, Role::Finance]);
    OperatorRow { id: ADMIN, version: 1, name: Text::clean("Person 2"), login: None, roles, active: true }
}

impl<P: Play> Crew<P> {
    fn new(seed: u64, fault: Fault) -> Self {
        let mut chance = Chance::new(seed);
        let players =
            [1, 1].into_iter().chain(2..=PEOPLE + 1).map(|id| Player { id: OperatorId(id), working: None, again: None }).collect();
        let commands = P::first_day(&mut chance);
        let mut crew = Self {
            play: P::new(),
            world: World::new(Pace::Stepped),
            chance,
            cache: Cache::default(),
            players,
            past: Vec::new(),
            now: START,
            fault: Fault::None,
            units: 0,
            tally: Tally::default(),
        };
        let (mut unit, id) = (crew.world.begin(), CommandId(crew.chance.uuid()));
        finish(Box::pin(async move {
            unit.save(id, Changes { operators: vec![admin()], ..Changes::default() }).await?;
            unit.commit().await?;
            Ok(Outcome::default())
        }))
        .expect("an empty world takes its first operator");
        for command in commands {
            crew.alone(ADMIN, command).expect("the first day goes well");
        }
        crew.fault = fault;
        // What was read before it was wrong is read again.
        crew.cache = Cache::default();
        crew
    }

    fn begin(&mut self) -> Faulty<MemoryUnit> {
        self.units += 1;
        Faulty::new(self.world.begin(), self.fault, self.units)
    }

    fn alone(&mut self, who: OperatorId, command: Command) -> Result<Outcome, String> {
        let request = Arc::new(Request::new(CommandId(self.chance.uuid()), command));
        self.play.acting_since(self.world.look().audit.len());
        let future = attempt(self.begin(), Arc::clone(&self.cache), who, request, Mode::Carry, self.now);
        let outcome = finish(Box::pin(future)).map_err(|failure| failure.to_string())?;
        self.check()?;
        Ok(outcome)
    }

    fn step(&mut self) -> Result<(), String> {
        self.now = self.now.plus(match self.chance.below(1_000) {
            0 => P::leap(&mut self.chance),
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
            let began = self.world.look().audit.len();
            self.players[index].working = Some(Working { request, attempt: attempt_no, began, future });
        }
        let polls = if self.chance.per_mille(600) { 64 } else { 1 + self.chance.below(6) };
        self.work_on(index, polls)
    }

    /// A new command, or now and then one that was sent before.
    fn invent(&mut self, index: usize) -> Arc<Request> {
        if !self.past.is_empty() && self.chance.per_mille(20) {
            return Arc::clone(&self.past[self.chance.below(self.past.len())]);
        }
        let command = match index {
            0 | 1 => P::sweep(&mut self.chance),
            2 if self.chance.per_mille(60) => Command::Operator(spec(self.chance.between(3, PEOPLE + 1), &mut self.chance)),
            _ => self.play.invent(&self.world, self.players[index].id, self.now, &mut self.chance),
        };
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
            self.play.acting_since(working.began);
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
                for text in self.play.refusals(&outcome) {
                    self.tally.refused += 1;
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

    fn check(&mut self) -> Result<(), String> {
        self.tally.events += self.play.check(&self.world)?;
        Ok(())
    }

    /// Everybody stops; then the engine, alone, brings everything that is due to an end.
    fn close(&mut self) -> Result<(), String> {
        self.players.iter_mut().for_each(|player| player.working = None);
        self.now = self.now.plus(Span::hours(24 * 900));
        for _ in 0..1_000 {
            let command = P::sweep(&mut self.chance);
            if P::swept(&self.alone(OperatorId(1), command)?) == 0 {
                return self.play.over(&self.world);
            }
        }
        Err("the engine never comes to an end".to_owned())
    }
}

/// Plays one world to its end.
pub fn run<P: Play>(seed: u64, fault: Fault, steps: u64) -> Result<(Tally, P), (u64, String)> {
    let mut crew = Crew::<P>::new(seed, fault);
    while crew.tally.steps < steps {
        crew.step().map_err(|why| (crew.tally.steps, why))?;
    }
    crew.close().map_err(|why| (crew.tally.steps, why))?;
    Ok((crew.tally, crew.play))
}

/// Plays as many worlds as `steps` need, on all cores; the plays as they ended.
///
/// # Panics
/// When something does not hold, with the seed to replay it.
pub fn run_all<P: Play + Send>(steps: u64, name: &str) -> (Tally, Vec<P>) {
    let began = std::time::Instant::now();
    let seeds: Vec<u64> = match super::number("PILOTHOUSE_SIM_SEED") {
        Some(seed) => vec![seed],
        None => (1..=steps.div_ceil(STEPS_A_WORLD)).collect(),
    };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push(run::<P>(*seed, Fault::None, STEPS_A_WORLD).unwrap_or_else(|(step, why)| {
                panic!("step {step} of the world with seed {seed}: {why}\n\nreplay it with: PILOTHOUSE_SIM_SEED={seed} cargo test --test it simulation::{name}")
            }));
        }
        done
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let all: Vec<(Tally, P)> = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        hands.into_iter().flat_map(|hand| hand.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let tally = all.iter().fold(Tally::default(), |sum, (tally, _)| sum.plus(*tally));
    eprintln!("{tally:?} in {:?}", began.elapsed());
    (tally, all.into_iter().map(|(_, play)| play).collect())
}

/// That a fault is found.
///
/// # Panics
/// When it is not.
pub fn is_found<P: Play>(fault: Fault) {
    drop(finding::<P>(fault));
}

/// What is found wrong with a fault within twelve worlds: for some, three people have to meet in the right order.
///
/// # Panics
/// When nothing is.
pub fn finding<P: Play>(fault: Fault) -> String {
    let found = (1..=12).find_map(|seed| run::<P>(seed, fault, STEPS_A_WORLD).err());
    let (step, why) = found.unwrap_or_else(|| panic!("nothing was found wrong with {fault:?}"));
    eprintln!("{fault:?} found at step {step}: {}", why.lines().next().unwrap_or_default());
    why
}
