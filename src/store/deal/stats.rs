//! The figures of the deal desk: sums of daily counters.

use crate::{
    domain::{
        day::day_number,
        deal::{
            queue::{Cohort, Kpis},
            stats::{Measure, cohort, cohort_start},
        },
        figures::{quantile, ratio_bp},
    },
    store::{Session, error::Result},
};
use chrono::NaiveDate;

/// How many months of cohorts are shown.
const COHORTS: i64 = 12;
/// Days that ratios of conflicts and endings look back, and those of decisions.
const LONG: i64 = 90;
const SHORT: i64 = 30;

impl Session {
    /// The figures of the header on `date`, the day in the program's zone.
    pub async fn deal_kpis(&mut self, date: NaiveDate) -> Result<Kpis> {
        let today = day_number(date);
        let month = cohort(date);
        let first = month - COHORTS + 1;
        let measured = [Measure::Approved, Measure::Won].into_iter().map(Measure::name);
        let cohorts = self.figures(measured, Measure::from_name, day_number(cohort_start(first))..=today).await?;
        let recent = Measure::ALL.iter().filter(|measure| **measure != Measure::Approved).map(|measure| measure.name());
        let recent = self.figures(recent, Measure::from_name, today - LONG + 1..=today).await?;
        let [approved, won] = [Measure::Approved, Measure::Won].map(|measure| cohorts.by_bucket(&measure, i64::MIN..=today));
        let cohort = |month| Cohort {
            month,
            approved: approved.get(&month).copied().unwrap_or_default(),
            won: won.get(&month).copied().unwrap_or_default(),
        };
        let sum = |measures: &[Measure], days: i64| recent.sum(measures, today - days + 1..=today);
        let took = recent.by_bucket(&Measure::Decided, today - SHORT + 1..=today);
        Ok(Kpis {
            cohorts: (first..=month).map(cohort).collect(),
            decision_p50_minutes: quantile(&took, 50),
            decision_p90_minutes: quantile(&took, 90),
            conflict_bp: ratio_bp(sum(&[Measure::ConflictOpened], SHORT), sum(&[Measure::Submitted], SHORT)),
            overturn_bp: ratio_bp(sum(&[Measure::Overturned], LONG), sum(&[Measure::ConflictDecided], LONG)),
            expiry_bp: ratio_bp(sum(&[Measure::Expired], LONG), sum(&[Measure::Won, Measure::Lost, Measure::Expired], LONG)),
            breaches_today: sum(&[Measure::Breached], 1),
        })
    }
}
