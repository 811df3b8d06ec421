//! The ledger of a fund: double entry, in the fund's currency. Entries are never changed; balances are their sum.
//!
//! Always `allocated = available + committed + claimed + paid + expired`, none below zero. An entry that would break it is
//! refused, and the refusal names the fund, the account and by how much it is short.

pub mod balances;
pub mod entry;

pub use balances::Balances;
pub use entry::{Entry, EntryKind, Leg, Subject};

#[cfg(test)]
mod tests;

use crate::domain::{
    id::FundId,
    money::{Currency, Money},
    vocabulary::words,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// Where the fund's money comes from.
    Allocated,
    Available,
    /// Promised to approved requests.
    Committed,
    /// Set aside for claims that are not paid yet.
    Claimed,
    Paid,
    /// Not used in time.
    Expired,
}

words! {
    Account {
        Allocated => "allocated", "allocated";
        Available => "available", "available";
        Committed => "committed", "committed";
        Claimed => "claimed", "claimed";
        Paid => "paid", "paid";
        Expired => "expired", "expired";
    }
}

/// Why an entry is not posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum LedgerRefusal {
    #[error("{fund} is short of {}: {needed} needed, {has} {}", self.short(), account.doc())]
    Short { fund: FundId, account: Account, needed: Money, has: Money },
    #[error("{fund} holds {holds}, and an entry in {given} has no place in it")]
    OtherCurrency { fund: FundId, holds: Currency, given: Currency },
    #[error("entry {entry} of {fund} is off by {off} minor units: its legs have to sum to zero")]
    Unbalanced { fund: FundId, entry: u32, off: i128 },
    #[error("entry {entry} of {fund} moves nothing")]
    Empty { fund: FundId, entry: u32 },
    #[error("{amount} can't be the amount of a {} in {fund}: it has to be more than nothing", kind.doc())]
    NotPositive { fund: FundId, kind: EntryKind, amount: Money },
    #[error("a {} in {fund} does not go from {} to {}", kind.doc(), from.doc(), to.doc())]
    WrongAccounts { fund: FundId, kind: EntryKind, from: Account, to: Account },
    #[error("{fund} has no entry {entry}")]
    Unknown { fund: FundId, entry: u32 },
    #[error("entry {entry} of {fund} is reversed already, by entry {by}")]
    Reversed { fund: FundId, entry: u32, by: u32 },
    #[error("entry {entry} of {fund} is a reversal itself: make the first entry again instead")]
    IsReversal { fund: FundId, entry: u32 },
    #[error("an amount of {fund} would be too large")]
    TooLarge { fund: FundId },
}

impl LedgerRefusal {
    /// By how much an account is short; zero where that is not the reason.
    pub const fn short_minor(&self) -> i64 {
        match self {
            Self::Short { needed, has, .. } => needed.minor.saturating_sub(has.minor),
            _ => 0,
        }
    }

    fn short(&self) -> String {
        match self {
            Self::Short { needed, .. } => Money::new(self.short_minor(), needed.currency).to_string(),
            _ => String::new(),
        }
    }
}

/// A whole ledger in memory. The store keeps entries one by one; this is what they mean together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    entries: Vec<Entry>,
    balances: Balances,
}

impl Ledger {
    pub const fn new(fund: FundId, currency: Currency) -> Self {
        Self { entries: Vec::new(), balances: Balances::new(fund, currency) }
    }

    pub const fn balances(&self) -> &Balances {
        &self.balances
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub fn post(&mut self, kind: EntryKind, subject: Subject, route: (Account, Account), amount: Money) -> Result<&Entry, LedgerRefusal> {
        let entry = Entry::transfer(self.balances.fund, self.next_no(), kind, subject, route, amount)?;
        self.append(entry)
    }

    /// Takes an entry back, once.
    pub fn reverse(&mut self, no: u32) -> Result<&Entry, LedgerRefusal> {
        let fund = self.balances.fund;
        let found = self.entries.iter().find(|entry| entry.no == no).ok_or(LedgerRefusal::Unknown { fund, entry: no })?;
        if let Some(by) = self.entries.iter().find(|entry| entry.reverses == Some(no)) {
            return Err(LedgerRefusal::Reversed { fund, entry: no, by: by.no });
        }
        let mirror = found.mirrored(fund, self.next_no())?;
        self.append(mirror)
    }

    fn append(&mut self, entry: Entry) -> Result<&Entry, LedgerRefusal> {
        self.balances = self.balances.after(&entry)?;
        self.entries.push(entry);
        Ok(&self.entries[self.entries.len() - 1])
    }

    fn next_no(&self) -> u32 {
        u32::try_from(self.entries.len()).unwrap_or(u32::MAX).saturating_add(1)
    }
}
