//! What the screen of the desk asks for.

use super::*;
use crate::support::databases::on_both;
use pilothouse::{
    app::{
        Command,
        mdf::{
            news::MdfCallCause,
            view::{MdfDetail, MdfViewer},
        },
    },
    domain::{
        escalation::Severity,
        filter,
        fx::RateDay,
        mdf::{
            approval::Step,
            fields::Funding,
            queue::{From, Item, ItemRow, PageRequest, Queue, Sort, Viewer},
        },
        money::Currency,
    },
};
use std::collections::BTreeMap;

fn viewer(me: OperatorId) -> MdfViewer {
    MdfViewer { me, zone: chrono_tz::UTC, marked: Vec::new() }
}

async fn rows(desk: &Desk, me: OperatorId, queue: Queue, sort: Sort, text: &str) -> Vec<ItemRow> {
    let filter = (!text.is_empty()).then(|| filter::parse::<Funding>(text).expect("a filter"));
    let request = PageRequest { queue, filter, sort, me, now: desk.house.now(), from: From::Start, limit: 100 };
    let page = desk.app().mdf_page(&request, &viewer(me)).await.expect("a page");
    page.rows.into_iter().map(|(_, row)| row).collect()
}

fn names(rows: &[ItemRow]) -> Vec<String> {
    rows.iter().map(|row| row.id.to_string()).collect()
}

