//! A channel in full swing, invented: a month of history made through the use cases, then life going on.
//!
//! Everything comes from `fixtures/demo` and a seed; the same seed at the same instant makes the same channel.

mod agenda;
mod chance;
mod contacts;
mod deals;
mod funds;
mod joiners;
mod live;
mod partners;
mod people;
mod staff;
mod stage;
mod tiers;
mod traffic;

pub use live::live;
pub use staff::FIRST;

use super::{App, Arriving, Command, Failure, lead::receive::prepare};
use crate::{
    domain::{
        actor::Actor,
        lead::Intake,
        program,
        text::Text,
        time::{Instant, MICROS_PER_HOUR, Span},
    },
    store::memory::World,
};
use chance::{Chance, Share};
use deals::Deals;
use funds::Funds;
use futures::future::BoxFuture;
use people::{People, ROUND_THE_CLOCK, Wish};
use staff::Staff;
use stage::Stage;
use tiers::Tiers;
use traffic::Traffic;

/// How much of the past is made.
const DAYS: i64 = 30;
/// Leads a working hour, at noon in Europe, when most of the world is awake.
const RUSH: usize = 7;
/// So often the engine looks and leads arrive while the past is made; lately more often.
const STEP: Span = Span::minutes(60);
/// The promise of the best partners for the best leads: what was offered so long ago and not answered breaches now.
const SHORTEST_PROMISE: Span = Span::hours(2);
/// Breaches to watch: so many in the first minutes, then one every few minutes.
const BREACHES: [(usize, Span); 2] = [(44, Span::minutes(14)), (40, Span::minutes(110))];

/// What was made, and what goes on making.
pub struct Demo {
    people: People,
    traffic: Traffic,
    deals: Deals,
    funds: Funds,
    tiers: Tiers,
    staff: Staff,
}

/// Fills an empty database with the month up to now. `told` hears how much is done, in percent.
pub fn make<'a>(app: &'a App, seed: u64, told: &'a mut (dyn FnMut(u64) + Send)) -> BoxFuture<'a, Result<Demo, Failure>> {
    make_days(app, seed, DAYS, told)
}

/// The same with a shorter past.
pub fn make_days<'a>(app: &'a App, seed: u64, days: i64, told: &'a mut (dyn FnMut(u64) + Send)) -> BoxFuture<'a, Result<Demo, Failure>> {
    Box::pin(async move {
        let now = app.now();
        let start = whole_hour(now).plus(Span::hours(-24 * days));
        // The deal desk has a longer past than the leads: protections last for months.
        let opened = now.plus(Span::hours(-24 * deals::DAYS));
        let mut stage = Stage::Past { app, world: World::unsettled(), rules: None, now: opened };
        let staff = Staff::hired(&mut stage).await?;
        let first_draft =
            program::DEMO.replace("Lead rules agreed with the partner council on 12 January 2026.", "As proposed to the partner council.");
        stage.carry(staff.first, Command::Partners(partners::profiles(now)?)).await?;
        stage.carry(staff.first, Command::Program { toml: first_draft, note: Text::clean("the council's draft") }).await?;
        stage.carry(staff.first, Command::Accounts(deals::accounts())).await?;
        let rules = stage.rules().await?;
        let read = || People::read(rules.program().consent.required.clone());
        let (people, customers) = (read()?, read()?);
        contacts::known(&mut stage, &people, seed, staff).await?;
        let deals = Deals::planned(seed, customers, staff, &rules, now);
        let traffic = Traffic::new(Chance::seeded(seed), staff, now.plus(Span::ZERO.minus(SHORTEST_PROMISE)));
        let funds = Funds::planned(seed, staff, now);
        let tiers = Tiers::planned(seed, staff, &rules, now);
        let mut demo = Demo { people, traffic, deals, funds, tiers, staff };
        demo.desks(&mut stage, start).await?;
        let mut applied = false;
        let arrivals = demo.arrivals(start, now);
        // Living through it takes most of the time, writing it down the rest.
        let steps = arrivals.len() as u64 * 10 / 7 + 1;
        for (step, (at, wishes)) in (0..).zip(arrivals) {
            told(step * 100 / steps);
            if !applied && at > start.plus(Span::hours(7 * days)) {
                stage
                    .carry(staff.first, Command::Program { toml: program::DEMO.to_owned(), note: Text::clean("agreed on 12 January") })
                    .await?;
                applied = true;
            }
            demo.step(&mut stage, at, &wishes).await?;
        }
        demo.step(&mut stage, now, &[]).await?;
        stage.settle().await?;
        told(100);
        Ok(demo)
    })
}

