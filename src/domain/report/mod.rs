//! Reports for people outside the console: a scorecard of a partner, its quarterly business review, how tiers stand.
//!
//! [`Report`] is a document of named figures, made by [`scorecard`], [`review`] and [`tiers`] from what the app has gathered.
//! It knows nothing of Markdown or HTML: whoever writes it out walks over the same figures, so that all formats agree.

mod figure;
mod history;
mod open;
pub mod partner;
pub mod performance;
pub mod review;
pub mod scorecard;
pub mod tiers;
mod work;

pub use figure::Figure;
pub use partner::{Known, PartnerSeen};
pub use performance::Performance;
pub use tiers::{AuditSeen, TierSeen, TiersSeen};

use crate::domain::{text::Text, vocabulary::words};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The version of what a report holds and how it is named: the ids of sections, figures, tables and columns. It rises when one
/// of them is renamed or goes away; a new one does not raise it.
pub const VERSION: u32 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Scorecard,
    Review,
    Tiers,
}

words! {
    Kind {
        Scorecard => "scorecard", "Partner scorecard";
        Review => "qbr", "Quarterly business review";
        Tiers => "tiers", "Tier report";
    }
}

/// A document. Every text in it may hold what partners wrote: whoever writes it out escapes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub kind: Kind,
    /// Whom it is about, or what.
    pub title: Text,
    /// As of the end of this day.
    pub on: NaiveDate,
    pub sections: Vec<Section>,
}

/// A part under a heading. Its order is: notes, facts, tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Unique in the report, and the same in every report of its kind.
    pub id: &'static str,
    pub title: Text,
    /// Sentences that say what is meant, or why something is missing.
    pub notes: Vec<Text>,
    pub facts: Vec<Fact>,
    pub tables: Vec<Table>,
}

/// One figure with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Unique in the section.
    pub id: &'static str,
    pub label: &'static str,
    pub figure: Figure,
}

/// Figures in rows. The first column names the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Unique in the section, and no id of a fact.
    pub id: &'static str,
    pub caption: Text,
    pub columns: Vec<Column>,
    /// Each as long as `columns`.
    pub rows: Vec<Vec<Figure>>,
    /// What stands in its place where it has no row.
    pub empty: &'static str,
    pub chart: Option<Chart>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Unique in the table.
    pub id: &'static str,
    pub label: &'static str,
}

/// A picture of one column of its table. It holds no figure that the table does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub form: Form,
    /// The column that names the points, and the one that is drawn.
    pub label: usize,
    pub value: usize,
    /// Values worth a line across, each with its name: the thresholds.
    pub marks: Vec<(Decimal, Text)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One after the other in time, as a line.
    Line,
    /// Beside one another, as bars.
    Bars,
}

/// The name and the value of a point in a chart; nothing where it is not known.
pub type Point = (String, Option<Decimal>);

/// A figure with its place in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed<'a> {
    pub section: &'a Section,
    /// Its table and the number of its row, from 1; nothing of a fact.
    pub cell: Option<(&'a Table, usize)>,
    pub id: &'static str,
    pub label: &'static str,
    pub figure: &'a Figure,
}

impl Report {
    /// Every figure, in reading order.
    pub fn figures(&self) -> impl Iterator<Item = Placed<'_>> {
        self.sections.iter().flat_map(|section| {
            let facts =
                section.facts.iter().map(move |fact| Placed { section, cell: None, id: fact.id, label: fact.label, figure: &fact.figure });
            facts.chain(section.tables.iter().flat_map(move |table| table.placed(section)))
        })
    }

    /// The figure of a fact.
    pub fn fact(&self, section: &str, id: &str) -> Option<&Figure> {
        self.section(section)?.facts.iter().find(|fact| fact.id == id).map(|fact| &fact.figure)
    }

    pub fn table(&self, section: &str, id: &str) -> Option<&Table> {
        self.section(section)?.tables.iter().find(|table| table.id == id)
    }

    pub fn section(&self, id: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }
}

impl Section {
    pub fn new(id: &'static str, title: &str) -> Self {
        Self { id, title: Text::clean(title), notes: Vec::new(), facts: Vec::new(), tables: Vec::new() }
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<Text>) -> Self {
        self.notes.push(note.into());
        self
    }

    #[must_use]
    pub fn fact(mut self, id: &'static str, label: &'static str, figure: impl Into<Figure>) -> Self {
        self.facts.push(Fact { id, label, figure: figure.into() });
        self
    }

    #[must_use]
    pub fn table(mut self, table: Table) -> Self {
        self.tables.push(table);
        self
    }
}

impl Table {
    /// Columns as (id, label).
    pub fn new(id: &'static str, caption: &str, columns: &[(&'static str, &'static str)], empty: &'static str) -> Self {
        let columns = columns.iter().map(|(id, label)| Column { id, label }).collect();
        Self { id, caption: Text::clean(caption), columns, rows: Vec::new(), empty, chart: None }
    }

    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = Vec<Figure>>) -> Self {
        self.rows.extend(rows);
        self
    }

    #[must_use]
    pub fn chart(mut self, form: Form, label: usize, value: usize) -> Self {
        self.chart = Some(Chart { form, label, value, marks: Vec::new() });
        self
    }

    #[must_use]
    pub fn marks(mut self, marks: Vec<(Decimal, Text)>) -> Self {
        if let Some(chart) = &mut self.chart {
            chart.marks = marks;
        }
        self
    }

    /// The points of its chart. No chart of fewer than two known values, nor of nothing but zeros.
    pub fn points(&self) -> Option<(&Chart, Vec<Point>)> {
        let chart = self.chart.as_ref()?;
        let point = |row: &Vec<Figure>| Some((row.get(chart.label)?.shown(), row.get(chart.value)?.number()));
        let points: Vec<_> = self.rows.iter().filter_map(point).collect();
        let known = || points.iter().filter_map(|(_, value)| *value);
        (known().count() > 1 && known().any(|value| !value.is_zero())).then_some((chart, points))
    }

    fn placed<'a>(&'a self, section: &'a Section) -> impl Iterator<Item = Placed<'a>> {
        (1..).zip(&self.rows).flat_map(move |(number, row)| {
            let cell = move |(column, figure): (&Column, &'a Figure)| Placed {
                section,
                cell: Some((self, number)),
                id: column.id,
                label: column.label,
                figure,
            };
            self.columns.iter().zip(row).map(cell)
        })
    }
}
