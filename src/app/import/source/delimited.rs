//! CSV and its relatives.

use super::{CELL_BYTES_MAX, Cells, Input, ROW_BYTES_MAX, Reject, Row, SAMPLE_BYTES, SourceError};
use crate::domain::text::Text;
use csv::{ByteRecord, ReaderBuilder, StringRecord};
use std::{
    io::{self, BufRead, Read},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Put after the end of the file: a row of its own, unless a quote that was never closed has swallowed it.
const END: &[u8] = b"\x01\x1a\x01\n";

const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

pub struct Delimited {
    reader: csv::Reader<Metered>,
    headers: Vec<String>,
    separator: u8,
    budget: Arc<AtomicUsize>,
    /// Lines before the header, which the reader has not seen.
    lines_before: u64,
    record: ByteRecord,
}

impl Delimited {
    pub fn open(mut input: Input, separator: Option<u8>) -> Result<Self, SourceError> {
        let (declared, lines_before) = declared_separator(&mut input)?;
        let separator = separator.or(declared).unwrap_or_else(|| likely_separator(input.buffer()));
        let budget = Arc::new(AtomicUsize::new(ROW_BYTES_MAX + 2 * SAMPLE_BYTES));
        let reader = builder(separator).buffer_capacity(SAMPLE_BYTES).from_reader(Metered {
            input,
            left: Arc::clone(&budget),
            after: b'\n',
            ended: false,
        });
        let mut table = Self { reader, headers: Vec::new(), separator, budget, lines_before, record: ByteRecord::new() };
        if !table.read()? {
            return Err(SourceError::Unreadable("the file has no header row".into()));
        }
        let header = StringRecord::from_byte_record_lossy(std::mem::take(&mut table.record));
        table.headers = header.iter().map(|name| name.trim().to_owned()).collect();
        if table.headers.iter().all(String::is_empty) {
            return Err(SourceError::At {
                line: lines_before + 1,
                message: "the first row has to name the columns, and it is empty".into(),
            });
        }
        Ok(table)
    }

    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    pub fn separator_name(&self) -> String {
        if self.separator == b'\t' { "tabs".to_owned() } else { format!("`{}`", char::from(self.separator)) }
    }

    pub fn next_row(&mut self) -> Result<Option<Result<Row, Reject>>, SourceError> {
        if !self.read()? {
            return Ok(None);
        }
        // The reader stands after the line feed of the row; its own position of a row may be blank lines before it.
        #[expect(clippy::naive_bytecount, reason = "a row is short; not worth a dependency")]
        let inside = self.record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        let line = self.reader.position().line() + self.lines_before - 1 - inside;
        Ok(Some(match StringRecord::from_byte_record(std::mem::take(&mut self.record)) {
            Ok(record) => {
                let row = Row { line, cells: Cells::Table(record) };
                self.flaw(&row).map_or(Ok(row), Err)
            }
            Err(error) => {
                let place = error.utf8_error().field();
                let row = Row { line, cells: Cells::Table(StringRecord::from_byte_record_lossy(error.into_byte_record())) };
                let name = self.headers.get(place).map(|name| Text::clean(name));
                let reason =
                    "holds bytes that are not UTF-8, unlike the rest of the file; correct it, or name the file's encoding in the mapping";
                Err(Reject { column: Some(place + 1), name, ..row.reject(None, reason) })
            }
        }))
    }

    /// What makes a row unusable whatever the mapping says.
    fn flaw(&self, row: &Row) -> Option<Reject> {
        let Cells::Table(record) = &row.cells else { return None };
        let (cells, columns) = (record.len(), self.headers.len());
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return Some(row.reject(None, "every cell is empty"));
        }
        // Spreadsheets fill short rows and lengthen others with empty cells; only what stands in a cell can be misplaced.
        if record.iter().skip(columns).any(|cell| !cell.is_empty()) {
            return Some(
                row.reject(None, format!("it has {cells} cells for {columns} columns; a cell that holds the separator needs quotes")),
            );
        }
        if cells < columns {
            return Some(
                row.reject(None, format!("it has {cells} cells for {columns} columns; is a line break inside a cell without quotes?")),
            );
        }
        let (place, long) = record.iter().enumerate().find(|(_, cell)| cell.len() > CELL_BYTES_MAX)?;
        let name = self.headers.get(place).map(|name| Text::clean(name));
        let reason = format!("is {} bytes long, and a cell has at most {CELL_BYTES_MAX}", long.len());
        Some(Reject { column: Some(place + 1), name, ..row.reject(None, reason) })
    }

    fn read(&mut self) -> Result<bool, SourceError> {
        self.budget.store(ROW_BYTES_MAX + 2 * SAMPLE_BYTES, Ordering::Relaxed);
        let line = self.reader.position().line() + self.lines_before;
        let read = self.reader.read_byte_record(&mut self.record).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => SourceError::At {
                line,
                message: format!("the row that begins here is longer than {ROW_BYTES_MAX} bytes; is a quote never closed?"),
            },
            csv::ErrorKind::Io(error) => SourceError::Io(error),
            kind => SourceError::At { line, message: format!("{kind:?}") },
        })?;
        let bytes = self.record.as_slice();
        if bytes.ends_with(END) {
            return Err(SourceError::At { line, message: "a quote that is opened in this row is never closed".into() });
        }
        Ok(read && bytes != END.trim_ascii_end())
    }
}

