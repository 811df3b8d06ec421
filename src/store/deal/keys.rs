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
        unit::{DealChange, FAMILY_MAX, Member},
    },
};
use std::collections::{HashMap, HashSet};

/// From so many registrations on, keys that go are noted first: fewer touch few pages of the index at once.
const MANY: i64 = 64;
/// So many parts of all keys are settled one after the other.
pub const KEY_PARTS: i64 = 32;
/// About so many registrations may wait to be taken out of the index.
const WAITING: i64 = 40_000;

/// A member is named `member` in the statement.
const NOT_GONE: &str = "not exists (select 1 from deal_key_gone as gone where gone.key = member.key \
    and gone.settled_day = member.settled_day and gone.deal_id = member.deal_id)";
const FROM_INDEX: &str = "delete from deal_key where (key, settled_day, deal_id) in (values ";
const IS_ANY_GONE: &str = "select deal_id from deal_key_gone limit 1";
/// Whoever claims again deletes its own line here: these lines are locked first, and what is deleted meanwhile is not found.
const SETTLED: &str = "delete from deal_key_gone where key >= $1 and key <= $2 returning key, settled_day, deal_id";
pub const STATEMENTS: &[&str] = &[IS_ANY_GONE, SETTLED];

/// The first and the last key of one of so many equal parts.
pub(super) const fn part_of(number: i64, parts: i64) -> (i64, i64) {
    let width = i64::MAX / (parts / 2) + 1;
    // Counted from below; the product may lie beyond the greatest number, the sum does not.
    let first = i64::MIN.wrapping_add(width.wrapping_mul(number));
    (first, first + (width - 1))
}

/// Asks for the newest members of many keys in one row, `key:deal,deal;key:deal`: rows cost more than their text.
fn members_of(keys: &[i64], since_day: i64) -> Sql {
    let mut sql = Sql::new(
        "select string_agg(cast(found.key as text) || ':' || found.members, ';') from (select wanted.column1 as key, \
         (select string_agg(cast(one.deal_id as text), ',') from (select deal_id from deal_key as member \
         where key = wanted.column1 and ",
    );
    sql.push(NOT_GONE).push(" and settled_day >= ");
    sql.push_bind(since_day).push(" order by settled_day desc, deal_id desc limit ");
    sql.push_bind(i64::try_from(FAMILY_MAX).unwrap_or(i64::MAX)).push(") as one) as members from (values ");
    sql.push_rows(keys.iter().map(|key| [Arg::from(*key)])).push(") as wanted) as found");
    sql
}

type Row = (i64, i64, i64);

fn bound((key, day, deal): Row) -> [Arg; 3] {
    [Arg::from(key), Arg::from(day), Arg::from(deal)]
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

    /// Everybody who has a key, the newest first.
    pub async fn deals_with_key(&mut self, key: i64, since_day: i64) -> Result<Vec<DealId>> {
        let mut sql = Sql::new("select deal_id from deal_key as member where ");
        sql.push(NOT_GONE).push(" and key = ").push_bind(key).push(" and settled_day >= ").push_bind(since_day);
        sql.push(" order by settled_day desc, deal_id desc");
        let rows = self.all::<(i64,)>(sql).await?;
        Ok(rows.into_iter().map(|(id,)| DealId(id)).collect())
    }

    /// Whether keys that are gone wait to be taken out of the index.
    pub async fn is_any_key_gone(&mut self) -> Result<bool> {
        Ok(self.optional::<(i64,)>(Sql::new(IS_ANY_GONE)).await?.is_some())
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
        // In the order of the index, so that neighbours are written to the same page at once.
        let in_order = |list: fn(&DealChange) -> &Vec<Member>| {
            let of = |change: &DealChange| {
                let id = change.deal.id.0;
                list(change).iter().map(move |member| (member.key, member.settled_day, id)).collect::<Vec<Row>>()
            };
            let mut rows: Vec<Row> = changes.iter().flat_map(of).collect();
            rows.sort_unstable();
            rows.dedup();
            rows
        };
        let (gone, new) = (in_order(|change| &change.keys_gone), in_order(|change| &change.keys));
        let ending = changes.iter().map(|change| i64::from(!change.keys_gone.is_empty())).sum::<i64>();
        if ending < MANY {
            self.keys_deleted(FROM_INDEX, &gone).await?;
        } else {
            let head = "insert into deal_key_gone (key, settled_day, deal_id)";
            self.execute_each(Sql::bulk(head, 3, gone.into_iter().map(bound), "on conflict do nothing")).await?;
        }
        // Who claims again what it gave up is a member again.
        if !new.is_empty() && self.is_any_key_gone().await? {
            self.keys_deleted("delete from deal_key_gone where (key, settled_day, deal_id) in (values ", &new).await?;
        }
        let head = "insert into deal_key (key, settled_day, deal_id)";
        self.execute_each(Sql::bulk(head, 3, new.into_iter().map(bound), "on conflict do nothing")).await?;
        if ending >= MANY {
            // Any parts will do, and those of different numbers are taken by turns.
            let first = changes.first().map_or(0, |change| change.deal.id.0 / MANY);
            for number in first..=first + ending * KEY_PARTS / WAITING {
                self.deal_keys_settle(number).await?;
            }
        }
        Ok(())
    }

    async fn keys_deleted(&mut self, head: &'static str, rows: &[Row]) -> Result<()> {
        for part in rows.chunks(LIST_MAX) {
            let mut sql = Sql::new(head);
            sql.push_rows(part.iter().map(|row| bound(*row))).push(")");
            self.execute(sql).await?;
        }
        Ok(())
    }

    /// Takes the keys of one part of [`KEY_PARTS`] out of the index that are gone; the parts are counted round.
    pub async fn deal_keys_settle(&mut self, number: i64) -> Result<()> {
        let (first, last) = part_of(number.rem_euclid(KEY_PARTS), KEY_PARTS);
        let mut gone = self.all::<Row>(Sql::new(SETTLED).bind(first).bind(last)).await?;
        gone.sort_unstable();
        self.keys_deleted(FROM_INDEX, &gone).await
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
