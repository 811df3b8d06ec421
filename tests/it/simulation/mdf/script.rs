//! What somebody at the MDF desk might do next: any verb, sensible or not, on what is there.

use crate::simulation::chance::Chance;
use chrono::{Days, NaiveDate};
use pilothouse::{
    app::{App, AuthorityCommand, ClaimDraft, Command, DraftSource, Failure, MdfCommand, MdfStep, RequestDraft, Target},
    domain::{
        deal::ContentHash,
        escalation::Severity,
        id::{BatchId, ClaimId, FundId, OperatorId, PartnerId, RequestId},
        mdf::{
            CostShare,
            approval::{Delegation, Limit, Pin},
            batch::{Answer, Batch, BatchFile},
            check::CheckKind,
            claim::{self, Claim, ClaimCommand, ClaimVerb, Content, Invoice, PaymentState, Proof},
            fund::{Fund, FundCommand, FundTerms, Holder},
            item::ItemId,
            request::{self, Plan, RejectReason, Request, RequestCommand, RequestVerb},
        },
        money::Money,
        program::ProofKind,
        text::Text,
        time::Instant,
    },
    store::Sql,
};

const FUNDS: [(&str, i64); 3] = [("Small", 9_000), ("Region", 120_000), ("Large", 60_000)];
/// Work is about these latest items most of the time, so that people meet.
const FRESH: usize = 12;

/// What is there.
pub struct Pool<'a> {
    pub funds: &'a [Fund],
    pub requests: &'a [Request],
    pub claims: &'a [Claim],
    pub batches: &'a [Batch],
}

/// The same, read from a database.
pub struct Tables {
    funds: Vec<Fund>,
    requests: Vec<Request>,
    claims: Vec<Claim>,
    batches: Vec<Batch>,
}

impl Tables {
    pub fn pool(&self) -> Pool<'_> {
        Pool { funds: &self.funds, requests: &self.requests, claims: &self.claims, batches: &self.batches }
    }
}

/// The latest of everything.
pub async fn tables(app: &App) -> Result<Tables, Failure> {
    let mut session = app.db().read().await?;
    let last = |n: i64| ((n - 24).max(1)..=n).collect::<Vec<i64>>();
    let (requests,): (i64,) = session.one(Sql::new("select coalesce(max(id), 0) from request")).await?;
    let (claims,): (i64,) = session.one(Sql::new("select coalesce(max(id), 0) from claim")).await?;
    let (batches,): (i64,) = session.one(Sql::new("select coalesce(max(id), 0) from payment_batch")).await?;
    Ok(Tables {
        funds: session.funds(&[1, 2, 3].map(FundId)).await?,
        requests: session.requests(&last(requests).into_iter().map(RequestId).collect::<Vec<_>>()).await?,
        claims: session.claims(&last(claims).into_iter().map(ClaimId).collect::<Vec<_>>()).await?,
        batches: session.batches(&last(batches).into_iter().map(BatchId).collect::<Vec<_>>()).await?,
    })
}

pub fn eur(major: i64) -> Money {
    Money::new(major * 100, "EUR".parse().expect("a currency"))
}

fn day(days: u64) -> NaiveDate {
    super::START.to_utc().date_naive().checked_add_days(Days::new(days)).expect("a day")
}

pub fn open_funds() -> Command {
    let terms = |(n, (name, _)): (i64, (&str, i64))| FundTerms {
        source_key: Text::default(),
        name: Text::clean(name),
        program: Text::clean("Launch"),
        holder: if n == 2 { Holder::Region(Text::clean("DACH")) } else { Holder::Partner(PartnerId(1)) },
        from: day(0),
        to: day(700),
        currency: "EUR".parse().expect("a currency"),
    };
    Command::OpenFunds((1..).zip(FUNDS).map(terms).collect())
}

pub fn allocate() -> impl Iterator<Item = Command> {
    let command = |amount| MdfCommand::Fund(FundCommand::Allocate { amount: eur(amount), reason: Text::clean("budget") });
    (1..).zip(FUNDS).map(move |(n, (_, amount))| one(FundId(n), None, command(amount)))
}

