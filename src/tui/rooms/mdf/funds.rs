//! All funds: what each holds as a bar, by program; what expires, how fast it goes, and where what is asked for does not
//! suffice.

use super::words::short_money;
use crate::{
    app::mdf::view::{FundView, MdfDetail},
    domain::{
        id::FundId,
        mdf::{
            fund::Holder,
            ledger::{Account, Balances},
        },
        money::{Currency, Money},
    },
    tui::{
        theme::Role,
        widgets::{
            pane::{Piece, Row, Section},
            text,
        },
    },
};
use std::collections::BTreeMap;

/// Columns of a name at most.
const NAME: usize = 28;
/// Columns of a bar, at least and at most.
const BAR: std::ops::RangeInclusive<u16> = 10..=40;

/// The parts of a bar: each has a shape of its own, so that it is told without colour.
const PARTS: [(Account, char, Role); 5] = [
    (Account::Paid, '█', Role::ChartLow),
    (Account::Claimed, '▓', Role::Warn),
    (Account::Committed, '▒', Role::Info),
    (Account::Available, '░', Role::Good),
    (Account::Expired, '×', Role::Dim),
];

/// The fund that the story beside it is about.
pub const fn fund_of(detail: &MdfDetail) -> FundId {
    match detail {
        MdfDetail::Claim(detail) => detail.fund.id,
        MdfDetail::Request(detail) => detail.fund.id,
        MdfDetail::Fund(detail) => detail.fund.id,
    }
}

/// What the funds stand under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grouping {
    #[default]
    Program,
    Region,
    Partner,
}

impl Grouping {
    pub const fn next(self) -> Self {
        match self {
            Self::Program => Self::Region,
            Self::Region => Self::Partner,
            Self::Partner => Self::Program,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Region => "region",
            Self::Partner => "partner",
        }
    }

    /// The heading under which a fund stands.
    fn heading(self, view: &FundView) -> String {
        let terms = &view.line.fund.terms;
        match (self, &terms.holder) {
            (Self::Program, _) => terms.program.to_string(),
            (Self::Region, _) => view.region.as_ref().map_or_else(|| "In no region".to_owned(), ToString::to_string),
            (Self::Partner, Holder::Partner(id)) => view.partner.as_ref().map_or_else(|| id.to_string(), ToString::to_string),
            (Self::Partner, Holder::Region(region)) => format!("Shared by the partners of {region}: of the region, and of no one partner"),
        }
    }
}

/// The funds under their headings, those that are short or expire first among equals; `own` is pointed out.
pub fn sections(funds: &[FundView], own: Option<FundId>, grouping: Grouping, width: u16) -> Vec<Section> {
    if funds.is_empty() {
        return vec![Section::new("", vec![Row::text("no fund is open, or ended within a year", Role::Dim)])];
    }
    let bar = (width.saturating_sub(62)).clamp(*BAR.start(), *BAR.end());
    let mut all = totals(funds.iter(), 1, bar);
    all.push(legend());
    let mut out = vec![Section::new(format!("All funds, by {}", grouping.name()), all)];
    // By partner, what all partners of a region draw on stands behind what each has for itself.
    let mut groups: BTreeMap<(bool, String), Vec<&FundView>> = BTreeMap::new();
    for fund in funds {
        let is_shared = grouping == Grouping::Partner && fund.line.fund.terms.holder.partner().is_none();
        groups.entry((is_shared, grouping.heading(fund))).or_default().push(fund);
    }
    for ((_, heading), mut funds) in groups {
        funds.sort_by_key(|view| (view.forecast.left.minor >= 0, !view.is_expiring, view.line.fund.terms.to, view.line.fund.id));
        // The bar of one fund alone says it already.
        let mut rows = totals(funds.iter().copied(), 2, bar);
        rows.extend(funds.into_iter().flat_map(|view| lines(view, own == Some(view.line.fund.id), bar)));
        out.push(Section::new(heading, rows));
    }
    out
}

/// The sums by currency, of so many funds at least.
fn totals<'f>(funds: impl Iterator<Item = &'f FundView>, least: usize, bar: u16) -> Vec<Row> {
    let mut sums: BTreeMap<Currency, (usize, Balances)> = BTreeMap::new();
    for view in funds {
        let held = &view.line.balances;
        let (count, sum) = sums.entry(held.currency).or_insert_with(|| (0, Balances::new(held.fund, held.currency)));
        *count += 1;
        sum.allocated = sum.allocated.saturating_add(held.allocated);
        sum.available = sum.available.saturating_add(held.available);
        sum.committed = sum.committed.saturating_add(held.committed);
        sum.claimed = sum.claimed.saturating_add(held.claimed);
        sum.paid = sum.paid.saturating_add(held.paid);
        sum.expired = sum.expired.saturating_add(held.expired);
    }
    let sums = sums.into_iter().filter(|(_, (count, _))| *count >= least);
    sums.map(|(currency, (_, held))| bar_row("  ", &format!("all in {currency}"), &held, bar)).collect()
}

