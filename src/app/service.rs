//! The app on a database: transactions, retries, the cache of the rules.

use super::{Command, Failure, Mode, Outcome, Request, Rules, handle};
use crate::{
    domain::{
        id::{CommandId, OperatorId, ProgramVersion},
        time::Instant,
    },
    store::{self, Db, Session, Unit},
};
use std::sync::{Arc, Mutex, PoisonError};

/// How often a command that collided with another is tried before it is given up.
const ATTEMPTS: u32 = 24;

/// The use cases on one database. Cheap to clone.
#[derive(Clone)]
pub struct App {
    db: Db,
    rules: Arc<Mutex<Option<Arc<Rules>>>>,
}

impl App {
    pub fn new(db: Db) -> Self {
        Self { db, rules: Arc::default() }
    }

    pub const fn db(&self) -> &Db {
        &self.db
    }

    pub fn now(&self) -> Instant {
        self.db.options().clock.now()
    }

    /// A request with an identity of its own, so that repeating it has no further effect.
    pub fn request(&self, command: Command) -> Request {
        Request::new(CommandId(self.db.options().entropy.uuid()), command)
    }

    /// Carries a command out. Runs on a task of its own: dropping the future (a closed screen, a lost session) cancels
    /// nothing. A collision with another writer is decided anew on the fresh state.
    pub async fn execute(&self, actor: OperatorId, request: Request) -> Result<Outcome, Failure> {
        let app = self.clone();
        let task = tokio::spawn(async move { app.attempt(actor, &request, Mode::Carry).await });
        task.await.map_err(|error| Failure::Store(store::Error::Internal(error.to_string())))?
    }

    /// What the command would do, to each item, without doing it.
    pub async fn plan(&self, actor: OperatorId, request: &Request) -> Result<Outcome, Failure> {
        self.attempt(actor, request, Mode::Plan).await
    }

    async fn attempt(&self, actor: OperatorId, request: &Request, mode: Mode) -> Result<Outcome, Failure> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let result = self.once(actor, request, mode).await;
            match result {
                Err(Failure::Store(store::Error::Conflict(_) | store::Error::Exists(_) | store::Error::Busy(_))) if attempts < ATTEMPTS => {
                }
                other => return other,
            }
        }
    }

    async fn once(&self, actor: OperatorId, request: &Request, mode: Mode) -> Result<Outcome, Failure> {
        let mut tx = self.db.begin().await?;
        let cached = self.rules.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let rules = Rules::refreshed(cached, &mut tx).await?;
        *self.rules.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&rules));
        let result = handle(&mut tx, &rules, actor, request, mode, self.now()).await;
        // A denial is written and committed like any other change; everything else that failed leaves no trace.
        if mode == Mode::Carry && matches!(result, Ok(_) | Err(Failure::Denied(_))) {
            Unit::commit(tx).await?;
        } else {
            tx.rollback().await?;
        }
        result
    }

    /// The rules in force, read when they are not known yet or have changed.
    pub async fn rules(&self) -> Result<Arc<Rules>, Failure> {
        let cached = self.rules.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut session = self.db.read().await?;
        let rules = Rules::refreshed_for_reading(cached, &mut session).await?;
        *self.rules.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&rules));
        Ok(rules)
    }
}

impl Rules {
    /// The same from a reading session.
    pub async fn refreshed_for_reading(cached: Option<Arc<Self>>, session: &mut Session) -> Result<Arc<Self>, Failure> {
        let heads = session.heads().await?;
        if let Some(rules) = cached.as_ref().filter(|rules| rules.heads == heads) {
            return Ok(Arc::clone(rules));
        }
        let rows = session.programs(ProgramVersion(1)).await?;
        let partners = session.partners().await?;
        Self::built(None, heads, rows, Some(partners))
    }
}
