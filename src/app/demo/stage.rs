//! Where the demo acts: in the past, inside one transaction at instants of its choosing, or now, like everybody else.
//! Either way it goes through the use cases, and so leaves the traces that people and engines leave.

use crate::{
    app::{App, Command, Failure, Mode, Outcome, Rules, handle},
    domain::{
        id::{AuditSeq, OperatorId},
        time::Instant,
    },
    store::{Tx, Unit, unit::Past},
};
use std::sync::Arc;

pub enum Stage<'a> {
    Past { app: &'a App, tx: Box<Tx>, rules: Option<Arc<Rules>>, now: Instant },
    Now(&'a App),
}

impl Stage<'_> {
    pub fn now(&self) -> Instant {
        match self {
            Self::Past { now, .. } => *now,
            Self::Now(app) => app.now(),
        }
    }

    /// Moves the past on; it never goes back, and the present moves by itself.
    pub fn at(&mut self, instant: Instant) {
        if let Self::Past { now, .. } = self {
            *now = instant.max(*now);
        }
    }

    pub async fn carry(&mut self, actor: OperatorId, command: Command) -> Result<Outcome, Failure> {
        match self {
            Self::Past { app, tx, rules, now } => {
                let current = Rules::refreshed(rules.take(), tx.as_mut()).await?;
                let outcome = handle(tx.as_mut(), &current, actor, &app.request(command), Mode::Carry, *now).await;
                *rules = Some(current);
                outcome
            }
            Self::Now(app) => app.execute(actor, app.request(command)).await,
        }
    }

    pub async fn rules(&mut self) -> Result<Arc<Rules>, Failure> {
        match self {
            Self::Past { tx, rules, .. } => {
                let current = Rules::refreshed(rules.take(), tx.as_mut()).await?;
                *rules = Some(Arc::clone(&current));
                Ok(current)
            }
            Self::Now(app) => app.rules().await,
        }
    }

    /// What happened after `seq`.
    pub async fn since(&mut self, seq: AuditSeq) -> Result<Vec<Past>, Failure> {
        const PAGE: u32 = 2_000;
        Ok(match self {
            Self::Past { tx, .. } => tx.audit_since(seq, PAGE).await?,
            Self::Now(app) => app.db().read().await?.audit_since(seq, PAGE).await?,
        })
    }

    pub async fn commit(self) -> Result<(), Failure> {
        if let Self::Past { tx, .. } = self {
            Unit::commit(*tx).await?;
        }
        Ok(())
    }
}
