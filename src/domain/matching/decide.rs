//! Where a record that arrives belongs: with a known one, before an operator, or by itself.

use super::{
    features::Features,
    policy::MatchingPolicy,
    score::{Band, Score, score},
};
use serde::{Deserialize, Serialize};

/// A known record that shares a key. `survivor` is the record that its cluster is known by, itself if it stands alone.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a, Id> {
    pub id: Id,
    pub survivor: Id,
    pub features: &'a Features,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict<Id> {
    /// The same as `record`, and so one of the cluster of `to`.
    Link {
        to: Id,
        record: Id,
        score: Score,
    },
    /// An operator decides; the most alike first, one candidate a cluster.
    Review {
        candidates: Vec<Match<Id>>,
    },
    New,
}

/// A candidate with its score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match<Id> {
    /// The cluster's survivor.
    pub to: Id,
    /// The record of the cluster that is most alike.
    pub record: Id,
    pub score: Score,
}

/// Nobody compares more than this many candidates by eye.
const REVIEW_MAX: usize = 5;

/// Decides from the records that share a key with `arriving`. The survivors of their clusters belong among them: a record
/// links only where it is like the survivor too (at least enough to be shown), so that a chain of small differences does
/// not end at another company. It joins one cluster; two clusters are never joined by what lies between them.
pub fn decide<Id: Copy + Ord>(arriving: &Features, candidates: &[Candidate<'_, Id>], policy: &MatchingPolicy) -> Verdict<Id> {
    let mut matches: Vec<Match<Id>> = candidates
        .iter()
        .map(|candidate| Match {
            to: candidate.survivor,
            record: candidate.id,
            score: score(arriving, candidate.features, &policy.weights),
        })
        .filter(|found| found.score.band(policy) > Band::New)
        .collect();
    matches.sort_by(|a, b| (b.score.total_bp, a.record).cmp(&(a.score.total_bp, b.record)));
    let like_survivor = |to: Id| matches.iter().any(|found| found.record == to);
    if let Some(best) = matches.iter().find(|found| found.score.band(policy) == Band::Link && like_survivor(found.to)) {
        return Verdict::Link { to: best.to, record: best.record, score: best.score.clone() };
    }
    let mut shown: Vec<Match<Id>> = Vec::new();
    for found in matches {
        if shown.len() < REVIEW_MAX && !shown.iter().any(|other| other.to == found.to) {
            shown.push(found);
        }
    }
    if shown.is_empty() { Verdict::New } else { Verdict::Review { candidates: shown } }
}
