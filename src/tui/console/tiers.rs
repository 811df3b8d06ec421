//! What of the app the tier room works with.

use super::driver::Supply;
use crate::{
    app::{
        App, Command as AppCommand, Failure, Outcome, TierItem, TierTarget,
        tier::view::{TierDetail, TierLastDone, TierViewer},
        view::Counts,
    },
    domain::{
        filter::Filter,
        id::{OperatorId, PartnerId},
        text::Text,
        tier::{
            evaluation::AuditKind,
            fields::Tiers,
            queue::{Kpis, Page, PageRequest, Queue, TierLine},
        },
        time::Instant,
        told::Names,
    },
    tui::{
        furniture::work::{Answer, Happened, Order},
        rooms::tiers::{Ask, Command, TierTrade, Told},
    },
};
use std::collections::HashMap;

impl Supply for TierTrade {
    async fn page(app: &App, request: &PageRequest, viewer: &TierViewer) -> Result<Page, Failure> {
        app.tier_lines(request, viewer).await
    }

    async fn counts(app: &App, viewer: &TierViewer, queue: Queue, filter: Option<&Filter<Tiers>>, now: Instant) -> Result<Counts, Failure> {
        app.tier_line_counts(viewer, queue, filter, now).await
    }

    async fn header(app: &App) -> Result<Kpis, Failure> {
        app.tier_kpis().await
    }

    async fn detail(app: &App, id: PartnerId) -> Result<Option<TierDetail>, Failure> {
        app.tier_detail(id).await
    }

    async fn matching(app: &App, request: PageRequest, viewer: &TierViewer, limit: usize) -> Result<(Vec<TierLine>, bool), Failure> {
        app.tier_matching(request, viewer, limit).await
    }

    async fn last_done(app: &App, me: OperatorId) -> Result<Option<TierLastDone>, Failure> {
        app.tier_last_done(me).await
    }

    async fn colleagues(app: &App) -> Result<Vec<(OperatorId, Text)>, Failure> {
        app.tier_colleagues().await
    }

    async fn command(order: Order<Self>) -> Result<AppCommand, String> {
        Ok(match order.command {
            Command::Verb(command) => {
                // A standing that did not exist was seen by nobody.
                let seen = |version: Option<i64>| version.filter(|version| *version > 0);
                let targets = order.targets.iter().map(|target| TierTarget { id: target.id, seen: seen(target.seen) }).collect();
                AppCommand::Tiers { targets, command: *command }
            }
            Command::Evaluate { day } => {
                let partners = order.targets.iter().map(|target| target.id).collect();
                AppCommand::EvaluateTiers { partners, day, kind: AuditKind::OnDemand }
            }
        })
    }

    async fn answers(app: &App, order: &Order<Self>, outcome: Outcome) -> Result<Vec<Answer<Self>>, Failure> {
        let ids: Vec<PartnerId> = order.targets.iter().map(|target| target.id).collect();
        let lines: HashMap<PartnerId, TierLine> = app.tier_lines_of(&ids).await?.into_iter().map(|line| (line.id, line)).collect();
        let mut items: HashMap<PartnerId, TierItem> = outcome.tiers.into_iter().map(|item| (item.partner, item)).collect();
        // Whoever was audited with the same facts before has no answer of the command: nothing changed.
        let answer = |id: &PartnerId| {
            let line = lines.get(id)?.clone();
            let result = match items.remove(id).map(|item| item.result) {
                None => Ok(Happened { events: Vec::new(), record: Box::new(line) }),
                Some(Err(refusal)) => Err(refusal),
                Some(Ok(done)) => {
                    let version = done.standing.as_ref().map_or(line.version, |standing| standing.version);
                    Ok(Happened { events: done.events, record: Box::new(TierLine { version, standing: done.standing, ..line }) })
                }
            };
            Some(Answer { id: *id, result })
        };
        Ok(ids.iter().filter_map(answer).collect())
    }

    async fn names(app: &App, answers: &[Answer<Self>]) -> Result<Names, Failure> {
        let partners: Vec<PartnerId> = answers.iter().map(|answer| answer.id).collect();
        app.tier_names(&partners).await
    }

    async fn own(app: &App, _me: OperatorId, ask: Ask) -> Option<Told> {
        let Ask::Program = ask;
        Some(match app.rules().await {
            Ok(rules) => {
                let program = rules.program();
                let today = crate::domain::day::local_date(app.now(), program.zone);
                let tiers: Vec<Text> = program.tiers.iter().map(|tier| tier.name.clone()).collect();
                Told::Program(Ok((tiers, today)))
            }
            Err(failure) => Told::Program(Err(failure.to_string())),
        })
    }
}
