//! The steps of an onboarding: each with its mark and what shows it, ticked and reopened by a form.

use super::{Command, Order, Target, TierRoom};
use crate::{
    app::partner::steps::StepDone,
    domain::{
        id::OperatorId,
        partner::{
            Checklist, Step, StepCommand,
            onboarding::{self, Line, Tick},
        },
        text::Text,
        tier::{desk::DeskId, queue::TierLine},
        told,
    },
    tui::{
        action::{Act, Availability},
        furniture::story::Teller,
        room::FieldError,
        theme::Role,
        widgets::{
            form::{Choice, Field, Form, Value},
            pane::{Row, Section},
        },
    },
};

/// The title of the section.
pub const TITLE: &str = "Onboarding";
/// Columns of a step's name, and of the day on which it is due.
const NAME: usize = 12;
const DUE: usize = 21;

pub const fn is_verb(act: Act) -> bool {
    matches!(act, Act::PartnerTick | Act::PartnerReopenStep)
}

pub fn possible(act: Act, row: &TierLine) -> Availability {
    let name = &row.name;
    match onboarding::possible(name, row.kind, row.status) {
        Err(why) => Availability::No(why),
        Ok(()) if offered(act, &[row]).is_empty() => Availability::no(match act {
            Act::PartnerTick => format!("every step of {name} is ticked"),
            _ => format!("nobody has ticked a step of {name}"),
        }),
        Ok(()) => Availability::Yes,
    }
}

/// The steps that can be ticked, or reopened, for some of these partners.
fn offered(act: Act, rows: &[&TierLine]) -> Vec<Step> {
    let may = |step: &Step| rows.iter().any(|row| row.ticked.contains(step) != (act == Act::PartnerTick));
    Step::ALL.iter().copied().filter(may).collect()
}

impl TierRoom {
    fn steps_offered(&self, act: Act, ids: impl Iterator<Item = DeskId>) -> Vec<Step> {
        let rows: Vec<&TierLine> = ids.filter_map(|id| self.row(id)?.as_partner()).collect();
        offered(act, &rows)
    }

    /// Every step stands in its place, those that are not asked about as well: what somebody else ticks meanwhile moves none of them.
    pub(super) fn step_form(&self, act: Act, about: &str, targets: &[Target]) -> Form {
        let steps = self.steps_offered(act, targets.iter().map(|target| target.id));
        let choice = |step: &Step| match (steps.contains(step), act) {
            (true, _) => Choice::new(step.doc(), format!("day {}: {}", step.days(), step.asks())),
            (false, Act::PartnerTick) => Choice::new(step.doc(), "is ticked already"),
            (false, _) => Choice::new(step.doc(), "nobody has ticked it"),
        };
        let choices = Step::ALL.iter().map(choice).collect();
        let begins = Step::ALL.iter().position(|step| steps.contains(step)).unwrap_or(0);
        match act {
            Act::PartnerTick => Form::new(format!("A step of {about} is done"), "tick")
                .about("Training, contacts and the first fund are known by themselves; ticked by hand they need a note.")
                .field(Field::choice("step", choices).beginning(begins))
                .field(Field::text("note", "").hint("what shows it")),
            _ => Form::new(format!("Reopen a step of {about}"), "reopen")
                .about("What was ticked by hand is to be done after all.")
                .field(Field::choice("step", choices).beginning(begins))
                .field(Field::text("note", "").hint("why")),
        }
    }

