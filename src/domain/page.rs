//! Pages of a queue: which one, where it begins, the place of a row, and how many rows there are.

use crate::domain::{
    filter::{self, Filter},
    id::OperatorId,
    time::Instant,
};

/// Which page of which queue. `Q` and `S` are the queues and orders of a desk, `F` its words in the filter language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest<Q, S, F: filter::Room> {
    pub queue: Q,
    pub filter: Option<Filter<F>>,
    pub sort: S,
    pub me: OperatorId,
    pub now: Instant,
    pub from: From<F::Id>,
    pub limit: u32,
}

/// Where a page begins. `I` is the number of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From<I> {
    Start,
    /// The rows after this cursor, not including it.
    After(Cursor<I>),
    /// The rows before it, still in the queue's order.
    Before(Cursor<I>),
    /// The row itself and those after it: where a reload keeps its place.
    At(Cursor<I>),
    /// Some rows before this one, wherever in the order it stands, then the row and those after it; the start where it is not in
    /// the queue. So a record stays in sight when the order changes.
    Near(I),
    End,
}

/// The sort key and number of a row: a place in an order that stays valid when the row itself has gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor<I> {
    pub key: SortKey,
    pub id: I,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SortKey {
    /// An instant, an amount, a score: by the queue's order. Rows without a due instant stand after all that have one.
    Number(i64),
    /// Of the end customer, as normalised words.
    Company(String),
}

/// Rows in order, each with the cursor of its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<I, R> {
    pub rows: Vec<(Cursor<I>, R)>,
    /// There are more rows before the first and after the last.
    pub more_before: bool,
    pub more_after: bool,
}

impl<I, R> Default for Page<I, R> {
    fn default() -> Self {
        Self { rows: Vec::new(), more_before: false, more_after: false }
    }
}

/// How many rows a queue holds: exact up to the limit of the count, else "at least".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    pub n: u64,
    pub at_least: bool,
}
