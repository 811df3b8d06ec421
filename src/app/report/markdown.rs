//! A report as Markdown: tables that are aligned as text too, charts of block characters.

use super::chart::{bars, sparkline};
use crate::domain::report::{Fact, Figure, Form, Report, Section, Table};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// Columns to which sentences are broken.
const WIDTH: usize = 100;
/// Longer texts stand below the table of figures.
const SHORT: usize = 60;

pub fn page(report: &Report) -> String {
    let mut out = format!("# {}: {}\n\nAs of {}.\n", report.kind.doc(), escaped(&report.title), report.on);
    for section in &report.sections {
        part(&mut out, section);
    }
    out
}

fn part(out: &mut String, section: &Section) {
    let _ = write!(out, "\n## {}\n", escaped(&section.title));
    for note in &section.notes {
        let _ = write!(out, "\n{}\n", broken(&escaped(note)));
    }
    let is_long = |fact: &&Fact| matches!(fact.figure, Figure::Text(_)) && fact.figure.shown().width() > SHORT;
    let short: Vec<Vec<String>> =
        section.facts.iter().filter(|fact| !is_long(fact)).map(|fact| vec![fact.label.to_owned(), escaped(&fact.figure.shown())]).collect();
    if !short.is_empty() {
        let _ = write!(out, "\n{}", grid(&["Figure".to_owned(), "Value".to_owned()], &short, &[false, false]));
    }
    for fact in section.facts.iter().filter(is_long) {
        let _ = write!(out, "\n{}\n", broken(&format!("{}: {}", fact.label, escaped(&fact.figure.shown()))));
    }
    for table in &section.tables {
        let _ = write!(out, "\n**{}**\n", escaped(&table.caption));
        if table.rows.is_empty() {
            let _ = write!(out, "\n{}\n", table.empty);
        } else {
            rows(out, table);
        }
    }
}

fn rows(out: &mut String, table: &Table) {
    let mut heads: Vec<String> = table.columns.iter().map(|column| escaped(column.label)).collect();
    let mut rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(|figure| escaped(&figure.shown())).collect()).collect();
    let mut right: Vec<bool> = (0..heads.len()).map(|at| is_numeric(table, at)).collect();
    let chart = table.points();
    if let Some((_, points)) = chart.as_ref().filter(|(chart, _)| chart.form == Form::Bars) {
        heads.push("Chart".to_owned());
        right.push(false);
        rows.iter_mut().zip(bars(points)).for_each(|(row, bar)| row.push(bar));
    }
    let _ = write!(out, "\n{}", grid(&heads, &rows, &right));
    if let Some((chart, points)) = chart.filter(|(chart, _)| chart.form == Form::Line) {
        let _ = write!(out, "\n{}: {}\n", table.columns[chart.value].label, sparkline(&points));
        for (value, name) in &chart.marks {
            let _ = writeln!(out, "- {} asks for {value}", escaped(name));
        }
    }
}

/// Whether a column holds no text; numbers stand to the right.
pub(super) fn is_numeric(table: &Table, column: usize) -> bool {
    table.rows.iter().filter_map(|row| row.get(column)).all(Figure::is_number)
}

/// A table whose columns are as wide as their widest cell.
fn grid(heads: &[String], rows: &[Vec<String>], right: &[bool]) -> String {
    let cells = |at: usize| rows.iter().filter_map(move |row| row.get(at));
    let widths: Vec<usize> =
        heads.iter().enumerate().map(|(at, head)| cells(at).map(|cell| cell.width()).max().unwrap_or(0).max(head.width()).max(3)).collect();
    let mut out = String::new();
    let line = |out: &mut String, row: &[String]| {
        for ((cell, width), right) in row.iter().zip(&widths).zip(right) {
            let space = " ".repeat(width - cell.width());
            let _ = if *right { write!(out, "| {space}{cell} ") } else { write!(out, "| {cell}{space} ") };
        }
        out.push_str("|\n");
    };
    line(&mut out, heads);
    for (width, right) in widths.iter().zip(right) {
        let _ = if *right { write!(out, "|{}:", "-".repeat(width + 1)) } else { write!(out, "|{}", "-".repeat(width + 2)) };
    }
    out.push_str("|\n");
    for row in rows {
        line(&mut out, row);
    }
    out
}

/// Text that means nothing to Markdown: what partners write makes no link, no picture, no HTML and no column.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '!' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Broken into lines before words that begin no list and no heading.
fn broken(text: &str) -> String {
    let mut pieces: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match pieces.last_mut() {
            Some(piece) if !word.starts_with(char::is_alphabetic) => {
                piece.push(' ');
                piece.push_str(word);
            }
            _ => pieces.push(word.to_owned()),
        }
    }
    let (mut out, mut column) = (String::new(), 0);
    for piece in pieces {
        let width = piece.width();
        if column > 0 {
            let is_full = column + 1 + width > WIDTH;
            out.push(if is_full { '\n' } else { ' ' });
            column = if is_full { 0 } else { column + 1 };
        }
        out.push_str(&piece);
        column += width;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_partner_writes_means_anything() {
        assert_eq!(escaped("<b>[x](http://y)|`a`*b*_c_"), "\\<b\\>\\[x\\](http://y)\\|\\`a\\`\\*b\\*\\_c\\_");
        assert_eq!(escaped("&lt; \\| #1 ~~no~~"), "\\&lt; \\\\\\| \\#1 \\~\\~no\\~\\~");
    }

    #[test]
    fn columns_are_aligned_by_their_width_on_the_screen() {
        let rows = [vec!["東京".to_owned(), "1".to_owned()], vec!["ab".to_owned(), "1,000".to_owned()]];
        let heads = ["Name".to_owned(), "No".to_owned()];
        assert_eq!(grid(&heads, &rows, &[false, true]), "| Name |    No |\n|------|------:|\n| 東京 |     1 |\n| ab   | 1,000 |\n");
    }

    #[test]
    fn no_line_begins_with_what_makes_a_list() {
        let text = format!("{} - not 1. a list", "word ".repeat(19));
        let broken = broken(&text);
        assert!(broken.lines().all(|line| line.starts_with(char::is_alphabetic)), "{broken}");
    }
}
