//! What the tier room tells of a partner beside its tier: who it is, and what it has in the other rooms.

use crate::{
    app::{Failure, KnownContact, Rules, contact, view},
    domain::{
        day::local_date,
        deal::Registration,
        event::Entity,
        id::{AuditSeq, PartnerId},
        lead::Lead,
        mdf::{claim::Claim, fund::Fund, item::ItemId, request::Request},
        money::Money,
        partner::{Certification, Partner},
        text::Text,
        tier::{Certificate, standing::Standing},
        time::Instant,
    },
    store::{DealSum, Session, unit::Past},
};
use chrono::NaiveDate;
use std::cmp::Reverse;

/// How many records of each kind are named; of the rest it is told how many they are.
pub const NAMED: usize = 5;
const NAMED_ROWS: u32 = 5;

/// A partner in all rooms, as it stands at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rooms {
    pub today: NaiveDate,
    /// The name and the code of the partner that it is a part of.
    pub parent: Option<(Text, Text)>,
    /// Its own parts, by name.
    pub sites: Vec<(Text, Text)>,
    /// How many leads it can hold at once; nothing where nobody says.
    pub capacity: Option<u32>,
    pub calendar: Text,
    /// What ends first stands first, what has ended last.
    pub certificates: Vec<Certificate>,
    /// Those who are there first; who was erased is left out.
    pub contacts: Vec<KnownContact>,
    pub leads: Leads,
    pub deals: Deals,
    pub funds: Funds,
}

/// The leads that lie with it, or lay with it when they ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leads {
    pub states: Vec<(Text, u64)>,
    pub late: u64,
    pub next: Vec<Next>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deals {
    pub sums: Vec<DealSum>,
    pub next: Vec<Next>,
}

/// Its own funds, not those of its region, and what it asks of any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Funds {
    /// Those that end last.
    pub last: Vec<Fund>,
    pub in_all: u64,
    /// Open requests and claims, by kind.
    pub kinds: Vec<(Text, u64)>,
    pub next: Vec<Next>,
}

/// An open record of another room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    pub entity: Entity,
    pub name: Text,
    pub stage: String,
    pub amount: Option<Money>,
    /// When its time began to run, and when it is over; nothing while it stands still.
    pub time: Option<(Instant, Instant)>,
}

impl Leads {
    /// How many take up its capacity.
    pub fn open(&self) -> u64 {
        self.in_states(&["offered", "accepted", "working"])
    }

    pub fn in_states(&self, names: &[&str]) -> u64 {
        self.states.iter().filter(|(state, _)| names.contains(&state.as_str())).map(|(_, count)| count).sum()
    }
}

/// Reads what a partner has everywhere: a bounded number of records, whatever it has.
pub async fn rooms(session: &mut Session, rules: &Rules, partner: &Partner, now: Instant) -> Result<Rooms, Failure> {
    let (program, directory, profile) = (rules.program(), rules.directory(), &partner.profile);
    let called = |one: &Partner| (one.profile.name.clone(), one.profile.code.clone());
    let mut sites: Vec<_> = directory.all().iter().filter(|one| one.profile.parent == Some(partner.id)).map(called).collect();
    sites.sort();
    let today = local_date(now, program.zone);
    let ends = |one: &Certification| Certificate { last_day: one.last_day(program.zone), name: one.name.clone() };
    let mut certificates: Vec<Certificate> = profile.certifications.iter().map(ends).collect();
    let is_ended = |one: &Certificate| one.last_day.is_some_and(|last| last < today);
    certificates.sort_by_cached_key(|one| (is_ended(one), one.last_day.is_none(), one.last_day, one.name.clone()));
    Ok(Rooms {
        today,
        parent: profile.parent.and_then(|parent| directory.get(parent)).map(called),
        sites,
        capacity: program.capacity(profile),
        calendar: program.calendar_for(profile.country, Some(&profile.calendar)).calendar.name.clone(),
        certificates,
        contacts: contact::listed(session, rules, partner).await?,
        leads: leads(session, partner.id, now).await?,
        deals: deals(session, partner.id).await?,
        funds: funds(session, partner.id).await?,
    })
}

