//! A world without a database: the same contract as [`super::Tx`], in memory, for the simulation and for fast tests.
//!
//! It behaves as `PostgreSQL` at read committed does, which is the wider of the two: several units are under way at once,
//! each read sees what is committed, whoever numbers leads or saves makes others wait until the end of its transaction,
//! and guards are checked under that lock. Nothing is copied per unit: changes are staged and applied by the commit.

mod contact;
mod deal;
mod mdf;
mod moved;
mod partner;
mod pos;
mod state;
mod table;
mod tier;
mod unit;

pub use deal::DealDesk;
pub use mdf::MdfDesk;
pub use pos::PosDesk;
pub use state::State;
pub use table::Table;
pub use tier::TierDesk;
pub use unit::MemoryUnit;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether a unit gives way before each step, so that a test's own scheduler can run others in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Straight through; only a lock held by another unit waits.
    Straight,
    /// Every call is pending once before it does its work.
    Stepped,
}

/// A handle to the world; cheap to clone.
#[derive(Clone)]
pub struct World {
    state: Arc<Mutex<State>>,
    pace: Pace,
}

impl World {
    pub fn new(pace: Pace) -> Self {
        Self { state: Arc::new(Mutex::new(State::new())), pace }
    }

    /// A world that nobody has settled in, as a new database is: even the engine comes with the first operator.
    pub fn unsettled() -> Self {
        Self { state: Arc::default(), pace: Pace::Straight }
    }

    pub fn begin(&self) -> MemoryUnit {
        let number = self.look().numbered();
        MemoryUnit::new(self.clone(), number)
    }

    /// Everything that is committed. Held only for a look: whoever keeps it stops the world.
    pub fn look(&self) -> MutexGuard<'_, State> {
        // A test that failed while looking has changed nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
