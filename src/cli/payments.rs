//! `pilothouse payments list|export|answer`: claims that are to be paid, out to the bank and back.

use super::Call;
use crate::{
    app::{
        bank::{Verdict, payees::Payees},
        payments::{self, Answered, FileKind, PaymentError},
    },
    domain::{day::local_date, id::BatchId, mdf::batch::Answer, money::Currency},
    error::{Error, Result},
};
use chrono::NaiveDate;
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Payments that are ordered, and the batches that the bank has
    #[command(after_help = "Example:\n  pilothouse payments list --json")]
    List(List),
    /// Write the ordered payments of one currency into a file for the bank, as one batch
    #[command(after_help = "Examples:\n  pilothouse payments export --payees accounts.csv --dry-run\n  \
        pilothouse payments export --payees accounts.csv --currency EUR\n\n\
        The list of payees is a table with the columns code, name, account and bic: a row a partner, and one with the code\n\
        `payer` for the account that pays. It is read each time, and kept nowhere.")]
    Export(Export),
    /// Take in what the bank answered: pain.002, camt.054, or a CSV with reference, status, amount, currency and reason
    #[command(after_help = "Example:\n  pilothouse payments answer pain002.xml --dry-run")]
    Answer(AnswerArgs),
}

#[derive(Debug, clap::Args)]
pub struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    #[value(name = "pain.001", alias = "xml")]
    Pain001,
    Csv,
}

