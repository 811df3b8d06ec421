//! What has happened at the deal desk since, for those who follow: every change with all that is needed to tell it, and
//! what needs an operator at once.

use crate::{
    app::{App, Failure, deal::view::DealViewer, lead::news::NEWS_MAX},
    domain::{
        deal::{
            DealEvent, Registration,
            conflict::{CaseEvent, ConflictCase},
            fields::{Deals, Field},
            queue::{From, PageRequest, Queue, Sort},
        },
        escalation::Severity,
        event::{Entity, Event, Record},
        filter::{Filter, Op},
        id::{AuditSeq, ConflictId, DealId, OperatorId, PartnerId},
        text::Text,
        time::Instant,
        told::Names,
    },
    store::unit::Past,
};
use futures::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};

/// How many registrations one query asks about.
const AMONG_MAX: usize = 100;

/// Events after a place in the chain, with all that is needed to tell them.
#[derive(Debug, Clone, Default)]
pub struct DealNews {
    /// The oldest first, [`NEWS_MAX`] at most.
    pub happened: Vec<Past>,
    /// The conflicts that they are about, as they are now.
    pub cases: BTreeMap<ConflictId, ConflictCase>,
    /// The registrations that they are about, and the parties of those conflicts.
    pub deals: BTreeMap<DealId, Registration>,
    pub names: Names,
}

/// A registration or a conflict needs the operator who reviews it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DealCall {
    pub record: Entity,
    pub customer: Text,
    pub cause: DealCallCause,
}

/// Why it does. The same cause of the same record is told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DealCallCause {
    /// The clock of this number ran out.
    Breached { clock: u32 },
    /// Escalated by somebody else, so that it has to be looked at within the hour or sooner.
    Escalated { severity: Severity },
    /// Handed over by a colleague.
    Handed,
    /// The partner has answered what it was asked, which made this version.
    Answered { version: i64 },
}

impl DealCallCause {
    /// Why an event needs `me`, if it does.
    pub fn of(record: &Record, me: OperatorId) -> Option<Self> {
        let severity = match &record.event {
            Event::Deal(DealEvent::Breached { clock, .. }) => return Some(Self::Breached { clock: clock.no }),
            Event::Case(CaseEvent::Breached { clock, .. }) => return Some(Self::Breached { clock: clock.no }),
            Event::Deal(DealEvent::ReviewTaken { reviewer, .. }) | Event::Case(CaseEvent::ReviewTaken { reviewer, .. }) => {
                return (*reviewer == me).then_some(Self::Handed);
            }
            Event::Deal(DealEvent::Resubmitted { .. }) => return Some(Self::Answered { version: record.version }),
            Event::Deal(DealEvent::Escalated { severity, .. }) | Event::Case(CaseEvent::Escalated { severity, .. }) => *severity,
            _ => return None,
        };
        (severity >= Severity::High).then_some(Self::Escalated { severity })
    }
}

impl App {
    /// What has happened after `since`.
    pub fn deal_news(&self, since: AuditSeq) -> BoxFuture<'_, Result<DealNews, Failure>> {
        Box::pin(async move {
            let mut session = self.db().snapshot().await?;
            let happened = session.audit_since(since, NEWS_MAX).await?;
            let ids: BTreeSet<ConflictId> = happened.iter().filter_map(|past| case_of(past.record.entity)).collect();
            let cases = session.cases(&ids.into_iter().collect::<Vec<_>>()).await?;
            let own = happened.iter().filter_map(|past| deal_of(past.record.entity));
            let ids: BTreeSet<DealId> = own.chain(cases.iter().flat_map(|case| case.parties.iter().map(|party| party.deal))).collect();
            let deals = session.deals(&ids.into_iter().collect::<Vec<_>>()).await?;
            drop(session);
            let partners: BTreeSet<PartnerId> = deals.iter().map(|deal| deal.partner).collect();
            let names = self.deal_names(&partners.into_iter().collect::<Vec<_>>()).await?;
            Ok(DealNews {
                happened,
                cases: cases.into_iter().map(|case| (case.id, case)).collect(),
                deals: deals.into_iter().map(|deal| (deal.id, deal)).collect(),
                names,
            })
        })
    }

    /// Which of these registrations stand in the queue and pass the filter now.
    pub fn deals_among<'a>(
        &'a self,
        ids: &'a [DealId],
        queue: Queue,
        filter: &'a Filter<Deals>,
        viewer: &'a DealViewer,
        now: Instant,
    ) -> BoxFuture<'a, Result<BTreeSet<DealId>, Failure>> {
        Box::pin(async move {
            let mut among = BTreeSet::new();
            for some in ids.chunks(AMONG_MAX) {
                let one = |id: &DealId| Filter::Number { field: Field::Id, op: Op::Eq, value: id.0 };
                let filter = Some(Filter::all(vec![Filter::any(some.iter().map(one).collect()), filter.clone()]));
                let request = PageRequest { queue, filter, sort: Sort::Submitted, me: viewer.me, now, from: From::Start, limit: 0 };
                among.extend(self.deal_matching(request, viewer, AMONG_MAX).await?.0.into_iter().map(|row| row.id));
            }
            Ok(among)
        })
    }

    /// What needs `me` since a place in the chain, and the place up to which was looked.
    pub fn deal_calls(&self, me: OperatorId, since: AuditSeq) -> BoxFuture<'_, Result<(AuditSeq, Vec<DealCall>), Failure>> {
        Box::pin(async move {
            let mut session = self.db().snapshot().await?;
            let end = session.audit_head().await?.seq;
            let mut found: Vec<(Entity, DealCallCause)> = Vec::new();
            for is_case in [false, true] {
                let mut since = since;
                loop {
                    let part = if is_case {
                        session.audit_case_calls(me, since, NEWS_MAX).await?
                    } else {
                        session.audit_deal_calls(me, since, NEWS_MAX).await?
                    };
                    found.extend(part.iter().filter_map(|past| Some((past.record.entity, DealCallCause::of(&past.record, me)?))));
                    match part.last() {
                        Some(last) if part.len() >= NEWS_MAX as usize => since = last.seq,
                        _ => break,
                    }
                }
            }
            let ids: BTreeSet<ConflictId> = found.iter().filter_map(|(entity, _)| case_of(*entity)).collect();
            let mut cases = session.cases(&ids.into_iter().collect::<Vec<_>>()).await?;
            cases.retain(|case| case.state.reviewer() == Some(me));
            let first = |id| cases.iter().find(|case| case.id == id).and_then(|case| Some(case.parties.first()?.deal));
            // The registration by which a record is called; nothing for a conflict that somebody else reviews.
            let about: Vec<(Entity, DealCallCause, DealId)> = found
                .into_iter()
                .filter_map(|(entity, cause)| Some((entity, cause, deal_of(entity).or_else(|| first(case_of(entity)?))?)))
                .collect();
            let ids: BTreeSet<DealId> = about.iter().map(|(_, _, deal)| *deal).collect();
            let deals = session.deals(&ids.into_iter().collect::<Vec<_>>()).await?;
            let customer = |id| deals.iter().find(|deal| deal.id == id).map(|deal| deal.customer().clone()).unwrap_or_default();
            Ok((end, about.into_iter().map(|(record, cause, deal)| DealCall { record, customer: customer(deal), cause }).collect()))
        })
    }
}

const fn deal_of(entity: Entity) -> Option<DealId> {
    match entity {
        Entity::Deal(deal) => Some(deal),
        _ => None,
    }
}

const fn case_of(entity: Entity) -> Option<ConflictId> {
    match entity {
        Entity::Conflict(case) => Some(case),
        _ => None,
    }
}
