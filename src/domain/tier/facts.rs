//! What is known of a partner on an audit day. Each fact may be missing, and a missing one is not zero.

use super::{
    period::{Trailing, day_after},
    rules::{Acquisition, Criterion, Rules},
};
use crate::domain::{
    day::{date_of_day, day_number},
    deal::ContentHash,
    id::PartnerId,
    money::Currency,
    partner::Certification,
    text::Text,
};
use chrono::NaiveDate;
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The facts of one partner at the end of one day. Whoever makes it puts its lists in order with [`Facts::settled`], so that
/// the same facts are the same value in whatever order they came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub partner: PartnerId,
    /// The audit day, on the calendar of the program's zone.
    pub day: NaiveDate,
    pub revenue: Option<Revenue>,
    /// Those valid at the end of the audit day.
    pub certificates: Vec<Certificate>,
    /// Cells of region x product line that it serves, of those expected.
    pub coverage: Option<Share>,
    /// Offered leads that it accepted in time, of all that were offered and answered or not in time.
    pub accepted: Option<Share>,
    /// Registrations approved in the trailing twelve months.
    pub registrations: Option<u32>,
    /// Of those, the ones that were won.
    pub won: Option<Share>,
    /// Minor units used, of those allocated to it.
    pub funds: Option<Share>,
    /// 0 to 100, brought in by hand.
    pub satisfaction: Option<Decimal>,
    pub compliance: Option<Decimal>,
    pub training: Option<Decimal>,
}

/// What it sold, in minor units of the program's currency.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Revenue {
    /// Of the trailing twelve months; below zero where more came back than went out.
    pub now: i64,
    /// Of the twelve months before.
    pub before: i64,
    /// The trailing twelve months by product line, by name; sales that name none are not in it. Nothing where none at all names
    /// one, whoever sold it: then nobody's mix is known.
    pub by_product: Option<Vec<(Text, i64)>>,
    /// The same by day (days since 1970-01-01): what leaves the window, and when. Not part of what an evaluation keeps.
    #[serde(skip)]
    pub by_day: Vec<(i64, i64)>,
}

/// What a share of something is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub part: i64,
    pub whole: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Certificate {
    pub name: Text,
    /// The last day at whose end it is valid; `None` = without end.
    pub last_day: Option<NaiveDate>,
}

/// A sale as booked, in minor units of the program's currency at the rate of its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    pub on: NaiveDate,
    /// Empty where the line names none.
    pub product: Text,
    pub minor: i64,
    /// Sold by a partner that became a part of this one on that day.
    pub acquired_on: Option<NaiveDate>,
}

/// A sum that no amount of money reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the revenue in {0} is too large")]
pub struct TooLarge(pub Currency);

impl Certificate {
    /// A certificate counts on a day if it is valid at the day's end in the program's zone: one that expires during the
    /// audit day no longer counts, one that expires with its last moment does.
    pub fn on(certification: &Certification, day: NaiveDate, zone: Tz) -> Option<Self> {
        let last_day = certification.last_day(zone);
        let is_valid = last_day.is_none_or(|last| day <= last);
        is_valid.then(|| Self { name: certification.name.clone(), last_day })
    }
}

impl Share {
    /// In percent; nothing of nothing.
    pub fn percent(self) -> Option<Decimal> {
        (self.whole > 0).then(|| Decimal::from(self.part) * Decimal::ONE_HUNDRED / Decimal::from(self.whole))
    }
}

