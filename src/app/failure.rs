//! Why a use case gave up: something that the person can understand and mend, or something internal.

use crate::{
    domain::{deal, id::OperatorId, lead::Refusal, mdf, problem::Problem},
    store,
};

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The actor lacks the permission; the denial is in the audit chain.
    #[error("{0}")]
    Denied(String),
    /// The command makes no sense as it is.
    #[error("{0}")]
    Refused(Refusal),
    /// The same at the deal desk.
    #[error("{0}")]
    Deal(deal::Refusal),
    /// The same at the MDF desk.
    #[error("{0}")]
    Mdf(mdf::Refusal),
    /// The channel program has mistakes; each is named.
    #[error("{}", problems(.0))]
    Program(Vec<Problem>),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Failure {
    pub fn unknown_operator(id: OperatorId) -> Self {
        Self::Denied(format!("there is no active operator {id}"))
    }

    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused(Refusal::invalid(why))
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotAllowed { why } => Self::Denied(why),
            other => Self::Refused(other),
        }
    }
}

fn problems(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
