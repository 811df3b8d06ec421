//! Replay: the audit events, applied from nothing, give the same tables. The proof that nothing is written beside the chain.

use super::{
    Failure, Mode, Request, Rules, Scene, contact, deal::draft::DealDraft, draft::Draft, lead::receive::prepare, mdf, partner, pos, tier,
};
use crate::{
    app::Command,
    domain::{
        account::Account,
        actor::{Actor, Roles},
        aggregate::Aggregate,
        deal::{
            DealEvent, Registration,
            conflict::{CaseEvent, ConflictCase},
        },
        event::{Entity, Event, Record},
        id::{AuditSeq, LeadId},
        lead::{Lead, LeadEvent, routing::Desk},
        text::Text,
    },
    store::{
        self, Db, Unit,
        unit::{OperatorRow, Past, ProgramRow},
    },
};
use futures::future::BoxFuture;
use std::sync::Arc;

const PAGE: u32 = 5_000;

/// Applies every event of `from` to the empty database `to`, command by command, and gives how many events there were.
/// The keys of personal data are no events and are copied; what was erased stays erased.
pub fn replay<'a>(from: &'a Db, to: &'a Db) -> BoxFuture<'a, Result<usize, Failure>> {
    Box::pin(async move {
        let keys = from.read().await?.secrets().await?;
        let mut tx = to.begin().await?;
        tx.secrets_restore(&keys).await?;
        tx.commit().await?;
        let (mut cached, mut events, mut after) = (None, 0, AuditSeq(0));
        let mut pending: Vec<Past> = Vec::new();
        loop {
            let page = from.read().await?.audit_since(after, PAGE).await?;
            let is_last = page.len() < PAGE as usize;
            after = page.last().map_or(after, |past| past.seq);
            for past in page {
                if pending.last().is_some_and(|last| last.record.command != past.record.command) {
                    events += pending.len();
                    cached = Some(command(to, cached, std::mem::take(&mut pending)).await?);
                }
                pending.push(past);
            }
            if is_last {
                if !pending.is_empty() {
                    events += pending.len();
                    command(to, cached, pending).await?;
                }
                return Ok(events);
            }
        }
    })
}

/// One command of the past, written as it was then.
async fn command(to: &Db, cached: Option<Arc<Rules>>, past: Vec<Past>) -> Result<Arc<Rules>, Failure> {
    let mut tx = to.begin().await?;
    let rules = Rules::refreshed(cached, &mut tx).await?;
    let Some(Past { record: first, .. }) = past.first() else { return Ok(rules) };
    // The actor's roles were checked then; a replay only names who it was.
    let actor = Actor { id: first.actor, name: Text::default(), roles: Roles::default() };
    let request = Request::new(first.command, Command::Receive(Vec::new()));
    let scene = Scene { rules: &rules, actor: &actor, now: first.at, request: &request, mode: Mode::Carry, told: None };
    // What follows from the status of a partner happens at several desks.
    if past.iter().any(|past| partner::past::is_ours(&past.record.event)) {
        partner::past::replay(&mut tx, scene, past).await?;
        Unit::commit(tx).await?;
        return Ok(rules);
    }
    if past.iter().any(|past| matches!(past.record.event, Event::Deal(_) | Event::Case(_))) {
        deals(&mut tx, scene, past).await?;
        Unit::commit(tx).await?;
        return Ok(rules);
    }
    if past.iter().any(|past| pos::is_ours(&past.record.event)) {
        pos::replay(&mut tx, scene, past).await?;
        Unit::commit(tx).await?;
        return Ok(rules);
    }
    if past.iter().any(|past| mdf::past::is_ours(&past.record.event)) {
        mdf::past::replay(&mut tx, scene, past).await?;
        Unit::commit(tx).await?;
        return Ok(rules);
    }
    if past.iter().any(|past| contact::is_ours(&past.record.event)) {
        contact::replay(&mut tx, scene, past).await?;
        Unit::commit(tx).await?;
        return Ok(rules);
    }
    if past.iter().any(|past| tier::past::is_ours(&past.record.event)) {
        tier::past::replay(&mut tx, scene, past).await?;
        Unit::commit(tx).await?;
        return Ok(rules);
    }
    let mut draft = Draft::new(scene, desk(&mut tx, &past).await?);
    for lead in tx.leads(&known(&past)).await? {
        draft.know(lead);
    }
    let received = past.iter().filter(|past| matches!(past.record.event, Event::Lead(LeadEvent::Received { .. }))).count();
    if received > 0 {
        tx.lead_numbers(u32::try_from(received).unwrap_or(u32::MAX)).await?;
    }
    for Past { record, .. } in past {
        happened(&mut draft, &rules, record)?;
    }
    let id = request.id;
    Unit::save(&mut tx, id, draft.into_changes()).await?;
    Unit::commit(tx).await?;
    Ok(rules)
}

