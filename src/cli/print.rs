//! `pilothouse print ROOM`: one screen as plain text, drawn by the console's own code.

use super::{Call, console};
use crate::{
    domain::{deal::fields::Deals, filter, mdf::fields::Funding, search, tier::fields::Tiers},
    error::{Error, Result},
    tui::{
        console as screen,
        house::{At, House},
        widgets::status::Banner,
    },
};
use clap::builder::{PossibleValuesParser, TypedValueParser};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  pilothouse print leads\n  pilothouse print leads --queue breached --size 200x50\n  pilothouse print deals --queue conflicts --filter country:DE"
)]
pub struct Args {
    /// The room
    #[arg(value_parser = rooms())]
    room: At,
    /// The queue
    #[arg(long, value_name = "QUEUE", default_value = "all", value_parser = queue_of_a_room)]
    queue: String,
    /// Only what passes this filter, such as `country:DE`
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// Columns and rows
    #[arg(long, value_name = "WxH", default_value = "120x36", value_parser = size)]
    size: (u16, u16),
}

pub async fn run(args: Args, call: &mut Call<'_>) -> Result<()> {
    let filter = filter_of(args.room, args.filter.as_deref())?;
    let app = call.app().await?;
    let banner = if call.config.production { Banner::Production } else { Banner::None };
    let mut options = console::options(&app, call, banner, &console::Args::default()).await?;
    (options.room, options.queue, options.filter) = (args.room, Some(args.queue), filter);
    let text = Box::pin(screen::print(&options, args.size)).await.map_err(Error::Expected)?;
    Ok(call.out.write_all(text.as_bytes())?)
}

/// Reads `leads`.
pub(super) fn rooms() -> impl TypedValueParser<Value = At> {
    let names = At::ALL.iter().map(|at| at.slug());
    PossibleValuesParser::new(names).try_map(|name| At::named(&name).ok_or("there is no such room"))
}

/// Reads the name of a queue that some room has.
pub(super) fn queue_of_a_room(text: &str) -> Result<String, String> {
    let (wanted, names) = (search::slug(text), House::queues());
    if names.contains(&wanted) { Ok(wanted) } else { Err(format!("`{text}` is no queue; the queues are {}", names.join(", "))) }
}

/// A filter in the words of its room; an empty one lets everything pass.
pub(super) fn filter_of(room: At, text: Option<&str>) -> Result<String> {
    let text = text.unwrap_or_default();
    let read = match room {
        At::Leads => filter::parse::<filter::Leads>(text).map(drop),
        At::Deals => filter::parse::<Deals>(text).map(drop),
        At::Mdf => filter::parse::<Funding>(text).map(drop),
        At::Tiers => filter::parse::<Tiers>(text).map(drop),
        // It adds up all partners; what is asked of it says so.
        At::Board => Ok(()),
    };
    read.map_err(|error| Error::expected(error.to_string()))?;
    Ok(text.to_owned())
}

/// Reads `120x36`.
fn size(text: &str) -> Result<(u16, u16), String> {
    let read = || {
        let (width, height) = text.split_once('x')?;
        Some((width.parse().ok()?, height.parse().ok()?))
    };
    match read() {
        Some((width @ 40..=1_000, height @ 10..=1_000)) => Ok((width, height)),
        Some(_) => Err(format!("`{text}` is no size for a screen: from 40x10 to 1000x1000")),
        None => Err(format!("`{text}` is no size: write columns x rows, such as 120x36")),
    }
}
