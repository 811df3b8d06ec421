//! A claim: what an activity has cost, asked back after it, with its proofs.
//!
//! draft -> submitted (checked; part of the commitment is set aside for it) <-> info requested; submitted -> approved
//! (maybe a part) | rejected | withdrawn. approved -> payments -> closed. Whatever is pending can be flagged as suspect: it
//! stands still, with all that the partner has pending, until it is cleared or rejected.

pub mod command;
pub mod content;
pub mod decide;
pub mod event;
pub mod evolve;
pub mod payment;
pub mod undo;

pub use command::{ClaimCommand, ClaimVerb};
pub use content::{Content, Invoice, PaperKey, Proof};
pub use decide::{Facts, decide, draft, possible, sweep};
pub use event::ClaimEvent;
pub use payment::{Payment, PaymentState};

use crate::domain::{
    escalation::Escalation,
    fx::PinnedRate,
    id::{ClaimId, FundId, OperatorId, PartnerId, RequestId},
    mdf::{
        approval::{Pin, Signature},
        check::{CheckKind, Finding},
        desk::{Clock, Desk},
        request::RejectReason,
    },
    money::Money,
    text::Text,
    time::{Instant, Span},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub id: ClaimId,
    /// The number of events applied; a write is guarded by it.
    pub version: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub fund: FundId,
    pub request: RequestId,
    pub partner: PartnerId,
    pub content: Content,
    pub state: ClaimState,
    pub desk: Desk,
    /// What lies in the fund's account "claimed" for it and is not paid; in the fund's currency.
    pub reserved: Money,
    /// The rate of the approval that is under way.
    pub rate: Option<PinnedRate>,
    /// What the checks found last; the failing ones first.
    pub findings: Vec<Finding>,
    /// Failed checks that a person lets pass for this revision of the content.
    pub waivers: BTreeMap<CheckKind, Waiver>,
    pub payments: Vec<Payment>,
    /// It was returned to the partner at least once.
    pub returned: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    pub by: OperatorId,
    pub reason: Text,
    pub revision: u32,
}

/// Where a claim stands. Each variant holds what that state has, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ClaimState {
    Draft,
    Submitted,
    InfoRequested {
        asked_by: OperatorId,
        asked_at: Instant,
    },
    /// It stands still until somebody knows.
    Suspect {
        freeze: Freeze,
        before: Box<Self>,
    },
    Approved {
        approval: Box<Approval>,
    },
    Rejected {
        at: Instant,
        reason: RejectReason,
    },
    Withdrawn {
        at: Instant,
    },
    /// Nothing more is paid.
    Closed {
        at: Instant,
        approval: Box<Approval>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub at: Instant,
    /// In the fund's currency.
    pub amount: Money,
    /// The same in the currency of the claim.
    pub granted: Money,
    pub rate: PinnedRate,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// The claim that was flagged; another one of the partner where this one only stands still with it.
    pub of: ClaimId,
    pub since: Instant,
    pub reason: Text,
}

/// What an undo puts back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    pub state: ClaimState,
    pub clock: Option<Clock>,
    pub waiting_since: Option<Instant>,
    pub waited: Span,
    pub assignee: Option<OperatorId>,
    pub signatures: Vec<Signature>,
    pub rate: Option<PinnedRate>,
    pub escalation: Option<Escalation>,
    pub reserved: Money,
    pub waivers: BTreeMap<CheckKind, Waiver>,
    pub returned: bool,
}

impl ClaimState {
    pub const NAMES: [&str; 8] = ["draft", "submitted", "info_requested", "suspect", "approved", "rejected", "withdrawn", "closed"];

    /// The stable name in files, filters, tables and JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::InfoRequested { .. } => "info_requested",
            Self::Suspect { .. } => "suspect",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Closed { .. } => "closed",
        }
    }

    /// The state as it stands in a sentence.
    pub fn words(&self) -> String {
        self.name().replace('_', " ")
    }

    /// The state beneath a freeze.
    pub fn thawed(&self) -> &Self {
        if let Self::Suspect { before, .. } = self { before } else { self }
    }

    /// Handed in, and neither paid nor ended: what a freeze of the partner holds.
    pub fn is_pending(&self) -> bool {
        matches!(self.thawed(), Self::Submitted | Self::InfoRequested { .. } | Self::Approved { .. })
    }

    pub fn is_open(&self) -> bool {
        matches!(self, Self::Draft) || self.is_pending()
    }

    /// What was approved, be it paid by now, or standing still.
    pub fn approval(&self) -> Option<&Approval> {
        match self.thawed() {
            Self::Approved { approval } | Self::Closed { approval, .. } => Some(approval),
            _ => None,
        }
    }
}

impl Claim {
    /// What an approval is bound to.
    pub fn pin(&self) -> Pin {
        self.desk.pin(&self.content)
    }

    /// The approvals that hold for the content as it is.
    pub fn signatures(&self) -> impl Iterator<Item = &Signature> {
        let pin = self.pin();
        self.desk.signatures.iter().filter(move |signature| signature.pin == pin)
    }

    /// When the decision or the payment is due; nothing while it stands still.
    pub fn due(&self) -> Option<Instant> {
        self.desk.due()
    }

    /// Paid, less what came back; in the fund's currency.
    pub fn paid(&self) -> Money {
        self.sum(|payment| payment.state.is_confirmed())
    }

    /// Ordered and not answered yet.
    pub fn under_way(&self) -> Money {
        self.sum(|payment| payment.state.is_under_way())
    }

    /// What may still be ordered: what lies there for it, less what is under way.
    pub fn payable(&self) -> Money {
        let minor = if self.state.approval().is_some() { self.reserved.minor.saturating_sub(self.under_way().minor) } else { 0 };
        Money::new(minor, self.reserved.currency)
    }

    pub fn payment(&self, no: u32) -> Option<&Payment> {
        self.payments.iter().find(|payment| payment.no == no)
    }

    /// Whether a failed check may pass, because somebody said so for this content.
    pub fn is_waived(&self, kind: CheckKind) -> bool {
        self.waivers.get(&kind).is_some_and(|waiver| waiver.revision == self.desk.revision)
    }

    fn sum(&self, counts: impl Fn(&Payment) -> bool) -> Money {
        let minor =
            self.payments.iter().filter(|payment| counts(payment)).fold(0_i64, |sum, payment| sum.saturating_add(payment.amount.minor));
        Money::new(minor, self.reserved.currency)
    }
}
