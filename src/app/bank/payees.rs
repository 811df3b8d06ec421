//! Whose account is which: a table that finance keeps, with a row a partner (by its code) and one for who pays.

use super::account::{Account, Bic, Party};
use crate::{
    app::import::source::{Column, Options, Reject, Row, Source},
    domain::{problem::quoted, text::Text},
};
use std::{collections::BTreeMap, path::Path};

/// The code of the row that says who pays.
pub const PAYER: &str = "payer";

/// Accounts by the code of the partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payees {
    pub payer: Party,
    of: BTreeMap<String, Party>,
}

/// What is wrong with the table: a sentence a row. None of them tells an account.
pub type Mistakes = Vec<String>;

impl Payees {
    /// Reads a CSV with the columns `code`, `name`, `account` (or `iban`) and, if wanted, `bic`.
    pub fn read(path: &Path) -> Result<Self, Mistakes> {
        let one = |message: String| vec![message];
        let mut file = Source::open(path, &Options::default()).map_err(|error| one(error.to_string()))?;
        let columns = Columns::of(&file).map_err(one)?;
        let (mut payer, mut of, mut mistakes) = (None, BTreeMap::new(), Vec::new());
        while let Some(row) = file.next_row().map_err(|error| one(error.to_string()))? {
            let line = row.as_ref().map_or_else(|reject| reject.line, |row| row.line);
            match row.and_then(|row| columns.party(&row)) {
                Ok((code, party)) if code == PAYER => {
                    if payer.replace(party).is_some() {
                        mistakes.push(format!("line {line}: there is a second row for the payer"));
                    }
                }
                Ok((code, party)) => {
                    let told = quoted(&code);
                    if of.insert(code, party).is_some() {
                        mistakes.push(format!("line {line}: {told} has a second row"));
                    }
                }
                Err(reject) => mistakes.push(reject.to_string()),
            }
        }
        match payer {
            Some(payer) if mistakes.is_empty() => Ok(Self { payer, of }),
            Some(_) => Err(mistakes),
            None => {
                mistakes.push(format!("no row says who pays; its code is `{PAYER}`"));
                Err(mistakes)
            }
        }
    }

    pub fn of(&self, code: &str) -> Option<&Party> {
        self.of.get(&code.trim().to_lowercase())
    }
}

struct Columns {
    code: Column,
    name: Column,
    account: Column,
    bic: Option<Column>,
}

impl Columns {
    fn of(file: &Source) -> Result<Self, String> {
        let wanted = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| file.column(name).transpose())
                .transpose()?
                .ok_or_else(|| format!("there is no column `{}`", names[0]))
        };
        let bic = file.column("bic")?;
        Ok(Self { code: wanted(&["code", "partner"])?, name: wanted(&["name"])?, account: wanted(&["account", "iban"])?, bic })
    }

    fn party(&self, row: &Row) -> Result<(String, Party), Reject> {
        let cell = |column: &Column| row.get(column).unwrap_or_default().trim();
        // A cell that is wrong is told by its place alone: it may hold an account.
        let wrong = |column: &Column, reason: &str| Reject { cells: Vec::new(), ..row.reject(Some(column), reason) };
        let (code, name) = (cell(&self.code).to_lowercase(), Text::clean(cell(&self.name)));
        if code.is_empty() {
            return Err(wrong(&self.code, "is empty"));
        }
        if name.is_empty() {
            return Err(wrong(&self.name, "is empty"));
        }
        let account: Account = cell(&self.account).parse().map_err(|reason: &str| wrong(&self.account, reason))?;
        let bic = match &self.bic {
            Some(column) if !cell(column).is_empty() => Some(cell(column).parse::<Bic>().map_err(|reason| wrong(column, reason))?),
            _ => None,
        };
        Ok((code, Party { name, account, bic }))
    }
}
