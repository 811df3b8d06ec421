//! The engine's work on leads: what time alone does, and another try for leads that nobody could take.

use super::command::scopes;
use crate::{
    app::{Done, Failure, Item, Outcome, Scene, draft::Draft},
    domain::{
        id::LeadId,
        lead::{LeadEvent, decide},
    },
    store::Unit,
};

/// Fires what is due. Takes no input and may run twice: whoever comes second finds nothing due.
pub async fn sweep<U: Unit>(unit: &mut U, scene: Scene<'_>, limit: u32) -> Result<Outcome, Failure> {
    let leads = unit.leads_due(scene.now, limit).await?;
    let desk = unit.desk(&scopes(&leads)).await?;
    let mut router = scene.rules.router();
    let mut draft = Draft::new(scene, desk);
    let mut items = Vec::with_capacity(leads.len());
    for lead in leads {
        let context = scene.rules.context(scene.actor, scene.now);
        let result = decide::sweep(&lead, context, &mut router, &draft.desk);
        let id = lead.id;
        draft.know(lead);
        match result {
            Ok(events) => items.extend(done(&mut draft, id, events).map(|done| Item { lead: id, result: Ok(done) })),
            Err(refusal) => items.push(Item { lead: id, result: Err(refusal) }),
        }
    }
    let seq = scene.save(unit, draft.into_changes()).await?;
    Ok(Outcome { seq, items, ..Outcome::default() })
}

/// Routes unassigned leads again; those for whom there is still nobody stay as they are, without an event.
pub async fn route_unplaced<U: Unit>(unit: &mut U, scene: Scene<'_>, after: LeadId, limit: u32) -> Result<Outcome, Failure> {
    let leads = unit.leads_unplaced(after, limit).await?;
    let desk = unit.desk(&scopes(&leads)).await?;
    let mut router = scene.rules.router();
    let mut draft = Draft::new(scene, desk);
    let mut items = Vec::with_capacity(leads.len());
    for lead in leads {
        let id = lead.id;
        let events = decide::route_again(&lead, scene.rules.context(scene.actor, scene.now), &mut router, &draft.desk)?;
        draft.know(lead);
        if events.is_empty() {
            continue;
        }
        if let Some(done) = done(&mut draft, id, events) {
            items.push(Item { lead: id, result: Ok(done) });
        }
    }
    let seq = scene.save(unit, draft.into_changes()).await?;
    Ok(Outcome { seq, items, ..Outcome::default() })
}

fn done(draft: &mut Draft<'_>, id: LeadId, events: Vec<LeadEvent>) -> Option<Done> {
    draft.happened(id, &events);
    draft.lead(id).cloned().map(|lead| Done { events, lead: Box::new(lead) })
}
