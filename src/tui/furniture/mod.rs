//! The furniture of a room with queues: tabs, a table with pages and marks, a filter, a story or a comparison beside it,
//! and verbs that are planned, confirmed, carried out, told and taken back. A room is a [`Workroom`] of its [`Trade`].
//!
//! - [`trade`]: what a room has to provide. [`work`]: what is asked of the driver and what comes back.
//! - `rows`: which rows are shown: loading, paging, counts; `marks`: which are marked, and the search for the next;
//!   `filter`: the line in which it is typed.
//! - `verbs`: an action becomes a command, or a question first; `jobs` plans, carries out, tells and takes back.
//! - `side`: what stands beside the table; `screen`, `header`: how it looks; `room`: all of it as a [`Room`].
//! - [`story`], [`words`]: what stories tell alike, and words that every room uses.
//!
//! [`Room`]: crate::tui::room::Room

pub mod amounts;
mod filter;
mod header;
mod jobs;
mod marks;
mod room;
mod rows;
mod screen;
mod side;
pub mod story;
pub mod trade;
mod verbs;
pub mod words;
pub mod work;

pub use trade::{Greeting, Look, Piece, Sorting, Stock, Tab, Trade};
pub use verbs::{Asked, some_clock};

use crate::{
    app::view::Counts,
    domain::{filter as language, id::OperatorId, search, time::Instant},
    tui::{
        action::Act,
        keymap::Keymap,
        widgets::{
            list::{List, Record},
            pane::Pane,
        },
    },
};
use chrono_tz::Tz;
use filter::FilterState;
use marks::Seen;
use ratatui::layout::Rect;
use side::Side;
use std::collections::BTreeMap;
use work::{Cursor, Directory, Purpose, Target};

/// Who works in the room, and where.
#[derive(Debug, Clone)]
pub struct Station {
    pub me: OperatorId,
    /// The zone in which times are told.
    pub zone: Tz,
    /// The address of the database, for the first screen.
    pub address: String,
}

/// What an open dialog is for.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent<I> {
    Filter,
    /// The object of a verb.
    Form {
        act: Act,
        records: Vec<I>,
    },
    /// A plan was shown; the job knows its orders.
    Apply {
        job: u64,
    },
}

/// A dialog that is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Form,
    /// The plan of this job.
    Plan(u64),
}

/// A line of a queue with its place in the order.
#[derive(Debug, Clone)]
pub struct Line<T: Stock> {
    pub place: Cursor<T>,
    pub row: T::Row,
}

impl<T: Stock> Line<T> {
    pub fn id(&self) -> T::Id {
        T::id(&self.row)
    }
}

impl<T: Stock> Record for Line<T> {
    type Key = T::Id;
    fn key(&self) -> T::Id {
        self.id()
    }
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and all combinations occur")]
pub struct Workroom<T: Trade> {
    pub station: Station,
    /// The keys in force, for sentences that name one.
    keys: Keymap,
    /// What the room keeps of its own.
    pub own: T::Own,
    queue: T::Queue,
    sort: T::Sort,
    filter: FilterState<T>,
    list: List<Line<T>>,
    /// Versions of marked records as they were on the screen.
    seen: BTreeMap<T::Id, Seen<T>>,
    /// Counts changes of queue, order and filter.
    view: u64,
    /// Counts the questions for a row that is not where it was; an answer to an older one is dropped.
    strays: u64,
    /// The record to which the cursor goes back with the rows that are on their way.
    wished: Option<T::Id>,
    /// What is being loaded for the list.
    loading: Option<Purpose>,
    /// Something changed while a load was under way.
    again: bool,
    /// The rows belong to the queue before; the new ones are on their way.
    dimmed: bool,
    /// What matches is to be marked, and is not known yet.
    marking: bool,
    /// A page could not be loaded: no further try until something happens.
    blocked: bool,
    counts: Option<Counts>,
    figures: Option<T::Figures>,
    counted_at: Option<Instant>,
    side: Side,
    /// Which of [`Trade::COMPARE`] is shown while that is what stands beside.
    compared: Option<Act>,
    side_focused: bool,
    zoomed: bool,
    pane: Pane,
    /// The story opens at the section of this title once it is loaded.
    open_at: Option<&'static str>,
    /// The record whose story was asked for last, and the one that is loaded.
    wanted: Option<T::Id>,
    detail: Option<Box<T::Detail>>,
    /// The record whose story could not be read, and why.
    unread: Option<(T::Id, String)>,
    /// Which of those that it resembles is highlighted.
    rival: usize,
    known: Directory,
    jobs: jobs::Jobs<T>,
    /// What a question is about, while its answers are being loaded or its form is open.
    asked: Option<Asked<T>>,
    /// What was asked for, and will open a dialog when it comes.
    awaits: Option<Awaited>,
    area: Rect,
    /// The moment of the last change, for checks that have no clock of their own.
    now: Instant,
}

impl<T: Trade> Workroom<T> {
    pub fn new(station: Station) -> Self {
        Self {
            station,
            keys: Keymap::default(),
            own: T::Own::default(),
            queue: T::Queue::EVERYTHING,
            sort: T::Sort::ALL[0],
            filter: FilterState::default(),
            list: List::default(),
            seen: BTreeMap::new(),
            view: 0,
            strays: 0,
            wished: None,
            loading: None,
            again: false,
            dimmed: false,
            marking: false,
            blocked: false,
            counts: None,
            figures: None,
            counted_at: None,
            side: Side::Closed,
            compared: None,
            side_focused: false,
            zoomed: false,
            pane: Pane::default(),
            open_at: None,
            wanted: None,
            detail: None,
            unread: None,
            rival: 0,
            known: Directory::default(),
            jobs: jobs::Jobs::default(),
            asked: None,
            awaits: None,
            area: Rect::ZERO,
            now: Instant::from_micros(0),
        }
    }

