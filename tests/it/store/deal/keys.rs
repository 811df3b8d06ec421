//! Candidate keys: who shares one is found, wherever the keys are on their way.

use super::{change, some_deals};
use crate::{
    store::room::saved,
    support::databases::{Fresh, on_both},
};
use pilothouse::{
    domain::{
        deal::{Registration, conflict::CandidateKey},
        id::DealId,
    },
    store::{
        KEY_PARTS, KEY_SLICES, Sql,
        unit::{Changes, DealChange, Member, NOT_SETTLED},
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn claims_are_found_by_key_until_they_are_long_settled() {
    on_both(|fresh: Fresh| async move {
        let member = |key, settled_day| Member { key, settled_day };
        let rows = some_deals(80).into_iter().map(|deal| {
            let keys = match deal.id.0 {
                1 => vec![member(7, NOT_SETTLED), member(8, NOT_SETTLED)],
                2 => vec![member(7, 20_000)],
                3 => vec![member(7, 19_000)],
                _ => vec![member(9, NOT_SETTLED)],
            };
            DealChange { keys, ..change(deal, 0) }
        });
        saved(&fresh.db, 1, Changes { deals: rows.collect(), ..Changes::default() }).await.expect("saved");
        let mut session = fresh.db.read().await.expect("open");
        let key = |key, is_family| CandidateKey { key, is_family };
        let mut found = session.deals_by_key(&[key(7, false), key(8, false), key(9, false)], 19_950).await.expect("read");
        found.sort_unstable();
        assert_eq!(found, [(7, DealId(1)), (7, DealId(2)), (8, DealId(1))], "{}: 77 members say nothing", fresh.name);
        assert_eq!(session.deals_by_key(&[key(9, true)], 0).await.expect("read").len(), 77, "a family is always followed");
        let gone =
            DealChange { keys_gone: vec![member(7, NOT_SETTLED)], ..change(Registration { version: 4, ..some_deals(1).remove(0) }, 3) };
        saved(&fresh.db, 2, Changes { deals: vec![gone], ..Changes::default() }).await.expect("saved");
        assert_eq!(session.deals_by_key(&[key(7, false)], 19_950).await.expect("read"), [(7, DealId(2))], "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_many_that_end_at_once_are_gone_before_the_index_is_settled() {
    on_both(|fresh: Fresh| async move {
        // Ten keys from one end of the index to the other, each of ten registrations.
        let shared = |id: i64| (id % 10 - 5) * (i64::MAX / 6);
        let member = |id| vec![Member { key: shared(id), settled_day: NOT_SETTLED }];
        let rows = some_deals(100).into_iter().map(|deal| DealChange { keys: member(deal.id.0), ..change(deal, 0) });
        saved(&fresh.db, 1, Changes { deals: rows.collect(), ..Changes::default() }).await.expect("saved");
        let ended = some_deals(80).into_iter().map(|deal| {
            let keys_gone = member(deal.id.0);
            DealChange { keys_gone, ..change(Registration { version: 4, ..deal }, 3) }
        });
        saved(&fresh.db, 2, Changes { deals: ended.collect(), ..Changes::default() }).await.expect("saved");
        let again = Registration { version: 5, ..some_deals(1).remove(0) };
        let again = DealChange { keys: member(1), ..change(again, 4) };
        saved(&fresh.db, 3, Changes { deals: vec![again], ..Changes::default() }).await.expect("saved");
        let keys: Vec<CandidateKey> = (0..10).map(|id| CandidateKey { key: shared(id), is_family: false }).collect();
        let mut live: Vec<DealId> = (81..=100).map(DealId).collect();
        live.insert(0, DealId(1));
        for is_settled in [false, true] {
            let mut session = fresh.db.read().await.expect("open");
            let mut found: Vec<DealId> = session.deals_by_key(&keys, 0).await.expect("read").into_iter().map(|(_, id)| id).collect();
            found.sort_unstable();
            assert_eq!(found, live, "{}, settled: {is_settled}", fresh.name);
            assert_eq!(session.deals_with_key(shared(1), 0).await.expect("read"), [91, 81, 1].map(DealId), "{}", fresh.name);
            assert_eq!(session.is_any_key_gone().await.expect("read"), !is_settled, "{}", fresh.name);
            drop(session);
            let mut tx = fresh.db.begin().await.expect("open");
            for part in 0..KEY_PARTS {
                tx.deal_keys_settle(part).await.expect("settled");
            }
            tx.commit().await.expect("saved");
        }
        let mut session = fresh.db.read().await.expect("open");
        let (left,) = session.one::<(i64,)>(Sql::new("select count(*) from deal_key")).await.expect("a count");
        assert_eq!(left, 21, "{}: nobody is left in the index who ended", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_found_and_dropped_wherever_they_are_on_their_way() {
    on_both(|fresh: Fresh| async move {
        // A key in each of 64 places of the range, each of two registrations, and so many of these that every part moves once.
        let key = |n: i64| (n - 32) << 58;
        let member = |key| Member { key, settled_day: NOT_SETTLED };
        let mut deals = some_deals(64);
        for (n, deal) in (0_i64..).zip(&mut deals) {
            deal.id = DealId((n + 1) * 1_024);
            let keys = vec![member(key(n)), member(key(63 - n))];
            let changes = Changes { deals: vec![DealChange { keys, ..change(deal.clone(), 0) }], ..Changes::default() };
            saved(&fresh.db, u128::from(n.unsigned_abs()) + 1, changes).await.expect("saved");
        }
        let keys: Vec<CandidateKey> = (0..64).map(|n| CandidateKey { key: key(n), is_family: n % 2 == 0 }).collect();
        let found = async || {
            let mut session = fresh.db.read().await.expect("open");
            let mut found = session.deals_by_key(&keys, 0).await.expect("read");
            found.sort_unstable();
            let mut shared: Vec<Vec<DealId>> = Vec::new();
            for slice in 0..KEY_SLICES {
                shared.extend(session.deals_sharing(slice, 0).await.expect("read").groups);
            }
            (found, shared.into_iter().map(|group| group.len()).collect::<Vec<_>>())
        };
        let mut session = fresh.db.read().await.expect("open");
        let (great,) = session.one::<(i64,)>(Sql::new("select count(*) from deal_key")).await.expect("a count");
        let (small,) = session.one::<(i64,)>(Sql::new("select count(*) from deal_key_new")).await.expect("a count");
        assert!(great > 30 && small > 0 && great + small == 128, "{}: {great} moved, {small} on their way", fresh.name);
        assert_eq!(session.deals_with_key(key(0), 0).await.expect("read"), [64 * 1_024, 1_024].map(DealId), "{}", fresh.name);
        assert_eq!(session.deals_with_key(key(62), 0).await.expect("read"), [63, 2].map(|n| DealId(n * 1_024)), "{}", fresh.name);
        drop(session);
        let mut both: Vec<(i64, DealId)> = (0..64).flat_map(|n| [n, 63 - n].map(|key_of| (key(key_of), DealId((n + 1) * 1_024)))).collect();
        both.sort_unstable();
        assert_eq!(found().await, (both, vec![2; 64]), "{}", fresh.name);
        let gone = (0_i64..).zip(&deals).map(|(n, deal)| {
            let after = Registration { version: deal.version + 1, ..deal.clone() };
            DealChange { keys_gone: vec![member(key(n))], ..change(after, deal.version) }
        });
        let gone: Vec<DealChange> = gone.collect();
        // Fewer than are noted first, so that both indexes lose them at once.
        for (n, part) in (0..).zip(gone.chunks(32)) {
            saved(&fresh.db, 100 + n, Changes { deals: part.to_vec(), ..Changes::default() }).await.expect("saved");
        }
        let mut left: Vec<(i64, DealId)> = (0..64).map(|n| (key(63 - n), DealId((n + 1) * 1_024))).collect();
        left.sort_unstable();
        assert_eq!(found().await, (left.clone(), vec![]), "{}: the other half is gone from both indexes", fresh.name);
        let mut tx = fresh.db.begin().await.expect("open");
        for part in 0..KEY_PARTS {
            tx.deal_keys_settle(part).await.expect("settled");
        }
        tx.commit().await.expect("saved");
        assert!(!fresh.db.read().await.expect("open").is_any_key_new().await.expect("read"), "{}", fresh.name);
        assert_eq!(found().await, (left, vec![]), "{}: the same once all is settled", fresh.name);
    })
    .await;
}
