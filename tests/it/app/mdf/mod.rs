//! The MDF desk through the public door, each test on both databases.

mod bpi2020;
mod desk;
mod import;
mod life;
mod mine;
mod payments;
mod print;
mod race;
mod refused;

use super::{ANNA, ENGINE, House, partner, text};
use crate::support::databases::{Fresh, START};
use chrono::{Days, NaiveDate};
use pilothouse::{
    app::{
        App, AuthorityCommand, ClaimDraft, Command, DraftSource, MdfCommand, MdfDone, MdfItem, MdfRecord, MdfStep, OperatorSpec, Outcome,
        RequestDraft, Target,
    },
    domain::{
        actor::{Role, Roles},
        deal::ContentHash,
        event::Entity,
        id::{BatchId, ClaimId, FundId, OperatorId, PartnerId, RequestId},
        mdf::{
            CostShare,
            approval::Limit,
            batch::BatchFile,
            claim::{Claim, ClaimCommand, Content, Invoice, Proof},
            fund::{Fund, FundCommand, FundTerms, Holder},
            item::ItemId,
            request::{Plan, Request, RequestCommand},
        },
        money::Money,
        program::ProofKind,
        text::Text,
        time::Span,
    },
};

/// Two who ask, three who approve, two of finance.
pub const ASKS: [OperatorId; 2] = [OperatorId(3), OperatorId(4)];
pub const APPROVES: [OperatorId; 3] = [OperatorId(5), OperatorId(6), OperatorId(7)];
pub const PAYS: [OperatorId; 2] = [OperatorId(8), OperatorId(9)];
pub const FUND: FundId = FundId(1);

/// Rules of the desk without the demo's categories; business days of 24 hours.
const PROGRAM: &str = r#"
[program]
name = "MDF"
zone = "Europe/Berlin"
calendar = "always"

[calendars.always]
zone = "UTC"
hours = { mon-sun = ["00:00-24:00"] }

[regions]
DACH = ["DE", "AT", "CH"]

[tiers.gold]
rank = 1
lead_weight = 1
"#;

pub fn day(days: u64) -> NaiveDate {
    START.to_utc().date_naive().checked_add_days(Days::new(days)).expect("a day")
}

pub fn eur(amount: &str) -> Money {
    Money::parse(amount, "EUR".parse().expect("a currency")).expect("an amount")
}

pub fn terms(name: &str, holder: Holder) -> FundTerms {
    FundTerms {
        source_key: Text::default(),
        name: text(name),
        program: text("Launch"),
        holder,
        from: day(0),
        to: day(90),
        currency: "EUR".parse().expect("a currency"),
    }
}

/// An activity three weeks from the start.
pub fn plan(title: &str, asked: &str) -> Plan {
    let asked = eur(asked);
    Plan {
        source_key: Text::default(),
        title: text(title),
        category: text("Event"),
        country: "DE".parse().ok(),
        starts_on: day(21),
        ends_on: day(22),
        cost: Money::new(asked.minor * 2, asked.currency),
        share: CostShare::HALF,
        asked,
    }
}

pub fn content(number: &str, asked: &str) -> Content {
    let asked = eur(asked);
    let cost = Money::new(asked.minor * 2, asked.currency);
    let proof = |kind, name: &str| Proof {
        kind,
        name: text(name),
        hash: ContentHash::of(name.as_bytes()),
        size: 1_000,
        media_type: text("application/pdf"),
    };
    Content {
        source_key: Text::default(),
        performed_from: day(21),
        performed_to: day(22),
        invoices: vec![Invoice { number: text(number), vendor: text("Hall"), dated: day(23), amount: cost }],
        cost,
        asked,
        documents: vec![
            proof(ProofKind::Invoice, &format!("invoice {number}.pdf")),
            proof(ProofKind::Performance, &format!("photo {number}.pdf")),
        ],
    }
}

