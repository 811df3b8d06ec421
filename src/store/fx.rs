//! Exchange rates, a row a day.

use super::{
    Session, Sql, Tx,
    error::{Error, Result},
    sql::Arg,
};
use crate::domain::{
    day::{date_of_day, day_number},
    fx::{RateDay, Rates},
    text::Text,
};
use chrono::{Days, NaiveDate};

const BETWEEN: &str = "select day, source, rates from fx_day where day >= $1 and day <= $2 order by day";

pub const STATEMENTS: &[&str] = &[BETWEEN];

impl Session {
    /// The days from one to another that have rates, in order; both belong to it.
    pub async fn rate_days(&mut self, from: NaiveDate, to: NaiveDate) -> Result<Vec<RateDay>> {
        let sql = Sql::new(BETWEEN).bind(day_number(from)).bind(day_number(to));
        let rows = self.all::<(i64, String, String)>(sql).await?;
        let day = |(day, source, rates): (i64, String, String)| {
            let rates = serde_json::from_str(&rates).map_err(|error| Error::Corrupt(format!("the rates of a day: {error}")))?;
            Ok(RateDay { on: date_of_day(day), source: Text::clean(&source), rates })
        };
        rows.into_iter().map(day).collect()
    }

    /// What a rate of day `on` is found in: that day, and so many before it.
    pub async fn rates(&mut self, on: NaiveDate, max_age_days: u32) -> Result<Rates> {
        let oldest = on.checked_sub_days(Days::new(max_age_days.into())).unwrap_or(NaiveDate::MIN);
        Ok(self.rate_days(oldest, on).await?.into_iter().collect())
    }
}

impl Tx {
    pub(super) async fn rates_save(&mut self, days: &[RateDay]) -> Result<()> {
        let mut rows = Vec::with_capacity(days.len());
        for RateDay { on, source, rates } in days {
            let rates = serde_json::to_string(rates).map_err(|error| Error::Internal(format!("the rates of {on}: {error}")))?;
            rows.push([Arg::from(day_number(*on)), source.into(), rates.into()]);
        }
        let tail = "on conflict (day) do update set source = excluded.source, rates = excluded.rates";
        self.execute_each(Sql::bulk("insert into fx_day (day, source, rates)", 3, rows, tail)).await?;
        Ok(())
    }
}
