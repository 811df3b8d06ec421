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
}

impl Standing {
    /// Owed leads in thousandths.
    pub fn owed_milli(&self) -> i64 {
        i64::try_from(i128::from(self.owed) * 1000 / i128::from(ONE_LEAD)).unwrap_or(0)
    }

    /// How long it can still wait, as a fraction: distance over weight.
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
        let n = i64::try_from(in_turn.len()).unwrap_or(i64::MAX);
        let release = if n < 2 { 0 } else { ONE_LEAD / (2 * n - 2) };
        let mut changed = Vec::new();
        let mut standings: Vec<Standing> = in_turn
            .iter()
            .map(|&(partner, weight)| {
                let share = self.level(partner, weight, &mut changed);
                let owed = scaled(weight, virtual_time) - share.received;
                Standing {
                    partner,
                    weight,
                    owed,
                    released: owed >= release,
                    tie: mix(seed, self.turns, partner),
                    threshold: ONE_LEAD - release,
                }
            })
            .collect();
        standings.sort_by(Standing::key);
        if !standings[0].released {
            // Rounding or a returning partner left nobody over the release line: the one who is owed most goes first.
            standings.sort_by(|a, b| b.owed.cmp(&a.owed).then(a.tie.cmp(&b.tie)).then(a.partner.cmp(&b.partner)));
        }
        let winner = standings[0];
        let received = scaled(winner.weight, virtual_time) - winner.owed + ONE_LEAD;
        changed.retain(|(partner, _)| *partner != winner.partner);
        changed.push((winner.partner, Share { weight: winner.weight, received }));
        changed.sort_by_key(|(partner, _)| *partner);
        Some((standings, Turn { scope: scope.clone(), virtual_time, turns: self.turns + 1, away, shares: changed }))
    }

    /// The share that a partner enters the turn with: a newcomer, or one back from absence, starts level with the
    /// virtual time; a changed weight keeps what is owed.
    fn level(&self, partner: PartnerId, weight: i64, changed: &mut Vec<(PartnerId, Share)>) -> Share {
        let floor = Share { weight, received: scaled(weight, self.virtual_time) };
        let share = match self.shares.get(&partner) {
            Some(share) if self.away.contains(&partner) => {
                // Nothing is owed for the absence, but an advance that was had before stays had.
                let owed = (scaled(share.weight, self.virtual_time) - share.received).min(0);
                Share { weight, received: floor.received - owed }
            }
            Some(share) if share.weight == weight => return *share,
            Some(share) => {
                let owed = scaled(share.weight, self.virtual_time) - share.received;
                Share { weight, received: floor.received - owed }
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

/// Among more than this many the runner-up is named by the order of the standings, without a second ranking.
const PROVEN_AMONG: usize = 32;

/// Who would have won instead, and the smallest change for it: proven by ranking again under that change.
pub(super) fn runner_up(
    rotation: &Rotation,
    standings: &[Standing],
    turn: &Turn,
    in_turn: &[(PartnerId, i64)],
    seed: u64,
) -> Option<RunnerUp> {
    let [winner, second, ..] = standings else { return None };
    let name = |partner, change| Some(RunnerUp { partner, change });
    let estimate = second.weight_to_beat(winner);
    if in_turn.len() > PROVEN_AMONG {
        return name(second.partner, estimate.map_or(Change::NextTurn, |at_least| Change::Weight { at_least }));
    }
    let first_of = |rotation: &Rotation, those: &[(PartnerId, i64)]| {
        rotation.turn(&turn.scope, those, Vec::new(), seed).map(|(standings, _)| standings[0].partner)
    };
    let with_weight = |weight: i64| -> Vec<_> {
        in_turn.iter().map(|&(partner, own)| (partner, if partner == second.partner { weight } else { own })).collect()
    };
    // The estimate leaves out that a weight changes everybody's share of the turn; it is off by little.
    let weights = estimate.map_or(0..0, |estimate| second.weight + 1..estimate + 3);
    if let Some(at_least) = weights.take(24).find(|weight| first_of(rotation, &with_weight(*weight)) == Some(second.partner)) {
        return name(second.partner, Change::Weight { at_least });
    }
    let mut after = rotation.clone();
    after.apply(turn);
    if first_of(&after, in_turn) == Some(second.partner) {
        return name(second.partner, Change::NextTurn);
    }
    let others: Vec<_> = in_turn.iter().copied().filter(|(partner, _)| *partner != winner.partner).collect();
    name(first_of(rotation, &others)?, Change::WinnerAway)
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
