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
    home.run(&["partner", "activate", "OST"]).ok();
    home.run(&["partner", "offboard", "OST", "--reason", "the agreement ended"]).ok();
    home.run(&["partner", "reopen", "OST"]).ok();
    let json = home.run(&["partner", "show", "OST", "--json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["status"], &json["since"]["by"]), (&"onboarding".into(), &"anna".into()));
    let told = home.run(&["audit", "show", "P-2"]).ok();
    assert!(told.contains("offboarded, no longer active: the agreement ended"), "{told}");
    home.run(&["audit", "verify"]).ok();
}
