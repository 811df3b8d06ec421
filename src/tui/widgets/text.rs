//! Text in columns: measured and cut by grapheme, so that wide, combining and hostile characters stay in their cells.

use ratatui::{buffer::Buffer, layout::Position, style::Style};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::domain::text::is_hostile;

/// A letter under a heap of marks is cut to this many bytes; no script needs more for one cell.
const GRAPHEME_BYTES_MAX: usize = 24;

/// One grapheme as it is drawn: its text and the columns that it takes (1 or 2), or nothing for what has no width.
fn drawn(grapheme: &str) -> Option<(&str, u16)> {
    if grapheme.chars().any(is_hostile) && !is_joined_emoji(grapheme) {
        return Some(("\u{fffd}", 1));
    }
    let text = if grapheme.len() > GRAPHEME_BYTES_MAX { first_char(grapheme) } else { grapheme };
    match text.width() {
        0 => None,
        1 => Some((text, 1)),
        // Some scripts and emoji measure more than two; two is what terminals give them.
        _ => Some((text, 2)),
    }
}

/// The joiner inside an emoji family is the one invisible character that stays.
fn is_joined_emoji(grapheme: &str) -> bool {
    grapheme.chars().all(|c| c == '\u{200d}' || !is_hostile(c))
}

fn first_char(text: &str) -> &str {
    text.char_indices().nth(1).map_or(text, |(end, _)| &text[..end])
}

/// The columns that `text` takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_control()) {
        return text.len();
    }
    text.graphemes(true).filter_map(drawn).map(|(_, width)| usize::from(width)).sum()
}

/// Writes `text` at (x, y) in at most `max` columns, cut with `…`; returns the column after it.
pub fn write(buffer: &mut Buffer, x: u16, y: u16, max: u16, text: &str, style: Style) -> u16 {
    let area = buffer.area;
    if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
        return x;
    }
    let end = x.saturating_add(max).min(area.right());
    let fits = width(text) <= usize::from(end - x);
    let stop = if fits { end } else { end.saturating_sub(1) };
    let mut at = x;
    for (symbol, width) in text.graphemes(true).filter_map(drawn) {
        if at + width > stop {
            break;
        }
        set(buffer, at, y, symbol, style);
        if width == 2 {
            buffer[Position::new(at + 1, y)].reset();
        }
        at += width;
    }
    if !fits && at < end {
        set(buffer, at, y, "…", style);
        at += 1;
    }
    at
}

fn set(buffer: &mut Buffer, x: u16, y: u16, symbol: &str, style: Style) {
    // Drawing over the right half of a wide character must not leave its left half behind.
    if x > buffer.area.left() && buffer[(x - 1, y)].symbol().width() > 1 {
        buffer[(x - 1, y)].set_symbol(" ");
    }
    buffer[(x, y)].set_symbol(symbol).set_style(style);
}

/// Exactly `columns` wide: cut, or filled up with spaces.
pub fn fit(text: &str, columns: usize) -> String {
    let mut out = cut(text, columns);
    out.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(&out))));
    out
}

/// Cuts `text` to `max` columns, with an ellipsis when something is lost.
pub fn cut(text: &str, max: usize) -> String {
    if width(text) <= max {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for (symbol, width) in text.graphemes(true).filter_map(drawn) {
        if used + usize::from(width) + 1 > max {
            break;
        }
        out.push_str(symbol);
        used += usize::from(width);
    }
    if max > 0 {
        out.push('…');
    }
    out
}

/// Breaks `text` into lines of at most `max` columns, at spaces where there are some.
pub fn wrap(text: &str, max: usize) -> Vec<String> {
    let max = max.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split(' ') {
            let needed = width(word);
            if used > 0 && used + 1 + needed > max {
                lines.push(std::mem::take(&mut line));
                used = 0;
            } else if used > 0 {
                line.push(' ');
                used += 1;
            }
            if needed <= max {
                line.push_str(word);
                used += needed;
                continue;
            }
            for (symbol, width) in word.graphemes(true).filter_map(drawn) {
                if used + usize::from(width) > max {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push_str(symbol);
                used += usize::from(width);
            }
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::layout::Rect;

    #[test]
    fn text_is_cut_at_a_grapheme_and_says_so() {
        assert_eq!(cut("Müller & Söhne", 8), "Müller …");
        assert_eq!(cut("漢字漢字", 5), "漢字…");
        assert_eq!(cut("漢字漢字", 8), "漢字漢字");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(wrap("a bb ccc dddddd", 5), ["a bb", "ccc", "ddddd", "d"]);
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_columns(text in "\\PC{0,40}", raw in ".{0,20}", max in 0..12_u16) {
            let text = format!("{text}{raw}");
            let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 3));
            for x in 0..20 {
                buffer[(x, 1)].set_symbol("#");
            }
            let end = write(&mut buffer, 4, 1, max, &text, Style::new());
            prop_assert!(end <= 4 + max);
            for x in (0..4).chain(4 + max..20) {
                prop_assert_eq!(buffer[(x, 1)].symbol(), "#");
            }
            for x in 0..20 {
                prop_assert_eq!(buffer[(x, 0)].symbol(), " ");
                prop_assert!(!buffer[(x, 1)].symbol().chars().any(char::is_control));
            }
            prop_assert!(width(&cut(&text, usize::from(max))) <= usize::from(max));
            for line in wrap(&text, usize::from(max) + 2) {
                prop_assert!(width(&line) <= usize::from(max) + 2);
            }
        }
    }
}
