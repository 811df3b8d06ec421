//! The queues of the MDF desk, and its figures.

use crate::domain::{
    actor::{Actor, Permission, Role},
    figures::{Figures, quantile, ratio_bp},
    id::OperatorId,
    mdf::{
        approval::{Part, Signature, Step},
        claim::{Claim, ClaimState},
        desk::Desk,
        fund::{Fund, FundState},
        ledger::Balances,
        request::{Request, RequestState},
        stats::Measure,
    },
    money::Money,
    program::ApprovalRules,
    time::{Instant, Span},
};
use std::ops::RangeInclusive;

/// A tab. What a queue holds is defined once, here in words; the store says the same as SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Queue {
    /// Undecided, and nothing keeps me from giving the approval that is due; or assigned to me.
    Mine,
    /// The first approval is given, the second is due.
    Second,
    /// Finance has to approve, or to pay.
    Finance,
    /// Returned to the partner.
    InfoRequested,
    Suspect,
    /// Decisions and payments that are overdue, or due within [`DUE_SOON`].
    DueSoon,
    /// Funds whose period ends within [`EXPIRING`] with money available.
    ExpiringFunds,
    All,
}

/// How far ahead "due soon" looks, in elapsed time.
pub const DUE_SOON: Span = Span::hours(24);

/// How far ahead "expiring" looks, in elapsed time: 30 days.
pub const EXPIRING: Span = Span::hours(30 * 24);

/// What stands in a queue.
#[derive(Debug, Clone, Copy)]
pub enum Item<'a> {
    Request(&'a Request),
    Claim(&'a Claim),
    Fund(&'a Fund),
}

/// Who looks, when, and by which rules.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    pub actor: &'a Actor,
    pub rules: &'a ApprovalRules,
    pub now: Instant,
}

impl Queue {
    pub const ALL: [Self; 8] =
        [Self::Mine, Self::Second, Self::Finance, Self::InfoRequested, Self::Suspect, Self::DueSoon, Self::ExpiringFunds, Self::All];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Mine => "Waiting for me",
            Self::Second => "Second approval",
            Self::Finance => "Finance",
            Self::InfoRequested => "Info requested",
            Self::Suspect => "Suspect",
            Self::DueSoon => "Due soon",
            Self::ExpiringFunds => "Expiring funds",
            Self::All => "All",
        }
    }

    /// Whether `item` stands in this queue for `viewer`.
    pub fn holds(self, item: Item<'_>, viewer: Viewer<'_>) -> bool {
        if let Item::Fund(fund) = item {
            return self == Self::ExpiringFunds && is_expiring(fund, viewer.now);
        }
        let step = item.next_step(viewer.rules);
        match self {
            Self::Mine => item.is_assigned_to(viewer.actor.id) || step.is_some_and(|step| item.waits_for(viewer.actor, step)),
            Self::Second => step == Some(Step::Second),
            Self::Finance => step == Some(Step::Finance) || item.is_payable(),
            Self::InfoRequested => item.is_asked(),
            Self::Suspect => matches!(item, Item::Claim(claim) if matches!(claim.state, ClaimState::Suspect { .. })),
            Self::DueSoon => item.desk().and_then(Desk::due).is_some_and(|due| due <= viewer.now.plus(DUE_SOON)),
            Self::ExpiringFunds => false,
            Self::All => true,
        }
    }
}

fn is_expiring(fund: &Fund, now: Instant) -> bool {
    matches!(fund.state, FundState::Open { until } if until <= now.plus(EXPIRING)) && fund.available().minor > 0
}

