//! A filter applied in memory: the meaning that the SQL translation has to agree with.

use super::{Filter, Kind, Leads, Room};
use crate::domain::{id::OperatorId, time::Instant};

/// Who asks, when and where: everything that a filter's meaning depends on besides the record.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a, R: Room = Leads> {
    pub now: Instant,
    /// The zone in which `today` is a day.
    pub zone: chrono_tz::Tz,
    /// Whose records `is:mine` are.
    pub me: OperatorId,
    /// What `is:marked` means on this screen.
    pub marked: &'a [R::Id],
    /// What they may do there today. Without it a queue that depends on it is empty; filters never do.
    pub reach: Option<&'a R::Reach>,
}

/// The value of one field of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datum<'a> {
    Missing,
    /// A code, a choice, or the normalised words of a field of [`Kind::Words`].
    Text(&'a str),
    /// Several codes, each after a space; one of them is enough.
    Codes(&'a str),
    Number(i64),
    Instant(Instant),
}

/// A record that can be filtered.
pub trait Fields<R: Room = Leads> {
    fn get(&self, field: R::Field) -> Datum<'_>;
    /// The normalised words of everything that free words look at.
    fn search(&self) -> &str;
    fn is(&self, flag: R::Flag, context: &Context<'_, R>) -> bool;
}

/// Whether `record` passes. A comparison with a missing value, or with one of another kind, is false.
pub fn eval<R: Room>(filter: &Filter<R>, record: &impl Fields<R>, context: &Context<'_, R>) -> bool {
    match filter {
        Filter::And(terms) => terms.iter().all(|term| eval(term, record, context)),
        Filter::Or(terms) => terms.iter().any(|term| eval(term, record, context)),
        Filter::Not(term) => !eval(term, record, context),
        Filter::Word(words) => record.search().contains(words.as_str()),
        Filter::Has(field) => record.get(*field) != Datum::Missing,
        Filter::Is(flag) => record.is(*flag, context),
        Filter::Text { field, value } => match record.get(*field) {
            Datum::Text(text) if R::spec(*field).kind == Kind::Words => text.contains(value.as_str()),
            Datum::Text(text) => text == value,
            Datum::Codes(codes) => codes.split(' ').any(|code| code == value),
            _ => false,
        },
        Filter::Number { field, op, value } => match record.get(*field) {
            Datum::Number(number) => op.holds(&number, value),
            _ => false,
        },
        Filter::Time { field, op, when } => match record.get(*field) {
            Datum::Instant(at) => {
                let (from, until) = when.interval(*op, R::spec(*field).kind == Kind::Past, context);
                from.is_none_or(|from| at >= from) && until.is_none_or(|until| at < until)
            }
            _ => false,
        },
    }
}
