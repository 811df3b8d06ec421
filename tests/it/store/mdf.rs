//! What the databases themselves refuse at the MDF desk, whoever asks: direct SQL with the rights of the application.

use crate::support::databases::{Fresh, desk_login, on_both, on_every_login};
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
        // What the database is not even asked, for want of a right.
        Err(Error::Denied(_)) if fresh.name != "sqlite" && is_no_right_of_a_desk(text) => {}
        other => panic!("{}: {text}: {other:?}", fresh.name),
    }
}

fn is_no_right_of_a_desk(text: &str) -> bool {
    let rewritten = ["update fund_entry", "update fund_balance", "insert into fund_balance", "update mdf_part"];
    text.starts_with("delete") || rewritten.iter().any(|words| text.starts_with(words))
}

async fn balances(fresh: &Fresh) -> (i64, i64, i64) {
    let sql = Sql::new("select allocated, available, committed from fund_balance where fund = 1");
    fresh.db.read().await.expect("open").one(sql).await.expect("a balance")
}

const FUND: &str = "insert into fund (id, version, updated_at, state, next_at, name_words, program, partner, region, currency, from_day, \
    to_day, source_key) values (1, 1, 0, 'open', null, ' q', 'launch', 1, null, 'EUR', 1, 2, '')";
const ALLOCATED: &str =
    "insert into fund_entry values (1, 1, 'allocate', 'fund', 1, 'allocated', 'available', 1000, 'EUR', null, 0, 'budget')";
const CLAIM: &str = "insert into claim (id, version, updated_at, state, next_at, fund, request, partner, is_pending, revision, hash, \
    approved_minor, submitted_at, performed_from, performed_to, source_key) \
    values (1, 3, 0, 'submitted', null, 1, 1, 1, 1, 1, $1, null, 0, 1, 1, '')";
