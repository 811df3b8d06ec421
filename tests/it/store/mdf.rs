//! What the databases themselves refuse at the MDF desk, whoever asks: direct SQL with the rights of the application.

use crate::support::databases::{Fresh, on_both};
use pilothouse::store::{Error, Sql, Unit};

/// One statement in a transaction of its own; what is bound stands for a hash.
async fn tried(fresh: &Fresh, text: &'static str) -> Result<u64, Error> {
    let mut sql = Sql::new(text);
    for _ in text.matches('$') {
        sql = sql.bind(vec![7_u8; 32]);
    }
    let mut tx = fresh.db.begin().await.expect("free");
    let done = tx.execute(sql).await?;
    Unit::commit(tx).await?;
    Ok(done)
}

async fn done(fresh: &Fresh, text: &'static str) {
    let rows = tried(fresh, text).await.unwrap_or_else(|error| panic!("{}: {text}: {error}", fresh.name));
    assert_eq!(rows, 1, "{}: {text}", fresh.name);
}

async fn refused(fresh: &Fresh, text: &'static str, why: &str) {
    match tried(fresh, text).await {
        Err(Error::Refused(said) | Error::Exists(said)) => {
            // SQLite names the columns of a unique key, PostgreSQL the key.
            assert!(said.contains(why) || (why.is_empty() && !said.is_empty()), "{}: {text}: {said}", fresh.name);
        }
        other => panic!("{}: {text}: {other:?}", fresh.name),
    }
}

async fn balances(fresh: &Fresh) -> (i64, i64, i64) {
    let sql = Sql::new("select allocated, available, committed from fund_balance where fund = 1");
    fresh.db.read().await.expect("open").one(sql).await.expect("a balance")
}

const FUND: &str = "insert into fund (id, version, updated_at, state, next_at, name_words, program, partner, region, currency, from_day, \
    to_day, source_key) values (1, 1, 0, 'open', null, ' q', 'launch', 1, null, 'EUR', 1, 2, '')";

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_is_written_once_and_balances_follow() {
    on_both(|fresh| async move {
        let fresh = &fresh;
        done(fresh, FUND).await;
        let entry = "insert into fund_entry values (1, 1, 'allocate', 'fund', 1, 'allocated', 'available', 1000, 'EUR', null, 0, 'budget')";
        done(fresh, entry).await;
        assert_eq!(balances(fresh).await, (1_000, 1_000, 0), "{}", fresh.name);
        for (text, why) in [
            (
                "insert into fund_entry values (1, 2, 'commit', 'request', 1, 'available', 'committed', 1001, 'EUR', null, 0, '')",
                "never_below_zero",
            ),
            (
                "insert into fund_entry values (1, 2, 'commit', 'request', 1, 'available', 'committed', 0, 'EUR', null, 0, '')",
                "moves_something",
            ),
            (
                "insert into fund_entry values (1, 2, 'commit', 'request', 1, 'available', 'committed', -5, 'EUR', null, 0, '')",
                "moves_something",
            ),
            ("insert into fund_entry values (1, 2, 'commit', 'request', 1, 'available', 'paid', 5, 'EUR', null, 0, '')", "goes_its_way"),
            (
                "insert into fund_entry values (1, 2, 'reduce', 'fund', 1, 'available', 'allocated', 5, 'USD', null, 0, '')",
                "in its currency",
            ),
            (
                "insert into fund_entry values (1, 3, 'reduce', 'fund', 1, 'available', 'allocated', 5, 'EUR', null, 0, '')",
                "the next number",
            ),
            (
                "insert into fund_entry values (2, 1, 'allocate', 'fund', 1, 'allocated', 'available', 5, 'EUR', null, 0, '')",
                "the next number",
            ),
            ("insert into fund_entry values (1, 2, 'reverse', 'fund', 1, 'available', 'allocated', 999, 'EUR', 1, 0, '')", "mirror image"),
            ("update fund_entry set minor = 2000", "never changed"),
            ("delete from fund_entry", "never changed"),
            ("update fund_balance set allocated = 2000, available = 2000", "follow the entries"),
            ("update fund_balance set allocated = 2000, available = 2000, entries = 2", "follow the entries"),
            ("delete from fund_balance", "follow the entries"),
            ("insert into fund_balance values (9, 'EUR', 1, 50, 50, 0, 0, 0, 0)", "begins with nothing"),
        ] {
            refused(fresh, text, why).await;
        }
        done(fresh, "insert into fund_entry values (1, 2, 'reverse', 'fund', 1, 'available', 'allocated', 1000, 'EUR', 1, 0, 'typo')")
            .await;
        let twice = "insert into fund_entry values (1, 3, 'reverse', 'fund', 1, 'available', 'allocated', 1000, 'EUR', 1, 0, 'typo')";
        refused(fresh, twice, "").await;
        assert_eq!(balances(fresh).await, (0, 0, 0), "{}", fresh.name);
    })
    .await;
}

