//! Weighted rotation within a scope (a country and product line), exact in integers.
//!
//! R. Tijdeman, "The chairman assignment problem" (1980): among those who are owed at least 1/(2n-2) of a turn, the one
//! with the earliest deadline gets the next. Nobody is then ever a whole lead away from the weighted share.
//! A scope keeps a virtual time that grows by 1/(sum of weights) a turn; a partner's entitlement is weight x virtual time.

use super::why::{Change, RunnerUp};
use crate::domain::{id::PartnerId, text::Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One lead, in the fixed-point unit of this file: leaves room for 134 million leads a partner and scope.
pub const ONE_LEAD: i64 = 1 << 36;

/// A scope's cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rotation {
    /// Grows by `ONE_LEAD` / (sum of the weights of those in turn) with each turn.
    pub virtual_time: i64,
    pub turns: i64,
    /// Cover the scope but were excluded at the last turn: back from absence they start at the floor.
    pub away: Vec<PartnerId>,
    pub shares: BTreeMap<PartnerId, Share>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub weight: i64,
    /// Leads received x `ONE_LEAD`, shifted so that the entitlement of a newcomer starts level.
    pub received: i64,
    /// Leads that the rotation gave it, those before this was counted left out.
    #[serde(rename = "n", default, skip_serializing_if = "is_none_given")]
    pub given: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_none_given(given: &i64) -> bool {
    *given == 0
}

/// What one turn changes in the rotation; carried by the event, applied by [`Rotation::apply`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    pub scope: Text,
    pub virtual_time: i64,
    pub turns: i64,
    pub away: Vec<PartnerId>,
    /// The shares that changed.
    pub shares: Vec<(PartnerId, Share)>,
}

/// A candidate's standing at a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub partner: PartnerId,
    pub weight: i64,
    /// What it is owed, in `ONE_LEAD`s; negative when it is ahead.
    pub owed: i64,
    released: bool,
    tie: u64,
    threshold: i64,
    given: i64,
}

impl Standing {
    /// Owed leads in thousandths.
    pub fn owed_milli(&self) -> i64 {
        i64::try_from(i128::from(self.owed) * 1000 / i128::from(ONE_LEAD)).unwrap_or(0)
    }

    /// How many turns it can still wait for a lead, in millionths: what the turn is decided by, the least first. Nothing where
    /// its turn has not come. `total` is the sum of the weights of those in turn.
    pub fn waits_micro(&self, total: i64) -> Option<i64> {
        let weight = i128::from(ONE_LEAD) * i128::from(self.weight);
        let micro = (self.distance() * i128::from(total) * 1_000_000).div_euclid(weight);
        i64::try_from(micro).ok().filter(|_| self.released)
    }

    /// What it is owed before this turn adds to it.
    fn before(&self, total: i64) -> i64 {
        self.owed - scaled(self.weight, ONE_LEAD / total)
    }

    /// The distance is what is left until its deadline, times its weight.
    fn distance(&self) -> i128 {
        i128::from(self.threshold - self.owed)
    }

    fn key(&self, other: &Self) -> std::cmp::Ordering {
        other
            .released
            .cmp(&self.released)
            .then_with(|| (self.distance() * i128::from(other.weight)).cmp(&(other.distance() * i128::from(self.weight))))
            .then_with(|| self.tie.cmp(&other.tie))
            .then_with(|| self.partner.cmp(&other.partner))
    }

    /// The order where nobody's turn has come.
    fn most_owed(&self, other: &Self) -> std::cmp::Ordering {
        other.owed.cmp(&self.owed).then(self.tie.cmp(&other.tie)).then(self.partner.cmp(&other.partner))
    }

    /// The smallest weight with which this standing would have gone before `winner`, if any up to ten times its own.
    pub fn weight_to_beat(&self, winner: &Self) -> Option<i64> {
        if !self.released || winner.distance() <= 0 {
            return None;
        }
        let needed = self.distance() * i128::from(winner.weight) / winner.distance() + 1;
        i64::try_from(needed).ok().filter(|weight| *weight > self.weight && *weight <= self.weight * 10)
    }
}

impl Rotation {
    /// Ranks those in turn, the winner first, and says what the turn changes. `in_turn` holds (partner, weight >= 1);
    /// `away` are the partners of the scope who are excluded this time. `None` when nobody is in turn.
    pub fn turn(&self, scope: &Text, in_turn: &[(PartnerId, i64)], away: Vec<PartnerId>, seed: u64) -> Option<(Vec<Standing>, Turn)> {
        let total: i64 = in_turn.iter().map(|(_, weight)| weight).sum();
        if in_turn.is_empty() || total <= 0 {
            return None;
        }
        let virtual_time = self.virtual_time + ONE_LEAD / total;
        let release = release(in_turn.len());
        let mut changed = Vec::new();
        let mut standings: Vec<Standing> = in_turn
            .iter()
            .map(|&(partner, weight)| {
                let share = self.level(partner, weight, &mut changed);
                let owed = scaled(weight, virtual_time) - share.received;
                let tie = mix(seed, self.turns, partner);
                Standing { partner, weight, owed, released: owed >= release, tie, threshold: ONE_LEAD - release, given: share.given }
            })
            .collect();
        standings.sort_by(Standing::key);
        if !standings[0].released {
            // Rounding or a returning partner left nobody over the release line: the one who is owed most goes first.
            standings.sort_by(Standing::most_owed);
        }
        let winner = standings[0];
        let received = scaled(winner.weight, virtual_time) - winner.owed + ONE_LEAD;
        changed.retain(|(partner, _)| *partner != winner.partner);
        changed.push((winner.partner, Share { weight: winner.weight, received, given: winner.given + 1 }));
        changed.sort_by_key(|(partner, _)| *partner);
        Some((standings, Turn { scope: scope.clone(), virtual_time, turns: self.turns + 1, away, shares: changed }))
    }

