//! Order lines of databases that were made before lines were booked.

use crate::support::databases::{BACK_TO_20, Fresh, on_both};
use chrono::NaiveDate;
use pilothouse::{
    domain::{
        id::{AccountId, PartnerId},
        pos::Against,
        text::Text,
        tier::period::Period,
    },
    store::{Sql, pos::keyed},
};

/// One more than are taken over at once.
const LINES: i64 = 4_097;

/// What version 13 held.
const BEFORE: &[&str] = &[
    "delete from schema_version where version > 13",
    "drop table sale",
    "drop table sale_total",
    "drop table correction",
    "drop table correction_body",
    "alter table tier_line drop column reason",
    "drop index lead_partner_state",
    "drop index deal_partner_due",
    "drop index fund_partner",
    "drop index mdf_item_partner",
    "drop index request_partner",
    "drop table contact",
    "drop table contact_body",
    "drop table tier_certificate",
    "drop table deal_key_gone",
    "drop table lead_answer",
    "create table sale (id bigint primary key, partner bigint not null, family bigint not null, account bigint not null, \
     day bigint not null, minor bigint not null, currency text not null, source_key text not null)",
    "create index sale_customer on sale (family, partner, day)",
    "create unique index sale_source_key on sale (source_key) where source_key <> ''",
];

async fn made_before(fresh: &Fresh) {
    let mut tx = fresh.db.begin().await.expect("open");
    if fresh.name == "sqlite" {
        tx.execute(Sql::new("drop trigger tier_line_text_delete")).await.expect("a trigger of version 14");
    }
    for text in BACK_TO_20.iter().chain(BEFORE) {
        tx.execute(Sql::new(text)).await.expect(text);
    }
    // 2026-01-01 is day 20454; the lines lie on it and the 58 days after it.
    let rows = "with recursive line (id) as (select 1 union all select id + 1 from line where id < $1) \
        insert into sale (id, partner, family, account, day, minor, currency, source_key) \
        select id, 1 + id % 2, 3, 4, 20454 + id % 59, id, 'EUR', 'pos:' || id from line";
    tx.execute(Sql::new(rows).bind(LINES)).await.expect("lines");
    tx.execute(Sql::new("update sale set source_key = '' where id = 7")).await.expect("a line without a key");
    tx.commit().await.expect("saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_before_there_were_bookings_survive_the_migration() {
    on_both(|fresh| async move {
        made_before(&fresh).await;
        let db = fresh.opened_again().await;
        let mut session = db.read().await.expect("open");
        let lines = session.sales_before(i64::MAX, 10_000).await.expect("read");
        let mut ids: Vec<i64> = lines.iter().map(|sale| sale.id).collect();
        ids.reverse();
        assert_eq!(ids, (1..=LINES).collect::<Vec<_>>(), "{}: each once", fresh.name);
        let last = &lines[0].posted;
        let customer = last.line.customer.expect("the account stays");
        assert_eq!((customer.account, customer.family), (AccountId(4), AccountId(3)));
        assert_eq!((last.line.amount.minor, last.line.amount.currency.code(), last.booked), (LINES, "EUR", None));
        assert_eq!((last.against, last.line.product.as_str(), last.line.quantity), (Against::Nothing, "", None));
        // The same line comes again, and is known by its key.
        let key = Text::clean("pos:4097");
        let found = session.sales_by_key(&[keyed(&key, last.line.on), keyed(&Text::clean("pos:7"), last.line.on)]).await.expect("read");
        assert_eq!(found.iter().map(|sale| sale.as_ref().map(|sale| sale.id)).collect::<Vec<_>>(), [Some(LINES), None], "{}", fresh.name);
        // A scorecard counts them in their own currency.
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let period = Period { from: day("2026-01-01"), until: day("2027-01-01") };
        let sold = session.sold(&[PartnerId(2)], period).await.expect("read");
        let sum: i64 = sold.iter().map(|one| one.amount.minor).sum();
        assert_eq!(sum, (1..=LINES).filter(|id| id % 2 == 1).sum::<i64>(), "{}", fresh.name);
        assert_eq!((sold.len(), session.is_any_sold(period).await.expect("read")), (59, true), "one sum a day");
    })
    .await;
}
