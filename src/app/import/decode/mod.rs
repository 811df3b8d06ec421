//! Rows to records, by a mapping.

mod check;
mod deal;
#[cfg(test)]
#[path = "tests/deal.rs"]
mod deal_tests;
mod funding;
mod lookup;
mod record;
mod sale;
#[cfg(test)]
mod tests;

pub use deal::DealRecord;
pub use funding::{ClaimRecord, PastRecord, RequestRecord};
pub use record::{AccountRecord, ContactRecord, PartnerRecord, Record};
pub use sale::SaleRecord;

use super::{
    mapping::{DateFormat, Expr, Form, Mapping, Origin, Otherwise, Piece, Target, Test, number},
    rejects,
    source::{Column, Reject, Row, Source, SourceError},
};
use crate::domain::{country::Country, search, text::Text, time::Instant};
use lookup::Table;
use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

/// A mapping tied to the columns of one file.
pub struct Decoder {
    mapping: Mapping,
    /// Where each column named by the mapping stands; `None` when the file does not have it.
    columns: HashMap<String, Option<Place>>,
    tables: Vec<(Place, Table)>,
    /// The names of a table's columns; none of an object.
    headers: Vec<Text>,
    /// What the file lacks, in sentences: shown with the plan.
    pub warnings: Vec<String>,
    /// Columns of the file that the mapping looks at nowhere.
    pub unused: Vec<Text>,
}

#[derive(Debug, Clone)]
enum Place {
    Here(Column),
    /// A column of the row that a lookup finds.
    There {
        table: usize,
        cell: usize,
    },
}

impl Decoder {
    /// Ties `mapping` to `source`; lookups are files in `folder`.
    pub fn new(mapping: Mapping, source: &Source, folder: &Path) -> Result<Self, SourceError> {
        let headers = source.headers().unwrap_or_default().iter().map(|name| Text::clean(name)).collect();
        let mut decoder = Self { columns: HashMap::new(), tables: Vec::new(), headers, warnings: Vec::new(), unused: Vec::new(), mapping };
        for lookup in decoder.mapping.lookups.clone() {
            let refused = |message: String| SourceError::Unreadable(message);
            let Some(from) = source.column(&lookup.from).map_err(refused)? else {
                return Err(SourceError::Unreadable(format!(
                    "the file has no column `{}`, by which lookup `{}` finds its rows",
                    Text::clean(&lookup.from),
                    lookup.name
                )));
            };
            let path = folder.join(&lookup.file);
            let table = if lookup.optional && !path.exists() {
                let name = Text::clean(&lookup.file);
                decoder.warnings.push(format!("there is no {name} beside the file, which would tell more about `{}`", lookup.from));
                Table::empty()
            } else {
                Table::load(&path, &lookup)?
            };
            decoder.tables.push((Place::Here(from), table));
        }
        let named: Vec<String> = decoder.mapping.columns().map(str::to_owned).collect();
        for name in named {
            if !decoder.columns.contains_key(&name) {
                let place = decoder.place(&name, source)?;
                decoder.columns.insert(name, place);
            }
        }
        decoder.judge(source)?;
        decoder.unused = decoder.columns_unused();
        Ok(decoder)
    }

    /// The columns of a rejects file are its own, and those without a name have nothing to be told by.
    fn columns_unused(&self) -> Vec<Text> {
        let here = |place: &Place| match place {
            Place::Here(column) => column.place(),
            Place::There { .. } => None,
        };
        let lookups = self.tables.iter().filter_map(|(from, _)| here(from));
        let used: HashSet<usize> = self.columns.values().flatten().filter_map(here).chain(lookups).collect();
        let told = |header: &Text| !header.is_empty() && !rejects::OWN.contains(&header.as_str());
        let unused = self.headers.iter().enumerate().filter(|(place, header)| !used.contains(place) && told(header));
        unused.map(|(_, header)| header.clone()).collect()
    }

