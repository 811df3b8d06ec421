//! The checks of a mapping on one row.

use super::{Cells, shown};
use crate::{
    app::import::{
        mapping::{Check, Condition, Demand, Test, amount, number},
        source::Reject,
    },
    domain::{nearest::nearest, search},
};

/// The longest list of values that a sentence says in full.
const LISTED_MAX: usize = 70;

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
    let parts = || cell.split(';').map(str::trim).filter(|part| !part.is_empty());
    match demand {
        Demand::Given => None,
        Demand::Empty => Some(format!("`{}` can't be given", shown(cell))),
        Demand::OneOf(known) if is_one(cell, known) => None,
        Demand::OneOf(known) => Some(format!("`{}` is not allowed; {}", shown(cell), allowed(cell, known))),
        Demand::EachOf(known) => {
            let stranger = parts().find(|part| !is_one(part, known))?;
            Some(format!("`{}` is not allowed; each part between `;` is one of {}", shown(stranger), known.join(", ")))
        }
        Demand::NoneOf(barred) => {
            let found = parts().find(|part| is_one(part, barred))?;
            Some(format!("`{}` is not allowed", shown(found)))
        }
        Demand::Alone(alone) => {
            let found = parts().find(|part| is_one(part, alone)).filter(|_| parts().count() > 1)?;
            Some(format!("`{}` can't be given together with others", shown(found)))
        }
        Demand::Shape(shapes) if shapes.iter().any(|shape| has_shape(cell, shape)) => None,
        Demand::Shape(shapes) => {
            let shapes = shapes.iter().map(|shape| format!("`{shape}`")).collect::<Vec<_>>().join(" or ");
            Some(format!("`{}` is not allowed; it is written as {shapes}, 9 being a digit and A a letter", shown(cell)))
        }
        Demand::MoreThan(least) if number(cell, decimal_comma).is_some_and(|figure| figure > *least) => None,
        Demand::MoreThan(least) => Some(format!("`{}` is not allowed; it is a number of more than {least}", shown(cell))),
        Demand::Characters(least) => {
            let length = cell.chars().count();
            (length < *least).then(|| format!("`{}` has {length} characters, and at least {least} are asked for", shown(cell)))
        }
        Demand::AtMost(most) => {
            let length = cell.chars().count();
            (length > *most).then(|| format!("`{}` has {length} characters, and at most {most} are allowed", shown(cell)))
        }
        Demand::Digits(count) if cell.len() == *count && cell.bytes().all(|byte| byte.is_ascii_digit()) => None,
        Demand::Digits(count) => Some(format!("`{}` is not allowed; it has exactly {count} digits", shown(cell))),
        Demand::Decimals(most) => {
            let plain = amount(cell, decimal_comma);
            let decimals = plain.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            let is_number = number(cell, decimal_comma).is_some();
            (!is_number || decimals > *most)
                .then(|| format!("`{}` is not allowed; it is a number with at most {most} digits after its point", shown(cell)))
        }
    }
}

/// The values of a list, or of a long one the nearest.
fn allowed(cell: &str, known: &[String]) -> String {
    if known.len() <= LISTED_MAX {
        return format!("it is one of {}", known.join(", "));
    }
    let near = nearest(cell, known.iter().map(String::as_str));
    near.map_or_else(|| format!("it is none of the {} values", known.len()), |near| format!("did you mean `{near}`?"))
}

fn has_shape(cell: &str, shape: &str) -> bool {
    let fits = |c: char, shape: char| match shape {
        '9' => c.is_ascii_digit(),
        'A' => c.is_ascii_alphabetic(),
        other => c.eq_ignore_ascii_case(&other),
    };
    cell.chars().count() == shape.chars().count() && cell.chars().zip(shape.chars()).all(|(c, shape)| fits(c, shape))
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
