//! What of the app the funding room works with.

use super::driver::{Supply, told};
use crate::{
    app::{
        App, Command as AppCommand, Failure, ItemTarget, MdfCommand, MdfItem, MdfStep, Outcome,
        deal::file::{FileFacts, file_facts},
        mdf::view::{MdfCounts, MdfDetail, MdfLastDone, MdfViewer},
    },
    domain::{
        filter::Filter,
        id::{OperatorId, PartnerId},
        mdf::{
            Effects,
            claim::{ClaimCommand, Proof},
            fields::Funding,
            fund::FundCommand,
            item::{ItemId, ItemKind},
            ledger::{Account, Balances},
            queue::{ItemRow, Kpis, Page, PageRequest, Queue},
            request::RequestCommand,
        },
        money::Currency,
        text::Text,
        time::Instant,
        told::Names,
    },
    tui::{
        furniture::work::{Answer, Happened, Order},
        rooms::mdf::{Ask, Command, Happening, MdfTrade, Paper, Record, Told},
    },
};

impl Supply for MdfTrade {
    async fn page(app: &App, request: &PageRequest, viewer: &MdfViewer) -> Result<Page, Failure> {
        app.mdf_page(request, viewer).await
    }

    async fn counts(
        app: &App,
        viewer: &MdfViewer,
        queue: Queue,
        filter: Option<&Filter<Funding>>,
        now: Instant,
    ) -> Result<MdfCounts, Failure> {
        app.mdf_counts(viewer, queue, filter, now).await
    }

    async fn header(app: &App) -> Result<Vec<(Currency, Kpis)>, Failure> {
        app.mdf_kpis(app.now()).await
    }

    async fn detail(app: &App, id: ItemId) -> Result<Option<MdfDetail>, Failure> {
        app.mdf_detail(id, app.now()).await
    }

    async fn matching(app: &App, request: PageRequest, viewer: &MdfViewer, limit: usize) -> Result<(Vec<ItemRow>, bool), Failure> {
        app.mdf_matching(request, viewer, limit).await
    }

    async fn last_done(app: &App, me: OperatorId) -> Result<Option<MdfLastDone>, Failure> {
        app.mdf_last_done(me).await
    }

    async fn colleagues(app: &App) -> Result<Vec<(OperatorId, Text)>, Failure> {
        app.mdf_colleagues().await
    }

    async fn command(order: Order<Self>) -> Result<AppCommand, String> {
        let proof = match &order.command {
            Command::Attach(paper) => Some(proof(paper.clone()).await?),
            _ => None,
        };
        let step = |target: &crate::tui::furniture::work::Target<Self>| {
            let command = command(&order.command, target.id, target.seen, proof.as_ref())?;
            Ok(MdfStep { target: ItemTarget { id: target.id, seen: target.seen }, command })
        };
        Ok(AppCommand::Mdf(order.targets.iter().map(step).collect::<Result<_, String>>()?))
    }

    async fn answers(app: &App, _order: &Order<Self>, outcome: Outcome) -> Result<Vec<Answer<Self>>, Failure> {
        let ids: Vec<ItemId> = outcome.mdf.iter().filter_map(|item| ItemId::of_entity(item.entity)).collect();
        let rows = app.mdf_rows(&ids).await?;
        Ok(outcome.mdf.into_iter().filter_map(|item| answer(item, &rows)).collect())
    }

    /// What each fund holds before and after.
    fn beside(outcome: &Outcome) -> Vec<String> {
        outcome.funds.iter().map(|(before, after)| moved(before, after)).collect()
    }

    async fn names(app: &App, answers: &[Answer<Self>]) -> Result<Names, Failure> {
        let happened = answers.iter().filter_map(|answer| answer.result.as_ref().ok());
        let partners: Vec<PartnerId> = happened.filter_map(|happened| happened.record.row.partner.as_ref().map(|(id, _)| *id)).collect();
        app.mdf_names(&partners).await
    }

    async fn own(app: &App, _me: OperatorId, ask: Ask) -> Option<Told> {
        Some(match ask {
            Ask::Facts { id } => Told::Facts(id, told(app.mdf_detail(id, app.now()).await.map(|found| found.map(Box::new)))),
            Ask::Funds => Told::Funds(told(app.mdf_funds(app.now()).await)),
        })
    }
}

/// `F-3: EUR 20,000.00 available -> EUR 15,000.00`, of the account from which or to which money moves.
fn moved(before: &Balances, after: &Balances) -> String {
    let changed = Account::ALL.iter().filter(|account| before.get(**account) != after.get(**account));
    let told: Vec<String> =
        changed.map(|account| format!("{} {} -> {}", account.doc(), before.get(*account), after.get(*account))).collect();
    format!("{}: {}", after.fund, told.join(", "))
}

