//! What an audit knows of a quarter that is over.

use super::{
    ANNA,
    tier::{SUED, audit_of, house, sale, verb},
};
use crate::support::databases::on_both;
use pilothouse::{
    app::Command,
    domain::tier::standing::{Rated, StandingCommand},
};

#[tokio::test]
async fn what_bears_no_date_stays_as_the_audit_of_its_quarter_found_it() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let rate = async |points: i64| {
            let rated = Rated { satisfaction: Some(points.into()), ..Rated::default() };
            verb(&house, ANNA, SUED, StandingCommand::Rate { rated }).await.unwrap();
        };
        let latest = async || house.app.tier_story(SUED).await.unwrap().evaluations.remove(0);
        house.run(ANNA, audit_of(&[SUED])).await;
        assert_eq!(latest().await.made.facts.satisfaction, None);
        rate(40).await;
        house.run(ANNA, audit_of(&[SUED])).await;
        assert_eq!(latest().await.made.facts.satisfaction, Some(40.into()), "{}: what nobody knew may come late", fresh.name);
        rate(90).await;
        house.run(ANNA, audit_of(&[SUED])).await;
        assert_eq!(latest().await.id.0, 2, "{}: a rating of today says nothing about the quarter that is over", fresh.name);
        house.run(ANNA, Command::Sales(vec![sale("late", SUED, "2025-12-31", "1000000", "EUR")])).await;
        house.run(ANNA, audit_of(&[SUED])).await;
        let third = latest().await;
        let revenue = third.made.facts.revenue.as_ref().map(|revenue| revenue.now);
        assert_eq!((third.id.0, third.made.facts.satisfaction), (3, Some(40.into())), "{}", fresh.name);
        assert!(revenue >= Some(100_000_000), "{}: the late sale counts: {revenue:?}", fresh.name);
    })
    .await;
}
