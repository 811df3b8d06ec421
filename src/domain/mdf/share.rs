//! Cost share: who bears which part of an activity's cost. No unit is lost or made: the parts add up to the whole.

use crate::domain::{
    money::{Money, MoneyError},
    vocabulary::words,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who bears a part of the cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sharer {
    /// We do: what the fund pays.
    Maker,
    Partner,
    /// A distributor between the two.
    Distributor,
}

words! {
    Sharer {
        Maker => "maker", "the maker";
        Partner => "partner", "the partner";
        Distributor => "distributor", "the distributor";
    }
}

/// The parts relative to each other: 1/1/0 is the same as 50/50/0. Thirds are 1/1/1, which percentages can't say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CostShare {
    pub maker: u32,
    pub partner: u32,
    pub distributor: u32,
}

/// An amount in its parts, which add up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    pub maker: Money,
    pub partner: Money,
    pub distributor: Money,
}

impl CostShare {
    /// Each pays half.
    pub const HALF: Self = Self { maker: 50, partner: 50, distributor: 0 };

    pub const fn of(self, sharer: Sharer) -> u32 {
        match sharer {
            Sharer::Maker => self.maker,
            Sharer::Partner => self.partner,
            Sharer::Distributor => self.distributor,
        }
    }

    fn total(self) -> u64 {
        u64::from(self.maker) + u64::from(self.partner) + u64::from(self.distributor)
    }

    /// By largest remainder; units that are left over evenly go first to the maker, then to the partner.
    pub fn split(self, cost: Money) -> Result<Split, MoneyError> {
        let parts = cost.shares(&[self.maker, self.partner, self.distributor])?;
        let [maker, partner, distributor] = parts[..] else { return Err(MoneyError::NoShares) };
        Ok(Split { maker, partner, distributor })
    }

    /// Whether the maker bears no more of it than under `other`. Compared exactly, not as percentages.
    pub fn is_within(self, other: Self) -> bool {
        u128::from(self.maker) * u128::from(other.total()) <= u128::from(other.maker) * u128::from(self.total())
    }

    /// Somebody bears it.
    pub fn is_sound(self) -> bool {
        self.total() > 0
    }
}

/// `50/50`, or `1/1/1` with a distributor.
impl fmt::Display for CostShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.maker, self.partner)?;
        if self.distributor > 0 { write!(f, "/{}", self.distributor) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn minor(share: (u32, u32, u32), text: &str, code: &str) -> [i64; 3] {
        let share = CostShare { maker: share.0, partner: share.1, distributor: share.2 };
        let split = share.split(Money::parse(text, code.parse().unwrap()).unwrap()).unwrap();
        [split.maker.minor, split.partner.minor, split.distributor.minor]
    }

    /// Worked out by hand: exact parts, cut, and the units left over to the largest remainders.
    #[test]
    fn the_table_checked_by_hand() {
        for (share, amount, code, parts) in [
            ((50, 50, 0), "100.00", "EUR", [5_000, 5_000, 0]),
            ((50, 50, 0), "100.01", "EUR", [5_001, 5_000, 0]), // 5000.5 each: the earlier gets the odd cent
            ((50, 50, 0), "0.01", "EUR", [1, 0, 0]),
            ((50, 50, 0), "-100.01", "EUR", [-5_001, -5_000, 0]), // taken back as it was given
            ((50, 50, 0), "101", "JPY", [51, 50, 0]),             // the yen has no cents
            ((50, 50, 0), "1", "JPY", [1, 0, 0]),
            ((50, 50, 0), "0.001", "KWD", [1, 0, 0]), // one fils
            ((50, 50, 0), "10.005", "KWD", [5_003, 5_002, 0]),
            ((60, 40, 0), "0.03", "EUR", [2, 1, 0]),             // 1.8 and 1.2
            ((75, 25, 0), "0.99", "EUR", [74, 25, 0]),           // 74.25 and 24.75
            ((1, 1, 1), "100.00", "EUR", [3_334, 3_333, 3_333]), // a third each: 3333.33
            ((1, 1, 1), "100.01", "EUR", [3_334, 3_334, 3_333]), // 3333.67 each: two left over
            ((1, 1, 1), "100", "JPY", [34, 33, 33]),
            ((1, 1, 1), "0.002", "KWD", [1, 1, 0]),
            ((40, 40, 20), "99.99", "EUR", [4_000, 3_999, 2_000]), // 3999.6, 3999.6, 1999.8: the distributor's is largest
            ((0, 1, 0), "5.00", "EUR", [0, 500, 0]),
        ] {
            assert_eq!(minor(share, amount, code), parts, "{share:?} of {amount} {code}");
        }
    }

    #[test]
    fn shares_are_compared_exactly() {
        let share = |maker, partner, distributor| CostShare { maker, partner, distributor };
        assert!(share(1, 1, 0).is_within(CostShare::HALF) && CostShare::HALF.is_within(share(1, 1, 0)));
        assert!(share(1, 1, 1).is_within(CostShare::HALF));
        assert!(!share(51, 49, 0).is_within(CostShare::HALF));
        assert!(!share(0, 0, 0).is_sound());
        assert_eq!((CostShare::HALF.to_string(), share(1, 1, 1).to_string()), ("50/50".into(), "1/1/1".into()));
    }

    proptest! {
        #[test]
        fn parts_add_up_and_none_is_off_by_a_unit(cost: i64, maker in 0_u32..200, partner in 0_u32..200, distributor in 0_u32..200) {
            let share = CostShare { maker, partner, distributor };
            prop_assume!(share.is_sound());
            let split = share.split(Money::new(cost, "KWD".parse().unwrap())).unwrap();
            let total: i128 = [split.maker, split.partner, split.distributor].iter().map(|part| i128::from(part.minor)).sum();
            prop_assert_eq!(total, i128::from(cost));
            let off = i128::from(split.maker.minor) * i128::from(share.total()) - i128::from(cost) * i128::from(maker);
            prop_assert!(off.abs() < i128::from(share.total()));
        }
    }
}
