//! The cheapest way up: what a partner has to add, in which order, to earn a tier.
//!
//! The hard gates come first, because nothing makes up for them; what they bring to the scorecard counts. Then the criterion
//! that brings most points for the least effort is raised, up to its target or next band, again and again until the score
//! suffices. Effort is measured in percent of a criterion's own target: ten percent of a revenue target costs as much as ten
//! percent of a training target. Revenue raises growth with it.

use super::{
    facts::{Facts, Values},
    rules::{Criterion, Measure, Rule, Rules, Score},
    score,
};
use crate::domain::{
    money::{Currency, Money},
    text::Text,
};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What leads to a tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    pub tier: Text,
    pub steps: Vec<Step>,
    /// The score at the end, and what the tier asks for; nothing where it asks for none.
    pub score: Option<Score>,
    pub needs: Option<Score>,
}

/// One criterion raised from what it is to what is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub criterion: Criterion,
    /// Nothing where it was not known.
    pub from: Option<Decimal>,
    pub to: Decimal,
    /// A hard gate asks for it; else the score.
    pub is_gate: bool,
    /// Major units of revenue are of this currency.
    pub amount: Option<Money>,
}

impl Way {
    /// Whether these steps suffice: targets may be too low for the score that the tier asks for.
    pub fn arrives(&self) -> bool {
        self.needs.is_none_or(|needs| self.score.is_some_and(|score| score >= needs))
    }
}

/// The way to a tier of the rules; no steps where it is earned already.
pub fn way_up(facts: &Facts, rules: &Rules, tier: &str) -> Option<Way> {
    let line = rules.lines.iter().find(|line| line.tier.eq_ignore_ascii_case(tier))?;
    let mut walk = Walk { facts, rules, values: facts.values(rules), steps: Vec::new() };
    if let Some(needs) = line.gates.revenue
        && facts.revenue.as_ref().is_none_or(|revenue| revenue.now < needs)
    {
        walk.step(Criterion::Revenue, rules.money(needs).amount(), true);
    }
    if let Some(needs) = line.gates.certifications
        && facts.certifications() < needs
    {
        walk.step(Criterion::Certifications, needs.into(), true);
    }
    if let Some(needs) = line.gates.composite {
        while walk.score() < Some(needs) && walk.raise(needs) {}
    }
    let score = walk.score();
    Some(Way { tier: line.tier.clone(), steps: walk.steps, score, needs: line.gates.composite })
}

struct Walk<'a> {
    facts: &'a Facts,
    rules: &'a Rules,
    values: Values,
    steps: Vec<Step>,
}

