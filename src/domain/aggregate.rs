//! What leads, registrations and conflicts have in common: each is an aggregate, everything that a decision about it needs,
//! and lives by events.

use crate::domain::{
    event::{Entity, Event},
    id::{Number, OperatorId},
    text::Text,
    time::Instant,
};

/// A record that its first event begins, and each further one changes.
pub trait Aggregate: Clone {
    type Id: Number;
    type Event: Clone;
    /// What the audit chain calls it.
    const ENTITY: fn(Self::Id) -> Entity;

    fn id(&self) -> Self::Id;
    /// The number of events applied.
    fn version(&self) -> i64;
    /// When the engine has to look at it next.
    fn next_at(&self) -> Option<Instant>;
    /// The key of the record that it came with, where it has one.
    fn source_key(&self) -> Option<&Text> {
        None
    }
    /// The event, if it happens to such a record.
    fn event(event: &Event) -> Option<&Self::Event>;
    /// The record that its first event begins; nothing for any other event.
    fn begin(id: Self::Id, event: &Self::Event, at: Instant) -> Option<Self>;
    /// Applies one event at its time; raises the version by one.
    fn apply(&mut self, event: &Self::Event, at: Instant);

    /// The number, if the entity is such a record.
    fn number_of(entity: Entity) -> Option<Self::Id> {
        let id = Self::Id::of(entity.id());
        (Self::ENTITY(id) == entity).then_some(id)
    }
}

/// The last command that changed a record and was not taken back, read from the chain.
#[derive(Debug, Clone)]
pub struct LastCommand<R: Aggregate> {
    pub actor: OperatorId,
    pub at: Instant,
    /// The day under which its figures were counted.
    pub day: i64,
    pub events: Vec<R::Event>,
    /// The record as it was before.
    pub before: R,
}
