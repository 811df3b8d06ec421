use super::{
    order::{OrderError, is_plain, plain},
    payees::Payees,
    report::About,
    xml::Element,
    *,
};
use crate::domain::{
    deal::ContentHash,
    id::{BatchId, ClaimId, OperatorId, PartnerId},
    mdf::batch::{Answer, Batch, BatchFile, BatchItem, BatchState, end_to_end},
    money::Money,
    text::Text,
    time::Instant,
};
use proptest::prelude::*;

mod schema;

const NOW: Instant = Instant::from_micros(1_772_442_000_000_000);

fn money(text: &str, code: &str) -> Money {
    Money::parse(text, code.parse().unwrap()).unwrap()
}

fn party(name: &str, account: &str, bic: &str) -> Party {
    Party { name: Text::clean(name), account: account.parse().unwrap(), bic: bic.parse().ok() }
}

fn payer() -> Party {
    party("Meridian Networks B.V.", "NL91 ABNA 0417 1643 00", "ABNANL2A")
}

fn transfer(claim: i64, amount: Money, payee: Party) -> Transfer {
    let note = Text::clean(&format!("Claim M-{claim}: Roadshow München & Köln"));
    Transfer { reference: end_to_end(ClaimId(claim), 1), amount, payee, note }
}

fn order(transfers: Vec<Transfer>) -> Result<Order, OrderError> {
    Order::of(payer(), transfers, "2026-03-05".parse().unwrap(), NOW)
}

fn two() -> Order {
    let nord = party("Nordlicht Systeme GmbH", "DE89370400440532013000", "COBADEFF055");
    let west = party("=cmd|'/c calc'!A1 Ørsted & Søn <A/S>", "DK5000400440116243", "");
    order(vec![transfer(1, money("1234.50", "EUR"), nord), transfer(2, money("0.01", "EUR"), west)]).unwrap()
}

fn batch() -> Batch {
    let item = |claim, amount: &str| BatchItem {
        claim: ClaimId(claim),
        no: 1,
        partner: PartnerId(1),
        amount: money(amount, "EUR"),
        reference: end_to_end(ClaimId(claim), 1),
        answer: None,
    };
    Batch {
        id: BatchId(1),
        version: 1,
        exported_at: NOW,
        updated_at: NOW,
        exported_by: OperatorId(2),
        file: BatchFile { name: Text::clean("PH-1.xml"), hash: ContentHash::of(b"") },
        currency: "EUR".parse().unwrap(),
        items: vec![item(1, "100"), item(2, "200"), item(3, "300")],
        state: BatchState::Exported,
    }
}

fn sentences(batch: &Batch, answers: &[BankAnswer]) -> Vec<String> {
    matched(batch, answers).iter().map(ToString::to_string).collect()
}

#[test]
fn accounts_are_checked_and_never_shown() {
    for right in ["DE89370400440532013000", "nl91 abna 0417 1643 00", "GB29NWBK60161331926819", "NO9386011117947", "12-3456/789"] {
        assert!(right.parse::<Account>().is_ok(), "{right}");
    }
    for (wrong, why) in [
        ("DE89370400440532013001", "the check digits of the IBAN are wrong; is a character mistyped?"),
        ("DE8937", "an IBAN has 15 to 34 letters and digits"),
        ("", "there is no account"),
        ("12;34", "an account has letters, digits and hyphens only"),
        ("ÄÖ12", "an account has letters, digits and hyphens only"),
    ] {
        assert_eq!(wrong.parse::<Account>().unwrap_err(), why, "{wrong}");
    }
    let shown = format!("{:?}", party("Nord", "DE89370400440532013000", "COBADEFF"));
    assert!(!shown.contains("0532013") && shown.contains("DE..3000 (22 characters)"), "{shown}");
    assert!("COBADEFF".parse::<Bic>().is_ok() && "COBA1EFF".parse::<Bic>().is_err() && "COBADEFFX".parse::<Bic>().is_err());
}

#[test]
fn texts_are_brought_into_the_characters_of_a_bank() {
    assert_eq!(plain("Müller & Söhne «Straße» 10 %", 70), "Muller + Sohne Strasse 10");
    assert_eq!(plain("//a//b/", 70), "a/b");
    assert_eq!(plain("北京 東京", 70), "BeiJing DongJing");
    assert_eq!(plain("abcdef", 3), "abc");
    let nameless = transfer(1, money("1", "EUR"), party("☃", "DE89370400440532013000", ""));
    assert!(plain("\u{1F980}", 70).chars().all(is_plain));
    let made = order(vec![nameless]);
    assert!(made.is_err() || made.unwrap().transfers[0].payee.name.chars().all(is_plain));
}

