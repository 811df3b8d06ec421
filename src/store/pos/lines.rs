//! Order lines: written once, found by their key, by partner and day, by customer, and by the line that they are against.

use crate::{
    domain::{
        day::{date_of_day, day_number},
        deal::{AccountLink, conflict},
        fx::PinnedRate,
        id::{AccountId, PartnerId},
        money::{Currency, Money},
        pos::{Against, OrderLine, Posted, Quantity, Sale, UnitPrice, key},
        text::Text,
    },
    store::{
        Session, Sql, Tx,
        error::{Error, Result},
        session::LIST_MAX,
        sql::{Arg, args},
        unit::pos::{Returned, SaleKey},
    },
};
use chrono::NaiveDate;
use std::{collections::HashMap, sync::Arc};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, source_key, partner, family, account, product, line, day, quantity, price, minor, currency, booked, \
             booked_currency, rate, original, against, is_late from sale ",
            $rest
        )
    };
}

const ANY_BETWEEN: &str = "select id from sale where key >= $1 and key <= $2 limit 1";
const BETWEEN: &str = select!("where key >= $1 and key <= $2 order by id");
const LAST: &str = select!("where id <= $1 order by id desc limit $2");
const FIRST: &str =
    "select id, partner, family, account, day, minor, currency, source_key from sale_first where id > $1 order by id limit $2";
pub const STATEMENTS: &[&str] = &[ANY_BETWEEN, BETWEEN, LAST];

/// How many lines of an older database are taken over at once.
const PAGE: i64 = 4_096;
/// Days that are asked for one by one; more are asked for as a range.
const DAYS_MAX: i64 = 400;

const PLAIN: i64 = 0;
const RETURNS: i64 = 1;
const REVERSES: i64 = 2;

#[derive(sqlx::FromRow)]
struct SaleRow {
    id: i64,
    source_key: String,
    partner: i64,
    family: Option<i64>,
    account: Option<i64>,
    product: String,
    line: String,
    day: i64,
    quantity: Option<i64>,
    price: Option<i64>,
    minor: i64,
    currency: String,
    booked: Option<i64>,
    booked_currency: Option<String>,
    rate: Option<String>,
    original: Option<i64>,
    against: i64,
    is_late: i64,
}

impl SaleRow {
    fn into_sale(self) -> Result<Sale> {
        let id = self.id;
        let broken = |what: String| Error::Corrupt(format!("line {id}: {what}"));
        let currency = |code: &str| code.parse::<Currency>().map_err(broken);
        let booked = match (self.booked, &self.booked_currency) {
            (Some(minor), Some(code)) => Some(Money::new(minor, currency(code)?)),
            _ => None,
        };
        let rate = self.rate.map(|rate| serde_json::from_str::<PinnedRate>(&rate).map(Arc::new)).transpose();
        let customer = self.family.zip(self.account);
        let line = OrderLine {
            key: Text::clean(&self.source_key),
            partner: PartnerId(self.partner),
            customer: customer.map(|(family, account)| AccountLink { account: AccountId(account), family: AccountId(family) }),
            product: Text::clean(&self.product),
            line: Text::clean(&self.line),
            on: date_of_day(self.day),
            quantity: self.quantity.map(Quantity),
            price: self.price.map(UnitPrice),
            amount: Money::new(self.minor, currency(&self.currency)?),
        };
        let against = match (self.against, self.original) {
            (RETURNS, Some(original)) => Against::Returns(original),
            (REVERSES, Some(original)) => Against::Reverses(original),
            _ => Against::Nothing,
        };
        let rate = rate.map_err(|error| broken(format!("its rate: {error}")))?;
        Ok(Sale { id, posted: Posted { line, booked, rate, against, late: self.is_late == 1 } })
    }
}

