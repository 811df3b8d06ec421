//! Queue tabs with live counts.

use crate::tui::{canvas::Canvas, theme::Role, widgets::text};
use ratatui::layout::Rect;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    pub title: &'static str,
    /// The title where there is little room: one word.
    pub short: &'static str,
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

/// How much of each tab is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Whole,
    /// Short titles; the active one stays whole.
    Short,
    /// Short titles throughout: a count tells more than a second word.
    Tight,
    /// The same without the counts of empty queues.
    Lean,
    /// The same without the counts of the others; an alarm keeps its own.
    Bare,
}

/// The places of two forms among all.
const LEAN: usize = 3;
const BARE: usize = 4;

/// Title and count; nothing where the count has no room.
type Label<'a> = (&'a str, String);

fn labels(tabs: &[Tab], active: usize, form: Form) -> Vec<Label<'_>> {
    let label = |(index, tab): (usize, &Tab)| match form {
        Form::Whole => (tab.title, label_count(tab)),
        Form::Short if index == active => (tab.title, label_count(tab)),
        Form::Lean if tab.count == Some(0) && index != active => (tab.short, String::new()),
        Form::Short | Form::Tight | Form::Lean => (tab.short, label_count(tab)),
        Form::Bare if index == active => (tab.short, label_count(tab)),
        Form::Bare => (tab.short, if tab.alert && tab.count != Some(0) { label_count(tab) } else { String::new() }),
    };
    tabs.iter().enumerate().map(label).collect()
}

fn width((title, count): &Label<'_>) -> usize {
    text::width(title) + text::width(count) + usize::from(!count.is_empty())
}

/// Draws the tabs in one line. Where they don't fit they move closer together, then the others get short titles, then the
/// active one too, then empty queues lose their counts, then others do, from the right; as the last resort those around the active one are shown, with
/// arrows for the rest. A count stands out where there is something to do.
pub fn view(canvas: &mut Canvas<'_>, area: Rect, tabs: &[Tab], active: usize) {
    let room = usize::from(area.width.saturating_sub(2));
    let needed = |labels: &[Label<'_>], gap: usize| labels.iter().map(width).sum::<usize>() + gap * labels.len().saturating_sub(1);
    let forms = [Form::Whole, Form::Short, Form::Tight, Form::Lean, Form::Bare].map(|form| labels(tabs, active, form));
    // One blank alone does not tell where a tab ends: short titles are easier to read than that.
    let ways = [(0, 3), (0, 2), (1, 3), (1, 2), (2, 3), (2, 2), (2, 1), (3, 2), (3, 1), (4, 2), (4, 1)];
    let (form, mut gap) = ways.into_iter().find(|(form, gap)| needed(&forms[*form], *gap) <= room).unwrap_or((2, 2));
    let mut labels = forms[form].clone();
    if form == BARE {
        // Not all counts go at once: those from the left stay for which there is room.
        gap = 1;
        for index in 0..labels.len() {
            let bare = std::mem::replace(&mut labels[index], forms[LEAN][index].clone());
            if needed(&labels, gap) > room {
                labels[index] = bare;
            }
        }
    }
    let mut first = 0;
    while first < active && needed(&labels[first..=active], gap) > room {
        first += 1;
    }
    let mut x = canvas.put(area.x, area.y, 2, if first > 0 { "‹ " } else { " " }, Role::Dim);
    for (index, label) in labels.iter().enumerate().skip(first) {
        let wide = u16::try_from(width(label)).unwrap_or(area.width);
        if x + wide + 1 > area.right() {
            canvas.put(area.right().saturating_sub(1), area.y, 1, "›", Role::Dim);
            return;
        }
        let (title_role, count_role) = match (index == active, tabs[index].alert) {
            (true, true) => (Role::TabActive, Role::TabAlert),
            (true, false) => (Role::TabActive, Role::TabActive),
            (false, true) => (Role::TabIdle, Role::TabAlert),
            (false, false) if tabs[index].count == Some(0) => (Role::TabIdle, Role::TabIdle),
            (false, false) => (Role::TabIdle, Role::Text),
        };
        let (title, count) = label;
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
    use super::*;
    use crate::{
        domain::time::Instant,
        tui::{
            testing::plain,
            theme::{Depth, Theme},
        },
    };
    use ratatui::buffer::Buffer;

    const TITLES: [(&str, &str); 8] = [
        ("To decide", "Decide"),
        ("Due soon", "Due"),
        ("Action required", "Action"),
        ("Conflicts", "Conflicts"),
        ("Appeals", "Appeals"),
        ("Expiring in 14 days", "Expiring"),
        ("Protected", "Protected"),
        ("All", "All"),
    ];

    fn drawn(width: u16, counts: [u64; 8], active: usize) -> String {
        let tab = |((title, short), count)| Tab { title, short, count: Some(count), more: false, alert: short == "Due" };
        let tabs: Vec<Tab> = TITLES.into_iter().zip(counts).map(tab).collect();
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        let theme = Theme::built_in("dark", Depth::True);
        let mut canvas = Canvas { buffer: &mut buffer, theme: &theme, now: Instant::from_micros(0), cursor: None, focused: true };
        view(&mut canvas, area, &tabs, active);
        plain(&buffer)
    }

    #[test]
    fn eight_tabs_fit_in_eighty_columns() {
        let few = [12, 3, 4, 9, 2, 31, 84, 412];
        let many = [1_204, 312, 441, 981, 122, 3_100, 84_000, 1_000_000];
        let lines =
            [drawn(200, few, 0), drawn(120, many, 5), drawn(80, few, 5), drawn(80, many, 0), drawn(80, many, 5), drawn(60, many, 7)];
        insta::assert_snapshot!(lines.concat());
    }

    #[test]
    fn counts_stay_short() {
        let shown = [0, 9_999, 10_000, 99_949, 99_950, 999_499, 999_500, 4_100_000].map(short_count);
        assert_eq!(shown, ["0", "9999", "10.0k", "99.9k", "100k", "999k", "1.0M", "4.1M"]);
    }
}
