//! The status of a partner as the desk decides it: on board, suspended for a while, gone, and back again.

use super::{Checklist, Partner, PartnerEvent, PartnerKind, PartnerStatus};
use crate::domain::{actor::Permission, decision::Context, id::OperatorId, text::Text, time::Instant, vocabulary::words};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Since when a partner has its status, by whom and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    pub at: Instant,
    /// Who decided it at the desk; nobody where an import said so.
    pub by: Option<OperatorId>,
    /// Empty where none was asked for.
    pub reason: Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum StatusCommand {
    /// It is on board from now on. Where steps of its onboarding are open it is said why.
    Activate {
        reason: Text,
    },
    /// It gets nothing new until it is reinstated.
    Suspend {
        reason: Text,
    },
    Reinstate,
    /// It is no partner any more.
    Offboard {
        reason: Text,
    },
    /// One that had left comes on board again.
    Reopen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusVerb {
    Activate,
    Suspend,
    Reinstate,
    Offboard,
    Reopen,
}

words! {
    StatusVerb {
        Activate => "activate", "activate a partner";
        Suspend => "suspend", "suspend a partner";
        Reinstate => "reinstate", "reinstate a partner";
        Offboard => "offboard", "offboard a partner";
        Reopen => "reopen", "take a partner on board again";
    }
}

impl StatusVerb {
    /// Who gets leads, registrations and money is decided, not worked.
    pub const fn permission(self) -> Permission {
        Permission::TierDecide
    }

    /// The status that it brings about.
    pub const fn to(self) -> PartnerStatus {
        match self {
            Self::Activate | Self::Reinstate => PartnerStatus::Active,
            Self::Suspend => PartnerStatus::Suspended,
            Self::Offboard => PartnerStatus::Offboarded,
            Self::Reopen => PartnerStatus::Onboarding,
        }
    }

    /// Whether it always needs to be said why.
    pub const fn asks_for_reason(self) -> bool {
        matches!(self, Self::Suspend | Self::Offboard)
    }
}

impl StatusCommand {
    pub const fn verb(&self) -> StatusVerb {
        match self {
            Self::Activate { .. } => StatusVerb::Activate,
            Self::Suspend { .. } => StatusVerb::Suspend,
            Self::Reinstate => StatusVerb::Reinstate,
            Self::Offboard { .. } => StatusVerb::Offboard,
            Self::Reopen => StatusVerb::Reopen,
        }
    }

    fn reason(&self) -> Text {
        match self {
            Self::Activate { reason } | Self::Suspend { reason } | Self::Offboard { reason } => Text::clean(reason.trim()),
            Self::Reinstate | Self::Reopen => Text::default(),
        }
    }
}

/// Why a status, or a step on the way to it, was not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusRefusal {
    NotNow { verb: StatusVerb, why: String },
    NotAllowed { why: String },
    Invalid { why: String },
}

impl fmt::Display for StatusRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNow { verb, why } => write!(f, "cannot {}: {why}", verb.doc()),
            Self::NotAllowed { why } | Self::Invalid { why } => f.write_str(why),
        }
    }
}

impl std::error::Error for StatusRefusal {}

/// Whether a verb makes sense for a partner that stands so, and if not, why: what dims a key and what refuses a command.
pub fn possible(name: &str, kind: PartnerKind, status: PartnerStatus, verb: StatusVerb) -> Result<(), String> {
    use PartnerStatus::{Active, Offboarded, Onboarding, Suspended};
    if kind == PartnerKind::Direct {
        return Err(format!("{name} is our own direct sales, and no partner"));
    }
    let instead = match (verb, status) {
        (StatusVerb::Activate, Onboarding)
        | (StatusVerb::Suspend, Active)
        | (StatusVerb::Reinstate, Suspended)
        | (StatusVerb::Offboard, Onboarding | Active | Suspended)
        | (StatusVerb::Reopen, Offboarded) => return Ok(()),
        (StatusVerb::Activate | StatusVerb::Reinstate, Active)
        | (StatusVerb::Suspend, Suspended)
        | (StatusVerb::Offboard, Offboarded)
        | (StatusVerb::Reopen, Onboarding) => "already",
        (StatusVerb::Activate, Suspended) => "now; reinstate it",
        (StatusVerb::Activate | StatusVerb::Reinstate | StatusVerb::Suspend, Offboarded) => "now; take it on board again first",
        (StatusVerb::Suspend | StatusVerb::Reinstate, Onboarding) => "still; activate it first",
        (StatusVerb::Reopen, Active | Suspended) => "now, and has not left",
    };
    Err(format!("{name} is {} {instead}", status.name()))
}

/// Decides one verb on the status of a partner. What follows for its leads and registrations is decided by their desks.
/// `steps` are those of its onboarding, if one is under way: a person may put a partner into force in spite of what is open, and
/// says why.
pub fn decide(
    partner: &Partner,
    command: &StatusCommand,
    steps: Option<&Checklist>,
    context: Context<'_>,
) -> Result<PartnerEvent, StatusRefusal> {
    let verb = command.verb();
    context.actor.may(verb.permission()).map_err(|why| StatusRefusal::NotAllowed { why })?;
    let profile = &partner.profile;
    possible(&profile.name, profile.kind, profile.status, verb).map_err(|why| StatusRefusal::NotNow { verb, why })?;
    let reason = command.reason();
    if verb.asks_for_reason() && reason.is_empty() {
        return Err(StatusRefusal::Invalid { why: "it needs a reason".to_owned() });
    }
    let open = steps.filter(|_| verb == StatusVerb::Activate).and_then(Checklist::still_open);
    if let Some(open) = open.filter(|_| reason.is_empty()) {
        let why = format!("{open}. Tick what is done, or say why it is active without that");
        return Err(StatusRefusal::Invalid { why });
    }
    Ok(PartnerEvent::StatusChanged { from: profile.status, to: verb.to(), by: context.actor.id, reason })
}
