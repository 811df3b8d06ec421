//! The list of the desk: one row a fund, request or claim, with all that queues, orders and filters compare.

use crate::{
    domain::{
        country::Country,
        id::{FundId, Number, OperatorId, PartnerId},
        mdf::{
            approval::{Part, Signature, Step},
            check::{CheckOutcome, Finding},
            claim::Claim,
            desk::Desk,
            fund::{Fund, FundState, Holder},
            item::ItemId,
            queue::{Item, Turn},
            request::{Plan, Request},
        },
        money::Money,
        search,
        time::Instant,
    },
    store::{
        Sql, Tx,
        columns::{due_key, noon, searched, value_key},
        error::Result,
        sql::Arg,
        unit::mdf::MdfChanges,
    },
};
use chrono::NaiveDate;
use std::{collections::BTreeSet, fmt::Write as _};

const INSERT: &str = "insert into mdf_item (id, kind, received_at, submitted_at, updated_at, state, is_open, waits, has_money, is_timed, \
    is_escalated, is_breached, is_returned, due_key, starts_at, amount_key, currency, fund, partner, assignee, country, title_words, \
    category_code, checks, barred, search)";
const COLUMNS: usize = 26;
const RESTATED: &str = "on conflict (id) do update set received_at = excluded.received_at, submitted_at = excluded.submitted_at, \
    updated_at = excluded.updated_at, state = excluded.state, is_open = excluded.is_open, waits = excluded.waits, \
    has_money = excluded.has_money, is_timed = excluded.is_timed, is_escalated = excluded.is_escalated, \
    is_breached = excluded.is_breached, is_returned = excluded.is_returned, due_key = excluded.due_key, \
    starts_at = excluded.starts_at, amount_key = excluded.amount_key, currency = excluded.currency, assignee = excluded.assignee, \
    country = excluded.country, title_words = excluded.title_words, category_code = excluded.category_code, \
    checks = excluded.checks, barred = excluded.barred, search = excluded.search";
/// What changes with the state alone: setting a column writes every index again that has it.
const MOVED: &str = "on conflict (id) do update set received_at = excluded.received_at, submitted_at = excluded.submitted_at, \
    updated_at = excluded.updated_at, state = excluded.state, is_open = excluded.is_open, waits = excluded.waits, \
    has_money = excluded.has_money, is_timed = excluded.is_timed, is_escalated = excluded.is_escalated, \
    is_breached = excluded.is_breached, is_returned = excluded.is_returned, due_key = excluded.due_key, assignee = excluded.assignee, \
    checks = excluded.checks, barred = excluded.barred";

/// The worst that the checks found, but for what somebody waived.
fn checks(claim: &Claim) -> &'static str {
    let outcome = |finding: &Finding| match finding.outcome {
        CheckOutcome::Fail if !claim.is_waived(finding.kind) => 2,
        CheckOutcome::Fail | CheckOutcome::NeedsPerson => 1,
        CheckOutcome::Pass => 0,
    };
    claim.findings.iter().map(outcome).max().map_or("", |worst| ["pass", "person", "fail"][worst])
}

/// Whom their part or an approval of theirs keeps from giving the approval that is due; each number between spaces. Whoever
/// gave another step once, be it void by now, does not give this one.
fn barred<'s>(item: Item<'_>, desk: &Desk, signed: impl Iterator<Item = &'s Signature>) -> String {
    let due = match item.turn() {
        Some(Turn::First) => Some(Step::First),
        Some(Turn::Second) => Some(Step::Second),
        Some(Turn::Finance) => Some(Step::Finance),
        Some(Turn::Pay) | None => None,
    };
    let parts = desk.parts.iter().filter(|(_, part)| matches!(part, Part::Asked | Part::Paid)).map(|(who, _)| who);
    let steps = desk.steps.iter().filter(|(_, step)| due.is_some_and(|due| due != *step)).map(|(who, _)| *who);
    let all: BTreeSet<_> = parts.chain(steps).chain(signed.flat_map(Signature::people)).collect();
    let mut out = String::from(" ");
    for who in all {
        let _ = write!(out, "{} ", who.number());
    }
    out
}

/// One row.
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
struct Line {
    id: ItemId,
    received_at: Instant,
    submitted_at: Option<Instant>,
    updated_at: Instant,
    state: &'static str,
    is_open: bool,
    waits: &'static str,
    has_money: bool,
    is_timed: bool,
    is_escalated: bool,
    is_breached: bool,
    is_returned: bool,
    due: Option<Instant>,
    starts_on: NaiveDate,
    amount: Money,
    fund: FundId,
    partner: Option<PartnerId>,
    assignee: Option<OperatorId>,
    country: Option<Country>,
    title: String,
    category: String,
    checks: &'static str,
    barred: String,
    search: String,
}

impl Line {
    fn of_fund(fund: &Fund) -> Self {
        let terms = &fund.terms;
        let (partner, region) = match &terms.holder {
            Holder::Partner(partner) => (Some(*partner), ""),
            Holder::Region(region) => (None, region.as_str()),
        };
        Self {
            id: ItemId::Fund(fund.id),
            received_at: fund.created_at,
            submitted_at: None,
            updated_at: fund.updated_at,
            state: fund.state.name(),
            // A fund waits for nobody: it has a queue of its own.
            is_open: false,
            waits: "",
            has_money: fund.is_open() && fund.available().minor > 0,
            is_timed: false,
            is_escalated: false,
            is_breached: false,
            is_returned: false,
            due: if let FundState::Open { until } = fund.state { Some(until) } else { None },
            starts_on: terms.from,
            amount: fund.available(),
            fund: fund.id,
            partner,
            assignee: None,
            country: None,
            title: search::words(&terms.name),
            category: search::slug(&terms.program),
            checks: "",
            barred: " ".to_owned(),
            search: words(&[&terms.name, &terms.program, region, &fund.id.to_string()]),
        }
    }

