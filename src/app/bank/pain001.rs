//! An order as ISO 20022 `pain.001.001.09`. The order of the elements is that of the
//! schema, and a test holds it to the schema's rules.

use super::{
    account::{Account, Bic, Party},
    order::Order,
    xml::Element,
};
use crate::domain::money::Money;

pub const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

/// The file as text, in UTF-8.
pub fn write(order: &Order) -> String {
    let count = order.transfers.len().to_string();
    let sum = amount(order.total);
    let header = Element::of(
        "GrpHdr",
        vec![
            Element::text("MsgId", &order.message),
            Element::text("CreDtTm", &order.made_at.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
            Element::text("NbOfTxs", &count),
            Element::text("CtrlSum", &sum),
            Element::of("InitgPty", vec![Element::text("Nm", &order.payer.name)]),
        ],
    );
    let mut payment = vec![
        Element::text("PmtInfId", &order.message),
        Element::text("PmtMtd", "TRF"),
        Element::text("BtchBookg", "true"),
        Element::text("NbOfTxs", &count),
        Element::text("CtrlSum", &sum),
    ];
    if is_sepa(order) {
        payment.push(Element::of("PmtTpInf", vec![Element::of("SvcLvl", vec![Element::text("Cd", "SEPA")])]));
    }
    payment.push(Element::of("ReqdExctnDt", vec![Element::text("Dt", &order.execute_on.to_string())]));
    payment.push(Element::of("Dbtr", vec![Element::text("Nm", &order.payer.name)]));
    payment.push(account("DbtrAcct", &order.payer.account));
    payment.push(agent("DbtrAgt", order.payer.bic.as_ref()).unwrap_or_else(|| not_provided("DbtrAgt")));
    payment.push(Element::text("ChrgBr", if is_sepa(order) { "SLEV" } else { "SHAR" }));
    payment.extend(order.transfers.iter().map(|transfer| {
        let Party { name, account: to, bic } = &transfer.payee;
        let sum = Element::text("InstdAmt", &amount(transfer.amount)).with("Ccy", transfer.amount.currency.code());
        let mut parts = vec![Element::of("PmtId", vec![Element::text("EndToEndId", &transfer.reference)]), Element::of("Amt", vec![sum])];
        parts.extend(agent("CdtrAgt", bic.as_ref()));
        parts.push(Element::of("Cdtr", vec![Element::text("Nm", name)]));
        parts.push(account("CdtrAcct", to));
        if !transfer.note.is_empty() {
            parts.push(Element::of("RmtInf", vec![Element::text("Ustrd", &transfer.note)]));
        }
        Element::of("CdtTrfTxInf", parts)
    }));
    let root = Element::of("CstmrCdtTrfInitn", vec![header, Element::of("PmtInf", payment)]);
    Element::of("Document", vec![root]).with("xmlns", NAMESPACE).document()
}

/// Euros between IBANs are a SEPA credit transfer, whose charges are shared by its own rule.
fn is_sepa(order: &Order) -> bool {
    let all = order.transfers.iter().map(|transfer| &transfer.payee).chain([&order.payer]);
    order.currency.code() == "EUR" && all.into_iter().all(|party| party.account.is_iban())
}

/// With a point, and the digits of the currency: `100.00`, `100` of a currency without any.
fn amount(money: Money) -> String {
    money.amount().to_string()
}

fn account(name: &'static str, account: &Account) -> Element {
    let id = match account {
        Account::Iban(iban) => Element::text("IBAN", iban),
        Account::Other(number) => Element::of("Othr", vec![Element::text("Id", number)]),
    };
    Element::of(name, vec![Element::of("Id", vec![id])])
}

fn agent(name: &'static str, bic: Option<&Bic>) -> Option<Element> {
    bic.map(|bic| Element::of(name, vec![Element::of("FinInstnId", vec![Element::text("BICFI", bic.as_str())])]))
}

/// The payer's bank has to be named, and this is how it is not.
fn not_provided(name: &'static str) -> Element {
    let other = Element::of("Othr", vec![Element::text("Id", "NOTPROVIDED")]);
    Element::of(name, vec![Element::of("FinInstnId", vec![other])])
}
