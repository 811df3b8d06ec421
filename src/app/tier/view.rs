//! What the tier room and the command line show: the queues, one partner, what other rules would change.

use super::facts::gather;
use crate::{
    app::{App, Failure, view},
    domain::{
        actor::Permission,
        day::local_date,
        event::Entity,
        filter::Filter,
        id::{AuditSeq, OperatorId, PartnerId, StandingId},
        partner::Partner,
        program::Program,
        text::Text,
        tier::{
            Facts, Way, WhatIf,
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
    store::{Listing, unit::Past},
};
use chrono::NaiveDate;
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

pub type TierViewer = view::Viewer<PartnerId>;
pub type TierLastDone = view::LastDone<PartnerId>;

/// One partner at the tier desk, with everything that is known of it there.
#[derive(Debug, Clone)]
pub struct TierDetail {
    pub line: TierLine,
    pub partner: Partner,
    pub story: TierStory,
    /// What happened to its standing, the newest first.
    pub timeline: Vec<Past>,
    pub names: Names,
}

/// How many evaluations of a partner are shown.
const SHOWN: u32 = 12;

impl App {
    /// A page of a queue.
    pub async fn tier_lines(&self, request: &PageRequest, viewer: &TierViewer) -> Result<Page, Failure> {
        self.page(request, viewer).await
    }

    /// How many partners each queue holds, and how many pass `filter` in `queue`.
    pub async fn tier_line_counts(
        &self,
        viewer: &TierViewer,
        queue: Queue,
        filter: Option<&Filter<Tiers>>,
        now: Instant,
    ) -> Result<view::Counts, Failure> {
        self.counts(viewer, Queue::ALL, queue, filter, now).await
    }

    /// The partners of a queue that pass the filter, in its order; the first `limit`, and whether there are more.
    pub async fn tier_matching(&self, request: PageRequest, viewer: &TierViewer, limit: usize) -> Result<(Vec<TierLine>, bool), Failure> {
        self.matching(request, viewer, limit).await
    }

    /// The figures of the header; tiers in the order of the program, best first.
    pub async fn tier_kpis(&self) -> Result<Kpis, Failure> {
        let rules = self.rules().await?;
        let mut kpis = self.db().snapshot().await?.tier_kpis().await?;
        let place = |tier: &Text| rules.program().tiers.iter().position(|one| crate::domain::search::slug(&one.name) == **tier);
        kpis.tiers.sort_by_key(|(tier, _)| place(tier).unwrap_or(usize::MAX));
        Ok(kpis)
    }

    /// The lines of these partners, in their order.
    pub async fn tier_lines_of(&self, ids: &[PartnerId]) -> Result<Vec<TierLine>, Failure> {
        let mut session = self.db().snapshot().await?;
        let rows = Tiers::rows(&mut session, ids).await?;
        Ok(rows.into_iter().map(|(_, line)| line).collect())
    }

    /// One partner with everything that is known of it at the desk; nothing when there is no such.
    pub async fn tier_detail(&self, id: PartnerId) -> Result<Option<TierDetail>, Failure> {
        let rules = self.rules().await?;
        let Some(partner) = rules.directory().get(id).cloned() else { return Ok(None) };
        let Some(line) = self.tier_lines_of(&[id]).await?.pop() else { return Ok(None) };
        let story = self.tier_story(id).await?;
        let mut session = self.db().snapshot().await?;
        let timeline = match &story.standing {
            Some(standing) => session.audit_timeline(Entity::Standing(standing.id), AuditSeq(i64::MAX), view::TIMELINE_MAX).await?,
            None => Vec::new(),
        };
        let names = view::names(&mut session, &rules, [id].into()).await?;
        Ok(Some(TierDetail { line, partner, story, timeline, names }))
    }

    /// What `me` did last to the standings of partners and has not taken back since.
    pub async fn tier_last_done(&self, me: OperatorId) -> Result<Option<TierLastDone>, Failure> {
        let Some(view::LastDone { command, at, event, records }) = self.last_done::<Standing>(me, |_| false).await? else {
            return Ok(None);
        };
        let ids: Vec<StandingId> = records.iter().map(|(id, _)| *id).collect();
        let standings = self.db().read().await?.standings(&ids).await?;
        let of: HashMap<StandingId, PartnerId> = standings.iter().map(|one| (one.id, one.partner)).collect();
        let records = records.into_iter().filter_map(|(id, version)| Some((*of.get(&id)?, version))).collect();
        Ok(Some(TierLastDone { command, at, event, records }))
    }

    /// The operators who work at the tier desk, by name.
    pub async fn tier_colleagues(&self) -> Result<Vec<(OperatorId, Text)>, Failure> {
        self.colleagues(|roles| roles.allow(Permission::TierWork)).await
    }

    /// The names of these partners and of all operators.
    pub async fn tier_names(&self, partners: &[PartnerId]) -> Result<Names, Failure> {
        let rules = self.rules().await?;
        let mut session = self.db().read().await?;
        view::names(&mut session, &rules, partners.iter().copied().collect()).await
    }

    /// The day on the calendar of the program's zone.
    pub async fn today(&self) -> Result<NaiveDate, Failure> {
        Ok(local_date(self.now(), self.rules().await?.program().zone))
    }

    /// Everything about one partner.
    pub async fn tier_story(&self, partner: PartnerId) -> Result<TierStory, Failure> {
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
    }

    /// The facts of all partners that are audited, as of today, gathered without writing anything.
    pub async fn tier_facts(&self) -> Result<Vec<Facts>, Failure> {
        let (rules, today) = (self.rules().await?, self.today().await?);
        let partners: Vec<&Partner> = rules.directory().all().iter().filter(|partner| partner.profile.is_audited()).collect();
        let ids: Vec<PartnerId> = partners.iter().map(|partner| partner.id).collect();
        let mut session = self.db().snapshot().await?;
        let mut gathered = gather(&mut session, &rules, &ids, today).await?;
        let standings: Vec<_> = session.standings_of(&ids).await?.into_iter().flatten().collect();
        let standings = session.standings(&standings).await?;
        let of: HashMap<PartnerId, &Standing> = standings.iter().map(|standing| (standing.partner, standing)).collect();
        let facts = |partner: &Partner| gathered.facts(rules.program(), partner, of.get(&partner.id).copied(), today);
        partners.into_iter().map(facts).collect()
    }

    /// What these rules would change against those in force, at the facts of today.
    pub async fn tier_what_if(&self, after: &TierRules) -> Result<WhatIf, Failure> {
        let facts = self.tier_facts().await?;
        Ok(what_if(&facts, &self.rules().await?.program().tier_rules(), after))
    }
}

/// Whether two programs decide tiers alike.
pub fn same_tiers(before: &Program, after: &Program) -> bool {
    before.tier_rules() == after.tier_rules()
}
