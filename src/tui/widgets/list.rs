//! A window on a long list of records: what is loaded, where the cursor stands, what is marked. Everything is told by
//! record id, never by row number, and a refresh moves nothing under the cursor.

use crate::tui::action::Act;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

/// Something with an identity.
pub trait Record {
    type Key: Copy + Ord + Debug;
    fn key(&self) -> Self::Key;
}

/// Rows that the list would like to have; the room loads them and calls [`List::prepend`], [`List::append`] or [`List::replace`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    Before,
    After,
    /// The cursor goes to the very first or last row, which is not loaded.
    Start,
    End,
}

/// A loaded part of the list in its order.
#[derive(Debug, Clone)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub more_before: bool,
    pub more_after: bool,
}

impl<T> Page<T> {
    /// The whole list.
    pub const fn whole(rows: Vec<T>) -> Self {
        Self { rows, more_before: false, more_after: false }
    }
}

/// A row that a refresh did not find near its place.
#[derive(Debug, Clone, Copy)]
struct Stray<K> {
    key: K,
    whereabouts: Whereabouts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whereabouts {
    /// Not asked yet; until then it looks as if nothing had happened.
    Unknown,
    Elsewhere,
    Left,
}

/// More rows than this are let go at the far end; they are loaded again when the cursor returns.
const LOADED_MAX: usize = 1_000;

#[derive(Debug, Clone)]
pub struct List<T: Record> {
    rows: Vec<T>,
    more_before: bool,
    more_after: bool,
    selected: Option<T::Key>,
    /// Index of the first visible row.
    top: usize,
    height: usize,
    marks: BTreeSet<T::Key>,
    /// Where a range began, and the marks from before it.
    range: Option<(T::Key, BTreeSet<T::Key>)>,
    /// The row under the cursor is not where it was, and is kept for the cursor alone.
    stray: Option<Stray<T::Key>>,
    /// What a refresh would show, held back, with the number of new rows in it.
    held: Option<(Page<T>, usize)>,
}

impl<T: Record> Default for List<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            more_before: false,
            more_after: false,
            selected: None,
            top: 0,
            height: 1,
            marks: BTreeSet::new(),
            range: None,
            stray: None,
            held: None,
        }
    }
}

impl<T: Record> List<T> {
    pub fn rows(&self) -> &[T] {
        &self.rows
    }

    /// The visible rows with their distance from the top.
    pub fn visible(&self) -> &[T] {
        let end = (self.top + self.height).min(self.rows.len());
        &self.rows[self.top.min(end)..end]
    }

    pub fn selected(&self) -> Option<&T> {
        self.selected_index().map(|index| &self.rows[index])
    }

    pub const fn selected_key(&self) -> Option<T::Key> {
        self.selected
    }

