//! `pilothouse import leads|partners|accounts|contacts|deals|sales|requests|claims|fx|mappings`: data from outside.

mod fx;

use super::{
    Call,
    progress::{Progress, bar},
};
use crate::{
    app::import::{
        Counts, Figures, ImportError, Job, Pass, REJECTS_TOLD_MAX, Rejects, Report, Room, choose, contacts, deals, directory, funding,
        leads,
        mapping::{self, Kind},
        sales, survey,
    },
    domain::nearest::nearest,
    error::{Error, Result},
};
use chrono::NaiveDate;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Leads: matched with those that we have, checked for consent, and placed by the channel program
    #[command(after_help = "Examples:\n  pilothouse import leads export.csv --dry-run\n  \
        pilothouse import leads export.csv --mapping salesforce-lead\n  pilothouse import leads list.csv --mapping my-list.toml")]
    Leads(Args),
    /// Partners, known by their code
    #[command(after_help = "Example:\n  pilothouse import partners resellers.csv")]
    Partners(Args),
    /// End customers, known by their code
    #[command(after_help = "Example:\n  pilothouse import accounts accounts.csv --dry-run")]
    Accounts(Args),
    /// People at partners, known by their mailbox there, with their consent
    #[command(after_help = "Example:\n  pilothouse import contacts people.csv --dry-run\n\n\
        What a file says of consent never counts against a mailbox that asked never to be contacted, nor against what is newer here.")]
    Contacts(Args),
    /// Deals: their customers matched with the accounts, handed in where they are complete, else kept as drafts
    #[command(after_help = "Examples:\n  pilothouse import deals pipeline.csv --dry-run\n  \
        pilothouse import deals opportunities.json --mapping aws-opportunity --partner P-0001")]
    Deals(DealArgs),
    /// Lines of a point-of-sale report: who sold what to whom
    #[command(after_help = "Example:\n  pilothouse import sales pos.csv --dry-run")]
    Sales(SalesArgs),
    /// Requests for marketing funds, with what became of them where they come from
    #[command(after_help = "Example:\n  pilothouse import requests requests.csv --dry-run\n\n\
        Columns such as Submitted At, Approved At and Decided By bring the past: it goes through the same rules, at its own time\n\
        and in the name of who decided then. Open the funds first.")]
    Requests(Args),
    /// Claims on approved requests, with what became of them where they come from
    #[command(after_help = "Example:\n  pilothouse import claims claims.csv --dry-run\n\n\
        Import the requests first. A claim that was approved where it comes from, and that our rules refuse, stays undecided\n\
        and is told.")]
    Claims(Args),
    /// Exchange rates of the European Central Bank, or in its form: what one euro was worth, day by day
    #[command(after_help = "Example:\n  pilothouse import fx eurofxref-hist.csv\n\n\
        A day that comes again is compared with what is kept; N/A is a missing rate, and the last earlier day counts then.")]
    Fx(fx::FxArgs),
    /// List the built-in mappings, or print one to copy and change
    #[command(after_help = "Example:\n  pilothouse import mappings salesforce-lead > mine.toml")]
    Mappings(Mappings),
}

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The CSV or JSON file
    file: PathBuf,
    /// A built-in mapping, one in your configuration directory, or a TOML file (default: the built-in one that knows the file's columns)
    #[arg(long, value_name = "NAME|FILE")]
    mapping: Option<String>,
    /// The system that the file comes from: files of one share their identifiers (default: what the mapping says)
    #[arg(long, value_name = "NAME")]
    system: Option<String>,
    /// Say what would happen, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Where rows that can't be taken over are kept (default: FILE.rejects.csv)
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub struct DealArgs {
    #[command(flatten)]
    args: Args,
    /// The partner whose deals these are, by code or name (default: the one that each row names)
    #[arg(long, value_name = "PARTNER")]
    partner: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct SalesArgs {
    #[command(flatten)]
    args: Args,
    /// The first day of which the lines are said to be; one outside waits for a person
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// The last day of which they are said to be
    #[arg(long, value_name = "DAY")]
    to: Option<NaiveDate>,
}

#[derive(Debug, clap::Args)]
pub struct Mappings {
    /// The one to print
    name: Option<String>,
}

pub async fn run(verb: Verb, call: &mut Call<'_>) -> Result<()> {
    match verb {
        Verb::Leads(args) => import(Kind::Lead, args, Extra::default(), call).await,
        Verb::Partners(args) => import(Kind::Partner, args, Extra::default(), call).await,
        Verb::Contacts(args) => import(Kind::Contact, args, Extra::default(), call).await,
        Verb::Accounts(args) => import(Kind::Account, args, Extra::default(), call).await,
        Verb::Sales(sales) => {
            import(Kind::Sale, sales.args, Extra { period: period(sales.from, sales.to)?, ..Extra::default() }, call).await
        }
        Verb::Requests(args) => import(Kind::Request, args, Extra::default(), call).await,
        Verb::Claims(args) => import(Kind::Claim, args, Extra::default(), call).await,
        Verb::Deals(deals) => import(Kind::Deal, deals.args, Extra { partner: deals.partner, ..Extra::default() }, call).await,
        Verb::Fx(args) => fx::run(args, call).await,
        Verb::Mappings(args) => mappings(&args, call),
    }
}

fn mappings(args: &Mappings, call: &mut Call<'_>) -> Result<()> {
    let Some(name) = &args.name else {
        for mapping in mapping::BUILT_IN.iter().filter_map(|(name, _)| mapping::built_in(name)) {
            writeln!(call.out, "{:<24} {:<8} {}", mapping.name, mapping.kind.plural(), mapping.about)?;
        }
        return Ok(());
    };
    let Some((_, text)) = mapping::BUILT_IN.iter().find(|(known, _)| known == name) else {
        let known = mapping::BUILT_IN.iter().map(|(name, _)| *name);
        let hint = nearest(name, known.clone())
            .map_or_else(|| format!("there are {}", known.collect::<Vec<_>>().join(", ")), |near| format!("did you mean `{near}`?"));
        return Err(Error::expected(format!("`{name}` is not a built-in mapping; {hint}")));
    };
    Ok(write!(call.out, "{text}")?)
}

/// `mine` is `mappings/mine.toml` of the configuration directory, if no built-in one is called so.
fn own_mapping(named: &str, call: &Call<'_>) -> Option<String> {
    let file = call.config.folders.config.join("mappings").join(named).with_extension("toml");
    (mapping::built_in(named).is_none() && !Path::new(named).exists() && file.is_file()).then(|| file.display().to_string())
}

/// Where rejects are kept. What is wrong with the place is said before the first row is written.
fn rejects_file(file: &Path, rejects: Option<&Path>) -> Result<PathBuf> {
    let rejects = rejects.map_or_else(|| Rejects::beside(file), Path::to_path_buf);
    let place = |path: &Path| std::fs::canonicalize(path).ok();
    if place(&rejects).is_some_and(|rejects| Some(rejects) == place(file)) {
        return Err(Error::expected(format!("the rejects can't be kept in the imported file itself: {}", rejects.display())));
    }
    let folder = rejects.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder {
        Some(folder) if !folder.is_dir() => {
            Err(Error::expected(format!("the rejects can't be kept in {}: there is no folder {}", rejects.display(), folder.display())))
        }
        _ => Ok(rejects),
    }
}

/// What the flags of one kind say about every row.
#[derive(Default)]
struct Extra {
    partner: Option<String>,
    period: Option<(NaiveDate, NaiveDate)>,
}

/// No date of a file lies before or after.
const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(1900, 1, 1).expect("a day");
const LAST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2199, 12, 31).expect("a day");

