//! Pages of a queue, by keyset, for every room.
//!
//! A page of a million records has to come in a few milliseconds whatever the queue, the order and the filter are. There are two
//! ways, and the planners of neither database can tell which is short:
//! - **walk** along the index of the order and keep what passes: short when much passes;
//! - **gather** what the index of the queue or of the text finds, and sort that: short when little passes.
//!
//! So we walk a bounded number of steps first, and gather only when that did not fill the page. The sub-select with a limit
//! (walk) and the materialised table (gather) hold both planners to it. What no index finds in any order is read as [`Stream`]s.
//!
//! A room says what differs in its [`Listing`].

mod near;
mod streams;

pub use streams::Stream;

use super::{
    Backend, Session, Sql,
    error::Result,
    filter::{self, Needed},
    sql::args,
};
use crate::domain::{
    filter::{Context, Filter},
    id::{Number, OperatorId, PartnerId},
    page::{Count, Cursor, From, Page, PageRequest, SortKey},
    text::Text,
};
use std::collections::{BTreeSet, HashMap};

/// The table of a room, as pages of its queues are read from it.
pub trait Listing: filter::Columns {
    type Queue: Copy + PartialEq + Send + Sync;
    type Sort: Copy + Send + Sync;
    /// A line of a queue.
    type Row: Send;
    /// The queue that holds all.
    const EVERYTHING: Self::Queue;
    /// How many that are; nothing where the records of the table are numbered without gaps.
    const TOTAL: Option<&'static str> = None;

    fn order(sort: Self::Sort) -> Order;
    /// Whether there is an index of this queue in this order: a walk goes along it.
    fn is_indexed(queue: Self::Queue, sort: Self::Sort) -> bool;
    /// Appends what a queue is ordered by, where that is not the column of the order.
    fn sorted_by(sql: &mut Sql, (_, order): (Self::Queue, Order), _: &Context<'_, Self>) {
        sql.push(order.column);
    }
    /// Of queues that are read as streams: the column that says the same in each of them, and the amounts.
    const STREAM: (&'static str, &'static str) = ("", "");
    /// The streams that such a queue holds now; nothing of any other.
    fn streams(_: &mut Session, _: Self::Queue, _: &Context<'_, Self>) -> impl Future<Output = Result<Option<Vec<Stream>>>> + Send {
        std::future::ready(Ok(None))
    }
    /// Appends what stands in the queue: the `holds` of the domain as SQL.
    fn queue(sql: &mut Sql, queue: Self::Queue, context: &Context<'_, Self>);
    /// Whether an index of its own answers this condition.
    fn is_range(filter: &Filter<Self>) -> bool;
    /// The lines of these records; those that are gone are left out.
    fn rows(session: &mut Session, ids: &[Self::Id]) -> impl Future<Output = Result<Vec<(Self::Id, Self::Row)>>> + Send;
}

/// Which page of which queue of a room.
pub type Request<L> = PageRequest<<L as Listing>::Queue, <L as Listing>::Sort, L>;

/// How a queue is ordered: the sort column, whether it holds words, whether it falls. The number of the record comes last.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    pub column: &'static str,
    pub is_words: bool,
    pub falls: bool,
}

/// When to walk and when to gather.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Steps of a walk before we try otherwise.
    pub steps_max: i64,
    /// A queue that is known to hold no more is gathered at once.
    pub gather_max: i64,
}

impl Default for Effort {
    fn default() -> Self {
        Self { steps_max: 4_000, gather_max: 2_000 }
    }
}

/// One end of a page and the way it grows.
#[derive(Debug, Clone, Copy)]
struct Span<'r, I> {
    /// Beyond this place, or at it.
    from: Option<(&'r Cursor<I>, Edge)>,
    /// Towards the end of the order.
    forwards: bool,
    limit: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Beyond,
    Including,
}

/// What a page is made of.
struct Look<'r, L: Listing> {
    queue: L::Queue,
    filter: Option<&'r Filter<L>>,
    order: Order,
    /// There is an index of the queue in this order.
    is_indexed: bool,
    streams: Option<Vec<Stream>>,
    context: &'r Context<'r, L>,
    effort: Effort,
    backend: Backend,
}

