//! What other rules would change: every partner scored twice. Nothing is worded here, so that thousands take a moment.

use super::{evaluate::earned, facts::Facts, rules::Rules, score};
use crate::domain::{id::PartnerId, money::Money, text::Text};
use serde::Serialize;

/// The same facts under two sets of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhatIf {
    /// Who earns a better tier under the new rules than under the old, by partner.
    pub promoted: Vec<Moved>,
    pub demoted: Vec<Moved>,
    /// Of all partners: what their earned tiers entitle them to in a year, at the revenue of the trailing twelve months.
    pub cost_before: Money,
    pub cost_after: Money,
    /// Partners by earned tier: the tiers of the new rules, best first, then those that are gone.
    pub tiers: Vec<(Text, usize, usize)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    pub partner: PartnerId,
    pub from: Text,
    pub to: Text,
    pub cost_before: Money,
    pub cost_after: Money,
}

/// Scores all partners under both rules. The order of `facts` makes no difference. Tiers are compared by their place: where
/// the new rules no longer have a partner's tier, by how many tiers stand above it.
pub fn what_if(facts: &[Facts], before: &Rules, after: &Rules) -> WhatIf {
    let mut found = WhatIf {
        promoted: Vec::new(),
        demoted: Vec::new(),
        cost_before: before.money(0),
        cost_after: after.money(0),
        tiers: after.lines.iter().map(|line| (line.tier.clone(), 0, 0)).collect(),
    };
    for one in facts {
        let (old, new) = (place(one, before), place(one, after));
        let (from, to) = (name(before, old), name(after, new));
        let (cost_before, cost_after) = (cost(one, before, old), cost(one, after, new));
        found.cost_before.minor = found.cost_before.minor.saturating_add(cost_before.minor);
        found.cost_after.minor = found.cost_after.minor.saturating_add(cost_after.minor);
        count(&mut found.tiers, &from).1 += 1;
        count(&mut found.tiers, &to).2 += 1;
        let was = after.lines.iter().position(|line| line.tier.eq_ignore_ascii_case(&from)).unwrap_or(old);
        let moved = || Moved { partner: one.partner, from: from.clone(), to: to.clone(), cost_before, cost_after };
        match new.cmp(&was) {
            std::cmp::Ordering::Less => found.promoted.push(moved()),
            std::cmp::Ordering::Greater => found.demoted.push(moved()),
            std::cmp::Ordering::Equal => {}
        }
    }
    found.promoted.sort_by_key(|moved| moved.partner);
    found.demoted.sort_by_key(|moved| moved.partner);
    found
}

fn place(facts: &Facts, rules: &Rules) -> usize {
    let needs_score = rules.lines.iter().any(|line| line.gates.composite.is_some());
    let composite = if needs_score { score::composite(&facts.values(rules), &rules.card) } else { None };
    earned(facts, composite, rules)
}

fn name(rules: &Rules, place: usize) -> Text {
    rules.lines.get(place).map(|line| line.tier.clone()).unwrap_or_default()
}

fn cost(facts: &Facts, rules: &Rules, place: usize) -> Money {
    let revenue = rules.money(facts.revenue.as_ref().map_or(0, |revenue| revenue.now));
    rules.lines.get(place).map_or(rules.money(0), |line| line.gives.cost(revenue))
}

fn count<'a>(tiers: &'a mut Vec<(Text, usize, usize)>, name: &Text) -> &'a mut (Text, usize, usize) {
    let place = tiers.iter().position(|(tier, ..)| tier.eq_ignore_ascii_case(name)).unwrap_or(tiers.len());
    if place == tiers.len() {
        tiers.push((name.clone(), 0, 0));
    }
    &mut tiers[place]
}
