//! The proof that nothing in the chain was changed, taken out, put in or moved.

use super::{AuditRow, Hash, Head};
use crate::store::{
    Db, Session, Sql,
    error::{Error, Result},
};
use tokio::sync::mpsc;

/// Events in one page: enough to make the question cheap, little enough to stay below 20 MB.
const PAGE: i64 = 10_000;
const PAGE_SQL: &str = "select seq, at, actor, command_id, entity_kind, entity_id, entity_version, kind, program_version, body, sealed, hash \
    from audit where seq > $1 and seq <= $2 order by seq limit $3";
const OUTSIDE_SQL: &str = "select seq from audit where seq <= $1 or seq > $2 order by seq limit 1";
pub const STATEMENTS: &[&str] = &[PAGE_SQL, OUTSIDE_SQL];
/// Connections that read a long chain at once, page by page in turn.
const READERS: usize = 2;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Events that were read.
    pub events: i64,
    /// The end of the chain as the head row has it. Write it down elsewhere: it proves what a whole exchanged chain can't.
    pub head: Head,
    /// The first place where the chain is broken.
    pub broken: Option<Broken>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub seq: i64,
    pub why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("its content does not match its hash, or it does not follow the event before it")]
    Hash,
    #[error("it is missing")]
    Missing,
    #[error("it can't be read")]
    Unreadable,
    #[error("it stands after the end of the chain, or where no event may stand")]
    Beyond,
    #[error("the end of the chain has another hash than its last event")]
    Head,
}

/// The walk along the chain: what the next event has to be.
#[derive(Clone, Copy)]
struct Walk {
    seq: i64,
    hash: Hash,
}

impl Walk {
    fn step(&mut self, row: &AuditRow) -> Result<(), Broken> {
        let expected = self.seq + 1;
        if row.seq < expected {
            return Err(Broken { seq: row.seq, why: Why::Beyond });
        }
        if row.seq > expected {
            return Err(Broken { seq: expected, why: Why::Missing });
        }
        let hash = row.hash_after(&self.hash);
        if row.hash != hash {
            return Err(Broken { seq: row.seq, why: Why::Hash });
        }
        *self = Self { seq: expected, hash };
        Ok(())
    }
}

/// Rows in order, and the sequence of the one after them if it can't be read.
type Page = (Vec<AuditRow>, Option<i64>);

impl Db {
    /// Reads the whole chain as it stands now. `progress` hears the number of events checked so far, page by page.
    pub async fn audit_verify(&self, progress: impl FnMut(i64)) -> Result<Verdict> {
        self.audit_verify_by(PAGE, progress).await
    }

    /// The same with pages of another size, which changes how fast it is and nothing else.
    pub async fn audit_verify_by(&self, page: i64, mut progress: impl FnMut(i64)) -> Result<Verdict> {
        let mut session = self.snapshot().await?;
        let head = session.audit_head().await?;
        if head.seq.0 <= 2 * page {
            return session.audit_verify(progress).await;
        }
        if let Some(seq) = outside(&mut session, 0, i64::MAX).await? {
            return Ok(Verdict { events: 0, head, broken: Some(Broken { seq, why: Why::Beyond }) });
        }
        let mut readers = Vec::with_capacity(READERS);
        for first in 0..READERS {
            readers.push(reader(self.snapshot().await?, first, page, head.seq.0));
        }
        let mut walk = Walk { seq: 0, hash: [0; 32] };
        for turn in 0.. {
            let Some(page) = readers[turn % READERS].recv().await else { break };
            let (rows, unreadable) = page?;
            let broken;
            (walk, broken) = checked(walk, rows).await?;
            progress(walk.seq);
            let broken = broken.or(unreadable.map(|seq| Broken { seq, why: Why::Unreadable }));
            if broken.is_some() {
                return Ok(Verdict { events: walk.seq, head, broken });
            }
        }
        let beyond = outside(&mut session, i64::MIN, head.seq.0).await?.map(|seq| Broken { seq, why: Why::Beyond });
        Ok(Verdict { events: walk.seq, head, broken: beyond.or_else(|| ending(walk, head)) })
    }
}

