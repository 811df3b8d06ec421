//! Pages of the queues of the lead room.

use super::filter::{self, words_needed};
use crate::{
    domain::{
        filter::{Context, Field, Filter, Leads},
        id::LeadId,
        lead::queue::{Count, Cursor, DUE_SOON, LeadRow, Page, PageRequest, Queue, Sort},
    },
    store::{
        Session, Sql,
        error::Result,
        filter::Needed,
        page::{Asked, Effort, Listing, Order, Place},
    },
};
use std::collections::BTreeSet;

impl Listing for filter::Table {
    type Queue = Queue;
    type Sort = Sort;
    const COUNT_ALL: &'static str = COUNT_ALL;
    const TEXT: (&'static str, &'static str) = (
        "select rowid as id from lead_text where lead_text match $1",
        "select * from lead where array_to_tsvector(array_remove(string_to_array(search, ' '), '')) @@ cast($1 as tsquery)",
    );
    const EVERYTHING: Queue = Queue::All;

    fn order(sort: Sort) -> Order {
        let (column, is_words, falls) = match sort {
            Sort::Due => ("lead.due_key", false, false),
            Sort::Score => ("lead.score", false, true),
            Sort::Received => ("lead.received_at", false, true),
            Sort::Company => ("lead.company_words", true, false),
        };
        Order { column, is_words, falls }
    }

    /// In the order of due instants every queue is a part of an index.
    fn is_indexed(_: Queue, sort: Sort) -> bool {
        sort == Sort::Due
    }

    /// [`Queue::holds`] as SQL.
    fn queue(sql: &mut Sql, queue: Queue, context: &Context<'_>) {
        let Context { me, now, .. } = *context;
        match queue {
            Queue::Mine => sql.push("lead.desk = ").push_bind(me).push(" and lead.is_open = 1"),
            Queue::Unassigned => sql.push("lead.state = 'unassigned'"),
            Queue::DueSoon => sql.push("lead.due_key >= ").push_bind(now).push(" and lead.due_key <= ").push_bind(now.plus(DUE_SOON)),
            Queue::Breached => sql.push("lead.due_key < ").push_bind(now).push(" and lead.is_open = 1"),
            Queue::Review => sql.push("lead.state = 'review'"),
            Queue::Quarantine => sql.push("lead.state = 'quarantined'"),
            Queue::All => sql.push("1 = 1"),
        };
    }

    fn words_needed(filter: &Filter) -> Vec<Needed<'_>> {
        words_needed(filter)
    }

    fn is_range(filter: &Filter<Leads>) -> bool {
        matches!(filter, Filter::Number { field: Field::Score, .. } | Filter::Time { field: Field::Received, .. })
    }

    fn number(id: LeadId) -> i64 {
        id.0
    }
}

impl Session {
    /// A page of a queue. `context` tells who asks, when and where; its `me` and `now` are those of the request.
    pub async fn lead_page(&mut self, request: &PageRequest, context: &Context<'_>) -> Result<Page> {
        self.lead_page_within(request, context, Effort::default()).await
    }

    /// The same with another effort, which changes how fast the page comes and nothing else.
    pub async fn lead_page_within(&mut self, request: &PageRequest, context: &Context<'_>, effort: Effort) -> Result<Page> {
        let PageRequest { queue, sort, limit, .. } = *request;
        let asked = Asked::<filter::Table> { queue, filter: request.filter.as_ref(), sort, from: &request.from, limit, context, effort };
        let found = self.page_found(&asked).await?;
        let rows = self.lead_rows(found.places, sort).await?;
        Ok(Page { rows, more_before: found.more_before, more_after: found.more_after })
    }

    /// How many leads stand in a queue: exact up to `limit`, else at least that.
    pub async fn lead_count(&mut self, queue: Queue, filter: Option<&Filter>, context: &Context<'_>, limit: u32) -> Result<Count> {
        self.queue_count::<filter::Table>(queue, filter, context, limit).await
    }

    /// The lines to show, with the names of whoever holds each lead.
    async fn lead_rows(&mut self, places: Vec<Place>, sort: Sort) -> Result<Vec<(Cursor, LeadRow)>> {
        let ids: Vec<LeadId> = places.iter().map(|(id, ..)| LeadId(*id)).collect();
        let leads = self.leads(&ids).await?;
        let partners: BTreeSet<i64> = leads.iter().filter_map(|lead| lead.state.partner()).map(|id| id.0).collect();
        let desks: BTreeSet<i64> = leads.iter().filter_map(|lead| lead.desk).map(|id| id.0).collect();
        let partners = self.names("select id, name from partner where id in ", &partners).await?;
        let desks = self.names("select id, name from operator where id in ", &desks).await?;
        let mut keys = filter::Table::order(sort).keys(places);
        let rows = leads.iter().filter_map(|lead| {
            let cursor = Cursor { key: keys.remove(&lead.id.0)?, id: lead.id };
            let partner = |id: crate::domain::id::PartnerId| partners.get(&id.0).cloned().unwrap_or_default();
            let desk = |id: crate::domain::id::OperatorId| desks.get(&id.0).cloned().unwrap_or_default();
            Some((cursor, LeadRow::of(lead, partner, desk)))
        });
        Ok(rows.collect())
    }
}

const COUNT_ALL: &str = "select coalesce(max(id), 0) from lead";
pub const STATEMENTS: &[&str] = &[COUNT_ALL];
