//! From an allocation to a paid claim, and what the engine does meanwhile. Expected amounts are worked out by hand.

use super::*;
use crate::support::databases::{on_both, sqlite};
use pilothouse::{
    app::replay::replay,
    domain::{
        mdf::{
            batch::{Answer, BatchState},
            claim::ClaimState,
            fund::FundState,
            request::RequestState,
        },
        partner::PartnerStatus,
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn from_an_allocation_to_a_paid_claim_with_two_approvers() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "20000").await;
        assert_eq!(desk.balances(FUND).await, [2_000_000, 2_000_000, 0, 0, 0, 0]);
        // 8,000 takes two approvers: up to 5,000 would take one.
        let request = desk.ask(ASKS[0], FUND, plan("Road show", "8000")).await.expect("asked");
        let own = desk.step(ANNA, request, MdfCommand::Approve { on_behalf_of: None }).await;
        assert!(own.is_ok(), "Anna took no part: {own:?}");
        let twice = desk.step(ANNA, request, MdfCommand::Approve { on_behalf_of: None }).await.expect_err("she signed first");
        assert!(twice.contains("another person's"), "{twice}");
        assert_eq!(desk.balances(FUND).await, [2_000_000, 2_000_000, 0, 0, 0, 0], "nothing is committed by one of two");
        desk.step(APPROVES[0], request, MdfCommand::Approve { on_behalf_of: None }).await.expect("the second");
        assert_eq!(desk.balances(FUND).await, [2_000_000, 1_200_000, 800_000, 0, 0, 0]);

        desk.pass_days(25);
        let claim = desk.claim_on(request, content("A-1", "6000")).await;
        assert_eq!(desk.balances(FUND).await, [2_000_000, 1_200_000, 200_000, 600_000, 0, 0]);
        desk.approve(APPROVES[1], claim).await.expect("the first");
        desk.approve(APPROVES[2], claim).await.expect("the second");
        let (batch, no) = desk.sent(PAYS[1], claim, "pay-1").await;
        let again = desk.claim(PAYS[1], claim, ClaimCommand::Pay { key: text("pay-1"), amount: None }).await.expect_err("paid once");
        assert!(again.contains("pay-1 is payment 1"), "{again}");
        let answers = vec![(claim, no, Answer::Confirmed { reference: text("bank 77") })];
        let outcome = desk.house.run(PAYS[1], Command::AnswerBatch { batch, answers: answers.clone() }).await;
        only(outcome).expect("confirmed");
        assert_eq!(desk.balances(FUND).await, [2_000_000, 1_200_000, 200_000, 0, 600_000, 0]);
        assert!(matches!(desk.claim_seen(claim).await.state, ClaimState::Closed { .. }));
        let held = desk.app().mdf_batches(10).await.expect("read").remove(0);
        assert!(matches!(held.state, BatchState::Settled { .. }), "{held:?}");
        let twice = only(desk.house.run(PAYS[1], Command::AnswerBatch { batch, answers }).await).expect_err("answered already");
        assert!(twice.contains("not with the bank"), "{twice}");

        desk.request(ASKS[0], request, RequestCommand::Complete).await.expect("nothing more is claimed");
        assert_eq!(desk.balances(FUND).await, [2_000_000, 1_400_000, 0, 0, 600_000, 0]);
        let back = ClaimCommand::ClawBack { key: text("back-1"), amount: eur("1000"), reference: text("bank 78") };
        desk.claim(PAYS[1], claim, back).await.expect("money came back");
        assert_eq!(desk.balances(FUND).await, [2_000_000, 1_500_000, 0, 0, 500_000, 0]);
        desk.pass_days(70);
        let swept = desk.sweep().await;
        assert!(!swept.mdf.is_empty() && desk.sweep().await.mdf.is_empty(), "the second finds nothing to do");
        assert!(matches!(desk.seen(FUND).await.state, FundState::Settled { .. }));
        assert_eq!(desk.balances(FUND).await, [2_000_000, 0, 0, 0, 500_000, 1_500_000]);
        replays(&desk).await;
    })
    .await;
}

