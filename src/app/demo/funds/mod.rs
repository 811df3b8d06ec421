//! The funding desk of the demo: funds in several currencies, what partners asked of them and claimed, and the payments. What
//! lies ahead of now stays on the agenda, and happens while somebody watches.

mod fate;
mod words;

use super::{agenda::Agenda, chance::Chance, staff::Staff, stage::Stage};
use crate::{
    app::{
        AuthorityCommand, ClaimDraft, Command, DraftSource, Failure, ItemTarget, MdfCommand, MdfItem, MdfRecord, MdfStep, Outcome,
        RequestDraft, Rules,
    },
    domain::{
        deal::ContentHash,
        event::Entity,
        id::{BatchId, ClaimId, OperatorId},
        mdf::{
            approval::Limit,
            batch::{Answer, BatchFile},
            claim::{ClaimCommand, Invoice, PaymentState},
            fund::{FundCommand, FundTerms, Holder},
            item::ItemId,
        },
        money::{Currency, Money},
        text::Text,
        time::{Instant, Span},
    },
};
use chrono::{Days, NaiveDate};
use fate::Fate;
use std::collections::BTreeMap;

/// How far back the desk's past goes.
const DAYS: i64 = 118;
/// So often the engine looks while nothing else happens.
const LOOK: Span = Span::hours(12);

/// Name, program, holder, currency, whole units, last day from today.
type Line = (&'static str, &'static str, &'static str, &'static str, i64, i64);

/// A partner is named by its code, a region by its name.
const FUNDS: [Line; 11] = [
    ("DACH launch of the 9000 series", "Launch 9000", "DACH", "EUR", 340_000, 66),
    ("UK and Ireland always on", "Always on", "UK and Ireland", "GBP", 150_000, 48),
    ("France, move to Wi-Fi 7", "Wi-Fi 7", "France", "EUR", 130_000, 75),
    ("Nordics spring", "Spring campaign", "Nordics", "EUR", 90_000, 9),
    ("Hansa co-op", "Co-op", "HANSA", "EUR", 120_000, 60),
    ("Blue Ridge co-op", "Co-op", "BLUERIDGE", "USD", 180_000, 80),
    ("Sunline co-op", "Co-op", "SUNLINE", "USD", 90_000, 24),
    ("Matterhorn co-op", "Co-op", "MATTERHORN", "CHF", 80_000, 70),
    ("Setouchi co-op", "Co-op", "JP-289", "JPY", 14_000_000, 64),
    ("Southern Europe trade fairs", "Trade fairs", "Southern Europe", "EUR", 60_000, 40),
    ("Winter training", "Training", "Benelux", "EUR", 40_000, -12),
];

/// What somebody is going to do.
enum Step {
    Open(usize),
    Ask(Box<RequestDraft>, Fate),
    Claim(Box<ClaimDraft>, Fate),
    Do(OperatorId, ItemId, MdfCommand),
    /// Everything that is ordered goes to the bank.
    Export,
    Answer(BatchId, Vec<(ClaimId, u32)>),
}

pub struct Funds {
    chance: Chance,
    staff: Staff,
    agenda: Agenda<Step>,
    now: Instant,
    /// Payments that were ordered and are in no file yet.
    ordered: Vec<(ClaimId, u32, Currency)>,
    /// An invoice that was paid, for those who hand it in again.
    paid: Vec<Invoice>,
    papers: u64,
}

impl Funds {
    /// Opens the desk, and plans everything up to `now`.
    pub fn planned(seed: u64, staff: Staff, now: Instant) -> Self {
        let opened = now.plus(Span::hours(-24 * DAYS));
        let chance = Chance::seeded(seed ^ 0xf0_4d5);
        let mut funds = Self {
            chance,
            staff,
            agenda: Agenda::new(opened, LOOK, Command::SweepMdf { limit: 500 }),
            now,
            ordered: Vec::new(),
            paid: Vec::new(),
            papers: 0,
        };
        for place in 0..FUNDS.len() {
            funds.later(opened.plus(Span::minutes(i64::try_from(place).unwrap_or(0) * 7)), Step::Open(place));
        }
        for days in [-70, -41, -20, -6, -1] {
            funds.later(now.plus(Span::hours(24 * days - 3)), Step::Export);
        }
        funds
    }

