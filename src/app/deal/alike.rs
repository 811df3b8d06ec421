//! Which registrations are worth comparing with which, and whether one of them protects what another is about.

use super::draft::DealDraft;
use crate::{
    app::{Failure, Rules},
    domain::{
        day::{day_number, local_date},
        deal::{
            Registration,
            conflict::{CandidateKey, Claim, candidate_keys, candidate_keys_of, conflicts},
            decide::Holder,
        },
        id::{ConflictId, DealId},
        matching::{MEMBERS_MAX, MatchingPolicy, worth_comparing},
        program::Program,
        time::Instant,
    },
    store::{Unit, unit::FAMILY_MAX},
};
use chrono::{Days, NaiveDate};
use std::collections::{BTreeSet, HashMap};

/// A key that no more share, the subject among them, is evidence by itself; of a more common one it takes two.
pub(super) const RARE: usize = 4;

/// Deals won before this day give no credit any more, and conflict with nobody.
pub(super) fn since(program: &Program, now: Instant) -> i64 {
    let credit = Days::new(u64::from(program.deals.conflict.credit_days));
    day_number(local_date(now, program.zone).checked_sub_days(credit).unwrap_or(NaiveDate::MIN))
}

/// The candidate keys of registrations that claim a deal.
pub(super) struct Keys(Vec<(DealId, Vec<CandidateKey>)>);

impl Keys {
    pub fn of<'d>(deals: impl Iterator<Item = &'d Registration>, policy: &MatchingPolicy) -> Self {
        Self(deals.filter(|deal| deal.state.is_claim()).map(|deal| (deal.id, candidate_keys(deal, policy))).collect())
    }

    /// The same of registrations whose customers the draft spells, and has spelt from then on.
    pub fn drafted(draft: &mut DealDraft<'_>, ids: &[DealId]) -> Self {
        let is_claim = |draft: &DealDraft<'_>, id: &DealId| draft.deal(*id).is_some_and(|deal| deal.state.is_claim());
        let mut keys = Vec::with_capacity(ids.len());
        for id in ids.iter().filter(|id| is_claim(draft, id)).copied().collect::<Vec<_>>() {
            let spelling = draft.spelling(id);
            keys.extend(draft.deal(id).zip(spelling).map(|(deal, spelling)| (id, candidate_keys_of(deal, &spelling))));
        }
        Self(keys)
    }

    /// What to ask the database for, each once.
    pub fn wanted(&self) -> Vec<CandidateKey> {
        let mut wanted: Vec<CandidateKey> = self.0.iter().flat_map(|(_, own)| own).copied().collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// The registrations worth comparing with each, among these and those that the database found.
    pub fn alike(self, found: Vec<(i64, DealId)>) -> HashMap<DealId, Vec<DealId>> {
        let mut members: HashMap<i64, Vec<DealId>> = HashMap::new();
        let own = self.0.iter().flat_map(|(id, own)| own.iter().map(|key| (key.key, *id)));
        for (key, id) in own.chain(found) {
            members.entry(key).or_default().push(id);
        }
        for list in members.values_mut() {
            list.sort_unstable();
            list.dedup();
        }
        let of = |(id, own): (DealId, Vec<CandidateKey>)| {
            let (family, rest): (Vec<CandidateKey>, Vec<CandidateKey>) = own.into_iter().partition(|key| key.is_family);
            let followed = |keys: &[CandidateKey], max: usize| -> Vec<&[DealId]> {
                let lists = keys.iter().filter_map(|key| members.get(&key.key)).map(Vec::as_slice);
                lists.filter(|list| list.len() <= max).collect()
            };
            let mut others = worth_comparing(followed(&rest, MEMBERS_MAX), RARE);
            others.extend(followed(&family, 2 * FAMILY_MAX).into_iter().flatten());
            others.sort_unstable();
            others.dedup();
            others.retain(|other| *other != id);
            (id, others)
        };
        self.0.into_iter().map(of).collect()
    }
}

/// The cases that each is or was a party of.
pub(super) struct Met(HashMap<DealId, BTreeSet<ConflictId>>);

impl Met {
    pub fn of(parties: Vec<(DealId, ConflictId)>) -> Self {
        let mut cases: HashMap<DealId, BTreeSet<ConflictId>> = HashMap::new();
        for (deal, case) in parties {
            cases.entry(deal).or_default().insert(case);
        }
        Self(cases)
    }

    /// What was decided between two is not brought up again by a machine.
    pub fn before(&self, a: DealId, b: DealId) -> bool {
        match (self.0.get(&a), self.0.get(&b)) {
            (Some(a), Some(b)) => a.intersection(b).next().is_some(),
            _ => false,
        }
    }
}

/// Of these others, one that protects what a registration is about, however its customer is spelt. One whose conflict is
/// decided and not closed yet is in no new case, and is in the way all the same.
pub(super) fn holder<'d>(
    deal: &Registration,
    others: impl IntoIterator<Item = &'d Registration>,
    met: &Met,
    rules: &Rules,
    now: Instant,
) -> Option<Holder> {
    let (program, directory) = (rules.program(), rules.directory());
    let policy = program.matching.policy();
    // What was sold to whom makes a conflict of another kind and none by itself.
    let claim = |registration| Some(Claim { registration, partner: directory.get(registration.partner)?, sales: &[] });
    let own = claim(deal)?;
    others
        .into_iter()
        .filter(|other| other.holds_protection() && !met.before(deal.id, other.id))
        .find(|other| claim(other).is_some_and(|other| !conflicts(&own, &other, program, &policy, now).is_empty()))
        .map(Holder::of)
}

/// Everything that may protect what some registrations are about, if they were approved.
pub(super) struct Rivals {
    alike: HashMap<DealId, Vec<DealId>>,
    met: Met,
}

impl Rivals {
    pub async fn load<U: Unit>(unit: &mut U, draft: &mut DealDraft<'_>, of: &[Registration]) -> Result<Self, Failure> {
        let own = Keys::of(of.iter(), &draft.policy);
        let found = unit.deals_by_key(&own.wanted(), since(draft.scene.rules.program(), draft.scene.now)).await?;
        let alike = own.alike(found);
        let everyone: BTreeSet<DealId> = alike.iter().flat_map(|(id, others)| others.iter().chain([id])).copied().collect();
        let everyone: Vec<DealId> = everyone.into_iter().collect();
        draft.load(unit, everyone.iter().copied()).await?;
        Ok(Self { alike, met: Met::of(unit.cases_of(&everyone).await?) })
    }

    pub fn holder(&self, draft: &DealDraft<'_>, deal: &Registration) -> Option<Holder> {
        let others = self.alike.get(&deal.id).into_iter().flatten().filter_map(|id| draft.deal(*id));
        holder(deal, others, &self.met, draft.scene.rules, draft.scene.now)
    }
}
