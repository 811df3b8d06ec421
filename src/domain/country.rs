//! Countries by their ISO 3166-1 codes.

use crate::domain::search;
use celes::Country as Iso;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{collections::HashMap, fmt, str::FromStr, sync::LazyLock};

/// A country, as its two-letter ISO 3166-1 code in capitals. Only a code that the standard assigns can be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// What people and exports write where the standard is formal; the first name is the one shown.
const COMMON: &[(&str, &[&str])] = &[
    ("AE", &["United Arab Emirates", "UAE", "Dubai"]),
    ("AG", &["Antigua and Barbuda"]),
    ("AT", &["Austria", "Österreich"]),
    ("BA", &["Bosnia and Herzegovina", "Bosnia"]),
    ("BN", &["Brunei"]),
    ("BO", &["Bolivia"]),
    ("BR", &["Brazil", "Brasil"]),
    ("CD", &["DR Congo", "Congo Kinshasa", "Democratic Republic of the Congo"]),
    ("CG", &["Congo", "Congo Brazzaville", "Republic of the Congo"]),
    ("CH", &["Switzerland", "Schweiz", "Suisse", "Svizzera"]),
    ("CI", &["Ivory Coast", "Cote d'Ivoire"]),
    ("CV", &["Cape Verde", "Cabo Verde"]),
    ("CZ", &["Czechia", "Czech Republic"]),
    ("DE", &["Germany", "Deutschland"]),
    ("DK", &["Denmark", "Danmark"]),
    ("ES", &["Spain", "España"]),
    ("FK", &["Falkland Islands"]),
    ("FM", &["Micronesia"]),
    ("GB", &["United Kingdom", "UK", "Great Britain", "England", "Scotland", "Wales", "Northern Ireland"]),
    ("GS", &["South Georgia and the South Sandwich Islands"]),
    ("IR", &["Iran"]),
    ("IT", &["Italy", "Italia"]),
    ("KN", &["Saint Kitts and Nevis"]),
    ("KP", &["North Korea"]),
    ("KR", &["South Korea", "Korea", "Republic of Korea"]),
    ("LA", &["Laos"]),
    ("MD", &["Moldova"]),
    ("MF", &["Saint Martin"]),
    ("MK", &["North Macedonia", "Macedonia"]),
    ("MO", &["Macao", "Macau"]),
    ("NL", &["Netherlands", "Holland", "Nederland"]),
    ("PH", &["Philippines"]),
    ("PM", &["Saint Pierre and Miquelon"]),
    ("PS", &["Palestine"]),
    ("RU", &["Russia", "Russian Federation"]),
    ("SA", &["Saudi Arabia", "KSA"]),
    ("SE", &["Sweden", "Sverige"]),
    ("SH", &["Saint Helena"]),
    ("ST", &["Sao Tome and Principe"]),
    ("SX", &["Sint Maarten"]),
    ("SY", &["Syria"]),
    ("SZ", &["Eswatini", "Swaziland"]),
    ("TR", &["Türkiye", "Turkey"]),
    ("TT", &["Trinidad and Tobago"]),
    ("TW", &["Taiwan"]),
    ("TZ", &["Tanzania"]),
    ("US", &["United States", "United States of America", "America", "U.S.", "U.S.A."]),
    ("VA", &["Vatican City", "Vatican", "Holy See"]),
    ("VC", &["Saint Vincent and the Grenadines"]),
    ("VE", &["Venezuela"]),
    ("VN", &["Vietnam", "Viet Nam"]),
];

/// Names and three-letter codes, as slugs; two-letter codes stand here as well.
static BY_NAME: LazyLock<HashMap<String, Country>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for iso in Iso::get_countries() {
        let country = Country::from_iso(&iso);
        for name in [iso.alpha2, iso.alpha3, iso.long_name, plain_name(&iso)] {
            names.insert(search::slug(name), country);
        }
        for name in common_names(country) {
            names.insert(search::slug(name), country);
        }
    }
    names
});

impl Country {
    /// Reads a two- or three-letter code or an English name, in any case and punctuation.
    pub fn find(text: &str) -> Option<Self> {
        // What is stored and what programs write needs no table of names.
        let is_code = text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
        if let Some(iso) = is_code.then(|| Iso::from_alpha2(text).ok()).flatten() {
            return Some(Self::from_iso(&iso));
        }
        BY_NAME.get(&search::slug(text)).copied()
    }

    pub fn code(&self) -> &str {
        // Made only from the standard's ASCII codes.
        std::str::from_utf8(&self.0).unwrap_or("??")
    }

    /// The English name in daily use, without an article: "United States".
    pub fn name(self) -> &'static str {
        common_names(self).first().copied().or_else(|| Iso::from_alpha2(self.code()).ok().map(|iso| plain_name(&iso))).unwrap_or("")
    }

    /// Every country, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        let mut all: Vec<Self> = Iso::get_countries().iter().map(Self::from_iso).collect();
        all.sort_unstable();
        all.into_iter()
    }

    fn from_iso(iso: &Iso) -> Self {
        let code = iso.alpha2.as_bytes();
        Self([code[0], code[1]])
    }
}

fn common_names(country: Country) -> &'static [&'static str] {
    COMMON.iter().find(|(code, _)| *code == country.code()).map_or(&[], |(_, names)| names)
}

fn plain_name(iso: &Iso) -> &'static str {
    iso.long_name.strip_prefix("The ").unwrap_or(iso.long_name)
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Country {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::find(text).ok_or_else(|| format!("`{}` is not a country", super::text::Text::clean(text)))
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <std::borrow::Cow<'de, str>>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_exports_write() {
        for (text, code) in [
            ("DE", "DE"),
            ("de", "DE"),
            ("DEU", "DE"),
            ("Germany", "DE"),
            ("Deutschland", "DE"),
            ("usa", "US"),
            ("United States", "US"),
            ("U.S.A.", "US"),
            ("UK", "GB"),
            ("United Kingdom", "GB"),
            ("Korea", "KR"),
            ("Hong Kong", "HK"),
            ("United Arab Emirates", "AE"),
            ("Taiwan", "TW"),
            ("Vietnam", "VN"),
            ("Tanzania", "TZ"),
            ("Philippines", "PH"),
            ("Netherlands", "NL"),
            ("Switzerland", "CH"),
            ("Czech Republic", "CZ"),
            ("Russia", "RU"),
            ("South Africa", "ZA"),
            ("Saudi Arabia", "SA"),
            ("Bangladesh", "BD"),
            ("Türkiye", "TR"),
        ] {
            assert_eq!(Country::find(text).map(|c| c.to_string()).as_deref(), Some(code), "{text}");
        }
        for text in ["", "Asia/Pacific Region", "unknown", "XX", "Atlantis"] {
            assert_eq!(Country::find(text), None, "{text}");
        }
        assert_eq!(Country::all().count(), 250);
        assert!(Country::all().all(|country| country.to_string().parse() == Ok(country)));
    }
}
