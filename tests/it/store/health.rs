//! What the doctor finds that went wrong past us.

use crate::{
    app::mdf::Desk,
    support::databases::{Fresh, on_both},
};
use pilothouse::store::{Health, Sql, Unit};

async fn health(fresh: &Fresh) -> Health {
    fresh.db.snapshot().await.expect("open").health().await.expect("read")
}

async fn done(fresh: &Fresh, text: &'static str) {
    let mut tx = fresh.db.begin().await.expect("free");
    assert_eq!(tx.execute(Sql::new(text)).await.expect("allowed"), 1, "{}: {text}", fresh.name);
    Unit::commit(tx).await.expect("committed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_money_that_was_tampered_with_is_found() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "60000").await;
        desk.approved("Spring", "5000").await;
        assert_eq!(health(&fresh).await, Health::default(), "{}", fresh.name);
        done(&fresh, "delete from request_body where id = 1").await;
        assert_eq!(health(&fresh).await, Health { funding: 1, ..Health::default() }, "{}: its content is lost", fresh.name);
        done(&fresh, "update request set version = version - 1 where id = 1").await;
        assert_eq!(health(&fresh).await.funding, 1, "{}: it is one record", fresh.name);
        // The fund itself: its events are about nothing any more.
        done(&fresh, "delete from fund where id = 1").await;
        assert_eq!(health(&fresh).await, Health { funding: 2, ..Health::default() }, "{}", fresh.name);
    })
    .await;
}
