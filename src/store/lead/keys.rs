//! Blocking keys: which leads are worth comparing.

use crate::{
    domain::id::LeadId,
    store::{Session, Sql, Tx, error::Result, session::LIST_MAX, sql::Arg, unit::LeadChange},
};
use std::collections::HashMap;

/// 40 bits of a key are kept. Two different keys that look alike only cost one comparison more, and the index, the largest
/// of the database, is a third smaller.
const fn short(key: i64) -> i64 {
    key >> 24
}

/// Random keys touch nearly every page of a great index, and each would be written again by every batch of an import. So new keys
/// first go into a small index, and whenever so many leads were received ...
const STEP_LEADS: i64 = 2_500;
/// ... one slice of this many moves from there to the great one: neighbours, which share their pages.
const SLICES: i64 = 32;

/// The first and the last key of a slice.
const fn slice(number: i64) -> (i64, i64) {
    let width = (1 << 40) / SLICES;
    let first = -(1 << 39) + number * width;
    (first, first + width - 1)
}

const MOVE: &str = "insert into lead_key (key, lead_id) select key, lead_id from lead_key_new where key >= $1 and key <= $2 \
    order by key, lead_id on conflict do nothing";
const MOVED: &str = "delete from lead_key_new where key >= $1 and key <= $2";
pub const STATEMENTS: &[&str] = &[MOVE, MOVED];

/// Asks for the members of many keys in one row, `key:lead,lead;key:lead`: rows cost more than their text.
fn members_of(keys: &[i64], crowd: u32) -> Sql {
    let more = i64::from(crowd) + 1;
    let mut sql = Sql::new(
        "select string_agg(cast(found.key as text) || ':' || found.members, ';') from (select wanted.column1 as key, \
         (select case when count(*) <= ",
    );
    sql.push_bind(i64::from(crowd)).push(
        " then string_agg(cast(member.lead_id as text), ',') end from (\
         select lead_id from (select lead_id from lead_key where key = wanted.column1 limit ",
    );
    sql.push_bind(more).push(") as old union all select lead_id from (select lead_id from lead_key_new where key = wanted.column1 limit ");
    sql.push_bind(more).push(") as young) as member) as members from (values ");
    sql.push_rows(keys.iter().map(|key| [Arg::from(*key)])).push(") as wanted) as found");
    sql
}

impl Session {
    /// Leads that share a key, as (key, lead), whatever has become of them. A key that more than `crowd` leads have says too
    /// little and gives none.
    pub async fn leads_by_key(&mut self, keys: &[i64], crowd: u32) -> Result<Vec<(i64, LeadId)>> {
        let mut wanted: Vec<i64> = keys.iter().map(|key| short(*key)).collect();
        // In the order of the index.
        wanted.sort_unstable();
        wanted.dedup();
        let found = self.all_each::<(Option<String>,)>(Box::new(wanted.chunks(LIST_MAX).map(|part| members_of(part, crowd)))).await?;
        let mut members: HashMap<i64, Vec<i64>> = HashMap::new();
        for entry in found.iter().filter_map(|(found,)| found.as_deref()).flat_map(|found| found.split(';')) {
            let Some((key, list)) = entry.split_once(':') else { continue };
            let Ok(key) = key.parse() else { continue };
            members.insert(key, list.split(',').filter_map(|id| id.parse().ok()).collect());
        }
        let mut out = Vec::new();
        for key in keys {
            let list = members.get(&short(*key)).into_iter().flatten();
            out.extend(list.map(|id| (*key, LeadId(*id))));
        }
        Ok(out)
    }
}

impl Tx {
    pub(super) async fn lead_keys_drop(&mut self, changes: &[LeadChange]) -> Result<()> {
        let gone = changes.iter().flat_map(|change| change.keys_gone.iter().map(|key| [Arg::from(short(*key)), Arg::from(change.lead.id)]));
        let gone: Vec<[Arg; 2]> = gone.collect();
        for part in gone.chunks(LIST_MAX) {
            for head in
                ["delete from lead_key where (key, lead_id) in (values ", "delete from lead_key_new where (key, lead_id) in (values "]
            {
                let mut sql = Sql::new(head);
                sql.push_rows(part.iter().cloned()).push(")");
                self.execute(sql).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn lead_keys_add(&mut self, changes: &[LeadChange]) -> Result<()> {
        let mut rows: Vec<(i64, i64)> =
            changes.iter().flat_map(|change| change.keys.iter().map(|key| (short(*key), change.lead.id.0))).collect();
        // In the order of the index, so that neighbours are written to the same page at once.
        rows.sort_unstable();
        rows.dedup();
        let rows = rows.into_iter().map(|(key, lead)| [Arg::from(key), Arg::from(lead)]);
        self.execute_each(Sql::bulk("insert into lead_key_new (key, lead_id)", 2, rows, "on conflict do nothing")).await?;
        self.lead_keys_settle(changes).await
    }

    /// Moves the slices that are due by the number of leads received: what a replay does at the same places.
    async fn lead_keys_settle(&mut self, changes: &[LeadChange]) -> Result<()> {
        let new = || changes.iter().filter(|change| change.expected == 0).map(|change| change.lead.id.0);
        let (Some(first), Some(last)) = (new().min(), new().max()) else { return Ok(()) };
        for step in (first - 1) / STEP_LEADS + 1..=last / STEP_LEADS {
            let (from, to) = slice(step.rem_euclid(SLICES));
            self.execute(Sql::new(MOVE).bind(from).bind(to)).await?;
            self.execute(Sql::new(MOVED).bind(from).bind(to)).await?;
        }
        Ok(())
    }
}
