//! The tier room: what the desk's furniture (see [`crate::tui::furniture`]) needs to know of partners, their audits and
//! what changes next.
//!
//! - `queues`: the tabs and orders; `table`: rows, columns and cells; `header`: the figures.
//! - `verbs`: an action becomes a command, or a question first; `forms` ask.
//! - `story`: the scorecard with each point explained, the gates, the way up, and what happened; `words`: events in words.

mod forms;
mod header;
mod queues;
mod story;
mod table;
mod verbs;
pub mod words;

use crate::{
    app::tier::view::TierDetail,
    domain::{
        actor::{Actor, Permission},
        id::PartnerId,
        text::Text,
        tier::{
            fields::Tiers,
            queue::{Kpis, Queue, Sort, TierLine},
            standing::{Refusal, StandingCommand, StandingEvent},
        },
        time::Instant,
        told::Names,
    },
    tui::{
        action::{Act, Availability, Context},
        furniture::{Asked, Greeting, Look, Piece, Stock, Trade, Workroom, words::without_name, work},
        keymap::Keymap,
        room::{Cx, FieldError},
        theme::Role,
        widgets::{
            countdown,
            form::{Form, Value},
            pane::Section,
            table::{Cell, Column},
        },
    },
};
use chrono::NaiveDate;
use chrono_tz::Tz;

pub type TierRoom = Workroom<TierTrade>;
type C<'a> = Cx<'a, TierRoom>;
type Target = work::Target<TierTrade>;
type Order = work::Order<TierTrade>;

/// The trade of the tier room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TierTrade;

/// What is asked of partners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Verb(Box<StandingCommand>),
    /// Audit as of the end of a day; nothing follows from it.
    Evaluate {
        day: NaiveDate,
    },
}

/// What the room asks of the driver beside what every room does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The tiers of the program, and what day it is there.
    Program,
}

/// The answers.
#[derive(Debug)]
pub enum Told {
    /// Best tier first.
    Program(Result<(Vec<Text>, NaiveDate), String>),
}

/// What the room keeps of its own.
#[derive(Debug, Default)]
pub struct Own {
    tiers: Vec<Text>,
}

impl Stock for TierTrade {
    type Id = PartnerId;
    type Row = TierLine;
    type Record = TierLine;
    type Queue = Queue;
    type Sort = Sort;
    type Filters = Tiers;
    type Extra = ();
    type Command = Command;
    type Event = StandingEvent;
    type Refusal = Refusal;
    type Detail = TierDetail;
    type Figures = Kpis;

    fn id(row: &TierLine) -> PartnerId {
        row.id
    }

    fn version(row: &TierLine) -> i64 {
        row.version
    }

    fn extra(_row: &TierLine) {}

    fn name(row: &TierLine) -> &str {
        &row.name
    }

    fn version_after(line: &TierLine) -> i64 {
        line.version
    }

    fn row_of(line: &TierLine, _names: &Names) -> TierLine {
        line.clone()
    }

    fn holds(queue: Queue, line: &TierLine, _who: &Actor, now: Instant) -> bool {
        queue.holds(line.standing.as_deref(), now)
    }

    fn id_of(detail: &TierDetail) -> PartnerId {
        detail.line.id
    }
}

impl Look for TierTrade {
    const TITLE: &'static str = "Tiers";
    const NOUN: (&'static str, &'static str) = ("partner", "partners");
    const IN_TABLE: &'static [Context] = &[Context::List, Context::Tiers];
    const IN_SIDE: &'static [Context] = &[Context::Pane, Context::Tiers, Context::List];
    const COLUMNS: &'static [Column] = &table::COLUMNS;