    pub const fn keys(&self) -> &Keymap {
        &self.keys
    }

    /// The names of its queues in commands: `due-soon`.
    pub fn queues() -> Vec<String> {
        T::Queue::ALL.iter().map(|queue| search::slug(queue.title())).collect()
    }

    /// Opens on another queue than the one with everything, by its name, and with a filter.
    ///
    /// # Errors
    /// When there is no such queue, or the filter can't be read.
    pub fn open(&mut self, queue: Option<&str>, filter: &str) -> Result<(), String> {
        if let Some(name) = queue {
            // The one with everything is called `all` in every room, whatever stands on its tab.
            let wanted = search::slug(name);
            let everything = || T::Queue::ALL.iter().position(|queue| wanted == "all" && *queue == T::Queue::EVERYTHING);
            let found = Self::queues().iter().position(|known| *known == wanted).or_else(everything);
            let queues = || Self::queues().join(", ");
            self.queue = T::Queue::ALL[found.ok_or_else(|| format!("`{name}` is no queue; the queues are {}", queues()))?];
        }
        let tree = language::parse(filter).map_err(|error| error.to_string())?;
        filter.trim().clone_into(&mut self.filter.text);
        self.filter.tree = Some(tree).filter(|tree| !tree.is_everything());
        Ok(())
    }

    /// The record under the cursor.
    pub fn selected(&self) -> Option<T::Id> {
        self.list.selected_key()
    }

    /// The moment of the last change.
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// What was loaded last of a record, which may not be the one under the cursor any more.
    pub fn detail(&self) -> Option<&T::Detail> {
        self.detail.as_deref()
    }

    /// The story of the record under the cursor, once it is loaded.
    pub fn story(&self) -> Option<&T::Detail> {
        self.detail().filter(|detail| Some(T::id_of(detail)) == self.selected())
    }

    /// Why the story of the record under the cursor is not told, or not as it is now: two lines. Nothing where it is.
    pub fn untold(&self) -> Option<[String; 2]> {
        let (_, why) = self.unread.as_ref().filter(|(id, _)| Some(*id) == self.selected())?;
        let again = format!("{} reads it again", self.keys.spoken(Act::Refresh));
        let again = if self.story().is_some() { format!("what stands here is what was read before; {again}") } else { again };
        Some([why.clone(), again])
    }

    /// Which of those that the record resembles is highlighted.
    pub const fn rival_at(&self) -> usize {
        self.rival
    }

    /// A row that is loaded.
    pub fn row(&self, id: T::Id) -> Option<&T::Row> {
        self.list.rows().iter().find(|line| line.id() == id).map(|line| &line.row)
    }

    /// Names of colleagues and partners, as far as they are known.
    pub const fn known(&self) -> &Directory {
        &self.known
    }

    /// What is being asked about, if anything.
    pub const fn asked(&self) -> Option<&Asked<T>> {
        self.asked.as_ref()
    }

    /// Whether the record stands beside another.
    pub fn is_comparing(&self) -> bool {
        self.side == Side::Compare
    }

    /// The action whose side is shown in place of the story.
    pub fn shown_beside(&self) -> Option<Act> {
        self.compared.filter(|_| self.is_comparing())
    }

    /// What the filter means by a moment, here and now.
    pub fn moments(&self) -> language::Context<'_, T::Filters> {
        language::Context { now: self.now, zone: self.station.zone, me: self.station.me, marked: &[], reach: None }
    }

    /// Whether nothing is in the database yet.
    fn is_first_run(&self) -> bool {
        let none = self.counts.as_ref().is_some_and(|counts| counts.queues.iter().all(|count| count.n == 0));
        self.list.is_empty() && self.filter.tree.is_none() && none
    }

    /// The records that a verb is about: the one whose story is being read, however many are marked behind it; in the table
    /// those that are marked, or the one under the cursor.
    fn objects(&self) -> Vec<T::Id> {
        if self.side_focused { self.selected().into_iter().collect() } else { self.list.targets() }
    }

    /// The same with what was seen of them.
    fn targets(&self) -> Vec<Target<T>> {
        let target = |id| {
            let seen = self.row(id).map(Seen::in_row).or_else(|| self.seen.get(&id).copied());
            Target { id, seen: seen.map(|seen| seen.version), extra: seen.map(|seen| seen.extra).unwrap_or_default() }
        };
        self.objects().into_iter().map(target).collect()
    }

    /// How many are marked beside the one under the cursor.
    pub fn marked_elsewhere(&self) -> usize {
        let selected = self.selected();
        self.list.marks().iter().filter(|id| Some(**id) != selected).count()
    }

    /// What was asked of these is done: they are not marked any more.
    pub fn unmark(&mut self, records: &[T::Id]) {
        self.list.unmark_keys(records);
    }

    /// `L-12 Acme GmbH`, or how many.
    pub fn told(&self, targets: &[Target<T>]) -> String {
        match targets {
            [one] => self.record(one.id),
            many => format!("{} {}", many.len(), T::noun(self.queue).1),
        }
    }

    pub(super) fn record(&self, id: T::Id) -> String {
        match self.row(id).map(T::name) {
            Some(name) if !name.is_empty() => format!("{id} {name}"),
            _ => id.to_string(),
        }
    }
}

/// Where `one` stands among `all`.
fn position<Q: PartialEq + Copy>(all: &[Q], one: Q) -> usize {
    all.iter().position(|known| *known == one).unwrap_or(0)
}
