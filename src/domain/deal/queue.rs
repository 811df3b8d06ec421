//! The queues of the deal desk, and the row that each shows.

use crate::domain::{
    country::Country,
    deal::{
        DealState, DisputePhase, HoldReason, Registration, Scope,
        conflict::{CaseClockKind, CaseState, ConflictCase},
        fields::Deals,
    },
    escalation::Severity,
    figures::ratio_bp,
    id::{ConflictId, DealId, OperatorId, PartnerId},
    money::Money,
    page,
    text::Text,
    time::{Instant, Span},
};

pub use page::{Count, SortKey};

/// A tab. What a queue holds is defined once, here in words and in the store as SQL; a test compares the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Queue {
    /// Handed in, and waiting for us: nothing holds it.
    ToDecide,
    /// Decisions that are overdue, or due within [`DUE_SOON`]: about the registration, or about the conflict that it is in.
    DueSoon,
    /// Returned to the partner.
    ActionRequired,
    /// Parties of a conflict that nobody has decided yet.
    Conflicts,
    /// Parties of a conflict whose decision is appealed.
    Appeals,
    /// Protections that end within [`EXPIRING`].
    Expiring,
    Protected,
    All,
}

/// How far ahead "due soon" looks, in elapsed time.
pub const DUE_SOON: Span = Span::hours(8);

/// How far ahead "expiring" looks, in elapsed time: 14 days.
pub const EXPIRING: Span = Span::hours(14 * 24);

impl Queue {
    pub const ALL: [Self; 8] =
        [Self::ToDecide, Self::DueSoon, Self::ActionRequired, Self::Conflicts, Self::Appeals, Self::Expiring, Self::Protected, Self::All];

    pub const fn title(self) -> &'static str {
        match self {
            Self::ToDecide => "To decide",
            Self::DueSoon => "Due soon",
            Self::ActionRequired => "Action required",
            Self::Conflicts => "Conflicts",
            Self::Appeals => "Appeals",
            Self::Expiring => "Expiring in 14 days",
            Self::Protected => "Protected",
            Self::All => "All",
        }
    }

    /// Whether `deal` stands in this queue at `now`. `case_due` is when its conflict is due, while somebody has to decide about it.
    pub fn holds(self, deal: &Registration, case_due: Option<Instant>, now: Instant) -> bool {
        let undecided = deal.state.is_undecided() && deal.waiting_since.is_none();
        let due_by = |ahead: Span| deal.due().is_some_and(|due| due <= now.plus(ahead));
        match self {
            Self::ToDecide => undecided,
            Self::DueSoon => decision_due(deal, case_due).is_some_and(|due| due <= now.plus(DUE_SOON)),
            Self::ActionRequired => matches!(deal.state, DealState::ActionRequired { .. }),
            Self::Conflicts => deal.is_in_phase(DisputePhase::Open),
            Self::Appeals => deal.is_in_phase(DisputePhase::Appealed),
            Self::Expiring => deal.protection().is_some() && due_by(EXPIRING),
            Self::Protected => deal.protection().is_some(),
            Self::All => true,
        }
    }

    /// What stands in it is due when its conflict is: the parties themselves stand still until that is decided.
    pub const fn is_of_cases(self) -> bool {
        matches!(self, Self::Conflicts | Self::Appeals)
    }
}

/// When somebody has to have decided next: about the registration, or about its conflict, which is due at `case_due`.
pub fn decision_due(deal: &Registration, case_due: Option<Instant>) -> Option<Instant> {
    let own = deal.due().filter(|_| deal.state.is_undecided());
    own.into_iter().chain(case_due).min()
}

/// In which order a queue stands. Each has the registration's number as the last key, so that an order is always total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// What is due first stands first, be it a decision, the end of a protection, or the conflict in the queues of those and
    /// in that of what is due soon; without a due instant last, the oldest first.
    Due,
    /// The highest value first, whatever the currency; without a value last.
    Value,
    /// The newest first, by submission or else by its beginning.
    Submitted,
    /// By the normalised name of the end customer.
    Company,
}

impl Sort {
    pub const ALL: [Self; 4] = [Self::Due, Self::Value, Self::Submitted, Self::Company];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Due => "due first",
            Self::Value => "highest value",
            Self::Submitted => "newest",
            Self::Company => "customer",
        }
    }
}

/// One line of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DealRow {
    pub id: DealId,
    pub version: i64,
    /// One of [`DealState::NAMES`].
    pub state: &'static str,
    pub partner: (PartnerId, Text),
    pub customer: Text,
    pub country: Option<Country>,
    pub products: Scope,
    pub value: Option<Money>,
    pub reviewer: Option<(OperatorId, Text)>,
    /// Of the submission, or of the draft's beginning.
    pub received_at: Instant,
    /// Of the decision, or the end of the protection; nothing while it stands still.
    pub due: Option<Instant>,
    /// When the running clock began, so that a countdown can show how much of the way is gone.
    pub clock_started: Option<Instant>,
    /// Business time left as the clock last stood.
    pub left: Span,
    pub breached: bool,
    pub held: Option<HoldReason>,
    pub dispute: Option<(ConflictId, DisputePhase)>,
    /// While somebody has to decide about its conflict.
    pub case: Option<CaseStanding>,
    pub escalated: Option<Severity>,
    pub is_complete: bool,
    /// The share of a split deal, in basis points.
    pub share_bp: Option<u16>,
    pub extensions: u32,
}

