//! All screen state around a room, and how it changes: keys, dialogs, messages. `update` never waits and does no IO.

mod ahead;
mod dialogs;

use super::{
    action::{Act, Availability, Context},
    canvas::Canvas,
    input::Event,
    key::{Code, Key},
    keymap::{Keymap, Lookup, Next},
    notify::{Call, Calls},
    room::{Answer, Ask, Cx, Pulse, Room, Tone},
    theme::Theme,
    view,
    widgets::{
        confirm::Confirm,
        form::Form,
        line::Line,
        palette::Palette,
        pane::Pane,
        status::{Link, Place},
    },
};
use crate::domain::{
    problem::Problem,
    time::{Instant, MICROS_PER_MILLISECOND, Span},
};
use ratatui::layout::Rect;

/// What reaches the shell.
#[derive(Debug)]
pub enum Msg<M> {
    Input(Event),
    Resize(u16, u16),
    /// Time has passed; nothing else happened.
    Tick,
    Room(M),
    /// Something in the database has changed.
    Changed,
    Link(Link),
    Place(Box<Place>),
    /// The zone of the clock and of all times that are told.
    Zone(chrono_tz::Tz),
    /// A keymap or theme file has changed.
    FilesChanged,
    Keymap(Keymap, Vec<Problem>),
    Theme(Theme, Vec<Problem>),
    /// The editor came back with this text, or failed.
    Edited(Result<String, String>),
    /// Records need the person, who may look elsewhere.
    Calls(Vec<Call>),
    /// Something outside a room's control went wrong; shown until acknowledged.
    Fault(String),
}

/// What the shell asks of the loop.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect<E> {
    Room(E),
    Quit,
    Suspend,
    Redraw,
    Copy(String),
    /// Call the person by whatever means the terminal has.
    Notify(String),
    Edit(String),
    NextTheme,
    /// Read keymap and theme again.
    Reload,
    /// Load what suits a background of this kind, unless the user chose a theme.
    SuitBackground {
        dark: bool,
    },
    /// A confirmation opened: forget keys that were typed before it was seen.
    DropTyped,
}

/// A dialog above the room, the topmost last.
pub(super) enum Overlay<R: Room> {
    Palette(Palette),
    Help(Pane),
    Messages(Pane),
    Confirm(Confirm, R::Intent),
    Form(Form, R::Intent),
    Line(Line, R::Intent),
}

/// One line for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    pub at: Instant,
    pub tone: Tone,
    pub text: String,
}

pub struct Shell<R: Room> {
    pub room: R,
    pub place: Place,
    pub keymap: Keymap,
    pub theme: Theme,
    pub(super) now: Instant,
    pub(super) size: Rect,
    pub(super) overlays: Vec<Overlay<R>>,
    /// Keys of a chord so far.
    pub(super) pending: Vec<Key>,
    pub(super) count: Option<u32>,
    /// When a digit that nothing followed becomes the number of a room.
    count_ends: Option<Instant>,
    /// What was typed while a dialog is on its way.
    ahead: Vec<Event>,
    calls: Calls,
    /// What is shown at the foot; errors queue until each is acknowledged.
    pub(super) toasts: Vec<Toast>,
    /// How many of them were there when the dialog was opened that is.
    told_before: usize,
    pub(super) history: Vec<Toast>,
    /// Forms that were left with something typed in them.
    drafts: Vec<(R::Intent, Form)>,
    /// Who asked for the editor.
    editing: Option<Asker<R::Intent>>,
    last_verb: Option<(Act, Option<u32>)>,
    /// The verb that opened the form on top, to repeat it with the same values.
    last_form: Option<(Act, Form)>,
    repeating: bool,
}

/// Who asked for the editor.
enum Asker<I> {
    Room(I),
    /// The note of the form on top.
    Form,
}

/// Messages kept for the `messages` overlay.
const HISTORY_MAX: usize = 200;
const COUNT_MAX: u32 = 99_999;
const DRAFTS_MAX: usize = 20;

