//! What the tier room and the command line show: the queues, one partner, what other rules would change.

use super::facts::gather;
use crate::{
    app::{App, Failure},
    domain::{
        day::local_date,
        id::PartnerId,
        partner::Partner,
        program::Program,
        tier::{Facts, Way, WhatIf, evaluation::Evaluation, rules::Rules as TierRules, standing::Standing, way_up, what_if},
    },
    store::{TierCounts, TierQueue, TierRow},
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

/// How many evaluations of a partner are shown.
const SHOWN: u32 = 12;

impl App {
    /// The day on the calendar of the program's zone.
    pub async fn today(&self) -> Result<NaiveDate, Failure> {
        Ok(local_date(self.now(), self.rules().await?.program().zone))
    }

    /// How many partners stand in each queue of the tier desk.
    pub async fn tier_counts(&self) -> Result<TierCounts, Failure> {
        let today = self.today().await?;
        Ok(self.db().read().await?.tier_counts(today).await?)
    }

    /// Partners of a queue after one, by number.
    pub async fn tier_page(&self, queue: TierQueue, after: PartnerId, limit: u32) -> Result<Vec<TierRow>, Failure> {
        let today = self.today().await?;
        Ok(self.db().snapshot().await?.tier_page(queue, today, after, limit).await?)
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

    /// The facts of all partners as of today, gathered without writing anything.
    pub async fn tier_facts(&self) -> Result<Vec<Facts>, Failure> {
        let (rules, today) = (self.rules().await?, self.today().await?);
        let ids: Vec<PartnerId> = rules.directory().all().iter().map(|partner| partner.id).collect();
        let mut session = self.db().snapshot().await?;
        let mut gathered = gather(&mut session, &rules, &ids, today).await?;
        let standings: Vec<_> = session.standings_of(&ids).await?.into_iter().flatten().collect();
        let standings = session.standings(&standings).await?;
        let of: HashMap<PartnerId, &Standing> = standings.iter().map(|standing| (standing.partner, standing)).collect();
        let facts = |partner: &Partner| gathered.facts(rules.program(), partner, of.get(&partner.id).copied(), today);
        rules.directory().all().iter().map(facts).collect()
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
