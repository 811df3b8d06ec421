//! The speed of point-of-sale lines at scale: an import from files of a million lines each, then revenue and a single line. Not a
//! timed test: it prints medians against budgets.
//!
//! `cargo bench --bench pos -- [sqlite|postgres://...] [LINES]` (1,000,000 by default; the SQLite file is kept in the target folder
//! and used again when it has lines, of which no more are imported then).

#[expect(dead_code, reason = "it invents for the other benches as well")]
mod common;

use anyhow::Context;
use chrono::{Days, NaiveDate};
use common::{
    Dice,
    place::{ADMIN, Place, Rate, SEED, report},
};
use pilothouse::{
    app::{
        App, Command,
        import::{Job, Pass, choose, mapping::Kind, sales},
        pos::Incoming,
    },
    domain::{
        id::PartnerId,
        money::{Currency, Money},
        pos::{OrderLine, Quantity, UnitPrice, totals::Asked},
        text::Text,
        tier::evaluation::AuditKind,
    },
    store::Sql,
};
use std::{
    fmt::Write as _,
    path::Path,
    time::{Duration, Instant as Stopwatch},
};

const PARTNERS: usize = 5_000;
const FILE_LINES: u64 = 1_000_000;
/// Lines are spread evenly over three years that end on the bench's day.
const DAYS: u64 = 1_095;
const LINES: [&str; 5] = ["Switching", "Wireless", "Firewall", "Video", "Managed services"];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let place = Place::of_arguments("pos").await?;
    let (app, wanted) = (&place.app, place.wanted);
    let have = lines(app).await?;
    if have == 0 {
        place.settle().await?;
        app.execute(ADMIN, app.request(Command::Partners(common::partners(PARTNERS)))).await?;
    }
    fill(app, have, wanted).await?;
    again(app, have, wanted).await?;
    revenue(app).await?;
    single(app).await?;
    tiers(app).await
}

async fn lines(app: &App) -> anyhow::Result<u64> {
    let (count,): (i64,) = app.db().read().await?.one(Sql::new("select coalesce(max(id), 0) from sale")).await?;
    Ok(count.unsigned_abs())
}

fn last_day(app: &App) -> NaiveDate {
    app.now().to_utc().date_naive()
}

/// Line number `n` of so many, as it stands in a file.
fn row(out: &mut String, last: NaiveDate, n: u64, wanted: u64) -> anyhow::Result<()> {
    let mut dice = Dice::new(SEED ^ n.wrapping_mul(0xa076_1d64_78bd_642f));
    let on = last.checked_sub_days(Days::new(DAYS - n * DAYS / wanted)).context("a day")?;
    let (partner, line) = (dice.below(PARTNERS), dice.below(LINES.len()));
    let (quantity, cents) = (1 + dice.below(20), 100 + dice.below(200_000));
    let amount = quantity * cents;
    let (order, place) = (1_000_000 + n / 4, n % 4 + 1);
    writeln!(
        out,
        "SO{order}/{place},B{partner:05},SKU-{line}{:03},{},{on},{quantity},{}.{:02},{}.{:02},EUR",
        dice.below(200),
        LINES[line],
        cents / 100,
        cents % 100,
        amount / 100,
        amount % 100
    )?;
    Ok(())
}

fn write_file(app: &App, path: &Path, from: u64, to: u64, wanted: u64) -> anyhow::Result<()> {
    let mut text = String::from("Id,Partner,Product,Product Line,Day,Quantity,Unit Price,Amount,Currency\n");
    for n in from..to {
        row(&mut text, last_day(app), n, wanted)?;
    }
    Ok(std::fs::write(path, text)?)
}

async fn import(app: &App, path: &Path) -> anyhow::Result<(pilothouse::app::import::Report, Vec<Duration>)> {
    let mut mapping = choose(Kind::Sale, path, None).map_err(|error| anyhow::anyhow!(error))?;
    mapping.set_system("bench");
    let job = Job { path: path.to_owned(), mapping, rejects: None };
    let (mut batches, mut last) = (Vec::new(), Stopwatch::now());
    let mut progress = |_: &_| {
        batches.push(last.elapsed());
        last = Stopwatch::now();
    };
    let report = sales::import(app, ADMIN, job, Pass::Carry, &mut progress).await?;
    Ok((report, batches))
}

