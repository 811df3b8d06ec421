//! The queue of certificates that end, in the tier room.

use super::tiers::Desk;
use crate::{
    app::{ANNA, House, partner, tier::house},
    support::databases,
};
use pilothouse::{
    app::Command,
    domain::{
        partner::{Certification, Profile},
        text::Text,
        time::Span,
    },
};

async fn certified(house: &House) {
    let holds = |code: &str, name: &str, certificate: &str, days: i64| {
        let until = Some(house.now().plus(Span::hours(24 * days)));
        let certifications = vec![Certification { name: Text::clean(certificate), until }];
        Profile { certifications, ..partner(code, name, "silver", "DE") }
    };
    let profiles = vec![
        holds("SOON", "Sonnberg Datentechnik", "Meridian Security Professional", 12),
        holds("LATER", "Lahntal Systeme", "Meridian Video Specialist", 71),
        holds("OVER", "Oderland Netze", "Meridian Security Professional", -9),
        holds("FAR", "Fernheim IT", "Meridian Video Specialist", 240),
    ];
    house.run(ANNA, Command::Partners(profiles)).await;
}

#[tokio::test]
async fn what_ends_first_stands_first_with_its_countdown() {
    for (width, height) in [(80, 24), (120, 36)] {
        let fresh = databases::sqlite().await;
        let house = house(&fresh).await;
        certified(&house).await;
        let mut desk = Desk::of(fresh, house, width, height).await;
        // From all partners round to the promotions, and on.
        desk.press("] ] ] ] ]").await;
        insta::assert_snapshot!(format!("expiring_{width}x{height}"), desk.stage.screen());
        // Sixty days on one has left and the last is near; nothing was written.
        desk.house.pass(Span::hours(24 * 60));
        desk.press("C-r").await;
        let screen = desk.stage.screen();
        assert!(screen.contains("Lahntal") && (screen.contains("Certs 1") || screen.contains("expiring 1")), "{screen}");
    }
}
