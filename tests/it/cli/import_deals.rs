//! Deals in by the command line: the samples of `fixtures/import/deal`, from the plan to the second import.

use super::Home;
use std::path::Path;

const PARTNERS: &str = "Code,Name,Kind,Status,Tier,Country\n\
    P-0001,Halden Netzwerke GmbH,reseller,active,gold,DE\n\
    P-0002,Réseaux du Midi SARL,reseller,active,silver,FR\n";

const ACCOUNTS: &str = "Code,Name,Country,City,Website,Parent\n\
    C-1,Nordwerft Holding AG,DE,Hamburg,nordwerft-holding.example,\n\
    C-2,Nordwerft Kiel GmbH,DE,Kiel,nordwerft.example,C-1\n";

/// A home with two partners, two accounts and copies of the samples.
fn home() -> Home {
    let home = Home::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import/deal");
    for name in ["generic-deal.csv", "aws-opportunity.json", "microsoft-cosell.csv", "salesforce-opportunity.csv"] {
        home.write(name, &std::fs::read_to_string(folder.join(name)).expect("a sample"));
    }
    home.write("partners.csv", PARTNERS);
    home.write("accounts.csv", ACCOUNTS);
    home.run(&["import", "partners", "partners.csv"]).ok();
    home.run(&["import", "accounts", "accounts.csv"]).ok();
    home
}

const SUM: &str = "read 6 = drafted 1 + submitted 2 + conflicting 0 + rejected 2 + refused 1\n";

#[test]
fn deals_are_planned_imported_and_imported_again() {
    let home = home();
    let planned = home.run(&["import", "deals", "generic-deal.csv", "--dry-run"]);
    assert!(planned.err().contains("rows, mapping generic-deal\n"), "{}", planned.err());
    assert!(planned.err().contains("draft: line 3: the end customer's name is missing\n"), "{}", planned.err());
    assert!(planned.err().contains("customers: 1 are accounts of ours, 0 resemble one, 1 are new, 1 have no name; "), "{}", planned.err());
    assert!(planned.err().contains("products found under another spelling: 1\n"), "{}", planned.err());
    assert_eq!(planned.ok(), SUM);
    assert_eq!(home.run(&["import", "deals", "generic-deal.csv"]).ok(), SUM);
    let before = home.run(&["audit", "verify"]).ok();
    let again = home.run(&["import", "deals", "generic-deal.csv"]);
    let told = again.err();
    assert!(told.contains("Nothing was changed: what the file brings was here already or may not be taken over.\n"), "{told}");
    // The last row is the first with other notes.
    let sentence = "refused: line 7: what the deal is about \"Refresh of two halls\" -> \"The same once more\"; the customer's contact is \
                    another; not changed: line 2 has the same record, and the first counts\n";
    assert!(told.contains(sentence), "{told}");
    assert_eq!(again.ok(), "read 6 = drafted 0 + submitted 0 + conflicting 0 + rejected 2 + refused 1 + known already 3\n");
    assert_eq!(home.run(&["audit", "verify"]).ok(), before, "not one event more");
}

#[test]
fn an_unknown_partner_is_rejected_with_the_nearest_and_comes_in_corrected() {
    let home = home();
    let told = home.run(&["import", "deals", "generic-deal.csv", "--rejects", "kept.csv"]).err();
    let sentence = "rejected: line 5, column 2 (`Partner`): there is no partner \"P-0009\"; did you mean P-0001 (Halden Netzwerke GmbH)?\n";
    assert!(told.contains(sentence), "{told}");
    let kept = std::fs::read_to_string(home.path().join("kept.csv")).expect("the rejects");
    // By name, without its legal form.
    home.write("kept.csv", &kept.replace("P-0009", "Halden Netzwerke"));
    let line = home.run(&["import", "deals", "kept.csv"]).ok();
    assert_eq!(line, "read 2 = drafted 0 + submitted 1 + conflicting 0 + rejected 1\n");
}

#[test]
fn a_second_partner_for_the_same_customer_is_in_conflict_at_once() {
    let home = home();
    home.run(&["import", "deals", "generic-deal.csv"]).ok();
    home.write(
        "other.csv",
        "Id,Customer,Country,Website,Products,Value,Currency,Close Date\nX-1,Nordwerft Kiel,DE,nordwerft.example,Switching,50000,EUR,2097-03-01\n",
    );
    let line = home.run(&["import", "deals", "other.csv", "--partner", "P-0002"]).ok();
    assert_eq!(line, "read 1 = drafted 0 + submitted 0 + conflicting 1 + rejected 0\n");
}

