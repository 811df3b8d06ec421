//! A filter written back as text that parses to the same tree.

use super::{Filter, parse::KEYWORDS};
use std::fmt;

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(terms) => list(f, terms, " "),
            Self::Or(terms) => list(f, terms, " or "),
            Self::Not(term) => write!(f, "-{}", Operand(term)),
            Self::Word(words) => word(f, words),
            Self::Text { field, value } => {
                f.write_str(field.spec().name)?;
                f.write_str(":")?;
                // A name's words may be the keywords of values, which quotes make plain.
                quoted(f, value.trim_start(), matches!(value.trim(), "any" | "none"))
            }
            Self::Number { field, op, value } => write!(f, "{}{}{value}", field.spec().name, op.symbol()),
            Self::Time { field, op, when } => write!(f, "{}{}{when}", field.spec().name, op.symbol()),
            Self::Has(field) => write!(f, "{}:any", field.spec().name),
            Self::Is(flag) => write!(f, "is:{}", flag.spec().name),
        }
    }
}

/// A term inside another one: groups get parentheses.
struct Operand<'a>(&'a Filter);

impl fmt::Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Filter::And(_) | Filter::Or(_) => write!(f, "({})", self.0),
            term => term.fmt(f),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, terms: &[Filter], between: &str) -> fmt::Result {
    for (place, term) in terms.iter().enumerate() {
        if place > 0 {
            f.write_str(between)?;
        }
        write!(f, "{}", Operand(term))?;
    }
    Ok(())
}

fn word(f: &mut fmt::Formatter<'_>, words: &str) -> fmt::Result {
    let plain = words.trim_start();
    quoted(f, plain, KEYWORDS.contains(&plain))
}

/// Values hold no quote and no backslash (they are codes or normalised words), so quoting needs no escapes.
fn quoted(f: &mut fmt::Formatter<'_>, value: &str, always: bool) -> fmt::Result {
    if always || value.contains(' ') { write!(f, "\"{value}\"") } else { f.write_str(value) }
}
