//! What is entered by hand: a fund, a request, a claim, on both databases.

use super::*;
use crate::{app::mdf::eur, support::databases::on_both};
use pilothouse::domain::{
    id::{FundId, RequestId},
    mdf::{claim::Claim, request::Request},
};

impl Desk {
    /// An empty desk with its people, at which finance sits.
    async fn bare(fresh: Fresh) -> Self {
        let books = Books::settled(&fresh).await;
        let me = Actor { id: PAYS[0], name: Text::clean("op 8"), roles: Roles(vec![Role::Finance]) };
        let stage = open(&fresh, &me, 120, 36);
        let mut desk = Self { books, stage, me, fresh };
        desk.changed().await;
        desk
    }

    pub(super) async fn request(&self, id: i64) -> Request {
        self.books.app().db().read().await.expect("open").requests(&[RequestId(id)]).await.expect("read").remove(0)
    }

    async fn claim(&self, id: i64) -> Claim {
        self.books.claim_seen(ClaimId(id)).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fund_a_request_and_a_claim_come_about_from_the_keyboard() {
    on_both(async |fresh| Box::pin(from_the_keyboard(fresh)).await).await;
}

async fn from_the_keyboard(fresh: Fresh) {
    let mut desk = Desk::bare(fresh).await;
    desk.shows("There is no fund yet");
    desk.press("O").await;
    desk.fill(&["DACH second quarter", "Launch", "nowhere", "2026-03-02", "2026-05-31", "eur"]).await.press("C-s").await;
    desk.shows("the regions are DACH");
    // It came back with what was typed: only the holder is written anew.
    desk.press("C-u").await.text("dach").await;
    desk.shows("for any partner of DACH, 2026-03-02 to 2026-05-31, in EUR");
    desk.press("C-s").await.changed().await.press("8 ]").await;
    desk.shows("DACH second quarter");
    desk.press("+").await.fill(&["EUR 20000", "board, 2 March"]).await.press("C-s Y").await;
    assert_eq!(desk.books.balances(FundId(1)).await[..2], [2_000_000, 2_000_000], "{}", desk.screen());

    desk.sits(ASKS[0], &[Role::Triager]).await.press("p").await;
    let fields = ["F-1", "nordl", "Roadshow", "", "Germany", "2026-03-25", "2026-03-26", "EUR 8,000", "", ""];
    desk.fill(&fields).await;
    desk.shows("EUR 4,000.00 of EUR 8,000.00 is asked for, 2026-03-25 to 2026-03-26");
    desk.press("C-s").await;
    let request = desk.request(1).await;
    assert_eq!((request.plan.asked, request.state.name()), (eur("4000"), "submitted"), "{}", desk.screen());
    // Who asked does not approve.
    desk.sits(ASKS[0], &[Role::Triager, Role::Approver]).await.find("R-1").await.press("a").await;
    assert_eq!(desk.request(1).await.state.name(), "submitted", "{}", desk.screen());
    desk.sits(APPROVES[0], &[Role::Approver]).await.find("R-1").await.press("a Y").await;
    assert_eq!(desk.request(1).await.state.name(), "approved", "{}", desk.screen());

    desk.books.pass_days(25);
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("%PDF-1.4 {name}")).expect("a file");
        path.to_string_lossy().into_owned()
    };
    let (paper, photo) = (file("invoice.pdf"), file("photo.pdf"));
    desk.sits(ASKS[0], &[Role::Triager]).await.find("R-1").await.press("L").await;
    let invoices = "INV-7; Hall Ltd; 2026-03-26; EUR 7000";
    desk.fill(&["", "", "EUR 7000", "", invoices, &paper, &photo]).await;
    desk.shows("EUR 3,500.00 of EUR 7,000.00 is claimed, 1 invoice");
    desk.press("C-s").await;
    let claim = desk.claim(1).await;
    assert_eq!((claim.state.name(), claim.content.documents.len()), ("submitted", 2), "{}", desk.screen());
    assert!(claim.findings.iter().all(|finding| !finding.is_failed()), "{:?}", claim.findings);
    assert_eq!(claim.content.invoices[0].vendor.as_str(), "Hall Ltd");
}

