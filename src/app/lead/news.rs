//! What has happened since, for those who follow: every change in words, and what needs an operator at once.

use crate::{
    app::{App, Failure, lead::view::Viewer},
    domain::{
        event::{Entity, Event},
        filter::{Field, Filter, Op},
        id::{AuditSeq, LeadId, OperatorId},
        lead::{
            Lead, LeadEvent, Severity,
            queue::{From, PageRequest, Queue, Sort},
        },
        text::Text,
        time::Instant,
        told::Names,
    },
    store::unit::Past,
};
use futures::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};

/// How many events are read at once.
pub const NEWS_MAX: u32 = 500;
/// How many leads one query asks about.
const AMONG_MAX: usize = 100;

/// Events after a place in the chain, with all that is needed to tell them.
#[derive(Debug, Clone, Default)]
pub struct News {
    /// The oldest first, [`NEWS_MAX`] at most.
    pub happened: Vec<Past>,
    /// The leads that they are about, as they are now.
    pub leads: BTreeMap<LeadId, Lead>,
    pub names: Names,
}

/// A lead needs the operator who looks after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub lead: LeadId,
    pub company: Text,
    pub cause: CallCause,
}

/// Why it does. The same cause of the same lead is told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallCause {
    /// The clock of this number ran out.
    Breached { clock: u32 },
    /// Escalated by somebody else, so that it has to be looked at within the hour or sooner.
    Escalated { severity: Severity },
    /// Handed over by a colleague.
    Handed,
}

impl CallCause {
    /// Why an event needs `me`, if it does.
    pub fn of(event: &LeadEvent, me: OperatorId) -> Option<Self> {
        let severity = match event {
            LeadEvent::Breached { clock, .. } => return Some(Self::Breached { clock: clock.no }),
            LeadEvent::Taken { desk, .. } => return (*desk == Some(me)).then_some(Self::Handed),
            LeadEvent::Escalated { severity, .. } => Some(*severity),
            LeadEvent::FellBack { escalation, .. } => *escalation,
            LeadEvent::Absorbed { escalation, .. } => escalation.as_ref().map(|brought| brought.severity),
            _ => None,
        };
        severity.filter(|severity| *severity >= Severity::High).map(|severity| Self::Escalated { severity })
    }
}

impl App {
    /// The end of the chain now: from where to follow.
    pub fn news_end(&self) -> BoxFuture<'_, Result<AuditSeq, Failure>> {
        Box::pin(async move { Ok(self.db().read().await?.audit_head().await?.seq) })
    }

    /// What has happened after `since`.
    pub fn news(&self, since: AuditSeq) -> BoxFuture<'_, Result<News, Failure>> {
        Box::pin(async move {
            let mut session = self.db().snapshot().await?;
            let happened = session.audit_since(since, NEWS_MAX).await?;
            let ids: BTreeSet<LeadId> = happened.iter().filter_map(lead_of).collect();
            let leads = session.leads(&ids.into_iter().collect::<Vec<_>>()).await?;
            drop(session);
            let (mut events, mut holders) = (Vec::new(), Vec::new());
            for past in &happened {
                events.extend(if let Event::Lead(event) = &past.record.event { Some(event) } else { None });
            }
            for lead in &leads {
                holders.extend(lead.offers.iter().map(|offer| offer.partner).chain(lead.state.partner()));
            }
            let names = self.lead_names(events.into_iter(), holders.into_iter()).await?;
            Ok(News { leads: leads.into_iter().map(|lead| (lead.id, lead)).collect(), happened, names })
        })
    }

    /// Which of these leads stand in the queue and pass the filter now.
    pub fn leads_among<'a>(
        &'a self,
        ids: &'a [LeadId],
        queue: Queue,
        filter: &'a Filter,
        viewer: &'a Viewer,
        now: Instant,
    ) -> BoxFuture<'a, Result<BTreeSet<LeadId>, Failure>> {
        Box::pin(async move {
            let mut among = BTreeSet::new();
            for some in ids.chunks(AMONG_MAX) {
                let one = |id: &LeadId| Filter::Number { field: Field::Id, op: Op::Eq, value: id.0 };
                let filter = Some(Filter::all(vec![Filter::any(some.iter().map(one).collect()), filter.clone()]));
                let request = PageRequest { queue, filter, sort: Sort::Received, me: viewer.me, now, from: From::Start, limit: 0 };
                among.extend(self.lead_matching(request, viewer, AMONG_MAX).await?.0.into_iter().map(|row| row.id));
            }
            Ok(among)
        })
    }

    /// What needs `me` since a place in the chain, and the place up to which was looked.
    pub fn lead_calls(&self, me: OperatorId, since: AuditSeq) -> BoxFuture<'_, Result<(AuditSeq, Vec<Call>), Failure>> {
        Box::pin(async move {
            let mut session = self.db().snapshot().await?;
            let end = session.audit_head().await?.seq;
            let (mut since, mut found) = (since, Vec::new());
            loop {
                let part = session.audit_calls(me, since, NEWS_MAX).await?;
                found.extend(part.iter().filter_map(|past| match &past.record.event {
                    Event::Lead(event) => Some((lead_of(past)?, CallCause::of(event, me)?)),
                    _ => None,
                }));
                match part.last() {
                    Some(last) if part.len() >= NEWS_MAX as usize => since = last.seq,
                    _ => break,
                }
            }
            let ids: BTreeSet<LeadId> = found.iter().map(|(lead, _)| *lead).collect();
            let leads = session.leads(&ids.into_iter().collect::<Vec<_>>()).await?;
            let company = |id| leads.iter().find(|lead| lead.id == id).map(|lead| lead.company().clone()).unwrap_or_default();
            Ok((end, found.into_iter().map(|(lead, cause)| Call { lead, company: company(lead), cause }).collect()))
        })
    }
}

fn lead_of(past: &Past) -> Option<LeadId> {
    match past.record.entity {
        Entity::Lead(lead) => Some(lead),
        _ => None,
    }
}
