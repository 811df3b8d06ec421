//! One line of a queue of the MDF desk: what tells a person at a glance what it is and what is left to do.

use crate::domain::{
    country::Country,
    escalation::Severity,
    id::{ClaimId, FundId, OperatorId, PartnerId},
    mdf::{
        check::{CheckKind, CheckOutcome},
        claim::{Claim, ClaimState},
        desk::Desk,
        fund::{Fund, FundState, Holder},
        item::ItemId,
        queue::{Item, Turn},
        request::Request,
        share::CostShare,
    },
    money::Money,
    text::Text,
    time::{Instant, Span},
};
use chrono::NaiveDate;
use std::collections::HashMap;

/// The names of those who stand in lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    pub partners: HashMap<PartnerId, Text>,
    pub operators: HashMap<OperatorId, Text>,
}

/// What the checks of a claim found, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CheckTally {
    pub passed: usize,
    /// That a person has to look at, or somebody waived.
    pub person: usize,
    pub failed: usize,
    /// The first that failed, or else that a person has to look at.
    pub worst: Option<CheckKind>,
}

/// One line of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    pub id: ItemId,
    pub version: i64,
    /// One of [`crate::domain::mdf::fields::STAGES`].
    pub state: &'static str,
    pub turn: Option<Turn>,
    /// Of the activity; the name of a fund.
    pub title: Text,
    /// Nothing of a region's fund.
    pub partner: Option<(PartnerId, Text)>,
    /// Of a region's fund.
    pub region: Option<Text>,
    pub fund: (FundId, Text),
    pub category: Text,
    pub country: Option<Country>,
    /// The first and the last day of the activity, or of the fund's period.
    pub dates: (NaiveDate, NaiveDate),
    /// Of a fund what is available.
    pub asked: Money,
    /// In the fund's currency: committed to a request, approved for a claim, allocated to a fund.
    pub approved: Option<Money>,
    /// In the fund's currency.
    pub paid: Option<Money>,
    pub share: Option<CostShare>,
    pub checks: Option<CheckTally>,
    /// Of a claim under suspicion: the one that was flagged.
    pub frozen_by: Option<ClaimId>,
    pub assignee: Option<(OperatorId, Text)>,
    /// Of the submission, or of the beginning.
    pub received_at: Instant,
    /// When the decision, the payment or the last claim is due, or the fund's period ends; nothing while it stands still.
    pub due: Option<Instant>,
    /// When the running clock began, so that a countdown can show how much of the way is gone.
    pub clock_started: Option<Instant>,
    /// Business time left as the clock last stood.
    pub left: Span,
    pub breached: bool,
    pub escalated: Option<Severity>,
    pub returned: bool,
    pub revision: u32,
}

impl CheckTally {
    pub fn of(claim: &Claim) -> Option<Self> {
        if claim.findings.is_empty() {
            return None;
        }
        let mut tally = Self::default();
        for finding in &claim.findings {
            match finding.outcome {
                CheckOutcome::Pass => tally.passed += 1,
                CheckOutcome::Fail if !claim.is_waived(finding.kind) => tally.failed += 1,
                CheckOutcome::Fail | CheckOutcome::NeedsPerson => tally.person += 1,
            }
        }
        let of_concern = |wanted: bool| {
            claim.findings.iter().find(move |finding| finding.outcome != CheckOutcome::Pass && claim.is_waived(finding.kind) != wanted)
        };
        tally.worst = of_concern(true).or_else(|| of_concern(false)).map(|finding| finding.kind);
        Some(tally)
    }
}

impl ItemRow {
    pub fn of_fund(fund: &Fund, names: &Named) -> Self {
        let terms = &fund.terms;
        let region = if let Holder::Region(region) = &terms.holder { Some(region.clone()) } else { None };
        Self {
            id: ItemId::Fund(fund.id),
            version: fund.version,
            state: fund.state.name(),
            turn: None,
            title: terms.name.clone(),
            partner: terms.holder.partner().map(|id| (id, names.partner(id))),
            region,
            fund: (fund.id, terms.name.clone()),
            category: terms.program.clone(),
            country: None,
            dates: (terms.from, terms.to),
            asked: fund.available(),
            approved: Some(Money::new(fund.balances.allocated, terms.currency)),
            paid: Some(Money::new(fund.balances.paid, terms.currency)),
            share: None,
            checks: None,
            frozen_by: None,
            assignee: None,
            received_at: fund.created_at,
            due: if let FundState::Open { until } = fund.state { Some(until) } else { None },
            clock_started: None,
            left: Span::ZERO,
            breached: false,
            escalated: None,
            returned: false,
            revision: 1,
        }
    }

    pub fn of_request(request: &Request, fund: &Fund, names: &Named) -> Self {
        let plan = &request.plan;
        Self {
            version: request.version,
            state: request.state.name(),
            approved: request.commitment().map(|commitment| commitment.amount),
            paid: None,
            due: request.due(),
            returned: request.returned,
            received_at: request.desk.submitted_at.unwrap_or(request.created_at),
            dates: (plan.starts_on, plan.ends_on),
            ..Self::at_desk(Item::Request(request), request, fund, &request.desk, names)
        }
    }

    /// `request` is the one that it is on.
    pub fn of_claim(claim: &Claim, request: &Request, fund: &Fund, names: &Named) -> Self {
        let content = &claim.content;
        let frozen_by = if let ClaimState::Suspect { freeze, .. } = &claim.state { Some(freeze.of) } else { None };
        Self {
            version: claim.version,
            state: claim.state.name(),
            approved: claim.state.approval().map(|approval| approval.amount),
            paid: Some(claim.paid()),
            checks: CheckTally::of(claim),
            frozen_by,
            due: claim.due(),
            returned: claim.returned,
            received_at: claim.desk.submitted_at.unwrap_or(claim.created_at),
            dates: (content.performed_from, content.performed_to),
            ..Self::at_desk(Item::Claim(claim), request, fund, &claim.desk, names)
        }
    }

    /// What requests and claims have alike; what only one of them knows is still to be said.
    fn at_desk(item: Item<'_>, request: &Request, fund: &Fund, desk: &Desk, names: &Named) -> Self {
        let (plan, clock) = (&request.plan, desk.clock.as_ref());
        Self {
            id: item.id(),
            version: 0,
            state: "",
            turn: item.turn(),
            title: plan.title.clone(),
            partner: Some((request.partner, names.partner(request.partner))),
            region: None,
            fund: (fund.id, fund.terms.name.clone()),
            category: plan.category.clone(),
            country: plan.country,
            dates: (plan.starts_on, plan.ends_on),
            asked: item.amount(),
            approved: None,
            paid: None,
            share: Some(plan.share),
            checks: None,
            frozen_by: None,
            assignee: desk.assignee.map(|id| (id, names.operator(id))),
            received_at: request.created_at,
            due: None,
            clock_started: clock.map(|clock| clock.started_at),
            left: clock.map_or(Span::ZERO, |clock| clock.left),
            breached: desk.is_breached(),
            escalated: desk.escalation.as_ref().map(|escalation| escalation.severity),
            returned: false,
            revision: desk.revision,
        }
    }
}

impl Named {
    fn partner(&self, id: PartnerId) -> Text {
        self.partners.get(&id).cloned().unwrap_or_default()
    }

    fn operator(&self, id: OperatorId) -> Text {
        self.operators.get(&id).cloned().unwrap_or_default()
    }
}
