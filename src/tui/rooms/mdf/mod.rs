//! The funding room: what the desk's furniture (see [`crate::tui::furniture`]) needs to know of funds, requests and claims,
//! which stand in one list.
//!
//! - `queues`: the tabs and orders; `table`: rows, columns and cells; `header`: the figures.
//! - `entry`: a fund, a request and a claim as they are typed; `bank`: files to the bank and back.
//! - `verbs`: an action becomes a command, or a question first; `forms` ask. What moves money is planned first: the plan says
//!   what each fund holds before and after.
//! - `story`: an item as sections, its checks first; `funds`: all funds with their balances; `words`: events in words.

pub mod bank;
pub mod entry;
mod forms;
mod funds;
mod header;
mod queues;
mod story;
mod table;
mod verbs;
pub mod words;

use crate::{
    app::{
        MdfRecord,
        mdf::view::{FundView, MdfDetail},
    },
    domain::{
        actor::{Actor, Permission},
        escalation::Severity,
        id::{FundId, OperatorId, PartnerId},
        mdf::{
            Refusal,
            approval::{Delegation, Limit, Pin},
            batch,
            check::CheckKind,
            claim::{ClaimEvent, Content},
            fields::Funding,
            fund::{FundEvent, FundTerms},
            item::ItemId,
            queue::{Item, ItemRow, Kpis, Queue, Sort, Viewer},
            request::{Plan, RejectReason, RequestEvent},
        },
        money::{Currency, Money},
        program::ProofKind,
        text::Text,
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
use chrono_tz::Tz;

pub type MdfRoom = Workroom<MdfTrade>;
type C<'a> = Cx<'a, MdfRoom>;
type Target = work::Target<MdfTrade>;
type Order = work::Order<MdfTrade>;

/// The trade of the funding room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MdfTrade;

/// What is asked of items, whatever kind each is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Approve {
        on_behalf_of: Option<OperatorId>,
    },
    /// Less than was asked for, of the content that was seen.
    ApprovePart {
        amount: Money,
        seen: Pin,
    },
    Reject {
        reason: RejectReason,
    },
    RequestInfo {
        text: Text,
    },
    Submit,
    Resubmit,
    Withdraw,
    Flag {
        reason: Text,
    },
    Clear,
    Waive {
        check: CheckKind,
        reason: Text,
    },
    Check,
    /// All that may still be paid of it.
    Pay,
    ClawBack {
        key: Text,
        amount: Money,
        reference: Text,
    },
    /// Nothing more is paid, claimed or committed.
    Close,
    /// Attach what is on paper; the driver reads the file.
    Attach(Paper),
    Allocate {
        amount: Money,
        reason: Text,
    },
    Reduce {
        amount: Money,
        reason: Text,
    },
    /// From the fund that it is about to another.
    Move {
        to: FundId,
        amount: Money,
        reason: Text,
    },
    /// About nothing that is there yet.
    OpenFund {
        terms: Box<FundTerms>,
    },
    DraftRequest {
        fund: FundId,
        partner: PartnerId,
        plan: Box<Plan>,
        submit: bool,
    },
    /// On the request that it is about; the driver reads the files.
    DraftClaim {
        content: Box<Content>,
        papers: Vec<Paper>,
        submit: bool,
    },
    EditRequest {
        plan: Box<Plan>,
    },
    EditClaim {
        content: Box<Content>,
    },
    /// What the bank did with a payment.
    Bank {
        no: u32,
        answer: batch::Answer,
    },
    /// My own approvals, to a colleague.
    Delegate(Delegation),
    /// How much a colleague may approve at once.
    SetLimit(Limit),
    Assign {
        to: Option<OperatorId>,
    },
    Note {
        text: Text,
    },
    Escalate {
        severity: Severity,
        reason: Text,
    },
    Settle,
    Undo,
}

/// A document as it is named in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    pub kind: ProofKind,
    /// The path as it was typed.
    pub file: String,
}

/// What a command did to an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    Fund(FundEvent),
    Request(RequestEvent),
    Claim(ClaimEvent),
}

/// An item after a command, and the line that it is now.
#[derive(Debug, Clone)]
pub struct Record {
    pub record: MdfRecord,
    pub row: ItemRow,
}

/// What the room asks of the driver beside what every room does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// What a form needs to know of one item.
    Facts { id: ItemId },
    /// What new records are made of.
    Books,
    /// All funds.
    Funds,
    /// Write a file for the bank.
    Export(bank::Export),
    /// Take in the bank's answer from the file of this path.
    Answer { file: String },
}

/// The answers.
#[derive(Debug)]
pub enum Told {
    Facts(ItemId, Result<Option<Box<MdfDetail>>, String>),
    Books(Result<Box<entry::Books>, String>),
    Funds(Result<Vec<FundView>, String>),
    /// What became of a file, in a sentence.
    Bank(Act, Result<String, String>),
}

/// What the room keeps of its own.
#[derive(Debug, Default)]
pub struct Own {
    /// Of the item that the open form is about.
    facts: Option<Box<MdfDetail>>,
    /// The sentence with which the form comes back.
    refusal: Option<String>,
    books: Option<Box<entry::Books>>,
    funds: Option<Vec<FundView>>,
    grouping: funds::Grouping,
}

