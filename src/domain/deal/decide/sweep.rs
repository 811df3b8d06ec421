//! What time alone does to a registration: warnings, a breach, the end of a protection. Takes no input and may run twice.

use super::{Context, Work};
use crate::domain::{
    actor::Permission,
    clock::Tick,
    deal::{DealEvent, Refusal, Registration},
    escalation::Severity,
};

/// What is due on this registration at `now`; nothing if another engine was here first.
pub fn sweep(deal: &Registration, context: Context<'_>) -> Result<Vec<DealEvent>, Refusal> {
    context.actor.may(Permission::Sweep).map_err(Refusal::not_allowed)?;
    let mut work = Work::new(deal, context);
    if work.deal.waiting_since.is_none() && !work.expire() {
        work.tick();
    }
    Ok(work.events)
}

impl Work<'_> {
    fn tick(&mut self) {
        let Some(clock) = self.deal.clock.clone() else { return };
        let calendar = self.context.programs.calendar(&clock);
        match clock.tick(calendar, self.context.now) {
            Tick::Nothing => {}
            Tick::Warn { stage } => {
                self.push(DealEvent::Warned { clock: clock.warned(calendar, stage), percent: clock.percent(stage) });
            }
            Tick::Breach => self.push(DealEvent::Breached { clock: clock.breached(), escalation: Some(Severity::Low) }),
        }
    }
}