#[test]
fn what_a_bank_would_refuse_is_refused_before() {
    let nord = || party("Nord", "DE89370400440532013000", "");
    assert_eq!(order(Vec::new()).unwrap_err().to_string(), "there is nothing to pay");
    let two = |first: Money, second: Money| order(vec![transfer(1, first, nord()), transfer(2, second, nord())]);
    assert_eq!(two(money("1", "EUR"), money("1", "USD")).unwrap_err().to_string(), "a file has one currency: EUR and USD");
    let negative = two(money("1", "EUR"), money("-1", "EUR")).unwrap_err();
    assert_eq!(negative.to_string(), "M-2/1 is over EUR -1.00, and a bank pays more than nothing");
    let twice = order(vec![transfer(1, money("1", "EUR"), nord()), transfer(1, money("2", "EUR"), nord())]);
    assert_eq!(twice.unwrap_err().to_string(), "M-1/1 stands twice in the file");
    let mut long = transfer(1, money("1", "EUR"), nord());
    long.reference = Text::clean(&"x".repeat(36));
    assert!(matches!(order(vec![long]), Err(OrderError::Reference(_))));
    let most = Money::new(i64::MAX, "EUR".parse().unwrap());
    assert!(matches!(two(most, most), Err(OrderError::Money(_))), "the control sum is exact, or there is no file");
}

#[test]
fn the_payment_file_is_the_order_and_keeps_to_the_schema() {
    let order = two();
    let text = pain001::write(&order);
    let document = xml::read(&text).unwrap();
    schema::holds(&document);
    let header = document.find("CstmrCdtTrfInitn/GrpHdr").unwrap();
    let payment = document.find("CstmrCdtTrfInitn/PmtInf").unwrap();
    for place in [header, payment] {
        assert_eq!((place.get("NbOfTxs"), place.get("CtrlSum")), (Some("2"), Some("1234.51")));
    }
    assert_eq!(header.get("CreDtTm"), Some("2026-03-02T09:00:00Z"));
    assert_eq!(header.get("MsgId"), Some(order.message.as_str()));
    assert_eq!((payment.get("PmtTpInf/SvcLvl/Cd"), payment.get("ChrgBr")), (Some("SEPA"), Some("SLEV")));
    let each: Vec<&Element> = payment.all("CdtTrfTxInf").collect();
    assert_eq!(each[0].get("PmtId/EndToEndId"), Some("M-1/1"));
    assert_eq!(each[0].get("RmtInf/Ustrd"), Some("Claim M-1: Roadshow Munchen + Koln"));
    assert_eq!(each[0].get("CdtrAgt/FinInstnId/BICFI"), Some("COBADEFF055"));
    assert_eq!(each[1].find("CdtrAgt"), None, "a bank finds its own code from an IBAN");
    assert_eq!(each[1].get("Cdtr/Nm"), Some("cmd '/c calc' A1 Orsted + Son A/S"));
    assert_eq!(each[1].find("Amt/InstdAmt").and_then(|amount| amount.attribute("Ccy")), Some("EUR"));
    assert_eq!(pain001::write(&order), text, "the same order gives the same bytes");
}

#[test]
fn other_currencies_and_accounts_are_no_sepa_payment() {
    let transfers = vec![transfer(7, money("5000", "JPY"), party("Tokyo Works", "0001-1234567", "BOTKJPJT"))];
    let document = xml::read(&pain001::write(&order(transfers).unwrap())).unwrap();
    schema::holds(&document);
    let payment = document.find("CstmrCdtTrfInitn/PmtInf").unwrap();
    assert_eq!((payment.find("PmtTpInf"), payment.get("ChrgBr"), payment.get("CtrlSum")), (None, Some("SHAR"), Some("5000")));
    assert_eq!(payment.get("CdtTrfTxInf/CdtrAcct/Id/Othr/Id"), Some("0001-1234567"));
    let nameless = Order { payer: party("A", "DE89370400440532013000", ""), ..two() };
    let document = xml::read(&pain001::write(&nameless)).unwrap();
    schema::holds(&document);
    assert_eq!(document.get("CstmrCdtTrfInitn/PmtInf/DbtrAgt/FinInstnId/Othr/Id"), Some("NOTPROVIDED"));
}

