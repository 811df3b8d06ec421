//! `pilothouse`: the console on the configured database.

use super::{Call, demo};
use crate::{
    app::App,
    domain::lead::queue::Queue,
    error::{Error, Result},
    store::Backend,
    tui::{
        Settings,
        console::{self, ConsoleOptions, Ended},
        widgets::status::Banner,
    },
};
use std::io::IsTerminal;

/// Runs until the person leaves; from the first screen of an empty database the way leads to the demo.
pub async fn run(call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let banner = if call.config.production { Banner::Production } else { Banner::None };
    match open(&app, call, banner).await? {
        Ended::Left => Ok(()),
        Ended::Demo => {
            app.db().close().await;
            demo::run(demo::Args::default(), call).await
        }
    }
}

/// The console on an open database. On SQLite the engine works inside, because nobody may have started another one: a
/// second engine does no harm. On PostgreSQL it is a service of its own.
pub async fn open(app: &App, call: &Call<'_>, banner: Banner) -> Result<Ended> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Err(Error::expected("the console needs a terminal; `pilothouse print leads` shows a screen as text"));
    }
    let options = options(app, call, banner).await?;
    Ok(console::run(options).await?)
}

pub async fn options(app: &App, call: &Call<'_>, banner: Banner) -> Result<ConsoleOptions> {
    let variable = |name: &str| std::env::var(name).ok();
    let mut settings = Settings::from_environment(Some(call.config.folders.config.clone()), variable);
    settings.theme.clone_from(&call.config.theme);
    settings.keymap.clone_from(&call.config.keymap);
    let read_only = call.config.read_only;
    Ok(ConsoleOptions {
        operator: call.sign_in(app).await?,
        db: app.db().clone(),
        settings,
        banner,
        read_only,
        engine: !read_only && app.db().backend() == Backend::Sqlite,
        queue: Queue::All,
    })
}
