//! What became of the rows of a file.

use super::{mapping::Kind, source::SourceError};
use crate::app::Failure;
use serde::Serialize;
use std::{collections::BTreeMap, fmt, io, path::PathBuf};

/// Each row that was read is counted exactly once, so the total is their sum by construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Leads placed or waiting for a partner; partners and accounts recorded.
    pub created: u64,
    /// The same as a lead that we have.
    pub linked: u64,
    pub in_review: u64,
    pub quarantined: u64,
    /// Not readable, or left out by the mapping.
    pub rejected: u64,
    /// Partners, accounts and contacts whose record differed; deals whose source says something else now, and that were edited.
    pub changed: u64,
    /// Deals whose source says something else now, and that may not be changed.
    pub refused: u64,
    /// There already, from an earlier import or an earlier row.
    pub known: u64,
    /// Deals that are kept as drafts.
    pub drafted: u64,
    /// Deals that were handed in.
    pub submitted: u64,
    /// Deals that were handed in and are held by a conflict at once.
    pub conflicting: u64,
    /// Requests and claims that stand as decided here too, because they were where they come from.
    pub decided: u64,
    /// Lines that wait in the corrections queue.
    pub waiting: u64,
    /// Lines that the mapping leaves out; of other records they are among the rejected.
    pub left_out: u64,
    /// Which of these always matter.
    #[serde(skip)]
    pub room: Room,
}

/// What an import brings, and so what its sum is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Room {
    #[default]
    Leads,
    Deals,
    Sales,
    Rates,
    Funding,
    Contacts,
}

impl Room {
    /// What a file of this kind brings.
    pub const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Deal => Self::Deals,
            Kind::Sale => Self::Sales,
            Kind::Request | Kind::Claim => Self::Funding,
            Kind::Contact => Self::Contacts,
            Kind::Lead | Kind::Partner | Kind::Account => Self::Leads,
        }
    }
}

impl Counts {
    pub const fn read(&self) -> u64 {
        self.created
            + self.linked
            + self.in_review
            + self.quarantined
            + self.rejected
            + self.changed
            + self.refused
            + self.known
            + self.drafted
            + self.submitted
            + self.conflicting
            + self.decided
            + self.waiting
            + self.left_out
    }

    pub fn add(&mut self, other: &Self) {
        self.created += other.created;
        self.linked += other.linked;
        self.in_review += other.in_review;
        self.quarantined += other.quarantined;
        self.rejected += other.rejected;
        self.changed += other.changed;
        self.refused += other.refused;
        self.known += other.known;
        self.drafted += other.drafted;
        self.submitted += other.submitted;
        self.conflicting += other.conflicting;
        self.decided += other.decided;
        self.waiting += other.waiting;
        self.left_out += other.left_out;
    }
}

impl fmt::Display for Counts {
    /// `read 12 = created 7 + linked 2 + in review 1 + quarantined 1 + rejected 1`; what happened to nobody is left out
    /// but for those that always matter in that room.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, linked, in_review, quarantined, drafted, submitted, conflicting, decided, rejected, .. } = self;
        write!(f, "read {} = ", self.read())?;
        match self.room {
            Room::Leads => write!(f, "created {created} + linked {linked} + in review {in_review} + quarantined {quarantined}")?,
            Room::Deals => write!(f, "drafted {drafted} + submitted {submitted} + conflicting {conflicting}")?,
            Room::Funding => write!(f, "drafted {drafted} + submitted {submitted} + decided {decided}")?,
            Room::Sales => write!(f, "recorded {created} + in correction {}", self.waiting)?,
            Room::Rates | Room::Contacts => write!(f, "recorded {created}")?,
        }
        write!(f, " + rejected {rejected}")?;
        let left_out = (self.left_out, "left out");
        for (count, name) in [left_out, (self.changed, "changed"), (self.refused, "refused"), (self.known, "known already")] {
            if count > 0 {
                write!(f, " + {name} {count}")?;
            }
        }
        Ok(())
    }
}

/// The end of an import.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    pub counts: Counts,
    /// What the file turned out to be.
    pub file: String,
    pub mapping: String,
    pub warnings: Vec<String>,
    /// The first rejects in sentences; all of them are in the file.
    pub rejects: Vec<String>,
    pub rejects_file: Option<PathBuf>,
    /// The first lines that wait in the corrections queue, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<String>,
    /// Lines that were recorded into a quarter that was closed.
    #[serde(skip_serializing_if = "is_zero")]
    pub late: u64,
    /// Whose audits of which quarters these restate, the latest quarter first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restates: Vec<Restates>,
    /// What became of the words of the new deals; nothing for other records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deals: Option<Figures>,
}

/// A quarter that late lines restate.
#[derive(Debug, Clone, Serialize)]
pub struct Restates {
    /// `2026-Q1`
    pub quarter: String,
    /// The first of the partners, at most [`RESTATED_TOLD_MAX`], and how many more.
    pub partners: Vec<String>,
    pub more: usize,
    /// The engine makes its audits anew by itself.
    pub by_engine: bool,
}

/// How many partners are named of a quarter that is restated.
pub const RESTATED_TOLD_MAX: usize = 5;

/// How the customers and products of new deals were found among ours, and what keeps deals from being complete.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Figures {
    /// Customers that are one of our accounts.
    pub linked: u64,
    /// Customers that resemble one or more accounts: kept by name, for somebody to look at.
    pub alike: u64,
    pub unknown: u64,
    pub unnamed: u64,
    /// Product names that were found though written in another way.
    pub respelt: u64,
    /// How many records have each problem.
    pub problems: BTreeMap<String, u64>,
    /// The first incomplete ones in sentences.
    pub drafts: Vec<String>,
    /// The first that were edited, field by field.
    pub changed: Vec<String>,
    /// Those that say something else now and were not changed, field by field and with the reason; at most
    /// [`REFUSED_KEPT_MAX`].
    pub refused: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// How many rejects a report tells in sentences.
pub const REJECTS_TOLD_MAX: usize = 20;

/// How many refused changes a report keeps.
pub const REFUSED_KEPT_MAX: usize = 10_000;

/// Why an import ended before its file did. Batches that were carried out stay; starting again goes on behind them.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{path}: {error}")]
    Source { path: String, error: SourceError },
    #[error("the rejects can't be kept in {path}: {error}")]
    Rejects { path: String, error: io::Error },
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The reading thread ended without saying why.
    #[error("reading ended unexpectedly: {0}")]
    Reader(String),
}

impl From<crate::store::Error> for ImportError {
    fn from(error: crate::store::Error) -> Self {
        Self::Failure(error.into())
    }
}
