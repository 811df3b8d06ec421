//! The channel program: the rules in force, written by people as one TOML document, checked, typed and immutable.
//!
//! A version is stored as its text; [`parse`] makes the typed form again. Whatever a [`Program`] names inside itself
//! (calendars, tiers, regions, products) exists: `parse` refuses a document with a dangling name.

mod deals;
mod diff;
pub mod edit;
mod mdf;
mod read;
mod routing;
mod sales;
mod scorecard;
mod sla;

pub use deals::{Clause, ClauseRule, ConflictRules, DealField, Deals, Editable, EligibilityRule, Ineligible, ProtectionRules};
pub use diff::{Change, diff};
pub use mdf::{ApprovalRules, Category, Mdf, ProofKind, SimilarRules};
pub use read::parse;
pub use routing::{CertificationRule, ClosedCalendar, Exclusion, LeadFacts, NamedAccount, Routing, Territory};
pub use sales::Sales;
pub use scorecard::{Asked, Given};
pub use sla::{AcceptRow, AcceptSla, FirstTouchSla, QualifySla, Sla, SlaKind};

use crate::domain::{
    calendar::{CompiledCalendar, zone_name},
    country::Country,
    matching::Weights,
    money::Currency,
    partner::Profile,
    problem::{Problem, quoted},
    text::Text,
    tier::Card,
    time::Span,
};
use chrono_tz::Tz;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The program that the demo database runs on, and an example to start one's own from.
pub const DEMO: &str = include_str!("../../../fixtures/program.toml");

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Program {
    pub name: Text,
    /// Dates without a zone of their own end here.
    #[serde(serialize_with = "zone_name")]
    pub zone: Tz,
    /// Point-of-sale lines are booked in it, and partners measured.
    pub currency: Currency,
    /// The calendar of whoever has no other; a key of `calendars`.
    pub calendar: Text,
    pub note: Text,
    pub calendars: BTreeMap<Text, Arc<CompiledCalendar>>,
    pub calendar_by_country: BTreeMap<Country, Text>,
    pub regions: BTreeMap<Text, BTreeSet<Country>>,
    /// Best first.
    pub tiers: Vec<Tier>,
    pub sla: Sla,
    pub routing: Routing,
    pub matching: Matching,
    pub consent: Consent,
    pub deals: Deals,
    pub mdf: Mdf,
    /// How partners are measured; what each tier asks for and gives stands with the tiers.
    pub scorecard: Card,
    pub sales: Sales,
    /// The names that leads and rules use; matched without regard to case.
    pub products: Vec<Text>,
    pub verticals: Vec<Text>,
    pub sources: Vec<Text>,
    /// Where the text names partners. They live in the database, so whoever applies a program checks them there.
    #[serde(skip)]
    pub partner_references: Vec<PartnerReference>,
}

/// A partner's code in the text of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerReference {
    pub code: Text,
    /// From 1.
    pub line: usize,
    pub column: usize,
}

