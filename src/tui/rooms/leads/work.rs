//! What the lead room asks of the driver, and what comes back: plain data, so that a test can look at it and answer.

use crate::{
    app::lead::view::{LastDone, LeadCounts, LeadDetail, PartnerChoice, Viewer},
    domain::{
        filter::Filter,
        id::{LeadId, OperatorId},
        lead::{
            Lead, LeadCommand, LeadEvent, Refusal,
            queue::{Kpis, Page, PageRequest, Queue},
        },
        text::Text,
        time::Instant,
        told::Names,
    },
};

/// Work for the driver.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Load rows. A later one makes an earlier one needless.
    Page {
        load: Load,
        request: PageRequest,
        viewer: Viewer,
    },
    Counts {
        queue: Queue,
        filter: Option<Filter>,
        viewer: Viewer,
        now: Instant,
    },
    Kpis,
    Detail {
        id: LeadId,
    },
    /// Partners to choose from, for one lead.
    Partners {
        id: LeadId,
    },
    /// Names for completion and hand-over.
    Directory,
    /// Every lead that matches, to be marked.
    Matching {
        request: PageRequest,
        viewer: Viewer,
    },
    /// What the orders would do.
    Plan {
        job: u64,
        orders: Vec<Order>,
    },
    Execute {
        job: u64,
        orders: Vec<Order>,
    },
    /// What this operator did last, from the audit chain.
    LastDone,
    /// Leave, and open the demo database.
    Demo,
}

/// One command on some leads: one transaction. A bulk verb is one order, or several where the objects differ
/// (each offer has its own number).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub command: LeadCommand,
    pub targets: Vec<Target>,
}

/// A lead and the version of it that was on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub id: LeadId,
    /// Nothing where it was not on the screen: then nobody was overtaken.
    pub seen: Option<i64>,
    /// The number of its latest offer, for an answer to it; 0 without one.
    pub offer: u32,
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
}

impl Purpose {
    /// Whether it replaces any earlier wish for rows.
    pub const fn is_of_list(self) -> bool {
        !matches!(self, Self::Jump)
    }
}

/// An answer. Failures are sentences.
#[derive(Debug)]
pub enum Msg {
    /// Somebody changed something.
    Changed,
    /// In which zone times are told.
    Zone(chrono_tz::Tz),
    Page(Load, Result<Page, String>),
    Counts(Result<LeadCounts, String>),
    Kpis(Result<Kpis, String>),
    Detail(LeadId, Result<Option<Box<LeadDetail>>, String>),
    Partners(LeadId, Result<Vec<PartnerChoice>, String>),
    Directory(Result<Directory, String>),
    Matching(Result<(Vec<Target>, bool), String>),
    Planned(u64, Result<Answers, String>),
    Executed(u64, Answers),
    LastDone(Result<Option<LastDone>, String>),
}

/// Names that only the database knows.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    pub colleagues: Vec<(OperatorId, Text)>,
    pub partners: Vec<String>,
}

/// What became of orders: the answers so far, and the failure that ended the work, if any.
#[derive(Debug, Default)]
pub struct Answers {
    pub answers: Vec<Answer>,
    /// Of those whom the answers mention.
    pub names: Names,
    pub failure: Option<String>,
}

/// What a command did or would do to one lead.
#[derive(Debug, Clone)]
pub struct Answer {
    pub id: LeadId,
    pub result: Result<Happened, Refusal>,
}

#[derive(Debug, Clone)]
pub struct Happened {
    pub events: Vec<LeadEvent>,
    /// The lead afterwards.
    pub lead: Box<Lead>,
}

impl Happened {
    /// The version that it had before.
    pub fn version_before(&self) -> i64 {
        self.lead.version - i64::try_from(self.events.len()).unwrap_or(0)
    }
}
