//! Checks of the papers, and against what is known elsewhere.

use super::{CheckOutcome, Evidence, Given, Known, evidence::Alike, evidence::Match, evidence::Paper, known::KnownStanding, unless};
use crate::domain::{event::Entity, matching::similarity::word_similarity, mdf::claim::Invoice, money::Money, program::ProofKind, search};
use std::collections::BTreeSet;

type Found = (CheckOutcome, Evidence);

/// Others than the claim itself.
fn others<'a>(given: &Given<'a>) -> impl Iterator<Item = &'a Known> {
    let own = Entity::Claim(given.claim.id);
    given.known.iter().filter(move |known| known.entity != own)
}

/// The same file or the same invoice, whoever handed it in and wherever: of what is paid or may be it fails, of what was
/// refused a person looks. Twice in this claim fails as well.
pub fn duplicate(given: &Given<'_>) -> Found {
    let content = &given.claim.content;
    let mut found: Vec<Match> = others(given).flat_map(|known| shared(given, known)).collect();
    let own = |paper| Match { entity: Entity::Claim(given.claim.id), partner: given.claim.partner, standing: KnownStanding::Live, paper };
    for (index, invoice) in content.invoices.iter().enumerate() {
        if content.invoices[..index].iter().any(|before| before.is_same(invoice)) {
            found.push(own(paper_of(invoice)));
        }
    }
    found.sort_by_key(|one| one.standing);
    let outcome = match found.first().map(|worst| worst.standing) {
        None => CheckOutcome::Pass,
        Some(KnownStanding::Live) => CheckOutcome::Fail,
        Some(KnownStanding::Void) => CheckOutcome::NeedsPerson,
    };
    (outcome, Evidence::Duplicate { found })
}

fn shared(given: &Given<'_>, known: &Known) -> Vec<Match> {
    let content = &given.claim.content;
    let files = content.documents.iter().filter(|document| known.files.contains(&document.hash));
    let papers = files.map(|document| Paper::File { name: document.name.clone() });
    let invoices = content.invoices.iter().filter(|invoice| known.invoices.iter().any(|other| other.is_same(invoice)));
    let papers = papers.chain(invoices.map(paper_of));
    papers.map(|paper| Match { entity: known.entity, partner: known.partner, standing: known.standing, paper }).collect()
}

fn paper_of(invoice: &Invoice) -> Paper {
    Paper::Invoice { number: invoice.number.clone(), vendor: invoice.vendor.clone(), amount: invoice.amount }
}

/// Each kind of proof is there; invoices that do not come to the stated cost are for a person.
pub fn proofs(given: &Given<'_>) -> Found {
    let (content, wanted) = (&given.claim.content, &given.program.mdf.proofs);
    let present: BTreeSet<ProofKind> = content.documents.iter().map(|document| document.kind).collect();
    let missing: BTreeSet<ProofKind> = wanted.difference(&present).copied().collect();
    let currency = content.cost.currency;
    let is_one_currency = content.invoices.iter().all(|invoice| invoice.amount.currency == currency);
    let invoiced = Money::sum(currency, content.invoices.iter().map(|invoice| invoice.amount).filter(|amount| amount.currency == currency));
    let invoiced = invoiced.unwrap_or(Money::zero(currency));
    let outcome = if missing.is_empty() {
        unless(!is_one_currency || invoiced.minor < content.cost.minor, CheckOutcome::NeedsPerson)
    } else {
        CheckOutcome::Fail
    };
    (outcome, Evidence::Proofs { missing, wanted: wanted.clone(), invoiced, cost: content.cost })
}

/// Several claims of one partner within the window, each within a limit of approval and above it together.
pub fn splitting(given: &Given<'_>) -> Found {
    let rules = &given.program.mdf;
    let (days, today) = (rules.splitting_days, given.date(given.handed_in()));
    let near = |known: &&Known| {
        let on = known.handed_in_on.is_some_and(|on| (on - today).num_days().unsigned_abs() <= u64::from(days));
        on && known.partner == given.claim.partner && known.is_live()
    };
    let amounts: Vec<(Entity, i64)> = others(given)
        .filter(near)
        .filter_map(|known| Some((known.entity, known.amount.filter(|amount| amount.currency == given.amount.currency)?.minor)))
        .collect();
    let sum_within = |limit: i64| {
        let small = amounts.iter().filter(move |(_, minor)| *minor <= limit);
        small.fold(given.amount.minor, |sum, (_, minor)| sum.saturating_add(*minor))
    };
    let limits = rules.approval.limits(given.amount.currency);
    let crossed = limits.into_iter().find(|limit| given.amount.minor <= limit.minor && sum_within(limit.minor) > limit.minor);
    let most = crossed.map_or(i64::MAX, |limit| limit.minor);
    let with = amounts.iter().filter(|(_, minor)| *minor <= most).map(|(entity, _)| *entity).collect();
    let sum = Money::new(sum_within(most), given.amount.currency);
    (unless(crossed.is_some(), CheckOutcome::NeedsPerson), Evidence::Splitting { limit: crossed, sum, days, with })
}

/// The same partner with much the same activity elsewhere at about the same time: paid for twice, perhaps.
pub fn similar(given: &Given<'_>) -> Found {
    let (rules, content, plan) = (given.program.mdf.similar.clone(), &given.claim.content, &given.request.plan);
    let mut found: Vec<Alike> = Vec::new();
    for known in others(given).filter(|known| known.partner == given.claim.partner && known.is_live()) {
        let Some(activity) = known.activity.as_ref().filter(|activity| activity.request != given.request.id) else { continue };
        let apart = (activity.from - content.performed_to).max(content.performed_from - activity.to).num_days();
        let percent = alike_percent(&plan.title, &activity.title);
        if apart <= i64::from(rules.days) && percent >= rules.percent {
            let (title, place, from) = (activity.title.clone(), known.place.clone(), activity.from);
            found.push(Alike { entity: known.entity, title, place, from, percent });
        }
    }
    found.sort_by_key(|one| (std::cmp::Reverse(one.percent), one.entity));
    (unless(!found.is_empty(), CheckOutcome::NeedsPerson), Evidence::SimilarActivity { found })
}

/// How alike two titles are: the mean over the words of both of how alike the best counterpart is. 100 of the same words
/// in any order, 0 of nothing in common.
pub fn alike_percent(a: &str, b: &str) -> u8 {
    let (a, b) = (search::words(a), search::words(b));
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (words(&a), words(&b));
    if a.is_empty() || b.is_empty() {
        return 0;
    }
    let best = |word: &str, of: &[String]| of.iter().map(|other| u64::from(word_similarity(word, other))).max().unwrap_or(0);
    let total: u64 = a.iter().map(|word| best(word, &b)).sum::<u64>() + b.iter().map(|word| best(word, &a)).sum::<u64>();
    let count = u64::try_from(a.len() + b.len()).unwrap_or(u64::MAX);
    u8::try_from(total / count / 100).unwrap_or(100)
}
