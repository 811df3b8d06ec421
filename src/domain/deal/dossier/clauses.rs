//! The clauses of the program, compared between the parties.

use super::PartyFacts;
use crate::domain::{
    deal::{DocumentKind, Place, conflict::detect::holds_territory},
    id::DealId,
    money::Money,
    program::{Clause, Program},
    text::Text,
    time::{Instant, Span},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// One clause with every party's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseRow {
    pub clause: Clause,
    pub weight: u32,
    /// In the order of the parties.
    pub values: Vec<(DealId, ClauseValue)>,
    pub favour: Favour,
}

/// What was compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClauseValue {
    /// The day of the latest letter, or of its arrival where it bears none.
    Letter(Option<NaiveDate>),
    Place(Option<Place>),
    /// Sales to this customer within the program's months: one sum a currency.
    Sales {
        count: u32,
        totals: Vec<Money>,
        last: Option<NaiveDate>,
    },
    Territory(bool),
    /// Of the certificates that the program asks for with these products.
    Certifications {
        held: u32,
        needed: u32,
    },
    /// The rank of the tier; 1 is the best, none is unknown.
    Tier {
        name: Text,
        rank: Option<u32>,
    },
    Touches(u32),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Favour {
    Party {
        deal: DealId,
        by: Margin,
    },
    /// Two or more are alike at the top.
    Even,
    /// No party has any of it.
    Nobody,
}

/// By how much the favoured party leads the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Margin {
    /// No other party has any of it.
    Only,
    /// Earlier by this.
    Time(Span),
    Amount(Money),
    Count(u32),
    Ranks(u32),
}

/// How a clause stands for one party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    For,
    Against,
    Even,
}

/// Whom the rules would give the deal, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recommendation {
    /// Nobody: nothing tells the parties apart.
    pub favours: Option<DealId>,
    pub because: Because,
    /// The clause without which it would be another, or (where none is that alone) the heaviest for it.
    pub deciding: Option<Clause>,
    /// The weight of the clauses that favour each party, in the order of the parties.
    pub weights: Vec<(DealId, u32)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// The customer wrote for this party only, and the program lets that decide.
    Letter,
    /// Most weight; `lead` more than the next.
    Weight {
        lead: u32,
    },
    /// A draw by weight, settled by the earlier clause.
    Order,
    /// All others gave up.
    Alone,
    Even,
}

impl ClauseRow {
    pub fn standing(&self, deal: DealId) -> Standing {
        match self.favour {
            Favour::Party { deal: favoured, .. } if favoured == deal => Standing::For,
            Favour::Party { .. } => Standing::Against,
            Favour::Even | Favour::Nobody => Standing::Even,
        }
    }
}

