//! What the tests of every room's tables share: who is in the house, and reading a queue page by page.

use super::audit::note;
use crate::support::databases::{Fresh, START};
use pilothouse::{
    domain::{
        actor::Roles,
        filter::{self, Context},
        id::{CommandId, Number, OperatorId, PartnerId},
        page::{Cursor, From, PageRequest, SortKey},
        partner::{Partner, Profile},
        search,
        text::Text,
        time::{Instant, Span},
    },
    store::{
        Db, Effort, Error, Listing, PageRequestOf, Unit,
        unit::{Changes, OperatorRow},
    },
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use std::fmt::Debug;

pub const ME: OperatorId = OperatorId(2);

pub fn minutes(minutes: i64) -> Instant {
    START.plus(Span::minutes(minutes))
}

pub fn command(n: u128) -> CommandId {
    CommandId(uuid::Uuid::from_u128(n))
}

/// So many of `strategy`, the same in every run; `numbered` gives each its number, from 1.
pub fn some<R: Debug>(count: i64, strategy: impl Strategy<Value = R>, numbered: impl Fn(i64, R) -> R) -> Vec<R> {
    let mut runner = TestRunner::deterministic();
    (1..=count).map(|id| numbered(id, strategy.new_tree(&mut runner).expect("a strategy").current())).collect()
}

pub async fn saved(db: &Db, n: u128, mut changes: Changes) -> Result<(), Error> {
    if changes.records.is_empty() {
        changes.records.push(note(1));
    }
    let mut tx = db.begin().await.expect("free");
    tx.save(command(n), changes).await?;
    Unit::commit(tx).await
}

/// The name and tier of the partners, by number from 1.
const PARTNERS: [(&str, &str); 3] = [("Nordwind Systems", "Gold"), ("Südwest AG", ""), ("Nordlicht", "silver")];

/// These records, with the partners and operators of the house.
pub async fn moved_in(db: &Db, records: Changes) {
    let partner = |(id, (name, tier)): (i64, (&str, &str))| {
        let profile =
            Profile { code: Text::clean(&format!("p{id}")), name: Text::clean(name), tier: Text::clean(tier), ..Profile::default() };
        Partner { id: PartnerId(id), version: 1, updated_at: START, profile, since: None, steps: Vec::new() }
    };
    let operator = |(id, name): (i64, &str)| OperatorRow {
        id: OperatorId(id),
        version: 1,
        name: Text::clean(name),
        login: None,
        roles: Roles::default(),
        active: true,
    };
    let partners = (1..).zip(PARTNERS).map(partner).collect();
    let operators = (1..).zip(["engine", "Anna Berg", "Bert Noss"]).map(operator).collect();
    saved(db, 1, Changes { partners, operators, ..records }).await.expect("saved");
}

/// What filters compare of a partner: the words of the name, and the code of the tier.
pub fn partner_words(id: Option<PartnerId>) -> (String, String) {
    let (name, tier) = id.map_or(("", ""), |id| PARTNERS[usize::try_from(id.0 - 1).expect("small")]);
    (search::words(name), search::slug(tier))
}

/// What filters compare of an operator.
pub fn operator_words(id: Option<OperatorId>) -> String {
    search::words(id.map_or("", |id| if id == ME { "Anna Berg" } else { "Bert Noss" }))
}

pub fn text(text: &str) -> filter::Datum<'_> {
    if text.is_empty() { filter::Datum::Missing } else { filter::Datum::Text(text) }
}

pub fn context<R: filter::Room>(marked: &[R::Id]) -> Context<'_, R> {
    Context { now: START, zone: chrono_tz::Tz::Europe__Berlin, me: ME, marked, reach: None }
}

/// The places in their order.
pub fn in_order<I: Ord>(mut places: Vec<Cursor<I>>, falls: bool) -> Vec<Cursor<I>> {
    places.sort_by(|a, b| {
        let keys = match (&a.key, &b.key) {
            (SortKey::Number(a), SortKey::Number(b)) => a.cmp(b),
            (SortKey::Company(a), SortKey::Company(b)) => a.cmp(b),
            _ => unreachable!("one sort, one kind of key"),
        };
        keys.then(a.id.cmp(&b.id))
    });
    if falls {
        places.reverse();
    }
    places
}

/// Which queue is read, in which order, through which filter.
pub fn request<L: Listing>(queue: L::Queue, sort: L::Sort, filter: Option<filter::Filter<L>>, limit: u32) -> PageRequestOf<L> {
    PageRequest { queue, filter, sort, me: ME, now: START, from: From::Start, limit }
}

