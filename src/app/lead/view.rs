//! What the lead room shows: pages of queues, counts, figures, and one lead with its whole story. Reads only.

use crate::{
    app::{
        App, Failure, Rules,
        lead::{command::scopes, receive::features},
        view::{self, Counts},
    },
    domain::{
        actor::Permission,
        aggregate::Aggregate,
        calendar::CompiledCalendar,
        day::day_of,
        deal::Registration,
        event::Entity,
        filter::Filter,
        id::{AuditSeq, LeadId, OperatorId, PartnerId},
        lead::{
            Lead, LeadEvent, LeadState,
            queue::{Kpis, LeadRow, Page, PageRequest, Queue},
            routing::{Candidate, Desk, Router, why::NO_LIMIT},
        },
        matching::{self, Score, score},
        partner::Partner,
        text::Text,
        time::Instant,
        told::Names,
    },
    store::{Session, unit::Past},
};
use futures::future::BoxFuture;
use std::{collections::BTreeSet, sync::Arc};

pub use crate::app::view::TIMELINE_MAX;

/// How many leads that resemble another are shown.
const DUPLICATES_MAX: usize = 12;
/// How many leads a partner is judged for before one is chosen; the plan judges them all.
const JUDGED_MAX: usize = 50;
/// A blocking key that more leads share says nothing.
const CROWD: u32 = 64;
pub type Viewer = view::Viewer<LeadId>;
pub type LastDone = view::LastDone<LeadId>;

/// One lead with everything that is known of it.
#[derive(Debug, Clone)]
pub struct LeadDetail {
    pub lead: Lead,
    /// The newest first, [`TIMELINE_MAX`] at most.
    pub timeline: Vec<Past>,
    pub duplicates: Vec<Duplicate>,
    /// Of the clock that runs or is paused.
    pub calendar: Option<Arc<CompiledCalendar>>,
    /// The registration that was made of it.
    pub deal: Option<Registration>,
    pub names: Names,
}

/// A lead that another resembles, with the parts of the score.
#[derive(Debug, Clone)]
pub struct Duplicate {
    pub lead: Lead,
    pub score: Score,
}

/// A partner as the picker shows it for one lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerChoice {
    pub id: PartnerId,
    pub code: Text,
    pub name: Text,
    pub tier: Text,
    pub open: u32,
    /// Nothing where there is no limit.
    pub capacity: Option<u32>,
    /// Why it can have none of the leads even by hand; a fragment that follows its name.
    pub objection: Option<String>,
    /// For how many of the leads it fails a routing rule.
    pub failing: usize,
    /// The rule that it fails, and for how many where there are several leads; by hand it can have them all the same.
    pub why_not: Option<String>,
}

impl App {
    /// A page of a queue.
    pub fn lead_page<'a>(&'a self, request: &'a PageRequest, viewer: &'a Viewer) -> BoxFuture<'a, Result<Page, Failure>> {
        Box::pin(async move { self.page(request, viewer).await })
    }

    /// How many leads each queue holds, and how many pass `filter` in `queue`.
    pub fn lead_counts<'a>(
        &'a self,
        viewer: &'a Viewer,
        queue: Queue,
        filter: Option<&'a Filter>,
        now: Instant,
    ) -> BoxFuture<'a, Result<Counts, Failure>> {
        Box::pin(async move { self.counts(viewer, &Queue::ALL, queue, filter, now).await })
    }

    /// The figures of the header; a day begins in the program's zone.
    pub fn lead_kpis(&self, now: Instant) -> BoxFuture<'_, Result<Kpis, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let today = day_of(now, rules.program().zone);
            Ok(self.db().read().await?.lead_kpis(today).await?)
        })
    }

    /// The leads of a queue that pass the filter, in its order; the first `limit` of them, and whether there are more.
    pub fn lead_matching<'a>(
        &'a self,
        request: PageRequest,
        viewer: &'a Viewer,
        limit: usize,
    ) -> BoxFuture<'a, Result<(Vec<LeadRow>, bool), Failure>> {
        Box::pin(async move { self.matching(request, viewer, limit).await })
    }

    /// One lead with its story; nothing when there is no such lead.
    pub fn lead_detail(&self, id: LeadId) -> BoxFuture<'_, Result<Option<LeadDetail>, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().snapshot().await?;
            let Some(lead) = session.leads(&[id]).await?.pop() else { return Ok(None) };
            let timeline = session.audit_timeline(Entity::Lead(id), AuditSeq(i64::MAX), TIMELINE_MAX).await?;
            let duplicates = duplicates(&mut session, &rules, &lead).await?;
            let calendar = lead.clock.as_ref().map(|clock| Arc::clone(rules.programs().calendar(clock)));
            let events = timeline.iter().filter_map(|past| Lead::event(&past.record.event));
            let held = lead.offers.iter().map(|offer| offer.partner);
            let others = duplicates.iter().filter_map(|one| one.lead.state.partner());
            let partners = mentioned(events, held.chain(lead.state.partner()).chain(others));
            let names = view::names(&mut session, &rules, partners).await?;
            let made = session.deals_of_leads([id]).await?;
            let deal = session.deals(&made.into_values().collect::<Vec<_>>()).await?.pop();
            Ok(Some(LeadDetail { lead, timeline, duplicates, calendar, deal, names }))
        })
    }

    /// Every partner for these leads: those the rules would take first, then those that an operator may choose all the
    /// same, then those that nobody may. Of many leads the first [`JUDGED_MAX`] are judged.
    pub fn lead_partners<'a>(&'a self, ids: &'a [LeadId], now: Instant) -> BoxFuture<'a, Result<Vec<PartnerChoice>, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().read().await?;
            let leads = session.leads(&ids[..ids.len().min(JUDGED_MAX)]).await?;
            let desk = session.desk(&scopes(&leads)).await?;
            drop(session);
            if leads.is_empty() {
                return Ok(Vec::new());
            }
            let mut router = rules.router();
            // Who has them all already is no choice.
            let others = rules.directory().all().iter().filter(|partner| !leads.iter().all(|lead| lead.state.loads() == Some(partner.id)));
            let mut choices: Vec<PartnerChoice> = others.map(|partner| choice(&mut router, &leads, partner, &desk, now)).collect();
            choices.sort_by(|a, b| {
                let rank = |one: &PartnerChoice| (one.objection.is_some(), one.failing);
                rank(a).cmp(&rank(b)).then_with(|| a.name.cmp(&b.name))
            });
            Ok(choices)
        })
    }

    /// What `me` did last to leads and has not taken back since; taking some in is no such thing.
    pub fn lead_last_done(&self, me: OperatorId) -> BoxFuture<'_, Result<Option<LastDone>, Failure>> {
        Box::pin(async move { self.last_done::<Lead>(me, |event| matches!(event, LeadEvent::Received { .. })).await })
    }

    /// The names of all that events mention, and of `partners`.
    pub async fn lead_names<'e>(
        &self,
        events: impl Iterator<Item = &'e LeadEvent> + Send,
        partners: impl Iterator<Item = PartnerId> + Send,
    ) -> Result<Names, Failure> {
        let rules = self.rules().await?;
        let partners = mentioned(events, partners);
        view::names(&mut self.db().read().await?, &rules, partners).await
    }

    /// The operators who can look after a lead, by name.
    pub fn lead_colleagues(&self) -> BoxFuture<'_, Result<Vec<(OperatorId, Text)>, Failure>> {
        Box::pin(async move { self.colleagues(|roles| roles.allow(Permission::LeadWork)).await })
    }
}

