//! The tier desk in memory: evaluations and standings, and what facts are gathered from.

use super::{State, table::Table, unit::MemoryUnit};
use crate::{
    domain::{
        event::Entity,
        fx::RateDay,
        id::{EvaluationId, PartnerId, StandingId},
        lead::OfferOutcome,
        mdf::fund::Holder,
        money::{Currency, Money},
        text::Text,
        tier::{
            Booked, Revenue,
            evaluation::Evaluation,
            period::{Period, Trailing},
            rules::Acquisition,
            standing::Standing,
        },
        time::Instant,
    },
    store::{
        error::Result,
        unit::tier::{Answered, BookedIn, Detail, FactSource, FundUse, Registered, SoldOn, StandingChange, TierChanges, TierUnit},
    },
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The tables. Public for tests that compare them with a recount.
#[derive(Default)]
pub struct TierDesk {
    pub evaluations: Table<Evaluation>,
    pub standings: Table<Standing>,
}

impl TierDesk {
    /// Whether these changes may be written now; what moved on since it was read, with the version expected and found.
    pub(super) fn check(&self, changes: &TierChanges) -> Result<Option<(Entity, i64, i64)>> {
        let moved = self.evaluations.check(changes.evaluations.iter().map(|one| (one, 0)))?;
        if moved.is_some() {
            return Ok(moved);
        }
        self.standings.check(changes.standings.iter().map(|change| (&change.standing, change.expected)))
    }

    /// Writes changes that were checked.
    pub(super) fn apply(&mut self, changes: TierChanges) {
        changes.evaluations.into_iter().for_each(|one| self.evaluations.put(one));
        changes.standings.into_iter().for_each(|change| self.standings.put(change.standing));
    }

    /// Everything, as changes to an empty database.
    pub(super) fn to_changes(&self) -> TierChanges {
        let standing = |standing: &Standing| StandingChange { standing: standing.clone(), expected: 0 };
        TierChanges { evaluations: self.evaluations.to_vec(), standings: self.standings.iter().map(standing).collect() }
    }
}

impl State {
    fn sold(&self, partners: &[PartnerId], period: Period) -> Vec<SoldOn> {
        let mut sums: BTreeMap<(PartnerId, NaiveDate, Text, String), Money> = BTreeMap::new();
        let posted = self.pos.lines.iter().map(|(_, sale)| &sale.posted);
        for posted in posted.filter(|one| partners.contains(&one.line.partner) && period.holds(one.line.on)) {
            let line = &posted.line;
            // As booked; lines of before there were bookings in their own currency.
            let amount = posted.booked.unwrap_or(line.amount);
            let key = (line.partner, line.on, line.line.clone(), amount.currency.to_string());
            sums.entry(key).or_insert(Money::zero(amount.currency)).minor += amount.minor;
        }
        sums.into_iter().map(|((partner, on, product, _), amount)| SoldOn { partner, on, product, amount }).collect()
    }

    /// By its definition, from the lines.
    fn booked(&self, partners: &[PartnerId], trailing: Trailing, detail: Detail) -> Vec<BookedIn> {
        let mut lines: BTreeMap<(PartnerId, Currency), Vec<Booked>> = BTreeMap::new();
        for posted in self.pos.lines.iter().map(|(_, sale)| &sale.posted).filter(|one| partners.contains(&one.line.partner)) {
            let (line, Some(money)) = (&posted.line, posted.booked) else { continue };
            if trailing.now.holds(line.on) || trailing.before.holds(line.on) {
                let one = Booked { on: line.on, product: line.line.clone(), minor: money.minor, acquired_on: None };
                lines.entry((line.partner, money.currency)).or_default().push(one);
            }
        }
        let revenue = |currency, lines| {
            let mut revenue = Revenue::of(lines, trailing.last_day(), Acquisition::FromDay, currency).unwrap_or_default();
            if detail == Detail::Sums {
                revenue.by_day.clear();
            }
            revenue
        };
        lines.into_iter().map(|((partner, currency), lines)| BookedIn { partner, currency, revenue: revenue(currency, lines) }).collect()
    }

    fn registered(&self, partners: &[PartnerId], (from, until): (Instant, Instant)) -> Vec<(PartnerId, Registered)> {
        let mut found: BTreeMap<PartnerId, Registered> = BTreeMap::new();
        for deal in self.desk.deals.iter().filter(|deal| partners.contains(&deal.partner)) {
            let state = deal.state.name();
            let is_within = deal.submitted_at.is_some_and(|at| from <= at && at < until);
            if is_within && matches!(state, "approved" | "won" | "lost" | "expired") {
                let one = found.entry(deal.partner).or_default();
                one.approved += 1;
                one.won += i64::from(state == "won");
            }
        }
        found.into_iter().collect()
    }

    fn answered(&self, partners: &[PartnerId], (from, until): (Instant, Instant)) -> Vec<(PartnerId, Answered)> {
        let mut found: BTreeMap<PartnerId, Answered> = BTreeMap::new();
        for offer in self.leads.iter().flat_map(|lead| &lead.offers).filter(|offer| partners.contains(&offer.partner)) {
            match &offer.outcome {
                Some(outcome) if !matches!(outcome, OfferOutcome::Withdrawn { .. }) && from <= outcome.at() && outcome.at() < until => {
                    let one = found.entry(offer.partner).or_default();
                    one.all += 1;
                    one.in_time += i64::from(matches!(outcome, OfferOutcome::Accepted { in_time: true, .. }));
                }
                _ => {}
            }
        }
        found.into_iter().collect()
    }

    fn fund_use(&self, partners: &[PartnerId], period: Period) -> Vec<FundUse> {
        let mut found = Vec::new();
        for fund in self.mdf.funds.iter().filter(|fund| fund.terms.from < period.until && fund.terms.to >= period.from) {
            let Holder::Partner(partner) = fund.terms.holder else { continue };
            if partners.contains(&partner) {
                let (held, currency) = (&fund.balances, fund.terms.currency);
                let used = Money::new(held.paid, currency);
                found.push(FundUse { partner, allocated: Money::new(held.allocated, currency), used });
            }
        }
        found
    }
}

impl TierUnit for MemoryUnit {
    async fn standings(&mut self, ids: &[StandingId]) -> Result<Vec<Standing>> {
        Ok(self.look().await.tiers.standings.copies(ids))
    }

    async fn standings_of(&mut self, partners: &[PartnerId]) -> Result<Vec<Option<StandingId>>> {
        let state = self.look().await;
        let of = |partner: &PartnerId| state.tiers.standings.iter().find(|one| one.partner == *partner).map(|one| one.id);
        Ok(partners.iter().map(of).collect())
    }

    async fn standings_due(&mut self, now: Instant, limit: u32) -> Result<Vec<StandingId>> {
        Ok(self.look().await.tiers.standings.due(now, limit).into_iter().map(|one| one.id).collect())
    }

    async fn evaluations_by_key(&mut self, keys: &[Text]) -> Result<Vec<Option<EvaluationId>>> {
        let state = self.look().await;
        Ok(keys.iter().map(|key| state.tiers.evaluations.by_source(key)).collect())
    }

    async fn evaluations_on(&mut self, partners: &[PartnerId], day: NaiveDate) -> Result<Vec<(PartnerId, EvaluationId)>> {
        let state = self.look().await;
        let of_day = state.tiers.evaluations.iter().filter(|one| one.made.card.day == day && partners.contains(&one.made.partner));
        let last: BTreeMap<PartnerId, EvaluationId> = of_day.map(|one| (one.made.partner, one.id)).collect();
        Ok(last.into_iter().collect())
    }

    async fn evaluations_counted(&mut self, partners: &[PartnerId], day: NaiveDate) -> Result<Vec<Evaluation>> {
        let state = self.look().await;
        let counted = |one: &&Evaluation| one.made.card.day == day && one.made.kind.counts() && partners.contains(&one.made.partner);
        let last: BTreeMap<PartnerId, &Evaluation> =
            state.tiers.evaluations.iter().filter(counted).map(|one| (one.made.partner, one)).collect();
        Ok(last.into_values().cloned().collect())
    }

    async fn evaluation_numbers(&mut self, count: u32) -> Result<EvaluationId> {
        let next = self.next_number(|state| &mut state.claiming, |state| state.tiers.evaluations.len()).await + self.evaluations;
        self.evaluations += i64::from(count);
        Ok(EvaluationId(next))
    }

    async fn standing_numbers(&mut self, _count: u32) -> Result<StandingId> {
        Ok(StandingId(self.next_number(|state| &mut state.claiming, |state| state.tiers.standings.len()).await))
    }
}

impl FactSource for MemoryUnit {
    async fn acquired(&mut self) -> Result<Vec<(PartnerId, NaiveDate)>> {
        let state = self.look().await;
        let mut found: Vec<_> = state.tiers.standings.iter().filter_map(|one| Some((one.partner, one.acquired_on?))).collect();
        found.sort_unstable();
        Ok(found)
    }

    async fn sold(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<SoldOn>> {
        Ok(self.look().await.sold(partners, period))
    }

    async fn booked(&mut self, partners: &[PartnerId], trailing: Trailing, detail: Detail) -> Result<Vec<BookedIn>> {
        Ok(self.look().await.booked(partners, trailing, detail))
    }

    async fn unbooked(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<PartnerId>> {
        let state = self.look().await;
        let posted = state.pos.lines.iter().map(|(_, sale)| &sale.posted);
        let unbooked = posted.filter(|one| one.booked.is_none() && partners.contains(&one.line.partner) && period.holds(one.line.on));
        Ok(unbooked.map(|one| one.line.partner).collect::<BTreeSet<_>>().into_iter().collect())
    }

    async fn is_any_sold(&mut self, period: Period) -> Result<bool> {
        Ok(self.look().await.pos.lines.iter().any(|(_, sale)| period.holds(sale.posted.line.on)))
    }

    async fn is_any_line_named(&mut self, period: Period) -> Result<bool> {
        let state = self.look().await;
        Ok(state.pos.lines.iter().map(|(_, sale)| &sale.posted.line).any(|line| !line.line.is_empty() && period.holds(line.on)))
    }

    async fn registered(&mut self, partners: &[PartnerId], between: (Instant, Instant)) -> Result<Vec<(PartnerId, Registered)>> {
        Ok(self.look().await.registered(partners, between))
    }

    async fn answered(&mut self, partners: &[PartnerId], between: (Instant, Instant)) -> Result<Vec<(PartnerId, Answered)>> {
        Ok(self.look().await.answered(partners, between))
    }

    async fn fund_use(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<FundUse>> {
        Ok(self.look().await.fund_use(partners, period))
    }

    async fn rates_between(&mut self, from: NaiveDate, to: NaiveDate) -> Result<Vec<RateDay>> {
        Ok(self.look().await.rates.range(from..=to).map(|(_, day)| day.clone()).collect())
    }
}
