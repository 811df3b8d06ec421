//! The filter language as SQL on the list of the desk.

use crate::{
    domain::{
        filter::{Context, Filter, Op},
        id::Number,
        mdf::{
            fields::{Field, Flag, Funding},
            item::ItemId,
        },
    },
    store::{
        columns::{NOT_DUE, UNIT},
        filter::{Column, Columns, Known, always, between, interval, marked, mine, perhaps, symbol},
        sql::Sql,
    },
};

impl Columns for Funding {
    const TABLE: &'static str = "mdf_item";
    const SEARCH: &'static str = "mdf_item.search";
    const WORDS: &'static [Field] = &[Field::Title];
    const COUNTRY: Field = Field::Country;

    fn column(field: Field) -> Column {
        match field {
            Field::Id => always("mdf_item.id"),
            Field::Kind => always("mdf_item.kind"),
            Field::Stage => always("mdf_item.state"),
            Field::Title => always("mdf_item.title_words"),
            Field::Partner => perhaps("mdf_item.partner").partner_name(),
            Field::Tier => perhaps("mdf_item.partner").partner_tier(),
            Field::Owner => perhaps("mdf_item.assignee").operator_name(),
            Field::Fund => always("mdf_item.fund").fund_name(),
            Field::Category => always("mdf_item.category_code"),
            Field::Country => perhaps("mdf_item.country"),
            Field::Amount => always("mdf_item.amount_key"),
            Field::Currency => always("mdf_item.currency"),
            Field::Check => always("mdf_item.checks"),
            Field::Due => always("mdf_item.due_key"),
            Field::Starts => always("mdf_item.starts_at"),
            Field::Submitted => perhaps("mdf_item.submitted_at"),
            Field::Updated => always("mdf_item.updated_at"),
        }
    }

    fn special(sql: &mut Sql, term: &Filter<Funding>, context: &Context<'_, Funding>) -> bool {
        match term {
            Filter::Is(flag) => is(sql, *flag, context),
            Filter::Has(Field::Due) => drop(sql.push("mdf_item.due_key < ").push_bind(NOT_DUE)),
            Filter::Time { field: field @ Field::Due, op, when } => {
                between(sql, "mdf_item.due_key", Known::BeforeNotDue, interval::<Funding>(*field, *op, *when, context));
            }
            Filter::Number { field: Field::Amount, op, value } => whole_units(sql, *op, *value),
            Filter::Number { field: Field::Id, op, value } if *op != Op::Eq => number(sql, *op, *value),
            _ => return false,
        }
        true
    }
}

/// Compares numbers of one kind: those of the list are given by turns to funds, requests and claims.
fn number(sql: &mut Sql, op: Op, value: i64) {
    let kind = ItemId::of(value).kind().name();
    sql.push("(mdf_item.kind = ").push_bind(kind).push(" and mdf_item.id").push(symbol(op)).push_bind(value).push(")");
}

/// Compares the amount in whole units, what is less than one cut off.
fn whole_units(sql: &mut Sql, op: Op, value: i64) {
    let (first, next) = (value.saturating_mul(UNIT), value.saturating_add(1).saturating_mul(UNIT));
    sql.push("(mdf_item.amount_key");
    match op {
        Op::Eq => sql.push(" >= ").push_bind(first).push(" and mdf_item.amount_key < ").push_bind(next),
        Op::Lt => sql.push(" < ").push_bind(first),
        Op::Le => sql.push(" < ").push_bind(next),
        Op::Gt => sql.push(" >= ").push_bind(next),
        Op::Ge => sql.push(" >= ").push_bind(first),
    };
    sql.push(")");
}

fn is(sql: &mut Sql, flag: Flag, context: &Context<'_, Funding>) {
    match flag {
        Flag::Breached => {
            sql.push("(mdf_item.is_breached = 1 or (mdf_item.is_timed = 1 and mdf_item.due_key < ").push_bind(context.now).push("))");
        }
        Flag::Mine => mine(sql, "mdf_item.assignee", context),
        Flag::Marked => marked(sql, context),
        Flag::Open => drop(sql.push("(mdf_item.is_open = 1 or mdf_item.state = 'open')")),
        Flag::Escalated => drop(sql.push("mdf_item.is_escalated = 1")),
        Flag::Suspect => drop(sql.push("mdf_item.state = 'suspect'")),
        Flag::Payable => drop(sql.push("mdf_item.waits = 'pay'")),
        Flag::Returned => drop(sql.push("mdf_item.is_returned = 1")),
    }
}
