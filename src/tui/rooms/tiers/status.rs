//! The status of a partner: what follows from a change of it is shown before it is decided.

use super::{Happening, Order, Target, TierRoom};
use crate::{
    app::partner::status::StatusDone,
    domain::{
        partner::{Partner, PartnerStatus, StatusCommand, StatusVerb, status},
        text::Text,
        tier::queue::TierLine,
    },
    tui::{
        action::{Act, Availability},
        furniture::{story::Teller, work::orders},
        room::FieldError,
        theme::Role,
        widgets::{
            form::{Field, Form, Value},
            pane::Row,
        },
    },
};

pub const fn is_verb(act: Act) -> bool {
    matches!(act, Act::PartnerSuspend | Act::PartnerReinstate | Act::PartnerActivate | Act::PartnerOffboard)
}

/// Whether it needs to be said why: an activation only while steps of the onboarding are open.
pub const fn asks(act: Act) -> bool {
    matches!(act, Act::PartnerSuspend | Act::PartnerOffboard | Act::PartnerActivate)
}

/// The domain's verb; who has left comes on board again before it is active.
const fn verb_of(act: Act, is: PartnerStatus) -> StatusVerb {
    match (act, is) {
        (Act::PartnerSuspend, _) => StatusVerb::Suspend,
        (Act::PartnerReinstate, _) => StatusVerb::Reinstate,
        (Act::PartnerOffboard, _) => StatusVerb::Offboard,
        (_, PartnerStatus::Offboarded) => StatusVerb::Reopen,
        _ => StatusVerb::Activate,
    }
}

pub fn possible(act: Act, row: &TierLine) -> Availability {
    match status::possible(&row.name, row.kind, row.status, verb_of(act, row.status)) {
        Ok(()) => Availability::Yes,
        Err(why) => Availability::No(why),
    }
}

pub fn form(act: Act, about: &str) -> Option<Form> {
    Some(match act {
        Act::PartnerSuspend => Form::new(format!("Suspend {about}"), "see what follows")
            .about("Its open leads go to others, its registrations are held, its claims are not paid until it is reinstated.")
            .field(Field::text("reason", "").hint("why it gets nothing for now")),
        Act::PartnerOffboard => Form::new(format!("Offboard {about}"), "see what follows")
            .about("Its open leads go to others, its registrations are held. What was approved is still paid.")
            .field(Field::text("reason", "").hint("why it is no partner any more")),
        Act::PartnerActivate => Form::new(format!("Activate {about}"), "see what follows")
            .about("It gets leads from then on. While steps of its onboarding are open it needs a reason.")
            .field(Field::text("reason", "").hint("why not all steps are waited for")),
        _ => return None,
    })
}

pub fn check(act: Act, values: &[Value]) -> Result<Text, FieldError> {
    match values.first().map_or("", Value::text).trim() {
        "" if act == Act::PartnerActivate => Ok(Text::default()),
        "" => Err(FieldError { field: 0, message: "it needs a reason".to_owned() }),
        typed => Ok(Text::clean(typed)),
    }
}

impl TierRoom {
    /// Whether one of them is on its way on board, so that it may need to be said why it is active.
    pub(super) fn any_onboarding(&self, targets: &[Target]) -> bool {
        let is = |target: &Target| Some(self.row(target.id)?.as_partner()?.status == PartnerStatus::Onboarding);
        targets.iter().filter_map(is).any(|is| is)
    }

    /// The orders of a verb, for each partner as it stands.
    pub(super) fn status_orders(&self, act: Act, reason: &Text, targets: &[Target]) -> Vec<Order> {
        let is = |target: &Target| self.row(target.id).and_then(|row| row.as_partner()).map_or(PartnerStatus::Active, |line| line.status);
        orders(targets, |target| {
            super::Command::Status(match verb_of(act, is(target)) {
                StatusVerb::Activate => StatusCommand::Activate { reason: reason.clone() },
                StatusVerb::Suspend => StatusCommand::Suspend { reason: reason.clone() },
                StatusVerb::Reinstate => StatusCommand::Reinstate,
                StatusVerb::Offboard => StatusCommand::Offboard { reason: reason.clone() },
                StatusVerb::Reopen => StatusCommand::Reopen,
            })
        })
    }
}

/// Why `undo` leaves it alone, and what to do instead.
pub const fn stays(act: Act) -> Option<&'static str> {
    Some(match act {
        Act::PartnerSuspend => "a suspension stays: reinstate the partner",
        Act::PartnerReinstate | Act::PartnerActivate => "a status stays: suspend or offboard the partner",
        Act::PartnerOffboard => "it has left: take the partner on board again",
        _ => return None,
    })
}

fn changed(events: &[Happening]) -> Option<&StatusDone> {
    events.iter().find_map(|event| if let Happening::Status(done) = event { Some(&**done) } else { None })
}

/// `suspended: 12 leads go to other partners (2 find none)`.
pub fn told(done: &StatusDone) -> String {
    let open = done.still_open.as_ref().map_or_else(String::new, |open| format!("{open}; "));
    format!("{}: {open}{}", done.partner.profile.status.name(), done.consequences.sentence())
}

/// Whether leads are left over that nobody takes, or steps are left open.
pub fn warns(events: &[Happening]) -> bool {
    changed(events).is_some_and(|done| done.consequences.unplaced > 0 || done.still_open.is_some())
}

/// Since when, by whom and why, where that says more than that it is active.
pub fn since(partner: &Partner, teller: &Teller<'_>) -> Option<Row> {
    let since = partner.since.as_ref().filter(|_| partner.is_decided() || partner.profile.status != PartnerStatus::Active)?;
    let by = since.by.map_or_else(|| "by an import".to_owned(), |by| format!("by {}", teller.names.operator(by)));
    let why = if since.reason.is_empty() { String::new() } else { format!(": {}", since.reason) };
    Some(Row::fact("since", format!("{}, {by}{why}", teller.moment(since.at)), Role::Text))
}
