//! What the MDF desk shows: pages of queues, counts, figures, one item with its whole story, the funds. Reads only.

use crate::{
    app::{App, Failure, Rules, view},
    domain::{
        actor::Permission,
        calendar::CompiledCalendar,
        day::local_date,
        event::Entity,
        filter::{Context, Filter},
        fx::Rates,
        id::{AuditSeq, BatchId, ClaimId, FundId, OperatorId, PartnerId, RequestId},
        mdf::{
            approval::{self, Authority, Reach, Signature, Step, reach::Exchange},
            batch::Batch,
            claim::{Claim, Payment},
            fields::Funding,
            fund::{Fund, Holder},
            item::ItemId,
            ledger::{Balances, Subject},
            queue::{ItemRow, Kpis, Page, PageRequest, Queue, is_expiring},
            request::Request,
        },
        money::{Currency, Money},
        text::Text,
        time::Instant,
        told::Names,
    },
    store::{
        FundLine, Session,
        unit::{Past, mdf::EntryRow},
    },
};
use chrono::{Days, NaiveDate};
use futures::future::BoxFuture;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

pub use crate::app::view::TIMELINE_MAX;

pub type MdfViewer = view::Viewer<ItemId>;
pub type MdfCounts = view::Counts;
pub type MdfLastDone = view::LastDone<ItemId>;

/// How many entries of a fund are shown.
pub const ENTRIES_MAX: u32 = 200;

/// One step of an approval: given by whom, or still to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepLine {
    pub step: Step,
    pub given: Option<Signature>,
}

/// What is the same of every item.
#[derive(Debug, Clone)]
pub struct Story {
    /// The newest first, [`TIMELINE_MAX`] at most.
    pub timeline: Vec<Past>,
    /// Of the ledger, about this item; of a fund the newest [`ENTRIES_MAX`].
    pub entries: Vec<EntryRow>,
    /// Of the clock that runs or stands still.
    pub calendar: Option<Arc<CompiledCalendar>>,
    pub names: Names,
}

/// One claim with everything that is known of it. The checks with their evidence are its findings, documents and payments
/// its own.
#[derive(Debug, Clone)]
pub struct ClaimDetail {
    pub claim: Claim,
    pub request: Request,
    pub fund: Fund,
    /// Other claims on the same request.
    pub siblings: Vec<Claim>,
    pub steps: Vec<StepLine>,
    pub story: Story,
}

/// One request with everything that is known of it.
#[derive(Debug, Clone)]
pub struct RequestDetail {
    pub request: Request,
    pub fund: Fund,
    pub claims: Vec<Claim>,
    pub steps: Vec<StepLine>,
    pub story: Story,
}

/// One fund with everything that is known of it.
#[derive(Debug, Clone)]
pub struct FundDetail {
    pub fund: Fund,
    /// Requests that are open.
    pub requests: Vec<Request>,
    pub forecast: Forecast,
    pub story: Story,
}

/// What a detail is of.
#[derive(Debug, Clone)]
pub enum MdfDetail {
    Claim(Box<ClaimDetail>),
    Request(Box<RequestDetail>),
    Fund(Box<FundDetail>),
}

/// How far the money of a fund goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    /// What undecided requests ask for, in the fund's currency; those in another currency left out.
    pub asked: Money,
    /// What is left when all of them are approved; below zero where it does not suffice.
    pub left: Money,
    /// Committed, claimed and paid a day of the period so far, cut.
    pub burn_a_day: Money,
    /// When nothing is available any more, if it goes on like this and before the period ends.
    pub empty_on: Option<NaiveDate>,
}

/// How far the money of a fund goes, before something moves it and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    pub fund: FundId,
    pub name: Text,
    pub before: Forecast,
    pub after: Forecast,
}

/// A fund as it stands in the view of funds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundView {
    pub line: FundLine,
    pub partner: Option<Text>,
    /// Whose it is, or in which the partner is that has it.
    pub region: Option<Text>,
    pub forecast: Forecast,
    /// Its period ends within 30 days, and something is available.
    pub is_expiring: bool,
}

