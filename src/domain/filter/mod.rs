//! The filter language: `country:DE score>70 stage:offered acme`.
//!
//! Terms stand side by side and must all hold; `or` and parentheses group, `-` or `not` excludes, `,` lists alternatives,
//! `..` gives a range, quotes keep words together. Each room has one table of fields ([`Room`]), from which the
//! parser, the completion, the help and the README follow. Where nothing is said, the room is that of the leads.
//!
//! # What a term means
//! - **Two-valued.** A comparison with a value that is not there is false, so `-country:DE` also shows leads without a
//!   country, and `country!=DE` is the same thing. `country:none` and `country:any` ask for the absence itself. The store
//!   translates to SQL with the same rule; a property compares the two.
//! - **Words match by their beginning**, transliterated and in lower case: `mul` finds "Müller". A phrase in quotes matches
//!   whole words and the beginning of the last one.
//! - **A number is a record**: `D-12` alone is `id:D-12` in the room of registrations, and `C-17` there is `case:C-17`. In quotes
//!   it is a phrase.
//! - **Times**: a length of time counts clock time from now. `due<2h` is due within two hours (or overdue); of a past
//!   moment it is the age: `received>7d` came in more than seven days ago. With `:` a length means "within". A day, month or
//!   year is an interval in the zone of whoever asks: `received:2026-03` lies inside it, `received>2026-03` after it.

mod complete;
mod eval;
mod field;
mod parse;
mod print;
#[cfg(test)]
mod tests;
mod when;

pub use crate::domain::lead::fields::{FIELDS, FLAGS, Field, Flag, Leads};
pub use complete::{Completion, complete};
pub use eval::{Context, Datum, Fields, eval};
pub use field::{FlagSpec, Kind, Room, Spec, reference};
pub use parse::{Error, parse};
pub use when::{Period, When};

/// The longest filter that is read, in characters.
pub const CHARS_MAX: usize = 1_000;
/// How deep parentheses and exclusions may nest.
pub const DEPTH_MAX: usize = 32;

/// A parsed filter. [`parse`] makes it, [`eval`] applies it in memory, the store translates it to SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter<R: Room = Leads> {
    /// All of them hold; an empty list holds always.
    And(Vec<Self>),
    /// At least one holds.
    Or(Vec<Self>),
    Not(Box<Self>),
    /// The search column contains these normalised words (`" acme ber"`, see [`crate::domain::search::words`]).
    Word(String),
    /// A code or a choice equals `value`; of a field of [`Kind::Words`], its words contain `value`.
    Text {
        field: R::Field,
        value: String,
    },
    Number {
        field: R::Field,
        op: Op,
        value: i64,
    },
    Time {
        field: R::Field,
        op: Op,
        when: When,
    },
    /// The field has a value at all.
    Has(R::Field),
    Is(R::Flag),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Eq,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Op {
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Eq => ":",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }

    /// `left op right`.
    pub fn holds<T: Ord>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Eq => left == right,
            Self::Lt => left < right,
            Self::Le => left <= right,
            Self::Gt => left > right,
            Self::Ge => left >= right,
        }
    }
}

impl<R: Room> Filter<R> {
    /// Holds always: what an empty line means.
    pub const fn everything() -> Self {
        Self::And(Vec::new())
    }

    pub fn is_everything(&self) -> bool {
        matches!(self, Self::And(terms) if terms.is_empty())
    }

    /// All of `terms`; a single one stands for itself.
    #[must_use]
    pub fn all(mut terms: Vec<Self>) -> Self {
        if terms.len() == 1 { terms.remove(0) } else { Self::And(terms) }
    }

    /// Any of `terms`; a single one stands for itself.
    #[must_use]
    pub fn any(mut terms: Vec<Self>) -> Self {
        if terms.len() == 1 { terms.remove(0) } else { Self::Or(terms) }
    }

    #[must_use]
    pub fn excluded(self) -> Self {
        Self::Not(Box::new(self))
    }
}