/// A command of the deal desk.
async fn deals<U: Unit>(unit: &mut U, scene: Scene<'_>, past: Vec<Past>) -> Result<(), Failure> {
    let count = |is: fn(&Event) -> usize| u32::try_from(past.iter().map(|past| is(&past.record.event)).sum::<usize>()).unwrap_or(u32::MAX);
    let (drafted, flagged) = (
        count(|event| usize::from(matches!(event, Event::Deal(DealEvent::Drafted { .. })))),
        count(|event| usize::from(matches!(event, Event::Case(CaseEvent::Flagged { .. })))),
    );
    if drafted > 0 {
        unit.deal_numbers(drafted).await?;
    }
    if flagged > 0 {
        unit.case_numbers(flagged).await?;
    }
    let next = unit.submission_numbers(0).await?;
    let places = past.iter().filter_map(|past| match &past.record.event {
        Event::Deal(DealEvent::Submitted { place, .. } | DealEvent::Resubmitted { place, .. }) => Some((*place)?.sequence),
        _ => None,
    });
    // A place that was kept is an older one.
    let last = places.max().unwrap_or(0);
    unit.submission_numbers(u32::try_from((last + 1 - next).max(0)).unwrap_or(u32::MAX)).await?;
    let mut draft = DealDraft::new(scene);
    let entities = past.iter().map(|past| past.record.entity);
    draft.load(unit, entities.clone().filter_map(|entity| if let Entity::Deal(id) = entity { Some(id) } else { None })).await?;
    draft.load_cases(unit, entities.filter_map(|entity| if let Entity::Conflict(id) = entity { Some(id) } else { None })).await?;
    for Past { record, .. } in past {
        deal_happened(&mut draft, record)?;
    }
    let id = scene.request.id;
    Unit::save(unit, id, draft.into_changes()).await?;
    Ok(())
}

fn deal_happened(draft: &mut DealDraft<'_>, record: Record) -> Result<(), Failure> {
    let at = record.at;
    let no_beginning = |id: &dyn std::fmt::Display| store::Error::Corrupt(format!("{id} does not begin with its beginning"));
    match (record.entity, &record.event) {
        (Entity::Deal(id), Event::Deal(event @ DealEvent::Drafted { .. })) => {
            let deal = Registration::begin(id, event, at).ok_or_else(|| no_beginning(&id))?;
            draft.begin(deal, std::slice::from_ref(event));
        }
        (Entity::Deal(id), Event::Deal(event)) => draft.happened(id, std::slice::from_ref(event)),
        (Entity::Conflict(id), Event::Case(event @ CaseEvent::Flagged { .. })) => {
            let case = ConflictCase::begin(id, event, at).ok_or_else(|| no_beginning(&id))?;
            draft.begin_case(case, std::slice::from_ref(event));
        }
        (Entity::Conflict(id), Event::Case(event)) => draft.case_happened(id, std::slice::from_ref(event)),
        _ => drop(draft.other(record)),
    }
    Ok(())
}

/// The cursors of the scopes that the events turn.
pub(super) async fn desk<U: Unit>(unit: &mut U, past: &[Past]) -> Result<Desk, Failure> {
    let mut scopes: Vec<Text> = past
        .iter()
        .filter_map(|past| match &past.record.event {
            Event::Lead(LeadEvent::Offered { turn: Some(turn), .. } | LeadEvent::FellBack { turn: Some(turn), .. }) => {
                Some(turn.scope.clone())
            }
            _ => None,
        })
        .collect();
    scopes.sort_unstable();
    scopes.dedup();
    Ok(unit.desk(&scopes).await?)
}

/// The leads that existed before these events.
fn known(past: &[Past]) -> Vec<LeadId> {
    let mut ids: Vec<LeadId> = past
        .iter()
        .filter_map(|past| match past.record.entity {
            Entity::Lead(id) => Some(id),
            _ => None,
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn happened(draft: &mut Draft<'_>, rules: &Rules, record: Record) -> Result<(), Failure> {
    let (at, actor, version) = (record.at, record.actor, record.version);
    match (record.entity, &record.event) {
        (Entity::Lead(id), Event::Lead(event @ LeadEvent::Received { intake, .. })) => {
            let lead = Lead::begin(id, event, at).ok_or_else(|| store::Error::Corrupt(format!("{id} does not begin with its receipt")))?;
            let keys = prepare(crate::domain::lead::Intake::clone(intake), &rules.program().matching.policy()).keys;
            draft.begin(lead, std::slice::from_ref(event), keys);
        }
        (Entity::Lead(id), Event::Lead(event)) => draft.happened(id, std::slice::from_ref(event)),
        (Entity::Partner(id), Event::Partner(event)) => {
            let event = event.clone();
            partner::past::happened(draft.other(record), rules, (id, &event), at)?;
        }
        (Entity::Account(id), Event::Account(event)) => {
            let account = Account { id, version, updated_at: at, profile: event.profile().clone() };
            draft.other(record).accounts.push(account);
        }
        (Entity::Operator(id), Event::Operator(event)) => {
            let event = event.clone();
            let row = OperatorRow { id, version, name: event.name, login: event.login, roles: event.roles, active: event.active };
            draft.other(record).operators.push(row);
        }
        (Entity::Program(id), Event::Program(event)) => {
            let row = ProgramRow { version: id, applied_at: at, actor, toml: event.toml.clone(), note: event.note.clone() };
            draft.other(record).programs.push(row);
        }
        (_, Event::Rates(event)) => {
            let days = event.days.clone();
            draft.other(record).rates = days;
        }
        _ => drop(draft.other(record)),
    }
    Ok(())
}