impl<R: Room> Shell<R> {
    pub fn new(room: R, place: Place, keymap: Keymap, theme: Theme, size: (u16, u16), now: Instant) -> Self {
        Self {
            room,
            place,
            keymap,
            theme,
            now,
            size: Rect::new(0, 0, size.0, size.1),
            overlays: Vec::new(),
            pending: Vec::new(),
            count: None,
            count_ends: None,
            ahead: Vec::new(),
            calls: Calls::default(),
            toasts: Vec::new(),
            told_before: 0,
            history: Vec::new(),
            drafts: Vec::new(),
            editing: None,
            last_verb: None,
            last_form: None,
            repeating: false,
        }
    }

    /// Once, before the first frame.
    pub fn start(&mut self) -> Vec<Effect<R::Effect>> {
        let mut effects = Vec::new();
        self.ask(None, &mut effects, R::start);
        self.settle(&mut effects);
        effects
    }

    pub fn update(&mut self, msg: Msg<R::Msg>, now: Instant) -> Vec<Effect<R::Effect>> {
        self.now = now;
        let had_dialog = !self.overlays.is_empty();
        let mut effects = Vec::new();
        match msg {
            Msg::Input(event) if self.is_ahead(&event) => self.hold(event),
            Msg::Input(Event::Key(key)) => self.key(key, &mut effects),
            Msg::Input(Event::Paste(text)) => self.paste(&text, &mut effects),
            Msg::Input(Event::Background { dark }) => effects.push(Effect::SuitBackground { dark }),
            Msg::Input(Event::Focus(_) | Event::Fence) => {}
            Msg::Tick => self.count_waited(&mut effects),
            Msg::Calls(calls) => self.calls.came(calls),
            Msg::Resize(width, height) => self.size = Rect::new(0, 0, width, height),
            Msg::Room(msg) => self.ask(None, &mut effects, |room, cx| room.update(msg, cx)),
            Msg::Link(link) => self.place.link = link,
            Msg::Place(place) => self.place = *place,
            Msg::Changed => self.ask(None, &mut effects, R::changed),
            Msg::Zone(zone) => {
                self.place.zone = zone;
                self.room.zoned(zone);
            }
            Msg::FilesChanged => effects.push(Effect::Reload),
            Msg::Keymap(keymap, problems) => {
                self.keymap = keymap;
                self.report(&problems);
            }
            Msg::Theme(theme, problems) => {
                self.theme = theme;
                self.report(&problems);
            }
            Msg::Edited(result) => self.edited(result, &mut effects),
            Msg::Fault(text) => self.tell(Tone::Error, text),
        }
        self.hand_over_typed(&mut effects);
        if let Some(text) = self.calls.tell(now) {
            self.tell(Tone::Info, text.clone());
            effects.push(Effect::Notify(text));
        }
        self.settle(&mut effects);
        if !had_dialog {
            self.told_before = self.toasts.len();
        }
        effects
    }

    /// The room learns its area after every change, so that drawing changes nothing.
    fn settle(&mut self, effects: &mut Vec<Effect<R::Effect>>) {
        let area = view::room_area(self.size);
        self.ask(None, effects, |room, cx| room.layout(area, cx));
        self.settle_panes();
    }

    pub fn view(&self, canvas: &mut Canvas<'_>) {
        view::view(self, canvas);
    }

    /// How often what is visible changes by time alone.
    pub fn pulse(&self) -> Pulse {
        let link = if matches!(self.place.link, Link::Stale { .. }) { Pulse::Second } else { Pulse::Still };
        self.room.pulse(self.now).max(link)
    }

    /// When time alone does something else than turning clocks, if it will.
    pub fn alarm(&self) -> Option<Instant> {
        self.count_ends.into_iter().chain(self.calls.due(self.now)).min()
    }

    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The newest message that is shown, if any.
    pub fn toast(&self) -> Option<&Toast> {
        self.toasts.last()
    }

    pub(super) fn contexts(&self) -> Vec<Context> {
        self.room.contexts().iter().copied().chain(std::iter::once(Context::Global)).collect()
    }

