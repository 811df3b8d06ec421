//! Two frames to the fewest bytes. ratatui's own terminal writes even for an unchanged frame and never uses the
//! terminal's scroll region; over SSH a person feels both, so the console computes the difference itself.

mod pen;

use pen::{Look, Pen};
use ratatui::{
    buffer::{Buffer, Cell},
    layout::{Position, Rect},
};
use std::ops::Range;

/// What the terminal shows now, as far as we know.
#[derive(Debug)]
pub struct Painter {
    shown: Buffer,
    cursor: Option<Position>,
    /// Nothing is known about the screen: the next frame clears it first.
    unknown: bool,
}

/// Larger frames are written in the order of their rows.
const SORTED_MAX: usize = 400;
const SYNC_BEGIN: &[u8] = b"\x1b[?2026h";
const SYNC_END: &[u8] = b"\x1b[?2026l";

impl Painter {
    pub fn new() -> Self {
        Self { shown: Buffer::empty(Rect::ZERO), cursor: None, unknown: true }
    }

    /// Forgets what the screen shows: after a resize, a stop, an editor.
    pub const fn forget(&mut self) {
        self.unknown = true;
    }

    /// The bytes that turn the screen into `next`; none when it already is. The text cursor is shown at `cursor`.
    pub fn paint(&mut self, next: &Buffer, cursor: Option<Position>) -> Vec<u8> {
        let mut opening: &[u8] = b"";
        if self.unknown || self.shown.area != next.area {
            self.shown = Buffer::empty(next.area);
            self.cursor = None;
            self.unknown = false;
            opening = b"\x1b[?25l\x1b[0m\x1b[2J";
        } else if self.shown == *next && self.cursor == cursor {
            return Vec::new();
        } else if self.cursor.is_some() {
            opening = b"\x1b[?25l";
        }
        let scroll = find_scroll(&self.shown, next);
        if let Some(scroll) = &scroll {
            shift(&mut self.shown, scroll);
        }
        let mut pieces = Vec::new();
        for y in 0..next.area.height {
            compare_row(&mut pieces, row(&self.shown, y), row(next, y), y);
        }
        let in_order = write(&pieces, next, scroll.as_ref(), cursor);
        // A hundred countdowns of three colours are cheaper colour by colour than line by line.
        let by_look =
            if pieces.len() <= SORTED_MAX { write(&sorted_by_look(pieces, next), next, scroll.as_ref(), cursor) } else { Vec::new() };
        let body = if !by_look.is_empty() && by_look.len() < in_order.len() { by_look } else { in_order };
        self.shown.clone_from(next);
        self.cursor = cursor;
        [SYNC_BEGIN, opening, &body, SYNC_END].concat()
    }
}

/// Neighbouring cells of one look that changed, or the blank rest of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    y: u16,
    /// From and to, in columns; `None` erases to the end of the row.
    x: u16,
    end: Option<u16>,
}

impl Piece {
    fn look(self, next: &Buffer) -> Look {
        if self.end.is_some() { Look::of(&next[(self.x, self.y)]) } else { Look::PLAIN }
    }
}

fn sorted_by_look(mut pieces: Vec<Piece>, next: &Buffer) -> Vec<Piece> {
    let mut looks: Vec<Look> = Vec::new();
    pieces.sort_by_cached_key(|piece| {
        let look = piece.look(next);
        looks.iter().position(|known| *known == look).unwrap_or_else(|| {
            looks.push(look);
            looks.len() - 1
        })
    });
    pieces
}

fn write(pieces: &[Piece], next: &Buffer, scroll: Option<&Scroll>, cursor: Option<Position>) -> Vec<u8> {
    let mut pen = Pen::new(next.area.width, next.area.height);
    if let Some(scroll) = scroll {
        pen.scroll(scroll);
    }
    for piece in pieces {
        let Some(end) = piece.end else {
            pen.go(piece.x, piece.y);
            pen.erase_to_end();
            continue;
        };
        let cells = row(next, piece.y);
        let mut x = piece.x;
        while x < end {
            let cell = &cells[usize::from(x)];
            pen.go(x, piece.y);
            pen.cell(cell, column(width(cell)));
            x += column(width(cell));
        }
    }
    pen.end_style();
    if let Some(at) = cursor {
        pen.go(at.x, at.y);
        pen.raw(b"\x1b[?25h");
    }
    pen.into_bytes()
}

impl Default for Painter {
    fn default() -> Self {
        Self::new()
    }
}

fn row(buffer: &Buffer, y: u16) -> &[Cell] {
    let width = usize::from(buffer.area.width);
    let start = usize::from(y) * width;
    &buffer.content[start..start + width]
}

fn is_blank(cell: &Cell) -> bool {
    *cell == Cell::EMPTY
}

/// How many columns the cell's text takes; the cells behind a wide one are its shadow.
fn width(cell: &Cell) -> usize {
    unicode_width::UnicodeWidthStr::width(cell.symbol()).max(1)
}

