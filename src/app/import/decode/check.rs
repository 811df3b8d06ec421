//! The checks of a mapping on one row.

use super::{Cells, shown};
use crate::{
    app::import::{
        mapping::{Check, Condition, Demand, Test, number},
        source::Reject,
    },
    domain::search,
};

/// Everything that the checks have against the row, field by field.
pub fn faults(cells: &Cells<'_>) -> Vec<Reject> {
    let mapping = &cells.decoder.mapping;
    let holds = |condition: &Condition| cells.decoder.passes(cells.row, &condition.column, &condition.test);
    let mut faults = Vec::new();
    for check in mapping.checks.iter().filter(|check| check.when.iter().all(holds) && !check.unless.iter().any(holds)) {
        for column in &check.columns {
            let cell = cells.decoder.cell(cells.row, column);
            if let Some(fault) = fault(&check.demand, cell, mapping.decimal_comma) {
                let own = cells.decoder.own_column(column);
                let name = if own.is_some() { String::new() } else { format!("`{column}` ") };
                faults.push(cells.row.reject(own, format!("{name}{fault}{}", reason(check))));
            }
        }
    }
    faults
}

fn fault(demand: &Demand, cell: Option<&str>, decimal_comma: bool) -> Option<String> {
    let is_one = |value: &str, known: &[String]| known.iter().any(|known| search::slug(known) == search::slug(value));
    let Some(cell) = cell else {
        return (*demand == Demand::Given).then(|| "is missing".to_owned());
    };
    match demand {
        Demand::Given => None,
        Demand::Empty => Some(format!("`{}` can't be given", shown(cell))),
        Demand::OneOf(known) if is_one(cell, known) => None,
        Demand::OneOf(known) => Some(format!("`{}` is not allowed; it is one of {}", shown(cell), known.join(", "))),
        Demand::EachOf(known) => {
            let stranger = cell.split(';').map(str::trim).filter(|part| !part.is_empty()).find(|part| !is_one(part, known))?;
            Some(format!("`{}` is not allowed; each part between `;` is one of {}", shown(stranger), known.join(", ")))
        }
        Demand::MoreThan(least) if number(cell, decimal_comma).is_some_and(|figure| figure > *least) => None,
        Demand::MoreThan(least) => Some(format!("`{}` is not allowed; it is a number of more than {least}", shown(cell))),
        Demand::Characters(least) => {
            let length = cell.chars().count();
            (length < *least).then(|| format!("`{}` has {length} characters, and at least {least} are asked for", shown(cell)))
        }
        Demand::Digits(count) if cell.len() == *count && cell.bytes().all(|byte| byte.is_ascii_digit()) => None,
        Demand::Digits(count) => Some(format!("`{}` is not allowed; it has exactly {count} digits", shown(cell))),
    }
}

/// Why the demand holds here: in the mapping's words where it has some, else by its conditions.
fn reason(check: &Check) -> String {
    if !check.because.is_empty() {
        return format!(" ({})", check.because);
    }
    let said = |(at, condition): (usize, &Condition), first: &str, next: &str| {
        format!(" {} `{}` {}", if at == 0 { first } else { next }, condition.column, said(&condition.test))
    };
    let when = check.when.iter().enumerate().map(|condition| said(condition, "when", "and"));
    let unless = check.unless.iter().enumerate().map(|condition| said(condition, "unless", "or"));
    when.chain(unless).collect()
}

fn said(test: &Test) -> String {
    match test {
        Test::Is(values) => format!("is {}", values.join(" or ")),
        Test::AtLeast(least) => format!("is at least {least}"),
        Test::Below(limit) => format!("is below {limit}"),
        Test::Given(true) => "is given".into(),
        Test::Given(false) => "is empty".into(),
    }
}
