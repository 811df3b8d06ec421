//! The filter language as SQL on the table of registrations.

use crate::{
    domain::{
        deal::fields::{Deals, Field, Flag},
        filter::{Context, Filter, Op},
        id::ConflictId,
    },
    store::{
        columns::{NO_VALUE, NOT_DUE, UNIT},
        filter::{Column, Columns, Known, always, between, interval, marked, mine, perhaps},
        sql::Sql,
    },
};

impl Columns for Deals {
    const TABLE: &'static str = "deal";
    const SEARCH: &'static str = "deal.search";
    const WORDS: &'static [Field] = &[Field::Company, Field::City];
    const COUNTRY: Field = Field::Country;

    fn column(field: Field) -> Column {
        match field {
            // Which conflicts those are stands elsewhere.
            Field::Id | Field::Case => always("deal.id"),
            Field::Stage => always("deal.state"),
            Field::Sales => always("deal.sales_stage"),
            Field::Country => perhaps("deal.country"),
            Field::City => always("deal.city_words"),
            Field::Company => always("deal.company_words"),
            Field::Value => always("deal.value_key"),
            Field::Currency => always("deal.currency"),
            Field::Tier => always("deal.partner").partner_tier(),
            Field::Partner => always("deal.partner").partner_name(),
            Field::Owner => perhaps("deal.reviewer").operator_name(),
            Field::Source => always("deal.source_code"),
            Field::Product => always("deal.products"),
            Field::Vertical => always("deal.vertical_code"),
            Field::Due | Field::Expires => always("deal.due_key"),
            Field::Closes => perhaps("deal.closes_at"),
            Field::Submitted => perhaps("deal.submitted_at"),
            Field::Updated => always("deal.updated_at"),
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
            Filter::Has(Field::Case) => {
                sql.push("exists (select 1 from conflict_party where conflict_party.deal_id = deal.id)");
            }
            Filter::Text { field: Field::Case, value } => {
                let case = value.parse::<ConflictId>().ok();
                sql.push("deal.id in (select deal_id from conflict_party where conflict_id = ").push_bind(case.unwrap_or(ConflictId(0)));
                sql.push(")");
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

/// Compares the value in whole units, what is less than one cut off. With one bound on each side and no more: SQLite would take
/// the first of two for the index, and read on from there.
fn whole_units(sql: &mut Sql, op: Op, value: i64) {
    // What has no value compares with none.
    let key = |value: i64| value.saturating_mul(UNIT).max(NO_VALUE + 1);
    let (first, next) = (key(value), key(value.saturating_add(1)));
    sql.push("(deal.value_key ");
    match op {
        Op::Eq => sql.push(">= ").push_bind(first).push(" and deal.value_key < ").push_bind(next),
        Op::Lt => sql.push("> ").push_bind(NO_VALUE).push(" and deal.value_key < ").push_bind(first),
        Op::Le => sql.push("> ").push_bind(NO_VALUE).push(" and deal.value_key < ").push_bind(next),
        Op::Gt => sql.push(">= ").push_bind(next),
        Op::Ge => sql.push(">= ").push_bind(first),
    };
    sql.push(")");
}

fn is(sql: &mut Sql, flag: Flag, context: &Context<'_, Deals>) {
    match flag {
        Flag::Breached => {
            sql.push("(deal.is_breached = 1 or (deal.to_decide = 1 and deal.due_key < ").push_bind(context.now);
            sql.push(") or (deal.phase in ('open', 'appealed') and deal.case_due < ").push_bind(context.now).push("))");
        }
        Flag::Held => drop(sql.push("deal.is_held = 1")),
        Flag::Mine => mine(sql, "deal.reviewer", context),
        Flag::Marked => marked(sql, context),
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
