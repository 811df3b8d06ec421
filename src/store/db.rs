//! The database as the app holds it: opened once, shared by everybody.

use super::{
    audit::Head,
    error::{Error, Result},
    feed::{Feed, Pulse},
    migrate, postgres,
    session::{Backend, Handle, Session},
    sqlite,
};
use crate::{
    ambient::{Clock, Entropy},
    domain::id::AuditSeq,
};
use futures::future::BoxFuture;
use sqlx::PgPool;
use std::{
    ops::{Deref, DerefMut},
    path::PathBuf,
    sync::Arc,
};
use tokio::sync::watch;

/// How to open a database.
#[derive(Clone)]
pub struct Options {
    pub clock: Clock,
    pub entropy: Entropy,
    /// Refuse every write.
    pub read_only: bool,
    /// Megabytes of pages that the writing connection of SQLite may keep. The console takes little; an import more.
    pub write_cache_mb: u32,
}

impl Options {
    pub fn new(clock: Clock, entropy: Entropy) -> Self {
        Self { clock, entropy, read_only: false, write_cache_mb: 8 }
    }
}

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `sqlite:PATH` or a plain path.
    Sqlite(PathBuf),
    /// `postgres://...`, as libpq writes it.
    Postgres(String),
}

impl std::str::FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite:").map_or(text, |rest| rest.strip_prefix("//").unwrap_or(rest));
        if path.is_empty() || path.contains("://") || path.contains(":memory:") {
            return Err(Error::Address(format!("`{text}` is not a database address: write sqlite:PATH or postgres://USER@HOST/NAME")));
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }
}

impl std::fmt::Display for Address {
    /// For the status line: without a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                write!(f, "{scheme}://{}", place.split('?').next().unwrap_or_default())
            }
        }
    }
}

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    address: Address,
    pools: Pools,
    options: Options,
    feed: Arc<Feed>,
}

pub(super) enum Pools {
    Sqlite(sqlite::Pools),
    Postgres(PgPool),
}

impl Db {
    /// Opens the database, makes it if it is an SQLite file that does not exist, and brings its schema up to date.
    /// Connects no more than that takes: one connection when the schema is current.
    pub fn open(address: Address, options: Options) -> BoxFuture<'static, Result<Self>> {
        Box::pin(async move {
            let pools = match &address {
                Address::Sqlite(path) => Pools::Sqlite(sqlite::open(path, &options).await?),
                Address::Postgres(url) => Pools::Postgres(postgres::open(url, &options)?),
            };
            let db = Self { inner: Arc::new(Inner { feed: Arc::new(Feed::new(options.clock.clone())), address, pools, options }) };
            match (migrate::run(&db).await, db.pools()) {
                (Ok(()), _) => Ok(db),
                (Err(Error::Unavailable(why)), Pools::Postgres(pool)) => {
                    Err(postgres::obstacle(pool).await.unwrap_or(Error::Unavailable(why)))
                }
                (Err(error), _) => Err(error),
            }
        })
    }

    pub fn address(&self) -> &Address {
        &self.inner.address
    }

    pub fn backend(&self) -> Backend {
        match self.inner.pools {
            Pools::Sqlite(_) => Backend::Sqlite,
            Pools::Postgres(_) => Backend::Postgres,
        }
    }

    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    pub(super) fn pools(&self) -> &Pools {
        &self.inner.pools
    }

    pub(super) fn feed(&self) -> &Arc<Feed> {
        &self.inner.feed
    }

    /// A connection for reading. Each statement sees what is committed at its start.
    pub fn read(&self) -> BoxFuture<'_, Result<Session>> {
        Box::pin(async move {
            let handle = match self.pools() {
                Pools::Sqlite(pools) => pools.read.acquire().await.map(Handle::Sqlite),
                Pools::Postgres(pool) => pool.acquire().await.map(Handle::Postgres),
            };
            self.watched(handle.map_err(Error::from)).map(Session::new)
        })
    }

    /// A connection whose statements all see the same state, for pages and figures that must agree.
    pub fn snapshot(&self) -> BoxFuture<'_, Result<Session>> {
        Box::pin(async move {
            let handle = match self.pools() {
                Pools::Sqlite(pools) => pools.read.begin().await.map(Handle::SqliteTransaction),
                Pools::Postgres(pool) => {
                    pool.begin_with("begin isolation level repeatable read read only").await.map(Handle::PostgresTransaction)
                }
            };
            self.watched(handle.map_err(Error::from)).map(Session::new)
        })
    }

    /// Begins a write. On SQLite one write runs at a time, in the order of asking.
    ///
    /// Beginning and committing run on tasks of their own: whoever drops the future of a write in the middle either has
    /// rolled it back whole or committed it whole, and never left a connection inside a transaction.
    pub fn begin(&self) -> BoxFuture<'_, Result<Tx>> {
        Box::pin(async move {
            if self.inner.options.read_only {
                return Err(Error::ReadOnly);
            }
            let db = self.clone();
            let begun = tokio::spawn(async move {
                let handle = match db.pools() {
                    Pools::Sqlite(pools) => pools.write.begin_with("begin immediate").await.map(Handle::SqliteTransaction),
                    Pools::Postgres(pool) => pool.begin().await.map(Handle::PostgresTransaction),
                };
                let session = db.watched(handle.map_err(Error::from)).map(Session::new)?;
                Ok(Tx { session, db, head: None })
            });
            begun.await.map_err(|error| Error::Internal(error.to_string()))?
        })
    }

    /// Passes a result on; a lost connection makes the feed stale at once, so that the screen says so.
    pub(super) fn watched<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(Error::Unavailable(why)) = &result {
            self.feed().lost(why);
        }
        result
    }

    /// The last audit sequence and whether the database answers; wakes on every change of either, whoever made it.
    /// The first call starts the watch.
    pub fn changes(&self) -> watch::Receiver<Pulse> {
        let receiver = self.feed().subscribe();
        self.feed().start(self);
        receiver
    }

    /// Closes every connection, waiting for those at work.
    pub fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            match self.pools() {
                Pools::Sqlite(pools) => {
                    pools.read.close().await;
                    pools.write.close().await;
                }
                Pools::Postgres(pool) => pool.close().await,
            }
        })
    }
}

