//! What a room has to provide, in three parts that stand upon each other: [`Stock`], what is worked with; [`Look`], how
//! it looks; [`Trade`], what can be done with it and in which words it is told.

use super::{
    Workroom,
    verbs::Asked,
    work::{Answer, Order, Target},
};
use crate::{
    domain::{
        actor::{Actor, Permission},
        filter,
        id::Number,
        time::{Instant, Span},
        told::Names,
    },
    tui::{
        action::{Act, Availability, Context},
        canvas::Canvas,
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
use std::fmt::Debug;

/// A queue: a tab.
pub trait Tab: Copy + Debug + Eq + Send + Sync + 'static {
    const ALL: &'static [Self];
    /// The queue that holds every record.
    const EVERYTHING: Self;

    fn title(self) -> &'static str;

    /// The title where there is little room: one word.
    fn short(self) -> &'static str {
        self.title()
    }

    /// A record in it is too late: its count is shown with a mark.
    fn is_alarm(self) -> bool {
        false
    }

    /// Records come and go by time alone.
    fn turns_with_time(self) -> bool {
        false
    }

    /// What is opened from it is compared first.
    fn is_compared(self) -> bool {
        false
    }

    /// What is said where it is empty without a filter, and what to do then.
    fn nothing_here(self, keys: &Keymap) -> (&'static str, String);
}

/// An order in which queues stand. The first one is the order that a room begins with.
pub trait Sorting: Copy + Debug + Eq + Send + Sync + 'static {
    const ALL: &'static [Self];
    fn title(self) -> &'static str;
}

/// What is worked with: records, their lines, queues, commands and events. The type itself is only a name.
pub trait Stock: Copy + Debug + Eq + Send + Sync + 'static {
    type Id: Number;
    /// A line of a queue.
    type Row: Clone + Debug + Send + Sync + 'static;
    type Record: Clone + Debug + Send + Sync + 'static;
    type Queue: Tab;
    type Sort: Sorting;
    /// The words of the filter.
    type Filters: filter::Room<Id = Self::Id>;
    /// What a command has to know of what was on the screen, beside the version: the number of an offer.
    type Extra: Copy + Debug + Default + Eq + Send + Sync + 'static;
    type Command: Clone + Debug + Eq + Send + Sync + 'static;
    type Event: Clone + Debug + Send + Sync + 'static;
    type Refusal: Clone + Debug + Send + Sync + 'static;
    /// One record with everything that is known of it.
    type Detail: Debug + Send + 'static;
    /// The figures of the header.
    type Figures: Debug + Send + 'static;

    fn id(row: &Self::Row) -> Self::Id;
    fn version(row: &Self::Row) -> i64;
    fn extra(row: &Self::Row) -> Self::Extra;
    /// What a person calls it, beside its number: a company. Empty where nobody knows.
    fn name(row: &Self::Row) -> &str;
    /// The version of a record after what happened.
    fn version_after(record: &Self::Record) -> i64;
    fn row_of(record: &Self::Record, names: &Names) -> Self::Row;
    /// The same with what the line told before of what the record does not hold.
    fn row_again(_before: &Self::Row, row: Self::Row) -> Self::Row {
        row
    }
    /// Whether the record, with this line, stands in a queue.
    fn holds(queue: Self::Queue, record: &Self::Record, row: &Self::Row, who: &Actor, at: (Instant, Tz)) -> bool;
    fn id_of(detail: &Self::Detail) -> Self::Id;
}

/// A piece of a line.
pub type Piece = (String, Role);

/// A line of the first screen: the key that it is about, and whether air follows.
#[derive(Debug, Clone)]
pub struct Greeting {
    pub key: String,
    pub text: String,
    pub role: Role,
    pub air: bool,
}

impl Greeting {
    pub fn new(key: impl Into<String>, text: impl Into<String>, role: Role) -> Self {
        Self { key: key.into(), text: text.into(), role, air: false }
    }

    #[must_use]
    pub fn air(self) -> Self {
        Self { air: true, ..self }
    }
}

/// How it looks.
pub trait Look: Stock {
    /// The room's name for the status line.
    const TITLE: &'static str;
    /// What a record is called: one, and many.
    const NOUN: (&'static str, &'static str);
    /// The same as it is in a queue.
    fn noun(_queue: Self::Queue) -> (&'static str, &'static str) {
        Self::NOUN
    }
    /// The contexts of the keys while the table has the focus, and while the side has it; innermost first.
    const IN_TABLE: &'static [Context];
    const IN_SIDE: &'static [Context];
    /// The same while a comparison has it.
    const IN_COMPARISON: &'static [Context] = Self::IN_SIDE;
    /// A comparison needs more room than a story: from this width on it stands beside the table.
    const COMPARE_BESIDE: u16 = 170;
    /// In the order in which they stand; the first ones are the cursor.
    const COLUMNS: &'static [Column];

