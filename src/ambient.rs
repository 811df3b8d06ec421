//! The two things that no decision may reach for by itself: the time and chance. Made once, handed down.

use crate::domain::time::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Where `now` comes from.
#[derive(Clone)]
pub enum Clock {
    /// The machine's clock, cut to microseconds.
    System,
    /// A clock that a test moves by hand.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    pub fn manual(at: Instant) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(at.micros())))
    }

    pub fn now(&self) -> Instant {
        match self {
            Self::System => Instant::from_micros(chrono::Utc::now().timestamp_micros()),
            Self::Manual(at) => Instant::from_micros(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock; the system clock ignores it.
    pub fn set(&self, at: Instant) {
        if let Self::Manual(cell) = self {
            cell.store(at.micros(), Ordering::SeqCst);
        }
    }
}

/// Where keys and identifiers come from.
#[derive(Clone)]
pub enum Entropy {
    /// The operating system's generator.
    System,
    /// A reproducible stream for tests and the demo.
    Seeded(Arc<AtomicU64>),
}

impl Entropy {
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(AtomicU64::new(seed)))
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        match self {
            // Without a generator no key is safe; stopping is the only honest answer.
            Self::System => getrandom::fill(&mut out).expect("the operating system gives random bytes"),
            Self::Seeded(counter) => {
                let n = counter.fetch_add(1, Ordering::SeqCst);
                blake3::Hasher::new().update(&n.to_le_bytes()).finalize_xof().fill(&mut out);
            }
        }
        out
    }

    pub fn uuid(&self) -> uuid::Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }
}
