//! The MDF desk's speed at scale, on a database of invented funds, requests and claims. Not a timed test: it prints medians
//! against budgets.
//!
//! `cargo bench --bench mdf -- [sqlite|postgres://...] [CLAIMS]` (1,000,000 by default; the SQLite file is kept in the target
//! folder and used again when it has the right number).

mod common;

use anyhow::Context;
use chrono::{Days, NaiveDate};
use common::place::{ADMIN, Place, Rate, SEED, report, time_page};
use pilothouse::{
    app::{
        App, AuthorityCommand, ClaimDraft, Command, DraftSource, MdfCommand, MdfStep, OperatorSpec, RequestDraft, Target,
        mdf::view::MdfViewer,
    },
    domain::{
        actor::{Actor, Role, Roles},
        deal::ContentHash,
        filter,
        id::{ClaimId, FundId, OperatorId, PartnerId, RequestId},
        mdf::{
            CostShare,
            approval::Limit,
            claim::{ClaimCommand, Content, Invoice, Proof},
            fund::{FundCommand, FundTerms, Holder},
            item::ItemId,
            queue::{From, PageRequest, Queue, Sort},
            request::Plan,
        },
        money::Money,
        program::ProofKind,
        text::Text,
    },
};
use std::time::Instant as Stopwatch;

const BATCH: u64 = 1_000;
/// Claims on one request.
const ON_REQUEST: u64 = 10;
const FUNDS: i64 = 400;
/// Approves what the admin has asked for.
const APPROVER: OperatorId = OperatorId(3);
const TITLES: [&str; 6] = ["Road show", "Fair", "Trade days", "Campaign", "Webinar", "Launch dinner"];
/// In minor units.
const ASKED: u64 = 50_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let place = Place::of_arguments("mdf").await?;
    let (app, wanted) = (&place.app, place.wanted);
    let have = claims(app).await?;
    if have == 0 {
        place.settle().await?;
        open(app, wanted).await?;
    }
    fill(app, have, wanted).await?;
    println!();
    place.open_again(async |app: &App| page(app, APPROVER, (Queue::Mine, Sort::Due), None).await).await?;
    pages(app).await?;
    decisions(app, wanted).await?;
    together(app, wanted).await?;
    bulk(app, wanted).await?;
    sweep(&place).await
}

const fn viewer(me: OperatorId) -> MdfViewer {
    MdfViewer { me, zone: chrono_tz::UTC, marked: Vec::new() }
}

/// A count of claims; of those on the last request none is left out.
async fn claims(app: &App) -> anyhow::Result<u64> {
    let (count,): (i64,) = app.db().read().await?.one(pilothouse::store::Sql::new("select coalesce(max(id), 0) from claim")).await?;
    Ok(count.unsigned_abs())
}

fn day(app: &App, days: u64) -> anyhow::Result<NaiveDate> {
    app.now().to_utc().date_naive().checked_add_days(Days::new(days)).context("a day")
}

fn money(minor: u64) -> anyhow::Result<Money> {
    let euro = "EUR".parse().map_err(|error: String| anyhow::anyhow!(error))?;
    Ok(Money::new(i64::try_from(minor)?, euro))
}

/// The approver with a limit, and a fund for each partner with enough for all that is claimed.
async fn open(app: &App, wanted: u64) -> anyhow::Result<()> {
    let roles = Roles(vec![Role::Approver]);
    let operator = OperatorSpec { name: Text::clean("approver"), login: None, roles, active: true };
    app.execute(ADMIN, app.request(Command::Operator(operator))).await?;
    let limit = Limit { operator: APPROVER, amount: money(100_000_000)?, from: day(app, 0)?, until: None };
    app.execute(ADMIN, app.request(Command::Authority(vec![AuthorityCommand::SetLimit(limit)]))).await?;
    let (from, to, currency) = (day(app, 0)?, day(app, 300)?, money(0)?.currency);
    let terms = |n: i64| FundTerms {
        source_key: Text::default(),
        name: Text::clean(&format!("Fund {n}")),
        program: Text::clean("Launch"),
        holder: Holder::Partner(PartnerId(n)),
        from,
        to,
        currency,
    };
    app.execute(ADMIN, app.request(Command::OpenFunds((1..=FUNDS).map(terms).collect()))).await?;
    let amount = money((wanted / FUNDS.unsigned_abs() + 10_000) * ASKED * 2)?;
    let allocate = |n| MdfStep {
        target: Target::from(ItemId::Fund(FundId(n))),
        command: MdfCommand::Fund(FundCommand::Allocate { amount, reason: Text::clean("bench") }),
    };
    app.execute(ADMIN, app.request(Command::Mdf((1..=FUNDS).map(allocate).collect()))).await?;
    Ok(())
}

