//! Which rows are shown: queue, order, pages, counts, and the story of the one under the cursor.

use super::{
    Line, Sorting, Tab, Trade, Workroom, position,
    side::Side,
    work::{Browse, Effect, From, Load, Page, PageRequest, Purpose},
};
use crate::{
    app::view::Viewer,
    domain::{
        filter::{self, Filter},
        time::Instant,
    },
    tui::{
        action::Act,
        room::Cx,
        widgets::list::{self, Want},
    },
};

/// The least number of rows that a page has, so that small screens do not ask too often.
pub(super) const PAGE_MIN: usize = 60;

type C<'a, T> = Cx<'a, Workroom<T>>;

impl<T: Trade> Workroom<T> {
    pub(super) fn viewer(&self) -> Viewer<T::Id> {
        let needed = self.filter.tree.as_ref().is_some_and(super::filter::asks_for_marks);
        let marked = if needed { self.list.marks().iter().copied().collect() } else { Vec::new() };
        Viewer { me: self.station.me, zone: self.station.zone, marked }
    }

    pub(super) fn request(&self, from: From<T>, limit: usize, now: Instant) -> PageRequest<T> {
        PageRequest::<T> {
            queue: self.queue,
            filter: self.filter.tree.clone(),
            sort: self.sort,
            me: self.station.me,
            now,
            from,
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
        }
    }

    pub(super) fn page_rows(&self) -> usize {
        (3 * self.list.height()).max(PAGE_MIN)
    }

    pub(super) fn run_page(&self, purpose: Purpose, request: PageRequest<T>, cx: &mut C<'_, T>) {
        let load = Load { view: self.view, purpose };
        cx.run(Effect::Browse(Browse::Page { load, request, viewer: self.viewer() }));
    }

    /// Asks for rows. One load at a time: what happens meanwhile makes it load again.
    pub(super) fn load(&mut self, purpose: Purpose, cx: &mut C<'_, T>) {
        let Some((from, limit)) = self.stretch(purpose) else { return };
        self.load_from(purpose, (from, limit), cx);
    }

    /// The same queue in another order or through another filter, with the cursor on `id` if that is still there.
    pub(super) fn load_around(&mut self, id: Option<T::Id>, cx: &mut C<'_, T>) {
        self.wished = id.filter(|id| self.list.selected_key() != Some(*id));
        let from = id.map_or(From::<T>::Start, From::<T>::Near);
        self.load_from(Purpose::Replace, (from, self.page_rows()), cx);
    }

    /// Where the rows begin that are asked for, and how many they are.
    fn stretch(&self, purpose: Purpose) -> Option<(From<T>, usize)> {
        let rows = self.list.rows();
        Some(match purpose {
            Purpose::Replace | Purpose::Start => (From::<T>::Start, self.page_rows()),
            Purpose::End => (From::<T>::End, self.page_rows()),
            Purpose::After => match rows.last() {
                Some(row) => (From::<T>::After(row.place.clone()), self.page_rows()),
                None => (From::<T>::Start, self.page_rows()),
            },
            Purpose::Before => match rows.first() {
                Some(row) => (From::<T>::Before(row.place.clone()), self.page_rows()),
                None => (From::<T>::Start, self.page_rows()),
            },
            Purpose::Refresh => self.window(),
            Purpose::Jump | Purpose::Stray(_) => return None,
        })
    }

    fn load_from(&mut self, purpose: Purpose, (from, limit): (From<T>, usize), cx: &mut C<'_, T>) {
        if purpose == Purpose::Replace {
            self.view += 1;
            self.dimmed = !self.list.is_empty();
        }
        self.loading = Some(purpose);
        self.again = false;
        self.run_page(purpose, self.request(from, limit, cx.now), cx);
    }

    /// The visible rows and as many above and below: what a refresh loads, wherever in the list that is.
    fn window(&self) -> (From<T>, usize) {
        let (rows, height) = (self.list.rows(), self.list.height());
        let first = self.list.visible().first().and_then(|row| rows.iter().position(|one| one.id() == row.id())).unwrap_or(0);
        let start = first.saturating_sub(height);
        let limit = (first - start + 3 * height).max(PAGE_MIN);
        match rows.get(start) {
            Some(row) if start > 0 || self.list.more_before() => (From::<T>::At(row.place.clone()), limit),
            _ => (From::<T>::Start, limit),
        }
    }

    pub(super) fn page_came(&mut self, load: Load, result: Result<Page<T>, String>, cx: &mut C<'_, T>) {
        if load.view != self.view {
            return;
        }
        if load.purpose.is_of_list() {
            self.loading = None;
        }
        let page = match result {
            Ok(page) => page,
            Err(_) if matches!(load.purpose, Purpose::Stray(_)) => return,
            Err(why) => {
                self.blocked = true;
                cx.say(format!("not loaded: {why}"));
                return;
            }
        };
        let rows = page.rows.into_iter().map(|(place, row)| Line { place, row }).collect();
        let page = list::Page { rows, more_before: page.more_before, more_after: page.more_after };
        match load.purpose {
            Purpose::Replace => {
                self.dimmed = false;
                self.list.replace(page);
                if let Some(id) = self.wished.take() {
                    self.list.select(id);
                }
            }
            Purpose::Start => {
                self.list.replace(page);
                self.list.motion(Act::First, None);
            }
            Purpose::End => self.list.replace_at_end(page),
            Purpose::Refresh => {
                self.list.refresh(page);
                self.want_stray(cx);
            }
            Purpose::After => self.list.append(page),
            Purpose::Before => self.list.prepend(page),
            Purpose::Jump => self.jumped(page, cx),
            Purpose::Stray(question) => self.stray_came(question, page),
        }
        if self.again {
            self.load(Purpose::Refresh, cx);
        }
    }

