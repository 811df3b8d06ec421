//! Deals from a file: each row a registration, handed in where the partner wants it and it is complete, else a draft that
//! says what it lacks.
//!
//! Every record carries the key of its source, and the database holds each key once: an import that was killed and is
//! started again goes on behind what it had taken in. A record that comes again is compared with its registration: what its
//! source says otherwise now is edited where the registration's state allows it, and else told.

mod resolve;
mod restated;

pub use resolve::{Ready, Resolver, Standing};

use super::{
    Job, Pass,
    decode::Record,
    door::Door,
    reader,
    report::{Counts, Figures, ImportError, REJECTS_TOLD_MAX, Report},
};
use crate::{
    app::{App, Command, DealItem, Failure},
    domain::{
        deal::{ContentHash, DealCommand, DealState, Registration},
        id::{DealId, OperatorId},
        text::Text,
    },
};
use futures::future::BoxFuture;
use std::collections::{HashMap, HashSet};

/// Rows a transaction: conflicts are looked for with each, and whoever submits meanwhile waits.
const BATCH_ROWS: usize = 1_024;

/// Takes the deals of a file in, or says what that would bring: carried out in a scratch database then.
pub fn import<'a>(
    app: &'a App,
    actor: OperatorId,
    job: Job,
    pass: Pass,
    progress: &'a mut (dyn FnMut(&Counts) + Send),
) -> BoxFuture<'a, Result<Report, ImportError>> {
    Box::pin(async move {
        let resolver = Resolver::new(app.rules().await?, app.customers().await?, app.now());
        let door = Door::of(app, pass).await?;
        let (job, mut report) = job.begin(pass);
        report.deals = Some(Figures::default());
        let mut seen = Seen::default();
        let prepare = move |decoder: &super::decode::Decoder, row: &super::source::Row, record| match record {
            Record::Deal(deal) => resolver.ready(decoder, row, *deal).map(|ready| seen.marked(ready)),
            _ => Err(row.reject(None, "is not a deal")),
        };
        let mut batches = reader::batches(job, BATCH_ROWS, prepare);
        while let Some(batch) = batches.next(&mut report).await? {
            if !batch.is_empty() {
                taken(app, actor, &door, &batch, &mut report).await?;
                if pass == Pass::Carry {
                    attached(app, actor, &batch, &mut report.warnings).await?;
                }
            }
            progress(&report.counts);
        }
        Ok(report)
    })
}

/// In which line each record stood first: of two rows with one key the first counts, so that a file brings the same however
/// often it is imported.
#[derive(Default)]
struct Seen(HashMap<[u8; 16], u64>);

impl Seen {
    fn marked(&mut self, ready: Ready) -> Ready {
        let mut key = [0; 16];
        key.copy_from_slice(&blake3::hash(ready.key().as_bytes()).as_bytes()[..16]);
        let first = *self.0.entry(key).or_insert(ready.line);
        Ready { again: (first != ready.line).then_some(first), ..ready }
    }
}

/// One batch: what is new is registered, what came before is compared with what it brought.
async fn taken(app: &App, actor: OperatorId, door: &Door, rows: &[Ready], report: &mut Report) -> Result<(), ImportError> {
    let (first, again): (Vec<&Ready>, Vec<&Ready>) = rows.iter().partition(|row| row.again.is_none());
    let (mut new, mut known) = (Vec::new(), Vec::new());
    for (row, deal) in standing(app, door, first).await? {
        match deal {
            None => new.push(row),
            Some(deal) => known.push((row, deal)),
        }
    }
    if !new.is_empty() {
        registered(app, actor, door, &new, report).await?;
    }
    restated::restated(app, actor, door, known, report).await?;
    if !again.is_empty() {
        restated::repeated(standing(app, door, again).await?, report);
    }
    Ok(())
}

/// Rows with the registrations that stand under their keys.
async fn standing<'r>(app: &App, door: &Door, rows: Vec<&'r Ready>) -> Result<Vec<(&'r Ready, Option<Registration>)>, Failure> {
    let keys: Vec<Text> = rows.iter().map(|row| row.key().clone()).collect();
    let deals = if keys.is_empty() { Vec::new() } else { door.standing(app, &keys).await? };
    Ok(rows.into_iter().zip(deals).collect())
}

async fn registered(app: &App, actor: OperatorId, door: &Door, rows: &[&Ready], report: &mut Report) -> Result<(), ImportError> {
    let records = rows.iter().map(|row| row.registering.clone()).collect();
    let outcome = door.execute(app, actor, Command::Register(records)).await?;
    report.counts.known += outcome.known as u64;
    let by_key: HashMap<&Text, &Ready> = rows.iter().map(|row| (row.key(), *row)).collect();
    for DealItem { result, .. } in &outcome.deals {
        let done = result.as_ref().map_err(|refusal| Failure::Deal(refusal.clone()))?;
        let counts = &mut report.counts;
        match (&done.deal.state, done.deal.dispute) {
            (DealState::Draft, _) => counts.drafted += 1,
            (_, Some(_)) => counts.conflicting += 1,
            _ => counts.submitted += 1,
        }
        if let Some(row) = by_key.get(&done.deal.details.source_key) {
            noted(row, matches!(done.deal.state, DealState::Draft), report);
        }
    }
    Ok(())
}

/// Keeps what is to be told of a new registration.
fn noted(row: &Ready, is_draft: bool, report: &mut Report) {
    let Some(figures) = &mut report.deals else { return };
    figures.respelt += row.respelt;
    *match row.customer {
        Standing::Linked => &mut figures.linked,
        Standing::Alike => &mut figures.alike,
        Standing::Unknown => &mut figures.unknown,
        Standing::Unnamed => &mut figures.unnamed,
    } += 1;
    if !is_draft || row.problems.is_empty() {
        return;
    }
    let problems: Vec<String> = row.problems.iter().map(crate::domain::deal::FieldProblem::sentence).collect();
    if figures.drafts.len() < REJECTS_TOLD_MAX {
        figures.drafts.push(format!("line {}: {}", row.line, problems.join("; ")));
    }
    for problem in problems {
        *figures.problems.entry(problem).or_default() += 1;
    }
}

/// Attaches the documents that the registrations do not have yet. Known registrations are looked at too, so an import that
/// ended between the two steps is made whole by the next.
async fn attached(app: &App, actor: OperatorId, rows: &[Ready], warnings: &mut Vec<String>) -> Result<(), ImportError> {
    let rows: Vec<&Ready> = rows.iter().filter(|row| !row.documents.is_empty()).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let keys: Vec<Text> = rows.iter().map(|row| row.key().clone()).collect();
    let standing = Door::Real.standing(app, &keys).await?;
    let of = |deal: Registration| (deal.id, deal.documents.iter().map(|own| own.document.hash).collect());
    let mut has: HashMap<DealId, HashSet<ContentHash>> = standing.iter().flatten().cloned().map(of).collect();
    for (row, deal) in rows.into_iter().zip(standing) {
        let Some(id) = deal.map(|deal| deal.id) else { continue };
        for document in &row.documents {
            if !has.entry(id).or_default().insert(document.hash) {
                continue;
            }
            let command = Command::Deals { targets: vec![id.into()], command: DealCommand::Attach { document: document.clone() } };
            let outcome = app.execute(actor, app.request(command)).await?;
            for refusal in outcome.deals.iter().filter_map(|item| item.result.as_ref().err()) {
                warnings.push(format!("line {}: {} was not attached to {id}: {refusal}", row.line, document.name));
            }
        }
    }
    Ok(())
}
