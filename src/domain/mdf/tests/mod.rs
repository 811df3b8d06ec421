//! The MDF desk in memory: a fund, its requests and claims, and everybody who works on them. Expected values are worked
//! out by hand.

mod check;
mod graph;
mod life;
mod payment;
mod queue;
mod stored;

use super::{
    Effects, Refusal,
    approval::{Authority, Delegation, Limit},
    check::Known,
    claim::{self, Claim, ClaimCommand, Content, Invoice, PaymentState, Proof},
    desk::Author,
    fund::{self, Fund, FundCommand, FundTerms, Holder},
    request::{self, Plan, Request, RequestCommand},
    share::CostShare,
};
use crate::domain::{
    actor::{Actor, Role, Roles},
    aggregate::Aggregate,
    deal::ContentHash,
    decision::{Context, Programs},
    fx::Rates,
    id::{BatchId, ClaimId, FundId, OperatorId, PartnerId, ProgramVersion, RequestId},
    money::Money,
    partner::{Partner, Profile},
    program::{self, ProofKind},
    text::Text,
    time::{Instant, Span},
};
use std::{collections::BTreeMap, sync::Arc};

/// A desk that never closes, so that business days are days of 24 hours.
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

/// The people: 1 and 2 ask, 3 to 5 approve up to 30,000 EUR, 6 and 7 are finance, 8 runs the engine, 9 may do everything.
pub fn actor(number: i64) -> Actor {
    let roles: &[Role] = match number {
        1 | 2 => &[Role::Triager],
        3..=5 => &[Role::Approver],
        6 | 7 => &[Role::Finance],
        8 => &[Role::Engine],
        _ => &Role::ALL,
    };
    Actor { id: OperatorId(number), name: Text::clean(&format!("Op {number}")), roles: Roles(roles.to_vec()) }
}

pub fn at(text: &str) -> Instant {
    text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().into()
}

