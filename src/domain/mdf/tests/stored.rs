use super::*;
use crate::domain::mdf::{claim::ClaimEvent, request::RequestEvent};
use serde::{Serialize, de::DeserializeOwned};

/// A clock as it was kept.
const CLOCK: &str = r#"{"no":1,"kind":"decide","calendar":"always","program":1,"started_at":1767268800000000,"budget":432000000000,"left":0,"as_of":1768046400000000,"due":1767700800000000,"warn":[50,75,90],"stage":0,"next":null,"breached":true}"#;

/// What happens to a request and to a claim on our desk, as it stands in chains that were written before.
const SHARED: [&str; 9] = [
    r#"{"event":"assigned","to":3,"before":null}"#,
    r#"{"event":"noted"}"#,
    r#"{"event":"escalated","severity":"high","cause":{"raised":{"reason":"soon"}}}"#,
    r#"{"event":"settled","by_itself":false}"#,
    r#"{"event":"warned","clock":CLOCK,"percent":75}"#,
    r#"{"event":"breached","clock":CLOCK,"escalation":"low"}"#,
    r#"{"event":"info_requested","asked_by":1,"clock":CLOCK}"#,
    r#"{"event":"resubmitted","by":1,"clock":CLOCK,"waited":0}"#,
    r#"{"event":"submitted","by":1,RESERVED"clock":CLOCK}"#,
];

const UNDONE: &str = r#"{"event":"undone","what":["request.rejected"],"restored":{"state":{"state":"submitted"},"clock":CLOCK,"waiting_since":null,"waited":7200000000,"assignee":3,"signatures":[],"rate":null,"escalation":null,RESERVED"returned":true},"counted":[{"day":0,"measure":"request_decided","bucket":12960}]}"#;

/// Reads what was kept and writes the same again.
fn comes_back<E: Serialize + DeserializeOwned>(text: &str) {
    let event: E = serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(serde_json::to_string(&event).unwrap(), text);
}

#[test]
fn what_was_kept_of_the_desk_is_read_and_written_the_same() {
    for kept in SHARED {
        let kept = kept.replace("CLOCK", CLOCK);
        comes_back::<RequestEvent>(&kept.replace("RESERVED", ""));
        comes_back::<ClaimEvent>(&kept.replace("RESERVED", r#""reserved":{"minor":300000,"currency":"EUR"},"#));
    }
    let undone = UNDONE.replace("CLOCK", CLOCK);
    comes_back::<RequestEvent>(&undone.replace("RESERVED", ""));
    comes_back::<ClaimEvent>(&undone.replace("RESERVED", r#""reserved":{"minor":300000,"currency":"EUR"},"waivers":{},"#));
}

/// Kept events change a request as they did: what they come to is worked out by hand.
#[test]
fn what_was_kept_of_the_desk_does_the_same_again() {
    let mut world = World::new("10000");
    let id = world.ask(1, plan("Road show", "4000")).unwrap();
    let (mut request, at) = (world.requests[&id].clone(), at("2026-01-10T12:00:00Z"));
    for kept in &SHARED[..7] {
        let event: RequestEvent = serde_json::from_str(&kept.replace("CLOCK", CLOCK)).unwrap();
        request.apply(&event, at);
    }
    let desk = &request.desk;
    assert_eq!((desk.assignee, desk.breaches, desk.waiting_since), (Some(OperatorId(3)), 1, Some(at)));
    assert_eq!(serde_json::to_string(&desk.clock).unwrap(), CLOCK);
    assert!(desk.escalation.is_some() && desk.signatures.is_empty() && request.returned);
    assert_eq!(request.state.name(), "info_requested");
}
