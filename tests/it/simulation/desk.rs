//! The run in memory: ten people and engines, each with at most one command under way, and a scheduler who decides by
//! the seed whose command takes its next step, who is killed, whose answer is lost, and what time it is.

mod deal;

use super::{
    cast::{self, Bank, OPERATORS, deal::DealBank},
    chance::Chance,
    fault::{Fault, Faulty},
    script,
    shadow::{Shadow, ensure},
};
use pilothouse::{
    app::{Command, Failure, LeadTarget, Mode, OperatorSpec, Outcome, Request, Rules, handle},
    domain::{
        actor::{Role, Roles},
        aggregate::Aggregate,
        event::Event,
        id::{AuditSeq, CommandId, LeadId, OperatorId},
        lead::{Lead, LeadCommand},
        text::Text,
        time::{Instant, Span},
    },
    store::{
        Error, Unit,
        memory::{Pace, World},
        unit::{Changes, OperatorRow},
    },
};
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

/// 2026-03-23T07:00:00Z, a Monday: Europe changes its clocks at the end of this week, America did two weeks before.
const START: Instant = Instant::from_micros(1_774_249_200_000_000);
/// How many commands back somebody may repeat one.
const MEMORY: usize = 200;
const ATTEMPTS: u32 = 24;

pub(super) type Answer = Result<Outcome, Failure>;
pub(super) type Cache = Arc<Mutex<Option<Arc<Rules>>>>;

/// Somebody who acts, with the command that is under way.
struct Player {
    id: OperatorId,
    cache: Cache,
    /// How far this machine's clock is off.
    skew: Span,
    working: Option<Working>,
    /// To be sent again: the transaction was killed, the answer lost, or somebody was faster.
    again: Option<(Arc<Request>, u32)>,
}

struct Working {
    request: Arc<Request>,
    /// Where the chain ended when it began.
    began: AuditSeq,
    attempt: u32,
    future: Pin<Box<dyn Future<Output = Answer>>>,
}

/// What happened in a run, to see that it was worth running.
#[derive(Debug, Default, Clone, Copy)]
pub struct Tally {
    pub steps: u64,
    pub commits: u64,
    pub refused: u64,
    pub denied: u64,
    pub collided: u64,
    pub killed: u64,
    pub repeated: u64,
    pub leads: u64,
    pub deals: u64,
    pub cases: u64,
    pub decisions: u64,
    pub events: u64,
}

pub struct Desk {
    world: World,
    shadow: Shadow,
    chance: Chance,
    bank: Bank,
    deal_bank: DealBank,
    players: Vec<Player>,
    fault: Fault,
    now: Instant,
    past: Vec<(OperatorId, Arc<Request>)>,
    pub tally: Tally,
}

impl Desk {
    pub fn new(seed: u64, fault: Fault) -> Self {
        let mut chance = Chance::new(seed);
        let bank = Bank::new(&mut chance);
        let caches: Vec<Cache> = (0..3).map(|_| Cache::default()).collect();
        let engines = [OperatorId(1), OperatorId(1)];
        let operators = (2..).take(OPERATORS.len()).map(OperatorId);
        let players = engines.into_iter().chain(operators).enumerate().map(|(index, id)| Player {
            id,
            cache: Arc::clone(&caches[index % caches.len()]),
            skew: Span::from_micros(chance.between(-3_000_000, 3_000_000)),
            working: None,
            again: None,
        });
        let players = players.collect();
        let mut desk = Self {
            world: World::new(Pace::Stepped),
            shadow: Shadow::default(),
            chance,
            bank,
            deal_bank: DealBank::default(),
            players,
            fault,
            now: START,
            past: Vec::new(),
            tally: Tally::default(),
        };
        desk.open();
        desk
    }

    /// The first day: the admin, the others, the partners, a program.
    fn open(&mut self) {
        let mut unit = self.world.begin();
        let admin = OperatorRow {
            id: OperatorId(2),
            version: 1,
            name: Text::clean(OPERATORS[0].0),
            login: None,
            roles: cast::roles(Role::Admin),
            active: true,
        };
        let changes = Changes { operators: vec![admin], ..Changes::default() };
        let id = CommandId(self.chance.uuid());
        finish(Box::pin(async move {
            unit.save(id, changes).await?;
            unit.commit().await?;
            Ok(Outcome::default())
        }))
        .expect("an empty world takes its first operator");
        for (name, role) in OPERATORS {
            let roles = Roles(vec![role]);
            self.straight(OperatorId(2), Command::Operator(OperatorSpec { name: Text::clean(name), login: None, roles, active: true }));
        }
        let (now, chance) = (self.now, &mut self.chance);
        let profiles = (1..=cast::PARTNERS).map(|number| cast::profile(number, chance, now)).collect();
        self.straight(OperatorId(2), Command::Partners(profiles));
        self.straight(OperatorId(2), Command::Accounts(cast::deal::accounts()));
        self.straight(OperatorId(2), Command::Program { toml: cast::program(0), note: Text::default() });
    }

