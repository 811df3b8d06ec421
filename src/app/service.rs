//! The app on a database: transactions, retries, the cache of the rules.

use super::{Command, Failure, Mode, Outcome, Request, Rules, handle};
use crate::{
    domain::{
        id::{CommandId, OperatorId, ProgramVersion},
        time::Instant,
    },
    store::{self, Db, Session, Unit},
};
use futures::future::BoxFuture;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How often a command that collided with another is tried before it is given up.
const ATTEMPTS: u32 = 24;
/// How often a command is sent whose commit nobody answered, and the pause before it is sent again.
const COMMIT_TRIES: u32 = 8;
const COMMIT_WAIT: Duration = Duration::from_millis(750);

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
    pub fn execute(&self, actor: OperatorId, request: Request) -> BoxFuture<'_, Result<Outcome, Failure>> {
        Box::pin(async move {
            let app = self.clone();
            let task = tokio::spawn(async move { app.attempt(actor, &request, Mode::Carry).await });
            task.await.map_err(|error| Failure::Store(store::Error::Internal(error.to_string())))?
        })
    }

    /// The same; a command whose commit was lost on the way is sent again under the same identity, and so is carried out once at
    /// most. Where in the end nobody can say whether it was, that is the failure.
    pub fn carry_out(&self, actor: OperatorId, request: Request) -> BoxFuture<'_, Result<Outcome, Failure>> {
        Box::pin(async move {
            let mut unknown = None;
            for _ in 0..COMMIT_TRIES {
                match self.execute(actor, request.clone()).await {
                    Err(Failure::Store(store::Error::CommitUnknown(why))) => unknown = Some(why),
                    Err(Failure::Store(store::Error::Unavailable(_))) if unknown.is_some() => {}
                    other => return other,
                }
                tokio::time::sleep(COMMIT_WAIT).await;
            }
            Err(Failure::Store(store::Error::CommitUnknown(unknown.unwrap_or_default())))
        })
    }

    /// What the command would do, to each item, without doing it.
    pub fn plan<'a>(&'a self, actor: OperatorId, request: &'a Request) -> BoxFuture<'a, Result<Outcome, Failure>> {
        Box::pin(async move { self.attempt(actor, request, Mode::Plan).await })
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
    pub fn rules(&self) -> BoxFuture<'_, Result<Arc<Rules>, Failure>> {
        Box::pin(async move {
            let cached = self.rules.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let mut session = self.db.read().await?;
            let rules = Rules::refreshed_for_reading(cached, &mut session).await?;
            *self.rules.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&rules));
            Ok(rules)
        })
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
