//! The filter language as SQL on the table of registrations.

use super::columns::{NO_VALUE, UNIT};
use crate::{
    domain::{
        deal::fields::{Deals, Field, Flag},
        filter::{Context, Filter, Op},
        id::DealId,
    },
    store::{
        columns::NOT_DUE,
        filter::{Columns, Known, Needed, between, containing, country, interval, named, phrase},
        sql::Sql,
    },
};

/// The table of registrations.
pub struct Table;

impl Columns for Table {
    type Room = Deals;
    const TABLE: &'static str = "deal";
    const SEARCH: &'static str = "deal.search";

    fn column(field: Field) -> (&'static str, bool) {
        match field {
            Field::Id => ("deal.id", false),
            Field::Stage => ("deal.state", false),
            Field::Sales => ("deal.sales_stage", false),
            Field::Country => ("deal.country", true),
            Field::City => ("deal.city_words", false),
            Field::Company => ("deal.company_words", false),
            Field::Value => ("deal.value_key", false),
            Field::Currency => ("deal.currency", false),
            Field::Tier | Field::Partner => ("deal.partner", false),
            Field::Owner => ("deal.reviewer", true),
            Field::Source => ("deal.source_code", false),
            Field::Product => ("deal.products", false),
            Field::Vertical => ("deal.vertical_code", false),
            Field::Due | Field::Expires => ("deal.due_key", false),
            Field::Closes => ("deal.closes_at", true),
            Field::Submitted => ("deal.submitted_at", true),
            Field::Updated => ("deal.updated_at", false),
        }
    }

    fn special(sql: &mut Sql, term: &Filter<Deals>, context: &Context<'_, Deals>) -> bool {
        match term {
            Filter::Is(flag) => is(sql, *flag, context),
            Filter::Has(field @ (Field::Due | Field::Expires)) => {
                sql.push(clock_of(*field)).push("deal.due_key < ").push_bind(NOT_DUE).push(")");
            }
            Filter::Time { field: field @ (Field::Due | Field::Expires), op, when } => {
                sql.push(clock_of(*field));
                between(sql, "deal.due_key", Known::BeforeNotDue, interval::<Deals>(*field, *op, *when, context));
                sql.push(")");
            }
            Filter::Has(Field::Value) => drop(sql.push("deal.value_key > ").push_bind(NO_VALUE)),
            Filter::Number { field: Field::Value, op, value } => whole_units(sql, *op, *value),
            Filter::Has(Field::Partner) => drop(sql.push("1 = 1")),
            Filter::Has(Field::Tier) => named(sql, "deal.partner", "select id from partner where tier_code <> ", ""),
            Filter::Text { field: Field::Partner, value } => {
                named(sql, "deal.partner", "select id from partner where name_words like ", containing(value));
            }
            Filter::Text { field: Field::Tier, value } => {
                named(sql, "deal.partner", "select id from partner where tier_code = ", value);
            }
            Filter::Text { field: Field::Owner, value } => {
                named(sql, "deal.reviewer", "select id from operator where name_words like ", containing(value));
            }
            // Codes hold letters, digits and hyphens, so nothing needs escaping.
            Filter::Text { field: Field::Product, value } => {
                sql.push("deal.products like ").push_bind(format!("% {value} %"));
            }
            _ => return false,
        }
        true
    }
}

/// A decision is due, or a protection ends; one column serves both.
const fn clock_of(field: Field) -> &'static str {
    match field {
        Field::Expires => "(deal.state = 'approved' and ",
        _ => "(deal.state <> 'approved' and ",
    }
}

/// Compares the value in whole units, what is less than one cut off.
fn whole_units(sql: &mut Sql, op: Op, value: i64) {
    let (first, next) = (value.saturating_mul(UNIT), value.saturating_add(1).saturating_mul(UNIT));
    sql.push("(deal.value_key > ").push_bind(NO_VALUE);
    match op {
        Op::Eq => sql.push(" and deal.value_key >= ").push_bind(first).push(" and deal.value_key < ").push_bind(next),
        Op::Lt => sql.push(" and deal.value_key < ").push_bind(first),
        Op::Le => sql.push(" and deal.value_key < ").push_bind(next),
        Op::Gt => sql.push(" and deal.value_key >= ").push_bind(next),
        Op::Ge => sql.push(" and deal.value_key >= ").push_bind(first),
    };
    sql.push(")");
}

fn is(sql: &mut Sql, flag: Flag, context: &Context<'_, Deals>) {
    match flag {
        Flag::Breached => {
            sql.push("(deal.is_breached = 1 or (deal.to_decide = 1 and deal.due_key < ").push_bind(context.now).push("))");
        }
        Flag::Held => drop(sql.push("deal.is_held = 1")),
        Flag::Mine => drop(sql.push("(deal.reviewer is not null and deal.reviewer = ").push_bind(context.me).push(")")),
        Flag::Marked if context.marked.is_empty() => drop(sql.push("1 = 0")),
        Flag::Marked => drop(sql.push("deal.id in ").push_list(context.marked.iter().map(|DealId(id)| *id))),
        Flag::Open => drop(sql.push("deal.is_open = 1")),
        Flag::Escalated => drop(sql.push("deal.is_escalated = 1")),
        Flag::Complete => drop(sql.push("deal.is_complete = 1")),
        Flag::Protected => drop(sql.push("deal.state = 'approved'")),
        Flag::Extended => drop(sql.push("deal.extensions > 0")),
        Flag::Conflict => drop(sql.push("deal.phase <> ''")),
        Flag::Appealed => drop(sql.push("deal.phase = 'appealed'")),
        Flag::Shared => drop(sql.push("deal.is_shared = 1")),
        Flag::Matched => drop(sql.push("deal.is_matched = 1")),
    }
}

/// What the text index can be asked for.
pub fn words_needed(filter: &Filter<Deals>) -> Vec<Needed<'_>> {
    match filter {
        Filter::Word(words) | Filter::Text { field: Field::Company | Field::City, value: words } => phrase(words),
        Filter::Text { field: Field::Country, value } => country(value),
        Filter::And(terms) => terms.iter().flat_map(words_needed).collect(),
        _ => Vec::new(),
    }
}
