//! The tables that can be exported. Their columns are those of the generic mappings, so that an export can be imported
//! again as it is.

use super::{Format, Writer};
use crate::{
    app::{App, Failure},
    domain::{
        country::Country,
        filter::{Context, Filter},
        id::LeadId,
        lead::{
            Lead,
            queue::{From, PageRequest, Queue, Sort},
        },
        partner::{Area, Certification, Profile},
        text::Text,
        time::Instant,
    },
    store::Session,
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    fmt::Display,
    io::{self, Write},
};

/// Leads read at a time.
const PAGE_ROWS: u32 = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Failure(#[from] Failure),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl std::convert::From<crate::store::Error> for ExportError {
    fn from(error: crate::store::Error) -> Self {
        Self::Failure(error.into())
    }
}

const LEAD: &[&str] = &[
    "Id",
    "Source",
    "Company",
    "Country",
    "State",
    "City",
    "Postal Code",
    "Street",
    "Website",
    "Product",
    "Vertical",
    "Score",
    "Created At",
    "Consent",
    "Consent Text",
    "Consent At",
    "Name",
    "Title",
    "Email",
    "Phone",
    "Message",
    "Lead",
    "Stage",
    "Partner",
    "Desk",
    "Received At",
    "Due",
    "Offers",
];

/// The leads that pass a filter, newest first, all as they stood at one moment.
pub async fn leads<W: Write>(
    app: &App,
    filter: Option<&Filter>,
    context: &Context<'_>,
    format: Format,
    out: W,
) -> Result<u64, ExportError> {
    let mut writer = Writer::new(out, format, LEAD)?;
    let mut session = app.db().snapshot().await?;
    let names = Names::read(&mut session).await?;
    let mut from = From::Start;
    loop {
        let request = PageRequest {
            queue: Queue::All,
            filter: filter.cloned(),
            sort: Sort::Received,
            me: context.me,
            now: context.now,
            from,
            limit: PAGE_ROWS,
        };
        let page = session.page(&request, context).await?;
        let ids: Vec<LeadId> = page.rows.iter().map(|(_, row)| row.id).collect();
        for lead in session.leads(&ids).await? {
            writer.row(&lead_row(&lead, &names))?;
        }
        match page.rows.last() {
            Some((cursor, _)) if page.more_after => from = From::After(cursor.clone()),
            _ => return Ok(writer.finish()?),
        }
    }
}

/// The names that a record refers to by number.
pub(super) struct Names {
    pub partners: HashMap<i64, Text>,
    /// Of partners too.
    pub codes: HashMap<i64, Text>,
    pub operators: HashMap<i64, Text>,
}

impl Names {
    pub async fn read(session: &mut Session) -> Result<Self, ExportError> {
        let all = session.partners().await?;
        let codes = all.iter().map(|partner| (partner.id.0, partner.profile.code.clone())).collect();
        let partners = all.into_iter().map(|partner| (partner.id.0, partner.profile.name)).collect();
        let operators = session.operators().await?.into_iter().map(|operator| (operator.id.0, operator.name)).collect();
        Ok(Self { partners, codes, operators })
    }
}

fn lead_row(lead: &Lead, names: &Names) -> Vec<Value> {
    let intake = &lead.intake;
    let person = &intake.person;
    vec![
        text(&intake.source_key),
        text(&intake.source),
        text(&intake.company),
        given(intake.country.as_ref()),
        text(&intake.subdivision),
        text(&intake.city),
        text(&intake.postal_code),
        text(&intake.street),
        text(&intake.website),
        text(&intake.product),
        text(&intake.vertical),
        json!(intake.score),
        instant(intake.created_at),
        json!(intake.consent.basis.name()),
        text(&intake.consent.text_version),
        instant(intake.consent.at),
        text(&person.name),
        text(&person.title),
        text(&person.email),
        text(&person.phone),
        text(&person.message),
        json!(lead.id.to_string()),
        json!(lead.state.name()),
        given(lead.state.partner().and_then(|id| names.partners.get(&id.0))),
        given(lead.desk.and_then(|id| names.operators.get(&id.0))),
        instant(Some(lead.received_at)),
        instant(lead.due()),
        json!(lead.offers.len()),
    ]
}

