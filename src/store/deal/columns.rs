//! The columns of a registration, each in one place: its name and its value.

use crate::{
    domain::{
        deal::{DisputePhase, Registration},
        search,
        time::Instant,
    },
    store::{
        error::{Error, Result},
        filter::country_word,
        lead::columns::due_key,
        sql::Arg,
    },
};
use chrono::{NaiveDate, NaiveTime};

pub const COUNT: usize = 32;

pub const INSERT: &str = "insert into deal (id, version, received_at, submitted_at, updated_at, state, is_open, to_decide, is_held, is_escalated, \
    is_breached, is_complete, is_matched, is_shared, extensions, phase, due_key, next_at, value_key, currency, partner, reviewer, country, \
    company_words, city_words, source_code, products, vertical_code, sales_stage, closes_at, search, source_key)";

/// What can change. The others are left out: setting them would write their indexes again.
pub const UPDATE: &str = "on conflict (id) do update set version = excluded.version, received_at = excluded.received_at, \
    submitted_at = excluded.submitted_at, updated_at = excluded.updated_at, state = excluded.state, is_open = excluded.is_open, \
    to_decide = excluded.to_decide, is_held = excluded.is_held, is_escalated = excluded.is_escalated, \
    is_breached = excluded.is_breached, is_complete = excluded.is_complete, is_matched = excluded.is_matched, \
    is_shared = excluded.is_shared, extensions = excluded.extensions, phase = excluded.phase, due_key = excluded.due_key, \
    next_at = excluded.next_at, value_key = excluded.value_key, currency = excluded.currency, reviewer = excluded.reviewer, \
    country = excluded.country, company_words = excluded.company_words, city_words = excluded.city_words, \
    products = excluded.products, vertical_code = excluded.vertical_code, sales_stage = excluded.sales_stage, \
    closes_at = excluded.closes_at, search = excluded.search";

pub const INSERT_BODY: &str = "insert into deal_body (id, body, person)";
pub const UPDATE_BODY: &str = "on conflict (id) do update set body = excluded.body, person = excluded.person";

/// The value of a registration that states none: below every other.
pub const NO_VALUE: i64 = i64::MIN;
/// A whole unit of any currency; no currency has more than four digits after the point.
pub const UNIT: i64 = 10_000;

pub fn value_key(deal: &Registration) -> i64 {
    deal.details.value.map_or(NO_VALUE, |value| {
        let scale = 10_i64.pow(4_u32.saturating_sub(value.currency.exponent()));
        value.minor.saturating_mul(scale).max(NO_VALUE + 1)
    })
}

/// Noon UTC of a day.
pub fn closes_at(on: NaiveDate) -> Instant {
    const NOON: NaiveTime = match NaiveTime::from_hms_opt(12, 0, 0) {
        Some(noon) => noon,
        None => NaiveTime::MIN,
    };
    on.and_time(NOON).and_utc().into()
}

/// Codes, each between spaces.
pub fn products(deal: &Registration) -> String {
    let mut out = String::new();
    for code in deal.details.scope.codes() {
        out.push(' ');
        out.push_str(&code);
    }
    if !out.is_empty() {
        out.push(' ');
    }
    out
}

const fn phase(deal: &Registration) -> &'static str {
    match deal.dispute {
        Some(dispute) => match dispute.phase {
            DisputePhase::Open => "open",
            DisputePhase::Decided => "decided",
            DisputePhase::Appealed => "appealed",
        },
        None => "",
    }
}

pub fn row(deal: &Registration) -> [Arg; COUNT] {
    let (details, customer) = (&deal.details, &deal.details.customer);
    let received_at = deal.submitted_at.unwrap_or(deal.created_at);
    let approval = deal.state.approval();
    let to_decide = deal.state.is_undecided() && deal.waiting_since.is_none();
    let mut words = deal.search_words();
    if let Some(country) = customer.country {
        words.push(' ');
        words.push_str(&country_word(country.code()));
    }
    [
        deal.id.into(),
        deal.version.into(),
        received_at.into(),
        deal.submitted_at.into(),
        deal.updated_at.into(),
        deal.state.name().into(),
        deal.state.is_open().into(),
        to_decide.into(),
        deal.is_held().into(),
        deal.escalation.is_some().into(),
        deal.is_breached().into(),
        deal.place.is_some().into(),
        deal.account.is_some().into(),
        approval.is_some_and(|approval| approval.share.is_some()).into(),
        approval.map_or(0, |approval| approval.protection.extensions).into(),
        phase(deal).into(),
        due_key(deal.due(), received_at).into(),
        deal.next_at().into(),
        value_key(deal).into(),
        details.value.map(|value| value.currency.code().to_ascii_lowercase()).unwrap_or_default().into(),
        deal.partner.into(),
        deal.state.reviewer().into(),
        customer.country.map(|country| country.to_string()).into(),
        search::words(&customer.name).into(),
        search::words(&customer.city).into(),
        search::slug(&details.source).into(),
        products(deal).into(),
        search::slug(&customer.vertical).into(),
        details.sales_stage.map_or("", crate::domain::deal::SalesStage::name).into(),
        details.close_on.map(closes_at).into(),
        words.into(),
        (&details.source_key).into(),
    ]
}

pub fn body(deal: &Registration) -> Result<[Arg; 3]> {
    let json = |error: serde_json::Error| Error::Internal(format!("{}: {error}", deal.id));
    let contact = &deal.details.contact;
    let contact = if contact.is_empty() { None } else { Some(serde_json::to_string(contact).map_err(json)?) };
    Ok([deal.id.into(), serde_json::to_string(deal).map_err(json)?.into(), contact.into()])
}
