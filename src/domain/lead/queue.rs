//! The queues of the lead room, and the row that each shows.

use crate::domain::{
    country::Country,
    id::{DealId, LeadId, OperatorId, PartnerId},
    lead::{ClockKind, Lead, LeadState, QuarantineReason, Severity, UnassignedReason},
    page,
    text::Text,
    time::{Instant, Span},
};

pub use page::{Count, SortKey};

/// A tab. What a queue holds is defined once, here in words and in the store as SQL; a test compares the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Queue {
    /// Open leads that I look after.
    Mine,
    /// Open leads that no partner has: unassigned, whatever the reason.
    Unassigned,
    /// Clocks that run out within [`DUE_SOON`].
    DueSoon,
    /// Clocks that ran out and were not finished since.
    Breached,
    /// Leads that resemble others.
    Review,
    Quarantine,
    All,
}

/// How far ahead "due soon" looks, in elapsed time.
pub const DUE_SOON: Span = Span::hours(2);

impl Queue {
    pub const ALL: [Self; 7] = [Self::Mine, Self::Unassigned, Self::DueSoon, Self::Breached, Self::Review, Self::Quarantine, Self::All];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Mine => "Mine",
            Self::Unassigned => "Unassigned",
            Self::DueSoon => "Due soon",
            Self::Breached => "Breached",
            Self::Review => "Review",
            Self::Quarantine => "Quarantine",
            Self::All => "All",
        }
    }

    /// Whether `lead` stands in this queue for the operator `me` at `now`.
    pub fn holds(self, lead: &Lead, me: OperatorId, now: Instant) -> bool {
        use LeadState::{InReview, Quarantined, Unassigned};
        let due = lead.due();
        match self {
            Self::Mine => lead.state.is_open() && lead.desk == Some(me),
            Self::Unassigned => matches!(lead.state, Unassigned { .. }),
            Self::DueSoon => !is_late(lead, now) && due.is_some_and(|due| due <= now.plus(DUE_SOON)),
            Self::Breached => lead.state.is_open() && is_late(lead, now),
            Self::Review => matches!(lead.state, InReview { .. }),
            Self::Quarantine => matches!(lead.state, Quarantined { .. }),
            Self::All => true,
        }
    }
}

/// Its clock ran out, whether or not the engine has noticed yet. A paused clock does not run out.
fn is_late(lead: &Lead, now: Instant) -> bool {
    lead.due().is_some_and(|due| due < now)
}

/// In which order a queue stands. Each has the lead's number as the last key, so that an order is always total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// What is due first stands first; without a due instant last, the oldest receipt first.
    Due,
    /// The highest score first.
    Score,
    /// The newest first.
    Received,
    /// By the normalised company name.
    Company,
}

impl Sort {
    pub const ALL: [Self; 4] = [Self::Due, Self::Score, Self::Received, Self::Company];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Due => "due first",
            Self::Score => "highest score",
            Self::Received => "newest",
            Self::Company => "company",
        }
    }
}

/// One line of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadRow {
    pub id: LeadId,
    pub version: i64,
    /// One of [`super::LeadState::NAMES`].
    pub state: &'static str,
    pub company: Text,
    pub person: Text,
    pub country: Option<Country>,
    pub product: Text,
    pub source: Text,
    pub score: u8,
    pub partner: Option<(PartnerId, Text)>,
    pub desk: Option<(OperatorId, Text)>,
    pub received_at: Instant,
    /// Of the running clock; nothing while paused or without one.
    pub due: Option<Instant>,
    pub clock: Option<ClockKind>,
    /// When that clock began, so that a countdown can show how much of the way is gone.
    pub clock_started: Option<Instant>,
    /// Business time left as the clock last stood: what a paused lead will run on with.
    pub left: Span,
    pub breached: bool,
    pub paused: bool,
    pub escalated: Option<Severity>,
    /// Offers so far.
    pub offers: u32,
    /// The registration that was made of it, as far as the table knows.
    pub deal: Option<DealId>,
    /// Why it waits for the desk, where it does.
    pub waiting: Option<Waiting>,
}

/// That a lead waits for the desk: in review, in quarantine, or with no partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its receipt, or the end of the last offer: since then nobody has had it.
    pub since: Instant,
    pub cause: Cause,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// It resembles this lead most, and so many others. `called` is what that one goes by, as far as the table knows.
    Resembles {
        lead: LeadId,
        score_bp: u16,
        called: Text,
        others: usize,
    },
    HeldBack {
        reason: QuarantineReason,
    },
    /// No partner has it; `offers` is how many offers it has had, `scope` the country and product line of which it is.
    NoPartner {
        why: UnassignedReason,
        offers: u32,
        scope: Text,
    },
}

impl Waiting {
    fn of(lead: &Lead) -> Option<Self> {
        let cause = match &lead.state {
            LeadState::InReview { candidates } => {
                // Of those that it resembles as much the one with the lowest number.
                let most = candidates.iter().rev().max_by_key(|one| one.score_bp)?;
                let others = candidates.len() - 1;
                Cause::Resembles { lead: most.lead, score_bp: most.score_bp, called: Text::default(), others }
            }
            LeadState::Quarantined { reason } => Cause::HeldBack { reason: *reason },
            LeadState::Unassigned { why } => {
                let offers = u32::try_from(lead.offers.len()).unwrap_or(u32::MAX);
                Cause::NoPartner { why: *why, offers, scope: scope(lead) }
            }
            _ => return None,
        };
        let ended = lead.offers.iter().filter_map(|offer| Some(offer.outcome.as_ref()?.at())).max();
        let is_unassigned = matches!(cause, Cause::NoPartner { .. });
        let since = ended.filter(|_| is_unassigned).map_or(lead.received_at, |ended| ended.max(lead.received_at));
        Some(Self { since, cause })
    }

