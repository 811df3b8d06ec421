//! The detail pane: sections of lines that scroll together, with the section's name always in sight.

use super::text;
use crate::tui::{action::Act, canvas::Canvas, theme::Role};
use ratatui::layout::Rect;

/// A piece of a line in one role.
pub type Piece = (String, Role);

/// One line, which wraps; `indent` columns stay free at the left, on its continuation as well.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// A label in a column of its own at the left, if any.
    pub label: Option<&'static str>,
    pub pieces: Vec<Piece>,
    pub indent: u16,
    /// Its continuation stands so many columns further in: beneath the text, not beneath the time or mark before it.
    pub hanging: u16,
}

impl Row {
    pub fn text(text: impl Into<String>, role: Role) -> Self {
        Self { pieces: vec![(text.into(), role)], ..Self::default() }
    }

    pub fn fact(label: &'static str, text: impl Into<String>, role: Role) -> Self {
        Self { label: Some(label), ..Self::text(text, role) }
    }

    pub fn pieces(pieces: Vec<Piece>) -> Self {
        Self { pieces, ..Self::default() }
    }

    #[must_use]
    pub const fn indented(mut self, columns: u16) -> Self {
        self.indent = columns;
        self
    }

    #[must_use]
    pub const fn hanging(mut self, columns: u16) -> Self {
        self.hanging = columns;
        self
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub title: String,
    pub rows: Vec<Row>,
}

impl Section {
    pub fn new(title: impl Into<String>, rows: Vec<Row>) -> Self {
        Self { title: title.into(), rows }
    }
}

/// How far a pane is scrolled. `layout` tells it its content; `view` changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pane {
    top: usize,
    height: usize,
    /// First line of each section and the count of all lines.
    starts: Vec<usize>,
    lines: usize,
}

/// A line as drawn.
enum Drawn<'a> {
    Title(&'a str),
    Blank,
    Line { label: Option<&'static str>, indent: u16, pieces: Vec<(String, Role)> },
}

/// Labels take this many columns when a section has some.
const LABEL: u16 = 14;

impl Pane {
    /// Measures the content for an area; call it from the room's `layout`.
    pub fn layout(&mut self, sections: &[Section], area: Rect) {
        let lines = lay_out(sections, area.width);
        self.starts = lines.iter().enumerate().filter(|(_, line)| matches!(line, Drawn::Title(_))).map(|(at, _)| at).collect();
        self.lines = lines.len();
        self.height = usize::from(area.height);
        self.top = self.top.min(self.lines.saturating_sub(self.height));
    }

    /// Back to the top, for another record.
    pub const fn reset(&mut self) {
        self.top = 0;
    }

    /// Brings a section to the top.
    pub fn show(&mut self, section: usize) {
        if let Some(start) = self.starts.get(section) {
            self.top = (*start).min(self.lines.saturating_sub(self.height));
        }
    }

    /// Whether the action was a motion of the pane.
    pub fn motion(&mut self, act: Act, count: Option<u32>) -> bool {
        let times = usize::try_from(count.unwrap_or(1)).unwrap_or(1);
        let half = (self.height / 2).max(1);
        let bottom = self.lines.saturating_sub(self.height);
        let to = match act {
            Act::PaneDown => self.top.saturating_add(times),
            Act::PaneUp => self.top.saturating_sub(times),
            Act::PaneHalfDown => self.top.saturating_add(half * times),
            Act::PaneHalfUp => self.top.saturating_sub(half * times),
            Act::PaneFirst => 0,
            Act::PaneLast => bottom,
            Act::PaneNext => self.starts.iter().copied().find(|start| *start > self.top).unwrap_or(bottom),
            Act::PanePrevious => self.starts.iter().copied().rev().find(|start| *start < self.top).unwrap_or(0),
            _ => return false,
        };
        self.top = to.min(bottom);
        true
    }

    /// Draws the visible lines.
    pub fn view(&self, canvas: &mut Canvas<'_>, area: Rect, sections: &[Section]) {
        let lines = lay_out(sections, area.width);
        let height = usize::from(area.height);
        let top = self.top.min(lines.len().saturating_sub(height));
        let below = lines.len().saturating_sub(top + height);
        let note = Some(format!(" ↓ {below} more ")).filter(|_| below > 0 && area.height > 3);
        let note_wide = note.as_ref().map_or(0, |note| u16::try_from(text::width(note)).unwrap_or(0));
        for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(top)) {
            // The note stands at the end of the last line, which is cut before it.
            let width = if y + 1 == area.bottom() { area.width.saturating_sub(note_wide) } else { area.width };
            match line {
                Drawn::Blank => {}
                Drawn::Title(title) => {
                    canvas.put(area.x, y, width, title, Role::Heading);
                }
                Drawn::Line { label, indent, pieces } => {
                    if let Some(label) = label {
                        canvas.put(area.x, y, LABEL - 1, label, Role::Dim);
                    }
                    put_cut(canvas, (area.x + indent, y), width.saturating_sub(*indent), pieces);
                }
            }
        }
        // A title that scrolled out stays in sight at the top, so that one knows what one reads.
        let above = lines[..top].iter().rev().find_map(|line| if let Drawn::Title(title) = line { Some(*title) } else { None });
        if let Some(title) = above
            && !matches!(lines.get(top), Some(Drawn::Title(_)))
            && area.height > 3
        {
            canvas.clear(Rect { height: 1, ..area });
            canvas.put(area.x, area.y, area.width, &format!("{title} ↑"), Role::Heading);
        }
        if let Some(note) = note {
            canvas.put(area.right().saturating_sub(note_wide), area.bottom() - 1, note_wide, &note, Role::Dim);
        }
    }
}

