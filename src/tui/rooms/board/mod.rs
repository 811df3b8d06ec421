//! The board: what all partners come to today, and a face on which the rules of tiers are turned to see at once what would
//! change. It holds no queue and no record.
//!
//! - `today`: the figures as panels; `what_if`: the knobs and what turning them brings.

mod today;
mod what_if;

use crate::{
    app::tier::board::{Basis, Draft, TierBoard},
    domain::{
        tier::{Facts, WhatIf, rules::Rules},
        time::{Instant, Span},
    },
    tui::{
        action::{Act, Availability, Context},
        canvas::Canvas,
        furniture::Station,
        room::{Answer, Cx, FieldError, Pulse, Room},
        theme::Role,
        widgets::{form::Value, pane::Pane, text},
    },
};
use ratatui::layout::Rect;
use std::sync::Arc;
use what_if::{Intent as Turning, WhatIfFace};

/// What the board asks of the driver.
#[derive(Debug, Clone)]
pub enum Ask {
    /// As the last audits left it: there before the day's is added up.
    AtLast,
    Board,
    /// What would change; the answer carries the number of the question.
    Try {
        asked: u64,
        facts: Arc<[Facts]>,
        before: Box<Rules>,
        after: Box<Rules>,
    },
    /// The program that would state these rules.
    Draft {
        after: Box<Rules>,
    },
    Apply {
        draft: Box<Draft>,
        note: String,
    },
}

#[derive(Debug)]
pub enum Told {
    AtLast(Result<Box<TierBoard>, String>),
    Board(Result<Box<TierBoard>, String>),
    Tried(u64, Result<Box<WhatIf>, String>),
    Drafted(Result<Box<Draft>, String>),
    Applied(Result<String, String>),
}

/// Which side of the board is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    Today,
    WhatIf,
}

impl Face {
    pub const ALL: [Self; 2] = [Self::Today, Self::WhatIf];

    /// The name in commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::WhatIf => "what_if",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Today => "Today",
            Self::WhatIf => "What if",
        }
    }
}

/// Facts change with every sale and certificate: what is shown is at most so much older than the last change.
const AGAIN: Span = Span::from_micros(5_000_000);

pub struct BoardRoom {
    face: Face,
    known: Option<Box<TierBoard>>,
    failed: Option<String>,
    /// When it was asked for last, while no answer has come.
    loading: bool,
    asked_at: Option<Instant>,
    stale: bool,
    panes: [Pane; today::COLUMNS],
    what_if: WhatIfFace,
}

impl BoardRoom {
    pub fn new(_station: Station) -> Self {
        Self {
            face: Face::Today,
            known: None,
            failed: None,
            loading: false,
            asked_at: None,
            stale: false,
            panes: std::array::from_fn(|_| Pane::default()),
            what_if: WhatIfFace::default(),
        }
    }

    /// The names of its faces, as queues are named.
    pub fn queues() -> Vec<String> {
        Face::ALL.iter().map(|face| face.name().to_owned()).collect()
    }

    /// Opens it at a face.
    ///
    /// # Errors
    /// When it has no such face, or anything is to be filtered.
    pub fn open(&mut self, face: Option<&str>, filter: &str) -> Result<(), String> {
        if !filter.is_empty() {
            return Err("the board adds up all partners and has no filter; `print tiers` has one".to_owned());
        }
        self.face = match face {
            None | Some("all") => Face::Today,
            Some(name) => Face::ALL
                .into_iter()
                .find(|face| face.name() == name)
                .ok_or_else(|| format!("the board has no `{name}`; it has {}", Self::queues().join(" and ")))?,
        };
        Ok(())
    }

    fn load(&mut self, cx: &mut Cx<'_, Self>) {
        if self.loading {
            self.stale = true;
            return;
        }
        (self.loading, self.stale, self.asked_at) = (true, false, Some(cx.now));
        cx.run(Ask::Board);
    }

