//! A lead on its way from receipt to a qualified opportunity.
//!
//! [`Lead`] is the aggregate: everything that a decision about one lead needs. [`decide`] turns a command into events,
//! [`evolve`] applies events; both are pure, so the store, the simulation and a replay share them.

pub mod command;
pub mod decide;
pub mod event;
pub mod evolve;
pub mod fields;
pub mod intake;
pub mod offer;
pub mod queue;
pub mod refusal;
pub mod replay;
pub mod routing;
pub mod stats;
pub mod undo;
pub mod words;

pub use crate::domain::{
    escalation::{Escalation, EscalationCause, Severity},
    person::Person,
    program::SlaKind as ClockKind,
};
pub use command::{LeadCommand, LeadVerb};
pub use event::LeadEvent;
pub use intake::{Consent, ConsentBasis, Intake};
pub use offer::{Offer, OfferOutcome};
pub use refusal::Refusal;

use crate::domain::{
    id::{AccountId, LeadId, OperatorId, PartnerId},
    text::Text,
    time::Instant,
    vocabulary::words,
};
use serde::{Deserialize, Serialize};

/// A clock of a lead: of an offer, of the first touch, of qualification.
pub type Clock = crate::domain::clock::Clock<ClockKind>;

/// One lead with all that a decision about it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    pub id: LeadId,
    /// The number of events applied; a write is guarded by it.
    pub version: i64,
    pub received_at: Instant,
    pub updated_at: Instant,
    /// What came in, personal fields included.
    pub intake: Intake,
    /// The account that the lead belongs to, once matched.
    pub account: Option<AccountId>,
    /// The desk operator who looks after it: the queue "Mine".
    pub desk: Option<OperatorId>,
    pub state: LeadState,
    /// The clock that is running or paused now, if any.
    pub clock: Option<Clock>,
    /// How many clocks this lead has had; the next one is numbered one higher.
    pub clocks: u32,
    pub pause: Option<Pause>,
    /// Every offer in order; the last one may be open.
    pub offers: Vec<Offer>,
    pub escalation: Option<Escalation>,
    /// How many clocks were breached.
    pub breaches: u32,
    /// How many of `offers` belong to earlier rounds; the program's limit of offers counts from here.
    pub settled_offers: u32,
    /// Leads merged into this one, with their own consent, so that an unmerge can take it back.
    pub absorbed: Vec<Absorbed>,
    /// The personal fields were destroyed on request.
    pub erased: bool,
}

/// Where a lead stands. Each variant holds what that state has, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LeadState {
    /// Held back until somebody settles the reason.
    Quarantined {
        reason: QuarantineReason,
    },
    /// It resembles other leads; a person decides whether it is one of them.
    InReview {
        candidates: Vec<Resemblance>,
    },
    /// With nobody: in the fallback queue, or taken back and not yet placed.
    Unassigned {
        why: UnassignedReason,
    },
    /// Offered to a partner, whose answer is awaited; the last of `offers` is that offer.
    Offered {
        partner: PartnerId,
    },
    /// Accepted; the first touch is awaited.
    Accepted {
        partner: PartnerId,
    },
    /// The partner works it since the first touch; qualification is awaited.
    Working {
        partner: PartnerId,
    },
    Qualified {
        partner: PartnerId,
    },
    Disqualified {
        reason: DisqualifyReason,
        partner: Option<PartnerId>,
    },
    /// The same as another lead, which carries on. `prior` is what an unmerge restores.
    Merged {
        into: LeadId,
        prior: Box<Prior>,
    },
}

/// What a merged lead was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prior {
    pub state: LeadState,
    /// The number of the offer that was open. Not always the last: an undo leaves later ones behind as withdrawn.
    pub offer: Option<u32>,
    pub clock: Option<Clock>,
    pub pause: Option<Pause>,
    pub escalation: Option<Escalation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absorbed {
    pub lead: LeadId,
    pub consent: Consent,
    /// What it brought along; the survivor shows the worse of the two.
    pub escalation: Option<Escalation>,
    /// What the survivor had before: what it has again when the lead is taken out.
    pub held: Option<Escalation>,
}

