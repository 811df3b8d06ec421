//! What is typed between a verb and its form, and a story that can't be read.

use super::Desk;
use pilothouse::{
    domain::{id::LeadId, lead::LeadState},
    tui::{
        furniture::work::{Found, Msg as RoomMsg},
        shell::Msg,
    },
};

#[tokio::test]
async fn what_is_typed_while_a_form_is_loading_is_typed_into_it() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(3).await;
    let before = desk.channel.lead(3).await.version;
    // Each of these letters is a verb or a motion of its own; the form of `A` has asked for its partners and is not there yet.
    desk.stage.keys("A W e s t f a l e n");
    assert!(desk.screen().contains("is on its way"), "{}", desk.screen());
    desk.settle().await;
    assert!(desk.screen().contains("Assign L-3") && desk.screen().contains("Westfalen Daten"), "{}", desk.screen());
    assert!(!desk.screen().contains("Nordlicht Systeme   "), "the list is narrowed: {}", desk.screen());
    assert_eq!(desk.channel.lead(3).await.version, before);
    desk.press("enter").await;
    let partner = desk.channel.lead(3).await.state.partner();
    assert_eq!(partner, desk.channel.partner("WEST").await, "{}", desk.screen());
}

#[tokio::test]
async fn nothing_that_was_typed_ahead_sends_a_form_or_answers_a_plan() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(3).await;
    let before = desk.channel.lead(3).await.version;
    desk.stage.keys("A W e s t enter o");
    desk.settle().await;
    assert!(desk.screen().contains("Assign L-3"), "{}", desk.screen());
    assert_eq!(desk.channel.lead(3).await.version, before);
    desk.press("esc").await;
    // A plan: its question is not answered by what nobody could have read yet.
    desk.press("/ C-u").await.text("stage:offered").await.press("enter *").await;
    desk.stage.keys("a y");
    desk.settle().await;
    assert!(desk.screen().contains("Accept 6 of 6 leads?"), "{}", desk.screen());
    assert_eq!(desk.channel.lead(15).await.state.name(), "offered");
}

#[tokio::test]
async fn a_merge_waits_for_what_it_resembles_and_takes_the_number() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(33).await;
    desk.stage.keys("m C-u L - 3");
    desk.settle().await;
    desk.press("enter").await;
    assert!(desk.screen().contains("Merge L-33"), "{}", desk.screen());
    assert!(!matches!(desk.channel.lead(33).await.state, LeadState::Merged { .. }));
}

#[tokio::test]
async fn esc_gives_up_what_is_on_its_way() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(3).await;
    desk.stage.keys("A W e esc");
    desk.settle().await;
    assert!(!desk.screen().contains("Assign L-3"), "{}", desk.screen());
    desk.press("c").await;
    assert!(desk.screen().contains("Note on L-3"), "keys are verbs again: {}", desk.screen());
}

#[tokio::test]
async fn a_story_that_cannot_be_read_says_so_and_how_to_read_it_again() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(33).await;
    desk.stage.keys("enter");
    desk.stage.effects.clear();
    let failed = || Msg::Room(RoomMsg::Browse(Found::Detail(LeadId(33), Err("the database does not answer".to_owned()))));
    desk.stage.send(failed());
    insta::assert_snapshot!("story_unread_80x24", desk.screen());
    desk.press("R").await;
    assert!(desk.screen().contains("Customer") && !desk.screen().contains("was not read"), "{}", desk.screen());
    // What was read before stays, and is not taken for the present.
    desk.stage.send(failed());
    assert!(desk.screen().contains("Customer") && desk.screen().contains("what was read before"), "{}", desk.screen());
    desk.stage.send(Msg::Room(RoomMsg::Browse(Found::Detail(LeadId(33), Ok(None)))));
    assert!(desk.screen().contains("L-33 is not in the database any more"), "{}", desk.screen());
}
