//! What the deal desk shows: pages of queues, counts, figures, one registration or one conflict with its whole story. Reads
//! only.

use super::{
    alike::{self, Keys, Met, since},
    case::{PRECEDENTS_MAX, alike as codes_of},
};
use crate::{
    app::{App, Failure, Rules, view},
    domain::{
        account::Account,
        actor::Permission,
        calendar::CompiledCalendar,
        day::local_date,
        deal::{
            FieldProblem, Ineligible, Refusal, Registration,
            completeness::completeness,
            conflict::{Claim, ConflictCase, Sale, deal_keys, may_judge},
            decide::{Holder, possible_extension},
            dossier::{Dossier, dossier},
            fields::Deals,
            queue::{DealRow, Kpis, Page, PageRequest, Queue},
        },
        event::Entity,
        filter::Filter,
        id::{AccountId, AuditSeq, ConflictId, DealId, OperatorId, PartnerId},
        money::Currency,
        text::Text,
        time::Instant,
        told::Names,
    },
    store::{
        Session,
        unit::{OperatorRow, Past},
    },
};
use chrono::{Months, NaiveDate};
use futures::future::BoxFuture;
use std::{collections::HashMap, sync::Arc};

pub use crate::app::view::TIMELINE_MAX;

pub type DealViewer = view::Viewer<DealId>;
pub type DealCounts = view::Counts;
pub type DealLastDone = view::LastDone<DealId>;

/// One registration with everything that is known of it.
#[derive(Debug, Clone)]
pub struct DealDetail {
    pub deal: Registration,
    /// The newest first, [`TIMELINE_MAX`] at most.
    pub timeline: Vec<Past>,
    /// The conflict that it is a party of.
    pub case: Option<ConflictCase>,
    /// Of the clock that runs or stands still.
    pub calendar: Option<Arc<CompiledCalendar>>,
    /// What keeps it from being complete now.
    pub missing: Vec<FieldProblem>,
    /// What in the program speaks against the partner's registering it now.
    pub objections: Vec<Ineligible>,
    /// The program states least values, and none in the currency of this one.
    pub without_minimum: Option<Currency>,
    /// Why its protection can't be extended now; nothing where it can.
    pub no_extension: Option<Refusal>,
    /// Another registration that is protected for this customer and a product in common.
    pub holder: Option<DealId>,
    /// The holder's conflict that is not closed yet: until then it is a party of no other.
    pub holder_in: Option<ConflictId>,
    /// The end customer in our directory.
    pub account: Option<Account>,
    pub names: Names,
}

/// One conflict with everything that is known of it.
#[derive(Debug, Clone)]
pub struct CaseDetail {
    pub case: ConflictCase,
    /// The newest first, [`TIMELINE_MAX`] at most.
    pub timeline: Vec<Past>,
    /// Its parties as they are now, in the order in which they joined.
    pub deals: Vec<Registration>,
    /// Who may review it now, beside who does, by name.
    pub judges: Vec<(OperatorId, Text)>,
    pub calendar: Option<Arc<CompiledCalendar>>,
    pub names: Names,
}

/// The parties of a conflict side by side.
#[derive(Debug, Clone)]
pub struct CaseDossier {
    pub case: ConflictCase,
    pub dossier: Dossier,
    /// In the order in which they joined.
    pub deals: Vec<Registration>,
    pub names: Names,
}

