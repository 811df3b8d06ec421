//! Where the batches of an import go: into the database, or on trial into a scratch one beside it.

use super::{Pass, trial::Trial};
use crate::{
    app::{App, Command, Failure, Outcome},
    domain::{
        deal::Registration,
        id::{DealId, OperatorId},
        text::Text,
    },
    store::Unit,
};
use std::collections::HashMap;

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

    /// For each key of a record the registration that came with it, as it stands now.
    pub async fn standing(&self, app: &App, keys: &[Text]) -> Result<Vec<Option<Registration>>, Failure> {
        let (ids, deals) = match self {
            Self::Real => {
                let mut session = app.db().read().await?;
                let ids = session.deals_by_source(keys).await?;
                let deals = session.deals(&each_once(&ids)).await?;
                (ids, deals)
            }
            Self::Trial(trial) => {
                let mut overlay = trial.overlay().await?;
                let ids = overlay.deals_by_source(keys).await?;
                let deals = overlay.deals(&each_once(&ids)).await?;
                (ids, deals)
            }
        };
        let deals: HashMap<DealId, Registration> = deals.into_iter().map(|deal| (deal.id, deal)).collect();
        Ok(ids.into_iter().map(|id| deals.get(&id?).cloned()).collect())
    }
}

fn each_once(ids: &[Option<DealId>]) -> Vec<DealId> {
    let mut known: Vec<DealId> = ids.iter().flatten().copied().collect();
    known.sort_unstable();
    known.dedup();
    known
}
