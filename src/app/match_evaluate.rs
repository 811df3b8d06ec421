//! Measures matching on a file whose duplicates are known: pairwise precision and recall, and where it goes wrong.

mod baseline;
mod pairs;

use crate::{
    ambient::Clock,
    domain::matching::{Features, MatchingPolicy, Part, Record},
};
use anyhow::Context as _;
use serde::Serialize;
use std::{collections::BTreeMap, io::Read};

/// The columns of the file, by their headings; `truth` says which rows are one.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    pub name: String,
    pub truth: String,
    pub country: Option<String>,
    pub domain: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub person: Option<String>,
    pub city: Option<String>,
    pub postal: Option<String>,
    pub street: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Options {
    pub columns: Columns,
    /// How many of the worst misses and false links are listed.
    pub worst: usize,
    /// Whether the plain baseline is measured as well, over all pairs.
    pub baseline: Baseline,
    pub policy: MatchingPolicy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    Leave,
    Measure,
}

/// Pairs of records: how many were joined, how many of those rightly, and how many there are to join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Quality {
    pub joined: u64,
    pub right: u64,
    pub truth: u64,
}

impl Quality {
    pub fn precision(&self) -> f64 {
        if self.joined == 0 { 1.0 } else { self.right as f64 / self.joined as f64 }
    }

    pub fn recall(&self) -> f64 {
        if self.truth == 0 { 1.0 } else { self.right as f64 / self.truth as f64 }
    }

    pub fn f1(&self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
    }
}

/// Two spellings that were judged wrongly, with the number of record pairs that stand behind them.
#[derive(Debug, Clone, Serialize)]
pub struct Mistake {
    pub left: String,
    pub right: String,
    pub pairs: u64,
    pub score_bp: u16,
    /// Whether the two share a blocking key; if not they were never compared.
    pub compared: bool,
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub records: usize,
    /// Records that differ in something compared.
    pub spellings: usize,
    pub clusters: usize,
    pub compared: u64,
    /// True pairs that share no key, so that no score could find them.
    pub truth_missed_by_blocking: u64,
    /// Pairs whose score is in the link band.
    pub link: Quality,
    /// Pairs in the link or the review band: what an operator gets to see.
    pub link_and_review: Quality,
    /// Pairs within the clusters that intake makes of the file, row after row.
    pub intake: Quality,
    pub baseline: Option<Quality>,
    pub false_links: Vec<Mistake>,
    pub misses: Vec<Mistake>,
    pub features_micros: i64,
    pub scoring_micros: i64,
    pub intake_micros: i64,
}

/// The rows of the file as matching sees them: equal rows are one spelling that counts as often as it stands there.
pub(crate) struct Spellings {
    pub features: Vec<Features>,
    /// The name as it first stood in the file.
    pub shown: Vec<String>,
    /// Truth cluster and number of records, for each spelling.
    pub truth: Vec<BTreeMap<usize, u64>>,
    /// The spelling of each record, in file order.
    pub rows: Vec<usize>,
    pub clusters: Vec<u64>,
}

impl Spellings {
    pub(crate) fn count(&self, spelling: usize) -> u64 {
        self.truth[spelling].values().sum()
    }

    pub(crate) fn truth_pairs(&self) -> u64 {
        self.clusters.iter().map(|size| size * (size - 1) / 2).sum()
    }
}

/// Reads CSV with headings and measures.
pub fn evaluate(input: impl Read, options: &Options, clock: &Clock) -> anyhow::Result<Report> {
    let rows = read(input, &options.columns)?;
    let started = clock.now();
    let spellings = spell(&rows, &options.policy);
    let featured = clock.now();
    let mut report = pairs::measure(&spellings, options);
    let scored = clock.now();
    report.intake = pairs::intake(&spellings, &options.policy);
    report.intake_micros = clock.now().since(scored).micros();
    report.scoring_micros = scored.since(featured).micros();
    report.features_micros = featured.since(started).micros();
    if options.baseline == Baseline::Measure {
        let names: Vec<&str> = rows.iter().map(|row| row.cells[0].as_str()).collect();
        let truth: Vec<&str> = rows.iter().map(|row| row.truth.as_str()).collect();
        report.baseline = Some(baseline::measure(&names, &truth));
    }
    Ok(report)
}

/// The compared cells in the order of [`Record`]'s fields.
struct Row {
    cells: [String; 9],
    truth: String,
}

fn read(input: impl Read, columns: &Columns) -> anyhow::Result<Vec<Row>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
    let headings: Vec<String> = reader
        .byte_headers()
        .context("the file has no headings")?
        .iter()
        .map(|cell| text(cell).trim_start_matches('\u{feff}').trim().to_owned())
        .collect();
    let place = |wanted: &str| {
        headings.iter().position(|heading| heading.eq_ignore_ascii_case(wanted.trim())).with_context(|| {
            format!(
                "there is no column `{wanted}`; the columns are {}",
                headings.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            )
        })
    };
    let optional = |wanted: &Option<String>| wanted.as_deref().map(place).transpose();
    let places = [
        Some(place(&columns.name)?),
        optional(&columns.country)?,
        optional(&columns.domain)?,
        optional(&columns.email)?,
        optional(&columns.phone)?,
        optional(&columns.person)?,
        optional(&columns.postal)?,
        optional(&columns.city)?,
        optional(&columns.street)?,
    ];
    let truth = place(&columns.truth)?;
    let mut rows = Vec::new();
    for (at, record) in reader.byte_records().enumerate() {
        let record = record.with_context(|| format!("row {} can't be read", at + 2))?;
        let cell = |place: usize| record.get(place).map(text).unwrap_or_default();
        let truth = match cell(truth).trim() {
            // A row that nobody labelled is a duplicate of nothing.
            "" => format!("\u{0}{at}"),
            label => label.to_owned(),
        };
        rows.push(Row { cells: places.map(|place| place.map(cell).unwrap_or_default()), truth });
    }
    Ok(rows)
}

fn text(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).into_owned()
}

fn spell(rows: &[Row], policy: &MatchingPolicy) -> Spellings {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut seen: std::collections::HashMap<Features, usize> = std::collections::HashMap::new();
    let mut spellings = Spellings {
        features: Vec::new(),
        shown: Vec::new(),
        truth: Vec::new(),
        rows: Vec::with_capacity(rows.len()),
        clusters: Vec::new(),
    };
    for row in rows {
        let [name, country, website, email, phone, person, postal, city, street] = &row.cells;
        let features = Features::of(&Record { name, country, website, email, phone, person, postal, city, street }, policy);
        let spelling = *seen.entry(features).or_insert_with_key(|features| {
            spellings.features.push(features.clone());
            spellings
                .shown
                .push(row.cells.iter().filter(|cell| !cell.trim().is_empty()).map(|cell| cell.trim()).collect::<Vec<_>>().join(" | "));
            spellings.truth.push(BTreeMap::new());
            spellings.features.len() - 1
        });
        let cluster = *known.entry(&row.truth).or_insert_with(|| {
            spellings.clusters.push(0);
            spellings.clusters.len() - 1
        });
        spellings.clusters[cluster] += 1;
        *spellings.truth[spelling].entry(cluster).or_default() += 1;
        spellings.rows.push(spelling);
    }
    spellings
}
