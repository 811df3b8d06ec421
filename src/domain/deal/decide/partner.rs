//! What the status of its partner does to a registration: it stands still while the partner is suspended, and after the partner
//! has left. Follows from the decision about the partner, and so asks for no permission of its own.

use super::{Context, Work};
use crate::domain::{
    deal::{DealEvent, DealState, HoldReason, Registration},
    partner::Partner,
};

/// Holds one that is handed in or protected, unless something else holds it: its clock and its protection stand still.
pub fn hold_for_partner(deal: &Registration, context: Context<'_>) -> Vec<DealEvent> {
    let mut work = Work::new(deal, context);
    work.hold_for_partner();
    work.events
}

/// What follows for a registration that came back as it once was, by an undo: the partner may have been shut out since, or be
/// back.
pub fn stand_with_partner(deal: &Registration, partner: &Partner, context: Context<'_>) -> Vec<DealEvent> {
    if partner.shuts_out() { hold_for_partner(deal, context) } else { release_for_partner(deal, context) }
}

/// Lifts exactly that hold: the clock goes on with what was left, and the protection gets its days back.
pub fn release_for_partner(deal: &Registration, context: Context<'_>) -> Vec<DealEvent> {
    let mut work = Work::new(deal, context);
    if work.deal.is_held_for_partner() {
        let protection = work.deal.protection().map(|protection| protection.resumed(context.now, work.program().zone));
        let still_waits = matches!(work.deal.state, DealState::ActionRequired { .. });
        let (clock, waited) = if still_waits { (work.deal.clock.clone(), None) } else { work.waits_no_more() };
        work.push(DealEvent::Released { reason: HoldReason::PartnerSuspended, clock, protection, waited });
    }
    work.events
}

impl Work<'_> {
    /// Whatever was decided last: nothing of a partner that the desk has shut out goes on.
    pub(super) fn hold_for(&mut self, partner: &Partner) {
        if partner.shuts_out() {
            self.hold_for_partner();
        }
    }

    pub(in crate::domain::deal) fn hold_for_partner(&mut self) {
        let is_alive = self.deal.state.is_undecided() || self.deal.protection().is_some();
        if self.deal.is_held() || !is_alive {
            return;
        }
        let protection = self.deal.protection().map(|protection| protection.stopped(self.context.now, self.program().zone));
        self.push(DealEvent::Held { reason: HoldReason::PartnerSuspended, clock: self.stopped_clock(), protection });
    }
}
