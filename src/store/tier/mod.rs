//! Evaluations and standings: narrow rows that lists and sweeps look at, beside them the aggregates as JSON; and what facts
//! are gathered from.

mod certificate;
mod columns;
mod facts;
mod line;
mod unit;

use super::{Session, Sql, Tx, error::Result, kept::Saving, session::LIST_MAX, sql::args, unit::tier::TierChanges};
use crate::domain::{
    day::{date_of_day, day_number},
    id::{EvaluationId, PartnerId, StandingId},
    text::Text,
    tier::{evaluation::Evaluation, standing::Standing},
    time::Instant,
};
use chrono::NaiveDate;
use std::collections::HashMap;

const DUE: &str = "select id from tier_standing where next_at <= $1 order by next_at, id limit $2";
const NEXT: &str = "select min(next_at) from tier_standing where next_at is not null";
const ACQUIRED: &str = "select partner, acquired_day from tier_standing where acquired_day is not null order by partner";
const OF_PARTNER: &str = "select id from tier_evaluation where partner = $1 order by day desc, id desc limit $2";
/// Partners that nobody audited for a quarter; [`Profile::is_audited`] as SQL.
const UNAUDITED: &str = "select id from tier_line where status in ('active', 'suspended') and kind <> 'direct' and not exists (\
    select 1 from tier_evaluation where tier_evaluation.kind = $1 and tier_evaluation.partner = tier_line.id) order by id limit $2";
/// When the last audit of a quarter was made of each.
const AUDITED_AT: &str = "select partner, max(made_at) from tier_evaluation where kind = $1 group by partner";
/// What was earned at the audits of two quarters, in the order in which they were made.
const EARNED: &str = "select partner, kind, computed from tier_evaluation where kind in ($1, $2) order by id";
pub const STATEMENTS: &[&str] = &[EARNED, AUDITED_AT, DUE, NEXT, ACQUIRED, OF_PARTNER, UNAUDITED, facts::ANY_SOLD, facts::ANY_LINE];
pub const LINES: &[&str] = line::STATEMENTS;

impl Session {
    /// The standings in the order asked for; unknown ones are left out. So for the evaluations.
    pub async fn standings(&mut self, ids: &[StandingId]) -> Result<Vec<Standing>> {
        self.records(ids).await
    }

    pub async fn evaluations(&mut self, ids: &[EvaluationId]) -> Result<Vec<Evaluation>> {
        self.records(ids).await
    }

    /// The standing of each partner, in order.
    pub async fn standings_of(&mut self, partners: &[PartnerId]) -> Result<Vec<Option<StandingId>>> {
        let head = "select partner, id from tier_standing where partner in ";
        let found: HashMap<i64, i64> = self.all_in::<(i64, i64)>(head, args(partners.iter().copied()), "").await?.into_iter().collect();
        Ok(partners.iter().map(|partner| found.get(&partner.0).map(|id| StandingId(*id))).collect())
    }

    pub async fn standings_due(&mut self, now: Instant, limit: u32) -> Result<Vec<StandingId>> {
        let found = self.all::<(i64,)>(Sql::new(DUE).bind(now).bind(limit)).await?;
        Ok(found.into_iter().map(|(id,)| StandingId(id)).collect())
    }

    /// When a change comes into force, or a plan is over.
    pub async fn tier_next_due(&mut self) -> Result<Option<Instant>> {
        Ok(self.one::<(Option<i64>,)>(Sql::new(NEXT)).await?.0.map(Instant::from_micros))
    }

    pub async fn acquired(&mut self) -> Result<Vec<(PartnerId, NaiveDate)>> {
        let found = self.all::<(i64, i64)>(Sql::new(ACQUIRED)).await?;
        Ok(found.into_iter().map(|(partner, day)| (PartnerId(partner), date_of_day(day))).collect())
    }

