//! Requests and claims from a file. What is to be decided here is handed in now; what was decided where it comes from goes
//! through the same commands at its own time, in the name of who decided then, so that nothing stands in the books that
//! our rules would not have let in. Where they refuse, the record stays undecided and the reason is told.
//!
//! Every record carries the key of its source, and each step of a past is a command of its own identity: an import that was
//! killed and is started again goes on where it stood.

mod past;
mod resolve;

use super::{
    Job, Pass,
    decode::{Decoder, Record},
    door::Door,
    reader,
    report::{Counts, Figures, ImportError, REFUSED_KEPT_MAX, REJECTS_TOLD_MAX, Report},
    source::Row,
};
use crate::{
    app::{App, MdfItem, MdfRecord},
    domain::{
        id::OperatorId,
        mdf::{Refusal, request::Request},
        text::Text,
        told::Names,
    },
};
use futures::future::BoxFuture;
use past::{Ended, Teller};
use resolve::{Drafted, Ready, Resolver, Wanted, What};
use std::collections::{HashMap, HashSet};

/// Rows a transaction of what is handed in now.
const BATCH_ROWS: usize = 512;

/// Takes the requests or claims of a file in, or says what that would bring: carried out in a scratch database then.
pub fn import<'a>(
    app: &'a App,
    actor: OperatorId,
    job: Job,
    pass: Pass,
    progress: &'a mut (dyn FnMut(&Counts) + Send),
) -> BoxFuture<'a, Result<Report, ImportError>> {
    Box::pin(async move {
        let door = Door::of(app, pass).await?;
        let resolver = Resolver::new(app).await?;
        let (job, mut report) = job.begin(pass);
        report.deals = Some(Figures::default());
        let prepare = move |decoder: &Decoder, row: &Row, record| match record {
            Record::Request(request) => resolver.request(decoder, row, *request),
            Record::Claim(claim) => resolver.claim(decoder, row, *claim),
            _ => Err(row.reject(None, "is neither a request nor a claim")),
        };
        let mut batches = reader::batches(job, BATCH_ROWS, prepare);
        let names = app.mdf_names(&[]).await?;
        let mut funding = Funding { app, actor, door, names, seen: HashSet::new() };
        while let Some(batch) = batches.next(&mut report).await? {
            funding.take(batch, &mut report, progress).await?;
            progress(&report.counts);
        }
        Ok(report)
    })
}

struct Funding<'a> {
    app: &'a App,
    actor: OperatorId,
    door: Door,
    /// Of everybody who may be named in a reason.
    names: Names,
    /// The keys of this file so far: of two rows with one key the first counts.
    seen: HashSet<Text>,
}

