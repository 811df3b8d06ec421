//! Lines that wait for a person: narrow rows for the queue, beside them the whole as JSON.

use crate::{
    domain::{
        id::{CorrectionId, PartnerId},
        pos::{Correction, key},
        text::Text,
    },
    store::{
        Session, Sql, Tx,
        error::Result,
        kept::{Kept, Saving},
        sql::{Arg, args},
        unit::pos::{CorrectionChange, SaleKey},
    },
};
use std::collections::HashMap;

const ANY_BETWEEN: &str = "select id from correction where key >= $1 and key <= $2 limit 1";
const OPEN: &str = "select reason, count(*) from correction where state = 'open' group by reason order by reason";
pub const STATEMENTS: &[&str] = &[ANY_BETWEEN, OPEN];

impl Kept for Correction {
    const BODIES: &'static str = "select id, body, cast(null as text) as person from correction_body where id in ";
    const VERSIONS: &'static str = "select id, version from correction where id in ";
    const INSERT: (&'static str, usize) = ("insert into correction (id, version, raised_at, updated_at, state, reason, partner, key)", 8);
    const UPDATE: &'static str = "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, \
        state = excluded.state, reason = excluded.reason, partner = excluded.partner";
    const INSERT_BODY: (&'static str, usize) = ("insert into correction_body (id, body)", 2);
    const UPDATE_BODY: &'static str = "on conflict (id) do update set body = excluded.body";

    fn row(&self) -> impl IntoIterator<Item = Arg> {
        [
            self.id.into(),
            self.version.into(),
            self.raised_at.into(),
            self.updated_at.into(),
            self.state.name().into(),
            self.reason().into(),
            self.partner.into(),
            number(&self.key).into(),
        ]
    }
}

/// The number of a correction's key, whatever day its line is of: that may be what is wrong with it.
pub fn number(key: &str) -> i64 {
    key::number(key, chrono::NaiveDate::default())
}

/// What part of the corrections is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CorrectionsAsked {
    /// By the name of its state; all without.
    pub state: Option<&'static str>,
    /// By the stable name of what is wrong first.
    pub reason: Option<&'static str>,
    pub partner: Option<PartnerId>,
    /// Those after this one, by number.
    pub after: Option<CorrectionId>,
    pub limit: u32,
}

impl Session {
    /// The corrections in the order asked for; unknown ones are left out.
    pub async fn corrections(&mut self, ids: &[CorrectionId]) -> Result<Vec<Correction>> {
        self.records(ids).await
    }

    /// A page of corrections in the order in which they were raised.
    pub async fn corrections_page(&mut self, asked: &CorrectionsAsked) -> Result<Vec<Correction>> {
        let mut sql = Sql::new("select id from correction where id > ");
        sql.push_bind(asked.after.map_or(0, |id| id.0));
        // Stated as the index states it, which holds no other.
        match asked.state {
            Some("open") => _ = sql.push(" and state = 'open'"),
            Some(state) => _ = sql.push(" and state = ").push_bind(state),
            None => {}
        }
        if let Some(reason) = asked.reason {
            sql.push(" and reason = ").push_bind(reason);
        }
        if let Some(partner) = asked.partner {
            sql.push(" and partner = ").push_bind(partner);
        }
        sql.push(" order by id limit ").push_bind(asked.limit);
        let ids: Vec<CorrectionId> = self.all::<(i64,)>(sql).await?.into_iter().map(|(id,)| CorrectionId(id)).collect();
        self.corrections(&ids).await
    }

    /// How many corrections are open, by what is wrong first.
    pub async fn corrections_open(&mut self) -> Result<Vec<(String, i64)>> {
        self.all(Sql::new(OPEN)).await
    }

    /// For each key the last correction of it.
    pub async fn corrections_by_key(&mut self, keys: &[SaleKey<'_>]) -> Result<Vec<Option<Correction>>> {
        let mut numbers: Vec<i64> = keys.iter().map(|key| number(key.key)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { return Ok(Vec::new()) };
        if self.optional::<(i64,)>(Sql::new(ANY_BETWEEN).bind(*first).bind(*last)).await?.is_none() {
            return Ok(vec![None; keys.len()]);
        }
        let ids = self.all_in::<(i64,)>("select id from correction where key in ", args(numbers), "").await?;
        let mut ids: Vec<CorrectionId> = ids.into_iter().map(|(id,)| CorrectionId(id)).collect();
        ids.sort_unstable();
        let mut found: HashMap<Text, Correction> = HashMap::with_capacity(ids.len());
        for correction in self.corrections(&ids).await? {
            found.insert(correction.key.clone(), correction);
        }
        Ok(keys.iter().map(|key| found.get(key.key).cloned()).collect())
    }
}

impl Tx {
    pub(in crate::store) async fn corrections_save(&mut self, changes: &[CorrectionChange]) -> Result<()> {
        let saving = changes.iter().map(|change| Saving { record: &change.correction, expected: change.expected, restated: true });
        self.records_save(saving.collect()).await?;
        self.tier_lines_of_corrections(changes.iter().map(|change| &change.correction)).await
    }
}
