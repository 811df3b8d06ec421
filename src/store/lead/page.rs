//! Pages of a queue, by keyset.
//!
//! A page of a million leads has to come in a few milliseconds whatever the queue, the order and the filter are. There are two
//! ways, and the planners of neither database can tell which is short:
//! - **walk** along the index of the order and keep what passes: short when much passes;
//! - **gather** what the index of the queue or of the text finds, and sort that: short when little passes.
//!
//! So we walk a bounded number of steps first, and gather only when that did not fill the page. The sub-select with a limit
//! (walk) and the materialised table (gather) hold both planners to it.

use super::filter::{self, Needed, ranges_needed, words_needed};
use crate::{
    domain::{
        filter::{Context, Filter},
        id::LeadId,
        lead::queue::{Count, Cursor, DUE_SOON, From, LeadRow, Page, PageRequest, Queue, Sort, SortKey},
        text::Text,
    },
    store::{Backend, Session, Sql, error::Result},
};
use std::collections::{BTreeSet, HashMap};

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
struct Span<'r> {
    /// Beyond this place, or at it.
    from: Option<(&'r Cursor, Edge)>,
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
struct Look<'r> {
    queue: Queue,
    filter: Option<&'r Filter>,
    sort: Sort,
    context: &'r Context<'r>,
    effort: Effort,
    backend: Backend,
}

/// A place in the order: (number, sort number, sort words).
type Place = (i64, i64, String);

impl Session {
    /// A page of a queue. `context` tells who asks, when and where; its `me` and `now` are those of the request.
    pub async fn lead_page(&mut self, request: &PageRequest, context: &Context<'_>) -> Result<Page> {
        self.lead_page_within(request, context, Effort::default()).await
    }

    /// The same with another effort, which changes how fast the page comes and nothing else.
    pub async fn lead_page_within(&mut self, request: &PageRequest, context: &Context<'_>, effort: Effort) -> Result<Page> {
        let filter = request.filter.as_ref().filter(|filter| !filter.is_everything());
        let look = Look { queue: request.queue, filter, sort: request.sort, context, effort, backend: self.backend() };
        let (from, forwards) = match &request.from {
            From::Start => (None, true),
            From::After(cursor) => (Some((cursor, Edge::Beyond)), true),
            From::Before(cursor) => (Some((cursor, Edge::Beyond)), false),
            From::At(cursor) => (Some((cursor, Edge::Including)), true),
            From::End => (None, false),
        };
        let mut places = self.places(&look, Span { from, forwards, limit: request.limit + 1 }).await?;
        let more = places.len() > request.limit as usize;
        places.truncate(request.limit as usize);
        if !forwards {
            places.reverse();
        }
        // The other side of where we began: at an end there is nothing, beyond a row there is that row.
        let behind = match &request.from {
            From::Start | From::End => false,
            From::After(_) | From::Before(_) => true,
            From::At(cursor) => {
                let span = Span { from: Some((cursor, Edge::Beyond)), forwards: false, limit: 1 };
                !self.places(&look, span).await?.is_empty()
            }
        };
        let (more_before, more_after) = if forwards { (behind, more) } else { (more, behind) };
        Ok(Page { rows: self.rows(places, request.sort).await?, more_before, more_after })
    }

    async fn places(&mut self, look: &Look<'_>, span: Span<'_>) -> Result<Vec<Place>> {
        let hits = look.filter.and_then(|filter| matching(self.backend(), filter));
        let by_queue = look.sort != Sort::Due && look.queue != Queue::All;
        if by_queue && hits.is_none() && self.counted(&look.queue_only(look.effort.gather_max + 1)).await? <= look.effort.gather_max {
            return self.all(look.gather(None, span)).await;
        }
        let found = self.all::<Place>(look.walk(span, Some(look.effort.steps_max))).await?;
        if found.len() >= span.limit as usize || self.counted(&look.steps(span)).await? < look.effort.steps_max {
            return Ok(found);
        }
        for range in look.filter.map(ranges_needed).unwrap_or_default() {
            let mut found = Sql::new(look.found_by());
            filter::push(&mut found, range, look.context);
            if self.counted(&few(found.clone(), RANGE_MAX + 1)).await? <= RANGE_MAX {
                return self.all(look.gather(Some(found), span)).await;
            }
        }
        self.all(if by_queue || hits.is_some() { look.gather(hits, span) } else { look.walk(span, None) }).await
    }

    async fn counted(&mut self, sql: &Sql) -> Result<i64> {
        self.one::<(i64,)>(sql.clone()).await.map(|(n,)| n)
    }