async fn fill(app: &App, have: u64, wanted: u64) -> anyhow::Result<()> {
    if have >= wanted {
        return Ok(());
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pos-lines.csv");
    let mut rate = Rate::new("lines imported", have, wanted, FILE_LINES);
    let mut batches = Vec::new();
    for from in (have..wanted).step_by(usize::try_from(FILE_LINES)?) {
        let to = (from + FILE_LINES).min(wanted);
        write_file(app, &path, from, to, wanted)?;
        let began = Stopwatch::now();
        let (report, times) = import(app, &path).await?;
        anyhow::ensure!(report.counts.created == to - from, "{}: {:?}", report.counts, report.waiting);
        println!("  {:>9} lines in {:.2?}, {:.0} a second", to - from, began.elapsed(), (to - from) as f64 / began.elapsed().as_secs_f64());
        batches.extend(times);
        rate.reached(to);
    }
    report("a batch of 4,096 lines", &mut batches, "100 ms, which others wait for");
    println!("{:<58} {:.0} a second (with the writing of the files)  budget 50,000", "import over all", rate.over_all());
    Ok(())
}

/// A file that is here already changes nothing.
async fn again(app: &App, have: u64, wanted: u64) -> anyhow::Result<()> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pos-again.csv");
    let to = wanted.min(100_000);
    if have > 0 {
        return Ok(());
    }
    write_file(app, &path, 0, to, wanted)?;
    let began = Stopwatch::now();
    let (report, _) = import(app, &path).await?;
    anyhow::ensure!(report.counts.known == to, "{}", report.counts);
    println!("{:<58} {:.0} a second", "the same lines again", to as f64 / began.elapsed().as_secs_f64());
    Ok(())
}

async fn revenue(app: &App) -> anyhow::Result<()> {
    let last = last_day(app);
    let back = |days: u64| last.checked_sub_days(Days::new(days)).context("a day");
    let euro = Currency::euro();
    for (what, from, to) in [("twelve whole months", "2025-03-01".parse()?, "2026-03-01".parse()?), ("365 days", back(380)?, back(15)?)] {
        let (mut all, mut one, mut rows) = (Vec::new(), Vec::new(), 0);
        for n in 0..9_i64 {
            let began = Stopwatch::now();
            rows = app.revenue(&Asked { currency: euro, partners: None, from, to }).await?.len();
            all.push(began.elapsed());
            let began = Stopwatch::now();
            app.revenue(&Asked { currency: euro, partners: Some(vec![PartnerId(1 + n * 500)]), from, to }).await?;
            one.push(began.elapsed());
        }
        report(&format!("revenue of all, {what} ({rows} rows)"), &mut all, "10 s");
        report(&format!("revenue of one, {what}"), &mut one, "10 ms");
    }
    Ok(())
}

async fn single(app: &App) -> anyhow::Result<()> {
    let first = lines(app).await?;
    let mut times = Vec::new();
    for n in 1..=50_u64 {
        let line = one_line(app, first + n, PartnerId(i64::try_from(1 + n)?));
        let began = Stopwatch::now();
        let request = app.request(Command::Sales(vec![Incoming::of(line)]));
        app.execute(ADMIN, request).await?;
        times.push(began.elapsed());
    }
    report("one line recorded", &mut times, "100 ms");
    Ok(())
}

/// What the tier desk makes of the lines: every partner audited, the board opened, one partner audited after one more line.
async fn tiers(app: &App) -> anyhow::Result<()> {
    const AT_ONCE: i64 = 500;
    let (day, all) = (last_day(app), i64::try_from(PARTNERS)?);
    let audited = async |partners: Vec<PartnerId>| {
        app.execute(ADMIN, app.request(Command::EvaluateTiers { partners, day, kind: AuditKind::OnDemand })).await
    };
    let began = Stopwatch::now();
    for first in (1..=all).step_by(usize::try_from(AT_ONCE)?) {
        audited((first..first + AT_ONCE).map(PartnerId).collect()).await?;
    }
    report(&format!("all {PARTNERS} partners audited"), &mut [began.elapsed()], "10 s");
    let (mut first, mut opened) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        let began = Stopwatch::now();
        let board = app.tier_board_at_last().await?;
        first.push(began.elapsed());
        anyhow::ensure!(board.board.partners as usize == PARTNERS, "the board begins with {} partners", board.board.partners);
        let began = Stopwatch::now();
        let board = app.tier_board().await?;
        anyhow::ensure!(board.facts.len() == PARTNERS, "the board shows {} partners", board.facts.len());
        opened.push(began.elapsed());
    }
    report("the first screen of the board: the last audits", &mut first, "150 ms");
    report("the board with the figures of today", &mut opened, "none: they follow");
    let (first, mut after) = (lines(app).await?, Vec::new());
    for n in 1..=20_u64 {
        let partner = PartnerId(i64::try_from(100 * n)?);
        let line = one_line(app, first + n, partner);
        let began = Stopwatch::now();
        app.execute(ADMIN, app.request(Command::Sales(vec![Incoming::of(line)]))).await?;
        audited(vec![partner]).await?;
        after.push(began.elapsed());
    }
    report("one line recorded and its partner audited", &mut after, "100 ms");
    Ok(())
}

fn one_line(app: &App, number: u64, partner: PartnerId) -> OrderLine {
    OrderLine {
        key: Text::clean(&format!("single:SO{number}/1")),
        partner,
        customer: None,
        product: Text::clean("SKU"),
        line: Text::clean(LINES[0]),
        on: last_day(app),
        quantity: Some(Quantity(1_000)),
        price: Some(UnitPrice(10_000)),
        amount: Money::new(100, Currency::euro()),
    }
}
