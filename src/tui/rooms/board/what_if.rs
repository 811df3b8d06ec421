//! The face on which the rules of tiers are turned: knobs at the left, what they bring at the right. The screen counts nothing
//! itself: each turn asks the driver, one question at a time, and what was turned meanwhile is asked next.

use super::{Ask, BoardRoom};
use crate::{
    app::tier::board::{Draft, TierBoard},
    domain::tier::{
        WhatIf,
        knob::{Knob, weights_off},
        rules::Rules,
        what_if::Moved,
    },
    tui::{
        action::Act,
        canvas::Canvas,
        furniture::amounts::short_money,
        room::{Cx, FieldError},
        theme::Role,
        widgets::{
            chart::bar,
            form::{Field, Form, Value},
            pane::{Pane, Row, Section},
            text,
        },
    },
};
use ratatui::layout::Rect;
use rust_decimal::Decimal;

/// What an open dialog is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    Value(Knob),
    Save,
}

/// From this width on the results stand beside the knobs.
const BESIDE: u16 = 112;
/// Columns of the knobs where both stand side by side.
const KNOBS: u16 = 64;
/// Columns of a name and of a value.
const NAME: usize = 26;
const VALUE: usize = 15;
const BAR: u16 = 14;

#[derive(Debug, Default)]
pub struct WhatIfFace {
    /// The rules in force, and as they are turned.
    before: Option<Rules>,
    after: Option<Rules>,
    knobs: Vec<Knob>,
    cursor: usize,
    top: usize,
    height: usize,
    result: Option<Box<WhatIf>>,
    /// The number of the question, and whether one is on its way; with it the rules that it is about.
    asked: u64,
    waiting: bool,
    /// What is shown is not of the rules as they are turned now.
    outdated: bool,
    results_focused: bool,
    pane: Pane,
    draft: Option<Box<Draft>>,
}

impl WhatIfFace {
    /// Takes the rules in force. What was turned stays turned, unless the program has changed.
    pub fn base(&mut self, known: &TierBoard, cx: &mut Cx<'_, BoardRoom>) {
        if self.before.as_ref() != Some(&known.rules) {
            self.knobs = Knob::all(&known.rules);
            self.cursor = self.cursor.min(self.knobs.len().saturating_sub(1));
            if self.is_turned() {
                cx.say("the program has changed: what was turned is as it says now");
            }
            (self.before, self.after) = (Some(known.rules.clone()), Some(known.rules.clone()));
        }
        self.outdated = true;
    }

    /// Somebody looks at this face: what is shown is brought up to date.
    pub fn look(&mut self, known: Option<&TierBoard>, cx: &mut Cx<'_, BoardRoom>) {
        if self.outdated {
            self.ask(known, cx);
        }
    }

    pub fn is_turned(&self) -> bool {
        self.before != self.after
    }

    fn ask(&mut self, known: Option<&TierBoard>, cx: &mut Cx<'_, BoardRoom>) {
        self.outdated = true;
        let (Some(known), Some(before), Some(after), false) = (known, &self.before, &self.after, self.waiting) else { return };
        self.asked += 1;
        (self.waiting, self.outdated) = (true, false);
        let (before, after) = (Box::new(before.clone()), Box::new(after.clone()));
        cx.run(Ask::Try { asked: self.asked, facts: known.facts.clone(), before, after });
    }

    pub fn tried(&mut self, asked: u64, result: Result<Box<WhatIf>, String>, known: Option<&TierBoard>, cx: &mut Cx<'_, BoardRoom>) {
        if asked != self.asked {
            return;
        }
        self.waiting = false;
        match result {
            Ok(result) => self.result = Some(result),
            Err(why) => cx.fail(why),
        }
        if self.outdated {
            self.ask(known, cx);
        }
    }

    /// One step back, where there is one within this face.
    pub fn back(&mut self) -> bool {
        std::mem::take(&mut self.results_focused)
    }