    fn cells(row: &TierLine, now: Instant) -> Vec<Cell<'_>> {
        table::cells(row, now)
    }

    fn standing(row: &TierLine, now: Instant) -> countdown::Standing {
        table::standing(row, now)
    }

    fn story(detail: &TierDetail, now: Instant, zone: Tz, _: &Keymap) -> Vec<Section> {
        story::sections(detail, now, zone)
    }

    fn first_facts(row: &TierLine, _now: Instant, _zone: Tz) -> Vec<Section> {
        vec![Section::new("", story::facts(row))]
    }

    fn figures(kpis: &Kpis, spelt: bool) -> Vec<Vec<Piece>> {
        header::figures(kpis, spelt)
    }

    fn greeting(address: &str, keys: &Keymap) -> Vec<Greeting> {
        queues::greeting(address, keys)
    }
}

impl Trade for TierTrade {
    type Ask = Ask;
    type Told = Told;
    type Own = Own;
    const HOME: Act = Act::RoomTiers;
    const COMPARE: Option<Act> = None;
    const USEFUL_AT_FIRST: &'static [Act] = &[];
    const SECTIONS: &'static [(Act, &'static str)] = &[(Act::TierWhy, story::WHY), (Act::TierTimeline, story::TIMELINE)];

    fn is_verb(act: Act) -> bool {
        verbs::is_verb(act)
    }

    fn possible(room: &TierRoom, act: Act, row: &TierLine) -> Availability {
        verbs::possible(act, row, room.station.me)
    }

    fn useful(row: &TierLine) -> Vec<Act> {
        verbs::useful(row)
    }

    fn asks(act: Act) -> bool {
        forms::asks(act)
    }

    fn begin(room: &mut TierRoom, act: Act, targets: Vec<Target>, cx: &mut C<'_>) {
        room.begin_verb(act, &targets, cx);
    }

    fn form(room: &TierRoom, asked: &Asked<Self>) -> Option<Form> {
        room.form_of(asked)
    }

    fn check(room: &TierRoom, act: Act, _partners: &[PartnerId], values: &[Value]) -> Result<String, FieldError> {
        room.read(act, values).map(|(_, told)| told)
    }

    fn orders(room: &mut TierRoom, act: Act, values: &[Value], targets: &[Target], _now: Instant) -> Option<Vec<Order>> {
        let (command, _) = room.read(act, values).ok()?;
        Some(vec![Order { command: Command::Verb(Box::new(command)), targets: targets.to_vec() }])
    }

    fn told(room: &mut TierRoom, told: Told, cx: &mut C<'_>) {
        let Told::Program(result) = told;
        room.program_came(result, cx);
    }

    fn directory_came(room: &mut TierRoom, cx: &mut C<'_>) {
        if room.asked().is_some_and(|asked| asked.act == Act::TierReassign) {
            room.ask(cx, None);
        }
    }

    const UNDO_NEEDS: Permission = Permission::TierWork;

    fn undo() -> Command {
        Command::Verb(Box::new(StandingCommand::Undo))
    }

    fn stays(act: Act) -> Option<&'static str> {
        (act == Act::TierEvaluate).then_some("an audit stays: audit again")
    }

    fn outcome(events: &[StandingEvent], names: &Names) -> String {
        words::outcome(events, names)
    }

    fn planned(line: &TierLine, events: &[StandingEvent], names: &Names) -> String {
        words::planned(line, events).unwrap_or_else(|| words::outcome(events, names))
    }

    fn warns(line: &TierLine, events: &[StandingEvent]) -> bool {
        words::is_against_the_audit(line, events)
    }

    fn refusal(refusal: &Refusal, beside: Option<PartnerId>, _names: &Names, (now, zone): (Instant, Tz)) -> String {
        match (refusal, beside) {
            (Refusal::NotNow { why, .. }, Some(id)) => without_name(why, id),
            _ => words::refusal(refusal, now, zone),
        }
    }
}

/// The role in which a light of a scorecard is drawn, and its shape: it is told without colour.
pub(super) const fn light(light: Option<crate::domain::tier::Light>) -> (&'static str, Role) {
    use crate::domain::tier::Light;
    match light {
        Some(Light::Ahead) => ("▲", Role::Good),
        Some(Light::Green) => ("●", Role::Good),
        Some(Light::Yellow) => ("◐", Role::Warn),
        Some(Light::Red) => ("○", Role::Bad),
        None => ("–", Role::Dim),
    }
}