impl Revenue {
    /// Adds sales up, in any order. Those outside both ranges of days are passed over.
    pub fn of(
        sales: impl IntoIterator<Item = Booked>,
        day: NaiveDate,
        acquisition: Acquisition,
        currency: Currency,
    ) -> Result<Self, TooLarge> {
        let trailing = Trailing::to(day);
        let (mut now, mut before) = (0_i128, 0_i128);
        let (mut products, mut days) = (BTreeMap::<Text, i128>::new(), BTreeMap::<i64, i128>::new());
        for sale in sales {
            let is_own = sale.acquired_on.is_none_or(|from| acquisition == Acquisition::WholePeriod || from <= sale.on);
            let minor = i128::from(sale.minor);
            if is_own && trailing.now.holds(sale.on) {
                now += minor;
                *days.entry(day_number(sale.on)).or_default() += minor;
                if !sale.product.is_empty() {
                    *products.entry(sale.product).or_default() += minor;
                }
            } else if is_own && trailing.before.holds(sale.on) {
                before += minor;
            }
        }
        let fits = |sum: i128| i64::try_from(sum).map_err(|_| TooLarge(currency));
        Ok(Self {
            now: fits(now)?,
            before: fits(before)?,
            by_product: Some(products.into_iter().map(|(name, sum)| Ok((name, fits(sum)?))).collect::<Result<_, _>>()?),
            by_day: days.into_iter().map(|(day, sum)| Ok((day, fits(sum)?))).collect::<Result<_, _>>()?,
        })
    }

    /// Of whoever sold nothing.
    pub const fn nothing() -> Self {
        Self { now: 0, before: 0, by_product: Some(Vec::new()), by_day: Vec::new() }
    }

    /// Two parts of what one partner sold.
    pub fn plus(self, other: Self, currency: Currency) -> Result<Self, TooLarge> {
        fn merged<K: Ord>(one: Vec<(K, i64)>, other: Vec<(K, i64)>) -> Option<Vec<(K, i64)>> {
            let mut sums: BTreeMap<K, i64> = BTreeMap::new();
            for (key, minor) in one.into_iter().chain(other) {
                let sum = sums.entry(key).or_default();
                *sum = sum.checked_add(minor)?;
            }
            Some(sums.into_iter().collect())
        }
        let sum = || {
            Some(Self {
                now: self.now.checked_add(other.now)?,
                before: self.before.checked_add(other.before)?,
                by_product: match (self.by_product, other.by_product) {
                    (Some(one), Some(other)) => Some(merged(one, other)?),
                    (one, other) => one.or(other),
                },
                by_day: merged(self.by_day, other.by_day)?,
            })
        };
        sum().ok_or(TooLarge(currency))
    }

    /// Growth over the twelve months before, in percent; nothing where those have none.
    pub fn growth(&self) -> Option<Decimal> {
        let (now, before) = (Decimal::from(self.now), Decimal::from(self.before));
        (self.before > 0).then(|| (now - before) * Decimal::ONE_HUNDRED / before)
    }

    /// What of it still counts at the end of a later day, if nothing more is sold.
    pub fn left_on(&self, day: NaiveDate) -> i64 {
        let from = day_number(Trailing::to(day).now.from);
        let gone = self.by_day.iter().take_while(|(day, _)| *day < from).map(|(_, minor)| minor);
        gone.fold(self.now, |left, minor| left.saturating_sub(*minor))
    }

    /// The days on which some of it leaves the window.
    pub fn leaves_on(&self) -> impl Iterator<Item = NaiveDate> {
        // A day is gone once the window begins after it: the same day a year later, and 28 February before a leap day a day on.
        self.by_day.iter().map(|(day, _)| {
            let sold = date_of_day(*day);
            let year_later = sold.checked_add_months(chrono::Months::new(12)).unwrap_or(sold);
            if Trailing::to(year_later).now.from > sold { year_later } else { day_after(year_later) }
        })
    }
}

impl Facts {
    /// Of a day that an audit has counted already: what came late bears a date, as sales and certificates do, and counts. All else
    /// is known only as it is now, and stays as that audit found it; what it did not know may come late as well.
    #[must_use]
    pub fn restating(self, earlier: &Self) -> Self {
        Self {
            coverage: earlier.coverage.or(self.coverage),
            accepted: earlier.accepted.or(self.accepted),
            registrations: earlier.registrations.or(self.registrations),
            won: earlier.won.or(self.won),
            funds: earlier.funds.or(self.funds),
            satisfaction: earlier.satisfaction.or(self.satisfaction),
            compliance: earlier.compliance.or(self.compliance),
            training: earlier.training.or(self.training),
            ..self
        }
    }