    /// The share that a partner enters the turn with: a newcomer, or one back from absence, starts level with the
    /// virtual time; a changed weight keeps what is owed.
    fn level(&self, partner: PartnerId, weight: i64, changed: &mut Vec<(PartnerId, Share)>) -> Share {
        let floor = Share { weight, received: scaled(weight, self.virtual_time), given: 0 };
        let share = match self.shares.get(&partner) {
            Some(share) if self.away.contains(&partner) => {
                // Nothing is owed for the absence, but an advance that was had before stays had.
                let owed = (scaled(share.weight, self.virtual_time) - share.received).min(0);
                Share { weight, received: floor.received - owed, given: share.given }
            }
            Some(share) if share.weight == weight => return *share,
            Some(share) => {
                let owed = scaled(share.weight, self.virtual_time) - share.received;
                Share { weight, received: floor.received - owed, given: share.given }
            }
            None => floor,
        };
        changed.push((partner, share));
        share
    }

    pub fn apply(&mut self, turn: &Turn) {
        self.virtual_time = turn.virtual_time;
        self.turns = turn.turns;
        self.away.clone_from(&turn.away);
        self.shares.extend(turn.shares.iter().copied());
    }
}

/// What the rotations gave a partner, and what its weight entitled it to: distribution parity is the one over the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parity {
    /// Leads.
    pub given: i64,
    /// Thousandths of a lead.
    pub entitled_milli: i64,
}

impl Parity {
    /// Of one partner over all its scopes.
    pub fn of<'r>(partner: PartnerId, rotations: impl IntoIterator<Item = &'r Rotation>) -> Self {
        let mut parity = Self::default();
        for rotation in rotations {
            let Some(share) = rotation.shares.get(&partner) else { continue };
            let owed = scaled(share.weight, rotation.virtual_time) - share.received;
            // Nothing is owed for an absence, and nobody in turn is ever owed a whole lead.
            let most = if rotation.away.contains(&partner) { 0 } else { ONE_LEAD };
            let owed_milli = i128::from(owed.min(most)) * 1000 / i128::from(ONE_LEAD);
            parity.given += share.given;
            parity.entitled_milli += share.given * 1000 + i64::try_from(owed_milli).unwrap_or(0);
        }
        parity
    }
}

/// How many weights are tried for the runner-up, among up to so many candidates, and among more.
const WEIGHTS_TRIED: (usize, usize, usize) = (24, 32, 2);

/// Who would have won instead, and the smallest change for it: proven by ranking again under that change. That it would get the
/// next lead is no such change: this one would have gone where it went.
pub(super) fn runner_up(standings: &[Standing]) -> Option<RunnerUp> {
    let [winner, second, ..] = standings else { return None };
    let (few, among, least) = WEIGHTS_TRIED;
    let tried = if standings.len() > among { least } else { few };
    // The estimate leaves out that a weight changes everybody's share of the turn; it is off by little.
    let weights = second.weight_to_beat(winner).map_or(0..0, |estimate| second.weight + 1..estimate + 3);
    let total = standings.iter().map(|one| one.weight).sum();
    let wins = |weight: &i64| {
        let changed = |one: &Standing| if one.partner == second.partner { *weight } else { one.weight };
        first_among(standings, total, changed) == Some(second.partner)
    };
    if let Some(at_least) = weights.take(tried).find(wins) {
        return Some(RunnerUp { partner: second.partner, change: Change::Weight { at_least } });
    }
    let partner = first_among(&standings[1..], total, |one| one.weight)?;
    Some(RunnerUp { partner, change: Change::WinnerAway })
}

/// Who would win among some of the standings of a turn if they had these weights: the decision of [`Rotation::turn`] without a
/// second look at the cursor. `total` is the sum of the weights of that turn.
fn first_among(standings: &[Standing], total: i64, weight: impl Fn(&Standing) -> i64) -> Option<PartnerId> {
    let sum: i64 = standings.iter().map(&weight).sum();
    let (step, release) = (ONE_LEAD.checked_div(sum)?, release(standings.len()));
    let now = standings.iter().map(|one| {
        let weight = weight(one);
        let owed = one.before(total) + scaled(weight, step);
        Standing { weight, owed, released: owed >= release, threshold: ONE_LEAD - release, ..*one }
    });
    let first = now.clone().min_by(Standing::key)?;
    let first = if first.released { first } else { now.min_by(Standing::most_owed)? };
    Some(first.partner)
}

/// How much one of so many must be owed for its turn to have come.
fn release(candidates: usize) -> i64 {
    let n = i64::try_from(candidates).unwrap_or(i64::MAX);
    if n < 2 { 0 } else { ONE_LEAD / (2 * n - 2) }
}

fn scaled(weight: i64, virtual_time: i64) -> i64 {
    i64::try_from(i128::from(weight) * i128::from(virtual_time)).unwrap_or(i64::MAX)
}

/// SplitMix64 over the seed, the turn and the partner: breaks ties without favouring low numbers, the same every time.
fn mix(seed: u64, turns: i64, partner: PartnerId) -> u64 {
    let mut z =
        seed ^ turns.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ partner.0.cast_unsigned().wrapping_mul(0xd1b5_4a32_d192_ed03);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
