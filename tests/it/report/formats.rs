//! Each format of the same report holds the same figures, and nothing that runs.

use super::{FORMULA, HOSTILE, seen, written};
use base64::Engine as _;
use pilothouse::{
    app::{
        export::unprotected,
        report::{Format, STYLE_HASH},
    },
    domain::report::{Figure, Form, Report, scorecard::scorecard},
};
use serde_json::Value;
use sha2::Digest as _;

/// Checks that all four formats say every figure of a report, in its place.
pub fn agree(report: &Report) {
    assert_eq!(of_csv(&written(report, Format::Csv)), of_report(report), "CSV");
    let json: Value = serde_json::from_str(&written(report, Format::Json)).unwrap();
    assert_eq!(of_json(report, &json), of_report(report), "JSON");
    let shown: Vec<String> = report.figures().map(|placed| placed.figure.shown()).collect();
    assert_eq!(of_html(&written(report, Format::Html)), shown, "HTML");
    of_markdown(report, &written(report, Format::Markdown));
}

/// Section, table, row, figure, value, unit.
type Row = [String; 6];

fn of_report(report: &Report) -> Vec<Row> {
    let rows = report.figures().flat_map(|placed| {
        let place = placed.cell.map_or_else(Default::default, |(table, row)| (table.id.to_owned(), row.to_string()));
        let row = move |(value, unit): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
            let (table, row) = place.clone();
            [placed.section.id.to_owned(), table, row, placed.id.to_owned(), value.into_owned(), unit.into_owned()]
        };
        placed.figure.plain().into_iter().map(row).collect::<Vec<_>>()
    });
    rows.collect()
}

fn of_csv(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        [2, 3, 4, 5, 7, 8].map(|column| unprotected(&row[column]).to_owned())
    });
    rows.collect()
}

/// What JSON says at the place of each figure.
fn of_json(report: &Report, json: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    for placed in report.figures() {
        let section = &json["sections"][placed.section.id];
        let (value, table, row) = match placed.cell {
            Some((table, row)) => (&section["tables"][table.id][row - 1][placed.id], table.id.to_owned(), row.to_string()),
            None => (&section["figures"][placed.id], String::new(), String::new()),
        };
        let amounts = if let Value::Array(amounts) = value { amounts.clone() } else { vec![value.clone()] };
        for one in amounts {
            let (value, unit) = plain(&one);
            rows.push([placed.section.id.to_owned(), table.clone(), row.clone(), placed.id.to_owned(), value, unit]);
        }
    }
    rows
}

fn plain(value: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let one = |name: &str, unit: &str| value.get(name).map(|value| (text(value), unit.to_owned()));
    match value {
        Value::Null => Default::default(),
        Value::Object(map) if map.get("known") == Some(&Value::Bool(false)) => ("not known".to_owned(), String::new()),
        Value::Object(map) if map.contains_key("amount") => (text(&value["amount"]), text(&value["currency"])),
        Value::Object(_) => one("percent", "%")
            .or_else(|| one("number", ""))
            .or_else(|| one("days", "days"))
            .or_else(|| one("minutes", "minutes"))
            .unwrap_or_else(|| panic!("{value} is no figure")),
        other => (text(other), String::new()),
    }
}

/// The texts of the elements that hold figures, in order.
fn of_html(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let is_figure =
            rest.starts_with("dd>") || rest.starts_with("th scope=\"row\"") || (rest.starts_with("td") && !rest.starts_with("tdx"));
        if is_figure {
            let inner = &rest[rest.find('>').unwrap() + 1..];
            let end = ["</dd>", "</th>", "</td>"].iter().filter_map(|close| inner.find(close)).min().unwrap();
            found.push(text_of(&inner[..end]));
        }
    }
    found
}

/// Without elements, and without what only the eye sees.
fn text_of(html: &str) -> String {
    let (mut out, mut rest) = (String::new(), html);
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let hidden = rest[at..].find("</span> ").filter(|_| rest[at..].contains("aria-hidden"));
        rest = match hidden {
            Some(end) => &rest[at + end + "</span> ".len()..],
            None => &rest[at + rest[at..].find('>').unwrap() + 1..],
        };
    }
    out.push_str(rest);
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(out, |text, (name, c)| text.replace(name, c))
}

fn of_markdown(report: &Report, page: &str) {
    let flat = unescaped(&page.replace('\n', " "));
    for placed in report.figures().filter(|placed| placed.cell.is_none()) {
        assert!(flat.contains(&placed.figure.shown()), "Markdown: {}", placed.figure.shown());
    }
    let lines: Vec<&str> = page.lines().collect();
    let grids: Vec<Vec<&str>> = lines.split(|line| !line.starts_with('|')).filter(|grid| !grid.is_empty()).map(<[&str]>::to_vec).collect();
    let mut grids = grids.iter().filter(|grid| cells(grid[0]) != ["Figure", "Value"]);
    for table in report.sections.iter().flat_map(|section| &section.tables).filter(|table| !table.rows.is_empty()) {
        let grid = grids.next().expect("a grid for each table");
        let width = grid[0].len();
        for (row, line) in table.rows.iter().zip(&grid[2..]) {
            let mut cells = cells(line);
            if table.points().is_some_and(|(chart, _)| chart.form == Form::Bars) {
                cells.pop();
            }
            assert_eq!(cells, row.iter().map(Figure::shown).collect::<Vec<_>>(), "Markdown: {}", table.caption);
        }
        assert_eq!(grid.len(), table.rows.len() + 2, "{}", table.caption);
        assert!(grid.iter().filter(|line| line.is_ascii()).all(|line| line.len() == width || !grid[0].is_ascii()), "aligned: {grid:#?}");
    }
    assert!(grids.next().is_none(), "no grid is left");
}

