//! The columns of a lead, each in one place: its name and its value.

use crate::{
    domain::{lead::Lead, search, time::Instant},
    store::{
        error::{Error, Result},
        lead::filter::country_word,
        sql::Arg,
    },
};

pub const COUNT: usize = 23;

pub const INSERT: &str = "insert into lead (id, version, received_at, updated_at, state, is_open, is_paused, is_escalated, due_key, next_at, score, \
    offers, partner, desk, country, company_words, city_words, source_code, product_code, vertical_code, search, source, source_key)";

/// What can change after receipt. The others are left out: setting them would write their indexes again.
pub const UPDATE: &str = "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, \
    state = excluded.state, is_open = excluded.is_open, is_paused = excluded.is_paused, \
    is_escalated = excluded.is_escalated, due_key = excluded.due_key, \
    next_at = excluded.next_at, score = excluded.score, offers = excluded.offers, partner = excluded.partner, \
    desk = excluded.desk, search = excluded.search";

pub const INSERT_BODY: &str = "insert into lead_body (id, body, person)";
pub const UPDATE_BODY: &str = "on conflict (id) do update set body = excluded.body, person = excluded.person";

/// After every instant that a clock can be due at.
pub const NOT_DUE: i64 = 1 << 62;

/// The place of a lead in the order of due instants: without one after all others, by receipt.
pub fn due_key(due: Option<Instant>, received_at: Instant) -> i64 {
    due.map_or_else(|| NOT_DUE.saturating_add(received_at.micros().max(0)), |due| due.micros().min(NOT_DUE - 1))
}

pub fn row(lead: &Lead) -> [Arg; COUNT] {
    let intake = &lead.intake;
    [
        lead.id.into(),
        lead.version.into(),
        lead.received_at.into(),
        lead.updated_at.into(),
        lead.state.name().into(),
        lead.state.is_open().into(),
        lead.pause.is_some().into(),
        lead.escalation.is_some().into(),
        due_key(lead.due(), lead.received_at).into(),
        lead.next_at().into(),
        intake.score.into(),
        i64::try_from(lead.offers.len()).unwrap_or(i64::MAX).into(),
        lead.state.partner().into(),
        lead.desk.into(),
        intake.country.map(|country| country.to_string()).into(),
        search::words(&intake.company).into(),
        search::words(&intake.city).into(),
        search::slug(&intake.source).into(),
        search::slug(&intake.product).into(),
        search::slug(&intake.vertical).into(),
        searched(lead).into(),
        (&intake.source).into(),
        (&intake.source_key).into(),
    ]
}

/// What the text index holds: the words that people search for, and the country.
fn searched(lead: &Lead) -> String {
    let mut words = lead.search_words();
    if let Some(country) = lead.intake.country {
        words.push(' ');
        words.push_str(&country_word(country.code()));
    }
    words
}

pub fn body(lead: &Lead) -> Result<[Arg; 3]> {
    let json = |error: serde_json::Error| Error::Internal(format!("lead {}: {error}", lead.id));
    let person = &lead.intake.person;
    let person = if person.is_empty() { None } else { Some(serde_json::to_string(person).map_err(json)?) };
    Ok([lead.id.into(), serde_json::to_string(lead).map_err(json)?.into(), person.into()])
}
