//! Keys while a dialog is open, and what its answer becomes.

use super::{Act, Answer, Asker, DRAFTS_MAX, Effect, Form, Key, Overlay, Pane, Room, Shell, Tone};
use crate::tui::{
    key::Code,
    view,
    widgets::{confirm, form, help, line, palette},
};
use std::mem;

impl<R: Room> Shell<R> {
    pub(super) fn dialog_key(&mut self, key: Key, effects: &mut Vec<Effect<R::Effect>>) {
        // An error that came while the dialog is open is acknowledged first, and Esc does only that. One of before has been seen.
        if key.code == Code::Esc && self.toasts.len() > self.told_before {
            self.toasts.pop();
            return;
        }
        let Some(top) = self.overlays.last_mut() else { return };
        match top {
            Overlay::Palette(palette) => match palette.key(key) {
                palette::Choice::Stay => {}
                palette::Choice::Cancelled => drop(self.overlays.pop()),
                palette::Choice::Chosen(act) => {
                    self.overlays.pop();
                    self.perform(act, None, effects);
                }
            },
            Overlay::Help(pane) | Overlay::Messages(pane) => {
                if !scroll(pane, key) {
                    self.overlays.pop();
                }
            }
            Overlay::Confirm(confirm, _) => match confirm.key(key) {
                confirm::Verdict::Stay => {}
                confirm::Verdict::Unknown => {
                    let text = format!("press {} for yes, n for no", confirm.key_label());
                    self.tell(Tone::Info, text);
                }
                confirm::Verdict::Cancelled => {
                    self.overlays.pop();
                    self.tell(Tone::Info, "nothing was changed".to_owned());
                }
                confirm::Verdict::Confirmed => {
                    if let Some(Overlay::Confirm(_, intent)) = self.overlays.pop() {
                        self.ask(None, effects, |room, cx| room.answered(intent, Answer::Confirmed, cx));
                    }
                }
            },
            Overlay::Form(form, _) => {
                let reaction = form.key(key);
                self.form_reacted(reaction, effects);
            }
            Overlay::Line(line, _) => {
                let reaction = line.key(key);
                self.line_reacted(reaction, effects);
            }
        }
    }

    pub(super) fn paste(&mut self, text: &str, effects: &mut Vec<Effect<R::Effect>>) {
        match self.overlays.last_mut() {
            None => self.tell(Tone::Info, "pasted text is not read as keys; open a field first".to_owned()),
            Some(Overlay::Palette(palette)) => palette.paste(text),
            Some(Overlay::Form(form, _)) => {
                form.paste(text);
                self.judge_form();
            }
            Some(Overlay::Line(line, _)) => {
                let reaction = line.paste(text);
                self.line_reacted(reaction, effects);
            }
            Some(Overlay::Help(_) | Overlay::Messages(_) | Overlay::Confirm(..)) => {}
        }
    }

    /// Opens a form, with what was typed into the same one before.
    pub(super) fn open_form(&mut self, mut form: Form, intent: R::Intent, verb: Option<Act>) {
        if let Some(at) = self.drafts.iter().position(|(known, _)| *known == intent) {
            form.fill(&self.drafts.remove(at).1);
        } else if let (true, Some((act, earlier))) = (self.repeating, &self.last_form)
            && Some(*act) == verb
        {
            form.fill(earlier);
        }
        if let Some(act) = verb {
            self.last_form = Some((act, form.clone()));
        }
        self.overlays.push(Overlay::Form(form, intent));
        self.judge_form();
    }

    /// Asks the room what it thinks of the form on top.
    pub(super) fn judge_form(&mut self) {
        if let Some(Overlay::Form(form, intent)) = self.overlays.last_mut() {
            let verdict = self.room.check(intent, &form.values());
            form.judge(verdict);
        }
    }

