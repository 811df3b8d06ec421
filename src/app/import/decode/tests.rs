use super::*;
use crate::app::import::{
    mapping::{self, BUILT_IN},
    source::Options,
};
use std::io::Write;

fn read(mapping: &str) -> Mapping {
    mapping::read("test.toml", mapping)
        .unwrap_or_else(|problems| panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

/// Every row of a file through a mapping, records and rejects apart.
fn decode(mapping: &str, file: &str) -> (Vec<Record>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    std::fs::File::create(&path).unwrap().write_all(file.as_bytes()).unwrap();
    std::fs::write(folder.path().join("places.csv"), "Key,City,Land\n1,Köln,DE\n2,Wien,AT\n").unwrap();
    let mut source = Source::open(&path, &Options::default()).unwrap();
    let decoder = Decoder::new(read(mapping), &source, folder.path()).unwrap();
    let (mut records, mut rejects) = (Vec::new(), Vec::new());
    while let Some(row) = source.next_row().unwrap() {
        match row.and_then(|row| decoder.record(&row)) {
            Ok(record) => records.push(record),
            Err(reject) => rejects.push(reject.to_string()),
        }
    }
    (records, rejects)
}

fn lead(record: &Record) -> &crate::domain::lead::Intake {
    match record {
        Record::Lead(intake) => intake,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_built_in_mapping_reads() {
    for (name, text) in BUILT_IN {
        let problems = mapping::read(name, text).err().unwrap_or_default();
        assert!(problems.is_empty(), "{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        assert!(!mapping::built_in(name).unwrap().about.is_empty(), "{name}");
    }
}

const LEADS: &str = r#"
[mapping]
kind = "lead"
system = "test"
zone = "Europe/Berlin"
dates = ["iso", "day first"]
missing = ["n/a"]
decimal_comma = true

[[lookup]]
name = "place"
file = "places.csv"
key = "Key"
from = "Place"

[fields]
id = "Nr"
company = ["Firma", "Firm"]
country = ["Land", "place.Land", { constant = "CH" }]
city = "place.City"
source = { from = "Quelle", map = { "Web Form" = "Web form" }, otherwise = "Other" }
created_at = "Datum"
consent = { from = "Ja", map = { ja = "opt_in", nein = "refused" } }
name = { join = ["Vor", "Nach"] }
email = { from = "Mail", unreadable = "missing" }
phone = "Tel"
message = "Text"
score = "Punkte"

[score]
start = 5
[[score.rule]]
column = "Umsatz"
at_least = 1000.5
points = 20
[[score.rule]]
column = "Mail"
given = false
points = -3

[[leave_out]]
column = "Weg"
is = ["ja"]
reason = "deleted"
"#;

const HEADER: &str = "Nr;Firma;Land;Place;Quelle;Datum;Ja;Vor;Nach;Mail;Tel;Text;Punkte;Umsatz;Weg\n";

#[test]
fn a_row_becomes_a_lead() {
    let row =
        "7; Müller AG ;n/a;1;web-form;5.3.2026 14:00;Ja;Anna;Schmidt;anna@mueller.example;'+49 30;\"Hallo\nWelt\";40;\"1.234,5\";nein\n";
    let (records, rejects) = decode(LEADS, &format!("{HEADER}{row}"));
    assert!(rejects.is_empty(), "{rejects:?}");
    let lead = lead(&records[0]);
    assert_eq!(lead.source_key.as_str(), "test:7");
    assert_eq!(
        (lead.company.as_str(), lead.country.map(|c| c.to_string()).as_deref(), lead.city.as_str()),
        ("Müller AG", Some("DE"), "Köln")
    );
    assert_eq!((lead.source.as_str(), lead.consent.basis.name()), ("Web form", "opt_in"));
    assert_eq!(lead.created_at.unwrap().to_string(), "2026-03-05T13:00:00Z");
    assert_eq!((lead.person.name.as_str(), lead.person.email.as_str()), ("Anna Schmidt", "anna@mueller.example"));
    assert_eq!(
        (lead.person.phone.as_str(), lead.person.message.as_str()),
        ("+49 30", "Hallo ↵ Welt"),
        "the protection of exports is off again"
    );
    assert_eq!(lead.score, 65);
}

#[test]
fn pieces_are_tried_in_order_and_scores_cut() {
    let (records, rejects) = decode(LEADS, &format!("{HEADER};Bolt;;;;;;;Meier;broken@;;;250;;\n;Bolt;;;;;;;Meier;broken@;;;250;;\n"));
    assert!(rejects.is_empty(), "{rejects:?}");
    let first = lead(&records[0]);
    assert_eq!((first.country.map(|c| c.to_string()).as_deref(), first.source.as_str(), first.score), (Some("CH"), "test", 100));
    assert_eq!((first.person.email.as_str(), first.person.name.as_str()), ("", "Meier"));
    assert!(first.source_key.starts_with("test:") && first.source_key.len() == 37, "{}", first.source_key);
    assert_eq!(first.source_key, lead(&records[1]).source_key, "the same content is the same record");
}

/// Who corrects a row wants to hear everything that is wrong with it.
#[test]
fn a_row_with_several_mistakes_tells_them_all() {
    let (records, rejects) = decode(LEADS, &format!("{HEADER}9;A;Atlantis;;;31.2.2026;vielleicht;;;;;;viel;;\n"));
    assert!(records.is_empty());
    assert_eq!(
        rejects,
        ["line 2, column 13 (`Punkte`): `viel` is not a number (field `score`); \
          column 3 (`Land`): `Atlantis` is not a country (field `country`); \
          column 6 (`Datum`): `31.2.2026` is not a date in a form that the mapping names (field `created_at`); \
          column 7 (`Ja`): `vielleicht` is none of refused, unknown, legitimate_interest, opt_in; name it in the mapping's map (field `consent`)"]
    );
}

#[test]
fn columns_that_the_mapping_looks_at_nowhere_are_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("places.csv"), "Key,City,Land\n1,Köln,DE\n").unwrap();
    let path = folder.path().join("data.csv");
    // `Place` is read by the lookup, `Umsatz` by a score and `Weg` by an omission; `rejected_line` is the rejects file's own.
    std::fs::write(&path, "rejected_line;Firma;Place;Farbe;Umsatz;Weg;;Land 2\n1;A;1;rot;;;;\n").unwrap();
    let source = Source::open(&path, &Options::default()).unwrap();
    let decoder = Decoder::new(read(LEADS), &source, folder.path()).unwrap();
    assert_eq!(decoder.unused, ["Farbe", "Land 2"].map(Text::clean));
}

#[test]
fn rejects_name_line_column_and_reason() {
    let rows = "1;A;Atlantis;;;;;;;;;;;;\n2;A;;;;31.2.2026;;;;;;;;;\n3;A;;;;;vielleicht;;;;;;;;\n4;A;;;;;;;;;;;viel;;\n5;A;;;;;;;;;;;;;ja\n6;X;;9;;;;;;;;;;;\n";
    let long = format!("7;{};;;;;;;;;;;;;\n", "x".repeat(201));
    let (records, rejects) = decode(LEADS, &format!("{HEADER}{rows}{long}"));
    assert_eq!(records.len(), 1);
    assert_eq!(
        rejects,
        [
            "line 2, column 3 (`Land`): `Atlantis` is not a country (field `country`)",
            "line 3, column 6 (`Datum`): `31.2.2026` is not a date in a form that the mapping names (field `created_at`)",
            "line 4, column 7 (`Ja`): `vielleicht` is none of refused, unknown, legitimate_interest, opt_in; name it in the mapping's map (field `consent`)",
            "line 5, column 13 (`Punkte`): `viel` is not a number (field `score`)",
            "line 6, column 15 (`Weg`): left out by the mapping: deleted",
            "line 8, column 2 (`Firma`): is 201 characters long, and at most 200 are kept (field `company`)",
        ]
    );
}

#[test]
fn partners_carry_areas_and_certifications() {
    let file = "Code,Name,Type,Countries,Products,Certifications,Capacity,Parent\nP1,Acme,System Integrator,\"DE; Austria\",Switching|Wireless,Firewall Expert until 2026-12-31; Video,12,P0\nP2,Bolt,,,,,,\n,Nameless,,,,,,\n";
    let (records, rejects) = decode(BUILT_IN[1].1, file);
    let Record::Partner(partner) = &records[0] else { panic!("{records:?}") };
    let profile = &partner.profile;
    assert_eq!((profile.kind.name(), profile.capacity, partner.parent.as_str()), ("system_integrator", 12, "P0"));
    assert_eq!(profile.areas[0].countries.iter().map(ToString::to_string).collect::<Vec<_>>(), ["DE", "AT"]);
    assert_eq!(profile.areas[0].products.len(), 2);
    assert_eq!(profile.certifications[0].until.unwrap().to_string(), "2027-01-01T00:00:00Z");
    let Record::Partner(plain) = &records[1] else { panic!() };
    assert_eq!((plain.profile.kind.name(), plain.profile.status.name(), plain.profile.areas.len()), ("reseller", "active", 0));
    assert_eq!(rejects, ["line 4, column 1 (`Code`): `code` is missing, and every partner needs it"]);
}

#[test]
fn a_file_that_does_not_fit_is_refused_whole() {
    let bind = |mapping: &str, file: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        std::fs::write(&path, file).unwrap();
        let source = Source::open(&path, &Options::default()).unwrap();
        match Decoder::new(read(mapping), &source, folder.path()) {
            Ok(decoder) => decoder.warnings.join("\n"),
            Err(error) => error.to_string(),
        }
    };
    assert_eq!(bind(BUILT_IN[0].1, "foo,bar\n1,2\n"), "none of the columns of mapping `test.toml` is in the file; it has foo, bar");
    assert_eq!(bind(BUILT_IN[1].1, "Code,City\n1,2\n"), "the file has no column for `name`, which every partner needs; it has Code, City");
    assert_eq!(
        bind(LEADS, "Nr;Place\n1;2\n"),
        "lookup `place`, file places.csv: it has to stand beside the imported file, and is not there"
    );
    assert_eq!(bind(BUILT_IN[0].1, "Company,company,City\n1,2,3\n").split(", because").next(), Some("these fields stay empty"));
    assert!(bind(BUILT_IN[0].1, "City,City\n1,2\n").starts_with("column `City` stands twice, as number 1 and 2"));
}