fn one(id: impl Into<ItemId>, seen: Option<i64>, command: MdfCommand) -> Command {
    Command::Mdf(vec![MdfStep { target: Target { id: id.into(), seen }, command }])
}

fn late<'a, T>(all: &'a [T], chance: &mut Chance) -> &'a T {
    if all.len() > FRESH && chance.per_mille(850) { &all[all.len() - 1 - chance.below(FRESH)] } else { chance.pick(all) }
}

/// A request, every other time one that somebody signed and that is not decided: that takes several people to come by.
fn under_way<'a>(all: &'a [Request], chance: &mut Chance) -> &'a Request {
    let is_begun = |one: &&Request| !one.desk.steps.is_empty() && request::possible(one, RequestVerb::Approve).is_ok();
    let begun: Vec<&Request> = all.iter().rev().take(4 * FRESH).filter(is_begun).collect();
    if begun.is_empty() || chance.per_mille(500) { late(all, chance) } else { begun[chance.below(begun.len())] }
}

/// A command of `me`.
pub fn command(pool: &Pool<'_>, me: OperatorId, now: Instant, chance: &mut Chance) -> Command {
    match chance.below(100) {
        0..=7 => on_fund(pool, chance),
        8..=17 => draft_request(now, chance),
        18..=29 if !pool.requests.is_empty() => draft_claim(pool, chance),
        30..=34 => export(pool, chance),
        35..=44 if !pool.batches.is_empty() => answer(pool, chance),
        45..=46 => authority(me, now, chance),
        47..=62 if !pool.requests.is_empty() => on_request(under_way(pool.requests, chance), me, chance),
        63..=66 => approve_many(pool, chance),
        _ if !pool.claims.is_empty() => on_claim(late(pool.claims, chance), me, chance),
        _ => draft_request(now, chance),
    }
}

fn fund_id(chance: &mut Chance) -> FundId {
    FundId(chance.between(1, 4))
}

fn reason(chance: &mut Chance) -> Text {
    Text::clean(chance.pick::<&str>(&["by the plan", "a mistake", " "]))
}

fn on_fund(pool: &Pool<'_>, chance: &mut Chance) -> Command {
    let amount = eur(chance.between(-1, 4_000));
    let command = match chance.below(100) {
        0..=29 => FundCommand::Allocate { amount, reason: reason(chance) },
        30..=59 => FundCommand::Reduce { amount, reason: reason(chance) },
        60..=79 => {
            let by_hand = chance.pick(pool.funds).by_hand.last().map_or(1, |entry| entry.no);
            FundCommand::Correct { entry: by_hand, reason: reason(chance) }
        }
        80..=98 => return Command::Reallocate { from: fund_id(chance), to: fund_id(chance), amount, reason: reason(chance) },
        _ => FundCommand::Note { text: reason(chance) },
    };
    one(fund_id(chance), None, MdfCommand::Fund(command))
}

fn plan(now: Instant, chance: &mut Chance) -> Plan {
    let today = now.to_utc().date_naive();
    let starts_on = today.checked_add_days(Days::new(chance.between(13, 40).unsigned_abs())).expect("a day");
    let asked = eur(*chance.pick(&[100, 900, 2_000, 4_900, 5_001, 8_000, 26_000]));
    Plan {
        source_key: Text::default(),
        title: Text::clean(chance.pick::<&str>(&["Road show", "Fair in Kiel", "Trade days", "Campaign"])),
        category: Text::clean("Event"),
        country: "DE".parse().ok(),
        starts_on,
        ends_on: starts_on,
        cost: Money::new(asked.minor * 2, asked.currency),
        share: CostShare::HALF,
        asked,
    }
}

fn draft_request(now: Instant, chance: &mut Chance) -> Command {
    let draft = RequestDraft {
        fund: FundId(chance.between(1, 3)),
        partner: PartnerId(if chance.per_mille(900) { 1 } else { 2 }),
        plan: plan(now, chance),
        submit: chance.per_mille(900),
    };
    let source = if chance.per_mille(800) { DraftSource::Desk } else { DraftSource::Import };
    Command::DraftRequests { drafts: vec![draft], source }
}

