//! Payments out to the bank as a file, and its answers back in.

use super::{APPROVES, Desk, PAYS, content, day, eur};
use crate::{app::text, support::databases::on_both};
use pilothouse::{
    app::{
        Command, MdfRecord,
        bank::payees::Payees,
        payments::{Answered, FileKind, PaymentError, Ready, read_answer, ready, take_answer},
    },
    domain::{
        id::{BatchId, ClaimId},
        mdf::claim::{ClaimCommand, PaymentState},
    },
};
use std::path::{Path, PathBuf};

const PAYEES: &str = "code,name,account,bic\npayer,Meridian Networks,NL91ABNA0417164300,ABNANL2A\nNORD,Nordlicht,DE89370400440532013000,\n";

fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

/// Three approved claims of one partner, each with a payment that is ordered.
async fn three(desk: &Desk) -> [ClaimId; 3] {
    let request = desk.approved("Roadshow", "900").await;
    let mut ids = Vec::new();
    desk.pass_days(24);
    for (number, asked) in [("A", "100"), ("B", "200"), ("C", "300")] {
        let id = desk.claim_on(request, content(number, asked)).await;
        desk.claim(
            APPROVES[0],
            id,
            ClaimCommand::Waive { check: pilothouse::domain::mdf::check::CheckKind::Splitting, reason: text("three halls") },
        )
        .await
        .ok();
        desk.approve(APPROVES[0], id).await.expect("approved");
        desk.claim(PAYS[0], id, ClaimCommand::Pay { key: text(&format!("{id}")), amount: None }).await.expect("ordered");
        ids.push(id);
    }
    ids.try_into().expect("three")
}

async fn sent(desk: &Desk, ready: &Ready, kind: FileKind) -> Result<BatchId, String> {
    let file = ready.written(kind).file;
    let command = Command::ExportBatch { payments: ready.payments.clone(), file };
    let done = super::only(desk.house.run(PAYS[0], command).await)?;
    let MdfRecord::Batch(batch) = done.after else { panic!("a batch was made") };
    Ok(batch.id)
}

/// More than any of these tests orders.
const MANY: usize = 10;

async fn answered(desk: &Desk, path: &Path) -> Answered {
    let read = read_answer(desk.app(), path, None).await.expect("read");
    take_answer(desk.app(), PAYS[0], read).await.expect("taken")
}

fn told(answered: &Answered) -> Vec<String> {
    answered.matched.iter().map(ToString::to_string).collect()
}