    pub fn act(&mut self, act: Act, count: Option<u32>, known: Option<&TierBoard>, cx: &mut Cx<'_, BoardRoom>) {
        let steps = i32::try_from(count.unwrap_or(1)).unwrap_or(i32::MAX).min(1_000);
        match act {
            Act::FocusNext | Act::FocusPrevious => self.results_focused = !self.results_focused,
            Act::BoardLess => self.turn(-steps, known, cx),
            Act::BoardMore => self.turn(steps, known, cx),
            Act::BoardType => self.type_value(cx),
            Act::BoardReset => self.reset(known, cx),
            Act::BoardResetAll => {
                self.after = self.before.clone();
                self.ask(known, cx);
            }
            Act::BoardSave => self.save(cx),
            _ if self.results_focused => {
                let motion = match act {
                    Act::BoardDown => Act::PaneDown,
                    Act::BoardUp => Act::PaneUp,
                    other => other,
                };
                self.pane.motion(motion, count);
            }
            _ => self.motion(act, usize::try_from(steps).unwrap_or(1)),
        }
    }

    fn motion(&mut self, act: Act, steps: usize) {
        let last = self.knobs.len().saturating_sub(1);
        let half = (self.height / 2).max(1);
        self.cursor = match act {
            // A keymap may know the motions of a pane only.
            Act::BoardDown | Act::PaneDown => self.cursor.saturating_add(steps),
            Act::BoardUp | Act::PaneUp => self.cursor.saturating_sub(steps),
            Act::PaneHalfDown => self.cursor.saturating_add(half),
            Act::PaneHalfUp => self.cursor.saturating_sub(half),
            Act::PaneFirst => 0,
            Act::PaneLast => last,
            _ => self.cursor,
        }
        .min(last);
    }

    fn turn(&mut self, steps: i32, known: Option<&TierBoard>, cx: &mut Cx<'_, BoardRoom>) {
        let (Some(knob), Some(after)) = (self.knobs.get(self.cursor), &mut self.after) else { return };
        let was = knob.value(after);
        knob.turn(after, steps);
        if knob.value(after) == was {
            return cx.say(format!("{} can't be turned further", knob.name(after)));
        }
        self.ask(known, cx);
    }

    fn reset(&mut self, known: Option<&TierBoard>, cx: &mut Cx<'_, BoardRoom>) {
        let (Some(knob), Some(before), Some(after)) = (self.knobs.get(self.cursor), &self.before, &mut self.after) else { return };
        // What the rules in force have is what they can have.
        let _ = knob.set(after, knob.value(before));
        self.ask(known, cx);
    }

    fn type_value(&self, cx: &mut Cx<'_, BoardRoom>) {
        let (Some(knob), Some(after)) = (self.knobs.get(self.cursor), &self.after) else { return };
        if matches!(knob, Knob::Composite | Knob::Cap) {
            return cx.perform(Act::BoardMore);
        }
        let value = knob.value(after).map_or_else(String::new, |value| value.to_string());
        let form = Form::new(format!("What if: {}", knob.name(after)), "try")
            .about("Nothing is changed by it but what this screen shows. A gate that is left empty asks for nothing.")
            .field(Field::text("value", value).hint("a number"));
        cx.form(form, Intent::Value(*knob));
    }

    /// The rules with the value that was typed.
    fn typed(&self, knob: Knob, values: &[Value]) -> Result<Rules, FieldError> {
        let text = values.first().map_or("", Value::text).trim().replace([',', '_'], "");
        let wrong = |message: String| FieldError { field: 0, message };
        let mut after = self.after.clone().ok_or_else(|| wrong("the board is still on its way".to_owned()))?;
        let value = match text.trim_end_matches('%').trim() {
            "" => None,
            number => Some(number.parse::<Decimal>().map_err(|_| wrong(format!("`{number}` is no number")))?),
        };
        knob.set(&mut after, value).map_err(wrong)?;
        Ok(after)
    }

    pub fn check(&self, intent: &Intent, values: &[Value]) -> Result<String, FieldError> {
        match intent {
            Intent::Value(knob) => self.typed(*knob, values).map(|after| format!("{}: {}", knob.name(&after), knob.shown(&after))),
            Intent::Save if values.first().is_none_or(|note| note.text().trim().is_empty()) => {
                Err(FieldError { field: 0, message: "say why: the note stays with the version".to_owned() })
            }
            Intent::Save => Ok("a new version, in force at once".to_owned()),
        }
    }

    pub fn filled(&mut self, intent: Intent, values: &[Value], known: Option<&TierBoard>, cx: &mut Cx<'_, BoardRoom>) {
        match intent {
            Intent::Value(knob) => match self.typed(knob, values) {
                Ok(after) => {
                    self.after = Some(after);
                    cx.forget(intent);
                    self.ask(known, cx);
                }
                Err(wrong) => cx.fail(wrong.message),
            },
            Intent::Save => {
                let note = values.first().map_or("", Value::text).trim().to_owned();
                if let Some(draft) = self.draft.take() {
                    cx.run(Ask::Apply { draft, note });
                }
            }
        }
    }

