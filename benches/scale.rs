//! The console's speed at scale, on a database of invented leads. Not a timed test: it prints medians against budgets.
//!
//! `cargo bench --bench scale -- [sqlite|postgres://...] [LEADS]` (1,000,000 leads by default; the SQLite file is kept in
//! the target folder and used again when it has the right number).

mod common;

use pilothouse::{
    ambient::{Clock, Entropy},
    app::{App, Arriving, Command, LeadTarget, lead::receive::prepare},
    domain::{
        actor::Actor,
        filter,
        id::{LeadId, OperatorId},
        lead::{
            LeadCommand,
            queue::{From, PageRequest, Queue, Sort},
        },
        matching::MatchingPolicy,
        program,
        text::Text,
        time::{Instant, Span},
    },
    store::{Address, Db, Options},
};
use std::time::{Duration, Instant as Stopwatch};

const START: Instant = Instant::from_micros(1_772_442_000_000_000);
const BATCH: u64 = 5_000;
const SEED: u64 = 2026;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let place = args.first().map_or("sqlite", String::as_str);
    let leads: u64 = args.get(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let address = address(place, leads)?;
    let clock = Clock::manual(START);
    let mut options = Options::new(clock.clone(), Entropy::seeded(1));
    options.write_cache_mb = 256;
    let db = Db::open(address.clone(), options.clone()).await?;
    let app = App::new(db);
    let have = count(&app).await?;
    if have == 0 {
        settle(&app).await?;
    }
    fill(&app, have, leads).await?;
    println!();
    open_again(&address, &options).await?;
    pages(&app, &clock).await?;
    sweep(&app, &clock).await?;
    verify(&app).await?;
    crowd(&app).await?;
    Ok(())
}

async fn count(app: &App) -> anyhow::Result<u64> {
    let context: filter::Context<'_> = filter::Context { me: OperatorId(2), now: app.now(), zone: chrono_tz::UTC, marked: &[] };
    Ok(app.db().read().await?.count(Queue::All, None, &context, 1).await?.n)
}

fn address(place: &str, leads: u64) -> anyhow::Result<Address> {
    if place.starts_with("postgres") {
        return Ok(place.parse()?);
    }
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    Ok(Address::Sqlite(folder.join(format!("scale-{leads}.db"))))
}

async fn settle(app: &App) -> anyhow::Result<()> {
    let (engine, admin) = (Actor::engine().id, OperatorId(2));
    app.execute(engine, app.request(Command::FirstOperator { name: Text::clean("bench"), login: None })).await?;
    app.execute(admin, app.request(Command::Program { toml: program::DEMO.to_owned(), note: Text::default() })).await?;
    app.execute(admin, app.request(Command::Partners(common::partners(400)))).await?;
    Ok(())
}

/// Imports what is missing, on one thread that prepares and one that writes; prints the rate as the database grows.
async fn fill(app: &App, have: u64, leads: u64) -> anyhow::Result<()> {
    if have >= leads {
        println!("{have} leads are there already; the import is not measured");
        return Ok(());
    }
    let policy = app.rules().await?.program().matching.policy();
    let (send, receive) = std::sync::mpsc::sync_channel::<Vec<Arriving>>(2);
    let producer = std::thread::spawn(move || produce(have, leads, &policy, &send));
    let (began, mut last, mut done) = (Stopwatch::now(), Stopwatch::now(), have);
    let step = (leads / 10).max(BATCH);
    let mut told = have;
    while let Ok(batch) = receive.recv() {
        done += batch.len() as u64;
        app.execute(OperatorId(2), app.request(Command::Receive(batch))).await?;
        if done - told >= step || done == leads {
            println!(
                "import: {done:>9} leads, {:>6.0} leads/s over the last {}",
                (done - told) as f64 / last.elapsed().as_secs_f64(),
                done - told
            );
            (told, last) = (done, Stopwatch::now());
        }
    }
    let _ = producer.join();
    println!("import: {:.0} leads/s over all (budget 10,000)", (leads - have) as f64 / began.elapsed().as_secs_f64());
    Ok(())
}

fn produce(have: u64, leads: u64, policy: &MatchingPolicy, send: &std::sync::mpsc::SyncSender<Vec<Arriving>>) {
    let mut n = have;
    while n < leads {
        let until = (n + BATCH).min(leads);
        let batch = (n..until).map(|n| prepare(common::intake(SEED, n), policy)).collect();
        if send.send(batch).is_err() {
            return;
        }
        n = until;
    }
}

