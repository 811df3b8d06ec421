//! A conversation with the database, and the one place where a statement goes to one of the two drivers.

use super::{
    error::{Error, Result},
    sql::{Arg, Bulk, Row, Sql},
};
use futures::future;
use futures::future::BoxFuture;
use std::{borrow::Cow, sync::Arc};

use sqlx::{
    Arguments, AssertSqlSafe, Encode, Executor, PgConnection, Postgres, SqlSafeStr, Sqlite, SqliteConnection, Statement, Transaction, Type,
    pool::PoolConnection, postgres::PgArguments, sqlite::SqliteArguments,
};

/// How many values are asked for in one list.
pub(super) const LIST_MAX: usize = 512;

/// What reads need: a pooled connection or a transaction. Queries are methods of it, in the files of their capability.
pub struct Session {
    handle: Handle,
}

pub(super) enum Handle {
    Sqlite(PoolConnection<Sqlite>),
    SqliteTransaction(Transaction<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresTransaction(Transaction<'static, Postgres>),
}

enum Driver<'s> {
    Sqlite(&'s mut SqliteConnection),
    Postgres(&'s mut PgConnection),
}

/// Which of the two databases it is; asked only where a statement has to differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

impl Session {
    pub(super) fn new(handle: Handle) -> Self {
        Self { handle }
    }

    pub(super) fn into_handle(self) -> Handle {
        self.handle
    }

    pub fn backend(&self) -> Backend {
        match self.handle {
            Handle::Sqlite(_) | Handle::SqliteTransaction(_) => Backend::Sqlite,
            Handle::Postgres(_) | Handle::PostgresTransaction(_) => Backend::Postgres,
        }
    }

    fn driver(&mut self) -> Driver<'_> {
        match &mut self.handle {
            Handle::Sqlite(connection) => Driver::Sqlite(connection),
            Handle::SqliteTransaction(transaction) => Driver::Sqlite(transaction),
            Handle::Postgres(connection) => Driver::Postgres(connection),
            Handle::PostgresTransaction(transaction) => Driver::Postgres(transaction),
        }
    }

    /// Every row.
    pub fn all<T: Row>(&mut self, sql: Sql) -> BoxFuture<'_, Result<Vec<T>>> {
        Box::pin(async move {
            let Sql { text, args } = sql;
            Ok(match self.driver() {
                Driver::Sqlite(driver) => {
                    sqlx::query_as_with(AssertSqlSafe(positional(text, args.len())), sqlite(args)?).fetch_all(driver).await?
                }
                Driver::Postgres(driver) => sqlx::query_as_with(AssertSqlSafe(text), postgres(args)?).fetch_all(driver).await?,
            })
        })
    }

    /// Every row of a statement that asks for a list of values between `head` and `tail`, however many they are.
    pub(super) async fn all_in<T: Row>(&mut self, head: &'static str, values: Vec<Arg>, tail: &'static str) -> Result<Vec<T>> {
        let mut values = values.into_iter();
        let mut rows = Vec::new();
        while values.len() > 0 {
            let mut sql = Sql::new(head);
            sql.push_list(values.by_ref().take(LIST_MAX)).push(tail);
            rows.append(&mut self.all(sql).await?);
        }
        Ok(rows)
    }

    /// The first row, if any.
    pub fn optional<T: Row>(&mut self, sql: Sql) -> BoxFuture<'_, Result<Option<T>>> {
        Box::pin(async move {
            let Sql { text, args } = sql;
            Ok(match self.driver() {
                Driver::Sqlite(driver) => {
                    sqlx::query_as_with(AssertSqlSafe(positional(text, args.len())), sqlite(args)?).fetch_optional(driver).await?
                }
                Driver::Postgres(driver) => sqlx::query_as_with(AssertSqlSafe(text), postgres(args)?).fetch_optional(driver).await?,
            })
        })
    }

    /// The first row, of a statement that always gives one.
    pub async fn one<T: Row>(&mut self, sql: Sql) -> Result<T> {
        self.optional(sql).await?.ok_or_else(|| Error::corrupt("a row that always exists is missing"))
    }

