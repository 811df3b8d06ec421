//! What became of the rows of a file.

use super::source::SourceError;
use crate::app::Failure;
use serde::Serialize;
use std::{fmt, io, path::PathBuf};

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
    /// Partners and accounts whose record differed.
    pub changed: u64,
    /// There already, from an earlier import or an earlier row.
    pub known: u64,
}

impl Counts {
    pub const fn read(&self) -> u64 {
        self.created + self.linked + self.in_review + self.quarantined + self.rejected + self.changed + self.known
    }

    pub fn add(&mut self, other: &Self) {
        self.created += other.created;
        self.linked += other.linked;
        self.in_review += other.in_review;
        self.quarantined += other.quarantined;
        self.rejected += other.rejected;
        self.changed += other.changed;
        self.known += other.known;
    }
}

impl fmt::Display for Counts {
    /// `read 12 = created 7 + linked 2 + in review 1 + quarantined 1 + rejected 1`; what happened to nobody is left out
    /// but for the five that always matter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "read {} = created {} + linked {} + in review {} + quarantined {} + rejected {}",
            self.read(),
            self.created,
            self.linked,
            self.in_review,
            self.quarantined,
            self.rejected
        )?;
        for (count, name) in [(self.changed, "changed"), (self.known, "known already")] {
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
}

/// How many rejects a report tells in sentences.
pub const REJECTS_TOLD_MAX: usize = 20;

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
