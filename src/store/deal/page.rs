//! Pages of the queues of the deal desk.

use crate::{
    domain::{
        deal::{
            Registration,
            conflict::ConflictCase,
            fields::{Deals, Field},
            queue::{CaseStanding, DUE_SOON, DealRow, EXPIRING, Queue, Sort},
        },
        filter::{Context, Filter},
        id::{ConflictId, DealId},
    },
    store::{
        Session, Sql,
        error::Result,
        page::{Listing, Order, name_in},
    },
};
use std::collections::{BTreeSet, HashMap};

const DUE: &str = "deal.due_key";
/// What is protected, and what is in an open conflict, in the words of their indexes (migrations 6 and 21).
const PROTECTED: &str = "(case deal.state when 'approved' then 1 end) = 1";
const DISPUTED: &str = "(case deal.phase when 'open' then 1 end) = 1";
/// [`decision_due`] in the words of its index (migration 26).
///
/// [`decision_due`]: crate::domain::deal::queue::decision_due
const DECISION_DUE: &str = "(case when deal.phase in ('open', 'appealed') and (deal.to_decide = 0 or deal.case_due < deal.due_key) \
    then deal.case_due when deal.to_decide = 1 then deal.due_key end)";

impl Listing for Deals {
    type Queue = Queue;
    type Sort = Sort;
    type Row = DealRow;
    const EVERYTHING: Queue = Queue::All;

    fn order(sort: Sort) -> Order {
        let (column, is_words, falls) = match sort {
            Sort::Due => (DUE, false, false),
            Sort::Value => ("deal.value_key", false, true),
            Sort::Submitted => ("deal.received_at", false, true),
            Sort::Company => ("deal.company_words", true, false),
        };
        Order { column, is_words, falls }
    }

    /// In the order of due instants every queue is a part of an index; those that may be great have one of their own in
    /// every order.
    fn is_indexed(queue: Queue, sort: Sort) -> bool {
        sort == Sort::Due || matches!(queue, Queue::ToDecide | Queue::Conflicts | Queue::Protected)
    }

    /// [`Queue::holds`] as SQL.
    fn queue(sql: &mut Sql, queue: Queue, context: &Context<'_, Deals>) {
        let now = context.now;
        match queue {
            Queue::ToDecide => sql.push("deal.to_decide = 1"),
            Queue::DueSoon => {
                sql.push(DECISION_DUE).push(" is not null and ");
                sql.push(DECISION_DUE).push(" <= ").push_bind(now.plus(DUE_SOON))
            }
            Queue::ActionRequired => sql.push("deal.state = 'action_required'"),
            Queue::Conflicts => sql.push(DISPUTED),
            Queue::Appeals => sql.push("deal.phase <> '' and deal.phase = 'appealed'"),
            Queue::Expiring => sql.push(PROTECTED).push(" and deal.due_key <= ").push_bind(now.plus(EXPIRING)),
            Queue::Protected => sql.push(PROTECTED),
            Queue::All => sql.push("1 = 1"),
        };
    }

    /// In the queues of conflicts what comes first is the conflict's own clock, in that of what is due soon whichever is first.
    fn sorted_by(sql: &mut Sql, (queue, order): (Queue, Order), _: &Context<'_, Deals>) {
        sql.push(match queue {
            _ if order.column != DUE => order.column,
            Queue::DueSoon => DECISION_DUE,
            queue if queue.is_of_cases() => "deal.case_due",
            _ => order.column,
        });
    }

    fn is_range(filter: &Filter<Deals>) -> bool {
        matches!(filter, Filter::Number { field: Field::Value | Field::Id, .. } | Filter::Text { field: Field::Case, .. })
    }

    async fn rows(session: &mut Session, ids: &[DealId]) -> Result<Vec<(DealId, DealRow)>> {
        let deals = session.deals(ids).await?;
        let partners = session.partner_names(deals.iter().map(|deal| deal.partner).collect()).await?;
        let cases = session.disputes_of(&deals).await?;
        let reviewers =
            deals.iter().filter_map(|deal| deal.state.reviewer()).chain(cases.values().filter_map(|case| case.state.reviewer()));
        let reviewers = session.operator_names(reviewers.collect()).await?;
        let row = |deal: &Registration| {
            let case = deal.dispute.and_then(|dispute| cases.get(&dispute.case));
            let case = case.and_then(|case| CaseStanding::of(case, name_in(&reviewers)));
            (deal.id, DealRow::of(deal, name_in(&partners), name_in(&reviewers)).in_case(case))
        };
        Ok(deals.iter().map(row).collect())
    }
}

impl Session {
    /// The conflicts that these registrations are in and that are not closed.
    async fn disputes_of(&mut self, deals: &[Registration]) -> Result<HashMap<ConflictId, ConflictCase>> {
        let ids: BTreeSet<ConflictId> = deals.iter().filter_map(|deal| deal.dispute).map(|dispute| dispute.case).collect();
        let ids: Vec<ConflictId> = ids.into_iter().collect();
        Ok(self.cases(&ids).await?.into_iter().map(|case| (case.id, case)).collect())
    }
}