    /// Runs a command at once, with nobody in between.
    fn straight(&mut self, actor: OperatorId, command: Command) {
        let request = Arc::new(Request::new(CommandId(self.chance.uuid()), command));
        let cache = Arc::clone(&self.players[0].cache);
        let future = attempt(Faulty::new(self.world.begin(), Fault::None, 0), cache, actor, request, Mode::Carry, self.now);
        finish(Box::pin(future)).expect("the first day goes well");
        self.check_commit(self.shadow.seq()).expect("the first day is sound");
    }

    /// One turn of the scheduler: somebody begins a command or takes a step in one.
    pub fn step(&mut self) -> Result<(), String> {
        self.pass_time();
        let index = self.chance.below(self.players.len());
        if self.players[index].working.is_none() {
            self.begin(index);
        }
        let polls = if self.chance.per_mille(600) { 64 } else { 1 + self.chance.below(6) };
        self.work_on(index, polls)
    }

    /// Mostly seconds, sometimes hours, now and then a weekend; a machine's clock may also be set back.
    fn pass_time(&mut self) {
        let by = match self.chance.below(1_000) {
            0 => Span::hours(self.chance.between(24, 100)),
            1..=9 => Span::minutes(self.chance.between(30, 600)),
            10..=14 => Span::minutes(-self.chance.between(1, 90)),
            15..=300 => Span::minutes(self.chance.between(0, 9)),
            _ => Span::from_micros(self.chance.between(0, 30_000_000)),
        };
        self.now = self.now.plus(by);
    }

    fn begin(&mut self, index: usize) {
        self.tally.steps += 1;
        let (request, attempt_no) = match self.players[index].again.take() {
            Some(again) => again,
            None => (self.invent(index), 1),
        };
        let player = &self.players[index];
        let unit = Faulty::new(self.world.begin(), self.fault, self.tally.steps);
        let now = self.now.plus(player.skew);
        let future = Box::pin(attempt(unit, Arc::clone(&player.cache), player.id, Arc::clone(&request), Mode::Carry, now));
        self.players[index].working = Some(Working { request, began: self.shadow.seq(), attempt: attempt_no, future });
    }

    /// A new command, or one that somebody sent long ago.
    fn invent(&mut self, index: usize) -> Arc<Request> {
        let actor = self.players[index].id;
        let old: Vec<_> = self.past.iter().filter(|(id, _)| *id == actor).collect();
        if !old.is_empty() && self.chance.per_mille(15) {
            return Arc::clone(&self.chance.pick(&old).1);
        }
        let command = self.command(index);
        let request = Arc::new(Request::new(CommandId(self.chance.uuid()), command));
        if self.past.len() == MEMORY {
            self.past.swap_remove(self.chance.below(MEMORY));
        }
        self.past.push((actor, Arc::clone(&request)));
        request
    }

    fn command(&mut self, index: usize) -> Command {
        let is_engine = index < 2 && self.chance.per_mille(950);
        if self.chance.per_mille(400) {
            return self.deal_command(is_engine);
        }
        let chance = &mut self.chance;
        if is_engine {
            let limit = 1 + u32::try_from(chance.below(40)).unwrap_or(0);
            let after = LeadId(0);
            return if chance.per_mille(900) { Command::Sweep { limit } } else { Command::RouteUnplaced { after, limit } };
        }
        let state = self.world.look();
        if state.leads.is_empty() || chance.per_mille(90) {
            drop(state);
            return script::around(&mut self.bank, self.now, chance);
        }
        let count = i64::try_from(state.leads.len()).expect("few leads");
        let lead = lead_at(&state.leads, chance);
        let verb = script::verb(lead, chance);
        let command = script::with_objects(verb, lead, count, self.now, chance);
        let mut targets = vec![script::target(lead, chance)];
        if chance.per_mille(60) {
            // Marked leads: others of which some can't do it, now and then one twice or one that is not there.
            targets.extend((0..chance.below(6)).map(|_| script::target(lead_at(&state.leads, chance), chance)));
            if chance.per_mille(100) {
                targets.push(LeadTarget::from(LeadId(count + 7)));
            }
        }
        if let LeadCommand::Merge { into } = &command
            && chance.per_mille(100)
        {
            targets.push(LeadTarget::from(*into));
        }
        Command::Leads { targets, command }
    }

    fn work_on(&mut self, index: usize, polls: usize) -> Result<(), String> {
        for _ in 0..polls {
            let Some(working) = &mut self.players[index].working else { return Ok(()) };
            let answer = working.future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            let began = working.began;
            self.check_commit(began)?;
            if let Poll::Ready(answer) = answer
                && let Some(working) = self.players[index].working.take()
            {
                return self.answered(index, working, answer);
            }
            if self.chance.per_mille(3) {
                self.kill(index);
                return Ok(());
            }
        }
        Ok(())
    }

