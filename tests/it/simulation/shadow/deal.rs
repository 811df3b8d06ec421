//! The second account of the deal desk: registrations, what they protect, and what must hold for each.

use super::{Finding, Touched, clock_runs_forwards, ensure, graph};
use chrono_tz::Tz;
use pilothouse::{
    domain::{
        actor::Permission,
        aggregate::Aggregate,
        day::day_of,
        deal::{
            DealEvent, DealState, DisputePhase, HoldReason, Registration,
            conflict::{ConflictCase, Decision, ProtectionKey, protection_keys},
            stats::{self, Counted},
        },
        event::{Entity, Record},
        id::{ConflictId, DealId},
        matching::MatchingPolicy,
    },
    store::unit::Past,
};
use std::collections::{BTreeMap, HashMap};

/// What is known of the deal desk from the records so far.
#[derive(Default)]
pub struct DealShadow {
    pub deals: BTreeMap<DealId, Registration>,
    pub cases: BTreeMap<ConflictId, ConflictCase>,
    pub counters: BTreeMap<Counted, i64>,
    /// Who protects what, by the registrations alone.
    pub protections: BTreeMap<ProtectionKey, DealId>,
    protects: HashMap<DealId, Vec<ProtectionKey>>,
    /// Whose each place in the order of complete submissions is.
    places: HashMap<i64, DealId>,
    /// Each decision as it was made.
    pub(super) decided: HashMap<ConflictId, Vec<Decision>>,
    policy: MatchingPolicy,
}

/// Whoever may cause the event.
pub const fn allowed(event: &DealEvent) -> &'static [Permission] {
    match event {
        DealEvent::Approved { .. }
        | DealEvent::Rejected { .. }
        | DealEvent::Extended { .. }
        | DealEvent::Awarded { .. }
        | DealEvent::Overruled { .. } => &[Permission::DealDecide],
        DealEvent::Warned { .. } | DealEvent::Breached { .. } => &[Permission::Sweep],
        DealEvent::Erased => &[Permission::Erase],
        DealEvent::Drafted { .. } | DealEvent::Submitted { .. } => &[Permission::Import, Permission::DealWork],
        // What a conflict does to its parties is everybody's who may find one.
        DealEvent::Disputed { .. }
        | DealEvent::Held { .. }
        | DealEvent::Released { .. }
        | DealEvent::Settled { .. }
        | DealEvent::Expired { .. } => &[Permission::DealWork, Permission::Import, Permission::Sweep],
        _ => &[Permission::DealWork],
    }
}

impl DealShadow {
    pub(super) fn take(&mut self, record: &Record, event: &DealEvent, zone: Tz) -> Finding {
        let Entity::Deal(id) = record.entity else { return Err("a registration's event of something else".to_owned()) };
        let before = self.deals.remove(&id);
        let known = before.as_ref().map_or(0, |deal| deal.version);
        ensure!(record.version == known + 1, "{id} goes from version {known} to {}", record.version);
        let after = match &before {
            None => Registration::begin(id, event, record.at).ok_or_else(|| format!("{id} begins without a draft"))?,
            Some(before) => {
                let mut deal = before.clone();
                deal.apply(event, record.at);
                deal
            }
        };
        if let Some(before) = &before {
            steps(before, &after, event)?;
            decided_by_others(before, event, record)?;
        }
        self.placed(&after, event)?;
        self.count(stats::counted(event, day_of(record.at, zone)), stats::taken_away(event));
        self.deals.insert(id, after);
        Ok(())
    }

    pub(super) fn count(&mut self, counted: Vec<Counted>, taken_away: &[Counted]) {
        for counted in counted {
            *self.counters.entry(counted).or_default() += 1;
        }
        for counted in taken_away {
            *self.counters.entry(*counted).or_default() -= 1;
        }
    }

    /// Of two complete submissions one is the first.
    fn placed(&mut self, deal: &Registration, event: &DealEvent) -> Finding {
        let (DealEvent::Submitted { .. } | DealEvent::Resubmitted { .. }, Some(place)) = (event, deal.place) else { return Ok(()) };
        let holder = *self.places.entry(place.sequence).or_insert(deal.id);
        ensure!(holder == deal.id, "{} and {holder} have the same place {}", deal.id, place.sequence);
        Ok(())
    }

    /// What must hold as soon as the whole commit is there.
    pub(super) fn settled(&mut self, touched: &Touched, commit: &[Past]) -> Finding {
        for id in &touched.deals {
            for key in self.protects.remove(id).into_iter().flatten() {
                self.protections.remove(&key);
            }
        }
        for id in &touched.deals {
            let Some(deal) = self.deals.get(id) else { continue };
            let keys = protection_keys(deal, &self.policy);
            for key in &keys {
                let other = self.protections.insert(key.clone(), *id);
                ensure!(other.is_none(), "{id} and {other:?} are protected for {key} at once");
            }
            if !keys.is_empty() {
                self.protects.insert(*id, keys);
            }
        }
        for id in &touched.cases {
            self.case_settled(*id, commit)?;
        }
        touched.deals.iter().filter_map(|id| self.deals.get(id)).try_for_each(|deal| self.sound(deal))
    }