pub(super) fn rows(facts: &[PartyFacts<'_>], program: &Program, now: Instant) -> Vec<ClauseRow> {
    let row = |rule: &crate::domain::program::ClauseRule| {
        let values: Vec<(DealId, ClauseValue)> =
            facts.iter().map(|party| (party.deal(), value(rule.clause, party, program, now))).collect();
        let favour = favour(rule.clause, &values, facts);
        ClauseRow { clause: rule.clause, weight: rule.weight, values, favour }
    };
    program.deals.clauses.iter().map(row).collect()
}

fn value(clause: Clause, party: &PartyFacts<'_>, program: &Program, now: Instant) -> ClauseValue {
    let (deal, profile) = (party.claim.registration, &party.claim.partner.profile);
    match clause {
        Clause::CustomerLetter => {
            let day = |at| crate::domain::day::local_date(at, program.zone);
            let letters = deal.exhibits(DocumentKind::CustomerLetter);
            ClauseValue::Letter(letters.map(|exhibit| exhibit.document.dated.unwrap_or_else(|| day(exhibit.attached_at))).max())
        }
        Clause::FirstComplete => ClauseValue::Place(deal.place),
        Clause::Incumbency => ClauseValue::Sales {
            count: u32::try_from(party.sales.len()).unwrap_or(u32::MAX),
            totals: totals(party.sales.iter().map(|sale| sale.amount)),
            last: party.sales.last().map(|sale| sale.on),
        },
        Clause::Territory => {
            let products: Vec<Text> = deal.details.scope.iter().cloned().collect();
            ClauseValue::Territory(holds_territory(party.claim.partner, &deal.details, &products, program))
        }
        Clause::Certification => {
            let needed = program.deals.certifications(deal.details.scope.iter());
            let held = needed.iter().filter(|name| profile.is_certified(name, now)).count();
            ClauseValue::Certifications { held: count(held), needed: count(needed.len()) }
        }
        Clause::Tier => ClauseValue::Tier { name: profile.tier.clone(), rank: program.tier(&profile.tier).map(|tier| tier.rank) },
        Clause::Touches => ClauseValue::Touches(party.touches),
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// One sum a currency, in order of the code; a sum too large for its currency stands at the largest.
fn totals(amounts: impl Iterator<Item = Money>) -> Vec<Money> {
    let mut totals: Vec<Money> = Vec::new();
    for amount in amounts {
        match totals.iter_mut().find(|total| total.currency == amount.currency) {
            Some(total) => total.minor = total.minor.saturating_add(amount.minor),
            None => totals.push(amount),
        }
    }
    totals.sort_by_key(|total| total.currency);
    totals
}

impl ClauseValue {
    /// Whether the party has any of it.
    pub const fn is_any(&self) -> bool {
        match self {
            Self::Letter(day) => day.is_some(),
            Self::Place(place) => place.is_some(),
            Self::Sales { count, .. } => *count > 0,
            Self::Territory(held) => *held,
            Self::Certifications { held, .. } => *held > 0,
            Self::Tier { rank, .. } => rank.is_some(),
            Self::Touches(count) => *count > 0,
        }
    }

    /// `Greater`: this party is the better one.
    fn better(&self, other: &Self) -> Ordering {
        match (self, other) {
            // One letter is as good as another, whatever its day.
            (Self::Letter(a), Self::Letter(b)) => a.is_some().cmp(&b.is_some()),
            (Self::Place(a), Self::Place(b)) => earlier(*a, *b),
            (Self::Sales { .. }, Self::Sales { .. }) => self.sold().cmp_with(&other.sold()),
            (Self::Territory(a), Self::Territory(b)) => a.cmp(b),
            (Self::Certifications { held: a, needed: of_a }, Self::Certifications { held: b, needed: of_b }) => {
                // All of two beats one of two, and is as good as all of three.
                (u64::from(*a) * u64::from(*of_b)).cmp(&(u64::from(*b) * u64::from(*of_a)))
            }
            (Self::Tier { rank: a, .. }, Self::Tier { rank: b, .. }) => earlier(*a, *b),
            (Self::Touches(a), Self::Touches(b)) => a.cmp(b),
            _ => Ordering::Equal,
        }
    }

    fn sold(&self) -> Sold {
        match self {
            Self::Sales { count, totals, .. } => {
                Sold { count: *count, only: if let [one] = totals.as_slice() { Some(*one) } else { None } }
            }
            _ => Sold { count: 0, only: None },
        }
    }

    /// By how much this one leads `other`.
    fn margin(&self, other: &Self) -> Margin {
        if !other.is_any() {
            return Margin::Only;
        }
        match (self, other) {
            (Self::Place(Some(a)), Self::Place(Some(b))) => Margin::Time(b.complete_at.since(a.complete_at)),
            (Self::Sales { .. }, Self::Sales { .. }) => match (self.sold(), other.sold()) {
                (Sold { only: Some(a), .. }, Sold { only: Some(b), .. }) if a.currency == b.currency => {
                    Margin::Amount(Money::new(a.minor.saturating_sub(b.minor), a.currency))
                }
                (a, b) => Margin::Count(a.count.saturating_sub(b.count)),
            },
            (Self::Certifications { held: a, .. }, Self::Certifications { held: b, .. }) => Margin::Count(a.saturating_sub(*b)),
            (Self::Tier { rank: Some(a), .. }, Self::Tier { rank: Some(b), .. }) => Margin::Ranks(b.saturating_sub(*a)),
            (Self::Touches(a), Self::Touches(b)) => Margin::Count(a.saturating_sub(*b)),
            _ => Margin::Only,
        }
    }
}

/// Sales as they are compared: by amount within one currency, else by number.
struct Sold {
    count: u32,
    only: Option<Money>,
}

impl Sold {
    fn cmp_with(&self, other: &Self) -> Ordering {
        match (self.only, other.only) {
            (Some(a), Some(b)) if a.currency == b.currency => a.minor.cmp(&b.minor),
            _ => self.count.cmp(&other.count),
        }
    }
}

/// The lower one is better; none is the worst.
fn earlier<T: Ord>(a: Option<T>, b: Option<T>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => b.cmp(&a),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// What speaks for a partner, whichever of its registrations one looks at.
const fn is_of_partner(clause: Clause) -> bool {
    matches!(clause, Clause::Incumbency | Clause::Territory | Clause::Certification | Clause::Tier)
}

/// The party that is better than every rival. What speaks for a partner is not compared between registrations of its own:
/// of those that lead, the one with most of it is favoured, and of several alike the one that was complete first.
fn favour(clause: Clause, values: &[(DealId, ClauseValue)], facts: &[PartyFacts<'_>]) -> Favour {
    let contends = |index: &usize| facts.get(*index).is_none_or(|party| !party.gave_up);
    let contenders: Vec<usize> = (0..values.len()).filter(contends).collect();
    if !contenders.iter().any(|index| values[*index].1.is_any()) {
        return Favour::Nobody;
    }
    let partner = |index: usize| facts.get(index).map(|party| party.claim.registration.partner);
    let rivals = |index: usize| {
        let is_rival = move |other: &usize| *other != index && !(is_of_partner(clause) && partner(*other) == partner(index));
        contenders.iter().copied().filter(is_rival).map(|other| &values[other].1)
    };
    let leads =
        |index: &usize| rivals(*index).next().is_some() && rivals(*index).all(|other| values[*index].1.better(other) == Ordering::Greater);
    // In the order of complete submissions.
    let ahead = contenders.iter().copied().filter(leads);
    let most = ahead.reduce(|best, other| if values[other].1.better(&values[best].1) == Ordering::Greater { other } else { best });
    let Some(favoured) = most else { return Favour::Even };
    let (deal, best) = &values[favoured];
    // The next best: better than or as good as each of the others.
    let second = rivals(favoured).find(|value| rivals(favoured).all(|other| value.better(other) != Ordering::Less));
    Favour::Party { deal: *deal, by: second.map_or(Margin::Only, |second| best.margin(second)) }
}

pub(super) fn recommend(rows: &[ClauseRow], contenders: &[DealId], program: &Program) -> Recommendation {
    let parties: Vec<DealId> = rows.first().map(|row| row.values.iter().map(|(deal, _)| *deal).collect()).unwrap_or_default();
    let weights = weights(rows, &parties, None);
    if let ([last], true) = (contenders, parties.len() > 1) {
        return Recommendation { favours: Some(*last), because: Because::Alone, deciding: None, weights };
    }
    let letter = rows.iter().find(|row| row.clause == Clause::CustomerLetter).and_then(|row| match row.favour {
        Favour::Party { deal, .. } => Some(deal),
        _ => None,
    });
    if let Some(deal) = letter.filter(|_| program.deals.conflict.customer_letter_overrides) {
        return Recommendation { favours: Some(deal), because: Because::Letter, deciding: Some(Clause::CustomerLetter), weights };
    }
    let Some((favours, because)) = leader(rows, &weights) else {
        return Recommendation { favours: None, because: Because::Even, deciding: None, weights };
    };
    let deciding = deciding(rows, &parties, favours, because);
    Recommendation { favours: Some(favours), because, deciding, weights }
}

/// The weight for each party, one clause left out.
fn weights(rows: &[ClauseRow], parties: &[DealId], without: Option<Clause>) -> Vec<(DealId, u32)> {
    let of = |deal: DealId| {
        let counts = |row: &&ClauseRow| Some(row.clause) != without && row.standing(deal) == Standing::For;
        rows.iter().filter(counts).map(|row| row.weight).sum()
    };
    parties.iter().map(|deal| (*deal, of(*deal))).collect()
}

/// Who has most weight; a draw goes by the first clause that favours one of those who drew.
fn leader(rows: &[ClauseRow], weights: &[(DealId, u32)]) -> Option<(DealId, Because)> {
    let most = weights.iter().map(|(_, weight)| *weight).max().filter(|most| *most > 0)?;
    let at_the_top: Vec<DealId> = weights.iter().filter(|(_, weight)| *weight == most).map(|(deal, _)| *deal).collect();
    if let [deal] = at_the_top.as_slice() {
        let next = weights.iter().filter(|(other, _)| other != deal).map(|(_, weight)| *weight).max().unwrap_or(0);
        return Some((*deal, Because::Weight { lead: most - next }));
    }
    let first = rows.iter().find_map(|row| at_the_top.iter().find(|deal| row.standing(**deal) == Standing::For))?;
    Some((*first, Because::Order))
}

fn deciding(rows: &[ClauseRow], parties: &[DealId], favours: DealId, because: Because) -> Option<Clause> {
    let mut own: Vec<&ClauseRow> = rows.iter().filter(|row| row.standing(favours) == Standing::For && row.weight > 0).collect();
    if because == Because::Order {
        return own.first().map(|row| row.clause);
    }
    // A stable sort: of two alike the earlier clause.
    own.sort_by_key(|row| std::cmp::Reverse(row.weight));
    let is_pivot = |row: &&&ClauseRow| {
        let others: Vec<ClauseRow> = rows.iter().filter(|other| other.clause != row.clause).cloned().collect();
        leader(&others, &weights(rows, parties, Some(row.clause))).map(|(deal, _)| deal) != Some(favours)
    };
    own.iter().find(is_pivot).or_else(|| own.first()).map(|row| row.clause)
}
