//! A field of several lines. Each line is an input of its own; Enter splits and Backspace joins.

use super::line::{edit, view_input};
use crate::tui::{
    canvas::Canvas,
    key::{Code, Key},
    theme::Role,
};
use ratatui::layout::Rect;
use tui_input::Input;

#[derive(Debug, Clone)]
pub struct Note {
    lines: Vec<Input>,
    at: usize,
}

impl Default for Note {
    fn default() -> Self {
        Self::new("")
    }
}

impl Note {
    pub fn new(text: &str) -> Self {
        let lines: Vec<Input> = text.trim_end_matches('\n').split('\n').map(|line| Input::new(line.to_owned())).collect();
        Self { at: lines.len() - 1, lines }
    }

    pub fn text(&self) -> String {
        self.lines.iter().map(Input::value).collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }

    pub fn paste(&mut self, pasted: &str) {
        for (index, part) in pasted.split('\n').enumerate() {
            if index > 0 {
                self.split();
            }
            for c in part.chars() {
                self.key(Key::char(if c.is_control() { ' ' } else { c }));
            }
        }
    }

    /// Whether the key did something; Up on the first line and Down on the last did not, so that the focus can move on.
    pub fn key(&mut self, key: Key) -> bool {
        let column = self.lines[self.at].cursor();
        match key.code {
            Code::Enter => self.split(),
            Code::Backspace if column == 0 && !key.ctrl => return self.join_with_previous(),
            Code::Delete if column == self.lines[self.at].value().chars().count() && self.at + 1 < self.lines.len() => {
                self.at += 1;
                return self.join_with_previous();
            }
            Code::Up if self.at > 0 => self.go(self.at - 1, column),
            Code::Down if self.at + 1 < self.lines.len() => self.go(self.at + 1, column),
            Code::Up | Code::Down => return false,
            _ => return edit(&mut self.lines[self.at], key),
        }
        true
    }

    fn go(&mut self, line: usize, column: usize) {
        self.at = line;
        let value = self.lines[line].value().to_owned();
        let column = column.min(value.chars().count());
        self.lines[line] = Input::new(value).with_cursor(column);
    }

    fn split(&mut self) {
        let line = &self.lines[self.at];
        let head: String = line.value().chars().take(line.cursor()).collect();
        let tail: String = line.value().chars().skip(line.cursor()).collect();
        self.lines[self.at] = Input::new(head);
        self.lines.insert(self.at + 1, Input::new(tail).with_cursor(0));
        self.at += 1;
    }

    fn join_with_previous(&mut self) -> bool {
        if self.at == 0 {
            return false;
        }
        let tail = self.lines.remove(self.at);
        self.at -= 1;
        let head = self.lines[self.at].value().to_owned();
        let column = head.chars().count();
        self.lines[self.at] = Input::new(head + tail.value()).with_cursor(column);
        true
    }

    pub fn view(&self, canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
        let height = usize::from(area.height).max(1);
        let first = (self.at + 1).saturating_sub(height);
        for (y, (index, line)) in (area.y..area.bottom()).zip(self.lines.iter().enumerate().skip(first)) {
            canvas.put(area.x, y, 1, "▏", if focused { Role::BorderFocused } else { Role::Border });
            view_input(canvas, line, area.x + 1, y, area.width.saturating_sub(1), focused && index == self.at);
        }
        for y in area.y + u16::try_from(self.lines.len() - first).unwrap_or(area.height).min(area.height)..area.bottom() {
            canvas.put(area.x, y, 1, "▏", if focused { Role::BorderFocused } else { Role::Border });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_split_and_join_where_the_cursor_is() {
        let mut note = Note::new("one two");
        for _ in 0..3 {
            note.key(Key::plain(Code::Left));
        }
        note.key(Key::plain(Code::Enter));
        assert_eq!(note.text(), "one \ntwo");
        note.key(Key::plain(Code::Backspace));
        assert_eq!(note.text(), "one two");
        note.paste("a\nb");
        assert_eq!(note.text(), "one a\nbtwo");
        assert!(note.key(Key::plain(Code::Up)) && !note.key(Key::plain(Code::Up)));
        note.key(Key::plain(Code::End));
        note.key(Key::plain(Code::Delete));
        assert_eq!(note.text(), "one abtwo");
    }
}
