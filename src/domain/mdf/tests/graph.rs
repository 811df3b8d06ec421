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
    let amount = 1_i64..400_000;
    let press = prop_oneof![
        1 => amount.clone().prop_map(|minor| Press::Fund(FundCommand::Reduce { amount: cents(minor), reason: Text::clean("x") })),
        1 => (1_u32..6).prop_map(|entry| Press::Fund(FundCommand::Correct { entry, reason: Text::clean("x") })),
        1 => amount.clone().prop_map(|minor| Press::Fund(FundCommand::Allocate { amount: cents(minor), reason: Text::clean("x") })),
        3 => (1_i64..900_000).prop_map(Press::Ask),
        8 => (0_usize..4, 0_u8..18, amount.clone()).prop_map(|(which, verb, minor)| Press::Request(which, verb, minor)),
        10 => (0_usize..4, 0_u16..40, 1_i64..700_000).prop_map(|(which, number, minor)| Press::Claim(which, number, minor)),
        60 => (0_usize..6, 0_u8..30, amount).prop_map(|(which, verb, minor)| Press::Decide(which, verb, minor)),
        3 => (1_i64..200).prop_map(Press::Pass),
        2 => Just(Press::Sweep),
        1 => Just(Press::Program),
    ];
    // At the end of every walk all deadlines have passed.
    let end = [(8, Press::Pass(24 * 200)), (8, Press::Sweep)];
    prop::collection::vec((1_i64..10, press), 40..200).prop_map(move |mut steps| {
        steps.extend(end.clone());
        steps
    })
}

/// Two requests are approved already, so that walks do not end before there is anything to claim.
fn begun() -> World {
    let mut world = World::new("60000");
    for (title, asked, approvers) in [("One", "4000", &[3][..]), ("Two", "20000", &[4, 3])] {
        let id = world.ask(1, plan(title, asked)).unwrap();
        for who in approvers {
            world.approve_request(*who, id).unwrap();
        }
    }
    world
}

