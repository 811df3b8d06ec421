//! What waits for somebody is what they can decide: each item is tried by everybody, for themselves and for everybody else.

use super::*;
use crate::support::databases::{BACK_TO_20, on_both};
use pilothouse::{
    app::{Failure, MdfRecord, mdf::view::MdfViewer},
    domain::{
        fx::RateDay,
        mdf::{
            Refusal,
            approval::Delegation,
            claim::PaymentState,
            queue::{From, PageRequest, Queue, Sort},
        },
    },
    store::{Db, Sql},
};
use std::collections::{BTreeMap, BTreeSet};

/// Everybody who decides anything, and some who don't.
fn everybody() -> Vec<OperatorId> {
    [&[ANNA][..], &ASKS, &APPROVES, &PAYS].concat()
}

/// Whether the decision, tried and not carried out, is refused for who asks or for where the item stands.
async fn is_theirs(desk: &Desk, who: OperatorId, command: Command) -> bool {
    match desk.app().plan(who, &desk.app().request(command)).await {
        Ok(outcome) => outcome.mdf.into_iter().all(|item| match item.result {
            Ok(_) => true,
            Err(refusal) => {
                !matches!(refusal, Refusal::NotNow { .. } | Refusal::NotAllowed { .. } | Refusal::Denied { .. } | Refusal::Invalid { .. })
            }
        }),
        Err(Failure::Denied(_) | Failure::Mdf(_)) => false,
        Err(failure) => panic!("{failure}"),
    }
}

/// Approve it for oneself or for anybody, order its payment, or bring the payment on.
async fn decides(desk: &Desk, who: OperatorId, id: ItemId) -> bool {
    let step = |command| Command::Mdf(vec![MdfStep { target: Target::from(id), command }]);
    // What the first was for a part, the second is for the same.
    let part = match id {
        ItemId::Request(id) => {
            let request = desk.app().db().read().await.expect("open").requests(&[id]).await.expect("read").remove(0);
            request.signatures().next().map(|first| (first.amount, request.pin()))
        }
        _ => None,
    };
    for on_behalf_of in std::iter::once(None).chain(everybody().into_iter().map(Some)) {
        let command = match part {
            Some((amount, seen)) => MdfCommand::Request(RequestCommand::Approve { amount: Some(amount), seen, on_behalf_of }),
            None => MdfCommand::Approve { on_behalf_of },
        };
        if is_theirs(desk, who, step(command)).await {
            return true;
        }
    }
    let ItemId::Claim(claim) = id else { return false };
    if is_theirs(desk, who, step(MdfCommand::Claim(ClaimCommand::Pay { key: text("tried"), amount: None }))).await {
        return true;
    }
    for payment in desk.claim_seen(claim).await.payments {
        let file = BatchFile { name: text("tried.csv"), hash: ContentHash::of(b"tried") };
        let command = match payment.state {
            PaymentState::Ordered => Command::ExportBatch { payments: vec![(claim, payment.no)], file },
            PaymentState::Exported { .. } => {
                step(MdfCommand::Claim(ClaimCommand::ConfirmPayment { no: payment.no, reference: text("bank") }))
            }
            _ => continue,
        };
        if is_theirs(desk, who, command).await {
            return true;
        }
    }
    false
}

async fn mine(desk: &Desk, me: OperatorId) -> BTreeSet<ItemId> {
    let (viewer, now) = (MdfViewer { me, zone: chrono_tz::UTC, marked: Vec::new() }, desk.house.now());
    let mut found: Vec<BTreeSet<ItemId>> = Vec::new();
    for sort in Sort::ALL {
        let request = PageRequest { queue: Queue::Mine, filter: None, sort, me, now, from: From::Start, limit: 100 };
        let page = desk.app().mdf_page(&request, &viewer).await.expect("a page");
        found.push(page.rows.iter().map(|(_, row)| row.id).collect());
    }
    assert!(found.windows(2).all(|two| two[0] == two[1]), "each order holds the same: {found:?}");
    let counts = desk.app().mdf_counts(&viewer, Queue::Mine, None, now).await.expect("counts");
    assert_eq!(counts.queues[0].n, found[0].len() as u64, "the tab counts what the list holds, for {me}");
    found.remove(0)
}

/// An activity that can still be asked for after 25 days: 14 days ahead of it at least.
fn later(title: &str, asked: &str) -> Plan {
    Plan { starts_on: day(50), ends_on: day(52), ..plan(title, asked) }
}

/// Requests at and above limits, in two currencies, signed in part, edited, asked for by those who approve.
async fn asked(desk: &Desk) -> Vec<ItemId> {
    let usd = |amount: &str| Money::parse(amount, "USD".parse().expect("a currency")).expect("an amount");
    let in_dollars = |title: &str, amount: &str| {
        let asked = usd(amount);
        Plan { asked, cost: Money::new(asked.minor * 2, asked.currency), ..later(title, "1") }
    };
    let mut ids = Vec::new();
    for (who, plan) in [
        (ASKS[0], later("At the limit", "5000")),
        (ASKS[0], later("Above it", "5000.01")),
        (ASKS[0], in_dollars("At the limit in dollars", "6250")),
        (ASKS[0], in_dollars("Above it in dollars", "6250.01")),
        (ANNA, later("Asked for by the admin", "900")),
        (ASKS[0], later("Signed for a part", "12000")),
        (ASKS[0], later("Edited once it was signed", "12000")),
        (ASKS[0], later("Up to finance", "26000")),
    ] {
        ids.push(desk.ask(who, FUND, plan).await.expect("asked"));
    }
    let seen = desk.app().db().read().await.expect("open").requests(&ids).await.expect("read");
    let part = RequestCommand::Approve { amount: Some(eur("6000")), seen: seen[5].pin(), on_behalf_of: None };
    desk.request(APPROVES[0], ids[5], part).await.expect("the first of two");
    desk.step(APPROVES[0], ids[6], MdfCommand::Approve { on_behalf_of: None }).await.expect("the first of two");
    desk.request(ASKS[1], ids[6], RequestCommand::Edit { plan: Box::new(later("Edited", "11000")) }).await.expect("edited");
    desk.step(APPROVES[2], ids[6], MdfCommand::Approve { on_behalf_of: None }).await.expect("the first again");
    for who in [APPROVES[0], APPROVES[2]] {
        desk.step(who, ids[7], MdfCommand::Approve { on_behalf_of: None }).await.expect("two of three");
    }
    ids.into_iter().map(ItemId::Request).collect()
}

