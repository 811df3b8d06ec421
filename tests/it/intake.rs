//! Real exports through the built-in mappings: every row is a record or a reject with its reason, and the counts are known.

use crate::support::data::shared;
use pilothouse::app::import::{
    decode::{Decoder, Record},
    mapping::{self, Kind, built_in, recognised},
    source::{Options, Source},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// What a file gave.
#[derive(Default)]
struct Taken {
    records: Vec<Record>,
    /// How often each reason came, without the values in it.
    reasons: BTreeMap<String, usize>,
}

fn take(path: &Path, mapping: mapping::Mapping) -> Taken {
    let mut source = Source::open(path, &mapping.options).unwrap();
    let decoder = Decoder::new(mapping, &source, path.parent().unwrap()).unwrap();
    let mut taken = Taken::default();
    while let Some(row) = source.next_row().unwrap() {
        match row.and_then(|row| decoder.record(&row)) {
            Ok(record) => taken.records.push(record),
            Err(reject) => *taken.reasons.entry(reject.reason).or_default() += 1,
        }
    }
    taken
}

/// The file and the mapping that is recognised for it.
fn fitting(file: &str, kind: Kind, name: &str) -> Option<(PathBuf, mapping::Mapping)> {
    let path = shared(file)?;
    let source = Source::open(&path, &Options::default()).unwrap();
    let found = recognised(kind, &source);
    assert_eq!(found.first().map(|mapping| mapping.name.as_str()), Some(name), "the mapping recognised for {file}");
    Some((path, built_in(name).unwrap()))
}

fn leads(taken: &Taken) -> impl Iterator<Item = &pilothouse::domain::lead::Intake> {
    taken.records.iter().filter_map(|record| match record {
        Record::Lead(intake) => Some(&**intake),
        _ => None,
    })
}

fn counted<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
    keys.fold(BTreeMap::new(), |mut counts, key| {
        *counts.entry(key).or_default() += 1;
        counts
    })
}

#[test]
fn olist_leads() {
    let Some((path, mapping)) = fitting("olist-marketing-funnel/leads.csv", Kind::Lead, "olist-mql") else { return };
    let taken = take(&path, mapping);
    assert_eq!((taken.records.len(), taken.reasons.len()), (4171, 0));
    let keys: BTreeSet<_> = leads(&taken).map(|lead| &lead.source_key).collect();
    assert_eq!(keys.len(), 4171, "every record has a key of its own");
    let first = leads(&taken).next().unwrap();
    assert_eq!(first.source_key.as_str(), "olist:dac32acd4db4c29c230538b72f8dd87d");
    assert_eq!(first.created_at.unwrap().to_string(), "2018-02-01T02:00:00Z", "midnight in São Paulo, in summer time");
    assert_eq!((first.country.unwrap().code(), first.consent.basis.name(), first.score), ("BR", "opt_in", 30));
    let sources = counted(leads(&taken).map(|lead| lead.source.to_string()));
    assert_eq!(sources["Web form"], 1263 + 786 + 617 + 275 + 266 + 72 + 36);
    assert_eq!((sources["Referral"], sources["Inside sales"], sources["olist"]), (148, 593 + 91, 24));
}

#[test]
fn x_education_leads() {
    let Some((path, mapping)) = fitting("x-education-leads/Leads.csv", Kind::Lead, "x-education") else { return };
    let taken = take(&path, mapping);
    assert_eq!((taken.records.len(), taken.reasons.len()), (6468, 0));
    let bases = counted(leads(&taken).map(|lead| lead.consent.basis.name()));
    println!("{bases:?}");
    assert_eq!(bases["refused"], 611 + 1, "those who want no e-mail, and the one who wants no call");
    let scores = counted(leads(&taken).map(|lead| lead.score / 20));
    println!("{scores:?}");
    assert!(scores.len() >= 4, "the rules tell leads apart");
    assert!(leads(&taken).all(|lead| !lead.city.contains("Select") && !lead.person.title.contains("Select")));
}

#[test]
fn salesforce_leads_and_accounts() {
    let Some((path, mapping)) = fitting("sfdc-samples/devorg_Lead.json", Kind::Lead, "salesforce-lead") else { return };
    let taken = take(&path, mapping);
    println!("{:?}", taken.reasons);
    assert_eq!((taken.records.len(), taken.reasons.len()), (22, 0));
    assert!(leads(&taken).all(|lead| !lead.company.is_empty() && !lead.person.name.is_empty() && lead.country.is_some()));
    let Some((path, mapping)) = fitting("sfdc-samples/devorg_Account.json", Kind::Account, "salesforce-account") else { return };
    let taken = take(&path, mapping);
    assert_eq!((taken.records.len(), taken.reasons.len()), (12, 0));
}