    fn came(&mut self, result: Result<Box<TierBoard>, String>, cx: &mut Cx<'_, Self>) {
        self.loading = false;
        match result {
            Ok(board) => {
                self.failed = None;
                self.what_if.base(&board, cx);
                self.known = Some(board);
                self.look(cx);
            }
            Err(why) => {
                cx.fail(format!("the board was not made: {why}"));
                self.failed = Some(why);
            }
        }
    }

    /// Shown as long as there is nothing better; what goes wrong with it, the day's board tells as well.
    fn came_first(&mut self, result: Result<Box<TierBoard>, String>) {
        if self.known.is_none() {
            self.known = result.ok();
        }
    }

    fn turn_over(&mut self, cx: &mut Cx<'_, Self>) {
        self.face = if self.face == Face::Today { Face::WhatIf } else { Face::Today };
        self.look(cx);
    }

    /// What if is worked out only while somebody looks at it.
    fn look(&mut self, cx: &mut Cx<'_, Self>) {
        if self.face == Face::WhatIf {
            self.what_if.look(counted(self.known.as_deref()), cx);
        }
    }

    fn body(area: Rect) -> Rect {
        Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area }
    }

    fn draw_head(&self, area: Rect, canvas: &mut Canvas<'_>) {
        let tabs = Face::ALL.map(|face| {
            let role = if face == self.face { Role::TabActive } else { Role::TabIdle };
            [(face.title(), role), ("   ", Role::Text)]
        });
        canvas.put_all(area.x + 1, area.y, area.width.saturating_sub(1), tabs.as_flattened());
        let strip = Rect { y: area.y + 1, height: 1, ..area };
        let Some(known) = &self.known else { return };
        let mut x = strip.x + 1;
        // A figure stands whole or not at all.
        for figure in today::strip(known, self.failed.as_deref()) {
            let wide: usize = figure.iter().map(|(piece, _)| text::width(piece)).sum();
            let room = strip.right().saturating_sub(x);
            if wide > usize::from(room) {
                break;
            }
            x = canvas.put_all(x, strip.y, room, &figure.each_ref().map(|(piece, role)| (piece.as_str(), *role))) + 3;
        }
    }
}

/// What a face shows.
fn shown(face: Face, known: Option<&TierBoard>) -> Option<&TierBoard> {
    match face {
        Face::Today => known,
        Face::WhatIf => counted(known),
    }
}

/// The board of the day, on which other rules can be tried.
fn counted(known: Option<&TierBoard>) -> Option<&TierBoard> {
    known.filter(|known| known.basis == Basis::Today)
}

impl Room for BoardRoom {
    type Msg = Told;
    type Effect = Ask;
    type Intent = Turning;

