//! The proof that nothing in the chain was changed, taken out, put in or moved.

use super::{AuditRow, Hash, Head};
use crate::store::{
    Db, Session, Sql,
    error::{Error, Result},
};

/// Events in one page: enough to make the question cheap, little enough to stay below 20 MB.
const PAGE: i64 = 10_000;
const PAGE_SQL: &str = "select seq, at, actor, command_id, entity_kind, entity_id, entity_version, kind, program_version, body, sealed, hash \
    from audit where seq > $1 order by seq limit $2";
pub const STATEMENTS: &[&str] = &[PAGE_SQL];

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

impl Db {
    /// Reads the whole chain as it stands now. `progress` hears the number of events checked so far, page by page.
    pub async fn audit_verify(&self, progress: impl FnMut(i64)) -> Result<Verdict> {
        self.snapshot().await?.audit_verify(progress).await
    }
}

impl Session {
    /// Reads the whole chain as this session sees it; it must see one state throughout.
    pub async fn audit_verify(&mut self, mut progress: impl FnMut(i64)) -> Result<Verdict> {
        let session = self;
        let head = session.audit_head().await?;
        let mut walk = Walk { seq: 0, hash: [0; 32] };
        let mut after = i64::MIN;
        // One page is hashed while the next is read.
        let mut page = fetch(session, after).await?;
        let broken = loop {
            let (rows, unreadable) = page;
            let last = rows.last().map(|row| row.seq);
            let checking = tokio::task::spawn_blocking(move || {
                let result = rows.iter().try_for_each(|row| walk.step(row));
                (walk, result)
            });
            let next = match last {
                Some(last) if unreadable.is_none() => {
                    after = last;
                    Some(fetch(session, after).await?)
                }
                _ => None,
            };
            let (walked, result) = checking.await.map_err(|error| Error::Internal(error.to_string()))?;
            walk = walked;
            progress(walk.seq);
            if let Err(broken) = result {
                break Some(broken);
            }
            if let Some(seq) = unreadable {
                break Some(Broken { seq, why: Why::Unreadable });
            }
            match next {
                Some(next) => page = next,
                None => break ending(walk, head),
            }
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

/// The next page. A row that holds something else than its type allows (SQLite permits it) ends the page; its sequence is given.
async fn fetch(session: &mut Session, after: i64) -> Result<(Vec<AuditRow>, Option<i64>)> {
    match session.all(Sql::new(PAGE_SQL).bind(after).bind(PAGE)).await {
        Ok(rows) => Ok((rows, None)),
        Err(Error::Corrupt(_)) => up_to_unreadable(session, after).await,
        Err(error) => Err(error),
    }
}

async fn up_to_unreadable(session: &mut Session, after: i64) -> Result<(Vec<AuditRow>, Option<i64>)> {
    let mut rows: Vec<AuditRow> = Vec::new();
    loop {
        let last = rows.last().map_or(after, |row| row.seq);
        match session.optional(Sql::new(PAGE_SQL).bind(last).bind(1_i64)).await {
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