#[test]
fn the_rules_of_the_schema_can_be_broken() {
    let document = xml::read(&pain001::write(&two())).unwrap();
    let broken = |change: fn(&mut Element)| {
        let mut document = document.clone();
        change(&mut document.children[0].children[1]);
        std::panic::catch_unwind(|| schema::holds(&document)).is_err()
    };
    assert!(broken(|payment| payment.children.swap(0, 1)), "another order");
    assert!(broken(|payment| drop(payment.children.remove(1))), "an element is missing");
    assert!(broken(|payment| payment.children[0].text.push_str(&"x".repeat(35))), "too long");
    assert!(broken(|payment| payment.children[2].text = "yes".into()), "no boolean");
    assert!(!broken(|_| ()));
}

#[test]
fn a_sheet_runs_nothing_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payments.csv");
    let mut order = two();
    // An order has plain texts only; the sheet does not rely on it.
    order.transfers[1].payee.name = Text::clean("=cmd|'/c calc'!A1");
    let text = sheet::write(&order);
    assert!(text.contains(",'=cmd|'/c calc'!A1,"), "{text}");
    std::fs::write(&path, text.replacen(",,\n", ",paid,\n", 1)).unwrap();
    let (answers, rejects) = sheet::read(&path).unwrap();
    assert_eq!((answers.len(), rejects), (2, Vec::new()));
    assert_eq!(answers[0].amount, Stated::Amount(money("1234.50", "EUR")));
    assert_eq!(answers[0].said, Said::Paid { reference: Text::clean("M-1/1") });
    assert!(matches!(answers[1].said, Said::UnderWay { .. }), "nobody has answered it");
}

#[test]
fn each_answer_has_its_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answers.csv");
    let rows = "reference,status,amount,currency,bank_reference,reason\n\
        M-1/1,paid,100.00,EUR,BANK-77,\n\
        M-2/1,Rejected,,,,AC04 account closed\n\
        M-1/1,paid,100.00,EUR,BANK-78,\n\
        M-3/1,paid,299.99,EUR,,\n\
        M-3/1,pending,,,,\n\
        M-9/1,paid,,,,\n\
        M-3/1,payed,,,,\n\
        ,paid,,,,\n\
        M-3/1,paid,3x,EUR,,\n";
    std::fs::write(&path, rows).unwrap();
    let (answers, rejects) = sheet::read(&path).unwrap();
    assert_eq!(
        sentences(&batch(), &answers),
        [
            "line 2: M-1/1 was paid (BANK-77)",
            "line 3: M-2/1 was refused: AC04 account closed",
            "line 4: M-1/1 is answered a second time; line 2 counts",
            "line 5: M-3/1 was ordered over EUR 300.00, and the bank answers for EUR 299.99; ask the bank",
            "line 6: M-3/1 is under way (pending)",
            "line 7: no payment of this batch has the reference \"M-9/1\"",
        ]
    );
    let told: Vec<String> = rejects.iter().map(ToString::to_string).collect();
    assert_eq!(told[0], "line 8, column 2 (`status`): \"payed\" is not a status; did you mean `paid`?");
    assert_eq!(told[1], "line 9, column 1 (`reference`): is empty, so nobody knows which payment it is about");
    assert!(told[2].starts_with("line 10, column 3 (`amount`): "), "{told:?}");
    let mut after = batch();
    after.items[0].answer = Some(Answer::Confirmed { reference: Text::clean("BANK-77") });
    after.items[1].answer = Some(Answer::Confirmed { reference: Text::clean("BANK-76") });
    let again = sentences(&after, &answers);
    assert_eq!(again[0], "line 2: M-1/1 was answered so before");
    assert_eq!(again[1], "line 3: M-2/1 was paid (BANK-76) before, and an answer is never replaced; ask the bank");
}

const STATUS: &str = include_str!("tests/pain002.xml");
const BOOKED: &str = include_str!("tests/camt054.xml");

#[test]
fn a_status_report_is_read() {
    let answers = report::read(STATUS, &batch(), About::Message("PH-1")).unwrap();
    assert_eq!(
        sentences(&batch(), &answers),
        [
            "line 15: M-1/1 was paid (2026030612345)",
            "line 22: M-2/1 was refused: AC04: closed account number",
            "line 34: M-3/1 is under way (ACSP)",
        ]
    );
    let other = report::read(STATUS, &batch(), About::Message("PH-2")).unwrap_err();
    assert_eq!(other, "the file answers the message \"PH-1\", and this batch was PH-2");
}

