//! Every verb on a registration, from the keyboard to the database, on both.

use super::{BEN, CARLA, Desk, details, text};
use crate::support::databases::on_both;
use pilothouse::{
    app::{Command, Registering},
    domain::{
        account::AccountProfile,
        actor::Role,
        deal::{
            DealState, DocumentKind, HoldReason,
            conflict::{CaseCommand, Verdict},
        },
        id::{DealId, PartnerId},
    },
};

const KANZLEI: super::Line = (1, "Kanzlei Brandt & Partner", "DE", "Köln", "Switching", "21000", "EUR");

/// A draft of the first partner, with the number 16.
async fn draft(desk: &Desk) {
    let record = Registering { partner: PartnerId(1), details: details(16, &KANZLEI), account: None, submit: false };
    let outcome = desk.channel.run(BEN, Command::Register(vec![record])).await;
    assert_eq!(outcome.deals[0].deal, DealId(16), "{:?}", outcome.deals[0].result);
}

#[tokio::test]
async fn a_draft_is_edited_matched_and_handed_in() {
    on_both(async |fresh| {
        let mut desk = Desk::opened(fresh, 120, 36).await;
        draft(&desk).await;
        let profile = AccountProfile {
            code: text("K-1"),
            name: text("Kanzlei Brandt"),
            country: "DE".parse().ok(),
            city: text("Köln"),
            ..AccountProfile::default()
        };
        desk.channel.run(super::super::channel::ANNA, Command::Accounts(vec![profile])).await;
        // The value is the eighth line of the form.
        desk.find(16).await.play("e tab tab tab tab tab tab tab C-u `EUR 25000` C-s").await;
        assert_eq!(desk.deal(16).await.details.value, Some(super::money("25000", "EUR")), "{}", desk.screen());
        desk.play("M").await;
        insta::allow_duplicates! { insta::assert_snapshot!("deals_form_match_120x36", desk.screen()) }
        desk.play("C-s").await;
        assert!(desk.deal(16).await.account.is_some(), "{}", desk.screen());
        desk.play("u t enter").await;
        assert!(desk.deal(16).await.account.is_none(), "the match was taken back");
        assert!(matches!(desk.deal(16).await.state, DealState::Draft), "a submission is not confirmed by Enter: {}", desk.screen());
        insta::allow_duplicates! { insta::assert_snapshot!("deals_plan_submit_120x36", desk.screen()) }
        desk.play("Y").await;
        assert!(matches!(desk.deal(16).await.state, DealState::Submitted), "{}", desk.screen());
        desk.play("u").await;
        assert!(desk.screen().contains("a submission has its place in the order"), "{}", desk.screen());
    })
    .await;
}

#[tokio::test]
async fn any_account_of_the_directory_can_be_found_for_a_customer() {
    let mut desk = Desk::busy(120, 36).await;
    desk.find(13).await.play("M").await;
    assert!(desk.screen().contains("the directory has no account yet"), "{}", desk.screen());
    let account = |code: &str, name: &str| AccountProfile { code: text(code), name: text(name), ..AccountProfile::default() };
    let accounts = vec![account("K-1", "Zweckverband Ost"), account("K-2", "Hospitales de Levante"), account("K-3", "Ärztehaus Mitte")];
    desk.channel.run(super::super::channel::ANNA, Command::Accounts(accounts)).await;
    // None is alike: the form begins with nobody, and Enter says what to do.
    desk.changed().await.play("M enter").await;
    insta::assert_snapshot!("deals_form_match_any_120x36", desk.screen());
    assert!(desk.screen().contains("D-13 is matched with no account; choose the one that its customer is"), "{}", desk.screen());
    desk.play("`K-2` enter").await;
    assert_eq!(desk.deal(13).await.account.map(|link| link.account.0), Some(2), "{}", desk.screen());
    desk.changed().await.play("M `levante` enter").await;
    assert!(desk.screen().contains("D-13 is matched with A-2 already; choose another account"), "{}", desk.screen());
}

