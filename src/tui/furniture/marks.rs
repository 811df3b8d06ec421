//! Which records are marked and what was seen of them, their ids on the clipboard, and the search for the next match.

use super::{
    Line, Stock, Trade, Workroom,
    rows::PAGE_MIN,
    work::{Browse, Effect, From, Purpose},
};
use crate::{
    domain::filter,
    tui::{action::Act, room::Cx, widgets::list},
};

type C<'a, T> = Cx<'a, Workroom<T>>;

/// What was on the screen of a record when it was marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen<T: Stock> {
    pub version: i64,
    pub extra: T::Extra,
}

impl<T: Stock> Seen<T> {
    pub fn in_row(row: &T::Row) -> Self {
        Self { version: T::version(row), extra: T::extra(row) }
    }
}

impl<T: Trade> Workroom<T> {
    /// Marks, ids and matches; false when the action is about none of them.
    pub(super) fn mark(&mut self, act: Act, count: Option<u32>, cx: &mut C<'_, T>) -> bool {
        match act {
            Act::Mark => {
                self.list.mark(count);
                self.note_versions();
            }
            Act::MarkRange => {
                self.list.mark_range();
                self.note_versions();
            }
            Act::MarkAll => {
                let request = self.request(From::<T>::Start, PAGE_MIN, cx.now);
                self.marking = true;
                cx.run(Effect::Browse(Browse::Matching { request, viewer: self.viewer() }));
            }
            Act::Unmark => drop(self.list.unmark_all()),
            Act::MatchNext | Act::MatchPrevious => self.next_match(act == Act::MatchNext, count, cx),
            Act::CopyId => self.copy_ids(cx),
            _ => return false,
        }
        true
    }

    /// Remembers what was seen of the records that were marked.
    fn note_versions(&mut self) {
        let marks = self.list.marks();
        self.seen.retain(|id, _| marks.contains(id));
        for line in self.list.rows() {
            if marks.contains(&line.id()) {
                self.seen.insert(line.id(), Seen::in_row(&line.row));
            }
        }
    }

    pub(super) fn matching_came(&mut self, result: Result<(Vec<T::Row>, bool), String>, cx: &mut C<'_, T>) {
        self.marking = false;
        match result {
            Ok((found, more)) => {
                self.list.mark_keys(found.iter().map(T::id));
                let marked = found.len();
                self.seen.extend(found.iter().map(|row| (T::id(row), Seen::in_row(row))));
                if more {
                    cx.say(format!("the first {marked} are marked; a narrower filter reaches the rest"));
                } else {
                    cx.say(format!("{marked} marked"));
                }
            }
            Err(why) => cx.fail(format!("not marked: {why}")),
        }
    }

    fn copy_ids(&self, cx: &mut C<'_, T>) {
        let ids: Vec<String> = self.objects().iter().map(ToString::to_string).collect();
        match ids.as_slice() {
            [] => cx.say(format!("there is no {} here", T::noun(self.queue).0)),
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

    /// The next record; after a filter was cleared, the next that it matched.
    fn next_match(&mut self, forward: bool, count: Option<u32>, cx: &mut C<'_, T>) {
        let searched = self.filter.history.last().filter(|_| self.filter.tree.is_none()).and_then(|text| filter::parse(text).ok());
        let Some((tree, row)) = searched.zip(self.list.selected()) else {
            self.list.motion(if forward { Act::Down } else { Act::Up }, count);
            return;
        };
        let place = row.place.clone();
        let mut request = self.request(if forward { From::<T>::After(place) } else { From::<T>::Before(place) }, 1, cx.now);
        request.filter = Some(tree);
        self.run_page(Purpose::Jump, request, cx);
    }

    pub(super) fn jumped(&mut self, page: list::Page<Line<T>>, cx: &mut C<'_, T>) {
        let Some(row) = page.rows.into_iter().next() else {
            cx.say("no further match in this direction");
            return;
        };
        if !self.list.select(row.id()) {
            // Far away: the list begins again there.
            let request = self.request(From::<T>::At(row.place), self.page_rows(), cx.now);
            self.loading = Some(Purpose::Replace);
            self.run_page(Purpose::Replace, request, cx);
        }
    }
}
