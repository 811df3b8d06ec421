//! What the status of a partner means in the other rooms: whoever the desk shut out has no open lead, and what it registered
//! stands still, until it is reinstated.

use super::{Finding, Touched, ensure};
use pilothouse::domain::{
    deal::{HoldReason, Registration},
    event::{Entity, Record},
    id::{DealId, LeadId, PartnerId},
    lead::Lead,
    partner::PartnerEvent,
};
use std::collections::{BTreeMap, BTreeSet};

/// Whom the desk shut out, by the chain alone.
#[derive(Default)]
pub struct Shut {
    out: BTreeSet<PartnerId>,
    /// Those whose status this commit changed.
    changed: BTreeSet<PartnerId>,
}

impl Shut {
    pub fn take(&mut self, record: &Record, event: &PartnerEvent) {
        if let (PartnerEvent::StatusChanged { to, .. }, Entity::Partner(id)) = (event, record.entity) {
            self.changed.insert(id);
            if to.is_shut_out() {
                self.out.insert(id);
            } else {
                self.out.remove(&id);
            }
        }
    }

    /// Looks at what a commit touched, and at all that is with those whose status it changed.
    pub fn settled(&mut self, leads: &BTreeMap<LeadId, Lead>, deals: &BTreeMap<DealId, Registration>, touched: &Touched) -> Finding {
        let changed = std::mem::take(&mut self.changed);
        touched.leads.iter().filter_map(|id| leads.get(id)).try_for_each(|lead| self.lead(lead))?;
        touched.deals.iter().filter_map(|id| deals.get(id)).try_for_each(|deal| self.deal(deal))?;
        if !changed.is_empty() {
            leads.values().try_for_each(|lead| self.lead(lead))?;
            deals.values().filter(|deal| changed.contains(&deal.partner)).try_for_each(|deal| self.deal(deal))?;
        }
        Ok(())
    }

    fn lead(&self, lead: &Lead) -> Finding {
        let holder = lead.state.loads().filter(|holder| self.out.contains(holder));
        ensure!(holder.is_none(), "{} lies with {:?}, who is shut out", lead.id, holder);
        Ok(())
    }

    fn deal(&self, deal: &Registration) -> Finding {
        let (is_out, hold) = (self.out.contains(&deal.partner), deal.hold.as_ref().map(|hold| hold.reason));
        let is_alive = deal.state.is_undecided() || deal.protection().is_some();
        ensure!(
            !is_out || !is_alive || hold.is_some(),
            "{} is {} and goes on, and {} is shut out",
            deal.id,
            deal.state.name(),
            deal.partner
        );
        ensure!(is_out || hold != Some(HoldReason::PartnerSuspended), "{} is held for {}, who is not shut out", deal.id, deal.partner);
        Ok(())
    }
}