fn compare_row(pieces: &mut Vec<Piece>, shown: &[Cell], next: &[Cell], y: u16) {
    if shown == next {
        return;
    }
    // Where the rest of the row becomes blank, one erase does it.
    let end = next.iter().rposition(|cell| !is_blank(cell)).map_or(0, |last| (last + width(&next[last])).min(next.len()));
    let tail_changed = shown[end..].iter().filter(|cell| !is_blank(cell)).count();
    let erase_from = if tail_changed > 4 { Some(end) } else { None };
    let mut x = 0;
    while x < erase_from.unwrap_or(next.len()) {
        let wide = width(&next[x]).min(next.len() - x);
        // A wide character is drawn again when anything under its shadow was shown, and what a vanished one shadowed is drawn as well.
        let changed = next[x] != shown[x]
            || (wide > 1 && shown[x + 1..x + wide] != next[x + 1..x + wide])
            || is_shadow(shown, x) && !is_shadow(next, x);
        if changed {
            match pieces.last_mut() {
                Some(last) if last.y == y && last.end == Some(column(x)) && Look::of(&next[usize::from(last.x)]) == Look::of(&next[x]) => {
                    last.end = Some(column(x + wide));
                }
                _ => pieces.push(Piece { y, x: column(x), end: Some(column(x + wide)) }),
            }
        }
        x += wide;
    }
    if let Some(from) = erase_from {
        pieces.push(Piece { y, x: column(from), end: None });
    }
}

/// Whether the cell lies under the right half of a wide character.
fn is_shadow(row: &[Cell], x: usize) -> bool {
    x > 0 && width(&row[x - 1]) > 1
}

fn column(x: usize) -> u16 {
    u16::try_from(x).unwrap_or(u16::MAX)
}

/// Rows of the screen that moved as one: `lines` up when positive.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Scroll {
    rows: Range<u16>,
    lines: i32,
}

/// The shift that saves the most, if it saves enough to be worth its own bytes.
fn find_scroll(shown: &Buffer, next: &Buffer) -> Option<Scroll> {
    const LINES_MAX: i32 = 12;
    const SAVED_MIN: usize = 60;
    let height = i32::from(next.area.height);
    let changed: Vec<i32> = (0..next.area.height).filter(|y| row(shown, *y) != row(next, *y)).map(i32::from).collect();
    let (first, last) = (*changed.first()?, *changed.last()?);
    if last - first < 3 {
        return None;
    }
    let mut best: Option<(usize, Scroll)> = None;
    for lines in (1..=LINES_MAX.min(last - first)).flat_map(|k| [k, -k]) {
        // The block: the rows of `next` that equal a shown row `lines` further, from the first to the last of them.
        let fits = |y: i32| {
            (0..height).contains(&(y + lines)) && !is_blank_row(row(next, line(y))) && row(next, line(y)) == row(shown, line(y + lines))
        };
        let Some(top) = (first..=last).find(|y| fits(*y)) else { continue };
        let Some(bottom) = (first..=last).rev().find(|y| fits(*y)) else { continue };
        let rows = top.min(top + lines)..(bottom.max(bottom + lines) + 1).min(height);
        let cost_without: usize = rows.clone().map(|y| differing(row(shown, line(y)), row(next, line(y)))).sum();
        let cost_with: usize = rows
            .clone()
            .map(|y| {
                let from = y + lines;
                if rows.contains(&from) { differing(row(shown, line(from)), row(next, line(y))) } else { visible(row(next, line(y))) }
            })
            .sum();
        let saved = cost_without.saturating_sub(cost_with);
        if saved >= SAVED_MIN && best.as_ref().is_none_or(|(most, _)| saved > *most) {
            best = Some((saved, Scroll { rows: line(rows.start)..line(rows.end), lines }));
        }
    }
    best.map(|(_, scroll)| scroll)
}

fn line(y: i32) -> u16 {
    u16::try_from(y).unwrap_or(0)
}

fn is_blank_row(row: &[Cell]) -> bool {
    row.iter().all(is_blank)
}

fn visible(row: &[Cell]) -> usize {
    row.iter().filter(|cell| !is_blank(cell)).count()
}

/// What changing a row costs: each cell, and for each run of them the jump there.
fn differing(a: &[Cell], b: &[Cell]) -> usize {
    const JUMP: usize = 8;
    let mut cost = 0;
    let mut in_run = false;
    for (a, b) in a.iter().zip(b) {
        let differs = a != b;
        cost += usize::from(differs) + if differs && !in_run { JUMP } else { 0 };
        in_run = differs;
    }
    cost
}

/// Does to our picture of the screen what the terminal does to the screen.
fn shift(shown: &mut Buffer, scroll: &Scroll) {
    let width = usize::from(shown.area.width);
    let block = &mut shown.content[usize::from(scroll.rows.start) * width..usize::from(scroll.rows.end) * width];
    let by = usize::try_from(scroll.lines.unsigned_abs()).unwrap_or(0) * width;
    if scroll.lines > 0 {
        block.rotate_left(by);
        let kept = block.len() - by;
        block[kept..].fill(Cell::EMPTY);
    } else {
        block.rotate_right(by);
        block[..by].fill(Cell::EMPTY);
    }
}

#[cfg(test)]
mod tests;
