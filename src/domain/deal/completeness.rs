//! What a registration lacks, field by field.

use crate::domain::{
    day::local_date,
    deal::Details,
    program::{DealField, Program},
    text::Text,
    time::Instant,
};
use serde::{Deserialize, Serialize};

/// One thing that is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    pub field: DealField,
    pub what: FieldFault,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum FieldFault {
    Missing,
    /// The program has no such name.
    Unknown {
        name: Text,
    },
    /// An amount of nothing, or less.
    NotPositive,
    /// A day that lay behind when it was submitted.
    InThePast,
    /// It may not be changed in this state.
    Locked {
        state: Text,
    },
    /// It was not asked for.
    NotAsked,
    /// The source states an amount, and left the cell of its currency empty.
    NoCurrency,
    /// The contract of the system that the record comes from does not let it change, for this reason.
    Fixed {
        why: Text,
    },
}

impl FieldProblem {
    pub const fn new(field: DealField, what: FieldFault) -> Self {
        Self { field, what }
    }

    /// One sentence without its full stop.
    pub fn sentence(&self) -> String {
        let field = self.field.doc();
        match &self.what {
            FieldFault::Missing => format!("{field} is missing"),
            FieldFault::Unknown { name } => format!("{field}: the program has no {}", crate::domain::problem::quoted(name)),
            FieldFault::NotPositive => format!("{field} is not more than nothing"),
            FieldFault::InThePast => format!("{field} lies in the past"),
            FieldFault::Locked { state } => format!("{field} can't be changed while it is {state}"),
            FieldFault::Fixed { why } => format!("{field} can't be changed: {why}"),
            FieldFault::NotAsked => format!("{field} was not asked for"),
            FieldFault::NoCurrency => format!("{field} is missing: the amount has no currency"),
        }
    }
}

/// Everything that keeps `details` from being complete at `now`, in the order of the fields; empty = complete.
pub fn completeness(details: &Details, program: &Program, now: Instant) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    for field in DealField::ALL.iter().copied() {
        if !details.has(field) {
            if program.deals.required.contains(&field) || ALWAYS.contains(&field) {
                problems.push(FieldProblem::new(field, FieldFault::Missing));
            }
            continue;
        }
        problems.extend(fault(details, program, now, field).map(|what| FieldProblem::new(field, what)));
    }
    problems
}

/// Without these there is nothing to compare it with: it can't be submitted at all.
pub const ALWAYS: [DealField; 2] = [DealField::Customer, DealField::Products];

fn fault(details: &Details, program: &Program, now: Instant, field: DealField) -> Option<FieldFault> {
    let unknown = |name: &Text, known: &[Text]| {
        let is_known = known.is_empty() || known.iter().any(|one| one.eq_ignore_ascii_case(name));
        (!is_known).then(|| FieldFault::Unknown { name: name.clone() })
    };
    match field {
        DealField::Products => details.scope.iter().find_map(|product| unknown(product, &program.products)),
        DealField::Vertical => unknown(&details.customer.vertical, &program.verticals),
        DealField::Value => details.value.filter(|value| value.minor <= 0).map(|_| FieldFault::NotPositive),
        DealField::CloseDate => details.close_on.filter(|date| *date < local_date(now, program.zone)).map(|_| FieldFault::InThePast),
        _ => None,
    }
}
