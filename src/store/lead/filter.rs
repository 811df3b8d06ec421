//! The filter language as SQL, with the meaning that [`crate::domain::filter::eval`] gives it in memory.
//!
//! Every fragment is true or false, never null, so that `not` means the same as in memory.

use crate::{
    domain::{
        filter::{Context, Field, Filter, Flag, Kind, Op, When},
        id::LeadId,
    },
    store::{lead::columns::NOT_DUE, sql::Sql},
};
use std::borrow::Cow;

/// Appends a condition on `lead`.
pub fn push(sql: &mut Sql, filter: &Filter, context: &Context<'_>) {
    match filter {
        Filter::And(terms) => joined(sql, terms, " and ", "1 = 1", context),
        Filter::Or(terms) => joined(sql, terms, " or ", "1 = 0", context),
        Filter::Not(term) => {
            sql.push("not (");
            push(sql, term, context);
            sql.push(")");
        }
        Filter::Word(words) => {
            sql.push("lead.search like ").push_bind(containing(words));
        }
        Filter::Has(field) => has(sql, *field),
        Filter::Is(flag) => is(sql, *flag, context),
        Filter::Text { field, value } => text(sql, *field, value),
        Filter::Number { field, op, value } => number(sql, *field, *op, *value),
        Filter::Time { field, op, when } => time(sql, *field, *op, *when, context),
    }
}

fn joined(sql: &mut Sql, terms: &[Filter], word: &'static str, empty: &'static str, context: &Context<'_>) {
    if terms.is_empty() {
        sql.push(empty);
        return;
    }
    sql.push("(");
    for (i, term) in terms.iter().enumerate() {
        if i > 0 {
            sql.push(word);
        }
        push(sql, term, context);
    }
    sql.push(")");
}

/// A pattern that finds `words` anywhere. Words hold nothing but letters, digits and spaces, so nothing needs escaping.
pub fn containing(words: &str) -> String {
    format!("%{words}%")
}

/// The column of a field, and whether it can be null.
const fn column(field: Field) -> (&'static str, bool) {
    match field {
        Field::Id => ("lead.id", false),
        Field::Stage => ("lead.state", false),
        Field::Country => ("lead.country", true),
        Field::City => ("lead.city_words", false),
        Field::Company => ("lead.company_words", false),
        Field::Score => ("lead.score", false),
        Field::Tier | Field::Partner => ("lead.partner", true),
        Field::Owner => ("lead.desk", true),
        Field::Source => ("lead.source_code", false),
        Field::Product => ("lead.product_code", false),
        Field::Vertical => ("lead.vertical_code", false),
        Field::Due => ("lead.due_key", false),
        Field::Received => ("lead.received_at", false),
        Field::Updated => ("lead.updated_at", false),
        Field::Offers => ("lead.offers", false),
    }
}

fn has(sql: &mut Sql, field: Field) {
    let (name, nullable) = column(field);
    match (field, field.spec().kind) {
        (Field::Due, _) => drop(sql.push("lead.due_key < ").push_bind(NOT_DUE)),
        (Field::Tier, _) => drop(sql.push("(lead.partner is not null and lead.partner in (select id from partner where tier_code <> ''))")),
        _ if nullable => drop(sql.push(name).push(" is not null")),
        // Text that is not there is empty.
        (_, Kind::Words | Kind::Code) => drop(sql.push(name).push(" <> ''")),
        _ => drop(sql.push("1 = 1")),
    }
}

