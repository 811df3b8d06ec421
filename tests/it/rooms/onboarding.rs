//! The onboarding of a partner in the tier room: its steps, how they are ticked, and what an activation shows first.

use super::tiers::Desk;
use crate::{
    app::{ANNA, House, partner, tier::house},
    support::databases,
};
use pilothouse::{
    app::Command,
    domain::{
        partner::{Certification, PartnerStatus, Profile, Step, StepCommand},
        text::Text,
        time::Span,
    },
};

/// A partner on its 37th day: the agreement is ticked, it holds a certificate, compliance and access are late.
async fn on_board(house: &House) {
    let until = Some(house.now().plus(Span::hours(24 * 200)));
    let certifications = vec![Certification { name: Text::clean("Security Professional"), until }];
    let profile = Profile { status: PartnerStatus::Onboarding, certifications, ..partner("NEW", "Neuland Netze", "registered", "DE") };
    house.run(ANNA, Command::Partners(vec![profile])).await;
    house.pass(Span::hours(24 * 3));
    let id = house.app.rules().await.expect("rules").directory().by_code("NEW").expect("there").id;
    let command = StepCommand::Tick { step: Step::Agreement, note: Text::clean("signed on paper") };
    house.run(ANNA, Command::PartnerStep { partners: vec![id], command }).await;
    house.pass(Span::hours(24 * 34));
}

#[tokio::test]
async fn steps_are_seen_ticked_and_reopened_and_an_activation_shows_what_is_open() {
    for (width, height) in [(80, 24), (120, 36)] {
        let fresh = databases::sqlite().await;
        let house = house(&fresh).await;
        on_board(&house).await;
        let mut desk = Desk::of(fresh, house, width, height).await;
        desk.press("/").await.types("status:onboarding").await.press("enter enter").await;
        insta::assert_snapshot!(format!("onboarding_{width}x{height}"), desk.stage.screen());
        desk.press("v").await;
        insta::assert_snapshot!(format!("onboarding_tick_{width}x{height}"), desk.stage.screen());
        // Compliance stands first; the agreement is ticked already.
        desk.press("tab").await.types("no findings").await.press("enter").await;
        assert!(desk.stage.screen().contains("onboarding: compliance is done: no findings"), "{}", desk.stage.screen());
        desk.press("u").await;
        assert!(desk.stage.screen().contains("a tick stays: reopen the step"), "{}", desk.stage.screen());
        desk.press("U tab enter").await;
        assert!(desk.stage.screen().contains("onboarding: agreement is open again"), "{}", desk.stage.screen());
        desk.press("t enter").await;
        assert!(desk.stage.screen().contains("4 steps are open"), "{}", desk.stage.screen());
        desk.types("they sell already").await.press("enter").await;
        insta::assert_snapshot!(format!("onboarding_activate_{width}x{height}"), desk.stage.screen());
        desk.press("Y").await;
        let rules = desk.house.app.rules().await.expect("rules");
        let partner = rules.directory().by_code("NEW").expect("there");
        assert_eq!(partner.profile.status, PartnerStatus::Active);
        assert_eq!(partner.since.as_ref().map(|since| since.reason.as_str()), Some("they sell already"));
        desk.press("v").await;
        assert!(desk.stage.screen().contains("Neuland Netze is active: it has no onboarding under way"), "{}", desk.stage.screen());
    }
}
