//! Funds, requests, claims and batches: narrow rows that sweeps and locks look at, beside them the aggregates as JSON; one
//! list for the desk, the ledger, who signed and who took part, payments, papers, limits.
//!
//! Triggers of the database (migrations 7, 10 and 22) refuse what no code of ours may do: an entry that is changed, a balance
//! below zero, an approval or a payment by somebody who took another part, a payment of more than was approved, or one that
//! the ledger does not know.

mod columns;
mod filter;
mod hands;
mod items;
mod ledger;
mod page;
mod stats;
mod unit;

pub use stats::FundLine;

use super::{
    Session, Sql, Tx,
    error::{Error, Result},
    kept::Saving,
    migrate,
    session::Backend,
    sql::args,
    unit::mdf::{Home, MdfChanges, NEAR_MAX, Near},
};
use crate::domain::{
    day::{date_of_day, day_number},
    deal::ContentHash,
    event::Entity,
    id::{BatchId, ClaimId, FundId, Number, OperatorId, PartnerId, RequestId},
    mdf::{
        approval::{Authority, Delegation, Limit},
        batch::Batch,
        claim::{Claim, PaperKey},
        fund::Fund,
        item::ItemId,
        request::Request,
    },
    money::{Currency, Money},
    text::Text,
    time::Instant,
};
use std::collections::HashMap;

const FUNDS_DUE: &str = "select id from fund where next_at <= $1 order by next_at, id limit $2";
const REQUESTS_DUE: &str = "select id from request where next_at <= $1 order by next_at, id limit $2";
const CLAIMS_DUE: &str = "select id from claim where next_at <= $1 order by next_at, id limit $2";
const FUND_NEXT: &str = "select min(next_at) from fund where next_at is not null";
const REQUEST_NEXT: &str = "select min(next_at) from request where next_at is not null";
const CLAIM_NEXT: &str = "select min(next_at) from claim where next_at is not null";
const BY_FILE: &str = "select id from payment_batch where file_hash = $1";
/// Each half has an index of its own.
const NEAR: &str = "select id from (select id from claim where partner = $1 and submitted_at >= $2 and submitted_at <= $3 union \
    select id from claim where partner = $1 and performed_to >= $4 and performed_from <= $5) as near order by id desc limit $6";
const ON_REQUEST: &str = "select id from claim where request = $1 order by id";
const OF_FUND: &str =
    "select id from request where fund = $1 and state in ('draft', 'submitted', 'info_requested', 'approved') order by id";
/// What undecided requests ask their fund for, where it is in the fund's currency; ten-thousandths of a whole unit. A request
/// for more than anybody has (90 billion whole units) counts as one for that much, so that no sum is too large.
const ASKED: &str = "select fund, currency, cast(sum(case when amount_key > 900000000000000 then 900000000000000 \
    else amount_key end) as bigint) from mdf_item where kind = 'request' and state in ('submitted', 'info_requested') \
    group by fund, currency order by fund, currency";
const ORDERED: &str = "select claim, no from payment where state = 'ordered' and (claim, no) > ($1, $2) order by claim, no limit $3";
const BATCHES: &str = "select id from payment_batch order by id desc limit $1";
/// The migration that made them.
const WALLS_OF: i64 = 22;
/// The triggers of migration 22 that both databases have, with their tables.
const WALLS: [(&str, &str); 8] = [
    ("mdf_signature_fits", "mdf_signature"),
    ("claim_is_set_aside", "claim"),
    ("claim_comes_set_aside", "claim"),
    ("request_is_committed", "request"),
    ("request_comes_committed", "request"),
    ("fund_entry_belongs", "fund_entry"),
    ("payment_begins", "payment"),
    ("payment_goes", "payment"),
];
pub const STATEMENTS: &[&str] = &[
    ON_REQUEST,
    OF_FUND,
    ASKED,
    ORDERED,
    BATCHES,
    FUNDS_DUE,
    REQUESTS_DUE,
    CLAIMS_DUE,
    FUND_NEXT,
    REQUEST_NEXT,
    CLAIM_NEXT,
    BY_FILE,
    NEAR,
    ledger::ENTRIES,
    ledger::OF_SUBJECT,
    hands::TAKE_BACK,
    items::OPEN,
    page::AWAITED,
    stats::FUND_LINES,
];

impl Session {
    /// The funds in the order asked for; unknown ones are left out. So for the others.
    pub async fn funds(&mut self, ids: &[FundId]) -> Result<Vec<Fund>> {
        self.records(ids).await
    }

