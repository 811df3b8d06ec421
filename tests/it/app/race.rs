//! Many at once: what no order of theirs may break.

use super::{ANNA, BEN, House, intake, partner};
use crate::support::databases::on_both;
use pilothouse::{
    app::{App, Command},
    domain::{
        id::{LeadId, PartnerId},
        lead::{DeclineReason, Intake, LeadCommand},
        partner::{Area, Profile},
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