/// A place in the order: (number, sort number, sort words).
pub type Place = (i64, i64, String);

impl Order {
    /// The sort keys of the places, by the number of the record.
    fn keys(self, places: Vec<Place>) -> HashMap<i64, SortKey> {
        let key = |number, words| if self.is_words { SortKey::Company(words) } else { SortKey::Number(number) };
        places.into_iter().map(|(id, number, words)| (id, key(number, words))).collect()
    }
}

impl Session {
    /// A page of a queue. `context` tells who asks, when and where; its `me` and `now` are those of the request.
    pub async fn page<L: Listing>(&mut self, request: &Request<L>, context: &Context<'_, L>) -> Result<Page<L::Id, L::Row>> {
        self.page_within(request, context, Effort::default()).await
    }

    /// The same with another effort, which changes how fast the page comes and nothing else.
    pub async fn page_within<L: Listing>(
        &mut self,
        request: &Request<L>,
        context: &Context<'_, L>,
        effort: Effort,
    ) -> Result<Page<L::Id, L::Row>> {
        let PageRequest { queue, sort, limit, .. } = *request;
        let look = Look::<L> {
            queue,
            filter: request.filter.as_ref().filter(|filter| !filter.is_everything()),
            order: L::order(sort),
            is_indexed: L::is_indexed(queue, sort),
            streams: L::streams(self, queue, context).await?,
            context,
            effort,
            backend: self.backend(),
        };
        let (places, more_before, more_after) = self.places_asked(&look, &request.from, limit).await?;
        let ids: Vec<L::Id> = places.iter().map(|(id, ..)| L::Id::of(*id)).collect();
        let mut keys = look.order.keys(places);
        let rows = L::rows(self, &ids).await?.into_iter();
        let rows = rows.filter_map(|(id, row)| Some((Cursor { key: keys.remove(&id.number())?, id }, row))).collect();
        Ok(Page { rows, more_before, more_after })
    }

    /// The places of a page, and whether there are more before and after them.
    async fn places_from<L: Listing>(&mut self, look: &Look<'_, L>, from: &From<L::Id>, limit: u32) -> Result<(Vec<Place>, bool, bool)> {
        let (edge, forwards) = match from {
            From::Start | From::Near(_) => (None, true),
            From::After(cursor) => (Some((cursor, Edge::Beyond)), true),
            From::Before(cursor) => (Some((cursor, Edge::Beyond)), false),
            From::At(cursor) => (Some((cursor, Edge::Including)), true),
            From::End => (None, false),
        };
        let mut places = self.places(look, Span { from: edge, forwards, limit: limit + 1 }).await?;
        let more = places.len() > limit as usize;
        places.truncate(limit as usize);
        if !forwards {
            places.reverse();
        }
        // The other side of where we began: at an end there is nothing, beyond a row there is that row.
        let behind = match from {
            From::Start | From::End | From::Near(_) => false,
            From::After(_) | From::Before(_) => true,
            From::At(cursor) => {
                let span = Span { from: Some((cursor, Edge::Beyond)), forwards: false, limit: 1 };
                !self.places(look, span).await?.is_empty()
            }
        };
        Ok(if forwards { (places, behind, more) } else { (places, more, behind) })
    }

    async fn places<L: Listing>(&mut self, look: &Look<'_, L>, span: Span<'_, L::Id>) -> Result<Vec<Place>> {
        if let Some(streams) = &look.streams {
            return self.places_streamed(look, streams, span).await;
        }
        let hits = look.filter.and_then(|filter| matching::<L>(self.backend(), filter));
        let by_queue = !look.is_indexed && look.queue != L::EVERYTHING;
        if by_queue && hits.is_none() && self.counted(&look.queue_only(look.effort.gather_max + 1)).await? <= look.effort.gather_max {
            return self.all(look.gather(None, span)).await;
        }
        let found = self.all::<Place>(look.walk(span, Some(look.effort.steps_max))).await?;
        if found.len() >= span.limit as usize || self.counted(&look.steps(span)).await? < look.effort.steps_max {
            return Ok(found);
        }
        for range in look.filter.map(ranges_needed::<L>).unwrap_or_default() {
            let mut found = look.found_by();
            filter::push::<L>(&mut found, range, look.context);
            if self.counted(&few(found.clone(), RANGE_MAX + 1)).await? <= RANGE_MAX {
                return self.all(look.gather(Some(found), span)).await;
            }
        }
        self.all(if by_queue || hits.is_some() { look.gather(hits, span) } else { look.walk(span, None) }).await
    }