/// Claim 1 (item 5) on request 1 (item 4): 7 asked for the activity, 2 for the money.
async fn claimed(fresh: &Fresh) {
    for text in [
        "insert into claim (id, version, updated_at, state, next_at, fund, request, partner, is_pending, revision, hash, approved_minor, \
         submitted_at, performed_from, performed_to, source_key) values (1, 3, 0, 'submitted', null, 1, 1, 1, 1, 1, $1, null, 0, 1, 1, '')",
        "insert into mdf_part values (5, 2, 'asked')",
        "insert into mdf_part values (4, 7, 'asked')",
    ] {
        done(fresh, text).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_or_pays_their_own() {
    on_both(|fresh| async move {
        let fresh = &fresh;
        claimed(fresh).await;
        for (text, why) in [
            ("insert into mdf_signature values (5, 4, 'first', 2, null, 0, 100, 'EUR', 1, $1, null)", "asked for or paid"),
            ("insert into mdf_signature values (5, 4, 'first', 3, 2, 0, 100, 'EUR', 1, $1, null)", "asked for or paid"),
            ("insert into mdf_signature values (5, 4, 'first', 7, null, 0, 100, 'EUR', 1, $1, null)", "asked for or paid"),
            ("insert into mdf_signature values (5, 4, 'first', 3, null, 0, 100, 'EUR', 2, $1, null)", "as it is"),
            ("update claim set approved_minor = 100, state = 'approved'", "without an approval"),
            ("delete from mdf_part", "never forgotten"),
            ("update mdf_part set operator = 9", "never forgotten"),
        ] {
            refused(fresh, text, why).await;
        }
        done(fresh, "insert into mdf_signature values (5, 4, 'first', 3, null, 0, 100, 'EUR', 1, $1, null)").await;
        done(fresh, "insert into mdf_part values (5, 3, 'approved')").await;
        for (text, why) in [
            ("insert into mdf_signature values (5, 5, 'second', 3, null, 0, 100, 'EUR', 1, $1, null)", "another person"),
            ("insert into mdf_signature values (5, 5, 'second', 4, 3, 0, 100, 'EUR', 1, $1, null)", "another person"),
            ("insert into mdf_signature values (5, 5, 'first', 4, null, 0, 100, 'EUR', 1, $1, null)", "another step"),
            ("update mdf_signature set operator = 4", "only taken back"),
            ("delete from mdf_signature", "only taken back"),
            ("update claim set approved_minor = 101, state = 'approved'", "without an approval"),
        ] {
            refused(fresh, text, why).await;
        }
        done(fresh, "update claim set approved_minor = 100, state = 'approved'").await;
        for (text, why) in [
            ("insert into payment values (1, 1, 'k', 100, 'EUR', 3, 0, 'ordered', null, '', null)", "asked for or approved"),
            ("insert into payment values (1, 1, 'k', 100, 'EUR', 2, 0, 'ordered', null, '', null)", "asked for or approved"),
            ("insert into payment values (1, 1, 'k', 100, 'EUR', 7, 0, 'ordered', null, '', null)", "asked for or approved"),
            ("insert into payment values (1, 1, 'k', 101, 'EUR', 8, 0, 'ordered', null, '', null)", "than was approved"),
        ] {
            refused(fresh, text, why).await;
        }
        done(fresh, "insert into payment values (1, 1, 'k', 100, 'EUR', 8, 0, 'ordered', null, '', null)").await;
        for (text, why) in [
            ("insert into payment values (1, 2, 'k', 100, 'EUR', 8, 0, 'ordered', null, '', null)", ""),
            ("insert into payment values (1, 2, 'l', 1, 'EUR', 8, 0, 'ordered', null, '', null)", "than was approved"),
            ("insert into payment values (1, 2, 'l', -1, 'EUR', 8, 0, 'confirmed', null, '', null)", "than was paid"),
            ("update payment set minor = 50", "never changed"),
            ("update payment set state = 'confirmed'", "and never back"),
            ("delete from payment", "never changed"),
        ] {
            refused(fresh, text, why).await;
        }
        done(fresh, "update payment set state = 'exported', batch = 1").await;
        refused(fresh, "update payment set state = 'ordered'", "and never back").await;
        refused(fresh, "update payment set batch = 2", "never changed").await;
        done(fresh, "update payment set state = 'confirmed', answer = 'bank 1', answered_at = 1").await;
        refused(fresh, "update payment set answer = 'bank 2'", "never changed").await;
    })
    .await;
}

/// What rests on no approval comes in by no way: neither as a whole row, nor with other people's parts left out.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_in_approved_without_an_approval() {
    on_both(|fresh| async move {
        let fresh = &fresh;
        let claim = "insert into claim (id, version, updated_at, state, next_at, fund, request, partner, is_pending, revision, hash, approved_minor, \
             submitted_at, performed_from, performed_to, source_key) values (1, 3, 0, 'approved', null, 1, 1, 1, 1, 1, $1, 100, 0, 1, 1, '')";
        let why = "without an approval";
        refused(fresh, claim, why).await;
        refused(fresh, "insert into payment values (1, 1, 'k', 100, 'EUR', 8, 0, 'ordered', null, '', null)", why).await;
        for state in [
            "insert into request values (1, 3, 0, 'approved', null, 1, 1, 1, $1, '')",
            "insert into request values (1, 3, 0, 'completed', null, 1, 1, 1, $1, '')",
            "insert into request values (1, 3, 0, 'expired', null, 1, 1, 1, $1, '')",
        ] {
            refused(fresh, state, why).await;
        }
        done(fresh, "insert into request values (1, 3, 0, 'submitted', null, 1, 1, 1, $1, '')").await;
        refused(fresh, "update request set state = 'approved'", why).await;
        done(fresh, "insert into mdf_signature values (4, 4, 'first', 3, null, 0, 100, 'EUR', 1, $1, null)").await;
        done(fresh, "update request set state = 'approved'").await;
        refused(fresh, "update request set revision = 2", why).await;

        // With an approval it comes in; who gave it pays nothing, though no row says that they took part.
        done(fresh, "insert into mdf_signature values (5, 4, 'first', 3, 6, 0, 100, 'EUR', 1, $1, null)").await;
        done(fresh, claim).await;
        for text in [
            "insert into payment values (1, 1, 'k', 100, 'EUR', 3, 0, 'ordered', null, '', null)",
            "insert into payment values (1, 1, 'k', 100, 'EUR', 6, 0, 'ordered', null, '', null)",
        ] {
            refused(fresh, text, "asked for or approved").await;
        }
        refused(fresh, "update claim set revision = 2", why).await;
        done(fresh, "insert into payment values (1, 1, 'k', 60, 'EUR', 8, 0, 'ordered', null, '', null)").await;
        refused(fresh, "insert into mdf_signature values (5, 5, 'second', 8, null, 0, 100, 'EUR', 1, $1, null)", "asked for or paid").await;
        done(fresh, "update mdf_signature set void_at = 1 where item = 5").await;
        refused(fresh, "insert into payment values (1, 2, 'l', 10, 'EUR', 8, 0, 'ordered', null, '', null)", why).await;
    })
    .await;
}

/// SQLite's `or replace` takes away what stands there, and asks nobody unless it is told to.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_replaced() {
    on_both(|fresh| async move {
        if fresh.name != "sqlite" {
            return;
        }
        let fresh = &fresh;
        claimed(fresh).await;
        done(fresh, "insert into mdf_signature values (5, 4, 'first', 3, null, 0, 100, 'EUR', 1, $1, null)").await;
        done(fresh, "update claim set approved_minor = 100, state = 'approved'").await;
        done(fresh, "insert into payment values (1, 1, 'k', 100, 'EUR', 8, 0, 'confirmed', 1, 'bank 1', 1)").await;
        for (text, why) in [
            ("insert or replace into payment values (1, 1, 'k', 100, 'EUR', 8, 0, 'ordered', null, '', null)", "never changed"),
            ("insert or replace into mdf_signature values (5, 4, 'first', 9, null, 0, 100, 'EUR', 1, $1, null)", "only taken back"),
            ("insert or replace into mdf_part values (5, 2, 'asked')", "never forgotten"),
        ] {
            refused(fresh, text, why).await;
        }
    })
    .await;
}
