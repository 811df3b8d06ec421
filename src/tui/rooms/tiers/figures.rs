//! What a partner did, in place of its story: each figure of the business review as a line over eight quarters, and beneath it the
//! tables of its scorecard for twelve months.

use super::{Ask, C, TierRoom};
use crate::{
    domain::{
        id::PartnerId,
        report::{Figure, Form, Performance, Section as Part, Table, performance::Trend},
    },
    tui::{
        action::Act,
        furniture::work::Effect,
        theme::Role,
        widgets::{
            chart::{bar, trend},
            pane::{Piece, Row, Section},
            text,
        },
    },
};
use rust_decimal::prelude::ToPrimitive as _;

/// Columns of a name before its figures.
const NAME: usize = 25;
/// Columns of a bar beside a row of a table.
const BAR: u16 = 10;
/// Columns between two of a table.
const GAP: usize = 2;

impl TierRoom {
    /// Asks for the figures of the partner under the cursor, if they are to be shown: again with each story, so that they are never
    /// older than it.
    pub(super) fn ask_for_figures(&mut self, cx: &mut C<'_>) {
        let Some(partner) = self.partner().filter(|_| self.shown_beside() == Some(Act::PartnerFigures)) else { return };
        // One question at a time: they are many rows. What changed meanwhile is asked for with its answer.
        if self.own.asking.is_some() {
            self.own.asks_again = true;
            return;
        }
        self.own.asking = Some(partner);
        cx.run(Effect::Own(Ask::Figures(partner)));
    }

    pub(super) fn figures_came(&mut self, partner: PartnerId, figures: Result<Box<Performance>, String>, cx: &mut C<'_>) {
        self.own.figures = Some((partner, figures));
        self.own.asking = None;
        if std::mem::take(&mut self.own.asks_again) || self.partner() != Some(partner) {
            self.ask_for_figures(cx);
        }
    }

    pub(super) fn figure_sections(&self, width: u16) -> Vec<Section> {
        let said = |text: &str, role| vec![Section::new("", vec![Row::text(text, role)])];
        let Some(partner) = self.partner() else { return said("An order line that waits has no figures.", Role::Dim) };
        match self.own.figures.as_ref().filter(|(of, _)| *of == partner) {
            None => said("…", Role::Dim),
            Some((_, Err(why))) => said(why, Role::Bad),
            Some((_, Ok(figures))) => sections(figures, usize::from(width)),
        }
    }
}

fn sections(figures: &Performance, width: usize) -> Vec<Section> {
    let mut out = vec![Section::new("Quarter by quarter", quarters(figures, width))];
    out.extend(figures.sections.iter().map(|part| Section::new(part.title.to_string(), section(part, width))));
    out
}

/// `accepted in time  ▁▃▅▇█▇  87.5 %  +2.5`: the line, the last quarter, and how the last whole one moved.
fn quarters(figures: &Performance, width: usize) -> Vec<Row> {
    let (first, last) = (figures.quarters.first(), figures.quarters.last());
    let (first, last) = (first.map_or("", String::as_str), last.map_or("", String::as_str));
    let head = format!(
        "{first} to {last}; a dot: not known. Beside the figure of the last quarter, how the last whole one moved. Beneath, the last twelve months."
    );
    let shown = |one: &Trend| one.figures.last().map(Figure::shown).unwrap_or_default();
    let widest = figures.trends.iter().map(|one| text::width(&shown(one))).max().unwrap_or(0);
    let name = NAME.min(width.saturating_sub(figures.quarters.len() + widest + 2 * GAP));
    let most = figures.trends.iter().map(|one| text::width(&moved(&one.moved))).max().unwrap_or(0);
    let moves = width >= name + figures.quarters.len() + widest + most + 3 * GAP;
    let row = |one: &Trend| {
        let values: Vec<Option<f64>> = one.figures.iter().map(|figure| figure.number().and_then(|value| value.to_f64())).collect();
        let mut pieces: Vec<Piece> = vec![
            (padded(one.name, name + GAP), Role::Text),
            (trend(&values), Role::ChartLow),
            (before(&shown(one), widest + GAP), Role::Strong),
        ];
        if moves {
            pieces.push((before(&moved(&one.moved), most + GAP), Role::Dim));
        }
        Row::pieces(pieces)
    };
    std::iter::once(Row::text(head, Role::Dim)).chain(figures.trends.iter().map(row)).collect()
}

/// With its sign; nothing where nothing can be said.
fn moved(figure: &Figure) -> String {
    let sign = if figure.number().is_some_and(|value| value.is_sign_positive() && !value.is_zero()) { "+" } else { "" };
    match figure {
        Figure::Percent(_) => format!("{sign}{}", figure.shown()),
        Figure::Number(value) => format!("{sign}{value} points"),
        _ => String::new(),
    }
}