    async fn counted(&mut self, sql: &Sql) -> Result<i64> {
        self.one::<(i64,)>(sql.clone()).await.map(|(n,)| n)
    }

    /// How many records stand in a queue: exact up to `limit`, else at least that.
    pub async fn count<L: Listing>(
        &mut self,
        queue: L::Queue,
        filter: Option<&Filter<L>>,
        context: &Context<'_, L>,
        limit: u32,
    ) -> Result<Count> {
        let filter = filter.filter(|filter| !filter.is_everything());
        let order = Order { column: "", is_words: false, falls: false };
        let streams = L::streams(self, queue, context).await?;
        let (effort, backend) = (Effort::default(), self.backend());
        let look = Look::<L> { queue, filter, order, is_indexed: true, streams, context, effort, backend };
        let limit = i64::from(limit);
        let n = match filter {
            None if queue == L::EVERYTHING => {
                if let Some(total) = L::TOTAL {
                    return Ok(Count { n: self.counted(&Sql::new(total)).await?.unsigned_abs(), at_least: false });
                }
                let mut sql = Sql::new("select coalesce(max(id), 0) from ");
                sql.push(L::TABLE);
                return Ok(Count { n: self.counted(&sql).await?.unsigned_abs(), at_least: false });
            }
            None => match &look.streams {
                Some(streams) => self.counted_streams::<L>(streams, limit + 1).await?,
                None => self.counted(&look.queue_only(limit + 1)).await?,
            },
            Some(filter) => {
                let Some(hits) = matching::<L>(self.backend(), filter) else {
                    // Without an index for it we look at so many records and no more.
                    let looked = limit.saturating_mul(20);
                    let n = self.counted(&look.filtered(looked, limit + 1)).await?;
                    let at_least = n > limit || self.counted(&look.queue_only(looked)).await? >= looked;
                    return Ok(Count { n: n.min(limit).unsigned_abs(), at_least });
                };
                self.counted(&look.hits(hits, limit + 1)).await?
            }
        };
        Ok(Count { n: n.min(limit).unsigned_abs(), at_least: n > limit })
    }

    pub(super) async fn partner_names(&mut self, ids: BTreeSet<PartnerId>) -> Result<HashMap<PartnerId, Text>> {
        self.names("select id, name from partner where id in ", ids).await
    }

    pub(super) async fn operator_names(&mut self, ids: BTreeSet<OperatorId>) -> Result<HashMap<OperatorId, Text>> {
        self.names("select id, name from operator where id in ", ids).await
    }

    async fn names<I: Number>(&mut self, head: &'static str, ids: BTreeSet<I>) -> Result<HashMap<I, Text>> {
        let found = self.all_in::<(i64, String)>(head, args(ids), "").await?;
        Ok(found.into_iter().map(|(id, name)| (I::of(id), Text::clean(&name))).collect())
    }
}

/// One of these names, or nothing for somebody who is gone.
pub fn name_in<I: Number>(names: &HashMap<I, Text>) -> impl Fn(I) -> Text {
    |id| names.get(&id).cloned().unwrap_or_default()
}

/// How many records a range may hold to be gathered: looking at them takes some 20 ms.
const RANGE_MAX: i64 = 10_000;

/// Counts what an index finds, up to `limit`.
fn few(hits: Sql, limit: i64) -> Sql {
    let mut sql = Sql::new("select count(*) from (");
    sql.push_sql(hits).push(" limit ").push_bind(limit).push(") as found");
    sql
}