    pub const fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    fn place(&self, name: &str, source: &Source) -> Result<Option<Place>, SourceError> {
        if let Some((table, column)) = name.split_once('.')
            && let Some(at) = self.mapping.lookups.iter().position(|lookup| lookup.name == table)
        {
            return Ok(self.tables[at].1.column(column).map(|cell| Place::There { table: at, cell }));
        }
        Ok(source.column(name).map_err(SourceError::Unreadable)?.map(Place::Here))
    }

    /// A file without any column of the mapping, or without those of a required field, is the wrong file. What else is not
    /// there becomes a warning: exports hold the columns that somebody chose.
    fn judge(&mut self, source: &Source) -> Result<(), SourceError> {
        let Some(headers) = source.headers() else { return Ok(()) };
        let shown = Text::clean(&headers.iter().filter(|name| !name.is_empty()).take(12).cloned().collect::<Vec<_>>().join(", "));
        if !self.columns.is_empty() && self.columns.values().all(Option::is_none) {
            let message = format!("none of the columns of mapping `{}` is in the file; it has {shown}", self.mapping.name);
            return Err(SourceError::Unreadable(message));
        }
        let is_there = |name: &str| self.columns.get(name).is_some_and(Option::is_some);
        let has_origin = |piece: &Piece| match &piece.origin {
            Origin::Constant(_) => true,
            Origin::Columns { names, .. } => names.iter().any(|name| is_there(name)),
        };
        if let Some(column) = self.mapping.checks.iter().find_map(|check| check.always_needs(is_there)) {
            let message = format!("the file has no column `{column}`, which mapping `{}` asks for; it has {shown}", self.mapping.name);
            return Err(SourceError::Unreadable(message));
        }
        let mut empty = Vec::new();
        for (field, expr) in self.mapping.fields.iter().filter(|(_, expr)| !expr.0.iter().any(has_origin)) {
            let is_required = self.mapping.kind.target(field).is_some_and(|target| target.required);
            if is_required {
                let message =
                    format!("the file has no column for `{field}`, which every {} needs; it has {shown}", self.mapping.kind.name());
                return Err(SourceError::Unreadable(message));
            }
            empty.push(format!("{field} ({})", expr.columns().map(|name| Text::clean(name).to_string()).collect::<Vec<_>>().join(", ")));
        }
        let mut idle: Vec<&str> = self.mapping.rule_columns().filter(|name| !is_there(name)).collect();
        idle.sort_unstable();
        idle.dedup();
        if !empty.is_empty() {
            self.warnings.push(format!("these fields stay empty, because the file has none of their columns: {}", empty.join(", ")));
        }
        if !idle.is_empty() {
            self.warnings.push(format!(
                "rules on these columns never apply, because the file does not have them: {}",
                Text::clean(&idle.join(", "))
            ));
        }
        Ok(())
    }

    /// The record of a row.
    pub fn record(&self, row: &Row) -> Result<Record, Reject> {
        for rule in &self.mapping.leave_out {
            if self.passes(row, &rule.column, &rule.test) {
                let reject = row.reject(self.own_column(&rule.column), format!("left out by the mapping: {}", rule.reason));
                return Err(Reject { left_out: true, ..reject });
            }
        }
        record::decode(&Cells { decoder: self, row })
    }

    /// Every cell of a row as it stood, with the name of its column.
    pub fn named_cells(&self, row: &Row) -> Vec<(Text, Text)> {
        let name = |place: usize| self.headers.get(place).cloned().unwrap_or_else(|| Text::clean(&format!("#{}", place + 1)));
        row.cells().iter().enumerate().map(|(place, cell)| (name(place), Text::clean(cell))).collect()
    }

    /// A rejection of `row` because of what stands in the column of `field`.
    pub fn reject(&self, row: &Row, field: &str, reason: impl Into<String>) -> Reject {
        let pieces = self.mapping.fields.get(field).map(|expr| expr.0.as_slice()).unwrap_or_default();
        let column = pieces.iter().find_map(|piece| match &piece.origin {
            Origin::Columns { names, .. } => names.iter().find_map(|name| self.own_column(name)),
            Origin::Constant(_) => None,
        });
        row.reject(column, reason)
    }

