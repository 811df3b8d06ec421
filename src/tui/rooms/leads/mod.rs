//! The lead room: queues as tabs, a table, a lead's whole story beside it, and every verb of the desk.
//!
//! - [`work`]: what is asked of the driver and what comes back.
//! - `queue`: which rows are shown: loading, paging, filter, marks, counts.
//! - `verbs`: an action becomes a command, or a question first; `forms` asks, `jobs` plans, carries out and tells.
//! - `story`: the detail as sections; `compare`: a lead beside one that it resembles; `words`: events in words.
//! - `screen`, `header`, `table`: how it looks.

mod compare;
mod forms;
mod header;
mod jobs;
mod queue;
mod screen;
mod story;
mod table;
mod verbs;
pub mod words;
pub mod work;

use crate::{
    app::lead::view::{LeadCounts, LeadDetail, PartnerChoice},
    domain::{
        id::{LeadId, OperatorId},
        lead::queue::{Kpis, Queue, Sort},
        time::{Instant, Span},
    },
    tui::{
        action::{Act, Availability, Context},
        canvas::Canvas,
        room::{Answer, Cx, FieldError, Pulse, Room},
        widgets::{form::Value, line::Completion, list::List, pane::Pane},
    },
};
use chrono_tz::Tz;
use ratatui::layout::Rect;
use std::collections::BTreeMap;
use work::{Directory, Effect, Msg, Purpose, Target};

/// Who works in the room, and where.
#[derive(Debug, Clone)]
pub struct Station {
    pub me: OperatorId,
    /// The zone in which times are told.
    pub zone: Tz,
    /// The address of the database, for the first screen.
    pub address: String,
}

/// What stands beside (or over) the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Closed,
    Story,
    Compare,
}

/// What an open dialog is for.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    Filter,
    /// The object of a verb.
    Form {
        act: Act,
        leads: Vec<LeadId>,
    },
    /// A plan was shown; the job knows its orders.
    Apply {
        job: u64,
    },
}

/// The filter in force and the line in which it is being typed.
#[derive(Debug, Clone, Default)]
struct FilterState {
    text: String,
    tree: Option<crate::domain::filter::Filter>,
    /// The text before the line was opened, to go back to.
    before: Option<String>,
    /// Earlier filters, the newest last.
    history: Vec<String>,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and all combinations occur")]
pub struct LeadRoom {
    station: Station,
    queue: Queue,
    sort: Sort,
    filter: FilterState,
    list: List<table::Row>,
    /// Versions of marked leads as they were on the screen.
    seen: BTreeMap<LeadId, queue::Seen>,
    /// Counts changes of queue, order and filter.
    view: u64,
    /// What is being loaded for the list.
    loading: Option<Purpose>,
    /// Something changed while a load was under way.
    again: bool,
    /// The rows belong to the queue before; the new ones are on their way.
    dimmed: bool,
    /// A page could not be loaded: no further try until something happens.
    blocked: bool,
    counts: Option<LeadCounts>,
    kpis: Option<Kpis>,
    counted_at: Option<Instant>,
    side: Side,
    side_focused: bool,
    zoomed: bool,
    pane: Pane,
    /// The lead whose story was asked for last, and the one that is loaded.
    wanted: Option<LeadId>,
    detail: Option<Box<LeadDetail>>,
    /// Which of the duplicates is highlighted.
    rival: usize,
    known: Directory,
    jobs: jobs::Jobs,
    /// The partners of the open picker, in its order.
    partners: Vec<PartnerChoice>,
    /// What a question is about, while its answers are being loaded or its form is open.
    asked: Option<verbs::Asked>,
    area: Rect,
    /// The moment of the last change, for checks that have no clock of their own.
    now: Instant,
}

/// Counts of queues that change by time alone are asked for again after this long, while a clock runs on the screen.
const RECOUNT: Span = Span::from_micros(20_000_000);

impl LeadRoom {
    pub fn new(station: Station) -> Self {
        Self {
            station,
            queue: Queue::All,
            sort: Sort::Due,
            filter: FilterState::default(),
            list: List::default(),
            seen: BTreeMap::new(),
            view: 0,
            loading: None,
            again: false,
            dimmed: false,
            blocked: false,
            counts: None,
            kpis: None,
            counted_at: None,
            side: Side::Closed,
            side_focused: false,
            zoomed: false,
            pane: Pane::default(),
            wanted: None,
            detail: None,
            rival: 0,
            known: Directory::default(),
            jobs: jobs::Jobs::default(),
            partners: Vec::new(),
            asked: None,
            area: Rect::ZERO,
            now: Instant::from_micros(0),
        }
    }

