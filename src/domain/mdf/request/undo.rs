//! Undo: what the last command did to a request is taken back by one more event. Who took part is never forgotten.

use super::{Request, RequestEvent, RequestVerb, Restored};
use crate::domain::{
    actor::Permission,
    aggregate,
    decision::Context,
    mdf::{approval::Part, desk::APPROVALS_GONE, refusal::Refusal, stats},
};

/// The last command that changed a request.
pub type LastCommand = aggregate::LastCommand<Request>;

/// Takes the last command back. A clock that ran then runs on from now with what was left at that time.
pub fn undo(request: &Request, last: &LastCommand, context: Context<'_>) -> Result<Vec<RequestEvent>, Refusal> {
    let verb = RequestVerb::Undo;
    context.actor.may(verb.permission()).map_err(Refusal::not_allowed)?;
    for event in &last.events {
        context.actor.may(needed(event)).map_err(Refusal::not_allowed)?;
        if let Some(why) = irreversible(event) {
            return Err(Refusal::not_now(verb, format!("{}: {why}", request.id)));
        }
    }
    let me = context.actor.id;
    if last.events.iter().any(|event| needed(event) == Permission::MdfDecide) && request.desk.parts.has(me, Part::Asked) {
        let name = &context.actor.name;
        return Err(Refusal::not_allowed(format!("{name} asked for {}, and somebody else decides that", request.id)));
    }
    if last.before.signatures().count() > request.signatures().count() {
        return Err(Refusal::not_now(verb, format!("{}: {APPROVALS_GONE}", request.id)));
    }
    let desk = &last.before.desk;
    let (clock, waited) = desk.running_on(last.at, context);
    let restored = Restored {
        state: last.before.state.clone(),
        clock,
        waiting_since: desk.waiting_since,
        waited,
        assignee: desk.assignee,
        // What was taken back stays so, as it does in the database: an approval of other content is never put back.
        signatures: desk.signatures.iter().filter(|one| request.desk.signatures.contains(one)).copied().collect(),
        rate: last.before.rate.clone(),
        escalation: desk.escalation.clone(),
        returned: last.before.returned,
    };
    let what = last.events.iter().map(|event| event.name().to_owned()).collect();
    let counted = last.events.iter().flat_map(|event| stats::counted_request(event, last.day)).collect();
    Ok(vec![RequestEvent::Undone { what, restored: Box::new(restored), counted }])
}

/// What takes an event back needs what bringing it about needed.
const fn needed(event: &RequestEvent) -> Permission {
    match event {
        RequestEvent::Signed { .. } | RequestEvent::Rejected { .. } => RequestVerb::Approve.permission(),
        _ => RequestVerb::Undo.permission(),
    }
}

/// Why an event can't be taken back, if so.
pub const fn irreversible(event: &RequestEvent) -> Option<&'static str> {
    Some(match event {
        RequestEvent::Drafted { .. } => "a draft cannot be undone; withdraw it instead",
        RequestEvent::Edited { .. } => "an edit stays; edit it again",
        RequestEvent::Submitted { .. } | RequestEvent::Resubmitted { .. } => "it was handed in; withdraw it instead",
        RequestEvent::Approved { .. } => "its money is committed; withdraw or complete it instead",
        RequestEvent::Withdrawn { from: super::RequestState::Approved { .. } } | RequestEvent::Completed { .. } => {
            "its money was released; make a new request"
        }
        RequestEvent::Drawn { .. } => "a claim did that",
        RequestEvent::Noted { .. } => "a note stays; add another that corrects it",
        RequestEvent::Expired { .. } | RequestEvent::Warned { .. } | RequestEvent::Breached { .. } => {
            "time that has passed cannot be undone"
        }
        RequestEvent::Undone { .. } => "an undo is taken back by doing it again",
        _ => return None,
    })
}
