//! Judging the pairs: by score, and as intake would, row after row.

use super::{Mistake, Options, Quality, Report, Spellings};
use crate::domain::matching::{Band, Candidate, Index, MatchingPolicy, Verdict, decide, keys, score};
use std::collections::{BTreeMap, HashSet};

/// Keys that more spellings than this share are not followed when the scores are measured. Intake follows fewer; see
/// [`intake`], which measures that.
const MEMBERS_MAX: usize = 512;

pub fn measure(spellings: &Spellings, options: &Options) -> Report {
    let policy = &options.policy;
    let truth = spellings.truth_pairs();
    let mut report = Report {
        records: spellings.rows.len(),
        spellings: spellings.features.len(),
        clusters: spellings.clusters.len(),
        compared: 0,
        truth_missed_by_blocking: truth,
        link: Quality { truth, ..Quality::default() },
        link_and_review: Quality { truth, ..Quality::default() },
        intake: Quality::default(),
        baseline: None,
        false_links: Vec::new(),
        misses: Vec::new(),
        features_micros: 0,
        scoring_micros: 0,
        intake_micros: 0,
    };
    let mut index = Index::with_members_max(MEMBERS_MAX);
    let all_keys: Vec<Vec<i64>> = spellings.features.iter().map(keys).collect();
    for (at, keys) in all_keys.iter().enumerate() {
        index.insert(at, keys);
    }
    let mut shown: HashSet<(usize, usize)> = HashSet::new();
    let mut compared: HashSet<(usize, usize)> = HashSet::new();
    for (at, keys) in all_keys.iter().enumerate() {
        let others = index.candidates(keys).into_iter().filter(|other| *other < at).chain([at]);
        for other in others {
            let scored = score(&spellings.features[other], &spellings.features[at], &policy.weights);
            let (pairs, right) = pairs_behind(spellings, other, at);
            report.compared += 1;
            report.truth_missed_by_blocking -= right;
            let band = scored.band(policy);
            if right > 0 {
                compared.insert((other, at));
            }
            if band == Band::Link {
                report.link.joined += pairs;
                report.link.right += right;
                if pairs > right {
                    report.false_links.push(mistake(spellings, (other, at), pairs - right, policy));
                }
            }
            if band >= Band::Review {
                report.link_and_review.joined += pairs;
                report.link_and_review.right += right;
                shown.insert((other, at));
            }
        }
    }
    report.false_links.sort_by(|a, b| (b.pairs, b.score_bp, &a.left).cmp(&(a.pairs, a.score_bp, &b.left)));
    report.false_links.truncate(options.worst);
    report.misses = misses(spellings, &shown, &compared, options);
    report
}

/// Record pairs behind two spellings (or one with itself), and how many of them are true.
fn pairs_behind(spellings: &Spellings, a: usize, b: usize) -> (u64, u64) {
    let half = |n: u64| n * n.saturating_sub(1) / 2;
    if a == b {
        return (half(spellings.count(a)), spellings.truth[a].values().copied().map(half).sum());
    }
    let right = spellings.truth[a].iter().map(|(cluster, count)| count * spellings.truth[b].get(cluster).copied().unwrap_or(0)).sum();
    (spellings.count(a) * spellings.count(b), right)
}

fn mistake(spellings: &Spellings, (a, b): (usize, usize), pairs: u64, policy: &MatchingPolicy) -> Mistake {
    let scored = score(&spellings.features[a], &spellings.features[b], &policy.weights);
    let (left, right) = (spellings.shown[a].clone(), spellings.shown[b].clone());
    Mistake { left, right, pairs, score_bp: scored.total_bp, compared: true, parts: scored.parts }
}

/// True pairs that nobody would be shown, those with the most records behind them first.
fn misses(spellings: &Spellings, shown: &HashSet<(usize, usize)>, compared: &HashSet<(usize, usize)>, options: &Options) -> Vec<Mistake> {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); spellings.clusters.len()];
    for (at, truth) in spellings.truth.iter().enumerate() {
        for cluster in truth.keys() {
            members[*cluster].push(at);
        }
    }
    let mut found: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for cluster in members {
        for (place, &b) in cluster.iter().enumerate() {
            for &a in &cluster[..place] {
                if !shown.contains(&(a, b)) {
                    found.insert((a, b), pairs_behind(spellings, a, b).1);
                }
            }
        }
    }
    let mut worst: Vec<_> = found.into_iter().collect();
    worst.sort_by_key(|(pair, right)| (std::cmp::Reverse(*right), *pair));
    worst.truncate(options.worst);
    worst
        .into_iter()
        .map(|(pair, right)| Mistake { compared: compared.contains(&pair), ..mistake(spellings, pair, right, &options.policy) })
        .collect()
}

/// Takes the rows in one after the other as intake does: each joins at most one cluster. A record that joins adds only the
/// keys that its cluster lacks, so that a company with many records does not make its keys common.
pub fn intake(spellings: &Spellings, policy: &MatchingPolicy) -> Quality {
    let mut index: Index<usize> = Index::default();
    let mut survivors: Vec<usize> = Vec::with_capacity(spellings.rows.len());
    let mut cluster_keys: BTreeMap<usize, HashSet<i64>> = BTreeMap::new();
    let mut joined: BTreeMap<usize, BTreeMap<usize, u64>> = BTreeMap::new();
    let mut first_of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut left: Vec<Vec<(usize, u64)>> =
        spellings.truth.iter().map(|truth| truth.iter().map(|(cluster, n)| (*cluster, *n)).collect()).collect();
    for (row, &spelling) in spellings.rows.iter().enumerate() {
        let features = &spellings.features[spelling];
        let keys = keys(features);
        let mut found = index.candidates(&keys);
        found.extend(found.iter().map(|id| survivors[*id]).collect::<Vec<_>>());
        found.extend(first_of.get(&spelling));
        found.sort_unstable();
        found.dedup();
        let candidates: Vec<Candidate<'_, usize>> = found
            .iter()
            .map(|id| Candidate { id: *id, survivor: survivors[*id], features: &spellings.features[spellings.rows[*id]] })
            .collect();
        let survivor = match decide(features, &candidates, policy) {
            Verdict::Link { to, .. } => to,
            Verdict::Review { .. } | Verdict::New => row,
        };
        survivors.push(survivor);
        first_of.entry(spelling).or_insert(row);
        let known = cluster_keys.entry(survivor).or_default();
        let new: Vec<i64> = keys.into_iter().filter(|key| known.insert(*key)).collect();
        index.insert(row, &new);
        // Records of one spelling are interchangeable; each takes one of the true clusters that the spelling stands for.
        if let Some(slot) = left[spelling].iter_mut().find(|slot| slot.1 > 0) {
            slot.1 -= 1;
            *joined.entry(survivor).or_default().entry(slot.0).or_default() += 1;
        }
    }
    let half = |n: u64| n * n.saturating_sub(1) / 2;
    Quality {
        truth: spellings.truth_pairs(),
        joined: joined.values().map(|truth| half(truth.values().sum())).sum(),
        right: joined.values().flat_map(BTreeMap::values).copied().map(half).sum(),
    }
}
