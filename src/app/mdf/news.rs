//! What has happened at the MDF desk since, for those who follow: every change with all that is needed to tell it, and what
//! needs an operator at once.

use super::view::MdfViewer;
use crate::{
    app::{App, Failure, lead::news::NEWS_MAX},
    domain::{
        escalation::Severity,
        event::{Event, Record},
        filter::{Filter, Op},
        id::{AuditSeq, ClaimId, Number, OperatorId, PartnerId, RequestId},
        mdf::{
            claim::ClaimEvent,
            fields::{Field, Funding},
            item::ItemId,
            queue::{From, ItemRow, PageRequest, Queue, Sort},
            request::RequestEvent,
        },
        text::Text,
        time::Instant,
        told::Names,
    },
    store::{Listing, unit::Past},
};
use futures::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};

/// How many items one query asks about.
const AMONG_MAX: usize = 100;

/// Events after a place in the chain, with all that is needed to tell them.
#[derive(Debug, Clone, Default)]
pub struct MdfNews {
    /// The oldest first, [`NEWS_MAX`] at most.
    pub happened: Vec<Past>,
    /// The titles of the activities that they are about, and the names of the funds.
    pub titles: BTreeMap<ItemId, Text>,
    pub names: Names,
}

/// A request or a claim needs the operator who looks after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MdfCall {
    pub item: ItemId,
    /// Of the activity.
    pub title: Text,
    pub cause: MdfCallCause,
}

/// Why it does. The same cause of the same item is told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MdfCallCause {
    /// The clock of this number ran out.
    Breached { clock: u32 },
    /// Escalated by somebody else, so that it has to be looked at within the hour or sooner.
    Escalated { severity: Severity },
    /// Handed over by a colleague.
    Handed,
    /// The partner has answered what it was asked, which made this version.
    Answered { version: i64 },
    /// Put under suspicion, which made this version.
    Suspected { version: i64 },
}

impl MdfCallCause {
    /// Why an event needs `me`, if it does.
    pub fn of(record: &Record, me: OperatorId) -> Option<Self> {
        let version = record.version;
        let severity = match &record.event {
            Event::Request(RequestEvent::Breached { clock, .. }) | Event::Claim(ClaimEvent::Breached { clock, .. }) => {
                return Some(Self::Breached { clock: clock.no });
            }
            Event::Request(RequestEvent::Assigned { to, .. }) | Event::Claim(ClaimEvent::Assigned { to, .. }) => {
                return (*to == Some(me)).then_some(Self::Handed);
            }
            Event::Request(RequestEvent::Resubmitted { .. }) | Event::Claim(ClaimEvent::Resubmitted { .. }) => {
                return Some(Self::Answered { version });
            }
            Event::Claim(ClaimEvent::Flagged { .. }) => return Some(Self::Suspected { version }),
            Event::Request(RequestEvent::Escalated { severity, .. }) | Event::Claim(ClaimEvent::Escalated { severity, .. }) => *severity,
            _ => return None,
        };
        (severity >= Severity::High).then_some(Self::Escalated { severity })
    }
}

impl App {
    /// The lines of these items as they are now.
    pub fn mdf_rows<'a>(&'a self, ids: &'a [ItemId]) -> BoxFuture<'a, Result<Vec<ItemRow>, Failure>> {
        Box::pin(async move {
            let mut session = self.db().read().await?;
            Ok(Funding::rows(&mut session, ids).await?.into_iter().map(|(_, row)| row).collect())
        })
    }

