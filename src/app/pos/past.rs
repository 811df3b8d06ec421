//! Lines and corrections in a replay of the audit chain.

use crate::{
    app::{Failure, Scene, journal::Journal},
    domain::{
        aggregate::Aggregate,
        event::{Entity, Event},
        id::CorrectionId,
        pos::{Correction, CorrectionEvent, Sale},
    },
    store::{
        self, Unit,
        unit::{Past, pos::CorrectionChange},
    },
};
use std::collections::BTreeMap;

pub(in crate::app) const fn is_ours(event: &Event) -> bool {
    matches!(event, Event::Sold(_) | Event::Correction(_))
}

/// Applies the events of one command.
pub(in crate::app) async fn replay<U: Unit>(unit: &mut U, scene: Scene<'_>, past: Vec<Past>) -> Result<(), Failure> {
    let events = || past.iter().map(|past| &past.record.event);
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let sold = events().map(|event| if let Event::Sold(sold) = event { sold.len() } else { 0 }).sum();
    let mut next = if sold > 0 { unit.sale_numbers(count(sold)).await? } else { 0 };
    let raised = events().filter(|event| matches!(event, Event::Correction(CorrectionEvent::Raised { .. }))).count();
    if raised > 0 {
        unit.correction_numbers(count(raised)).await?;
    }
    let of = |entity| if let Entity::Correction(id) = entity { Some(id) } else { None };
    let ids: Vec<CorrectionId> = past.iter().filter_map(|past| of(past.record.entity)).collect();
    let mut corrections: BTreeMap<CorrectionId, (Correction, i64)> = BTreeMap::new();
    for correction in unit.corrections(&ids).await? {
        let version = correction.version;
        corrections.insert(correction.id, (correction, version));
    }
    let mut journal = Journal::new(scene);
    for Past { record, .. } in past {
        let at = record.at;
        match (&record.event, record.entity) {
            (Event::Sold(sold), _) => {
                let broken = || store::Error::Corrupt("the columns of recorded lines don't fit together".to_owned());
                let lines = (next..).zip(sold.posted().ok_or_else(broken)?).map(|(id, posted)| (at, Sale { id, posted }));
                let lines: Vec<_> = lines.collect();
                next += i64::try_from(lines.len()).unwrap_or(0);
                journal.other(record).pos.lines.extend(lines);
                continue;
            }
            (Event::Correction(event), Entity::Correction(id)) => {
                if let Some((correction, _)) = corrections.get_mut(&id) {
                    correction.apply(event, at);
                } else {
                    let begun = Correction::begin(id, event, at);
                    let begun = begun.ok_or_else(|| store::Error::Corrupt(format!("{id} does not begin with its beginning")))?;
                    corrections.insert(id, (begun, 0));
                }
            }
            _ => {}
        }
        _ = journal.other(record);
    }
    let mut changes = journal.take();
    changes.pos.corrections = corrections.into_values().map(|(correction, expected)| CorrectionChange { correction, expected }).collect();
    let id = scene.request.id;
    Unit::save(unit, id, changes).await?;
    Ok(())
}
