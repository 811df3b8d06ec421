//! Deals through the built-in mappings, from the samples of `fixtures/import/deal`.

use super::*;
use crate::{
    app::import::mapping::{self, Kind},
    domain::deal::{Details, DocumentKind, FieldProblem, SalesStage},
};
use std::path::PathBuf;

/// A sample through the mapping that its columns call for.
fn sample(name: &str) -> (String, Vec<DealRecord>, Vec<String>) {
    through(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/import/deal").join(name))
}

fn through(path: &Path) -> (String, Vec<DealRecord>, Vec<String>) {
    let mut source = Source::open(path, &crate::app::import::source::Options::default()).unwrap();
    let mapping = mapping::recognised(Kind::Deal, &source).into_iter().next().unwrap();
    let name = mapping.name.clone();
    let decoder = Decoder::new(mapping, &source, path.parent().unwrap()).unwrap_or_else(|error| panic!("{error}"));
    let (mut deals, mut rejects) = (Vec::new(), Vec::new());
    while let Some(row) = source.next_row().unwrap() {
        match row.and_then(|row| decoder.record(&row)) {
            Ok(Record::Deal(deal)) => deals.push(*deal),
            Ok(other) => panic!("{other:?}"),
            Err(reject) => rejects.push(reject.to_string()),
        }
    }
    (name, deals, rejects)
}

fn in_short(details: &Details) -> String {
    let customer = &details.customer;
    let country = customer.country.map(|country| country.to_string()).unwrap_or_default();
    let value = details.value.map(|value| value.to_string()).unwrap_or_default();
    let close = details.close_on.map(|day| day.to_string()).unwrap_or_default();
    let stage = details.sales_stage.map(SalesStage::name).unwrap_or_default();
    format!("{} | {country} | {} | {value} | {close} | {stage}", customer.name, details.scope)
}

#[test]
fn a_plain_list_gives_details_documents_and_drafts() {
    let (mapping, deals, rejects) = sample("generic-deal.csv");
    assert_eq!(mapping, "generic-deal");
    let first = &deals[0];
    assert_eq!(in_short(&first.details), "Nordwerft Kiel GmbH | DE | Switching, Wireless | EUR 48,000.00 | 2097-03-31 | proposal");
    assert_eq!((first.id.as_str(), first.partner.as_str(), first.submit), ("R-1", "P-0001", true));
    assert_eq!((first.documents[0].kind, first.documents[0].name.as_str()), (DocumentKind::Quote, "offer-17.pdf"));
    assert_eq!(first.details.contact.email.as_str(), "j.brandt@nordwerft.example");
    assert!(deals[1].details.customer.name.is_empty(), "a row without a customer is not lost");
    assert_eq!(
        rejects,
        [
            "line 6, column 4 (`Country`): `Atlantis` is not a country (field `country`); column 8 (`Value`): `1.2.3` is not an amount in EUR: \
          a number with at most 2 digits after its point (field `value`); column 10 (`Close Date`): `soon` is not a date in a form that \
          the mapping names (field `close_date`)"
        ]
    );
}

#[test]
fn salesforce_opportunities_keep_what_has_ended_as_drafts() {
    let (mapping, deals, rejects) = sample("salesforce-opportunity.csv");
    assert_eq!(mapping, "salesforce-opportunity");
    assert_eq!(
        in_short(&deals[0].details),
        "Brightwater Hospitals plc | GB | Switching, Wireless | GBP 62,000.00 | 2097-05-30 | qualified"
    );
    assert_eq!((deals[0].details.source.as_str(), deals[0].submit, deals[1].submit), ("Web form", true, false));
    assert_eq!(
        rejects,
        [
            "line 4, column 13 (`IsDeleted`): left out by the mapping: deleted in Salesforce",
            "line 5, column 9 (`Amount`): `1200000.50` is not an amount in JPY: a number with at most 0 digits after its point (field `value`)",
        ]
    );
}

#[test]
fn the_columns_of_microsoft_are_held_to_their_rules() {
    let (mapping, deals, rejects) = sample("microsoft-cosell.csv");
    assert_eq!(mapping, "microsoft-cosell");
    assert_eq!(
        in_short(&deals[0].details),
        "Port of Falmouth Trust | GB | SOL-1001-AAAA, SOL-2002-BBBB | GBP 41,000.00 | 2097-03-31 | qualified"
    );
    insta::assert_snapshot!(rejects.join("\n"));
}

#[test]
fn the_contract_of_aws_is_enforced_field_by_field() {
    let (mapping, deals, rejects) = sample("aws-opportunity.json");
    assert_eq!(mapping, "aws-opportunity");
    assert_eq!(in_short(&deals[0].details), "Larkspur Freight LLC | US | S-0000017, S-0000018 | USD 6,400.00 | 2097-05-31 | ");
    assert_eq!((deals[0].id.as_str(), deals[0].submit), ("crm-17", true));
    insta::assert_snapshot!(rejects.join("\n"));
}

#[test]
fn dirty_names_are_found_in_the_tables_beside_the_file() {
    let (mapping, deals, rejects) = sample("maven-pipeline/sales_pipeline.csv");
    assert_eq!((mapping.as_str(), rejects.len()), ("maven-pipeline", 0));
    let lines: Vec<String> = deals.iter().map(|deal| in_short(&deal.details)).collect();
    assert_eq!(
        lines,
        [
            "Tern Holdings | KR | MX Basic | USD 1,054.00 | 2017-03-01 | committed",
            "Tern Holdings | KR | MX Pro | USD 4,821.00 |  | qualified",
            " |  | MX Pro | USD 4,821.00 |  | qualified",
            "Tern Holdings | KR | MX Ultra |  |  | prospect",
            "Quill & Co | DE | MX Basic | USD 550.00 | 2017-03-07 | committed",
        ]
    );
    assert_eq!(deals.iter().map(|deal| deal.submit).collect::<Vec<_>>(), [false, true, true, true, false]);
}

#[test]
fn an_optional_table_may_be_missing_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales_pipeline.csv");
    let text = include_str!("../../../../../fixtures/import/deal/maven-pipeline/sales_pipeline.csv");
    std::fs::write(&path, text).unwrap();
    let source = Source::open(&path, &crate::app::import::source::Options::default()).unwrap();
    let decoder = Decoder::new(mapping::built_in("maven-pipeline").unwrap(), &source, folder.path()).unwrap();
    assert_eq!(decoder.warnings[0], "there is no products.csv beside the file, which would tell more about `product`");
    let (_, deals, _) = through(&path);
    assert_eq!(deals[1].details.scope.to_string(), "MXPro");
}

