//! Registrations out: the columns of the mapping `pilothouse-deal`, so that an export can be imported again as it is, and
//! after them where each stands.

use super::{
    cell::{given, instant, text},
    records::{Exported, Names},
};
use crate::{
    app::Failure,
    domain::{
        deal::{DealState, Exhibit, Registration, Scope, fields::Deals, queue::Sort},
        id::DealId,
        money::Money,
        text::Text,
    },
    store::Session,
};
use serde_json::{Value, json};

impl Exported for Deals {
    const COLUMNS: &'static [&'static str] = &[
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
    const NEWEST: Sort = Sort::Submitted;
    type Record = Registration;

    async fn read(session: &mut Session, ids: &[DealId]) -> Result<Vec<Registration>, Failure> {
        Ok(session.deals(ids).await?)
    }

    fn cells(deal: &Registration, names: &Names) -> Vec<Value> {
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
