//! What a partner is measured by: the lines between tiers, the criteria, and how points become one score. A channel program
//! states them; whatever asks "what if" makes its own.

use crate::domain::{
    money::{Currency, Money},
    text::Text,
    vocabulary::words,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The rules of one program, as tiers are decided by them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Best first. The last asks for nothing: whoever is a partner is at least that.
    pub lines: Vec<Line>,
    pub card: Card,
}

/// What a tier asks for, and what it gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub tier: Text,
    pub gates: Gates,
    pub gives: Entitlements,
}

/// Hard gates: each is passed by exactly reaching it, and no other merit makes up for one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gates {
    /// Of the trailing twelve months; minor units of the card's currency.
    pub revenue: Option<i64>,
    /// Different certificates held.
    pub certifications: Option<u32>,
    /// Points of the whole scorecard.
    pub composite: Option<Score>,
}

/// What a partner of a tier is entitled to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Entitlements {
    /// Percent of its revenue, as market development funds.
    pub mdf_percent: Decimal,
    /// Percent of its revenue, paid back.
    pub rebate_percent: Decimal,
    pub lead_weight: u32,
    /// Percent of the general time to answer.
    pub sla_percent: u32,
    /// Days for which a deal registration is protected.
    pub protection_days: u32,
    /// The level of support, in the program's words.
    pub support: Text,
}

/// How a scorecard is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Of every amount on it.
    pub currency: Currency,
    /// Each criterion at most once; the weights add up to [`WHOLE`]. None at all: nobody has a score.
    pub criteria: Vec<Rule>,
    pub composite: Composite,
    pub missing: Missing,
    /// Whether more than the target counts as the target.
    pub cap: bool,
    pub lights: Lights,
    /// The month, 1 to 12, with whose first day a fiscal year begins.
    pub fiscal_year_starts: u32,
    pub acquisition: Acquisition,
    /// Days that a partner has to make up for a failed audit.
    pub remediation_days: u32,
    pub effective: Effective,
    pub audits: Audits,
    /// How old an exchange rate may be where the day of a sale has none.
    pub rate_max_age_days: u32,
    /// The product lines that a partner could sell.
    pub product_lines: Vec<Text>,
}

/// One criterion with its weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub criterion: Criterion,
    /// In hundredths: 3,000 is a weight of 30.
    pub weight: u32,
    pub measure: Measure,
    pub group: Group,
}

/// The sum of all weights, in hundredths.
pub const WHOLE: u32 = 10_000;

/// How a value becomes points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// 100 points for the target, which is above zero, and in proportion below (and above, where that is not cut off).
    Linear { target: Decimal },
    /// The points of the highest band whose lower end is reached; none below the first. Ascending in both.
    Bands(Vec<Band>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// The lowest value that belongs to it.
    pub from: Decimal,
    pub points: Decimal,
}

/// A number of points in hundredths, rounded once, halves up. What is shown is what is compared: 89.995 is 90.00 and passes 90.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score(pub i64);

/// The attainment, in percent, above which a light shines. DOMAIN.md: "green lies above 90.0 and at or below 95.0 %
/// attainment, then yellow, red". So green is the band (90.0, 95.0], what lies above it is better than green and has a light of
/// its own, `ahead`, and yellow and red follow below. Where yellow ends the rule does not say: 80.0, unless the program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lights {
    pub ahead: Decimal,
    pub green: Decimal,
    pub yellow: Decimal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    Red,
    Yellow,
    Green,
    Ahead,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// Of the trailing twelve months, in major units.
    Revenue,
    /// Of that revenue over the twelve months before.
    Growth,
    /// Product lines of which something was sold, as a percentage of all. Not shares of revenue: selling more of one line
    /// would then lower a score.
    ProductMix,
    Certifications,
    /// Region x product line cells served, as a percentage of those expected.
    Coverage,
    /// Offered leads that were accepted in time.
    ServiceSla,
    /// Approved in the trailing twelve months.
    Registrations,
    /// Of those approved, won.
    Conversion,
    Satisfaction,
    /// Used of what was allocated.
    FundUse,
    Compliance,
    Training,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    Performance,
    Potential,
    Fit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Composite {
    /// The weighted mean of all criteria.
    Sum,
    /// The weighted geometric mean of the weighted means of the three groups: one that is nothing makes the whole nothing.
    Geometric,
}

/// What becomes of a criterion without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// It is left out, and its weight shared among the others in their proportion.
    Share,
    /// It has no points.
    Zero,
}

/// From when the revenue of an acquired partner counts as that of the one that it became a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acquisition {
    FromDay,
    WholePeriod,
}

