//! Who takes part: operators, partners, versions of the program, and the records that arrive.

pub mod deal;

use super::chance::Chance;
use pilothouse::{
    app::{Arriving, lead::receive::prepare},
    domain::{
        actor::{Role, Roles},
        country::Country,
        lead::{Consent, ConsentBasis, Intake, Person},
        matching::MatchingPolicy,
        partner::{Area, Certification, PartnerKind, PartnerStatus, Profile},
        text::Text,
        time::{Instant, Span},
    },
};

/// Operator 1 is the engine; these follow it.
pub const OPERATORS: [(&str, Role); 8] = [
    ("Ada", Role::Admin),
    ("Bo", Role::Triager),
    ("Cleo", Role::Triager),
    ("Dan", Role::Triager),
    ("Eve", Role::ChannelManager),
    ("Finn", Role::ChannelManager),
    ("Gus", Role::Viewer),
    ("Hal", Role::ChannelManager),
];

const TIERS: [&str; 3] = ["gold", "silver", "bronze"];
const COUNTRIES: [&str; 4] = ["DE", "FR", "US", "JP"];
pub const PRODUCTS: [&str; 3] = ["Switching", "Firewall", ""];
pub const PARTNERS: usize = 12;
/// Different records that can arrive; each may come again under another key.
const BANK: usize = 240;

/// A small program, quick to read. `variant` changes hours, rotation, limits, exclusions, and who approves deals.
pub fn program(variant: usize) -> String {
    let hours = ["09:00-17:00", "08:30-12:30", "10:00-19:00"][variant % 3];
    let closed = ["count", "skip"][variant % 2];
    let (max_offers, seed) = (2 + variant % 3, 7 * variant + 1);
    let (two_people, keeps_place) = (variant % 4 == 3, variant % 2 == 1);
    let exclusion = if variant % 2 == 1 { "[[routing.exclude]]\npartner = \"P03\"\nreason = \"P03 is being audited.\"\n" } else { "" };
    format!(
        r#"
[program]
name = "Simulated {variant}"
zone = "Europe/Berlin"
calendar = "berlin"

[calendars.berlin]
zone = "Europe/Berlin"
hours = {{ mon-fri = ["{hours}"] }}

[calendars.newyork]
zone = "America/New_York"
hours = {{ mon-fri = ["08:00-12:00", "13:00-17:00"] }}

[calendars.always]
zone = "UTC"
hours = {{ mon-sun = ["00:00-24:00"] }}

[calendar_by_country]
US = "newyork"
JP = "always"

[products]
lines = ["Switching", "Firewall"]

[tiers.gold]
rank = 1
lead_weight = 3
capacity = 400

[tiers.silver]
rank = 2
lead_weight = 2
capacity = 60

[tiers.bronze]
rank = 3
lead_weight = 1
sla_factor = 1.5
capacity = 20

[sla.accept]
hours = 8
warn = [50, 75, 90]

[[sla.accept.when]]
score_min = 80
hours = 4

[sla.first_touch]
hours = 24
warn = [50, 90]

[sla.qualify]
days = 5
warn = [75]

[routing]
max_offers = {max_offers}
closed_calendar = "{closed}"
seed = {seed}

[[routing.named_account]]
account = "Kestrel Rail"
partner = "P05"

[[routing.certification]]
product = "Firewall"
requires = "Security"

{exclusion}
[matching]
link = 0.92
review = 0.78

[consent]
required = ["DE", "FR"]

[deals]
two_people = {two_people}
returned_keeps_place = {keeps_place}
minimum = {{ EUR = 5000 }}

[deals.protection]
days = 20
by_tier = {{ gold = 30, bronze = 10 }}
extension_days = 10
max_days = 35

[[deals.eligibility]]
products = ["Firewall"]
certification = "Security"

[deals.conflict]
calendar = "always"
evidence_hours = 12
review_hours = 24
appeal_days = 2
credit_days = 10
"#
    )
}

