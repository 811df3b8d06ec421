//! Who may approve how much, and who stands in for whom.

use super::draft::MdfDraft;
use crate::{
    app::{AuthorityCommand, Failure, Outcome, Scene},
    domain::{
        actor::Permission,
        event::{Entity, Event},
        mdf::{Refusal, approval::AuthorityEvent},
    },
    store::{Unit, unit::OperatorRow},
};

/// All or nothing. Limits, and delegations of others, take who manages operators; one's own approvals anybody delegates.
pub async fn record<U: Unit>(unit: &mut U, scene: Scene<'_>, commands: &[AuthorityCommand]) -> Result<Outcome, Failure> {
    let operators = unit.operators().await?;
    let mut draft = MdfDraft::new(scene);
    for command in commands {
        let (event, people) = match command {
            AuthorityCommand::SetLimit(limit) => (AuthorityEvent::LimitSet { limit: *limit }, vec![limit.operator]),
            AuthorityCommand::Delegate(one) => (AuthorityEvent::Delegated { delegation: *one }, vec![one.from, one.to]),
        };
        let is_own = matches!(command, AuthorityCommand::Delegate(one) if one.from == scene.actor.id);
        if !is_own && let Err(why) = scene.actor.may(Permission::OperatorManage) {
            return Err(Failure::Mdf(Refusal::not_allowed(why)));
        }
        if let Some(unknown) = people.iter().find(|id| !operators.iter().any(|one| one.id == **id && one.active)) {
            return Err(Failure::Mdf(Refusal::invalid(format!("there is no active operator {unknown}"))));
        }
        match command {
            AuthorityCommand::SetLimit(limit) if limit.amount.minor < 0 => {
                return Err(Failure::Mdf(Refusal::invalid(format!("{} can't be a limit", limit.amount))));
            }
            // As long as there is somebody else to ask.
            AuthorityCommand::SetLimit(limit) if limit.operator == scene.actor.id => {
                let manages = |one: &&OperatorRow| one.active && one.id != scene.actor.id && one.roles.allow(Permission::OperatorManage);
                if let Some(other) = operators.iter().find(manages) {
                    let why = format!("nobody sets their own limit: ask {}", other.name);
                    return Err(Failure::Mdf(Refusal::not_allowed(why)));
                }
            }
            AuthorityCommand::Delegate(one) if one.from == one.to => {
                return Err(Failure::Mdf(Refusal::invalid("nobody stands in for themselves")));
            }
            _ => {}
        }
        let record = scene.record(Entity::Operator(event.of()), 0, Event::Authority(event));
        let mdf = &mut draft.other(record).mdf;
        match command {
            AuthorityCommand::SetLimit(limit) => mdf.limits.push(*limit),
            AuthorityCommand::Delegate(one) => mdf.delegations.push(*one),
        }
    }
    let seq = scene.save(unit, draft.into_changes()).await?;
    Ok(Outcome { seq, ..Outcome::default() })
}
