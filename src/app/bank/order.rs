//! A batch of payments that is ready to be written as a file.

use super::account::Party;
use crate::domain::{
    deal::ContentHash,
    money::{Currency, Money, MoneyError},
    text::Text,
    time::Instant,
};
use any_ascii::any_ascii_char;
use chrono::{DateTime, NaiveDate, Utc};

/// What the bank is to pay, in one currency, from one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Identifies the file at the bank (`MsgId`): the same payments at the same moment give the same.
    pub message: String,
    /// UTC, to the second.
    pub made_at: DateTime<Utc>,
    pub execute_on: NaiveDate,
    pub payer: Party,
    pub currency: Currency,
    pub transfers: Vec<Transfer>,
    pub total: Money,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Comes back with the answer (`EndToEndId`); see [`crate::domain::mdf::batch::end_to_end`].
    pub reference: Text,
    pub amount: Money,
    pub payee: Party,
    /// What the payee reads on the statement.
    pub note: Text,
}

/// Why there is no file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    #[error("there is nothing to pay")]
    Empty,
    #[error("{reference} is over {amount}, and a bank pays more than nothing")]
    NotPositive { reference: Text, amount: Money },
    #[error("a file has one currency: {0} and {1}")]
    Currencies(Currency, Currency),
    #[error("{0} stands twice in the file")]
    Twice(Text),
    #[error("the reference {0} is longer than 35 characters, or holds some that a bank does not take")]
    Reference(Text),
    #[error("the name of {0} has no character that a bank takes")]
    NoName(Text),
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// The longest reference (`Max35Text`), name (`Max140Text`, of which SEPA takes 70) and note (`Max140Text`).
pub const REFERENCE_CHARS_MAX: usize = 35;
pub const NAME_CHARS_MAX: usize = 70;
pub const NOTE_CHARS_MAX: usize = 140;

impl Order {
    /// Everything that the bank would refuse is refused here; texts are brought into its characters.
    pub fn of(mut payer: Party, mut transfers: Vec<Transfer>, execute_on: NaiveDate, now: Instant) -> Result<Self, OrderError> {
        let currency = transfers.first().ok_or(OrderError::Empty)?.amount.currency;
        payer.name = name(&payer.name)?;
        for (index, transfer) in transfers.iter().enumerate() {
            let reference = transfer.reference.clone();
            if transfer.amount.currency != currency {
                return Err(OrderError::Currencies(currency, transfer.amount.currency));
            }
            if transfer.amount.minor <= 0 {
                return Err(OrderError::NotPositive { reference, amount: transfer.amount });
            }
            if !is_reference(&reference) {
                return Err(OrderError::Reference(reference));
            }
            if transfers[..index].iter().any(|before| before.reference == reference) {
                return Err(OrderError::Twice(reference));
            }
        }
        for transfer in &mut transfers {
            transfer.payee.name = name(&transfer.payee.name)?;
            transfer.note = Text::clean(&plain(&transfer.note, NOTE_CHARS_MAX));
        }
        let total = Money::sum(currency, transfers.iter().map(|transfer| transfer.amount))?;
        let made_at = now.to_utc();
        Ok(Self { message: message(&transfers, made_at), made_at, execute_on, payer, currency, transfers, total })
    }
}

/// `PH-20260322T090000-1a2b3c4d`.
fn message(transfers: &[Transfer], made_at: DateTime<Utc>) -> String {
    let all: Vec<String> = transfers.iter().map(|transfer| format!("{}\n{}", transfer.reference, transfer.amount)).collect();
    let hash = ContentHash::of(all.join("\n").as_bytes()).to_string();
    format!("PH-{}-{}", made_at.format("%Y%m%dT%H%M%S"), &hash[..8])
}

fn name(text: &Text) -> Result<Text, OrderError> {
    let name = plain(text, NAME_CHARS_MAX);
    if name.is_empty() { Err(OrderError::NoName(text.clone())) } else { Ok(Text::clean(&name)) }
}

/// The characters that every bank in SEPA takes (EPC217-08): Latin letters, digits and `/ - ? : ( ) . , ' +` and space.
pub const fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '?' | ':' | '(' | ')' | '.' | ',' | '\'' | '+' | ' ')
}

/// Not empty, plain, without a slash at an end or two in a row.
fn is_reference(text: &str) -> bool {
    let count = text.chars().count();
    (1..=REFERENCE_CHARS_MAX).contains(&count)
        && text.chars().all(is_plain)
        && !text.starts_with('/')
        && !text.ends_with('/')
        && !text.contains("//")
}

/// The text in those characters, transliterated, what has no such character as a space; cut to `most` characters.
pub fn plain(text: &str, most: usize) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let ascii = if c == '&' { "+" } else { any_ascii_char(c) };
        out.extend(ascii.chars().map(|c| if is_plain(c) { c } else { ' ' }));
        if ascii.is_empty() {
            out.push(' ');
        }
    }
    let words: Vec<&str> = out.split_ascii_whitespace().collect();
    let cut: String = words.join(" ").chars().take(most).collect();
    cut.trim().trim_start_matches('/').trim_end_matches('/').replace("//", "/")
}
