//! Which rows are shown: queue, order, filter, pages, marks and counts.

use super::{
    FilterState, Intent, LeadRoom, Side,
    table::Row,
    work::{Effect, Load, Purpose, Target},
};
use crate::{
    app::lead::view::Viewer,
    domain::{
        filter::{self, FIELDS, Field, Filter, Flag, Leads},
        lead::{
            Lead,
            queue::{self, From, LeadRow, PageRequest, Queue, Sort},
        },
        time::Instant,
    },
    tui::{
        action::Act,
        room::Cx,
        widgets::{
            line::{Candidate, Completion, Line},
            list::{self, Want},
        },
    },
};

/// The least number of rows that a page has, so that small screens do not ask too often.
const PAGE_MIN: usize = 60;
const HISTORY_MAX: usize = 50;
/// Completions beyond these are not worth reading.
const MENU_MAX: usize = 60;

/// Whether the meaning of a filter depends on the marks.
fn asks_for_marks(filter: &Filter) -> bool {
    match filter {
        Filter::And(terms) | Filter::Or(terms) => terms.iter().any(asks_for_marks),
        Filter::Not(term) => asks_for_marks(term),
        Filter::Is(flag) => *flag == Flag::Marked,
        _ => false,
    }
}

/// `country` at the end is the beginning of `country:DE`, not a word to search for: the screen does not go blank for it.
fn without_begun_field(text: &str) -> &str {
    let start = text.rfind(|c: char| c.is_whitespace() || c == '(').map_or(0, |at| at + 1);
    let last = text[start..].trim_start_matches('-');
    let is_name = last == "is" || FIELDS.iter().any(|spec| spec.name.eq_ignore_ascii_case(last));
    if is_name { text[..start].trim_end() } else { text }
}

type C<'a> = Cx<'a, LeadRoom>;

/// What was on the screen of a lead when it was marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub version: i64,
    /// The number of its latest offer.
    pub offer: u32,
}

impl Seen {
    pub fn in_row(row: &LeadRow) -> Self {
        Self { version: row.version, offer: row.offers }
    }

    pub fn of(lead: &Lead) -> Self {
        Self { version: lead.version, offer: u32::try_from(lead.offers.len()).unwrap_or(u32::MAX) }
    }
}

impl LeadRoom {
    fn viewer(&self) -> Viewer {
        let needed = self.filter.tree.as_ref().is_some_and(asks_for_marks);
        let marked = if needed { self.list.marks().iter().copied().collect() } else { Vec::new() };
        Viewer { me: self.station.me, zone: self.station.zone, marked }
    }

    fn request(&self, from: From, limit: usize, now: Instant) -> PageRequest {
        PageRequest {
            queue: self.queue,
            filter: self.filter.tree.clone(),
            sort: self.sort,
            me: self.station.me,
            now,
            from,
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
        }
    }

    fn page_rows(&self) -> usize {
        (3 * self.list.height()).max(PAGE_MIN)
    }

    /// Asks for rows. One load at a time: what happens meanwhile makes it load again.
    pub(super) fn load(&mut self, purpose: Purpose, cx: &mut C<'_>) {
        let rows = self.list.rows();
        let (from, limit) = match purpose {
            Purpose::Replace | Purpose::Start => (From::Start, self.page_rows()),
            Purpose::End => (From::End, self.page_rows()),
            Purpose::After => match rows.last() {
                Some(row) => (From::After(row.place.clone()), self.page_rows()),
                None => (From::Start, self.page_rows()),
            },
            Purpose::Before => match rows.first() {
                Some(row) => (From::Before(row.place.clone()), self.page_rows()),
                None => (From::Start, self.page_rows()),
            },
            Purpose::Refresh => self.window(),
            Purpose::Jump => return,
        };
        if purpose == Purpose::Replace {
            self.view += 1;
            self.dimmed = !self.list.is_empty();
        }
        self.loading = Some(purpose);
        self.again = false;
        let request = self.request(from, limit, cx.now);
        cx.run(Effect::Page { load: Load { view: self.view, purpose }, request, viewer: self.viewer() });
    }