    pub async fn requests(&mut self, ids: &[RequestId]) -> Result<Vec<Request>> {
        self.records(ids).await
    }

    pub async fn claims(&mut self, ids: &[ClaimId]) -> Result<Vec<Claim>> {
        self.records(ids).await
    }

    pub async fn batches(&mut self, ids: &[BatchId]) -> Result<Vec<Batch>> {
        self.records(ids).await
    }

    /// Where these requests and claims belong; unknown ones are left out.
    pub async fn mdf_homes(&mut self, ids: &[ItemId]) -> Result<Vec<Home>> {
        let requests = args(ids.iter().filter_map(|id| if let ItemId::Request(id) = id { Some(*id) } else { None }));
        let claims = args(ids.iter().filter_map(|id| if let ItemId::Claim(id) = id { Some(*id) } else { None }));
        let home = |item, (_, fund, request, partner): (i64, i64, i64, i64)| Home {
            item,
            fund: FundId(fund),
            request: RequestId(request),
            partner: PartnerId(partner),
        };
        let found: Vec<(i64, i64, i64, i64)> = self.all_in("select id, fund, id, partner from request where id in ", requests, "").await?;
        let mut homes: Vec<Home> = found.into_iter().map(|row| home(ItemId::Request(RequestId(row.0)), row)).collect();
        let found: Vec<(i64, i64, i64, i64)> = self.all_in("select id, fund, request, partner from claim where id in ", claims, "").await?;
        homes.extend(found.into_iter().map(|row| home(ItemId::Claim(ClaimId(row.0)), row)));
        Ok(homes)
    }

    /// What the engine has to look at, the earliest of each kind first.
    pub async fn mdf_due(&mut self, now: Instant, limit: u32) -> Result<Vec<ItemId>> {
        let mut due = Vec::new();
        for (text, item) in [
            (FUNDS_DUE, (|id| ItemId::Fund(FundId(id))) as fn(i64) -> ItemId),
            (REQUESTS_DUE, |id| ItemId::Request(RequestId(id))),
            (CLAIMS_DUE, |id| ItemId::Claim(ClaimId(id))),
        ] {
            let found = self.all::<(i64,)>(Sql::new(text).bind(now).bind(limit)).await?;
            due.extend(found.into_iter().map(|(id,)| item(id)));
        }
        Ok(due)
    }

    /// When a fund, a request or a claim has to be looked at next.
    pub async fn mdf_next_due(&mut self) -> Result<Option<Instant>> {
        let mut next = Vec::new();
        for text in [FUND_NEXT, REQUEST_NEXT, CLAIM_NEXT] {
            next.extend(self.one::<(Option<i64>,)>(Sql::new(text)).await?.0);
        }
        Ok(next.into_iter().min().map(Instant::from_micros))
    }

    pub async fn funds_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<FundId>>> {
        self.by_source("select source_key, id from fund where source_key <> '' and source_key in ", keys).await
    }

    pub async fn requests_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<RequestId>>> {
        self.by_source("select source_key, id from request where source_key <> '' and source_key in ", keys).await
    }

    pub async fn claims_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<ClaimId>>> {
        self.by_source("select source_key, id from claim where source_key <> '' and source_key in ", keys).await
    }

    async fn by_source<I: Number>(&mut self, head: &'static str, keys: &[Text]) -> Result<Vec<Option<I>>> {
        self.numbers_by(head, keys.iter().map(Text::as_str).collect()).await
    }

    pub async fn batch_by_file(&mut self, ContentHash(hash): ContentHash) -> Result<Option<BatchId>> {
        Ok(self.optional::<(i64,)>(Sql::new(BY_FILE).bind(hash)).await?.map(|(id,)| BatchId(id)))
    }

    /// Claims of these partners that are handed in and neither paid nor ended.
    pub async fn claims_pending(&mut self, partners: &[PartnerId]) -> Result<Vec<ClaimId>> {
        self.claims_where("select id from claim where is_pending = 1 and partner in ", partners).await
    }

