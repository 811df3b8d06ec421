//! The deal room: what the desk's furniture (see [`crate::tui::furniture`]) needs to know of registrations and conflicts.
//!
//! - `queues`: the tabs and orders; `table`: rows, columns and cells; `header`: the figures.
//! - `verbs`: an action becomes a command, or a question first; `forms` and `cases` ask, of registrations and conflicts.
//! - `story`: the detail as sections; `dossier`: the parties of a conflict side by side, laid
//!   out by `grid`; `words`: events in words.

mod cases;
pub mod dossier;
mod edit;
mod forms;
mod grid;
mod header;
mod queues;
mod story;
mod table;
mod verbs;
pub mod words;

use crate::{
    app::deal::{
        customers::AccountChoice,
        view::{CaseDetail, CaseDossier, DealDetail},
    },
    domain::{
        actor::{Actor, Permission},
        deal::{
            DealCommand, DealEvent, DealField, DealVerb, DocumentKind, Refusal, Registration,
            conflict::{CaseCommand, CaseEvent},
            fields::Deals,
            queue::{DealRow, Kpis, Queue, Sort},
        },
        id::{ConflictId, DealId},
        money::Money,
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
            countdown::Standing,
            form::{Form, Value},
            pane::{Row, Section},
            table::{Cell, Column},
        },
    },
};
use chrono::NaiveDate;
use chrono_tz::Tz;
use std::collections::BTreeSet;

pub type DealRoom = Workroom<DealTrade>;
type C<'a> = Cx<'a, DealRoom>;
type Target = work::Target<DealTrade>;
type Answer = work::Answer<DealTrade>;
type Order = work::Order<DealTrade>;

/// The trade of the deal room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DealTrade;

/// What is asked of registrations, or of the conflict of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Deal(DealCommand),
    /// Attach what is on paper; the driver reads the file.
    Attach(Paper),
    /// Of the conflict with this number, of which version `seen` was on the screen.
    Case {
        case: ConflictId,
        command: CaseCommand,
        seen: Option<i64>,
    },
    /// A conflict between the targets and these.
    OpenConflict {
        with: Vec<DealId>,
    },
}

/// A document as it is named in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    pub kind: DocumentKind,
    /// The path as it was typed.
    pub file: String,
    pub dated: Option<NaiveDate>,
    pub amount: Option<Money>,
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    Deal(DealEvent),
    Case(CaseEvent),
}

/// A registration with its conflict, the one that it is a party of or the last one.
#[derive(Debug)]
pub struct Story {
    pub detail: DealDetail,
    pub case: Option<CaseStory>,
    pub terms: Option<Terms>,
}

#[derive(Debug)]
pub struct CaseStory {
    pub detail: CaseDetail,
    pub dossier: CaseDossier,
}

/// What forms and the story have to know of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// What may be asked for again, and what may be changed once it is approved.
    pub askable: BTreeSet<DealField>,
    pub editable: BTreeSet<DealField>,
    pub extensions: u32,
    /// The day in the program's zone.
    pub today: NaiveDate,
    pub zone: Tz,
}

/// What the deal room asks of the driver beside what every room does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// What a form needs to know of one registration; with the accounts of the directory, those that its customer resembles first.
    Facts { id: DealId, customers: bool },
}

/// The answers.
#[derive(Debug)]
pub enum Told {
    Facts(DealId, Result<Option<Box<Facts>>, String>),
}

/// A registration with what its forms offer.
#[derive(Debug)]
pub struct Facts {
    pub detail: DealDetail,
    pub terms: Terms,
    pub customers: Vec<AccountChoice>,
}

/// What the deal room keeps of its own.
#[derive(Debug, Default)]
pub struct Own {
    /// Of the registration that the open form is about.
    facts: Option<Box<Facts>>,
    /// The sentence with which the form comes back.
    refusal: Option<String>,
}

impl Stock for DealTrade {
    type Id = DealId;
    type Row = DealRow;
    type Record = Registration;
    type Queue = Queue;
    type Sort = Sort;
    type Filters = Deals;
    type Extra = ();
    type Command = Command;
    type Event = Happening;
    type Refusal = Refusal;
    type Detail = Story;
    type Figures = Kpis;

    fn id(row: &DealRow) -> DealId {
        row.id
    }

    fn version(row: &DealRow) -> i64 {
        row.version
    }

    fn extra(_row: &DealRow) {}

    fn name(row: &DealRow) -> &str {
        &row.customer
    }

    fn version_after(record: &Registration) -> i64 {
        record.version
    }

    fn row_of(deal: &Registration, names: &Names) -> DealRow {
        DealRow::of(deal, |id| names.partner(id), |id| names.operator(id))
    }

