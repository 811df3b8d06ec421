//! One verb on one lead or on many.

use crate::{
    app::{Done, Failure, Item, LeadTarget, Outcome, Scene, deal::live::registered, draft::Draft},
    domain::{
        event::{Entity, Event},
        id::LeadId,
        lead::{
            Lead, LeadCommand, LeadEvent, LeadState, Refusal,
            decide::{decide, merge, unmerge},
            routing::{Desk, Router},
            stats,
            undo::{LastCommand, undo},
        },
    },
    store::{Unit, unit::Past},
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
        let result = one(unit, scene, *target, command, &mut draft, &mut router).await?;
        items.push(Item { lead: target.id, result });
    }
    let changes = draft.into_changes();
    let seq = scene.save(unit, changes).await?;
    Ok(Outcome { seq, items, ..Outcome::default() })
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
    if let Some(refusal) = overtaken(unit, scene, target, &lead).await? {
        return Ok(Err(refusal));
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
            last_command(&lead, &history, scene).and_then(|last| undo(&lead, &last, context)).map(|own| (own, None))
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
pub(super) fn scopes(leads: &[Lead]) -> Vec<crate::domain::text::Text> {
    let mut scopes: Vec<_> = leads.iter().map(Router::scope).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// Whether somebody else changed the lead since it was on the screen: the second is told who did what and when.
/// Warnings and notes change nothing that a decision rests on.
async fn overtaken<U: Unit>(unit: &mut U, scene: Scene<'_>, target: LeadTarget, lead: &Lead) -> Result<Option<Refusal>, Failure> {
    let Some(seen) = target.seen.filter(|seen| *seen < lead.version) else { return Ok(None) };
    let since = unit.history(Entity::Lead(lead.id), seen).await?;
    let Some(last) = since.iter().rev().find(|past| past.record.actor != scene.actor.id && matters(&past.record.event)) else {
        return Ok(None);
    };
    let by = unit
        .operators()
        .await?
        .into_iter()
        .find(|one| one.id == last.record.actor)
        .map_or_else(|| last.record.actor.to_string(), |one| one.name.to_string());
    let event = last.record.event.name().to_owned();
    Ok(Some(Refusal::Overtaken { lead: lead.id, by, event, at: last.record.at }))
}

const fn matters(event: &Event) -> bool {
    !matches!(event, Event::Lead(LeadEvent::Warned { .. } | LeadEvent::Noted { .. } | LeadEvent::AnsweredLate { .. }))
}

/// Reads the last command that still stands from the history, and the lead as it was before it.
fn last_command(lead: &Lead, history: &[Past], scene: Scene<'_>) -> Result<LastCommand, Refusal> {
    let nothing = || Refusal::invalid(format!("nothing was done to {} that could be undone", lead.id));
    let last = standing(history).ok_or_else(nothing)?;
    let (command, actor, at) = (last.record.command, last.record.actor, last.record.at);
    let first = history.iter().position(|past| past.record.command == command).ok_or_else(nothing)?;
    let mut before: Option<Lead> = None;
    let mut events = Vec::new();
    for (index, past) in history.iter().enumerate() {
        let Event::Lead(event) = &past.record.event else { continue };
        if index >= first {
            if past.record.command == command && !is_note(past) {
                events.push(event.clone());
            }
            continue;
        }
        match &mut before {
            Some(lead) => lead.apply(event, past.record.at),
            None => before = Lead::begin(lead.id, event, past.record.at),
        }
    }
    let before =
        before.ok_or_else(|| Refusal::not_now(crate::domain::lead::LeadVerb::Undo, format!("{} was only received so far", lead.id)))?;
    let zone = scene.rules.programs().get(last.record.program).zone;
    Ok(LastCommand { actor, at, day: stats::day_of(at, zone), events, before })
}

/// The newest event that was not taken back. An undo and the command that it took back stand for nothing, so that the next
/// undo is about the command before; notes change nothing and so do not stand in the way.
fn standing(history: &[Past]) -> Option<&Past> {
    let (mut taken_back, mut passed_over) = (0_u32, None);
    history.iter().rev().filter(|past| !is_note(past)).find(|past| {
        if matches!(past.record.event, Event::Lead(LeadEvent::Undone { .. })) {
            taken_back += 1;
        } else if passed_over != Some(past.record.command) {
            if taken_back == 0 {
                return true;
            }
            taken_back -= 1;
            passed_over = Some(past.record.command);
        }
        false
    })
}

fn is_note(past: &Past) -> bool {
    matches!(past.record.event, Event::Lead(LeadEvent::Noted { .. }))
}
