//! What the lead room shows: pages of queues, counts, figures, and one lead with its whole story. Reads only.

use crate::{
    app::{
        App, Failure, Rules,
        lead::receive::features,
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
            routing::Router,
        },
        matching::{self, Score, score},
        partner::Profile,
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
    /// Thousandths of a lead that the rotation owes it.
    pub owed_milli: i64,
    /// Why it can't have the lead even by hand; a fragment that follows its name.
    pub objection: Option<String>,
    /// The routing rule that it fails; by hand it can have the lead all the same.
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

    /// Every partner for one lead: those the rules would take first, then those that an operator may choose all the
    /// same, then those that nobody may.
    pub fn lead_partners(&self, id: LeadId, now: Instant) -> BoxFuture<'_, Result<Vec<PartnerChoice>, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().read().await?;
            let Some(lead) = session.leads(&[id]).await?.pop() else { return Ok(Vec::new()) };
            let desk = session.desk(&[Router::scope(&lead)]).await?;
            drop(session);
            let mut router = rules.router();
            let holder = lead.state.loads();
            let others = rules.directory().all().iter().filter(|partner| Some(partner.id) != holder);
            let mut choices: Vec<PartnerChoice> = others
                .map(|partner| {
                    let candidate = router.examine(&lead, partner, &desk, now);
                    let elsewhere = (!router.reaches(&lead, partner.id)).then(|| elsewhere(&lead, &partner.profile));
                    PartnerChoice {
                        id: partner.id,
                        code: partner.profile.code.clone(),
                        name: partner.profile.name.clone(),
                        tier: partner.profile.tier.clone(),
                        open: candidate.open,
                        capacity: (candidate.capacity != crate::domain::lead::routing::why::NO_LIMIT).then_some(candidate.capacity),
                        owed_milli: candidate.owed_milli,
                        objection: router.objection(&lead, partner).map(|why| after_name(&why, &partner.profile.name)),
                        why_not: elsewhere.or_else(|| candidate.why_not()),
                    }
                })
                .collect();
            choices.sort_by(|a, b| {
                let rank = |one: &PartnerChoice| (one.objection.is_some(), one.why_not.is_some(), -one.owed_milli);
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

/// Why a lead lies outside a partner's territory.
fn elsewhere(lead: &Lead, profile: &Profile) -> String {
    let intake = &lead.intake;
    if profile.covers(intake.country, &intake.product, &intake.vertical) {
        "the program gives this territory to others".to_owned()
    } else {
        format!("sells in {}", profile.territory())
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
