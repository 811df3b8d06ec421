//! Who took which part in an item, over its whole history. Nothing is ever taken out of it: an approval that an edit
//! voided still keeps its approver from paying.

use crate::domain::{id::OperatorId, vocabulary::words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Wrote, changed, submitted it, or attached a document.
    Asked,
    /// Asked for what it rests on: the request of a claim.
    AskedBefore,
    /// Gave an approval, be it void by now.
    Approved,
    /// Ordered or took back a payment.
    Paid,
}

words! {
    Part {
        Asked => "asked", "asked for it";
        AskedBefore => "asked_before", "asked for the activity";
        Approved => "approved", "approved it";
        Paid => "paid", "ordered a payment of it";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Parts(BTreeSet<(OperatorId, Part)>);

impl Parts {
    pub fn add(&mut self, who: OperatorId, part: Part) {
        self.0.insert((who, part));
    }

    pub fn has(&self, who: OperatorId, part: Part) -> bool {
        self.0.contains(&(who, part))
    }

    pub fn iter(&self) -> impl Iterator<Item = (OperatorId, Part)> {
        self.0.iter().copied()
    }
}

impl FromIterator<(OperatorId, Part)> for Parts {
    fn from_iter<I: IntoIterator<Item = (OperatorId, Part)>>(parts: I) -> Self {
        Self(parts.into_iter().collect())
    }
}

impl Extend<(OperatorId, Part)> for Parts {
    fn extend<I: IntoIterator<Item = (OperatorId, Part)>>(&mut self, parts: I) {
        self.0.extend(parts);
    }
}
