//! The rules of the schema `pain.001.001.09` for the elements that are written: order, number, lengths, patterns.

use super::{Element, pain001};
use crate::app::bank::order::is_plain;

/// Children in their order, each with the least and the most of it.
type Children = &'static [(&'static str, usize, usize)];

const MANY: usize = usize::MAX;

fn children(parent: &str, name: &str) -> Children {
    match (parent, name) {
        ("", "Document") => &[("CstmrCdtTrfInitn", 1, 1)],
        (_, "CstmrCdtTrfInitn") => &[("GrpHdr", 1, 1), ("PmtInf", 1, MANY), ("SplmtryData", 0, MANY)],
        // GroupHeader85
        (_, "GrpHdr") => &[
            ("MsgId", 1, 1),
            ("CreDtTm", 1, 1),
            ("Authstn", 0, 2),
            ("NbOfTxs", 1, 1),
            ("CtrlSum", 0, 1),
            ("InitgPty", 1, 1),
            ("FwdgAgt", 0, 1),
        ],
        // PaymentInstruction30
        (_, "PmtInf") => &[
            ("PmtInfId", 1, 1),
            ("PmtMtd", 1, 1),
            ("BtchBookg", 0, 1),
            ("NbOfTxs", 0, 1),
            ("CtrlSum", 0, 1),
            ("PmtTpInf", 0, 1),
            ("ReqdExctnDt", 1, 1),
            ("PoolgAdjstmntDt", 0, 1),
            ("Dbtr", 1, 1),
            ("DbtrAcct", 1, 1),
            ("DbtrAgt", 1, 1),
            ("DbtrAgtAcct", 0, 1),
            ("InstrForDbtrAgt", 0, 1),
            ("UltmtDbtr", 0, 1),
            ("ChrgBr", 0, 1),
            ("ChrgsAcct", 0, 1),
            ("ChrgsAcctAgt", 0, 1),
            ("CdtTrfTxInf", 1, MANY),
        ],
        // CreditTransferTransaction34
        (_, "CdtTrfTxInf") => &[
            ("PmtId", 1, 1),
            ("PmtTpInf", 0, 1),
            ("Amt", 1, 1),
            ("XchgRateInf", 0, 1),
            ("ChrgBr", 0, 1),
            ("UltmtDbtr", 0, 1),
            ("CdtrAgt", 0, 1),
            ("CdtrAgtAcct", 0, 1),
            ("Cdtr", 0, 1),
            ("CdtrAcct", 0, 1),
            ("UltmtCdtr", 0, 1),
            ("Purp", 0, 1),
            ("RmtInf", 0, 1),
        ],
        (_, "PmtId") => &[("InstrId", 0, 1), ("EndToEndId", 1, 1), ("UETR", 0, 1)],
        (_, "Amt") => &[("InstdAmt", 1, 1)],
        (_, "PmtTpInf") => &[("InstrPrty", 0, 1), ("SvcLvl", 0, MANY), ("LclInstrm", 0, 1), ("CtgyPurp", 0, 1)],
        (_, "SvcLvl") => &[("Cd", 1, 1)],
        (_, "ReqdExctnDt") => &[("Dt", 1, 1)],
        (_, "InitgPty" | "Dbtr" | "Cdtr") => &[("Nm", 0, 1), ("PstlAdr", 0, 1), ("Id", 0, 1), ("CtryOfRes", 0, 1), ("CtctDtls", 0, 1)],
        (_, "DbtrAcct" | "CdtrAcct") => &[("Id", 1, 1), ("Tp", 0, 1), ("Ccy", 0, 1), ("Nm", 0, 1)],
        // A choice of one; both are looked at below.
        ("DbtrAcct" | "CdtrAcct", "Id") => &[("IBAN", 0, 1), ("Othr", 0, 1)],
        (_, "DbtrAgt" | "CdtrAgt") => &[("FinInstnId", 1, 1), ("BrnchId", 0, 1)],
        (_, "FinInstnId") => &[("BICFI", 0, 1), ("ClrSysMmbId", 0, 1), ("LEI", 0, 1), ("Nm", 0, 1), ("PstlAdr", 0, 1), ("Othr", 0, 1)],
        (_, "Othr") => &[("Id", 1, 1), ("SchmeNm", 0, 1), ("Issr", 0, 1)],
        (_, "RmtInf") => &[("Ustrd", 0, MANY), ("Strd", 0, MANY)],
        _ => &[],
    }
}

fn is_text(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count()) && text.chars().all(is_plain)
}

fn is_amount(text: &str, fraction_max: usize) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    !whole.is_empty() && digits(whole) && digits(fraction) && fraction.len() <= fraction_max && whole.len() + fraction.len() <= 18
}

fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    (5..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes[4..].iter().all(u8::is_ascii_alphanumeric)
}

fn is_right(parent: &str, element: &Element) -> bool {
    let text = element.text.as_str();
    match (parent, element.name.as_str()) {
        (_, "MsgId" | "PmtInfId" | "EndToEndId") => is_text(text, 35) && !text.starts_with('/') && !text.contains("//"),
        (_, "Nm" | "Ustrd") => is_text(text, 140),
        (_, "NbOfTxs") => (1..=15).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit()),
        (_, "CtrlSum") => is_amount(text, 17),
        (_, "InstdAmt") => is_amount(text, 5) && element.attribute("Ccy").is_some_and(|code| code.len() == 3),
        (_, "PmtMtd") => ["CHK", "TRF", "TRA"].contains(&text),
        (_, "BtchBookg") => ["true", "false"].contains(&text),
        (_, "ChrgBr") => ["DEBT", "CRED", "SHAR", "SLEV"].contains(&text),
        ("SvcLvl", "Cd") => (1..=4).contains(&text.len()),
        (_, "Dt") => text.parse::<chrono::NaiveDate>().is_ok(),
        (_, "CreDtTm") => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        (_, "IBAN") => is_iban(text),
        (_, "BICFI") => text.parse::<crate::app::bank::Bic>().is_ok(),
        ("Othr", "Id") => is_text(text, 34),
        _ => text.is_empty(),
    }
}

/// Panics with the path of what breaks a rule.
pub fn holds(document: &Element) {
    assert_eq!(document.attribute("xmlns"), Some(pain001::NAMESPACE));
    look("", "", document);
}

fn look(path: &str, parent: &str, element: &Element) {
    let path = format!("{path}/{}", element.name);
    let known = children(parent, &element.name);
    assert!(is_right(parent, element), "{path}: {:?}", element.text);
    assert!(known.is_empty() != element.text.is_empty(), "{path} has text or elements, one of the two");
    let mut at = 0;
    for child in &element.children {
        let place = known.iter().position(|(name, ..)| *name == child.name);
        let place = place.unwrap_or_else(|| panic!("{path} holds no {}", child.name));
        assert!(place >= at, "{path}/{} stands too late", child.name);
        at = place;
        look(&path, &element.name, child);
    }
    for (name, least, most) in known {
        let count = element.all(name).count();
        assert!((*least..=*most).contains(&count), "{path} has {count} {name}");
    }
    if ["DbtrAcct", "CdtrAcct"].contains(&parent) && element.name == "Id" {
        assert_eq!(element.children.len(), 1, "{path} is a choice");
    }
}
