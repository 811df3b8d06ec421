//! Checks against the request, the fund, the partner and the rules.

use super::{CheckOutcome, Evidence, Given, Standing, unless};
use crate::domain::{
    mdf::ledger::Account,
    mdf::request::{Commitment, RequestState},
    money::Money,
};

type Found = (CheckOutcome, Evidence);

fn commitment<'a>(given: &Given<'a>) -> Option<&'a Commitment> {
    match &given.request.state {
        RequestState::Approved { commitment } | RequestState::Completed { commitment, .. } => Some(commitment),
        _ => None,
    }
}

/// What its request may still give it, in the fund's currency.
fn left(given: &Given<'_>) -> Money {
    let left = given.request.commitment().map_or(0, |commitment| commitment.remaining().minor);
    Money::new(left.saturating_add(given.claim.reserved.minor), given.amount.currency)
}

pub fn partner(given: &Given<'_>) -> Found {
    let profile = &given.partner.profile;
    let is_good = profile.is_active() && given.standing == Standing::Good;
    (unless(!is_good, CheckOutcome::Fail), Evidence::Partner { status: profile.status, standing: given.standing })
}

/// Not approved at all fails; approved only when it had begun is for a person to judge.
pub fn prior_approval(given: &Given<'_>) -> Found {
    let approved_on = commitment(given).map(|commitment| given.date(commitment.at));
    let starts_on = given.claim.content.performed_from;
    let outcome = match approved_on {
        None => CheckOutcome::Fail,
        Some(on) => unless(on > starts_on, CheckOutcome::NeedsPerson),
    };
    (outcome, Evidence::PriorApproval { approved_on, starts_on })
}

/// The money lies in the fund: set aside for this claim, or committed.
pub fn headroom(given: &Given<'_>) -> Found {
    let reserved = given.claim.reserved.minor;
    let balances = &given.fund.balances;
    let aside = reserved.min(balances.get(Account::Claimed).minor);
    let more = left(given).minor.saturating_sub(reserved).min(balances.get(Account::Committed).minor);
    let there = Money::new(aside.saturating_add(more), given.amount.currency);
    (unless(given.amount.minor > there.minor, CheckOutcome::Fail), Evidence::Headroom { needed: given.amount, there })
}

pub fn preapproved(given: &Given<'_>) -> Found {
    let left = left(given);
    (unless(given.amount.minor > left.minor, CheckOutcome::Fail), Evidence::Preapproved { asked: given.amount, left })
}

/// What is asked for is no more than the agreed share of what it has cost.
pub fn cost_share(given: &Given<'_>) -> Found {
    let (content, share) = (&given.claim.content, given.request.plan.share);
    let most = share.split(content.cost).map_or(Money::zero(content.cost.currency), |split| split.maker);
    let is_over = content.asked.currency != most.currency || content.asked.minor > most.minor;
    let evidence = Evidence::CostShare { cost: content.cost, share, asked: content.asked, most };
    (unless(is_over, CheckOutcome::Fail), evidence)
}

/// It took place when it was planned, and in the fund's period; outside of the plan but in the period a person looks.
pub fn dates(given: &Given<'_>) -> Found {
    let (content, plan, terms) = (&given.claim.content, &given.request.plan, &given.fund.terms);
    let within = |from, to| from <= content.performed_from && content.performed_to <= to;
    let outcome = if within(terms.from, terms.to) {
        unless(!within(plan.starts_on, plan.ends_on), CheckOutcome::NeedsPerson)
    } else {
        CheckOutcome::Fail
    };
    let evidence = Evidence::Dates {
        performed: (content.performed_from, content.performed_to),
        planned: (plan.starts_on, plan.ends_on),
        period: (terms.from, terms.to),
    };
    (outcome, evidence)
}

/// Exactly on the last day is in time.
pub fn deadline(given: &Given<'_>) -> Found {
    let handed_in = given.handed_in();
    let by = commitment(given).map(|commitment| commitment.claim_by);
    let is_late = by.is_none_or(|by| handed_in > by);
    let evidence = Evidence::Deadline { handed_in_on: given.date(handed_in), last_day: by.map(|by| given.date(by)) };
    (unless(is_late, CheckOutcome::Fail), evidence)
}

pub fn category(given: &Given<'_>) -> Found {
    let (rules, category) = (&given.program.mdf, &given.request.plan.category);
    let is_unknown = !rules.categories.is_empty() && rules.category(category).is_none();
    let known = rules.categories.iter().map(|one| one.name.clone()).collect();
    (unless(is_unknown, CheckOutcome::Fail), Evidence::Category { category: category.clone(), known })
}

/// Held when the claim was handed in.
pub fn certification(given: &Given<'_>) -> Found {
    let needs = given.program.mdf.certification.clone();
    let at = given.handed_in();
    let is_missing = needs.as_ref().is_some_and(|name| !given.partner.profile.is_certified(name, at));
    (unless(is_missing, CheckOutcome::Fail), Evidence::Certification { needs, on: given.date(at) })
}
