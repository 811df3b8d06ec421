//! What time alone does to a lead: warnings, breaches, the end of a pause. Takes no input and may run twice.

use super::{Context, Work};
use crate::domain::{
    actor::Permission,
    clock::Tick,
    lead::{
        ClockKind, Lead, LeadEvent, LeadState, Refusal, Severity,
        routing::{Desk, Router},
    },
};

/// What is due on this lead at `now`; nothing if another engine was here first.
pub fn sweep(lead: &Lead, context: Context<'_>, router: &mut Router, desk: &Desk) -> Result<Vec<LeadEvent>, Refusal> {
    context.actor.may(Permission::Sweep).map_err(|why| Refusal::NotAllowed { why })?;
    let mut work = Work::new(lead, context);
    if let Some(pause) = &work.lead.pause {
        if pause.until.is_none_or(|until| context.now < until) {
            return Ok(Vec::new());
        }
        let clock = work.lead.clock.as_ref().map(|clock| work.resumed_clock(clock));
        work.push(LeadEvent::Resumed { clock });
    }
    work.tick(router, desk);
    Ok(work.events)
}

/// Another try for an unassigned lead; no event where there is still nobody to take it.
pub fn route_again(lead: &Lead, context: Context<'_>, router: &mut Router, desk: &Desk) -> Result<Vec<LeadEvent>, Refusal> {
    context.actor.may(Permission::Sweep).map_err(|why| Refusal::NotAllowed { why })?;
    if !matches!(lead.state, LeadState::Unassigned { .. }) || lead.pause.is_some() {
        return Ok(Vec::new());
    }
    let mut work = Work::new(lead, context);
    work.place(router, desk);
    Ok(if matches!(work.lead.state, LeadState::Offered { .. }) { work.events } else { Vec::new() })
}

impl Work<'_> {
    fn tick(&mut self, router: &mut Router, desk: &Desk) {
        let Some(clock) = self.lead.clock.clone() else { return };
        let calendar = self.context.programs.calendar(&clock);
        match clock.tick(calendar, self.context.now) {
            Tick::Nothing => {}
            Tick::Warn { stage } => {
                self.push(LeadEvent::Warned { clock: clock.warned(calendar, stage), percent: clock.percent(stage) });
            }
            Tick::Breach if clock.kind == ClockKind::Accept => {
                if let Some(partner) = self.lead.state.loads() {
                    self.push(LeadEvent::TimedOut { partner, due: clock.due });
                    self.place(router, desk);
                }
            }
            Tick::Breach => self.push(LeadEvent::Breached { clock: clock.breached(), escalation: Some(Severity::Low) }),
        }
    }
}
