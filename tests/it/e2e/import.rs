//! An import that somebody watches.

use super::Terminal;
use crate::cli::Home;

#[test]
fn a_bar_is_drawn_over_and_the_last_lines_are_clean() {
    let home = Home::new();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/import/generic.csv");
    std::fs::copy(sample, home.path().join("leads.csv")).expect("a copy");
    let mut terminal = Terminal::open(&home, &["import", "leads", "leads.csv"]);
    terminal.ends_well();
    terminal.shows("read 9 = created 3 + linked 1 + in review 0 + quarantined 1 + rejected 4");
    let bytes = String::from_utf8(terminal.bytes()).expect("UTF-8");
    for drawn in ["\rcounting the rows ...\x1b[K\r\x1b[K", "\r[..............................] 0 of 9, ", "] 9 of 9, "] {
        assert!(bytes.contains(drawn), "{drawn:?} is not in {bytes:?}");
    }
    let text = terminal.text();
    assert!(!text.contains("[#") && !text.contains("counting"), "the bar is gone:\n{text}");
}