/// What the shapes mean.
fn legend() -> Row {
    let mut legend: Vec<Piece> = vec![("  ".to_owned(), Role::Dim)];
    for (account, shape, role) in PARTS {
        legend.push((shape.to_string(), role));
        legend.push((format!(" {}   ", account.doc()), Role::Dim));
    }
    Row::pieces(legend)
}

/// A fund: its bar, and what a person should know of it.
fn lines(view: &FundView, is_own: bool, bar: u16) -> Vec<Row> {
    let (terms, forecast) = (&view.line.fund.terms, &view.forecast);
    let holder = view.partner.as_deref().unwrap_or(terms.name.as_str());
    let name =
        if view.partner.is_some() { format!("{} {holder}", view.line.fund.id) } else { format!("{} {}", view.line.fund.id, terms.name) };
    let mut rows = vec![bar_row(if is_own { "› " } else { "  " }, &name, &view.line.balances, bar)];
    let mut told: Vec<Piece> = Vec::new();
    if forecast.left.minor < 0 {
        let short = Money::new(-forecast.left.minor, forecast.left.currency);
        told.push((format!("{} is asked for: {short} more than there is", forecast.asked), Role::Bad));
    } else if forecast.asked.minor > 0 {
        told.push((format!("{} is asked for, then {} is left", forecast.asked, forecast.left), Role::Text));
    }
    if let Some(on) = forecast.empty_on {
        told.push((format!("empty on {on} if it goes on like this"), Role::Warn));
    }
    if view.is_expiring {
        told.push((format!("{} expires on {}", view.line.balances.get(Account::Available), terms.to), Role::Warn));
    }
    if !told.is_empty() {
        let mut pieces = Vec::new();
        for (place, piece) in told.into_iter().enumerate() {
            if place > 0 {
                pieces.push((" · ".to_owned(), Role::Dim));
            }
            pieces.push(piece);
        }
        rows.push(Row::pieces(pieces).indented(4));
    }
    rows
}

fn bar_row(mark: &str, name: &str, held: &Balances, wide: u16) -> Row {
    let name = text::cut(name, NAME);
    let pad = " ".repeat(NAME.saturating_sub(text::width(&name)));
    let amount = |account| format!("{:>12}", short_money(held.get(account)));
    let mut pieces = vec![(mark.to_owned(), Role::Strong), (format!("{name}{pad} "), Role::Strong)];
    pieces.extend(bar(held, wide));
    pieces.push((amount(Account::Available), Role::Strong));
    pieces.push((" of".to_owned(), Role::Dim));
    pieces.push((amount(Account::Allocated), Role::Text));
    Row::pieces(pieces)
}

/// As many columns of each part as its share of what was allocated, by largest remainder; every part that is not nothing has
/// one at least.
fn bar(held: &Balances, wide: u16) -> Vec<Piece> {
    let wide = i128::from(wide);
    let whole = i128::from(held.allocated.max(1));
    let mut columns: Vec<i128> = PARTS.iter().map(|(account, ..)| i128::from(held.get(*account).minor) * wide / whole).collect();
    for (column, (account, ..)) in columns.iter_mut().zip(PARTS) {
        if held.get(account).minor > 0 {
            *column = (*column).max(1);
        }
    }
    let most = |columns: &[i128]| (0..columns.len()).max_by_key(|at| columns[*at]).unwrap_or(0);
    let over: i128 = columns.iter().sum::<i128>() - wide;
    let at = most(&columns);
    if held.allocated > 0 {
        columns[at] = (columns[at] - over).max(0);
    }
    let mut pieces: Vec<Piece> = columns
        .iter()
        .zip(PARTS)
        .filter(|(columns, _)| **columns > 0)
        .map(|(columns, (_, shape, role))| (shape.to_string().repeat(usize::try_from(*columns).unwrap_or(0)), role))
        .collect();
    if held.allocated == 0 {
        pieces.push((" ".repeat(usize::try_from(wide).unwrap_or(0)), Role::Dim));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_wide_as_asked_and_hides_no_money() {
        let eur = "EUR".parse().expect("a currency");
        let bar_of = |parts: [i64; 5]| {
            let [paid, claimed, committed, available, expired] = parts;
            let held =
                Balances { fund: FundId(1), currency: eur, allocated: parts.iter().sum(), available, committed, claimed, paid, expired };
            bar(&held, 10).into_iter().map(|(text, _)| text).collect::<String>()
        };
        assert_eq!(bar_of([500, 0, 0, 500, 0]), "█████░░░░░");
        assert_eq!(bar_of([1, 0, 0, 100_000, 0]), "█░░░░░░░░░");
        assert_eq!(bar_of([0, 0, 0, 0, 0]), "          ");
        for parts in [[1, 1, 1, 1, 1], [333, 333, 334, 0, 0], [7, 11, 13, 17, 19], [0, 0, 1, 0, 0]] {
            assert_eq!(bar_of(parts).chars().count(), 10, "{parts:?}");
        }
    }
}
