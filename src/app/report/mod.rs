//! Reports: gathered from all rooms, written out as Markdown, HTML, CSV or JSON.
//!
//! The document itself is made by [`crate::domain::report`]; the writers here walk over the same figures, so that the formats
//! agree to the last digit.

mod chart;
mod gather;
mod html;
mod json;
mod markdown;
mod table;
mod tiers;

pub use html::STYLE_HASH;

use crate::domain::report::Report;
use std::io::{self, Write};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Markdown,
    Html,
    Csv,
    Json,
}

/// Writes a report out, whole.
pub fn write(report: &Report, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Markdown => out.write_all(markdown::page(report).as_bytes()),
        Format::Html => out.write_all(html::page(report).as_bytes()),
        Format::Csv => table::write(report, out),
        Format::Json => json::write(report, out),
    }
}
