//! Queues, orders, filters, marks, the story: what is seen.

use super::{Desk, NOON, channel::ANNA};
use pilothouse::{
    domain::{lead::LeadCommand, page::From, time::Span},
    tui::{
        furniture::work::{Browse, Effect, Purpose},
        rooms::leads::{Ask, LeadTrade},
    },
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

#[tokio::test]
async fn every_queue_at_every_size() {
    let mut desk = Desk::busy(80, 24).await;
    for (width, height) in SIZES {
        desk.stage.resize(width, height);
        desk.settle().await;
        for (number, queue) in ["mine", "unassigned", "due_soon", "breached", "review", "quarantine", "all"].into_iter().enumerate() {
            desk.press(&format!("{} ]", number + 1)).await;
            insta::assert_snapshot!(format!("{queue}_{width}x{height}"), desk.screen());
        }
    }
}

#[tokio::test]
async fn a_lead_tells_its_whole_story_beside_the_table_or_instead_of_it() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(2).await.press("enter").await;
    for (width, height) in SIZES {
        desk.stage.resize(width, height);
        desk.settle().await;
        insta::assert_snapshot!(format!("story_{width}x{height}"), desk.screen());
    }
    desk.stage.resize(80, 24);
    desk.press("w").await;
    insta::assert_snapshot!("story_why_80x24", desk.screen());
    desk.press("T").await;
    insta::assert_snapshot!("story_timeline_80x24", desk.screen());
    desk.press("esc").await;
    assert!(desk.screen().contains("COMPANY"), "esc goes back to the table:\n{}", desk.screen());
}

#[tokio::test]
async fn the_review_puts_a_lead_beside_its_candidate() {
    let mut desk = Desk::busy(80, 24).await;
    desk.press("5 ] enter").await;
    for (width, height) in SIZES {
        desk.stage.resize(width, height);
        desk.settle().await;
        insta::assert_snapshot!(format!("compare_{width}x{height}"), desk.screen());
    }
    desk.stage.resize(80, 24);
    desk.press("m").await;
    insta::assert_snapshot!("compare_merge_80x24", desk.screen());
    desk.press("y").await.changed().await;
    assert!(desk.screen().contains("Review 0"), "{}", desk.screen());
    assert!(desk.screen().contains("no lead resembles another"), "{}", desk.screen());
}

#[tokio::test]
async fn the_first_screen_of_an_empty_database_says_what_to_do() {
    let mut desk = Desk::empty(80, 24).await;
    for (width, height) in SIZES {
        desk.stage.resize(width, height);
        insta::assert_snapshot!(format!("first_run_{width}x{height}"), desk.screen());
    }
    desk.stage.keys("D");
    assert!(desk.stage.take_effects().iter().any(|effect| matches!(effect, Effect::Own(Ask::Demo))));
}

#[tokio::test]
async fn a_filter_acts_while_it_is_typed_and_its_mistake_is_pointed_at() {
    let mut desk = Desk::busy(80, 24).await;
    desk.press("/").await.text("cou").await;
    insta::assert_snapshot!("filter_menu_80x24", desk.screen());
    desk.press("tab").await.text("DE score>x").await;
    insta::assert_snapshot!("filter_mistake_80x24", desk.screen());
    desk.press("enter").await;
    insta::assert_snapshot!("filter_mistake_80x24", desk.screen());
    desk.press("backspace").await.text("70").await;
    desk.press("enter").await;
    insta::assert_snapshot!("filter_set_80x24", desk.screen());
    desk.press("esc").await;
    assert!(!desk.screen().contains("/country"), "{}", desk.screen());
    desk.press("/").await.text("zzz").await.press("enter").await;
    insta::assert_snapshot!("filter_nothing_80x24", desk.screen());
    desk.press("/").await.press("C-u").await.text("stage:qq").await.press("enter").await;
    insta::assert_snapshot!("filter_long_mistake_80x24", desk.screen());
}

#[tokio::test]
async fn marks_are_records_and_survive_queue_order_and_filter() {
    let mut desk = Desk::busy(120, 36).await;
    desk.press("space space j space").await;
    assert!(desk.screen().contains("3 marked"), "{}", desk.screen());
    desk.press("s").await;
    assert!(desk.screen().contains("3 marked") && desk.screen().contains("highest score"), "{}", desk.screen());
    desk.press("6 ]").await;
    assert!(desk.screen().contains("3 marked (3 not shown)"), "{}", desk.screen());
    desk.press("7 ] /").await.text("is:marked").await.press("enter").await;
    assert!(desk.screen().contains("3 matches"), "{}", desk.screen());
    desk.press("esc _ /").await.text("country:GB").await.press("enter *").await;
    assert!(desk.screen().contains("5 marked"), "{}", desk.screen());
}

#[tokio::test]
async fn the_cursor_stays_on_its_record_and_new_rows_above_are_announced() {
    let mut desk = Desk::busy(80, 24).await;
    desk.press("s s").await;
    desk.press("5 j").await;
    let before = desk.stage.shell.room.selected();
    desk.channel.pass(Span::minutes(1));
    desk.channel.receive(40, &super::channel::LATE).await;
    desk.changed().await;
    assert_eq!(desk.stage.shell.room.selected(), before);
    insta::assert_snapshot!("news_80x24", desk.screen());
    desk.press("C-r").await;
    assert_eq!(desk.stage.shell.room.selected(), before);
    assert!(!desk.screen().contains("new above"), "{}", desk.screen());
}

