//! Who approves how much, by the command line.

use super::Home;

#[test]
fn limits_and_delegations_are_set_told_and_kept() {
    let home = Home::new();
    home.run(&["operator", "add", "Carla", "--role", "approver"]).ok();
    home.run(&["operator", "add", "Ben", "--role", "channel_manager"]).ok();
    assert!(home.run(&["operator", "limits"]).ok().starts_with("nobody has a limit"));
    let set = home.run(&["operator", "limit", "carla", "EUR", "5000", "--from", "2026-01-01"]).ok();
    assert_eq!(set, "Carla approves up to EUR 5,000.00 from 2026-01-01 on\n");
    let more = home.run(&["operator", "limit", "carla", "JPY", "800000", "--from", "2026-02-01", "--until", "2026-02-28"]).ok();
    assert_eq!(more, "Carla approves up to JPY 800,000 from 2026-02-01 to 2026-02-28\n");
    let stands = ["operator", "delegate", "ben", "--for", "carla", "--from", "2026-12-20", "--until", "2027-01-06"];
    assert_eq!(home.run(&stands).ok(), "Ben approves for Carla from 2026-12-20 to 2027-01-06\n");
    let told = home.run(&["operator", "limits"]).ok();
    for line in [
        "Carla               approves up to EUR 5,000.00 from 2026-01-01 on\n",
        "Carla               approves up to JPY 800,000 from 2026-02-01 to 2026-02-28\n",
        "Ben                 approves for Carla from 2026-12-20 to 2027-01-06\n",
    ] {
        assert!(told.contains(line), "{told}");
    }
    let json: serde_json::Value = serde_json::from_str(&home.run(&["operator", "limits", "--json"]).ok()).expect("JSON");
    assert_eq!(json["limits"][0]["amount"], "EUR 5,000.00");
    assert_eq!(json["delegations"][0]["for"], "Carla");
    let back = ["operator", "delegate", "ben", "--for", "carla", "--from", "2026-12-20", "--until", "2026-12-19"];
    assert_eq!(home.run(&back).ok(), "Ben no longer approves for Carla from 2026-12-20 on\n");
    assert!(!home.run(&["operator", "limits"]).ok().contains("Ben"));
}

#[test]
fn a_limit_that_makes_no_sense_is_refused_in_a_sentence() {
    let home = Home::new();
    home.run(&["operator", "add", "Carla", "--role", "approver"]).ok();
    for (asked, said) in [
        (&["operator", "limit", "carlo", "EUR", "5000"][..], "there is no operator \"carlo\"; did you mean \"Carla\"?"),
        (&["operator", "limit", "carla", "JPY", "10.5"], "\"10.5\" is not an amount"),
        (&["operator", "limit", "carla", "EUR", "5", "--from", "2026-02-01", "--until", "2026-01-31"], "before it begins on 2026-02-01"),
        (&["operator", "delegate", "carla", "--for", "carla", "--until", "2026-12-31"], "nobody stands in for themselves"),
    ] {
        let refused = home.run(asked).failed(1);
        assert!(refused.contains(said), "{asked:?}: {refused}");
    }
    assert!(home.run(&["operator", "limits"]).ok().starts_with("nobody has a limit"));
}
