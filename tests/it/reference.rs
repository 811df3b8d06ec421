//! Our tables of facts against reference data: public holidays, country codes, currencies.

use crate::support::data::shared;
use chrono::{Datelike, NaiveDate};
use pilothouse::domain::{
    calendar::{Holidays, Place},
    country::Country,
    money::Currency,
};
use std::collections::{BTreeMap, BTreeSet};

fn rows(file: &str) -> Option<Vec<csv::StringRecord>> {
    let mut reader = csv::Reader::from_path(shared(file)?).unwrap();
    Some(reader.records().map(Result::unwrap).collect())
}

#[test]
fn public_holidays_agree_day_by_day() {
    let Some(rows) = rows("reference/public_holidays_2015_2027.csv") else { return };
    let mut reference: BTreeMap<String, BTreeSet<NaiveDate>> = BTreeMap::new();
    for row in &rows {
        let place = if row[1].is_empty() { row[0].to_owned() } else { format!("{}-{}", &row[0], &row[1]) };
        reference.entry(place).or_default().insert(row[2].parse().unwrap());
    }
    let mut differences = Vec::new();
    for (place, days) in &reference {
        let known = Holidays::of(&[place.parse::<Place>().unwrap()]);
        let ours: BTreeSet<_> = known.iter().map(|(date, _)| date).filter(|date| date.year() <= 2027).collect();
        differences.extend(days.symmetric_difference(&ours).map(|date| format!("{place} {date}")));
    }
    println!("{} places, {} days, {} differences", reference.len(), rows.len(), differences.len());
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn every_country_of_the_standard_is_known() {
    let Some(rows) = rows("reference/iso3166-regional.csv") else { return };
    let reference: BTreeSet<String> = rows.iter().map(|row| row[1].to_owned()).collect();
    // Kosovo's code is assigned by its users, not by the standard.
    let ours: BTreeSet<String> = Country::all().map(|country| country.to_string()).filter(|code| code != "XK").collect();
    assert_eq!(ours, reference);
}

#[test]
fn every_active_currency_has_the_exponent_of_the_standard() {
    let Some(rows) = rows("reference/currency-codes.csv") else { return };
    let active = rows.iter().filter(|row| !row[2].is_empty() && row[5].is_empty());
    let reference: BTreeMap<String, u32> = active.filter_map(|row| Some((row[2].to_owned(), row[4].parse().ok()?))).collect();
    let ours: BTreeMap<String, u32> = Currency::all().map(|currency| (currency.to_string(), currency.exponent())).collect();
    assert_eq!(ours, reference);
}