    fn of_request(request: &Request) -> Self {
        let (plan, desk) = (&request.plan, &request.desk);
        let search = searched(words(&[&plan.title, &plan.category, &request.id.to_string()]), plan.country);
        Self {
            state: request.state.name(),
            is_open: request.state.is_open(),
            is_returned: request.returned,
            due: request.due(),
            starts_on: plan.starts_on,
            amount: plan.asked,
            fund: request.fund,
            partner: Some(request.partner),
            barred: barred(Item::Request(request), desk, request.signatures()),
            search,
            ..Self::at_desk(Item::Request(request), desk, (request.created_at, request.updated_at), Some(plan))
        }
    }

    /// Without the plan only what a state changes is right.
    fn of_claim(claim: &Claim, plan: Option<&Plan>) -> Self {
        let (content, desk, id) = (&claim.content, &claim.desk, claim.id.to_string());
        let mut said: Vec<&str> = plan.iter().map(|plan| plan.title.as_str()).collect();
        said.extend(content.invoices.iter().flat_map(|invoice| [invoice.number.as_str(), invoice.vendor.as_str()]));
        said.push(&id);
        Self {
            state: claim.state.name(),
            is_open: claim.state.is_open(),
            is_returned: claim.returned,
            due: claim.due(),
            starts_on: content.performed_from,
            amount: content.asked,
            fund: claim.fund,
            partner: Some(claim.partner),
            checks: checks(claim),
            barred: barred(Item::Claim(claim), desk, claim.signatures()),
            search: searched(words(&said), plan.and_then(|plan| plan.country)),
            ..Self::at_desk(Item::Claim(claim), desk, (claim.created_at, claim.updated_at), plan)
        }
    }

    /// What requests and claims have alike; what only one of them knows is still to be said.
    fn at_desk(item: Item<'_>, desk: &Desk, (created_at, updated_at): (Instant, Instant), plan: Option<&Plan>) -> Self {
        let received_at = desk.submitted_at.unwrap_or(created_at);
        Self {
            id: item.id(),
            received_at,
            submitted_at: desk.submitted_at,
            updated_at,
            state: "",
            is_open: false,
            waits: item.turn().map_or("", Turn::name),
            has_money: false,
            is_timed: desk.due().is_some(),
            is_escalated: desk.escalation.is_some(),
            is_breached: desk.is_breached(),
            is_returned: false,
            due: None,
            starts_on: NaiveDate::default(),
            amount: item.amount(),
            fund: FundId(0),
            partner: None,
            assignee: desk.assignee,
            country: plan.and_then(|plan| plan.country),
            title: plan.map(|plan| search::words(&plan.title)).unwrap_or_default(),
            category: plan.map(|plan| search::slug(&plan.category)).unwrap_or_default(),
            checks: "",
            barred: String::new(),
            search: String::new(),
        }
    }

    fn into_row(self) -> [Arg; COLUMNS] {
        [
            self.id.number().into(),
            self.id.kind().name().into(),
            self.received_at.into(),
            self.submitted_at.into(),
            self.updated_at.into(),
            self.state.into(),
            self.is_open.into(),
            self.waits.into(),
            self.has_money.into(),
            self.is_timed.into(),
            self.is_escalated.into(),
            self.is_breached.into(),
            self.is_returned.into(),
            due_key(self.due, self.received_at).into(),
            noon(self.starts_on).into(),
            value_key(Some(self.amount)).into(),
            search::slug(self.amount.currency.code()).into(),
            self.fund.into(),
            self.partner.into(),
            self.assignee.into(),
            self.country.map(|country| country.to_string()).into(),
            self.title.into(),
            self.category.into(),
            self.checks.into(),
            self.barred.into(),
            self.search.into(),
        ]
    }
}

/// All words of these texts, each after a space.
fn words(texts: &[&str]) -> String {
    let mut out = String::new();
    for text in texts {
        search::words_into(&mut out, text);
    }
    out
}

impl Tx {
    pub(super) async fn items_save(&mut self, changes: &MdfChanges) -> Result<()> {
        let (mut restated, mut moved): (Vec<[Arg; COLUMNS]>, Vec<[Arg; COLUMNS]>) = (Vec::new(), Vec::new());
        restated.extend(changes.funds.iter().map(|change| Line::of_fund(&change.fund).into_row()));
        for change in &changes.requests {
            if change.restated { &mut restated } else { &mut moved }.push(Line::of_request(&change.request).into_row());
        }
        for change in &changes.claims {
            let plan = change.restated.as_deref();
            if plan.is_some() { &mut restated } else { &mut moved }.push(Line::of_claim(&change.claim, plan).into_row());
        }
        self.execute_each(Sql::bulk(INSERT, COLUMNS, restated, RESTATED)).await?;
        self.execute_each(Sql::bulk(INSERT, COLUMNS, moved, MOVED)).await?;
        Ok(())
    }
}