impl Walk<'_> {
    fn score(&self) -> Option<Score> {
        score::composite(&self.values, &self.rules.card)
    }

    /// The values once a criterion is raised. More revenue is more growth.
    fn raised(&self, criterion: Criterion, to: Decimal) -> Values {
        let mut values = self.values;
        values.set(criterion, Some(to));
        if criterion == Criterion::Revenue
            && let Some(before) = self.facts.revenue.as_ref().map(|revenue| self.rules.money(revenue.before).amount())
            && before > Decimal::ZERO
        {
            values.set(Criterion::Growth, Some((to - before) * Decimal::ONE_HUNDRED / before));
        }
        values
    }

    fn step(&mut self, criterion: Criterion, to: Decimal, is_gate: bool) {
        let from = self.values.get(criterion);
        self.values = self.raised(criterion, to);
        let currency = self.rules.card.currency;
        let missing = to - from.unwrap_or_default();
        let amount = if criterion == Criterion::Revenue { Money::round(missing, currency).ok() } else { None };
        match self.steps.iter_mut().find(|step| step.criterion == criterion) {
            // Raised in two goes it is one step.
            Some(step) => {
                step.to = to;
                step.amount = step.amount.zip(amount).and_then(|(one, more)| one.plus(more).ok()).or(amount);
            }
            None => self.steps.push(Step { criterion, from, to, is_gate, amount }),
        }
    }

    /// Raises what brings most for its effort; false where nothing brings anything.
    fn raise(&mut self, needs: Score) -> bool {
        let now = self.score().unwrap_or_default();
        let mut best: Option<(Decimal, Criterion, Decimal)> = None;
        for (criterion, to, effort) in self.rules.card.criteria.iter().filter_map(|rule| self.goal(rule)) {
            let after = score::composite(&self.raised(criterion, to), &self.rules.card).unwrap_or_default();
            let gain = Decimal::from(after.0 - now.0) / effort;
            // The earlier in the program's order settles a draw.
            if after > now && best.is_none_or(|(most, ..)| gain > most) {
                best = Some((gain, criterion, to));
            }
        }
        let Some((_, criterion, to)) = best else { return false };
        let least = self.least(criterion, to, needs);
        self.step(criterion, least, false);
        true
    }

    /// How far a criterion may be raised in one go, and the effort.
    fn goal(&self, rule: &Rule) -> Option<(Criterion, Decimal, Decimal)> {
        let (value, known) = (self.values.get(rule.criterion).unwrap_or_default(), self.values.get(rule.criterion).is_some());
        let (to, whole) = match &rule.measure {
            Measure::Linear { target } => (*target, *target),
            Measure::Bands(bands) => (bands.iter().find(|band| band.from > value || !known).map(|band| band.from)?, bands.last()?.from),
        };
        if known && to <= value {
            return None;
        }
        let effort = (to - value).max(Decimal::ZERO) * Decimal::ONE_HUNDRED / whole.max(Decimal::ONE);
        // Growth comes with revenue.
        let before = self.facts.revenue.as_ref().map_or(0, |revenue| revenue.before);
        let (criterion, to) = match rule.criterion {
            Criterion::Growth if before > 0 => {
                let revenue = self.rules.money(before).amount() * (Decimal::ONE_HUNDRED + to) / Decimal::ONE_HUNDRED;
                (Criterion::Revenue, up(revenue, self.rules.card.currency.exponent()))
            }
            Criterion::Growth => return None,
            criterion => (criterion, to),
        };
        Some((criterion, if criterion.is_counted() { to.ceil() } else { to }, effort.max(Decimal::new(1, 4))))
    }

    /// The least value up to `most` with which the score suffices; `most` where none does.
    fn least(&self, criterion: Criterion, most: Decimal, needs: Score) -> Decimal {
        let scale = match criterion {
            Criterion::Revenue => self.rules.card.currency.exponent(),
            _ if criterion.is_counted() => 0,
            _ => 2,
        };
        let unit = |value: Decimal| i128::try_from((value * Decimal::from(10_u64.pow(scale))).floor()).unwrap_or(i128::MAX);
        let value = |units: i128| Decimal::try_from_i128_with_scale(units, scale).unwrap_or(most);
        let suffices = |to: Decimal| score::composite(&self.raised(criterion, to), &self.rules.card) >= Some(needs);
        if !suffices(most) {
            return most;
        }
        let (mut low, mut high) = (unit(self.values.get(criterion).unwrap_or_default()), unit(most));
        while low < high {
            let middle = low + (high - low) / 2;
            if suffices(value(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        let least = value(low).normalize();
        if suffices(least) { least } else { most }
    }
}

fn up(amount: Decimal, digits: u32) -> Decimal {
    amount.round_dp_with_strategy(digits, RoundingStrategy::AwayFromZero)
}

/// `EUR 1,000,000.00 more revenue (a gate)`. Whatever is not revenue has no currency.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let currency = self.amount.map_or(Currency::euro(), |amount| amount.currency);
        let to = score::shown(self.criterion, self.to, currency);
        match (self.amount, self.from) {
            (Some(amount), _) => write!(f, "{amount} more {}", self.criterion.doc())?,
            (None, Some(from)) => {
                write!(f, "{} from {} to {to}", self.criterion.doc(), score::shown(self.criterion, from, currency))?;
            }
            (None, None) => write!(f, "{} of {to}", self.criterion.doc())?,
        }
        f.write_str(if self.is_gate { " (a gate)" } else { " (for the score)" })
    }
}
