//! What the rooms of all desks read alike: pages of queues, how many records each holds, and what an operator did last.

use super::{App, Failure, Rules};
use crate::{
    domain::{
        actor::Roles,
        aggregate::Aggregate,
        filter::{self, Filter},
        id::{AuditSeq, CommandId, OperatorId, PartnerId},
        page::{Count, From, Page, PageRequest},
        text::Text,
        time::Instant,
        told::{Names, PartnerName},
    },
    store::{Listing, PageRequestOf, Session, unit::Past},
};
use chrono_tz::Tz;
use std::collections::{BTreeSet, HashMap};

/// Counts are exact up to here; beyond, a person reads "many".
pub const COUNT_MAX: u32 = 99_999;
/// How many events of a record are shown.
pub const TIMELINE_MAX: u32 = 200;
/// How far back the last command of an operator is looked for.
const LOOK_BACK: u32 = 20_000;

/// Who looks, and from where: what a filter means depends on it. `I` is the number of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer<I> {
    pub me: OperatorId,
    /// The zone in which `today` is a day.
    pub zone: Tz,
    /// What `is:marked` means on this screen.
    pub marked: Vec<I>,
}

impl<I> Viewer<I> {
    pub fn context<R: filter::Room<Id = I>>(&self, now: Instant) -> filter::Context<'_, R> {
        filter::Context { now, zone: self.zone, me: self.me, marked: &self.marked, reach: None }
    }
}

/// The number of records in each queue of a desk, in the order of its tabs, and in the open queue with its filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    pub queues: Vec<Count>,
    pub filtered: Option<Count>,
}

/// What an operator did last to the records of a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastDone<I> {
    pub command: CommandId,
    pub at: Instant,
    /// The first event's stable name.
    pub event: String,
    /// Each record with its version right after.
    pub records: Vec<(I, i64)>,
}

/// How many records each of `queues` holds, and how many pass the filter in the open one.
pub(super) async fn counts<L: Listing>(
    session: &mut Session,
    context: &filter::Context<'_, L>,
    queues: &[L::Queue],
    (queue, filter): (L::Queue, Option<&Filter<L>>),
) -> Result<Counts, Failure> {
    let mut counts = Counts::default();
    for queue in queues {
        counts.queues.push(session.count(*queue, None, context, COUNT_MAX).await?);
    }
    if let Some(filter) = filter {
        counts.filtered = Some(session.count(queue, Some(filter), context, COUNT_MAX).await?);
    }
    Ok(counts)
}