    /// Whether an action is possible now, and if not, the one most helpful reason.
    pub fn availability(&self, act: Act) -> Availability {
        let action = act.row();
        if let Some(permission) = self.room.permission(act)
            && let Err(refusal) = self.place.actor.may(permission)
        {
            return Availability::No(refusal);
        }
        if action.is_verb() && self.place.read_only {
            return Availability::no("this console was opened read-only");
        }
        if action.is_verb()
            && let Link::Stale { .. } = self.place.link
        {
            return Availability::no("the database does not answer; writing waits until it is back");
        }
        match act {
            Act::Quit | Act::Back | Act::Palette | Act::Help | Act::Redraw | Act::Suspend | Act::Theme | Act::Messages => Availability::Yes,
            Act::Repeat if self.last_verb.is_none() => Availability::no("nothing to repeat yet"),
            Act::Repeat => Availability::Yes,
            _ => self.room.availability(act),
        }
    }

    pub fn pending(&self) -> Option<Vec<(Key, Next)>> {
        match self.keymap.lookup(&self.contexts(), &self.pending) {
            Lookup::Pending(next) if !self.pending.is_empty() => Some(next),
            _ => None,
        }
    }

    fn key(&mut self, key: Key, effects: &mut Vec<Effect<R::Effect>>) {
        // A message that only informs has been seen when the next key comes.
        self.toasts.retain(|toast| toast.tone == Tone::Error);
        self.count_ends = None;
        if key.alt && !self.knows_alt(key) {
            // Escape and a key typed right after it arrive as Alt and the key. Nobody meant Alt here.
            self.key(Key::plain(Code::Esc), effects);
            self.key(Key { alt: false, ..key }, effects);
            return;
        }
        if self.overlays.is_empty() {
            self.room_key(key, effects);
        } else {
            self.dialog_key(key, effects);
        }
    }

    /// Whether Alt with this key means something here: a binding, or a motion by words in a text.
    fn knows_alt(&self, key: Key) -> bool {
        if !self.overlays.is_empty() {
            return matches!(key.code, Code::Backspace | Code::Left | Code::Right | Code::Char('b' | 'f'));
        }
        let keys: Vec<Key> = self.pending.iter().copied().chain(std::iter::once(key)).collect();
        self.keymap.lookup(&self.contexts(), &keys) != Lookup::NotFound
    }

    fn room_key(&mut self, key: Key, effects: &mut Vec<Effect<R::Effect>>) {
        if key.code == Code::Esc && (!self.pending.is_empty() || self.count.is_some()) {
            self.pending.clear();
            self.count = None;
            return;
        }
        if self.pending.is_empty()
            && let Some(digit) = key.typed().and_then(|c| c.to_digit(10))
            && (digit > 0 || self.count.is_some())
        {
            self.count = Some((self.count.unwrap_or(0) * 10 + digit).min(COUNT_MAX));
            let wait = self.keymap.chord_timeout_ms * MICROS_PER_MILLISECOND;
            self.count_ends = self.room_of_count().filter(|_| wait > 0).map(|_| self.now.plus(Span::from_micros(wait)));
            return;
        }
        self.pending.push(key);
        match self.keymap.lookup(&self.contexts(), &self.pending) {
            Lookup::Pending(_) => {}
            Lookup::Matched(act) => {
                self.pending.clear();
                let count = self.count.take();
                self.perform(act, count, effects);
            }
            Lookup::NotFound => {
                let typed = super::key::spell(&self.pending);
                self.pending.clear();
                self.count = None;
                let help = self.keymap.label(Act::Help);
                self.tell(Tone::Info, format!("`{typed}` does nothing here; {help} shows what does"));
            }
        }
    }

    /// Where a digit goes if nothing follows it soon.
    pub(super) fn room_that_waits(&self) -> Option<Act> {
        self.room_of_count().filter(|_| self.count_ends.is_some())
    }

    fn room_of_count(&self) -> Option<Act> {
        self.count.and_then(Act::room)
    }

    /// Nothing followed a digit in time: it is a room, unless a dialog came between.
    fn count_waited(&mut self, effects: &mut Vec<Effect<R::Effect>>) {
        if self.count_ends.is_some_and(|ends| ends <= self.now) {
            self.count_ends = None;
            if let Some(room) = self.room_of_count().filter(|_| self.overlays.is_empty()) {
                self.count = None;
                self.perform(room, None, effects);
            }
        }
    }