    /// The same as they are called in a queue.
    fn columns(_queue: Self::Queue) -> &'static [Column] {
        Self::COLUMNS
    }

    /// One cell a column.
    fn cells(row: &Self::Row, now: Instant) -> Vec<Cell<'_>>;
    /// The same as they are in a queue.
    fn cells_in(_queue: Self::Queue, row: &Self::Row, now: Instant) -> Vec<Cell<'_>> {
        Self::cells(row, now)
    }
    /// How the clock of a row stands.
    fn standing(row: &Self::Row, now: Instant) -> Standing;
    /// How the clock stands that a row shows in a queue.
    fn standing_in(_queue: Self::Queue, row: &Self::Row, now: Instant) -> Standing {
        Self::standing(row, now)
    }
    /// The whole story, and what the row alone tells until it is loaded.
    fn story(detail: &Self::Detail, now: Instant, zone: Tz, keys: &Keymap) -> Vec<Section>;
    fn first_facts(row: &Self::Row, now: Instant, zone: Tz) -> Vec<Section>;
    /// The figures of the header, the most important first; in full where there is room for it.
    fn figures(figures: &Self::Figures, spelt: bool) -> Vec<Vec<Piece>>;
    /// What an empty database says.
    fn greeting(address: &str, keys: &Keymap) -> Vec<Greeting>;
}

/// What can be done with it, and in which words it is told.
pub trait Trade: Look {
    /// What the room asks of the driver beside [`super::work::Browse`], and the answers.
    type Ask: Clone + Debug + Send + 'static;
    type Told: Debug + Send + 'static;
    /// What the room keeps of its own.
    type Own: Debug + Default + 'static;