    /// How many leads stand in a queue: exact up to `limit`, else at least that.
    pub async fn lead_count(&mut self, queue: Queue, filter: Option<&Filter>, context: &Context<'_>, limit: u32) -> Result<Count> {
        let filter = filter.filter(|filter| !filter.is_everything());
        let look = Look { queue, filter, sort: Sort::Due, context, effort: Effort::default(), backend: self.backend() };
        let limit = i64::from(limit);
        let n = match filter {
            // Leads are numbered without gaps.
            None if queue == Queue::All => {
                let (n,): (i64,) = self.one(Sql::new(COUNT_ALL)).await?;
                return Ok(Count { n: n.unsigned_abs(), at_least: false });
            }
            None => self.counted(&look.queue_only(limit + 1)).await?,
            Some(filter) => {
                let Some(hits) = matching(self.backend(), filter) else {
                    // Without an index for it we look at so many leads and no more.
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

    /// The lines to show, with the names of whoever holds each lead.
    async fn rows(&mut self, places: Vec<Place>, sort: Sort) -> Result<Vec<(Cursor, LeadRow)>> {
        let ids: Vec<LeadId> = places.iter().map(|(id, ..)| LeadId(*id)).collect();
        let leads = self.leads(&ids).await?;
        let partners: BTreeSet<i64> = leads.iter().filter_map(|lead| lead.state.partner()).map(|id| id.0).collect();
        let desks: BTreeSet<i64> = leads.iter().filter_map(|lead| lead.desk).map(|id| id.0).collect();
        let partners = self.names("select id, name from partner where id in ", &partners).await?;
        let desks = self.names("select id, name from operator where id in ", &desks).await?;
        let name = |names: &HashMap<i64, Text>, id: i64| names.get(&id).cloned().unwrap_or_default();
        let mut keys: HashMap<i64, SortKey> = places
            .into_iter()
            .map(|(id, number, words)| (id, if sort == Sort::Company { SortKey::Company(words) } else { SortKey::Number(number) }))
            .collect();
        let rows = leads.iter().filter_map(|lead| {
            let cursor = Cursor { key: keys.remove(&lead.id.0)?, id: lead.id };
            Some((cursor, LeadRow::of(lead, |id| name(&partners, id.0), |id| name(&desks, id.0))))
        });
        Ok(rows.collect())
    }

    async fn names(&mut self, head: &'static str, ids: &BTreeSet<i64>) -> Result<HashMap<i64, Text>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let mut sql = Sql::new(head);
        sql.push_list(ids.iter().copied());
        Ok(self.all::<(i64, String)>(sql).await?.into_iter().map(|(id, name)| (id, Text::clean(&name))).collect())
    }
}

const COUNT_ALL: &str = "select coalesce(max(id), 0) from lead";
pub const STATEMENTS: &[&str] = &[COUNT_ALL];

/// The order of a sort: its columns as selected, the two to compare, and whether it falls.
const fn order(sort: Sort) -> (&'static str, &'static str, bool) {
    match sort {
        Sort::Due => ("lead.id, lead.due_key, ''", "lead.due_key", false),
        Sort::Score => ("lead.id, lead.score, ''", "lead.score", true),
        Sort::Received => ("lead.id, lead.received_at, ''", "lead.received_at", true),
        Sort::Company => ("lead.id, cast(0 as bigint), lead.company_words", "lead.company_words", false),
    }
}

/// How many leads a range may hold to be gathered: looking at them takes some 20 ms.
const RANGE_MAX: i64 = 10_000;

/// Counts what an index finds, up to `limit`.
fn few(hits: Sql, limit: i64) -> Sql {
    let mut sql = Sql::new("select count(*) from (");
    sql.push_sql(hits).push(" limit ").push_bind(limit).push(") as found");
    sql
}

impl Look<'_> {
    /// Along the index of the order, at most `steps` of them.
    fn walk(&self, span: Span<'_>, steps: Option<i64>) -> Sql {
        let mut sql = Sql::new("select ");
        sql.push(order(self.sort).0).push(" from (select * from lead where ");
        self.stretch(&mut sql, span);
        if let Some(steps) = steps {
            sql.push(" limit ").push_bind(steps);
        }
        sql.push(") as lead where ");
        self.conditions(&mut sql);
        if steps.is_none() {
            self.ordered(&mut sql, span);
        }
        sql.push(" limit ").push_bind(span.limit);
        sql
    }

    /// How many steps such a walk can take.
    fn steps(&self, span: Span<'_>) -> Sql {
        let mut sql = Sql::new("select count(*) from (select 1 from lead where ");
        self.stretch(&mut sql, span);
        sql.push(" limit ").push_bind(self.effort.steps_max).push(") as stretch");
        sql
    }

    /// The part of the order that a walk goes through. In the order of due instants every queue is such a part.
    fn stretch(&self, sql: &mut Sql, span: Span<'_>) {
        if self.sort == Sort::Due {
            self.queue(sql);
        } else {
            sql.push("1 = 1");
        }
        self.placed(sql, span);
        self.ordered(sql, span);
    }

    /// Everything that the text index found, or the index of the queue finds, then sorted.
    fn gather(&self, hits: Option<Sql>, span: Span<'_>) -> Sql {
        let hits = hits.unwrap_or_else(|| {
            let mut sql = Sql::new(self.found_by());
            self.queue(&mut sql);
            sql
        });
        let mut sql = self.among(hits, order(self.sort).0);
        self.conditions(&mut sql);
        self.placed(&mut sql, span);
        self.ordered(&mut sql, span);
        sql.push(" limit ").push_bind(span.limit);
        sql
    }

    /// Counts what the text index found, up to `limit`.
    fn hits(&self, hits: Sql, limit: i64) -> Sql {
        let mut sql = self.among(hits, "1");
        self.conditions(&mut sql);
        sql.push(" limit ").push_bind(limit);
        let Sql { text, args } = sql;
        Sql { text: format!("select count(*) from ({text}) as counted").into(), args }
    }

    /// How the hits of an index begin, before their condition.
    const fn found_by(&self) -> &'static str {
        match self.backend {
            Backend::Sqlite => "select id from lead where ",
            Backend::Postgres => "select * from lead where ",
        }
    }

    /// `select {columns}` from the hits, before the conditions. SQLite finds numbers and looks the leads up. PostgreSQL would
    /// join the two by reading the whole table; it finds the rows themselves, and the offset holds it to the index.
    fn among(&self, hits: Sql, columns: &'static str) -> Sql {
        let (head, tail) = match self.backend {
            Backend::Sqlite => {
                (["with hits as materialized (", "", ""], [") select ", columns, " from hits cross join lead where lead.id = hits.id and "])
            }
            Backend::Postgres => (["select ", columns, " from ("], [" offset 0) as lead where ", "", ""]),
        };
        let mut sql = Sql::new("");
        for part in head {
            sql.push(part);
        }
        sql.push_sql(hits);
        for part in tail {
            sql.push(part);
        }
        sql
    }

    /// Counts the queue up to `limit`, whatever the filter.
    fn queue_only(&self, limit: i64) -> Sql {
        let mut sql = Sql::new("select count(*) from (select 1 from lead where ");
        self.queue(&mut sql);
        sql.push(" limit ").push_bind(limit).push(") as counted");
        sql
    }

    /// Counts what passes the filter among the first `looked` of the queue, up to `limit`.
    fn filtered(&self, looked: i64, limit: i64) -> Sql {
        let mut sql = Sql::new("select count(*) from (select 1 from (select * from lead where ");
        self.queue(&mut sql);
        sql.push(" limit ").push_bind(looked).push(") as lead where ");
        self.conditions(&mut sql);
        sql.push(" limit ").push_bind(limit).push(") as counted");
        sql
    }

    fn conditions(&self, sql: &mut Sql) {
        self.queue(sql);
        if let Some(tree) = self.filter {
            sql.push(" and ");
            filter::push(sql, tree, self.context);
        }
    }

    /// What stands in the queue: [`Queue::holds`] as SQL.
    fn queue(&self, sql: &mut Sql) {
        let Context { me, now, .. } = *self.context;
        match self.queue {
            Queue::Mine => sql.push("lead.desk = ").push_bind(me).push(" and lead.is_open = 1"),
            Queue::Unassigned => sql.push("lead.state = 'unassigned'"),
            Queue::DueSoon => sql.push("lead.due_key >= ").push_bind(now).push(" and lead.due_key <= ").push_bind(now.plus(DUE_SOON)),
            Queue::Breached => sql.push("lead.due_key < ").push_bind(now).push(" and lead.is_open = 1"),
            Queue::Review => sql.push("lead.state = 'review'"),
            Queue::Quarantine => sql.push("lead.state = 'quarantined'"),
            Queue::All => sql.push("1 = 1"),
        };
    }

    fn placed(&self, sql: &mut Sql, span: Span<'_>) {
        let Some((cursor, edge)) = span.from else { return };
        let (_, column, falls) = order(self.sort);
        sql.push(" and (").push(column).push(", lead.id) ");
        sql.push(match (span.forwards != falls, edge) {
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

    fn ordered(&self, sql: &mut Sql, span: Span<'_>) {
        let (_, column, falls) = order(self.sort);
        sql.push(" order by ").push(column);
        sql.push(if span.forwards == falls { " desc, lead.id desc" } else { ", lead.id" });
    }
}

/// The leads that contain the words of the filter by the index of the text, if it has such: one of the few statements that
/// differ.
fn matching(backend: Backend, filter: &Filter) -> Option<Sql> {
    let needed = words_needed(filter);
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
    Some(match backend {
        Backend::Sqlite => Sql::new("select rowid as id from lead_text where lead_text match $1").bind(query.join(" ")),
        Backend::Postgres => {
            Sql::new("select * from lead where array_to_tsvector(array_remove(string_to_array(search, ' '), '')) @@ cast($1 as tsquery)")
                .bind(query.join(" & "))
        }
    })
}
