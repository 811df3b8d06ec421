//! Operators: who may sign in, with which roles.

use crate::{
    app::{Failure, Outcome, Scene, command::OperatorSpec},
    domain::{
        actor::{Actor, Role, Roles},
        event::{Entity, Event, OperatorEvent},
        id::OperatorId,
        text::Text,
    },
    store::{
        Unit,
        unit::{Changes, OperatorRow},
    },
};

/// Puts the engine and the first admin into a database that has no operator.
pub async fn first<U: Unit>(unit: &mut U, scene: Scene<'_>, name: &Text, login: Option<&Text>) -> Result<Outcome, Failure> {
    if name.trim().is_empty() {
        return Err(Failure::refused("an operator needs a name"));
    }
    if !unit.operators().await?.is_empty() {
        return Err(Failure::Denied("this database has operators already; an admin can add one with `pilothouse operator add`".to_owned()));
    }
    let engine = Actor::engine();
    let admin = Roles(vec![Role::Admin, Role::ChannelManager, Role::Triager]);
    let rows = vec![
        OperatorRow { id: engine.id, version: 1, name: engine.name, login: None, roles: engine.roles, active: true },
        OperatorRow { id: OperatorId(2), version: 1, name: name.clone(), login: login.cloned(), roles: admin, active: true },
    ];
    let records = rows.iter().map(|row| scene.record(Entity::Operator(row.id), 1, event(row))).collect();
    let seq = scene.save(unit, Changes { operators: rows, records, ..Changes::default() }).await?;
    Ok(Outcome { seq, ..Outcome::default() })
}

fn event(row: &OperatorRow) -> Event {
    Event::Operator(OperatorEvent { name: row.name.clone(), login: row.login.clone(), roles: row.roles.clone(), active: row.active })
}

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
    let holder =
        operators.iter().find(|one| spec.login.is_some() && one.login == spec.login && known.is_none_or(|known| known.id != one.id));
    if let (Some(holder), Some(login)) = (holder, &spec.login) {
        return Err(Failure::refused(format!("the database login `{login}` is {} already; a login is one operator", holder.name)));
    }
    let (id, version) = match known {
        Some(known) => (known.id, known.version + 1),
        None => (OperatorId(operators.iter().map(|one| one.id.0).max().unwrap_or(0) + 1), 1),
    };
    let row =
        OperatorRow { id, version, name: spec.name.clone(), login: spec.login.clone(), roles: spec.roles.clone(), active: spec.active };
    let records = vec![scene.record(Entity::Operator(id), version, event(&row))];
    let seq = scene.save(unit, Changes { operators: vec![row], records, ..Changes::default() }).await?;
    Ok(Outcome { seq, ..Outcome::default() })
}