    pub fn selected_index(&self) -> Option<usize> {
        let key = self.selected?;
        self.rows.iter().position(|row| row.key() == key)
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub const fn more_before(&self) -> bool {
        self.more_before
    }

    pub const fn more_after(&self) -> bool {
        self.more_after
    }

    /// Whether the cursor stands on the very first row of the list.
    pub fn is_at_top(&self) -> bool {
        !self.more_before && self.selected_index().is_none_or(|at| at == 0)
    }

    /// Whether the row under the cursor has left the list; verbs on it should say so.
    pub fn is_gone(&self, key: T::Key) -> bool {
        self.stray.is_some_and(|stray| stray.key == key && stray.whereabouts == Whereabouts::Left)
    }

    /// Whether the row under the cursor has its place elsewhere in the list now.
    pub fn is_moved(&self, key: T::Key) -> bool {
        self.stray.is_some_and(|stray| stray.key == key && stray.whereabouts == Whereabouts::Elsewhere)
    }

    /// The row under the cursor when a refresh did not find it near its place.
    pub fn stray(&self) -> Option<T::Key> {
        self.stray.map(|stray| stray.key)
    }

    /// Where the stray row is, by another look at the whole list: elsewhere in it, or nowhere.
    pub fn settle_stray(&mut self, found: Option<T>) {
        let Some(stray) = &mut self.stray else { return };
        stray.whereabouts = if found.is_some() { Whereabouts::Elsewhere } else { Whereabouts::Left };
        if let Some(row) = found {
            self.update(row);
        }
    }

    /// How many new rows wait above the cursor, or whether the order has changed: `Some(0)`.
    pub fn news(&self) -> Option<usize> {
        self.held.as_ref().map(|(_, news)| *news)
    }

    pub const fn height(&self) -> usize {
        self.height
    }

    pub fn set_height(&mut self, height: u16) {
        self.height = usize::from(height).max(1);
        self.follow();
    }

    /// Another list: another queue, order or filter. The record under the cursor stays if it is in it.
    pub fn replace(&mut self, page: Page<T>) {
        let line = self.line();
        self.held = None;
        self.stray = None;
        self.take(page);
        if self.selected_index().is_none() {
            self.selected = self.rows.first().map(Record::key);
            self.top = 0;
        }
        self.put_on_line(line);
    }

    /// Another list with the cursor on its last row, after [`Want::End`].
    pub fn replace_at_end(&mut self, page: Page<T>) {
        self.replace(page);
        self.selected = self.rows.last().map(Record::key);
        self.follow();
    }

    /// Puts the cursor on a record, if it is loaded.
    pub fn select(&mut self, key: T::Key) -> bool {
        let found = self.rows.iter().any(|row| row.key() == key);
        if found {
            self.leave(Some(key));
        }
        found
    }

    /// The same list as it is now. Rows change in place and new ones come in below the cursor; new rows above it and
    /// a changed order are held back and announced; the row under the cursor stays even when it has left the list.
    pub fn refresh(&mut self, page: Page<T>)
    where
        T: Clone,
    {
        let Some(cursor) = self.selected_index() else { return self.replace(page) };
        let line = self.line();
        let now: BTreeMap<T::Key, usize> = page.rows.iter().enumerate().map(|(index, row)| (row.key(), index)).collect();
        let known: BTreeSet<T::Key> = self.rows.iter().map(Record::key).collect();
        let mut kept: Vec<T> = Vec::with_capacity(page.rows.len());
        let mut cursor_now = 0;
        let stray = self.stray.take();
        for (index, row) in self.rows.iter().enumerate() {
            let fresh = now.get(&row.key()).map(|at| page.rows[*at].clone());
            if index == cursor {
                cursor_now = kept.len();
                if fresh.is_none() {
                    let key = row.key();
                    // What was found out about it stays until it is looked for again.
                    self.stray = stray.filter(|stray| stray.key == key).or(Some(Stray { key, whereabouts: Whereabouts::Unknown }));
                }
                kept.push(fresh.unwrap_or_else(|| row.clone()));
            } else if let Some(fresh) = fresh {
                kept.push(fresh);
            }
        }
        let places: Vec<usize> = kept.iter().filter_map(|row| now.get(&row.key()).copied()).collect();
        let reordered = places.windows(2).any(|pair| pair[0] > pair[1]);
        let mut news = 0;
        for (index, row) in page.rows.iter().enumerate().filter(|(_, row)| !known.contains(&row.key())) {
            // It comes after the last kept row that the new order puts before it.
            let after = kept.iter().rposition(|kept| now.get(&kept.key()).is_some_and(|at| *at < index));
            match after {
                Some(at) if at >= cursor_now => kept.insert(at + 1, row.clone()),
                _ => news += 1,
            }
        }
        (self.more_before, self.more_after) = (page.more_before, page.more_after);
        self.held = (news > 0 || reordered).then_some((page, news));
        self.rows = kept;
        self.put_on_line(line);
    }

    /// Shows what was held back; true when there was something.
    pub fn bring_in(&mut self) -> bool {
        let Some((page, _)) = self.held.take() else { return false };
        let at = self.selected_index().unwrap_or(0);
        self.stray = None;
        self.take(page);
        if self.selected_index().is_none() {
            self.selected = self.rows.get(at.min(self.rows.len().saturating_sub(1))).map(Record::key);
        }
        // They were asked for: show them, if the cursor is not too far below.
        self.top = 0;
        self.follow();
        true
    }

    pub fn append(&mut self, page: Page<T>) {
        let known: BTreeSet<T::Key> = self.rows.iter().map(Record::key).collect();
        self.rows.extend(page.rows.into_iter().filter(|row| !known.contains(&row.key())));
        self.more_after = page.more_after;
        let surplus = self.rows.len().saturating_sub(LOADED_MAX).min(self.top.saturating_sub(self.height));
        if surplus > 0 {
            self.rows.drain(..surplus);
            self.top -= surplus;
            self.more_before = true;
        }
        self.follow();
    }

    pub fn prepend(&mut self, page: Page<T>) {
        let known: BTreeSet<T::Key> = self.rows.iter().map(Record::key).collect();
        let fresh: Vec<T> = page.rows.into_iter().filter(|row| !known.contains(&row.key())).collect();
        self.top += fresh.len();
        self.rows.splice(0..0, fresh);
        self.more_before = page.more_before;
        if self.rows.len() > LOADED_MAX && self.top + 2 * self.height < LOADED_MAX {
            self.rows.truncate(LOADED_MAX);
            self.more_after = true;
        }
        self.follow();
    }

    /// Takes records away because of what this operator did; the cursor goes to the next one.
    pub fn remove(&mut self, keys: &[T::Key]) {
        let cursor = self.selected_index().unwrap_or(0);
        let before = self.rows[..cursor.min(self.rows.len())].iter().filter(|row| !keys.contains(&row.key())).count();
        self.rows.retain(|row| !keys.contains(&row.key()));
        self.marks.retain(|key| !keys.contains(key));
        if self.selected_index().is_none() {
            self.stray = None;
            self.selected = self.rows.get(before.min(self.rows.len().saturating_sub(1))).map(Record::key);
        }
        self.follow();
    }

    /// Changes one row in place.
    pub fn update(&mut self, row: T) {
        if let Some(place) = self.rows.iter_mut().find(|known| known.key() == row.key()) {
            *place = row;
        }
    }

    /// What should be loaded for the cursor to move on smoothly.
    pub fn want(&self) -> Option<Want> {
        let ahead = 2 * self.height;
        if self.more_after && self.top + self.height + ahead > self.rows.len() {
            Some(Want::After)
        } else if self.more_before && self.top < ahead {
            Some(Want::Before)
        } else {
            None
        }
    }

    /// Moves the cursor. `None` when the action is no motion; otherwise what must be loaded first, if anything.
    pub fn motion(&mut self, act: Act, count: Option<u32>) -> Option<Option<Want>> {
        let times = usize::try_from(count.unwrap_or(1)).unwrap_or(1);
        let last = self.rows.len().saturating_sub(1);
        let at = self.selected_index().unwrap_or(0);
        let half = (self.height / 2).max(1);
        let to = match act {
            Act::Down => at.saturating_add(times),
            Act::Up => at.saturating_sub(times),
            Act::HalfDown => at.saturating_add(half * times),
            Act::HalfUp => at.saturating_sub(half * times),
            Act::PageDown => at.saturating_add(self.height * times),
            Act::PageUp => at.saturating_sub(self.height * times),
            Act::First | Act::Last if count.is_some() && !self.more_before => times.saturating_sub(1),
            Act::First if self.more_before => return Some(Some(Want::Start)),
            Act::Last if self.more_after => return Some(Some(Want::End)),
            Act::First => 0,
            Act::Last => last,
            _ => return None,
        };
        self.leave(self.rows.get(to.min(last)).map(Record::key));
        Some(self.want())
    }

    /// Puts the cursor elsewhere; a row that was only kept for it goes.
    fn leave(&mut self, key: Option<T::Key>) {
        if let Some(stray) = self.stray
            && key != Some(stray.key)
        {
            let index = self.selected_index().unwrap_or(0);
            self.rows.retain(|row| row.key() != stray.key);
            if stray.whereabouts == Whereabouts::Left {
                self.marks.remove(&stray.key);
            }
            if index < self.top {
                self.top -= 1;
            }
            self.stray = None;
        }
        self.selected = key;
        self.follow();
        self.extend_range();
    }

    fn take(&mut self, page: Page<T>) {
        self.rows = page.rows;
        self.more_before = page.more_before;
        self.more_after = page.more_after;
    }

    /// On which line of the screen the cursor stands.
    fn line(&self) -> usize {
        self.selected_index().unwrap_or(0).saturating_sub(self.top)
    }

    fn put_on_line(&mut self, line: usize) {
        self.top = self.selected_index().unwrap_or(0).saturating_sub(line);
        self.follow();
    }

    /// Scrolls as little as needed to show the cursor, and never past the end.
    fn follow(&mut self) {
        let at = self.selected_index().unwrap_or(0);
        self.top = self.top.min(at).max((at + 1).saturating_sub(self.height));
        self.top = self.top.min(self.rows.len().saturating_sub(self.height));
    }
}

/// Marks: a set of records that survives filter, order and refresh.
impl<T: Record> List<T> {
    pub const fn marks(&self) -> &BTreeSet<T::Key> {
        &self.marks
    }

