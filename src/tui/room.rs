//! The interface between the shell and what is worked in it. See the module documentation of [`crate::tui`].

use super::{
    action::{Act, Availability, Context},
    canvas::Canvas,
    keymap::Keymap,
    widgets::{
        confirm::Confirm,
        form::{Form, Value},
        line::{Completion, Line},
    },
};
use crate::domain::{
    actor::{Actor, Permission},
    time::Instant,
};
use ratatui::layout::Rect;
use std::fmt::Debug;

/// A room: its state, how it changes, how it looks. It does no IO and never waits: what must be done elsewhere it
/// returns as an effect, and the answer comes back as a message.
pub trait Room: Sized + 'static {
    /// Answers of effects.
    type Msg: Send + 'static;
    /// Work for the driver: plain data, so that a test can look at it.
    type Effect: Debug + Send + 'static;
    /// What an open dialog is for. Holds record ids, never row numbers, because rows move while it is open.
    type Intent: Clone + Debug + PartialEq + 'static;

    /// The room's name for the status line.
    fn title(&self) -> &str;

    /// Called once before the first frame: ask for the first rows here.
    fn start(&mut self, cx: &mut Cx<Self>);

    /// Something in the database has changed, whoever changed it.
    fn changed(&mut self, _cx: &mut Cx<Self>) {}

    /// The zone in which times are told is known now.
    fn zoned(&mut self, _zone: chrono_tz::Tz) {}

    /// The contexts of the focused pane, innermost first, without `Global`.
    fn contexts(&self) -> &'static [Context];

    /// What the operator needs for an action here: to take something back needs what the room's own verbs need.
    fn permission(&self, act: Act) -> Option<Permission> {
        act.row().needs
    }

    /// Whether an action is possible now. The shell has already checked role, read-only mode and the connection.
    fn availability(&self, act: Act) -> Availability;

    /// Whether what was asked for will open a dialog when it comes: what is typed until then is meant for that.
    fn is_asking(&self) -> bool {
        false
    }

    /// The person does not wait for it any more.
    fn give_up(&mut self) {}

    /// What the hint bar shows, the most useful first; the shell adds its own.
    fn hints(&self) -> Vec<Act>;

    /// Performs an action. `count` is what was typed before it (`5j`).
    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx<Self>);

    fn update(&mut self, msg: Self::Msg, cx: &mut Cx<Self>);

    /// Called after every change and before every frame with the area of the next one: set the heights of lists and
    /// panes here and ask for rows that came into view, so that `view` changes nothing.
    fn layout(&mut self, area: Rect, cx: &mut Cx<Self>);

    fn view(&self, area: Rect, canvas: &mut Canvas<'_>);

    /// How often what is visible changes by time alone.
    fn pulse(&self, now: Instant) -> Pulse;

    /// A dialog was answered. A cancelled one says nothing, except an input line, which ends with [`Answer::Cancelled`].
    fn answered(&mut self, intent: Self::Intent, answer: Answer, cx: &mut Cx<Self>);

    /// The text of an input line changed: filter as you type.
    fn typing(&mut self, _intent: &Self::Intent, _text: &str, _cx: &mut Cx<Self>) {}

    /// What could stand at the cursor of an input line, and what is wrong with it. `cursor` counts bytes.
    fn complete(&self, _intent: &Self::Intent, _text: &str, _cursor: usize) -> Completion {
        Completion::default()
    }

    /// Called while a form is filled in: what will happen, or which field is wrong and why.
    fn check(&self, _intent: &Self::Intent, _values: &[Value]) -> Result<String, FieldError> {
        Ok(String::new())
    }
}

/// Which field of a form is wrong, from 0, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    pub field: usize,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A confirmation was given.
    Confirmed,
    /// A form was sent, one value per field.
    Filled(Vec<Value>),
    /// An input line was entered.
    Entered(String),
    /// An input line was left with Esc.
    Cancelled,
    /// The external editor came back.
    Edited(String),
}

/// How often the screen changes by time alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pulse {
    /// Never: no timer, no bytes.
    Still,
    Minute,
    Second,
}

/// What a room may ask of the shell while it handles something.
pub struct Cx<'a, R: Room> {
    pub now: Instant,
    pub actor: &'a Actor,
    pub(super) keymap: &'a Keymap,
    pub(super) asked: Vec<Ask<R>>,
}

