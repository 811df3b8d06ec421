//! Files from outside as rows: CSV in any usual dialect and JSON, streamed with constant memory.
//!
//! Nothing is guessed silently: what was detected is said in [`Source::description`], and a row that can't be read is a
//! [`Reject`] with its line, never a gap.

mod delimited;
mod encoding;
mod json;
#[cfg(test)]
mod tests;

pub use encoding::Encoding;

use crate::domain::{search, text::Text};
use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

/// The longest row that is read, in bytes. A longer one is nearly always a quote that was never closed.
pub const ROW_BYTES_MAX: usize = 1 << 20;
/// The longest cell that is read, in bytes.
pub const CELL_BYTES_MAX: usize = 64 << 10;

/// A file opened for reading rows.
pub struct Source {
    rows: Rows,
    /// The first object of a JSON file, read ahead to know what is in it.
    first: Option<Result<Row, Reject>>,
    /// What the file turned out to be: "UTF-8 CSV separated by `;`, 12 columns".
    pub description: String,
}

enum Rows {
    Delimited(delimited::Delimited),
    Json(json::Json),
}

/// One record of the file.
#[derive(Debug, Clone)]
pub struct Row {
    /// The line that it begins on, from 1.
    pub line: u64,
    cells: Cells,
}

#[derive(Debug, Clone)]
enum Cells {
    Table(csv::StringRecord),
    Object { fields: Vec<(String, String)>, raw: String },
}

/// A column of this file, found by [`Source::column`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// Its place in a table, from 0; an object has none.
    place: Option<usize>,
}

impl Column {
    /// Its place in a table, from 0; nothing in an object.
    pub const fn place(&self) -> Option<usize> {
        self.place
    }
}

/// A row, or a part of one, that can't be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    pub line: u64,
    /// The column's place, from 1, where one is to blame.
    pub column: Option<usize>,
    /// The column's name.
    pub name: Option<Text>,
    /// What is wrong, as a lower-case fragment.
    pub reason: String,
    /// The row as it stood, for the rejects file.
    pub cells: Vec<String>,
    /// The mapping leaves such rows out: nothing is wrong with it.
    pub left_out: bool,
}