/// How the rules judge one partner for these leads, of which there is one at least.
fn choice(router: &mut Router, leads: &[Lead], partner: &Partner, desk: &Desk, now: Instant) -> PartnerChoice {
    let candidates: Vec<Candidate> = leads.iter().map(|lead| router.examine(lead, partner, desk, now)).collect();
    let failing: Vec<String> = candidates.iter().filter_map(Candidate::why_not).collect();
    let why_not = failing.first().map(|first| match (failing.len(), leads.len()) {
        (_, 1) => first.clone(),
        (count, judged) => format!("{count} of {judged}: {first}"),
    });
    let objections: Vec<String> = leads.iter().filter_map(|lead| router.objection(lead, partner)).collect();
    let is_barred = objections.len() == leads.len();
    let (open, capacity) = candidates.first().map_or((0, NO_LIMIT), |one| (one.open, one.capacity));
    PartnerChoice {
        id: partner.id,
        code: partner.profile.code.clone(),
        name: partner.profile.name.clone(),
        tier: partner.profile.tier.clone(),
        open,
        capacity: (capacity != NO_LIMIT).then_some(capacity),
        objection: objections.first().filter(|_| is_barred).map(|why| after_name(why, &partner.profile.name)),
        failing: failing.len(),
        why_not,
    }
}

/// A sentence about a partner without its name, where it begins with it.
fn after_name(sentence: &str, name: &str) -> String {
    sentence.strip_prefix(name).map_or(sentence, str::trim_start).to_owned()
}

/// Leads that this one resembles: those that its review names, and those that share something with it.
async fn duplicates(session: &mut Session, rules: &Rules, lead: &Lead) -> Result<Vec<Duplicate>, Failure> {
    let policy = rules.program().matching.policy();
    let own = features(&lead.intake, &policy);
    let keys = matching::keys(&own);
    let named: Vec<LeadId> = match &lead.state {
        LeadState::InReview { candidates } => candidates.iter().map(|one| one.lead).collect(),
        LeadState::Merged { into, .. } => vec![*into],
        _ => Vec::new(),
    };
    let mut ids = named.clone();
    ids.extend(lead.absorbed.iter().map(|one| one.lead));
    ids.extend(session.leads_by_key(&keys, CROWD).await?.into_iter().map(|(_, id)| id));
    ids.sort_unstable();
    ids.dedup();
    ids.retain(|id| *id != lead.id);
    let mut found: Vec<Duplicate> = session
        .leads(&ids)
        .await?
        .into_iter()
        .map(|other| Duplicate { score: score(&own, &features(&other.intake, &policy), &policy.weights), lead: other })
        .filter(|one| {
            named.contains(&one.lead.id)
                || lead.absorbed.iter().any(|held| held.lead == one.lead.id)
                || one.score.band(&policy) != matching::Band::New
        })
        .collect();
    found.sort_by_key(|one| (!named.contains(&one.lead.id), std::cmp::Reverse(one.score.total_bp), one.lead.id));
    found.truncate(DUPLICATES_MAX);
    Ok(found)
}

/// The partners that events mention, and `more`.
fn mentioned<'e>(events: impl Iterator<Item = &'e LeadEvent>, more: impl Iterator<Item = PartnerId>) -> BTreeSet<PartnerId> {
    let mut ids: BTreeSet<PartnerId> = more.collect();
    for event in events {
        if let LeadEvent::Offered { why, .. } | LeadEvent::FellBack { why, .. } = event {
            ids.extend(why.candidates.iter().map(|one| one.partner));
            ids.extend(why.runner_up.as_ref().map(|one| one.partner));
        }
        if let LeadEvent::Offered { partner, .. }
        | LeadEvent::Accepted { partner, .. }
        | LeadEvent::Declined { partner, .. }
        | LeadEvent::TimedOut { partner, .. } = event
        {
            ids.insert(*partner);
        }
    }
    ids
}
