//! The command palette: every action by name, fuzzy, with its key, and why it is not possible now.

use super::{
    line::{edit, view_input},
    text,
};
use crate::tui::{
    action::{ACTIONS, Act, Availability, Context},
    canvas::{Align, Canvas},
    key::{Code, Key},
    keymap::Keymap,
    theme::Role,
};
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};
use ratatui::layout::Rect;
use std::cmp::Reverse;
use tui_input::Input;

#[derive(Debug, Clone)]
pub struct Palette {
    input: Input,
    /// What fits, the best first.
    found: Vec<Act>,
    at: usize,
    /// All actions, those of other rooms last.
    known: Vec<Act>,
    /// What belongs to the room in which it was opened.
    here: Vec<Act>,
}

/// Where an action stands among those that are found.
type Rank = (bool, bool, Reverse<u32>, usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Stay,
    Cancelled,
    Chosen(Act),
}

impl Palette {
    /// The palette where `contexts` are asked for keys: what belongs to another room stands last.
    pub fn new(contexts: &[Context]) -> Self {
        let mut known: Vec<Act> = ACTIONS.iter().map(|action| action.id).collect();
        known.sort_by_key(|act| {
            let context = act.row().context;
            context.is_of_one_room() && !contexts.contains(&context)
        });
        let here =
            known.iter().filter(|act| act.row().context.is_of_one_room() && contexts.contains(&act.row().context)).copied().collect();
        let mut palette = Self { input: Input::default(), found: Vec::new(), at: 0, known, here };
        palette.search();
        palette
    }

    pub fn found(&self) -> &[Act] {
        &self.found
    }

    pub fn paste(&mut self, pasted: &str) {
        for c in pasted.chars().filter(|c| !c.is_control()) {
            edit(&mut self.input, Key::char(c));
        }
        self.search();
    }

    pub fn key(&mut self, key: Key) -> Choice {
        let last = self.found.len().saturating_sub(1);
        match (key.code, key.ctrl) {
            (Code::Esc, _) | (Code::Char('c' | 'g'), true) => return Choice::Cancelled,
            (Code::Enter, _) => return self.found.get(self.at).map_or(Choice::Stay, |act| Choice::Chosen(*act)),
            (Code::Down, _) | (Code::Char('n'), true) => self.at = (self.at + 1).min(last),
            (Code::Tab, _) if !key.shift => self.at = (self.at + 1).min(last),
            (Code::Up | Code::Tab, _) | (Code::Char('p'), true) => self.at = self.at.saturating_sub(1),
            (Code::PageDown, _) => self.at = (self.at + 10).min(last),
            (Code::PageUp, _) => self.at = self.at.saturating_sub(10),
            // Esc is not the only way out: an empty line goes as it came.
            (Code::Backspace, _) if self.input.value().is_empty() => return Choice::Cancelled,
            _ => {
                if edit(&mut self.input, key) {
                    self.search();
                }
            }
        }
        Choice::Stay
    }

    fn search(&mut self) {
        self.at = 0;
        let wanted = self.input.value();
        if wanted.trim().is_empty() {
            self.found.clone_from(&self.known);
            return;
        }
        let mut matcher = Matcher::new(Config::DEFAULT);
        let pattern = Pattern::parse(wanted, CaseMatching::Ignore, Normalization::Smart);
        let mut scratch = Vec::new();
        let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut scratch), &mut matcher);
        let typed = wanted.trim().to_lowercase();
        let begins = |name: &str| name.split(['.', '-', ' ']).any(|word| word.starts_with(&typed));
        let mut scored: Vec<(Rank, Act)> = self
            .known
            .iter()
            .map(|act| act.row())
            .enumerate()
            .filter_map(|(index, action)| {
                // A name weighs twice what its explanation does.
                let score = score(action.name).map(|score| score * 2).max(score(action.doc))?;
                // What begins so is meant, and first what can be done here.
                let is_meant = begins(action.name) || begins(action.label);
                let place = (!is_meant, !self.here.contains(&action.id), Reverse(score), index);
                Some((place, action.id))
            })
            .collect();
        scored.sort_by_key(|(place, _)| *place);
        self.found = scored.into_iter().map(|(_, act)| act).collect();
    }

    pub fn view(&self, canvas: &mut Canvas<'_>, area: Rect, keymap: &Keymap, availability: impl Fn(Act) -> Availability) {
        let wide = area.width.saturating_sub(8).clamp(20, 100);
        let height = area.height.saturating_sub(4).min(20);
        let popup = Rect { x: area.x + (area.width - wide) / 2, y: area.y + 1.min(area.height / 4), width: wide, height };
        let inner = canvas.frame(popup, "Commands", Role::BorderFocused);
        if inner.height < 3 {
            return;
        }
        canvas.put(inner.x, inner.y, 2, ": ", Role::Key);
        view_input(canvas, &self.input, inner.x + 2, inner.y, inner.width.saturating_sub(14), true);
        let count = format!("{} of {}", self.found.len(), ACTIONS.len());
        canvas.put_aligned(inner.x, inner.y, inner.width, &count, Role::Dim, Align::Right);
        let rows = usize::from(inner.height - 2);
        let first = (self.at + 1).saturating_sub(rows);
        let names = u16::try_from(ACTIONS.iter().map(|action| text::width(action.name)).max().unwrap_or(0)).unwrap_or(20);
        for (y, (index, act)) in (inner.y + 2..inner.bottom()).zip(self.found.iter().enumerate().skip(first).take(rows)) {
            let action = act.row();
            let chosen = index == self.at;
            let (role, doc, doc_role) = match availability(*act) {
                Availability::Yes => (Role::Strong, action.doc.to_owned(), Role::Dim),
                Availability::No(why) => (Role::Disabled, why, Role::Warn),
            };
            canvas.put(inner.x, y, 1, if chosen { "›" } else { "" }, Role::Key);
            canvas.put(inner.x + 2, y, names, action.name, if chosen { Role::MenuSelected } else { role });
            let x = inner.x + names + 4;
            let keys = keymap.label(*act);
            let key_wide = u16::try_from(text::width(keys)).unwrap_or(0);
            let doc_wide = inner.right().saturating_sub(x + key_wide + 1);
            canvas.put(x, y, doc_wide, &doc, doc_role);
            canvas.put_aligned(x, y, inner.right().saturating_sub(x), keys, Role::Key, Align::Right);
        }
        if self.found.is_empty() {
            canvas.put(inner.x + 2, inner.y + 2, inner.width, "no action is called so", Role::Dim);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_found_by_a_few_of_its_letters() {
        let mut palette = Palette::new(&[Context::Leads]);
        for c in "disq".chars() {
            palette.key(Key::char(c));
        }
        assert_eq!(palette.found()[0], Act::LeadDisqualify);
        assert_eq!(palette.key(Key::plain(Code::Enter)), Choice::Chosen(Act::LeadDisqualify));
    }
}
