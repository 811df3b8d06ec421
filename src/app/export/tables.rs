//! Partners and accounts out: every one, in the order of their numbers. Their columns are those of the generic mappings, so
//! that an export can be imported again as it is.

use super::{
    ExportError, Format, Writer,
    cell::{given, text},
};
use crate::{
    app::App,
    domain::{
        country::Country,
        partner::{Area, Certification, Profile},
        text::Text,
    },
};
use serde_json::{Value, json};
use std::{collections::HashMap, io::Write};

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

fn joined(list: &[String]) -> Value {
    if list.is_empty() { Value::Null } else { Value::String(list.join("; ")) }
}
