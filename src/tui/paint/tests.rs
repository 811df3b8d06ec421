//! The painter against a terminal emulator: whatever the frames, the screen shows the last one.

use super::*;
use proptest::prelude::*;
use ratatui::style::{Color, Modifier, Style};

fn screen(text: &str) -> Buffer {
    Buffer::with_lines(text.lines())
}

/// What an emulator shows after the bytes, without trailing spaces.
fn shown(parser: &vt100::Parser) -> Vec<String> {
    let (_, columns) = parser.screen().size();
    parser.screen().rows(0, columns).map(|row| row.trim_end().to_owned()).collect()
}

fn text_of(buffer: &Buffer) -> Vec<String> {
    (0..buffer.area.height)
        .map(|y| {
            let mut text = String::new();
            let mut skip = 0;
            for cell in row(buffer, y) {
                if skip == 0 {
                    text.push_str(cell.symbol());
                    skip = width(cell);
                }
                skip -= 1;
            }
            text.trim_end().to_owned()
        })
        .collect()
}

#[test]
fn an_unchanged_frame_is_no_bytes() {
    let mut painter = Painter::new();
    let frame = screen("one\ntwo\n");
    assert!(!painter.paint(&frame, None).is_empty());
    assert_eq!(painter.paint(&frame, None), b"");
}

#[test]
fn a_scrolled_table_is_scrolled_by_the_terminal() {
    let row = |n: usize| format!("{n:<6} A company with a rather long name number {n:<20} due in {n} minutes, offered to somebody");
    let page = |from: usize| {
        let rows: Vec<_> = (from..from + 30).map(row).collect();
        Buffer::with_lines(std::iter::once("header".to_owned()).chain(rows).chain(["footer".to_owned()]))
    };
    let mut painter = Painter::new();
    let mut parser = vt100::Parser::new(32, page(1000).area.width, 0);
    parser.process(&painter.paint(&page(1000), None));
    let mut before: usize = 1000;
    for from in [1001, 1002, 1005, 1004, 1000] {
        let bytes = painter.paint(&page(from), None);
        let lines = from.abs_diff(before);
        assert!(bytes.len() < 60 + 130 * lines, "{} bytes to scroll {lines} lines", bytes.len());
        before = from;
        parser.process(&bytes);
        assert_eq!(shown(&parser), text_of(&page(from)));
    }
}

fn cell_text() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(" "), 4 => Just("a"), 2 => Just("b"), 1 => Just("漢"), 1 => Just("é"), 1 => Just("─")]
}

fn style() -> impl Strategy<Value = Style> {
    let colors =
        prop_oneof![3 => Just(Color::Reset), 1 => Just(Color::Indexed(1)), 1 => Just(Color::Indexed(12)), 1 => Just(Color::Rgb(1, 2, 3))];
    let modifiers = prop_oneof![3 => Just(Modifier::empty()), 1 => Just(Modifier::BOLD), 1 => Just(Modifier::REVERSED | Modifier::UNDERLINED), 1 => Just(Modifier::DIM)];
    (colors, modifiers).prop_map(|(fg, modifier)| Style::new().fg(fg).add_modifier(modifier))
}

fn frame() -> impl Strategy<Value = Buffer> {
    let rows = prop::collection::vec((prop::collection::vec((cell_text(), style()), 1..5), 0..8_u16), 10);
    rows.prop_map(|rows| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 10));
        for (y, (runs, start)) in rows.into_iter().enumerate() {
            let mut x = start;
            for (text, style) in runs {
                if x + 4 < 12 {
                    let text = text.repeat(2);
                    buffer.set_string(x, u16::try_from(y).unwrap(), &text, style);
                    x += u16::try_from(unicode_width::UnicodeWidthStr::width(text.as_str())).unwrap();
                }
            }
        }
        buffer
    })
}

proptest! {
    #[test]
    fn the_screen_shows_the_last_frame_whatever_came_before(frames in prop::collection::vec((frame(), 0..4_usize), 1..6)) {
        let mut painter = Painter::new();
        let mut parser = vt100::Parser::new(10, 12, 0);
        let mut last = Buffer::empty(Rect::new(0, 0, 12, 10));
        for (mut frame, kind) in frames {
            if kind == 1 {
                // The same rows, moved: the painter may scroll.
                frame = last.clone();
                frame.content.rotate_left(24);
            }
            parser.process(&painter.paint(&frame, None));
            prop_assert_eq!(shown(&parser), text_of(&frame));
            for y in 0..10 {
                for x in 0..12 {
                    let cell = &frame[(x, y)];
                    let real = parser.screen().cell(y, x).unwrap();
                    if !is_shadow(row(&frame, y), usize::from(x)) {
                        prop_assert_eq!(real.inverse(), cell.modifier.contains(Modifier::REVERSED));
                        prop_assert_eq!(real.bold(), cell.modifier.contains(Modifier::BOLD));
                    }
                }
            }
            last = frame;
        }
    }
}
