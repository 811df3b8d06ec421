//! A confirmation that cannot misfire: it shows where and what, row by row; its key differs from the one that opened
//! it, and is never Enter for what cannot be taken back.

use crate::tui::{
    action::Danger,
    canvas::{Canvas, centered},
    key::{Code, Key},
    theme::Role,
    widgets::text,
};
use ratatui::layout::Rect;

/// What will happen to one record, or why it is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRow {
    /// `L-12 Acme GmbH`.
    pub record: String,
    pub outcome: Result<String, String>,
    /// It happens, and not all is well with it: a registration is handed in that is not complete.
    pub warns: bool,
}

#[derive(Debug, Clone)]
pub struct Confirm {
    /// A question: `Decline 7 of 9 leads?`.
    pub title: String,
    /// Sentences above the plan.
    pub about: Vec<String>,
    pub plan: Vec<PlanRow>,
    /// Whether it can be taken back; decides the key.
    pub danger: Danger,
    top: usize,
    /// The first line of the sentences while they are read instead of the plan.
    reads: Option<usize>,
}

/// Lines of a plan that sentences above it never take away: nobody agrees to what is not on the screen.
const PLAN_LINES_MIN: usize = 6;

/// The part of a plan that is on the screen.
struct Shown<'p> {
    rows: Vec<(&'p PlanRow, Vec<String>)>,
    record_wide: u16,
}

impl Shown<'_> {
    fn lines(&self) -> usize {
        self.rows.iter().map(|(_, lines)| lines.len()).sum()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Confirmed,
    Cancelled,
    /// Scrolled.
    Stay,
    /// A key that means nothing here: say which do.
    Unknown,
}

impl Confirm {
    pub fn new(title: impl Into<String>, danger: Danger) -> Self {
        Self { title: title.into(), about: Vec::new(), plan: Vec::new(), danger, top: 0, reads: None }
    }

    #[must_use]
    pub fn about(mut self, sentence: impl Into<String>) -> Self {
        self.about.push(sentence.into());
        self
    }

    /// What will happen stands before what is refused, and of it what is not well first: of a long plan the first screen
    /// tells what yes means.
    #[must_use]
    pub fn plan(mut self, mut plan: Vec<PlanRow>) -> Self {
        plan.sort_by_key(|row| (row.outcome.is_err(), !row.warns));
        self.plan = plan;
        self
    }

    /// How many rows will change.
    pub fn eligible(&self) -> usize {
        self.plan.iter().filter(|row| row.outcome.is_ok()).count()
    }

