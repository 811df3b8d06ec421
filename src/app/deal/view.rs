//! What the deal desk shows: pages of queues, counts, figures, one registration or one conflict with its whole story. Reads
//! only.

use super::case::{PRECEDENTS_MAX, alike};
use crate::{
    app::{App, Failure, Rules},
    domain::{
        account::Account,
        actor::Permission,
        calendar::CompiledCalendar,
        day::local_date,
        deal::{
            DealEvent, FieldProblem, Ineligible, Registration,
            completeness::completeness,
            conflict::{Claim, ConflictCase, Sale, deal_keys},
            dossier::{Dossier, dossier},
            fields::Deals,
            queue::{Count, DealRow, From, Kpis, Page, PageRequest, Queue},
        },
        event::{Entity, Event},
        filter::{self, Filter},
        id::{AccountId, AuditSeq, CommandId, ConflictId, DealId, OperatorId, PartnerId},
        time::Instant,
        told::{Names, PartnerName},
    },
    store::{Session, unit::Past},
};
use chrono::{Months, NaiveDate};
use chrono_tz::Tz;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// Counts are exact up to here; beyond, a person reads "many".
pub const COUNT_MAX: u32 = 99_999;
/// How many events of a registration or a conflict are shown.
pub const TIMELINE_MAX: u32 = 200;
/// How far back the last command of an operator is looked for.
const LOOK_BACK: u32 = 20_000;

/// Who looks, and from where: what a filter means depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DealViewer {
    pub me: OperatorId,
    /// The zone in which `today` is a day.
    pub zone: Tz,
    /// What `is:marked` means on this screen.
    pub marked: Vec<DealId>,
}

impl DealViewer {
    fn context(&self, now: Instant) -> filter::Context<'_, Deals> {
        filter::Context { now, zone: self.zone, me: self.me, marked: &self.marked }
    }
}

/// The number of registrations in each queue, in the order of [`Queue::ALL`], and in the open queue with its filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DealCounts {
    pub queues: [Count; Queue::ALL.len()],
    pub filtered: Option<Count>,
}

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
    /// Another registration that is protected for this customer and a product in common.
    pub holder: Option<DealId>,
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

/// What an operator did last to registrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DealLastDone {
    pub command: CommandId,
    pub at: Instant,
    /// The first event's stable name.
    pub event: String,
    /// Each registration with its version right after.
    pub deals: Vec<(DealId, i64)>,
}

impl App {
    /// A page of a queue.
    pub async fn deal_page(&self, request: &PageRequest, viewer: &DealViewer) -> Result<Page, Failure> {
        let mut session = self.db().snapshot().await?;
        Ok(session.deal_page(request, &viewer.context(request.now)).await?)
    }

    /// How many registrations each queue holds, and how many pass `filter` in `queue`.
    pub async fn deal_counts(
        &self,
        viewer: &DealViewer,
        queue: Queue,
        filter: Option<&Filter<Deals>>,
        now: Instant,
    ) -> Result<DealCounts, Failure> {
        let context = viewer.context(now);
        let mut session = self.db().snapshot().await?;
        let mut counts = DealCounts::default();
        for (place, queue) in counts.queues.iter_mut().zip(Queue::ALL) {
            *place = session.deal_count(queue, None, &context, COUNT_MAX).await?;
        }
        if let Some(filter) = filter {
            counts.filtered = Some(session.deal_count(queue, Some(filter), &context, COUNT_MAX).await?);
        }
        Ok(counts)
    }

    /// The figures of the header; a day begins in the program's zone.
    pub async fn deal_kpis(&self, now: Instant) -> Result<Kpis, Failure> {
        let rules = self.rules().await?;
        let today = local_date(now, rules.program().zone);
        Ok(self.db().read().await?.deal_kpis(today).await?)
    }

