//! Requests and claims from files, with what became of them where they come from.

use super::{APPROVES, Desk, FUND, PAYS, PROGRAM, eur};
use crate::{
    app::{ANNA, text},
    support::databases::on_both,
};
use pilothouse::{
    app::{
        AuthorityCommand, Command,
        import::{Job, Pass, Report, choose, funding, mapping::Kind},
    },
    domain::{
        event::Event,
        id::{ClaimId, RequestId},
        mdf::{
            approval::Limit,
            check::CheckKind,
            claim::{Claim, ClaimState},
            request::{Request, RequestCommand, RequestState},
        },
    },
};

/// One approval for anything, and no documents asked for.
const RULES: &str = "\n[mdf]\nproofs = []\nclaim_days = 45\n\n[mdf.approval]\none = { EUR = 50000 }\n";

const REQUESTS: &str = "\
Request,Fund,Partner,Title,Category,Starts On,Ends On,Asked,Cost,Currency,Submit,Submitted At,Approved At,Approved,Rejected At,Decided By
A,Q2,NORD,Spring fair,Event,2026-03-23,2026-03-24,1000,2000,EUR,,2026-03-04,2026-03-05,,,op 5
B,F-1,nordlicht systeme,Mailing,Event,2026-03-23,,800,1600,EUR,,2026-03-04,2026-03-06,500,,OP 5
C,Q2,NORD,Too dear,Event,2026-03-23,,900,1800,EUR,,2026-03-04,,,2026-03-05,op 6
D,Q2,NORD,To be decided,Event,2026-05-20,,700,,EUR,yes,,,,,
E,Q2,NORD,More than our half,Event,2026-05-20,,700,800,EUR,yes,,,,,
F,Q9,NORD,No such fund,Event,2026-05-20,,700,,EUR,yes,,,,,
G,Q2,NORD,Approved by nobody,Event,2026-03-23,,700,,EUR,,2026-03-04,2026-03-05,,,
H,Q2,NORD,Out of order,Event,2026-03-23,,700,,EUR,,2026-03-06,2026-03-05,,,op 5
I,Q2,NORD,By a stranger,Event,2026-03-23,,700,,EUR,,2026-03-04,2026-03-05,,,Mr X
K,Q2,NORD,By somebody of finance,Event,2026-03-23,,700,,EUR,,2026-03-04,2026-03-05,,,op 8
J,Q2,NORD,By who writes it down,Event,2026-03-23,,700,,EUR,,2026-03-04,2026-03-05,,,anna
";

const CLAIMS: &str = "\
Claim,Request,Asked,Cost,Currency,Invoice,Vendor,Submit,Submitted At,Approved At,Approved,Rejected At,Decided By,Paid At,Paid,Paid By,Reference
1,A,700,1400,EUR,2026/17,Hall,,2026-03-26,2026-03-27,,,op 5,2026-03-30,,op 8,WIRE-1
2,A,400,800,EUR,2026/18,Hall,,2026-03-28,2026-03-29,,,op 5,2026-03-30,,op 8,
3,B,500,1000,EUR,99,Print,,2026-03-28,2026-03-29,250,,op 5,,,,
4,B,100,1400,EUR,2026-17,HALL,,2026-03-29,2026-03-30,,,op 5,,,,
5,B,100,200,EUR,7,Hall,,2026-05-20,2026-05-21,,,op 6,,,,
6,B,50,100,EUR,8,Print,yes,,,,,,,,,
7,Z,50,100,EUR,9,Print,yes,,,,,,,,,
8,B,50,100,EUR,10,Print,,2026-03-28,,,2026-03-29,op 6,,,,
";

async fn take(desk: &Desk, kind: Kind, text: &str, pass: Pass) -> Report {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("list.csv");
    std::fs::write(&path, text).expect("a file");
    let mapping = choose(kind, &path, None).unwrap_or_else(|error| panic!("{error}"));
    let job = Job { path, mapping, rejects: None };
    funding::import(desk.app(), ANNA, job, pass, &mut |_| {}).await.unwrap_or_else(|error| panic!("{error}"))
}

