//! A report as CSV: a row a figure, so that every report has the same columns and a spreadsheet can filter and pivot it.

use crate::{
    app::export::{Format, Writer},
    domain::report::Report,
};
use serde_json::{Value, json};
use std::io::{self, Write};

const COLUMNS: [&str; 9] = ["report", "on", "section", "table", "row", "figure", "label", "value", "unit"];

/// Amounts are plain decimals with their currency as the unit; what is not known has the value `not known`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = Writer::new(out, Format::Csv, &COLUMNS)?;
    for placed in report.figures() {
        let (table, row) = placed.cell.map_or((Value::Null, Value::Null), |(table, row)| (json!(table.id), json!(row)));
        for (value, unit) in placed.figure.plain() {
            writer.row(&[
                json!(report.kind.name()),
                json!(report.on.to_string()),
                json!(placed.section.id),
                table.clone(),
                row.clone(),
                json!(placed.id),
                json!(placed.label),
                json!(value),
                json!(unit),
            ])?;
        }
    }
    writer.finish()?;
    Ok(())
}
