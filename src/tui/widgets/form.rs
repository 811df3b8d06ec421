//! A form: choices, texts and notes, checked while they are filled in. What was typed survives a refusal.

mod choice;

pub use choice::Choice;

use super::{
    line::{edit, view_input},
    note::Note,
    text,
};
use crate::tui::{
    canvas::{Canvas, centered},
    key::{Code, Key},
    room::FieldError,
    theme::Role,
};
use ratatui::layout::Rect;
use tui_input::Input;

#[derive(Debug, Clone)]
pub enum Kind {
    /// Up and Down choose, typing narrows.
    Choice {
        choices: Vec<Choice>,
        chosen: usize,
        narrowed: Input,
    },
    Text(Input),
    Note(Note),
}

#[derive(Debug, Clone)]
pub struct Field {
    pub label: &'static str,
    pub kind: Kind,
    /// Shown dim beside an empty field.
    pub hint: &'static str,
}

impl Field {
    pub fn choice(label: &'static str, choices: Vec<Choice>) -> Self {
        Self { label, kind: Kind::Choice { choices, chosen: 0, narrowed: Input::default() }, hint: "" }
    }

    /// A choice stands at the entry of this number at first.
    #[must_use]
    pub fn beginning(mut self, at: usize) -> Self {
        if let Kind::Choice { chosen, .. } = &mut self.kind {
            *chosen = at;
        }
        self
    }

    pub fn text(label: &'static str, value: impl Into<String>) -> Self {
        Self { label, kind: Kind::Text(Input::new(value.into())), hint: "" }
    }

    pub fn note(label: &'static str, value: &str) -> Self {
        Self { label, kind: Kind::Note(Note::new(value)), hint: "" }
    }

    #[must_use]
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    fn value(&self) -> Value {
        match &self.kind {
            Kind::Choice { chosen, .. } => Value::Choice(*chosen),
            Kind::Text(input) => Value::Text(input.value().trim().to_owned()),
            Kind::Note(note) => Value::Text(note.text()),
        }
    }

    fn mistake(&self) -> Option<String> {
        let Kind::Choice { choices, chosen, narrowed } = &self.kind else { return None };
        let chosen_one = choices.get(*chosen);
        if !choice::narrowed_to(choices, narrowed).contains(chosen) {
            return Some(format!("nothing in the list is called `{}`", narrowed.value()));
        }
        chosen_one.and_then(|one| one.refused.clone())
    }

    fn height(&self) -> u16 {
        match &self.kind {
            Kind::Choice { choices, .. } => u16::try_from(choices.len().min(8)).unwrap_or(8) + 1,
            Kind::Text(_) => 1,
            Kind::Note(_) => 5,
        }
    }
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// The number of the chosen entry.
    Choice(usize),
    Text(String),
}