async fn leads(session: &mut Session, partner: PartnerId, now: Instant) -> Result<Leads, Failure> {
    let next = session.leads_next_of(partner, NAMED_ROWS).await?;
    let next = session.leads(&next).await?;
    Ok(Leads {
        states: session.lead_states_of(partner).await?,
        late: session.leads_late_of(partner, now).await?,
        next: next.iter().map(Next::of_lead).collect(),
    })
}

async fn deals(session: &mut Session, partner: PartnerId) -> Result<Deals, Failure> {
    let next = session.deals_next_of(partner, NAMED_ROWS).await?;
    let next = session.deals(&next).await?;
    Ok(Deals { sums: session.deal_sums_of(partner).await?, next: next.iter().map(Next::of_deal).collect() })
}

async fn funds(session: &mut Session, partner: PartnerId) -> Result<Funds, Failure> {
    let (last, in_all) = session.funds_last_of(partner, NAMED_ROWS).await?;
    let (items, kinds) = session.mdf_next_of(partner, NAMED_ROWS).await?;
    let requests: Vec<_> = items.iter().filter_map(|id| if let ItemId::Request(id) = id { Some(*id) } else { None }).collect();
    let claims: Vec<_> = items.iter().filter_map(|id| if let ItemId::Claim(id) = id { Some(*id) } else { None }).collect();
    let (requests, claims) = (session.requests(&requests).await?, session.claims(&claims).await?);
    let mut next: Vec<Next> = requests.iter().map(Next::of_request).chain(claims.iter().map(Next::of_claim)).collect();
    next.sort_by_key(|one| items.iter().position(|id| id.entity() == one.entity));
    Ok(Funds { last: session.funds(&last).await?, in_all, kinds, next })
}

/// What happened to a partner and to its standing, the newest first.
pub async fn past(session: &mut Session, partner: PartnerId, standing: Option<&Standing>) -> Result<Vec<Past>, Failure> {
    let mut all = session.audit_timeline(Entity::Partner(partner), AuditSeq(i64::MAX), view::TIMELINE_MAX).await?;
    if let Some(standing) = standing {
        all.extend(session.audit_timeline(Entity::Standing(standing.id), AuditSeq(i64::MAX), view::TIMELINE_MAX).await?);
    }
    all.sort_by_key(|past| Reverse(past.seq));
    Ok(all)
}

impl Next {
    fn of_lead(lead: &Lead) -> Self {
        let stage = lead.state.name();
        let clock = lead.clock.as_ref().filter(|_| lead.pause.is_none());
        Self {
            entity: Entity::Lead(lead.id),
            name: lead.company().clone(),
            stage: stage.to_owned(),
            amount: None,
            time: clock.map(|clock| (clock.started_at, clock.due)),
        }
    }

    fn of_deal(deal: &Registration) -> Self {
        let held = deal.hold.as_ref().map_or_else(String::new, |hold| format!(", held: {}", hold.reason.doc()));
        let started = match deal.state.approval() {
            Some(approval) => approval.at,
            None => deal.clock.as_ref().map_or(deal.created_at, |clock| clock.started_at),
        };
        Self {
            entity: Entity::Deal(deal.id),
            name: deal.customer().clone(),
            stage: format!("{}{held}", deal.state.name().replace('_', " ")),
            amount: deal.details.value,
            time: deal.due().map(|due| (started, due)),
        }
    }

    fn of_request(request: &Request) -> Self {
        let started = match request.commitment() {
            Some(commitment) => commitment.at,
            None => request.desk.clock.as_ref().map_or(request.created_at, |clock| clock.started_at),
        };
        Self {
            entity: Entity::Request(request.id),
            name: request.plan.title.clone(),
            stage: request.state.name().replace('_', " "),
            amount: Some(request.plan.asked),
            time: request.due().map(|due| (started, due)),
        }
    }

    fn of_claim(claim: &Claim) -> Self {
        let started = claim.desk.clock.as_ref().map_or(claim.created_at, |clock| clock.started_at);
        Self {
            entity: Entity::Claim(claim.id),
            name: Text::clean(&format!("on {}", claim.request)),
            stage: claim.state.words(),
            amount: Some(claim.content.asked),
            time: claim.due().map(|due| (started, due)),
        }
    }
}
