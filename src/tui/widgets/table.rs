//! A table that draws its visible rows and nothing else. Columns fold away by priority where the screen is narrow.

use super::list::{List, Record};
use crate::tui::{
    canvas::{Align, Canvas},
    theme::Role,
};
use ratatui::{
    layout::Rect,
    style::{Modifier, Style},
};
use std::borrow::Cow;

/// One column's place and looks.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub title: &'static str,
    /// Columns on the screen at least.
    pub width: u16,
    /// What it takes to be read with ease: columns of a priority from [`YIELDING`] on fold away for it, and what is left
    /// over fills it before anything else grows.
    pub wanted: u16,
    /// Share of what is left over; 0 keeps the width.
    pub grow: u16,
    pub align: Align,
    /// 0 is always shown; the highest folds away first.
    pub priority: u8,
    /// Part of the cursor: reversed on the selected row. Keep these together at the left and short, because each move
    /// of the cursor writes them twice.
    pub pointer: bool,
    /// Nothing that this queue holds has anything in it.
    pub absent: bool,
}

impl Column {
    pub const fn new(title: &'static str, width: u16) -> Self {
        Self { title, width, wanted: width, grow: 0, align: Align::Left, priority: 0, pointer: false, absent: false }
    }

    #[must_use]
    pub const fn grow(self, share: u16) -> Self {
        Self { grow: share, ..self }
    }

    #[must_use]
    pub const fn wanted(self, width: u16) -> Self {
        Self { wanted: width, ..self }
    }

    #[must_use]
    pub const fn right(self) -> Self {
        Self { align: Align::Right, ..self }
    }

    #[must_use]
    pub const fn priority(self, priority: u8) -> Self {
        Self { priority, ..self }
    }

    #[must_use]
    pub const fn pointer(self) -> Self {
        Self { pointer: true, ..self }
    }
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell<'a> {
    pub text: Cow<'a, str>,
    pub role: Role,
}

impl<'a> Cell<'a> {
    pub fn new(text: impl Into<Cow<'a, str>>, role: Role) -> Self {
        Self { text: text.into(), role }
    }
}

/// What the table says when it has no rows, in the middle of its area: why, and what to do.
#[derive(Debug, Clone, Copy)]
pub struct Empty<'a> {
    pub title: &'a str,
    pub hint: &'a str,
}

/// The cursor's bar is no longer than this, whatever the width: it is written twice with each move.
const POINTER_MAX: u16 = 44;
/// Three columns at the left: the cursor, the mark and air.
const GUTTER: u16 = 3;
const GAP: u16 = 2;
/// From this priority on a column is worth less than another one read with ease.
const YIELDING: u8 = 6;

/// The place of each column in `width` columns: x and width, or nothing for one that folded away.
pub fn fit(columns: &[Column], width: u16) -> Vec<Option<(u16, u16)>> {
    let shown = unfolded(columns, width);
    let widths = widths(columns, &shown, width);
    let mut x = GUTTER;
    let place = |wide: Option<u16>| {
        let wide = wide?.min(width.saturating_sub(x));
        let at = x;
        x += wide + GAP;
        Some((at, wide))
    };
    widths.into_iter().map(place).collect()
}

/// What the shown columns take together when each takes what `of` says.
fn needed(columns: &[Column], shown: &[bool], of: fn(&Column) -> u16) -> u16 {
    let widths = columns.iter().zip(shown).filter(|(_, shown)| **shown).map(|(column, _)| of(column) + GAP);
    GUTTER + widths.sum::<u16>().saturating_sub(GAP)
}

/// Which columns are on the screen: first all must fit at their least, then the least worth ones yield to the others' ease.
fn unfolded(columns: &[Column], width: u16) -> Vec<bool> {
    let mut shown: Vec<bool> = columns.iter().map(|column| !column.absent).collect();
    for (of, from) in [((|column| column.width) as fn(&Column) -> u16, 1), (|column| column.wanted, YIELDING)] {
        while needed(columns, &shown, of) > width {
            let last = (0..columns.len()).filter(|i| shown[*i] && columns[*i].priority >= from).max_by_key(|i| (columns[*i].priority, *i));
            let Some(fold) = last else { break };
            shown[fold] = false;
        }
    }
    shown
}

/// What each shown column gets: its least, then what it takes to be read with ease, then its share of the rest.
fn widths(columns: &[Column], shown: &[bool], width: u16) -> Vec<Option<u16>> {
    let mut spare = width.saturating_sub(needed(columns, shown, |column| column.width));
    let mut widths: Vec<Option<u16>> = columns.iter().zip(shown).map(|(column, shown)| shown.then_some(column.width)).collect();
    for (column, wide) in columns.iter().zip(&mut widths) {
        if let Some(wide) = wide {
            let more = column.wanted.saturating_sub(*wide).min(spare);
            *wide += more;
            spare -= more;
        }
    }
    let shares: u16 = columns.iter().zip(shown).filter(|(_, shown)| **shown).map(|(column, _)| column.grow).sum();
    let (mut given, mut seen) = (0, 0);
    for (column, wide) in columns.iter().zip(&mut widths) {
        if let Some(wide) = wide.as_mut().filter(|_| shares > 0) {
            // Cumulative shares, so that every spare column is given to somebody.
            seen += column.grow;
            let until = u16::try_from(u32::from(spare) * u32::from(seen) / u32::from(shares)).unwrap_or(0);
            *wide += until - given;
            given = until;
        }
    }
    widths
}

