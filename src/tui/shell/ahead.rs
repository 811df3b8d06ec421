//! What is typed between a verb and its form, while that is on its way: it is kept for the form, and never read as verbs.

use super::{Act, Effect, Event, Lookup, Overlay, Room, Shell, Tone};
use crate::tui::key::{Code, Key};
use std::mem;

/// More than anybody types ahead; what goes beyond is dropped.
const AHEAD_MAX: usize = 500;
const ON_ITS_WAY: &str = "what it asks is on its way and gets what you type; esc gives it up";

impl<R: Room> Shell<R> {
    /// Whether this belongs to a dialog that is on its way. Whoever leaves, suspends or redraws means the console.
    pub(super) fn is_ahead(&self, event: &Event) -> bool {
        if !self.overlays.is_empty() || !self.room.is_asking() {
            return false;
        }
        match event {
            Event::Key(key) => !(key.ctrl && self.is_about_the_console(*key)),
            Event::Paste(_) => true,
            _ => false,
        }
    }

    fn is_about_the_console(&self, key: Key) -> bool {
        matches!(self.keymap.lookup(&self.contexts(), &[key]), Lookup::Matched(Act::Quit | Act::Suspend | Act::Redraw))
    }

    pub(super) fn hold(&mut self, event: Event) {
        let esc = |key: &Key| key.code == Code::Esc || (key.alt && !key.ctrl);
        if matches!(&event, Event::Key(key) if esc(key)) {
            self.ahead.clear();
            self.room.give_up();
            self.tell(Tone::Info, "given up: nothing was changed".to_owned());
            return;
        }
        if self.ahead.is_empty() {
            self.tell(Tone::Info, ON_ITS_WAY.to_owned());
        }
        if self.ahead.len() < AHEAD_MAX {
            self.ahead.push(event);
        }
    }

    /// The form has come, and gets what was typed for it, up to the key that would send it: nobody sends what was not seen. A
    /// question with yes or no gets nothing, and neither does what came instead of a dialog.
    pub(super) fn hand_over_typed(&mut self, effects: &mut Vec<Effect<R::Effect>>) {
        if self.ahead.is_empty() || (self.overlays.is_empty() && self.room.is_asking()) {
            return;
        }
        self.toasts.retain(|shown| shown.text != ON_ITS_WAY);
        for event in mem::take(&mut self.ahead) {
            let Some(Overlay::Form(form, _)) = self.overlays.last() else { return };
            match event {
                Event::Key(key) if key.ctrl || (key.code == Code::Enter && form.note_text().is_none()) => return,
                Event::Key(key) => self.dialog_key(key, effects),
                Event::Paste(text) => self.paste(&text, effects),
                _ => {}
            }
        }
    }
}
