//! The figures of the MDF desk, and the balances of its funds.

use crate::{
    domain::{
        day::{date_of_day, day_number},
        mdf::{fund::Fund, ledger::Balances, queue::Kpis, stats::Measure},
        money::Currency,
        time::Instant,
    },
    store::{Session, Sql, error::Result},
};
use chrono::NaiveDate;

pub const FUND_LINES: &str = "select fund.id, fund_body.body, fund_balance.allocated, fund_balance.available, fund_balance.committed, \
    fund_balance.claimed, fund_balance.paid, fund_balance.expired from fund join fund_body on fund_body.id = fund.id \
    join fund_balance on fund_balance.fund = fund.id where fund.to_day >= $1 order by fund.id";
/// Days that the figures look back.
const DAYS: i64 = 90;

/// A fund with what the database says that its accounts hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundLine {
    pub fund: Fund,
    pub balances: Balances,
}

type Row = (i64, String, i64, i64, i64, i64, i64, i64);

impl Session {
    /// Every fund whose period ends on this day or later, with its balances as the database adds them up.
    pub async fn fund_lines(&mut self, since: NaiveDate) -> Result<Vec<FundLine>> {
        let rows = self.all::<Row>(Sql::new(FUND_LINES).bind(day_number(since))).await?;
        let line = |(id, body, allocated, available, committed, claimed, paid, expired): Row| {
            let broken = |error: serde_json::Error| crate::store::Error::corrupt(format!("F-{id}: {error}"));
            let fund: Fund = serde_json::from_str(&body).map_err(broken)?;
            let currency = fund.terms.currency;
            let balances = Balances { fund: fund.id, currency, allocated, available, committed, claimed, paid, expired };
            Ok(FundLine { fund, balances })
        };
        rows.into_iter().map(line).collect()
    }

    /// The figures of the header on `date`, the day in the program's zone, one a currency, that with the most funds first.
    pub async fn mdf_kpis(&mut self, date: NaiveDate, now: Instant) -> Result<Vec<(Currency, Kpis)>> {
        let today = day_number(date);
        let measures = [Measure::ClaimApproved, Measure::FirstPass, Measure::Paid].into_iter().map(Measure::name);
        let figures = self.figures(measures, Measure::from_name, today - DAYS + 1..=today).await?;
        let mut currencies: Vec<(Currency, Vec<FundLine>)> = Vec::new();
        for line in self.fund_lines(date_of_day(today - DAYS)).await? {
            match currencies.iter_mut().find(|(currency, _)| *currency == line.balances.currency) {
                Some((_, lines)) => lines.push(line),
                None => currencies.push((line.balances.currency, vec![line])),
            }
        }
        currencies.sort_by_key(|(currency, lines)| (std::cmp::Reverse(lines.len()), *currency));
        let of = |lines: &[FundLine]| Kpis::of(lines.iter().map(|line| &line.fund), &figures, today - DAYS + 1..=today, now);
        Ok(currencies.iter().map(|(currency, lines)| (*currency, of(lines))).collect())
    }
}
