//! Screens as scripts: a fixture, keys, the screen. Used by the tests of every room and by `pilothouse print`.

use super::{
    action::Act,
    compose,
    input::Event,
    key::Key,
    keymap::Keymap,
    room::Room,
    shell::{Effect, Msg, Shell},
    theme::{Depth, Theme},
    widgets::status::Place,
};
use crate::domain::time::Instant;
use ratatui::{buffer::Buffer, style::Modifier};

/// A shell without a terminal. Effects are collected, so that a test can answer them.
pub struct Stage<R: Room> {
    pub shell: Shell<R>,
    pub effects: Vec<Effect<R::Effect>>,
    pub now: Instant,
}

impl<R: Room> Stage<R> {
    /// The shell around `room`, started, with the default keymap and dark theme.
    pub fn new(room: R, place: Place, size: (u16, u16), now: Instant) -> Self {
        let mut shell = Shell::new(room, place, Keymap::built_in("default"), Theme::built_in("dark", Depth::True), size, now);
        let effects = shell.start();
        Self { shell, effects, now }
    }

    /// Types keys as a keymap file writes them: `5j`-like counts are single keys, `"5 j space C-d enter"`.
    ///
    /// # Panics
    /// When a key is misspelt.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in Key::sequence(keys).unwrap_or_else(|problem| panic!("{problem}")) {
            self.send(Msg::Input(Event::Key(key)));
        }
        self
    }

    /// Types literal text, each character a key.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.send(Msg::Input(Event::Key(Key::char(c))));
        }
        self
    }

    /// Performs an action by name, whatever its key.
    pub fn act(&mut self, act: Act) -> &mut Self {
        let keys = self.shell.keymap.keys_of(act).into_iter().next().unwrap_or_default();
        for key in keys {
            self.send(Msg::Input(Event::Key(key)));
        }
        self
    }

    pub fn send(&mut self, msg: Msg<R::Msg>) -> &mut Self {
        let effects = self.shell.update(msg, self.now);
        self.effects.extend(effects);
        self
    }

    pub fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        self.send(Msg::Resize(width, height))
    }

    /// What the room asked the driver for since the last time.
    pub fn take_effects(&mut self) -> Vec<R::Effect> {
        let room = |effect| match effect {
            Effect::Room(effect) => Some(effect),
            _ => None,
        };
        std::mem::take(&mut self.effects).into_iter().filter_map(room).collect()
    }

    pub fn frame(&self) -> Buffer {
        compose(&self.shell).0
    }

    /// The screen as plain text, without trailing spaces.
    pub fn screen(&self) -> String {
        plain(&self.frame())
    }

    /// The screen as text, with what is reversed between `⟦` and `⟧`: the cursor, a chosen entry, the banner.
    pub fn screen_marked(&self) -> String {
        marked(&self.frame())
    }
}

fn rows(frame: &Buffer) -> impl Iterator<Item = &[ratatui::buffer::Cell]> {
    frame.content.chunks(usize::from(frame.area.width).max(1))
}

/// A frame as plain text.
pub fn plain(frame: &Buffer) -> String {
    text(frame, false)
}

fn marked(frame: &Buffer) -> String {
    text(frame, true)
}

fn text(frame: &Buffer, marks: bool) -> String {
    let mut out = String::new();
    for row in rows(frame) {
        let mut line = String::new();
        let mut reversed = false;
        let mut shadow = 0;
        for cell in row {
            let now = cell.modifier.contains(Modifier::REVERSED);
            if shadow > 0 {
                shadow -= 1;
                continue;
            }
            if marks && now != reversed {
                line.push(if now { '⟦' } else { '⟧' });
                reversed = now;
            }
            line.push_str(cell.symbol());
            shadow = super::widgets::text::width(cell.symbol()).saturating_sub(1);
        }
        if marks && reversed {
            line.push('⟧');
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
