//! The demo's partners, from `fixtures/demo/partners.csv`.

use crate::{
    app::Failure,
    domain::{
        country::Country,
        partner::{Area, Certification, PartnerKind, PartnerStatus, Profile},
        text::Text,
        time::{Instant, Span},
    },
};
use serde::Deserialize;

const TABLE: &str = include_str!("../../../fixtures/demo/partners.csv");

/// What the table calls a certificate, and its name in the program.
const CERTIFICATES: [(&str, &str); 6] = [
    ("security", "Meridian Security Professional"),
    ("msp", "Meridian Managed Service Provider"),
    ("video", "Meridian Video Specialist"),
    ("wireless", "Meridian Wireless Specialist"),
    ("design", "Meridian Network Design"),
    ("campus", "Meridian Campus Architect"),
];

#[derive(Deserialize)]
struct Row {
    code: String,
    name: String,
    kind: String,
    status: String,
    tier: String,
    country: String,
    city: String,
    capacity: Option<u32>,
    calendar: String,
    /// `DE AT: Switching, Wireless; FR`: countries, then product lines; without a colon every line.
    areas: String,
    /// `security+90; msp-3`: valid for so many days from today, or run out so many days ago.
    certifications: String,
}

/// Every partner as of `today`.
pub fn profiles(today: Instant) -> Result<Vec<Profile>, Failure> {
    let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
    reader
        .deserialize::<Row>()
        .map(|row| row.map_err(|error| error.to_string()).and_then(|row| profile(&row, today)))
        .collect::<Result<_, _>>()
        .map_err(Failure::refused)
}

fn profile(row: &Row, today: Instant) -> Result<Profile, String> {
    let wrong = |what: &str| format!("fixtures/demo/partners.csv: {what} of {}", row.code);
    let pieces = |text: &str| text.split(';').map(|piece| piece.trim().to_owned()).filter(|piece| !piece.is_empty()).collect::<Vec<_>>();
    let areas = pieces(&row.areas).iter().map(|piece| area(piece)).collect::<Result<_, _>>().map_err(|error| wrong(&error))?;
    let certifications = pieces(&row.certifications)
        .iter()
        .map(|piece| certification(piece, today))
        .collect::<Option<_>>()
        .ok_or_else(|| wrong("a certificate"))?;
    Ok(Profile {
        kind: PartnerKind::from_name(&row.kind).ok_or_else(|| wrong("the kind"))?,
        status: PartnerStatus::from_name(&row.status).ok_or_else(|| wrong("the status"))?,
        country: Some(row.country.parse().map_err(|_| wrong("the country"))?),
        code: Text::clean(&row.code),
        name: Text::clean(&row.name),
        tier: Text::clean(&row.tier),
        city: Text::clean(&row.city),
        capacity: row.capacity.unwrap_or(0),
        calendar: Text::clean(&row.calendar),
        areas,
        certifications,
        parent: None,
    })
}

fn area(text: &str) -> Result<Area, String> {
    let (countries, products) = text.split_once(':').unwrap_or((text, ""));
    Ok(Area {
        countries: countries.split_whitespace().map(str::parse::<Country>).collect::<Result<_, _>>()?,
        products: products.split(',').map(str::trim).filter(|line| !line.is_empty()).map(Text::clean).collect(),
        verticals: Vec::new(),
    })
}

fn certification(text: &str, today: Instant) -> Option<Certification> {
    let at = text.find(['+', '-'])?;
    let (_, name) = CERTIFICATES.iter().find(|(short, _)| *short == &text[..at])?;
    let days: i64 = text[at..].parse().ok()?;
    Some(Certification { name: Text::clean(name), until: Some(today.plus(Span::hours(24 * days))) })
}