impl<L: Listing> Look<'_, L> {
    /// Along the index of the order, at most `steps` of them.
    fn walk(&self, span: Span<'_, L::Id>, steps: Option<i64>) -> Sql {
        let mut sql = Sql::new("select ");
        self.columns(&mut sql);
        sql.push(" from (select * from ").push(L::TABLE).push(" where ");
        self.stretch(&mut sql, span);
        if let Some(steps) = steps {
            sql.push(" limit ").push_bind(steps);
        }
        sql.push(") as ").push(L::TABLE).push(" where ");
        self.conditions(&mut sql);
        if steps.is_none() {
            self.ordered(&mut sql, span);
        }
        sql.push(" limit ").push_bind(span.limit);
        sql
    }

    /// How many steps such a walk can take.
    fn steps(&self, span: Span<'_, L::Id>) -> Sql {
        let mut sql = Sql::new("select count(*) from (select 1 from ");
        sql.push(L::TABLE).push(" where ");
        self.stretch(&mut sql, span);
        sql.push(" limit ").push_bind(self.effort.steps_max).push(") as stretch");
        sql
    }

    /// The part of the order that a walk goes through: the queue, where it has an index in this order.
    fn stretch(&self, sql: &mut Sql, span: Span<'_, L::Id>) {
        if self.is_indexed {
            self.queue(sql);
        } else {
            sql.push("1 = 1");
        }
        self.placed(sql, span);
        self.ordered(sql, span);
    }

    /// Everything that the text index found, or the index of the queue finds, then sorted.
    fn gather(&self, hits: Option<Sql>, span: Span<'_, L::Id>) -> Sql {
        let hits = hits.unwrap_or_else(|| {
            let mut sql = self.found_by();
            self.queue(&mut sql);
            sql
        });
        let mut sql = self.among(hits, |sql| self.columns(sql));
        self.conditions(&mut sql);
        self.placed(&mut sql, span);
        self.ordered(&mut sql, span);
        sql.push(" limit ").push_bind(span.limit);
        sql
    }

    /// Counts what the text index found, up to `limit`.
    fn hits(&self, hits: Sql, limit: i64) -> Sql {
        let mut sql = self.among(hits, |sql| {
            sql.push("1");
        });
        self.conditions(&mut sql);
        sql.push(" limit ").push_bind(limit);
        let Sql { text, args } = sql;
        Sql { text: format!("select count(*) from ({text}) as counted").into(), args }
    }

    /// How the hits of an index begin, before their condition.
    fn found_by(&self) -> Sql {
        let mut sql = Sql::new(match self.backend {
            Backend::Sqlite => "select id from ",
            Backend::Postgres => "select * from ",
        });
        sql.push(L::TABLE).push(" where ");
        sql
    }

    /// Selects from the hits, before the conditions. SQLite finds numbers and looks the records up. PostgreSQL would join the
    /// two by reading the whole table; it finds the rows themselves, and the offset holds it to the index.
    fn among(&self, hits: Sql, columns: impl FnOnce(&mut Sql)) -> Sql {
        let mut sql = Sql::new("");
        if self.backend == Backend::Sqlite {
            sql.push("with hits as materialized (").push_sql(hits).push(") select ");
            columns(&mut sql);
            sql.push(" from hits cross join ").push(L::TABLE).push(" where ").push(L::TABLE).push(".id = hits.id and ");
        } else {
            sql.push("select ");
            columns(&mut sql);
            sql.push(" from (").push_sql(hits).push(" offset 0) as ").push(L::TABLE).push(" where ");
        }
        sql
    }

    /// The number and the two sort columns.
    fn columns(&self, sql: &mut Sql) {
        sql.push(L::TABLE).push(".id, ");
        if self.order.is_words {
            sql.push("cast(0 as bigint), ");
            self.sorted_by(sql);
        } else {
            self.sorted_by(sql);
            sql.push(", ''");
        }
    }

    /// Counts the queue up to `limit`, whatever the filter.
    fn queue_only(&self, limit: i64) -> Sql {
        let mut sql = Sql::new("select count(*) from (select 1 from ");
        sql.push(L::TABLE).push(" where ");
        self.queue(&mut sql);
        sql.push(" limit ").push_bind(limit).push(") as counted");
        sql
    }

    /// Counts what passes the filter among the first `looked` of the queue, up to `limit`.
    fn filtered(&self, looked: i64, limit: i64) -> Sql {
        let mut sql = Sql::new("select count(*) from (select 1 from (select * from ");
        sql.push(L::TABLE).push(" where ");
        self.queue(&mut sql);
        sql.push(" limit ").push_bind(looked).push(") as ").push(L::TABLE).push(" where ");
        self.conditions(&mut sql);
        sql.push(" limit ").push_bind(limit).push(") as counted");
        sql
    }

    fn conditions(&self, sql: &mut Sql) {
        self.queue(sql);
        if let Some(tree) = self.filter {
            sql.push(" and ");
            filter::push::<L>(sql, tree, self.context);
        }
    }

    fn queue(&self, sql: &mut Sql) {
        match &self.streams {
            Some(streams) => Self::in_streams(sql, streams),
            None => L::queue(sql, self.queue, self.context),
        }
    }

    fn sorted_by(&self, sql: &mut Sql) {
        L::sorted_by(sql, (self.queue, self.order), self.context);
    }

    fn placed(&self, sql: &mut Sql, span: Span<'_, L::Id>) {
        let Some((cursor, edge)) = span.from else { return };
        sql.push(" and (");
        self.sorted_by(sql);
        sql.push(", ").push(L::TABLE).push(".id) ");
        sql.push(match (span.forwards != self.order.falls, edge) {
            (true, Edge::Beyond) => "> (",
            (true, Edge::Including) => ">= (",
            (false, Edge::Beyond) => "< (",
            (false, Edge::Including) => "<= (",
        });
        match &cursor.key {
            SortKey::Number(number) => sql.push_bind(*number),
            SortKey::Company(words) => sql.push_bind(words.as_str()),
        };
        sql.push(", ").push_bind(cursor.id).push(")");
    }

    fn ordered(&self, sql: &mut Sql, span: Span<'_, L::Id>) {
        let way = if span.forwards == self.order.falls { " desc" } else { "" };
        sql.push(" order by ");
        self.sorted_by(sql);
        sql.push(way).push(", ").push(L::TABLE).push(".id").push(way);
    }
}