/// Who audits all partners after the end of a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audits {
    /// The engine.
    Quarterly,
    /// Whoever asks for it.
    OnDemand,
}

/// When an approved change of tier comes into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effective {
    /// On the day of the approval.
    AtOnce,
    NextMonth,
    /// With the first day of the fiscal quarter after the approval.
    NextQuarter,
}

words! {
    Criterion {
        Revenue => "revenue", "revenue";
        Growth => "growth", "revenue growth";
        ProductMix => "product_mix", "product mix";
        Certifications => "certifications", "certifications";
        Coverage => "coverage", "coverage";
        ServiceSla => "service_sla", "leads accepted in time";
        Registrations => "registrations", "deal registrations";
        Conversion => "conversion", "registrations won";
        Satisfaction => "satisfaction", "satisfaction";
        FundUse => "fund_use", "fund utilisation";
        Compliance => "compliance", "compliance";
        Training => "training", "training";
    }
    Group {
        Performance => "performance", "performance";
        Potential => "potential", "potential";
        Fit => "fit", "fit";
    }
    Composite {
        Sum => "sum", "weighted sum";
        Geometric => "geometric", "weighted geometric mean";
    }
    Missing {
        Share => "share", "left out, its weight shared among the others";
        Zero => "zero", "no points";
    }
    Acquisition {
        FromDay => "from_day", "from the day of the acquisition";
        WholePeriod => "whole_period", "over the whole period";
    }
    Effective {
        AtOnce => "at_once", "at once";
        NextMonth => "next_month", "with the next month";
        NextQuarter => "next_quarter", "with the next quarter";
    }
    Audits {
        Quarterly => "quarterly", "by the engine after each quarter";
        OnDemand => "on_demand", "on demand";
    }
    Light {
        Ahead => "ahead", "ahead";
        Green => "green", "green";
        Yellow => "yellow", "yellow";
        Red => "red", "red";
    }
}

impl Criterion {
    pub const COUNT: usize = Self::ALL.len();

    pub const fn index(self) -> usize {
        self as usize
    }

    /// The group that it belongs to, unless the program says otherwise.
    pub const fn group(self) -> Group {
        match self {
            Self::Revenue | Self::Growth | Self::Registrations | Self::Conversion => Group::Performance,
            Self::ProductMix | Self::Certifications | Self::Coverage | Self::Training => Group::Potential,
            Self::ServiceSla | Self::Satisfaction | Self::FundUse | Self::Compliance => Group::Fit,
        }
    }

    /// Whether its values are percentages.
    pub const fn is_percent(self) -> bool {
        !matches!(self, Self::Revenue | Self::Certifications | Self::Registrations)
    }

    /// Whether only whole numbers of it exist.
    pub const fn is_counted(self) -> bool {
        matches!(self, Self::Certifications | Self::Registrations)
    }
}

impl Default for Lights {
    fn default() -> Self {
        Self { ahead: Decimal::from(95), green: Decimal::from(90), yellow: Decimal::from(80) }
    }
}

impl Lights {
    /// Exactly on a boundary shines the lower light.
    pub fn of(&self, attainment: Decimal) -> Light {
        if attainment > self.ahead {
            Light::Ahead
        } else if attainment > self.green {
            Light::Green
        } else if attainment > self.yellow {
            Light::Yellow
        } else {
            Light::Red
        }
    }
}

impl Score {
    /// `90` is 9,000 hundredths.
    pub fn round(points: Decimal) -> Self {
        Self(super::mean::hundredths(points))
    }

    pub fn points(self) -> Decimal {
        Decimal::new(self.0, 2)
    }
}

/// `94.33`.
impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("{:.2}", self.points()))
    }
}

impl Rules {
    /// The place of a tier, 0 of the best; a name that the rules do not know stands with the last.
    pub fn place(&self, tier: &str) -> usize {
        let found = self.lines.iter().position(|line| line.tier.eq_ignore_ascii_case(tier));
        found.unwrap_or_else(|| self.lines.len().saturating_sub(1))
    }

    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.card.currency)
    }
}

impl Entitlements {
    /// What they cost in a year, at this revenue in minor units: rebate and funds, each rounded for itself.
    pub fn cost(&self, revenue: Money) -> Money {
        let of = |percent: Decimal| {
            let part = revenue.amount().checked_mul(percent).map(|part| part / Decimal::ONE_HUNDRED);
            part.and_then(|part| Money::round(part, revenue.currency).ok()).map_or(0, |part| part.minor)
        };
        if revenue.minor <= 0 {
            return Money::zero(revenue.currency);
        }
        Money::new(of(self.rebate_percent).saturating_add(of(self.mdf_percent)), revenue.currency)
    }
}
