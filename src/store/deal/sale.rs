//! Our point-of-sale data: who sold what to whom.

use crate::{
    domain::{
        day::{date_of_day, day_number},
        deal::conflict::Sale,
        id::{AccountId, PartnerId},
        money::Money,
        text::Text,
    },
    store::{
        Session, Sql, Tx,
        error::{Error, Result},
        session::LIST_MAX,
        sql::{Arg, args},
        unit::SaleRow,
    },
};
use chrono::NaiveDate;
use std::collections::HashSet;

impl Session {
    /// What these partners sold to these customer families since a day, the oldest first.
    pub async fn sales(&mut self, of: &[(PartnerId, AccountId)], since: NaiveDate) -> Result<Vec<(PartnerId, AccountId, Sale)>> {
        let mut wanted = of.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let mut found = Vec::new();
        for part in wanted.chunks(LIST_MAX) {
            let mut sql = Sql::new("select partner, family, day, minor, currency from sale where (family, partner) in (values ");
            sql.push_rows(part.iter().map(|(partner, family)| [Arg::from(*family), Arg::from(*partner)]));
            sql.push(") and day >= ").push_bind(day_number(since)).push(" order by partner, family, day, id");
            for (partner, family, day, minor, currency) in self.all::<(i64, i64, i64, i64, String)>(sql).await? {
                let currency = currency.parse().map_err(Error::Corrupt)?;
                let sale = Sale { on: date_of_day(day), amount: Money::new(minor, currency), hash: None };
                found.push((PartnerId(partner), AccountId(family), sale));
            }
        }
        Ok(found)
    }

    /// Whether a line came with each of these keys before, in order.
    pub async fn sales_known(&mut self, keys: &[Text]) -> Result<Vec<bool>> {
        let head = "select source_key from sale where source_key <> '' and source_key in ";
        let found: HashSet<String> = self.all_in::<(String,)>(head, args(keys), "").await?.into_iter().map(|(key,)| key).collect();
        Ok(keys.iter().map(|key| found.contains(key.as_str())).collect())
    }
}

impl Tx {
    pub(in crate::store) async fn sales_save(&mut self, sales: &[SaleRow]) -> Result<()> {
        let rows = sales.iter().map(|SaleRow { id, line }| {
            [
                Arg::from(*id),
                line.partner.into(),
                line.customer.family.into(),
                line.customer.account.into(),
                day_number(line.on).into(),
                line.amount.minor.into(),
                line.amount.currency.code().into(),
                (&line.source_key).into(),
            ]
        });
        let head = "insert into sale (id, partner, family, account, day, minor, currency, source_key)";
        self.execute_each(Sql::bulk(head, 8, rows, "")).await?;
        Ok(())
    }
}
