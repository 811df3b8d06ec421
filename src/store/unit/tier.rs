//! What the tier desk reads and writes within a unit of work.

use crate::{
    domain::{
        fx::RateDay,
        id::{EvaluationId, PartnerId, StandingId},
        money::{Currency, Money},
        text::Text,
        tier::{
            Revenue,
            evaluation::Evaluation,
            period::{Period, Trailing},
            standing::Standing,
        },
        time::Instant,
    },
    store::error::Result,
};
use chrono::NaiveDate;
use std::future::Future;

/// Everything that one command changes at the tier desk.
#[derive(Debug, Clone, Default)]
pub struct TierChanges {
    /// New ones; an evaluation never changes.
    pub evaluations: Vec<Evaluation>,
    pub standings: Vec<StandingChange>,
}

/// A standing after the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingChange {
    pub standing: Standing,
    /// The version it must still have; 0 = it is new.
    pub expected: i64,
}

/// Sales of a partner on a day in one currency, added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoldOn {
    pub partner: PartnerId,
    pub on: NaiveDate,
    /// Empty where the lines name none.
    pub product: Text,
    pub amount: Money,
}

/// What a partner sold in both years of a trailing window, as far as it is booked in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedIn {
    pub partner: PartnerId,
    pub currency: Currency,
    pub revenue: Revenue,
}

/// How much of what was sold is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What it comes to, and by product line.
    Sums,
    /// By day as well: when what is sold leaves the window.
    Days,
}

/// The registrations of a partner that were handed in over a period and approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Registered {
    pub approved: i64,
    pub won: i64,
}

/// What became of the leads that were offered to a partner, as far as it had the say: what the desk took back is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answered {
    /// Accepted, declined, or not answered in time.
    pub all: i64,
    /// Accepted in time.
    pub in_time: i64,
}

/// What a fund of a partner holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FundUse {
    pub partner: PartnerId,
    pub allocated: Money,
    /// Claimed or paid.
    pub used: Money,
}

/// What facts are gathered from: a reading session as well as a unit of work.
pub trait FactSource: Send {
    /// Partners that are a part of another since a day: (partner, day).
    fn acquired(&mut self) -> impl Future<Output = Result<Vec<(PartnerId, NaiveDate)>>> + Send;
    /// The days from one to another that have exchange rates, in order; both belong to it.
    fn rates_between(&mut self, from: NaiveDate, to: NaiveDate) -> impl Future<Output = Result<Vec<RateDay>>> + Send;
    /// What these partners sold over a period, added up by day and currency, in no order.
    fn sold(&mut self, partners: &[PartnerId], period: Period) -> impl Future<Output = Result<Vec<SoldOn>>> + Send;
    /// What lines of these partners are booked at, added up by currency; lines without a booking are left out. In order.
    fn booked(&mut self, partners: &[PartnerId], trailing: Trailing, detail: Detail) -> impl Future<Output = Result<Vec<BookedIn>>> + Send;
    /// Those of these partners that have lines of a period without a booking, in no order.
    fn unbooked(&mut self, partners: &[PartnerId], period: Period) -> impl Future<Output = Result<Vec<PartnerId>>> + Send;
    /// Whether anybody sold anything over a period: where nobody did, revenue is not known.
    fn is_any_sold(&mut self, period: Period) -> impl Future<Output = Result<bool>> + Send;
    /// Whether any sale of a period names its product line, whoever sold it: else nobody's mix is known.
    fn is_any_line_named(&mut self, period: Period) -> impl Future<Output = Result<bool>> + Send;
    /// Registrations handed in from one instant up to another that were approved.
    fn registered(
        &mut self,
        partners: &[PartnerId],
        between: (Instant, Instant),
    ) -> impl Future<Output = Result<Vec<(PartnerId, Registered)>>> + Send;
    /// Offers of leads to these partners that were answered, or ran out, from one instant up to another.
    fn answered(
        &mut self,
        partners: &[PartnerId],
        between: (Instant, Instant),
    ) -> impl Future<Output = Result<Vec<(PartnerId, Answered)>>> + Send;
    /// The funds of these partners whose period meets this one.
    fn fund_use(&mut self, partners: &[PartnerId], period: Period) -> impl Future<Output = Result<Vec<FundUse>>> + Send;
}

/// The reads of the tier desk. Whoever writes takes evaluations before standings.
pub trait TierUnit: FactSource {
    /// In the order asked for, locked until the end of the unit; unknown ones are left out.
    fn standings(&mut self, ids: &[StandingId]) -> impl Future<Output = Result<Vec<Standing>>> + Send;
    /// The standing of each partner, in order.
    fn standings_of(&mut self, partners: &[PartnerId]) -> impl Future<Output = Result<Vec<Option<StandingId>>>> + Send;
    /// Standings whose `next_at` is at or before `now`, the earliest first.
    fn standings_due(&mut self, now: Instant, limit: u32) -> impl Future<Output = Result<Vec<StandingId>>> + Send;
    /// For each key the evaluation that was made under it, in order.
    fn evaluations_by_key(&mut self, keys: &[Text]) -> impl Future<Output = Result<Vec<Option<EvaluationId>>>> + Send;
    /// The last evaluation of each of these partners about a day.
    fn evaluations_on(
        &mut self,
        partners: &[PartnerId],
        day: NaiveDate,
    ) -> impl Future<Output = Result<Vec<(PartnerId, EvaluationId)>>> + Send;
    /// The same of those that counted, whole: audits of quarters and re-audits.
    fn evaluations_counted(&mut self, partners: &[PartnerId], day: NaiveDate) -> impl Future<Output = Result<Vec<Evaluation>>> + Send;
    /// Reserves `count` numbers and gives the first, as [`super::Unit::deal_numbers`] does.
    fn evaluation_numbers(&mut self, count: u32) -> impl Future<Output = Result<EvaluationId>> + Send;
    fn standing_numbers(&mut self, count: u32) -> impl Future<Output = Result<StandingId>> + Send;
}

impl TierChanges {
    /// Takes in what the same command changes after this.
    pub(in crate::store) fn append(&mut self, after: Self) {
        self.evaluations.extend(after.evaluations);
        for change in after.standings {
            match self.standings.iter_mut().find(|known| known.standing.id == change.standing.id) {
                Some(known) => known.standing = change.standing,
                None => self.standings.push(change),
            }
        }
    }
}
