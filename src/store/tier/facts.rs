//! What facts are gathered from: sales, registrations and funds of partners.

use crate::{
    domain::{
        day::{date_of_day, day_number},
        id::PartnerId,
        money::{Currency, Money},
        text::Text,
        tier::{
            Revenue,
            period::{Period, Trailing},
        },
        time::Instant,
    },
    store::{
        Session, Sql,
        error::{Error, Result},
        session::LIST_MAX,
        sql::args,
        unit::tier::{BookedIn, Detail, FundUse, Registered, SoldOn},
    },
};
use std::collections::{BTreeMap, HashMap};

pub(super) const ANY_SOLD: &str = "select count(*) from (select 1 from sale where day >= $1 and day < $2 limit 1) as found";
pub(super) const ANY_LINE: &str = "select count(*) from (select 1 from sale where day >= $1 and day < $2 and line <> '' limit 1) as found";

/// Partner, minor units and currency, as `7 1250 EUR`.
fn booked_line(text: &str) -> Option<(PartnerId, i64, &str)> {
    let mut words = text.split(' ');
    let line = (PartnerId(words.next()?.parse().ok()?), words.next()?.parse().ok()?, words.next()?);
    words.next().is_none().then_some(line)
}

impl Session {
    pub async fn sold(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<SoldOn>> {
        let mut found = Vec::new();
        for part in partners.chunks(LIST_MAX) {
            // As booked; lines of before there were bookings in their own currency.
            let mut sql = Sql::new(
                "select partner, day, line, coalesce(booked_currency, currency), cast(sum(coalesce(booked, minor)) as bigint) \
                 from sale where partner in ",
            );
            // Each day by itself: the index is by day first.
            sql.push_list(part.iter().copied()).push(" and day in ").push_list(day_number(period.from)..day_number(period.until));
            sql.push(" group by partner, day, line, coalesce(booked_currency, currency)");
            for (partner, day, line, currency, minor) in self.all::<(i64, i64, String, String, i64)>(sql).await? {
                let currency = currency.parse().map_err(Error::Corrupt)?;
                let (partner, on) = (PartnerId(partner), date_of_day(day));
                found.push(SoldOn { partner, on, product: Text::clean(&line), amount: Money::new(minor, currency) });
            }
        }
        Ok(found)
    }

    /// Sums of what is booked; see [`FactSource::booked`].
    ///
    /// [`FactSource::booked`]: crate::store::unit::tier::FactSource::booked
    pub async fn booked(&mut self, partners: &[PartnerId], trailing: Trailing, detail: Detail) -> Result<Vec<BookedIn>> {
        let mut sums: BTreeMap<(PartnerId, Currency), Revenue> = BTreeMap::new();
        for part in partners.chunks(LIST_MAX) {
            for (partner, currency, _, minor) in self.money(part, trailing.before).await? {
                let sum = sums.entry((partner, currency)).or_insert_with(Revenue::nothing);
                sum.before = sum.before.saturating_add(minor);
            }
            for (partner, currency, product, minor) in self.money(part, trailing.now).await? {
                let sum = sums.entry((partner, currency)).or_insert_with(Revenue::nothing);
                sum.now = sum.now.saturating_add(minor);
                if !product.is_empty() {
                    sum.by_product.get_or_insert_default().push((product, minor));
                }
            }
            if detail == Detail::Days {
                for ((partner, currency, day), minor) in self.money_by_day(part, trailing.now).await? {
                    sums.entry((partner, currency)).or_insert_with(Revenue::nothing).by_day.push((day, minor));
                }
            }
        }
        let in_order = |((partner, currency), mut revenue): ((PartnerId, Currency), Revenue)| {
            revenue.by_day.sort_unstable();
            BookedIn { partner, currency, revenue }
        };
        Ok(sums.into_iter().map(in_order).collect())
    }

    /// What these partners sold on each day of a year, in no order. A row a day: hundreds of partners have hundreds of thousands of
    /// days, which take longer to hand over than to find.
    async fn money_by_day(&mut self, partners: &[PartnerId], days: Period) -> Result<HashMap<(PartnerId, Currency, i64), i64>> {
        let mut sql = Sql::new(
            "select day, string_agg(cast(partner as text) || ' ' || cast(booked as text) || ' ' || booked_currency, ';') from sale \
             where booked is not null and day in ",
        );
        sql.push_list(day_number(days.from)..day_number(days.until)).push(" and partner in ").push_list(partners.iter().copied());
        sql.push(" group by day");
        let mut sums: HashMap<(PartnerId, Currency, i64), i64> = HashMap::new();
        // Of few currencies, and so each code is looked up once.
        let mut codes: HashMap<String, Currency> = HashMap::new();
        for (day, lines) in self.all::<(i64, String)>(sql).await? {
            for line in lines.split(';') {
                let (partner, minor, code) = booked_line(line).ok_or_else(|| Error::corrupt(format!("the line `{line}`")))?;
                let currency = match codes.get(code) {
                    Some(known) => *known,
                    None => *codes.entry(code.to_owned()).or_insert(code.parse().map_err(Error::Corrupt)?),
                };
                let sum = sums.entry((partner, currency, day)).or_default();
                *sum = sum.saturating_add(minor);
            }
        }
        Ok(sums)
    }

    /// Those of these partners that have lines of a period without a booking.
    pub async fn unbooked(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<PartnerId>> {
        let mut found = Vec::new();
        for part in partners.chunks(LIST_MAX) {
            let mut sql = Sql::new("select distinct partner from sale where booked is null and partner in ");
            sql.push_list(part.iter().copied());
            sql.push(" and day >= ").push_bind(day_number(period.from)).push(" and day < ").push_bind(day_number(period.until));
            found.extend(self.all::<(i64,)>(sql).await?.into_iter().map(|(partner,)| PartnerId(partner)));
        }
        Ok(found)
    }

    pub async fn is_any_sold(&mut self, period: Period) -> Result<bool> {
        let sql = Sql::new(ANY_SOLD).bind(day_number(period.from)).bind(day_number(period.until));
        Ok(self.one::<(i64,)>(sql).await?.0 > 0)
    }

    pub async fn is_any_line_named(&mut self, period: Period) -> Result<bool> {
        let sql = Sql::new(ANY_LINE).bind(day_number(period.from)).bind(day_number(period.until));
        Ok(self.one::<(i64,)>(sql).await?.0 > 0)
    }

    pub async fn registered(&mut self, partners: &[PartnerId], between: (Instant, Instant)) -> Result<Vec<(PartnerId, Registered)>> {
        let mut found: BTreeMap<PartnerId, Registered> = BTreeMap::new();
        for part in partners.chunks(LIST_MAX) {
            let mut sql = Sql::new("select partner, state, count(*) from deal where partner in ");
            sql.push_list(part.iter().copied());
            sql.push(" and submitted_at >= ").push_bind(between.0).push(" and submitted_at < ").push_bind(between.1);
            sql.push(" and state in ('approved', 'won', 'lost', 'expired') group by partner, state");
            for (partner, state, count) in self.all::<(i64, String, i64)>(sql).await? {
                let one = found.entry(PartnerId(partner)).or_default();
                one.approved += count;
                one.won += if state == "won" { count } else { 0 };
            }
        }
        Ok(found.into_iter().collect())
    }

    pub async fn fund_use(&mut self, partners: &[PartnerId], period: Period) -> Result<Vec<FundUse>> {
        let head = "select fund.partner, fund.from_day, fund.to_day, fund.currency, fund_balance.allocated, fund_balance.paid \
            from fund join fund_balance on fund_balance.fund = fund.id where fund.partner in ";
        let found: Vec<(i64, i64, i64, String, i64, i64)> = self.all_in(head, args(partners.iter().copied()), " order by fund.id").await?;
        let meets = |from: i64, to: i64| from < day_number(period.until) && to >= day_number(period.from);
        let mut all = Vec::new();
        for (partner, from, to, currency, allocated, paid) in found {
            if meets(from, to) {
                let currency = currency.parse().map_err(Error::Corrupt)?;
                let (allocated, used) = (Money::new(allocated, currency), Money::new(paid, currency));
                all.push(FundUse { partner: PartnerId(partner), allocated, used });
            }
        }
        Ok(all)
    }
}
