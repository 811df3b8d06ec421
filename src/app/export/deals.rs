//! Registrations out: the columns of the mapping `pilothouse-deal`, so that an export can be imported again as it is, and
//! after them where each stands.

use super::{
    Format, Writer,
    tables::{ExportError, Names, given, instant, text},
};
use crate::{
    app::App,
    domain::{
        deal::{
            DealState, Exhibit, Registration, Scope,
            fields::Deals,
            queue::{From, PageRequest, Queue, Sort},
        },
        filter::{Context, Filter},
        id::DealId,
        money::Money,
        text::Text,
    },
};
use serde_json::{Value, json};
use std::io::Write;

/// Registrations read at a time.
const PAGE_ROWS: u32 = 1_000;

const DEAL: &[&str] = &[
    "Id",
    "Partner",
    "Source",
    "Customer",
    "Country",
    "City",
    "Postal Code",
    "Website",
    "Vertical",
    "Products",
    "Value",
    "Currency",
    "Close Date",
    "Sales Stage",
    "Submit",
    "Description",
    "Documents",
    "Contact",
    "Title",
    "Email",
    "Phone",
    "Deal",
    "Stage",
    "Partner Name",
    "Reviewer",
    "Account",
    "Submitted At",
    "Due",
    "Conflict",
];

/// The registrations that pass a filter, newest first, all as they stood at one moment.
pub async fn deals<W: Write>(
    app: &App,
    filter: Option<&Filter<Deals>>,
    context: &Context<'_, Deals>,
    format: Format,
    out: W,
) -> Result<u64, ExportError> {
    let mut writer = Writer::new(out, format, DEAL)?;
    let mut session = app.db().snapshot().await?;
    let names = Names::read(&mut session).await?;
    let mut from = From::Start;
    loop {
        let request = PageRequest {
            queue: Queue::All,
            filter: filter.cloned(),
            sort: Sort::Submitted,
            me: context.me,
            now: context.now,
            from,
            limit: PAGE_ROWS,
        };
        let page = session.page(&request, context).await?;
        let ids: Vec<DealId> = page.rows.iter().map(|(_, row)| row.id).collect();
        for deal in session.deals(&ids).await? {
            writer.row(&row(&deal, &names))?;
        }
        match page.rows.last() {
            Some((cursor, _)) if page.more_after => from = From::After(cursor.clone()),
            _ => return Ok(writer.finish()?),
        }
    }
}

fn row(deal: &Registration, names: &Names) -> Vec<Value> {
    let details = &deal.details;
    let (customer, contact) = (&details.customer, &details.contact);
    vec![
        text(&details.source_key),
        given(names.codes.get(&deal.partner.0)),
        text(&details.source),
        text(&customer.name),
        given(customer.country.as_ref()),
        text(&customer.city),
        text(&customer.postal_code),
        text(&customer.website),
        text(&customer.vertical),
        products(&details.scope),
        given(details.value.map(Money::amount)),
        given(details.value.map(|value| value.currency)),
        given(details.close_on),
        given(details.sales_stage.map(crate::domain::deal::SalesStage::name)),
        json!(if matches!(deal.state, DealState::Draft) { "no" } else { "yes" }),
        text(&details.description),
        documents(&deal.documents),
        text(&contact.name),
        text(&contact.title),
        text(&contact.email),
        text(&contact.phone),
        json!(deal.id.to_string()),
        json!(deal.state.name()),
        given(names.partners.get(&deal.partner.0)),
        given(deal.state.reviewer().and_then(|id| names.operators.get(&id.0))),
        given(deal.account.map(|link| link.account)),
        instant(deal.submitted_at),
        instant(deal.due()),
        given(deal.dispute.map(|dispute| dispute.case)),
    ]
}

/// `Switching; Wireless`; as a list of JSON where a name has a separator in it.
fn products(scope: &Scope) -> Value {
    let names: Vec<&str> = scope.iter().map(Text::as_str).collect();
    let is_plain = |name: &&str| !name.contains([';', ',', '|']) && !name.starts_with('[');
    match names.iter().all(is_plain) {
        true if names.is_empty() => Value::Null,
        true => Value::String(names.join("; ")),
        false => Value::String(json!(names).to_string()),
    }
}

/// `quote: offer.pdf HASH`, as an import reads it; the separators of the list are taken out of names.
fn documents(exhibits: &[Exhibit]) -> Value {
    if exhibits.is_empty() {
        return Value::Null;
    }
    let one = |Exhibit { document, .. }: &Exhibit| {
        format!("{}: {} {}", document.kind.name(), document.name.trim().replace([';', '|'], ","), document.hash)
    };
    Value::String(exhibits.iter().map(one).collect::<Vec<_>>().join("; "))
}