    /// Opens on another queue than `All`.
    #[must_use]
    pub const fn on(mut self, queue: Queue) -> Self {
        self.queue = queue;
        self
    }

    /// Opens with a filter; one that can't be read is none.
    #[must_use]
    pub fn filtered(mut self, text: &str) -> Self {
        if let Ok(tree) = crate::domain::filter::parse(text) {
            text.trim().clone_into(&mut self.filter.text);
            self.filter.tree = Some(tree).filter(|tree: &crate::domain::filter::Filter| !tree.is_everything());
        }
        self
    }

    /// The lead under the cursor.
    pub fn selected(&self) -> Option<LeadId> {
        self.list.selected_key()
    }

    /// The story of the lead under the cursor, once it is loaded.
    fn story(&self) -> Option<&LeadDetail> {
        self.detail.as_deref().filter(|detail| Some(detail.lead.id) == self.list.selected_key())
    }

    /// Whether nothing is in the database yet.
    fn is_first_run(&self) -> bool {
        let all = Queue::ALL.len() - 1;
        self.list.is_empty() && self.filter.tree.is_none() && self.counts.as_ref().is_some_and(|counts| counts.queues[all].n == 0)
    }

    /// The leads that a verb is about, with what was seen of them.
    fn targets(&self) -> Vec<Target> {
        let target = |id| {
            let row = self.list.rows().iter().find(|row| row.lead.id == id).map(|row| queue::Seen::in_row(&row.lead));
            let seen = row.or_else(|| self.seen.get(&id).copied());
            Target { id, seen: seen.map(|seen| seen.version), offer: seen.map_or(0, |seen| seen.offer) }
        };
        self.list.targets().into_iter().map(target).collect()
    }

    fn back(&mut self, cx: &mut Cx<'_, Self>) {
        if self.list.is_in_range() {
            self.list.mark_range();
        } else if self.zoomed {
            self.zoomed = false;
        } else if self.side != Side::Closed {
            self.side = Side::Closed;
            self.side_focused = false;
        } else if self.filter.tree.is_some() {
            self.clear_filter(cx);
        } else if self.list.unmark_all() {
            cx.say("marks forgotten");
        }
    }

    fn focus(&mut self) {
        if self.side == Side::Closed {
            self.open_story();
        } else if self.areas(self.area).table.is_none() && !self.zoomed {
            // It covers the table: the other pane is behind it.
            (self.side, self.side_focused) = (Side::Closed, false);
        } else {
            self.side_focused = !self.side_focused;
        }
    }

    fn open_story(&mut self) {
        if self.list.selected().is_some() {
            let compares = self.queue == Queue::Review;
            self.side = if compares { Side::Compare } else { Side::Story };
            self.side_focused = true;
            self.pane.reset();
        }
    }

    /// Opens the story at one of its sections.
    fn open_at(&mut self, section: story::Part) {
        self.side = Side::Story;
        self.side_focused = true;
        self.jobs.show_part = Some(section);
    }

    /// Actions on what is shown; false when it is none of them.
    fn show(&mut self, act: Act, count: Option<u32>, cx: &mut Cx<'_, Self>) -> bool {
        match act {
            Act::Back => self.back(cx),
            Act::FocusNext | Act::FocusPrevious => self.focus(),
            Act::Zoom => self.zoomed = !self.zoomed,
            Act::Open => self.open_story(),
            Act::LeadWhy => self.open_at(story::Part::Why),
            Act::LeadTimeline => self.open_at(story::Part::Timeline),
            Act::LeadCompare if self.side == Side::Compare => self.side = Side::Story,
            Act::LeadCompare => {
                self.side = Side::Compare;
                self.side_focused = true;
            }
            Act::RoomLeads => {
                self.side = Side::Closed;
                self.side_focused = false;
            }
            Act::PaneNext | Act::PanePrevious if self.side == Side::Compare => self.next_rival(act == Act::PaneNext),
            Act::LeadDemo => {
                cx.run(Effect::Demo);
                cx.perform(Act::Quit);
            }
            _ => return self.pane.motion(act, count),
        }
        true
    }

    fn next_rival(&mut self, forward: bool) {
        let count = self.story().map_or(0, |story| story.duplicates.len()).max(1);
        self.rival = if forward { (self.rival + 1) % count } else { (self.rival + count - 1) % count };
    }
}

impl Room for LeadRoom {
    type Msg = Msg;
    type Effect = Effect;
    type Intent = Intent;

