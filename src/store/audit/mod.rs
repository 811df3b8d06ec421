//! The audit chain: every change is one event, every event holds the hash of the one before it.
//!
//! An event's body is JSON without personal data. What is personal travels beside it, sealed under a key of its lead: the
//! hash is over the sealed bytes, so that destroying the key ([`Tx::person_forget`]) erases and the chain stays valid.

pub mod seal;
pub mod verify;

use super::{
    Session, Sql, Tx,
    error::{Conflict, ConflictBy, Error, Result},
    sql::Arg,
};
use crate::domain::{
    id::{AuditSeq, CommandId, OperatorId, ProgramVersion},
    text::Text,
    time::Instant,
};
use std::{collections::HashMap, ops::RangeInclusive};

pub type Hash = [u8; 32];

/// The entity kind whose personal data can be sealed; its id chooses the key.
pub const LEAD: &str = "lead";

/// The end of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub seq: AuditSeq,
    pub hash: Hash,
}

/// An event to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub at: Instant,
    pub actor: OperatorId,
    pub command: CommandId,
    /// `lead`, `partner`, `program` ...
    pub entity_kind: &'static str,
    pub entity_id: i64,
    /// The version of the entity after this event; unchanged by a denial.
    pub entity_version: i64,
    /// `lead_accepted`, in the past tense.
    pub kind: &'static str,
    /// The program in force when it was decided.
    pub program: ProgramVersion,
    /// JSON without personal data.
    pub body: String,
    /// JSON with the personal data, of a lead only.
    pub personal: Option<String>,
}

/// An event as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub seq: AuditSeq,
    pub at: Instant,
    pub actor: OperatorId,
    pub command: CommandId,
    pub entity_kind: String,
    pub entity_id: i64,
    pub entity_version: i64,
    pub kind: String,
    pub program: ProgramVersion,
    pub body: String,
    pub personal: Personal,
}

/// The personal part of an event that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Personal {
    /// The event has none.
    None,
    Open(String),
    /// Its key was destroyed.
    Erased,
}

#[derive(sqlx::FromRow)]
pub(super) struct AuditRow {
    pub seq: i64,
    pub at: i64,
    pub actor: i64,
    pub command_id: Vec<u8>,
    pub entity_kind: String,
    pub entity_id: i64,
    pub entity_version: i64,
    pub kind: String,
    pub program_version: i64,
    pub body: String,
    pub sealed: Option<Vec<u8>>,
    pub hash: Vec<u8>,
}

impl AuditRow {
    /// The hash of this event when it follows `previous`. Each field goes in with its length before it, so that no two
    /// different events are the same bytes.
    pub fn hash_after(&self, previous: &Hash) -> Hash {
        let mut hasher = blake3::Hasher::new();
        let mut buffer = Vec::with_capacity(256 + self.body.len());
        let mut field = |bytes: &[u8]| {
            buffer.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            buffer.extend_from_slice(bytes);
        };
        field(previous);
        for number in [self.seq, self.at, self.actor, self.entity_id, self.entity_version, self.program_version] {
            field(&number.to_le_bytes());
        }
        field(&self.command_id);
        for text in [&self.entity_kind, &self.kind, &self.body] {
            field(text.as_bytes());
        }
        match &self.sealed {
            None => field(b"none"),
            Some(sealed) => {
                field(b"some");
                field(sealed);
            }
        }
        hasher.update(&buffer);
        *hasher.finalize().as_bytes()
    }

    fn into_args(self) -> [Arg; 12] {
        [
            self.seq.into(),
            self.at.into(),
            self.actor.into(),
            self.command_id.into(),
            self.entity_kind.into(),
            self.entity_id.into(),
            self.entity_version.into(),
            self.kind.into(),
            self.program_version.into(),
            self.body.into(),
            self.sealed.into(),
            self.hash.into(),
        ]
    }
}

const HEAD: &str = "select seq, hash from audit_head";
/// An update that changes nothing takes the row's lock on both databases and gives what is there.
const HEAD_LOCK: &str = "update audit_head set seq = seq returning seq, hash";
const HEAD_MOVE: &str = "update audit_head set seq = $1, hash = $2";
const APPEND: &str = "insert into audit (seq, at, actor, command_id, entity_kind, entity_id, entity_version, kind, \
    program_version, body, sealed, hash)";
const FEED: &str = "select seq, at, actor, command_id, entity_kind, entity_id, entity_version, kind, program_version, body, sealed, hash \
    from audit where seq > $1 order by seq limit $2";
const TIMELINE: &str = "select seq, at, actor, command_id, entity_kind, entity_id, entity_version, kind, program_version, body, sealed, hash \
    from audit where entity_kind = $1 and entity_id = $2 and seq < $3 order by seq desc limit $4";
const RECENT: &str = "select seq, at, actor, command_id, entity_kind, entity_id, entity_version, kind, program_version, body, sealed, hash \
    from audit where seq < $1 order by seq desc limit $2";
const FASTER: &str = "select audit.seq, audit.at, coalesce(operator.name, 'operator ' || cast(audit.actor as text)), audit.kind, \
    audit.entity_version from audit left join operator on operator.id = audit.actor \
    where audit.entity_kind = $1 and audit.entity_id = $2 order by audit.seq desc limit 1";

/// The statements of this file, for the test that prepares them.
pub const STATEMENTS: &[&str] = &[HEAD, HEAD_LOCK, HEAD_MOVE, FEED, TIMELINE, RECENT, FASTER];

fn head_from((seq, hash): (i64, Vec<u8>)) -> Result<Head> {
    let hash = hash.try_into().map_err(|_| Error::corrupt("the head of the audit chain has no hash"))?;
    Ok(Head { seq: AuditSeq(seq), hash })
}