async fn states(desk: &Desk, ids: [ClaimId; 3]) -> Vec<&'static str> {
    let mut out = Vec::new();
    for id in ids {
        out.push(desk.claim_seen(id).await.payments[0].state.name());
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_go_out_once_and_come_back_one_by_one() {
    on_both(|fresh| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Desk::opened(&fresh, "10000").await;
        let ids = three(&desk).await;
        let payees = Payees::read(&written(folder.path(), "payees.csv", PAYEES)).expect("right");
        let batch = ready(desk.app(), &payees, None, day(30), MANY).await.expect("ready");
        assert_eq!((batch.payments.len(), batch.order.total, batch.left_out.len()), (3, eur("600"), 0), "{}", fresh.name);
        let small = ready(desk.app(), &payees, None, day(30), 2).await.expect("ready");
        assert_eq!((&small.payments[..], small.is_full, batch.is_full), (&batch.payments[..2], true, false), "the third waits, and is told");
        let id = sent(&desk, &batch, FileKind::Csv).await.expect("exported");
        let again = sent(&desk, &batch, FileKind::Csv).await.expect_err("the same file");
        assert!(again.contains("is B-1 already"), "{again}");
        let none = ready(desk.app(), &payees, None, day(30), MANY).await.expect_err("all are out");
        assert_eq!(none.to_string(), "no payment is ordered");
        let [a, b, c] = ids;
        let rows = format!(
            "reference,status,amount,currency,reason\n{a}/1,paid,100.00,EUR,\n{b}/1,refused,,,AC04 account closed\n{c}/1,paid,30.00,EUR,\nM-77/1,paid,,,\n"
        );
        let path = written(folder.path(), "answer.csv", &rows);
        let planned = read_answer(desk.app(), &path, None).await.expect("read");
        assert_eq!((planned.batch, states(&desk, ids).await), (id, vec!["exported"; 3]), "reading changes nothing");
        assert_eq!(
            told(&planned),
            [
                format!("line 2: {a}/1 was paid ({a}/1)"),
                format!("line 3: {b}/1 was refused: AC04 account closed"),
                format!("line 4: {c}/1 was ordered over EUR 300.00, and the bank answers for EUR 30.00; ask the bank"),
                "line 5: no payment of this batch has the reference \"M-77/1\"".to_owned(),
            ]
        );
        let done = answered(&desk, &path).await;
        assert_eq!((done.refused.as_slice(), states(&desk, ids).await), (&[][..], vec!["confirmed", "failed", "exported"]));
        assert_eq!(desk.balances(super::FUND).await[4], 10_000, "what is confirmed is paid, and nothing else");
        let head = fresh.db.read().await.expect("open").audit_head().await.expect("read");
        let known = answered(&desk, &path).await;
        assert_eq!(&told(&known)[..2], [format!("line 2: {a}/1 was answered so before"), format!("line 3: {b}/1 was answered so before")]);
        assert_eq!(fresh.db.read().await.expect("open").audit_head().await.expect("read"), head, "not one event more");
        // What failed can be ordered anew, and goes into another batch.
        desk.claim(PAYS[0], b, ClaimCommand::Pay { key: text("once more"), amount: None }).await.expect("ordered");
        let second = ready(desk.app(), &payees, None, day(31), MANY).await.expect("ready");
        assert_eq!(second.payments, [(b, 2)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_report_finds_its_batch_by_the_message() {
    let fresh = crate::support::databases::sqlite().await;
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::opened(&fresh, "10000").await;
    let ids = three(&desk).await;
    let payees = Payees::read(&written(folder.path(), "payees.csv", PAYEES)).expect("right");
    let batch = ready(desk.app(), &payees, None, day(30), MANY).await.expect("ready");
    sent(&desk, &batch, FileKind::Pain001).await.expect("exported");
    let report = |message: &str| {
        format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId>\
             <GrpSts>ACSC</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"
        )
    };
    let stranger = read_answer(desk.app(), &written(folder.path(), "other.xml", &report("PH-0")), None).await.expect_err("not ours");
    assert!(stranger.to_string().ends_with("it answers the message \"PH-0\", and no batch was that"), "{stranger}");
    let done = answered(&desk, &written(folder.path(), "report.xml", &report(&batch.order.message))).await;
    assert_eq!((done.matched.len(), states(&desk, ids).await), (3, vec!["confirmed"; 3]));
    assert!(matches!(desk.claim_seen(ids[0]).await.payments[0].state, PaymentState::Confirmed { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_account_waits_and_is_named() {
    let fresh = crate::support::databases::sqlite().await;
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::opened(&fresh, "10000").await;
    let [a, ..] = three(&desk).await;
    let only_payer = PAYEES.lines().take(2).collect::<Vec<_>>().join("\n");
    let payees = Payees::read(&written(folder.path(), "payees.csv", &only_payer)).expect("right");
    let refused = ready(desk.app(), &payees, None, day(30), MANY).await.expect_err("nobody can be paid");
    let sentence = format!("none of the payments can go out: {a}/1: the list of payees has no row for NORD (Nordlicht Systeme)");
    assert!(matches!(refused, PaymentError::AllLeftOut(_)) && refused.to_string().starts_with(&sentence), "{refused}");
    let other = "USD".parse().ok();
    assert_eq!(ready(desk.app(), &payees, other, day(30), MANY).await.expect_err("none").to_string(), "no payment is ordered in USD");
}

/// A claim that is paid in two parts has two payments in one file, and an answer to each.
#[tokio::test(flavor = "multi_thread")]
async fn two_payments_of_one_claim_are_both_answered() {
    on_both(|fresh| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Desk::opened(&fresh, "10000").await;
        let request = desk.approved("Roadshow", "900").await;
        desk.pass_days(24);
        let id = desk.claim_on(request, content("A", "100")).await;
        desk.approve(APPROVES[0], id).await.expect("approved");
        for (key, amount) in [("first", "60"), ("rest", "40")] {
            desk.claim(PAYS[0], id, ClaimCommand::Pay { key: text(key), amount: Some(eur(amount)) }).await.expect("ordered");
        }
        let payees = Payees::read(&written(folder.path(), "payees.csv", PAYEES)).expect("right");
        let batch = ready(desk.app(), &payees, None, day(30), MANY).await.expect("ready");
        sent(&desk, &batch, FileKind::Csv).await.expect("exported");
        let path = written(folder.path(), "answer.csv", &format!("reference,status\n{id}/1,paid\n{id}/2,refused\n"));
        let done = answered(&desk, &path).await;
        assert_eq!(done.refused, Vec::<String>::new());
        let claim = desk.claim_seen(id).await;
        let states: Vec<&str> = claim.payments.iter().map(|payment| payment.state.name()).collect();
        assert_eq!((states, claim.payable()), (vec!["confirmed", "failed"], eur("40")), "{}", fresh.name);
    })
    .await;
}
