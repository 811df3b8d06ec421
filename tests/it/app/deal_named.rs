//! Commands of the deal desk that name somebody or something else: it has to be there, and to fit.

use super::{
    ANNA, BEN, House,
    deal::{CARL, DORA, details, registering},
    text,
};
use crate::support::databases::on_both;
use pilothouse::{
    app::{Command, OperatorSpec},
    domain::{
        actor::{Role, Roles},
        deal::{DealCommand, DealState, Details, RejectReason, Scope, conflict::CaseCommand},
        id::{ConflictId, DealId, OperatorId},
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_command_names_has_to_be_there_and_to_fit() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        let video = Details { scope: Scope::new([text("Video")]), ..details("crm/3", "Dorn Stahl") };
        let records = [details("crm/1", "Dorn Stahl"), details("crm/2", "Esche Papier"), video];
        house.register(records.map(|record| registering(1, record)).to_vec()).await;
        let reject = |of: i64| DealCommand::Reject { reason: RejectReason::Duplicate, of: Some(DealId(of)) };
        let missing = house.on_deal(CARL, 1, reject(99_999)).await.unwrap_err();
        assert_eq!(missing, "there is no registration D-99999: name the one that comes first, or none", "{}", fresh.name);
        assert_eq!(house.on_deal(CARL, 1, reject(1)).await.unwrap_err(), "D-1 can't be a duplicate of itself");
        assert!(house.on_deal(CARL, 1, reject(3)).await.unwrap_err().starts_with("D-3 has no product in common with D-1"));
        assert!(house.on_deal(BEN, 1, reject(99_999)).await.unwrap_err().contains("may not decide deals"), "{}", fresh.name);
        assert_eq!(house.deal(1).await.state, DealState::Submitted, "{}", fresh.name);
        // Two for one customer are a conflict, so the first is named where the desk finds that by itself.
        house.on_deal(CARL, 2, reject(1)).await.unwrap();
        assert!(matches!(house.deal(2).await.state, DealState::Rejected { of: Some(DealId(1)), .. }));
        house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_is_handed_over_to_somebody_who_may_do_it() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        let vera = OperatorSpec { name: text("vera"), login: None, roles: Roles(vec![Role::Viewer]), active: true };
        house.run(ANNA, Command::Operator(vera)).await;
        let two = [1, 2].map(|partner| registering(partner, details(&format!("crm/{partner}"), "Dorn Stahl")));
        house.register(two.to_vec()).await;
        house.register(vec![registering(1, details("crm/3", "Esche Papier"))]).await;
        let to = |number: i64| DealCommand::Reassign { reviewer: OperatorId(number) };
        let refused = house.on_deal(CARL, 3, to(6)).await.unwrap_err();
        assert!(refused.starts_with("vera may not work deals") && refused.ends_with("; name somebody else"), "{refused}");
        assert_eq!(house.on_deal(CARL, 3, to(77)).await.unwrap_err(), "there is no active operator O-77; name somebody else");
        house.on_deal(CARL, 3, to(BEN.0)).await.unwrap();
        // Whoever reviews a conflict decides it, and Ben may not.
        house.on_case(CARL, 1, CaseCommand::CloseEvidence).await.unwrap();
        let judges = house.app.case_detail(ConflictId(1)).await.unwrap().unwrap().judges;
        assert_eq!(judges.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["anna", "carl", "dora"], "{}", fresh.name);
        let to = |reviewer| CaseCommand::Reassign { reviewer };
        let refused = house.on_case(CARL, 1, to(BEN)).await.unwrap_err();
        assert!(refused.starts_with("ben may not decide deals") && refused.ends_with("; name somebody else"), "{refused}");
        house.on_case(BEN, 1, to(DORA)).await.unwrap();
        assert_eq!(house.case(1).await.state.reviewer(), Some(DORA), "{}", fresh.name);
        house.replays().await;
    })
    .await;
}
