//! What happens to a PostgreSQL on a bad day: connections are cut in the middle of anything, and the server stops as in a
//! power cut and comes back.

use super::chance::Chance;
use crate::support::postgres::Server;
use pilothouse::{app::Failure, store::Error};
use sqlx::{Connection, Executor, PgConnection};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::Mutex;

/// The server stops this often in one run.
const OUTAGES: u64 = 3;

pub struct Hazard {
    server: Arc<Server>,
    pub cut: AtomicU64,
    /// How often the server was away; held while it is.
    outages: Mutex<u64>,
}

impl Hazard {
    pub fn new(server: Arc<Server>) -> Self {
        Self { server, cut: AtomicU64::new(0), outages: Mutex::new(0) }
    }

    /// Before the step after which `left` of `steps` remain.
    pub async fn strike(&self, left: i64, steps: i64, chance: &mut Chance) {
        if let Ok(mut outages) = self.outages.try_lock()
            && *outages < OUTAGES
            && left.cast_unsigned() * (OUTAGES + 1) < steps.cast_unsigned() * (OUTAGES - *outages)
        {
            let server = Arc::clone(&self.server);
            let outage = tokio::task::spawn_blocking(move || {
                server.halt();
                server.resume();
            });
            outage.await.expect("our own server obeys");
            *outages += 1;
        } else if chance.per_mille(60) {
            // The server may be away just now.
            let cut = self.cut_one(chance).await.unwrap_or(0);
            self.cut.fetch_add(cut, Ordering::Relaxed);
        }
    }

    /// Waits until the server is back, if it is away, and gives how often it was.
    pub async fn calm(&self) -> u64 {
        *self.outages.lock().await
    }

    async fn cut_one(&self, chance: &mut Chance) -> Result<u64, sqlx::Error> {
        let mut admin = PgConnection::connect(&self.server.url("postgres")).await?;
        let one = format!(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pilothouse' order by state, pid \
             offset {} limit 1",
            chance.below(12)
        );
        let cut = admin.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(one))).await?.rows_affected();
        admin.close().await?;
        Ok(cut)
    }
}

/// Whether a connection was lost; the same command may be sent again, whether it was saved or not.
pub const fn lost(failure: &Failure) -> bool {
    matches!(failure, Failure::Store(Error::Unavailable(_) | Error::CommitUnknown(_)))
}