fn text(sql: &mut Sql, field: Field, value: &str) {
    let (name, nullable) = column(field);
    match (field, field.spec().kind) {
        (Field::Partner, _) => {
            sql.push("(lead.partner is not null and lead.partner in (select id from partner where name_words like ");
            sql.push_bind(containing(value)).push("))");
        }
        (Field::Tier, _) => {
            sql.push("(lead.partner is not null and lead.partner in (select id from partner where tier_code = ");
            sql.push_bind(value).push("))");
        }
        (Field::Owner, _) => {
            sql.push("(lead.desk is not null and lead.desk in (select id from operator where name_words like ");
            sql.push_bind(containing(value)).push("))");
        }
        (_, Kind::Words) => drop(sql.push(name).push(" like ").push_bind(containing(value))),
        _ if nullable => drop(sql.push("(").push(name).push(" is not null and ").push(name).push(" = ").push_bind(value).push(")")),
        _ => drop(sql.push(name).push(" = ").push_bind(value)),
    }
}

fn number(sql: &mut Sql, field: Field, op: Op, value: i64) {
    let symbol = match op {
        Op::Eq => " = ",
        Op::Lt => " < ",
        Op::Le => " <= ",
        Op::Gt => " > ",
        Op::Ge => " >= ",
    };
    sql.push(column(field).0).push(symbol).push_bind(value);
}

fn time(sql: &mut Sql, field: Field, op: Op, when: When, context: &Context<'_>) {
    let name = column(field).0;
    let (from, until) = when.interval(op, field.spec().kind == Kind::Past, context);
    sql.push("(");
    // A lead without a due instant has a key after all instants; it compares with none.
    if field == Field::Due {
        sql.push("lead.due_key < ").push_bind(NOT_DUE);
    } else {
        sql.push("1 = 1");
    }
    if let Some(from) = from {
        sql.push(" and ").push(name).push(" >= ").push_bind(from);
    }
    if let Some(until) = until {
        sql.push(" and ").push(name).push(" < ").push_bind(until);
    }
    sql.push(")");
}

fn is(sql: &mut Sql, flag: Flag, context: &Context<'_>) {
    match flag {
        Flag::Breached => drop(sql.push("(lead.is_open = 1 and lead.due_key < ").push_bind(context.now).push(")")),
        Flag::Paused => drop(sql.push("lead.is_paused = 1")),
        Flag::Mine => drop(sql.push("(lead.desk is not null and lead.desk = ").push_bind(context.me).push(")")),
        Flag::Unassigned => drop(sql.push("lead.state = 'unassigned'")),
        Flag::Marked if context.marked.is_empty() => drop(sql.push("1 = 0")),
        Flag::Marked => drop(sql.push("lead.id in ").push_list(context.marked.iter().map(|LeadId(id)| *id))),
        Flag::Escalated => drop(sql.push("lead.is_escalated = 1")),
        Flag::Open => drop(sql.push("lead.is_open = 1")),
    }
}

/// A word that every lead which passes must contain, whole or as a beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed<'f> {
    pub word: Cow<'f, str>,
    pub is_whole: bool,
}

/// The word that stands for a country in the text index, beside those that people search for; none of these begins so.
pub fn country_word(country: &str) -> String {
    format!("\u{a7}{}", country.to_ascii_lowercase())
}

/// What the text index can be asked for.
pub fn words_needed(filter: &Filter) -> Vec<Needed<'_>> {
    match filter {
        Filter::Word(words) | Filter::Text { field: Field::Company | Field::City, value: words } => {
            let count = words.split_ascii_whitespace().count();
            let needed = |(i, word)| Needed { word: Cow::Borrowed(word), is_whole: i + 1 < count };
            words.split_ascii_whitespace().enumerate().map(needed).collect()
        }
        Filter::Text { field: Field::Country, value } if value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            vec![Needed { word: country_word(value).into(), is_whole: true }]
        }
        Filter::And(terms) => terms.iter().flat_map(words_needed).collect(),
        _ => Vec::new(),
    }
}

/// Conditions that every lead which passes must meet and that an index of their own answers.
pub fn ranges_needed(filter: &Filter) -> Vec<&Filter> {
    match filter {
        Filter::Number { field: Field::Score, .. } | Filter::Time { field: Field::Received, .. } => vec![filter],
        Filter::And(terms) => terms.iter().flat_map(ranges_needed).collect(),
        _ => Vec::new(),
    }
}
