//! What can be turned of the rules of tiers, one number at a time: for a screen that asks "what if".

use super::rules::{Composite, Criterion, Measure, Rules, Score, WHOLE};
use crate::domain::{
    money::{Currency, Money},
    text::Text,
};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};

/// One number or choice of the rules. Places are those of the lines and criteria of the rules that it was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Knob {
    Revenue(usize),
    Certifications(usize),
    Score(usize),
    Funds(usize),
    Rebate(usize),
    Weight(usize),
    Target(usize),
    Composite,
    Cap,
}

/// The places in a program's document that a knob stands for: keys of tables, the last one of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Tier(Text, &'static str),
    Criterion(Criterion, &'static str),
    Scorecard(&'static str),
}

/// The greatest amount that a gate can be turned to, in major units, and the greatest number of certificates.
const MOST_REVENUE: i64 = 1_000_000_000_000;
const MOST_CERTIFICATES: i64 = 1_000;

impl Knob {
    /// All knobs of these rules, tier by tier, then criterion by criterion. The last tier asks for nothing and has no gates.
    pub fn all(rules: &Rules) -> Vec<Self> {
        let last = rules.lines.len().saturating_sub(1);
        let mut all = Vec::new();
        for at in 0..last {
            all.extend([Self::Revenue(at), Self::Certifications(at), Self::Score(at)]);
        }
        for at in 0..rules.lines.len() {
            all.extend([Self::Funds(at), Self::Rebate(at)]);
        }
        for (at, rule) in rules.card.criteria.iter().enumerate() {
            all.push(Self::Weight(at));
            if matches!(rule.measure, Measure::Linear { .. }) {
                all.push(Self::Target(at));
            }
        }
        if !rules.card.criteria.is_empty() {
            all.extend([Self::Composite, Self::Cap]);
        }
        all
    }

    /// Under which heading it stands.
    pub const fn group(self) -> &'static str {
        match self {
            Self::Revenue(_) | Self::Certifications(_) | Self::Score(_) => "What tiers ask for",
            Self::Funds(_) | Self::Rebate(_) => "What tiers give",
            Self::Weight(_) | Self::Target(_) | Self::Composite | Self::Cap => "The scorecard",
        }
    }

    pub fn name(self, rules: &Rules) -> String {
        let tier = |at: usize| rules.lines.get(at).map_or("", |line| line.tier.as_str());
        let criterion = |at: usize| rules.card.criteria.get(at).map_or("", |rule| rule.criterion.doc());
        match self {
            Self::Revenue(at) => format!("{} revenue", tier(at)),
            Self::Certifications(at) => format!("{} certifications", tier(at)),
            Self::Score(at) => format!("{} score", tier(at)),
            Self::Funds(at) => format!("{} MDF %", tier(at)),
            Self::Rebate(at) => format!("{} rebate %", tier(at)),
            Self::Weight(at) => format!("{}, weight", criterion(at)),
            Self::Target(at) => format!("{}, target", criterion(at)),
            Self::Composite => "composite".to_owned(),
            Self::Cap => "cap at the target".to_owned(),
        }
    }

    /// Its value; nothing where the rules ask for nothing there.
    pub fn value(self, rules: &Rules) -> Option<Decimal> {
        let line = |at: usize| rules.lines.get(at);
        let rule = |at: usize| rules.card.criteria.get(at);
        match self {
            Self::Revenue(at) => line(at)?.gates.revenue.map(|minor| rules.money(minor).amount().normalize()),
            Self::Certifications(at) => line(at)?.gates.certifications.map(Decimal::from),
            Self::Score(at) => line(at)?.gates.composite.map(|score| score.points().normalize()),
            Self::Funds(at) => line(at).map(|line| line.gives.mdf_percent.normalize()),
            Self::Rebate(at) => line(at).map(|line| line.gives.rebate_percent.normalize()),
            Self::Weight(at) => rule(at).map(|rule| Decimal::new(rule.weight.into(), 2).normalize()),
            Self::Target(at) => match rule(at)?.measure {
                Measure::Linear { target } => Some(target.normalize()),
                Measure::Bands(_) => None,
            },
            Self::Composite => Some(Decimal::from(u8::from(rules.card.composite == Composite::Geometric))),
            Self::Cap => Some(Decimal::from(u8::from(rules.card.cap))),
        }
    }

    /// As people read it: `EUR 5,000,000`, `65`, `-` where nothing is asked for.
    pub fn shown(self, rules: &Rules) -> String {
        let Some(value) = self.value(rules) else { return "-".to_owned() };
        match self {
            Self::Revenue(_) => amount(value, rules.card.currency),
            Self::Target(at) if rules.card.criteria.get(at).is_some_and(|rule| rule.criterion == Criterion::Revenue) => {
                amount(value, rules.card.currency)
            }
            Self::Composite => rules.card.composite.doc().to_owned(),
            Self::Cap => if rules.card.cap { "yes" } else { "no" }.to_owned(),
            _ => value.to_string(),
        }
    }

    /// What one step is at this value: a tenth of its magnitude for amounts, else one of its unit.
    pub fn step(self, rules: &Rules) -> Decimal {
        match self {
            Self::Revenue(_) => magnitude(self.value(rules).unwrap_or_default(), Decimal::from(10_000)),
            Self::Target(_) => magnitude(self.value(rules).unwrap_or_default(), Decimal::ONE),
            Self::Funds(_) | Self::Rebate(_) => Decimal::new(5, 1),
            _ => Decimal::ONE,
        }
    }

    /// Turns it; nothing is asked for any more with nothing, where that is possible.
    ///
    /// # Errors
    /// One sentence when the value lies outside of what the rules can have.
    pub fn set(self, rules: &mut Rules, value: Option<Decimal>) -> Result<(), String> {
        let within = |low: i64, high: i64, what: &str| {
            let value = value.unwrap_or_default();
            if (Decimal::from(low)..=Decimal::from(high)).contains(&value) {
                Ok(value)
            } else {
                Err(format!("{what} goes from {low} to {high}"))
            }
        };
        let currency = rules.card.currency;
        let needs = |value: Option<Decimal>| value.ok_or_else(|| "it needs a number".to_owned());
        match self {
            Self::Revenue(at) => {
                let major = within(0, MOST_REVENUE, "a revenue")?;
                if major.fract() != Decimal::ZERO {
                    return Err("a gate is in whole units of the currency".to_owned());
                }
                let minor = Money::round(major, currency).map_err(|error| error.to_string())?.minor;
                rules.lines.get_mut(at).into_iter().for_each(|line| line.gates.revenue = value.map(|_| minor));
            }
            Self::Certifications(at) => {
                let count = whole(within(0, MOST_CERTIFICATES, "a number of certificates")?)?;
                rules.lines.get_mut(at).into_iter().for_each(|line| line.gates.certifications = value.map(|_| count));
            }
            Self::Score(at) => {
                let score = Score::round(within(0, 100, "a score")?);
                rules.lines.get_mut(at).into_iter().for_each(|line| line.gates.composite = value.map(|_| score));
            }
            Self::Funds(at) => {
                needs(value)?;
                let percent = within(0, 100, "a percentage")?;
                rules.lines.get_mut(at).into_iter().for_each(|line| line.gives.mdf_percent = percent);
            }
            Self::Rebate(at) => {
                needs(value)?;
                let percent = within(0, 100, "a percentage")?;
                rules.lines.get_mut(at).into_iter().for_each(|line| line.gives.rebate_percent = percent);
            }
            Self::Weight(at) => {
                needs(value)?;
                let hundredths = whole(within(0, 100, "a weight")? * Decimal::ONE_HUNDRED)?;
                rules.card.criteria.get_mut(at).into_iter().for_each(|rule| rule.weight = hundredths);
            }
            Self::Target(at) => {
                let target = needs(value)?;
                if target <= Decimal::ZERO {
                    return Err("a target lies above zero".to_owned());
                }
                let target = within(0, MOST_REVENUE, "a target").map(|_| target)?;
                rules.card.criteria.get_mut(at).into_iter().for_each(|rule| rule.measure = Measure::Linear { target });
            }
            Self::Composite => {
                rules.card.composite = if value.is_some_and(|value| value > Decimal::ZERO) { Composite::Geometric } else { Composite::Sum };
            }
            Self::Cap => rules.card.cap = value.is_some_and(|value| value > Decimal::ZERO),
        }
        Ok(())
    }

    /// Turns it by so many steps; it stops at the ends of what is possible. A choice goes to its other side.
    pub fn turn(self, rules: &mut Rules, steps: i32) {
        let value = self.value(rules);
        let next = match self {
            Self::Composite | Self::Cap => Decimal::ONE - value.unwrap_or_default(),
            _ => (value.unwrap_or_default() + self.step(rules) * Decimal::from(steps)).max(Decimal::ZERO),
        };
        // At the end of what is possible it stays where it is.
        let _ = self.set(rules, Some(next));
    }

    /// Where it stands in the document of a program.
    pub fn place(self, rules: &Rules) -> Option<Place> {
        let tier = |at: usize, key| Some(Place::Tier(rules.lines.get(at)?.tier.clone(), key));
        let criterion = |at: usize, key| Some(Place::Criterion(rules.card.criteria.get(at)?.criterion, key));
        match self {
            Self::Revenue(at) => tier(at, "revenue"),
            Self::Certifications(at) => tier(at, "certifications"),
            Self::Score(at) => tier(at, "score"),
            Self::Funds(at) => tier(at, "mdf_percent"),
            Self::Rebate(at) => tier(at, "rebate_percent"),
            Self::Weight(at) => criterion(at, "weight"),
            Self::Target(at) => criterion(at, "target"),
            Self::Composite => Some(Place::Scorecard("composite")),
            Self::Cap => Some(Place::Scorecard("cap")),
        }
    }
}