/// Planned, then carried out: both say the same.
async fn taken(desk: &Desk, kind: Kind, text: &str) -> Report {
    let planned = take(desk, kind, text, Pass::Plan).await;
    let carried = take(desk, kind, text, Pass::Carry).await;
    assert_eq!((planned.counts, &planned.rejects, told(&planned)), (carried.counts, &carried.rejects, told(&carried)));
    carried
}

fn told(report: &Report) -> Vec<String> {
    // Numbers of the scratch database of a plan are not those of the real one.
    let sentences = report.deals.as_ref().map(|figures| figures.refused.clone()).unwrap_or_default();
    let plain = |sentence: String| {
        sentence.split(' ').filter(|word| !word.starts_with("M-") && !word.starts_with("R-")).collect::<Vec<_>>().join(" ")
    };
    sentences.into_iter().map(plain).collect()
}

async fn desk(fresh: &crate::support::databases::Fresh) -> Desk {
    let desk = Desk::opened(fresh, "20000").await;
    desk.house.run(ANNA, Command::Program { toml: format!("{PROGRAM}{RULES}"), note: text("one approval") }).await;
    let limit = |operator| AuthorityCommand::SetLimit(Limit { operator, amount: eur("30000"), from: super::day(0), until: None });
    desk.house.run(ANNA, Command::Authority(APPROVES.into_iter().map(limit).collect())).await;
    // 2026-05-25: everything that the files tell has taken place.
    desk.pass_days(84);
    desk
}

async fn requests(desk: &Desk) -> Vec<Request> {
    let ids: Vec<RequestId> = (1..=7).map(RequestId).collect();
    desk.app().db().read().await.expect("open").requests(&ids).await.expect("read")
}

async fn claims(desk: &Desk) -> Vec<Claim> {
    let ids: Vec<ClaimId> = (1..=7).map(ClaimId).collect();
    desk.app().db().read().await.expect("open").claims(&ids).await.expect("read")
}

