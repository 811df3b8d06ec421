//! Leads from a file: prepared on one thread, received in batches, each batch one transaction.
//!
//! Every record carries the key of its source, and the database holds each key once: an import that was killed and is
//! started again passes over what it had taken in, and neither loses nor doubles anything.

use super::{
    Job,
    decode::Record,
    directory::Pass,
    door::Door,
    reader,
    report::{Counts, ImportError, Report},
};
use crate::{
    app::{App, Arriving, Command, Failure, Outcome, lead::receive},
    domain::{
        id::OperatorId,
        lead::{LeadState, Refusal},
    },
};

/// Rows a transaction. Other writers wait for the length of one: about half a second.
pub const BATCH_ROWS: usize = 4_096;

/// Takes the leads of a file in. `progress` hears the counts after each batch.
pub async fn import(app: &App, actor: OperatorId, job: Job, progress: &mut (dyn FnMut(&Counts) + Send)) -> Result<Report, ImportError> {
    through(app, actor, job, &Door::of(app, Pass::Carry).await?, progress).await
}

/// What [`import`] would do: carried out in a scratch database beside the real one, which is only read.
pub async fn plan(app: &App, actor: OperatorId, job: Job, progress: &mut (dyn FnMut(&Counts) + Send)) -> Result<Report, ImportError> {
    through(app, actor, Job { rejects: None, ..job }, &Door::of(app, Pass::Plan).await?, progress).await
}

async fn through(
    app: &App,
    actor: OperatorId,
    job: Job,
    door: &Door,
    progress: &mut (dyn FnMut(&Counts) + Send),
) -> Result<Report, ImportError> {
    let policy = app.rules().await?.program().matching.policy();
    let mut report = Report { mapping: job.mapping.name.clone(), ..Report::default() };
    let prepare = move |_: &_, _: &_, record| match record {
        Record::Lead(intake) => Ok(Some(receive::prepare(*intake, &policy))),
        _ => Ok(None),
    };
    let mut batches = reader::batches(job.path, job.mapping, job.rejects, BATCH_ROWS, prepare);
    while let Some(batch) = batches.next(&mut report).await? {
        let arriving: Vec<Arriving> = batch.into_iter().flatten().collect();
        if !arriving.is_empty() {
            let outcome = door.execute(app, actor, Command::Receive(arriving)).await?;
            report.counts.add(&counted(&outcome)?);
        }
        progress(&report.counts);
    }
    Ok(report)
}

fn counted(outcome: &Outcome) -> Result<Counts, Failure> {
    let mut counts = Counts { known: outcome.known as u64, ..Counts::default() };
    for item in &outcome.items {
        match item.result.as_ref().map(|done| &done.lead.state) {
            Ok(LeadState::Merged { .. }) => counts.linked += 1,
            Ok(LeadState::InReview { .. }) => counts.in_review += 1,
            Ok(LeadState::Quarantined { .. }) => counts.quarantined += 1,
            Ok(_) => counts.created += 1,
            Err(refusal) => return Err(Refusal::clone(refusal).into()),
        }
    }
    Ok(counts)
}
