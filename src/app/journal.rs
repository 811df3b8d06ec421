//! What the events of a command mean beside the records that they happen to: figures, stages that fire, keys that are
//! destroyed, and the chain itself.

use crate::{
    app::Scene,
    domain::{
        day::{Counted, day_of},
        deal,
        event::{Entity, Event, Record},
        lead, mdf,
    },
    store::unit::Changes,
};
use std::collections::BTreeMap;

/// Keeps what happens, in order.
pub(super) struct Journal<'a> {
    pub scene: Scene<'a>,
    day: i64,
    leads_counted: BTreeMap<lead::stats::Counted, i64>,
    deals_counted: BTreeMap<deal::stats::Counted, i64>,
    mdf_counted: BTreeMap<mdf::stats::Counted, i64>,
    changes: Changes,
}

impl<'a> Journal<'a> {
    pub fn new(scene: Scene<'a>) -> Self {
        let day = day_of(scene.now, scene.rules.program().zone);
        Self {
            scene,
            day,
            leads_counted: BTreeMap::new(),
            deals_counted: BTreeMap::new(),
            mdf_counted: BTreeMap::new(),
            changes: Changes::default(),
        }
    }

    /// An event that brought its entity to this version.
    pub fn note(&mut self, entity: Entity, version: i64, event: Event) {
        if let Some((clock, stage)) = event.fires() {
            self.changes.fired.push((entity, clock, stage));
        }
        if event.is_erasure() {
            self.changes.forget.push(entity);
        }
        match &event {
            Event::Lead(event) => count(&mut self.leads_counted, &lead::stats::counted(event, self.day), lead::stats::taken_away(event)),
            Event::Deal(event) => count(&mut self.deals_counted, &deal::stats::counted(event, self.day), deal::stats::taken_away(event)),
            Event::Case(event) => count(&mut self.deals_counted, &deal::stats::counted_case(event, self.day), &[]),
            Event::Request(event) => {
                let less = mdf::stats::taken_away_request(event);
                count(&mut self.mdf_counted, &mdf::stats::counted_request(event, self.day), less);
            }
            Event::Claim(event) => {
                let less = mdf::stats::taken_away_claim(event);
                count(&mut self.mdf_counted, &mdf::stats::counted_claim(event, self.day), less);
            }
            _ => {}
        }
        self.changes.records.push(self.scene.record(entity, version, event));
    }

    /// Keeps the record of an event that is followed nowhere else, and gives the changes to put its row into.
    pub fn other(&mut self, record: Record) -> &mut Changes {
        self.changes.records.push(record);
        &mut self.changes
    }

    /// The changes to put the row of something into that has no event of its own.
    pub const fn changes(&mut self) -> &mut Changes {
        &mut self.changes
    }

    /// What was kept since the last time.
    pub fn take(&mut self) -> Changes {
        let mut changes = std::mem::take(&mut self.changes);
        changes.counted = moved(&mut self.leads_counted);
        changes.deals_counted = moved(&mut self.deals_counted);
        changes.mdf.counted = moved(&mut self.mdf_counted);
        changes
    }
}

/// What an event adds to the figures, and what an undo takes away.
fn count<M: Copy + Ord>(sums: &mut BTreeMap<Counted<M>, i64>, more: &[Counted<M>], less: &[Counted<M>]) {
    for (counted, by) in more.iter().map(|one| (one, 1)).chain(less.iter().map(|one| (one, -1))) {
        *sums.entry(*counted).or_default() += by;
    }
}

fn moved<C>(sums: &mut BTreeMap<C, i64>) -> Vec<(C, i64)> {
    std::mem::take(sums).into_iter().filter(|(_, by)| *by != 0).collect()
}
