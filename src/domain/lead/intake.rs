//! What comes in with a lead: the company, the person, consent.

use crate::domain::{country::Country, person::Person, text::Text, time::Instant};
use serde::{Deserialize, Serialize};

/// A lead as it arrived, decoded and cleaned, before any decision. `Text` fields are empty when unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Intake {
    /// What brought it, in marketing's words ("webinar-2026-10", "partner referral").
    pub source: Text,
    /// Identifies the record for good: the system that it comes from and its identifier there ("salesforce:00Q5"), whatever
    /// its source is called by now. The same key again changes nothing; empty where a record can't be known again.
    pub source_key: Text,
    pub company: Text,
    pub country: Option<Country>,
    /// State or province, as given.
    pub subdivision: Text,
    pub city: Text,
    pub postal_code: Text,
    pub street: Text,
    /// The web site or domain of the company.
    pub website: Text,
    /// The product line asked for; a name of the channel program.
    pub product: Text,
    /// The industry; a name of the channel program.
    pub vertical: Text,
    /// 0 to 100.
    pub score: u8,
    /// When the source says that the lead was made; the clocks start at receipt, not here.
    pub created_at: Option<Instant>,
    pub consent: Consent,
    /// Personal: sealed in the audit chain, never in its open part.
    #[serde(skip)]
    pub person: Person,
}

/// On what ground the person may be contacted, from the strictest to the widest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentBasis {
    /// Asked not to be contacted.
    Refused,
    /// Nothing is known.
    #[default]
    Unknown,
    /// Legitimate interest or an existing customer.
    LegitimateInterest,
    /// An explicit opt-in.
    OptIn,
}

impl ConsentBasis {
    pub const ALL: [Self; 4] = [Self::Refused, Self::Unknown, Self::LegitimateInterest, Self::OptIn];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::LegitimateInterest => "legitimate_interest",
            Self::OptIn => "opt_in",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Consent with its evidence: which text the person agreed to, and when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Consent {
    pub basis: ConsentBasis,
    pub text_version: Text,
    pub at: Option<Instant>,
}

impl Consent {
    /// The stricter of two; the first when they are equally strict.
    pub fn stricter<'a>(&'a self, other: &'a Self) -> &'a Self {
        if other.basis < self.basis { other } else { self }
    }

    /// Enough for a country that requires consent.
    pub fn is_explicit(&self) -> bool {
        self.basis == ConsentBasis::OptIn
    }
}
