//! Verbs on the standings of partners: one command is one transaction, one answer each.

use super::{draft::TierDraft, evaluate::item};
use crate::{
    app::{
        Failure, Outcome, Scene, TierItem, TierTarget,
        history::{Faster, last_command, overtaken},
    },
    domain::{
        event::Entity,
        id::PartnerId,
        tier::standing::{Refusal, Standing, StandingCommand, StandingEvent, decide, undo},
    },
    store::Unit,
};
use std::collections::BTreeSet;

/// Decides one verb for each partner in turn; a refusal of one is an answer, not a failure of all.
pub async fn carry_out<U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    targets: &[TierTarget],
    command: &StandingCommand,
) -> Result<Outcome, Failure> {
    let mut draft = TierDraft::new(scene);
    let partners: BTreeSet<PartnerId> = targets.iter().map(|target| target.id).collect();
    let partners: Vec<PartnerId> = partners.into_iter().filter(|id| scene.rules.directory().get(*id).is_some()).collect();
    draft.load(unit, &partners).await?;
    // A rating, a proposal by hand or an acquisition may be the first that is known of a partner.
    if matches!(command, StandingCommand::Rate { .. } | StandingCommand::Propose { .. } | StandingCommand::Acquire { .. }) {
        draft.begin_missing(unit, &partners).await?;
    }
    let mut named = BTreeSet::new();
    let mut items: Vec<TierItem> = Vec::with_capacity(targets.len());
    for target in targets.iter().filter(|target| named.insert(target.id)) {
        let result = one(unit, &draft, *target, command).await?;
        if let Err(Refusal::NotAllowed { why }) = &result {
            draft.denied(format!("{} {}", command.verb().doc(), target.id), why);
        }
        let result = result.map(|events| {
            if let Some(id) = draft.standing(target.id).map(|standing| standing.id) {
                draft.happened(id, &events);
            }
            (None, events)
        });
        items.push(item(&draft, target.id, result));
    }
    let seq = scene.save(unit, draft.into_changes()).await?;
    Ok(Outcome { seq, tiers: items, ..Outcome::default() })
}

async fn one<U: Unit>(
    unit: &mut U,
    draft: &TierDraft<'_>,
    target: TierTarget,
    command: &StandingCommand,
) -> Result<Result<Vec<StandingEvent>, Refusal>, Failure> {
    let scene = draft.scene;
    let Some(partner) = scene.rules.directory().get(target.id) else {
        return Ok(Err(Refusal::invalid(format!("there is no partner {}", target.id))));
    };
    let Some(standing) = draft.standing(target.id) else {
        let why = format!("{} was not audited yet", partner.profile.name);
        return Ok(Err(Refusal::not_now(command.verb(), why)));
    };
    if let Some(Faster { by, event, at }) = overtaken(unit, scene, standing, target.seen).await? {
        return Ok(Err(Refusal::Overtaken { entity: Entity::Standing(standing.id), by, event, at }));
    }
    let context = scene.rules.context(scene.actor, scene.now);
    if matches!(command, StandingCommand::Undo) {
        let history = unit.history(Entity::Standing(standing.id), 0).await?;
        return Ok(match last_command::<Standing>(standing.id, &history, scene) {
            Ok(last) => undo(standing, &last, context),
            Err(why) => Err(Refusal::not_now(command.verb(), why)),
        });
    }
    Ok(decide(standing, command, partner, context))
}
