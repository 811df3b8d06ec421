//! Does the work of a room on tasks of its own, and tells it of changes.

use super::house::tell;
use crate::{
    app::{
        App, Command, Failure, Outcome,
        view::{Counts, LastDone, Viewer},
    },
    domain::{filter::Filter, id::OperatorId, time::Instant, told::Names},
    store,
    tui::{
        Answers as Sender,
        furniture::{
            Trade,
            work::{Answer, Answers, Browse, Directory, Effect, Found, Msg, Order, Page, PageRequest},
        },
        house::{self, House},
        shell,
        widgets::status::Link,
    },
};
use std::{future::Future, time::Duration};
use tokio::sync::{
    mpsc::{self, UnboundedSender},
    watch,
};

/// How many records `mark all` marks at once.
const MARKS_MAX: usize = 5_000;
/// Changes come in bursts; the screen follows them at this pace.
const CHANGES_APART: Duration = Duration::from_millis(60);
const COUNTS_APART: Duration = Duration::from_millis(400);
const FIGURES_APART: Duration = Duration::from_secs(2);

/// What of the app a room works with.
pub trait Supply: Trade {
    fn page(app: &App, request: &PageRequest<Self>, viewer: &Viewer<Self::Id>) -> impl Future<Output = Result<Page<Self>, Failure>> + Send;
    fn counts(
        app: &App,
        viewer: &Viewer<Self::Id>,
        queue: Self::Queue,
        filter: Option<&Filter<Self::Filters>>,
        now: Instant,
    ) -> impl Future<Output = Result<Counts, Failure>> + Send;
    fn header(app: &App) -> impl Future<Output = Result<Self::Figures, Failure>> + Send;
    fn detail(app: &App, id: Self::Id) -> impl Future<Output = Result<Option<Self::Detail>, Failure>> + Send;
    /// The rows that match, so many at most, and whether there are more.
    fn matching(
        app: &App,
        request: PageRequest<Self>,
        viewer: &Viewer<Self::Id>,
        limit: usize,
    ) -> impl Future<Output = Result<(Vec<Self::Row>, bool), Failure>> + Send;
    fn last_done(app: &App, me: OperatorId) -> impl Future<Output = Result<Option<LastDone<Self::Id>>, Failure>> + Send;
    /// Who can be handed a record.
    fn colleagues(app: &App) -> impl Future<Output = Result<Vec<(OperatorId, crate::domain::text::Text)>, Failure>> + Send;
    /// The command that an order means; one sentence where what it needs from outside can't be had.
    fn command(app: &App, order: Order<Self>) -> impl Future<Output = Result<Command, String>> + Send;
    /// The answers of a command, one a record.
    fn answers(app: &App, order: &Order<Self>, outcome: Outcome) -> impl Future<Output = Result<Vec<Answer<Self>>, Failure>> + Send;
    /// What moves beside the records themselves, for the plan.
    fn beside(_app: &App, _outcome: &Outcome) -> impl Future<Output = Vec<String>> + Send {
        std::future::ready(Vec::new())
    }
    /// The names that answers mention.
    fn names(app: &App, answers: &[Answer<Self>]) -> impl Future<Output = Result<Names, Failure>> + Send;
    /// The answer to the room's own question; nothing where there is none.
    fn own(app: &App, me: OperatorId, ask: Self::Ask) -> impl Future<Output = Option<Self::Told>> + Send;
}

/// Passes an answer on to its room; false when nobody listens any more.
pub(super) type Tell<T> = std::sync::Arc<dyn Fn(Msg<T>) -> bool + Send + Sync>;

/// Does the work of one room.
pub(super) struct RoomDriver<T: Supply> {
    app: App,
    me: OperatorId,
    /// A copy of it lives as long as a write is on its way.
    writing: mpsc::Sender<()>,
    lanes: Option<Lanes<T>>,
}

/// One query of a kind in flight; what was asked for meanwhile and then replaced is never asked.
struct Lanes<T: Supply> {
    tell: Tell<T>,
    page: Lane<T>,
    counts: Lane<T>,
    figures: Lane<T>,
    detail: Lane<T>,
}

type Lane<T> = watch::Sender<Option<Browse<T>>>;

impl<T: Supply> RoomDriver<T> {
    pub const fn new(app: App, me: OperatorId, writing: mpsc::Sender<()>) -> Self {
        Self { app, me, writing, lanes: None }
    }

    pub fn start(&mut self, effect: Effect<T>, answers: &Sender<House>, msg: fn(Msg<T>) -> house::Msg) {
        let Self { app, me, writing, lanes } = self;
        let lanes = lanes.get_or_insert_with(|| {
            let tell = tell(answers, msg);
            let lane = |apart| lane(app.clone(), *me, tell.clone(), apart);
            let (page, detail) = (lane(Duration::ZERO), lane(Duration::ZERO));
            Lanes { page, counts: lane(COUNTS_APART), figures: lane(FIGURES_APART), detail, tell: tell.clone() }
        });
        let lane = match &effect {
            Effect::Browse(Browse::Page { load, .. }) if load.purpose.is_of_list() => Some(&lanes.page),
            Effect::Browse(Browse::Counts { .. }) => Some(&lanes.counts),
            Effect::Browse(Browse::Figures) => Some(&lanes.figures),
            Effect::Browse(Browse::Detail { .. }) => Some(&lanes.detail),
            _ => None,
        };
        match (lane, effect) {
            (Some(lane), Effect::Browse(browse)) => drop(lane.send(Some(browse))),
            (_, effect) => {
                let writing = matches!(effect, Effect::Browse(Browse::Execute { .. }) | Effect::Own(_)).then(|| writing.clone());
                let (app, me, tell) = (app.clone(), *me, lanes.tell.clone());
                tokio::spawn(async move {
                    if let Some(msg) = answer(&app, me, effect).await {
                        tell(msg);
                    }
                    drop(writing);
                });
            }
        }
    }
}

