//! The tier desk of the demo: what partners sold in two years and more, the audits of the quarters that ended within the desk's
//! past, and what people made of them.

use super::{agenda::Agenda, chance::Chance, joiners, staff::Staff, stage::Stage};
use crate::{
    app::{Command, Failure, Rules, Target, pos::Incoming},
    domain::{
        day::local_date,
        id::{OperatorId, PartnerId},
        money::Money,
        partner::{Partner, Step as OnBoard, StepCommand},
        pos::OrderLine,
        text::Text,
        tier::{
            Outcome as Found, Quarter,
            evaluation::AuditKind,
            standing::{Rated, Standing, StandingCommand},
        },
        time::{Instant, Span},
    },
};
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

/// How far back the desk's past goes: at least one quarter ends in it.
const DAYS: i64 = 119;
/// Quarters of sales before today: two whole years, so that growth is known, and the one that goes on.
const QUARTERS: u64 = 9;
const LOOK: Span = Span::hours(24);
/// What partners of a tier sell in a year, in thousands: the best tier first.
const SOLD: [(i64, i64); 4] = [(10_200, 26_000), (5_100, 9_800), (1_050, 4_600), (40, 950)];

enum Step {
    /// The lines that were booked by then.
    Report(NaiveDate),
    Rate,
    Audit(NaiveDate),
    Do(OperatorId, PartnerId, StandingCommand),
    /// A partner begins its onboarding, or has got a certificate by now.
    Join(&'static joiners::Joiner, bool),
    Tick(&'static joiners::Joiner, OnBoard, &'static str),
    /// Somebody there is known.
    Meet(&'static joiners::Joiner, &'static str, &'static str),
}

pub struct Tiers {
    chance: Chance,
    staff: Staff,
    agenda: Agenda<Step>,
    now: Instant,
    /// Booked and not reported yet, the latest first.
    lines: Vec<OrderLine>,
}

impl Tiers {
    pub fn planned(seed: u64, staff: Staff, rules: &Rules, now: Instant) -> Self {
        let opened = now.plus(Span::hours(-24 * DAYS));
        let agenda = Agenda::new(opened, LOOK, Command::SweepTiers { limit: 500 });
        let mut tiers = Self { chance: Chance::seeded(seed ^ 0x71e5), staff, agenda, now, lines: Vec::new() };
        let program = rules.program();
        let today = local_date(now, program.zone);
        tiers.sell(rules, today);
        let starts = program.scorecard.fiscal_year_starts;
        let day = |days: i64| local_date(now.plus(Span::hours(24 * days)), program.zone);
        tiers.later(-DAYS, Step::Report(day(-DAYS)));
        tiers.later(-DAYS, Step::Rate);
        for days in (-DAYS..0).skip(1) {
            let ended = Quarter::of(day(days), starts).previous().last_day(starts);
            // A week after the end of a quarter its last reports are in.
            if day(days) == ended.checked_add_days(Days::new(7)).unwrap_or(ended) {
                tiers.later(days, Step::Report(day(days)));
                tiers.later(days, Step::Audit(ended));
            }
        }
        tiers.later(-1, Step::Report(day(-1)));
        tiers.join();
        tiers
    }

    /// Who comes on board, and how far that has come.
    fn join(&mut self) {
        for joiner in &joiners::ALL {
            let day = |after: i64| after - joiner.days;
            self.later(day(0), Step::Join(joiner, false));
            for (after, step, note) in joiner.ticks {
                self.later(day(*after), Step::Tick(joiner, *step, note));
            }
            if let Some(after) = joiner.trained {
                self.later(day(after), Step::Join(joiner, true));
            }
            if let Some((after, name, email)) = joiner.known {
                self.later(day(after), Step::Meet(joiner, name, email));
            }
        }
    }

    /// So many days from today, at noon or thereabouts.
    fn later(&mut self, days: i64, step: Step) {
        self.agenda.later(self.now.plus(Span::hours(24 * days)), step);
    }

    pub fn next(&self) -> Option<Instant> {
        self.agenda.next()
    }

    /// Does what was planned up to `until`, in time.
    pub async fn act(&mut self, stage: &mut Stage<'_>, until: Instant) -> Result<(), Failure> {
        while let Some(step) = self.agenda.due(stage, until).await? {
            match step {
                Step::Report(day) => self.report(stage, day).await?,
                Step::Rate => self.rate(stage).await?,
                Step::Audit(day) => self.audit(stage, day).await?,
                Step::Join(joiner, is_certified) => {
                    let profile = joiner.profile(is_certified.then(|| stage.now()));
                    stage.carry(self.staff.first, Command::Partners(vec![profile])).await?;
                }
                Step::Tick(joiner, step, note) => {
                    let command = StepCommand::Tick { step, note: Text::clean(note) };
                    let partners = stage.rules().await?.directory().by_code(&joiner.code()).map(|one| one.id).into_iter().collect();
                    stage.carry(self.staff.judges()[0], Command::PartnerStep { partners, command }).await?;
                }
                Step::Meet(joiner, name, email) => {
                    let Some(partner) = stage.rules().await?.directory().by_code(&joiner.code()).map(|one| one.id) else { continue };
                    let met = joiners::somebody(partner, name, email, stage.now());
                    stage.carry(self.staff.first, Command::Contacts(vec![met])).await?;
                }
                // What is no longer possible is left, as people leave it.
                Step::Do(who, partner, command) => {
                    let targets = vec![Target { id: partner, seen: None }];
                    stage.carry(who, Command::Tiers { targets, command }).await?;
                }
            }
        }
        Ok(())
    }

    /// What each partner sells, quarter by quarter and product line by product line. Most sell what their tier asks for; some
    /// have grown out of theirs, and some no longer fill it.
    fn sell(&mut self, rules: &Rules, today: NaiveDate) {
        let program = rules.program();
        for partner in rules.directory().all().iter().filter(|partner| partner.profile.is_audited()) {
            let place = program.tier_rules().place(&partner.profile.tier).min(SOLD.len() - 1);
            let (least, most) = SOLD[place];
            let mut thousands = least + (most - least) * i64::try_from(self.chance.share().squared().0).unwrap_or(0) / 1_000;
            match self.chance.below(100) {
                0..9 => thousands = thousands * 5 / 2,
                9..20 => thousands = thousands * 3 / 5,
                _ => {}
            }
            // Most of the best grow, and sell more of what there is.
            let (least, spread, lines) = if place < 2 { (-4, 50, 4) } else { (-18, 60, 3) };
            let growth = i64::try_from(self.chance.below(spread)).unwrap_or(0) + least;
            let products = self.products(program.products.as_slice(), partner, lines);
            for back in 0..QUARTERS {
                self.quarter(
                    partner,
                    &products,
                    thousands * (1_000 - i64::try_from(back).unwrap_or(0) * growth * 10 / 4) / 1_000,
                    back,
                    today,
                );
            }
        }
        self.lines.sort_by(|a, b| b.on.cmp(&a.on).then_with(|| b.key.cmp(&a.key)));
    }

    /// Up to so many of the lines that it may sell.
    fn products(&mut self, all: &[Text], partner: &Partner, most: usize) -> Vec<Text> {
        let country = partner.profile.country;
        let mut may: Vec<Text> = all.iter().filter(|line| partner.profile.covers(country, line, "")).cloned().collect();
        while may.len() > most {
            may.remove(self.chance.below(may.len()));
        }
        may
    }

    fn quarter(&mut self, partner: &Partner, products: &[Text], thousands: i64, back: u64, today: NaiveDate) {
        for (number, product) in (1_i64..).zip(products) {
            let ago = back * 91 + 2 + u64::try_from(self.chance.below(88)).unwrap_or(0);
            let Some(on) = today.checked_sub_days(Days::new(ago)) else { continue };
            // A quarter of a year, the first product most, and no two alike.
            let whole = i64::try_from(products.len()).unwrap_or(1);
            let weight = (whole - number + 1) * 2;
            let share = thousands * 1_000 / 4 * weight / (whole * (whole + 1));
            let cents = share.max(100) * 100 + i64::try_from(self.chance.below(10_000)).unwrap_or(0);
            self.lines.push(OrderLine {
                key: Text::clean(&format!("portal:{}-{back}/{number}", partner.profile.code)),
                partner: partner.id,
                customer: None,
                product: product.clone(),
                line: product.clone(),
                on,
                quantity: None,
                price: None,
                amount: Money::new(cents, crate::domain::money::Currency::euro()),
            });
        }
    }

    async fn report(&mut self, stage: &mut Stage<'_>, until: NaiveDate) -> Result<(), Failure> {
        let later = self.lines.partition_point(|line| line.on > until);
        let mut lines: Vec<Incoming> = self.lines.split_off(later).into_iter().map(Incoming::of).collect();
        lines.reverse();
        if !lines.is_empty() {
            stage.carry(self.staff.first, Command::Sales(lines)).await?;
        }
        Ok(())
    }

    /// What nobody can count, of most partners.
    async fn rate(&mut self, stage: &mut Stage<'_>) -> Result<(), Failure> {
        let rules = stage.rules().await?;
        for partner in rules.directory().all().iter().filter(|partner| partner.profile.is_audited()) {
            let mut of = |least: usize, percent: usize| {
                let value = Decimal::from(u64::try_from(least + self.chance.below(101 - least)).unwrap_or(0));
                self.chance.percent(percent).then_some(value)
            };
            let rated = Rated { satisfaction: of(55, 60), compliance: of(70, 90), training: of(40, 85) };
            let targets = vec![Target { id: partner.id, seen: None }];
            stage.carry(self.staff.judges()[0], Command::Tiers { targets, command: StandingCommand::Rate { rated } }).await?;
        }
        Ok(())
    }

    async fn audit(&mut self, stage: &mut Stage<'_>, day: NaiveDate) -> Result<(), Failure> {
        let rules = stage.rules().await?;
        let audited = rules.directory().all().iter().filter(|partner| partner.profile.is_audited());
        let partners = audited.map(|partner| partner.id).collect();
        let kind = AuditKind::Quarter(Quarter::of(day, rules.program().scorecard.fiscal_year_starts));
        let outcome = stage.carry(self.staff.first, Command::EvaluateTiers { partners, day, kind }).await?;
        let at = stage.now();
        for standing in outcome.tiers.into_iter().filter_map(|item| item.result.ok()?.standing) {
            self.follow_up(&standing, at);
        }
        Ok(())
    }

    /// What people make of an audit: most changes are decided within a week, some wait; most plans have somebody.
    fn follow_up(&mut self, standing: &Standing, at: Instant) {
        let soon = at.plus(self.chance.between(Span::hours(20), Span::hours(24 * 9)));
        let later = soon.plus(self.chance.between(Span::hours(24 * 5), Span::hours(24 * 30)));
        let partner = standing.partner;
        let [judge, first] = self.staff.judges();
        if standing.proposal.is_some() {
            let command = match self.chance.below(10) {
                0..5 => StandingCommand::Approve { on: None },
                5 => StandingCommand::Reject { reason: Text::clean("their two best engineers have left") },
                _ => return,
            };
            self.agenda.later(soon, Step::Do(judge, partner, command));
        }
        if standing.plan.is_some() && standing.latest.as_ref().is_some_and(|latest| latest.outcome == Found::AtRisk) {
            let owner = if self.chance.percent(40) { first } else { judge };
            if self.chance.percent(80) {
                self.agenda.later(soon, Step::Do(first, partner, StandingCommand::Assign { owner }));
            }
            if self.chance.percent(60) {
                let percent = u8::try_from(10 + self.chance.below(8) * 10).unwrap_or(50);
                let text = Text::clean(self.chance.word(&PROGRESS));
                self.agenda.later(later, Step::Do(owner, partner, StandingCommand::Advance { percent, text }));
            }
        }
    }
}

const PROGRESS: [&str; 6] = [
    "two engineers are booked for the exam",
    "a joint pipeline review is held every second week",
    "the first certificate is in",
    "their new sales lead has started",
    "three larger deals close before the end of the quarter",
    "the training of the sales team is half done",
];
