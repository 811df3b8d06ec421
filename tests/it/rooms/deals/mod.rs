//! The deal room on a real database: queues, the story, the dossier, its dialogs, and a conflict from the keyboard.

mod cases;
mod keymaps;
mod verbs;

use super::{
    NOON,
    channel::{Channel, anna},
};
use crate::support::databases::{self, Fresh, on_both};
use pilothouse::{
    app::{App, Command, DealTarget, OperatorSpec, Registering},
    domain::{
        actor::{Actor, Role, Roles},
        deal::{
            ContentHash, Customer, DealCommand, DealField, Details, Document, DocumentKind, HoldReason, LossReason, Registration, Scope,
            conflict::{CaseCommand, ConflictCase, Verdict},
        },
        id::{ConflictId, DealId, OperatorId, PartnerId},
        money::Money,
        person::Person,
        text::Text,
        time::Span,
    },
    tui::{console, furniture::Station, rooms::deals::DealRoom, shell, testing::Stage, widgets::status::Banner},
};
use std::collections::BTreeSet;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];
const BEN: OperatorId = OperatorId(3);
/// Channel managers: they decide.
const CARLA: OperatorId = OperatorId(4);
const ENGINE: OperatorId = OperatorId(1);

fn text(text: &str) -> Text {
    Text::clean(text)
}

fn money(amount: &str, currency: &str) -> Money {
    Money::parse(amount, currency.parse().unwrap()).unwrap()
}

