//! The lead room: what the desk's furniture (see [`crate::tui::furniture`]) needs to know of leads.
//!
//! - `queues`: the tabs and orders; `table`: rows, columns and cells; `header`: the figures.
//! - `verbs`: an action becomes a command, or a question first; `forms` asks.
//! - `story`: the detail as sections; `compare`: a lead beside one that it resembles; `words`: events in words.

mod compare;
mod forms;
mod header;
mod queues;
mod story;
mod table;
mod verbs;
pub mod words;

use crate::{
    app::lead::view::{LeadDetail, PartnerChoice},
    domain::{
        actor::{Actor, Permission},
        filter,
        id::{DealId, LeadId, PartnerId},
        lead::{
            Lead, LeadCommand, LeadEvent, LeadVerb, Refusal,
            queue::{Kpis, LeadRow, Queue, Sort},
        },
        time::Instant,
        told::Names,
    },
    tui::{
        action::{Act, Availability, Context},
        canvas::Canvas,
        furniture::{Asked, Greeting, Look, Piece, Stock, Trade, Workroom, trade::Parted, words::without_name, work},
        keymap::Keymap,
        room::{Cx, FieldError},
        theme::Role,
        widgets::{
            countdown::Standing,
            form::{Form, Value},
            pane::Section,
            table::{Cell, Column},
        },
    },
};
use chrono_tz::Tz;
use ratatui::layout::Rect;

pub type LeadRoom = Workroom<LeadTrade>;
type C<'a> = Cx<'a, LeadRoom>;
type Target = work::Target<LeadTrade>;
type Answer = work::Answer<LeadTrade>;
type Order = work::Order<LeadTrade>;

/// The trade of the lead room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeadTrade;

/// What the lead room asks of the driver beside what every room does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Partners to choose from, for these leads.
    Partners { leads: Vec<LeadId> },
    /// Make drafts of registrations of these leads, each for the partner who has it.
    Register { leads: Vec<LeadId> },
    /// Leave, and open the demo database.
    Demo,
}

/// The answers.
#[derive(Debug)]
pub enum Told {
    Partners(Vec<LeadId>, Result<Vec<PartnerChoice>, String>),
    /// What became of each.
    Registered(Vec<(LeadId, Result<DealId, String>)>),
}

/// What the lead room keeps of its own.
#[derive(Debug, Default)]
pub struct Own {
    /// The partners of the open picker, in its order.
    partners: Vec<PartnerChoice>,
    last_partner: Option<PartnerId>,
    /// The sentence with which the picker comes back.
    refusal: Option<String>,
    /// The lead that is to be merged, while what it resembles is being looked for.
    merging: Option<LeadId>,
}

impl Stock for LeadTrade {
    type Id = LeadId;
    type Row = LeadRow;
    type Record = Lead;
    type Queue = Queue;
    type Sort = Sort;
    type Filters = filter::Leads;
    /// The number of the latest offer, for an answer to it; 0 without one.
    type Extra = u32;
    type Command = LeadCommand;
    type Event = LeadEvent;
    type Refusal = Refusal;
    type Detail = LeadDetail;
    type Figures = Kpis;

    fn id(row: &LeadRow) -> LeadId {
        row.id
    }

    fn version(row: &LeadRow) -> i64 {
        row.version
    }

    fn extra(row: &LeadRow) -> u32 {
        row.offers
    }

    /// A person who asks without a company goes by the own name.
    fn name(row: &LeadRow) -> &str {
        if row.company.is_empty() { &row.person } else { &row.company }
    }

    fn version_after(record: &Lead) -> i64 {
        record.version
    }

    fn row_of(lead: &Lead, names: &Names) -> LeadRow {
        LeadRow::of(lead, |id| names.partner(id), |id| names.operator(id))
    }

    /// What a lead in review resembles is named in its line, and not in the lead.
    fn row_again(before: &LeadRow, row: LeadRow) -> LeadRow {
        LeadRow { waiting: row.waiting.map(|waiting| waiting.named_as(before.waiting.as_ref())), ..row }
    }

