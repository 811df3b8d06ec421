//! What a partner did over some days: leads, registrations, money of funds.

use super::{Figure, PartnerSeen};
use crate::domain::{
    deal::DealState,
    figures::quantile,
    lead::OfferOutcome,
    mdf::claim::{Claim, PaymentState},
    money::{Currency, Money},
    tier::period::Period,
    time::Instant,
};
use std::collections::BTreeMap;

/// What happened on some days, each thing counted on its own day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Work {
    pub offered: i64,
    pub accepted: i64,
    pub in_time: i64,
    pub declined: i64,
    pub timed_out: i64,
    /// The median of elapsed minutes from the offer until it was accepted (nearest rank).
    pub accept_minutes: Option<i64>,
    pub submitted: i64,
    pub approved: i64,
    pub won: i64,
    pub lost: i64,
    pub expired: i64,
    /// What was sold with the deals won.
    pub won_value: Worth,
    pub claims_paid: i64,
    /// Paid less what came back, by currency of the funds.
    pub paid: Vec<Money>,
}

impl Work {
    /// Offers that were answered, or not in time.
    pub const fn answered(&self) -> i64 {
        self.accepted + self.declined + self.timed_out
    }

    /// Won of those that were decided by the customer.
    pub const fn decided(&self) -> i64 {
        self.won + self.lost
    }
}

impl PartnerSeen {
    /// What happened on these days.
    pub fn work(&self, days: Period) -> Work {
        let mut work = Work::default();
        self.count_offers(days, &mut work);
        let within = |at: Instant| days.holds(self.date(at));
        let mut won = Vec::new();
        for deal in &self.deals {
            work.submitted += i64::from(deal.submitted_at.is_some_and(within));
            work.approved += i64::from(deal.state.approval().is_some_and(|approval| within(approval.at)));
            match &deal.state {
                DealState::Won { on, value, .. } if days.holds(*on) => {
                    work.won += 1;
                    won.push(*value);
                }
                DealState::Lost { at, .. } if within(*at) => work.lost += 1,
                DealState::Expired { at, .. } if within(*at) => work.expired += 1,
                _ => {}
            }
        }
        work.won_value = Worth::of(won);
        let mut paid = Vec::new();
        for claim in &self.claims {
            let before = paid.len();
            paid.extend(payments(claim).filter(|(at, _)| within(*at)).map(|(_, amount)| amount));
            work.claims_paid += i64::from(paid.len() > before);
        }
        work.paid = by_currency(paid);
        work
    }

    fn count_offers(&self, days: Period, work: &mut Work) {
        let within = |at: Instant| days.holds(self.date(at));
        let mut minutes: BTreeMap<i64, u64> = BTreeMap::new();
        for (_, offer) in self.offers() {
            work.offered += i64::from(within(offer.offered_at));
            match &offer.outcome {
                Some(OfferOutcome::Accepted { at, in_time }) if within(*at) => {
                    work.accepted += 1;
                    work.in_time += i64::from(*in_time);
                    *minutes.entry(at.since(offer.offered_at).minutes_floor()).or_default() += 1;
                }
                Some(OfferOutcome::Declined { at, .. }) if within(*at) => work.declined += 1,
                Some(OfferOutcome::TimedOut { at }) if within(*at) => work.timed_out += 1,
                _ => {}
            }
        }
        work.accept_minutes = quantile(&minutes, 50);
    }

    /// A number of something of which the house keeps any.
    pub const fn of_leads(&self, count: i64) -> Figure {
        if self.known.leads { Figure::Count(count) } else { Figure::NotKnown }
    }

    pub const fn of_deals(&self, count: i64) -> Figure {
        if self.known.deals { Figure::Count(count) } else { Figure::NotKnown }
    }

    /// The sum of what deals say that they are worth. Where none of them says anything it is not known, and not zero.
    pub fn worth(&self, worth: &Worth) -> Figure {
        let is_silent = worth.count > 0 && worth.without == worth.count;
        if is_silent || !self.known.deals { Figure::NotKnown } else { sums_or_zero(worth.known.clone(), self.currency()) }
    }

    pub fn fund_sums(&self, sums: Vec<Money>) -> Figure {
        if self.known.funds { sums_or_zero(sums, self.currency()) } else { Figure::NotKnown }
    }

    /// A share of leads; not known where the house keeps none, nothing of nothing.
    pub fn lead_share(&self, part: i64, whole: i64) -> Figure {
        if self.known.leads { Figure::share(part, whole) } else { Figure::NotKnown }
    }

    pub fn deal_share(&self, part: i64, whole: i64) -> Figure {
        if self.known.deals { Figure::share(part, whole) } else { Figure::NotKnown }
    }

    /// Minutes until an offer is accepted; nothing where none was.
    pub fn accept_speed(&self, work: &Work) -> Figure {
        if self.known.leads { Figure::given(work.accept_minutes.map(Figure::Minutes)) } else { Figure::NotKnown }
    }
}

/// The confirmed payments of a claim, each with its moment.
pub fn payments(claim: &Claim) -> impl Iterator<Item = (Instant, Money)> {
    claim.payments.iter().filter_map(|payment| match &payment.state {
        PaymentState::Confirmed { at, .. } => Some((*at, payment.amount)),
        _ => None,
    })
}

/// Added up by currency, in the order of their codes.
pub fn by_currency(amounts: impl IntoIterator<Item = Money>) -> Vec<Money> {
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    for amount in amounts {
        let sum = sums.entry(amount.currency).or_default();
        *sum = sum.saturating_add(amount.minor);
    }
    sums.into_iter().map(|(currency, minor)| Money::new(minor, currency)).collect()
}

pub fn sums_or_zero(sums: Vec<Money>, currency: Currency) -> Figure {
    match sums.as_slice() {
        [] => Figure::Money(Money::zero(currency)),
        [one] => Figure::Money(*one),
        _ => Figure::Sums(sums),
    }
}

/// What deals are worth, as far as they say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Worth {
    pub count: i64,
    /// Of these, those that say nothing.
    pub without: i64,
    /// By currency.
    pub known: Vec<Money>,
}

impl Worth {
    pub fn of(values: impl IntoIterator<Item = Option<Money>>) -> Self {
        let (mut worth, mut known) = (Self::default(), Vec::new());
        for value in values {
            worth.count += 1;
            worth.without += i64::from(value.is_none());
            known.extend(value);
        }
        Self { known: by_currency(known), ..worth }
    }
}
