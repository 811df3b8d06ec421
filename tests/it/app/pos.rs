//! Order lines through the public door, each test on both databases.

use super::{ANNA, BEN, House, text};
use crate::support::{
    data::shared,
    databases::{Fresh, on_both},
};
use chrono::{Datelike, NaiveDate};
use pilothouse::{
    app::{
        Command,
        export::{self, Format},
        import::{Job, Pass, Report, choose, directory, mapping::Kind, sales},
        pos::Incoming,
    },
    domain::{
        fx::RateDay,
        id::{CorrectionId, PartnerId},
        money::{Currency, Money},
        pos::{Against, Correction, CorrectionState, Month, OrderLine, Quantity, Revenue, Sale, UnitPrice, totals::Asked},
        program,
        time::Span,
    },
    store::pos::CorrectionsAsked,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn code(text: &str) -> Currency {
    text.parse().unwrap()
}

impl House {
    /// The house in March 2026 with these product lines, measured in this currency.
    async fn with_lines(fresh: &Fresh, lines: &str, currency: &str) -> Self {
        let house = Self::settled(fresh).await;
        let demo = "lines = [\"Switching\", \"Wireless\", \"Firewall\", \"Video\", \"Managed services\"]";
        let toml = program::DEMO
            .replace(demo, &format!("lines = [{lines}, \"Switching\", \"Wireless\", \"Firewall\", \"Video\", \"Managed services\"]"));
        let toml = toml.replace("currency = \"EUR\"  ", &format!("currency = \"{currency}\"  "));
        house.run(ANNA, Command::Program { toml, note: text("lines") }).await;
        house
    }

    async fn import(&self, path: &Path, pass: Pass) -> Report {
        let mapping = choose(Kind::Sale, path, None).unwrap_or_else(|error| panic!("{error}"));
        self.import_as(path, mapping, pass).await
    }

    async fn import_as(&self, path: &Path, mapping: pilothouse::app::import::mapping::Mapping, pass: Pass) -> Report {
        let job = Job { path: path.to_owned(), mapping, rejects: None };
        sales::import(&self.app, BEN, job, pass, &mut |_| {}).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Writes the lines under the columns of the plain mapping and imports them.
    pub async fn sell(&self, name: &str, rows: &str) -> Report {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, format!("Id,Partner,Product,Product Line,Day,Quantity,Unit Price,Amount,Currency,Returns\n{rows}")).unwrap();
        let mut mapping = choose(Kind::Sale, &path, None).unwrap_or_else(|error| panic!("{error}"));
        mapping.set_system("erp");
        self.import_as(&path, mapping, Pass::Carry).await
    }

    async fn lines(&self) -> Vec<Sale> {
        let mut lines = self.app.db().read().await.unwrap().sales_before(i64::MAX, 100_000).await.unwrap();
        lines.reverse();
        lines
    }

    async fn revenue(&self, from: &str, to: &str, currency: &str) -> Vec<Revenue> {
        let asked = Asked { currency: code(currency), partners: None, from: day(from), to: day(to) };
        self.app.revenue(&asked).await.unwrap()
    }

    async fn waiting(&self) -> Vec<(i64, String)> {
        let asked = CorrectionsAsked { state: Some("open"), limit: 100, ..CorrectionsAsked::default() };
        let found = self.app.corrections(&asked).await.unwrap();
        let told = |one: &Correction| one.troubles.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        found.iter().map(|one| (one.id.0, told(one))).collect()
    }
}

fn in_short(report: &Report) -> String {
    report.counts.to_string()
}

/// The totals, recounted from the lines that stand.
async fn assert_totals(house: &House, currency: &str) {
    let lines = house.lines().await;
    for (from, to) in
        [("2000-01-01", "2100-01-01"), ("2025-11-15", "2026-02-03"), ("2026-01-01", "2026-02-01"), ("2026-02-01", "2026-02-02")]
    {
        let mut sums: BTreeMap<(PartnerId, String), i64> = BTreeMap::new();
        for Sale { posted, .. } in &lines {
            let booked = posted.booked.expect("every line of these tests is booked");
            if booked.currency == code(currency) && day(from) <= posted.line.on && posted.line.on < day(to) {
                *sums.entry((posted.line.partner, posted.line.line.to_string())).or_default() += booked.minor;
            }
        }
        let found = house.revenue(from, to, currency).await;
        let found: BTreeMap<_, _> = found.into_iter().map(|row| ((row.partner, row.line.to_string()), row.minor)).collect();
        sums.retain(|key, minor| *minor != 0 || found.contains_key(key));
        assert_eq!(found, sums, "{from} to {to}");
        for partner in sums.keys().map(|(partner, _)| *partner) {
            let asked = Asked { currency: code(currency), partners: Some(vec![partner]), from: day(from), to: day(to) };
            let one = house.app.revenue(&asked).await.unwrap();
            let theirs: BTreeMap<_, _> = one.into_iter().map(|row| ((row.partner, row.line.to_string()), row.minor)).collect();
            assert_eq!(
                theirs,
                sums.iter().filter(|((id, _), _)| *id == partner).map(|(key, sum)| (key.clone(), *sum)).collect(),
                "{partner}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_recorded_known_and_corrected_by_their_source() {
    on_both(|fresh: Fresh| async move {
        let house = House::settled(&fresh).await;
        let file = "SO1/1,NORD,MX-1,Switching,2026-02-01,3,10.00,30.00,EUR,\n\
                    SO1/2,NORD,MX-2,Wireless,2026-02-01,1,5.50,5.50,EUR,\n\
                    SO2/1,SUED,MX-1,Switching,2026-01-31,2,10.00,20.00,EUR,\n";
        assert_eq!(in_short(&house.sell("a.csv", file).await), "read 3 = recorded 3 + in correction 0 + rejected 0", "{}", fresh.name);
        assert_eq!(in_short(&house.sell("a.csv", file).await), "read 3 = recorded 0 + in correction 0 + rejected 0 + known already 3");
        let head = house.app.db().read().await.unwrap().audit_head().await.unwrap();
        house.sell("a.csv", file).await;
        assert_eq!(house.app.db().read().await.unwrap().audit_head().await.unwrap(), head, "nothing was written");
        let restated = house.sell("b.csv", "SO1/1,NORD,MX-1,Switching,2026-02-01,4,10.00,40.00,EUR,\n").await;
        assert_eq!(in_short(&restated), "read 1 = recorded 0 + in correction 0 + rejected 0 + changed 1");
        let booked: Vec<i64> = house.lines().await.iter().map(|sale| sale.posted.booked.unwrap().minor).collect();
        assert_eq!(booked, [3_000, 550, 2_000, -3_000, 4_000], "what was wrong is cancelled, and recorded anew");
        let revenue = house.revenue("2026-02-01", "2026-03-01", "EUR").await;
        let nord: Vec<_> = revenue.iter().map(|row| (row.line.as_str(), row.minor, row.quantity, row.lines)).collect();
        assert_eq!(nord, [("Switching", 4_000, 4_000, 1), ("Wireless", 550, 1_000, 1)]);
        assert_totals(&house, "EUR").await;
        house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_waits_and_nothing_is_dropped() {
    on_both(|fresh: Fresh| async move {
        let house = House::settled(&fresh).await;
        let file = "1,NORD,MX-1,Switching,2026-02-01,3,10.00,30.00,EUR,\n\
                    2,NOBODY,MX-1,Switching,2026-02-01,3,10.00,30.00,EUR,\n\
                    3,NORD,MX-1,Abacus,2026-02-01,3,10.00,30.00,EUR,\n\
                    4,NORD,MX-1,Switching,2026-02-01,3,10.00,31.00,EUR,\n\
                    5,NORD,MX-1,Switching,2026-02-01,3,10.00,30.00,DEM,\n\
                    6,NORD,MX-1,Switching,2026-02-01,3,10.00,30.00,CHF,\n\
                    7,NORD,MX-1,Switching,2098-02-01,3,10.00,30.00,EUR,\n\
                    8,NORD,MX-9,Switching,2026-02-02,-1,10.00,-10.00,EUR,\n\
                    9,NORD,MX-1,Switching,yesterday,3,10.00,30.00,EUR,\n\
                    10,NORD,MX-1,Switching,2026-02-02,-2,10.00,-20.00,EUR,1\n\
                    11,NORD,MX-1,Switching,2026-02-03,-2,10.00,-20.00,EUR,1\n\
                    12,,MX-1,Switching,2026-02-01,3,10.00,30.00,EUR,\n";
        let report = house.sell("pos.csv", file).await;
        assert_eq!(in_short(&report), "read 12 = recorded 2 + in correction 10 + rejected 0", "{}: {report:?}", fresh.name);
        let reasons: Vec<&str> = {
            let all = CorrectionsAsked { limit: 100, ..CorrectionsAsked::default() };
            house.app.corrections(&all).await.unwrap().iter().map(Correction::reason).collect()
        };
        assert_eq!(
            reasons,
            [
                "unknown_partner",
                "unknown_product",
                "mismatch",
                "unreadable",
                "no_rate",
                "future",
                "unpaired_return",
                "unreadable",
                "returns_too_much",
                "missing"
            ]
        );
        assert_eq!(house.waiting().await[2].1, "quantity and price make EUR 30.00, and it says otherwise");
        assert_eq!(house.waiting().await[8].1, "more comes back than was sold: EUR 10.00 is left of it");
        let again = house.sell("pos.csv", file).await;
        assert_eq!(in_short(&again), "read 12 = recorded 0 + in correction 0 + rejected 0 + known already 12");
        let open = house.app.corrections_open().await.unwrap();
        assert_eq!(open.iter().map(|(_, count)| count).sum::<i64>(), 10);
        let (one, story) = house.app.correction(CorrectionId(1)).await.unwrap().unwrap();
        assert_eq!((one.source.file.as_str(), one.source.line, story.len()), ("pos.csv", 3, 1));
        assert_eq!(one.source.cells[1], (text("Partner"), text("NOBODY")), "the row as it came");
        // Rates come, and the same file again brings in what waited for them.
        let rates = BTreeMap::from([(code("CHF"), "0.9500".parse().unwrap())]);
        house.run(ANNA, Command::Rates(vec![RateDay { on: day("2026-01-30"), source: text("ECB"), rates }])).await;
        let healed = house.sell("pos.csv", file).await;
        assert_eq!(in_short(&healed), "read 12 = recorded 1 + in correction 0 + rejected 0 + known already 11");
        let line = house.lines().await.pop().unwrap();
        assert_eq!(line.posted.booked.unwrap().to_string(), "EUR 31.58", "30 / 0.95, rounded once");
        let pin = line.posted.rate.unwrap();
        assert_eq!((pin.on, pin.wanted_on, pin.source.as_str()), (day("2026-01-30"), day("2026-02-01"), "ECB"));
        let (healed, _) = house.app.correction(CorrectionId(5)).await.unwrap().unwrap();
        assert!(matches!(healed.state, CorrectionState::Recorded { line: 3, .. }), "{:?}", healed.state);
        assert_totals(&house, "EUR").await;
        house.replays().await;
    })
    .await;
}

/// EUR 100.00 for USD 110.00 in three pieces, which come back one by one: cents by cents, nothing is left.
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_return_leaves_nothing_whatever_the_rate_is_by_then() {
    on_both(|fresh: Fresh| async move {
        let house = House::settled(&fresh).await;
        let rate = |on: &str, rate: &str| RateDay {
            on: day(on),
            source: text("ECB"),
            rates: BTreeMap::from([(code("USD"), rate.parse().unwrap())]),
        };
        house.run(ANNA, Command::Rates(vec![rate("2026-01-02", "1.1"), rate("2026-02-02", "1.3")])).await;
        let file = "SO1/1,NORD,MX-1,Switching,2026-01-02,3,36.67,110.00,USD,\n\
                    SO1/2,NORD,MX-1,Switching,2026-02-02,-1,36.67,-36.67,USD,\n\
                    R/1,NORD,MX-1,Switching,2026-02-02,-1,36.67,-36.67,USD,\n\
                    R/2,NORD,MX-1,Switching,2026-02-02,-1,36.66,-36.66,USD,\n\
                    R/3,NORD,MX-1,Switching,2026-02-02,-1,36.66,-36.66,USD,\n\
                    SO2/1,NORD,MX-2,Switching,2026-01-02,1,11.00,11.00,USD,\n\
                    R/4,NORD,MX-2,Switching,2026-02-20,-1,11.00,-11.00,USD,\n";
        let report = house.sell("returns.csv", file).await;
        assert_eq!(in_short(&report), "read 7 = recorded 6 + in correction 1 + rejected 0", "{}: {report:?}", fresh.name);
        let booked: Vec<i64> = house.lines().await.iter().map(|sale| sale.posted.booked.unwrap().minor).collect();
        assert_eq!(booked, [10_000, -3_334, -3_334, -3_332, 1_000, -1_000], "the last comes back on a day without a rate");
        assert_eq!(house.waiting().await, [(1, "more comes back than was sold: USD 0.00 is left of it".to_owned())]);
        let mut out = Vec::new();
        assert_eq!(export::sales(&house.app, Format::Csv, &mut out).await.unwrap(), 6);
        let out = String::from_utf8(out).unwrap();
        let newest = "6,erp:R/4,NORD,Nordlicht Systeme,,MX-2,Switching,2026-02-20,-1,11,-11.00,USD,-10.00,EUR,,5,,no";
        assert_eq!(out.lines().nth(1), Some(newest), "{}: {out}", fresh.name);
        assert_totals(&house, "EUR").await;
        house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_lines_restate_a_closed_quarter_and_say_when() {
    on_both(|fresh: Fresh| async move {
        let house = House::settled(&fresh).await;
        let before = house.now();
        house.pass(Span::minutes(1));
        let report = house
            .sell("late.csv", "1,NORD,MX-1,Switching,2025-09-30,1,10.00,10.00,EUR,\n2,SUED,MX-1,Switching,2026-02-28,1,10.00,10.00,EUR,\n")
            .await;
        assert_eq!(report.late, 1, "{}: September's quarter closed on 16 October", fresh.name);
        assert_eq!(house.lines().await.iter().map(|sale| sale.posted.late).collect::<Vec<_>>(), [true, false]);
        let mut session = house.app.db().read().await.unwrap();
        let restated = session.restated(day("2025-07-01"), day("2025-10-01"), before).await.unwrap();
        assert_eq!(restated.iter().map(|one| (one.partner.0, one.month)).collect::<Vec<_>>(), [(1, Month::of(day("2025-09-01")))]);
        assert!(session.restated(day("2025-07-01"), day("2025-10-01"), house.now()).await.unwrap().is_empty());
    })
    .await;
}

fn adventure(name: &str) -> Option<PathBuf> {
    shared(&format!("adventureworks-reseller/{name}"))
}

/// The sums of a reseller by calendar quarter, straight from the CSV: cents as whole numbers.
fn by_quarter(path: &Path) -> BTreeMap<(String, i32, u32), i64> {
    let codes: BTreeMap<String, String> = csv::Reader::from_path(path.with_file_name("DimReseller.csv"))
        .unwrap()
        .into_deserialize::<BTreeMap<String, String>>()
        .map(|row| row.map(|mut row| (row.remove("ResellerKey").unwrap(), row.remove("ResellerAlternateKey").unwrap())).unwrap())
        .collect();
    let mut sums = BTreeMap::new();
    for row in csv::Reader::from_path(path).unwrap().into_deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        let (whole, cents) = row["SalesAmount"].split_once('.').unwrap_or((&row["SalesAmount"], "00"));
        let cents = format!("{cents:0<2}");
        let minor: i64 = format!("{whole}{}", &cents[..2]).parse().unwrap();
        assert_eq!(cents.len(), 2, "an amount of more than two digits: {row:?}");
        let on = day(&row["OrderDate"]);
        *sums.entry((codes[&row["ResellerKey"]].clone(), on.year(), on.month0() / 3)).or_default() += minor;
    }
    sums
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_of_real_resellers_agree_with_their_file_to_the_cent() {
    let Some(path) = adventure("FactResellerSales.csv") else { return };
    let path = &path;
    let expected = &by_quarter(path);
    on_both(|fresh: Fresh| async move {
        let house = House::with_lines(&fresh, "\"Bikes\", \"Components\", \"Clothing\", \"Accessories\"", "USD").await;
        let resellers = path.with_file_name("DimReseller.csv");
        let mapping = choose(Kind::Partner, &resellers, None).unwrap_or_else(|error| panic!("{error}"));
        directory::import(&house.app, BEN, Job { path: resellers, mapping, rejects: None }, Pass::Carry).await.unwrap();
        let planned = house.import(path, Pass::Plan).await;
        let report = house.import(path, Pass::Carry).await;
        assert_eq!(in_short(&report), "read 30129 = recorded 30129 + in correction 0 + rejected 0", "{}: {:?}", fresh.name, report.waiting);
        assert_eq!((report.mapping.as_str(), in_short(&planned)), ("adventureworks-sale", in_short(&report)));
        let again = house.import(path, Pass::Carry).await;
        assert_eq!(in_short(&again), "read 30129 = recorded 0 + in correction 0 + rejected 0 + known already 30129");
        let rules = house.app.rules().await.unwrap();
        let mut found = BTreeMap::new();
        for (year, quarter) in [(2017, 2), (2017, 3), (2018, 0), (2018, 1), (2018, 2), (2018, 3), (2019, 0), (2019, 1), (2019, 2)] {
            let from = NaiveDate::from_ymd_opt(year, 3 * quarter + 1, 1).unwrap();
            let to = pilothouse::domain::pos::totals::quarter_end(from);
            for row in house.app.revenue(&Asked { currency: code("USD"), partners: None, from, to }).await.unwrap() {
                let code = rules.directory().get(row.partner).unwrap().profile.code.to_string();
                *found.entry((code, year, quarter)).or_default() += row.minor;
            }
        }
        assert_eq!(&found, expected, "{}", fresh.name);
        assert!(expected.len() > 1_900, "{} sums were compared", expected.len());
    })
    .await;
}

/// A number of a small generator: the same for a seed.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// Sales, returns of some of them, and lines that their source says otherwise a second time.
fn any_lines(seed: &mut u64) -> Vec<Incoming> {
    let mut lines = Vec::new();
    for n in 0..90 {
        let quantity = i64::try_from(1 + next(seed) % 5).unwrap();
        let (sign, n) = match next(seed) % 10 {
            0..=2 => (-1, n),
            3 => (1, next(seed) % (n + 1)),
            _ => (1, n),
        };
        let on = day("2025-10-20").checked_add_days(chrono::Days::new(next(seed) % 100)).unwrap();
        lines.push(Incoming::of(OrderLine {
            key: text(&format!("erp:SO{}/{n}", n / 4)),
            partner: PartnerId(i64::try_from(1 + next(seed) % 2).unwrap()),
            customer: None,
            product: text(["MX-1", "MX-2"][usize::try_from(next(seed) % 2).unwrap()]),
            line: text(["Switching", "Video"][usize::try_from(next(seed) % 2).unwrap()]),
            on,
            quantity: Some(Quantity(sign * quantity * 1_000)),
            price: Some(UnitPrice(333_300)),
            amount: Money::new(sign * quantity * 3_333, code(["EUR", "USD"][usize::try_from(next(seed) % 2).unwrap()])),
        }));
    }
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn in_any_order_totals_are_their_lines_and_no_more_comes_back_than_was_sold() {
    for mut seed in 1..5 {
        on_both(|fresh: Fresh| async move {
            let house = House::settled(&fresh).await;
            let rates = BTreeMap::from([(code("USD"), "1.0837".parse().unwrap())]);
            let days = (0..30).map(|n| day("2025-10-15").checked_add_days(chrono::Days::new(4 * n)).unwrap());
            let days = days.map(|on| RateDay { on, source: text("ECB"), rates: rates.clone() }).collect();
            house.run(ANNA, Command::Rates(days)).await;
            let mut lines = any_lines(&mut seed);
            let mut read = 0;
            while !lines.is_empty() {
                let count = usize::try_from(1 + next(&mut seed) % 12).unwrap().min(lines.len());
                let at = usize::try_from(next(&mut seed)).unwrap() % (lines.len() - count + 1);
                let batch: Vec<Incoming> = lines.drain(at..at + count).collect();
                read += batch.len();
                let outcome = house.run(BEN, Command::Sales(batch)).await;
                let done = &outcome.lines;
                assert_eq!(done.recorded + done.restated + done.known + done.waiting.len(), count, "each line once");
            }
            assert_eq!(read, 90);
            assert_totals(&house, "EUR").await;
            assert_pairs(&house).await;
            house.replays().await;
        })
        .await;
    }
}

/// A reversal and what it cancels leave nothing, and of no line that stands more came back than was sold.
async fn assert_pairs(house: &House) {
    let lines = house.lines().await;
    let find = |id: i64| &lines[usize::try_from(id).unwrap() - 1];
    let mut left: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    let reversed: Vec<i64> = lines.iter().filter(|sale| sale.posted.is_reversal()).filter_map(|sale| sale.posted.original()).collect();
    for sale in &lines {
        match sale.posted.against {
            Against::Nothing => {}
            Against::Reverses(id) => {
                let (own, other) = (&sale.posted, &find(id).posted);
                assert_eq!(own.booked.unwrap().minor + other.booked.unwrap().minor, 0);
                assert_eq!((own.line.on, &own.line.key), (other.line.on, &other.line.key));
            }
            Against::Returns(id) if !reversed.contains(&sale.id) => {
                let sold = &find(id).posted;
                let left = left.entry(id).or_insert((sold.line.amount.minor, sold.booked.unwrap().minor));
                left.0 += sale.posted.line.amount.minor;
                left.1 += sale.posted.booked.unwrap().minor;
                assert!(sold.line.on <= sale.posted.line.on && sold.line.partner == sale.posted.line.partner);
                assert!(left.0 >= 0 && left.1 >= 0, "of line {id} {left:?} is left");
                assert!(left.0 > 0 || left.1 == 0, "a whole return leaves nothing: line {id} {left:?}");
            }
            Against::Returns(_) => {}
        }
    }
    assert!(!left.is_empty() && !reversed.is_empty(), "some lines came back, and some were cancelled");
}
