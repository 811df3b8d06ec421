//! Verbs: forms, plans, refusals, undo; what is done.

use super::{
    Desk,
    channel::{ANNA, BEN},
};
use pilothouse::{
    domain::{
        id::{DealId, LeadId},
        lead::{DeclineReason, LeadCommand, LeadState},
        time::Span,
    },
    tui::{shell::Msg, widgets::status::Link},
};

#[tokio::test]
async fn a_lead_is_worked_with_single_keys() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(33).await.press("a").await;
    assert!(desk.screen().contains("L-33 Galerías Montesol: accepted by Iberia Conecta in time"), "{}", desk.screen());
    desk.press("t").await;
    assert!(desk.screen().contains("first touch after"), "{}", desk.screen());
    desk.press("+").await;
    assert!(matches!(desk.channel.lead(33).await.state, LeadState::Qualified { .. }));
    desk.press("u").await;
    assert!(matches!(desk.channel.lead(33).await.state, LeadState::Working { .. }), "{}", desk.screen());
}

#[tokio::test]
async fn what_cannot_be_done_now_says_why() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(3).await.press("t").await;
    insta::assert_snapshot!("not_possible_80x24", desk.screen());
    desk.press("P").await;
    assert!(desk.screen().contains("resume: L-3 is not paused"), "{}", desk.screen());
}

#[tokio::test]
async fn every_form_at_every_size() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(33).await;
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        desk.stage.resize(width, height);
        for (key, name) in [
            ("d", "decline"),
            ("A", "assign"),
            ("p", "pause"),
            ("-", "disqualify"),
            ("m", "merge"),
            ("c", "note"),
            ("!", "escalate"),
            ("H", "hand_over"),
            ("C", "consent"),
            ("%", "rescore"),
            ("X", "erase"),
        ] {
            desk.press(key).await;
            insta::assert_snapshot!(format!("form_{name}_{width}x{height}"), desk.screen());
            desk.press("esc").await;
        }
    }
}

#[tokio::test]
async fn a_form_judges_while_it_is_filled_in() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(33).await.press("p tab").await.text("tomorrow").await;
    assert!(desk.screen().contains("resumes by itself Thu 00:00"), "{}", desk.screen());
    desk.press("C-u").await.text("yesterday").await.press("enter").await;
    insta::assert_snapshot!("form_mistake_80x24", desk.screen());
    desk.press("C-u").await.text("2h").await.press("enter").await;
    let pause = desk.channel.lead(33).await.pause.expect("it is paused");
    assert_eq!(pause.until, Some(super::NOON.plus(Span::hours(2))));
}

#[tokio::test]
async fn many_leads_show_their_plan_first_and_failures_stay_marked() {
    let mut desk = Desk::busy(80, 24).await;
    desk.press("space space space space space").await.press("a").await;
    insta::assert_snapshot!("plan_80x24", desk.screen());
    desk.stage.resize(200, 50);
    insta::assert_snapshot!("plan_200x50", desk.screen());
    desk.stage.resize(80, 24);
    desk.press("y").await;
    insta::assert_snapshot!("plan_done_80x24", desk.screen());
    assert!(matches!(desk.channel.lead(15).await.state, LeadState::Accepted { .. }));
    assert!(desk.screen().contains("3 marked"), "{}", desk.screen());
}

#[tokio::test]
async fn the_second_of_two_people_is_told_who_was_faster_and_keeps_what_was_typed() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(33).await.press("d down").await;
    desk.channel.pass(Span::minutes(3));
    desk.channel.verb(BEN, 33, LeadCommand::Accept { offer: 1 }).await;
    desk.channel.pass(Span::minutes(1));
    desk.press("enter").await;
    insta::assert_snapshot!("overtaken_80x24", desk.screen());
    assert!(matches!(desk.channel.lead(33).await.state, LeadState::Accepted { .. }), "nothing was overwritten");
    desk.press("esc").await;
}

#[tokio::test]
async fn a_partner_is_found_by_typing_and_an_impossible_one_says_why() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(3).await.press("A").await.text("alte").await;
    desk.press("enter").await;
    assert!(desk.screen().contains("is suspended"), "{}", desk.screen());
    desk.press("C-u").await.text("west").await;
    insta::assert_snapshot!("picker_narrowed_80x24", desk.screen());
    desk.press("enter").await;
    assert!(matches!(desk.channel.lead(3).await.state, LeadState::Offered { .. }), "{}", desk.screen());
}

#[tokio::test]
async fn erasing_asks_for_words_and_cannot_be_undone() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(33).await.press("X").await.text("yes").await.press("enter").await;
    assert!(desk.screen().contains("type `erase L-33` to confirm"), "{}", desk.screen());
    desk.press("C-u").await.text("erase L-33").await.press("enter").await;
    assert!(desk.channel.lead(33).await.erased);
    desk.press("u").await;
    assert!(desk.screen().contains("erased data cannot come back"), "{}", desk.screen());
}

