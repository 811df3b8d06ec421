//! The figures of the deal desk: sums of daily counters.

use crate::{
    domain::{
        day::day_of,
        deal::{
            queue::{Cohort, Kpis, quantile, ratio_bp},
            stats::{Measure, cohort, cohort_start},
        },
        time::Instant,
    },
    store::{Session, Sql, error::Result},
};
use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// How many months of cohorts are shown.
const COHORTS: i64 = 12;
/// Days that ratios of conflicts and endings look back, and those of decisions.
const LONG: i64 = 90;
const SHORT: i64 = 30;

struct Figure {
    measure: Measure,
    day: i64,
    bucket: i64,
    value: u64,
}

impl Session {
    /// The figures of the header on `date`, the day in the program's zone.
    pub async fn deal_kpis(&mut self, date: NaiveDate) -> Result<Kpis> {
        let today = number(date);
        let month = cohort(date);
        let first = month - COHORTS + 1;
        let cohorts = self.figures(&[Measure::Approved, Measure::Won], number(cohort_start(first)), today).await?;
        let recent: Vec<Measure> = Measure::ALL.iter().copied().filter(|measure| *measure != Measure::Approved).collect();
        let recent = self.figures(&recent, today - LONG + 1, today).await?;
        let in_cohort = |measure, month| -> u64 {
            cohorts.iter().filter(|one| one.measure == measure && one.bucket == month).map(|one| one.value).sum()
        };
        let cohorts = (first..=month).map(|month| Cohort {
            month,
            approved: in_cohort(Measure::Approved, month),
            won: in_cohort(Measure::Won, month),
        });
        let sum = |measure: Measure, days: i64| -> u64 {
            recent.iter().filter(|one| one.measure == measure && one.day > today - days).map(|one| one.value).sum()
        };
        let mut took: BTreeMap<i64, u64> = BTreeMap::new();
        for one in recent.iter().filter(|one| one.measure == Measure::Decided && one.day > today - SHORT) {
            *took.entry(one.bucket).or_default() += one.value;
        }
        let ended = sum(Measure::Won, LONG) + sum(Measure::Lost, LONG) + sum(Measure::Expired, LONG);
        Ok(Kpis {
            cohorts: cohorts.collect(),
            decision_p50_minutes: quantile(&took, 50),
            decision_p90_minutes: quantile(&took, 90),
            conflict_bp: ratio_bp(sum(Measure::ConflictOpened, SHORT), sum(Measure::Submitted, SHORT)),
            overturn_bp: ratio_bp(sum(Measure::Overturned, LONG), sum(Measure::ConflictDecided, LONG)),
            expiry_bp: ratio_bp(sum(Measure::Expired, LONG), ended),
            breaches_today: sum(Measure::Breached, 1),
        })
    }

    async fn figures(&mut self, measures: &[Measure], from: i64, to: i64) -> Result<Vec<Figure>> {
        let mut sql = Sql::new("select measure, day, bucket, value from stat where measure in ");
        sql.push_list(measures.iter().map(|measure| measure.name())).push(" and day >= ").push_bind(from);
        sql.push(" and day <= ").push_bind(to);
        let rows = self.all::<(String, i64, i64, i64)>(sql).await?;
        let figure = |(measure, day, bucket, value): (String, i64, i64, i64)| {
            Some(Figure { measure: Measure::from_name(&measure)?, day, bucket, value: u64::try_from(value).unwrap_or(0) })
        };
        Ok(rows.into_iter().filter_map(figure).collect())
    }
}

/// A date as days are counted.
fn number(date: NaiveDate) -> i64 {
    day_of(Instant::from(date.and_time(NaiveTime::MIN).and_utc()), Tz::UTC)
}
