//! `pilothouse demo`: the console on a channel that is made up, in full swing.

use super::{
    Call, console,
    progress::{Progress, bar},
};
use crate::{
    ambient::Entropy,
    app::{App, demo},
    config::Named,
    domain::text::Text,
    error::{Error, Result},
    store::{Address, Db, Options},
    tui::widgets::status::Banner,
};
use std::path::PathBuf;

#[derive(Debug, Default, clap::Args)]
#[command(
    after_help = "Examples:\n  pilothouse demo\n  pilothouse demo --keep channel.db --make-only    then: pilothouse --database channel.db --as mara"
)]
pub struct Args {
    /// Keep the database in this file (default: a temporary one, removed on leaving)
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
    /// Another seed makes another channel
    #[arg(long, value_name = "N", default_value_t)]
    seed: u64,
    /// Make the database and leave
    #[arg(long, requires = "keep")]
    make_only: bool,
    #[command(flatten)]
    console: console::Args,
}

pub async fn run(args: Args, call: &mut Call<'_>) -> Result<()> {
    let folder = Folder::new(args.keep.as_deref(), call)?;
    if folder.file.exists() {
        return Err(Error::expected(format!("{} exists already; the demo begins with a new file", folder.file.display())));
    }
    let options = Options { write_cache_mb: 64, ..Options::new(call.clock.clone(), Entropy::seeded(args.seed)) };
    let db = Db::open(Address::Sqlite(folder.file.clone()), options).await?;
    let app = App::new(db);
    let progress = Progress::new();
    let made = demo::make(&app, args.seed, &mut |percent| progress.show(&format!("{} a month of a channel", bar(percent, 100)))).await;
    progress.clear();
    let made = made?;
    if args.make_only {
        app.db().close().await;
        return Ok(writeln!(call.out, "{} is ready: pilothouse --database {0} --as {}", folder.file.display(), demo::FIRST)?);
    }
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let traffic = tokio::spawn(demo::live(app.clone(), made, stopping));
    if call.config.operator.is_none() {
        call.config.operator = Some(Named { value: Text::clean(demo::FIRST), by: "the demo".to_owned() });
    }
    let left = console::open(&app, call, Banner::Demo, &args.console).await;
    let _ = stop.send(true);
    let _ = traffic.await;
    app.db().close().await;
    left.map(drop)
}

/// Where the demo's database is; a temporary folder is removed with everything in it.
struct Folder {
    file: PathBuf,
    temporary: Option<PathBuf>,
}

impl Folder {
    fn new(keep: Option<&std::path::Path>, call: &Call<'_>) -> Result<Self> {
        if let Some(file) = keep {
            return Ok(Self { file: file.to_owned(), temporary: None });
        }
        let folder = std::env::temp_dir().join(format!("pilothouse-demo-{}", call.entropy.uuid().simple()));
        std::fs::create_dir(&folder)?;
        Ok(Self { file: folder.join("demo.db"), temporary: Some(folder) })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(folder) = &self.temporary {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}
