//! Order lines that wait for a correction, in the list of the tier room: their columns and cells, their verbs and words.
//!
//! - `story`: why it waits and what would mend it, the line as it came and as it is stated now; `forms`: what a verb asks for.

pub mod forms;
pub mod story;

use crate::{
    domain::{
        id::CorrectionId,
        pos::{Correction, CorrectionState},
        tier::desk::WaitingLine,
        time::Instant,
    },
    tui::{
        action::{Act, Availability},
        furniture::words::age,
        theme::Role,
        widgets::table::{Cell, Column},
    },
};

/// In the order in which they stand; the first ones are the cursor.
pub const COLUMNS: [Column; 10] = [
    Column::new("LINE", 6).pointer(),
    Column::new("PARTNER", 12).wanted(20).grow(2).pointer(),
    Column::new("WAITS FOR", 16),
    Column::new("DAY", 10).priority(1),
    Column::new("AMOUNT", 14).right(),
    Column::new("PRODUCT", 10).wanted(16).grow(1).priority(2),
    Column::new("AS IS", 5).priority(3),
    Column::new("FILE", 12).wanted(18).grow(1).priority(5),
    Column::new("ROW", 6).right().priority(6),
    Column::new("AGE", 5).right().priority(4),
];

pub fn cells(line: &WaitingLine, now: Instant) -> Vec<Cell<'_>> {
    let one = &line.correction;
    let (waits, role) = reason(one);
    let (as_is, as_is_role) = if one.stubborn().is_none() { ("can", Role::Good) } else { ("", Role::Dim) };
    let is_known = one.partner.is_some();
    vec![
        Cell::new(one.id.to_string(), Role::Dim),
        Cell::new(line.partner.as_str(), if is_known { Role::Text } else { Role::Warn }),
        Cell::new(waits, role),
        Cell::new(one.on.map_or_else(|| one.stated.day.to_string(), |on| on.to_string()), Role::Text),
        Cell::new(amount(one), Role::Strong),
        Cell::new(one.stated.product.as_str(), Role::Text),
        Cell::new(as_is, as_is_role),
        Cell::new(one.source.file.as_str(), Role::Dim),
        Cell::new(one.source.line.to_string(), Role::Dim),
        Cell::new(age(one.raised_at, now), Role::Dim),
    ]
}

/// What is wrong first, in two or three words; how many more things are wrong.
fn reason(one: &Correction) -> (String, Role) {
    match (&one.state, one.troubles.as_slice()) {
        (CorrectionState::Open, [first, rest @ ..]) => {
            let more = if rest.is_empty() { String::new() } else { format!(" +{}", rest.len()) };
            let role = if first.may_be_accepted() { Role::Warn } else { Role::Bad };
            (format!("{}{more}", first.code().replace('_', " ")), role)
        }
        (state, _) => (state.name().to_owned(), Role::Dim),
    }
}

/// The amount with its currency, as it was written where it can't be read.
pub(super) fn amount(one: &Correction) -> String {
    let stated = &one.stated;
    one.stated
        .entry()
        .amount
        .value()
        .map_or_else(|| format!("{} {}", stated.currency, stated.amount).trim().to_owned(), |amount| amount.to_string())
}

pub fn is_verb(act: Act) -> bool {
    matches!(act, Act::LineCorrect | Act::LineAccept | Act::LineDismiss)
}

/// Whether a verb means something for a line that stands so.
pub fn possible(act: Act, one: &Correction) -> Availability {
    if !is_verb(act) {
        return Availability::no(no_partner(one.id));
    }
    match (&one.state, one.stubborn()) {
        (CorrectionState::Open, Some(trouble)) if act == Act::LineAccept => {
            Availability::no(format!("{} can't be let through as it is: {trouble}", one.id))
        }
        (CorrectionState::Open, _) => Availability::Yes,
        (state, _) => Availability::no(format!("{} is {} already", one.id, state.name())),
    }
}

/// The verbs that a line most likely needs.
pub fn useful(one: &Correction) -> Vec<Act> {
    if !one.is_open() {
        return Vec::new();
    }
    let can = one.stubborn().is_none().then_some(Act::LineAccept);
    [Act::LineCorrect].into_iter().chain(can).chain([Act::LineDismiss]).collect()
}

/// Why a verb about partners means nothing for a line.
pub fn no_partner(id: CorrectionId) -> String {
    format!("{id} is an order line that waits, and no partner")
}

/// Why a verb about lines means nothing for a partner.
pub fn no_line(name: &str) -> String {
    format!("{name} is a partner; lines that wait stand in the queue of corrections")
}
