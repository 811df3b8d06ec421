//! Values become points, points become one score.
//!
//! All arithmetic is on decimals of 28 digits; a score is rounded once, at its end. An attainment ends at [`MOST`] even
//! where it is not capped, so that no sum of them overflows.

use super::{
    facts::Values,
    mean,
    rules::{Card, Composite, Criterion, Group, Light, Measure, Missing, Rule, Score},
};
use crate::domain::money::{Currency, Money};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// The greatest attainment in percent: a thousand times the target.
pub const MOST: Decimal = Decimal::from_parts(100_000, 0, 0, false, 0);

/// A criterion as it was scored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scored {
    pub criterion: Criterion,
    pub value: Option<Decimal>,
    pub measure: Measure,
    /// Of the target, in percent, never cut off at it; of bands the points. Nothing where there is no value.
    pub attainment: Option<Decimal>,
    /// 0 to 100, or more where it is not capped.
    pub points: Decimal,
    /// As the program states it, in hundredths.
    pub weight: u32,
    /// What it brings to the weighted mean, to the hundredth: its points by the share of its weight in those that count.
    pub brings: Score,
    pub counts: bool,
    pub group: Group,
    pub light: Option<Light>,
}

/// How far a value gets, and the points for it.
pub(super) fn attained(rule: &Rule, value: Decimal, cap: bool) -> (Decimal, Decimal) {
    let attainment = match &rule.measure {
        // The check of a program sees to it that a target lies above zero.
        Measure::Linear { target } => value.checked_mul(Decimal::ONE_HUNDRED).and_then(|all| all.checked_div(*target)).unwrap_or(MOST),
        Measure::Bands(bands) => bands.iter().take_while(|band| band.from <= value).last().map_or(Decimal::ZERO, |band| band.points),
    };
    let attainment = attainment.clamp(Decimal::ZERO, MOST);
    (attainment, if cap { attainment.min(Decimal::ONE_HUNDRED) } else { attainment })
}

/// The points of a criterion and its weight; nothing where it does not count.
fn counted(card: &Card, rule: &Rule, values: &Values) -> Option<(Decimal, u32)> {
    match (values.get(rule.criterion), card.missing) {
        (Some(value), _) => Some((attained(rule, value, card.cap).1, rule.weight)),
        (None, Missing::Zero) => Some((Decimal::ZERO, rule.weight)),
        (None, Missing::Share) => None,
    }
}

/// Points times weights, and the weights.
#[derive(Clone, Copy, Default)]
struct Sum {
    points: Decimal,
    weight: u32,
}

impl Sum {
    fn add(&mut self, (points, weight): (Decimal, u32)) {
        self.points += points * Decimal::from(weight);
        self.weight += weight;
    }

    fn mean(self) -> Option<Decimal> {
        (self.weight > 0).then(|| self.points / Decimal::from(self.weight))
    }
}

/// The score of the whole card; nothing where no criterion counts.
pub fn composite(values: &Values, card: &Card) -> Option<Score> {
    match card.composite {
        Composite::Sum => {
            let mut sum = Sum::default();
            card.criteria.iter().filter_map(|rule| counted(card, rule, values)).for_each(|one| sum.add(one));
            sum.mean().map(Score::round)
        }
        Composite::Geometric => {
            let parts: Vec<(Decimal, u32)> =
                groups(values, card).into_iter().filter_map(|(_, sum)| Some((sum.mean()?, sum.weight))).collect();
            mean::geometric(&parts).map(Score)
        }
    }
}

fn groups(values: &Values, card: &Card) -> [(Group, Sum); 3] {
    let mut sums = [Group::Performance, Group::Potential, Group::Fit].map(|group| (group, Sum::default()));
    for rule in &card.criteria {
        if let Some(one) = counted(card, rule, values) {
            sums[rule.group as usize].1.add(one);
        }
    }
    sums
}

/// The scores of the groups that have any.
pub fn group_scores(values: &Values, card: &Card) -> Vec<(Group, Score)> {
    groups(values, card).into_iter().filter_map(|(group, sum)| Some((group, Score::round(sum.mean()?)))).collect()
}

/// Every criterion of the card, in its order.
pub fn scored(values: &Values, card: &Card) -> Vec<Scored> {
    let whole: u32 = card.criteria.iter().filter_map(|rule| counted(card, rule, values)).map(|(_, weight)| weight).sum();
    card.criteria.iter().map(|rule| one(rule, values, card, whole)).collect()
}

fn one(rule: &Rule, values: &Values, card: &Card, whole: u32) -> Scored {
    let value = values.get(rule.criterion);
    let attained = value.map(|value| attained(rule, value, card.cap));
    let points = attained.map_or(Decimal::ZERO, |(_, points)| points);
    let counts = counted(card, rule, values).is_some();
    let brings = if counts && whole > 0 { points * Decimal::from(rule.weight) / Decimal::from(whole) } else { Decimal::ZERO };
    Scored {
        criterion: rule.criterion,
        value,
        measure: rule.measure.clone(),
        attainment: attained.map(|(attainment, _)| rounded(attainment, 6).normalize()),
        points: rounded(points, 6).normalize(),
        weight: rule.weight,
        brings: Score::round(brings),
        counts,
        group: rule.group,
        light: attained.map(|(attainment, _)| card.lights.of(attainment)),
    }
}

/// To so many digits after the point, halves up. Printing a decimal with fewer digits than it has cuts it off.
fn rounded(value: Decimal, digits: u32) -> Decimal {
    value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}

/// A value of a criterion as people write it: `18 %`, `EUR 1,250,000.00`, `3`. Amounts are of the scorecard's currency.
pub fn shown(criterion: Criterion, value: Decimal, currency: Currency) -> String {
    if criterion == Criterion::Revenue
        && let Ok(amount) = Money::round(value, currency)
    {
        return amount.to_string();
    }
    let value = rounded(value, 2).normalize();
    if criterion.is_percent() { format!("{value} %") } else { value.to_string() }
}

impl Scored {
    /// Where its points come from: `18 % of 20 %, attained to 90.00 %; weight 30, brings 27.00`.
    pub fn why(&self, currency: Currency) -> String {
        let weight = Decimal::new(self.weight.into(), 2).normalize();
        let (Some(value), Some(attainment)) = (self.value, self.attainment) else {
            let fate = if self.counts { "which counts as no points" } else { "so it is left out and the others share its weight" };
            return format!("not known, {fate}; weight {weight}");
        };
        let show = |value| shown(self.criterion, value, currency);
        let measured = match &self.measure {
            Measure::Linear { target } => format!(" of {}, attained to {:.2} %", show(*target), rounded(attainment, 2)),
            Measure::Bands(bands) => match bands.iter().take_while(|band| band.from <= value).last() {
                Some(band) => format!(", in the band from {} with {} points", show(band.from), band.points),
                None => ", below the first band: no points".to_owned(),
            },
        };
        let cut = if attainment > self.points { "; more than the target counts as the target" } else { "" };
        format!("{}{measured}; weight {weight}, brings {}{cut}", show(value), self.brings)
    }
}
