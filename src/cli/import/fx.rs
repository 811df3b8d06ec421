//! `pilothouse import fx`: exchange rates.

use super::{refused, rejects_file, report_told};
use crate::{
    app::import::{
        Pass,
        rates::{self, RatesJob},
    },
    cli::Call,
    domain::text::Text,
    error::{Error, Result},
};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct FxArgs {
    /// The CSV file: a column `Date`, and a column a currency with what one euro was worth
    file: PathBuf,
    /// Who published the rates, as it stands beside every amount that is converted with them
    #[arg(long, value_name = "NAME", default_value = "ECB")]
    source: String,
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

pub async fn run(args: FxArgs, call: &mut Call<'_>) -> Result<()> {
    let source = Text::clean(args.source.trim());
    if source.is_empty() {
        return Err(Error::expected("say who published the rates: --source ECB"));
    }
    let rejects = rejects_file(&args.file, args.rejects.as_deref())?;
    let app = call.app_for_bulk().await?;
    let actor = call.sign_in(&app).await?.id;
    let pass = if args.dry_run { Pass::Plan } else { Pass::Carry };
    let job = RatesJob { path: args.file, source, rejects: Some(rejects) };
    let report = rates::import(&app, actor, job, pass).await.map_err(refused)?;
    report_told(&report, args.dry_run, args.json, call)
}
