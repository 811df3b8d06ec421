//! What stands in registrations, and their documents.

use crate::{
    app::{Rules, demo::chance::Chance},
    domain::{
        deal::{ContentHash, Customer, Details, Document, DocumentKind, SalesStage, Scope, conflict::detect::holds_territory},
        id::{ConflictId, PartnerId},
        lead::Intake,
        money::Money,
        partner::Partner,
        text::Text,
        time::Instant,
    },
};
use chrono::Days;

const PROJECTS: [&str; 6] = [
    "Refresh of the campus core; two halls, redundant.",
    "Replaces a competitor's access switches in 14 branches.",
    "New building, to be opened in autumn; wired and wireless.",
    "Pilot in one store, then 40 more within a year.",
    "Tender of the city works, lot 2.",
    "The old contract ends with the quarter.",
];

const GROUNDS: [&str; 3] = [
    "Our order confirmation is older than the other side's quote, and was not looked at.",
    "The customer's purchasing office names us in a letter that came in after the decision.",
    "The other registration was returned for completion twice before it was complete.",
];

pub fn grounds(case: ConflictId) -> &'static str {
    GROUNDS[usize::try_from(case.0.rem_euclid(3)).unwrap_or(0)]
}

/// The registration of what somebody asked for; complete or not.
pub fn details(chance: &mut Chance, lead: &Intake, at: Instant, complete: bool) -> Details {
    let code = lead.country.map(|country| country.code().to_owned()).unwrap_or_default();
    let currency = match code.as_str() {
        "US" | "CA" => "USD",
        "GB" => "GBP",
        "CH" => "CHF",
        _ => "EUR",
    };
    let hundreds = 60 + i64::try_from(chance.share().squared().0).unwrap_or(0) * 2 + i64::try_from(chance.below(90)).unwrap_or(0);
    let today = at.to_utc().date_naive();
    let close = today.checked_add_days(Days::new(30 + chance.below(120) as u64));
    Details {
        source: Text::clean("Partner portal"),
        source_key: Text::clean(&format!("portal:{}", lead.source_key)),
        customer: Customer {
            name: lead.company.clone(),
            country: lead.country,
            city: lead.city.clone(),
            postal_code: lead.postal_code.clone(),
            website: lead.website.clone(),
            vertical: lead.vertical.clone(),
        },
        scope: Scope::new([lead.product.clone()]),
        value: currency.parse().ok().map(|currency| Money::new(hundreds * 10_000, currency)),
        close_on: close.filter(|_| complete),
        sales_stage: Some(*chance.pick(SalesStage::ALL)),
        description: Text::clean(chance.word(&PROJECTS)),
        contact: lead.person.clone(),
    }
}

/// Active partners who may register it and sell there.
pub fn sellers(rules: &Rules, details: &Details, at: Instant) -> Vec<PartnerId> {
    let able = |partner: &&Partner| {
        partner.profile.is_active() && sells_there(rules, partner, details) && may_register(rules, partner, details, at)
    };
    rules.directory().all().iter().filter(able).map(|partner| partner.id).collect()
}

pub fn sells_there(rules: &Rules, partner: &Partner, details: &Details) -> bool {
    let products: Vec<Text> = details.scope.iter().cloned().collect();
    holds_territory(partner, details, &products, rules.program())
}

pub fn may_register(rules: &Rules, partner: &Partner, details: &Details, at: Instant) -> bool {
    rules.program().deals.objections(&partner.profile, details.scope.iter(), details.value, at).is_empty()
}

pub fn document(chance: &mut Chance, kind: DocumentKind, at: Instant) -> Document {
    let number = chance.below(1_000_000);
    let name = match kind {
        DocumentKind::Quote => "quote",
        DocumentKind::Touch => "visit-report",
        DocumentKind::CustomerLetter => "letter",
        DocumentKind::PurchaseOrder => "order",
        _ => "document",
    };
    Document {
        kind,
        name: Text::clean(&format!("{name}-{number:06}.pdf")),
        hash: ContentHash::of(&number.to_le_bytes()),
        size: 20_000 + number as u64,
        media_type: Text::clean("application/pdf"),
        dated: at.to_utc().date_naive().checked_sub_days(Days::new(1 + chance.below(20) as u64)),
        amount: None,
    }
}
