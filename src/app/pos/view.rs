//! What is asked about lines and corrections.

use super::{
    correct::{CorrectionCommand, CorrectionItem, CorrectionStep, LineTarget, LineVerb},
    judge::Judge,
};
use crate::{
    app::{App, Command, Failure},
    domain::{
        event::Entity,
        id::{AuditSeq, CorrectionId, OperatorId},
        pos::{Correction, Revenue, Stated, totals::Asked},
    },
    store::{pos::CorrectionsAsked, unit::Past},
};
use futures::future::BoxFuture;
use std::collections::HashMap;

/// How much of a correction's story is told.
const STORY_MAX: u32 = 200;

/// A correction with its story, the newest event first.
type Told = (Correction, Vec<Past>);

impl App {
    /// Booked sums by partner and product line for a half-open run of days.
    pub fn revenue<'a>(&'a self, asked: &'a Asked) -> BoxFuture<'a, Result<Vec<Revenue>, Failure>> {
        Box::pin(async move { Ok(self.db().read().await?.revenue(asked).await?) })
    }

    /// A page of the corrections queue, in the order in which they were raised.
    pub fn corrections<'a>(&'a self, asked: &'a CorrectionsAsked) -> BoxFuture<'a, Result<Vec<Correction>, Failure>> {
        Box::pin(async move { Ok(self.db().read().await?.corrections_page(asked).await?) })
    }

    /// How many corrections are open, by the stable name of what is wrong first.
    pub fn corrections_open(&self) -> BoxFuture<'_, Result<Vec<(String, i64)>, Failure>> {
        Box::pin(async move { Ok(self.db().read().await?.corrections_open().await?) })
    }

    /// One correction with its story, the newest event first.
    pub fn correction(&self, id: CorrectionId) -> BoxFuture<'_, Result<Option<Told>, Failure>> {
        Box::pin(async move {
            let mut session = self.db().snapshot().await?;
            let Some(correction) = session.corrections(&[id]).await?.pop() else { return Ok(None) };
            let story = session.audit_timeline(Entity::Correction(id), AuditSeq(i64::MAX), STORY_MAX).await?;
            Ok(Some((correction, story)))
        })
    }

    /// What lines are compared with, as it is now.
    pub fn judge(&self) -> BoxFuture<'_, Result<Judge, Failure>> {
        Box::pin(async move { Ok(Judge::new(&self.rules().await?, self.customers().await?)) })
    }

    /// The same verb on each of these lines, as steps of one command: each with what its words mean now.
    pub fn line_steps<'a>(&'a self, targets: &'a [LineTarget], verb: &'a LineVerb) -> BoxFuture<'a, Result<Vec<CorrectionStep>, Failure>> {
        Box::pin(async move {
            let ids: Vec<CorrectionId> = targets.iter().map(|(id, _)| *id).collect();
            let found = self.db().read().await?.corrections(&ids).await?;
            let found: HashMap<CorrectionId, Correction> = found.into_iter().map(|one| (one.id, one)).collect();
            let mut judge = if verb.judges() { Some(self.judge().await?) } else { None };
            let mut steps = Vec::with_capacity(targets.len());
            for (id, seen) in targets {
                let Some(correction) = found.get(id) else { return Err(Failure::refused(format!("there is no {id}"))) };
                let mut known = |stated: &Stated| judge.as_mut().map(|judge| judge.known(&stated.entry()));
                let command = match verb {
                    LineVerb::Correct { set } => {
                        let mut stated = correction.stated.clone();
                        for (field, value) in set {
                            stated.set(*field, value.clone());
                        }
                        known(&stated).map(|known| CorrectionCommand::Correct { stated: Box::new(stated), known })
                    }
                    LineVerb::Accept { note } => {
                        known(&correction.stated).map(|known| CorrectionCommand::Accept { note: note.clone(), known })
                    }
                    LineVerb::Dismiss { reason } => Some(CorrectionCommand::Dismiss { reason: reason.clone() }),
                    LineVerb::Undo => Some(CorrectionCommand::Undo),
                };
                let Some(command) = command else { continue };
                // What was read here is what the command is about, unless somebody has seen another version.
                steps.push(CorrectionStep { id: *id, seen: Some(seen.unwrap_or(correction.version)), command });
            }
            Ok(steps)
        })
    }

    /// Carries the same verb out on each of these lines, in one transaction; one answer each.
    pub fn decide_lines<'a>(
        &'a self,
        actor: OperatorId,
        targets: &'a [LineTarget],
        verb: &'a LineVerb,
    ) -> BoxFuture<'a, Result<Vec<CorrectionItem>, Failure>> {
        Box::pin(async move {
            let steps = self.line_steps(targets, verb).await?;
            Ok(self.execute(actor, self.request(Command::Corrections(steps))).await?.lines.corrections)
        })
    }
}
