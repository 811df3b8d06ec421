//! Events of point-of-sale lines in sentences.

use super::Weight;
use crate::domain::pos::{CorrectionEvent, Sold, Trouble};

pub fn sold(sold: &Sold) -> String {
    let lines = sold.len();
    let text = if lines == 1 { "1 line recorded".to_owned() } else { format!("{lines} lines recorded") };
    match sold.reversals() {
        0 => text,
        1 => text + ", one of which cancels another",
        reversals => format!("{text}, {reversals} of which cancel others"),
    }
}

/// What is wrong, in a row.
fn listed(troubles: &[Trouble]) -> String {
    troubles.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

pub fn correction(event: &CorrectionEvent) -> (String, Weight) {
    match event {
        CorrectionEvent::Raised { source, troubles, .. } => {
            (format!("line {} of {} waits: {}", source.line, source.file, listed(troubles)), Weight::Warning)
        }
        CorrectionEvent::Corrected { troubles, .. } => (format!("corrected, and still waits: {}", listed(troubles)), Weight::Warning),
        CorrectionEvent::Recorded { line, .. } => (format!("corrected, and recorded as line {line}"), Weight::Good),
        CorrectionEvent::Accepted { line, note } => (format!("accepted as it is, and recorded as line {line}: {note}"), Weight::Good),
        CorrectionEvent::Dismissed { reason } => (format!("dismissed: {reason}"), Weight::Plain),
        CorrectionEvent::Superseded => ("its source sends something else now, which was judged in its place".to_owned(), Weight::Plain),
        CorrectionEvent::Undone => ("the decision was taken back".to_owned(), Weight::Plain),
    }
}
