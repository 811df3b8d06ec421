//! What of the app the deal room works with.

use super::driver::{Supply, told};
use crate::{
    app::{
        App, CaseItem, Command as AppCommand, DealItem, DealTarget, Failure, Outcome,
        deal::{
            file::{FileFacts, file_facts},
            view::DealDetail,
        },
        view::{Counts, LastDone, Viewer},
    },
    domain::{
        day::local_date,
        deal::{
            DealCommand, DealEvent, DealState, Document, Refusal,
            conflict::CaseEvent,
            fields::Deals,
            queue::{DealRow, Kpis, Page, PageRequest, Queue},
        },
        event::Event,
        filter::Filter,
        id::{ConflictId, DealId, OperatorId},
        text::Text,
        time::Instant,
        told::Names,
    },
    tui::{
        furniture::work::{Answer, Happened, Order},
        rooms::deals::{Ask, CaseStory, Command, DealTrade, Facts, Happening, Paper, Story, Terms, Told},
    },
};

impl Supply for DealTrade {
    async fn page(app: &App, request: &PageRequest, viewer: &Viewer<DealId>) -> Result<Page, Failure> {
        app.deal_page(request, viewer).await
    }

    async fn counts(
        app: &App,
        viewer: &Viewer<DealId>,
        queue: Queue,
        filter: Option<&Filter<Deals>>,
        now: Instant,
    ) -> Result<Counts, Failure> {
        app.deal_counts(viewer, queue, filter, now).await
    }

    async fn header(app: &App) -> Result<Kpis, Failure> {
        app.deal_kpis(app.now()).await
    }

    async fn detail(app: &App, id: DealId) -> Result<Option<Story>, Failure> {
        let now = app.now();
        let Some(detail) = app.deal_detail(id, now).await? else { return Ok(None) };
        let case = match case_of(&detail) {
            Some(case) => app.case_detail(case).await?.zip(app.deal_dossier(case, now).await?),
            None => None,
        };
        let case = case.map(|(detail, dossier)| CaseStory { detail, dossier });
        Ok(Some(Story { detail, case, terms: Some(terms(app, now).await?) }))
    }

    async fn matching(app: &App, request: PageRequest, viewer: &Viewer<DealId>, limit: usize) -> Result<(Vec<DealRow>, bool), Failure> {
        app.deal_matching(request, viewer, limit).await
    }

    async fn last_done(app: &App, me: OperatorId) -> Result<Option<LastDone<DealId>>, Failure> {
        app.deal_last_done(me).await
    }

    async fn colleagues(app: &App) -> Result<Vec<(OperatorId, Text)>, Failure> {
        app.deal_colleagues().await
    }

    async fn command(_app: &App, order: Order<Self>) -> Result<AppCommand, String> {
        let targets = || order.targets.iter().map(|target| DealTarget { id: target.id, seen: target.seen }).collect();
        Ok(match order.command {
            Command::Deal(command) => AppCommand::Deals { targets: targets(), command },
            Command::Attach(paper) => {
                AppCommand::Deals { targets: targets(), command: DealCommand::Attach { document: document(paper).await? } }
            }
            Command::Case { case, command, seen } => AppCommand::Case { id: case, command, seen },
            Command::OpenConflict { with } => {
                let deals = order.targets.iter().map(|target| target.id).chain(with).collect();
                AppCommand::OpenConflict { deals }
            }
        })
    }

