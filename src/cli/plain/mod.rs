//! `pilothouse --plain`: the lead room as lines that are only ever appended, for screen readers and logs. First what is
//! there, then every change as it happens. No escape sequence, no cursor movement.

mod told;

use super::{
    Call,
    console::{Args, has_engine},
};
use crate::{
    app::{
        App, Failure, engine,
        lead::{news::NEWS_MAX, view::Viewer},
    },
    domain::{
        actor::Actor,
        event::Entity,
        filter::{self, Filter},
        id::{AuditSeq, LeadId},
        lead::queue::{From, PageRequest, Queue, Sort},
    },
    error::Result,
};
use std::{collections::BTreeSet, io::Write, os::fd::AsFd as _};
use tokio::{
    io::Interest,
    net::unix::pipe::Sender,
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use told::{Line, Told};

/// How many leads are named at the start.
const ROWS: u32 = 10;
/// Leads that are known to stand in the queue, so that it can be told when they leave it.
const MEMBERS_MAX: usize = 50_000;

/// Prints until a signal comes or nobody reads any more.
pub async fn run(app: &App, call: &mut Call<'_>, args: &Args) -> Result<()> {
    let operator = call.sign_in(app).await?;
    let (stop, stopping) = watch::channel(false);
    let engine = has_engine(app, call).then(|| tokio::spawn(engine::run(app.clone(), stopping)));
    let mut page = Page { out: call.out, json: args.json };
    let result = follow(app, operator, call.config.read_only, args, &mut page).await;
    let _ = stop.send(true);
    if let Some(engine) = engine {
        let _ = engine.await;
    }
    result
}

async fn follow(app: &App, operator: Actor, read_only: bool, args: &Args, page: &mut Page<'_>) -> Result<()> {
    let mut pulses = app.db().changes();
    let mut watch = Watch::begin(app, operator, args).await?;
    page.print(&watch.opening(read_only).await?)?;
    let mut leave = std::pin::pin!(leaves());
    let mut is_stale = false;
    loop {
        let lines = match watch.news().await {
            Ok(lines) => lines,
            // The feed says when the database is back.
            Err(Failure::Store(crate::store::Error::Unavailable(_))) => Vec::new(),
            Err(failure) => return Err(failure.into()),
        };
        page.print(&lines)?;
        tokio::select! {
            biased;
            () = &mut leave => return Ok(()),
            changed = pulses.changed() => if changed.is_err() { return Ok(()) },
        }
        let stale = pulses.borrow_and_update().stale.is_some();
        if stale != is_stale {
            is_stale = stale;
            page.print(&[watch.told.link(app.now(), stale)])?;
        }
    }
}

/// Waits for a signal to leave, or for the reader to go. What is no pipe and no terminal never goes.
async fn leaves() {
    let signals = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal);
    let mut signals: Vec<_> = signals.into_iter().flatten().collect();
    let signalled = std::future::poll_fn(|cx| {
        let came = signals.iter_mut().any(|signal| signal.poll_recv(cx).is_ready());
        if came { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    });
    let gone = async {
        // A handle of our own to wait on; unchecked, because it must not become non-blocking for those who write.
        let out = std::io::stdout().as_fd().try_clone_to_owned().and_then(Sender::from_owned_fd_unchecked);
        match out {
            Ok(out) => drop(out.ready(Interest::ERROR).await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = signalled => {}
        () = gone => {}
    }
}

struct Page<'a> {
    out: &'a mut (dyn Write + Send),
    json: bool,
}

impl Page<'_> {
    fn print(&mut self, lines: &[Line]) -> Result<()> {
        for line in lines {
            if self.json {
                serde_json::to_writer(&mut self.out, &line.json)?;
                writeln!(self.out)?;
            } else {
                writeln!(self.out, "{}", line.text)?;
            }
        }
        Ok(self.out.flush()?)
    }
}

/// What is followed, and how far.
struct Watch {
    app: App,
    viewer: Viewer,
    queue: Queue,
    filter: Filter,
    told: Told,
    since: AuditSeq,
    /// Nothing where every lead is told.
    members: Option<BTreeSet<LeadId>>,
}

impl Watch {
    async fn begin(app: &App, operator: Actor, args: &Args) -> Result<Self> {
        let rules = app.rules().await?;
        let zone = rules.program().zone;
        let queue = args.queue.unwrap_or(Queue::All);
        // It was read by the command line already.
        let filter = filter::parse(args.filter.as_deref().unwrap_or_default()).unwrap_or_else(|_| Filter::everything());
        let viewer = Viewer { me: operator.id, zone, marked: Vec::new() };
        let all = queue == Queue::All && filter.is_everything();
        let told = Told { zone, operator, database: app.db().address().to_string(), queue, filter: args.filter.clone(), day: None };
        // What changes between this and the first page is told twice rather than never.
        let since = app.news_end().await?;
        let mut watch = Self { app: app.clone(), viewer, queue, filter, told, since, members: None };
        if !all {
            let (rows, _) = app.lead_matching(watch.request(500), &watch.viewer, MEMBERS_MAX).await?;
            watch.members = Some(rows.into_iter().map(|row| row.id).collect());
        }
        Ok(watch)
    }

    fn request(&self, limit: u32) -> PageRequest {
        PageRequest {
            queue: self.queue,
            filter: Some(self.filter.clone()).filter(|filter| !filter.is_everything()),
            sort: Sort::Due,
            me: self.viewer.me,
            now: self.app.now(),
            from: From::Start,
            limit,
        }
    }

    async fn opening(&mut self, read_only: bool) -> Result<Vec<Line>> {
        let now = self.app.now();
        let request = self.request(ROWS);
        let counts = self.app.lead_counts(&self.viewer, self.queue, request.filter.as_ref(), now).await?;
        let rows = self.app.lead_page(&request, &self.viewer).await?.rows;
        let mut lines = vec![self.told.start(now, read_only), Told::counts(&counts), self.told.heading(&counts, rows.len())];
        lines.extend(rows.iter().map(|(_, row)| self.told.row(row, now)));
        lines.push(self.told.now_follows(now));
        Ok(lines)
    }

    /// Everything that has happened since it was asked for last.
    async fn news(&mut self) -> Result<Vec<Line>, Failure> {
        let mut lines = Vec::new();
        loop {
            let news = self.app.news(self.since).await?;
            let Some(last) = news.happened.last() else { return Ok(lines) };
            self.since = last.seq;
            let touched: Vec<LeadId> = news.leads.keys().copied().collect();
            let inside = match &self.members {
                None => BTreeSet::new(),
                Some(_) => self.app.leads_among(&touched, self.queue, &self.filter, &self.viewer, self.app.now()).await?,
            };
            let members = self.members.as_ref();
            let is_told = |entity: Entity| match (entity, members) {
                (_, None) => true,
                (Entity::Lead(lead), Some(members)) => members.contains(&lead) || inside.contains(&lead),
                (_, Some(_)) => false,
            };
            for past in news.happened.iter().filter(|past| is_told(past.record.entity)) {
                lines.extend(self.told.event(past, &news));
            }
            if let Some(members) = &mut self.members {
                for lead in &touched {
                    if inside.contains(lead) {
                        members.insert(*lead);
                    } else if members.remove(lead) {
                        lines.push(self.told.left(*lead, &news, self.app.now()));
                    }
                }
            }
            if news.happened.len() < NEWS_MAX as usize {
                return Ok(lines);
            }
        }
    }
}
