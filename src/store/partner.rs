//! What one partner has in the rooms of the desks: how much in each state, and what is due next. Each statement walks an
//! index by the partner, so that a partner costs what it has and not what all have.

use super::{
    Session, Sql, Tx,
    columns::UNIT,
    error::{Error, Result},
    session::LIST_MAX,
    sql::{Arg, args},
    unit::partner::StepSource,
};
use crate::domain::{
    contact::Contact,
    id::{ContactId, DealId, FundId, LeadId, Number as _, PartnerId, RequestId},
    mdf::item::ItemId,
    money::{Currency, Money},
    partner::onboarding::FirstMoney,
    text::Text,
    time::Instant,
};
use std::collections::BTreeMap;

const LEAD_STATES: &str = "select state, count(*) from lead where partner = $1 group by state order by state";
/// A clock that stands still, and what is ended, is due after every instant.
const LEADS_LATE: &str = "select count(*) from lead where partner = $1 and is_open = 1 and due_key < $2";
const LEADS_NEXT: &str = "select id from lead where partner = $1 and is_open = 1 order by due_key, id limit $2";
/// Values are kept in ten-thousandths of a whole unit; one above 90 billion whole units counts as that much, so that no sum is
/// too large. None at all is below every number.
const DEAL_SUMS: &str = "select state, currency, count(*), cast(coalesce(sum(case when value_key > 900000000000000 then 900000000000000 \
    when value_key < 0 then 0 else value_key end), 0) as bigint) from deal where partner = $1 group by state, currency \
    order by state, currency";
const DEALS_NEXT: &str = "select id from deal where partner = $1 and is_open = 1 order by due_key, id limit $2";
const FUNDS: &str = "select count(*) from fund where partner = $1";
const FUNDS_LAST: &str = "select id from fund where partner = $1 order by to_day desc, id desc limit $2";
const ITEM_KINDS: &str = "select kind, count(*) from mdf_item where partner = $1 and is_open = 1 and kind <> 'fund' group by kind";
const ITEMS_NEXT: &str = "select id from mdf_item where partner = $1 and is_open = 1 and kind <> 'fund' order by due_key, id limit $2";
pub const STATEMENTS: &[&str] = &[LEAD_STATES, LEADS_LATE, LEADS_NEXT, DEAL_SUMS, DEALS_NEXT, FUNDS, FUNDS_LAST, ITEM_KINDS, ITEMS_NEXT];

/// The registrations of a partner in one state, with values in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DealSum {
    pub state: Text,
    pub count: u64,
    /// Nothing for those that state no value.
    pub worth: Option<Money>,
}

fn count(number: i64) -> u64 {
    number.max(0).unsigned_abs()
}

impl Session {
    /// How many leads lie with the partner, or lay with it when they ended, by state.
    pub async fn lead_states_of(&mut self, partner: PartnerId) -> Result<Vec<(Text, u64)>> {
        let found = self.all::<(String, i64)>(Sql::new(LEAD_STATES).bind(partner)).await?;
        Ok(found.into_iter().map(|(state, number)| (Text::clean(&state), count(number))).collect())
    }

    /// When each of these first registered a deal from a time on; in no order, who never did is left out.
    pub async fn first_deals_since(&mut self, partners: &[(PartnerId, Instant)]) -> Result<Vec<(PartnerId, Instant)>> {
        let mut found = Vec::new();
        for part in partners.chunks(LIST_MAX) {
            let mut sql = Sql::new(
                "select wanted.column1, (select min(submitted_at) from deal where partner = wanted.column1 \
                 and submitted_at >= wanted.column2) from (values ",
            );
            sql.push_rows(part.iter().map(|(id, from)| [Arg::from(*id), Arg::from(*from)])).push(") as wanted");
            let rows = self.all::<(i64, Option<i64>)>(sql).await?;
            found.extend(rows.into_iter().filter_map(|(id, at)| Some((PartnerId(id), Instant::from_micros(at?)))));
        }
        Ok(found)
    }

    /// How many of its open leads are late.
    pub async fn leads_late_of(&mut self, partner: PartnerId, now: Instant) -> Result<u64> {
        Ok(count(self.one::<(i64,)>(Sql::new(LEADS_LATE).bind(partner).bind(now)).await?.0))
    }

    /// Its open leads that are due first.
    pub async fn leads_next_of(&mut self, partner: PartnerId, limit: u32) -> Result<Vec<LeadId>> {
        let found = self.all::<(i64,)>(Sql::new(LEADS_NEXT).bind(partner).bind(limit)).await?;
        Ok(found.into_iter().map(|(id,)| LeadId(id)).collect())
    }

