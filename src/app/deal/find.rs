//! Conflicts are found: at a submission, an edit, a match, and by the sweep, all with this code and inside the transaction
//! of the command. Whatever is found is held at once.

use super::draft::DealDraft;
use crate::{
    app::Failure,
    domain::{
        day::day_number,
        deal::{
            DisputePhase, Registration,
            conflict::{
                CandidateKey, CaseCommand, Claim, Finding, Sale, candidate_keys, conflicts, conflicts_by, decide_case,
                features as spelling, open, same_customer_by,
            },
        },
        id::{AccountId, ConflictId, DealId, PartnerId},
        matching::{Features, MEMBERS_MAX, worth_comparing},
    },
    store::{Unit, unit::FAMILY_MAX},
};
use chrono::{Days, Months, NaiveDate};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// What our own data says partners sold to customers.
#[derive(Default)]
pub(in crate::app) struct SalesBook(HashMap<(PartnerId, AccountId), Vec<Sale>>);

impl SalesBook {
    /// The sales of the parties to their customers, as far back as incumbency counts.
    pub async fn load<'d, U: Unit>(
        unit: &mut U,
        draft: &DealDraft<'_>,
        deals: impl Iterator<Item = &'d Registration>,
    ) -> Result<Self, Failure> {
        let mut of: Vec<(PartnerId, AccountId)> = deals.filter_map(|deal| Some((deal.partner, deal.account?.family))).collect();
        of.sort_unstable();
        of.dedup();
        let months = Months::new(draft.scene.rules.program().deals.conflict.incumbency_months);
        let since = draft.today().checked_sub_months(months).unwrap_or(NaiveDate::MIN);
        let mut book = Self::default();
        if !of.is_empty() {
            for (partner, family, sale) in unit.sales(&of, since).await? {
                book.0.entry((partner, family)).or_default().push(sale);
            }
        }
        Ok(book)
    }

    pub fn of(&self, deal: &Registration) -> &[Sale] {
        deal.account.and_then(|link| self.0.get(&(deal.partner, link.family))).map_or(&[], Vec::as_slice)
    }

    /// One side of a conflict; nothing when its partner is unknown.
    pub fn claim<'c>(&'c self, draft: &'c DealDraft<'_>, id: DealId) -> Option<Claim<'c>> {
        let registration = draft.deal(id)?;
        let partner = draft.scene.rules.directory().get(registration.partner)?;
        Some(Claim { registration, partner, sales: self.of(registration) })
    }

    pub fn claims<'c>(&'c self, draft: &'c DealDraft<'_>, ids: impl IntoIterator<Item = DealId>) -> Vec<Claim<'c>> {
        ids.into_iter().filter_map(|id| self.claim(draft, id)).collect()
    }
}

/// A key that no more share, the subject among them, is evidence by itself; of a more common one it takes two.
const RARE: usize = 4;

/// Everything that registrations may conflict with.
pub(in crate::app) struct Pool {
    /// Those who share keys worth following with each subject.
    alike: HashMap<DealId, Vec<DealId>>,
    /// The cases that each is or was a party of.
    cases: HashMap<DealId, BTreeSet<ConflictId>>,
    sales: SalesBook,
    /// The customers as the matcher spells them, of those that were compared so far: the costly part of a comparison.
    features: HashMap<DealId, Arc<Features>>,
}

/// Looks for conflicts of these registrations, and opens or joins cases. Gives the cases that came of it. Whoever calls has
/// taken the lock of [`Unit::submission_numbers`].
pub(in crate::app) async fn find<U: Unit>(
    unit: &mut U,
    draft: &mut DealDraft<'_>,
    subjects: &[DealId],
) -> Result<Vec<ConflictId>, Failure> {
    let mut pool = Pool::load(unit, draft, subjects).await?;
    let mut touched = BTreeSet::new();
    for subject in subjects {
        touched.extend(pool.settle(unit, draft, *subject).await?);
    }
    Ok(touched.into_iter().collect())
}

