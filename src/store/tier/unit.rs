//! [`TierUnit`] on both databases.

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
        Session, Tx,
        error::Result,
        unit::tier::{Answered, BookedIn, Detail, FactSource, FundUse, Registered, SoldOn, TierUnit},
    },
};
use chrono::NaiveDate;

impl TierUnit for Tx {
    async fn standings(&mut self, ids: &[StandingId]) -> Result<Vec<Standing>> {
        self.records_locked(ids).await
    }

    async fn standings_of(&mut self, partners: &[PartnerId]) -> Result<Vec<Option<StandingId>>> {
        (**self).standings_of(partners).await
    }

    async fn standings_due(&mut self, now: Instant, limit: u32) -> Result<Vec<StandingId>> {
        (**self).standings_due(now, limit).await
    }

    async fn evaluations_by_key(&mut self, keys: &[Text]) -> Result<Vec<Option<EvaluationId>>> {
        (**self).evaluations_by_key(keys).await
    }

    async fn evaluations_on(&mut self, partners: &[PartnerId], day: NaiveDate) -> Result<Vec<(PartnerId, EvaluationId)>> {
        (**self).evaluations_on(partners, day).await
    }

    async fn evaluations_counted(&mut self, partners: &[PartnerId], day: NaiveDate) -> Result<Vec<Evaluation>> {
        (**self).evaluations_counted(partners, day).await
    }

    async fn evaluation_numbers(&mut self, count: u32) -> Result<EvaluationId> {
        Ok(EvaluationId(self.numbers("evaluation", count).await?))
    }

    async fn standing_numbers(&mut self, count: u32) -> Result<StandingId> {
        Ok(StandingId(self.numbers("standing", count).await?))
    }
}

impl FactSource for Tx {
    async fn acquired(&mut self) -> Result<Vec<(PartnerId, NaiveDate)>> {
        (**self).acquired().await
    }

    async fn sold(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<SoldOn>> {
        (**self).sold(partners, period).await
    }

    async fn booked(&mut self, partners: &[PartnerId], trailing: Trailing, detail: Detail) -> Result<Vec<BookedIn>> {
        (**self).booked(partners, trailing, detail).await
    }

    async fn unbooked(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<PartnerId>> {
        (**self).unbooked(partners, period).await
    }

    async fn is_any_sold(&mut self, period: Period) -> Result<bool> {
        (**self).is_any_sold(period).await
    }

    async fn is_any_line_named(&mut self, period: Period) -> Result<bool> {
        (**self).is_any_line_named(period).await
    }

    async fn registered(&mut self, partners: &[PartnerId], between: (Instant, Instant)) -> Result<Vec<(PartnerId, Registered)>> {
        (**self).registered(partners, between).await
    }

    async fn answered(&mut self, partners: &[PartnerId], between: (Instant, Instant)) -> Result<Vec<(PartnerId, Answered)>> {
        (**self).answered(partners, between).await
    }

    async fn fund_use(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<FundUse>> {
        (**self).fund_use(partners, period).await
    }

    async fn rates_between(&mut self, from: NaiveDate, to: NaiveDate) -> Result<Vec<RateDay>> {
        (**self).rate_days(from, to).await
    }
}

/// For what is only shown.
impl FactSource for Session {
    async fn acquired(&mut self) -> Result<Vec<(PartnerId, NaiveDate)>> {
        Self::acquired(self).await
    }

    async fn sold(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<SoldOn>> {
        Self::sold(self, partners, period).await
    }

    async fn booked(&mut self, partners: &[PartnerId], trailing: Trailing, detail: Detail) -> Result<Vec<BookedIn>> {
        Session::booked(self, partners, trailing, detail).await
    }

    async fn unbooked(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<PartnerId>> {
        Session::unbooked(self, partners, period).await
    }

    async fn is_any_sold(&mut self, period: Period) -> Result<bool> {
        Self::is_any_sold(self, period).await
    }

    async fn is_any_line_named(&mut self, period: Period) -> Result<bool> {
        Self::is_any_line_named(self, period).await
    }

    async fn registered(&mut self, partners: &[PartnerId], between: (Instant, Instant)) -> Result<Vec<(PartnerId, Registered)>> {
        Self::registered(self, partners, between).await
    }

    async fn answered(&mut self, partners: &[PartnerId], between: (Instant, Instant)) -> Result<Vec<(PartnerId, Answered)>> {
        Self::answered(self, partners, between).await
    }

    async fn fund_use(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<FundUse>> {
        Self::fund_use(self, partners, period).await
    }

    async fn rates_between(&mut self, from: NaiveDate, to: NaiveDate) -> Result<Vec<RateDay>> {
        self.rate_days(from, to).await
    }
}