#[tokio::test]
async fn a_note_keeps_its_lines_and_stands_in_the_story() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(33).await.press("c").await.text("first line").await.press("enter").await.text("second line").await.press("C-s").await;
    desk.press("enter ] ] ] ]").await;
    let screen = desk.screen();
    assert!(screen.contains("first line") && screen.contains("second line"), "{screen}");
}

#[tokio::test]
async fn undo_reaches_back_into_an_earlier_session() {
    let mut desk = Desk::busy(80, 24).await;
    // The last thing that Anna did to a lead was done before this console was opened: L-31 was accepted.
    desk.press("u").await;
    insta::assert_snapshot!("undo_earlier_80x24", desk.screen());
    desk.press("y").await;
    assert!(matches!(desk.channel.lead(31).await.state, LeadState::Offered { .. }), "{}", desk.screen());
}

#[tokio::test]
async fn keys_typed_ahead_of_another_queue_do_not_touch_the_rows_of_the_one_before() {
    let mut desk = Desk::busy(80, 24).await;
    desk.press("7 ]").await;
    desk.stage.keys("4 ] space");
    assert!(desk.screen().contains("the rows are still on their way"), "{}", desk.screen());
    desk.stage.keys("o");
    assert!(desk.screen().contains("take: the rows are still on their way"), "{}", desk.screen());
    assert!(!desk.screen().contains("marked"), "{}", desk.screen());
    desk.press("esc").await.press("space").await;
    assert!(desk.screen().contains("1 marked"), "{}", desk.screen());
}

#[tokio::test]
async fn a_verb_that_suits_none_of_the_marked_leads_says_so() {
    let mut desk = Desk::busy(80, 24).await;
    desk.press("6 ]").await.press("space space a").await;
    assert!(desk.screen().contains("accept: possible for none of the marked leads; L-"), "{}", desk.screen());
}

#[tokio::test]
async fn undo_goes_back_one_command_after_the_other() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(33).await.press("a t +").await;
    let mut states = vec![desk.channel.lead(33).await.state.name()];
    for _ in 0..3 {
        desk.press("u").await;
        states.push(desk.channel.lead(33).await.state.name());
    }
    assert_eq!(states, ["qualified", "working", "accepted", "offered"], "{}", desk.screen());
}

#[tokio::test]
async fn undo_after_a_note_is_not_about_what_a_colleague_did_before() {
    let mut desk = Desk::busy(80, 24).await;
    desk.channel.verb(BEN, 33, LeadCommand::Accept { offer: 1 }).await;
    desk.on(33).await.press("c").await.text("called them").await.press("C-s").await;
    desk.press("u").await;
    assert!(desk.screen().contains("a note stays"), "{}", desk.screen());
    assert_eq!(desk.channel.lead(33).await.state.name(), "accepted");
}

#[tokio::test]
async fn a_form_is_empty_again_once_it_was_carried_out_and_full_after_a_refusal() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(33).await.press("! tab").await.text("the board decides on Friday").await.press("enter").await;
    assert!(desk.channel.lead(33).await.escalation.is_some(), "{}", desk.screen());
    desk.press("!").await;
    assert!(!desk.screen().contains("the board decides"), "{}", desk.screen());
    desk.press("esc c").await.text("half a note").await.press("esc c").await;
    assert!(desk.screen().contains("half a note"), "{}", desk.screen());
    desk.press("C-s").await.press("c").await;
    assert!(!desk.screen().contains("half a note"), "{}", desk.screen());
}

#[tokio::test]
async fn what_somebody_else_did_since_is_not_taken_back() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(33).await.press("a").await;
    desk.channel.verb(BEN, 33, LeadCommand::Touch).await;
    desk.press("u").await;
    assert!(desk.screen().contains("Ben Okafor was faster"), "{}", desk.screen());
    assert!(matches!(desk.channel.lead(33).await.state, LeadState::Working { .. }));
}

#[tokio::test]
async fn a_lost_database_refuses_writes_keeps_rows_and_drafts() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(33).await.press("c").await.text("half a note").await.press("esc").await;
    desk.stage.send(Msg::Link(Link::Stale { since: super::NOON }));
    desk.channel.pass(Span::minutes(1));
    desk.press("a").await;
    insta::assert_snapshot!("stale_80x24", desk.screen());
    desk.stage.send(Msg::Link(Link::Live));
    desk.press("c").await;
    assert!(desk.screen().contains("half a note"), "{}", desk.screen());
}

