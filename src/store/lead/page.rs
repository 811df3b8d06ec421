//! Pages of the queues of the lead room.

use crate::{
    domain::{
        filter::{Context, Field, Filter, Leads},
        id::LeadId,
        lead::{
            Lead, LeadState,
            queue::{Cause, DUE_SOON, LeadRow, Queue, Sort},
        },
        text::Text,
    },
    store::{
        Session, Sql,
        error::Result,
        page::{Listing, Order, name_in},
    },
};
use std::collections::HashMap;

impl Listing for Leads {
    type Queue = Queue;
    type Sort = Sort;
    type Row = LeadRow;
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

    fn is_range(filter: &Filter<Leads>) -> bool {
        matches!(filter, Filter::Number { field: Field::Score | Field::Id, .. } | Filter::Time { field: Field::Received, .. })
    }

    async fn rows(session: &mut Session, ids: &[LeadId]) -> Result<Vec<(LeadId, LeadRow)>> {
        let leads = session.leads(ids).await?;
        let partners = session.partner_names(leads.iter().filter_map(|lead| lead.state.partner()).collect()).await?;
        let desks = session.operator_names(leads.iter().filter_map(|lead| lead.desk).collect()).await?;
        let deals = session
            .deals_of_leads(leads.iter().filter(|lead| matches!(lead.state, LeadState::Qualified { .. })).map(|lead| lead.id))
            .await?;
        let row = |lead: &Lead| {
            let row = LeadRow::of(lead, name_in(&partners), name_in(&desks));
            (lead.id, LeadRow { deal: deals.get(&lead.id).copied(), ..row })
        };
        let mut rows: Vec<(LeadId, LeadRow)> = leads.iter().map(row).collect();
        name_resembled(session, &mut rows).await?;
        Ok(rows)
    }
}

/// Names the leads that those in review resemble most: one question for all of them, and none where nothing is in review.
async fn name_resembled(session: &mut Session, rows: &mut [(LeadId, LeadRow)]) -> Result<()> {
    let mut resembled: Vec<(LeadId, &mut Text)> = Vec::new();
    for (_, row) in rows {
        if let Some(Cause::Resembles { lead, called, .. }) = row.waiting.as_mut().map(|waiting| &mut waiting.cause) {
            resembled.push((*lead, called));
        }
    }
    if resembled.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<LeadId> = resembled.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let leads = session.leads(&ids).await?;
    let names: HashMap<LeadId, &Text> = leads.iter().map(|lead| (lead.id, lead.called())).collect();
    for (id, called) in resembled {
        if let Some(name) = names.get(&id) {
            called.clone_from(name);
        }
    }
    Ok(())
}