fn failed(claim: &Claim) -> Vec<CheckKind> {
    claim.findings.iter().filter(|finding| finding.is_failed()).map(|finding| finding.kind).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_past_goes_through_the_rules_at_its_own_time() {
    on_both(|fresh| async move {
        let desk = desk(&fresh).await;
        let report = taken(&desk, Kind::Request, REQUESTS).await;
        assert_eq!(report.counts.to_string(), "read 11 = drafted 1 + submitted 3 + decided 3 + rejected 4", "{report:?}");
        for (reject, why) in report.rejects.iter().zip([
            "line 7, column 2 (`Fund`): there is no fund \"Q9\"; did you mean q2?",
            "line 8, column 16 (`Decided By`): `decided_by` is missing: approved_at needs the operator who did it",
            "line 9, column 13 (`Approved At`): `approved_at` lies before `submitted_at`",
            "line 10, column 16 (`Decided By`): \"Mr X\" is no operator",
        ]) {
            assert!(reject.contains(why), "{reject} is not {why}");
        }
        assert!(told(&report).iter().any(|why| why.contains("line 12: funds:J:") && why.contains("asked for it")), "{:?}", told(&report));
        let made = requests(&desk).await;
        let [whole, part, rejected, not_theirs, own, open, kept] = made.as_slice() else { panic!("{made:?}") };
        let granted = |request: &Request| request.commitment().map(|commitment| (commitment.amount.to_string(), commitment.at.to_string()));
        assert_eq!(granted(whole), Some(("EUR 1,000.00".into(), "2026-03-05T00:00:00Z".into())));
        assert_eq!(granted(part), Some(("EUR 500.00".into(), "2026-03-06T00:00:00Z".into())));
        assert_eq!(not_theirs.state, RequestState::Submitted, "finance gives no first approval");
        assert_eq!(own.state, RequestState::Submitted, "nobody approves what they bring in");
        let refused = desk.request(ANNA, open.id, RequestCommand::Approve { amount: None, seen: open.pin(), on_behalf_of: None }).await;
        assert!(refused.is_err_and(|why| why.contains("asked for it")), "not even later");
        assert!(matches!(rejected.state, RequestState::Rejected { .. }), "{rejected:?}");
        assert!(
            open.state == RequestState::Submitted && open.plan.cost == eur("1400"),
            "what costs nothing costs what makes it our half: {open:?}"
        );
        assert_eq!(kept.state, RequestState::Draft, "700 is more than half of 800");

        let report = taken(&desk, Kind::Claim, CLAIMS).await;
        assert_eq!(report.counts.to_string(), "read 8 = drafted 0 + submitted 3 + decided 4 + rejected 0 + refused 1");
        let made = claims(&desk).await;
        let closed = &made[0];
        assert!(matches!(closed.state, ClaimState::Closed { .. }), "paid in full: {closed:?}");
        assert_eq!(
            (closed.paid(), closed.payments[0].by, closed.payments[0].at.to_string()),
            (eur("700"), PAYS[0], "2026-03-30T00:00:00Z".into())
        );
        assert_eq!(
            (&made[1].state, failed(&made[1])),
            (&ClaimState::Submitted, vec![CheckKind::Headroom, CheckKind::Preapproved]),
            "300 of 1,000 are left, and 400 are asked"
        );
        assert!(matches!(&made[2].state, ClaimState::Approved { approval } if approval.amount == eur("250")), "{:?}", made[2]);
        assert!(
            failed(&made[3]).contains(&CheckKind::Duplicate) && made[3].state == ClaimState::Submitted,
            "invoice 2026/17 of Hall was claimed: {:?}",
            made[3]
        );
        let late = &made[4];
        assert!(failed(late).contains(&CheckKind::Deadline) && late.waivers.contains_key(&CheckKind::Deadline), "{late:?}");
        let balances = desk.balances(FUND).await;
        assert_eq!(balances[0], 2_000_000);
        assert_eq!(balances[4], 70_000, "one payment");

        let before = desk.app().db().read().await.expect("open").digests().await.expect("read");
        for (kind, file) in [(Kind::Request, REQUESTS), (Kind::Claim, CLAIMS)] {
            let again = take(&desk, kind, file, Pass::Carry).await;
            assert_eq!(again.counts.known + again.counts.rejected + again.counts.refused, again.counts.read(), "{again:?}");
        }
        let after = desk.app().db().read().await.expect("open").digests().await.expect("read");
        assert_eq!(format!("{before:?}"), format!("{after:?}"), "the same files again change nothing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_manages_operators_writes_a_past_down_and_the_chain_says_who() {
    on_both(|fresh| async move {
        let desk = desk(&fresh).await;
        take(&desk, Kind::Request, REQUESTS, Pass::Carry).await;
        let mut session = desk.app().db().read().await.expect("open");
        let chain = session.audit_since(pilothouse::domain::id::AuditSeq(0), 10_000).await.expect("read");
        let past_head = chain.last().expect("something happened").seq;
        let told: Vec<_> = chain.iter().filter(|past| matches!(past.record.event, Event::Recounted(_))).collect();
        assert_eq!(told.len(), 10, "five requests, three of them decided and two denied");
        for past in told {
            let Event::Recounted(recounted) = past.record.event else { unreachable!() };
            assert_eq!((recounted.by, recounted.at), (ANNA, desk.app().now()));
            assert!(past.record.at < recounted.at, "{past:?}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("list.csv");
        std::fs::write(&path, REQUESTS).expect("a file");
        let job = Job { path: path.clone(), mapping: choose(Kind::Request, &path, None).expect("known columns"), rejects: None };
        let file = REQUESTS.replace("\nA,", "\nA2,");
        std::fs::write(&path, file).expect("a file");
        let refused = funding::import(desk.app(), crate::app::BEN, job, Pass::Carry, &mut |_| {}).await.expect_err("a triager is refused");
        assert!(refused.to_string().contains("manage operators"), "{refused}");
        let chain = desk.app().db().read().await.expect("open").audit_since(past_head, 10).await.expect("read");
        assert!(
            matches!(&*chain, [denied] if matches!(denied.record.event, Event::Denied(_)) && denied.record.at == desk.app().now()),
            "{chain:?}"
        );
    })
    .await;
}
