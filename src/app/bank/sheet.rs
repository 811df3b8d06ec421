//! Orders and answers as CSV, for banks and people who work with spreadsheets.

use super::{
    answer::{BankAnswer, Said, Stated},
    order::Order,
};
use crate::{
    app::{
        export::protected,
        import::source::{Column, Options, Reject, Row, Source},
    },
    domain::{money::Money, nearest::nearest, problem::quoted, text::Text},
};
use std::path::Path;

const COLUMNS: [&str; 12] =
    ["message", "execute_on", "payer_account", "reference", "payee", "account", "bic", "amount", "currency", "note", "status", "reason"];

/// The file as text. `status` and `reason` are empty: whoever answers fills them in, and the same file comes back.
pub fn write(order: &Order) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    // Writing to memory never fails.
    let _ = out.write_record(COLUMNS);
    for transfer in &order.transfers {
        let amount = transfer.amount.amount().to_string();
        let (on, currency) = (order.execute_on.to_string(), transfer.amount.currency.to_string());
        let bic = transfer.payee.bic.as_ref().map_or("", |bic| bic.as_str());
        let cells = [
            order.message.as_str(),
            &on,
            order.payer.account.as_str(),
            &transfer.reference,
            &transfer.payee.name,
            transfer.payee.account.as_str(),
            bic,
            &amount,
            &currency,
            &transfer.note,
            "",
            "",
        ];
        let _ = out.write_record(cells.iter().map(|cell| protected(cell).into_owned()));
    }
    out.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// How a status is written, and what it is.
const PAID: [&str; 8] = ["paid", "confirmed", "settled", "executed", "booked", "success", "acsc", "accc"];
const REFUSED: [&str; 9] = ["refused", "rejected", "failed", "returned", "cancelled", "canceled", "error", "rjct", "canc"];
const UNDER_WAY: [&str; 7] = ["", "pending", "accepted", "processing", "under way", "acsp", "pdng"];

/// How many answers are read from one file.
const ANSWERS_MAX: usize = 1_000_000;

/// Reads the bank's answer: columns `reference` and `status`, and if they are there `amount`, `currency`,
/// `bank_reference` and `reason`. A row that can't be read is given with its line and column.
pub fn read(path: &Path) -> Result<(Vec<BankAnswer>, Vec<Reject>), String> {
    let mut file = Source::open(path, &Options::default()).map_err(|error| error.to_string())?;
    let columns = Columns::of(&file)?;
    let (mut answers, mut rejects) = (Vec::new(), Vec::new());
    while let Some(row) = file.next_row().map_err(|error| error.to_string())? {
        if answers.len() + rejects.len() >= ANSWERS_MAX {
            return Err(format!("the file has more than {ANSWERS_MAX} answers"));
        }
        match row.and_then(|row| columns.answer(&row)) {
            Ok(answer) => answers.push(answer),
            Err(reject) => rejects.push(reject),
        }
    }
    Ok((answers, rejects))
}

struct Columns {
    reference: Column,
    status: Column,
    amount: Option<Column>,
    currency: Option<Column>,
    bank_reference: Option<Column>,
    reason: Option<Column>,
}

impl Columns {
    fn of(file: &Source) -> Result<Self, String> {
        let any = |names: &[&str]| names.iter().find_map(|name| file.column(name).transpose()).transpose();
        let wanted = |names: &[&str]| any(names)?.ok_or_else(|| format!("there is no column `{}`", names[0]));
        Ok(Self {
            reference: wanted(&["reference", "end_to_end_id", "EndToEndId"])?,
            status: wanted(&["status", "result"])?,
            amount: any(&["amount"])?,
            currency: any(&["currency"])?,
            bank_reference: any(&["bank_reference", "account_servicer_reference"])?,
            reason: any(&["reason", "message_text"])?,
        })
    }

    fn answer(&self, row: &Row) -> Result<BankAnswer, Reject> {
        let cell = |column: &Column| row.get(column).unwrap_or_default().trim();
        let text = |column: &Option<Column>| column.as_ref().map(cell).filter(|text| !text.is_empty()).map(Text::clean);
        let reference = Text::clean(cell(&self.reference));
        if reference.is_empty() {
            return Err(row.reject(Some(&self.reference), "is empty, so nobody knows which payment it is about"));
        }
        let status = cell(&self.status).to_lowercase();
        let is = |known: &[&str]| known.contains(&status.as_str());
        let said = if is(&PAID) {
            Said::Paid { reference: text(&self.bank_reference).unwrap_or_else(|| reference.clone()) }
        } else if is(&REFUSED) {
            Said::Refused { reason: text(&self.reason).unwrap_or_else(|| Text::clean(&status)) }
        } else if is(&UNDER_WAY) {
            Said::UnderWay { status: Text::clean(if status.is_empty() { "no status" } else { &status }) }
        } else {
            let near = nearest(&status, PAID.iter().chain(&REFUSED).copied()).map(|near| format!("; did you mean `{near}`?"));
            let hint = near.unwrap_or_else(|| "; write paid, refused or pending".into());
            return Err(row.reject(Some(&self.status), format!("{} is not a status{hint}", quoted(&status))));
        };
        Ok(BankAnswer { line: row.line, reference, amount: self.amount(row)?, said })
    }

    /// An amount is compared together with its currency, or the answer is not taken.
    fn amount(&self, row: &Row) -> Result<Stated, Reject> {
        let cell = |column: &Option<Column>| column.as_ref().and_then(|column| row.get(column)).unwrap_or_default().trim();
        let (sum, code) = (cell(&self.amount), cell(&self.currency));
        if sum.is_empty() {
            return Ok(Stated::Nothing);
        }
        if code.is_empty() {
            let why = format!("{} has no currency beside it, so nothing can be compared", quoted(sum));
            return Err(row.reject(self.amount.as_ref(), why));
        }
        let code = code.parse().map_err(|why: String| row.reject(self.currency.as_ref(), why))?;
        Money::parse(sum, code).map(Stated::Amount).map_err(|error| row.reject(self.amount.as_ref(), error.to_string()))
    }
}