/// Conditions that every record which passes must meet and that an index of their own answers.
fn ranges_needed<L: Listing>(filter: &Filter<L>) -> Vec<&Filter<L>> {
    match filter {
        Filter::And(terms) => terms.iter().flat_map(ranges_needed::<L>).collect(),
        // Such as the numbers of those that just changed.
        Filter::Or(terms) if !terms.is_empty() && terms.iter().all(L::is_range) => vec![filter],
        filter if L::is_range(filter) => vec![filter],
        _ => Vec::new(),
    }
}

/// The records that contain the words of the filter by the index of the text, if it has such: one of the few statements that
/// differ.
fn matching<L: Listing>(backend: Backend, filter: &Filter<L>) -> Option<Sql> {
    let needed = filter::needed(filter);
    // A short beginning stands for a great part of the index; where there is a longer word, that is enough.
    let long = needed.iter().any(|one| one.is_whole || one.word.len() > 2);
    let words = needed.iter().filter(|one| !long || one.is_whole || one.word.len() > 2);
    // The words are letters and digits only; see `domain::search`.
    let quoted = |one: &Needed<'_>| match backend {
        Backend::Sqlite => format!("\"{}\"{}", one.word, if one.is_whole { "" } else { "*" }),
        Backend::Postgres => format!("'{}'{}", one.word, if one.is_whole { "" } else { ":*" }),
    };
    let query: Vec<String> = words.map(quoted).collect();
    if query.is_empty() {
        return None;
    }
    let mut sql = Sql::new("select ");
    match backend {
        Backend::Sqlite => {
            sql.push("rowid as id from ")
                .push(L::TABLE)
                .push("_text where ")
                .push(L::TABLE)
                .push("_text match ")
                .push_bind(query.join(" "));
        }
        Backend::Postgres => {
            sql.push("* from ").push(L::TABLE).push(" where array_to_tsvector(array_remove(string_to_array(search, ' '), '')) @@ cast(");
            sql.push_bind(query.join(" & ")).push(" as tsquery)");
        }
    }
    Some(sql)
}
