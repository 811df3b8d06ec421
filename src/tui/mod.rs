//! The console. State, update and view; no IO but in its loop.
//!
//! # How a room plugs in
//! A room implements [`room::Room`]: state, `act` (a key became an action), `update` (an answer came), `layout` (its
//! area), `view` (draws). It is pure: work is returned as `Effect` data through [`room::Cx`], the [`Driver`] does it on
//! other tasks and sends the answer as a message. The shell owns everything around it: status line, hint bar, keymap,
//! counts and chords, palette, help, dialogs, messages, drafts, permission and read-only checks.
//!
//! A room with queues does not implement it itself: it is a [`furniture::Workroom`] of its [`furniture::Trade`], which has
//! tabs, pages, marks, filter, plans and undo. The [`house::House`] is the room that the console runs: it holds the others.
//!
//! ```text
//! key -> keymap -> Act -> availability (role, read-only, stale, then Room::availability) -> Room::act
//!                                                              |  cx.run(effect) -> Driver -> Msg::Room -> Room::update
//!                                                              |  cx.form / cx.confirm / cx.line(.., intent)
//!                                                              |      -> Room::answered(intent, answer)
//!                                                              `  cx.say / cx.fail / cx.copy / cx.edit
//! after every change: Room::layout(area), then one draw: Room::view
//! ```
//!
//! - A verb on marked rows: `act` asks the driver for a plan; when it comes, `cx.confirm(Confirm::new(..).plan(rows), intent)`
//!   with the record ids in the intent; on `Answer::Confirmed` run the command.
//! - A verb with a reason: `cx.form(Form::new(..).field(Field::choice(..)).field(Field::note(..)), intent)`. When the
//!   database refuses, open the same form again with the same intent and `.refused(sentence)`: what was typed is still in it.
//! - The filter: `cx.line(Line::new("/", text), Intent::Filter)`; [`room::Room::typing`] filters as one types,
//!   [`room::Room::complete`] gives the menu and the caret; `Answer::Entered` or `Cancelled` ends it.
//! - Rows live in a [`widgets::list::List`]: `replace` for another queue, `refresh` after a change, `append`/`prepend`
//!   for pages, `remove` after one's own verb; `motion(act, count)` handles all of `list.*`; `want()` says what to load.
//! - Drawing: [`canvas::Canvas::put`] with a [`theme::Role`]; no code names a colour. `widgets::{table, tabs, pane, compare,
//!   chart, countdown}` draw the furniture. `pulse` says how often time alone changes what is visible:
//!   [`widgets::countdown::pulse`] per visible clock, the maximum of them.
//! - `Act::Back` reaches the room when nothing of the shell is open: close the detail, then clear the filter, then unmark.
//! - A scrolled table is scrolled by the terminal itself when it has the full width: put the detail below the table
//!   rather than beside it unless the screen is very wide.
//!
//! Tests drive all this through [`testing`]: a script of keys in, the screen as text out.

pub mod action;
pub mod canvas;
pub mod console;
pub mod furniture;
pub mod house;
pub mod input;
pub mod key;
pub mod keymap;
pub mod library;
pub mod notify;
pub mod paint;
pub mod reference;
pub mod room;
pub mod rooms;
mod settings;
pub mod shell;
pub mod terminal;
pub mod testing;
pub mod theme;
mod view;
pub mod widgets;

pub use settings::Settings;

