//! Files to the bank and back, and what the bank said about one payment.

use super::{Ask, C, Command, MdfRoom};
use crate::{
    app::payments::FileKind,
    domain::{
        mdf::{
            batch::Answer,
            claim::{Payment, PaymentState},
        },
        money::Currency,
        text::Text,
    },
    tui::{
        action::Act,
        room::FieldError,
        widgets::form::{Choice, Field, Form, Value},
    },
};

/// What goes to the bank, and where its file is put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The path of the list of payees, as it was typed.
    pub payees: String,
    pub kind: FileKind,
    /// All of one currency where nothing is said.
    pub currency: Option<Currency>,
    /// The folder for the file.
    pub into: String,
}

type Read<T> = Result<(T, String), FieldError>;

fn wrong<T>(field: usize, message: impl Into<String>) -> Result<T, FieldError> {
    Err(FieldError { field, message: message.into() })
}

fn text(values: &[Value], field: usize) -> &str {
    values.get(field).map_or("", Value::text).trim()
}

fn export(values: &[Value]) -> Read<Export> {
    let payees = text(values, 0).to_owned();
    if payees.is_empty() {
        return wrong(0, "the list of payees says whose account is which");
    }
    let kind = if values.get(1).and_then(Value::choice) == Some(1) { FileKind::Csv } else { FileKind::Pain001 };
    let currency = match text(values, 2) {
        "" => None,
        code => Some(code.to_ascii_uppercase().parse().or_else(|_| wrong(2, format!("`{code}` is no currency: write EUR")))?),
    };
    let into = if text(values, 3).is_empty() { "." } else { text(values, 3) }.to_owned();
    let told = format!("a {} file in {into}", kind.extension());
    Ok((Export { payees, kind, currency, into }, told))
}

impl MdfRoom {
    /// Payments of the claim that the form is about, which the bank has and has not answered.
    pub(super) fn open_payments(&self) -> Vec<&Payment> {
        let payments = self.claim().map(|claim| claim.payments.as_slice()).unwrap_or_default();
        payments.iter().filter(|one| matches!(one.state, PaymentState::Ordered | PaymentState::Exported { .. })).collect()
    }

    pub(super) fn bank_form(&self, act: Act, about: &str) -> Option<Form> {
        Some(match act {
            Act::MdfBank => {
                let payments = self.open_payments();
                if payments.is_empty() {
                    return None;
                }
                let choice = |one: &&Payment| {
                    let at = match &one.state {
                        PaymentState::Exported { batch } => format!("with the bank in {batch}"),
                        _ => "ordered, in no file yet".to_owned(),
                    };
                    Choice::new(format!("{}: {}", one.no, one.amount), at)
                };
                Form::new(format!("What the bank did with {about}"), "record")
                    .field(Field::choice("payment", payments.iter().map(choice).collect()))
                    .field(Field::choice("it was", vec![Choice::new("paid", ""), Choice::new("not paid", "it can be ordered again")]))
                    .field(Field::text("words", "").hint("the bank's reference, or why it was not paid"))
            }
            Act::MdfExport => Form::new("Write ordered payments for the bank", "export")
                .about("The file is one batch. What is in it is in no other until the bank has refused it.")
                .field(Field::text("payees", "").hint("~/accounts.csv: code, name, account, bic"))
                .field(Field::choice("as", vec![Choice::new("pain.001", "ISO 20022"), Choice::new("CSV", "")]))
                .field(Field::text("currency", "").hint("EUR; may stay empty where there is one"))
                .field(Field::text("folder", "").hint("where the file is put; here when empty")),
            Act::MdfAnswer => Form::new("Take in what the bank answered", "take in")
                .about("A pain.002, a camt.054, or a table. Each answer is matched with one payment; what does not match is named.")
                .field(Field::text("file", "").hint("~/pain002.xml")),
            _ => return None,
        })
    }

    /// What such a form means.
    pub(super) fn of_bank(&self, act: Act, values: &[Value]) -> Option<Read<Command>> {
        Some(match act {
            Act::MdfBank => {
                let payments = self.open_payments();
                let chosen = values.first().and_then(Value::choice).and_then(|chosen| payments.get(chosen).copied());
                let Some(payment) = chosen else { return Some(wrong(0, "which payment?")) };
                let words = Text::clean(text(values, 2));
                let is_paid = values.get(1).and_then(Value::choice) == Some(0);
                if words.is_empty() {
                    return Some(wrong(2, if is_paid { "the bank's reference is missing" } else { "why was it not paid?" }));
                }
                let answer = if is_paid { Answer::Confirmed { reference: words } } else { Answer::Failed { reason: words } };
                let told = format!("{} was {}paid", payment.amount, if is_paid { "" } else { "not " });
                Ok((Command::Bank { no: payment.no, answer }, told))
            }
            _ => return None,
        })
    }

    /// What a form about a file is read as.
    pub(super) fn of_file(act: Act, values: &[Value]) -> Option<Read<Ask>> {
        Some(match act {
            Act::MdfExport => export(values).map(|(export, told)| (Ask::Export(export), told)),
            Act::MdfAnswer if text(values, 0).is_empty() => wrong(0, "which file?"),
            Act::MdfAnswer => Ok((Ask::Answer { file: text(values, 0).to_owned() }, String::new())),
            _ => return None,
        })
    }

    /// A file was written or read, or the form comes back with what was typed.
    pub(super) fn bank_answered(&mut self, act: Act, result: Result<String, String>, cx: &mut C<'_>) {
        match result {
            Ok(told) => {
                if let Some(asked) = self.asked().filter(|asked| asked.act == act) {
                    cx.forget(asked.intent());
                }
                cx.say(told);
            }
            Err(why) => match self.asked().filter(|asked| asked.act == act) {
                Some(_) => self.ask(cx, Some(format!("{why}. What you typed is still here."))),
                None => cx.fail(format!("{}: {why}", act.row().label)),
            },
        }
    }
}
