//! The queues of the tier desk.

use crate::{
    domain::{
        day::day_number,
        id::{PartnerId, StandingId},
        tier::standing::Standing,
        vocabulary::words,
    },
    store::{Session, Sql, error::Result},
};
use chrono::{Days, NaiveDate};
use std::collections::HashMap;

/// Which partners are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TierQueue {
    Promotions,
    Demotions,
    AtRisk,
    /// Their remediation plan ends within [`SOON_DAYS`], or has ended.
    RemediationDue,
    /// They stand above their line and fall below it within [`SOON_DAYS`], if nothing is added: mostly by a certificate that ends.
    FallingSoon,
    Near,
    All,
}

words! {
    TierQueue {
        Promotions => "promotions", "Promotions";
        Demotions => "demotions", "Demotions";
        AtRisk => "at_risk", "At risk";
        RemediationDue => "remediation_due", "Remediation due";
        FallingSoon => "falling_soon", "Falling soon";
        Near => "near", "Near a line";
        All => "all", "All partners";
    }
}

/// How far ahead the queues look.
pub const SOON_DAYS: u64 = 60;

/// How many stand in each queue.
pub type TierCounts = Vec<(TierQueue, u64)>;

/// A partner with its standing, where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierRow {
    pub partner: PartnerId,
    pub standing: Option<Standing>,
}

impl TierQueue {
    /// What holds of its rows, after a condition of their own.
    fn narrow(self, sql: &mut Sql, today: NaiveDate) {
        let soon = day_number(today.checked_add_days(Days::new(SOON_DAYS)).unwrap_or(today));
        match self {
            Self::Promotions => sql.push(" and tier_standing.proposal <> '' and tier_standing.promotes = 1"),
            Self::Demotions => sql.push(" and tier_standing.proposal <> '' and tier_standing.promotes = 0"),
            Self::AtRisk => sql.push(" and tier_standing.outcome in ('at_risk', 'demote')"),
            Self::RemediationDue => sql.push(" and tier_standing.plan_due_day <= ").push_bind(soon),
            Self::FallingSoon => {
                sql.push(" and tier_standing.outcome not in ('at_risk', 'demote') and tier_standing.falls_day <= ").push_bind(soon)
            }
            Self::Near => sql.push(" and tier_standing.is_near = 1"),
            Self::All => sql,
        };
    }
}

const FROM: &str = " from partner left join tier_standing on tier_standing.partner = partner.id where partner.id > ";

impl Session {
    /// The partners of a queue after this one, by number.
    pub async fn tier_page(&mut self, queue: TierQueue, today: NaiveDate, after: PartnerId, limit: u32) -> Result<Vec<TierRow>> {
        let mut sql = Sql::new("select partner.id, tier_standing.id");
        sql.push(FROM).push_bind(after);
        queue.narrow(&mut sql, today);
        sql.push(" order by partner.id limit ").push_bind(limit);
        let found = self.all::<(i64, Option<i64>)>(sql).await?;
        let ids: Vec<StandingId> = found.iter().filter_map(|(_, standing)| standing.map(StandingId)).collect();
        let mut standings: HashMap<PartnerId, Standing> = self.standings(&ids).await?.into_iter().map(|one| (one.partner, one)).collect();
        let row = |(partner, _): (i64, Option<i64>)| {
            let partner = PartnerId(partner);
            TierRow { partner, standing: standings.remove(&partner) }
        };
        Ok(found.into_iter().map(row).collect())
    }

    /// How many partners stand in each queue.
    pub async fn tier_counts(&mut self, today: NaiveDate) -> Result<TierCounts> {
        let mut counts = Vec::with_capacity(TierQueue::ALL.len());
        for queue in TierQueue::ALL {
            let mut sql = Sql::new("select count(*)");
            sql.push(FROM).push_bind(0_i64);
            queue.narrow(&mut sql, today);
            counts.push((*queue, self.one::<(i64,)>(sql).await?.0.unsigned_abs()));
        }
        Ok(counts)
    }
}
