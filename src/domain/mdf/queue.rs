//! The queues of the MDF desk, and its figures.

use crate::domain::{
    actor::{Actor, Permission, Role},
    figures::{Figures, quantile, ratio_bp},
    id::OperatorId,
    mdf::{
        approval::{Part, Signature, Step, takes_limit},
        claim::{Claim, ClaimState},
        desk::Desk,
        fields::Funding,
        fund::{Fund, FundState},
        item::ItemId,
        ledger::Balances,
        request::{Request, RequestState},
        stats::Measure,
    },
    money::Money,
    page,
    time::{Instant, Span},
    vocabulary::words,
};

pub use super::row::{CheckTally, ItemRow, Named};
pub use page::{Count, SortKey};
use std::{collections::BTreeSet, ops::RangeInclusive};

/// A tab. What a queue holds is defined once, here in words; the store says the same as SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Queue {
    /// What I can decide now: the approval that is due is mine to give, by my role, my limit or that of somebody for whom I
    /// stand in, and by what happened to it before; or it is mine to pay, and to bring to the bank and back.
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
    /// Every fund: what is not asked for and not decided, but given out of.
    Funds,
    /// Every request and every claim.
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

/// Who looks, and when.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    pub actor: &'a Actor,
    pub now: Instant,
}

/// What has to be done next about an item, and so whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    First,
    Second,
    Finance,
    Pay,
}

words! {
    Turn {
        First => "first", "first approval";
        Second => "second", "second approval";
        Finance => "finance", "approval by finance";
        Pay => "pay", "payment";
    }
}

/// In which order a queue stands. Each has the item's number as the last key, so that an order is always total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// What is due first stands first; without a due instant last, the oldest first.
    Due,
    /// The highest amount first, whatever the currency.
    Amount,
    /// The newest first, by submission or else by its beginning.
    Submitted,
    /// By the normalised title of the activity, or the fund's name.
    Title,
}

impl Sort {
    pub const ALL: [Self; 4] = [Self::Due, Self::Amount, Self::Submitted, Self::Title];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Due => "due first",
            Self::Amount => "highest amount",
            Self::Submitted => "newest",
            Self::Title => "title",
        }
    }
}

pub type PageRequest = page::PageRequest<Queue, Sort, Funding>;
/// Where a page of items begins, and the place of one in the order of its queue.
pub type From = page::From<ItemId>;
pub type Cursor = page::Cursor<ItemId>;
pub type Page = page::Page<ItemId, ItemRow>;

impl Queue {
    pub const ALL: [Self; 9] = [
        Self::Mine,
        Self::Second,
        Self::Finance,
        Self::InfoRequested,
        Self::Suspect,
        Self::DueSoon,
        Self::ExpiringFunds,
        Self::Funds,
        Self::All,
    ];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Mine => "Waiting for me",
            Self::Second => "Second approval",
            Self::Finance => "Finance",
            Self::InfoRequested => "Info requested",
            Self::Suspect => "Suspect",
            Self::DueSoon => "Due soon",
            Self::ExpiringFunds => "Expiring funds",
            Self::Funds => "Funds",
            Self::All => "All",
        }
    }

    /// Whether `item` stands in this queue for `viewer`.
    pub fn holds(self, item: Item<'_>, viewer: Viewer<'_>) -> bool {
        if let Item::Fund(fund) = item {
            return self == Self::Funds || (self == Self::ExpiringFunds && is_expiring(fund, viewer.now));
        }
        let turn = item.turn();
        match self {
            Self::Mine => item.waits_for(viewer.actor),
            Self::Second => turn == Some(Turn::Second),
            Self::Finance => matches!(turn, Some(Turn::Finance | Turn::Pay)),
            Self::InfoRequested => item.is_asked(),
            Self::Suspect => matches!(item, Item::Claim(claim) if matches!(claim.state, ClaimState::Suspect { .. })),
            Self::DueSoon => item.desk().and_then(Desk::due).is_some_and(|due| due <= viewer.now.plus(DUE_SOON)),
            Self::ExpiringFunds | Self::Funds => false,
            Self::All => true,
        }
    }
}

/// The period ends within [`EXPIRING`], and something is available.
pub fn is_expiring(fund: &Fund, now: Instant) -> bool {
    matches!(fund.state, FundState::Open { until } if until <= now.plus(EXPIRING)) && fund.available().minor > 0
}

impl<'a> Item<'a> {
    pub(super) const fn desk(self) -> Option<&'a Desk> {
        match self {
            Self::Request(request) => Some(&request.desk),
            Self::Claim(claim) => Some(&claim.desk),
            Self::Fund(_) => None,
        }
    }

    pub const fn id(self) -> ItemId {
        match self {
            Self::Request(request) => ItemId::Request(request.id),
            Self::Claim(claim) => ItemId::Claim(claim.id),
            Self::Fund(fund) => ItemId::Fund(fund.id),
        }
    }

    /// What is asked for; of a fund what is available.
    pub const fn amount(self) -> Money {
        match self {
            Self::Request(request) => request.plan.asked,
            Self::Claim(claim) => claim.content.asked,
            Self::Fund(fund) => fund.available(),
        }
    }

    /// Nothing unless it waits for one of us: submitted, or approved and not ordered to be paid yet. Approvals are given in
    /// the order of their steps.
    pub fn turn(self) -> Option<Turn> {
        let signed = match self {
            Self::Request(request) if request.state == RequestState::Submitted => request.signatures().count(),
            Self::Claim(claim) if claim.state == ClaimState::Submitted => claim.signatures().count(),
            Self::Claim(_) if self.is_payable() => return Some(Turn::Pay),
            _ => return None,
        };
        [Turn::First, Turn::Second, Turn::Finance].get(signed).copied()
    }

    /// Nothing in its history keeps this person from what is due. Limits, and who asked for the request of a claim, are compared
    /// where the queue is read: no command on an item changes them.
    fn waits_for(self, actor: &Actor) -> bool {
        let (Some(desk), may) = (self.desk(), |permission| actor.roles.allow(permission)) else { return false };
        let took = |parts: [Part; 2]| parts.into_iter().any(|part| desk.parts.has(actor.id, part));
        if self.is_at_bank() && may(Permission::MdfPay) {
            return true;
        }
        let (step, has_role) = match self.turn() {
            None => return false,
            Some(Turn::Pay) => return may(Permission::MdfPay) && !took([Part::Asked, Part::Approved]),
            Some(Turn::First) => (Step::First, takes_limit(&actor.roles)),
            Some(Turn::Second) => (Step::Second, takes_limit(&actor.roles)),
            Some(Turn::Finance) => (Step::Finance, actor.roles.has(Role::Finance)),
        };
        let has_signed = self.signed_by().contains(&actor.id);
        let gave_another = desk.steps.iter().any(|(who, given)| *who == actor.id && *given != step);
        has_role && may(Permission::MdfDecide) && !took([Part::Asked, Part::Paid]) && !has_signed && !gave_another
    }

    /// Who gave the approvals that stand, themselves or through a delegate.
    pub(super) fn signed_by(self) -> BTreeSet<OperatorId> {
        match self {
            Self::Request(request) => request.signatures().flat_map(Signature::people).collect(),
            Self::Claim(claim) => claim.signatures().flat_map(Signature::people).collect(),
            Self::Fund(_) => BTreeSet::new(),
        }
    }

    /// A payment of it is ordered, and the bank has not answered yet.
    pub(super) fn is_at_bank(self) -> bool {
        matches!(self, Self::Claim(claim) if claim.under_way().minor > 0)
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