/// A content for the activity of a request; now and then the same paper as another's.
fn content(request: &Request, chance: &mut Chance) -> Content {
    let number = if chance.per_mille(120) { chance.between(1, 20) } else { chance.between(21, 1 << 40) };
    let asked = Money::new((request.plan.asked.minor * chance.between(1, 11) / 10).max(1), request.plan.asked.currency);
    let cost = Money::new(asked.minor * 2, asked.currency);
    let proof = |kind, name: String| Proof {
        kind,
        hash: ContentHash::of(name.as_bytes()),
        name: Text::clean(&name),
        size: 1_000,
        media_type: Text::clean("application/pdf"),
    };
    let mut documents =
        vec![proof(ProofKind::Invoice, format!("invoice {number}")), proof(ProofKind::Performance, format!("photo {number}"))];
    if chance.per_mille(100) {
        documents.pop();
    }
    let (from, to) = (request.plan.starts_on, request.plan.ends_on);
    let invoice = Invoice { number: Text::clean(&format!("I{number}")), vendor: Text::clean("Hall"), dated: to, amount: cost };
    Content { source_key: Text::default(), performed_from: from, performed_to: to, invoices: vec![invoice], cost, asked, documents }
}

fn draft_claim(pool: &Pool<'_>, chance: &mut Chance) -> Command {
    let approved: Vec<&Request> = pool.requests.iter().filter(|request| request.commitment().is_some()).collect();
    let request = if approved.is_empty() || chance.per_mille(50) { late(pool.requests, chance) } else { late(&approved, chance) };
    let draft = ClaimDraft { request: request.id, content: content(request, chance), submit: chance.per_mille(930) };
    let source = if chance.per_mille(700) { DraftSource::Desk } else { DraftSource::Import };
    Command::DraftClaims { drafts: vec![draft], source }
}

fn ordered(claim: &Claim) -> impl Iterator<Item = (ClaimId, u32)> {
    claim.payments.iter().filter(|payment| payment.state == PaymentState::Ordered).map(|payment| (claim.id, payment.no))
}

fn export(pool: &Pool<'_>, chance: &mut Chance) -> Command {
    let mut payments: Vec<(ClaimId, u32)> = pool.claims.iter().flat_map(ordered).collect();
    payments.truncate(1 + chance.below(4));
    if chance.per_mille(50) {
        payments.push((ClaimId(1), 1));
    }
    let name = format!("batch {}", chance.between(0, 1 << 20));
    Command::ExportBatch { payments, file: BatchFile { name: Text::clean(&name), hash: ContentHash::of(name.as_bytes()) } }
}

fn answer(pool: &Pool<'_>, chance: &mut Chance) -> Command {
    let batch = late(pool.batches, chance);
    let mut answers = Vec::new();
    for item in batch.items.iter().filter(|item| item.answer.is_none()) {
        let said = if chance.per_mille(850) {
            Answer::Confirmed { reference: Text::clean("bank") }
        } else {
            Answer::Failed { reason: Text::clean("the account is closed") }
        };
        answers.push((item.claim, item.no, said));
    }
    Command::AnswerBatch { batch: batch.id, answers }
}

/// Somebody stands in for a while; the admin sets limits, mostly for now.
fn authority(me: OperatorId, now: Instant, chance: &mut Chance) -> Command {
    let to = OperatorId(chance.between(2, super::PEOPLE + 1));
    let today = now.to_utc().date_naive();
    let later = |day: NaiveDate, days: i64| day.checked_add_signed(chrono::TimeDelta::days(days)).expect("a day");
    if me == super::crew::ADMIN {
        let from = later(today, chance.between(-10, 3));
        let until = chance.per_mille(300).then(|| later(from, chance.between(0, 20)));
        let limit = Limit { operator: to, amount: eur(chance.between(0, 60_000)), from, until };
        return Command::Authority(vec![AuthorityCommand::SetLimit(limit)]);
    }
    let starts_on = later(today, chance.between(-20, 5));
    let ends_on = later(starts_on, chance.between(-1, 25));
    Command::Authority(vec![AuthorityCommand::Delegate(Delegation { from: me, to, starts_on, ends_on })])
}