impl App {
    /// A page of a queue.
    pub fn mdf_page<'a>(&'a self, request: &'a PageRequest, viewer: &'a MdfViewer) -> BoxFuture<'a, Result<Page, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().snapshot().await?;
            let reach = reach(&mut session, &rules, viewer.me, request.now).await?;
            Ok(session.page(request, &Context { reach: Some(&reach), ..viewer.context(request.now) }).await?)
        })
    }

    /// How many items each queue holds, and how many pass `filter` in `queue`.
    pub fn mdf_counts<'a>(
        &'a self,
        viewer: &'a MdfViewer,
        queue: Queue,
        filter: Option<&'a Filter<Funding>>,
        now: Instant,
    ) -> BoxFuture<'a, Result<MdfCounts, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().snapshot().await?;
            let reach = reach(&mut session, &rules, viewer.me, now).await?;
            let context = Context { reach: Some(&reach), ..viewer.context(now) };
            view::counts(&mut session, &context, &Queue::ALL, (queue, filter)).await
        })
    }

    /// The items of a queue that pass the filter, in its order; the first `limit`, and whether there are more.
    pub fn mdf_matching<'a>(
        &'a self,
        request: PageRequest,
        viewer: &'a MdfViewer,
        limit: usize,
    ) -> BoxFuture<'a, Result<(Vec<ItemRow>, bool), Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().snapshot().await?;
            let reach = reach(&mut session, &rules, viewer.me, request.now).await?;
            let context = Context { reach: Some(&reach), ..viewer.context(request.now) };
            view::matching(&mut session, &context, request, limit).await
        })
    }

    /// The figures of the header, by currency, that with the most funds first; a day begins in the program's zone.
    pub fn mdf_kpis(&self, now: Instant) -> BoxFuture<'_, Result<Vec<(Currency, Kpis)>, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let today = local_date(now, rules.program().zone);
            Ok(self.db().snapshot().await?.mdf_kpis(today, now).await?)
        })
    }

    /// One item with its story; nothing when there is no such.
    pub fn mdf_detail(&self, id: ItemId, now: Instant) -> BoxFuture<'_, Result<Option<MdfDetail>, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().snapshot().await?;
            Ok(match id {
                ItemId::Claim(id) => claim_detail(&mut session, &rules, id).await?.map(|detail| MdfDetail::Claim(Box::new(detail))),
                ItemId::Request(id) => {
                    request_detail(&mut session, &rules, id, now).await?.map(|detail| MdfDetail::Request(Box::new(detail)))
                }
                ItemId::Fund(id) => fund_detail(&mut session, &rules, id, now).await?.map(|detail| MdfDetail::Fund(Box::new(detail))),
            })
        })
    }

    /// Every fund whose period ended less than a year ago or still runs, with its balances as the database adds them up.
    pub fn mdf_funds(&self, now: Instant) -> BoxFuture<'_, Result<Vec<FundView>, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let today = local_date(now, rules.program().zone);
            let mut session = self.db().snapshot().await?;
            let lines = session.fund_lines(today.checked_sub_days(Days::new(365)).unwrap_or(today)).await?;
            let asked = session.asked_of_funds().await?;
            let exchange = Converter::of(&mut session, &rules, today).await?;
            let view = |line: FundLine| {
                let profile = line.fund.terms.holder.partner().and_then(|id| rules.directory().get(id)).map(|one| &one.profile);
                let partner = profile.map(|profile| profile.name.clone());
                let region = match &line.fund.terms.holder {
                    Holder::Region(region) => Some(region.clone()),
                    Holder::Partner(_) => {
                        profile.and_then(|profile| profile.country).and_then(|country| rules.program().region_of(country)).cloned()
                    }
                };
                let asked = exchange.sum(asked.get(&line.fund.id).into_iter().flatten(), line.fund.terms.currency);
                let forecast = forecast(&line.fund, asked, today);
                let is_expiring = is_expiring(&line.fund, now);
                FundView { line, partner, region, forecast, is_expiring }
            };
            Ok(lines.into_iter().map(view).collect())
        })
    }

    /// How far the money of funds goes before and after it moves so.
    pub fn mdf_ahead<'a>(&'a self, moved: &'a [(Balances, Balances)], now: Instant) -> BoxFuture<'a, Result<Vec<Ahead>, Failure>> {
        Box::pin(async move {
            if moved.is_empty() {
                return Ok(Vec::new());
            }
            let rules = self.rules().await?;
            let today = local_date(now, rules.program().zone);
            let mut session = self.db().snapshot().await?;
            let funds = session.funds(&moved.iter().map(|(before, _)| before.fund).collect::<Vec<_>>()).await?;
            let asked = session.asked_of_funds().await?;
            let exchange = Converter::of(&mut session, &rules, today).await?;
            let ahead = |(before, after): &(Balances, Balances)| {
                let mut fund = funds.iter().find(|fund| fund.id == before.fund)?.clone();
                let asked = exchange.sum(asked.get(&fund.id).into_iter().flatten(), fund.terms.currency);
                let then = forecast(&fund, asked, today);
                // What is committed now is not asked for any more.
                let taken = after.committed.saturating_sub(before.committed).max(0);
                fund.balances = *after;
                Some(Ahead {
                    fund: fund.id,
                    name: fund.terms.name.clone(),
                    before: then,
                    after: forecast(&fund, (asked - taken).max(0), today),
                })
            };
            Ok(moved.iter().filter_map(ahead).collect())
        })
    }

    /// Payments that are ordered and in no batch yet, with their claims, by claim and number: the first `limit` of those that
    /// come after this one.
    pub fn mdf_payable(&self, after: (ClaimId, u32), limit: u32) -> BoxFuture<'_, Result<Vec<(Claim, Payment)>, Failure>> {
        Box::pin(async move {
            let mut session = self.db().snapshot().await?;
            let ordered = session.payments_ordered(after, limit).await?;
            let ids: BTreeSet<ClaimId> = ordered.iter().map(|(claim, _)| *claim).collect();
            let claims = session.claims(&ids.into_iter().collect::<Vec<_>>()).await?;
            let claims: HashMap<ClaimId, &Claim> = claims.iter().map(|claim| (claim.id, claim)).collect();
            let found = ordered.iter().filter_map(|(id, no)| {
                let claim = *claims.get(id)?;
                Some((claim.clone(), claim.payment(*no)?.clone()))
            });
            Ok(found.collect())
        })
    }

    /// The batches of payments, the newest first, `limit` at most.
    pub fn mdf_batches(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Batch>, Failure>> {
        Box::pin(async move {
            let mut session = self.db().snapshot().await?;
            let ids: Vec<BatchId> = session.batch_ids(limit).await?;
            Ok(session.batches(&ids).await?)
        })
    }

    /// One batch; nothing when there is no such.
    pub fn mdf_batch(&self, id: BatchId) -> BoxFuture<'_, Result<Option<Batch>, Failure>> {
        Box::pin(async move { Ok(self.db().read().await?.batches(&[id]).await?.pop()) })
    }

    /// Everybody's limits and delegations.
    pub fn mdf_authority(&self) -> BoxFuture<'_, Result<Authority, Failure>> {
        Box::pin(async move { Ok(self.db().snapshot().await?.authority_of_all().await?) })
    }

    /// What `me` did last to requests and claims and has not taken back since.
    pub fn mdf_last_done(&self, me: OperatorId) -> BoxFuture<'_, Result<Option<MdfLastDone>, Failure>> {
        Box::pin(async move {
            let requests = self.last_done::<Request>(me, |_| false).await?.map(|one| listed(one, ItemId::Request));
            let claims = self.last_done::<Claim>(me, |_| false).await?.map(|one| listed(one, ItemId::Claim));
            Ok(match (requests, claims) {
                (Some(mut requests), Some(claims)) if requests.command == claims.command => {
                    requests.records.extend(claims.records);
                    Some(requests)
                }
                (Some(requests), Some(claims)) => Some(if requests.at > claims.at { requests } else { claims }),
                (requests, claims) => requests.or(claims),
            })
        })
    }

    /// The operators who can look after a request or a claim, by name.
    pub fn mdf_colleagues(&self) -> BoxFuture<'_, Result<Vec<(OperatorId, Text)>, Failure>> {
        Box::pin(async move { self.colleagues(|roles| roles.allow(Permission::MdfWork)).await })
    }

    /// The operators who approve within a limit, by name.
    pub fn mdf_approvers(&self) -> BoxFuture<'_, Result<Vec<(OperatorId, Text)>, Failure>> {
        Box::pin(async move { self.colleagues(approval::takes_limit).await })
    }

    /// The names of the partners and operators of items.
    pub fn mdf_names<'a>(&'a self, partners: &'a [PartnerId]) -> BoxFuture<'a, Result<Names, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().read().await?;
            view::names(&mut session, &rules, partners.iter().copied().collect()).await
        })
    }
}

