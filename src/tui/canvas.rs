//! Where views draw: a buffer, the theme, the time of this frame and the text cursor.

use super::{
    theme::{Role, Theme},
    widgets::text,
};
use crate::domain::time::Instant;
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};

pub struct Canvas<'a> {
    pub buffer: &'a mut Buffer,
    pub theme: &'a Theme,
    pub now: Instant,
    /// Where the text cursor blinks, if somewhere.
    pub cursor: Option<Position>,
    /// Whether the room has the focus, that is, no dialog lies above it.
    pub focused: bool,
}

/// Where a text stands in its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    #[default]
    Left,
    Right,
    Center,
}

impl Canvas<'_> {
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// Writes `text` at (x, y) in at most `width` columns, cut with an ellipsis; returns the column after it.
    /// Whatever the text holds, no other column is touched.
    pub fn put(&mut self, x: u16, y: u16, width: u16, text: &str, role: Role) -> u16 {
        let style = self.style(role);
        text::write(self.buffer, x, y, width, text, style)
    }

    /// Writes `text` into the columns `x .. x + width`, aligned.
    pub fn put_aligned(&mut self, x: u16, y: u16, width: u16, text: &str, role: Role, align: Align) {
        let used = u16::try_from(text::width(text)).unwrap_or(width).min(width);
        let indent = match align {
            Align::Left => 0,
            Align::Right => width - used,
            Align::Center => (width - used) / 2,
        };
        self.put(x + indent, y, width - indent, text, role);
    }

    /// Writes pieces of several roles one after the other; returns the column after the last.
    pub fn put_all(&mut self, x: u16, y: u16, width: u16, pieces: &[(&str, Role)]) -> u16 {
        let end = x.saturating_add(width);
        pieces.iter().fold(x, |at, (text, role)| self.put(at, y, end.saturating_sub(at), text, *role))
    }

    /// Adds the look of a role to what already stands in `area`.
    pub fn tint(&mut self, area: Rect, role: Role) {
        let style = self.style(role);
        let area = area.intersection(self.buffer.area);
        self.buffer.set_style(area, style);
    }

    /// Empties `area`, down to the terminal's own background.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            // A wide character half under the area goes whole.
            if area.left() > 0 && text::width(self.buffer[(area.left() - 1, y)].symbol()) > 1 {
                self.buffer[(area.left() - 1, y)].set_symbol(" ");
            }
            for x in area.left()..area.right() {
                self.buffer[(x, y)].reset();
            }
        }
    }

    /// A horizontal rule with an optional title set into it.
    pub fn rule(&mut self, area: Rect, title: &str, focused: bool) {
        let role = if focused { Role::BorderFocused } else { Role::Border };
        let line = "─".repeat(usize::from(area.width));
        self.put(area.x, area.y, area.width, &line, role);
        if !title.is_empty() && area.width > 6 {
            let title_role = if focused { Role::Heading } else { Role::Dim };
            let room = area.width - 4;
            let end = self.put(area.x + 1, area.y, room, &format!(" {title} "), title_role);
            debug_assert!(end <= area.right());
        }
    }

    /// A vertical rule.
    pub fn divider(&mut self, x: u16, area: Rect, focused: bool) {
        let role = if focused { Role::BorderFocused } else { Role::Border };
        for y in area.top()..area.bottom() {
            self.put(x, y, 1, "│", role);
        }
    }

    /// A box with a title; returns what is inside, one column of air left and right.
    pub fn frame(&mut self, area: Rect, title: &str, role: Role) -> Rect {
        let area = area.intersection(self.buffer.area);
        if area.width < 4 || area.height < 3 {
            return Rect { width: 0, height: 0, ..area };
        }
        // One column of air around it, so that it does not grow into what lies behind.
        self.clear(Rect { x: area.x.saturating_sub(1), width: area.width + 2, ..area });
        let across = "─".repeat(usize::from(area.width - 2));
        let bottom = area.bottom() - 1;
        self.put(area.x, area.y, area.width, &format!("╭{across}╮"), role);
        self.put(area.x, bottom, area.width, &format!("╰{across}╯"), role);
        for y in area.y + 1..bottom {
            self.put(area.x, y, 1, "│", role);
            self.put(area.right() - 1, y, 1, "│", role);
        }
        if !title.is_empty() {
            self.put(area.x + 2, area.y, area.width.saturating_sub(4), &format!(" {title} "), Role::DialogTitle);
        }
        Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height - 2 }
    }
}

/// A rectangle of at most the wanted size in the middle of `area`.
pub fn centered(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}