fn builder(separator: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(separator).has_headers(false).flexible(true);
    builder
}

/// Excel writes `sep=;` as a first line of its own.
fn declared_separator(input: &mut Input) -> io::Result<(Option<u8>, u64)> {
    let sample = input.fill_buf()?;
    let line = sample.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match line.strip_suffix(b"\r").unwrap_or(line) {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => {
            let (separator, length) = (*separator, (line.len() + 1).min(sample.len()));
            input.consume(length);
            Ok((Some(separator), 1))
        }
        _ => Ok((None, 0)),
    }
}

/// The separator that cuts the first rows into the most columns, and all of them into the same number.
fn likely_separator(sample: &[u8]) -> u8 {
    let score = |separator: u8| {
        let mut widths = builder(separator).from_reader(sample).into_byte_records().take(20).flatten().map(|record| record.len());
        let Some(columns) = widths.next() else { return 0 };
        let (mut rows, mut same) = (1, 1);
        for width in widths {
            rows += 1;
            same += usize::from(width == columns);
        }
        (columns - 1) * 1000 * same / rows
    };
    // On a tie the earlier one wins, which is the more usual.
    SEPARATORS.into_iter().rev().max_by_key(|separator| score(*separator)).unwrap_or(b',')
}

/// Stops a reader that swallows the rest of a file into one row, and makes every line end with one line feed, the last one
/// included, so that lines can be counted.
struct Metered {
    input: Input,
    left: Arc<AtomicUsize>,
    after: u8,
    ended: bool,
}

impl Metered {
    /// Closes the last line and marks the end.
    fn end(&mut self, buffer: &mut [u8]) -> usize {
        self.ended = true;
        let open = usize::from(!matches!(self.after, b'\n' | b'\r'));
        buffer[..open].fill(b'\n');
        buffer[open..open + END.len()].copy_from_slice(END);
        open + END.len()
    }
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        loop {
            let read = self.input.read(buffer)?;
            if read == 0 && !self.ended && buffer.len() > END.len() {
                return Ok(self.end(buffer));
            }
            let kept = unified(&mut buffer[..read], &mut self.after);
            if kept > 0 || read == 0 {
                self.left.store(left.saturating_sub(kept), Ordering::Relaxed);
                return Ok(kept);
            }
        }
    }
}

/// Turns `\r\n` and `\r` into `\n` in place, and says how many bytes are left; `after` is the byte before the first.
fn unified(bytes: &mut [u8], after: &mut u8) -> usize {
    let Some(last) = bytes.last().copied() else { return 0 };
    if *after != b'\r' && !bytes.contains(&b'\r') {
        *after = last;
        return bytes.len();
    }
    let mut kept = 0;
    for at in 0..bytes.len() {
        let byte = bytes[at];
        if !(byte == b'\n' && *after == b'\r') {
            bytes[kept] = if byte == b'\r' { b'\n' } else { byte };
            kept += 1;
        }
        *after = byte;
    }
    kept
}