    /// When somebody acts next.
    pub fn next(&self) -> Option<Instant> {
        self.agenda.next()
    }

    /// Does what was planned up to `until`, in time. What is no longer possible is left, as people leave it.
    pub async fn act(&mut self, stage: &mut Stage<'_>, until: Instant) -> Result<(), Failure> {
        while let Some(step) = self.agenda.due(stage, until).await? {
            self.take(stage, step).await?;
        }
        Ok(())
    }

    async fn take(&mut self, stage: &mut Stage<'_>, step: Step) -> Result<(), Failure> {
        let rules = stage.rules().await?;
        match step {
            Step::Open(place) => self.open(stage, &rules, place).await?,
            Step::Ask(draft, fate) => {
                let command = Command::DraftRequests { drafts: vec![(*draft).clone()], source: DraftSource::Desk };
                let outcome = stage.carry(self.staff.portal, command).await?;
                if let Some(MdfRecord::Request(request)) = only(outcome) {
                    self.asked(&rules, stage.now(), &request, fate);
                }
            }
            Step::Claim(draft, fate) => {
                let command = Command::DraftClaims { drafts: vec![(*draft).clone()], source: DraftSource::Desk };
                let outcome = stage.carry(self.staff.portal, command).await?;
                if let Some(MdfRecord::Claim(claim)) = only(outcome) {
                    self.claimed(&rules, stage.now(), &claim, fate);
                }
            }
            Step::Do(who, id, command) => {
                let step = MdfStep { target: ItemTarget::from(id), command };
                if let Some(MdfRecord::Claim(claim)) = only(stage.carry(who, Command::Mdf(vec![step])).await?)
                    && let Some(payment) = claim.payments.last().filter(|payment| payment.state == PaymentState::Ordered)
                    && !self.ordered.iter().any(|(id, no, _)| (*id, *no) == (claim.id, payment.no))
                {
                    self.ordered.push((claim.id, payment.no, payment.amount.currency));
                }
            }
            Step::Export => self.export(stage).await?,
            Step::Answer(batch, payments) => self.answer(stage, batch, payments).await?,
        }
        Ok(())
    }

    /// Opens a fund, fills it, and plans what will be asked of it.
    async fn open(&mut self, stage: &mut Stage<'_>, rules: &Rules, place: usize) -> Result<(), Failure> {
        let (name, program, holder, currency, units, last) = FUNDS[place];
        let Ok(currency) = currency.parse::<Currency>() else { return Ok(()) };
        if place == 0 {
            self.limits(stage).await?;
        }
        let held = rules.directory().all().iter().find(|partner| partner.profile.code.as_str() == holder).map(|partner| partner.id);
        let today = day(self.now, 0);
        let terms = FundTerms {
            source_key: Text::default(),
            name: Text::clean(name),
            program: Text::clean(program),
            holder: held.map_or_else(|| Holder::Region(Text::clean(holder)), Holder::Partner),
            from: day(self.now, -DAYS - 1),
            to: if last < 0 { before(today, last) } else { after(today, last) },
            currency,
        };
        let outcome = stage.carry(self.staff.finance[0], Command::OpenFunds(vec![terms.clone()])).await?;
        let Some(MdfRecord::Fund(fund)) = only(outcome) else { return Ok(()) };
        let amount = whole(units, currency);
        let command = FundCommand::Allocate { amount, reason: Text::clean("annual plan, as the board released it") };
        let step = MdfStep { target: ItemTarget::from(ItemId::Fund(fund.id)), command: MdfCommand::Fund(command) };
        stage.carry(self.staff.finance[0], Command::Mdf(vec![step])).await?;
        self.stories(rules, fund.id, &terms, amount);
        Ok(())
    }