impl Value {
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Choice(_) => "",
        }
    }

    pub const fn choice(&self) -> Option<usize> {
        match self {
            Self::Choice(index) => Some(*index),
            Self::Text(_) => None,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Form {
    /// `Decline L-12 Acme GmbH`.
    pub title: String,
    /// The word on the key that sends it.
    pub verb: &'static str,
    pub about: Vec<String>,
    pub fields: Vec<Field>,
    focus: usize,
    /// What the room says about the values as they are.
    verdict: Result<String, FieldError>,
    /// Everything that is wrong is shown once sending was tried; before, only what was typed wrong into a field that was left.
    tried: bool,
    /// What was answered by the database when it refused, with what was typed still here.
    refusal: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    Nothing,
    Changed,
    Sent,
    Cancelled,
    /// The focused note wants the external editor.
    Editor,
}

impl Form {
    pub fn new(title: impl Into<String>, verb: &'static str) -> Self {
        Self {
            title: title.into(),
            verb,
            about: Vec::new(),
            fields: Vec::new(),
            focus: 0,
            verdict: Ok(String::new()),
            tried: false,
            refusal: None,
        }
    }

    #[must_use]
    pub fn about(mut self, sentence: impl Into<String>) -> Self {
        self.about.push(sentence.into());
        self
    }

    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// The sentence with which the form came back: somebody was faster, a rule forbids it. What was typed stays.
    #[must_use]
    pub fn refused(mut self, sentence: impl Into<String>) -> Self {
        self.refusal = Some(sentence.into());
        self
    }

    pub fn values(&self) -> Vec<Value> {
        self.fields.iter().map(Field::value).collect()
    }

    /// Fills fields of the same kind from an earlier form.
    pub fn fill(&mut self, earlier: &Self) {
        for (field, known) in self.fields.iter_mut().zip(&earlier.fields) {
            match (&mut field.kind, &known.kind) {
                (Kind::Choice { choices, chosen, .. }, Kind::Choice { choices: old, chosen: at, .. }) => {
                    // The same entry, not the same number: the list may have changed.
                    let label = old.get(*at).map(|choice| &choice.label);
                    if let Some(index) = choices.iter().position(|choice| Some(&choice.label) == label) {
                        *chosen = index;
                    }
                }
                (Kind::Text(input), Kind::Text(old)) => *input = old.clone(),
                (Kind::Note(note), Kind::Note(old)) => *note = old.clone(),
                _ => {}
            }
        }
    }

    /// Takes the room's verdict, unless a choice was narrowed to nothing or stands on what cannot be chosen.
    pub fn judge(&mut self, verdict: Result<String, FieldError>) {
        let wrong = self.fields.iter().enumerate().find_map(|(field, known)| Some(FieldError { field, message: known.mistake()? }));
        self.verdict = wrong.map_or(verdict, Err);
    }

    pub const fn is_right(&self) -> bool {
        self.verdict.is_ok()
    }

    /// What is still missing would only nag; what was typed and can't be read is told as soon as its field is left.
    fn is_told(&self, error: &FieldError) -> bool {
        let is_typed = || matches!(self.fields.get(error.field).map(Field::value), Some(Value::Text(text)) if !text.trim().is_empty());
        self.tried || (error.field != self.focus && is_typed())
    }

    /// Sending was tried and something is wrong: go to the field.
    pub fn show_mistake(&mut self) {
        self.tried = true;
        if let Err(error) = &self.verdict {
            self.focus = error.field.min(self.fields.len().saturating_sub(1));
        }
    }

    /// The text of the focused note, for the external editor.
    pub fn note_text(&self) -> Option<String> {
        match &self.fields.get(self.focus)?.kind {
            Kind::Note(note) => Some(note.text()),
            _ => None,
        }
    }

    pub fn set_note(&mut self, text: &str) {
        if let Some(Field { kind: Kind::Note(note), .. }) = self.fields.get_mut(self.focus) {
            *note = Note::new(text);
        }
    }

    pub fn paste(&mut self, pasted: &str) {
        match self.fields.get_mut(self.focus).map(|field| &mut field.kind) {
            Some(Kind::Note(note)) => note.paste(pasted),
            Some(Kind::Text(input) | Kind::Choice { narrowed: input, .. }) => {
                for c in pasted.chars().map(|c| if c.is_control() { ' ' } else { c }) {
                    edit(input, Key::char(c));
                }
            }
            None => {}
        }
    }

    pub fn key(&mut self, key: Key) -> Reaction {
        let last = self.focus + 1 >= self.fields.len();
        let in_note = matches!(self.fields.get(self.focus), Some(Field { kind: Kind::Note(_), .. }));
        match key.code {
            Code::Esc => return Reaction::Cancelled,
            Code::Char('c' | 'g') if key.ctrl => return Reaction::Cancelled,
            Code::Char('s') if key.ctrl => return Reaction::Sent,
            Code::Char('o') if key.ctrl && in_note => return Reaction::Editor,
            Code::Enter if !in_note && last => return Reaction::Sent,
            Code::Tab if key.shift => self.step(false),
            Code::Tab => self.step(true),
            Code::Enter if !in_note => self.step(true),
            _ => {
                let Some(field) = self.fields.get_mut(self.focus) else { return Reaction::Nothing };
                let handled = match &mut field.kind {
                    Kind::Note(note) => note.key(key),
                    Kind::Text(input) => edit(input, key),
                    Kind::Choice { choices, chosen, narrowed } => choice::choose(choices, chosen, narrowed, key),
                };
                match (handled, key.code) {
                    (false, Code::Up) => self.step(false),
                    (false, Code::Down) => self.step(true),
                    (false, _) => return Reaction::Nothing,
                    (true, _) => self.refusal = None,
                }
            }
        }
        Reaction::Changed
    }

    const fn step(&mut self, forward: bool) {
        let count = if self.fields.is_empty() { 1 } else { self.fields.len() };
        self.focus = if forward { (self.focus + 1) % count } else { (self.focus + count - 1) % count };
    }

    pub fn view(&self, canvas: &mut Canvas<'_>, area: Rect, place: &str) {
        let wide = area.width.saturating_sub(8).clamp(20, 84);
        let inner_wide = usize::from(wide.saturating_sub(4));
        let about: Vec<String> = self.about.iter().flat_map(|sentence| text::wrap(sentence, inner_wide)).collect();
        let mut told = Vec::new();
        if let Some(refusal) = &self.refusal {
            told.extend(text::wrap(refusal, inner_wide).into_iter().map(|line| (line, Role::Warn)));
        }
        match &self.verdict {
            Err(error) if self.is_told(error) => {
                told.extend(text::wrap(&error.message, inner_wide).into_iter().map(|line| (line, Role::InputError)));
            }
            Ok(preview) if !preview.is_empty() => told.extend(text::wrap(preview, inner_wide).into_iter().map(|line| (line, Role::Info))),
            _ => {}
        }
        let texts = u16::try_from(about.len() + told.len()).unwrap_or(0) + 5;
        // The air between fields goes before a field does.
        let needed = |gap: u16| self.fields.iter().map(|field| field.height() + gap).sum::<u16>().saturating_add(texts);
        let gap = u16::from(needed(1) <= area.height);
        let height = needed(gap);
        let inner = canvas.frame(centered(area, wide, height), &self.title, Role::BorderFocused);
        if inner.height == 0 {
            return;
        }
        let mut y = inner.y;
        let end = inner.bottom().saturating_sub(1);
        for line in std::iter::once(place).chain(about.iter().map(String::as_str)) {
            canvas.put(inner.x, y, inner.width, line, if line == place { Role::Dim } else { Role::Text });
            y += 1;
        }
        y += 1;
        let labels = u16::try_from(self.fields.iter().map(|field| text::width(field.label)).max().unwrap_or(0)).unwrap_or(0);
        let below = u16::try_from(told.len()).unwrap_or(0);
        let first = self.first_shown(end.saturating_sub(y + below), gap);
        for (index, field) in self.fields.iter().enumerate().skip(first) {
            let room = end.saturating_sub(y + below).min(field.height());
            if room == 0 {
                break;
            }
            let focused = index == self.focus;
            let wrong = self.verdict.as_ref().is_err_and(|error| error.field == index && self.is_told(error));
            let role = if wrong {
                Role::InputError
            } else if focused {
                Role::Heading
            } else {
                Role::Dim
            };
            canvas.put(inner.x, y, labels, field.label, role);
            let x = inner.x + labels + 2;
            view_field(canvas, field, Rect { x, y, width: inner.right().saturating_sub(x), height: room }, focused);
            y += room + gap;
        }
        for (line, role) in told {
            if y < end {
                canvas.put(inner.x, y, inner.width, &line, role);
                y += 1;
            }
        }
        self.view_keys(canvas, inner);
    }

    /// The first field that is drawn in `room` lines: as many as it takes are left out above, so that the focused one is seen.
    fn first_shown(&self, room: u16, gap: u16) -> usize {
        let mut used = 0;
        let fits = self.fields.iter().take(self.focus + 1).rev().take_while(|field| {
            used += field.height() + gap;
            used <= room + gap
        });
        (self.focus + 1).saturating_sub(fits.count().max(1))
    }

    fn view_keys(&self, canvas: &mut Canvas<'_>, inner: Rect) {
        let in_note = self.note_text().is_some();
        let last = self.focus + 1 >= self.fields.len();
        let send = if last && !in_note { "enter" } else { "C-s" };
        let mut keys = vec![(send, self.verb)];
        if self.fields.len() > 1 {
            keys.push(("tab", "next field"));
        }
        if in_note {
            keys.push(("C-o", "editor"));
        }
        keys.push(("esc", "cancel, keeps what you typed"));
        let mut x = inner.x;
        for (key, label) in keys {
            x = canvas.put_all(
                x,
                inner.bottom() - 1,
                inner.right().saturating_sub(x),
                &[(key, Role::Key), (" ", Role::Text), (label, Role::KeyLabel), ("   ", Role::Text)],
            );
        }
    }
}

fn view_field(canvas: &mut Canvas<'_>, field: &Field, area: Rect, focused: bool) {
    match &field.kind {
        Kind::Text(input) => {
            view_input(canvas, input, area.x, area.y, area.width, focused);
            if input.value().is_empty() {
                canvas.put(area.x + u16::from(focused), area.y, area.width, field.hint, Role::Disabled);
            }
        }
        Kind::Note(note) => {
            note.view(canvas, area, focused);
            if note.text().is_empty() {
                canvas.put(area.x + 1 + u16::from(focused), area.y, area.width.saturating_sub(1), field.hint, Role::Disabled);
            }
        }
        Kind::Choice { choices, chosen, narrowed } => choice::view(canvas, choices, *chosen, narrowed, area, focused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_wrong_is_told_when_its_field_is_left_and_what_is_missing_when_it_is_sent() {
        let mut form = Form::new("Claim", "save").field(Field::text("cost", "")).field(Field::text("asked", ""));
        let wrong = FieldError { field: 0, message: "say the currency".to_owned() };
        form.judge(Err(wrong.clone()));
        form.step(true);
        assert!(!form.is_told(&wrong), "nothing was typed yet");
        form.step(false);
        form.key(Key::char('9'));
        assert!(!form.is_told(&wrong), "it is still being typed");
        form.step(true);
        assert!(form.is_told(&wrong), "it was left");
        form.step(false);
        form.show_mistake();
        assert!(form.is_told(&wrong), "sending was tried");
    }
}
