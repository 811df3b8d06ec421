//! The MDF desk in any order: eight people whose roles change, and two engines, on a few funds that are too small for all of
//! them. Processes die between any two steps, answers are lost, commands are repeated, content is edited after it was
//! approved; after each commit the books are compared with what the chain says. `PILOTHOUSE_SIM_MDF_STEPS` sets how many steps
//! are taken in memory.

mod books;
mod duties;
mod inboxes;
mod script;
mod stores;

use super::{
    chance::Chance,
    crew::{self, PEOPLE, Play, START, STEPS_A_WORLD, spec},
    fault::Fault,
    shadow::ensure,
};
use books::Books;
use pilothouse::{
    app::{AuthorityCommand, Command, Outcome},
    domain::{
        id::OperatorId,
        mdf::{Refusal, approval::Limit, ledger::LedgerRefusal},
        partner::Profile,
        text::Text,
        time::{Instant, Span},
    },
    store::memory::World,
};
use script::{Pool, eur};

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

/// The desk as it is played, with its books kept from the chain.
#[derive(Default)]
struct Funding {
    books: Books,
    /// The money of a fund did not suffice.
    short: u64,
}

impl Play for Funding {
    fn first_day(chance: &mut Chance) -> Vec<Command> {
        first_day(chance)
    }

    fn new() -> Self {
        Self::default()
    }

    fn sweep(chance: &mut Chance) -> Command {
        Command::SweepMdf { limit: 1 + u32::try_from(chance.below(50)).unwrap_or(0) }
    }

    fn invent(&mut self, world: &World, who: OperatorId, now: Instant, chance: &mut Chance) -> Command {
        let state = world.look();
        let pool = Pool { funds: &state.mdf.funds, requests: &state.mdf.requests, claims: &state.mdf.claims, batches: &state.mdf.batches };
        script::command(&pool, who, now, chance)
    }

    fn leap(chance: &mut Chance) -> Span {
        Span::hours(chance.between(24, 200))
    }

    fn acting_since(&mut self, records: usize) {
        self.books.duties.since = i64::try_from(records).unwrap_or(i64::MAX);
    }

    fn check(&mut self, world: &World) -> Result<u64, String> {
        let state = world.look();
        let known = usize::try_from(self.books.seq).unwrap_or(0);
        if state.audit.len() == known {
            return Ok(0);
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
        Ok((state.audit.len() - known) as u64)
    }

    fn refusals(&mut self, outcome: &Outcome) -> Vec<String> {
        let refusals = outcome.mdf.iter().filter_map(|item| item.result.as_ref().err());
        let short = |refusal: &&Refusal| matches!(refusal, Refusal::Ledger { refusal: LedgerRefusal::Short { .. } });
        self.short += refusals.clone().filter(short).count() as u64;
        refusals.map(ToString::to_string).collect()
    }

    fn swept(outcome: &Outcome) -> usize {
        outcome.mdf.len()
    }

    fn over(&self, world: &World) -> Result<(), String> {
        let state = world.look();
        let open = state.mdf.funds.iter().find(|fund| fund.is_open());
        ensure!(open.is_none(), "{open:?} is open after its period");
        self.books.recounted()
    }
}

#[test]
fn any_order_of_funds_requests_claims_and_payments_keeps_the_books() {
    let steps = super::number("PILOTHOUSE_SIM_MDF_STEPS").unwrap_or_else(|| super::usual_steps() / 4);
    let (tally, plays) = crew::run_all::<Funding>(steps, "mdf");
    let sum = |of: fn(&Funding) -> u64| plays.iter().map(of).sum::<u64>();
    let [approved, paid] = [sum(|play| play.books.approved), sum(|play| play.books.paid)];
    let [reopened, short] = [sum(|play| play.books.reopened), sum(|play| play.short)];
    let [many, stood_in] = [sum(|play| play.books.duties.many), sum(|play| play.books.duties.stood_in)];
    let happened = [approved / 100, paid / 20, reopened, short, many / 20, stood_in, tally.repeated, tally.killed];
    assert!(happened.iter().all(|count| *count > 0), "too little happened to prove anything: {happened:?} {tally:?}");
}

/// A harness that can't fail proves nothing.
#[test]
fn each_fault_put_in_on_purpose_is_found() {
    for (fault, told) in Fault::MDF {
        let why = crew::finding::<Funding>(fault);
        assert!(why.contains(told), "{fault:?} shows as `{why}`, and not by `{told}`");
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let [once, again] = [3, 3].map(|seed| crew::run::<Funding>(seed, Fault::None, STEPS_A_WORLD / 5).expect("sound").0);
    assert_eq!(once, again);
}
