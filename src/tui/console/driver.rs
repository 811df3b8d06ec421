//! Does the lead room's work on tasks of its own, and tells it of changes.

use crate::{
    app::{
        App, Command, Failure, LeadTarget, Outcome, Request,
        lead::news::{self, CallCause},
    },
    domain::{event::Entity, id::OperatorId, told::Names},
    store,
    tui::{
        Answers as Sender, Driver, notify,
        rooms::leads::{
            LeadRoom,
            work::{Answer, Answers, Directory, Effect, Happened, Msg, Order, Target},
        },
        shell,
        widgets::status::{Link, Place},
    },
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::{mpsc, watch};

/// How many leads `mark all` marks at once.
const MARKS_MAX: usize = 5_000;
/// Changes come in bursts; the screen follows them at this pace.
const CHANGES_APART: Duration = Duration::from_millis(60);
const COUNTS_APART: Duration = Duration::from_millis(400);
const CALLS_APART: Duration = Duration::from_millis(250);
const KPIS_APART: Duration = Duration::from_secs(2);
/// A commit whose answer was lost is asked for again, under the same identity.
const COMMIT_TRIES: u32 = 8;
const COMMIT_WAIT: Duration = Duration::from_millis(750);

pub(super) struct LeadDriver {
    app: App,
    place: Place,
    /// A copy of it lives as long as a write is on its way.
    writing: mpsc::Sender<()>,
    demo: Arc<AtomicBool>,
    /// Whether the person is called when something needs them.
    calls: bool,
    lanes: Option<Lanes>,
}

/// One query of a kind in flight; what was asked for meanwhile and then replaced is never asked.
struct Lanes {
    page: Lane,
    counts: Lane,
    kpis: Lane,
    detail: Lane,
}

type Lane = watch::Sender<Option<Effect>>;

impl LeadDriver {
    pub fn new(app: App, place: Place, writing: mpsc::Sender<()>, demo: Arc<AtomicBool>, calls: bool) -> Self {
        Self { app, place, writing, demo, calls, lanes: None }
    }

    fn lanes(&mut self, answers: &Sender<LeadRoom>) -> &Lanes {
        let Self { app, place, calls, lanes, .. } = self;
        lanes.get_or_insert_with(|| {
            tokio::spawn(follow(app.clone(), answers.clone()));
            if *calls {
                tokio::spawn(call(app.clone(), place.actor.id, answers.clone()));
            }
            tokio::spawn(settle_in(app.clone(), place.clone(), answers.clone()));
            let lane = |apart| lane(app.clone(), place.actor.id, answers.clone(), apart);
            Lanes { page: lane(Duration::ZERO), counts: lane(COUNTS_APART), kpis: lane(KPIS_APART), detail: lane(Duration::ZERO) }
        })
    }
}

impl Driver<LeadRoom> for LeadDriver {
    fn start(&mut self, effect: Effect, answers: &Sender<LeadRoom>) {
        let lanes = self.lanes(answers);
        match &effect {
            Effect::Page { load, .. } if load.purpose.is_of_list() => return drop(lanes.page.send(Some(effect))),
            Effect::Counts { .. } => return drop(lanes.counts.send(Some(effect))),
            Effect::Kpis => return drop(lanes.kpis.send(Some(effect))),
            Effect::Detail { .. } => return drop(lanes.detail.send(Some(effect))),
            Effect::Demo => return self.demo.store(true, Ordering::SeqCst),
            _ => {}
        }
        let writing = matches!(effect, Effect::Execute { .. }).then(|| self.writing.clone());
        let (app, me, answers) = (self.app.clone(), self.place.actor.id, answers.clone());
        tokio::spawn(async move {
            if let Some(msg) = answer(&app, me, effect).await {
                let _ = answers.send(shell::Msg::Room(msg));
            }
            drop(writing);
        });
    }
}

/// Answers the latest wish of its kind, and waits a little before the next.
fn lane(app: App, me: OperatorId, answers: Sender<LeadRoom>, apart: Duration) -> Lane {
    let (sender, mut wishes) = watch::channel(None);
    tokio::spawn(async move {
        while wishes.changed().await.is_ok() {
            let wish: Option<Effect> = wishes.borrow_and_update().clone();
            if let Some(effect) = wish
                && let Some(msg) = answer(&app, me, effect).await
                && answers.send(shell::Msg::Room(msg)).is_err()
            {
                return;
            }
            tokio::time::sleep(apart).await;
        }
    });
    sender
}

/// Passes on what changes in the database, whoever changed it, and whether it answers.
async fn follow(app: App, answers: Sender<LeadRoom>) {
    let mut pulses = app.db().changes();
    let mut known = (pulses.borrow_and_update().seq, false);
    while pulses.changed().await.is_ok() {
        let pulse = pulses.borrow_and_update().clone();
        let is_stale = pulse.stale.is_some();
        if is_stale != known.1 {
            let link = pulse.stale.as_ref().map_or(Link::Live, |stale| Link::Stale { since: stale.since });
            if answers.send(shell::Msg::Link(link)).is_err() {
                return;
            }
        }
        let news = pulse.seq != known.0 || (known.1 && !is_stale);
        known = (pulse.seq, is_stale);
        if news && !is_stale && answers.send(shell::Msg::Room(Msg::Changed)).is_err() {
            return;
        }
        tokio::time::sleep(CHANGES_APART).await;
    }
}

/// Tells what needs the operator from now on. What a lost database hides meanwhile is told once it is back.
async fn call(app: App, me: OperatorId, answers: Sender<LeadRoom>) {
    let mut pulses = app.db().changes();
    let mut since = None;
    loop {
        let found = match since {
            Some(since) => app.lead_calls(me, since).await,
            None => app.news_end().await.map(|end| (end, Vec::new())),
        };
        if let Ok((end, calls)) = found {
            since = Some(end);
            if !calls.is_empty() && answers.send(shell::Msg::Calls(calls.iter().map(in_words).collect())).is_err() {
                return;
            }
        }
        tokio::time::sleep(CALLS_APART).await;
        if pulses.changed().await.is_err() || answers.is_closed() {
            return;
        }
    }
}

fn in_words(call: &news::Call) -> notify::Call {
    let about = format!("{} {}", call.lead, call.company);
    let (kind, nth, text) = match call.cause {
        CallCause::Breached { clock } => (["lead breached", "leads breached"], clock, format!("{about}: breached")),
        CallCause::Escalated { severity } => {
            (["lead escalated", "leads escalated"], severity as u32, format!("{about}: escalated, {}", severity.doc()))
        }
        CallCause::Handed => (["lead handed to you", "leads handed to you"], 0, format!("{about}: handed to you")),
    };
    notify::Call { record: Entity::Lead(call.lead), kind, nth, text }
}

/// Tells the zone of the program once it is known; the first frame does not wait for it.
async fn settle_in(app: App, mut place: Place, answers: Sender<LeadRoom>) {
    loop {
        if let Ok(rules) = app.rules().await {
            place.zone = rules.program().zone;
            let _ = answers.send(shell::Msg::Room(Msg::Zone(place.zone)));
            let _ = answers.send(shell::Msg::Zone(place.zone));
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        if answers.is_closed() {
            return;
        }
    }
}

/// The answer to one wish.
pub(super) async fn answer(app: &App, me: OperatorId, effect: Effect) -> Option<Msg> {
    Some(match effect {
        Effect::Page { load, request, viewer } => Msg::Page(load, told(app.lead_page(&request, &viewer).await)),
        Effect::Counts { queue, filter, viewer, now } => Msg::Counts(told(app.lead_counts(&viewer, queue, filter.as_ref(), now).await)),
        Effect::Kpis => Msg::Kpis(told(app.lead_kpis(app.now()).await)),
        Effect::Detail { id } => Msg::Detail(id, told(app.lead_detail(id).await).map(|detail| detail.map(Box::new))),
        Effect::Partners { id } => Msg::Partners(id, told(app.lead_partners(id, app.now()).await)),
        Effect::Directory => Msg::Directory(told(directory(app).await)),
        Effect::Matching { request, viewer } => {
            let found = told(app.lead_matching(request, &viewer, MARKS_MAX).await);
            Msg::Matching(found.map(|(rows, more)| {
                let target = |row: crate::domain::lead::queue::LeadRow| Target { id: row.id, seen: Some(row.version), offer: row.offers };
                (rows.into_iter().map(target).collect(), more)
            }))
        }
        Effect::Plan { job, orders } => Msg::Planned(job, plan(app, me, orders).await),
        Effect::Execute { job, orders } => Msg::Executed(job, execute(app, me, orders).await),
        Effect::LastDone => Msg::LastDone(told(app.lead_last_done(me).await)),
        Effect::Demo => return None,
    })
}

fn told<T>(result: Result<T, Failure>) -> Result<T, String> {
    result.map_err(|failure| sentence(&failure))
}

/// One sentence for the person; what is internal is logged as well.
fn sentence(failure: &Failure) -> String {
    if let Failure::Store(error @ (store::Error::Internal(_) | store::Error::Corrupt(_))) = failure {
        tracing::error!(%error, "a query of the console failed");
    }
    failure.to_string()
}

async fn directory(app: &App) -> Result<Directory, Failure> {
    let colleagues = app.lead_colleagues().await?;
    let rules = app.rules().await?;
    let partners = rules.directory().all().iter().map(|partner| partner.profile.name.to_string()).collect();
    Ok(Directory { colleagues, partners })
}

fn request(app: &App, order: Order) -> Request {
    let targets = order.targets.iter().map(|target| LeadTarget { id: target.id, seen: target.seen }).collect();
    app.request(Command::Leads { targets, command: order.command })
}

async fn plan(app: &App, me: OperatorId, orders: Vec<Order>) -> Result<Answers, String> {
    let mut out = Answers::default();
    for order in orders {
        let outcome = told(app.plan(me, &request(app, order)).await)?;
        take(&mut out, outcome);
    }
    out.names = names(app, &out).await;
    Ok(out)
}

async fn execute(app: &App, me: OperatorId, orders: Vec<Order>) -> Answers {
    let mut out = Answers::default();
    for order in orders {
        match carry_out(app, me, request(app, order)).await {
            Ok(outcome) => take(&mut out, outcome),
            Err(failure) => {
                out.failure = Some(sentence(&failure));
                break;
            }
        }
    }
    out.names = names(app, &out).await;
    out
}

/// A command whose commit was lost on the way is sent again under the same identity: it is carried out once at most.
async fn carry_out(app: &App, me: OperatorId, request: Request) -> Result<Outcome, Failure> {
    let mut tries = 0;
    loop {
        tries += 1;
        match app.execute(me, request.clone()).await {
            Err(Failure::Store(store::Error::CommitUnknown(_))) if tries < COMMIT_TRIES => tokio::time::sleep(COMMIT_WAIT).await,
            Err(Failure::Store(store::Error::Unavailable(_))) if (2..COMMIT_TRIES).contains(&tries) => {
                tokio::time::sleep(COMMIT_WAIT).await;
            }
            other => return other,
        }
    }
}

fn take(out: &mut Answers, outcome: Outcome) {
    out.answers.extend(
        outcome
            .items
            .into_iter()
            .map(|item| Answer { id: item.lead, result: item.result.map(|done| Happened { events: done.events, lead: done.lead }) }),
    );
}

/// The names that the answers mention. Without them numbers stand in the sentences, so a failure here is none.
async fn names(app: &App, answers: &Answers) -> Names {
    let happened = || answers.answers.iter().filter_map(|answer| answer.result.as_ref().ok());
    let events = happened().flat_map(|happened| &happened.events);
    let holders = happened().filter_map(|happened| happened.lead.state.partner());
    app.lead_names(events, holders).await.unwrap_or_default()
}
