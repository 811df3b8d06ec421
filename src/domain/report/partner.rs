//! What the app has gathered about one partner, as of the end of a day.

use crate::domain::{
    day::local_date,
    deal::Registration,
    event::Record,
    lead::{Lead, Offer, routing::Parity},
    mdf::{claim::Claim, fund::Fund},
    money::{Currency, Money},
    partner::Partner,
    program::Program,
    text::Text,
    tier::{
        Booked, Facts, Scorecard,
        evaluation::Evaluation,
        period::{Period, Quarter, Trailing, day_after},
        standing::Standing,
    },
    time::Instant,
    told::Names,
};
use chrono::NaiveDate;
use std::{collections::BTreeMap, sync::Arc};

/// One partner with all that the house knows of it.
#[derive(Debug, Clone)]
pub struct PartnerSeen {
    pub on: NaiveDate,
    /// The day on which the report is made: states that keep no history are as of then.
    pub today: NaiveDate,
    pub partner: Partner,
    pub program: Arc<Program>,
    /// Of the partner and of all operators.
    pub names: Names,
    pub known: Known,
    /// Of `on` or an earlier day, the latest first.
    pub evaluations: Vec<Evaluation>,
    /// Where there is none: what the facts of `on` come to, kept nowhere.
    pub unaudited: Option<Box<(Facts, Scorecard)>>,
    pub standing: Option<Standing>,
    /// All that were ever offered to it.
    pub leads: Vec<Lead>,
    /// What the rotations of leads gave it and owed it; they keep no history, so only of today.
    pub parity: Option<Parity>,
    pub deals: Vec<Registration>,
    pub funds: Vec<Fund>,
    pub claims: Vec<Claim>,
    /// What it sold in the last nine quarters, in the program's currency; or why that is not known.
    pub sold: Result<Vec<Booked>, Text>,
    /// What happened to it and to its standing, the newest first.
    pub records: Vec<Record>,
}

/// What the house keeps at all: where it keeps none of a kind, a partner's number of them is not known, and not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known {
    pub leads: bool,
    pub deals: bool,
    pub funds: bool,
}

impl PartnerSeen {
    /// The facts and the card that the report rests on.
    pub fn card(&self) -> Option<(&Facts, &Scorecard)> {
        let kept = self.evaluations.first().map(|one| (&one.made.facts, &one.made.card));
        kept.or_else(|| self.unaudited.as_deref().map(|(facts, card)| (facts, card)))
    }

    pub fn date(&self, at: Instant) -> NaiveDate {
        local_date(at, self.program.zone)
    }

    /// The twelve months up to the day of the report.
    pub fn year(&self) -> Period {
        Trailing::to(self.on).now
    }

    pub fn quarter(&self) -> Quarter {
        Quarter::of(self.on, self.program.scorecard.fiscal_year_starts)
    }

    /// The days of a quarter up to the day of the report.
    pub fn days_of(&self, quarter: Quarter) -> Period {
        let whole = quarter.period(self.program.scorecard.fiscal_year_starts);
        Period { until: whole.until.min(day_after(self.on)).max(whole.from), ..whole }
    }

    /// The quarter of the report and those before it, the oldest first.
    pub fn quarters(&self, count: usize) -> Vec<Quarter> {
        let mut quarters: Vec<Quarter> = std::iter::successors(Some(self.quarter()), |one| Some(one.previous())).take(count).collect();
        quarters.reverse();
        quarters
    }

    /// The last evaluation as of a day of this quarter.
    pub fn evaluation_in(&self, quarter: Quarter) -> Option<&Evaluation> {
        let days = self.days_of(quarter);
        self.evaluations.iter().find(|one| days.holds(one.made.card.day))
    }

    pub fn currency(&self) -> Currency {
        self.program.currency
    }

    /// What it sold on these days; nothing where that is not known.
    pub fn revenue(&self, days: Period) -> Option<Money> {
        let sold = self.sold.as_ref().ok()?;
        let sum: i128 = sold.iter().filter(|one| days.holds(one.on)).map(|one| i128::from(one.minor)).sum();
        Some(Money::new(i64::try_from(sum).ok()?, self.currency()))
    }

    /// The same by product line, the largest first; sales that name none stand last, without a name. Nothing where no sale
    /// names one.
    pub fn revenue_by_product(&self, days: Period) -> Option<Vec<(Text, Money)>> {
        let sold = self.sold.as_ref().ok()?;
        if !sold.iter().any(|one| !one.product.is_empty()) {
            return None;
        }
        let mut lines: BTreeMap<&Text, i128> = BTreeMap::new();
        for one in sold.iter().filter(|one| days.holds(one.on)) {
            *lines.entry(&one.product).or_default() += i128::from(one.minor);
        }
        let mut lines: Vec<(Text, i128)> = lines.into_iter().map(|(name, sum)| (name.clone(), sum)).collect();
        lines.sort_by(|a, b| (a.0.is_empty(), -a.1, &a.0).cmp(&(b.0.is_empty(), -b.1, &b.0)));
        let money = |(name, sum): (Text, i128)| Some((name, Money::new(i64::try_from(sum).ok()?, self.currency())));
        lines.into_iter().map(money).collect()
    }

    /// Its offers, with the leads that they are of.
    pub fn offers(&self) -> impl Iterator<Item = (&Lead, &Offer)> {
        let partner = self.partner.id;
        self.leads
            .iter()
            .flat_map(move |lead| lead.offers.iter().filter(move |offer| offer.partner == partner).map(move |offer| (lead, offer)))
    }
}
