//! What a check compared, and one sentence that says it.

use crate::domain::{
    event::Entity,
    id::PartnerId,
    mdf::{CostShare, check::Standing, check::known::KnownStanding},
    money::Money,
    partner::PartnerStatus,
    program::ProofKind,
    text::Text,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// Days from and to; both belong to it.
pub type Days = (NaiveDate, NaiveDate);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "check", rename_all = "snake_case")]
pub enum Evidence {
    /// The same papers elsewhere, the worst first.
    Duplicate {
        found: Vec<Match>,
    },
    Partner {
        status: PartnerStatus,
        standing: Standing,
    },
    PriorApproval {
        approved_on: Option<NaiveDate>,
        starts_on: NaiveDate,
    },
    /// What lies there for it: set aside, and still committed to its request.
    Headroom {
        needed: Money,
        there: Money,
    },
    Preapproved {
        asked: Money,
        left: Money,
    },
    CostShare {
        cost: Money,
        share: CostShare,
        asked: Money,
        most: Money,
    },
    Dates {
        performed: Days,
        planned: Days,
        period: Days,
    },
    Deadline {
        handed_in_on: NaiveDate,
        last_day: Option<NaiveDate>,
    },
    Category {
        category: Text,
        known: Vec<Text>,
    },
    Proofs {
        missing: BTreeSet<ProofKind>,
        wanted: BTreeSet<ProofKind>,
        invoiced: Money,
        cost: Money,
    },
    Certification {
        needs: Option<Text>,
        on: NaiveDate,
    },
    /// Claims of this partner that are below a limit one by one, and above it in sum.
    Splitting {
        limit: Option<Money>,
        sum: Money,
        days: u32,
        with: Vec<Entity>,
    },
    SimilarActivity {
        found: Vec<Alike>,
    },
}

/// A paper that stands elsewhere too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    pub entity: Entity,
    pub partner: PartnerId,
    pub standing: KnownStanding,
    pub paper: Paper,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// The same bytes, under this name here.
    File { name: Text },
    /// The same number, vendor and amount.
    Invoice { number: Text, vendor: Text, amount: Money },
}

/// An activity that is much like this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alike {
    pub entity: Entity,
    pub title: Text,
    pub place: Text,
    pub from: NaiveDate,
    /// How alike the titles are.
    pub percent: u8,
}

impl fmt::Display for Paper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name } => write!(f, "the file {name}"),
            Self::Invoice { number, vendor, amount } => write!(f, "invoice {number} of {vendor} over {amount}"),
        }
    }
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let void = if self.standing == KnownStanding::Void { ", which is not paid" } else { "" };
        write!(f, "{} stands in {} of {}{void}", self.paper, self.entity, self.partner)
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate { found } if found.is_empty() => f.write_str("no invoice or file of it stands anywhere else"),
            Self::Duplicate { found } => f.write_str(&joined(found)),
            Self::Partner { status, standing: Standing::Good } => write!(f, "the partner is {}", status.name()),
            Self::Partner { standing: Standing::Suspected, .. } => f.write_str("another claim of the partner is under suspicion"),
            Self::PriorApproval { approved_on: None, .. } => f.write_str("the activity is not approved"),
            Self::PriorApproval { approved_on: Some(on), starts_on } => {
                write!(f, "approved on {on}, and the activity began on {starts_on}")
            }
            Self::Headroom { needed, there } => write!(f, "{needed} needed, {there} there for it"),
            Self::Preapproved { asked, left } => write!(f, "{asked} asked for, {left} of the approved amount left"),
            Self::CostShare { cost, share, asked, most } => {
                write!(f, "{asked} asked for, and {share} of {cost} is {most}")
            }
            Self::Dates { performed, planned, period } => {
                write!(f, "took place {}, planned {}, the fund's period is {}", days(*performed), days(*planned), days(*period))
            }
            Self::Deadline { handed_in_on, last_day: Some(last) } => write!(f, "handed in on {handed_in_on}, the last day is {last}"),
            Self::Deadline { handed_in_on, last_day: None } => write!(f, "handed in on {handed_in_on}, and nothing is approved to claim"),
            Self::Category { category, known } if known.is_empty() => write!(f, "{category}: the program pays for any category"),
            Self::Category { category, known } => write!(f, "{category}; the program pays for {}", joined(known)),
            Self::Proofs { missing, wanted, .. } if !missing.is_empty() => {
                write!(f, "missing: {}; wanted: {}", kinds(missing), kinds(wanted))
            }
            Self::Proofs { invoiced, cost, wanted, .. } => {
                write!(f, "{} present, {invoiced} invoiced for a cost of {cost}", kinds(wanted))
            }
            Self::Certification { needs: None, .. } => f.write_str("the program asks for no certificate"),
            Self::Certification { needs: Some(name), on } => write!(f, "{name} needed on {on}"),
            Self::Splitting { limit: Some(limit), sum, days, with } => {
                write!(f, "{sum} with {} within {days} days, each below the limit of {limit}", joined(with))
            }
            Self::Splitting { limit: None, sum, days, .. } => write!(f, "{sum} of this partner within {days} days crosses no limit"),
            Self::SimilarActivity { found } if found.is_empty() => f.write_str("the partner has no activity like it"),
            Self::SimilarActivity { found } => f.write_str(&joined(found)),
        }
    }
}

impl fmt::Display for Alike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place.is_empty() { String::new() } else { format!(" in {}", self.place) };
        write!(f, "{} \"{}\"{place} on {} is {} % alike", self.entity, self.title, self.from, self.percent)
    }
}

fn joined<T: fmt::Display>(all: &[T]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn kinds(kinds: &BTreeSet<ProofKind>) -> String {
    if kinds.is_empty() {
        return "no proof".to_owned();
    }
    kinds.iter().map(|kind| kind.doc()).collect::<Vec<_>>().join(", ")
}

fn days((from, to): Days) -> String {
    if from == to { from.to_string() } else { format!("{from} to {to}") }
}
