//! What a decoded row is.

use super::{Cells, ClaimRecord, DealRecord, Faults, RequestRecord, SaleRecord, check, deal, funding, sale};
use crate::{
    app::import::{mapping::Kind, source::Reject},
    domain::{
        account::AccountProfile,
        contact::ContactRole,
        lead::{Consent, ConsentBasis, Intake, Person},
        partner::{Area, Certification, PartnerKind, PartnerStatus, Profile},
        text::Text,
        time::Instant,
    },
};
use chrono::NaiveDate;

/// A row that can be taken over.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    Lead(Box<Intake>),
    Partner(Box<PartnerRecord>),
    Account(Box<AccountRecord>),
    Deal(Box<DealRecord>),
    Sale(Box<SaleRecord>),
    Request(Box<RequestRecord>),
    Claim(Box<ClaimRecord>),
    Contact(Box<ContactRecord>),
}

/// A person at a partner that is still named as the file names it.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactRecord {
    pub partner: Text,
    pub person: Person,
    pub role: Option<ContactRole>,
    pub consent: Option<Consent>,
}

/// A partner whose parent is still named by its code.
#[derive(Debug, Clone, PartialEq)]
pub struct PartnerRecord {
    pub profile: Profile,
    pub parent: Text,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AccountRecord {
    pub profile: AccountProfile,
    pub parent: Text,
}

/// The record of a row, unless its fields or the checks of the mapping speak against it.
pub fn decode(cells: &Cells<'_>) -> Result<Record, Reject> {
    let mut faults = check::faults(cells);
    let decoded = fields(cells).map_err(|fault| faults.push(fault));
    Reject::joined(faults).map_or_else(|| decoded.map_err(|()| cells.row.reject(None, "can't be read")), Err)
}

fn fields(cells: &Cells<'_>) -> Result<Record, Reject> {
    match cells.decoder.mapping.kind {
        Kind::Lead => lead(cells).map(|lead| Record::Lead(Box::new(lead))),
        Kind::Partner => partner(cells).map(|partner| Record::Partner(Box::new(partner))),
        Kind::Account => account(cells).map(|account| Record::Account(Box::new(account))),
        Kind::Deal => deal::decode(cells).map(|deal| Record::Deal(Box::new(deal))),
        Kind::Sale => sale::decode(cells).map(|sale| Record::Sale(Box::new(sale))),
        Kind::Request => funding::request(cells).map(|request| Record::Request(Box::new(request))),
        Kind::Claim => funding::claim(cells).map(|claim| Record::Claim(Box::new(claim))),
        Kind::Contact => contact(cells).map(|contact| Record::Contact(Box::new(contact))),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to 0..=100 before")]
fn lead(cells: &Cells<'_>) -> Result<Intake, Reject> {
    let system = &cells.decoder.mapping.system;
    let mut faults = Faults::default();
    let id = faults.keep(cells.text("id"));
    let source = faults.keep(cells.text("source"));
    let given = faults.keep(cells.figure("score")).unwrap_or(0.0);
    let mut intake = Intake {
        source: if source.is_empty() { system.clone() } else { source },
        source_key: Text::default(),
        company: faults.keep(cells.text("company")),
        country: faults.keep(cells.country("country")),
        subdivision: faults.keep(cells.text("subdivision")),
        city: faults.keep(cells.text("city")),
        postal_code: faults.keep(cells.text("postal_code")),
        street: faults.keep(cells.text("street")),
        website: faults.keep(cells.text("website")),
        product: faults.keep(cells.text("product")),
        vertical: faults.keep(cells.text("vertical")),
        score: (given + cells.points()).round().clamp(0.0, 100.0) as u8,
        created_at: faults.keep(cells.instant("created_at")),
        consent: Consent {
            basis: faults.keep(cells.choice("consent", ConsentBasis::from_name)).unwrap_or_default(),
            text_version: faults.keep(cells.text("consent_text")),
            at: faults.keep(cells.instant("consent_at")),
        },
        person: Person {
            name: faults.keep(cells.text("name")),
            title: faults.keep(cells.text("title")),
            email: faults.keep(cells.email("email")),
            phone: faults.keep(cells.text("phone")),
            message: faults.keep(cells.text("message")),
        },
    };
    let is_whole = cells.decoder.mapping.id_is_key && !id.is_empty();
    let id = if id.is_empty() { content_key(&intake) } else { cells.decoder.mapping.own(&id) };
    intake.source_key = Text::clean(&if is_whole { id } else { format!("{system}:{id}") });
    faults.or(intake)
}

/// Stands for the identifier of a record that has none: the same content is the same record. Half of a 256-bit hash, so
/// that two records of one database never meet by chance.
fn content_key(intake: &Intake) -> String {
    let mut hasher = blake3::Hasher::new();
    let country = intake.country.map(|country| country.to_string()).unwrap_or_default();
    let score = intake.score.to_string();
    let created = intake.created_at.map(|at| at.micros().to_string()).unwrap_or_default();
    let person = &intake.person;
    for part in [
        &intake.source,
        &intake.company,
        &country,
        &intake.subdivision,
        &intake.city,
        &intake.postal_code,
        &intake.street,
        &intake.website,
        &intake.product,
        &intake.vertical,
        &score,
        &created,
        &person.name,
        &person.title,
        &person.email,
        &person.phone,
        &person.message,
    ] as [&str; 17]
    {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

fn partner(cells: &Cells<'_>) -> Result<PartnerRecord, Reject> {
    let mut faults = Faults::default();
    let area = Area {
        countries: faults.keep(cells.countries("countries")),
        products: faults.keep(cells.names("products")),
        verticals: faults.keep(cells.names("verticals")),
    };
    let has_area = area != Area::default();
    let certifications = faults.keep(cells.names("certifications")).iter().map(|text| certification(text)).collect::<Result<_, _>>();
    let certifications = faults.keep(certifications.map_err(|reason| cells.row.reject(None, reason)));
    let profile = Profile {
        code: faults.keep(cells.text("code")),
        name: faults.keep(cells.text("name")),
        kind: faults.keep(cells.choice("kind", PartnerKind::from_name)).unwrap_or_default(),
        status: faults.keep(cells.choice("status", PartnerStatus::from_name)).unwrap_or_default(),
        tier: faults.keep(cells.text("tier")),
        country: faults.keep(cells.country("country")),
        city: faults.keep(cells.text("city")),
        capacity: faults.keep(capacity(cells)),
        calendar: faults.keep(cells.text("calendar")),
        areas: if has_area { vec![area] } else { Vec::new() },
        certifications,
        parent: None,
    };
    let parent = faults.keep(cells.text("parent"));
    faults.or(PartnerRecord { profile, parent })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to 0..=1,000,000 before")]
fn capacity(cells: &Cells<'_>) -> Result<u32, Reject> {
    Ok(cells.figure("capacity")?.unwrap_or(0.0).round().clamp(0.0, 1_000_000.0) as u32)
}

/// `Name` or `Name until 2026-12-31`; the day itself is still valid, in UTC.
fn certification(text: &str) -> Result<Certification, String> {
    let Some((name, until)) = text.rsplit_once(" until ") else {
        return Ok(Certification { name: Text::clean(text), until: None });
    };
    let day = NaiveDate::parse_from_str(until.trim(), "%Y-%m-%d").ok().and_then(|day| day.succ_opt());
    let day =
        day.ok_or_else(|| format!("`{}` is not a day; write `Name until 2026-12-31` (field `certifications`)", super::shown(until)))?;
    let until: Instant = day.and_time(chrono::NaiveTime::MIN).and_utc().into();
    Ok(Certification { name: Text::clean(name.trim()), until: Some(until) })
}

fn account(cells: &Cells<'_>) -> Result<AccountRecord, Reject> {
    let mut faults = Faults::default();
    let profile = AccountProfile {
        code: faults.keep(cells.text("code")),
        name: faults.keep(cells.text("name")),
        country: faults.keep(cells.country("country")),
        city: faults.keep(cells.text("city")),
        postal_code: faults.keep(cells.text("postal_code")),
        website: faults.keep(cells.text("website")),
        vertical: faults.keep(cells.text("vertical")),
        parent: None,
    };
    let parent = faults.keep(cells.text("parent"));
    faults.or(AccountRecord { profile, parent })
}

/// Who says nothing of a consent leaves it as it is.
fn contact(cells: &Cells<'_>) -> Result<ContactRecord, Reject> {
    let mut faults = Faults::default();
    let basis = faults.keep(cells.choice("consent", ConsentBasis::from_name)).filter(|basis| *basis != ConsentBasis::Unknown);
    let (text_version, at) = (faults.keep(cells.text("consent_text")), faults.keep(cells.instant("consent_at")));
    let record = ContactRecord {
        partner: faults.keep(cells.text("partner")),
        person: Person {
            name: faults.keep(cells.text("name")),
            title: faults.keep(cells.text("title")),
            email: faults.keep(cells.email("email")),
            phone: faults.keep(cells.text("phone")),
            message: Text::default(),
        },
        role: faults.keep(cells.choice("role", ContactRole::from_name)),
        consent: basis.map(|basis| Consent { basis, text_version, at }),
    };
    faults.or(record)
}
