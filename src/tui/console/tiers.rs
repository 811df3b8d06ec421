//! What of the app the tier room works with.

use super::driver::{Supply, told};
use crate::{
    app::{
        App, Command as AppCommand, ContactDone, ContactItem, Failure, Outcome, TierItem, TierTarget,
        partner::{
            status::{StatusDone, StatusItem},
            steps::{StepDone, StepItem},
        },
        pos::{CorrectionItem, LineTarget, LineVerb},
        tier::view::{DeskDetail, TierLastDone, TierViewer},
        view::Counts,
    },
    domain::{
        contact::Refusal as ContactRefusal,
        day::local_date,
        event::Entity,
        filter::Filter,
        id::{OperatorId, PartnerId},
        partner::{Consequences, StatusRefusal},
        pos::Correction,
        text::Text,
        tier::{
            desk::{DeskId, DeskLine, WaitingLine},
            evaluation::AuditKind,
            fields::Tiers,
            queue::{Kpis, Page, PageRequest, Queue, TierLine},
            standing::{Refusal, StandingCommand, StandingEvent},
        },
        time::Instant,
        told::Names,
    },
    tui::{
        furniture::work::{Answer, Happened, Order},
        rooms::tiers::{Ask, Command, Happening, TierTrade, Told},
    },
};
use chrono::NaiveDate;
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

    async fn detail(app: &App, id: DeskId) -> Result<Option<DeskDetail>, Failure> {
        app.desk_detail(id).await
    }

    async fn matching(app: &App, request: PageRequest, viewer: &TierViewer, limit: usize) -> Result<(Vec<DeskLine>, bool), Failure> {
        app.tier_matching(request, viewer, limit).await
    }

    async fn last_done(app: &App, me: OperatorId) -> Result<Option<TierLastDone>, Failure> {
        app.tier_last_done(me).await
    }

    async fn colleagues(app: &App) -> Result<Vec<(OperatorId, Text)>, Failure> {
        app.tier_colleagues().await
    }

    async fn command(app: &App, order: Order<Self>) -> Result<AppCommand, String> {
        // A standing that did not exist was seen by nobody.
        let seen = |version: Option<i64>| version.filter(|version| *version > 0);
        let partners = order.targets.iter().filter_map(|target| Some(TierTarget { id: target.id.partner()?, seen: seen(target.seen) }));
        let partners: Vec<TierTarget> = partners.collect();
        let lines: Vec<LineTarget> = order.targets.iter().filter_map(|target| Some((target.id.line()?, target.seen))).collect();
        Ok(match order.command {
            Command::Verb(command) => AppCommand::Tiers { targets: partners, command: *command },
            Command::Undo if lines.is_empty() => AppCommand::Tiers { targets: partners, command: StandingCommand::Undo },
            Command::Undo => AppCommand::Corrections(told(app.line_steps(&lines, &LineVerb::Undo).await)?),
            Command::Status(command) => {
                AppCommand::PartnerStatus { partners: partners.into_iter().map(|target| target.id).collect(), command }
            }
            Command::AddContact(new) => AppCommand::Contacts(vec![*new]),
            Command::Contact { id, seen, command } => AppCommand::Contact { id, seen: Some(seen), command: *command },
            Command::Step(command) => AppCommand::PartnerStep { partners: partners.into_iter().map(|target| target.id).collect(), command },
            Command::Line(verb) => AppCommand::Corrections(told(app.line_steps(&lines, &verb).await)?),
            Command::Evaluate { day } => {
                let partners = partners.into_iter().map(|target| target.id).collect();
                AppCommand::EvaluateTiers { partners, day, kind: AuditKind::OnDemand }
            }
        })
    }

    async fn answers(app: &App, order: &Order<Self>, outcome: Outcome) -> Result<Vec<Answer<Self>>, Failure> {
        let ids: Vec<PartnerId> = order.targets.iter().filter_map(|target| target.id.partner()).collect();
        let lines: HashMap<PartnerId, TierLine> = app.tier_lines_of(&ids).await?.into_iter().map(|line| (line.id, line)).collect();
        if !outcome.statuses.is_empty() {
            return Ok(of_statuses(&lines, outcome.statuses));
        }
        if !outcome.steps.is_empty() {
            return Ok(of_steps(&lines, outcome.steps));
        }
        if !outcome.contacts.is_empty() {
            return Ok(of_contacts(lines, outcome.contacts));
        }
        let mut items: HashMap<PartnerId, TierItem> = outcome.tiers.into_iter().map(|item| (item.partner, item)).collect();
        // Whoever was audited with the same facts before has no answer of the command: nothing changed.
        let answer = |id: &PartnerId| {
            let line = lines.get(id)?.clone();
            let happened = |line, events: Vec<StandingEvent>| {
                let events = events.into_iter().map(Happening::Standing).collect();
                Happened { events, record: Box::new(DeskLine::Partner(line)) }
            };
            let result = match items.remove(id).map(|item| item.result) {
                None => Ok(happened(line, Vec::new())),
                Some(Err(refusal)) => Err(refusal),
                Some(Ok(done)) => {
                    let version = done.standing.as_ref().map_or(line.version, |standing| standing.version);
                    Ok(happened(TierLine { version, standing: done.standing, ..line }, done.events))
                }
            };
            Some(Answer { id: (*id).into(), result })
        };
        let mut answers: Vec<Answer<Self>> = ids.iter().filter_map(answer).collect();
        answers.extend(of_lines(app, outcome.lines.corrections).await?);
        Ok(answers)
    }

    /// What follows from a change of status, for all partners together; of a single one its row says it.
    async fn beside(_app: &App, outcome: &Outcome) -> Vec<String> {
        let done: Vec<&StatusDone> = outcome.statuses.iter().filter_map(|item| item.result.as_ref().ok()).collect();
        if done.len() < 2 {
            return Vec::new();
        }
        let mut all = Consequences::default();
        for one in done {
            all.add(&one.consequences);
        }
        vec![format!("What follows: {}.", all.sentence())]
    }

    async fn names(app: &App, answers: &[Answer<Self>]) -> Result<Names, Failure> {
        let partners: Vec<PartnerId> = answers.iter().filter_map(|answer| answer.id.partner()).collect();
        app.tier_names(&partners).await
    }

    async fn own(app: &App, _me: OperatorId, ask: Ask) -> Option<Told> {
        Some(match ask {
            Ask::Program => Told::Program(tiers(app).await.map_err(|failure| failure.to_string())),
            Ask::Figures(partner) => {
                let figures = app.partner_performance(partner).await;
                Told::Figures(partner, figures.map(Box::new).map_err(|failure| failure.to_string()))
            }
        })
    }
}

