//! Reads, decodes and prepares a file on a thread of its own, a batch at a time, while the database works on the batch before.

use super::{
    Job,
    decode::{Decoder, Record},
    mapping::Mapping,
    rejects::Rejects,
    report::{ImportError, REJECTS_TOLD_MAX, Report, Room},
    source::{Reject, Row, Source, SourceError},
};
use crate::domain::text::Text;
use std::path::{Path, PathBuf};
use tokio::{sync::mpsc, task::JoinHandle};

/// Batches that wait for the database; more would only take memory.
const AHEAD: usize = 2;

/// Records in the order of the file, and how many rows between them were rejected.
struct Batch<T> {
    items: Vec<T>,
    rejected: u64,
    /// How many the mapping leaves out.
    left_out: u64,
    /// The first rejects, in sentences.
    told: Vec<String>,
}

/// The batches of a file, as the thread that reads it has them ready.
pub struct Batches<T> {
    ready: mpsc::Receiver<Batch<T>>,
    /// Gives the rejects file if there is one.
    reading: JoinHandle<Result<Option<PathBuf>, ImportError>>,
}

impl<T> Batches<T> {
    /// The next records; those that were rejected on the way to them stand in the report. `None` after the last, when the report
    /// knows the rejects file too.
    pub async fn next(&mut self, report: &mut Report) -> Result<Option<Vec<T>>, ImportError> {
        if let Some(batch) = self.ready.recv().await {
            if report.counts.room == Room::Sales {
                report.counts.left_out += batch.left_out;
            } else {
                report.counts.rejected += batch.left_out;
            }
            report.counts.rejected += batch.rejected;
            report.rejects.extend(batch.told);
            return Ok(Some(batch.items));
        }
        report.rejects_file = (&mut self.reading).await.map_err(|error| ImportError::Reader(error.to_string()))??;
        Ok(None)
    }
}

/// What a file is, before any of it is taken over.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    pub description: String,
    pub rows: u64,
    pub warnings: Vec<String>,
    /// Columns of the file that the mapping looks at nowhere.
    pub unused: Vec<Text>,
}

/// Reads the whole file once without keeping anything. A file whose structure is broken is refused here, before the first
/// record is written.
pub fn survey(path: &Path, mapping: &Mapping) -> Result<Survey, ImportError> {
    let (mut source, decoder) = open(path, mapping)?;
    let mut survey = Survey { description: source.description.clone(), rows: 0, warnings: decoder.warnings, unused: decoder.unused };
    while source.next_row().map_err(|error| refused(path, error))?.is_some() {
        survey.rows += 1;
    }
    Ok(survey)
}

/// A batch of `size` records after the other. `prepare` runs on the reading thread, and may reject what it finds. The last batch
/// may be empty; after an error there is none.
pub fn batches<T: Send + 'static>(
    job: Job,
    size: usize,
    mut prepare: impl FnMut(&Decoder, &Row, Record) -> Result<T, Reject> + Send + 'static,
) -> Batches<T> {
    let (sender, ready) = mpsc::channel(AHEAD);
    let reading = tokio::task::spawn_blocking(move || {
        let Job { path, mapping, rejects } = job;
        let (mut source, decoder) = open(&path, &mapping)?;
        let mut rejects = rejects.map(|rejects| Rejects::new(rejects, &source));
        let mut told = 0;
        let empty = || Batch { items: Vec::with_capacity(size), rejected: 0, left_out: 0, told: Vec::new() };
        let mut batch = empty();
        while let Some(row) = source.next_row().map_err(|error| refused(&path, error))? {
            match row.and_then(|row| prepare(&decoder, &row, decoder.record(&row)?)) {
                Ok(record) => batch.items.push(record),
                Err(reject) => {
                    if reject.left_out {
                        batch.left_out += 1;
                    } else {
                        batch.rejected += 1;
                    }
                    if told < REJECTS_TOLD_MAX {
                        told += 1;
                        batch.told.push(reject.to_string());
                    }
                    if let Some(rejects) = &mut rejects {
                        rejects.write(&reject)?;
                    }
                }
            }
            // Whoever takes the batches has gone: nobody wants the rest.
            if batch.items.len() >= size && sender.blocking_send(std::mem::replace(&mut batch, empty())).is_err() {
                return Ok(None);
            }
        }
        let _ = sender.blocking_send(batch);
        rejects.map_or(Ok(None), Rejects::finish)
    });
    Batches { ready, reading }
}

fn open(path: &Path, mapping: &Mapping) -> Result<(Source, Decoder), ImportError> {
    let source = Source::open(path, &mapping.options).map_err(|error| refused(path, error))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let decoder = Decoder::new(mapping.clone().of_file(path), &source, folder).map_err(|error| refused(path, error))?;
    Ok((source, decoder))
}

fn refused(path: &Path, error: SourceError) -> ImportError {
    ImportError::Source { path: path.display().to_string(), error }
}
