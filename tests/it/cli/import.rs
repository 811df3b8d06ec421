//! Data in by the command line: the samples of `fixtures/import`, as a person or a script imports them.

use super::Home;
use std::{collections::BTreeMap, path::Path};

/// Each sample is named after the mapping that it is for; then come its kind and what an import of it prints.
const SAMPLES: [(&str, &str, &str); 10] = [
    ("generic-account", "accounts", "read 5 = created 3 + linked 0 + in review 0 + quarantined 0 + rejected 2"),
    ("generic-contact", "contacts", "read 10 = recorded 3 + rejected 6 + known already 1"),
    ("generic-partner", "partners", "read 6 = created 3 + linked 0 + in review 0 + quarantined 0 + rejected 3"),
    ("hubspot-company", "accounts", "read 3 = created 2 + linked 0 + in review 0 + quarantined 0 + rejected 1"),
    ("salesforce-account", "accounts", "read 4 = created 2 + linked 0 + in review 0 + quarantined 0 + rejected 2"),
    ("generic", "leads", "read 9 = created 3 + linked 1 + in review 0 + quarantined 1 + rejected 4"),
    ("hubspot-contact", "leads", "read 7 = created 2 + linked 0 + in review 0 + quarantined 2 + rejected 3"),
    ("olist-mql", "leads", "read 6 = created 4 + linked 0 + in review 0 + quarantined 0 + rejected 1 + known already 1"),
    ("salesforce-lead", "leads", "read 9 = created 2 + linked 1 + in review 0 + quarantined 3 + rejected 3"),
    ("x-education", "leads", "read 5 = created 3 + linked 0 + in review 0 + quarantined 1 + rejected 1"),
];

/// A home with a copy of the sample, so that its rejects are kept there.
fn home_with(sample: &str) -> (Home, String) {
    let home = Home::new();
    let named = |sample: &str| {
        let name = format!("{sample}.csv");
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import").join(&name)).expect("a sample");
        home.write(&name, &text);
        name
    };
    // People are at partners that are there.
    if sample == "generic-contact" {
        home.run(&["import", "partners", &named("generic-partner")]).ok();
    }
    let name = named(sample);
    (home, name)
}

/// `read 5 = created 3 + ...` as numbers by name.
fn counts(line: &str) -> (u64, BTreeMap<String, u64>) {
    let (read, parts) = line.trim().split_once(" = ").expect("a sum");
    let number = |text: &str| -> (String, u64) {
        let (name, number) = text.rsplit_once(' ').expect("a name and a number");
        (name.to_owned(), number.parse().expect("a number"))
    };
    (number(read).1, parts.split(" + ").map(number).collect())
}

#[test]
fn every_sample_has_its_mapping_and_its_row_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import");
    let mut found: Vec<String> =
        std::fs::read_dir(folder).expect("samples").map(|one| one.expect("a file").file_name().display().to_string()).collect();
    // Deals have a folder of their own, and their tests beside the decoder.
    found.retain(|name| name != "deal");
    let mut known: Vec<String> = SAMPLES.iter().map(|(name, ..)| format!("{name}.csv")).collect();
    found.sort_unstable();
    known.sort_unstable();
    assert_eq!(found, known);
}

#[test]
fn each_sample_is_planned_imported_and_imported_again() {
    for (sample, kind, printed) in SAMPLES {
        let (home, file) = home_with(sample);
        let planned = home.run(&["import", kind, &file, "--mapping", sample, "--dry-run"]);
        assert!(planned.err().contains("Nothing was written. This is what an import would do:\n"), "{}", planned.err());
        assert_eq!(planned.ok().trim(), printed, "{sample} planned");
        assert!(!home.path().join(format!("{file}.rejects.csv")).exists(), "a plan keeps no rejects");
        // Without --mapping: the columns say which it is.
        let imported = home.run(&["import", kind, &file]);
        assert!(imported.err().contains(&format!("rows, mapping {sample}\n")), "{}", imported.err());
        assert!(!imported.err().contains('\r'), "no bar where there is no terminal");
        let line = imported.ok();
        assert_eq!(line.trim(), printed, "{sample} imported");
        let (read, parts) = counts(&line);
        assert_eq!(parts.values().sum::<u64>(), read, "{line}");
        let before = home.run(&["audit", "verify"]).ok();
        let again = home.run(&["import", kind, &file]);
        assert!(again.err().contains("Nothing was changed: what the file brings was here already.\n"), "{}", again.err());
        let (read_again, parts_again) = counts(&again.ok());
        assert_eq!((read_again, parts_again["rejected"]), (read, parts["rejected"]));
        assert_eq!(parts_again["known already"], read - parts["rejected"], "{sample} again");
        assert_eq!(home.run(&["audit", "verify"]).ok(), before, "not one event more");
    }
}

