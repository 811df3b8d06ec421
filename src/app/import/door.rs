//! Where the batches of an import go: into the database, or on trial into a scratch one beside it.

use super::{Pass, trial::Trial};
use crate::{
    app::{App, Command, Failure, Outcome},
    domain::id::OperatorId,
};

pub enum Door {
    Real,
    Trial(Box<Trial>),
}

impl Door {
    pub async fn of(app: &App, pass: Pass) -> Result<Self, Failure> {
        Ok(match pass {
            Pass::Carry => Self::Real,
            Pass::Plan => Self::Trial(Box::new(Trial::new(app).await?)),
        })
    }

    pub async fn execute(&self, app: &App, actor: OperatorId, command: Command) -> Result<Outcome, Failure> {
        match self {
            Self::Real => app.execute(actor, app.request(command)).await,
            Self::Trial(trial) => trial.execute(actor, command).await,
        }
    }
}