    /// With the name of the lead that it resembles, where an earlier line of it told that.
    #[must_use]
    pub fn named_as(mut self, before: Option<&Self>) -> Self {
        if let (Cause::Resembles { lead, called, .. }, Some(Cause::Resembles { lead: known, called: name, .. })) =
            (&mut self.cause, before.map(|before| &before.cause))
            && lead == known
        {
            called.clone_from(name);
        }
        self
    }
}

/// `DE/Switching`: where the lead lies for those whose territory could hold it, the parts that are known.
fn scope(lead: &Lead) -> Text {
    let country = lead.intake.country.map_or_else(|| "no country".to_owned(), |country| country.to_string());
    let product = &lead.intake.product;
    if product.is_empty() { Text::clean(&country) } else { Text::clean(&format!("{country}/{product}")) }
}

impl Cause {
    /// In as few words as a line of a table has room for, what matters first.
    pub fn words(&self) -> String {
        match self {
            Self::Resembles { lead, score_bp, called, others } => {
                let called = if called.is_empty() { String::new() } else { format!(" {called}") };
                let others = if *others == 0 { String::new() } else { format!(", {others} more") };
                format!("{} % like {lead}{called}{others}", score_bp / 100)
            }
            Self::HeldBack { reason } => match reason {
                QuarantineReason::ConsentMissing => "consent missing",
                QuarantineReason::Suppressed => "asked for no contact",
                QuarantineReason::Unreachable => "cannot be reached",
            }
            .to_owned(),
            Self::NoPartner { why, offers, scope } => match why {
                UnassignedReason::New => "not placed yet".to_owned(),
                UnassignedReason::NoCandidate if *offers > 0 => format!("{offers} offered, none left"),
                UnassignedReason::NoCandidate => "no partner passed".to_owned(),
                UnassignedReason::Uncovered => format!("nobody covers {scope}"),
                UnassignedReason::NoneActive => "no active partner".to_owned(),
                UnassignedReason::NoneCertified => "nobody is certified".to_owned(),
                UnassignedReason::AllExcluded => "all are excluded".to_owned(),
                UnassignedReason::AllHadIt => "all have had it".to_owned(),
                UnassignedReason::AllFull => "all at capacity".to_owned(),
                UnassignedReason::AllClosed => "all are closed".to_owned(),
                UnassignedReason::OffersExhausted => format!("{offers} offers, no yes"),
                UnassignedReason::Released => "taken back".to_owned(),
            },
        }
    }
}

impl LeadRow {
    /// The line of a lead; `partner` and `desk` are the names of those who hold it.
    pub fn of(lead: &Lead, partner: impl FnOnce(PartnerId) -> Text, desk: impl FnOnce(OperatorId) -> Text) -> Self {
        let (intake, clock) = (&lead.intake, lead.clock.as_ref());
        Self {
            id: lead.id,
            version: lead.version,
            state: lead.state.name(),
            company: intake.company.clone(),
            person: intake.person.name.clone(),
            country: intake.country,
            product: intake.product.clone(),
            source: intake.source.clone(),
            score: intake.score,
            partner: lead.state.partner().map(|id| (id, partner(id))),
            desk: lead.desk.map(|id| (id, desk(id))),
            received_at: lead.received_at,
            due: lead.due(),
            clock: clock.map(|clock| clock.kind),
            clock_started: clock.map(|clock| clock.started_at),
            left: clock.map_or(Span::ZERO, |clock| clock.left),
            breached: lead.is_breached(),
            paused: lead.pause.is_some(),
            escalated: lead.escalation.as_ref().map(|escalation| escalation.severity),
            offers: u32::try_from(lead.offers.len()).unwrap_or(u32::MAX),
            deal: None,
            waiting: Waiting::of(lead),
        }
    }
}

pub type PageRequest = page::PageRequest<Queue, Sort, crate::domain::filter::Leads>;
/// Where a page of leads begins, and the place of a lead in the order of its queue.
pub type From = page::From<LeadId>;
pub type Cursor = page::Cursor<LeadId>;
pub type Page = page::Page<LeadId, LeadRow>;

/// The figures of the header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kpis {
    /// Accepted by due / (accepted + declined + timed out) of the last 30 days, in basis points; `None` without any.
    pub acceptance_bp: Option<u16>,
    /// The median of business minutes from receipt to first touch, of the last 30 days.
    pub speed_to_lead_minutes: Option<i64>,
    /// Offers timed out and clocks breached today.
    pub breaches_today: u64,
    /// Arrivals by day, the oldest first, today last; 30 of them.
    pub arrivals: Vec<u64>,
    /// Offers that a lead has had when it is accepted, the mean in hundredths of the acceptances of the last 30 days.
    pub offers_per_lead_centi: Option<u64>,
    pub match_bp: Option<u16>,
    pub fallback_bp: Option<u16>,
}
