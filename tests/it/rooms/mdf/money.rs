//! Money that is approved, paid, taken back and moved from the keyboard.

use super::*;
use crate::{app::mdf::eur, support::databases::on_both};
use pilothouse::app::Command;
use pilothouse::domain::{
    deal::ContentHash,
    id::RequestId,
    mdf::{
        batch::BatchFile,
        check::CheckKind,
        claim::PaymentState,
        request::{Plan, RequestState},
    },
};

impl Desk {
    async fn finance(&mut self) -> &mut Self {
        self.sits(PAYS[0], &[Role::Finance]).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn part_of_a_claim_is_approved_paid_answered_and_taken_back() {
    on_both(async |fresh| Box::pin(part_paid_and_taken_back(fresh)).await).await;
}

async fn part_paid_and_taken_back(fresh: databases::Fresh) {
    let mut desk = Desk::busy(fresh, 120, 36).await;
    desk.find("M-3").await.press("A").await.fill(&["EUR 1501"]).await.press("C-s").await;
    desk.shows("no more than EUR 1,500.00 is asked for");
    desk.press("C-u").await.text("EUR 1000").await.press("C-s Y").await;
    let claim = desk.books.claim_seen(ClaimId(3)).await;
    assert_eq!(claim.state.approval().map(|approval| approval.amount), Some(eur("1000")), "{}", desk.screen());
    desk.finance().await.find("M-3").await.press("$ Y").await;
    // What is in no file yet was not paid by a bank.
    desk.press("B").await.fill(&["", ""]).await.text("NTRF 16").await.press("C-s").await;
    desk.shows("is in no batch yet");
    let file = BatchFile { name: Text::clean("one.csv"), hash: ContentHash::of(b"one") };
    desk.books.house.run(PAYS[0], Command::ExportBatch { payments: vec![(ClaimId(3), 1)], file }).await;
    // Another of finance has heard from the bank.
    desk.sits(PAYS[1], &[Role::Finance]).await.find("M-3").await.press("B C-s").await;
    desk.shows("the bank's reference is missing");
    desk.text("NTRF 17").await.press("C-s").await;
    assert_eq!(desk.books.balances(FUND).await[4], 0, "a plan pays nothing: {}", desk.screen());
    desk.press("Y").await;
    let claim = desk.books.claim_seen(ClaimId(3)).await;
    assert!(
        matches!(&claim.payments[0].state, PaymentState::Confirmed { reference, .. } if reference.as_str() == "NTRF 17"),
        "{}",
        desk.screen()
    );
    assert_eq!(desk.books.balances(FUND).await[4], 100_000, "{}", desk.screen());
    // Some of it comes back.
    desk.find("M-3").await.press("-").await.fill(&["EUR 400", "returned 3 April"]).await.press("C-s Y").await;
    assert_eq!(desk.books.claim_seen(ClaimId(3)).await.paid(), eur("600"), "{}", desk.screen());
    assert_eq!(desk.books.balances(FUND).await[4], 60_000);
}

#[tokio::test]
async fn a_failed_check_is_let_pass_with_a_reason_and_only_then_it_is_approved() {
    let mut desk = Desk::busy(databases::sqlite().await, 120, 36).await;
    // Nobody lets the same paper pass twice.
    desk.find("M-2").await.press("~").await;
    desk.shows("no check of M-2 failed that somebody could let pass");
    // Nothing shows that it took place.
    let mut bare = content("INV-9", "300");
    bare.documents.truncate(1);
    let late = desk.books.claim_on(RequestId(5), bare).await;
    assert_eq!(late, ClaimId(5));
    desk.find("M-5").await.press("a").await;
    desk.shows("proof of performance");
    assert_eq!(desk.books.claim_seen(late).await.state.name(), "submitted");
    desk.press("esc").await.find("M-5").await.press("~ C-s").await;
    desk.shows("whoever lets a check pass says why");
    desk.text("the hall was flooded").await.press("C-s").await;
    assert!(desk.books.claim_seen(late).await.waivers.contains_key(&CheckKind::Proofs), "{}", desk.screen());
    // Undo takes the waiver back, and it is given again.
    desk.press("u").await;
    assert!(desk.books.claim_seen(late).await.waivers.is_empty(), "{}", desk.screen());
    desk.find("M-5").await.press("~ tab").await.text("the hall was flooded").await.press("C-s").await;
    desk.find("M-5").await.press("a Y").await;
    assert_eq!(desk.books.claim_seen(late).await.state.name(), "approved", "{}", desk.screen());
}

#[tokio::test]
async fn a_colleague_stands_in_with_a_delegation_and_not_without() {
    let mut desk = Desk::busy(databases::sqlite().await, 120, 36).await;
    let limit = |who: OperatorId| {
        pilothouse::app::AuthorityCommand::SetLimit(pilothouse::domain::mdf::approval::Limit {
            operator: who,
            amount: eur("100"),
            from: crate::app::mdf::day(0),
            until: None,
        })
    };
    desk.books.house.run(crate::app::ANNA, pilothouse::app::Command::Authority(vec![limit(APPROVES[0])])).await;
    desk.find("R-3").await.press("b").await.text("op 6").await.press("C-s").await;
    assert_eq!(desk.request(3).await.state.name(), "submitted", "{}", desk.screen());
    desk.sits(APPROVES[1], &[Role::Approver]).await.press("D").await.text("op 5").await.press("tab tab").await.press("C-s").await;
    desk.shows("until which day?");
    desk.text("2026-04-30").await.press("C-s").await;
    desk.shows("delegated");
    desk.sits(APPROVES[0], &[Role::Approver]).await.find("R-3").await.press("a").await;
    assert_eq!(desk.request(3).await.state.name(), "submitted", "the own limit is 100 EUR: {}", desk.screen());
    desk.press("esc").await.find("R-3").await.press("b").await.text("op 6").await.press("C-s Y").await;
    assert_eq!(desk.request(3).await.state.name(), "approved", "{}", desk.screen());
}

#[tokio::test]
async fn whoever_manages_operators_says_how_much_one_may_approve() {
    let mut desk = Desk::busy(databases::sqlite().await, 120, 36).await;
    desk.press("m").await;
    assert!(!desk.screen().contains("How much somebody may approve"), "an approver sets no limit: {}", desk.screen());
    desk.sits(crate::app::ANNA, &[Role::Admin]).await.press("m").await.text("op 5").await.press("tab").await.text("EUR 4000").await;
    desk.shows("op 5 may approve up to EUR 4,000.00");
    desk.press("C-s").await;
    desk.shows("the limit is set");
    desk.sits(APPROVES[0], &[Role::Approver]).await.find("R-3").await.press("a").await;
    desk.shows("EUR 4,000.00");
    assert_eq!(desk.request(3).await.state.name(), "submitted", "EUR 4,200 is more: {}", desk.screen());
}

#[tokio::test]
async fn money_moves_between_funds_and_a_plan_says_when_one_runs_dry() {
    let mut desk = Desk::busy(databases::sqlite().await, 120, 36).await;
    desk.finance().await.find_fund("F-2").await.press("M").await.fill(&["F-2"]).await.press("C-s").await;
    desk.shows("it is there already");
    desk.press("C-u").await.text("Q2").await.press("tab").await.text("EUR 25001").await.press("tab").await.text("council").await;
    desk.press("C-s").await;
    desk.shows("F-2 is short of EUR 1.00");
    desk.fill(&["", "EUR 20000"]).await.press("C-s").await;
    desk.shows("available EUR 25,000.00 -> EUR 5,000.00");
    desk.press("Y").await;
    assert_eq!(desk.books.balances(FUND).await[..2], [8_000_000, 6_900_000], "{}", desk.screen());
    // A fund that nearly everything is asked of.
    desk.books.fund("Autumn", Holder::Region(Text::clean("DACH")), "5000").await;
    desk.find_fund("F-3").await.press("=").await;
    desk.shows("All funds, by program");
    desk.press("v").await;
    desk.shows("All funds, by region");
    desk.press("v").await;
    desk.shows("Shared by the partners of DACH");
}

#[tokio::test]
async fn many_are_approved_at_once_with_the_fund_before_and_after() {
    let mut desk = Desk::busy(databases::sqlite().await, 120, 36).await;
    desk.press("9 ] / C-u").await.text("stage:submitted").await.press("enter * a").await;
    insta::assert_snapshot!("mdf_plan_approve_many_120x36", desk.screen());
    desk.press("Y").await;
    assert_eq!(desk.request(2).await.state.name(), "approved", "{}", desk.screen());
    assert_eq!(desk.request(3).await.state.name(), "approved", "{}", desk.screen());
    assert_eq!(desk.books.claim_seen(ClaimId(3)).await.state.name(), "approved", "{}", desk.screen());
    assert_eq!(desk.books.claim_seen(ClaimId(2)).await.state.name(), "submitted", "its invoice was paid already");
    desk.shows("approve: done on 4 items");
    desk.shows("1 marked");
}

#[tokio::test]
async fn payments_go_to_the_bank_as_a_file_and_its_answer_comes_back() {
    let kept = tempfile::tempdir().expect("a folder");
    let folder = kept.path().to_path_buf();
    let mut desk = Desk::busy(databases::sqlite().await, 120, 36).await;
    desk.find("M-3").await.press("a Y").await;
    desk.finance().await.find("M-3").await.press("$ Y").await;
    let payees = "code,name,account,bic\npayer,Meridian Networks,NL91ABNA0417164300,ABNANL2A\nNORD,Nordlicht,DE89370400440532013000,\n";
    std::fs::write(folder.join("accounts.csv"), payees).expect("a file");
    let into = folder.to_string_lossy().into_owned();
    desk.press("X").await.fill(&["nowhere.csv", "csv", "", &into]).await.press("C-s").await;
    desk.shows("What you typed is still here");
    desk.press("C-u").await.text(&format!("{into}/accounts.csv")).await.press("C-s").await;
    desk.shows("1 payment, EUR 1,500.00");
    let files = |ending: &'static str| {
        let all = std::fs::read_dir(&folder).expect("a folder").map(|file| file.expect("a file").path());
        all.filter(move |path| path.to_string_lossy().ends_with(ending) && !path.ends_with("accounts.csv")).collect::<Vec<_>>()
    };
    assert_eq!(files(".csv").len(), 1, "{}", desk.screen());
    let claim = desk.books.claim_seen(ClaimId(3)).await;
    assert!(matches!(claim.payments[0].state, PaymentState::Exported { .. }));
    let reference = pilothouse::domain::mdf::batch::end_to_end(claim.id, claim.payments[0].no);
    std::fs::write(folder.join("answer.csv"), format!("reference,status,amount,currency,reason\n{reference},paid,1500.00,EUR,B-77\n"))
        .expect("a file");
    desk.sits(PAYS[1], &[Role::Finance]).await.press("x").await.text(&format!("{into}/answer.csv")).await.press("C-s").await;
    desk.shows("1 paid, 0 not paid");
    assert!(matches!(desk.books.claim_seen(ClaimId(3)).await.payments[0].state, PaymentState::Confirmed { .. }));
}

#[tokio::test]
async fn who_approves_second_is_offered_what_the_first_approved() {
    let mut desk = Desk::busy(databases::sqlite().await, 120, 36).await;
    let later = Plan { starts_on: crate::app::mdf::day(60), ends_on: crate::app::mdf::day(61), ..plan("Fair in Kiel", "12000") };
    let asked = desk.books.ask(ASKS[0], FUND, later).await.expect("asked");
    let name = asked.to_string();
    desk.changed().await.find(&name).await.press("A").await.fill(&["EUR 9000"]).await.press("C-s Y").await;
    assert_eq!(desk.request(asked.0).await.state.name(), "submitted", "two approve it: {}", desk.screen());
    desk.sits(APPROVES[1], &[Role::Approver]).await.find(&name).await.press("A").await;
    desk.shows("EUR 12,000.00 is asked for, and EUR 9,000.00 was approved");
    desk.press("C-s Y").await;
    let state = desk.request(asked.0).await.state;
    assert!(matches!(&state, RequestState::Approved { commitment } if commitment.amount == eur("9000")), "{state:?} {}", desk.screen());
}

/// A form that nothing can come of is not opened: the reason and the way out stand there at once.
#[tokio::test]
async fn no_document_is_asked_for_that_an_approved_claim_would_refuse() {
    let mut desk = Desk::busy(databases::sqlite().await, 120, 36).await;
    approve_all(&desk.books, ClaimId(3)).await;
    assert!(matches!(desk.books.claim_seen(ClaimId(3)).await.state, ClaimState::Approved { .. }));
    desk.changed().await;
    desk.find("M-3").await.press("f").await;
    desk.shows("M-3 is approved already; edit it, which asks for approval anew, and attach then");
    assert!(!desk.screen().contains("Attach a document"), "{}", desk.screen());
}