/// A lead that this one resembles, and how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resemblance {
    pub lead: LeadId,
    /// Basis points, 0 to 10,000.
    pub score_bp: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineReason {
    /// The country requires consent and none came with the lead.
    ConsentMissing,
    /// The person asked not to be contacted.
    Suppressed,
    /// Neither a company nor a way to reach anybody.
    Unreachable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnassignedReason {
    /// Just received or separated; routing follows in the same command.
    New,
    /// No partner passed the routing rules, each for reasons of its own.
    NoCandidate,
    /// No partner's territory holds it.
    Uncovered,
    /// Those whose territory holds it all fail one and the same rule, which is this one.
    NoneActive,
    NoneCertified,
    AllExcluded,
    AllHadIt,
    AllFull,
    AllClosed,
    /// As many offers as the program allows ended without an acceptance.
    OffersExhausted,
    /// An operator took it back.
    Released,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisqualifyReason {
    NoBudget,
    NoNeed,
    NoReply,
    WrongContact,
    Competitor,
    OutsideScope,
    Spam,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    NoCapacity,
    OutsideTerritory,
    ConflictOfInterest,
    NotInterested,
    BadData,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    AwaitingCustomer,
    AwaitingPartner,
    AwaitingInternal,
    CustomerAway,
}

/// The lead's clock stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub reason: PauseReason,
    pub since: Instant,
    /// When the engine resumes it by itself.
    pub until: Option<Instant>,
}

words! {
    QuarantineReason {
        ConsentMissing => "consent_missing", "consent is missing";
        Suppressed => "suppressed", "the person asked not to be contacted";
        Unreachable => "unreachable", "no company and no way to reach anybody";
    }
    UnassignedReason {
        New => "new", "not placed yet";
        NoCandidate => "no_candidate", "no partner passed the rules";
        Uncovered => "uncovered", "no partner covers it";
        NoneActive => "none_active", "no partner that covers it is active";
        NoneCertified => "none_certified", "no partner that covers it is certified";
        AllExcluded => "all_excluded", "the program excludes every partner that covers it";
        AllHadIt => "all_had_it", "every partner that covers it has had it";
        AllFull => "all_full", "every partner that covers it is full";
        AllClosed => "all_closed", "every partner that covers it is closed now";
        OffersExhausted => "offers_exhausted", "all offers ended without acceptance";
        Released => "released", "taken back by the desk";
    }
    DisqualifyReason {
        NoBudget => "no_budget", "no budget";
        NoNeed => "no_need", "no need";
        NoReply => "no_reply", "no reply";
        WrongContact => "wrong_contact", "wrong contact";
        Competitor => "competitor", "bought from a competitor";
        OutsideScope => "outside_scope", "outside what we sell";
        Spam => "spam", "spam or a test";
    }
    DeclineReason {
        NoCapacity => "no_capacity", "no capacity";
        OutsideTerritory => "outside_territory", "outside the partner's territory";
        ConflictOfInterest => "conflict_of_interest", "conflict of interest";
        NotInterested => "not_interested", "not interested";
        BadData => "bad_data", "the lead's data is wrong";
    }
    PauseReason {
        AwaitingCustomer => "awaiting_customer", "awaiting the customer";
        AwaitingPartner => "awaiting_partner", "awaiting the partner";
        AwaitingInternal => "awaiting_internal", "awaiting somebody inside";
        CustomerAway => "customer_away", "the customer is away";
    }
}

impl LeadState {
    pub const NAMES: [&str; 9] =
        ["quarantined", "review", "unassigned", "offered", "accepted", "working", "qualified", "disqualified", "merged"];

    /// The stable name in files, filters, tables and JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Quarantined { .. } => "quarantined",
            Self::InReview { .. } => "review",
            Self::Unassigned { .. } => "unassigned",
            Self::Offered { .. } => "offered",
            Self::Accepted { .. } => "accepted",
            Self::Working { .. } => "working",
            Self::Qualified { .. } => "qualified",
            Self::Disqualified { .. } => "disqualified",
            Self::Merged { .. } => "merged",
        }
    }

    /// The partner who holds the lead, or held it when it ended.
    pub const fn partner(&self) -> Option<PartnerId> {
        match self {
            Self::Offered { partner } | Self::Accepted { partner } | Self::Working { partner } | Self::Qualified { partner } => {
                Some(*partner)
            }
            Self::Disqualified { partner, .. } => *partner,
            _ => None,
        }
    }

    /// The partner whose capacity this lead takes up.
    pub const fn loads(&self) -> Option<PartnerId> {
        match self {
            Self::Offered { partner } | Self::Accepted { partner } | Self::Working { partner } => Some(*partner),
            _ => None,
        }
    }

    /// Whether somebody still has to do something about it.
    pub const fn is_open(&self) -> bool {
        !matches!(self, Self::Qualified { .. } | Self::Disqualified { .. } | Self::Merged { .. })
    }
}

impl Lead {
    /// The consent in force: the strictest of its own and of all that were merged into it.
    pub fn consent(&self) -> &Consent {
        self.absorbed.iter().map(|one| &one.consent).fold(&self.intake.consent, Consent::stricter)
    }

    /// When the running clock is due; nothing while paused.
    pub fn due(&self) -> Option<Instant> {
        if self.pause.is_some() { None } else { self.clock.as_ref().map(|clock| clock.due) }
    }

    /// The running clock ran out: breached, and not finished since.
    pub fn is_breached(&self) -> bool {
        self.clock.as_ref().is_some_and(|clock| clock.breached)
    }

    pub fn open_offer(&self) -> Option<&Offer> {
        self.offers.iter().rev().find(|offer| offer.outcome.is_none())
    }

    pub fn company(&self) -> &Text {
        &self.intake.company
    }

    /// What it goes by: its company, or the person where there is none.
    pub fn called(&self) -> &Text {
        if self.intake.company.is_empty() { &self.intake.person.name } else { &self.intake.company }
    }
}