    fn title(&self) -> &'static str {
        "Leads"
    }

    fn start(&mut self, cx: &mut Cx<'_, Self>) {
        self.load(Purpose::Replace, cx);
        self.recount(cx);
        cx.run(Effect::Kpis);
    }

    fn contexts(&self) -> &'static [Context] {
        if self.side_focused { &[Context::Pane, Context::Leads, Context::List] } else { &[Context::List, Context::Leads] }
    }

    fn availability(&self, act: Act) -> Availability {
        self.is_possible(act)
    }

    fn hints(&self) -> Vec<Act> {
        self.useful()
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx<'_, Self>) {
        (self.blocked, self.now) = (false, cx.now);
        if !self.browse(act, count, cx) && !self.show(act, count, cx) {
            self.begin(act, cx);
        }
    }

    fn update(&mut self, msg: Msg, cx: &mut Cx<'_, Self>) {
        match msg {
            Msg::Changed => self.changed(cx),
            Msg::Zone(zone) => self.station.zone = zone,
            Msg::Page(load, result) => self.page_came(load, result, cx),
            Msg::Counts(Ok(counts)) => self.counts = Some(counts),
            Msg::Kpis(Ok(kpis)) => self.kpis = Some(kpis),
            Msg::Detail(id, Ok(detail)) if self.wanted == Some(id) => {
                let another = self.detail.as_ref().is_none_or(|known| known.lead.id != id);
                if another {
                    self.pane.reset();
                    self.rival = 0;
                }
                self.detail = detail;
            }
            Msg::Detail(..) | Msg::Counts(Err(_)) | Msg::Kpis(Err(_)) => {}
            Msg::Partners(id, result) => self.partners_came(id, result, cx),
            Msg::Directory(result) => self.directory_came(result, cx),
            Msg::Matching(result) => self.matching_came(result, cx),
            Msg::Planned(job, result) => self.planned(job, result, cx),
            Msg::Executed(job, executed) => self.executed(job, &executed, cx),
            Msg::LastDone(result) => self.last_done_came(result, cx),
        }
    }

    fn layout(&mut self, area: Rect, cx: &mut Cx<'_, Self>) {
        (self.area, self.now) = (area, cx.now);
        if self.list.is_empty() && self.loading.is_none() {
            // Nobody's story is left to be told.
            (self.side, self.side_focused) = (Side::Closed, false);
        }
        let areas = self.areas(area);
        if let Some(table) = areas.table {
            self.list.set_height(crate::tui::widgets::table::rows_in(table.height));
        }
        self.want_rows(cx);
        self.want_story(cx);
        if self.counted_at.is_some_and(|at| cx.now.since(at) >= RECOUNT) {
            self.time_passed(cx);
        }
        if let Some(inside) = areas.inside_side()
            && self.side == Side::Story
        {
            let sections = self.sections(cx.now);
            self.pane.layout(&sections, inside);
            if self.story().is_some()
                && let Some(part) = self.jobs.show_part.take()
            {
                self.pane.show(story::place(&sections, part));
            }
        }
    }

    fn view(&self, area: Rect, canvas: &mut Canvas<'_>) {
        self.draw(area, canvas);
    }

    fn pulse(&self, now: Instant) -> Pulse {
        self.pulse_of(now)
    }

    fn answered(&mut self, intent: Intent, answer: Answer, cx: &mut Cx<'_, Self>) {
        match (intent, answer) {
            (Intent::Filter, Answer::Entered(text)) => self.filter_entered(&text, cx),
            (Intent::Filter, Answer::Cancelled) => self.filter_cancelled(cx),
            (Intent::Form { act, .. }, Answer::Filled(values)) => self.filled(act, &values, cx),
            (Intent::Apply { job }, Answer::Confirmed) => self.apply(job, cx),
            _ => {}
        }
    }

    fn typing(&mut self, intent: &Intent, text: &str, cx: &mut Cx<'_, Self>) {
        if *intent == Intent::Filter {
            self.filter_typed(text, cx);
        }
    }

    fn complete(&self, intent: &Intent, text: &str, cursor: usize) -> Completion {
        if *intent == Intent::Filter { self.filter_completion(text, cursor) } else { Completion::default() }
    }

    fn check(&self, intent: &Intent, values: &[Value]) -> Result<String, FieldError> {
        match intent {
            Intent::Form { act, leads } => self.check_form(*act, leads, values),
            _ => Ok(String::new()),
        }
    }
}
