//! A conflict: two or more registrations claim the same deal. A case of its own, with its own clocks, that holds them
//! until somebody decides.
//!
//! flagged -> evidence window -> review -> decided -> notified -> closed, or appealed -> upheld | overturned -> closed.
//! A decision pins the evidence that it saw; what comes in later never changes it, but an appeal may look at it.

pub mod command;
pub mod decide;
pub mod detect;
mod effects;
pub mod event;
pub mod evolve;
pub mod glance;
pub mod keys;
pub mod shares;

pub use command::{CaseCommand, CaseVerb};
pub use decide::{Outcome, decide_case, dissolve, may_judge, open, possible_case, sweep_case};
pub use detect::{Claim, Finding, Reason, Sale, conflicts, conflicts_by};
pub use event::CaseEvent;
pub use glance::{Glance, Glances};
pub use keys::{
    CandidateKey, ProtectionKey, SameCustomer, candidate_keys, candidate_keys_of, deal_keys, features, protection_keys, same_customer,
    same_customer_by,
};
pub use shares::{ShareError, Shares};

use crate::domain::{
    deal::{EvidencePin, Place, RejectReason, dossier::Standing},
    escalation::Escalation,
    id::{ConflictId, DealId, OperatorId, PartnerId},
    program::Clause,
    text::Text,
    time::Instant,
    vocabulary::words,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The clock of a case.
pub type CaseClock = crate::domain::clock::Clock<CaseClockKind>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseClockKind {
    /// The parties hand in evidence; when it runs out the review begins.
    Evidence,
    /// Somebody decides; when it runs out the case is escalated.
    Review,
    /// A party may appeal; when it runs out the case is closed.
    AppealWindow,
    /// Somebody else decides about the appeal.
    Appeal,
}

/// Why two registrations conflict, from the plainest to the most telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// The same customer, and at least one product in common.
    Duplicate,
    /// Partner against partner.
    Horizontal,
    /// Our own sales against a partner, or a distributor against a reseller.
    Vertical,
    /// A partner sells where its territory does not reach.
    CrossTerritory,
    /// One of them has sold to this customer before, the other has not.
    Incumbency,
    /// The deal is won, and somebody else claims it.
    PostDealCredit,
}

words! {
    CaseClockKind {
        Evidence => "evidence", "evidence";
        Review => "review", "review";
        AppealWindow => "appeal_window", "appeal window";
        Appeal => "appeal", "appeal";
    }
    ConflictKind {
        Duplicate => "duplicate", "the same deal twice";
        Horizontal => "horizontal", "partner against partner";
        Vertical => "vertical", "our own sales or a distributor against a partner";
        CrossTerritory => "cross_territory", "outside the territory";
        Incumbency => "incumbency", "against whoever sells there already";
        PostDealCredit => "post_deal_credit", "credit for a deal that is won";
    }
}

/// One conflict with all that a decision about it needs, beside its parties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictCase {
    pub id: ConflictId,
    /// The number of events applied; a write is guarded by it.
    pub version: i64,
    pub opened_at: Instant,
    pub updated_at: Instant,
    /// What was found between the parties.
    pub findings: Vec<Finding>,
    /// In the order in which they joined.
    pub parties: Vec<CaseParty>,
    pub state: CaseState,
    pub clock: Option<CaseClock>,
    /// How many clocks it has had; the next one is numbered one higher.
    pub clocks: u32,
    /// The first decision, then those of appeals.
    pub decisions: Vec<Decision>,
    /// What the parties were told, the oldest first.
    pub notices: Vec<Notice>,
    pub escalation: Option<Escalation>,
    pub breaches: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseParty {
    pub deal: DealId,
    pub partner: PartnerId,
    pub joined_at: Instant,
    /// Its place in the order of complete submissions when it joined.
    pub place: Option<Place>,
}

/// Where a case stands. Each variant holds what that state has, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CaseState {
    /// Found; the parties are held and not yet asked.
    Flagged,
    /// The parties hand in evidence.
    Evidence,
    Review {
        reviewer: Option<OperatorId>,
    },
    /// Decided; the parties do not know yet.
    Decided,
    /// The parties know, and may appeal.
    Notified,
    Appealed {
        by: DealId,
        grounds: Text,
        reviewer: Option<OperatorId>,
    },
    Upheld,
    Overturned,
    Closed {
        result: CaseResult,
    },
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseResult {
    /// Nobody appealed.
    Final,
    Upheld,
    Overturned,
    /// Before anybody decided: fewer than two of its parties still claim the deal.
    Dissolved,
}

/// What was decided about a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// One party gets the deal, the others give way.
    Award { winner: DealId },
    /// Several share it; whoever has no share gives way.
    Split { shares: Shares },
    /// Nobody gets it.
    RejectAll { reason: RejectReason },
    /// There was no conflict: all go on as before.
    Void,
}