/// (partner by number, customer, country, city, products, amount, currency)
type Line = (i64, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

/// The customer of D-13, registered by another.
const SANTA_ELENA_AGAIN: Line = (2, "Clínica Santa Elena", "ES", "Valencia", "Video", "50000", "EUR");

fn details(key: usize, line: &Line) -> Details {
    let (_, customer, country, city, products, amount, currency) = *line;
    Details {
        source: text("Salesforce"),
        source_key: text(&format!("salesforce/0065{key:04}")),
        customer: Customer { name: text(customer), country: country.parse().ok(), city: text(city), ..Customer::default() },
        scope: Scope::new(products.split(", ").map(text)),
        value: (!amount.is_empty()).then(|| money(amount, currency)),
        close_on: "2026-06-30".parse().ok(),
        description: text("Refresh of the whole site"),
        contact: Person { name: text("Eva Lang"), email: text(&format!("eva{key}@customer.example")), ..Person::default() },
        ..Details::default()
    }
}

/// A deal desk in the middle of a working day, and the hands of an operator.
struct Desk {
    channel: Channel,
    stage: Stage<DealRoom>,
    /// Who sits at it.
    me: Actor,
    fresh: Fresh,
}

impl Desk {
    async fn busy(width: u16, height: u16) -> Self {
        Self::opened(databases::sqlite().await, width, height).await
    }

    async fn opened(fresh: Fresh, width: u16, height: u16) -> Self {
        fresh.db.options().clock.set(NOON.plus(Span::hours(-24 * 85)));
        let channel = Channel::empty(App::new(fresh.db.clone())).await;
        let carla = OperatorSpec { name: text("Carla Neri"), login: None, roles: Roles(vec![Role::ChannelManager]), active: true };
        channel.run(super::channel::ANNA, Command::Operator(carla)).await;
        let stage = open(&fresh, &anna(), width, height);
        let mut desk = Self { channel, stage, me: anna(), fresh };
        desk.live().await;
        desk.stage.now = NOON;
        desk.stage.send(shell::Msg::Changed);
        desk.settle().await;
        desk
    }

    /// Somebody else sits down at the desk, at a console of their own.
    async fn sits(&mut self, id: OperatorId, name: &str, role: Role) -> &mut Self {
        self.me = Actor { id, name: text(name), roles: Roles(vec![role]) };
        self.stage = open(&self.fresh, &self.me, 120, 36);
        self.changed().await
    }

    fn at(&self, hours: i64) {
        self.channel.app.db().options().clock.set(NOON.plus(Span::hours(hours)));
    }

    async fn register(&self, key: usize, line: &Line) {
        let record = Registering { partner: PartnerId(line.0), details: details(key, line), account: None, submit: true };
        let outcome = self.channel.run(BEN, Command::Register(vec![record])).await;
        assert!(outcome.deals[0].result.is_ok(), "{:?}", outcome.deals[0].result);
        assert_eq!(outcome.deals[0].deal, DealId(i64::try_from(key).unwrap()));
    }

    async fn on(&self, actor: OperatorId, deal: i64, command: DealCommand) {
        let outcome = self.channel.run(actor, Command::Deals { targets: vec![DealTarget::from(DealId(deal))], command }).await;
        assert!(outcome.deals[0].result.is_ok(), "{deal}: {:?}", outcome.deals[0].result);
    }

    async fn judge(&self, actor: OperatorId, case: i64, command: CaseCommand) {
        let outcome = self.channel.run(actor, Command::Case { id: ConflictId(case), command, seen: None }).await;
        assert!(outcome.cases[0].result.is_ok(), "{case}: {:?}", outcome.cases[0].result);
    }

    async fn sweep(&self) {
        self.channel.run(ENGINE, Command::SweepDeals { limit: 100 }).await;
    }

    async fn evidence(&self, case: i64) -> ContentHash {
        self.channel.app.deal_dossier(ConflictId(case), self.channel.app.now()).await.unwrap().unwrap().dossier.evidence.hash
    }

    async fn attach(&self, deal: i64, kind: DocumentKind, name: &str) {
        let document = Document {
            kind,
            name: text(name),
            hash: ContentHash::of(name.as_bytes()),
            size: 48_200,
            media_type: text("application/pdf"),
            dated: None,
            amount: None,
        };
        self.on(BEN, deal, DealCommand::Attach { document }).await;
    }

    /// What happened in the last twelve weeks.
    async fn live(&self) {
        self.register(1, &(1, "Brauhaus Lindner GmbH", "DE", "Bamberg", "Wireless", "18500", "EUR")).await;
        self.on(CARLA, 1, DealCommand::Approve).await;
        self.register(2, &(5, "Banque Régionale du Rhône", "FR", "Lyon", "Switching, Video", "240000", "EUR")).await;
        self.on(CARLA, 2, DealCommand::Approve).await;
        self.at(-24 * 40);
        self.register(3, &(6, "Gemeente Zutphen", "NL", "Zutphen", "Video", "61250.50", "EUR")).await;
        self.on(CARLA, 3, DealCommand::Approve).await;
        self.register(4, &(7, "Harrow & Lyle Solicitors", "GB", "London", "Switching", "9900", "GBP")).await;
        self.on(CARLA, 4, DealCommand::Approve).await;
        self.at(-24 * 9);
        self.on(BEN, 3, DealCommand::Win { on: "2026-02-20".parse().unwrap(), value: Some(money("60000", "EUR")) }).await;
        self.on(BEN, 4, DealCommand::Lose { reason: LossReason::Competitor }).await;
        // A conflict that was decided, and is appealed.
        self.register(5, &(1, "Klinikum Isartal", "DE", "München", "Switching", "130000", "EUR")).await;
        self.at(-24 * 9 + 5);
        self.register(6, &(2, "Klinikum Isartal", "DE", "München", "Switching, Wireless", "142000", "EUR")).await;
        self.attach(6, DocumentKind::Touch, "Visit report Isartal.pdf").await;
        self.sweep().await;
        self.judge(CARLA, 1, CaseCommand::CloseEvidence).await;
        let seen = self.evidence(1).await;
        self.judge(CARLA, 1, CaseCommand::Decide { verdict: Verdict::Award { winner: DealId(5) }, seen }).await;
        self.sweep().await;
        self.at(-24 * 7);
        self.attach(6, DocumentKind::CustomerLetter, "Letter of the clinic.pdf").await;
        self.judge(BEN, 1, CaseCommand::Appeal { by: DealId(6), grounds: text("the clinic has written to us") }).await;
        // Overdue, returned, held.
        self.at(-74);
        self.register(7, &(2, "Stadtwerke Emden", "DE", "Emden", "Switching", "27000", "EUR")).await;
        self.on(CARLA, 7, DealCommand::TakeReview).await;
        self.register(8, &(6, "Van den Berg Logistiek", "NL", "Rotterdam", "Video", "", "")).await;
        let fields = BTreeSet::from([DealField::Value]);
        self.on(BEN, 8, DealCommand::RequestInfo { fields, text: text("What is it worth?") }).await;
        self.at(-30);
        self.register(9, &(9, "Osaka Precision K.K.", "JP", "大阪", "Switching", "2400000", "JPY")).await;
        self.on(BEN, 9, DealCommand::Hold { reason: HoldReason::AwaitingCustomer }).await;
        // Three claim one deal.
        self.at(-27);
        self.register(10, &(3, "Falkner Maschinenbau AG", "DE", "Ulm", "Switching", "88000", "EUR")).await;
        self.at(-26);
        self.register(11, &(5, "Falkner Maschinenbau AG", "DE", "Ulm", "Switching, Wireless", "95500", "EUR")).await;
        self.at(-25);
        self.register(12, &(1, "Falkner Maschinenbau AG", "DE", "Ulm", "Switching", "1250000", "EUR")).await;
        self.attach(12, DocumentKind::Quote, "Quote 4711.pdf").await;
        self.sweep().await;
        self.at(-3);
        self.register(13, &(8, "Clínica Santa Elena", "ES", "Valencia", "Video", "52000", "EUR")).await;
        self.register(14, &(7, "Northgate Hospital Trust", "GB", "Leeds", "Switching", "31000", "GBP")).await;
        self.register(15, &(1, "TH Ostwestfalen", "DE", "Lemgo", "Firewall", "44000", "EUR")).await;
        self.at(0);
        self.sweep().await;
    }

    /// Answers everything that the room asks for.
    async fn settle(&mut self) {
        console::settle(&mut self.stage, &self.channel.app, &self.me).await;
    }

    /// Presses keys one by one, each after the room has come to rest.
    async fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.stage.now = self.channel.app.now();
            self.stage.keys(key);
            self.settle().await;
        }
        self
    }

    /// Keys, and between backticks what is typed into a field.
    async fn play(&mut self, script: &str) -> &mut Self {
        for (index, part) in script.split('`').enumerate() {
            if index % 2 == 0 {
                self.press(part).await;
            } else {
                self.text(part).await;
            }
        }
        self
    }

    async fn deal(&self, id: i64) -> Registration {
        self.channel.app.db().read().await.unwrap().deals(&[DealId(id)]).await.unwrap().remove(0)
    }

    async fn case(&self, id: i64) -> ConflictCase {
        self.channel.app.db().read().await.unwrap().cases(&[ConflictId(id)]).await.unwrap().remove(0)
    }

    async fn text(&mut self, text: &str) -> &mut Self {
        self.stage.text(text);
        self.settle().await;
        self
    }

    async fn changed(&mut self) -> &mut Self {
        self.stage.now = self.channel.app.now();
        self.stage.send(shell::Msg::Changed);
        self.settle().await;
        self
    }

    /// Puts the cursor on a registration, in the queue of all.
    async fn find(&mut self, deal: i64) -> &mut Self {
        self.press("8 ] / C-u").await.text(&format!("id:{deal}")).await;
        self.press("enter").await
    }

    fn screen(&self) -> String {
        self.stage.screen_marked()
    }
}

