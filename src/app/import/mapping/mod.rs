//! Mappings: how the columns of a file become the fields of a record, as a TOML document.
//!
//! [`read`] checks a document and reports every mistake with its line; [`built_in`] are those that come with the program.
//! A mapping knows nothing of a particular file: [`crate::app::import::decode::Decoder`] ties it to one.

mod built_in;
mod check;
pub mod date;
mod read;
mod target;

pub use built_in::{BUILT_IN, built_in, recognised};
pub use check::{Check, Condition, Demand, Fixed};
pub use date::DateFormat;
pub use read::read;
pub use target::{Choice, Form, Kind, Target};

use crate::{app::import::source::Options, domain::text::Text};
use chrono_tz::Tz;
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

#[derive(Debug, Clone)]
pub struct Mapping {
    /// The name of a built-in one, or the file that it was read from.
    pub name: String,
    pub kind: Kind,
    /// The system that the file comes from: the first half of every record's key.
    pub system: Text,
    /// The identifiers already begin with their system, as our own exports have them.
    pub id_is_key: bool,
    /// What the mapping is for, in a sentence.
    pub about: Text,
    pub options: Options,
    /// Local times without an offset are in this zone.
    pub zone: Tz,
    /// Tried in this order.
    pub dates: Vec<DateFormat>,
    /// What stands for nothing, in any case; the empty cell always does.
    pub missing: Vec<String>,
    /// `1.234,5` instead of `1,234.5`.
    pub decimal_comma: bool,
    /// A file that has all of these columns is one for this mapping.
    pub recognise: Vec<String>,
    pub fields: BTreeMap<&'static str, Expr>,
    /// Rows that are not taken over, with the reason that the rejects file gives.
    pub leave_out: Vec<LeaveOut>,
    /// Points before any rule.
    pub score_start: f64,
    pub score_rules: Vec<ScoreRule>,
    pub lookups: Vec<Lookup>,
    /// What a row has to be, beyond what its fields can hold: the contract of the system that it comes from.
    pub checks: Vec<Check>,
    /// What may not change in a record that came before.
    pub fixed: Vec<Fixed>,
    /// Identifiers are the partner's own, so two partners may have the same one.
    pub id_per_partner: bool,
    /// Identifiers are the file's own, so two files may have the same one: its name stands before them, once it is known.
    pub list: Option<Text>,
    /// The days of which the lines of the file are said to be, both included.
    pub period: Option<(chrono::NaiveDate, chrono::NaiveDate)>,
}

/// Where a field's value comes from: the first piece that gives one.
#[derive(Debug, Clone, Default)]
pub struct Expr(pub Vec<Piece>);

#[derive(Debug, Clone)]
pub struct Piece {
    pub origin: Origin,
    /// Stands before a value that is there.
    pub before: String,
    /// By the slug of the value found.
    pub map: HashMap<String, String>,
    pub otherwise: Otherwise,
    /// A value that can't be read counts as missing instead of rejecting its row.
    pub unreadable_is_missing: bool,
    pub dates: Option<Vec<DateFormat>>,
    pub zone: Option<Tz>,
    /// Of each cell only what stands before the first of this.
    pub cut: Option<String>,
}

impl Piece {
    /// The value as it comes.
    fn plain(origin: Origin) -> Self {
        Self {
            origin,
            before: String::new(),
            map: HashMap::new(),
            otherwise: Otherwise::Keep,
            unreadable_is_missing: false,
            dates: None,
            zone: None,
            cut: None,
        }
    }
}

#[derive(Debug, Clone)]
pub enum Origin {
    /// Columns, those with a value joined by `with`.
    Columns {
        names: Vec<String>,
        with: String,
    },
    Constant(String),
}

/// What becomes of a value that the map does not name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Otherwise {
    Keep,
    Missing,
    Value(String),
}

#[derive(Debug, Clone)]
pub struct LeaveOut {
    pub column: String,
    pub test: Test,
    pub reason: Text,
}

#[derive(Debug, Clone)]
pub struct ScoreRule {
    pub column: String,
    pub test: Test,
    pub points: f64,
}

