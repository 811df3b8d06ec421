//! Random people press whatever they like, in any order: nothing leaves the graph, the books always agree with the desk,
//! and nobody decides what they may not.

use super::*;
use crate::domain::mdf::{
    approval::{Part, Step},
    check::CheckKind,
    claim::{ClaimState, possible},
    request::RejectReason,
};
use proptest::prelude::*;

/// From which state a claim may come to which; itself apart.
const CLAIM_WAYS: &[(&str, &[&str])] = &[
    ("draft", &["submitted", "withdrawn"]),
    ("submitted", &["info_requested", "approved", "rejected", "withdrawn", "suspect"]),
    ("info_requested", &["submitted", "rejected", "withdrawn", "suspect"]),
    ("suspect", &["submitted", "info_requested", "approved", "rejected", "closed"]),
    ("approved", &["submitted", "suspect", "closed"]),
    ("rejected", &[]),
    ("withdrawn", &[]),
    ("closed", &[]),
];

const REQUEST_WAYS: &[(&str, &[&str])] = &[
    ("draft", &["submitted", "withdrawn", "rejected"]),
    ("submitted", &["info_requested", "approved", "rejected", "withdrawn"]),
    ("info_requested", &["submitted", "rejected", "withdrawn"]),
    ("approved", &["completed", "expired", "withdrawn"]),
    ("rejected", &[]),
    ("withdrawn", &[]),
    ("expired", &[]),
    ("completed", &[]),
];

fn is_way(ways: &[(&str, &[&str])], from: &str, to: &str) -> bool {
    from == to || ways.iter().any(|(state, next)| *state == from && next.contains(&to))
}

#[derive(Debug, Clone)]
enum Press {
    Fund(FundCommand),
    Ask(i64),
    Request(usize, u8, i64),
    Claim(usize, u16, i64),
    Decide(usize, u8, i64),
    Pass(i64),
    Sweep,
    Program,
}

fn presses() -> impl Strategy<Value = Vec<(i64, Press)>> {
    let amount = 1_i64..900_000;
    let press = prop_oneof![
        1 => amount.clone().prop_map(|minor| Press::Fund(FundCommand::Reduce { amount: cents(minor), reason: Text::clean("x") })),
        1 => (1_u32..6).prop_map(|entry| Press::Fund(FundCommand::Correct { entry, reason: Text::clean("x") })),
        1 => amount.clone().prop_map(|minor| Press::Fund(FundCommand::Allocate { amount: cents(minor), reason: Text::clean("x") })),
        4 => amount.clone().prop_map(Press::Ask),
        12 => (0_usize..4, 0_u8..8, amount.clone()).prop_map(|(which, verb, minor)| Press::Request(which, verb, minor)),
        8 => (0_usize..4, 0_u16..6, amount.clone()).prop_map(|(which, number, minor)| Press::Claim(which, number, minor)),
        40 => (0_usize..6, 0_u8..17, amount).prop_map(|(which, verb, minor)| Press::Decide(which, verb, minor)),
        4 => (1_i64..400).prop_map(Press::Pass),
        2 => Just(Press::Sweep),
        1 => Just(Press::Program),
    ];
    prop::collection::vec((1_i64..10, press), 20..160)
}