fn open(fresh: &Fresh, me: &Actor, width: u16, height: u16) -> Stage<DealRoom> {
    let zone = chrono_tz::Europe::Amsterdam;
    let mut place = console::place(fresh.db.address(), me.clone(), Banner::None, false, zone);
    // The name is all that differs on the screens of two databases.
    "channel.db".clone_into(&mut place.database);
    let room = DealRoom::new(Station { me: me.id, zone, address: "sqlite:channel.db".to_owned() });
    Stage::new(room, place, (width, height), NOON)
}

#[tokio::test]
async fn every_queue_of_deals_at_every_size() {
    let mut desk = Desk::busy(80, 24).await;
    let queues = ["to_decide", "due_soon", "action_required", "conflicts", "appeals", "expiring", "protected", "all"];
    for (width, height) in SIZES {
        desk.stage.resize(width, height);
        desk.settle().await;
        for (number, queue) in queues.into_iter().enumerate() {
            desk.press(&format!("{} ]", number + 1)).await;
            insta::assert_snapshot!(format!("deals_{queue}_{width}x{height}"), desk.screen());
        }
    }
}

#[tokio::test]
async fn a_registration_tells_why_and_the_dossier_compares() {
    let mut desk = Desk::busy(80, 24).await;
    for (width, height) in SIZES {
        desk.stage.resize(width, height);
        desk.find(6).await.press("enter").await;
        insta::assert_snapshot!(format!("deals_story_{width}x{height}"), desk.screen());
        desk.press("=").await;
        insta::assert_snapshot!(format!("deals_dossier_{width}x{height}"), desk.screen());
        desk.press("esc").await.find(12).await.press("=").await;
        insta::assert_snapshot!(format!("deals_dossier_three_{width}x{height}"), desk.screen());
        desk.press("esc").await;
    }
}

