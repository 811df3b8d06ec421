//! A filter written back as text that parses to the same tree.

use super::{Filter, Kind, Room, parse::KEYWORDS};
use crate::domain::id::Number;
use std::fmt;

impl<R: Room> fmt::Display for Filter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(terms) => list(f, terms, " "),
            Self::Or(terms) => list(f, terms, " or "),
            Self::Not(term) => write!(f, "-{}", Operand(term)),
            Self::Word(words) => word(f, words),
            Self::Text { field, value } => {
                f.write_str(R::spec(*field).name)?;
                f.write_str(":")?;
                // A name's words may be the keywords of values, which quotes make plain.
                quoted(f, value.trim_start(), matches!(value.trim(), "any" | "none"))
            }
            Self::Number { field, op, value } if R::spec(*field).kind == Kind::Id => {
                write!(f, "{}{}{}", R::spec(*field).name, op.symbol(), R::Id::of(*value))
            }
            Self::Number { field, op, value } => write!(f, "{}{}{value}", R::spec(*field).name, op.symbol()),
            Self::Time { field, op, when } => write!(f, "{}{}{when}", R::spec(*field).name, op.symbol()),
            Self::Has(field) => write!(f, "{}:any", R::spec(*field).name),
            Self::Is(flag) => write!(f, "is:{}", R::flag_spec(*flag).name),
        }
    }
}

/// A term inside another one: groups get parentheses.
struct Operand<'a, R: Room>(&'a Filter<R>);

impl<R: Room> fmt::Display for Operand<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Filter::And(_) | Filter::Or(_) => write!(f, "({})", self.0),
            term => term.fmt(f),
        }
    }
}

fn list<R: Room>(f: &mut fmt::Formatter<'_>, terms: &[Filter<R>], between: &str) -> fmt::Result {
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