/// The kind of a verdict, as precedents compare it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    Award,
    Split,
    RejectAll,
    Void,
}

words! {
    VerdictKind {
        Award => "award", "awarded to one party";
        Split => "split", "split between the parties";
        RejectAll => "reject_all", "all rejected";
        Void => "void", "no conflict";
    }
    CaseResult {
        Final => "final", "nobody appealed";
        Upheld => "upheld", "upheld on appeal";
        Overturned => "overturned", "overturned on appeal";
        Dissolved => "dissolved", "only one claim was left";
    }
    NoticeKind {
        EvidenceWanted => "evidence_wanted", "your registration conflicts with another; hand in evidence";
        Awarded => "awarded", "the deal is yours";
        Shared => "shared", "the deal is shared";
        GaveWay => "gave_way", "the deal went to another";
        NobodyGot => "nobody_got", "the deal went to nobody";
        NoConflict => "no_conflict", "there is no conflict; your registration goes on";
        Appealed => "appealed", "the decision is appealed";
        Upheld => "upheld", "the decision stands";
    }
}

/// A decision with what it was based on. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// From 1; the second is that of the appeal.
    pub no: u32,
    pub verdict: Verdict,
    pub by: OperatorId,
    pub at: Instant,
    /// The documents that were there.
    pub evidence: EvidencePin,
    /// Whom the rules would have given the deal, if anyone.
    pub recommended: Option<DealId>,
    /// The clause that decided the recommendation.
    pub deciding: Option<Clause>,
    /// How each clause stood for the winner (or, without one, for whom the rules favoured): what precedents compare.
    pub standings: Vec<(Clause, Standing)>,
    /// It went against most of the nearest past decisions.
    pub against_precedent: bool,
}

/// Something that a party was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub deal: DealId,
    pub partner: PartnerId,
    pub kind: NoticeKind,
    pub at: Instant,
    /// By when it can answer: with evidence, or with an appeal.
    pub until: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    EvidenceWanted,
    Awarded,
    Shared,
    GaveWay,
    NobodyGot,
    NoConflict,
    Appealed,
    Upheld,
}

impl Verdict {
    pub const fn kind(&self) -> VerdictKind {
        match self {
            Self::Award { .. } => VerdictKind::Award,
            Self::Split { .. } => VerdictKind::Split,
            Self::RejectAll { .. } => VerdictKind::RejectAll,
            Self::Void => VerdictKind::Void,
        }
    }

    /// Who holds the protection afterwards: the winner, or whoever has the largest share.
    pub fn principal(&self) -> Option<DealId> {
        match self {
            Self::Award { winner } => Some(*winner),
            Self::Split { shares } => Some(shares.principal()),
            Self::RejectAll { .. } | Self::Void => None,
        }
    }

    /// The registrations that it names.
    pub fn names(&self) -> Vec<DealId> {
        match self {
            Self::Award { winner } => vec![*winner],
            Self::Split { shares } => shares.iter().map(|(deal, _)| deal).collect(),
            Self::RejectAll { .. } | Self::Void => Vec::new(),
        }
    }
}

impl CaseState {
    pub const NAMES: [&str; 9] = ["flagged", "evidence", "review", "decided", "notified", "appealed", "upheld", "overturned", "closed"];

    /// The stable name in files, filters, tables and JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Flagged => "flagged",
            Self::Evidence => "evidence",
            Self::Review { .. } => "review",
            Self::Decided => "decided",
            Self::Notified => "notified",
            Self::Appealed { .. } => "appealed",
            Self::Upheld => "upheld",
            Self::Overturned => "overturned",
            Self::Closed { .. } => "closed",
        }
    }

    /// Not decided for the first time yet.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Flagged | Self::Evidence | Self::Review { .. })
    }

    pub const fn reviewer(&self) -> Option<OperatorId> {
        match self {
            Self::Review { reviewer } | Self::Appealed { reviewer, .. } => *reviewer,
            _ => None,
        }
    }
}

impl ConflictCase {
    /// The most telling of the kinds that were found.
    pub fn kind(&self) -> ConflictKind {
        self.findings.iter().map(Finding::kind).max().unwrap_or(ConflictKind::Duplicate)
    }

    pub fn kinds(&self) -> BTreeSet<ConflictKind> {
        self.findings.iter().map(Finding::kind).collect()
    }

    pub fn has(&self, deal: DealId) -> bool {
        self.parties.iter().any(|party| party.deal == deal)
    }

    /// The decision in force.
    pub fn decision(&self) -> Option<&Decision> {
        self.decisions.last()
    }

    /// Everybody who decided so far; an appeal goes to somebody else.
    pub fn deciders(&self) -> BTreeSet<OperatorId> {
        self.decisions.iter().map(|decision| decision.by).collect()
    }

    pub fn due(&self) -> Option<Instant> {
        self.clock.as_ref().map(|clock| clock.due)
    }
}