fn row(id: i64, posted: &Posted) -> Result<[Arg; 19]> {
    let Posted { line, booked, rate, against, late } = posted;
    let rate = rate.as_deref().map(serde_json::to_string).transpose().map_err(|error| Error::Internal(format!("a rate: {error}")))?;
    let kind = match against {
        Against::Nothing => PLAIN,
        Against::Returns(_) => RETURNS,
        Against::Reverses(_) => REVERSES,
    };
    Ok([
        id.into(),
        line.key_number().into(),
        (&line.key).into(),
        line.partner.into(),
        line.customer.map(|customer| customer.family).into(),
        line.customer.map(|customer| customer.account).into(),
        (&line.product).into(),
        (&line.line).into(),
        day_number(line.on).into(),
        line.quantity.map(|quantity| quantity.0).into(),
        line.price.map(|price| price.0).into(),
        line.amount.minor.into(),
        line.amount.currency.code().into(),
        booked.map(|booked| booked.minor).into(),
        Arg::Text(booked.map(|booked| booked.currency.code().to_owned())),
        rate.into(),
        posted.original().into(),
        kind.into(),
        (*late).into(),
    ])
}

const INSERT: &str = "insert into sale (id, key, source_key, partner, family, account, product, line, day, quantity, price, minor, \
    currency, booked, booked_currency, rate, original, against, is_late)";

impl Session {
    /// What these partners sold to these customer families since a day, the oldest first. What was cancelled is left out, and
    /// so is what cancels it.
    pub async fn sales(&mut self, of: &[(PartnerId, AccountId)], since: NaiveDate) -> Result<Vec<(PartnerId, AccountId, conflict::Sale)>> {
        let mut wanted = of.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let mut found = Vec::new();
        for part in wanted.chunks(LIST_MAX) {
            let mut sql = Sql::new(
                "select partner, family, day, minor, currency from sale where family is not null and against <> 2 \
                and (family, partner) in (values ",
            );
            sql.push_rows(part.iter().map(|(partner, family)| [Arg::from(*family), Arg::from(*partner)]));
            sql.push(") and day >= ").push_bind(day_number(since));
            sql.push(
                " and not exists (select 1 from sale as other where other.original is not null and other.original = sale.id \
                and other.against = 2) order by partner, family, day, id",
            );
            for (partner, family, day, minor, currency) in self.all::<(i64, i64, i64, i64, String)>(sql).await? {
                let currency = currency.parse().map_err(Error::Corrupt)?;
                let sale = conflict::Sale { on: date_of_day(day), amount: Money::new(minor, currency), hash: None };
                found.push((PartnerId(partner), AccountId(family), sale));
            }
        }
        Ok(found)
    }

    async fn sales_in(&mut self, sql: Sql) -> Result<Vec<Sale>> {
        self.all::<SaleRow>(sql).await?.into_iter().map(SaleRow::into_sale).collect()
    }

