//! The deal desk's speed at scale, on a database of invented registrations. Not a timed test: it prints medians against
//! budgets.
//!
//! `cargo bench --bench deals -- [sqlite|postgres://...] [REGISTRATIONS]` (1,000,000 by default; the SQLite file is kept in
//! the target folder and used again when it has the right number).

mod common;

use pilothouse::{
    ambient::{Clock, Entropy},
    app::{App, Command, DealTarget, Registering, deal::view::DealViewer},
    domain::{
        actor::Actor,
        deal::{
            Customer, DealCommand, Details, Scope,
            queue::{From, PageRequest, Queue, Sort},
        },
        filter,
        id::{DealId, OperatorId, PartnerId},
        money::Money,
        program,
        text::Text,
        time::{Instant, Span},
    },
    store::{Address, Db, Options},
};
use std::time::{Duration, Instant as Stopwatch};

const START: Instant = Instant::from_micros(1_772_442_000_000_000);
const BATCH: u64 = 2_000;
const SEED: u64 = 2026;
const ADMIN: OperatorId = OperatorId(2);
/// Of the demo program.
const PRODUCTS: [&str; 3] = ["Switching", "Wireless", "Video"];
/// So many of the last registrations become protected, to expire in the sweep.
const PROTECTED: u64 = 100_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let place = args.first().map_or("sqlite", String::as_str);
    let deals: u64 = args.get(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let address = address(place, deals)?;
    let clock = Clock::manual(START);
    let mut options = Options::new(clock.clone(), Entropy::seeded(1));
    options.write_cache_mb = 256;
    let app = App::new(Db::open(address.clone(), options.clone()).await?);
    let have = app.deal_counts(&viewer(), Queue::All, None, app.now()).await?.queues.last().map_or(0, |count| count.n);
    if have == 0 {
        settle(&app).await?;
    }
    fill(&app, have, deals).await?;
    println!();
    open_again(&address, &options).await?;
    pages(&app).await?;
    submissions(&app, deals).await?;
    sweep(&app, &clock, deals).await?;
    Ok(())
}

fn viewer() -> DealViewer {
    DealViewer { me: ADMIN, zone: chrono_tz::UTC, marked: Vec::new() }
}

fn address(place: &str, deals: u64) -> anyhow::Result<Address> {
    if place.starts_with("postgres") {
        return Ok(place.parse()?);
    }
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    Ok(Address::Sqlite(folder.join(format!("deals-{deals}.db"))))
}

async fn settle(app: &App) -> anyhow::Result<()> {
    let first = Command::FirstOperator { name: Text::clean("bench"), login: None };
    app.execute(Actor::engine().id, app.request(first)).await?;
    app.execute(ADMIN, app.request(Command::Program { toml: program::DEMO.to_owned(), note: Text::default() })).await?;
    app.execute(ADMIN, app.request(Command::Partners(common::partners(400)))).await?;
    Ok(())
}

/// Registration number `n`: the customer of a lead of that number (one in thirty was there before), of any of 400 partners.
fn registering(n: u64) -> Registering {
    let intake = common::intake(SEED, n);
    let customer = Customer {
        name: intake.company,
        country: intake.country,
        city: intake.city,
        postal_code: intake.postal_code,
        website: intake.website,
        ..Customer::default()
    };
    let details = Details {
        source: Text::clean("bench"),
        source_key: Text::clean(&format!("bench/{n}")),
        customer,
        scope: Scope::new([Text::clean(PRODUCTS[usize::try_from(n % 3).unwrap_or(0)])]),
        value: "EUR".parse().ok().map(|euro| Money::new(i64::try_from(600_000 + n % 9_000_000).unwrap_or(600_000), euro)),
        close_on: "2026-12-01".parse().ok(),
        contact: intake.person,
        ..Details::default()
    };
    Registering { partner: PartnerId(1 + i64::try_from(n % 400).unwrap_or(0)), details, account: None, submit: true }
}

async fn fill(app: &App, have: u64, deals: u64) -> anyhow::Result<()> {
    if have >= deals {
        println!("{have} registrations are there already; taking them in is not measured");
        return Ok(());
    }
    let (began, mut last, mut done, mut told) = (Stopwatch::now(), Stopwatch::now(), have, have);
    let (mut conflicts, step) = (0, (deals / 10).max(BATCH));
    while done < deals {
        let until = (done + BATCH).min(deals);
        let outcome = app.execute(ADMIN, app.request(Command::Register((done..until).map(registering).collect()))).await?;
        conflicts += outcome.cases.len();
        done = until;
        if done - told >= step || done == deals {
            let rate = (done - told) as f64 / last.elapsed().as_secs_f64();
            println!("register: {done:>9} registrations, {rate:>6.0} a second over the last {}, {conflicts} conflicts", done - told);
            (told, last) = (done, Stopwatch::now());
        }
    }
    println!("register: {:.0} a second over all", (deals - have) as f64 / began.elapsed().as_secs_f64());
    approve(app, deals).await
}