/// The approval that is due on several at once.
fn approve_many(pool: &Pool<'_>, chance: &mut Chance) -> Command {
    let mut steps = Vec::new();
    for _ in 0..=chance.below(5) {
        let id = match chance.below(3) {
            0 if !pool.requests.is_empty() => ItemId::Request(late(pool.requests, chance).id),
            1 | 2 if !pool.claims.is_empty() => ItemId::Claim(late(pool.claims, chance).id),
            _ => ItemId::Fund(fund_id(chance)),
        };
        steps.push(MdfStep { target: Target::from(id), command: MdfCommand::Approve { on_behalf_of: None } });
    }
    Command::Mdf(steps)
}

/// A version as somebody has it on the screen: now and then an old one.
fn seen(version: i64, chance: &mut Chance) -> Option<i64> {
    match chance.below(10) {
        0 => Some((version - chance.between(1, 3)).max(1)),
        1..=5 => Some(version),
        _ => None,
    }
}

/// The content as it is on the screen: now and then another one.
fn pin(pin: Pin, chance: &mut Chance) -> Pin {
    if chance.per_mille(60) { Pin { revision: pin.revision + 1, ..pin } } else { pin }
}

/// For whom somebody signs: mostly for nobody else.
fn principal(me: OperatorId, chance: &mut Chance) -> Option<OperatorId> {
    let other = OperatorId(chance.between(2, super::PEOPLE + 1));
    (chance.per_mille(120) && other != me).then_some(other)
}

fn on_request(request: &Request, me: OperatorId, chance: &mut Chance) -> Command {
    let any = *chance.pick(&RequestVerb::ALL);
    let is_wanted = |verb: &RequestVerb| request::possible(request, *verb).is_ok();
    let ends = matches!(any, RequestVerb::Withdraw | RequestVerb::Reject | RequestVerb::Complete);
    // What one has signed is changed under their hands.
    let is_signed = request.signatures().next().is_some() && is_wanted(&RequestVerb::Edit);
    let verb = if is_signed && chance.per_mille(80) {
        RequestVerb::Edit
    } else if is_wanted(&RequestVerb::Approve) && chance.per_mille(600) || (ends && chance.per_mille(700)) {
        RequestVerb::Approve
    } else {
        any
    };
    let text = reason(chance);
    let command = match verb {
        RequestVerb::Edit => {
            let plan = Plan { title: Text::clean(&format!("Fair {}", chance.below(9))), ..request.plan.clone() };
            RequestCommand::Edit { plan: Box::new(plan) }
        }
        RequestVerb::Submit => RequestCommand::Submit,
        RequestVerb::RequestInfo => RequestCommand::RequestInfo { text },
        RequestVerb::Resubmit => RequestCommand::Resubmit,
        RequestVerb::Approve | RequestVerb::Draft => {
            let amount = chance.per_mille(80).then(|| Money::new(request.plan.asked.minor / 2, request.plan.asked.currency));
            RequestCommand::Approve { amount, seen: pin(request.pin(), chance), on_behalf_of: principal(me, chance) }
        }
        RequestVerb::Reject => RequestCommand::Reject { reason: *chance.pick(RejectReason::ALL) },
        RequestVerb::Withdraw => RequestCommand::Withdraw,
        RequestVerb::Complete => RequestCommand::Complete,
        RequestVerb::Assign => RequestCommand::Assign { to: principal(me, chance) },
        RequestVerb::Note => RequestCommand::Note { text },
        RequestVerb::Escalate => RequestCommand::Escalate { severity: *chance.pick(Severity::ALL), reason: text },
        RequestVerb::Settle => RequestCommand::Settle,
        RequestVerb::Undo => RequestCommand::Undo,
    };
    one(request.id, seen(request.version, chance), MdfCommand::Request(command))
}

