//! Queue tabs with live counts.

use crate::tui::{canvas::Canvas, theme::Role, widgets::text};
use ratatui::layout::Rect;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    pub title: &'static str,
    /// `None` while it is being counted.
    pub count: Option<u64>,
    /// There are more than were counted.
    pub more: bool,
    /// Something in it is late: the count is shown with a mark.
    pub alert: bool,
}

/// A count in at most five columns: `999`, `12.3k`, `4.1M`.
pub fn short_count(count: u64) -> String {
    match count {
        0..=9_999 => count.to_string(),
        10_000..=99_949 => format!("{:.1}k", count as f64 / 1e3),
        99_950..=999_499 => format!("{}k", (count + 500) / 1_000),
        _ => format!("{:.1}M", count as f64 / 1e6),
    }
}

/// Draws the tabs in one line. Where they don't fit, those around the active one are shown, with arrows for the rest.
pub fn view(canvas: &mut Canvas<'_>, area: Rect, tabs: &[Tab], active: usize) {
    let labels: Vec<(String, String)> = tabs.iter().map(|tab| (tab.title.to_owned(), label_count(tab))).collect();
    let bare: Vec<usize> = labels.iter().map(|(title, count)| text::width(title) + 1 + text::width(count)).collect();
    let room = usize::from(area.width.saturating_sub(2));
    // They move closer together before one of them has to go.
    let needed = |gap: usize| bare.iter().sum::<usize>() + gap * bare.len();
    let gap = [3, 2, 1].into_iter().find(|gap| needed(*gap) <= room + gap).unwrap_or(2);
    let widths: Vec<usize> = bare.iter().map(|wide| wide + gap).collect();
    let mut first = 0;
    while first < active && widths[first..=active].iter().sum::<usize>() > room + gap {
        first += 1;
    }
    let mut x = canvas.put(area.x, area.y, 2, if first > 0 { "‹ " } else { " " }, Role::Dim);
    for (index, (title, count)) in labels.iter().enumerate().skip(first) {
        let wide = u16::try_from(bare[index]).unwrap_or(area.width);
        if x + wide + 1 > area.right() {
            canvas.put(area.right().saturating_sub(1), area.y, 1, "›", Role::Dim);
            return;
        }
        let (title_role, count_role) = match (index == active, tabs[index].alert) {
            (true, true) => (Role::TabActive, Role::TabAlert),
            (true, false) => (Role::TabActive, Role::TabActive),
            (false, true) => (Role::TabIdle, Role::TabAlert),
            (false, false) => (Role::TabIdle, Role::TabIdle),
        };
        x = canvas.put_all(x, area.y, wide, &[(title, title_role), (" ", title_role), (count, count_role)]);
        x += u16::try_from(gap).unwrap_or(0);
    }
}

fn label_count(tab: &Tab) -> String {
    let more = if tab.more { "+" } else { "" };
    let count = tab.count.map_or_else(|| "…".to_owned(), |count| format!("{}{more}", short_count(count)));
    if tab.alert && tab.count != Some(0) { format!("!{count}") } else { count }
}

#[cfg(test)]
mod tests {
    use super::short_count;

    #[test]
    fn counts_stay_short() {
        let shown = [0, 9_999, 10_000, 99_949, 99_950, 999_499, 999_500, 4_100_000].map(short_count);
        assert_eq!(shown, ["0", "9999", "10.0k", "99.9k", "100k", "999k", "1.0M", "4.1M"]);
    }
}
