//! `pilothouse export leads|partners|accounts`: tables out, safe to open in a spreadsheet.

use super::Call;
use crate::{
    app::{
        App,
        export::{self, ExportError, Format},
    },
    domain::{
        filter::{self, Context, Filter},
        id::OperatorId,
    },
    error::{Error, Result},
};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Table {
    Leads,
    Partners,
    Accounts,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  pilothouse export leads --filter 'country:DE score>70' --output de.csv\n  \
    pilothouse export partners --format json")]
pub struct Args {
    /// What to write
    table: Table,
    /// csv or json
    #[arg(long, default_value = "csv", value_name = "FORMAT")]
    format: Format,
    /// Only leads that pass this filter
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// The file to write (default: standard output)
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub async fn run(args: Args, call: &mut Call<'_>) -> Result<()> {
    let filter = args.filter.as_deref().map(parsed).transpose()?;
    if filter.is_some() && args.table != Table::Leads {
        return Err(Error::expected("only leads can be filtered: leave --filter out"));
    }
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?.id;
    match &args.output {
        None => {
            write(&app, actor, &args, filter.as_ref(), BufWriter::new(&mut *call.out)).await?;
        }
        Some(path) => {
            let file = File::create(path).map_err(|error| Error::expected(format!("{} can't be written: {error}", path.display())))?;
            let rows = write(&app, actor, &args, filter.as_ref(), BufWriter::new(file)).await?;
            writeln!(call.err, "{rows} rows in {}", path.display())?;
        }
    }
    Ok(())
}

async fn write(app: &App, me: OperatorId, args: &Args, filter: Option<&Filter>, out: impl Write) -> Result<u64> {
    let context: Context<'_> = Context { now: app.now(), zone: app.rules().await?.program().zone, me, marked: &[] };
    let rows = match args.table {
        Table::Leads => export::leads(app, filter, &context, args.format, out).await,
        Table::Partners => export::partners(app, args.format, out).await,
        Table::Accounts => export::accounts(app, args.format, out).await,
    };
    rows.map_err(|error| match error {
        ExportError::Failure(failure) => failure.into(),
        ExportError::Io(error) => match &args.output {
            Some(path) => Error::expected(format!("{} can't be written: {error}", path.display())),
            None => error.into(),
        },
    })
}

/// The filter, or its mistake with the place marked below it.
fn parsed(text: &str) -> Result<Filter> {
    filter::parse(text).map_err(|error| {
        let before = text[..error.span.start].chars().count();
        let marked = text[error.span.clone()].chars().count().max(1);
        let shown = crate::domain::text::Text::clean(text);
        Error::expected(format!("--filter: {error}\n  {shown}\n  {}{}", " ".repeat(before), "^".repeat(marked)))
    })
}