impl Pool {
    pub async fn load<U: Unit>(unit: &mut U, draft: &mut DealDraft<'_>, subjects: &[DealId]) -> Result<Self, Failure> {
        let alike = alike(unit, draft, subjects).await?;
        let everyone: BTreeSet<DealId> = alike.iter().flat_map(|(id, others)| others.iter().chain([id])).copied().collect();
        let everyone: Vec<DealId> = everyone.into_iter().collect();
        draft.load(unit, everyone.iter().copied()).await?;
        let mut cases: HashMap<DealId, BTreeSet<ConflictId>> = HashMap::new();
        for (deal, case) in unit.cases_of(&everyone).await? {
            cases.entry(deal).or_default().insert(case);
        }
        let open = |deal: &Registration| deal.dispute.filter(|dispute| dispute.phase == DisputePhase::Open).map(|dispute| dispute.case);
        let under_way: Vec<ConflictId> = everyone.iter().filter_map(|id| open(draft.deal(*id)?)).collect();
        draft.load_cases(unit, under_way.iter().copied()).await?;
        let parties: Vec<DealId> =
            under_way.iter().filter_map(|id| draft.case(*id)).flat_map(|case| case.parties.iter().map(|party| party.deal)).collect();
        draft.load(unit, parties.iter().copied()).await?;
        let sellers: Vec<DealId> = everyone.into_iter().chain(parties).collect();
        let sales = SalesBook::load(unit, draft, sellers.iter().filter_map(|id| draft.deal(*id))).await?;
        Ok(Self { alike, cases, sales, features: HashMap::new() })
    }

    /// What was decided between two is not brought up again by a machine.
    fn met_before(&self, a: DealId, b: DealId) -> bool {
        match (self.cases.get(&a), self.cases.get(&b)) {
            (Some(a), Some(b)) => a.intersection(b).next().is_some(),
            _ => false,
        }
    }

    /// Another registration that protects what this one is about, though its customer may be spelt in another way. One
    /// whose conflict is decided and may still be appealed is in no new case, and is in the way all the same.
    pub fn holder(&mut self, draft: &DealDraft<'_>, subject: DealId) -> Option<DealId> {
        let alike = self.alike.get(&subject).cloned().unwrap_or_default();
        let protects = |id: &DealId| draft.deal(*id).is_some_and(Registration::holds_protection);
        alike.into_iter().find(|id| protects(id) && !self.met_before(subject, *id) && !self.between(draft, subject, *id).is_empty())
    }

    fn between(&mut self, draft: &DealDraft<'_>, a: DealId, b: DealId) -> Vec<Finding> {
        let Self { sales, features, .. } = self;
        let (Some(a), Some(b)) = (sales.claim(draft, a), sales.claim(draft, b)) else { return Vec::new() };
        let (program, policy) = (draft.scene.rules.program(), &draft.policy);
        let mut spelt =
            |deal: &Registration| Arc::clone(features.entry(deal.id).or_insert_with(|| Arc::new(spelling(&deal.details, policy))));
        conflicts_by(&a, &b, program, draft.scene.now, |a, b| same_customer_by(a, b, policy, &mut spelt))
    }

