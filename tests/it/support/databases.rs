//! Fresh databases, one of each kind, for tests that must hold on both.

use super::postgres::{self, Server};
use pilothouse::{
    ambient::{Clock, Entropy},
    domain::time::Instant,
    store::{Address, Db, Options, Sql},
};
use sqlx::{Connection, Executor};
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

/// 2026-03-02T09:00:00Z, a Monday: when the tests begin.
pub const START: Instant = Instant::from_micros(1_772_442_000_000_000);

/// A fresh database and what keeps it alive.
pub struct Fresh {
    pub db: Db,
    /// For error messages: which of the two it is.
    pub name: &'static str,
    folder: Option<Arc<tempfile::TempDir>>,
}

impl Fresh {
    /// The database as another process would open it.
    pub async fn opened_again(&self) -> Db {
        Db::open(self.db.address().clone(), self.db.options().clone()).await.expect("it opened before")
    }
}

/// Takes back what came with version 21 and later, for tests that begin with an older database.
/// The triggers of version 22 stay: they know of nothing that came with 21, and are made anew.
pub const BACK_TO_20: &[&str] = &[
    "delete from schema_version where version > 20",
    "drop table deal_key_new",
    "drop index sale_unbooked",
    "drop index deal_decision_due",
    "drop index conflict_party_case",
    "drop index deal_disputed_case",
    "drop index deal_phase",
    "alter table deal drop column case_due",
    "create index deal_phase on deal (phase, due_key, id) where phase <> ''",
    "drop index mdf_item_checks",
    "drop index mdf_item_awaits_due",
    "drop index mdf_item_awaits_received",
    "drop index mdf_item_awaits_amount",
    "drop index mdf_item_awaits_title",
    "alter table mdf_item drop column awaits",
    "alter table mdf_item drop column awaits_minor",
    "alter table mdf_item add column barred text not null default ' '",
    "create index deal_disputed_due on deal (due_key, id) where (case phase when 'open' then 1 end) = 1",
];

pub fn options(clock: &Clock) -> Options {
    Options::new(clock.clone(), Entropy::seeded(7))
}

/// An empty SQLite database in a folder of its own.
pub async fn sqlite() -> Fresh {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clock = Clock::manual(START);
    let address = Address::Sqlite(folder.path().join("channel.db"));
    let db = Db::open(address, options(&clock)).await.expect("a new file opens");
    Fresh { db, name: "sqlite", folder: Some(Arc::new(folder)) }
}

/// An empty PostgreSQL database, or `None` where there is no PostgreSQL (which was said loudly).
pub async fn postgres() -> Option<Fresh> {
    let server = tokio::task::spawn_blocking(postgres::server).await.expect("the server starts")?;
    Some(postgres_on(server).await)
}

/// An empty database of this server.
pub async fn postgres_on(server: &Server) -> Fresh {
    let db = Db::open(Address::Postgres(create(server).await), options(&Clock::manual(START))).await.expect("a new database opens");
    Fresh { db, name: "postgres", folder: None }
}

/// Makes a database that nothing was written to, and gives its address.
pub async fn create(server: &Server) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut admin = sqlx::PgConnection::connect(&server.url("postgres")).await.expect("our own server answers");
    admin.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {name}")))).await.expect("a fresh name");
    server.url(&name)
}

/// Runs a test on a fresh database of each kind, one after the other.
pub async fn on_both<F: Future<Output = ()>>(test: impl Fn(Fresh) -> F) {
    let fresh = sqlite().await;
    // An `async move` block takes only the fields that it names; the folder has to outlive it.
    let _folder = fresh.folder.clone();
    // A test is long, and would be large twice.
    Box::pin(test(fresh)).await;
    if let Some(fresh) = postgres().await {
        Box::pin(test(fresh)).await;
    }
}

/// The statements of the README's n-th block of SQL.
pub fn readme_sql(n: usize) -> Vec<String> {
    let readme = include_str!("../../../README.md");
    let block = readme.split("```sql\n").nth(n + 1).and_then(|rest| rest.split("```").next()).expect("the README has that block");
    let bare: String = block.lines().map(|line| line.split("--").next().unwrap_or(line)).collect::<Vec<_>>().join("\n");
    bare.split(';').map(|sql| sql.trim().to_owned()).filter(|sql| !sql.is_empty()).collect()
}

/// A database of PostgreSQL as a login sees it that has the rights of the README's desk, and is operator `id` with these roles
/// (as JSON); `None` where there is no PostgreSQL.
pub async fn desk_login(id: i64, roles: &'static str) -> Option<Fresh> {
    let server = tokio::task::spawn_blocking(postgres::server).await.expect("the server starts")?;
    Some(login_of(server, &postgres_on(server).await, id, roles).await)
}

async fn login_of(server: &Server, owned: &Fresh, id: i64, roles: &'static str) -> Fresh {
    let Address::Postgres(url) = owned.db.address() else { panic!("it is PostgreSQL") };
    let database = url.split(['/', '?']).nth(3).expect("an address has a database");
    let login = format!("{database}_of_{id}");
    let made = ["view", "desk", "finance", "admin"].map(|role| format!("create role {database}_{role}"));
    let member = [format!("grant {database}_view to {database}_desk"), format!("create role {login} login in role {database}_desk")];
    let granted = readme_sql(1).into_iter().map(|sql| sql.replace("channel_", &format!("{database}_")));
    let mut owner = sqlx::PgConnection::connect(url).await.expect("our own server answers");
    for sql in made.into_iter().chain(member).chain(granted) {
        owner.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql.as_str()))).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    let known = "insert into operator (id, version, name, name_words, login, roles, is_active) values ($1, 1, $2, $2, $2, $3, 1)";
    let mut tx = owned.db.begin().await.expect("free");
    tx.execute(Sql::new(known).bind(id).bind(login.as_str()).bind(roles)).await.expect("an operator");
    tx.commit().await.expect("saved");
    let address = Address::Postgres(server.url_as(&login, database));
    let db = Db::open(address, owned.db.options().clone()).await.expect("it may work");
    Fresh { db, name: "a desk's login on postgres", folder: None }
}

/// Runs a test on both, and once more on PostgreSQL with no more rights than the README gives to a desk. The login is that of an
/// admin, who may write down what others did: what stops it is what the statements say, not who sends them.
pub async fn on_every_login<F: Future<Output = ()>>(test: impl Fn(Fresh) -> F) {
    on_both(&test).await;
    if let Some(fresh) = desk_login(99, "[\"admin\"]").await {
        Box::pin(test(fresh)).await;
    }
}
