//! Conflicts are found: at a submission, an edit, a match, and by the sweep, all with this code and inside the transaction
//! of the command. Whatever is found is held at once.

use super::{
    alike::{Keys, Met, since},
    draft::DealDraft,
};
use crate::{
    app::Failure,
    domain::{
        deal::{
            DisputePhase, Registration,
            conflict::{
                CaseCommand, Claim, Finding, Glance, Glances, Sale, conflicts, conflicts_by, decide_case, features as spelling, open,
                same_customer_by,
            },
        },
        id::{AccountId, ConflictId, DealId, PartnerId},
        matching::Features,
    },
    store::Unit,
};
use chrono::{Months, NaiveDate};
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

/// Everything that registrations may conflict with.
struct Pool {
    /// Those who share keys worth following with each subject.
    alike: HashMap<DealId, Vec<DealId>>,
    met: Met,
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
    async fn load<U: Unit>(unit: &mut U, draft: &mut DealDraft<'_>, subjects: &[DealId]) -> Result<Self, Failure> {
        let own = Keys::drafted(draft, subjects);
        let found = unit.deals_by_key(&own.wanted(), since(draft.scene.rules.program(), draft.scene.now)).await?;
        let mut alike = own.alike(found);
        tell_apart(unit, draft, &mut alike).await?;
        let everyone: BTreeSet<DealId> = alike.iter().flat_map(|(id, others)| others.iter().chain([id])).copied().collect();
        let everyone: Vec<DealId> = everyone.into_iter().collect();
        draft.load(unit, everyone.iter().copied()).await?;
        let met = Met::of(unit.cases_of(&everyone).await?);
        let open = |deal: &Registration| deal.dispute.filter(|dispute| dispute.phase == DisputePhase::Open).map(|dispute| dispute.case);
        let under_way: Vec<ConflictId> = everyone.iter().filter_map(|id| open(draft.deal(*id)?)).collect();
        draft.load_cases(unit, under_way.iter().copied()).await?;
        let parties: Vec<DealId> =
            under_way.iter().filter_map(|id| draft.case(*id)).flat_map(|case| case.parties.iter().map(|party| party.deal)).collect();
        draft.load(unit, parties.iter().copied()).await?;
        let sellers: Vec<DealId> = everyone.into_iter().chain(parties).collect();
        let sales = SalesBook::load(unit, draft, sellers.iter().filter_map(|id| draft.deal(*id))).await?;
        let features = subjects.iter().filter_map(|id| Some((*id, draft.spelling(*id)?))).collect();
        Ok(Self { alike, met, sales, features })
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
        conflicting.retain(|other| !self.met.before(subject, *other) && !self.between(draft, subject, *other).is_empty());
        let under_way = open_case(draft, subject).or_else(|| conflicting.iter().filter_map(|id| open_case(draft, *id)).min());
        let mut free: Vec<DealId> = conflicting.iter().copied().chain([subject]).filter(|id| is_free(draft, *id)).collect();
        free.sort_unstable();
        if conflicting.is_empty() || free.is_empty() {
            return Ok(Vec::new());
        }
        let mut touched = Vec::new();
        if let Some(case) = under_way {
            let all = free.len();
            free.retain(|id| !self.join(draft, case, *id));
            touched.extend((free.len() < all).then_some(case));
        }
        // Those who could not join what is under way conflict all the same.
        if free.len() >= 2 && free.contains(&subject) {
            touched.extend(opened(unit, draft, &self.sales, &free).await?.ok());
        }
        Ok(touched)
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

/// Leaves those out who are told apart from a subject by their glances, which is most of those who share keys and nobody who
/// conflicts: reading a registration costs more than all the rest of a comparison.
async fn tell_apart<U: Unit>(unit: &mut U, draft: &mut DealDraft<'_>, alike: &mut HashMap<DealId, Vec<DealId>>) -> Result<(), Failure> {
    let everyone: BTreeSet<DealId> = alike.iter().flat_map(|(id, others)| others.iter().chain([id])).copied().collect();
    let unread = draft.unknown(everyone.iter().copied());
    let mut glances = unit.glances_of(&unread).await?;
    for id in everyone {
        let spelling = draft.spelling(id);
        glances.extend(draft.deal(id).zip(spelling).map(|(deal, spelling)| (id, Glance::of(deal, &spelling))));
    }
    let told_apart = Glances::under(&draft.policy);
    let seen = |id: &DealId| glances.get(id).copied().unwrap_or_default();
    for (id, others) in alike {
        others.retain(|other| told_apart.may_conflict(seen(id), seen(other)));
    }
    Ok(())
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
