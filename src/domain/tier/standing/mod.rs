//! How a partner stands: its last audit, what is proposed about its tier, and the plan to make up for a failed audit.
//!
//! proposed (by an audit or by hand) -> approved -> in force on its day; or rejected, deferred, withdrawn. A plan is opened by
//! a failed audit, and closed by the audit at its end.

pub mod decide;
pub mod event;

pub use decide::{Decided, audit, decide, enforce, left, undo};
pub use event::{Restored, StandingEvent};

use super::{
    evaluate::{Gate, Gated, NearLine, Outcome, PlanSeen},
    evaluation::AuditKind,
    rules::Score,
};
use crate::domain::{
    actor::Permission,
    aggregate::Aggregate,
    event::{Entity, Event},
    id::{EvaluationId, OperatorId, PartnerId, StandingId},
    money::Currency,
    text::Text,
    time::Instant,
    vocabulary::words,
};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One of each partner that was audited or worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub id: StandingId,
    pub version: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub partner: PartnerId,
    /// The partner in writing: nobody stands twice.
    key: Text,
    /// The last audit of whatever kind: the score that is shown.
    pub latest: Option<Audited>,
    /// The last one that counts, where the latest does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counted: Option<Box<Audited>>,
    /// The audits that count, by day, and whether each was failed; the last [`AUDITS_MAX`].
    pub audits: Vec<(NaiveDate, bool)>,
    pub proposal: Option<Proposal>,
    pub plan: Option<Plan>,
    pub rated: Rated,
    /// The day on which it became a part of its parent, whose revenue its sales are from then on.
    pub acquired_on: Option<NaiveDate>,
}

/// Audits that are remembered: six years of quarters.
pub const AUDITS_MAX: usize = 24;

/// What is kept of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audited {
    pub evaluation: EvaluationId,
    pub day: NaiveDate,
    pub kind: AuditKind,
    pub outcome: Outcome,
    pub stored: Text,
    pub computed: Text,
    pub score: Option<Score>,
    pub currency: Currency,
    /// The gates of the stored tier that are closed.
    pub failing: Vec<Gated>,
    pub falls_on: Option<NaiveDate>,
    /// By which gate; nothing in audits of before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub falls_by: Option<Gate>,
    /// Within ten percent of a line, on either side.
    pub is_near: bool,
    /// Which line that is, and by which gate; empty in audits of before that was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<NearLine>,
    pub restates: Option<EvaluationId>,
}

/// A change of tier that somebody has to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub from: Text,
    pub to: Text,
    pub promotes: bool,
    /// What it rests on; nothing where it was made by hand without one.
    pub evaluation: Option<EvaluationId>,
    /// Who made it by hand; nobody, where an audit did.
    pub by: Option<OperatorId>,
    pub at: Instant,
    pub reason: Text,
    pub state: ProposalState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ProposalState {
    Proposed,
    Deferred { until: NaiveDate, by: OperatorId, reason: Text },
    Approved { by: OperatorId, on: NaiveDate, due: Instant },
}

/// What a partner does to pass the next audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The tier at stake.
    pub tier: Text,
    pub evaluation: Option<EvaluationId>,
    pub opened_on: NaiveDate,
    /// The day of the new audit.
    pub due_on: NaiveDate,
    /// The first moment after it.
    pub due: Instant,
    pub owner: Option<OperatorId>,
    pub currency: Currency,
    /// The gates that were closed.
    pub targets: Vec<Gated>,
    pub progress: Vec<Progress>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub at: Instant,
    pub by: OperatorId,
    pub percent: u8,
    pub text: Text,
}