    /// For each key the last line that came with it; one that was cancelled since is none. New lines mostly have keys where none
    /// is yet, which one look at the index tells.
    pub async fn sales_by_key(&mut self, keys: &[SaleKey<'_>]) -> Result<Vec<Option<Sale>>> {
        let numbers = || keys.iter().map(|key| key.number);
        let (Some(first), Some(last)) = (numbers().min(), numbers().max()) else { return Ok(Vec::new()) };
        if self.optional::<(i64,)>(Sql::new(ANY_BETWEEN).bind(first).bind(last)).await?.is_none() {
            return Ok(vec![None; keys.len()]);
        }
        let mut sorted: Vec<i64> = numbers().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let rows = self.all_in::<SaleRow>(select!("where key in "), args(sorted), " order by id").await?;
        let mut found: HashMap<String, SaleRow> = HashMap::with_capacity(rows.len());
        for row in rows {
            found.insert(row.source_key.clone(), row);
        }
        let mut sales: HashMap<String, Sale> = HashMap::with_capacity(found.len());
        for (key, row) in found {
            if row.against != REVERSES {
                sales.insert(key, row.into_sale()?);
            }
        }
        Ok(keys.iter().map(|key| if key.key.is_empty() { None } else { sales.get(key.key.as_str()).cloned() }).collect())
    }

    /// The lines whose keys have numbers in these ranges, both ends included, in the order of their numbers.
    pub async fn sales_between(&mut self, ranges: &[(i64, i64)]) -> Result<Vec<Sale>> {
        let mut found = Vec::new();
        for (first, last) in ranges {
            found.append(&mut self.sales_in(Sql::new(BETWEEN).bind(*first).bind(*last)).await?);
        }
        found.sort_by_key(|sale| sale.id);
        found.dedup_by_key(|sale| sale.id);
        Ok(found)
    }

    /// The lines in the order of their numbers; unknown ones are left out.
    pub async fn sales_by_id(&mut self, ids: &[i64]) -> Result<Vec<Sale>> {
        let rows = self.all_in::<SaleRow>(select!("where id in "), args(ids.iter().copied()), " order by id").await?;
        let mut sales: Vec<Sale> = rows.into_iter().map(SaleRow::into_sale).collect::<Result<_>>()?;
        sales.sort_by_key(|sale| sale.id);
        sales.dedup_by_key(|sale| sale.id);
        Ok(sales)
    }

    /// Lines up to and with this number, the newest first.
    pub async fn sales_before(&mut self, id: i64, limit: u32) -> Result<Vec<Sale>> {
        self.sales_in(Sql::new(LAST).bind(id).bind(limit)).await
    }

    /// What a partner's lines are from a day to another (both included), the newest first.
    pub async fn sales_of(&mut self, partner: PartnerId, from: NaiveDate, to: NaiveDate) -> Result<Vec<Sale>> {
        let (from, to) = (day_number(from).max(day_number(to) - DAYS_MAX), day_number(to));
        if from > to {
            return Ok(Vec::new());
        }
        // Day by day: the index is by day first.
        let mut sql = Sql::new(select!("where (day, partner) in (values "));
        sql.push_rows((from..=to).map(|day| [Arg::from(day), partner.into()])).push(") order by day desc, id desc");
        self.sales_in(sql).await
    }

    /// What came back of each line so far, what was cancelled again left out.
    pub async fn returned(&mut self, ids: &[i64]) -> Result<Vec<Returned>> {
        let head = "select sale.original, sale.against, coalesce(sale.quantity, 0), sale.minor, coalesce(sale.booked, 0) from sale \
            where sale.original is not null and not exists (select 1 from sale as other where other.original is not null \
            and other.original = sale.id and other.against = 2) and sale.original in ";
        let mut wanted = ids.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let mut sums: HashMap<i64, Returned> = HashMap::new();
        for (original, against, quantity, minor, booked) in self.all_in::<(i64, i64, i64, i64, i64)>(head, args(wanted), "").await? {
            let sum = sums.entry(original).or_default();
            if against == REVERSES {
                sum.is_reversed = true;
                continue;
            }
            sum.quantity = sum.quantity.saturating_add(quantity);
            sum.minor = sum.minor.saturating_add(minor);
            sum.booked = sum.booked.saturating_add(booked);
        }
        Ok(ids.iter().map(|id| sums.get(id).copied().unwrap_or_default()).collect())
    }
}

impl Tx {
    pub(in crate::store) async fn lines_save(&mut self, lines: impl Iterator<Item = &Sale> + Send) -> Result<()> {
        let rows = lines.map(|sale| row(sale.id, &sale.posted));
        self.execute_each(Sql::bulk_try(INSERT, 19, rows, "")).await?;
        Ok(())
    }

    /// Takes over the lines of a database that knew neither products nor bookings.
    pub(in crate::store) async fn sales_begin(&mut self) -> Result<()> {
        let mut after = 0;
        loop {
            let page = self.all::<(i64, i64, i64, i64, i64, i64, String, String)>(Sql::new(FIRST).bind(after).bind(PAGE)).await?;
            let Some(last) = page.last() else { break };
            after = last.0;
            let mut sales = Vec::with_capacity(page.len());
            for (id, partner, family, account, day, minor, currency, source_key) in page {
                let line = OrderLine {
                    key: Text::clean(&source_key),
                    partner: PartnerId(partner),
                    customer: Some(AccountLink { account: AccountId(account), family: AccountId(family) }),
                    product: Text::default(),
                    line: Text::default(),
                    on: date_of_day(day),
                    quantity: None,
                    price: None,
                    amount: Money::new(minor, currency.parse().map_err(Error::Corrupt)?),
                };
                sales.push(Sale { id, posted: Posted { line, booked: None, rate: None, against: Against::Nothing, late: false } });
            }
            self.lines_save(sales.iter()).await?;
        }
        self.script("drop table sale_first".to_owned()).await
    }
}

/// A key with its number.
pub fn keyed(key: &Text, on: NaiveDate) -> SaleKey<'_> {
    SaleKey { number: key::number(key, on), key }
}
