//! Deals through the built-in mappings, from the samples of `fixtures/import/deal`.

use super::*;
use crate::{
    app::import::mapping::{self, Kind},
    domain::deal::{Details, DocumentKind, SalesStage},
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
