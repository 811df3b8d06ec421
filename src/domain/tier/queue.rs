//! The queues of the tier desk, and the line that each shows.

use super::{
    board::expiry,
    desk::{DeskId, DeskLine},
    evaluate::Outcome,
    fields::Tiers,
    standing::{ProposalState, Standing},
};
use crate::domain::{
    country::Country,
    figures::ratio_bp,
    id::{OperatorId, PartnerId},
    page,
    partner::{Partner, PartnerKind, PartnerStatus, Step, directory::is_audited},
    search,
    text::Text,
    time::{Instant, Span},
    vocabulary::words,
};
use chrono::NaiveDate;
use chrono_tz::Tz;

/// What is listed: partners, and order lines that wait. What a queue holds is defined once, here in words and in the store as SQL; a test compares the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Queue {
    /// A better tier is proposed, or approved and not in force yet.
    Promotions,
    Demotions,
    /// The last audit that counts was failed, or a remediation plan is open.
    AtRisk,
    /// Their remediation plan ends within [`SOON`], or has ended.
    RemediationDue,
    /// A certificate of theirs ends within the next [`super::board::CERTIFICATE_DAYS`], or has ended within the last
    /// [`super::board::ENDED_DAYS`].
    Expiring,
    /// They fall below their line within [`SOON`], if nothing is added: mostly by a certificate that ends.
    FallingSoon,
    /// Within ten percent of a line, on either side.
    Near,
    /// Order lines that wait for a correction, and no partners.
    Corrections,
    All,
}

words! {
    Queue {
        Promotions => "promotions", "Promotions";
        Demotions => "demotions", "Demotions";
        AtRisk => "at_risk", "At risk";
        RemediationDue => "remediation_due", "Remediation due";
        Expiring => "expiring", "Certifications expiring";
        FallingSoon => "falling_soon", "Falling soon";
        Near => "near", "Near a line";
        Corrections => "corrections", "Corrections";
        All => "all", "All partners";
    }
}

/// How far ahead the queues look, in elapsed time: 60 days.
pub const SOON: Span = Span::hours(60 * 24);

impl Queue {
    /// The one that is called so, in the words of its tab or in its own: `near-a-line`, `near`.
    pub fn named(text: &str) -> Option<Self> {
        let wanted = search::slug(text);
        Self::ALL.iter().copied().find(|queue| search::slug(queue.name()) == wanted || search::slug(queue.doc()) == wanted)
    }

    /// Whether a partner that stands so is in this queue at `now`; days are those of the program's zone.
    pub fn holds(self, line: &TierLine, now: Instant, zone: Tz) -> bool {
        if self == Self::Expiring {
            return line.is_expiring(now, zone);
        }
        let Some(standing) = line.standing.as_deref() else { return self == Self::All };
        let proposes = |promotes: bool| standing.proposal.as_ref().is_some_and(|proposal| proposal.promotes == promotes);
        match self {
            Self::Promotions => proposes(true),
            Self::Demotions => proposes(false),
            Self::AtRisk => standing.is_at_risk(),
            Self::RemediationDue => standing.plan.as_ref().is_some_and(|plan| plan.due <= now.plus(SOON)),
            Self::FallingSoon => standing.falls_at().is_some_and(|falls| falls <= now.plus(SOON)),
            Self::Corrections | Self::Expiring => false,
            Self::Near => standing.latest.as_ref().is_some_and(|latest| latest.is_near),
            Self::All => true,
        }
    }
}

impl Standing {
    /// When it falls below its line: noon UTC of the day, which bears that date in every zone from Hawaii to Australia. Nothing
    /// where it stood below it already when it was audited.
    pub fn falls_at(&self) -> Option<Instant> {
        self.latest.as_ref().and_then(|latest| latest.falls_on.filter(|on| *on > latest.day)).map(noon)
    }

    /// What comes first: an approved change, a deferred one that comes back, the end of the plan, or the fall.
    pub fn due(&self) -> Option<Instant> {
        self.owed().into_iter().chain(self.falls_at()).min()
    }

    /// The same as time that somebody has: a fall that is past is a fact, and nobody is late with it.
    pub fn due_at(&self, now: Instant) -> Option<Instant> {
        self.owed().into_iter().chain(self.falls_at().filter(|falls| *falls >= now)).min()
    }

