//! A line that could not be recorded as it stood. It is kept with its row until a person corrects it, lets it through as it is,
//! or dismisses it; each with a word about it in the audit chain, and each can be undone.

use super::{Stated, Trouble};
use crate::domain::{
    aggregate::Aggregate,
    event::{Entity, Event},
    id::{CorrectionId, PartnerId},
    text::Text,
    time::Instant,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Where a line stood.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SourceRow {
    /// The name of the file, without its folder.
    pub file: Text,
    /// From 1.
    pub line: u64,
    /// Column and cell, as they came.
    pub cells: Vec<(Text, Text)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub id: CorrectionId,
    pub version: i64,
    pub raised_at: Instant,
    pub updated_at: Instant,
    /// By which the line is known when it comes again.
    pub key: Text,
    /// The key that the line is recorded under.
    pub line_key: Text,
    pub source: SourceRow,
    /// As the source states it.
    pub first: Stated,
    /// As it is after what was corrected so far.
    pub stated: Stated,
    pub partner: Option<PartnerId>,
    pub on: Option<NaiveDate>,
    /// What keeps it from being recorded; what kept it, when that is over.
    pub troubles: Vec<Trouble>,
    pub state: CorrectionState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CorrectionState {
    Open,
    /// Recorded as the line of this number: corrected, or let through with a note.
    Recorded {
        line: i64,
        note: Text,
    },
    Dismissed {
        reason: Text,
    },
    /// The source sends something else now, which was judged in its place.
    Superseded,
}

impl CorrectionState {
    pub const NAMES: [&'static str; 4] = ["open", "recorded", "dismissed", "superseded"];

    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Recorded { .. } => "recorded",
            Self::Dismissed { .. } => "dismissed",
            Self::Superseded => "superseded",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum CorrectionEvent {
    Raised {
        key: Text,
        line_key: Text,
        source: SourceRow,
        stated: Stated,
        partner: Option<PartnerId>,
        on: Option<NaiveDate>,
        troubles: Vec<Trouble>,
    },
    /// Fields were changed, and something is still wrong.
    Corrected {
        stated: Stated,
        partner: Option<PartnerId>,
        on: Option<NaiveDate>,
        troubles: Vec<Trouble>,
    },
    /// Fields were changed, and the line was recorded.
    Recorded {
        stated: Stated,
        partner: Option<PartnerId>,
        on: Option<NaiveDate>,
        line: i64,
    },
    /// A person let it through as it is.
    Accepted {
        line: i64,
        note: Text,
    },
    Dismissed {
        reason: Text,
    },
    Superseded,
    /// The last decision was taken back; a line that it had recorded was reversed.
    Undone,
}

impl CorrectionEvent {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Raised { .. } => "correction.raised",
            Self::Corrected { .. } => "correction.corrected",
            Self::Recorded { .. } => "correction.recorded",
            Self::Accepted { .. } => "correction.accepted",
            Self::Dismissed { .. } => "correction.dismissed",
            Self::Superseded => "correction.superseded",
            Self::Undone => "correction.undone",
        }
    }
}

impl Correction {
    pub const fn is_open(&self) -> bool {
        matches!(self.state, CorrectionState::Open)
    }

    /// What first kept it, by its stable name: the queue is sorted into these.
    pub fn reason(&self) -> &'static str {
        self.troubles.first().map_or("missing", Trouble::code)
    }

    /// The trouble that no person can let through; nothing when all can be.
    pub fn stubborn(&self) -> Option<&Trouble> {
        self.troubles.iter().find(|trouble| !trouble.may_be_accepted())
    }
}

impl Aggregate for Correction {
    type Id = CorrectionId;
    type Event = CorrectionEvent;
    const ENTITY: fn(CorrectionId) -> Entity = Entity::Correction;

    fn id(&self) -> CorrectionId {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn next_at(&self) -> Option<Instant> {
        None
    }

    fn event(event: &Event) -> Option<&CorrectionEvent> {
        if let Event::Correction(event) = event { Some(event) } else { None }
    }

    fn begin(id: CorrectionId, event: &CorrectionEvent, at: Instant) -> Option<Self> {
        let CorrectionEvent::Raised { key, line_key, source, stated, partner, on, troubles } = event.clone() else { return None };
        Some(Self {
            id,
            version: 1,
            raised_at: at,
            updated_at: at,
            key,
            line_key,
            source,
            first: stated.clone(),
            stated,
            partner,
            on,
            troubles,
            state: CorrectionState::Open,
        })
    }

    fn apply(&mut self, event: &CorrectionEvent, at: Instant) {
        self.version += 1;
        self.updated_at = at;
        match event {
            CorrectionEvent::Raised { .. } => {}
            CorrectionEvent::Corrected { stated, partner, on, troubles } => {
                (self.stated, self.partner, self.on, self.troubles) = (stated.clone(), *partner, *on, troubles.clone());
            }
            CorrectionEvent::Recorded { stated, partner, on, line } => {
                (self.stated, self.partner, self.on) = (stated.clone(), *partner, *on);
                self.state = CorrectionState::Recorded { line: *line, note: Text::default() };
            }
            CorrectionEvent::Accepted { line, note } => self.state = CorrectionState::Recorded { line: *line, note: note.clone() },
            CorrectionEvent::Dismissed { reason } => self.state = CorrectionState::Dismissed { reason: reason.clone() },
            CorrectionEvent::Superseded => self.state = CorrectionState::Superseded,
            CorrectionEvent::Undone => self.state = CorrectionState::Open,
        }
    }
}
