//! Matching on labelled files that this project did not make: quality floors, and that the measure itself can fail.
//!
//! The floors stand a little below what was measured when they were set (see each); they fall only when rules get worse.

use pilothouse::{
    ambient::Clock,
    app::match_evaluate::{Baseline, Columns, Options, Report, evaluate},
    domain::{matching::MatchingPolicy, time::Instant},
};
use std::{fs::File, path::PathBuf};

fn options(columns: Columns) -> Options {
    Options { columns, worst: 5, baseline: Baseline::Leave, policy: MatchingPolicy::default() }
}

fn measure(input: &str, columns: Columns) -> Report {
    evaluate(input.as_bytes(), &options(columns), &Clock::manual(Instant::from_micros(0))).unwrap()
}

/// `None`, said aloud, where the shared data is not there; on the build server that is a failure.
fn shared(file: &str, columns: Columns) -> Option<Report> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(file);
    let Ok(input) = File::open(&path) else {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
        eprintln!("SKIPPED: matching quality is not measured, {} is missing", path.display());
        return None;
    };
    let report = evaluate(input, &options(columns), &Clock::manual(Instant::from_micros(0))).unwrap();
    eprintln!(
        "{file}: link {:.4}/{:.4}, link + review {:.4}/{:.4}, intake {:.4}/{:.4} (precision/recall)",
        report.link.precision(),
        report.link.recall(),
        report.link_and_review.precision(),
        report.link_and_review.recall(),
        report.intake.precision(),
        report.intake.recall()
    );
    Some(report)
}

fn columns(name: &str, truth: &str) -> Columns {
    Columns { name: name.into(), truth: truth.into(), ..Columns::default() }
}

#[test]
fn patent_assignees_are_matched() {
    let Some(report) = shared("er-patentsview-assignees/nber_subset_name_clusters.csv", columns("organization", "unique_id")) else {
        return;
    };
    // About nine in ten of the "false" links join two labels of one organisation that differ by a typo in the label.
    assert!(report.link.precision() >= 0.92 && report.link.recall() >= 0.62, "{:?}", report.link);
    assert!(report.link_and_review.precision() >= 0.84 && report.link_and_review.recall() >= 0.79, "{:?}", report.link_and_review);
    assert!(report.intake.precision() >= 0.92 && report.intake.recall() >= 0.61, "{:?}", report.intake);
    assert!(report.truth_missed_by_blocking * 100 <= report.link.truth * 3, "{}", report.truth_missed_by_blocking);
}

#[test]
fn patent_owners_are_matched() {
    let Some(report) = shared("er-patstat-owners/patstat_reference.csv", columns("person_name", "leuven_id")) else { return };
    assert!(report.link.precision() >= 0.98 && report.link.recall() >= 0.56, "{:?}", report.link);
    assert!(report.link_and_review.precision() >= 0.98 && report.link_and_review.recall() >= 0.65, "{:?}", report.link_and_review);
}

#[test]
fn sites_with_addresses_are_matched() {
    let columns = Columns {
        street: Some("Address".into()),
        postal: Some("Zip".into()),
        phone: Some("Phone".into()),
        ..columns("Site name", "True Id")
    };
    let Some(report) = shared("er-dedupe-orgs/early_childhood_sites.csv", columns) else { return };
    assert!(report.link.precision() >= 0.98 && report.link.recall() >= 0.79, "{:?}", report.link);
    assert!(report.link_and_review.precision() >= 0.93 && report.link_and_review.recall() >= 0.92, "{:?}", report.link_and_review);
    assert!(report.intake.precision() >= 0.98 && report.intake.recall() >= 0.79, "{:?}", report.intake);
}

#[test]
fn a_small_file_is_measured_pair_by_pair() {
    let file = "name,who\nZanzibarrow Optik GmbH,1\nZanzibarrow Optik,1\nzanzibarrow optik,1\nQuellenhof Brauerei AG,2\nQuellenhof Brauerei,3\nAlone Inc,\nAlone Inc,\n";
    let report = measure(file, columns("name", "who"));
    assert_eq!((report.records, report.link.truth), (7, 3));
    // Three rows of one company, and two pairs that are equal but not labelled so.
    assert_eq!((report.link.joined, report.link.right), (5, 3));
    assert_eq!((report.intake.joined, report.intake.right), (5, 3));
    assert_eq!(report.false_links.len(), 2);
    assert!(report.misses.is_empty());
}

#[test]
fn a_miss_and_its_score_are_named() {
    let file = "name,who\nZanzibarrow Optik,1\nQuellenhof Brauerei,1\n";
    let report = measure(file, columns("name", "who"));
    assert_eq!((report.link.right, report.truth_missed_by_blocking), (0, 1));
    let [miss] = report.misses.as_slice() else { panic!("{:?}", report.misses) };
    assert_eq!((miss.left.as_str(), miss.compared, miss.score_bp), ("Zanzibarrow Optik", false, 0));
}

#[test]
fn the_baseline_is_a_plain_ratio() {
    let file = "name,who\nAlpha Beta Gamma Ltd,1\nltd gamma beta alpha,1\nAlpha Beta Gamma Lt,1\nSomething Else,2\n";
    let report = evaluate(
        file.as_bytes(),
        &Options { baseline: Baseline::Measure, ..options(columns("name", "who")) },
        &Clock::manual(Instant::from_micros(0)),
    )
    .unwrap();
    let baseline = report.baseline.unwrap();
    assert_eq!((baseline.joined, baseline.right, baseline.truth), (3, 3, 3));
}

#[test]
fn a_column_that_is_not_there_is_named_with_those_that_are() {
    let error =
        evaluate("name,who\na,1\n".as_bytes(), &options(columns("Name", "truth")), &Clock::manual(Instant::from_micros(0))).unwrap_err();
    assert_eq!(error.to_string(), "there is no column `truth`; the columns are `name`, `who`");
}

#[test]
fn measuring_twice_gives_the_same() {
    let file: String = (0..200).fold(String::from("name,who\n"), |file, n| format!("{file}Firm {} {} Ltd,{}\n", n % 40, n % 7, n % 20));
    let (one, two) = (measure(&file, columns("name", "who")), measure(&file, columns("name", "who")));
    assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&two).unwrap());
}