fn plan(app: &App, n: u64) -> anyhow::Result<Plan> {
    let starts_on = day(app, 20 + n % 200)?;
    Ok(Plan {
        source_key: Text::clean(&format!("bench/r{n}")),
        title: Text::clean(&format!("{} {n}", TITLES[usize::try_from(n % 6)?])),
        category: Text::default(),
        country: ["DE", "FR", "US", "JP"][usize::try_from(n % 4)?].parse().ok(),
        starts_on,
        ends_on: starts_on,
        cost: money(ASKED * ON_REQUEST * 2)?,
        share: CostShare::HALF,
        asked: money(ASKED * ON_REQUEST)?,
    })
}

fn content(plan: &Plan, n: u64) -> anyhow::Result<Content> {
    let proof = |kind, name: String| Proof {
        kind,
        hash: ContentHash::of(name.as_bytes()),
        name: Text::clean(&name),
        size: 1_000,
        media_type: Text::clean("application/pdf"),
    };
    let cost = money(ASKED * 2)?;
    Ok(Content {
        source_key: Text::clean(&format!("bench/m{n}")),
        performed_from: plan.starts_on,
        performed_to: plan.ends_on,
        invoices: vec![Invoice {
            number: Text::clean(&format!("I-{n}")),
            vendor: common::intake(SEED, n).company,
            dated: plan.ends_on,
            amount: cost,
        }],
        cost,
        asked: money(ASKED - n % 1_000)?,
        documents: vec![proof(ProofKind::Invoice, format!("invoice {n}.pdf")), proof(ProofKind::Performance, format!("photo {n}.jpg"))],
    })
}

/// Requests, approved, and claims on them, a batch at a time; the demo program's first category holds for all.
async fn fill(app: &App, have: u64, wanted: u64) -> anyhow::Result<()> {
    if have >= wanted {
        println!("{have} claims are there already; taking them in is not measured");
        return Ok(());
    }
    let rules = app.rules().await?;
    let category = rules.program().mdf.categories.first().map(|one| one.name.clone()).unwrap_or_default();
    let (mut rate, mut done) = (Rate::new("claim", have, wanted, BATCH), have);
    while done < wanted {
        let until = (done + BATCH).min(wanted);
        let mut drafts = Vec::new();
        for n in done / ON_REQUEST..until.div_ceil(ON_REQUEST) {
            let plan = Plan { category: category.clone(), ..plan(app, n)? };
            let number = 1 + i64::try_from(n % FUNDS.unsigned_abs())?;
            drafts.push(RequestDraft { fund: FundId(number), partner: PartnerId(number), plan, submit: true });
        }
        let plans: Vec<Plan> = drafts.iter().map(|draft| draft.plan.clone()).collect();
        let first = done / ON_REQUEST;
        app.execute(ADMIN, app.request(Command::DraftRequests { drafts, source: DraftSource::Import })).await?;
        let ids = (first + 1..=first + plans.len() as u64).map(|n| ItemId::Request(RequestId(n.cast_signed())));
        approve(app, ids.collect()).await?;
        let mut drafts = Vec::new();
        for n in done..until {
            let request = n / ON_REQUEST;
            let content = content(&plans[usize::try_from(request - first)?], n)?;
            drafts.push(ClaimDraft { request: RequestId((request + 1).cast_signed()), content, submit: true });
        }
        let outcome = app.execute(ADMIN, app.request(Command::DraftClaims { drafts, source: DraftSource::Import })).await?;
        if let Some(refusal) = outcome.mdf.iter().find_map(|item| item.result.as_ref().err()) {
            anyhow::bail!("a claim was refused: {refusal}");
        }
        done = until;
        rate.reached(done);
    }
    println!("claim: {:.0} a second over all, with a request for each {ON_REQUEST}", rate.over_all());
    Ok(())
}

/// How many of them were approved.
async fn approve(app: &App, ids: Vec<ItemId>) -> anyhow::Result<usize> {
    let step = |id| MdfStep { target: Target::from(id), command: MdfCommand::Approve { on_behalf_of: None } };
    let outcome = app.execute(APPROVER, app.request(Command::Mdf(ids.into_iter().map(step).collect()))).await?;
    Ok(outcome.mdf.iter().filter(|item| item.result.is_ok()).count())
}

async fn page(app: &App, me: OperatorId, (queue, sort): (Queue, Sort), words: Option<&str>) -> anyhow::Result<usize> {
    let filter = words.map(|words| filter::parse(words).map_err(|error| anyhow::anyhow!("{error:?}"))).transpose()?;
    let request = PageRequest { queue, filter, sort, me, now: app.now(), from: From::Start, limit: 60 };
    Ok(app.mdf_page(&request, &viewer(me)).await?.rows.len())
}

