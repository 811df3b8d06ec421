//! Pages of the queues of the deal desk.

use super::filter::{Table, words_needed};
use crate::{
    domain::{
        deal::{
            fields::{Deals, Field},
            queue::{Count, Cursor, DUE_SOON, DealRow, EXPIRING, Page, PageRequest, Queue, Sort},
        },
        filter::{Context, Filter},
        id::{DealId, OperatorId, PartnerId},
    },
    store::{
        Session, Sql,
        error::Result,
        filter::Needed,
        page::{Asked, Effort, Listing, Order, Place},
    },
};
use std::collections::BTreeSet;

impl Listing for Table {
    type Queue = Queue;
    type Sort = Sort;
    const COUNT_ALL: &'static str = COUNT_ALL;
    const TEXT: (&'static str, &'static str) = (
        "select rowid as id from deal_text where deal_text match $1",
        "select * from deal where array_to_tsvector(array_remove(string_to_array(search, ' '), '')) @@ cast($1 as tsquery)",
    );
    const EVERYTHING: Queue = Queue::All;

    fn order(sort: Sort) -> Order {
        let (column, is_words, falls) = match sort {
            Sort::Due => ("deal.due_key", false, false),
            Sort::Value => ("deal.value_key", false, true),
            Sort::Submitted => ("deal.received_at", false, true),
            Sort::Company => ("deal.company_words", true, false),
        };
        Order { column, is_words, falls }
    }

    /// In the order of due instants every queue is a part of an index; the two great ones have one of their own in every
    /// order.
    fn is_indexed(queue: Queue, sort: Sort) -> bool {
        sort == Sort::Due || matches!(queue, Queue::ToDecide | Queue::Protected)
    }

    /// [`Queue::holds`] as SQL.
    fn queue(sql: &mut Sql, queue: Queue, context: &Context<'_, Deals>) {
        let now = context.now;
        match queue {
            Queue::ToDecide => sql.push("deal.to_decide = 1"),
            Queue::DueSoon => sql.push("deal.to_decide = 1 and deal.due_key <= ").push_bind(now.plus(DUE_SOON)),
            Queue::ActionRequired => sql.push("deal.state = 'action_required'"),
            Queue::Conflicts => sql.push("deal.phase <> '' and deal.phase = 'open'"),
            Queue::Appeals => sql.push("deal.phase <> '' and deal.phase = 'appealed'"),
            Queue::Expiring => sql.push("deal.state = 'approved' and deal.due_key <= ").push_bind(now.plus(EXPIRING)),
            Queue::Protected => sql.push("deal.state = 'approved'"),
            Queue::All => sql.push("1 = 1"),
        };
    }

    fn words_needed(filter: &Filter<Deals>) -> Vec<Needed<'_>> {
        words_needed(filter)
    }

    fn is_range(filter: &Filter<Deals>) -> bool {
        matches!(filter, Filter::Number { field: Field::Value, .. })
    }

    fn number(id: DealId) -> i64 {
        id.0
    }
}

impl Session {
    /// A page of a queue. `context` tells who asks, when and where; its `me` and `now` are those of the request.
    pub async fn deal_page(&mut self, request: &PageRequest, context: &Context<'_, Deals>) -> Result<Page> {
        self.deal_page_within(request, context, Effort::default()).await
    }

    /// The same with another effort, which changes how fast the page comes and nothing else.
    pub async fn deal_page_within(&mut self, request: &PageRequest, context: &Context<'_, Deals>, effort: Effort) -> Result<Page> {
        let PageRequest { queue, sort, limit, .. } = *request;
        let asked = Asked::<Table> { queue, filter: request.filter.as_ref(), sort, from: &request.from, limit, context, effort };
        let found = self.page_found(&asked).await?;
        let rows = self.deal_rows(found.places, sort).await?;
        Ok(Page { rows, more_before: found.more_before, more_after: found.more_after })
    }

    /// How many registrations stand in a queue: exact up to `limit`, else at least that.
    pub async fn deal_count(
        &mut self,
        queue: Queue,
        filter: Option<&Filter<Deals>>,
        context: &Context<'_, Deals>,
        limit: u32,
    ) -> Result<Count> {
        self.queue_count::<Table>(queue, filter, context, limit).await
    }

    /// The lines to show, with the names of partners and reviewers.
    async fn deal_rows(&mut self, places: Vec<Place>, sort: Sort) -> Result<Vec<(Cursor, DealRow)>> {
        let ids: Vec<DealId> = places.iter().map(|(id, ..)| DealId(*id)).collect();
        let deals = self.deals(&ids).await?;
        let partners: BTreeSet<i64> = deals.iter().map(|deal| deal.partner.0).collect();
        let reviewers: BTreeSet<i64> = deals.iter().filter_map(|deal| deal.state.reviewer()).map(|id| id.0).collect();
        let partners = self.names("select id, name from partner where id in ", &partners).await?;
        let reviewers = self.names("select id, name from operator where id in ", &reviewers).await?;
        let mut keys = Table::order(sort).keys(places);
        let rows = deals.iter().filter_map(|deal| {
            let cursor = Cursor { key: keys.remove(&deal.id.0)?, id: deal.id };
            let partner = |id: PartnerId| partners.get(&id.0).cloned().unwrap_or_default();
            let reviewer = |id: OperatorId| reviewers.get(&id.0).cloned().unwrap_or_default();
            Some((cursor, DealRow::of(deal, partner, reviewer)))
        });
        Ok(rows.collect())
    }
}

const COUNT_ALL: &str = "select coalesce(max(id), 0) from deal";
pub const STATEMENTS: &[&str] = &[COUNT_ALL];
