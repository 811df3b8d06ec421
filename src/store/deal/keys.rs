//! Candidate keys: which live claims are worth comparing. Protections: which registration alone has a customer and product.

use crate::{
    domain::{
        deal::conflict::{CandidateKey, ProtectionKey},
        id::DealId,
        matching::MEMBERS_MAX,
    },
    store::{
        Backend, Session, Sql, Tx,
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
/// New keys go into a small index first. Whenever about so many registrations got theirs, one part of [`KEY_PARTS`] moves from
/// there to the great one: neighbours, which share their pages.
const STEP: i64 = 1_024;
/// About so many registrations may wait to be taken out of the index.
const WAITING: i64 = 40_000;

/// A member is named `member` in the statement.
const NOT_GONE: &str = " and not exists (select 1 from deal_key_gone as gone where gone.key = member.key \
    and gone.settled_day = member.settled_day and gone.deal_id = member.deal_id)";
const IS_ANY_GONE: &str = "select deal_id from deal_key_gone limit 1";
const IS_ANY_NEW: &str = "select deal_id from deal_key_new limit 1";
/// Whoever claims again deletes its own line here: these lines are locked first, and what is deleted meanwhile is not found.
const SETTLED: &str = "delete from deal_key_gone where key >= $1 and key <= $2 returning key, settled_day, deal_id";
const MOVE: &str = "insert into deal_key (key, settled_day, deal_id) select key, settled_day, deal_id from deal_key_new \
    where key >= $1 and key <= $2 order by key, settled_day, deal_id on conflict do nothing";
const MOVED: &str = "delete from deal_key_new where key >= $1 and key <= $2";
/// In one statement, so that what others write or delete meanwhile is neither lost nor kept; SQLite has one writer.
const MOVE_AT_ONCE: &str = "with moved as (delete from deal_key_new where key >= $1 and key <= $2 \
    returning key, settled_day, deal_id) insert into deal_key (key, settled_day, deal_id) \
    select key, settled_day, deal_id from moved on conflict do nothing";
pub const STATEMENTS: &[&str] = &[IS_ANY_GONE, IS_ANY_NEW, SETTLED, MOVE, MOVED];

/// The first and the last key of one of so many equal parts.
pub(super) const fn part_of(number: i64, parts: i64) -> (i64, i64) {
    let width = i64::MAX / (parts / 2) + 1;
    // Counted from below; the product may lie beyond the greatest number, the sum does not.
    let first = i64::MIN.wrapping_add(width.wrapping_mul(number));
    (first, first + (width - 1))
}

/// Which members count.
#[derive(Debug, Clone, Copy)]
struct Asked {
    since_day: i64,
    /// Whether any keys wait to be taken out; without, nobody is asked for one by one.
    is_any_gone: bool,
}

/// The members of the key `wanted.column1` in both indexes, at most `limit` from each.
fn push_members(sql: &mut Sql, Asked { since_day, is_any_gone }: Asked, order: &'static str, limit: i64) {
    let not_gone = if is_any_gone { NOT_GONE } else { "" };
    sql.push("(select deal_id, settled_day from (select deal_id, settled_day from deal_key as member where key = wanted.column1");
    sql.push(not_gone).push(" and settled_day >= ").push_bind(since_day).push(order).push(" limit ").push_bind(limit);
    sql.push(") as old union all select deal_id, settled_day from (select deal_id, settled_day from deal_key_new as member ");
    sql.push("where key = wanted.column1").push(not_gone).push(" and settled_day >= ").push_bind(since_day);
    sql.push(order).push(" limit ").push_bind(limit).push(") as young) as member");
}

/// Asks for the members of many keys in one row, `key:deal,deal;key:deal`: rows cost more than their text.
fn asked(keys: &[i64], members: impl FnOnce(&mut Sql)) -> Sql {
    let mut sql =
        Sql::new("select string_agg(cast(found.key as text) || ':' || found.members, ';') from (select wanted.column1 as key, (select ");
    members(&mut sql);
    sql.push(") as members from (values ").push_rows(keys.iter().map(|key| [Arg::from(*key)])).push(") as wanted) as found");
    sql
}

/// All members of each key, nothing for a key that more than [`MEMBERS_MAX`] have.
fn few_of(keys: &[i64], which: Asked) -> Sql {
    let most = i64::try_from(MEMBERS_MAX).unwrap_or(i64::MAX - 1);
    asked(keys, |sql| {
        sql.push("case when count(*) <= ").push_bind(most).push(" then string_agg(cast(member.deal_id as text), ',') end from ");
        push_members(sql, which, "", most + 1);
    })
}

const NEWEST: &str = " order by settled_day desc, deal_id desc";

/// The newest members of each key.
fn newest_of(keys: &[i64], which: Asked, limit: i64) -> Sql {
    asked(keys, |sql| {
        sql.push("string_agg(cast(one.deal_id as text), ',') from (select deal_id from ");
        push_members(sql, which, NEWEST, limit);
        sql.push(NEWEST).push(" limit ").push_bind(limit).push(") as one");
    })
}

type Row = (i64, i64, i64);

fn bound((key, day, deal): Row) -> [Arg; 3] {
    [Arg::from(key), Arg::from(day), Arg::from(deal)]
}

impl Session {
    /// Live claims that share a key, as (key, registration), those won before `since_day` left out. A key with more than
    /// [`MEMBERS_MAX`] members gives none, but for that of a family, which gives the newest [`FAMILY_MAX`].
    pub async fn deals_by_key(&mut self, keys: &[CandidateKey], since_day: i64) -> Result<Vec<(i64, DealId)>> {
        let (families, others): (Vec<&CandidateKey>, Vec<&CandidateKey>) = keys.iter().partition(|key| key.is_family);
        let limit = i64::try_from(FAMILY_MAX).unwrap_or(i64::MAX);
        let which = Asked { since_day, is_any_gone: self.is_any_key_gone().await? };
        let mut found = self.members(families, |part| newest_of(part, which, limit)).await?;
        found.extend(self.members(others, |part| few_of(part, which)).await?);
        let mut seen = HashSet::with_capacity(keys.len());
        let mut out = Vec::new();
        for key in keys.iter().filter(|key| seen.insert(key.key)) {
            out.extend(found.get(&key.key).into_iter().flatten().map(|id| (key.key, *id)));
        }
        Ok(out)
    }

    async fn members(&mut self, keys: Vec<&CandidateKey>, of: impl Fn(&[i64]) -> Sql + Send + Sync) -> Result<HashMap<i64, Vec<DealId>>> {
        // In the order of the index.
        let mut wanted: Vec<i64> = keys.into_iter().map(|key| key.key).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let found = self.all_each::<(Option<String>,)>(Box::new(wanted.chunks(LIST_MAX).map(of))).await?;
        let mut members = HashMap::new();
        for entry in found.iter().filter_map(|(found,)| found.as_deref()).flat_map(|found| found.split(';')) {
            let Some((key, list)) = entry.split_once(':') else { continue };
            let Ok(key) = key.parse() else { continue };
            members.insert(key, list.split(',').filter_map(|id| id.parse().ok()).map(DealId).collect());
        }
        Ok(members)
    }

    /// Everybody who has a key, the newest first.
    pub async fn deals_with_key(&mut self, key: i64, since_day: i64) -> Result<Vec<DealId>> {
        let key = CandidateKey { key, is_family: true };
        let which = Asked { since_day, is_any_gone: self.is_any_key_gone().await? };
        let mut found = self.members(vec![&key], |part| newest_of(part, which, i64::MAX)).await?;
        Ok(found.remove(&key.key).unwrap_or_default())
    }

    /// Whether keys that are gone wait to be taken out of the index.
    pub async fn is_any_key_gone(&mut self) -> Result<bool> {
        Ok(self.optional::<(i64,)>(Sql::new(IS_ANY_GONE)).await?.is_some())
    }

    /// Whether keys wait in the small index of new ones.
    pub async fn is_any_key_new(&mut self) -> Result<bool> {
        Ok(self.optional::<(i64,)>(Sql::new(IS_ANY_NEW)).await?.is_some())
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
            self.keys_deleted(&gone).await?;
        } else {
            let head = "insert into deal_key_gone (key, settled_day, deal_id)";
            self.execute_each(Sql::bulk(head, 3, gone.into_iter().map(bound), "on conflict do nothing")).await?;
        }
        // Who claims again what it gave up is a member again, in one index alone.
        if !new.is_empty() && self.is_any_key_gone().await? {
            self.rows_deleted("delete from deal_key_gone where (key, settled_day, deal_id) in (values ", &new).await?;
            self.keys_deleted(&new).await?;
        }
        let head = "insert into deal_key_new (key, settled_day, deal_id)";
        self.execute_each(Sql::bulk(head, 3, new.into_iter().map(bound), "on conflict do nothing")).await?;
        let took = changes.iter().filter(|change| !change.keys.is_empty()).map(|change| change.deal.id.0);
        for step in took.filter(|id| id % STEP == 0).map(|id| id / STEP).collect::<Vec<_>>() {
            self.deal_keys_move(step).await?;
        }
        if ending >= MANY {
            // Any parts will do, and those of different numbers are taken by turns.
            let first = changes.first().map_or(0, |change| change.deal.id.0 / MANY);
            for number in first..=first + ending * KEY_PARTS / WAITING {
                self.deal_keys_settle(number).await?;
            }
        }
        Ok(())
    }

    /// Out of both indexes; the small one first, so that what moves meanwhile is waited for and found where it went.
    async fn keys_deleted(&mut self, rows: &[Row]) -> Result<()> {
        self.rows_deleted("delete from deal_key_new where (key, settled_day, deal_id) in (values ", rows).await?;
        self.rows_deleted("delete from deal_key where (key, settled_day, deal_id) in (values ", rows).await
    }

    async fn rows_deleted(&mut self, head: &'static str, rows: &[Row]) -> Result<()> {
        for part in rows.chunks(LIST_MAX) {
            let mut sql = Sql::new(head);
            sql.push_rows(part.iter().map(|row| bound(*row))).push(")");
            self.execute(sql).await?;
        }
        Ok(())
    }

    /// Moves one part of [`KEY_PARTS`] to the great index.
    async fn deal_keys_move(&mut self, number: i64) -> Result<()> {
        let (first, last) = part_of(number.rem_euclid(KEY_PARTS), KEY_PARTS);
        if self.backend() == Backend::Postgres {
            self.execute(Sql::new(MOVE_AT_ONCE).bind(first).bind(last)).await?;
        } else {
            self.execute(Sql::new(MOVE).bind(first).bind(last)).await?;
            self.execute(Sql::new(MOVED).bind(first).bind(last)).await?;
        }
        Ok(())
    }

    /// Takes the keys of one part of [`KEY_PARTS`] out of the index that are gone, and into it that are new; the parts are
    /// counted round.
    pub async fn deal_keys_settle(&mut self, number: i64) -> Result<()> {
        let (first, last) = part_of(number.rem_euclid(KEY_PARTS), KEY_PARTS);
        let mut gone = self.all::<Row>(Sql::new(SETTLED).bind(first).bind(last)).await?;
        gone.sort_unstable();
        self.keys_deleted(&gone).await?;
        self.deal_keys_move(number).await
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
