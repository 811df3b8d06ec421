//! `pilothouse match evaluate`: how good matching is on a file whose duplicates are known.

use crate::{
    ambient::Clock,
    app::match_evaluate::{Baseline, Columns, Mistake, Options, Quality, Report, evaluate},
    domain::{matching::MatchingPolicy, text::Text},
};
use anyhow::Context as _;
use std::{fs::File, io::Write, path::PathBuf};

/// Measure matching on a CSV file whose duplicates are labelled
#[derive(Debug, clap::Args)]
pub struct Args {
    /// CSV file with headings
    file: PathBuf,
    /// Column of the organisation's name
    #[arg(long, value_name = "COLUMN")]
    name: String,
    /// Column that is equal for rows that are one
    #[arg(long, value_name = "COLUMN")]
    truth: String,
    /// Column of the ISO country code
    #[arg(long, value_name = "COLUMN")]
    country: Option<String>,
    /// Column of the website or domain
    #[arg(long, value_name = "COLUMN")]
    domain: Option<String>,
    /// Column of the telephone number
    #[arg(long, value_name = "COLUMN")]
    phone: Option<String>,
    /// Column of the e-mail address
    #[arg(long, value_name = "COLUMN")]
    email: Option<String>,
    /// Column of the contact's name
    #[arg(long, value_name = "COLUMN")]
    person: Option<String>,
    /// Column of the city
    #[arg(long, value_name = "COLUMN")]
    city: Option<String>,
    /// Column of the postal code
    #[arg(long, value_name = "COLUMN")]
    postal: Option<String>,
    /// Column of the street
    #[arg(long, value_name = "COLUMN")]
    street: Option<String>,
    /// Also measure a plain comparison of names (sorted words, ratio of 88 or more)
    #[arg(long)]
    baseline: bool,
    /// How many of the worst misses and false links to list
    #[arg(long, value_name = "N", default_value_t = 10)]
    worst: usize,
    /// Threshold of the link band in basis points, instead of the default
    #[arg(long, value_name = "BP", value_parser = clap::value_parser!(u16).range(0..=10_000))]
    link_bp: Option<u16>,
    /// Threshold of the review band in basis points, instead of the default
    #[arg(long, value_name = "BP", value_parser = clap::value_parser!(u16).range(0..=10_000))]
    review_bp: Option<u16>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args, clock: &Clock, out: &mut dyn Write) -> anyhow::Result<()> {
    let file = File::open(&args.file).with_context(|| format!("can't read {}", args.file.display()))?;
    let defaults = MatchingPolicy::default();
    let policy = MatchingPolicy {
        link_bp: args.link_bp.unwrap_or(defaults.link_bp),
        review_bp: args.review_bp.unwrap_or(defaults.review_bp),
        ..defaults
    };
    let options = Options {
        columns: Columns {
            name: args.name,
            truth: args.truth,
            country: args.country,
            domain: args.domain,
            phone: args.phone,
            email: args.email,
            person: args.person,
            city: args.city,
            postal: args.postal,
            street: args.street,
        },
        worst: args.worst,
        baseline: if args.baseline { Baseline::Measure } else { Baseline::Leave },
        policy,
    };
    let report = evaluate(file, &options, clock).with_context(|| format!("can't evaluate {}", args.file.display()))?;
    if args.json { print_json(&report, out) } else { print(&report, out) }
}

fn print_json(report: &Report, out: &mut dyn Write) -> anyhow::Result<()> {
    let rates = |quality: &Quality| serde_json::json!({ "precision": quality.precision(), "recall": quality.recall(), "f1": quality.f1() });
    let mut json = serde_json::to_value(report)?;
    json["rates"] = serde_json::json!({
        "link": rates(&report.link),
        "link_and_review": rates(&report.link_and_review),
        "intake": rates(&report.intake),
        "baseline": report.baseline.as_ref().map(rates),
    });
    serde_json::to_writer_pretty(&mut *out, &json)?;
    Ok(writeln!(out)?)
}

fn print(report: &Report, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(
        out,
        "{} records in {} spellings, {} true clusters, {} true pairs; {} comparisons, {} true pairs share no key",
        report.records, report.spellings, report.clusters, report.link.truth, report.compared, report.truth_missed_by_blocking
    )?;
    writeln!(out, "\n{:<28}{:>10}{:>10}{:>10}{:>12}{:>12}", "pairs", "precision", "recall", "F1", "joined", "right")?;
    let mut line = |title: &str, quality: &Quality| {
        writeln!(
            out,
            "{title:<28}{:>10.4}{:>10.4}{:>10.4}{:>12}{:>12}",
            quality.precision(),
            quality.recall(),
            quality.f1(),
            quality.joined,
            quality.right
        )
    };
    line("link", &report.link)?;
    line("link + review", &report.link_and_review)?;
    line("clusters made at intake", &report.intake)?;
    if let Some(baseline) = &report.baseline {
        line("baseline: sorted words >= 88", baseline)?;
    }
    writeln!(
        out,
        "\nfeatures {}, keys and scores {}, intake {}",
        spent(report.features_micros, report.records as u64),
        spent(report.scoring_micros, report.compared),
        spent(report.intake_micros, report.records as u64)
    )?;
    mistakes("false links", &report.false_links, out)?;
    mistakes("misses", &report.misses, out)
}

fn spent(micros: i64, items: u64) -> String {
    format!("{:.1} ms ({:.2} us each)", micros as f64 / 1_000.0, micros as f64 / (items.max(1)) as f64)
}

fn mistakes(title: &str, mistakes: &[Mistake], out: &mut dyn Write) -> anyhow::Result<()> {
    if mistakes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nworst {title}: record pairs, score, the two")?;
    for mistake in mistakes {
        let blocked = if mistake.compared { "" } else { "  (share no key)" };
        let (left, right) = (Text::clean(&mistake.left), Text::clean(&mistake.right));
        writeln!(out, "{:>8}  {:.3}  {left}  <>  {right}{blocked}", mistake.pairs, f64::from(mistake.score_bp) / 10_000.0)?;
    }
    Ok(())
}
