//! Pages of the queues of the MDF desk.

use crate::{
    domain::{
        filter::{Context, Filter, Op},
        id::{ClaimId, FundId, OperatorId, PartnerId, RequestId},
        mdf::{
            claim::Claim,
            fields::{Field, Funding},
            fund::Fund,
            item::ItemId,
            queue::{DUE_SOON, EXPIRING, ItemRow, Named, Queue, Sort},
            request::Request,
        },
    },
    store::{
        Session, Sql,
        error::Result,
        page::{Listing, Order, name_in},
    },
};
use std::collections::{BTreeSet, HashMap};

impl Listing for Funding {
    type Queue = Queue;
    type Sort = Sort;
    type Row = ItemRow;
    const EVERYTHING: Queue = Queue::All;
    /// Requests and claims are each numbered without gaps; funds stand in a queue of their own.
    const TOTAL: Option<&'static str> =
        Some("select coalesce((select max(id) from request), 0) + coalesce((select max(id) from claim), 0)");

    fn order(sort: Sort) -> Order {
        let (column, is_words, falls) = match sort {
            Sort::Due => ("mdf_item.due_key", false, false),
            Sort::Amount => ("mdf_item.amount_key", false, true),
            Sort::Submitted => ("mdf_item.received_at", false, true),
            Sort::Title => ("mdf_item.title_words", true, false),
        };
        Order { column, is_words, falls }
    }

    fn is_indexed(queue: Queue, sort: Sort) -> bool {
        sort == Sort::Due || matches!(queue, Queue::Mine | Queue::All)
    }

    /// [`Queue::holds`] as SQL. What somebody may do is asked of their row, so that a role that was taken away counts at once.
    fn queue(sql: &mut Sql, queue: Queue, context: &Context<'_, Funding>) {
        let (me, now) = (context.me, context.now);
        match queue {
            Queue::Mine => {
                sql.push("mdf_item.is_open = 1 and ((mdf_item.assignee is not null and mdf_item.assignee = ").push_bind(me);
                sql.push(") or (mdf_item.barred not like ").push_bind(format!("% {} %", me.0));
                sql.push(" and ((mdf_item.waits in ('first', 'second') and ");
                holds_role(sql, me, &["channel_manager", "approver", "admin"]);
                sql.push(") or (mdf_item.waits = 'finance' and ");
                holds_role(sql, me, &["finance"]);
                sql.push("))))")
            }
            Queue::Second => sql.push("mdf_item.waits <> '' and mdf_item.waits = 'second'"),
            Queue::Finance => sql.push("mdf_item.waits <> '' and mdf_item.waits in ('finance', 'pay')"),
            Queue::InfoRequested => sql.push("mdf_item.state = 'info_requested'"),
            Queue::Suspect => sql.push("mdf_item.state = 'suspect'"),
            Queue::DueSoon => sql.push("mdf_item.is_timed = 1 and mdf_item.due_key <= ").push_bind(now.plus(DUE_SOON)),
            Queue::ExpiringFunds => sql.push("mdf_item.has_money = 1 and mdf_item.due_key <= ").push_bind(now.plus(EXPIRING)),
            Queue::Funds => sql.push("mdf_item.kind = 'fund'"),
            Queue::All => sql.push("mdf_item.kind <> 'fund'"),
        };
    }

    fn is_range(filter: &Filter<Funding>) -> bool {
        matches!(filter, Filter::Number { field: Field::Amount, .. } | Filter::Number { field: Field::Id, op: Op::Eq, .. })
    }

    async fn rows(session: &mut Session, ids: &[ItemId]) -> Result<Vec<(ItemId, ItemRow)>> {
        let Seen { funds, requests, claims, names } = session.seen(ids).await?;
        let row = |id: &ItemId| {
            let row = match id {
                ItemId::Fund(id) => ItemRow::of_fund(funds.get(id)?, &names),
                ItemId::Request(id) => {
                    let request = requests.get(id)?;
                    ItemRow::of_request(request, funds.get(&request.fund)?, &names)
                }
                ItemId::Claim(id) => {
                    let claim = claims.get(id)?;
                    ItemRow::of_claim(claim, requests.get(&claim.request)?, funds.get(&claim.fund)?, &names)
                }
            };
            Some((*id, row))
        };
        Ok(ids.iter().filter_map(row).collect())
    }
}

/// Appends that the operator holds one of these roles now.
fn holds_role(sql: &mut Sql, who: OperatorId, roles: &[&str]) {
    sql.push("exists (select 1 from operator where operator.id = ").push_bind(who).push(" and operator.is_active = 1 and (");
    for (place, role) in roles.iter().enumerate() {
        sql.push(if place > 0 { " or " } else { "" }).push("operator.roles like ").push_bind(format!("%\"{role}\"%"));
    }
    sql.push("))");
}

/// Records of a page, with the records that they belong to.
struct Seen {
    funds: HashMap<FundId, Fund>,
    requests: HashMap<RequestId, Request>,
    claims: HashMap<ClaimId, Claim>,
    names: Named,
}

impl Session {
    async fn seen(&mut self, ids: &[ItemId]) -> Result<Seen> {
        let claims: Vec<ClaimId> = ids.iter().filter_map(|id| if let ItemId::Claim(id) = id { Some(*id) } else { None }).collect();
        let claims: HashMap<_, _> = self.claims(&claims).await?.into_iter().map(|claim| (claim.id, claim)).collect();
        let requests = ids.iter().filter_map(|id| if let ItemId::Request(id) = id { Some(*id) } else { None });
        let requests: BTreeSet<RequestId> = requests.chain(claims.values().map(|claim| claim.request)).collect();
        let requests = self.requests(&requests.into_iter().collect::<Vec<_>>()).await?;
        let requests: HashMap<_, _> = requests.into_iter().map(|request| (request.id, request)).collect();
        let funds = ids.iter().filter_map(|id| if let ItemId::Fund(id) = id { Some(*id) } else { None });
        let funds: BTreeSet<FundId> = funds.chain(requests.values().map(|request| request.fund)).collect();
        let funds: HashMap<_, _> =
            self.funds(&funds.into_iter().collect::<Vec<_>>()).await?.into_iter().map(|fund| (fund.id, fund)).collect();
        let partners: BTreeSet<PartnerId> =
            requests.values().map(|request| request.partner).chain(funds.values().filter_map(|fund| fund.terms.holder.partner())).collect();
        let desks = requests.values().map(|request| &request.desk).chain(claims.values().map(|claim| &claim.desk));
        let operators: BTreeSet<OperatorId> = desks.filter_map(|desk| desk.assignee).collect();
        let (partners, operators) = (self.partner_names(partners).await?, self.operator_names(operators).await?);
        let (partner, operator) = (name_in(&partners), name_in(&operators));
        let names = Named {
            partners: partners.keys().map(|id| (*id, partner(*id))).collect(),
            operators: operators.keys().map(|id| (*id, operator(*id))).collect(),
        };
        Ok(Seen { funds, requests, claims, names })
    }
}
