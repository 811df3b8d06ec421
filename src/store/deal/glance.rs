//! All live claims at once: which of them share a key, and what each looks like at a glance.

use crate::{
    domain::{
        deal::{Registration, conflict::Glance},
        id::DealId,
        matching::{MEMBERS_MAX, MatchingPolicy},
    },
    store::{
        Session, Sql, Tx,
        deal::keys::part_of,
        error::{Error, Result},
        session::LIST_MAX,
        sql::{Arg, args},
        unit::DealChange,
    },
};
use std::collections::HashMap;

/// So many parts of all keys are asked for one after the other: no statement runs long.
pub const KEY_SLICES: i64 = 16;
/// How many glances are asked for at once, by number.
const GLANCES: i64 = 65_536;

/// The members of the keys of a part, newest last by number alone, `deal,deal;deal,deal`: rows cost more than their text. Of a
/// key that too many share the key itself and one of them, `key:deal`.
const SHARED: &str = "select string_agg(found.members, ';') from (select case when count(*) <= $4 \
    then string_agg(cast(deal_id as text), ',') else cast(key as text) || ':' || cast(max(deal_id) as text) end as members \
    from deal_key where key >= $1 and key <= $2 and settled_day >= $3 group by key having count(*) > 1) as found";
/// The same while keys are on their way to the great index, which takes sorting.
const SHARED_ALL: &str = "select string_agg(found.members, ';') from (select case when count(*) <= $4 \
    then string_agg(cast(deal_id as text), ',') else cast(key as text) || ':' || cast(max(deal_id) as text) end as members \
    from (select key, settled_day, deal_id from deal_key union all select key, settled_day, deal_id from deal_key_new) as member \
    where key >= $1 and key <= $2 and settled_day >= $3 group by key having count(*) > 1) as found";
const LAST: &str = "select coalesce(max(deal_id), 0) from deal_glance";
const PART: &str = "select string_agg(cast(deal_id as text) || ':' || cast(glance as text), ';') from deal_glance \
    where deal_id > $1 and deal_id <= $2";
const UNSEEN: &str = "select kept.id, kept.body, kept.person from deal_body as kept where kept.id > $1 order by kept.id limit $2";
pub const STATEMENTS: &[&str] = &[SHARED, SHARED_ALL, LAST, PART, UNSEEN];

/// The keys of live claims that at least two have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shared {
    /// The members of each that no more than [`MEMBERS_MAX`] have.
    pub groups: Vec<Vec<DealId>>,
    /// The others, each with one of its members.
    pub crowded: Vec<(i64, DealId)>,
}

fn malformed(text: &str) -> Error {
    Error::corrupt(format!("`{text}` is no list of registrations"))
}

impl Shared {
    fn take(&mut self, entry: &str) -> Result<()> {
        let id = |text: &str| text.parse().map(DealId).map_err(|_| malformed(entry));
        match entry.split_once(':') {
            Some((key, one)) => self.crowded.push((key.parse().map_err(|_| malformed(entry))?, id(one)?)),
            None => self.groups.push(entry.split(',').map(id).collect::<Result<_>>()?),
        }
        Ok(())
    }
}

impl Session {
    /// The keys of part `slice` of [`KEY_SLICES`], those won before `since_day` left out. Keys that are gone and were not taken
    /// out of the index yet count: settle them first, which makes this faster as well, and read again who claims what.
    pub async fn deals_sharing(&mut self, slice: i64, since_day: i64) -> Result<Shared> {
        let (first, last) = part_of(slice, KEY_SLICES);
        let most = i64::try_from(MEMBERS_MAX).unwrap_or(i64::MAX);
        let text = if self.is_any_key_new().await? { SHARED_ALL } else { SHARED };
        let sql = Sql::new(text).bind(first).bind(last).bind(since_day).bind(most);
        let (found,) = self.one::<(Option<String>,)>(sql).await?;
        let mut shared = Shared::default();
        found.iter().flat_map(|found| found.split(';')).try_for_each(|entry| shared.take(entry))?;
        Ok(shared)
    }

