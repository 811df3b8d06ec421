//! A deal on its way from a partner's registration to its end, and the conflicts between registrations.
//!
//! [`Registration`] is the aggregate: everything that a decision about one registration needs. [`decide`] turns a command
//! into events, [`evolve`] applies events; both are pure, so the store, the simulation and a replay share them. A
//! [`conflict`] is an aggregate of its own, about two or more registrations; [`dossier`] lays them side by side.

pub mod command;
pub mod completeness;
pub mod conflict;
pub mod decide;
pub mod details;
pub mod document;
pub mod dossier;
pub mod event;
pub mod evolve;
pub mod fields;
pub mod protection;
pub mod queue;
pub mod refusal;
pub mod stats;
pub mod undo;
pub mod words;

pub use crate::domain::program::{DealField, Ineligible};
pub use command::{DealCommand, DealVerb};
pub use completeness::{FieldFault, FieldProblem, completeness};
pub use details::{Customer, Details, FieldChange, SalesStage, Scope};
pub use document::{ContentHash, Document, DocumentKind, EvidencePin, Exhibit};
pub use event::DealEvent;
pub use protection::Protection;
pub use refusal::Refusal;

use crate::domain::{
    escalation::Escalation,
    id::{AccountId, ConflictId, DealId, LeadId, OperatorId, PartnerId},
    money::Money,
    text::Text,
    time::{Instant, Span},
    vocabulary::words,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The clock of a registration.
pub type Clock = crate::domain::clock::Clock<ClockKind>;

/// What a registration's clock measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// From the submission until it is approved or rejected.
    Decide,
}

/// One registration with all that a decision about it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    pub id: DealId,
    /// The number of events applied; a write is guarded by it.
    pub version: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub partner: PartnerId,
    pub details: Details,
    /// Of fields that were changed at the desk: what the source of the record last said, but for the contact. An import
    /// compares with it, so that what the desk corrected is not taken back by the same file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_says: Vec<FieldChange>,
    /// The contact was changed at the desk. What the source said of the person is not kept in the open, so from then on the
    /// desk's contact stays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub contact_is_ours: bool,
    /// The end customer, once matched.
    pub account: Option<AccountLink>,
    /// The lead that it was made from.
    pub source_lead: Option<SourceLead>,
    pub state: DealState,
    /// When it was first submitted.
    pub submitted_at: Option<Instant>,
    /// Its place in the order of complete submissions; nothing while it is not complete.
    pub place: Option<Place>,
    /// The clock that is running or stands still now, if any.
    pub clock: Option<Clock>,
    /// How many clocks it has had; the next one is numbered one higher.
    pub clocks: u32,
    pub hold: Option<Hold>,
    /// Since when it waits for others (held, or an answer asked for): its clock stands still.
    pub waiting_since: Option<Instant>,
    /// Business time that it waited for others since the submission.
    pub waited: Span,
    /// The conflict case that it is a party of.
    pub dispute: Option<Dispute>,
    pub documents: Vec<Exhibit>,
    /// Operators who asked for the approval: by drafting, submitting or recommending it. They do not approve it.
    pub requesters: BTreeSet<OperatorId>,
    pub escalation: Option<Escalation>,
    /// How many clocks were breached.
    pub breaches: u32,
    /// The personal fields were destroyed on request.
    pub erased: bool,
}

/// Where a registration stands. Each variant holds what that state has, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DealState {
    /// Not handed in yet.
    Draft,
    Submitted,
    UnderReview {
        reviewer: OperatorId,
    },
    /// Returned to the partner, who may change these fields and no others.
    ActionRequired {
        fields: BTreeSet<DealField>,
        asked_by: OperatorId,
        asked_at: Instant,
    },
    /// Reviewed; somebody else approves.
    PendingApproval {
        reviewer: OperatorId,
    },
    /// Protected.
    Approved {
        approval: Approval,
    },
    Won {
        approval: Approval,
        at: Instant,
        /// The day of the order.
        on: NaiveDate,
        /// What was sold, where it is known.
        value: Option<Money>,
    },
    Lost {
        approval: Approval,
        at: Instant,
        reason: LossReason,
    },
    /// The protection ended without an order.
    Expired {
        approval: Approval,
        at: Instant,
    },
    Withdrawn {
        at: Instant,
        /// What it had been granted before.
        approval: Option<Approval>,
    },
    Rejected {
        at: Instant,
        reason: RejectReason,
        /// The registration that it gave way to.
        of: Option<DealId>,
        /// Where a conflict decided: what it was before, to be restored should an appeal overturn that.
        overruled: Option<Overruled>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub at: Instant,
    pub protection: Protection,
    /// Where the deal is shared: this partner's part of it.
    pub share: Option<SharedWith>,
}

