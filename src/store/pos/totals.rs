//! What booked lines add up to: kept by month, read for any days.

use crate::{
    domain::{
        day::day_number,
        id::PartnerId,
        money::Currency,
        pos::{
            Month, Posted, Revenue, Total,
            totals::{Asked, Restated, Split, TotalKey, added_at, revenue, split},
        },
        text::Text,
        tier::period::Period,
        time::Instant,
    },
    store::{
        Session, Sql, Tx,
        error::{Error, Result},
        session::LIST_MAX,
        sql::Arg,
    },
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashSet};

const MONTHS: &str = "select partner, line, currency, cast(sum(minor) as bigint), cast(sum(quantity) as bigint), \
    cast(sum(lines) as bigint) from sale_total where month >= $1 and month < $2 group by partner, line, currency";
const DAYS: &str = "select partner, line, booked_currency, cast(sum(booked) as bigint), cast(sum(coalesce(quantity, 0)) as bigint), \
    cast(sum(case when against = 2 then -1 else 1 end) as bigint) from sale where day >= $1 and day < $2 and booked is not null \
    group by partner, line, booked_currency";
/// Of some partners each place is looked up: both tables are by time first.
const MONTHS_OF: &str = "select partner, line, currency, cast(sum(minor) as bigint), cast(sum(quantity) as bigint), \
    cast(sum(lines) as bigint) from sale_total where month in ";
const DAYS_OF: &str = "select partner, line, booked_currency, cast(sum(booked) as bigint), cast(sum(coalesce(quantity, 0)) as bigint), \
    cast(sum(case when against = 2 then -1 else 1 end) as bigint) from sale where booked is not null and day in ";
/// What the index of the days holds, without a look at the lines themselves.
const MONEY_OF: &str = "select partner, line, booked_currency, cast(sum(booked) as bigint), cast(0 as bigint), cast(0 as bigint) \
    from sale where booked is not null and day in ";
const BY_SUM: &str = " group by partner, line, ";
const RESTATED: &str = "select partner, month, max(changed_at) from sale_total where month >= $1 and month < $2 and changed_at > $3 \
    group by partner, month order by partner, month";
const OTHER_CURRENCIES: &str = "select distinct currency from sale_total where currency <> $1 order by currency";
const LAST: &str = "select coalesce(max(id), 0) from sale";
pub const STATEMENTS: &[&str] = &[MONTHS, DAYS, RESTATED, OTHER_CURRENCIES, LAST];

type Sums = BTreeMap<(PartnerId, Text), Total>;
/// Partner, product line, currency, and what they come to.
type SumRow = (i64, String, String, i64, i64, i64);

/// What days are summed up to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Of {
    /// Money, quantity and number of lines.
    All,
    /// Money alone; the rest is 0.
    Money,
}

impl Session {
    /// Booked sums by partner and product line, exact to the minor unit for any half-open run of days.
    pub async fn revenue(&mut self, asked: &Asked) -> Result<Vec<Revenue>> {
        let split = split(asked.from, asked.to);
        let mut sums = Sums::new();
        let few = asked.partners.as_deref().filter(|partners| partners.len() <= LIST_MAX);
        let statements = match few {
            Some(partners) => summed_of(&split, partners, Of::All),
            None => summed(&split),
        };
        let wanted: Option<HashSet<PartnerId>> = asked.partners.as_ref().map(|partners| partners.iter().copied().collect());
        for sql in statements {
            for (partner, line, currency, minor, quantity, lines) in self.all::<SumRow>(sql).await? {
                let partner = PartnerId(partner);
                if currency == asked.currency.code() && wanted.as_ref().is_none_or(|wanted| wanted.contains(&partner)) {
                    sums.entry((partner, Text::clean(&line))).or_default().add(Total { minor, quantity, lines });
                }
            }
        }
        Ok(revenue(sums))
    }

    /// The money of [`Session::revenue`] in every currency in which lines of these partners are booked; no more than
    /// [`LIST_MAX`] of them.
    pub(in crate::store) async fn money(&mut self, partners: &[PartnerId], days: Period) -> Result<Vec<(PartnerId, Currency, Text, i64)>> {
        let mut sums: BTreeMap<(PartnerId, String, String), i64> = BTreeMap::new();
        for sql in summed_of(&split(days.from, days.until), partners, Of::Money) {
            for (partner, line, currency, minor, ..) in self.all::<SumRow>(sql).await? {
                let sum = sums.entry((PartnerId(partner), currency, line)).or_default();
                *sum = sum.saturating_add(minor);
            }
        }
        let row = |((partner, currency, line), minor): ((PartnerId, String, String), i64)| {
            Ok((partner, currency.parse().map_err(Error::Corrupt)?, Text::clean(&line), minor))
        };
        sums.into_iter().map(row).collect()
    }

