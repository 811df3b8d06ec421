//! `pilothouse print ROOM`: one screen as plain text, drawn by the console's own code.

use super::{Call, console};
use crate::{
    domain::{lead::queue::Queue, search},
    error::{Error, Result},
    tui::{console as screen, widgets::status::Banner},
};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  pilothouse print leads\n  pilothouse print leads --queue breached --size 200x50")]
pub struct Args {
    /// The room
    room: Room,
    /// The queue
    #[arg(long, value_name = "QUEUE", default_value = "all", value_parser = queue)]
    queue: Queue,
    /// Columns and rows
    #[arg(long, value_name = "WxH", default_value = "120x36", value_parser = size)]
    size: (u16, u16),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Room {
    Leads,
}

pub async fn run(args: Args, call: &mut Call<'_>) -> Result<()> {
    let Room::Leads = args.room;
    let app = call.app().await?;
    let banner = if call.config.production { Banner::Production } else { Banner::None };
    let mut options = console::options(&app, call, banner, &console::Args::default()).await?;
    options.queue = args.queue;
    let text = screen::print(&options, args.size).await.map_err(Error::Expected)?;
    Ok(call.out.write_all(text.as_bytes())?)
}

/// Reads `due-soon`.
pub(super) fn queue(text: &str) -> Result<Queue, String> {
    let wanted = search::slug(text);
    Queue::ALL.into_iter().find(|queue| search::slug(queue.title()) == wanted).ok_or_else(|| {
        let names: Vec<_> = Queue::ALL.iter().map(|queue| search::slug(queue.title())).collect();
        format!("`{text}` is no queue; the queues are {}", names.join(", "))
    })
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
