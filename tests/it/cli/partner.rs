//! The status of partners by the command line.

use super::Home;

const PARTNERS: &str = "Code,Name,Kind,Status,Tier,Country\n\
    NORD,Nordlicht Systeme,reseller,active,gold,DE\n\
    OST,Ostsee Netze,reseller,onboarding,registered,DE\n";

#[test]
fn a_partner_is_suspended_reinstated_and_an_import_leaves_that_alone() {
    let home = Home::new();
    home.write("partners.csv", PARTNERS);
    home.run(&["import", "partners", "partners.csv"]).ok();
    let planned = home.run(&["partner", "suspend", "NORD", "--reason", "invoices are open", "--dry-run"]).ok();
    assert_eq!(planned, "Nordlicht Systeme (NORD) would be suspended, no longer active.\nNothing else changes.\n");
    let shown = home.run(&["partner", "show", "NORD"]).ok();
    assert!(shown.starts_with("Nordlicht Systeme (NORD): reseller, gold, DE\nactive since "), "{shown}");
    home.run(&["partner", "suspend", "NORD", "--reason", "invoices are open"]).ok();
    let shown = home.run(&["partner", "show", "NORD"]).ok();
    assert!(shown.contains(", by anna: invoices are open\nIt gets no leads, and nothing of it is approved.\n"), "{shown}");
    home.write("moved.csv", &PARTNERS.replace("OST,Ostsee Netze", "OST,Ostsee Netze AG"));
    let ran = home.run(&["import", "partners", "moved.csv"]);
    let again = ran.out() + &ran.err();
    assert!(again.contains("the status of 1 partner (NORD) was decided at the desk and stays, whatever the file says"), "{again}");
    assert!(again.contains("changed 1 + known already 1"), "{again}");
    let twice = home.run(&["partner", "suspend", "NORD", "--reason", "again"]).failed(1);
    assert!(twice.contains("cannot suspend a partner: Nordlicht Systeme is suspended already"), "{twice}");
    let back = home.run(&["partner", "reinstate", "NORD"]).ok();
    assert_eq!(back, "Nordlicht Systeme (NORD) is active, no longer suspended.\nNothing else changes.\n");
    let open = home.run(&["partner", "activate", "OST", "--dry-run"]).failed(1);
    assert!(open.contains("6 steps are open: agreement, due ") && open.contains("say why it is active without that"), "{open}");
    let why = ["partner", "activate", "OST", "--reason", "they sell already"];
    let done = home.run(&why).ok();
    assert!(done.starts_with("Ostsee Netze AG (OST) is active, no longer onboarding.\n6 steps are open: "), "{done}");
    home.run(&["partner", "offboard", "OST", "--reason", "the agreement ended"]).ok();
    home.run(&["partner", "reopen", "OST"]).ok();
    let json = home.run(&["partner", "show", "OST", "--json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["status"], &json["since"]["by"]), (&"onboarding".into(), &"anna".into()));
    let told = home.run(&["audit", "show", "P-2"]).ok();
    assert!(told.contains("offboarded, no longer active: the agreement ended"), "{told}");
    home.run(&["audit", "verify"]).ok();
}

#[test]
fn the_steps_of_an_onboarding_are_shown_ticked_and_reopened() {
    let home = Home::new();
    home.write("partners.csv", PARTNERS);
    home.run(&["import", "partners", "partners.csv"]).ok();
    let shown = home.run(&["partner", "steps", "OST"]).ok();
    assert!(shown.starts_with("Ostsee Netze (OST): 0 of 6 steps, day 0 since 20"), "{shown}");
    assert_eq!(shown.lines().filter(|line| line.starts_with("open ")).count(), 6, "{shown}");
    let planned = home.run(&["partner", "step", "OST", "agreement", "--dry-run"]).ok();
    assert!(planned.starts_with("Agreement of Ostsee Netze (OST) would be done.\n5 steps are open: compliance, due "), "{planned}");
    let done = home.run(&["partner", "step", "OST", "agreement", "--note", "signed on paper"]).ok();
    assert!(done.starts_with("Agreement of Ostsee Netze (OST) is done.\n5 steps are open: "), "{done}");
    let shown = home.run(&["partner", "steps", "OST"]).ok();
    assert!(shown.lines().nth(1).is_some_and(|line| line.starts_with("done ") && line.ends_with("by anna: signed on paper")), "{shown}");
    let json = home.run(&["partner", "steps", "OST", "--json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let first = &json["steps"][0];
    assert_eq!(
        (&first["step"], &first["done"], &first["ticked"]["by"], &first["overdue"]),
        (&"agreement".into(), &true.into(), &"anna".into(), &false.into())
    );
    assert_eq!((&json["day"], &json["steps"][5]["days"], &json["steps"][5]["done"]), (&0.into(), &90.into(), &false.into()));
    let why = home.run(&["partner", "step", "OST", "training"]).failed(1);
    assert!(why.contains("training is known by itself: to tick it by hand it needs a note"), "{why}");
    let why = home.run(&["partner", "step", "OST", "exam"]).failed(2);
    assert!(why.contains("agreement, compliance, access, training, contacts, first_fund"), "{why}");
    let open = home.run(&["partner", "step", "OST", "agreement", "--reopen"]).ok();
    assert!(open.starts_with("Agreement of Ostsee Netze (OST) is open again.\n6 steps are open: "), "{open}");
    let none = home.run(&["partner", "steps", "NORD"]).failed(1);
    assert!(none.contains("Nordlicht Systeme is active: it has no onboarding under way"), "{none}");
    let told = home.run(&["audit", "show", "P-2"]).ok();
    assert!(
        told.contains("onboarding: agreement is done: signed on paper") && told.contains("onboarding: agreement is open again"),
        "{told}"
    );
    home.run(&["audit", "verify"]).ok();
}
