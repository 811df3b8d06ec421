//! How fast other rules are tried on all partners. Not a timed test: it prints medians against budgets.
//!
//! `cargo bench --bench tier -- [PARTNERS]` (5,000 by default). Nothing is read from a database: the facts are invented.

use pilothouse::domain::{
    id::PartnerId,
    program,
    text::Text,
    tier::{Certificate, Facts, History, Revenue, Rules, Score, Share, Way, evaluate, rules::Composite, way_up, what_if},
};
use rust_decimal::Decimal;
use std::time::Instant as Stopwatch;

fn main() {
    let partners = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(5_000);
    let Ok(demo) = program::parse("program.toml", program::DEMO) else {
        eprintln!("the demo program does not parse");
        return;
    };
    let rules = demo.tier_rules();
    let facts: Vec<Facts> = (1..=partners).map(|no| invented(&rules, no)).collect();
    let mut stricter = rules.clone();
    for line in &mut stricter.lines {
        line.gates.revenue = line.gates.revenue.map(|minor| minor / 10 * 11);
        line.gates.composite = line.gates.composite.map(|Score(points)| Score(points + 500));
    }
    measure("what if, weighted sum, 100 ms", || what_if(&facts, &rules, &stricter).demoted.len());
    let mut geometric = stricter.clone();
    geometric.card.composite = Composite::Geometric;
    measure("what if, sum to geometric mean, 100 ms", || what_if(&facts, &rules, &geometric).demoted.len());
    measure("every scorecard in full", || {
        facts.iter().map(|one| evaluate(one, &rules, "silver", &History::default())).filter(|card| card.outcome.has_failed()).count()
    });
    measure("the cheapest way to the best tier for each", || {
        facts.iter().filter_map(|one| way_up(one, &rules, &rules.lines.first()?.tier)).filter(Way::arrives).count()
    });
}

fn measure(name: &str, mut work: impl FnMut() -> usize) {
    let mut times: Vec<_> = (0..11)
        .map(|_| {
            let started = Stopwatch::now();
            let found = std::hint::black_box(work());
            (started.elapsed(), found)
        })
        .collect();
    times.sort_unstable();
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    println!("{name}: median {:?}, worst {:?} ({} found)", median.0, worst.0, median.1);
}

/// Partner number `no`: the same for a number, all different.
fn invented(rules: &Rules, no: i64) -> Facts {
    let spread = |salt: i64, below: i64| (no * 2_654_435_761 + salt * 40_503_104_729).rem_euclid(below);
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 31).unwrap_or_default();
    let products = rules.card.product_lines.iter().zip(1..).map(|(line, salt)| (line.clone(), spread(salt, 300_000_000) - 50_000_000));
    let revenue = Revenue {
        now: spread(1, 1_500_000_000),
        before: spread(2, 1_200_000_000),
        by_product: Some(products.collect()),
        by_day: Vec::new(),
    };
    let certificate = |no| Certificate { name: Text::clean(&format!("C{no}")), last_day: None };
    Facts {
        certificates: (0..spread(9, 5)).map(certificate).collect(),
        revenue: Some(revenue),
        coverage: Some(Share { part: spread(3, 40), whole: 40 }),
        accepted: (no % 7 > 0).then(|| Share { part: spread(4, 100), whole: 100 }),
        registrations: Some(u32::try_from(spread(5, 60)).unwrap_or_default()),
        funds: (no % 5 > 0).then(|| Share { part: spread(6, 1_000_000), whole: 1_000_000 }),
        satisfaction: (no % 3 > 0).then(|| Decimal::from(spread(7, 101))),
        training: Some(Decimal::from(spread(8, 101))),
        ..Facts::none(PartnerId(no), day)
    }
    .settled()
}
