//! JSON: an array of objects, one object a line, or an envelope such as Salesforce's `{"records": [..]}`.
//!
//! The file is cut into objects by their braces before any of them is parsed, so that one broken object costs one row and
//! memory holds one object at a time.

use super::{Cells, Input, ROW_BYTES_MAX, Reject, Row, SourceError};
use serde_json::Value;
use std::io::BufRead;

/// The names under which exports and interfaces wrap their records.
const ENVELOPES: [&str; 6] = ["records", "results", "items", "data", "value", "opportunities"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Array,
    Lines,
    Envelope(&'static str),
}

pub struct Json {
    input: Input,
    shape: Shape,
    line: u64,
    ended: bool,
}

impl Json {
    pub fn open(mut input: Input) -> Result<Self, SourceError> {
        let sample = input.fill_buf()?;
        let start = sample.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0);
        let (shape, skip) = if sample.get(start) == Some(&b'[') {
            (Shape::Array, start + 1)
        } else {
            envelope(sample, start).map_or((Shape::Lines, start), |(name, at)| (Shape::Envelope(name), at))
        };
        let line = 1 + newlines(&sample[..skip]);
        input.consume(skip);
        Ok(Self { input, shape, line, ended: false })
    }

    pub fn shape(&self) -> String {
        match self.shape {
            Shape::Array => "an array of objects".to_owned(),
            Shape::Lines => "one object a line".to_owned(),
            Shape::Envelope(name) => format!("the objects in `{name}`"),
        }
    }

    pub fn next_row(&mut self) -> Result<Option<Result<Row, Reject>>, SourceError> {
        if self.ended || !self.find_object()? {
            self.ended = true;
            return Ok(None);
        }
        let line = self.line;
        let bytes = self.object()?;
        let raw = String::from_utf8_lossy(&bytes).into_owned();
        let mut row = Row { line, cells: Cells::Object { fields: Vec::new(), raw } };
        Ok(Some(match serde_json::from_slice::<Value>(&bytes) {
            Ok(value) => {
                if let Cells::Object { fields, .. } = &mut row.cells {
                    flatten("", value, fields);
                }
                Ok(row)
            }
            Err(error) => {
                let broken = Reject { line: line + error.line() as u64 - 1, ..row.reject(None, format!("is not JSON: {error}")) };
                Err(broken)
            }
        }))
    }

    /// Skips to the next object; false at the end of the list or the file.
    fn find_object(&mut self) -> Result<bool, SourceError> {
        while let Some(&byte) = self.input.fill_buf()?.first() {
            match byte {
                b'{' => return Ok(true),
                b']' if self.shape != Shape::Lines => return Ok(false),
                b'\n' => self.line += 1,
                b',' | b' ' | b'\t' | b'\r' => {}
                // The mark with which some streams begin each record (RFC 7464).
                0x1e => {}
                _ => {
                    let found = char::from(byte).escape_default();
                    return Err(SourceError::At {
                        line: self.line,
                        message: format!("an object `{{..}}` has to begin here, found `{found}`"),
                    });
                }
            }
            self.input.consume(1);
        }
        if self.shape == Shape::Lines {
            return Ok(false);
        }
        Err(SourceError::At { line: self.line, message: "the file ends before its list does: `]` is missing".into() })
    }

    /// The bytes of one object, from `{` to the `}` that closes it.
    fn object(&mut self) -> Result<Vec<u8>, SourceError> {
        let start = self.line;
        let mut bytes = Vec::new();
        let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                return Err(SourceError::At { line: start, message: "the object that begins here is never closed".into() });
            }
            let mut end = None;
            for (at, byte) in chunk.iter().enumerate() {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if in_string => escaped = true,
                    b'"' => in_string = !in_string,
                    b'{' | b'[' if !in_string => depth += 1,
                    b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth == 0 {
                    end = Some(at + 1);
                    break;
                }
            }
            let taken = end.unwrap_or(chunk.len());
            self.line += newlines(&chunk[..taken]);
            bytes.extend_from_slice(&chunk[..taken]);
            self.input.consume(taken);
            if end.is_some() {
                return Ok(bytes);
            }
            if bytes.len() > ROW_BYTES_MAX {
                let message =
                    format!("the object that begins here is longer than {ROW_BYTES_MAX} bytes; is a quote or a brace never closed?");
                return Err(SourceError::At { line: start, message });
            }
        }
    }
}

/// Finds `"records": [ {` at the first level of the object that begins at `start`.
fn envelope(sample: &[u8], start: usize) -> Option<(&'static str, usize)> {
    let (mut depth, mut at) = (0, start);
    while let Some(byte) = sample.get(at) {
        match byte {
            b'"' => {
                let end = string_end(sample, at)?;
                let name = &sample[at + 1..end - 1];
                if depth == 1
                    && let Some(known) = ENVELOPES.into_iter().find(|known| known.as_bytes() == name)
                    && let Some(list) = after(sample, end, b':').and_then(|at| after(sample, at, b'['))
                    && (after(sample, list, b'{').is_some() || after(sample, list, b']').is_some())
                {
                    return Some((known, list));
                }
                at = end;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return None;
        }
    }
    None
}

/// The place after the string that begins at `at`.
fn string_end(sample: &[u8], at: usize) -> Option<usize> {
    let mut escaped = false;
    let close = sample[at + 1..].iter().position(|byte| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    })?;
    Some(at + close + 2)
}

/// The place after `wanted`, if nothing but spaces stands between `at` and it.
fn after(sample: &[u8], at: usize, wanted: u8) -> Option<usize> {
    let found = at + sample.get(at..)?.iter().position(|byte| !byte.is_ascii_whitespace())?;
    (sample[found] == wanted).then_some(found + 1)
}

/// Nested names are joined by dots; null is the same as not there; a list keeps its JSON text.
fn flatten(name: &str, value: Value, out: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (member, value) in members {
                let path = if name.is_empty() { member } else { format!("{name}.{member}") };
                flatten(&path, value, out);
            }
        }
        Value::String(text) => out.push((name.to_owned(), text)),
        other => out.push((name.to_owned(), other.to_string())),
    }
}

#[expect(clippy::naive_bytecount, reason = "a record is short; not worth a dependency")]
fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}
