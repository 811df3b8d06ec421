//! The driver of the house: the work of its rooms, and what concerns them all.

use super::{
    board::{self, BoardDriver},
    calls::call,
    driver::{RoomDriver, Supply, answer, follow, settle_in},
};
use crate::{
    app::App,
    domain::id::OperatorId,
    tui::{
        Answers as Sender, Driver,
        furniture::{Workroom, work},
        house::{Effect, House, Msg},
        room::Room,
        rooms::{
            board::{self as rooms_board, BoardRoom},
            deals::DealTrade,
            leads::{Ask, LeadTrade},
            mdf::MdfTrade,
            tiers::TierTrade,
        },
        shell,
    },
};
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::mpsc;

pub(super) struct HouseDriver {
    app: App,
    me: OperatorId,
    demo: Arc<AtomicBool>,
    leads: RoomDriver<LeadTrade>,
    deals: RoomDriver<DealTrade>,
    mdf: RoomDriver<MdfTrade>,
    tiers: RoomDriver<TierTrade>,
    board: BoardDriver,
    /// Whether the person is called when something needs them.
    calls: bool,
    begun: bool,
}

impl HouseDriver {
    pub fn new(app: App, me: OperatorId, writing: &mpsc::Sender<()>, demo: Arc<AtomicBool>, calls: bool) -> Self {
        let (leads, deals) = (RoomDriver::new(app.clone(), me, writing.clone()), RoomDriver::new(app.clone(), me, writing.clone()));
        let (mdf, tiers) = (RoomDriver::new(app.clone(), me, writing.clone()), RoomDriver::new(app.clone(), me, writing.clone()));
        let board = BoardDriver::new(app.clone(), me, writing.clone());
        Self { leads, deals, mdf, tiers, board, app, me, demo, calls, begun: false }
    }

    /// What goes on as long as the console is there, whatever room one is in.
    fn begin(&mut self, answers: &Sender<House>) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        tokio::spawn(follow(self.app.clone(), answers.clone()));
        if self.calls {
            tokio::spawn(call(self.app.clone(), self.me, answers.clone()));
        }
        tokio::spawn(settle_in(self.app.clone(), answers.clone()));
    }
}

impl Driver<House> for HouseDriver {
    fn start(&mut self, effect: Effect, answers: &Sender<House>) {
        self.begin(answers);
        match effect {
            Effect::Leads(work::Effect::Own(Ask::Demo)) => self.demo.store(true, Ordering::SeqCst),
            Effect::Leads(effect) => self.leads.start(effect, answers, Msg::Leads),
            Effect::Deals(effect) => self.deals.start(effect, answers, Msg::Deals),
            Effect::Mdf(effect) => self.mdf.start(effect, answers, Msg::Mdf),
            Effect::Tiers(effect) => self.tiers.start(effect, answers, Msg::Tiers),
            Effect::Board(ask) => self.board.start(ask, answers),
        }
    }
}

/// A room whose questions the app answers: what drives a room on a stage.
pub trait Answered: Room {
    /// The answer to one wish; nothing where there is none.
    fn answer(app: &App, me: OperatorId, effect: Self::Effect) -> impl Future<Output = Option<Self::Msg>> + Send;
}

impl<T: Supply> Answered for Workroom<T> {
    async fn answer(app: &App, me: OperatorId, effect: work::Effect<T>) -> Option<work::Msg<T>> {
        answer(app, me, effect).await
    }
}

impl Answered for BoardRoom {
    async fn answer(app: &App, me: OperatorId, ask: rooms_board::Ask) -> Option<rooms_board::Told> {
        Some(board::answer(app, me, ask).await)
    }
}

impl Answered for House {
    async fn answer(app: &App, me: OperatorId, effect: Effect) -> Option<Msg> {
        match effect {
            Effect::Leads(effect) => answer(app, me, effect).await.map(Msg::Leads),
            Effect::Deals(effect) => answer(app, me, effect).await.map(Msg::Deals),
            Effect::Mdf(effect) => answer(app, me, effect).await.map(Msg::Mdf),
            Effect::Tiers(effect) => answer(app, me, effect).await.map(Msg::Tiers),
            Effect::Board(ask) => Some(Msg::Board(board::answer(app, me, ask).await)),
        }
    }
}

/// How answers for one room reach the shell around the house.
pub(super) fn tell<M: 'static>(
    answers: &Sender<House>,
    msg: impl Fn(M) -> Msg + Send + Sync + 'static,
) -> Arc<dyn Fn(M) -> bool + Send + Sync> {
    let answers = answers.clone();
    Arc::new(move |told| answers.send(shell::Msg::Room(msg(told))).is_ok())
}
