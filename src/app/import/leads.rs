//! Leads from a file: prepared on one thread, received in batches, each batch one transaction.
//!
//! Every record carries the key of its source, and the database holds each key once: an import that was killed and is
//! started again passes over what it had taken in, and neither loses nor doubles anything.

use super::{
    Job, Pass,
    decode::Record,
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
use futures::future::BoxFuture;

/// Rows a transaction. Other writers wait for the length of one: about half a second.
pub const BATCH_ROWS: usize = 4_096;

/// Takes the leads of a file in, or says what that would bring. `progress` hears the counts after each batch.
pub fn import<'a>(
    app: &'a App,
    actor: OperatorId,
    job: Job,
    pass: Pass,
    progress: &'a mut (dyn FnMut(&Counts) + Send),
) -> BoxFuture<'a, Result<Report, ImportError>> {
    Box::pin(async move {
        let policy = app.rules().await?.program().matching.policy();
        let door = Door::of(app, pass).await?;
        let (job, mut report) = job.begin(pass);
        let prepare = move |_: &_, _: &_, record| match record {
            Record::Lead(intake) => Ok(Some(receive::prepare(*intake, &policy))),
            _ => Ok(None),
        };
        let mut batches = reader::batches(job, BATCH_ROWS, prepare);
        while let Some(batch) = batches.next(&mut report).await? {
            let arriving: Vec<Arriving> = batch.into_iter().flatten().collect();
            if !arriving.is_empty() {
                let outcome = door.execute(app, actor, Command::Receive(arriving)).await?;
                report.counts.add(&counted(&outcome)?);
            }
            progress(&report.counts);
        }
        Ok(report)
    })
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
