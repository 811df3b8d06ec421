//! Operators: who may sign in, with which roles.

use crate::{
    app::{Failure, Outcome, Scene, command::OperatorSpec},
    domain::{
        actor::Role,
        event::{Entity, Event, OperatorEvent},
        id::OperatorId,
    },
    store::{
        Unit,
        unit::{Changes, OperatorRow},
    },
};

/// Adds an operator, or changes the one of that name.
pub async fn record<U: Unit>(unit: &mut U, scene: Scene<'_>, spec: &OperatorSpec) -> Result<Outcome, Failure> {
    if spec.name.trim().is_empty() {
        return Err(Failure::refused("an operator needs a name"));
    }
    if spec.roles.has(Role::Engine) {
        return Err(Failure::refused("the engine's role belongs to the engine alone"));
    }
    let operators = unit.operators().await?;
    let known = operators.iter().find(|one| one.name.eq_ignore_ascii_case(&spec.name));
    if known.is_some_and(|one| one.id == OperatorId(1)) {
        return Err(Failure::refused("the engine cannot be changed"));
    }
    let (id, version) = match known {
        Some(known) => (known.id, known.version + 1),
        None => (OperatorId(operators.iter().map(|one| one.id.0).max().unwrap_or(0) + 1), 1),
    };
    let row =
        OperatorRow { id, version, name: spec.name.clone(), login: spec.login.clone(), roles: spec.roles.clone(), active: spec.active };
    let event = OperatorEvent { name: row.name.clone(), login: row.login.clone(), roles: row.roles.clone(), active: row.active };
    let records = vec![scene.record(Entity::Operator(id), version, Event::Operator(event))];
    let seq = scene.save(unit, Changes { operators: vec![row], records, ..Changes::default() }).await?;
    Ok(Outcome { seq, ..Outcome::default() })
}
