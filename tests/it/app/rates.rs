//! Exchange rates on both databases: from a file to a pinned rate, and once more.

use crate::support::{
    data,
    databases::{Fresh, on_both},
    house::{ANNA, BEN, House, text},
};
use pilothouse::{
    app::{
        Command,
        import::{
            Counts, Pass, Report,
            rates::{RatesJob, import},
        },
        replay::replay,
    },
    domain::fx::RateDay,
};
use std::path::{Path, PathBuf};

const FILE: &str = "Date,USD,JPY,CYP,GBP,\n\
    2026-03-20,1.0800,N/A,N/A,0.86,\n\
    2026-03-19,1.0850,161.25,N/A,0.85,\n\
    2026-03-18,1.08x,161.00,N/A,-1,\n\
    20.3.2026,1,1,1,1,\n\
    2026-03-17,N/A,N/A,N/A,,\n";

fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

async fn taken_in(house: &House, path: PathBuf, source: &str, pass: Pass) -> Report {
    let job = RatesJob { rejects: Some(path.with_extension("rejects")), path, source: text(source) };
    import(&house.app, ANNA, job, pass).await.unwrap()
}

fn counted(report: &Report) -> [u64; 4] {
    let Counts { created, changed, known, rejected, .. } = report.counts;
    [created, changed, known, rejected]
}

async fn days(fresh: &Fresh) -> Vec<RateDay> {
    let mut session = fresh.db.read().await.unwrap();
    session.rate_days("1999-01-01".parse().unwrap(), "2100-01-01".parse().unwrap()).await.unwrap()
}

