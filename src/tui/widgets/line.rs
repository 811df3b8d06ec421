//! The input line at the foot of the screen: a prompt, a text, a menu of completions above it and a caret under a mistake.

use crate::tui::{
    canvas::Canvas,
    key::{Code, Key},
    theme::Role,
    widgets::text,
};
use ratatui::layout::{Position, Rect};
use tui_input::{Input, InputRequest};

/// What could stand at the cursor, and what is wrong with the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the completed word begins, in bytes.
    pub from: usize,
    pub items: Vec<Candidate>,
    /// Where the text is wrong, in bytes, and why.
    pub error: Option<(usize, String)>,
    /// Shown at the right: how many match.
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What replaces the word.
    pub text: String,
    pub doc: String,
}

/// The line's state.
#[derive(Debug, Clone, Default)]
pub struct Line {
    pub prompt: &'static str,
    pub input: Input,
    pub completion: Completion,
    /// The chosen entry of the menu.
    chosen: Option<usize>,
    history: Vec<String>,
    past: Option<usize>,
}

/// What a key did to the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    Nothing,
    /// The cursor moved or the menu changed.
    Moved,
    Changed,
    Entered,
    Cancelled,
}

impl Line {
    pub fn new(prompt: &'static str, text: impl Into<String>) -> Self {
        Self { prompt, input: Input::new(text.into()), ..Self::default() }
    }

    /// Earlier entries, the newest last, for Up and Down.
    #[must_use]
    pub fn with_history(mut self, history: Vec<String>) -> Self {
        self.history = history;
        self
    }

    /// What is wrong with the text, and at which byte; until it is changed.
    #[must_use]
    pub fn with_error(mut self, at: usize, message: String) -> Self {
        self.completion.error = Some((at, message));
        self
    }

    /// What is proposed as the line opens.
    pub fn begin(&mut self, completion: Completion) {
        let error = self.completion.error.take();
        self.complete(completion);
        self.completion.error = self.completion.error.take().or(error);
    }

    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Where the cursor stands, in bytes.
    pub fn cursor(&self) -> usize {
        byte_of(self.input.value(), self.input.cursor())
    }

    pub fn complete(&mut self, completion: Completion) {
        self.completion = completion;
        self.chosen = None;
    }

    pub fn paste(&mut self, pasted: &str) -> Reaction {
        for c in pasted.chars().map(|c| if c.is_control() { ' ' } else { c }) {
            self.input.handle(InputRequest::InsertChar(c));
        }
        Reaction::Changed
    }

    pub fn key(&mut self, key: Key) -> Reaction {
        match (key.code, key.ctrl) {
            (Code::Esc, _) | (Code::Char('c' | 'g'), true) => Reaction::Cancelled,
            (Code::Enter, _) => Reaction::Entered,
            (Code::Tab, _) => self.choose(if key.shift { -1 } else { 1 }),
            (Code::Up, _) | (Code::Char('p'), true) => self.recall(true),
            (Code::Down, _) | (Code::Char('n'), true) => self.recall(false),
            _ => {
                let before = self.input.value().to_owned();
                if !edit(&mut self.input, key) {
                    return Reaction::Nothing;
                }
                if before == self.input.value() { Reaction::Moved } else { Reaction::Changed }
            }
        }
    }

    /// Puts the next candidate of the menu into the text; the menu stays until something is typed.
    fn choose(&mut self, step: isize) -> Reaction {
        let count = self.completion.items.len();
        if count == 0 {
            return Reaction::Nothing;
        }
        let next = match (self.chosen, step > 0) {
            (None, true) => 0,
            (None, false) => count - 1,
            (Some(at), true) => (at + 1) % count,
            (Some(at), false) => (at + count - 1) % count,
        };
        let text = self.input.value();
        let end = match self.chosen {
            Some(at) => self.completion.from + self.completion.items[at].text.len(),
            None => self.cursor(),
        };
        let head = text.get(..self.completion.from).unwrap_or_default();
        let tail = text.get(end..).unwrap_or_default();
        let chosen = &self.completion.items[next].text;
        let cursor = head.chars().count() + chosen.chars().count();
        self.input = Input::new(format!("{head}{chosen}{tail}")).with_cursor(cursor);
        self.chosen = Some(next);
        Reaction::Moved
    }

    fn recall(&mut self, older: bool) -> Reaction {
        let count = self.history.len();
        let next = match (self.past, older) {
            (None, true) if count > 0 => Some(count - 1),
            (Some(at), true) => Some(at.saturating_sub(1)),
            (Some(at), false) if at + 1 < count => Some(at + 1),
            _ => None,
        };
        if next == self.past {
            return Reaction::Nothing;
        }
        self.past = next;
        self.input = Input::new(next.map(|at| self.history[at].clone()).unwrap_or_default());
        Reaction::Changed
    }