#[test]
fn a_column_that_every_row_needs_is_asked_for_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    std::fs::write(&path, "customerCompanyName,partnerProjectTitle,targetCloseDate\nA,B,2097-01-01\n").unwrap();
    let source = Source::open(&path, &crate::app::import::source::Options::default()).unwrap();
    let error = Decoder::new(mapping::built_in("aws-opportunity").unwrap(), &source, folder.path()).err().unwrap();
    assert_eq!(
        error.to_string(),
        "the file has no column `country`, which mapping `aws-opportunity` asks for; it has customerCompanyName, partnerProjectTitle, targetCloseDate"
    );
}

/// The rejects of the first AWS sample with these fields changed.
fn aws(changes: &[(&str, serde_json::Value)]) -> Vec<String> {
    let text = include_str!("../../../../../fixtures/import/deal/aws-opportunity.json");
    let mut file: serde_json::Value = serde_json::from_str(text).unwrap();
    let list = file["opportunities"].as_array_mut().unwrap();
    list.truncate(1);
    for (field, value) in changes {
        list[0][*field] = value.clone();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aws.json");
    std::fs::write(&path, file.to_string()).unwrap();
    through(&path).2
}

#[test]
fn every_rule_of_aws_says_its_field_and_its_reason() {
    use serde_json::json;
    assert_eq!(aws(&[]), Vec::<String>::new());
    let alone = "Co-Sell - Deal Support;Do Not Need Support from AWS Sales Rep";
    for (changes, sentence) in [
        (vec![("country", json!("Germny"))], "`country`: `Germny` is not allowed; did you mean `Germany`?"),
        (
            vec![("country", json!("France")), ("state", json!("Oregon"))],
            "`state`: `Oregon` can't be given unless `country` is united-states or us",
        ),
        (
            vec![("country", json!("Qatar")), ("state", json!(null)), ("postalCode", json!("12345"))],
            "`postalCode`: `12345` can't be given (the country has no postal codes)",
        ),
        (
            vec![("postalCode", json!("9720"))],
            "`postalCode`: `9720` is not allowed; it is written as `99999` or `99999-9999`, 9 being a digit and A a letter",
        ),
        (
            vec![("marketingActivityChannel", json!("Email"))],
            "`marketingActivityChannel`: `Email` can't be given when `IsOppFromMarketingActivity` is no",
        ),
        (vec![("doesOppBelongToNatSec", json!("Yes"))], "`industry`: `Transportation & Logistics` is not allowed; it is one of Government"),
        (
            vec![
                ("doesOppBelongToNatSec", json!("Yes")),
                ("industry", json!("Government")),
                ("partnerPrimaryNeedFromAws", json!("Do Not Need Support from AWS Sales Rep")),
            ],
            "is not allowed when `doesOppBelongToNatSec` is yes",
        ),
        (vec![("partnerPrimaryNeedFromAws", json!(alone))], "`Do Not Need Support from AWS Sales Rep` can't be given together with others"),
        (vec![("stage", json!("Committed"))], "it is one of Prospect (an opportunity begins as a prospect)"),
        (vec![("expectedMonthlyAwsRevenue", json!(10.5))], "`10.5` is not allowed; it is a number with at most 0 digits after its point"),
        (vec![("otherSolutionOffered", json!("x".repeat(256)))], "has 256 characters, and at most 255 are allowed"),
        (vec![("parentOppId", json!("O12345678901234567890"))], "has 21 characters, and at most 20 are allowed"),
        (vec![("customerDuns", json!("12345678"))], "`customerDuns`: `12345678` is not allowed; it has exactly 9 digits"),
    ] {
        let told: Vec<String> = aws(&changes).iter().map(|told| told.replace("`): ", "`: ")).collect();
        assert!(told.len() == 1 && told[0].contains(sentence), "{sentence}\n{told:#?}");
    }
}

#[test]
fn countries_of_the_contract_are_countries() {
    let mapping = mapping::built_in("aws-opportunity").unwrap();
    let allowed = mapping.checks.iter().find(|check| check.columns == ["country"]).unwrap();
    let mapping::Demand::OneOf(names) = &allowed.demand else { panic!("{allowed:?}") };
    let map = &mapping.fields["country"].0[0].map;
    let is_none = |name: &&String| Country::find(map.get(&search::slug(name)).unwrap_or(name)).is_none();
    let strangers: Vec<&String> = names.iter().filter(is_none).collect();
    // Two that are no countries any more.
    assert_eq!(strangers, ["Netherlands Antilles", "Serbia and Montenegro"]);
}

#[test]
fn the_status_of_an_opportunity_says_what_may_change() {
    let fixed = |status: &str| {
        let text = include_str!("../../../../../fixtures/import/deal/aws-opportunity.json");
        let mut file: serde_json::Value = serde_json::from_str(text).unwrap();
        let list = file["opportunities"].as_array_mut().unwrap();
        list.truncate(1);
        for (field, value) in [("apnCrmUniqueIdentifier", "O1"), ("stage", "Qualified"), ("status", status)] {
            list[0][field] = value.into();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aws.json");
        std::fs::write(&path, file.to_string()).unwrap();
        let (_, deals, rejects) = through(&path);
        assert_eq!(rejects, Vec::<String>::new());
        deals[0].fixed.iter().map(|problem| problem.field.name()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(fixed("Approved"), "customer vertical country postal_code website description");
    assert_eq!(fixed("Action Required"), "customer vertical products sales_stage contact");
}

/// The deals of a list with this text, through a built-in mapping.
fn read(mapping: &str, name: &str, text: &str) -> (Vec<DealRecord>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let source = Source::open(&path, &crate::app::import::source::Options::default()).unwrap();
    let own = mapping::recognised(Kind::Deal, &source).into_iter().next().unwrap();
    assert_eq!(own.name, mapping);
    let (_, deals, rejects) = through(&path);
    (deals, rejects)
}

#[test]
fn a_constant_currency_is_for_files_that_state_none() {
    let head = "Id,Partner,Customer,Country,Products,Value";
    let told = |deals: &[DealRecord]| {
        let one = |deal: &DealRecord| {
            let value = deal.details.value.map(|value| value.to_string());
            let unread: Vec<String> = deal.unread.iter().map(FieldProblem::sentence).collect();
            format!("{} {}", value.unwrap_or_default(), unread.join("; "))
        };
        deals.iter().map(one).collect::<Vec<_>>()
    };
    let (deals, rejects) = read("generic-deal", "a.csv", &format!("{head}\n1,P,Acme,DE,Video,9000\n"));
    assert_eq!((told(&deals), rejects.len()), (vec!["USD 9,000.00 ".to_owned()], 0));
    let rows = "1,P,Acme,DE,Video,9000,\n2,P,Acme,DE,Video,,\n3,P,Acme,DE,Video,9000,EUR\n4,P,Acme,DE,Video,9000,n/a\n";
    let (deals, rejects) = read("generic-deal", "b.csv", &format!("{head},Currency\n{rows}"));
    let lacking = " the value with its currency is missing: the amount has no currency";
    assert_eq!(
        (told(&deals), rejects.len()),
        (vec![lacking.to_owned(), " ".to_owned(), "EUR 9,000.00 ".to_owned(), lacking.to_owned()], 0)
    );
    // An organisation with one currency exports none; in one with several a record may lack it.
    let record = |currency: &str| format!(r#"[{{"Id":"1","StageName":"Prospecting","CloseDate":"2097-01-01","Amount":50{currency}}}]"#);
    let (deals, _) = read("salesforce-opportunity", "a.json", &record(""));
    assert_eq!(told(&deals), ["USD 50.00 "]);
    let (deals, _) = read("salesforce-opportunity", "b.json", &record(r#","CurrencyIsoCode":"""#));
    assert_eq!(told(&deals), [lacking]);
}

#[test]
fn names_that_a_lookup_finds_in_other_letters_are_counted() {
    let (_, deals, _) = sample("maven-pipeline/sales_pipeline.csv");
    // MXPro and MX-Pro are MX Pro; MX Ultra is in no table.
    assert_eq!(deals.iter().map(|deal| deal.respelt).collect::<Vec<_>>(), [0, 1, 1, 0, 0]);
}