fn listed<I>(done: view::LastDone<I>, item: fn(I) -> ItemId) -> MdfLastDone {
    let records = done.records.into_iter().map(|(id, version)| (item(id), version)).collect();
    MdfLastDone { command: done.command, at: done.at, event: done.event, records }
}

/// What somebody may decide at `now`: six small reads, however many claims wait. Roles are asked of their row, so that one
/// that was taken away counts at once.
async fn reach(session: &mut Session, rules: &Rules, me: OperatorId, now: Instant) -> Result<Reach, Failure> {
    let Some(actor) = session.actor(me).await? else { return Ok(Reach::default()) };
    let (today, age_days) = (local_date(now, rules.program().zone), rules.program().mdf.rate_max_age_days);
    let mut authority = Authority::default();
    if actor.roles.allow(Permission::MdfDecide) {
        authority = session.authority(&[me]).await?;
        let principals: BTreeSet<OperatorId> = authority.principals(me, today).collect();
        if !principals.is_empty() {
            let operators = session.operators().await?;
            let may = |id| operators.iter().any(|one| one.id == id && one.active && one.roles.allow(Permission::MdfDecide));
            authority.delegations.retain(|one| may(one.from));
            let theirs = session.authority(&principals.into_iter().collect::<Vec<_>>()).await?;
            authority.limits.extend(theirs.limits.into_iter().filter(|limit| limit.operator != me));
        }
    }
    if authority.limits.is_empty() {
        return Ok(Reach::of(&actor, &authority, Exchange { rates: &Rates::none(), currencies: &[], today, age_days }));
    }
    let oldest = today.checked_sub_days(Days::new(age_days.into())).unwrap_or(today);
    let days = session.rate_days(oldest, today).await?;
    let mut currencies: BTreeSet<Currency> = days.iter().flat_map(|day| day.rates.keys().copied()).collect();
    let rates: Rates = days.into_iter().collect();
    currencies.insert(rates.base);
    let currencies: Vec<Currency> = currencies.into_iter().collect();
    Ok(Reach::of(&actor, &authority, Exchange { rates: &rates, currencies: &currencies, today, age_days }))
}