impl App {
    /// A page of a queue.
    pub fn deal_page<'a>(&'a self, request: &'a PageRequest, viewer: &'a DealViewer) -> BoxFuture<'a, Result<Page, Failure>> {
        Box::pin(async move { self.page(request, viewer).await })
    }

    /// How many registrations each queue holds, and how many pass `filter` in `queue`.
    pub fn deal_counts<'a>(
        &'a self,
        viewer: &'a DealViewer,
        queue: Queue,
        filter: Option<&'a Filter<Deals>>,
        now: Instant,
    ) -> BoxFuture<'a, Result<DealCounts, Failure>> {
        Box::pin(async move { self.counts(viewer, &Queue::ALL, queue, filter, now).await })
    }

    /// The figures of the header; a day begins in the program's zone.
    pub fn deal_kpis(&self, now: Instant) -> BoxFuture<'_, Result<Kpis, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let today = local_date(now, rules.program().zone);
            Ok(self.db().read().await?.deal_kpis(today).await?)
        })
    }

    /// The registrations of a queue that pass the filter, in its order; the first `limit`, and whether there are more.
    pub fn deal_matching<'a>(
        &'a self,
        request: PageRequest,
        viewer: &'a DealViewer,
        limit: usize,
    ) -> BoxFuture<'a, Result<(Vec<DealRow>, bool), Failure>> {
        Box::pin(async move { self.matching(request, viewer, limit).await })
    }

    /// One registration with its story; nothing when there is no such.
    pub fn deal_detail(&self, id: DealId, now: Instant) -> BoxFuture<'_, Result<Option<DealDetail>, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().snapshot().await?;
            let Some(deal) = session.deals(&[id]).await?.pop() else { return Ok(None) };
            let timeline = session.audit_timeline(Entity::Deal(id), AuditSeq(i64::MAX), TIMELINE_MAX).await?;
            let case = match deal.dispute {
                Some(dispute) => session.cases(&[dispute.case]).await?.pop(),
                None => None,
            };
            let program = rules.program();
            let holder = if deal.holds_protection() { None } else { holder(&mut session, &rules, &deal, now).await? };
            let account = match deal.account {
                Some(link) => session.accounts_by_id(&[link.account]).await?.pop(),
                None => None,
            };
            let details = &deal.details;
            let partner = rules.directory().get(deal.partner);
            let objections = partner.map(|partner| program.deals.objections(&partner.profile, details.scope.iter(), details.value, now));
            let without_minimum = program.deals.without_minimum(details.value);
            let rivals = case.iter().flat_map(|case| case.parties.iter().map(|party| party.partner));
            let names = view::names(&mut session, &rules, rivals.chain([deal.partner]).collect()).await?;
            let calendar = deal.clock.as_ref().map(|clock| Arc::clone(rules.programs().calendar(clock)));
            let missing = completeness(details, program, now);
            let no_extension = possible_extension(&deal, program, now).err();
            Ok(Some(DealDetail {
                timeline,
                case,
                calendar,
                missing,
                objections: objections.unwrap_or_default(),
                without_minimum,
                no_extension,
                holder: holder.map(|one| one.deal),
                holder_in: holder.and_then(|one| one.case),
                account,
                names,
                deal,
            }))
        })
    }

    /// One conflict with its story; nothing when there is no such.
    pub fn case_detail(&self, id: ConflictId) -> BoxFuture<'_, Result<Option<CaseDetail>, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().snapshot().await?;
            let Some((case, deals)) = case_with_deals(&mut session, id).await? else { return Ok(None) };
            let timeline = session.audit_timeline(Entity::Conflict(id), AuditSeq(i64::MAX), TIMELINE_MAX).await?;
            let names = view::names(&mut session, &rules, case.parties.iter().map(|party| party.partner).collect()).await?;
            let calendar = case.clock.as_ref().map(|clock| Arc::clone(rules.programs().calendar(clock)));
            let judges = judges(session.operators().await?, &case, &deals);
            Ok(Some(CaseDetail { case, timeline, deals, judges, calendar, names }))
        })
    }

    /// The parties of a conflict side by side, with what our own data says about them and what was decided in cases like
    /// it; nothing when there is no such conflict.
    pub fn deal_dossier(&self, id: ConflictId, now: Instant) -> BoxFuture<'_, Result<Option<CaseDossier>, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let program = rules.program();
            let mut session = self.db().snapshot().await?;
            let Some((case, deals)) = case_with_deals(&mut session, id).await? else { return Ok(None) };
            let of: Vec<(PartnerId, AccountId)> = deals.iter().filter_map(|deal| Some((deal.partner, deal.account?.family))).collect();
            let months = Months::new(program.deals.conflict.incumbency_months);
            let since = local_date(now, program.zone).checked_sub_months(months).unwrap_or(NaiveDate::MIN);
            let mut sales: HashMap<(PartnerId, AccountId), Vec<Sale>> = HashMap::new();
            for (partner, family, sale) in session.sales(&of, since).await? {
                sales.entry((partner, family)).or_default().push(sale);
            }
            let claim = |deal: &'_ Registration| deal.account.and_then(|link| sales.get(&(deal.partner, link.family)));
            let claims: Vec<Claim<'_>> = deals
                .iter()
                .filter_map(|deal| {
                    let partner = rules.directory().get(deal.partner)?;
                    Some(Claim { registration: deal, partner, sales: claim(deal).map_or(&[], Vec::as_slice) })
                })
                .collect();
            let codes = codes_of(&case, &claims, program, now);
            let past: Vec<_> = session.precedents(&codes, PRECEDENTS_MAX).await?.into_iter().filter(|one| one.case != id).collect();
            let dossier = dossier(Some(&case), &claims, program, now, &past).of_case(&case);
            let names = view::names(&mut session, &rules, case.parties.iter().map(|party| party.partner).collect()).await?;
            Ok(Some(CaseDossier { case, dossier, deals, names }))
        })
    }

    /// What `me` did last to registrations and has not taken back since.
    pub fn deal_last_done(&self, me: OperatorId) -> BoxFuture<'_, Result<Option<DealLastDone>, Failure>> {
        Box::pin(async move { self.last_done::<Registration>(me, |_| false).await })
    }

    /// The names of the partners and operators of registrations and cases.
    pub fn deal_names<'a>(&'a self, partners: &'a [PartnerId]) -> BoxFuture<'a, Result<Names, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().read().await?;
            view::names(&mut session, &rules, partners.iter().copied().collect()).await
        })
    }

    /// The operators who can review a registration or a conflict, by name.
    pub fn deal_colleagues(&self) -> BoxFuture<'_, Result<Vec<(OperatorId, Text)>, Failure>> {
        Box::pin(async move { self.colleagues(|roles| roles.allow(Permission::DealWork)).await })
    }
}

