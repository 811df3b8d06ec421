//! One verb on one lead or on many.

use crate::{
    app::{
        Done, Failure, Item, LeadTarget, Outcome, Scene,
        deal::live::registered,
        draft::Draft,
        history::{Faster, last_command, overtaken},
    },
    domain::{
        actor::Permission,
        event::Entity,
        id::LeadId,
        lead::{
            Lead, LeadCommand, LeadEvent, LeadState, LeadVerb, Refusal,
            decide::{decide, merge, unmerge},
            routing::{Desk, Router},
            undo::undo,
        },
    },
    store::Unit,
};
use std::collections::HashSet;

/// Decides the command for each target in turn; a refusal of one is an answer, not a failure of all.
pub async fn carry_out<U: Unit>(unit: &mut U, scene: Scene<'_>, targets: &[LeadTarget], command: &LeadCommand) -> Result<Outcome, Failure> {
    let ids: Vec<LeadId> = targets.iter().map(|target| target.id).collect();
    let leads = unit.leads(&ids).await?;
    let others = unit.leads(&other_sides(&leads, command)).await?;
    let desk = if needs_desk(command) {
        let registered = registered(unit, scene, &leads).await?;
        Desk { registered, ..unit.desk(&scopes(&leads)).await? }
    } else {
        Desk::default()
    };
    let heir = heir(unit, command).await?;
    let mut router = scene.rules.router();
    let mut draft = Draft::new(scene, desk);
    for lead in others.into_iter().chain(leads) {
        if !draft.knows(lead.id) {
            draft.know(lead);
        }
    }
    // A lead that is named twice is decided once: the history that an undo reads does not have this command in it yet.
    let mut named = HashSet::with_capacity(targets.len());
    let mut items = Vec::with_capacity(targets.len());
    for target in targets.iter().filter(|target| named.insert(target.id)) {
        let result = match &heir {
            Err(why) => Err(Refusal::not_now(LeadVerb::Take, why.clone())),
            Ok(()) => one(unit, scene, *target, command, &mut draft, &mut router).await?,
        };
        items.push(Item { lead: target.id, result });
    }
    let changes = draft.into_changes();
    let seq = scene.save(unit, changes).await?;
    Ok(Outcome { seq, items, ..Outcome::default() })
}

/// Whether whoever is to look after the leads can: is there, may work leads, and sits at a desk.
async fn heir<U: Unit>(unit: &mut U, command: &LeadCommand) -> Result<Result<(), String>, Failure> {
    let LeadCommand::Take { desk: Some(desk) } = command else { return Ok(Ok(())) };
    let operators = unit.operators().await?;
    let Some(heir) = operators.iter().find(|one| one.id == *desk) else { return Ok(Err(format!("there is no operator {desk}"))) };
    let why = match () {
        () if !heir.active => "does not work here any more",
        () if !heir.roles.sit_at_a_desk() => "is a program: nobody sits at its desk",
        () if !heir.roles.allow(Permission::LeadWork) => "may not work leads",
        () => return Ok(Ok(())),
    };
    Ok(Err(format!("{} {why}", heir.name)))
}

async fn one<U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    target: LeadTarget,
    command: &LeadCommand,
    draft: &mut Draft<'_>,
    router: &mut Router,
) -> Result<Result<Done, Refusal>, Failure> {
    let Some(lead) = draft.lead(target.id).cloned() else {
        return Ok(Err(Refusal::invalid(format!("there is no lead {}", target.id))));
    };
    if let Some(Faster { by, event, at }) = overtaken(unit, scene, &lead, target.seen).await? {
        return Ok(Err(Refusal::Overtaken { lead: lead.id, by, event, at }));
    }
    let context = scene.rules.context(scene.actor, scene.now);
    let decided = match command {
        LeadCommand::Merge { into } => match draft.lead(*into) {
            Some(survivor) => merge(&lead, survivor, context).map(|(own, other)| (own, Some((*into, other)))),
            None => Err(Refusal::invalid(format!("there is no lead {into}"))),
        },
        LeadCommand::Unmerge => match merged_into(&lead).and_then(|into| draft.lead(into)) {
            Some(survivor) => {
                let into = survivor.id;
                unmerge(&lead, survivor, context, router, &draft.desk).map(|(own, other)| (own, Some((into, other))))
            }
            None => decide(&lead, command, context, router, &draft.desk).map(|own| (own, None)),
        },
        LeadCommand::Undo => {
            let history = unit.history(Entity::Lead(lead.id), 0).await?;
            let last = last_command(lead.id, &history, scene).map_err(|why| Refusal::not_now(LeadVerb::Undo, why));
            let undone = last.and_then(|last| undo(&lead, &last, context));
            undone.and_then(|own| still_there(own, scene)).map(|own| (own, None))
        }
        _ => decide(&lead, command, context, router, &draft.desk).map(|own| (own, None)),
    };
    Ok(decided.map(|(own, other)| {
        draft.happened(lead.id, &own);
        if let Some((id, events)) = other {
            draft.happened(id, &events);
        }
        let after = draft.lead(lead.id).cloned().unwrap_or(lead);
        Done { events: own, lead: Box::new(after) }
    }))
}

/// An undo gives a lead back to nobody who is shut out by now.
fn still_there(events: Vec<LeadEvent>, scene: Scene<'_>) -> Result<Vec<LeadEvent>, Refusal> {
    let holders =
        events.iter().filter_map(|event| if let LeadEvent::Undone { restored, .. } = event { restored.state.loads() } else { None });
    let gone = holders.filter_map(|id| scene.rules.directory().get(id)).find(|partner| partner.profile.status.is_shut_out());
    match gone {
        Some(partner) => {
            let why = format!("{}, who had it, is {} by now", partner.profile.name, partner.profile.status.name());
            Err(Refusal::not_now(LeadVerb::Undo, why))
        }
        None => Ok(events),
    }
}

fn merged_into(lead: &Lead) -> Option<LeadId> {
    match lead.state {
        LeadState::Merged { into, .. } => Some(into),
        _ => None,
    }
}

/// The leads on the other side of a merge or unmerge.
fn other_sides(leads: &[Lead], command: &LeadCommand) -> Vec<LeadId> {
    match command {
        LeadCommand::Merge { into } => vec![*into],
        LeadCommand::Unmerge => leads.iter().filter_map(merged_into).collect(),
        _ => Vec::new(),
    }
}

const fn needs_desk(command: &LeadCommand) -> bool {
    matches!(
        command,
        LeadCommand::Assign { .. }
            | LeadCommand::Reassign
            | LeadCommand::Release
            | LeadCommand::Route
            | LeadCommand::Separate
            | LeadCommand::Decline { .. }
            | LeadCommand::Unmerge
    )
}

/// The rotation scopes of these leads, each once.
pub(in crate::app) fn scopes(leads: &[Lead]) -> Vec<crate::domain::text::Text> {
    let mut scopes: Vec<_> = leads.iter().map(Router::scope).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}
