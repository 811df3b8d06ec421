//! Pages of the queues of the MDF desk.

use crate::{
    domain::{
        filter::{Context, Filter, Op},
        id::{ClaimId, FundId, OperatorId, PartnerId, RequestId},
        mdf::{
            approval::{Reach, reach::Within},
            claim::Claim,
            fields::{Field, Funding},
            fund::Fund,
            item::ItemId,
            queue::{DUE_SOON, EXPIRING, ItemRow, Named, Queue, Sort},
            request::Request,
        },
        search::slug,
    },
    store::{
        Session, Sql,
        columns::value_key,
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

    /// [`Queue::holds`] as SQL.
    fn queue(sql: &mut Sql, queue: Queue, context: &Context<'_, Funding>) {
        let now = context.now;
        match queue {
            Queue::Mine => {
                sql.push("mdf_item.is_open = 1 and (");
                waits_for(sql, context.me, context.reach.unwrap_or(&Reach::default()));
                sql.push(")")
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

/// Appends that something of it is for `me` to decide. Without a reach nothing is. What costs least is asked first: a queue of
/// all that waits for somebody else is looked through to its end.
fn waits_for(sql: &mut Sql, me: OperatorId, reach: &Reach) {
    sql.push("1 = 0");
    for hand in &reach.hands {
        let people = [me, hand.who];
        let people = if hand.who == me { &people[..1] } else { &people[..] };
        sql.push(" or (mdf_item.waits in ('first', 'second')");
        for who in people {
            is_not_barred(sql, *who);
        }
        sql.push(" and (1 = 0");
        for within in &hand.limits {
            is_within(sql, within);
        }
        sql.push(")");
        for who in people {
            did_not_ask_before(sql, *who);
        }
        sql.push(")");
    }
    if reach.is_finance {
        sql.push(" or (mdf_item.waits = 'finance'");
        is_not_barred(sql, me);
        did_not_ask_before(sql, me);
        sql.push(")");
    }
    if reach.pays {
        // Those who asked or approved don't pay, be the approval void by now; what is with the bank anybody answers who pays.
        sql.push(
            " or (mdf_item.waits = 'pay' and not exists (select 1 from mdf_part as own where own.item = mdf_item.id and own.operator = ",
        );
        sql.push_bind(me).push(" and own.part in ('asked', 'approved'))");
        did_not_ask_before(sql, me);
        sql.push(") or mdf_item.id in (select 3 * claim + 2 from payment where state in ('ordered', 'exported'))");
    }
}

/// Appends that no part and no approval of theirs keeps somebody from the approval that is due.
fn is_not_barred(sql: &mut Sql, who: OperatorId) {
    sql.push(" and mdf_item.barred not like ").push_bind(format!("% {} %", who.0));
}

/// Appends that they did not ask for the activity of a claim.
fn did_not_ask_before(sql: &mut Sql, who: OperatorId) {
    sql.push(
        " and (mdf_item.kind <> 'claim' or not exists (select 1 from claim join mdf_part as before on before.item = 3 * claim.request + 1 \
         where claim.id = (mdf_item.id - 2) / 3 and before.part = 'asked' and before.operator = ",
    );
    sql.push_bind(who).push("))");
}

/// Appends that what would be signed is within a limit: all that is asked for, or what the first approval was for.
fn is_within(sql: &mut Sql, within: &Within) {
    sql.push(" or ((mdf_item.waits = 'first' and mdf_item.amount_key <= case mdf_item.currency");
    for most in &within.asked {
        sql.push(" when ").push_bind(slug(most.currency.code())).push(" then ").push_bind(value_key(Some(*most)));
    }
    sql.push(
        " else -1 end or mdf_item.waits = 'second' and (select given.minor from mdf_signature as given where given.item = mdf_item.id \
         and given.void_at is null order by given.version desc limit 1) <= ",
    );
    sql.push_bind(within.limit.minor).push(") and mdf_item.fund in (select id from fund where fund.currency = ");
    sql.push_bind(within.limit.currency.code()).push("))");
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