    /// Who may approve how much.
    async fn limits(&mut self, stage: &mut Stage<'_>) -> Result<(), Failure> {
        let mut all = Vec::new();
        for who in self.staff.approvers {
            for (code, units) in [("EUR", 50_000), ("USD", 50_000), ("GBP", 40_000), ("CHF", 50_000), ("JPY", 6_000_000)] {
                if let Ok(currency) = code.parse() {
                    let limit = Limit { operator: who, amount: whole(units, currency), from: day(self.now, -DAYS - 1), until: None };
                    all.push(AuthorityCommand::SetLimit(limit));
                }
            }
        }
        stage.carry(self.staff.first, Command::Authority(all)).await?;
        Ok(())
    }

    /// One file a currency.
    async fn export(&mut self, stage: &mut Stage<'_>) -> Result<(), Failure> {
        let mut by: BTreeMap<String, Vec<(ClaimId, u32)>> = BTreeMap::new();
        for (claim, no, currency) in std::mem::take(&mut self.ordered) {
            by.entry(currency.to_string()).or_default().push((claim, no));
        }
        for (currency, payments) in by {
            let name = Text::clean(&format!("{}-{currency}.xml", stage.now().to_utc().format("%Y%m%d")));
            let file = BatchFile { hash: ContentHash::of(name.as_bytes()), name };
            let outcome = stage.carry(self.staff.finance[0], Command::ExportBatch { payments: payments.clone(), file }).await?;
            let exported = outcome.mdf.first().filter(|item| item.result.is_ok()).map(|item| item.entity);
            if let Some(Entity::Batch(batch)) = exported {
                let at = stage.now().plus(self.chance.between(Span::hours(30), Span::hours(60)));
                self.later(at, Step::Answer(batch, payments));
            }
        }
        Ok(())
    }

    /// The bank pays, mostly.
    async fn answer(&mut self, stage: &mut Stage<'_>, batch: BatchId, payments: Vec<(ClaimId, u32)>) -> Result<(), Failure> {
        let mut answers = Vec::new();
        for (claim, no) in payments {
            let answer = if self.chance.percent(4) {
                Answer::Failed { reason: Text::clean("AC04 account closed") }
            } else {
                Answer::Confirmed { reference: Text::clean(&format!("NTRF {:08}", self.chance.below(100_000_000))) }
            };
            answers.push((claim, no, answer));
        }
        stage.carry(self.staff.finance[0], Command::AnswerBatch { batch, answers }).await?;
        Ok(())
    }

    fn later(&mut self, at: Instant, step: Step) {
        self.agenda.later(at, step);
    }

    fn will(&mut self, at: Instant, who: OperatorId, id: impl Into<ItemId>, command: MdfCommand) {
        self.later(at, Step::Do(who, id.into(), command));
    }

    fn will_claim(&mut self, at: Instant, who: OperatorId, id: ClaimId, command: ClaimCommand) {
        self.will(at, who, id, MdfCommand::Claim(command));
    }

    /// After so much business time of the desk, up to a third more.
    fn after(&mut self, rules: &Rules, at: Instant, hours: i64) -> Instant {
        let work = self.chance.between(Span::hours(hours), Span::minutes(hours * 80));
        rules.program().default_calendar().add(at, work).unwrap_or(at)
    }
}

/// What became of a command about one item, if it was not refused.
fn only(outcome: Outcome) -> Option<MdfRecord> {
    let MdfItem { result, .. } = outcome.mdf.into_iter().next()?;
    result.ok().map(|done| done.after)
}

fn whole(units: i64, currency: Currency) -> Money {
    Money::new(units * 10_i64.pow(currency.exponent()), currency)
}

/// The day so many days from an instant.
fn day(at: Instant, days: i64) -> NaiveDate {
    at.plus(Span::hours(24 * days)).to_utc().date_naive()
}

fn after(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_add_days(Days::new(days.unsigned_abs())).unwrap_or(day)
}

fn before(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_sub_days(Days::new(days.unsigned_abs())).unwrap_or(day)
}
