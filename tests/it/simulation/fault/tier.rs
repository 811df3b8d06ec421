//! The tier desk passes through as it is, but for its own faults.

use super::Faulty;
use chrono::NaiveDate;
use pilothouse::{
    domain::{
        event::Event,
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
        Result, Unit,
        unit::Changes,
        unit::tier::{Answered, BookedIn, Detail, FactSource, FundUse, Registered, SoldOn, TierUnit},
    },
};

impl<U: Unit> FactSource for Faulty<U> {
    async fn acquired(&mut self) -> Result<Vec<(PartnerId, NaiveDate)>> {
        self.inner.acquired().await
    }

    async fn rates_between(&mut self, from: NaiveDate, to: NaiveDate) -> Result<Vec<RateDay>> {
        self.inner.rates_between(from, to).await
    }

    async fn sold(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<SoldOn>> {
        self.inner.sold(partners, period).await
    }

    async fn booked(&mut self, partners: &[PartnerId], trailing: Trailing, detail: Detail) -> Result<Vec<BookedIn>> {
        self.inner.booked(partners, trailing, detail).await
    }

    async fn unbooked(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<PartnerId>> {
        self.inner.unbooked(partners, period).await
    }

    async fn is_any_sold(&mut self, period: Period) -> Result<bool> {
        self.inner.is_any_sold(period).await
    }

    async fn is_any_line_named(&mut self, period: Period) -> Result<bool> {
        self.inner.is_any_line_named(period).await
    }

    async fn registered(&mut self, partners: &[PartnerId], between: (Instant, Instant)) -> Result<Vec<(PartnerId, Registered)>> {
        self.inner.registered(partners, between).await
    }

    async fn answered(&mut self, partners: &[PartnerId], between: (Instant, Instant)) -> Result<Vec<(PartnerId, Answered)>> {
        self.inner.answered(partners, between).await
    }

    async fn fund_use(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<FundUse>> {
        self.inner.fund_use(partners, period).await
    }
}

impl<U: Unit> TierUnit for Faulty<U> {
    async fn standings(&mut self, ids: &[StandingId]) -> Result<Vec<Standing>> {
        self.inner.standings(ids).await
    }

    async fn standings_of(&mut self, partners: &[PartnerId]) -> Result<Vec<Option<StandingId>>> {
        self.inner.standings_of(partners).await
    }

    async fn standings_due(&mut self, now: Instant, limit: u32) -> Result<Vec<StandingId>> {
        self.inner.standings_due(now, limit).await
    }

    async fn evaluations_by_key(&mut self, keys: &[Text]) -> Result<Vec<Option<EvaluationId>>> {
        self.inner.evaluations_by_key(keys).await
    }

    async fn evaluations_on(&mut self, partners: &[PartnerId], day: NaiveDate) -> Result<Vec<(PartnerId, EvaluationId)>> {
        self.inner.evaluations_on(partners, day).await
    }

    async fn evaluations_counted(&mut self, partners: &[PartnerId], day: NaiveDate) -> Result<Vec<Evaluation>> {
        self.inner.evaluations_counted(partners, day).await
    }

    async fn evaluation_numbers(&mut self, count: u32) -> Result<EvaluationId> {
        self.inner.evaluation_numbers(count).await
    }

    async fn standing_numbers(&mut self, count: u32) -> Result<StandingId> {
        self.inner.standing_numbers(count).await
    }
}

impl<U: Unit> Faulty<U> {
    pub(super) async fn unguard_standings(&mut self, changes: &mut Changes) -> Result<()> {
        for change in changes.tiers.standings.iter_mut().filter(|change| change.expected > 0) {
            change.expected = self.inner.standings(&[change.standing.id]).await?.first().map_or(0, |standing| standing.version);
        }
        Ok(())
    }
}

/// Neither the directory nor the chain hears of it.
pub(super) fn lose_tiers(changes: &mut Changes) {
    if !changes.tiers.standings.is_empty() {
        changes.partners.clear();
        changes.records.retain(|record| !matches!(record.event, Event::Partner(_)));
    }
}
