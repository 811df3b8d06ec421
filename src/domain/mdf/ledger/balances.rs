//! What a fund's accounts hold: nothing but the sum of its entries.

use super::{Account, Entry, LedgerRefusal};
use crate::domain::{
    id::FundId,
    money::{Currency, Money},
};
use serde::{Deserialize, Serialize};

/// In minor units of one currency. `allocated = available + committed + claimed + paid + expired`, and none is below zero:
/// [`Balances::after`] gives no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balances {
    pub fund: FundId,
    pub currency: Currency,
    /// All that was ever put in, without what was taken out again.
    pub allocated: i64,
    pub available: i64,
    pub committed: i64,
    pub claimed: i64,
    pub paid: i64,
    pub expired: i64,
}

impl Balances {
    pub const fn new(fund: FundId, currency: Currency) -> Self {
        Self { fund, currency, allocated: 0, available: 0, committed: 0, claimed: 0, paid: 0, expired: 0 }
    }

    /// Those of a whole ledger.
    pub fn of<'e>(fund: FundId, currency: Currency, entries: impl IntoIterator<Item = &'e Entry>) -> Result<Self, LedgerRefusal> {
        entries.into_iter().try_fold(Self::new(fund, currency), |balances, entry| balances.after(entry))
    }

    pub const fn get(&self, account: Account) -> Money {
        let minor = match account {
            Account::Allocated => self.allocated,
            Account::Available => self.available,
            Account::Committed => self.committed,
            Account::Claimed => self.claimed,
            Account::Paid => self.paid,
            Account::Expired => self.expired,
        };
        Money::new(minor, self.currency)
    }

    /// With one entry more, or why it can't be posted; then nothing changes.
    pub fn after(&self, entry: &Entry) -> Result<Self, LedgerRefusal> {
        let fund = self.fund;
        if let Some(leg) = entry.legs.iter().find(|leg| leg.amount.currency != self.currency) {
            return Err(LedgerRefusal::OtherCurrency { fund, holds: self.currency, given: leg.amount.currency });
        }
        if let Some((_, off)) = entry.sums().into_iter().find(|(_, off)| *off != 0) {
            return Err(LedgerRefusal::Unbalanced { fund, entry: entry.no, off });
        }
        if entry.legs.is_empty() {
            return Err(LedgerRefusal::Empty { fund, entry: entry.no });
        }
        let mut next = *self;
        for leg in &entry.legs {
            // What is allocated is where the money of the fund comes from: it grows by what leaves that account.
            let change = if leg.account == Account::Allocated { leg.amount.minor.checked_neg() } else { Some(leg.amount.minor) };
            let balance = next.slot(leg.account);
            let grown = change.and_then(|change| balance.checked_add(change)).ok_or(LedgerRefusal::TooLarge { fund })?;
            *balance = grown;
        }
        next.sound_after(self)
    }

    /// Names the first account that would be short.
    fn sound_after(self, before: &Self) -> Result<Self, LedgerRefusal> {
        for account in Account::ALL {
            let (is, was) = (self.get(*account), before.get(*account));
            if is.minor < 0 {
                let needed = Money::new(was.minor.saturating_sub(is.minor), self.currency);
                return Err(LedgerRefusal::Short { fund: self.fund, account: *account, needed, has: was });
            }
        }
        if self.holds() { Ok(self) } else { Err(LedgerRefusal::TooLarge { fund: self.fund }) }
    }

    /// The invariant.
    pub fn holds(&self) -> bool {
        let parts = [self.available, self.committed, self.claimed, self.paid, self.expired];
        let sum: i128 = parts.iter().map(|part| i128::from(*part)).sum();
        sum == i128::from(self.allocated) && parts.iter().all(|part| *part >= 0)
    }

    const fn slot(&mut self, account: Account) -> &mut i64 {
        match account {
            Account::Allocated => &mut self.allocated,
            Account::Available => &mut self.available,
            Account::Committed => &mut self.committed,
            Account::Claimed => &mut self.claimed,
            Account::Paid => &mut self.paid,
            Account::Expired => &mut self.expired,
        }
    }
}
