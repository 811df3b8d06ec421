//! `pilothouse`: the console on the configured database.

use super::{Call, demo, plain, print};
use crate::{
    app::App,
    error::{Error, Result},
    store::Backend,
    tui::{
        Settings,
        console::{self, ConsoleOptions, Ended},
        house::At,
        notify::{self, Notify},
        widgets::status::Banner,
    },
};
use std::io::IsTerminal;

#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "The console")]
#[group(skip)]
pub struct Args {
    /// The room to open (default: leads)
    #[arg(long, value_name = "ROOM", value_parser = print::rooms())]
    pub room: Option<At>,
    /// The queue to open, such as due-soon, breached (leads) or to-decide (deals); a wrong one names those of the room
    #[arg(long, value_name = "QUEUE")]
    pub queue: Option<String>,
    /// The filter to open with, such as `country:DE score>70` (leads) or `value>50000` (deals)
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// Print lines instead of a screen: what is there, then every change as it happens. For screen readers and logs
    #[arg(long)]
    pub plain: bool,
    /// With --plain: each line a JSON object
    #[arg(long, requires = "plain")]
    pub json: bool,
    /// How to call you when a lead or a deal of yours needs you: off, bell, osc9, osc99 (default: what the terminal understands)
    #[arg(long, value_name = "HOW", value_parser = notify::named)]
    pub notify: Option<Notify>,
}

impl Args {
    pub fn room(&self) -> At {
        self.room.unwrap_or(At::Leads)
    }

    /// The queue as the tab of the room has it.
    pub fn queue(&self) -> Result<Option<String>> {
        self.queue.as_deref().map(|name| print::queue_of(self.room(), name)).transpose()
    }
}

/// Runs until the person leaves; from the first screen of an empty database the way leads to the demo.
pub async fn run(args: &Args, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let banner = if call.config.production { Banner::Production } else { Banner::None };
    match open(&app, call, banner, args).await? {
        Ended::Left => Ok(()),
        Ended::Demo => {
            app.db().close().await;
            demo::run(demo::Args::default(), call).await
        }
    }
}

/// The console on an open database. On SQLite the engine works inside, because nobody may have started another one: a
/// second engine does no harm. On PostgreSQL it is a service of its own.
pub async fn open(app: &App, call: &mut Call<'_>, banner: Banner, args: &Args) -> Result<Ended> {
    // What is written wrong is told first, whatever the console lacks.
    args.queue()?;
    if args.plain {
        plain::run(app, call, args).await?;
        return Ok(Ended::Left);
    }
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Err(Error::expected(
            "the console needs a terminal; `pilothouse print leads` shows a screen as text, `pilothouse --plain` every change as a line",
        ));
    }
    let options = options(app, call, banner, args).await?;
    Ok(console::run(options).await?)
}

pub async fn options(app: &App, call: &Call<'_>, banner: Banner, args: &Args) -> Result<ConsoleOptions> {
    let variable = |name: &str| std::env::var(name).ok();
    let mut settings = Settings::from_environment(Some(call.config.folders.config.clone()), variable);
    settings.theme.clone_from(&call.config.theme);
    settings.keymap.clone_from(&call.config.keymap);
    settings.notify = args.notify.or(call.config.notify).unwrap_or(settings.notify);
    Ok(ConsoleOptions {
        operator: call.sign_in(app).await?,
        db: app.db().clone(),
        settings,
        banner,
        read_only: call.config.read_only,
        engine: has_engine(app, call),
        room: args.room(),
        queue: args.queue()?,
        filter: print::filter_of(args.room(), args.filter.as_deref())?,
    })
}

/// Whether the clocks are swept in this process.
pub fn has_engine(app: &App, call: &Call<'_>) -> bool {
    !call.config.read_only && app.db().backend() == Backend::Sqlite
}
