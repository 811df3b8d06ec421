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
    ConnectOptions, Executor, PgConnection, PgPool,
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

async fn head(pool: &PgPool) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>("select seq from audit_head").fetch_one(pool);
    let (seq,) = tokio::time::timeout(ANSWER, query).await.map_err(|_| Error::Unavailable("no answer".into()))??;
    Ok(seq)
}