/// Claims to approve, to pay, on their way to the bank, and for what the admin asked.
async fn claimed(desk: &Desk) -> Vec<ItemId> {
    let drafts = vec![RequestDraft { fund: FUND, partner: PartnerId(1), plan: plan("Of the admin", "4000"), submit: true }];
    let done = only(desk.house.run(ANNA, Command::DraftRequests { drafts, source: DraftSource::Desk }).await).expect("asked");
    let MdfRecord::Request(request) = done.after else { panic!("a request was made") };
    desk.step(APPROVES[0], request.id, MdfCommand::Approve { on_behalf_of: None }).await.expect("approved");
    let first = desk.approved("Road show", "4000").await;
    desk.pass_days(25);
    let mut ids = vec![desk.claim_on(request.id, content("B-1", "200")).await];
    for n in 1..=5 {
        ids.push(desk.claim_on(first, content(&format!("A-{n}"), "200")).await);
    }
    for claim in &ids[2..] {
        desk.approve(APPROVES[2], *claim).await.expect("approved");
    }
    // One is to be paid; one is paid in part and ordered for the rest; one is with the bank; one is paid.
    let half = ClaimCommand::Pay { key: text("half"), amount: Some(eur("100")) };
    desk.claim(PAYS[0], ids[3], half).await.expect("ordered");
    desk.sent(PAYS[0], ids[4], "all").await;
    let (_, no) = desk.sent(PAYS[1], ids[5], "all").await;
    desk.claim(PAYS[1], ids[5], ClaimCommand::ConfirmPayment { no, reference: text("bank") }).await.expect("paid");
    desk.claim(ASKS[0], ids[1], ClaimCommand::Assign { to: Some(ASKS[0]) }).await.expect("handed to one who decides nothing");
    ids.into_iter().map(ItemId::Claim).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_somebody_is_what_they_can_decide() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "200000").await;
        let mut items = claimed(&desk).await;
        let rates: BTreeMap<_, _> = [("USD".parse().expect("a currency"), "1.25".parse().expect("a rate"))].into();
        desk.house.run(ANNA, Command::Rates(vec![RateDay { on: day(25), source: text("ECB"), rates }])).await;
        items.extend(asked(&desk).await);
        // From here on the second approver reaches as far as 5,000, and a day later stands in for the first one.
        let lower = AuthorityCommand::SetLimit(Limit { operator: APPROVES[1], amount: eur("5000"), from: day(25), until: None });
        let no_more = AuthorityCommand::SetLimit(Limit { operator: APPROVES[2], amount: eur("7000"), from: day(25), until: Some(day(26)) });
        let stand_in = |from, to, starts: u64, ends: u64| {
            AuthorityCommand::Delegate(Delegation { from, to, starts_on: day(starts), ends_on: day(ends) })
        };
        let commands = vec![lower, no_more, stand_in(APPROVES[0], APPROVES[1], 26, 26), stand_in(APPROVES[2], ANNA, 20, 24)];
        desk.house.run(ANNA, Command::Authority(commands)).await;
        let mut held: Vec<Vec<usize>> = Vec::new();
        for _ in 0..3 {
            for who in everybody() {
                let found = mine(&desk, who).await;
                for item in &items {
                    let can = decides(&desk, who, *item).await;
                    assert_eq!(found.contains(item), can, "{}: {item} for {who} after {} days", fresh.name, held.len());
                }
                assert!(found.iter().all(|id| items.contains(id)), "{}: {found:?}", fresh.name);
            }
            let mut counts = Vec::new();
            for who in everybody() {
                counts.push(mine(&desk, who).await.len());
            }
            held.push(counts);
            desk.pass_days(1);
        }
        assert_eq!(held, HELD.map(|day| day.to_vec()), "{}", fresh.name);
        let before = lines(&fresh.db).await;
        let mut tx = fresh.db.begin().await.expect("free");
        for text in BACK_TO_20 {
            tx.execute(Sql::new(text)).await.expect(text);
        }
        tx.commit().await.expect("saved");
        assert_eq!(lines(&fresh.opened_again().await).await, before, "{}: a database of before is brought up to date", fresh.name);
    })
    .await;
}

/// The list of the desk as it is kept.
async fn lines(db: &Db) -> Vec<String> {
    db.read().await.expect("open").dump("mdf_item").await.expect("read")
}

/// Counted by hand, on each of the three days: Anna, two who ask, three who approve, two of finance.
///
/// Seven wait for a first approval, five requests and two claims; Anna asked for one of each. 6,000 and 11,000 wait for the
/// second: the first approver has a part in both, the third in the latter. Finance has 26,000 to approve, two to pay, one of
/// which is also on its way, and one at the bank; Anna may pay as well. The second approver reaches as far as 5,000 in either
/// currency, and on the day on which they stand in as far as the first.
const HELD: [[usize; 8]; 3] = [[10, 0, 0, 7, 5, 8, 4, 4], [10, 0, 0, 7, 7, 8, 4, 4], [10, 0, 0, 7, 5, 8, 4, 4]];