#[tokio::test]
async fn an_order_is_of_a_day_since_the_submission() {
    let mut desk = Desk::busy(120, 36).await;
    desk.find(2).await.play("+ C-u `1999-01-01` C-s").await;
    assert!(desk.screen().contains("an order of 1999-01-01 is older than D-2"), "{}", desk.screen());
    assert!(matches!(desk.deal(2).await.state, DealState::Approved { .. }));
    desk.play("C-u `2026-02-27` C-s").await;
    assert!(matches!(desk.deal(2).await.state, DealState::Won { .. }), "{}", desk.screen());
}

#[tokio::test]
async fn what_cant_be_approved_is_not_recommended_and_why_names_a_currency_without_a_least_value() {
    let mut desk = Desk::busy(120, 36).await;
    desk.register(16, &(8, "Aceites del Sur S.L.", "ES", "Jaén", "Video", "100", "EUR")).await;
    desk.changed().await.find(16).await.play("A").await;
    assert!(matches!(desk.deal(16).await.state, DealState::Submitted), "{}", desk.screen());
    assert!(desk.screen().contains("EUR 100.00 is less than the least value of EUR 5,000.00"), "{}", desk.screen());
    desk.register(17, &(8, "Galerías Montesol", "ES", "Málaga", "Video", "1", "PLN")).await;
    desk.changed().await.find(17).await.play("w").await;
    assert!(desk.screen().contains("the program states no least value in PLN"), "{}", desk.screen());
}

#[tokio::test]
async fn a_review_is_taken_handed_over_returned_answered_recommended_and_approved_by_another() {
    on_both(async |fresh| {
        let mut desk = Desk::opened(fresh, 120, 36).await;
        desk.find(13).await.play("o").await;
        assert!(matches!(desk.deal(13).await.state, DealState::UnderReview { reviewer } if reviewer == desk.me.id), "{}", desk.screen());
        desk.play("H `Ben` enter").await;
        assert!(matches!(desk.deal(13).await.state, DealState::UnderReview { reviewer: BEN }), "{}", desk.screen());
        desk.play("i `value, close date` tab `is it the whole site?` C-s").await;
        assert!(matches!(&desk.deal(13).await.state, DealState::ActionRequired { fields, .. } if fields.len() == 2), "{}", desk.screen());
        desk.changed().await.find(13).await.play("e C-u `EUR 60000` C-s").await;
        desk.play("r Y").await;
        assert!(desk.deal(13).await.state.is_undecided(), "{}", desk.screen());
        desk.changed().await.find(13).await.play("A").await;
        assert!(matches!(desk.deal(13).await.state, DealState::PendingApproval { .. }), "{}", desk.screen());
        desk.play("a").await;
        assert!(matches!(desk.deal(13).await.state, DealState::PendingApproval { .. }), "who recommended it does not approve it");
        insta::allow_duplicates! { insta::assert_snapshot!("deals_four_eyes_120x36", desk.screen()) }
        desk.sits(CARLA, "Carla Neri", Role::ChannelManager).await.find(13).await.play("a").await;
        assert!(matches!(desk.deal(13).await.state, DealState::Approved { .. }), "{}", desk.screen());
    })
    .await;
}