async fn pinned(fresh: &Fresh, from: &str, to: &str, on: &str) -> String {
    let rates = fresh.db.read().await.unwrap().rates(on.parse().unwrap(), 7).await.unwrap();
    let pinned = rates.pin(from.parse().unwrap(), to.parse().unwrap(), on.parse().unwrap(), 7);
    pinned.map_or_else(|error| error.to_string(), |rate| rate.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_planned_taken_in_and_known_from_then_on() {
    on_both(|fresh| async move {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), "rates.csv", FILE);
        let house = House::settled(&fresh).await;
        let planned = taken_in(&house, path.clone(), "ECB", Pass::Plan).await;
        assert_eq!((counted(&planned), days(&fresh).await), ([2, 0, 0, 3], Vec::new()), "{}", fresh.name);
        let report = taken_in(&house, path.clone(), "ECB", Pass::Carry).await;
        assert_eq!(report.counts.to_string(), "read 5 = recorded 2 + rejected 3");
        assert_eq!(report.warnings, ["the column CYP is of a currency that is no longer in use, and is passed over"]);
        assert_eq!(
            report.rejects,
            [
                "line 4, column 2 (`USD`): \"1.08x\" is not an exchange rate: write a number above zero, or N/A; column 5 (`GBP`): \"-1\" is \
                 not an exchange rate: write a number above zero, or N/A",
                "line 5, column 1 (`Date`): \"20.3.2026\" is not a date; write it as 2026-03-20",
                "line 6: no currency has a rate on this day",
            ]
        );
        assert_eq!(days(&fresh).await.len(), 2);
        let verified = fresh.db.read().await.unwrap().audit_head().await.unwrap();
        let again = taken_in(&house, path, "ECB", Pass::Carry).await;
        assert_eq!((counted(&again), fresh.db.read().await.unwrap().audit_head().await.unwrap()), ([0, 0, 2, 3], verified));
        for (from, to, on, told) in [
            ("EUR", "USD", "2026-03-20", "1 EUR = 1.08 USD (ECB, 2026-03-20)"),
            ("EUR", "USD", "2026-03-22", "1 EUR = 1.08 USD (ECB, 2026-03-20, the last before 2026-03-22)"),
            ("EUR", "JPY", "2026-03-20", "1 EUR = 161.25 JPY (ECB, 2026-03-19, the last before 2026-03-20)"),
            ("EUR", "USD", "2026-03-28", "there is no rate from EUR to USD on 2026-03-28 nor in the 7 days before"),
        ] {
            assert_eq!(pinned(&fresh, from, to, on).await, told, "{}", fresh.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_day_is_changed_and_a_replay_gives_the_same() {
    on_both(|fresh| async move {
        let folder = tempfile::tempdir().unwrap();
        let house = House::settled(&fresh).await;
        taken_in(&house, written(folder.path(), "a.csv", FILE), "ECB", Pass::Carry).await;
        let corrected = written(folder.path(), "b.csv", "Date, USD, \n20 March 2026, 1.09, \n20 March 2026, 1.09, \n");
        assert_eq!(counted(&taken_in(&house, corrected, "ECB", Pass::Carry).await), [0, 1, 1, 0]);
        assert_eq!(pinned(&fresh, "EUR", "GBP", "2026-03-20").await, "1 EUR = 0.86 GBP (ECB, 2026-03-20)", "what it does not state stays");
        assert_eq!(pinned(&fresh, "EUR", "USD", "2026-03-20").await, "1 EUR = 1.09 USD (ECB, 2026-03-20)");
        let ours = written(folder.path(), "c.csv", "Date;USD\n2026-03-20;1.1\n");
        taken_in(&house, ours, "Treasury", Pass::Carry).await;
        assert_eq!(pinned(&fresh, "EUR", "USD", "2026-03-20").await, "1 EUR = 1.1 USD (Treasury, 2026-03-20)");
        let copy = crate::support::databases::sqlite().await;
        replay(&fresh.db, &copy.db).await.unwrap();
        assert_eq!(days(&copy).await, days(&fresh).await);
        let digests = |all: Vec<pilothouse::store::Digest>| all.into_iter().find(|one| one.table == "fx_day");
        let [left, right] = [&fresh, &copy].map(|one| one.db.clone());
        let (left, right) = (left.read().await.unwrap().digests().await.unwrap(), right.read().await.unwrap().digests().await.unwrap());
        assert_eq!(digests(left), digests(right), "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rates_are_a_matter_of_finance() {
    let fresh = crate::support::databases::sqlite().await;
    let house = House::settled(&fresh).await;
    let day = RateDay { on: "2026-03-20".parse().unwrap(), source: text("ECB"), rates: std::collections::BTreeMap::new() };
    let denied = house.app.execute(BEN, house.app.request(Command::Rates(vec![day]))).await.unwrap_err();
    assert_eq!(denied.to_string(), "ben may not manage funds: it needs finance or admin, and holds triager");
    assert_eq!(days(&fresh).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_none_is_refused_with_the_reason() {
    let fresh = crate::support::databases::sqlite().await;
    let house = House::settled(&fresh).await;
    let folder = tempfile::tempdir().unwrap();
    for (text, message) in [
        ("Day,USD\n2026-03-20,1\n", "it has no column `Date`; a file of exchange rates has one, and a column a currency"),
        ("Date,US Dollar\n2026-03-20,1\n", "column 2 is named \"US Dollar\", which is no currency code"),
        ("Date,USD,usd\n2026-03-20,1,1\n", "column 3 names USD a second time"),
        ("Date,CYP\n2006-03-20,1\n", "no column is named after a currency, such as USD"),
        ("[{\"Date\": \"2026-03-20\"}]", "exchange rates are read from CSV, and this is JSON"),
    ] {
        let path = written(folder.path(), "rates.csv", text);
        let job = RatesJob { path, source: crate::support::house::text("ECB"), rejects: None };
        let refused = import(&house.app, ANNA, job, Pass::Carry).await.unwrap_err().to_string();
        assert!(refused.ends_with(message), "{refused}");
    }
}

/// All that the European Central Bank has published since 1999.
#[tokio::test(flavor = "multi_thread")]
async fn the_whole_history_is_taken_in() {
    let Some(path) = data::shared("fx-ecb/eurofxref-hist.csv") else { return };
    let fresh = crate::support::databases::sqlite().await;
    let house = House::settled(&fresh).await;
    let job = RatesJob { path, source: text("ECB"), rejects: None };
    let report = import(&house.app, ANNA, job.clone(), Pass::Carry).await.unwrap();
    let days = days(&fresh).await;
    assert_eq!((counted(&report), report.warnings.len()), ([u64::try_from(days.len()).unwrap(), 0, 0, 0], 1), "{report:?}");
    assert_eq!(report.warnings.len(), 1, "{report:?}");
    assert_eq!(days.first().unwrap().on.to_string(), "1999-01-04");
    assert_eq!(pinned(&fresh, "EUR", "USD", "1999-01-04").await, "1 EUR = 1.1789 USD (ECB, 1999-01-04)");
    // A Saturday.
    assert_eq!(pinned(&fresh, "EUR", "USD", "2026-04-11").await, "1 EUR = 1.1711 USD (ECB, 2026-04-10, the last before 2026-04-11)");
    assert_eq!(counted(&import(&house.app, ANNA, job, Pass::Carry).await.unwrap())[..3], [0, 0, report.counts.created]);
}