    async fn answers(app: &App, order: &Order<Self>, outcome: Outcome) -> Result<Vec<Answer<Self>>, Failure> {
        if let Command::Deal(_) | Command::Attach(_) = order.command {
            return Ok(outcome.deals.into_iter().map(of_deal).collect());
        }
        // What happened in a conflict is told at the registration under the cursor, what it meant for a party at that one.
        let mut answers = Vec::new();
        for target in &order.targets {
            let case = outcome.cases.iter().find(|item| item.result.as_ref().map_or(true, |done| done.case.has(target.id)));
            let Some(case) = case else { continue };
            let own = outcome.deals.iter().find(|item| item.deal == target.id).and_then(|item| item.result.as_ref().ok());
            let record = match own {
                Some(done) => Some(done.deal.clone()),
                None => app.deal_detail(target.id, app.now()).await?.map(|detail| Box::new(detail.deal)),
            };
            let missing = || Refusal::invalid(format!("there is no registration {}", target.id));
            let of_deal = own.iter().flat_map(|done| done.events.iter().cloned().map(Happening::Deal));
            let result = happened(case).and_then(|events| {
                let events = events.into_iter().chain(of_deal).collect();
                Ok(Happened { events, record: record.ok_or_else(missing)? })
            });
            answers.push(Answer { id: target.id, result });
        }
        let is_target = |item: &DealItem| order.targets.iter().any(|target| target.id == item.deal);
        answers.extend(outcome.deals.into_iter().filter(|item| !is_target(item)).map(of_deal));
        Ok(answers)
    }

    async fn names(app: &App, answers: &[Answer<Self>]) -> Result<Names, Failure> {
        let partners: Vec<_> =
            answers.iter().filter_map(|answer| answer.result.as_ref().ok()).map(|happened| happened.record.partner).collect();
        app.deal_names(&partners).await
    }

    async fn own(app: &App, _me: OperatorId, ask: Ask) -> Option<Told> {
        let Ask::Facts { id, customers } = ask;
        Some(Told::Facts(id, told(facts(app, id, customers).await)))
    }
}

/// Reads the file on a thread of its own: it may lie on a slow disk, or on none that answers.
async fn document(paper: Paper) -> Result<Document, String> {
    let read = move || file_facts(&paper.file, std::env::home_dir().as_deref()).map(|facts| (paper, facts));
    let (paper, facts) = tokio::task::spawn_blocking(read).await.map_err(|_| "the file was not read".to_owned())??;
    let FileFacts { name, size, hash, media_type } = facts;
    let Paper { kind, dated, amount, .. } = paper;
    Ok(Document { kind, name, hash, size, media_type: Text::clean(media_type), dated, amount })
}

fn of_deal(item: DealItem) -> Answer<DealTrade> {
    let happened = item.result.map(|done| Happened { events: done.events.into_iter().map(Happening::Deal).collect(), record: done.deal });
    Answer { id: item.deal, result: happened }
}

/// What happened to a conflict; that it was found, where it is new.
fn happened(item: &CaseItem) -> Result<Vec<Happening>, Refusal> {
    let done = item.result.as_ref().map_err(Clone::clone)?;
    if done.events.is_empty() {
        let parties = done.case.parties.clone();
        return Ok(vec![Happening::Case(CaseEvent::Flagged { parties, findings: done.case.findings.clone() })]);
    }
    Ok(done.events.iter().cloned().map(Happening::Case).collect())
}

/// The conflict that a registration is a party of, or else the last one that it was.
fn case_of(detail: &DealDetail) -> Option<ConflictId> {
    let deal = &detail.deal;
    if let Some(dispute) = deal.dispute {
        return Some(dispute.case);
    }
    if let DealState::Rejected { overruled: Some(overruled), .. } = &deal.state {
        return Some(overruled.case);
    }
    detail.timeline.iter().find_map(|past| match &past.record.event {
        Event::Deal(DealEvent::Disputed { case, .. } | DealEvent::Awarded { case, .. } | DealEvent::Overruled { case, .. }) => Some(*case),
        _ => None,
    })
}

async fn terms(app: &App, now: Instant) -> Result<Terms, Failure> {
    let rules = app.rules().await?;
    let program = rules.program();
    Ok(Terms {
        askable: program.deals.editable.action_required.clone(),
        editable: program.deals.editable.approved.clone(),
        extensions: program.deals.protection.extensions,
        today: local_date(now, program.zone),
        zone: program.zone,
    })
}

async fn facts(app: &App, id: DealId, customers: bool) -> Result<Option<Box<Facts>>, Failure> {
    let now = app.now();
    let Some(detail) = app.deal_detail(id, now).await? else { return Ok(None) };
    let customers = if customers { app.deal_accounts(&detail.deal.details).await? } else { Vec::new() };
    Ok(Some(Box::new(Facts { detail, terms: terms(app, now).await?, customers })))
}