#[tokio::test]
async fn a_draft_is_edited_and_handed_in_and_an_edit_voids_what_was_approved() {
    let mut desk = Desk::busy(databases::sqlite().await, 120, 36).await;
    desk.sits(ASKS[0], &[Role::Triager]).await;
    // Other than in the queue of funds, the fund of the row under the cursor is proposed.
    desk.find("R-3").await.press("p").await;
    desk.shows("F-1");
    desk.fill(&["", "", "Trade fair", "", "", "2026-04-20", "", "EUR 300", "60/40", ""]).await.press("C-s").await;
    desk.shows("a share of 60/40 is more than the program allows, 50/50");
    // The share is written anew, and it is kept as a draft for now.
    desk.fill(&["", "", "", "", "", "", "", "", "50/50", ""]).await.press("down C-s").await;
    let id = 6;
    assert_eq!(desk.request(id).await.state.name(), "draft", "{}", desk.screen());
    desk.find("R-6").await.press("e").await.fill(&["Trade fair, two days", "", "", "", "2026-04-21"]).await.press("C-s").await;
    let edited = desk.request(id).await;
    assert_eq!((edited.plan.title.as_str(), edited.plan.ends_on.to_string()), ("Trade fair, two days", "2026-04-21".to_owned()));
    assert_eq!(edited.plan.asked, eur("150"), "what was not touched stays");
    desk.changed().await.press("t Y").await;
    assert_eq!(desk.request(id).await.state.name(), "submitted", "{}", desk.screen());
    // R-2 has its first approval; an edit by whoever asked voids it.
    assert_eq!(desk.request(2).await.signatures().count(), 1);
    desk.find("R-2").await.press("e").await.fill(&["Roadshow of eight cities"]).await.press("C-s").await;
    assert_eq!(desk.request(2).await.signatures().count(), 0, "{}", desk.screen());
}

#[tokio::test]
async fn a_mistake_in_a_form_is_named_at_its_field_and_nothing_is_written() {
    let mut desk = Desk::busy(databases::sqlite().await, 120, 36).await;
    let before = desk.books.app().mdf_kpis(desk.books.app().now()).await.expect("read");
    desk.sits(ASKS[0], &[Role::Triager]).await.press("p").await;
    for (fields, wrong) in [
        (vec!["F-9"], "F-9 is no open fund"),
        (vec!["spring", ""], "Spring in DACH is for any partner of its region: who asks?"),
        (vec!["spring", "nobody"], "there is no partner called `nobody`"),
        (vec!["q2", "nordl", "", ""], "what is planned?"),
        (vec!["q2", "", "Fair", "", "Atlantis"], "`Atlantis` is not a country"),
        (vec!["q2", "", "Fair", "", "DE", "2026-04-20", "2026-04-19"], "it would end on 2026-04-19, before it begins on 2026-04-20"),
        (vec!["q2", "", "Fair", "", "DE", "2026-04-20", "2026-04-21", "12000"], "write EUR 12000"),
        (vec!["q2", "", "Fair", "", "DE", "2026-04-20", "2026-04-21", "EUR 100", "50/50", "EUR 60"], "50/50 of EUR 100.00 is EUR 50.00"),
        (vec!["q2", "", "Fair", "", "DE", "2026-04-20", "2026-04-21", "EUR 100", "50/50", "USD 50"], "the cost is in EUR"),
    ] {
        desk.press("esc p").await.fill(&fields).await.press("C-s").await;
        desk.shows(wrong);
    }
    assert_eq!(desk.books.app().mdf_kpis(desk.books.app().now()).await.expect("read"), before);
    assert!(desk.books.app().db().read().await.expect("open").requests(&[RequestId(6)]).await.expect("read").is_empty());
}