impl Funding<'_> {
    async fn take(&mut self, rows: Vec<Ready>, report: &mut Report, progress: &mut (dyn FnMut(&Counts) + Send)) -> Result<(), ImportError> {
        let requests = self.requests(&rows).await?;
        let (mut now, mut before) = (Vec::new(), Vec::new());
        for row in rows {
            if !self.seen.insert(row.key.clone()) {
                report.counts.known += 1;
                continue;
            }
            match row.drafted(&requests) {
                Ok(draft) if row.past.is_some() => before.push((row, draft)),
                Ok(draft) => now.push((row, draft)),
                Err(why) => {
                    report.counts.refused += 1;
                    refused(&row, &why, report);
                }
            }
        }
        // What took place before goes before what takes place now.
        for (row, draft) in before {
            self.before(&row, draft, report).await?;
            progress(&report.counts);
        }
        self.now(now, report).await
    }

    /// The requests that claims name.
    async fn requests(&self, rows: &[Ready]) -> Result<HashMap<Wanted, Request>, ImportError> {
        let wanted: HashSet<&Wanted> =
            rows.iter().filter_map(|row| if let What::Claim(_, wanted) = &row.what { Some(wanted) } else { None }).collect();
        let (mut keys, mut numbers) = (Vec::new(), Vec::new());
        for one in wanted {
            match one {
                Wanted::Key(key) => keys.push(key.clone()),
                Wanted::Number(id) => numbers.push(*id),
            }
        }
        let mut found: HashMap<Wanted, Request> = HashMap::new();
        for (key, request) in keys.iter().zip(self.door.requests(self.app, &keys).await?) {
            found.extend(request.map(|request| (Wanted::Key(key.clone()), request)));
        }
        let numbered = if numbers.is_empty() { Vec::new() } else { self.app.db().read().await?.requests(&numbers).await? };
        found.extend(numbered.into_iter().map(|request| (Wanted::Number(request.id), request)));
        Ok(found)
    }

    /// What is handed in now: one command for all; what can't be handed in is kept as a draft, having told why.
    async fn now(&self, rows: Vec<(Ready, Drafted)>, report: &mut Report) -> Result<(), ImportError> {
        let keys: Vec<Text> = rows.iter().map(|(row, _)| row.key.clone()).collect();
        let known = match rows.first() {
            None => return Ok(()),
            Some((_, Drafted::Request(_))) => self.door.requests(self.app, &keys).await?.iter().map(Option::is_some).collect::<Vec<_>>(),
            Some((_, Drafted::Claim(_))) => self.door.claims(self.app, &keys).await?.iter().map(Option::is_some).collect(),
        };
        // With what spoke against handing it in, once that was tried.
        let mut rows: Vec<(Ready, Drafted, Option<Refusal>)> =
            rows.into_iter().zip(known).filter(|(_, known)| !known).map(|((row, draft), _)| (row, draft, None)).collect();
        report.counts.known += (keys.len() - rows.len()) as u64;
        while !rows.is_empty() {
            let drafts: Vec<Drafted> = rows.iter().map(|(_, draft, _)| draft.clone()).collect();
            let outcome = self.door.execute(self.app, self.actor, resolve::command(&drafts)).await?;
            report.counts.known += outcome.known as u64;
            let mut again = Vec::new();
            for ((row, draft, before), MdfItem { result, .. }) in rows.into_iter().zip(outcome.mdf) {
                match result {
                    Ok(done) => {
                        counted(&done.after, report);
                        if let Some(why) = before {
                            kept_as_draft(&row, &why.told(&self.names), report);
                        }
                    }
                    Err(why) if draft.submits() => again.push((row, draft.unsubmitted(), Some(why))),
                    Err(why) => {
                        report.counts.refused += 1;
                        refused(&row, &self.both(before, &why), report);
                    }
                }
            }
            rows = again;
        }
        Ok(())
    }

    /// Why a row is neither handed in nor kept: each reason once, the one that has to go first before the other.
    fn both(&self, submitting: Option<Refusal>, keeping: &Refusal) -> String {
        let keeping = keeping.told(&self.names);
        match submitting.map(|why| why.told(&self.names)).filter(|why| *why != keeping) {
            Some(submitting) => format!("{keeping}; and then {submitting}"),
            None => keeping,
        }
    }

    /// One record with its past.
    async fn before(&self, row: &Ready, draft: Drafted, report: &mut Report) -> Result<(), ImportError> {
        let Some(story) = &row.past else { return Ok(()) };
        let teller = Teller { app: self.app, actor: self.actor, door: &self.door };
        let told = teller.tell(row, draft, story).await?;
        for why in &told.refused {
            let tell = if told.ended == Ended::Draft { kept_as_draft } else { refused };
            tell(row, &why.told(&self.names), report);
        }
        match (told.ended, &told.record) {
            (Ended::Known, _) => report.counts.known += 1,
            (_, Some(record)) => counted(record, report),
            (_, None) => report.counts.refused += 1,
        }
        Ok(())
    }
}

/// Counts a new record by where it stands, and the checks that a claim fails.
fn counted(record: &MdfRecord, report: &mut Report) {
    let counts = &mut report.counts;
    match past::standing(record) {
        Ended::Draft => counts.drafted += 1,
        Ended::Decided => counts.decided += 1,
        _ => counts.submitted += 1,
    }
    let (MdfRecord::Claim(claim), Some(figures)) = (record, &mut report.deals) else { return };
    for finding in claim.findings.iter().filter(|finding| finding.is_failed()) {
        *figures.problems.entry(format!("\"{}\" failed", finding.kind.doc())).or_default() += 1;
    }
}

/// Tells what our rules did not let happen to a row.
fn refused(row: &Ready, why: &str, report: &mut Report) {
    let Some(figures) = report.deals.as_mut().filter(|figures| figures.refused.len() < REFUSED_KEPT_MAX) else { return };
    figures.refused.push(sentence(row, why));
}

/// Tells why a row is not handed in.
fn kept_as_draft(row: &Ready, why: &str, report: &mut Report) {
    let Some(figures) = report.deals.as_mut().filter(|figures| figures.drafts.len() < REJECTS_TOLD_MAX) else { return };
    figures.drafts.push(sentence(row, why));
}

fn sentence(row: &Ready, why: &str) -> String {
    format!("line {}: {}: {why}", row.line, row.key)
}