    /// The cell of a column, trimmed; `None` when it is missing in any of the ways that the mapping knows.
    fn cell<'r>(&'r self, row: &'r Row, name: &str) -> Option<&'r str> {
        let raw = match self.columns.get(name)?.as_ref()? {
            Place::Here(column) => row.get(column)?,
            Place::There { table, cell } => {
                let (Place::Here(from), table) = &self.tables[*table] else { return None };
                table.cell(row.get(from)?, *cell)?
            }
        };
        let trimmed = raw.trim();
        let is_missing = trimmed.is_empty() || self.mapping.missing.iter().any(|missing| missing.eq_ignore_ascii_case(trimmed));
        (!is_missing).then_some(trimmed)
    }

    /// Whether the row has such a cell, be it empty. A table has it in every row, an object where it is named.
    fn has_cell(&self, row: &Row, name: &str) -> bool {
        match self.columns.get(name) {
            Some(Some(Place::Here(column))) => row.get(column).is_some(),
            Some(Some(Place::There { .. })) => true,
            Some(None) | None => false,
        }
    }

    /// Whether a lookup gives the same name as the row, in other letters.
    fn is_respelt(&self, row: &Row, name: &str) -> bool {
        let Some(Some(Place::There { table, .. })) = self.columns.get(name) else { return false };
        let Place::Here(from) = &self.tables[*table].0 else { return false };
        let (Some(written), Some(found)) = (row.get(from), self.cell(row, name)) else { return false };
        written.trim() != found && search::squeezed(written) == search::squeezed(found)
    }

    fn own_column(&self, name: &str) -> Option<&Column> {
        match self.columns.get(name)? {
            Some(Place::Here(column)) => Some(column),
            Some(Place::There { table, .. }) => match &self.tables[*table].0 {
                Place::Here(column) => Some(column),
                Place::There { .. } => None,
            },
            None => None,
        }
    }

    fn passes(&self, row: &Row, column: &str, test: &Test) -> bool {
        let cell = self.cell(row, column);
        let figure = || cell.and_then(|cell| number(cell, self.mapping.decimal_comma));
        match test {
            Test::Given(given) => cell.is_some() == *given,
            Test::Is(values) => cell.is_some_and(|cell| values.contains(&search::slug(cell))),
            Test::AtLeast(least) => figure().is_some_and(|figure| figure >= *least),
            Test::Below(limit) => figure().is_some_and(|figure| figure < *limit),
        }
    }
}

/// Keeps what could be read, and every reason against the rest: a person who corrects a row wants to hear them all.
#[derive(Default)]
struct Faults(Vec<Reject>);

impl Faults {
    fn keep<T: Default>(&mut self, read: Result<T, Reject>) -> T {
        read.unwrap_or_else(|fault| {
            self.0.push(fault);
            T::default()
        })
    }

    /// The reject of a row of which there is no record at all.
    fn refused<T>(self, cells: &Cells<'_>) -> Result<T, Reject> {
        Err(Reject::joined(self.0).unwrap_or_else(|| cells.row.reject(None, "can't be read")))
    }

    /// The record, unless something speaks against it. A cell that two fields are made of is told once.
    fn or<T>(mut self, record: T) -> Result<T, Reject> {
        self.0.dedup_by(|later, one| later.column == one.column && later.name == one.name && later.reason == one.reason);
        Reject::joined(self.0).map_or(Ok(record), Err)
    }
}

/// The fields of one row. Each reader gives `None` (or an empty text) for a value that is missing, and rejects the row for
/// one that can't be read, unless the mapping says to go on.
struct Cells<'a> {
    decoder: &'a Decoder,
    row: &'a Row,
}

