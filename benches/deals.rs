//! The deal desk's speed at scale, on a database of invented registrations. Not a timed test: it prints medians against
//! budgets.
//!
//! `cargo bench --bench deals -- [sqlite|postgres://...] [REGISTRATIONS]` (1,000,000 by default; the SQLite file is kept in
//! the target folder and used again when it has the right number).

mod common;

use common::place::{ADMIN, Place, Rate, SEED, report, time_page};
use pilothouse::{
    app::{App, Command, DealTarget, Registering, deal::view::DealViewer, engine},
    domain::{
        deal::{
            Customer, DealCommand, Details, Scope,
            queue::{From, PageRequest, Queue, Sort},
        },
        filter,
        id::{DealId, PartnerId},
        money::Money,
        text::Text,
    },
};
use std::time::Instant as Stopwatch;

const BATCH: u64 = 2_000;
/// Of the demo program.
const PRODUCTS: [&str; 3] = ["Switching", "Wireless", "Video"];
/// So many of the last registrations become protected, to expire in the sweep.
const PROTECTED: u64 = 100_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let place = Place::of_arguments("deals").await?;
    let (app, deals) = (&place.app, place.wanted);
    let have = count(app).await?;
    if have == 0 {
        place.settle().await?;
    }
    fill(app, have, deals).await?;
    println!();
    place.open_again(async |app: &App| page(app, Queue::ToDecide, Sort::Due, None).await).await?;
    pages(app).await?;
    submissions(app, deals).await?;
    sweep(&place, deals).await
}

fn viewer() -> DealViewer {
    DealViewer { me: ADMIN, zone: chrono_tz::UTC, marked: Vec::new() }
}

async fn count(app: &App) -> anyhow::Result<u64> {
    Ok(app.deal_counts(&viewer(), Queue::All, None, app.now()).await?.queues.last().map_or(0, |count| count.n))
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
    let (mut rate, mut done, mut conflicts) = (Rate::new("register", have, deals, BATCH), have, 0);
    while done < deals {
        let until = (done + BATCH).min(deals);
        let outcome = app.execute(ADMIN, app.request(Command::Register((done..until).map(registering).collect()))).await?;
        conflicts += outcome.cases.len();
        done = until;
        rate.reached(done);
    }
    println!("register: {:.0} a second over all, {conflicts} conflicts", rate.over_all());
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

async fn page(app: &App, queue: Queue, sort: Sort, words: Option<&str>) -> anyhow::Result<usize> {
    let filter = words.map(|words| filter::parse(words).map_err(|error| anyhow::anyhow!("{error:?}"))).transpose()?;
    let request = PageRequest { queue, filter, sort, me: ADMIN, now: app.now(), from: From::Start, limit: 60 };
    Ok(app.deal_page(&request, &viewer()).await?.rows.len())
}

async fn pages(app: &App) -> anyhow::Result<()> {
    for queue in Queue::ALL {
        for sort in Sort::ALL {
            time_page(&format!("{}, {}", queue.title(), sort.title()), "20 ms", || page(app, queue, sort, None)).await?;
        }
    }
    for words in [
        "nordor",
        "zanzelxan pumps",
        "qqqq",
        "a",
        "country:DE value>50000 robotics",
        "country:DE value>9000 robotics",
        "-country:DE video",
        "country:JP mel",
    ] {
        time_page(&format!("filter `{words}`"), "100 ms", || page(app, Queue::All, Sort::Due, Some(words))).await?;
    }
    Ok(())
}

/// One submission at a time, half of them for a customer who is there: finding its conflicts and writing it down. Those of an
/// earlier run are passed over by their keys, so each run brings new ones.
async fn submissions(app: &App, deals: u64) -> anyhow::Result<()> {
    const COUNT: u64 = 400;
    let run = count(app).await?;
    let (mut found, mut times, mut conflicts) = (Vec::new(), Vec::new(), 0);
    for n in 0..COUNT {
        let known = n % 2 == 0;
        let mut record = registering(if known { n.wrapping_mul(7_919) % deals } else { 10_000_000 + run + n });
        record.details.source_key = Text::clean(&format!("late/{run}/{n}"));
        record.partner = PartnerId(record.partner.0 % 400 + 1);
        let request = app.request(Command::Register(vec![record]));
        let began = Stopwatch::now();
        app.plan(ADMIN, &request).await?;
        found.push(began.elapsed());
        let began = Stopwatch::now();
        let outcome = app.execute(ADMIN, request).await?;
        times.push(began.elapsed());
        conflicts += outcome.cases.len();
    }
    report("conflicts of one submission found, as its plan", &mut found, "p99 20 ms");
    report(&format!("the same submission with its commit, {conflicts} conflicts of {COUNT}"), &mut times, "none");
    Ok(())
}

/// All registrations are looked over for conflicts, and the protection of the last 100,000 has run out: what the engine does
/// after a long outage.
async fn sweep(place: &Place, deals: u64) -> anyhow::Result<()> {
    let app = &place.app;
    let began = Stopwatch::now();
    let found = engine::find(app).await?;
    println!("{deals} registrations looked over, {found} conflicts found: {:.2?}", began.elapsed());
    place.pass(24 * 200);
    let expiring = Stopwatch::now();
    let swept = engine::sweep_deals(app).await?;
    println!("{swept} registrations swept that were due: {:.2?}", expiring.elapsed());
    println!("both: {:.2?} (budget for 100,000: 20 s)", began.elapsed());
    Ok(())
}
