//! What can go wrong below the app. The variants are those that a caller treats differently.

use crate::domain::{id::AuditSeq, text::Text, time::Instant};
use std::fmt;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody was faster. Nothing was written; what the person typed is still theirs.
    #[error("{0}")]
    Conflict(Box<Conflict>),
    /// The connection is lost or can't be made. Reading and writing may work again later; a write was rolled back.
    #[error("the database is not reachable: {0}")]
    Unavailable(String),
    /// Others hold the lock, or the database gave one of two colliding transactions up. Repeating may help.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The connection was lost while committing, so that nobody knows yet whether the write is in. Repeating the
    /// command with the same command id is safe: it is carried out at most once.
    #[error("the connection was lost while saving ({0}); it is not known whether it is saved: the same command may be repeated")]
    CommitUnknown(String),
    /// A newer pilothouse has written this database.
    #[error("the database has schema version {found}, and this pilothouse knows versions up to {known}: install a newer pilothouse")]
    NewerSchema { found: i64, known: i64 },
    #[error("the database is open for reading only")]
    ReadOnly,
    /// The login has no right to do this in PostgreSQL, or the file in the file system.
    #[error("the database refuses this login: {0}")]
    Denied(String),
    #[error("the disk with the database is full")]
    Full,
    /// A unique key exists already.
    #[error("it exists already: {0}")]
    Exists(String),
    /// A rule that the database itself holds, a check or a trigger. Whoever keeps to the rules of the app never meets it.
    #[error("the database refuses it: {0}")]
    Refused(String),
    /// What is stored can't be what we wrote.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// The address of the database can't be understood.
    #[error("{0}")]
    Address(String),
    /// A mistake in this program or a failure without a remedy at the keyboard.
    #[error("internal store error: {0}")]
    Internal(String),
}

impl Error {
    /// Doing the same again, later, may succeed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Busy(_) | Self::CommitUnknown(_))
    }

    pub(crate) fn corrupt(what: impl fmt::Display) -> Self {
        Self::Corrupt(what.to_string())
    }
}

/// Who was faster, from the audit chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// `L-12`.
    pub entity: String,
    /// The version that the writer had read, and the one that is there now.
    pub expected: i64,
    pub found: i64,
    /// The last event of the entity, unless it vanished.
    pub by: Option<ConflictBy>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictBy {
    pub seq: AuditSeq,
    pub at: Instant,
    pub actor: Text,
    /// The kind of the event, such as `lead.accepted`.
    pub kind: String,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.by {
            Some(by) => write!(f, "{} was changed by {} at {} ({})", self.entity, by.actor, by.at, by.kind.replace(['.', '_'], " ")),
            None => write!(f, "{} was changed by somebody else (version {} is now {})", self.entity, self.expected, self.found),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::Database(error) => from_database(error.as_ref()),
            E::Io(error) => Self::Unavailable(error.to_string()),
            E::Tls(error) => Self::Unavailable(error.to_string()),
            E::PoolTimedOut => Self::Unavailable("no connection became free in time".into()),
            E::PoolClosed | E::WorkerCrashed => Self::Unavailable("the connection was closed".into()),
            E::ColumnDecode { index, source } => Self::Corrupt(format!("column {index}: {source}")),
            E::Configuration(error) => Self::Address(error.to_string()),
            other => Self::Internal(other.to_string()),
        }
    }
}

fn from_database(error: &(dyn sqlx::error::DatabaseError + 'static)) -> Error {
    let message = error.message().to_owned();
    if is_rule(error) {
        return Error::Refused(message);
    }
    if error.is_unique_violation() {
        return Error::Exists(message);
    }
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some() {
        return from_sqlstate(&code, message);
    }
    // SQLite reports extended codes; the low byte is the kind.
    match code.parse::<i32>().unwrap_or(1) & 0xff {
        5 | 6 => Error::Busy(message),
        8 => Error::ReadOnly,
        10 | 14 => Error::Unavailable(message),
        11 | 26 => Error::Corrupt(message),
        13 => Error::Full,
        3 | 23 => Error::Denied(message),
        _ => Error::Internal(format!("{message} ({code})")),
    }
}

/// A check, or a trigger that refuses: SQLite tells the two apart (275 and 1811), PostgreSQL's triggers raise what a check does.
fn is_rule(error: &(dyn sqlx::error::DatabaseError + 'static)) -> bool {
    error.is_check_violation() || error.code().is_some_and(|code| code == "1811")
}

/// PostgreSQL's SQLSTATE codes: <https://www.postgresql.org/docs/15/errcodes-appendix.html>.
fn from_sqlstate(code: &str, message: String) -> Error {
    match code {
        "40001" | "40P01" | "55P03" | "57014" => Error::Busy(message),
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "53300" => Error::Unavailable(message),
        "53100" => Error::Full,
        "25006" => Error::ReadOnly,
        "42501" | "28000" | "28P01" => Error::Denied(message),
        "3D000" => Error::Address(message),
        "XX001" | "XX002" => Error::Corrupt(message),
        code if code.starts_with("08") => Error::Unavailable(message),
        _ => Error::Internal(format!("{message} ({code})")),
    }
}