    /// What has happened after `since`.
    pub fn mdf_news(&self, since: AuditSeq) -> BoxFuture<'_, Result<MdfNews, Failure>> {
        Box::pin(async move {
            let mut session = self.db().snapshot().await?;
            let happened = session.audit_since(since, NEWS_MAX).await?;
            drop(session);
            let ids: BTreeSet<ItemId> = happened.iter().filter_map(|past| ItemId::of_entity(past.record.entity)).collect();
            let (titles, partners) = self.mdf_titles(ids).await?;
            let names = self.mdf_names(&partners).await?;
            Ok(MdfNews { happened, titles, names })
        })
    }

    /// What these items are about, and whose they are.
    async fn mdf_titles(&self, ids: BTreeSet<ItemId>) -> Result<(BTreeMap<ItemId, Text>, Vec<PartnerId>), Failure> {
        let mut session = self.db().snapshot().await?;
        let claims: Vec<ClaimId> = ids.iter().filter_map(|id| if let ItemId::Claim(id) = id { Some(*id) } else { None }).collect();
        let claims = session.claims(&claims).await?;
        let own = ids.iter().filter_map(|id| if let ItemId::Request(id) = id { Some(*id) } else { None });
        let requests: BTreeSet<RequestId> = own.chain(claims.iter().map(|claim| claim.request)).collect();
        let requests = session.requests(&requests.into_iter().collect::<Vec<_>>()).await?;
        let funds: Vec<_> = ids.iter().filter_map(|id| if let ItemId::Fund(id) = id { Some(*id) } else { None }).collect();
        let funds = session.funds(&funds).await?;
        let mut titles: BTreeMap<ItemId, Text> = funds.iter().map(|fund| (fund.id.into(), fund.terms.name.clone())).collect();
        titles.extend(requests.iter().map(|request| (request.id.into(), request.plan.title.clone())));
        for claim in &claims {
            if let Some(title) = titles.get(&claim.request.into()).cloned() {
                titles.insert(claim.id.into(), title);
            }
        }
        titles.retain(|id, _| ids.contains(id));
        let partners: BTreeSet<PartnerId> =
            requests.iter().map(|request| request.partner).chain(funds.iter().filter_map(|fund| fund.terms.holder.partner())).collect();
        Ok((titles, partners.into_iter().collect()))
    }

    /// Which of these items stand in the queue and pass the filter now.
    pub fn mdf_among<'a>(
        &'a self,
        ids: &'a [ItemId],
        queue: Queue,
        filter: &'a Filter<Funding>,
        viewer: &'a MdfViewer,
        now: Instant,
    ) -> BoxFuture<'a, Result<BTreeSet<ItemId>, Failure>> {
        Box::pin(async move {
            let mut among = BTreeSet::new();
            for some in ids.chunks(AMONG_MAX) {
                let one = |id: &ItemId| Filter::Number { field: Field::Id, op: Op::Eq, value: id.number() };
                let filter = Some(Filter::all(vec![Filter::any(some.iter().map(one).collect()), filter.clone()]));
                let request = PageRequest { queue, filter, sort: Sort::Submitted, me: viewer.me, now, from: From::Start, limit: 0 };
                among.extend(self.mdf_matching(request, viewer, AMONG_MAX).await?.0.into_iter().map(|row| row.id));
            }
            Ok(among)
        })
    }

    /// What needs `me` since a place in the chain, and the place up to which was looked.
    pub fn mdf_calls(&self, me: OperatorId, since: AuditSeq) -> BoxFuture<'_, Result<(AuditSeq, Vec<MdfCall>), Failure>> {
        Box::pin(async move {
            let mut session = self.db().snapshot().await?;
            let end = session.audit_head().await?.seq;
            let mut found: Vec<(ItemId, MdfCallCause)> = Vec::new();
            let mut since = since;
            loop {
                let part = session.audit_mdf_calls(me, since, NEWS_MAX).await?;
                let cause = |past: &Past| Some((ItemId::of_entity(past.record.entity)?, MdfCallCause::of(&past.record, me)?));
                found.extend(part.iter().filter_map(cause));
                match part.last() {
                    Some(last) if part.len() >= NEWS_MAX as usize => since = last.seq,
                    _ => break,
                }
            }
            drop(session);
            let (titles, _) = self.mdf_titles(found.iter().map(|(item, _)| *item).collect()).await?;
            let call = |(item, cause)| MdfCall { item, title: titles.get(&item).cloned().unwrap_or_default(), cause };
            Ok((end, found.into_iter().map(call).collect()))
        })
    }
}