use crate::ambient::Clock;
use crate::domain::time::{Instant, MICROS_PER_MINUTE, MICROS_PER_SECOND};
use canvas::Canvas;
use input::Event;
use ratatui::{buffer::Buffer, layout::Rect};
use room::{Pulse, Room};
use shell::{Effect, Msg, Shell};
use std::{collections::VecDeque, io, time::Duration};
use terminal::{Arrived, Terminal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant as Tick;

/// Answers to the screen: room messages, the state of the connection, faults.
pub type Answers<R> = UnboundedSender<Msg<<R as Room>::Msg>>;

/// Does a room's work, away from the screen: `start` must return at once and send answers when they are there.
pub trait Driver<R: Room> {
    fn start(&mut self, effect: R::Effect, answers: &Answers<R>);
}

/// No two frames are closer together than this.
const FRAME: Duration = Duration::from_millis(10);

/// Runs the console until the person leaves or the terminal goes. The terminal is given back on every way out.
pub async fn run<R: Room>(
    room: R,
    place: widgets::status::Place,
    settings: Settings,
    driver: impl Driver<R>,
    clock: Clock,
) -> io::Result<()> {
    let (answers, arriving) = unbounded_channel();
    let mut signals = Signals::new()?;
    let terminal = Terminal::open()?;
    let tell = answers.clone();
    terminal::restore_on_panic(move |panic| {
        let _ = tell.send(Msg::Fault(format!("something went wrong inside, the log has it: {}", panic.replace('\n', " "))));
    });
    let (theme, theme_problems) = settings.theme();
    let (keymap, keymap_problems) = settings.keymap();
    let mut shell = Shell::new(room, place, keymap.clone(), theme.clone(), terminal.size(), clock.now());
    let effects = shell.start();
    let _watch = settings.watch(answers.clone());
    let mut desk = Desk {
        shell,
        terminal,
        settings,
        driver,
        clock,
        answers,
        queue: VecDeque::new(),
        drawn: None,
        dirty: true,
        unseen: false,
        leaving: false,
    };
    desk.perform(effects).await?;
    desk.queue.extend([Msg::Theme(theme, theme_problems), Msg::Keymap(keymap, keymap_problems)]);
    desk.drain().await?;
    desk.draw()?;
    desk.terminal.question()?;
    desk.attend(arriving, &mut signals).await
}

/// Everything that the loop turns.
struct Desk<R: Room, D: Driver<R>> {
    shell: Shell<R>,
    terminal: Terminal,
    settings: Settings,
    driver: D,
    clock: Clock,
    answers: Answers<R>,
    queue: VecDeque<Msg<R::Msg>>,
    drawn: Option<Tick>,
    dirty: bool,
    /// A confirmation has opened and was not drawn yet: whatever is typed was not meant for it.
    unseen: bool,
    leaving: bool,
}

impl<R: Room, D: Driver<R>> Desk<R, D> {
    /// Input, changes or time; then all that has come; then at most one frame.
    async fn attend(&mut self, mut arriving: UnboundedReceiver<Msg<R::Msg>>, signals: &mut Signals) -> io::Result<()> {
        while !self.leaving {
            let frame_due = self.drawn.filter(|_| self.dirty).map(|drawn| drawn + FRAME);
            let now = self.clock.now();
            let alarm = self.shell.alarm().map(|at| Duration::from_micros(at.since(now).micros().max(0).unsigned_abs()));
            let tick_due = until_next(self.shell.pulse(), now).into_iter().chain(alarm).min().map(|wait| Tick::now() + wait);
            tokio::select! {
                biased;
                signal = signals.next() => self.signalled(signal)?,
                arrived = self.terminal.read() => match arrived {
                    Arrived::Events(events) => self.queue.extend(events.into_iter().map(Msg::Input)),
                    Arrived::Closed => self.leaving = true,
                },
                Some(msg) = arriving.recv() => {
                    self.queue.push_back(msg);
                    while let Ok(msg) = arriving.try_recv() {
                        self.queue.push_back(msg);
                    }
                }
                () = sleep_until(frame_due) => {}
                () = sleep_until(tick_due) => self.queue.push_back(Msg::Tick),
            }
            self.drain().await?;
            if self.dirty && !self.leaving && self.drawn.is_none_or(|drawn| drawn.elapsed() >= FRAME) {
                self.draw()?;
            }
        }
        Ok(())
    }

    async fn drain(&mut self) -> io::Result<()> {
        while let Some(msg) = self.queue.pop_front() {
            if self.unseen && is_typed(&msg) {
                continue;
            }
            self.dirty = true;
            let effects = self.shell.update(msg, self.clock.now());
            self.perform(effects).await?;
        }
        Ok(())
    }

    async fn perform(&mut self, effects: Vec<Effect<R::Effect>>) -> io::Result<()> {
        for effect in effects {
            match effect {
                Effect::Room(effect) => self.driver.start(effect, &self.answers),
                Effect::Quit => self.leaving = true,
                Effect::Suspend => self.terminal.suspend()?,
                Effect::Redraw => self.terminal.forget(),
                Effect::Copy(text) => {
                    if let Err(error) = self.terminal.copy(&text, self.settings.in_tmux) {
                        self.queue.push_back(Msg::Fault(format!("not copied: {error}")));
                    }
                }
                Effect::Notify(text) => self.terminal.notify(self.settings.notify, &text, self.settings.in_tmux)?,
                Effect::Edit(text) => {
                    let edited = self.terminal.lend(settings::edit(&self.settings.editor, text)).await?;
                    self.resized();
                    self.queue.push_back(Msg::Edited(edited));
                }
                Effect::Reload => {
                    let (theme, problems) = self.settings.theme();
                    self.queue.push_back(Msg::Theme(theme, problems));
                    let (keymap, problems) = self.settings.keymap();
                    self.queue.push_back(Msg::Keymap(keymap, problems));
                }
                Effect::NextTheme => {
                    let (theme, problems) = self.settings.next_theme();
                    self.queue.push_back(Msg::Theme(theme, problems));
                }
                Effect::SuitBackground { dark } => {
                    if let Some((theme, problems)) = self.settings.suit_background(dark) {
                        self.queue.push_back(Msg::Theme(theme, problems));
                    }
                }
                Effect::DropTyped => {
                    self.unseen = true;
                    self.queue.retain(|msg| !is_typed(msg));
                    let kept = self.terminal.drop_typed();
                    self.queue.extend(kept.into_iter().map(Msg::Input));
                }
            }
        }
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        let (frame, cursor) = compose(&self.shell);
        self.terminal.paint(&frame, cursor)?;
        self.drawn = Some(Tick::now());
        self.dirty = false;
        self.unseen = false;
        Ok(())
    }

    fn resized(&mut self) {
        let (width, height) = self.terminal.size();
        self.queue.push_back(Msg::Resize(width, height));
    }

    fn signalled(&mut self, signal: Signal) -> io::Result<()> {
        match signal {
            Signal::Leave => self.leaving = true,
            Signal::Stop => self.terminal.suspend()?,
            Signal::Continued => {
                self.terminal.resume()?;
                self.resized();
            }
            Signal::Resized => self.resized(),
        }
        Ok(())
    }
}

/// One frame as a buffer, with the text cursor.
pub fn compose<R: Room>(shell: &Shell<R>) -> (Buffer, Option<ratatui::layout::Position>) {
    let mut buffer = Buffer::empty(Rect { x: 0, y: 0, ..shell.size });
    let mut canvas = Canvas { buffer: &mut buffer, theme: &shell.theme, now: shell.now(), cursor: None, focused: true };
    shell.view(&mut canvas);
    let cursor = canvas.cursor;
    (buffer, cursor)
}

fn is_typed<M>(msg: &Msg<M>) -> bool {
    matches!(msg, Msg::Input(Event::Key(_) | Event::Paste(_)))
}

/// How long until time alone changes the screen: to the next whole second or minute, so that all clocks turn together.
fn until_next(pulse: Pulse, now: Instant) -> Option<Duration> {
    let step = match pulse {
        Pulse::Still => return None,
        Pulse::Minute => MICROS_PER_MINUTE,
        Pulse::Second => MICROS_PER_SECOND,
    };
    let wait = step - now.micros().rem_euclid(step);
    Some(Duration::from_micros(wait.unsigned_abs()))
}

async fn sleep_until(due: Option<Tick>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    Leave,
    Stop,
    Continued,
    Resized,
}

/// The signals that a console must answer.
struct Signals {
    all: Vec<(tokio::signal::unix::Signal, Signal)>,
}

impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let raw = |signal: rustix::process::Signal| SignalKind::from_raw(signal.as_raw());
        let kinds = [
            (SignalKind::terminate(), Signal::Leave),
            (SignalKind::hangup(), Signal::Leave),
            (SignalKind::quit(), Signal::Leave),
            (SignalKind::interrupt(), Signal::Leave),
            // A continuation that is still waiting belongs to an earlier stop than this one.
            (raw(rustix::process::Signal::CONT), Signal::Continued),
            (raw(rustix::process::Signal::TSTP), Signal::Stop),
            (SignalKind::window_change(), Signal::Resized),
        ];
        let all = kinds.into_iter().map(|(kind, meaning)| Ok((signal(kind)?, meaning))).collect::<io::Result<_>>()?;
        Ok(Self { all })
    }

    async fn next(&mut self) -> Signal {
        std::future::poll_fn(|cx| {
            for (signal, meaning) in &mut self.all {
                if signal.poll_recv(cx).is_ready() {
                    return std::task::Poll::Ready(*meaning);
                }
            }
            std::task::Poll::Pending
        })
        .await
    }
}
