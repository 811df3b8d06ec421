//! The list of the desk: one row a fund, request or claim, with all that queues, orders and filters compare.

use super::currency_of;
use crate::{
    domain::{
        country::Country,
        id::{ClaimId, FundId, Number, OperatorId, PartnerId, RequestId},
        mdf::{
            check::{CheckOutcome, Finding},
            claim::Claim,
            desk::Desk,
            fund::{Fund, FundState, Holder},
            inbox::Awaited,
            item::ItemId,
            queue::{Item, Turn},
            request::{Plan, Request},
        },
        money::{Currency, Money},
        search,
        time::Instant,
    },
    store::{
        Sql, Tx,
        columns::{due_key, noon, searched, value_key},
        error::Result,
        session::LIST_MAX,
        sql::{Arg, args},
        unit::mdf::MdfChanges,
    },
};
use chrono::NaiveDate;
use std::collections::{BTreeSet, HashMap};

const INSERT: &str = "insert into mdf_item (id, kind, received_at, submitted_at, updated_at, state, is_open, waits, has_money, is_timed, \
    is_escalated, is_breached, is_returned, due_key, starts_at, amount_key, currency, fund, partner, assignee, country, title_words, \
    category_code, checks, awaits, awaits_minor, search)";
const COLUMNS: usize = 27;
const RESTATED: &str = "on conflict (id) do update set received_at = excluded.received_at, submitted_at = excluded.submitted_at, \
    updated_at = excluded.updated_at, state = excluded.state, is_open = excluded.is_open, waits = excluded.waits, \
    has_money = excluded.has_money, is_timed = excluded.is_timed, is_escalated = excluded.is_escalated, \
    is_breached = excluded.is_breached, is_returned = excluded.is_returned, due_key = excluded.due_key, \
    starts_at = excluded.starts_at, amount_key = excluded.amount_key, currency = excluded.currency, assignee = excluded.assignee, \
    country = excluded.country, title_words = excluded.title_words, category_code = excluded.category_code, \
    checks = excluded.checks, awaits = excluded.awaits, awaits_minor = excluded.awaits_minor, search = excluded.search";
/// What changes with the state alone: setting a column writes every index again that has it.
const MOVED: &str = "on conflict (id) do update set received_at = excluded.received_at, submitted_at = excluded.submitted_at, \
    updated_at = excluded.updated_at, state = excluded.state, is_open = excluded.is_open, waits = excluded.waits, \
    has_money = excluded.has_money, is_timed = excluded.is_timed, is_escalated = excluded.is_escalated, \
    is_breached = excluded.is_breached, is_returned = excluded.is_returned, due_key = excluded.due_key, assignee = excluded.assignee, \
    checks = excluded.checks, awaits = excluded.awaits, awaits_minor = excluded.awaits_minor";

const ASKED_BEFORE: &str = "select item, operator from mdf_part where part = 'asked' and item in ";
pub const OPEN: &str = "select id from mdf_item where is_open = 1 and kind <> 'fund' and id > $1 order by id limit $2";

/// The worst that the checks found, but for what somebody waived.
fn checks(claim: &Claim) -> &'static str {
    let outcome = |finding: &Finding| match finding.outcome {
        CheckOutcome::Fail if !claim.is_waived(finding.kind) => 2,
        CheckOutcome::Fail | CheckOutcome::NeedsPerson => 1,
        CheckOutcome::Pass => 0,
    };
    claim.findings.iter().map(outcome).max().map_or("", |worst| ["pass", "person", "fail"][worst])
}

/// What a line says that the item itself does not know: in which currency its fund is, and who asked for the request of a claim.
#[derive(Default)]
struct Ground {
    funds: HashMap<FundId, Currency>,
    asked: HashMap<RequestId, Vec<OperatorId>>,
}