impl Record {
    fn version(&self) -> i64 {
        match &self.record {
            MdfRecord::Fund(fund) => fund.version,
            MdfRecord::Request(request) => request.version,
            MdfRecord::Claim(claim) => claim.version,
            MdfRecord::Batch(batch) => batch.version,
        }
    }
}

impl Stock for MdfTrade {
    type Id = ItemId;
    type Row = ItemRow;
    type Record = Record;
    type Queue = Queue;
    type Sort = Sort;
    type Filters = Funding;
    type Extra = ();
    type Command = Command;
    type Event = Happening;
    type Refusal = Refusal;
    type Detail = MdfDetail;
    type Figures = Vec<(Currency, Kpis)>;

    fn id(row: &ItemRow) -> ItemId {
        row.id
    }

    fn version(row: &ItemRow) -> i64 {
        row.version
    }

    fn extra(_row: &ItemRow) {}

    fn name(row: &ItemRow) -> &str {
        &row.title
    }

    fn version_after(record: &Record) -> i64 {
        record.version()
    }

    fn row_of(record: &Record, _names: &Names) -> ItemRow {
        record.row.clone()
    }

    fn holds(queue: Queue, record: &Record, _row: &Self::Row, who: &Actor, (now, _): (Instant, Tz)) -> bool {
        let item = match &record.record {
            MdfRecord::Fund(fund) => Item::Fund(fund),
            MdfRecord::Request(request) => Item::Request(request),
            MdfRecord::Claim(claim) => Item::Claim(claim),
            MdfRecord::Batch(_) => return false,
        };
        queue.holds(item, Viewer { actor: who, now })
    }

    fn id_of(detail: &MdfDetail) -> ItemId {
        id(detail)
    }
}

/// The item that a story is about.
const fn id(detail: &MdfDetail) -> ItemId {
    match detail {
        MdfDetail::Claim(detail) => ItemId::Claim(detail.claim.id),
        MdfDetail::Request(detail) => ItemId::Request(detail.request.id),
        MdfDetail::Fund(detail) => ItemId::Fund(detail.fund.id),
    }
}

const fn version(detail: &MdfDetail) -> i64 {
    match detail {
        MdfDetail::Claim(detail) => detail.claim.version,
        MdfDetail::Request(detail) => detail.request.version,
        MdfDetail::Fund(detail) => detail.fund.version,
    }
}

impl Look for MdfTrade {
    const TITLE: &'static str = "Funding";
    const NOUN: (&'static str, &'static str) = ("item", "items");
    const IN_TABLE: &'static [Context] = &[Context::List, Context::Mdf];
    const IN_SIDE: &'static [Context] = &[Context::Pane, Context::Mdf, Context::List];
    const COLUMNS: &'static [Column] = &table::STAGE_COLUMNS;
    const COMPARE_BESIDE: u16 = u16::MAX;

    fn columns(queue: Queue) -> &'static [Column] {
        table::columns(queue)
    }

    fn cells(row: &ItemRow, now: Instant) -> Vec<Cell<'_>> {
        table::cells(row, now)
    }

    fn standing(row: &ItemRow, now: Instant) -> Standing {
        table::standing(row, now)
    }

    fn story(detail: &MdfDetail, now: Instant, zone: Tz, _: &Keymap) -> Vec<Section> {
        story::sections(detail, now, zone)
    }

    fn first_facts(row: &ItemRow, now: Instant, zone: Tz) -> Vec<Section> {
        story::first_facts(row, now, zone)
    }

    fn figures(kpis: &Vec<(Currency, Kpis)>, spelt: bool) -> Vec<Vec<Piece>> {
        header::figures(kpis, spelt)
    }

    fn greeting(address: &str, keys: &Keymap) -> Vec<Greeting> {
        queues::greeting(address, keys)
    }
}

