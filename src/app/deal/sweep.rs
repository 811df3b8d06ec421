//! The engine's work at the deal desk: what time alone does to registrations and cases, and another look for conflicts.
//! Each may run twice: whoever comes second finds nothing to do.

use super::{
    case::parties_after,
    draft::DealDraft,
    find::{SalesBook, find},
};
use crate::{
    app::{CaseDone, CaseItem, DealDone, DealItem, Failure, Outcome, Scene},
    domain::{
        deal::{conflict::sweep_case, decide},
        id::{ConflictId, DealId},
    },
    store::Unit,
};

/// Fires what is due on at most so many registrations, and as many cases.
pub async fn sweep<U: Unit>(unit: &mut U, scene: Scene<'_>, limit: u32) -> Result<Outcome, Failure> {
    let mut draft = DealDraft::new(scene);
    let mut deals = Vec::new();
    for deal in unit.deals_due(scene.now, limit).await? {
        let id = deal.id;
        let result = decide::sweep(&deal, scene.rules.context(scene.actor, scene.now));
        draft.know(deal);
        if let Ok(events) = &result {
            draft.happened(id, events);
        }
        let after = draft.deal(id).cloned();
        if let Some(after) = after {
            deals.push(DealItem { deal: id, result: result.map(|events| DealDone { events, deal: Box::new(after) }) });
        }
    }
    let due = unit.cases_due(scene.now, limit).await?;
    let parties: Vec<DealId> = due.iter().flat_map(|case| case.parties.iter().map(|party| party.deal)).collect();
    draft.load(unit, parties.iter().copied()).await?;
    let sales = SalesBook::default();
    let mut cases = Vec::with_capacity(due.len());
    for case in due {
        let id = case.id;
        let swept = {
            let claims = sales.claims(&draft, case.parties.iter().map(|party| party.deal));
            sweep_case(&case, &claims, scene.rules.context(scene.actor, scene.now))
        };
        draft.know_case(case);
        let result = swept.map(|outcome| {
            draft.case_happened(id, &outcome.case);
            for (deal, events) in &outcome.deals {
                draft.happened(*deal, events);
            }
            deals.extend(parties_after(&draft, outcome.deals));
            outcome.case
        });
        let after = draft.case(id).cloned();
        if let Some(after) = after {
            cases.push(CaseItem { case: id, result: result.map(|events| CaseDone { events, case: Box::new(after) }) });
        }
    }
    let seq = scene.save(unit, draft.into_changes()).await?;
    Ok(Outcome { seq, deals, cases, ..Outcome::default() })
}

/// Looks for conflicts of those that claim a deal and are a party of none.
pub async fn conflicts<U: Unit>(unit: &mut U, scene: Scene<'_>, deals: &[DealId]) -> Result<Outcome, Failure> {
    unit.submission_numbers(0).await?;
    let mut draft = DealDraft::new(scene);
    draft.load(unit, deals.iter().copied()).await?;
    let is_free = |id: &DealId| draft.deal(*id).is_some_and(|deal| deal.dispute.is_none() && deal.state.is_claim());
    let mut free: Vec<DealId> = deals.iter().copied().filter(is_free).collect();
    free.sort_unstable();
    free.dedup();
    let found: Vec<ConflictId> = find(unit, &mut draft, &free).await?;
    let cases = found.iter().filter_map(|id| draft.case(*id)).map(CaseItem::after).collect();
    let seq = scene.save(unit, draft.into_changes()).await?;
    Ok(Outcome { seq, cases, ..Outcome::default() })
}
