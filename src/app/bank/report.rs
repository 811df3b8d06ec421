//! The bank's answer in ISO 20022: `pain.002` (a status for each payment, or for all of a file) or `camt.054` (what was
//! booked on our account). Every version of the two is read: the elements that matter are the same in all of them.

use super::{
    answer::{BankAnswer, Said, Stated},
    xml::{self, Element},
};
use crate::domain::{mdf::batch::Batch, money::Money, text::Text};

/// What is known of what a file answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'m> {
    /// The message of the batch, which the file names.
    Message(&'m str),
    /// The file names no message, and somebody says that it is about the batch.
    ThisBatch,
    /// Nothing but the payments that it names: what it says of all of a message may be about another one.
    Payments,
}

/// What a file says about `batch`.
pub fn read(text: &str, batch: &Batch, about: About<'_>) -> Result<Vec<BankAnswer>, String> {
    let document = xml::read(text)?;
    let unknown =
        || format!("the file is no answer of a bank: pain.002 and camt.054 are read, and this is <{}>", Text::clean(&document.name));
    if document.name != "Document" {
        return Err(unknown());
    }
    if let Some(report) = document.find("CstmrPmtStsRpt") {
        return status_report(report, batch, about);
    }
    document.find("BkToCstmrDbtCdtNtfctn").map(notification).ok_or_else(unknown)
}

/// The message that a status report answers; nothing where the file names none.
pub fn message(text: &str) -> Result<Option<String>, String> {
    let document = xml::read(text)?;
    Ok(document.get("CstmrPmtStsRpt/OrgnlGrpInfAndSts/OrgnlMsgId").map(str::to_owned))
}

fn status_report(report: &Element, batch: &Batch, about: About<'_>) -> Result<Vec<BankAnswer>, String> {
    let original = report.get("OrgnlGrpInfAndSts/OrgnlMsgId").unwrap_or_default();
    if let About::Message(message) = about
        && original != message
    {
        return Err(format!("the file answers the message {}, and this batch was {message}", crate::domain::problem::quoted(original)));
    }
    let group = report.find("OrgnlGrpInfAndSts");
    let mut answers = Vec::new();
    for payment in report.all("OrgnlPmtInfAndSts") {
        let each: Vec<BankAnswer> = payment.all("TxInfAndSts").map(|one| transaction(one, payment)).collect();
        match (each.is_empty(), payment.get("PmtInfSts")) {
            (true, Some(status)) => answers.extend(for_all(batch, status, payment, about)?),
            _ => answers.extend(each),
        }
    }
    // A file that is refused whole names no payment.
    if let (true, Some(group)) = (answers.is_empty(), group)
        && let Some(status) = group.get("GrpSts")
    {
        answers.extend(for_all(batch, status, group, about)?);
    }
    Ok(answers)
}

/// One that names no payment is one that nobody knows, and not what was said of all of them.
fn transaction(one: &Element, payment: &Element) -> BankAnswer {
    let reference = Text::clean(one.get("OrgnlEndToEndId").unwrap_or_default());
    let status = one.get("TxSts").or_else(|| payment.get("PmtInfSts")).unwrap_or("no status");
    let bank = one.get("AcctSvcrRef").map_or_else(|| reference.clone(), Text::clean);
    let amount = one.find("OrgnlTxRef/Amt/InstdAmt").or_else(|| one.find("OrgnlTxRef/IntrBkSttlmAmt"));
    let said = said(status, one, bank);
    BankAnswer { line: one.line, reference, amount: stated(amount), said }
}

/// The same status for every payment of the batch, if it is sure that the file is about it.
fn for_all(batch: &Batch, status: &str, place: &Element, about: About<'_>) -> Result<Vec<BankAnswer>, String> {
    if about == About::Payments {
        return Err(
            "the file says one thing of all payments of a message, and does not name the message: say with --batch which batch it answers"
                .to_owned(),
        );
    }
    let answer = |reference: &Text| BankAnswer {
        line: place.line,
        reference: reference.clone(),
        amount: Stated::Nothing,
        said: said(status, place, reference.clone()),
    };
    Ok(batch.items.iter().map(|item| answer(&item.reference)).collect())
}

/// A status code of `ExternalPaymentTransactionStatus1Code`. Only what is settled is paid; `ACSP` and the like are not yet.
fn said(status: &str, place: &Element, bank: Text) -> Said {
    match status {
        "ACSC" | "ACCC" => Said::Paid { reference: bank },
        "RJCT" | "CANC" => Said::Refused { reason: reason(place, status) },
        _ => Said::UnderWay { status: Text::clean(status) },
    }
}

/// `AC04: closed account number`: code and words, as far as the bank gives them.
fn reason(place: &Element, otherwise: &str) -> Text {
    let info = place.all("StsRsnInf").chain(place.all("RtrInf")).next();
    let code = info.and_then(|info| info.get("Rsn/Cd").or_else(|| info.get("Rsn/Prtry")));
    let words: Vec<&str> = info.into_iter().flat_map(|info| info.all("AddtlInf")).map(|text| text.text.as_str()).collect();
    let words = words.join(" ");
    Text::clean(&match (code, words.as_str()) {
        (Some(code), "") => code.to_owned(),
        (Some(code), words) => format!("{code}: {words}"),
        (None, "") => otherwise.to_owned(),
        (None, words) => words.to_owned(),
    })
}

fn stated(element: Option<&Element>) -> Stated {
    let Some(element) = element else { return Stated::Nothing };
    let money = element.attribute("Ccy").and_then(|code| Money::parse(&element.text, code.parse().ok()?).ok());
    money.map_or(Stated::Unreadable, Stated::Amount)
}

/// Entries of our account: a debit that is booked was paid, a credit with a reason to return came back.
fn notification(report: &Element) -> Vec<BankAnswer> {
    let entries = report.all("Ntfctn").flat_map(|account| account.all("Ntry"));
    entries
        .flat_map(|entry| {
            let details: Vec<&Element> = entry.all("NtryDtls").flat_map(|details| details.all("TxDtls")).collect();
            let is_only = details.len() == 1;
            details.into_iter().filter_map(|details| booked(entry, details, is_only)).collect::<Vec<_>>()
        })
        .collect()
}

fn booked(entry: &Element, details: &Element, is_only: bool) -> Option<BankAnswer> {
    let reference = Text::clean(details.get("Refs/EndToEndId")?);
    let bank = details.get("Refs/AcctSvcrRef").or_else(|| entry.get("AcctSvcrRef")).map_or_else(|| reference.clone(), Text::clean);
    let own = details.find("Amt").or_else(|| details.find("AmtDtls/TxAmt/Amt")).or_else(|| details.find("AmtDtls/InstdAmt/Amt"));
    let amount = own.or_else(|| entry.find("Amt").filter(|_| is_only));
    let status = entry.get("Sts/Cd").or_else(|| entry.get("Sts")).unwrap_or("BOOK");
    let direction = details.get("CdtDbtInd").or_else(|| entry.get("CdtDbtInd")).unwrap_or_default();
    let is_return = details.find("RtrInf").is_some() || entry.get("RvslInd") == Some("true");
    let said = match (status, direction) {
        ("BOOK", "DBIT") if !is_return => Said::Paid { reference: bank },
        ("BOOK", _) if is_return => Said::Refused { reason: reason(details, "returned") },
        // Money that came in for another reason is none of ours.
        ("BOOK", _) => return None,
        (status, _) => Said::UnderWay { status: Text::clean(status) },
    };
    Some(BankAnswer { line: details.line, reference, amount: stated(amount), said })
}
