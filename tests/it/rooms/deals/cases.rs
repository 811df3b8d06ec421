//! Every verb on a conflict from its dossier, from the keyboard to the database, on both.

use super::{CARLA, Desk};
use crate::rooms::channel::ANNA;
use crate::support::databases::on_both;
use pilothouse::{
    app::Command,
    domain::{
        actor::Role,
        deal::{
            DealState,
            conflict::{CaseCommand, CaseState, Verdict},
        },
        id::ConflictId,
    },
};

#[tokio::test]
async fn a_conflict_goes_from_its_finding_to_its_end() {
    on_both(async |fresh| {
        let mut desk = Desk::opened(fresh, 120, 36).await;
        desk.register(16, &super::SANTA_ELENA_AGAIN).await;
        assert_eq!(desk.case(3).await.state.name(), "flagged", "{}", desk.screen());
        desk.changed().await.find(13).await.play("= E Y").await;
        assert_eq!(desk.case(3).await.state.name(), "evidence", "{}", desk.screen());
        desk.changed().await.play("a").await;
        assert!(desk.screen().contains("C-3 still awaits evidence"), "{}", desk.screen());
        desk.play("J `D-15` enter").await;
        assert!(desk.screen().contains("D-15 conflicts with no party of C-3"), "{}", desk.screen());
        desk.play("C-u `D-16` enter").await;
        assert!(desk.screen().contains("D-16 is a party already"), "{}", desk.screen());
        desk.play("esc b Y").await;
        assert_eq!(desk.case(3).await.state.name(), "review", "{}", desk.screen());
        desk.changed().await.play("H").await;
        assert!(!desk.screen().contains("Ben Okafor"), "a triager decides no conflict: {}", desk.screen());
        desk.play("`Carla` enter").await;
        assert_eq!(desk.case(3).await.state.reviewer(), Some(CARLA), "{}", desk.screen());
        desk.changed().await.play("o").await;
        assert_eq!(desk.case(3).await.state.reviewer(), Some(desk.me.id), "{}", desk.screen());
        desk.changed().await.play("c `asked the customer` C-s").await;
        desk.changed().await.play("! tab `they wait since Monday` enter").await;
        assert!(desk.case(3).await.escalation.is_some(), "{}", desk.screen());
        desk.changed().await.play("S").await;
        assert!(desk.case(3).await.escalation.is_none(), "{}", desk.screen());
        desk.changed().await.play("v").await;
        insta::allow_duplicates! { insta::assert_snapshot!("deals_plan_void_120x36", desk.screen()) }
        desk.play("Y").await;
        assert_eq!(desk.case(3).await.decision().map(|decision| decision.verdict.clone()), Some(Verdict::Void), "{}", desk.screen());
        desk.changed().await.play("I Y").await;
        assert_eq!(desk.case(3).await.state.name(), "notified", "{}", desk.screen());
        desk.changed().await.play("Q").await;
        assert!(desk.screen().contains("C-3 may still be appealed"), "{}", desk.screen());
    })
    .await;
}

#[tokio::test]
async fn an_appeal_is_decided_by_another_and_upheld() {
    on_both(async |fresh| {
        let mut desk = Desk::opened(fresh, 120, 36).await;
        desk.find(12).await.play("= s C-u `D-10 50, D-11 30, D-12 20` C-s").await;
        insta::allow_duplicates! { insta::assert_snapshot!("deals_plan_split_120x36", desk.screen()) }
        desk.play("Y").await;
        assert!(matches!(desk.case(2).await.decision().map(|one| &one.verdict), Some(Verdict::Split { .. })), "{}", desk.screen());
        assert_eq!(desk.deal(12).await.state.approval().and_then(|approval| approval.share).map(|share| share.share_bp), Some(2_000));
        desk.changed().await.play("I Y").await;
        desk.changed().await.play("L tab `we were first at the customer` enter enter").await;
        assert_eq!(desk.case(2).await.state.name(), "notified", "an appeal is not confirmed by Enter: {}", desk.screen());
        desk.play("Y").await;
        assert_eq!(desk.case(2).await.state.name(), "appealed", "{}", desk.screen());
        desk.changed().await.play("U").await;
        assert_eq!(desk.case(2).await.state.name(), "appealed", "who decided does not decide the appeal");
        insta::allow_duplicates! { insta::assert_snapshot!("deals_appeal_refused_120x36", desk.screen()) }
        desk.sits(CARLA, "Carla Neri", Role::ChannelManager).await.find(12).await.play("= U Y").await;
        assert_eq!(desk.case(2).await.state.name(), "upheld", "{}", desk.screen());
        desk.changed().await.play("Q Y").await;
        assert_eq!(desk.case(2).await.state.name(), "closed", "{}", desk.screen());
        assert!(desk.deal(10).await.holds_protection(), "the largest share holds it");
    })
    .await;
}

#[tokio::test]
async fn an_appeal_offers_no_void_and_goes_to_nobody_who_decided() {
    let mut desk = Desk::busy(200, 60).await;
    desk.find(6).await.play("=").await;
    assert!(desk.screen().contains("U uphold") && !desk.screen().contains("v void"), "{}", desk.screen());
    // The key says what the domain says.
    let command = CaseCommand::Overturn { verdict: Verdict::Void, seen: desk.evidence(1).await };
    let outcome = desk.channel.run(ANNA, Command::Case { id: ConflictId(1), command, seen: None }).await;
    let refused = outcome.cases[0].result.as_ref().unwrap_err().to_string();
    let (_, why) = refused.split_once(": ").unwrap();
    desk.play("v").await;
    assert!(desk.screen().contains(why), "{why}: {}", desk.screen());
    desk.play("H").await;
    assert!(desk.screen().contains("Anna Berg") && !desk.screen().contains("Ben Okafor"), "{}", desk.screen());
    desk.play("`Carla`").await;
    assert!(desk.screen().contains("0 of 1 with `Carla`"), "who decided does not decide the appeal: {}", desk.screen());
}