impl Demo {
    /// Everything up to `at`: what people planned, what time does, who arrives, and what people make of it.
    async fn step(&mut self, stage: &mut Stage<'_>, at: Instant, arriving: &[Wish]) -> Result<(), Failure> {
        self.traffic.act(stage, at).await?;
        self.desks(stage, at).await?;
        stage.at(at);
        stage.carry(Actor::engine().id, Command::Sweep { limit: 2_000 }).await?;
        let now = stage.now();
        let intakes = arriving.iter().map(|wish| self.people.arrival(&mut self.traffic.chance, now, *wish)).collect();
        self.receive(stage, intakes).await?;
        self.traffic.react(stage).await
    }

    /// What the desks of deals, of funds and of tiers do up to then, in one time.
    async fn desks(&mut self, stage: &mut Stage<'_>, until: Instant) -> Result<(), Failure> {
        while let Some(next) =
            [self.deals.next(), self.funds.next(), self.tiers.next()].into_iter().flatten().min().filter(|next| *next <= until)
        {
            self.deals.act(stage, next).await?;
            self.funds.act(stage, next).await?;
            self.tiers.act(stage, next).await?;
        }
        self.deals.act(stage, until).await?;
        self.funds.act(stage, until).await?;
        self.tiers.act(stage, until).await
    }

    async fn receive(&mut self, stage: &mut Stage<'_>, intakes: Vec<Intake>) -> Result<(), Failure> {
        if intakes.is_empty() {
            return Ok(());
        }
        let policy = stage.rules().await?.program().matching.policy();
        let arriving: Vec<Arriving> = intakes.into_iter().map(|intake| prepare(intake, &policy)).collect();
        stage.carry(self.staff.portal, Command::Receive(arriving)).await?;
        Ok(())
    }

    /// When the engine looks, and who arrives then, in order.
    fn arrivals(&mut self, start: Instant, now: Instant) -> Vec<(Instant, Vec<Wish>)> {
        let chance = &mut self.traffic.chance;
        let mut all = Vec::new();
        let mut at = start;
        while at < now {
            let arriving = (0..2 * rate(at)).filter(|_| chance.percent(50)).map(|_| Wish::default()).collect();
            all.push((at.plus(chance.share().of(STEP)), arriving));
            at = at.plus(STEP);
        }
        // Offered to partners who work round the clock just so long ago that the answer is due while one watches.
        for (count, within) in BREACHES {
            for place in 0..count {
                let due = Share(1_000 * place / count).of(within).plus(Span::minutes(1));
                let score = Some(81 + u8::try_from(chance.below(17)).unwrap_or(0));
                let urgent = Wish { countries: &["DE", "AT", "CH", "US", "CA"], product: Some(ROUND_THE_CLOCK), score };
                all.push((now.plus(due).plus(Span::ZERO.minus(SHORTEST_PROMISE)), vec![urgent]));
            }
        }
        all.retain(|(at, _)| *at < now);
        all.sort_by_key(|(at, _)| *at);
        all
    }
}

/// Leads an hour: few at night and at weekends.
fn rate(at: Instant) -> usize {
    use chrono::{Datelike, Timelike, Weekday};
    let utc = at.to_utc();
    let hours = match utc.hour() {
        7..=15 => RUSH,
        16..=20 => RUSH / 2,
        _ => RUSH / 4,
    };
    match utc.weekday() {
        Weekday::Sat | Weekday::Sun => hours.div_ceil(4),
        _ => hours,
    }
}

fn whole_hour(at: Instant) -> Instant {
    Instant::from_micros(at.micros() - at.micros().rem_euclid(MICROS_PER_HOUR))
}