    /// Its registrations by state and currency.
    pub async fn deal_sums_of(&mut self, partner: PartnerId) -> Result<Vec<DealSum>> {
        let found = self.all::<(String, String, i64, i64)>(Sql::new(DEAL_SUMS).bind(partner)).await?;
        let sum = |(state, currency, number, key): (String, String, i64, i64)| {
            let currency: Option<Currency> = if currency.is_empty() { None } else { Some(currency.parse().map_err(Error::Corrupt)?) };
            let worth = currency.map(|currency| Money::new(key / (UNIT / 10_i64.pow(currency.exponent().min(4))), currency));
            Ok(DealSum { state: Text::clean(&state), count: count(number), worth })
        };
        found.into_iter().map(sum).collect()
    }

    /// Its open registrations that are due first, be it their decision or the end of their protection.
    pub async fn deals_next_of(&mut self, partner: PartnerId, limit: u32) -> Result<Vec<DealId>> {
        let found = self.all::<(i64,)>(Sql::new(DEALS_NEXT).bind(partner).bind(limit)).await?;
        Ok(found.into_iter().map(|(id,)| DealId(id)).collect())
    }

    /// Its own funds that end last, and how many it has in all.
    pub async fn funds_last_of(&mut self, partner: PartnerId, limit: u32) -> Result<(Vec<FundId>, u64)> {
        let all = self.one::<(i64,)>(Sql::new(FUNDS).bind(partner)).await?.0;
        let found = self.all::<(i64,)>(Sql::new(FUNDS_LAST).bind(partner).bind(limit)).await?;
        Ok((found.into_iter().map(|(id,)| FundId(id)).collect(), count(all)))
    }

    /// Its open requests and claims that are due first, and how many of each kind it has.
    pub async fn mdf_next_of(&mut self, partner: PartnerId, limit: u32) -> Result<(Vec<ItemId>, Vec<(Text, u64)>)> {
        let kinds = self.all::<(String, i64)>(Sql::new(ITEM_KINDS).bind(partner)).await?;
        let kinds = kinds.into_iter().map(|(kind, number)| (Text::clean(&kind), count(number))).collect();
        let found = self.all::<(i64,)>(Sql::new(ITEMS_NEXT).bind(partner).bind(limit)).await?;
        Ok((found.into_iter().map(|(id,)| ItemId::of(id)).collect(), kinds))
    }
}

/// What shows that steps of an onboarding are done.
impl StepSource for Session {
    async fn contacts_at(&mut self, partners: &[PartnerId]) -> Result<Vec<(Contact, bool)>> {
        let head = "select id from contact where state = 'active' and partner in ";
        let found = self.all_in::<(i64,)>(head, args(partners.iter().copied()), " order by id").await?;
        let contacts = self.contacts(&found.into_iter().map(|(id,)| ContactId(id)).collect::<Vec<_>>()).await?;
        let mailboxes: Vec<Text> = contacts.iter().map(|one| one.card.person.email.clone()).collect();
        let asked = self.suppressed(&mailboxes).await?;
        Ok(contacts.into_iter().zip(asked).collect())
    }

    async fn first_money(&mut self, partners: &[PartnerId]) -> Result<Vec<(PartnerId, FirstMoney)>> {
        let wanted = || args(partners.iter().copied());
        let head = "select partner, min(id) from request where state in ('approved', 'completed', 'expired') and partner in ";
        let requests = self.all_in::<(i64, i64)>(head, wanted(), " group by partner").await?;
        let head = "select fund.partner, min(fund.id) from fund join fund_balance on fund_balance.fund = fund.id \
            where fund_balance.allocated > 0 and fund.partner in ";
        let funds = self.all_in::<(i64, i64)>(head, wanted(), " group by fund.partner").await?;
        let requests = requests.into_iter().map(|(partner, id)| (PartnerId(partner), FirstMoney::Request(RequestId(id))));
        let funds = funds.into_iter().map(|(partner, id)| (PartnerId(partner), FirstMoney::Fund(FundId(id))));
        Ok(requests.chain(funds).collect::<BTreeMap<_, _>>().into_iter().collect())
    }
}

impl StepSource for Tx {
    async fn contacts_at(&mut self, partners: &[PartnerId]) -> Result<Vec<(Contact, bool)>> {
        (**self).contacts_at(partners).await
    }

    async fn first_money(&mut self, partners: &[PartnerId]) -> Result<Vec<(PartnerId, FirstMoney)>> {
        (**self).first_money(partners).await
    }
}