impl<'a> Item<'a> {
    const fn desk(self) -> Option<&'a Desk> {
        match self {
            Self::Request(request) => Some(&request.desk),
            Self::Claim(claim) => Some(&claim.desk),
            Self::Fund(_) => None,
        }
    }

    /// The approval that is due; nothing unless it is submitted and waits for nobody else. By the amount that was signed,
    /// or else by what is asked for (and set aside) so far.
    pub fn next_step(self, rules: &ApprovalRules) -> Option<Step> {
        let (signed, amount): (Vec<&Signature>, Money) = match self {
            Self::Request(request) if request.state == RequestState::Submitted => (request.signatures().collect(), request.plan.asked),
            Self::Claim(claim) if claim.state == ClaimState::Submitted => (claim.signatures().collect(), claim.reserved),
            _ => return None,
        };
        let amount = signed.first().map_or(amount, |signature| signature.amount);
        let is_open = |step: &Step| !signed.iter().any(|signature| signature.step == *step);
        rules.steps(amount).iter().copied().find(is_open)
    }

    /// Nothing in its history keeps this person from giving the step; limits are asked about when it is given.
    fn waits_for(self, actor: &Actor, step: Step) -> bool {
        let Some(desk) = self.desk() else { return false };
        let has_role = if step == Step::Finance {
            actor.roles.has(Role::Finance)
        } else {
            [Role::ChannelManager, Role::Approver, Role::Admin].into_iter().any(|role| actor.roles.has(role))
        };
        let took_part = [Part::Asked, Part::Paid].into_iter().any(|part| desk.parts.has(actor.id, part));
        let has_signed = match self {
            Self::Request(request) => request.signatures().any(|signature| signature.people().any(|who| who == actor.id)),
            Self::Claim(claim) => claim.signatures().any(|signature| signature.people().any(|who| who == actor.id)),
            Self::Fund(_) => false,
        };
        has_role && actor.roles.allow(Permission::MdfDecide) && !took_part && !has_signed
    }

    fn is_assigned_to(self, operator: OperatorId) -> bool {
        let is_open = match self {
            Self::Request(request) => request.state.is_open(),
            Self::Claim(claim) => claim.state.is_open(),
            Self::Fund(_) => false,
        };
        is_open && self.desk().is_some_and(|desk| desk.assignee == Some(operator))
    }

    fn is_payable(self) -> bool {
        matches!(self, Self::Claim(claim) if matches!(claim.state, ClaimState::Approved { .. }) && claim.payable().minor > 0)
    }

    fn is_asked(self) -> bool {
        match self {
            Self::Request(request) => matches!(request.state, RequestState::InfoRequested { .. }),
            Self::Claim(claim) => matches!(claim.state, ClaimState::InfoRequested { .. }),
            Self::Fund(_) => false,
        }
    }
}

/// The figures of the header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kpis {
    /// Paid / allocated, in basis points; 7,000 to 9,000 is healthy.
    pub utilisation_bp: Option<u16>,
    /// Approved without ever having been returned / all approved, in basis points.
    pub first_pass_bp: Option<u16>,
    /// Elapsed minutes from the submission of a claim until it was paid in full.
    pub time_to_pay_p50_minutes: Option<i64>,
    pub time_to_pay_p90_minutes: Option<i64>,
    /// What is available in funds that end within [`EXPIRING`].
    pub expiring: Option<Money>,
}

impl Kpis {
    /// Of the funds of one currency, and of what was counted on these days.
    pub fn of<'f>(funds: impl IntoIterator<Item = &'f Fund>, figures: &Figures<Measure>, days: RangeInclusive<i64>, now: Instant) -> Self {
        let (mut held, mut expiring): (Vec<Balances>, Option<Money>) = (Vec::new(), None);
        for fund in funds {
            held.push(fund.balances);
            if is_expiring(fund, now) {
                let before = expiring.map_or(0, |sum| sum.minor);
                expiring = Some(Money::new(before.saturating_add(fund.available().minor), fund.terms.currency));
            }
        }
        let approved = figures.sum(&[Measure::ClaimApproved], days.clone());
        let paid = figures.by_bucket(&Measure::Paid, days.clone());
        Self {
            utilisation_bp: utilisation_bp(&held),
            first_pass_bp: ratio_bp(figures.sum(&[Measure::FirstPass], days), approved),
            time_to_pay_p50_minutes: quantile(&paid, 50),
            time_to_pay_p90_minutes: quantile(&paid, 90),
            expiring,
        }
    }
}

/// Paid / allocated, of funds of one currency.
pub fn utilisation_bp(funds: &[Balances]) -> Option<u16> {
    let sum = |minor: fn(&Balances) -> i64| funds.iter().fold(0_u64, |sum, one| sum.saturating_add(minor(one).unsigned_abs()));
    ratio_bp(sum(|one| one.paid), sum(|one| one.allocated))
}

/// (attributed margin - paid) / paid, in basis points, cut; below zero where it did not pay. Nothing where nothing was
/// paid, or the two are not of one currency.
pub fn roi_bp(margin: Money, paid: Money) -> Option<i64> {
    if paid.minor <= 0 || margin.currency != paid.currency {
        return None;
    }
    let gain = (i128::from(margin.minor) - i128::from(paid.minor)) * 10_000;
    i64::try_from(gain / i128::from(paid.minor)).ok()
}