    /// Draws the line at the bottom of `area`, the menu and the error above it.
    pub fn view(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let y = area.bottom().saturating_sub(1);
        canvas.clear(Rect { y, height: 1, ..area });
        let x = canvas.put(area.x + 1, y, area.width, self.prompt, Role::Key);
        let note = u16::try_from(text::width(&self.completion.note)).unwrap_or(0);
        let room = area.right().saturating_sub(x + note + 3);
        let start = view_input(canvas, &self.input, x, y, room, true);
        canvas.put_aligned(area.x, y, area.width.saturating_sub(1), &self.completion.note, Role::Dim, crate::tui::canvas::Align::Right);
        let mut above = y;
        if let Some((at, message)) = &self.completion.error {
            above = above.saturating_sub(1);
            canvas.clear(Rect { y: above, height: 1, ..area });
            let before = text::width(self.text().get(..*at).unwrap_or(self.text()));
            let column = (x + u16::try_from(before.saturating_sub(start)).unwrap_or(0)).min(area.right().saturating_sub(2));
            // The caret points at the character; the sentence stands behind it, before it, or above it in lines of its own.
            canvas.put(column, above, 1, "▾", Role::InputError);
            let needed = u16::try_from(text::width(message)).unwrap_or(u16::MAX);
            let (left, right) = (column.saturating_sub(area.x + 2), area.right().saturating_sub(column + 2));
            if needed <= right {
                canvas.put(column + 2, above, right, message, Role::InputError);
            } else if needed <= left {
                canvas.put(column - 1 - needed, above, needed, message, Role::InputError);
            } else {
                let width = area.width.saturating_sub(2);
                for line in text::wrap(message, usize::from(width)).iter().rev() {
                    above = above.saturating_sub(1).max(area.y);
                    canvas.clear(Rect { y: above, height: 1, ..area });
                    canvas.put(area.x + 1, above, width, line, Role::InputError);
                }
            }
        }
        self.view_menu(canvas, Rect { y: area.y, height: above - area.y, ..area }, x.saturating_sub(1));
    }

    fn view_menu(&self, canvas: &mut Canvas<'_>, area: Rect, x: u16) {
        const ROWS_MAX: usize = 8;
        let items = &self.completion.items;
        let rows = items.len().min(ROWS_MAX).min(usize::from(area.height));
        if rows == 0 {
            return;
        }
        let first = self.chosen.unwrap_or(0).saturating_sub(rows - 1);
        let names = items.iter().map(|item| text::width(&item.text)).max().unwrap_or(0);
        let docs = items.iter().map(|item| text::width(&item.doc)).max().unwrap_or(0);
        let wide = u16::try_from(names + docs + 4).unwrap_or(area.width).min(area.right().saturating_sub(x));
        let names = u16::try_from(names).unwrap_or(wide);
        let height = u16::try_from(rows).unwrap_or(1);
        let box_ = Rect { x, y: area.bottom() - height, width: wide, height };
        canvas.clear(box_);
        for (y, (index, item)) in (box_.y..).zip(items.iter().enumerate().skip(first).take(rows)) {
            let chosen = self.chosen == Some(index);
            let role = if chosen { Role::MenuSelected } else { Role::Strong };
            canvas.put(x, y, 1, if chosen { "›" } else { "│" }, Role::Border);
            canvas.put(x + 1, y, names.min(wide), &item.text, role);
            canvas.put(x + 3 + names, y, wide.saturating_sub(names + 3), &item.doc, Role::Dim);
        }
    }
}

/// Applies an editing key; false when it is none.
pub fn edit(input: &mut Input, key: Key) -> bool {
    let word = key.ctrl || key.alt;
    let request = match (key.code, key.ctrl, key.alt) {
        (Code::Char(c), false, false) => InputRequest::InsertChar(c),
        (Code::Backspace, false, false) | (Code::Char('h'), true, _) => InputRequest::DeletePrevChar,
        (Code::Backspace, ..) | (Code::Char('w'), true, _) => InputRequest::DeletePrevWord,
        (Code::Delete, ..) | (Code::Char('d'), true, _) => InputRequest::DeleteNextChar,
        (Code::Left, ..) if word => InputRequest::GoToPrevWord,
        (Code::Right, ..) if word => InputRequest::GoToNextWord,
        (Code::Char('b'), false, true) => InputRequest::GoToPrevWord,
        (Code::Char('f'), false, true) => InputRequest::GoToNextWord,
        (Code::Left, ..) | (Code::Char('b'), true, _) => InputRequest::GoToPrevChar,
        (Code::Right, ..) | (Code::Char('f'), true, _) => InputRequest::GoToNextChar,
        (Code::Home, ..) | (Code::Char('a'), true, _) => InputRequest::GoToStart,
        (Code::End, ..) | (Code::Char('e'), true, _) => InputRequest::GoToEnd,
        (Code::Char('k'), true, _) => InputRequest::DeleteTillEnd,
        (Code::Char('u'), true, _) => InputRequest::DeleteFromStart,
        _ => return false,
    };
    input.handle(request);
    true
}

/// Draws an input at (x, y), scrolled so that its cursor shows; returns the columns hidden at the left.
pub fn view_input(canvas: &mut Canvas<'_>, input: &Input, x: u16, y: u16, width: u16, focused: bool) -> usize {
    let value = input.value();
    let cursor = text::width(&value[..byte_of(value, input.cursor())]);
    let hidden = (cursor + 1).saturating_sub(usize::from(width));
    let shown = skip_columns(value, hidden);
    canvas.put(x, y, width, shown, Role::Input);
    if focused {
        let column = u16::try_from(cursor - hidden).unwrap_or(width).min(width.saturating_sub(1));
        canvas.cursor = Some(Position::new(x + column, y));
    }
    hidden
}

/// `text` without its first `columns` columns, at a character.
fn skip_columns(value: &str, columns: usize) -> &str {
    value.char_indices().map(|(at, _)| at).find(|at| text::width(&value[..*at]) >= columns).map_or("", |at| &value[at..])
}

fn byte_of(value: &str, chars: usize) -> usize {
    value.char_indices().nth(chars).map_or(value.len(), |(at, _)| at)
}
