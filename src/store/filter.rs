//! The filter language as SQL, with the meaning that [`crate::domain::filter::eval`] gives it in memory, for every room.
//!
//! Every fragment is true or false, never null, so that `not` means the same as in memory.

use super::{
    columns::{NOT_DUE, country_word},
    sql::{Arg, Sql},
};
use crate::domain::filter::{Context, Filter, Kind, Op, Room, When};
use std::borrow::Cow;

/// The columns of a room's table, as filters compare them.
pub trait Columns: Room {
    /// The table of the narrow rows; its text index and bodies are named after it.
    const TABLE: &'static str;
    /// The column of the words that a search looks at.
    const SEARCH: &'static str;
    /// Fields whose words stand in the text index, and the one of the country.
    const WORDS: &'static [Self::Field];
    const COUNTRY: Self::Field;

    fn column(field: Self::Field) -> Column;
    /// Appends the condition of a field or flag that is no plain column; gives whether it is such.
    fn special(sql: &mut Sql, term: &Filter<Self>, context: &Context<'_, Self>) -> bool;
}

/// The column of a field.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    name: &'static str,
    nullable: bool,
    /// Where it holds the number of somebody: a select of the numbers that ends with what the field compares.
    of: Option<&'static str>,
}

/// A column that always has a value.
pub const fn always(name: &'static str) -> Column {
    Column { name, nullable: false, of: None }
}

/// A column that can be null.
pub const fn perhaps(name: &'static str) -> Column {
    Column { name, nullable: true, of: None }
}

impl Column {
    /// Holds a partner, whose name is compared.
    pub const fn partner_name(self) -> Self {
        Self { of: Some("select id from partner where name_words"), ..self }
    }

    /// Holds a partner, whose tier is compared.
    pub const fn partner_tier(self) -> Self {
        Self { of: Some("select id from partner where tier_code"), ..self }
    }

    /// Holds a fund, whose name is compared.
    pub const fn fund_name(self) -> Self {
        Self { of: Some("select id from fund where name_words"), ..self }
    }

    /// Holds an operator, whose name is compared.
    pub const fn operator_name(self) -> Self {
        Self { of: Some("select id from operator where name_words"), ..self }
    }
}

/// Appends a condition on the table.
pub fn push<C: Columns>(sql: &mut Sql, filter: &Filter<C>, context: &Context<'_, C>) {
    match filter {
        Filter::And(terms) => joined::<C>(sql, terms, (" and ", "1 = 1"), context),
        Filter::Or(terms) => joined::<C>(sql, terms, (" or ", "1 = 0"), context),
        Filter::Not(term) => {
            sql.push("not (");
            push::<C>(sql, term, context);
            sql.push(")");
        }
        Filter::Word(words) => {
            sql.push(C::SEARCH).push(" like ").push_bind(containing(words));
        }
        term if C::special(sql, term, context) => {}
        Filter::Has(field) => has::<C>(sql, *field),
        Filter::Text { field, value } => text::<C>(sql, *field, value),
        Filter::Number { field, op, value } => drop(sql.push(C::column(*field).name).push(symbol(*op)).push_bind(*value)),
        Filter::Time { field, op, when } => {
            let Column { name, nullable, .. } = C::column(*field);
            let is_past = C::spec(*field).kind == Kind::Past;
            between(sql, name, if nullable { Known::NotNull } else { Known::Always }, when.interval(*op, is_past, context));
        }
        // Every flag is special.
        Filter::Is(_) => drop(sql.push("1 = 0")),
    }
}

fn joined<C: Columns>(sql: &mut Sql, terms: &[Filter<C>], (word, empty): (&'static str, &'static str), context: &Context<'_, C>) {
    if terms.is_empty() {
        sql.push(empty);
        return;
    }
    sql.push("(");
    for (i, term) in terms.iter().enumerate() {
        if i > 0 {
            sql.push(word);
        }
        push::<C>(sql, term, context);
    }
    sql.push(")");
}

/// A pattern that finds `words` anywhere. Words hold nothing but letters, digits and spaces, so nothing needs escaping.
fn containing(words: &str) -> String {
    format!("%{words}%")
}

pub const fn symbol(op: Op) -> &'static str {
    match op {
        Op::Eq => " = ",
        Op::Lt => " < ",
        Op::Le => " <= ",
        Op::Gt => " > ",
        Op::Ge => " >= ",
    }
}

