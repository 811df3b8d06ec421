//! The dossier of a conflict: the parties side by side, one timeline, each clause with whom it favours and by how much,
//! a recommendation with the clause that decided it, and what was decided in cases like it. Data only; the words are made
//! in [`why`]. A pure function of the parties, the program and the past.

pub mod clauses;
pub mod precedent;
pub mod timeline;
pub mod why;

pub use clauses::{Because, ClauseRow, ClauseValue, Favour, Margin, Recommendation, Standing};
pub use precedent::{Against, Nearest, Precedent};
pub use timeline::{Entry, Moment};

use crate::domain::{
    day::local_date,
    deal::{
        DealState, DocumentKind, EvidencePin, Exhibit, Overruled, Place, Registration, Scope,
        conflict::{Claim, ConflictCase, Sale, Verdict, detect::recent_sales},
        queue::is_pending,
    },
    id::{ConflictId, DealId, PartnerId},
    money::Money,
    partner::PartnerKind,
    program::{Clause, Program},
    text::Text,
    time::Instant,
};
use chrono::NaiveDate;

/// Everything that the screen of a conflict shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    pub case: Option<ConflictId>,
    /// In the order of complete submissions, those without a place last; then by number.
    pub parties: Vec<PartySummary>,
    /// The oldest first; all instants are UTC.
    pub timeline: Vec<Entry>,
    /// In the order of the program.
    pub clauses: Vec<ClauseRow>,
    pub recommendation: Recommendation,
    /// Of all parties together: what a decision now would pin.
    pub evidence: EvidencePin,
    /// The most alike first.
    pub precedents: Vec<Nearest>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartySummary {
    pub deal: DealId,
    pub partner: PartnerId,
    pub partner_name: Text,
    pub partner_kind: PartnerKind,
    pub tier: Text,
    pub customer: Text,
    pub products: Scope,
    pub value: Option<Money>,
    pub close_on: Option<NaiveDate>,
    /// One of [`crate::domain::deal::DealState::NAMES`].
    pub state: &'static str,
    pub place: Option<Place>,
    /// Sales to this customer within the program's months, the oldest first.
    pub sales: Vec<Sale>,
    pub documents: Vec<Exhibit>,
    /// The weight of the clauses that favour it.
    pub weight: u32,
    /// It ended by itself while the conflict was undecided: nothing is compared with it any more.
    pub gave_up: bool,
}

/// Lays the parties side by side. The result does not depend on the order of `claims` or of `past`.
pub fn dossier(case: Option<&ConflictCase>, claims: &[Claim<'_>], program: &Program, now: Instant, past: &[Precedent]) -> Dossier {
    let mut claims: Vec<&Claim<'_>> = claims.iter().collect();
    claims.sort_by_key(|claim| {
        let deal = claim.registration;
        (deal.place.is_none(), deal.place, deal.id)
    });
    let today = local_date(now, program.zone);
    let party = |claim| PartyFacts {
        claim,
        sales: recent_sales(claim, program, today),
        touches: touches(claim),
        gave_up: case.is_some_and(|case| gave_up(claim.registration, case)),
    };
    let facts: Vec<PartyFacts<'_>> = claims.iter().map(|claim| party(*claim)).collect();
    let contenders: Vec<DealId> = facts.iter().filter(|party| !party.gave_up).map(PartyFacts::deal).collect();
    let clauses = clauses::rows(&facts, program, now);
    let recommendation = clauses::recommend(&clauses, &contenders, program);
    let precedents = precedent::nearest(&clauses, &contenders, past, program);
    Dossier {
        case: case.map(|case| case.id),
        timeline: timeline::timeline(&facts),
        evidence: EvidencePin::of(claims.iter().flat_map(|claim| &claim.registration.documents)),
        parties: facts.into_iter().map(|facts| summary(facts, &recommendation)).collect(),
        clauses,
        recommendation,
        precedents,
    }
}

/// A party with what was worked out about it once.
pub(crate) struct PartyFacts<'a> {
    pub claim: &'a Claim<'a>,
    pub sales: Vec<Sale>,
    pub touches: u32,
    pub gave_up: bool,
}

/// Whether it ended by itself before the conflict was decided, or while an appeal is: whoever withdrew can't be given the deal.
/// What became of a party after the decision changes nothing about why it was made.
fn gave_up(deal: &Registration, case: &ConflictCase) -> bool {
    let ended = match &deal.state {
        DealState::Lost { at, .. } | DealState::Expired { at, .. } | DealState::Withdrawn { at, .. } => *at,
        DealState::Rejected { overruled: Some(Overruled { case: own, .. }), .. } if *own == case.id => return false,
        DealState::Rejected { at, .. } => *at,
        _ => return false,
    };
    is_pending(case) || case.decision().is_none_or(|decision| ended < decision.at)
}

impl PartyFacts<'_> {
    pub(crate) const fn deal(&self) -> DealId {
        self.claim.registration.id
    }
}

/// Contacts with the customer: those that the partner shows, and the lead that it worked.
fn touches(claim: &Claim<'_>) -> u32 {
    let shown = claim.registration.exhibits(DocumentKind::Touch).count();
    u32::try_from(shown).unwrap_or(u32::MAX).saturating_add(u32::from(claim.registration.source_lead.is_some()))
}

fn summary(facts: PartyFacts<'_>, recommendation: &Recommendation) -> PartySummary {
    let (deal, profile) = (facts.claim.registration, &facts.claim.partner.profile);
    let weight = recommendation.weights.iter().find(|(id, _)| *id == deal.id).map_or(0, |(_, weight)| *weight);
    PartySummary {
        deal: deal.id,
        partner: deal.partner,
        partner_name: profile.name.clone(),
        partner_kind: profile.kind,
        tier: profile.tier.clone(),
        customer: deal.customer().clone(),
        products: deal.details.scope.clone(),
        value: deal.details.value,
        close_on: deal.details.close_on,
        state: deal.state.name(),
        place: deal.place,
        sales: facts.sales,
        documents: deal.documents.clone(),
        weight,
        gave_up: facts.gave_up,
    }
}

impl Dossier {
    /// The parties that can still be given the deal.
    pub fn contenders(&self) -> impl Iterator<Item = &PartySummary> {
        self.parties.iter().filter(|party| !party.gave_up)
    }

    /// With what happened to the conflict itself in the timeline.
    #[must_use]
    pub fn of_case(mut self, case: &ConflictCase) -> Self {
        self.timeline.extend(timeline::of_case(case));
        self.timeline.sort_by(Entry::order);
        self
    }

    /// How each clause stands for one party: what precedents compare.
    pub fn standings(&self, deal: DealId) -> Vec<(Clause, Standing)> {
        self.clauses.iter().map(|row| (row.clause, row.standing(deal))).collect()
    }

    /// Whether `verdict` would go against most of the nearest past decisions.
    pub fn against(&self, verdict: &Verdict) -> Option<Against> {
        precedent::against(&self.precedents, verdict)
    }
}