/// What nobody can count: brought in by hand, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rated {
    pub satisfaction: Option<Decimal>,
    pub compliance: Option<Decimal>,
    pub training: Option<Decimal>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum StandingCommand {
    Propose {
        to: Text,
        reason: Text,
    },
    /// In force on this day, or when the program says.
    Approve {
        on: Option<NaiveDate>,
    },
    Reject {
        reason: Text,
    },
    Defer {
        until: NaiveDate,
        reason: Text,
    },
    OpenPlan {
        owner: Option<OperatorId>,
    },
    Assign {
        owner: OperatorId,
    },
    Advance {
        percent: u8,
        text: Text,
    },
    ClosePlan {
        reason: Text,
    },
    Rate {
        rated: Rated,
    },
    /// It became a part of its parent on that day; or it did not.
    Acquire {
        on: Option<NaiveDate>,
    },
    Undo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StandingVerb {
    Propose,
    Approve,
    Reject,
    Defer,
    OpenPlan,
    Assign,
    Advance,
    ClosePlan,
    Rate,
    Acquire,
    Undo,
}

words! {
    StandingVerb {
        Propose => "propose", "propose a tier";
        Approve => "approve", "approve a change of tier";
        Reject => "reject", "reject a change of tier";
        Defer => "defer", "defer a change of tier";
        OpenPlan => "open_plan", "open a remediation plan";
        Assign => "assign", "assign the remediation plan";
        Advance => "advance", "record progress of the remediation plan";
        ClosePlan => "close_plan", "close the remediation plan";
        Rate => "rate", "rate a partner";
        Acquire => "acquire", "record an acquisition";
        Undo => "undo", "undo";
    }
}

impl StandingVerb {
    pub const fn permission(self) -> Permission {
        match self {
            Self::Approve | Self::Reject | Self::Defer => Permission::TierDecide,
            _ => Permission::TierWork,
        }
    }
}

impl StandingCommand {
    pub const fn verb(&self) -> StandingVerb {
        match self {
            Self::Propose { .. } => StandingVerb::Propose,
            Self::Approve { .. } => StandingVerb::Approve,
            Self::Reject { .. } => StandingVerb::Reject,
            Self::Defer { .. } => StandingVerb::Defer,
            Self::OpenPlan { .. } => StandingVerb::OpenPlan,
            Self::Assign { .. } => StandingVerb::Assign,
            Self::Advance { .. } => StandingVerb::Advance,
            Self::ClosePlan { .. } => StandingVerb::ClosePlan,
            Self::Rate { .. } => StandingVerb::Rate,
            Self::Acquire { .. } => StandingVerb::Acquire,
            Self::Undo => StandingVerb::Undo,
        }
    }
}

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    NotNow {
        verb: StandingVerb,
        why: String,
    },
    NotAllowed {
        why: String,
    },
    /// Somebody else changed it since it was on the screen.
    Overtaken {
        entity: Entity,
        by: String,
        event: String,
        at: Instant,
    },
    Invalid {
        why: String,
    },
}

impl Refusal {
    pub fn not_now(verb: StandingVerb, why: impl Into<String>) -> Self {
        Self::NotNow { verb, why: why.into() }
    }

    pub fn not_allowed(why: impl Into<String>) -> Self {
        Self::NotAllowed { why: why.into() }
    }

    pub fn invalid(why: impl Into<String>) -> Self {
        Self::Invalid { why: why.into() }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotNow { verb, why } => write!(f, "cannot {}: {why}", verb.doc()),
            Self::Overtaken { entity, by, event, at } => {
                write!(f, "{by} was faster: {entity} {} at {at}", crate::domain::event::in_words(event))
            }
            Self::NotAllowed { why } | Self::Invalid { why } => f.write_str(why),
        }
    }
}

impl std::error::Error for Refusal {}

impl Proposal {
    /// The stable name of where it stands.
    pub const fn state_name(&self) -> &'static str {
        match self.state {
            ProposalState::Proposed => "proposed",
            ProposalState::Deferred { .. } => "deferred",
            ProposalState::Approved { .. } => "approved",
        }
    }

    pub const fn is_approved(&self) -> bool {
        matches!(self.state, ProposalState::Approved { .. })
    }
}

impl Standing {
    pub fn history(&self) -> super::History {
        let plan = self.plan.as_ref().map(|plan| PlanSeen { opened_on: plan.opened_on, due_on: plan.due_on });
        super::History { audits: self.audits.clone(), plan }
    }

    /// By which audit it is judged: the last one that counts. What somebody only looked at changes nothing.
    pub fn judged(&self) -> Option<&Audited> {
        self.latest.as_ref().filter(|latest| latest.kind.counts()).or(self.counted.as_deref())
    }

    /// What somebody looked at since, on demand.
    pub fn looked_at(&self) -> Option<&Audited> {
        self.latest.as_ref().filter(|latest| !latest.kind.counts())
    }

    /// What it has to make up for: the last audit that counts, or what was looked at since, where that was failed.
    pub fn failed(&self) -> Option<&Audited> {
        self.judged().into_iter().chain(self.looked_at()).find(|audited| audited.outcome.has_failed())
    }

