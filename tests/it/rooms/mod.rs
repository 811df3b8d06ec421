//! The lead room on a real database: a channel, keys, the screen.

mod ahead;
mod board;
mod certificates;
pub mod channel;
mod contacts;
mod deals;
mod figures;
mod lines;
mod mdf;
mod onboarding;
mod queues;
mod tiers;
mod verbs;

use crate::support::databases::{self, Fresh};
use channel::{Channel, anna};
use pilothouse::{
    app::App,
    domain::time::Instant,
    store::Db,
    tui::{console, furniture::Station, rooms::leads::LeadRoom, shell, testing::Stage, widgets::status::Banner},
};

/// Wednesday, 2026-03-04 10:00 UTC, 11:00 in the program's zone.
pub const NOON: Instant = Instant::from_micros(1_772_618_400_000_000);

/// A room on a database, and the hands of an operator.
pub struct Desk {
    pub channel: Channel,
    pub stage: Stage<LeadRoom>,
    _fresh: Fresh,
}

impl Desk {
    pub async fn busy(width: u16, height: u16) -> Self {
        Self::opened(width, height, true).await
    }

    pub async fn empty(width: u16, height: u16) -> Self {
        Self::opened(width, height, false).await
    }

    async fn opened(width: u16, height: u16, busy: bool) -> Self {
        let fresh = databases::sqlite().await;
        fresh.db.options().clock.set(NOON);
        let app = App::new(fresh.db.clone());
        let channel = if busy { Channel::busy(app).await } else { Channel::empty(app).await };
        let stage = open(&fresh.db, width, height);
        let mut desk = Self { channel, stage, _fresh: fresh };
        desk.settle().await;
        desk
    }

    /// Answers everything that the room asks for.
    pub async fn settle(&mut self) {
        console::settle(&mut self.stage, &self.channel.app, &anna()).await;
    }

    /// Presses keys one by one, each after the room has come to rest.
    pub async fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.stage.now = self.channel.app.now();
            self.stage.keys(key);
            self.settle().await;
        }
        self
    }

    pub async fn text(&mut self, text: &str) -> &mut Self {
        self.stage.text(text);
        self.settle().await;
        self
    }

    /// What the change feed does.
    pub async fn changed(&mut self) -> &mut Self {
        self.stage.now = self.channel.app.now();
        self.stage.send(shell::Msg::Changed);
        self.settle().await;
        self
    }

    pub fn screen(&self) -> String {
        self.stage.screen_marked()
    }

    /// Puts the cursor on a lead, in the queue of all.
    pub async fn on(&mut self, lead: i64) -> &mut Self {
        self.press("7 ] / C-u").await.text(&format!("id:{lead}")).await;
        self.press("enter").await
    }
}

fn open(db: &Db, width: u16, height: u16) -> Stage<LeadRoom> {
    let zone = chrono_tz::Europe::Amsterdam;
    let place = console::place(db.address(), anna(), Banner::None, false, zone);
    let room = LeadRoom::new(Station { me: anna().id, zone, address: "sqlite:channel.db".to_owned() });
    Stage::new(room, place, (width, height), NOON)
}