/// One write: everything in it is committed together or not at all. Dropping it rolls it back.
pub struct Tx {
    session: Session,
    db: Db,
    /// The end of the audit chain, once this write has locked it.
    pub(super) head: Option<Head>,
}

impl Tx {
    pub(super) fn entropy(&self) -> &Entropy {
        &self.db.options().entropy
    }

    /// Commits, and tells everybody who listens. Gives the last audit sequence, if events were appended.
    pub fn commit(mut self) -> BoxFuture<'static, Result<Option<AuditSeq>>> {
        Box::pin(async move {
            if let Some(head) = &self.head {
                postgres::announce(&mut self.session, head.seq).await?;
            }
            // On a task of its own: a dropped future must not leave the commit without its announcement.
            let committed = tokio::spawn(async move {
                let result = match self.session.into_handle() {
                    Handle::SqliteTransaction(transaction) => transaction.commit().await,
                    Handle::PostgresTransaction(transaction) => transaction.commit().await,
                    Handle::Sqlite(_) | Handle::Postgres(_) => Ok(()),
                };
                match self.db.watched(result.map_err(Error::from)) {
                    Ok(()) => {
                        let seq = self.head.map(|head| head.seq);
                        if let Some(seq) = seq {
                            self.db.feed().advance(seq);
                        }
                        Ok(seq)
                    }
                    // PostgreSQL may have carried the commit out before the answer was lost.
                    Err(Error::Unavailable(why)) if self.db.backend() == Backend::Postgres => Err(Error::CommitUnknown(why)),
                    Err(error) => Err(error),
                }
            });
            committed.await.map_err(|error| Error::Internal(error.to_string()))?
        })
    }

    /// Undoes everything, and waits until it is undone.
    pub fn rollback(self) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move {
            match self.session.into_handle() {
                Handle::SqliteTransaction(transaction) => transaction.rollback().await?,
                Handle::PostgresTransaction(transaction) => transaction.rollback().await?,
                Handle::Sqlite(_) | Handle::Postgres(_) => {}
            }
            Ok(())
        })
    }
}

impl Deref for Tx {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.session
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}