    /// The key that confirms.
    pub const fn key_label(&self) -> &'static str {
        match self.danger {
            Danger::Final => "Y",
            _ => "y",
        }
    }

    pub fn key(&mut self, key: Key) -> Verdict {
        let nothing_to_do = !self.plan.is_empty() && self.eligible() == 0;
        match (key.code, self.danger) {
            (Code::Tab, _) if !self.plan.is_empty() && !self.about.is_empty() => {
                self.reads = if self.reads.is_some() { None } else { Some(0) };
                Verdict::Stay
            }
            (Code::Esc, _) if self.reads.take().is_some() => Verdict::Stay,
            (Code::Esc | Code::Char('n' | 'q'), _) => Verdict::Cancelled,
            (Code::Char('c' | 'g'), _) if key.ctrl => Verdict::Cancelled,
            // The firm yes counts wherever the light one does: who holds shift has not said no.
            (Code::Char('Y'), _) | (Code::Char('y') | Code::Enter, Danger::None | Danger::Undoable | Danger::Lasting | Danger::Weighed)
                if !key.ctrl && !key.alt && !nothing_to_do && self.reads.is_none() =>
            {
                Verdict::Confirmed
            }
            (Code::Down | Code::Char('j'), _) => self.scroll(1),
            (Code::Up | Code::Char('k'), _) => self.scroll(-1),
            (Code::PageDown, _) => self.scroll(10),
            (Code::PageUp, _) => self.scroll(-10),
            (Code::Char('d'), _) if key.ctrl => self.scroll(10),
            (Code::Char('u'), _) if key.ctrl => self.scroll(-10),
            _ => Verdict::Unknown,
        }
    }

    fn scroll(&mut self, lines: isize) -> Verdict {
        match &mut self.reads {
            // No sentence wraps into more lines than it has letters.
            Some(top) => *top = top.saturating_add_signed(lines).min(self.about.iter().map(String::len).sum()),
            None => self.top = self.top.saturating_add_signed(lines).min(self.plan.len().saturating_sub(1)),
        }
        Verdict::Stay
    }

    pub fn view(&self, canvas: &mut Canvas<'_>, area: Rect, place: &str) {
        let wide = area.width.saturating_sub(8).clamp(20, 96);
        let inner_wide = usize::from(wide.saturating_sub(4));
        // The frame, the place, the keys and the air around them take six lines.
        let room = usize::from(area.height.saturating_sub(8));
        let about = self.sentences(room, inner_wide);
        let space = if self.reads.is_some() { 0 } else { room.saturating_sub(about.len()) };
        let shown = self.shown(space, inner_wide);
        let plan_lines = if shown.rows.len() < self.plan.len() { space } else { shown.lines() };
        let height = u16::try_from(about.len() + plan_lines + 5 + usize::from(plan_lines > 0)).unwrap_or(area.height);
        let border = if self.danger == Danger::Final { Role::DialogDanger } else { Role::BorderFocused };
        let inner = canvas.frame(centered(area, wide, height), &self.title, border);
        let mut y = inner.y;
        let mut line = |canvas: &mut Canvas<'_>, text: &str, role: Role| {
            if y + 1 < inner.bottom() {
                canvas.put(inner.x, y, inner.width, text, role);
                y += 1;
            }
        };
        line(canvas, place, Role::Dim);
        for (sentence, role) in &about {
            line(canvas, sentence, *role);
        }
        if plan_lines > 0 {
            line(canvas, "", Role::Text);
        }
        for (row, told) in &shown.rows {
            y = view_row(canvas, inner, y, row, told, shown.record_wide);
        }
        self.view_keys(canvas, inner, shown.rows.len());
    }

    /// The sentences above the plan, as many lines of them as leave room for it; or a page of them while they are read.
    fn sentences(&self, room: usize, wide: usize) -> Vec<(String, Role)> {
        let lines: Vec<String> = self.about.iter().flat_map(|sentence| text::wrap(sentence, wide)).collect();
        let all = lines.len();
        let text = |line| (line, Role::Text);
        if let Some(top) = self.reads {
            let top = top.min(all.saturating_sub(room));
            return lines.into_iter().skip(top).take(room).map(text).collect();
        }
        let room = room.saturating_sub(self.shown(PLAN_LINES_MIN.min(room), wide).lines());
        if all <= room {
            return lines.into_iter().map(text).collect();
        }
        let shown = room.saturating_sub(1);
        let rest = format!("… and {} lines more: tab reads them", all - shown);
        lines.into_iter().take(shown).map(text).chain([(rest, Role::Dim)]).collect()
    }

    /// The rows that fit into so many lines, each told in full: what a plan leaves out nobody has agreed to.
    fn shown(&self, space: usize, wide: usize) -> Shown<'_> {
        let near = |first: usize| &self.plan[first..self.plan.len().min(first + space)];
        let record_wide = |first: usize| near(first).iter().map(|row| text::width(&row.record)).max().unwrap_or(0).min(wide / 2);
        let told = |row: &'_ PlanRow, record: usize| {
            let (Ok(what) | Err(what)) = &row.outcome;
            text::wrap(what, wide.saturating_sub(record + 4).max(1))
        };
        // No further down than where the last row stands on the last line.
        let last = record_wide(self.plan.len().saturating_sub(space));
        let mut left = space;
        let fits = self.plan.iter().rev().take_while(|row| {
            let lines = told(row, last).len().max(1);
            let fits = lines <= left;
            left = left.saturating_sub(lines);
            fits
        });
        let first = self.top.min(self.plan.len().saturating_sub(fits.count().max(1)));
        let record_wide = record_wide(first);
        let mut rows = Vec::new();
        let mut left = space;
        for row in near(first) {
            let mut lines = told(row, record_wide);
            if lines.is_empty() {
                lines.push(String::new());
            }
            if lines.len() > left && !rows.is_empty() {
                break;
            }
            lines.truncate(left);
            left -= lines.len();
            rows.push((row, lines));
        }
        Shown { rows, record_wide: u16::try_from(record_wide).unwrap_or(0) }
    }

    fn keys_shown(&self) -> Vec<(&'static str, &'static str)> {
        if self.reads.is_some() {
            return vec![("tab", "back to what is asked"), ("j/k", "scroll")];
        }
        if !self.plan.is_empty() && self.eligible() == 0 {
            return vec![("n", "close: nothing here can be done")];
        }
        vec![(self.key_label(), "yes"), ("n", "no")]
    }

    fn view_keys(&self, canvas: &mut Canvas<'_>, inner: Rect, plan_rows: usize) {
        let y = inner.bottom().saturating_sub(1);
        let refused = self.plan.len() - self.eligible();
        let mut x = inner.x;
        for (key, label) in self.keys_shown() {
            x = canvas.put_all(
                x,
                y,
                inner.right().saturating_sub(x),
                &[(key, Role::Key), (" ", Role::Text), (label, Role::KeyLabel), ("   ", Role::Text)],
            );
        }
        if self.reads.is_some() {
            return;
        }
        if self.danger == Danger::Final {
            x = canvas.put(x, y, inner.right().saturating_sub(x), "cannot be undone   ", Role::DialogDanger);
        }
        let mut rest = Vec::new();
        if refused > 0 {
            rest.push(format!("{refused} refused"));
        }
        if plan_rows < self.plan.len() {
            rest.push(format!("j/k {} more", self.plan.len() - plan_rows));
        }
        canvas.put_aligned(x, y, inner.right().saturating_sub(x), &rest.join(" · "), Role::Dim, crate::tui::canvas::Align::Right);
    }
}

