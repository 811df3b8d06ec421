//! The filter language as SQL on the table of leads.

use crate::{
    domain::filter::{Context, Field, Filter, Flag, Leads},
    store::{
        columns::NOT_DUE,
        filter::{Column, Columns, Known, always, between, interval, marked, mine, perhaps},
        sql::Sql,
    },
};

impl Columns for Leads {
    const TABLE: &'static str = "lead";
    const SEARCH: &'static str = "lead.search";
    const WORDS: &'static [Field] = &[Field::Company, Field::City];
    const COUNTRY: Field = Field::Country;

    fn column(field: Field) -> Column {
        match field {
            Field::Id => always("lead.id"),
            Field::Stage => always("lead.state"),
            Field::Country => perhaps("lead.country"),
            Field::City => always("lead.city_words"),
            Field::Company => always("lead.company_words"),
            Field::Score => always("lead.score"),
            Field::Tier => perhaps("lead.partner").partner_tier(),
            Field::Partner => perhaps("lead.partner").partner_name(),
            Field::Owner => perhaps("lead.desk").operator_name(),
            Field::Source => always("lead.source_code"),
            Field::Product => always("lead.product_code"),
            Field::Vertical => always("lead.vertical_code"),
            Field::Due => always("lead.due_key"),
            Field::Received => always("lead.received_at"),
            Field::Updated => always("lead.updated_at"),
            Field::Offers => always("lead.offers"),
        }
    }

    fn special(sql: &mut Sql, term: &Filter, context: &Context<'_>) -> bool {
        match term {
            Filter::Is(flag) => is(sql, *flag, context),
            Filter::Has(Field::Due) => drop(sql.push("lead.due_key < ").push_bind(NOT_DUE)),
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
        Flag::Mine => mine(sql, "lead.desk", context),
        Flag::Unassigned => drop(sql.push("lead.state = 'unassigned'")),
        Flag::Marked => marked(sql, context),
        Flag::Escalated => drop(sql.push("lead.is_escalated = 1")),
        Flag::Open => drop(sql.push("lead.is_open = 1")),
    }
}
