//! Pages of the queues of the MDF desk.

use crate::{
    domain::{
        filter::{Context, Filter, Op},
        id::{ClaimId, FundId, OperatorId, PartnerId, RequestId},
        mdf::{
            claim::Claim,
            fields::{Field, Funding},
            fund::Fund,
            inbox::{Awaited, Held},
            item::ItemId,
            queue::{DUE_SOON, EXPIRING, ItemRow, Named, Queue, Sort},
            request::Request,
        },
    },
    store::{
        Session, Sql,
        error::{Error, Result},
        page::{Listing, Order, Stream, name_in},
    },
};
use std::collections::{BTreeSet, HashMap};

/// All that is awaited of anything, each once: from one to the next along the index.
pub const AWAITED: &str = "with recursive told (awaits) as (\
    select (select awaits from mdf_item where awaits is not null order by awaits limit 1) union all \
    select (select after.awaits from mdf_item as after where after.awaits > told.awaits order by after.awaits limit 1) \
    from told where told.awaits is not null) select awaits from told where awaits is not null";

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
        sort == Sort::Due || queue == Queue::All
    }

    /// [`Queue::holds`] as SQL.
    fn queue(sql: &mut Sql, queue: Queue, context: &Context<'_, Funding>) {
        let now = context.now;
        match queue {
            // Streams, below.
            Queue::Mine => sql.push("1 = 0"),
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

    const STREAM: (&'static str, &'static str) = ("mdf_item.awaits", "mdf_item.awaits_minor");

    /// Of all that is awaited from somebody, what is so from `me`. Without a reach nothing is.
    async fn streams(session: &mut Session, queue: Queue, context: &Context<'_, Self>) -> Result<Option<Vec<Stream>>> {
        let (Queue::Mine, me) = (queue, context.me) else { return Ok(None) };
        let Some(reach) = context.reach else { return Ok(Some(Vec::new())) };
        let mut streams = Vec::new();
        for (key,) in session.all::<(String,)>(Sql::new(AWAITED)).await? {
            let awaited: Awaited = key.parse().map_err(Error::corrupt)?;
            match awaited.held(me, reach) {
                Held::Nothing => {}
                Held::UpTo(most) => streams.push(Stream { key, most: Some(most) }),
                Held::All => streams.push(Stream { key, most: None }),
            }
        }
        Ok(Some(streams))
    }

    fn is_range(filter: &Filter<Funding>) -> bool {
        match filter {
            Filter::Number { field, op, .. } => *field == Field::Amount || (*field == Field::Id && *op == Op::Eq),
            // Few fail, and wherever they stand in the order.
            Filter::Text { field, .. } => *field == Field::Check,
            _ => false,
        }
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
