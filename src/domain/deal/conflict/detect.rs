//! What conflicts between two registrations. A pure function of the two, their partners and the program, and the same
//! whichever comes first.

use super::{ConflictKind, SameCustomer, same_customer};
use crate::domain::{
    day::local_date,
    deal::{ContentHash, DealState, Details, DocumentKind, Registration},
    id::{DealId, PartnerId},
    matching::MatchingPolicy,
    money::Money,
    partner::{Partner, PartnerKind},
    program::Program,
    text::Text,
    time::Instant,
};
use chrono::{Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// One side of a conflict.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub registration: &'a Registration,
    pub partner: &'a Partner,
    /// What this partner sold to this customer, from our own point-of-sale data; exhibits are added to it.
    pub sales: &'a [Sale],
}

/// A line of a point-of-sale report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    pub on: NaiveDate,
    pub amount: Money,
    /// Of the document that shows it; none for a line of our own data.
    pub hash: Option<ContentHash>,
}

/// Something that conflicts, with what was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The two, the lower number first.
    pub between: (DealId, DealId),
    pub reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    Duplicate {
        customer: SameCustomer,
        products: Vec<Text>,
    },
    Horizontal {
        partners: (PartnerId, PartnerId),
    },
    /// `upper` is our own sales, or the distributor.
    Vertical {
        upper: DealId,
        lower: DealId,
        direct: bool,
    },
    /// These sell outside their territory.
    CrossTerritory {
        outside: Vec<DealId>,
    },
    Incumbency {
        incumbent: DealId,
        newcomer: DealId,
        last_sale: NaiveDate,
        sales: u32,
    },
    PostDealCredit {
        won: DealId,
        claimant: DealId,
        on: NaiveDate,
    },
}

impl Finding {
    pub const fn kind(&self) -> ConflictKind {
        match self.reason {
            Reason::Duplicate { .. } => ConflictKind::Duplicate,
            Reason::Horizontal { .. } => ConflictKind::Horizontal,
            Reason::Vertical { .. } => ConflictKind::Vertical,
            Reason::CrossTerritory { .. } => ConflictKind::CrossTerritory,
            Reason::Incumbency { .. } => ConflictKind::Incumbency,
            Reason::PostDealCredit { .. } => ConflictKind::PostDealCredit,
        }
    }
}

/// Everything that conflicts between `a` and `b` at `now`, in the order of [`ConflictKind`]; nothing where they are about
/// different customers or products, or where one of them claims nothing any more.
pub fn conflicts(a: &Claim<'_>, b: &Claim<'_>, program: &Program, policy: &MatchingPolicy, now: Instant) -> Vec<Finding> {
    conflicts_by(a, b, program, now, |a, b| same_customer(a, b, policy))
}

/// The same where whoever asks knows how to compare customers: asked last, because it costs most.
pub fn conflicts_by(
    a: &Claim<'_>,
    b: &Claim<'_>,
    program: &Program,
    now: Instant,
    same_customer: impl FnOnce(&Registration, &Registration) -> Option<SameCustomer>,
) -> Vec<Finding> {
    let (a, b) = if a.registration.id <= b.registration.id { (a, b) } else { (b, a) };
    let (first, second) = (a.registration, b.registration);
    if first.id == second.id || !first.state.is_claim() || !second.state.is_claim() {
        return Vec::new();
    }
    let products: Vec<Text> = first.details.scope.common(&second.details.scope).cloned().collect();
    if products.is_empty() {
        return Vec::new();
    }
    let today = local_date(now, program.zone);
    let credit = credit(a, b, program, today);
    let settled = |deal: &Registration| matches!(deal.state, DealState::Won { .. });
    if credit.is_none() && (settled(first) || settled(second)) {
        return Vec::new();
    }
    let Some(customer) = same_customer(first, second) else { return Vec::new() };
    let reasons = [
        Some(Reason::Duplicate { customer, products: products.clone() }),
        between(a, b),
        territory(a, b, &products, program),
        incumbency(a, b, program, today),
        credit,
    ];
    let between = (first.id, second.id);
    reasons.into_iter().flatten().map(|reason| Finding { between, reason }).collect()
}

/// Horizontal or vertical; nothing within one partner.
fn between(a: &Claim<'_>, b: &Claim<'_>) -> Option<Reason> {
    if a.partner.id == b.partner.id {
        return None;
    }
    let level = |claim: &Claim<'_>| match claim.partner.profile.kind {
        PartnerKind::Direct => 2,
        PartnerKind::Distributor => 1,
        _ => 0,
    };
    let (left, right) = (level(a), level(b));
    if left == right {
        let (low, high) = (a.partner.id.min(b.partner.id), a.partner.id.max(b.partner.id));
        return Some(Reason::Horizontal { partners: (low, high) });
    }
    let (upper, lower) = if left > right { (a, b) } else { (b, a) };
    Some(Reason::Vertical { upper: upper.registration.id, lower: lower.registration.id, direct: left.max(right) == 2 })
}

