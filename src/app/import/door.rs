//! Where the batches of an import go: into the database, or on trial into a scratch one beside it.

use super::{Pass, trial::Trial};
use crate::{
    app::{App, Command, Failure, Outcome, Request},
    domain::{
        deal::Registration,
        id::{ClaimId, DealId, OperatorId, RequestId},
        mdf::{claim::Claim, request::Request as FundingRequest},
        text::Text,
    },
    store::{Unit, unit::mdf::MdfUnit},
};
use futures::future::BoxFuture;
use std::collections::HashMap;

pub enum Door {
    Real,
    Trial(Box<Trial>),
}

impl Door {
    pub fn of(app: &App, pass: Pass) -> BoxFuture<'_, Result<Self, Failure>> {
        Box::pin(async move {
            Ok(match pass {
                Pass::Carry => Self::Real,
                Pass::Plan => Self::Trial(Box::new(Trial::new(app).await?)),
            })
        })
    }

    pub fn execute<'a>(&'a self, app: &'a App, actor: OperatorId, command: Command) -> BoxFuture<'a, Result<Outcome, Failure>> {
        Box::pin(async move {
            match self {
                Self::Real => app.execute(actor, app.request(command)).await,
                Self::Trial(trial) => trial.execute(actor, command).await,
            }
        })
    }

    /// A command with an identity of its own.
    pub fn carry<'a>(&'a self, app: &'a App, actor: OperatorId, request: Request) -> BoxFuture<'a, Result<Outcome, Failure>> {
        Box::pin(async move {
            match self {
                Self::Real => app.execute(actor, request).await,
                // Of the two ways the longer, and walked at many places.
                Self::Trial(trial) => Box::pin(trial.carry(actor, &request)).await,
            }
        })
    }

    /// For each key of a record the request that came with it, as it stands now.
    pub fn requests<'a>(&'a self, app: &'a App, keys: &'a [Text]) -> BoxFuture<'a, Result<Vec<Option<FundingRequest>>, Failure>> {
        Box::pin(async move {
            if keys.is_empty() {
                return Ok(Vec::new());
            }
            let (ids, requests) = match self {
                Self::Real => {
                    let mut session = app.db().read().await?;
                    let ids = session.requests_by_source(keys).await?;
                    let requests = session.requests(&each_once(&ids)).await?;
                    (ids, requests)
                }
                Self::Trial(trial) => {
                    let mut overlay = trial.overlay().await?;
                    let ids = overlay.requests_by_source(keys).await?;
                    let requests = overlay.requests(&each_once(&ids)).await?;
                    (ids, requests)
                }
            };
            let requests: HashMap<RequestId, FundingRequest> = requests.into_iter().map(|request| (request.id, request)).collect();
            Ok(ids.into_iter().map(|id| requests.get(&id?).cloned()).collect())
        })
    }

    /// For each key of a record the claim that came with it, as it stands now.
    pub fn claims<'a>(&'a self, app: &'a App, keys: &'a [Text]) -> BoxFuture<'a, Result<Vec<Option<Claim>>, Failure>> {
        Box::pin(async move {
            if keys.is_empty() {
                return Ok(Vec::new());
            }
            let (ids, claims) = match self {
                Self::Real => {
                    let mut session = app.db().read().await?;
                    let ids = session.claims_by_source(keys).await?;
                    let claims = session.claims(&each_once(&ids)).await?;
                    (ids, claims)
                }
                Self::Trial(trial) => {
                    let mut overlay = trial.overlay().await?;
                    let ids = overlay.claims_by_source(keys).await?;
                    let claims = overlay.claims(&each_once(&ids)).await?;
                    (ids, claims)
                }
            };
            let claims: HashMap<ClaimId, Claim> = claims.into_iter().map(|claim| (claim.id, claim)).collect();
            Ok(ids.into_iter().map(|id| claims.get(&id?).cloned()).collect())
        })
    }

    /// For each key of a record the registration that came with it, as it stands now.
    pub fn standing<'a>(&'a self, app: &'a App, keys: &'a [Text]) -> BoxFuture<'a, Result<Vec<Option<Registration>>, Failure>> {
        Box::pin(async move {
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
        })
    }
}

fn each_once<I: Copy + Ord>(ids: &[Option<I>]) -> Vec<I> {
    let mut known: Vec<I> = ids.iter().flatten().copied().collect();
    known.sort_unstable();
    known.dedup();
    known
}
