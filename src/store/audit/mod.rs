//! The audit chain: every change is one event, every event holds the hash of the one before it.
//!
//! An event's body is JSON without personal data. What is personal travels beside it, sealed under a key of its entity: the
//! hash is over the sealed bytes, so that destroying the key ([`Tx::person_forget`]) erases and the chain stays valid.

pub mod seal;
pub mod verify;

use super::{
    Session, Sql, Tx,
    error::{Conflict, ConflictBy, Error, Result},
    sql::{Arg, args},
    unit::Past,
};
use crate::domain::{
    event::{Entity, Event, Record},
    id::{AuditSeq, CommandId, OperatorId, PartnerId, ProgramVersion},
    person::Personal,
    text::Text,
    time::Instant,
};
use std::collections::HashMap;

pub type Hash = [u8; 32];

/// The end of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub seq: AuditSeq,
    pub hash: Hash,
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

    /// The number under which the key of its entity is kept.
    fn key_number(&self) -> Option<i64> {
        seal::number(Entity::from_parts(&self.entity_kind, self.entity_id)?)
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
const HISTORY: &str = "select seq, at, actor, command_id, entity_kind, entity_id, entity_version, kind, program_version, body, sealed, hash \
    from audit where entity_kind = $1 and entity_id = $2 and entity_version > $3 order by seq";
const PARTNERS: &str = "select seq, at, actor, command_id, entity_kind, entity_id, entity_version, kind, program_version, body, sealed, hash \
    from audit where entity_kind = 'partner' and entity_id in ";
const RECENT: &str = "select seq, at, actor, command_id, entity_kind, entity_id, entity_version, kind, program_version, body, sealed, hash \
    from audit where seq < $1 order by seq desc limit $2";
/// What somebody else did to the leads that an operator looks after, of the kinds that may need them at once.
const CALLS: &str = "select audit.seq, audit.at, audit.actor, audit.command_id, audit.entity_kind, audit.entity_id, audit.entity_version, \
    audit.kind, audit.program_version, audit.body, audit.sealed, audit.hash \
    from audit join lead on lead.id = audit.entity_id where audit.seq > $1 and audit.entity_kind = 'lead' \
    and audit.kind in ('lead.breached', 'lead.escalated', 'lead.fell_back', 'lead.absorbed', 'lead.taken') \
    and lead.desk = $2 and audit.actor <> $2 order by audit.seq limit $3";
const DEAL_CALLS: &str = "select audit.seq, audit.at, audit.actor, audit.command_id, audit.entity_kind, audit.entity_id, \
    audit.entity_version, audit.kind, audit.program_version, audit.body, audit.sealed, audit.hash \
    from audit join deal on deal.id = audit.entity_id where audit.seq > $1 and audit.entity_kind = 'deal' \
    and audit.kind in ('deal.breached', 'deal.escalated', 'deal.review_taken', 'deal.resubmitted') \
    and deal.reviewer = $2 and audit.actor <> $2 order by audit.seq limit $3";
const CASE_CALLS: &str = "select audit.seq, audit.at, audit.actor, audit.command_id, audit.entity_kind, audit.entity_id, \
    audit.entity_version, audit.kind, audit.program_version, audit.body, audit.sealed, audit.hash \
    from audit where audit.seq > $1 and audit.entity_kind = 'conflict' \
    and audit.kind in ('conflict.breached', 'conflict.escalated', 'conflict.review_taken') \
    and audit.actor <> $2 order by audit.seq limit $3";
/// The list of the MDF desk numbers requests 3n + 1 and claims 3n + 2.
const MDF_CALLS: &str = "select audit.seq, audit.at, audit.actor, audit.command_id, audit.entity_kind, audit.entity_id, \
    audit.entity_version, audit.kind, audit.program_version, audit.body, audit.sealed, audit.hash \
    from audit join mdf_item on mdf_item.id = 3 * audit.entity_id + case audit.entity_kind when 'request' then 1 else 2 end \
    where audit.seq > $1 and audit.entity_kind in ('request', 'claim') \
    and audit.kind in ('request.breached', 'request.escalated', 'request.assigned', 'request.resubmitted', 'claim.breached', \
    'claim.escalated', 'claim.assigned', 'claim.resubmitted', 'claim.flagged') \
    and mdf_item.assignee = $2 and audit.actor <> $2 order by audit.seq limit $3";
const FASTER: &str = "select audit.seq, audit.at, coalesce(operator.name, 'operator ' || cast(audit.actor as text)), audit.kind, \
    audit.entity_version from audit left join operator on operator.id = audit.actor \
    where audit.entity_kind = $1 and audit.entity_id = $2 order by audit.seq desc limit 1";

/// The statements of this file, for the test that prepares them.
pub const STATEMENTS: &[&str] =
    &[HEAD, HEAD_LOCK, HEAD_MOVE, FEED, TIMELINE, HISTORY, RECENT, CALLS, DEAL_CALLS, CASE_CALLS, MDF_CALLS, FASTER];

fn head_from((seq, hash): (i64, Vec<u8>)) -> Result<Head> {
    let hash = hash.try_into().map_err(|_| Error::corrupt("the head of the audit chain has no hash"))?;
    Ok(Head { seq: AuditSeq(seq), hash })
}

impl Tx {
    /// Appends events, in this order, and gives the last sequence number of the chain.
    ///
    /// Locks the head of the chain, for which every other write waits: it should be the last step before the commit.
    pub async fn audit_append(&mut self, records: Vec<Record>) -> Result<AuditSeq> {
        let mut head = match self.head {
            Some(head) => head,
            None => head_from(self.one(Sql::new(HEAD_LOCK)).await?)?,
        };
        if records.is_empty() {
            return Ok(head.seq);
        }
        // Under the lock, so that two writers never make two keys for one person.
        let personal = records.iter().filter(|record| record.event.is_personal());
        let keys = self.person_keys(personal.filter_map(|record| seal::number(record.entity))).await?;
        let rows = records.iter().map(|record| Ok(chained(&mut head, record, &keys)?.into_args()));
        self.execute_each(Sql::bulk_try(APPEND, 12, rows, "")).await?;
        self.execute(Sql::new(HEAD_MOVE).bind(head.seq).bind(head.hash)).await?;
        self.head = Some(head);
        Ok(head.seq)
    }
}

/// The row of `record` at the end of the chain, which moves on by one.
fn chained(head: &mut Head, record: &Record, keys: &HashMap<i64, seal::Key>) -> Result<AuditRow> {
    let seq = head.seq.0 + 1;
    let personal = record.event.personal().map(|personal| serde_json::to_string(&personal)).transpose();
    let personal = personal.map_err(|error| Error::Internal(error.to_string()))?;
    let sealed = match (&personal, seal::number(record.entity).and_then(|number| keys.get(&number))) {
        (None, _) => None,
        (Some(personal), Some(key)) => Some(seal::seal(key, seq, personal.as_bytes())?),
        (Some(_), _) => return Err(Error::Internal(format!("an event of a {} has no personal part", record.entity.kind()))),
    };
    let mut row = AuditRow {
        seq,
        at: record.at.micros(),
        actor: record.actor.0,
        command_id: record.command.0.as_bytes().to_vec(),
        entity_kind: record.entity.kind().to_owned(),
        entity_id: record.entity.id(),
        entity_version: record.version,
        kind: record.event.name().to_owned(),
        program_version: record.program.0,
        body: record.event.to_body().map_err(|error| Error::Internal(error.to_string()))?,
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

    /// Events after `seq`, oldest first: what is new to somebody who knew everything up to `seq`. A replay reads them all.
    pub async fn audit_since(&mut self, seq: AuditSeq, limit: u32) -> Result<Vec<Past>> {
        let rows = self.all(Sql::new(FEED).bind(seq).bind(limit)).await?;
        self.opened(rows).await
    }

    /// Events before `seq`, newest first; from the end with `AuditSeq(i64::MAX)`.
    pub async fn audit_before(&mut self, seq: AuditSeq, limit: u32) -> Result<Vec<Past>> {
        let rows = self.all(Sql::new(RECENT).bind(seq).bind(limit)).await?;
        self.opened(rows).await
    }

    /// The events of one entity before `seq`, newest first.
    pub async fn audit_timeline(&mut self, entity: Entity, before: AuditSeq, limit: u32) -> Result<Vec<Past>> {
        let sql = Sql::new(TIMELINE).bind(entity.kind()).bind(entity.id()).bind(before).bind(limit);
        let rows = self.all(sql).await?;
        self.opened(rows).await
    }

    /// What others did after `seq` to the leads of `desk`, of the kinds that may need that operator at once; oldest first.
    pub async fn audit_calls(&mut self, desk: OperatorId, seq: AuditSeq, limit: u32) -> Result<Vec<Past>> {
        let rows = self.all(Sql::new(CALLS).bind(seq).bind(desk).bind(limit)).await?;
        self.opened(rows).await
    }

    /// What others did after `seq` to the registrations that `reviewer` has, of the kinds that may need that operator at
    /// once; oldest first.
    pub async fn audit_deal_calls(&mut self, reviewer: OperatorId, seq: AuditSeq, limit: u32) -> Result<Vec<Past>> {
        let rows = self.all(Sql::new(DEAL_CALLS).bind(seq).bind(reviewer).bind(limit)).await?;
        self.opened(rows).await
    }

    /// What others than `me` did after `seq` to conflicts, whoever reviews them; oldest first.
    pub async fn audit_case_calls(&mut self, me: OperatorId, seq: AuditSeq, limit: u32) -> Result<Vec<Past>> {
        let rows = self.all(Sql::new(CASE_CALLS).bind(seq).bind(me).bind(limit)).await?;
        self.opened(rows).await
    }

    /// What others did after `seq` to the requests and claims that `me` looks after, of the kinds that may need that operator
    /// at once; oldest first.
    pub async fn audit_mdf_calls(&mut self, me: OperatorId, seq: AuditSeq, limit: u32) -> Result<Vec<Past>> {
        let rows = self.all(Sql::new(MDF_CALLS).bind(seq).bind(me).bind(limit)).await?;
        self.opened(rows).await
    }

    /// The events of one entity after a version, oldest first.
    pub async fn history(&mut self, entity: Entity, after_version: i64) -> Result<Vec<Past>> {
        let rows = self.all(Sql::new(HISTORY).bind(entity.kind()).bind(entity.id()).bind(after_version)).await?;
        self.opened(rows).await
    }

    /// All that happened to these partners, oldest first.
    pub async fn partner_histories(&mut self, ids: &[PartnerId]) -> Result<Vec<Past>> {
        let rows = self.all_in(PARTNERS, args(ids.iter().copied()), " order by seq").await?;
        self.opened(rows).await
    }

    /// The error for somebody who read `expected` of an entity that has moved on.
    pub async fn conflict(&mut self, entity: Entity, expected: i64) -> Error {
        match self.optional::<(i64, i64, String, String, i64)>(Sql::new(FASTER).bind(entity.kind()).bind(entity.id())).await {
            Err(error) => error,
            Ok(row) => {
                let found = row.as_ref().map_or(0, |row| row.4);
                let by = row.map(|(seq, at, actor, kind, _)| ConflictBy {
                    seq: AuditSeq(seq),
                    at: Instant::from_micros(at),
                    actor: Text::clean(&actor),
                    kind,
                });
                Error::Conflict(Box::new(Conflict { entity: entity.to_string(), expected, found, by }))
            }
        }
    }

    async fn opened(&mut self, rows: Vec<AuditRow>) -> Result<Vec<Past>> {
        let sealed = rows.iter().filter(|row| row.sealed.is_some()).filter_map(AuditRow::key_number);
        let keys = self.person_keys_known(sealed).await?;
        rows.into_iter().map(|row| past(&row, &keys)).collect()
    }
}

fn past(row: &AuditRow, keys: &HashMap<i64, seal::Key>) -> Result<Past> {
    let broken = |what: &str| Error::corrupt(format!("event {} {what}", row.seq));
    let mut event = Event::from_body(&row.kind, &row.body).map_err(|error| broken(&error.to_string()))?;
    // Without its key, or with one that was made after an erasure, it stays empty.
    let open = row.sealed.as_ref().and_then(|sealed| seal::open(keys.get(&row.key_number()?)?, row.seq, sealed));
    if let Some(open) = open {
        event.set_personal(serde_json::from_str::<Personal>(&open).map_err(|error| broken(&error.to_string()))?);
    }
    let record = Record {
        at: Instant::from_micros(row.at),
        actor: OperatorId(row.actor),
        command: CommandId(uuid::Uuid::from_slice(&row.command_id).map_err(|_| broken("has no command id"))?),
        program: ProgramVersion(row.program_version),
        entity: Entity::from_parts(&row.entity_kind, row.entity_id).ok_or_else(|| broken("is about nothing that we know"))?,
        version: row.entity_version,
        event,
    };
    Ok(Past { seq: AuditSeq(row.seq), record })
}
