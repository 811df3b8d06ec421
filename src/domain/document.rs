//! Reads a TOML document that people write (a program, a mapping, a keymap, a theme) and reports every mistake in it.
//!
//! A reader asks a [`Table`] for the keys that it knows. What it asks for and does not find in the right form becomes a
//! [`Problem`]; what the document holds and nobody asked for is an unknown key, with the nearest known one as a hint. The
//! values that a reader makes up to go on after a mistake never leave [`read`], because then there is a problem.

use crate::domain::{
    nearest::nearest,
    problem::{Problem, alternatives, quoted},
    text::Text,
};
use chrono_tz::Tz;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    ops::{Range, RangeInclusive},
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Larger documents are refused unread.
pub const LARGEST: usize = 1 << 20;
/// Finding the nearest name costs; a hostile document with 100,000 mistakes gets as many hints as a person would read.
const MOST_HINTS: u32 = 200;
/// Longer lists are refused.
const MOST_ENTRIES: usize = 10_000;

/// The text, and the mistakes found so far.
pub struct Document<'d> {
    file: Text,
    text: &'d str,
    line_starts: Vec<usize>,
    problems: RefCell<Vec<(usize, Problem)>>,
    hints_left: Cell<u32>,
}

/// Reads `text`; `build` is handed the whole document as a table. Problems come in the order of the text.
pub fn read<T>(file: &str, text: &str, build: impl FnOnce(&Table<'_>) -> T) -> Result<T, Vec<Problem>> {
    let document = Document::new(file, text);
    if text.len() > LARGEST {
        document.problem(0, format!("the document has {} bytes", text.len()), format!("at most {LARGEST} are read"));
        return Err(document.into_problems());
    }
    let (root, mistakes) = DeTable::parse_recoverable(text);
    if !mistakes.is_empty() {
        document.syntax(&mistakes);
        return Err(document.into_problems());
    }
    let table =
        Table { document: &document, path: String::new(), is_row: false, at: 0, entries: root.get_ref(), known: RefCell::default() };
    let built = build(&table);
    table.finish();
    let problems = document.into_problems();
    if problems.is_empty() { Ok(built) } else { Err(problems) }
}

impl<'d> Document<'d> {
    fn new(file: &str, text: &'d str) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file: Text::clean(file), text, line_starts, problems: RefCell::default(), hints_left: Cell::new(MOST_HINTS) }
    }

    fn problem(&self, at: usize, message: impl Into<String>, hint: impl Into<String>) {
        let (line, column) = self.position(at);
        let problem = Problem { file: self.file.clone(), line, column, message: message.into(), hint: hint.into() };
        self.problems.borrow_mut().push((at, problem));
    }

    /// The first mistake of each line. Where nothing closes a bracket, the parser sees mistakes in all that follows: those
    /// are left out.
    fn syntax(&self, mistakes: &[toml::de::Error]) {
        let mut found: Vec<_> = mistakes.iter().map(|mistake| (mistake.span().map_or(0, |span| span.start), mistake.message())).collect();
        found.sort_by_key(|(at, _)| *at);
        let unclosed = found.iter().any(|(_, message)| message.starts_with("unclosed"));
        let mut last_line = 0;
        for (at, message) in found {
            let line = self.position(at).0;
            if line > last_line {
                self.problem(at, Text::clean(&message.replace('\n', ", ")).as_str(), "");
                last_line = line;
            }
            if unclosed && (message.contains("array") || message.contains("inline table")) {
                return;
            }
        }
    }

    fn position(&self, at: usize) -> (usize, usize) {
        let line = self.line_starts.partition_point(|start| *start <= at).max(1);
        let before = self.text.get(self.line_starts[line - 1]..at.min(self.text.len())).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    fn did_you_mean<'a>(&self, wanted: &str, known: impl IntoIterator<Item = &'a str>) -> String {
        let left = self.hints_left.get();
        self.hints_left.set(left.saturating_sub(1));
        let found = if left == 0 { None } else { nearest(wanted, known) };
        found.map_or_else(String::new, |name| format!("did you mean {}?", quoted(name)))
    }

    fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|(at, _)| *at);
        problems.dedup();
        problems.into_iter().map(|(_, problem)| problem).collect()
    }
}