const ASKED: &str = "insert into claim_body values (1, '{\"content\":{\"asked\":{\"minor\":300,\"currency\":\"EUR\"}}}')";

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_is_written_once_and_balances_follow() {
    on_every_login(|fresh| async move {
        let fresh = &fresh;
        done(fresh, FUND).await;
        done(fresh, ALLOCATED).await;
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

/// Fund 1 with 1,000, of which request 1 has 500, and 200 of that claim 1 (item 5) on request 1 (item 4): 7 asked for the
/// activity, 2 for the money.
async fn claimed(fresh: &Fresh) {
    for text in [
        FUND,
        ALLOCATED,
        "insert into fund_entry values (1, 2, 'commit', 'request', 1, 'available', 'committed', 500, 'EUR', null, 0, '')",
        "insert into fund_entry values (1, 3, 'claim', 'claim', 1, 'committed', 'claimed', 200, 'EUR', null, 0, '')",
        "insert into request values (1, 3, 0, 'submitted', null, 1, 1, 1, $1, '')",
        "insert into request_body values (1, '{\"plan\":{\"asked\":{\"minor\":600,\"currency\":\"EUR\"}}}')",
        CLAIM,
        ASKED,
        "insert into mdf_part values (5, 2, 'asked')",
        "insert into mdf_part values (4, 7, 'asked')",
        "insert into payment_batch values (1, 1, 0, 0, 'exported', 'EUR', $1)",
        "insert into payment_batch values (2, 1, 0, 0, 'exported', 'USD', '2')",
    ] {
        done(fresh, text).await;
    }
}

/// The claim is approved for 100 by 3.
async fn approved(fresh: &Fresh) {
    claimed(fresh).await;
    done(fresh, "insert into mdf_signature values (5, 4, 'first', 3, null, 0, 100, 'EUR', 1, $1, null)").await;
    done(fresh, "insert into mdf_part values (5, 3, 'approved')").await;
    done(fresh, "update claim set approved_minor = 100, state = 'approved'").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_or_pays_their_own() {
    on_every_login(|fresh| async move {
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
            ("update payment set minor = 50", "never changed"),
            ("update payment set state = 'confirmed'", "and never back"),
            ("delete from payment", "never changed"),
        ] {
            refused(fresh, text, why).await;
        }
    })
    .await;
}

/// From the order by way of the bank to the ledger, in the fund's currency, and never twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_goes_all_its_way() {
    on_every_login(|fresh| async move {
        let fresh = &fresh;
        approved(fresh).await;
        let pay = "insert into fund_entry values (1, 4, 'pay', 'claim', 1, 'claimed', 'paid', 100, 'EUR', null, 0, '')";
        for (text, why) in [
            ("insert into payment values (1, 1, 'k', 100, 'EUR', 8, 0, 'confirmed', null, 'bank', 1)", "begins as ordered"),
            ("insert into payment values (1, 1, 'k', 100, 'EUR', 8, 0, 'exported', 1, '', null)", "begins as ordered"),
            ("insert into payment values (1, 1, 'k', 100, 'EUR', 8, 0, 'ordered', 1, '', null)", "begins as ordered"),
            ("insert into payment values (1, 1, 'k', 100, 'KWD', 8, 0, 'ordered', null, '', null)", "currency of its fund"),
            ("insert into payment values (1, 1, 'k', -1, 'EUR', 8, 0, 'ordered', null, '', null)", "stands in the ledger"),
            (pay, "told to pay"),
        ] {
            refused(fresh, text, why).await;
        }
        done(fresh, "insert into payment values (1, 1, 'k', 100, 'EUR', 8, 0, 'ordered', null, '', null)").await;
        for (text, why) in [
            ("update payment set state = 'exported'", "in a batch"),
            ("update payment set state = 'exported', batch = 2", "in a batch of its currency"),
            ("update payment set state = 'exported', batch = 3", "in a batch"),
            ("update payment set batch = 1", "in a batch"),
            ("update payment set state = 'failed'", "is kept"),
            (pay, "told to pay"),
        ] {
            refused(fresh, text, why).await;
        }
        done(fresh, "update payment set state = 'exported', batch = 1").await;
        let confirmed = "update payment set state = 'confirmed', answer = 'bank 1', answered_at = 1";
        for (text, why) in [
            ("update payment set state = 'ordered'", "and never back"),
            ("update payment set batch = 2", "never changed"),
            (confirmed, "its entry in the ledger"),
            ("insert into fund_entry values (1, 4, 'pay', 'claim', 1, 'claimed', 'paid', 101, 'EUR', null, 0, '')", "told to pay"),
            ("insert into fund_entry values (1, 4, 'pay', 'request', 1, 'claimed', 'paid', 100, 'EUR', null, 0, '')", "told to pay"),
        ] {
            refused(fresh, text, why).await;
        }
        done(fresh, pay).await;
        for (text, why) in [
            ("update payment set state = 'failed', answer = 'no', answered_at = 1", "did not fail"),
            ("insert into fund_entry values (1, 5, 'pay', 'claim', 1, 'claimed', 'paid', 1, 'EUR', null, 0, '')", "told to pay"),
            ("insert into fund_entry values (1, 5, 'reverse', 'claim', 1, 'paid', 'claimed', 100, 'EUR', 4, 0, '')", "made by hand"),
        ] {
            refused(fresh, text, why).await;
        }
        done(fresh, confirmed).await;
        for (text, why) in [
            ("update payment set answer = 'bank 2'", "never changed"),
            ("update payment set state = 'failed'", "and never back"),
            ("insert into payment values (1, 2, 'l', 100, 'EUR', 8, 0, 'ordered', null, '', null)", "than was approved"),
            ("insert into payment values (1, 2, 'l', -40, 'EUR', 8, 0, 'confirmed', null, 'back', 1)", "stands in the ledger"),
            ("insert into fund_entry values (1, 5, 'claw_back', 'claim', 2, 'paid', 'available', 40, 'EUR', null, 0, '')", "than was paid"),
        ] {
            refused(fresh, text, why).await;
        }
        done(fresh, "insert into fund_entry values (1, 5, 'claw_back', 'claim', 1, 'paid', 'available', 40, 'EUR', null, 0, '')").await;
        refused(fresh, "insert into payment values (1, 2, 'l', -41, 'EUR', 8, 0, 'confirmed', null, 'back', 1)", "in the ledger").await;
        done(fresh, "insert into payment values (1, 2, 'l', -40, 'EUR', 8, 0, 'confirmed', null, 'back', 1)").await;
    })
    .await;
}

/// What failed is ordered anew, and goes the whole way again.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_paid_once_whatever_failed() {
    on_every_login(|fresh| async move {
        let fresh = &fresh;
        approved(fresh).await;
        done(fresh, "insert into payment values (1, 1, 'k', 100, 'EUR', 8, 0, 'ordered', null, '', null)").await;
        done(fresh, "update payment set state = 'exported', batch = 1").await;
        done(fresh, "update payment set state = 'failed', answer = 'closed account', answered_at = 1").await;
        let pay = "insert into fund_entry values (1, 4, 'pay', 'claim', 1, 'claimed', 'paid', 100, 'EUR', null, 0, '')";
        for (text, why) in [
            ("insert into payment values (1, 2, 'l', 100, 'EUR', 8, 0, 'confirmed', 1, 'bank 2', 2)", "begins as ordered"),
            ("update payment set state = 'confirmed' where no = 1", "and never back"),
            (pay, "told to pay"),
        ] {
            refused(fresh, text, why).await;
        }
        done(fresh, "insert into payment values (1, 2, 'l', 100, 'EUR', 8, 0, 'ordered', null, '', null)").await;
        refused(fresh, "insert into payment values (1, 3, 'm', 1, 'EUR', 8, 0, 'ordered', null, '', null)", "than was approved").await;
        done(fresh, "update payment set state = 'exported', batch = 1 where no = 2").await;
        done(fresh, pay).await;
        done(fresh, "update payment set state = 'confirmed', answer = 'bank 2', answered_at = 2 where no = 2").await;
    })
    .await;
}

/// In the fund's currency, of no more than was asked, and of nothing that the ledger did not set aside.
#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_of_what_was_asked_and_set_aside() {
    on_every_login(|fresh| async move {
        let fresh = &fresh;
        claimed(fresh).await;
        for (text, why) in [
            ("insert into mdf_signature values (5, 4, 'first', 3, null, 0, 100, 'USD', 1, $1, null)", "currency of the fund"),
            ("insert into mdf_signature values (4, 4, 'first', 3, null, 0, 100, 'USD', 1, $1, null)", "currency of the fund"),
            ("insert into mdf_signature values (8, 4, 'first', 3, null, 0, 100, 'EUR', 1, $1, null)", ""),
            ("insert into mdf_signature values (6, 4, 'first', 3, null, 0, 100, 'EUR', 1, $1, null)", ""),
            ("insert into mdf_signature values (5, 4, 'first', 3, null, 0, 301, 'EUR', 1, $1, null)", "than was asked for"),
            ("insert into mdf_signature values (4, 4, 'first', 3, null, 0, 601, 'EUR', 1, $1, null)", "than was asked for"),
        ] {
            refused(fresh, text, why).await;
        }
        let aside = "did not set aside";
        done(fresh, "insert into mdf_signature values (5, 4, 'first', 3, null, 0, 300, 'EUR', 1, $1, null)").await;
        refused(fresh, "update claim set approved_minor = 300, state = 'approved'", aside).await;
        done(fresh, "insert into mdf_signature values (4, 4, 'first', 3, null, 0, 600, 'EUR', 1, $1, null)").await;
        refused(fresh, "update request set state = 'approved'", aside).await;
        done(fresh, "insert into fund_entry values (1, 4, 'commit', 'request', 1, 'available', 'committed', 100, 'EUR', null, 0, '')")
            .await;
        done(fresh, "update request set state = 'approved'").await;
        done(fresh, "insert into fund_entry values (1, 5, 'claim', 'claim', 1, 'committed', 'claimed', 100, 'EUR', null, 0, '')").await;
        done(fresh, "update claim set approved_minor = 300, state = 'approved'").await;
    })
    .await;
}

