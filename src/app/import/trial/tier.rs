//! The tier desk on trial. No file brings anything to it, so that all there is to read is what the real database has.

use super::Overlay;
use crate::{
    domain::{
        fx::RateDay,
        id::{EvaluationId, PartnerId, StandingId},
        text::Text,
        tier::{
            evaluation::Evaluation,
            period::{Period, Trailing},
            standing::Standing,
        },
        time::Instant,
    },
    store::{
        Result,
        unit::tier::{Answered, BookedIn, Detail, FactSource, FundUse, Registered, SoldOn, TierUnit},
    },
};
use chrono::NaiveDate;

impl FactSource for Overlay {
    async fn acquired(&mut self) -> Result<Vec<(PartnerId, NaiveDate)>> {
        self.real.acquired().await
    }

    async fn rates_between(&mut self, from: NaiveDate, to: NaiveDate) -> Result<Vec<RateDay>> {
        self.real.rates_between(from, to).await
    }

    async fn sold(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<SoldOn>> {
        self.real.sold(partners, period).await
    }

    async fn booked(&mut self, partners: &[PartnerId], trailing: Trailing, detail: Detail) -> Result<Vec<BookedIn>> {
        self.real.booked(partners, trailing, detail).await
    }

    async fn unbooked(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<PartnerId>> {
        self.real.unbooked(partners, period).await
    }

    async fn is_any_sold(&mut self, period: Period) -> Result<bool> {
        self.real.is_any_sold(period).await
    }

    async fn is_any_line_named(&mut self, period: Period) -> Result<bool> {
        self.real.is_any_line_named(period).await
    }

    async fn registered(&mut self, partners: &[PartnerId], between: (Instant, Instant)) -> Result<Vec<(PartnerId, Registered)>> {
        self.real.registered(partners, between).await
    }

    async fn answered(&mut self, partners: &[PartnerId], between: (Instant, Instant)) -> Result<Vec<(PartnerId, Answered)>> {
        self.real.answered(partners, between).await
    }

    async fn fund_use(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<FundUse>> {
        self.real.fund_use(partners, period).await
    }
}

impl TierUnit for Overlay {
    async fn standings(&mut self, ids: &[StandingId]) -> Result<Vec<Standing>> {
        self.real.standings(ids).await
    }

    async fn standings_of(&mut self, partners: &[PartnerId]) -> Result<Vec<Option<StandingId>>> {
        self.real.standings_of(partners).await
    }

    async fn standings_due(&mut self, now: Instant, limit: u32) -> Result<Vec<StandingId>> {
        self.real.standings_due(now, limit).await
    }

    async fn evaluations_by_key(&mut self, keys: &[Text]) -> Result<Vec<Option<EvaluationId>>> {
        self.real.evaluations_by_key(keys).await
    }

    async fn evaluations_on(&mut self, partners: &[PartnerId], day: NaiveDate) -> Result<Vec<(PartnerId, EvaluationId)>> {
        self.real.evaluations_on(partners, day).await
    }

    async fn evaluations_counted(&mut self, partners: &[PartnerId], day: NaiveDate) -> Result<Vec<Evaluation>> {
        self.real.evaluations_counted(partners, day).await
    }

    async fn evaluation_numbers(&mut self, count: u32) -> Result<EvaluationId> {
        self.scratch.evaluation_numbers(count).await
    }

    async fn standing_numbers(&mut self, count: u32) -> Result<StandingId> {
        self.scratch.standing_numbers(count).await
    }
}