/// A condition on one column. A missing value passes only `Given(false)`.
#[derive(Debug, Clone)]
pub enum Test {
    /// One of these, by slug.
    Is(Vec<String>),
    AtLeast(f64),
    Below(f64),
    Given(bool),
}

/// A second table, whose row with the same key lends its columns as `NAME.column`.
#[derive(Debug, Clone)]
pub struct Lookup {
    pub name: String,
    /// Beside the imported file.
    pub file: String,
    /// The key's column there.
    pub key: String,
    /// The key's column in the imported file.
    pub from: String,
    /// Keys are the same when their letters and digits are: `GTXPro` finds `GTX Pro`.
    pub loose: bool,
    /// Without the file its columns are empty; a warning says so.
    pub optional: bool,
}

impl Mapping {
    /// The same value for a field in every row, whatever the mapping says.
    pub fn fix(&mut self, field: &'static str, value: &str) {
        self.fields.insert(field, Expr(vec![Piece::plain(Origin::Constant(value.to_owned()))]));
    }

    /// The system of every record, whatever the mapping says: files with the same one share their identifiers.
    pub fn set_system(&mut self, system: &str) {
        self.system = Text::clean(system);
        self.list = None;
    }

    /// The mapping for this file. Its rejects are still the same list.
    #[must_use]
    pub fn of_file(mut self, path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let mut name = name.as_ref();
        while let Some(rejected) = name.strip_suffix(".rejects.csv") {
            name = rejected;
        }
        if self.list.is_some() {
            self.list = Some(Text::clean(name.rsplit_once('.').map_or(name, |(stem, _)| stem)));
        }
        self
    }

    /// The identifier as it stands in a key.
    pub fn own(&self, id: &str) -> String {
        self.list.as_ref().map_or_else(|| id.to_owned(), |list| format!("{list}/{id}"))
    }

    /// Every column that the mapping names, some of them more than once.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let lookups = self.lookups.iter().map(|lookup| lookup.from.as_str());
        self.fields.values().flat_map(Expr::columns).chain(self.rule_columns()).chain(self.check_columns()).chain(lookups)
    }

    /// The columns that scores and omissions look at.
    pub fn rule_columns(&self) -> impl Iterator<Item = &str> {
        let scores = self.score_rules.iter().map(|rule| rule.column.as_str());
        self.leave_out.iter().map(|rule| rule.column.as_str()).chain(scores)
    }

    /// The columns that checks look at.
    pub fn check_columns(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().flat_map(Check::looks_at).chain(self.fixed.iter().flat_map(Fixed::looks_at))
    }
}

impl Expr {
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        fn names(piece: &Piece) -> &[String] {
            match &piece.origin {
                Origin::Columns { names, .. } => names,
                Origin::Constant(_) => &[],
            }
        }
        self.0.iter().flat_map(names).map(String::as_str)
    }
}

/// An amount as exports write it, as plain digits with a point: separators of thousands, a currency's sign and zeros at the
/// end of the fraction are taken off. Nothing is rounded.
pub fn amount(text: &str, decimal_comma: bool) -> String {
    let (thousands, point) = if decimal_comma { ('.', ',') } else { (',', '.') };
    let is_noise = |c: char| c == thousands || c.is_whitespace() || matches!(c, '\'' | '$' | '€' | '£' | '¥');
    let plain: String = text.chars().filter(|c| !is_noise(*c)).map(|c| if c == point { '.' } else { c }).collect();
    if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.').to_owned() } else { plain }
}

/// Numbers as exports write them, with separators of thousands.
pub fn number(text: &str, decimal_comma: bool) -> Option<f64> {
    let (thousands, point) = if decimal_comma { ('.', ',') } else { (',', '.') };
    let plain: String =
        text.chars().filter(|c| *c != thousands && !c.is_whitespace() && *c != '\'').map(|c| if c == point { '.' } else { c }).collect();
    plain.trim_end_matches('%').parse().ok().filter(|number: &f64| number.is_finite())
}
