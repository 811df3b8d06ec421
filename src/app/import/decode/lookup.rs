//! A second table held in memory by key.

use crate::{
    app::import::{
        mapping::Lookup,
        source::{Options, Source, SourceError},
    },
    domain::{search, text::Text},
};
use std::{collections::HashMap, path::Path};

/// Lookups are lists of places and codes; more rows than this belong into the file itself.
const ROWS_MAX: usize = 200_000;

pub struct Table {
    headers: Vec<String>,
    rows: HashMap<String, Vec<String>>,
    loose: bool,
}

impl Table {
    /// Stands for a file that is not there and need not be.
    pub fn empty() -> Self {
        Self { headers: Vec::new(), rows: HashMap::new(), loose: false }
    }

    pub fn load(path: &Path, lookup: &Lookup) -> Result<Self, SourceError> {
        let name = Text::clean(&lookup.file);
        let refused = |message: String| SourceError::Unreadable(format!("lookup `{}`, file {name}: {message}", Text::clean(&lookup.name)));
        let mut source = Source::open(path, &Options::default()).map_err(|error| match error {
            SourceError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
                refused("it has to stand beside the imported file, and is not there".into())
            }
            error => refused(error.to_string()),
        })?;
        let headers = source.headers().ok_or_else(|| refused("it has to be a CSV table".into()))?.to_vec();
        let Some(key) = source.column(&lookup.key).map_err(refused)? else {
            return Err(refused(format!("it has no column `{}`", Text::clean(&lookup.key))));
        };
        let mut rows = HashMap::new();
        while let Some(row) = source.next_row().map_err(|error| refused(error.to_string()))? {
            // A bad row of a lookup would show as missing values in many rows; better to stop.
            let row = row.map_err(|reject| refused(reject.to_string()))?;
            let key = spelt(row.get(&key).unwrap_or_default(), lookup.loose);
            if rows.insert(key.clone(), row.cells()).is_some() {
                return Err(refused(format!("line {}: the key `{}` stands twice", row.line, Text::clean(&key))));
            }
            if rows.len() > ROWS_MAX {
                return Err(refused(format!("it has more than {ROWS_MAX} rows")));
            }
        }
        Ok(Self { headers, rows, loose: lookup.loose })
    }

    pub fn column(&self, name: &str) -> Option<usize> {
        self.headers.iter().position(|header| header == name)
    }

    pub fn cell(&self, key: &str, column: usize) -> Option<&str> {
        self.rows.get(&*spelt(key, self.loose))?.get(column).map(String::as_str)
    }
}

/// The key as it is compared.
fn spelt(key: &str, loose: bool) -> String {
    if loose { search::squeezed(key) } else { key.trim().to_owned() }
}
