//! What the rooms of all desks read alike: who looks, how many records each queue holds, and what an operator did last.

use crate::domain::{
    filter,
    id::{CommandId, OperatorId},
    page::Count,
    time::Instant,
};
use chrono_tz::Tz;

/// Who looks, and from where: what a filter means depends on it. `I` is the number of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer<I> {
    pub me: OperatorId,
    /// The zone in which `today` is a day.
    pub zone: Tz,
    /// What `is:marked` means on this screen.
    pub marked: Vec<I>,
}

impl<I> Viewer<I> {
    pub fn context<R: filter::Room<Id = I>>(&self, now: Instant) -> filter::Context<'_, R> {
        filter::Context { now, zone: self.zone, me: self.me, marked: &self.marked }
    }
}

/// The number of records in each queue of a desk, in the order of its tabs, and in the open queue with its filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    pub queues: Vec<Count>,
    pub filtered: Option<Count>,
}

/// What an operator did last to the records of a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastDone<I> {
    pub command: CommandId,
    pub at: Instant,
    /// The first event's stable name.
    pub event: String,
    /// Each record with its version right after.
    pub records: Vec<(I, i64)>,
}
