//! What has happened at the tier desk since, for those who follow.

use super::view::TierViewer;
use crate::{
    app::{App, Failure, lead::news::NEWS_MAX},
    domain::{
        event::{Entity, Event},
        filter::{Filter, Op},
        id::{AuditSeq, CorrectionId, Number as _, PartnerId, StandingId},
        page::From,
        text::Text,
        tier::{
            desk::DeskId,
            fields::{Field, Tiers},
            queue::{PageRequest, Queue, Sort},
        },
        time::Instant,
        told::Names,
    },
    store::unit::Past,
};
use futures::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};

/// How many records one query asks about.
const AMONG_MAX: usize = 100;

/// Events after a place in the chain, with all that is needed to tell them.
#[derive(Debug, Clone, Default)]
pub struct TierNews {
    /// The oldest first, [`NEWS_MAX`] at most.
    pub happened: Vec<Past>,
    /// Whose standings these are.
    pub of: BTreeMap<StandingId, PartnerId>,
    /// Whose order lines these are, as the desk calls them.
    pub sellers: BTreeMap<CorrectionId, Text>,
    pub names: Names,
}

impl TierNews {
    /// The record that an event is about: a partner, or an order line that waits.
    pub fn about(&self, past: &Past) -> Option<DeskId> {
        match (past.record.entity, &past.record.event) {
            (Entity::Standing(id), _) => self.of.get(&id).copied().map(DeskId::Partner),
            (Entity::Partner(id), Event::Partner(_)) => Some(DeskId::Partner(id)),
            (Entity::Correction(id), _) => Some(DeskId::Line(id)),
            _ => None,
        }
    }

    /// The name of the partner that a record is about, as far as it is known.
    pub fn who(&self, id: DeskId) -> Text {
        match id {
            DeskId::Partner(id) => self.names.partner(id),
            DeskId::Line(id) => self.sellers.get(&id).cloned().unwrap_or_default(),
        }
    }
}

impl App {
    /// What happened after a place in the chain.
    pub fn tier_news(&self, since: AuditSeq) -> BoxFuture<'_, Result<TierNews, Failure>> {
        Box::pin(async move {
            let mut session = self.db().snapshot().await?;
            let happened = session.audit_since(since, NEWS_MAX).await?;
            let standing = |past: &Past| if let Entity::Standing(id) = past.record.entity { Some(id) } else { None };
            let ids: BTreeSet<StandingId> = happened.iter().filter_map(standing).collect();
            let standings = session.standings(&ids.into_iter().collect::<Vec<_>>()).await?;
            let line = |past: &Past| if let Entity::Correction(id) = past.record.entity { Some(id) } else { None };
            let lines: BTreeSet<CorrectionId> = happened.iter().filter_map(line).collect();
            let lines = session.waiting_lines(&lines.into_iter().collect::<Vec<_>>()).await?;
            drop(session);
            let sellers = lines.into_iter().map(|line| (line.correction.id, line.partner)).collect();
            let of: BTreeMap<StandingId, PartnerId> = standings.into_iter().map(|one| (one.id, one.partner)).collect();
            let own = happened.iter().filter_map(|past| if let Entity::Partner(id) = past.record.entity { Some(id) } else { None });
            let partners: BTreeSet<PartnerId> = of.values().copied().chain(own).collect();
            let names = self.tier_names(&partners.into_iter().collect::<Vec<_>>()).await?;
            Ok(TierNews { happened, of, sellers, names })
        })
    }

    /// Which of these records stand in the queue and pass the filter now.
    pub fn tier_among<'a>(
        &'a self,
        ids: &'a [DeskId],
        queue: Queue,
        filter: &'a Filter<Tiers>,
        viewer: &'a TierViewer,
        now: Instant,
    ) -> BoxFuture<'a, Result<BTreeSet<DeskId>, Failure>> {
        Box::pin(async move {
            let mut among = BTreeSet::new();
            for some in ids.chunks(AMONG_MAX) {
                let one = |id: &DeskId| Filter::Number { field: Field::Id, op: Op::Eq, value: id.number() };
                let filter = Some(Filter::all(vec![Filter::any(some.iter().map(one).collect()), filter.clone()]));
                let request = PageRequest { queue, filter, sort: Sort::Due, me: viewer.me, now, from: From::Start, limit: 0 };
                among.extend(self.tier_matching(request, viewer, AMONG_MAX).await?.0.into_iter().map(|line| line.id()));
            }
            Ok(among)
        })
    }
}
