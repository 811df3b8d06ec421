//! What routing looks at besides the lead, and the figures of the desk.

use super::{
    Backend, Session, Sql, Tx,
    audit::seal::number,
    error::{Conflict, Error, Result},
    sql::{Arg, args},
    unit::{Changes, LeadChange, Turned},
};
use crate::domain::{
    day,
    event::Entity,
    figures::{Figures, quantile, ratio_bp},
    id::PartnerId,
    lead::{
        queue::Kpis,
        routing::{Desk, Rotation},
        stats::Measure,
    },
    text::Text,
};
use std::{
    collections::{BTreeMap, HashMap},
    ops::RangeInclusive,
};

const LOADS: &str = "select partner_id, open from partner_load where open > 0";
const ROTATIONS: &str = "select scope, body from rotation order by scope";
const FIRED: &str = "insert into clock_fired (entity_no, clock_no, stage)";
const STAT_ADD: &str = "on conflict (day, measure, bucket) do update set value = stat.value + excluded.value";
const LOAD_ADD: &str = "on conflict (partner_id) do update set open = partner_load.open + excluded.open";
const ROTATION_SET: &str = "on conflict (scope) do update set body = excluded.body";
/// Any number that nobody else uses for an advisory lock in the same database, and that is not the one of `migrate`.
const POSTGRES_LOCK: i64 = 0x0070_696c_6f75;
pub const STATEMENTS: &[&str] = &[LOADS, ROTATIONS];
/// How many days the figures of the header look back.
const DAYS: i64 = 30;

impl Session {
    async fn rotations(&mut self, scopes: &[Text]) -> Result<HashMap<Text, Rotation>> {
        let mut rotations = HashMap::with_capacity(scopes.len());
        for (scope, body) in self.all_in::<(String, String)>("select scope, body from rotation where scope in ", args(scopes), "").await? {
            let rotation = serde_json::from_str(&body).map_err(|error| Error::corrupt(format!("rotation {scope}: {error}")))?;
            rotations.insert(Text::clean(&scope), rotation);
        }
        Ok(rotations)
    }

    /// The loads of all partners and the cursors of these scopes.
    pub async fn desk(&mut self, scopes: &[Text]) -> Result<Desk> {
        let loads = self.all::<(i64, i64)>(Sql::new(LOADS)).await?;
        let loads = loads.into_iter().map(|(partner, open)| (PartnerId(partner), u32::try_from(open).unwrap_or(0))).collect();
        Ok(Desk { loads, rotations: self.rotations(scopes).await?, ..Desk::default() })
    }

    /// The cursors of all scopes.
    pub async fn rotations_all(&mut self) -> Result<Vec<Rotation>> {
        let bodies = self.all::<(String, String)>(Sql::new(ROTATIONS)).await?;
        let read = |(scope, body): (String, String)| {
            serde_json::from_str(&body).map_err(|error| Error::corrupt(format!("rotation {scope}: {error}")))
        };
        bodies.into_iter().map(read).collect()
    }

    /// The daily counters of these measures from one day to another, both included. `read` knows a measure by its name.
    pub(super) async fn figures<M>(
        &mut self,
        measures: impl Iterator<Item = &'static str>,
        read: fn(&str) -> Option<M>,
        days: RangeInclusive<i64>,
    ) -> Result<Figures<M>> {
        let mut sql = Sql::new("select measure, day, bucket, value from stat where measure in ");
        sql.push_list(measures).push(" and day >= ").push_bind(*days.start()).push(" and day <= ").push_bind(*days.end());
        let rows = self.all::<(String, i64, i64, i64)>(sql).await?.into_iter();
        let figure = |(measure, day, bucket, value): (String, i64, i64, i64)| {
            Some((day::Counted { day, measure: read(&measure)?, bucket }, u64::try_from(value).unwrap_or(0)))
        };
        Ok(Figures(rows.filter_map(figure).collect()))
    }

    /// The figures of the header; `today` is a day as [`day::day_of`] counts them.
    pub async fn lead_kpis(&mut self, today: i64) -> Result<Kpis> {
        let names = Measure::ALL.into_iter().map(Measure::name);
        Ok(kpis(&self.figures(names, Measure::from_name, today - DAYS + 1..=today).await?, today))
    }
}

fn kpis(figures: &Figures<Measure>, today: i64) -> Kpis {
    use Measure::{AcceptedInTime, AcceptedLate, Arrived, Breached, Declined, FellBack, Linked, TimedOut};
    let lately = || today - DAYS + 1..=today;
    let sum = |measures: &[Measure]| figures.sum(measures, lately());
    let arrived = sum(&[Arrived]);
    Kpis {
        acceptance_bp: ratio_bp(sum(&[AcceptedInTime]), sum(&[AcceptedInTime, AcceptedLate, Declined, TimedOut])),
        speed_to_lead_minutes: quantile(&figures.by_bucket(&Measure::Touched, lately()), 50),
        breaches_today: figures.sum(&[TimedOut, Breached], today..=today),
        arrivals: lately().map(|day| figures.sum(&[Arrived], day..=day)).collect(),
        offers_per_lead_centi: mean_centi(&figures.by_bucket(&Measure::AcceptedAtOffer, lately())),
        match_bp: ratio_bp(sum(&[Linked]), arrived),
        fallback_bp: ratio_bp(sum(&[FellBack]), arrived),
    }
}

/// The mean of buckets, each as often as it was counted, in hundredths and rounded half up. Nothing of nothing.
fn mean_centi(buckets: &BTreeMap<i64, u64>) -> Option<u64> {
    let count: u64 = buckets.values().sum();
    let sum: u64 = buckets.iter().map(|(bucket, count)| bucket.unsigned_abs() * count).sum();
    (count > 0).then(|| (sum * 200 + count) / (count * 2))
}