/// What brings a claim on, where that is possible.
fn onwards(claim: &Claim, any: ClaimVerb, chance: &mut Chance) -> ClaimVerb {
    let wanted = [ClaimVerb::Approve, ClaimVerb::Pay, ClaimVerb::Resubmit, ClaimVerb::Submit, ClaimVerb::Clear];
    let found = wanted.into_iter().find(|verb| claim::possible(claim, *verb).is_ok());
    if chance.per_mille(750) { found.unwrap_or(any) } else { any }
}

fn on_claim(claim: &Claim, me: OperatorId, chance: &mut Chance) -> Command {
    let any = *chance.pick(&ClaimVerb::ALL);
    let verb = onwards(claim, any, chance);
    let text = reason(chance);
    let no = u32::try_from(chance.between(1, 2)).unwrap_or(1);
    let command = match verb {
        ClaimVerb::Edit => {
            let mut content = claim.content.clone();
            content.asked.minor = (content.asked.minor - chance.between(0, 100)).max(1);
            ClaimCommand::Edit { content: Box::new(content) }
        }
        ClaimVerb::Attach => {
            let name = format!("photo {}", chance.between(1, 60));
            let hash = ContentHash::of(name.as_bytes());
            let document =
                Proof { kind: ProofKind::Performance, name: Text::clean(&name), hash, size: 10, media_type: Text::clean("image/png") };
            ClaimCommand::Attach { document }
        }
        ClaimVerb::Submit => ClaimCommand::Submit,
        ClaimVerb::RequestInfo => ClaimCommand::RequestInfo { text },
        ClaimVerb::Resubmit => ClaimCommand::Resubmit,
        ClaimVerb::Check => ClaimCommand::Check,
        ClaimVerb::Waive => ClaimCommand::Waive { check: *chance.pick(CheckKind::ALL), reason: text },
        ClaimVerb::Approve | ClaimVerb::Draft => {
            let amount = chance.per_mille(80).then(|| Money::new(claim.content.asked.minor / 2, claim.content.asked.currency));
            ClaimCommand::Approve { amount, seen: pin(claim.pin(), chance), on_behalf_of: principal(me, chance) }
        }
        ClaimVerb::Reject => ClaimCommand::Reject { reason: *chance.pick(RejectReason::ALL) },
        ClaimVerb::Withdraw => ClaimCommand::Withdraw,
        ClaimVerb::Flag if chance.per_mille(60) => ClaimCommand::Flag { reason: text },
        ClaimVerb::Flag | ClaimVerb::Clear => ClaimCommand::Clear,
        ClaimVerb::Pay | ClaimVerb::Export => {
            let amount = chance.per_mille(300).then(|| Money::new((claim.reserved.minor / 2).max(1), claim.reserved.currency));
            ClaimCommand::Pay { key: Text::clean(&format!("k{}", chance.below(4))), amount }
        }
        ClaimVerb::ConfirmPayment => ClaimCommand::ConfirmPayment { no, reference: Text::clean("bank") },
        ClaimVerb::FailPayment => ClaimCommand::FailPayment { no, reason: Text::clean("no account") },
        ClaimVerb::ClawBack => {
            let amount = Money::new((claim.paid().minor / 2).max(1), claim.reserved.currency);
            ClaimCommand::ClawBack { key: Text::clean(&format!("b{}", chance.below(4))), amount, reference: Text::clean("bank") }
        }
        ClaimVerb::Close => ClaimCommand::Close,
        ClaimVerb::Assign => ClaimCommand::Assign { to: principal(me, chance) },
        ClaimVerb::Note => ClaimCommand::Note { text },
        ClaimVerb::Escalate => ClaimCommand::Escalate { severity: *chance.pick(Severity::ALL), reason: text },
        ClaimVerb::Settle => ClaimCommand::Settle,
        ClaimVerb::Undo => ClaimCommand::Undo,
    };
    one(claim.id, seen(claim.version, chance), MdfCommand::Claim(command))
}
