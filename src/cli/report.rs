//! `pilothouse report scorecard|qbr|tiers`: documents for partners and executives.

use super::{Call, tier::find};
use crate::{
    app::{
        App, Rules,
        report::{self, Format},
    },
    domain::{id::PartnerId, report::Report, text::Text},
    error::{Error, Result},
};
use chrono::NaiveDate;
use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// One partner: what it is measured by, what that comes to, the way up, and what it did in every room
    #[command(after_help = "Examples:\n  pilothouse report scorecard --partner HANSA\n  \
        pilothouse report scorecard --partner HANSA --format html --output hansa.html\n  \
        pilothouse report scorecard --partner HANSA --on 2026-06-30 --format json")]
    Scorecard(OfPartner),
    /// Quarterly business review of one partner: the quarter against others, what was decided, what falls due, what is open
    #[command(after_help = "Examples:\n  pilothouse report qbr --partner HANSA --on 2026-06-30\n  \
        pilothouse report qbr --partner HANSA --format html --output review.html\n\n\
        The quarter is that of --on. One that is not over counts up to that day.")]
    Qbr(OfPartner),
    /// How tiers stand: who has which, what moved, who is near a line, what it costs
    #[command(after_help = "Examples:\n  pilothouse report tiers\n  pilothouse report tiers --format html --output tiers.html")]
    Tiers(OfTiers),
}

#[derive(Debug, clap::Args)]
pub struct OfTiers {
    /// Of a partner there is no such report; said in a sentence, and not as an unknown option
    #[arg(long, value_name = "PARTNER", hide = true)]
    partner: Option<String>,
    #[command(flatten)]
    out: Out,
}

#[derive(Debug, clap::Args)]
pub struct OfPartner {
    /// The partner, by code or number
    #[arg(long, value_name = "PARTNER")]
    partner: Option<String>,
    #[command(flatten)]
    out: Out,
}

/// How a report goes out.
#[derive(Debug, clap::Args)]
pub struct Out {
    /// md, html (one page that stands alone), csv (a row a figure) or json
    #[arg(long, value_enum, default_value = "md", value_name = "FORMAT", hide_possible_values = true)]
    format: Written,
    /// The file to write, whole or not at all (default: standard output)
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// As of the end of this day (default: today)
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Written {
    #[value(alias = "markdown")]
    Md,
    Html,
    Csv,
    Json,
}

pub async fn run(verb: Verb, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    call.sign_in(&app).await?;
    let rules = app.rules().await?;
    match verb {
        Verb::Scorecard(args) => {
            let partner = partner(&rules, args.partner.as_deref())?;
            let on = day(&app, &args.out).await?;
            put(&app.report_scorecard(partner, on).await?, &args.out, call)
        }
        Verb::Qbr(args) => {
            let partner = partner(&rules, args.partner.as_deref())?;
            let on = day(&app, &args.out).await?;
            put(&app.report_review(partner, on).await?, &args.out, call)
        }
        Verb::Tiers(OfTiers { partner: Some(partner), .. }) => Err(Error::expected(format!(
            "the tier report is about all partners; `pilothouse report scorecard --partner {}` is about one",
            Text::clean(&partner)
        ))),
        Verb::Tiers(args) => {
            let on = day(&app, &args.out).await?;
            put(&app.report_tiers(on).await?, &args.out, call)
        }
    }
}

async fn day(app: &App, out: &Out) -> Result<NaiveDate> {
    match out.on {
        Some(on) => Ok(on),
        None => Ok(app.today().await?),
    }
}

/// The partner that is named, or a sentence that says which there are.
fn partner(rules: &Rules, wanted: Option<&str>) -> Result<PartnerId> {
    const NAMED: usize = 5;
    if let Some(wanted) = wanted {
        return Ok(find(rules, wanted)?.id);
    }
    let all = rules.directory().all();
    let mut codes: Vec<&str> = all.iter().filter(|one| one.profile.is_active()).map(|one| one.profile.code.as_str()).collect();
    codes.sort_unstable();
    let more = if codes.len() > NAMED { ", ...; `pilothouse tier list` names them all" } else { "" };
    codes.truncate(NAMED);
    Err(Error::expected(match all.len() {
        0 => "there are no partners yet; `pilothouse import partners FILE` brings them in".to_owned(),
        count => format!("say which of the {count} partners with --partner: {}{more}", codes.join(", ")),
    }))
}

fn put(report: &Report, out: &Out, call: &mut Call<'_>) -> Result<()> {
    let format = match out.format {
        Written::Md => Format::Markdown,
        Written::Html => Format::Html,
        Written::Csv => Format::Csv,
        Written::Json => Format::Json,
    };
    let Some(path) = &out.output else {
        let mut writer = BufWriter::new(&mut *call.out);
        report::write(report, format, &mut writer)?;
        return Ok(writer.flush()?);
    };
    let wrong = |error: std::io::Error| Error::expected(format!("{} can't be written: {error}", path.display()));
    whole(path, |file| report::write(report, format, file)).map_err(wrong)?;
    Ok(writeln!(call.err, "{}: {} in {}", report.kind.doc(), report.title, path.display())?)
}

/// Writes a file beside it and puts that in its place, so that nobody reads half a report. What is no file (`/dev/stdout`) is
/// written to as it is.
fn whole(path: &Path, write: impl Fn(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    let fill = |file: File| {
        let mut writer = BufWriter::new(file);
        write(&mut writer)?;
        writer.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
    };
    let name = match path.file_name() {
        Some(name) if fs::metadata(path).map_or(true, |found| found.is_file()) => name,
        _ => {
            let mut file = File::create(path)?;
            write(&mut file)?;
            return file.flush();
        }
    };
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(hidden);
    let done = File::create(&part).and_then(fill).and_then(|()| fs::rename(&part, path));
    if done.is_err() {
        let _ = fs::remove_file(&part);
    }
    done
}