    fn holds(queue: Queue, lead: &Lead, _row: &Self::Row, who: &Actor, (now, _): (Instant, Tz)) -> bool {
        queue.holds(lead, who.id, now)
    }

    fn id_of(detail: &LeadDetail) -> LeadId {
        detail.lead.id
    }
}

impl Look for LeadTrade {
    const TITLE: &'static str = "Leads";
    const NOUN: (&'static str, &'static str) = ("lead", "leads");
    const IN_TABLE: &'static [Context] = &[Context::List, Context::Leads];
    const IN_SIDE: &'static [Context] = &[Context::Pane, Context::Leads, Context::List];
    const COLUMNS: &'static [Column] = &table::COLUMNS;

    fn cells(row: &LeadRow, now: Instant) -> Vec<Cell<'_>> {
        table::cells(row, now)
    }

    fn columns(queue: Queue) -> &'static [Column] {
        if table::waits(queue) { &table::WAITING } else { &table::COLUMNS }
    }

    fn cells_in(queue: Queue, row: &LeadRow, now: Instant) -> Vec<Cell<'_>> {
        if table::waits(queue) { table::waiting_cells(row, now) } else { table::cells(row, now) }
    }

    fn standing(row: &LeadRow, now: Instant) -> Standing {
        table::standing(row, now)
    }

    fn story(detail: &LeadDetail, now: Instant, zone: Tz, _: &Keymap) -> Vec<Section> {
        story::sections(detail, now, zone)
    }

    fn first_facts(row: &LeadRow, now: Instant, zone: Tz) -> Vec<Section> {
        story::first_facts(row, now, zone)
    }

    fn figures(kpis: &Kpis, spelt: bool) -> Vec<Vec<Piece>> {
        header::figures(kpis, spelt)
    }

    fn greeting(address: &str, keys: &Keymap) -> Vec<Greeting> {
        let line = Greeting::new;
        vec![
            line("", "Welcome to Pilothouse", Role::Heading).air(),
            line("", "This database has no leads yet. You can", Role::Text),
            line("", "", Role::Text),
            line(keys.spoken(Act::LeadDemo), "look around in a channel in full swing, in a database of its own", Role::Strong),
            line("", "also: pilothouse demo", Role::Dim).air(),
            line("", "bring your own leads in, from another terminal; they appear here at once", Role::Strong),
            line("", "pilothouse import leads FILE.csv --dry-run", Role::Link).air(),
            line("", "open another database", Role::Strong),
            line("", "pilothouse --database postgres://USER@HOST/NAME", Role::Link).air(),
            line("", "", Role::Text),
            line("", address, Role::Dim),
        ]
    }
}

