//! What the desk refuses: the same paper twice, money that is not there, and direct SQL past all of it.

use super::*;
use crate::support::databases::on_both;
use pilothouse::{
    domain::mdf::{approval::Delegation, claim::ClaimState},
    store::{Error, Sql, Unit},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_invoice_is_found_across_partners_and_funds() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "20000").await;
        let request = desk.approved("Road show", "4000").await;
        let region = desk.fund("DACH", Holder::Region(text("DACH")), "20000").await;
        let drafts = vec![RequestDraft { fund: region, partner: PartnerId(2), plan: plan("Fair", "4000"), submit: true }];
        let done = only(desk.house.run(ASKS[0], Command::DraftRequests { drafts, source: DraftSource::Desk }).await).expect("asked");
        let MdfRecord::Request(other) = done.after else { panic!("a request was made") };
        desk.step(APPROVES[0], other.id, MdfCommand::Approve { on_behalf_of: None }).await.expect("approved");
        desk.pass_days(25);
        let first = desk.claim_on(request, content("INV-42", "1000")).await;
        desk.approve(APPROVES[0], first).await.expect("nothing speaks against it");
        let mut same = content("inv 42", "1000");
        same.documents.iter_mut().for_each(|one| one.hash = ContentHash::of(format!("other {}", one.name).as_bytes()));
        let second = desk.claim_on(other.id, same).await;
        let refused = desk.approve(APPROVES[0], second).await.expect_err("another partner was paid for it");
        assert!(refused.contains("stands in M-1 of P-1"), "{refused}");
        // Within one command, as an import brings them.
        let twice = desk.claims(ASKS[0], request, vec![content("B-1", "100"), content("B-1", "100")]).await;
        let last = desk.claim_seen(*twice[1].as_ref().expect("handed in all the same")).await;
        assert!(
            last.findings.iter().any(|finding| finding.is_failed() && finding.sentence().contains("stands in M-3")),
            "{:?}",
            last.findings
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headroom_is_checked_when_it_is_committed() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "5000").await;
        let [a, b] = [desk.ask(ASKS[0], FUND, plan("Fair", "3000")).await, desk.ask(ASKS[0], FUND, plan("Road show", "3000")).await];
        let (a, b) = (a.expect("asked"), b.expect("asking promises nothing"));
        let steps = |seen| {
            [a, b]
                .map(|id| MdfStep { target: Target { id: id.into(), seen }, command: MdfCommand::Approve { on_behalf_of: None } })
                .to_vec()
        };
        let request = desk.app().request(Command::Mdf(steps(None)));
        let plan = desk.app().plan(APPROVES[0], &request).await.expect("a plan");
        let answers: Vec<bool> = plan.mdf.iter().map(|item| item.result.is_ok()).collect();
        assert_eq!(answers, [true, false], "{:?}", plan.mdf[1].result);
        let [(before, after)] = plan.funds[..] else { panic!("one fund moves: {:?}", plan.funds) };
        assert_eq!((before.available, after.available, after.committed), (500_000, 200_000, 300_000));
        assert_eq!(desk.balances(FUND).await[1], 500_000, "a plan changes nothing");
        let done = desk.app().execute(APPROVES[0], request).await.expect("carried out");
        let refusal = done.mdf[1].result.as_ref().expect_err("it is gone").to_string();
        assert!(refusal.contains("F-1 is short of EUR 1,000.00"), "{refusal}");
        assert_eq!(desk.balances(FUND).await, [500_000, 200_000, 300_000, 0, 0, 0]);
    })
    .await;
}

async fn sql(desk: &Desk, text: &'static str) -> Result<u64, Error> {
    let mut tx = desk.app().db().begin().await.expect("free");
    let done = tx.execute(Sql::new(text)).await?;
    Unit::commit(tx).await?;
    Ok(done)
}

