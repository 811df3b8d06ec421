//! Ordered payments on their way to the bank and back: what goes into the next file, and what an answer does.

use crate::store;
use crate::{
    app::{
        App, Command, Failure, Rules,
        bank::{
            self, BankAnswer, Matched, Order, Transfer, Verdict,
            order::OrderError,
            payees::Payees,
            report::{self, About},
            sheet,
        },
        import::source::Reject,
    },
    domain::{
        deal::ContentHash,
        event::Entity,
        id::{BatchId, ClaimId, OperatorId},
        mdf::{
            batch::{Batch, BatchFile, end_to_end},
            claim::{Claim, ClaimVerb, Payment, possible},
        },
        money::Currency,
        partner::PartnerStatus,
        text::Text,
    },
};
use chrono::NaiveDate;
use futures::future::BoxFuture;
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

/// How many payments go into one file, how many are read at once, and how many batches an answer is looked for in.
pub const PAYMENTS_MAX: usize = 10_000;
const PAGE: u32 = 1_000;
const BATCHES_MAX: u32 = 1_000;

/// The file that goes to the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// ISO 20022, `pain.001.001.09`.
    Pain001,
    Csv,
}

impl FileKind {
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pain001 => "xml",
            Self::Csv => "csv",
        }
    }
}

/// What could be written now.
#[derive(Debug, Clone)]
pub struct Ready {
    pub order: Order,
    pub payments: Vec<(ClaimId, u32)>,
    /// Payments that stay where they are, each with its reason.
    pub left_out: Vec<String>,
    /// Whether the file is full, and more could go into the next.
    pub is_full: bool,
}

/// A file and the batch that it is to be.
#[derive(Debug, Clone)]
pub struct Written {
    pub text: String,
    pub file: BatchFile,
}

impl Ready {
    pub fn written(&self, kind: FileKind) -> Written {
        let text = match kind {
            FileKind::Pain001 => bank::pain001::write(&self.order),
            FileKind::Csv => sheet::write(&self.order),
        };
        let name = Text::clean(&format!("{}.{}", self.order.message, kind.extension()));
        let hash = ContentHash::of(text.as_bytes());
        Written { text, file: BatchFile { name, hash } }
    }
}

/// Why there is no file, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    #[error("no payment is ordered{0}")]
    Nothing(String),
    #[error("payments are ordered in {0}; say which with --currency")]
    Currencies(String),
    #[error("none of the payments can go out: {0}")]
    AllLeftOut(String),
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error("{0}")]
    Answer(String),
    /// The file was not written, or its batch was refused.
    #[error("{0}")]
    File(String),
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Every payment that is ordered and in no batch yet, with its claim.
pub fn all_ordered(app: &App) -> BoxFuture<'_, Result<Vec<(Claim, Payment)>, Failure>> {
    Box::pin(async move {
        let mut ordered: Vec<(Claim, Payment)> = Vec::new();
        loop {
            let after = ordered.last().map_or((ClaimId(0), 0), |(claim, payment)| (claim.id, payment.no));
            let page = app.mdf_payable(after, PAGE).await?;
            if page.is_empty() {
                return Ok(ordered);
            }
            ordered.extend(page);
        }
    })
}