    fn title(&self) -> &'static str {
        "Board"
    }

    fn start(&mut self, cx: &mut Cx<'_, Self>) {
        cx.run(Ask::AtLast);
        self.load(cx);
    }

    fn changed(&mut self, cx: &mut Cx<'_, Self>) {
        if self.asked_at.is_none_or(|at| cx.now.since(at) >= AGAIN) {
            self.load(cx);
        } else {
            self.stale = true;
        }
    }

    fn contexts(&self) -> &'static [Context] {
        &[Context::Board, Context::Pane]
    }

    fn availability(&self, act: Act) -> Availability {
        match act {
            Act::Undo | Act::Repeat => Availability::no("nothing is done here that could be taken back: turn it the other way"),
            Act::Zoom => Availability::no("the board has the whole room"),
            _ if counted(self.known.as_deref()).is_none() && act.row().context == Context::Board && act != Act::BoardFace => {
                Availability::no("the board is still on its way")
            }
            Act::BoardLess | Act::BoardMore | Act::BoardType | Act::BoardReset | Act::BoardResetAll | Act::BoardSave
                if self.face == Face::Today =>
            {
                Availability::no("nothing is turned here: the other face asks what if")
            }
            Act::BoardReset | Act::BoardResetAll | Act::BoardSave if !self.what_if.is_turned() => {
                Availability::no("nothing differs from the program in force")
            }
            _ => Availability::Yes,
        }
    }

    fn hints(&self) -> Vec<Act> {
        match self.face {
            Face::Today => vec![Act::BoardFace, Act::BoardDown, Act::PaneHalfDown],
            Face::WhatIf => vec![
                Act::BoardLess,
                Act::BoardMore,
                Act::BoardType,
                Act::BoardReset,
                Act::BoardResetAll,
                Act::BoardSave,
                Act::BoardFace,
                Act::FocusNext,
            ],
        }
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx<'_, Self>) {
        match (act, self.face) {
            (Act::Refresh, _) => self.load(cx),
            (Act::BoardFace, _) => self.turn_over(cx),
            (Act::Back, Face::WhatIf) if !self.what_if.back() => self.turn_over(cx),
            (_, Face::Today) => {
                let motion = match act {
                    Act::BoardDown => Act::PaneDown,
                    Act::BoardUp => Act::PaneUp,
                    other => other,
                };
                for pane in &mut self.panes {
                    pane.motion(motion, count);
                }
            }
            (_, Face::WhatIf) => self.what_if.act(act, count, counted(self.known.as_deref()), cx),
        }
    }

    fn update(&mut self, told: Told, cx: &mut Cx<'_, Self>) {
        match told {
            Told::AtLast(result) => self.came_first(result),
            Told::Board(result) => self.came(result, cx),
            Told::Tried(asked, result) => self.what_if.tried(asked, result, counted(self.known.as_deref()), cx),
            Told::Drafted(Ok(draft)) => self.what_if.drafted(draft, cx),
            Told::Drafted(Err(why)) => cx.fail(why),
            Told::Applied(Ok(version)) => {
                self.what_if.applied(cx);
                cx.say(format!("{version} is in force; running clocks keep the terms of the version that started them"));
                self.load(cx);
            }
            Told::Applied(Err(why)) => cx.fail(why),
        }
    }

    fn layout(&mut self, area: Rect, cx: &mut Cx<'_, Self>) {
        if self.stale && !self.loading && self.asked_at.is_none_or(|at| cx.now.since(at) >= AGAIN) {
            self.load(cx);
        }
        let Some(known) = shown(self.face, self.known.as_deref()) else { return };
        let body = Self::body(area);
        match self.face {
            Face::Today => {
                let columns = today::columns(known, body);
                for (pane, (sections, area)) in self.panes.iter_mut().zip(&columns) {
                    pane.layout(sections, *area);
                }
            }
            Face::WhatIf => self.what_if.layout(known, body),
        }
    }

    fn view(&self, area: Rect, canvas: &mut Canvas<'_>) {
        self.draw_head(area, canvas);
        let body = Self::body(area);
        let Some(known) = shown(self.face, self.known.as_deref()) else {
            let told = self.failed.as_deref().unwrap_or("adding up what all partners have …");
            canvas.put(body.x + 2, body.y + 1, body.width.saturating_sub(4), told, Role::Dim);
            return;
        };
        match self.face {
            Face::Today => {
                for (pane, (sections, area)) in self.panes.iter().zip(&today::columns(known, body)) {
                    pane.view(canvas, *area, sections);
                }
            }
            Face::WhatIf => self.what_if.view(known, body, canvas),
        }
    }

    fn pulse(&self, _now: Instant) -> Pulse {
        if self.stale { Pulse::Second } else { Pulse::Still }
    }

    fn answered(&mut self, intent: Turning, answer: Answer, cx: &mut Cx<'_, Self>) {
        if let Answer::Filled(values) = answer {
            self.what_if.filled(intent, &values, counted(self.known.as_deref()), cx);
        }
    }

    fn check(&self, intent: &Turning, values: &[Value]) -> Result<String, FieldError> {
        self.what_if.check(intent, values)
    }
}
