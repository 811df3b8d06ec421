//! What is asked about lines and corrections.

use super::{
    correct::{CorrectionCommand, CorrectionItem, CorrectionStep},
    judge::Judge,
};
use crate::{
    app::{App, Command, Failure},
    domain::{
        event::Entity,
        id::{AuditSeq, CorrectionId, OperatorId},
        pos::{Correction, Revenue, Stated, totals::Asked},
        text::Text,
    },
    store::{pos::CorrectionsAsked, unit::Past},
};

/// How much of a correction's story is told.
const STORY_MAX: u32 = 200;

impl App {
    /// Booked sums by partner and product line for a half-open run of days.
    pub async fn revenue(&self, asked: &Asked) -> Result<Vec<Revenue>, Failure> {
        Ok(self.db().read().await?.revenue(asked).await?)
    }

    /// A page of the corrections queue, in the order in which they were raised.
    pub async fn corrections(&self, asked: &CorrectionsAsked) -> Result<Vec<Correction>, Failure> {
        Ok(self.db().read().await?.corrections_page(asked).await?)
    }

    /// How many corrections are open, by the stable name of what is wrong first.
    pub async fn corrections_open(&self) -> Result<Vec<(String, i64)>, Failure> {
        Ok(self.db().read().await?.corrections_open().await?)
    }

    /// One correction with its story, the newest event first.
    pub async fn correction(&self, id: CorrectionId) -> Result<Option<(Correction, Vec<Past>)>, Failure> {
        let mut session = self.db().snapshot().await?;
        let Some(correction) = session.corrections(&[id]).await?.pop() else { return Ok(None) };
        let story = session.audit_timeline(Entity::Correction(id), AuditSeq(i64::MAX), STORY_MAX).await?;
        Ok(Some((correction, story)))
    }

    /// What lines are compared with, as it is now.
    pub async fn judge(&self) -> Result<Judge, Failure> {
        Ok(Judge::new(&self.rules().await?, self.customers().await?))
    }

    /// Judges lines that wait again, as `change` states them.
    pub async fn correct(
        &self,
        actor: OperatorId,
        ids: &[CorrectionId],
        change: impl Fn(&Correction) -> Stated,
    ) -> Result<Vec<CorrectionItem>, Failure> {
        let mut judge = self.judge().await?;
        let step = |correction: &Correction| {
            let stated = change(correction);
            let known = judge.known(&stated.entry());
            CorrectionCommand::Correct { stated: Box::new(stated), known }
        };
        self.decide(actor, ids, step).await
    }

    /// Records lines that wait as they are.
    pub async fn accept(&self, actor: OperatorId, ids: &[CorrectionId], note: &Text) -> Result<Vec<CorrectionItem>, Failure> {
        let mut judge = self.judge().await?;
        let step = |correction: &Correction| {
            let known = judge.known(&correction.stated.entry());
            CorrectionCommand::Accept { note: note.clone(), known }
        };
        self.decide(actor, ids, step).await
    }

    /// The same verb on each, as it was read here.
    async fn decide(
        &self,
        actor: OperatorId,
        ids: &[CorrectionId],
        mut step: impl FnMut(&Correction) -> CorrectionCommand,
    ) -> Result<Vec<CorrectionItem>, Failure> {
        let found = self.db().read().await?.corrections(ids).await?;
        if let Some(unknown) = ids.iter().find(|id| !found.iter().any(|correction| correction.id == **id)) {
            return Err(Failure::refused(format!("there is no {unknown}")));
        }
        let steps =
            found.iter().map(|correction| CorrectionStep { id: correction.id, seen: Some(correction.version), command: step(correction) });
        let steps = steps.collect();
        Ok(self.execute(actor, self.request(Command::Corrections(steps))).await?.lines.corrections)
    }
}