    /// The registrations of a queue that pass the filter, in its order; the first `limit`, and whether there are more.
    pub async fn deal_matching(&self, request: PageRequest, viewer: &DealViewer, limit: usize) -> Result<(Vec<DealRow>, bool), Failure> {
        let mut session = self.db().snapshot().await?;
        let context = viewer.context(request.now);
        let mut request = PageRequest { from: From::Start, limit: 500, ..request };
        let mut found = Vec::new();
        loop {
            let page = session.deal_page(&request, &context).await?;
            let last = page.rows.last().map(|(cursor, _)| cursor.clone());
            found.extend(page.rows.into_iter().map(|(_, row)| row));
            match last {
                Some(cursor) if page.more_after && found.len() < limit => request.from = From::After(cursor),
                _ => {
                    let more = page.more_after || found.len() > limit;
                    found.truncate(limit);
                    return Ok((found, more));
                }
            }
        }
    }

    /// One registration with its story; nothing when there is no such.
    pub async fn deal_detail(&self, id: DealId, now: Instant) -> Result<Option<DealDetail>, Failure> {
        let rules = self.rules().await?;
        let mut session = self.db().snapshot().await?;
        let Some(deal) = session.deals(&[id]).await?.pop() else { return Ok(None) };
        let timeline = session.audit_timeline(Entity::Deal(id), AuditSeq(i64::MAX), TIMELINE_MAX).await?;
        let case = match deal.dispute {
            Some(dispute) => session.cases(&[dispute.case]).await?.pop(),
            None => None,
        };
        let program = rules.program();
        let keys = deal_keys(&deal, &program.matching.policy());
        let holder = session.protected_by(&keys).await?.into_iter().flatten().find(|holder| *holder != id);
        let account = match deal.account {
            Some(link) => session.accounts_by_id(&[link.account]).await?.pop(),
            None => None,
        };
        let details = &deal.details;
        let partner = rules.directory().get(deal.partner);
        let objections = partner.map(|partner| program.deals.objections(&partner.profile, details.scope.iter(), details.value, now));
        let rivals = case.iter().flat_map(|case| case.parties.iter().map(|party| party.partner));
        let names = names(&mut session, &rules, rivals.chain([deal.partner])).await?;
        let calendar = deal.clock.as_ref().map(|clock| Arc::clone(rules.programs().calendar(clock)));
        let missing = completeness(details, program, now);
        Ok(Some(DealDetail { timeline, case, calendar, missing, objections: objections.unwrap_or_default(), holder, account, names, deal }))
    }

    /// One conflict with its story; nothing when there is no such.
    pub async fn case_detail(&self, id: ConflictId) -> Result<Option<CaseDetail>, Failure> {
        let rules = self.rules().await?;
        let mut session = self.db().snapshot().await?;
        let Some((case, deals)) = case_with_deals(&mut session, id).await? else { return Ok(None) };
        let timeline = session.audit_timeline(Entity::Conflict(id), AuditSeq(i64::MAX), TIMELINE_MAX).await?;
        let names = names(&mut session, &rules, case.parties.iter().map(|party| party.partner)).await?;
        let calendar = case.clock.as_ref().map(|clock| Arc::clone(rules.programs().calendar(clock)));
        Ok(Some(CaseDetail { case, timeline, deals, calendar, names }))
    }

    /// The parties of a conflict side by side, with what our own data says about them and what was decided in cases like
    /// it; nothing when there is no such conflict.
    pub async fn deal_dossier(&self, id: ConflictId, now: Instant) -> Result<Option<CaseDossier>, Failure> {
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
        let codes = alike(id, &claims, program, now);
        let past: Vec<_> = session.precedents(&codes, PRECEDENTS_MAX).await?.into_iter().filter(|one| one.case != id).collect();
        let dossier = dossier(Some(id), &claims, program, now, &past);
        let names = names(&mut session, &rules, case.parties.iter().map(|party| party.partner)).await?;
        Ok(Some(CaseDossier { case, dossier, deals, names }))
    }

