//! What stands in the queues of the desk: funds, requests and claims in one list, under one numbering.

use crate::domain::{
    event::Entity,
    id::{ClaimId, FundId, Number, RequestId},
    vocabulary::words,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The number of a record in the list of the desk. Reads and writes as the record's own: `F-1`, `R-1`, `M-1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemId {
    Fund(FundId),
    Request(RequestId),
    Claim(ClaimId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    Fund,
    Request,
    Claim,
}

words! {
    ItemKind {
        Fund => "fund", "a fund";
        Request => "request", "a request for money";
        Claim => "claim", "a claim";
    }
}

impl ItemId {
    pub const fn kind(self) -> ItemKind {
        match self {
            Self::Fund(_) => ItemKind::Fund,
            Self::Request(_) => ItemKind::Request,
            Self::Claim(_) => ItemKind::Claim,
        }
    }

    pub const fn entity(self) -> Entity {
        match self {
            Self::Fund(id) => Entity::Fund(id),
            Self::Request(id) => Entity::Request(id),
            Self::Claim(id) => Entity::Claim(id),
        }
    }

    pub const fn of_entity(entity: Entity) -> Option<Self> {
        Some(match entity {
            Entity::Fund(id) => Self::Fund(id),
            Entity::Request(id) => Self::Request(id),
            Entity::Claim(id) => Self::Claim(id),
            _ => return None,
        })
    }
}

/// By turns: a fund, a request, a claim.
impl Number for ItemId {
    fn of(number: i64) -> Self {
        let id = number.div_euclid(3);
        match number.rem_euclid(3) {
            0 => Self::Fund(FundId(id)),
            1 => Self::Request(RequestId(id)),
            _ => Self::Claim(ClaimId(id)),
        }
    }

    fn number(self) -> i64 {
        match self {
            Self::Fund(id) => id.0.saturating_mul(3),
            Self::Request(id) => id.0.saturating_mul(3).saturating_add(1),
            Self::Claim(id) => id.0.saturating_mul(3).saturating_add(2),
        }
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entity().fmt(f)
    }
}

impl FromStr for ItemId {
    type Err = String;

    /// Reads `M-12` or `m12`. A number alone could be any of the three.
    fn from_str(text: &str) -> Result<Self, String> {
        let id = match text.chars().next().map(|c| c.to_ascii_uppercase()) {
            Some('F') => text.parse().map(Self::Fund).ok(),
            Some('R') => text.parse().map(Self::Request).ok(),
            Some('M') => text.parse().map(Self::Claim).ok(),
            _ => None,
        };
        // What has no place in the list is the number of nothing.
        let id = id.filter(|id: &Self| !text.contains("--") && Self::of(id.number()) == *id);
        id.ok_or_else(|| format!("`{text}` is not a number of the form F-1, R-1 or M-1"))
    }
}

macro_rules! item_from {
    ($($id:ident => $kind:ident),+) => {
        $(impl From<$id> for ItemId {
            fn from(id: $id) -> Self {
                Self::$kind(id)
            }
        })+
    };
}

item_from!(FundId => Fund, RequestId => Request, ClaimId => Claim);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_numbering_for_three_kinds() {
        for id in [ItemId::Fund(FundId(1)), ItemId::Request(RequestId(1)), ItemId::Claim(ClaimId(1)), ItemId::Claim(ClaimId(7))] {
            assert_eq!(ItemId::of(id.number()), id);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        let most = ["M-9223372036854775807", "R-3074457345618258604", "F--1"].map(|text| text.parse::<ItemId>().ok());
        assert_eq!(most, [None; 3], "what has no place in the list is no number of it");
        assert_eq!(["m12", "12", "X-1"].map(|text| text.parse::<ItemId>().ok()), [Some(ItemId::Claim(ClaimId(12))), None, None]);
    }
}
