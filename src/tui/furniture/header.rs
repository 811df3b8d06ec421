//! Above the table: tabs with live counts, and one line of figures, filter, marks and news.

use super::{Piece, Sorting, Tab as _, Trade, Workroom, position};
use crate::{
    domain::page::Count,
    tui::{
        canvas::Canvas,
        theme::Role,
        widgets::{
            tabs::{self, Tab, short_count},
            text,
        },
    },
};
use ratatui::layout::Rect;

/// From this width on the figures are told in full.
const SPELT: u16 = 140;

impl<T: Trade> Workroom<T> {
    pub(super) fn draw_tabs(&self, area: Rect, canvas: &mut Canvas<'_>) {
        let tab = |(index, queue): (usize, &T::Queue)| {
            let count = self.counts.as_ref().and_then(|counts| counts.queues.get(index).copied());
            let alert = queue.is_alarm() && count.is_some_and(|count| count.n > 0);
            Tab {
                title: queue.title(),
                short: queue.short(),
                count: count.map(|count| count.n),
                more: count.is_some_and(|count| count.at_least),
                alert,
            }
        };
        let tabs: Vec<Tab> = T::Queue::ALL.iter().enumerate().map(tab).collect();
        tabs::view(canvas, area, &tabs, position(T::Queue::ALL, self.queue));
    }

    /// What is being looked at stands at the right and always has room; figures fill the rest, the first ones last to go.
    pub(super) fn draw_strip(&self, area: Rect, canvas: &mut Canvas<'_>) {
        let state = self.state_pieces(usize::from(area.width).saturating_sub(2));
        let state_wide = width(&state);
        let right = area.right().saturating_sub(1).saturating_sub(state_wide);
        draw(canvas, right.max(area.x + 1), area, &state);
        let room = right.saturating_sub(area.x + 4);
        let Some(known) = &self.figures else { return };
        let mut figures: Vec<Piece> = Vec::new();
        for one in T::figures(known, area.width >= SPELT) {
            let gap = if figures.is_empty() { 0 } else { 3 };
            if width(&figures) + gap + width(&one) > room {
                break;
            }
            if gap > 0 {
                figures.push(("   ".to_owned(), Role::Text));
            }
            figures.extend(one);
        }
        draw(canvas, area.x + 1, area, &figures);
    }

    /// Filter with its hits, marks, news above, order.
    fn state_pieces(&self, room: usize) -> Vec<Piece> {
        let mut groups: Vec<Vec<Piece>> = Vec::new();
        match self.list.news() {
            Some(0) => groups.push(vec![("↕ order changed".to_owned(), Role::Info)]),
            Some(news) => groups.push(vec![(format!("▲ {news} new above"), Role::Info)]),
            None => {}
        }
        let (marked, hidden) = (self.list.marks().len(), self.list.marks_hidden());
        if marked > 0 {
            // Keys in a story are about it alone.
            let hidden = match hidden {
                _ if self.side_focused => " in the table".to_owned(),
                0 => String::new(),
                hidden => format!(" ({hidden} not shown)"),
            };
            groups.push(vec![(format!("● {marked} marked{hidden}"), Role::Marked)]);
        }
        if self.list.is_in_range() {
            groups.push(vec![("range".to_owned(), Role::Marked)]);
        }
        if self.filter.tree.is_some() {
            let shown = text::cut(&self.filter.text, (room / 2).max(12));
            let hits = self.counts.as_ref().and_then(|counts| counts.filtered);
            let hits = hits.map_or(String::new(), |count| format!("  {}", told(count)));
            groups.push(vec![("/".to_owned(), Role::Key), (shown, Role::Strong), (hits, Role::Dim)]);
        }
        groups.push(vec![(self.sort.title().to_owned(), Role::Dim)]);
        // Where it is too much, the order and then what stands first goes.
        while groups.len() > 1 && groups.iter().map(|group| usize::from(width(group)) + 3).sum::<usize>() > room {
            groups.pop();
        }
        let mut out = Vec::new();
        for group in groups {
            if !out.is_empty() {
                out.push(("   ".to_owned(), Role::Text));
            }
            out.extend(group);
        }
        out
    }
}

fn told(count: Count) -> String {
    let more = if count.at_least { "+" } else { "" };
    match (count.n, count.at_least) {
        (0, _) => "no match".to_owned(),
        (1, false) => "1 match".to_owned(),
        (n, _) => format!("{}{more} matches", short_count(n)),
    }
}

fn width(pieces: &[Piece]) -> u16 {
    u16::try_from(pieces.iter().map(|(piece, _)| text::width(piece)).sum::<usize>()).unwrap_or(u16::MAX)
}

fn draw(canvas: &mut Canvas<'_>, x: u16, area: Rect, pieces: &[Piece]) {
    let pieces: Vec<(&str, Role)> = pieces.iter().map(|(piece, role)| (piece.as_str(), *role)).collect();
    canvas.put_all(x, area.y, area.right().saturating_sub(x), &pieces);
}