impl Trade for MdfTrade {
    type Ask = Ask;
    type Told = Told;
    type Own = Own;
    const HOME: Act = Act::RoomMdf;
    const COMPARE: &'static [Act] = &[Act::MdfFunds];
    const USEFUL_AT_FIRST: &'static [Act] = &[];
    const ABOUT_NONE: &'static [Act] = &[Act::MdfOpen, Act::MdfRequest, Act::MdfExport, Act::MdfAnswer, Act::MdfDelegate, Act::MdfLimit];
    const BEGINS: &'static [Act] = &[Act::MdfOpen, Act::MdfRequest];
    const SECTIONS: &'static [(Act, &'static str)] = &[(Act::MdfWhy, story::WHY), (Act::MdfTimeline, story::TIMELINE)];

    fn is_verb(act: Act) -> bool {
        verbs::is_verb(act)
    }

    fn possible(room: &MdfRoom, act: Act, row: &ItemRow) -> Availability {
        room.row_possible(act, row)
    }

    fn useful(row: &ItemRow) -> Vec<Act> {
        verbs::useful(row)
    }

    fn useful_in_comparison(room: &MdfRoom) -> Option<Vec<Act>> {
        let own = room.selected().and_then(|id| room.row(id)).map(verbs::useful).unwrap_or_default();
        Some([&[Act::MdfGroup][..], &own].concat())
    }

    fn split(_room: &MdfRoom, act: Act, targets: Vec<Target>) -> Result<Parted<Self>, String> {
        MdfRoom::part(act, targets)
    }

    fn asks(act: Act) -> bool {
        forms::asks(act)
    }

    fn begin(room: &mut MdfRoom, act: Act, targets: Vec<Target>, cx: &mut C<'_>) {
        room.begin_verb(act, &targets, cx);
    }

    fn form(room: &MdfRoom, asked: &Asked<Self>) -> Option<Form> {
        room.form_of(asked)
    }

    fn ask_again(room: &mut MdfRoom, sentence: String, cx: &mut C<'_>) {
        room.ask_verb_again(sentence, cx);
    }

    fn check(room: &MdfRoom, act: Act, _items: &[ItemId], values: &[Value]) -> Result<String, FieldError> {
        room.check_values(act, values)
    }

    fn orders(room: &mut MdfRoom, act: Act, values: &[Value], targets: &[Target], _now: Instant) -> Option<Vec<Order>> {
        let command = room.command_of(act, values, targets.first().map(|one| one.id))?;
        Some(vec![Order { command, targets: targets.to_vec() }])
    }

    fn own_order(_room: &MdfRoom, act: Act, values: &[Value]) -> Option<Ask> {
        MdfRoom::of_file(act, values)?.ok().map(|(ask, _)| ask)
    }

    fn told(room: &mut MdfRoom, told: Told, cx: &mut C<'_>) {
        match told {
            Told::Facts(id, result) => room.facts_came(id, result, cx),
            Told::Books(result) => room.books_came(result, cx),
            Told::Bank(act, result) => room.bank_answered(act, result, cx),
            Told::Funds(Ok(funds)) => room.own.funds = Some(funds),
            Told::Funds(Err(why)) => cx.fail(format!("the funds were not loaded: {why}")),
        }
    }

    fn directory_came(room: &mut MdfRoom, cx: &mut C<'_>) {
        if room.asked().is_some_and(|asked| asked.act == Act::MdfReassign) {
            room.ask(cx, None);
        }
    }

    const UNDO_NEEDS: Option<Permission> = Some(Permission::MdfWork);

    fn undo() -> Command {
        Command::Undo
    }

    fn stays(act: Act) -> Option<&'static str> {
        verbs::stays(act)
    }

    fn outcome(events: &[Happening], names: &Names) -> String {
        words::outcome(events, names)
    }

    fn planned(record: &Record, events: &[Happening], names: &Names) -> String {
        words::planned(&record.record, events, names)
    }

    fn warns(record: &Record, events: &[Happening]) -> bool {
        words::is_signed(events) && !words::to_be_looked_at(&record.record).is_empty()
    }

    fn refusal(refusal: &Refusal, beside: Option<ItemId>, names: &Names, (now, zone): (Instant, Tz)) -> String {
        match (refusal, beside) {
            (Refusal::NotNow { why, .. }, Some(id)) => without_name(why, id),
            _ => words::refusal(refusal, names, now, zone),
        }
    }

    fn story_came(room: &mut MdfRoom, cx: &mut C<'_>) {
        // The funds are read again with every story, so that they are never older than what stands beside them.
        if room.own.funds.is_some() {
            cx.run(work::Effect::Own(Ask::Funds));
        }
    }

    fn compared(_room: &mut MdfRoom, _shown: Act, cx: &mut C<'_>) {
        cx.run(work::Effect::Own(Ask::Funds));
    }

    /// What moves money between two is about the one from which it goes.
    fn subject(room: &MdfRoom, act: Act) -> Option<String> {
        let row = room.selected().and_then(|id| room.row(id)).filter(|_| act == Act::MdfMove)?;
        Some(format!("from {} {}", row.id, row.title))
    }

    fn summary(_room: &MdfRoom, act: Act, _answers: &[work::Answer<Self>], _names: &Names) -> Option<String> {
        match act {
            Act::MdfDelegate => Some("delegated: your colleague may approve for you with the key that stands in".to_owned()),
            Act::MdfLimit => Some("the limit is set".to_owned()),
            _ => None,
        }
    }

    fn act(room: &mut MdfRoom, act: Act, cx: &mut C<'_>) -> bool {
        if act != Act::MdfGroup {
            return false;
        }
        room.own.grouping = room.own.grouping.next();
        cx.say(format!("funds by {}", room.own.grouping.name()));
        true
    }

    fn comparison(room: &MdfRoom, width: u16, _now: Instant, _zone: Tz) -> Option<Vec<Section>> {
        let Some(funds) = &room.own.funds else { return Some(vec![Section::new("", vec![Row::text("…", Role::Dim)])]) };
        let own = room.story().map(funds::fund_of);
        Some(funds::sections(funds, own, room.own.grouping, width))
    }
}
