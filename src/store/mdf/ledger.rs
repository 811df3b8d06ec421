//! The ledger: entries are written once, and the balances follow by a trigger.

use super::currency_of;
use crate::{
    domain::{
        id::{ClaimId, FundId, RequestId},
        mdf::ledger::{Account, Entry, EntryKind, Leg, Subject},
        money::Money,
        text::Text,
        time::Instant,
    },
    store::{
        Session, Sql, Tx,
        error::{Error, Result},
        sql::Arg,
        unit::mdf::{EntryRow, FundChange},
    },
};

pub const ENTRIES: &str = "select no, kind, subject_kind, subject, from_account, to_account, minor, currency, reverses, at, reason \
    from fund_entry where fund = $1 and no < $2 order by no desc limit $3";
pub const OF_SUBJECT: &str = "select no, kind, subject_kind, subject, from_account, to_account, minor, currency, reverses, at, reason \
    from fund_entry where fund = $1 and subject_kind = $2 and subject = $3 order by no";

type Row = (i64, String, String, i64, String, String, i64, String, Option<i64>, i64, String);

const fn subject(of: Subject, fund: FundId) -> (&'static str, i64) {
    match of {
        Subject::Fund => ("fund", fund.0),
        Subject::Request(RequestId(id)) => ("request", id),
        Subject::Claim(ClaimId(id)) => ("claim", id),
    }
}

/// The two sides of an entry as one move; nothing of one that has others.
fn route(entry: &Entry) -> Option<(Account, Account, Money)> {
    let [a, b] = entry.legs[..] else { return None };
    let (from, to) = if a.amount.minor < 0 { (a, b) } else { (b, a) };
    let is_balanced = from.amount.currency == to.amount.currency && from.amount.minor.checked_neg() == Some(to.amount.minor);
    is_balanced.then_some((from.account, to.account, to.amount))
}

fn columns(fund: FundId, row: &EntryRow) -> Result<[Arg; 12]> {
    let EntryRow { entry, at, reason } = row;
    let (from, to, amount) = route(entry).ok_or_else(|| Error::Internal(format!("entry {} of {fund} has not two sides", entry.no)))?;
    let (kind, id) = subject(entry.subject, fund);
    Ok([
        fund.into(),
        entry.no.into(),
        entry.kind.name().into(),
        kind.into(),
        id.into(),
        from.name().into(),
        to.name().into(),
        amount.minor.into(),
        amount.currency.code().into(),
        entry.reverses.into(),
        (*at).into(),
        reason.into(),
    ])
}

fn entry(row: Row) -> Result<EntryRow> {
    let (no, kind, subject_kind, subject, from, to, minor, currency, reverses, at, reason) = row;
    let broken = |what: &str| Error::corrupt(format!("entry {no} of a ledger: {what}"));
    let account = |name: &str| Account::from_name(name).ok_or_else(|| broken(name));
    let amount = Money::new(minor, currency_of(&currency)?);
    let legs = [(from, -minor), (to, minor)].map(|(name, minor)| {
        let account = account(&name)?;
        Ok(Leg { account, amount: Money::new(minor, amount.currency) })
    });
    let number = |no: i64| u32::try_from(no).map_err(|_| broken("its number"));
    let subject = match subject_kind.as_str() {
        "request" => Subject::Request(RequestId(subject)),
        "claim" => Subject::Claim(ClaimId(subject)),
        _ => Subject::Fund,
    };
    let entry = Entry {
        no: number(no)?,
        kind: EntryKind::from_name(&kind).ok_or_else(|| broken(&kind))?,
        subject,
        legs: legs.into_iter().collect::<Result<_>>()?,
        reverses: reverses.map(number).transpose()?,
    };
    Ok(EntryRow { entry, at: Instant::from_micros(at), reason: Text::clean(&reason) })
}

impl Session {
    /// The entries of a fund before a number, the newest first.
    pub async fn fund_entries(&mut self, fund: FundId, before: u32, limit: u32) -> Result<Vec<EntryRow>> {
        self.all::<Row>(Sql::new(ENTRIES).bind(fund).bind(before).bind(limit)).await?.into_iter().map(entry).collect()
    }

    /// Those about one request or claim, the oldest first.
    pub async fn entries_about(&mut self, fund: FundId, about: Subject) -> Result<Vec<EntryRow>> {
        let (kind, id) = subject(about, fund);
        self.all::<Row>(Sql::new(OF_SUBJECT).bind(fund).bind(kind).bind(id)).await?.into_iter().map(entry).collect()
    }
}

impl Tx {
    pub(super) async fn entries_save(&mut self, changes: &[FundChange]) -> Result<()> {
        let rows = changes.iter().flat_map(|change| change.entries.iter().map(|row| columns(change.fund.id, row)));
        let head = "insert into fund_entry (fund, no, kind, subject_kind, subject, from_account, to_account, minor, currency, reverses, \
            at, reason)";
        self.execute_each(Sql::bulk_try(head, 12, rows, "")).await?;
        Ok(())
    }
}
