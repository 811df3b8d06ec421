//! Writes cells with the shortest motions and style changes, knowing where the terminal's cursor stands.

use super::Scroll;
use ratatui::{
    buffer::Cell,
    style::{Color, Modifier},
};
use std::io::Write as _;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Look {
    pub(super) const PLAIN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

    pub(super) const fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }
}

pub(super) struct Pen {
    out: Vec<u8>,
    /// Where the terminal's cursor stands; `None` when that cannot be relied on.
    at: Option<(u16, u16)>,
    look: Look,
    width: u16,
    height: u16,
}

/// Modifier, how it is switched on, how off. Bold and dim share their "off".
const MODIFIERS: [(Modifier, u8, u8); 8] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

impl Pen {
    pub(super) const fn new(width: u16, height: u16) -> Self {
        Self { out: Vec::new(), at: None, look: Look::PLAIN, width, height }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Moves to a cell by the shortest way.
    pub(super) fn go(&mut self, x: u16, y: u16) {
        if self.at == Some((x, y)) {
            return;
        }
        let absolute = match (x, y) {
            (0, 0) => "\x1b[H".to_owned(),
            (0, y) => format!("\x1b[{}H", y + 1),
            (x, y) => format!("\x1b[{};{}H", y + 1, x + 1),
        };
        let relative = match self.at {
            Some((from, line)) if line == y && x > from => {
                Some(if x - from == 1 { "\x1b[C".to_owned() } else { format!("\x1b[{}C", x - from) })
            }
            Some((_, line)) if line == y => Some(if x == 0 { "\r".to_owned() } else { format!("\x1b[{}G", x + 1) }),
            Some((_, line)) if x == 0 && y == line + 1 && y < self.height => Some("\r\n".to_owned()),
            Some((from, line)) if from == x && y == line + 1 => Some("\x1b[B".to_owned()),
            _ => None,
        };
        let shortest = relative.filter(|relative| relative.len() <= absolute.len()).unwrap_or(absolute);
        self.out.extend_from_slice(shortest.as_bytes());
        self.at = Some((x, y));
    }

    /// Writes a cell at the cursor.
    pub(super) fn cell(&mut self, cell: &Cell, columns: u16) {
        self.dress(Look::of(cell));
        let symbol = cell.symbol();
        self.out.extend_from_slice(symbol.as_bytes());
        self.at = match self.at {
            // Terminals disagree about the width of what is not one plain character, so the next cell is reached absolutely.
            Some((x, y)) if x + columns < self.width && is_certain(symbol) => Some((x + columns, y)),
            _ => None,
        };
    }

    pub(super) fn erase_to_end(&mut self) {
        self.dress(Look::PLAIN);
        self.raw(b"\x1b[K");
    }

    pub(super) fn end_style(&mut self) {
        self.dress(Look::PLAIN);
    }

    /// Moves a block of rows by inserting or deleting lines inside a scroll region, which every terminal knows.
    pub(super) fn scroll(&mut self, scroll: &Scroll) {
        self.dress(Look::PLAIN);
        let (top, bottom, lines) = (scroll.rows.start + 1, scroll.rows.end, scroll.lines.unsigned_abs());
        let what = if scroll.lines > 0 { 'M' } else { 'L' };
        let lines = if lines == 1 { String::new() } else { lines.to_string() };
        let _ = write!(self.out, "\x1b[{top};{bottom}r\x1b[{top}H\x1b[{lines}{what}\x1b[r");
        self.at = Some((0, 0));
    }

    fn dress(&mut self, look: Look) {
        if look == self.look {
            return;
        }
        let change = difference(self.look, look);
        let afresh = if look == Look::PLAIN { Vec::new() } else { difference(Look::PLAIN, look) };
        self.out.extend_from_slice(b"\x1b[");
        if afresh.len() + 2 <= change.len() || (look == Look::PLAIN && change.len() > 2) {
            if !afresh.is_empty() {
                self.out.extend_from_slice(b"0;");
                self.out.extend_from_slice(&afresh);
            }
        } else {
            self.out.extend_from_slice(&change);
        }
        self.out.push(b'm');
        self.look = look;
    }
}

/// Characters whose width no two terminals disagree about.
fn is_certain(symbol: &str) -> bool {
    let mut chars = symbol.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => {
            matches!(c, ' '..='~' | '\u{a1}'..='\u{17f}' | '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{45f}' | '\u{2010}'..='\u{2027}' | '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{259f}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
        }
        _ => false,
    }
}

/// The parameters that turn one look into another, joined by semicolons.
fn difference(from: Look, to: Look) -> Vec<u8> {
    let mut parts: Vec<String> = Vec::new();
    let gone = from.modifier - to.modifier;
    let mut come = to.modifier - from.modifier;
    for (modifier, _, off) in MODIFIERS {
        let text = off.to_string();
        if gone.contains(modifier) && !parts.contains(&text) {
            parts.push(text);
        }
    }
    if gone.intersects(Modifier::BOLD | Modifier::DIM) {
        // Switching one off switches both off.
        come |= to.modifier & (Modifier::BOLD | Modifier::DIM);
    }
    parts.extend(MODIFIERS.iter().filter(|(modifier, ..)| come.contains(*modifier)).map(|(_, on, _)| on.to_string()));
    if from.fg != to.fg {
        parts.push(color(to.fg, 30));
    }
    if from.bg != to.bg {
        parts.push(color(to.bg, 40));
    }
    parts.join(";").into_bytes()
}

/// A colour's parameters; `base` is 30 for the foreground and 40 for the background.
fn color(color: Color, base: u8) -> String {
    let bright = base + 60;
    match color {
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
        Color::Indexed(index @ 0..=7) => (base + index).to_string(),
        Color::Indexed(index @ 8..=15) => (bright + index - 8).to_string(),
        Color::Indexed(index) => format!("{};5;{index}", base + 8),
        // The theme makes no other colours.
        _ => (base + 9).to_string(),
    }
}