const PARTNER: &[&str] = &[
    "Code",
    "Name",
    "Kind",
    "Status",
    "Tier",
    "Country",
    "City",
    "Capacity",
    "Calendar",
    "Countries",
    "Products",
    "Verticals",
    "Certifications",
    "Parent",
];

/// Every partner, in the order of their numbers. The areas of a partner with several are joined: a table says no more.
pub async fn partners<W: Write>(app: &App, format: Format, out: W) -> Result<u64, ExportError> {
    let mut writer = Writer::new(out, format, PARTNER)?;
    let partners = app.db().read().await?.partners().await?;
    let codes: HashMap<i64, Text> = partners.iter().map(|partner| (partner.id.0, partner.profile.code.clone())).collect();
    for partner in &partners {
        writer.row(&partner_row(&partner.profile, &codes))?;
    }
    Ok(writer.finish()?)
}

fn partner_row(profile: &Profile, codes: &HashMap<i64, Text>) -> Vec<Value> {
    let areas = |part: fn(&Area) -> Vec<String>| {
        let mut all: Vec<String> = profile.areas.iter().flat_map(part).collect();
        let mut seen = std::collections::HashSet::new();
        all.retain(|one| seen.insert(one.clone()));
        joined(&all)
    };
    vec![
        text(&profile.code),
        text(&profile.name),
        json!(profile.kind.name()),
        json!(profile.status.name()),
        text(&profile.tier),
        given(profile.country.as_ref()),
        text(&profile.city),
        if profile.capacity == 0 { Value::Null } else { json!(profile.capacity) },
        text(&profile.calendar),
        areas(|area| area.countries.iter().map(Country::to_string).collect()),
        areas(|area| area.products.iter().map(Text::to_string).collect()),
        areas(|area| area.verticals.iter().map(Text::to_string).collect()),
        joined(&profile.certifications.iter().map(certification).collect::<Vec<_>>()),
        given(profile.parent.and_then(|id| codes.get(&id.0))),
    ]
}

const ACCOUNT: &[&str] = &["Code", "Name", "Country", "City", "Postal Code", "Website", "Vertical", "Parent"];

/// Every account, in the order of their numbers.
pub async fn accounts<W: Write>(app: &App, format: Format, out: W) -> Result<u64, ExportError> {
    let mut writer = Writer::new(out, format, ACCOUNT)?;
    let accounts = app.db().read().await?.accounts().await?;
    let codes: HashMap<i64, Text> = accounts.iter().map(|account| (account.id.0, account.profile.code.clone())).collect();
    for account in &accounts {
        let profile = &account.profile;
        writer.row(&[
            text(&profile.code),
            text(&profile.name),
            given(profile.country.as_ref()),
            text(&profile.city),
            text(&profile.postal_code),
            text(&profile.website),
            text(&profile.vertical),
            given(profile.parent.and_then(|id| codes.get(&id.0))),
        ])?;
    }
    Ok(writer.finish()?)
}

/// `Name until 2026-12-31`, whose last day is the one before its end.
fn certification(certification: &Certification) -> String {
    match certification.until.and_then(|until| until.to_utc().date_naive().pred_opt()) {
        Some(last) => format!("{} until {last}", certification.name),
        None => certification.name.to_string(),
    }
}

pub(super) fn text(text: &Text) -> Value {
    if text.is_empty() { Value::Null } else { Value::String(text.to_string()) }
}

pub(super) fn given<T: Display>(value: Option<T>) -> Value {
    value.map_or(Value::Null, |value| Value::String(value.to_string()))
}

pub(super) fn instant(at: Option<Instant>) -> Value {
    given(at)
}

fn joined(list: &[String]) -> Value {
    if list.is_empty() { Value::Null } else { Value::String(list.join("; ")) }
}