#[tokio::test]
async fn a_registration_is_rejected_held_released_escalated_noted_and_withdrawn() {
    on_both(async |fresh| {
        let mut desk = Desk::opened(fresh, 120, 36).await;
        desk.find(14).await.play("p enter").await;
        assert_eq!(desk.deal(14).await.hold.map(|hold| hold.reason), Some(HoldReason::AwaitingCustomer), "{}", desk.screen());
        desk.play("P").await;
        assert_eq!(desk.deal(14).await.hold, None, "{}", desk.screen());
        desk.play("! tab `the board decides on Friday` enter").await;
        assert!(desk.deal(14).await.escalation.is_some(), "{}", desk.screen());
        desk.play("S").await;
        assert!(desk.deal(14).await.escalation.is_none(), "{}", desk.screen());
        desk.play("c `called them` C-s").await;
        assert!(desk.screen().contains("D-14 Northgate Hospital Trust: note"), "{}", desk.screen());
        desk.play("u").await;
        assert!(desk.screen().contains("a note stays"), "{}", desk.screen());
        desk.play("@").await;
        assert_eq!(desk.deal(14).await.clock.map(|clock| clock.program.0), Some(1), "{}", desk.screen());
        desk.play("d down C-s").await;
        assert!(matches!(desk.deal(14).await.state, DealState::Rejected { .. }), "{}", desk.screen());
        desk.play("u").await;
        assert!(matches!(desk.deal(14).await.state, DealState::Submitted), "{}", desk.screen());
        desk.play("W").await;
        assert!(matches!(desk.deal(14).await.state, DealState::Withdrawn { .. }), "{}", desk.screen());
    })
    .await;
}

#[tokio::test]
async fn what_holds_of_one_registration_is_not_said_of_the_others_that_are_marked() {
    let mut desk = Desk::busy(120, 36).await;
    // Its customer is protected for D-1, and it has no value.
    desk.register(16, &(2, "Brauhaus Lindner GmbH", "DE", "Bamberg", "Wireless", "", "")).await;
    desk.judge(CARLA, 3, CaseCommand::CloseEvidence).await;
    let seen = desk.evidence(3).await;
    desk.judge(CARLA, 3, CaseCommand::Decide { verdict: Verdict::Void, seen }).await;
    desk.changed().await.find(16).await.play("d").await;
    assert!(desk.screen().contains("in favour of  D-1"), "{}", desk.screen());
    desk.play("down C-s").await;
    assert!(desk.screen().contains("leave it empty unless another registration comes first"), "{}", desk.screen());
    desk.play("esc i").await;
    assert!(desk.screen().contains("fields   value"), "{}", desk.screen());
    desk.play("esc / C-u `id:16 or id:14` enter * d").await;
    assert!(desk.screen().contains("D-12, or empty") && !desk.screen().contains("in favour of  D-1 "), "{}", desk.screen());
    desk.play("esc i").await;
    assert!(desk.screen().contains("names of fields, with commas"), "{}", desk.screen());
}

#[tokio::test]
async fn a_protection_is_extended_on_a_file_and_ends_by_an_order_a_loss_or_its_time() {
    on_both(async |fresh| {
        let mut desk = Desk::opened(fresh, 120, 36).await;
        let folder = tempfile::tempdir().unwrap();
        let letter = folder.path().join("Visit of March.pdf");
        std::fs::write(&letter, "%PDF-1.4 they are about to order").unwrap();
        desk.find(1).await.play("f down down tab").await;
        desk.text(&letter.with_file_name("Visit.pdf").to_string_lossy()).await.play("C-s").await;
        assert!(desk.screen().contains("there is no file"), "{}", desk.screen());
        assert!(desk.screen().contains("send it again"), "{}", desk.screen());
        desk.play("tab C-u").await.text(&letter.to_string_lossy()).await.play("C-s").await;
        let documents = desk.deal(1).await.documents;
        assert_eq!(documents.len(), 1, "{}", desk.screen());
        assert_eq!((documents[0].document.kind, documents[0].document.name.as_str()), (DocumentKind::Touch, "Visit of March.pdf"));
        assert_eq!(documents[0].document.hash, pilothouse::domain::deal::ContentHash::of(b"%PDF-1.4 they are about to order"));
        desk.play("x").await;
        insta::allow_duplicates! { insta::assert_snapshot!("deals_form_extend_120x36", desk.screen()) }
        desk.play("enter").await;
        assert_eq!(desk.deal(1).await.protection().map(|protection| protection.extensions), Some(1), "{}", desk.screen());
        desk.play("u").await;
        assert_eq!(desk.deal(1).await.protection().map(|protection| protection.extensions), Some(0), "{}", desk.screen());
        desk.changed().await.play("w").await;
        assert!(desk.screen().contains("approved after"), "what was taken back hides no decision: {}", desk.screen());
        desk.play("esc").await;
        desk.play("E").await;
        assert!(desk.screen().contains("D-1 is protected to the end of"), "{}", desk.screen());
        desk.play("+ tab C-u `EUR 18000` C-s").await;
        assert!(matches!(desk.deal(1).await.state, DealState::Won { value: Some(_), .. }), "{}", desk.screen());
        desk.find(2).await.play("- down enter").await;
        assert!(matches!(desk.deal(2).await.state, DealState::Lost { .. }), "{}", desk.screen());
        desk.play("u").await;
        assert!(matches!(desk.deal(2).await.state, DealState::Approved { .. }), "{}", desk.screen());
        desk.at(24 * 30);
        desk.changed().await.play("E Y").await;
        assert!(matches!(desk.deal(2).await.state, DealState::Expired { .. }), "{}", desk.screen());
    })
    .await;
}

