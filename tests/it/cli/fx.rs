//! Exchange rates by the command line.

use super::Home;

const RATES: &str = "Date,USD,JPY,\n2026-03-20,1.08,N/A,\n2026-03-19,1.085,161.25,\n2026-03-18,zero,161,\n";

#[test]
fn rates_are_planned_recorded_and_known() {
    let home = Home::new();
    home.write("ecb.csv", RATES);
    let planned = home.run(&["import", "fx", "ecb.csv", "--dry-run"]);
    assert!(planned.err().contains("Nothing was written. This is what an import would do:\n"), "{}", planned.err());
    assert_eq!(planned.ok(), "read 3 = recorded 2 + rejected 1\n");
    let done = home.run(&["import", "fx", "ecb.csv"]);
    let sentence = "rejected: line 4, column 2 (`USD`): \"zero\" is not an exchange rate: write a number above zero, or N/A\n";
    assert!(done.err().contains(sentence) && done.err().contains("kept in ecb.csv.rejects.csv"), "{}", done.err());
    assert_eq!(done.ok(), "read 3 = recorded 2 + rejected 1\n");
    let kept = std::fs::read_to_string(home.path().join("ecb.csv.rejects.csv")).expect("the rejects");
    home.write("ecb.csv.rejects.csv", &kept.replace("zero", "1.07"));
    assert_eq!(home.run(&["import", "fx", "ecb.csv.rejects.csv"]).ok(), "read 1 = recorded 1 + rejected 0\n");
    let told = home.run(&["audit", "show"]).ok();
    assert!(told.contains("exchange rates of 2 days recorded, 2026-03-19 to 2026-03-20 (ECB)"), "{told}");
    let before = home.run(&["audit", "verify"]).ok();
    assert_eq!(home.run(&["import", "fx", "ecb.csv"]).ok(), "read 3 = recorded 0 + rejected 1 + known already 2\n");
    assert_eq!(home.run(&["audit", "verify"]).ok(), before, "not one event more");
}
