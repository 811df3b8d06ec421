//! What must always hold between the tables, asked of the database itself: for the doctor, who finds what went wrong past us.

use super::{Session, Sql, error::Result};

/// Leads whose version is not the number of their events, or who have none.
const VERSIONS: &str = "select count(*) from lead left join (select entity_id, count(*) as events, max(entity_version) as last from audit \
    where entity_kind = 'lead' group by entity_id) as told on told.entity_id = lead.id \
    where told.events is null or told.events <> lead.version or told.last <> lead.version";
/// Partners whose load is not the number of leads that they hold.
const LOADS: &str = "select count(*) from (select partner, count(*) as held from lead where state in ('offered', 'accepted', 'working') group by partner) as counted \
    full join (select partner_id, open from partner_load where open <> 0) as noted on noted.partner_id = counted.partner \
    where counted.held is null or noted.open is null or counted.held <> noted.open";
/// Leads that a clock runs for although nobody holds them, or that no clock runs for although somebody does.
const CLOCKS: &str = "select count(*) from lead where next_at is not null and is_open = 0";
/// Lead numbers that were left out.
const GAPS: &str = "select coalesce(max(id), 0) - count(*) from lead";
/// Leads whose row has no aggregate.
const BODIES: &str = "select count(*) from lead left join lead_body on lead_body.id = lead.id where lead_body.id is null";
/// Funds whose accounts do not hold what the entries of the ledger come to.
const LEDGER: &str = "select count(*) from fund left join fund_balance as held on held.fund = fund.id left join (select fund, count(*) as entries, \
    sum(case when from_account = 'allocated' then minor when to_account = 'allocated' then -minor else 0 end) as allocated, \
    sum(case when to_account = 'available' then minor when from_account = 'available' then -minor else 0 end) as available, \
    sum(case when to_account = 'committed' then minor when from_account = 'committed' then -minor else 0 end) as committed, \
    sum(case when to_account = 'claimed' then minor when from_account = 'claimed' then -minor else 0 end) as claimed, \
    sum(case when to_account = 'paid' then minor when from_account = 'paid' then -minor else 0 end) as paid, \
    sum(case when to_account = 'expired' then minor when from_account = 'expired' then -minor else 0 end) as expired \
    from fund_entry group by fund) as told on told.fund = fund.id \
    where held.fund is null or coalesce(told.entries, 0) <> held.entries or coalesce(told.allocated, 0) <> held.allocated \
    or coalesce(told.available, 0) <> held.available or coalesce(told.committed, 0) <> held.committed \
    or coalesce(told.claimed, 0) <> held.claimed or coalesce(told.paid, 0) <> held.paid or coalesce(told.expired, 0) <> held.expired";
/// Funds of which more or less is paid than the confirmed payments of their claims come to.
const PAID: &str = "select count(*) from fund_balance as held left join (select claim.fund, sum(payment.minor) as minor from payment \
    join claim on claim.id = payment.claim where payment.state = 'confirmed' group by claim.fund) as told on told.fund = held.fund \
    where coalesce(told.minor, 0) <> held.paid";

/// Records of a kind whose content is lost or that are at another version than their last event; events about records that
/// are not there any more.
macro_rules! broken {
    ($kind:literal) => {
        concat!(
            "select count(*) from (select row_of.id, row_of.version, body.id as body from ",
            $kind,
            " as row_of left join ",
            $kind,
            "_body as body on body.id = row_of.id) as kept full join (select entity_id, max(entity_version) as last from audit \
             where entity_kind = '",
            $kind,
            "' group by entity_id) as told on told.entity_id = kept.id \
             where kept.id is null or kept.body is null or told.last is null or told.last <> kept.version"
        )
    };
}
const DEALS: &str = broken!("deal");
const CASES: &str = broken!("conflict");
const FUNDS: &str = broken!("fund");
const REQUESTS: &str = broken!("request");
const CLAIMS: &str = broken!("claim");

pub const STATEMENTS: &[&str] = &[VERSIONS, LOADS, CLOCKS, GAPS, BODIES, LEDGER, PAID, DEALS, CASES, FUNDS, REQUESTS, CLAIMS];

/// How many records break each rule; all zero when all is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Health {
    pub versions: i64,
    pub loads: i64,
    pub clocks: i64,
    pub gaps: i64,
    pub bodies: i64,
    /// Funds whose accounts differ from their ledger.
    pub ledger: i64,
    /// Funds whose payments differ from their ledger.
    pub paid: i64,
    /// Registrations and conflicts that are not what their events say.
    pub deals: i64,
    /// Funds, requests and claims of which the same is true.
    pub funding: i64,
}

impl Session {
    /// Counts what breaks the rules; reads the tables whole.
    pub async fn health(&mut self) -> Result<Health> {
        Ok(Health {
            versions: self.rows_of(VERSIONS).await?,
            loads: self.rows_of(LOADS).await?,
            clocks: self.rows_of(CLOCKS).await?,
            gaps: self.rows_of(GAPS).await?,
            bodies: self.rows_of(BODIES).await?,
            ledger: self.rows_of(LEDGER).await?,
            paid: self.rows_of(PAID).await?,
            deals: self.rows_of(DEALS).await? + self.rows_of(CASES).await?,
            funding: self.rows_of(FUNDS).await? + self.rows_of(REQUESTS).await? + self.rows_of(CLAIMS).await?,
        })
    }

    async fn rows_of(&mut self, text: &'static str) -> Result<i64> {
        self.one::<(i64,)>(Sql::new(text)).await.map(|(count,)| count)
    }
}
