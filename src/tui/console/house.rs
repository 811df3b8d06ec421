//! The driver of the whole console: the work of its rooms, and what concerns them all.

use super::{
    driver::{RoomDriver, Tell, follow, settle_in},
    leads::call,
};
use crate::{
    app::App,
    domain::id::OperatorId,
    tui::{
        Answers as Sender, Driver,
        furniture::work::Effect,
        rooms::leads::{Ask, LeadRoom, LeadTrade},
        shell,
    },
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::mpsc;

pub(super) struct ConsoleDriver {
    app: App,
    me: OperatorId,
    demo: Arc<AtomicBool>,
    leads: RoomDriver<LeadTrade>,
    /// Whether the person is called when something needs them.
    calls: bool,
    begun: bool,
}

impl ConsoleDriver {
    pub fn new(app: App, me: OperatorId, writing: mpsc::Sender<()>, demo: Arc<AtomicBool>, calls: bool) -> Self {
        Self { leads: RoomDriver::new(app.clone(), me, writing), app, me, demo, calls, begun: false }
    }
}

impl Driver<LeadRoom> for ConsoleDriver {
    fn start(&mut self, effect: Effect<LeadTrade>, answers: &Sender<LeadRoom>) {
        if !self.begun {
            self.begun = true;
            tokio::spawn(follow(self.app.clone(), answers.clone()));
            if self.calls {
                tokio::spawn(call(self.app.clone(), self.me, answers.clone()));
            }
            tokio::spawn(settle_in(self.app.clone(), answers.clone()));
        }
        if let Effect::Own(Ask::Demo) = effect {
            return self.demo.store(true, Ordering::SeqCst);
        }
        self.leads.start(effect, || {
            let answers = answers.clone();
            let tell: Tell<LeadTrade> = Arc::new(move |msg| answers.send(shell::Msg::Room(msg)).is_ok());
            tell
        });
    }
}