/// One row of the plan from line `y` on; gives the line after it.
fn view_row(canvas: &mut Canvas<'_>, inner: Rect, mut y: u16, row: &PlanRow, told: &[String], record_wide: u16) -> u16 {
    let (shape, role, text) = match &row.outcome {
        Ok(_) if row.warns => ("!", Role::Warn, Role::Text),
        Ok(_) => ("✓", Role::Good, Role::Text),
        Err(_) => ("✗", Role::Warn, Role::Warn),
    };
    let x = canvas.put_all(inner.x, y, inner.width, &[(shape, role), (" ", role)]);
    canvas.put(x, y, record_wide, &row.record, Role::Strong);
    let after = x + record_wide + 2;
    for line in told {
        canvas.put(after, y, inner.right().saturating_sub(after), line, text);
        y += 1;
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::time::Instant,
        tui::theme::{Depth, Theme},
    };

    #[test]
    fn what_cannot_be_taken_back_needs_its_own_key() {
        let mut last = Confirm::new("Erase?", Danger::Final);
        for key in [Key::plain(Code::Enter), Key::char('y'), Key::char(' '), Key::ctrl('y')] {
            assert_eq!(last.key(key), Verdict::Unknown);
        }
        assert_eq!(last.key(Key::char('Y')), Verdict::Confirmed);
        for key in [Key::plain(Code::Enter), Key::char('y'), Key::char('Y')] {
            assert_eq!(Confirm::new("Pause?", Danger::Undoable).key(key), Verdict::Confirmed);
        }
    }

    #[test]
    fn a_plan_in_which_everything_is_refused_cannot_be_confirmed() {
        let refused = PlanRow { record: "L-1".into(), outcome: Err("it is closed".into()), warns: false };
        let mut confirm = Confirm::new("Pause 0 of 1?", Danger::Undoable).plan(vec![refused]);
        assert_eq!(confirm.key(Key::char('y')), Verdict::Unknown);
        assert_eq!(confirm.key(Key::plain(Code::Esc)), Verdict::Cancelled);
    }

    fn drawn(confirm: &Confirm, wide: u16, high: u16) -> Vec<String> {
        let theme = Theme::built_in("dark", Depth::True);
        let mut buffer = ratatui::buffer::Buffer::empty(Rect::new(0, 0, wide, high));
        let area = buffer.area;
        let mut canvas = Canvas { buffer: &mut buffer, theme: &theme, now: Instant::from_micros(0), cursor: None, focused: true };
        confirm.view(&mut canvas, area, "here");
        (0..high).map(|y| (0..wide).map(|x| buffer[(x, y)].symbol()).collect()).collect()
    }

    #[test]
    fn what_will_happen_is_told_in_full() {
        let row = |record: &str, what: &str| PlanRow { record: record.into(), outcome: Ok(what.into()), warns: false };
        let long = "handed in, not complete: the expected close date lies in the past and nobody has said which products";
        let screen = drawn(&Confirm::new("Submit?", Danger::Final).plan(vec![row("D-1", long)]), 50, 16).join(" ");
        for word in long.split(' ') {
            assert!(screen.contains(word), "{word} is not on the screen: {screen}");
        }
    }

    #[test]
    fn what_passes_stands_before_what_is_refused() {
        let row = |record: &str, passes: bool| PlanRow {
            record: record.into(),
            outcome: if passes { Ok("approved".to_owned()) } else { Err("it is closed".to_owned()) },
            warns: false,
        };
        let plan = vec![row("M-1", false), row("M-2", true), row("M-3", false), row("M-4", true)];
        let screen = drawn(&Confirm::new("Approve?", Danger::Final).plan(plan), 50, 16).join(" ");
        let places: Vec<usize> = ["M-2", "M-4", "M-1", "M-3"].iter().map(|record| screen.find(record).expect("it is shown")).collect();
        assert!(places.is_sorted(), "{screen}");
    }

    /// The sentences about many funds took the whole screen, and yes was said to rows that nobody saw.
    #[test]
    fn however_much_is_said_above_it_a_plan_is_seen() {
        let rows = (1..=9).map(|number| PlanRow { record: format!("M-{number}"), outcome: Ok("approved".into()), warns: number == 7 });
        let mut confirm = Confirm::new("Approve?", Danger::Final).plan(rows.collect());
        for fund in 1..=30 {
            confirm = confirm.about(format!("fund {fund} is less afterwards"));
        }
        let screen = drawn(&confirm, 80, 24);
        let on_it = |screen: &[String], what: &str| screen.iter().any(|line| line.contains(what));
        assert!(screen.iter().filter(|line| line.contains("approved")).count() >= 5, "{screen:#?}");
        assert!(on_it(&screen, "! M-7"), "what is not well stands first: {screen:#?}");
        assert!(on_it(&screen, "21 lines more: tab") && !on_it(&screen, "fund 30 "), "{screen:#?}");
        assert_eq!(confirm.key(Key::plain(Code::Tab)), Verdict::Stay);
        assert_eq!(confirm.key(Key::char('Y')), Verdict::Unknown, "the plan is not on the screen");
        for _ in 0..40 {
            confirm.key(Key::char('j'));
        }
        assert!(on_it(&drawn(&confirm, 80, 24), "fund 30 "));
        assert_eq!(confirm.key(Key::plain(Code::Esc)), Verdict::Stay, "back to the plan");
        assert_eq!(confirm.key(Key::char('Y')), Verdict::Confirmed);
    }

    #[test]
    fn the_last_row_of_a_long_plan_can_be_reached() {
        let rows = (1..=20).map(|number| PlanRow {
            record: format!("D-{number}"),
            outcome: Err("it is held until somebody has decided the conflict that it is a party of, and nobody has yet".into()),
            warns: false,
        });
        let mut confirm = Confirm::new("Submit?", Danger::Undoable).plan(rows.collect());
        assert!(!drawn(&confirm, 60, 20).iter().any(|line| line.contains("D-20 ")));
        for _ in 0..30 {
            confirm.key(Key::char('j'));
        }
        let screen = drawn(&confirm, 60, 20);
        assert!(screen.iter().any(|line| line.contains("D-20 ")), "{screen:#?}");
        assert!(screen.iter().any(|line| line.contains("nobody has yet")), "{screen:#?}");
    }
}