impl Reject {
    /// Everything that is wrong with one row as one reject: the first with its column, the others named behind it.
    pub fn joined(all: Vec<Self>) -> Option<Self> {
        let mut all = all.into_iter();
        let mut first = all.next()?;
        let others = all.map(|other| match (other.column, &other.name) {
            (Some(column), Some(name)) => format!("; column {column} (`{name}`): {}", other.reason),
            (_, Some(name)) => format!("; `{name}`: {}", other.reason),
            _ => format!("; {}", other.reason),
        });
        first.reason.extend(others);
        Some(first)
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        if let Some(name) = &self.name {
            write!(f, " (`{name}`)")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Why a file can't be read at all, or not any further.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("{0}")]
    Unreadable(String),
    #[error("line {line}: {message}")]
    At { line: u64, message: String },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What a mapping or a flag may fix instead of leaving it to detection.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub encoding: Option<Encoding>,
    pub separator: Option<u8>,
}

impl Source {
    pub fn open(path: &Path, options: &Options) -> Result<Self, SourceError> {
        let mut file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(SourceError::Unreadable("it is a folder, not a file".into()));
        }
        let encoding = options.encoding.map_or_else(|| encoding::detect(&mut file), Ok)?;
        file.seek(SeekFrom::Start(0))?;
        let mut decoded = encoding::decoded(file, encoding)?;
        let mut sample = Vec::new();
        decoded.by_ref().take(SAMPLE_BYTES as u64).read_to_end(&mut sample)?;
        // The first buffer is the whole sample, however small the pieces are that a decoder gives.
        let mut text = BufReader::with_capacity(SAMPLE_BYTES, Box::new(io::Cursor::new(sample).chain(decoded)) as Box<dyn Read + Send>);
        let sample = text.fill_buf()?;
        if sample.trim_ascii().is_empty() {
            return Err(SourceError::Unreadable("the file is empty".into()));
        }
        if matches!(sample.trim_ascii_start().first(), Some(b'{' | b'[')) {
            let mut json = json::Json::open(text)?;
            let description = format!("{encoding} JSON, {}", json.shape());
            let first = json.next_row()?;
            return Ok(Self { rows: Rows::Json(json), first, description });
        }
        let table = delimited::Delimited::open(text, options.separator)?;
        let description = format!("{encoding} CSV separated by {}, {} columns", table.separator_name(), table.headers().len());
        Ok(Self { rows: Rows::Delimited(table), first: None, description })
    }

    /// The next row; `None` at the end. After an error nothing more can be read.
    pub fn next_row(&mut self) -> Result<Option<Result<Row, Reject>>, SourceError> {
        if self.first.is_some() {
            return Ok(self.first.take());
        }
        match &mut self.rows {
            Rows::Delimited(rows) => rows.next_row(),
            Rows::Json(rows) => rows.next_row(),
        }
    }

    /// The names of the columns, if the file is a table.
    pub fn headers(&self) -> Option<&[String]> {
        match &self.rows {
            Rows::Delimited(rows) => Some(rows.headers()),
            Rows::Json(_) => None,
        }
    }

    /// Whether a table has this column, or the first object of a JSON file this member.
    pub fn has_column(&self, name: &str) -> bool {
        match &self.first {
            Some(Ok(row)) => row.get(&Column { name: name.to_owned(), place: None }).is_some(),
            Some(Err(_)) => false,
            None => matches!(self.column(name), Ok(Some(_))) && self.headers().is_some(),
        }
    }

    /// Finds a column by its name (case, spaces and punctuation do not matter) or by its number, `#4`. `None` if a table
    /// has no such column; objects have every column, perhaps empty. An error if the name stands twice.
    pub fn column(&self, name: &str) -> Result<Option<Column>, String> {
        let Some(headers) = self.headers() else {
            return Ok(Some(Column { name: name.to_owned(), place: None }));
        };
        if let Some(number) = name.strip_prefix('#').and_then(|digits| digits.parse::<usize>().ok()) {
            let place = number.checked_sub(1).filter(|place| *place < headers.len());
            return Ok(place.map(|place| Column { name: headers[place].clone(), place: Some(place) }));
        }
        let found = |same: &dyn Fn(&str) -> bool| {
            headers.iter().enumerate().filter(|(_, header)| same(header)).map(|(place, _)| place).collect::<Vec<_>>()
        };
        let mut places = found(&|header| header == name);
        if places.is_empty() {
            let wanted = search::slug(name);
            places = if wanted.is_empty() { places } else { found(&|header| search::slug(header) == wanted) };
        }
        match places.as_slice() {
            [] => Ok(None),
            [place] => Ok(Some(Column { name: headers[*place].clone(), place: Some(*place) })),
            [first, second, ..] => {
                let name = Text::clean(name);
                Err(format!(
                    "column `{name}` stands twice, as number {} and {}; refer to one of them as `#{}`",
                    first + 1,
                    second + 1,
                    first + 1
                ))
            }
        }
    }
}

/// How much is looked at to find out what a file is, and the size of the read buffer.
const SAMPLE_BYTES: usize = 64 << 10;

type Input = BufReader<Box<dyn Read + Send>>;

impl Row {
    /// The cell of a column; an empty one is there, but empty. An apostrophe that protects a spreadsheet from a formula
    /// (see [`crate::app::export`]) is taken off.
    pub fn get(&self, column: &Column) -> Option<&str> {
        let cell = match &self.cells {
            Cells::Table(record) => record.get(column.place?)?,
            Cells::Object { fields, .. } => fields.iter().find(|(name, _)| *name == column.name)?.1.as_str(),
        };
        Some(crate::app::export::unprotected(cell))
    }

    /// Every cell as it stood: the row of a table, or the object's text as the only cell.
    pub fn cells(&self) -> Vec<String> {
        match &self.cells {
            Cells::Table(record) => record.iter().map(str::to_owned).collect(),
            Cells::Object { raw, .. } => vec![raw.clone()],
        }
    }

    /// A rejection of this row because of what stands in `column`.
    pub fn reject(&self, column: Option<&Column>, reason: impl Into<String>) -> Reject {
        Reject {
            line: self.line,
            column: column.and_then(|column| column.place).map(|place| place + 1),
            name: column.map(|column| Text::clean(&column.name)),
            reason: reason.into(),
            cells: self.cells(),
            left_out: false,
        }
    }
}
