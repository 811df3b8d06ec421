//! A lead worked from its offer to the end, and the ways out.

use super::{Terminal, settled_home};
use rustix::process::Signal;

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_worked_with_single_keys_and_the_chain_tells_it() {
    let home = settled_home().await;
    let mut console = Terminal::open(&home, &["--as", "Anna Berg"]);
    console.shows("Alpenblick Kliniken");
    console.choose(1);
    console.keys("a");
    console.shows("L-1 Alpenblick Kliniken: accepted by");
    console.keys("t");
    console.shows("first touch after");
    console.keys("+");
    console.shows("qualified");
    console.keys("q");
    console.ends_well();

    assert!(home.run(&["audit", "verify"]).ok().contains("whole"), "the chain is whole");
    let told: serde_json::Value = serde_json::from_str(&home.run(&["audit", "show", "L-1", "--json"]).ok()).expect("JSON");
    let mut kinds: Vec<&str> = told.as_array().expect("a list").iter().filter_map(|row| row["kind"].as_str()).collect();
    kinds.reverse();
    assert_eq!(kinds, ["lead.received", "lead.offered", "lead.accepted", "lead.touched", "lead.qualified"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_that_end_it_give_the_terminal_back() {
    let home = settled_home().await;
    for signal in [Signal::TERM, Signal::HUP] {
        let mut console = Terminal::open(&home, &["--as", "Anna Berg"]);
        console.shows("Alpenblick Kliniken");
        console.signal(signal);
        console.ends_well();
    }
    assert!(home.run(&["audit", "verify"]).ok().contains("whole"), "the chain is whole");
}
