//! The funding room on a real database: funds, requests and claims, keys, the screen.

mod entry;
mod money;

use crate::{
    app::mdf::{APPROVES, ASKS, Desk as Books, FUND, PAYS, content, plan},
    support::databases::{self, Fresh},
};
use pilothouse::{
    app::MdfCommand,
    domain::{
        actor::{Actor, Role, Roles},
        id::{ClaimId, OperatorId},
        mdf::{claim::ClaimState, fund::Holder, request::RequestCommand},
        text::Text,
    },
    tui::{console, furniture::Station, rooms::mdf::MdfRoom, shell, testing::Stage, widgets::status::Banner},
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

/// A funding desk in the middle of a quarter, and the hands of an operator.
struct Desk {
    books: Books,
    stage: Stage<MdfRoom>,
    /// Who sits at it.
    me: Actor,
    fresh: Fresh,
}

fn approver(number: usize) -> Actor {
    Actor { id: APPROVES[number], name: Text::clean("op 6"), roles: Roles(vec![Role::Approver]) }
}

impl Desk {
    async fn busy(fresh: Fresh, width: u16, height: u16) -> Self {
        let books = Books::opened(&fresh, "60000").await;
        books.fund("Spring in DACH", Holder::Region(Text::clean("DACH")), "25000").await;
        live(&books).await;
        let me = approver(0);
        let stage = open(&fresh, &me, width, height);
        let mut desk = Self { books, stage, me, fresh };
        desk.changed().await;
        desk
    }

    /// Somebody else sits down, at a console of their own.
    async fn sits(&mut self, id: OperatorId, roles: &[Role]) -> &mut Self {
        self.me = Actor { id, name: Text::clean("another"), roles: Roles(roles.to_vec()) };
        self.stage = open(&self.fresh, &self.me, 120, 36);
        self.changed().await
    }

    async fn settle(&mut self) {
        console::settle(&mut self.stage, self.books.app(), &self.me).await;
    }

    async fn changed(&mut self) -> &mut Self {
        self.stage.now = self.books.app().now();
        self.stage.send(shell::Msg::Changed);
        self.settle().await;
        self
    }

    async fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.stage.now = self.books.app().now();
            self.stage.keys(key);
            self.settle().await;
        }
        self
    }

    async fn text(&mut self, text: &str) -> &mut Self {
        self.stage.text(text);
        self.settle().await;
        self
    }

    /// Puts the cursor on an item, in the queue of all.
    async fn find(&mut self, item: &str) -> &mut Self {
        self.press("9 ] / C-u").await.text(&format!("id:{item}")).await.press("enter").await
    }

    /// Puts the cursor on a fund, in the queue of funds.
    async fn find_fund(&mut self, fund: &str) -> &mut Self {
        self.press("8 ] / C-u").await.text(&format!("id:{fund}")).await.press("enter").await
    }

    /// Types the fields of the open form one after the other, each in the place of what stood there; an empty one stays as it is.
    async fn fill(&mut self, fields: &[&str]) -> &mut Self {
        for field in fields {
            if !field.is_empty() {
                self.press("C-u").await.text(field).await;
            }
            self.press("tab").await;
        }
        self
    }

    /// What must stand on the screen, wherever its lines are broken.
    #[track_caller]
    fn shows(&self, wanted: &str) {
        let screen = self.screen();
        let words =
            |text: &str| text.split(|c: char| c.is_whitespace() || c == '│').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        assert!(words(&screen).contains(&words(wanted)), "`{wanted}` is not on the screen:\n{screen}");
    }

    fn screen(&self) -> String {
        self.stage.screen_marked()
    }
}

fn open(fresh: &Fresh, me: &Actor, width: u16, height: u16) -> Stage<MdfRoom> {
    let zone = chrono_tz::Europe::Amsterdam;
    let mut place = console::place(fresh.db.address(), me.clone(), Banner::None, false, zone);
    "channel.db".clone_into(&mut place.database);
    let room = MdfRoom::new(Station { me: me.id, zone, address: "sqlite:channel.db".to_owned() });
    Stage::new(room, place, (width, height), fresh.db.options().clock.now())
}

/// What happened since the quarter began.
async fn live(books: &Books) {
    // A fair that was approved, held, claimed and paid.
    let fair = books.approved("Hannover fair", "8000").await;
    // A roadshow that takes two approvals and has the first.
    let roadshow = books.ask(ASKS[0], FUND, plan("Roadshow of seven cities", "18000")).await.expect("asked");
    books.step(APPROVES[1], roadshow, MdfCommand::Approve { on_behalf_of: None }).await.expect("approved");
    // One that waits, one that was returned, one draft that was rejected.
    books.ask(ASKS[1], FUND, plan("Trade magazine, four pages", "4200")).await.expect("asked");
    let vague = books.ask(ASKS[1], FUND, plan("Something digital", "2500")).await.expect("asked");
    books.request(APPROVES[0], vague, RequestCommand::RequestInfo { text: Text::clean("what exactly?") }).await.expect("returned");
    let webinar = books.approved("Webinar series", "3000").await;
    books.pass_days(24);
    let paid = books.claim_on(fair, content("INV-1", "5000")).await;
    approve_all(books, paid).await;
    books.sent(PAYS[1], paid, "first").await;
    // The same invoice again, on another request.
    books.claim_on(webinar, content("INV-1", "1200")).await;
    let clean = books.claim_on(webinar, content("INV-2", "1500")).await;
    let odd = books.claim_on(fair, content("INV-3", "900")).await;
    assert_ne!(clean, odd);
    books.sweep().await;
}

