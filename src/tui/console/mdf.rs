//! What of the app the funding room works with.

use super::driver::{Supply, told};
use crate::{
    app::{
        App, AuthorityCommand, ClaimDraft, Command as AppCommand, DraftSource, Failure, ItemTarget, MdfCommand, MdfItem, MdfStep, Outcome,
        RequestDraft,
        bank::{Verdict, payees::Payees},
        deal::file::{FileFacts, file_facts},
        mdf::view::{MdfCounts, MdfDetail, MdfLastDone, MdfViewer},
        payments,
    },
    domain::{
        day::local_date,
        filter::Filter,
        id::{OperatorId, PartnerId},
        mdf::{
            Effects,
            batch::Answer as BankAnswer,
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
        action::Act,
        furniture::work::{Answer, Happened, Order},
        rooms::mdf::{Ask, Command, Happening, MdfTrade, Paper, Record, Told, bank::Export, entry::Books, words},
    },
};
use std::path::PathBuf;

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

    async fn command(_app: &App, order: Order<Self>) -> Result<AppCommand, String> {
        let order = match begins(order).await? {
            Begun::There(command) => return Ok(*command),
            Begun::Not(order) => order,
        };
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
    async fn beside(app: &App, outcome: &Outcome) -> Vec<String> {
        // Where it can't be read, the plan says what moves all the same.
        let ahead = app.mdf_ahead(&outcome.funds, app.now()).await.unwrap_or_default();
        let told = |(before, after): &(Balances, Balances)| {
            let ahead = ahead.iter().find(|ahead| ahead.fund == after.fund);
            let name = ahead.map_or_else(|| after.fund.to_string(), |ahead| format!("{} ({})", ahead.name, after.fund));
            let then =
                ahead.and_then(|ahead| words::ahead(&ahead.before, &ahead.after)).map_or_else(String::new, |then| format!("; {then}"));
            format!("{name}: {}{then}", moved(before, after))
        };
        outcome.funds.iter().map(told).collect()
    }

    async fn names(app: &App, answers: &[Answer<Self>]) -> Result<Names, Failure> {
        let happened = answers.iter().filter_map(|answer| answer.result.as_ref().ok());
        let partners: Vec<PartnerId> = happened.filter_map(|happened| happened.record.row.partner.as_ref().map(|(id, _)| *id)).collect();
        app.mdf_names(&partners).await
    }

    async fn own(app: &App, me: OperatorId, ask: Ask) -> Option<Told> {
        Some(match ask {
            Ask::Facts { id } => Told::Facts(id, told(app.mdf_detail(id, app.now()).await.map(|found| found.map(Box::new)))),
            Ask::Books => Told::Books(told(books(app).await.map(Box::new))),
            Ask::Export(export) => Told::Bank(Act::MdfExport, write(app, me, &export).await),
            Ask::Answer { file } => Told::Bank(Act::MdfAnswer, take_in(app, me, &file).await),
            Ask::Funds => Told::Funds(told(app.mdf_funds(app.now()).await)),
        })
    }
}

/// `available EUR 20,000.00 -> EUR 15,000.00`, of each account from which or to which money moves.
fn moved(before: &Balances, after: &Balances) -> String {
    let changed = Account::ALL.iter().filter(|account| before.get(**account) != after.get(**account));
    let told: Vec<String> =
        changed.map(|account| format!("{} {} -> {}", account.doc(), before.get(*account), after.get(*account))).collect();
    told.join(", ")
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
        Command::EditClaim { content } => ClaimCommand::Edit { content },
        Command::Bank { no, answer: BankAnswer::Confirmed { reference } } => ClaimCommand::ConfirmPayment { no, reference },
        Command::Bank { no, answer: BankAnswer::Failed { reason } } => ClaimCommand::FailPayment { no, reason },
        Command::Assign { to } => ClaimCommand::Assign { to },
        Command::Note { text } => ClaimCommand::Note { text },
        Command::Escalate { severity, reason } => ClaimCommand::Escalate { severity, reason },
        Command::Settle => ClaimCommand::Settle,
        Command::Undo => ClaimCommand::Undo,
        _ => return None,
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
        Command::EditRequest { plan } => RequestCommand::Edit { plan },
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

/// What an order becomes that is no verb on what is there.
enum Begun {
    There(Box<AppCommand>),
    Not(Order<MdfTrade>),
}

async fn begins(order: Order<MdfTrade>) -> Result<Begun, String> {
    let target = order.targets.first().map(|target| target.id);
    let command = match (order.command, target) {
        (Command::OpenFund { terms }, _) => AppCommand::OpenFunds(vec![*terms]),
        (Command::DraftRequest { fund, partner, plan, submit }, _) => {
            let drafts = vec![RequestDraft { fund, partner, plan: *plan, submit }];
            AppCommand::DraftRequests { drafts, source: DraftSource::Desk }
        }
        (Command::DraftClaim { mut content, papers, submit }, Some(ItemId::Request(request))) => {
            for paper in papers {
                content.documents.push(proof(paper).await?);
            }
            AppCommand::DraftClaims { drafts: vec![ClaimDraft { request, content: *content, submit }], source: DraftSource::Desk }
        }
        (Command::Move { to, amount, reason }, Some(ItemId::Fund(from))) => AppCommand::Reallocate { from, to, amount, reason },
        (Command::Delegate(delegation), _) => AppCommand::Authority(vec![AuthorityCommand::Delegate(delegation)]),
        (Command::SetLimit(limit), _) => AppCommand::Authority(vec![AuthorityCommand::SetLimit(limit)]),
        (command, _) => return Ok(Begun::Not(Order { command, targets: order.targets })),
    };
    Ok(Begun::There(Box::new(command)))
}

/// What new records are made of.
async fn books(app: &App) -> Result<Books, Failure> {
    let rules = app.rules().await?;
    let (program, now) = (rules.program(), app.now());
    let mut funds = app.mdf_funds(now).await?;
    funds.retain(|view| view.line.fund.is_open());
    let partners = rules.directory().all().iter().map(|partner| (partner.id, partner.profile.name.clone())).collect();
    Ok(Books {
        funds,
        partners,
        approvers: app.mdf_approvers().await?,
        regions: program.regions.keys().cloned().collect(),
        categories: program.mdf.categories.iter().map(|category| category.name.clone()).collect(),
        share: program.mdf.share,
        notice_days: program.mdf.notice_days,
        today: local_date(now, program.zone),
    })
}

/// Writes a file for the bank, and says what is in it.
async fn write(app: &App, me: OperatorId, export: &Export) -> Result<String, String> {
    let (payees, into) = (at_home(&export.payees), at_home(&export.into));
    let read = tokio::task::spawn_blocking(move || Payees::read(&payees)).await.map_err(|_| "the list was not read".to_owned())?;
    let payees = read.map_err(|mistakes| format!("{}: {}", export.payees, mistakes.join("; ")))?;
    let on = local_date(app.now(), app.rules().await.map_err(|failure| failure.to_string())?.program().zone);
    let ready = payments::ready(app, &payees, export.currency, on, payments::PAYMENTS_MAX).await.map_err(|error| error.to_string())?;
    let (batch, path) = payments::export(app, me, &ready, export.kind, &into).await.map_err(|error| error.to_string())?;
    let left_out = match ready.left_out.as_slice() {
        [] => String::new(),
        [first] => format!("; left out: {first}"),
        [first, others @ ..] => format!("; left out: {first}, and {} more", others.len()),
    };
    let count = match ready.payments.len() {
        1 => "1 payment".to_owned(),
        many => format!("{many} payments"),
    };
    let more = if ready.is_full { "; the file is full: export again for the rest" } else { "" };
    Ok(format!("{batch}: {count}, {}, in {}{left_out}{more}", ready.order.total, path.display()))
}

/// Takes the bank's answer in, and says what it did.
async fn take_in(app: &App, me: OperatorId, file: &str) -> Result<String, String> {
    let read = payments::read_answer(app, &at_home(file), None).await.map_err(|error| error.to_string())?;
    let done = payments::take_answer(app, me, read).await.map_err(|error| error.to_string())?;
    let paid = done.count(|verdict| matches!(verdict, Verdict::Take { answer: BankAnswer::Confirmed { .. }, .. }));
    let failed = done.count(|verdict| matches!(verdict, Verdict::Take { answer: BankAnswer::Failed { .. }, .. }));
    let wrong = done.matched.iter().filter(|one| one.verdict.is_wrong()).map(ToString::to_string);
    let all: Vec<String> = wrong.chain(done.rejects.iter().map(ToString::to_string)).chain(done.refused.iter().cloned()).collect();
    let left = all.first().map_or_else(String::new, |first| format!("; {} not taken: {first}", all.len()));
    Ok(format!("{}: {paid} paid, {failed} not paid{left}", done.batch))
}

/// `~/x` is in the home of whoever works here.
fn at_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
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
    let result = match item.result {
        Ok(done) => {
            // What a plan would begin has no line yet.
            let row = rows.iter().find(|row| row.id == id)?.clone();
            Ok(Happened { events: own_events(id, done.effects), record: Box::new(Record { record: done.after, row }) })
        }
        Err(refusal) => Err(refusal),
    };
    Some(Answer { id, result })
}

fn own_events(id: ItemId, effects: Effects) -> Vec<Happening> {
    match id.kind() {
        ItemKind::Fund => effects.fund.into_iter().map(Happening::Fund).collect(),
        ItemKind::Request => effects.request.into_iter().map(Happening::Request).collect(),
        ItemKind::Claim => effects.claim.into_iter().map(Happening::Claim).collect(),
    }
}