    fn save(&self, cx: &mut Cx<'_, BoardRoom>) {
        let Some(after) = &self.after else { return };
        if let Some(off) = weights_off(after) {
            return cx.fail(format!("the weights add up to {}: a program needs 100", hundredths(10_000 + off)));
        }
        cx.run(Ask::Draft { after: Box::new(after.clone()) });
    }

    pub fn drafted(&mut self, draft: Box<Draft>, cx: &mut Cx<'_, BoardRoom>) {
        let mut form = Form::new("Put these rules in force", "apply")
            .about("A new version of the channel program. Tiers change by the audits that follow, each by somebody's decision.");
        for change in draft.changes.iter().take(8) {
            form = form.about(change.clone());
        }
        if draft.changes.len() > 8 {
            form = form.about(format!("and {} more changes", draft.changes.len() - 8));
        }
        cx.form(form.field(Field::text("note", "").hint("why")), Intent::Save);
        self.draft = Some(draft);
    }

    pub fn applied(&mut self, cx: &mut Cx<'_, BoardRoom>) {
        // What was turned is in force: the board that comes next says the same.
        self.before.clone_from(&self.after);
        cx.forget(Intent::Save);
    }

    fn areas(area: Rect) -> (Rect, Rect) {
        if area.width >= BESIDE {
            let knobs = Rect { width: KNOBS, ..area };
            return (knobs, Rect { x: area.x + KNOBS + 2, width: area.width.saturating_sub(KNOBS + 3), ..area });
        }
        let results = (area.height / 2).clamp(6, 12).min(area.height);
        let knobs = Rect { height: area.height - results, ..area };
        (knobs, Rect { x: area.x + 1, y: knobs.bottom() + 1, width: area.width.saturating_sub(2), height: results.saturating_sub(1) })
    }

    pub fn layout(&mut self, known: &TierBoard, area: Rect) {
        let (knobs, results) = Self::areas(area);
        self.height = usize::from(knobs.height);
        let at = self.lines().iter().position(|line| *line == Line::Knob(self.cursor)).unwrap_or(0);
        // The heading of the first knob stays in sight with it.
        let from = if self.cursor == 0 { 0 } else { at };
        self.top = self.top.min(from).max((at + 1).saturating_sub(self.height));
        self.pane.layout(&self.sections(known), results);
    }

    fn lines(&self) -> Vec<Line> {
        let (mut lines, mut group) = (Vec::new(), "");
        for (at, knob) in self.knobs.iter().enumerate() {
            if knob.group() != group {
                group = knob.group();
                if !lines.is_empty() {
                    lines.push(Line::Blank);
                }
                lines.push(Line::Group(group));
            }
            lines.push(Line::Knob(at));
        }
        lines
    }

    pub fn view(&self, known: &TierBoard, area: Rect, canvas: &mut Canvas<'_>) {
        let (knobs, results) = Self::areas(area);
        let focused = canvas.focused && !self.results_focused;
        for (y, line) in (knobs.y..knobs.bottom()).zip(self.lines().into_iter().skip(self.top)) {
            let row = Rect { y, height: 1, ..knobs };
            match line {
                Line::Blank => {}
                Line::Group(name) => drop(canvas.put(row.x + 2, y, row.width.saturating_sub(2), name, Role::Heading)),
                Line::Knob(at) => self.draw_knob(at, row, focused, canvas),
            }
        }
        if area.width >= BESIDE {
            canvas.divider(results.x.saturating_sub(2), area, !focused);
        } else {
            canvas.rule(Rect { y: results.y - 1, height: 1, ..area }, "", !focused);
        }
        self.pane.view(canvas, results, &self.sections(known));
    }