/// The cells of a line of a table, as a reader of Markdown finds them.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut escaped) = (Vec::new(), String::new(), false);
    for c in line.trim().strip_prefix('|').unwrap().chars() {
        match c {
            '\\' if !escaped => escaped = true,
            '|' if !escaped => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            c => {
                cell.push(c);
                escaped = false;
            }
        }
    }
    assert_eq!(cell.trim(), "", "a line ends with its border");
    cells
}

fn unescaped(text: &str) -> String {
    let mut escaped = false;
    let keep = |c: &char| {
        escaped = *c == '\\' && !escaped;
        !escaped
    };
    text.chars().filter(keep).collect()
}

#[test]
fn the_scorecard_of_the_trade_says_the_same_in_all_formats() {
    for (cap, points) in [(true, "94.33"), (false, "98.33")] {
        let report = scorecard(&seen(cap));
        agree(&report);
        for format in [Format::Markdown, Format::Html, Format::Csv, Format::Json] {
            assert!(written(&report, format).contains(points), "{format:?}: {points}");
        }
        let table = report.table("criteria", "criteria").unwrap();
        let shown: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(Figure::shown).collect()).collect();
        // Growth 18 of 20 is 90 %, which is not above 90, so yellow; training 95 of 100 is 95 %, not above 95, so green;
        // 60 of 50 is 120 %; 80 of 90 is 88.89 %. 27 + 19 + 20 (24 uncapped) + 13.33 + 15.
        let capped = if cap { ["100.00", "20.00"] } else { ["120.00", "24.00"] };
        assert_eq!(
            shown,
            [
                ["revenue growth", "18 %", "20 %", "90.00 %", "yellow", "30", "90.00", "27.00"],
                ["training", "95 %", "100 %", "95.00 %", "green", "20", "95.00", "19.00"],
                ["deal registrations", "60", "50", "120.00 %", "ahead", "20", capped[0], capped[1]],
                ["fund utilisation", "80 %", "90 %", "88.89 %", "yellow", "15", "88.89", "13.33"],
                ["compliance", "100 %", "100 %", "100.00 %", "ahead", "15", "100.00", "15.00"],
            ]
        );
    }
}

#[test]
fn what_is_not_known_is_said_and_is_no_zero() {
    let report = scorecard(&seen(true));
    for (section, fact) in [("leads", "offered"), ("leads", "in_time"), ("funds", "utilisation"), ("funds", "roi"), ("funds", "paid")] {
        assert_eq!(report.fact(section, fact), Some(&Figure::NotKnown), "{section}.{fact}");
    }
    assert_eq!(report.fact("deals", "submitted"), Some(&Figure::Count(0)), "other partners have deals, this one has none");
    assert_eq!(report.fact("deals", "win_rate"), Some(&Figure::Nothing), "none of none");
    assert!(report.section("sales").unwrap().tables.is_empty());
}

#[test]
fn nobodys_name_does_anything() {
    let report = scorecard(&seen(true));
    let html = written(&report, Format::Html);
    for running in ["<script", "style=", "onload=", "onerror=", "onclick=", "javascript:", "src=", "href="] {
        assert!(!html.contains(running), "{running}");
    }
    assert!(html.contains("&lt;script&gt;") && html.contains("&lt;U+202E&gt;gnp.exe"), "it is shown as it is");
    assert_eq!(html.matches("http:").count(), html.matches("&quot;http:").count(), "only in what the partner wrote");
    let markdown = written(&report, Format::Markdown);
    assert!(markdown.contains("\\<script\\>") && !markdown.replace("\\<", "").contains('<') && !markdown.contains(" | `="));
    let csv = written(&report, Format::Csv);
    assert!(csv.contains("'=HYPERLINK") && !csv.lines().any(|line| line.contains(",\"=HYPERLINK") || line.contains(",=HYPERLINK")));
    for format in [Format::Markdown, Format::Html, Format::Csv, Format::Json] {
        let text = written(&report, format);
        assert!(!text.chars().any(|c| c != '\n' && pilothouse::domain::text::is_hostile(c)), "{format:?}");
    }
    assert!(HOSTILE.contains('\u{202e}') && FORMULA.starts_with('='));
}

#[test]
fn the_style_sheet_is_the_one_that_the_page_lets_through() {
    let page = written(&scorecard(&seen(true)), Format::Html);
    let (from, to) = (page.find("<style>").unwrap() + "<style>".len(), page.find("</style>").unwrap());
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(&page[from..to]));
    assert_eq!(STYLE_HASH, format!("sha256-{hash}"), "put this into src/app/report/html.rs");
    assert!(page.contains(&format!("default-src 'none'; style-src '{STYLE_HASH}'")));
    assert_eq!((page.matches("<style").count(), page.matches("<h1").count()), (1, 1));
}

#[test]
fn each_format_of_a_small_report() {
    let report = scorecard(&seen(true));
    insta::assert_snapshot!("scorecard.md", written(&report, Format::Markdown));
    insta::assert_snapshot!("scorecard.csv", written(&report, Format::Csv));
    insta::assert_snapshot!("scorecard.json", written(&report, Format::Json));
    let html = written(&report, Format::Html);
    let (from, to) = (html.find("<style>").unwrap(), html.find("</style>").unwrap());
    insta::assert_snapshot!("scorecard.html", format!("{}<style>...{}", &html[..from], &html[to..]));
}
