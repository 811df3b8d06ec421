//! The console on a database: the house, its driver and, where it is asked for, the engine beside it.

mod board;
mod calls;
mod deals;
mod driver;
mod house;
mod leads;
mod mdf;
mod tiers;

use super::{
    Settings,
    furniture::Station,
    house::{At, House},
    notify::Notify,
    shell::Msg,
    testing::Stage,
    theme::Theme,
    widgets::status::{Banner, Link, Place},
};
use crate::{
    app::{App, engine},
    domain::actor::Actor,
    store::{Address, Db},
};
use chrono_tz::Tz;
pub use driver::Supply;
use futures::future::LocalBoxFuture;
pub use house::Answered;
use house::HouseDriver;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::{mpsc, watch};

/// What the console opens on.
pub struct ConsoleOptions {
    pub db: Db,
    pub operator: Actor,
    pub settings: Settings,
    pub banner: Banner,
    pub read_only: bool,
    /// Sweep and route in this process as well.
    pub engine: bool,
    /// The room to begin in, and the name of its queue; the queue with everything where there is none.
    pub room: At,
    pub queue: Option<String>,
    /// The text of the filter to begin with; empty for none.
    pub filter: String,
}

/// Why the console ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Left,
    /// The person wants to see the demo database.
    Demo,
}

/// Writes that were sent are waited for this long after the screen has gone.
const LAST_WRITES: Duration = Duration::from_secs(10);

/// Runs the console until the person leaves. Nothing is read before the first frame but what it shows.
pub fn run(options: ConsoleOptions) -> LocalBoxFuture<'static, io::Result<Ended>> {
    Box::pin(async move {
        let ConsoleOptions { db, operator, settings, banner, read_only, engine, room, queue, filter } = options;
        let clock = db.options().clock.clone();
        let app = App::new(db);
        let (stop, stopped) = watch::channel(false);
        let engine = engine.then(|| tokio::spawn(engine::run(app.clone(), stopped)));
        let (writing, mut written) = mpsc::channel::<()>(1);
        let demo = Arc::new(AtomicBool::new(false));
        let place = place(app.db().address(), operator.clone(), banner, read_only, chrono_tz::UTC);
        let station = station(&app, &operator, chrono_tz::UTC);
        let house = House::new(&station, room).open(queue.as_deref(), &filter).map_err(io::Error::other)?;
        let calls = settings.notify != Notify::Off;
        let driver = HouseDriver::new(app, operator.id, &writing, Arc::clone(&demo), calls);
        drop(writing);
        // Boxed: the whole house is in it.
        let result = Box::pin(super::run(house, place, settings, driver, clock)).await;
        // A write that was on its way when the person left is carried through.
        let _ = tokio::time::timeout(LAST_WRITES, written.recv()).await;
        let _ = stop.send(true);
        if let Some(engine) = engine {
            let _ = tokio::time::timeout(LAST_WRITES, engine).await;
        }
        result.map(|()| if demo.load(Ordering::SeqCst) { Ended::Demo } else { Ended::Left })
    })
}

/// One screen as plain text, once everything on it is loaded.
pub fn print(options: &ConsoleOptions, size: (u16, u16)) -> LocalBoxFuture<'_, Result<String, String>> {
    Box::pin(async move {
        let app = App::new(options.db.clone());
        let rules = app.rules().await.map_err(|error| error.to_string())?;
        let zone = rules.program().zone;
        let place = place(app.db().address(), options.operator.clone(), options.banner, options.read_only, zone);
        let station = station(&app, &options.operator, zone);
        let house = House::new(&station, options.room).open(options.queue.as_deref(), &options.filter)?;
        let mut stage = Stage::new(house, place, size, app.now());
        stage.shell.theme = Theme::built_in("none", super::theme::Depth::None);
        settle(&mut stage, &app, &options.operator).await;
        Ok(stage.screen())
    })
}

/// Answers everything that a room on a stage asks for, until it asks no more: the driver of `print` and of tests.
pub async fn settle<R: Answered>(stage: &mut Stage<R>, app: &App, operator: &Actor) {
    loop {
        let effects = stage.take_effects();
        if effects.is_empty() {
            return;
        }
        for effect in effects {
            if let Some(msg) = R::answer(app, operator.id, effect).await {
                stage.now = app.now();
                stage.send(Msg::Room(msg));
            }
        }
    }
}

fn station(app: &App, operator: &Actor, zone: Tz) -> Station {
    Station { me: operator.id, zone, address: app.db().address().to_string() }
}

/// Where the console is, for the status line and every confirmation.
pub fn place(address: &Address, actor: Actor, banner: Banner, read_only: bool, zone: Tz) -> Place {
    Place { database: short_name(address), banner, actor, link: Link::Live, read_only, zone }
}

/// `channel.db`, `channel at db1`.
fn short_name(address: &Address) -> String {
    match address {
        Address::Sqlite(path) => path.file_name().map_or_else(|| address.to_string(), |name| name.to_string_lossy().into_owned()),
        Address::Postgres(_) => {
            let told = address.to_string();
            let place = told.split("://").nth(1).unwrap_or(&told);
            match place.split_once('/') {
                Some((host, name)) if !name.is_empty() => format!("{name} at {host}"),
                _ => place.to_owned(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_has_a_short_name_without_a_password() {
        let named = |text: &str| short_name(&text.parse().expect("an address"));
        assert_eq!(named("sqlite:/var/lib/pilothouse/channel.db"), "channel.db");
        assert_eq!(named("postgres://anna:secret@db1:5432/channel?sslmode=require"), "channel at db1:5432");
    }
}
