//! What the engine asks before it works, and what a replay copies before it begins.

use super::{Session, Sql, Tx, error::Result, sql::Arg};
use crate::domain::{id::LeadId, time::Instant};

const NEXT_DUE: &str = "select min(next_at) from lead where next_at is not null";
const DEAL_NEXT: &str = "select min(next_at) from deal where next_at is not null";
const CASE_NEXT: &str = "select min(next_at) from conflict where next_at is not null";
const UNPLACED: &str = "select id from lead where state = 'unassigned' and id > $1 order by id limit $2";
const PERSON_KEYS: &str = "select entity_no, key from person_key";
const SECRETS: &str = "select name, key from secret";
pub const STATEMENTS: &[&str] = &[NEXT_DUE, DEAL_NEXT, CASE_NEXT, UNPLACED, PERSON_KEYS, SECRETS];

/// The keys that are no part of the audit chain: without them a replay can't open what is personal in it.
#[derive(Default)]
pub struct Secrets {
    person_keys: Vec<(i64, Vec<u8>)>,
    named: Vec<(String, Vec<u8>)>,
    suppressed: Vec<Vec<u8>>,
}

impl Session {
    /// When the next clock of any lead has to be looked at.
    pub async fn lead_next_due(&mut self) -> Result<Option<Instant>> {
        let (next,) = self.one::<(Option<i64>,)>(Sql::new(NEXT_DUE)).await?;
        Ok(next.map(Instant::from_micros))
    }

    /// When a registration or a conflict has to be looked at next.
    pub async fn deal_next_due(&mut self) -> Result<Option<Instant>> {
        let (deal,) = self.one::<(Option<i64>,)>(Sql::new(DEAL_NEXT)).await?;
        let (case,) = self.one::<(Option<i64>,)>(Sql::new(CASE_NEXT)).await?;
        Ok(deal.into_iter().chain(case).min().map(Instant::from_micros))
    }

    /// The numbers of unassigned leads after `after`.
    pub async fn leads_unplaced_ids(&mut self, after: LeadId, limit: u32) -> Result<Vec<LeadId>> {
        let rows = self.all::<(i64,)>(Sql::new(UNPLACED).bind(after).bind(limit)).await?;
        Ok(rows.into_iter().map(|(id,)| LeadId(id)).collect())
    }

    /// Every key and every suppressed hash.
    pub async fn secrets(&mut self) -> Result<Secrets> {
        Ok(Secrets {
            person_keys: self.all(Sql::new(PERSON_KEYS)).await?,
            named: self.all(Sql::new(SECRETS)).await?,
            suppressed: self.all::<(Vec<u8>,)>(Sql::new("select hash from suppression")).await?.into_iter().map(|(hash,)| hash).collect(),
        })
    }
}

impl Tx {
    /// Puts the keys of another database into this one, which has none.
    pub async fn secrets_restore(&mut self, secrets: &Secrets) -> Result<()> {
        let keys = secrets.person_keys.iter().map(|(lead, key)| [Arg::from(*lead), Arg::from(key.clone())]);
        self.execute_each(Sql::bulk("insert into person_key (entity_no, key)", 2, keys, "")).await?;
        let named = secrets.named.iter().map(|(name, key)| [Arg::from(name.as_str()), Arg::from(key.clone())]);
        self.execute_each(Sql::bulk("insert into secret (name, key)", 2, named, "")).await?;
        let hashes = secrets.suppressed.iter().map(|hash| [Arg::from(hash.clone())]);
        self.execute_each(Sql::bulk("insert into suppression (hash)", 1, hashes, "")).await?;
        Ok(())
    }
}
