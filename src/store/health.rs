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

pub const STATEMENTS: &[&str] = &[VERSIONS, LOADS, CLOCKS, GAPS, BODIES];

/// How many records break each rule; all zero when all is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Health {
    pub versions: i64,
    pub loads: i64,
    pub clocks: i64,
    pub gaps: i64,
    pub bodies: i64,
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
        })
    }

    async fn rows_of(&mut self, text: &'static str) -> Result<i64> {
        self.one::<(i64,)>(Sql::new(text)).await.map(|(count,)| count)
    }
}