/// The desk of a house.
pub struct Desk {
    pub house: House,
}

impl Desk {
    /// Everybody, a program, four partners, limits of 30,000 EUR, and one fund with so much for partner 1.
    pub async fn opened(fresh: &Fresh, allocated: &str) -> Self {
        let desk = Self::settled(fresh).await;
        desk.fund("Q2", Holder::Partner(PartnerId(1)), allocated).await;
        desk
    }

    pub async fn settled(fresh: &Fresh) -> Self {
        let house = House::settled(fresh).await;
        house.run(ANNA, Command::Program { toml: PROGRAM.to_owned(), note: text("mdf") }).await;
        let roles: [&[Role]; 6] =
            [&[Role::Triager], &[Role::Approver], &[Role::Approver], &[Role::Approver], &[Role::Finance], &[Role::Finance]];
        for (number, roles) in (4..).zip(roles) {
            let spec = OperatorSpec { name: text(&format!("op {number}")), login: None, roles: Roles(roles.to_vec()), active: true };
            house.run(ANNA, Command::Operator(spec)).await;
        }
        let limit = |operator| AuthorityCommand::SetLimit(Limit { operator, amount: eur("30000"), from: day(0), until: None });
        house.run(ANNA, Command::Authority([APPROVES.to_vec(), vec![ANNA]].concat().into_iter().map(limit).collect())).await;
        Self { house }
    }

    pub fn app(&self) -> &App {
        &self.house.app
    }

    pub async fn fund(&self, name: &str, holder: Holder, allocated: &str) -> FundId {
        let outcome = self.house.run(PAYS[0], Command::OpenFunds(vec![terms(name, holder)])).await;
        let MdfRecord::Fund(fund) = only(outcome).expect("opened").after else { panic!("a fund was opened") };
        let command = FundCommand::Allocate { amount: eur(allocated), reason: text("budget") };
        self.step(PAYS[0], fund.id, MdfCommand::Fund(command)).await.expect("allocated");
        fund.id
    }

    /// One verb on one item; the refusal as its sentence.
    pub async fn step(&self, who: OperatorId, id: impl Into<ItemId>, command: MdfCommand) -> Result<MdfDone, String> {
        let step = MdfStep { target: Target::from(id.into()), command };
        match self.app().execute(who, self.app().request(Command::Mdf(vec![step]))).await {
            Ok(outcome) => only(outcome),
            Err(failure) => Err(failure.to_string()),
        }
    }

    pub async fn request(&self, who: OperatorId, id: RequestId, command: RequestCommand) -> Result<Request, String> {
        match self.step(who, id, MdfCommand::Request(command)).await?.after {
            MdfRecord::Request(request) => Ok(*request),
            other => panic!("{other:?} is no request"),
        }
    }

    pub async fn claim(&self, who: OperatorId, id: ClaimId, command: ClaimCommand) -> Result<Claim, String> {
        match self.step(who, id, MdfCommand::Claim(command)).await?.after {
            MdfRecord::Claim(claim) => Ok(*claim),
            other => panic!("{other:?} is no claim"),
        }
    }

    pub async fn ask(&self, who: OperatorId, fund: FundId, plan: Plan) -> Result<RequestId, String> {
        let drafts = vec![RequestDraft { fund, partner: PartnerId(1), plan, submit: true }];
        let done = only(self.house.run(who, Command::DraftRequests { drafts, source: DraftSource::Desk }).await)?;
        let MdfRecord::Request(request) = done.after else { panic!("a request was made") };
        Ok(request.id)
    }

    /// A request of so much that is approved, with the money committed.
    pub async fn approved(&self, title: &str, asked: &str) -> RequestId {
        let id = self.ask(ASKS[0], FUND, plan(title, asked)).await.expect("asked");
        for who in APPROVES.iter().copied().chain(PAYS) {
            let request = self.step(who, id, MdfCommand::Approve { on_behalf_of: None }).await;
            let Ok(MdfDone { after: MdfRecord::Request(request), .. }) = request else { continue };
            if request.commitment().is_some() {
                return id;
            }
        }
        panic!("{id} was not approved");
    }