    /// A refresh loads what is near: whether a row that it missed has left the queue is asked for by its number.
    fn want_stray(&mut self, cx: &mut C<'_, T>) {
        let Some(id) = self.list.stray() else { return };
        let Ok(one) = filter::parse(&format!("id:{id}")) else { return };
        let mut request = self.request(From::<T>::Start, 1, cx.now);
        request.filter = Some(Filter::And(request.filter.into_iter().chain([one]).collect()));
        self.strays += 1;
        self.run_page(Purpose::Stray(self.strays), request, cx);
    }

    fn stray_came(&mut self, question: u64, page: list::Page<Line<T>>) {
        if question == self.strays {
            self.list.settle_stray(page.rows.into_iter().next());
        }
    }

    /// Asks for rows that the cursor is about to reach.
    pub(super) fn want_rows(&mut self, cx: &mut C<'_, T>) {
        if self.loading.is_some() || self.blocked || self.dimmed {
            return;
        }
        match self.list.want() {
            Some(Want::After) => self.load(Purpose::After, cx),
            Some(Want::Before) => self.load(Purpose::Before, cx),
            _ => {}
        }
    }

    /// Asks for the story of the record under the cursor while it is in sight.
    pub(super) fn want_story(&mut self, cx: &mut C<'_, T>) {
        let selected = self.list.selected_key();
        if self.side == Side::Closed || self.dimmed || selected == self.wanted {
            return;
        }
        self.wanted = selected;
        if let Some(id) = selected {
            cx.run(Effect::Browse(Browse::Detail { id }));
        }
    }

    /// Asks for the story of a record, whatever stands beside the table.
    pub fn want_detail(&mut self, id: T::Id, cx: &mut C<'_, T>) {
        self.wanted = Some(id);
        cx.run(Effect::Browse(Browse::Detail { id }));
    }

    /// Asks anew for a story that belongs to the record under the cursor and the state it is in.
    pub const fn forget_story(&mut self) {
        self.wanted = None;
    }

    pub(super) fn detail_came(&mut self, id: T::Id, detail: Option<Box<T::Detail>>) {
        if self.wanted != Some(id) {
            return;
        }
        self.unread = detail.is_none().then(|| (id, format!("{id} is not in the database any more")));
        let another = self.detail.as_ref().is_none_or(|known| T::id_of(known) != id);
        if another {
            self.pane.reset();
            self.rival = 0;
        }
        self.detail = detail;
    }

    /// What is known of it stays; that it could not be read again is told beside it.
    pub(super) fn detail_failed(&mut self, id: T::Id, why: &str) {
        if self.wanted == Some(id) {
            self.unread = Some((id, format!("the story of {id} was not read: {why}")));
        }
    }

    /// Somebody changed something: the same rows again, in place.
    pub(super) fn load_again(&mut self, cx: &mut C<'_, T>) {
        self.blocked = false;
        if self.loading.is_some() {
            self.again = true;
        } else {
            self.load(Purpose::Refresh, cx);
        }
        self.recount(cx);
        cx.run(Effect::Browse(Browse::Figures));
        if self.side == Side::Closed {
            self.wanted = None;
        } else if let Some(id) = self.list.selected_key() {
            self.wanted = Some(id);
            cx.run(Effect::Browse(Browse::Detail { id }));
        }
    }

    pub(super) fn recount(&mut self, cx: &mut C<'_, T>) {
        self.counted_at = Some(cx.now);
        let (queue, filter, viewer) = (self.queue, self.filter.tree.clone(), self.viewer());
        cx.run(Effect::Browse(Browse::Counts { queue, filter, viewer, now: cx.now }));
    }

    /// Clocks run out without anybody changing anything.
    pub(super) fn time_passed(&mut self, cx: &mut C<'_, T>) {
        self.recount(cx);
        if self.queue.turns_with_time() && self.loading.is_none() {
            self.load(Purpose::Refresh, cx);
        }
    }

    /// Motions, marks, queue, order and filter; false when the action is none of them.
    pub(super) fn browse(&mut self, act: Act, count: Option<u32>, cx: &mut C<'_, T>) -> bool {
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
                let at = position(T::Sort::ALL, self.sort);
                self.sort = T::Sort::ALL[(at + 1) % T::Sort::ALL.len()];
                // Whoever stands on the first row reads the top of the list, and wants the top of the next one.
                self.load_around(self.list.selected_key().filter(|_| !self.list.is_at_top()), cx);
            }
            Act::Filter => self.open_filter(cx),
            Act::FilterClear => self.clear_filter(cx),
            Act::Refresh => {
                if !self.list.bring_in() {
                    cx.say("loading again");
                }
                self.loading = None;
                self.load_again(cx);
            }
            _ => return self.mark(act, count, cx),
        }
        true
    }

    fn switch_queue(&mut self, act: Act, count: Option<u32>, cx: &mut C<'_, T>) {
        let len = T::Queue::ALL.len();
        let at = position(T::Queue::ALL, self.queue);
        let to = match (count, act) {
            (Some(number), Act::TabNext) => usize::try_from(number).unwrap_or(1).clamp(1, len) - 1,
            (_, Act::TabNext) => (at + 1) % len,
            _ => (at + len - 1) % len,
        };
        if to != at {
            self.queue = T::Queue::ALL[to];
            self.load_around(None, cx);
            if self.filter.tree.is_some() {
                self.recount(cx);
            }
        }
    }
}
