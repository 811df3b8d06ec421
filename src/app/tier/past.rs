//! A command of the tier desk, applied again from its events.

use super::draft::TierDraft;
use crate::{
    app::{Failure, Scene, partner},
    domain::{
        event::{Entity, Event},
        id::StandingId,
        tier::{evaluation::EvaluationEvent, standing::StandingEvent},
    },
    store::{Unit, unit::Past},
};

/// Whether an event is of this desk.
pub const fn is_ours(event: &Event) -> bool {
    matches!(event, Event::Evaluation(_) | Event::Standing(_))
}

/// Writes what the events of one command say.
pub async fn replay<U: Unit>(unit: &mut U, scene: Scene<'_>, past: Vec<Past>) -> Result<(), Failure> {
    let count = |is: fn(&Event) -> bool| u32::try_from(past.iter().filter(|past| is(&past.record.event)).count()).unwrap_or(u32::MAX);
    let evaluations = count(|event| matches!(event, Event::Evaluation(_)));
    let begun = count(|event| matches!(event, Event::Standing(StandingEvent::Begun { .. })));
    if evaluations > 0 {
        unit.evaluation_numbers(evaluations).await?;
    }
    if begun > 0 {
        unit.standing_numbers(begun).await?;
    }
    let known = |past: &Past| if let Entity::Standing(id) = past.record.entity { Some(id) } else { None };
    let ids: Vec<StandingId> = past.iter().filter_map(known).collect();
    let mut draft = TierDraft::new(scene);
    draft.load_ids(unit, &ids).await?;
    for Past { record, .. } in past {
        match (record.entity, &record.event) {
            (Entity::Evaluation(id), Event::Evaluation(EvaluationEvent::Made { made })) => {
                draft.evaluated(id, (**made).clone());
            }
            (Entity::Standing(id), Event::Standing(StandingEvent::Begun { partner })) => draft.begin(id, *partner),
            (Entity::Standing(id), Event::Standing(event)) => draft.happened(id, std::slice::from_ref(event)),
            (Entity::Partner(id), Event::Partner(event)) => {
                let (event, at) = (event.clone(), record.at);
                partner::past::happened(draft.other(record), scene.rules, (id, &event), at)?;
            }
            _ => drop(draft.other(record)),
        }
    }
    let id = scene.request.id;
    Unit::save(unit, id, draft.into_changes()).await?;
    Ok(())
}