/// The part of a registration in a deal that a conflict split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedWith {
    pub case: ConflictId,
    /// Basis points of the deal's value.
    pub share_bp: u16,
    /// The party that holds the one protection for all of them: who has the largest share.
    pub principal: DealId,
}

/// What a decision of a conflict took from a registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overruled {
    pub case: ConflictId,
    pub state: Box<DealState>,
}

/// The end customer in our directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountLink {
    pub account: AccountId,
    /// The topmost parent of the account, itself if it has none: parents and subsidiaries are one customer.
    pub family: AccountId,
}

/// What a registration carries on from a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLead {
    pub lead: LeadId,
    pub received_at: Instant,
    /// When this partner got it.
    pub offered_at: Option<Instant>,
    /// When it last changed: qualified, or noted since.
    pub updated_at: Instant,
}

/// A place in the order of complete submissions: the earlier instant first, then the database's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    pub complete_at: Instant,
    pub sequence: i64,
}

/// It stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub reason: HoldReason,
    pub since: Instant,
    /// What the desk waited for already when a conflict held it as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<HoldReason>,
}

/// The conflict case that a registration is a party of, as far as the registration knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    pub case: ConflictId,
    pub phase: DisputePhase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    Conflict,
    AwaitingCustomer,
    AwaitingPartner,
    AwaitingInternal,
    /// Its partner is suspended or has left: it goes on when the partner is reinstated.
    PartnerSuspended,
}

impl HoldReason {
    /// What has to be decided first where the hold is not the desk's own; nobody holds or releases for that reason by hand.
    pub const fn decided_by(self) -> Option<&'static str> {
        match self {
            Self::Conflict => Some("is held by a conflict; decide that first"),
            Self::PartnerSuspended => Some("is held while its partner is not active; reinstate the partner first"),
            Self::AwaitingCustomer | Self::AwaitingPartner | Self::AwaitingInternal => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputePhase {
    Open,
    Decided,
    Appealed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// Another registration for the same customer and products comes first.
    Duplicate,
    Incomplete,
    Ineligible,
    /// Our own sales has the customer.
    Direct,
    /// A conflict was decided for another, though this one was complete first.
    Decided,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossReason {
    Competitor,
    NoBudget,
    NoDecision,
    Price,
    Product,
    Other,
}

words! {
    ClockKind {
        Decide => "decide", "decide";
    }
    HoldReason {
        Conflict => "conflict", "a conflict is being decided";
        AwaitingCustomer => "awaiting_customer", "awaiting the customer";
        AwaitingPartner => "awaiting_partner", "awaiting the partner";
        AwaitingInternal => "awaiting_internal", "awaiting somebody inside";
        PartnerSuspended => "partner_suspended", "its partner is suspended";
    }
    DisputePhase {
        Open => "open", "not decided yet";
        Decided => "decided", "decided, may be appealed";
        Appealed => "appealed", "appealed";
    }
    RejectReason {
        Duplicate => "duplicate", "another registration comes first";
        Incomplete => "incomplete", "it is not complete";
        Ineligible => "ineligible", "the partner may not register it";
        Direct => "direct", "our own sales has the customer";
        Decided => "decided", "the conflict was decided for another";
    }
    LossReason {
        Competitor => "competitor", "bought from a competitor";
        NoBudget => "no_budget", "no budget";
        NoDecision => "no_decision", "the customer did not decide";
        Price => "price", "the price";
        Product => "product", "the product did not fit";
        Other => "other", "another reason";
    }
}

impl RejectReason {
    /// Those that a person may give; the last is what a decision about a conflict says by itself.
    pub const GIVEN: [Self; 4] = [Self::Duplicate, Self::Incomplete, Self::Ineligible, Self::Direct];
}

impl DealState {
    pub const NAMES: [&str; 11] = [
        "draft",
        "submitted",
        "under_review",
        "action_required",
        "pending_approval",
        "approved",
        "won",
        "lost",
        "expired",
        "withdrawn",
        "rejected",
    ];

    /// The stable name in files, filters, tables and JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::UnderReview { .. } => "under_review",
            Self::ActionRequired { .. } => "action_required",
            Self::PendingApproval { .. } => "pending_approval",
            Self::Approved { .. } => "approved",
            Self::Won { .. } => "won",
            Self::Lost { .. } => "lost",
            Self::Expired { .. } => "expired",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Rejected { .. } => "rejected",
        }
    }

    /// The operator who looks at it now.
    pub const fn reviewer(&self) -> Option<OperatorId> {
        match self {
            Self::UnderReview { reviewer } | Self::PendingApproval { reviewer } => Some(*reviewer),
            Self::ActionRequired { asked_by, .. } => Some(*asked_by),
            _ => None,
        }
    }

    /// What it was granted, if it ever was; a rejected one has nothing any more.
    pub const fn approval(&self) -> Option<&Approval> {
        match self {
            Self::Approved { approval } | Self::Won { approval, .. } | Self::Lost { approval, .. } | Self::Expired { approval, .. } => {
                Some(approval)
            }
            Self::Withdrawn { approval, .. } => approval.as_ref(),
            _ => None,
        }
    }

    /// Handed in, and neither approved nor ended.
    pub const fn is_undecided(&self) -> bool {
        matches!(self, Self::Submitted | Self::UnderReview { .. } | Self::ActionRequired { .. } | Self::PendingApproval { .. })
    }

    /// Whether somebody still has to do something about it.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Draft | Self::Approved { .. }) || self.is_undecided()
    }