#[tokio::test]
async fn a_verb_on_a_conflict_says_that_it_is_not_about_the_marks() {
    let mut desk = Desk::busy(120, 36).await;
    desk.find(12).await.play("esc / C-u `id:12 or id:14 or id:15` enter * =").await;
    for key in ["a", "v", "c"] {
        desk.play(key).await;
        assert!(desk.screen().contains("About C-2 only; 2 marks stay."), "{key}: {}", desk.screen());
        desk.play("esc").await;
    }
    desk.play("o").await;
    assert!(desk.screen().contains("; 2 marks stay"), "{}", desk.screen());
    assert!(desk.case(2).await.state.reviewer().is_some(), "{}", desk.screen());
}

#[tokio::test]
async fn who_withdraws_from_a_conflict_sees_first_what_becomes_of_it() {
    on_both(async |fresh| {
        let mut desk = Desk::opened(fresh, 120, 36).await;
        let case = desk.deal(11).await.dispute.expect("three claim one deal").case;
        let told = desk.find(10).await.play("W").await.screen();
        assert!(told.contains(&format!("It is a party of {case}: where only one other is left")), "{told}");
        assert!(desk.deal(10).await.state.is_claim(), "nothing is done yet");
        desk.play("y").await;
        assert!(matches!(desk.deal(10).await.state, DealState::Withdrawn { .. }), "{}", desk.screen());
        assert!(desk.deal(11).await.hold.is_some(), "two are left, and wait");
        // Whoever withdrew is beside the others, and nobody is asked whether it should win.
        let dossier = desk.find(12).await.play("=").await.screen();
        assert!(dossier.contains("it gave up, and can't"), "{dossier}");
        let award = desk.play("a").await.screen();
        let form: Vec<&str> = award.lines().filter(|line| line.contains('│')).collect();
        assert!(form.iter().any(|line| line.contains("D-11")) && !form.iter().any(|line| line.contains("D-10")), "{award}");
        desk.play("esc esc").await.find(11).await.play("W y").await;
        assert!(desk.deal(12).await.hold.is_none(), "the last one goes on: {}", desk.screen());
        assert!(matches!(desk.case(case.0).await.state, CaseState::Closed { .. }));
    })
    .await;
}

#[tokio::test]
async fn nobody_gets_a_deal_when_all_are_rejected() {
    on_both(async |fresh| {
        let mut desk = Desk::opened(fresh, 120, 36).await;
        desk.find(12).await.play("= d down down C-s Y").await;
        for deal in 10..=12 {
            assert!(matches!(desk.deal(deal).await.state, DealState::Rejected { .. }), "{deal}: {}", desk.screen());
        }
        desk.changed().await;
        assert!(desk.screen().contains("nobody got it") && !desk.screen().contains("gave way"), "{}", desk.screen());
        assert!(!desk.screen().contains("would pin"), "{}", desk.screen());
        desk.play("u").await;
        assert!(desk.screen().contains("a party can appeal"), "{}", desk.screen());
    })
    .await;
}

#[tokio::test]
async fn a_decision_about_evidence_that_has_changed_meanwhile_is_refused_and_asked_again() {
    on_both(async |fresh| {
        let mut desk = Desk::opened(fresh, 120, 36).await;
        desk.find(12).await.play("= a").await;
        desk.attach(11, pilothouse::domain::deal::DocumentKind::CustomerLetter, "Letter of Falkner.pdf").await;
        desk.play("C-s").await;
        assert_eq!(desk.case(2).await.state.name(), "review", "{}", desk.screen());
        insta::allow_duplicates! { insta::assert_snapshot!("deals_evidence_changed_120x36", desk.screen()) }
    })
    .await;
}

#[tokio::test]
async fn the_queues_of_conflicts_show_the_clock_and_the_reviewer_of_the_conflict() {
    on_both(async |fresh| {
        let mut desk = Desk::opened(fresh, 120, 36).await;
        desk.register(16, &super::SANTA_ELENA_AGAIN).await;
        desk.judge(CARLA, 2, CaseCommand::TakeReview).await;
        // Long after the review was due, and after the newer conflict was found.
        desk.at(24 * 20);
        desk.sweep().await;
        desk.changed().await.press("4 ]").await;
        insta::allow_duplicates! { insta::assert_snapshot!("deals_conflict_overdue_120x36", desk.screen()) }
        desk.press("8 ] /").await.text("is:breached is:conflict").await.press("enter").await;
        assert!(desk.screen().contains("D-12 "), "{}", desk.screen());
    })
    .await;
}

#[tokio::test]
async fn a_number_alone_finds_its_registration_or_the_parties_of_its_conflict() {
    on_both(async |fresh| {
        let mut desk = Desk::opened(fresh, 120, 36).await;
        for (typed, found) in
            [("D-12", "1 match"), ("d-1", "1 match"), ("C-2", "3 matches"), ("conflict:C-1", "2 matches"), ("C-9", "no match")]
        {
            desk.press("8 ] / C-u").await.text(typed).await.press("enter").await;
            assert!(desk.screen().contains(found), "{typed}: {}", desk.screen());
        }
    })
    .await;
}