impl Tx {
    /// As [`Session::desk`], and nobody else routes until this write ends: loads and cursors are counted by one at a time.
    pub async fn desk_locked(&mut self, scopes: &[Text]) -> Result<Desk> {
        if self.backend() == Backend::Postgres {
            self.execute(Sql::new("select pg_advisory_xact_lock($1)").bind(POSTGRES_LOCK)).await?;
        }
        self.desk(scopes).await
    }

    /// Moves the cursors. A scope that was turned since it was read is a conflict.
    pub(super) async fn rotations_turn(&mut self, turns: &[Turned]) -> Result<()> {
        let mut scopes: Vec<Text> = turns.iter().map(|turned| turned.turn.scope.clone()).collect();
        scopes.sort();
        scopes.dedup();
        let mut rotations = self.rotations(&scopes).await?;
        for turned in turns {
            let rotation = rotations.entry(turned.turn.scope.clone()).or_default();
            if rotation.turns != turned.expected {
                let entity = format!("the rotation of {}", turned.turn.scope);
                return Err(Error::Conflict(Box::new(Conflict { entity, expected: turned.expected, found: rotation.turns, by: None })));
            }
            rotation.apply(&turned.turn);
        }
        let mut rows = Vec::with_capacity(scopes.len());
        for scope in &scopes {
            let body = serde_json::to_string(&rotations[scope]).map_err(|error| Error::Internal(error.to_string()))?;
            rows.push([Arg::from(scope), Arg::from(body)]);
        }
        self.execute_each(Sql::bulk("insert into rotation (scope, body)", 2, rows, ROTATION_SET)).await?;
        Ok(())
    }

    /// Follows the leads from partner to partner.
    pub(super) async fn loads_move(&mut self, changes: &[LeadChange]) -> Result<()> {
        let mut moved: BTreeMap<i64, i64> = BTreeMap::new();
        for change in changes {
            let (from, to) = (change.loaded, change.lead.state.loads());
            if from != to {
                for (partner, by) in from.map(|partner| (partner, -1)).into_iter().chain(to.map(|partner| (partner, 1))) {
                    *moved.entry(partner.0).or_default() += by;
                }
            }
        }
        let rows = moved.into_iter().filter(|(_, by)| *by != 0).map(|(partner, by)| [Arg::from(partner), Arg::from(by)]);
        self.execute_each(Sql::bulk("insert into partner_load (partner_id, open)", 2, rows, LOAD_ADD)).await?;
        Ok(())
    }

    pub(super) async fn stats_add(&mut self, changes: &Changes) -> Result<()> {
        let mut sums: BTreeMap<(i64, &str, i64), i64> = BTreeMap::new();
        let leads = changes.counted.iter().map(|(one, by)| ((one.day, one.measure.name(), one.bucket), by));
        let deals = changes.deals_counted.iter().map(|(one, by)| ((one.day, one.measure.name(), one.bucket), by));
        let mdf = changes.mdf.counted.iter().map(|(one, by)| ((one.day, one.measure.name(), one.bucket), by));
        for (one, by) in leads.chain(deals).chain(mdf) {
            *sums.entry(one).or_default() += by;
        }
        let rows = sums
            .into_iter()
            .filter(|(_, by)| *by != 0)
            .map(|((day, measure, bucket), by)| [Arg::from(day), Arg::from(measure), Arg::from(bucket), Arg::from(by)]);
        self.execute_each(Sql::bulk("insert into stat (day, measure, bucket, value)", 4, rows, STAT_ADD)).await?;
        Ok(())
    }

    /// Fires stages of clocks; one that fired before is an [`Error::Exists`].
    pub(super) async fn clocks_fire(&mut self, fired: &[(Entity, u32, u8)]) -> Result<()> {
        let numbered = fired.iter().filter_map(|(entity, clock, stage)| Some((number(*entity)?, clock, stage)));
        let rows = numbered.map(|(number, clock, stage)| [Arg::from(number), Arg::from(*clock), Arg::from(*stage)]);
        self.execute_each(Sql::bulk(FIRED, 3, rows, "")).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lead::stats::Counted;

    #[test]
    fn figures_add_up() {
        let rows = vec![
            (Measure::Arrived, 100, 0, 8),
            (Measure::Linked, 99, 0, 2),
            (Measure::AcceptedInTime, 100, 0, 3),
            (Measure::TimedOut, 100, 0, 1),
            (Measure::TimedOut, 90, 0, 2),
            (Measure::Touched, 100, 5, 1),
            (Measure::Touched, 98, 7, 1),
            (Measure::Touched, 97, 90, 1),
            (Measure::AcceptedAtOffer, 100, 1, 2),
            (Measure::AcceptedAtOffer, 99, 3, 1),
            (Measure::AcceptedAtOffer, 60, 9, 5),
        ];
        let rows = rows.into_iter().map(|(measure, day, bucket, value)| (Counted { day, measure, bucket }, value));
        let kpis = super::kpis(&Figures(rows.collect()), 100);
        assert_eq!(kpis.acceptance_bp, Some(5_000));
        assert_eq!(kpis.speed_to_lead_minutes, Some(7));
        assert_eq!((kpis.breaches_today, kpis.match_bp, kpis.fallback_bp), (1, Some(2_500), Some(0)));
        // Two leads at the first offer and one at the third: five offers for three leads; what is older does not count.
        assert_eq!(kpis.offers_per_lead_centi, Some(167));
        assert_eq!((kpis.arrivals.len(), kpis.arrivals[29]), (30, 8));
        let none = super::kpis(&Figures(Vec::new()), 100);
        assert_eq!((none.acceptance_bp, none.offers_per_lead_centi), (None, None));
    }
}
