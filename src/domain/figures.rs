//! The figures of a desk: shares and quantiles of sums of daily counters.

use crate::domain::day::Counted;
use std::{collections::BTreeMap, ops::RangeInclusive};

/// Sums of daily counters, each with its value. `M` names the measures of a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures<M>(pub Vec<(Counted<M>, u64)>);

impl<M: PartialEq> Figures<M> {
    /// How many there were of these on these days.
    pub fn sum(&self, measures: &[M], days: RangeInclusive<i64>) -> u64 {
        self.0.iter().filter(|(one, _)| measures.contains(&one.measure) && days.contains(&one.day)).map(|(_, value)| value).sum()
    }

    /// How many there were of one on these days, by bucket.
    pub fn by_bucket(&self, measure: &M, days: RangeInclusive<i64>) -> BTreeMap<i64, u64> {
        let mut buckets = BTreeMap::new();
        for (one, value) in self.0.iter().filter(|(one, _)| one.measure == *measure && days.contains(&one.day)) {
            *buckets.entry(one.bucket).or_default() += value;
        }
        buckets
    }
}

/// `part / whole` in basis points, halves up; nothing of nothing. At most 10,000 for a part of a whole, and never more
/// than 65,535.
pub fn ratio_bp(part: u64, whole: u64) -> Option<u16> {
    if whole == 0 {
        return None;
    }
    let bp = (u128::from(part) * 20_000 + u128::from(whole)) / (2 * u128::from(whole));
    Some(u16::try_from(bp).unwrap_or(u16::MAX))
}

/// The value at or below which `percent` of all lie (nearest rank), of values with how often each occurs.
pub fn quantile(counts: &BTreeMap<i64, u64>, percent: u8) -> Option<i64> {
    let all: u64 = counts.values().sum();
    let rank = (u128::from(all) * u128::from(percent)).div_ceil(100).max(1);
    let mut seen = 0_u128;
    counts
        .iter()
        .find(|(_, count)| {
            seen += u128::from(**count);
            seen >= rank
        })
        .map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_halves_up_and_quantiles_by_nearest_rank() {
        let minutes = BTreeMap::from([(10, 5), (20, 4), (300, 1)]);
        assert_eq!((quantile(&minutes, 50), quantile(&minutes, 90), quantile(&minutes, 91)), (Some(10), Some(20), Some(300)));
        assert_eq!(quantile(&BTreeMap::new(), 50), None);
        assert_eq!((ratio_bp(1, 3), ratio_bp(2, 3), ratio_bp(0, 5), ratio_bp(1, 0)), (Some(3_333), Some(6_667), Some(0), None));
    }
}
