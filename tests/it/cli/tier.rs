//! Tiers by the command line.

use super::Home;

const PARTNERS: &str = "Code,Name,Kind,Status,Tier,Country,Certifications\n\
    NORD,Nordlicht Systeme,reseller,active,gold,DE,security 2099-01-01\n\
    OST,Ostsee Netze,reseller,active,registered,DE,\n";

#[test]
fn partners_are_audited_proposed_and_shown() {
    let home = Home::new();
    home.write("partners.csv", PARTNERS);
    home.run(&["import", "partners", "partners.csv"]).ok();
    let none = home.run(&["tier", "show", "NORD"]).ok();
    assert!(none.contains("Not audited yet; `pilothouse tier evaluate --partner NORD` does it."), "{none}");
    home.run(&["tier", "rate", "OST", "--training", "80", "--compliance", "90"]).ok();
    let audited = home.run(&["tier", "evaluate"]).ok();
    assert!(audited.contains("NORD") && audited.contains(" gold, earned registered: at risk"), "{audited}");
    assert!(audited.contains("2 audited as of "), "{audited}");
    let again = home.run(&["tier", "evaluate"]).ok();
    assert!(again.contains("0 audited as of ") && again.contains(", 2 with the same facts as before."), "{again}");
    let shown = home.run(&["tier", "show", "NORD"]).ok();
    for part in [
        "Nordlicht Systeme (NORD): gold\n",
        "  certifications: 1, needs 2, 1 short\n",
        "  revenue of twelve months: not known, needs EUR 5,000,000.00\n",
        "\nTo silver:\n",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let json = home.run(&["tier", "show", "OST", "--json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["evaluations"][0]["made"]["facts"]["training"], "80");
    let proposed = home.run(&["tier", "propose", "OST", "silver", "--reason", "won the frame contract"]).ok();
    assert_eq!(proposed, "Ostsee Netze (OST): silver is proposed: won the frame contract\n");
    let own = home.run(&["tier", "approve", "OST"]).failed(1);
    assert!(own.contains("anna proposed silver for Ostsee Netze, and somebody else decides that"), "{own}");
    let listed = home.run(&["tier", "list", "promotions"]).ok();
    assert!(listed.starts_with("OST") && listed.ends_with("1 partner.\n"), "{listed}");
    let undone = home.run(&["tier", "undo", "OST"]).ok();
    assert_eq!(undone, "Ostsee Netze (OST): nothing is under way\n");
    let planned = home.run(&["tier", "plan", "NORD"]).ok();
    assert!(planned.starts_with("Nordlicht Systeme (NORD): remediation plan to keep gold, 0 % done, until "), "{planned}");
    let nobody = home.run(&["tier", "assign", "NORD", "zoe"]).failed(1);
    assert!(nobody.contains("\"zoe\" does not work at the tier desk; there is anna"), "{nobody}");
    home.run(&["tier", "assign", "NORD", "anna"]).ok();
    let closed = home.run(&["tier", "close", "NORD", "--reason", "the certificate came in"]).ok();
    assert_eq!(closed, "Nordlicht Systeme (NORD): nothing is under way\n");
    let wrong = home.run(&["tier", "evaluate", "--quarter", "2026"]).failed(1);
    assert!(wrong.contains("\"2026\" is not a quarter; write it as 2026-Q2"), "{wrong}");
    let told = home.run(&["audit", "show", "T-1"]).ok();
    assert!(told.contains("rated: compliance 90, training 80"), "{told}");
    home.run(&["audit", "verify"]).ok();
}

#[test]
fn a_plan_says_what_becomes_of_tiers() {
    let home = Home::new();
    home.write("partners.csv", PARTNERS);
    home.run(&["import", "partners", "partners.csv"]).ok();
    let program = pilothouse::domain::program::DEMO.split("\n[[").enumerate();
    let kept = program.filter(|(n, section)| *n == 0 || !(section.starts_with("routing.") && section.contains("partner")));
    let text: String = kept.map(|(n, section)| if n == 0 { section.to_owned() } else { format!("\n[[{section}") }).collect();
    home.write("program.toml", &text);
    home.run(&["program", "apply", "program.toml"]).ok();
    let open = text.replace("revenue = 1_000_000\ncertifications = 1\n", "revenue = 0\ncertifications = 0\n");
    home.write("open.toml", &open.replace("rank = 4", "rank = 9"));
    let said = home.run(&["program", "plan", "open.toml"]).ok();
    assert!(said.contains("~ tiers.silver.revenue: 1000000 -> 0\n"), "{said}");
    assert!(said.contains("partners would be promoted and 0 demoted by it"), "{said}");
}

#[test]
fn a_rating_says_what_was_recorded_and_queues_have_both_names() {
    let home = Home::new();
    home.write("partners.csv", PARTNERS);
    home.run(&["import", "partners", "partners.csv"]).ok();
    let nothing = home.run(&["tier", "rate", "OST"]).failed(1);
    assert_eq!(
        nothing,
        "pilothouse: nothing to record: say --satisfaction, --compliance or --training, each with a number from 0 to 100\n"
    );
    home.run(&["tier", "rate", "OST", "--training", "80"]).ok();
    let rated = home.run(&["tier", "rate", "OST", "--compliance", "90"]).ok();
    assert_eq!(rated, "Ostsee Netze (OST): recorded: compliance 90; now satisfaction not known, compliance 90, training 80\n");
    home.run(&["tier", "evaluate"]).ok();
    for (name, other) in [("near", "near-a-line"), ("expiring", "certifications-expiring"), ("all", "all-partners"), ("at_risk", "at-risk")]
    {
        assert_eq!(home.run(&["tier", "list", name]).ok(), home.run(&["tier", "list", other]).ok(), "{name}");
        let title = |name: &str| home.run(&["print", "tiers", "--queue", name]).ok();
        assert_eq!(title(name), title(other), "{name}");
    }
    let wrong = home.run(&["--room", "tiers", "--queue", "breached"]).failed(1);
    assert!(wrong.contains("near-a-line") && !wrong.contains("to-decide") && !wrong.contains("due-soon"), "{wrong}");
    let wrong = home.run(&["print", "tiers", "--queue", "nowhere"]).failed(1);
    assert!(wrong.contains("near-a-line") && !wrong.contains("due-soon"), "{wrong}");
}
