//! Why a command was not carried out. Expected, shown to the person, one clear sentence.

use crate::domain::{
    actor::Permission,
    event::{Entity, in_words},
    fx::FxError,
    mdf::{
        approval::Denial,
        check::Finding,
        claim::ClaimVerb,
        fund::FundVerb,
        ledger::LedgerRefusal,
        request::{PlanFault, RequestVerb},
    },
    money::MoneyError,
    time::Instant,
    told::Names,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A verb of the MDF desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MdfVerb {
    Fund(FundVerb),
    Request(RequestVerb),
    Claim(ClaimVerb),
}

impl MdfVerb {
    /// The verb as it stands in a sentence: "cannot {doc}".
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Fund(verb) => verb.doc(),
            Self::Request(verb) => verb.doc(),
            Self::Claim(verb) => verb.doc(),
        }
    }

    pub const fn permission(self) -> Permission {
        match self {
            Self::Fund(verb) => verb.permission(),
            Self::Request(verb) => verb.permission(),
            Self::Claim(verb) => verb.permission(),
        }
    }
}

impl From<FundVerb> for MdfVerb {
    fn from(verb: FundVerb) -> Self {
        Self::Fund(verb)
    }
}

impl From<RequestVerb> for MdfVerb {
    fn from(verb: RequestVerb) -> Self {
        Self::Request(verb)
    }
}

impl From<ClaimVerb> for MdfVerb {
    fn from(verb: ClaimVerb) -> Self {
        Self::Claim(verb)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// It is not in a state for it.
    NotNow { verb: MdfVerb, why: String },
    /// The actor lacks the permission.
    NotAllowed { why: String },
    /// The actor may not approve this, or not so much.
    Denied { denial: Denial },
    /// The plan of a request speaks against it, each fault for its own reason.
    Plan { faults: Vec<PlanFault> },
    /// These checks failed, and nobody waived them.
    Checks { failing: Vec<Finding> },
    /// The money is not there.
    Ledger { refusal: LedgerRefusal },
    /// Amounts can't be converted or shared.
    Amount { why: String },
    /// Somebody else decided it since it was on the screen.
    Overtaken { entity: Entity, by: String, event: String, at: Instant },
    /// The command names something that is not there or does not fit.
    Invalid { why: String },
}

impl Refusal {
    pub fn not_now(verb: impl Into<MdfVerb>, why: impl Into<String>) -> Self {
        Self::NotNow { verb: verb.into(), why: why.into() }
    }

    pub fn not_allowed(why: impl Into<String>) -> Self {
        Self::NotAllowed { why: why.into() }
    }

    pub fn invalid(why: impl Into<String>) -> Self {
        Self::Invalid { why: why.into() }
    }
}

impl From<LedgerRefusal> for Refusal {
    fn from(refusal: LedgerRefusal) -> Self {
        Self::Ledger { refusal }
    }
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Self::Denied { denial }
    }
}

impl From<FxError> for Refusal {
    fn from(error: FxError) -> Self {
        Self::Amount { why: error.to_string() }
    }
}

impl From<MoneyError> for Refusal {
    fn from(error: MoneyError) -> Self {
        Self::Amount { why: error.to_string() }
    }
}

impl Refusal {
    /// As a sentence, in which people have their names.
    pub fn told(&self, names: &Names) -> String {
        match self {
            Self::NotNow { verb, why } => format!("cannot {}: {why}", verb.doc()),
            Self::Denied { denial } => format!("cannot approve: {}", denial.told(names)),
            Self::Plan { faults } => {
                let all: Vec<String> = faults.iter().map(ToString::to_string).collect();
                format!("cannot submit: {}", all.join("; "))
            }
            Self::Checks { failing } => {
                let all: Vec<String> = failing.iter().map(Finding::sentence).collect();
                format!("cannot approve: {}", all.join("; "))
            }
            Self::Ledger { refusal } => refusal.to_string(),
            Self::Overtaken { entity, by, event, at } => format!("{by} was faster: {entity} {} at {at}", in_words(event)),
            Self::NotAllowed { why } | Self::Amount { why } | Self::Invalid { why } => why.clone(),
        }
    }
}

/// For where no names are at hand: people are called by their numbers.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(&Names::default()))
    }
}

impl std::error::Error for Refusal {}
