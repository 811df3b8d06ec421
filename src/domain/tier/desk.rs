//! What stands in the queues of the tier desk: partners, and order lines that wait for a correction. Both have one numbering.

use super::queue::{Queue, TierLine};
use crate::domain::{
    event::Entity,
    id::{CorrectionId, Number, PartnerId},
    pos::Correction,
    text::Text,
    time::Instant,
};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The number of a record in the list of the desk. Reads and writes as the record's own: `P-1`, `K-1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskId {
    Partner(PartnerId),
    Line(CorrectionId),
}

impl DeskId {
    pub const fn partner(self) -> Option<PartnerId> {
        if let Self::Partner(id) = self { Some(id) } else { None }
    }

    pub const fn line(self) -> Option<CorrectionId> {
        if let Self::Line(id) = self { Some(id) } else { None }
    }

    pub const fn entity(self) -> Entity {
        match self {
            Self::Partner(id) => Entity::Partner(id),
            Self::Line(id) => Entity::Correction(id),
        }
    }
}

/// The number of the line before the first one.
const LINES: i64 = -(1 << 62);

/// Partners have their own numbers, and lines that wait stand below zero, in the order of theirs.
impl Number for DeskId {
    fn of(number: i64) -> Self {
        if number < 0 { Self::Line(CorrectionId(number.saturating_sub(LINES))) } else { Self::Partner(PartnerId(number)) }
    }

    fn number(self) -> i64 {
        match self {
            Self::Partner(id) => id.0,
            Self::Line(id) => LINES.saturating_add(id.0),
        }
    }
}

impl fmt::Display for DeskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partner(id) => id.fmt(f),
            Self::Line(id) => id.fmt(f),
        }
    }
}

impl FromStr for DeskId {
    type Err = String;

    /// Reads `P-12`, `12` or `K-12`: a number alone is a partner's.
    fn from_str(text: &str) -> Result<Self, String> {
        let id = match text.chars().next() {
            Some('K' | 'k') => text.parse().map(Self::Line).ok(),
            Some('P' | 'p' | '0'..='9') => text.parse().map(Self::Partner).ok(),
            _ => None,
        };
        id.ok_or_else(|| format!("`{text}` is not a number of the form P-1 or K-1"))
    }
}

impl From<PartnerId> for DeskId {
    fn from(id: PartnerId) -> Self {
        Self::Partner(id)
    }
}

impl From<CorrectionId> for DeskId {
    fn from(id: CorrectionId) -> Self {
        Self::Line(id)
    }
}

/// One line of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeskLine {
    Partner(TierLine),
    Waiting(Box<WaitingLine>),
}

/// An order line that waits for a correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingLine {
    pub correction: Correction,
    /// The name of our partner; as the source calls it where it is none of ours.
    pub partner: Text,
}

impl DeskLine {
    pub const fn id(&self) -> DeskId {
        match self {
            Self::Partner(line) => DeskId::Partner(line.id),
            Self::Waiting(line) => DeskId::Line(line.correction.id),
        }
    }

    pub const fn version(&self) -> i64 {
        match self {
            Self::Partner(line) => line.version,
            Self::Waiting(line) => line.correction.version,
        }
    }

    /// The partner's name.
    pub const fn name(&self) -> &Text {
        match self {
            Self::Partner(line) => &line.name,
            Self::Waiting(line) => &line.partner,
        }
    }

    pub const fn as_partner(&self) -> Option<&TierLine> {
        if let Self::Partner(line) = self { Some(line) } else { None }
    }

    pub const fn as_waiting(&self) -> Option<&WaitingLine> {
        if let Self::Waiting(line) = self { Some(line) } else { None }
    }

    /// Whether it stands in a queue at `now`.
    pub fn stands_in(&self, queue: Queue, now: Instant, zone: Tz) -> bool {
        match self {
            Self::Partner(line) => queue.holds(line, now, zone),
            Self::Waiting(line) => queue == Queue::Corrections && line.correction.is_open(),
        }
    }
}

impl WaitingLine {
    /// `partner` tells the name of one of ours.
    pub fn of(correction: Correction, partner: impl FnOnce(PartnerId) -> Text) -> Self {
        let known = correction.partner.map(partner).filter(|name| !name.is_empty());
        Self { partner: known.unwrap_or_else(|| correction.stated.partner.clone()), correction }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_numbering_for_partners_and_lines() {
        for id in [DeskId::Partner(PartnerId(1)), DeskId::Line(CorrectionId(1)), DeskId::Line(CorrectionId(7))] {
            assert_eq!(DeskId::of(id.number()), id);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        assert_eq!("12".parse(), Ok(DeskId::Partner(PartnerId(12))));
        assert_eq!(["X-1", "K-x", ""].map(|text| text.parse::<DeskId>().ok()), [None; 3]);
    }
}