    /// What `me` did last to registrations and has not taken back since; looked for in the latest [`LOOK_BACK`] events.
    pub async fn deal_last_done(&self, me: OperatorId) -> Result<Option<DealLastDone>, Failure> {
        const PART: u32 = 500;
        let mut session = self.db().snapshot().await?;
        let (mut before, mut looked) = (AuditSeq(i64::MAX), 0);
        let mut finder = Finder { me, taken_back: HashMap::new(), found: None };
        while looked < LOOK_BACK {
            let part = session.audit_before(before, PART).await?;
            let Some(last) = part.last() else { break };
            (before, looked) = (last.seq, looked + PART);
            if part.iter().any(|past| finder.look(past)) {
                break;
            }
        }
        Ok(finder.found)
    }

    /// The names of the partners and operators of registrations and cases.
    pub async fn deal_names(&self, partners: impl Iterator<Item = PartnerId> + Send) -> Result<Names, Failure> {
        let rules = self.rules().await?;
        let mut session = self.db().read().await?;
        names(&mut session, &rules, partners).await
    }

    /// The operators who can review a registration or a conflict, by name.
    pub async fn deal_colleagues(&self) -> Result<Vec<(OperatorId, crate::domain::text::Text)>, Failure> {
        let operators = self.db().read().await?.operators().await?;
        let can = operators.into_iter().filter(|one| one.active && one.roles.allow(Permission::DealWork));
        let mut out: Vec<_> = can.map(|one| (one.id, one.name)).collect();
        out.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(out)
    }
}

async fn case_with_deals(session: &mut Session, id: ConflictId) -> Result<Option<(ConflictCase, Vec<Registration>)>, Failure> {
    let Some(case) = session.cases(&[id]).await?.pop() else { return Ok(None) };
    let parties: Vec<DealId> = case.parties.iter().map(|party| party.deal).collect();
    let deals = session.deals(&parties).await?;
    Ok(Some((case, deals)))
}

async fn names(session: &mut Session, rules: &Rules, partners: impl Iterator<Item = PartnerId>) -> Result<Names, Failure> {
    let partners: BTreeSet<PartnerId> = partners.collect();
    let named = partners.into_iter().filter_map(|id| {
        let profile = &rules.directory().get(id)?.profile;
        Some((id, PartnerName { name: profile.name.clone(), tier: profile.tier.clone() }))
    });
    let partners: BTreeMap<PartnerId, PartnerName> = named.collect();
    let operators = session.operators().await?.into_iter().map(|one| (one.id, one.name)).collect();
    Ok(Names { partners, operators })
}

/// Walks back through the chain until one command of an operator is complete.
struct Finder {
    me: OperatorId,
    /// How many of the older commands on a registration were taken back, and the one that is being passed over.
    taken_back: HashMap<DealId, (u32, Option<CommandId>)>,
    found: Option<DealLastDone>,
}

impl Finder {
    /// Looks at the next older event; true when the command is complete.
    fn look(&mut self, past: &Past) -> bool {
        let record = &past.record;
        if let Some(found) = &mut self.found
            && found.command != record.command
        {
            return true;
        }
        let (Entity::Deal(deal), Event::Deal(event)) = (record.entity, &record.event) else { return false };
        if let Some(found) = &mut self.found {
            // The newest event of each registration came first and has the version after the command.
            if !found.deals.iter().any(|(known, _)| *known == deal) {
                found.deals.push((deal, record.version));
            }
            event.name().clone_into(&mut found.event);
            return false;
        }
        if record.actor != self.me || matches!(event, DealEvent::Noted { .. }) {
            return false;
        }
        if matches!(event, DealEvent::Undone { .. }) {
            self.taken_back.entry(deal).or_default().0 += 1;
            return false;
        }
        if let Some((left, passed_over)) = self.taken_back.get_mut(&deal) {
            if *passed_over == Some(record.command) {
                return false;
            }
            if *left > 0 {
                (*left, *passed_over) = (*left - 1, Some(record.command));
                return false;
            }
        }
        let event = event.name().to_owned();
        self.found = Some(DealLastDone { command: record.command, at: record.at, event, deals: vec![(deal, record.version)] });
        false
    }
}
