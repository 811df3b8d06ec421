//! Blocking keys: which leads are worth comparing.

use crate::{
    domain::id::LeadId,
    store::{Session, Sql, Tx, error::Result, lead::LIST_MAX, sql::Arg, unit::LeadChange},
};
use std::collections::{HashMap, HashSet};

/// 40 bits of a key are kept. Two different keys that look alike only cost one comparison more, and the index, the largest
/// of the database, is a third smaller.
const fn short(key: i64) -> i64 {
    key >> 24
}

impl Session {
    /// Open leads that share a key, as (key, lead). A key that more than `crowd` leads have says too little and gives none.
    pub async fn leads_by_key(&mut self, keys: &[i64], crowd: u32) -> Result<Vec<(i64, LeadId)>> {
        let wanted: HashSet<i64> = keys.iter().map(|key| short(*key)).collect();
        let wanted: Vec<i64> = wanted.into_iter().collect();
        let mut members: HashMap<i64, Vec<i64>> = HashMap::new();
        for part in wanted.chunks(LIST_MAX) {
            let mut sql = Sql::new(
                "select wanted.column1, (select string_agg(cast(member.lead_id as text), ',') from \
                 (select lead_id from lead_key where key = wanted.column1 limit ",
            );
            sql.push_bind(i64::from(crowd) + 1).push(") as member) from (values ");
            sql.push_rows(part.iter().map(|key| [Arg::from(*key)])).push(") as wanted");
            for (key, list) in self.all::<(i64, Option<String>)>(sql).await? {
                let list: Vec<i64> = list.iter().flat_map(|list| list.split(',')).filter_map(|id| id.parse().ok()).collect();
                if list.len() <= crowd as usize {
                    members.insert(key, list);
                }
            }
        }
        let mut ids: Vec<i64> = members.values().flatten().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let open: HashSet<i64> = self.leads_open(&ids).await?.into_iter().collect();
        let mut out = Vec::new();
        for key in keys {
            let list = members.get(&short(*key)).into_iter().flatten();
            out.extend(list.filter(|id| open.contains(id)).map(|id| (*key, LeadId(*id))));
        }
        Ok(out)
    }
}

impl Tx {
    pub(super) async fn lead_keys_drop(&mut self, changes: &[LeadChange]) -> Result<()> {
        let gone = changes.iter().flat_map(|change| change.keys_gone.iter().map(|key| [Arg::from(short(*key)), Arg::from(change.lead.id)]));
        let gone: Vec<[Arg; 2]> = gone.collect();
        for part in gone.chunks(LIST_MAX) {
            let mut sql = Sql::new("delete from lead_key where (key, lead_id) in (values ");
            sql.push_rows(part.iter().cloned()).push(")");
            self.execute(sql).await?;
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
        self.execute_each(Sql::bulk("insert into lead_key (key, lead_id)", 2, rows, "on conflict do nothing")).await?;
        Ok(())
    }
}
