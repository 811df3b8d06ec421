//! `print mdf`: the desk as text, with figures counted by hand, the same from both databases.

use super::{desk::busy, *};
use crate::support::databases::{postgres, sqlite};
use pilothouse::tui::{
    Settings,
    console::{ConsoleOptions, print},
    house::At,
    widgets::status::Banner,
};

/// The lines below the one that names the database, with one space wherever there are several.
async fn printed(desk: &Desk, who: OperatorId, queue: &str, filter: &str) -> Vec<String> {
    let operator = desk.app().db().read().await.expect("open").actor(who).await.expect("read").expect("an operator");
    let options = ConsoleOptions {
        db: desk.app().db().clone(),
        operator,
        settings: Settings::from_environment(None, |_| None),
        banner: Banner::None,
        read_only: true,
        engine: false,
        room: At::Mdf,
        queue: Some(queue.to_owned()),
        filter: filter.to_owned(),
    };
    let screen = print(&options, (200, 40)).await.expect("printed");
    screen.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|line| !line.is_empty()).collect()
}

/// The line of one item.
fn line<'l>(lines: &'l [String], id: &str) -> &'l str {
    let own = |line: &&String| line.split(' ').any(|word| word == id);
    lines.iter().find(own).unwrap_or_else(|| panic!("{id} is not on the screen: {lines:#?}"))
}

fn items(lines: &[String]) -> Vec<&str> {
    let is_item = |word: &&str| word.split_once('-').is_some_and(|(kind, no)| ["F", "R", "M"].contains(&kind) && no.parse::<i64>().is_ok());
    let mut found: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').take(2).find(is_item)).collect();
    found.sort_unstable();
    found
}

/// Finance sees what it decides: the third approval of 26,000, and a claim of 100 to pay.
async fn figures(desk: &Desk) -> Vec<Vec<String>> {
    let mine = printed(desk, PAYS[0], "waiting-for-me", "").await;
    assert_eq!(
        mine[0],
        "Waiting for me 2 Second approval 1 Finance 2 Info requested 1 Suspect 0 Due soon 2 Expiring funds 0 Funds 2 All 7"
    );
    assert_eq!(items(&mine), ["M-3", "R-3"]);
    let (request, claim) = (line(&mine, "R-3"), line(&mine, "M-3"));
    assert!(request.contains(" fin ") && request.contains(" EUR 26,000 ") && request.contains(" 50/50 "), "{request}");
    assert!(claim.contains(" pay ") && claim.matches(" EUR 100 ").count() == 2, "asked and approved: {claim}");
    let second = printed(desk, APPROVES[2], "second-approval", "").await;
    assert_eq!(items(&second), ["R-2"]);
    assert!(line(&second, "R-2").contains(" 2nd ") && line(&second, "R-2").contains(" EUR 12,000 "), "{second:?}");
    let funds = printed(desk, PAYS[0], "funds", "").await;
    assert!(line(&funds, "F-1").contains(" EUR 96,000 EUR 100,000 "), "4,000 are committed or claimed: {funds:?}");
    assert!(line(&funds, "F-2").contains(" EUR 700 EUR 700 "), "{funds:?}");
    let claims = printed(desk, PAYS[0], "all", "kind:claim amount>50").await;
    assert_eq!(items(&claims), ["M-1", "M-2", "M-3", "M-4"]);
    vec![mine, second, funds, claims]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_is_printed_alike_from_both_databases() {
    let here = sqlite().await;
    let screens = figures(&busy(&here).await).await;
    let Some(there) = postgres().await else { return };
    assert_eq!(figures(&busy(&there).await).await, screens);
}
