//! What a room asks of the driver, and what comes back: plain data, so that a test can look at it and answer.

use super::{Stock, Trade};
use crate::{
    app::view::{Counts, LastDone, Viewer},
    domain::{filter::Filter, id::OperatorId, page, text::Text, time::Instant, told::Names},
};

/// Work for the driver: the furniture's, or the room's own.
#[derive(Debug, Clone)]
pub enum Effect<T: Trade> {
    Browse(Browse<T>),
    Own(T::Ask),
}

/// What every room with this furniture asks for.
#[derive(Debug, Clone)]
pub enum Browse<T: Stock> {
    /// Load rows. A later one makes an earlier one needless.
    Page {
        load: Load,
        request: PageRequest<T>,
        viewer: Viewer<T::Id>,
    },
    Counts {
        queue: T::Queue,
        filter: Option<Filter<T::Filters>>,
        viewer: Viewer<T::Id>,
        now: Instant,
    },
    /// Of the header.
    Figures,
    Detail {
        id: T::Id,
    },
    /// Names for completion and for pickers.
    Directory,
    /// Every record that matches, to be marked.
    Matching {
        request: PageRequest<T>,
        viewer: Viewer<T::Id>,
    },
    /// What the orders would do.
    Plan {
        job: u64,
        orders: Vec<Order<T>>,
    },
    Execute {
        job: u64,
        orders: Vec<Order<T>>,
    },
    /// What this operator did last, from the audit chain.
    LastDone,
}

pub type PageRequest<T> = page::PageRequest<<T as Stock>::Queue, <T as Stock>::Sort, <T as Stock>::Filters>;
pub type From<T> = page::From<<T as Stock>::Id>;
pub type Cursor<T> = page::Cursor<<T as Stock>::Id>;
pub type Page<T> = page::Page<<T as Stock>::Id, <T as Stock>::Row>;

/// One command on some records: one transaction. A bulk verb is one order, or several where the objects differ (each
/// offer has its own number).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order<T: Stock> {
    pub command: T::Command,
    pub targets: Vec<Target<T>>,
}

/// A record and the version of it that was on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<T: Stock> {
    pub id: T::Id,
    /// Nothing where it was not on the screen: then nobody was overtaken.
    pub seen: Option<i64>,
    /// What else a command has to know of what was seen.
    pub extra: T::Extra,
}

/// Which load of rows this is: what is done with the rows, and for which state of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Counts queue, sort and filter changes; an answer to an older one is dropped.
    pub view: u64,
    pub purpose: Purpose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Another list.
    Replace,
    /// The beginning of the list, with the cursor on its first row; its end, with the cursor on the last.
    Start,
    End,
    /// The same list as it is now.
    Refresh,
    After,
    Before,
    /// The next row of a search: go there.
    Jump,
    /// The row under the cursor, wherever in the list it is: the so manieth question of this kind.
    Stray(u64),
}

impl Purpose {
    /// Whether it replaces any earlier wish for rows.
    pub const fn is_of_list(self) -> bool {
        !matches!(self, Self::Jump | Self::Stray(_))
    }
}

/// An answer, to the furniture or to the room's own question.
#[derive(Debug)]
pub enum Msg<T: Trade> {
    Browse(Found<T>),
    Own(T::Told),
}

/// Answers to [`Browse`]. Failures are sentences.
#[derive(Debug)]
pub enum Found<T: Stock> {
    Page(Load, Result<Page<T>, String>),
    Counts(Result<Counts, String>),
    Figures(Result<T::Figures, String>),
    Detail(T::Id, Result<Option<Box<T::Detail>>, String>),
    Directory(Result<Directory, String>),
    Matching(Result<(Vec<T::Row>, bool), String>),
    Planned(u64, Result<Answers<T>, String>),
    Executed(u64, Answers<T>),
    LastDone(Result<Option<LastDone<T::Id>>, String>),
}

/// Names that only the database knows.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    pub colleagues: Vec<(OperatorId, Text)>,
    pub partners: Vec<String>,
}

/// What became of orders: the answers so far, and the failure that ended the work, if any.
#[derive(Debug)]
pub struct Answers<T: Stock> {
    pub answers: Vec<Answer<T>>,
    /// Of those whom the answers mention.
    pub names: Names,
    pub failure: Option<String>,
    /// What else the plan should say: what moves beside the records themselves.
    pub about: Vec<String>,
    /// What was carried out, and why nobody can tell what became of it: it was not read again.
    pub unread: Option<(Vec<Target<T>>, String)>,
}

impl<T: Stock> Default for Answers<T> {
    fn default() -> Self {
        Self { answers: Vec::new(), names: Names::default(), failure: None, about: Vec::new(), unread: None }
    }
}

/// What a command did or would do to one record.
#[derive(Debug, Clone)]
pub struct Answer<T: Stock> {
    pub id: T::Id,
    pub result: Result<Happened<T>, T::Refusal>,
}

#[derive(Debug, Clone)]
pub struct Happened<T: Stock> {
    pub events: Vec<T::Event>,
    /// The record afterwards.
    pub record: Box<T::Record>,
}

impl<T: Stock> Happened<T> {
    /// The version that it had before.
    pub fn version_before(&self) -> i64 {
        T::version_after(&self.record) - i64::try_from(self.events.len()).unwrap_or(0)
    }
}

/// Puts targets with the same command into one order.
pub fn orders<T: Stock>(targets: &[Target<T>], command: impl Fn(&Target<T>) -> T::Command) -> Vec<Order<T>> {
    let mut out: Vec<Order<T>> = Vec::new();
    for target in targets {
        let command = command(target);
        match out.iter_mut().find(|order| order.command == command) {
            Some(order) => order.targets.push(*target),
            None => out.push(Order { command, targets: vec![*target] }),
        }
    }
    out
}
