//! The deal desk on the two real databases: what people do there, and how the tables are compared with the chain.

use super::Stage;
use crate::simulation::{
    chance::Chance,
    script,
    shadow::{deal::DealShadow, ensure},
};
use pilothouse::{
    app::{App, Command, DealTarget, Failure, Outcome},
    domain::{
        deal::Registration,
        id::{ConflictId, DealId},
    },
    store::{Session, Sql},
};
use std::sync::{PoisonError, atomic::Ordering};

/// The numbers that are there by now.
pub(super) fn remember(stage: &Stage, outcome: &Outcome) {
    for item in outcome.deals.iter().filter(|item| item.result.is_ok()) {
        stage.deals.fetch_max(item.deal.0, Ordering::Relaxed);
    }
    for item in outcome.cases.iter().filter(|item| item.result.is_ok()) {
        stage.cases.fetch_max(item.case.0, Ordering::Relaxed);
    }
}

pub(super) async fn invent(stage: &Stage, app: &App, is_engine: bool, chance: &mut Chance) -> Result<Command, Failure> {
    let count = stage.deals.load(Ordering::Relaxed);
    if is_engine {
        return Ok(script::deal::engine(count, chance));
    }
    if count == 0 || chance.per_mille(170) {
        let leads = stage.leads.load(Ordering::Relaxed);
        let mut bank = stage.deal_bank.lock().unwrap_or_else(PoisonError::into_inner);
        return Ok(script::deal::around(&mut bank, leads, count, app.now(), chance));
    }
    let mut session = app.db().read().await?;
    // Everybody works on the same few, so that they meet.
    let ids: Vec<DealId> = (0..=chance.below(4)).map(|_| DealId(chance.between((count - 20).max(1), count))).collect();
    let deals = session.deals(&ids).await?;
    let Some(deal) = deals.first() else { return Ok(Command::SweepDeals { limit: 1 }) };
    let cases = stage.cases.load(Ordering::Relaxed);
    if cases > 0 && chance.per_mille(400) {
        let id = ConflictId(chance.between((cases - 4).max(1), cases));
        if let Some(case) = session.cases(&[id]).await?.first() {
            let ids: Vec<DealId> = case.parties.iter().map(|party| party.deal).collect();
            let parties = session.deals(&ids).await?;
            return Ok(script::deal::on_case(case, &parties.iter().collect::<Vec<_>>(), deal.id, chance));
        }
    }
    let verb = script::deal::verb(deal, chance);
    let command = script::deal::with_objects(verb, deal, count, app.now(), chance);
    let marked = if chance.per_mille(150) { deals.len() } else { 1 };
    let targets: Vec<DealTarget> = deals[..marked].iter().map(|deal| script::deal::target(deal, chance)).collect();
    Ok(Command::Deals { targets, command })
}

/// The tables of the deal desk and the chain tell the same story.
pub(super) async fn agree(session: &mut Session, shadow: &DealShadow) -> Result<(), String> {
    let words = |error: pilothouse::store::Error| error.to_string();
    let ids: Vec<DealId> = (1..).take(shadow.deals.len() + 1).map(DealId).collect();
    let deals: Vec<Registration> = session.deals(&ids).await.map_err(words)?;
    ensure!(deals.len() == shadow.deals.len(), "{} registrations in the table, {} in the chain", deals.len(), shadow.deals.len());
    deals.iter().try_for_each(|deal| shadow.compare(deal))?;
    let ids: Vec<ConflictId> = (1..).take(shadow.cases.len() + 1).map(ConflictId).collect();
    let cases = session.cases(&ids).await.map_err(words)?;
    ensure!(cases.len() == shadow.cases.len(), "{} conflicts in the table, {} in the chain", cases.len(), shadow.cases.len());
    cases.iter().try_for_each(|case| shadow.compare_case(case))?;
    let sql = Sql::new("select key, deal_id from protection");
    let mut held: Vec<(String, i64)> = session.all(sql).await.map_err(words)?;
    held.sort();
    let mut wanted: Vec<(String, i64)> = shadow.protections.iter().map(|(key, id)| (key.0.clone(), id.0)).collect();
    wanted.sort();
    ensure!(held == wanted, "protected are {held:?}, counted anew {wanted:?}");
    Ok(())
}

/// The counters as the table keeps them.
pub(super) fn counted(shadow: &DealShadow) -> impl Iterator<Item = (i64, String, i64, i64)> {
    let counters = shadow.counters.iter().filter(|(_, value)| **value != 0);
    counters.map(|(counted, value)| (counted.day, counted.measure.name().to_owned(), counted.bucket, *value))
}
