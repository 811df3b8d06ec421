//! Why a command was not carried out. Expected, shown to the person, one clear sentence.

use crate::domain::{event::in_words, id::LeadId, lead::LeadVerb, time::Instant};
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The lead is not in a state for it.
    NotNow { verb: LeadVerb, why: String },
    /// The actor lacks the permission.
    NotAllowed { why: String },
    /// Somebody else decided it since it was on the screen.
    Overtaken { lead: LeadId, by: String, event: String, at: Instant },
    /// The command names something that is not there or does not fit.
    Invalid { why: String },
}

impl Refusal {
    pub fn not_now(verb: LeadVerb, why: impl Into<String>) -> Self {
        Self::NotNow { verb, why: why.into() }
    }

    pub fn invalid(why: impl Into<String>) -> Self {
        Self::Invalid { why: why.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNow { verb, why } => write!(f, "cannot {}: {why}", verb.doc()),
            Self::Overtaken { lead, by, event, at } => write!(f, "{by} was faster: {lead} {} at {at}", in_words(event)),
            Self::NotAllowed { why } | Self::Invalid { why } => f.write_str(why),
        }
    }
}

impl std::error::Error for Refusal {}
