//! The channel program: applied as an immutable version.

use crate::{
    app::{Failure, Outcome, Scene},
    domain::{
        event::{Entity, Event, ProgramEvent},
        id::ProgramVersion,
        program,
        text::Text,
    },
    store::{
        Unit,
        unit::{Changes, ProgramRow},
    },
};

/// Checks the document and puts it in force. The same text as the version in force changes nothing.
pub async fn apply<U: Unit>(unit: &mut U, scene: Scene<'_>, toml: &str, note: &Text) -> Result<Outcome, Failure> {
    program::parse("program", toml).map_err(Failure::Program)?;
    let version = ProgramVersion(unit.heads().await?.program + 1);
    let current = unit.programs(ProgramVersion(version.0 - 1)).await?;
    if current.last().is_some_and(|row| row.toml == toml) {
        return Ok(Outcome::default());
    }
    let row = ProgramRow { version, applied_at: scene.now, actor: scene.actor.id, toml: toml.to_owned(), note: note.clone() };
    let event = Event::Program(ProgramEvent { toml: toml.to_owned(), note: note.clone() });
    let records = vec![scene.record(Entity::Program(version), 1, event)];
    let seq = scene.save(unit, Changes { programs: vec![row], records, ..Changes::default() }).await?;
    Ok(Outcome { seq, ..Outcome::default() })
}
