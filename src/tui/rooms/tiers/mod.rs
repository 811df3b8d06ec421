//! The tier room: what the desk's furniture (see [`crate::tui::furniture`]) needs to know of partners, their audits and
//! what changes next, and of the order lines that wait for a correction, which stand in a queue of their own.
//!
//! - `queues`: the tabs and orders; `table`: rows, columns and cells; `header`: the figures.
//! - `verbs`: an action becomes a command, or a question first; `forms` ask.
//! - `lines`: all of that for order lines that wait; `contacts`: the people at a partner; `figures`: what it did, by quarter.
//! - `story`: the scorecard with each point explained, the gates, the way up, and what happened; `words`: events in words.

mod contacts;
mod figures;
mod forms;
mod header;
mod lines;
mod queues;
mod status;
mod steps;
mod story;
mod table;
mod verbs;
pub mod words;

use crate::{
    app::{
        ContactDone, NewContact,
        partner::{status::StatusDone, steps::StepDone},
        pos::LineVerb,
        tier::view::DeskDetail,
    },
    domain::{
        actor::{Actor, Permission},
        contact::ContactCommand,
        id::{ContactId, PartnerId},
        partner::{StatusCommand, StepCommand},
        pos::CorrectionEvent,
        report::Performance,
        text::Text,
        tier::{
            desk::{DeskId, DeskLine},
            fields::Tiers,
            queue::{Kpis, Queue, Sort},
            standing::{Refusal, StandingCommand, StandingEvent},
        },
        time::Instant,
        told::Names,
    },
    tui::{
        action::{Act, Availability, Context},
        furniture::{Asked, Greeting, Look, Piece, Stock, Trade, Workroom, trade::Parted, words::without_name, work},
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

/// What is asked of partners, or of order lines that wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Verb(Box<StandingCommand>),
    /// Audit as of the end of a day; nothing follows from it.
    Evaluate {
        day: NaiveDate,
    },
    Line(Box<LineVerb>),
    /// Of partners, with all that follows.
    Status(StatusCommand),
    AddContact(Box<NewContact>),
    /// One verb on a contact of the partner, of which version `seen` was on the screen.
    Contact {
        id: ContactId,
        seen: i64,
        command: Box<ContactCommand>,
    },
    /// About the onboarding of partners.
    Step(StepCommand),
    /// Whatever was done last to a record, of either kind.
    Undo,
}

/// What a command did to a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    Standing(StandingEvent),
    Line(Box<CorrectionEvent>),
    /// The status of a partner, and what followed.
    Status(Box<StatusDone>),
    /// A step of an onboarding.
    Step(Box<StepDone>),
    Contact(Box<ContactDone>),
}

impl Happening {
    fn contact(&self) -> Option<&ContactDone> {
        if let Self::Contact(done) = self { Some(done) } else { None }
    }
}

/// What the room asks of the driver beside what every room does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The tiers of the program, and what day it is there.
    Program,
    /// What a partner did, by quarter.
    Figures(PartnerId),
}

/// The answers.
#[derive(Debug)]
pub enum Told {
    /// Best tier first.
    Program(Result<(Vec<Text>, NaiveDate), String>),
    Figures(PartnerId, Result<Box<Performance>, String>),
}

/// What the room keeps of its own.
#[derive(Debug, Default)]
pub struct Own {
    tiers: Vec<Text>,
    /// The fields that the open form of a correction asks for.
    correcting: Vec<lines::forms::Asked>,
    contacts: contacts::Own,
    /// The figures of the partner that was read last.
    figures: Option<(PartnerId, Result<Box<Performance>, String>)>,
    /// Of whom they are asked for, and whether they have to be asked for once more.
    asking: Option<PartnerId>,
    asks_again: bool,
}

impl Stock for TierTrade {
    type Id = DeskId;
    type Row = DeskLine;
    type Record = DeskLine;
    type Queue = Queue;
    type Sort = Sort;
    type Filters = Tiers;
    type Extra = ();
    type Command = Command;
    type Event = Happening;
    type Refusal = Refusal;
    type Detail = DeskDetail;
    type Figures = Kpis;

    fn id(row: &DeskLine) -> DeskId {
        row.id()
    }

    fn version(row: &DeskLine) -> i64 {
        row.version()
    }

    fn extra(_row: &DeskLine) {}

    fn name(row: &DeskLine) -> &str {
        row.name()
    }

    fn version_after(line: &DeskLine) -> i64 {
        line.version()
    }

    fn row_of(line: &DeskLine, _names: &Names) -> DeskLine {
        line.clone()
    }