    /// The action that goes to this room.
    const HOME: Act;
    /// Actions that show something else beside the table than the story: another record, or one side of this one.
    const COMPARE: &'static [Act];
    /// The contexts of keys while such an action's side is read.
    fn contexts_beside(_shown: Act) -> &'static [Context] {
        Self::IN_COMPARISON
    }

    /// Whether an action is a verb on records of this room.
    fn is_verb(act: Act) -> bool;

    /// Whether a verb is possible on a row, and if not, why.
    fn possible(room: &Workroom<Self>, act: Act, row: &Self::Row) -> Availability;

    /// The verbs that the record under the cursor most likely needs, the most useful first.
    fn useful(row: &Self::Row) -> Vec<Act>;

    /// The same while a comparison is read; nothing where it is the same.
    fn useful_in_comparison(_room: &Workroom<Self>) -> Option<Vec<Act>> {
        None
    }

    /// What helps in an empty database, and is possible only there.
    const USEFUL_AT_FIRST: &'static [Act];

    /// Verbs that are about no record that is there: they begin one, or concern the operator.
    const ABOUT_NONE: &'static [Act] = &[];
    /// Those of them that an empty queue offers.
    const BEGINS: &'static [Act] = &[];

    /// Actions that lead to a section of the story, with the words with which its title begins.
    const SECTIONS: &'static [(Act, &'static str)] = &[];

    /// Whether the story of a record has this section.
    fn has_section(_row: &Self::Row, _act: Act) -> bool {
        true
    }

    fn section(act: Act) -> Option<&'static str> {
        Self::SECTIONS.iter().find(|(known, _)| *known == act).map(|(_, title)| *title)
    }

    /// Parts from the marked records those for which a verb means nothing, with the reason: they are named in the plan.
    /// Fails with a sentence where nothing is left.
    fn split(_room: &Workroom<Self>, _act: Act, targets: Vec<Target<Self>>) -> Result<Parted<Self>, String> {
        Ok((targets, Vec::new()))
    }

    /// Whether an action asks for more than the record.
    fn asks(act: Act) -> bool;
    /// Carries a verb out that asks for nothing, or whatever it needs before its form can be opened.
    fn begin(room: &mut Workroom<Self>, act: Act, targets: Vec<Target<Self>>, cx: &mut Cx<'_, Workroom<Self>>);
    fn form(room: &Workroom<Self>, asked: &Asked<Self>) -> Option<Form>;
    /// Opens the form of the question again after it was refused.
    fn ask_again(room: &mut Workroom<Self>, sentence: String, cx: &mut Cx<'_, Workroom<Self>>) {
        room.ask(cx, Some(sentence));
    }
    /// What will happen with these values, or which is wrong.
    fn check(room: &Workroom<Self>, act: Act, records: &[Self::Id], values: &[Value]) -> Result<String, FieldError>;
    /// The orders that a form means; nothing where nothing was chosen.
    fn orders(room: &mut Workroom<Self>, act: Act, values: &[Value], targets: &[Target<Self>], now: Instant) -> Option<Vec<Order<Self>>>;
    /// What a form means where no command but the driver itself carries it out: it writes or reads a file.
    fn own_order(_room: &Workroom<Self>, _act: Act, _values: &[Value]) -> Option<Self::Ask> {
        None
    }
    /// An action that is about no record; false when it is none of the room's own.
    fn act(_room: &mut Workroom<Self>, _act: Act, _cx: &mut Cx<'_, Workroom<Self>>) -> bool {
        false
    }
    /// An answer to the room's own question.
    fn told(room: &mut Workroom<Self>, told: Self::Told, cx: &mut Cx<'_, Workroom<Self>>);
    /// Names have come that a picker may have waited for.
    fn directory_came(_room: &mut Workroom<Self>, _cx: &mut Cx<'_, Workroom<Self>>) {}

    /// What a verb is really about where that is not the record under the cursor: the title of its plan.
    fn subject(_room: &Workroom<Self>, _act: Act) -> Option<String> {
        None
    }
    /// How a record is called in such a plan.
    fn called(_room: &Workroom<Self>, _act: Act, _id: Self::Id) -> Option<String> {
        None
    }
    /// What such a verb did, in one sentence.
    fn summary(_room: &Workroom<Self>, _act: Act, _answers: &[Answer<Self>], _names: &Names) -> Option<String> {
        None
    }
    /// The story of the record under the cursor has come.
    fn story_came(_room: &mut Workroom<Self>, _cx: &mut Cx<'_, Workroom<Self>>) {}

    /// The comparison of this action was opened.
    fn compared(_room: &mut Workroom<Self>, _shown: Act, _cx: &mut Cx<'_, Workroom<Self>>) {}

    /// What the operator needs to take something back, if it is always the same; the app asks for what was done.
    const UNDO_NEEDS: Option<Permission>;
    /// The command that takes the last one back, and why a verb can't be taken back, as a sentence.
    fn undo() -> Self::Command;
    fn stays(_act: Act) -> Option<&'static str> {
        None
    }
    /// What a command did to a record, in a few words.
    fn outcome(events: &[Self::Event], names: &Names) -> String;
    /// The same as a plan tells it, before it is done: what a record was and will be.
    fn planned(_record: &Self::Record, events: &[Self::Event], names: &Names) -> String {
        Self::outcome(events, names)
    }
    /// Whether something is wrong with what a command did all the same.
    fn warns(_record: &Self::Record, _events: &[Self::Event]) -> bool {
        false
    }
    /// Why not, told now and in a zone; `beside` when the verb and the record stand beside it already.
    fn refusal(refusal: &Self::Refusal, beside: Option<Self::Id>, names: &Names, at: (Instant, Tz)) -> String;
    /// Whether its plan is shown first for this record, though not for each.
    fn is_weighed(_room: &Workroom<Self>, _act: Act, _of: Self::Id) -> bool {
        false
    }
    /// What else a plan about a single record should say.
    fn about_plan(_room: &Workroom<Self>, _act: Act) -> Option<String> {
        None
    }

    /// The comparison as text that scrolls, laid out for `width` columns; nothing where it is drawn.
    fn comparison(_room: &Workroom<Self>, _width: u16, _now: Instant, _zone: Tz) -> Option<Vec<Section>> {
        None
    }

    /// Draws the record beside another; how many others there are to choose from.
    fn draw_compare(_room: &Workroom<Self>, _area: Rect, _canvas: &mut Canvas<'_>) {}
    fn rivals(_detail: &Self::Detail) -> usize {
        0
    }
}

/// Records that a verb is about, and those that are put aside.
pub type Parted<T> = (Vec<Target<T>>, Vec<Answer<T>>);

/// Counts of queues that change by time alone are asked for again after this long, while a clock runs on the screen.
pub(super) const RECOUNT: Span = Span::from_micros(20_000_000);