/// The days of which the lines are said to be; one end alone leaves the other open.
fn period(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Option<(NaiveDate, NaiveDate)>> {
    match (from, to) {
        (None, None) => Ok(None),
        (Some(from), Some(to)) if from > to => Err(Error::expected(format!("--from {from} lies after --to {to}"))),
        (from, to) => Ok(Some((from.unwrap_or(FIRST_DAY), to.unwrap_or(LAST_DAY)))),
    }
}

async fn import(kind: Kind, args: Args, extra: Extra, call: &mut Call<'_>) -> Result<()> {
    let named = args.mapping.as_ref().map(|named| own_mapping(named, call).unwrap_or_else(|| named.clone()));
    let mut mapping = choose(kind, &args.file, named.as_deref()).map_err(Error::Expected)?;
    if let Some(system) = args.system.as_deref() {
        mapping.set_system(system);
    }
    mapping.period = extra.period;
    if let Some(partner) = &extra.partner {
        mapping.fix("partner", partner);
    }
    if kind == Kind::Deal && !mapping.fields.contains_key("partner") {
        let message = format!("mapping `{}` has no column for the partner; say with --partner whose deals these are", mapping.name);
        return Err(Error::expected(message));
    }
    let rejects = rejects_file(&args.file, args.rejects.as_deref())?;
    let progress = Progress::new();
    progress.show("counting the rows ...");
    let surveyed = survey(&args.file, &mapping);
    progress.clear();
    let surveyed = surveyed.map_err(refused)?;
    writeln!(call.err, "{}: {}, {} rows, mapping {}", args.file.display(), surveyed.description, surveyed.rows, mapping.name)?;
    for warning in &surveyed.warnings {
        writeln!(call.err, "note: {warning}")?;
    }
    if let [first, others @ ..] = surveyed.unused.as_slice() {
        let unused = others.iter().fold(format!("`{first}`"), |told, one| format!("{told}, `{one}`"));
        writeln!(call.err, "note: the mapping uses none of these columns of the file: {unused}")?;
    }
    let job = Job { path: args.file.clone(), mapping, rejects: Some(rejects) };
    let app = call.app_for_bulk().await?;
    let actor = call.sign_in(&app).await?.id;
    let bar = Bar::new(surveyed.rows, call, progress);
    bar.show(&Counts { room: Room::of(kind), ..Counts::default() });
    let pass = if args.dry_run { Pass::Plan } else { Pass::Carry };
    let mut progress = |counts: &Counts| bar.show(counts);
    let report = match kind {
        Kind::Contact => contacts::import(&app, actor, job, pass, &mut progress).await,
        Kind::Lead => leads::import(&app, actor, job, pass, &mut progress).await,
        Kind::Deal => deals::import(&app, actor, job, pass, &mut progress).await,
        Kind::Sale => sales::import(&app, actor, job, pass, &mut progress).await,
        Kind::Request | Kind::Claim => funding::import(&app, actor, job, pass, &mut progress).await,
        Kind::Partner | Kind::Account => directory::import(&app, actor, job, pass).await,
    };
    bar.progress.clear();
    let report = Report { file: surveyed.description, ..report.map_err(refused)? };
    report_told(&report, args.dry_run, args.json, call)
}

fn report_told(report: &Report, dry_run: bool, json: bool, call: &mut Call<'_>) -> Result<()> {
    if !json {
        return told(report, dry_run, call);
    }
    let mut value = serde_json::to_value(report)?;
    value["dry_run"] = dry_run.into();
    value["counts"]["read"] = report.counts.read().into();
    call.json(&value)
}

fn told(report: &Report, dry_run: bool, call: &mut Call<'_>) -> Result<()> {
    for warning in &report.warnings {
        writeln!(call.err, "note: {warning}")?;
    }
    for reject in &report.rejects {
        writeln!(call.err, "rejected: {reject}")?;
    }
    let more = report.counts.rejected.saturating_sub(report.rejects.len() as u64);
    if more > 0 {
        writeln!(call.err, "rejected: {more} rows more")?;
    }
    if let Some(file) = &report.rejects_file {
        writeln!(call.err, "The rejected rows are kept in {}; corrected, they can be imported from there.", file.display())?;
    }
    told_of_lines(report, call)?;
    if let Some(figures) = &report.deals {
        told_of_deals(figures, &report.counts, call)?;
    }
    let Counts { known, refused, rejected, .. } = report.counts;
    if dry_run {
        writeln!(call.err, "Nothing was written. This is what an import would do:")?;
    } else if known + refused > 0 && known + refused + rejected == report.counts.read() {
        let why = if refused > 0 { "was here already or may not be taken over" } else { "was here already" };
        writeln!(call.err, "Nothing was changed: what the file brings {why}.")?;
    }
    Ok(writeln!(call.out, "{}", report.counts)?)
}

/// Of a file of many years only the last quarters are told.
const QUARTERS_TOLD_MAX: usize = 4;

fn told_of_lines(report: &Report, call: &mut Call<'_>) -> Result<()> {
    for told in &report.waiting {
        writeln!(call.err, "in correction: {told}")?;
    }
    let more = report.counts.waiting.saturating_sub(report.waiting.len() as u64);
    if more > 0 {
        writeln!(call.err, "in correction: {more} lines more")?;
    }
    if report.late > 0 {
        writeln!(call.err, "{} of the recorded lines are of a quarter that is closed, and restate it", report.late)?;
    }
    for one in report.restates.iter().take(QUARTERS_TOLD_MAX) {
        let more = if one.more > 0 { format!(" and {} more", one.more) } else { String::new() };
        let then = if one.by_engine {
            "the engine makes the audit anew".to_owned()
        } else {
            format!("`pilothouse tier evaluate --quarter {}` makes the audit anew", one.quarter)
        };
        writeln!(call.err, "{}: {}{more}; {then}", one.quarter, one.partners.join(", "))?;
    }
    let more = report.restates.len().saturating_sub(QUARTERS_TOLD_MAX);
    if more > 0 {
        writeln!(call.err, "earlier quarters that they restate: {more}")?;
    }
    Ok(())
}

fn told_of_deals(figures: &Figures, counts: &Counts, call: &mut Call<'_>) -> Result<()> {
    for (name, all, told) in [("changed", counts.changed, &figures.changed), ("refused", counts.refused, &figures.refused)] {
        let told = &told[..told.len().min(REJECTS_TOLD_MAX)];
        for sentence in told {
            writeln!(call.err, "{name}: {sentence}")?;
        }
        if all > told.len() as u64 {
            writeln!(call.err, "{name}: {} rows more", all - told.len() as u64)?;
        }
    }
    for draft in &figures.drafts {
        writeln!(call.err, "draft: {draft}")?;
    }
    for (problem, deals) in &figures.problems {
        writeln!(call.err, "{deals} {}: {problem}", if counts.room == Room::Funding { "with" } else { "incomplete" })?;
    }
    let Figures { linked, alike, unknown, unnamed, respelt, .. } = figures;
    if linked + alike + unknown + unnamed > 0 {
        writeln!(
            call.err,
            "customers: {linked} are accounts of ours, {alike} resemble one, {unknown} are new, {unnamed} have no name; products found under another spelling: {respelt}"
        )?;
    }
    Ok(())
}

fn refused(error: ImportError) -> Error {
    match error {
        ImportError::Failure(failure) => failure.into(),
        ImportError::Reader(_) => Error::Internal(error.into()),
        other => Error::Expected(other.to_string()),
    }
}

/// How far the import is: rows of all, how fast, and what became of them.
struct Bar {
    total: u64,
    clock: crate::ambient::Clock,
    began: crate::domain::time::Instant,
    progress: Progress,
}

impl Bar {
    fn new(total: u64, call: &Call<'_>, progress: Progress) -> Self {
        Self { total, began: call.clock.now(), clock: call.clock.clone(), progress }
    }

    fn show(&self, counts: &Counts) {
        self.progress.show(&self.line(counts));
    }

    fn line(&self, counts: &Counts) -> String {
        let read = counts.read();
        let micros = self.clock.now().since(self.began).micros().max(1);
        let rate = read as f64 * 1e6 / micros as f64;
        let Counts { linked, drafted, submitted, conflicting, decided, changed, rejected, .. } = counts;
        let became = match counts.room {
            Room::Leads => format!("{linked} linked"),
            Room::Deals => format!("{drafted} drafts, {submitted} submitted, {conflicting} in conflict, {changed} changed"),
            Room::Funding => format!("{drafted} drafts, {submitted} submitted, {decided} decided"),
            Room::Sales => format!("{} recorded, {} in correction", counts.created, counts.waiting),
            Room::Contacts => format!("{} recorded, {changed} changed", counts.created),
            Room::Rates => format!("{} recorded", counts.created),
        };
        format!("{} {read} of {}, {rate:.0}/s, {became}, {rejected} rejected", bar(read, self.total), self.total)
    }
}
