//! What is known elsewhere that a claim is compared with: other claims, of this partner and of others, and records of
//! other desks that hold the same file.

use crate::domain::{
    deal::{ContentHash, DealState, Registration},
    event::Entity,
    id::PartnerId,
    mdf::claim::{Claim, ClaimState, Invoice},
    mdf::request::Request,
    money::Money,
    text::Text,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    pub entity: Entity,
    pub partner: PartnerId,
    /// Where the activity took place, in the region's or country's name. May be empty.
    pub place: Text,
    pub invoices: Vec<Invoice>,
    pub files: Vec<ContentHash>,
    pub activity: Option<Activity>,
    /// What is asked for, in the currency of its fund; nothing for what is no claim.
    pub amount: Option<Money>,
    /// The day on which it was handed in.
    pub handed_in_on: Option<NaiveDate>,
    pub standing: KnownStanding,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub title: Text,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// What was asked for before: several claims on one request are one activity.
    pub request: crate::domain::id::RequestId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KnownStanding {
    /// It may be paid, or was.
    Live,
    /// It was rejected or withdrawn, and is not paid.
    Void,
}

impl Known {
    /// Another claim; `amount` is what it asks for in its fund's currency.
    pub fn claim(claim: &Claim, request: &Request, amount: Money, handed_in_on: Option<NaiveDate>) -> Self {
        let is_void = matches!(claim.state, ClaimState::Rejected { .. } | ClaimState::Withdrawn { .. });
        Self {
            entity: Entity::Claim(claim.id),
            partner: claim.partner,
            place: request.plan.country.map(|country| Text::clean(&country.to_string())).unwrap_or_default(),
            invoices: claim.content.invoices.clone(),
            files: claim.content.documents.iter().map(|document| document.hash).collect(),
            activity: Some(Activity {
                title: request.plan.title.clone(),
                from: claim.content.performed_from,
                to: claim.content.performed_to,
                request: request.id,
            }),
            amount: Some(amount),
            handed_in_on,
            standing: if is_void { KnownStanding::Void } else { KnownStanding::Live },
        }
    }

    /// A registration of a deal, whose documents may be the same files.
    pub fn deal(deal: &Registration) -> Self {
        let is_live = deal.state.is_open() || matches!(deal.state, DealState::Won { .. });
        Self {
            entity: Entity::Deal(deal.id),
            partner: deal.partner,
            place: Text::default(),
            invoices: Vec::new(),
            files: deal.documents.iter().map(|exhibit| exhibit.document.hash).collect(),
            activity: None,
            amount: None,
            handed_in_on: None,
            standing: if is_live { KnownStanding::Live } else { KnownStanding::Void },
        }
    }

    pub const fn is_live(&self) -> bool {
        matches!(self.standing, KnownStanding::Live)
    }
}