    /// Whether it can be a party of a conflict: it claims the deal.
    pub const fn is_claim(&self) -> bool {
        matches!(self, Self::Approved { .. } | Self::Won { .. }) || self.is_undecided()
    }
}

impl Registration {
    /// When the decision is due, or the protection ends; nothing while it stands still.
    pub fn due(&self) -> Option<Instant> {
        if self.waiting_since.is_some() {
            return None;
        }
        match &self.state {
            DealState::Approved { approval } => Some(approval.protection.until),
            state if state.is_undecided() => self.clock.as_ref().map(|clock| clock.due),
            _ => None,
        }
    }

    /// The decision is overdue, as the engine has noticed.
    pub fn is_breached(&self) -> bool {
        self.clock.as_ref().is_some_and(|clock| clock.breached)
    }

    /// Its protection is in force, standing still or not.
    pub const fn protection(&self) -> Option<&Protection> {
        match &self.state {
            DealState::Approved { approval } => Some(&approval.protection),
            _ => None,
        }
    }

    /// Holds the one protection for its customer and products: approved, and not merely sharing another's.
    pub fn holds_protection(&self) -> bool {
        matches!(&self.state, DealState::Approved { approval } if approval.share.is_none_or(|share| share.principal == self.id))
    }

    /// It stands still because the desk has shut its partner out.
    pub fn is_held_for_partner(&self) -> bool {
        self.hold.as_ref().is_some_and(|hold| hold.reason == HoldReason::PartnerSuspended)
    }

    /// Handed in or protected, and not held: its time runs. Nothing of a partner that the desk has shut out does.
    pub fn goes_on(&self) -> bool {
        !self.is_held() && (self.state.is_undecided() || self.protection().is_some())
    }

    pub const fn is_held(&self) -> bool {
        self.hold.is_some()
    }

    pub const fn customer(&self) -> &Text {
        &self.details.customer.name
    }

    pub fn exhibits(&self, kind: DocumentKind) -> impl Iterator<Item = &Exhibit> {
        self.documents.iter().filter(move |exhibit| exhibit.document.kind == kind)
    }
}
