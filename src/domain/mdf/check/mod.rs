//! The checks of a claim: pure functions over given facts. Each says pass, fail or that a person has to look, with the
//! values that it compared.

pub mod evidence;
pub mod known;
mod policy;
mod proof;

pub use evidence::{Alike, Evidence, Match};
pub use known::Known;

use crate::domain::{
    day::local_date,
    mdf::{claim::Claim, fund::Fund, request::Request},
    money::Money,
    partner::Partner,
    program::Program,
    time::Instant,
    vocabulary::words,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What is checked, in the order in which a person would ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    Duplicate,
    Partner,
    PriorApproval,
    Headroom,
    Preapproved,
    CostShare,
    Dates,
    Deadline,
    Category,
    Proofs,
    Certification,
    Splitting,
    SimilarActivity,
}

/// The worst last, so that the greatest of several is what they come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    Pass,
    /// Not wrong by itself: whoever approves has looked at it.
    NeedsPerson,
    Fail,
}

words! {
    CheckKind {
        Duplicate => "duplicate", "paid only once";
        Partner => "partner", "partner in good standing";
        PriorApproval => "prior_approval", "approved beforehand";
        Headroom => "headroom", "budget headroom";
        Preapproved => "preapproved", "no more than was approved";
        CostShare => "cost_share", "cost share";
        Dates => "dates", "dates inside the window";
        Deadline => "deadline", "claim deadline";
        Category => "category", "eligible category";
        Proofs => "proofs", "proofs present";
        Certification => "certification", "certification current";
        Splitting => "splitting", "not split under a limit";
        SimilarActivity => "similar_activity", "no activity like it";
    }
    CheckOutcome {
        Pass => "pass", "passed";
        NeedsPerson => "needs_person", "needs a person";
        Fail => "fail", "failed";
    }
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub kind: CheckKind,
    pub outcome: CheckOutcome,
    pub evidence: Evidence,
}

/// What the checks look at.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    pub claim: &'a Claim,
    pub request: &'a Request,
    pub fund: &'a Fund,
    pub partner: &'a Partner,
    pub standing: Standing,
    /// What would be granted, in the fund's currency.
    pub amount: Money,
    /// Claims and other records that share a paper with this one, and what else this partner does.
    pub known: &'a [Known],
    pub program: &'a Program,
    pub now: Instant,
}

/// What speaks against a partner beside its own record. There is no list of those whom nobody may pay by law: whoever is on
/// one is suspended in the directory, which keeps every approval and every payment back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Good,
    /// Another claim of this partner is under suspicion.
    Suspected,
}

impl CheckKind {
    /// Whether somebody who decides may let a failure pass. Money that is not there, or was paid before, is never waived.
    pub const fn may_be_waived(self) -> bool {
        matches!(
            self,
            Self::Dates | Self::Deadline | Self::Category | Self::Proofs | Self::Certification | Self::Splitting | Self::SimilarActivity
        )
    }
}

impl Finding {
    pub const fn is_failed(&self) -> bool {
        matches!(self.outcome, CheckOutcome::Fail)
    }

    /// One sentence with the values that were compared.
    pub fn sentence(&self) -> String {
        self.evidence.to_string()
    }
}

/// All checks, the failing ones first, then those for a person; among equals in the order of [`CheckKind`].
pub fn check(given: &Given<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = CheckKind::ALL.iter().map(|kind| check_one(*kind, given)).collect();
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.outcome), finding.kind));
    findings
}

pub fn check_one(kind: CheckKind, given: &Given<'_>) -> Finding {
    let (outcome, evidence) = match kind {
        CheckKind::Duplicate => proof::duplicate(given),
        CheckKind::Partner => policy::partner(given),
        CheckKind::PriorApproval => policy::prior_approval(given),
        CheckKind::Headroom => policy::headroom(given),
        CheckKind::Preapproved => policy::preapproved(given),
        CheckKind::CostShare => policy::cost_share(given),
        CheckKind::Dates => policy::dates(given),
        CheckKind::Deadline => policy::deadline(given),
        CheckKind::Category => policy::category(given),
        CheckKind::Proofs => proof::proofs(given),
        CheckKind::Certification => policy::certification(given),
        CheckKind::Splitting => proof::splitting(given),
        CheckKind::SimilarActivity => proof::similar(given),
    };
    Finding { kind, outcome, evidence }
}

impl Given<'_> {
    fn date(&self, at: Instant) -> NaiveDate {
        local_date(at, self.program.zone)
    }

    /// When it was handed in; now where it is not yet.
    fn handed_in(&self) -> Instant {
        self.claim.desk.submitted_at.unwrap_or(self.now)
    }
}

/// Passes, or comes to something else.
const fn unless(is_bad: bool, otherwise: CheckOutcome) -> CheckOutcome {
    if is_bad { otherwise } else { CheckOutcome::Pass }
}