    /// The partners whose lines in the months of these days were recorded, or cancelled, after an instant: what was made of those
    /// months before is restated. Both months of the ends count whole.
    pub async fn restated(&mut self, from: NaiveDate, to: NaiveDate, since: Instant) -> Result<Vec<Restated>> {
        let last = to.pred_opt().map_or(Month::of(to), Month::of).next();
        let rows = self.all::<(i64, i64, i64)>(Sql::new(RESTATED).bind(Month::of(from).0).bind(last.0).bind(since)).await?;
        let row = |(partner, month, at)| Restated { partner: PartnerId(partner), month: Month(month), at: Instant::from_micros(at) };
        Ok(rows.into_iter().map(row).collect())
    }

    /// The number of the last line that was recorded; 0 of none.
    pub async fn last_sale(&mut self) -> Result<i64> {
        Ok(self.one::<(i64,)>(Sql::new(LAST)).await?.0)
    }

    /// Currencies other than this in which lines are booked, because the program's was another one.
    pub async fn other_currencies(&mut self, than: crate::domain::money::Currency) -> Result<Vec<String>> {
        let rows = self.all::<(String,)>(Sql::new(OTHER_CURRENCIES).bind(than.code())).await?;
        Ok(rows.into_iter().map(|(code,)| code).collect())
    }
}

/// Of everybody: the whole months from what is kept, the days beside them from the lines.
fn summed(split: &Split) -> Vec<Sql> {
    let (first, last) = split.months;
    let months = (first < last).then(|| Sql::new(MONTHS).bind(first.0).bind(last.0));
    let days = split.days.iter().map(|(from, to)| Sql::new(DAYS).bind(day_number(*from)).bind(day_number(*to)));
    months.into_iter().chain(days).collect()
}

/// Of no more than [`LIST_MAX`] partners, each place by itself.
fn summed_of(split: &Split, partners: &[PartnerId], of: Of) -> Vec<Sql> {
    if partners.is_empty() {
        return Vec::new();
    }
    let of_places = |head: &'static str, places: &[i64], currency: &'static str| {
        let mut sql = Sql::new(head);
        sql.push_list(places.iter().copied()).push(" and partner in ").push_list(partners.iter().copied());
        sql.push(BY_SUM).push(currency);
        sql
    };
    let months: Vec<i64> = (split.months.0.0..split.months.1.0).collect();
    let days: Vec<i64> = split.days.iter().flat_map(|(from, to)| day_number(*from)..day_number(*to)).collect();
    let head = if of == Of::All { DAYS_OF } else { MONEY_OF };
    let months = months.chunks(LIST_MAX).map(|part| of_places(MONTHS_OF, part, "currency"));
    months.chain(days.chunks(LIST_MAX).map(|part| of_places(head, part, "booked_currency"))).collect()
}

const ADD: &str = "on conflict (month, partner, line, currency) do update set minor = sale_total.minor + excluded.minor, \
    quantity = sale_total.quantity + excluded.quantity, lines = sale_total.lines + excluded.lines, changed_at = excluded.changed_at";

impl Tx {
    /// Adds new lines to the totals, in the order of the table.
    pub(in crate::store) async fn totals_add<'a>(&mut self, lines: impl Iterator<Item = (Instant, &'a Posted)>) -> Result<()> {
        let row = |(key, (total, at)): (TotalKey, (Total, Instant))| {
            [
                Arg::from(key.month.0),
                key.partner.into(),
                (&key.line).into(),
                key.currency.code().into(),
                total.minor.into(),
                total.quantity.into(),
                total.lines.into(),
                at.into(),
            ]
        };
        let head = "insert into sale_total (month, partner, line, currency, minor, quantity, lines, changed_at)";
        self.execute_each(Sql::bulk(head, 8, added_at(lines).into_iter().map(row), ADD)).await?;
        Ok(())
    }
}