    fn owed(&self) -> Option<Instant> {
        let change = self.proposal.as_ref().and_then(|proposal| match proposal.state {
            ProposalState::Approved { due, .. } => Some(due),
            ProposalState::Deferred { until, .. } => Some(noon(until)),
            ProposalState::Proposed => None,
        });
        change.into_iter().chain(self.plan.as_ref().map(|plan| plan.due)).min()
    }
}

fn noon(on: NaiveDate) -> Instant {
    on.and_hms_opt(12, 0, 0).unwrap_or_default().and_utc().into()
}

/// In which order a queue stands. Each has the partner's number as the last key, so that an order is always total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// Whose tier changes, whose plan ends or who falls first stands first.
    Due,
    /// The highest score first; without one last.
    Score,
    Name,
    /// What changed last first.
    Changed,
}

impl Sort {
    pub const ALL: [Self; 4] = [Self::Due, Self::Score, Self::Name, Self::Changed];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Due => "what comes first",
            Self::Score => "highest score",
            Self::Name => "name",
            Self::Changed => "changed last",
        }
    }
}

/// One line of a queue: a partner and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierLine {
    pub id: PartnerId,
    /// Of the standing; 0 where there is none yet.
    pub version: i64,
    pub name: Text,
    pub code: Text,
    /// The tier that it has.
    pub tier: Text,
    pub kind: PartnerKind,
    pub status: PartnerStatus,
    pub country: Option<Country>,
    pub standing: Option<Box<Standing>>,
    /// Its certificates that end, and when; the first first.
    pub ends: Vec<(Text, Instant)>,
    /// The steps of its onboarding that people ticked.
    pub ticked: Vec<Step>,
    /// Who looks after its remediation plan.
    pub owner: Option<(OperatorId, Text)>,
    /// Whether it is a part of another partner.
    pub has_parent: bool,
}

impl TierLine {
    pub fn of(partner: &Partner, standing: Option<Standing>, owner: impl FnOnce(OperatorId) -> Text) -> Self {
        let profile = &partner.profile;
        Self {
            id: partner.id,
            version: standing.as_ref().map_or(0, |standing| standing.version),
            name: profile.name.clone(),
            code: profile.code.clone(),
            tier: profile.tier.clone(),
            kind: profile.kind,
            status: profile.status,
            country: profile.country,
            ends: profile.certificates_that_end().into_iter().map(|(name, until)| (name.clone(), until)).collect(),
            ticked: partner.steps.iter().map(|tick| tick.step).collect(),
            owner: standing.as_ref().and_then(|one| one.plan.as_ref()?.owner).map(|id| (id, owner(id))),
            standing: standing.map(Box::new),
            has_parent: profile.parent.is_some(),
        }
    }

    /// Whether a certificate of whoever is in the program has ended lately, or ends soon.
    pub fn is_expiring(&self, now: Instant, zone: Tz) -> bool {
        is_audited(self.status, self.kind) && self.ends.iter().any(|(_, until)| expiry(now, zone).contains(until))
    }

    /// The first certificate that ends and has not ended long ago.
    pub fn next_end(&self, now: Instant, zone: Tz) -> Option<&(Text, Instant)> {
        let window = expiry(now, zone);
        self.ends.iter().find(|(_, until)| *until >= window.start)
    }

    /// What the last audit that counts came to.
    pub fn outcome(&self) -> Option<Outcome> {
        Some(self.standing.as_ref()?.judged()?.outcome)
    }
}

pub type PageRequest = page::PageRequest<Queue, Sort, Tiers>;
pub type Page = page::Page<DeskId, DeskLine>;

/// The figures of the header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kpis {
    /// Partners of each tier, in the program's order; tiers that it does not know last.
    pub tiers: Vec<(Text, u64)>,
    pub audited: u64,
    /// Those whose stored tier is the one that they have earned, at the last audit that counts.
    pub correct: u64,
    /// Changes that wait for a decision.
    pub proposed: u64,
    /// Order lines that wait for a correction.
    pub waiting: u64,
}

impl Kpis {
    /// Correctly tiered of those audited, in basis points; nothing without any.
    pub fn correct_bp(&self) -> Option<u16> {
        ratio_bp(self.correct, self.audited)
    }
}