/// The ordered payments of one currency that can go out, to the accounts of `payees`, `most` of them. Those that can't go out
/// take nobody's place.
pub fn ready<'a>(
    app: &'a App,
    payees: &'a Payees,
    currency: Option<Currency>,
    on: NaiveDate,
    most: usize,
) -> BoxFuture<'a, Result<Ready, PaymentError>> {
    Box::pin(async move {
        let rules = app.rules().await?;
        let mut ordered = all_ordered(app).await?;
        if let Some(currency) = currency {
            ordered.retain(|(_, payment)| payment.amount.currency == currency);
        }
        let currencies: BTreeSet<Currency> = ordered.iter().map(|(_, payment)| payment.amount.currency).collect();
        if currencies.len() > 1 {
            return Err(PaymentError::Currencies(currencies.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")));
        }
        if ordered.is_empty() {
            return Err(PaymentError::Nothing(currency.map_or_else(String::new, |currency| format!(" in {currency}"))));
        }
        let (mut transfers, mut payments, mut left_out, mut is_full) = (Vec::new(), Vec::new(), Vec::new(), false);
        let alike = alike(&rules);
        for (claim, payment) in &ordered {
            match transfer(&rules, (payees, &alike), claim, payment) {
                Ok(_) if payments.len() == most => is_full = true,
                Ok(transfer) => {
                    transfers.push(transfer);
                    payments.push((claim.id, payment.no));
                }
                Err(why) => left_out.push(format!("{}: {why}", end_to_end(claim.id, payment.no))),
            }
        }
        if transfers.is_empty() {
            return Err(PaymentError::AllLeftOut(left_out.join("; ")));
        }
        let order = Order::of(payees.payer.clone(), transfers, on, app.now())?;
        Ok(Ready { order, payments, left_out, is_full })
    })
}

/// Codes that several partners have, but for the case of their letters: the list of payees does not tell them apart.
fn alike(rules: &Rules) -> HashSet<String> {
    let mut seen = HashSet::new();
    let codes = rules.directory().all().iter().map(|partner| partner.profile.code.trim().to_lowercase());
    codes.filter(|code| !seen.insert(code.clone())).collect()
}

/// Why no payment of a claim goes out for now, whatever the list of payees says.
pub fn stands_still(rules: &Rules, claim: &Claim) -> Option<String> {
    let profile = rules.directory().get(claim.partner).map(|partner| &partner.profile);
    match profile.filter(|profile| profile.status == PartnerStatus::Suspended) {
        Some(profile) => Some(format!("{} is suspended", profile.name)),
        None => possible(claim, ClaimVerb::Export).err().map(|refusal| refusal.to_string()),
    }
}

/// What the bank is asked to do for one payment, or why it can't go out.
fn transfer(rules: &Rules, (payees, alike): (&Payees, &HashSet<String>), claim: &Claim, payment: &Payment) -> Result<Transfer, String> {
    let profile = rules.directory().get(claim.partner).map(|partner| &partner.profile);
    let profile = profile.ok_or_else(|| format!("there is no {}", claim.partner))?;
    if let Some(why) = stands_still(rules, claim) {
        return Err(why);
    }
    if alike.contains(&profile.code.trim().to_lowercase()) {
        return Err(format!(
            "another partner has the code {} but for its case, and the list of payees does not tell them apart",
            profile.code
        ));
    }
    let payee = payees.of(&profile.code);
    let payee = payee.ok_or_else(|| format!("the list of payees has no row for {} ({})", profile.code, profile.name))?;
    Ok(Transfer {
        reference: end_to_end(claim.id, payment.no),
        amount: payment.amount,
        payee: payee.clone(),
        note: Text::clean(&format!("Claim {}", claim.id)),
    })
}

/// Writes the file into a folder, and the batch that it is. The file is there before the batch is: whatever happens in
/// between, no payment is sent that nobody knows of.
pub fn export<'a>(
    app: &'a App,
    actor: OperatorId,
    ready: &'a Ready,
    kind: FileKind,
    into: &'a Path,
) -> BoxFuture<'a, Result<(BatchId, PathBuf), PaymentError>> {
    Box::pin(async move {
        let written = ready.written(kind);
        let path = into.join(written.file.name.as_str());
        let part = path.with_extension("part");
        put(&part, &written.text)?;
        let batch = match exported(app, actor, ready, written.file).await {
            Ok(batch) => batch,
            // The batch may be there, and its payments are in this file alone.
            Err(PaymentError::Failure(Failure::Store(store::Error::CommitUnknown(why)))) => {
                let part = part.display();
                return Err(PaymentError::File(format!(
                    "nobody can say whether the batch was made, for the database did not answer ({why}); {part} is its file: when the \
                     database is back, use it if the newest batch is of that name, and else delete it"
                )));
            }
            Err(error) => {
                let _ = fs::remove_file(&part);
                return Err(error);
            }
        };
        fs::rename(&part, &path).map_err(|error| {
            PaymentError::File(format!("{batch} is exported, and its file is {}: it can't be renamed: {error}", part.display()))
        })?;
        Ok((batch, path))
    })
}

async fn exported(app: &App, actor: OperatorId, ready: &Ready, file: BatchFile) -> Result<BatchId, PaymentError> {
    let hash = file.hash;
    let command = Command::ExportBatch { payments: ready.payments.clone(), file };
    let outcome = app.carry_out(actor, app.request(command)).await?;
    if outcome.repeated {
        // It was carried out when its first answer was lost.
        let unknown = |error: store::Error| Failure::Store(store::Error::CommitUnknown(error.to_string()));
        let mut session = app.db().read().await.map_err(unknown)?;
        let known = session.batch_by_file(hash).await.map_err(unknown)?;
        return known.ok_or_else(|| PaymentError::File("nothing was exported".into()));
    }
    let item = outcome.mdf.into_iter().next().ok_or_else(|| PaymentError::File("nothing was exported".into()))?;
    item.result.map_err(|refusal| PaymentError::File(refusal.to_string()))?;
    match item.entity {
        Entity::Batch(id) => Ok(id),
        other => Err(PaymentError::File(format!("{other} was exported, and no batch"))),
    }
}

/// Writes a file that only its owner can read, and that was not there before.
fn put(path: &Path, text: &str) -> Result<(), PaymentError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error: std::io::Error| PaymentError::File(format!("{} can't be written: {error}", path.display())))
}

/// What an answer of the bank says, and what it did.
#[derive(Debug, Clone)]
pub struct Answered {
    pub batch: BatchId,
    pub matched: Vec<Matched>,
    /// Rows that can't be read.
    pub rejects: Vec<Reject>,
    /// Answers that the claims did not take, each with its reason.
    pub refused: Vec<String>,
    /// Payments of the batch that have no answer, before this one is taken in.
    pub open: usize,
}

