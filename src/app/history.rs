//! What the history of one record says: whether somebody was faster, and which command an undo takes back.

use crate::{
    app::{Failure, Scene},
    domain::{
        aggregate::{Aggregate, LastCommand},
        day::day_of,
        event::in_words,
        time::Instant,
    },
    store::{Unit, unit::Past},
};

/// Somebody else changed a record since it was on the screen.
pub(super) struct Faster {
    pub by: String,
    /// The stable name of what they did.
    pub event: String,
    pub at: Instant,
}

/// Who else changed what a decision rests on since the version that was `seen` on the screen, and when.
pub(super) async fn overtaken<R: Aggregate, U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    record: &R,
    seen: Option<i64>,
) -> Result<Option<Faster>, Failure> {
    let Some(seen) = seen.filter(|seen| *seen < record.version()) else { return Ok(None) };
    let since = unit.history(R::ENTITY(record.id()), seen).await?;
    let Some(last) = since.iter().rev().find(|past| past.record.actor != scene.actor.id && past.record.event.matters()) else {
        return Ok(None);
    };
    let actor = last.record.actor;
    let found = unit.operators().await?.into_iter().find(|one| one.id == actor);
    let by = found.map_or_else(|| actor.to_string(), |one| one.name.to_string());
    Ok(Some(Faster { by, event: last.record.event.name().to_owned(), at: last.record.at }))
}

/// Reads the last command that still stands from the history, and the record as it was before it; else why there is none.
pub(super) fn last_command<R: Aggregate>(id: R::Id, history: &[Past], scene: Scene<'_>) -> Result<LastCommand<R>, String> {
    let nothing = || format!("nothing was done to {id} that could be undone");
    let last = standing(history).ok_or_else(nothing)?;
    let (command, actor, at) = (last.record.command, last.record.actor, last.record.at);
    let first = history.iter().position(|past| past.record.command == command).ok_or_else(nothing)?;
    let mut before: Option<R> = None;
    for (event, at) in history[..first].iter().filter_map(happened::<R>) {
        match &mut before {
            Some(record) => record.apply(event, at),
            None => before = R::begin(id, event, at),
        }
    }
    let before = before.ok_or_else(|| format!("{id} was only {} so far", in_words(history[first].record.event.name())))?;
    let of_command = history[first..].iter().filter(|past| past.record.command == command && !past.record.event.is_note());
    let events = of_command.filter_map(happened::<R>).map(|(event, _)| event.clone()).collect();
    let zone = scene.rules.programs().get(last.record.program).zone;
    Ok(LastCommand { actor, at, day: day_of(at, zone), events, before })
}

fn happened<R: Aggregate>(past: &Past) -> Option<(&R::Event, Instant)> {
    R::event(&past.record.event).map(|event| (event, past.record.at))
}

/// The newest event that was not taken back; notes change nothing and so do not stand in the way.
fn standing(history: &[Past]) -> Option<&Past> {
    still_standing(history.iter().rev().filter(|past| !past.record.event.is_note())).next()
}

/// Of events from the newest on, those that were not taken back: an undo and the command that it took back stand for
/// nothing, so that the next undo is about the command before.
pub fn still_standing<'a>(newest_first: impl Iterator<Item = &'a Past>) -> impl Iterator<Item = &'a Past> {
    let (mut taken_back, mut passed_over) = (0_u32, None);
    newest_first.filter(move |past| {
        if past.record.event.is_undo() {
            taken_back += 1;
            return false;
        }
        if passed_over == Some(past.record.command) {
            return false;
        }
        if taken_back > 0 {
            taken_back -= 1;
            passed_over = Some(past.record.command);
            return false;
        }
        true
    })
}
