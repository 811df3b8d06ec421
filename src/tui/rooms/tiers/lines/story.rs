//! One order line that waits as sections of text: why, and what would mend it; the line as it is stated; the row as it came; and
//! what happened to it.

use crate::{
    app::tier::view::WaitingDetail,
    domain::{
        pos::{Correction, CorrectionState, Field, Trouble},
        tier::desk::WaitingLine,
        time::Instant,
        told,
    },
    tui::{
        furniture::{
            story::{Teller, older},
            words as common,
        },
        rooms::tiers::story::TIMELINE,
        theme::Role,
        widgets::pane::{Row, Section},
    },
};
use chrono_tz::Tz;

/// Columns of the names of fields.
const NAMES: usize = 14;
/// What stands beneath the value of a field begins so far in.
const HANGS: u16 = 16;

/// What the row alone tells, until the story is loaded.
pub fn facts(line: &WaitingLine) -> Vec<Row> {
    let one = &line.correction;
    let (state, role) = match &one.state {
        CorrectionState::Open => ("waits for a correction".to_owned(), Role::Warn),
        CorrectionState::Recorded { line, note } if note.is_empty() => (format!("recorded as line {line}"), Role::Good),
        CorrectionState::Recorded { line, note } => (format!("let through as line {line}: {note}"), Role::Good),
        CorrectionState::Dismissed { reason } => (format!("dismissed: {reason}"), Role::Dim),
        CorrectionState::Superseded => ("gave way to what its source says now".to_owned(), Role::Dim),
    };
    let known = if one.partner.is_some() { Role::Text } else { Role::Warn };
    vec![
        Row::fact("line", state, role),
        Row::fact("partner", line.partner.to_string(), known),
        Row::fact("amount", super::amount(one), Role::Strong),
        Row::fact("from", format!("line {} of {}", one.source.line, one.source.file), Role::Text),
    ]
}

pub fn sections(detail: &WaitingDetail, now: Instant, zone: Tz) -> Vec<Section> {
    let teller = Teller { names: &detail.names, now, zone };
    let one = &detail.line.correction;
    let mut out = vec![Section::new("", facts(&detail.line))];
    if one.is_open() {
        let mut rows: Vec<Row> = one.troubles.iter().flat_map(trouble).collect();
        rows.push(match one.stubborn() {
            None => Row::text("It can be let through as it is, with a note.", Role::Dim),
            Some(_) => Row::text("It can't be let through as it is.", Role::Dim),
        });
        out.push(Section::new("Why it waits, and what would mend it", rows));
    }
    out.push(Section::new("The line", stated(one)));
    let cells =
        one.source.cells.iter().map(|(name, cell)| {
            Row::pieces(vec![(format!("{name:<NAMES$} "), Role::Dim), (cell.to_string(), Role::Text)]).hanging(HANGS - 1)
        });
    out.push(Section::new("The row as it came", cells.collect()));
    out.push(Section::new(TIMELINE, timeline(detail, teller)));
    out
}

/// What is wrong, with a mark for what nobody can let pass, and the advice below it.
fn trouble(one: &Trouble) -> [Row; 2] {
    let (mark, role) = if one.may_be_accepted() { ("!", Role::Warn) } else { ("✗", Role::Bad) };
    [Row::text(format!("{mark} {one}"), role).hanging(2), Row::text(format!("{}.", one.remedy()), Role::Text).indented(2)]
}

/// Each field as it is stated now; what stands to be mended is marked, and what was changed says what it was.
fn stated(one: &Correction) -> Vec<Row> {
    let wrong: Vec<Field> = if one.is_open() { one.troubles.iter().flat_map(Trouble::fields).collect() } else { Vec::new() };
    let row = |field: Field| {
        let (now, first) = (one.stated.get(field), one.first.get(field));
        let is_wrong = wrong.contains(&field);
        if now.is_empty() && first.is_empty() && !is_wrong {
            return None;
        }
        let name = field.name().replace('_', " ");
        let mark = if is_wrong { "? " } else { "  " };
        let shown = if now.is_empty() { "–" } else { now.as_str() };
        let was = match (now == first, first.is_empty()) {
            (true, _) => String::new(),
            (false, true) => "  was not there".to_owned(),
            (false, false) => format!("  was {first}"),
        };
        let pieces = vec![
            (mark.to_owned(), Role::Warn),
            (format!("{name:<NAMES$}"), Role::Dim),
            (shown.to_owned(), if is_wrong { Role::Strong } else { Role::Text }),
            (was, Role::Dim),
        ];
        Some(Row::pieces(pieces).hanging(HANGS))
    };
    Field::ALL.into_iter().filter_map(row).collect()
}

fn timeline(detail: &WaitingDetail, teller: Teller<'_>) -> Vec<Row> {
    let lines = detail.timeline.iter().map(|past| {
        let (text, weight) = told::event(&past.record.event, &detail.names);
        teller.happened(past, String::new(), (text, common::role(weight)))
    });
    let mut rows: Vec<Row> = lines.collect();
    rows.extend(older(&detail.timeline, detail.line.correction.id));
    rows
}