    /// The glance of every registration, by its number; the first is that of number 0, which there is not.
    pub async fn glances(&mut self) -> Result<Vec<Glance>> {
        let (last,) = self.one::<(i64,)>(Sql::new(LAST)).await?;
        let mut glances = vec![Glance::default(); usize::try_from(last).unwrap_or(0) + 1];
        for after in (0..last).step_by(usize::try_from(GLANCES).unwrap_or(1)) {
            let (found,) = self.one::<(Option<String>,)>(Sql::new(PART).bind(after).bind(after + GLANCES)).await?;
            for entry in found.iter().flat_map(|found| found.split(';')) {
                let parsed = entry.split_once(':').and_then(|(id, glance)| Some((id.parse::<usize>().ok()?, glance.parse().ok()?)));
                let (id, glance) = parsed.ok_or_else(|| malformed(entry))?;
                if let Some(place) = glances.get_mut(id) {
                    *place = Glance(glance);
                }
            }
        }
        Ok(glances)
    }

    /// The glances of these, as far as there are any.
    pub async fn glances_of(&mut self, ids: &[DealId]) -> Result<HashMap<DealId, Glance>> {
        let head = "select string_agg(cast(deal_id as text) || ':' || cast(glance as text), ';') from deal_glance where deal_id in ";
        let mut glances = HashMap::with_capacity(ids.len());
        for (found,) in self.all_in::<(Option<String>,)>(head, args(ids.iter().copied()), "").await? {
            for entry in found.iter().flat_map(|found| found.split(';')) {
                let parsed = entry.split_once(':').and_then(|(id, glance)| Some((id.parse().ok()?, glance.parse().ok()?)));
                let (id, glance) = parsed.ok_or_else(|| malformed(entry))?;
                glances.insert(DealId(id), Glance(glance));
            }
        }
        Ok(glances)
    }

    /// Which of these claim a deal and are a party of no conflict, in rising order.
    pub async fn deals_free(&mut self, ids: &[DealId]) -> Result<Vec<DealId>> {
        let head = "select id from deal where phase = '' and state in ('submitted', 'under_review', 'action_required', \
            'pending_approval', 'approved', 'won') and id in ";
        let mut free: Vec<DealId> =
            self.all_in::<(i64,)>(head, args(ids.iter().copied()), "").await?.into_iter().map(|(id,)| DealId(id)).collect();
        free.sort_unstable();
        Ok(free)
    }
}

impl Tx {
    pub(super) async fn glances_save(&mut self, changes: &[DealChange]) -> Result<()> {
        let rows = changes.iter().filter_map(|change| Some([Arg::from(change.deal.id), Arg::from(change.glance?.0)]));
        let tail = "on conflict (deal_id) do update set glance = excluded.glance";
        self.execute_each(Sql::bulk("insert into deal_glance (deal_id, glance)", 2, rows, tail)).await?;
        Ok(())
    }

    /// The glances of registrations that were kept before there were any.
    pub(in crate::store) async fn glances_begin(&mut self) -> Result<()> {
        // Nothing that a glance shows depends on the policy.
        let policy = MatchingPolicy::default();
        let mut after = 0;
        loop {
            let deals: Vec<Registration> =
                self.records_of(Sql::new(UNSEEN).bind(after).bind(i64::try_from(LIST_MAX).unwrap_or(i64::MAX))).await?;
            let Some(last) = deals.last() else { return Ok(()) };
            after = last.id.0;
            let rows = deals.iter().map(|deal| [Arg::from(deal.id), Arg::from(deal.glance(&policy).0)]);
            self.execute_each(Sql::bulk("insert into deal_glance (deal_id, glance)", 2, rows, "on conflict do nothing")).await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_hold_every_key_once() {
        let parts: Vec<(i64, i64)> = (0..KEY_SLICES).map(|number| part_of(number, KEY_SLICES)).collect();
        assert_eq!((parts[0].0, parts[parts.len() - 1].1), (i64::MIN, i64::MAX));
        assert!(parts.windows(2).all(|two| two[1].0 == two[0].1 + 1), "{parts:?}");
    }
}