    /// What the form means, and how it was read.
    pub(super) fn read_step(&self, act: Act, ids: &[DeskId], values: &[Value]) -> Result<(StepCommand, String), FieldError> {
        let wrong = |field: usize, message: &str| FieldError { field, message: message.to_owned() };
        let steps = self.steps_offered(act, ids.iter().copied());
        let chosen = values.first().and_then(Value::choice).and_then(|chosen| Step::ALL.get(chosen)).copied();
        let step = chosen.ok_or_else(|| wrong(0, "which step?"))?;
        if !steps.contains(&step) {
            return Err(wrong(0, if act == Act::PartnerTick { "it is ticked already" } else { "nobody has ticked it" }));
        }
        let note = Text::clean(values.get(1).map_or("", Value::text).trim());
        if act == Act::PartnerReopenStep {
            return Ok((StepCommand::Reopen { step, note }, format!("{} is to be done then", step.doc())));
        }
        if step.is_known_by_itself() && note.is_empty() {
            return Err(wrong(1, "known by itself: by hand it needs a note"));
        }
        Ok((StepCommand::Tick { step, note }, format!("{} is done then", step.doc())))
    }

    pub(super) fn step_orders(&self, act: Act, values: &[Value], targets: &[Target]) -> Option<Vec<Order>> {
        let ids: Vec<DeskId> = targets.iter().map(|target| target.id).collect();
        let (command, _) = self.read_step(act, &ids, values).ok()?;
        Some(vec![Order { command: Command::Step(command), targets: targets.to_vec() }])
    }
}

/// Why `undo` leaves it alone, and what to do instead.
pub const fn stays(act: Act) -> Option<&'static str> {
    match act {
        Act::PartnerTick => Some("a tick stays: reopen the step"),
        Act::PartnerReopenStep => Some("it stays open: tick the step"),
        _ => None,
    }
}

/// `onboarding: agreement is done: signed on paper`.
pub fn told(done: &StepDone) -> String {
    told::partner_step(&done.event).0
}

/// The six steps of a partner that comes on board.
pub fn section(list: &Checklist, teller: &Teller<'_>) -> Section {
    let done = list.done();
    let head = match (list.began, list.day()) {
        (Some(began), Some(day)) => format!("{done} of {} steps, day {day} since {began}", list.lines.len()),
        _ => format!("{done} of {} steps; nobody knows when it began, so that no day is due", list.lines.len()),
    };
    let late = list.lines.iter().filter(|line| line.is_late(list.today)).count();
    let mut pieces = vec![(head, Role::Text)];
    if late > 0 {
        pieces.push((format!(", ! {late} overdue"), Role::Bad));
    }
    let mut rows = vec![Row::pieces(pieces)];
    rows.extend(list.lines.iter().map(|line| row(line, list, teller)));
    Section::new(TITLE, rows)
}

fn row(line: &Line, list: &Checklist, teller: &Teller<'_>) -> Row {
    let is_late = line.is_late(list.today);
    let (mark, role) = match (line.is_done(), is_late) {
        (true, _) => ("✓", Role::Good),
        (false, true) => ("!", Role::Bad),
        (false, false) => ("○", Role::Text),
    };
    let due = line.due.map_or_else(|| format!("day {}", line.step.days()), |due| format!("day {}, {due}", line.step.days()));
    let operator = |by: OperatorId| teller.names.operator(by);
    let ticked = |tick: &Tick| {
        let note = if tick.note.is_empty() { String::new() } else { format!(": {}", tick.note) };
        (format!("{} by {}{note}", teller.moment(tick.at), operator(tick.by)), Role::Dim)
    };
    let why = match (&line.tick, &line.known) {
        (Some(tick), _) => ticked(tick),
        (None, Some(known)) => (known.clone(), Role::Dim),
        (None, None) if is_late => (format!("overdue: {}", missing(line)), Role::Bad),
        (None, None) => (missing(line), Role::Text),
    };
    Row::pieces(vec![
        (format!("{mark} "), role),
        (format!("{:<NAME$}", line.step.doc()), if line.is_done() { Role::Dim } else { Role::Strong }),
        (format!("{due:<DUE$}"), Role::Dim),
        why,
    ])
    .hanging(2 + u16::try_from(NAME).unwrap_or(0))
}

/// What is not there yet.
fn missing(line: &Line) -> String {
    match (&line.falls_short, line.step.is_known_by_itself()) {
        (Some(short), _) => short.clone(),
        (None, true) => "not there yet".to_owned(),
        (None, false) => "not ticked".to_owned(),
    }
}
