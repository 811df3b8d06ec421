//! The hint bar: keys from the live map, dimmed where the action is not possible now. Also the popup after a prefix.

use crate::tui::{
    action::Act,
    canvas::Canvas,
    key::{Key, spell},
    keymap::Next,
    theme::Role,
    widgets::text,
};
use ratatui::layout::Rect;

/// Between two hints.
const GAP: u16 = 2;

/// Draws as many hints as fit in one line, and always the ones that lead to all others; `key` gives an action's key, or
/// nothing where none leads to it, and `possible` says which are bright.
pub fn view<'k>(
    canvas: &mut Canvas<'_>,
    area: Rect,
    key: impl Fn(Act) -> &'k str,
    acts: &[Act],
    always: &[Act],
    possible: impl Fn(Act) -> bool,
) {
    let needed = |act: Act| u16::try_from(text::width(key(act)) + 1 + text::width(act.row().label)).unwrap_or(u16::MAX);
    let kept: u16 = always.iter().map(|act| needed(*act) + GAP).sum();
    let end = area.right().saturating_sub(kept);
    let mut x = area.x + 1;
    let fitting = acts.iter().filter(|act| !key(**act).is_empty()).scan(x, |at, act| {
        *at = at.saturating_add(needed(*act) + GAP);
        (*at <= end + GAP).then_some(act)
    });
    for act in fitting.chain(always) {
        let (key, label, needed) = (key(*act), act.row().label, needed(*act));
        let (key_role, label_role) = if possible(*act) { (Role::Key, Role::KeyLabel) } else { (Role::Disabled, Role::Disabled) };
        x = canvas.put_all(x, area.y, needed, &[(key, key_role), (" ", Role::Text), (label, label_role)]) + GAP;
    }
}

/// Draws what may follow a prefix, in columns above the bottom of `area`.
pub fn view_pending(canvas: &mut Canvas<'_>, area: Rect, typed: &[Key], next: &[(Key, Next)]) {
    const COLUMN: u16 = 26;
    let columns = (area.width.saturating_sub(4) / COLUMN).clamp(1, 4);
    let rows = u16::try_from(next.len()).unwrap_or(u16::MAX).div_ceil(columns);
    let height = (rows + 2).min(area.height);
    let width = (columns.min(u16::try_from(next.len()).unwrap_or(columns)) * COLUMN + 4).min(area.width);
    let popup = Rect { x: area.right() - width, y: area.bottom() - height, width, height };
    let inner = canvas.frame(popup, &format!("{} …", spell(typed)), Role::Border);
    for (index, (key, what)) in (0_u16..).zip(next) {
        let (column, row) = (index / rows, index % rows);
        if row >= inner.height {
            continue;
        }
        let x = inner.x + column * COLUMN;
        let label = match what {
            Next::Act(act) => act.row().label,
            Next::More => "…",
        };
        let after = canvas.put(x, inner.y + row, 8, &key.to_string(), Role::Key);
        canvas.put(after + 1, inner.y + row, COLUMN.saturating_sub(10), label, Role::Text);
    }
}
