//! The filter language as SQL on the table of leads.

use crate::{
    domain::{
        filter::{Context, Field, Filter, Flag, Leads},
        id::LeadId,
    },
    store::{
        columns::NOT_DUE,
        filter::{Columns, Known, Needed, between, containing, country, interval, named, phrase},
        sql::Sql,
    },
};

/// The table of leads.
pub struct Table;

impl Columns for Table {
    type Room = Leads;
    const TABLE: &'static str = "lead";
    const SEARCH: &'static str = "lead.search";

    fn column(field: Field) -> (&'static str, bool) {
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

    fn special(sql: &mut Sql, term: &Filter, context: &Context<'_>) -> bool {
        match term {
            Filter::Is(flag) => is(sql, *flag, context),
            Filter::Has(Field::Due) => drop(sql.push("lead.due_key < ").push_bind(NOT_DUE)),
            Filter::Has(Field::Tier) => named(sql, "lead.partner", "select id from partner where tier_code <> ", ""),
            Filter::Text { field: Field::Partner, value } => {
                named(sql, "lead.partner", "select id from partner where name_words like ", containing(value));
            }
            Filter::Text { field: Field::Tier, value } => {
                named(sql, "lead.partner", "select id from partner where tier_code = ", value);
            }
            Filter::Text { field: Field::Owner, value } => {
                named(sql, "lead.desk", "select id from operator where name_words like ", containing(value));
            }
            Filter::Time { field: Field::Due, op, when } => {
                between(sql, "lead.due_key", Known::BeforeNotDue, interval::<Leads>(Field::Due, *op, *when, context));
            }
            _ => return false,
        }
        true
    }
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

/// What the text index can be asked for.
pub fn words_needed(filter: &Filter) -> Vec<Needed<'_>> {
    match filter {
        Filter::Word(words) | Filter::Text { field: Field::Company | Field::City, value: words } => phrase(words),
        Filter::Text { field: Field::Country, value } => country(value),
        Filter::And(terms) => terms.iter().flat_map(words_needed).collect(),
        _ => Vec::new(),
    }
}
