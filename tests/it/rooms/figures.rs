//! What a partner did, quarter by quarter, beside the table: opened, followed and closed by keys.

use super::tiers::Desk;
use crate::{app::tier::house, report::partner::busy, support::databases};

/// The tier room with Nordlicht at work (see [`busy`]), under the cursor.
async fn desk(width: u16, height: u16) -> Desk {
    let fresh = databases::sqlite().await;
    let house = house(&fresh).await;
    busy(&house).await;
    let mut desk = Desk::of(fresh, house, width, height).await;
    desk.press("/").await.types("id:P-1,P-2").await.press("enter s s").await;
    desk
}

#[tokio::test]
async fn figures_are_read_at_every_size() {
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        let mut desk = Box::pin(desk(width, height)).await;
        desk.press("i").await;
        insta::assert_snapshot!(format!("figures_{width}x{height}"), desk.stage.screen());
        desk.press("]").await;
        desk.press("]").await;
        insta::assert_snapshot!(format!("figures_below_{width}x{height}"), desk.stage.screen());
    }
}

#[tokio::test]
async fn figures_follow_the_cursor_and_give_way_to_contacts_and_to_the_story() {
    let mut desk = Box::pin(desk(200, 50)).await;
    let shows = |desk: &Desk, said: &str| {
        let screen = desk.stage.screen();
        assert!(screen.contains(said), "`{said}` in\n{screen}");
    };
    desk.press("i").await;
    shows(&desk, "Quarter by quarter");
    shows(&desk, "66.7 %");
    // The other one was offered nothing that it answered.
    desk.press("tab j").await;
    shows(&desk, "Quarter by quarter");
    assert!(!desk.stage.screen().contains("66.7 %"), "{}", desk.stage.screen());
    desk.press("c").await;
    shows(&desk, "Nobody is known there");
    desk.press("i").await;
    shows(&desk, "Quarter by quarter");
    desk.press("i").await;
    shows(&desk, "Nobody has audited it yet.");
}
