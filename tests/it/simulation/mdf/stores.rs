//! The same people on the two databases, several at once: processes die between any two statements, answers are lost, roles
//! change, and on a bad day connections are cut. Afterwards the chain is followed, and compared with the tables
//! and the inboxes.
//! `PILOTHOUSE_SIM_MDF_STORE_STEPS` sets how many steps are taken on each database.

use super::{PEOPLE, START, books::Books, first_day, inboxes, script, spec};
use crate::{
    simulation::{
        chance::Chance,
        crew::admin,
        hazard::{Hazard, lost},
        number, usual_steps,
    },
    support::{
        databases::{self, Fresh},
        postgres::Server,
    },
};
use pilothouse::{
    app::{App, Command, Failure, Mode, Request, handle},
    domain::{
        actor::{Role, Roles},
        id::{AuditSeq, ClaimId, CommandId, OperatorId, RequestId},
        mdf::desk::Desk,
        text::Text,
        time::Span,
    },
    store::{
        Error, Session, Sql, Unit,
        unit::{Changes, OperatorRow},
    },
};
use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    task::Poll,
};

/// Events that may come into the chain while one transaction runs.
const BESIDE: i64 = 100;

struct Stage {
    apps: [App; 2],
    left: AtomicI64,
    steps: i64,
    given_up: AtomicU64,
    /// Of those, that had written everything, and died before the commit.
    written: AtomicU64,
    repeated: AtomicU64,
    hazard: Option<Hazard>,
}

async fn open(fresh: &Fresh, chance: &mut Chance, hazard: Option<Hazard>) -> Stage {
    fresh.db.options().clock.set(START);
    let mut tx = fresh.db.begin().await.expect("free");
    let engine = OperatorRow { id: OperatorId(1), name: Text::clean("engine"), roles: Roles(vec![Role::Engine]), ..admin() };
    let note = crate::store::audit::note(1);
    let changes = Changes { operators: vec![engine, admin()], records: vec![note], ..Changes::default() };
    Unit::save(&mut tx, CommandId(chance.uuid()), changes).await.expect("saved");
    Unit::commit(tx).await.expect("saved");
    let apps = [App::new(fresh.db.clone()), App::new(fresh.opened_again().await)];
    for command in first_day(chance) {
        apps[0].execute(OperatorId(2), apps[0].request(command)).await.expect("the first day goes well");
    }
    let steps = number("PILOTHOUSE_SIM_MDF_STORE_STEPS").unwrap_or_else(|| usual_steps() / 500).cast_signed();
    Stage {
        apps,
        left: AtomicI64::new(steps),
        steps,
        given_up: AtomicU64::new(0),
        written: AtomicU64::new(0),
        repeated: AtomicU64::new(0),
        hazard,
    }
}

async fn simulate(fresh: Fresh, hazard: Option<Hazard>) {
    let mut chance = Chance::new(number("PILOTHOUSE_SIM_SEED").unwrap_or(7));
    let stage = Arc::new(open(&fresh, &mut chance, hazard).await);
    let mut people = tokio::task::JoinSet::new();
    for who in 1..=PEOPLE + 1 {
        people.spawn(play(Arc::clone(&stage), OperatorId(who), Chance::new(chance.next())));
    }
    while let Some(played) = people.join_next().await {
        if let Err(error) = played {
            std::panic::resume_unwind(error.into_panic());
        }
    }
    let (cut, outages) = match &stage.hazard {
        Some(hazard) => (hazard.cut.load(Ordering::Relaxed), hazard.calm().await),
        None => (0, 0),
    };
    let books = agree(&fresh).await;
    let held = inboxes::agree(&stage.apps[0], &books, fresh.name).await;
    assert!(held > 0 || stage.steps < 1_000, "{}: nothing waits for anybody", fresh.name);
    let [given_up, written] = [&stage.given_up, &stage.written].map(|count| count.load(Ordering::Relaxed));
    assert!(given_up < 50 || (0 < written && written < given_up), "{written} of {given_up} deaths came after the last statement");
    eprintln!(
        "{}: {} steps, {} events, {} approved, {} edited after it, {} paid, {held} in inboxes, {given_up} given up ({written} before the commit), {} repeated, {cut} connections cut, {outages} outages",
        fresh.name,
        stage.steps,
        books.seq,
        books.approved,
        books.reopened,
        books.paid,
        stage.repeated.load(Ordering::Relaxed),
    );
}

