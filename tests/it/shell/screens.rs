//! The furniture at three sizes, as snapshots. What is reversed stands between ⟦ and ⟧.

use super::{
    noon, place,
    room::{self, Desk, Effect, Lead, Msg as RoomMsg},
    stage,
};
use insta::assert_snapshot;
use pilothouse::domain::{
    actor::{Role, Roles},
    time::Span,
};
use pilothouse::tui::{
    shell::Msg,
    testing::Stage,
    theme::{Depth, Theme},
    widgets::status::{Banner, Link},
};

/// The keys, and the screen after them at the three sizes.
fn at_each_size(name: &str, keys: &str) {
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        let mut stage = stage(width, height);
        if !keys.is_empty() {
            stage.keys(keys);
        }
        for effect in stage.take_effects() {
            if let Effect::Plan(keys) = effect {
                stage.send(Msg::Room(RoomMsg::Planned(keys)));
            }
        }
        assert_snapshot!(format!("{name}_{width}x{height}"), stage.screen_marked());
    }
}

#[test]
fn table() {
    at_each_size("table", "5 j");
}

#[test]
fn detail() {
    at_each_size("detail", "enter");
}

#[test]
fn detail_focused_and_scrolled() {
    at_each_size("detail_focused", "enter tab C-d");
}

#[test]
fn plan_of_marked_rows() {
    at_each_size("plan", "7 j space space space p");
}

#[test]
fn form() {
    at_each_size("form", "d down tab h e l l o enter w o r l d");
}

#[test]
fn form_with_a_mistake() {
    at_each_size("form_mistake", "d C-s");
}

#[test]
fn palette() {
    at_each_size("palette", ": r e s u m");
}

#[test]
fn help() {
    at_each_size("help", "?");
}

#[test]
fn what_may_follow_a_prefix() {
    at_each_size("pending", "g");
}

#[test]
fn filter_with_menu() {
    at_each_size("filter_menu", "/ s tab");
}

#[test]
fn filter_with_caret() {
    at_each_size("filter_caret", "/ a space s c o r : 7");
}

#[test]
fn side_by_side() {
    at_each_size("compare", "=");
}

#[test]
fn an_impossible_action_says_why() {
    at_each_size("impossible", "P");
}

#[test]
fn nothing_matches() {
    at_each_size("empty", "/ z z z enter");
}

#[test]
fn production_stale_and_read_only() {
    for (width, height) in [(80, 24), (120, 36)] {
        let mut stage = stage(width, height);
        let mut there = place();
        there.banner = Banner::Production;
        there.database = "channel at db1.example".to_owned();
        there.link = Link::Stale { since: noon().plus(Span::from_micros(-42_000_000)) };
        stage.send(Msg::Place(Box::new(there))).keys("a");
        assert_snapshot!(format!("stale_{width}x{height}"), stage.screen_marked());
    }
}

#[test]
fn a_viewer_is_told_what_the_role_lacks() {
    let mut stage = stage(120, 24);
    let mut there = place();
    there.actor.roles = Roles(vec![Role::Viewer]);
    stage.send(Msg::Place(Box::new(there))).keys("a");
    assert!(
        stage.screen().contains("accept: Anna Berg may not work leads: it needs triager or channel manager or admin, and holds viewer")
    );
}

#[test]
fn the_production_banner_is_reversed_in_every_theme() {
    for name in ["dark", "light", "high-contrast", "colour-blind", "16", "none"] {
        let mut stage = stage(100, 24);
        let mut there = place();
        there.banner = Banner::Production;
        stage.shell.theme = Theme::built_in(name, Depth::True);
        stage.send(Msg::Place(Box::new(there)));
        assert!(stage.screen_marked().starts_with("⟦ PRODUCTION ⟧"), "{name}");
        assert!(stage.screen_marked().contains("⟦›"), "the cursor in {name}");
    }
}

/// Texts that try to leave their column: escapes, overrides, wide, combining, joined, empty and endless ones.
fn hostile() -> Vec<String> {
    let pieces = [
        "\u{1b}[31mred\u{1b}[0m",
        "\u{1b}]0;title\u{7}",
        "a\rb\nc\td",
        "\u{202e}evil",
        "\u{2066}x\u{2069}",
        "漢字かな交じり文",
        "한국어 텍스트",
        "e\u{301}\u{302}\u{303}\u{304}\u{305}",
        "👨\u{200d}👩\u{200d}👧\u{200d}👦",
        "🇩🇪🇫🇷",
        "❤\u{fe0f}",
        "ﷺ",
        "नमस्ते",
        "ไทย",
        "\u{0}\u{8}\u{7f}\u{9b}31m",
        "",
        " ",
        "A\u{200b}B",
        "ⅷ",
        "Ａｃｍｅ",
    ];
    (0..200).map(|n| format!("{}{}", pieces[n % pieces.len()], pieces[(n / 7) % pieces.len()]).repeat(1 + n % 3)).collect()
}

#[test]
fn two_hundred_hostile_texts_break_no_column() {
    let rows: Vec<Lead> =
        hostile().into_iter().zip(1..).map(|(company, id)| Lead { id, company, due: Some(noon()), stage: "offered" }).collect();
    for (width, height) in [(80, 210), (120, 210), (200, 210)] {
        let stage = Stage::new(Desk::new(rows.clone()), place(), (width, height), noon());
        let frame = stage.frame();
        let text = stage.screen();
        let column = |y: u16, wanted: &str| {
            (0..width - 6).find(|x| (*x..).zip(wanted.chars()).all(|(x, c)| frame[(x, y)].symbol() == c.to_string()))
        };
        let due = column(4, "offered").expect("the stage of the first row");
        for y in 4..204 {
            assert_eq!(column(y, "offered"), Some(due), "row {y} of {width}: {}", text.lines().nth(usize::from(y)).unwrap());
        }
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        // And nothing of it reaches the terminal as an escape of its own.
        let mut painter = pilothouse::tui::paint::Painter::new();
        let mut emulator = vt100::Parser::new(height, width, 0);
        emulator.process(&painter.paint(&frame, None));
        for y in 4..204 {
            let row: String =
                (due..due + 7).map(|x| emulator.screen().cell(y, x).map(|cell| cell.contents().to_owned()).unwrap_or_default()).collect();
            assert_eq!(row, "offered", "row {y} of {width} as an emulator shows it");
        }
    }
}

#[test]
fn new_rows_above_are_announced() {
    let mut stage = stage(80, 24);
    stage.keys("3 j");
    let mut rows = room::leads(300, noon());
    rows.insert(0, Lead { id: 901, company: "New".into(), due: None, stage: "offered" });
    rows.insert(0, Lead { id: 902, company: "Newer".into(), due: None, stage: "offered" });
    stage.send(Msg::Room(RoomMsg::Changed(rows)));
    let screen = stage.screen();
    assert!(screen.contains("2 new above") && !screen.contains("Newer"));
    assert_eq!(stage.shell.room.list.selected_key(), Some(4));
    stage.keys("C-r");
    assert!(stage.screen().contains("Newer"));
    assert_eq!(stage.shell.room.list.selected_key(), Some(4));
}