/// What is told of an item, and what moved because of it.
async fn story(
    session: &mut Session,
    rules: &Rules,
    (entity, fund): (Entity, FundId),
    about: Option<Subject>,
    partner: Option<PartnerId>,
) -> Result<Story, Failure> {
    let timeline = session.audit_timeline(entity, AuditSeq(i64::MAX), TIMELINE_MAX).await?;
    let entries = match about {
        Some(about) => session.entries_about(fund, about).await?,
        None => session.fund_entries(fund, u32::MAX, ENTRIES_MAX).await?,
    };
    let names = view::names(session, rules, partner.into_iter().collect()).await?;
    Ok(Story { timeline, entries, calendar: None, names })
}

/// Every step that such an amount takes, and who gave it for the content as it is.
fn steps<'s>(rules: &Rules, amount: Money, given: impl Iterator<Item = &'s Signature>) -> Vec<StepLine> {
    let given: Vec<&Signature> = given.collect();
    let needed = rules.program().mdf.approval.steps(amount);
    let of = |step: &Step| given.iter().find(|signature| signature.step == *step).map(|signature| **signature);
    Step::ALL
        .iter()
        .filter(|step| needed.contains(step) || of(step).is_some())
        .map(|step| StepLine { step: *step, given: of(step) })
        .collect()
}

async fn claim_detail(session: &mut Session, rules: &Rules, id: ClaimId) -> Result<Option<ClaimDetail>, Failure> {
    let Some(claim) = session.claims(&[id]).await?.pop() else { return Ok(None) };
    let Some(request) = session.requests(&[claim.request]).await?.pop() else { return Ok(None) };
    let Some(fund) = session.funds(&[claim.fund]).await?.pop() else { return Ok(None) };
    let mut siblings = session.claims_on(claim.request).await?;
    siblings.retain(|other| *other != id);
    let siblings = session.claims(&siblings).await?;
    let at = (Entity::Claim(id), claim.fund);
    let mut story = story(session, rules, at, Some(Subject::Claim(id)), Some(claim.partner)).await?;
    story.calendar = claim.desk.clock.as_ref().map(|clock| Arc::clone(rules.programs().calendar(clock)));
    let signed = claim.signatures().next().map(|signature| signature.amount);
    let steps = steps(rules, signed.unwrap_or(claim.reserved), claim.signatures());
    Ok(Some(ClaimDetail { claim, request, fund, siblings, steps, story }))
}