#[test]
fn a_file_that_is_refused_whole_refuses_each_payment() {
    let text = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><GrpHdr/><OrgnlGrpInfAndSts>\
        <OrgnlMsgId>PH-1</OrgnlMsgId><GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>DUPL</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts>\
        </CstmrPmtStsRpt></Document>";
    let answers = report::read(text, &batch(), About::Message("PH-1")).unwrap();
    assert_eq!(sentences(&batch(), &answers)[2], "line 1: M-3/1 was refused: DUPL");
    assert_eq!(answers.len(), 3);
    let taken_in = text.replace("RJCT", "ACTC");
    let answers = report::read(&taken_in, &batch(), About::Message("PH-1")).unwrap();
    assert!(answers.iter().all(|answer| matches!(answer.said, Said::UnderWay { .. })), "checked is not paid");
}

/// What is said of all payments of a message that is not named may be about any batch.
#[test]
fn a_status_of_all_is_taken_only_for_the_batch_that_it_names() {
    let text = "<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><GrpSts>RJCT</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>";
    let error = report::read(text, &batch(), About::Payments).unwrap_err();
    assert!(error.ends_with("say with --batch which batch it answers"), "{error}");
    let all = report::read(text, &batch(), About::ThisBatch).unwrap();
    assert_eq!(all.len(), batch().items.len(), "somebody says that it is about this one");
}

#[test]
fn what_was_booked_is_read() {
    let answers = report::read(BOOKED, &batch(), About::Message("PH-1")).unwrap();
    assert_eq!(
        sentences(&batch(), &answers),
        [
            "line 12: M-1/1 was paid (BK-1)",
            "line 16: M-2/1 was ordered over EUR 200.00, and the bank answers for EUR 20.00; ask the bank",
            "line 27: M-3/1 was refused: AC01",
        ]
    );
}

#[test]
fn hostile_files_are_refused_with_the_line() {
    for (text, message) in [
        ("", "line 1: the file ends within an element, or has none"),
        ("<html>\n</html>", "the file is no answer of a bank: pain.002 and camt.054 are read, and this is <html>"),
        ("<!DOCTYPE a [<!ENTITY x \"y\">]>\n<Document/>", "line 1: it has a document type, and none is taken"),
        ("<Document>\n&x;</Document>", "line 2: it calls for an entity of its own, and none is taken"),
        ("<Document>\n\n<a></b></Document>", "line 3: "),
    ] {
        let error = report::read(text, &batch(), About::Message("PH-1")).unwrap_err();
        assert!(error.starts_with(message), "{text}: {error}");
    }
    let deep = "<a>".repeat(100_000);
    assert!(report::read(&deep, &batch(), About::Message("PH-1")).unwrap_err().contains("nested too deep"));
    let escaped = "<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>P&amp;H&#45;&#x31;</OrgnlMsgId></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>";
    assert_eq!(report::read(escaped, &batch(), About::Message("P&H-1")), Ok(Vec::new()));
}

#[test]
fn the_list_of_payees_tells_its_mistakes_and_no_account() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payees.csv");
    let read = |text: &str| {
        std::fs::write(&path, text).unwrap();
        Payees::read(&path)
    };
    let payees =
        read("code,name,IBAN,BIC\nPAYER,Meridian,NL91ABNA0417164300,ABNANL2A\nNORD,Nordlicht,DE89 3704 0044 0532 0130 00,\n").unwrap();
    assert_eq!((payees.payer.name.as_str(), payees.of("nord").unwrap().name.as_str()), ("Meridian", "Nordlicht"));
    assert_eq!(payees.of("SUED"), None);
    let mistakes =
        read("code,name,account\nNORD,Nordlicht,DE89370400440532013001\nWEST,,DE89370400440532013000\nnord,N,DE89370400440532013000\nNord,N,DE89370400440532013000\n")
            .unwrap_err();
    assert_eq!(
        mistakes,
        [
            "line 2, column 3 (`account`): the check digits of the IBAN are wrong; is a character mistyped?",
            "line 3, column 2 (`name`): is empty",
            "line 5: \"nord\" has a second row",
            "no row says who pays; its code is `payer`",
        ]
    );
    assert_eq!(read("code,name\nA,B\n").unwrap_err(), ["there is no column `account`"]);
}