/// Answers the latest wish of its kind, and waits a little before the next.
fn lane<T: Supply>(app: App, me: OperatorId, tell: Tell<T>, apart: Duration) -> Lane<T> {
    let (sender, mut wishes) = watch::channel(None);
    tokio::spawn(async move {
        while wishes.changed().await.is_ok() {
            let wish: Option<Browse<T>> = wishes.borrow_and_update().clone();
            if let Some(browse) = wish
                && !tell(Msg::Browse(found(&app, me, browse).await))
            {
                return;
            }
            tokio::time::sleep(apart).await;
        }
    });
    sender
}

/// Passes on what changes in the database, whoever changed it, and whether it answers.
pub(super) async fn follow<M: Send + 'static>(app: App, answers: UnboundedSender<shell::Msg<M>>) {
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
        if news && !is_stale && answers.send(shell::Msg::Changed).is_err() {
            return;
        }
        tokio::time::sleep(CHANGES_APART).await;
    }
}

/// Tells the zone of the program once it is known; the first frame does not wait for it.
pub(super) async fn settle_in<M: Send + 'static>(app: App, answers: UnboundedSender<shell::Msg<M>>) {
    loop {
        if let Ok(rules) = app.rules().await {
            let _ = answers.send(shell::Msg::Zone(rules.program().zone));
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        if answers.is_closed() {
            return;
        }
    }
}

/// The answer to one wish.
pub(super) async fn answer<T: Supply>(app: &App, me: OperatorId, effect: Effect<T>) -> Option<Msg<T>> {
    match effect {
        Effect::Browse(browse) => Some(Msg::Browse(found(app, me, browse).await)),
        Effect::Own(ask) => T::own(app, me, ask).await.map(Msg::Own),
    }
}

async fn found<T: Supply>(app: &App, me: OperatorId, browse: Browse<T>) -> Found<T> {
    match browse {
        Browse::Page { load, request, viewer } => Found::Page(load, told(T::page(app, &request, &viewer).await)),
        Browse::Counts { queue, filter, viewer, now } => Found::Counts(told(T::counts(app, &viewer, queue, filter.as_ref(), now).await)),
        Browse::Figures => Found::Figures(told(T::header(app).await)),
        Browse::Detail { id } => Found::Detail(id, told(T::detail(app, id).await).map(|detail| detail.map(Box::new))),
        Browse::Directory => Found::Directory(told(directory::<T>(app).await)),
        Browse::Matching { request, viewer } => Found::Matching(told(T::matching(app, request, &viewer, MARKS_MAX).await)),
        Browse::Plan { job, orders } => Found::Planned(job, plan(app, me, orders).await),
        Browse::Execute { job, orders } => Found::Executed(job, execute(app, me, orders).await),
        Browse::LastDone => Found::LastDone(told(T::last_done(app, me).await)),
    }
}

pub(super) fn told<T>(result: Result<T, Failure>) -> Result<T, String> {
    result.map_err(|failure| sentence(&failure))
}

/// One sentence for the person; what is internal is logged as well.
fn sentence(failure: &Failure) -> String {
    if let Failure::Store(error @ (store::Error::Internal(_) | store::Error::Corrupt(_))) = failure {
        tracing::error!(%error, "a query of the console failed");
    }
    failure.to_string()
}

async fn directory<T: Supply>(app: &App) -> Result<Directory, Failure> {
    let colleagues = T::colleagues(app).await?;
    let rules = app.rules().await?;
    let partners = rules.directory().all().iter().map(|partner| partner.profile.name.to_string()).collect();
    Ok(Directory { colleagues, partners })
}

async fn plan<T: Supply>(app: &App, me: OperatorId, orders: Vec<Order<T>>) -> Result<Answers<T>, String> {
    let mut out = Answers::default();
    for order in orders {
        let command = T::command(app, order.clone()).await?;
        let outcome = told(app.plan(me, &app.request(command)).await)?;
        out.about.extend(T::beside(app, &outcome).await);
        out.answers.extend(told(T::answers(app, &order, outcome).await)?);
    }
    out.names = names(app, &out).await;
    Ok(out)
}

async fn execute<T: Supply>(app: &App, me: OperatorId, orders: Vec<Order<T>>) -> Answers<T> {
    let mut out = Answers::default();
    for order in orders {
        let outcome = match T::command(app, order.clone()).await {
            Ok(command) => told(app.carry_out(me, app.request(command)).await),
            Err(why) => Err(why),
        };
        match outcome {
            Ok(outcome) => match told(T::answers(app, &order, outcome).await) {
                Ok(answers) => out.answers.extend(answers),
                // It is written, and must not look as if it were not: whoever sent it again would do it twice.
                Err(why) => out.unread.get_or_insert_with(|| (Vec::new(), why)).0.extend(order.targets),
            },
            Err(why) => {
                out.failure = Some(why);
                break;
            }
        }
    }
    out.names = names(app, &out).await;
    out
}

/// The names that the answers mention. Without them numbers stand in the sentences, so a failure here is none.
async fn names<T: Supply>(app: &App, answers: &Answers<T>) -> Names {
    T::names(app, &answers.answers).await.unwrap_or_default()
}
