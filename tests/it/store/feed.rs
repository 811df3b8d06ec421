use super::audit::note;
use crate::support::{
    databases::{self, Fresh, on_both, options},
    postgres::Server,
};
use pilothouse::{
    ambient::Clock,
    domain::id::AuditSeq,
    store::{Address, Db, Error},
};
use std::time::{Duration, Instant};

async fn append(db: &Db, n: i64) -> AuditSeq {
    let mut tx = db.begin().await.expect("free");
    tx.audit_append(vec![note(n)]).await.expect("appended");
    tx.commit().await.expect("saved").expect("an event")
}

/// Waits for the feed to show `seq`; a minute is forever.
async fn wait_for(changes: &mut tokio::sync::watch::Receiver<pilothouse::store::Pulse>, seq: AuditSeq) {
    let seen = tokio::time::timeout(Duration::from_mins(1), changes.wait_for(|pulse| pulse.seq >= seq && pulse.stale.is_none()));
    seen.await.expect("it is told").expect("the feed lives");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_others_are_heard_in_time() {
    on_both(|fresh: Fresh| async move {
        let other = fresh.opened_again().await;
        let mut changes = fresh.db.changes();
        wait_for(&mut changes, append(&other, 0).await).await;
        let mut waits = Vec::new();
        for n in 1..=30 {
            let seq = append(&other, n).await;
            let committed = Instant::now();
            wait_for(&mut changes, seq).await;
            waits.push(committed.elapsed());
        }
        waits.sort();
        println!("{}: change heard after {:?} median, {:?} at most", fresh.name, waits[15], waits[29]);
        let budget = Duration::from_millis(if fresh.name == "sqlite" { 500 } else { 250 });
        assert!(waits[15] < budget, "{}: {waits:?}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_changes_are_heard_at_once() {
    on_both(|fresh: Fresh| async move {
        let mut changes = fresh.db.changes();
        let seq = append(&fresh.db, 1).await;
        assert_eq!(changes.borrow_and_update().seq, seq, "before commit returns");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_listener_catches_up() {
    on_both(|fresh: Fresh| async move {
        let other = fresh.opened_again().await;
        let seq = append(&other, 1).await;
        let mut changes = fresh.db.changes();
        wait_for(&mut changes, seq).await;
        // A watch ends with its last listener and starts again with the next.
        drop(changes);
        let seq = append(&other, 2).await;
        wait_for(&mut fresh.db.changes(), seq).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_server_makes_the_feed_stale_until_it_is_back() {
    let Some(server) = tokio::task::spawn_blocking(Server::own).await.expect("no panic") else { return };
    let clock = Clock::manual(databases::START);
    let db = Db::open(Address::Postgres(databases::create(&server).await), options(&clock)).await.expect("opens");
    let mut changes = db.changes();
    wait_for(&mut changes, append(&db, 1).await).await;

    let server = tokio::task::spawn_blocking(move || {
        server.halt();
        server
    })
    .await
    .expect("halts");
    let stale = tokio::time::timeout(Duration::from_secs(30), changes.wait_for(|pulse| pulse.stale.is_some()))
        .await
        .expect("noticed")
        .expect("alive")
        .clone();
    assert_eq!(stale.stale.expect("stale").since, databases::START, "with the time since when");
    let refused = db.begin().await.err().expect("no server");
    assert!(matches!(refused, Error::Unavailable(_)), "{refused:?}");

    let _server = tokio::task::spawn_blocking(move || {
        server.resume();
        server
    })
    .await
    .expect("starts");
    tokio::time::timeout(Duration::from_mins(1), changes.wait_for(|pulse| pulse.stale.is_none()))
        .await
        .expect("it comes back")
        .expect("alive");
    wait_for(&mut changes, append(&db, 2).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_file_makes_the_feed_stale_until_it_is_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("channel.db");
    let clock = Clock::manual(databases::START);
    let db = Db::open(Address::Sqlite(path.clone()), options(&clock)).await.expect("opens");
    let mut changes = db.changes();
    wait_for(&mut changes, append(&db, 1).await).await;
    let away = folder.path().join("away.db");
    std::fs::rename(&path, &away).expect("moved");
    tokio::time::timeout(Duration::from_secs(30), changes.wait_for(|pulse| pulse.stale.is_some())).await.expect("noticed").expect("alive");
    let refused = db.begin().await.err().expect("no file");
    assert!(matches!(refused, Error::Unavailable(_)), "a write to a file that was moved away would be lost: {refused:?}");
    std::fs::rename(&away, &path).expect("moved back");
    wait_for(&mut changes, append(&db, 2).await).await;
}
