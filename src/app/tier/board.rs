//! The board: what all partners come to today, what other rules would change, and the program that would state them.

use super::evaluate::last_quarter;
use crate::{
    app::{App, Failure, Rules, program_plan},
    domain::{
        id::{PartnerId, ProgramVersion},
        partner::{newcomer::FirstDeals, onboarding::Underway},
        program::{self, edit},
        text::Text,
        tier::{
            Certificate, Facts, WhatIf,
            board::{Board, Coverage, Lift, Seen},
            evaluation::AuditKind,
            rules::Rules as TierRules,
            what_if,
        },
        time::Instant,
    },
};
use chrono::NaiveDate;
use futures::future::BoxFuture;
use std::{collections::HashMap, sync::Arc};

/// What the figures of a board rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// What the last audit found of each partner: there at once, without what tiers cost, and without facts to try rules on.
    LastAudits,
    /// All that is known today.
    Today,
}

/// Everything that the board shows, and the facts to try other rules on.
#[derive(Debug, Clone)]
pub struct TierBoard {
    pub at: Instant,
    pub day: NaiveDate,
    pub basis: Basis,
    pub rules: TierRules,
    pub facts: Arc<[Facts]>,
    pub board: Board,
    /// Of the quarter that ended last over the one before.
    pub lift: Option<Lift>,
    pub coverage: Coverage,
    pub underway: Underway,
    pub first_deals: FirstDeals,
    pub names: HashMap<PartnerId, Text>,
}

/// A program with other rules of tiers, not in force yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it was made of.
    pub against: ProgramVersion,
    pub toml: String,
    /// What differs from the program in force, one sentence each.
    pub changes: Vec<String>,
}

impl App {
    /// The board as of today. What it takes long to add up is added up beside the tasks that answer others.
    pub fn tier_board(&self) -> BoxFuture<'_, Result<TierBoard, Failure>> {
        Box::pin(async move {
            let at = self.now();
            let rules = self.rules().await?;
            let day = self.today().await?;
            let (facts, held) = self.tier_facts_and_held().await?;
            let (underway, lift) = (self.underway().await?, self.tier_lift(&rules, day).await?);
            let first_deals = self.first_deals().await?;
            let work = move || TierBoard { lift, underway, first_deals, ..added_up(&rules, (facts.into(), &held), day, at) };
            tokio::task::spawn_blocking(work).await.map_err(|error| Failure::refused(format!("the board was not made: {error}")))
        })
    }

    async fn tier_lift(&self, rules: &Rules, today: NaiveDate) -> Result<Option<Lift>, Failure> {
        let (quarter, _) = last_quarter(rules.program(), today);
        let [last, before] = [quarter, quarter.previous()].map(|one| AuditKind::Quarter(one).code());
        let earned = self.db().snapshot().await?.tiers_earned(&before, &last).await?;
        let of = |kind: &str| if kind == last { quarter } else { quarter.previous() };
        let audits = earned.iter().map(|(partner, kind, tier)| (*partner, of(kind), tier.as_str()));
        Ok(Lift::of(quarter, audits, &rules.program().tier_rules()))
    }

    /// The board as the last audits left it, to be shown until today's is added up.
    pub fn tier_board_at_last(&self) -> BoxFuture<'_, Result<TierBoard, Failure>> {
        Box::pin(async move {
            let (at, rules, day) = (self.now(), self.rules().await?, self.today().await?);
            let found = self.db().snapshot().await?.tiers_last_found().await?;
            let underway = self.underway().await?;
            let tier_rules = rules.program().tier_rules();
            let mut board = Board::of_audits(found, &tier_rules);
            for partner in rules.directory().all().iter().filter(|partner| partner.profile.is_audited()) {
                let zone = rules.program().zone;
                let valid: Vec<_> = partner.profile.certifications.iter().filter_map(|one| Certificate::on(one, day, zone)).collect();
                board.expires(partner.id, &valid, day);
            }
            board.expiring.sort_unstable();
            let facts = Arc::default();
            Ok(TierBoard { underway, basis: Basis::LastAudits, ..shown(&rules, tier_rules, (facts, board), day, at) })
        })
    }

    /// What rules would change against others, at facts that are known already.
    pub async fn tier_try(facts: Arc<[Facts]>, before: TierRules, after: TierRules) -> Result<WhatIf, Failure> {
        let work = move || what_if(&facts, &before, &after);
        tokio::task::spawn_blocking(work).await.map_err(|error| Failure::refused(format!("it was not tried: {error}")))
    }

    /// The program in force with other rules of tiers, as a document that can be applied.
    pub fn tier_draft<'a>(&'a self, after: &'a TierRules) -> BoxFuture<'a, Result<Draft, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let version = rules.version();
            let rows = self.db().read().await?.programs(version).await?;
            let toml = rows.into_iter().find(|row| row.version == version).map_or_else(|| program::DEMO.to_owned(), |row| row.toml);
            let toml = edit::with_rules(&toml, &rules.program().tier_rules(), after).map_err(Failure::refused)?;
            let plan = program_plan::plan(self, "program", &toml).await?;
            Ok(Draft { against: version, toml, changes: plan.changes.iter().map(ToString::to_string).collect() })
        })
    }
}

fn added_up(rules: &Rules, (facts, held): (Arc<[Facts]>, &HashMap<PartnerId, Text>), day: NaiveDate, at: Instant) -> TierBoard {
    let (tier_rules, directory) = (rules.program().tier_rules(), rules.directory());
    let stored = |id: PartnerId| directory.get(id).map_or("", |partner| partner.profile.tier.as_str());
    let seen = |one| Seen { facts: one, stored: stored(one.partner), held: held.get(&one.partner).map(Text::as_str) };
    let board = Board::of(facts.iter().map(seen), &tier_rules);
    shown(rules, tier_rules, (facts, board), day, at)
}

fn shown(rules: &Rules, tier_rules: TierRules, (facts, board): (Arc<[Facts]>, Board), day: NaiveDate, at: Instant) -> TierBoard {
    let directory = rules.directory();
    let coverage = Coverage::of(rules.program(), directory.all());
    let names = directory.all().iter().map(|partner| (partner.id, partner.profile.name.clone())).collect();
    TierBoard {
        at,
        day,
        basis: Basis::Today,
        rules: tier_rules,
        facts,
        board,
        lift: None,
        coverage,
        underway: Underway::default(),
        first_deals: FirstDeals::default(),
        names,
    }
}