/// What an order means for one item.
fn command(command: &Command, id: ItemId, seen: Option<i64>, proof: Option<&Proof>) -> Result<MdfCommand, String> {
    if let Command::Approve { on_behalf_of } = command {
        return Ok(MdfCommand::Approve { on_behalf_of: *on_behalf_of });
    }
    let none = || format!("{id} can't be asked for that");
    match id.kind() {
        ItemKind::Claim => of_claim(command, id, seen, proof).map(MdfCommand::Claim),
        ItemKind::Request => of_request(command).map(MdfCommand::Request),
        ItemKind::Fund => of_fund(command).map(MdfCommand::Fund),
    }
    .ok_or_else(none)
}

fn of_claim(command: &Command, id: ItemId, seen: Option<i64>, proof: Option<&Proof>) -> Option<ClaimCommand> {
    Some(match command.clone() {
        Command::ApprovePart { amount, seen } => ClaimCommand::Approve { amount: Some(amount), seen, on_behalf_of: None },
        Command::Reject { reason } => ClaimCommand::Reject { reason },
        Command::RequestInfo { text } => ClaimCommand::RequestInfo { text },
        Command::Submit => ClaimCommand::Submit,
        Command::Resubmit => ClaimCommand::Resubmit,
        Command::Withdraw => ClaimCommand::Withdraw,
        Command::Flag { reason } => ClaimCommand::Flag { reason },
        Command::Clear => ClaimCommand::Clear,
        Command::Waive { check, reason } => ClaimCommand::Waive { check, reason },
        Command::Check => ClaimCommand::Check,
        // Pressed twice on the same version it is the same payment.
        Command::Pay => ClaimCommand::Pay { key: Text::clean(&format!("{id} v{}", seen.unwrap_or(0))), amount: None },
        Command::ClawBack { key, amount, reference } => ClaimCommand::ClawBack { key, amount, reference },
        Command::Close => ClaimCommand::Close,
        Command::Attach(_) => ClaimCommand::Attach { document: proof?.clone() },
        Command::Assign { to } => ClaimCommand::Assign { to },
        Command::Note { text } => ClaimCommand::Note { text },
        Command::Escalate { severity, reason } => ClaimCommand::Escalate { severity, reason },
        Command::Settle => ClaimCommand::Settle,
        Command::Undo => ClaimCommand::Undo,
        Command::Approve { .. } | Command::Allocate { .. } | Command::Reduce { .. } => return None,
    })
}

fn of_request(command: &Command) -> Option<RequestCommand> {
    Some(match command.clone() {
        Command::ApprovePart { amount, seen } => RequestCommand::Approve { amount: Some(amount), seen, on_behalf_of: None },
        Command::Reject { reason } => RequestCommand::Reject { reason },
        Command::RequestInfo { text } => RequestCommand::RequestInfo { text },
        Command::Submit => RequestCommand::Submit,
        Command::Resubmit => RequestCommand::Resubmit,
        Command::Withdraw => RequestCommand::Withdraw,
        Command::Close => RequestCommand::Complete,
        Command::Assign { to } => RequestCommand::Assign { to },
        Command::Note { text } => RequestCommand::Note { text },
        Command::Escalate { severity, reason } => RequestCommand::Escalate { severity, reason },
        Command::Settle => RequestCommand::Settle,
        Command::Undo => RequestCommand::Undo,
        _ => return None,
    })
}

fn of_fund(command: &Command) -> Option<FundCommand> {
    Some(match command.clone() {
        Command::Allocate { amount, reason } => FundCommand::Allocate { amount, reason },
        Command::Reduce { amount, reason } => FundCommand::Reduce { amount, reason },
        Command::Close => FundCommand::Close,
        Command::Note { text } => FundCommand::Note { text },
        _ => return None,
    })
}

/// Reads the file on a thread of its own: it may lie on a slow disk, or on none that answers.
async fn proof(paper: Paper) -> Result<Proof, String> {
    let read = move || file_facts(&paper.file, std::env::home_dir().as_deref()).map(|facts| (paper.kind, facts));
    let (kind, facts) = tokio::task::spawn_blocking(read).await.map_err(|_| "the file was not read".to_owned())??;
    let FileFacts { name, size, hash, media_type } = facts;
    Ok(Proof { kind, name, hash, size, media_type: Text::clean(media_type) })
}

/// What happened to the item itself; its line as it is now, or as it was before a plan.
fn answer(item: MdfItem, rows: &[ItemRow]) -> Option<Answer<MdfTrade>> {
    let id = ItemId::of_entity(item.entity)?;
    let row = rows.iter().find(|row| row.id == id)?.clone();
    let result =
        item.result.map(|done| Happened { events: own_events(id, done.effects), record: Box::new(Record { record: done.after, row }) });
    Some(Answer { id, result })
}

fn own_events(id: ItemId, effects: Effects) -> Vec<Happening> {
    match id.kind() {
        ItemKind::Fund => effects.fund.into_iter().map(Happening::Fund).collect(),
        ItemKind::Request => effects.request.into_iter().map(Happening::Request).collect(),
        ItemKind::Claim => effects.claim.into_iter().map(Happening::Claim).collect(),
    }
}