    /// Changes rows; gives how many.
    pub fn execute(&mut self, sql: Sql) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async move {
            let Sql { text, args } = sql;
            Ok(match self.driver() {
                Driver::Sqlite(driver) => {
                    sqlx::query_with(AssertSqlSafe(positional(text, args.len())), sqlite(args)?).execute(driver).await?.rows_affected()
                }
                Driver::Postgres(driver) => sqlx::query_with(AssertSqlSafe(text), postgres(args)?).execute(driver).await?.rows_affected(),
            })
        })
    }

    /// The rows of several statements. Each is made while the database carries out the one before.
    pub async fn all_each<T: Row>(&mut self, mut statements: Box<dyn Iterator<Item = Sql> + Send + '_>) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        let mut next = statements.next();
        while let Some(sql) = next {
            let (found, following) = future::join(self.all(sql), async { statements.next() }).await;
            rows.append(&mut found?);
            next = following;
        }
        Ok(rows)
    }

    /// Writes rows; gives how many were changed. Each statement is made while the database carries out the one before.
    pub fn execute_each<'a>(&'a mut self, mut bulk: Bulk<'a>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async move {
            let mut changed = 0;
            if self.backend() == Backend::Sqlite {
                let mut next = bulk.values()?;
                while let Some((text, args)) = next {
                    let (done, following) = future::join(self.execute_values(text, args), async { bulk.values() }).await;
                    changed += done?;
                    next = following?;
                }
                return Ok(changed);
            }
            let columns = bulk.columns;
            let mut next = bulk.arrays()?;
            while let Some((text, args)) = next {
                let (done, following) = future::join(self.execute_arrays(text, columns, args), async { bulk.arrays() }).await;
                changed += done?;
                next = following?;
            }
            Ok(changed)
        })
    }

    fn execute_values(&mut self, text: Arc<str>, args: Vec<Arg>) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async move {
            let Driver::Sqlite(driver) = self.driver() else { return Ok(0) };
            Ok(sqlx::query_with(AssertSqlSafe(text), sqlite(args)?).execute(driver).await?.rows_affected())
        })
    }

    fn execute_arrays(&mut self, text: String, columns: usize, args: Vec<Arg>) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async move {
            let Driver::Postgres(driver) = self.driver() else { return Ok(0) };
            Ok(sqlx::query_with(AssertSqlSafe(text), arrays(columns, args)?).execute(driver).await?.rows_affected())
        })
    }

    /// Runs several statements without binds, as migrations need it.
    pub(super) fn script(&mut self, text: String) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            match self.driver() {
                Driver::Sqlite(driver) => driver.execute(sqlx::raw_sql(AssertSqlSafe(text))).await.map(|_| ())?,
                Driver::Postgres(driver) => driver.execute(sqlx::raw_sql(AssertSqlSafe(text))).await.map(|_| ())?,
            }
            Ok(())
        })
    }

    /// Asks the database whether it understands the statement, without running it.
    pub fn prepare<'a>(&'a mut self, text: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            match self.driver() {
                Driver::Sqlite(driver) => drop(driver.prepare(AssertSqlSafe(text).into_sql_str()).await?.into_sql()),
                Driver::Postgres(driver) => drop(driver.prepare(AssertSqlSafe(text).into_sql_str()).await?.into_sql()),
            }
            Ok(())
        })
    }
}

/// From here on the names of binds cost more than their values: SQLite looks each name up in a list.
const NAMED_MAX: usize = 24;

/// The same statement with `?` for `$1`, `$2` ..., where each is used once and in this order, as bulk statements do.
fn positional(text: Cow<'static, str>, args: usize) -> Cow<'static, str> {
    if args <= NAMED_MAX {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    let mut next = 1;
    while let Some((before, after)) = rest.split_once('$') {
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if after[..digits].parse() != Ok(next) {
            return text;
        }
        out.push_str(before);
        out.push('?');
        rest = &after[digits..];
        next += 1;
    }
    if next != args + 1 {
        return text;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn sqlite(args: Vec<Arg>) -> Result<SqliteArguments> {
    arguments(args)
}

fn postgres(args: Vec<Arg>) -> Result<PgArguments> {
    arguments(args)
}

/// The values of rows as an array for each column.
fn arrays(columns: usize, args: Vec<Arg>) -> Result<PgArguments> {
    enum Column {
        Int(Vec<Option<i64>>),
        Text(Vec<Option<String>>),
        Bytes(Vec<Option<Vec<u8>>>),
        Real(Vec<Option<f64>>),
    }
    let rows = args.len() / columns;
    let empty = |arg: &Arg| match arg {
        Arg::Int(_) => Column::Int(Vec::with_capacity(rows)),
        Arg::Text(_) => Column::Text(Vec::with_capacity(rows)),
        Arg::Bytes(_) => Column::Bytes(Vec::with_capacity(rows)),
        Arg::Real(_) => Column::Real(Vec::with_capacity(rows)),
    };
    let mut arrays: Vec<Column> = args.iter().take(columns).map(empty).collect();
    for (i, arg) in args.into_iter().enumerate() {
        match (&mut arrays[i % columns], arg) {
            (Column::Int(array), Arg::Int(value)) => array.push(value),
            (Column::Text(array), Arg::Text(value)) => array.push(value),
            (Column::Bytes(array), Arg::Bytes(value)) => array.push(value),
            (Column::Real(array), Arg::Real(value)) => array.push(value),
            _ => return Err(Error::Internal("a column has values of two kinds".into())),
        }
    }
    let mut out = PgArguments::default();
    for array in arrays {
        match array {
            Column::Int(array) => out.add(array),
            Column::Text(array) => out.add(array),
            Column::Bytes(array) => out.add(array),
            Column::Real(array) => out.add(array),
        }
        .map_err(|error| Error::Internal(error.to_string()))?;
    }
    Ok(out)
}

/// The binds in the form of one driver.
fn arguments<A: Arguments>(args: Vec<Arg>) -> Result<A>
where
    Option<i64>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    Option<f64>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    Option<String>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    Option<Vec<u8>>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
{
    let mut out = A::default();
    out.reserve(args.len(), args.len() * 16);
    for arg in args {
        match arg {
            Arg::Int(value) => out.add(value),
            Arg::Text(value) => out.add(value),
            Arg::Bytes(value) => out.add(value),
            Arg::Real(value) => out.add(value),
        }
        .map_err(|error| Error::Internal(error.to_string()))?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_binds_in_order_lose_their_names() {
        let list = |n: usize| (1..=n).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
        let bulk = format!("values ({}) on conflict do nothing", list(30));
        assert_eq!(positional(bulk.into(), 30), format!("values ({}) on conflict do nothing", vec!["?"; 30].join(", ")));
        let again = format!("select $1 where x in ({})", list(30));
        assert_eq!(positional(again.clone().into(), 30), again, "a bind that is used twice keeps its name");
        let few = format!("select {}", list(3));
        assert_eq!(positional(few.clone().into(), 3), few);
    }
}