    /// Whether it failed the last audit that counts, or still has to make up for one.
    pub fn is_at_risk(&self) -> bool {
        self.plan.is_some() || self.judged().is_some_and(|audited| audited.outcome.has_failed())
    }

    /// One that its first event begins.
    pub fn new(id: StandingId, partner: PartnerId, at: Instant) -> Self {
        Self {
            id,
            version: 1,
            created_at: at,
            updated_at: at,
            partner,
            key: Text::clean(&partner.to_string()),
            latest: None,
            counted: None,
            audits: Vec::new(),
            proposal: None,
            plan: None,
            rated: Rated::default(),
            acquired_on: None,
        }
    }
}

impl Aggregate for Standing {
    type Id = StandingId;
    type Event = StandingEvent;
    const ENTITY: fn(StandingId) -> Entity = Entity::Standing;

    fn id(&self) -> StandingId {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    /// When an approved change comes into force, or a plan is over.
    fn next_at(&self) -> Option<Instant> {
        let approved = self.proposal.as_ref().and_then(|proposal| match proposal.state {
            ProposalState::Approved { due, .. } => Some(due),
            _ => None,
        });
        approved.into_iter().chain(self.plan.as_ref().map(|plan| plan.due)).min()
    }

    fn source_key(&self) -> Option<&Text> {
        Some(&self.key)
    }

    fn event(event: &Event) -> Option<&StandingEvent> {
        if let Event::Standing(event) = event { Some(event) } else { None }
    }

    fn begin(id: StandingId, event: &StandingEvent, at: Instant) -> Option<Self> {
        let StandingEvent::Begun { partner } = event else { return None };
        Some(Self::new(id, *partner, at))
    }

    fn apply(&mut self, event: &StandingEvent, at: Instant) {
        self.version += 1;
        self.updated_at = at;
        match event {
            // It begins one and stands nowhere else.
            StandingEvent::Begun { .. } => {}
            StandingEvent::Audited { audited } => self.take(audited),
            StandingEvent::Proposed { proposal } => self.proposal = Some((**proposal).clone()),
            StandingEvent::Approved { by, on, due } => self.decided(ProposalState::Approved { by: *by, on: *on, due: *due }),
            StandingEvent::Deferred { by, until, reason } => {
                self.decided(ProposalState::Deferred { until: *until, by: *by, reason: reason.clone() });
            }
            StandingEvent::Rejected { .. } | StandingEvent::Withdrawn { .. } | StandingEvent::Enforced { .. } => self.proposal = None,
            StandingEvent::PlanOpened { plan } => self.plan = Some((**plan).clone()),
            StandingEvent::PlanAssigned { owner } => self.plan.iter_mut().for_each(|plan| plan.owner = Some(*owner)),
            StandingEvent::PlanAdvanced { progress } => self.plan.iter_mut().for_each(|plan| plan.progress.push(progress.clone())),
            StandingEvent::PlanClosed { .. } => self.plan = None,
            StandingEvent::Rated { rated } => self.rated = *rated,
            StandingEvent::Acquired { on } => self.acquired_on = *on,
            StandingEvent::Undone { restored, .. } => {
                let Restored { proposal, plan, rated, acquired_on } = (**restored).clone();
                (self.proposal, self.plan, self.rated, self.acquired_on) = (proposal, plan, rated, acquired_on);
            }
        }
    }
}

impl Standing {
    fn decided(&mut self, state: ProposalState) {
        if let Some(proposal) = &mut self.proposal {
            proposal.state = state;
        }
    }

    fn take(&mut self, audited: &Audited) {
        if audited.kind.counts() {
            // The last evaluation of a day stands for it.
            self.audits.retain(|(day, _)| *day != audited.day);
            self.audits.push((audited.day, audited.outcome.has_failed()));
            self.audits.sort_unstable();
            let gone = self.audits.len().saturating_sub(AUDITS_MAX);
            self.audits.drain(..gone);
        }
        let counted = self.judged().filter(|counted| !audited.kind.counts() || counted.day > audited.day).cloned();
        if self.latest.as_ref().is_none_or(|latest| latest.day <= audited.day) {
            self.latest = Some(audited.clone());
        }
        let counted = counted.or_else(|| audited.kind.counts().then(|| audited.clone()));
        self.counted = counted.filter(|_| self.looked_at().is_some()).map(Box::new);
    }
}