    /// Requests of these partners that are handed in and not decided.
    pub async fn requests_pending(&mut self, partners: &[PartnerId]) -> Result<Vec<RequestId>> {
        let head =
            "select id from mdf_item where kind = 'request' and is_open = 1 and state in ('submitted', 'info_requested') and partner in ";
        let found = self.all_in::<(i64,)>(head, args(partners.iter().copied()), "").await?;
        let request = |(id,): (i64,)| if let ItemId::Request(id) = ItemId::of(id) { Some(id) } else { None };
        let mut ids: Vec<RequestId> = found.into_iter().filter_map(request).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// Those of them that stand still under suspicion.
    pub async fn claims_suspect(&mut self, partners: &[PartnerId]) -> Result<Vec<ClaimId>> {
        self.claims_where("select id from claim where state = 'suspect' and partner in ", partners).await
    }

    async fn claims_where(&mut self, head: &'static str, partners: &[PartnerId]) -> Result<Vec<ClaimId>> {
        let found = self.all_in::<(i64,)>(head, args(partners.iter().copied()), "").await?;
        let mut ids: Vec<ClaimId> = found.into_iter().map(|(id,)| ClaimId(id)).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// Claims near to one, the newest first.
    pub async fn claims_near(&mut self, near: Near) -> Result<Vec<ClaimId>> {
        let Near { partner, submitted, performed } = near;
        let sql = Sql::new(NEAR).bind(partner).bind(submitted.0).bind(submitted.1);
        let sql = sql.bind(day_number(performed.0)).bind(day_number(performed.1)).bind(NEAR_MAX);
        Ok(self.all::<(i64,)>(sql).await?.into_iter().map(|(id,)| ClaimId(id)).collect())
    }

    /// The claims on a request.
    pub async fn claims_on(&mut self, request: RequestId) -> Result<Vec<ClaimId>> {
        Ok(self.all::<(i64,)>(Sql::new(ON_REQUEST).bind(request)).await?.into_iter().map(|(id,)| ClaimId(id)).collect())
    }

    /// The requests of a fund that are not ended.
    pub async fn requests_open(&mut self, fund: FundId) -> Result<Vec<RequestId>> {
        Ok(self.all::<(i64,)>(Sql::new(OF_FUND).bind(fund)).await?.into_iter().map(|(id,)| RequestId(id)).collect())
    }

    /// What undecided requests ask each fund for, by currency.
    pub async fn asked_of_funds(&mut self) -> Result<HashMap<FundId, Vec<Money>>> {
        let mut asked: HashMap<FundId, Vec<Money>> = HashMap::new();
        for (fund, currency, key) in self.all::<(i64, String, i64)>(Sql::new(ASKED)).await? {
            let currency: Currency = currency.to_ascii_uppercase().parse().map_err(Error::Corrupt)?;
            let minor = key / 10_i64.pow(4_u32.saturating_sub(currency.exponent()));
            asked.entry(FundId(fund)).or_default().push(Money::new(minor, currency));
        }
        Ok(asked)
    }

    /// Payments that are in no batch yet and come after this one, as claims and numbers.
    pub async fn payments_ordered(&mut self, (claim, no): (ClaimId, u32), limit: u32) -> Result<Vec<(ClaimId, u32)>> {
        let rows = self.all::<(i64, i64)>(Sql::new(ORDERED).bind(claim).bind(no).bind(limit)).await?.into_iter();
        Ok(rows.filter_map(|(claim, no)| Some((ClaimId(claim), u32::try_from(no).ok()?))).collect())
    }

    /// The newest batches.
    pub async fn batch_ids(&mut self, limit: u32) -> Result<Vec<BatchId>> {
        Ok(self.all::<(i64,)>(Sql::new(BATCHES).bind(limit)).await?.into_iter().map(|(id,)| BatchId(id)).collect())
    }

    /// Which records hold papers of these keys.
    pub async fn papers(&mut self, keys: &[PaperKey]) -> Result<Vec<(PaperKey, Entity)>> {
        let head = "select key, kind, id from paper where key in ";
        let found = self.all_in::<(i64, String, i64)>(head, args(keys.iter().map(|key| key.0)), "").await?;
        let mut found: Vec<_> =
            found.into_iter().filter_map(|(key, kind, id)| Some((PaperKey(key), Entity::from_parts(&kind, id)?))).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// Limits of these operators, and what others delegated to them or they to others.
    pub async fn authority(&mut self, operators: &[OperatorId]) -> Result<Authority> {
        let all = || args(operators.iter().copied());
        let head = "select operator, currency, minor, from_day, until_day from approval_limit where operator in ";
        let mut limits = Vec::new();
        for (operator, currency, minor, from, until) in self.all_in::<(i64, String, i64, i64, Option<i64>)>(head, all(), "").await? {
            let amount = Money::new(minor, currency_of(&currency)?);
            limits.push(Limit { operator: OperatorId(operator), amount, from: date_of_day(from), until: until.map(date_of_day) });
        }
        let mut delegations = Vec::new();
        for head in [
            "select from_operator, to_operator, from_day, until_day from approval_delegation where from_operator in ",
            "select from_operator, to_operator, from_day, until_day from approval_delegation where to_operator in ",
        ] {
            for (from, to, starts_on, ends_on) in self.all_in::<(i64, i64, i64, i64)>(head, all(), "").await? {
                let [starts_on, ends_on] = [starts_on, ends_on].map(date_of_day);
                let one = Delegation { from: OperatorId(from), to: OperatorId(to), starts_on, ends_on };
                if !delegations.contains(&one) {
                    delegations.push(one);
                }
            }
        }
        limits.sort_by_key(|limit| (limit.operator, limit.amount.currency, limit.from));
        delegations.sort_by_key(|one| (one.from, one.to, one.starts_on));
        Ok(Authority { limits, delegations })
    }

    /// The same of everybody.
    pub async fn authority_of_all(&mut self) -> Result<Authority> {
        let operators: Vec<OperatorId> = self.operators().await?.into_iter().map(|one| one.id).collect();
        self.authority(&operators).await
    }
}

/// A currency as it is kept.
fn currency_of(code: &str) -> Result<Currency> {
    code.parse().map_err(|error: String| super::Error::corrupt(error))
}

impl Tx {
    /// Takes down what compares requests, claims and payments with their funds and batches, which only the owner of a database
    /// can: in a scratch database that holds only what is new, and knows nothing of the funds that it is asked from; and where
    /// a past of many days is written at one go.
    pub async fn mdf_walls_down(&mut self) -> Result<()> {
        for (name, table) in WALLS {
            let on = if self.backend() == Backend::Postgres { format!(" on {table}") } else { String::new() };
            self.script(format!("drop trigger if exists {name}{on}")).await?;
        }
        Ok(())
    }

    /// Puts them up again, as the migration did.
    pub async fn mdf_walls_up(&mut self) -> Result<()> {
        let text = migrate::text_of(WALLS_OF, self.backend());
        self.script(text.to_owned()).await
    }

    /// Writes everything of the desk. Entries and approvals come before what they are about, which rests on them, and payments
    /// after it and after the batch that they are in; parts come last: the triggers compare with how it stood before.
    pub(super) async fn mdf_save(&mut self, changes: &MdfChanges) -> Result<()> {
        let funds = changes.funds.iter().map(|change| Saving { record: &change.fund, expected: change.expected, restated: true });
        self.records_save(funds.collect()).await?;
        self.entries_save(&changes.funds).await?;
        self.signatures_save(changes).await?;
        let requests = changes.requests.iter();
        let requests = requests.map(|change| Saving { record: &change.request, expected: change.expected, restated: change.restated });
        self.records_save(requests.collect()).await?;
        let claims = changes.claims.iter();
        let claims = claims.map(|change| Saving { record: &change.claim, expected: change.expected, restated: change.restated.is_some() });
        self.records_save(claims.collect()).await?;
        let batches = changes.batches.iter().map(|change| Saving { record: &change.batch, expected: change.expected, restated: true });
        self.records_save(batches.collect()).await?;
        self.payments_save(changes).await?;
        self.parts_save(changes).await?;
        self.items_save(changes).await?;
        self.authority_save(&changes.limits, &changes.delegations).await
    }

    async fn authority_save(&mut self, limits: &[Limit], delegations: &[Delegation]) -> Result<()> {
        // The last of those that begin on the same day holds.
        let last: HashMap<_, _> = limits.iter().map(|limit| ((limit.operator, limit.amount.currency, limit.from), limit)).collect();
        let rows = last.into_values().map(|limit| {
            let until = limit.until.map(day_number);
            let currency = limit.amount.currency.code();
            [limit.operator.into(), currency.into(), day_number(limit.from).into(), limit.amount.minor.into(), until.into()]
        });
        let head = "insert into approval_limit (operator, currency, from_day, minor, until_day)";
        let tail = "on conflict (operator, currency, from_day) do update set minor = excluded.minor, until_day = excluded.until_day";
        self.execute_each(Sql::bulk(head, 5, rows, tail)).await?;
        let last: HashMap<_, _> = delegations.iter().map(|one| ((one.from, one.to, one.starts_on), one)).collect();
        let rows = last
            .into_values()
            .map(|one| [one.from.into(), one.to.into(), day_number(one.starts_on).into(), day_number(one.ends_on).into()]);
        let head = "insert into approval_delegation (from_operator, to_operator, from_day, until_day)";
        let tail = "on conflict (from_operator, to_operator, from_day) do update set until_day = excluded.until_day";
        self.execute_each(Sql::bulk(head, 4, rows, tail)).await?;
        Ok(())
    }
}
