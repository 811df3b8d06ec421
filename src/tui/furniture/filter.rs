//! The filter: the line in which it is typed, what is proposed there, and what it does to the list.

use super::{
    Intent, Trade, Workroom,
    work::{Browse, Effect},
};
use crate::{
    domain::filter::{self, Filter, Room as Words},
    tui::{
        room::Cx,
        widgets::line::{Candidate, Completion, Line},
    },
};

type C<'a, T> = Cx<'a, Workroom<T>>;

const HISTORY_MAX: usize = 50;
/// Completions beyond these are not worth reading.
const MENU_MAX: usize = 60;

/// The filter in force and the line in which it is being typed.
#[derive(Debug, Clone)]
pub(super) struct FilterState<T: Trade> {
    pub text: String,
    pub tree: Option<Filter<T::Filters>>,
    /// The text before the line was opened, to go back to.
    pub before: Option<String>,
    /// The record under the cursor at that time. Words that are not yet written to the end may hide it for a moment.
    pub was_on: Option<T::Id>,
    /// Earlier filters, the newest last.
    pub history: Vec<String>,
}

impl<T: Trade> Default for FilterState<T> {
    fn default() -> Self {
        Self { text: String::new(), tree: None, before: None, was_on: None, history: Vec::new() }
    }
}

/// Whether the meaning of a filter depends on the marks: every desk calls them so.
pub(super) fn asks_for_marks<R: Words>(filter: &Filter<R>) -> bool {
    match filter {
        Filter::And(terms) | Filter::Or(terms) => terms.iter().any(asks_for_marks),
        Filter::Not(term) => asks_for_marks(term),
        Filter::Is(flag) => R::flag_spec(*flag).name == "marked",
        _ => false,
    }
}

/// `country` at the end is the beginning of `country:DE`, not a word to search for: the screen does not go blank for it.
fn without_begun_field<R: Words>(text: &str) -> &str {
    let start = text.rfind(|c: char| c.is_whitespace() || c == '(').map_or(0, |at| at + 1);
    let last = text[start..].trim_start_matches('-');
    let is_name = last == "is" || R::FIELDS.iter().any(|spec| spec.name.eq_ignore_ascii_case(last));
    if is_name { text[..start].trim_end() } else { text }
}

impl<T: Trade> Workroom<T> {
    pub(super) fn open_filter(&mut self, cx: &mut C<'_, T>) {
        self.filter.before = Some(self.filter.text.clone());
        self.filter.was_on = self.list.selected_key();
        if self.known.partners.is_empty() {
            cx.run(Effect::Browse(Browse::Directory));
        }
        cx.line(Line::new("/", self.filter.text.clone()).with_history(self.filter.history.clone()), Intent::Filter);
    }

    /// Filters as one types; a text that can't be read changes nothing.
    pub(super) fn filter_typed(&mut self, text: &str, cx: &mut C<'_, T>) {
        let text = without_begun_field::<T::Filters>(text);
        let Ok(tree) = filter::parse(text) else { return };
        text.clone_into(&mut self.filter.text);
        self.filter_by(tree, self.filter.was_on, cx);
    }

    /// The cursor goes to `id`, or to the first row where that does not pass.
    fn filter_by(&mut self, tree: Filter<T::Filters>, id: Option<T::Id>, cx: &mut C<'_, T>) {
        let tree = Some(tree).filter(|tree| !tree.is_everything());
        if tree != self.filter.tree {
            self.filter.tree = tree;
            self.load_around(id, cx);
            self.recount(cx);
        }
    }

    /// A text that can't be read stays in its line, with what is wrong at its place.
    pub(super) fn filter_entered(&mut self, text: &str, cx: &mut C<'_, T>) {
        match filter::parse(text) {
            Ok(tree) => {
                text.trim().clone_into(&mut self.filter.text);
                self.filter_by(tree, self.filter.was_on, cx);
                self.remember_filter();
                self.filter.before = None;
            }
            Err(error) => {
                let line = Line::new("/", text).with_history(self.filter.history.clone());
                cx.line(line.with_error(error.span.start, error.to_string()), Intent::Filter);
            }
        }
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

    pub(super) fn filter_cancelled(&mut self, cx: &mut C<'_, T>) {
        if let Some(before) = self.filter.before.take() {
            let tree = filter::parse(&before).unwrap_or_else(|_| Filter::everything());
            self.filter.text = before;
            self.filter_by(tree, self.filter.was_on, cx);
        }
    }

    pub(super) fn clear_filter(&mut self, cx: &mut C<'_, T>) {
        self.filter.text.clear();
        self.filter_by(Filter::everything(), self.list.selected_key(), cx);
    }

    /// Values of a field that only the database knows.
    fn names_for(&self, field: &str) -> Vec<String> {
        match field {
            "partner" => self.known.partners.clone(),
            "owner" => self.known.colleagues.iter().map(|(_, name)| name.to_string()).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn filter_completion(&self, text: &str, cursor: usize) -> Completion {
        let known = |field| self.names_for(T::Filters::spec(field).name);
        let proposals = filter::complete::<T::Filters>(text, cursor, &known);
        let from = proposals.first().map_or(cursor, |one| one.replace.start);
        let written = text.get(from..cursor).unwrap_or_default();
        // What is written in full already needs no proposal.
        let items: Vec<Candidate> = proposals
            .into_iter()
            .filter(|one| one.insert != written)
            .take(MENU_MAX)
            .map(|one| Candidate { text: one.insert, doc: one.doc })
            .collect();
        let error = filter::parse::<T::Filters>(text).err();
        // While a term is being written, "a value is missing" at the end would only nag.
        let error = error.filter(|error| error.span.start < text.len() || items.is_empty());
        let error = error.map(|error| (error.span.start, error.to_string()));
        Completion { from, items, error, note: String::new() }
    }
}