#[tokio::test]
async fn forms_ask_for_what_a_verb_needs() {
    let mut desk = Desk::busy(80, 24).await;
    let why = desk.find(2).await.press("x").await.screen();
    assert!(why.contains("D-2 needs evidence of progress: attach a document first"), "{why}");
    desk.attach(2, DocumentKind::Quote, "Quote 4712.pdf").await;
    let forms = [
        (7, "d", "reject"),
        (7, "i", "return"),
        (7, "H", "reassign"),
        (7, "p", "hold"),
        (7, "m", "conflict"),
        (7, "f", "attach"),
        (7, "!", "escalate"),
        (7, "c", "note"),
        (7, "X", "erase"),
        (8, "e", "edit"),
        (2, "+", "win"),
        (2, "-", "lose"),
        (2, "x", "extend"),
    ];
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        desk.stage.resize(width, height);
        for (deal, key, form) in forms {
            desk.find(deal).await.press(key).await;
            insta::assert_snapshot!(format!("deals_form_{form}_{width}x{height}"), desk.screen());
            desk.press("esc").await;
        }
        for (deal, key, form) in [(6, "a", "award"), (6, "s", "split"), (12, "d", "reject_all"), (12, "J", "join"), (12, "H", "hand_over")]
        {
            desk.find(deal).await.press("=").await.press(key).await;
            insta::assert_snapshot!(format!("deals_form_{form}_{width}x{height}"), desk.screen());
            desk.press("esc esc").await;
        }
    }
    desk.stage.resize(80, 24);
    // A form that is higher than the screen shows the field that one is in.
    desk.find(7).await.press("f tab tab tab tab tab").await;
    insta::assert_snapshot!("deals_form_attach_last", desk.screen());
    desk.press("esc").await;
    desk.find(6).await.press("=").await;
    desk.press("s C-u").await.text("D-5 60, D-6 39.99").await.press("C-s").await;
    insta::assert_snapshot!("deals_form_mistake", desk.screen());
}

#[tokio::test]
async fn an_appeal_is_decided_from_the_dossier_and_a_support_engineer_sees_why() {
    on_both(async |fresh| {
        let mut desk = Desk::opened(fresh, 120, 36).await;
        desk.find(6).await.press("= a down C-s Y").await.changed().await;
        let case = desk.channel.app.case_detail(ConflictId(1)).await.unwrap().unwrap().case;
        assert_eq!(case.state.name(), "overturned", "{}", desk.screen());
        desk.press("esc").await.find(5).await.press("w").await;
        insta::allow_duplicates! { insta::assert_snapshot!("deals_why_lost_120x36", desk.screen()) }
    })
    .await;
}

#[tokio::test]
async fn many_are_approved_at_once_after_their_plan_was_seen_and_one_is_taken_back() {
    let mut desk = Desk::busy(120, 36).await;
    desk.press("1 ] * a").await;
    insta::assert_snapshot!("deals_plan_120x36", desk.screen());
    desk.press("y").await.changed().await;
    insta::assert_snapshot!("deals_planned_120x36", desk.screen());
    desk.press("u").await.changed().await;
    desk.press("y").await.changed().await;
    insta::assert_snapshot!("deals_undone_120x36", desk.screen());
}