    fn holds(queue: Queue, line: &DeskLine, _row: &Self::Row, _who: &Actor, (now, zone): (Instant, Tz)) -> bool {
        line.stands_in(queue, now, zone)
    }

    fn id_of(detail: &DeskDetail) -> DeskId {
        detail.id()
    }
}

impl Look for TierTrade {
    const TITLE: &'static str = "Tiers";
    const NOUN: (&'static str, &'static str) = ("partner", "partners");
    const IN_TABLE: &'static [Context] = &[Context::List, Context::Tiers];
    const IN_SIDE: &'static [Context] = &[Context::Pane, Context::Tiers, Context::List];
    const IN_COMPARISON: &'static [Context] = &[Context::Pane, Context::Contacts, Context::Tiers, Context::List];
    const COMPARE_BESIDE: u16 = 120;
    const COLUMNS: &'static [Column] = &table::COLUMNS;

    fn noun(queue: Queue) -> (&'static str, &'static str) {
        if queue == Queue::Corrections { ("line", "lines") } else { Self::NOUN }
    }

    fn columns(queue: Queue) -> &'static [Column] {
        match queue {
            Queue::Corrections => &lines::COLUMNS,
            Queue::Expiring => &table::EXPIRING,
            Queue::Near => &table::NEAR,
            Queue::FallingSoon => &table::FALLING,
            _ => &table::COLUMNS,
        }
    }

    fn cells(row: &DeskLine, now: Instant) -> Vec<Cell<'_>> {
        match row {
            DeskLine::Partner(line) => table::cells(line, now),
            DeskLine::Waiting(line) => lines::cells(line, now),
        }
    }

    fn standing(row: &DeskLine, now: Instant) -> countdown::Standing {
        row.as_partner().map_or(countdown::Standing::None, |line| table::standing(line, now))
    }

    fn story(detail: &DeskDetail, now: Instant, zone: Tz, keys: &Keymap) -> Vec<Section> {
        match detail {
            DeskDetail::Partner(detail) => story::sections(detail, now, zone, keys),
            DeskDetail::Waiting(detail) => lines::story::sections(detail, now, zone),
        }
    }

    fn first_facts(row: &DeskLine, _now: Instant, _zone: Tz) -> Vec<Section> {
        let facts = match row {
            DeskLine::Partner(line) => story::facts(line),
            DeskLine::Waiting(line) => lines::story::facts(line),
        };
        vec![Section::new("", facts)]
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
    const COMPARE: &'static [Act] = &[Act::PartnerContacts, Act::PartnerFigures];
    const USEFUL_AT_FIRST: &'static [Act] = &[];

    fn contexts_beside(shown: Act) -> &'static [Context] {
        if shown == Act::PartnerContacts { Self::IN_COMPARISON } else { Self::IN_SIDE }
    }
    const SECTIONS: &'static [(Act, &'static str)] = &[(Act::TierWhy, story::WHY), (Act::TierTimeline, story::TIMELINE)];

    fn has_section(row: &DeskLine, act: Act) -> bool {
        act != Act::TierWhy || row.as_partner().is_some()
    }

    fn is_verb(act: Act) -> bool {
        verbs::is_verb(act)
    }

    fn possible(room: &TierRoom, act: Act, row: &DeskLine) -> Availability {
        match row {
            _ if contacts::is_verb(act) => room.contact_possible(act, row),
            DeskLine::Partner(line) => verbs::possible(act, line, room.station.me),
            DeskLine::Waiting(line) => lines::possible(act, &line.correction),
        }
    }

    fn useful(row: &DeskLine) -> Vec<Act> {
        match row {
            DeskLine::Partner(line) => verbs::useful(line),
            DeskLine::Waiting(line) => lines::useful(&line.correction),
        }
    }

    fn useful_in_comparison(room: &TierRoom) -> Option<Vec<Act>> {
        room.reads_contacts().then(|| room.useful_for_contact())
    }

    fn act(room: &mut TierRoom, act: Act, _cx: &mut C<'_>) -> bool {
        room.choose_contact(act)
    }

    fn split(room: &TierRoom, act: Act, targets: Vec<Target>) -> Result<Parted<Self>, String> {
        if contacts::is_verb(act) {
            // It is about the contacts that are read, whatever is marked in the table.
            let selected = room.selected().ok_or_else(|| "there is no partner under the cursor".to_owned())?;
            return Ok((vec![Target { id: selected, seen: None, extra: () }], Vec::new()));
        }
        verbs::part(act, targets)
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

    fn ask_again(room: &mut TierRoom, sentence: String, cx: &mut C<'_>) {
        if room.asked().is_some_and(|asked| contacts::is_verb(asked.act)) {
            return room.ask_contact_again(sentence, cx);
        }
        room.ask(cx, Some(sentence));
    }

    fn story_came(room: &mut TierRoom, cx: &mut C<'_>) {
        room.contacts_came(cx);
        room.ask_for_figures(cx);
    }

    fn check(room: &TierRoom, act: Act, records: &[DeskId], values: &[Value]) -> Result<String, FieldError> {
        if contacts::is_verb(act) {
            return room.check_contact(act, values);
        }
        if lines::is_verb(act) {
            return room.read_line(act, records, values).map(|(_, told)| told);
        }
        if steps::is_verb(act) {
            return room.read_step(act, records, values).map(|(_, told)| told);
        }
        if status::is_verb(act) {
            return status::check(act, values).map(|_| "what follows is shown before it is done".to_owned());
        }
        room.read(act, values).map(|(_, told)| told)
    }

    fn orders(room: &mut TierRoom, act: Act, values: &[Value], targets: &[Target], _now: Instant) -> Option<Vec<Order>> {
        if contacts::is_verb(act) {
            let orders = room.contact_orders(act, values, targets);
            if act == Act::ContactAdd && orders.is_some() {
                room.adds();
            }
            return orders;
        }
        if lines::is_verb(act) {
            let ids: Vec<DeskId> = targets.iter().map(|target| target.id).collect();
            let (verb, _) = room.read_line(act, &ids, values).ok()?;
            return Some(vec![Order { command: Command::Line(Box::new(verb)), targets: targets.to_vec() }]);
        }
        if steps::is_verb(act) {
            return room.step_orders(act, values, targets);
        }
        if status::is_verb(act) {
            return Some(room.status_orders(act, &status::check(act, values).ok()?, targets));
        }
        let (command, _) = room.read(act, values).ok()?;
        Some(vec![Order { command: Command::Verb(Box::new(command)), targets: targets.to_vec() }])
    }

    fn told(room: &mut TierRoom, told: Told, cx: &mut C<'_>) {
        match told {
            Told::Program(result) => room.program_came(result, cx),
            Told::Figures(partner, figures) => room.figures_came(partner, figures, cx),
        }
    }

    fn compared(room: &mut TierRoom, _shown: Act, cx: &mut C<'_>) {
        room.ask_for_figures(cx);
    }

    fn directory_came(room: &mut TierRoom, cx: &mut C<'_>) {
        if room.asked().is_some_and(|asked| asked.act == Act::TierReassign) {
            room.ask(cx, None);
        }
    }

    /// Who corrects lines need not work tiers: the app asks for what was done.
    const UNDO_NEEDS: Option<Permission> = None;

    fn undo() -> Command {
        Command::Undo
    }

    fn stays(act: Act) -> Option<&'static str> {
        let audit = (act == Act::TierEvaluate).then_some("an audit stays: audit again");
        audit.or(status::stays(act)).or(steps::stays(act)).or(contacts::stays(act))
    }

    fn outcome(events: &[Happening], names: &Names) -> String {
        words::outcome(events, names)
    }

    fn summary(_room: &TierRoom, act: Act, answers: &[work::Answer<Self>], names: &Names) -> Option<String> {
        TierRoom::contact_summary(act, answers, names)
    }

    fn comparison(room: &TierRoom, width: u16, _now: Instant, zone: Tz) -> Option<Vec<Section>> {
        Some(if room.reads_contacts() { room.contact_sections(zone) } else { room.figure_sections(width) })
    }

    fn planned(row: &DeskLine, events: &[Happening], names: &Names) -> String {
        let planned = row.as_partner().and_then(|line| words::planned(line, events));
        planned.unwrap_or_else(|| words::outcome(events, names))
    }

    fn warns(row: &DeskLine, events: &[Happening]) -> bool {
        match row {
            DeskLine::Partner(line) => words::is_against_the_audit(line, events) || status::warns(events),
            // It was corrected, and waits all the same.
            DeskLine::Waiting(line) => line.correction.is_open() && !words::is_undone(events),
        }
    }

    fn refusal(refusal: &Refusal, beside: Option<DeskId>, _names: &Names, (now, zone): (Instant, Tz)) -> String {
        match (refusal, beside) {
            (Refusal::NotNow { why, .. } | Refusal::Invalid { why }, Some(id)) => without_name(why, id),
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