/// What is missing to a hundred, or too much, in hundredths; nothing where the weights add up, or nothing is weighed.
pub fn weights_off(rules: &Rules) -> Option<i64> {
    let sum: i64 = rules.card.criteria.iter().map(|rule| i64::from(rule.weight)).sum();
    let off = sum - i64::from(WHOLE);
    (!rules.card.criteria.is_empty() && off != 0).then_some(off)
}

fn whole(value: Decimal) -> Result<u32, String> {
    let number = if value.fract() == Decimal::ZERO { value.to_u32() } else { None };
    number.ok_or_else(|| format!("{} is no number of whole units", value.normalize()))
}

/// A tenth of the power of ten below a value: 5,000,000 goes by 100,000 and 80 by 1.
fn magnitude(value: Decimal, least: Decimal) -> Decimal {
    let mut step = least;
    while step * Decimal::from(100) <= value {
        step *= Decimal::TEN;
    }
    step
}

/// In whole units, as gates and targets are stated: `EUR 5,000,000`.
fn amount(value: Decimal, currency: Currency) -> String {
    let shown = Money::round(value, currency).map_or_else(|_| value.to_string(), |amount| amount.to_string());
    if value.fract() == Decimal::ZERO { shown.split('.').next().unwrap_or_default().to_owned() } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::program;

    fn demo() -> Rules {
        program::parse("program", program::DEMO).unwrap().tier_rules()
    }

    #[test]
    fn steps_follow_the_magnitude() {
        let steps = [0, 80_000, 1_000_000, 5_000_000, 12_000_000].map(|value| magnitude(Decimal::from(value), Decimal::from(10_000)));
        assert_eq!(steps, [10_000, 10_000, 100_000, 100_000, 1_000_000].map(Decimal::from));
        assert_eq!([magnitude(Decimal::from(20), Decimal::ONE), magnitude(Decimal::from(250), Decimal::ONE)], [Decimal::ONE, Decimal::TEN]);
    }

    #[test]
    fn a_knob_stops_at_the_ends() {
        let mut rules = demo();
        Knob::Score(0).turn(&mut rules, 1_000);
        assert_eq!(Knob::Score(0).value(&rules), Some(Decimal::from(80)), "a hundred is the most: it stays");
        Knob::Certifications(1).turn(&mut rules, -1_000);
        assert_eq!(Knob::Certifications(1).value(&rules), Some(Decimal::ZERO));
        assert_eq!(Knob::Target(0).set(&mut rules, Some(Decimal::ZERO)).unwrap_err(), "a target lies above zero");
        assert_eq!(Knob::Rebate(0).set(&mut rules, None).unwrap_err(), "it needs a number");
        assert_eq!(Knob::Revenue(0).shown(&demo()), "EUR 10,000,000");
    }

    #[test]
    fn turning_there_and_back_is_nothing() {
        let before = demo();
        for knob in Knob::all(&before) {
            let mut after = before.clone();
            knob.turn(&mut after, 1);
            knob.turn(&mut after, -1);
            // A gate that asked for nothing asks for zero then, which everybody passes.
            assert_eq!(knob.value(&after).unwrap_or_default(), knob.value(&before).unwrap_or_default(), "{knob:?}");
        }
    }
}