    pub async fn claims(&self, who: OperatorId, request: RequestId, contents: Vec<Content>) -> Vec<Result<ClaimId, String>> {
        let drafts = contents.into_iter().map(|content| ClaimDraft { request, content, submit: true }).collect();
        let outcome = self.house.run(who, Command::DraftClaims { drafts, source: DraftSource::Desk }).await;
        let id = |item: MdfItem| match item {
            MdfItem { entity: Entity::Claim(id), result } => result.map(|_| id).map_err(|refusal| refusal.to_string()),
            other => panic!("{other:?} is no claim"),
        };
        outcome.mdf.into_iter().map(id).collect()
    }

    pub async fn claim_on(&self, request: RequestId, content: Content) -> ClaimId {
        self.claims(ASKS[1], request, vec![content]).await.remove(0).expect("claimed")
    }

    pub async fn approve(&self, who: OperatorId, id: ClaimId) -> Result<Claim, String> {
        match self.step(who, id, MdfCommand::Approve { on_behalf_of: None }).await?.after {
            MdfRecord::Claim(claim) => Ok(*claim),
            other => panic!("{other:?} is no claim"),
        }
    }

    /// Orders all that is payable, and hands it to the bank.
    pub async fn sent(&self, who: OperatorId, id: ClaimId, key: &str) -> (BatchId, u32) {
        let claim = self.claim(who, id, ClaimCommand::Pay { key: text(key), amount: None }).await.expect("ordered");
        let no = claim.payments.last().expect("a payment").no;
        let name = format!("{id} {key}.csv");
        let file = BatchFile { name: text(&name), hash: ContentHash::of(name.as_bytes()) };
        let done = only(self.house.run(who, Command::ExportBatch { payments: vec![(id, no)], file }).await).expect("exported");
        let MdfRecord::Batch(batch) = done.after else { panic!("a batch was made") };
        (batch.id, no)
    }

    pub async fn seen(&self, id: FundId) -> Fund {
        self.app().db().read().await.expect("open").funds(&[id]).await.expect("read").remove(0)
    }

    pub async fn claim_seen(&self, id: ClaimId) -> Claim {
        self.app().db().read().await.expect("open").claims(&[id]).await.expect("read").remove(0)
    }

    /// `[allocated, available, committed, claimed, paid, expired]` in cents, as the aggregate and the database say.
    pub async fn balances(&self, id: FundId) -> [i64; 6] {
        let held = self.seen(id).await.balances;
        let lines = self.app().db().read().await.expect("open").fund_lines(day(0)).await.expect("read");
        let line = lines.into_iter().find(|line| line.fund.id == id).expect("the fund is there");
        assert_eq!(line.balances, held, "the ledger of the database is that of the fund");
        [held.allocated, held.available, held.committed, held.claimed, held.paid, held.expired]
    }

    pub async fn sweep(&self) -> Outcome {
        self.house.run(ENGINE, Command::SweepMdf { limit: 1_000 }).await
    }

    pub fn pass_days(&self, days: i64) {
        self.house.pass(Span::hours(24 * days));
    }
}

/// The answer of a command about one item.
pub fn only(outcome: Outcome) -> Result<MdfDone, String> {
    let mut items = outcome.mdf;
    assert_eq!(items.len(), 1, "{items:?}");
    items.remove(0).result.map_err(|refusal| refusal.to_string())
}

/// A partner of the tests who is suspended or active.
pub fn of_status(status: pilothouse::domain::partner::PartnerStatus) -> pilothouse::domain::partner::Profile {
    pilothouse::domain::partner::Profile { status, ..partner("NORD", "Nordlicht Systeme", "gold", "DE") }
}
