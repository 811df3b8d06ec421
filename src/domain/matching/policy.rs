//! The thresholds and weights of matching; part of the channel program.

use serde::{Deserialize, Serialize};

/// When two records are one. All scores are basis points: 10,000 is certainty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MatchingPolicy {
    /// From here on a lead is linked without asking.
    pub link_bp: u16,
    /// From here on (and below `link_bp`) an operator decides side by side.
    pub review_bp: u16,
    /// Mail domains that anybody may have, beside the list that is built in.
    pub free_mail: Vec<String>,
    pub weights: Weights,
}

impl Default for MatchingPolicy {
    fn default() -> Self {
        Self { link_bp: 9_000, review_bp: 7_500, free_mail: Vec::new(), weights: Weights::default() }
    }
}

/// How far a fact moves the score: agreement closes this share (in basis points) of the distance to certainty, conflict
/// takes this share of what was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weights {
    pub domain_same: u16,
    pub domain_other: u16,
    pub email_same: u16,
    pub phone_same: u16,
    pub phone_other: u16,
    pub street_same: u16,
    pub street_other: u16,
    pub postal_same: u16,
    pub postal_other: u16,
    pub city_same: u16,
    pub city_other: u16,
    pub person_same: u16,
    pub country_other: u16,
    pub legal_other: u16,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            domain_same: 6_000,
            domain_other: 600,
            email_same: 7_000,
            phone_same: 6_000,
            phone_other: 600,
            street_same: 6_000,
            street_other: 1_500,
            postal_same: 1_500,
            postal_other: 500,
            city_same: 600,
            city_other: 800,
            person_same: 1_500,
            country_other: 1_500,
            legal_other: 1_100,
        }
    }
}

/// Reads and writes one weight.
type Field = fn(&mut Weights) -> &mut u16;

impl Weights {
    /// The weights by the names that a program gives them.
    pub const FIELDS: [(&'static str, Field); 14] = [
        ("domain_same", |weights| &mut weights.domain_same),
        ("domain_other", |weights| &mut weights.domain_other),
        ("email_same", |weights| &mut weights.email_same),
        ("phone_same", |weights| &mut weights.phone_same),
        ("phone_other", |weights| &mut weights.phone_other),
        ("street_same", |weights| &mut weights.street_same),
        ("street_other", |weights| &mut weights.street_other),
        ("postal_same", |weights| &mut weights.postal_same),
        ("postal_other", |weights| &mut weights.postal_other),
        ("city_same", |weights| &mut weights.city_same),
        ("city_other", |weights| &mut weights.city_other),
        ("person_same", |weights| &mut weights.person_same),
        ("country_other", |weights| &mut weights.country_other),
        ("legal_other", |weights| &mut weights.legal_other),
    ];
}

impl From<&crate::domain::program::Matching> for MatchingPolicy {
    fn from(program: &crate::domain::program::Matching) -> Self {
        let bp = |value: u32| u16::try_from(value.min(10_000)).unwrap_or(10_000);
        Self {
            link_bp: bp(program.link_bp),
            review_bp: bp(program.review_bp),
            free_mail: program.free_mail_extra.iter().map(|domain| domain.as_str().to_owned()).collect(),
            weights: program.weights,
        }
    }
}
