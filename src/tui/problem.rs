//! A mistake in a keymap or theme: where it is and what to do. It warns; it never stops the program.

use std::{fmt, ops::Range};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub file: String,
    /// Both from 1.
    pub line: usize,
    pub column: usize,
    pub message: String,
}

impl Problem {
    pub fn at(file: &str, text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { file: file.to_owned(), line, column, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

/// What is no TOML at all, the first mistake of each line; the ones after it only follow from it.
pub fn unreadable(file: &str, text: &str, errors: &[toml::de::Error]) -> Vec<Problem> {
    let mut problems = sorted(errors.iter().map(|error| Problem::at(file, text, error.span().unwrap_or(0..0), error.message())).collect());
    problems.dedup_by_key(|problem| problem.line);
    problems
}

/// In the order of the document, each line of it that is no TOML told once.
pub fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| (problem.line, problem.column));
    problems
}

/// The known name that `wanted` most resembles, for "did you mean".
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let best = known.into_iter().map(|name| (distance(wanted, name), name)).min()?;
    (best.0 <= wanted.chars().count().max(3) / 3 + 1).then_some(best.1)
}

/// Levenshtein's distance; names are short.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
