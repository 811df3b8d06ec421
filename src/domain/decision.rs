//! What every decision is made under: who acts, when, and by which channel program.

use crate::domain::{actor::Actor, calendar::CompiledCalendar, clock::Clock, id::ProgramVersion, program::Program, time::Instant};
use std::{collections::BTreeMap, sync::Arc};

/// The versions of the channel program: the one in force decides; older ones drive the clocks that they started.
#[derive(Debug, Clone)]
pub struct Programs {
    version: ProgramVersion,
    all: BTreeMap<ProgramVersion, Arc<Program>>,
}

impl Programs {
    pub fn new(version: ProgramVersion, program: Arc<Program>) -> Self {
        Self { version, all: BTreeMap::from([(version, program)]) }
    }

    /// Adds a version; the highest is in force.
    pub fn add(&mut self, version: ProgramVersion, program: Arc<Program>) {
        self.all.insert(version, program);
        self.version = self.version.max(version);
    }

    pub const fn version(&self) -> ProgramVersion {
        self.version
    }

    pub fn current(&self) -> &Arc<Program> {
        &self.all[&self.version]
    }

    /// A version, or the one in force where the wanted one is not known.
    pub fn get(&self, version: ProgramVersion) -> &Arc<Program> {
        self.all.get(&version).unwrap_or_else(|| self.current())
    }

    pub fn knows(&self, version: ProgramVersion) -> bool {
        self.all.contains_key(&version)
    }

    /// The calendar that a clock runs by.
    pub fn calendar<K>(&self, clock: &Clock<K>) -> &Arc<CompiledCalendar> {
        self.get(clock.program).calendar_for(None, Some(&clock.calendar))
    }
}

/// Under which circumstances a decision is made.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub actor: &'a Actor,
    pub now: Instant,
    pub programs: &'a Programs,
}
