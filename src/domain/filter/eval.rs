//! A filter applied in memory: the meaning that the SQL translation has to agree with.

use super::{Field, Filter, Flag, Kind};
use crate::domain::{
    id::{LeadId, OperatorId},
    time::Instant,
};

/// Who asks, when and where: everything that a filter's meaning depends on besides the record.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub now: Instant,
    /// The zone in which `today` is a day.
    pub zone: chrono_tz::Tz,
    /// Whose leads `is:mine` are.
    pub me: OperatorId,
    /// What `is:marked` means on this screen.
    pub marked: &'a [LeadId],
}

/// The value of one field of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datum<'a> {
    Missing,
    /// A code, a choice, or the normalised words of a field of [`Kind::Words`].
    Text(&'a str),
    Number(i64),
    Instant(Instant),
}

/// A record that can be filtered.
pub trait Fields {
    fn get(&self, field: Field) -> Datum<'_>;
    /// The normalised words of everything that free words look at.
    fn search(&self) -> &str;
    fn is(&self, flag: Flag, context: &Context) -> bool;
}

/// Whether `record` passes. A comparison with a missing value, or with one of another kind, is false.
pub fn eval(filter: &Filter, record: &impl Fields, context: &Context) -> bool {
    match filter {
        Filter::And(terms) => terms.iter().all(|term| eval(term, record, context)),
        Filter::Or(terms) => terms.iter().any(|term| eval(term, record, context)),
        Filter::Not(term) => !eval(term, record, context),
        Filter::Word(words) => record.search().contains(words.as_str()),
        Filter::Has(field) => record.get(*field) != Datum::Missing,
        Filter::Is(flag) => record.is(*flag, context),
        Filter::Text { field, value } => match record.get(*field) {
            Datum::Text(text) if field.spec().kind == Kind::Words => text.contains(value.as_str()),
            Datum::Text(text) => text == value,
            _ => false,
        },
        Filter::Number { field, op, value } => match record.get(*field) {
            Datum::Number(number) => op.holds(&number, value),
            _ => false,
        },
        Filter::Time { field, op, when } => match record.get(*field) {
            Datum::Instant(at) => {
                let (from, until) = when.interval(*op, field.spec().kind == Kind::Past, context);
                from.is_none_or(|from| at >= from) && until.is_none_or(|until| at < until)
            }
            _ => false,
        },
    }
}
