//! Where a bench at scale runs, and how it says what it measured.

use pilothouse::{
    ambient::{Clock, Entropy},
    app::{App, Command},
    domain::{
        actor::Actor,
        id::OperatorId,
        program,
        text::Text,
        time::{Instant, Span},
    },
    store::{Address, Db, Options},
};
use std::time::{Duration, Instant as Stopwatch};

/// Whoever does everything that is measured.
pub const ADMIN: OperatorId = OperatorId(2);
/// Of what is invented.
pub const SEED: u64 = 2026;
/// A Monday morning.
const START: Instant = Instant::from_micros(1_772_442_000_000_000);

/// The console on a database for so many records.
pub struct Place {
    pub app: App,
    /// How many records are asked for.
    pub wanted: u64,
    clock: Clock,
    address: Address,
    options: Options,
}

impl Place {
    /// From the command line: `[sqlite|postgres://...] [RECORDS]`, a million without. A SQLite file is named after `name` and
    /// the number, and kept.
    pub async fn of_arguments(name: &str) -> anyhow::Result<Self> {
        let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
        let wanted: u64 = args.get(1).map_or(Ok(1_000_000), |text| text.parse())?;
        let address = match args.first() {
            Some(address) if address.starts_with("postgres") => address.parse()?,
            _ => Address::Sqlite(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{wanted}.db"))),
        };
        let clock = Clock::manual(START);
        // Of no seed: on a file that is used again a seed gives numbers of commands that were carried out before.
        let mut options = Options::new(clock.clone(), Entropy::System);
        options.write_cache_mb = 256;
        let app = App::new(Db::open(address.clone(), options.clone()).await?);
        Ok(Self { app, wanted, clock, address, options })
    }

    /// A new database gets its first operator, the demo program and partners.
    pub async fn settle(&self) -> anyhow::Result<()> {
        let app = &self.app;
        let first = Command::FirstOperator { name: Text::clean("bench"), login: None };
        app.execute(Actor::engine().id, app.request(first)).await?;
        app.execute(ADMIN, app.request(Command::Program { toml: program::DEMO.to_owned(), note: Text::default() })).await?;
        app.execute(ADMIN, app.request(Command::Partners(super::partners(400)))).await?;
        Ok(())
    }

    pub fn pass(&self, hours: i64) {
        self.clock.set(START.plus(Span::hours(hours)));
    }

    /// From nothing to the first page, as the console starts.
    pub async fn open_again(&self, first_page: impl AsyncFn(&App) -> anyhow::Result<usize>) -> anyhow::Result<()> {
        let mut times = Vec::new();
        for _ in 0..15 {
            let began = Stopwatch::now();
            let app = App::new(Db::open(self.address.clone(), Options { write_cache_mb: 8, ..self.options.clone() }).await?);
            app.rules().await?;
            first_page(&app).await?;
            times.push(began.elapsed());
            app.db().close().await;
        }
        report("open, rules and first page", &mut times, "60 ms SQLite, 120 ms PostgreSQL");
        Ok(())
    }
}

/// How long a page takes, nine times; gives its rows.
pub async fn time_page(what: &str, budget: &str, page: impl AsyncFn() -> anyhow::Result<usize>) -> anyhow::Result<()> {
    let (mut times, mut rows) = (Vec::new(), 0);
    for _ in 0..9 {
        let began = Stopwatch::now();
        rows = page().await?;
        times.push(began.elapsed());
    }
    report(&format!("{what} ({rows} rows)"), &mut times, budget);
    Ok(())
}

pub fn report(what: &str, times: &mut [Duration], budget: &str) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!("{what:<58} median {:>9.2?}  p99 {:>9.2?}  worst {:>9.2?}  budget {budget}", at(50), at(99), at(100));
}

/// How fast records come in, told a tenth at a time.
pub struct Rate {
    what: &'static str,
    began: Stopwatch,
    last: Stopwatch,
    first: u64,
    told: u64,
    step: u64,
    wanted: u64,
}

impl Rate {
    pub fn new(what: &'static str, have: u64, wanted: u64, batch: u64) -> Self {
        let now = Stopwatch::now();
        Self { what, began: now, last: now, first: have, told: have, step: (wanted / 10).max(batch), wanted }
    }

    /// So many are there now.
    pub fn reached(&mut self, done: u64) {
        if done - self.told >= self.step || done == self.wanted {
            let rate = (done - self.told) as f64 / self.last.elapsed().as_secs_f64();
            println!("{}: {done:>9}, {rate:>6.0} a second over the last {}", self.what, done - self.told);
            (self.told, self.last) = (done, Stopwatch::now());
        }
    }

    pub fn over_all(&self) -> f64 {
        (self.wanted - self.first) as f64 / self.began.elapsed().as_secs_f64()
    }
}
