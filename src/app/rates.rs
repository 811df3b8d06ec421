//! Exchange rates: recorded by the day; a day that says nothing new is passed over.

use crate::{
    app::{Failure, Outcome, Scene},
    domain::{
        event::{Entity, Event},
        fx::{RateDay, RatesRecorded},
    },
    store::{Unit, unit::Changes},
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

pub async fn record<U: Unit>(unit: &mut U, scene: Scene<'_>, days: &[RateDay]) -> Result<Outcome, Failure> {
    let dates = || days.iter().map(|day| day.on);
    let (Some(first), Some(last)) = (dates().min(), dates().max()) else { return Ok(Outcome::default()) };
    let mut held: BTreeMap<NaiveDate, RateDay> = unit.rate_days(first, last).await?.into_iter().map(|day| (day.on, day)).collect();
    let mut recorded: BTreeMap<NaiveDate, RateDay> = BTreeMap::new();
    let mut known = 0;
    for day in days {
        match day.clone().over(held.get(&day.on)).into_day() {
            Some(after) => {
                held.insert(after.on, after.clone());
                recorded.insert(after.on, after);
            }
            None => known += 1,
        }
    }
    if recorded.is_empty() {
        return Ok(Outcome { known, ..Outcome::default() });
    }
    let rates: Vec<RateDay> = recorded.into_values().collect();
    let event = Event::Rates(RatesRecorded { days: rates.clone() });
    let records = vec![scene.record(Entity::Operator(scene.actor.id), 0, event)];
    let seq = scene.save(unit, Changes { rates, records, ..Changes::default() }).await?;
    Ok(Outcome { seq, known, ..Outcome::default() })
}
