//! People at partners from a file: recorded where nobody knows them, changed where they differ, each batch one transaction.
//!
//! Somebody is known by the mailbox at the partner, so that the same file again changes nothing. What a file says of consent
//! never counts against a mailbox that asked never to be contacted, nor against what we know of later.

use super::{
    Job, Pass,
    decode::{ContactRecord, Decoder, Record},
    door::Door,
    partners::Partners,
    reader,
    report::{Counts, ImportError, Report},
    source::{Reject, Row},
};
use crate::{
    app::{App, Command, ContactItem, StatedContact},
    domain::{
        contact::stated::{Aside, Stated},
        id::OperatorId,
        time::Instant,
    },
};
use futures::future::BoxFuture;
use std::collections::BTreeMap;

/// People a transaction. Other writers wait for the length of one.
pub const BATCH_ROWS: usize = 1_000;

/// Takes the people of a file in, or says what that would bring. `progress` hears the counts after each batch.
pub fn import<'a>(
    app: &'a App,
    actor: OperatorId,
    job: Job,
    pass: Pass,
    progress: &'a mut (dyn FnMut(&Counts) + Send),
) -> BoxFuture<'a, Result<Report, ImportError>> {
    Box::pin(async move {
        let rules = app.rules().await?;
        let partners = Partners::of(&rules, &rules.program().matching.policy());
        let now = app.now();
        let door = Door::of(app, pass).await?;
        let (job, mut report) = job.begin(pass);
        let prepare = move |decoder: &Decoder, row: &Row, record| match record {
            Record::Contact(contact) => stated(decoder, row, *contact, &partners, now),
            _ => Err(row.reject(None, "is not a contact")),
        };
        let mut batches = reader::batches(job, BATCH_ROWS, prepare);
        let mut aside: BTreeMap<Aside, u64> = BTreeMap::new();
        while let Some(batch) = batches.next(&mut report).await? {
            if !batch.is_empty() {
                let outcome = door.execute(app, actor, Command::StateContacts(batch)).await?;
                count(&mut report, outcome.contacts, &mut aside);
            }
            progress(&report.counts);
        }
        report.warnings.extend(aside.into_iter().map(|(aside, times)| told(aside, times)));
        Ok(report)
    })
}

/// What a row states, unless nobody can be told from it.
fn stated(decoder: &Decoder, row: &Row, record: ContactRecord, partners: &Partners, now: Instant) -> Result<StatedContact, Reject> {
    let ContactRecord { partner, person, role, consent } = record;
    let partner = partners.find(&partner).map_err(|why| decoder.reject(row, "partner", why))?;
    if person.name.is_empty() && person.email.is_empty() {
        return Err(decoder.reject(row, "name", "a contact needs a name or a mailbox"));
    }
    if consent.as_ref().and_then(|consent| consent.at).is_some_and(|at| at > now) {
        return Err(decoder.reject(row, "consent_at", "nobody can have agreed later than now"));
    }
    Ok(StatedContact { partner, stated: Stated { person, role, consent } })
}

fn count(report: &mut Report, items: Vec<ContactItem>, aside: &mut BTreeMap<Aside, u64>) {
    for item in items {
        match item.result {
            // Another import took the partner or the person away meanwhile.
            Err(refusal) => {
                report.counts.rejected += 1;
                report.rejects.push(refusal.to_string());
            }
            Ok(done) => {
                *match done.events.as_slice() {
                    [] => &mut report.counts.known,
                    [first, ..] if first.begins() => &mut report.counts.created,
                    _ => &mut report.counts.changed,
                } += 1;
                if let Some(one) = done.aside {
                    *aside.entry(one).or_default() += 1;
                }
            }
        }
    }
}

fn told(aside: Aside, times: u64) -> String {
    let rows = if times == 1 { "1 row".to_owned() } else { format!("{times} rows") };
    match aside {
        Aside::Suppressed => {
            format!(
                "the consent of {rows} was not taken over: the mailbox asked never to be contacted, and a file is no word that came after that"
            )
        }
        Aside::Older => format!("the consent of {rows} was not taken over: what is recorded here is newer"),
        Aside::Namesakes => {
            format!("{rows} changed nobody: several people at the partner have that name, and no mailbox says who is meant")
        }
    }
}
