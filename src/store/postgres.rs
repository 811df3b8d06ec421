//! Opening a PostgreSQL database, and listening to what others do to it.

use super::{
    Sql,
    db::Options,
    error::{Error, Result},
    feed::{Feed, backoff},
    session::{Backend, Session},
};
use crate::domain::id::AuditSeq;
use sqlx::{
    ConnectOptions, Connection, Executor, PgConnection, PgPool,
    pool::PoolOptions,
    postgres::{PgConnectOptions, PgListener},
};
use std::{sync::Arc, time::Duration};

const CONNECTIONS_MAX: u32 = 8;
/// No statement of ours takes this long; one that does is lost or waits for a lock that is.
const STATEMENT_TIMEOUT: &str = "60s";
const CHANNEL: &str = "pilothouse_change";
/// A connection that died without a word is noticed after this time.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// An answer that takes longer is none.
const ANSWER: Duration = Duration::from_secs(5);

/// Connects when first used.
pub fn open(url: &str, options: &Options) -> Result<PgPool> {
    let connect: PgConnectOptions = url.parse().map_err(|error| Error::Address(format!("the database address can't be read: {error}")))?;
    let read_only = if options.read_only { "on" } else { "off" };
    let connect = connect
        .application_name("pilothouse")
        .options([
            ("statement_timeout", STATEMENT_TIMEOUT),
            ("idle_in_transaction_session_timeout", STATEMENT_TIMEOUT),
            ("default_transaction_read_only", read_only),
            // Compiling a plan costs more than it brings for statements that end in milliseconds.
            ("jit", "off"),
            // A rollback outside of a transaction is our habit (below), not worth a warning.
            ("client_min_messages", "error"),
        ])
        .log_slow_statements(tracing::log::LevelFilter::Off, Duration::ZERO);
    Ok(PoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .min_connections(0)
        .acquire_timeout(ANSWER)
        .idle_timeout(Duration::from_mins(5))
        // A `begin` whose future was dropped half way leaves its connection inside a transaction (sqlx issue 4385). The
        // rollback is also the proof that the connection still lives.
        .test_before_acquire(false)
        .before_acquire(|connection: &mut PgConnection, _| {
            Box::pin(async move {
                connection.execute("rollback").await?;
                Ok(true)
            })
        })
        .connect_lazy_with(connect))
}

/// Why no connection can be made. The pool tries until its time is up, and then knows only that.
pub async fn obstacle(pool: &PgPool) -> Option<Error> {
    let options = pool.connect_options();
    tokio::time::timeout(ANSWER, PgConnection::connect_with(&options)).await.ok()?.err().map(Error::from)
}

/// Tells the other processes about the new end of the chain, when the transaction commits. Once for each transaction.
pub async fn announce(session: &mut Session, seq: AuditSeq) -> Result<()> {
    if session.backend() == Backend::Postgres {
        session.execute(Sql::new("select pg_notify($1, $2)").bind(CHANNEL).bind(seq.0.to_string())).await?;
    }
    Ok(())
}

/// Publishes the end of the audit chain whenever somebody announces one, until nobody listens; reconnects by itself.
pub async fn watch(pool: PgPool, feed: Arc<Feed>) {
    let mut failures = 0;
    loop {
        let why = tokio::select! {
            () = feed.idle() => return,
            why = listen(&pool, &feed, &mut failures) => why,
        };
        feed.lost(&why.to_string());
        failures += 1;
        tokio::select! {
            () = feed.idle() => return,
            () = tokio::time::sleep(backoff(failures)) => {}
        }
    }
}

/// Listens until the connection is lost, and gives the reason.
async fn listen(pool: &PgPool, feed: &Feed, failures: &mut u32) -> Error {
    let listening = async {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok::<_, Error>(listener)
    };
    let mut listener = match listening.await {
        Ok(listener) => listener,
        Err(error) => return error,
    };
    // What happened before we listened.
    match head(pool).await {
        Ok(seq) => feed.found(seq),
        Err(error) => return error,
    }
    *failures = 0;
    loop {
        match tokio::time::timeout(HEARTBEAT, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => match notification.payload().parse() {
                Ok(seq) => feed.found(seq),
                Err(_) => return Error::corrupt("a change was announced without its sequence"),
            },
            Ok(Ok(None)) => return Error::Unavailable("the connection was lost".into()),
            Ok(Err(error)) => return error.into(),
            Err(_) => match head(pool).await {
                // An event that we were not told of: the listening connection is dead and does not know it.
                Ok(seq) if seq > feed.seq() => return Error::Unavailable("the connection was lost".into()),
                Ok(seq) => feed.found(seq),
                Err(error) => return error,
            },
        }
    }
}

/// What PostgreSQL lets a login do here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    pub login: String,
    /// Who owns the database and makes its tables.
    pub owner: String,
    /// The login is the owner or acts for it.
    pub is_owner: bool,
    /// It could change or remove events of the audit chain.
    pub may_rewrite: bool,
    /// Tables that it may not read, by name.
    pub unreadable: Vec<String>,
    /// Tables that it may not add to although it may add events, by name.
    pub unwritable: Vec<String>,
}

const RIGHTS: &str = "select cast(session_user as text), cast(pg_get_userbyid(datdba) as text), pg_has_role(session_user, datdba, 'member') \
    from pg_database where datname = current_database()";
const REWRITE: &str = "select coalesce(bool_or(has_table_privilege(oid, 'update') or has_table_privilege(oid, 'delete') \
    or has_table_privilege(oid, 'truncate')), false), coalesce(bool_or(has_table_privilege(oid, 'insert')), false) \
    from pg_class where oid = to_regclass('audit')";
const LACKS: &str = "select cast(relname as text), has_table_privilege(oid, 'select'), has_table_privilege(oid, 'insert') from pg_class \
    where relkind = 'r' and relnamespace = cast(current_schema() as regnamespace) order by relname";
/// Only an admin adds operators and sets their limits, only finance keeps exchange rates, only the owner changes the schema,
/// and balances follow by themselves.
const SELDOM_WRITTEN: [&str; 5] = ["operator", "schema_version", "approval_limit", "fund_balance", "fx_day"];

impl Session {
    /// What this login may do; nothing on SQLite, where whoever has the file may do everything.
    pub async fn rights(&mut self) -> Result<Option<Rights>> {
        if self.backend() == Backend::Sqlite {
            return Ok(None);
        }
        let (login, owner, is_owner) = self.one::<(String, String, bool)>(Sql::new(RIGHTS)).await?;
        let (may_rewrite, may_write) = self.one::<(bool, bool)>(Sql::new(REWRITE)).await?;
        let (mut unreadable, mut unwritable) = (Vec::new(), Vec::new());
        for (table, may_read, may_add) in self.all::<(String, bool, bool)>(Sql::new(LACKS)).await? {
            if may_write && !may_add && !SELDOM_WRITTEN.contains(&table.as_str()) {
                unwritable.push(table.clone());
            }
            if !may_read {
                unreadable.push(table);
            }
        }
        Ok(Some(Rights { login, owner, is_owner, may_rewrite, unreadable, unwritable }))
    }
}

async fn head(pool: &PgPool) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>("select seq from audit_head").fetch_one(pool);
    let (seq,) = tokio::time::timeout(ANSWER, query).await.map_err(|_| Error::Unavailable("no answer".into()))??;
    Ok(seq)
}