/// Reads the whole queue page by page.
async fn read<L: Listing>(
    db: &Db,
    request: &PageRequestOf<L>,
    context: &Context<'_, L>,
    (effort, forwards): (Effort, bool),
) -> Vec<Cursor<L::Id>>
where
    PageRequestOf<L>: Clone,
{
    let mut session = db.read().await.expect("open");
    let mut request = PageRequest { from: if forwards { From::Start } else { From::End }, ..request.clone() };
    let mut all: Vec<Cursor<L::Id>> = Vec::new();
    loop {
        let page = session.page_within(&request, context, effort).await.expect("a page");
        let places: Vec<Cursor<L::Id>> = page.rows.into_iter().map(|(cursor, _)| cursor).collect();
        let (more, next) = if forwards { (page.more_after, places.last().cloned()) } else { (page.more_before, places.first().cloned()) };
        if forwards {
            all.extend(places);
        } else {
            all.splice(0..0, places);
        }
        match next.filter(|_| more) {
            Some(cursor) => request.from = if forwards { From::After(cursor) } else { From::Before(cursor) },
            None => return all,
        }
    }
}

const EFFORTS: [Effort; 3] =
    [Effort { steps_max: 4_000, gather_max: 2_000 }, Effort { steps_max: 30, gather_max: 0 }, Effort { steps_max: 1, gather_max: 1 }];

/// The effort of one reading, and whether it goes forwards: the `n`th of all ways.
pub const fn way(n: usize) -> (Effort, bool) {
    (EFFORTS[n % 3], (n / 3).is_multiple_of(2))
}

/// The queue holds what is wanted: read in each of these ways, and counted.
pub async fn holds<L: Listing>(
    fresh: &Fresh,
    request: &PageRequestOf<L>,
    context: &Context<'_, L>,
    ways: impl IntoIterator<Item = (Effort, bool)>,
    wanted: &[Cursor<L::Id>],
) where
    PageRequestOf<L>: Clone + Debug,
{
    for way in ways {
        let found = read(&fresh.db, request, context, way).await;
        assert_eq!(found, wanted, "{} {way:?} {request:?}", fresh.name);
    }
    let mut session = fresh.db.read().await.expect("open");
    let count = session.count(request.queue, request.filter.as_ref(), context, 1_000).await.expect("a count");
    assert_eq!((count.n, count.at_least), (wanted.len() as u64, false), "{} {request:?}", fresh.name);
}

/// Every queue in every order, in all ways, and from its middle.
pub async fn all_hold<L: Listing>(
    fresh: &Fresh,
    queues: &[L::Queue],
    sorts: &[L::Sort],
    context: &Context<'_, L>,
    expected: impl Fn(L::Queue, L::Sort) -> Vec<Cursor<L::Id>>,
) where
    PageRequestOf<L>: Clone + Debug,
{
    for (queue, sort) in queues.iter().flat_map(|queue| sorts.iter().map(|sort| (*queue, *sort))) {
        let wanted = expected(queue, sort);
        let request = request(queue, sort, None, 23);
        holds(fresh, &request, context, (0..6).map(way), &wanted).await;
        let middle = wanted.get(wanted.len() / 2).unwrap_or_else(|| panic!("a queue that is worth asking: {request:?}"));
        let request = PageRequest { from: From::At(middle.clone()), limit: 1, ..request };
        let page = fresh.db.read().await.expect("open").page(&request, context).await.expect("a page");
        assert_eq!(page.rows[0].0, *middle);
        assert_eq!((page.more_before, page.more_after), (wanted.len() > 1, wanted.len() / 2 + 1 < wanted.len()));
        near_it(fresh, &request, context, &wanted).await;
    }
}

/// A page around each of some records is the stretch of the queue in which it stands.
async fn near_it<L: Listing>(fresh: &Fresh, request: &PageRequestOf<L>, context: &Context<'_, L>, wanted: &[Cursor<L::Id>])
where
    PageRequestOf<L>: Clone + Debug,
{
    const BEFORE: usize = 2;
    let near = |id| PageRequest { from: From::Near(id), limit: 6, ..request.clone() };
    for at in [0, 1, wanted.len() / 2, wanted.len() - 1] {
        let Some(cursor) = wanted.get(at) else { continue };
        let page = fresh.db.read().await.expect("open").page(&near(cursor.id), context).await.expect("a page");
        let first = at.saturating_sub(BEFORE);
        let last = wanted.len().min(first + 6);
        let places: Vec<Cursor<L::Id>> = page.rows.into_iter().map(|(cursor, _)| cursor).collect();
        assert_eq!(places, wanted[first..last], "{} {at} {request:?}", fresh.name);
        assert_eq!((page.more_before, page.more_after), (first > 0, last < wanted.len()), "{} {at} {request:?}", fresh.name);
    }
    let page = fresh.db.read().await.expect("open").page(&near(L::Id::of(i64::MAX / 8)), context).await.expect("a page");
    assert_eq!(page.rows.first().map(|(cursor, _)| cursor), wanted.first(), "{} {request:?}", fresh.name);
}
