//! Partners: who they are, where they sell, what they may take.

pub mod consequences;
pub mod directory;
pub mod newcomer;
pub mod onboarding;
pub mod status;

pub use consequences::Consequences;
pub use directory::Directory;
pub use onboarding::{Checklist, Step, StepCommand, Tick};
pub use status::{Since, StatusCommand, StatusRefusal, StatusVerb};

use crate::domain::{
    country::Country,
    day::local_date,
    id::{OperatorId, PartnerId},
    text::Text,
    time::Instant,
};
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    pub id: PartnerId,
    pub version: i64,
    pub updated_at: Instant,
    pub profile: Profile,
    /// Nothing where the status came before anybody kept that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// The steps of its onboarding that people ticked, in the order of the list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Tick>,
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

impl PartnerStatus {
    /// Whether it gets no leads, registrations and money until that is over.
    pub const fn is_shut_out(self) -> bool {
        matches!(self, Self::Suspended | Self::Offboarded)
    }
}

/// What happened to a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum PartnerEvent {
    Recorded {
        profile: Box<Profile>,
    },
    Changed {
        profile: Box<Profile>,
        before: Box<Profile>,
    },
    /// Decided at the desk.
    StatusChanged {
        from: PartnerStatus,
        to: PartnerStatus,
        by: OperatorId,
        reason: Text,
    },
    /// A person called a step of its onboarding done.
    StepTicked {
        step: Step,
        by: OperatorId,
        note: Text,
    },
    /// It is to be done after all.
    StepReopened {
        step: Step,
        by: OperatorId,
        note: Text,
    },
}

impl PartnerEvent {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Recorded { .. } => "partner.recorded",
            Self::Changed { .. } => "partner.changed",
            Self::StatusChanged { .. } => "partner.status_changed",
            Self::StepTicked { .. } => "partner.step_ticked",
            Self::StepReopened { .. } => "partner.step_reopened",
        }
    }
}

impl Partner {
    /// The partner that its first event begins; nothing for any other event.
    pub fn begin(id: PartnerId, event: &PartnerEvent, at: Instant) -> Option<Self> {
        let PartnerEvent::Recorded { profile } = event else { return None };
        let since = Some(Since { at, by: None, reason: Text::default() });
        Some(Self { id, version: 1, updated_at: at, profile: (**profile).clone(), since, steps: Vec::new() })
    }

    /// Applies one event at its time; raises the version by one.
    pub fn apply(&mut self, event: &PartnerEvent, at: Instant) {
        self.version += 1;
        self.updated_at = at;
        match event {
            PartnerEvent::Recorded { profile } | PartnerEvent::Changed { profile, .. } => {
                if profile.status != self.profile.status {
                    self.stands(profile.status, Since { at, by: None, reason: Text::default() });
                }
                self.profile = (**profile).clone();
            }
            PartnerEvent::StatusChanged { to, by, reason, .. } => {
                self.stands(*to, Since { at, by: Some(*by), reason: reason.clone() });
            }
            PartnerEvent::StepTicked { step, by, note } => {
                self.steps.push(Tick { step: *step, at, by: *by, note: note.clone() });
                self.steps.sort_by_key(|tick| tick.step);
            }
            PartnerEvent::StepReopened { step, .. } => self.steps.retain(|tick| tick.step != *step),
        }
    }

    /// Another status from now on. Whoever comes on board again begins at the first step.
    fn stands(&mut self, status: PartnerStatus, since: Since) {
        self.profile.status = status;
        self.since = Some(since);
        if status == PartnerStatus::Onboarding {
            self.steps.clear();
        }
    }

    /// When the onboarding that is under way began: when it got the status, or where that was not kept, when it was recorded.
    /// Nothing where it was changed since then, and so nobody knows.
    pub fn onboarding_since(&self) -> Option<Instant> {
        match &self.since {
            Some(since) => Some(since.at),
            None => (self.version == 1).then_some(self.updated_at),
        }
    }

    /// Whether the desk decided the status that it has: an import does not change it then.
    pub fn is_decided(&self) -> bool {
        self.since.as_ref().is_some_and(|since| since.by.is_some())
    }

    /// Whether the desk decided that it gets nothing: nobody may give it a lead then, and it keeps none.
    pub fn shuts_out(&self) -> bool {
        self.is_decided() && self.profile.status.is_shut_out()
    }

    /// What a record of its source makes of it: all that it says but a status that the desk decided.
    pub fn restated(&self, says: &Profile) -> Profile {
        let status = if self.is_decided() { self.profile.status } else { says.status };
        Profile { status, ..says.clone() }
    }
}
