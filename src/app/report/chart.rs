//! Charts: of block characters for text, of SVG for HTML. Each point bears its name and value in words, so that neither colour
//! nor size alone says anything.

use super::html::escaped;
use crate::domain::{
    report::{Chart, Form, Point, Table},
    text::Text,
};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use std::fmt::Write as _;

const EIGHTHS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Columns of the longest bar in text.
const BAR: f64 = 20.0;

/// One character a value, from the least to the greatest; a dot where none is known.
pub fn sparkline(points: &[Point]) -> String {
    let (least, most) = range(points.iter().filter_map(|(_, value)| float(*value)));
    let step = |value: f64| {
        let place = if most > least { (value - least) / (most - least) * 7.0 } else { 3.0 };
        EIGHTHS[index(place)]
    };
    points.iter().map(|(_, value)| float(*value).map_or('·', step)).collect()
}

/// A bar for each value, the longest 20 columns; none below zero.
pub fn bars(points: &[Point]) -> Vec<String> {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let most = most(points);
    let bar = |value: f64| {
        let eighths = index_of((value.max(0.0) / most * BAR * 8.0).round());
        format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8])
    };
    points.iter().map(|(_, value)| float(*value).map_or_else(String::new, bar)).collect()
}

/// The greatest value, and no zero.
fn most(points: &[Point]) -> f64 {
    let most = points.iter().filter_map(|(_, value)| float(*value)).fold(0.0, f64::max);
    if most > 0.0 { most } else { 1.0 }
}

fn float(value: Option<Decimal>) -> Option<f64> {
    value.and_then(|value| value.to_f64())
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)))
}

fn index(place: f64) -> usize {
    index_of(place.round()).min(EIGHTHS.len() - 1)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place on a screen: small and not below zero")]
fn index_of(place: f64) -> usize {
    place.clamp(0.0, 10_000.0) as usize
}

/// The picture of a table, or nothing where it has none.
pub fn svg(table: &Table, id: &str) -> Option<String> {
    let (chart, points) = table.points()?;
    Some(match chart.form {
        Form::Line => line(table, chart, &points, id),
        Form::Bars => columns(table, chart, &points, id),
    })
}

/// Pixels of a chart.
const WIDTH: f64 = 720.0;

fn open(table: &Table, id: &str, height: f64) -> String {
    format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"{id}-t\">\n<title id=\"{id}-t\">{}, as a chart of the table below</title>\n",
        escaped(&table.caption)
    )
}

/// As the table writes the value.
fn shown(table: &Table, chart: &Chart, row: usize) -> String {
    table.rows.get(row).and_then(|row| row.get(chart.value)).map_or_else(String::new, |figure| escaped(&figure.shown()))
}

fn line(table: &Table, chart: &Chart, points: &[Point], id: &str) -> String {
    let (height, left, right, top, bottom) = (200.0, 55.0, 665.0, 26.0, 168.0);
    let marks = || chart.marks.iter().filter_map(|(value, name)| Some((value.to_f64()?, *value, name)));
    let (least, most) = range(points.iter().filter_map(|(_, value)| float(*value)).chain(marks().map(|(value, ..)| value)));
    let room = (most - least).max(1.0) * 0.12;
    let (least, most) = (least - room, most + room);
    let y = |value: f64| bottom - (value - least) / (most - least) * (bottom - top);
    let x = |at: usize| left + (right - left) * at as f64 / (points.len() - 1).max(1) as f64;
    let mut out = open(table, id, height);
    for (at, decimal, name) in marks() {
        let y = y(at);
        let _ = writeln!(out, "<line class=\"mark\" x1=\"20\" x2=\"700\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>");
        let _ = writeln!(out, "<text class=\"mark\" x=\"700\" y=\"{:.1}\" text-anchor=\"end\">{} {decimal}</text>", y - 3.0, escaped(name));
    }
    let known: Vec<(usize, f64)> = points.iter().enumerate().filter_map(|(at, (_, value))| Some((at, float(*value)?))).collect();
    let path: Vec<String> = known.iter().map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value))).collect();
    let _ = writeln!(out, "<polyline class=\"line\" points=\"{}\"/>", path.join(" "));
    for (at, value) in known {
        let (x, y) = (x(at), y(value));
        let _ = writeln!(out, "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>");
        let _ = writeln!(
            out,
            "<text class=\"value\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            y - 8.0,
            shown(table, chart, at)
        );
    }
    for (at, (name, _)) in points.iter().enumerate() {
        let _ = writeln!(out, "<text x=\"{:.1}\" y=\"190\" text-anchor=\"middle\">{}</text>", x(at), escaped(name));
    }
    out.push_str("</svg>\n");
    out
}

fn columns(table: &Table, chart: &Chart, points: &[Point], id: &str) -> String {
    const STEP: f64 = 22.0;
    const LEFT: f64 = 210.0;
    const LONG: f64 = 380.0;
    let most = most(points);
    let mut out = open(table, id, STEP * points.len() as f64 + 8.0);
    for (at, (name, value)) in points.iter().enumerate() {
        let top = 4.0 + STEP * at as f64;
        let long = float(*value).map_or(0.0, |value| value.max(0.0) / most * LONG);
        let _ = writeln!(out, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", LEFT - 8.0, top + 15.0, escaped(&cut(name)));
        let _ = writeln!(out, "<rect class=\"bar\" x=\"{LEFT}\" y=\"{:.1}\" width=\"{long:.1}\" height=\"{}\"/>", top + 3.0, STEP - 6.0);
        let x = LEFT + long + 6.0;
        let _ = writeln!(out, "<text class=\"value\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>", top + 15.0, shown(table, chart, at));
    }
    out.push_str("</svg>\n");
    out
}

/// A name that fits beside a bar; the table has it whole.
fn cut(name: &str) -> Text {
    const MOST: usize = 32;
    if name.chars().count() <= MOST {
        Text::clean(name)
    } else {
        Text::clean(&format!("{}…", name.chars().take(MOST - 1).collect::<String>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[Option<i64>]) -> Vec<Point> {
        values.iter().map(|value| (String::new(), value.map(Decimal::from))).collect()
    }

    #[test]
    fn text_is_as_high_and_long_as_its_value() {
        assert_eq!(sparkline(&points(&[Some(0), None, Some(50), Some(100)])), "▁·▅█");
        assert_eq!(sparkline(&points(&[Some(5), Some(5)])), "▄▄");
        assert_eq!(
            bars(&points(&[Some(40), Some(5), Some(0), None, Some(-3)])),
            ["█".repeat(20), "██▌".into(), String::new(), String::new(), String::new()]
        );
    }
}