impl Tx {
    /// Appends events, in this order, and gives their sequence numbers; `None` if there are none.
    ///
    /// Locks the head of the chain, for which every other write waits: it should be the last step before the commit.
    pub async fn audit_append(&mut self, records: Vec<Record>) -> Result<Option<RangeInclusive<i64>>> {
        if records.is_empty() {
            return Ok(None);
        }
        let mut head = match self.head {
            Some(head) => head,
            None => head_from(self.one(Sql::new(HEAD_LOCK)).await?)?,
        };
        // Under the lock, so that two writers never make two keys for one person.
        let keys = self.person_keys(records.iter().filter(|record| record.personal.is_some()).map(|record| record.entity_id)).await?;
        let first = head.seq.0 + 1;
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            let row = chained(&mut head, record, &keys)?;
            rows.push(row.into_args());
        }
        self.execute_each(Sql::bulk(APPEND, 12, rows, "")).await?;
        self.execute(Sql::new(HEAD_MOVE).bind(head.seq).bind(&head.hash)).await?;
        self.head = Some(head);
        Ok(Some(first..=head.seq.0))
    }
}

/// The row of `record` at the end of the chain, which moves on by one.
fn chained(head: &mut Head, record: Record, keys: &HashMap<i64, seal::Key>) -> Result<AuditRow> {
    let seq = head.seq.0 + 1;
    let sealed = match (record.personal, keys.get(&record.entity_id)) {
        (None, _) => None,
        (Some(personal), Some(key)) if record.entity_kind == LEAD => Some(seal::seal(key, seq, personal.as_bytes())?),
        (Some(_), _) => return Err(Error::Internal(format!("{} events have no personal part", record.entity_kind))),
    };
    let mut row = AuditRow {
        seq,
        at: record.at.micros(),
        actor: record.actor.0,
        command_id: record.command.0.as_bytes().to_vec(),
        entity_kind: record.entity_kind.to_owned(),
        entity_id: record.entity_id,
        entity_version: record.entity_version,
        kind: record.kind.to_owned(),
        program_version: record.program.0,
        body: record.body,
        sealed,
        hash: Vec::new(),
    };
    let hash = row.hash_after(&head.hash);
    row.hash = hash.to_vec();
    *head = Head { seq: AuditSeq(seq), hash };
    Ok(row)
}

impl Session {
    pub async fn audit_head(&mut self) -> Result<Head> {
        head_from(self.one(Sql::new(HEAD)).await?)
    }

    /// Events after `seq`, oldest first: what is new to somebody who knew everything up to `seq`.
    pub async fn audit_since(&mut self, seq: AuditSeq, limit: u32) -> Result<Vec<Entry>> {
        let rows = self.all(Sql::new(FEED).bind(seq).bind(limit)).await?;
        self.opened(rows).await
    }

    /// Events before `seq`, newest first; from the end with `AuditSeq(i64::MAX)`.
    pub async fn audit_before(&mut self, seq: AuditSeq, limit: u32) -> Result<Vec<Entry>> {
        let rows = self.all(Sql::new(RECENT).bind(seq).bind(limit)).await?;
        self.opened(rows).await
    }

    /// The events of one entity before `seq`, newest first.
    pub async fn audit_timeline(&mut self, kind: &'static str, id: i64, before: AuditSeq, limit: u32) -> Result<Vec<Entry>> {
        let rows = self.all(Sql::new(TIMELINE).bind(kind).bind(id).bind(before).bind(limit)).await?;
        self.opened(rows).await
    }

    /// The error for somebody who read `expected` of an entity that has moved on.
    pub async fn conflict(&mut self, kind: &'static str, id: i64, name: String, expected: i64) -> Error {
        let faster = self.optional::<(i64, i64, String, String, i64)>(Sql::new(FASTER).bind(kind).bind(id)).await;
        match faster {
            Err(error) => error,
            Ok(row) => {
                let found = row.as_ref().map_or(0, |row| row.4);
                let by = row.map(|(seq, at, actor, kind, _)| ConflictBy {
                    seq: AuditSeq(seq),
                    at: Instant::from_micros(at),
                    actor: Text::clean(&actor),
                    kind,
                });
                Error::Conflict(Box::new(Conflict { entity: name, expected, found, by }))
            }
        }
    }

    async fn opened(&mut self, rows: Vec<AuditRow>) -> Result<Vec<Entry>> {
        let sealed = rows.iter().filter(|row| row.sealed.is_some()).map(|row| row.entity_id);
        let keys = self.person_keys_known(sealed).await?;
        rows.into_iter().map(|row| entry(row, &keys)).collect()
    }
}

fn entry(row: AuditRow, keys: &HashMap<i64, seal::Key>) -> Result<Entry> {
    let personal = match &row.sealed {
        None => Personal::None,
        // A key made after an erasure does not open what was sealed before it.
        Some(sealed) => match keys.get(&row.entity_id).and_then(|key| seal::open(key, row.seq, sealed)) {
            Some(open) => Personal::Open(open),
            None => Personal::Erased,
        },
    };
    let command = uuid::Uuid::from_slice(&row.command_id).map_err(|_| Error::corrupt(format!("event {} has no command id", row.seq)))?;
    Ok(Entry {
        seq: AuditSeq(row.seq),
        at: Instant::from_micros(row.at),
        actor: OperatorId(row.actor),
        command: CommandId(command),
        entity_kind: row.entity_kind,
        entity_id: row.entity_id,
        entity_version: row.entity_version,
        kind: row.kind,
        program: ProgramVersion(row.program_version),
        body: row.body,
        personal,
    })
}
