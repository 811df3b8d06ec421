//! Why a command was not carried out. Expected, shown to the person, one clear sentence.

use crate::domain::{
    deal::{DealVerb, FieldProblem, conflict::CaseVerb},
    event::in_words,
    id::{ConflictId, DealId},
    time::Instant,
};
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The registration is not in a state for it.
    NotNow { verb: DealVerb, why: String },
    /// The conflict case is not in a state for it.
    CaseNotNow { verb: CaseVerb, why: String },
    /// These fields speak against it, each for its own reason.
    Fields { verb: DealVerb, problems: Vec<FieldProblem> },
    /// The actor lacks the permission, or took another part in it before.
    NotAllowed { why: String },
    /// Somebody else decided it since it was on the screen.
    Overtaken { deal: DealId, by: String, event: String, at: Instant },
    /// The same of a conflict case.
    CaseOvertaken { case: ConflictId, by: String, event: String, at: Instant },
    /// The command names something that is not there or does not fit.
    Invalid { why: String },
}

impl Refusal {
    pub fn not_now(verb: DealVerb, why: impl Into<String>) -> Self {
        Self::NotNow { verb, why: why.into() }
    }

    pub fn case_not_now(verb: CaseVerb, why: impl Into<String>) -> Self {
        Self::CaseNotNow { verb, why: why.into() }
    }

    pub fn not_allowed(why: impl Into<String>) -> Self {
        Self::NotAllowed { why: why.into() }
    }

    pub fn invalid(why: impl Into<String>) -> Self {
        Self::Invalid { why: why.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNow { verb, why } => write!(f, "cannot {}: {why}", verb.doc()),
            Self::CaseNotNow { verb, why } => write!(f, "cannot {}: {why}", verb.doc()),
            Self::Fields { verb, problems } => {
                let all: Vec<String> = problems.iter().map(FieldProblem::sentence).collect();
                write!(f, "cannot {}: {}", verb.doc(), all.join("; "))
            }
            Self::Overtaken { deal, by, event, at } => write!(f, "{by} was faster: {deal} {} at {at}", in_words(event)),
            Self::CaseOvertaken { case, by, event, at } => write!(f, "{by} was faster: {case} {} at {at}", in_words(event)),
            Self::NotAllowed { why } | Self::Invalid { why } => f.write_str(why),
        }
    }
}

impl std::error::Error for Refusal {}