/// What rests on no approval comes in by no way: neither as a whole row, nor with other people's parts left out.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_in_approved_without_an_approval() {
    on_every_login(|fresh| async move {
        let fresh = &fresh;
        claimed(fresh).await;
        let why = "without an approval";
        let claim = "insert into claim (id, version, updated_at, state, next_at, fund, request, partner, is_pending, revision, hash, approved_minor, \
             submitted_at, performed_from, performed_to, source_key) values (2, 3, 0, 'approved', null, 1, 1, 1, 1, 1, $1, 100, 0, 1, 1, '')";
        refused(fresh, claim, "").await;
        refused(fresh, "insert into payment values (1, 1, 'k', 100, 'EUR', 8, 0, 'ordered', null, '', null)", why).await;
        for state in [
            "insert into request values (2, 3, 0, 'approved', null, 1, 1, 1, $1, '')",
            "insert into request values (2, 3, 0, 'completed', null, 1, 1, 1, $1, '')",
            "insert into request values (2, 3, 0, 'expired', null, 1, 1, 1, $1, '')",
        ] {
            refused(fresh, state, why).await;
        }
        refused(fresh, "update request set state = 'approved'", why).await;
        done(fresh, "insert into mdf_signature values (4, 4, 'first', 3, null, 0, 100, 'EUR', 1, $1, null)").await;
        done(fresh, "update request set state = 'approved'").await;
        refused(fresh, "update request set revision = 2", why).await;

        // Who gave an approval pays nothing, though no row says that they took part.
        done(fresh, "insert into mdf_signature values (5, 4, 'first', 3, 6, 0, 100, 'EUR', 1, $1, null)").await;
        done(fresh, "update claim set approved_minor = 100, state = 'approved'").await;
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

/// On PostgreSQL a login is one operator, and the database asks for its roles.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_or_pays_under_another_number() {
    let login = desk_login(3, "[\"approver\"]").await;
    let Some(approver) = &login else { return };
    for text in [FUND, CLAIM, ASKED] {
        done(approver, text).await;
    }
    for (text, why) in [
        ("insert into mdf_signature values (5, 4, 'first', 4, null, 0, 100, 'EUR', 1, $1, null)", "under their own login"),
        ("insert into payment values (1, 1, 'k', 100, 'EUR', 3, 0, 'ordered', null, '', null)", ""),
        (ALLOCATED, "only finance"),
    ] {
        refused(approver, text, why).await;
    }
    done(approver, "insert into mdf_signature values (5, 4, 'first', 3, null, 0, 100, 'EUR', 1, $1, null)").await;

    let login = desk_login(2, "[\"triager\"]").await;
    let Some(triager) = &login else { return };
    for text in [FUND, CLAIM, ASKED] {
        done(triager, text).await;
    }
    refused(triager, "insert into mdf_signature values (5, 4, 'first', 2, null, 0, 100, 'EUR', 1, $1, null)", "under their own login")
        .await;

    let login = desk_login(8, "[\"finance\"]").await;
    let Some(finance) = &login else { return };
    for text in [FUND, CLAIM, ASKED] {
        done(finance, text).await;
    }
    refused(finance, "insert into mdf_signature values (5, 4, 'first', 3, null, 0, 100, 'EUR', 1, $1, null)", "own login").await;
    done(finance, ALLOCATED).await;
}

/// SQLite's `or replace` takes away what stands there, and asks nobody unless it is told to.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_replaced() {
    on_both(|fresh| async move {
        if fresh.name != "sqlite" {
            return;
        }
        let fresh = &fresh;
        approved(fresh).await;
        done(fresh, "insert into payment values (1, 1, 'k', 100, 'EUR', 8, 0, 'ordered', null, '', null)").await;
        for (text, why) in [
            ("insert or replace into payment values (1, 1, 'k', 100, 'EUR', 8, 0, 'ordered', null, '', null)", "never changed"),
            ("insert or replace into mdf_signature values (5, 4, 'first', 9, null, 0, 100, 'EUR', 1, $1, null)", "only taken back"),
            ("insert or replace into mdf_part values (5, 2, 'asked')", "never forgotten"),
        ] {
            refused(fresh, text, why).await;
        }
        // Neither a claim nor a request comes in anew with more than the ledger holds for it.
        done(fresh, "update mdf_signature set void_at = 1").await;
        for text in [
            "insert into mdf_signature values (5, 5, 'first', 3, null, 0, 300, 'EUR', 1, $1, null)",
            "insert into mdf_signature values (4, 4, 'first', 3, null, 0, 600, 'EUR', 1, $1, null)",
        ] {
            done(fresh, text).await;
        }
        let claim = "insert or replace into claim (id, version, updated_at, state, next_at, fund, request, partner, is_pending, revision, \
            hash, approved_minor, submitted_at, performed_from, performed_to, source_key) \
            values (1, 3, 0, 'approved', null, 1, 1, 1, 1, 1, $1, 300, 0, 1, 1, '')";
        let request = "insert or replace into request values (1, 3, 0, 'approved', null, 1, 1, 1, $1, '')";
        for text in [claim, request] {
            refused(fresh, text, "did not set aside").await;
        }
    })
    .await;
}