/// The last of them that nothing holds are protected from now on.
async fn approve(app: &App, deals: u64) -> anyhow::Result<()> {
    let (began, mut approved) = (Stopwatch::now(), 0);
    let mut from = deals - deals.min(PROTECTED);
    while from < deals {
        let until = (from + BATCH).min(deals);
        let targets = (from..until).map(|n| DealTarget::from(DealId(i64::try_from(n + 1).unwrap_or(0)))).collect();
        let outcome = app.execute(ADMIN, app.request(Command::Deals { targets, command: DealCommand::Approve })).await?;
        approved += outcome.deals.iter().filter(|item| item.result.is_ok()).count();
        from = until;
    }
    println!("approve: {approved} protected, {:.0} a second", approved as f64 / began.elapsed().as_secs_f64());
    Ok(())
}

/// From nothing to the first page, as the console starts.
async fn open_again(address: &Address, options: &Options) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for _ in 0..15 {
        let began = Stopwatch::now();
        let app = App::new(Db::open(address.clone(), Options { write_cache_mb: 8, ..options.clone() }).await?);
        app.rules().await?;
        page(&app, Queue::ToDecide, Sort::Due, None).await?;
        times.push(began.elapsed());
        app.db().close().await;
    }
    report("open, rules and first page", &mut times, "60 ms SQLite, 120 ms PostgreSQL");
    Ok(())
}

async fn page(app: &App, queue: Queue, sort: Sort, words: Option<&str>) -> anyhow::Result<usize> {
    let filter = words.map(|words| filter::parse(words).map_err(|error| anyhow::anyhow!("{error:?}"))).transpose()?;
    let request = PageRequest { queue, filter, sort, me: ADMIN, now: app.now(), from: From::Start, limit: 60 };
    Ok(app.deal_page(&request, &viewer()).await?.rows.len())
}

async fn pages(app: &App) -> anyhow::Result<()> {
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
    for words in ["nordor", "zanzelxan pumps", "qqqq", "a", "country:DE value>50000 robotics", "-country:DE video", "country:JP mel"] {
        let (mut times, mut rows) = (Vec::new(), 0);
        for _ in 0..9 {
            let began = Stopwatch::now();
            rows = page(app, Queue::All, Sort::Due, Some(words)).await?;
            times.push(began.elapsed());
        }
        report(&format!("filter `{words}` ({rows} rows)"), &mut times, "100 ms");
    }
    Ok(())
}

/// One submission at a time, half of them for a customer who is there: finding its conflicts and writing it down. Those of an
/// earlier run are passed over by their keys, so each run brings new ones.
async fn submissions(app: &App, deals: u64) -> anyhow::Result<()> {
    const COUNT: u64 = 400;
    let run = app.deal_counts(&viewer(), Queue::All, None, app.now()).await?.queues.last().map_or(0, |count| count.n);
    let (mut times, mut conflicts) = (Vec::new(), 0);
    for n in 0..COUNT {
        let known = n % 2 == 0;
        let mut record = registering(if known { n.wrapping_mul(7_919) % deals } else { 10_000_000 + run + n });
        record.details.source_key = Text::clean(&format!("late/{run}/{n}"));
        record.partner = PartnerId(record.partner.0 % 400 + 1);
        let began = Stopwatch::now();
        let outcome = app.execute(ADMIN, app.request(Command::Register(vec![record]))).await?;
        times.push(began.elapsed());
        conflicts += outcome.cases.len();
    }
    report(&format!("one submission, {conflicts} conflicts of {COUNT}"), &mut times, "p99 20 ms");
    Ok(())
}

/// 100,000 registrations are looked at for conflicts, and every protection has run out: what the engine does after a long
/// outage.
async fn sweep(app: &App, clock: &Clock, deals: u64) -> anyhow::Result<()> {
    let engine = Actor::engine().id;
    let wanted = deals.min(PROTECTED);
    let (began, mut looked, mut after, mut found) = (Stopwatch::now(), 0, DealId(i64::try_from(deals - wanted).unwrap_or(0)), 0);
    while looked < wanted {
        let outcome = app.execute(engine, app.request(Command::SweepConflicts { after, limit: 500 })).await?;
        let Some(last) = outcome.looked_to else { break };
        looked += 500;
        found += outcome.cases.len();
        after = last;
    }
    println!("{} registrations looked at, {found} conflicts found: {:.2?}", looked.min(wanted), began.elapsed());
    clock.set(START.plus(Span::hours(24 * 200)));
    let (expiring, mut swept) = (Stopwatch::now(), 0);
    while swept < wanted {
        let outcome = app.execute(engine, app.request(Command::SweepDeals { limit: 2_000 })).await?;
        if outcome.deals.is_empty() && outcome.cases.is_empty() {
            break;
        }
        swept += outcome.deals.len() as u64;
    }
    println!("{swept} registrations swept that were due: {:.2?}", expiring.elapsed());
    println!("both: {:.2?} (budget for 100,000: 20 s)", began.elapsed());
    Ok(())
}

fn report(what: &str, times: &mut [Duration], budget: &str) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!("{what:<52} median {:>9.2?}  p99 {:>9.2?}  worst {:>9.2?}  budget {budget}", at(50), at(99), at(100));
}