#[tokio::test]
async fn the_last_verb_is_repeated_on_another_lead() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(15).await.press("d down down enter").await;
    assert_eq!(
        desk.channel.lead(15).await.offers[0].outcome.as_ref().map(pilothouse::domain::lead::OfferOutcome::name),
        Some("declined"),
        "{}",
        desk.screen()
    );
    desk.on(25).await.press(".").await.press("enter").await;
    let lead = desk.channel.lead(25).await;
    let reason = lead.offers.iter().find_map(|offer| match offer.outcome {
        Some(pilothouse::domain::lead::OfferOutcome::Declined { reason, .. }) => Some(reason),
        _ => None,
    });
    assert_eq!(reason, Some(DeclineReason::ConflictOfInterest), "{}", desk.screen());
    let _ = ANNA;
}

#[tokio::test]
async fn a_qualified_lead_becomes_a_draft_of_its_partner_in_one_key() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(33).await.press("$").await;
    assert!(desk.screen().contains("L-33 is not qualified"), "{}", desk.screen());
    desk.press("a t + $ enter").await;
    assert!(desk.screen().contains("Register L-33"), "Enter registers nothing: {}", desk.screen());
    desk.press("Y").await;
    assert!(desk.screen().contains("made D-1 of L-33: deal room (g2)"), "{}", desk.screen());
    let deal = desk.channel.app.db().read().await.unwrap().deals(&[DealId(1)]).await.unwrap().remove(0);
    let lead = desk.channel.lead(33).await;
    assert_eq!((deal.state.name(), Some(deal.partner)), ("draft", lead.state.partner()));
    assert_eq!(deal.source_lead.as_ref().map(|source| (source.lead, source.received_at)), Some((LeadId(33), lead.received_at)));
    assert_eq!(deal.details.contact.name.as_str(), "Nuria Campos");
    desk.press("$ Y").await;
    assert!(desk.screen().contains("not registered: L-33 is registered already"), "{}", desk.screen());
}

#[tokio::test]
async fn of_marked_leads_a_plan_says_which_can_be_registered() {
    let mut desk = Desk::busy(80, 24).await;
    desk.on(33).await.press("a t +").await;
    desk.on(15).await.press("a t +").await;
    desk.press("/ C-u").await.text("id:33 or id:15 or id:25").await.press("enter * $").await;
    insta::assert_snapshot!("plan_register_80x24", desk.screen());
    desk.press("Y").await;
    assert!(desk.screen().contains("made D-1 of") && desk.screen().contains("1 marked"), "{}", desk.screen());
    // Again: both are there already.
    desk.press("* $ Y").await;
    assert!(desk.screen().contains("none registered, 2 refused"), "{}", desk.screen());
}

/// What matches is found by the database: a verb that comes before its answer is meant for all of it.
#[tokio::test]
async fn a_verb_right_after_mark_all_is_never_about_the_cursor_alone() {
    let mut desk = Desk::busy(80, 24).await;
    desk.press("7 ] / C-u").await.text("stage:offered").await.press("enter").await;
    assert!(desk.screen().contains("⟦›  L-15 "), "it is under the cursor: {}", desk.screen());
    let before = desk.channel.lead(15).await.version;
    desk.stage.keys("* a");
    desk.settle().await;
    assert!(desk.screen().contains("6 marked"), "{}", desk.screen());
    assert_eq!(desk.channel.lead(15).await.version, before);
    desk.press("a").await;
    assert!(desk.screen().contains("Accept 6 of 6 leads?"), "the plan of all: {}", desk.screen());
}

#[tokio::test]
async fn a_verb_in_a_story_is_about_the_lead_that_is_read() {
    let mut desk = Desk::busy(80, 24).await;
    // Marked, and then out of sight.
    desk.on(3).await.press("esc space").await;
    desk.press("/ C-u").await.text("id:33").await.press("enter enter").await;
    assert!(desk.screen().contains("1 marked in the table"), "{}", desk.screen());
    let other = desk.channel.lead(3).await.version;
    desk.press("a").await;
    assert!(desk.screen().contains("L-33 Galerías Montesol: accepted"), "{}", desk.screen());
    assert_eq!(desk.channel.lead(3).await.version, other);
    // In the table it is about the marked one again, which nobody sees: so it is shown first.
    desk.press("esc o").await;
    assert!(desk.screen().contains("Take L-3"), "{}", desk.screen());
    assert_eq!(desk.channel.lead(3).await.version, other);
    desk.press("y").await;
    assert!(desk.channel.lead(3).await.version > other, "{}", desk.screen());
}

#[tokio::test]
async fn a_merge_is_shown_first_with_the_lead_that_carries_on() {
    let mut desk = Desk::busy(120, 36).await;
    desk.on(33).await.press("m C-u").await.text("L-3").await.press("enter").await;
    assert!(desk.screen().contains("it carries on, with the stricter consent"), "{}", desk.screen());
    assert!(!matches!(desk.channel.lead(33).await.state, LeadState::Merged { .. }));
    desk.press("y").await;
    assert!(matches!(desk.channel.lead(33).await.state, LeadState::Merged { into: LeadId(3), .. }), "{}", desk.screen());
}