#[test]
fn a_file_of_one_partner_needs_its_name_and_its_contract_is_enforced() {
    let home = home();
    let said = home.run(&["import", "deals", "aws-opportunity.json"]).failed(1);
    assert!(said.contains("mapping `aws-opportunity` has no column for the partner; say with --partner whose deals these are"), "{said}");
    let ran = home.run(&["import", "deals", "aws-opportunity.json", "--partner", "P-0001", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&ran.ok()).expect("JSON alone");
    let counts = &value["counts"];
    assert_eq!((&counts["read"], &counts["drafted"], &counts["rejected"]), (&2.into(), &1.into(), &1.into()));
    assert_eq!(value["deals"]["problems"]["the list of product lines: the program has no \"S-0000017\""], 1, "{value}");
    let told = value["rejects"][0].as_str().expect("a sentence");
    assert!(told.contains("`industry`: `Dentistry` is not allowed; it is one of Aerospace, "), "{told}");
}

#[test]
fn sales_belong_to_an_account_and_equal_lines_are_two_sales() {
    let home = home();
    home.write(
        "pos.csv",
        "Partner,Customer,Country,Product,Day,Amount,Currency\n\
         P-0001,Nordwerft Kiel GmbH,DE,Switching,2026-03-01,1200.00,EUR\n\
         P-0001,Nordwerft Kiel GmbH,DE,Switching,2026-03-01,1200.00,EUR\n\
         P-0001,Nordwerft Kiel GmbH,DE,Switching,2026-04-01,-200.00,EUR\n\
         P-0002,Quellwasser Tauber KG,DE,Wireless,2026-03-01,80.00,EUR\n\
         P-0002,Nordwerft Kiel GmbH,DE,Wireless,2026-03-01,,EUR\n",
    );
    let planned = home.run(&["import", "sales", "pos.csv", "--dry-run"]).ok();
    assert_eq!(planned, "read 5 = recorded 3 + in correction 2 + rejected 0\n");
    let imported = home.run(&["import", "sales", "pos.csv"]);
    let sentence = "in correction: K-1, line 5: the end customer \"Quellwasser Tauber KG\" is none of our accounts\n";
    assert!(imported.err().contains(sentence), "{}", imported.err());
    let sentence = "in correction: K-2, line 6: `amount` is missing, and every line needs it\n";
    assert!(imported.err().contains(sentence), "{}", imported.err());
    assert_eq!(imported.ok(), planned, "it comes as it was planned");
    assert_eq!(home.run(&["import", "sales", "pos.csv"]).ok(), "read 5 = recorded 0 + in correction 0 + rejected 0 + known already 5\n");
}

/// A dry run writes to a scratch database, and looks through it to the real one.
#[test]
fn a_plan_finds_what_conflicts_with_deals_that_are_there() {
    let home = home();
    home.run(&["import", "deals", "generic-deal.csv"]).ok();
    home.write(
        "other.csv",
        "Id,Customer,Country,Website,Products,Value,Currency,Close Date\nX-1,Nordwerft Kiel,DE,nordwerft.example,Switching,50000,EUR,2097-03-01\n",
    );
    let before = home.run(&["audit", "verify"]).ok();
    let planned = home.run(&["import", "deals", "other.csv", "--partner", "P-0002", "--dry-run"]).ok();
    assert_eq!(planned, "read 1 = drafted 0 + submitted 0 + conflicting 1 + rejected 0\n");
    assert_eq!(home.run(&["audit", "verify"]).ok(), before, "nothing was written");
    assert_eq!(home.run(&["import", "deals", "other.csv", "--partner", "P-0002"]).ok(), planned, "it comes as it was planned");
}

#[test]
fn two_lists_may_have_the_same_identifiers_unless_they_are_said_to_share_them() {
    let home = home();
    let row = |customer: &str| {
        let head = "Id,Partner,Customer,Country,Products,Value,Currency,Close Date";
        format!("{head}\n17,P-0001,{customer},DE,Video,9000,EUR,2097-03-01\n")
    };
    home.write("march.csv", &row("Adler Pumpen GmbH"));
    home.write("april.csv", &row("Biber Logistik AG"));
    for file in ["march.csv", "april.csv"] {
        let line = home.run(&["import", "deals", file]).ok();
        assert_eq!(line, "read 1 = drafted 0 + submitted 1 + conflicting 0 + rejected 0\n", "{file}");
        let again = home.run(&["import", "deals", file]).ok();
        assert_eq!(again, "read 1 = drafted 0 + submitted 0 + conflicting 0 + rejected 0 + known already 1\n", "{file}");
    }
    // The rejects of a list are the same list.
    home.write("march.csv.rejects.csv", &row("Adler Pumpen GmbH"));
    assert!(home.run(&["import", "deals", "march.csv.rejects.csv"]).ok().contains("known already 1"));
    home.run(&["import", "deals", "march.csv", "--system", "crm"]).ok();
    let shared = home.run(&["import", "deals", "april.csv", "--system", "crm"]).ok();
    assert!(shared.contains("refused 1"), "{shared}");
}