impl PartnerReference {
    /// The problem to report when the database has no such partner.
    pub fn unknown(&self, source_name: &str) -> Problem {
        let message = format!("there is no partner {}", quoted(&self.code));
        let hint = "partners are named by their code".to_owned();
        Problem { file: Text::clean(source_name), line: self.line, column: self.column, message, hint }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tier {
    pub name: Text,
    /// 1 is the best.
    pub rank: u32,
    /// Leads entitled, relative to the other partners of the same scope; at least 1.
    pub lead_weight: u32,
    /// Percent of the general accept time that this tier has; rows of `[[sla.accept.when]]` that name a tier are not touched.
    pub sla_percent: u32,
    /// Open leads that a partner of this tier works at once, when the partner states no number of its own.
    pub capacity: Option<u32>,
    /// Its gates; none of the last tier.
    pub asks: Asked,
    pub gives: Given,
}

/// Scores from 0 to 1 as basis points, 0 to 10,000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matching {
    /// At least this: linked without a person.
    pub link_bp: u32,
    /// At least this (and less than `link_bp`): a person decides.
    pub review_bp: u32,
    /// Mail domains that say nothing about the company, beyond the built-in ones.
    pub free_mail_extra: Vec<Text>,
    /// How far each fact moves a score.
    pub weights: Weights,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Consent {
    /// A lead from here without consent is quarantined.
    pub required: BTreeSet<Country>,
    /// The legal bases that count as consent.
    pub bases: Vec<Text>,
    /// Consent older than this has run out; `None` = never.
    pub max_age_days: Option<u32>,
    /// Mail and web domains that are never contacted.
    pub suppressed_domains: Vec<Text>,
}

impl Program {
    /// The calendar of a clock: the partner's own, else that of the country, else the program's. A partner may name
    /// a calendar that a later version of the program no longer has; then it has none of its own.
    pub fn calendar_for(&self, country: Option<Country>, partner_calendar: Option<&str>) -> &Arc<CompiledCalendar> {
        let own = partner_calendar.and_then(|name| self.calendars.get(name));
        let by_country = || country.and_then(|country| self.calendars.get(&**self.calendar_by_country.get(&country)?));
        own.or_else(by_country).unwrap_or_else(|| self.default_calendar())
    }

    pub fn default_calendar(&self) -> &Arc<CompiledCalendar> {
        self.calendars.get(&*self.calendar).expect("parse accepts only a program whose calendar exists")
    }

    /// Business time in which a partner of `tier` accepts or declines a lead with this score.
    pub fn accept_sla(&self, tier: &str, score: u8) -> Span {
        let accept = &self.sla.accept;
        let row = accept.when.iter().find(|row| row.fits(tier, score));
        let time = row.map_or(accept.time, |row| row.time);
        if row.is_some_and(|row| row.tier.is_some()) {
            return time;
        }
        let percent = self.tier(tier).map_or(100, |tier| tier.sla_percent);
        Span::from_micros(time.micros() / 100 * i64::from(percent))
    }

    pub fn first_touch_sla(&self) -> Span {
        self.sla.first_touch.time
    }

    /// The days of the program as business time of `calendar`.
    pub fn qualify_sla(&self, calendar: &CompiledCalendar) -> Span {
        Span::from_micros(calendar.calendar.business_day().micros() * i64::from(self.sla.qualify.days))
    }

    /// Percent of the time used at which a warning fires, ascending.
    pub fn warn(&self, kind: SlaKind) -> &[u8] {
        match kind {
            SlaKind::Accept => &self.sla.accept.warn,
            SlaKind::FirstTouch => &self.sla.first_touch.warn,
            SlaKind::Qualify => &self.sla.qualify.warn,
        }
    }

    pub fn tier(&self, name: &str) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.name.eq_ignore_ascii_case(name))
    }

    /// How many leads a partner can hold at once: what it says, else what its tier has; nothing where neither does.
    pub fn capacity(&self, profile: &Profile) -> Option<u32> {
        if profile.capacity > 0 { Some(profile.capacity) } else { self.tier(&profile.tier).and_then(|tier| tier.capacity) }
    }

    pub fn requires_consent(&self, country: Country) -> bool {
        self.consent.required.contains(&country)
    }

    /// The name of the region that holds `country`; a country is in at most one.
    pub fn region_of(&self, country: Country) -> Option<&Text> {
        self.regions.iter().find(|(_, countries)| countries.contains(&country)).map(|(name, _)| name)
    }
}

impl Matching {
    /// The policy that the matcher compares by.
    pub fn policy(&self) -> crate::domain::matching::MatchingPolicy {
        let bp = |value: u32| u16::try_from(value.min(10_000)).unwrap_or(10_000);
        crate::domain::matching::MatchingPolicy {
            link_bp: bp(self.link_bp),
            review_bp: bp(self.review_bp),
            free_mail: self.free_mail_extra.iter().map(ToString::to_string).collect(),
            ..crate::domain::matching::MatchingPolicy::default()
        }
    }
}