/// A table of the document. Ask for the keys that it may have, then [`Table::finish`].
pub struct Table<'d> {
    document: &'d Document<'d>,
    /// As in its header: `sla.accept`; empty for the whole document.
    path: String,
    /// Whether it is one of several, `[[routing.territory]]`.
    is_row: bool,
    at: usize,
    entries: &'d DeTable<'d>,
    known: RefCell<BTreeSet<&'static str>>,
}

impl<'d> Table<'d> {
    /// How a message names the table.
    pub fn label(&self) -> String {
        match (&*self.path, self.is_row) {
            ("", _) => "the document".into(),
            (path, false) => format!("[{path}]"),
            (path, true) => format!("[[{path}]]"),
        }
    }

    /// Mistakes found in the document so far; a reader that compares with an earlier count knows whether it can trust
    /// what it made of the part in between.
    pub fn mistakes(&self) -> usize {
        self.document.problems.borrow().len()
    }

    pub fn problem(&self, message: impl Into<String>, hint: impl Into<String>) {
        self.document.problem(self.at, message, hint);
    }

    pub fn optional(&self, key: &'static str) -> Option<Value<'d>> {
        self.known.borrow_mut().insert(key);
        self.entries.get_key_value(key).map(|(_, value)| self.value(key, value))
    }

    pub fn required(&self, key: &'static str) -> Option<Value<'d>> {
        let found = self.optional(key);
        if found.is_none() {
            let missing =
                if self.path.is_empty() { format!("the section [{key}]") } else { format!("{} in {}", quoted(key), self.label()) };
            self.problem(format!("{missing} is missing"), "");
        }
        found
    }

    /// A table inside this one.
    pub fn section(&self, key: &'static str) -> Option<Table<'d>> {
        self.optional(key)?.table()
    }

    /// The entries of a table whose keys are names of the writer's own.
    pub fn named(&self) -> Vec<Named<'d>> {
        self.named_up_to(MOST_ENTRIES)
    }

    /// The same for a reader that compares each with each: more than `most` are a problem.
    pub fn named_up_to(&self, most: usize) -> Vec<Named<'d>> {
        let entry = |(key, value): (&'d Spanned<_>, &'d Spanned<DeValue<'d>>)| {
            let name: &std::borrow::Cow<'d, str> = key.get_ref();
            Named { name: Text::clean(name), at: key.span().start, document: self.document, value: self.value(name, value) }
        };
        let mut all: Vec<_> = self.entries.iter().map(entry).collect();
        all.sort_by_key(|named| named.at);
        if all.len() > most {
            self.problem(format!("{} has {} entries", self.label(), all.len()), format!("at most {most} are read"));
            all.truncate(most);
        }
        all
    }

    /// Reports the keys that nobody asked for.
    pub fn finish(&self) {
        let known = self.known.borrow();
        for (key, _) in self.entries {
            let name: &str = key.get_ref();
            if !known.contains(name) {
                let mut hint = self.document.did_you_mean(name, known.iter().copied());
                if hint.is_empty() {
                    hint = format!("known: {}", known.iter().copied().collect::<Vec<_>>().join(", "));
                }
                let message = format!("unknown key {} in {}", quoted(name), self.label());
                self.document.problem(key.span().start, message, hint);
            }
        }
    }

    fn value(&self, key: &str, value: &'d Spanned<DeValue<'d>>) -> Value<'d> {
        Value {
            document: self.document,
            path: joined(&self.path, key),
            label: format!("{} in {}", quoted(key), self.label()),
            inner: value,
        }
    }
}

/// An entry of a table whose keys are names.
pub struct Named<'d> {
    pub name: Text,
    pub value: Value<'d>,
    at: usize,
    document: &'d Document<'d>,
}

impl Named<'_> {
    /// A problem with the name itself.
    pub fn problem(&self, message: impl Into<String>, hint: impl Into<String>) {
        self.document.problem(self.at, message, hint);
    }

    pub fn did_you_mean<'a>(&self, known: impl IntoIterator<Item = &'a str>) -> String {
        self.document.did_you_mean(&self.name, known)
    }
}

/// A value of the document; the readers report a value of another kind and give `None`.
#[derive(Clone)]
pub struct Value<'d> {
    document: &'d Document<'d>,
    path: String,
    label: String,
    inner: &'d Spanned<DeValue<'d>>,
}

impl<'d> Value<'d> {
    pub fn problem(&self, message: impl Into<String>, hint: impl Into<String>) {
        self.document.problem(self.span().start, message, hint);
    }

