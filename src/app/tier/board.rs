//! The board: what all partners come to today, what other rules would change, and the program that would state them.

use crate::{
    app::{App, Failure, Rules, program_plan},
    domain::{
        id::{PartnerId, ProgramVersion},
        partner::onboarding::Underway,
        program::{self, edit},
        text::Text,
        tier::{
            Facts, WhatIf,
            board::{Board, Coverage, Seen},
            rules::Rules as TierRules,
            what_if,
        },
        time::Instant,
    },
};
use chrono::NaiveDate;
use futures::future::BoxFuture;
use std::{collections::HashMap, sync::Arc};

/// Everything that the board shows, and the facts to try other rules on.
#[derive(Debug, Clone)]
pub struct TierBoard {
    pub at: Instant,
    pub day: NaiveDate,
    pub rules: TierRules,
    pub facts: Arc<[Facts]>,
    pub board: Board,
    pub coverage: Coverage,
    pub underway: Underway,
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
            let underway = self.underway().await?;
            let work = move || TierBoard { underway, ..added_up(&rules, (facts.into(), &held), day, at) };
            tokio::task::spawn_blocking(work).await.map_err(|error| Failure::refused(format!("the board was not made: {error}")))
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
    let coverage = Coverage::of(rules.program(), directory.all());
    let names = directory.all().iter().map(|partner| (partner.id, partner.profile.name.clone())).collect();
    TierBoard { at, day, rules: tier_rules, facts, board, coverage, underway: Underway::default(), names }
}