/// Pieces in at most `width` columns, with one ellipsis where something was left out.
fn put_cut(canvas: &mut Canvas<'_>, (x, y): (u16, u16), width: u16, pieces: &[Piece]) {
    let end = x.saturating_add(width);
    let mut at = x;
    for (index, (piece, role)) in pieces.iter().enumerate() {
        let rest: usize = pieces[index + 1..].iter().map(|(text, _)| text::width(text)).sum();
        let room = end.saturating_sub(at);
        if text::width(piece) + usize::from(rest > 0) <= usize::from(room) {
            at = canvas.put(at, y, room, piece, *role);
        } else {
            let long = format!("{piece}{}", "…".repeat(usize::from(rest > 0)));
            canvas.put(at, y, room, &long, *role);
            return;
        }
    }
}

fn lay_out(sections: &[Section], width: u16) -> Vec<Drawn<'_>> {
    let mut lines = Vec::new();
    for section in sections {
        if !lines.is_empty() {
            lines.push(Drawn::Blank);
        }
        if !section.title.is_empty() {
            lines.push(Drawn::Title(&section.title));
        }
        for row in &section.rows {
            let indent = row.indent + if row.label.is_some() { LABEL } else { 0 };
            let wide = usize::from(width.saturating_sub(indent)).max(8);
            // In a narrow pane there is no room for it.
            let hanging = if usize::from(row.hanging) * 2 < wide { row.hanging } else { 0 };
            for (index, pieces) in wrap_pieces(&row.pieces, wide, usize::from(hanging)).into_iter().enumerate() {
                let indent = if index == 0 { indent } else { indent + hanging };
                lines.push(Drawn::Line { label: row.label.filter(|_| index == 0), indent, pieces });
            }
        }
    }
    lines
}

/// Breaks pieces into lines, keeping each word's role; all lines but the first are narrower by `hanging`.
fn wrap_pieces(pieces: &[Piece], width: usize, hanging: usize) -> Vec<Vec<Piece>> {
    if pieces.iter().map(|(text, _)| text::width(text)).sum::<usize>() <= width && !pieces.iter().any(|(text, _)| text.contains('\n')) {
        return vec![pieces.to_vec()];
    }
    let rest = width - hanging;
    let words = words(pieces);
    let (mut lines, mut used, mut continued) = (vec![Vec::new()], 0, false);
    for (index, word) in words.iter().enumerate() {
        let Word::Text(text, role) = word else {
            lines.push(Vec::new());
            (used, continued) = (0, false);
            continue;
        };
        let room = if lines.len() == 1 { width } else { rest };
        let needed = text::width(text.trim_end());
        // A mark stays with the word that it is about.
        let together = match words.get(index + 1) {
            Some(Word::Text(next, _)) if is_mark(text) => text::width(text) + text::width(next.trim_end()),
            _ => needed,
        };
        if used > 0 && used + together > room {
            lines.push(Vec::new());
            (used, continued) = (0, true);
        }
        if continued && used == 0 && needed == 0 {
            continue;
        }
        let parts = if needed > rest { text::wrap(text, rest) } else { vec![(*text).to_owned()] };
        for (part_index, part) in parts.into_iter().enumerate() {
            if part_index > 0 {
                lines.push(Vec::new());
                (used, continued) = (0, true);
            }
            used += text::width(&part);
            if let Some(line) = lines.last_mut() {
                line.push((part, *role));
            }
        }
    }
    // A space at the end of a line would take a column that the line does not have.
    for line in &mut lines {
        while let Some((word, _)) = line.last_mut() {
            word.truncate(word.trim_end().len());
            if !word.is_empty() {
                break;
            }
            line.pop();
        }
    }
    lines
}

enum Word<'a> {
    /// With the space behind it.
    Text(&'a str, Role),
    Newline,
}

fn words(pieces: &[Piece]) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    for (piece, role) in pieces {
        for (number, paragraph) in piece.split('\n').enumerate() {
            if number > 0 {
                words.push(Word::Newline);
            }
            words.extend(paragraph.split_inclusive(' ').map(|word| Word::Text(word, *role)));
        }
    }
    words
}

/// `✓ `, `✗ `, `· `: one sign that is neither a letter nor a digit.
fn is_mark(word: &str) -> bool {
    let mut signs = word.trim_end().chars();
    signs.next().is_some_and(|sign| !sign.is_alphanumeric()) && signs.next().is_none() && word.ends_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &[&str], width: usize, hanging: usize) -> Vec<String> {
        let pieces: Vec<Piece> = text.iter().map(|text| ((*text).to_owned(), Role::Text)).collect();
        wrap_pieces(&pieces, width, hanging).into_iter().map(|line| line.into_iter().map(|(text, _)| text).collect()).collect()
    }

    #[test]
    fn a_mark_stays_with_its_word_and_no_line_begins_with_what_stood_between_two() {
        assert_eq!(wrapped(&["✓ ", "active   ", "✓ ", "certified   ", "· ", "room   "], 12, 0), ["✓ active", "✓ certified", "· room"]);
        assert_eq!(wrapped(&["one two", "\n  three"], 20, 0), ["one two", "  three"], "what was written keeps its lines");
    }

    #[test]
    fn what_goes_on_is_narrower_by_what_hangs() {
        assert_eq!(wrapped(&["12:00 offered to Nordlicht by the engine"], 16, 6), ["12:00 offered to", "Nordlicht", "by the", "engine"]);
        assert_eq!(wrapped(&["ab abcdefghijkl"], 8, 4), ["ab", "abcd", "efgh", "ijkl"]);
    }
}
