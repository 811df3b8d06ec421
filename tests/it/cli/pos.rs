//! Lines that wait for a person, from the command line.

use super::Home;

const HEAD: &str = "Id,Partner,Product,Product Line,Day,Quantity,Unit Price,Amount,Currency\n";

/// A home with two partners.
fn home() -> Home {
    let home = Home::new();
    home.write("partners.csv", "Code,Name,Country\nP-0001,Halden Netzwerke GmbH,DE\nP-0002,Réseaux du Midi SARL,FR\n");
    home.run(&["import", "partners", "partners.csv"]).ok();
    home
}

#[test]
fn a_line_that_waits_is_corrected_accepted_dismissed_and_taken_back() {
    let home = home();
    home.write(
        "pos.csv",
        &format!(
            "{HEAD}1,P-0001,MX-1,Switching,2026-03-01,2,10.00,20.00,EUR\n\
             2,P-9999,MX-1,Switching,2026-03-01,2,10.00,20.00,EUR\n\
             3,P-0001,MX-1,Switching,2026-03-01,2,10.00,25.00,EUR\n\
             4,P-0001,MX-1,Switching,2026-03-01,2,10.00,20.00,EURO\n"
        ),
    );
    let sum = "read 4 = recorded 1 + in correction 3 + rejected 0\n";
    assert_eq!(home.run(&["import", "sales", "pos.csv", "--dry-run"]).ok(), sum);
    assert_eq!(home.run(&["import", "sales", "pos.csv"]).ok(), sum);
    let listed = home.run(&["pos", "corrections"]);
    assert!(listed.err().contains("3 lines wait: 1 mismatch, 1 unknown partner, 1 unreadable\n"), "{}", listed.err());
    assert!(
        listed.out().contains("K-2      open       pos.csv line 4 (P-0001 MX-1 2026-03-01 25.00 EUR): quantity and price make EUR 20.00"),
        "{}",
        listed.out()
    );
    let screen = home.run(&["print", "tiers", "--queue", "corrections", "--filter", "reason:mismatch"]).ok();
    assert!(screen.contains("K-2     Halden Netzwerke") && screen.contains("mismatch") && !screen.contains("K-1"), "{screen}");
    let refused = home.run(&["tier", "list", "corrections"]);
    assert!(refused.failed(2).contains("invalid value 'corrections'"), "lines are no partners");
    assert!(home.run(&["pos", "correct", "K-1", "--set", "partner=P-8888"]).ok().starts_with("K-1 still waits: "));
    assert_eq!(home.run(&["pos", "correct", "K-1", "--set", "partner=P-0002"]).ok(), "K-1 is recorded as line 2\n");
    let refused = home.run(&["pos", "accept", "K-3", "--note", "it is right"]);
    let refused = refused.failed(1);
    assert!(refused.contains("K-3 can't be let through as it is: `currency` is \"EURO\""), "{refused}");
    assert_eq!(home.run(&["pos", "accept", "K-2", "--note", "a fee of 5.00 is in it"]).ok(), "K-2 is recorded as line 3\n");
    assert_eq!(home.run(&["pos", "dismiss", "K-3", "--reason", "a test order"]).ok(), "K-3 is dismissed\n");
    let revenue = ["pos", "revenue", "--from", "2026-03-01", "--to", "2026-04-01", "--json"];
    let amounts = |home: &Home| {
        let value: serde_json::Value = serde_json::from_str(&home.run(&revenue).ok()).expect("JSON");
        value["revenue"].as_array().expect("rows").iter().map(|row| row["amount"].as_str().expect("a text").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(amounts(&home), ["45.00", "20.00"]);
    assert_eq!(home.run(&["pos", "undo", "K-2"]).ok().split(':').next(), Some("K-2 still waits"), "it waits again");
    assert_eq!(amounts(&home), ["20.00", "20.00"], "and what it had recorded is cancelled");
    let story = home.run(&["pos", "corrections", "K-2"]).ok();
    assert!(story.contains("anna: accepted as it is, and recorded as line 3: a fee of 5.00 is in it\n"), "{story}");
    assert!(story.contains("  Partner: P-0001\n"), "the row as it came: {story}");
    let known = "read 4 = recorded 0 + in correction 0 + rejected 0 + known already 4\n";
    assert_eq!(home.run(&["import", "sales", "pos.csv"]).ok(), known, "what people decided stays");
    assert!(home.run(&["audit", "verify"]).ok().contains("whole"));
}

#[test]
fn a_line_outside_the_declared_period_waits() {
    let home = home();
    home.write(
        "q1.csv",
        &format!("{HEAD}1,P-0001,MX-1,Switching,2026-03-31,2,10.00,20.00,EUR\n2,P-0001,MX-1,Switching,2026-04-01,2,10.00,20.00,EUR\n"),
    );
    let imported = home.run(&["import", "sales", "q1.csv", "--from", "2026-01-01", "--to", "2026-03-31"]);
    assert!(imported.err().contains("K-1, line 3: its day is not within 2026-01-01 to 2026-03-31"), "{}", imported.err());
    assert_eq!(imported.ok(), "read 2 = recorded 1 + in correction 1 + rejected 0\n");
    assert_eq!(home.run(&["pos", "accept", "K-1", "--note", "invoiced a day late"]).ok(), "K-1 is recorded as line 2\n");
}

#[test]
fn late_lines_name_whose_audits_they_restate_and_a_trial_numbers_nothing() {
    let home = home();
    home.write(
        "late.csv",
        &format!(
            "{HEAD}1,P-0001,MX-1,Switching,2020-02-01,2,10.00,20.00,EUR\n\
             2,P-0002,MX-1,Switching,2020-03-01,2,10.00,20.00,EUR\n\
             3,P-0001,MX-1,Switching,2020-05-01,2,10.00,20.00,EUR\n\
             4,P-9999,MX-1,Switching,2020-05-01,2,10.00,20.00,EUR\n"
        ),
    );
    let names = ["2020-Q1: Halden Netzwerke GmbH, Réseaux du Midi SARL;", "2020-Q2: Halden Netzwerke GmbH;"];
    let planned = home.run(&["import", "sales", "late.csv", "--dry-run"]).err();
    assert!(planned.contains("in correction: line 5: ") && !planned.contains("K-"), "{planned}");
    let done = home.run(&["import", "sales", "late.csv"]).err();
    assert!(done.contains("in correction: K-1, line 5: "), "{done}");
    for told in [planned, done] {
        assert!(told.contains("3 of the recorded lines are of a quarter that is closed, and restate it\n"), "{told}");
        assert!(names.iter().all(|name| told.contains(name)), "{told}");
        assert!(told.contains("`pilothouse tier evaluate --quarter 2020-Q1` makes the audit anew\n"), "{told}");
    }
}