    async fn settle<U: Unit>(&mut self, unit: &mut U, draft: &mut DealDraft<'_>, subject: DealId) -> Result<Vec<ConflictId>, Failure> {
        let is_free = |draft: &DealDraft<'_>, id: DealId| draft.deal(id).is_some_and(|deal| deal.dispute.is_none());
        let open_case = |draft: &DealDraft<'_>, id: DealId| {
            let dispute = draft.deal(id)?.dispute.filter(|dispute| dispute.phase == DisputePhase::Open)?;
            draft.case(dispute.case).filter(|case| case.state.is_open()).map(|case| case.id)
        };
        let mut conflicting = self.alike.remove(&subject).unwrap_or_default();
        conflicting.retain(|other| !self.met_before(subject, *other) && !self.between(draft, subject, *other).is_empty());
        let under_way = open_case(draft, subject).or_else(|| conflicting.iter().filter_map(|id| open_case(draft, *id)).min());
        let mut free: Vec<DealId> = conflicting.iter().copied().chain([subject]).filter(|id| is_free(draft, *id)).collect();
        free.sort_unstable();
        if conflicting.is_empty() || free.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(case) = under_way {
            let joined = free.into_iter().filter(|id| self.join(draft, case, *id)).count();
            return Ok(if joined > 0 { vec![case] } else { Vec::new() });
        }
        if free.len() < 2 || !free.contains(&subject) {
            return Ok(Vec::new());
        }
        Ok(opened(unit, draft, &self.sales, &free).await?.ok().into_iter().collect())
    }

    /// Whether the registration could join.
    fn join(&self, draft: &mut DealDraft<'_>, id: ConflictId, deal: DealId) -> bool {
        let Some(case) = draft.case(id).cloned() else { return false };
        let claims = self.sales.claims(draft, case.parties.iter().map(|party| party.deal).chain([deal]));
        let context = draft.scene.rules.context(draft.scene.actor, draft.scene.now);
        let Ok(outcome) = decide_case(&case, &CaseCommand::Join { deal }, &claims, &[], context) else { return false };
        draft.case_happened(id, &outcome.case);
        for (deal, events) in &outcome.deals {
            draft.happened(*deal, events);
        }
        true
    }
}

/// The registrations worth comparing with each of these, from the database and among themselves.
async fn alike<U: Unit>(unit: &mut U, draft: &DealDraft<'_>, subjects: &[DealId]) -> Result<HashMap<DealId, Vec<DealId>>, Failure> {
    let claims = subjects.iter().filter_map(|id| draft.deal(*id)).filter(|deal| deal.state.is_claim());
    let keys: Vec<(DealId, Vec<CandidateKey>)> = claims.map(|deal| (deal.id, candidate_keys(deal, &draft.policy))).collect();
    let mut members: HashMap<i64, Vec<DealId>> = HashMap::new();
    for (id, own) in &keys {
        for key in own {
            members.entry(key.key).or_default().push(*id);
        }
    }
    let mut wanted: Vec<CandidateKey> = keys.iter().flat_map(|(_, own)| own).copied().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let credit = Days::new(u64::from(draft.scene.rules.program().deals.conflict.credit_days));
    let since = draft.today().checked_sub_days(credit).unwrap_or(NaiveDate::MIN);
    for (key, id) in unit.deals_by_key(&wanted, day_number(since)).await? {
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
    Ok(keys.into_iter().map(of).collect())
}

/// Opens a case between these registrations, for all that is found between any two of them.
pub(in crate::app) async fn opened<U: Unit>(
    unit: &mut U,
    draft: &mut DealDraft<'_>,
    sales: &SalesBook,
    parties: &[DealId],
) -> Result<Result<ConflictId, crate::domain::deal::Refusal>, Failure> {
    let (case, outcome) = {
        let claims = sales.claims(draft, parties.iter().copied());
        let (program, now) = (draft.scene.rules.program(), draft.scene.now);
        let pairs = claims.iter().enumerate().flat_map(|(place, a)| claims[place + 1..].iter().map(move |b| (a, b)));
        let findings: Vec<Finding> = pairs.flat_map(|(a, b)| conflicts(a, b, program, &draft.policy, now)).collect();
        let id = unit.case_numbers(0).await?;
        match open(id, &claims, findings, draft.scene.rules.context(draft.scene.actor, now)) {
            Ok(opened) => opened,
            Err(refusal) => return Ok(Err(refusal)),
        }
    };
    // Under the lock of the numbers, so that nobody else took this one.
    unit.case_numbers(1).await?;
    let id = case.id;
    draft.begin_case(case, &outcome.case);
    for (deal, events) in &outcome.deals {
        draft.happened(*deal, events);
    }
    Ok(Ok(id))
}