/// The tiers of the program, best first, and what day it is there.
async fn tiers(app: &App) -> Result<(Vec<Text>, NaiveDate), Failure> {
    let rules = app.rules().await?;
    let program = rules.program();
    Ok((program.tiers.iter().map(|tier| tier.name.clone()).collect(), local_date(app.now(), program.zone)))
}

fn of_statuses(lines: &HashMap<PartnerId, TierLine>, items: Vec<StatusItem>) -> Vec<Answer<TierTrade>> {
    let answer = |StatusItem { partner, result }| {
        let line = lines.get(&partner)?.clone();
        let happened = |done: StatusDone| {
            let line = TierLine { status: done.partner.profile.status, ..line };
            Happened { events: vec![Happening::Status(Box::new(done))], record: Box::new(DeskLine::Partner(line)) }
        };
        Some(Answer { id: partner.into(), result: result.map(happened).map_err(refused) })
    };
    items.into_iter().filter_map(answer).collect()
}

fn refused(refusal: StatusRefusal) -> Refusal {
    match refusal {
        StatusRefusal::NotAllowed { why } => Refusal::not_allowed(why),
        StatusRefusal::NotNow { why, .. } | StatusRefusal::Invalid { why } => Refusal::invalid(why),
    }
}

fn of_steps(lines: &HashMap<PartnerId, TierLine>, items: Vec<StepItem>) -> Vec<Answer<TierTrade>> {
    let answer = |StepItem { partner, result }| {
        let line = lines.get(&partner)?.clone();
        let happened = |done: StepDone| {
            let line = TierLine { ticked: done.partner.steps.iter().map(|tick| tick.step).collect(), ..line };
            Happened { events: vec![Happening::Step(Box::new(done))], record: Box::new(DeskLine::Partner(line)) }
        };
        Some(Answer { id: partner.into(), result: result.map(happened).map_err(refused) })
    };
    items.into_iter().filter_map(answer).collect()
}

/// Contacts are told by the partner that they belong to.
fn of_contacts(lines: HashMap<PartnerId, TierLine>, items: Vec<ContactItem>) -> Vec<Answer<TierTrade>> {
    let answer = |(line, item): (TierLine, ContactItem)| {
        let id = line.id.into();
        let happened = |done: ContactDone| {
            let events = if done.events.is_empty() { Vec::new() } else { vec![Happening::Contact(Box::new(done))] };
            Happened { events, record: Box::new(DeskLine::Partner(line)) }
        };
        let refused = |refusal| match refusal {
            ContactRefusal::Overtaken { contact, by, event, at } => Refusal::Overtaken { entity: Entity::Contact(contact), by, event, at },
            other => Refusal::invalid(other.to_string()),
        };
        Answer { id, result: item.result.map(happened).map_err(refused) }
    };
    lines.into_values().zip(items).map(answer).collect()
}

async fn of_lines(app: &App, items: Vec<CorrectionItem>) -> Result<Vec<Answer<TierTrade>>, Failure> {
    let sellers = items.iter().filter_map(|item| item.result.as_ref().ok()?.partner).collect::<Vec<_>>();
    let names = if sellers.is_empty() { Names::default() } else { app.tier_names(&sellers).await? };
    let answer = |CorrectionItem { id, result, events }| {
        let happened = |correction: Box<Correction>| {
            let line = WaitingLine::of(*correction, |partner| names.partner(partner));
            let events = events.into_iter().map(|event| Happening::Line(Box::new(event))).collect();
            Happened { events, record: Box::new(DeskLine::Waiting(Box::new(line))) }
        };
        Answer { id: DeskId::Line(id), result: result.map(happened).map_err(Refusal::invalid) }
    };
    Ok(items.into_iter().map(answer).collect())
}
