//! What happened to a fund.

use crate::domain::{
    mdf::{fund::FundTerms, ledger::Entry},
    person::Personal,
    text::Text,
    time::Instant,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum FundEvent {
    Opened {
        terms: Box<FundTerms>,
        /// The last microsecond of the period.
        until: Instant,
    },
    /// An entry of the ledger. Made by hand it has a reason.
    Posted {
        entry: Entry,
        reason: Text,
    },
    Closed,
    Settled,
    Noted {
        /// Personal: sealed.
        #[serde(skip)]
        text: Text,
    },
}

impl FundEvent {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "fund.opened",
            Self::Posted { .. } => "fund.posted",
            Self::Closed => "fund.closed",
            Self::Settled => "fund.settled",
            Self::Noted { .. } => "fund.noted",
        }
    }

    pub fn personal(&self) -> Option<Personal> {
        match self {
            Self::Noted { text } if !text.is_empty() => Some(Personal { note: Some(text.clone()), ..Personal::default() }),
            _ => None,
        }
    }

    pub const fn is_personal(&self) -> bool {
        matches!(self, Self::Noted { .. })
    }

    pub fn set_personal(&mut self, personal: Personal) {
        if let Self::Noted { text } = self {
            *text = personal.note.unwrap_or_default();
        }
    }
}