impl Answered {
    /// How many answers are such.
    pub fn count(&self, is: impl Fn(&Verdict) -> bool) -> usize {
        self.matched.iter().filter(|one| is(&one.verdict)).count()
    }
}

/// Reads an answer and matches it with its batch, the one named or else one of the newest; nothing is written.
pub fn read_answer<'a>(app: &'a App, path: &'a Path, batch: Option<BatchId>) -> BoxFuture<'a, Result<Answered, PaymentError>> {
    Box::pin(async move {
        let batches = match batch {
            None => app.mdf_batches(BATCHES_MAX).await?,
            Some(wanted) => vec![app.mdf_batch(wanted).await?.ok_or_else(|| PaymentError::Answer(format!("there is no {wanted}")))?],
        };
        let told = |message: String| PaymentError::Answer(format!("{}: {message}", path.display()));
        let bytes = read_some(path).map_err(|error| told(error.to_string()))?;
        let (batch, answers, rejects) = if is_xml(&bytes) {
            let text = String::from_utf8(bytes).or_else(|error| {
                // A larger one is cut where it may be in the middle of a character.
                let is_cut = error.as_bytes().len() > bank::BYTES_MAX;
                if is_cut { Ok(String::from_utf8_lossy(error.as_bytes()).into_owned()) } else { Err(told("the file is not UTF-8".into())) }
            })?;
            of_report(&text, &batches, batch.is_some()).map_err(told)?
        } else {
            let (answers, rejects) = sheet::read(path).map_err(told)?;
            (most_named(&batches, &answers).map_err(told)?, answers, rejects)
        };
        let open = batch.items.iter().filter(|item| item.answer.is_none()).count();
        Ok(Answered { batch: batch.id, matched: bank::matched(batch, &answers), rejects, refused: Vec::new(), open })
    })
}

/// Carries out what was matched.
pub fn take_answer(app: &App, actor: OperatorId, mut answered: Answered) -> BoxFuture<'_, Result<Answered, PaymentError>> {
    Box::pin(async move {
        let take = |one: &Matched| match &one.verdict {
            Verdict::Take { claim, no, answer } => Some((*claim, *no, answer.clone())),
            _ => None,
        };
        let answers: Vec<_> = answered.matched.iter().filter_map(take).collect();
        if !answers.is_empty() {
            let command = Command::AnswerBatch { batch: answered.batch, answers };
            let outcome = app.execute(actor, app.request(command)).await?;
            let refused = outcome.mdf.into_iter().filter_map(|item| item.result.err().map(|refusal| format!("{}: {refusal}", item.entity)));
            answered.refused = refused.collect();
        }
        Ok(answered)
    })
}

/// As much of a file as is read of an answer, and a byte more, so that a larger one is told.
fn read_some(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(bank::BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn is_xml(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes.trim_ascii_start()).trim_ascii_start().starts_with(b"<")
}

type Said<'b> = (&'b Batch, Vec<BankAnswer>, Vec<Reject>);

/// `is_named`: somebody said which batch it answers, and that is the only one.
fn of_report<'b>(text: &str, batches: &'b [Batch], is_named: bool) -> Result<Said<'b>, String> {
    let Some(message) = report::message(text)? else {
        // What was booked names no message; whose payments they are says which batch it is.
        let any = batches.first().ok_or("there is no batch that it could answer")?;
        let answers = report::read(text, any, if is_named { About::ThisBatch } else { About::Payments })?;
        return Ok((most_named(batches, &answers)?, answers, Vec::new()));
    };
    let batch = batches.iter().find(|batch| message_of(batch) == message);
    let batch =
        batch.ok_or_else(|| format!("it answers the message {}, and no batch was that", crate::domain::problem::quoted(&message)))?;
    Ok((batch, report::read(text, batch, About::Message(&message))?, Vec::new()))
}

/// The file is named after the message in it.
fn message_of(batch: &Batch) -> &str {
    batch.file.name.rsplit_once('.').map_or(batch.file.name.as_str(), |(message, _)| message)
}

/// The batch that most of the answers are about. No payment is in two batches.
fn most_named<'b>(batches: &'b [Batch], answers: &[BankAnswer]) -> Result<&'b Batch, String> {
    let references = |(place, batch): (usize, &'b Batch)| batch.items.iter().map(move |item| (item.reference.as_str(), place));
    let places: HashMap<&str, usize> = batches.iter().enumerate().flat_map(references).collect();
    let mut named = vec![0_usize; batches.len()];
    for place in answers.iter().filter_map(|answer| places.get(answer.reference.trim())) {
        named[*place] += 1;
    }
    let best = batches.iter().zip(named).filter(|(_, named)| *named > 0).max_by_key(|(_, named)| *named);
    best.map(|(batch, _)| batch).ok_or_else(|| format!("none of its {} answers is about a payment that was exported", answers.len()))
}