    pub fn is_marked(&self, key: T::Key) -> bool {
        self.marks.contains(&key)
    }

    /// How many marked records are not loaded here, hidden by the filter or elsewhere in the list.
    pub fn marks_hidden(&self) -> usize {
        self.marks.len() - self.rows.iter().filter(|row| self.marks.contains(&row.key())).count()
    }

    /// Marks or unmarks the row under the cursor and goes down one.
    pub fn mark(&mut self, count: Option<u32>) {
        for _ in 0..count.unwrap_or(1) {
            let Some(key) = self.selected else { return };
            if !self.marks.remove(&key) {
                self.marks.insert(key);
            }
            self.motion(Act::Down, None);
        }
    }

    /// Begins a range at the cursor, or ends it.
    pub fn mark_range(&mut self) {
        self.range = match (self.range.take(), self.selected) {
            (None, Some(key)) => Some((key, self.marks.clone())),
            _ => None,
        };
        self.extend_range();
    }

    pub const fn is_in_range(&self) -> bool {
        self.range.is_some()
    }

    pub fn mark_keys(&mut self, keys: impl IntoIterator<Item = T::Key>) {
        self.marks.extend(keys);
    }

    pub fn unmark_keys(&mut self, keys: &[T::Key]) {
        self.marks.retain(|key| !keys.contains(key));
    }

    /// Forgets all marks; true when there were some.
    pub fn unmark_all(&mut self) -> bool {
        self.range = None;
        !std::mem::take(&mut self.marks).is_empty()
    }

    /// The marked records, or the one under the cursor: what a verb is about.
    pub fn targets(&self) -> Vec<T::Key> {
        if self.marks.is_empty() { self.selected.into_iter().collect() } else { self.marks.iter().copied().collect() }
    }

    fn extend_range(&mut self) {
        let Some((from, base)) = &self.range else { return };
        if self.rows.is_empty() {
            return;
        }
        let from = self.rows.iter().position(|row| row.key() == *from).unwrap_or(0);
        let to = self.selected_index().unwrap_or(from);
        let mut marks = base.clone();
        marks.extend(self.rows[from.min(to)..=from.max(to)].iter().map(Record::key));
        self.marks = marks;
    }
}

#[cfg(test)]
mod tests;