    /// The evaluations of a partner, the latest day first.
    pub async fn evaluations_of(&mut self, partner: PartnerId, limit: u32) -> Result<Vec<EvaluationId>> {
        let found = self.all::<(i64,)>(Sql::new(OF_PARTNER).bind(partner).bind(limit)).await?;
        Ok(found.into_iter().map(|(id,)| EvaluationId(id)).collect())
    }

    /// Partners that were not audited for a quarter yet, by number.
    pub async fn partners_unaudited(&mut self, kind: &str, limit: u32) -> Result<Vec<PartnerId>> {
        let found = self.all::<(i64,)>(Sql::new(UNAUDITED).bind(kind.to_owned()).bind(limit)).await?;
        Ok(found.into_iter().map(|(id,)| PartnerId(id)).collect())
    }

    /// When each partner that was audited for a quarter was so last.
    pub async fn audited_at(&mut self, kind: &str) -> Result<HashMap<PartnerId, Instant>> {
        let found = self.all::<(i64, i64)>(Sql::new(AUDITED_AT).bind(kind.to_owned())).await?;
        Ok(found.into_iter().map(|(partner, at)| (PartnerId(partner), Instant::from_micros(at))).collect())
    }

    /// The tiers that partners earned at all audits of either kind, in the order of the audits: partner, kind, tier.
    pub async fn tiers_earned(&mut self, one: &str, other: &str) -> Result<Vec<(PartnerId, String, String)>> {
        let rows = self.all::<(i64, String, String)>(Sql::new(EARNED).bind(one).bind(other)).await?;
        Ok(rows.into_iter().map(|(partner, kind, tier)| (PartnerId(partner), kind, tier)).collect())
    }

    pub async fn evaluations_by_key(&mut self, keys: &[Text]) -> Result<Vec<Option<EvaluationId>>> {
        let head = "select source_key, id from tier_evaluation where source_key in ";
        self.numbers_by(head, keys.iter().map(Text::as_str).collect()).await
    }

    pub async fn evaluations_on(&mut self, partners: &[PartnerId], day: NaiveDate) -> Result<Vec<(PartnerId, EvaluationId)>> {
        self.last_evaluations(partners, day, "").await
    }

    /// The last of each of these partners about a day that counted.
    pub async fn evaluations_counted(&mut self, partners: &[PartnerId], day: NaiveDate) -> Result<Vec<Evaluation>> {
        let last = self.last_evaluations(partners, day, " and kind <> ''").await?;
        self.evaluations(&last.into_iter().map(|(_, id)| id).collect::<Vec<_>>()).await
    }

    async fn last_evaluations(
        &mut self,
        partners: &[PartnerId],
        day: NaiveDate,
        which: &'static str,
    ) -> Result<Vec<(PartnerId, EvaluationId)>> {
        let mut last = Vec::new();
        for part in partners.chunks(LIST_MAX) {
            let mut sql = Sql::new("select partner, max(id) from tier_evaluation where partner in ");
            sql.push_list(part.iter().copied());
            sql.push(" and day = ").push_bind(day_number(day)).push(which).push(" group by partner");
            let found = self.all::<(i64, i64)>(sql).await?;
            last.extend(found.into_iter().map(|(partner, id)| (PartnerId(partner), EvaluationId(id))));
        }
        last.sort_unstable();
        Ok(last)
    }
}

impl Tx {
    /// Writes everything of the desk.
    pub(super) async fn tiers_save(&mut self, changes: &TierChanges) -> Result<()> {
        let evaluations = changes.evaluations.iter().map(|record| Saving { record, expected: 0, restated: true });
        self.records_save(evaluations.collect()).await?;
        let standings = changes.standings.iter();
        let standings = standings.map(|change| Saving { record: &change.standing, expected: change.expected, restated: true });
        self.records_save(standings.collect()).await?;
        self.tier_lines_of_standings(&changes.standings.iter().map(|change| &change.standing).collect::<Vec<_>>()).await
    }
}
