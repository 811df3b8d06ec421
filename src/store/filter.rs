//! The filter language as SQL, with the meaning that [`crate::domain::filter::eval`] gives it in memory, for every room.
//!
//! Every fragment is true or false, never null, so that `not` means the same as in memory.

use super::{
    columns::{NOT_DUE, country_word},
    sql::Sql,
};
use crate::domain::filter::{Context, Filter, Kind, Op, Room, When};
use std::borrow::Cow;

/// The columns of a room's table, as filters compare them.
pub trait Columns: Sized + Send + Sync + 'static {
    type Room: Room;
    /// The table of the narrow rows; its text index and bodies are named after it.
    const TABLE: &'static str;
    /// The column of the words that a search looks at.
    const SEARCH: &'static str;

    /// The column of a field, and whether it can be null.
    fn column(field: Field<Self>) -> (&'static str, bool);
    /// Appends the condition of a field or flag that is no plain column; gives whether it is such.
    fn special(sql: &mut Sql, term: &Filter<Self::Room>, context: &Context<'_, Self::Room>) -> bool;
}

pub type Field<C> = <<C as Columns>::Room as Room>::Field;

/// Appends a condition on the table.
pub fn push<C: Columns>(sql: &mut Sql, filter: &Filter<C::Room>, context: &Context<'_, C::Room>) {
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
        Filter::Number { field, op, value } => drop(sql.push(C::column(*field).0).push(symbol(*op)).push_bind(*value)),
        Filter::Time { field, op, when } => {
            let (name, nullable) = C::column(*field);
            let is_past = C::Room::spec(*field).kind == Kind::Past;
            between(sql, name, if nullable { Known::NotNull } else { Known::Always }, when.interval(*op, is_past, context));
        }
        // Every flag is special.
        Filter::Is(_) => drop(sql.push("1 = 0")),
    }
}

fn joined<C: Columns>(
    sql: &mut Sql,
    terms: &[Filter<C::Room>],
    (word, empty): (&'static str, &'static str),
    context: &Context<'_, C::Room>,
) {
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
pub fn containing(words: &str) -> String {
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

fn has<C: Columns>(sql: &mut Sql, field: Field<C>) {
    let (name, nullable) = C::column(field);
    match C::Room::spec(field).kind {
        _ if nullable => drop(sql.push(name).push(" is not null")),
        // Text that is not there is empty.
        Kind::Words | Kind::Code | Kind::Choice(_) => drop(sql.push(name).push(" <> ''")),
        _ => drop(sql.push("1 = 1")),
    }
}

fn text<C: Columns>(sql: &mut Sql, field: Field<C>, value: &str) {
    let (name, nullable) = C::column(field);
    match C::Room::spec(field).kind {
        Kind::Words => drop(sql.push(name).push(" like ").push_bind(containing(value))),
        _ if nullable => drop(sql.push("(").push(name).push(" is not null and ").push(name).push(" = ").push_bind(value).push(")")),
        _ => drop(sql.push(name).push(" = ").push_bind(value)),
    }
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

/// The words of a phrase: the last is a beginning.
pub fn phrase(words: &str) -> Vec<Needed<'_>> {
    let count = words.split_ascii_whitespace().count();
    let needed = |(i, word)| Needed { word: Cow::Borrowed(word), is_whole: i + 1 < count };
    words.split_ascii_whitespace().enumerate().map(needed).collect()
}

/// The word of a country, if it is one.
pub fn country(value: &str) -> Vec<Needed<'static>> {
    let is_code = value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase());
    is_code.then(|| Needed { word: country_word(value).into(), is_whole: true }).into_iter().collect()
}

/// Names and codes of those whom a column names: what partner, tier and owner compare.
pub fn named(sql: &mut Sql, column: &'static str, among: &'static str, value: impl Into<super::sql::Arg>) {
    sql.push("(").push(column).push(" is not null and ").push(column).push(" in (").push(among).push_bind(value).push("))");
}
