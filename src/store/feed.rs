//! The change feed: one number, the end of the audit chain. Whoever saw it grow reads the events that are new to them.

use super::{
    Db,
    db::{Address, Pools},
    postgres, sqlite,
};
use crate::{
    ambient::Clock,
    domain::{id::AuditSeq, time::Instant},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;

/// What is known about the database now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulse {
    /// The last event of the audit chain that we know of. It never goes back.
    pub seq: AuditSeq,
    /// Since when the database does not answer, and why; `None` while all is well.
    pub stale: Option<Stale>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    pub since: Instant,
    pub why: String,
}

pub struct Feed {
    pulse: watch::Sender<Pulse>,
    running: AtomicBool,
    clock: Clock,
}

impl Feed {
    pub fn new(clock: Clock) -> Self {
        Self { pulse: watch::Sender::new(Pulse { seq: AuditSeq(0), stale: None }), running: AtomicBool::new(false), clock }
    }

    pub fn subscribe(&self) -> watch::Receiver<Pulse> {
        self.pulse.subscribe()
    }

    pub fn seq(&self) -> i64 {
        self.pulse.borrow().seq.0
    }

    /// Somebody in this process committed events up to `seq`.
    pub fn advance(&self, seq: AuditSeq) {
        self.pulse.send_if_modified(|pulse| {
            let grows = seq > pulse.seq;
            if grows {
                pulse.seq = seq;
            }
            grows
        });
    }

    /// The database answered, and the chain ends at `seq`.
    pub fn found(&self, seq: i64) {
        self.pulse.send_if_modified(|pulse| {
            let news = pulse.stale.take().is_some() || seq > pulse.seq.0;
            pulse.seq = pulse.seq.max(AuditSeq(seq));
            news
        });
    }

    /// The database does not answer. Only the first time counts: the badge shows the age of what is on the screen.
    pub fn lost(&self, why: &str) {
        // Without a watch nobody would find out that it is back.
        if !self.running.load(Ordering::SeqCst) {
            return;
        }
        self.pulse.send_if_modified(|pulse| {
            let news = pulse.stale.is_none();
            if news {
                pulse.stale = Some(Stale { since: self.clock.now(), why: why.to_owned() });
            }
            news
        });
    }

    /// Waits until nobody listens any more.
    pub async fn idle(&self) {
        self.pulse.closed().await;
    }

    /// Starts the watch of other processes, unless it runs.
    pub fn start(self: &Arc<Self>, db: &Db) {
        if self.running.swap(true, Ordering::SeqCst) {
            return;
        }
        let feed = self.clone();
        match (db.address(), db.pools()) {
            (Address::Sqlite(path), Pools::Sqlite(pools)) => {
                let (path, pool) = (path.clone(), pools.read.clone());
                tokio::spawn(async move {
                    while feed.wanted() {
                        sqlite::watch(path.clone(), pool.clone(), feed.clone()).await;
                    }
                });
            }
            (_, Pools::Postgres(pool)) => {
                let pool = pool.clone();
                tokio::spawn(async move {
                    while feed.wanted() {
                        postgres::watch(pool.clone(), feed.clone()).await;
                    }
                });
            }
            (Address::Postgres(_), Pools::Sqlite(_)) => {}
        }
    }

    /// Whether somebody listens; if not, the next listener starts a new watch.
    fn wanted(&self) -> bool {
        if self.pulse.receiver_count() > 0 {
            return true;
        }
        self.running.store(false, Ordering::SeqCst);
        // Somebody may have come in between and trusted the watch that we are about to end.
        self.pulse.receiver_count() > 0 && !self.running.swap(true, Ordering::SeqCst)
    }
}

/// How long to wait before attempt `n` to reconnect: doubling from 250 ms to 5 s, spread so that many consoles that lost
/// the same server do not come back in step.
pub fn backoff(attempt: u32) -> Duration {
    let full = 250_u64 << attempt.saturating_sub(1).min(5);
    let spread = u64::from(std::process::id().wrapping_mul(2_654_435_761).wrapping_add(attempt.wrapping_mul(40_503)) % 256);
    Duration::from_millis(full.min(5_000) * (128 + spread / 2) / 255)
}
