//! What reaches the person who called the program: something they can mend, or something internal with an id to report.

use crate::{app, domain::problem::Problem, store};
use std::io;

#[derive(Debug)]
pub enum Error {
    /// One clear sentence that says what is wrong and what to do; several lines when several things are wrong.
    Expected(String),
    /// A mistake in this program or a damaged database. The person gets an id, the log the whole story.
    Internal(anyhow::Error),
    /// Whoever read our output has gone (`pilothouse audit show | head`): nothing is wrong and nothing is said.
    Closed,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn expected(sentence: impl Into<String>) -> Self {
        Self::Expected(sentence.into())
    }

    /// Every mistake of a document, a line each.
    pub fn problems(problems: &[Problem]) -> Self {
        Self::Expected(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Internal(_) | store::Error::Corrupt(_) => Self::Internal(error.into()),
            other => Self::Expected(other.to_string()),
        }
    }
}

impl From<app::Failure> for Error {
    fn from(failure: app::Failure) -> Self {
        match failure {
            app::Failure::Store(error) => error.into(),
            other => Self::Expected(other.to_string()),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Closed } else { Self::Expected(error.to_string()) }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        if error.io_error_kind() == Some(io::ErrorKind::BrokenPipe) { Self::Closed } else { Self::Internal(error.into()) }
    }
}

/// Of verbs that read and print files: the chain of causes is the sentence.
impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        let closed = error.chain().any(|cause| {
            cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
                || cause.downcast_ref::<serde_json::Error>().is_some_and(|error| error.io_error_kind() == Some(io::ErrorKind::BrokenPipe))
        });
        if closed { Self::Closed } else { Self::Expected(format!("{error:#}")) }
    }
}
