//! Cells and blocks of text beside each other, as the lines of a pane.

use crate::tui::{
    theme::Role,
    widgets::{
        pane::{Piece, Row},
        text,
    },
};

/// Columns between two cells.
pub(super) const GAP: usize = 2;

pub(super) const fn empty() -> Piece {
    (String::new(), Role::Text)
}

pub(super) fn pad(words: &str, width: usize) -> String {
    format!("{words}{}", " ".repeat(width.saturating_sub(text::width(words))))
}

/// Cells beside each other, each wrapped in its own width.
pub(super) fn line(cells: &[(usize, Piece)]) -> Vec<Row> {
    let wrapped: Vec<Vec<String>> = cells
        .iter()
        .map(|(width, (words, _))| {
            let mark = words.len() - words.trim_start_matches(['✓', '!', ' ']).len();
            let (mark, rest) = words.split_at(mark);
            let wide = text::width(mark);
            // What follows a mark stands below what stands behind it.
            let lines = text::wrap(rest, width.saturating_sub(wide).max(4));
            lines
                .into_iter()
                .enumerate()
                .map(|(at, one)| if at == 0 { format!("{mark}{one}") } else { format!("{}{one}", " ".repeat(wide)) })
                .collect()
        })
        .collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    let mut rows = Vec::with_capacity(height);
    for at in 0..height {
        let mut pieces = Vec::with_capacity(cells.len());
        for (index, ((width, (_, role)), lines)) in cells.iter().zip(&wrapped).enumerate() {
            let words = lines.get(at).map_or("", String::as_str);
            let last = index + 1 == cells.len();
            pieces.push((if last { words.to_owned() } else { pad(words, width + GAP) }, *role));
        }
        rows.push(Row::pieces(pieces));
    }
    rows
}

/// Two blocks of lines beside each other.
pub(super) fn side_by_side(left: Vec<Row>, right: Vec<Row>, left_width: usize) -> Vec<Row> {
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    let mut rows = Vec::new();
    loop {
        let (one, other) = (left.next(), right.next());
        if one.is_none() && other.is_none() {
            return rows;
        }
        let mut pieces = one.map_or_else(Vec::new, |row| row.pieces);
        let used: usize = pieces.iter().map(|(words, _)| text::width(words)).sum();
        pieces.push((" ".repeat((left_width + GAP + 1).saturating_sub(used)), Role::Text));
        pieces.extend(other.map_or_else(Vec::new, |row| row.pieces));
        rows.push(Row::pieces(pieces));
    }
}
