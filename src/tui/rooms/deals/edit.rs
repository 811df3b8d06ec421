//! The form in which a registration is edited: only the fields that may be changed now, each as text.

use super::Facts;
use crate::{
    domain::{
        country::Country,
        deal::{DealField, DealState, Details, FieldChange, SalesStage, Scope},
        person::Person,
        text::Text,
    },
    tui::{
        furniture::{
            amounts::{amount, money},
            words::date,
        },
        room::FieldError,
        widgets::form::{Field, Form, Value},
    },
};

/// The fields that may be changed now, in their order.
fn editable(facts: &Facts) -> Vec<DealField> {
    let may = |field: &&DealField| match &facts.detail.deal.state {
        DealState::Draft => true,
        DealState::ActionRequired { fields, .. } => fields.contains(field),
        DealState::Approved { .. } => facts.terms.editable.contains(field),
        _ => false,
    };
    DealField::ALL.iter().filter(may).copied().collect()
}

pub(super) fn form(facts: &Facts, about: &str) -> Form {
    let details = &facts.detail.deal.details;
    let mut form = Form::new(format!("Edit {about}"), "save");
    form = match &facts.detail.deal.state {
        DealState::ActionRequired { .. } => form.about("These fields were asked for; the others stay as they are."),
        DealState::Approved { .. } => form.about("What the program lets change while it is protected."),
        _ => form,
    };
    for field in editable(facts) {
        for one in inputs(field, details) {
            form = form.field(one);
        }
    }
    form
}

/// What is typed for a field: the contact is three lines, everything else one.
fn inputs(field: DealField, details: &Details) -> Vec<Field> {
    let customer = &details.customer;
    let one = |label, value: &str| Field::text(label, value);
    vec![match field {
        DealField::Customer => one("customer", &customer.name),
        DealField::Country => one("country", customer.country.map_or("", |country| country.name())).hint("Germany or DE"),
        DealField::City => one("city", &customer.city),
        DealField::PostalCode => one("postal code", &customer.postal_code),
        DealField::Website => one("web", &customer.website),
        DealField::Vertical => one("industry", &customer.vertical),
        DealField::Products => one("products", &details.scope.to_string()).hint("product lines, with commas"),
        DealField::Value => one("value", &details.value.map_or_else(String::new, money)).hint("EUR 12000"),
        DealField::CloseDate => one("order by", &details.close_on.map_or_else(String::new, |day| day.to_string())).hint("2026-03-31"),
        DealField::SalesStage => {
            one("sale", details.sales_stage.map_or("", SalesStage::name)).hint("prospect, qualified, evaluation, proposal, committed")
        }
        DealField::Description => one("about", &details.description),
        DealField::Contact => {
            let contact = &details.contact;
            return vec![one("contact", &contact.name), one("e-mail", &contact.email), one("phone", &contact.phone)];
        }
    }]
}

/// The fields that differ from what is there, or the first one that can't be read.
pub(super) fn changes(facts: &Facts, values: &[Value]) -> Result<Vec<FieldChange>, FieldError> {
    let details = &facts.detail.deal.details;
    let (mut at, mut out) = (0, Vec::new());
    for field in editable(facts) {
        let count = inputs(field, details).len();
        let typed: Vec<&str> = (at..at + count).map(|index| values.get(index).map_or("", Value::text)).collect();
        let change = change(field, &typed, details).map_err(|message| FieldError { field: at, message })?;
        if details.get(field) != change {
            out.push(change);
        }
        at += count;
    }
    Ok(out)
}

/// How many fields change, and the amount as it was read.
pub(super) fn told(changes: &[FieldChange]) -> String {
    let count = match changes.len() {
        0 => "nothing changes yet".to_owned(),
        1 => "1 field changes".to_owned(),
        many => format!("{many} fields change"),
    };
    let value = changes.iter().find_map(|change| if let FieldChange::Value(Some(value)) = change { Some(value) } else { None });
    value.map_or_else(|| count.clone(), |value| format!("{count}; value {value}"))
}

fn change(field: DealField, typed: &[&str], details: &Details) -> Result<FieldChange, String> {
    let text = typed.first().copied().unwrap_or_default();
    let clean = || Text::clean(text);
    Ok(match field {
        DealField::Customer => FieldChange::Customer(clean()),
        DealField::Country if text.is_empty() => FieldChange::Country(None),
        DealField::Country => FieldChange::Country(Some(Country::find(text).ok_or_else(|| format!("`{text}` is not a country"))?)),
        DealField::City => FieldChange::City(clean()),
        DealField::PostalCode => FieldChange::PostalCode(clean()),
        DealField::Website => FieldChange::Website(clean()),
        DealField::Vertical => FieldChange::Vertical(clean()),
        DealField::Products => FieldChange::Products(Scope::new(text.split(',').map(|one| Text::clean(one.trim())))),
        DealField::Value => FieldChange::Value(amount(text)?),
        DealField::CloseDate => FieldChange::CloseDate(date(text)?),
        DealField::SalesStage if text.is_empty() => FieldChange::SalesStage(None),
        DealField::SalesStage => {
            let stage = SalesStage::from_name(&text.to_lowercase());
            FieldChange::SalesStage(Some(stage.ok_or_else(|| format!("`{text}` is none of the stages beside it"))?))
        }
        DealField::Description => FieldChange::Description(clean()),
        DealField::Contact => {
            let at = |index: usize| Text::clean(typed.get(index).copied().unwrap_or_default());
            FieldChange::Contact(Person { name: at(0), email: at(1), phone: at(2), ..details.contact.clone() })
        }
    })
}