/// A partner as it might be imported today.
pub fn profile(number: usize, chance: &mut Chance, now: Instant) -> Profile {
    let country = COUNTRIES[number % 3];
    let status = match chance.below(8) {
        0 => PartnerStatus::Suspended,
        1 => PartnerStatus::Onboarding,
        _ => PartnerStatus::Active,
    };
    let certified = Certification { name: Text::clean("Security"), until: Some(now.plus(Span::hours(chance.between(-100, 2_000)))) };
    let area = Area { countries: vec![code(country)], ..Area::default() };
    Profile {
        code: Text::clean(&format!("P{number:02}")),
        name: Text::clean(&format!("Partner {number}")),
        status,
        kind: match number {
            11 => PartnerKind::Distributor,
            12 => PartnerKind::Direct,
            _ => PartnerKind::Reseller,
        },
        tier: Text::clean(chance.pick::<&str>(&TIERS)),
        country: Some(code(country)),
        capacity: if chance.per_mille(200) { 3 } else { 0 },
        calendar: Text::clean(chance.pick::<&str>(&["", "", "always", "gone"])),
        areas: if number.is_multiple_of(4) { vec![Area::default()] } else { vec![area] },
        certifications: if chance.per_mille(700) { vec![certified] } else { Vec::new() },
        ..Profile::default()
    }
}

pub fn roles(role: Role) -> Roles {
    Roles(vec![role])
}

pub fn code(country: &str) -> Country {
    country.parse().expect("a country of the list")
}

/// Records to arrive, with the costly part of the matching worked out once.
pub struct Bank {
    records: Vec<Arriving>,
    keys: u64,
}

impl Bank {
    pub fn new(chance: &mut Chance) -> Self {
        let policy = MatchingPolicy::default();
        Self { records: (0..BANK).map(|_| prepare(intake(chance), &policy)).collect(), keys: 0 }
    }

    /// A record under a key of its own, or now and then under one that came before.
    pub fn next(&mut self, chance: &mut Chance) -> Arriving {
        let mut record = chance.pick(&self.records).clone();
        let key = if chance.per_mille(100) { chance.next() % (self.keys + 1) } else { self.keys + 1 };
        self.keys = self.keys.max(key);
        if !chance.per_mille(30) {
            record.intake.source_key = Text::clean(&key.to_string());
        }
        record.intake.score = u8::try_from(chance.below(101)).unwrap_or(100);
        record
    }
}

pub const FIRST: [&str; 20] = [
    "Kestrel",
    "Aurora",
    "Nordlicht",
    "Granite",
    "Harbour",
    "Meridian",
    "Silva",
    "Tanaka",
    "Orchid",
    "Basalt",
    "Cobalt",
    "Delta",
    "Ember",
    "Falcon",
    "Glacier",
    "Heron",
    "Indigo",
    "Juniper",
    "Lotus",
    "Maple",
];
pub const SECOND: [&str; 6] = ["Rail", "Foods", "Logistics", "Werke", "Optics", "Schools"];

fn intake(chance: &mut Chance) -> Intake {
    let (first, second) = (*chance.pick(&FIRST), *chance.pick(&SECOND));
    let domain = format!("{}-{}.example", first.to_lowercase(), second.to_lowercase());
    let mut company = format!("{first} {second}");
    if chance.per_mille(200) {
        company = company.replacen('e', "ee", 1);
    }
    let name = format!("{} {}", chance.pick(&["Anna", "Ben", "Chloe"]), chance.pick(&["Meyer", "Okafor", "Sato"]));
    let basis = *chance.pick(&[
        ConsentBasis::OptIn,
        ConsentBasis::OptIn,
        ConsentBasis::OptIn,
        ConsentBasis::LegitimateInterest,
        ConsentBasis::Unknown,
        ConsentBasis::Refused,
    ]);
    Intake {
        source: Text::clean("Web form"),
        company: Text::clean(if chance.per_mille(20) { "" } else { &company }),
        country: if chance.per_mille(50) { None } else { Some(code(chance.pick::<&str>(&COUNTRIES))) },
        website: Text::clean(if chance.per_mille(500) { &domain } else { "" }),
        product: Text::clean(chance.pick::<&str>(&PRODUCTS)),
        consent: Consent { basis, text_version: Text::clean("v1"), at: None },
        person: Person {
            email: Text::clean(&format!("{}@{domain}", name.split(' ').next().unwrap_or_default().to_lowercase())),
            name: Text::clean(&name),
            ..Person::default()
        },
        ..Intake::default()
    }
}