fn cents(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

fn request_command(verb: u8, minor: i64, request: &Request, who: i64) -> RequestCommand {
    match verb {
        0 | 1 => RequestCommand::Approve {
            amount: (minor % 3 == 0).then(|| cents(minor)),
            seen: request.pin(),
            on_behalf_of: (who == 5 && minor % 2 == 0).then_some(OperatorId(3)),
        },
        2 => RequestCommand::Edit { plan: Box::new(Plan { title: Text::clean("Other"), ..request.plan.clone() }) },
        3 => RequestCommand::RequestInfo { text: Text::default() },
        4 => RequestCommand::Resubmit,
        5 => RequestCommand::Reject { reason: RejectReason::Other },
        6 => RequestCommand::Withdraw,
        _ => RequestCommand::Complete,
    }
}

fn claim_command(verb: u8, minor: i64, claim: &Claim, who: i64) -> ClaimCommand {
    let key = Text::clean(&format!("k-{}", minor % 5));
    let no = u32::try_from(minor % 4).unwrap() + 1;
    match verb {
        0..=3 => ClaimCommand::Approve {
            amount: (minor % 3 == 0).then(|| cents(minor)),
            seen: claim.pin(),
            on_behalf_of: (who == 5 && minor % 2 == 0).then_some(OperatorId(3)),
        },
        4 => ClaimCommand::Edit { content: Box::new(content(&format!("E-{}", minor % 9), "100")) },
        5 => ClaimCommand::RequestInfo { text: Text::default() },
        6 => ClaimCommand::Resubmit,
        7 => ClaimCommand::Reject { reason: RejectReason::Other },
        8 => ClaimCommand::Withdraw,
        9 => ClaimCommand::Flag { reason: Text::clean("odd") },
        10 => ClaimCommand::Clear,
        11 => ClaimCommand::Pay { key, amount: (minor % 2 == 0).then(|| cents(minor)) },
        12 => ClaimCommand::ConfirmPayment { no, reference: Text::clean("bank") },
        13 => ClaimCommand::FailPayment { no, reason: Text::clean("no") },
        14 => ClaimCommand::ClawBack { key, amount: cents(minor), reference: Text::clean("back") },
        15 => {
            ClaimCommand::Waive { check: CheckKind::ALL[usize::try_from(minor).unwrap() % CheckKind::ALL.len()], reason: Text::clean("x") }
        }
        _ => ClaimCommand::Close,
    }
}

/// Carries out one press; a refusal has a reason and changes nothing, which the books are asked about.
fn press(world: &mut World, who: i64, press: &Press) -> Result<(), Refusal> {
    match press {
        Press::Fund(command) => world.fund(who, command),
        Press::Ask(minor) => {
            let mut plan = plan("Road show", "100");
            (plan.asked, plan.cost) = (cents(*minor), cents(minor * 2));
            world.ask(who, plan).map(|_| ())
        }
        Press::Request(which, verb, minor) => {
            let Some(id) = world.requests.keys().nth(*which).copied() else { return Ok(()) };
            let command = request_command(*verb, *minor, &world.requests[&id], who);
            world.request(who, id, &command).map(|_| ())
        }
        Press::Claim(which, number, minor) => {
            let Some(id) = world.requests.keys().nth(*which).copied() else { return Ok(()) };
            let mut content = content(&format!("N-{number}"), "100");
            (content.asked, content.cost) = (cents(*minor), cents(minor * 2));
            content.invoices[0].amount = content.cost;
            world.claim(who, id, content).map(|_| ())
        }
        Press::Decide(which, verb, minor) => {
            let Some(id) = world.claims.keys().nth(*which).copied() else { return Ok(()) };
            if *verb == 12 {
                world.export(id, u32::try_from(minor % 4).unwrap() + 1);
            }
            let command = claim_command(*verb, *minor, &world.claims[&id], who);
            let can = possible(&world.claims[&id], command.verb());
            let done = world.decide(who, id, &command).map(|_| ());
            if can.is_err() {
                assert!(done.is_err(), "a dimmed key did something: {command:?}");
            }
            done
        }
        Press::Pass(hours) => {
            world.pass(*hours);
            Ok(())
        }
        Press::Sweep => {
            world.sweep();
            Ok(())
        }
        Press::Program => {
            let next = ProgramVersion(world.programs.version().0 + 1);
            let program = world.programs.current().clone();
            world.programs.add(next, program);
            Ok(())
        }
    }
}

fn states(world: &World) -> (Vec<&'static str>, Vec<&'static str>) {
    let claims = world.claims.values().map(|claim| claim.state.name()).collect();
    (world.requests.values().map(|request| request.state.name()).collect(), claims)
}

/// Of what is approved: enough people signed, none twice, none who asked, none who paid.
fn is_well_approved(world: &World) {
    for claim in world.claims.values() {
        let parts = &claim.desk.parts;
        for (who, part) in parts.iter().filter(|(_, part)| *part == Part::Paid) {
            assert!(!parts.has(who, Part::Asked) && !parts.has(who, Part::Approved), "{who} {part:?} and more: {claim:?}");
        }
        let ClaimState::Approved { approval } = claim.state.thawed() else { continue };
        let steps = world.programs.current().mdf.approval.steps(approval.amount);
        let signed: Vec<Step> = claim.signatures().map(|signature| signature.step).collect();
        assert_eq!(signed, steps);
        let people: Vec<OperatorId> = claim.signatures().flat_map(|signature| signature.people().collect::<Vec<_>>()).collect();
        for (index, who) in people.iter().enumerate() {
            assert!(!people[..index].contains(who) && !parts.has(*who, Part::Asked), "{who}: {claim:?}");
        }
    }
    for request in world.requests.values() {
        for signature in request.signatures() {
            for who in signature.people() {
                assert!(!request.desk.parts.has(who, Part::Asked), "{who} asked and approved: {request:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]
    #[test]
    fn no_sequence_of_commands_leaves_the_graph_or_the_books(steps in presses()) {
        let mut world = World::new("60000");
        for (who, step) in steps {
            let before = states(&world);
            let fund = world.fund.clone();
            if let Err(refusal) = press(&mut world, who, &step) {
                prop_assert!(refusal.to_string().len() > 10, "{:?}", refusal);
                prop_assert_eq!(&world.fund, &fund, "a refusal moves no money");
                prop_assert_eq!(&states(&world), &before);
            }
            let after = states(&world);
            for (from, to) in before.0.iter().zip(&after.0) {
                prop_assert!(is_way(REQUEST_WAYS, from, to), "request: {} -> {} by {:?}", from, to, step);
            }
            for (from, to) in before.1.iter().zip(&after.1) {
                prop_assert!(is_way(CLAIM_WAYS, from, to), "claim: {} -> {} by {:?}", from, to, step);
            }
            is_well_approved(&world);
            world.check_books();
        }
    }
}