#[tokio::test]
async fn a_lead_that_leaves_the_queue_stays_under_the_cursor_until_it_moves_on() {
    let mut desk = Desk::busy(80, 24).await;
    desk.press("6 ]").await;
    let lead = desk.stage.shell.room.selected().expect("a quarantined lead");
    desk.channel
        .verb(super::channel::BEN, lead.0, LeadCommand::Disqualify { reason: pilothouse::domain::lead::DisqualifyReason::Spam })
        .await;
    desk.changed().await;
    assert_eq!(desk.stage.shell.room.selected(), Some(lead));
    insta::assert_snapshot!("gone_80x24", desk.screen());
    desk.press("j").await;
    assert!(!desk.screen().contains(&format!("{lead} ")), "{}", desk.screen());
}

/// More leads than a page holds. Nobody asked these whether they may be contacted: they have no clock, and stand below all that
/// have one.
async fn crowd(desk: &Desk) {
    let names: Vec<String> = (0..100_u8).map(|n| format!("{}{}ol Works", char::from(b'A' + n % 26), char::from(b'a' + n / 4))).collect();
    for (n, name) in (100..).zip(names) {
        desk.channel.receive(n, &[(name.leak(), "Ivo Brandt", "DE", "Ulm", "Video", "Health", 20, false)]).await;
    }
}

#[tokio::test]
async fn the_cursor_stays_on_its_record_in_another_order_and_through_a_filter() {
    let mut desk = Desk::busy(80, 24).await;
    crowd(&desk).await;
    desk.changed().await;
    // The last by name of all, and found by it.
    desk.press("7 ] /").await.text("zmol").await.press("enter").await;
    let lead = desk.stage.shell.room.selected().expect("the one that matches");
    let in_sight = |desk: &Desk| desk.screen().lines().any(|line| line.contains('›') && line.contains(&format!("{lead} ")));
    for (keys, where_it_is) in [
        ("esc", "among all"),
        ("s", "by score"),
        ("s", "by receipt"),
        ("s", "by name"),
        ("/ c o u n t r y : D E enter", "through a filter that it passes"),
        ("s", "in another order through it"),
        ("esc", "without it again"),
        ("s s s / z z z z", "nowhere"),
        ("esc", "after the filter was given up"),
    ] {
        desk.press(keys).await;
        let is_there = desk.stage.shell.room.selected() == Some(lead) && in_sight(&desk);
        assert_eq!(is_there, where_it_is != "nowhere", "{where_it_is}:\n{}", desk.screen());
    }
    // Whoever stands at the top reads the top of the next order as well.
    desk.press("g g").await.stage.keys("s");
    let effects = desk.stage.take_effects();
    let from_start =
        |effect: &Effect<LeadTrade>| matches!(effect, Effect::Browse(Browse::Page { request, .. }) if request.from == From::Start);
    assert!(effects.iter().any(from_start), "{effects:?}");
}

#[tokio::test]
async fn a_lead_whose_place_is_far_away_now_is_not_said_to_have_left() {
    let mut desk = Desk::busy(80, 24).await;
    crowd(&desk).await;
    desk.channel.receive(300, &super::channel::LATE[..1]).await;
    desk.changed().await;
    desk.press("C-r").await.press("g g").await;
    let on_it = |screen: String| screen.lines().any(|line| line.contains('›') && line.contains("Alpenblick"));
    for _ in 0..30 {
        if !on_it(desk.screen()) {
            desk.press("j").await;
        }
    }
    assert!(on_it(desk.screen()), "{}", desk.screen());
    let lead = desk.stage.shell.room.selected().expect("a lead");
    desk.press("enter").await;
    // Without a clock it is the last of all.
    let pause = LeadCommand::Pause { reason: pilothouse::domain::lead::PauseReason::AwaitingCustomer, until: None };
    desk.channel.verb(super::channel::BEN, lead.0, pause).await;
    desk.changed().await;
    assert_eq!(desk.stage.shell.room.selected(), Some(lead));
    assert!(desk.screen().contains("its place is elsewhere now"), "{}", desk.screen());
    desk.press("esc").await;
    let screen = desk.screen();
    let row = screen.lines().find(|line| line.contains(&format!("{lead} "))).unwrap_or_default();
    assert!(row.contains('↕') && row.contains('‖'), "{screen}");
    desk.press("j").await;
    assert!(!desk.screen().contains(&format!("{lead} ")), "{}", desk.screen());
}

#[tokio::test]
async fn old_rows_stay_dimmed_until_the_new_ones_are_there_and_late_answers_are_dropped() {
    let mut desk = Desk::busy(80, 24).await;
    desk.stage.keys("6 ]");
    let effects = desk.stage.take_effects();
    let replaced =
        |effect: &Effect<LeadTrade>| matches!(effect, Effect::Browse(Browse::Page { load, .. }) if load.purpose == Purpose::Replace);
    assert_eq!(effects.iter().filter(|effect| replaced(effect)).count(), 1, "{effects:?}");
    assert!(desk.screen().contains("L-8 "), "the old rows are still there:\n{}", desk.screen());
    desk.stage.keys("7 ]");
    desk.settle().await;
    // The answer to the first switch comes last.
    desk.stage.effects = effects.into_iter().map(pilothouse::tui::shell::Effect::Room).collect();
    desk.settle().await;
    assert!(desk.screen().contains("L-8 "), "{}", desk.screen());
}

#[tokio::test]
async fn never_more_than_a_window_is_loaded() {
    let mut desk = Desk::busy(80, 24).await;
    for keys in ["G", "g g", "C-d", "C-f", "G", "C-u"] {
        desk.press(keys).await;
    }
    desk.stage.keys("j");
    for effect in desk.stage.take_effects() {
        if let Effect::Browse(Browse::Page { request, .. }) = effect {
            assert!(request.limit <= 100, "{request:?}");
        }
    }
    assert_eq!(desk.stage.now, NOON);
    let _ = ANNA;
}