/// Those who may decide deals, asked for none of the parties and decided nothing of it before, without who reviews it already.
fn judges(operators: Vec<OperatorRow>, case: &ConflictCase, deals: &[Registration]) -> Vec<(OperatorId, Text)> {
    let may = |one: &OperatorRow| {
        one.active
            && one.roles.allow(Permission::DealDecide)
            && case.state.reviewer() != Some(one.id)
            && may_judge(case, deals.iter(), one.id, &one.name).is_ok()
    };
    let mut judges: Vec<_> = operators.into_iter().filter(may).map(|one| (one.id, one.name)).collect();
    judges.sort_by(|a, b| a.1.cmp(&b.1));
    judges
}

async fn case_with_deals(session: &mut Session, id: ConflictId) -> Result<Option<(ConflictCase, Vec<Registration>)>, Failure> {
    let Some(case) = session.cases(&[id]).await?.pop() else { return Ok(None) };
    let parties: Vec<DealId> = case.parties.iter().map(|party| party.deal).collect();
    let deals = session.deals(&parties).await?;
    Ok(Some((case, deals)))
}

/// Whoever protects what a registration is about: what an approval would find.
async fn holder(session: &mut Session, rules: &Rules, deal: &Registration, now: Instant) -> Result<Option<Holder>, Failure> {
    let (program, policy) = (rules.program(), rules.program().matching.policy());
    let by_key = session.protected_by(&deal_keys(deal, &policy)).await?.into_iter().flatten().find(|holder| *holder != deal.id);
    if let Some(id) = by_key {
        return Ok(session.deals(&[id]).await?.first().map(Holder::of));
    }
    let own = Keys::of(std::iter::once(deal), &policy);
    let found = session.deals_by_key(&own.wanted(), since(program, now)).await?;
    let mut ids = own.alike(found).remove(&deal.id).unwrap_or_default();
    let others = session.deals(&ids).await?;
    ids.push(deal.id);
    let met = Met::of(session.cases_of(&ids).await?);
    Ok(alike::holder(deal, &others, &met, rules, now))
}