async fn play(stage: Arc<Stage>, who: OperatorId, mut chance: Chance) {
    let app = stage.apps[usize::from(who.0 % 2 == 0)].clone();
    let mut last: Option<Request> = None;
    loop {
        let left = stage.left.fetch_sub(1, Ordering::Relaxed);
        if left <= 0 {
            return;
        }
        if let Some(hazard) = &stage.hazard {
            hazard.strike(left, stage.steps, &mut chance).await;
        }
        let request = match last.take() {
            Some(request) => request,
            None => match invent(&app, who, &mut chance).await {
                Ok(command) => Request::new(CommandId(chance.uuid()), command),
                Err(failure) => {
                    again_after(&stage, &failure, "looks").await;
                    continue;
                }
            },
        };
        if chance.per_mille(60) {
            stage.given_up.fetch_add(1, Ordering::Relaxed);
            match die(&app, who, &request, chance.below(24)).await {
                // Others held the database for so long that it never began.
                Ok(was_written) => _ = stage.written.fetch_add(u64::from(was_written), Ordering::Relaxed),
                Err(Failure::Store(Error::Busy(_))) => {}
                Err(failure) => again_after(&stage, &failure, "begins").await,
            }
            last = Some(request);
            continue;
        }
        match app.execute(who, request.clone()).await {
            Ok(outcome) => {
                stage.repeated.fetch_add(u64::from(outcome.repeated), Ordering::Relaxed);
                // The answer was lost on the way.
                last = chance.per_mille(40).then_some(request);
            }
            Err(Failure::Denied(_) | Failure::Mdf(_) | Failure::Store(Error::Conflict(_) | Error::Busy(_))) => {}
            // Nobody knows whether it is saved. It is sent again, as it is.
            Err(failure) => {
                again_after(&stage, &failure, request.command.name()).await;
                last = Some(request);
            }
        }
    }
}

/// A lost connection on a bad day is no mistake of ours; everything else is.
async fn again_after(stage: &Stage, failure: &Failure, doing: &str) {
    match &stage.hazard {
        Some(hazard) if lost(failure) => drop(hazard.calm().await),
        _ => panic!("{doing}: {failure}"),
    }
    stage.left.fetch_add(1, Ordering::Relaxed);
}

async fn invent(app: &App, who: OperatorId, chance: &mut Chance) -> Result<Command, Failure> {
    Ok(match who.0 {
        1 => {
            app.db().options().clock.set(app.now().plus(Span::minutes(chance.between(0, 40))));
            Command::SweepMdf { limit: 20 }
        }
        2 if chance.per_mille(40) => Command::Operator(spec(chance.between(3, PEOPLE + 1), chance)),
        _ => script::command(&script::tables(app).await?.pool(), who, app.now(), chance),
    })
}

/// The process dies in the middle of its transaction, after so many steps of it; whether it had written everything by then. Each
/// statement waits for the database once at least, so that no two are without a step between them.
async fn die(app: &App, who: OperatorId, request: &Request, mut steps: usize) -> Result<bool, Failure> {
    let rules = app.rules().await?;
    let mut tx = app.db().begin().await?;
    let was_written = {
        let mut work = pin!(handle(&mut tx, &rules, who, request, Mode::Carry, app.now()));
        // Whatever came of it, nobody will ever know.
        poll_fn(|context| {
            if steps == 0 {
                return Poll::Ready(false);
            }
            steps -= 1;
            work.as_mut().poll(context).map(|done| done.is_ok())
        })
        .await
    };
    drop(tx);
    Ok(was_written)
}

