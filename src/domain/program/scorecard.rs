//! `[scorecard]` and what tiers ask for and give: how partners are measured.

use super::{Program, Tier};
use crate::domain::{
    money::Currency,
    text::Text,
    tier::{
        Card, Criterion, Entitlements, Gates, Line, Measure, Rule, Rules, Score,
        rules::{Acquisition, Audits, Composite, Effective, Lights, Missing},
    },
};
use rust_decimal::Decimal;
use serde::Serialize;

/// What a tier asks for, as the program states it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Asked {
    /// Major units of the program's currency, of the trailing twelve months.
    pub revenue: Option<i64>,
    pub certifications: Option<u32>,
    /// Points of the scorecard.
    pub score: Option<Score>,
}

/// What a tier gives beside leads and time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Given {
    pub mdf_percent: Decimal,
    pub rebate_percent: Decimal,
    /// The level of support, in words.
    pub support: Text,
}

impl Asked {
    /// The gates of the trade for a tier of this name, where the program states none.
    pub fn by_name(tier: &str) -> Self {
        let (revenue, certifications) = match tier.to_ascii_lowercase().as_str() {
            "platinum" => (10_000_000, 3),
            "gold" => (5_000_000, 2),
            "silver" => (1_000_000, 1),
            _ => return Self::default(),
        };
        Self { revenue: Some(revenue), certifications: Some(certifications), score: None }
    }
}

/// The scorecard of a program that states none: the five criteria of the trade, 30/20/20/15/15.
pub(super) fn default_card(currency: Currency, product_lines: Vec<Text>) -> Card {
    let linear = |(criterion, weight, target): (Criterion, u32, i64)| Rule {
        criterion,
        weight: weight * 100,
        measure: Measure::Linear { target: Decimal::from(target) },
        group: criterion.group(),
    };
    let criteria = [
        (Criterion::Growth, 30, 20),
        (Criterion::Training, 20, 100),
        (Criterion::Registrations, 20, 50),
        (Criterion::FundUse, 15, 90),
        (Criterion::Compliance, 15, 100),
    ];
    Card {
        currency,
        criteria: criteria.map(linear).to_vec(),
        composite: Composite::Sum,
        missing: Missing::Share,
        cap: true,
        lights: Lights::default(),
        fiscal_year_starts: 1,
        acquisition: Acquisition::FromDay,
        remediation_days: 90,
        effective: Effective::NextQuarter,
        rate_max_age_days: 7,
        audits: Audits::OnDemand,
        product_lines,
    }
}

impl Program {
    /// The rules by which tiers are decided, with what each tier gives.
    pub fn tier_rules(&self) -> Rules {
        Rules { lines: self.tiers.iter().map(|tier| self.line(tier)).collect(), card: self.scorecard.clone() }
    }

    fn line(&self, tier: &Tier) -> Line {
        let minor = |major: i64| major.saturating_mul(10_i64.pow(self.currency.exponent()));
        let gates = Gates { revenue: tier.asks.revenue.map(minor), certifications: tier.asks.certifications, composite: tier.asks.score };
        let gives = Entitlements {
            mdf_percent: tier.gives.mdf_percent,
            rebate_percent: tier.gives.rebate_percent,
            lead_weight: tier.lead_weight,
            sla_percent: tier.sla_percent,
            protection_days: self.deals.protection_days(&tier.name),
            support: tier.gives.support.clone(),
        };
        Line { tier: tier.name.clone(), gates, gives }
    }
}