    /// A registration as the table has it, against the account and against what every registration must be.
    pub fn compare(&self, deal: &Registration) -> Finding {
        let own = self.deals.get(&deal.id).ok_or_else(|| format!("{} is in the table and not in the chain", deal.id))?;
        ensure!(own == deal, "{} differs from its replay:\n  table  {deal:?}\n  replay {own:?}", deal.id);
        self.sound(deal)
    }

    /// What holds for every registration at rest.
    fn sound(&self, deal: &Registration) -> Finding {
        let (id, state) = (deal.id, deal.state.name());
        ensure!(deal.clock.is_some() == deal.state.is_undecided(), "{id} is {state} with {:?}", deal.clock);
        let waits = deal.hold.is_some() || matches!(deal.state, DealState::ActionRequired { .. });
        ensure!(deal.waiting_since.is_some() == waits, "{id} is {state}, held: {:?}, and waits since {:?}", deal.hold, deal.waiting_since);
        ensure!(deal.hold.is_none() || deal.state.is_claim(), "{id} is {state} and held");
        let had = !matches!(deal.state, DealState::Withdrawn { .. }) && deal.state.approval().is_some();
        ensure!(!had || deal.place.is_some(), "{id} is {state} and was never complete");
        ensure!(deal.documents.iter().zip(1..).all(|(exhibit, no)| exhibit.no == no), "{id} numbers its documents wrong");
        self.disputed(deal)?;
        let Some(clock) = &deal.clock else { return Ok(()) };
        ensure!(clock.no <= deal.clocks, "{id} runs clock {} of {}", clock.no, deal.clocks);
        ensure!(usize::from(clock.stage) <= clock.warn.len(), "{id} warned {} times", clock.stage);
        ensure!(waits || clock.breached == clock.next.is_none(), "{id}: nobody will look at clock {}: {clock:?}", clock.no);
        Ok(())
    }

    /// A conflict holds both sides while it is open or appealed, and lets them go afterwards.
    fn disputed(&self, deal: &Registration) -> Finding {
        let (id, state) = (deal.id, deal.state.name());
        let by_conflict = deal.hold.as_ref().is_some_and(|hold| hold.reason == HoldReason::Conflict);
        let pending = deal.dispute.filter(|dispute| dispute.phase != DisputePhase::Decided);
        let must = pending.is_some() && deal.state.is_claim();
        ensure!(by_conflict == must, "{id} is {state}, {:?}, held: {:?}", deal.dispute, deal.hold);
        let stands = deal.protection().is_some_and(|protection| protection.paused_on.is_some());
        let by_partner = deal.hold.as_ref().is_some_and(|hold| hold.reason == HoldReason::PartnerSuspended);
        ensure!(!stands || by_conflict || by_partner, "{id}: its protection stands still, and neither a conflict nor its partner holds it");
        let Some(dispute) = deal.dispute else { return Ok(()) };
        let case = self.cases.get(&dispute.case).ok_or_else(|| format!("{id} disputes in {}, which is not there", dispute.case))?;
        ensure!(case.has(id), "{id} disputes in {}, and is no party of it", case.id);
        let phase = super::case::phase(case);
        ensure!(phase == Some(dispute.phase), "{id} thinks that {} is {:?}; it is {}", case.id, dispute.phase, case.state.name());
        Ok(())
    }
}

/// One event: a step of the graph, and no clock backwards.
fn steps(before: &Registration, after: &Registration, event: &DealEvent) -> Finding {
    let undone = matches!(event, DealEvent::Undone { .. });
    let (from, to) = (before.state.name(), after.state.name());
    ensure!(graph::deal_may_go(from, to, undone), "{} goes from {from} to {to}", after.id);
    let given_back = from != "rejected" || to == "rejected" || undone || matches!(event, DealEvent::Awarded { .. });
    ensure!(given_back, "{} was rejected, and came back by {}", after.id, event.name());
    ensure!(after.clocks >= before.clocks, "{} forgot how many clocks it had", after.id);
    ensure!(undone || after.breaches >= before.breaches, "{} forgot a breach", after.id);
    ensure!(after.documents.starts_with(&before.documents), "{} lost a document", after.id);
    let (Some(was), Some(is)) = (&before.clock, &after.clock) else { return Ok(()) };
    clock_runs_forwards(was, is, undone, after.waiting_since.is_some()).map_err(|why| format!("{}: {why}", after.id))
}

/// Nobody approves what they asked for.
fn decided_by_others(before: &Registration, event: &DealEvent, record: &Record) -> Finding {
    let own = matches!(event, DealEvent::Approved { .. }) && before.requesters.contains(&record.actor);
    ensure!(!own, "{} asked for {} and approved it", record.actor, before.id);
    Ok(())
}