#[tokio::test(flavor = "multi_thread")]
async fn direct_sql_gets_nobody_further() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "20000").await;
        let request = desk.approved("Road show", "4000").await;
        desk.pass_days(25);
        let claim = desk.claim_on(request, content("A-1", "1000")).await;
        let sign =
            "insert into mdf_signature select 5, 99, 'first', 4, null, 0, 100000, 'EUR', revision, hash, null from claim where id = 1";
        let refused = sql(&desk, sign).await.expect_err("operator 4 handed it in");
        assert!(matches!(&refused, Error::Refused(why) if why.contains("asked for or paid")), "{refused}");
        desk.approve(APPROVES[0], claim).await.expect("approved");
        for (text, why) in [
            ("insert into payment values (1, 1, 'x', 100000, 'EUR', 5, 0, 'ordered', null, '', null)", "asked for or approved"),
            ("insert into payment values (1, 1, 'x', 100001, 'EUR', 8, 0, 'ordered', null, '', null)", "than was approved"),
            ("update claim set approved_minor = 99999 where id = 1", "without an approval"),
            ("insert into payment values (1, 1, 'x', 100000, 'EUR', 8, 0, 'confirmed', 1, 'bank', 1)", "begins as ordered"),
            ("insert into payment values (1, 1, 'x', 100000, 'KWD', 8, 0, 'ordered', null, '', null)", "currency of its fund"),
            ("update fund_entry set minor = 1", "never changed"),
            ("update fund_balance set available = available + 100, allocated = allocated + 100", "follow the entries"),
        ] {
            let refused = sql(&desk, text).await.expect_err(text);
            assert!(matches!(&refused, Error::Refused(said) if said.contains(why)), "{}: {text}: {refused}", fresh.name);
        }
        let more =
            "insert into mdf_signature select 5, 99, 'second', 6, null, 0, 99900000, 'EUR', revision, hash, null from claim where id = 1";
        let refused = sql(&desk, more).await.expect_err("1,000 were asked for");
        assert!(matches!(&refused, Error::Refused(why) if why.contains("than was asked for")), "{refused}");
        desk.sent(PAYS[0], claim, "k").await;
        let unposted = sql(&desk, "update payment set state = 'confirmed', answer = 'bank', answered_at = 1").await;
        assert!(matches!(&unposted, Err(Error::Refused(why)) if why.contains("its entry in the ledger")), "{}: {unposted:?}", fresh.name);
        let twice = sql(&desk, "insert into payment values (1, 2, 'k', 1, 'EUR', 8, 0, 'ordered', null, '', null)").await;
        assert!(matches!(twice, Err(Error::Exists(_) | Error::Refused(_))), "{}: {twice:?}", fresh.name);
        assert!(matches!(desk.claim_seen(claim).await.state, ClaimState::Approved { .. }));
    })
    .await;
}

/// The limit of somebody who left, or approves nothing any more, is nobody's.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_for_somebody_who_could_not() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "20000").await;
        let request = desk.ask(ASKS[0], FUND, plan("Road show", "900")).await.expect("asked");
        let to = |starts_on, ends_on| {
            let one = Delegation { from: APPROVES[0], to: APPROVES[1], starts_on, ends_on };
            Command::Authority(vec![AuthorityCommand::Delegate(one)])
        };
        desk.house.run(APPROVES[0], to(day(0), day(90))).await;
        let for_another = MdfCommand::Approve { on_behalf_of: Some(APPROVES[0]) };
        for (roles, active) in [(vec![Role::Triager], true), (vec![Role::Approver], false)] {
            let spec = OperatorSpec { name: text("op 5"), login: None, roles: Roles(roles), active };
            desk.house.run(ANNA, Command::Operator(spec)).await;
            let refused = desk.step(APPROVES[1], request, for_another.clone()).await.expect_err("who could not sign delegates nothing");
            assert!(refused.contains("has not delegated to"), "{}: {refused}", fresh.name);
        }
        let spec = OperatorSpec { name: text("op 5"), login: None, roles: Roles(vec![Role::Approver]), active: true };
        desk.house.run(ANNA, Command::Operator(spec)).await;
        desk.step(APPROVES[1], request, for_another).await.expect("back again");
    })
    .await;
}

/// As long as somebody else can.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_sets_their_own_limit() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "20000").await;
        let own = || {
            let limit = Limit { operator: ANNA, amount: eur("90000"), from: day(0), until: None };
            desk.app().request(Command::Authority(vec![AuthorityCommand::SetLimit(limit)]))
        };
        desk.app().execute(ANNA, own()).await.expect("there is nobody else");
        let spec = OperatorSpec { name: text("Olga"), login: None, roles: Roles(vec![Role::Admin]), active: true };
        desk.house.run(ANNA, Command::Operator(spec)).await;
        let refused = desk.app().execute(ANNA, own()).await.expect_err("Olga can").to_string();
        assert_eq!(refused, "nobody sets their own limit: ask Olga", "{}", fresh.name);
    })
    .await;
}