/// How many rows a table shows in an area of this height: one line is its header.
pub const fn rows_in(height: u16) -> u16 {
    height.saturating_sub(1)
}

/// Draws the table; `cells` gives one cell per column, and is asked for visible rows only.
pub fn view<'r, T: Record>(
    canvas: &mut Canvas<'_>,
    area: Rect,
    list: &'r List<T>,
    columns: &[Column],
    focused: bool,
    empty: Empty<'_>,
    cells: impl Fn(&'r T) -> Vec<Cell<'r>>,
) {
    if area.height == 0 || area.width <= GUTTER {
        return;
    }
    let places = fit(columns, area.width);
    header(canvas, area, columns, &places);
    if list.is_empty() {
        let middle = area.y + 1 + area.height / 3;
        canvas.put_aligned(area.x, middle.min(area.bottom() - 1), area.width, empty.title, Role::Strong, Align::Center);
        if middle + 1 < area.bottom() {
            canvas.put_aligned(area.x, middle + 1, area.width, empty.hint, Role::Dim, Align::Center);
        }
        return;
    }
    for (y, row) in (area.y + 1..area.bottom()).zip(list.visible()) {
        let key = row.key();
        let selected = list.selected_key() == Some(key);
        let gone = list.is_gone(key);
        let cursor = if focused { Role::Selected } else { Role::SelectedDim };
        let pointer_end = columns
            .iter()
            .zip(&places)
            .filter(|(column, _)| column.pointer)
            .filter_map(|(_, place)| *place)
            .map(|(x, wide)| x + wide)
            .max();
        if selected {
            canvas.tint(Rect { x: area.x, y, width: pointer_end.unwrap_or(GUTTER), height: 1 }, cursor);
            canvas.put(area.x, y, 1, "›", cursor);
        }
        let mark = match (gone, list.is_marked(key), list.is_moved(key)) {
            (true, ..) => ("×", Role::Gone),
            (_, true, _) => ("◆", Role::Marked),
            (.., true) => ("↕", Role::Dim),
            _ => ("", Role::Dim),
        };
        canvas.put(area.x + 1, y, 1, mark.0, if selected { cursor } else { mark.1 });
        for ((column, place), cell) in columns.iter().zip(&places).zip(cells(row)) {
            let Some((x, wide)) = *place else { continue };
            let role = match (selected && column.pointer, gone) {
                (true, _) => cursor,
                (false, true) => Role::Gone,
                (false, false) => cell.role,
            };
            canvas.put_aligned(area.x + x, y, wide, &cell.text, role, column.align);
        }
        if selected && area.width > POINTER_MAX {
            let rest = Rect { x: area.x + POINTER_MAX, y, width: area.width - POINTER_MAX, height: 1 };
            canvas.buffer.set_style(rest, Style::new().remove_modifier(Modifier::REVERSED));
        }
    }
}

fn header(canvas: &mut Canvas<'_>, area: Rect, columns: &[Column], places: &[Option<(u16, u16)>]) {
    for (column, place) in columns.iter().zip(places) {
        if let Some((x, wide)) = *place {
            canvas.put_aligned(area.x + x, area.y, wide, column.title, Role::TableHeader, column.align);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [
        Column::new("ID", 8).pointer(),
        Column::new("COMPANY", 20).grow(2).pointer(),
        Column::new("COUNTRY", 7).priority(2),
        Column::new("DUE", 12).right().grow(1).priority(1),
    ];

    #[test]
    fn columns_fold_by_priority_and_share_what_is_left() {
        assert_eq!(fit(&COLUMNS, 57), [Some((3, 8)), Some((13, 20)), Some((35, 7)), Some((44, 12 + 1))]);
        assert_eq!(fit(&COLUMNS, 51), [Some((3, 8)), Some((13, 20 + 2)), None, Some((37, 12 + 2))]);
        assert_eq!(fit(&COLUMNS, 31), [Some((3, 8)), Some((13, 18)), None, None]);
        // Where COMPANY wants 30, ALIAS yields to it as soon as that helps, and DUE never does.
        let columns = [COLUMNS[0], COLUMNS[1].wanted(30), Column::new("ALIAS", 6).priority(7), COLUMNS[3]];
        assert_eq!(fit(&columns, 63), [Some((3, 8)), Some((13, 30 + 4)), None, Some((49, 12 + 2))]);
        assert_eq!(fit(&columns, 65), [Some((3, 8)), Some((13, 30)), Some((45, 6)), Some((53, 12))]);
        assert_eq!(fit(&columns, 50), [Some((3, 8)), Some((13, 20 + 3)), None, Some((38, 12))]);
        for width in 20..200 {
            let places = fit(&COLUMNS, width);
            let ends: Vec<u16> = places.iter().flatten().map(|(x, wide)| x + wide).collect();
            assert!(ends.is_sorted() && ends.iter().all(|end| *end <= width), "{width}: {places:?}");
        }
    }
}