/// Notes, figures, tables, as everywhere in a report.
fn section(part: &Part, width: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = part.notes.iter().map(|note| Row::text(note.to_string(), Role::Dim)).collect();
    rows.extend(part.facts.iter().map(|fact| {
        let role = if matches!(fact.figure, Figure::NotKnown | Figure::Nothing) { Role::Dim } else { Role::Strong };
        Row::pieces(vec![(padded(fact.label, NAME + GAP), Role::Dim), (fact.figure.shown(), role)])
    }));
    for one in &part.tables {
        if !rows.is_empty() {
            rows.push(Row::default());
        }
        rows.extend(table(one, width));
    }
    rows
}

fn table(table: &Table, width: usize) -> Vec<Row> {
    let caption = table.caption.to_string();
    if table.rows.is_empty() {
        return vec![Row::text(if table.empty.is_empty() { caption } else { table.empty.to_owned() }, Role::Dim)];
    }
    let cells: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(Figure::shown).collect()).collect();
    let wide = |column: usize| {
        let longest = cells.iter().filter_map(|row| row.get(column)).map(|cell| text::width(cell)).max().unwrap_or(0);
        longest.max(text::width(table.columns[column].label))
    };
    let widths: Vec<usize> = (0..table.columns.len()).map(wide).collect();
    let whole = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
    let line = trend_of(table).map(|line| (format!("  {line}"), Role::ChartLow));
    let mut rows = vec![Row::pieces(std::iter::once((caption, Role::Text)).chain(line).collect())];
    if whole > width {
        rows.extend(cells.iter().map(|row| stacked(table, row)));
        return rows;
    }
    let bars = bars_of(table).filter(|_| whole + GAP + usize::from(BAR) <= width);
    let labels: Vec<String> = table.columns.iter().map(|column| column.label.to_owned()).collect();
    rows.push(Row::pieces(vec![(aligned(table, &labels, &widths), Role::Dim)]));
    for (at, row) in cells.iter().enumerate() {
        let mut pieces = vec![(aligned(table, row, &widths), Role::Text)];
        if let Some(share) = bars.as_ref().and_then(|bars| bars.get(at)) {
            pieces.push((format!("  {}", bar(*share, BAR)), Role::ChartLow));
        }
        rows.push(Row::pieces(pieces));
    }
    rows
}

/// Where it does not fit side by side: the first cell, and each other with its label.
fn stacked(table: &Table, row: &[String]) -> Row {
    let (first, rest) = row.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let named = table.columns.iter().skip(1).zip(rest).filter(|(_, cell)| *cell != "-");
    let rest: Vec<String> = named.map(|(column, cell)| format!("{} {cell}", column.label.to_lowercase())).collect();
    Row::pieces(vec![(first.to_owned(), Role::Strong), (format!("  {}", rest.join(", ")), Role::Text)]).hanging(2)
}

/// Cells under one another: what is a number at the right of its column.
fn aligned(table: &Table, cells: &[String], widths: &[usize]) -> String {
    let is_number = |column: usize| column > 0 && table.rows.iter().all(|row| row.get(column).is_none_or(Figure::is_number));
    let cell = |(column, (cell, width)): (usize, (&String, &usize))| {
        if is_number(column) { before(cell, *width) } else { padded(cell, *width) }
    };
    cells.iter().zip(widths).enumerate().map(cell).collect::<Vec<_>>().join(&" ".repeat(GAP))
}

/// The chart of a table that goes on in time.
fn trend_of(table: &Table) -> Option<String> {
    let (_, points) = table.points().filter(|(chart, _)| chart.form == Form::Line)?;
    Some(trend(&points.iter().map(|(_, value)| value.and_then(|value| value.to_f64())).collect::<Vec<_>>()))
}

/// The share of the largest for each row, of a table that is drawn as bars.
fn bars_of(table: &Table) -> Option<Vec<f64>> {
    let (_, points) = table.points().filter(|(chart, _)| chart.form == Form::Bars)?;
    let values: Vec<f64> = points.iter().map(|(_, value)| value.and_then(|value| value.to_f64()).unwrap_or(0.0).max(0.0)).collect();
    let most = values.iter().copied().fold(0.0, f64::max);
    (most > 0.0).then(|| values.iter().map(|value| value / most).collect())
}

/// Spaces after a text, or before it, up to a width; what is longer is cut.
fn padded(said: &str, width: usize) -> String {
    let cut = text::cut(said, width);
    format!("{cut}{}", " ".repeat(width.saturating_sub(text::width(&cut))))
}

fn before(said: &str, width: usize) -> String {
    format!("{}{said}", " ".repeat(width.saturating_sub(text::width(said))))
}