    /// How its conflict stands is told with the next page; until then as before, if it is still in it.
    fn row_again(before: &DealRow, row: DealRow) -> DealRow {
        let case = before.case.clone().filter(|_| row.dispute == before.dispute);
        row.in_case(case)
    }

    fn holds(queue: Queue, deal: &Registration, row: &DealRow, _who: &Actor, (now, _): (Instant, Tz)) -> bool {
        queue.holds(deal, row.case.as_ref().and_then(|case| case.due), now)
    }

    fn id_of(story: &Story) -> DealId {
        story.detail.deal.id
    }
}

impl Look for DealTrade {
    const TITLE: &'static str = "Deals";
    const NOUN: (&'static str, &'static str) = ("registration", "registrations");
    const IN_TABLE: &'static [Context] = &[Context::List, Context::Deals];
    const IN_SIDE: &'static [Context] = &[Context::Pane, Context::Deals, Context::List];
    const IN_COMPARISON: &'static [Context] = &[Context::Pane, Context::Dossier, Context::Deals, Context::List];
    const COLUMNS: &'static [Column] = &table::COLUMNS;
    const COMPARE_BESIDE: u16 = u16::MAX;

    fn columns(queue: Queue) -> &'static [Column] {
        table::columns(queue)
    }

    fn cells(row: &DealRow, now: Instant) -> Vec<Cell<'_>> {
        table::cells(Queue::All, row, now)
    }

    fn cells_in(queue: Queue, row: &DealRow, now: Instant) -> Vec<Cell<'_>> {
        table::cells(queue, row, now)
    }

    fn standing_in(queue: Queue, row: &DealRow, now: Instant) -> Standing {
        table::standing_in(queue, row, now)
    }

    fn standing(row: &DealRow, now: Instant) -> Standing {
        table::standing(row, now)
    }

    fn story(story: &Story, now: Instant, zone: Tz, keys: &Keymap) -> Vec<Section> {
        story::sections(story, now, zone, keys)
    }

    fn first_facts(row: &DealRow, now: Instant, zone: Tz) -> Vec<Section> {
        story::first_facts(row, now, zone)
    }

    fn figures(kpis: &Kpis, spelt: bool) -> Vec<Vec<Piece>> {
        header::figures(kpis, spelt)
    }

    fn greeting(address: &str, _: &Keymap) -> Vec<Greeting> {
        let line = Greeting::new;
        vec![
            line("", "No deal is registered yet", Role::Heading).air(),
            line("", "Registrations come from partners. You can", Role::Text),
            line("", "", Role::Text),
            line("", "bring them in, from another terminal; they appear here at once", Role::Strong),
            line("", "pilothouse import deals FILE.csv --dry-run", Role::Link).air(),
            line("", "register a qualified lead: in the lead room, with one key", Role::Strong).air(),
            line("", "look around in a channel in full swing", Role::Strong),
            line("", "pilothouse demo", Role::Link).air(),
            line("", address, Role::Dim),
        ]
    }
}

