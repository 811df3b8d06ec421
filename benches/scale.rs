//! The console's speed at scale, on a database of invented leads. Not a timed test: it prints medians against budgets.
//!
//! `cargo bench --bench scale -- [sqlite|postgres://...] [LEADS]` (1,000,000 leads by default; the SQLite file is kept in
//! the target folder and used again when it has the right number).

mod common;

use common::place::{ADMIN, Place, Rate, SEED, report, time_page};
use pilothouse::{
    app::{App, Arriving, Command, LeadTarget, lead::receive::prepare},
    domain::{
        actor::Actor,
        filter,
        id::LeadId,
        lead::{
            LeadCommand,
            queue::{From, PageRequest, Queue, Sort},
        },
        matching::MatchingPolicy,
        text::Text,
    },
};
use std::time::{Duration, Instant as Stopwatch};

const BATCH: u64 = 5_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let place = Place::of_arguments("scale").await?;
    let app = &place.app;
    let have = count(app).await?;
    if have == 0 {
        place.settle().await?;
    }
    fill(app, have, place.wanted).await?;
    println!();
    place.open_again(async |app: &App| page(app, Queue::All, Sort::Due, None).await).await?;
    pages(&place).await?;
    sweep(&place).await?;
    verify(app).await?;
    crowd(app).await
}

async fn count(app: &App) -> anyhow::Result<u64> {
    let context: filter::Context<'_> = filter::Context { me: ADMIN, now: app.now(), zone: chrono_tz::UTC, marked: &[], reach: None };
    Ok(app.db().read().await?.count(Queue::All, None, &context, 1).await?.n)
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
    let (mut rate, mut done) = (Rate::new("import", have, leads, BATCH), have);
    while let Ok(batch) = receive.recv() {
        done += batch.len() as u64;
        app.execute(ADMIN, app.request(Command::Receive(batch))).await?;
        rate.reached(done);
    }
    let _ = producer.join();
    println!("import: {:.0} leads/s over all (budget 10,000)", rate.over_all());
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

async fn page(app: &App, queue: Queue, sort: Sort, words: Option<&str>) -> anyhow::Result<usize> {
    let me = ADMIN;
    let now = app.now();
    let filter = words.map(|words| filter::parse(words).map_err(|error| anyhow::anyhow!("{error:?}"))).transpose()?;
    let request = PageRequest { queue, filter, sort, me, now, from: From::Start, limit: 60 };
    let context: filter::Context<'_> = filter::Context { me, now, zone: chrono_tz::UTC, marked: &[], reach: None };
    Ok(app.db().read().await?.page(&request, &context).await?.rows.len())
}

async fn pages(place: &Place) -> anyhow::Result<()> {
    let app = &place.app;
    for queue in Queue::ALL {
        for sort in Sort::ALL {
            time_page(&format!("{}, {}", queue.title(), sort.title()), "20 ms", || page(app, queue, sort, None)).await?;
        }
    }
    place.pass(1);
    for words in ["anna", "nordor", "zanzelxan pumps", "qqqq", "a", "country:DE score>90 robotics", "-country:DE hiro", "country:JP mel"] {
        time_page(&format!("filter `{words}`"), "100 ms", || page(app, Queue::All, Sort::Due, Some(words))).await?;
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
        let decided = app.execute(ADMIN, request).await;
        if decided.is_ok_and(|outcome| outcome.seq.is_some()) {
            times.push(began.elapsed());
        }
    }
    times
}

/// Lets every offer run out and measures the first 10,000 of them.
async fn sweep(place: &Place) -> anyhow::Result<()> {
    let app = &place.app;
    place.pass(24 * 30);
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
