//! What happened to partners, applied again from its events.

use crate::{
    app::{Failure, Rules, Scene, deal::draft::DealDraft, draft::Draft, replay::desk, tier::draft::TierDraft},
    domain::{
        event::{Entity, Event},
        id::{DealId, LeadId, PartnerId, StandingId},
        partner::{Partner, PartnerEvent},
        time::Instant,
    },
    store::{
        self, Unit,
        unit::{Changes, Past},
    },
};

/// Whether an event was decided about the status of a partner.
pub const fn is_ours(event: &Event) -> bool {
    matches!(event, Event::Partner(PartnerEvent::StatusChanged { .. }))
}

/// Puts the partner into `changes` as it is after the event.
pub fn happened(changes: &mut Changes, rules: &Rules, (id, event): (PartnerId, &PartnerEvent), at: Instant) -> Result<(), Failure> {
    let known = changes.partners.iter().rev().find(|one| one.id == id).or_else(|| rules.directory().get(id));
    let after = match known {
        Some(known) => {
            let mut after = known.clone();
            after.apply(event, at);
            Some(after)
        }
        None => Partner::begin(id, event, at),
    };
    let after = after.ok_or_else(|| store::Error::Corrupt(format!("{id} does not begin with its record")))?;
    changes.partners.push(after);
    Ok(())
}

/// Writes what the events of one command say: of the partners, and of what followed for leads, registrations and standings.
pub async fn replay<U: Unit>(unit: &mut U, scene: Scene<'_>, past: Vec<Past>) -> Result<(), Failure> {
    let entities: Vec<Entity> = past.iter().map(|past| past.record.entity).collect();
    let of = |entity: &Entity| if let Entity::Lead(id) = entity { Some(*id) } else { None };
    let mut ids: Vec<LeadId> = entities.iter().filter_map(of).collect();
    ids.dedup();
    let mut leads = Draft::new(scene, desk(unit, &past).await?);
    for lead in unit.leads(&ids).await? {
        leads.know(lead);
    }
    let of = |entity: &Entity| if let Entity::Deal(id) = entity { Some(*id) } else { None };
    let ids: Vec<DealId> = entities.iter().filter_map(of).collect();
    let mut deals = DealDraft::new(scene);
    deals.load(unit, ids).await?;
    let of = |entity: &Entity| if let Entity::Standing(id) = entity { Some(*id) } else { None };
    let mut ids: Vec<StandingId> = entities.iter().filter_map(of).collect();
    ids.dedup();
    let mut standings = TierDraft::new(scene);
    standings.load_ids(unit, &ids).await?;
    let mut changes = Changes::default();
    for Past { record, .. } in past {
        let at = record.at;
        match (record.entity, record.event.clone()) {
            (Entity::Lead(id), Event::Lead(event)) => leads.happened(id, &[event]),
            (Entity::Deal(id), Event::Deal(event)) => deals.happened(id, &[event]),
            (Entity::Standing(id), Event::Standing(event)) => standings.happened(id, &[event]),
            (Entity::Partner(id), Event::Partner(event)) => {
                changes.records.push(record);
                happened(&mut changes, scene.rules, (id, &event), at)?;
            }
            _ => changes.records.push(record),
        }
    }
    for after in [leads.into_changes(), deals.into_changes(), standings.into_changes()] {
        changes.append(after);
    }
    unit.save(scene.request.id, changes).await?;
    Ok(())
}