async fn pages(app: &App) -> anyhow::Result<()> {
    for queue in Queue::ALL {
        for sort in Sort::ALL {
            time_page(&format!("{}, {}", queue.title(), sort.title()), "20 ms", || page(app, APPROVER, (queue, sort), None)).await?;
        }
    }
    // Whoever asked for all of it decides next to nothing.
    for sort in Sort::ALL {
        let what = format!("{} of who asked, {}", Queue::Mine.title(), sort.title());
        time_page(&what, "20 ms", || page(app, ADMIN, (Queue::Mine, sort), None)).await?;
    }
    for who in [APPROVER, ADMIN] {
        let counts = async || Ok(app.mdf_counts(&viewer(who), Queue::Mine, None, app.now()).await?.queues.len());
        time_page(&format!("every queue counted for {who}"), "100 ms", counts).await?;
    }
    for words in
        ["fair", "launch 77", "qqqq", "a", "country:DE amount>499 webinar", "check:fail", "fund:fund stage:submitted", "country:JP cam"]
    {
        time_page(&format!("filter `{words}`"), "100 ms", || page(app, APPROVER, (Queue::All, Sort::Due), Some(words))).await?;
    }
    Ok(())
}

/// One approval at a time, of claims all over the desk: all its checks, the ledger and the chain.
async fn decisions(app: &App, wanted: u64) -> anyhow::Result<()> {
    let (mut times, mut approved) = (Vec::new(), 0);
    for n in 0..400_u64.min(wanted) {
        let id = ClaimId(1 + (n.wrapping_mul(7_919) % wanted).cast_signed());
        let began = Stopwatch::now();
        approved += approve(app, vec![ItemId::Claim(id)]).await?;
        times.push(began.elapsed());
    }
    report(&format!("one decision, {approved} approved"), &mut times, "p99 50 ms");
    Ok(())
}

/// Sixteen decide at once on the same claims: each is approved once.
async fn together(app: &App, wanted: u64) -> anyhow::Result<()> {
    let began = Stopwatch::now();
    let mut people = tokio::task::JoinSet::new();
    for person in 0..16_u64 {
        let app = app.clone();
        people.spawn(async move {
            let (mut times, mut done) = (Vec::new(), 0);
            for n in 0..50_u64 {
                let id = ClaimId(1 + ((n + person % 4 + 1).wrapping_mul(104_729) % wanted).cast_signed());
                let began = Stopwatch::now();
                done += approve(&app, vec![ItemId::Claim(id)]).await?;
                times.push(began.elapsed());
            }
            anyhow::Ok((times, done))
        });
    }
    let (mut times, mut approved) = (Vec::new(), 0);
    for answer in people.join_all().await {
        let (some, done) = answer?;
        times.extend(some);
        approved += done;
    }
    report(&format!("sixteen at once, {approved} approved"), &mut times, "none twice");
    println!("{} decisions of sixteen: {:.2?}", times.len(), began.elapsed());
    Ok(())
}

/// Every decision is overdue, no claim came in time, every period has ended: what the engine does after a year's outage.
async fn sweep(place: &Place) -> anyhow::Result<()> {
    place.pass(24 * 400);
    let (app, engine, began, mut swept) = (&place.app, Actor::engine().id, Stopwatch::now(), 0);
    while swept < 100_000 {
        let outcome = app.execute(engine, app.request(Command::SweepMdf { limit: 1_000 })).await?;
        if outcome.mdf.is_empty() {
            break;
        }
        swept += outcome.mdf.len();
    }
    println!("{swept} items swept that were due: {:.2?} (budget for 100,000: 20 s)", began.elapsed());
    Ok(())
}

/// A thousand marked claims at once, the plan first; then a note on each.
async fn bulk(app: &App, wanted: u64) -> anyhow::Result<()> {
    let last = wanted.cast_signed();
    let ids: Vec<ItemId> = (0..1_000.min(last)).map(|n| ItemId::Claim(ClaimId(last - n))).collect();
    let step = |id: &ItemId| MdfStep { target: Target::from(*id), command: MdfCommand::Approve { on_behalf_of: None } };
    let request = app.request(Command::Mdf(ids.iter().map(step).collect()));
    let began = Stopwatch::now();
    let plan = app.plan(APPROVER, &request).await?;
    println!("plan of {} approvals, {} funds: {:.2?}", plan.mdf.len(), plan.funds.len(), began.elapsed());
    let began = Stopwatch::now();
    let approved = approve(app, ids.clone()).await?;
    println!("bulk approval of {} claims, {approved} approved: {:.2?} (budget 3 s)", ids.len(), began.elapsed());
    let note = ClaimCommand::Note { text: Text::clean("seen") };
    let steps = ids.iter().map(|id| MdfStep { target: Target::from(*id), command: MdfCommand::Claim(note.clone()) });
    let began = Stopwatch::now();
    app.execute(APPROVER, app.request(Command::Mdf(steps.collect()))).await?;
    println!("a note on each: {:.2?}", began.elapsed());
    Ok(())
}