    fn form_reacted(&mut self, reaction: form::Reaction, effects: &mut Vec<Effect<R::Effect>>) {
        let Some(Overlay::Form(form, _)) = self.overlays.last_mut() else { return };
        match reaction {
            form::Reaction::Nothing => {}
            form::Reaction::Changed => self.judge_form(),
            form::Reaction::Sent if !form.is_right() => form.show_mistake(),
            form::Reaction::Sent => {
                if let Some(Overlay::Form(form, intent)) = self.overlays.pop() {
                    let values = form.values();
                    if let Some((_, remembered)) = &mut self.last_form {
                        *remembered = form.clone();
                    }
                    // Should it be refused, the room opens it again and finds what was typed.
                    self.keep_draft(intent.clone(), form);
                    self.ask(None, effects, |room, cx| room.answered(intent, Answer::Filled(values), cx));
                }
            }
            form::Reaction::Cancelled => {
                if let Some(Overlay::Form(form, intent)) = self.overlays.pop() {
                    self.keep_draft(intent, form);
                }
            }
            form::Reaction::Editor => {
                if let Some(text) = form.note_text() {
                    self.editing = Some(Asker::Form);
                    effects.push(Effect::Edit(text));
                }
            }
        }
    }

    fn keep_draft(&mut self, intent: R::Intent, form: Form) {
        self.drafts.retain(|(known, _)| *known != intent);
        self.drafts.push((intent, form));
        if self.drafts.len() > DRAFTS_MAX {
            self.drafts.remove(0);
        }
    }

    fn line_reacted(&mut self, reaction: line::Reaction, effects: &mut Vec<Effect<R::Effect>>) {
        let Some(Overlay::Line(line, intent)) = self.overlays.last_mut() else { return };
        let (text, cursor, intent) = (line.text().to_owned(), line.cursor(), intent.clone());
        match reaction {
            line::Reaction::Nothing => {}
            line::Reaction::Moved => self.ask(None, effects, |room, cx| room.typing(&intent, &text, cx)),
            line::Reaction::Changed => {
                self.ask(None, effects, |room, cx| room.typing(&intent, &text, cx));
                let completion = self.room.complete(&intent, &text, cursor);
                if let Some(Overlay::Line(line, _)) = self.overlays.last_mut() {
                    line.complete(completion);
                }
            }
            line::Reaction::Entered | line::Reaction::Cancelled => {
                self.overlays.pop();
                let answer = if reaction == line::Reaction::Entered { Answer::Entered(text) } else { Answer::Cancelled };
                self.ask(None, effects, |room, cx| room.answered(intent, answer, cx));
            }
        }
    }

    /// Measures the panes of the help and the messages, so that drawing changes nothing.
    pub(super) fn settle_panes(&mut self) {
        let Some(mut top) = self.overlays.pop() else { return };
        let area = view::room_area(self.size);
        match &mut top {
            Overlay::Help(pane) => {
                let sections = help::sections(&self.keymap, &self.contexts(), |act| self.availability(act));
                pane.layout(&sections, view::inside(help::area(area)));
            }
            Overlay::Messages(pane) => pane.layout(&view::message_sections(self), view::inside(help::area(area))),
            _ => {}
        }
        self.overlays.push(mem::replace(&mut top, Overlay::Help(Pane::default())));
    }
}

/// Scrolls a pane; false when the key closes it.
fn scroll(pane: &mut Pane, key: Key) -> bool {
    let act = match (key.code, key.ctrl) {
        (Code::Char('j') | Code::Down, false) => Act::PaneDown,
        (Code::Char('k') | Code::Up, false) => Act::PaneUp,
        (Code::Char('d'), true) | (Code::PageDown | Code::Char(' '), _) => Act::PaneHalfDown,
        (Code::Char('u'), true) | (Code::PageUp, _) => Act::PaneHalfUp,
        (Code::Char('g') | Code::Home, false) => Act::PaneFirst,
        (Code::Char('G') | Code::End, _) => Act::PaneLast,
        (Code::Char(']' | 'l') | Code::Right | Code::Tab, _) => Act::PaneNext,
        (Code::Char('[' | 'h') | Code::Left, _) => Act::PanePrevious,
        (Code::Esc | Code::Char('q' | '?') | Code::Enter, _) => return false,
        (Code::Char('c' | 'g'), true) => return false,
        _ => return true,
    };
    pane.motion(act, None)
}