pub(super) enum Ask<R: Room> {
    Run(R::Effect),
    Say(Tone, String),
    Copy(String),
    Confirm(Confirm, R::Intent),
    Form(Form, R::Intent),
    Line(Line, R::Intent),
    Edit(String, R::Intent),
    Perform(Act),
    Forget(R::Intent),
}

/// How much a message matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Leaves with the next key.
    Info,
    /// Stays until Esc acknowledges it.
    Error,
}

impl<R: Room> Cx<'_, R> {
    /// The key of an action as it is bound now, for a sentence that names it; nothing where it has none.
    pub fn key(&self, act: Act) -> Option<&str> {
        Some(self.keymap.label(act)).filter(|label| !label.is_empty())
    }

    /// Whether work was handed to the driver.
    pub(super) fn has_run(&self) -> bool {
        self.asked.iter().any(|ask| matches!(ask, Ask::Run(_)))
    }

    /// Whether a dialog was opened or something said.
    pub(super) fn shows_something(&self) -> bool {
        self.asked.iter().any(|ask| matches!(ask, Ask::Say(..) | Ask::Confirm(..) | Ask::Form(..) | Ask::Line(..)))
    }

    /// Hands work to the driver.
    pub fn run(&mut self, effect: R::Effect) {
        self.asked.push(Ask::Run(effect));
    }

    /// A line that tells what was done.
    pub fn say(&mut self, text: impl Into<String>) {
        self.asked.push(Ask::Say(Tone::Info, text.into()));
    }

    /// A line that stays until it is acknowledged.
    pub fn fail(&mut self, text: impl Into<String>) {
        self.asked.push(Ask::Say(Tone::Error, text.into()));
    }

    /// Puts text on the clipboard (OSC 52, so it works over SSH).
    pub fn copy(&mut self, text: impl Into<String>) {
        self.asked.push(Ask::Copy(text.into()));
    }

    /// Opens a confirmation; keys typed ahead of it are dropped.
    pub fn confirm(&mut self, confirm: Confirm, intent: R::Intent) {
        self.asked.push(Ask::Confirm(confirm, intent));
    }

    pub fn form(&mut self, form: Form, intent: R::Intent) {
        self.asked.push(Ask::Form(form, intent));
    }

    /// Opens the input line at the foot of the screen.
    pub fn line(&mut self, line: Line, intent: R::Intent) {
        self.asked.push(Ask::Line(line, intent));
    }

    /// Opens `$EDITOR` on `text`.
    pub fn edit(&mut self, text: impl Into<String>, intent: R::Intent) {
        self.asked.push(Ask::Edit(text.into(), intent));
    }

    /// What was typed into the form of this intent has been carried out: it opens empty the next time.
    pub fn forget(&mut self, intent: R::Intent) {
        self.asked.push(Ask::Forget(intent));
    }

    /// Lets a room within this one do something, and asks for what it asks for.
    pub(super) fn within<S: Room>(
        &mut self,
        effect: impl Fn(S::Effect) -> R::Effect,
        intent: impl Fn(S::Intent) -> R::Intent,
        call: impl FnOnce(&mut Cx<'_, S>),
    ) {
        let mut inner = Cx { now: self.now, actor: self.actor, keymap: self.keymap, asked: Vec::new() };
        call(&mut inner);
        self.asked.extend(inner.asked.into_iter().map(|ask| match ask {
            Ask::Run(wish) => Ask::Run(effect(wish)),
            Ask::Say(tone, text) => Ask::Say(tone, text),
            Ask::Copy(text) => Ask::Copy(text),
            Ask::Confirm(confirm, about) => Ask::Confirm(confirm, intent(about)),
            Ask::Form(form, about) => Ask::Form(form, intent(about)),
            Ask::Line(line, about) => Ask::Line(line, intent(about)),
            Ask::Edit(text, about) => Ask::Edit(text, intent(about)),
            Ask::Perform(act) => Ask::Perform(act),
            Ask::Forget(about) => Ask::Forget(intent(about)),
        }));
    }

    /// Performs another action as if its key had been pressed.
    pub fn perform(&mut self, act: Act) {
        self.asked.push(Ask::Perform(act));
    }
}
