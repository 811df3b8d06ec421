//! The mappings that come with the program.

use super::{Kind, Mapping, read};
use crate::app::import::source::Source;

macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        /// Name and document of each, as `--mapping` names them.
        pub const BUILT_IN: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../fixtures/mappings/", $name, ".toml")))),+];
    };
}

built_in![
    "generic",
    "generic-partner",
    "generic-account",
    "pilothouse-lead",
    "salesforce-lead",
    "salesforce-account",
    "hubspot-contact",
    "hubspot-company",
    "olist-mql",
    "x-education",
    "adventureworks-reseller",
    "generic-deal",
    "pilothouse-deal",
    "salesforce-opportunity",
    "microsoft-cosell",
    "aws-opportunity",
    "maven-pipeline",
    "maven-agent",
    "maven-account",
    "generic-sale",
    "maven-sale",
    "adventureworks-sale",
    "iowa-sale",
    "ibm-sale",
    "generic-request",
    "generic-claim",
    "generic-contact",
];

/// The built-in mapping of this name. A test holds that every one of them reads.
pub fn built_in(name: &str) -> Option<Mapping> {
    let (name, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
    read(name, text).ok()
}

/// The built-in mappings for `kind` whose `recognise` columns the file has, the most particular first.
pub fn recognised(kind: Kind, source: &Source) -> Vec<Mapping> {
    let mut fitting: Vec<Mapping> = BUILT_IN
        .iter()
        .filter_map(|(name, _)| built_in(name))
        .filter(|mapping| mapping.kind == kind && !mapping.recognise.is_empty())
        .filter(|mapping| mapping.recognise.iter().all(|name| source.has_column(name)))
        .collect();
    fitting.sort_by_key(|mapping| std::cmp::Reverse(mapping.recognise.len()));
    fitting
}