    /// Nothing is known but who and when.
    pub const fn none(partner: PartnerId, day: NaiveDate) -> Self {
        Self {
            partner,
            day,
            revenue: None,
            certificates: Vec::new(),
            coverage: None,
            accepted: None,
            registrations: None,
            won: None,
            funds: None,
            satisfaction: None,
            compliance: None,
            training: None,
        }
    }

    /// In the one order that its lists have; of certificates with the same name the longest stays.
    #[must_use]
    pub fn settled(mut self) -> Self {
        let mut longest: BTreeMap<String, Certificate> = BTreeMap::new();
        for one in self.certificates.drain(..) {
            let end = |one: &Certificate| one.last_day.unwrap_or(NaiveDate::MAX);
            let key = one.name.to_lowercase();
            match longest.get(&key) {
                Some(known) if (end(known), &known.name) >= (end(&one), &one.name) => {}
                _ => {
                    longest.insert(key, one);
                }
            }
        }
        self.certificates = longest.into_values().collect();
        if let Some(revenue) = &mut self.revenue {
            revenue.by_product.iter_mut().for_each(|lines| lines.sort_unstable());
            revenue.by_day.sort_unstable();
        }
        self
    }

    pub fn certifications(&self) -> u32 {
        u32::try_from(self.certificates.len()).unwrap_or(u32::MAX)
    }

    /// Those still valid at the end of a later day.
    pub fn certifications_on(&self, day: NaiveDate) -> u32 {
        let valid = self.certificates.iter().filter(|one| one.last_day.is_none_or(|last| day <= last)).count();
        u32::try_from(valid).unwrap_or(u32::MAX)
    }

    /// The days on which a certificate is gone.
    pub fn certificates_end_on(&self) -> impl Iterator<Item = (NaiveDate, &Text)> {
        self.certificates.iter().filter_map(|one| Some((day_after(one.last_day?), &one.name)))
    }

    /// Names the facts: the same facts have the same, whatever order they came in.
    pub fn hash(&self) -> ContentHash {
        // Facts are numbers, dates and text: they always are JSON.
        ContentHash::of(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// The value of each criterion. Product lines are counted against those that the rules' program has.
    pub fn values(&self, rules: &Rules) -> Values {
        let mut values = Values::default();
        values.set(Criterion::Certifications, Some(self.certifications().into()));
        values.set(Criterion::Coverage, self.coverage.and_then(Share::percent));
        values.set(Criterion::ServiceSla, self.accepted.and_then(Share::percent));
        values.set(Criterion::Registrations, self.registrations.map(Decimal::from));
        values.set(Criterion::Conversion, self.won.and_then(Share::percent));
        values.set(Criterion::Satisfaction, self.satisfaction);
        values.set(Criterion::FundUse, self.funds.and_then(Share::percent));
        values.set(Criterion::Compliance, self.compliance);
        values.set(Criterion::Training, self.training);
        let Some(revenue) = &self.revenue else { return values };
        values.set(Criterion::Revenue, Some(rules.money(revenue.now).amount()));
        values.set(Criterion::Growth, revenue.growth());
        let lines = &rules.card.product_lines;
        if let Some(products) = revenue.by_product.as_ref().filter(|_| !lines.is_empty()) {
            let sold = |line: &&Text| products.iter().any(|(name, minor)| *minor > 0 && name.eq_ignore_ascii_case(line));
            let part = i64::try_from(lines.iter().filter(sold).count()).unwrap_or(i64::MAX);
            let whole = i64::try_from(lines.len()).unwrap_or(i64::MAX);
            values.set(Criterion::ProductMix, Share { part, whole }.percent());
        }
        values
    }
}

/// The values of all criteria.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Values([Option<Decimal>; Criterion::COUNT]);

impl Values {
    pub const fn get(&self, criterion: Criterion) -> Option<Decimal> {
        self.0[criterion.index()]
    }

    pub const fn set(&mut self, criterion: Criterion, value: Option<Decimal>) {
        self.0[criterion.index()] = value;
    }
}