#[derive(Debug, clap::Args)]
pub struct Export {
    /// Whose account is which
    #[arg(long, value_name = "FILE")]
    payees: PathBuf,
    /// ISO 20022 pain.001.001.09, or CSV
    #[arg(long, value_enum, default_value = "pain.001")]
    format: Format,
    /// Only payments in this currency
    #[arg(long, value_name = "CODE")]
    currency: Option<Currency>,
    /// The day on which the bank is to pay (default: today)
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
    /// The folder for the file, which is named after the message in it
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    into: PathBuf,
    /// Say what would go out, and write nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
pub struct AnswerArgs {
    /// The bank's file
    file: PathBuf,
    /// The batch that it answers (default: the one that its message or its references name)
    #[arg(long, value_name = "BATCH")]
    batch: Option<BatchId>,
    /// Say what it means, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(verb: Verb, call: &mut Call<'_>) -> Result<()> {
    match verb {
        Verb::List(args) => list(&args, call).await,
        Verb::Export(args) => export(&args, call).await,
        Verb::Answer(args) => answer(&args, call).await,
    }
}

async fn list(args: &List, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    call.sign_in(&app).await?;
    let (ordered, batches, rules) = (payments::all_ordered(&app).await?, app.mdf_batches(100).await?, app.rules().await?);
    if args.json {
        let ordered: Vec<_> = ordered
            .iter()
            .map(|(claim, payment)| {
                json!({ "claim": claim.id.to_string(), "no": payment.no, "partner": claim.partner.to_string(),
                        "amount": payment.amount.amount().to_string(), "currency": payment.amount.currency, "ordered_at": payment.at.to_string(),
                        "stands_still": payments::stands_still(&rules, claim) })
            })
            .collect();
        let batches: Vec<_> = batches
            .iter()
            .map(|batch| {
                json!({ "batch": batch.id.to_string(), "file": batch.file.name, "hash": batch.file.hash.to_string(), "state": batch.state.name(),
                        "payments": batch.items.len(), "total": batch.total().amount().to_string(), "currency": batch.currency })
            })
            .collect();
        return call.json(&json!({ "ordered": ordered, "batches": batches }));
    }
    for (claim, payment) in &ordered {
        let why = payments::stands_still(&rules, claim).map_or_else(String::new, |why| format!("; stays: {why}"));
        writeln!(call.out, "{:<8} {:<4} {:<8} {:>20}  ordered {}{why}", claim.id, payment.no, claim.partner, payment.amount, payment.at)?;
    }
    for batch in &batches {
        let open = batch.items.iter().filter(|item| item.answer.is_none()).count();
        let (count, total) = (batch.items.len(), batch.total());
        writeln!(call.out, "{:<8} {count} payments, {total}, {open} not answered, {}", batch.id, batch.file.name)?;
    }
    if ordered.is_empty() && batches.is_empty() {
        writeln!(call.err, "No payment is ordered, and none was exported yet.")?;
    }
    Ok(())
}

async fn export(args: &Export, call: &mut Call<'_>) -> Result<()> {
    let shown = args.payees.display().to_string();
    let payees = Payees::read(&args.payees).map_err(|mistakes| Error::expected(format!("{shown}: {}", mistakes.join("\n"))))?;
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?.id;
    let on = args.on.unwrap_or(local_date(app.now(), app.rules().await?.program().zone));
    let ready = payments::ready(&app, &payees, args.currency, on, payments::PAYMENTS_MAX).await.map_err(refused)?;
    for left_out in &ready.left_out {
        writeln!(call.err, "left out: {left_out}")?;
    }
    let (count, total) = (ready.payments.len(), ready.order.total);
    if ready.is_full {
        writeln!(call.err, "More are ordered than one file takes ({count}): export again for the next.")?;
    }
    if args.dry_run {
        writeln!(call.err, "Nothing was written. This is what an export would do:")?;
        return Ok(writeln!(call.out, "{count} payments, {total}, on {on}")?);
    }
    let kind = if args.format == Format::Csv { FileKind::Csv } else { FileKind::Pain001 };
    let (batch, path) = payments::export(&app, actor, &ready, kind, &args.into).await.map_err(refused)?;
    Ok(writeln!(call.out, "{batch}: {count} payments, {total}, on {on}, in {}", path.display())?)
}

async fn answer(args: &AnswerArgs, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?.id;
    let read = payments::read_answer(&app, &args.file, args.batch).await.map_err(refused)?;
    let done = if args.dry_run { read } else { payments::take_answer(&app, actor, read).await.map_err(refused)? };
    let sum = Sum::of(&done);
    if args.json {
        let told: Vec<String> = done.matched.iter().map(ToString::to_string).collect();
        let rejects: Vec<String> = done.rejects.iter().map(ToString::to_string).collect();
        return call.json(&json!({ "batch": done.batch.to_string(), "dry_run": args.dry_run, "answers": told, "rejects": rejects,
            "refused": done.refused, "paid": sum.paid, "failed": sum.failed, "under_way": sum.under_way, "known": sum.known,
            "rejected": sum.rejected, "not_answered": sum.not_answered }));
    }
    for one in &done.matched {
        let name = if one.verdict.is_wrong() { "rejected: " } else { "" };
        writeln!(call.err, "{name}{one}")?;
    }
    for reject in &done.rejects {
        writeln!(call.err, "rejected: {reject}")?;
    }
    for refused in &done.refused {
        writeln!(call.err, "not taken: {refused}")?;
    }
    if args.dry_run {
        writeln!(call.err, "Nothing was changed. This is what the answer would do:")?;
    }
    writeln!(call.err, "{}: {} payments are not answered yet", done.batch, sum.not_answered)?;
    let Sum { paid, failed, under_way, known, rejected, .. } = sum;
    let read = paid + failed + under_way + known + rejected;
    Ok(writeln!(
        call.out,
        "read {read} = paid {paid} + refused {failed} + under way {under_way} + known already {known} + rejected {rejected}"
    )?)
}

/// Each answer that was read is counted exactly once.
struct Sum {
    paid: usize,
    failed: usize,
    under_way: usize,
    known: usize,
    rejected: usize,
    not_answered: usize,
}

impl Sum {
    fn of(done: &Answered) -> Self {
        let paid = done.count(|verdict| matches!(verdict, Verdict::Take { answer: Answer::Confirmed { .. }, .. }));
        let failed = done.count(|verdict| matches!(verdict, Verdict::Take { answer: Answer::Failed { .. }, .. }));
        Self {
            paid,
            failed,
            under_way: done.count(|verdict| matches!(verdict, Verdict::UnderWay { .. })),
            known: done.count(|verdict| matches!(verdict, Verdict::Known)),
            rejected: done.count(Verdict::is_wrong) + done.rejects.len(),
            not_answered: (done.open + done.refused.len()).saturating_sub(paid + failed),
        }
    }
}

fn refused(error: PaymentError) -> Error {
    match error {
        PaymentError::Failure(failure) => failure.into(),
        other => Error::Expected(other.to_string()),
    }
}