fn cents(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

fn request_command(verb: u8, minor: i64, request: &Request, who: i64) -> RequestCommand {
    match verb {
        0..=6 => RequestCommand::Approve {
            amount: (minor % 5 == 0).then(|| cents(minor)),
            seen: request.pin(),
            on_behalf_of: (who == 5 && minor % 2 == 0).then_some(OperatorId(3)),
        },
        7 => RequestCommand::Edit { plan: Box::new(Plan { title: Text::clean("Other"), ..request.plan.clone() }) },
        8 => RequestCommand::RequestInfo { text: Text::default() },
        9 | 10 => RequestCommand::Resubmit,
        11 => RequestCommand::Reject { reason: RejectReason::Other },
        12 => RequestCommand::Withdraw,
        _ if request.commitment().is_some_and(|one| one.used.minor > 0) || minor % 9 == 0 => RequestCommand::Complete,
        _ => RequestCommand::Note { text: Text::clean("seen") },
    }
}

fn claim_command(verb: u8, minor: i64, claim: &Claim, who: i64) -> ClaimCommand {
    let key = Text::clean(&format!("k-{}", minor % 9));
    let no = payment_no(claim, minor);
    match verb {
        0..=9 => ClaimCommand::Approve {
            amount: (minor % 7 == 0).then(|| cents(minor)),
            seen: claim.pin(),
            on_behalf_of: (who == 5 && minor % 2 == 0).then_some(OperatorId(3)),
        },
        10..=13 => ClaimCommand::Pay { key, amount: (minor % 2 == 0).then(|| cents(minor)) },
        14..=17 => ClaimCommand::ConfirmPayment { no, reference: Text::clean("bank") },
        18 => ClaimCommand::FailPayment { no, reason: Text::clean("no") },
        19 => ClaimCommand::ClawBack { key, amount: cents(minor % 9_000 + 1), reference: Text::clean("back") },
        20 => ClaimCommand::Edit { content: Box::new(content(&format!("E-{}", minor % 9), "100")) },
        21 => ClaimCommand::RequestInfo { text: Text::default() },
        22 | 23 => ClaimCommand::Resubmit,
        24 => ClaimCommand::Reject { reason: RejectReason::Other },
        25 => ClaimCommand::Withdraw,
        26 if minor % 3 == 0 => ClaimCommand::Flag { reason: Text::clean("odd") },
        27 | 28 => ClaimCommand::Clear,
        _ if minor % 2 == 0 => ClaimCommand::Close,
        _ => {
            ClaimCommand::Waive { check: CheckKind::ALL[usize::try_from(minor).unwrap() % CheckKind::ALL.len()], reason: Text::clean("x") }
        }
    }
}

/// Mostly a payment that is there.
fn payment_no(claim: &Claim, minor: i64) -> u32 {
    u32::try_from(minor).unwrap() % u32::try_from(claim.payments.len() + 1).unwrap() + 1
}

/// Who presses: mostly somebody whose work it is, now and then anybody at all.
fn presser(who: i64, press: &Press) -> i64 {
    match press {
        Press::Decide(_, 0..=9 | 27 | 28, minor) if minor % 4 != 0 => 3 + who % 3,
        Press::Decide(_, 10..=19, minor) if minor % 4 != 0 => [6, 7, 9][usize::try_from(who % 3).unwrap()],
        _ => who,
    }
}

/// Carries out one press; a refusal has a reason and changes nothing, which the books are asked about.
fn press(world: &mut World, who: i64, press: &Press) -> Result<(), Refusal> {
    let who = presser(who, press);
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
            if (14..=18).contains(verb) && minor % 8 != 0 {
                world.export(id, payment_no(&world.claims[&id], *minor));
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
        let steps = &claim.desk.steps;
        let twice = steps.iter().find(|(who, step)| steps.iter().any(|(other, another)| other == who && another != step));
        assert!(twice.is_none(), "{twice:?} gave another step as well: {claim:?}");
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

/// The walks are worth something only if they come everywhere. A request seldom completes in one, because random people
/// leave a claim open on it: that way is walked in `life`.
#[test]
fn the_walks_come_to_every_state() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<(&'static str, &'static str), usize> = BTreeMap::new();
    for _ in 0..192 {
        let mut world = begun();
        for (who, step) in presses().new_tree(&mut runner).unwrap().current() {
            let before = states(&world);
            let _ = press(&mut world, who, &step);
            let after = states(&world);
            let pairs = before.0.iter().zip(&after.0).map(|(from, to)| (("request", *to), from != to));
            for (place, is_new) in pairs.chain(before.1.iter().zip(&after.1).map(|(from, to)| (("claim", *to), from != to))) {
                *seen.entry(place).or_default() += usize::from(is_new);
            }
        }
        for claim in world.claims.values() {
            let twice = claim.signatures().count() > 1;
            *seen.entry(("claim", "signed twice")).or_default() += usize::from(twice);
            let paid = claim.payments.iter().filter(|payment| payment.state.is_confirmed());
            for payment in paid {
                *seen.entry(("claim", if payment.amount.minor < 0 { "clawed back" } else { "paid" })).or_default() += 1;
            }
        }
    }
    for place in [
        ("request", "info_requested"),
        ("request", "approved"),
        ("request", "rejected"),
        ("request", "withdrawn"),
        ("request", "expired"),
        ("claim", "info_requested"),
        ("claim", "suspect"),
        ("claim", "approved"),
        ("claim", "rejected"),
        ("claim", "withdrawn"),
        ("claim", "closed"),
        ("claim", "signed twice"),
        ("claim", "paid"),
        ("claim", "clawed back"),
    ] {
        assert!(seen.get(&place).copied().unwrap_or(0) > 0, "{place:?} too seldom: {seen:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]
    #[test]
    fn no_sequence_of_commands_leaves_the_graph_or_the_books(steps in presses()) {
        let mut world = begun();
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
