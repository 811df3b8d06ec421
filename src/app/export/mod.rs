//! Rows out again, as CSV that a spreadsheet can open without running anything, or as JSON.

mod cell;
mod deals;
mod desk;
mod leads;
mod records;
mod tables;

pub use desk::{contacts, sales};
pub use records::{ExportError, Exported, records};
pub use tables::{accounts, partners};

use serde_json::Value;
use std::{
    borrow::Cow,
    io::{self, Write},
    str::FromStr,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
}

impl Format {
    pub const ALL: [Self; 2] = [Self::Csv, Self::Json];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| format!("`{text}` is not a format; it can be csv or json"))
    }
}

/// Whether a spreadsheet would take a cell that begins so for a formula (OWASP, "CSV injection"). The apostrophe is one
/// of them only so that [`protected`] can be undone.
const fn is_risky(first: char) -> bool {
    matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\'')
}

/// The cell with an apostrophe before it if a spreadsheet would run it; a plain number stays a number.
/// [`unprotected`] gives the same text back for every text.
pub fn protected(cell: &str) -> Cow<'_, str> {
    let plain_number = cell
        .strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.bytes().all(|c| c.is_ascii_digit() || c == b'.'));
    if !plain_number && cell.starts_with(is_risky) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The cell without the apostrophe that [`protected`] (or a spreadsheet) put before it.
pub fn unprotected(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(is_risky)).unwrap_or(cell)
}

/// Writes rows of equal width under a header. JSON is an array with one object a row, in the order of the columns, and a
/// missing value is null; in CSV it is an empty cell.
pub struct Writer<W: Write> {
    columns: Vec<String>,
    out: Out<W>,
    rows: u64,
}

enum Out<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Json(W),
}

impl<W: Write> Writer<W> {
    pub fn new(out: W, format: Format, columns: &[&str]) -> io::Result<Self> {
        let mut writer = Self {
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            out: match format {
                Format::Csv => Out::Csv(Box::new(csv::Writer::from_writer(out))),
                Format::Json => Out::Json(out),
            },
            rows: 0,
        };
        match &mut writer.out {
            Out::Csv(csv) => csv.write_record(columns.iter().map(|column| protected(column).into_owned()))?,
            Out::Json(out) => out.write_all(b"[")?,
        }
        Ok(writer)
    }

    /// Appends a row; `cells` are in the order of the columns.
    pub fn row(&mut self, cells: &[Value]) -> io::Result<()> {
        match &mut self.out {
            Out::Csv(csv) => csv.write_record(cells.iter().map(|cell| match cell {
                Value::Null => String::new(),
                Value::String(text) => protected(text).into_owned(),
                other => other.to_string(),
            }))?,
            Out::Json(out) => {
                let mut between: &[u8] = if self.rows == 0 { b"\n{" } else { b",\n{" };
                for (column, cell) in self.columns.iter().zip(cells) {
                    out.write_all(between)?;
                    serde_json::to_writer(&mut *out, column)?;
                    out.write_all(b":")?;
                    serde_json::to_writer(&mut *out, cell)?;
                    between = b",";
                }
                out.write_all(b"}")?;
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// Ends the document, flushes it and says how many rows were written.
    pub fn finish(self) -> io::Result<u64> {
        match self.out {
            Out::Csv(mut csv) => csv.flush()?,
            Out::Json(mut out) => {
                out.write_all(if self.rows == 0 { b"]\n" } else { b"\n]\n" })?;
                out.flush()?;
            }
        }
        Ok(self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn written(format: Format, rows: &[[Value; 2]]) -> String {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, format, &["name", "score"]).unwrap();
        for row in rows {
            writer.row(row).unwrap();
        }
        assert_eq!(writer.finish().unwrap(), rows.len() as u64);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_spreadsheet_runs_nothing() {
        let rows = [[json!("=cmd|' /C calc'!A0"), json!(7)], [json!("+49 30 123"), Value::Null], [json!("a,\"b\"\nc"), json!(-5)]];
        assert_eq!(written(Format::Csv, &rows), "name,score\n'=cmd|' /C calc'!A0,7\n'+49 30 123,\n\"a,\"\"b\"\"\nc\",-5\n");
        assert_eq!(protected("-5.25"), "-5.25");
        assert_eq!(protected("-5+cmd"), "'-5+cmd");
    }

    #[test]
    fn json_keeps_columns_in_order_and_absences_null() {
        let rows = [[json!("=1+1"), json!(7)], [json!("b"), Value::Null]];
        let text = written(Format::Json, &rows);
        let back: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(back, json!([{"name": "=1+1", "score": 7}, {"name": "b", "score": null}]));
        assert_eq!(written(Format::Json, &[]), "[]\n");
    }

    proptest! {
        #[test]
        fn protection_can_be_undone(text in "[=+@'\\t\\r-]{0,3}\\PC{0,10}") {
            let safe = protected(&text);
            prop_assert_eq!(unprotected(&safe), text.as_str());
        }
    }
}
