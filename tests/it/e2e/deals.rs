//! A deal that two partners claim, from the files in which they claim it to the appeal that gives it to the other.

use super::Terminal;
use crate::cli::Home;

const PARTNERS: &str = "Code,Name,Kind,Status,Tier,Country\n\
    P-0001,Halden Netzwerke,reseller,active,gold,DE\n\
    P-0002,Rheinblick Systeme,reseller,active,gold,DE\n";

fn file(key: &str, customer: &str, value: &str) -> String {
    format!(
        "Id,Customer,Country,City,Products,Value,Currency,Close Date,Submit\n{key},{customer},DE,Kiel,Switching,{value},EUR,2097-03-31,yes\n"
    )
}

/// A console of one operator at the conflict of D-1, with its dossier open.
fn at_the_dossier(home: &Home, name: &str) -> Terminal {
    let mut console = Terminal::open(home, &["--as", name, "--room", "deals", "--filter", "id:1"]);
    console.shows("D-1  ");
    console.keys("=");
    console.shows("the rules say");
    console
}

fn leaves(mut console: Terminal) {
    console.keys("q");
    console.ends_well();
}

/// Awards the deal to whom the rules recommend.
fn award(console: &mut Terminal) {
    console.keys("a");
    console.shows("recommended");
    console.keys("\r");
    console.shows("Award C-1, partner against partner?");
    console.keys("Y");
}

/// The first reviewer decides by the rules; the engine in the console tells the parties.
fn decided_by_carla(home: &Home) {
    let mut console = at_the_dossier(home, "Carla Neri");
    console.shows("the parties hand in evidence");
    console.keys("b");
    console.shows("Begin review C-1");
    console.keys("Y");
    console.shows("to be decided until");
    award(&mut console);
    console.shows("decided; a party may appeal until");
    leaves(console);
}

/// The other party brings a letter of the customer, and appeals. Whoever decided does not judge the appeal.
fn appealed_by_the_other(home: &Home) {
    let mut console = Terminal::open(home, &["--as", "Carla Neri", "--room", "deals", "--filter", "id:2"]);
    console.shows("D-2  ");
    console.keys("f\t");
    console.shows("Attach a document to D-2");
    console.keys("~/letter.pdf\x13");
    console.shows("document 1 attached");
    console.keys("=");
    console.shows("the rules say award to D-2");
    console.keys("L\tthe customer wrote for us\r");
    console.shows("Appeal C-1");
    console.keys("Y");
    console.shows("appeals: the customer wrote for us");
    console.keys("U");
    console.shows("an appeal goes to somebody else");
    leaves(console);
}

/// Which registrations are protected now.
fn protected(home: &Home) -> [bool; 2] {
    let shown = home.run(&["print", "deals", "--queue", "protected"]).ok();
    ["D-1 ", "D-2 "].map(|deal| shown.contains(deal))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_imports_collide_and_an_appeal_gives_the_deal_to_the_other() {
    let home = Home::new();
    home.write("partners.csv", PARTNERS);
    home.write("first.csv", &file("A-1", "Nordwerft Kiel GmbH", "48000"));
    home.write("second.csv", &file("B-1", "Nordwerft Kiel", "52000"));
    home.write("letter.pdf", "%PDF-1.4 We want Rheinblick.");
    home.run(&["import", "partners", "partners.csv"]).ok();
    for name in ["Carla Neri", "Dora Vint"] {
        home.run(&["operator", "add", name, "--role", "channel_manager"]).ok();
    }
    let line = home.run(&["import", "deals", "first.csv", "--partner", "P-0001"]).ok();
    assert!(line.contains("submitted 1 + conflicting 0"), "{line}");
    let line = home.run(&["import", "deals", "second.csv", "--partner", "P-0002"]).ok();
    assert!(line.contains("submitted 0 + conflicting 1"), "{line}");

    decided_by_carla(&home);
    assert_eq!(protected(&home), [true, false]);
    appealed_by_the_other(&home);
    let mut console = at_the_dossier(&home, "Dora Vint");
    award(&mut console);
    console.shows("on appeal");
    leaves(console);
    assert_eq!(protected(&home), [false, true]);

    let told: serde_json::Value = serde_json::from_str(&home.run(&["audit", "show", "C-1", "--json"]).ok()).expect("JSON");
    let kinds: Vec<&str> = told.as_array().expect("a list").iter().rev().filter_map(|row| row["kind"].as_str()).collect();
    let story: Vec<&str> = kinds.iter().map(|kind| kind.trim_start_matches("conflict.")).collect();
    assert_eq!(
        story.iter().filter(|kind| **kind != "closed").copied().collect::<Vec<_>>(),
        ["flagged", "evidence_opened", "review_started", "decided", "notified", "appealed", "overturned"],
        "{told:#}"
    );
    // Both were told of the decision and of what the appeal made of it.
    let notices = |kind: &str| {
        let event = told.as_array().expect("a list").iter().find(|row| row["kind"] == format!("conflict.{kind}")).expect("it happened");
        let each = event["body"]["notices"].as_array().expect("a list").iter();
        each.map(|one| format!("{} {}", one["deal"], one["kind"].as_str().expect("a kind"))).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(notices("notified"), "1 awarded, 2 gave_way");
    assert_eq!(notices("overturned"), "1 gave_way, 2 awarded");
    assert!(home.run(&["audit", "verify"]).ok().contains("whole"), "the chain is whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_a_conflict_is_called_once_in_whatever_room_they_work() {
    let home = Home::new();
    home.write("partners.csv", PARTNERS);
    home.write("first.csv", &file("A-1", "Nordwerft Kiel GmbH", "48000"));
    home.write("second.csv", &file("B-1", "Nordwerft Kiel", "52000"));
    home.run(&["import", "partners", "partners.csv"]).ok();
    for name in ["Carla Neri", "Dora Vint"] {
        home.run(&["operator", "add", name, "--role", "channel_manager"]).ok();
    }
    home.run(&["import", "deals", "first.csv", "--partner", "P-0001"]).ok();
    home.run(&["import", "deals", "second.csv", "--partner", "P-0002"]).ok();
    let mut dora = Terminal::open(&home, &["--as", "Dora Vint", "--notify", "osc9"]);
    dora.shows("Welcome to Pilothouse");
    let mut carla = at_the_dossier(&home, "Carla Neri");
    carla.keys("b");
    carla.shows("Begin review C-1");
    carla.keys("Y");
    carla.shows("to be decided until");
    carla.keys("H");
    carla.shows("Who reviews C-1");
    carla.keys("dora\r");
    let wanted = "C-1 Nordwerft Kiel GmbH: handed to you";
    dora.shows(wanted);
    let bytes = format!("\x1b]9;Pilothouse: {wanted}\x1b\\\x07").into_bytes();
    let told = |console: &Terminal| console.bytes().windows(bytes.len()).filter(|window| *window == bytes).count();
    dora.until("called", |console| told(console) == 1);
    carla.shows("Dora Vint reviews it");
    for console in [&mut dora, &mut carla] {
        console.keys("q");
        console.ends_well();
    }
    assert_eq!((told(&dora), told(&carla)), (1, 0));
}