#[test]
fn adventure_works_resellers() {
    let file = "adventureworks-reseller/DimReseller.csv";
    let Some((path, mapping)) = fitting(file, Kind::Partner, "adventureworks-reseller") else { return };
    let taken = take(&path, mapping);
    println!("{:?}", taken.reasons);
    assert_eq!((taken.records.len(), taken.reasons.len()), (701, 0));
    let partners: Vec<_> = taken
        .records
        .iter()
        .filter_map(|record| if let Record::Partner(partner) = record { Some(&partner.profile) } else { None })
        .collect();
    assert!(partners.iter().all(|partner| partner.country.is_some() && !partner.city.is_empty()), "every place was looked up");
    let kinds = counted(partners.iter().map(|partner| partner.kind.name()));
    println!("{kinds:?} {:?}", counted(partners.iter().map(|partner| partner.country.unwrap().to_string())));
    println!("{:?}", counted(partners.iter().map(|partner| partner.tier.to_string())));
}

/// The headings of real exports, with a made-up row below them.
#[test]
fn headers_of_crm_exports_are_recognised() {
    let Some(path) = shared("crm-headers/headers.json") else { return };
    let headers: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for (system, export, kind, name) in [
        ("salesforce", "weekly_export_Lead", Kind::Lead, "salesforce-lead"),
        ("salesforce", "dataloader_Lead", Kind::Lead, "salesforce-lead"),
        ("salesforce", "weekly_export_Account", Kind::Account, "salesforce-account"),
        ("salesforce", "dataloader_Account", Kind::Account, "salesforce-account"),
        ("hubspot", "contacts", Kind::Lead, "hubspot-contact"),
        ("hubspot", "companies", Kind::Account, "hubspot-company"),
    ] {
        let columns: Vec<&str> = headers[system][export].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let cell = |column: &&str| match *column {
            "Id" | "Record ID" => "00Q1",
            "Company" | "Name" | "Company Name" | "Company name" => "Acme GmbH",
            "Country" | "CountryCode" | "Country/Region" | "BillingCountry" => "Germany",
            "CreatedDate" | "Create Date" => "2026-03-01T10:00:00.000Z",
            "Email" => "anna@acme.example",
            _ => "",
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.csv");
        std::fs::write(&path, format!("{}\n{}\n", columns.join(","), columns.iter().map(cell).collect::<Vec<_>>().join(","))).unwrap();
        let source = Source::open(&path, &Options::default()).unwrap();
        let found = recognised(kind, &source);
        assert_eq!(found.first().map(|mapping| mapping.name.as_str()), Some(name), "{system} {export}");
        let taken = take(&path, built_in(name).unwrap());
        assert_eq!(taken.records.len(), 1, "{system} {export}: {:?}", taken.reasons);
        if let Record::Lead(lead) = &taken.records[0] {
            assert_eq!((lead.company.as_str(), lead.country.unwrap().code()), ("Acme GmbH", "DE"));
        }
    }
}

/// Dirt: question marks for nothing, days before months, misspelt countries.
#[test]
fn dirty_tables_lose_no_row_silently() {
    let incidents =
        "[mapping]\nkind = \"account\"\nsystem = \"uci\"\nmissing = [\"?\"]\n[fields]\ncode = \"number\"\nname = \"category\"\n";
    if let Some(path) = shared("uci-incident-log/incident_event_log.csv") {
        let taken = take(&path, mapping::read("uci", incidents).unwrap());
        println!("{:?}", taken.reasons);
        assert_eq!(taken.records.len() + taken.reasons.values().sum::<usize>(), 59_354);
    }
    let accounts = "[mapping]\nkind = \"account\"\nsystem = \"maven\"\n[fields]\ncode = \"account\"\nname = \"account\"\ncountry = \"office_location\"\nvertical = \"sector\"\n";
    if let Some(path) = shared("maven-crm-sales/accounts.csv") {
        let taken = take(&path, mapping::read("maven", accounts).unwrap());
        assert_eq!(taken.records.len(), 84);
        assert_eq!(taken.reasons, BTreeMap::from([("`Philipines` is not a country (field `country`)".to_owned(), 1)]));
    }
}