fn has<C: Columns>(sql: &mut Sql, field: C::Field) {
    let Column { name, nullable, of } = C::column(field);
    match (C::spec(field).kind, of) {
        // Somebody without a code, a tier say, does not count.
        (Kind::Code, Some(of)) => among(sql, name, (of, " <> "), ""),
        _ if nullable => drop(sql.push(name).push(" is not null")),
        // Text that is not there is empty.
        (Kind::Words | Kind::Code | Kind::Choice(_), None) => drop(sql.push(name).push(" <> ''")),
        _ => drop(sql.push("1 = 1")),
    }
}

fn text<C: Columns>(sql: &mut Sql, field: C::Field, value: &str) {
    let Column { name, nullable, of } = C::column(field);
    let (op, value) = if C::spec(field).kind == Kind::Words { (" like ", containing(value)) } else { (" = ", value.to_owned()) };
    match of {
        Some(of) => among(sql, name, (of, op), value),
        None if nullable => drop(sql.push("(").push(name).push(" is not null and ").push(name).push(op).push_bind(value).push(")")),
        None => drop(sql.push(name).push(op).push_bind(value)),
    }
}

/// Appends that the column holds somebody whom the select finds.
fn among(sql: &mut Sql, name: &'static str, (of, op): (&'static str, &'static str), value: impl Into<Arg>) {
    sql.push("(").push(name).push(" is not null and ").push(name).push(" in (").push(of).push(op).push_bind(value).push("))");
}

/// Appends that whoever asks has marked the record.
pub fn marked<C: Columns>(sql: &mut Sql, context: &Context<'_, C>) {
    if context.marked.is_empty() {
        sql.push("1 = 0");
    } else {
        sql.push(C::TABLE).push(".id in ").push_list(context.marked.iter().copied());
    }
}

/// Appends that the column holds whoever asks.
pub fn mine<C: Columns>(sql: &mut Sql, name: &'static str, context: &Context<'_, C>) {
    sql.push("(").push(name).push(" is not null and ").push(name).push(" = ").push_bind(context.me).push(")");
}

/// When a column of instants says something.
#[derive(Debug, Clone, Copy)]
pub enum Known {
    Always,
    NotNull,
    /// A record without a due instant has a key after all instants; it compares with none.
    BeforeNotDue,
}

/// Appends that the instant lies in a half-open interval.
pub fn between(sql: &mut Sql, name: &'static str, known: Known, interval: Interval) {
    sql.push("(");
    match known {
        Known::Always => sql.push("1 = 1"),
        Known::NotNull => sql.push(name).push(" is not null"),
        Known::BeforeNotDue => sql.push(name).push(" < ").push_bind(NOT_DUE),
    };
    let (from, until) = interval;
    if let Some(from) = from {
        sql.push(" and ").push(name).push(" >= ").push_bind(from);
    }
    if let Some(until) = until {
        sql.push(" and ").push(name).push(" < ").push_bind(until);
    }
    sql.push(")");
}

pub type Interval = (Option<crate::domain::time::Instant>, Option<crate::domain::time::Instant>);

/// The interval of a condition about an instant.
pub fn interval<R: Room>(field: R::Field, op: Op, when: When, context: &Context<'_, R>) -> Interval {
    when.interval(op, R::spec(field).kind == Kind::Past, context)
}

/// A word that every record which passes must contain, whole or as a beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed<'f> {
    pub word: Cow<'f, str>,
    pub is_whole: bool,
}

/// What the text index can be asked for.
pub fn needed<C: Columns>(filter: &Filter<C>) -> Vec<Needed<'_>> {
    match filter {
        Filter::Word(words) => phrase(words),
        Filter::Text { field, value } if C::WORDS.contains(field) => phrase(value),
        Filter::Text { field, value } if *field == C::COUNTRY => country(value),
        Filter::And(terms) => terms.iter().flat_map(needed).collect(),
        _ => Vec::new(),
    }
}

/// The words of a phrase: the last is a beginning.
fn phrase(words: &str) -> Vec<Needed<'_>> {
    let count = words.split_ascii_whitespace().count();
    let needed = |(i, word)| Needed { word: Cow::Borrowed(word), is_whole: i + 1 < count };
    words.split_ascii_whitespace().enumerate().map(needed).collect()
}

/// The word of a country, if it is one.
fn country(value: &str) -> Vec<Needed<'static>> {
    let is_code = value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase());
    is_code.then(|| Needed { word: country_word(value).into(), is_whole: true }).into_iter().collect()
}
