//! Reads, decodes and prepares a file on a thread of its own, a batch at a time, while the database works on the batch before.

use super::{
    decode::{Decoder, Record},
    mapping::Mapping,
    rejects::Rejects,
    report::{ImportError, REJECTS_TOLD_MAX},
    source::{Reject, Row, Source, SourceError},
};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;

/// Batches that wait for the database; more would only take memory.
const AHEAD: usize = 2;

/// Records in the order of the file, and how many rows between them were rejected.
pub struct Batch<T> {
    pub items: Vec<T>,
    pub rejected: u64,
    /// The first rejects, in sentences.
    pub told: Vec<String>,
}

/// What a file is, before any of it is taken over.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    pub description: String,
    pub rows: u64,
    pub warnings: Vec<String>,
}

/// Reads the whole file once without keeping anything. A file whose structure is broken is refused here, before the first
/// record is written.
pub fn survey(path: &Path, mapping: &Mapping) -> Result<Survey, ImportError> {
    let (mut source, decoder) = open(path, mapping)?;
    let mut survey = Survey { description: source.description.clone(), rows: 0, warnings: decoder.warnings };
    while source.next_row().map_err(|error| refused(path, error))?.is_some() {
        survey.rows += 1;
    }
    Ok(survey)
}

/// The task that reads; gives the rejects file if there is one.
pub type Reading = tokio::task::JoinHandle<Result<Option<PathBuf>, ImportError>>;

/// A batch of `size` records after the other. `prepare` runs on the reading thread, and may reject what it finds. The last batch may be empty; after an
/// error there is none.
pub fn batches<T: Send + 'static>(
    path: PathBuf,
    mapping: Mapping,
    rejects: Option<PathBuf>,
    size: usize,
    mut prepare: impl FnMut(&Decoder, &Row, Record) -> Result<T, Reject> + Send + 'static,
) -> (mpsc::Receiver<Batch<T>>, Reading) {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let task = tokio::task::spawn_blocking(move || {
        let (mut source, decoder) = open(&path, &mapping)?;
        let mut rejects = rejects.map(|rejects| Rejects::new(rejects, &source));
        let mut told = 0;
        let empty = || Batch { items: Vec::with_capacity(size), rejected: 0, told: Vec::new() };
        let mut batch = empty();
        while let Some(row) = source.next_row().map_err(|error| refused(&path, error))? {
            match row.and_then(|row| prepare(&decoder, &row, decoder.record(&row)?)) {
                Ok(record) => batch.items.push(record),
                Err(reject) => {
                    batch.rejected += 1;
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
    (receiver, task)
}

fn open(path: &Path, mapping: &Mapping) -> Result<(Source, Decoder), ImportError> {
    let source = Source::open(path, &mapping.options).map_err(|error| refused(path, error))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let decoder = Decoder::new(mapping.clone(), &source, folder).map_err(|error| refused(path, error))?;
    Ok((source, decoder))
}

fn refused(path: &Path, error: SourceError) -> ImportError {
    ImportError::Source { path: path.display().to_string(), error }
}