impl Trade for DealTrade {
    type Ask = Ask;
    type Told = Told;
    type Own = Own;
    const HOME: Act = Act::RoomDeals;
    const COMPARE: &'static [Act] = &[Act::DealDossier];
    const USEFUL_AT_FIRST: &'static [Act] = &[];
    const SECTIONS: &'static [(Act, &'static str)] = &[(Act::DealWhy, story::WHY), (Act::DealTimeline, story::TIMELINE)];

    fn is_verb(act: Act) -> bool {
        verbs::is_verb(act)
    }

    fn possible(room: &DealRoom, act: Act, row: &DealRow) -> Availability {
        room.row_possible(act, row)
    }

    fn useful(row: &DealRow) -> Vec<Act> {
        verbs::useful(row)
    }

    fn useful_in_comparison(room: &DealRoom) -> Option<Vec<Act>> {
        room.case_story().map(|case| cases::useful(&case.detail.case))
    }

    fn split(room: &DealRoom, act: Act, targets: Vec<Target>) -> Result<Parted<Self>, String> {
        room.part(act, targets)
    }

    fn asks(act: Act) -> bool {
        forms::asks(act) || cases::asks(act)
    }

    fn begin(room: &mut DealRoom, act: Act, targets: Vec<Target>, cx: &mut C<'_>) {
        room.begin_verb(act, &targets, cx);
    }

    fn form(room: &DealRoom, asked: &Asked<Self>) -> Option<Form> {
        if cases::is_verb(asked.act) { room.case_form(asked.act) } else { room.deal_form(asked) }
    }

    fn ask_again(room: &mut DealRoom, sentence: String, cx: &mut C<'_>) {
        room.ask_verb_again(sentence, cx);
    }

    fn check(room: &DealRoom, act: Act, deals: &[DealId], values: &[Value]) -> Result<String, FieldError> {
        if cases::is_verb(act) { room.check_case(act, values) } else { room.check_deal(act, deals, values) }
    }

    fn orders(room: &mut DealRoom, act: Act, values: &[Value], targets: &[Target], _now: Instant) -> Option<Vec<Order>> {
        let command = if cases::is_verb(act) { room.case_command(act, values)? } else { room.deal_command(act, values)? };
        Some(vec![Order { command, targets: targets.to_vec() }])
    }

    fn told(room: &mut DealRoom, told: Told, cx: &mut C<'_>) {
        let Told::Facts(id, result) = told;
        room.facts_came(id, result, cx);
    }

    fn directory_came(room: &mut DealRoom, cx: &mut C<'_>) {
        if room.asked().is_some_and(|asked| asked.act == Act::DealReassign) {
            room.ask(cx, None);
        }
    }

    const UNDO_NEEDS: Option<Permission> = Some(Permission::DealWork);

    fn undo() -> Command {
        Command::Deal(DealCommand::Undo)
    }

    fn stays(act: Act) -> Option<&'static str> {
        match act {
            Act::DealNote | Act::CaseNote => Some("a note stays: add another that corrects it"),
            Act::DealAttach => Some("a document stays: attach another that corrects it"),
            _ if cases::is_verb(act) || act == Act::DealConflict => Some("what happens in a conflict stays: a party can appeal"),
            _ => None,
        }
    }

    fn outcome(events: &[Happening], names: &Names) -> String {
        words::outcome(events, names)
    }

    fn warns(_: &Self::Record, events: &[Happening]) -> bool {
        let is_incomplete = |event: &Happening| {
            matches!(event, Happening::Deal(DealEvent::Submitted { place: None, .. } | DealEvent::Resubmitted { place: None, .. }))
        };
        events.iter().any(is_incomplete)
    }

    fn refusal(refusal: &Refusal, beside: Option<DealId>, _names: &Names, (now, zone): (Instant, Tz)) -> String {
        match (refusal, beside) {
            (Refusal::NotNow { why, .. }, Some(id)) => without_name(why, id),
            _ => words::refusal(refusal, now, zone),
        }
    }

    fn subject(room: &DealRoom, act: Act) -> Option<String> {
        room.case_subject(act)
    }

    fn called(room: &DealRoom, act: Act, id: DealId) -> Option<String> {
        room.case_party(act, id)
    }

    fn summary(room: &DealRoom, act: Act, answers: &[Answer], names: &Names) -> Option<String> {
        let told = cases::summary(act, answers, names)?;
        Some(match room.marks_that_stay(act) {
            Some(marks) => format!("{told}; {marks}"),
            None => told,
        })
    }

    fn story_came(room: &mut DealRoom, cx: &mut C<'_>) {
        room.ask_case_again(cx);
    }

    /// Whoever withdraws from a conflict may end it, and the other goes on at once.
    fn is_weighed(room: &DealRoom, act: Act, of: DealId) -> bool {
        act == Act::DealWithdraw && room.open_case(of).is_some()
    }

    fn about_plan(room: &DealRoom, act: Act) -> Option<String> {
        room.about_case_plan(act)
    }

    fn comparison(room: &DealRoom, width: u16, now: Instant, zone: Tz) -> Option<Vec<Section>> {
        Some(room.dossier_sections(width, now, zone))
    }
}

impl DealTrade {
    /// The domain's verb of an action on a registration.
    pub const fn verb(act: Act) -> Option<DealVerb> {
        verbs::verb_of(act)
    }
}

impl DealRoom {
    /// The conflict of the registration under the cursor, once it is loaded.
    fn case_story(&self) -> Option<&CaseStory> {
        self.story()?.case.as_ref()
    }

    fn dossier_sections(&self, width: u16, now: Instant, zone: Tz) -> Vec<Section> {
        let line = |text: String, role| vec![Section::new("", vec![Row::text(text, role)])];
        let Some(story) = self.story() else { return line("…".to_owned(), Role::Dim) };
        let Some(case) = &story.case else {
            let mut sections = line(
                format!("It is in no conflict; {} opens one with another registration.", self.keys().spoken(Act::DealConflict)),
                Role::Strong,
            );
            sections.extend(story::sections(story, now, zone, self.keys()));
            return sections;
        };
        let CaseDossier { case, dossier, names, .. } = &case.dossier;
        dossier::sections(dossier::Shown { case, dossier, names, now, zone }, width)
    }
}
