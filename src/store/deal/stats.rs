//! The figures of the deal desk: sums of daily counters.

use crate::{
    domain::{
        day::{day_number, day_of},
        deal::{
            queue::{Cohort, Kpis},
            stats::{Measure, cohort, cohort_start},
        },
        figures::{quantile, ratio_bp},
        id::ProgramVersion,
        program,
        time::Instant,
    },
    store::{
        Session, Sql, Tx,
        error::{Error, Result},
        sql::Arg,
    },
};
use chrono::NaiveDate;
use chrono_tz::Tz;
use std::collections::{BTreeMap, HashMap};

/// When clocks of conflicts ran out, with the program in force then.
const CASE_BREACHES: &str = "select at, program_version from audit where entity_kind = 'conflict' and kind = 'conflict.breached'";
pub const STATEMENTS: &[&str] = &[CASE_BREACHES];

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
            breaches_today: sum(&[Measure::Breached, Measure::ConflictBreached], 1),
        })
    }
}

impl Tx {
    /// Counts the breaches of conflicts in a chain that was begun before they were counted, as a replay of it does.
    pub(in crate::store) async fn case_breaches_begin(&mut self) -> Result<()> {
        let breaches = self.all::<(i64, i64)>(Sql::new(CASE_BREACHES)).await?;
        if breaches.is_empty() {
            return Ok(());
        }
        let zone = |toml: &str| program::parse("program", toml).map(|program| program.zone).map_err(|_| Error::corrupt("a program"));
        let mut zones: HashMap<i64, Tz> = HashMap::new();
        for row in self.programs(ProgramVersion(1)).await? {
            zones.insert(row.version.0, zone(&row.toml)?);
        }
        let first = zone(program::DEMO)?;
        let mut days: BTreeMap<i64, i64> = BTreeMap::new();
        for (at, version) in breaches {
            let zone = zones.get(&version).copied().unwrap_or(first);
            *days.entry(day_of(Instant::from_micros(at), zone)).or_default() += 1;
        }
        let rows = days.into_iter().map(|(day, n)| [Arg::from(day), Arg::from(Measure::ConflictBreached.name()), 0.into(), Arg::from(n)]);
        let tail = "on conflict (day, measure, bucket) do update set value = excluded.value";
        self.execute_each(Sql::bulk("insert into stat (day, measure, bucket, value)", 4, rows, tail)).await?;
        Ok(())
    }
}