async fn approve_all(books: &Books, id: ClaimId) {
    for who in [APPROVES[2], PAYS[0]] {
        if matches!(books.claim_seen(id).await.state, ClaimState::Submitted) {
            books.approve(who, id).await.expect("approved");
        }
    }
}

#[tokio::test]
async fn every_queue_of_funding_at_every_size() {
    let mut desk = Desk::busy(databases::sqlite().await, 80, 24).await;
    let queues = ["mine", "second", "finance", "returned", "suspect", "due_soon", "expiring", "fund", "all"];
    for (width, height) in SIZES {
        desk.stage.resize(width, height);
        desk.settle().await;
        for (number, queue) in queues.into_iter().enumerate() {
            desk.press(&format!("{} ]", number + 1)).await;
            insta::assert_snapshot!(format!("mdf_{queue}_{width}x{height}"), desk.screen());
        }
    }
}

#[tokio::test]
async fn an_item_tells_its_checks_first_and_the_funds_stand_beside_each_other() {
    let mut desk = Desk::busy(databases::sqlite().await, 80, 24).await;
    for (width, height) in SIZES {
        desk.stage.resize(width, height);
        for item in ["M-2", "R-2", "M-1"] {
            desk.find(item).await.press("enter").await;
            insta::assert_snapshot!(format!("mdf_story_{item}_{width}x{height}"), desk.screen());
            desk.press("esc").await;
        }
        desk.find_fund("F-1").await.press("enter").await;
        insta::assert_snapshot!(format!("mdf_story_F-1_{width}x{height}"), desk.screen());
        desk.press("esc").await;
        desk.find("R-2").await.press("=").await;
        insta::assert_snapshot!(format!("mdf_funds_{width}x{height}"), desk.screen());
        desk.press("esc").await;
    }
}

#[tokio::test]
async fn an_approval_shows_what_the_fund_holds_before_and_after() {
    let mut desk = Desk::busy(databases::sqlite().await, 120, 36).await;
    desk.find("R-3").await.press("a").await;
    insta::assert_snapshot!("mdf_plan_approve_120x36", desk.screen());
    desk.press("Y").await;
    assert!(desk.screen().contains("committed"), "{}", desk.screen());
    desk.find("M-3").await.press("F").await.text("the photo is of another fair").await.press("enter").await;
    assert!(matches!(desk.books.claim_seen(ClaimId(3)).await.state, ClaimState::Suspect { .. }), "{}", desk.screen());
    assert!(matches!(desk.books.claim_seen(ClaimId(4)).await.state, ClaimState::Suspect { .. }), "the partner's other claims stand still");
    desk.changed().await.press("C").await;
    assert!(matches!(desk.books.claim_seen(ClaimId(4)).await.state, ClaimState::Submitted), "{}", desk.screen());
}

#[tokio::test]
async fn two_approve_and_a_third_pays_and_nobody_does_two_of_it() {
    let mut desk = Desk::busy(databases::sqlite().await, 120, 36).await;
    // Who gave the first approval does not give the second.
    desk.sits(APPROVES[1], &[Role::Approver]).await.find("R-2").await.press("a").await;
    assert!(desk.screen().contains("approve:"), "{}", desk.screen());
    assert_eq!(desk.books.balances(FUND).await[2], 240_000, "nothing was committed");
    desk.sits(APPROVES[0], &[Role::Approver]).await.find("R-2").await.press("a Y").await;
    assert_eq!(desk.books.balances(FUND).await[2], 240_000 + 1_800_000, "{}", desk.screen());
    // A clean claim below the limit takes one approval; finance orders the payment.
    desk.find("M-3").await.press("a Y").await;
    assert!(matches!(desk.books.claim_seen(ClaimId(3)).await.state, ClaimState::Approved { .. }), "{}", desk.screen());
    desk.sits(PAYS[0], &[Role::Finance]).await.find("M-3").await.press("$").await;
    assert!(desk.books.claim_seen(ClaimId(3)).await.payments.is_empty(), "a plan pays nothing");
    desk.press("Y").await;
    assert_eq!(desk.books.claim_seen(ClaimId(3)).await.payments.len(), 1, "{}", desk.screen());
    desk.find("M-3").await.press("$ Y").await;
    assert_eq!(desk.books.claim_seen(ClaimId(3)).await.payments.len(), 1, "{}", desk.screen());
}