/// The chain and the tables tell the same story.
async fn agree(fresh: &Fresh) -> Books {
    let (mut books, mut session) = (Books::default(), fresh.db.snapshot().await.expect("open"));
    loop {
        let part = session.audit_since(AuditSeq(books.seq), 500).await.expect("read");
        for past in &part {
            // Nobody wrote down when it began: it ran beside some of those that came right before it.
            books.duties.since = books.seq - BESIDE;
            books.take(past).unwrap_or_else(|why| panic!("{}: {} ({}): {why}", fresh.name, past.seq, past.record.event.name()));
        }
        if part.len() < 500 {
            break;
        }
    }
    books.recounted().unwrap_or_else(|why| panic!("{}: {why}", fresh.name));
    let ids: Vec<_> = books.funds.keys().copied().collect();
    assert_eq!(session.funds(&ids).await.expect("read"), books.funds.values().cloned().collect::<Vec<_>>(), "{}", fresh.name);
    let lines = session.fund_lines(chrono::NaiveDate::default()).await.expect("read");
    assert!(lines.iter().all(|line| line.balances == line.fund.balances), "{}: the ledger is that of the funds", fresh.name);
    // One number further, where nothing is.
    let ids: Vec<RequestId> = (1..).take(books.requests.len() + 1).map(RequestId).collect();
    assert_eq!(session.requests(&ids).await.expect("read"), books.requests.values().cloned().collect::<Vec<_>>(), "{}", fresh.name);
    let ids: Vec<ClaimId> = (1..).take(books.claims.len() + 1).map(ClaimId).collect();
    assert_eq!(session.claims(&ids).await.expect("read"), books.claims.values().cloned().collect::<Vec<_>>(), "{}", fresh.name);
    hands(&mut session, &books, fresh.name).await;
    drop(session);
    let verdict = fresh.db.audit_verify(|_| {}).await.expect("read");
    assert!(verdict.broken.is_none(), "{}: {:?}", fresh.name, verdict.broken);
    books
}

/// The rows that the walls of the database look at are those of the items.
async fn hands(session: &mut Session, books: &Books, name: &str) {
    let rows: Vec<(i64, i64, i64, String)> =
        session.all(Sql::new("select claim, no, minor, state from payment order by claim, no")).await.expect("read");
    let payments = books
        .claims
        .values()
        .flat_map(|claim| claim.payments.iter().map(|one| (claim.id.0, i64::from(one.no), one.amount.minor, one.state.name().to_owned())));
    assert_eq!(rows, payments.collect::<Vec<_>>(), "{name}: payments");
    let rows: Vec<(i64, i64, i64)> = session
        .all(Sql::new("select item, operator, minor from mdf_signature where void_at is null order by item, version"))
        .await
        .expect("read");
    let requests = books.requests.values().map(|one| (one.id.0 * 3 + 1, &one.desk));
    let claims = books.claims.values().map(|one| (one.id.0 * 3 + 2, &one.desk));
    let desks: BTreeMap<i64, &Desk> = requests.chain(claims).collect();
    let signed = desks.iter().flat_map(|(item, desk)| desk.signatures.iter().map(move |one| (*item, one.by.0, one.amount.minor)));
    assert_eq!(rows, signed.collect::<Vec<_>>(), "{name}: signatures");
    let rows: Vec<(i64, i64, String)> =
        session.all(Sql::new("select item, operator, part from mdf_part order by item, operator, part")).await.expect("read");
    let mut parts: Vec<_> =
        desks.iter().flat_map(|(item, desk)| desk.parts.iter().map(move |(who, part)| (*item, who.0, part.name().to_owned()))).collect();
    parts.sort();
    assert_eq!(rows, parts, "{name}: parts");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_databases_keep_the_books_as_well() {
    databases::on_both(|fresh| simulate(fresh, None)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_postgresql_keeps_the_books_as_well() {
    let Some(server) = tokio::task::spawn_blocking(Server::own).await.expect("the server starts").map(Arc::new) else { return };
    let fresh = databases::postgres_on(&server).await;
    simulate(fresh, Some(Hazard::new(server))).await;
}