pub fn date(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

pub fn eur(amount: &str) -> Money {
    Money::parse(amount, "EUR".parse().unwrap()).unwrap()
}

pub fn plan(title: &str, asked: &str) -> Plan {
    let asked = eur(asked);
    Plan {
        source_key: Text::default(),
        title: Text::clean(title),
        category: Text::clean("Event"),
        country: None,
        starts_on: date("2026-02-10"),
        ends_on: date("2026-02-12"),
        cost: Money::new(asked.minor * 2, asked.currency),
        share: CostShare::HALF,
        asked,
    }
}

pub fn proof(kind: ProofKind, name: &str) -> Proof {
    let media_type = Text::clean("application/pdf");
    Proof { kind, name: Text::clean(name), hash: ContentHash::of(name.as_bytes()), size: 1_000, media_type }
}

/// A claim over one invoice of its own with every proof.
pub fn content(number: &str, asked: &str) -> Content {
    let asked = eur(asked);
    let cost = Money::new(asked.minor * 2, asked.currency);
    Content {
        source_key: Text::default(),
        performed_from: date("2026-02-10"),
        performed_to: date("2026-02-12"),
        invoices: vec![Invoice { number: Text::clean(number), vendor: Text::clean("Hall"), dated: date("2026-02-13"), amount: cost }],
        cost,
        asked,
        documents: vec![
            proof(ProofKind::Invoice, &format!("invoice {number}.pdf")),
            proof(ProofKind::Performance, &format!("photo {number}.pdf")),
        ],
    }
}

/// One fund with all that hangs on it. Every command goes through the decisions; nothing is changed by hand.
pub struct World {
    pub now: Instant,
    pub programs: Programs,
    pub rates: Rates,
    pub authority: Authority,
    pub partner: Partner,
    pub fund: Fund,
    pub requests: BTreeMap<RequestId, Request>,
    pub claims: BTreeMap<ClaimId, Claim>,
}

impl World {
    /// A fund of so much for partner 1 in the first quarter of 2026, on the 1st of January.
    pub fn new(allocated: &str) -> Self {
        let program = Arc::new(program::parse("mdf.toml", PROGRAM).unwrap());
        let programs = Programs::new(ProgramVersion(1), program);
        let now = at("2026-01-01T12:00:00Z");
        let limit = |operator| Limit { operator: OperatorId(operator), amount: eur("30000"), from: date("2026-01-01"), until: None };
        let mut authority = Authority { limits: [3, 4, 5, 9].map(limit).into(), delegations: Vec::new() };
        authority.delegations.push(Delegation {
            from: OperatorId(3),
            to: OperatorId(5),
            starts_on: date("2026-01-01"),
            ends_on: date("2026-12-31"),
        });
        let terms = FundTerms {
            source_key: Text::default(),
            name: Text::clean("Q1"),
            program: Text::clean("Launch"),
            holder: Holder::Partner(PartnerId(1)),
            from: date("2026-01-01"),
            to: date("2026-03-31"),
            currency: "EUR".parse().unwrap(),
        };
        let finance = actor(6);
        let context = Context { actor: &finance, now, programs: &programs };
        let (fund, _) = fund::open(FundId(1), terms, context).unwrap();
        let profile = Profile { name: Text::clean("Partner"), ..Profile::default() };
        let partner = Partner { id: PartnerId(1), version: 1, updated_at: now, profile, since: None, steps: Vec::new() };
        let rates = Rates::new("EUR".parse().unwrap(), Text::clean("ECB"));
        let (requests, claims) = (BTreeMap::new(), BTreeMap::new());
        let mut world = Self { now, programs, rates, authority, partner, fund, requests, claims };
        world.fund(6, &FundCommand::Allocate { amount: eur(allocated), reason: Text::clean("budget") }).unwrap();
        world
    }

    pub fn fund(&mut self, who: i64, command: &FundCommand) -> Result<(), Refusal> {
        let actor = actor(who);
        let events = fund::decide(&self.fund, command, Context { actor: &actor, now: self.now, programs: &self.programs })?;
        self.apply(None, None, Effects { fund: events, ..Effects::default() });
        Ok(())
    }

    pub fn ask(&mut self, who: i64, plan: Plan) -> Result<RequestId, Refusal> {
        let id = RequestId(i64::try_from(self.requests.len()).unwrap() + 1);
        let actor = actor(who);
        let context = Context { actor: &actor, now: self.now, programs: &self.programs };
        let (request, effects) = request::draft(id, plan, Author::Desk(actor.id), true, context, self.request_facts())?;
        self.requests.insert(id, request);
        self.apply(None, None, Effects { request: Vec::new(), ..effects });
        Ok(id)
    }

    fn request_facts(&self) -> request::decide::Facts<'_> {
        request::decide::Facts { fund: &self.fund, partner: &self.partner, rates: &self.rates, authority: &self.authority }
    }

    pub fn request(&mut self, who: i64, id: RequestId, command: &RequestCommand) -> Result<Effects, Refusal> {
        let actor = actor(who);
        let context = Context { actor: &actor, now: self.now, programs: &self.programs };
        let effects = request::decide(&self.requests[&id], command, context, self.request_facts())?;
        self.apply(Some(id), None, effects.clone());
        Ok(effects)
    }

    /// The step that is due, of all that is asked for.
    pub fn approve_request(&mut self, who: i64, id: RequestId) -> Result<Effects, Refusal> {
        let seen = self.requests[&id].pin();
        self.request(who, id, &RequestCommand::Approve { amount: None, seen, on_behalf_of: None })
    }

    pub fn claim(&mut self, who: i64, request: RequestId, content: Content) -> Result<ClaimId, Refusal> {
        let id = ClaimId(i64::try_from(self.claims.len()).unwrap() + 1);
        let (actor, known) = (actor(who), self.known());
        let context = Context { actor: &actor, now: self.now, programs: &self.programs };
        let pending = self.pending();
        let (claim, effects) =
            claim::draft(id, content, Author::Desk(actor.id), true, context, self.claim_facts(request, &known, &pending))?;
        self.claims.insert(id, claim);
        self.apply(Some(request), None, Effects { claim: Vec::new(), ..effects });
        Ok(id)
    }

    pub fn decide(&mut self, who: i64, id: ClaimId, command: &ClaimCommand) -> Result<Effects, Refusal> {
        let (actor, known) = (actor(who), self.known());
        let context = Context { actor: &actor, now: self.now, programs: &self.programs };
        let (claim, pending) = (&self.claims[&id], self.pending());
        let request = claim.request;
        let effects = claim::decide(claim, command, context, self.claim_facts(request, &known, &pending))?;
        self.apply(Some(request), Some(id), effects.clone());
        Ok(effects)
    }

    /// The step that is due, of all that is asked for.
    pub fn approve(&mut self, who: i64, id: ClaimId) -> Result<Effects, Refusal> {
        let seen = self.claims[&id].pin();
        self.decide(who, id, &ClaimCommand::Approve { amount: None, seen, on_behalf_of: None })
    }

    /// Orders all that is payable, and has the bank confirm it.
    pub fn pay(&mut self, who: i64, id: ClaimId, key: &str) -> Result<(), Refusal> {
        self.decide(who, id, &ClaimCommand::Pay { key: Text::clean(key), amount: None })?;
        let no = self.claims[&id].payments.last().unwrap().no;
        self.export(id, no);
        self.decide(who, id, &ClaimCommand::ConfirmPayment { no, reference: Text::clean("bank 1") })?;
        Ok(())
    }

    pub fn export(&mut self, id: ClaimId, no: u32) {
        let event = claim::ClaimEvent::PaymentExported { no, batch: BatchId(1) };
        if self.claims[&id].payment(no).is_some_and(|payment| payment.state == PaymentState::Ordered) {
            self.apply(None, Some(id), Effects { claim: vec![event], ..Effects::default() });
        }
    }

    /// The engine looks at everything.
    pub fn sweep(&mut self) {
        let engine = actor(8);
        for id in self.requests.keys().copied().collect::<Vec<_>>() {
            let context = Context { actor: &engine, now: self.now, programs: &self.programs };
            let effects = request::sweep(&self.requests[&id], context, self.request_facts()).unwrap();
            self.apply(Some(id), None, effects);
        }
        for id in self.claims.keys().copied().collect::<Vec<_>>() {
            let context = Context { actor: &engine, now: self.now, programs: &self.programs };
            let events = claim::sweep(&self.claims[&id], context).unwrap();
            self.apply(None, Some(id), Effects { claim: events, ..Effects::default() });
        }
        let context = Context { actor: &engine, now: self.now, programs: &self.programs };
        let events = fund::sweep(&self.fund, context).unwrap();
        self.apply(None, None, Effects { fund: events, ..Effects::default() });
    }

    pub fn claim_facts<'a>(&'a self, request: RequestId, known: &'a [Known], pending: &'a [&'a Claim]) -> claim::Facts<'a> {
        claim::Facts {
            fund: &self.fund,
            request: &self.requests[&request],
            partner: &self.partner,
            rates: &self.rates,
            authority: &self.authority,
            known,
            pending,
        }
    }

    pub fn pending(&self) -> Vec<&Claim> {
        self.claims.values().filter(|claim| claim.state.is_pending()).collect()
    }

    pub fn known(&self) -> Vec<Known> {
        let known = |claim: &Claim| {
            let on = claim.desk.submitted_at.map(|at| at.to_utc().date_naive());
            Known::claim(claim, &self.requests[&claim.request], claim.content.asked, on)
        };
        self.claims.values().map(known).collect()
    }

    pub fn apply(&mut self, request: Option<RequestId>, claim: Option<ClaimId>, effects: Effects) {
        let now = self.now;
        for event in &effects.fund {
            self.fund.apply(event, now);
        }
        if let Some(request) = request.and_then(|id| self.requests.get_mut(&id)) {
            for event in &effects.request {
                request.apply(event, now);
            }
        }
        if let Some(claim) = claim.and_then(|id| self.claims.get_mut(&id)) {
            for event in &effects.claim {
                claim.apply(event, now);
            }
        }
        for (id, events) in effects.others {
            let other = self.claims.get_mut(&id).unwrap();
            for event in &events {
                other.apply(event, now);
            }
        }
        self.check_books();
    }

    pub fn pass(&mut self, hours: i64) {
        self.now = self.now.plus(Span::hours(hours));
    }

    /// `[allocated, available, committed, claimed, paid, expired]`, in cents.
    pub fn balances(&self) -> [i64; 6] {
        let held = &self.fund.balances;
        [held.allocated, held.available, held.committed, held.claimed, held.paid, held.expired]
    }

    /// The fund's accounts are exactly what its requests and claims say.
    fn check_books(&self) {
        assert!(self.fund.balances.holds(), "{:?}", self.fund.balances);
        let promised: i64 = self.requests.values().filter_map(Request::commitment).map(|one| one.remaining().minor).sum();
        let reserved: i64 = self.claims.values().map(|claim| claim.reserved.minor).sum();
        let paid: i64 = self.claims.values().map(|claim| claim.paid().minor).sum();
        let [_, _, committed, claimed, was_paid, _] = self.balances();
        assert_eq!((committed, claimed, was_paid), (promised, reserved, paid), "the books and the desk differ");
    }
}