    /// The visible rows and as many above and below: what a refresh loads, wherever in the list that is.
    fn window(&self) -> (From, usize) {
        let (rows, height) = (self.list.rows(), self.list.height());
        let first = self.list.visible().first().and_then(|row| rows.iter().position(|one| one.lead.id == row.lead.id)).unwrap_or(0);
        let start = first.saturating_sub(height);
        let limit = (first - start + 3 * height).max(PAGE_MIN);
        match rows.get(start) {
            Some(row) if start > 0 || self.list.more_before() => (From::At(row.place.clone()), limit),
            _ => (From::Start, limit),
        }
    }

    pub(super) fn page_came(&mut self, load: Load, result: Result<queue::Page, String>, cx: &mut C<'_>) {
        if load.view != self.view {
            return;
        }
        if load.purpose != Purpose::Jump {
            self.loading = None;
        }
        let page = match result {
            Ok(page) => page,
            Err(why) => {
                self.blocked = true;
                cx.say(format!("not loaded: {why}"));
                return;
            }
        };
        let rows = page.rows.into_iter().map(|(place, lead)| Row { place, lead }).collect();
        let page = list::Page { rows, more_before: page.more_before, more_after: page.more_after };
        match load.purpose {
            Purpose::Replace => {
                self.dimmed = false;
                self.list.replace(page);
            }
            Purpose::Start => {
                self.list.replace(page);
                self.list.motion(Act::First, None);
            }
            Purpose::End => self.list.replace_at_end(page),
            Purpose::Refresh => self.list.refresh(page),
            Purpose::After => self.list.append(page),
            Purpose::Before => self.list.prepend(page),
            Purpose::Jump => self.jumped(page, cx),
        }
        if self.again {
            self.load(Purpose::Refresh, cx);
        }
    }

    /// Asks for rows that the cursor is about to reach.
    pub(super) fn want_rows(&mut self, cx: &mut C<'_>) {
        if self.loading.is_some() || self.blocked || self.dimmed {
            return;
        }
        match self.list.want() {
            Some(Want::After) => self.load(Purpose::After, cx),
            Some(Want::Before) => self.load(Purpose::Before, cx),
            _ => {}
        }
    }

    /// Asks for the story of the lead under the cursor while it is in sight.
    pub(super) fn want_story(&mut self, cx: &mut C<'_>) {
        let selected = self.list.selected_key();
        if self.side == Side::Closed || self.dimmed || selected == self.wanted {
            return;
        }
        self.wanted = selected;
        if let Some(id) = selected {
            cx.run(Effect::Detail { id });
        }
    }

    /// Somebody changed something: the same rows again, in place.
    pub(super) fn changed(&mut self, cx: &mut C<'_>) {
        self.blocked = false;
        if self.loading.is_some() {
            self.again = true;
        } else {
            self.load(Purpose::Refresh, cx);
        }
        self.recount(cx);
        cx.run(Effect::Kpis);
        if self.side == Side::Closed {
            self.wanted = None;
        } else if let Some(id) = self.list.selected_key() {
            self.wanted = Some(id);
            cx.run(Effect::Detail { id });
        }
    }

    pub(super) fn recount(&mut self, cx: &mut C<'_>) {
        self.counted_at = Some(cx.now);
        cx.run(Effect::Counts { queue: self.queue, filter: self.filter.tree.clone(), viewer: self.viewer(), now: cx.now });
    }

    /// Clocks run out without anybody changing anything.
    pub(super) fn time_passed(&mut self, cx: &mut C<'_>) {
        self.recount(cx);
        if matches!(self.queue, Queue::DueSoon | Queue::Breached) && self.loading.is_none() {
            self.load(Purpose::Refresh, cx);
        }
    }