#[test]
fn a_rejected_row_is_told_and_kept_with_line_column_and_reason() {
    let (home, file) = home_with("generic");
    let told = home.run(&["import", "leads", &file, "--rejects", "kept.csv"]).err();
    assert!(told.contains("rejected: line 8, column 9 (`Score`): `a lot` is not a number (field `score`)\n"), "{told}");
    assert!(told.contains("The rejected rows are kept in kept.csv; corrected, they can be imported from there.\n"), "{told}");
    let kept = std::fs::read_to_string(home.path().join("kept.csv")).expect("the rejects");
    let lines: Vec<&str> = kept.lines().collect();
    assert!(lines[0].starts_with("rejected_line,rejected_column,rejected_reason,Id,Company,Country"), "{kept}");
    assert!(lines[2].starts_with("8,9,`a lot` is not a number (field `score`),F-7,Tideline Cafés,NZ"), "{kept}");
    assert_eq!(lines.len(), 5, "{kept}");
    // Corrected where they stand, they come in.
    home.write("kept.csv", &kept.replace("a lot,2026", "45,2026"));
    let line = home.run(&["import", "leads", "kept.csv"]).ok();
    assert_eq!(line.trim(), "read 4 = created 1 + linked 0 + in review 0 + quarantined 0 + rejected 3");
}

#[test]
fn the_outcome_is_printed_for_scripts() {
    let (home, file) = home_with("hubspot-contact");
    for (arguments, planned) in [(["--json", "--dry-run"].as_slice(), true), (&["--json"], false)] {
        let ran = home.run(&[["import", "leads", &file].as_slice(), arguments].concat());
        let value: serde_json::Value = serde_json::from_str(&ran.ok()).expect("JSON alone");
        assert_eq!(value["dry_run"], planned);
        assert_eq!(value["mapping"], "hubspot-contact");
        let counts: BTreeMap<String, u64> = serde_json::from_value(value["counts"].clone()).expect("numbers");
        assert_eq!(counts["read"] * 2, counts.values().sum::<u64>(), "{counts:?}");
        assert_eq!((counts["read"], counts["rejected"]), (7, 3));
        assert_eq!(value["rejects"].as_array().map(Vec::len), Some(3));
        assert_eq!(value["rejects_file"].is_null(), planned);
    }
}

#[test]
fn a_mapping_of_ones_own_is_known_by_its_name() {
    let (home, file) = home_with("generic");
    let printed = home.run(&["import", "mappings", "generic"]).ok();
    home.write(".config/pilothouse/mappings/mine.toml", &printed.replace("system = \"list\"", "system = \"ours\""));
    let told = home.run(&["import", "leads", &file, "--mapping", "mine", "--dry-run"]);
    assert!(told.err().contains("mappings/mine.toml\n"), "{}", told.err());
    let path = ".config/pilothouse/mappings/mine.toml";
    assert!(home.run(&["import", "leads", &file, "--mapping", path]).ok().starts_with("read 9 = created 3"), "a file by its path");
}

#[test]
fn what_can_not_be_imported_is_said_in_a_sentence() {
    let (home, file) = home_with("generic");
    let failed = |arguments: &[&str], sentence: &str| {
        let said = home.run(arguments).failed(1);
        assert!(said.starts_with("pilothouse: ") && said.lines().count() == 1, "{said}");
        assert!(said.contains(sentence), "{said}");
    };
    failed(&["import", "leads", "none.csv"], "none.csv: ");
    failed(&["import", "leads", "."], "it is a folder, not a file");
    failed(&["import", "leads", &file, "--mapping", "genric"], "did you mean `generic`?");
    failed(&["import", "leads", &file, "--mapping", "generic-account"], "mapping `generic-account` is for accounts, not for leads");
    failed(&["import", "leads", &file, "--rejects", &file], "the rejects can't be kept in the imported file itself");
    failed(&["import", "leads", &file, "--rejects", &format!("./{file}")], "the imported file itself");
    failed(&["import", "leads", &file, "--rejects", "no/such/folder/kept.csv"], "the rejects can't be kept in no/such/folder/kept.csv");
    home.write("empty.csv", "");
    failed(&["import", "leads", "empty.csv"], "empty.csv: the file is empty");
    home.write("foreign.csv", "colour,size\nred,4\n");
    failed(&["import", "leads", "foreign.csv"], "no built-in mapping knows its columns; name one with --mapping (generic, ");
    let said = home.run(&["import", "lead", &file]).failed(2);
    assert!(said.contains("'leads'"), "{said}");
}
