//! Many at once: what no order of theirs may break.

use super::*;
use crate::support::databases::on_both;
use std::{collections::BTreeSet, sync::Arc};

#[tokio::test(flavor = "multi_thread")]
async fn two_on_the_last_euro_of_a_fund() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "5000").await;
        let mut asked = Vec::new();
        for n in 0..8 {
            asked.push(desk.ask(ASKS[0], FUND, plan(&format!("Fair {n}"), "1000")).await.expect("asked"));
        }
        let consoles =
            [App::new(fresh.opened_again().await), App::new(fresh.opened_again().await)].map(|app| Arc::new(Desk { house: House { app } }));
        let mut people = tokio::task::JoinSet::new();
        for (n, id) in asked.into_iter().enumerate() {
            let desk = Arc::clone(&consoles[n % 2]);
            people.spawn(async move { desk.step(APPROVES[n % 3], id, MdfCommand::Approve { on_behalf_of: None }).await });
        }
        let answers = people.join_all().await;
        let given = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(given, 5, "{}: {answers:?}", fresh.name);
        assert_eq!(desk.balances(FUND).await, [500_000, 0, 500_000, 0, 0, 0], "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_who_approve_and_pay_the_same_claims_do_each_once() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "20000").await;
        let request = desk.approved("Road show", "5000").await;
        desk.pass_days(25);
        let contents = (0..10).map(|n| content(&format!("A-{n}"), "500")).collect();
        let claims: Vec<ClaimId> = desk.claims(ASKS[1], request, contents).await.into_iter().map(|id| id.expect("claimed")).collect();
        let consoles =
            [App::new(fresh.opened_again().await), App::new(fresh.opened_again().await)].map(|app| Arc::new(Desk { house: House { app } }));
        let mut people = tokio::task::JoinSet::new();
        for person in 0..16 {
            let (desk, claims) = (Arc::clone(&consoles[person % 2]), claims.clone());
            people.spawn(async move {
                let mut done = 0;
                for id in claims {
                    done += usize::from(desk.approve(APPROVES[person % 3], id).await.is_ok());
                }
                done
            });
        }
        assert_eq!(people.join_all().await.iter().sum::<usize>(), 10, "{}: each is approved once", fresh.name);
        let mut people = tokio::task::JoinSet::new();
        for person in 0..16 {
            let (desk, claims) = (Arc::clone(&consoles[person % 2]), claims.clone());
            people.spawn(async move {
                let mut done = Vec::new();
                for id in claims {
                    let pay = ClaimCommand::Pay { key: text(&format!("{id} by {person}")), amount: None };
                    if desk.claim(PAYS[person % 2], id, pay).await.is_ok() {
                        done.push(id);
                    }
                }
                done
            });
        }
        let paid = people.join_all().await.concat();
        assert_eq!((paid.len(), paid.iter().collect::<BTreeSet<_>>().len()), (10, 10), "{}: each is ordered once", fresh.name);
        assert_eq!(desk.balances(FUND).await, [2_000_000, 1_500_000, 0, 500_000, 0, 0], "{}", fresh.name);
    })
    .await;
}
