//! What has happened at the tier desk since, for those who follow.

use super::view::TierViewer;
use crate::{
    app::{App, Failure, lead::news::NEWS_MAX},
    domain::{
        event::{Entity, Event},
        filter::{Filter, Op},
        id::{AuditSeq, Number as _, PartnerId, StandingId},
        page::From,
        tier::{
            fields::{Field, Tiers},
            queue::{PageRequest, Queue, Sort},
        },
        time::Instant,
        told::Names,
    },
    store::unit::Past,
};
use std::collections::{BTreeMap, BTreeSet};

/// How many partners one query asks about.
const AMONG_MAX: usize = 100;

/// Events after a place in the chain, with all that is needed to tell them.
#[derive(Debug, Clone, Default)]
pub struct TierNews {
    /// The oldest first, [`NEWS_MAX`] at most.
    pub happened: Vec<Past>,
    /// Whose standings these are.
    pub of: BTreeMap<StandingId, PartnerId>,
    pub names: Names,
}

impl TierNews {
    /// The partner that an event is about.
    pub fn partner(&self, past: &Past) -> Option<PartnerId> {
        match (past.record.entity, &past.record.event) {
            (Entity::Standing(id), _) => self.of.get(&id).copied(),
            (Entity::Partner(id), Event::Partner(_)) => Some(id),
            _ => None,
        }
    }
}

impl App {
    /// What happened after a place in the chain.
    pub async fn tier_news(&self, since: AuditSeq) -> Result<TierNews, Failure> {
        let mut session = self.db().snapshot().await?;
        let happened = session.audit_since(since, NEWS_MAX).await?;
        let standing = |past: &Past| if let Entity::Standing(id) = past.record.entity { Some(id) } else { None };
        let ids: BTreeSet<StandingId> = happened.iter().filter_map(standing).collect();
        let standings = session.standings(&ids.into_iter().collect::<Vec<_>>()).await?;
        drop(session);
        let of: BTreeMap<StandingId, PartnerId> = standings.into_iter().map(|one| (one.id, one.partner)).collect();
        let own = happened.iter().filter_map(|past| if let Entity::Partner(id) = past.record.entity { Some(id) } else { None });
        let partners: BTreeSet<PartnerId> = of.values().copied().chain(own).collect();
        let names = self.tier_names(&partners.into_iter().collect::<Vec<_>>()).await?;
        Ok(TierNews { happened, of, names })
    }

    /// Which of these partners stand in the queue and pass the filter now.
    pub async fn tier_among(
        &self,
        ids: &[PartnerId],
        queue: Queue,
        filter: &Filter<Tiers>,
        viewer: &TierViewer,
        now: Instant,
    ) -> Result<BTreeSet<PartnerId>, Failure> {
        let mut among = BTreeSet::new();
        for some in ids.chunks(AMONG_MAX) {
            let one = |id: &PartnerId| Filter::Number { field: Field::Id, op: Op::Eq, value: id.number() };
            let filter = Some(Filter::all(vec![Filter::any(some.iter().map(one).collect()), filter.clone()]));
            let request = PageRequest { queue, filter, sort: Sort::Due, me: viewer.me, now, from: From::Start, limit: 0 };
            among.extend(self.tier_matching(request, viewer, AMONG_MAX).await?.0.into_iter().map(|line| line.id));
        }
        Ok(among)
    }
}