/// Whether somebody has to decide about a conflict: for the first time, or about an appeal.
pub const fn is_pending(case: &ConflictCase) -> bool {
    case.state.is_open() || matches!(case.state, CaseState::Appealed { .. })
}

/// How a conflict stands that somebody has to decide about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseStanding {
    /// What its clock is for; nothing before the parties are asked for evidence.
    pub awaits: Option<CaseClockKind>,
    pub due: Option<Instant>,
    pub clock_started: Option<Instant>,
    pub reviewer: Option<(OperatorId, Text)>,
    pub escalated: Option<Severity>,
}

impl CaseStanding {
    /// Nothing of a conflict that is decided and not appealed.
    pub fn of(case: &ConflictCase, reviewer: impl FnOnce(OperatorId) -> Text) -> Option<Self> {
        let clock = case.clock.as_ref();
        is_pending(case).then(|| Self {
            awaits: clock.map(|clock| clock.kind),
            due: case.due(),
            clock_started: clock.map(|clock| clock.started_at),
            reviewer: case.state.reviewer().map(|id| (id, reviewer(id))),
            escalated: case.escalation.as_ref().map(|escalation| escalation.severity),
        })
    }
}

impl DealRow {
    /// The line of a registration; `partner` and `reviewer` are the names of those who hold it.
    pub fn of(deal: &Registration, partner: impl FnOnce(PartnerId) -> Text, reviewer: impl FnOnce(OperatorId) -> Text) -> Self {
        let (customer, clock) = (&deal.details.customer, deal.clock.as_ref());
        let approval = deal.state.approval();
        Self {
            id: deal.id,
            version: deal.version,
            state: deal.state.name(),
            partner: (deal.partner, partner(deal.partner)),
            customer: customer.name.clone(),
            country: customer.country,
            products: deal.details.scope.clone(),
            value: deal.details.value,
            reviewer: deal.state.reviewer().map(|id| (id, reviewer(id))),
            received_at: deal.submitted_at.unwrap_or(deal.created_at),
            due: deal.due(),
            clock_started: clock.map(|clock| clock.started_at),
            left: clock.map_or(Span::ZERO, |clock| clock.left),
            breached: deal.is_breached(),
            held: deal.hold.as_ref().map(|hold| hold.reason),
            dispute: deal.dispute.map(|dispute| (dispute.case, dispute.phase)),
            case: None,
            escalated: deal.escalation.as_ref().map(|escalation| escalation.severity),
            is_complete: deal.place.is_some(),
            share_bp: approval.and_then(|approval| approval.share).map(|share| share.share_bp),
            extensions: approval.map_or(0, |approval| approval.protection.extensions),
        }
    }

    /// The conflict by whose clock the line stands in a queue, if it does.
    pub fn case_in(&self, queue: Queue) -> Option<&CaseStanding> {
        let case = self.case.as_ref()?;
        let own = self.due.filter(|_| self.state != "approved");
        let is_first = match queue {
            Queue::DueSoon => case.due.is_some_and(|due| own.is_none_or(|own| due < own)),
            queue => queue.is_of_cases(),
        };
        is_first.then_some(case)
    }

    /// The same with how its conflict stands.
    #[must_use]
    pub fn in_case(self, case: Option<CaseStanding>) -> Self {
        Self { case, ..self }
    }
}

pub type PageRequest = page::PageRequest<Queue, Sort, Deals>;
/// Where a page of registrations begins, and the place of one in the order of its queue.
pub type From = page::From<DealId>;
pub type Cursor = page::Cursor<DealId>;
pub type Page = page::Page<DealId, DealRow>;

/// The figures of the header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kpis {
    /// Of the cohorts of the last twelve months, the oldest first.
    pub cohorts: Vec<Cohort>,
    /// Business minutes from the submission to the decision, of the last 30 days.
    pub decision_p50_minutes: Option<i64>,
    pub decision_p90_minutes: Option<i64>,
    /// Conflicts opened / registrations submitted, of the last 30 days, in basis points.
    pub conflict_bp: Option<u16>,
    /// Decisions overturned / conflicts decided, of the last 90 days.
    pub overturn_bp: Option<u16>,
    /// Protections expired / (won + lost + expired), of the last 90 days.
    pub expiry_bp: Option<u16>,
    pub breaches_today: u64,
}

/// The registrations approved in one month, and what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cohort {
    /// As [`crate::domain::deal::stats::cohort`] counts months.
    pub month: i64,
    pub approved: u64,
    pub won: u64,
}

impl Cohort {
    /// Won / approved, in basis points; nothing without any.
    pub fn conversion_bp(&self) -> Option<u16> {
        ratio_bp(self.won, self.approved)
    }
}
