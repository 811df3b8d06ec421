//! After everything that happened: each inbox, read from the database, holds what a signature of the domain says, item by item.

use super::books::Books;
use chrono_tz::UTC;
use pilothouse::{
    app::{App, mdf::view::MdfViewer},
    domain::{
        actor::{Actor, Permission},
        id::OperatorId,
        mdf::{
            approval::{Authority, Bill, Part, Parts, Signature, Signer},
            claim::ClaimState,
            desk::Desk,
            item::ItemId,
            queue::{From, PageRequest, Queue, Sort},
            request::RequestState,
        },
        money::Money,
    },
    store::unit::OperatorRow,
};
use std::collections::BTreeSet;

/// Whose inboxes are compared, and by what.
struct Day<'a> {
    app: &'a App,
    books: &'a Books,
    operators: Vec<OperatorRow>,
    authority: Authority,
}

/// The inboxes of everybody; gives how many items they hold together.
pub async fn agree(app: &App, books: &Books, name: &str) -> usize {
    let mut session = app.db().read().await.expect("open");
    let (operators, authority) = (session.operators().await.expect("read"), session.authority_of_all().await.expect("read"));
    drop(session);
    let day = Day { app, books, operators, authority };
    let mut held = 0;
    for one in &day.operators {
        let expected = day.expected(one);
        held += expected.len();
        for sort in Sort::ALL {
            for limit in [7, 500] {
                let found = day.pages(one.id, sort, limit).await;
                let set: BTreeSet<ItemId> = found.iter().copied().collect();
                assert_eq!(set, expected, "{name}: {} by {sort:?}, {limit} at once", one.id);
                assert_eq!(set.len(), found.len(), "{name}: {} by {sort:?}: each once", one.id);
            }
            let [by_few, at_once] = [day.pages(one.id, sort, 7).await, day.pages(one.id, sort, 500).await];
            assert_eq!(by_few, at_once, "{name}: {} by {sort:?}: in the same order", one.id);
        }
        let viewer = MdfViewer { me: one.id, zone: UTC, marked: Vec::new() };
        let counts = app.mdf_counts(&viewer, Queue::Mine, None, app.now()).await.expect("counts");
        assert_eq!(counts.queues[0].n, expected.len() as u64, "{name}: {}", one.id);
    }
    held
}

impl Day<'_> {
    /// The whole inbox, page by page.
    async fn pages(&self, me: OperatorId, sort: Sort, limit: u32) -> Vec<ItemId> {
        let viewer = MdfViewer { me, zone: UTC, marked: Vec::new() };
        let mut request = PageRequest { queue: Queue::Mine, filter: None, sort, me, now: self.app.now(), from: From::Start, limit };
        let mut found = Vec::new();
        loop {
            let page = self.app.mdf_page(&request, &viewer).await.expect("a page");
            found.extend(page.rows.iter().map(|(_, row)| row.id));
            match page.rows.last() {
                Some((cursor, _)) if page.more_after => request.from = From::After(cursor.clone()),
                _ => return found,
            }
        }
    }

    /// What somebody can decide, asked of every item.
    fn expected(&self, one: &OperatorRow) -> BTreeSet<ItemId> {
        let actor = Actor { id: one.id, name: one.name.clone(), roles: one.roles.clone() };
        let mut expected = BTreeSet::new();
        for request in self.books.requests.values().filter(|request| request.state == RequestState::Submitted) {
            let first = request.signatures().next().map(|first| first.amount);
            let bill = Bill {
                amount: first.unwrap_or(request.plan.asked),
                pin: request.pin(),
                given: &request.desk.signatures,
                parts: &request.desk.parts,
                steps: &request.desk.steps,
                base: None,
            };
            expected.extend(self.signs(&actor, bill).then_some(ItemId::Request(request.id)));
        }
        for claim in self.books.claims.values() {
            let asked = &self.books.requests[&claim.request].desk.parts;
            let pays = actor.roles.allow(Permission::MdfPay);
            let is_theirs = match &claim.state {
                _ if pays && claim.under_way().minor > 0 && claim.state.is_open() => true,
                ClaimState::Approved { .. } => pays && claim.payable().minor > 0 && may_pay(one.id, &claim.desk, asked),
                ClaimState::Submitted => {
                    let first = claim.signatures().next().map(|first: &Signature| first.amount);
                    let amount: Money = first.unwrap_or(claim.content.asked);
                    let desk = &claim.desk;
                    let base = Some(asked);
                    let bill = Bill { amount, pin: claim.pin(), given: &desk.signatures, parts: &desk.parts, steps: &desk.steps, base };
                    self.signs(&actor, bill)
                }
                _ => false,
            };
            expected.extend(is_theirs.then_some(ItemId::Claim(claim.id)));
        }
        expected
    }

    /// For themselves, or for anybody who may decide.
    fn signs(&self, actor: &Actor, bill: Bill<'_>) -> bool {
        let (at, today) = (self.app.now(), self.app.now().to_utc().with_timezone(&chrono_tz::Europe::Berlin).date_naive());
        let others = self.operators.iter().filter(|one| one.active && one.roles.allow(Permission::MdfDecide)).map(|one| Some(one.id));
        let signs = |on_behalf_of| bill.sign(Signer { actor, on_behalf_of, seen: bill.pin, at, today }, &self.authority).is_ok();
        actor.roles.allow(Permission::MdfDecide) && std::iter::once(None).chain(others).any(signs)
    }
}

fn may_pay(who: OperatorId, desk: &Desk, asked: &Parts) -> bool {
    ![Part::Asked, Part::Approved].iter().any(|part| desk.parts.has(who, *part)) && !asked.has(who, Part::Asked)
}