async fn request_detail(session: &mut Session, rules: &Rules, id: RequestId, now: Instant) -> Result<Option<RequestDetail>, Failure> {
    let Some(request) = session.requests(&[id]).await?.pop() else { return Ok(None) };
    let Some(fund) = session.funds(&[request.fund]).await?.pop() else { return Ok(None) };
    let claims = session.claims_on(id).await?;
    let claims = session.claims(&claims).await?;
    let at = (Entity::Request(id), request.fund);
    let mut story = story(session, rules, at, Some(Subject::Request(id)), Some(request.partner)).await?;
    story.calendar = request.desk.clock.as_ref().map(|clock| Arc::clone(rules.programs().calendar(clock)));
    let signed = request.signatures().next().map(|signature| signature.amount);
    let exchange = Converter::of(session, rules, local_date(now, rules.program().zone)).await?;
    let asked = exchange.convert(request.plan.asked, fund.terms.currency).unwrap_or(request.plan.asked);
    let steps = steps(rules, signed.unwrap_or(asked), request.signatures());
    Ok(Some(RequestDetail { request, fund, claims, steps, story }))
}

async fn fund_detail(session: &mut Session, rules: &Rules, id: FundId, now: Instant) -> Result<Option<FundDetail>, Failure> {
    let Some(fund) = session.funds(&[id]).await?.pop() else { return Ok(None) };
    let requests = session.requests_open(id).await?;
    let requests = session.requests(&requests).await?;
    let today = local_date(now, rules.program().zone);
    let exchange = Converter::of(session, rules, today).await?;
    let undecided = requests.iter().filter(|request| request.state.is_undecided()).map(|request| &request.plan.asked);
    let forecast = forecast(&fund, exchange.sum(undecided, fund.terms.currency), today);
    let story = story(session, rules, (Entity::Fund(id), id), None, fund.terms.holder.partner()).await?;
    Ok(Some(FundDetail { fund, requests, forecast, story }))
}

/// The rates of today, for what is asked for in another currency than the fund's: what an approval of today would take.
struct Converter {
    rates: Rates,
    today: NaiveDate,
    age_days: u32,
}

impl Converter {
    async fn of(session: &mut Session, rules: &Rules, today: NaiveDate) -> Result<Self, Failure> {
        let age_days = rules.program().mdf.rate_max_age_days;
        let first = today.checked_sub_days(Days::new(age_days.into())).unwrap_or(today);
        Ok(Self { rates: session.rate_days(first, today).await?.into_iter().collect(), today, age_days })
    }

    /// So much in minor units of a currency; what has no rate today can't be approved today, and is left out.
    fn sum<'m>(&self, amounts: impl IntoIterator<Item = &'m Money>, to: Currency) -> i64 {
        amounts.into_iter().filter_map(|amount| self.convert(*amount, to)).fold(0, |sum, amount| sum.saturating_add(amount.minor))
    }

    fn convert(&self, amount: Money, to: Currency) -> Option<Money> {
        self.rates.pin(amount.currency, to, self.today, self.age_days).and_then(|rate| rate.convert(amount)).ok()
    }
}

/// How far the money goes: what is asked for now, and the pace of the period so far carried on.
fn forecast(fund: &Fund, asked: i64, today: NaiveDate) -> Forecast {
    let (held, terms) = (&fund.balances, &fund.terms);
    let money = |minor| Money::new(minor, terms.currency);
    let used = held.committed.saturating_add(held.claimed).saturating_add(held.paid);
    let days = (today.clamp(terms.from, terms.to) - terms.from).num_days() + 1;
    let burn = used / days.max(1);
    let empty_on = (burn > 0 && fund.is_open())
        .then(|| today.checked_add_days(Days::new((held.available / burn).unsigned_abs())))
        .flatten()
        .filter(|on| *on < terms.to);
    Forecast { asked: money(asked), left: money(held.available.saturating_sub(asked)), burn_a_day: money(burn), empty_on }
}
