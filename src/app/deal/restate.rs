//! Records that came before and say something else now: edited by the rules of their state, conflicts looked for again.

use super::{
    command::{finished, in_the_way, known_holder},
    draft::DealDraft,
    find::find,
};
use crate::{
    app::{DealDone, DealItem, Failure, Outcome, Restating, Scene},
    domain::{
        aggregate::Aggregate,
        deal::{
            DealVerb, Refusal,
            decide::{Facts, restate},
        },
        id::DealId,
    },
    store::Unit,
};
use std::collections::HashSet;

/// Decides each record in turn; a refusal of one is an answer, not a failure of all. What is known as it is has no events.
pub async fn carry_out<U: Unit>(unit: &mut U, scene: Scene<'_>, records: &[Restating]) -> Result<Outcome, Failure> {
    let mut draft = DealDraft::new(scene);
    // Before any row is locked, as every command that looks for conflicts.
    let first = unit.submission_numbers(0).await?;
    let ids: Vec<DealId> = records.iter().map(|one| one.deal).collect();
    draft.load(unit, ids.iter().copied()).await?;
    let mut sequence = first;
    let mut named = HashSet::with_capacity(records.len());
    let mut items = Vec::with_capacity(records.len());
    for one in records.iter().filter(|one| named.insert(one.deal)) {
        let result = decided(unit, &mut draft, one, sequence).await?;
        if let Err(Refusal::NotAllowed { why }) = &result {
            draft.denied(format!("{} {}", DealVerb::Edit.doc(), one.deal), why);
        }
        let took_place = |done: &DealDone| done.deal.place.is_some_and(|place| place.sequence == sequence);
        sequence += i64::from(result.as_ref().is_ok_and(took_place));
        items.push(DealItem { deal: one.deal, result });
    }
    unit.submission_numbers(u32::try_from(sequence - first).unwrap_or(0)).await?;
    let is_changed = |item: &&DealItem| item.result.as_ref().is_ok_and(|done| !done.events.is_empty());
    let changed: Vec<DealId> = items.iter().filter(is_changed).map(|item| item.deal).collect();
    let cases = if changed.is_empty() { Vec::new() } else { find(unit, &mut draft, &changed).await? };
    finished(unit, draft, items, &cases, 0).await
}

async fn decided<U: Unit>(
    unit: &mut U,
    draft: &mut DealDraft<'_>,
    one: &Restating,
    sequence: i64,
) -> Result<Result<DealDone, Refusal>, Failure> {
    let scene = draft.scene;
    let Some(deal) = draft.deal(one.deal).cloned() else {
        return Ok(Err(Refusal::invalid(format!("there is no registration {}", one.deal))));
    };
    let Some(partner) = scene.rules.directory().get(deal.partner) else {
        return Ok(Err(Refusal::invalid(format!("{} is of {}, who is not in the directory", deal.id, deal.partner))));
    };
    let facts = Facts { partner, holder: None, sequence };
    let events = match restate(&deal, &one.record, scene.rules.context(scene.actor, scene.now), facts) {
        Ok(events) => events,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut after = deal;
    for event in &events {
        after.apply(event, scene.now);
    }
    if after.holds_protection() && !events.is_empty() {
        draft.load_keys(unit, &[&after]).await?;
        if let Some(holder) = known_holder(draft, &after) {
            return Ok(Err(in_the_way(holder, after.id, DealVerb::Edit)));
        }
    }
    draft.happened(after.id, &events);
    Ok(Ok(DealDone { events, deal: Box::new(after) }))
}