    pub fn did_you_mean<'a>(&self, wanted: &str, known: impl IntoIterator<Item = &'a str>) -> String {
        self.document.did_you_mean(wanted, known)
    }

    /// Line and column, from 1.
    pub fn position(&self) -> (usize, usize) {
        self.document.position(self.span().start)
    }

    /// The key and its table, as a message names them.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Text that says something, at most 200 characters long.
    pub fn text(&self) -> Option<Text> {
        let text = self.any_text()?;
        let problem = match text.chars().count() {
            0 => "is empty",
            1..=200 if text.trim() != &*text => "begins or ends with a space",
            1..=200 => return Some(text),
            _ => "is longer than 200 characters",
        };
        self.problem(format!("{} {problem}", self.label), "");
        None
    }

    /// Text of any length.
    pub fn any_text(&self) -> Option<Text> {
        match self.inner.get_ref() {
            DeValue::String(text) => Some(Text::clean(text)),
            DeValue::Array(_) | DeValue::Table(_) => self.wrong("text", ""),
            _ => self.wrong("text", "write it in quotes"),
        }
    }

    /// A list of texts without repetition; a single text stands for a list of one.
    pub fn texts(&self) -> Vec<(Text, Value<'d>)> {
        let entries = match self.inner.get_ref() {
            DeValue::String(_) => vec![self.clone()],
            DeValue::Array(_) => self.list(),
            _ => {
                let _: Option<()> = self.wrong("a list of texts", "");
                Vec::new()
            }
        };
        let mut seen = BTreeSet::new();
        let mut texts = Vec::new();
        for entry in entries {
            let Some(text) = entry.text() else { continue };
            if seen.insert(text.to_lowercase()) {
                texts.push((text, entry));
            } else {
                entry.problem(format!("{} stands twice in {}", quoted(&text), self.label), "remove one");
            }
        }
        texts
    }

    pub fn one_of<T: Copy>(&self, choices: &[(&'static str, T)]) -> Option<T> {
        let text = self.any_text()?;
        let found = choices.iter().find(|(name, _)| *name == &*text).map(|(_, choice)| *choice);
        if found.is_none() {
            let names = alternatives(choices.iter().map(|(name, _)| *name));
            self.problem(format!("{} can't be {}", self.label, quoted(&text)), format!("it is {names}"));
        }
        found
    }

    pub fn integer(&self, range: RangeInclusive<i64>) -> Option<i64> {
        let DeValue::Integer(integer) = self.inner.get_ref() else {
            return self.wrong("a whole number", self.unquoted());
        };
        let digits = integer.as_str().replace('_', "");
        match i64::from_str_radix(&digits, integer.radix()) {
            Ok(number) if range.contains(&number) => Some(number),
            _ => self.out_of_range(&digits, &range.start().to_string(), &range.end().to_string()),
        }
    }

    /// A decimal number as a whole number of `1 / 10^places`, exactly; digits beyond are refused, not rounded.
    pub fn decimal(&self, places: u32, range: RangeInclusive<i64>) -> Option<i64> {
        let digits = match self.inner.get_ref() {
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
            DeValue::Float(float) => float.as_str(),
            _ => return self.wrong("a number", self.unquoted()),
        };
        let plain = |scaled: i64| rust_decimal::Decimal::new(scaled, places).normalize().to_string();
        let Ok(number) = digits.replace('_', "").parse::<rust_decimal::Decimal>() else {
            return self.out_of_range(digits, &plain(*range.start()), &plain(*range.end()));
        };
        if number.normalize().scale() > places {
            let message = format!("{} has more than {places} digits after the point", self.label);
            self.problem(message, "");
            return None;
        }
        let scaled = number.checked_mul(10_i64.pow(places).into()).and_then(|scaled| i64::try_from(scaled).ok());
        let Some(scaled) = scaled.filter(|scaled| range.contains(scaled)) else {
            return self.out_of_range(digits, &plain(*range.start()), &plain(*range.end()));
        };
        Some(scaled)
    }

    /// A date, bare or in quotes.
    pub fn date(&self) -> Option<chrono::NaiveDate> {
        let text = match self.inner.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.clone().into_owned(),
            _ => return self.wrong("a date", "write it as 2026-12-24"),
        };
        let date = read_date(&text);
        if date.is_none() {
            self.problem(format!("{} is not a date", quoted(&text)), "write it as 2026-12-24");
        }
        date
    }

    /// A zone of the tz database.
    pub fn zone(&self) -> Option<Tz> {
        let text = self.text()?;
        let zone = text.parse().ok();
        if zone.is_none() {
            let mut hint = self.did_you_mean(&text, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
            if hint.is_empty() {
                hint = "write it as in the tz database, such as \"Europe/Berlin\"".into();
            }
            self.problem(format!("{} is not a time zone", quoted(&text)), hint);
        }
        zone
    }

    pub fn boolean(&self) -> Option<bool> {
        match self.inner.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            _ => self.wrong("true or false", "write it without quotes"),
        }
    }

    pub fn is_text(&self) -> bool {
        matches!(self.inner.get_ref(), DeValue::String(_))
    }

    pub fn is_list(&self) -> bool {
        matches!(self.inner.get_ref(), DeValue::Array(_))
    }

    pub fn list(&self) -> Vec<Value<'d>> {
        let DeValue::Array(entries) = self.inner.get_ref() else {
            let _: Option<()> = self.wrong("a list", "write it in brackets");
            return Vec::new();
        };
        if entries.len() > MOST_ENTRIES {
            self.problem(format!("{} has {} entries", self.label, entries.len()), format!("at most {MOST_ENTRIES} are read"));
        }
        entries.iter().take(MOST_ENTRIES).map(|inner| Value { inner, ..self.clone() }).collect()
    }

    /// Whether it is written as `[]`.
    pub fn is_empty_list(&self) -> bool {
        self.inner.get_ref().as_array().is_some_and(|entries| entries.is_empty())
    }

    pub fn table(&self) -> Option<Table<'d>> {
        match self.inner.get_ref() {
            DeValue::Table(entries) => {
                let at = self.span().start;
                Some(Table { document: self.document, path: self.path.clone(), is_row: false, at, entries, known: RefCell::default() })
            }
            _ => self.wrong("a table", format!("write it as [{}]", self.path)),
        }
    }

    /// The tables of `[[path]]`.
    pub fn tables(&self) -> Vec<Table<'d>> {
        self.tables_up_to(MOST_ENTRIES)
    }

    /// The same for a reader that compares each with each: more than `most` are a problem.
    pub fn tables_up_to(&self, most: usize) -> Vec<Table<'d>> {
        let entries = self.inner.get_ref().as_array().map(|entries| entries.iter().take(most)).into_iter().flatten();
        let rows = entries.map(|inner| Value { inner, ..self.clone() }.table().map(|table| Table { is_row: true, ..table }));
        match self.inner.get_ref().as_array().map(|rows| rows.len()) {
            None => drop(self.wrong::<()>("a list of tables", format!("write it as [[{}]]", self.path))),
            Some(count) if count > most => {
                self.problem(format!("[[{}]] stands {count} times", self.path), format!("at most {most} are read"));
            }
            Some(_) => {}
        }
        rows.flatten().collect()
    }

    /// What to do with a number in quotes.
    fn unquoted(&self) -> &'static str {
        let is_number = self.inner.get_ref().as_str().is_some_and(|text| text.parse::<f64>().is_ok());
        if is_number { "write it without quotes" } else { "" }
    }

    fn span(&self) -> Range<usize> {
        self.inner.span()
    }

    fn wrong<T>(&self, expected: &str, hint: impl Into<String>) -> Option<T> {
        let found = match self.inner.get_ref() {
            DeValue::String(_) => "text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a decimal number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.problem(format!("{} is {found}, and must be {expected}", self.label), hint);
        None
    }

    fn out_of_range<T>(&self, found: &str, least: &str, most: &str) -> Option<T> {
        let shown = quoted(found);
        self.problem(format!("{} is {}", self.label, shown.trim_matches('"')), format!("it goes from {least} to {most}"));
        None
    }
}

/// The path of a key in a table, as a header writes it.
fn joined(path: &str, key: &str) -> String {
    let is_bare = !key.is_empty() && key.len() <= 60 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let key = if is_bare { key.to_owned() } else { quoted(key) };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

/// Exactly `YYYY-MM-DD`.
pub fn read_date(text: &str) -> Option<chrono::NaiveDate> {
    let date = (text.len() == 10).then(|| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten();
    date.filter(|date| chrono::Datelike::year(date) >= 1970)
}