/// The chain, applied from nothing, gives the same tables.
async fn replays(desk: &Desk) {
    let copy = sqlite().await;
    let from = desk.app().db();
    replay(from, &copy.db).await.expect("a sound chain");
    let before = from.read().await.expect("open").digests().await.expect("read");
    let after = copy.db.read().await.expect("open").digests().await.expect("read");
    for (before, after) in before.into_iter().zip(after) {
        if before != after {
            let [a, b] = [from, &copy.db].map(|db| async { db.read().await.expect("open").dump(before.table).await.expect("read") });
            panic!("{} differs:\n{}\n---\n{}", before.table, a.await.join("\n"), b.await.join("\n"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspicion_freezes_what_else_the_partner_has_pending() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "20000").await;
        let request = desk.approved("Road show", "4000").await;
        desk.pass_days(25);
        let [first, second] = [desk.claim_on(request, content("A-1", "1000")).await, desk.claim_on(request, content("A-2", "1000")).await];
        desk.approve(APPROVES[0], second).await.expect("one is enough");
        desk.claim(ASKS[0], first, ClaimCommand::Flag { reason: text("the photo is of another fair") }).await.expect("flagged");
        let frozen = desk.claim_seen(second).await;
        assert!(matches!(&frozen.state, ClaimState::Suspect { freeze, .. } if freeze.of == first), "{:?}", frozen.state);
        let refused = desk.claim(PAYS[0], second, ClaimCommand::Pay { key: text("k"), amount: None }).await.expect_err("it stands still");
        assert!(refused.contains("stands still under suspicion"), "{refused}");
        let third = desk.claim_on(request, content("A-3", "500")).await;
        let refused = desk.approve(APPROVES[0], third).await.expect_err("another claim of the partner is suspect");
        assert!(refused.contains("under suspicion"), "{refused}");
        desk.claim(APPROVES[1], first, ClaimCommand::Clear).await.expect("cleared");
        assert!(matches!(desk.claim_seen(second).await.state, ClaimState::Approved { .. }), "it goes on where it stood");
        replays(&desk).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_partner_gets_no_approval_and_no_money() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "20000").await;
        let request = desk.approved("Road show", "4000").await;
        desk.pass_days(25);
        let [paid, waits] = [desk.claim_on(request, content("A-1", "1000")).await, desk.claim_on(request, content("A-2", "1000")).await];
        desk.approve(APPROVES[0], paid).await.expect("one is enough");
        desk.house.run(ANNA, Command::Partners(vec![of_status(PartnerStatus::Suspended)])).await;
        let refused = desk.claim(PAYS[0], paid, ClaimCommand::Pay { key: text("k"), amount: None }).await.expect_err("suspended");
        assert!(refused.contains("Nordlicht Systeme is suspended"), "{refused}");
        let refused = desk.approve(APPROVES[0], waits).await.expect_err("suspended");
        assert!(refused.contains("the partner is suspended"), "{refused}");
        desk.house.run(ANNA, Command::Partners(vec![of_status(PartnerStatus::Active)])).await;
        desk.claim(PAYS[0], paid, ClaimCommand::Pay { key: text("k"), amount: None }).await.expect("active again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_claimed_in_time_goes_back_to_the_fund() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "20000").await;
        let request = desk.approved("Road show", "4000").await;
        // The activity ends on day 22, claims are taken for 45 days: through day 67.
        desk.pass_days(67);
        desk.sweep().await;
        assert_eq!(desk.balances(FUND).await, [2_000_000, 1_600_000, 400_000, 0, 0, 0], "the last day is not over");
        desk.pass_days(1);
        desk.sweep().await;
        let held = desk.app().db().read().await.expect("open").requests(&[request]).await.expect("read").remove(0);
        assert!(matches!(held.state, RequestState::Expired { .. }), "{:?}", held.state);
        assert_eq!(desk.balances(FUND).await, [2_000_000, 2_000_000, 0, 0, 0, 0]);
        let late = desk.claims(ASKS[1], request, vec![content("A-1", "100")]).await.remove(0).expect_err("nothing is committed any more");
        assert!(late.contains("is expired"), "{late}");
        replays(&desk).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_voids_the_approval_and_an_undo_gives_a_rejected_claim_its_money_again() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "20000").await;
        let request = desk.approved("Road show", "9000").await;
        desk.pass_days(25);
        let claim = desk.claim_on(request, content("A-1", "6000")).await;
        desk.approve(APPROVES[0], claim).await.expect("the first of two");
        let edited = desk.claim(ASKS[0], claim, ClaimCommand::Edit { content: Box::new(content("A-2", "5500")) }).await.expect("edited");
        assert_eq!((edited.signatures().count(), edited.desk.revision), (0, 2), "what was signed counts for nothing");
        desk.approve(APPROVES[0], claim).await.expect("the first again");
        let undone = desk.claim(APPROVES[0], claim, ClaimCommand::Undo).await.expect("taken back");
        assert_eq!(undone.signatures().count(), 0);
        desk.approve(APPROVES[0], claim).await.expect("and given again");
        let reason = pilothouse::domain::mdf::request::RejectReason::NotPerformed;
        desk.claim(APPROVES[1], claim, ClaimCommand::Reject { reason }).await.expect("rejected");
        assert_eq!(desk.balances(FUND).await, [2_000_000, 1_100_000, 900_000, 0, 0, 0]);
        desk.claim(APPROVES[1], claim, ClaimCommand::Undo).await.expect("not rejected");
        assert_eq!(desk.balances(FUND).await, [2_000_000, 1_100_000, 300_000, 600_000, 0, 0], "what was set aside before");
        desk.claim(ASKS[0], claim, ClaimCommand::RequestInfo { text: text("where is the list?") }).await.expect("asked");
        desk.claim(ASKS[1], claim, ClaimCommand::Resubmit).await.expect("answered");
        desk.approve(APPROVES[2], claim).await.expect("the first");
        let again = desk.approve(APPROVES[0], claim).await.expect_err("who signed first before the questions");
        assert_eq!(again, "cannot approve: O-5 gave the first approval already, and the second approval is another person's");
        desk.approve(ANNA, claim).await.expect("the second is another person");
        replays(&desk).await;
    })
    .await;
}
