//! The floor of the deal desk: registrations, conflicts, dossiers. Expected values are worked out by hand.

mod case;
mod detect;
mod dossier;
mod life;
mod protection;
mod rules;
mod screen;

use pilothouse::domain::{
    actor::{Actor, Role, Roles},
    aggregate::Aggregate,
    deal::{
        AccountLink, ContentHash, Customer, DealCommand, DealEvent, Details, Document, DocumentKind, Refusal, Registration, Scope,
        conflict::{
            CaseCommand, Claim, ConflictCase, Finding, Outcome, Sale, conflicts, deal_keys, decide_case, open, protection_keys, sweep_case,
        },
        decide::{Context, Facts, Holder, Programs, decide, register, sweep},
        dossier::{Dossier, Precedent, dossier},
    },
    id::{AccountId, ConflictId, DealId, OperatorId, PartnerId, ProgramVersion},
    matching::MatchingPolicy,
    money::Money,
    partner::{Area, Certification, Partner, PartnerKind, Profile},
    program::{self, Program},
    text::Text,
    time::{Instant, Span},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

/// Monday, 08:00 on the wall in Berlin: an hour before the desk opens.
pub const MONDAY: &str = "2026-03-23T07:00:00Z";

/// A desk that is open from 9 to 17 on weekdays: a business day has 8 hours.
pub const PROGRAM: &str = r#"
[program]
name = "Deals"
zone = "Europe/Berlin"
calendar = "office"

[calendars.office]
zone = "Europe/Berlin"
hours = { mon-fri = ["09:00-17:00"] }

[calendars.always]
zone = "UTC"
hours = { mon-sun = ["00:00-24:00"] }

[products]
lines = ["Switching", "Firewall", "Video"]

[verticals]
names = ["Health"]

[regions]
DACH = ["DE", "AT", "CH"]

[tiers.platinum]
rank = 1
lead_weight = 3

[tiers.gold]
rank = 2
lead_weight = 2

[tiers.registered]
rank = 3
lead_weight = 1

[[routing.territory]]
name = "Swiss health"
countries = ["CH"]
verticals = ["Health"]
partners = ["P02"]

[deals]
minimum = { EUR = 5000, JPY = 800000 }

[deals.protection]
by_tier = { platinum = 120, registered = 60 }

[[deals.eligibility]]
products = ["Firewall"]
certification = "Security"

[[deals.eligibility]]
products = ["Video"]
tiers = ["platinum", "gold"]

[deals.conflict]
calendar = "always"
"#;

pub fn parsed(text: &str) -> Arc<Program> {
    Arc::new(program::parse("deals.toml", text).unwrap_or_else(|problems| panic!("{problems:?}")))
}

static DEALS: LazyLock<Arc<Program>> = LazyLock::new(|| parsed(PROGRAM));

pub fn at(text: &str) -> Instant {
    text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().into()
}

pub fn date(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

pub fn eur(amount: &str) -> Money {
    Money::parse(amount, "EUR".parse().unwrap()).unwrap()
}

pub fn operator(number: i64, role: Role) -> Actor {
    Actor { id: OperatorId(number), name: Text::clean(&format!("Op {number}")), roles: Roles(vec![role]) }
}

/// Partners 1 to 5: gold with a certificate, platinum, registered, a distributor, our own sales. 6 has no areas but France.
pub fn partner(number: i64) -> Partner {
    let tiers = ["gold", "platinum", "registered", "gold", "", "gold"];
    let kinds = [
        PartnerKind::Reseller,
        PartnerKind::Reseller,
        PartnerKind::Var,
        PartnerKind::Distributor,
        PartnerKind::Direct,
        PartnerKind::Reseller,
    ];
    let place = usize::try_from(number - 1).unwrap();
    let country = if number == 6 { "FR" } else { "DE" };
    let areas = if number == 6 { Vec::new() } else { vec![Area { countries: vec!["DE".parse().unwrap()], ..Area::default() }] };
    let certified = matches!(number, 1 | 2 | 4).then(|| Certification { name: "Security".into(), until: None });
    Partner {
        id: PartnerId(number),
        version: 1,
        updated_at: at(MONDAY),
        since: None,
        steps: Vec::new(),
        profile: Profile {
            code: Text::clean(&format!("P{number:02}")),
            name: Text::clean(&format!("Partner {number}")),
            kind: kinds[place],
            tier: tiers[place].into(),
            country: Some(country.parse().unwrap()),
            areas,
            certifications: certified.into_iter().collect(),
            ..Profile::default()
        },
    }
}

/// A complete registration of Switching at Acme for EUR 40,000.
pub fn details() -> Details {
    Details {
        source: "test".into(),
        customer: Customer {
            name: "Acme Werke GmbH".into(),
            country: Some("DE".parse().unwrap()),
            city: "Ulm".into(),
            ..Customer::default()
        },
        scope: Scope::new(["Switching".into()]),
        value: Some(eur("40000")),
        close_on: Some(date("2026-06-30")),
        ..Details::default()
    }
}

pub const ACME: AccountLink = AccountLink { account: AccountId(1), family: AccountId(1) };

pub fn document(kind: DocumentKind, name: &str) -> Document {
    Document {
        kind,
        name: name.into(),
        hash: ContentHash::of(name.as_bytes()),
        size: 1_000,
        media_type: "application/pdf".into(),
        dated: None,
        amount: None,
    }
}

/// A desk with its registrations and one conflict.
pub struct World {
    pub now: Instant,
    pub programs: Programs,
    pub deals: BTreeMap<DealId, Registration>,
    pub sales: BTreeMap<DealId, Vec<Sale>>,
    pub case: Option<ConflictCase>,
    pub precedents: Vec<Precedent>,
    pub sequence: i64,
    partners: BTreeMap<PartnerId, Partner>,
}

impl World {
    pub fn new() -> Self {
        Self::with(Arc::clone(&DEALS))
    }

    pub fn with(program: Arc<Program>) -> Self {
        Self {
            now: at(MONDAY),
            programs: Programs::new(ProgramVersion(1), program),
            deals: BTreeMap::new(),
            sales: BTreeMap::new(),
            case: None,
            precedents: Vec::new(),
            sequence: 0,
            partners: (1..=6).map(|number| (PartnerId(number), partner(number))).collect(),
        }
    }

    pub fn program(&self) -> &Program {
        self.programs.current()
    }

    pub fn context<'a>(&'a self, actor: &'a Actor) -> Context<'a> {
        Context { actor, now: self.now, programs: &self.programs }
    }

    /// The registration of a partner with the number of the next free one, submitted.
    pub fn submitted(&mut self, partner: i64, details: Details, account: Option<AccountLink>) -> DealId {
        let id = DealId(i64::try_from(self.deals.len()).unwrap() + 1);
        self.sequence += 1;
        let engine = Actor::engine();
        let facts = Facts { partner: &self.partners[&PartnerId(partner)], holder: None, sequence: self.sequence };
        let (deal, _) = register(id, details, account, true, self.context(&engine), facts).unwrap();
        self.deals.insert(id, deal);
        id
    }

    pub fn deal(&self, id: DealId) -> &Registration {
        &self.deals[&id]
    }

    /// Whose live protection is in the way of `id`.
    pub fn holder(&self, id: DealId) -> Option<DealId> {
        let policy = MatchingPolicy::default();
        let wanted = deal_keys(&self.deals[&id], &policy);
        let mut others = self.deals.values().filter(|other| other.id != id);
        others.find(|other| protection_keys(other, &policy).iter().any(|key| wanted.contains(key))).map(|other| other.id)
    }

    pub fn decided(&self, id: DealId, actor: &Actor, command: &DealCommand) -> Result<Vec<DealEvent>, Refusal> {
        let deal = &self.deals[&id];
        let facts = Facts {
            partner: &self.partners[&deal.partner],
            holder: self.holder(id).map(|deal| Holder { deal, case: None }),
            sequence: self.sequence + 1,
        };
        decide(deal, command, self.context(actor), facts)
    }

    pub fn act(&mut self, id: DealId, actor: &Actor, command: &DealCommand) -> Result<Vec<DealEvent>, Refusal> {
        let events = self.decided(id, actor, command)?;
        self.sequence += 1;
        self.apply(id, &events);
        Ok(events)
    }

    pub fn apply(&mut self, id: DealId, events: &[DealEvent]) {
        let now = self.now;
        let deal = self.deals.get_mut(&id).unwrap();
        for event in events {
            deal.apply(event, now);
        }
    }

    pub fn swept(&mut self, id: DealId) -> Vec<DealEvent> {
        let engine = Actor::engine();
        let events = sweep(&self.deals[&id], self.context(&engine)).unwrap();
        self.apply(id, &events);
        events
    }

    pub fn claim(&self, id: DealId) -> Claim<'_> {
        let registration = &self.deals[&id];
        let sales = self.sales.get(&id).map_or(&[][..], Vec::as_slice);
        Claim { registration, partner: &self.partners[&registration.partner], sales }
    }

    pub fn found(&self, a: DealId, b: DealId) -> Vec<Finding> {
        conflicts(&self.claim(a), &self.claim(b), self.program(), &MatchingPolicy::default(), self.now)
    }

    pub fn dossier(&self, ids: &[DealId]) -> Dossier {
        let claims: Vec<Claim<'_>> = ids.iter().map(|id| self.claim(*id)).collect();
        dossier(self.case.as_ref(), &claims, self.program(), self.now, &self.precedents)
    }

    pub fn open(&mut self, ids: &[DealId]) {
        let claims: Vec<Claim<'_>> = ids.iter().map(|id| self.claim(*id)).collect();
        let findings = self.found(ids[0], ids[1]);
        let engine = Actor::engine();
        let (case, outcome) = open(ConflictId(1), &claims, findings, self.context(&engine)).unwrap();
        self.case = Some(case);
        for (id, events) in &outcome.deals {
            self.apply(*id, events);
        }
    }

    pub fn parties(&self) -> Vec<DealId> {
        self.case.as_ref().unwrap().parties.iter().map(|party| party.deal).collect()
    }

    pub fn seen(&self) -> ContentHash {
        self.dossier(&self.parties()).evidence.hash
    }

    pub fn judge(&mut self, actor: &Actor, command: &CaseCommand) -> Result<Outcome, Refusal> {
        let mut ids = self.parties();
        if let CaseCommand::Join { deal } = command {
            ids.push(*deal);
        }
        let claims: Vec<Claim<'_>> = ids.iter().map(|id| self.claim(*id)).collect();
        let outcome = decide_case(self.case.as_ref().unwrap(), command, &claims, &self.precedents, self.context(actor))?;
        self.follow(&outcome);
        Ok(outcome)
    }

    pub fn sweep_case(&mut self) -> Outcome {
        let engine = Actor::engine();
        let claims: Vec<Claim<'_>> = self.parties().iter().map(|id| self.claim(*id)).collect();
        let outcome = sweep_case(self.case.as_ref().unwrap(), &claims, self.context(&engine)).unwrap();
        self.follow(&outcome);
        outcome
    }

    fn follow(&mut self, outcome: &Outcome) {
        let now = self.now;
        let case = self.case.as_mut().unwrap();
        for event in &outcome.case {
            case.apply(event, now);
        }
        for (id, events) in &outcome.deals {
            self.apply(*id, events);
        }
    }

    pub fn pass(&mut self, hours: i64) {
        self.now = self.now.plus(Span::hours(hours));
    }
}
