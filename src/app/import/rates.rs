//! Exchange rates from a file: a row a day, a column a currency, each cell what one euro was worth. The files of the
//! European Central Bank are such (`eurofxref-hist.csv`, and `eurofxref.csv` of one day).

use super::{
    Pass, Rejects,
    report::{Counts, ImportError, REJECTS_TOLD_MAX, Report, Room},
    source::{Column, Options, Reject, Row, Source, SourceError},
};
use crate::{
    app::{App, Command},
    domain::{
        fx::{RateDay, Restated, quoted_rate},
        id::OperatorId,
        money::Currency,
        problem::quoted,
        text::Text,
    },
};
use chrono::NaiveDate;
use futures::future::BoxFuture;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Days a transaction: an event of them is some hundred kilobytes.
const BATCH_DAYS: usize = 512;

/// One file and who published it.
#[derive(Debug, Clone)]
pub struct RatesJob {
    pub path: PathBuf,
    pub source: Text,
    /// Where rows that can't be taken over are kept; nowhere when only planning.
    pub rejects: Option<PathBuf>,
}

/// Records the days of a file, or says what that would bring.
pub fn import(app: &App, actor: OperatorId, job: RatesJob, pass: Pass) -> BoxFuture<'_, Result<Report, ImportError>> {
    Box::pin(async move {
        let job = RatesJob { rejects: job.rejects.filter(|_| pass == Pass::Carry), ..job };
        let read = tokio::task::spawn_blocking(move || read(&job)).await.map_err(|error| ImportError::Reader(error.to_string()))?;
        let (days, mut report) = read?;
        let (Some(first), Some(last)) = (days.iter().map(|day| day.on).min(), days.iter().map(|day| day.on).max()) else {
            return Ok(report);
        };
        let held = app.db().read().await?.rate_days(first, last).await?;
        let mut held: BTreeMap<NaiveDate, RateDay> = held.into_iter().map(|day| (day.on, day)).collect();
        let mut fresh = BTreeMap::new();
        for day in days {
            let known = held.get(&day.on);
            let restated = day.over(known);
            match &restated {
                Restated::New(_) => report.counts.created += 1,
                Restated::Changed(_) => report.counts.changed += 1,
                Restated::Known => report.counts.known += 1,
            }
            if let Some(day) = restated.into_day() {
                held.insert(day.on, day.clone());
                fresh.insert(day.on, day);
            }
        }
        if pass == Pass::Carry {
            let mut fresh = fresh.into_values().peekable();
            while fresh.peek().is_some() {
                let batch = fresh.by_ref().take(BATCH_DAYS).collect();
                app.execute(actor, app.request(Command::Rates(batch))).await?;
            }
        }
        Ok(report)
    })
}

fn read(job: &RatesJob) -> Result<(Vec<RateDay>, Report), ImportError> {
    let path = &job.path;
    let mut source = Source::open(path, &Options::default()).map_err(|error| refused(path, error))?;
    let table = Table::of(&source, job.source.clone()).map_err(|error| refused(path, error))?;
    let counts = Counts { room: Room::Rates, ..Counts::default() };
    let warnings = table.warning().into_iter().collect();
    let mut report = Report { counts, warnings, file: source.description.clone(), ..Report::default() };
    let mut rejects = job.rejects.as_ref().map(|path| Rejects::new(path.clone(), &source));
    let mut days = Vec::new();
    while let Some(row) = source.next_row().map_err(|error| refused(path, error))? {
        match row.and_then(|row| table.day(&row)) {
            Ok(day) => days.push(day),
            Err(reject) => {
                report.counts.rejected += 1;
                if report.rejects.len() < REJECTS_TOLD_MAX {
                    report.rejects.push(reject.to_string());
                }
                if let Some(rejects) = &mut rejects {
                    rejects.write(&reject)?;
                }
            }
        }
    }
    report.rejects_file = rejects.map_or(Ok(None), Rejects::finish)?;
    Ok((days, report))
}

fn refused(path: &Path, error: SourceError) -> ImportError {
    ImportError::Source { path: path.display().to_string(), error }
}

/// What the columns of a file are.
struct Table {
    source: Text,
    date: Column,
    currencies: Vec<(Column, Currency)>,
    /// Currencies that are no longer in use.
    past: Vec<String>,
}

impl Table {
    fn of(file: &Source, source: Text) -> Result<Self, SourceError> {
        let unreadable = |message: String| SourceError::Unreadable(message);
        let headers = file.headers().ok_or_else(|| unreadable("exchange rates are read from CSV, and this is JSON".into()))?;
        let date = file.column("Date").map_err(unreadable)?;
        let date =
            date.ok_or_else(|| unreadable("it has no column `Date`; a file of exchange rates has one, and a column a currency".into()))?;
        let mut table = Self { source, date, currencies: Vec::new(), past: Vec::new() };
        for (place, name) in headers.iter().enumerate() {
            let Some(column) = file.column(&format!("#{}", place + 1)).map_err(unreadable)? else { continue };
            if column == table.date || name.is_empty() || name.starts_with("rejected_") {
                continue;
            }
            match name.parse::<Currency>() {
                Ok(currency) if table.currencies.iter().any(|(_, known)| *known == currency) => {
                    return Err(unreadable(format!("column {} names {currency} a second time", place + 1)));
                }
                Ok(currency) => table.currencies.push((column, currency)),
                Err(_) if name.len() == 3 && name.bytes().all(|c| c.is_ascii_uppercase()) => table.past.push(name.clone()),
                Err(_) => return Err(unreadable(format!("column {} is named {}, which is no currency code", place + 1, quoted(name)))),
            }
        }
        if table.currencies.is_empty() {
            return Err(unreadable("no column is named after a currency, such as USD".into()));
        }
        Ok(table)
    }

    fn warning(&self) -> Option<String> {
        Some(match self.past.as_slice() {
            [] => return None,
            [name] => format!("the column {name} is of a currency that is no longer in use, and is passed over"),
            names => {
                format!("{} columns are of currencies that are no longer in use, and are passed over: {}", names.len(), names.join(", "))
            }
        })
    }

    fn day(&self, row: &Row) -> Result<RateDay, Reject> {
        let text = row.get(&self.date).unwrap_or_default().trim();
        let on = ["%Y-%m-%d", "%d %B %Y"].iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok());
        let on = on.ok_or_else(|| row.reject(Some(&self.date), format!("{} is not a date; write it as 2026-03-20", quoted(text))))?;
        let mut rates = BTreeMap::new();
        let mut wrong = Vec::new();
        for (column, currency) in &self.currencies {
            match quoted_rate(row.get(column).unwrap_or_default()) {
                Ok(Some(rate)) => _ = rates.insert(*currency, rate.normalize()),
                Ok(None) => {}
                Err(error) => wrong.push(row.reject(Some(column), error.to_string())),
            }
        }
        if let Some(reject) = Reject::joined(wrong) {
            return Err(reject);
        }
        if rates.is_empty() {
            return Err(row.reject(None, "no currency has a rate on this day"));
        }
        Ok(RateDay { on, source: self.source.clone(), rates })
    }
}
