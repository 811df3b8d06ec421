//! Where everything stands, and what is said where there is nothing.

use super::{Line, Tab, Trade, Workroom, side::Side};
use crate::{
    domain::time::Instant,
    tui::{
        action::Act,
        canvas::Canvas,
        room::Pulse,
        theme::Role,
        widgets::{
            countdown,
            pane::{Row, Section},
            table::{self as widget, Cell, Empty},
            text,
        },
    },
};
use ratatui::layout::Rect;

/// From this width on the story stands beside the table.
const BESIDE: u16 = 120;

/// The places of this frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Areas {
    tabs: Rect,
    strip: Rect,
    pub table: Option<Rect>,
    pub side: Option<Rect>,
}

impl Areas {
    /// Where the text of the side stands: below its title, with air at the left and behind the divider.
    pub fn inside_side(&self) -> Option<Rect> {
        let side = self.side?;
        let air = 1 + u16::from(self.table.is_some());
        Some(Rect { x: side.x + air, y: side.y + 1, width: side.width.saturating_sub(air + 1), height: side.height.saturating_sub(1) })
    }
}

impl<T: Trade> Workroom<T> {
    pub(super) fn areas(&self, area: Rect) -> Areas {
        let tabs = Rect { height: 1, ..area };
        let strip = Rect { y: area.y + 1, height: 1, ..area };
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        let beside = if self.side == Side::Compare { T::COMPARE_BESIDE } else { BESIDE };
        let (table, side) = match self.side {
            Side::Closed => (Some(body), None),
            _ if self.zoomed && !self.side_focused => (Some(body), None),
            _ if area.width < beside || self.zoomed => (None, Some(body)),
            _ => {
                let side = (body.width * 11 / 24).clamp(56, 100);
                let table = Rect { width: body.width - side, ..body };
                (Some(table), Some(Rect { x: table.right(), width: side, ..body }))
            }
        };
        Areas { tabs, strip, table, side }
    }

    pub(super) fn draw(&self, area: Rect, canvas: &mut Canvas<'_>) {
        let areas = self.areas(area);
        self.draw_tabs(areas.tabs, canvas);
        if self.is_first_run() {
            self.draw_first_run(Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area }, canvas);
            return;
        }
        self.draw_strip(areas.strip, canvas);
        if let Some(table) = areas.table {
            self.draw_table(table, canvas);
        }
        if let (Some(side), Some(inside)) = (areas.side, areas.inside_side()) {
            self.draw_side(side, inside, canvas);
        }
    }

    fn draw_table(&self, area: Rect, canvas: &mut Canvas<'_>) {
        let (title, hint) = self.nothing_here();
        let focused = canvas.focused && !self.side_focused;
        let (queue, now, dimmed) = (self.queue, canvas.now, self.dimmed);
        let empty = Empty { title: &title, hint: &hint };
        widget::view(canvas, area, &self.list, T::columns(self.queue), focused, empty, |line| cells::<T>(queue, line, now, dimmed));
    }

    fn draw_side(&self, area: Rect, inside: Rect, canvas: &mut Canvas<'_>) {
        let focused = canvas.focused && self.side_focused;
        let beside = inside.x > area.x + 1;
        if beside {
            canvas.divider(area.x, area, focused);
        }
        let title = self.side_title();
        let title_area = Rect { x: area.x + u16::from(beside), width: area.width - u16::from(beside), height: 1, ..area };
        canvas.rule(title_area, &title, focused);
        match self.side_sections(inside.width, canvas.now) {
            Some(sections) => self.pane.view(canvas, inside, &sections),
            None => T::draw_compare(self, inside, canvas),
        }
    }

    fn side_title(&self) -> String {
        let Some(row) = self.list.selected() else { return String::new() };
        let gone = match row.id() {
            id if self.list.is_gone(id) => " · no longer in this queue",
            id if self.list.is_moved(id) => " · its place is elsewhere now",
            _ => "",
        };
        format!("{} {}{gone}", row.id(), text::cut(T::name(&row.row), 48))
    }

    /// Why the table is empty, and what to do.
    fn nothing_here(&self) -> (String, String) {
        if self.loading.is_some() && self.list.is_empty() && !self.blocked {
            return ("…".to_owned(), String::new());
        }
        if self.filter.tree.is_some() {
            let [filter, all, next] = [Act::Filter, Act::Back, Act::TabNext].map(|act| self.keys.spoken(act));
            let elsewhere = if self.queue == T::Queue::EVERYTHING { String::new() } else { format!(", {next} looks in the next queue") };
            let hint = format!("{filter} changes the filter, {all} shows all again{elsewhere}");
            return (format!("nothing in {} matches", self.queue.title()), hint);
        }
        let (title, hint) = self.queue.nothing_here(&self.keys);
        (title.to_owned(), hint)
    }

    fn draw_first_run(&self, area: Rect, canvas: &mut Canvas<'_>) {
        let lines = T::greeting(&self.station.address, &self.keys);
        let wide = lines.iter().map(|line| text::width(&line.text)).max().unwrap_or(0).min(usize::from(area.width.saturating_sub(8)));
        let wide = u16::try_from(wide).unwrap_or(0);
        let x = area.x + (area.width.saturating_sub(wide + 4)) / 2;
        let mut y = area.y + area.height.saturating_sub(14) / 3;
        for line in lines {
            if y >= area.bottom() {
                return;
            }
            canvas.put(x, y, 3, &line.key, Role::Key);
            canvas.put(x + 4, y, area.right().saturating_sub(x + 4), &line.text, line.role);
            y += 1 + u16::from(line.air);
        }
    }

    pub(super) fn pulse_of(&self, now: Instant) -> Pulse {
        let areas = self.areas(self.area);
        let rows = if areas.table.is_some() { self.list.visible() } else { &[] };
        let table = rows.iter().map(|row| countdown::pulse(T::standing_in(self.queue, &row.row, now))).max();
        let side = areas.side.and(self.list.selected()).map(|row| countdown::pulse(T::standing(&row.row, now)));
        table.into_iter().chain(side).max().unwrap_or(Pulse::Still)
    }

    /// The text of the side; nothing where it is drawn.
    pub(super) fn side_sections(&self, width: u16, now: Instant) -> Option<Vec<Section>> {
        if self.side == Side::Compare { T::comparison(self, width, now, self.station.zone) } else { Some(self.sections(now)) }
    }

    fn sections(&self, now: Instant) -> Vec<Section> {
        let told = match (self.story(), self.list.selected()) {
            (Some(detail), _) => T::story(detail, now, self.station.zone, &self.keys),
            (None, Some(row)) => T::first_facts(&row.row, now, self.station.zone),
            (None, None) => Vec::new(),
        };
        let untold = self.untold().map(|[why, again]| Section::new("", vec![Row::text(why, Role::Bad), Row::text(again, Role::Dim)]));
        untold.into_iter().chain(told).collect()
    }
}

/// The cells of a line; faint while the rows belong to the queue before.
fn cells<T: Trade>(queue: T::Queue, line: &Line<T>, now: Instant, dimmed: bool) -> Vec<Cell<'_>> {
    let cells = T::cells_in(queue, &line.row, now);
    if dimmed { cells.into_iter().map(|cell| Cell { role: Role::Disabled, ..cell }).collect() } else { cells }
}
