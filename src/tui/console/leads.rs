//! What of the app the lead room works with.

use super::driver::{Supply, told};
use crate::{
    app::{
        App, Command, Failure, LeadTarget, Outcome,
        lead::view::{LastDone, Viewer},
        view::Counts,
    },
    domain::{
        filter::Filter,
        id::{DealId, LeadId, OperatorId},
        lead::{
            LeadEvent,
            queue::{Kpis, LeadRow, Page, PageRequest, Queue},
            routing::Rule,
        },
        text::Text,
        time::Instant,
        told::Names,
    },
    tui::{
        furniture::work::{Answer, Happened, Order},
        rooms::leads::{Ask, LeadTrade, Told, words},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// How many of those into which leads are merged a plan describes.
const SURVIVORS_TOLD: usize = 5;

impl Supply for LeadTrade {
    async fn page(app: &App, request: &PageRequest, viewer: &Viewer) -> Result<Page, Failure> {
        app.lead_page(request, viewer).await
    }

    async fn counts(app: &App, viewer: &Viewer, queue: Queue, filter: Option<&Filter>, now: Instant) -> Result<Counts, Failure> {
        app.lead_counts(viewer, queue, filter, now).await
    }

    async fn header(app: &App) -> Result<Kpis, Failure> {
        app.lead_kpis(app.now()).await
    }

    async fn detail(app: &App, id: LeadId) -> Result<Option<crate::app::lead::view::LeadDetail>, Failure> {
        app.lead_detail(id).await
    }

    async fn matching(app: &App, request: PageRequest, viewer: &Viewer, limit: usize) -> Result<(Vec<LeadRow>, bool), Failure> {
        app.lead_matching(request, viewer, limit).await
    }

    async fn last_done(app: &App, me: OperatorId) -> Result<Option<LastDone>, Failure> {
        app.lead_last_done(me).await
    }

    async fn colleagues(app: &App) -> Result<Vec<(OperatorId, Text)>, Failure> {
        app.lead_colleagues().await
    }

    async fn command(_app: &App, order: Order<Self>) -> Result<Command, String> {
        let targets = order.targets.iter().map(|target| LeadTarget { id: target.id, seen: target.seen }).collect();
        Ok(Command::Leads { targets, command: order.command })
    }

    async fn answers(_app: &App, _order: &Order<Self>, outcome: Outcome) -> Result<Vec<Answer<Self>>, Failure> {
        let answer = |item: crate::app::Item| Answer {
            id: item.lead,
            result: item.result.map(|done| Happened { events: done.events, record: done.lead }),
        };
        Ok(outcome.items.into_iter().map(answer).collect())
    }

    /// Which lead carries on where others are merged into it, and for how many leads an assignment goes against the rules.
    async fn beside(app: &App, outcome: &Outcome) -> Vec<String> {
        let into = |done: &crate::app::Done| {
            done.events.iter().find_map(|event| if let LeadEvent::Merged { into, .. } = event { Some(*into) } else { None })
        };
        let into: BTreeSet<LeadId> = outcome.items.iter().filter_map(|item| into(item.result.as_ref().ok()?)).collect();
        let mut told: Vec<String> = against_the_rules(outcome).into_iter().collect();
        for id in into.into_iter().take(SURVIVORS_TOLD) {
            // Where it can't be read, the plan says into which all the same.
            if let Ok(Some(detail)) = app.lead_detail(id).await {
                told.push(words::carries_on(&detail.lead, &detail.names));
            }
        }
        told
    }

    async fn names(app: &App, answers: &[Answer<Self>]) -> Result<Names, Failure> {
        let happened = || answers.iter().filter_map(|answer| answer.result.as_ref().ok());
        let events = happened().flat_map(|happened| &happened.events);
        let holders = happened().filter_map(|happened| happened.record.state.partner());
        app.lead_names(events, holders).await
    }

    async fn own(app: &App, me: OperatorId, ask: Ask) -> Option<Told> {
        match ask {
            Ask::Partners { leads } => {
                let partners = told(app.lead_partners(&leads, app.now()).await);
                Some(Told::Partners(leads, partners))
            }
            Ask::Register { leads } => {
                let mut answers = Vec::with_capacity(leads.len());
                for lead in leads {
                    answers.push((lead, register(app, me, lead).await));
                }
                Some(Told::Registered(answers))
            }
            // The console itself does it.
            Ask::Demo => None,
        }
    }
}

/// `By the rules the partner would not get 3 of these 7: 2 territory, 1 capacity.` Of one lead its line says it.
fn against_the_rules(outcome: &Outcome) -> Option<String> {
    let done: Vec<_> = outcome.items.iter().filter_map(|item| item.result.as_ref().ok()).collect();
    let mut rules: BTreeMap<Rule, usize> = BTreeMap::new();
    for (rule, _) in done.iter().filter_map(|done| done.events.iter().find_map(LeadEvent::against_the_rules)) {
        *rules.entry(rule).or_default() += 1;
    }
    if done.len() < 2 || rules.is_empty() {
        return None;
    }
    let by_rule: Vec<String> = rules.iter().map(|(rule, count)| format!("{count} {}", rule.subject())).collect();
    let all = rules.values().sum::<usize>();
    Some(format!("By the rules the partner would not get {all} of these {}: {}.", done.len(), by_rule.join(", ")))
}

/// One registration of one lead; sent again under the same identity when its commit was lost on the way.
async fn register(app: &App, me: OperatorId, lead: LeadId) -> Result<DealId, String> {
    let request = app.request(Command::DealFromLead { lead, account: None });
    let outcome = told(app.carry_out(me, request).await)?;
    match outcome.deals.into_iter().next() {
        Some(item) => item.result.map(|_| item.deal).map_err(|refusal| refusal.to_string()),
        None => Err(format!("{lead} is registered already")),
    }
}
