//! Point-of-sale data: recorded line by line; what came before is passed over.

use super::draft::DealDraft;
use crate::{
    app::{Failure, Outcome, Scene},
    domain::{
        deal::SaleLine,
        event::{Entity, Event, Sold},
        text::Text,
    },
    store::{Unit, unit::SaleRow},
};
use std::collections::HashSet;

pub async fn record<U: Unit>(unit: &mut U, scene: Scene<'_>, lines: &[SaleLine]) -> Result<Outcome, Failure> {
    if let Some(unknown) = lines.iter().find(|line| scene.rules.directory().get(line.partner).is_none()) {
        return Err(Failure::refused(format!("there is no partner {}", unknown.partner)));
    }
    let first = unit.sale_numbers(0).await?;
    let keys: Vec<Text> = lines.iter().map(|line| line.source_key.clone()).collect();
    let known = unit.sales_known(&keys).await?;
    let mut seen = HashSet::with_capacity(keys.len());
    let fresh = lines.iter().zip(&keys).zip(known).filter(|((_, key), known)| key.is_empty() || (!known && seen.insert(*key)));
    let fresh: Vec<SaleLine> = fresh.map(|((line, _), _)| line.clone()).collect();
    let known = lines.len() - fresh.len();
    if fresh.is_empty() {
        return Ok(Outcome { known, ..Outcome::default() });
    }
    unit.sale_numbers(u32::try_from(fresh.len()).unwrap_or(u32::MAX)).await?;
    let mut draft = DealDraft::new(scene);
    let rows = (first..).zip(&fresh).map(|(id, line)| SaleRow { id, line: line.clone() }).collect();
    let event = Event::Sold(Sold { lines: fresh });
    draft.other(scene.record(Entity::Operator(scene.actor.id), 0, event)).sales = rows;
    let seq = scene.save(unit, draft.into_changes()).await?;
    Ok(Outcome { seq, known, ..Outcome::default() })
}
