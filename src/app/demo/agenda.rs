//! What people of the demo will do, in time, and the looks of the engine in between.

use super::stage::Stage;
use crate::{
    app::{Command, Failure},
    domain::{
        actor::Actor,
        time::{Instant, Span},
    },
};
use std::collections::{BTreeMap, btree_map::OccupiedEntry};

pub struct Agenda<S> {
    /// By when, then in the order of planning.
    steps: BTreeMap<(Instant, u64), S>,
    planned: u64,
    /// When the engine looked last, how often it does, and what it does then.
    looked: Instant,
    every: Span,
    sweep: Command,
}

impl<S> Agenda<S> {
    pub fn new(opened: Instant, every: Span, sweep: Command) -> Self {
        Self { steps: BTreeMap::new(), planned: 0, looked: opened, every, sweep }
    }

    pub fn later(&mut self, at: Instant, step: S) {
        self.planned += 1;
        self.steps.insert((at, self.planned), step);
    }

    /// How many steps were ever planned.
    pub fn planned(&self) -> u64 {
        self.planned
    }

    /// When somebody acts next.
    pub fn next(&self) -> Option<Instant> {
        self.steps.first_key_value().map(|((at, _), _)| *at)
    }

    /// The first step that is due by `until`, at whose time the stage is then. Where none is left, the engine has looked as
    /// often as it does up to `until`.
    pub async fn due(&mut self, stage: &mut Stage<'_>, until: Instant) -> Result<Option<S>, Failure> {
        let due = self.steps.first_entry().filter(|entry| entry.key().0 <= until).map(OccupiedEntry::remove_entry);
        let ((at, _), step) = match due {
            Some((key, step)) => (key, Some(step)),
            None => ((until, 0), None),
        };
        self.look(stage, at).await?;
        if step.is_some() {
            stage.at(at);
        }
        Ok(step)
    }

    /// In the present the engine looks by itself.
    async fn look(&mut self, stage: &mut Stage<'_>, until: Instant) -> Result<(), Failure> {
        while self.looked.plus(self.every) <= until && matches!(stage, Stage::Past { .. }) {
            self.looked = self.looked.plus(self.every);
            stage.at(self.looked);
            stage.carry(Actor::engine().id, self.sweep.clone()).await?;
        }
        Ok(())
    }
}
