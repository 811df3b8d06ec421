//! Many at once: what no order of theirs may break.

use super::{
    ANNA, BEN, House,
    deal::{details, registering},
    intake, partner, text,
};
use crate::support::databases::on_both;
use pilothouse::{
    app::{App, Command},
    domain::{
        id::{LeadId, PartnerId},
        lead::{DeclineReason, Intake, LeadCommand},
        partner::{Area, Profile, StatusCommand},
    },
};
use std::sync::Arc;

/// How many leads the partner whom everybody turns to at last can hold.
const ROOM: u32 = 7;

#[tokio::test(flavor = "multi_thread")]
async fn leads_of_several_scopes_at_once_never_fill_a_partner_beyond_its_capacity() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        house
            .run(ANNA, Command::Partners(vec![partner("IBER", "Iberia Conecta", "gold", "ES"), partner("ROMA", "Roma Reti", "gold", "IT")]))
            .await;
        let leads =
            (0..60).map(|n| Intake { country: ["ES", "IT"][n % 2].parse().ok(), ..intake(n, &format!("Empresa {} {n}", n * 7919)) });
        let ids: Vec<LeadId> = house.receive(leads.collect()).await.iter().map(|lead| lead.id).collect();
        let areas = ["ES", "IT"].map(|country| Area { countries: country.parse().into_iter().collect(), ..Area::default() });
        let last = Profile { capacity: ROOM, areas: areas.into(), ..partner("LAST", "Last Resort", "gold", "PT") };
        house.run(ANNA, Command::Partners(vec![last])).await;
        // Two consoles with four people each, and every lead comes back at once.
        let consoles = [House { app: house.app.clone() }, House { app: App::new(fresh.opened_again().await) }].map(Arc::new);
        let mut people = tokio::task::JoinSet::new();
        for person in 0..8 {
            let (house, mine) = (Arc::clone(&consoles[person % 2]), ids.iter().copied().skip(person).step_by(8).collect::<Vec<_>>());
            people.spawn(async move {
                for id in mine {
                    house.verb(BEN, id, LeadCommand::Decline { offer: 1, reason: DeclineReason::NoCapacity }).await.expect("declined");
                }
            });
        }
        people.join_all().await;
        let partners = house.app.db().read().await.unwrap().partners().await.unwrap();
        let last: PartnerId = partners.iter().find(|one| one.profile.code.as_str() == "LAST").expect("it was added").id;
        let desk = house.app.db().read().await.unwrap().desk(&[]).await.unwrap();
        assert_eq!(desk.open_leads(last), ROOM, "{}: full, and not fuller", fresh.name);
        let health = house.app.db().snapshot().await.unwrap().health().await.unwrap();
        assert_eq!(health.loads, 0, "{}: what is noted is what a recount gives", fresh.name);
    })
    .await;
}

/// Everybody places leads, takes them back and hands registrations in while one person suspends a partner and reinstates it,
/// again and again: whatever met whatever, in the end the partner is out, has no open lead, and all that it registered stands still.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_suspended_while_everybody_works_has_nothing_open_afterwards() {
    const NORD: PartnerId = PartnerId(1);
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        let consoles = [House { app: house.app.clone() }, House { app: App::new(fresh.opened_again().await) }].map(Arc::new);
        let mut people = tokio::task::JoinSet::new();
        for person in 0..4_usize {
            let house = Arc::clone(&consoles[person % 2]);
            people.spawn(async move {
                for round in 0..8_usize {
                    let n = 1 + person * 100 + round;
                    let mine = house.receive(vec![intake(n, &format!("Firma {} {n}", n * 7919))]).await.remove(0).id;
                    // Refused while Nordlicht is out; then the lead stays where it is.
                    let _ = house.verb(ANNA, mine, LeadCommand::Assign { partner: NORD }).await;
                    house.register(vec![registering(1, details(&format!("crm/{n}"), &format!("Kunde {} {n}", n * 104_729)))]).await;
                }
            });
        }
        let boss = Arc::clone(&consoles[1]);
        people.spawn(async move {
            for round in 0..13 {
                let reason = text("invoices are open");
                let command = if round % 2 == 0 { StatusCommand::Suspend { reason } } else { StatusCommand::Reinstate };
                let outcome = boss.run(ANNA, Command::PartnerStatus { partners: vec![NORD], command }).await;
                outcome.statuses[0].result.as_ref().expect("nobody else decides about its status");
            }
        });
        people.join_all().await;
        let mut session = house.app.db().snapshot().await.unwrap();
        assert_eq!(session.leads_at(NORD).await.unwrap(), [], "{}", fresh.name);
        let open = session.deals_open_of(NORD).await.unwrap();
        let open = session.deals(&open).await.unwrap();
        assert!(!open.is_empty(), "{}: it registered", fresh.name);
        let moving: Vec<_> = open.iter().filter(|deal| deal.hold.is_none() && deal.state.is_undecided()).map(|deal| deal.id).collect();
        assert_eq!(moving, [], "{}: what it registered stands still", fresh.name);
        assert_eq!(session.health().await.unwrap().loads, 0, "{}", fresh.name);
        drop(session);
        house.replays().await;
    })
    .await;
}