/// A desk on which something of everything waits.
pub(super) async fn busy(fresh: &Fresh) -> Desk {
    let desk = Desk::opened(fresh, "100000").await;
    desk.fund("Ends soon", Holder::Region(text("DACH")), "700").await;
    let first = desk.approved("Road show", "4000").await;
    desk.ask(ASKS[0], FUND, plan("Fair in Kiel", "12000")).await.expect("asked");
    desk.ask(ASKS[0], FUND, plan("Trade days", "26000")).await.expect("asked");
    desk.step(APPROVES[0], RequestId(2), MdfCommand::Approve { on_behalf_of: None }).await.expect("the first of two");
    for who in [APPROVES[0], APPROVES[1]] {
        desk.step(who, RequestId(3), MdfCommand::Approve { on_behalf_of: None }).await.expect("two of three");
    }
    desk.pass_days(25);
    for n in 1..=4 {
        desk.claim_on(first, content(&format!("A-{n}"), "100")).await;
    }
    desk.claim(ASKS[0], ClaimId(2), ClaimCommand::RequestInfo { text: text("the list, please") }).await.expect("asked");
    desk.approve(APPROVES[2], ClaimId(3)).await.expect("approved");
    desk.claim(ASKS[0], ClaimId(4), ClaimCommand::Assign { to: Some(ASKS[0]) }).await.expect("assigned");
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn each_queue_holds_what_the_domain_says() {
    on_both(|fresh| async move {
        let desk = busy(&fresh).await;
        let mut session = desk.app().db().read().await.expect("open");
        let funds = session.funds(&[FundId(1), FundId(2)]).await.expect("read");
        let requests = session.requests(&[1, 2, 3].map(RequestId)).await.expect("read");
        let claims = session.claims(&[1, 2, 3, 4].map(ClaimId)).await.expect("read");
        let items = funds.iter().map(Item::Fund).chain(requests.iter().map(Item::Request)).chain(claims.iter().map(Item::Claim));
        let items: Vec<Item<'_>> = items.collect();
        for (me, days) in [(ASKS[0], 0), (APPROVES[0], 0), (APPROVES[2], 4), (PAYS[0], 60), (ANNA, 0), (ENGINE, 0)] {
            let actor = session.actor(me).await.expect("read").expect("an operator");
            let now = desk.house.now().plus(Span::hours(24 * days));
            // What waits for somebody depends on limits too: that is compared with the decisions themselves, beside.
            for queue in Queue::ALL.into_iter().filter(|queue| *queue != Queue::Mine) {
                for sort in Sort::ALL {
                    let held =
                        items.iter().filter(|item| queue.holds(**item, Viewer { actor: &actor, now })).map(|item| item.id().to_string());
                    let mut held: Vec<String> = held.collect();
                    let request = PageRequest { queue, filter: None, sort, me, now, from: From::Start, limit: 100 };
                    let page = desk.app().mdf_page(&request, &viewer(me)).await.expect("a page");
                    let mut found: Vec<String> = page.rows.iter().map(|(_, row)| row.id.to_string()).collect();
                    held.sort();
                    found.sort();
                    assert_eq!(found, held, "{}: {queue:?} by {sort:?} for {me}", fresh.name);
                }
            }
            let counts = desk.app().mdf_counts(&viewer(me), Queue::All, None, now).await.expect("counts");
            for (queue, count) in Queue::ALL.into_iter().zip(counts.queues).filter(|(queue, _)| *queue != Queue::Mine) {
                let held = items.iter().filter(|item| queue.holds(**item, Viewer { actor: &actor, now })).count();
                assert_eq!(usize::try_from(count.n), Ok(held), "{}: {queue:?} for {me}", fresh.name);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_find_what_they_say() {
    on_both(|fresh| async move {
        let desk = busy(&fresh).await;
        for (text, found) in [
            ("", "M-1 M-2 M-3 M-4 R-1 R-2 R-3"),
            ("kind:claim", "M-1 M-2 M-3 M-4"),
            ("kind:request amount>5000", "R-2 R-3"),
            ("amount:100 currency:EUR", "M-1 M-2 M-3 M-4"),
            ("stage:info_requested", "M-2"),
            ("check:fail", ""),
            ("fair", "R-2"),
            ("title:road", "M-1 M-2 M-3 M-4 R-1"),
            ("fund:q2 -kind:claim", "R-1 R-2 R-3"),
            ("fund:ends", ""),
            ("partner:nordlicht stage:submitted", "M-1 M-4 R-2 R-3"),
            ("tier:gold is:payable", "M-3"),
            ("owner:none kind:claim", "M-1 M-2 M-3"),
            ("owner:ben", "M-4"),
            ("is:mine", "M-4"),
            ("is:returned", "M-2"),
            ("country:DE category:event id:R-3", "R-3"),
            ("id:M-2,R-1", "M-2 R-1"),
            ("due<100d is:open kind:request", "R-2 R-3"),
            ("is:breached", "R-2 R-3"),
            ("is:suspect", ""),
        ] {
            for sort in Sort::ALL {
                let mut names = names(&rows(&desk, ASKS[0], Queue::All, sort, text).await);
                names.sort();
                assert_eq!(names.join(" "), found, "{}: `{text}` by {sort:?}", fresh.name);
            }
        }
        let funds = rows(&desk, ASKS[0], Queue::ExpiringFunds, Sort::Due, "").await;
        assert!(funds.is_empty(), "the period lasts for 65 days more: {funds:?}");
        desk.pass_days(40);
        let funds = rows(&desk, ASKS[0], Queue::ExpiringFunds, Sort::Amount, "kind:fund amount>500").await;
        assert_eq!(names(&funds), ["F-1", "F-2"]);
        assert_eq!((funds[1].region.clone(), funds[1].asked), (Some(text("DACH")), eur("700")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_item_tells_its_whole_story() {
    on_both(|fresh| async move {
        let desk = busy(&fresh).await;
        let now = desk.house.now();
        let Some(MdfDetail::Claim(claim)) = desk.app().mdf_detail(ClaimId(3).into(), now).await.expect("read") else { panic!("a claim") };
        assert_eq!((claim.request.id, claim.fund.id, claim.siblings.len()), (RequestId(1), FUND, 3));
        assert_eq!((claim.claim.findings.len(), claim.story.entries.len()), (13, 1), "every check, and what was set aside");
        assert_eq!(
            claim.steps.iter().map(|line| (line.step, line.given.map(|one| one.by))).collect::<Vec<_>>(),
            [(Step::First, Some(APPROVES[2]))]
        );
        assert!(claim.story.timeline.len() >= 4 && claim.story.calendar.is_some(), "{:?}", claim.story.timeline);
        let Some(MdfDetail::Request(request)) = desk.app().mdf_detail(RequestId(3).into(), now).await.expect("read") else {
            panic!("a request")
        };
        assert_eq!(request.steps.iter().filter(|line| line.given.is_some()).count(), 2);
        assert_eq!((request.steps.len(), request.claims.len()), (3, 0), "finance is still to sign");
        let Some(MdfDetail::Fund(fund)) = desk.app().mdf_detail(FUND.into(), now).await.expect("read") else { panic!("a fund") };
        assert_eq!((fund.requests.len(), fund.forecast.asked, fund.forecast.left), (3, eur("38000"), eur("58000")));
        assert_eq!(fund.story.entries.first().map(|row| row.entry.no), Some(6), "the newest first: allocated, committed, four claims");
        let funds = desk.app().mdf_funds(now).await.expect("read");
        assert_eq!(
            funds.iter().map(|one| (one.line.balances.available, one.forecast.asked)).collect::<Vec<_>>(),
            [(9_600_000, eur("38000")), (70_000, eur("0"))]
        );
        let kpis = desk.app().mdf_kpis(now).await.expect("read");
        assert_eq!((kpis.len(), kpis[0].1.utilisation_bp, kpis[0].1.first_pass_bp), (1, Some(0), Some(10_000)));
        let last = desk.app().mdf_last_done(ASKS[0]).await.expect("read").expect("Ben assigned a claim");
        assert_eq!((last.event.as_str(), last.records[0].0), ("claim.assigned", ItemId::Claim(ClaimId(4))));
        assert!(desk.app().mdf_payable((ClaimId(0), 0), 10).await.expect("read").is_empty(), "nothing is ordered yet");
        assert_eq!(desk.app().mdf_authority().await.expect("read").limits.len(), 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_after_an_item_is_called_to_it() {
    on_both(|fresh| async move {
        let desk = busy(&fresh).await;
        let (end, before) = desk.app().mdf_calls(ASKS[0], pilothouse::domain::id::AuditSeq(0)).await.expect("read");
        assert!(before.is_empty(), "Ben did all of it himself: {before:?}");
        let urgent = ClaimCommand::Escalate { severity: Severity::High, reason: text("the partner calls") };
        desk.claim(ASKS[1], ClaimId(4), urgent).await.expect("escalated");
        desk.claim(ASKS[1], ClaimId(1), ClaimCommand::Assign { to: Some(ASKS[0]) }).await.expect("handed over");
        desk.claim(ASKS[1], ClaimId(1), ClaimCommand::Flag { reason: text("odd") }).await.expect("flagged");
        let (_, calls) = desk.app().mdf_calls(ASKS[0], end).await.expect("read");
        let told: Vec<_> = calls.iter().map(|call| (call.item.to_string(), call.title.to_string(), call.cause)).collect();
        let version = desk.claim_seen(ClaimId(1)).await.version;
        let frozen = desk.claim_seen(ClaimId(4)).await.version;
        let about = |id: &str, cause| (id.to_owned(), "Road show".to_owned(), cause);
        assert_eq!(
            told,
            [
                about("M-4", MdfCallCause::Escalated { severity: Severity::High }),
                about("M-1", MdfCallCause::Handed),
                about("M-1", MdfCallCause::Suspected { version }),
                about("M-4", MdfCallCause::Suspected { version: frozen }),
            ]
        );
        let news = desk.app().mdf_news(end).await.expect("read");
        assert_eq!((news.happened.len() >= 4, news.titles.get(&ClaimId(4).into())), (true, Some(&text("Road show"))));
        let filter = filter::parse::<Funding>("is:suspect").expect("a filter");
        let ids = [1, 2].map(|id| ItemId::Claim(ClaimId(id))).to_vec();
        let among =
            desk.app().mdf_among(&[ids, vec![FUND.into()]].concat(), Queue::Suspect, &filter, &viewer(ASKS[0]), desk.house.now()).await;
        assert_eq!(among.expect("read").len(), 2, "both stand still, and the fund is no claim");
    })
    .await;
}

/// Funds, requests and claims share one list, and each is numbered by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_compared_with_those_of_its_kind() {
    on_both(|fresh| async move {
        let desk = busy(&fresh).await;
        for (filter, found) in [
            ("id>M-2", vec!["M-3", "M-4"]),
            ("id<=R-2", vec!["R-1", "R-2"]),
            ("id:M-2..M-3", vec!["M-2", "M-3"]),
            ("id:R-3,M-4", vec!["M-4", "R-3"]),
            ("-id>M-1", vec!["M-1", "R-1", "R-2", "R-3"]),
        ] {
            let mut ids = names(&rows(&desk, ANNA, Queue::All, Sort::Due, filter).await);
            ids.sort();
            assert_eq!(ids, found, "{}: {filter}", fresh.name);
        }
    })
    .await;
}

/// Amounts that no fund can bear are only sums on the screen, and no reason to show none.
#[tokio::test(flavor = "multi_thread")]
async fn funds_are_shown_whatever_is_asked_of_them() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "100").await;
        for title in ["All the money", "And as much again"] {
            let mut most = plan(title, "1");
            (most.cost.minor, most.asked.minor) = (i64::MAX, i64::MAX / 2);
            desk.ask(ASKS[0], FUND, most).await.expect("asked");
        }
        let shown = desk.app().mdf_funds(desk.house.now()).await.expect("funds");
        assert!(shown[0].forecast.left.minor < 0, "{}: {:?}", fresh.name, shown[0].forecast);
    })
    .await;
}

/// A request in another currency takes from the fund what today's rate makes of it: it was not counted at all.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_in_another_currency_counts_at_the_rate_of_today() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "10000").await;
        let usd: Currency = "USD".parse().expect("a currency");
        let rates = BTreeMap::from([(usd, "1.25".parse().expect("a rate"))]);
        desk.house.run(ANNA, Command::Rates(vec![RateDay { on: day(0), source: text("ECB"), rates }])).await;
        let mut abroad = plan("Abroad", "2500");
        (abroad.cost.currency, abroad.asked.currency) = (usd, usd);
        desk.ask(ASKS[0], FUND, abroad).await.expect("asked");
        desk.ask(ASKS[0], FUND, plan("At home", "1000")).await.expect("asked");
        let now = desk.house.now();
        let shown = desk.app().mdf_funds(now).await.expect("funds");
        // USD 2,500.00 are EUR 2,000.00 at 1.25 dollars a euro.
        assert_eq!((shown[0].forecast.asked, shown[0].forecast.left), (eur("3000"), eur("7000")), "{}", fresh.name);
        let Some(MdfDetail::Fund(fund)) = desk.app().mdf_detail(FUND.into(), now).await.expect("read") else { panic!("a fund") };
        assert_eq!(fund.forecast.asked, eur("3000"), "{}: the story says the same", fresh.name);
    })
    .await;
}
