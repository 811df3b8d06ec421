//! Places by their ISO 3166 codes, as far as public holidays differ between them.

use crate::domain::country::Country;
use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A country, or a part of it with its own law (`DE-BY` is Bavaria).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub country: Country,
    /// The part after the hyphen, in capitals.
    pub subdivision: Option<Box<str>>,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (country, subdivision) = match text.trim().split_once('-') {
            None => (text, None),
            Some((country, part)) => {
                let fits = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
                if !fits {
                    return Err(format!("\"{text}\" is not a code of ISO 3166-2, such as DE-BY"));
                }
                (country, Some(part.to_ascii_uppercase().into_boxed_str()))
            }
        };
        Ok(Self { country: code(country).ok_or_else(|| format!("\"{text}\" is not a country code of ISO 3166"))?, subdivision })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subdivision {
            None => f.pad(self.country.code()),
            Some(part) => f.pad(&format!("{}-{part}", self.country)),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Only the two letters; a program is not the place for the many ways to write a country.
fn code(text: &str) -> Option<Country> {
    (text.len() == 2).then(|| Country::find(text)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_prints_as_it_is_read() {
        for code in ["DE", "DE-BY", "GB-ENG"] {
            assert_eq!(code.parse::<Place>().unwrap().to_string(), code);
        }
        for wrong in ["", "DE-", "XX-BY", "Germany", "DE-BAYERN"] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }
}