/// What the bank says that it paid is compared, or nothing is taken at all.
#[test]
fn an_answer_that_is_not_understood_is_told_and_not_taken() {
    let report = |amount: &str| {
        format!(
            "<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>PH-1</OrgnlMsgId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>\n\
             <PmtInfSts>ACSC</PmtInfSts>\n<TxInfAndSts><OrgnlEndToEndId>M-1/1</OrgnlEndToEndId><TxSts>ACSC</TxSts><OrgnlTxRef><Amt>{amount}</Amt>\
             </OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
        )
    };
    let said = |amount: &str| sentences(&batch(), &report::read(&report(amount), &batch(), About::Message("PH-1")).unwrap());
    assert_eq!(said("<InstdAmt Ccy=\"EUR\">100.00</InstdAmt>"), ["line 3: M-1/1 was paid (M-1/1)"]);
    let digits = "9".repeat(400);
    for wrong in [&format!("<InstdAmt Ccy=\"EUR\">{digits}</InstdAmt>"), "<InstdAmt>100</InstdAmt>", "<InstdAmt Ccy=\"EURO\">1</InstdAmt>"]
    {
        assert_eq!(said(wrong), ["line 3: M-1/1 is answered for an amount that can't be read; ask the bank"]);
    }
    let negative = "<InstdAmt Ccy=\"EUR\">-100</InstdAmt>";
    assert_eq!(said(negative), ["line 3: M-1/1 was ordered over EUR 100.00, and the bank answers for EUR -100.00; ask the bank"]);
    // One that names no payment is not what was said of all of them.
    let nameless = report("")
        .replace("<OrgnlEndToEndId>M-1/1</OrgnlEndToEndId>", "<OrgnlInstrId>7</OrgnlInstrId>")
        .replace("<TxSts>ACSC", "<TxSts>RJCT");
    let told = sentences(&batch(), &report::read(&nameless, &batch(), About::Message("PH-1")).unwrap());
    assert_eq!(told, ["line 3: no payment of this batch has the reference \"\""]);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answers.csv");
    std::fs::write(&path, "reference,status,amount,currency\nM-1/1,paid,90,\nM-2/1,paid,,\n").unwrap();
    let (answers, rejects) = sheet::read(&path).unwrap();
    assert_eq!(answers.len(), 1);
    assert_eq!(rejects[0].to_string(), "line 2, column 3 (`amount`): \"90\" has no currency beside it, so nothing can be compared");
    std::fs::write(&path, "reference,status,amount\nM-1/1,paid,90\n").unwrap();
    assert_eq!(sheet::read(&path).unwrap().1.len(), 1, "nor without the column");
}

#[test]
fn a_file_of_nothing_but_elements_takes_no_memory() {
    let many = format!("<Document>{}</Document>", "<a/>".repeat(1_000_001));
    assert!(report::read(&many, &batch(), About::Message("PH-1")).unwrap_err().contains("more than 1000000 elements"));
}

/// Matched by looking up: looking through would take minutes.
#[test]
fn sixty_thousand_answers_are_matched() {
    let mut batch = batch();
    let item = batch.items[0].clone();
    let one = |n: i64| BatchItem { claim: ClaimId(n), reference: end_to_end(ClaimId(n), 1), ..item.clone() };
    batch.items = (1..=60_000).map(one).collect();
    let answer = |n: i64| BankAnswer {
        line: n.unsigned_abs(),
        reference: end_to_end(ClaimId(60_001 - n), 1),
        amount: Stated::Nothing,
        said: Said::Paid { reference: Text::clean("bank") },
    };
    let answers: Vec<BankAnswer> = (1..=60_000).map(answer).collect();
    assert!(matched(&batch, &answers).iter().all(|one| matches!(one.verdict, Verdict::Take { .. })));
}

proptest! {
    #[test]
    fn any_order_keeps_to_the_schema(names in proptest::collection::vec((".{1,90}", ".{0,200}", 1_i64..1_000_000_000_000), 1..8)) {
        let transfers: Vec<Transfer> = names.iter().enumerate().map(|(n, (name, note, minor))| Transfer {
            reference: end_to_end(ClaimId(i64::try_from(n).unwrap()), 1),
            amount: Money::new(*minor, "EUR".parse().unwrap()),
            payee: party(name, "DE89370400440532013000", ""),
            note: Text::clean(note),
        }).collect();
        if let Ok(order) = order(transfers) {
            let document = xml::read(&pain001::write(&order)).unwrap();
            schema::holds(&document);
            let sum: i64 = names.iter().map(|(.., minor)| minor).sum();
            prop_assert_eq!(order.total.minor, sum);
        }
    }
}
