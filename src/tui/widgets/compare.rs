//! Two records side by side, field by field, with a shape for how alike they are.

use super::text;
use crate::tui::{
    canvas::{Align, Canvas},
    theme::Role,
};
use ratatui::layout::Rect;

/// How alike two values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    Same,
    /// Alike but not equal, in percent.
    Similar(u8),
    Different,
    /// One of them, or both, are missing.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub label: &'static str,
    pub left: String,
    pub right: String,
    pub likeness: Likeness,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compare {
    pub left: String,
    pub right: String,
    pub pairs: Vec<Pair>,
    /// One sentence: the score and what decided it.
    pub verdict: String,
}

impl Likeness {
    fn show(self) -> (String, Role) {
        match self {
            Self::Same => ("=".to_owned(), Role::Good),
            Self::Similar(percent) => (format!("≈{percent}"), Role::Warn),
            Self::Different => ("≠".to_owned(), Role::Bad),
            Self::Unknown => ("·".to_owned(), Role::Dim),
        }
    }
}

/// Draws the comparison; long values wrap inside their side.
pub fn view(canvas: &mut Canvas<'_>, area: Rect, compare: &Compare) {
    const MIDDLE: u16 = 7;
    let labels = compare.pairs.iter().map(|pair| text::width(pair.label)).max().unwrap_or(0);
    let labels = u16::try_from(labels).unwrap_or(0) + 2;
    if area.width < labels + MIDDLE + 8 || area.height < 3 {
        return;
    }
    let side = (area.width - labels - MIDDLE) / 2;
    let (left, middle) = (area.x + labels, area.x + labels + side);
    let right = middle + MIDDLE;
    canvas.put(left, area.y, side, &compare.left, Role::Strong);
    canvas.put(right, area.y, side, &compare.right, Role::Strong);
    // The verdict comes first: it has to be seen where there is no room for all the fields.
    canvas.put(area.x, area.y + 1, area.width, &compare.verdict, Role::Info);
    let mut y = area.y + 2;
    let tall = |pair: &Pair| text::wrap(&pair.left, usize::from(side)).len().max(text::wrap(&pair.right, usize::from(side)).len()).min(3);
    let mut left_over: usize = compare.pairs.iter().map(tall).sum();
    for pair in &compare.pairs {
        let (shape, role) = pair.likeness.show();
        let lines_left = text::wrap(&pair.left, usize::from(side));
        let lines_right = text::wrap(&pair.right, usize::from(side));
        let value_role = if pair.likeness == Likeness::Same { Role::Dim } else { Role::Text };
        for index in 0..lines_left.len().max(lines_right.len()).min(3) {
            if y + 1 >= area.bottom() && left_over > 1 {
                canvas.put(area.x, y, area.width, "… more on a larger screen", Role::Dim);
                return;
            }
            left_over -= 1;
            if index == 0 {
                canvas.put(area.x, y, labels, pair.label, Role::Dim);
                canvas.put_aligned(middle, y, MIDDLE, &shape, role, Align::Center);
            }
            canvas.put(left, y, side, lines_left.get(index).map_or("", String::as_str), value_role);
            canvas.put(right, y, side, lines_right.get(index).map_or("", String::as_str), value_role);
            y += 1;
        }
    }
}
