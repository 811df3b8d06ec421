//! What can be wrong with the configuration and the database.

use super::{Call, Finding};
use crate::{
    error::Error,
    store::{Address, Backend, Db, SCHEMA_VERSION},
};

pub fn configuration(call: &Call<'_>) -> Vec<Finding> {
    let file = match &call.config.file {
        Some(path) => Finding::good("configuration", path.display().to_string()),
        None => Finding::good(
            "configuration",
            format!("the defaults; {} would change them", call.config.folders.config.join("config.toml").display()),
        ),
    };
    vec![file]
}

pub async fn database(call: &Call<'_>) -> Vec<Finding> {
    let address = call.config.database.clone();
    if let Address::Sqlite(path) = &address
        && !path.exists()
    {
        let advice = "it is made when Pilothouse first works on it; if it should be there, check the path";
        return vec![Finding::weak("database", format!("{address} is not there yet"), advice)];
    }
    let db = match call.db().await {
        Ok(db) => db,
        Err(Error::Expected(why)) => return vec![Finding::bad("database", format!("{address}: {why}"), advice(&address))],
        Err(Error::Internal(error)) => return vec![Finding::bad("database", format!("{address}: {error}"), advice(&address))],
        Err(Error::Closed) => return Vec::new(),
    };
    let kind = match db.backend() {
        Backend::Sqlite => "SQLite",
        Backend::Postgres => "PostgreSQL",
    };
    let mut findings = vec![Finding::good("database", format!("{address} ({kind}, schema {SCHEMA_VERSION})"))];
    findings.push(chain(&db).await);
    findings
}

fn advice(address: &Address) -> String {
    match address {
        Address::Sqlite(path) => format!("check that {} can be written, or name another file with --database", path.display()),
        Address::Postgres(_) => {
            "check the host, the name and the login, and that the server runs; `psql` with the same address shows more".to_owned()
        }
    }
}

async fn chain(db: &Db) -> Finding {
    match db.audit_verify(|_| {}).await {
        Ok(verdict) => match verdict.broken {
            None => Finding::good("audit chain", format!("whole, {} events", verdict.events)),
            Some(broken) => Finding::bad(
                "audit chain",
                format!("broken at event {}: {}", broken.seq, broken.why),
                "somebody changed the database past Pilothouse: keep a copy, compare it with a backup, and find out who",
            ),
        },
        Err(error) => Finding::bad("audit chain", error.to_string(), "read what the log says, and try again"),
    }
}
