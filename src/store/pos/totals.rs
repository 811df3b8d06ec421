//! What booked lines add up to: kept by month, read for any days.

use crate::{
    domain::{
        day::day_number,
        id::PartnerId,
        pos::{
            Month, Posted, Revenue, Total,
            totals::{Asked, Restated, TotalKey, added_at, revenue, split},
        },
        text::Text,
        time::Instant,
    },
    store::{Session, Sql, Tx, error::Result, session::LIST_MAX, sql::Arg},
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

const MONTHS: &str = "select partner, line, cast(sum(minor) as bigint), cast(sum(quantity) as bigint), cast(sum(lines) as bigint) \
    from sale_total where month >= $1 and month < $2 and currency = $3 group by partner, line";
/// Of one partner each month is looked up: the table is by month first.
const MONTHS_OF: &str = "select partner, line, cast(sum(minor) as bigint), cast(sum(quantity) as bigint), cast(sum(lines) as bigint) \
    from sale_total where currency = ";
const DAYS: &str = "select partner, line, cast(sum(booked) as bigint), cast(sum(coalesce(quantity, 0)) as bigint), \
    cast(sum(case when against = 2 then -1 else 1 end) as bigint) from sale where day >= $1 and day < $2 and booked_currency = $3 \
    group by partner, line";
const DAYS_OF: &str = "select partner, line, cast(sum(booked) as bigint), cast(sum(coalesce(quantity, 0)) as bigint), \
    cast(sum(case when against = 2 then -1 else 1 end) as bigint) from sale where booked_currency = ";
const RESTATED: &str = "select partner, month, max(changed_at) from sale_total where month >= $1 and month < $2 and changed_at > $3 \
    group by partner, month order by partner, month";
const OTHER_CURRENCIES: &str = "select distinct currency from sale_total where currency <> $1 order by currency";
const LAST: &str = "select coalesce(max(id), 0) from sale";
pub const STATEMENTS: &[&str] = &[MONTHS, DAYS, RESTATED, OTHER_CURRENCIES, LAST];

/// Up to so many partners are looked up one by one; of more everything is read, and theirs is kept.
const PARTNERS_MAX: usize = 64;

type Sums = BTreeMap<(PartnerId, Text), Total>;
type SumRow = (i64, String, i64, i64, i64);

impl Session {
    /// Booked sums by partner and product line, exact to the minor unit for any half-open run of days.
    pub async fn revenue(&mut self, asked: &Asked) -> Result<Vec<Revenue>> {
        let split = split(asked.from, asked.to);
        let mut sums = Sums::new();
        let few = asked.partners.as_deref().filter(|partners| partners.len() <= PARTNERS_MAX);
        let code = asked.currency.code();
        let (first, last) = (split.months.0.0, split.months.1.0);
        let mut statements = Vec::new();
        match few {
            Some([]) => return Ok(Vec::new()),
            Some(partners) => {
                statements.extend(looked_up(MONTHS_OF, " and (month, partner) in (values ", code, first..last, partners));
                for (from, to) in &split.days {
                    let days = day_number(*from)..day_number(*to);
                    statements.extend(looked_up(DAYS_OF, " and (day, partner) in (values ", code, days, partners));
                }
            }
            None => {
                if first < last {
                    statements.push(Sql::new(MONTHS).bind(first).bind(last).bind(code));
                }
                let days = |(from, to): &(NaiveDate, NaiveDate)| Sql::new(DAYS).bind(day_number(*from)).bind(day_number(*to)).bind(code);
                statements.extend(split.days.iter().map(days));
            }
        }
        for sql in statements {
            for (partner, line, minor, quantity, lines) in self.all::<SumRow>(sql).await? {
                let partner = PartnerId(partner);
                if few.is_some() || asked.wants(partner) {
                    sums.entry((partner, Text::clean(&line))).or_default().add(Total { minor, quantity, lines });
                }
            }
        }
        Ok(revenue(sums))
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

/// Statements for each place in turn of each partner, as many in one as the database takes.
fn looked_up(head: &'static str, places: &'static str, code: &str, range: std::ops::Range<i64>, partners: &[PartnerId]) -> Vec<Sql> {
    let pairs: Vec<[Arg; 2]> =
        range.flat_map(|place| partners.iter().map(move |partner| [Arg::from(place), Arg::from(*partner)])).collect();
    let statement = |part: &[[Arg; 2]]| {
        let mut sql = Sql::new(head);
        sql.push_bind(code).push(places).push_rows(part.iter().cloned()).push(") group by partner, line");
        sql
    };
    pairs.chunks(LIST_MAX).map(statement).collect()
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
