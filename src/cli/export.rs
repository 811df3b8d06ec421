//! `pilothouse export leads|partners|contacts|accounts|deals|sales`: tables out, safe to open in a spreadsheet.

use super::Call;
use crate::{
    app::{
        App,
        export::{self, ExportError, Format},
    },
    domain::{
        deal::fields::Deals,
        filter::{self, Context, Filter, Room},
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
    /// The people at partners, with whether they may be mailed
    Contacts,
    Accounts,
    Deals,
    /// Order lines with their booking
    Sales,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  pilothouse export leads --filter 'country:DE score>70' --output de.csv\n  \
    pilothouse export deals --filter 'stage:approved expires<14d' --output ending.csv\n  pilothouse export partners --format json")]
pub struct Args {
    /// What to write
    table: Table,
    /// csv or json
    #[arg(long, default_value = "csv", value_name = "FORMAT")]
    format: Format,
    /// Only leads or deals that pass this filter
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// The file to write (default: standard output)
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub async fn run(args: Args, call: &mut Call<'_>) -> Result<()> {
    let what = What::of(args.table, args.filter.as_deref())?;
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?.id;
    match &args.output {
        None => {
            write(&app, actor, &args, &what, BufWriter::new(&mut *call.out)).await?;
        }
        Some(path) => {
            let file = File::create(path).map_err(|error| Error::expected(format!("{} can't be written: {error}", path.display())))?;
            let rows = write(&app, actor, &args, &what, BufWriter::new(file)).await?;
            writeln!(call.err, "{rows} rows in {}", path.display())?;
        }
    }
    Ok(())
}

/// A table, and what of it.
enum What {
    Leads(Option<Filter>),
    Deals(Option<Filter<Deals>>),
    Partners,
    Contacts,
    Accounts,
    Sales,
}

impl What {
    fn of(table: Table, filter: Option<&str>) -> Result<Self> {
        match (table, filter) {
            (Table::Leads, filter) => Ok(Self::Leads(filter.map(parsed).transpose()?)),
            (Table::Deals, filter) => Ok(Self::Deals(filter.map(parsed).transpose()?)),
            (_, Some(_)) => Err(Error::expected("only leads and deals can be filtered: leave --filter out")),
            (Table::Partners, None) => Ok(Self::Partners),
            (Table::Contacts, None) => Ok(Self::Contacts),
            (Table::Accounts, None) => Ok(Self::Accounts),
            (Table::Sales, None) => Ok(Self::Sales),
        }
    }
}

async fn write(app: &App, me: OperatorId, args: &Args, what: &What, out: impl Write) -> Result<u64> {
    let (now, zone) = (app.now(), app.rules().await?.program().zone);
    let rows = match what {
        What::Leads(filter) => {
            export::records(app, filter.as_ref(), &Context { now, zone, me, marked: &[], reach: None }, args.format, out).await
        }
        What::Deals(filter) => {
            export::records(app, filter.as_ref(), &Context { now, zone, me, marked: &[], reach: None }, args.format, out).await
        }
        What::Partners => export::partners(app, args.format, out).await,
        What::Contacts => export::contacts(app, args.format, out).await,
        What::Accounts => export::accounts(app, args.format, out).await,
        What::Sales => export::sales(app, args.format, out).await,
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
fn parsed<R: Room>(text: &str) -> Result<Filter<R>> {
    filter::parse(text).map_err(|error| {
        let before = text[..error.span.start].chars().count();
        let marked = text[error.span.clone()].chars().count().max(1);
        let shown = crate::domain::text::Text::clean(text);
        Error::expected(format!("--filter: {error}\n  {shown}\n  {}{}", " ".repeat(before), "^".repeat(marked)))
    })
}
