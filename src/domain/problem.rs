//! A mistake in something that people write for us: where it is, what it is, and what to do.

use crate::domain::text::Text;
use serde::Serialize;
use std::fmt;

/// Prints as `program.toml:12:7: sentence; hint`. Whatever it quotes from the document is cleaned and cut short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub file: Text,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    pub message: String,
    /// Empty when there is nothing useful to say.
    pub hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "; {}", self.hint) }
    }
}

/// Text of a document as a message shows it: in quotes, cleaned, at most 60 characters.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let clean = Text::clean(text.get(..text.floor_char_boundary(4 * LONGEST)).unwrap_or(text));
    let mut shown: String = clean.chars().take(LONGEST).collect();
    if shown.len() < clean.len() || clean.len() < text.len() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}

/// `a, b or c`.
pub fn alternatives<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, first)) => format!("{} or {last}", first.join(", ")),
    }
}
