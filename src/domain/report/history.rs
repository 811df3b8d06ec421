//! A partner over the quarters: its audits and its sales.

use super::{Figure, Form, PartnerSeen, Section, Table};
use crate::domain::{
    money::Money,
    text::Text,
    tier::{
        evaluation::Evaluation,
        period::{Period, Quarter},
    },
};
use rust_decimal::Decimal;

/// Quarters that are shown: two years.
const QUARTERS: usize = 8;

impl PartnerSeen {
    /// Its last audit of each quarter.
    pub(super) fn history(&self) -> Section {
        let row = |quarter: Quarter| {
            let one = self.evaluation_in(quarter);
            let card = one.map(|one| &one.made.card);
            let revenue = one.and_then(|one| Some(Money::new(one.made.facts.revenue.as_ref()?.now, one.made.card.currency)));
            vec![
                self.quarter_name(quarter).into(),
                Figure::given(card.map(|card| card.day)),
                figure_of(one, Figure::known(card.and_then(|card| card.composite))),
                figure_of(one, Figure::given(card.map(|card| Figure::named(&card.stored)))),
                figure_of(one, Figure::known(card.map(|card| &card.computed))),
                figure_of(one, Figure::known(card.map(|card| card.outcome.doc()))),
                figure_of(one, Figure::known(revenue)),
            ]
        };
        let columns = [
            ("quarter", "Quarter"),
            ("audited", "As of"),
            ("score", "Score"),
            ("held", "Held"),
            ("earned", "Earned"),
            ("outcome", "Outcome"),
            ("revenue", "Revenue of 12 months"),
        ];
        let quarters = self.quarters(QUARTERS);
        let first = quarters.iter().position(|quarter| self.evaluation_in(*quarter).is_some()).unwrap_or(quarters.len());
        let table = Table::new("audits", "The last audit of each quarter", &columns, "There was no audit in the last eight quarters.")
            .rows(quarters[first..].iter().map(|quarter| row(*quarter)))
            .chart(Form::Line, 0, 2)
            .marks(self.thresholds());
        Section::new("history", "History by quarter").table(table)
    }

    /// What it sold by quarter and by product line.
    pub(super) fn sales(&self) -> Section {
        let mut section = Section::new("sales", "Sales").note(match &self.sold {
            Ok(_) => Text::clean(
                "What it sold itself, at the exchange rate of each day. A quarter that is not over counts up to the day of the report.",
            ),
            Err(why) => why.clone(),
        });
        let row = |quarter: Quarter| {
            let now = self.revenue(self.days_of(quarter));
            let before = self.revenue(Quarter { year: quarter.year - 1, ..quarter }.period(self.program.scorecard.fiscal_year_starts));
            // A part of a quarter is not compared with a whole one.
            let is_whole = self.days_of(quarter) == quarter.period(self.program.scorecard.fiscal_year_starts);
            let change = if is_whole { change(now, before) } else { Figure::Nothing };
            vec![self.quarter_name(quarter).into(), Figure::known(now), change]
        };
        // Only the last five have the quarter a year before them within the nine that are known.
        let quarters = self.quarters(5);
        let columns = [("quarter", "Quarter"), ("revenue", "Revenue"), ("change", "On the year before")];
        let table = Table::new("quarters", "Revenue by quarter", &columns, "").rows(quarters.into_iter().map(row)).chart(Form::Line, 0, 1);
        if self.sold.is_ok() {
            section = section.table(table).table(self.products());
        }
        section
    }

    fn products(&self) -> Table {
        let year = self.year();
        let whole = self.revenue(year).map_or(0, |sum| sum.minor);
        let row = |(name, sum): (Text, Money)| {
            let name = if name.is_empty() { Text::clean("no product line named") } else { name };
            vec![name.into(), sum.into(), Figure::share(sum.minor, whole)]
        };
        let columns = [("product", "Product line"), ("revenue", "Revenue"), ("share", "Share")];
        let lines = self.revenue_by_product(year).unwrap_or_default();
        Table::new("products", "Revenue of the period by product line", &columns, "Not known: no sale names a product line.")
            .rows(lines.into_iter().map(row))
            .chart(Form::Bars, 0, 1)
    }

    /// `2026 Q4`, and of the quarter that is not over that it is not.
    pub(super) fn quarter_name(&self, quarter: Quarter) -> String {
        let whole: Period = quarter.period(self.program.scorecard.fiscal_year_starts);
        if self.days_of(quarter) == whole { quarter.to_string() } else { format!("{quarter} so far") }
    }

    /// The scores that tiers ask for.
    pub(super) fn thresholds(&self) -> Vec<(Decimal, Text)> {
        let lines = self.program.tier_rules().lines;
        lines.iter().filter_map(|line| Some((line.gates.composite?.points(), line.tier.clone()))).collect()
    }
}

/// Nothing of a quarter without an audit.
fn figure_of(one: Option<&Evaluation>, figure: Figure) -> Figure {
    if one.is_some() { figure } else { Figure::Nothing }
}

/// In percent of what was before; nothing where that was nothing or less.
pub(super) fn change(now: Option<Money>, before: Option<Money>) -> Figure {
    match (now, before) {
        (Some(now), Some(before)) if before.minor > 0 => {
            let gained = Decimal::from(now.minor) - Decimal::from(before.minor);
            Figure::percent(gained * Decimal::ONE_HUNDRED / Decimal::from(before.minor), 1)
        }
        (Some(_), Some(_)) => Figure::Nothing,
        _ => Figure::NotKnown,
    }
}