    /// Motions, marks, queue, order and filter; false when the action is none of them.
    pub(super) fn browse(&mut self, act: Act, count: Option<u32>, cx: &mut C<'_>) -> bool {
        if let Some(want) = self.list.motion(act, count) {
            match want {
                Some(Want::Start) => self.load(Purpose::Start, cx),
                Some(Want::End) => self.load(Purpose::End, cx),
                _ => {}
            }
            return true;
        }
        match act {
            Act::TabNext | Act::TabPrevious => self.switch_queue(act, count, cx),
            Act::Sort => {
                let at = Sort::ALL.iter().position(|sort| *sort == self.sort).unwrap_or(0);
                self.sort = Sort::ALL[(at + 1) % Sort::ALL.len()];
                self.load(Purpose::Replace, cx);
            }
            Act::Mark => {
                self.list.mark(count);
                self.note_versions();
            }
            Act::MarkRange => {
                self.list.mark_range();
                self.note_versions();
            }
            Act::MarkAll => {
                let request = self.request(From::Start, PAGE_MIN, cx.now);
                cx.run(Effect::Matching { request, viewer: self.viewer() });
            }
            Act::Unmark => drop(self.list.unmark_all()),
            Act::Filter => self.open_filter(cx),
            Act::FilterClear => self.clear_filter(cx),
            Act::MatchNext | Act::MatchPrevious => self.next_match(act == Act::MatchNext, count, cx),
            Act::CopyId => self.copy_ids(cx),
            Act::Refresh => {
                if !self.list.bring_in() {
                    cx.say("loading again");
                }
                self.loading = None;
                self.changed(cx);
            }
            _ => return false,
        }
        true
    }

    fn switch_queue(&mut self, act: Act, count: Option<u32>, cx: &mut C<'_>) {
        let len = Queue::ALL.len();
        let at = Queue::ALL.iter().position(|queue| *queue == self.queue).unwrap_or(0);
        let to = match (count, act) {
            (Some(number), Act::TabNext) => usize::try_from(number).unwrap_or(1).clamp(1, len) - 1,
            (_, Act::TabNext) => (at + 1) % len,
            _ => (at + len - 1) % len,
        };
        if to != at {
            self.queue = Queue::ALL[to];
            self.load(Purpose::Replace, cx);
            if self.filter.tree.is_some() {
                self.recount(cx);
            }
        }
    }

    /// Remembers what was seen of the leads that were marked.
    fn note_versions(&mut self) {
        let marks = self.list.marks();
        self.seen.retain(|id, _| marks.contains(id));
        for row in self.list.rows() {
            if marks.contains(&row.lead.id) {
                self.seen.insert(row.lead.id, Seen::in_row(&row.lead));
            }
        }
    }

    pub(super) fn matching_came(&mut self, result: Result<(Vec<Target>, bool), String>, cx: &mut C<'_>) {
        match result {
            Ok((found, more)) => {
                self.list.mark_keys(found.iter().map(|target| target.id));
                let marked = found.len();
                self.seen.extend(found.iter().map(|one| (one.id, Seen { version: one.seen.unwrap_or(0), offer: one.offer })));
                if more {
                    cx.say(format!("the first {marked} are marked; a narrower filter reaches the rest"));
                } else {
                    cx.say(format!("{marked} marked"));
                }
            }
            Err(why) => cx.fail(format!("not marked: {why}")),
        }
    }

    fn copy_ids(&mut self, cx: &mut C<'_>) {
        let ids: Vec<String> = self.list.targets().iter().map(ToString::to_string).collect();
        match ids.as_slice() {
            [] => cx.say("there is no lead here"),
            [id] => {
                cx.copy(id.clone());
                cx.say(format!("{id} copied"));
            }
            ids => {
                cx.copy(ids.join("\n"));
                cx.say(format!("{} ids copied", ids.len()));
            }
        }
    }

    fn open_filter(&mut self, cx: &mut C<'_>) {
        self.filter.before = Some(self.filter.text.clone());
        if self.known.partners.is_empty() {
            cx.run(Effect::Directory);
        }
        cx.line(Line::new("/", self.filter.text.clone()).with_history(self.filter.history.clone()), Intent::Filter);
    }

    /// Filters as one types; a text that can't be read changes nothing.
    pub(super) fn filter_typed(&mut self, text: &str, cx: &mut C<'_>) {
        let text = without_begun_field(text);
        let Ok(tree) = filter::parse(text) else { return };
        text.clone_into(&mut self.filter.text);
        self.filter_by(tree, cx);
    }

