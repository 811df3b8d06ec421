//! Candidate keys: which live claims are worth comparing. Protections: which registration alone has a customer and product.

use crate::{
    domain::{
        deal::conflict::{CandidateKey, ProtectionKey},
        id::DealId,
        matching::MEMBERS_MAX,
    },
    store::{
        Session, Sql, Tx,
        error::Result,
        session::LIST_MAX,
        sql::Arg,
        unit::{DealChange, FAMILY_MAX},
    },
};
use std::collections::{HashMap, HashSet};

/// Asks for the newest members of many keys in one row, `key:deal,deal;key:deal`: rows cost more than their text.
fn members_of(keys: &[i64], since_day: i64) -> Sql {
    let mut sql = Sql::new(
        "select string_agg(cast(found.key as text) || ':' || found.members, ';') from (select wanted.column1 as key, \
         (select string_agg(cast(member.deal_id as text), ',') from (select deal_id from deal_key where key = wanted.column1 \
         and settled_day >= ",
    );
    sql.push_bind(since_day).push(" order by settled_day desc, deal_id desc limit ");
    sql.push_bind(i64::try_from(FAMILY_MAX).unwrap_or(i64::MAX)).push(") as member) as members from (values ");
    sql.push_rows(keys.iter().map(|key| [Arg::from(*key)])).push(") as wanted) as found");
    sql
}

impl Session {
    /// Live claims that share a key, as (key, registration), those won before `since_day` left out. A key with more than
    /// [`MEMBERS_MAX`] members gives none, but for that of a family, which gives the newest [`FAMILY_MAX`].
    pub async fn deals_by_key(&mut self, keys: &[CandidateKey], since_day: i64) -> Result<Vec<(i64, DealId)>> {
        // In the order of the index.
        let mut wanted: Vec<i64> = keys.iter().map(|key| key.key).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let found = self.all_each::<(Option<String>,)>(Box::new(wanted.chunks(LIST_MAX).map(|part| members_of(part, since_day)))).await?;
        let mut members: HashMap<i64, Vec<DealId>> = HashMap::new();
        for entry in found.iter().filter_map(|(found,)| found.as_deref()).flat_map(|found| found.split(';')) {
            let Some((key, list)) = entry.split_once(':') else { continue };
            let Ok(key) = key.parse() else { continue };
            members.insert(key, list.split(',').filter_map(|id| id.parse().ok()).map(DealId).collect());
        }
        let mut seen = HashSet::with_capacity(keys.len());
        let mut out = Vec::new();
        for key in keys.iter().filter(|key| seen.insert(key.key)) {
            let list = members.get(&key.key).filter(|list| key.is_family || list.len() <= MEMBERS_MAX);
            out.extend(list.into_iter().flatten().map(|id| (key.key, *id)));
        }
        Ok(out)
    }

    /// Whether anything is protected at all.
    pub async fn is_any_protected(&mut self) -> Result<bool> {
        Ok(self.optional::<(i64,)>(Sql::new("select deal_id from protection limit 1")).await?.is_some())
    }

    /// Who protects each of these keys, in order.
    pub async fn protected_by(&mut self, keys: &[ProtectionKey]) -> Result<Vec<Option<DealId>>> {
        self.numbers_by("select key, deal_id from protection where key in ", keys.iter().map(|key| key.0.as_str()).collect()).await
    }
}

impl Tx {
    pub(super) async fn deal_keys_save(&mut self, changes: &[DealChange]) -> Result<()> {
        let rows = |change: &DealChange, gone: bool| {
            let list = if gone { &change.keys_gone } else { &change.keys };
            let id = change.deal.id.0;
            list.iter().map(move |member| (member.key, member.settled_day, id)).collect::<Vec<_>>()
        };
        // In the order of the index, so that neighbours are written to the same page at once.
        let mut gone: Vec<(i64, i64, i64)> = changes.iter().flat_map(|change| rows(change, true)).collect();
        gone.sort_unstable();
        for part in gone.chunks(LIST_MAX) {
            let mut sql = Sql::new("delete from deal_key where (key, settled_day, deal_id) in (values ");
            sql.push_rows(part.iter().map(|(key, day, id)| [Arg::from(*key), Arg::from(*day), Arg::from(*id)])).push(")");
            self.execute(sql).await?;
        }
        let mut new: Vec<(i64, i64, i64)> = changes.iter().flat_map(|change| rows(change, false)).collect();
        new.sort_unstable();
        new.dedup();
        let new = new.into_iter().map(|(key, day, id)| [Arg::from(key), Arg::from(day), Arg::from(id)]);
        self.execute_each(Sql::bulk("insert into deal_key (key, settled_day, deal_id)", 3, new, "on conflict do nothing")).await?;
        Ok(())
    }

    /// Gives up what is protected no more, then takes what is: a key that another holds is an [`crate::store::Error::Exists`].
    pub(super) async fn protections_save(&mut self, changes: &[DealChange]) -> Result<()> {
        let changed: Vec<(DealId, &Vec<ProtectionKey>)> =
            changes.iter().filter_map(|change| Some((change.deal.id, change.protects.as_ref()?))).collect();
        for part in changed.chunks(LIST_MAX) {
            let mut sql = Sql::new("delete from protection where deal_id in ");
            sql.push_list(part.iter().map(|(id, _)| id.0));
            self.execute(sql).await?;
        }
        // In the order of the keys, so that two writers never wait for each other in a ring.
        let mut taken: Vec<(&str, DealId)> = changed.iter().flat_map(|(id, keys)| keys.iter().map(|key| (key.0.as_str(), *id))).collect();
        taken.sort_unstable();
        let taken = taken.into_iter().map(|(key, id)| [Arg::from(key), Arg::from(id)]);
        self.execute_each(Sql::bulk("insert into protection (key, deal_id)", 2, taken, "")).await?;
        Ok(())
    }
}