fn territory(a: &Claim<'_>, b: &Claim<'_>, products: &[Text], program: &Program) -> Option<Reason> {
    let outside: Vec<DealId> = [a, b]
        .into_iter()
        .filter(|claim| !holds_territory(claim.partner, &claim.registration.details, products, program))
        .map(|claim| claim.registration.id)
        .collect();
    (!outside.is_empty()).then_some(Reason::CrossTerritory { outside })
}

/// Whether the partner may sell all of `products` to this customer: by the territory of the program that names its
/// partners, else by the partner's own areas. Our own sales sells anywhere.
pub fn holds_territory(partner: &Partner, details: &Details, products: &[Text], program: &Program) -> bool {
    let (country, vertical) = (details.customer.country, &details.customer.vertical);
    let stated = |text: &Text| (!text.is_empty()).then(|| text.to_string());
    let vertical_stated = stated(vertical);
    partner.profile.kind == PartnerKind::Direct
        || products.iter().all(|product| {
            let covering = program.routing.territories.iter().find(|area| area.covers(country, Some(product), vertical_stated.as_deref()));
            match covering {
                Some(area) if !area.partners.is_empty() => area.partners.contains(&partner.profile.code),
                _ => partner.profile.covers(country, product, vertical),
            }
        })
}

/// The sales of a party to this customer within the program's window before `today`, from our data and its exhibits; a
/// line that is in both is counted once. The oldest first.
pub fn recent_sales(claim: &Claim<'_>, program: &Program, today: NaiveDate) -> Vec<Sale> {
    let months = Months::new(program.deals.conflict.incumbency_months);
    let since = today.checked_sub_months(months).unwrap_or(NaiveDate::MIN);
    let exhibits = claim.registration.exhibits(DocumentKind::PosLine).filter_map(|exhibit| {
        let document = &exhibit.document;
        Some(Sale { on: document.dated?, amount: document.amount?, hash: Some(document.hash) })
    });
    let known = |sale: &Sale| claim.sales.iter().any(|own| own.on == sale.on && own.amount == sale.amount);
    let mut sales: Vec<Sale> = claim.sales.iter().cloned().chain(exhibits.filter(|sale| !known(sale))).collect();
    // Exactly so many months ago still counts.
    sales.retain(|sale| sale.on >= since && sale.on <= today && sale.amount.minor > 0);
    sales.sort_by_key(|sale| (sale.on, sale.amount.minor, sale.hash));
    sales
}

fn incumbency(a: &Claim<'_>, b: &Claim<'_>, program: &Program, today: NaiveDate) -> Option<Reason> {
    if a.partner.id == b.partner.id {
        return None;
    }
    let sold = [a, b].map(|claim| (claim.registration.id, recent_sales(claim, program, today)));
    let [(_, left), (_, right)] = &sold;
    let (incumbent, newcomer) = match (left.is_empty(), right.is_empty()) {
        (false, true) => (&sold[0], &sold[1]),
        (true, false) => (&sold[1], &sold[0]),
        _ => return None,
    };
    let last_sale = incumbent.1.last()?.on;
    let sales = u32::try_from(incumbent.1.len()).unwrap_or(u32::MAX);
    Some(Reason::Incumbency { incumbent: incumbent.0, newcomer: newcomer.0, last_sale, sales })
}

/// One is won, and the other, of another partner, claims the deal within the program's days after the order.
fn credit(a: &Claim<'_>, b: &Claim<'_>, program: &Program, today: NaiveDate) -> Option<Reason> {
    let won = |claim: &Claim<'_>| match claim.registration.state {
        DealState::Won { on, .. } => Some(on),
        _ => None,
    };
    let (won, claimant, on) = match (won(a), won(b)) {
        (Some(on), None) => (a, b, on),
        (None, Some(on)) => (b, a, on),
        _ => return None,
    };
    let last = on.checked_add_days(Days::new(u64::from(program.deals.conflict.credit_days))).unwrap_or(NaiveDate::MAX);
    let (won_id, claimant_id) = (won.registration.id, claimant.registration.id);
    (won.partner.id != claimant.partner.id && today <= last).then_some(Reason::PostDealCredit { won: won_id, claimant: claimant_id, on })
}