    /// Performs an action, or says why not.
    pub(super) fn perform(&mut self, act: Act, count: Option<u32>, effects: &mut Vec<Effect<R::Effect>>) {
        if let Availability::No(reason) = self.availability(act) {
            self.tell(Tone::Info, format!("{}: {reason}", act.row().label));
            return;
        }
        if act.row().is_verb() && act != Act::Undo {
            self.last_verb = Some((act, count));
        }
        match act {
            Act::Quit => effects.push(Effect::Quit),
            Act::Suspend => effects.push(Effect::Suspend),
            Act::Redraw => effects.push(Effect::Redraw),
            Act::Theme => effects.push(Effect::NextTheme),
            Act::Palette => self.overlays.push(Overlay::Palette(Palette::new(&self.contexts()))),
            Act::Help => self.overlays.push(Overlay::Help(Pane::default())),
            Act::Messages => self.overlays.push(Overlay::Messages(Pane::default())),
            // Messages are acknowledged one by one, the newest first, before the room hears of Esc.
            Act::Back if !self.toasts.is_empty() => drop(self.toasts.pop()),
            Act::Repeat => {
                if let Some((verb, earlier)) = self.last_verb {
                    self.repeating = true;
                    self.perform(verb, count.or(earlier), effects);
                    self.repeating = false;
                }
            }
            _ => self.ask(Some(act), effects, |room, cx| room.act(act, count, cx)),
        }
    }

    /// Lets the room act, and does what it asks for.
    fn ask(&mut self, verb: Option<Act>, effects: &mut Vec<Effect<R::Effect>>, call: impl FnOnce(&mut R, &mut Cx<'_, R>)) {
        let mut cx = Cx { now: self.now, actor: &self.place.actor, keymap: &self.keymap, asked: Vec::new() };
        call(&mut self.room, &mut cx);
        for ask in cx.asked {
            match ask {
                Ask::Run(effect) => effects.push(Effect::Room(effect)),
                Ask::Say(tone, text) => self.tell(tone, text),
                Ask::Copy(text) => effects.push(Effect::Copy(text)),
                Ask::Edit(text, intent) => {
                    self.editing = Some(Asker::Room(intent));
                    effects.push(Effect::Edit(text));
                }
                Ask::Perform(act) => self.perform(act, None, effects),
                Ask::Forget(intent) => self.drafts.retain(|(known, _)| *known != intent),
                Ask::Confirm(confirm, intent) => {
                    self.overlays.push(Overlay::Confirm(confirm, intent));
                    effects.push(Effect::DropTyped);
                }
                Ask::Form(form, intent) => self.open_form(form, intent, verb),
                Ask::Line(mut line, intent) => {
                    let completion = self.room.complete(&intent, line.text(), line.cursor());
                    line.begin(completion);
                    self.overlays.push(Overlay::Line(line, intent));
                }
            }
        }
    }

    fn tell(&mut self, tone: Tone, text: String) {
        let toast = Toast { at: self.now, tone, text };
        self.history.push(toast.clone());
        if self.history.len() > HISTORY_MAX {
            self.history.remove(0);
        }
        // News about the same kind replaces what only informs; errors wait their turn.
        self.toasts.retain(|shown| shown.tone == Tone::Error);
        if !self.toasts.iter().any(|shown| shown.text == toast.text) {
            self.toasts.push(toast);
        }
    }

    fn report(&mut self, problems: &[Problem]) {
        for problem in problems {
            self.tell(Tone::Error, problem.to_string());
        }
    }

    fn edited(&mut self, result: Result<String, String>, effects: &mut Vec<Effect<R::Effect>>) {
        match (self.editing.take(), result) {
            (_, Err(error)) => self.tell(Tone::Error, error),
            (Some(Asker::Room(intent)), Ok(text)) => self.ask(None, effects, |room, cx| room.answered(intent, Answer::Edited(text), cx)),
            (Some(Asker::Form) | None, Ok(text)) => {
                if let Some(Overlay::Form(form, _)) = self.overlays.last_mut() {
                    form.set_note(&text);
                }
                self.judge_form();
            }
        }
    }
}
