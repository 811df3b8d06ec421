//! Records that came before: the same as they were, edited, or refused field by field.

use super::{Ready, Report};
use crate::{
    app::{
        App, Command, Restating,
        import::{
            door::Door,
            report::{Counts, ImportError, REFUSED_KEPT_MAX, REJECTS_TOLD_MAX},
        },
    },
    domain::{
        deal::{DealEvent, DealField, FieldChange, FieldProblem, Refusal, Registration, decide::Restatement},
        id::OperatorId,
        problem::quoted,
        text::Text,
    },
};
use futures::future::BoxFuture;
use std::fmt::Display;

/// How much of a long text a sentence shows, in characters.
const SHOWN: usize = 60;

/// Edits what may be edited of the registrations whose records say something else now.
pub fn restated<'a>(
    app: &'a App,
    actor: OperatorId,
    door: &'a Door,
    rows: Vec<(&'a Ready, Registration)>,
    report: &'a mut Report,
) -> BoxFuture<'a, Result<(), ImportError>> {
    Box::pin(async move {
        let mut other = Vec::new();
        for (row, deal) in rows {
            let record = row.restatement();
            let changes = record.changes(&deal);
            if changes.is_empty() && record.partner == deal.partner {
                report.counts.known += 1;
            } else {
                other.push((
                    row,
                    format!("line {}, {}: {}", row.line, deal.id, told(&deal, &changes)),
                    Restating { deal: deal.id, record },
                ));
            }
        }
        if other.is_empty() {
            return Ok(());
        }
        let records = other.iter().map(|(.., record)| record.clone()).collect();
        let outcome = door.execute(app, actor, Command::Restate(records)).await?;
        for ((_, sentence, _), item) in other.into_iter().zip(&outcome.deals) {
            match &item.result {
                // Somebody else brought the same meanwhile.
                Ok(done) if done.events.is_empty() => report.counts.known += 1,
                Ok(done) => changed(handed_in(sentence, &done.events), report),
                Err(refusal) => refused(&sentence, &reason(refusal), report),
            }
        }
        Ok(())
    })
}

/// Rows whose record stood in the file before: the first counts, and one that says something else is told.
pub fn repeated(rows: Vec<(&Ready, Option<Registration>)>, report: &mut Report) {
    for (row, deal) in rows {
        let changes = deal.as_ref().map(|deal| row.restatement().changes(deal)).unwrap_or_default();
        match deal.filter(|_| !changes.is_empty()) {
            None => report.counts.known += 1,
            Some(deal) => {
                let reason = format!("line {} has the same record, and the first counts", row.again.unwrap_or_default());
                refused(&format!("line {}: {}", row.line, told(&deal, &changes)), &reason, report);
            }
        }
    }
}

/// Says so where the partner's answer, or a draft that is complete now, is handed in with it.
fn handed_in(sentence: String, events: &[DealEvent]) -> String {
    match events.iter().rev().find_map(|event| match event {
        DealEvent::Resubmitted { .. } => Some("the partner has answered"),
        DealEvent::Submitted { .. } => Some("handed in"),
        _ => None,
    }) {
        Some(then) => format!("{sentence}; {then}"),
        None => sentence,
    }
}

fn changed(sentence: String, report: &mut Report) {
    let Counts { changed, .. } = &mut report.counts;
    *changed += 1;
    if let Some(figures) = report.deals.as_mut().filter(|figures| figures.changed.len() < REJECTS_TOLD_MAX) {
        figures.changed.push(sentence);
    }
}

fn refused(sentence: &str, reason: &str, report: &mut Report) {
    report.counts.refused += 1;
    if let Some(figures) = report.deals.as_mut().filter(|figures| figures.refused.len() < REFUSED_KEPT_MAX) {
        figures.refused.push(format!("{sentence}; not changed: {reason}"));
    }
}

fn reason(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Fields { problems, .. } => problems.iter().map(FieldProblem::sentence).collect::<Vec<_>>().join("; "),
        Refusal::NotNow { why, .. } => why.clone(),
        other => other.to_string(),
    }
}

/// `the value with its currency EUR 10.00 -> EUR 12.00`. A person's particulars are not repeated.
fn told(deal: &Registration, changes: &[FieldChange]) -> String {
    let field = |change: &FieldChange| {
        let name = change.field().doc();
        match change.field() {
            DealField::Contact => format!("{name} is another"),
            field => format!("{name} {} -> {}", shown(&deal.details.get(field)), shown(change)),
        }
    };
    let fields: Vec<String> = changes.iter().map(field).collect();
    if fields.is_empty() { "the partner is another".to_owned() } else { fields.join("; ") }
}

fn shown(change: &FieldChange) -> String {
    fn given(value: Option<impl Display>) -> String {
        value.map_or_else(|| "nothing".to_owned(), |value| value.to_string())
    }
    fn text(text: &str) -> String {
        if text.is_empty() {
            return "nothing".to_owned();
        }
        let short: String = text.chars().take(SHOWN).collect();
        quoted(&Text::clean(&if short.len() < text.len() { short + "…" } else { short }))
    }
    match change {
        FieldChange::Customer(value)
        | FieldChange::City(value)
        | FieldChange::PostalCode(value)
        | FieldChange::Website(value)
        | FieldChange::Vertical(value)
        | FieldChange::Description(value) => text(value),
        FieldChange::Products(scope) => text(&scope.to_string()),
        FieldChange::Country(value) => given(value.as_ref()),
        FieldChange::Value(value) => given(value.as_ref()),
        FieldChange::CloseDate(value) => given(value.as_ref()),
        FieldChange::SalesStage(value) => given(value.map(crate::domain::deal::SalesStage::name)),
        FieldChange::Contact(_) => String::new(),
    }
}

impl Ready {
    /// What identifies the record.
    pub fn key(&self) -> &Text {
        &self.registering.details.source_key
    }

    fn restatement(&self) -> Restatement {
        let own = &self.registering;
        Restatement {
            partner: own.partner,
            details: own.details.clone(),
            account: own.account,
            submit: own.submit,
            says: (*self.says).clone(),
            fixed: self.fixed.clone(),
            fixed_by_stage: self.fixed_by_stage.clone(),
        }
    }
}