    fn draw_knob(&self, at: usize, row: Rect, focused: bool, canvas: &mut Canvas<'_>) {
        let (Some(knob), Some(before), Some(after)) = (self.knobs.get(at), &self.before, &self.after) else { return };
        let is_turned = knob.value(before) != knob.value(after);
        let is_cursor = at == self.cursor;
        let was = if is_turned { format!("  was {}", knob.shown(before)) } else { String::new() };
        let name = text::fit(&knob.name(after), NAME);
        let value = format!("{:>VALUE$}", knob.shown(after));
        let role = if is_turned { Role::Marked } else { Role::Strong };
        let mark = if is_cursor { "› " } else { "  " };
        let pieces = [(mark, Role::Key), (name.as_str(), Role::Text), (value.as_str(), role), (was.as_str(), Role::Dim)];
        canvas.put_all(row.x, row.y, row.width, &pieces);
        if is_cursor {
            let selected = if focused { Role::Selected } else { Role::SelectedDim };
            canvas.tint(Rect { x: row.x + 2, width: row.width.min(u16::try_from(NAME + VALUE).unwrap_or(0)), ..row }, selected);
        }
    }

    fn sections(&self, known: &TierBoard) -> Vec<Section> {
        let Some(result) = &self.result else { return vec![Section::new("", vec![Row::text("…", Role::Dim)])] };
        let mut top = Vec::new();
        if let Some(off) = self.after.as_ref().and_then(weights_off) {
            top.push(Row::text(format!("the weights add up to {}: only 100 can be saved", hundredths(10_000 + off)), Role::Warn));
        }
        if self.is_turned() {
            top.push(Row::pieces(vec![
                ("would earn a better tier ".to_owned(), Role::Dim),
                (format!("▲ {}", result.promoted.len()), Role::Good),
                ("  lower ".to_owned(), Role::Dim),
                (format!("▼ {}", result.demoted.len()), Role::Bad),
                (format!("  of {}", known.facts.len()), Role::Dim),
            ]));
        } else {
            top.push(Row::text("Turn a number, and what it would change stands here: nothing else is touched by it.", Role::Dim));
        }
        let more = result.cost_after.minor.saturating_sub(result.cost_before.minor);
        let sign = if more > 0 { "+" } else { "" };
        let difference = short_money(crate::domain::money::Money::new(more, result.cost_after.currency));
        let role = if more > 0 { Role::Warn } else { Role::Good };
        top.push(Row::pieces(vec![
            ("a year costs ".to_owned(), Role::Dim),
            (short_money(result.cost_before), Role::Text),
            (" -> ".to_owned(), Role::Dim),
            (short_money(result.cost_after), Role::Strong),
            (if more == 0 { String::new() } else { format!("  {sign}{difference}") }, role),
        ]));
        // The board tells the tiers held; what rules change is what is earned.
        top.push(Row::text("if each had the tier that it earns", Role::Dim));
        let mut sections = vec![Section::new(format!("What would change, at the facts of {}", known.day), top)];
        sections.push(Section::new("Partners by the tier that they earn", tiers(result)));
        for (title, moved) in [("Would earn a better tier", &result.promoted), ("Would earn a lower tier", &result.demoted)] {
            if !moved.is_empty() {
                sections.push(Section::new(
                    format!("{title}: {}", moved.len()),
                    moved.iter().take(MOVED).map(|one| named(one, known)).collect(),
                ));
            }
        }
        sections
    }
}

/// Partners that are named; more scroll by nobody's eye.
const MOVED: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Blank,
    Group(&'static str),
    Knob(usize),
}

fn tiers(result: &WhatIf) -> Vec<Row> {
    let most = result.tiers.iter().map(|(_, before, after)| before.max(after)).copied().max().unwrap_or(0);
    let share = |count: usize| if most == 0 { 0.0 } else { count as f64 / most as f64 };
    let row = |(tier, before, after): &(crate::domain::text::Text, usize, usize)| {
        let role = if before == after { Role::Strong } else { Role::Marked };
        Row::pieces(vec![
            (text::fit(tier, 12), Role::Text),
            (format!("{before:>5} -> "), Role::Dim),
            (format!("{after:>5} "), role),
            (bar(share(*after), BAR), Role::ChartLow),
        ])
    };
    result.tiers.iter().map(row).collect()
}

fn named(one: &Moved, known: &TierBoard) -> Row {
    let name = known.names.get(&one.partner).map_or("", |name| name.as_str());
    Row::pieces(vec![
        (text::fit(&one.partner.to_string(), 8), Role::Dim),
        (text::fit(name, 28), Role::Text),
        (format!("  {} -> ", one.from), Role::Dim),
        (one.to.to_string(), Role::Strong),
    ])
}

/// `105`, `99.5`.
fn hundredths(sum: i64) -> String {
    Decimal::new(sum, 2).normalize().to_string()
}
