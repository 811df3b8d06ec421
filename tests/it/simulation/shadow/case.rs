//! The second account of the conflicts: what was decided, on what, and who was told.

use super::{Finding, clock_runs_forwards, deal::DealShadow, ensure, graph};
use chrono_tz::Tz;
use pilothouse::{
    domain::{
        actor::Permission,
        aggregate::Aggregate,
        day::day_of,
        deal::{
            DealEvent, DisputePhase, EvidencePin,
            conflict::{CaseClockKind, CaseEvent, CaseResult, CaseState, ConflictCase, Decision, NoticeKind, Verdict, shares::WHOLE},
            stats,
        },
        event::{Entity, Event, Record},
        id::{ConflictId, DealId},
    },
    store::unit::Past,
};
use std::collections::BTreeSet;

pub const fn allowed(event: &CaseEvent) -> &'static [Permission] {
    match event {
        CaseEvent::Decided { .. } | CaseEvent::Upheld { .. } | CaseEvent::Overturned { .. } => &[Permission::DealDecide],
        CaseEvent::Warned { .. } | CaseEvent::Breached { .. } => &[Permission::Sweep],
        CaseEvent::Flagged { .. } | CaseEvent::Joined { .. } => &[Permission::DealWork, Permission::Import, Permission::Sweep],
        _ => &[Permission::DealWork, Permission::Sweep],
    }
}

/// What a party knows of a case in this state; nothing after its end.
pub const fn phase(case: &ConflictCase) -> Option<DisputePhase> {
    match case.state {
        CaseState::Flagged | CaseState::Evidence | CaseState::Review { .. } => Some(DisputePhase::Open),
        CaseState::Decided | CaseState::Notified | CaseState::Upheld | CaseState::Overturned => Some(DisputePhase::Decided),
        CaseState::Appealed { .. } => Some(DisputePhase::Appealed),
        CaseState::Closed { .. } => None,
    }
}

impl DealShadow {
    pub(super) fn take_case(&mut self, record: &Record, event: &CaseEvent, zone: Tz) -> Finding {
        let Entity::Conflict(id) = record.entity else { return Err("a conflict's event of something else".to_owned()) };
        let before = self.cases.remove(&id);
        let known = before.as_ref().map_or(0, |case| case.version);
        ensure!(record.version == known + 1, "{id} goes from version {known} to {}", record.version);
        let after = match &before {
            None => ConflictCase::begin(id, event, record.at).ok_or_else(|| format!("{id} begins without a flag"))?,
            Some(before) => {
                let mut case = before.clone();
                case.apply(event, record.at);
                case
            }
        };
        if let Some(before) = &before {
            steps(before, &after)?;
        }
        if let CaseEvent::Decided { decision, .. } | CaseEvent::Upheld { decision, .. } | CaseEvent::Overturned { decision, .. } = event {
            self.judged(&after, decision, record)?;
            self.decided.entry(id).or_default().push((**decision).clone());
        }
        self.count(stats::counted_case(event, day_of(record.at, zone)), &[]);
        self.cases.insert(id, after);
        Ok(())
    }

    /// Whoever decides has asked for nothing and decided nothing here before, and pins what there was to see.
    fn judged(&self, case: &ConflictCase, decision: &Decision, record: &Record) -> Finding {
        let id = case.id;
        ensure!(decision.by == record.actor, "{id} was decided by {}, it says by {}", record.actor, decision.by);
        let parties = || case.parties.iter().filter_map(|party| self.deals.get(&party.deal));
        ensure!(parties().count() == case.parties.len(), "a party of {id} is not there");
        let own = parties().find(|deal| deal.requesters.contains(&decision.by));
        ensure!(own.is_none(), "{} decided {id} and had asked for {:?}", decision.by, own.map(|deal| deal.id));
        let before = self.decided.get(&id).map_or(&[][..], Vec::as_slice);
        ensure!(before.iter().all(|one| one.by != decision.by), "{} decided {id} twice", decision.by);
        ensure!(decision.no as usize == before.len() + 1, "decision {} of {id} follows {}", decision.no, before.len());
        let seen = EvidencePin::of(parties().flat_map(|deal| &deal.documents));
        ensure!(decision.evidence == seen && seen.is_sound(), "{id} pins {:?}, there was {seen:?}", decision.evidence);
        if let Verdict::Split { shares } = &decision.verdict {
            let sum: u32 = shares.iter().map(|(_, bp)| u32::from(bp)).sum();
            ensure!(sum == u32::from(WHOLE), "{id} shares {sum} basis points");
        }
        Ok(())
    }

    /// What must hold of a case as soon as the whole commit is there: one winner, or shares that are the whole.
    pub(super) fn case_settled(&self, id: ConflictId, commit: &[Past]) -> Finding {
        let Some(case) = self.cases.get(&id) else { return Ok(()) };
        let verdict = commit.iter().rev().find_map(|past| match &past.record.event {
            Event::Case(CaseEvent::Decided { decision, .. } | CaseEvent::Overturned { decision, .. })
                if past.record.entity == Entity::Conflict(id) =>
            {
                Some(&decision.verdict)
            }
            _ => None,
        });
        if let Some(verdict) = verdict {
            self.carried_out(case, verdict, commit)?;
        }
        self.sound_case(case)
    }

