//! One line on the terminal that says how far a long task is, drawn over and over.

use std::io::{IsTerminal as _, Write as _};

/// The width of a terminal that does not say how wide it is.
const COLUMNS: usize = 80;
const CELLS: usize = 30;

/// Where stderr is no terminal, nothing is drawn: a log would only fill up with it.
pub struct Progress {
    is_shown: bool,
}

impl Progress {
    pub fn new() -> Self {
        Self { is_shown: std::io::stderr().is_terminal() }
    }

    /// Draws `text` in place of what stands there. A line that can't be drawn is no reason to stop.
    pub fn show(&self, text: &str) {
        if self.is_shown {
            let size = rustix::termios::tcgetwinsize(std::io::stderr());
            let columns = size.map_or(0, |size| usize::from(size.ws_col));
            let columns = if columns == 0 { COLUMNS } else { columns };
            let _ = write!(std::io::stderr(), "\r{}\x1b[K", cut(text, columns));
        }
    }

    /// Takes the line away, so that the next output begins at the edge.
    pub fn clear(&self) {
        if self.is_shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

/// `[######........................]`; full where there is nothing to do.
pub fn bar(done: u64, total: u64) -> String {
    let filled = (done.min(total) * CELLS as u64).checked_div(total).map_or(CELLS, |filled| usize::try_from(filled).unwrap_or(CELLS));
    format!("[{}{}]", "#".repeat(filled), ".".repeat(CELLS - filled))
}

/// A line that reached the right edge would wrap, and then could not be drawn over. The text is ASCII.
fn cut(text: &str, columns: usize) -> &str {
    text.get(..columns.saturating_sub(1)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_full_as_the_task_is_done() {
        assert_eq!(bar(0, 10), "[..............................]");
        assert_eq!(bar(5, 10), "[###############...............]");
        assert_eq!(bar(12, 10), bar(10, 10));
        assert_eq!(bar(0, 0), bar(10, 10));
    }

    #[test]
    fn a_line_never_wraps() {
        assert_eq!(cut("abcdef", 5), "abcd");
        assert_eq!(cut("abc", 80), "abc");
    }
}
