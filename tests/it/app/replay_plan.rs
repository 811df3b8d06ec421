//! What the plan of a program says of the last quarter's leads.

use super::{BEN, House, intake};
use crate::support::{databases::on_both, house::partner};
use pilothouse::{
    app::{
        App,
        program_plan::{ProgramPlan, plan},
    },
    domain::{
        id::PartnerId,
        lead::{
            LeadCommand,
            replay::{Answered, Replayed},
        },
        program::DEMO,
        time::Span,
    },
};

const EXCLUDE_HANSA: &str = "\n[[routing.exclude]]\npartner = \"HANSA\"\ncountries = [\"DE\"]\nreason = \"It moves.\"\n";
const EXCLUDE_ALL: &str = "\n[[routing.exclude]]\ncountries = [\"DE\"]\nreason = \"Nobody sells there now.\"\n";

/// Two partners in Germany and two in the United States; three German leads have come, of which the first was accepted after
/// five hours and nobody answered the others.
async fn house(app: App) -> (House, Vec<PartnerId>) {
    let partners = vec![
        partner("HANSA", "Hansa Netz", "gold", "DE"),
        partner("ALPENNETZ", "Alpennetz", "silver", "DE"),
        partner("BLUERIDGE", "Blue Ridge", "gold", "US"),
        partner("CASCADE", "Cascade", "gold", "US"),
    ];
    let house = House::settle(app, ["anna", "ben"], partners).await;
    let leads = house.receive(vec![intake(1, "Adler Pumpen GmbH"), intake(2, "Bode Logistik"), intake(3, "Cassel Optik")]).await;
    let first = leads.iter().map(|lead| lead.offers[0].partner).collect();
    house.pass(Span::hours(5));
    house.verb(BEN, leads[0].id, LeadCommand::Accept { offer: 1 }).await.unwrap();
    (house, first)
}

async fn planned(house: &House, toml: &str) -> ProgramPlan {
    plan(&house.app, "program.toml", toml).await.expect("the program is right")
}

fn with_routing(text: &str) -> String {
    DEMO.replacen("\n[[routing.exclude]]", &format!("{text}\n[[routing.exclude]]"), 1)
}

/// Leads that each partner would have had first, before and after, by number.
fn loads(replayed: &Replayed) -> Vec<(i64, u64, u64)> {
    let mut loads: Vec<_> = replayed.loads.iter().map(|load| (load.partner.0, load.before.leads, load.after.leads)).collect();
    loads.sort_unstable();
    loads
}

#[tokio::test]
async fn leads_that_another_rule_would_move_are_told_with_each_partners_load() {
    on_both(|fresh| async move {
        let (house, first) = house(App::new(fresh.db.clone())).await;
        let hansa = first.iter().filter(|id| id.0 == 1).count() as u64;
        assert!(hansa > 0 && hansa < 3, "both are in turn: {first:?}");
        let replayed = planned(&house, &with_routing(EXCLUDE_HANSA)).await.replayed.expect("the rules of routing differ");
        assert_eq!((replayed.leads, replayed.moved), (3, hansa), "{}", fresh.name);
        assert_eq!(loads(&replayed), [(1, hansa, 0), (2, 3 - hansa, 3)], "the replay of the version in force is what really happened");
        let most: Vec<u32> = replayed.loads.iter().filter(|load| load.partner.0 == 2).map(|load| load.after.most_open).collect();
        assert_eq!(most, [3], "none of the three was closed");
        assert_eq!((replayed.opened.len(), replayed.closed.len()), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_country_that_nobody_would_cover_is_a_hole_with_its_reason() {
    on_both(|fresh| async move {
        let (house, _) = house(App::new(fresh.db.clone())).await;
        let replayed = planned(&house, &with_routing(EXCLUDE_ALL)).await.replayed.expect("the rules of routing differ");
        let holes: Vec<_> = replayed.opened.iter().map(|hole| (hole.scope.as_str(), hole.leads, hole.rule)).collect();
        assert_eq!(holes, [("DE/any", 3, Some("no exclusion of the program"))]);
        assert_eq!((replayed.moved, replayed.closed.len()), (3, 0));
        assert!(loads(&replayed).iter().all(|(_, _, after)| *after == 0));
    })
    .await;
}

#[tokio::test]
async fn offers_are_judged_by_when_they_were_answered() {
    on_both(|fresh| async move {
        let (house, _) = house(App::new(fresh.db.clone())).await;
        // Two hours instead of eight, which gold's and silver's share of them lets nobody keep who answers after five.
        let strict = DEMO.replacen(
            "[sla.accept]                   # from the offer until the partner accepts or declines\nhours = 8",
            "[sla.accept]\nhours = 2",
            1,
        );
        let replayed = planned(&house, &strict).await.replayed.expect("the time to accept differs");
        let expected = Answered { judged: 1, late_before: 0, late_after: 1, added: 1, avoided: 0, unknown: 2 };
        assert_eq!(replayed.offers, expected, "two are open: too late by the new rule, and by the old one nobody knows yet");
        assert_eq!((replayed.moved, replayed.loads.len()), (0, 0), "nobody would have gone elsewhere");
    })
    .await;
}

#[tokio::test]
async fn what_touches_neither_routing_nor_time_is_not_replayed() {
    on_both(|fresh| async move {
        let (house, _) = house(App::new(fresh.db.clone())).await;
        let changed = DEMO.replacen("max_offers = 3", "max_offers = 4", 1);
        assert!(planned(&house, &changed).await.replayed.is_some_and(|replayed| replayed.moved == 0));
        let renamed = DEMO.replacen("Meridian channel program 2026", "Another name", 1);
        assert_eq!(planned(&house, &renamed).await.replayed, None);
    })
    .await;
}
