//! What the tier room and the command line show: the queues, one partner, what other rules would change.

use super::{
    facts::gather,
    rooms::{self, Rooms},
};
use crate::{
    app::{App, Failure, partner::steps::checklists, view},
    domain::{
        actor::Permission,
        day::local_date,
        event::Entity,
        filter::Filter,
        id::{AuditSeq, CorrectionId, OperatorId, PartnerId, StandingId},
        partner::{Checklist, Partner},
        pos::{Correction, CorrectionEvent},
        program::Program,
        text::Text,
        tier::{
            Facts, Way, WhatIf,
            desk::{DeskId, DeskLine, WaitingLine},
            evaluation::Evaluation,
            fields::Tiers,
            queue::{Kpis, Page, PageRequest, Queue, TierLine},
            rules::Rules as TierRules,
            standing::Standing,
            way_up, what_if,
        },
        time::Instant,
        told::Names,
    },
    store::unit::{Past, tier::Detail},
};
use chrono::NaiveDate;
use futures::future::BoxFuture;
use std::collections::HashMap;

/// Everything about the tier of one partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierStory {
    pub partner: PartnerId,
    pub standing: Option<Standing>,
    /// The latest day first.
    pub evaluations: Vec<Evaluation>,
    /// From the facts of the last evaluation, under the rules in force, to the next tier above the one earned.
    pub way: Option<Way>,
}

pub type TierViewer = view::Viewer<DeskId>;
pub type TierLastDone = view::LastDone<DeskId>;

/// One partner at the tier desk, with everything that is known of it there.
#[derive(Debug, Clone)]
pub struct TierDetail {
    pub line: TierLine,
    pub partner: Partner,
    /// The steps of a partner that comes on board.
    pub checklist: Option<Checklist>,
    pub story: TierStory,
    pub rooms: Rooms,
    /// What happened to it and to its standing, the newest first.
    pub timeline: Vec<Past>,
    pub names: Names,
}

/// An order line that waits, or waited, for a correction.
#[derive(Debug, Clone)]
pub struct WaitingDetail {
    pub line: WaitingLine,
    /// What happened to it, the newest first.
    pub timeline: Vec<Past>,
    pub names: Names,
}

/// One record of the desk with everything that is known of it there.
#[derive(Debug, Clone)]
pub enum DeskDetail {
    Partner(Box<TierDetail>),
    Waiting(Box<WaitingDetail>),
}

impl DeskDetail {
    pub const fn id(&self) -> DeskId {
        match self {
            Self::Partner(detail) => DeskId::Partner(detail.line.id),
            Self::Waiting(detail) => DeskId::Line(detail.line.correction.id),
        }
    }
}

/// How many evaluations of a partner are shown.
const SHOWN: u32 = 12;