    fn filter_by(&mut self, tree: Filter, cx: &mut C<'_>) {
        let tree = Some(tree).filter(|tree| !tree.is_everything());
        if tree != self.filter.tree {
            self.filter.tree = tree;
            self.load(Purpose::Replace, cx);
            self.recount(cx);
        }
    }

    pub(super) fn filter_entered(&mut self, text: &str, cx: &mut C<'_>) {
        match filter::parse(text) {
            Ok(tree) => {
                text.trim().clone_into(&mut self.filter.text);
                self.filter_by(tree, cx);
                self.remember_filter();
            }
            Err(error) => {
                self.filter_cancelled(cx);
                cx.fail(format!("filter: {error}"));
            }
        }
        self.filter.before = None;
    }

    fn remember_filter(&mut self) {
        let FilterState { text, history, .. } = &mut self.filter;
        if !text.is_empty() {
            history.retain(|known| known != text);
            history.push(text.clone());
            let surplus = history.len().saturating_sub(HISTORY_MAX);
            history.drain(..surplus);
        }
    }

    pub(super) fn filter_cancelled(&mut self, cx: &mut C<'_>) {
        if let Some(before) = self.filter.before.take() {
            let tree = filter::parse(&before).unwrap_or_else(|_| Filter::everything());
            self.filter.text = before;
            self.filter_by(tree, cx);
        }
    }

    pub(super) fn clear_filter(&mut self, cx: &mut C<'_>) {
        self.filter.text.clear();
        self.filter_by(Filter::everything(), cx);
    }

    pub(super) fn filter_completion(&self, text: &str, cursor: usize) -> Completion {
        let known = |field: Field| match field {
            Field::Partner => self.known.partners.clone(),
            Field::Owner => self.known.colleagues.iter().map(|(_, name)| name.to_string()).collect(),
            _ => Vec::new(),
        };
        let proposals = filter::complete::<Leads>(text, cursor, &known);
        let from = proposals.first().map_or(cursor, |one| one.replace.start);
        let written = text.get(from..cursor).unwrap_or_default();
        // What is written in full already needs no proposal.
        let items: Vec<Candidate> = proposals
            .into_iter()
            .filter(|one| one.insert != written)
            .take(MENU_MAX)
            .map(|one| Candidate { text: one.insert, doc: one.doc })
            .collect();
        let error = filter::parse::<Leads>(text).err();
        // While a term is being written, "a value is missing" at the end would only nag.
        let error = error.filter(|error| error.span.start < text.len() || items.is_empty());
        let error = error.map(|error| (error.span.start, error.to_string()));
        Completion { from, items, error, note: String::new() }
    }

    /// The next lead; after a filter was cleared, the next that it matched.
    fn next_match(&mut self, forward: bool, count: Option<u32>, cx: &mut C<'_>) {
        let searched = self.filter.history.last().filter(|_| self.filter.tree.is_none()).and_then(|text| filter::parse(text).ok());
        let Some((tree, row)) = searched.zip(self.list.selected()) else {
            self.list.motion(if forward { Act::Down } else { Act::Up }, count);
            return;
        };
        let place = row.place.clone();
        let mut request = self.request(if forward { From::After(place) } else { From::Before(place) }, 1, cx.now);
        request.filter = Some(tree);
        cx.run(Effect::Page { load: Load { view: self.view, purpose: Purpose::Jump }, request, viewer: self.viewer() });
    }

    fn jumped(&mut self, page: list::Page<Row>, cx: &mut C<'_>) {
        let Some(row) = page.rows.into_iter().next() else {
            cx.say("no further match in this direction");
            return;
        };
        if !self.list.select(row.lead.id) {
            // Far away: the list begins again there.
            let request = self.request(From::At(row.place), self.page_rows(), cx.now);
            self.loading = Some(Purpose::Replace);
            cx.run(Effect::Page { load: Load { view: self.view, purpose: Purpose::Replace }, request, viewer: self.viewer() });
        }
    }
}
