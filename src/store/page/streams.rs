//! Pages of a queue that is no stretch of any index: what somebody may decide. A room divides such a queue into streams, the
//! records of which one column says the same; in each order there is an index of every stream, and a page is merged from their
//! heads. However many records there are, and however few of them are anybody's, no more of them are looked at.

use super::{Listing, Look, Order, Place, RANGE_MAX, Result, Session, Span, Sql, few, filter, matching, ranges_needed};
use std::{cmp::Ordering, collections::BTreeMap};

/// The records of one stream, or those of them that are no more than an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    pub key: String,
    pub most: Option<i64>,
}

/// Streams of which one statement asks. SQLite takes 500.
const AT_ONCE: usize = 32;
/// Of more streams than these few, not everything is asked at first that a page could hold of each.
const FEW: usize = 8;
/// What is asked at first of many streams, of a page of all of them.
const SHARE: usize = 4;

/// The number of the stream, and a place in it.
type Head = (i64, i64, i64, String);

impl Session {
    pub(super) async fn places_streamed<L: Listing>(
        &mut self,
        look: &Look<'_, L>,
        streams: &[Stream],
        span: Span<'_, L::Id>,
    ) -> Result<Vec<Place>> {
        for range in look.filter.map(ranges_needed::<L>).unwrap_or_default() {
            let mut found = look.found_by();
            filter::push::<L>(&mut found, range, look.context);
            if self.counted(&few(found.clone(), RANGE_MAX + 1)).await? <= RANGE_MAX {
                return self.all(look.gather(Some(found), span)).await;
            }
        }
        if let Some(hits) = look.filter.and_then(|filter| matching::<L>(self.backend(), filter))
            && self.counted(&few(hits.clone(), RANGE_MAX + 1)).await? <= RANGE_MAX
        {
            return self.all(look.gather(Some(hits), span)).await;
        }
        let limit = span.limit as usize;
        let first = if streams.len() <= FEW { limit } else { (SHARE * limit / streams.len()).clamp(SHARE.min(limit), limit) };
        let all: Vec<usize> = (0..streams.len()).collect();
        let mut heads =
            self.stream_heads(look, (streams, &all), Span { limit: u32::try_from(first).unwrap_or(span.limit), ..span }).await?;
        heads.sort_by(|a, b| look.order.compare(a, b, span.forwards));
        if first < limit {
            let short = short(&heads, first, limit, |a, b| look.order.compare(a, b, span.forwards));
            heads.retain(|head| usize::try_from(head.0).is_ok_and(|number| !short.contains(&number)));
            heads.extend(self.stream_heads(look, (streams, &short), span).await?);
            heads.sort_by(|a, b| look.order.compare(a, b, span.forwards));
        }
        heads.truncate(limit);
        Ok(heads.into_iter().map(|(_, id, number, words)| (id, number, words)).collect())
    }

    /// The first of each of these streams, as many as the span says.
    async fn stream_heads<L: Listing>(
        &mut self,
        look: &Look<'_, L>,
        (streams, numbers): (&[Stream], &[usize]),
        span: Span<'_, L::Id>,
    ) -> Result<Vec<Head>> {
        let mut heads = Vec::new();
        for part in numbers.chunks(AT_ONCE) {
            let mut sql = Sql::new("");
            for (i, number) in part.iter().enumerate() {
                sql.push(if i > 0 { " union all select * from (select cast(" } else { "select * from (select cast(" });
                sql.push_bind(i64::try_from(*number).unwrap_or(i64::MAX)).push(" as bigint), ");
                look.columns(&mut sql);
                sql.push(" from ").push(L::TABLE).push(" where ");
                stream::<L>(&mut sql, &streams[*number]);
                look.filtered_by(&mut sql);
                look.placed(&mut sql, span);
                look.ordered(&mut sql, span);
                sql.push(" limit ").push_bind(span.limit).push(") as head");
            }
            heads.append(&mut self.all::<Head>(sql).await?);
        }
        Ok(heads)
    }

