//! The deal desk in the run in memory: what people do there, and what is counted anew.

use super::Desk;
use crate::simulation::{
    chance::Chance,
    script,
    shadow::{deal::DealShadow, ensure},
};
use pilothouse::{
    app::{Command, DealTarget, Rules},
    domain::{
        aggregate::Aggregate,
        deal::{
            Registration,
            conflict::{CaseState, Claim, ConflictCase, candidate_keys, conflicts},
            stats::Counted,
        },
        event::Event,
        id::{ConflictId, DealId},
        matching::{MEMBERS_MAX, MatchingPolicy},
        time::Instant,
    },
    store::memory::DealDesk,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Work is about these latest registrations and conflicts most of the time, so that people meet.
const FRESH: usize = 60;
const FRESH_CASES: usize = 8;
/// How many may share a key that is evidence by itself, as the search has it.
const RARE: usize = 4;

impl Desk {
    pub(super) fn deal_command(&mut self, is_engine: bool) -> Command {
        let state = self.world.look();
        let (desk, chance) = (&state.desk, &mut self.chance);
        let count = i64::try_from(desk.deals.len()).expect("few deals");
        if is_engine {
            return script::deal::engine(count, chance);
        }
        if desk.deals.is_empty() || chance.per_mille(150) {
            let leads = i64::try_from(state.leads.len()).expect("few leads");
            return script::deal::around(&mut self.deal_bank, leads, count, self.now, chance);
        }
        let deal = late(&desk.deals, FRESH, chance);
        if !desk.cases.is_empty() && chance.per_mille(300) {
            let mut case = late(&desk.cases, FRESH_CASES, chance);
            if matches!(case.state, CaseState::Closed { .. }) {
                case = late(&desk.cases, FRESH_CASES, chance);
            }
            let parties: Vec<&Registration> = case.parties.iter().filter_map(|party| desk.deals.find(party.deal)).collect();
            return script::deal::on_case(case, &parties, deal.id, chance);
        }
        let verb = script::deal::verb(deal, chance);
        let command = script::deal::with_objects(verb, deal, count, self.now, chance);
        let mut targets = vec![script::deal::target(deal, chance)];
        if chance.per_mille(80) {
            targets.extend((0..chance.below(6)).map(|_| script::deal::target(late(&desk.deals, FRESH, chance), chance)));
            if chance.per_mille(100) {
                targets.push(DealTarget::from(DealId(count + 7)));
            }
        }
        Command::Deals { targets, command }
    }

    /// When everything that was due is done and the engine has looked at every claim, no two that conflict stand side by
    /// side without a case: nobody is given what another has by a gap in the search.
    pub(super) fn every_conflict_is_found(&mut self) -> Result<(), String> {
        let everybody: Vec<DealId> = self.world.look().desk.deals.iter().map(|deal| deal.id).collect();
        for deals in everybody.chunks(50) {
            self.alone(Command::SweepConflicts { deals: deals.to_vec() })?;
        }
        let rules = self.players[0].cache.lock().ok().and_then(|cache| cache.clone()).ok_or("nobody knows the rules")?;
        let state = self.world.look();
        let policy = rules.program().matching.policy();
        let mut sides: HashMap<i64, (bool, Vec<&Registration>)> = HashMap::new();
        for deal in state.desk.deals.iter().filter(|deal| deal.state.is_claim()) {
            for key in candidate_keys(deal, &policy) {
                let (is_family, list) = sides.entry(key.key).or_default();
                *is_family = key.is_family;
                list.push(deal);
            }
        }
        // A key that many share says too little to be followed; of one that some share it takes two.
        let mut alike: BTreeMap<(DealId, DealId), (usize, [&Registration; 2])> = BTreeMap::new();
        for (is_family, list) in sides.values().filter(|(_, list)| list.len() <= MEMBERS_MAX) {
            let weight = if *is_family || list.len() <= RARE { 2 } else { 1 };
            for (place, a) in list.iter().enumerate() {
                for b in list[place + 1..].iter().filter(|b| a.dispute.is_none() && b.dispute.is_none()) {
                    alike.entry((a.id.min(b.id), a.id.max(b.id))).or_insert((0, [a, b])).0 += weight;
                }
            }
        }
        let met: BTreeSet<(DealId, DealId)> = state.desk.cases.iter().flat_map(pairs).collect();
        for ((one, other), (weight, both)) in alike {
            let [Some(a), Some(b)] = both.map(|deal| claim_of(&rules, deal)) else { continue };
            let found = weight >= 2 && !met.contains(&(one, other)) && !conflicts(&a, &b, rules.program(), &policy, self.now).is_empty();
            ensure!(!found, "{one} and {other} conflict, and nobody noticed");
        }
        Ok(())
    }
}

fn claim_of<'c>(rules: &'c Rules, deal: &'c Registration) -> Option<Claim<'c>> {
    Some(Claim { registration: deal, partner: rules.directory().get(deal.partner)?, sales: &[] })
}

fn late<'a, T>(all: &'a [T], fresh: usize, chance: &mut Chance) -> &'a T {
    if all.len() > fresh && chance.per_mille(850) { &all[all.len() - 1 - chance.below(fresh)] } else { chance.pick(all) }
}

