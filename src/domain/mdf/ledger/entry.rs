//! An entry: legs that sum to zero. Nothing changes one once it is posted; a mistake is corrected by its mirror image.

use super::{Account, LedgerRefusal};
use crate::domain::{
    id::{ClaimId, FundId, RequestId},
    money::{Currency, Money},
    vocabulary::words,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One side of an entry. What comes into an account is positive, what leaves it negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    pub account: Account,
    pub amount: Money,
}

/// Why money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// Money is put into the fund.
    Allocate,
    /// Money that is still available is taken out of the fund.
    Reduce,
    /// A request is approved.
    Commit,
    /// What a request no longer needs goes back.
    Release,
    /// A claim is handed in, or approved for more than was set aside for it.
    Claim,
    /// What a claim does not get goes back.
    Unclaim,
    /// A payment is confirmed.
    Pay,
    /// Money that was paid comes back.
    ClawBack,
    /// The fund's period ended.
    Expire,
    /// Another entry is taken back.
    Reverse,
}

words! {
    EntryKind {
        Allocate => "allocate", "allocation";
        Reduce => "reduce", "reduction";
        Commit => "commit", "commitment";
        Release => "release", "release";
        Claim => "claim", "claim";
        Unclaim => "unclaim", "claim reduced";
        Pay => "pay", "payment";
        ClawBack => "claw_back", "clawback";
        Expire => "expire", "expiry";
        Reverse => "reverse", "reversal";
    }
}

/// What an entry is about, beside the fund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Fund,
    Request(RequestId),
    Claim(ClaimId),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// From 1 without gaps, per fund.
    pub no: u32,
    pub kind: EntryKind,
    pub subject: Subject,
    pub legs: Vec<Leg>,
    /// The entry that this one takes back; only in a [`EntryKind::Reverse`].
    pub reverses: Option<u32>,
}

impl EntryKind {
    /// Between which accounts money may move for this reason.
    pub const fn allows(self, from: Account, to: Account) -> bool {
        use Account::{Allocated, Available, Claimed, Committed, Expired, Paid};
        matches!(
            (self, from, to),
            (Self::Allocate, Allocated, Available)
                | (Self::Reduce, Available, Allocated)
                | (Self::Commit, Available, Committed)
                | (Self::Release, Committed, Available | Expired)
                | (Self::Claim, Committed, Claimed)
                | (Self::Unclaim, Claimed, Committed)
                | (Self::Pay, Claimed, Paid)
                | (Self::ClawBack, Paid, Available | Expired)
                | (Self::Expire, Available, Expired)
        )
    }
}

impl Entry {
    /// Moves `amount`, which is more than nothing.
    pub fn transfer(
        fund: FundId,
        no: u32,
        kind: EntryKind,
        subject: Subject,
        (from, to): (Account, Account),
        amount: Money,
    ) -> Result<Self, LedgerRefusal> {
        if amount.minor <= 0 {
            return Err(LedgerRefusal::NotPositive { fund, kind, amount });
        }
        if !kind.allows(from, to) {
            return Err(LedgerRefusal::WrongAccounts { fund, kind, from, to });
        }
        let out = Money::new(-amount.minor, amount.currency);
        let legs = vec![Leg { account: from, amount: out }, Leg { account: to, amount }];
        Ok(Self { no, kind, subject, legs, reverses: None })
    }

    /// The mirror image of `self`. A reversal is not reversed: the first entry is made again.
    pub fn mirrored(&self, fund: FundId, no: u32) -> Result<Self, LedgerRefusal> {
        if self.kind == EntryKind::Reverse {
            return Err(LedgerRefusal::IsReversal { fund, entry: self.no });
        }
        let mirror = |leg: &Leg| {
            let minor = leg.amount.minor.checked_neg().ok_or(LedgerRefusal::TooLarge { fund })?;
            Ok(Leg { account: leg.account, amount: Money::new(minor, leg.amount.currency) })
        };
        let legs = self.legs.iter().map(mirror).collect::<Result<_, LedgerRefusal>>()?;
        Ok(Self { no, kind: EntryKind::Reverse, subject: self.subject, legs, reverses: Some(self.no) })
    }

    /// The amount that moves: the sum of what comes into accounts, in the currency of the first leg.
    pub fn amount(&self) -> Option<Money> {
        let currency = self.legs.first()?.amount.currency;
        let into = self.legs.iter().filter(|leg| leg.amount.minor > 0 && leg.amount.currency == currency);
        Money::sum(currency, into.map(|leg| leg.amount)).ok()
    }

    /// The sum of each currency's legs; zero in each of a sound entry.
    pub fn sums(&self) -> BTreeMap<Currency, i128> {
        let mut sums = BTreeMap::new();
        for leg in &self.legs {
            *sums.entry(leg.amount.currency).or_default() += i128::from(leg.amount.minor);
        }
        sums
    }
}
