//! The rejects file: every row that was not taken over, as it stood, with its line, column and reason. Corrected, it can be
//! imported like any other file.

use super::{
    report::ImportError,
    source::{Reject, Source},
};
use crate::app::export::protected;
use std::{
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
};

/// The columns before those of the row. An import ignores them, and writes them once.
pub const OWN: [&str; 3] = ["rejected_line", "rejected_column", "rejected_reason"];

pub struct Rejects {
    path: PathBuf,
    headers: Vec<String>,
    /// Cells of a row that are a rejects file's own columns.
    skipped: Vec<bool>,
    /// Opened by the first reject.
    out: Option<csv::Writer<BufWriter<File>>>,
}

impl Rejects {
    pub fn new(path: PathBuf, source: &Source) -> Self {
        let all = source.headers().map_or_else(|| vec!["record".to_owned()], <[String]>::to_vec);
        let skipped: Vec<bool> = all.iter().map(|header| OWN.contains(&header.as_str())).collect();
        let headers = all.into_iter().zip(&skipped).filter(|(_, skipped)| !**skipped).map(|(header, _)| header).collect();
        Self { path, headers, skipped, out: None }
    }

    /// Where the rejects of an imported file are kept: `leads.csv` has `leads.csv.rejects.csv` beside it.
    pub fn beside(file: &Path) -> PathBuf {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(".rejects.csv");
        file.with_file_name(name)
    }

    pub fn write(&mut self, reject: &Reject) -> Result<(), ImportError> {
        let path = self.path.display().to_string();
        self.append(reject).map_err(|error| ImportError::Rejects { path, error: error.into() })
    }

    /// Flushes; the file, if there was anything to keep.
    pub fn finish(self) -> Result<Option<PathBuf>, ImportError> {
        let Some(mut out) = self.out else { return Ok(None) };
        out.flush().map_err(|error| ImportError::Rejects { path: self.path.display().to_string(), error })?;
        Ok(Some(self.path))
    }

    fn append(&mut self, reject: &Reject) -> csv::Result<()> {
        let out = match &mut self.out {
            Some(out) => out,
            empty => {
                let mut out = csv::WriterBuilder::new().flexible(true).from_writer(BufWriter::new(File::create(&self.path)?));
                out.write_record(OWN.iter().copied().chain(self.headers.iter().map(String::as_str)))?;
                empty.insert(out)
            }
        };
        let column = match (reject.column, &reject.name) {
            (Some(column), _) => column.to_string(),
            (None, Some(name)) => name.to_string(),
            (None, None) => String::new(),
        };
        let own = [reject.line.to_string(), column, reject.reason.clone()];
        let cells = reject.cells.iter().enumerate().filter(|(place, _)| !self.skipped.get(*place).copied().unwrap_or(false));
        // A cell that was protected when it came in is not protected twice.
        let cells = cells.map(|(_, cell)| protected(crate::app::export::unprotected(cell)).into_owned());
        out.write_record(own.iter().map(|cell| protected(cell).into_owned()).chain(cells))
    }
}