/// Every two parties of a case.
fn pairs(case: &ConflictCase) -> Vec<(DealId, DealId)> {
    let ids: BTreeSet<DealId> = case.parties.iter().map(|party| party.deal).collect();
    ids.iter().flat_map(|a| ids.iter().filter(move |b| a < *b).map(move |b| (*a, *b))).collect()
}

/// Counts everything of the deal desk anew.
pub(super) fn recount(desk: &DealDesk, shadow: &DealShadow) -> Result<(), String> {
    ensure!(desk.deals.len() == shadow.deals.len(), "{} registrations, {} in the chain", desk.deals.len(), shadow.deals.len());
    ensure!(desk.cases.len() == shadow.cases.len(), "{} conflicts, {} in the chain", desk.cases.len(), shadow.cases.len());
    desk.deals.iter().try_for_each(|deal| shadow.compare(deal))?;
    desk.cases.iter().try_for_each(|case| shadow.compare_case(case))?;
    ensure!(desk.protections == shadow.protections, "what is protected differs from a recount");
    let some = |counters: &BTreeMap<Counted, i64>| -> Vec<_> {
        counters.iter().filter(|(_, value)| **value != 0).map(|(counted, value)| (*counted, *value)).collect()
    };
    ensure!(some(&desk.counters) == some(&shadow.counters), "the deal desk's counters differ from a recount");
    ensure!(desk.counters.values().all(|value| *value >= 0), "a counter of the deal desk is negative");
    let policy = MatchingPolicy::default();
    let mut members: BTreeMap<i64, BTreeSet<DealId>> = BTreeMap::new();
    for deal in desk.deals.iter().filter(|deal| deal.state.is_claim()) {
        for key in candidate_keys(deal, &policy) {
            members.entry(key.key).or_default().insert(deal.id);
        }
    }
    let filed = desk.members.iter().filter(|(_, list)| !list.is_empty());
    let filed: BTreeMap<i64, BTreeSet<DealId>> = filed.map(|(key, list)| (*key, list.iter().map(|(_, id)| *id).collect())).collect();
    ensure!(filed == members, "the keys by which conflicts are found differ from a recount");
    Ok(())
}

pub(super) fn nothing_due(desk: &DealDesk, now: Instant) -> Result<(), String> {
    let deal = desk.deals.iter().find(|deal| deal.next_at().is_some_and(|at| at <= now));
    ensure!(deal.is_none(), "the engine has nothing to do for {deal:?}, which is due");
    let case = desk.cases.iter().find(|case| case.next_at().is_some_and(|at| at <= now));
    ensure!(case.is_none(), "the engine has nothing to do for {case:?}, which is due");
    Ok(())
}

/// The deal desk as it is played from the chain.
#[derive(Default)]
pub(super) struct Replayed {
    deals: BTreeMap<DealId, Registration>,
    cases: BTreeMap<ConflictId, ConflictCase>,
}

impl Replayed {
    pub(super) fn take(&mut self, id: i64, event: &Event, at: Instant) {
        match event {
            Event::Deal(event) => match self.deals.get_mut(&DealId(id)) {
                Some(deal) => deal.apply(event, at),
                None => self.deals.extend(Registration::begin(DealId(id), event, at).map(|deal| (deal.id, deal))),
            },
            Event::Case(event) => match self.cases.get_mut(&ConflictId(id)) {
                Some(case) => case.apply(event, at),
                None => self.cases.extend(ConflictCase::begin(ConflictId(id), event, at).map(|case| (case.id, case))),
            },
            _ => {}
        }
    }

    pub(super) fn compare(&self, desk: &DealDesk) -> Result<(), String> {
        ensure!(self.deals.values().eq(desk.deals.iter()), "the replayed registrations differ");
        ensure!(self.cases.values().eq(desk.cases.iter()), "the replayed conflicts differ");
        let bytes = |deals: &mut dyn Iterator<Item = &Registration>| serde_json::to_string(&deals.collect::<Vec<_>>());
        let (played, kept) = (bytes(&mut self.deals.values()), bytes(&mut desk.deals.iter()));
        ensure!(played.ok() == kept.ok(), "the replayed registrations are written differently");
        let bytes = |cases: &mut dyn Iterator<Item = &ConflictCase>| serde_json::to_string(&cases.collect::<Vec<_>>());
        let (played, kept) = (bytes(&mut self.cases.values()), bytes(&mut desk.cases.iter()));
        ensure!(played.ok() == kept.ok(), "the replayed conflicts are written differently");
        Ok(())
    }
}
