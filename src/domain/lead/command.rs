//! What can be asked of a lead.

use crate::domain::{
    actor::Permission,
    id::{LeadId, OperatorId, PartnerId},
    lead::{Consent, DeclineReason, DisqualifyReason, PauseReason, Severity},
    text::Text,
    time::Instant,
};
use serde::{Deserialize, Serialize};

/// One verb on one lead. A bulk command is many of these in one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum LeadCommand {
    /// Offer it to this partner, whatever the rotation says; hard exclusions still hold.
    Assign {
        partner: PartnerId,
    },
    /// Take it from its partner and offer it to the next one by the rules.
    Reassign,
    /// The partner said yes (on behalf of the partner). `offer` is the offer that was on the screen: an answer to an
    /// offer that has ended since is kept as evidence and changes nothing else.
    Accept {
        offer: u32,
    },
    /// The partner said no (on behalf of the partner).
    Decline {
        offer: u32,
        reason: DeclineReason,
    },
    /// Stop the clock, until an instant or until resumed.
    Pause {
        reason: PauseReason,
        until: Option<Instant>,
    },
    Resume,
    /// The partner got in touch with the customer.
    Touch,
    Qualify,
    Disqualify {
        reason: DisqualifyReason,
    },
    /// It is the same as another lead, which carries on.
    Merge {
        into: LeadId,
    },
    Unmerge,
    /// It is none of those that it resembles: place it as a lead of its own.
    Separate,
    Note {
        text: Text,
    },
    /// Somebody senior has to look, for this reason.
    Escalate {
        severity: Severity,
        reason: Text,
    },
    /// The escalation is settled.
    Settle,
    /// Out of quarantine, or back from its partner to the desk.
    Release,
    /// Place an unassigned lead by the routing rules.
    Route,
    /// Look after it at the desk, or hand it to a colleague; nobody when `None`.
    Take {
        desk: Option<OperatorId>,
    },
    /// Consent came in.
    RecordConsent {
        consent: Consent,
    },
    /// The score changed; the running clock gets the new budget less what was used.
    Rescore {
        score: u8,
    },
    /// Derive the running clock anew under the program version in force (after a calendar edit).
    RecomputeClock,
    /// Take back the last thing that was done to it.
    Undo,
    /// Destroy the personal fields.
    Erase,
}

impl LeadCommand {
    pub const fn verb(&self) -> LeadVerb {
        match self {
            Self::Assign { .. } => LeadVerb::Assign,
            Self::Reassign => LeadVerb::Reassign,
            Self::Accept { .. } => LeadVerb::Accept,
            Self::Decline { .. } => LeadVerb::Decline,
            Self::Pause { .. } => LeadVerb::Pause,
            Self::Resume => LeadVerb::Resume,
            Self::Touch => LeadVerb::Touch,
            Self::Qualify => LeadVerb::Qualify,
            Self::Disqualify { .. } => LeadVerb::Disqualify,
            Self::Merge { .. } => LeadVerb::Merge,
            Self::Unmerge => LeadVerb::Unmerge,
            Self::Separate => LeadVerb::Separate,
            Self::Note { .. } => LeadVerb::Note,
            Self::Escalate { .. } => LeadVerb::Escalate,
            Self::Settle => LeadVerb::Settle,
            Self::Release => LeadVerb::Release,
            Self::Route => LeadVerb::Route,
            Self::Take { .. } => LeadVerb::Take,
            Self::RecordConsent { .. } => LeadVerb::RecordConsent,
            Self::Rescore { .. } => LeadVerb::Rescore,
            Self::RecomputeClock => LeadVerb::RecomputeClock,
            Self::Undo => LeadVerb::Undo,
            Self::Erase => LeadVerb::Erase,
        }
    }
}

/// The verbs without their objects: what a key stands for, what can be possible or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadVerb {
    Assign,
    Reassign,
    Accept,
    Decline,
    Pause,
    Resume,
    Touch,
    Qualify,
    Disqualify,
    Merge,
    Unmerge,
    Separate,
    Note,
    Escalate,
    Settle,
    Release,
    Route,
    Take,
    RecordConsent,
    Rescore,
    RecomputeClock,
    Undo,
    Erase,
}

impl LeadVerb {
    pub const fn permission(self) -> Permission {
        match self {
            Self::Erase => Permission::Erase,
            _ => Permission::LeadWork,
        }
    }

    /// The verb as it stands in a sentence: "cannot {doc}".
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Assign => "assign to a partner",
            Self::Reassign => "reassign to the next partner",
            Self::Accept => "accept on behalf of the partner",
            Self::Decline => "decline on behalf of the partner",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Touch => "record the first touch",
            Self::Qualify => "qualify",
            Self::Disqualify => "disqualify",
            Self::Merge => "merge",
            Self::Unmerge => "unmerge",
            Self::Separate => "keep as a lead of its own",
            Self::Note => "add a note",
            Self::Escalate => "escalate",
            Self::Settle => "settle the escalation",
            Self::Release => "release",
            Self::Route => "route by the rules",
            Self::Take => "take",
            Self::RecordConsent => "record consent",
            Self::Rescore => "change the score",
            Self::RecomputeClock => "recompute the clock",
            Self::Undo => "undo",
            Self::Erase => "erase personal data",
        }
    }
}
