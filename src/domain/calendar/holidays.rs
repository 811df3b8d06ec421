//! Public holidays by country and by part of a country, with their names.
//!
//! The facts are kept by others, the Python package `holidays` (MIT), and come in as a table by `scripts/refresh-holidays`;
//! the head of the table says which version and years. No Rust crate would do: those that are maintained lack India, the
//! Gulf and most parts of countries, or need OpenSSL to read a file.

use super::Place;
use crate::domain::text::Text;
use chrono::NaiveDate;
use std::{collections::BTreeMap, ops::RangeInclusive};

const TABLE: &str = include_str!("holidays.tsv");
/// The years of the table; `MMDD` in it means each of them.
pub const YEARS: RangeInclusive<i32> = 2015..=2040;

/// The holidays of several places together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holidays(BTreeMap<NaiveDate, Text>);

impl Holidays {
    /// A place without facts adds none; the check of a program refuses one, see [`Holidays::known`].
    pub fn of(places: &[Place]) -> Self {
        let mut all = BTreeMap::new();
        for place in places {
            for (date, name) in of_one(place) {
                all.entry(date).or_insert(name);
            }
        }
        Self(all)
    }

    /// Whether the table has facts about `place`.
    pub fn known(place: &Place) -> bool {
        rows(&place.to_string()).next().is_some()
    }

    pub fn name(&self, date: NaiveDate) -> Option<&str> {
        self.0.get(&date).map(|name| &**name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (NaiveDate, &Text)> {
        self.0.iter().map(|(date, name)| (*date, name))
    }
}

fn of_one(place: &Place) -> BTreeMap<NaiveDate, Text> {
    let mut days = BTreeMap::new();
    let mut take = |place: &str| {
        for (name, dates) in rows(place) {
            for date in dates.split(' ').flat_map(dates_of) {
                if name == "-" {
                    days.remove(&date);
                } else {
                    days.insert(date, Text::clean(name));
                }
            }
        }
    };
    take(place.country.code());
    if place.subdivision.is_some() {
        take(&place.to_string());
    }
    days
}

/// The rows of exactly this place: name and dates. The table is sorted by place, so they stand together and are found by
/// halving.
fn rows(place: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let (mut from, mut to) = (0, TABLE.len());
    while from < to {
        let middle = TABLE.floor_char_boundary(from + (to - from) / 2);
        let line = TABLE[..middle].rfind('\n').map_or(0, |at| at + 1);
        let end = TABLE[middle..].find('\n').map_or(TABLE.len(), |at| middle + at + 1);
        if place_of(&TABLE[line..end]) < place {
            from = end;
        } else {
            to = line;
        }
    }
    TABLE[from..].lines().map_while(move |line| line.strip_prefix(place)?.strip_prefix('\t')?.split_once('\t'))
}

/// Empty for the lines of the head, which so stand before every place.
fn place_of(line: &str) -> &str {
    line.split_once('\t').map_or("", |(place, _)| place)
}

/// The dates that a token of the table stands for: `0101`, `0619@2021-2040` or `20260403`.
fn dates_of(token: &str) -> impl Iterator<Item = NaiveDate> {
    let (years, day) = match token.split_once('@') {
        Some((day, years)) => {
            let (first, last) = years.split_once('-').unwrap_or((years, years));
            (number(first)..=number(last), number(day))
        }
        None if token.len() == 8 => (number(&token[..4])..=number(&token[..4]), number(&token[4..])),
        None => (YEARS, number(token)),
    };
    years.filter_map(move |year| NaiveDate::from_ymd_opt(year, u32::try_from(day / 100).ok()?, u32::try_from(day % 100).ok()?))
}

fn number(digits: &str) -> i32 {
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holidays(place: &str) -> Holidays {
        Holidays::of(&[place.parse().unwrap()])
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_part_of_a_country_has_its_own_days_and_the_countrys() {
        assert_eq!(holidays("DE").name(day("2026-10-03")), Some("German Unity Day"));
        assert_eq!(holidays("DE").name(day("2026-01-06")), None);
        assert_eq!(holidays("DE-BY").name(day("2026-01-06")), Some("Epiphany"));
        assert_eq!(holidays("DE-BY").name(day("2026-10-03")), Some("German Unity Day"));
    }

    #[test]
    fn a_holiday_begins_with_the_year_of_its_law() {
        assert_eq!(holidays("US").name(day("2020-06-19")), None);
        assert!(holidays("US").name(day("2024-06-19")).is_some());
    }

    #[test]
    fn unknown_places_are_known_as_such() {
        assert!(Holidays::known(&"IN".parse().unwrap()));
        assert!(Holidays::known(&"DE-NW".parse().unwrap()));
        assert!(!Holidays::known(&"DE-XX".parse().unwrap()));
    }

    #[test]
    fn every_token_of_the_table_is_a_date() {
        assert!(TABLE.lines().is_sorted_by_key(place_of), "rows are found by halving");
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let mut cells = line.split('\t');
            let (place, name, dates) = (cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap());
            assert!(place.parse::<Place>().is_ok() && cells.next().is_none(), "{line}");
            assert!(name == "-" || !dates.is_empty(), "{line}");
            for token in dates.split(' ').filter(|token| !token.is_empty()) {
                assert!(dates_of(token).next().is_some(), "{line}: {token}");
            }
        }
    }
}