    fn carried_out(&self, case: &ConflictCase, verdict: &Verdict, commit: &[Past]) -> Finding {
        let named: BTreeSet<DealId> = verdict.names().into_iter().collect();
        let void = *verdict == Verdict::Void;
        for deal in case.parties.iter().filter_map(|party| self.deals.get(&party.deal)) {
            let has = matches!(deal.state.name(), "approved" | "won");
            let fits = void || if named.contains(&deal.id) { has } else { !deal.state.is_claim() };
            ensure!(fits, "{}: {verdict:?} left {} {}", case.id, deal.id, deal.state.name());
            let principal = Some(deal.id) == verdict.principal();
            ensure!(void || deal.holds_protection() == (principal && deal.state.name() == "approved"), "{}: who protects it?", case.id);
        }
        let awarded: Vec<u32> = commit
            .iter()
            .filter_map(|past| match &past.record.event {
                Event::Deal(DealEvent::Awarded { case: own, share: Some(share), .. }) if *own == case.id => Some(u32::from(share.share_bp)),
                _ => None,
            })
            .collect();
        let wanted = if matches!(verdict, Verdict::Split { .. }) { u32::from(WHOLE) } else { 0 };
        ensure!(awarded.iter().sum::<u32>() == wanted, "{}: the parties were given {awarded:?} basis points", case.id);
        Ok(())
    }

    /// A case as the table has it, against the account.
    pub fn compare_case(&self, case: &ConflictCase) -> Finding {
        let own = self.cases.get(&case.id).ok_or_else(|| format!("{} is in the table and not in the chain", case.id))?;
        ensure!(own == case, "{} differs from its replay:\n  table  {case:?}\n  replay {own:?}", case.id);
        let decided = self.decided.get(&case.id).map_or(&[][..], Vec::as_slice);
        ensure!(case.decisions == decided, "a decision of {} is no longer what was decided", case.id);
        self.sound_case(case)
    }

    fn sound_case(&self, case: &ConflictCase) -> Finding {
        let (id, state) = (case.id, case.state.name());
        let parties: BTreeSet<DealId> = case.parties.iter().map(|party| party.deal).collect();
        ensure!(parties.len() >= 2 && parties.len() == case.parties.len(), "{id} is between {:?}", case.parties);
        let between = |(a, b): (DealId, DealId)| a < b && parties.contains(&a) && parties.contains(&b);
        ensure!(!case.findings.is_empty() && case.findings.iter().all(|one| between(one.between)), "{id} found {:?}", case.findings);
        let kind = match case.state {
            CaseState::Evidence => Some(CaseClockKind::Evidence),
            CaseState::Review { .. } => Some(CaseClockKind::Review),
            CaseState::Notified => Some(CaseClockKind::AppealWindow),
            CaseState::Appealed { .. } => Some(CaseClockKind::Appeal),
            _ => None,
        };
        ensure!(case.clock.as_ref().map(|clock| clock.kind) == kind, "{id} is {state} with {:?}", case.clock);
        let is_dissolved = case.state == CaseState::Closed { result: CaseResult::Dissolved };
        let claims = parties.iter().filter_map(|deal| self.deals.get(deal)).filter(|deal| deal.state.is_claim()).count();
        ensure!(!case.state.is_open() || claims >= 2, "{id} is {state}, and {claims} of its parties claim the deal");
        ensure!(
            case.decisions.is_empty() == (case.state.is_open() || is_dissolved),
            "{id} is {state} with {} decisions",
            case.decisions.len()
        );
        told(case)?;
        for deal in parties.iter().filter_map(|deal| self.deals.get(deal)) {
            let own = deal.dispute.filter(|dispute| dispute.case == id).map(|dispute| dispute.phase);
            ensure!(own == phase(case), "{id} is {state}, and {} thinks {own:?}", deal.id);
        }
        Ok(())
    }
}

fn steps(before: &ConflictCase, after: &ConflictCase) -> Finding {
    let (id, from, to) = (after.id, before.state.name(), after.state.name());
    ensure!(graph::case_may_go(from, to), "{id} goes from {from} to {to}");
    ensure!(after.clocks >= before.clocks && after.breaches >= before.breaches, "{id} forgot a clock or a breach");
    ensure!(after.notices.starts_with(&before.notices), "{id} forgot what it told");
    ensure!(after.decisions.starts_with(&before.decisions), "{id} changed a decision");
    let (Some(was), Some(is)) = (&before.clock, &after.clock) else { return Ok(()) };
    clock_runs_forwards(was, is, false, false).map_err(|why| format!("{id}: {why}"))
}

/// Each party has been asked for evidence, and knows what was decided.
fn told(case: &ConflictCase) -> Finding {
    let knows = |deal: DealId, kinds: &[NoticeKind]| case.notices.iter().any(|one| one.deal == deal && kinds.contains(&one.kind));
    let decided = [NoticeKind::Awarded, NoticeKind::Shared, NoticeKind::GaveWay, NoticeKind::NobodyGot, NoticeKind::NoConflict];
    let is_dissolved = case.state == CaseState::Closed { result: CaseResult::Dissolved };
    let asked = case.state != CaseState::Flagged && !is_dissolved;
    let is_decided =
        !is_dissolved && !matches!(case.state, CaseState::Flagged | CaseState::Evidence | CaseState::Review { .. } | CaseState::Decided);
    for party in &case.parties {
        ensure!(!asked || knows(party.deal, &[NoticeKind::EvidenceWanted]), "{} did not ask {} for evidence", case.id, party.deal);
        ensure!(!is_decided || knows(party.deal, &decided), "{} did not tell {} what was decided", case.id, party.deal);
    }
    let latest = case.decision().map(|decision| &decision.verdict);
    if let (Some(Verdict::Award { winner }), CaseState::Overturned) = (latest, &case.state) {
        ensure!(knows(*winner, &[NoticeKind::Awarded]), "{} did not tell {winner} that it won", case.id);
    }
    Ok(())
}