/// The records of a queue that pass the filter, in its order; the first `limit` of them, and whether there are more.
pub(super) async fn matching<L: Listing>(
    session: &mut Session,
    context: &filter::Context<'_, L>,
    request: PageRequestOf<L>,
    limit: usize,
) -> Result<(Vec<L::Row>, bool), Failure> {
    let mut request = PageRequest { from: From::Start, limit: 500, ..request };
    let mut found = Vec::new();
    loop {
        let page = session.page(&request, context).await?;
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

impl App {
    /// A page of a queue.
    pub(super) async fn page<L: Listing>(
        &self,
        request: &PageRequestOf<L>,
        viewer: &Viewer<L::Id>,
    ) -> Result<Page<L::Id, L::Row>, Failure> {
        let mut session = self.db().snapshot().await?;
        Ok(session.page(request, &viewer.context(request.now)).await?)
    }

    /// How many records each of `queues` holds, and how many pass `filter` in `queue`.
    pub(super) async fn counts<L: Listing>(
        &self,
        viewer: &Viewer<L::Id>,
        queues: &[L::Queue],
        queue: L::Queue,
        filter: Option<&Filter<L>>,
        now: Instant,
    ) -> Result<Counts, Failure> {
        let mut session = self.db().snapshot().await?;
        counts(&mut session, &viewer.context(now), queues, (queue, filter)).await
    }

    /// The records of a queue that pass the filter, in its order; the first `limit` of them, and whether there are more.
    pub(super) async fn matching<L: Listing>(
        &self,
        request: PageRequestOf<L>,
        viewer: &Viewer<L::Id>,
        limit: usize,
    ) -> Result<(Vec<L::Row>, bool), Failure> {
        let mut session = self.db().snapshot().await?;
        let context = viewer.context(request.now);
        matching(&mut session, &context, request, limit).await
    }

    /// What `me` did last to records of one kind and has not taken back since; looked for in the latest [`LOOK_BACK`] events.
    /// What is `passed_over` is nothing that `me` did to a record.
    pub(super) async fn last_done<R: Aggregate>(
        &self,
        me: OperatorId,
        passed_over: fn(&R::Event) -> bool,
    ) -> Result<Option<LastDone<R::Id>>, Failure> {
        const PART: u32 = 500;
        let mut session = self.db().snapshot().await?;
        let (mut before, mut looked) = (AuditSeq(i64::MAX), 0);
        let mut finder = Finder::<R> { me, passed_over, taken_back: HashMap::new(), found: None };
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

    /// The operators with such roles, by name.
    pub(super) async fn colleagues(&self, fit: impl Fn(&Roles) -> bool) -> Result<Vec<(OperatorId, Text)>, Failure> {
        let operators = self.db().read().await?.operators().await?;
        // The engine and other programs may do much of what a person does, and nobody hands them anything.
        let can = operators.into_iter().filter(|one| one.active && one.roles.sit_at_a_desk() && fit(&one.roles));
        let mut out: Vec<_> = can.map(|one| (one.id, one.name)).collect();
        out.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(out)
    }
}

/// The names of these partners and of all operators.
pub(super) async fn names(session: &mut Session, rules: &Rules, partners: BTreeSet<PartnerId>) -> Result<Names, Failure> {
    let named = partners.into_iter().filter_map(|id| {
        let profile = &rules.directory().get(id)?.profile;
        Some((id, PartnerName { name: profile.name.clone(), tier: profile.tier.clone() }))
    });
    let partners = named.collect();
    let operators = session.operators().await?.into_iter().map(|one| (one.id, one.name)).collect();
    Ok(Names { partners, operators })
}

/// Walks back through the chain until one command of an operator is complete.
struct Finder<R: Aggregate> {
    me: OperatorId,
    passed_over: fn(&R::Event) -> bool,
    /// How many of the older commands on a record were taken back, and the one that is being passed over.
    taken_back: HashMap<R::Id, (u32, Option<CommandId>)>,
    found: Option<LastDone<R::Id>>,
}

impl<R: Aggregate> Finder<R> {
    /// Looks at the next older event; true when the command is complete.
    fn look(&mut self, past: &Past) -> bool {
        let record = &past.record;
        if self.found.as_ref().is_some_and(|found| found.command != record.command) {
            return true;
        }
        let (Some(id), Some(event)) = (R::number_of(record.entity), R::event(&record.event)) else { return false };
        let name = record.event.name();
        if let Some(found) = &mut self.found {
            // The newest event of each record came first and has the version after the command.
            if !found.records.iter().any(|(known, _)| *known == id) {
                found.records.push((id, record.version));
            }
            name.clone_into(&mut found.event);
            return false;
        }
        if record.actor != self.me || record.event.is_note() || (self.passed_over)(event) {
            return false;
        }
        if record.event.is_undo() {
            self.taken_back.entry(id).or_default().0 += 1;
            return false;
        }
        if let Some((left, passed_over)) = self.taken_back.get_mut(&id) {
            if *passed_over == Some(record.command) {
                return false;
            }
            if *left > 0 {
                (*left, *passed_over) = (*left - 1, Some(record.command));
                return false;
            }
        }
        self.found = Some(LastDone { command: record.command, at: record.at, event: name.to_owned(), records: vec![(id, record.version)] });
        false
    }
}
