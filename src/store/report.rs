//! What reports read beside what the rooms show: everything of one partner, and the audits of all.

use super::{Session, Sql, error::Result};
use crate::domain::{
    day::{date_of_day, day_number},
    id::{ClaimId, DealId, EvaluationId, FundId, LeadId, PartnerId},
    report::Known,
    text::Text,
    time::Instant,
};
use chrono::NaiveDate;

/// Leads that changed since an instant, and the open ones, that were ever offered to a partner: an offer has ended, or the
/// partner has the lead.
const LEADS: &str = "select id from lead where (updated_at >= $1 or is_open = 1) and id in \
    (select lead_id from lead_answer where partner = $2 union select id from lead where partner = $3) order by id";
/// So of its registrations and claims: what ended long ago says nothing of the quarters that a report looks at.
const DEALS: &str = "select id from deal where partner = $1 and (is_open = 1 or updated_at >= $2) order by id";
const FUNDS: &str = "select id from fund where partner = $1 order by id";
const CLAIMS: &str = "select id from claim where partner = $1 and (is_pending = 1 or updated_at >= $2) order by id";
const EVALUATIONS: &str = "select id from tier_evaluation where partner = $1 and day <= $2 order by day desc, id desc limit $3";
/// Whether there is any of each.
const KNOWN: &str = "select (select count(*) from (select 1 from lead limit 1) as leads), \
    (select count(*) from (select 1 from deal limit 1) as deals), (select count(*) from (select 1 from fund limit 1) as funds)";
const AUDITS: &str =
    "select id, partner, day, kind, outcome, stored, computed from tier_evaluation where day <= $1 order by partner, day desc, id desc";
pub const STATEMENTS: &[&str] = &[LEADS, DEALS, FUNDS, CLAIMS, EVALUATIONS, KNOWN, AUDITS];

/// The narrow row of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub id: EvaluationId,
    pub partner: PartnerId,
    pub day: NaiveDate,
    /// [`crate::domain::tier::evaluation::AuditKind::code`].
    pub kind: Text,
    pub outcome: Text,
    pub stored: Text,
    pub computed: Text,
}

impl Session {
    /// The leads that were offered to this partner and changed since, or are open.
    pub async fn leads_offered_to(&mut self, partner: PartnerId, since: Instant) -> Result<Vec<LeadId>> {
        Ok(self.all::<(i64,)>(Sql::new(LEADS).bind(since).bind(partner).bind(partner)).await?.into_iter().map(|(id,)| LeadId(id)).collect())
    }

    /// The registrations of this partner that changed since, or are open.
    pub async fn deals_of(&mut self, partner: PartnerId, since: Instant) -> Result<Vec<DealId>> {
        Ok(self.all::<(i64,)>(Sql::new(DEALS).bind(partner).bind(since)).await?.into_iter().map(|(id,)| DealId(id)).collect())
    }

    /// Its own funds, not those of its region.
    pub async fn funds_of(&mut self, partner: PartnerId) -> Result<Vec<FundId>> {
        Ok(self.all::<(i64,)>(Sql::new(FUNDS).bind(partner)).await?.into_iter().map(|(id,)| FundId(id)).collect())
    }

    /// The claims of this partner that changed since, or are pending.
    pub async fn claims_of(&mut self, partner: PartnerId, since: Instant) -> Result<Vec<ClaimId>> {
        Ok(self.all::<(i64,)>(Sql::new(CLAIMS).bind(partner).bind(since)).await?.into_iter().map(|(id,)| ClaimId(id)).collect())
    }

    /// The evaluations of a partner as of this day or an earlier one, the latest day first.
    pub async fn evaluations_until(&mut self, partner: PartnerId, day: NaiveDate, limit: u32) -> Result<Vec<EvaluationId>> {
        let sql = Sql::new(EVALUATIONS).bind(partner).bind(day_number(day)).bind(limit);
        Ok(self.all::<(i64,)>(sql).await?.into_iter().map(|(id,)| EvaluationId(id)).collect())
    }

    /// What there is any of.
    pub async fn known(&mut self) -> Result<Known> {
        let (leads, deals, funds): (i64, i64, i64) = self.one(Sql::new(KNOWN)).await?;
        Ok(Known { leads: leads > 0, deals: deals > 0, funds: funds > 0 })
    }

    /// Every evaluation as of this day or an earlier one: by partner, the latest first.
    pub async fn audits_until(&mut self, day: NaiveDate) -> Result<Vec<AuditRow>> {
        let rows = self.all::<(i64, i64, i64, String, String, String, String)>(Sql::new(AUDITS).bind(day_number(day))).await?;
        let row = |(id, partner, day, kind, outcome, stored, computed): (i64, i64, i64, String, String, String, String)| AuditRow {
            id: EvaluationId(id),
            partner: PartnerId(partner),
            day: date_of_day(day),
            kind: Text::clean(&kind),
            outcome: Text::clean(&outcome),
            stored: Text::clean(&stored),
            computed: Text::clean(&computed),
        };
        Ok(rows.into_iter().map(row).collect())
    }
}