/// From nothing to the first page, as the console starts.
async fn open_again(address: &Address, options: &Options) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for _ in 0..15 {
        let began = Stopwatch::now();
        let db = Db::open(address.clone(), Options { write_cache_mb: 8, ..options.clone() }).await?;
        let app = App::new(db);
        app.rules().await?;
        page(&app, Queue::All, Sort::Due, None).await?;
        times.push(began.elapsed());
        app.db().close().await;
    }
    report("open, rules and first page", &mut times, "60 ms SQLite, 120 ms PostgreSQL");
    Ok(())
}

async fn page(app: &App, queue: Queue, sort: Sort, words: Option<&str>) -> anyhow::Result<usize> {
    let me = OperatorId(2);
    let now = app.now();
    let filter = words.map(|words| filter::parse(words).map_err(|error| anyhow::anyhow!("{error:?}"))).transpose()?;
    let request = PageRequest { queue, filter, sort, me, now, from: From::Start, limit: 60 };
    let context: filter::Context<'_> = filter::Context { me, now, zone: chrono_tz::UTC, marked: &[] };
    Ok(app.db().read().await?.page(&request, &context).await?.rows.len())
}

async fn pages(app: &App, clock: &Clock) -> anyhow::Result<()> {
    for queue in Queue::ALL {
        for sort in Sort::ALL {
            let mut times = Vec::new();
            for _ in 0..9 {
                let began = Stopwatch::now();
                page(app, queue, sort, None).await?;
                times.push(began.elapsed());
            }
            report(&format!("first rows: {}, {}", queue.title(), sort.title()), &mut times, "20 ms");
        }
    }
    clock.set(START.plus(Span::hours(1)));
    for words in ["anna", "nordor", "zanzelxan pumps", "qqqq", "a", "country:DE score>90 robotics", "-country:DE hiro", "country:JP mel"] {
        let mut times = Vec::new();
        let mut rows = 0;
        for _ in 0..9 {
            let began = Stopwatch::now();
            rows = page(app, Queue::All, Sort::Due, Some(words)).await?;
            times.push(began.elapsed());
        }
        report(&format!("filter `{words}` ({rows} rows)"), &mut times, "100 ms");
    }
    Ok(())
}

/// People who decide without a pause: what a decision costs when others decide too. A note only writes; taking a lead from
/// its partner for the next one also waits for whoever else routes.
async fn crowd(app: &App) -> anyhow::Result<()> {
    for (what, command) in [("note", LeadCommand::Note { text: Text::clean("called") }), ("reassign", LeadCommand::Reassign)] {
        for people in [1, 8] {
            let until = Stopwatch::now() + Duration::from_secs(4);
            let mut at_work = tokio::task::JoinSet::new();
            for person in 0..people {
                at_work.spawn(decide(app.clone(), person, command.clone(), until));
            }
            let mut times: Vec<Duration> = at_work.join_all().await.into_iter().flatten().collect();
            let rate = times.len() / 4;
            report(&format!("{what}: {people} at once, {rate} decisions a second"), &mut times, "");
        }
    }
    Ok(())
}

async fn decide(app: App, person: i64, command: LeadCommand, until: Stopwatch) -> Vec<Duration> {
    let mut times = Vec::new();
    let mut lead = 100 + person;
    while Stopwatch::now() < until {
        lead += 8;
        let targets = vec![LeadTarget::from(LeadId(lead))];
        let request = app.request(Command::Leads { targets, command: command.clone() });
        let began = Stopwatch::now();
        let decided = app.execute(OperatorId(2), request).await;
        if decided.is_ok_and(|outcome| outcome.seq.is_some()) {
            times.push(began.elapsed());
        }
    }
    times
}

/// Lets every offer run out and measures the first 10,000 of them.
async fn sweep(app: &App, clock: &Clock) -> anyhow::Result<()> {
    clock.set(START.plus(Span::hours(24 * 30)));
    let mut swept = 0;
    let began = Stopwatch::now();
    while swept < 10_000 {
        let outcome = app.execute(Actor::engine().id, app.request(Command::Sweep { limit: 2_000 })).await?;
        if outcome.items.is_empty() {
            break;
        }
        swept += outcome.items.len();
    }
    println!("{swept} breached offers reassigned and audited: {:.2?} (budget for 10,000: 2 s)", began.elapsed());
    Ok(())
}

async fn verify(app: &App) -> anyhow::Result<()> {
    let began = Stopwatch::now();
    let verdict = app.db().audit_verify(|_| {}).await?;
    println!("audit verify: {verdict:?} in {:.2?} (budget for 1,000,000 events: 5 s)", began.elapsed());
    Ok(())
}

fn report(what: &str, times: &mut [Duration], budget: &str) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!("{what:<52} median {:>9.2?}  worst {:>9.2?}  budget {budget}", at(50), at(100));
}