    /// The process dies in the middle of its transaction; mostly somebody tries the same again.
    fn kill(&mut self, index: usize) {
        self.tally.killed += 1;
        if let Some(Working { request, attempt, .. }) = self.players[index].working.take()
            && self.chance.per_mille(700)
        {
            self.players[index].again = Some((request, attempt));
        }
    }

    fn answered(&mut self, index: usize, working: Working, answer: Answer) -> Result<(), String> {
        let Working { request, attempt, .. } = working;
        match answer {
            Ok(outcome) => {
                self.tally.repeated += u64::from(outcome.repeated);
                for refusal in refusals(&outcome) {
                    self.tally.refused += 1;
                    ensure!(is_a_sentence(&refusal), "not a sentence: `{refusal}`");
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
            Err(Failure::Denied(why)) => {
                self.tally.denied += 1;
                ensure!(is_a_sentence(&why), "not a sentence: `{why}`");
            }
            Err(failure @ (Failure::Refused(_) | Failure::Deal(_) | Failure::Mdf(_) | Failure::Program(_))) => {
                self.tally.refused += 1;
                ensure!(is_a_sentence(&failure.to_string()), "not a sentence: `{failure}`");
            }
            Err(failure @ Failure::Store(_)) => return Err(format!("{}: {failure}", request.command.name())),
        }
        Ok(())
    }

    /// Compares what was committed since the last look with what may be.
    fn check_commit(&mut self, began: AuditSeq) -> Result<(), String> {
        let state = self.world.look();
        let known = usize::try_from(self.shadow.seq().0).unwrap_or(0);
        if state.audit.len() == known {
            return Ok(());
        }
        let touched = self.shadow.follow(&state.audit[known..], began)?;
        for id in touched.leads {
            let lead = state.leads.find(id).ok_or_else(|| format!("{id} is in the chain and not in the table"))?;
            self.shadow.compare(lead)?;
        }
        for id in touched.deals {
            let deal = state.desk.deals.find(id).ok_or_else(|| format!("{id} is in the chain and not in the table"))?;
            self.shadow.desk.compare(deal)?;
        }
        for id in touched.cases {
            let case = state.desk.cases.find(id).ok_or_else(|| format!("{id} is in the chain and not in the table"))?;
            self.shadow.desk.compare_case(case)?;
        }
        self.tally.commits += 1;
        self.tally.events += (state.audit.len() - known) as u64;
        self.tally.leads = state.leads.len() as u64;
        self.tally.deals = state.desk.deals.len() as u64;
        self.tally.cases = state.desk.cases.len() as u64;
        Ok(())
    }

    /// Counts everything anew: what a step by step comparison can't see.
    pub fn recount(&self) -> Result<(), String> {
        let state = self.world.look();
        ensure!(state.leads.len() == self.shadow.leads.len(), "{} leads, {} in the chain", state.leads.len(), self.shadow.leads.len());
        for lead in state.leads.iter() {
            self.shadow.compare(lead)?;
        }
        let held: std::collections::BTreeMap<_, _> =
            state.loads.iter().filter(|(_, load)| **load > 0).map(|(partner, load)| (*partner, *load)).collect();
        ensure!(held == self.shadow.loads(), "loads {held:?}, counted anew {:?}", self.shadow.loads());
        let some = |counters: &std::collections::BTreeMap<_, i64>| -> Vec<_> {
            counters.iter().filter(|(_, value)| **value != 0).map(|(counted, value)| (*counted, *value)).collect()
        };
        ensure!(some(&state.counters) == some(&self.shadow.counters), "the counters differ from a recount");
        ensure!(state.counters.values().all(|value| *value >= 0), "a counter is negative");
        for (scope, rotation) in &state.rotations {
            let turns = self.shadow.turns.get(scope).copied().unwrap_or(0);
            ensure!(rotation.turns == turns, "{scope} says {} turns, the chain {turns}", rotation.turns);
        }
        ensure!(self.shadow.turns.len() == state.rotations.len(), "a rotation is missing");
        deal::recount(&state.desk, &self.shadow.desk)
    }

    /// Everybody stops; then the engine, alone, has to bring everything that is due to an end.
    pub fn close(&mut self) -> Result<(), String> {
        for player in &mut self.players {
            player.working = None;
        }
        self.now = self.now.plus(Span::hours(24 * 40));
        self.until_quiet(|_| Command::Sweep { limit: 100 })?;
        self.until_quiet(|_| Command::SweepDeals { limit: 100 })?;
        let state = self.world.look();
        let due = state.leads.iter().find(|lead| lead.next_at().is_some_and(|at| at <= self.now));
        ensure!(due.is_none(), "the engine has nothing to do for {due:?}, which is due");
        deal::nothing_due(&state.desk, self.now)?;
        drop(state);
        self.every_conflict_is_found()?;
        self.tally.decisions = self.shadow.desk.cases.values().map(|case| case.decisions.len() as u64).sum();
        self.recount()
    }

    /// The engine repeats a sweep until it has nothing to do any more.
    fn until_quiet(&mut self, command: impl Fn(u32) -> Command) -> Result<(), String> {
        for round in 0..10_000 {
            let before = self.shadow.seq();
            self.alone(command(round))?;
            if self.shadow.seq() == before {
                return Ok(());
            }
        }
        Err("the engine never comes to an end".to_owned())
    }

    /// The engine does something with nobody else about.
    fn alone(&mut self, command: Command) -> Result<Outcome, String> {
        let before = self.shadow.seq();
        let request = Arc::new(Request::new(CommandId(self.chance.uuid()), command));
        let unit = Faulty::new(self.world.begin(), self.fault, u64::MAX);
        let future = attempt(unit, Arc::clone(&self.players[0].cache), OperatorId(1), request, Mode::Carry, self.now);
        let outcome = finish(Box::pin(future)).map_err(|failure| failure.to_string())?;
        self.check_commit(before)?;
        Ok(outcome)
    }

    /// The chain as it would be read from a database, played from nothing, gives the same bytes.
    pub fn replay(&self) -> Result<(), String> {
        let state = self.world.look();
        let mut leads: Vec<Lead> = Vec::with_capacity(state.leads.len());
        let mut desk = deal::Replayed::default();
        for past in state.audit.iter().filter(|past| matches!(past.record.event, Event::Lead(_) | Event::Deal(_) | Event::Case(_))) {
            let event = &past.record.event;
            let body = event.to_body().map_err(|error| error.to_string())?;
            let mut read = Event::from_body(event.name(), &body).map_err(|error| error.to_string())?;
            if let Some(personal) = event.personal() {
                read.set_personal(personal);
            }
            let (id, at) = (past.record.entity.id(), past.record.at);
            let Event::Lead(read) = read else {
                desk.take(id, &read, at);
                continue;
            };
            if past.record.version == 1 {
                leads.extend(Lead::begin(LeadId(id), &read, at));
            } else if let Some(lead) = usize::try_from(id - 1).ok().and_then(|index| leads.get_mut(index)) {
                lead.apply(&read, at);
            }
        }
        let json = |leads: &[Lead]| serde_json::to_string(leads).map_err(|error| error.to_string());
        ensure!(json(&leads)? == json(&state.leads)?, "the replayed leads are written differently");
        ensure!(leads == *state.leads, "the replayed leads differ in their personal part");
        desk.compare(&state.desk)
    }
}

fn refusals(outcome: &Outcome) -> Vec<String> {
    let leads = outcome.items.iter().filter_map(|item| item.result.as_ref().err()).map(ToString::to_string);
    let deals = outcome.deals.iter().filter_map(|item| item.result.as_ref().err()).map(ToString::to_string);
    let cases = outcome.cases.iter().filter_map(|item| item.result.as_ref().err()).map(ToString::to_string);
    let statuses = outcome.statuses.iter().filter_map(|item| item.result.as_ref().err()).map(ToString::to_string);
    leads.chain(deals).chain(cases).chain(statuses).collect()
}

/// Leads that arrived lately are worked on most.
fn lead_at<'a>(leads: &'a [Lead], chance: &mut Chance) -> &'a Lead {
    if leads.len() > 60 && chance.per_mille(700) { &leads[leads.len() - 1 - chance.below(60)] } else { chance.pick(leads) }
}

fn is_a_sentence(text: &str) -> bool {
    text.len() > 8 && text.contains(' ') && !text.contains("None") && !text.contains("Some(")
}

/// What `App::execute` does with a database, on the world in memory.
pub(super) async fn attempt<U: Unit>(
    mut unit: U,
    cache: Cache,
    actor: OperatorId,
    request: Arc<Request>,
    mode: Mode,
    now: Instant,
) -> Answer {
    let cached = cache.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let rules = Rules::refreshed(cached, &mut unit).await?;
    *cache.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&rules));
    let result = handle(&mut unit, &rules, actor, &request, mode, now).await;
    if mode == Mode::Carry && matches!(result, Ok(_) | Err(Failure::Denied(_))) {
        unit.commit().await?;
    }
    result
}

pub(super) fn finish(mut future: Pin<Box<dyn Future<Output = Answer>>>) -> Answer {
    for _ in 0..100_000 {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return answer;
        }
    }
    panic!("a command waits for a lock that nobody gives back");
}
