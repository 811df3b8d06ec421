//! Calls the person to what needs them, in whatever room they are.

use crate::{
    app::{
        App, Failure,
        deal::news::{DealCall, DealCallCause},
        lead::news::{Call, CallCause},
        mdf::news::{MdfCall, MdfCallCause},
    },
    domain::{
        event::Entity,
        id::{AuditSeq, OperatorId},
        mdf::item::ItemId,
    },
    tui::{notify, shell},
};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

const CALLS_APART: Duration = Duration::from_millis(250);

/// Tells what needs the operator from now on. What a lost database hides meanwhile is told once it is back.
pub(super) async fn call<M: Send + 'static>(app: App, me: OperatorId, answers: UnboundedSender<shell::Msg<M>>) {
    let mut pulses = app.db().changes();
    let mut since = None;
    loop {
        let found = match since {
            Some(since) => found(&app, me, since).await,
            None => app.news_end().await.map(|end| (end, Vec::new())),
        };
        if let Ok((end, calls)) = found {
            since = Some(end);
            if !calls.is_empty() && answers.send(shell::Msg::Calls(calls)).is_err() {
                return;
            }
        }
        tokio::time::sleep(CALLS_APART).await;
        if pulses.changed().await.is_err() || answers.is_closed() {
            return;
        }
    }
}

/// What came since then, of every desk. What comes between two questions is found by both, and told once.
async fn found(app: &App, me: OperatorId, since: AuditSeq) -> Result<(AuditSeq, Vec<notify::Call>), Failure> {
    let (end, leads) = app.lead_calls(me, since).await?;
    let (_, deals) = app.deal_calls(me, since).await?;
    let (_, items) = app.mdf_calls(me, since).await?;
    Ok((end, leads.iter().map(of_lead).chain(deals.iter().map(of_deal)).chain(items.iter().map(of_item)).collect()))
}

fn of_lead(call: &Call) -> notify::Call {
    let about = format!("{} {}", call.lead, call.company);
    let (kind, nth, text) = match call.cause {
        CallCause::Breached { clock } => (["lead breached", "leads breached"], clock, format!("{about}: breached")),
        CallCause::Escalated { severity } => {
            (["lead escalated", "leads escalated"], severity as u32, format!("{about}: escalated, {}", severity.doc()))
        }
        CallCause::Handed => (["lead handed to you", "leads handed to you"], 0, format!("{about}: handed to you")),
    };
    notify::Call { record: Entity::Lead(call.lead), kind, nth, text }
}

fn of_deal(call: &DealCall) -> notify::Call {
    let about = format!("{} {}", call.record, call.customer);
    let is_case = matches!(call.record, Entity::Conflict(_));
    let kinds = |deal, case| if is_case { case } else { deal };
    let (kind, nth, text) = match call.cause {
        DealCallCause::Breached { clock } => {
            (kinds(["deal breached", "deals breached"], ["conflict breached", "conflicts breached"]), clock, format!("{about}: breached"))
        }
        DealCallCause::Escalated { severity } => (
            kinds(["deal escalated", "deals escalated"], ["conflict escalated", "conflicts escalated"]),
            severity as u32,
            format!("{about}: escalated, {}", severity.doc()),
        ),
        DealCallCause::Handed => (
            kinds(["deal handed to you", "deals handed to you"], ["conflict handed to you", "conflicts handed to you"]),
            0,
            format!("{about}: handed to you"),
        ),
        DealCallCause::Answered { version } => {
            (["deal answered", "deals answered"], u32::try_from(version).unwrap_or(0), format!("{about}: the partner has answered"))
        }
    };
    notify::Call { record: call.record, kind, nth, text }
}

fn of_item(call: &MdfCall) -> notify::Call {
    let about = format!("{} {}", call.item, call.title);
    let kinds = |request, claim| if matches!(call.item, ItemId::Request(_)) { request } else { claim };
    let version = |version: i64| u32::try_from(version).unwrap_or(0);
    let (kind, nth, text) = match call.cause {
        MdfCallCause::Breached { clock } => {
            (kinds(["request breached", "requests breached"], ["claim breached", "claims breached"]), clock, format!("{about}: breached"))
        }
        MdfCallCause::Escalated { severity } => (
            kinds(["request escalated", "requests escalated"], ["claim escalated", "claims escalated"]),
            severity as u32,
            format!("{about}: escalated, {}", severity.doc()),
        ),
        MdfCallCause::Handed => (
            kinds(["request handed to you", "requests handed to you"], ["claim handed to you", "claims handed to you"]),
            0,
            format!("{about}: handed to you"),
        ),
        MdfCallCause::Answered { version: made } => (
            kinds(["request answered", "requests answered"], ["claim answered", "claims answered"]),
            version(made),
            format!("{about}: the partner has answered"),
        ),
        MdfCallCause::Suspected { version: made } => {
            (["suspect claim", "suspect claims"], version(made), format!("{about}: flagged as suspect"))
        }
    };
    notify::Call { record: call.item.entity(), kind, nth, text }
}
