//! Partners: who they are, where they sell, what they may take.

pub mod directory;

pub use directory::Directory;

use crate::domain::{country::Country, day::local_date, id::PartnerId, text::Text, time::Instant};
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    pub id: PartnerId,
    pub version: i64,
    pub updated_at: Instant,
    pub profile: Profile,
}

/// What is known of a partner, as imported or edited.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// The partner's own number in the source system; unique, and what programs and imports name it by.
    pub code: Text,
    pub name: Text,
    pub kind: PartnerKind,
    pub status: PartnerStatus,
    /// A tier of the channel program.
    pub tier: Text,
    pub country: Option<Country>,
    pub city: Text,
    /// How many leads it can hold at once; 0 = what its tier has.
    pub capacity: u32,
    /// A calendar of the channel program; empty = by country.
    pub calendar: Text,
    /// Where and what it sells; empty = its own country, everything.
    pub areas: Vec<Area>,
    pub certifications: Vec<Certification>,
    pub parent: Option<PartnerId>,
}

/// A part of the market: countries x products x verticals. An empty list means any.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Area {
    pub countries: Vec<Country>,
    pub products: Vec<Text>,
    pub verticals: Vec<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certification {
    pub name: Text,
    /// Valid before this instant; `None` = without end.
    pub until: Option<Instant>,
}

impl Certification {
    /// The last day at whose end it is valid; nothing where it has no end.
    pub fn last_day(&self, zone: Tz) -> Option<NaiveDate> {
        self.until.map(|until| local_date(until, zone).pred_opt().unwrap_or(NaiveDate::MIN))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartnerKind {
    Distributor,
    #[default]
    Reseller,
    Var,
    SystemIntegrator,
    Msp,
    Agent,
    Oem,
    Consultant,
    /// The maker's own sales.
    Direct,
}

impl PartnerKind {
    pub const ALL: [Self; 9] = [
        Self::Distributor,
        Self::Reseller,
        Self::Var,
        Self::SystemIntegrator,
        Self::Msp,
        Self::Agent,
        Self::Oem,
        Self::Consultant,
        Self::Direct,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Distributor => "distributor",
            Self::Reseller => "reseller",
            Self::Var => "var",
            Self::SystemIntegrator => "system_integrator",
            Self::Msp => "msp",
            Self::Agent => "agent",
            Self::Oem => "oem",
            Self::Consultant => "consultant",
            Self::Direct => "direct",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartnerStatus {
    Onboarding,
    #[default]
    Active,
    Suspended,
    Offboarded,
}

impl PartnerStatus {
    pub const ALL: [Self; 4] = [Self::Onboarding, Self::Active, Self::Suspended, Self::Offboarded];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Onboarding => "onboarding",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Offboarded => "offboarded",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// What happened to a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum PartnerEvent {
    Recorded { profile: Box<Profile> },
    Changed { profile: Box<Profile>, before: Box<Profile> },
}

impl PartnerEvent {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Recorded { .. } => "partner.recorded",
            Self::Changed { .. } => "partner.changed",
        }
    }

    pub const fn profile(&self) -> &Profile {
        match self {
            Self::Recorded { profile } | Self::Changed { profile, .. } => profile,
        }
    }
}
