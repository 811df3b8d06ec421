//! The schema, brought up to date at every start.

use super::{
    Db, Sql,
    db::Address,
    error::{Error, Result},
    session::{Backend, Session},
    sqlite,
};
use futures::future::BoxFuture;

/// One step. `both` runs on either database after its tokens are replaced, then what only one of them understands.
struct Migration {
    version: i64,
    both: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal),+) => {
        &[$(Migration {
            version: $version,
            both: include_str!(concat!("migrations/", $name, ".sql")),
            sqlite: include_str!(concat!("migrations/", $name, ".sqlite.sql")),
            postgres: include_str!(concat!("migrations/", $name, ".postgres.sql")),
        }),+]
    };
}

const MIGRATIONS: &[Migration] = migrations![1 "0001_house", 2 "0002_lead", 3 "0003_key", 4 "0004_search", 5 "0005_deal", 6 "0006_queue", 7 "0007_mdf", 8 "0008_fx", 9 "0009_glance", 10 "0010_proof", 11 "0011_funds", 12 "0012_tier", 13 "0013_partners", 14 "0014_pos", 15 "0015_partner_rooms", 16 "0016_contact", 17 "0017_onboarding", 18 "0018_certificate", 19 "0019_deal_key_gone", 20 "0020_lead_answer", 21 "0021_case_due", 22 "0022_mdf_walls", 23 "0023_claimed_request", 24 "0024_sale_booked", 25 "0025_inbox", 26 "0026_due_soon", 27 "0027_deal_key_new"];

/// The step after which every registration gets what is worked out from all of it, and not by the database.
const GLANCES: i64 = 9;
/// The step after which every partner stands in the list of the tier desk.
const LINES: i64 = 13;
/// The step after which point-of-sale lines are taken over with the number of their key.
const SALES: i64 = 14;
/// The step after which it is known of every partner when its certificates end.
const CERTIFICATES: i64 = 18;
/// The step after which every open item of the MDF desk says for whom it waits.
const INBOXES: i64 = 25;
/// The step after which breaches of conflicts are counted by day.
const CASE_BREACHES: i64 = 26;
/// The version that this program writes.
pub const VERSION: i64 = MIGRATIONS[MIGRATIONS.len() - 1].version;

const FOUND: &str = "select coalesce(max(version), 0) from schema_version";
/// Any number that nobody else uses for an advisory lock in the same database.
const POSTGRES_LOCK: i64 = 0x0070_696c_6f74;

/// What a migration does on one database alone.
pub(super) fn text_of(version: i64, backend: Backend) -> &'static str {
    let found = MIGRATIONS.iter().find(|migration| migration.version == version);
    found.map_or("", |migration| if backend == Backend::Sqlite { migration.sqlite } else { migration.postgres })
}

/// Brings the schema up to date. Starting twice, or eight times, at once is fine: one migrates, the others wait. One query
/// when there is nothing to do.
pub fn run(db: &Db) -> BoxFuture<'_, Result<()>> {
    Box::pin(async move {
        let before = match found(&mut db.read().await?).await {
            Ok(VERSION) => return Ok(()),
            Ok(found) if found > VERSION => return Err(Error::NewerSchema { found, known: VERSION }),
            Ok(found) => found,
            // No such table: a new database.
            Err(Error::Internal(_)) => 0,
            Err(error) => return Err(error),
        };
        if db.options().read_only {
            return Err(Error::Address(format!("the database {} has to be opened for writing once, to bring it up to date", db.address())));
        }
        match up(db).await {
            Err(Error::Denied(why)) => Err(not_ours(db, before, why).await),
            other => other,
        }
    })
}

/// The error for a login of PostgreSQL that may not change the schema: whoever may has to come first.
async fn not_ours(db: &Db, found: i64, why: String) -> Error {
    let rights = match db.read().await {
        Ok(mut session) => session.rights().await.ok().flatten(),
        Err(error) => return error,
    };
    let Some(rights) = rights else { return Error::Denied(why) };
    let needs = if found == 0 {
        "the database has no tables yet".to_owned()
    } else {
        format!("the database has schema version {found}, and this pilothouse works with version {VERSION}")
    };
    Error::Address(format!("{needs}; its owner, {}, has to start pilothouse once ({why} for {})", rights.owner, rights.login))
}

async fn up(db: &Db) -> Result<()> {
    let _lock = match db.address() {
        Address::Sqlite(path) => Some(sqlite::lock(path).await?),
        Address::Postgres(_) => None,
    };
    let mut tx = db.begin().await?;
    if tx.backend() == Backend::Postgres {
        tx.execute(Sql::new("select pg_advisory_xact_lock($1)").bind(POSTGRES_LOCK)).await?;
        tx.execute(Sql::new("set local statement_timeout = 0")).await?;
    }
    tx.execute(Sql::new("create table if not exists schema_version (version bigint primary key)")).await?;
    let found = found(&mut tx).await?;
    if found > VERSION {
        return Err(Error::NewerSchema { found, known: VERSION });
    }
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > found) {
        tracing::info!(version = migration.version, "migrating the database");
        let backend = tx.backend();
        tx.script(translate(migration.both, backend)).await?;
        tx.script(if backend == Backend::Sqlite { migration.sqlite } else { migration.postgres }.to_owned()).await?;
        if migration.version == GLANCES {
            tx.glances_begin().await?;
        }
        if migration.version == LINES {
            tx.tier_lines_begin().await?;
        }
        if migration.version == SALES {
            tx.sales_begin().await?;
        }
        if migration.version == CERTIFICATES {
            tx.tier_certificates_begin().await?;
        }
        if migration.version == INBOXES {
            tx.mdf_inboxes_begin().await?;
        }
        if migration.version == CASE_BREACHES {
            tx.case_breaches_begin().await?;
        }
        tx.execute(Sql::new("insert into schema_version (version) values ($1)").bind(migration.version)).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn found(session: &mut Session) -> Result<i64> {
    session.one::<(i64,)>(Sql::new(FOUND)).await.map(|(version,)| version)
}

/// The few words that the databases do not share: a number that is the row's address, bytes, and rows that live in the
/// primary key's index.
fn translate(text: &str, backend: Backend) -> String {
    let (id, bytes, clustered) = match backend {
        Backend::Sqlite => ("integer primary key", "blob", " without rowid"),
        Backend::Postgres => ("bigint primary key", "bytea", ""),
    };
    text.replace("{id}", id).replace("{bytes}", bytes).replace("{clustered}", clustered)
}