#[tokio::test]
async fn erasing_asks_for_words_and_a_conflict_is_opened_by_hand() {
    on_both(async |fresh| {
        let mut desk = Desk::opened(fresh, 120, 36).await;
        desk.find(15).await.play("X `yes` enter").await;
        assert!(desk.screen().contains("type `erase D-15` to confirm"), "{}", desk.screen());
        desk.play("C-u `erase D-15` enter").await;
        assert!(desk.deal(15).await.erased, "{}", desk.screen());
        desk.find(13).await.play("m `D-13` enter").await;
        assert!(desk.screen().contains("D-13 is the same registration"), "{}", desk.screen());
        desk.play("C-u `D-14` enter").await;
        assert!(desk.screen().contains("match their customers first"), "{}", desk.screen());
        // What is found by itself was no conflict; now the desk sees it otherwise.
        desk.register(16, &super::SANTA_ELENA_AGAIN).await;
        desk.judge(CARLA, 3, CaseCommand::CloseEvidence).await;
        let seen = desk.evidence(3).await;
        desk.judge(CARLA, 3, CaseCommand::Decide { verdict: Verdict::Void, seen }).await;
        desk.sweep().await;
        desk.at(24 * 30);
        desk.sweep().await;
        assert_eq!(desk.deal(13).await.dispute, None);
        desk.changed().await.find(13).await.play("m C-u `D-16` enter enter").await;
        assert_eq!(desk.deal(13).await.dispute, None, "a conflict is not confirmed by Enter");
        insta::allow_duplicates! { insta::assert_snapshot!("deals_plan_conflict_120x36", desk.screen()) }
        desk.play("Y").await;
        assert!(desk.screen().contains("C-4: opened between"), "{}", desk.screen());
        assert!(desk.deal(13).await.dispute.is_some() && desk.deal(16).await.dispute.is_some(), "{}", desk.screen());
    })
    .await;
}

#[tokio::test]
async fn who_may_not_decide_may_work_and_take_back_but_not_a_decision() {
    on_both(async |fresh| {
        let mut desk = Desk::opened(fresh, 120, 36).await;
        desk.sits(BEN, "Ben Okafor", Role::Triager).await.find(13).await.play("a").await;
        assert!(desk.screen().contains("Ben Okafor may not decide deals"), "{}", desk.screen());
        desk.play("p enter u").await;
        assert!(desk.deal(13).await.hold.is_none(), "{}", desk.screen());
        // An approver works no leads, and takes back what it decided all the same.
        desk.sits(CARLA, "Carla Neri", Role::Approver).await.find(13).await.play("a u").await;
        assert!(matches!(desk.deal(13).await.state, DealState::Submitted), "{}", desk.screen());
    })
    .await;
}