/// Reads every [`READERS`]th page up to the end of the chain, one ahead of whoever checks them. Each reader has a state of its
/// own: events up to the end are never written again, so that all see the same.
fn reader(mut session: Session, first: usize, page: i64, end: i64) -> mpsc::Receiver<Result<Page>> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        for number in (first..).step_by(READERS) {
            let after = i64::try_from(number).unwrap_or(i64::MAX).saturating_mul(page);
            if after >= end || sender.send(fetch(&mut session, after, end.min(after + page)).await).await.is_err() {
                return;
            }
        }
    });
    receiver
}

/// The first event that stands where none may: up to `from`, or after `until`.
async fn outside(session: &mut Session, from: i64, until: i64) -> Result<Option<i64>> {
    let found = session.optional::<(i64,)>(Sql::new(OUTSIDE_SQL).bind(from).bind(until)).await?;
    Ok(found.map(|(seq,)| seq))
}

/// Checks rows on a thread of its own, while the next are read.
async fn checked(mut walk: Walk, rows: Vec<AuditRow>) -> Result<(Walk, Option<Broken>)> {
    let checking = tokio::task::spawn_blocking(move || {
        let result = rows.iter().try_for_each(|row| walk.step(row));
        (walk, result.err())
    });
    checking.await.map_err(|error| Error::Internal(error.to_string()))
}

impl Session {
    /// Reads the whole chain as this session sees it; it must see one state throughout.
    pub async fn audit_verify(&mut self, mut progress: impl FnMut(i64)) -> Result<Verdict> {
        let session = self;
        let head = session.audit_head().await?;
        let mut walk = Walk { seq: 0, hash: [0; 32] };
        let mut after = i64::MIN;
        let mut page = fetch(session, after, i64::MAX).await?;
        let broken = loop {
            let (rows, unreadable) = page;
            let last = rows.last().map(|row| row.seq);
            let broken;
            (walk, broken) = checked(walk, rows).await?;
            progress(walk.seq);
            match (broken, unreadable, last) {
                (Some(broken), ..) => break Some(broken),
                (None, Some(seq), _) => break Some(Broken { seq, why: Why::Unreadable }),
                (None, None, None) => break ending(walk, head),
                (None, None, Some(last)) => after = last,
            }
            page = fetch(session, after, i64::MAX).await?;
        };
        Ok(Verdict { events: walk.seq, head, broken })
    }
}

/// Whether the walk ended where the head says.
fn ending(walk: Walk, head: Head) -> Option<Broken> {
    match walk.seq.cmp(&head.seq.0) {
        std::cmp::Ordering::Less => Some(Broken { seq: walk.seq + 1, why: Why::Missing }),
        std::cmp::Ordering::Greater => Some(Broken { seq: head.seq.0 + 1, why: Why::Beyond }),
        std::cmp::Ordering::Equal => (walk.hash != head.hash).then_some(Broken { seq: walk.seq, why: Why::Head }),
    }
}

/// The next page, up to `until`. A row that holds something else than its type allows (SQLite permits it) ends the page; its
/// sequence is given.
async fn fetch(session: &mut Session, after: i64, until: i64) -> Result<Page> {
    match session.all(Sql::new(PAGE_SQL).bind(after).bind(until).bind(PAGE)).await {
        Ok(rows) => Ok((rows, None)),
        Err(Error::Corrupt(_)) => up_to_unreadable(session, after, until).await,
        Err(error) => Err(error),
    }
}

async fn up_to_unreadable(session: &mut Session, after: i64, until: i64) -> Result<Page> {
    let mut rows: Vec<AuditRow> = Vec::new();
    loop {
        let last = rows.last().map_or(after, |row| row.seq);
        match session.optional(Sql::new(PAGE_SQL).bind(last).bind(until).bind(1_i64)).await {
            Ok(Some(row)) => rows.push(row),
            Ok(None) => return Ok((rows, None)),
            Err(Error::Corrupt(_)) => {
                let seq =
                    session.optional::<(i64,)>(Sql::new("select seq from audit where seq > $1 order by seq limit 1").bind(last)).await?;
                return Ok((rows, seq.map(|(seq,)| seq)));
            }
            Err(error) => return Err(error),
        }
    }
}