impl Trade for LeadTrade {
    type Ask = Ask;
    type Told = Told;
    type Own = Own;
    const HOME: Act = Act::RoomLeads;
    const COMPARE: &'static [Act] = &[Act::LeadCompare];
    const USEFUL_AT_FIRST: &'static [Act] = &[Act::LeadDemo];
    const SECTIONS: &'static [(Act, &'static str)] = &[(Act::LeadWhy, story::WHY), (Act::LeadTimeline, story::TIMELINE)];

    fn is_verb(act: Act) -> bool {
        verbs::verb_of(act).is_some() || act == Act::LeadRegister
    }

    fn possible(room: &LeadRoom, act: Act, row: &LeadRow) -> Availability {
        room.row_possible(act, row)
    }

    fn useful(row: &LeadRow) -> Vec<Act> {
        verbs::useful(row)
    }

    fn split(room: &LeadRoom, act: Act, targets: Vec<Target>) -> Result<Parted<Self>, String> {
        room.part_answerable(act, targets)
    }

    fn asks(act: Act) -> bool {
        forms::asks(act)
    }

    fn begin(room: &mut LeadRoom, act: Act, targets: Vec<Target>, cx: &mut C<'_>) {
        room.begin_verb(act, &targets, cx);
    }

    fn form(room: &LeadRoom, asked: &Asked<Self>) -> Option<Form> {
        room.form_of(asked)
    }

    fn ask_again(room: &mut LeadRoom, sentence: String, cx: &mut C<'_>) {
        room.ask_verb_again(sentence, cx);
    }

    fn check(room: &LeadRoom, act: Act, leads: &[LeadId], values: &[Value]) -> Result<String, FieldError> {
        room.check_form(act, leads, values)
    }

    fn orders(room: &mut LeadRoom, act: Act, values: &[Value], targets: &[Target], now: Instant) -> Option<Vec<Order>> {
        room.orders_of(act, values, targets, now)
    }

    fn act(_room: &mut LeadRoom, act: Act, cx: &mut C<'_>) -> bool {
        if act == Act::LeadDemo {
            cx.run(work::Effect::Own(Ask::Demo));
            cx.perform(Act::Quit);
        }
        act == Act::LeadDemo
    }

    fn told(room: &mut LeadRoom, told: Told, cx: &mut C<'_>) {
        match told {
            Told::Partners(leads, result) => room.partners_came(&leads, result, cx),
            Told::Registered(answers) => room.registered(&answers, cx),
        }
    }

    fn story_came(room: &mut LeadRoom, cx: &mut C<'_>) {
        room.story_for_merge_came(cx);
    }

    fn directory_came(room: &mut LeadRoom, cx: &mut C<'_>) {
        if room.asked().is_some_and(|asked| asked.act == Act::LeadHandOver) {
            room.ask(cx, None);
        }
    }

    const UNDO_NEEDS: Option<Permission> = Some(Permission::LeadWork);

    fn undo() -> LeadCommand {
        LeadCommand::Undo
    }

    fn stays(act: Act) -> Option<&'static str> {
        match act {
            Act::LeadNote => Some("a note stays: add another that corrects it"),
            Act::LeadMerge => Some("a merge stays: unmerge takes it apart again"),
            Act::LeadUnmerge => Some("it stays apart: merge it again"),
            Act::LeadClock => Some("the clock stays as it was derived"),
            _ => None,
        }
    }

    fn outcome(events: &[LeadEvent], names: &Names) -> String {
        words::outcome(events, names)
    }

    /// An operator may give a lead to whom the rules would not, and is told so before it is done.
    fn planned(_: &Lead, events: &[LeadEvent], names: &Names) -> String {
        let outcome = words::outcome(events, names);
        match events.iter().find_map(LeadEvent::against_the_rules) {
            Some((rule, detail)) => format!("{outcome}; against the rules ({}): {detail}", rule.subject()),
            None => outcome,
        }
    }

    fn warns(_: &Lead, events: &[LeadEvent]) -> bool {
        events.iter().any(|event| event.against_the_rules().is_some())
    }

    fn refusal(refusal: &Refusal, beside: Option<LeadId>, _names: &Names, (now, zone): (Instant, Tz)) -> String {
        match (refusal, beside) {
            (Refusal::NotNow { why, .. }, Some(id)) => without_name(why, id),
            _ => words::refusal(refusal, now, zone),
        }
    }

    fn about_plan(room: &LeadRoom, act: Act) -> Option<String> {
        room.rival().filter(|_| act == Act::LeadMerge).map(compare::verdict)
    }

    fn draw_compare(room: &LeadRoom, area: Rect, canvas: &mut Canvas<'_>) {
        room.draw_rival(area, canvas);
    }

    fn rivals(detail: &LeadDetail) -> usize {
        detail.duplicates.len()
    }
}

impl LeadTrade {
    /// The domain's verb of an action on a lead.
    pub const fn verb(act: Act) -> Option<LeadVerb> {
        verbs::verb_of(act)
    }
}

#[cfg(test)]
mod tests {
    use super::verbs::verb_of;
    use crate::tui::action::ACTIONS;

    #[test]
    fn every_lead_verb_has_an_action() {
        let verbs: std::collections::BTreeSet<_> = ACTIONS.iter().filter_map(|action| verb_of(action.id)).collect();
        assert_eq!(verbs.len(), 23, "{verbs:?}");
        assert!(ACTIONS.iter().filter(|action| verb_of(action.id).is_some()).all(crate::tui::action::Action::is_verb));
    }
}
