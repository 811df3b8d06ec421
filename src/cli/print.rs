//! `pilothouse print ROOM`: one screen as plain text, drawn by the console's own code.

use super::{Call, console};
use crate::{
    domain::{
        deal::fields::Deals,
        filter,
        mdf::fields::Funding,
        search,
        tier::{fields::Tiers, queue::Queue},
    },
    error::{Error, Result},
    tui::{
        console as screen,
        house::At,
        rooms::{board::BoardRoom, deals::DealRoom, leads::LeadRoom, mdf::MdfRoom, tiers::TierRoom},
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
    #[arg(long, value_name = "QUEUE", default_value = "all")]
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
    let queue = queue_of(args.room, &args.queue)?;
    let app = call.app().await?;
    let banner = if call.config.production { Banner::Production } else { Banner::None };
    let mut options = console::options(&app, call, banner, &console::Args::default()).await?;
    (options.room, options.queue, options.filter) = (args.room, Some(queue), filter);
    let text = Box::pin(screen::print(&options, args.size)).await.map_err(Error::Expected)?;
    Ok(call.out.write_all(text.as_bytes())?)
}

/// Reads `leads`.
pub(super) fn rooms() -> impl TypedValueParser<Value = At> {
    let names = At::ALL.iter().map(|at| at.slug());
    PossibleValuesParser::new(names).try_map(|name| At::named(&name).ok_or("there is no such room"))
}

/// The name of a queue of the room as its tab has it. At the tier desk `tier list` has names of its own, and both are known here.
pub(super) fn queue_of(room: At, text: &str) -> Result<String> {
    let names = match room {
        At::Leads => LeadRoom::queues(),
        At::Deals => DealRoom::queues(),
        At::Mdf => MdfRoom::queues(),
        At::Tiers => TierRoom::queues(),
        At::Board => BoardRoom::queues(),
    };
    let wanted = search::slug(text);
    let of_desk = if room == At::Tiers { Queue::named(text) } else { None };
    match of_desk {
        Some(queue) => Ok(search::slug(queue.doc())),
        // The queue with everything, whatever stands on its tab.
        None if wanted == "all" || names.contains(&wanted) => Ok(wanted),
        None => Err(Error::expected(format!("`{text}` is no queue of {}; the queues are {}", room.slug(), names.join(", ")))),
    }
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