impl App {
    /// A page of a queue.
    pub fn tier_lines<'a>(&'a self, request: &'a PageRequest, viewer: &'a TierViewer) -> BoxFuture<'a, Result<Page, Failure>> {
        Box::pin(async move { self.page(request, viewer).await })
    }

    /// How many partners each queue holds, and how many pass `filter` in `queue`.
    pub fn tier_line_counts<'a>(
        &'a self,
        viewer: &'a TierViewer,
        queue: Queue,
        filter: Option<&'a Filter<Tiers>>,
        now: Instant,
    ) -> BoxFuture<'a, Result<view::Counts, Failure>> {
        Box::pin(async move { self.counts(viewer, Queue::ALL, queue, filter, now).await })
    }

    /// The partners of a queue that pass the filter, in its order; the first `limit`, and whether there are more.
    pub fn tier_matching<'a>(
        &'a self,
        request: PageRequest,
        viewer: &'a TierViewer,
        limit: usize,
    ) -> BoxFuture<'a, Result<(Vec<DeskLine>, bool), Failure>> {
        Box::pin(async move { self.matching(request, viewer, limit).await })
    }

    /// The figures of the header; tiers in the order of the program, best first.
    pub fn tier_kpis(&self) -> BoxFuture<'_, Result<Kpis, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut kpis = self.db().snapshot().await?.tier_kpis().await?;
            let place = |tier: &Text| rules.program().tiers.iter().position(|one| crate::domain::search::slug(&one.name) == **tier);
            kpis.tiers.sort_by_key(|(tier, _)| place(tier).unwrap_or(usize::MAX));
            Ok(kpis)
        })
    }

    /// The lines of these partners, in their order.
    pub fn tier_lines_of<'a>(&'a self, ids: &'a [PartnerId]) -> BoxFuture<'a, Result<Vec<TierLine>, Failure>> {
        Box::pin(async move { Ok(self.db().snapshot().await?.tier_lines(ids).await?) })
    }

    /// One record with everything that is known of it at the desk; nothing when there is no such.
    pub fn desk_detail(&self, id: DeskId) -> BoxFuture<'_, Result<Option<DeskDetail>, Failure>> {
        Box::pin(async move {
            Ok(match id {
                DeskId::Partner(id) => self.tier_detail(id).await?.map(|detail| DeskDetail::Partner(Box::new(detail))),
                DeskId::Line(id) => self.waiting_detail(id).await?.map(|detail| DeskDetail::Waiting(Box::new(detail))),
            })
        })
    }

    /// An order line that waits, or waited, with what happened to it.
    async fn waiting_detail(&self, id: CorrectionId) -> Result<Option<WaitingDetail>, Failure> {
        let rules = self.rules().await?;
        let mut session = self.db().snapshot().await?;
        let Some(line) = session.waiting_lines(&[id]).await?.pop() else { return Ok(None) };
        let timeline = session.audit_timeline(Entity::Correction(id), AuditSeq(i64::MAX), view::TIMELINE_MAX).await?;
        let names = view::names(&mut session, &rules, line.correction.partner.into_iter().collect()).await?;
        Ok(Some(WaitingDetail { line, timeline, names }))
    }

    /// One partner with everything that is known of it at the desk; nothing when there is no such.
    pub fn tier_detail(&self, id: PartnerId) -> BoxFuture<'_, Result<Option<TierDetail>, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let Some(partner) = rules.directory().get(id).cloned() else { return Ok(None) };
            let Some(line) = self.tier_lines_of(&[id]).await?.pop() else { return Ok(None) };
            let story = self.tier_story(id).await?;
            let mut session = self.db().snapshot().await?;
            let rooms = rooms::rooms(&mut session, &rules, &partner, self.now()).await?;
            let checklist = checklists(&mut session, &rules, std::iter::once(&partner), self.now()).await?.remove(&id);
            let timeline = rooms::past(&mut session, id, story.standing.as_ref()).await?;
            let names = view::names(&mut session, &rules, [id].into()).await?;
            Ok(Some(TierDetail { line, partner, checklist, story, rooms, timeline, names }))
        })
    }

    /// What `me` did last at the desk and has not taken back since: to the standings of partners, or to lines that wait.
    pub fn tier_last_done(&self, me: OperatorId) -> BoxFuture<'_, Result<Option<TierLastDone>, Failure>> {
        Box::pin(async move {
            // That a line came in and could not be recorded, or gave way to another, nobody decided.
            let came = |event: &CorrectionEvent| matches!(event, CorrectionEvent::Raised { .. } | CorrectionEvent::Superseded);
            let (standings, lines) = (self.standing_last_done(me).await?, self.last_done::<Correction>(me, came).await?);
            let lines = lines.map(|view::LastDone { command, at, event, records }| {
                let records = records.into_iter().map(|(id, version)| (DeskId::Line(id), version)).collect();
                TierLastDone { command, at, event, records }
            });
            Ok(standings.into_iter().chain(lines).max_by_key(|done| done.at))
        })
    }

    async fn standing_last_done(&self, me: OperatorId) -> Result<Option<TierLastDone>, Failure> {
        let Some(view::LastDone { command, at, event, records }) = self.last_done::<Standing>(me, |_| false).await? else {
            return Ok(None);
        };
        let ids: Vec<StandingId> = records.iter().map(|(id, _)| *id).collect();
        let standings = self.db().read().await?.standings(&ids).await?;
        let of: HashMap<StandingId, PartnerId> = standings.iter().map(|one| (one.id, one.partner)).collect();
        let records = records.into_iter().filter_map(|(id, version)| Some((DeskId::Partner(*of.get(&id)?), version))).collect();
        Ok(Some(TierLastDone { command, at, event, records }))
    }

    /// The operators who work at the tier desk, by name.
    pub fn tier_colleagues(&self) -> BoxFuture<'_, Result<Vec<(OperatorId, Text)>, Failure>> {
        Box::pin(async move { self.colleagues(|roles| roles.allow(Permission::TierWork)).await })
    }

    /// The names of these partners and of all operators.
    pub fn tier_names<'a>(&'a self, partners: &'a [PartnerId]) -> BoxFuture<'a, Result<Names, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().read().await?;
            view::names(&mut session, &rules, partners.iter().copied().collect()).await
        })
    }

    /// The day on the calendar of the program's zone.
    pub fn today(&self) -> BoxFuture<'_, Result<NaiveDate, Failure>> {
        Box::pin(async move { Ok(local_date(self.now(), self.rules().await?.program().zone)) })
    }

    /// Everything about one partner.
    pub fn tier_story(&self, partner: PartnerId) -> BoxFuture<'_, Result<TierStory, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?.program().tier_rules();
            let mut session = self.db().snapshot().await?;
            let ids: Vec<_> = session.standings_of(&[partner]).await?.into_iter().flatten().collect();
            let standing = session.standings(&ids).await?.pop();
            let evaluations = session.evaluations_of(partner, SHOWN).await?;
            let evaluations = session.evaluations(&evaluations).await?;
            let way = evaluations.first().and_then(|last| {
                let above = last.made.card.above()?;
                way_up(&last.made.facts, &rules, &above.tier)
            });
            Ok(TierStory { partner, standing, evaluations, way })
        })
    }

    /// The facts of all partners that are audited, as of today, gathered without writing anything.
    pub fn tier_facts(&self) -> BoxFuture<'_, Result<Vec<Facts>, Failure>> {
        Box::pin(async move { Ok(self.tier_facts_and_held().await?.0) })
    }

    /// The same, and the tier that each held when it was last audited.
    pub(super) async fn tier_facts_and_held(&self) -> Result<(Vec<Facts>, HashMap<PartnerId, Text>), Failure> {
        let (rules, today) = (self.rules().await?, self.today().await?);
        let partners: Vec<&Partner> = rules.directory().all().iter().filter(|partner| partner.profile.is_audited()).collect();
        let ids: Vec<PartnerId> = partners.iter().map(|partner| partner.id).collect();
        let mut session = self.db().snapshot().await?;
        let mut gathered = gather(&mut session, &rules, &ids, today, Detail::Sums).await?;
        let standings: Vec<_> = session.standings_of(&ids).await?.into_iter().flatten().collect();
        let standings = session.standings(&standings).await?;
        let of: HashMap<PartnerId, &Standing> = standings.iter().map(|standing| (standing.partner, standing)).collect();
        let facts = |partner: &Partner| gathered.facts(rules.program(), partner, of.get(&partner.id).copied(), today);
        let facts = partners.into_iter().map(facts).collect::<Result<_, _>>()?;
        let held = standings.iter().filter_map(|one| Some((one.partner, one.judged().or(one.latest.as_ref())?.stored.clone()))).collect();
        Ok((facts, held))
    }

    /// What these rules would change against those in force, at the facts of today.
    pub fn tier_what_if<'a>(&'a self, after: &'a TierRules) -> BoxFuture<'a, Result<WhatIf, Failure>> {
        Box::pin(async move {
            let facts = self.tier_facts().await?;
            Ok(what_if(&facts, &self.rules().await?.program().tier_rules(), after))
        })
    }
}

/// Whether two programs decide tiers alike.
pub fn same_tiers(before: &Program, after: &Program) -> bool {
    before.tier_rules() == after.tier_rules()
}