impl Cells<'_> {
    /// The pieces of the field's expression that hold in this row. A constant currency is for files that state none: beside a cell
    /// that was left empty an amount could be anything.
    fn pieces(&self, name: &str) -> impl Iterator<Item = &Piece> {
        let is_stated = self.states_currency(name);
        let pieces = self.decoder.mapping.fields.get(name).map(|expr| expr.0.as_slice()).unwrap_or_default();
        pieces.iter().filter(move |piece| !(is_stated && matches!(piece.origin, Origin::Constant(_))))
    }

    /// Whether the field is a currency for which the row has a cell of its own.
    fn states_currency(&self, name: &str) -> bool {
        let mapping = &self.decoder.mapping;
        let is_currency = mapping.kind.target(name).is_some_and(|target| target.form == Form::Currency);
        is_currency && mapping.fields.get(name).is_some_and(|expr| expr.columns().any(|column| self.decoder.has_cell(self.row, column)))
    }

    /// The first piece of the field's expression that gives a value which `read` accepts. `read` says what it expected.
    fn read<T>(&self, name: &'static str, read: impl Fn(&Piece, &str) -> Result<T, String>) -> Result<Option<T>, Reject> {
        let none = Expr::default();
        let expr = self.decoder.mapping.fields.get(name).unwrap_or(&none);
        for piece in self.pieces(name) {
            let Some(value) = self.value(piece) else { continue };
            match read(piece, &value) {
                Ok(value) => return Ok(Some(value)),
                Err(_) if piece.unreadable_is_missing => {}
                Err(reason) => return Err(self.reject(piece, format!("{reason} (field `{name}`)"))),
            }
        }
        let target = self.decoder.mapping.kind.target(name);
        if target.is_some_and(|target| target.required) {
            let column = expr.0.first();
            let reason = format!("`{name}` is missing, and every {} needs it", self.decoder.mapping.kind.name());
            return Err(column.map_or_else(|| self.row.reject(None, reason.clone()), |piece| self.reject(piece, reason.clone())));
        }
        Ok(None)
    }

    fn value(&self, piece: &Piece) -> Option<String> {
        let (names, with) = match &piece.origin {
            Origin::Constant(value) => return Some(value.clone()),
            Origin::Columns { names, with } => (names, with),
        };
        let cut = |cell: &'_ str| match &piece.cut {
            Some(cut) => cell.split(cut.as_str()).next().unwrap_or_default().trim().to_owned(),
            None => cell.to_owned(),
        };
        let mut found = names.iter().filter_map(|name| self.decoder.cell(self.row, name)).map(cut).filter(|cell| !cell.is_empty());
        let mut value = found.next()?;
        for more in found {
            value.push_str(with);
            value.push_str(&more);
        }
        if !piece.map.is_empty() || piece.otherwise != Otherwise::Keep {
            match (piece.map.get(&search::slug(&value)), &piece.otherwise) {
                (Some(mapped), _) => value.clone_from(mapped),
                (None, Otherwise::Keep) => {}
                (None, Otherwise::Missing) => return None,
                (None, Otherwise::Value(other)) => value.clone_from(other),
            }
        }
        if !piece.before.is_empty() {
            value.insert_str(0, &piece.before);
        }
        Some(value)
    }

    fn reject(&self, piece: &Piece, reason: String) -> Reject {
        let column = match &piece.origin {
            Origin::Columns { names, .. } => names.iter().find_map(|name| self.decoder.own_column(name)),
            Origin::Constant(_) => None,
        };
        self.row.reject(column, reason)
    }

    /// Clean text on one line, within the length of the field.
    fn text(&self, name: &'static str) -> Result<Text, Reject> {
        let most = match self.decoder.mapping.kind.target(name).map(|target| target.form) {
            Some(Form::Text(most)) => most,
            _ => 200,
        };
        let text = self.read(name, |_, value| {
            let text = on_one_line(value, name);
            let length = text.chars().count();
            if length > most { Err(format!("is {length} characters long, and at most {most} are kept")) } else { Ok(text) }
        })?;
        Ok(text.unwrap_or_default())
    }

    fn email(&self, name: &'static str) -> Result<Text, Reject> {
        let email = self.read(name, |_, value| {
            let value = value.trim_start_matches("mailto:").trim_matches(['<', '>']);
            if is_email(value) { Ok(Text::clean(value)) } else { Err(format!("`{}` is not an e-mail address", shown(value))) }
        })?;
        Ok(email.unwrap_or_default())
    }

    fn country(&self, name: &'static str) -> Result<Option<Country>, Reject> {
        self.read(name, |_, value| Country::find(value).ok_or_else(|| format!("`{}` is not a country", shown(value))))
    }

    fn countries(&self, name: &'static str) -> Result<Vec<Country>, Reject> {
        let list = self.read(name, |_, value| {
            let country = |part: &str| Country::find(part).ok_or_else(|| format!("`{}` is not a country", shown(part)));
            parts(value).map(country).collect::<Result<Vec<_>, _>>()
        })?;
        Ok(list.unwrap_or_default())
    }

    fn names(&self, name: &'static str) -> Result<Vec<Text>, Reject> {
        let list = self.read(name, |_, value| Ok(parts(value).map(Text::clean).collect::<Vec<_>>()))?;
        Ok(list.unwrap_or_default())
    }

    fn instant(&self, name: &'static str) -> Result<Option<Instant>, Reject> {
        let mapping = &self.decoder.mapping;
        self.read(name, |piece, value| {
            let formats: &[DateFormat] = piece.dates.as_deref().unwrap_or(&mapping.dates);
            let zone = piece.zone.unwrap_or(mapping.zone);
            formats
                .iter()
                .find_map(|format| format.instant(value, zone))
                .ok_or_else(|| format!("`{}` is not a date in a form that the mapping names", shown(value)))
        })
    }

    fn figure(&self, name: &'static str) -> Result<Option<f64>, Reject> {
        let comma = self.decoder.mapping.decimal_comma;
        self.read(name, |_, value| number(value, comma).ok_or_else(|| format!("`{}` is not a number", shown(value))))
    }

    fn choice<T>(&self, name: &'static str, find: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Reject> {
        self.read(name, |_, value| {
            let known = self.decoder.mapping.kind.target(name).map(Target::choices).unwrap_or_default();
            find(&search::slug(value).replace('-', "_"))
                .ok_or_else(|| format!("`{}` is none of {known}; name it in the mapping's map", shown(value)))
        })
    }

    /// The points of the rules of [score].
    fn points(&self) -> f64 {
        let mapping = &self.decoder.mapping;
        let rules = mapping.score_rules.iter().filter(|rule| self.decoder.passes(self.row, &rule.column, &rule.test));
        mapping.score_start + rules.map(|rule| rule.points).sum::<f64>()
    }
}

/// Line breaks stay visible in what a person wrote, and become commas in an address.
fn on_one_line(value: &str, name: &str) -> Text {
    if !value.contains(['\n', '\r', '\t']) {
        return Text::clean(value);
    }
    let between = if matches!(name, "message" | "description") { " ↵ " } else { ", " };
    let lines: Vec<&str> = value.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect();
    Text::clean(&lines.join(between).replace('\t', " "))
}

fn parts(value: &str) -> impl Iterator<Item = &str> {
    value.split([';', ',', '|']).map(str::trim).filter(|part| !part.is_empty())
}

/// Something before one `@` and a domain with a dot after it. More than this only sending a mail can tell.
fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else { return false };
    !local.is_empty()
        && value.len() <= 254
        && !value.contains(|c: char| c.is_whitespace() || c.is_control() || c == ',' || c == ';')
        && domain.contains('.')
        && !domain.contains('@')
        && domain.split('.').all(|label| !label.is_empty())
}

/// At most forty characters of a value, for a message.
fn shown(value: &str) -> Text {
    let short: String = value.chars().take(40).collect();
    Text::clean(&if short.len() < value.len() { short + "…" } else { short })
}
