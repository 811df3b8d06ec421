//! How a deal is shared: basis points that sum to exactly 10,000.

use crate::domain::{
    id::DealId,
    money::{Money, MoneyError},
};
use serde::{Deserialize, Serialize};

/// All of a deal, in basis points.
pub const WHOLE: u16 = 10_000;

/// At least two shares, each more than nothing, each registration once, together the whole. The largest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(DealId, u16)>", into = "Vec<(DealId, u16)>")]
pub struct Shares(Vec<(DealId, u16)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    #[error("a deal is shared by at least two")]
    TooFew,
    #[error("{0} has a share of nothing; leave it out")]
    Nothing(DealId),
    #[error("{0} stands twice")]
    Twice(DealId),
    #[error("the shares come to {} %, not to 100 %", percent(*.0))]
    Sum(u32),
}

/// `33.34`.
fn percent(bp: u32) -> String {
    format!("{}.{:02}", bp / 100, bp % 100)
}

impl Shares {
    pub fn new(shares: impl IntoIterator<Item = (DealId, u16)>) -> Result<Self, ShareError> {
        let mut shares: Vec<(DealId, u16)> = shares.into_iter().collect();
        shares.sort_by_key(|(deal, bp)| (std::cmp::Reverse(*bp), *deal));
        if shares.len() < 2 {
            return Err(ShareError::TooFew);
        }
        if let Some((deal, _)) = shares.iter().find(|(_, bp)| *bp == 0) {
            return Err(ShareError::Nothing(*deal));
        }
        let mut deals: Vec<DealId> = shares.iter().map(|(deal, _)| *deal).collect();
        deals.sort_unstable();
        if let Some(twice) = deals.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(ShareError::Twice(twice[0]));
        }
        let sum = shares.iter().map(|(_, bp)| u32::from(*bp)).sum();
        if sum != u32::from(WHOLE) {
            return Err(ShareError::Sum(sum));
        }
        Ok(Self(shares))
    }

    /// The same for each; a basis point left over goes to the earlier one.
    pub fn even(deals: &[DealId]) -> Result<Self, ShareError> {
        let count = u16::try_from(deals.len()).ok().filter(|count| (2..=WHOLE).contains(count)).ok_or(ShareError::TooFew)?;
        let left = usize::from(WHOLE % count);
        Self::new(deals.iter().enumerate().map(|(place, deal)| (*deal, WHOLE / count + u16::from(place < left))))
    }

    pub fn iter(&self) -> impl Iterator<Item = (DealId, u16)> {
        self.0.iter().copied()
    }

    pub fn of(&self, deal: DealId) -> Option<u16> {
        self.0.iter().find(|(one, _)| *one == deal).map(|(_, bp)| *bp)
    }

    /// Who has the largest share; of two alike, who registered first.
    pub fn principal(&self) -> DealId {
        self.0.first().map_or(DealId(0), |(deal, _)| *deal)
    }

    /// `value` by these shares: the parts sum to the whole, an odd cent goes to the largest remainder.
    pub fn split(&self, value: Money) -> Result<Vec<(DealId, Money)>, MoneyError> {
        let weights: Vec<u32> = self.0.iter().map(|(_, bp)| u32::from(*bp)).collect();
        Ok(self.0.iter().map(|(deal, _)| *deal).zip(value.shares(&weights)?).collect())
    }
}

impl TryFrom<Vec<(DealId, u16)>> for Shares {
    type Error = ShareError;

    fn try_from(shares: Vec<(DealId, u16)>) -> Result<Self, ShareError> {
        Self::new(shares)
    }
}

impl From<Shares> for Vec<(DealId, u16)> {
    fn from(shares: Shares) -> Self {
        shares.0
    }
}

impl std::fmt::Display for Shares {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all: Vec<String> = self.0.iter().map(|(deal, bp)| format!("{deal} {} %", percent(u32::from(*bp)))).collect();
        f.pad(&all.join(", "))
    }
}