impl Ground {
    /// For whom it waits. A scratch database knows no funds, and nobody has an inbox there.
    fn awaited(&self, item: Item<'_>, fund: FundId) -> (Option<String>, i64) {
        let currency = self.funds.get(&fund).copied().unwrap_or(item.amount().currency);
        let asked = if let Item::Claim(claim) = item { self.asked.get(&claim.request) } else { None };
        match Awaited::of(item, currency, asked.map_or(&[], Vec::as_slice)) {
            Some((awaited, minor)) => (Some(awaited.to_string()), minor),
            None => (None, 0),
        }
    }
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
    awaits: Option<String>,
    awaits_minor: i64,
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
            awaits: None,
            awaits_minor: 0,
            search: words(&[&terms.name, &terms.program, region, &fund.id.to_string()]),
        }
    }

    fn of_request(request: &Request, ground: &Ground) -> Self {
        let (plan, desk) = (&request.plan, &request.desk);
        let (awaits, awaits_minor) = ground.awaited(Item::Request(request), request.fund);
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
            awaits,
            awaits_minor,
            search,
            ..Self::at_desk(Item::Request(request), desk, (request.created_at, request.updated_at), Some(plan))
        }
    }

    /// Without the plan only what a state changes is right.
    fn of_claim(claim: &Claim, plan: Option<&Plan>, ground: &Ground) -> Self {
        let (awaits, awaits_minor) = ground.awaited(Item::Claim(claim), claim.fund);
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
            awaits,
            awaits_minor,
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
            awaits: None,
            awaits_minor: 0,
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
            self.awaits.into(),
            self.awaits_minor.into(),
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
        let requests = changes.requests.iter().map(|change| &change.request);
        let ground = self.ground(requests, changes.claims.iter().map(|change| &change.claim)).await?;
        let (mut restated, mut moved): (Vec<[Arg; COLUMNS]>, Vec<[Arg; COLUMNS]>) = (Vec::new(), Vec::new());
        restated.extend(changes.funds.iter().map(|change| Line::of_fund(&change.fund).into_row()));
        for change in &changes.requests {
            if change.restated { &mut restated } else { &mut moved }.push(Line::of_request(&change.request, &ground).into_row());
        }
        for change in &changes.claims {
            let plan = change.restated.as_deref();
            if plan.is_some() { &mut restated } else { &mut moved }.push(Line::of_claim(&change.claim, plan, &ground).into_row());
        }
        self.execute_each(Sql::bulk(INSERT, COLUMNS, restated, RESTATED)).await?;
        self.execute_each(Sql::bulk(INSERT, COLUMNS, moved, MOVED)).await?;
        Ok(())
    }

    /// After what the command changes is written: who asks for a request and for a claim on it may come at once.
    async fn ground<'c>(
        &mut self,
        requests: impl Iterator<Item = &'c Request>,
        claims: impl Iterator<Item = &'c Claim> + Clone,
    ) -> Result<Ground> {
        let funds: BTreeSet<FundId> = requests.map(|one| one.fund).chain(claims.clone().map(|one| one.fund)).collect();
        let asked: BTreeSet<RequestId> = claims.map(|claim| claim.request).collect();
        let mut ground = Ground::default();
        for (fund, currency) in self.all_in::<(i64, String)>("select id, currency from fund where id in ", args(funds), "").await? {
            ground.funds.insert(FundId(fund), currency_of(&currency)?);
        }
        let items = args(asked.into_iter().map(|id| ItemId::Request(id).number()));
        for (item, who) in self.all_in::<(i64, i64)>(ASKED_BEFORE, items, "").await? {
            if let ItemId::Request(request) = ItemId::of(item) {
                ground.asked.entry(request).or_default().push(OperatorId(who));
            }
        }
        Ok(ground)
    }

    /// Says of every item that is open for whom it waits.
    pub(in crate::store) async fn mdf_inboxes_begin(&mut self) -> Result<()> {
        let mut after = i64::MIN;
        loop {
            let found = self.all::<(i64,)>(Sql::new(OPEN).bind(after).bind(i64::try_from(LIST_MAX).unwrap_or(i64::MAX))).await?;
            let ids: Vec<ItemId> = found.into_iter().map(|(id,)| ItemId::of(id)).collect();
            let Some(last) = ids.last() else { return Ok(()) };
            after = last.number();
            let requests: Vec<RequestId> =
                ids.iter().filter_map(|id| if let ItemId::Request(id) = id { Some(*id) } else { None }).collect();
            let claims: Vec<ClaimId> = ids.iter().filter_map(|id| if let ItemId::Claim(id) = id { Some(*id) } else { None }).collect();
            let (requests, claims) = ((**self).requests(&requests).await?, (**self).claims(&claims).await?);
            let ground = self.ground(requests.iter(), claims.iter()).await?;
            let mut lines: Vec<_> = requests.iter().map(|request| Line::of_request(request, &ground).into_row()).collect();
            lines.extend(claims.iter().map(|claim| Line::of_claim(claim, None, &ground).into_row()));
            self.execute_each(Sql::bulk(INSERT, COLUMNS, lines, MOVED)).await?;
        }
    }
}
