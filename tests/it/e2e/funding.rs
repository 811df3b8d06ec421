//! Money from its allocation to a claim that is paid, with two approvers and finance, each at a console of their own.

use super::Terminal;
use crate::cli::Home;

const PARTNERS: &str = "Code,Name,Kind,Status,Tier,Country\nP-0001,Halden Netzwerke,reseller,active,gold,DE\n";
const PAYEES: &str = "code,name,account,bic\npayer,Meridian Networks,NL91ABNA0417164300,ABNANL2A\nP-0001,Halden,DE89370400440532013000,\n";

/// A console of one operator in the funding room, with this item alone.
fn at(home: &Home, name: &str, queue: &str, item: &str) -> Terminal {
    let console = Terminal::open(home, &["--as", name, "--room", "mdf", "--queue", queue, "--filter", &format!("id:{item}")]);
    console.shows(&format!("›  {item}  "));
    console
}

fn leaves(mut console: Terminal) {
    console.keys("q");
    console.ends_well();
}

/// Approves what is under the cursor. The plan says the same words as what came of it, but not this sentence.
fn approves(home: &Home, name: &str, item: &str, then: &str) {
    let mut console = at(home, name, "all", item);
    console.keys("a");
    console.shows(&format!("Approve {item}"));
    console.keys("Y");
    console.shows(&format!("{item} Roadshow: {then}"));
    leaves(console);
}

/// Limits, a fund and its money.
fn set_up(home: &Home) {
    let mut anna = Terminal::open(home, &["--room", "mdf"]);
    anna.shows("There is no fund yet");
    for name in ["Ada", "Bo"] {
        anna.keys("m");
        anna.shows("How much somebody may approve at once");
        anna.keys(&format!("{name}\tEUR 25000\x13"));
        anna.shows("the limit is set");
    }
    leaves(anna);
    let mut fin = Terminal::open(home, &["--as", "Fin", "--room", "mdf"]);
    fin.shows("There is no fund yet");
    fin.keys("O");
    fin.shows("Open a fund");
    fin.keys("Co-op\tCo-op\tHalden\t\t\x152097-12-31\t\x15EUR");
    fin.shows("for Halden Netzwerke");
    fin.keys("\x13");
    fin.shows("Funds 1");
    leaves(fin);
    let mut fin = at(home, "Fin", "funds", "F-1");
    fin.keys("+");
    fin.shows("Allocate to F-1");
    fin.keys("\x15EUR 40000\tboard\x13");
    fin.shows("available EUR 0.00 -> EUR 40,000.00");
    fin.keys("Y");
    fin.shows("EUR 40,000 ");
    leaves(fin);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_an_allocation_to_a_paid_claim_with_two_approvers() {
    let home = Home::new();
    home.write("partners.csv", PARTNERS);
    home.write("accounts.csv", PAYEES);
    home.write("invoice.pdf", "%PDF-1.4 an invoice");
    home.write("photo.pdf", "%PDF-1.4 a photo");
    home.run(&["import", "partners", "partners.csv"]).ok();
    for (name, role) in [("Rosa", "triager"), ("Ada", "approver"), ("Bo", "approver"), ("Fin", "finance")] {
        home.run(&["operator", "add", name, "--role", role]).ok();
    }
    set_up(&home);

    let mut rosa = at(&home, "Rosa", "funds", "F-1");
    rosa.keys("p");
    rosa.shows("Ask for money");
    rosa.keys("\t\tRoadshow\t\tDE\t\x152097-03-01\t2097-03-02\tEUR 16000");
    rosa.shows("EUR 8,000.00 of EUR 16,000.00 is asked for");
    rosa.keys("\x13");
    rosa.shows("R-1 Roadshow");
    leaves(rosa);
    // Above 5,000 it takes two, and the first of them is not the second.
    approves(&home, "Ada", "R-1", "first approval");
    let mut ada = at(&home, "Ada", "all", "R-1");
    ada.keys("a");
    ada.shows("approve: ");
    leaves(ada);
    approves(&home, "Bo", "R-1", "approved: EUR 8,000.00 committed");

    let mut rosa = at(&home, "Rosa", "all", "R-1");
    rosa.keys("L");
    rosa.shows("Claim on R-1");
    rosa.keys("\t\tEUR 16000\t\tINV-7; Hall Ltd; 2097-03-02\t~/invoice.pdf\t~/photo.pdf");
    rosa.shows("1 invoice");
    rosa.keys("\x13");
    rosa.shows("M-1 Roadshow");
    leaves(rosa);
    approves(&home, "Ada", "M-1", "first approval");
    approves(&home, "Bo", "M-1", "approved: EUR 8,000.00");

    let mut fin = at(&home, "Fin", "finance", "M-1");
    fin.keys("$");
    fin.shows("Pay M-1");
    fin.keys("Y");
    fin.shows("M-1 Roadshow: payment 1 ordered");
    fin.keys("X");
    fin.shows("Write ordered payments");
    fin.keys("~/accounts.csv\tCSV\tEUR\t~/\x13");
    fin.shows("1 payment");
    home.write("answer.csv", "reference,status,amount,currency,reason\nM-1/1,paid,8000.00,EUR,\n");
    fin.keys("x");
    fin.shows("Take in what the bank answered");
    fin.keys("~/answer.csv\x13");
    fin.shows("1 paid, 0 not paid");
    leaves(fin);

    let funds = home.run(&["print", "mdf", "--queue", "funds", "--size", "200x40"]).ok();
    assert!(funds.contains("EUR 32,000") && funds.contains("EUR 40,000"), "{funds}");
    let rows: serde_json::Value = serde_json::from_str(&home.run(&["audit", "show", "M-1", "--json"]).ok()).expect("JSON");
    let kinds: Vec<&str> = rows.as_array().expect("a list").iter().rev().filter_map(|row| row["kind"].as_str()).collect();
    let story: Vec<&str> = kinds.iter().map(|kind| kind.trim_start_matches("claim.")).collect();
    let whole =
        ["drafted", "submitted", "checked", "signed", "approved", "payment_ordered", "payment_exported", "payment_confirmed", "closed"];
    assert_eq!(story, whole, "two approvals, one payment, each once: {rows:#}");
    assert!(home.run(&["audit", "verify"]).ok().contains("whole"), "the chain is whole");
}