    /// How many records the streams hold, up to `limit`.
    pub(super) async fn counted_streams<L: Listing>(&mut self, streams: &[Stream], limit: i64) -> Result<i64> {
        let (whole, part): (Vec<&Stream>, Vec<&Stream>) = streams.iter().partition(|stream| stream.most.is_none());
        let mut counts = Vec::new();
        for keys in whole.chunks(AT_ONCE * AT_ONCE) {
            let mut sql = Sql::new("");
            sql.push(L::STREAM.0).push(" in ").push_list(keys.iter().map(|stream| stream.key.as_str()));
            counts.push(sql);
        }
        for one in part {
            let mut sql = Sql::new("");
            stream::<L>(&mut sql, one);
            counts.push(sql);
        }
        let mut n = 0;
        for condition in counts {
            if n >= limit {
                break;
            }
            let mut sql = Sql::new("");
            let Sql { text, args } = condition;
            sql.text = format!("select count(*) from (select 1 from {} where {text} limit ", L::TABLE).into();
            sql.args = args;
            sql.push_bind(limit - n).push(") as counted");
            n += self.counted(&sql).await?;
        }
        Ok(n)
    }
}

impl<L: Listing> Look<'_, L> {
    /// Appends that a record stands in one of the streams.
    pub(super) fn in_streams(sql: &mut Sql, streams: &[Stream]) {
        let (whole, part): (Vec<&Stream>, Vec<&Stream>) = streams.iter().partition(|stream| stream.most.is_none());
        sql.push("(").push(L::STREAM.0).push(" in ").push_list(whole.iter().map(|stream| stream.key.as_str()));
        for one in part {
            sql.push(" or (");
            stream::<L>(sql, one);
            sql.push(")");
        }
        sql.push(")");
    }

    fn filtered_by(&self, sql: &mut Sql) {
        if let Some(tree) = self.filter {
            sql.push(" and ");
            filter::push::<L>(sql, tree, self.context);
        }
    }
}

impl Order {
    /// Which of two stands first on the way of the page.
    fn compare(self, a: &Head, b: &Head, forwards: bool) -> Ordering {
        let order = (a.2, &a.3, a.1).cmp(&(b.2, &b.3, b.1));
        if forwards == self.falls { order.reverse() } else { order }
    }
}

/// The streams of which all that was `asked` for came and stands on the page of `limit`: they may hold more of it. The heads are in
/// order.
fn short(heads: &[Head], asked: usize, limit: usize, compare: impl Fn(&Head, &Head) -> Ordering) -> Vec<usize> {
    let end = limit.checked_sub(1).and_then(|last| heads.get(last));
    let mut of: BTreeMap<i64, (usize, &Head)> = BTreeMap::new();
    for head in heads {
        let (count, last) = of.entry(head.0).or_insert((0, head));
        (*count, *last) = (*count + 1, head);
    }
    let is_short = |(count, last): (usize, &Head)| count >= asked && end.is_none_or(|end| compare(last, end).is_lt());
    of.into_iter().filter(|(_, found)| is_short(*found)).filter_map(|(number, _)| usize::try_from(number).ok()).collect()
}

fn stream<L: Listing>(sql: &mut Sql, stream: &Stream) {
    sql.push(L::STREAM.0).push(" = ").push_bind(stream.key.as_str());
    if let Some(most) = stream.most {
        sql.push(" and ").push(L::STREAM.1).push(" <= ").push_bind(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_ends_within_the_page_is_asked_for_the_rest() {
        let order = Order { column: "", is_words: false, falls: false };
        let compare = |a: &Head, b: &Head| order.compare(a, b, true);
        let head = |stream: i64, due: i64| (stream, stream * 100 + due, due, String::new());
        let mut heads: Vec<Head> = [(1, 1), (1, 2), (1, 3), (2, 4), (2, 5), (3, 6), (2, 9)].map(|(stream, due)| head(stream, due)).into();
        heads.sort_by(compare);
        assert_eq!(short(&heads, 3, 6, compare), [1], "the second goes on beyond the page, of the third there is no more");
        assert_eq!(short(&heads, 3, 7, compare), [1], "the page ends with the last that is known of the second");
        assert_eq!(short(&heads, 3, 8, compare), [1, 2], "the page is not full");
        assert_eq!(short(&heads, 4, 8, compare), [0; 0], "nothing was held back");
    }
}
