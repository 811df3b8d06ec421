//! `pilothouse --plain`: a room as lines that are only ever appended, for screen readers and logs. First what is there,
//! then every change as it happens. No escape sequence, no cursor movement.

mod deals;
mod desk;
mod leads;
mod mdf;
mod tiers;
mod told;

use super::{
    Call,
    console::{Args, has_engine},
};
use crate::{
    app::{App, Failure, engine, lead::news::NEWS_MAX, view::Viewer},
    domain::{
        actor::Actor,
        filter::{self, Filter},
        id::AuditSeq,
    },
    error::{Error, Result},
    tui::{
        furniture::{Sorting as _, Tab as _, work},
        house::At,
        rooms::{deals::DealTrade, leads::LeadTrade, mdf::MdfTrade, tiers::TierTrade},
    },
};
use desk::{Desk, Line};
use std::{collections::BTreeSet, future::Future, io::Write, os::fd::AsFd as _};
use tokio::{
    io::Interest,
    net::unix::pipe::Sender,
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use told::Told;

/// How many records are named at the start.
const ROWS: u32 = 10;
/// Records that are known to stand in the queue, so that it can be told when they leave it.
const MEMBERS_MAX: usize = 50_000;

/// Prints until a signal comes or nobody reads any more.
pub async fn run(app: &App, call: &mut Call<'_>, args: &Args) -> Result<()> {
    let operator = call.sign_in(app).await?;
    let (stop, stopping) = watch::channel(false);
    let engine = has_engine(app, call).then(|| tokio::spawn(engine::run(app.clone(), stopping)));
    let mut page = Page { out: call.out, json: args.json };
    let read_only = call.config.read_only;
    let result = match args.room() {
        At::Leads => follow::<LeadTrade>(app, operator, read_only, args, &mut page).await,
        At::Deals => follow::<DealTrade>(app, operator, read_only, args, &mut page).await,
        At::Mdf => follow::<MdfTrade>(app, operator, read_only, args, &mut page).await,
        At::Tiers => follow::<TierTrade>(app, operator, read_only, args, &mut page).await,
        At::Board => Err(Error::expected("the board is a picture that nothing is followed on; `pilothouse print board` prints it once")),
    };
    let _ = stop.send(true);
    if let Some(engine) = engine {
        let _ = engine.await;
    }
    result
}

async fn follow<T: Desk>(app: &App, operator: Actor, read_only: bool, args: &Args, page: &mut Page<'_>) -> Result<()> {
    let mut pulses = app.db().changes();
    let mut watch = Watch::<T>::begin(app, operator, args).await?;
    let mut leave = std::pin::pin!(leaves());
    page.print(&watch.opening(read_only).await?)?;
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

/// Waits for a signal to leave, or for the reader to go. What is no pipe and no terminal never goes. Signals are heard from
/// now on, not only once it is waited for.
fn leaves() -> impl Future<Output = ()> {
    let signals = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal);
    let mut signals: Vec<_> = signals.into_iter().flatten().collect();
    let signalled = std::future::poll_fn(move |cx| {
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
    async {
        tokio::select! {
            () = signalled => {}
            () = gone => {}
        }
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
struct Watch<T: Desk> {
    app: App,
    viewer: Viewer<T::Id>,
    filter: Filter<T::Filters>,
    told: Told<T>,
    since: AuditSeq,
    /// Nothing where every record is told.
    members: Option<BTreeSet<T::Id>>,
}

impl<T: Desk> Watch<T> {
    async fn begin(app: &App, operator: Actor, args: &Args) -> Result<Self> {
        let rules = app.rules().await?;
        let zone = rules.program().zone;
        let queue = match args.queue()? {
            Some(name) => desk::queue::<T>(&name).map_err(Error::Expected)?,
            None => T::Queue::EVERYTHING,
        };
        let filter = filter::parse(args.filter.as_deref().unwrap_or_default()).map_err(|error| Error::expected(error.to_string()))?;
        let viewer = Viewer { me: operator.id, zone, marked: Vec::new() };
        let all = queue == T::Queue::EVERYTHING && filter.is_everything();
        let told = Told { zone, operator, database: app.db().address().to_string(), queue, filter: args.filter.clone(), day: None };
        // What changes between this and the first page is told twice rather than never.
        let since = app.news_end().await?;
        let mut watch = Self { app: app.clone(), viewer, filter, told, since, members: None };
        if !all {
            let (rows, _) = T::matching(app, watch.request(500), &watch.viewer, MEMBERS_MAX).await?;
            watch.members = Some(rows.iter().map(T::id).collect());
        }
        Ok(watch)
    }

    fn request(&self, limit: u32) -> work::PageRequest<T> {
        work::PageRequest::<T> {
            queue: self.told.queue,
            filter: Some(self.filter.clone()).filter(|filter| !filter.is_everything()),
            sort: T::Sort::ALL[0],
            me: self.viewer.me,
            now: self.app.now(),
            from: work::From::<T>::Start,
            limit,
        }
    }

    async fn opening(&mut self, read_only: bool) -> Result<Vec<Line>> {
        let now = self.app.now();
        let request = self.request(ROWS);
        let counts = T::counts(&self.app, &self.viewer, self.told.queue, request.filter.as_ref(), now).await?;
        let rows = T::page(&self.app, &request, &self.viewer).await?.rows;
        let told = &mut self.told;
        let mut lines = vec![told.start(now, read_only), Told::<T>::counts(&counts), told.heading(&counts, rows.len())];
        lines.extend(rows.iter().map(|(_, row)| T::line(row, now, told.zone)));
        lines.push(told.now_follows(now));
        Ok(lines)
    }

    /// Everything that has happened since it was asked for last.
    async fn news(&mut self) -> Result<Vec<Line>, Failure> {
        let mut lines = Vec::new();
        loop {
            let news = T::news(&self.app, self.since).await?;
            let happened = T::happened(&news);
            let Some(last) = happened.last() else { return Ok(lines) };
            self.since = last.seq;
            let touched = T::touched(&news);
            let inside = match &self.members {
                None => BTreeSet::new(),
                Some(_) => T::among(&self.app, &touched, self.told.queue, &self.filter, &self.viewer).await?,
            };
            let members = self.members.as_ref();
            let is_told = |about: Vec<T::Id>| {
                members.is_none_or(|members| about.iter().any(|record| members.contains(record) || inside.contains(record)))
            };
            for past in happened.iter().filter(|past| is_told(T::about(past, &news))) {
                lines.extend(self.told.event(past, &news));
            }
            if let Some(members) = &mut self.members {
                for record in &touched {
                    if inside.contains(record) {
                        members.insert(*record);
                    } else if members.remove(record) {
                        lines.push(self.told.left(*record, &news, self.app.now()));
                    }
                }
            }
            if happened.len() < NEWS_MAX as usize {
                return Ok(lines);
            }
        }
    }
}
